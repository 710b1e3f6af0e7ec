"""Planning: from settings to tasks with documents, selections and signatures, before any model loads."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, Literal, cast

from harness.core import keys
from harness.core.generation import Generation, Level, build_generation
from harness.core.generation_arguments import read_text
from harness.core.messages import Message
from harness.core.scoring import Document
from harness.core.task import Documents, TaskSpec
from harness.errors import MissingDataError, UnsupportedTaskError, UsageError
from harness.evaluation.controls.control import parse_control
from harness.evaluation.selection.cards import carded
from harness.evaluation.selection.subset import choose, sample_entry, subset_part
from harness.evaluation.variations.variation import AS_IT_IS, Variation, variation_of
from harness.judge.options import JudgeOptions, judge_options
from harness.judge.task_judge import TaskJudge, bind
from harness.run.constraints import MOST_NAMED, MOST_REPEATS
from harness.run.files import AnchorEntry, DataEntry, JudgeEntry, ManifestEntry, SubsetEntry
from harness.run.signature import Parts, generation_part, n_part, prompt_part
from harness.settings import Settings, parse_limit
from harness.task_loading.availability import LeftOut, from_error, refuse, without_judge
from harness.task_loading.checks.code import code_part
from harness.task_loading.checks.contract import cluster_note
from harness.task_loading.index import TaskEntry, TaskIndex, load_index
from harness.task_loading.prompts import PromptedTask
from harness.task_loading.specs import (
    check_benchmarks,
    check_supported,
    data_folder,
    load_spec,
    prompted_task,
    yaml_location,
)
from model_adapters.registry import split_generation


@dataclass(frozen=True)
class PlannedTask:
    """One task of a run.

    Attributes:
        task: the task with its prompts.
        documents: its documents as loaded.
        item_keys: key of every document.
        ranges: selected positions, as half-open ranges.
        generation: how answers are decoded.
        parts: the signature's parts.
        facts: what scoring needs to know of the whole split.
        judge: the task with its live judge, ``None`` if there is none.
        repeats: replies that are asked for every item.
        subset: of which sample the ranges are, ``None`` for no sample.
        card: the model card that planned it, ``None`` for none.
        variation: how the replies of an item differ.
    """

    task: PromptedTask
    documents: Documents
    item_keys: Sequence[str]
    ranges: list[list[int]]
    generation: Generation
    parts: Parts
    facts: Mapping[str, Any] = field(default_factory=dict)
    judge: TaskJudge | None = None
    repeats: int = 1
    subset: SubsetEntry | None = None
    card: str | None = None
    variation: Variation = AS_IT_IS

    @cached_property
    def name(self) -> str:
        """Task id."""
        return self.task.spec.task

    @property
    def count(self) -> int:
        """Number of selected items."""
        return sum(stop - start for start, stop in self.ranges)

    def positions(self) -> Iterator[int]:
        """Return selected document positions in order."""
        return itertools.chain.from_iterable(itertools.starmap(range, self.ranges))

    def document(self, position: int, repeat: int = 0) -> Document:
        """Return the document that a reply is asked about."""
        document: Document = self.documents[position]
        if self.variation is AS_IT_IS:
            return document
        return self.variation.document(self.task, document, self.item_keys[position], repeat)

    @property
    def first(self) -> Document:
        """The first selected document, as it is asked first."""
        return self.document(self.ranges[0][0])

    @cached_property
    def first_prompt(self) -> tuple[Message, ...]:
        """The prompt of the first selected document.

        Raises:
            TaskFileError: the template cannot be rendered.
        """
        return self.task.messages(self.first)

    def manifest_entry(self) -> ManifestEntry:
        """Return the manifest's entry for this task."""
        spec, info = self.task.spec, self.documents.info
        entry = task_entry(
            spec,
            self.facts,
            origin="data",
            judge=self.judge.manifest_entry() if self.judge is not None else None,
            template=self.task.template.id,
            generation=self.generation.as_mapping(),
            parts=self.parts,
            items_total=max(info.total, len(self.documents)),
            items_selected=self.count,
            repeats=self.repeats,
            subset=self.subset,
            variation=self.variation,
            selection=self.ranges,
            absent=len(info.absent),
            data={
                "source": info.source,
                "version": info.version,
                "warnings": [*info.warnings, *cluster_note(spec, self.documents)],
            },
        )
        if info.absent:
            entry["data"]["absent"] = [*info.absent[:MOST_NAMED]]
        if self.card is not None:
            entry["card"] = self.card
        return entry


