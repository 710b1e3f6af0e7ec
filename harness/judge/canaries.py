"""Judge health: items with a known grade that ride along with every judge and task.

A benchmark keeps them in ``_judge_canaries.yaml`` beside its tasks: a document, a reply, and the
verdict that any sound judge gives. They are asked like any other item, and their agreement stands
beside the scores, so that a judge that was swapped, misconfigured or talked round is seen.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import yaml

from harness.core.scoring import Document
from harness.errors import TaskFileError
from harness.run.attempts import AttemptKey
from harness.task_loading.judge_block import JudgeSpec
from harness.task_loading.task import YamlTask

CANARY: Final = "canary:"
"""Ids of canaries in ``judgements.jsonl`` start with this."""
FILE: Final = "_judge_canaries.yaml"
_KEYS: Final = frozenset({"doc", "expect", "id", "response"})


@dataclass(frozen=True, slots=True)
class Canary:
    """An item with a known grade.

    Attributes:
        id: its name.
        fields: fields of its document.
        response: the reply under judgement.
        expect: verdicts that a sound judge gives, as ``judge_grade`` writes them.
    """

    id: str
    fields: Mapping[str, Any]
    response: str
    expect: tuple[str, ...]

    def document(self, task: YamlTask) -> Document:
        """Its document for a task."""
        return {**self.fields, "_id": f"{CANARY}{self.id}", "_params": dict(task.parameters)}


def canaries(folder: Path, spec: JudgeSpec) -> tuple[Canary, ...]:
    """Canaries of the prompts of a judge; none if the benchmark has no such file.

    Raises:
        TaskFileError: the file is malformed.
    """
    path = folder / FILE
    if not path.is_file():
        return ()
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise TaskFileError(f"invalid YAML: {error}", where=str(path)) from error
    if not isinstance(content, dict):
        raise TaskFileError("expected a mapping of prompt names to items", where=str(path))
    found = []
    for name in dict.fromkeys(prompt.id for prompt in spec.prompts.values()):
        for number, item in enumerate(content.get(name) or []):
            where = f"{path}: {name}[{number}]"
            if not isinstance(item, dict) or item.keys() != _KEYS:
                raise TaskFileError(f"an item has the keys {', '.join(sorted(_KEYS))}", where=where)
            expect = item["expect"] if isinstance(item["expect"], list) else [item["expect"]]
            if not isinstance(item["doc"], dict) or not isinstance(item["response"], str):
                raise TaskFileError("'doc' is a mapping and 'response' a text", where=where)
            found.append(
                Canary(str(item["id"]), item["doc"], item["response"], tuple(map(str, expect)))
            )
    return tuple(found)


def health(
    task: YamlTask,
    judge: str,
    known: Iterable[Canary],
    judgements: Mapping[AttemptKey, list[dict[str, Any]]],
) -> dict[str, Any] | None:
    """Agreement of one judge with the known grades of one task, ``None`` if it was not tested."""
    wrong, tested = [], 0
    for canary in known:
        lines = judgements.get((task.spec.task, f"{CANARY}{canary.id}", 0), [])
        replies = [line["reply"] for line in lines if line.get("judge") == judge]
        if not replies:
            continue
        tested += 1
        grade = task.judge_grade(canary.document(task), replies[0])
        if grade not in canary.expect:
            wrong.append({"id": canary.id, "expected": list(canary.expect), "found": grade})
    if not tested:
        return None
    return {"judge": judge, "agreed": tested - len(wrong), "n": tested, "wrong": wrong}
