"""Hazards: a page that names a flag that is gone, an example that no longer runs, a link to nowhere."""

from __future__ import annotations

import dataclasses
import importlib
import json
import re
import runpy
import shlex
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import harness
from harness import errors
from harness.task_loading.index import load_index
from harness.task_loading.schema import LALM_KEYS, REQUIRED, TEMPLATE_KEYS
from metrics.registry import METRICS
from model_adapters.built_in import ADAPTERS
from model_adapters.conformance import AdapterConformance
from tests.support.command import CommandResult
from tests.support.pages import ROOT, blocks, code, first_cells, read, run_page, section
from tests.support.runs.toy import jsonl

DOCS = sorted((ROOT / "docs").glob("*.md"))
PAGES = [
    *(ROOT / name for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md")),
    *DOCS,
    *sorted((ROOT / "tasks").glob("*/README.md")),
    *sorted((ROOT / "model_adapters").glob("*/README.md")),
    ROOT / "changelog.d" / "README.md",
]
OURS = [page for page in PAGES if page.parent.name != "llaso_eval" and page.name != "CHANGELOG.md"]
HIDDEN = {"--model"}  # as lm-eval users write it; not in --help

Cli = Callable[..., CommandResult]


# --- the command line --------------------------------------------------------------------------


HELP: dict[tuple[str, ...], str] = {}  # asked once for each verb


def help_of(cli: Cli, *verb: str) -> str:
    if verb not in HELP:
        found = cli(*verb, "--help")
        assert found.code == 0
        HELP[verb] = found.out
    return HELP[verb]


def verbs(cli: Cli, *prefix: str) -> Iterator[tuple[str, ...]]:
    """Every verb that takes no further one."""
    _, found, commands = help_of(cli, *prefix).partition("\nCommands:\n")
    if not found:
        yield prefix
        return
    for name in re.findall(r"^  (\w[\w-]*)", commands, re.MULTILINE):
        yield from verbs(cli, *prefix, name)


def flags(cli: Cli, verb: tuple[str, ...]) -> set[str]:
    """Flags in the help of a verb."""
    text = help_of(cli, *verb)
    lines = [re.split(r" {2,}", line.strip())[0] for line in text.split("\n") if line[2:3] == "-"]
    return {flag for line in lines for flag in re.findall(r"(?<![\w-])--?[A-Za-z][\w-]*", line)}


def test_every_verb_and_flag_is_documented_and_no_other(cli: Cli) -> None:
    page = read("docs/cli.md")
    known = {" ".join(verb): flags(cli, verb) for verb in verbs(cli)}
    documented = re.findall(r"^## harness ([\w -]+)$", page, re.MULTILINE)
    assert sorted(documented) == sorted(known)
    for verb, wanted in known.items():
        cells = first_cells(section(page, f"## harness {verb}"))
        named = [flag for cell in cells for flag in code(cell)]
        assert sorted(named) == sorted(wanted), verb


def test_flags_in_the_text_exist(cli: Cli) -> None:
    known = {flag for verb in verbs(cli) for flag in flags(cli, verb)} | HIDDEN | {"--version"}
    for span in code(read("docs/cli.md")):
        for flag in re.findall(r"(?<![\w-])--[a-z][\w-]*", span):
            assert flag.replace("_", "-") in known, span


def commands(text: str) -> Iterator[list[str]]:
    for block in blocks(text):
        for line in block.text.split("\n") if block.language == "sh" else ():
            words = shlex.split(line, comments=True)
            if words[:1] == ["harness"]:
                yield words[1:]


@pytest.mark.parametrize("page", [page.relative_to(ROOT).as_posix() for page in OURS])
def test_flags_of_examples_exist(page: str, cli: Cli) -> None:
    known = {verb: flags(cli, verb) | HIDDEN for verb in verbs(cli)}
    for words in commands(read(page)):
        verb = next(verb for verb in known if tuple(words[: len(verb)]) == verb)
        for word in words:
            if re.match(r"--?[A-Za-z]", word):
                flag = word.partition("=")[0].replace("_", "-")
                assert flag in known[verb], words


def test_a_folder_to_fetch_into_is_named_by_its_flag() -> None:
    """``data get`` takes one argument: pages and hints that put the folder after it are exit 2."""
    sources = [*PAGES, *(ROOT / "tasks").rglob("*.py"), *(ROOT / "harness").rglob("*.py")]
    wrong = r"harness data get [\w{}.]+ +[A-Z/.]"
    found = [path for path in sources if re.search(wrong, path.read_text(encoding="utf-8"))]
    assert not found


def test_the_exit_codes_are_those_of_the_code() -> None:
    declared = {value for name, value in vars(errors).items() if name.startswith("EXIT_")}
    table = first_cells(section(read("docs/cli.md"), "## Exit codes"))
    assert [int(cell) for cell in table] == sorted(declared)


# --- keys, adapters, benchmarks ----------------------------------------------------------------


def test_every_key_of_metadata_lalm_is_documented() -> None:
    text = section(read("docs/task_yaml.md"), "## Keys of metadata.lalm")
    rows = {code(line)[0]: line for line in text.split("\n") if line.startswith("| `")}
    assert rows.keys() == LALM_KEYS.keys()
    for key, (_, default) in LALM_KEYS.items():
        assert rows[key].split("|")[2].strip().startswith("yes") is (default is REQUIRED), key
    last = text[text.index("Keys of a template") :]
    assert set(code(last)) == TEMPLATE_KEYS


def test_every_function_of_a_scoring_module_is_documented() -> None:
    """Those that the engine looks for by name."""
    looked_for = {
        name
        for file in (ROOT / "harness").rglob("*.py")
        for name in re.findall(r'getattr\([\w.]*scoring, "(\w+)"', file.read_text(encoding="utf-8"))
    }
    named = first_cells(section(read("docs/task_yaml.md"), "## The scoring module"))
    assert {"score", "annotate"} <= looked_for
    assert looked_for <= {code(cell)[0].partition("(")[0] for cell in named}


def test_what_follows_from_declarations_is_up_to_date() -> None:
    refresh = runpy.run_path(str(ROOT / "scripts" / "refresh.py"))
    stale = [
        path.name
        for path, text in refresh["contents"]().items()
        if path.read_text(encoding="utf-8") != text
    ]
    assert not stale, "make refresh"


def parts(module: str) -> list[str]:
    """Return the modules of an adapter: its own, or all of its package."""
    if not module.endswith(".adapter"):
        return [module]
    package = module.removesuffix(".adapter")
    return [f"{package}.{path.stem}" for path in (ROOT / package.replace(".", "/")).glob("*.py")]


def test_every_adapter_and_its_arguments_are_documented() -> None:
    page = read("docs/adapters.md")
    for name, row in ADAPTERS.items():
        own = ROOT / "model_adapters" / name / "README.md"
        text = own.read_text(encoding="utf-8") if own.is_file() else section(page, f"## {name}")
        named = {word for cell in first_cells(text) for word in code(cell)}
        first = row.target.partition(":")[0]
        declared = {
            field.name
            for module in (importlib.import_module(file) for file in parts(first))
            for cls in vars(module).values()
            if dataclasses.is_dataclass(cls) and (cls.__doc__ or "").startswith("``-M`` arguments")
            for field in dataclasses.fields(cls)
        }
        targets = {word for word in named if word.startswith(f"{name}:")}
        assert named - targets == declared, name


def test_every_conformance_check_is_documented() -> None:
    named = {
        word
        for cell in first_cells(section(read("docs/adapters.md"), "## Check yours"))
        for word in code(cell)
    }
    assert named == set(AdapterConformance.CHECKS)


def test_the_conformance_example_holds(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page = read("docs/adapters.md")
    (adapter,) = [block.text for block in blocks(page) if block.title == "shout_adapter.py"]
    (here / "shout_adapter.py").write_text(adapter, encoding="utf-8")
    (example,) = [
        block.text
        for block in blocks(section(page, "## Check yours"))
        if block.language == "python"
    ]
    monkeypatch.setattr(sys, "path", [str(here), *sys.path])
    try:
        found: dict[str, Any] = {}
        exec(example, found)
        assert [check().check for check in found["suite"].checks()] == [*AdapterConformance.CHECKS]
    finally:
        sys.modules.pop("shout_adapter", None)


def test_every_task_is_covered_by_the_tables() -> None:
    index = load_index()
    page = read("docs/benchmarks.md")
    table = page.partition("generated: benchmarks;")[2].partition("<!-- end")[0]
    rows = {code(line)[0]: line for line in table.split("\n") if line.startswith("| [`")}
    counts: dict[str, int] = {}
    for entry in index.tasks.values():
        counts[entry.benchmark] = counts.get(entry.benchmark, 0) + 1
    assert rows.keys() == counts.keys()
    for benchmark, line in rows.items():
        cells = line.split("|")
        assert int(cells[2].split()[0]) == counts[benchmark], benchmark
        metrics = [name for name in code(cells[4]) if name not in index.tasks]
        assert set(metrics) <= METRICS.keys(), benchmark
        assert f"(tasks/{benchmark}/README.md)" in section(read("README.md"), "## Benchmarks")
    named = {*code(table), *code(section(read("docs/recipes.md"), "## Data"))}  # also suites
    assert {group for group in index.groups if group not in counts} <= named


def test_what_the_readme_calls_absent_is_absent(cli: Cli) -> None:
    text = section(read("README.md"), "## What is not there yet")
    sentences = re.split(r"[.,]\s+(?=and |[A-Z*])", f"{text}*")
    adapters = [name for part in sentences if part.endswith(" adapter") for name in code(part)]
    missing = [name for part in sentences if part.endswith(" verb") for name in code(part)]
    assert not ADAPTERS.keys() & {name.rstrip(":") for name in adapters}
    assert not {verb[0] for verb in verbs(cli)} & set(missing)
    if "No Dynamic-SUPERB" in text:
        assert not any(name.startswith("dynamic_superb") for name in load_index().tasks)
    if "No live judge" in text:
        assert "-J" not in flags(cli, ("evaluate",))


def test_the_changelog_has_this_version() -> None:
    assert f"## [{harness.__version__}]" in read("CHANGELOG.md")


# --- links -------------------------------------------------------------------------------------


def slugs(path: Path) -> set[str]:
    """Anchors of a page, as GitHub makes them."""
    text = re.sub(
        r"^```.*?^```$", "", path.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL
    )
    heads = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", head.lower()).replace(" ", "-") for head in heads}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_relative_links_resolve(page: Path) -> None:
    text = re.sub(r"`[^`\n]*`", "", page.read_text(encoding="utf-8"))
    for link in re.findall(r"\]\(([^)\s]+)\)", text):
        if re.match(r"[a-z]+:", link):
            continue
        target, _, anchor = link.partition("#")
        path = (page.parent / target).resolve() if target else page
        assert path.exists() and path.is_relative_to(ROOT), link
        assert not anchor or anchor in slugs(path), link


def test_the_pages_name_no_machine() -> None:
    for page in PAGES:
        assert not re.search(r"/(work|home|root|tmp)/", page.read_text(encoding="utf-8")), page


# --- examples run ------------------------------------------------------------------------------


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_the_benchmark_of_the_tutorial_runs(cli: Cli, here: Path) -> None:
    assert run_page(cli, read("docs/task_yaml.md"), here, bool) == 8


def test_the_tutorial_under_plain_lm_eval(
    here: Path, cli: Cli, capsys: pytest.CaptureFixture[str]
) -> None:
    run_page(cli, read("docs/task_yaml.md"), here, lambda line: line.startswith("python"))
    capsys.readouterr()
    runpy.run_path("vanilla.py")
    assert capsys.readouterr().out.split() == ["0.5"]


def test_the_stored_replies_of_the_recipes_are_scored(cli: Cli, here: Path) -> None:
    assert run_page(cli, read("docs/recipes.md"), here, lambda line: "replies.jsonl" in line) == 1


def test_the_stored_replies_of_their_page_are_scored(cli: Cli, here: Path) -> None:
    assert run_page(cli, read("docs/score_replies.md"), here, bool) == 3


def test_the_python_of_the_readme_runs(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (block,) = [block for block in blocks(read("README.md")) if block.language == "python"]
    exec(block.text, {})
    assert "MetricValue(" in capsys.readouterr().out


def test_the_recipes_run(cli: Cli, here: Path) -> None:
    text = section(read("docs/cli.md"), "## Recipes")
    assert run_page(cli, text, here, lambda line: bool(line) and "pocketsphinx" not in line) == 5


def test_the_adapter_of_the_page_runs_as_a_plug_in(
    cli: Cli, here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = read("docs/adapters.md")
    (project,) = [block.text for block in blocks(text) if block.title == "pyproject.toml"]
    points = project[project.index("[project.entry-points") :].split("\n")[1]
    metadata = here / "shout_adapter-0.1.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: shout-adapter\nVersion: 0.1\n")
    (metadata / "entry_points.txt").write_text(
        f"[harness.model_adapters]\n{points.replace(chr(34), '')}\n"
    )
    monkeypatch.setattr(sys, "path", [str(here), *sys.path])
    try:
        ran = run_page(
            cli,
            text,
            here,
            lambda line: (
                bool(line)
                and not re.search("hf[: ]|sft|openai:|gemini:|vllm|my_model|contrib", line)
            ),
        )
        assert ran == 5
        script = (
            "evaluate",
            "mock:script:script.yaml",
            "-t",
            "quickstart_choice",
            "-o",
            "scripted",
        )
        assert cli(*script, "-q").code == 0
    finally:
        sys.modules.pop("shout_adapter", None)
        sys.modules.pop("tone_model", None)
    outcomes = {line["id"]: line["outcome"] for line in jsonl(here / "scripted" / "samples.jsonl")}
    assert outcomes["choice_02"] == "answered" and outcomes["choice_03"] == "refused"


# --- files of a run ----------------------------------------------------------------------------


def shape(value: Any) -> Any:
    """Keys at every level."""
    return {key: shape(item) for key, item in value.items()} if isinstance(value, dict) else None


def test_the_page_about_the_run_directory_names_every_key(cli: Cli, here: Path) -> None:
    page = read("docs/run_directory.md")
    assert cli("evaluate", "baseline:first", "-t", "quickstart_number", "-o", "run", "-q").code == 0
    results = json.loads(Path("run/results.json").read_text(encoding="utf-8"))
    (example,) = [json.loads(block.text) for block in blocks(page) if block.language == "json"]
    real = results["tasks"]["quickstart_number"]
    assert shape(example) == shape(real)
    assert example["signature"] == real["signature"]

    manifest = json.loads(Path("run/manifest.json").read_text(encoding="utf-8"))
    text = set(code(section(page, "## manifest.json")))
    entry = manifest["tasks"]["quickstart_number"]
    assert {*manifest, *manifest["model"], *entry, *entry["data"]} <= text

    (response, *_), (sample, *_) = (
        jsonl(Path("run") / name) for name in ("responses.jsonl", "samples.jsonl")
    )
    named = {
        word for cell in first_cells(section(page, "## responses.jsonl")) for word in code(cell)
    }
    assert named == {*response, "raw_response"}
    added = {word for cell in first_cells(section(page, "## samples.jsonl")) for word in code(cell)}
    assert added == sample.keys() - response.keys()
