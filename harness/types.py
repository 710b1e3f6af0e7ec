"""The vocabulary that all rooms share. Imports nothing of ours.

Scoring: a metric turns one item into additive *sufficient statistics* (``Stats``), and a sum of
statistics into a value. Generation: an adapter turns a ``Request`` into a ``Response``; a failure of
one request is a value (``Response.error``), an exception means that the adapter is dead.
"""

from __future__ import annotations

import enum
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal, Protocol, runtime_checkable

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

INTERFACE_VERSION: Final = 1
"""Version of the adapter interface (``AdapterInfo``, ``Request``, ``Response``, ``Adapter``)."""

Reading = Literal["official", "strict"]
READINGS: Final[tuple[Reading, Reading]] = ("official", "strict")
Outcome = Literal["answered", "empty", "refused", "truncated", "error"]
OUTCOMES: Final[tuple[Outcome, ...]] = ("answered", "empty", "refused", "truncated", "error")

Document = dict[str, Any]
"""One benchmark item with its original fields. Keys that start with ``_`` are ours (``_id``,
``_audio``, ``_labels`` …): they enter neither ``item_key``, nor the data hash, nor ``samples.jsonl``."""

Stats = Mapping[str, float]
"""Additive sufficient statistics of one item or of a sum of items, for instance
``{"correct": 1, "n": 1}`` or ``{"edits": 3, "length": 11}``."""


class _Missing(enum.Enum):
    MISSING = "missing"

    def __repr__(self) -> str:
        return "MISSING"


MISSING: Final = _Missing.MISSING
"""The stored record has no response key at all. Some official scorers treat that differently
from a null response, so a scorer may be called with ``MISSING``, ``None`` or any JSON value."""


# --- scoring ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Scored:
    """One metric of one item under one reading.

    Attributes:
        stats: sufficient statistics; ``None`` exactly where this reading leaves the item out of
            its denominator.
        parsed: False when the answer (or the judge's reply) could not be read.
    """

    stats: Stats | None
    parsed: bool = True


@dataclass(frozen=True, slots=True)
class ItemScore:
    """Everything a scorer says about one item.

    Attributes:
        metrics: metric id -> reading -> ``Scored``. Every metric of the task is a key for every
            document. A metric that does not apply to a document has ``Scored(None)`` in its readings;
            a metric without an official form has only the key ``strict``.
        extracted: what was read from the response (a letter, a number, a transcript), JSON-able.
        details: further JSON-able facts for the sample record (flags, per-instruction verdicts).
        aborted: metric ids whose official scorer would have stopped with an exception on this
            item: the task's official value of that metric is then ``"complete": false``.
    """

    metrics: Mapping[str, Mapping[Reading, Scored]]
    extracted: Any = None
    details: Mapping[str, Any] = field(default_factory=dict)
    aborted: frozenset[str] = frozenset()


@runtime_checkable
class Metric(Protocol):
    """Aggregation side of a metric; instances live in ``metrics.registry.METRICS``.

    Attributes:
        name: metric id, as in ``results.json``.
        higher_is_better: direction.
        bounds: smallest and largest possible value; ``None`` where unbounded.
        family: chooses interval and regression test (``design/statistics.md``):
            ``proportion`` (0/1 items), ``mean`` (bounded scores), ``ratio`` (corpus rates),
            ``error`` (absolute errors), ``f1`` (confusion counts).
    """

    name: str
    higher_is_better: bool
    bounds: tuple[float | None, float | None]
    family: Literal["proportion", "mean", "ratio", "error", "f1"]

    def value(self, total: Stats) -> float:
        """Value of a sum of statistics; ``nan`` if the denominator is empty."""
        ...

    def aggregate(self, items: Sequence[Stats]) -> float:
        """Value over items; equals ``value`` of their sum."""
        ...


# --- messages and audio ----------------------------------------------------------------------


class Audio(ABC):
    """A lazy reference to one clip (implemented by ``harness.audio.AudioRef``).

    A base class and not a protocol: ``isinstance`` on a protocol would evaluate the properties, and
    so read the file.
    """

    __slots__ = ()

    @property
    @abstractmethod
    def path(self) -> str:
        """Where the clip lies, for records and messages; never a temporary name."""

    @property
    @abstractmethod
    def sha256(self) -> str:
        """Hex digest of the encoded bytes."""

    @property
    @abstractmethod
    def seconds(self) -> float:
        """Duration in seconds."""

    @property
    @abstractmethod
    def sampling_rate(self) -> int:
        """Sampling rate of the stored file, in Hz."""

    @abstractmethod
    def read_bytes(self) -> bytes:
        """The encoded file, as stored."""

    @abstractmethod
    def prefetched(self, sampling_rate: int) -> Audio:
        """A copy that holds the samples decoded at a rate (Hz), for one request.

        Raises:
            harness.errors.AudioError: the clip cannot be read.
        """

    @abstractmethod
    def decode(self, sampling_rate: int | None = None) -> npt.NDArray[np.float32]:
        """Mono float32 samples in [-1, 1], resampled if ``sampling_rate`` (Hz) is given.

        Raises:
            harness.errors.AudioError: the clip cannot be read.
        """


