"""Hazards: inputs made ahead that belong to other requests, and a batch size that fails again and again."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from harness.audio import AudioRef
from harness.evaluation.batches import form_batches
from model_adapters.hf import adapter as hf
from model_adapters.hf.adapter import HFAdapter
from tests.support import clips
from tests.support.models.hf_requests import request, voice
from tests.support.packages import needs
from tests.support.runs.toy import FLAGS, jsonl, write_tone

pytestmark = [needs("transformers", extra="hf"), pytest.mark.xdist_group("hf")]


@pytest.fixture(autouse=True)
def _spare(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hf, "spare_processors", lambda: 1)


@pytest.fixture(scope="module")
def adapter(tiny_qwen2_audio: Path) -> Iterator[HFAdapter]:
    adapter = HFAdapter(str(tiny_qwen2_audio), dtype="float32", device="cpu")
    adapter.open()
    yield adapter
    adapter.close()


def counted(adapter: HFAdapter, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Sizes of the batches that the processor is called for from now on."""
    processor = adapter.loaded.processor
    apply, sizes = processor.apply_chat_template, []
    monkeypatch.setattr(
        processor, "apply_chat_template", lambda c, **k: sizes.append(len(c)) or apply(c, **k)
    )
    return sizes


def test_inputs_made_ahead_are_used_and_give_the_same_replies(
    adapter: HFAdapter, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = [request(voice(1)), request(voice(2, 0.9)), request(text="No audio.")]
    second = [request(voice(3)), request(voice(4), max_new_tokens=3)]
    plain = [[r.text for r in adapter.generate_batch(batch)] for batch in (first, second)]
    sizes = counted(adapter, monkeypatch)
    adapter.prepare_batch(first)
    adapter.prepare_batch(second)
    made = len(sizes)
    assert made == 3  # the second batch has two generation lengths
    found = [[r.text for r in adapter.generate_batch(batch)] for batch in (first, second)]
    assert found == plain
    assert len(sizes) == made
    assert [[r.text for r in adapter.generate_batch(batch)] for batch in (first, second)] == plain
    assert len(sizes) == 2 * made  # what was made ahead is used once, and not kept


def test_nothing_is_made_ahead_where_the_model_needs_every_processor(
    adapter: HFAdapter, monkeypatch: pytest.MonkeyPatch
) -> None:
    import torch

    monkeypatch.undo()
    monkeypatch.setattr(hf.os, "sched_getaffinity", lambda _: range(4))
    for threads, spare in ((4, 0), (8, 0), (3, 1)):
        monkeypatch.setattr(torch, "get_num_threads", lambda: threads)  # noqa: B023
        assert hf.spare_processors() == spare
        sizes = counted(adapter, monkeypatch)
        batch = [request(voice(1))]
        adapter.prepare_batch(batch)
        assert sizes == [1] * spare
        adapter.generate_batch(batch)
        assert sizes == [1]  # made now, or ahead and not again


def test_what_goes_wrong_ahead_goes_wrong_in_its_turn(adapter: HFAdapter) -> None:
    batch = [
        request(voice(1)),
        request(AudioRef(b"not audio", "broken.wav")),
        request(voice(2), text="What is <|AUDIO|> here?"),
        request(clips.ref(clips.tone(0.005), "blip.wav")),
    ]
    adapter.prepare_batch(batch)
    kinds = [r.error.kind if r.error else None for r in adapter.generate_batch(batch)]
    assert kinds == [None, "audio", "request", "audio_too_short"]


def test_other_requests_are_not_answered_from_what_was_made_ahead(adapter: HFAdapter) -> None:
    one, other = request(voice(1)), request(voice(2))
    adapter.prepare_batch([one])
    (reply,) = adapter.generate_batch([other])
    assert reply.text == adapter.generate_batch([other])[0].text
    assert reply.text != adapter.generate_batch([one])[0].text


def test_out_of_memory_teaches_the_batch_size(
    tiny_qwen2_audio: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import torch

    adapter = HFAdapter(str(tiny_qwen2_audio), dtype="float32")
    adapter.open()
    assert adapter.batch_limit(2.0) is None
    model = adapter.loaded.model
    generate, sizes = model.generate, []

    def limited(**arguments: Any) -> Any:
        sizes.append(len(arguments["input_ids"]))
        if sizes[-1] > 2:
            raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB")
        return generate(**arguments)

    monkeypatch.setattr(model, "generate", limited)
    batch = [request(voice(seed), max_new_tokens=2) for seed in range(8)]
    assert all(response.text is not None for response in adapter.generate_batch(batch))
    assert sizes == [8, 4, 2, 2, 4, 2, 2]
    assert (adapter.batch_limit(2.0), adapter.batch_limit(9.0)) == (2, 2)
    assert adapter.batch_limit(0.9) is None


@pytest.mark.slow
def test_a_run_prepares_the_next_batch_while_the_model_generates(
    cli: Any, tiny_qwen2_audio: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The features of a batch are made before the batch before it is done, in another thread."""
    folder = tmp_path / "clips"
    folder.mkdir()
    for number in range(6):
        write_tone(folder / f"{number}.wav", 0.5 + number / 4, frequency=200.0 + 90 * number)
    monkeypatch.setenv("TOY_AUDIO", str(folder))
    monkeypatch.setenv("TOY_ITEMS", "12")
    events: list[tuple[str, int]] = []
    prepare, generate = HFAdapter.prepare_batch, HFAdapter.generate_batch
    ahead = threading.Event()

    def preparing(self: HFAdapter, requests: Any) -> None:
        prepare(self, requests)
        events.append(("prepared", threading.get_ident()))
        if len([e for e in events if e[0] == "prepared"]) == 2:
            ahead.set()

    def generating(self: HFAdapter, requests: Any) -> Any:
        assert ahead.wait(60), "the second batch was not prepared while the first was waiting"
        found = generate(self, requests)
        events.append(("generated", threading.get_ident()))
        return found

    monkeypatch.setattr(HFAdapter, "prepare_batch", preparing)
    monkeypatch.setattr(HFAdapter, "generate_batch", generating)
    run = tmp_path / "run"
    model = f"hf:{tiny_qwen2_audio}"
    done = cli(
        *("evaluate", model, "-t", "toy", "-o", run, *FLAGS, "-M", "dtype=float32"),
        *("--batch-size", "4", "--quiet"),
    )
    assert done.code == 0, done.err
    assert [name for name, _ in events[:3]] == ["prepared", "prepared", "generated"]
    assert len([e for e in events if e[0] == "generated"]) == 3
    monkeypatch.undo()
    monkeypatch.setenv("TOY_AUDIO", str(folder))
    monkeypatch.setenv("TOY_ITEMS", "12")
    alone = tmp_path / "alone"
    done = cli(
        *("evaluate", model, "-t", "toy", "-o", alone, *FLAGS, "-M", "dtype=float32"),
        *("--batch-size", "1", "--quiet"),
    )
    assert done.code == 0

    def replies(path: Path) -> dict[str, str]:
        return {line["id"]: line["response"] for line in jsonl(path / "samples.jsonl")}

    assert replies(run) == replies(alone)


def test_batches_are_formed_by_length_and_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    import asyncio
    from dataclasses import dataclass

    @dataclass
    class Item:
        seconds: float

    async def batches(seconds: list[float], size: int) -> list[list[float]]:
        queue: asyncio.Queue[Item | None] = asyncio.Queue()
        for one in seconds:
            queue.put_nowait(Item(one))
        queue.put_nowait(None)
        limit = lambda longest: 1 if longest > 20 else None  # noqa: E731
        return [
            [item.seconds for item in batch] async for batch in form_batches(queue, size, limit)
        ]

    lengths: list[float] = [1, 25, 3, 30, 2, 9, 8, 7, 6, 5]
    # one window, the longest first and alone, then the rest
    assert asyncio.run(batches(lengths, 2)) == [[30], [25], [9, 8], [7, 6], [5, 3], [2, 1]]
    # windows of eight: an item never waits behind all that come after it
    monkeypatch.setattr("harness.evaluation.batches.LEAST_ITEMS", 8)
    assert asyncio.run(batches(lengths, 2)) == [[30], [25], [9, 8], [7, 3], [2, 1], [6, 5]]
