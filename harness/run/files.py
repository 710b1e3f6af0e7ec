"""What a run directory holds: file names, schema version and the shape of every record.

The records are plain JSON objects; these types describe them exactly. A key that is not ``NotRequired`` is always
written, and reading a record without it is an error (``harness.run.checks``). Further keys are allowed
everywhere, so that an older harness reads what a newer patch version adds. ``python -m harness.run.schema``
makes the JSON Schema and the tables of ``docs/run_directory.md`` from this module.
"""

from typing import Annotated, Any, Final, Literal, NotRequired

from typing_extensions import TypedDict

from harness.core.run_files import (
    JUDGEMENTS,
    LOCK,
    MANIFEST,
    RESPONSES,
    RESULTS,
    SAMPLES,
    SCHEMA_VERSION,
)
from harness.core.scoring import Outcome, Reading
from harness.run.constraints import (
    AtLeastOne,
    Count,
    HasKeys,
    OpenInterval,
    Range,
    RepeatCount,
    ShardNumber,
)
from harness.run.result_records import (
    BenchmarkResults,
    BridgedResult,
    JudgeHealth,
    NativeResults,
    PanelAgreement,
    PanelResults,
    Results,
    TaskResults,
    WrongCanary,
)

__all__ = [
    "FILES", "JUDGEMENTS", "LOCK", "MANIFEST", "RESPONSES", "RESULTS", "SAMPLES", "SCHEMA_VERSION", "AnchorEntry",
    "AudioRecord", "BenchmarkResults", "BridgeEntry", "BridgeJudge", "BridgeTable", "BridgedResult", "ClipPart", "ContinuedEntry", "DataEntry", "ErrorRecord", "ItemId",
    "JudgeEntry", "JudgeHealth", "JudgeSample", "JudgementRecord", "LeftOutEntry", "Manifest", "ManifestEntry", "MergedEntry",
    "MessageRecord", "ModelEntry", "PanelAgreement", "PanelEntry", "PanelJudge", "PanelResults", "PermuteEntry", "ReferenceEntry", "ResponseRecord", "Results", "SampleRecord", "ShardEntry",
    "SignatureParts", "SubsetEntry", "TaskResults", "TextPart", "WrongCanary",
]  # fmt: skip

ItemId = str | int
SignatureParts = Annotated[
    dict[str, str], HasKeys("data", "n", "prompt", "gen", "clean", "scorer", "judge")
]
"""The parts of a signature by name, in the order of its text form; a task may add parts."""


# --- manifest.json -----------------------------------------------------------------------------


class ModelEntry(TypedDict):
    """The model of a run: as it was named, what answers to that name, and what it was."""

    spec: str
    adapter: str
    target: str
    args: dict[str, Any]
    fingerprint: str
    description: dict[str, Any]


class DataEntry(TypedDict):
    """Origin of the documents of a task; ``absent``: first ids of items without their clip; ``sha256`` only of a scored file."""

    source: str
    version: str
    warnings: list[str]
    absent: NotRequired[list[ItemId]]
    sha256: NotRequired[str]


class BridgeTable(TypedDict):
    """Grades of two judges of the same replies, as counts by model, part of length, official and new grade."""

    levels: list[float]
    cuts: list[float]
    models: dict[str, list[list[list[int]]]]
    n: Count
    equal: float
    kappa: float | None
    kappa_ci95: OpenInterval | None
    quadratic: bool
    bias: float
    means: dict[str, list[float]]
    useless: str | None


class BridgeJudge(TypedDict):
    """One judge of a bridge; ``prompts`` is null for stored replies, whose prompts nobody recorded."""

    id: str
    model: str
    prompts: dict[str, str] | None


class BridgeEntry(TypedDict):
    """Tables from a new judge's grades of a task to the official judge's, by metric and reading."""

    benchmark: str
    made: str
    official: BridgeJudge
    judge: BridgeJudge
    metrics: dict[str, dict[Reading, BridgeTable]]


class JudgeSample(TypedDict):
    """The items of a task that its judge is asked about: ``n`` of ``of``; ``last`` is the largest rank among them."""

    n: AtLeastOne
    of: AtLeastOne
    seed: int
    last: str


class PanelJudge(TypedDict):
    """One judge of a panel: under ``id`` its replies lie in the judge log."""

    id: str
    endpoint: str
    model: str
    sampling: dict[str, Any]


class PanelEntry(TypedDict):
    """The judges of a panel; ``reduce`` makes one grade of several, ``quorum`` is how many must have answered."""

    reduce: Literal["mean", "median"]
    quorum: AtLeastOne
    judges: list[PanelJudge]


class JudgeEntry(TypedDict):
    """The live judge of a task; ``bridge`` where its grades stand for those of the official one, ``panel`` where it is several."""

    id: str
    endpoint: str
    model: str
    sampling: dict[str, Any]
    samples: AtLeastOne
    repeats: Count
    parse: str
    reducer: str
    fenced: bool
    prompts: dict[str, str]
    bridge: NotRequired[BridgeEntry]
    sample: NotRequired[JudgeSample]
    panel: NotRequired[PanelEntry]


class AnchorEntry(TypedDict):
    """Raw values of a metric that stand for 0 and 1 on the normalised scale."""

    chance: NotRequired[float]
    mae_ref: NotRequired[float]
    floor: NotRequired[float]
    ceil: NotRequired[float]


class SubsetEntry(TypedDict):
    """The sample of a task's items that ``--subset`` asked for."""

    n: AtLeastOne
    seed: int
    stratify: NotRequired[str]


class PermuteEntry(TypedDict):
    """The orders of options that ``--permute`` asked for."""

    orders: AtLeastOne
    seed: int


