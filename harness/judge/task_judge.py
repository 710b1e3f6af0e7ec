"""The live judge of one task: its declaration with everything from the command line applied."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from harness.core.keys import digest, short_hash
from harness.core.scoring import Document
from harness.core.task import TaskSpec
from harness.judge.options import PREFIX, JudgeOptions
from harness.judge.prompt import BARE, RENDERER, render
from harness.task_loading.judge_block import JudgeSpec, read_prompt, task_judge
from harness.task_loading.task import YamlTask
from model_adapters.services.chat_client import ClientOptions


@dataclass(frozen=True, slots=True)
class TaskJudge:
    """The live judge of one task.

    Attributes:
        spec: votes, repeats, prompts, with everything from the command line applied.
        id: ``MODEL@PARSER#HASH``.
        fenced: model output is fenced off as data.
        endpoint: URL of its service, without anything secret; recorded, not part of the id.
    """

    spec: JudgeSpec
    id: str
    fenced: bool = True
    endpoint: str = ""

    def messages(self, task: YamlTask, doc: Document, response: Any) -> list[dict[str, str]] | None:
        """The request about one reply, ``None`` if its verdict needs no call."""
        prompt = self.spec.prompt(doc)
        slots = task.judge_slots(doc, response) if prompt is not None else None
        if prompt is None or slots is None:
            return None
        return render(prompt, slots, fenced=self.fenced)

    def request_hash(self, messages: Sequence[Mapping[str, str]]) -> str:
        """Content key of a request: model, messages, sampling."""
        return digest([self.spec.model, list(messages), dict(self.spec.sampling)])

    def manifest_entry(self) -> dict[str, Any]:
        """What the manifest says about this judge."""
        spec = self.spec
        return {
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


def bind(spec: TaskSpec, options: JudgeOptions) -> TaskJudge | None:
    """The live judge of a task, ``None`` if it is not judged or the judge is not live.

    Raises:
        TaskFileError: the task's judge block or a prompt file is malformed.
    """
    if options.choice != "live" or not spec.judged_metrics:
        return None
    declared = task_judge(spec)
    if declared is None:
        return None
    found = declared
    if options.model is not None:
        found = replace(found, model=options.model)
    if options.sampling:
        found = replace(found, sampling={**found.sampling, **options.sampling})
    if options.prompt is not None:
        own = read_prompt(options.prompt)
        found = replace(found, chooser=None, prompts={"": own})
        if (
            declared.chooser is not None
        ):  # only documents that the task's own prompts cover are judged
            found = replace(
                found, chooser=declared.chooser, prompts=dict.fromkeys(declared.prompts, own)
            )
    content = [
        RENDERER if options.fenced else BARE,
        {value: prompt.hash for value, prompt in found.prompts.items()},
        dict(found.sampling),
        found.samples,
        found.repeats,
        found.strip,
    ]
    identity = f"{found.model}@{found.parse}#{short_hash(content)}"
    endpoint = ClientOptions(base_url=options.base_url).shown_url
    return TaskJudge(found, identity, options.fenced, endpoint)


def check_renders(judge: TaskJudge, task: YamlTask, documents: Iterable[Document]) -> None:
    """Render a request of the first document that is judged, before anything is generated or paid.

    Raises:
        TaskFileError: the task says nothing to its judge, or the prompt has a slot that it does not fill.
    """
    task.check_judge()
    for doc in documents:
        if judge.messages(task, doc, "a reply") is not None:
            return


def judges_named(entries: Mapping[str, Mapping[str, Any]]) -> str:
    """The judge of a whole run, from the manifest entries of its tasks: for people and footnotes.

    >>> judges_named({"a": {"signature_parts": {"judge": "m@sakura.1#12"}, "judge": {"model": "m"}},
    ...               "b": {"signature_parts": {"judge": "none"}}})
    'openai:m'
    """
    models = {entry["judge"]["model"] for entry in entries.values() if entry.get("judge")}
    if models:
        return ", ".join(f"{PREFIX}{model}" for model in sorted(models))
    parts = {entry["signature_parts"]["judge"] for entry in entries.values()}
    return "replay" if "replay" in parts else "none"
