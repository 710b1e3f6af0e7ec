"""Local checkpoints: a tiny real Qwen2-Audio, loaded by path like any user's."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from harness.audio import AudioRef
from harness.errors import (
    AdapterError,
    AudioDroppedError,
    UnknownNameError,
)
from harness.types import Response
from model_adapters.hf.adapter import HFAdapter
from model_adapters.shared.fingerprint import folder_fingerprint
from tests.support import clips
from tests.support.models.hf_requests import request, voice
from tests.support.packages import needs

pytestmark = [needs("transformers", extra="hf"), pytest.mark.xdist_group("hf")]


@pytest.fixture(scope="module")
def adapter(tiny_qwen2_audio: Path) -> Iterator[HFAdapter]:
    adapter = HFAdapter(str(tiny_qwen2_audio), dtype="float32", device="cpu")
    adapter.open()
    yield adapter
    adapter.close()


def test_info_declares_what_the_runner_needs(tiny_qwen2_audio: Path) -> None:
    info = HFAdapter(str(tiny_qwen2_audio)).open()
    assert info.sampling_rate == 16_000
    assert info.max_audio_seconds == 30.0
    assert info.style == "batch"
    assert info.fingerprint == folder_fingerprint(tiny_qwen2_audio)
    assert info.description["class"] == "Qwen2AudioForConditionalGeneration"


def test_distinct_clips_of_equal_length_give_distinct_texts(adapter: HFAdapter) -> None:
    signals = [
        clips.tone(2.0, 300),
        clips.tone(2.0, 2500),
        clips.noise(2.0),
        *(clips.speech_like(2.0, seed) for seed in range(3)),
    ]
    requests = [request(clips.ref(signal, f"{i}.wav")) for i, signal in enumerate(signals)]
    texts = [response.text for response in adapter.generate_batch(requests)]
    assert len(set(texts)) == len(texts)


def test_batch_of_one_and_of_four_give_the_same_text(adapter: HFAdapter) -> None:
    """Left padding: prompts and clips of different lengths share a batch."""
    requests = [
        request(voice(1, 0.7), max_new_tokens=24),
        request(voice(2, 3.1), text="Say " + "something " * 9, max_new_tokens=24),
        request(clips.ref(clips.noise(1.3), "noise.wav"), system="Be brief.", max_new_tokens=24),
        request(text="No audio at all.", max_new_tokens=24),
    ]
    alone = [adapter.generate_batch([one])[0].text for one in requests]
    together = [response.text for response in adapter.generate_batch(requests)]
    assert together == alone
    reversed_batch = [response.text for response in adapter.generate_batch(requests[::-1])]
    assert reversed_batch[::-1] == alone


def test_two_clips_in_one_message_both_count(adapter: HFAdapter) -> None:
    first, second, other = voice(1), voice(2), clips.ref(clips.noise(2.0), "noise.wav")
    texts = [
        adapter.generate_batch([one])[0].text
        for one in (request(first, second), request(first, other), request(second, first))
    ]
    assert len(set(texts)) == 3


def test_system_prompt_reaches_the_model(adapter: HFAdapter) -> None:
    plain, instructed = adapter.generate_batch(
        [request(voice(1)), request(voice(1), system="You are a helpful assistant.")]
    )
    assert plain.text != instructed.text


def test_order_of_requests_and_responses_agree_across_generation_groups(adapter: HFAdapter) -> None:
    requests = [
        request(voice(1), max_new_tokens=2),
        request(voice(2), max_new_tokens=12),
        request(voice(1), max_new_tokens=2),
        request(voice(3), max_gen_toks=5, max_new_tokens=None),
    ]
    responses = adapter.generate_batch(requests)
    assert responses[0].text == responses[2].text
    assert [r.usage["completion_tokens"] for r in responses if r.usage] == [2, 12, 2, 5]
    assert {r.finish for r in responses} == {"length"}


@pytest.fixture
def third_token(adapter: HFAdapter, monkeypatch: pytest.MonkeyPatch) -> int:
    """The third token that the model says about the first voice."""
    model = adapter.loaded.model
    generate, rows = model.generate, []
    with monkeypatch.context() as patch:
        patch.setattr(model, "generate", lambda **k: rows.append(generate(**k)) or rows[-1])
        (full,) = adapter.generate_batch([request(voice(1))])
    assert full.finish == "length"
    return int(rows[0][0, -10])


def test_end_token_means_stop(
    adapter: HFAdapter, monkeypatch: pytest.MonkeyPatch, third_token: int
) -> None:
    monkeypatch.setattr(adapter.loaded.model.generation_config, "eos_token_id", [third_token])
    (stopped,) = adapter.generate_batch([request(voice(1))])
    assert stopped.finish == "stop"
    assert stopped.usage is not None
    assert stopped.usage["completion_tokens"] <= 3


def test_end_token_of_the_tokenizer_counts_where_the_model_names_none(
    adapter: HFAdapter, monkeypatch: pytest.MonkeyPatch, third_token: int
) -> None:
    checkpoint = adapter.loaded
    tokenizer = checkpoint.processor.tokenizer
    monkeypatch.setattr(checkpoint.model.generation_config, "eos_token_id", None)
    before = tokenizer.eos_token
    tokenizer.eos_token = tokenizer.convert_ids_to_tokens(third_token)
    try:
        assert tokenizer.eos_token_id == third_token
        (stopped,) = adapter.generate_batch([request(voice(1))])
    finally:
        tokenizer.eos_token = before
    assert stopped.finish == "stop"
    assert stopped.usage is not None
    assert stopped.usage["completion_tokens"] <= 3


def test_stop_string_is_cut(adapter: HFAdapter) -> None:
    full = adapter.generate_batch([request(voice(1))])[0].text
    assert full
    middle = full[len(full) // 2 :]
    cut = adapter.generate_batch([request(voice(1), until=["never said", middle])])[0]
    assert cut.text == full[: full.find(middle)]
    assert cut.finish == "stop"


def test_sampling_does_not_depend_on_neighbours(adapter: HFAdapter) -> None:
    sampled = {"do_sample": True, "temperature": 1.5, "seed": 7}
    one, two = request(voice(1), **sampled), request(voice(2), **sampled)
    together = [response.text for response in adapter.generate_batch([one, two])]
    assert together == [adapter.generate_batch([r])[0].text for r in (one, two)]
    assert adapter.generate_batch([request(voice(1))])[0].text != together[0]


def test_unknown_generation_argument_is_refused(adapter: HFAdapter) -> None:
    with pytest.raises(UnknownNameError, match="unknown generation argument .nonsense"):
        adapter.generate_batch([request(voice(1), nonsense=3)])


# --- what fails one request ------------------------------------------------------------------


def test_too_long_broken_and_tiny_clips_fail_alone(adapter: HFAdapter) -> None:
    responses = adapter.generate_batch(
        [
            request(voice(1)),
            request(clips.ref(clips.tone(30.5), "long.wav")),
            request(AudioRef(b"not audio", "broken.wav")),
            request(clips.ref(clips.tone(0.005), "blip.wav")),
            request(clips.ref(clips.tone(30.0), "full.wav")),
        ]
    )
    kinds = [response.error.kind if response.error else None for response in responses]
    assert kinds == [None, "audio_too_long", "audio", "audio_too_short", None]
    assert "30.5 s, the model takes at most 30 s" in responses[1].error.message
    assert not any(response.error.retryable for response in responses if response.error)


def test_prompt_that_spells_the_audio_token_fails_alone(adapter: HFAdapter) -> None:
    good, bad = adapter.generate_batch(
        [request(voice(1)), request(voice(2), text="What is <|AUDIO|> here?")]
    )
    assert good.text == adapter.generate_batch([request(voice(1))])[0].text
    assert bad.error is not None
    assert bad.error.kind == "request"


@pytest.mark.parametrize("fits", [2, 1])
def test_out_of_memory_halves_the_batch(
    adapter: HFAdapter, monkeypatch: pytest.MonkeyPatch, fits: int
) -> None:
    import torch

    requests = [request(voice(seed), max_new_tokens=4) for seed in range(3)]
    expected = [adapter.generate_batch([one])[0].text for one in requests]
    model = adapter.loaded.model
    generate = model.generate
    sizes = []

    def limited(**arguments: Any) -> Any:
        sizes.append(len(arguments["input_ids"]))
        if sizes[-1] > fits:
            raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB")
        return generate(**arguments)

    monkeypatch.setattr(model, "generate", limited)
    assert [response.text for response in adapter.generate_batch(requests)] == expected
    assert sizes[0] == 3
    assert max(size for size in sizes if size <= fits) == fits


def test_out_of_memory_alone_is_a_value(
    adapter: HFAdapter, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broke(**arguments: Any) -> Any:
        raise RuntimeError("DefaultCPUAllocator: can't allocate memory: you tried to allocate …")

    monkeypatch.setattr(adapter.loaded.model, "generate", broke)
    responses = adapter.generate_batch([request(voice(1)), request(voice(2))])
    assert [r.error.kind for r in responses if r.error] == ["memory", "memory"]


def test_lost_device_is_the_end(adapter: HFAdapter, monkeypatch: pytest.MonkeyPatch) -> None:
    def lost(**arguments: Any) -> Any:
        raise RuntimeError("CUDA error: device-side assert triggered")

    monkeypatch.setattr(adapter.loaded.model, "generate", lost)
    with pytest.raises(AdapterError, match="the device failed"):
        adapter.generate_batch([request(voice(1)), request(voice(2))])


# --- dropped audio ---------------------------------------------------------------------------


def test_processor_that_ignores_audio_is_found_at_start(
    checkpoint_copy: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from transformers import Qwen2AudioProcessor

    call = Qwen2AudioProcessor.__call__

    def deaf(self: Any, *args: Any, audio: Any = None, **kwargs: Any) -> Any:
        return call(self, *args, audio=None, **kwargs)

    monkeypatch.setattr(Qwen2AudioProcessor, "validate_inputs", lambda *a, **k: None)
    monkeypatch.setattr(Qwen2AudioProcessor, "__call__", deaf)
    with pytest.raises(AudioDroppedError, match="no audio features"):
        HFAdapter(str(checkpoint_copy)).open()


def test_template_without_a_place_for_audio_is_found_at_start(
    checkpoint_copy: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from transformers import Qwen2AudioProcessor

    monkeypatch.setattr(Qwen2AudioProcessor, "validate_inputs", lambda *a, **k: None)
    template = checkpoint_copy / "chat_template.jinja"
    assert "audio_bos" in template.read_text()
    template.write_text(
        "{% for m in messages %}{% for p in m['content'] %}{% if p['type'] == 'text' %}"
        "{{ p['text'] }}{% endif %}{% endfor %}{% endfor %}"
    )
    with pytest.raises(AudioDroppedError, match="room for 0"):
        HFAdapter(str(checkpoint_copy)).open()


@pytest.mark.parametrize(
    "content", ["{{ m['content'] + ';' }}", "{{ m['content'] }}"], ids=["fails", "shows parts"]
)
def test_the_template_of_a_text_model_is_no_template_of_a_model_that_hears(
    checkpoint_copy: Path, content: str
) -> None:
    """As training scripts save it: an audio token alone would lack the marks around it."""
    template = "{% for m in messages %}" + content + "{% endfor %}"
    (checkpoint_copy / "chat_template.jinja").write_text(template)
    with pytest.raises(AdapterError, match=r"prompt with audio|dropped the audio"):
        HFAdapter(str(checkpoint_copy)).open()


def test_audio_dropped_later_ends_the_run(
    adapter: HFAdapter, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Clip counts are compared request by request, not over the batch."""
    processor = adapter.loaded.processor
    apply = processor.apply_chat_template

    def loses_second(chats: Any, **kwargs: Any) -> Any:
        inputs = apply(chats, **kwargs)
        if len(chats) > 1:
            token = adapter.loaded.config.audio_token_index
            inputs["input_ids"][1][inputs["input_ids"][1] == token] = 1
        return inputs

    requests = [request(voice(1)), request(voice(2))]
    monkeypatch.setattr(processor, "apply_chat_template", loses_second)
    assert all(r.text for r in adapter.generate_batch(requests)), "alone, both have their audio"

    def loses_all(chats: Any, **kwargs: Any) -> Any:
        inputs = apply(chats, **kwargs)
        del inputs["input_features"]
        return inputs

    monkeypatch.setattr(processor, "apply_chat_template", loses_all)
    with pytest.raises(AudioDroppedError, match="no audio features"):
        adapter.generate_batch(requests)


