"""Kimi-Audio: the calls that its package gets, and what it cannot take."""

from __future__ import annotations

import pytest

from harness.errors import AdapterError
from harness.types import Request
from tests.support import clips
from tests.support.models.stubbed import Stubbed, answer, error, message, request, text

MODEL = "kimi_audio"
LOW, HIGH = (
    clips.ref(clips.tone(0.5, frequency), f"{frequency}.wav") for frequency in (200.0, 900.0)
)


def test_loading(stubbed: Stubbed) -> None:
    stubbed.open()
    fetched, made = stubbed.calls()
    assert fetched["repo_id"] == "moonshotai/Kimi-Audio-7B-Instruct"
    assert fetched["allow_patterns"] is None  # the Whisper encoder and the code are in it
    assert made["model_path"].startswith(str(stubbed.hub))
    assert (made["load_detokenizer"], made["device"]) == (False, 0)


def test_arguments_of_loading(stubbed: Stubbed) -> None:
    stubbed.open(device="cuda:1", revision="v2")
    device, fetched, made = stubbed.calls()
    assert device == {"call": "set_device", "device": "cuda:1"}
    assert (fetched["revision"], made["device"]) == ("v2", 1)
    for arguments, wanted in (
        ({"device": "cpu"}, "runs on CUDA only"),
        ({"dtype": "float16"}, "accepted: auto, bfloat16"),
    ):
        with pytest.raises(AdapterError, match=wanted):
            stubbed.open(**arguments)


def test_the_call(stubbed: Stubbed) -> None:
    """Every part is a message, in reading order; white space at the seams goes."""
    adapter = stubbed.open()
    stubbed.calls()
    reply = text(adapter, "One: ", LOW, "\n\ntwo: ", HIGH, " \n")
    (call,) = stubbed.calls()
    paths = [chat["content"] for chat in call["chats"] if chat["message_type"] == "audio"]
    assert all(path.startswith(str(stubbed.temporary)) for path in paths)
    assert stubbed.left_behind() == []
    first, second = paths
    assert call == {
        "call": "generate",
        "chats": [
            {"role": "user", "message_type": "text", "content": "One:"},
            {"role": "user", "message_type": "audio", "content": first},
            {"role": "user", "message_type": "text", "content": "two:"},
            {"role": "user", "message_type": "audio", "content": second},
        ],
        "output_type": "text",
        "text_temperature": 0.0,
        "text_top_k": 5,
        "text_repetition_penalty": 1.0,
        "max_new_tokens": 512,
    }
    assert text(adapter, "One: ", HIGH, "\n\ntwo: ", LOW) != reply


def test_text_first(stubbed: Stubbed) -> None:
    """The order of the authors' evaluation; clips keep theirs."""
    adapter = stubbed.open(text_first=True)
    stubbed.calls()
    reply = text(adapter, LOW, "a", HIGH, "b")
    (call,) = stubbed.calls()
    assert [chat["message_type"] for chat in call["chats"]] == ["text", "text", "audio", "audio"]
    assert reply != text(adapter, HIGH, "a", LOW, "b")


def test_a_system_prompt(stubbed: Stubbed) -> None:
    adapter = stubbed.open()
    assert "no system role; -M system_as_user=true" in error(adapter, LOW, "x", system="Be brief.")
    adapter = stubbed.open(system_as_user=True)
    stubbed.calls()
    text(adapter, LOW, "x", system="Be brief.")
    first, second, third = stubbed.calls()[0]["chats"]
    assert first == {"role": "user", "message_type": "text", "content": "Be brief."}
    assert (second["message_type"], third["content"]) == ("audio", "x")


def test_other_messages(stubbed: Stubbed) -> None:
    adapter = stubbed.open()
    assert text(adapter, LOW).startswith("heard ")
    assert text(adapter, "你好 “ß” 👩🏽‍🚀") == "user: 你好 “ß” 👩🏽‍🚀"
    earlier = (message("user", LOW, "a"), message("assistant", "b"), message("user", "c"))
    (response,) = adapter.generate_batch([Request("key", earlier)])
    assert str(response.text).endswith("user: a assistant: b user: c")


def test_why_an_answer_ended(stubbed: Stubbed) -> None:
    adapter = stubbed.open()
    for most, finish, count in ((3, "length", 3), (5, "stop", 4)):
        response = answer(adapter, "a b c", max_new_tokens=most)
        assert (response.finish, response.usage) == (finish, {"completion_tokens": count})


def test_drawing(stubbed: Stubbed) -> None:
    adapter = stubbed.open()
    stubbed.calls()
    text(adapter, "a", temperature=0.7, top_k=0, repetition_penalty=1.1, seed=4)
    seeded, call = stubbed.calls()
    assert seeded == {"call": "manual_seed", "seed": 4}
    found = call["text_temperature"], call["text_top_k"], call["text_repetition_penalty"]
    assert found == (0.7, 0, 1.1)


@pytest.mark.parametrize(
    ("generation", "wanted"),
    [
        ({"temperature": 0.7, "seed": 0, "top_p": 0.9}, "Kimi-Audio takes no top_p=0.9"),
        ({"do_sample": True, "seed": 0}, "needs a temperature"),
        ({"temperature": 0.7}, "needs a seed"),
        ({"num_beams": 2}, "takes no num_beams=2"),
        ({"max_new_tokens": 5000}, "upstream has room for 4096"),
    ],
)
def test_what_upstream_cannot_take_is_said(
    stubbed: Stubbed, generation: dict[str, object], wanted: str
) -> None:
    adapter = stubbed.open()
    stubbed.calls()
    assert wanted in error(adapter, "x", **generation)
    assert stubbed.calls() == []


def test_clip_and_answer_share_the_positions(stubbed: Stubbed) -> None:
    adapter = stubbed.make()
    assert adapter.open().max_audio_seconds == 600
    long = clips.ref(clips.silence(592.0, rate=1000) + 0.1, rate=1000)
    assert "with 592.0 s of audio: upstream has room for 100" in error(
        adapter, long, max_new_tokens=101
    )
    assert answer(adapter, long, max_new_tokens=100).error is None


def test_files_are_gone_also_after_a_failure(stubbed: Stubbed) -> None:
    adapter = stubbed.open()
    good, bad, after = adapter.generate_batch(
        [request(LOW, "good"), request(LOW, "poison"), request(HIGH, "after")]
    )
    assert str(good.text).endswith("good") and str(after.text).endswith("after")
    assert bad.error is not None and bad.error.kind == "memory"
    assert stubbed.left_behind() == []
