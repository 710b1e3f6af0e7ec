"""Hazards: a help text, an error or a docstring that must be read twice; a word that means two things.

A function's docstring begins with a verb in the imperative. Docstrings, help texts, errors, hints and pages avoid the
phrases of ``PHRASES``, each of which has a plainer form. Words of this field with one meaning each are in ``docs/names.md``.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple, get_args

import pytest
import typer

from harness.cli.app import app
from harness.cli.verbs import register
from harness.core.scoring import Outcome, Reading
from tests.support.pages import ROOT, read

PACKAGES = ("harness", "model_adapters", "leaderboards", "metrics", "tasks")
MODULES = [path for package in PACKAGES for path in sorted((ROOT / package).rglob("*.py"))]
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]


class Phrase(NamedTuple):
    """A phrase that puzzles, and what to write instead."""

    pattern: str
    cure: str
    bad: str
    good: str


PHRASES = (
    Phrase(
        r"(?<!here )\b(?:is|are|was|were) none\b",
        "is not one / is not valid",
        "the URL is none",
        "the URL is not valid; None if there is none",
    ),
    Phrase(
        r"(?<!here )\b(?:is|are|was|were) no (?!longer\b|more\b|less\b|better\b|worse\b|one\b)\w",
        "is not a / is not an",
        "'x' is no budget",
        "'x' is not a budget; there is no such file; it is no longer true",
    ),
    Phrase(
        r"\bbe had\b",
        "is not available / could not be loaded",
        "its data cannot be had",
        "its data is not available",
    ),
    Phrase(
        r"\b[Ll](?:eav(?:e|es|ing)|eft) (?:it |them |this |that )?away\b",
        "remove / omit",
        "leave it away",
        "leave it out",
    ),
    Phrase(
        r"\b(?:[Ss]tands?|[Ss]tood|[Ss]tanding) (?:beside|in)\b(?! for)",
        "is in / is next to",
        "it stands in the manifest",
        "it is in the manifest; a server stands in for it",
    ),
    Phrase(
        r"\b[Bb]eside\b",
        "next to / with / apart from / besides",
        "a file beside the YAML",
        "a file next to the YAML; other arguments besides these",
    ),
    Phrase(r"\b[Mm]ostly\b", "usually / mainly", "it mostly ends so", "it usually ends so"),
    Phrase(
        r"\bso (?:many|often)\b(?! (?:\w+ ){0,3}(?:that|as)\b)",
        "this many / N times",
        "ask every item so often",
        "ask every item this many times; so many items that it stops",
    ),
    Phrase(r"\bas told\b", "as the script says", "fail as told", "fail as the script says"),
    Phrase(r"\btalked round\b", "manipulated", "the judge was talked round", "was manipulated"),
    Phrase(
        r"\bwhose \w+ (?:is|are) whose\b",
        "which … belong to which …",
        "and whose arguments are whose",
        "and which arguments belong to which part, whose names are given",
    ),
)

_VERBS = """
accept accumulate act add adjust admit align allow announce answer append apply approximate arrange ask assemble
assess assign attach average await begin bind block book bound bring build cache calibrate call cancel carry cast
change check choose clean clear close code coerce collapse collect combine commit compare compile complete compose
compute confirm connect construct continue convert copy correct count cover create cut decide declare decode
deduplicate define delete derive describe detect determine digest discard display distribute divide do download draw
drop dump embed encode end enforce ensure enter enumerate escape establish estimate evaluate examine exclude execute
exit expand expect explain export expose extend extract fail fetch fill filter find finish fit fix flag flatten
flush fold follow forget form format freeze gather generate get give go group guard guess hand handle hash have hear
hide hold identify ignore implement import include index infer initialise insert inspect install interpret interrupt
invert invoke iterate join judge keep kill label leave let lift limit link list load locate lock log look lower make
map mark mask match measure mend merge mix move name neutralise normalise note notice notify number obtain offer
omit open order overwrite own pad pair parse pass patch perform pick place plan plot pool populate predict prefer
prefix prepare preserve prevent print process produce project promise protect prove provide prune publish pull push
put queue quit quote raise rank rate reach read rebuild recall receive recognise record recover redact reduce refer
refuse register reject release reload remember remove rename render reorder repair repeat replace replay report
represent reproduce request require rescale rescore reserve reset reshape resolve restore resume retry return reuse
reverse rewrite round run sample save say scale scan score search see seed select send separate serve set share
shorten show shuffle silence simulate skip sleep smooth sort speak spell split stack stand start state stop store
stream strip submit subtract suggest sum suppress swap switch synthesise take talk tell test tokenise total trace
track train transcribe transform translate treat trim truncate trust try turn unpack update upload use validate
verify visit wait wake walk warn watch weigh widen work wrap write yield
"""
VERBS = frozenset(_VERBS.split())
"""What a function's docstring may begin with. A verb that is missing here is welcome: add it."""

