"""Hazard: behind the Gemini API that fails in every way, items are lost, asked twice, or score otherwise."""

from __future__ import annotations

import signal
from pathlib import Path
from typing import Any

import pytest

from tests.chaos_server import ChaosServer
from tests.reliability.live import answered, finish, interrupt, launch, lines, wait_until
from tests.reliability.test_openai_chaos import (
    CLIENT,
    ITEMS,
    REPLIES,
    asked,
    content,
    growth,
    without_paths,
)
from tests.toy import jsonl, write_tone

pytest.importorskip("google.genai", reason="needs the extra gemini")
pytestmark = pytest.mark.network
MODEL = "gemini:gemini-2.5-flash"


@pytest.fixture(autouse=True)
def toy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("GEMINI_API_KEY", "GOOGLE_API_KEY", "GOOGLE_GEMINI_BASE_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TOY_AUDIO", str(write_tone(tmp_path / "tone.wav")))
    monkeypatch.setenv("TOY_ITEMS", str(ITEMS))


def to(server: ChaosServer, client: str = CLIENT) -> tuple[str, ...]:
    return ("-M", f"base_url={server.base_url.removesuffix('/v1')},{client}")


@pytest.fixture(scope="module")
def calm(tmp_path_factory: pytest.TempPathFactory) -> tuple[bytes, list[dict[str, Any]]]:
    """What a run gives when nothing fails."""
    folder = tmp_path_factory.mktemp("calm")
    with pytest.MonkeyPatch.context() as patch, ChaosServer(*REPLIES) as server:
        patch.setenv("TOY_AUDIO", str(write_tone(folder / "tone.wav")))
        patch.setenv("TOY_ITEMS", str(ITEMS))
        code, _, err = finish(launch(MODEL, folder / "run", *to(server)), timeout=300)
        assert code == 0, err
        ledger = server.ledger()
    assert ledger["requests"] == ITEMS
    found = content(folder / "run")
    outcomes = {line["outcome"] for line in found[1]}
    assert outcomes == {"answered", "empty", "refused", "truncated"}
    return found


def test_same_results_with_every_fifth_attempt_failing(
    tmp_path: Path, calm: tuple[bytes, list[dict[str, Any]]]
) -> None:
    run = tmp_path / "run"
    with ChaosServer(*REPLIES, "--fault-rate", "0.2", "--fault-attempts", "4") as server:
        code, _, err = finish(launch(MODEL, run, *to(server)), timeout=600)
        assert code == 0, err
        ledger = server.ledger()
    assert len(ledger["faults"]) >= 8
    assert len(jsonl(run / "responses.jsonl")) == ITEMS  # nothing lost, nothing twice
    assert len(ledger["by_content"]) == ITEMS
    assert all(row["answered"] >= 1 for row in ledger["by_content"].values())
    assert ledger["probes"] == 0
    attempts = sum(line["extra"].get("attempts", 1) for line in jsonl(run / "responses.jsonl"))
    assert attempts == ledger["requests"]  # the package sent none that we do not know of
    results, samples = content(run)
    assert results == calm[0]
    assert without_paths(samples) == without_paths(calm[1])


def test_kill_9_asks_nothing_finished_again(
    tmp_path: Path, calm: tuple[bytes, list[dict[str, Any]]]
) -> None:
    run = tmp_path / "run"
    faults = ("--fault-rate", "0.1", "--fault-attempts", "3", "--latency", "0.05")
    with ChaosServer(*REPLIES, *faults) as server:
        for part in (0.3, 0.7):
            target = int(ITEMS * part)
            process = launch(MODEL, run, *to(server))
            wait_until(lambda: lines(run / "responses.jsonl") >= target, process)  # noqa: B023
            process.kill()
            process.communicate()
            done = answered(run)
            before = asked(server)
            assert target <= len(done) < ITEMS
        code, _, err = finish(launch(MODEL, run, *to(server)), timeout=600)
        assert code == 0, err
        after = asked(server)
    assert len(after) == ITEMS
    assert {name for name in done if after[name] != before[name]} == set()
    results, samples = content(run)
    assert results == calm[0]
    assert without_paths(samples) == without_paths(calm[1])


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_a_run_whose_requests_hang(tmp_path: Path, number: signal.Signals) -> None:
    run = tmp_path / "run"
    faults = ("--fault-rate", "0.3", "--faults", "hang", "--fault-attempts", "99")
    with ChaosServer(*REPLIES, *faults) as server:
        process = launch(MODEL, run, *to(server, "concurrency=16"))
        wait_until(lambda: lines(run / "responses.jsonl") >= 20, process)
        code, _, err = interrupt(process, number)
    assert code == 128 + number
    assert "Traceback" not in err
    assert "Unclosed" not in err
    assert len(jsonl(run / "samples.jsonl")) >= 20


def test_memory_is_flat(tmp_path: Path) -> None:
    # 500 bodies with audio that are not dropped would be 107 MB
    with ChaosServer("--fast", "--latency", "0.005") as server:
        base, grown = growth(tmp_path, 100, 600, MODEL, *to(server))
    assert base < 400_000_000, f"{base / 1e6:.0f} MB"
    assert grown < 20_000_000, f"{base / 1e6:.0f} MB, and {grown / 1e6:.1f} MB more"
