"""Planning: from settings to tasks with documents, selections and signatures, before any model loads."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from harness.core import keys
from harness.core.generation import check_generation, is_sampled
from harness.core.scoring import Document
from harness.core.task import Documents, TaskSpec
from harness.errors import MissingDataError, UnsupportedTaskError, UsageError
from harness.judge.options import JudgeOptions, judge_options
from harness.judge.task_judge import TaskJudge, bind, check_renders
from harness.run.signature import Parts, generation_part, n_part, prompt_part
from harness.settings import Settings, parse_limit
from harness.task_loading.availability import LeftOut, from_error, refuse, without_judge
from harness.task_loading.index import TaskEntry, load_index
from harness.task_loading.lm_eval_prompts import PromptedTask
from harness.task_loading.specs import (
    check_benchmarks,
    check_supported,
    data_folder,
    load_spec,
    yaml_location,
)
from model_adapters.registry import split_generation


@dataclass(frozen=True, slots=True)
class PlannedTask:
    """One task of a run.

    Attributes:
        task: the task with its prompts.
        documents: its documents as loaded.
        item_keys: key of every document.
        ranges: selected positions, as half-open ranges.
        generation: generation arguments in force.
        parts: the signature's parts.
        judge: the live judge, ``None`` if there is none.
        repeats: replies that are asked for every item.
    """

    task: PromptedTask
    documents: Documents
    item_keys: Sequence[str]
    ranges: list[list[int]]
    generation: Mapping[str, Any]
    parts: Parts
    judge: TaskJudge | None = None
    repeats: int = 1

    @property
    def name(self) -> str:
        """Task id."""
        return self.task.spec.task

    @property
    def count(self) -> int:
        """Number of selected items."""
        return sum(stop - start for start, stop in self.ranges)

    def positions(self) -> Iterator[int]:
        """Selected document positions in order."""
        return itertools.chain.from_iterable(itertools.starmap(range, self.ranges))

    @property
    def first(self) -> Document:
        """The first selected document."""
        document: Document = self.documents[self.ranges[0][0]]
        return document

    def manifest_entry(self) -> dict[str, Any]:
        """What the manifest says about this task."""
        spec, info = self.task.spec, self.documents.info
        facts = self.task.facts(self.documents)
        return {
            **declared_entry(spec, facts),
            "origin": "data",
            "judge": self.judge.manifest_entry() if self.judge is not None else None,
            "template": self.task.template.id,
            "generation": dict(self.generation),
            "signature_parts": self.parts,
            "items_total": max(info.total, len(self.documents)),
            "items_selected": self.count,
            **({"repeats": self.repeats} if self.repeats > 1 else {}),
            "selection": self.ranges,
            "absent": len(info.absent),
            "data": {
                "source": info.source,
                "version": info.version,
                "warnings": list(info.warnings),
            },
        }


def declared_entry(spec: TaskSpec, facts: Mapping[str, Any]) -> dict[str, Any]:
    """The part of a manifest entry that the task YAML declares, and the facts of its data."""
    anchors = {**spec.anchors, **facts.get("anchors", {})}
    return {
        "benchmark": spec.benchmark,
        "yaml": yaml_location(spec),
        "metrics": list(spec.metrics),
        "higher_is_better": dict(spec.higher_is_better),
        "official_metrics": [name for name in spec.metrics if name in spec.official_metrics],
        "judged_metrics": [name for name in spec.metrics if name in spec.judged_metrics],
        "anchors": {name: dict(values) for name, values in anchors.items()},
        "licence": spec.licence,
        **({"facts": dict(facts)} if facts else {}),
    }


def sort_model_arguments(settings: Settings) -> Settings:
    """Settings in which generation arguments that were given with ``-M`` stand where they belong.

    Raises:
        HarnessError: there is no such model.
    """
    model_args, generation = split_generation(settings.model, settings.model_args)
    if not generation:
        return settings
    gen_kwargs = {**generation, **settings.gen_kwargs}
    return replace(settings, model_args=model_args, gen_kwargs=gen_kwargs)


@dataclass(frozen=True, slots=True)
class Plan:
    """What a run would do: its tasks, and those that cannot run here and now."""

    tasks: list[PlannedTask]
    left_out: list[LeftOut]


def plan_tasks(settings: Settings) -> Plan:
    """Load the data of every task and resolve prompts, limits and signatures.

    Raises:
        HarnessError: unknown task, malformed YAML, bad limit or template; data or support that is missing,
            unless ``skip_unavailable`` is set and something is left to run.
    """
    plan = survey(settings)
    if not settings.skip_unavailable or not plan.tasks:
        refuse(plan.left_out, len(plan.tasks) + len(plan.left_out))
    if not plan.tasks:
        raise UsageError(
            "without a judge nothing is left to run",
            where="--skip-unavailable",
            hint="--judge openai:MODEL, or leave --skip-unavailable out",
        )
    return plan


def survey(settings: Settings, *, ask: bool = True) -> Plan:
    """The same, with what is missing as a finding; without ``ask`` a live judge needs no key.

    Raises:
        HarnessError: unknown task, malformed YAML, bad limit or template.
    """
    index = load_index(settings.include_path)
    check_benchmarks(settings.data, index, "--data")
    check_benchmarks(settings.revision, index, "--revision")
    judging = judge_options(settings, has_replies=False, ask=ask)
    planned: list[PlannedTask] = []
    left_out: list[LeftOut] = []
    for entry in index.resolve(settings.tasks):
        lacking = without_judge(entry) if judging.choice == "none" else None
        if settings.skip_unavailable and lacking is not None:
            left_out.append(lacking)
            continue
        try:
            planned.append(_plan(entry, settings, judging))
        except (MissingDataError, UnsupportedTaskError) as error:
            left_out.append(from_error(entry, error))
    if settings.require_complete:
        for item in planned:
            if item.documents.info.absent:
                raise MissingDataError(
                    f"{item.name}: the audio of {len(item.documents.info.absent)} of "
                    f"{item.documents.info.total} items is absent",
                    where=item.documents.info.source,
                    hint="complete the copy, or leave --require-complete out",
                )
    return Plan(planned, left_out)


def _plan(entry: TaskEntry, settings: Settings, judging: JudgeOptions) -> PlannedTask:
    spec = load_spec(entry)
    check_supported(spec)
    judge = bind(spec, judging)
    task = PromptedTask(
        spec,
        folder=data_folder(spec.benchmark, settings.data),
        revision=settings.revision.get(spec.benchmark),
        trusted=settings.trust_task_code,
        template=settings.template,
        system=settings.system,
    )
    documents = task.documents()
    if not len(documents):
        raise MissingDataError(
            f"{spec.task} has no items in {documents.info.source}",
            hint="none of its audio is there" if documents.info.absent else None,
        )
    if judge is not None:
        check_renders(judge, task, documents)
    ranges = parse_limit(settings.limit, len(documents))
    generation = {**task.template.generation, **settings.gen_kwargs}
    check_generation(generation)
    if is_sampled(generation):
        generation.setdefault("seed", settings.seed)
    return PlannedTask(
        task=task,
        documents=documents,
        item_keys=keys.item_keys(spec.task, documents, spec.doc_fields),
        ranges=ranges,
        generation=generation,
        parts={
            "data": f"{documents.info.version}#{keys.data_hash(documents, spec.doc_fields)}",
            "n": n_part(
                sum(stop - start for start, stop in ranges),
                documents.info,
                len(documents),
                settings.repeats,
            ),
            "prompt": prompt_part(task.template, task.system),
            "gen": generation_part(generation),
            "clean": task.template.clean,
            "scorer": spec.scorer,
            "judge": judging.part(judge.id if judge is not None else None),
            **task.signature_parts(documents),
        },
        judge=judge,
        repeats=settings.repeats,
    )
