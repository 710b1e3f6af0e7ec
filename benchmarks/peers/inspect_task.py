"""The task for inspect_ai, which runs it in its own environment; ``-T data=FILE`` names the items."""

from __future__ import annotations

import json
from pathlib import Path

from inspect_ai import Task, task
from inspect_ai.dataset import MemoryDataset, Sample
from inspect_ai.model import ChatMessageUser, ContentAudio, ContentText
from inspect_ai.scorer import match
from inspect_ai.solver import generate


@task
def peers(data: str) -> Task:
    """Return one sample an item: the clip, then the question."""
    samples = []
    for line in Path(data).read_text(encoding="utf-8").splitlines():
        item = json.loads(line)
        content = [
            ContentAudio(audio=item["audio"], format="wav"),
            ContentText(text=item["question"]),
        ]
        samples.append(
            Sample(
                id=item["number"],
                input=[ChatMessageUser(content=content)],
                target=item["answer"],
            )
        )
    return Task(dataset=MemoryDataset(samples), solver=generate(), scorer=match())
