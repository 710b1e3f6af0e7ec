"""The live judge of one task: its declaration with everything from the command line applied."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from harness.core.judge_spec import Canary, JudgeSpec
from harness.core.keys import digest, short_hash
from harness.core.scoring import Document
from harness.core.task import TaskSpec
from harness.errors import TaskFileError
from harness.judge.asking.adapter_client import PLACE, judge_generation
from harness.judge.bridge.tables import part_of
from harness.judge.options import PREFIX, JudgeOptions
from harness.judge.panel.choice import Panel, rule_of
from harness.judge.prompt import BARE, RENDERER, render
from harness.run.files import BridgeEntry, JudgeEntry, JudgeSample, PanelEntry
from harness.run.judgements import judge_sample, sample_part
from harness.task_loading.judging.block import read_prompt
from harness.task_loading.judging.sampling import over
from harness.task_loading.task import YamlTask
from model_adapters.services.chat_client import ClientOptions


@dataclass(frozen=True, slots=True)
class TaskJudge:
    """A task with its live judge.

    Attributes:
        task: the task, whose scoring module says what the judge is shown.
        spec: votes, repeats, prompts, with everything from the command line applied.
        id: ``MODEL@PARSER#HASH``.
        fenced: model output is fenced off as data.
        endpoint: URL of its service, without anything secret; recorded, not part of the id.
        canaries: items that test the judge.
        facts: of the task's whole split, for the documents that it is asked about.
        accepted: names that it may also answer by.
        bridge: tables from its grades to the official judge's, ``None`` without them.
        sample: items that it is asked about, ``None`` for all.
        panel: of several judges, how their grades are one; ``None`` of one judge.
        members: the judges of a panel.
    """

    task: YamlTask
    spec: JudgeSpec
    id: str
    fenced: bool = True
    endpoint: str = ""
    canaries: Sequence[Canary] = ()
    facts: Mapping[str, Any] | None = None
    accepted: tuple[str, ...] = ()
    bridge: BridgeEntry | None = None
    sample: JudgeSample | None = None
    panel: PanelEntry | None = None
    members: tuple[TaskJudge, ...] = ()
    _tests: dict[str, list[dict[str, str]] | None] = field(
        default_factory=dict, repr=False, compare=False
    )

    @property
    def part(self) -> str:
        """The ``judge:`` part of the signature: its id, with a bridge that of the bridge."""
        return self.id if self.bridge is None else part_of(self.bridge)

    @property
    def parts(self) -> dict[str, str]:
        """Its parts of the signature: the judge, and the sample of items if there is one."""
        sample = {} if self.sample is None else {"judged": sample_part(self.sample)}
        return {"judge": self.part, **sample}

    def of_panel(self) -> tuple[TaskJudge, ...]:
        """Return the judges that are asked: those of a panel, each about the items that the panel grades, or itself."""
        return tuple(
            replace(member, facts=self.facts, sample=self.sample) for member in self.members
        ) or (self,)

    def about(self, item_keys: Iterable[str], options: JudgeOptions) -> TaskJudge:
        """Return the judge of a sample of some items, as the command line asks for."""
        if options.sample is None:
            return self
        return replace(self, sample=judge_sample(item_keys, *options.sample))

    def messages(self, doc: Document, response: Any) -> list[dict[str, str]] | None:
        """Render the request about one reply; ``None`` if its verdict needs no call."""
        prompt = self.spec.prompt(doc)
        slots = self.task.judge_slots(doc, response) if prompt is not None else None
        if prompt is None or slots is None:
            return None
        return render(prompt, slots, fenced=self.fenced)

    def test_messages(self, canary: Canary) -> list[dict[str, str]] | None:
        """Render the request about a canary, once."""
        if canary.id not in self._tests:
            self._tests[canary.id] = self.messages(canary.doc, canary.response)
        return self._tests[canary.id]

    def request_hash(self, messages: Sequence[Mapping[str, str]]) -> str:
        """Return the content key of a request: model, messages, sampling."""
        return digest([self.spec.model, list(messages), dict(self.spec.sampling)])

    def check(self, documents: Iterable[Document]) -> None:
        """Render a request of the first document and canary that are judged, before anything is generated or paid.

        Raises:
            TaskFileError: the task says nothing to its judge, or the prompt has a slot that it does not fill.
        """
        self.task.check_judge()
        for doc in documents:
            if self.messages(doc, "a reply") is not None:
                break
        for canary in self.canaries:
            if self.test_messages(canary) is not None:
                break

    def manifest_entry(self) -> JudgeEntry:
        """Return the manifest's entry for this judge."""
        spec = self.spec
        entry: JudgeEntry = {
            "id": self.id,
            "endpoint": self.endpoint,
            "model": spec.model,
            "sampling": dict(spec.sampling),
            "samples": spec.samples,
            "repeats": spec.repeats,
            "parse": spec.parse,
            "reducer": spec.reducer,
            "fenced": self.fenced,
            "prompts": {prompt.id: prompt.hash for prompt in spec.prompts.values()},
        }
        if self.bridge is not None:
            entry["bridge"] = self.bridge
        if self.sample is not None:
            entry["sample"] = self.sample
        if self.panel is not None:
            entry["panel"] = self.panel
        return entry