def task_entry(  # noqa: PLR0913  (by name: one per field of the entry)
    spec: TaskSpec,
    facts: Mapping[str, Any],
    *,
    origin: Literal["data", "file"],
    judge: JudgeEntry | None,
    template: str | None,
    generation: dict[str, Any],
    parts: Parts,
    items_total: int,
    items_selected: int,
    selection: list[list[int]],
    absent: int,
    data: DataEntry,
    repeats: int = 1,
    subset: SubsetEntry | None = None,
    variation: Variation = AS_IT_IS,
) -> ManifestEntry:
    """Return what the manifest says about a task: what its YAML declares, and what runs of it."""
    anchors = {**spec.anchors, **facts.get("anchors", {})}
    entry: ManifestEntry = {
        "benchmark": spec.benchmark,
        "yaml": yaml_location(spec),
        "metrics": list(spec.metrics),
        "higher_is_better": dict(spec.higher_is_better),
        "official_metrics": [name for name in spec.metrics if name in spec.official_metrics],
        "judged_metrics": [name for name in spec.metrics if name in spec.judged_metrics],
        "anchors": {name: cast("AnchorEntry", dict(values)) for name, values in anchors.items()},
        "licence": spec.licence,
        "facts": dict(facts),
        "origin": origin,
        "judge": judge,
        "template": template,
        "generation": generation,
        "signature_parts": parts,
        "items_total": items_total,
        "items_selected": items_selected,
        "repeats": repeats,
        "selection": selection,
        "absent": absent,
        "data": data,
    }
    if not facts:
        del entry["facts"]
    if repeats == 1:
        del entry["repeats"]
    if subset is not None:
        entry["subset"] = subset
    if variation.permute is not None:
        entry["permute"] = variation.permute.entry
    if variation.paraphrases:
        entry["paraphrases"] = [one.name for one in variation.paraphrases]
    return entry


def sort_model_arguments(settings: Settings) -> Settings:
    """Return the settings with generation arguments that were given with ``-M`` moved to where they belong.

    Raises:
        HarnessError: there is no such model, or an argument is given in both with different values.
    """
    model_args, generation = split_generation(settings.model, settings.model_args)
    if not generation:
        return settings
    for name in generation.keys() & settings.gen_kwargs.keys():
        if generation[name] != settings.gen_kwargs[name]:
            raise UsageError(
                f"{name} is {generation[name]!r} in -M and {settings.gen_kwargs[name]!r} in --gen-kwargs",
                where=f"-M {name}, --gen-kwargs {name}",
                hint="give it once",
            )
    gen_kwargs = {**generation, **settings.gen_kwargs}
    return replace(settings, model_args=model_args, gen_kwargs=gen_kwargs)


@dataclass(frozen=True, slots=True)
class Plan:
    """Plan of a run.

    Attributes:
        tasks: its tasks.
        left_out: tasks that cannot run here and now.
        judging: the judge as the command line says, resolved.
        index: all tasks that there are, with those of the user.
    """

    tasks: list[PlannedTask]
    left_out: list[LeftOut]
    judging: JudgeOptions
    index: TaskIndex

    @property
    def judges(self) -> dict[str, TaskJudge]:
        """The tasks that a live judge looks at, by name."""
        return {task.name: task.judge for task in self.tasks if task.judge is not None}


def plan_tasks(settings: Settings) -> Plan:
    """Load the data of every task and resolve prompts, limits and signatures.

    Raises:
        HarnessError: unknown task, malformed YAML, bad limit or template; data or support that is missing,
            unless ``skip_unavailable`` is set and something is left to run.
    """
    plan = survey(settings)
    if not settings.skip_unavailable or not plan.tasks:
        refuse(plan.left_out, len(plan.tasks) + len(plan.left_out))
    if not plan.tasks and (unfit := [one for one in plan.left_out if one.lacks == "support"]):
        raise UnsupportedTaskError(unfit[0].reason, where="--skip-unavailable")
    if not plan.tasks:
        raise UsageError(
            "without a judge nothing is left to run",
            where="--skip-unavailable",
            hint="--judge openai:MODEL, or leave --skip-unavailable out",
        )
    return plan


