"""Packages that a checkpoint needs and transformers does not bring: named, with the command that installs them."""

from __future__ import annotations

import re
from importlib import import_module
from importlib.metadata import version
from importlib.util import find_spec
from typing import Any, Final

from harness.errors import MissingDependencyError

_NAMED: Final = re.compile(r"requires the (\S+) library|Missing optional dependencies: ([\w, -]+)")
_VISION: Final = ("pillow", "torchvision")
"""What processors of models that also see cannot be loaded without, though no picture is ever shown to them."""


def first_line(error: BaseException) -> str:
    """Return the kind and first line of an error, for messages."""
    text = str(error).strip()
    return f"{type(error).__name__}: {text.splitlines()[0][:300]}" if text else type(error).__name__


def lacking(error: BaseException, what: str, where: str) -> MissingDependencyError | None:
    """Describe a missing package; ``None`` for an error of another kind.

    Args:
        error: what transformers raised, not always an ``ImportError``.
        what: the part of the checkpoint that could not be loaded.
        where: the checkpoint.

    >>> lacking(ImportError("X requires the timm library but it was not found"), "the model", "x").hint
    'pip install timm'
    >>> lacking(ValueError("Missing optional dependencies: torchvision, Pillow."), "the model", "x").hint
    'pip install pillow torchvision'
    >>> lacking(ValueError("no such file"), "the model", "x") is None
    True
    """
    found = _NAMED.findall(str(error))
    if not (found or isinstance(error, ImportError)):
        return None
    names = [name.strip().lower() for pair in found for name in ",".join(pair).split(",")]
    names = ["pillow" if name == "pil" else name for name in names if name]
    if not set(names).isdisjoint(_VISION):
        names = [*_VISION, *names]
    return MissingDependencyError(
        f"{what} needs another package: {first_line(error)}",
        where=where,
        hint=f"pip install {' '.join(dict.fromkeys(names))}" if names else None,
    )


def check_torchvision(torch: Any) -> None:
    """Refuse a torchvision of another torch: with it transformers imports no processor at all, and does not say why.

    Raises:
        MissingDependencyError: names both versions.
    """
    if find_spec("torchvision") is None:
        return
    try:
        import_module("torchvision")
    except Exception as error:  # RuntimeError, OSError or ImportError, by what does not fit
        raise MissingDependencyError(
            f"torchvision {version('torchvision')} does not fit torch {torch.__version__} ({first_line(error)})",
            hint="install the torchvision that belongs to this torch, or remove it: pip uninstall torchvision",
        ) from error