@dataclass(frozen=True, slots=True)
class Text:
    """A text part of a message."""

    text: str


Role = Literal["system", "user", "assistant"]


@dataclass(frozen=True, slots=True)
class Message:
    """One chat message; parts in reading order, audio where the prompt had ``<audio>``."""

    role: Role
    parts: tuple[Text | Audio, ...]


AnswerKind = Literal["text", "transcript", "option", "number"]


@dataclass(frozen=True, slots=True)
class Hints:
    """What form of answer a task asks for. Never the reference.

    For adapters that cannot read a prompt (a recogniser without a language model, the chance
    baselines). Not part of the request key; a chat model ignores it.
    """

    answer: AnswerKind = "text"
    options: tuple[str, ...] = ()


# --- adapters --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ErrorInfo:
    """Why one request failed.

    ``kind`` is a short stable word (``audio``, ``timeout``, ``connection``, ``http``, ``memory``,
    ``scripted``, ``missing_response`` …); ``retryable`` says whether asking again may help.
    """

    kind: str
    message: str
    retryable: bool = False


@dataclass(frozen=True, slots=True)
class Request:
    """One call to a model.

    Attributes:
        request_key: content key; identical requests have the same key.
        messages: the rendered prompt.
        generation: declared generation arguments (``max_new_tokens``, ``temperature``,
            ``do_sample``, ``until`` …), recorded in the signature.
        repeat: 0-based number of the repeat.
        hints: see ``Hints``.
        item: (task, id) for adapters that look replies up (``replay``), and for messages.
        item_key: content key of the document (see ``harness.keys``).
    """

    request_key: str
    messages: tuple[Message, ...]
    generation: Mapping[str, Any] = field(default_factory=dict)
    repeat: int = 0
    hints: Hints = Hints()
    item: tuple[str, str] = ("", "")
    item_key: str = ""


Finish = Literal["stop", "length", "filter", "refusal"]


@dataclass(frozen=True, slots=True)
class Response:
    """What came back. Exactly one of ``text`` and ``error`` is meaningful.

    Attributes:
        text: the answer that is scored; ``None`` with an error (or a replayed null).
        reasoning: text that the model marked as reasoning, cut from the answer.
        finish: why generation ended.
        usage: token counts and the like, as the provider reports them.
        seconds: wall time of the call.
        error: set when the request failed.
        extra: adapter-specific facts for the record (a transcript, a model name that came back).
    """

    text: str | None
    reasoning: str | None = None
    finish: Finish = "stop"
    usage: Mapping[str, Any] | None = None
    seconds: float = 0.0
    error: ErrorInfo | None = None
    extra: Mapping[str, Any] = field(default_factory=dict)


Mode = Literal["text+audio", "audio+text", "audio", "text"]


def mode_of(messages: Sequence[Message]) -> Mode:
    """Layout of a prompt, by its last message.

    >>> mode_of([Message("user", (Text("What is said?"),))])
    'text'
    """
    parts = messages[-1].parts if messages else ()
    texts = [place for place, part in enumerate(parts) if isinstance(part, Text)]
    clips = [place for place, part in enumerate(parts) if isinstance(part, Audio)]
    if not clips:
        return "text"
    if not texts:
        return "audio"
    return "text+audio" if texts[0] < clips[0] else "audio+text"


@dataclass(frozen=True, slots=True)
class AdapterInfo:
    """What an adapter declares after ``open()``.

    Attributes:
        fingerprint: identifies the model's weights or its endpoint name; part of request keys.
        sampling_rate: rate (Hz) that the runner resamples to, ``None`` for encoded files.
        max_audio_seconds: longest clip it takes, ``None`` for no limit.
        max_clips: most clips per request, ``None`` for no limit.
        modes: prompt layouts it takes.
        style: ``async`` (services) or ``batch`` (local checkpoints).
        concurrency: requests in flight for ``async`` adapters.
        description: facts for the manifest (class, dtype, endpoint URL); never a secret.
    """

    fingerprint: str
    sampling_rate: int | None = None
    max_audio_seconds: float | None = None
    max_clips: int | None = None
    modes: frozenset[Mode] = frozenset({"text+audio", "audio+text", "audio", "text"})
    style: Literal["async", "batch"] = "batch"
    concurrency: int = 8
    description: Mapping[str, Any] = field(default_factory=dict)


