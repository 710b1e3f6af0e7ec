"""ALARM: the calls that its repository gets; reasoning, budgets and why an answer ended."""

from __future__ import annotations

from typing import Any

import pytest

from harness.errors import AdapterError
from harness.types import Request
from tests.support import clips
from tests.support.models.stubbed import Stubbed, answer, error, message, request, text

MODEL = "alarm"
LOW, HIGH = (
    clips.ref(clips.tone(0.5, frequency), f"{frequency}.wav") for frequency in (200.0, 900.0)
)
SYSTEM = "You are an audio-understanding model. Listen to the audio and respond to the query."
QWEN = {"temperature": 0.6, "top_p": 0.95, "top_k": 20, "min_p": 0.0, "repetition_penalty": 1.0}
GREEDY = {"temperature": 0.0, "top_p": 1.0, "top_k": 0, "min_p": 0.0, "repetition_penalty": 1.0}


def test_loading(stubbed: Stubbed) -> None:
    stubbed.open()
    tokenizer, fetched, extractor, moved, llm = stubbed.calls()
    assert (tokenizer["name"], tokenizer["kwargs"]) == ("Qwen/Qwen3-4B-Thinking-2507", {})
    assert fetched["repo_id"] == "Blinorot/ALARM-CA"
    assert extractor["checkpoint"].startswith(str(stubbed.hub))
    assert moved == {"call": "to", "device": "cuda"}
    assert llm == {
        "call": "LLM",
        "model": "Qwen/Qwen3-4B-Thinking-2507",
        "enable_prefix_caching": True,
        "max_model_len": 16384,
        "max_num_seqs": 32,
        "max_num_batched_tokens": 16384,
        "gpu_memory_utilization": 0.7,
        "enable_prompt_embeds": True,
    }


def test_arguments_of_loading(stubbed: Stubbed) -> None:
    stubbed.open(
        checkpoint="Blinorot/ALARM-CA+Blinorot/AL-Whisper-Instruct-R",
        revision="a+b",
        device="cuda:1",
        max_model_len=40_000,
        gpu_memory_utilization=0.5,
    )
    calls = stubbed.calls()
    found = [(call["repo_id"], call["revision"]) for call in calls if "repo_id" in call]
    assert found == [("Blinorot/ALARM-CA", "a"), ("Blinorot/AL-Whisper-Instruct-R", "b")]
    assert [call["device"] for call in calls if call["call"] == "to"] == ["cuda:1"] * 2
    assert (calls[-1]["max_model_len"], calls[-1]["gpu_memory_utilization"]) == (40_000, 0.5)
    for arguments, wanted in (
        ({"checkpoint": "x/a+x/b", "revision": "c"}, "1 revisions of 2 checkpoints"),
        ({"dtype": "bfloat16"}, "upstream leaves it to transformers and vLLM"),
    ):
        with pytest.raises(AdapterError, match=wanted):
            stubbed.open(**arguments)


def test_fingerprints(stubbed: Stubbed) -> None:
    ensemble = {"checkpoint": "Blinorot/ALARM-CA+Blinorot/AL-Whisper-Instruct-R"}
    found = {
        stubbed.make(**arguments).open().fingerprint
        for arguments in ({}, {"revision": "v2"}, ensemble, {"max_thinking_tokens": 8192})
    }
    assert len(found) == 4


def test_the_call(stubbed: Stubbed) -> None:
    adapter = stubbed.open()
    stubbed.calls()
    reply = text(adapter, LOW, "What is it? 你好", system="Be brief.", max_new_tokens=60)
    called, first, second = stubbed.calls()
    assert called == {
        "call": "get_response",
        "prompts": ["What is it? 你好"],
        "clips": 1,
        "extractors": None,
        "system_prompt": "Be brief.",
        "max_thinking_tokens": 1024,
    }
    assert first["sampling"] == {**GREEDY, "max_tokens": 1024, "seed": None}
    assert (second["prompts"], second["sampling"]["max_tokens"]) == (0, 60)
    assert text(adapter, HIGH, "What is it? 你好", system="Be brief.", max_new_tokens=60) != reply
    assert reply.startswith("It is Be brief. user ") and reply.endswith(" What is it? 你好")


def test_the_ensemble_hears_twice(stubbed: Stubbed) -> None:
    adapter = stubbed.open(checkpoint="Blinorot/ALARM-CA+Blinorot/AL-Whisper-Instruct-R")
    stubbed.calls()
    reply = text(adapter, LOW, "x")
    assert stubbed.calls("get_response")[0]["extractors"] == 2
    assert reply.count(" heard ") == 2


def test_clips_keep_their_rate(stubbed: Stubbed) -> None:
    """Encoders of 16 and 24 kHz resample for themselves: nothing is taken away before."""
    adapter = stubbed.make()
    assert adapter.open().sampling_rate is None
    assert "@44100x22050" in text(adapter, clips.ref(clips.tone(0.5, rate=44_100), rate=44_100))


def test_reasoning_is_separate(stubbed: Stubbed) -> None:
    response = answer(stubbed.open(), LOW, "x")
    assert str(response.reasoning).startswith("It may be ") and "</think>" not in str(response.text)
    assert str(response.text).startswith("It is ") and response.finish == "stop"
    assert response.usage is not None and response.usage["completion_tokens"] > 30


