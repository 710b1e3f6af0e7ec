"""Items with a known grade that ride along with every judge and task, to test the judge.

A benchmark keeps them in ``_judge_canaries.yaml`` next to its tasks: a document, a reply, and the
verdict that any sound judge gives.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import yaml

from harness.core.judge_spec import CANARY, Canary
from harness.core.task import TaskSpec
from harness.errors import TaskFileError
from harness.task_loading.yaml_file import read_text

FILE: Final = "_judge_canaries.yaml"
_KEYS: Final = frozenset({"doc", "expect", "id", "response"})


def read_canaries(spec: TaskSpec, parameters: Mapping[str, Any]) -> tuple[Canary, ...]:
    """Read the canaries of the prompts of a task's judge; there are none without a judge or a file.

    Args:
        spec: the task.
        parameters: its ``dataset_kwargs``, which every document carries.

    Raises:
        TaskFileError: the file is malformed.
    """
    path = spec.yaml_path.parent / FILE
    if spec.judge is None or not path.is_file():
        return ()
    content = _content(path)
    canaries = []
    for name in dict.fromkeys(prompt.id for prompt in spec.judge.prompts.values()):
        for number, item in enumerate(content.get(name) or []):
            where = f"{path}: {name}[{number}]"
            if not isinstance(item, dict) or item.keys() != _KEYS:
                raise TaskFileError(f"an item has the keys {', '.join(sorted(_KEYS))}", where=where)
            expect = item["expect"] if isinstance(item["expect"], list) else [item["expect"]]
            if not isinstance(item["doc"], dict) or not isinstance(item["response"], str):
                raise TaskFileError("'doc' is a mapping and 'response' a text", where=where)
            own = str(item["id"])
            doc = {**item["doc"], "_id": f"{CANARY}{own}", "_params": dict(parameters)}
            canaries.append(Canary(own, doc, item["response"], tuple(map(str, expect))))
    return tuple(canaries)


def _content(path: Path) -> dict[str, Any]:
    try:
        content = yaml.safe_load(read_text(path))
    except yaml.YAMLError as error:
        raise TaskFileError(f"invalid YAML: {error}", where=str(path)) from error
    if not isinstance(content, dict):
        raise TaskFileError("expected a mapping of prompt names to items", where=str(path))
    return content
