"""Code inside a checkpoint that a model of lm-eval loads: it runs by the rule of ``hf:``.

Only with ``trust_remote_code=true``, and only when it is certain which code that is: a folder, whose code is part of the
fingerprint, or a hub id at a commit.
"""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from typing import Any, Final

from harness.errors import UsageError
from model_adapters.checkpoints.source import Source, check_code, find_source, trust

_CHECKPOINT: Final = ("pretrained", "model")
"""Arguments that name the checkpoint which ``revision`` belongs to."""
_OTHERS: Final = ("tokenizer", "processor", "delta", "autogptq", "gptqmodel", "draft_model")
"""Arguments that may name a second checkpoint, for which lm-eval has no revision."""


def check_pinned(given: Mapping[str, object]) -> bool:
    """Return whether code of a checkpoint is trusted.

    Args:
        given: arguments of the model's constructor.

    Raises:
        UsageError: it is trusted, and it is not certain which code would run.
    """
    if not _is_true(given.get("trust_remote_code")):
        return False
    source = _source(given)
    if source is not None:
        code_revision = given.get("code_revision")
        trust(source, None if code_revision is None else str(code_revision))
    for name in _OTHERS:
        value = given.get(name)
        if isinstance(value, str) and (source is None or value != source.name):
            other = find_source(value)
            if other.folder is None:
                raise UsageError(
                    "code from the hub runs only at a commit, and lm-eval takes none for this checkpoint",
                    where=f"-M {name}={value}",
                    hint="read its code, then download it at a commit and give the folder",
                )
    return True


def check_foreign_code(given: Mapping[str, object], *, trusted: bool) -> None:
    """Refuse trusted code that lies in another repository and is not pinned there.

    Raises:
        UsageError: names the repository.
        AdapterError: the files that would say so cannot be fetched.
    """
    source = _source(given) if trusted else None
    if source is not None:
        code_revision = given.get("code_revision")
        check_code(trust(source, None if code_revision is None else str(code_revision)))


def untrusted(cls: Any) -> dict[str, bool]:
    """Return what keeps a class from running code of a checkpoint where that is its default."""
    parameter = inspect.signature(cls.__init__).parameters.get("trust_remote_code")
    return {} if parameter is None else {"trust_remote_code": False}


def _source(given: Mapping[str, object]) -> Source | None:
    """Return the checkpoint that is named, ``None`` if none is."""
    for name in _CHECKPOINT:
        if isinstance(value := given.get(name), str):
            revision = given.get("revision")
            return find_source(value, None if revision is None else str(revision))
    return None


def _is_true(value: object) -> bool:
    return value not in (None, False, 0, "", "0", "false", "False", "no")
