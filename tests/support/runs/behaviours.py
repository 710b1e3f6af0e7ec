"""Models of known behaviour on the quickstart choices: one listens, one reads the question alone, one always says B."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from harness.evaluation.plan import PlannedTask, plan_tasks
from harness.settings import Settings
from harness.types import Audio

KNOWN = 7
"""Items of twelve whose answer the reader knows without listening."""


def choices() -> PlannedTask:
    """The planned task."""
    return plan_tasks(Settings("mock:hash", ("quickstart_choice",), judge="none")).tasks[0]


def models(folder: Path) -> Mapping[str, str]:
    """Return the models by behaviour; scripts are written into a folder.

    ``listens`` says the text that belongs to a clip, ``reads`` that of an item, right for the first ``KNOWN``; ``always-b`` a letter.
    """
    task = choices()
    heard, known = {"*": "I cannot tell."}, {}
    for number, doc in enumerate(task.documents):
        clip = next(
            part
            for message in task.task.messages(doc)
            for part in message.parts
            if isinstance(part, Audio)
        )
        heard[f"audio:{clip.sha256}"] = doc["answer"]
        wrong = next(text for text in doc["options"] if text != doc["answer"])
        known[doc["_id"]] = doc["answer"] if number < KNOWN else wrong
    found = {"always-b": "mock:fixed:B"}
    for name, script in (("listens", heard), ("reads", known)):
        path = folder / f"{name}.json"
        path.write_text(json.dumps(script), encoding="utf-8")
        found[name] = f"mock:script:{path}"
    return found
