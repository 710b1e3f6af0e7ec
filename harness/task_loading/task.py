"""A task from its YAML, without lm-eval: data, scoring and references.

This is all that ``score`` needs. Prompts are rendered by ``harness.task_loading.prompts``, which builds on
this class. Functions of our own packages are imported by package name; functions of other folders are
code that someone else wrote, and run only with ``--trust-task-code``.
"""

from __future__ import annotations

import copy
from array import array
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property, partial
from pathlib import Path
from types import ModuleType
from typing import Any, Literal, TypeVar

from harness.core import keys
from harness.core.judge_spec import Canary
from harness.core.messages import Hints
from harness.core.scoring import Document, ItemScore
from harness.core.scratch.repeated import repeated
from harness.core.task import Documents, TaskSpec
from harness.errors import TaskCodeError, TaskFileError
from harness.task_loading.checks import contract
from harness.task_loading.checks.calls import call
from harness.task_loading.checks.probing import probe
from harness.task_loading.checks.scores import score_of
from harness.task_loading.checks.values import shown
from harness.task_loading.code import function_of, import_beside
from harness.task_loading.judging.canaries import read_canaries
from harness.task_loading.metric_facts import check_facts, check_registered
from harness.task_loading.places import is_built_in

Origin = Literal["data", "file"]
T = TypeVar("T")


def _beside(spec: TaskSpec) -> bool:
    """Return whether a declared task has its items next to its YAML unless a folder is given."""
    lalm = spec.raw["metadata"]["lalm"]
    return bool(spec.declared) and "hub" not in (lalm.get("data") or {})


