"""Task files changed at random: refused with file and line, or what is left means what it says; no code, no hang."""

from __future__ import annotations

import os
import random
from pathlib import Path
from typing import Any

import pytest
import yaml

from harness.errors import TaskFileError, UsageError
from harness.task_loading.checks.lm_eval_keys import GROUP_KEYS, TASK_KEYS
from harness.task_loading.groups import load_task
from harness.task_loading.index import find_tasks
from harness.task_loading.places import tasks_root
from harness.task_loading.prompts import PromptedTask
from tests.support.fuzzing.driver import fuzz
from tests.support.fuzzing.mutations import bent_bytes, bent_text
from tests.support.runs.own_metric import write_task

VALUES = (
    *("null", "5", "-1", "0.5", ".inf", ".nan", "yes", "no", "on", "true", "1:30", "010", "0b11"),
    *("2020-01-02", "2020-13-45", "[1]", "[]", "{}", "{a: b}", "{5: 1}", "[[]]", "[null]", "x"),
    *("''", "' '", "[a, a]", "!!set {a}", "!!binary aGk=", "!!omap [a: 1]", "!weird 3", "&a [*a]"),
    *("!function a.b", "!function 5", "9" * 30, "9" * 5000, "'a\\nb'", '"a\\u001b"', "1_000", "{"),
    *("[" * 400 + "]" * 400, "{a: " * 200 + "1" + "}" * 200, "!!python/name:os.system", "!!python/object/apply:os.getcwd []"),
    *('"{{ cycler.__init__.__globals__ }}"', '"{{ number }}{% for a in b %}"', '"<audio>{{ x }}"', "!include x", "*a"),
    *("&a x", "<<: {a: 1}", "? [1]", "|\n  text", ">-\n  text", '"\\ud800"', "'\u2028'", "\x07", "\ufeff", "../../etc/passwd"),
)  # fmt: skip
OTHER_KEYS = (
    "extra",
    "repeats",
    "clean",
    "cost",
    "include",
    "task",
    "group",
    "metadata",
    "process_docs",
    "<<",
    "dataset_kwargs",
)
JUDGED = Path(__file__).resolve().parents[1] / "fixtures" / "judged" / "judged.yaml"


def bend(text: str, draw: random.Random) -> bytes:
    """Change a file: a line of it, most often, else any of its bytes."""
    kind = draw.randrange(12)
    if kind == 0:
        return bent_bytes(text.encode(), draw)
    if kind == 1:
        return bent_text(text, draw).encode("utf-8", "surrogatepass")
    lines = text.splitlines()
    for _ in range(draw.choice((1, 1, 2))):
        spots = [n for n, line in enumerate(lines) if ":" in line]
        if not spots:
            break
        number = draw.choice(spots)
        key, _, value = lines[number].partition(":")
        indent = key[: len(key) - len(key.lstrip())]
        match draw.randrange(7):
            case 0 | 1:
                lines[number] = f"{key}: {draw.choice(VALUES)}"
            case 2:
                lines.insert(number, lines[number])
            case 3:
                lines[number] = f"{key}{draw.choice('sx_1')}:{value}"
            case 4:
                lines[number] = f"{indent}{draw.choice(VALUES)}:{value}"
            case 5:
                del lines[number]
            case _:
                lines.insert(number, f"{indent}{draw.choice(OTHER_KEYS)}: {draw.choice(VALUES)}")
    return ("\n".join(lines) + "\n").encode("utf-8", "surrogatepass")


@pytest.fixture
def files(tmp_path: Path) -> dict[str, tuple[Path, str]]:
    """A file to be changed for each task, with its text: one of a metric only, one with a judge, one that includes."""
    ages = write_task(tmp_path / "ages", metric="accuracy") / "ages.yaml"
    judged = tmp_path / "judged" / "judged.yaml"
    judged.parent.mkdir()
    for file in JUDGED.parent.iterdir():
        if file.is_file():
            (judged.parent / file.name).write_bytes(file.read_bytes())
    including = tmp_path / "including" / "mine.yaml"
    including.parent.mkdir()
    including.write_text(
        f"include: {tasks_root()}/quickstart/quickstart_choice.yaml\ntask: mine\n"
        'description: "Listen."\ngeneration_kwargs: {until: [], do_sample: false, max_gen_toks: 8}\n'
    )
    group = tmp_path / "group" / "group.yaml"
    group.parent.mkdir()
    group.write_text(
        "group: mine\ntask:\n  - quickstart_choice\n  - {task: quickstart_number}\nmetadata: {version: 1}\n"
    )
    found = {"ages": ages, "judged": judged, "mine": including, "group": group}
    return {name: (file, file.read_text(encoding="utf-8")) for name, file in found.items()}


def test_no_task_file_ends_in_a_traceback_or_passes_a_wrong_key(
    files: dict[str, tuple[Path, str]], record_property: Any
) -> None:
    stamp = iter(range(10**9))

    def one(draw: random.Random) -> str:
        name = draw.choice([*files])
        file, text = files[name]
        content = bend(text, draw)
        file.write_bytes(content)
        number = next(stamp)
        os.utime(file, (number, number))
        if name == "group" or draw.random() < 0.1:  # a listing passes over what it cannot read
            find_tasks(file.parent)
            return "listed"
        try:
            spec = load_task(file, name)
            if draw.random() < 0.5:
                PromptedTask(spec, trusted=False)
        except UsageError as error:
            assert error.message and (error.where or not isinstance(error, TaskFileError)), content
            return "refused"
        assert set(spec.raw) <= TASK_KEYS | GROUP_KEYS | {"include"}, (
            set(spec.raw) - TASK_KEYS,
            content,
        )
        try:
            read = yaml.load(content, Loader=_Plain)
        except yaml.scanner.ScannerError:  # a tab between two tokens: libyaml and YAML 1.2 take it
            assert b"\t" in content
            return "read"
        assert isinstance(read, dict)
        for key, value in read.items():  # what the file says is what is meant
            if key != "include" and not isinstance(value, _Tagged):
                assert key in spec.raw, key
        return "read"

    found = fuzz("task YAML", one, quick=500, record=record_property)
    assert found["read"] and found["refused"] and found["listed"]


class _Tagged:
    """A value with a tag of ours."""


class _Plain(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """YAML by the book: libyaml's, as the product reads it (a tab inside a name is a part of it)."""


_Plain.add_multi_constructor("!", lambda *_: _Tagged())