NOUN = re.compile(r"\w+(?:'s| (?:of|is|are|has|was|were|may|must|can)\b| ->)")
"""``Name of a clip``, ``Record -> line``: a word that is a verb elsewhere, used as a noun."""

NO_NOUN_PHRASE = re.compile(r"(?:What|How|Why|Whether|That|Where|Who|When|If)\b")


def first_line(node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) -> str:
    """The first line of a docstring, empty without one."""
    return (ast.get_docstring(node) or "").split("\n")[0]


def begins_with_a_verb(line: str) -> bool:
    word = re.match(r"[A-Za-z]*", line)
    return word is not None and word[0].lower() in VERBS and not NOUN.match(line)


def public(node: ast.AST) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef]:
    """Functions, methods and classes that others may use, at any depth of classes."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.ClassDef) and not child.name.startswith("_"):
            yield child
            yield from public(child)
        elif isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef):
            if not child.name.startswith("_"):
                yield child
        elif isinstance(child, ast.If | ast.Try):
            yield from public(child)


def is_property(node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) -> bool:
    names = (ast.unparse(decorator) for decorator in node.decorator_list)
    return any("property" in name or name.endswith((".setter", ".deleter")) for name in names)


def openings(path: Path) -> list[str]:
    """Docstrings of a module that do not begin as they should."""
    found = []
    for node in public(ast.parse(path.read_text(encoding="utf-8"))):
        line = first_line(node)
        if not line:
            continue
        if isinstance(node, ast.ClassDef) or is_property(node):
            if NO_NOUN_PHRASE.match(line):
                found.append(f"{path}:{node.lineno} {node.name}: {line}  (say what it is)")
        elif not begins_with_a_verb(line):
            found.append(f"{path}:{node.lineno} {node.name}: {line}  (begin with a verb)")
    return found


def texts(path: Path) -> Iterator[tuple[int, str]]:
    """Docstrings of a module and of its attributes; its strings, or where benchmarks are quoted those of errors."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    quotes = path.relative_to(ROOT).parts[0] in ("metrics", "tasks")
    for node in ast.walk(tree):
        if (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)) or (
            quotes and isinstance(node, ast.Call) and ast.unparse(node.func).endswith("Error")
        ):
            yield from strings(node)
    if not quotes:
        yield from strings(tree)


def strings(node: ast.AST) -> Iterator[tuple[int, str]]:
    for part in ast.walk(node):
        if isinstance(part, ast.Constant) and isinstance(part.value, str):
            yield part.lineno, part.value


def puzzles(place: str, text: str) -> Iterator[str]:
    """The phrases of a text that have a plainer form."""
    flat = re.sub(r"\s+", " ", text)
    for phrase in PHRASES:
        for match in re.finditer(phrase.pattern, flat):
            around = flat[max(match.start() - 40, 0) : match.end() + 40]
            yield f"{place}: …{around}…  (write: {phrase.cure})"


def commands(command: Any, name: str = "harness") -> Iterator[tuple[str, Any]]:
    """A command and all below it, with their full names."""
    yield name, command
    for part, below in getattr(command, "commands", {}).items():
        yield from commands(below, f"{name} {part}")