class YamlTask:
    """Data and scoring of one task.

    Args:
        spec: the parsed YAML.
        folder: a downloaded official copy of the benchmark, if there is one.
        revision: hub revision to pin.
        trusted: whether task code outside the harness may run.
    """

    def __init__(
        self,
        spec: TaskSpec,
        *,
        folder: Path | None = None,
        revision: str | None = None,
        trusted: bool = False,
    ) -> None:
        self.spec = spec
        self._folder = folder if folder is not None or not _beside(spec) else spec.yaml_path.parent
        self._revision = revision
        self._trusted = trusted
        self._documents: Documents | None = None
        self._scoring: ModuleType | None = None
        self._shipped = is_built_in(spec)

    # --- functions of the benchmark ----------------------------------------------------------

    def function(self, key: str) -> Callable[..., Any]:
        """Return the callable that a YAML key names.

        Raises:
            TaskFileError: the module has no such function.
        """
        return function_of(self.spec.functions[key], trusted=self._trusted)

    @property
    def scoring(self) -> ModuleType:
        """The module that ``process_results`` lies in: it defines ``score`` and its companions."""
        if self._scoring is None:
            self._scoring = import_beside(
                self.spec.functions["process_results"], trusted=self._trusted
            )
            if not callable(getattr(self._scoring, "score", None)):
                raise TaskFileError(
                    f"{self._scoring.__file__} has no function 'score'",
                    where=str(self.spec.yaml_path),
                )
            check_registered(self.spec)
        return self._scoring

    def check(self) -> None:
        """Import the scoring code, which may register metrics of its own.

        Raises:
            UsageError: it is not here, or not trusted.
            TaskFileError: a metric of the task is registered nowhere.
        """
        assert self.scoring
        if not self._shipped:
            hook = self.spec.functions["process_results"]
            if not callable(getattr(self.scoring, hook.name, None)):
                raise TaskFileError(
                    f"{hook.module}.py has no function {hook.name!r}",
                    where=self.spec.where("process_results"),
                )
            for entry in self.spec.raw["metric_list"]:
                function_of(entry["aggregation"], trusted=self._trusted)

    @property
    def parameters(self) -> Mapping[str, Any]:
        """The YAML's ``dataset_kwargs``: what tells tasks of one template apart."""
        own: Mapping[str, Any] = self.spec.raw.get("dataset_kwargs") or {}
        return {**own, **self.spec.declared} if self.spec.declared else own

    def _call(self, what: str, function: Callable[..., T], *args: Any) -> T:
        """Call code of the task; a fault in shipped code is a fault of the harness."""
        if self._shipped:
            return function(*args)
        return call(self.spec, what, function, *args)

    # --- documents ---------------------------------------------------------------------------

    def documents(self) -> Documents:
        """Return all documents of the task, with lazy audio (loaded once).

        Raises:
            MissingDataError: the data is not there; the hint says how to get it.
        """
        if self._documents is None:
            metadata = self.spec.raw.get("metadata") or {}
            load = partial(
                self.function("custom_dataset"),
                **{**metadata, **self.parameters, **self._data_options()},
                folder=self._folder,
                revision=self._revision,
            )
            splits = self._call("the loader (custom_dataset)", load)
            documents = contract.documents_of(self.spec, splits)
            if not self._shipped:
                contract.check_contents(self.spec, documents)
                contract.check_fields(self.spec, documents)
            self._check_ids(documents)
            self._documents = documents
        return self._documents

    def forget_documents(self) -> None:
        """Let go of the documents; the log has what scoring needs."""
        self._documents = None

    def _data_options(self) -> Mapping[str, Any]:
        """Return the further arguments of the loader; a prompted task says when it needs no clips."""
        return {}

    def _check_ids(self, documents: Documents) -> None:
        hashes = array("q")
        parameters = dict(self.parameters)  # one for all: nobody changes it
        for position, doc in enumerate(documents):
            doc.setdefault("_id", str(position))
            doc.setdefault("_params", parameters)
            if self.spec.aliases:
                doc.setdefault("_aliases", self.spec.aliases)
            hashes.append(hash(doc["_id"]))
        seen: set[str] = set()
        for position in repeated(hashes):
            identifier = documents[position].get("_id", str(position))
            if identifier in seen:
                raise TaskFileError(
                    f"the data of {self.spec.task} has the id {identifier!r} twice",
                    where=documents.info.source,
                )
            seen.add(identifier)

    def facts(self, docs: Sequence[Document]) -> dict[str, Any]:
        """Return what scoring needs to know of the whole split and no declaration freezes, JSON-able.

        It is in the manifest, so that a run can be scored again without its data. Its key
        ``anchors`` (metric -> anchors) completes the declared ones.
        """
        function = getattr(self.scoring, "facts", None)
        if function is None:
            return {}
        found = self._mapping("facts()", self._call("facts()", function, docs))
        check_facts(self.spec, found.get("anchors", {}), f"{self.scoring.__file__}: facts()")
        return found if self._shipped else dict(contract.json_value(self.spec, "facts()", found))

    def annotate(
        self, docs: list[Document], origin: Origin, facts: Mapping[str, Any] | None = None
    ) -> None:
        """Give stored documents what scoring needs beyond their own fields.

        Args:
            docs: the documents, in place.
            origin: ``file`` for a file of stored responses, whose documents are all there is.
            facts: those of the split, from the manifest.
        """
        for doc in docs:
            doc["_params"] = dict(self.parameters)
            if self.spec.aliases:
                doc["_aliases"] = self.spec.aliases
            if facts:
                doc["_facts"] = facts
        function = getattr(self.scoring, "annotate", None)
        if function is not None:
            self._call("annotate()", function, docs, origin)

    def _mapping(self, what: str, found: Any) -> dict[str, Any]:
        if not isinstance(found, Mapping):
            raise self._wrong_return(what, found, "a mapping")
        return dict(found)

    def _wrong_return(self, what: str, found: Any, expected: str) -> TaskCodeError:
        return TaskCodeError(
            f"{self.spec.task}: {what} returned {shown(found)}, expected {expected}",
            where=str(self.scoring.__file__),
        )

    def check_stored(self, docs: Sequence[Document]) -> None:
        """Refuse a cluster field that no document of a file of stored replies has; take out their places.

        Raises:
            TaskFileError: names the field.
        """
        if not self._shipped:
            contract.check_fields(self.spec, docs, keys=("cluster",))
        for doc in docs:
            doc.pop("_where", None)

    def probe(self, docs: Sequence[Document], facts: Mapping[str, Any]) -> None:
        """Call the scoring code on the first documents, before a model is asked.

        Shipped code is held by its tests. It is asked for options and reference answer of every document of a copy,
        which may hold anything.

        Args:
            docs: the task's documents as loaded.
            facts: those of the split.

        Raises:
            TaskCodeError: it raises on each of them, or returns what it may not.
            InputFileError: a document of a copy has fields of the wrong kind.
        """
        if not self._shipped:
            probe(self, docs, facts)
            return
        for doc in docs if self._folder is not None else ():
            self.examined(doc, facts)

    def stored(self, doc: Document, facts: Mapping[str, Any]) -> Document:
        """Return a document as scoring will have it."""
        found = keys.original_fields(doc)
        found |= {key: doc[key] for key in ("_id", "_cluster") if key in doc}
        self.annotate([found], "data", facts)
        return found

    def examined(
        self, doc: Document, facts: Mapping[str, Any]
    ) -> tuple[Document, Document, tuple[str, ...], Any]:
        """Return a document as scoring will have it, before and after it gave its options and its reference answer."""
        stored = self.stored(doc, facts)
        before = copy.deepcopy(stored)
        reference = self.reference(stored)
        return before, stored, self.hints(stored).options, reference

    def missing_fields(self, doc: Mapping[str, Any]) -> list[str]:
        """Return the required fields that a document lacks (alternatives ``a|b`` as ``a or b``)."""
        return [
            field.replace("|", " or ")
            for field in self.spec.required_fields
            if not any(name in doc for name in field.split("|"))
        ]

    # --- scoring -----------------------------------------------------------------------------

    def reference(self, doc: Document) -> Any:
        """Return the reference answer.

        Raises:
            TaskCodeError: the function is missing or raises, or JSON cannot hold what it returns.
        """
        if self._shipped:
            return self.scoring.reference(doc)
        what = f"reference() of item {doc.get('_id')!r}"
        function = getattr(self.scoring, "reference", None)
        if not callable(function):
            raise TaskCodeError(
                f"{self.spec.task}: the scoring module has no function 'reference'",
                where=str(self.scoring.__file__),
            )
        return contract.json_value(self.spec, what, call(self.spec, what, function, doc))

    @property
    def has_options(self) -> bool:
        """True if the scoring module gives the options of an item."""
        return hasattr(self.scoring, "options")

    def hints(self, doc: Document) -> Hints:
        """Return which form of answer the task asks for."""
        function = getattr(self.scoring, "options", None)
        if function is None:
            return Hints(self.spec.answer, ())
        found = self._call(f"options() of item {doc.get('_id')!r}", function, doc)
        return Hints(self.spec.answer, contract.options_of(self.spec, doc, found))

    def signature_parts(self, docs: Sequence[Document]) -> dict[str, str]:
        """Return the further parts of the signature that the benchmark declares, such as its label list."""
        function = getattr(self.scoring, "signature", None)
        if function is None:
            return {}
        found = self._mapping("signature()", self._call("signature()", function, docs))
        for name, part in found.items():
            if not isinstance(part, str) or "|" in f"{name}{part}":
                raise TaskCodeError(
                    f"{self.spec.task}: signature() gives {shown({name: part})}, expected texts without '|'",
                    where=str(self.scoring.__file__),
                )
        return found

    def declared_parts(self) -> dict[str, str]:
        """Return the parts of the signature that a declared task has by its rule and aliases alone; none for any other task."""
        if not self.spec.declared:
            return {}
        doc: Document = {"_params": self.parameters}
        if self.spec.aliases:
            doc["_aliases"] = self.spec.aliases
        return self.signature_parts([doc])

    def lacking(self) -> str | None:
        """Return in one line what the official reading lacks on this machine and the command that installs it."""
        function = getattr(self.scoring, "lacking", None)
        found: str | None = function(self.parameters) if function is not None else None
        return found

    @cached_property
    def canaries(self) -> tuple[Canary, ...]:
        """Items with a known grade, which test the judge; read once.

        Raises:
            TaskFileError: the file of the benchmark is malformed.
        """
        return read_canaries(self.spec, self.parameters)

    def check_judge(self) -> None:
        """Refuse a judge that nobody says what it is shown.

        Raises:
            TaskFileError: the task names a judge, and its scoring module has no ``judge_slots``.
        """
        if not callable(getattr(self.scoring, "judge_slots", None)):
            raise TaskFileError(
                "the task names a judge, but its scoring module has no function 'judge_slots'",
                where=str(self.scoring.__file__),
            )

    def judge_slots(self, doc: Document, response: Any) -> dict[str, str] | None:
        """Return the values of the judge prompt's slots; ``None`` if the verdict needs no call.

        Raises:
            TaskCodeError: the code raises, or returns no mapping of texts.
        """
        what = f"judge_slots() of item {doc.get('_id')!r}"
        slots: dict[str, str] | None = self._call(what, self.scoring.judge_slots, doc, response)
        if slots is None or self._shipped:
            return slots
        found = self._mapping(what, slots)
        if not all(isinstance(part, str) for pair in found.items() for part in pair):
            raise self._wrong_return(what, slots, "a mapping of texts")
        return found

    def judge_grade(self, doc: Document, reply: str) -> str | None:
        """Return the strict verdict of one judge reply as text, ``None`` if it cannot be read.

        Raises:
            TaskCodeError: the code raises, or returns something else.
        """
        function = getattr(self.scoring, "judge_grade", None)
        if function is None:
            return reply
        what = f"judge_grade() of item {doc.get('_id')!r}"
        found: Any = self._call(what, function, doc, reply)
        if found is None or isinstance(found, str):
            return found
        raise self._wrong_return(what, found, "text or None")

    def score(
        self, doc: Document, response: Any, verdicts: Sequence[str | None] | None
    ) -> ItemScore:
        """Score one response (``MISSING`` when the record has no response key).

        Raises:
            TaskCodeError: the code raises, or returns no score with every metric, reading and statistic.
        """
        what = f"score() of item {doc.get('_id')!r}"
        found = self._call(what, self.scoring.score, doc, response, verdicts)
        return score_of(self.spec, doc, found, shipped=self._shipped)
