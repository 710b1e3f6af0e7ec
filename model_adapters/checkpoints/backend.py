"""Import transformers in a version that will do, and check that weights are complete."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from harness.errors import AdapterError, MissingDependencyError
from model_adapters.checkpoints.packages import check_torchvision

OLDEST_TRANSFORMERS: Final = (5, 4)


LOAD_ERRORS: Final = (
    OSError,
    ValueError,
    TypeError,
    RuntimeError,
    ImportError,
    AttributeError,
    KeyError,
)


def import_backend() -> tuple[Any, Any]:
    """Import ``torch`` and ``transformers`` and make them quiet.

    Raises:
        MissingDependencyError: one of them is not installed or too old, or there is a torchvision of another torch.
    """
    try:
        import torch
        import transformers
    except ImportError as error:
        raise MissingDependencyError(
            f"local checkpoints need torch and transformers ({error})",
            hint="pip install 'lalm-harness[hf]'",
        ) from error
    major, minor = (int(part) for part in transformers.__version__.split(".")[:2])
    if (major, minor) < OLDEST_TRANSFORMERS:
        raise MissingDependencyError(
            f"transformers {transformers.__version__} is too old: its chat templates pass no arguments on "
            "to the processor",
            hint="pip install 'lalm-harness[hf]'",
        )
    check_torchvision(torch)
    transformers.utils.logging.set_verbosity_error()
    transformers.utils.logging.disable_progress_bar()
    return torch, transformers


def check_complete(report: Mapping[str, Any], where: str) -> None:
    """Refuse a model with weights that its checkpoint does not hold.

    Args:
        report: what ``from_pretrained`` says of its loading.
        where: the checkpoint.

    Raises:
        AdapterError: names the first of them.
    """
    missing = sorted(report["missing_keys"])
    if missing:
        raise AdapterError(
            f"{len(missing)} weights are missing from the checkpoint and would be random: "
            f"{', '.join(missing[:3])} …",
            where=where,
            hint="the checkpoint is incomplete, or its config.json belongs to another model",
        )
