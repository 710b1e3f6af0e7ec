"""Hazards: code of a model or a task prints into a JSON document, or ends the process as if all were well."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.budget import mostly_long
from tests.support.command import CommandResult, run_process, start
from tests.support.runs.live import finish
from tests.support.runs.toy import results

Cli = Callable[..., CommandResult]
MODEL = """
import atexit, os, subprocess, sys, threading

print("module")


class Chatty:
    def load(self):
        print("load")
        os.write(1, b"native load\\n")
        atexit.register(lambda: (print("exit"), os.write(1, b"native exit\\n")))

    def generate(self, messages, audio, generation):
        print("generate")
        sys.stdout.write("written\\n")
        sys.__stdout__.write("the first stream\\n")
        sys.__stdout__.flush()
        os.write(1, b"native\\n")
        subprocess.run(["echo", "child"])
        thread = threading.Thread(target=print, args=("thread",))
        thread.start()
        thread.join()
        return "(A)"


class Exit:
    def __init__(self):
        self.asked = 0

    def generate(self, messages, audio, generation):
        self.asked += 1
        if self.asked > 1:
            self.end()
        return "(A)"

    def end(self):
        sys.exit(0)


class ExitOne(Exit):
    def end(self):
        sys.exit("done")


class HardExit(Exit):
    def end(self):
        os._exit(0)


class Interrupts(Exit):
    def end(self):
        raise KeyboardInterrupt


class LoadExit(Exit):
    def load(self):
        sys.exit(0)


class LoadHardExit(Exit):
    def load(self):
        os._exit(0)


class Forks(Exit):
    def end(self):
        child = os.fork()
        if child == 0:
            os._exit(7)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 7
"""


@pytest.fixture
def model(tmp_path: Path) -> Path:
    (tmp_path / "strange_model.py").write_text(MODEL, encoding="utf-8")
    return tmp_path


def arguments(folder: Path, name: str, *more: str) -> tuple[str | Path, ...]:
    return (
        "evaluate", f"python:strange_model:{name}", "-M", f"path={folder}", "--batch-size", "1",
        "-t", "quickstart_choice", "-L", "3", "-o", folder / "run", *more,
    )  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("where", mostly_long(["here", "in a child"], ["here"]))
def test_what_a_model_prints_never_reaches_standard_output(model: Path, where: str) -> None:
    more = () if where == "here" else ("-M", f"python={sys.executable}")
    found = run_process(*arguments(model, "Chatty", "--json", *more))
    assert found.code == 0, found.err
    assert json.loads(found.out) == results(model / "run")
    if where == "here":
        for text in (
            "module",
            "native load",
            "generate",
            "the first",
            "child",
            "thread",
            "native exit",
        ):
            assert text in found.err, text


def evaluated(model: Path, name: str, *more: str) -> CommandResult:
    return run_process(*arguments(model, name, *more))


@pytest.mark.slow
@pytest.mark.parametrize(
    "name", mostly_long(["Exit", "ExitOne", "HardExit", "Interrupts"], ["Exit", "HardExit"])
)
def test_a_model_that_ends_the_process_is_4_and_nothing_is_lost(
    cli: Cli, model: Path, name: str
) -> None:
    ends = {"HardExit": evaluated}.get(name, lambda *given: cli(*arguments(*given)))
    found = ends(model, name)
    assert found.code == 4
    assert "Traceback" not in found.err and "the same command goes on" in found.err
    log = model / "run" / "responses.jsonl"
    assert log.read_bytes().count(b"\n") == 1
    again = ends(model, name)  # one item more by every command
    assert again.code == 4 and log.read_bytes().count(b"\n") == 2


@pytest.mark.slow
@pytest.mark.parametrize("name", mostly_long(["LoadExit", "LoadHardExit"], ["LoadHardExit"]))
def test_a_model_that_ends_the_process_while_it_loads_is_4(model: Path, name: str) -> None:
    found = evaluated(model, name)
    assert found.code == 4 and "error: " in found.err and "Traceback" not in found.err


def test_a_process_that_a_model_forks_ends_as_it_wants(model: Path) -> None:
    assert evaluated(model, "Forks").code == 0


CHOICE = Path(__file__).resolve().parents[3] / "tasks" / "quickstart" / "quickstart_choice.yaml"
TASK_CODE = """
import sys

def score(doc, response, verdicts):
    print("a task prints")
    sys.exit(0)

def process_results(doc, results):
    return score(doc, results[0], None)

def reference(doc):
    return doc["answer"]
"""


def test_task_code_that_exits_is_an_error_of_its_items(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "exits_scoring.py").write_text(TASK_CODE, encoding="utf-8")
    (tmp_path / "exits.yaml").write_text(
        f"task: exits\ninclude: {CHOICE}\nprocess_results: !function exits_scoring.process_results\n",
        encoding="utf-8",
    )
    found = cli(
        "evaluate", "mock:echo", "-t", "exits", "-L", "2", "-o", tmp_path / "run", "--json",
        "--include-path", tmp_path, "--trust-task-code",
    )  # fmt: skip
    assert found.code in (2, 3, 4), found.err
    assert "SystemExit" in found.err and "Traceback" not in found.err
    assert not found.out or json.loads(found.out)


ENCODINGS = {
    "ascii": {"PYTHONIOENCODING": "ascii"},
    "latin-1": {"PYTHONIOENCODING": "latin-1"},
    "POSIX": {"LC_ALL": "POSIX", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
}


@pytest.mark.parametrize("name", mostly_long(ENCODINGS, ["POSIX"]))
def test_a_narrow_encoding_escapes_and_never_fails(tmp_path: Path, name: str) -> None:
    command = ("evaluate", "mock:fixed:café ↑ 🎧", "-t", "quickstart_choice", "-L", "1", "-o")
    process = start(*command, tmp_path / "run", **ENCODINGS[name])
    code, out, err = finish(process)
    assert code == 0, err
    assert "accuracy" in out
    shown = start("score", tmp_path / "run", "--json", **ENCODINGS[name])
    code, out, err = finish(shown)
    assert code == 0 and json.loads(out) == results(tmp_path / "run"), err


def test_a_reader_that_goes_away_is_143(tmp_path: Path) -> None:
    script = "set -o pipefail; exec 3>&1; ( $PY -m harness tasks list; echo $? >&3 ) | head -c 1 >/dev/null"
    found = subprocess.run(
        ["bash", "-c", script.replace("$PY", sys.executable)], capture_output=True, text=True, check=False
    )  # fmt: skip
    assert found.stdout.strip() in ("143", "0"), found  # 0: all was written before the reader went
    assert "Traceback" not in found.stderr and "Exception ignored" not in found.stderr
