"""From the processor to the device: what a GPU waits for is done while it still answers the batch before.

A copy to a GPU that also changes the type is made on the CPU first, and one from ordinary memory holds up whoever asks for it. So inputs
are cast, and laid into page-locked memory, where they are made; the copy is then only begun, and the model's first kernel waits for it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

_GPU: Final = "cuda"  # torch calls those of AMD so, too


def staged(inputs: Any, model: Any) -> Any:
    """Return the inputs of a batch in the model's type; for a GPU, in page-locked memory.

    Args:
        inputs: what a processor returned.
        model: what they are for.
    """
    inputs = inputs.to("cpu", dtype=model.dtype)
    if model.device.type == _GPU:
        for name, value in inputs.items():
            if hasattr(value, "pin_memory"):
                inputs[name] = value.pin_memory()
    return inputs


def moved(inputs: Any, model: Any) -> Any:
    """Return staged inputs on the model's device; on a GPU, the copy may still be under way."""
    return inputs.to(model.device, dtype=model.dtype, non_blocking=model.device.type == _GPU)


@contextmanager
def full_precision(wanted: bool) -> Iterator[None]:
    """Compute convolutions in float32 inside the block, where that was asked for; torch takes TF32 for them on a GPU (10 bits of mantissa).

    Args:
        wanted: whether it was asked for; else everything stays as it is.
    """
    if not wanted:
        yield
        return
    import torch

    before = torch.backends.cudnn.allow_tf32
    torch.backends.cudnn.allow_tf32 = False
    try:
        yield
    finally:
        torch.backends.cudnn.allow_tf32 = before
