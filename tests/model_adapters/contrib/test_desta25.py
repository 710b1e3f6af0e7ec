"""DeSTA2.5-Audio: the calls that its package gets, and what may not get lost on the way."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.errors import AdapterError
from harness.types import Request
from tests.support import clips
from tests.support.models.stubbed import Stubbed, answer, error, message, request, text

MODEL = "desta25"
HUB_ID = "DeSTA-ntu/DeSTA2.5-Audio-Llama-3.1-8B"
LOW, HIGH = (
    clips.ref(clips.tone(0.5, frequency), f"{frequency}.wav") for frequency in (200.0, 900.0)
)
GREEDY = {"do_sample": False, "top_p": 1.0, "temperature": 1.0}


def test_loading_is_upstreams_and_complete(stubbed: Stubbed) -> None:
    """The first call fetches tokenizer and voice detection; it is made while loading."""
    stubbed.open()
    fetched, loaded, moved, evaluating, first = stubbed.calls()
    assert fetched == {
        "call": "snapshot_download",
        "repo_id": HUB_ID,
        "revision": None,
        "allow_patterns": None,
    }
    assert loaded["path"].startswith(str(stubbed.hub))
    assert (loaded["args"], loaded["kwargs"]) == ([], [])
    assert (moved, evaluating["call"]) == ({"call": "to", "device": "cuda"}, "eval")
    assert first == {
        "call": "generate",
        "messages": [[{"role": "user", "content": "Hello."}]],
        "max_new_tokens": 1,
        **GREEDY,
    }


def test_what_the_first_call_needs_is_missed_while_loading(
    stubbed: Stubbed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STUB_NO_VAD", "1")
    with pytest.raises(AdapterError, match="silero-vad cannot be fetched"):
        stubbed.open()


def test_arguments_of_loading(stubbed: Stubbed, tmp_path: Path) -> None:
    stubbed.open(revision="v2", device="cuda:1", dtype="bfloat16")
    assert stubbed.calls("snapshot_download")[0]["revision"] == "v2"
    folder = tmp_path / "mine"
    folder.mkdir()
    stubbed.open(checkpoint=str(folder), device="cpu")
    calls = stubbed.calls()
    assert [call["call"] for call in calls[:2]] == ["from_pretrained", "to"]
    assert (calls[0]["path"], calls[1]["device"]) == (str(folder), "cpu")
    with pytest.raises(AdapterError, match=r"dtype=float16: .* accepted: auto, bfloat16"):
        stubbed.open(dtype="float16")
    with pytest.raises(AdapterError, match="which is a folder"):
        stubbed.open(checkpoint=str(folder), revision="v2")
    with pytest.raises(AdapterError, match="beams"):
        stubbed.open(beams=2)


def test_fingerprints(stubbed: Stubbed) -> None:
    """A new commit of the checkpoint, or another way to treat long clips, is another model."""
    found = [
        stubbed.make(**arguments).open().fingerprint
        for arguments in ({}, {}, {"revision": "v2"}, {"cut_audio": True})
    ]
    assert found[0] == found[1]
    assert len(set(found)) == 3
    assert found[0].startswith("python:contrib.desta25:DeSTA25:")


def test_the_call(stubbed: Stubbed) -> None:
    adapter = stubbed.open()
    stubbed.calls()
    asked = ("One ", LOW, "\ntwo ", HIGH, " three?")
    reply = text(adapter, *asked, system="Focus.", max_new_tokens=40, until=["never"])
    (call,) = stubbed.calls()
    user = call["messages"][0][1]
    paths = [clip.pop("audio") for clip in user["audios"]]
    assert call == {
        "call": "generate",
        "messages": [
            [
                {"role": "system", "content": "Focus."},
                {
                    "role": "user",
                    "content": "One <|AUDIO|>\ntwo <|AUDIO|> three?",
                    "audios": [{}, {}],
                },
            ]
        ],
        "max_new_tokens": 40,
        **GREEDY,
    }
    assert len(set(paths)) == 2
    assert all(path.startswith(str(stubbed.temporary)) for path in paths)
    assert stubbed.left_behind() == []
    assert text(adapter, "One ", HIGH, "\ntwo ", LOW, " three?", system="Focus.") != reply


def test_other_messages(stubbed: Stubbed) -> None:
    """A clip alone, no clip at all, an earlier answer; any script."""
    adapter = stubbed.open()
    stubbed.calls()
    answer(adapter, LOW)
    assert stubbed.calls()[0]["messages"][0][0]["content"] == "<|AUDIO|>"
    assert "user: 你好 “ß” 👩🏽‍🚀" in text(adapter, "你好 “ß” 👩🏽‍🚀")
    earlier = (message("user", LOW, "a"), message("assistant", "b"), message("user", "c"))
    (response,) = adapter.generate_batch([Request("key", earlier)])
    assert str(response.text).endswith("assistant: b user: c")


def test_a_batch_is_one_call_in_order(stubbed: Stubbed) -> None:
    """And one more without clips: upstream's prompt differs where no conversation of a call has any."""
    adapter = stubbed.open()
    stubbed.calls()
    asked = [request(LOW, "first"), request("no clip"), request(HIGH, "third, and longer")]
    together = [response.text for response in adapter.generate_batch(asked)]
    assert [len(call["messages"]) for call in stubbed.calls("generate")] == [2, 1]
    alone = [adapter.generate_batch([one])[0].text for one in asked]
    assert together == alone and len(set(alone)) == 3


