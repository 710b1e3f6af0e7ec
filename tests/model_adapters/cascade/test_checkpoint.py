"""``cascade:transformers:``: what it hears is what the checkpoint itself hears, stretch by stretch."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from harness.audio import AudioRef
from harness.errors import AdapterError, MissingDependencyError, UnknownNameError, UsageError
from harness.types import Audio, Hints, Message, Request, Response, Text
from model_adapters.cascade.adapter import CascadeAdapter
from model_adapters.shared.splitting import split_at_quiet
from tests.support import clips
from tests.support.budget import mostly_long
from tests.support.packages import needs

pytestmark = [
    needs("torch", "transformers", extra="hf"),
    pytest.mark.slow,
    pytest.mark.xdist_group("hf"),
]
LOW, HIGH = (clips.ref(clips.tone(1.0, hertz), f"{hertz}.wav") for hertz in (300, 900))
LONG = clips.ref(np.concatenate([clips.tone(25.0, 300), clips.noise(20.0, 3)]), "long.wav")


@pytest.fixture(params=mostly_long(["tiny_whisper", "tiny_wav2vec2"], ["tiny_whisper"]))
def folder(request: pytest.FixtureRequest) -> Path:
    return Path(request.getfixturevalue(request.param))


@pytest.fixture
def heard(folder: Path) -> Iterator[Any]:
    adapter = CascadeAdapter(f"transformers:{folder}", device="cpu")
    adapter.open()
    yield lambda *clips: texts(adapter, *clips)
    adapter.close()


def ask(adapter: CascadeAdapter, *clips: Audio) -> list[Response]:
    return adapter.generate_batch(
        [
            Request(f"r{n}", (Message("user", (clip, Text("?"))),), hints=Hints("transcript"))
            for n, clip in enumerate(clips)
        ]
    )


def texts(adapter: CascadeAdapter, *clips: Audio) -> list[str]:
    responses = ask(adapter, *clips)
    assert [response.error for response in responses] == [None] * len(clips)
    return [str(response.extra["transcript"]) for response in responses]


def by_hand(folder: Path, clip: Audio, language: str | None = None) -> str:
    """Greedy transcript through the model's own ``generate`` or logits, without our code or the pipeline."""
    import torch
    import transformers

    processor = transformers.AutoProcessor.from_pretrained(folder)
    found = []
    for part in split_at_quiet(clip.decode(16_000), 30.0, 16_000):
        inputs = processor(part, sampling_rate=16_000, return_tensors="pt")
        with torch.inference_mode():
            if "whisper" in folder.name:
                model = transformers.WhisperForConditionalGeneration.from_pretrained(folder)
                chosen = {"language": language, "task": "transcribe"} if language else {}
                tokens = model.generate(**inputs, num_beams=1, max_new_tokens=24, **chosen)
            else:
                tokens = transformers.Wav2Vec2ForCTC.from_pretrained(folder)(**inputs).logits
                tokens = tokens.argmax(-1)
        # the pipeline leaves the symbols of sentence begin and end in what a CTC model says, and takes those of Whisper out
        found.append(
            processor.batch_decode(tokens, skip_special_tokens="whisper" in folder.name)[0]
        )
    return " ".join(part.strip() for part in found)


@pytest.mark.parametrize("clip", [LOW, HIGH, LONG], ids=["low", "high", "45 seconds"])
def test_it_hears_what_the_checkpoint_hears(folder: Path, heard: Any, clip: Audio) -> None:
    assert heard(clip) == [by_hand(folder, clip)]


def test_it_hears_each_clip_alone(heard: Any) -> None:
    low, high = heard(LOW, HIGH)
    assert low != high
    assert heard(HIGH, LONG, LOW)[::2] == [high, low]


def test_short_and_silent_clips_are_heard(heard: Any) -> None:
    blip = clips.ref(clips.noise(0.001), "blip.wav")
    silence = clips.ref(clips.silence(1.0), "silence.wav")
    assert all(isinstance(text, str) for text in heard(blip, silence))


def test_a_chosen_language_reaches_whisper_and_the_fingerprint(tiny_whisper: Path) -> None:
    found = {}
    for language in (None, "de", "en"):
        adapter = CascadeAdapter(f"transformers:{tiny_whisper}", language=language, device="cpu")
        fingerprint = adapter.open().fingerprint
        assert fingerprint.startswith("cascade:transformers:")
        assert len(fingerprint.split(":")[2]) == 64
        found[fingerprint] = texts(adapter, LOW)
        assert found[fingerprint] == [by_hand(tiny_whisper, LOW, language)]
        adapter.close()
    german, english = list(found.values())[1:]
    assert len(found) == 3 and german != english


