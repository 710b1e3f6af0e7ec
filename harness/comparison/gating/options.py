"""Options of the gate and their defaults."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

from harness.comparison.gating.policy import Policy

ALPHA: Final = 0.05
MAX_DROP: Final = 0.02
Missing = Literal["refuse", "lost"]


@dataclass(frozen=True, slots=True)
class GateOptions:
    """Options of the gate.

    ``min_effect`` and ``max_drop`` are shares of a metric's scale: 0.02 is 2 points of accuracy, 0.02
    of WER, 0.08 of a judge score from 1 to 5, and for MAE 2 % of the baseline's error.

    Attributes:
        tasks: tasks to test; ``None``: all of the baseline.
        metrics: metrics to test; ``None``: all with a strict value, but a judge-free control only
            where a task has no value of the judged metric that it stands for.
        alpha: level of the whole gate: half of it for the suite mean, half for tasks and guards.
        min_effect: smaller drops never fail.
        max_drop: the margin: the gate passes if the upper end of the drop is below it.
        fail_inconclusive: an inconclusive gate exits with 5.
        missing: ``refuse``: too many items without a pair are exit 3; ``lost``: what the candidate lacks counts as wrong.
        policy: what single tasks, metrics and guards must keep; ``None`` for the defaults.
    """

    tasks: Sequence[str] | None = None
    metrics: Sequence[str] | None = None
    alpha: float = ALPHA
    min_effect: float = 0.0
    max_drop: float = MAX_DROP
    fail_inconclusive: bool = False
    missing: Missing = "refuse"
    policy: Policy | None = None
