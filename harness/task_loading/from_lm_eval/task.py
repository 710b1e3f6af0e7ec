"""A task of lm-eval as a task of the harness: its prompts, its scoring, our run directory.

Templates: ``plain`` is the text that lm-eval makes without a chat template, as one message; ``chat`` and ``multiturn`` are the
messages that it makes with ``--apply_chat_template`` and ``--fewshot_as_multiturn``. lm-eval reads a reply in one way, so
both readings of a metric are that one.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Final, NamedTuple

from harness.core.keys import short_hash
from harness.core.messages import Message, Role, Text
from harness.core.scoring import MISSING, Document, ItemScore, Reading, Scored
from harness.core.task import DataInfo, Documents, FunctionRef, TaskSpec, Template
from harness.errors import HarnessError, TaskFileError, UsageError
from harness.task_loading.from_lm_eval import bridge
from harness.task_loading.from_lm_eval.data_set import Prompts
from harness.task_loading.from_lm_eval.declaration import (
    Declaration,
    beside,
    check_outside,
    rendered_texts,
)
from harness.task_loading.from_lm_eval.metric_names import LMEvalMetric, facts
from harness.task_loading.from_lm_eval.names import Place, installed_version, tasks_folder
from harness.task_loading.places import LM_EVAL, LM_EVAL_PREFIX
from harness.task_loading.prompts import PromptedTask
from metrics.registry import register

_MULTITURN: Final[Mapping[str, bool | None]] = {"plain": None, "chat": False, "multiturn": True}
_SITE: Final = "https://github.com/EleutherAI/lm-evaluation-harness/tree/v{version}/lm_eval/tasks"
_PROTOCOL: Final = "Prompts, examples, filters and scoring are lm-eval's own. The text of a prompt goes to the model as one message."
_DEVIATIONS: Final = (
    "An item whose request failed is an error; lm-eval has none.",
    "Intervals are those of the harness, not lm-eval's standard errors.",
)


class _Read(NamedTuple):
    """What was read of a task: its declaration, its configuration with functions, its metrics by (metric, filter)."""

    declaration: Declaration
    config: dict[str, Any]
    metrics: Mapping[tuple[str, str], LMEvalMetric]


def spec_of(place: Place, *, trusted: bool) -> TaskSpec:
    """Return the declaration of a task of lm-eval.

    Args:
        place: where it is declared.
        trusted: code outside lm-eval may run.

    Raises:
        UnsupportedTaskError: it cannot run here.
        UsageError: it holds code that is not trusted.
        MissingDependencyError: a package of the task is not installed.
        TaskFileError: it is malformed.
    """
    declaration = bridge.read(place)
    if place.outside:
        check_outside(place, declaration.config, trusted=trusted)
    config = bridge.config_of(declaration, trusted=trusted)
    metrics = bridge.metrics_of(config, place.name)
    names = tuple(one.id for one in metrics.values())
    for one in metrics.values():
        register(one.measure())
    version = installed_version()
    shots = int(config.get("num_fewshot") or 0)
    source = f"lm-eval {version}: {place.name}, {shots} examples"
    folder = "" if place.outside else place.path.parent.relative_to(tasks_folder()).as_posix()
    return TaskSpec(
        task=f"{LM_EVAL_PREFIX}{place.name}",
        benchmark=LM_EVAL,
        yaml_path=place.path,
        description=f"{config.get('task_alias') or place.name}, as lm-eval runs it",
        metrics=names,
        higher_is_better={one.id: one.higher_is_better for one in metrics.values()},
        official_metrics=frozenset(names),
        judged_metrics=frozenset(),
        generation=bridge.generation_of(config),
        templates={
            name: Template(name, f"{source}, {name}, {_content(declaration)}")
            for name in _MULTITURN
        },
        default_template="plain",
        doc_fields=(),
        required_fields=(),
        group_fields=(),
        cluster_field=None,
        null_response="empty",
        answer="text",
        scorer=f"lm-eval-{version}.{config['metadata'].get('version', 0)}",
        items=None,
        licence="see its data set",
        reference_url=f"{_SITE.format(version=version)}/{folder}" if folder else str(place.path),
        functions={},
        anchors={},
        judge=None,
        cost={},
        protocol=_PROTOCOL,
        deviations=_DEVIATIONS,
        raw={
            "metadata": {"lalm": {}},
            "test_split": "test",
            "lm_eval": _Read(declaration, config, metrics),
        },
        where=lambda *_: str(place.path),
    )


def _content(declaration: Declaration) -> str:
    """Return a hash of what a task declares, without the place of its functions on this machine."""
    return short_hash(_without_paths(declaration.config))


def _without_paths(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(key): _without_paths(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_without_paths(one) for one in value]
    if isinstance(value, FunctionRef):
        return f"{value.module}.{value.name}"
    root = str(tasks_folder())
    return value.removeprefix(root) if isinstance(value, str) else value


class LMEvalTask(PromptedTask):
    """A task of lm-eval.

    Args:
        spec: made by ``spec_of``.
        **options: see ``PromptedTask``.
    """

    def __init__(self, spec: TaskSpec, **options: Any) -> None:
        read: _Read = spec.raw["lm_eval"]
        self._declaration, self._config, self._metrics = read
        self._prompts: Prompts | None = None
        self._scorer: bridge.Scorer | None = None
        self._data: Path | None = options.get("folder")
        self._pinned: str | None = options.get("revision")
        super().__init__(spec, **options)

    @cached_property
    def _untrusted(self) -> frozenset[str]:
        if self._trusted or not self._declaration.place.outside:
            return frozenset()
        return frozenset(text for _, text in rendered_texts(self._declaration.config))

    # --- what the engine asks of a task's module -----------------------------------------------

    @property
    def scoring(self) -> Any:
        """The functions that a task's scoring module has, over lm-eval's task."""
        return SimpleNamespace(
            __file__=str(self.spec.yaml_path),
            score=self._score,
            reference=self._reference,
            facts=self._facts,
            signature=self._signature,
        )

    def function(self, key: str) -> Callable[..., Any]:
        """Return the loader; there is no other function."""
        if key != "custom_dataset":
            raise TaskFileError(f"{self.spec.task} has no {key}", where=str(self.spec.yaml_path))
        return self._load

    def check(self) -> None:
        """Register the metrics."""
        for one in self._metrics.values():
            register(one.measure())

    def _check_templates(self) -> None:
        """Nothing to check: ``spec_of`` did."""

    def forget_documents(self) -> None:
        """Let go of the documents and of lm-eval's data set."""
        super().forget_documents()
        self._prompts = None

    def _load(self, **_: Any) -> dict[str, Documents]:
        self._prompts = Prompts(
            beside(self._declaration.place, self._config),
            self._declaration.place.name,
            untrusted=self._untrusted,
            folder=self._data,
            revision=self._pinned,
        )
        documents = [
            {**doc, "_id": str(number), "_position": number}
            for number, doc in enumerate(self._prompts.documents())
        ]
        source = self._declaration.config.get("dataset_path") or "its own loader"
        info = DataInfo(str(source), self._prompts.commit(), total=len(documents))
        return {"test": Documents(documents, info)}

    def _facts(self, docs: Sequence[Document]) -> dict[str, Any]:
        del docs
        found = self._prompts.facts() if self._prompts is not None else {}
        metrics = facts({one.id: one for one in self._metrics.values()})
        return {"lm_eval": {"version": installed_version(), "metrics": metrics, **found}}

    def _signature(self, docs: Sequence[Document]) -> dict[str, str]:
        del docs
        return code_parts(self._declaration)

    # --- prompts -------------------------------------------------------------------------------

    def messages(self, doc: Document) -> tuple[Message, ...]:
        """Return the prompt that lm-eval makes.

        Raises:
            TaskFileError: it cannot be made.
            UsageError: a template of messages, and the task starts the reply for the model.
        """
        where = f"{self.spec.yaml_path}, item {doc.get('_id')!r}"
        multiturn = _MULTITURN[self.template.id]
        if multiturn is not None and self._config.get("gen_prefix"):
            raise UsageError(
                f"{self.spec.task} starts the reply for the model (gen_prefix), which a chat cannot",
                where="--template",
                hint="--template plain: the beginning stands at the end of the prompt",
            )
        try:
            assert self._prompts is not None
            found = self._prompts.context(int(doc["_position"]), multiturn)
        except HarnessError:
            raise
        except Exception as error:
            raise TaskFileError(
                f"the prompt cannot be made: {type(error).__name__}: {error}", where=where
            ) from error
        turns: list[tuple[Role, str]] = (
            [("user", found)] if multiturn is None else [(t["role"], t["content"]) for t in found]
        )
        if self.system:
            turns = [("system", self.system), *(turn for turn in turns if turn[0] != "system")]
        messages = tuple(Message(role, (Text(text),)) for role, text in turns)
        return messages if self.rewrite is None else self.rewrite(doc, messages)

    # --- scoring -------------------------------------------------------------------------------

    def _scorer_for(self, doc: Document) -> bridge.Scorer:
        if self._scorer is None:
            known = (doc.get("_facts") or {}).get("lm_eval") or {}
            self._scorer = bridge.Scorer(self._config, _own(doc), known, self._untrusted)
        return self._scorer

    def _reference(self, doc: Document) -> Any:
        return self._scorer_for(doc).target(_own(doc))

    def _score(
        self, doc: Document, response: Any, verdicts: Sequence[str | None] | None
    ) -> ItemScore:
        del verdicts
        reply = "" if response is None or response is MISSING else response
        if not isinstance(reply, str):
            reply = str(reply)
        values, read_replies = self._scorer_for(doc).values(_own(doc), reply)
        metrics: dict[str, dict[Reading, Scored]] = {}
        for key, metric in self._metrics.items():
            stats = metric.stats(values.get(key))
            metrics[metric.id] = {"official": Scored(stats), "strict": Scored(stats)}
        plain = {name: _plain(value) for name, value in read_replies.items()}
        extracted = plain["none"] if plain.keys() == {"none"} else plain
        return ItemScore(metrics, extracted=extracted)


def _own(doc: Document) -> dict[str, Any]:
    """Return a document as lm-eval has it."""
    return {key: value for key, value in doc.items() if not key.startswith("_")}


def _plain(value: Any) -> Any:
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    return value if isinstance(value, str | int | float | bool) or value is None else str(value)


def code_parts(declaration: Declaration) -> dict[str, str]:
    """Return ``{"code": DIGEST}`` for a task outside lm-eval whose functions score replies, else ``{}``."""
    if not declaration.place.outside:
        return {}
    files = sorted(_modules(declaration.config))
    if not files:
        return {}
    content = [hashlib.sha256(Path(one).read_bytes()).hexdigest() for one in files]
    return {"code": short_hash(content)}


def _modules(value: Any) -> set[str]:
    if isinstance(value, FunctionRef):
        file = value.yaml_path.resolve().parent.joinpath(*value.module.split("."))
        return {str(file.with_suffix(".py"))}
    parts = value.values() if isinstance(value, Mapping) else value
    if isinstance(value, Mapping | list | tuple):
        return set().union(*map(_modules, parts))
    return set()
