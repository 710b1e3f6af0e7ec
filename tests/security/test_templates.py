"""Hazard: a task file whose templates run code, read the environment, never end or fill the memory."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.errors import HarnessError, TaskFileError, UsageError
from harness.task_loading.index import load_index
from harness.task_loading.places import tasks_root
from harness.task_loading.specs import load_spec
from harness.task_loading.templates import MAX_OUTPUT, compile_template
from tests.support.command import CommandResult

Cli = Callable[..., CommandResult]
ATTACKS = [
    "{{ cycler.__init__.__globals__.os.system('touch MARK') }}",
    "{{ ''.__class__.__mro__[1].__subclasses__() }}",
    "{{ question['__class__'] }}",
    "{{ (question|attr('__class__')) }}",
    "{{ lipsum.__globals__ }}",
    "{{ self._TemplateReference__context }}",
    "{% import 'x' as y %}",
    "{% include '/etc/passwd' %}",
    "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}",
    "{% for a in range(9) recursive %}{{ loop(a) }}{% endfor %}",
    "{{ namespace(a=1) }}",
    "{{ '%99999999d' | format(1) }}",
    "{{ question | center(999999999) }}",
    "{{ question.format(question) }}",
    "{{ question.ljust(999999999) }}",
    "{{ 2 ** 99 }}",
    "{{ dict(a=1) }}",
    "{{ question | map('upper') | list }}",
    "{{ question | regex_replace('(a+)+$', '') }}",
    "{% set a.b = 1 %}",
    "{% call x() %}{% endcall %}",
    "{% autoescape true %}{% endautoescape %}",
]
BOMBS = [
    "{% for a in q %}{% for b in q %}{% for c in q %}{% endfor %}{% endfor %}{% endfor %}",
    "{% set a = q ~ q %}" + "".join("{% set a = a ~ a %}" for _ in range(40)) + "{{ a }}",
    "{{ q * 99999999 }}",
    "{{ [q] * 99999999 }}",
    "{{ '%9999999999d' % 1 }}",
    "{{ q | replace('', q) | replace('', q) | replace('', q) }}",
    "{{ 9 * 9 }}{% for a in q %}{% for b in q %}" + "x" * 100 + "{% endfor %}{% endfor %}",
]
FAIR = [
    ("<audio>{{ question }}", "<audio>Why?"),
    ("{{ question | trim | upper }}{{ '' if n > 1 else 's' }}", "WHY?s"),
    ("{% for c in choices %}{{ loop.index }}. {{ c }}{{ '' if loop.last else ', ' }}{% endfor %}", "1. a, 2. b"),
    ("{{ choices | join('/') }} {{ question.lower() }}", "a/b why?"),
    ("{% if answer is defined %}x{% else %}{{ 'AB'[n - 1] }}{% endif %}", "A"),
    ("{% set t = question ~ '!' %}{{ t }}", "Why?!"),
]  # fmt: skip
DOC = {"question": "Why?", "choices": ["a", "b"], "n": 1, "q": "0123456789" * 20}


@pytest.mark.parametrize("source", ATTACKS)
def test_an_untrusted_template_that_runs_code_is_refused(source: str) -> None:
    with pytest.raises(HarnessError) as caught:
        compile_template(source, where="x.yaml: doc_to_text", trusted=False)
    assert caught.value.exit_code == 2 and "x.yaml: doc_to_text" in str(caught.value)
    if not isinstance(caught.value, TaskFileError):
        assert "--trust-task-code" in str(caught.value)


@pytest.mark.parametrize("source", ATTACKS[:6])
def test_a_trusted_template_stays_in_the_sandbox(
    source: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    rendered = compile_template(source, where="x", trusted=True)
    try:
        text = rendered(DOC)
    except Exception:  # noqa: BLE001  (any refusal will do)
        text = ""
    assert "<class" not in text and "environ" not in text
    assert not (tmp_path / "MARK").exists()


@pytest.mark.parametrize("source", BOMBS)
def test_what_an_untrusted_template_builds_is_bounded(source: str) -> None:
    rendered = compile_template(source, where="x", trusted=False)
    with pytest.raises(Exception, match=r"more than|longer than|does not format|cannot"):
        rendered(DOC)


@pytest.mark.parametrize(("source", "text"), FAIR)
def test_a_template_that_fills_in_fields_needs_no_trust(source: str, text: str) -> None:
    assert compile_template(source, where="x", trusted=False)(DOC) == text


def test_no_template_of_the_harness_needs_trust() -> None:
    """An author starts from one of them: a copy must run."""
    count = 0
    for entry in load_index(()).tasks.values():
        for template in load_spec(entry).templates.values():
            for text in (template.doc_to_text, template.system):
                if isinstance(text, str):
                    compile_template(text, where=entry.task, trusted=False)
                    count += 1
    assert count > 400


def test_a_template_renders_as_under_plain_lm_eval() -> None:
    from lm_eval.utils import apply_template

    for source, _ in FAIR:
        expected = apply_template(source, DOC)
        for trusted in (True, False):
            assert compile_template(source, where="x", trusted=trusted)(DOC) == expected


@given(st.text(alphabet="{}%_.[]()'| abq~*+:=,-#\n", max_size=40))
def test_any_text_is_compiled_or_refused(source: str) -> None:
    try:
        rendered = compile_template(source, where="x", trusted=False)
    except (TaskFileError, UsageError):
        return
    try:
        assert len(rendered(DOC)) <= MAX_OUTPUT
    except Exception as error:  # noqa: BLE001  (a template may fail; the task reports it)
        assert not isinstance(error, (MemoryError, RecursionError))


def evil(folder: Path, text: str) -> Path:
    """A task of a stranger that takes everything else from a task of the harness."""
    folder.mkdir()
    (folder / "evil.yaml").write_text(
        f"include: {tasks_root()}/quickstart/quickstart_choice.yaml\ntask: free_lunch\n{text}\n",
        encoding="utf-8",
    )
    return folder


@pytest.mark.parametrize("key", ["doc_to_text", "doc_to_target", "description", "gen_prefix"])
@pytest.mark.parametrize("trust", [False, True])
def test_no_key_runs_code(
    cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, key: str, trust: bool
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("OPENAI_API_KEY", "sk-canary")
    attack = "<audio>{{ cycler.__init__.__globals__.os.system('touch MARK') }}"
    leak = "{{ cycler.__init__.__globals__.os.environ.OPENAI_API_KEY }}"
    folder = evil(tmp_path / "tasks", f'{key}: "{attack}{leak}"')
    flags = ["--include-path", folder, *(["--trust-task-code"] if trust else [])]
    for command in (
        ["evaluate", "mock:echo", "-t", "free_lunch", "-o", "run", "-L", "1"],
        ["evaluate", "mock:echo", "-t", "free_lunch", "--dry-run"],
        ["tasks", "show", "free_lunch"],
    ):
        found = cli(*command, *flags)
        assert found.code == 2 if not trust else found.code in (0, 2)
        assert "sk-canary" not in found.out + found.err
        assert not (tmp_path / "MARK").exists()
        for file in (tmp_path / "run").rglob("*") if (tmp_path / "run").exists() else ():
            assert file.is_dir() or "sk-canary" not in file.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("/etc/passwd", "outside the folder"),
        ("../../etc/passwd", "outside the folder"),
        ("../other.yaml", "outside the folder"),
        ("link.yaml", "outside the folder"),
        ("pipe.yaml", "does not exist"),
        ("absent.yaml", "does not exist"),
        ("5", "takes the name of a file"),
        ("{a: b}", "takes the name of a file"),
    ],
)
def test_an_include_stays_in_its_folder(cli: Cli, tmp_path: Path, name: str, message: str) -> None:
    (tmp_path / "other.yaml").write_text("description: secret\n", encoding="utf-8")
    folder = evil(tmp_path / "tasks", "description: x")
    (folder / "link.yaml").symlink_to(tmp_path / "other.yaml")
    os.mkfifo(folder / "pipe.yaml")
    (folder / "evil.yaml").write_text(f"include: {name}\ntask: t\n", encoding="utf-8")
    (folder / "link.yaml").unlink() if name != "link.yaml" else None
    found = cli("tasks", "show", "t", "--include-path", folder)
    assert found.code == 2 and ("secret" not in found.err)
    assert message in found.err or "not a regular file" in found.err


@pytest.mark.parametrize(
    "text",
    [
        "a: &a [x, x, x, x, x, x, x, x, x]\n"
        + "".join(f"{c}: &{c} [{', '.join(['*' + p] * 9)}]\n" for p, c in zip("abcdefg", "bcdefgh", strict=True)),
        "a: &a [*a]\n",
        "a: " + "[" * 5000 + "]" * 5000,
        "a: " + "{b: " * 300 + "1" + "}" * 300,
    ],
)  # fmt: skip
def test_a_yaml_bomb_is_refused(cli: Cli, tmp_path: Path, text: str) -> None:
    (tmp_path / "bomb.yaml").write_text(f"task: t\n{text}", encoding="utf-8")
    found = cli("tasks", "list", "--include-path", tmp_path)  # the other tasks are listed
    assert found.code == 0 and "bomb.yaml" in found.err
    found = cli("tasks", "show", "t", "--include-path", tmp_path)
    assert found.code == 2 and "bomb.yaml" in found.err


def test_a_function_lies_beside_its_file(cli: Cli, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "m.py").write_text("open('MARK', 'w')\ndef load(**k): ...\n", encoding="utf-8")
    folder = evil(tmp_path / "tasks", f"custom_dataset: !function {outside}/m.load")
    found = cli(
        "evaluate", "mock:echo", "-t", "free_lunch", "-o", tmp_path / "r",
        "--include-path", folder, "--trust-task-code",
    )  # fmt: skip
    assert found.code == 2 and "not of the form module.name" in found.err
