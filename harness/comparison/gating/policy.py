"""``gate.yaml``: what a team asks of single tasks, metrics and guards. Read strictly, errors with file and line.

A rule names tasks by a pattern, and metrics if it is not about all. All rules that fit a metric apply in order, later ones over earlier ones.
"""

from __future__ import annotations

import difflib
import fnmatch
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any, Final

from harness.errors import InputFileError
from harness.task_loading.yaml_file import load_yaml
from metrics.registry import METRICS

VERSION: Final = 1
ROBUST: Final = ("none", "cap", "trim")
GUARDS: Final = (
    "unparsed", "refused", "truncated", "error", "abstention", "runaway", "seconds", "real_time_factor", "tokens",
)  # fmt: skip
SHARES: Final = GUARDS[:6]
"""Guards that are shares of items; the others are means per item."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Limits of one metric of one task; ``None`` is the gate's own.

    Attributes:
        skip: not tested at all.
        max_drop: margin, as a share of the scale.
        min_effect: smaller drops never fail, as a share of the scale.
        floor: the value must not lie below it, beyond chance.
        ceiling: the value must not lie above it, beyond chance.
        robust: of rates: ``cap`` counts an item at most as wholly wrong, ``trim`` leaves out items that either side
            gets more than wholly wrong.
    """

    skip: bool = False
    max_drop: float | None = None
    min_effect: float | None = None
    floor: float | None = None
    ceiling: float | None = None
    robust: str = "none"


@dataclass(frozen=True, slots=True)
class GuardLimits:
    """Limits of one guard.

    Attributes:
        skip: not watched.
        rise: a significant rise of at least this much fails: points of a share, or a share of the baseline's mean.
        ceiling: the candidate's value must not lie above it.
    """

    skip: bool = False
    rise: float | None = None
    ceiling: float | None = None


@dataclass(frozen=True, slots=True)
class Rule:
    """Limits for the tasks and metrics that fit."""

    tasks: tuple[str, ...]
    metrics: tuple[str, ...] | None
    limits: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Policy:
    """A policy file.

    Attributes:
        source: the file, for messages.
        options: options of the gate by name (``alpha``, ``max_drop`` …), which flags override.
        horizon: nights over which alpha is spent; ``None`` for a single comparison.
        rules: limits of tasks and metrics, in order.
        guards: limits of guards by name.
    """

    source: str = "gate.yaml"
    options: Mapping[str, Any] = field(default_factory=dict)
    horizon: int | None = None
    rules: tuple[Rule, ...] = ()
    guards: Mapping[str, GuardLimits] = field(default_factory=dict)

    def limits(self, task: str, benchmark: str, metric: str) -> Limits:
        """Return what is asked of a metric of a task."""
        found: dict[str, Any] = {}
        for rule in self.rules:
            fits = any(one == benchmark or fnmatch.fnmatchcase(task, one) for one in rule.tasks)
            if fits and (rule.metrics is None or metric in rule.metrics):
                found |= rule.limits
        return Limits(**found)

    def guard(self, name: str) -> GuardLimits:
        """Return what is asked of a guard."""
        return self.guards.get(name, GuardLimits())

    def unused(self, tasks: Mapping[str, str]) -> list[str]:
        """Return patterns that fit no task (task -> benchmark): a misspelt name would protect nothing."""
        return [
            pattern
            for rule in self.rules
            for pattern in rule.tasks
            if not any(
                pattern == benchmark or fnmatch.fnmatchcase(task, pattern)
                for task, benchmark in tasks.items()
            )
        ]


def read_policy(path: Path) -> Policy:
    """Read a policy file.

    Raises:
        InputFileError: unreadable, an unknown key, or a value of the wrong kind; file and line are named.
    """
    file = load_yaml(path)
    reader = _Reader(file.data, file.where)
    for fault in file.faults:
        raise InputFileError(fault.message, where=fault.where, hint=fault.hint)
    return reader.policy(str(path))


_Check = tuple[Callable[[Any], bool], str]


def _number(low: float, high: float) -> _Check:
    return (
        lambda value: isinstance(value, (int, float)) and not isinstance(value, bool) and low <= value <= high,
        f"a number from {low:g} to {high:g}",
    )  # fmt: skip


_FLAG: Final[_Check] = (lambda value: isinstance(value, bool), "true or false")
_ANY: Final[_Check] = _number(-1e12, 1e12)
_OPTIONS: Final[Mapping[str, _Check]] = {
    "alpha": _number(0.0001, 0.5),
    "min_effect": _number(0, 1),
    "max_drop": _number(0, 1),
    "fail_inconclusive": _FLAG,
    "missing": (lambda value: value in ("refuse", "lost"), "refuse or lost"),
}
_HORIZON: Final[_Check] = (
    lambda value: isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= 10_000,
    "a whole number of nights from 1 to 10000",
)
_LIMITS: Final[Mapping[str, _Check]] = {
    "skip": _FLAG,
    "max_drop": _number(0, 1),
    "min_effect": _number(0, 1),
    "floor": _ANY,
    "ceiling": _ANY,
    "robust": (lambda value: value in ROBUST, "none, cap or trim"),
}
_GUARD: Final[Mapping[str, _Check]] = {
    "skip": _FLAG,
    "rise": _number(0, 1000),
    "ceiling": _number(0, 1e9),
}
_TOP: Final = ("version", *_OPTIONS, "horizon", "rules", "guards")


