"""``harness judge show TASK``: the request that the judge of a task gets, rendered for a real item."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from harness.errors import UsageError
from harness.judge.options import judge_options
from harness.judge.task_judge import bind
from harness.settings import Settings
from harness.task_loading.index import load_index
from harness.task_loading.specs import data_folder, load_spec, yaml_location
from harness.task_loading.task import YamlTask

SAMPLE_REPLY = "(the model's reply stands here)"


@dataclass(frozen=True, slots=True)
class Shown:
    """A judge and one of its requests.

    Attributes:
        task: task id.
        judge: what the manifest would say about the judge.
        item: id of the item; ``canary:…`` if the benchmark's data is not at hand.
        body: the request.
    """

    task: str
    judge: dict[str, Any]
    item: str
    body: dict[str, Any]

    def as_json(self) -> dict[str, Any]:
        """Return the plain form for ``--json``."""
        return {"task": self.task, "judge": self.judge, "item": self.item, "request": self.body}

    def lines(self) -> list[str]:
        """Return the lines of the report for people."""
        judge = self.judge
        prompts = ", ".join(f"{name}#{digest}" for name, digest in judge["prompts"].items())
        text = [
            f"judge     {judge['id']}",
            f"sampling  {judge['sampling']}",
            f"votes     {judge['samples']} ({judge['reducer']}), "
            f"{judge['repeats']} repeat of an unreadable one in the strict reading",
            f"parser    {judge['parse']}",
            f"prompts   {prompts}",
            f"item      {self.item}",
        ]
        for message in self.body["messages"]:
            text += ["", f"[{message['role']}]", *message["content"].split("\n")]
        return text


def show(settings: Settings, response: str | None = None) -> Shown:
    """Render the judge request of a task's first judged item.

    Args:
        settings: task, data folders and judge flags.
        response: the reply under judgement.

    Raises:
        UsageError: the task has no judge.
    """
    entries = load_index(settings.include_path, allow_shadowing=settings.allow_shadowing).resolve(
        settings.tasks
    )
    if len(entries) != 1:
        raise UsageError(f"{settings.tasks[0]!r} names {len(entries)} tasks; one is shown")
    spec = load_spec(entries[0])
    folder = data_folder(spec.benchmark, settings.data)
    at_hand = folder is not None or bool(settings.revision) or yaml_location(spec) is not None
    task = YamlTask(
        spec,
        folder=folder,
        revision=settings.revision.get(spec.benchmark),
        trusted=settings.trust_task_code,
    )
    options = judge_options(settings, has_replies=False, ask=False)
    judge = bind(task, replace(options, choice="live"))
    if judge is None:
        raise UsageError(
            f"{spec.task} has no judge", hint="harness tasks list marks judged metrics"
        )
    task.check_judge()
    shown = response if response is not None else SAMPLE_REPLY
    docs: list[tuple[str, dict[str, Any], str]]
    if at_hand:
        docs = [(str(doc["_id"]), doc, shown) for doc in task.documents()]
    else:  # nothing is fetched to show a prompt
        docs = [
            (canary.doc["_id"], canary.doc, response or canary.response)
            for canary in judge.canaries
        ]
    for name, doc, reply in docs:
        messages = judge.messages(doc, reply)
        if messages is not None:
            body = {"model": judge.spec.model, "messages": messages, **judge.spec.sampling}
            return Shown(spec.task, dict(judge.manifest_entry()), name, body)
    raise UsageError(
        f"{spec.task} has no item that a judge looks at",
        hint=f"--data {spec.benchmark}=FOLDER for a downloaded copy",
    )
