"""VoiceBench's ``panda``: PEDANT's verdict on a spoken answer, where its model is on this machine."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

from metrics.text import pedant
from tasks._shared import scoring_models

DecidedBy = Literal["substring", "model", "upstream stops", "needs the model pedant"]


def verdict(reference: str, response: Any, question: Any) -> tuple[bool | None, DecidedBy]:
    """Return PEDANT's verdict and what decided it.

    Args:
        reference: the reference answer.
        response: the reply; upstream stops at one that is not text.
        question: the prompt; the model reads it.

    Returns:
        ``None`` for the verdict where upstream stops, or where the model would decide and is not here.

    >>> verdict("The Nile", "It is the Nile.", "Which river?"), verdict("Nile", None, "Which river?")
    ((True, 'substring'), (None, 'upstream stops'))
    """
    if not isinstance(response, str):
        return None, "upstream stops"
    gold, reply = reference.lower(), response.lower()
    if pedant.contains(gold, reply):
        return True, "substring"
    if not isinstance(question, str):
        return None, "upstream stops"
    model, _ = _model(scoring_models.folder("pedant"))
    if model is None:
        return None, "needs the model pedant"
    return model.is_right(gold, reply, question.lower()), "model"


def lacking() -> str | None:
    """Return what the official reading lacks on this machine and what mends it; ``None`` if nothing."""
    model, reason = _model(scoring_models.folder("pedant"))
    return None if model is not None else scoring_models.lacking("pedant", reason)


def _model(folder: Path | None) -> tuple[pedant.Pedant | None, str]:
    """Return the model, or why there is none."""
    if folder is None:
        return None, "no copy is given"
    try:
        return pedant.load(folder), ""
    except pedant.PedantError as error:
        return None, str(error)