def survey(settings: Settings, *, ask: bool = True) -> Plan:
    """Plan in the same way, with missing things as findings; without ``ask`` a live judge needs no key.

    Raises:
        HarnessError: unknown task, malformed YAML, bad limit or template.
    """
    if settings.repeats > MOST_REPEATS:
        raise UsageError(
            f"an item is asked at most {MOST_REPEATS:,} times, not {settings.repeats:,}",
            where="--repeats",
        )
    wanted = carded(settings)
    index = load_index(
        settings.include_path, allow_shadowing=settings.allow_shadowing, asked=wanted.names
    )
    entries = index.resolve(wanted.names)
    check_benchmarks(settings.data, index, "--data")
    check_benchmarks(settings.revision, index, "--revision")
    judging = judge_options(settings, has_replies=False, ask=ask)
    planned: list[PlannedTask] = []
    left_out: list[LeftOut] = []
    for entry in entries:
        lacking = without_judge(entry) if judging.choice == "none" else None
        if settings.skip_unavailable and lacking is not None:
            left_out.append(lacking)
            continue
        try:
            own = wanted.settings(entry.task, settings)
            planned.append(replace(_plan(entry, own, judging), card=wanted.cards.get(entry.task)))
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
    return Plan(planned, left_out, judging, index)


def _generation(task: PromptedTask, settings: Settings) -> Generation:
    """Build the record of a task: what it says, over it the template, over both the user."""
    where = "--gen-kwargs"
    given = {name: read_text(name, value, where) for name, value in settings.gen_kwargs.items()}
    yaml = task.spec.yaml_path
    return build_generation(
        Level(task.spec.generation, lambda name: f"{yaml}: generation_kwargs.{name}"),
        Level(
            task.template.generation,
            lambda name: f"{yaml}: templates.{task.template.id}.generation_kwargs.{name}",
        ),
        Level(given, lambda name: f"{where} {name}"),
        seed=settings.seed,
    )


def _plan(entry: TaskEntry, settings: Settings, judging: JudgeOptions) -> PlannedTask:
    spec = load_spec(entry, trusted=settings.trust_task_code)
    check_supported(spec)
    control = parse_control(settings.control) if settings.control is not None else None
    task = prompted_task(
        spec,
        folder=data_folder(spec.benchmark, settings.data),
        revision=settings.revision.get(spec.benchmark),
        trusted=settings.trust_task_code,
        template=settings.template,
        system=settings.system,
        keeps_clips=control is None or control.keeps_clips,
    )
    task.check()
    judge = bind(task, judging)
    documents = task.documents()
    count = len(documents)
    if not count:
        raise MissingDataError(
            f"{spec.task} has no items in {documents.info.source}",
            hint="; ".join(documents.info.warnings) if documents.info.absent else None,
        )
    if control is not None:
        task.rewrite = control.rewrite(task, documents)
    facts = task.facts(documents)
    ranges = parse_limit(settings.limit, count)
    item_keys = keys.item_keys(spec.task, documents, spec.doc_fields)
    sampled = settings.subset is not None or settings.stratify is not None
    sample = sample_entry(settings) if sampled else None
    if sample is not None:
        positions = [*itertools.chain.from_iterable(itertools.starmap(range, ranges))]
        ranges = choose(
            documents,
            item_keys,
            positions,
            count=sample["n"],
            seed=sample["seed"],
            field=settings.stratify,
        )
    task.probe(documents[ranges[0][0] :], facts)
    if judge is not None:
        judge.check(documents)
        chosen = itertools.chain.from_iterable(itertools.starmap(range, ranges))
        judge = replace(judge, facts=facts).about((item_keys[one] for one in chosen), judging)
    generation = _generation(task, settings)
    varies = settings.permute is not None or settings.paraphrase is not None
    variation = variation_of(settings, task, documents) if varies else AS_IT_IS
    repeats = settings.repeats if variation is AS_IT_IS else variation.count
    return PlannedTask(
        task=task,
        documents=documents,
        item_keys=item_keys,
        ranges=ranges,
        generation=generation,
        parts={
            "data": f"{documents.info.version}#{keys.data_hash(documents, spec.doc_fields)}",
            "n": n_part(
                sum(stop - start for start, stop in ranges),
                documents.info,
                count,
                repeats,
            ),
            "prompt": prompt_part(task.template, task.system),
            "gen": generation_part(generation),
            "clean": task.template.clean,
            "scorer": spec.scorer,
            "judge": judging.part(None),
            **(judge.parts if judge is not None else {}),
            **code_part(spec),
            **task.signature_parts(documents),
            **({"control": str(control)} if control is not None else {}),
            **(variation.parts() if variation is not AS_IT_IS else {}),
            **({"subset": subset_part(sample)} if sample is not None else {}),
        },
        facts=facts,
        judge=judge,
        repeats=repeats,
        subset=sample,
        variation=variation,
    )
