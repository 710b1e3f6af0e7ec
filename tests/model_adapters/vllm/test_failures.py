"""Hazards of ``vllm:``: a request that fails its neighbours, audio that is dropped or cut without a word."""

from __future__ import annotations

import sys

import pytest

from harness.audio import AudioRef
from harness.errors import (
    AdapterError,
    AudioDroppedError,
    MissingDependencyError,
)
from model_adapters.vllm.audio import AudioMeasure
from tests.model_adapters.stubs.vllm_stub import VLLMValidationError, World
from tests.support.models.vllm_requests import Opened, answer, clip, request

# --- failures ----------------------------------------------------------------------------------


def test_a_prompt_that_is_too_long_fails_alone(make: Opened, world: World) -> None:
    adapter = make(max_model_len=1000)
    good = [request(clip(0.5, seed), f"Question {seed}") for seed in range(7)]
    alone = [answer(adapter, one).text for one in good]
    world.chats.clear()
    responses = adapter.generate_batch([*good[:3], request(clip(), "so " * 1000), *good[3:]])
    assert [response.text for i, response in enumerate(responses) if i != 3] == alone
    error = responses[3].error
    assert error is not None and error.kind == "request" and "maximum model length" in error.message
    assert not error.retryable
    assert sorted(world.chats) == [1, 1, 2, 2, 4, 4, 8]  # halved, not asked one by one


