"""Hazards: the GPU waits for a copy that could have been made before, float32 that is not, a setting that outlives its batch."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from model_adapters.hf.adapter import HFAdapter
from model_adapters.hf.moving import full_precision, moved, staged
from tests.support.budget import SOAK
from tests.support.models.hf_requests import request, voice

pytestmark = pytest.mark.xdist_group("hf")


class Inputs(dict[str, Any]):
    """Inputs that write down what becomes of them."""

    def __init__(self, calls: list[Any]) -> None:
        super().__init__(features=Tensor(calls), count=3)
        self.calls = calls

    def to(self, *place: Any, **how: Any) -> Inputs:
        """Write down a move."""
        self.calls.append((*place, how))
        return self


class Tensor:
    """A tensor that writes down that it was pinned."""

    def __init__(self, calls: list[Any]) -> None:
        self._calls = calls

    def pin_memory(self) -> Tensor:
        """Write it down."""
        self._calls.append("pinned")
        return self


@pytest.mark.parametrize(("kind", "pinned"), [("cuda", ["pinned"]), ("cpu", []), ("mps", [])])
def test_inputs_are_cast_and_pinned_where_they_are_made_and_then_only_copied(
    kind: str, pinned: list[str]
) -> None:
    device = SimpleNamespace(type=kind)
    model, calls = SimpleNamespace(device=device, dtype="bfloat16"), list[Any]()
    inputs = staged(Inputs(calls), model)
    assert calls == [("cpu", {"dtype": "bfloat16"}), *pinned]
    assert inputs["count"] == 3
    moved(inputs, model)
    assert calls[-1] == (device, {"dtype": "bfloat16", "non_blocking": kind == "cuda"})


@pytest.mark.parametrize("wanted", [True, False])
def test_float32_is_asked_for_and_given_for_as_long_as_it_is_needed(wanted: bool) -> None:
    torch = pytest.importorskip("torch", reason="needs the extra hf")
    before = torch.backends.cudnn.allow_tf32
    with pytest.raises(ValueError, match="of a batch"), full_precision(wanted):
        assert torch.backends.cudnn.allow_tf32 == (before and not wanted)
        raise ValueError("of a batch")
    assert torch.backends.cudnn.allow_tf32 == before


@pytest.mark.skipif(not SOAK, reason="three checkpoints, twice each: HARNESS_SOAK=1")
@pytest.mark.slow
@pytest.mark.parametrize("family", ["qwen2_audio", "audio_flamingo", "glm_asr"])
def test_a_static_cache_gives_the_same_text(family: str, tmp_path: Path) -> None:
    pytest.importorskip("transformers", reason="needs the extra hf")
    from tests.support.models import tiny_models

    checkpoint = getattr(tiny_models, f"build_tiny_{family}")(tmp_path / "checkpoint")
    adapter = HFAdapter(str(checkpoint), device="cpu", dtype="float32")
    adapter.open()
    clips = [voice(seed, seconds) for seed, seconds in enumerate((1.0, 2.5, 4.0))]
    usual, static = (
        [one.text for one in adapter.generate_batch([request(clip, **more) for clip in clips])]
        for more in ({}, {"cache_implementation": "static"})
    )
    adapter.close()
    assert usual == static and len(set(usual)) > 1 and None not in usual
