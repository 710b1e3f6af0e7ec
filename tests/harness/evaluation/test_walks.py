"""Hazards: what a task says about its judge is read again and again, and may differ in between; a run walks in circles."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from harness.errors import UsageError
from harness.evaluation import evaluate as evaluation
from harness.evaluation.evaluate import evaluate
from harness.run.attempts import Attempts
from harness.run.directory import RunDirectory
from harness.settings import Settings
from tests.bench.walks import REPLY, judged, traced, unjudged
from tests.support.runs.toy import TOY, write_tone
from tests.support.servers.chaos_server import ChaosServer

ONCE = (
    "harness.task_loading.judging.block:parse_judge",
    "harness.task_loading.judging.block:read_prompt",
    "harness.task_loading.judging.canaries:read_canaries",
    "harness.judge.options:judge_options",
    "harness.judge.task_judge:bind",
    "harness.task_loading.task:YamlTask.facts",
    "harness.run.directory:RunDirectory.attempts",
)


@pytest.fixture
def clip(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOY_AUDIO", str(write_tone(tmp_path / "clip.wav")))
    monkeypatch.setenv("TOY_ITEMS", "1")


@pytest.mark.network
@pytest.mark.usefixtures("clip")
def test_a_judge_is_parsed_and_planned_once_and_the_walk_stays_short(tmp_path: Path) -> None:
    with ChaosServer("--reply", REPLY) as server:
        judged(tmp_path / "first", server.base_url)
        walk = traced(lambda: judged(tmp_path / "second", server.base_url))
    calls = Counter({name: walk.calls[name] for name in ONCE})
    assert calls == Counter(ONCE)
    assert walk.hops <= 840, walk.arrows.most_common(20)


def test_a_walk_without_a_judge_stays_short(tmp_path: Path) -> None:
    unjudged(tmp_path / "first", "")
    walk = traced(lambda: unjudged(tmp_path / "second", ""))
    assert 100 < walk.hops <= 610, walk.arrows.most_common(20)
    assert not any(name.startswith("harness.judge.stage:") for name in walk.calls)


@pytest.mark.usefixtures("clip")
def test_the_score_stage_gets_exactly_the_attempts_that_the_log_holds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TOY_ITEMS", "12")
    seen: list[tuple[dict[Any, Any], dict[Any, Any]]] = []
    score_run = evaluation.score_run

    def spy(run: RunDirectory, load: Any, attempts: Attempts, **more: Any) -> dict[str, Any]:
        seen.append((dict(attempts), dict(run.attempts())))
        return score_run(run, load, attempts, **more)

    monkeypatch.setattr(evaluation, "score_run", spy)
    script = tmp_path / "script.json"
    fault = {"error": "scripted"}
    script.write_text(json.dumps({"item-00003": fault, "*": "an answer"}), encoding="utf-8")
    settings = Settings(
        f"mock:script:{script}",
        ("toy",),
        tmp_path / "run",
        include_path=(TOY,),
        trust_task_code=True,
        max_errors="100%",
    )
    for again in (False, True):
        more = {"retry_errors": True} if again else {"limit": "8"}
        evaluate(Settings(**{**_fields(settings), **more}), [], "quiet")
    assert [len(kept) for kept, _ in seen] == [8, 12]
    assert seen[0][0]["toy", "item-00003", 0].outcome == "error"  # asked again by the second
    for kept, logged in seen:
        assert kept == logged


def _fields(settings: Settings) -> dict[str, Any]:
    return {name: getattr(settings, name) for name in Settings.__dataclass_fields__}


def test_a_run_needs_a_run_directory_and_a_dry_run_does_not() -> None:
    from harness.evaluation.dry_run import dry_run

    settings = Settings("mock:options", ("quickstart_choice",), limit="2")
    assert dry_run(settings).as_json()["items"] == 2
    with pytest.raises(UsageError, match="-o RUN_DIR is missing"):
        evaluate(settings, [], "quiet")
