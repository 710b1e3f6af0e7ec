"""Hazards: one bad clip ends a run, is scored as a wrong answer, or eats the memory."""

from __future__ import annotations

import json
import wave
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

from tests.support.command import CommandResult
from tests.support.runs.toy import evaluate_arguments, jsonl, results, write_tone

Cli = Callable[..., CommandResult]
MODEL = ("-M", "decode=true")


def long_clip(path: Path, hours: float) -> Path:
    """Hours of 8-bit silence at 8 kHz, as a hole in the file: it takes no space."""
    frames = int(hours * 3600 * 8000)
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(1)
        file.setframerate(8000)
        file.setnframes(frames)
        file.writeframesraw(b"\x80")
        file._datawritten = frames  # type: ignore[attr-defined]  # the header is not patched on close
    with path.open("r+b") as raw:
        raw.truncate(44 + frames)
    return path


def bad_clips(folder: Path) -> dict[str, str]:
    """One clip of every kind, good and bad: file name -> what its error says ("" for none)."""
    good = write_tone(folder / "0-good.wav").read_bytes()
    (folder / "1-empty.wav").write_bytes(b"")
    (folder / "2-truncated.wav").write_bytes(good[: len(good) // 2])
    soundfile.write(folder / "3-zero-length.wav", np.zeros(0, "float32"), 16_000)
    (folder / "4-text.wav").write_text("this is no audio\n" * 50)
    channels = np.tile((0.1 * np.arange(8000) % 1)[:, None], (1, 8)).astype("float32")
    soundfile.write(folder / "5-eight-channels.wav", channels, 16_000)
    write_tone(folder / "6-96khz.wav", rate=96_000)
    long_clip(folder / "7-two-hours.wav", 2)
    (folder / "8-missing.wav").symlink_to(folder / "nowhere.wav")
    (folder / "9-folder.wav").mkdir()
    return {
        "0-good.wav": "",
        "1-empty.wav": "empty",
        "2-truncated.wav": "truncated",
        "3-zero-length.wav": "no samples",
        "4-text.wav": "not a readable audio file",
        "5-eight-channels.wav": "",
        "6-96khz.wav": "",
        "7-two-hours.wav": "7200 s long",
        "8-missing.wav": "No such file",
        "9-folder.wav": "Is a directory",
    }


@pytest.fixture
def clips(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "clips"
    folder.mkdir()
    monkeypatch.setenv("TOY_AUDIO", str(folder))
    monkeypatch.setenv("TOY_ITEMS", "10")
    return folder


@pytest.mark.parametrize("style", ["async", "batch"])
def test_bad_clips_are_error_items_and_the_rest_is_scored(
    cli: Cli, tmp_path: Path, clips: Path, style: str
) -> None:
    expected = bad_clips(clips)
    found = cli(*evaluate_arguments("mock:hash", tmp_path / "run", *MODEL, "-M", f"style={style}"))
    assert found.code == 3
    assert "Traceback" not in found.err
    assert "7 of 10 items failed" in found.err
    lines = jsonl(tmp_path / "run" / "samples.jsonl")
    assert len(lines) == 10
    for line, (name, said) in zip(lines, sorted(expected.items()), strict=True):
        assert (line["outcome"] == "error") == bool(said), name
        if said:
            assert line["error"]["kind"] == "audio"
            assert said in line["error"]["message"] and name in line["error"]["message"]
            assert line["scores"]["accuracy"]["strict"] is None
    entry = results(tmp_path / "run")["tasks"]["toy"]
    assert entry["outcomes"]["error"] == 7
    assert entry["metrics"]["accuracy"]["strict"]["n"] == 3


def test_a_message_names_the_cure(cli: Cli, tmp_path: Path, clips: Path) -> None:
    bad_clips(clips)
    cli(*evaluate_arguments("mock:hash", tmp_path / "run", *MODEL))
    by_id = {line["id"]: line for line in jsonl(tmp_path / "run" / "samples.jsonl")}
    messages = [by_id[f"item-{n:05}"]["error"]["message"] for n in (1, 2, 3, 4, 7, 8, 9)]
    assert all("\n" in message.strip() for message in messages), messages


def test_mending_a_clip_asks_only_its_item(cli: Cli, tmp_path: Path, clips: Path) -> None:
    bad_clips(clips)
    run, ledger = tmp_path / "run", tmp_path / "ledger"
    command = evaluate_arguments("mock:hash", run, *MODEL, "-M", f"ledger={ledger}")
    assert cli(*command).code == 3
    asked = len(jsonl(ledger))
    assert cli(*command).code == 3  # nothing mended: nothing asked
    assert len(jsonl(ledger)) == asked
    write_tone(clips / "1-empty.wav", frequency=200)
    assert cli(*command).code == 3
    assert [line["id"] for line in jsonl(ledger)[asked:]] == ["item-00001"]
    assert results(run)["tasks"]["toy"]["outcomes"]["error"] == 6
    for name in ("2-truncated", "3-zero-length", "4-text", "7-two-hours"):
        write_tone(clips / f"{name}.wav", frequency=300)
    (clips / "8-missing.wav").unlink()
    write_tone(clips / "8-missing.wav")
    (clips / "9-folder.wav").rmdir()
    write_tone(clips / "9-folder.wav")
    assert cli(*command).code == 0
    assert len(jsonl(ledger)) == asked + 7
    assert len(jsonl(run / "samples.jsonl")) == 10
    assert results(run)["tasks"]["toy"]["metrics"]["accuracy"]["strict"]["complete"] is True


def test_eight_channels_and_96_khz_are_mixed_and_resampled(tmp_path: Path) -> None:
    from harness.audio import AudioRef

    mono = write_tone(tmp_path / "mono.wav", rate=96_000)
    samples, rate = soundfile.read(mono, dtype="float32")
    soundfile.write(
        tmp_path / "eight.wav", np.tile(samples[:, None], (1, 8)), rate, subtype="FLOAT"
    )
    one, eight = (AudioRef(tmp_path / name).decode(16_000) for name in ("mono.wav", "eight.wav"))
    assert len(one) == len(eight) == 8000
    assert np.abs(one - eight).max() < 1e-3


def test_a_clip_that_is_long_by_its_header_is_decoded_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No room is made at once for a length that may not be true."""
    from harness.audio import AudioRef

    tone = write_tone(tmp_path / "tone.wav", seconds=20.0)
    whole = AudioRef(tone).decode()
    monkeypatch.setattr("harness.audio.ONE_PIECE", 1000)
    blocks: list[int] = []
    read = soundfile.SoundFile.read

    def counting(file: Any, frames: int = -1, *args: Any, **kwargs: Any) -> Any:
        blocks.append(frames)
        return read(file, frames, *args, **kwargs)

    monkeypatch.setattr(soundfile.SoundFile, "read", counting)
    assert np.array_equal(AudioRef(tone).decode(), whole)
    assert len(blocks) == 2 and min(blocks) > 0


def test_a_long_file_is_not_read_into_memory(tmp_path: Path) -> None:
    import tracemalloc

    from harness.audio import AudioRef
    from harness.errors import AudioError

    clip = AudioRef(long_clip(tmp_path / "long.wav", 2))
    assert clip.path.endswith("long.wav")
    import soundfile as _  # noqa: F401  (its own memory is not measured)

    tracemalloc.start()
    try:
        assert clip.seconds == 7200
        assert len(clip.sha256) == 64
        with pytest.raises(AudioError, match="7200 s long"):
            clip.decode(16_000)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 4_000_000


def test_many_bad_clips_are_not_a_dead_model(
    cli: Cli, tmp_path: Path, clips: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TOY_ITEMS", "60")
    (clips / "a.wav").write_bytes(b"")
    found = cli(*evaluate_arguments("mock:hash", tmp_path / "run", *MODEL))
    assert found.code == 3
    assert (
        json.loads((tmp_path / "run" / "results.json").read_text())["tasks"]["toy"]["missing"] == 0
    )
