"""Time, tokens and cost of a run, from its logs."""

from __future__ import annotations

from array import array
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from harness.judge.budget import price_of
from harness.run.files import JudgementRecord, SampleRecord

COLUMNS: Final = (
    "Replies",
    "Audio",
    "Model time",
    "Median",
    "95th percentile",
    "Tokens in",
    "Tokens out",
    "Judge calls",
    "Judge tokens",
    "Cost",
)


@dataclass(slots=True)
class Spent:
    """Calls, and the time, tokens and dollars that they took.

    Attributes:
        calls: how many.
        seconds: duration of each, in seconds.
        prompt: prompt tokens, as far as the service counts them.
        completion: completion tokens, likewise.
        cost: dollars, as the service or a price list says.
    """

    calls: int = 0
    seconds: array[float] = field(default_factory=lambda: array("d"))
    prompt: int = 0
    completion: int = 0
    cost: float | None = None

    def add(self, usage: Mapping[str, Any] | None, seconds: Any, model: str | None) -> None:
        """Count one call."""
        self.calls += 1
        if isinstance(seconds, (int, float)):
            self.seconds.append(seconds)
        if not usage:
            return
        prompt, completion = (
            _count(usage, name) for name in ("prompt_tokens", "completion_tokens")
        )
        self.prompt += prompt
        self.completion += completion
        cost = usage.get("cost")
        if not isinstance(cost, (int, float)):
            prices = price_of(model, None) if model else None
            cost = None if prices is None else (prompt * prices[0] + completion * prices[1]) / 1e6
        if cost is not None:
            self.cost = (self.cost or 0.0) + float(cost)

    def quantile(self, share: float) -> float | None:
        """Return a quantile of the durations in seconds, ``None`` without any.

        >>> spent = Spent(seconds=array("d", [3.0, 1.0, 2.0]))
        >>> spent.quantile(0.5), spent.quantile(1.0)
        (2.0, 3.0)
        """
        if not self.seconds:
            return None
        ordered = sorted(self.seconds)
        return ordered[round(share * (len(ordered) - 1))]

    @property
    def total(self) -> float:
        """Sum of the durations in seconds."""
        return sum(self.seconds)


@dataclass(slots=True)
class Usage:
    """Use of a run by task: the model's calls, the judge's calls, and seconds of audio."""

    model: dict[str, Spent] = field(default_factory=dict)
    judge: dict[str, Spent] = field(default_factory=dict)
    audio: dict[str, float] = field(default_factory=dict)

    def add(self, task: str, sample: SampleRecord, replies: Sequence[JudgementRecord]) -> None:
        """Count one item; a judge reply that came from a cache or another run cost nothing."""
        self.model.setdefault(task, Spent()).add(sample["usage"], sample["seconds"], None)
        heard = sum(clip["seconds"] or 0.0 for clip in sample["audio"])
        self.audio[task] = self.audio.get(task, 0.0) + heard
        for line in replies:
            if line.get("source") == "asked":
                spent = self.judge.setdefault(task, Spent())
                spent.add(line.get("usage"), line.get("seconds"), line.get("model"))

    def table(self) -> dict[str, Any]:
        """Return the columns in which some task has something, and the cells of every task."""
        found: list[tuple[str, list[str | None]]] = []
        for task, spent in self.model.items():
            judge = self.judge.get(task, Spent())
            cost = (spent.cost or 0.0) + (judge.cost or 0.0)
            timed = spent.total > 0
            cells = [
                f"{spent.calls:,}",
                f"{self.audio[task] / 60:.1f} min" if self.audio[task] else None,
                f"{spent.total:,.1f} s" if timed else None,
                f"{spent.quantile(0.5):.2f} s" if timed else None,
                f"{spent.quantile(0.95):.2f} s" if timed else None,
                f"{spent.prompt:,}" if spent.prompt else None,
                f"{spent.completion:,}" if spent.completion else None,
                f"{judge.calls:,}" if judge.calls else None,
                f"{judge.prompt + judge.completion:,}" if judge.prompt + judge.completion else None,
                f"${cost:.4f}" if cost else None,
            ]
            found.append((task, cells))
        used = [place for place in range(len(COLUMNS)) if any(cells[place] for _, cells in found)]
        return {
            "columns": [COLUMNS[place] for place in used],
            "rows": [(task, [cells[place] for place in used]) for task, cells in found],
        }


def _count(usage: Mapping[str, Any], name: str) -> int:
    value = usage.get(name)
    return value if isinstance(value, int) and not isinstance(value, bool) else 0