@pytest.mark.parametrize("package", PACKAGES)
def test_a_function_says_what_it_does(package: str) -> None:
    found = [
        line for path in MODULES if path.is_relative_to(ROOT / package) for line in openings(path)
    ]
    assert not found, "\n".join(found)


@pytest.mark.parametrize("package", PACKAGES)
def test_docstrings_and_messages_have_no_puzzles(package: str) -> None:
    found = {
        line
        for path in MODULES
        if path.is_relative_to(ROOT / package)
        for number, text in texts(path)
        for line in puzzles(f"{path}:{number}", text)
    }
    assert not found, "\n".join(sorted(found))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_pages_have_no_puzzles(page: Path) -> None:
    text = re.sub(r"^```.*?^```$", "", page.read_text(encoding="utf-8"), flags=re.M | re.S)
    found = [line for paragraph in text.split("\n") for line in puzzles(page.name, paragraph)]
    assert not found, "\n".join(found)


def test_every_command_says_what_it_does_and_every_flag_what_it_means() -> None:
    found: list[str] = []
    seen = 0
    register()
    for name, command in commands(typer.main.get_command(app)):
        seen += 1
        line = (command.help or "").split("\n")[0]
        if not begins_with_a_verb(line):
            found.append(f"{name}: {line}  (begin with a verb)")
        found += puzzles(name, command.help or "")
        for parameter in command.params:
            found += puzzles(f"{name} {parameter.name}", getattr(parameter, "help", None) or "")
    assert seen > 10
    assert not found, "\n".join(found)


@pytest.mark.parametrize("phrase", PHRASES, ids=lambda phrase: phrase.bad)
def test_a_phrase_is_found_and_its_plain_form_is_not(phrase: Phrase) -> None:
    assert re.search(phrase.pattern, phrase.bad)
    assert not list(puzzles("", phrase.good))


def test_an_opening_that_is_no_verb_is_found() -> None:
    for line in ("Return the value.", "Name a line for messages.", "Judge what a run holds."):
        assert begins_with_a_verb(line), line
    for line in ("What it says.", "Name of a clip.", "Text form.", "``k=v`` pairs."):
        assert not begins_with_a_verb(line), line


def defined() -> dict[str, str]:
    """The words of the names page with their meanings."""
    rows = [line.split("|")[1:3] for line in read("docs/names.md").split("\n")]
    rows = [row for row in rows if len(row) == 2]
    return {
        word.strip(): text.strip() for word, text in rows if word.strip() not in ("word", "---")
    }


def test_every_word_with_one_meaning_is_on_the_names_page() -> None:
    words = defined()
    wanted = [
        "judge",
        "reference",
        "item",
        "document",
        "record",
        "reading",
        "abstention",
        "refused",
        "unparsed",
        "run",
        "task",
        "benchmark",
        "suite",
        "template",
        "signature",
        "adapter",
        "checkpoint",
        "native",
        "normalised",
        "board",
        "reply",
        "outcome",
        "verdict",
    ]
    assert {*wanted, "item key", "request key", "API key"} <= words.keys()
    assert {*get_args(Reading)} <= words.keys()
    for outcome in get_args(Outcome):
        assert f"`{outcome}`" in words["outcome"]
    assert all(len(text.split()) >= 4 for text in words.values())


def test_a_word_is_defined_once_and_no_page_of_names_is_out_of_reach() -> None:
    rows = [line.split("|")[1].strip() for line in read("docs/names.md").split("\n") if "|" in line]
    names = [row for row in rows if row not in ("word", "---")]
    assert len(names) == len(set(names))
    for page in ("README.md", "CONTRIBUTING.md"):
        assert "(docs/names.md)" in read(page)


def test_nothing_but_a_judge_is_called_one() -> None:
    """``judge`` names the benchmark's judge: a function that decides something else has another verb."""
    for path in MODULES:
        parts = path.relative_to(ROOT).as_posix()
        if "judge" in parts or "calibration" in parts:
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                assert node.name != "judge", f"{parts}:{node.lineno}"
            if isinstance(node, ast.alias):
                assert node.asname != "judge" or "judge" in node.name, parts
