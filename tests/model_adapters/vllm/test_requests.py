"""Hazards of ``vllm:``: a request that is not what was asked, an answer that is not what came back."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from harness.errors import (
    UsageError,
)
from model_adapters.vllm.audio import conversation
from tests.model_adapters.stubs.vllm_stub import World
from tests.support.models.vllm_requests import Opened, answer, clip, decoded, request


def test_parts_in_reading_order_and_samples_unchanged() -> None:
    first, second = clip(0.5, 1), clip(0.25, 2, rate=22_050)  # resampled: not 16-bit any more
    (system, user) = conversation(
        request("A: ", first, " B: ", "then ", second, system="Be short.").messages, 16_000
    )
    assert system == {"role": "system", "content": "Be short."}
    kinds = [part["type"] for part in user["content"]]
    assert kinds == ["text", "audio_url", "text", "audio_url"]
    assert [part["text"] for part in user["content"][::2]] == ["A: ", " B: then "]
    for part, ref in zip(user["content"][1::2], (first, second), strict=True):
        samples, rate = decoded(part)
        assert rate == 16_000
        np.testing.assert_array_equal(samples, ref.decode(16_000))


def test_a_clip_alone_is_a_message() -> None:
    (message,) = conversation(request(clip()).messages, 8000)
    assert [part["type"] for part in message["content"]] == ["audio_url"]
    samples, rate = decoded(message["content"][0])
    assert (len(samples), rate) == (8000, 8000)


def test_what_the_template_gets(make: Opened, tmp_path: Path) -> None:
    template = tmp_path / "template.jinja"
    template.write_text("{{ messages }}")
    one = request(clip(), "What is it?")
    adapters = [
        make(),
        make(enable_thinking=False),
        make(chat_template_kwargs='{"language": "en"}'),
        make(chat_template_kwargs='{"language": "en"}', enable_thinking=True),
        make(chat_template=str(template)),
    ]
    assert len({answer(adapter, one).text for adapter in adapters}) == len(adapters)
    assert len({adapter.info.fingerprint for adapter in adapters}) == len(adapters)  # type: ignore[attr-defined]


def test_greedy_by_default_and_own_values_of_the_checkpoint(make: Opened, world: World) -> None:
    adapter = make(world={"own": {"temperature": 0.6, "top_k": 20, "repetition_penalty": 1.1}})
    answer(adapter, request(clip(), "a"))
    greedy = world.parameters[-1]
    assert (greedy.temperature, greedy.top_k, greedy.seed) == (0.0, 0, None)
    assert (greedy.repetition_penalty, greedy.max_tokens) == (1.1, 12)
    answer(adapter, request(clip(), "a", do_sample=True, repetition_penalty=1.2, top_p=0.5))
    drawn = world.parameters[-1]
    assert (drawn.temperature, drawn.top_k, drawn.top_p) == (0.6, 20, 0.5)
    assert drawn.repetition_penalty == 1.2 and drawn.seed is not None


def test_an_answer_is_held_to_a_schema(make: Opened, world: World) -> None:
    schema = {"type": "object", "properties": {"score": {"enum": [1, 2]}}, "required": ["score"]}
    wanted = {
        "type": "json_schema",
        "json_schema": {"name": "verdict", "strict": True, "schema": schema},
    }
    adapter = make()
    answer(adapter, request("grade it", response_format=wanted))
    assert world.parameters[-1].structured_outputs.json == schema
    answer(adapter, request("grade it"))
    assert world.parameters[-1].structured_outputs is None


@pytest.mark.parametrize(
    ("generation", "message"),
    [
        ({"response_format": {"type": "json_object"}}, "expected a JSON schema"),
        ({"num_beams": 4}, "vLLM's sampler has no num_beams"),
        ({"no_repeat_ngram_size": 3}, "no no_repeat_ngram_size"),
        ({"nonsense": 1}, "unknown generation argument .nonsense"),
        ({"max_new_tokens": 0}, "an integer of at least 1"),
        ({"temperature": 3.0}, "vLLM refuses the generation arguments: VLLMValidationError: temperature"),
    ],
)  # fmt: skip
def test_generation_arguments_that_cannot_be(
    make: Opened, generation: dict[str, Any], message: str
) -> None:
    with pytest.raises(UsageError, match=message):
        answer(make(), request(clip(), "a", **generation))


def test_neutral_generation_arguments_mean_nothing(make: Opened) -> None:
    adapter = make()
    plain = answer(adapter, request(clip(), "a"))
    neutral = {"num_beams": 1, "no_repeat_ngram_size": 0, "length_penalty": 1.0, "top_p": None}
    assert answer(adapter, request(clip(), "a", **neutral)).text == plain.text


def test_a_drawn_answer_depends_on_its_request_alone(make: Opened, world: World) -> None:
    adapter = make()
    requests = [
        request(clip(), "Again.", key=f"key {i}", temperature=0.8, seed=3) for i in range(4)
    ]
    together = [response.text for response in adapter.generate_batch(requests)]
    assert len(set(together)) == 4  # repeats differ
    assert [answer(adapter, one).text for one in requests[::-1]] == together[::-1]
    other = request(clip(), "Again.", key="key 0", temperature=0.8, seed=4)
    assert answer(adapter, other).text != together[0]
    assert len({id(one) for one in world.parameters}) == len(world.parameters)  # never shared


# --- what comes back ---------------------------------------------------------------------------


def test_finish_usage_and_stop_strings(make: Opened, world: World) -> None:
    adapter = make()
    cut = answer(adapter, request(clip(2.0), "a", max_new_tokens=3))
    assert (cut.finish, cut.error) == ("length", None)
    assert cut.usage == {
        "prompt_tokens": 55,
        "completion_tokens": 3,
        "prompt_tokens_details": {"audio_tokens": 50},
    }
    whole = answer(adapter, request(clip(), "a", max_new_tokens=100))
    assert whole.finish == "stop" and whole.text
    stop = whole.text[10:12]
    stopped = answer(adapter, request(clip(), "a", max_new_tokens=100, until=[stop, ""]))
    assert (stopped.text, stopped.finish) == (whole.text[: whole.text.find(stop)], "stop")
    assert world.parameters[-1].stop == [stop]
    text = answer(adapter, request("No clip."))
    assert text.text and "prompt_tokens_details" not in (text.usage or {})


@pytest.mark.parametrize("finish", ["abort", "error", "repetition"])
def test_an_aborted_answer_is_no_answer(make: Opened, finish: str) -> None:
    response = answer(make(world={"finish": finish}), request(clip(), "a"))
    assert response.text is None
    assert (
        response.error is not None and response.error.kind == "aborted" and response.error.retryable
    )


def test_reasoning_is_cut_and_kept(make: Opened, world: World) -> None:
    adapter = make(world={"text": "<think>It barks.\nSo</think> a dog\nbarks"})
    response = answer(adapter, request(clip(), "a", until=["\n"]))
    # Not said that it reasons: vLLM stops at the first stop string, inside the reasoning.
    assert (response.text, response.reasoning) == ("", "It barks.")
    adapter = make(
        world={"text": "<think>It barks.\nSo</think> a dog\nbarks"}, enable_thinking=True
    )
    response = answer(adapter, request(clip(), "a", until=["\n"]))
    assert (response.text, response.reasoning, response.finish) == (
        "a dog",
        "It barks.\nSo",
        "stop",
    )
    assert world.parameters[-1].stop is None and world.parameters[-1].skip_special_tokens


def test_marks_of_reasoning_may_be_special_tokens(make: Opened, world: World) -> None:
    adapter = make(
        world={"text": "[THINK]It barks.[/THINK]dog"}, reasoning_marks="[THINK] [/THINK]"
    )
    response = answer(adapter, request(clip(), "a"))
    assert (response.text, response.reasoning) == ("dog", "It barks.")
    assert world.parameters[-1].skip_special_tokens is False