def live_spec(task: TaskSpec, options: JudgeOptions) -> JudgeSpec | None:
    """Apply the command line to the judge that a task declares.

    Returns:
        ``None`` if the task is not judged or the judge is not live.

    Raises:
        TaskFileError: the prompt file of the command line is malformed, or the task names no judge and the command line does.
    """
    declared = task.judge
    if options.model is not None and task.judged_metrics and declared is None:
        raise TaskFileError(
            f"{task.task} says nothing of its judge, so --judge has nothing to ask: metadata.lalm.judge is missing",
            where=str(task.yaml_path),
            hint="judge: {model: MODEL, prompt: FILE.md, parse: NAME.1}   (docs/task_yaml.md)",
        )
    if options.choice != "live" or not task.judged_metrics or declared is None:
        return None
    prompts = declared.prompts
    if options.prompt is not None:  # for those documents only that the task's own prompts cover
        prompts = dict.fromkeys(prompts, read_prompt(options.prompt))
    return replace(
        declared,
        model=options.model or declared.model,
        sampling=over(declared.sampling, options.sampling),
        prompts=prompts,
        retires=declared.retires if options.model in (None, declared.model) else None,
    )


def bind(task: YamlTask, options: JudgeOptions) -> TaskJudge | None:
    """Return the live judge of a task, ``None`` if it is not judged or the judge is not live.

    Raises:
        TaskFileError: a prompt file of the command line, or the task's canaries, are malformed.
        UsageError: the bridge of the command line does not fit the task or the judge.
    """
    spec = live_spec(task.spec, options)
    if spec is None:
        return None
    if options.panel is not None:
        return _bind_panel(task, spec, options, options.panel)
    if options.adapter is not None:
        judge_generation(spec.sampling, options.adapter)
    content = [
        RENDERER if options.fenced else BARE,
        {value: prompt.hash for value, prompt in spec.prompts.items()},
        dict(spec.sampling),
        spec.samples,
        spec.repeats,
        spec.strip,
    ]
    identity = f"{spec.model}@{spec.parse}#{short_hash(content)}"
    bridge = options.bridge
    return TaskJudge(
        task,
        spec,
        id=identity,
        fenced=options.fenced,
        endpoint=PLACE if options.adapter else ClientOptions(base_url=options.base_url).shown_url,
        canaries=task.canaries,
        accepted=options.accepted,
        bridge=None if bridge is None else bridge.of(task.spec, identity, spec.model),
    )


def _bind_panel(task: YamlTask, spec: JudgeSpec, options: JudgeOptions, panel: Panel) -> TaskJudge:
    """Return the panel of a task: its id covers the judges in the order of their names, rule and quorum."""
    members = tuple(
        judge for member in options.members if (judge := bind(task, member)) is not None
    )
    rule = rule_of(sorted(task.spec.judged_metrics), panel.reduce)
    spec = replace(spec, model=f"{spec.model}.{rule}")
    content = [sorted(member.id for member in members), rule, panel.quorum]
    return TaskJudge(
        task,
        spec,
        id=f"{spec.model}@{spec.parse}#{short_hash(content)}",
        fenced=options.fenced,
        canaries=task.canaries,
        panel={
            "reduce": panel.reduce,
            "quorum": panel.quorum,
            "judges": [
                {
                    "id": member.id,
                    "endpoint": member.endpoint,
                    "model": member.spec.model,
                    "sampling": dict(member.spec.sampling),
                }
                for member in members
            ],
        },
        members=members,
    )


def judges_named(entries: Mapping[str, Mapping[str, Any]]) -> str:
    """Return the judge of a whole run, from the manifest entries of its tasks: for people and footnotes.

    >>> judges_named({"a": {"signature_parts": {"judge": "m@sakura.2#12"}, "judge": {"model": "m"}},
    ...               "b": {"signature_parts": {"judge": "none"}}})
    'openai:m'
    """
    models = {_named(entry["judge"]) for entry in entries.values() if entry.get("judge")}
    if models:
        return ", ".join(sorted(models))
    parts = {entry["signature_parts"]["judge"] for entry in entries.values()}
    return "replay" if "replay" in parts else "none"


def _named(judge: Mapping[str, Any]) -> str:
    if "panel" in judge:
        return str(judge["model"])
    bridge = judge.get("bridge")
    name = f"{judge['model']}~{bridge['official']['model']}" if bridge else str(judge["model"])
    return name if judge.get("endpoint") == PLACE else f"{PREFIX}{name}"
