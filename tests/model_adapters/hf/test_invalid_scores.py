"""Hazard: a model that computes NaN, and its replies are scored as empty or random answers."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from model_adapters.hf.adapter import HFAdapter
from model_adapters.hf.invalid import InvalidScores
from tests.support.budget import mostly_long
from tests.support.models.hf_requests import request, voice
from tests.support.packages import needs

pytestmark = [needs("torch", extra="hf"), pytest.mark.xdist_group("hf")]

PATHS = {
    "greedy": {},
    "sampled": {"do_sample": True, "temperature": 0.8, "top_p": 0.9, "top_k": 20},
    "beams": {"num_beams": 3},
    "penalties": {"repetition_penalty": 1.2, "no_repeat_ngram_size": 2},
    "stop strings": {"until": ["zzz"]},
}
make = request


@pytest.fixture(scope="module")
def adapter(tiny_qwen2_audio: Path) -> HFAdapter:
    """One checkpoint for all tests that do not damage it."""
    found = HFAdapter(str(tiny_qwen2_audio), dtype="float32", device="cpu")
    found.open()
    return found


@contextmanager
def overflow(adapter: HFAdapter, batches: tuple[int, ...] | None = None) -> Iterator[None]:
    """Let the model compute NaN where a prompt has the letter Q, if a batch has one of these sizes."""
    import torch

    model = adapter.loaded.model
    (mark,) = adapter.loaded.processor.tokenizer.encode("Q", add_special_tokens=False)
    rows: list[Any] = [None]

    def spoil(module: Any, args: Any, kwargs: Any, output: Any) -> None:
        ids = kwargs["input_ids"]
        if ids.shape[1] > 1:  # the prompt
            rows[0] = (ids == mark).any(dim=-1)
            if batches is not None and len(ids) not in batches:
                rows[0] = torch.zeros_like(rows[0])
        output.logits[rows[0]] = float("nan")

    hook = model.register_forward_hook(spoil, with_kwargs=True)
    try:
        yield
    finally:
        hook.remove()


@pytest.mark.parametrize("way", mostly_long(PATHS, ["greedy", "beams"]))
def test_only_the_item_with_nan_is_an_error(adapter: HFAdapter, way: str) -> None:
    asked = [
        make(voice(1), **PATHS[way]),
        make(voice(2), text="Q?", **PATHS[way]),
        make(voice(3, 1.2), text="Which emotion?", **PATHS[way]),
    ]
    before = adapter.generate_batch([asked[0], asked[2]])
    with overflow(adapter):
        first, wrong, last = adapter.generate_batch(asked)
    assert wrong.text is None and wrong.error is not None
    assert wrong.error.kind == "nan" and "NaN" in wrong.error.message
    assert "dtype=" in wrong.error.message and not wrong.error.retryable
    assert [first.text, last.text] == [one.text for one in before]


def test_a_bound_on_reasoning_hides_no_nan(tiny_qwen2_audio: Path) -> None:
    adapter = HFAdapter(str(tiny_qwen2_audio), dtype="float32", device="cpu", thinking_budget=4)
    adapter.open()
    with overflow(adapter):
        right, wrong = adapter.generate_batch([make(voice(1)), make(voice(2), text="Q?")])
    assert right.error is None
    assert wrong.error is not None and wrong.error.kind == "nan"


def test_what_only_a_batch_makes_nan_is_answered_alone(adapter: HFAdapter) -> None:
    asked = [make(voice(1)), make(voice(2), text="Q?")]
    before = [adapter.generate_batch([one])[0].text for one in asked]
    with overflow(adapter, batches=(2,)):
        assert [one.text for one in adapter.generate_batch(asked)] == before


@pytest.mark.parametrize(
    "name",
    mostly_long(["tiny_qwen2_audio", "tiny_audio_flamingo", "tiny_glm_asr"], ["tiny_qwen2_audio"]),
)
def test_damaged_weights_are_said_for_every_family(
    name: str, request: pytest.FixtureRequest
) -> None:
    import torch

    adapter = HFAdapter(str(request.getfixturevalue(name)), dtype="float32", device="cpu")
    adapter.open()
    with torch.no_grad():
        next(iter(adapter.loaded.model.get_output_embeddings().parameters())).fill_(float("nan"))
    for response in adapter.generate_batch([make(voice(1)), make(voice(2))]):
        assert response.error is not None and response.error.kind == "nan"


def test_a_setting_of_the_checkpoint_does_not_turn_nan_into_zeros(
    adapter: HFAdapter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(adapter.loaded.model.generation_config, "remove_invalid_values", True)
    with overflow(adapter):
        (wrong,) = adapter.generate_batch([make(voice(2), text="Q?")])
    assert wrong.error is not None and wrong.error.kind == "nan"


def test_what_a_row_computes_after_its_end_counts_for_nothing() -> None:
    import torch

    invalid = InvalidScores(prompt=1, ends={2})
    nan = torch.tensor([[float("nan")] * 4, [0.0, 1.0, 2.0, 3.0]])
    invalid.watch(torch.tensor([[5, 2], [5, 1]]), nan)
    assert invalid.errors(2) == {}
    for bad in (float("nan"), float("inf")):
        scores = torch.tensor(
            [[0.0, bad, 1.0, 0.0], [float("-inf")] * 4, [float("-inf"), 0.0, 0, 0]]
        )
        invalid = InvalidScores(prompt=1, ends={2})
        kept = invalid.watch(torch.tensor([[5], [5], [5]]), scores)
        assert sorted(invalid.errors(3)) == [0, 1]
        assert kept.argmax(dim=-1).tolist() == [2, 2, 1]
        assert torch.equal(kept[2], scores[2])
