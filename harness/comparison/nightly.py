"""A gate as it is asked for: policy and options, one of three kinds of baseline, and the ledger of nights."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from harness.comparison.gate import gate
from harness.comparison.gating.nights import ledger_of, plan_night, record_night
from harness.comparison.gating.options import GateOptions
from harness.comparison.gating.policy import Policy, read_policy
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
        candidate: the new run.
        baselines: run directories, or the path of one saved baseline.
        policy: the policy file.
        ledger: the ledger; default: next to the first baseline.
        options: options by name, over those of the policy.
    """

    candidate: RunView
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
    policy = read_policy(request.policy) if request.policy is not None else None
    given = {**(policy.options if policy is not None else {}), **request.options}
    options = GateOptions(**given, policy=policy)
    if options.missing not in ("refuse", "lost"):
        raise UsageError(f"{options.missing!r} is neither refuse nor lost", where="--missing")
    baseline = _side(request.baselines)
    if policy is None or policy.horizon is None:
        if request.ledger is not None:
            raise UsageError("a ledger needs a policy with a horizon", where="--ledger")
        return gate(request.candidate, baseline, options)
    return _night(request, baseline, options, policy, policy.horizon)


def _night(
    request: GateRequest, baseline: Side, options: GateOptions, policy: Policy, horizon: int
) -> GateReport:
    first = request.baselines[0]
    path = request.ledger or ledger_of(first if isinstance(first, Path) else first.path)
    stamps = {"baseline": baseline.stamp, "candidate": RunSide(request.candidate).stamp}
    spent = plan_night(path, **stamps, alpha=options.alpha, horizon=horizon)
    report = gate(request.candidate, baseline, replace(options, alpha=spent.alpha, policy=policy))
    if report.verdict not in ("not comparable", "incomplete"):
        record_night(path, spent, **stamps, name=request.candidate.name, verdict=report.verdict)
    return replace(report, spent=spent)


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