class Adapter(Protocol):
    """The interface of every adapter. Constructed as ``factory(target, **model_args)``.

    ``open`` loads the model (heavy imports belong there) and returns its info. An ``async`` adapter
    implements ``generate``, a ``batch`` adapter ``generate_batch`` (one response per request, in
    order). ``close`` releases everything and may be called twice.
    """

    def open(self) -> AdapterInfo:
        """Load the model."""
        ...

    async def generate(self, request: Request) -> Response:
        """Answer one request (``async`` style)."""
        ...

    def generate_batch(self, requests: Sequence[Request]) -> list[Response]:
        """Answer requests, in order (``batch`` style)."""
        ...

    def close(self) -> None:
        """Release the model."""
        ...


# --- tasks -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class DataInfo:
    """Where documents came from.

    Attributes:
        source: folder or data-set id.
        version: what stands in the signature before ``#``: a release date, a hub revision, or ``local``.
        total: items the benchmark copy lists, also those whose audio is absent.
        absent: ids of items left out because their audio is not in the copy.
        warnings: findings about the copy (counts, labels); never an error of ``evaluate``.
    """

    source: str
    version: str = "local"
    total: int = 0
    absent: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()


class Documents(Sequence[Document]):
    """Documents of one task: a sequence of dictionaries with lazy audio.

    It also has ``features``, which is all that lm-eval asks of a data set beyond iteration, length
    and indexing.
    """

    def __init__(self, documents: Sequence[Document], info: DataInfo) -> None:
        self._documents = documents
        self.info = info

    def __len__(self) -> int:
        return len(self._documents)

    def __iter__(self) -> Iterator[Document]:
        return iter(self._documents)

    def __getitem__(self, index: int | slice) -> Any:
        if isinstance(index, slice):
            return Documents(self._documents[index], self.info)
        return self._documents[index]

    @property
    def features(self) -> dict[str, None]:
        """Field names of the first document."""
        return dict.fromkeys(self._documents[0]) if self._documents else {}


@dataclass(frozen=True, slots=True)
class FunctionRef:
    """An inert ``!function module.name`` of a task YAML: nothing is imported until resolved."""

    module: str
    name: str
    yaml_path: Path


@dataclass(frozen=True, slots=True)
class Template:
    """One prompt of a task. ``clean`` is the id of the declared reply cleaning, ``none`` if there is none."""

    id: str
    doc_to_text: str | FunctionRef
    system: str | None = None
    clean: str = "none"
    generation: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class TaskSpec:
    """A task as its YAML declares it (see ``docs/task_yaml.md``)."""

    task: str
    benchmark: str
    yaml_path: Path
    description: str
    metrics: tuple[str, ...]
    higher_is_better: Mapping[str, bool]
    official_metrics: frozenset[str]
    judged_metrics: frozenset[str]
    generation: Mapping[str, Any]
    templates: Mapping[str, Template]
    default_template: str
    doc_fields: tuple[str, ...]
    required_fields: tuple[str, ...]
    group_fields: tuple[str, ...]
    cluster_field: str | None
    null_response: Literal["empty", "error"]
    answer: AnswerKind
    scorer: str
    items: int | None
    licence: str
    reference_url: str
    functions: Mapping[str, FunctionRef]
    anchors: Mapping[str, Mapping[str, Any]]
    judge: Mapping[str, Any] | None
    cost: Mapping[str, Any]
    protocol: str
    deviations: tuple[str, ...]
    raw: Mapping[str, Any]
    unsupported: str | None = None
    aliases: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


class Task(Protocol):
    """What the engine knows of a task."""

    @property
    def spec(self) -> TaskSpec:
        """The declaration."""
        ...

    def documents(self) -> Documents:
        """All documents, with lazy audio."""
        ...

    def messages(self, doc: Document) -> tuple[Message, ...]:
        """The rendered prompt."""
        ...

    def reference(self, doc: Document) -> Any:
        """The reference answer, JSON-able."""
        ...

    def score(self, doc: Document, response: Any, verdicts: Sequence[str] | None) -> ItemScore:
        """Score one response; ``verdicts`` are judge replies, ``None`` if there are none."""
        ...
