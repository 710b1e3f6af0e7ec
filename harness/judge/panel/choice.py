"""What ``--judge-panel A,B,C`` says: the judges with their own arguments, how their grades are one, how many must answer.

An argument ``-J N.NAME=VALUE`` is that of the Nth judge, counted from 1; one without a number is that of all whom it suits.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final, Literal, cast

from harness.errors import UsageError
from metrics.registry import find

if TYPE_CHECKING:
    from harness.settings import Settings

Reduce = Literal["mean", "median"]
"""How grades on a scale are one; of verdicts the majority counts."""
MAJORITY: Final = "majority"
LEAST: Final = 2
_OWN: Final = re.compile(r"(\d+)\.(.+)")
_REDUCE: Final = ("mean", "median")
_SERVICE: Final = ("base_url", "api_key_env", "accept_model")
"""Arguments that a judge in this process is not given when they are meant for all."""
_RUN: Final = ("batch", "batch_gather", "batch_poll", "bridge")
_SHARED: Final = ("fenced",)


@dataclass(frozen=True, slots=True)
class Panel:
    """A panel as the command line gives it.

    Attributes:
        judges: names as given, in order.
        reduce: how grades on a scale are one.
        quorum: judges that must have answered.
        members: settings of every judge alone.
    """

    judges: tuple[str, ...]
    reduce: Reduce
    quorum: int
    members: tuple[Settings, ...]


def read_panel(settings: Settings, services: Collection[str]) -> Panel:
    """Read the panel of a command.

    Args:
        settings: the command, with ``judge_panel``.
        services: judges among those that the panel names which are services.

    Raises:
        UsageError: fewer than two judges, one named twice, an even number without a quorum rule, or an argument that fits no judge.
    """
    judges = panel_judges(settings)
    shared = dict(settings.judge_args)
    reduce = str(shared.pop("reduce", "mean"))
    if reduce not in _REDUCE:
        raise UsageError(f"reduce is {reduce!r}, expected mean or median", where="-J reduce")
    quorum = shared.pop("quorum", len(judges))
    if not isinstance(quorum, int) or isinstance(quorum, bool) or not LEAST <= quorum <= len(judges):  # fmt: skip
        raise UsageError(
            f"quorum is {quorum!r}, expected a number of judges from {LEAST} to {len(judges)}",
            where="-J quorum",
        )
    own = _own(shared, len(judges))
    for name in _RUN:
        if name in shared:
            raise UsageError(
                f"{name} is for one judge, not for a panel",
                where=f"-J {name}",
                hint="batches: harness score RUN_DIR --rejudge --judge openai:MODEL -J batch=true for each judge; a panel takes the replies that are in the log"
                if name != "bridge"
                else "a bridge is fitted for one judge: a panel has no replies of its own, and mean grades lie between those that a bridge counts; --judge with one of them",
            )
    members = tuple(
        replace(
            settings,
            judge=judge,
            judge_panel=None,
            judge_args={**_suiting(shared, judge, services), **own.get(number, {})},
        )
        for number, judge in enumerate(judges, 1)
    )
    return Panel(judges, cast("Reduce", reduce), quorum, members)


def panel_judges(settings: Settings) -> tuple[str, ...]:
    """Return the judges that ``--judge-panel`` names.

    Raises:
        UsageError: fewer than three, an even number, one named twice, or ``--judge`` names another one.
    """
    where = "--judge-panel"
    judges = tuple(part.strip() for part in (settings.judge_panel or "").split(",") if part.strip())
    if settings.judge not in ("auto", "replay"):
        raise UsageError(
            f"--judge {settings.judge} and --judge-panel name two judges",
            where=where,
            hint="--judge-panel A,B,C alone, or with --judge replay for replies in the log",
        )
    if len(judges) < LEAST + 1 or len(judges) % 2 == 0:
        raise UsageError(
            f"a panel of {len(judges)}: with an even number verdicts tie",
            where=where,
            hint="an odd number of judges from 3, separated by commas",
        )
    twice = sorted({judge for judge in judges if judges.count(judge) > 1})
    if twice:
        raise UsageError(
            f"{twice[0]} is named twice: its votes would count double",
            where=where,
            hint="judges of a panel are different models",
        )
    return judges


def _own(shared: dict[str, Any], count: int) -> dict[int, dict[str, Any]]:
    """Take the arguments of single judges out of those of all."""
    own: dict[int, dict[str, Any]] = {}
    for name in [*shared]:
        match = _OWN.fullmatch(name)
        if match is None:
            continue
        number, short = int(match[1]), match[2]
        if not 1 <= number <= count:
            raise UsageError(
                f"there is no judge {number}: the panel has {count}", where=f"-J {name}"
            )
        if short in (*_RUN, *_SHARED, "reduce", "quorum"):
            raise UsageError(f"{short} is not an argument of one judge of a panel", where=f"-J {name}")  # fmt: skip
        own.setdefault(number, {})[short] = shared.pop(name)
    return own


def _suiting(shared: Mapping[str, Any], judge: str, services: Collection[str]) -> dict[str, Any]:
    return {name: shared[name] for name in shared if judge in services or name not in _SERVICE}


def rule_of(metrics: Collection[str], reduce: str) -> str:
    """Return the name of a panel's rule for judged metrics: what the signature says.

    >>> rule_of(["accuracy"], "mean"), rule_of(["judge_score"], "median")
    ('majority', 'median')

    Raises:
        UsageError: a metric for whose grades there is no rule.
    """
    rules = {MAJORITY if find(name).family == "proportion" else reduce for name in metrics}
    for name in metrics:
        if find(name).family not in ("proportion", "mean"):
            raise UsageError(
                f"a panel has no rule for {name}, which is not a verdict or a grade of each reply",
                where="--judge-panel",
            )
    return "+".join(sorted(rules))
