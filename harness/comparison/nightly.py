"""A gate as it is asked for: policy and options, one of three kinds of baseline, and the ledger of nights."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from harness.comparison.dry_gate import CHANGED, DryReport, dry_gate
from harness.comparison.gate import gate
from harness.comparison.gating.nights import held, ledger_of, plan_night, record_night
from harness.comparison.gating.options import GateOptions
from harness.comparison.gating.policy import read_policy
from harness.comparison.gating.report import GateReport
from harness.comparison.gating.saved import read_baseline
from harness.comparison.gating.several import SeveralSide
from harness.comparison.gating.sides import RunSide, Side
from harness.errors import UsageError
from harness.run.reader import RunView


@dataclass(frozen=True, slots=True)
class GateRequest:
    """Request for a gate.

    Attributes:
        candidate: the new run; ``None`` where a gate is only planned.
        baselines: run directories, or the path of one saved baseline.
        policy: the policy file.
        ledger: the ledger; default: next to the first baseline.
        options: options by name, over those of the policy.
    """

    candidate: RunView | None
    baselines: Sequence[RunView | Path]
    policy: Path | None = None
    ledger: Path | None = None
    options: Mapping[str, Any] = field(default_factory=dict)


def run_gate(request: GateRequest) -> GateReport:
    """Decide, and note in the ledger what was spent.

    Raises:
        UsageError: baselines that do not belong together, or spent nights.
        InputFileError: a malformed policy, baseline or ledger.
    """
    candidate = request.candidate
    if candidate is None:
        raise UsageError("name a candidate", hint="harness gate CANDIDATE --baseline BASELINE")
    options = _options(request)
    baseline = _side(request.baselines)
    horizon = None if options.policy is None else options.policy.horizon
    if horizon is None:
        if request.ledger is not None:
            raise UsageError("a ledger needs a policy with a horizon", where="--ledger")
        return gate(candidate, baseline, options)
    first = request.baselines[0]
    path = request.ledger or ledger_of(first if isinstance(first, Path) else first.path)
    stamps = {"baseline": baseline.stamp, "candidate": RunSide(candidate).stamp}
    with held(path):
        spent = plan_night(path, **stamps, alpha=options.alpha, horizon=horizon)
        report = gate(candidate, baseline, replace(options, alpha=spent.alpha))
        if report.verdict not in ("not comparable", "incomplete"):
            record_night(path, spent, **stamps, name=candidate.name, verdict=report.verdict)
    return replace(report, spent=spent)


def plan_gate(
    request: GateRequest, *, items: int | None = None, changed: float | None = None
) -> DryReport:
    """Return what a gate will find; nothing is written.

    Args:
        request: the gate; its candidate may be absent.
        items: items of every task that will be asked; ``None``: all.
        changed: share of items that score like other items, where nothing better is known.

    Raises:
        UsageError: baselines that do not belong together, or a candidate that is not comparable.
        InputFileError: a malformed policy or baseline.
    """
    options = _options(request)
    if options.policy is not None and options.policy.horizon is not None:
        options = replace(options, alpha=options.alpha / options.policy.horizon)
    return dry_gate(
        _side(request.baselines),
        options,
        candidate=request.candidate,
        items=items,
        changed=CHANGED if changed is None else changed,
    )


def _options(request: GateRequest) -> GateOptions:
    policy = read_policy(request.policy) if request.policy is not None else None
    given = {**(policy.options if policy is not None else {}), **request.options}
    options = GateOptions(**given, policy=policy)
    if options.missing not in ("refuse", "lost"):
        raise UsageError(f"{options.missing!r} is neither refuse nor lost", where="--missing")
    return options


def _side(baselines: Sequence[RunView | Path]) -> Side:
    if not baselines:
        raise UsageError("--baseline is missing")
    files = [one for one in baselines if isinstance(one, Path)]
    views = [one for one in baselines if not isinstance(one, Path)]
    if files and len(baselines) > 1:
        raise UsageError(
            "a saved baseline stands alone",
            where=f"--baseline {files[0]}",
            hint="several baselines are run directories of one checkpoint",
        )
    if files:
        return read_baseline(files[0])
    return RunSide(views[0]) if len(views) == 1 else SeveralSide(views)