def test_a_broken_clip_and_a_failing_model_fail_alone(
    tiny_whisper: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    adapter = CascadeAdapter(f"transformers:{tiny_whisper}", device="cpu")
    adapter.open()
    recogniser: Any = adapter.recogniser
    model = recogniser.pipeline
    answers = iter([RuntimeError("CUDA out of memory"), ValueError("odd"), None])

    def pipeline(samples: Any, **more: Any) -> Any:
        if (failure := next(answers)) is not None:
            raise failure
        return model(samples, **more)

    pipeline.type = model.type  # type: ignore[attr-defined]
    monkeypatch.setattr(recogniser, "pipeline", pipeline)
    broken, memory, odd, good = ask(
        adapter, AudioRef(b"no audio", "broken.wav"), LOW, HIGH, clips.ref(clips.tone(0.5, 500))
    )
    errors = [one.error and (one.error.kind, one.error.retryable) for one in (broken, memory, odd)]
    assert errors == [("audio", False), ("memory", False), ("request", False)]
    assert good.error is None
    adapter.close()


def test_behind_it_a_language_model_reads_what_it_heard(tiny_wav2vec2: Path) -> None:
    adapter = CascadeAdapter(f"transformers:{tiny_wav2vec2}+mock:echo", device="cpu")
    adapter.open()
    (response,) = ask(adapter, LOW)
    adapter.close()
    assert response.text == f'[Transcript of the recording: "{by_hand(tiny_wav2vec2, LOW)}"]?'


# --- what cannot work --------------------------------------------------------------------------


def damaged(folder: Path, target: Path, **changes: Any) -> Path:
    shutil.copytree(folder, target)
    config = json.loads((target / "config.json").read_text())
    (target / "config.json").write_text(json.dumps({**config, **changes}))
    return target


def open_folder(folder: Path, **arguments: Any) -> None:
    CascadeAdapter(f"transformers:{folder}", **{"device": "cpu", **arguments}).open()


def test_checkpoints_that_recognise_no_speech(
    tmp_path: Path, tiny_text_only: Path, tiny_qwen2_audio: Path, tiny_wav2vec2: Path
) -> None:
    for folder, name in ((tiny_text_only, "llama"), (tiny_qwen2_audio, "qwen2_audio")):
        with pytest.raises(AdapterError, match=rf"'{name}'.*recognises no speech"):
            open_folder(folder)
    headless = damaged(tiny_wav2vec2, tmp_path / "headless", architectures=["Wav2Vec2Model"])
    with pytest.raises(AdapterError, match=r"Wav2Vec2Model.*recognises no speech"):
        open_folder(headless)


def test_incomplete_folders(tmp_path: Path, tiny_wav2vec2: Path, tiny_whisper: Path) -> None:
    with pytest.raises(UsageError, match="no such checkpoint folder"):
        open_folder(tmp_path / "absent")
    with pytest.raises(AdapterError, match=r"no config\.json"):
        open_folder(tmp_path)
    unprocessed = damaged(tiny_whisper, tmp_path / "unprocessed")
    for name in ("processor_config.json", "preprocessor_config.json"):
        (unprocessed / name).unlink(missing_ok=True)
    with pytest.raises(AdapterError, match=r"cannot load it|does not take audio"):
        open_folder(unprocessed)
    wider = damaged(tiny_wav2vec2, tmp_path / "wider", num_hidden_layers=3)
    with pytest.raises(AdapterError, match="weights are missing"):
        open_folder(wider)
    weightless = damaged(tiny_wav2vec2, tmp_path / "weightless")
    (weightless / "model.safetensors").write_bytes(b"\0" * 8)
    with pytest.raises(AdapterError, match="cannot load it"):
        open_folder(weightless)


def test_wrong_arguments(tiny_wav2vec2: Path) -> None:
    with pytest.raises(UnknownNameError, match="did you mean: language"):
        open_folder(tiny_wav2vec2, langage="en")
    with pytest.raises(UsageError, match="takes no language"):
        open_folder(tiny_wav2vec2, language="en")
    with pytest.raises(UsageError, match="no revisions"):
        open_folder(tiny_wav2vec2, revision="main")
    with pytest.raises(AdapterError, match="device 'quantum'"):
        open_folder(tiny_wav2vec2, device="quantum")
    with pytest.raises(UsageError, match="needs a model"):
        CascadeAdapter("transformers")


def test_missing_transformers_names_the_extra(
    tiny_wav2vec2: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import sys

    monkeypatch.setitem(sys.modules, "transformers", None)
    with pytest.raises(MissingDependencyError, match=r"lalm-harness\[hf\]"):
        open_folder(tiny_wav2vec2)
