"""Hazards: an exported name that vanishes, an import that costs, an example that no longer runs, types that lie."""

from __future__ import annotations

import asyncio
import contextlib
import io
import subprocess
import sys
from pathlib import Path

import pytest

import harness
import harness.testing
from harness.api import EvaluateOptions, GateSettings, RescoreOptions, ScoreOptions
from harness.comparison.gate import GateOptions
from harness.errors import UnknownNameError, UsageError
from harness.settings import Settings
from tests.support.pages import blocks, read

USER_SCRIPT = """
import harness
from harness.testing import tone

run = harness.evaluate("mock:options", ["quickstart_choice"], "runs/a", limit=2, judge="none")
value: float | None = run.metric("quickstart_choice", "accuracy").value
names: tuple[str, ...] = run.tasks
code: int = harness.gate(run, "runs/b", alpha=0.01).exit_code
tasks: list[str] = [entry.task for entry in harness.list_tasks("mmau")]
seconds: float = tone().seconds
"""


def test_the_exported_names_are_these() -> None:
    assert harness.__all__ == [
        "HarnessError",
        "MetricValue",
        "Run",
        "__version__",
        "compare",
        "evaluate",
        "export",
        "gate",
        "leaderboard",
        "list_tasks",
        "load_run",
        "merge",
        "rescore",
        "score",
        "trend",
        "verify",
        "write_report",
    ]
    for name in harness.__all__:
        assert getattr(harness, name) is not None
    assert set(harness.__all__) <= set(dir(harness))
    with pytest.raises(AttributeError, match="no attribute 'evaluat'"):
        _ = harness.evaluat  # type: ignore[attr-defined]
    assert harness.testing.__all__ == [
        "AdapterConformance",
        "MockAdapter",
        "NonconformingError",
        "speech_clips",
        "tone",
    ]


def test_a_subpackage_never_takes_the_place_of_a_function(tmp_path: Path) -> None:
    """``import harness.x`` sets an attribute: a package of a function's name would replace it."""
    root = Path(harness.__file__).parent
    for name in harness.__all__:
        assert not (root / name).exists() and not (root / f"{name}.py").exists(), name


def test_importing_the_package_imports_nothing_else() -> None:
    code = (
        "import sys; before = set(sys.modules); import harness; print(*set(sys.modules) - before)"
    )
    command = [sys.executable, "-c", code]
    found = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()
    ours = {name for name in found if name.partition(".")[0] == "harness"}
    assert ours == {"harness", "harness.core", "harness.core.version"}
    assert {name.partition(".")[0] for name in found} - {"harness"} <= sys.stdlib_module_names


def test_every_option_is_a_setting() -> None:
    settings = set(Settings.__dataclass_fields__)
    assert set(EvaluateOptions.__annotations__) <= settings
    rest = settings - {"model", "tasks", "output_path", "rejudge"}
    assert rest == set(EvaluateOptions.__annotations__), "a new flag has no option in Python"
    assert set(GateSettings.__annotations__) == set(GateOptions.__dataclass_fields__) - {"policy"}
    fields = {"response_field", "doc_field", "id_field", "judge_field", "clean"}
    assert set(ScoreOptions.__annotations__) - settings == fields
    assert set(RescoreOptions.__annotations__) <= settings


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_the_examples_of_the_page_run(here: Path) -> None:
    names: dict[str, object] = {}
    out, ran = "", 0
    for block in blocks(read("docs/python.md")):
        if block.language == "python":
            stream = io.StringIO()
            with contextlib.redirect_stdout(stream):
                exec(compile(block.text, "docs/python.md", "exec"), names)
            out, ran = stream.getvalue(), ran + 1
        elif block.language == "text":
            assert out.strip() == block.text.strip()
    assert ran == 6


def test_a_run_in_a_running_loop(here: Path) -> None:
    """A notebook has a loop that runs: ``asyncio.run`` inside it would fail."""

    async def cell() -> harness.Run:
        return harness.evaluate("mock:options", "quickstart_choice", "runs/a", limit=1)

    assert asyncio.run(cell()).exit_code == 0


def test_a_failed_item_is_an_exit_code_and_bad_input_an_exception(here: Path) -> None:
    run = harness.evaluate(
        "mock:options",
        "quickstart_choice",
        "runs/f",
        limit=2,
        model_args={"error_rate": 1.0, "retryable": False},
    )
    assert run.exit_code == 3 and run.note is not None and "2 of 2 items failed" in run.note
    with pytest.raises(UsageError, match="unknown option"):
        harness.evaluate("mock:options", "quickstart_choice", "runs/g", limits=2)  # type: ignore[call-arg]
    with pytest.raises(UsageError, match="not a run directory"):
        harness.load_run(here)
    with pytest.raises(UnknownNameError, match="unknown metric 'acuracy'"):
        run.metric("quickstart_choice", "acuracy")
    with pytest.raises(UnknownNameError, match="unknown reading 'official'"):
        run.metric("quickstart_choice", "accuracy", "official")
    with pytest.raises(UnknownNameError, match="unknown task"):
        run.samples("quickstart_choise")


def test_stored_replies_are_scored_and_scored_again(here: Path) -> None:
    (here / "replies.jsonl").write_text('{"id": "choice_01", "response": "kitchen"}\n')
    run = harness.score("quickstart_choice", "replies.jsonl", "runs/s", name="stored")
    assert run.name == "stored" and run.metric("quickstart_choice", "accuracy").n == 1
    again = harness.rescore(run)
    assert again.results == run.results == harness.load_run("runs/s").results
    page = harness.write_report(run, here / "page.html", compare=again)
    assert page == here / "page.html" and '["choice_01",' in page.read_text(encoding="utf-8")
    assert harness.write_report("runs/s") == Path("runs/s/report.html")
    board = harness.leaderboard([run, again])
    assert sorted(row.run for row in board.tables[0].rows) == ["stored", "stored (2)"]


@pytest.mark.long
@pytest.mark.slow
def test_a_script_of_a_user_passes_the_type_checker(tmp_path: Path) -> None:
    script = tmp_path / "user.py"
    script.write_text(USER_SCRIPT, encoding="utf-8")
    command = [sys.executable, "-m", "mypy", "--strict", "--cache-dir", str(tmp_path), str(script)]
    found = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, check=False)
    assert found.returncode == 0, found.stdout
    script.write_text(USER_SCRIPT.replace("limit=2", "limits=2"), encoding="utf-8")
    found = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, check=False)
    assert found.returncode == 1 and "limits" in found.stdout
