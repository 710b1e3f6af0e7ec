"""Generation arguments and wav files of the contrib modules: what is read, refused, and written."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
import soundfile

from harness.types import Generation
from model_adapters.contrib._common import (
    Plan,
    cut_short,
    read_generation,
    single_turn,
    snapshot,
    turns,
    wav_bytes,
    wav_files,
)
from model_adapters.hf.generation import plan_generation

TAKES = ("temperature", "top_p")


@pytest.mark.parametrize(
    ("generation", "wanted"),
    [
        (Generation(), Plan(512)),
        (Generation(7, stop=("x",)), Plan(7)),
        (Generation(seed=1), Plan(512, seed=1)),
        (Generation(extra={"num_beams": 1, "length_penalty": 1.0}), Plan(512)),
        (
            Generation(sampled=True, temperature=0.7, seed=3),
            Plan(512, True, 3, {"temperature": 0.7}),
        ),
        (Generation(sampled=True, seed=0, top_p=1.0), Plan(512, True, 0, {"top_p": 1.0})),
        (Generation(sampled=True, seed=0, extra={"min_p": 0.0}), Plan(512, True)),
    ],
)
def test_a_record_means_the_same_here_as_for_a_local_checkpoint(
    generation: Generation, wanted: Plan
) -> None:
    plan = read_generation(generation.as_mapping(), "M", TAKES)
    assert plan == wanted
    theirs = plan_generation(generation)
    found = (plan.max_new_tokens, plan.sampled, plan.seed)
    assert found == (theirs.max_new_tokens, theirs.sampled, theirs.seed)


@pytest.mark.parametrize(
    "generation",
    [
        Generation(sampled=True, seed=0, extra={"top_k": 5}),
        Generation(extra={"repetition_penalty": 1.1}),
        Generation(extra={"num_beams": 2}),
        Generation(extra={"best_of": 1}),
        Generation(sampled=True, temperature=1.0),
    ],
)
def test_what_is_refused(generation: Generation) -> None:
    with pytest.raises(ValueError):
        read_generation(generation.as_mapping(), "M", TAKES)


@pytest.mark.parametrize("rate", [8000, 16_000, 44_100])
def test_wav_files_hold_the_exact_samples(rate: int) -> None:
    samples = np.array([0.1, -1.0, 1.0, 1e-7, 0.30000001], dtype=np.float32)
    read, found = soundfile.read(io.BytesIO(wav_bytes(samples, rate)), dtype="float32")
    assert (found, read.tobytes()) == (rate, samples.tobytes())
    info = soundfile.info(io.BytesIO(wav_bytes(samples, rate)))
    assert (info.subtype, info.channels, info.frames) == ("FLOAT", 1, 5)


def test_files_live_as_long_as_the_block() -> None:
    clip = (np.zeros(10, dtype=np.float32), 16_000)
    with pytest.raises(KeyError), wav_files([clip, clip]) as paths:
        assert all(Path(path).exists() for path in paths) and len(set(paths)) == 2
        raise KeyError
    assert not any(Path(path).parent.exists() for path in paths)


def test_clips_stand_where_their_parts_are() -> None:
    part, clip = {"type": "audio"}, {"type": "text", "text": "and"}
    messages = [
        {"role": "user", "content": [part, clip, part]},
        {"role": "user", "content": [part]},
    ]
    assert turns(messages, ["a", "b", "c"]) == [("user", ["a", "and", "b"]), ("user", ["c"])]  # type: ignore[list-item]


@pytest.mark.parametrize(
    "roles",
    [["user", "user"], ["assistant"], ["system"], ["user", "system"], ["system", "system", "user"]],
)
def test_another_shape_than_one_turn_is_refused(roles: list[str]) -> None:
    content = [{"type": "text", "text": "x"}]
    with pytest.raises(ValueError, match="takes one user message"):
        single_turn([{"role": role, "content": content} for role in roles], [], "M")


def test_a_spoken_system_prompt_is_refused() -> None:
    messages = [
        {"role": "system", "content": [{"type": "audio"}]},
        {"role": "user", "content": [{"type": "text", "text": "x"}]},
    ]
    with pytest.raises(ValueError, match="system prompt of text"):
        single_turn(messages, [("samples", 1)], "M")


def test_a_folder_is_taken_as_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its files identify it, wherever it lies; the harness hashes them."""
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / "weights").mkdir()
    assert snapshot("~/weights") == (str(tmp_path / "weights"), "folder")
    with pytest.raises(ValueError, match="which is a folder"):
        snapshot(str(tmp_path), "main")


def test_end_tokens() -> None:
    assert cut_short([1, 2], 3) and not cut_short([1, 3], 3)
    assert cut_short([1, 2], None) and not cut_short([1, 2], [5, 2])
