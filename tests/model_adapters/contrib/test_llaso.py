"""LLaSO-Base: the steps of its evaluation script, and what that script would drop."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from harness.errors import AdapterError
from harness.types import Request
from model_adapters.registry import create
from tests.support import clips
from tests.support.models.stubbed import Stubbed, answer, error, message, request, text

MODEL = "llaso"
LOW, HIGH = (
    clips.ref(clips.tone(0.5, frequency), f"{frequency}.wav") for frequency in (200.0, 900.0)
)


def test_loading(stubbed: Stubbed) -> None:
    """The tower's folder replaces the path on the authors' machine."""
    stubbed.open()
    checkpoint, tower, loaded, *rest = stubbed.calls()
    assert checkpoint["repo_id"] == "YirongSun/LLaSO-Base-3.8B-Instruct"
    assert checkpoint["allow_patterns"] is None
    assert tower["repo_id"] == "openai/whisper-large-v3"
    assert tower["allow_patterns"] == ["*.json", "*.txt", "model.safetensors"]
    folder = loaded["kwargs"].pop("mm_audio_tower")
    assert folder.startswith(str(stubbed.hub)) and "openai--whisper-large-v3" in folder
    assert loaded["model_path"].startswith(str(stubbed.hub)) and loaded["model_path"] != folder
    assert (loaded["model_base"], loaded["model_name"]) == (None, "llava")
    assert (loaded["device"], loaded["kwargs"]) == ("cuda", {})
    assert rest == [{"call": "bfloat16"}, {"call": "to", "device": "cuda"}, {"call": "eval"}]


def test_arguments_of_loading(stubbed: Stubbed, tmp_path: Path) -> None:
    folders = {name: tmp_path / name for name in ("mine", "my-Whisper", "other-tower")}
    for folder in folders.values():
        folder.mkdir()
    stubbed.open(
        checkpoint=str(folders["mine"]), audio_tower=str(folders["my-Whisper"]), device="cpu"
    )
    calls = stubbed.calls()
    assert [call["call"] for call in calls][:2] == ["load_pretrained_model", "bfloat16"]
    assert calls[0]["kwargs"] == {"mm_audio_tower": str(folders["my-Whisper"])}
    assert calls[0]["device"] == calls[2]["device"] == "cpu"
    stubbed.open(revision="a", audio_tower_revision="b")
    assert [call["revision"] for call in stubbed.calls("snapshot_download")] == ["a", "b"]
    with pytest.raises(AdapterError, match="by the word whisper in its path"):
        stubbed.open(audio_tower=str(folders["other-tower"]))
    with pytest.raises(AdapterError, match="upstream evaluates in bfloat16"):
        stubbed.open(dtype="float32")


def test_the_call(stubbed: Stubbed) -> None:
    adapter = stubbed.open()
    stubbed.calls()
    reply = text(adapter, LOW, "What is it?", max_new_tokens=40)
    (call,) = stubbed.calls()
    tokens = call["inputs"]["shape"][1]
    assert call == {
        "call": "generate",
        "inputs": {"shape": [1, tokens], "dtype": "torch.int64"},
        "attention_mask": {"shape": [1, tokens], "dtype": "torch.bool"},
        "position_ids": {"shape": [1, tokens], "dtype": "torch.int64"},
        "input_features": {"shape": [1, 1, 128, 3000], "dtype": "torch.bfloat16"},
        "features_mask": [[1]],
        "audio_attention_mask": None,
        "use_cache": True,
        "do_sample": False,
        "num_beams": 1,
        "max_new_tokens": 40,
    }
    assert text(adapter, HIGH, "What is it?", max_new_tokens=40) != reply


def test_prompts(stubbed: Stubbed) -> None:
    """Marks around clips differ where text precedes; upstream's system prompt, or the task's."""
    adapter = stubbed.open()
    head = "<|start_header_id|>{}<|end_header_id|>\n\n"
    system = head.format("system") + "A chat between a user and a stub.<|eot_id|>"
    tail = "<|eot_id|>" + head.format("assistant").strip()
    marks = "<Audio><audio_start> @ <audio_end></Audio>\n"
    for parts, content in (
        ((LOW, "What?"), marks + "What?"),
        (("What?\n", LOW), f"What?\n\n{marks}\n"),
        ((LOW,), marks),
        (("你好 ", LOW, " und ", HIGH, "?"), f"你好 \n{marks}\n und \n{marks}\n?"),
    ):
        reply = text(adapter, *parts)
        heard = [word for word in reply.split() if "@16000x8000" in word]
        assert len(heard) == sum(not isinstance(part, str) for part in parts)
        for word in heard:
            reply = reply.replace(word, "@")
        assert reply == f"read: {system}{head.format('user')}{content}{tail}"
    other = text(adapter, LOW, "What?", system="Be brief.")
    assert "Be brief.<|eot_id|>" in other and "a stub" not in other


def test_pieces_of_clips(stubbed: Stubbed) -> None:
    """A clip of more than 30 s is several pieces with one owner, none of them dropped."""
    adapter = stubbed.make()
    assert adapter.open().max_audio_seconds == 600
    stubbed.calls()
    long = clips.noise(61.0)
    reply = text(adapter, clips.ref(long), "and", LOW)
    (call,) = stubbed.calls()
    assert call["features_mask"] == [[1, 1, 1, 2]]
    assert call["input_features"]["shape"] == [1, 4, 128, 3000]
    long[-1] += 0.25
    assert text(adapter, clips.ref(long), "and", LOW) != reply


def test_why_an_answer_ended(stubbed: Stubbed) -> None:
    adapter = stubbed.open()
    cut, whole = (answer(adapter, LOW, "x", max_new_tokens=most) for most in (3, 500))
    assert (cut.finish, whole.finish) == ("length", "stop")
    assert len(str(cut.text)) < len(str(whole.text))


def test_drawing_and_beams(stubbed: Stubbed) -> None:
    adapter = stubbed.open()
    stubbed.calls()
    drawn = {"do_sample": True, "temperature": 0.2, "top_p": 0.9, "top_k": 7, "seed": 4}
    text(adapter, LOW, "a", **drawn)
    seeded, call = stubbed.calls()
    assert seeded == {"call": "manual_seed", "seed": 4}
    del drawn["seed"]
    assert {**drawn, "num_beams": 1}.items() <= call.items()
    text(adapter, LOW, "a", num_beams=4, temperature=0.0)
    (call,) = stubbed.calls()
    assert (call["num_beams"], call["do_sample"], "temperature" in call) == (4, False, False)


@pytest.mark.parametrize(
    ("parts", "more", "wanted"),
    [
        ((LOW, "x"), {"min_p": 0.1, "do_sample": True, "seed": 0}, "takes no min_p=0.1"),
        ((LOW, "x"), {"no_repeat_ngram_size": 3}, "takes no no_repeat_ngram_size=3"),
        (("no clip",), {}, "takes requests with a clip"),
        ((LOW, "an <image>?"), {}, "which upstream reads as a mark"),
        ((LOW, "x"), {"system": "like <audio>"}, "which upstream reads as a mark"),
        ((LOW, "word " * 2100), {}, "tokens, upstream cuts at 2048"),
    ],
)
def test_what_upstream_would_drop_is_said(
    stubbed: Stubbed, parts: tuple[Any, ...], more: dict[str, Any], wanted: str
) -> None:
    adapter = stubbed.open()
    stubbed.calls()
    assert wanted in error(adapter, *parts, **more)
    assert stubbed.calls() == []


def test_one_turn(stubbed: Stubbed) -> None:
    earlier = (message("user", LOW, "a"), message("assistant", "b"), message("user", "c"))
    (response,) = stubbed.open().generate_batch([Request("key", earlier)])
    assert response.error is not None
    assert "takes one user message" in response.error.message


def test_a_failure_is_its_own(stubbed: Stubbed) -> None:
    adapter = stubbed.open()
    asked = [request(LOW, "good"), request(LOW, "poison"), request(HIGH, "after")]
    good, bad, after = adapter.generate_batch(asked)
    assert "good" in str(good.text) and "after" in str(after.text)
    assert bad.error is not None and bad.error.kind == "memory"


def test_tensors_of_the_real_torch(
    tmp_path: Path,
    in_this_process: Callable[[str], None],
    stubbed: Stubbed,
) -> None:
    """In this process, where torch is no stub: shapes and types as upstream makes them."""
    pytest.importorskip("torch", reason="needs the extra hf")
    in_this_process(MODEL)
    folders = {"checkpoint": tmp_path / "checkpoint", "audio_tower": tmp_path / "whisper"}
    for folder in folders.values():
        folder.mkdir()
    arguments = {key: str(path) for key, path in folders.items()}
    adapter = create("python:contrib.llaso:LLaSO", {**arguments, "device": "cpu"})
    adapter.open()
    stubbed.calls()
    response = answer(adapter, clips.ref(clips.noise(31.0)), "and", LOW, "x", max_new_tokens=900)
    adapter.close()
    assert response.error is None and response.finish == "stop"
    (call,) = stubbed.calls()
    tokens = call["inputs"]["shape"][1]
    assert call["inputs"] == {"shape": [1, tokens], "dtype": "torch.int64"}
    assert call["attention_mask"] == {"shape": [1, tokens], "dtype": "torch.bool"}
    assert call["position_ids"] == {"shape": [1, tokens], "dtype": "torch.int64"}
    assert call["input_features"] == {"shape": [1, 3, 128, 3000], "dtype": "torch.bfloat16"}
    assert call["features_mask"] == [[1, 1, 2]]