def test_errors_of_older_releases_are_values_too(
    make: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Up to 0.26 there is no ``VLLMClientError``, and a refused prompt is a ``ValueError``."""
    adapter = make(world={"broken": {"poison": (ValueError("too long"), False)}})
    monkeypatch.delattr(sys.modules["vllm.exceptions"], "VLLMClientError")
    good, bad = adapter.generate_batch([request(clip(), "a"), request(clip(), "poison")])
    assert good.error is None and bad.error is not None


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (VLLMValidationError("Maximum file size exceeded"), "audio_too_long"),
        (ValueError("Audio exceeds … Set VLLM_MAX_AUDIO_DECODE_DURATION_S to"), "audio_too_long"),
        (RuntimeError("Kernel size can't be greater than actual input size"), "request"),
        (KeyError("audio"), "request"),
    ],
)
def test_what_the_processor_cannot_take(make: Opened, error: Exception, kind: str) -> None:
    adapter = make(world={"broken": {"poison": (error, False)}})
    good, bad = adapter.generate_batch([request(clip(), "a"), request(clip(), "poison")])
    assert good.error is None
    assert bad.error is not None and bad.error.kind == kind


def test_a_template_that_refuses_a_prompt(make: Opened) -> None:
    from jinja2 import TemplateError

    error = TemplateError("roles must alternate")
    adapter = make(world={"broken": {"poison": (error, False)}})
    response = answer(adapter, request(clip(), "poison"))
    assert response.error is not None and "roles must alternate" in response.error.message


def test_too_many_clips(make: Opened) -> None:
    adapter = make(world={"single_clip": True})
    response = answer(adapter, request(clip(), clip(1.0, 1), "a"))
    assert response.error is not None and response.error.kind == "too_many_clips"
    assert make(max_clips=3).info.max_clips == 3  # type: ignore[attr-defined]


def test_a_clip_that_cannot_be_read(make: Opened) -> None:
    bad = AudioRef(b"this is not audio", "broken.wav")
    good, broken = make().generate_batch([request(clip(), "a"), request(bad, "a")])
    assert good.error is None
    assert broken.error is not None and broken.error.kind == "audio"


def test_a_dead_engine_ends_the_run(make: Opened) -> None:
    adapter = make(world={"die_after": 6})  # four of them are the probes
    assert answer(adapter, request(clip(), "a")).error is None
    with pytest.raises(AdapterError, match="engine died: EngineDeadError") as caught:
        adapter.generate_batch([request(clip(), word) for word in "abc"])
    assert caught.value.exit_code == 4


@pytest.mark.parametrize(
    ("error", "holds"),
    [
        (RuntimeError("CUDA error: device-side assert triggered"), False),
        (RuntimeError("CUDA out of memory"), False),
        (ValueError("in the middle of a step"), True),
        (TimeoutError("no answer"), False),
    ],
)
def test_a_broken_engine_is_no_error_of_a_request(
    make: Opened, error: Exception, holds: bool
) -> None:
    """An engine that still holds requests would give their answers to the next ones."""
    adapter = make(world={"broken": {"poison": (error, holds)}})
    with pytest.raises(AdapterError):
        adapter.generate_batch([request(clip(), "a"), request(clip(), "poison")])


def test_outputs_that_are_not_those_of_the_requests(
    make: Opened, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    adapter = make()
    chat = type(world.made[0]).chat
    monkeypatch.setattr(
        type(world.made[0]), "chat", lambda self, *a, **k: [*chat(self, *a, **k), None]
    )
    with pytest.raises(AdapterError, match="2 outputs for 1 requests"):
        answer(adapter, request(clip(), "a"))


def test_missing_audio_packages_are_not_errors_of_requests(make: Opened) -> None:
    adapter = make(world={"broken": {"poison": (ImportError("install vllm[audio]"), False)}})
    with pytest.raises(MissingDependencyError, match=r"lalm-harness\[vllm\]"):
        answer(adapter, request(clip(), "poison"))


# --- audio must arrive -------------------------------------------------------------------------


def test_a_deaf_template_is_found_at_start_up(make: Opened, world: World) -> None:
    with pytest.raises(AudioDroppedError, match="same with a clip and without"):
        make(world={"deaf": True})
    assert world.alive == 0 and len(world.made) == 1  # the engine was ended


def test_audio_that_is_dropped_later_ends_the_run(make: Opened, world: World) -> None:
    adapter = make()
    world.deaf = True
    with pytest.raises(AudioDroppedError, match="1 clips, its prompt has 0 audio tokens"):
        adapter.generate_batch([request("No clip."), request(clip(), "a")])
    assert answer(adapter, request("No clip.")).error is None


def test_a_model_that_takes_no_audio(make: Opened) -> None:
    error = ValueError("At most 0 audio(s) may be provided in one prompt.")
    with pytest.raises(AdapterError, match=r"no prompt with audio can be built: .*At most 0 audio"):
        make(world={"broken": {"What": (error, False)}})


def test_the_window_is_measured(make: Opened) -> None:
    adapter = make(world={"cut": 30.0})
    info = adapter.info  # type: ignore[attr-defined]
    assert info.max_audio_seconds == 30.0 and info.description["audio_window"] == "measured"
    response = answer(adapter, request(clip(30.5), "a"))
    assert response.error is not None and response.error.kind == "audio_too_long"
    assert answer(adapter, request(clip(30.0), "a")).error is None


def test_audio_that_is_cut_later_is_an_error(make: Opened) -> None:
    adapter = make(world={"cut": 60.0})
    info = adapter.info  # type: ignore[attr-defined]
    assert info.max_audio_seconds is None and info.description["audio_window"] == "no limit found"
    whole, cut, several = adapter.generate_batch(
        [
            request(clip(59.0), "a"),
            request(clip(70.0), "a"),
            request(*(clip(20.0, seed) for seed in range(4)), "a"),
        ]
    )
    assert whole.error is None and several.error is None
    assert cut.error is not None and cut.error.kind == "audio_too_long"


def test_a_window_that_the_user_stretches_too_far(make: Opened) -> None:
    adapter = make(world={"cut": 30.0}, max_audio_seconds=60)
    assert adapter.info.max_audio_seconds == 60  # type: ignore[attr-defined]
    response = answer(adapter, request(clip(50.0), "a"))
    assert response.error is not None and "processor cut the audio" in response.error.message


def test_a_model_with_a_fixed_number_of_tokens(make: Opened, world: World) -> None:
    """Its prompt is as long for every clip, so nothing shows what is cut: the usual window is assumed."""
    adapter = make(world={"per_second": 0})
    info = adapter.info  # type: ignore[attr-defined]
    assert info.max_audio_seconds == 30.0 and info.description["audio_window"] == "assumed"
    response = answer(adapter, request(clip(), "a"))
    assert response.usage is not None
    assert response.usage["prompt_tokens_details"] == {"audio_tokens": 188}
    world.deaf = True
    with pytest.raises(AudioDroppedError):
        answer(adapter, request(clip(), "a"))


def test_a_context_too_short_for_the_probes_does_not_matter(make: Opened) -> None:
    adapter = make(max_model_len=200)
    assert adapter.info.max_audio_seconds is None  # type: ignore[attr-defined]
    assert answer(adapter, request(clip(2.0), "a")).error is None


def test_a_clip_too_short_to_leave_a_trace() -> None:
    measure = AudioMeasure(token=7)
    error = measure.check([1, 2], [0.01], "m")
    assert error is not None and error.kind == "audio_too_short"
    with pytest.raises(AudioDroppedError):
        measure.check([1, 2], [0.6], "m")
    with pytest.raises(AudioDroppedError):
        measure.check([1, 7], [1.0, 1.0], "m")