def test_a_processor_that_takes_longer_clips_has_no_limit(
    adapter: HFAdapter, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A window is measured: an extractor that splits long clips must not be held to 30 s."""
    from model_adapters.hf.inputs import measure_window

    processor = adapter.loaded.processor
    extractor = processor.feature_extractor
    assert measure_window(adapter.loaded) == 30.0
    monkeypatch.setattr(extractor, "chunk_length", 20)
    assert measure_window(adapter.loaded) is None
    monkeypatch.setattr(processor, "max_audio_len", 600, raising=False)
    assert measure_window(adapter.loaded) == 600.0


def test_decoded_audio_is_what_the_model_gets(
    adapter: HFAdapter, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A stereo 44.1 kHz clip arrives as mono at 16 kHz."""
    seen: list[Any] = []
    processor = adapter.loaded.processor
    apply = processor.apply_chat_template
    monkeypatch.setattr(
        processor, "apply_chat_template", lambda chats, **k: seen.extend(chats) or apply(chats, **k)
    )
    stereo = np.stack([clips.tone(1.0, rate=44_100)] * 2, axis=1)
    responses: list[Response] = adapter.generate_batch(
        [request(clips.ref(stereo, "stereo.wav", rate=44_100))]
    )
    assert responses[0].error is None
    assert seen[0][0]["content"][0]["audio"].shape == (16_000,)
