"""Hazards: a long clip that is cut without a word, or is refused though the user chose otherwise."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from harness.errors import UsageError
from harness.types import ErrorInfo
from model_adapters.hf.adapter import HFAdapter
from model_adapters.hf.clips import ClipPolicy, take_clips
from tests.support import clips
from tests.support.models.hf_requests import request, voice
from tests.support.runs.toy import FLAGS, jsonl, write_tone

pytestmark = pytest.mark.xdist_group("hf")


def opened(folder: Path, **arguments: Any) -> HFAdapter:
    pytest.importorskip("transformers", reason="needs the extra hf")
    adapter = HFAdapter(str(folder), dtype="float32", **arguments)
    adapter.open()
    return adapter


def test_truncation_keeps_the_beginning(tiny_qwen2_audio: Path) -> None:
    adapter = opened(tiny_qwen2_audio, long_audio="truncate", max_audio_seconds=2)
    long = np.concatenate([clips.speech_like(2.0, 1), clips.speech_like(3.0, 2)])
    found, short = adapter.generate_batch([request(clips.ref(long, "l.wav")), request(voice(1))])
    assert found.text == short.text
    assert dict(found.extra) == {
        "long_audio": [{"path": "l.wav", "seconds": 5.0, "policy": "truncate", "kept": 2.0}]
    }
    assert not short.extra


def test_parts_of_a_clip_are_clips_of_their_own(tiny_qwen2_audio: Path) -> None:
    adapter = opened(tiny_qwen2_audio, long_audio="chunk", max_audio_seconds=2)
    first, second = clips.speech_like(1.5, 1), clips.speech_like(1.5, 2)
    pause = np.zeros(8_000, np.float32)
    long = clips.ref(np.concatenate([first, pause, second]), "long.wav")
    (found,) = adapter.generate_batch([request(long)])
    # the cut lies in the last of the equally quiet frames of the pause
    cut = 16_000 * 2 - 320 + 160
    whole = np.concatenate([first, pause, second])
    parts = [clips.ref(whole[:cut], "a.wav"), clips.ref(whole[cut:], "b.wav")]
    (two,) = adapter.generate_batch([request(*parts)])
    assert found.text == two.text
    assert found.extra["long_audio"] == [
        {"path": "long.wav", "seconds": 3.5, "policy": "chunk", "parts": 2}
    ]


def test_a_model_of_one_clip_cannot_take_parts(tiny_glm_asr: Path) -> None:
    adapter = opened(tiny_glm_asr, long_audio="chunk", max_audio_seconds=2)
    (found,) = adapter.generate_batch([request(voice(1, 5.0))])
    assert found.error is not None
    assert found.error.kind == "audio_too_long"
    assert found.error.message == "3 parts of clips, the model takes 1"


def test_the_policy_is_declared_and_changes_the_fingerprint(tiny_qwen2_audio: Path) -> None:
    infos = {
        policy: HFAdapter(str(tiny_qwen2_audio), long_audio=policy).open()
        for policy in ("error", "truncate", "chunk")
    }
    assert len({info.fingerprint for info in infos.values()}) == 3
    assert [info.max_audio_seconds for info in infos.values()] == [30.0, None, None]
    assert {info.description["window_seconds"] for info in infos.values()} == {30.0}
    assert [info.description["long_audio"] for info in infos.values()] == list(infos)
    shorter = HFAdapter(str(tiny_qwen2_audio), max_audio_seconds=5).open()
    assert shorter.fingerprint == infos["error"].fingerprint  # errors are asked again by hand


def test_a_policy_that_does_not_exist(tiny_qwen2_audio: Path) -> None:
    with pytest.raises(UsageError, match="one of error, truncate, chunk"):
        HFAdapter(str(tiny_qwen2_audio), long_audio="cut")


def test_the_record_of_a_run_says_what_was_done(
    cli: Any, tiny_qwen2_audio: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "clips"
    folder.mkdir()
    write_tone(folder / "a.wav", 1.0)
    write_tone(folder / "b.wav", 3.0)
    monkeypatch.setenv("TOY_AUDIO", str(folder))
    monkeypatch.setenv("TOY_ITEMS", "4")
    run = tmp_path / "run"
    arguments = ("evaluate", f"hf:{tiny_qwen2_audio}", "-t", "toy", "-o", run, *FLAGS, "--quiet")
    limited = ("-M", "max_audio_seconds=2,long_audio=truncate")
    assert cli(*arguments, *limited).code == 0
    noted = [bool(line["extra"]) for line in jsonl(run / "samples.jsonl")]
    assert noted == [False, True, False, True]
    refused = cli(
        *arguments[:5], tmp_path / "other", *FLAGS, "--quiet", "-M", "max_audio_seconds=2"
    )
    assert refused.code == 3
    kinds = {
        str(line["error"] and line["error"]["kind"])
        for line in jsonl(tmp_path / "other" / "samples.jsonl")
    }
    assert kinds == {"None", "audio_too_long"}


def test_unreadable_and_too_many_clips_are_values() -> None:
    from harness.audio import AudioRef

    policy = ClipPolicy(16_000, window=30.0, maximum=1)
    broken = take_clips(request(AudioRef(b"nothing", "x.wav")).messages, policy)
    assert isinstance(broken, ErrorInfo)
    assert broken.kind == "audio"
    many = take_clips(request(voice(1), voice(2)).messages, policy)
    assert isinstance(many, ErrorInfo)
    assert many.kind == "too_many_clips"
