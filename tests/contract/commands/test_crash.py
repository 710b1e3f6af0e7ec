"""Hazard: a crash of the harness that ends with exit 1, which CI reads as a regression."""

from __future__ import annotations

import stat
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.command import CommandResult

Cli = Callable[..., CommandResult]


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


def raises(monkeypatch: pytest.MonkeyPatch, error: BaseException) -> None:
    """Let ``harness tasks list`` fail inside."""

    def load_index(paths: object) -> None:
        raise error

    monkeypatch.setattr("harness.task_loading.index.load_index", load_index)


@pytest.mark.parametrize("code", [0, 1, None, "bye"])
def test_code_of_others_that_ends_the_process_is_4_and_never_a_good_end(
    cli: Cli, temporary: Path, monkeypatch: pytest.MonkeyPatch, code: object
) -> None:
    raises(monkeypatch, SystemExit(code))
    found = cli("tasks", "list")
    assert found.code == 4 and f"sys.exit({code!r})" in found.err
    assert not list(temporary.glob("harness-crash-*.txt"))


@pytest.mark.parametrize(
    "error", [KeyError("item_key"), RecursionError(), GeneratorExit(), OSError(5, "odd")]
)
def test_a_fault_is_70_with_a_report(
    cli: Cli, temporary: Path, monkeypatch: pytest.MonkeyPatch, error: BaseException
) -> None:
    raises(monkeypatch, error)
    found = cli("tasks", "list", "api_key=sk-secret-1")
    if isinstance(error, OSError):
        assert found.code == 4  # a failing disk is the environment's
        return
    assert found.code == 70 and "Traceback" not in found.err
    assert f"a fault of the harness itself: {type(error).__name__}" in found.err
    (report,) = temporary.glob("harness-crash-*.txt")
    assert str(report) in found.err
    assert stat.S_IMODE(report.stat().st_mode) == 0o600
    text = report.read_text(encoding="utf-8")
    assert "Traceback" in text and "load_index" in text and "sk-secret-1" not in text


def test_a_file_that_may_not_be_opened_is_the_environments(
    cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    raises(monkeypatch, PermissionError(13, "Permission denied", "some/file.yaml"))
    found = cli("tasks", "list")
    assert (found.code, found.err) == (4, "error: Permission denied: some/file.yaml\n")


def test_links_in_a_circle_are_the_environments(
    cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "self.yaml").symlink_to("self.yaml")
    assert "self.yaml is passed over" in cli("tasks", "list", "--include-path", tmp_path).err
    raises(monkeypatch, RuntimeError("Symlink loop from 'a/b'"))
    found = cli("tasks", "list")
    assert (found.code, found.err) == (4, "error: Too many levels of symbolic links: 'a/b'\n")


def test_memory_that_runs_out_is_the_environments(
    cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    raises(monkeypatch, MemoryError())
    assert cli("tasks", "list").code == 4


def test_a_report_that_cannot_be_written_changes_nothing(
    cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "absent"))
    raises(monkeypatch, KeyError("x"))
    found = cli("tasks", "list")
    assert found.code == 70 and "report" not in found.err


def odd(error: BaseException) -> BaseException:
    """What code of others makes of Ctrl-C, as Python 3.11 does in ``__set_name__``."""
    changed = RuntimeError("Error calling __set_name__")
    changed.__cause__ = error
    return changed


@pytest.mark.parametrize(
    "error",
    [
        odd(KeyboardInterrupt()),
        ExceptionGroup("tasks", [ValueError(), odd(KeyboardInterrupt())]),  # type: ignore[list-item]
        odd(odd(KeyboardInterrupt())),
    ],
)
def test_ctrl_c_in_other_clothes_is_130_and_no_fault(
    cli: Cli, temporary: Path, monkeypatch: pytest.MonkeyPatch, error: BaseException
) -> None:
    raises(monkeypatch, error)
    found = cli("tasks", "list")
    assert found.code == 130 and found.err == "interrupted\n"
    assert not list(temporary.glob("harness-crash-*.txt"))