class ManifestEntry(TypedDict):
    """One task of a run.

    ``selection`` holds half-open ranges of document positions; ``repeats`` is written where it is above 1.
    ``generation`` holds the generation arguments in force, ``facts`` what scoring must know of the whole split, ``card`` the model card
    that planned the task.
    """

    benchmark: str
    yaml: str | None
    metrics: list[str]
    higher_is_better: dict[str, bool]
    official_metrics: list[str]
    judged_metrics: list[str]
    anchors: dict[str, AnchorEntry]
    licence: str | None
    facts: NotRequired[dict[str, Any]]
    origin: Literal["data", "file"]
    judge: JudgeEntry | None
    template: str | None
    generation: dict[str, Any]
    signature_parts: SignatureParts
    items_total: Count
    items_selected: Count
    repeats: NotRequired[RepeatCount]
    subset: NotRequired[SubsetEntry]
    card: NotRequired[str]
    permute: NotRequired[PermuteEntry]
    paraphrases: NotRequired[list[str]]
    selection: list[Range]
    absent: Count
    data: DataEntry


class ReferenceEntry(TypedDict):
    """Record of the run that ``--reference`` named: values by task, metric and reading."""

    name: str
    model: str
    fingerprint: str
    signatures: dict[str, str]
    values: dict[str, dict[str, dict[Reading, float | None]]]
    native: dict[str, NativeResults]


class LeftOutEntry(TypedDict):
    """A task that ``--skip-unavailable`` left out, and what it lacks."""

    task: str
    benchmark: str
    lacks: Literal["data", "judge", "support"]
    reason: str


class ContinuedEntry(TypedDict):
    """Another patch version of the harness that went on with the run, and when it began to."""

    harness_version: str
    since: str


class ShardEntry(TypedDict):
    """Which part of the run this directory asks: ``index`` of ``of``, from 1, and its items by task, repeats counted."""

    index: ShardNumber
    of: ShardNumber
    items: dict[str, Count]


class MergedEntry(TypedDict):
    """One run directory from which ``harness merge`` made this one."""

    name: str
    created: str
    argv: list[str]
    shard: NotRequired[ShardEntry]


class Manifest(TypedDict):
    """``manifest.json``: what ran. ``harness_version`` is the version that began the run."""

    schema_version: int
    harness_version: str
    name: str
    model: ModelEntry
    judge: str
    seed: int
    tasks: dict[str, ManifestEntry]
    argv: list[str]
    created: str
    versions: dict[str, str]
    continued: NotRequired[list[ContinuedEntry]]
    reference: NotRequired[ReferenceEntry]
    left_out: NotRequired[list[LeftOutEntry]]
    shard: NotRequired[ShardEntry]
    merged: NotRequired[list[MergedEntry]]


# --- responses.jsonl ---------------------------------------------------------------------------


class TextPart(TypedDict):
    """A part of a message that is text."""

    type: Literal["text"]
    text: str


class ClipPart(TypedDict):
    """A part of a message that is a clip, by name and digest; null where there is none."""

    type: Literal["audio"]
    path: str | None
    sha256: str | None


class MessageRecord(TypedDict):
    """One message of a prompt."""

    role: str
    content: list[TextPart | ClipPart]


class AudioRecord(TypedDict):
    """A clip of a prompt; null where it cannot be read."""

    sha256: str | None
    path: str | None
    seconds: float | None
    sampling_rate: int | None


class ErrorRecord(TypedDict):
    """Reason why an attempt has no answer."""

    kind: str
    retryable: bool
    message: str


class _AttemptRecord(TypedDict):
    task: str
    id: ItemId
    repeat: Count


class _ReplyRecord(TypedDict):
    item_key: str
    request_key: str
    outcome: Outcome
    response: NotRequired[Any]
    raw_response: NotRequired[str]
    reasoning: str | None
    messages: list[MessageRecord]
    audio: list[AudioRecord]
    finish: Literal["stop", "length", "filter", "refusal"] | None
    usage: dict[str, Any] | None
    seconds: float
    attempts: Count
    error: ErrorRecord | None
    extra: dict[str, Any]
    doc: dict[str, Any]
    cluster: str | None
    order: NotRequired[list[Count]]
    paraphrase: NotRequired[str]


class ResponseRecord(_ReplyRecord, _AttemptRecord):
    """A line of ``responses.jsonl``: one attempt that ended. ``index`` is the item's position in the documents."""

    index: Count


# --- judgements.jsonl --------------------------------------------------------------------------


class JudgementRecord(_AttemptRecord):
    """A line of ``judgements.jsonl``: one judge reply; the last seven keys only of a live judge."""

    key: str
    vote: Count
    judge: str
    reply: str | None
    model: NotRequired[str | None]
    finish: NotRequired[str]
    usage: NotRequired[dict[str, Any] | None]
    seconds: NotRequired[float]
    attempts: NotRequired[Count]
    request: NotRequired[str]
    source: NotRequired[Literal["asked", "run", "cache"]]


# --- samples.jsonl -----------------------------------------------------------------------------


class SampleRecord(_ReplyRecord, _AttemptRecord):
    """A line of ``samples.jsonl``: the item's last response line and what its scorer says about it."""

    reference: Any
    extracted: Any
    details: dict[str, Any]
    parse: dict[str, dict[Reading, Literal["ok", "unparsed"]]]
    scores: dict[str, dict[Reading, float | None]]
    stats: dict[str, dict[Reading, dict[str, float] | None]]
    groups: dict[str, str]
    judgements: list[str]


FILES: Final[dict[str, type[Any]]] = {
    MANIFEST: Manifest,
    RESPONSES: ResponseRecord,
    JUDGEMENTS: JudgementRecord,
    SAMPLES: SampleRecord,
    RESULTS: Results,
}
"""File name -> the record that it holds; a ``.jsonl`` file holds one a line."""
