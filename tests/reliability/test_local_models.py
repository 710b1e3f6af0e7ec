"""Hazards: a local model that is killed, interrupted, or dies loses or doubles items, or answers otherwise then."""

from __future__ import annotations

import os
import signal
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import soundfile

from tests.support.budget import SOAK
from tests.support.command import CommandResult
from tests.support.environment import make_environment
from tests.support.runs.live import (
    answered,
    asked,
    finish,
    interrupt,
    launch,
    lines,
    wait_until,
)
from tests.support.runs.toy import evaluate_arguments, jsonl, timeless

pytestmark = pytest.mark.slow
Cli = Callable[..., CommandResult]
ITEMS = 240 if SOAK else 30
MODEL = '''
import json
import os
import time


class Model:
    """Says what it was asked and heard, writes down every call, and takes its time."""

    batch = True

    def load(self, ledger):
        self.ledger = ledger

    def generate(self, messages, audio, generation):
        time.sleep(0.05)
        replies = [f"{m[-1]['content']} {len(a[0][0])}" for m, a in zip(messages, audio)]
        with open(self.ledger, "a") as log:
            for reply in replies:
                log.write(json.dumps({"id": reply, "pid": os.getpid()}) + "\\n")
        return replies
'''


@pytest.fixture(autouse=True)
def toy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Clips of many lengths, so that batches change with what is left to do."""
    folder = tmp_path / "clips"
    folder.mkdir()
    generator = np.random.default_rng(0)
    for number in range(ITEMS):
        samples = generator.standard_normal(generator.integers(8_000, 48_000)) * 0.1
        soundfile.write(folder / f"{number:03}.wav", samples.astype(np.float32), 16_000)
    monkeypatch.setenv("TOY_AUDIO", str(folder))
    monkeypatch.setenv("TOY_ITEMS", str(ITEMS))


def whole(cli: Cli, model: str, run: Path, *more: str | Path) -> None:
    """A run to its end, with every item in it once."""
    ended = cli(*evaluate_arguments(model, run, *more))
    assert ended.code == 0, ended.err
    ids = Counter(line["id"] for line in jsonl(run / "responses.jsonl"))
    assert len(ids) == ITEMS and set(ids.values()) == {1}
    assert len(jsonl(run / "samples.jsonl")) == ITEMS


@pytest.mark.long
@pytest.mark.xdist_group("hf")
def test_a_checkpoint_killed_and_resumed_answers_as_one_that_was_not(
    cli: Cli, tmp_path: Path
) -> None:
    pytest.importorskip("transformers", reason="needs the extra hf")
    from tests.support.models.tiny_models import build_tiny_qwen2_audio

    model = f"hf:{build_tiny_qwen2_audio(tmp_path / 'checkpoint')}"
    run, calm = tmp_path / "run", tmp_path / "calm"
    more = ("-M", "dtype=float32,device=cpu", "--batch-size", "5")
    for part in (0.3, 0.7) if SOAK else (0.5,):
        process = launch(model, run, *more)
        wait_until(lambda: lines(run / "responses.jsonl") >= ITEMS * part, process)  # noqa: B023
        process.kill()
        process.communicate()
        assert ITEMS * part <= len(answered(run)) < ITEMS
    whole(cli, model, run, *more)
    assert cli(*evaluate_arguments(model, calm, *more)).code == 0
    assert timeless(run) == timeless(calm)


# the other signal ends mocks and services in every run of the suite
@pytest.mark.long
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM] if SOAK else [signal.SIGTERM])
@pytest.mark.xdist_group("hf")
def test_a_signal_ends_a_checkpoint_in_the_middle_of_a_batch(
    tmp_path: Path, number: signal.Signals
) -> None:
    """A thread that is in native code when the interpreter goes down would abort the process."""
    pytest.importorskip("transformers", reason="needs the extra hf")
    from tests.support.models.tiny_models import build_tiny_qwen2_audio

    model, run = f"hf:{build_tiny_qwen2_audio(tmp_path / 'checkpoint')}", tmp_path / "run"
    long = ("--gen-kwargs", "max_new_tokens=2000,min_new_tokens=2000")
    process = launch(model, run, "-M", "dtype=float32,device=cpu", "--batch-size", "4", *long)
    wait_until(lambda: (run / "manifest.json").exists(), process)
    time.sleep(2)
    code, _, err = interrupt(process, number)
    assert code == 128 + number, err
    assert "terminate called" not in err and "Traceback" not in err


def test_a_class_in_its_own_process_killed_from_either_side(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "slow_model.py").write_text(MODEL, encoding="utf-8")
    environment = make_environment(tmp_path / "environment")
    model, run, calm = "python:slow_model:Model", tmp_path / "run", tmp_path / "calm"

    ledger = tmp_path / "ledger"
    arguments = f"path={tmp_path},python={environment},ledger={ledger}"
    more = ("-M", arguments, "--batch-size", "4")
    process = launch(model, run, *more)
    wait_until(lambda: lines(run / "responses.jsonl") >= ITEMS * 0.2, process)
    process.kill()
    process.communicate()
    process = launch(model, run, *more)
    wait_until(lambda: lines(run / "responses.jsonl") >= ITEMS * 0.5, process)
    os.kill(jsonl(ledger)[-1]["pid"], signal.SIGKILL)
    code, _, err = finish(process)
    assert code == 4 and "SIGKILL" in err and "Traceback" not in err
    assert ITEMS * 0.5 <= len(answered(run)) < ITEMS
    whole(cli, model, run, *more)
    calls = asked(ledger)
    assert len(calls) == ITEMS
    assert sum(calls.values()) - ITEMS <= 2 * 4  # the batch in flight at each of the two deaths
    whole(cli, model, calm, *more)
    assert timeless(run) == timeless(calm)
