"""A task as its YAML declares it, its documents, and what the engine knows of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, Protocol

from harness.core.judge_spec import JudgeSpec
from harness.core.messages import AnswerKind, Message
from harness.core.scoring import Document, ItemScore


@dataclass(frozen=True, slots=True)
class DataInfo:
    """Origin of documents.

    Attributes:
        source: folder or data-set id.
        version: the part of the signature before ``#``: a release date, a hub revision, or ``local``.
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


def _nowhere(*keys: str) -> str:
    return ".".join(keys)


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
    judge: JudgeSpec | None
    cost: Mapping[str, Any]
    protocol: str
    deviations: tuple[str, ...]
    raw: Mapping[str, Any]
    unsupported: str | None = None
    aliases: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    declared: Mapping[str, Any] = field(default_factory=dict)
    """Of a task without Python: what its documents carry as ``_params`` besides ``dataset_kwargs``."""
    where: Callable[..., str] = field(default=_nowhere, compare=False, repr=False)
    """Key path of the YAML -> file and line, for errors."""


class Task(Protocol):
    """Interface of a task to the engine."""

    @property
    def spec(self) -> TaskSpec:
        """The declaration."""
        ...

    def documents(self) -> Documents:
        """Return all documents, with lazy audio."""
        ...

    def messages(self, doc: Document) -> tuple[Message, ...]:
        """Return the rendered prompt."""
        ...

    def reference(self, doc: Document) -> Any:
        """Return the reference answer, JSON-able."""
        ...

    def score(self, doc: Document, response: Any, verdicts: Sequence[str] | None) -> ItemScore:
        """Score one response; ``verdicts`` are judge replies, ``None`` if there are none."""
        ...
