"""``harness tasks validate``: task files, their data and a few rendered prompts, before a model is asked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from harness.core.messages import Message
from harness.errors import AudioError, HarnessError, MissingDataError, UsageError
from harness.task_loading.groups import inline_tasks, load_task
from harness.task_loading.index import yaml_files
from harness.task_loading.prompts import PromptedTask
from harness.task_loading.schema import is_fragment, is_group
from harness.task_loading.specs import check_supported, data_folder
from harness.task_loading.yaml_file import load_yaml

SHOWN: Final = 3
"""Items whose prompt is rendered and whose clip is opened."""


@dataclass(frozen=True, slots=True)
class Example:
    """One rendered item.

    Attributes:
        id: its id.
        messages: the prompt.
        reference: what scoring compares with.
        seconds: length of its clips together.
    """

    id: str
    messages: tuple[Message, ...]
    reference: object
    seconds: float


@dataclass(frozen=True, slots=True)
class Validated:
    """Result of the examination of one task.

    Attributes:
        task: its id, or the path of a file that declares none that can be read.
        path: its file.
        items: items that are there.
        absent: items whose clip is absent.
        examples: the first items, rendered.
        error: what is wrong, ``None`` if nothing is.
    """

    task: str
    path: Path
    items: int = 0
    absent: int = 0
    examples: tuple[Example, ...] = field(default=())
    error: HarnessError | None = None


def validate(
    paths: Sequence[Path], *, data: Mapping[str, Path] | None = None, trusted: bool = False
) -> Iterator[Validated]:
    """Examine task files and the task files of folders.

    Args:
        paths: files and folders.
        data: folder of a benchmark's data by its name.
        trusted: code of the files may run.

    Raises:
        UsageError: a path is neither a file nor a folder, or a folder has no task files.
    """
    for path in paths:
        if path.is_dir():
            files = [file for file in yaml_files(path) if not is_fragment(file)]
            if not files:
                raise UsageError("has no task files", where=str(path))
        elif path.is_file():
            files = [path]
        else:
            raise UsageError("is neither a file nor a folder", where=str(path))
        for file in files:
            yield from _file(file, data or {}, trusted=trusted)


def _file(path: Path, data: Mapping[str, Path], *, trusted: bool) -> Iterator[Validated]:
    try:
        found = load_yaml(path)
        if not ({"task", "group"} & found.data.keys()):
            return
        names = [*inline_tasks(found)] if is_group(found) else [str(found.data["task"])]
    except HarnessError as error:
        yield Validated(str(path), path, error=error)
        return
    for name in names:
        try:
            yield _task(name, path, data, trusted=trusted)
        except HarnessError as error:
            yield Validated(name, path, error=error)


def _task(name: str, path: Path, data: Mapping[str, Path], *, trusted: bool) -> Validated:
    spec = load_task(path, name)
    check_supported(spec)
    task = PromptedTask(spec, folder=data_folder(spec.benchmark, data), trusted=trusted)
    task.check()
    documents = task.documents()
    absent = len(documents.info.absent)
    if not len(documents):
        raise MissingDataError(
            f"{name} has no items in {documents.info.source}",
            hint=f"the clips of {absent} items are absent" if absent else None,
        )
    task.probe(documents, task.facts(documents))
    examples = []
    for position in range(min(SHOWN, len(documents))):
        document = documents[position]
        try:
            seconds = sum(clip.seconds for clip in document.get("_audio") or ())
        except AudioError as error:
            raise MissingDataError(
                f"item {document['_id']}: {error.message}", where=documents.info.source
            ) from error
        examples.append(
            Example(
                str(document["_id"]), task.messages(document), task.reference(document), seconds
            )
        )
    return Validated(name, path, len(documents), absent, tuple(examples))
