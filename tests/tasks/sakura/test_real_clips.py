"""SAKURA's real clips through the whole path: a recogniser, chance, and a checkpoint of random weights."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.budget import SOAK
from tests.support.command import CommandResult
from tests.support.models.tiny_models import build_tiny_qwen2_audio
from tests.support.runs.toy import jsonl, results
from tests.support.shared import SHARED, needs_shared

pytestmark = needs_shared

CLI = Callable[..., CommandResult]
TASKS = ("sakura_language_single", "sakura_gender_single")
DATA = ("-t", ",".join(TASKS), "--data", f"sakura={SHARED / 'real' / 'sakura'}")
# 40 clips a task take a recogniser about a minute and a half: the long form has all of them
COUNT = 40 if SOAK else 3
LIMIT = () if SOAK else ("--limit", str(COUNT))


def check_run(run: Path) -> None:
    """Every selected item is there once, and the run says that it is partial."""
    samples = jsonl(run / "samples.jsonl")
    assert len(samples) == 2 * COUNT == len({(sample["task"], sample["id"]) for sample in samples})
    for task in TASKS:
        entry = results(run)["tasks"][task]
        assert entry["n"] == COUNT
        assert entry["absent"] == 460
        assert f"n:{COUNT}/500" in entry["signature"]
        assert list(entry["metrics"]) == ["letter_or_text"]


@pytest.mark.long
@pytest.mark.slow
def test_the_cascade(cli: CLI, tmp_path: Path) -> None:
    pytest.importorskip("pocketsphinx")
    run = tmp_path / "run"
    done = cli("evaluate", "cascade:pocketsphinx", *DATA, *LIMIT, "-o", run)
    assert done.code == 0, done.err
    check_run(run)
    assert "partial: sakura_language_single" in done.out
    transcripts = [sample["extra"]["transcript"] for sample in jsonl(run / "samples.jsonl")]
    assert sum(bool(text.strip()) for text in transcripts) > COUNT


def test_chance(cli: CLI, tmp_path: Path) -> None:
    run = tmp_path / "run"
    assert cli("evaluate", "baseline:random", *DATA, "-o", run).code == 0
    for task, chance in zip(TASKS, (0.25, 0.5), strict=True):
        low, high = results(run)["tasks"][task]["metrics"]["letter_or_text"]["strict"]["ci95"]
        assert low <= chance <= high


@pytest.mark.slow
@pytest.mark.xdist_group("hf")
def test_a_tiny_checkpoint(cli: CLI, tmp_path: Path) -> None:
    pytest.importorskip("transformers")
    checkpoint, run = tmp_path / "tiny", tmp_path / "run"
    build_tiny_qwen2_audio(checkpoint)
    flags = ("--gen_kwargs", "max_new_tokens=8", *LIMIT)
    done = cli("evaluate", checkpoint, *DATA, *flags, "-o", run)
    assert done.code == 0, done.err
    check_run(run)
    samples = jsonl(run / "samples.jsonl")
    assert {len(sample["audio"]) for sample in samples} == {1}
    assert len({sample["response"] for sample in samples}) > COUNT // 2, (
        "outputs depend on the audio"
    )
    # the same command again asks nothing
    before = (run / "responses.jsonl").read_bytes()
    assert cli("evaluate", checkpoint, *DATA, *flags, "-o", run).code == 0
    assert (run / "responses.jsonl").read_bytes() == before
