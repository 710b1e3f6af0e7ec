"""Flags of ``evaluate`` that are texts with a form of their own, read once, for a run and for ``--dry-run``."""

from __future__ import annotations

from dataclasses import dataclass

from harness.evaluation.choosing import read_ids
from harness.evaluation.controls.control import parse_control
from harness.evaluation.controls.kept import check_keeps
from harness.evaluation.replicas.options import Wanted, read_executor
from harness.evaluation.selection.shards import Shard, parse_shard
from harness.settings import Settings, parse_max_errors
from model_adapters.services.pacing.patience import parse_patience


@dataclass(frozen=True, slots=True)
class Flags:
    """Values of flags.

    Attributes:
        patience: seconds that a busy service may go without an answer, ``None`` for the default.
        ids: the items that are asked, ``None`` for all.
        shard: the part of the run, ``None`` for the whole.
        replicas: copies of the model, ``None`` for the one in this process.
    """

    patience: float | None
    ids: frozenset[str] | None
    shard: Shard | None
    replicas: Wanted | None


def read_flags(settings: Settings) -> Flags:
    """Read ``--patience``, ``--ids``, ``--shard`` and ``--executor``, and check ``--max-errors`` and ``--keep-control-audio``.

    Raises:
        UsageError: one of them is not of its form.
        InputFileError: the file of ids cannot be read.
    """
    parse_max_errors(settings.max_errors, 0)
    if settings.keep_control_audio:
        check_keeps([parse_control(settings.control)])
    return Flags(
        None if settings.patience is None else parse_patience(settings.patience),
        None if settings.ids is None else read_ids(settings.ids),
        parse_shard(settings.shard),
        read_executor(settings),
    )