def test_a_reasoning_without_end_is_closed(stubbed: Stubbed) -> None:
    """Upstream's second round; its end says why the answer ended."""
    adapter = stubbed.open(max_thinking_tokens=50)
    stubbed.calls()
    response = answer(adapter, LOW, "endless", max_new_tokens=40)
    _, first, second = stubbed.calls()
    assert (first["sampling"]["max_tokens"], second["sampling"]["max_tokens"]) == (50, 40)
    assert response.reasoning == ("round and round " * 25).strip()[: len(str(response.reasoning))]
    assert str(response.text).startswith("After all ") and response.finish == "stop"
    cut = answer(adapter, LOW, "endless", max_new_tokens=2)
    assert (cut.text, cut.finish) == ("After all", "length")


def test_without_a_budget_of_its_own(stubbed: Stubbed) -> None:
    """One round: a reasoning that is cut has no answer, and is not taken for one."""
    adapter = stubbed.open(max_thinking_tokens=-1)
    stubbed.calls()
    response = answer(adapter, LOW, "endless", max_new_tokens=9)
    called, only_round = stubbed.calls()
    assert (called["max_thinking_tokens"], only_round["sampling"]["max_tokens"]) == (-1, 9)
    assert (response.text, response.finish) == ("", "length")
    assert str(response.reasoning).startswith("round and round")
    assert answer(adapter, LOW, "x", max_new_tokens=900).finish == "stop"


def test_the_bound_is_that_of_the_answer(stubbed: Stubbed) -> None:
    adapter = stubbed.open()
    response = answer(adapter, LOW, "x", max_new_tokens=3)
    assert (response.text, response.finish) == ("It is You", "length")
    assert str(response.reasoning).endswith(" x")
    long = answer(adapter, LOW, "long", max_new_tokens=2000)
    assert str(long.text).endswith("and on") and long.finish == "stop"
    assert str(long.text).count("and on") == 600


def test_marked_answers(stubbed: Stubbed) -> None:
    """Upstream cuts down to what stands in its marks; the reasoning stays."""
    response = answer(stubbed.open(), LOW, "tagged")
    assert str(response.text).startswith("You are") and "<answer>" not in str(response.text)
    assert str(response.reasoning).startswith("It may be ")


def test_an_answer_of_nothing_is_an_error_of_its_own(stubbed: Stubbed) -> None:
    """Upstream takes an empty text for one that was cut, and fails, for all that were asked with it."""
    adapter = stubbed.open()
    asked = [request(LOW, word) for word in ("a", "silent", "b", "endless")]
    first, silent, third, endless = adapter.generate_batch(asked)
    assert silent.error is not None and "IndexError" in silent.error.message
    assert str(first.text).endswith(" a") and str(third.text).endswith(" b")
    assert str(endless.text).startswith("After all ")


def test_a_batch(stubbed: Stubbed) -> None:
    """One call for each system prompt, one bad request by itself, replies in order."""
    adapter = stubbed.open()
    stubbed.calls()
    asked = [
        request(LOW, "a"),
        request(HIGH, "b", system="S"),
        request(HIGH, "endless c"),
        request(LOW, "d", system="S"),
    ]
    together = [response.text for response in adapter.generate_batch(asked)]
    called = stubbed.calls("get_response")
    assert [(call["system_prompt"], len(call["prompts"])) for call in called] == [
        (SYSTEM, 2),
        ("S", 2),
    ]
    assert together == [adapter.generate_batch([one])[0].text for one in asked]
    assert len(set(together)) == 4


def test_drawing(stubbed: Stubbed) -> None:
    """Without values, those that vLLM takes from Qwen3; the seed is that of every request."""
    adapter = stubbed.open()
    stubbed.calls()
    text(adapter, LOW, "x", do_sample=True, seed=7)
    found = stubbed.calls("LLM.generate")[0]["sampling"]
    assert found == {**QWEN, "seed": 7, "max_tokens": 1024}
    text(adapter, LOW, "x", do_sample=True, seed=7, top_p=0.5, min_p=0.1)
    found = stubbed.calls("LLM.generate")[1]["sampling"]
    assert found == {**QWEN, "top_p": 0.5, "min_p": 0.1, "seed": 7, "max_tokens": 512}
    text(adapter, LOW, "x", seed=7)
    assert stubbed.calls("LLM.generate")[0]["sampling"]["seed"] is None


@pytest.mark.parametrize(
    ("parts", "more", "wanted"),
    [
        ((LOW, "x"), {"num_beams": 2}, "ALARM takes no num_beams=2"),
        ((LOW, "x"), {"temperature": 0.6}, "needs a seed"),
        (("no clip",), {}, "takes one clip, found 0"),
        ((LOW, "and", HIGH), {}, "takes one clip, found 2"),
    ],
)
def test_what_upstream_cannot_take_is_said(
    stubbed: Stubbed, parts: tuple[Any, ...], more: dict[str, Any], wanted: str
) -> None:
    adapter = stubbed.make()
    assert adapter.open().max_clips == 1
    stubbed.calls()
    assert wanted in error(adapter, *parts, **more)
    assert stubbed.calls() == []


def test_one_turn(stubbed: Stubbed) -> None:
    earlier = (message("user", LOW, "a"), message("assistant", "b"), message("user", "c"))
    (response,) = stubbed.open().generate_batch([Request("key", earlier)])
    assert response.error is not None and "takes one user message" in response.error.message


def test_a_failure_is_its_own(stubbed: Stubbed) -> None:
    adapter = stubbed.open()
    asked = [request(LOW, "good"), request(LOW, "poison"), request(HIGH, "after")]
    good, bad, after = adapter.generate_batch(asked)
    assert str(good.text).endswith("good") and str(after.text).endswith("after")
    assert bad.error is not None and bad.error.kind == "memory"
    assert stubbed.left_behind() == []
