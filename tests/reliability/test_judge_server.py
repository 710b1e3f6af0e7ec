"""A judge that is a real language model behind a real OpenAI-compatible server, all from packages."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.command import run_process
from tests.support.models.small_model import MODEL, small_model
from tests.support.runs.judged import derived, evaluate_arguments, lines
from tests.support.runs.toy import jsonl, script, write_tone

pytestmark = [pytest.mark.network, pytest.mark.slow, pytest.mark.long]

ITEMS = 2


@pytest.fixture(scope="module")
def base_url() -> Iterator[str]:
    """URL of a live server."""
    with small_model() as url:
        yield url


def test_a_real_model_judges_a_run(
    tmp_path: Path, base_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TOY_AUDIO", str(write_tone(tmp_path / "tone.wav", seconds=0.05)))
    monkeypatch.setenv("TOY_ITEMS", str(ITEMS))
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    model, run = f"mock:script:{script(tmp_path / 's.json', ITEMS)}", tmp_path / "run"
    command = evaluate_arguments(model, run, base_url, "--judge", f"openai:{MODEL}")
    command += ("-J", "max_tokens=400,timeout=120,concurrency=2,seed=1")
    ended = run_process(*command, timeout=280)
    assert ended.code == 0, ended.err
    recorded = lines(run)
    assert {line["id"] for line in recorded if line["vote"] == 0} == {
        line["id"] for line in jsonl(run / "responses.jsonl")
    }
    asked = [line for line in recorded if line["source"] == "asked"]
    assert asked and all(line["usage"]["completion_tokens"] > 0 for line in asked)
    assert all(line["model"] == MODEL and line["reply"].strip() for line in asked)
    first = derived(run)
    entry = first["results"]["tasks"]["judged"]
    assert entry["unjudged"] == 0 and f"judge:{MODEL}@sakura.2#" in entry["signature"]
    assert first["results"]["judge_health"]["judged"]["n"] == 1
    assert run_process(*command, timeout=60).code == 0  # nothing is asked again
    assert derived(run) == first and len(lines(run)) == len(recorded)