def test_why_an_answer_ended(stubbed: Stubbed) -> None:
    """Rows of a batch are padded with end tokens; that is no end of a row that fills its budget."""
    adapter = stubbed.open()
    asked = [request("x", max_new_tokens=4), request("a b c d e f", max_new_tokens=4)]
    found = [(response.text, response.finish) for response in adapter.generate_batch(asked)]
    assert found == [("user: x", "stop"), ("user: a b c", "length")]


def test_a_drawn_answer_is_drawn_alone(stubbed: Stubbed) -> None:
    adapter = stubbed.open()
    stubbed.calls()
    drawn = {"do_sample": True, "temperature": 0.5, "seed": 3}
    adapter.generate_batch([request("a", **drawn), request("b", **drawn)])
    calls = stubbed.calls()
    assert [call["call"] for call in calls] == ["manual_seed", "generate"] * 2
    assert [call["seed"] for call in calls[::2]] == [3, 3]
    wanted = {"do_sample": True, "temperature": 0.5, "top_p": 0.9, "max_new_tokens": 512}
    assert wanted.items() <= calls[1].items()
    assert "needs a seed" in error(adapter, "a", temperature=0.5)


@pytest.mark.parametrize(
    ("generation", "wanted"),
    [
        ({"top_k": 5, "do_sample": True, "seed": 0}, "DeSTA2.5-Audio takes no top_k=5"),
        ({"num_beams": 2}, "takes no num_beams=2; it takes max_new_tokens, do_sample, seed"),
        ({"beams": 2}, "takes no beams=2"),
    ],
)
def test_what_upstream_cannot_take_is_said(
    stubbed: Stubbed, generation: dict[str, object], wanted: str
) -> None:
    adapter = stubbed.open()
    stubbed.calls()
    assert wanted in error(adapter, "x", **generation)
    assert stubbed.calls() == []


def test_files_are_gone_also_after_a_failure(stubbed: Stubbed) -> None:
    adapter = stubbed.open()
    good, bad, after = adapter.generate_batch(
        [request(LOW, "good"), request(LOW, "poison"), request(HIGH, "after")]
    )
    assert str(good.text).endswith("good") and str(after.text).endswith("after")
    assert bad.error is not None and bad.error.kind == "memory"
    assert len(stubbed.calls("generate")) == 1 + 1 + 3  # loading, together, one by one
    assert stubbed.left_behind() == []


def test_a_mark_in_the_text_is_no_clip(stubbed: Stubbed) -> None:
    assert "stands for a clip" in error(stubbed.open(), LOW, "What is <|AUDIO|>?")


def test_long_clips(stubbed: Stubbed) -> None:
    """Upstream hears 30 s and drops the rest: refused, or taken and noted."""
    assert stubbed.make().open().max_audio_seconds == 30
    adapter = stubbed.make(cut_audio=True)
    assert adapter.open().max_audio_seconds is None
    long = clips.tone(31.0)
    response = answer(adapter, clips.ref(long), "?")
    assert response.extra == {"audio_cut_at_seconds": 30.0}
    whole = answer(adapter, clips.ref(long[: 30 * 16_000]), "?")
    assert (whole.text, whole.extra) == (response.text, {})
