"""What ``results.json`` holds; ``harness.run.files`` has the other files and names these too."""

from typing import Annotated, Literal, NotRequired

from typing_extensions import TypedDict

from harness.core.scoring import Reading
from harness.run.constraints import (
    AtLeastOne,
    Count,
    Decimals,
    Interval,
    NotNegative,
    OpenInterval,
    OrEmpty,
)


class ScoreEntry(TypedDict):
    """One column of a native aggregate, in its published unit."""

    value: float | None
    ci95: NotRequired[Interval | None]
    n: NotRequired[Count | None]


class NativeResults(TypedDict):
    """A benchmark's own aggregate; further keys belong to the benchmark."""

    scores: dict[str, ScoreEntry]
    decimals: NotRequired[dict[str, Decimals]]
    higher_is_better: NotRequired[dict[str, bool]]
    headline: str | None
    unit: str
    metric: NotRequired[str]
    reading: Reading
    complete: bool
    notes: NotRequired[list[str]]


class PassAt(TypedDict):
    """Probability that one of k replies to an item is right."""

    value: float | None
    ci95: OpenInterval | None
    n: Count


class RepeatResult(TypedDict):
    """Additions of repeats to a value: each repeat by itself, variance within items, pass@k by k."""

    by_repeat: list[float | None]
    within_item_variance: float | None
    pass_at: dict[str, PassAt]


class BridgedResult(TypedDict):
    """Origin of a value that is bridged to the official judge: ``ci95`` is about its mean of these very replies, ``raw`` the new judge's own mean.

    ``error`` is how far the bridged value is expected to be off, ``raw_error`` how far the own mean was off on the models of the fit.
    """

    official: str
    judge: str
    estimator: str
    raw: float
    raw_error: float
    error: float | None
    ci95: OpenInterval | None
    models: Count
    items: Count
    official_replies: Count
    refused: str | None


class ReadingResult(TypedDict):
    """One metric under one reading; ``n`` is its denominator, ``note`` what its interval does not cover."""

    value: float | None
    ci95: OpenInterval | None
    stderr: NotNegative | None
    method: str | None
    n: Count
    note: NotRequired[str]
    bridge: NotRequired[BridgedResult]
    repeats: NotRequired[RepeatResult]
    unparsed: Count
    complete: bool


class OutcomeCounts(TypedDict):
    """Replies by outcome."""

    answered: Count
    empty: Count
    refused: Count
    truncated: Count
    error: Count


MetricResults = dict[str, dict[Reading, ReadingResult]]
"""Metric -> reading -> value."""


class UnscoredResults(TypedDict):
    """Items whose scoring raised an error: how many, and what was raised first."""

    items: AtLeastOne
    first: str


class ReasoningResults(TypedDict):
    """Replies of which reasoning changes what is scored.

    ``alone``: nothing but reasoning, so the outcome is ``empty``; ``marked``: marks of reasoning that no rule takes out,
    scored as part of the answer.
    """

    alone: int
    marked: int


class ShareResult(TypedDict):
    """A share, or a difference of two, with its 95 % interval and the number of replies or items that it is of."""

    value: float | None
    ci95: OpenInterval | None
    n: Count


class PositionResult(TypedDict):
    """One position of the options of a prompt, from 1.

    ``gold``: accuracy where the right option stands there; ``chosen``: accuracy of the replies that chose it; ``share``: share of
    replies that chose it; ``bias``: that share minus the share of replies whose right option stands there.
    """

    position: AtLeastOne
    gold: ShareResult
    chosen: ShareResult
    share: ShareResult
    bias: ShareResult


class OrderResults(TypedDict):
    """Replies to items whose options were in several orders.

    ``all_right``: share of items that are right in every order; ``all_same``: share of items of which every reply chose the same option.
    """

    all_right: ShareResult
    all_same: ShareResult
    positions: list[PositionResult]


class SpreadResult(TypedDict):
    """One metric over paraphrases: the worst, the best, their paired difference, and the standard deviation between all."""

    worst: str
    best: str
    range: ShareResult
    deviation: float


class VariationResults(TypedDict):
    """Additions of ``--permute`` and ``--paraphrase`` to a task: by order, and by paraphrase."""

    orders: NotRequired[OrderResults]
    paraphrases: NotRequired[dict[str, MetricResults]]
    spread: NotRequired[dict[str, dict[Reading, SpreadResult]]]


class TaskResults(TypedDict):
    """One task: counts, values, and sub-scores by field and value."""

    signature: str
    n: Count
    repeats: NotRequired[AtLeastOne]
    missing: int
    absent: Count
    unjudged: Count
    unscored: NotRequired[UnscoredResults]
    reasoning: NotRequired[ReasoningResults]
    lacking: NotRequired[str]
    outcomes: OutcomeCounts
    metrics: MetricResults
    higher_is_better: dict[str, bool]
    groups: dict[str, dict[str, MetricResults]]
    variations: NotRequired[VariationResults]


class NodeResults(TypedDict):
    """A normalised mean; ``score`` is null unless all of its ``total`` cells are ``ok``."""

    score: float | None
    ci95: Interval | None
    stderr: NotNegative | None
    ok: Count
    total: Count
    whole: bool


class CellResults(TypedDict):
    """The headline metric of one task on the normalised scale."""

    metric: str | None
    state: Literal["ok", "missing", "unsupported", "refused", "error", "stale"]
    value: float | None
    score: float | None
    ci95: Interval | None
    stderr: NotNegative | None
    below_chance: bool
    partial: bool
    incomplete: bool
    n: Count
    total: Count
    averaged: bool


class NormalizedResults(NodeResults):
    """The normalised mean of a benchmark, its categories and its cells."""

    method: str | None
    reading: Literal["strict"]
    categories: dict[str, NodeResults]
    cells: dict[str, CellResults]


class RelativeResults(TypedDict):
    """The run set against its reference run; further keys belong to the benchmark."""

    reference: str
    forgetting_rate: NotRequired[float | None]
    gain: NotRequired[float | None]


class BenchmarkResults(TypedDict):
    """Aggregates of one benchmark; ``native`` is ``{}`` if the benchmark has none."""

    native: Annotated[NativeResults, OrEmpty()]
    normalized: NormalizedResults
    relative: NotRequired[RelativeResults]


class WrongCanary(TypedDict):
    """An item with a known grade that the judge graded otherwise."""

    id: str
    expected: list[str]
    found: str | None


class JudgeHealth(TypedDict):
    """Results of a live judge on items with a known grade."""

    judge: str
    agreed: Count
    n: Count
    wrong: list[WrongCanary]


class PanelAgreement(TypedDict):
    """Agreement of one judge with the panel that it is in; ``difference`` is its mean minus the panel's."""

    n: Count
    equal: float
    kappa: float | None
    ci95: OpenInterval | None
    difference: float


class PanelMetric(TypedDict):
    """Replies that a panel graded: ``split`` of ``n`` not unanimously, strict reading."""

    rule: str
    n: Count
    split: Count
    judges: dict[str, PanelAgreement]


class PanelResults(TypedDict):
    """Unanimity of the judges of a panel, by metric."""

    judge: str
    quorum: Count
    metrics: dict[str, PanelMetric]


class Results(TypedDict):
    """``results.json``: values, intervals and counts."""

    schema_version: int
    judge: str
    tasks: dict[str, TaskResults]
    benchmarks: dict[str, BenchmarkResults]
    judge_health: NotRequired[dict[str, JudgeHealth]]
    judge_panel: NotRequired[dict[str, PanelResults]]
