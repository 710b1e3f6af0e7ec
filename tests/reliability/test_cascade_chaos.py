"""Hazard: behind two services that fail in every way, a transcript goes to another item, or is lost."""

from __future__ import annotations

import json
import re
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.support.budget import SOAK
from tests.support.command import CommandResult, run_process
from tests.support.models.small_model import MODEL, small_model
from tests.support.runs.live import answered, finish, interrupt, launch, lines, wait_until
from tests.support.runs.services import ITEMS, REPLIES, asked, content, without_paths
from tests.support.runs.toy import evaluate_arguments, jsonl, write_tone
from tests.support.servers.chaos_server import ChaosServer

pytestmark = [pytest.mark.network, pytest.mark.slow]
Cli = Callable[..., CommandResult]
TARGET = "cascade:openai:ear+openai:mouth"
CLIPS = 30
EAR = ("--reply", "echo", "--seed", "3")
CLIENT = "timeout=2,backoff=0.05,max_retries=8"


@pytest.fixture(autouse=True)
def toy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("OPENAI_API_KEY", "OPENAI_BASE_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TOY_AUDIO", str(tones(tmp_path / "clips")))
    monkeypatch.setenv("TOY_ITEMS", str(ITEMS))


def tones(folder: Path) -> Path:
    folder.mkdir()
    for number in range(CLIPS):
        write_tone(folder / f"{number:02}.wav", 0.1, frequency=200.0 + 40 * number)
    return folder


def to(ear: ChaosServer, mouth: ChaosServer) -> tuple[str, ...]:
    theirs = ",".join(f"llm.{part}" for part in CLIENT.split(","))
    urls = f"base_url={ear.base_url},llm.base_url={mouth.base_url}"
    return ("-M", f"{urls},{CLIENT},{theirs},llm.concurrency=16")


@pytest.fixture(scope="module")
def calm(tmp_path_factory: pytest.TempPathFactory) -> tuple[bytes, list[dict[str, Any]]]:
    """What a run gives when nothing fails."""
    folder = tmp_path_factory.mktemp("calm")
    with (
        pytest.MonkeyPatch.context() as patch,
        ChaosServer(*EAR) as ear,
        ChaosServer(*REPLIES) as mouth,
    ):
        patch.setenv("TOY_AUDIO", str(tones(folder / "clips")))
        patch.setenv("TOY_ITEMS", str(ITEMS))
        code, _, err = finish(launch(TARGET, folder / "run", *to(ear, mouth)), timeout=300)
        assert code == 0, err
        assert ear.ledger()["requests"] == CLIPS
        assert mouth.ledger()["requests"] == ITEMS
    found = content(folder / "run")
    assert {line["outcome"] for line in found[1]} == {"answered", "empty", "refused", "truncated"}
    return found


def transcripts(run: Path) -> dict[str, str]:
    return {line["id"]: line["extra"]["transcript"] for line in jsonl(run / "responses.jsonl")}


def test_same_results_with_every_fifth_attempt_failing(
    cli: Cli, tmp_path: Path, calm: tuple[bytes, list[dict[str, Any]]]
) -> None:
    run = tmp_path / "run"
    faults = ("--fault-rate", "0.2", "--fault-attempts", "4")
    with ChaosServer(*EAR, *faults) as ear, ChaosServer(*REPLIES, *faults) as mouth:
        ended = cli(*evaluate_arguments(TARGET, run, *to(ear, mouth)))
        assert ended.code == 0, ended.err
        ledgers = ear.ledger(), mouth.ledger()
    assert [len(ledger["by_content"]) for ledger in ledgers] == [CLIPS, ITEMS]
    assert all(ledger["faults"] for ledger in ledgers)
    heard = {row["text"] for row in ledgers[0]["by_content"].values()}
    said = transcripts(run)
    assert len(said) == ITEMS and set(said.values()) == heard  # nothing lost, nothing twice
    for row in ledgers[1]["by_content"].values():
        found = re.fullmatch(
            r'\[Transcript of the recording: "(.*)"\].*number (\d+)\?', row["text"], re.S
        )
        assert found is not None and said[f"item-{int(found[2]):05}"] == found[1]
    results, samples = content(run)
    assert results == calm[0]
    assert without_paths(samples) == without_paths(calm[1])


@pytest.mark.long
def test_kill_9_asks_nothing_finished_again_and_hears_no_clip_twice(
    cli: Cli, tmp_path: Path, calm: tuple[bytes, list[dict[str, Any]]]
) -> None:
    run = tmp_path / "run"
    cache = ("-M", f"transcript_cache={tmp_path / 'transcripts.sqlite'}")
    slow = ("--latency", "0.05")
    with ChaosServer(*EAR) as ear, ChaosServer(*REPLIES, *slow) as mouth:
        for part in (0.3, 0.7):
            target = int(ITEMS * part)
            process = launch(TARGET, run, *to(ear, mouth), *cache)
            wait_until(lambda: lines(run / "responses.jsonl") >= target, process)  # noqa: B023
            process.kill()
            process.communicate()
            done = answered(run)
            before = asked(mouth)
            assert target <= len(done) < ITEMS
        heard = ear.ledger()["requests"]
        ended = cli(*evaluate_arguments(TARGET, run, *to(ear, mouth), *cache))
        assert ended.code == 0, ended.err
        after = asked(mouth)
        assert ear.ledger()["requests"] == heard
    assert heard >= CLIPS
    assert len(after) == ITEMS
    assert {name for name in done if after[name] != before[name]} == set()
    results, samples = content(run)
    assert results == calm[0]
    assert without_paths(samples) == without_paths(calm[1])


@pytest.mark.long
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM] if SOAK else [signal.SIGTERM])
@pytest.mark.parametrize("deaf", ["ear", "mouth"])
def test_a_signal_ends_a_run_whose_service_hangs(
    tmp_path: Path, number: signal.Signals, deaf: str
) -> None:
    run = tmp_path / "run"
    hang = ("--fault-rate", "0.1", "--faults", "hang", "--fault-attempts", "99")
    with (
        ChaosServer(*EAR, *(hang if deaf == "ear" else ())) as ear,
        ChaosServer(*REPLIES, *(hang if deaf == "mouth" else ())) as mouth,
    ):
        patient = f"base_url={ear.base_url},llm.base_url={mouth.base_url},llm.concurrency=16"
        process = launch(TARGET, run, "-M", patient)
        wait_until(lambda: "hang" in (ear if deaf == "ear" else mouth).ledger()["faults"], process)
        code, _, err = interrupt(process, number)
    assert code == 128 + number
    assert "Traceback" not in err
    assert "Unclosed" not in err


@pytest.mark.long
@pytest.mark.slow
def test_a_real_recogniser_and_a_real_language_model(tmp_path: Path) -> None:
    pytest.importorskip("pocketsphinx", reason="needs the extra demo")
    run, items = tmp_path / "run", "2" if SOAK else "1"
    with small_model() as url:
        ended = run_process(
            *("evaluate", f"cascade:pocketsphinx+openai:{MODEL}", "-t", "quickstart", "-L", items),
            *("-M", f"llm.base_url={url},llm.concurrency=2", "-o", run),
            timeout=280,
        )
    assert ended.code == 0, ended.err
    answers = jsonl(run / "responses.jsonl")
    assert len(answers) == 5 * int(items)
    assert all(line["response"].strip() and line["extra"]["transcript"] for line in answers)
    assert all(line["usage"]["completion_tokens"] > 0 for line in answers)
    model = json.loads((run / "manifest.json").read_text())["model"]
    assert model["description"]["language_model"]["model"] == MODEL
