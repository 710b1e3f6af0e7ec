"""Hazards of ``python:``: a wrong reply that passes, a process that dies without a word, hangs, or stays behind."""

from __future__ import annotations

import gc
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from harness.errors import AdapterError, UsageError
from model_adapters.registry import create
from tests.support.budget import SOAK
from tests.support.command import start
from tests.support.models.python_classes import Make, answer, request, text

# --- failures ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("returned", "message"),
    [
        ("None", "returned NoneType"),
        ("b'x'", "returned bytes"),
        ("{'texts': 'x'}", "unknown keys texts"),
        ("{'finish': 'stop'}", "no text"),
        ("{'text': 'x', 'finish': 'eos'}", "finish 'eos', expected one of stop"),
        ("{'text': 'x', 'extra': {'y': object()}}", "not JSON serializable"),
        ("1 / 0", "ZeroDivisionError: division by zero"),
        ("[][3]", r"IndexError: list index out of range"),
    ],
)
def test_what_a_class_returns_wrongly_is_an_error_of_that_request(
    make: Make, returned: str, message: str
) -> None:
    adapter = make("odd_models:Returns")
    adapter.open()
    good, bad, after = adapter.generate_batch([request("'g'"), request(returned), request("'a'")])
    assert (good.text, after.text) == ("g", "a")
    assert bad.text is None and bad.error is not None
    assert bad.error.kind == "request" and message in bad.error.message


def test_lack_of_memory_has_its_own_kind(make: Make) -> None:
    adapter = make("odd_models:Returns")
    adapter.open()
    error = answer(adapter, "(_ for _ in ()).throw(MemoryError())").error
    assert error is not None and error.kind == "memory"


@pytest.mark.parametrize(
    ("target", "arguments", "message"),
    [
        ("no_such_module_here:Model", {}, "-M path=FOLDER says where"),
        ("broken_model:Model", {}, "No module named 'no_such_dependency'"),
        ("good_model:Modle", {}, "Modle"),
        ("good_model:Model", {"prefx": "x"}, "prefx"),
        ("odd_models:NoLoad", {"x": 1}, "has no load"),
        ("odd_models:Dies", {"at": "error"}, "OSError: no weights at all"),
    ],
)
def test_a_model_that_does_not_load(
    make: Make, target: str, arguments: dict[str, Any], message: str
) -> None:
    adapter = make(target, **arguments)
    with pytest.raises(AdapterError) as caught:
        adapter.open()
    assert message in str(caught.value)
    assert caught.value.where == f"python:{target}"
    adapter.close()


@pytest.mark.parametrize(("code", "how"), [(7, "exit code 7"), (-9, "SIGKILL"), (-11, "SIGSEGV")])
def test_the_death_of_the_process_shows_what_it_printed(folder: Path, code: int, how: str) -> None:
    arguments = {"path": str(folder), "python": sys.executable, "code": code}
    adapter = create("python:odd_models:Dies", arguments)
    adapter.open()
    with pytest.raises(AdapterError, match=how) as caught:
        answer(adapter)
    assert "about to die" in str(caught.value)
    with pytest.raises(AdapterError, match=how):
        answer(adapter)
    adapter.close()
    adapter.close()


def test_death_while_loading(folder: Path) -> None:
    arguments = {"path": str(folder), "python": sys.executable, "at": "load"}
    adapter = create("python:odd_models:Dies", arguments)
    with pytest.raises(AdapterError, match="exit code 7"):
        adapter.open()
    adapter.close()


def test_an_interpreter_that_is_none(folder: Path, tmp_path: Path) -> None:
    fake = tmp_path / "python"
    fake.write_text("#!/bin/sh\necho not python at all >&2\nexit 3\n")
    fake.chmod(0o755)
    adapter = create("python:good_model:Model", {"path": str(folder), "python": str(fake)})
    with pytest.raises(AdapterError, match=r"exit code 3\n.*\n  not python at all"):
        adapter.open()
    adapter.close()


@pytest.mark.parametrize(
    ("target", "arguments"),
    [
        ("good_model", {}),
        ("good_model.py:Model", {"path": "/nowhere"}),
        ("good_model:Model:x", {}),
        ("good-model:Model", {}),
        ("good_model:Model", {"python": "/nowhere/bin/python"}),
        ("good_model:Model", {"python": "no-such-command"}),
        ("good_model:Model", {"path": True}),
    ],
)
def test_wrong_arguments_are_found_before_anything_loads(
    target: str, arguments: dict[str, Any]
) -> None:
    with pytest.raises(UsageError):
        create(f"python:{target}", arguments)


# --- processes ---------------------------------------------------------------------------------


def wait_for(condition: Callable[[], bool], seconds: float = 20.0) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.02)


def running(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def test_close_kills_a_process_that_hangs(folder: Path, tmp_path: Path) -> None:
    mark = tmp_path / "mark"
    arguments = {"path": str(folder), "python": sys.executable, "mark": str(mark)}
    adapter = create("python:odd_models:Hangs", arguments)
    adapter.open()
    caught: list[BaseException] = []

    def ask() -> None:
        try:
            answer(adapter)
        except AdapterError as error:
            caught.append(error)

    thread = threading.Thread(target=ask)
    thread.start()
    wait_for(mark.exists)
    adapter.close()
    thread.join(20)
    assert not thread.is_alive() and len(caught) == 1
    assert not any(running(int(pid)) for pid in mark.read_text().split())


@pytest.mark.parametrize("signal", ["TERM", "KILL", *(["INT"] if SOAK else [])])
def test_a_hang_ends_with_the_command(folder: Path, tmp_path: Path, signal: str) -> None:
    import signal as signals

    mark, run = tmp_path / "mark", tmp_path / "run"
    arguments = f"path={folder},python={sys.executable},mark={mark}"
    command = ("evaluate", "python:odd_models:Hangs", "-M", arguments)
    process = start(*command, "-t", "quickstart_choice", "-L", "2", "-o", run)
    wait_for(mark.exists, 60)
    process.send_signal(signals.Signals[f"SIG{signal}"])
    process.communicate(timeout=60)
    assert process.returncode == {"INT": 130, "TERM": 143, "KILL": -9}[signal]
    wait_for(lambda: not any(running(int(pid)) for pid in mark.read_text().split()))


def test_a_model_may_spawn_processes(folder: Path, environment: Path) -> None:
    """As engines do (vLLM): a spawned process runs the main file of its parent once more."""
    arguments = {"path": str(folder), "python": str(environment)}
    adapter = create("python:odd_models:Spawns", arguments)
    adapter.open()
    assert text(adapter, "aloud") == "ALOUD"
    adapter.close()


def test_nothing_stays_open(folder: Path) -> None:
    def descriptors() -> int:
        gc.collect()
        return len(list(Path("/proc/self/fd").iterdir()))

    before = descriptors()
    for target in ("good_model:Model", "odd_models:Dies"):
        adapter = create(f"python:{target}", {"path": str(folder), "python": sys.executable})
        adapter.open()
        adapter.close()
    assert descriptors() <= before