class _Reader:
    """Checks a parsed policy, and says where it is wrong."""

    def __init__(self, data: Mapping[str, Any], where: Callable[..., str]) -> None:
        self.data, self.where = data, where

    def policy(self, source: str) -> Policy:
        self.known(self.data, _TOP)
        if self.data.get("version") != VERSION:
            raise self.wrong(("version",), self.data.get("version"), str(VERSION))
        options = {
            key: self.value(self.data[key], _OPTIONS[key], key)
            for key in _OPTIONS
            if key in self.data
        }
        horizon = self.data.get("horizon")
        if horizon is not None:
            self.value(horizon, _HORIZON, "horizon")
        rules = self.data.get("rules") or []
        if not isinstance(rules, list):
            raise self.wrong(("rules",), rules, "a list of rules")
        guards = self.data.get("guards") or {}
        if not isinstance(guards, Mapping):
            raise self.wrong(("guards",), guards, "a mapping of guards")
        return Policy(
            source,
            options,
            horizon,
            tuple(self.rule(number, rule) for number, rule in enumerate(rules)),
            self.all_guards(guards),
        )

    def rule(self, number: int, rule: Any) -> Rule:
        place = ("rules", str(number))
        if not isinstance(rule, Mapping):
            raise self.wrong(place, rule, "a mapping with 'tasks'")
        self.known(rule, ("tasks", "metrics", *_LIMITS), *place)
        if "tasks" not in rule:
            raise InputFileError("a rule needs 'tasks'", where=self.where(*place))
        metrics = self.texts(rule["metrics"], *place, "metrics") if "metrics" in rule else None
        for metric in metrics or ():
            if metric not in METRICS:
                near = difflib.get_close_matches(metric, METRICS, n=1)
                raise InputFileError(
                    f"there is no metric {metric!r}",
                    where=self.where(*place, "metrics"),
                    hint=f"did you mean {near[0]!r}?" if near else None,
                )
        limits = {
            key: self.value(rule[key], _LIMITS[key], *place, key) for key in _LIMITS if key in rule
        }
        if not limits:
            raise InputFileError("a rule without limits does nothing", where=self.where(*place))
        return Rule(self.texts(rule["tasks"], *place, "tasks"), metrics, limits)

    def all_guards(self, found: Mapping[str, Any]) -> dict[str, GuardLimits]:
        self.known(found, GUARDS, "guards")
        guards = {}
        for name, limits in found.items():
            if not isinstance(limits, Mapping):
                raise self.wrong(("guards", name), limits, "a mapping")
            self.known(limits, tuple(_GUARD), "guards", name)
            guards[name] = GuardLimits(
                **{key: self.value(value, _GUARD[key], "guards", name, key) for key, value in limits.items()}
            )  # fmt: skip
        return guards

    def texts(self, value: Any, *place: str) -> tuple[str, ...]:
        values = [value] if isinstance(value, str) else value
        if (
            not isinstance(values, list)
            or not values
            or not all(isinstance(one, str) and one for one in values)
        ):
            raise self.wrong(place, value, "a text or a list of texts")
        return tuple(values)

    def value(self, value: Any, check: _Check, *place: str) -> Any:
        fits, expected = check
        if not fits(value):
            raise self.wrong(place, value, expected)
        return value

    def known(self, found: Mapping[str, Any], names: Sequence[str], *place: str) -> None:
        for key in found:
            if key not in names:
                near = difflib.get_close_matches(str(key), names, n=1)
                raise InputFileError(
                    f"unknown key {'.'.join((*place, str(key)))!r}",
                    where=self.where(*place, str(key)),
                    hint=f"did you mean {near[0]!r}?" if near else f"known: {', '.join(names)}",
                )

    def wrong(self, place: Sequence[str], value: Any, expected: str) -> InputFileError:
        return InputFileError(
            f"{'.'.join(place)} is {value!r}, expected {expected}", where=self.where(*place)
        )


def with_defaults(limits: Limits, *, max_drop: float, min_effect: float) -> Limits:
    """Return limits with the gate's own where the policy says nothing."""
    return replace(
        limits,
        max_drop=max_drop if limits.max_drop is None else limits.max_drop,
        min_effect=min_effect if limits.min_effect is None else limits.min_effect,
    )


LIMIT_NAMES: Final = tuple(one.name for one in fields(Limits))
