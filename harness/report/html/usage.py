"""Time, tokens and cost of a run, from its logs."""

from __future__ import annotations

from array import array
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from harness.judge.budget import price_of
from harness.run.files import JudgementRecord, SampleRecord


@dataclass(slots=True)
class Spent:
    """What calls used.

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
        prompt, completion = (_count(usage, name) for name in ("prompt_tokens", "completion_tokens"))
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
    """What a run used, by task: the model's calls, the judge's calls, and seconds of audio."""

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


def _count(usage: Mapping[str, Any], name: str) -> int:
    value = usage.get(name)
    return value if isinstance(value, int) and not isinstance(value, bool) else 0
