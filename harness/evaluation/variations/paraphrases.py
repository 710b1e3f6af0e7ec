"""``--paraphrase FILE``: the same items with their prompt in other words.

The file is strict YAML: a list ``paraphrases``, each with a ``name`` and what it changes. ``text`` is a whole template in place of
the task's, ``replace`` maps pieces of the rendered prompt to others, ``before`` and ``after`` are added to it, ``system`` is the
system prompt, ``tasks`` limits it to some tasks. One with a name alone is the prompt as it is.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

from harness.core.keys import short_hash
from harness.core.messages import Audio, Message
from harness.core.scoring import Document
from harness.errors import TaskFileError, UsageError
from harness.task_loading.prompts import Paraphrase, PromptedTask
from harness.task_loading.yaml_file import YamlFile, load_yaml

MOST: Final = 100
"""Paraphrases of a file."""
_TEXTS: Final = ("text", "before", "after", "system")
_KEYS: Final = ("name", *_TEXTS, "replace", "tasks")
_NAME: Final = re.compile(r"[\w][\w.-]{0,39}")


def read_paraphrases(path: Path | None) -> tuple[Paraphrase, ...]:
    """Read the paraphrases of a file; none without a file.

    Raises:
        TaskFileError: the file is malformed, with its line.
    """
    if path is None:
        return ()
    file = load_yaml(path)
    file.check()
    if unknown := [key for key in file.data if key != "paraphrases"]:
        raise TaskFileError(
            f"unknown key {unknown[0]!r}", where=file.where(unknown[0]), hint="paraphrases: [ … ]"
        )
    given = file.data.get("paraphrases")
    if not isinstance(given, list) or not 1 <= len(given) <= MOST:
        raise TaskFileError(
            f"'paraphrases' is a list of 1 to {MOST} mappings", where=file.where("paraphrases")
        )
    found = [_paraphrase(file, number, one) for number, one in enumerate(given)]
    seen: dict[str, int] = {}
    for number, one in enumerate(found):
        if one.name in seen:
            raise TaskFileError(
                f"the name {one.name!r} is given twice",
                where=file.where("paraphrases", str(number), "name"),
            )
        seen[one.name] = number
    return tuple(found)


def _paraphrase(file: YamlFile, number: int, given: Any) -> Paraphrase:
    def where(*keys: str) -> str:
        return file.where("paraphrases", str(number), *keys)

    if not isinstance(given, Mapping):
        raise TaskFileError("a paraphrase is a mapping with a name", where=where())
    for key in given:
        if key not in _KEYS:
            raise TaskFileError(
                f"unknown key {key!r}", where=where(str(key)), hint=f"keys: {', '.join(_KEYS)}"
            )
    name = given.get("name")
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        raise TaskFileError(
            f"the name is {name!r}, expected up to 40 letters, digits, dots, dashes and underscores",
            where=where("name"),
        )
    for key in _TEXTS:
        if key in given and (not isinstance(given[key], str) or not given[key]):
            raise TaskFileError(f"{key!r} is {given[key]!r}, expected a text", where=where(key))
    pieces = given.get("replace", {})
    if not isinstance(pieces, Mapping) or not all(
        isinstance(part, str) and (old or part is new)
        for old, new in pieces.items()
        for part in (old, new)
    ):
        raise TaskFileError("'replace' maps pieces of the prompt to texts", where=where("replace"))
    tasks = given.get("tasks", [])
    tasks = [tasks] if isinstance(tasks, str) else tasks
    if not isinstance(tasks, list) or not all(isinstance(one, str) and one for one in tasks):
        raise TaskFileError("'tasks' is a list of task names", where=where("tasks"))
    return Paraphrase(
        name,
        text=given.get("text"),
        before=given.get("before", ""),
        after=given.get("after", ""),
        replace=tuple(pieces.items()),
        system=given.get("system"),
        tasks=frozenset(tasks),
        where=where(),
    )


def of_task(found: tuple[Paraphrase, ...], task: str) -> tuple[Paraphrase, ...]:
    """Return the paraphrases that are for a task.

    Raises:
        UsageError: there is none.
    """
    kept = tuple(one for one in found if not one.tasks or task in one.tasks)
    if found and not kept:
        raise UsageError(
            f"no paraphrase is for {task}",
            where="--paraphrase",
            hint="name the task in the key tasks of one, or leave the key out",
        )
    return kept


def paraphrase_part(found: tuple[Paraphrase, ...]) -> str:
    """Return the part of a signature that names paraphrases: how many, and a hash of their content.

    >>> paraphrase_part((Paraphrase("plain"), Paraphrase("brief", after=" Be brief.")))
    '2#59e81a'
    """
    return f"{len(found)}#{short_hash([one.content() for one in found])}"


def check_prompts(
    task: PromptedTask, found: tuple[Paraphrase, ...], doc: Document, vary: Callable[..., Document]
) -> None:
    """Refuse a paraphrase that changes nothing, or nothing but what another one does.

    Args:
        task: the task, with its paraphrases.
        found: the paraphrases.
        doc: a document.
        vary: gives the document for one of them.

    Raises:
        UsageError: names the paraphrase.
        TaskFileError: its template cannot be rendered.
    """
    seen: dict[Any, str] = {}
    for one in found:
        prompt = tuple(_form(message) for message in task.messages(vary(doc, one)))
        if prompt in seen:
            raise UsageError(
                f"the paraphrases {seen[prompt]} and {one.name} give {task.spec.task} the same prompt",
                where=one.where or "--paraphrase",
                hint="the pieces in its 'replace' must be in the prompt: see --dry-run",
            )
        seen[prompt] = one.name


def _form(message: Message) -> Any:
    return (
        message.role,
        tuple(None if isinstance(part, Audio) else part.text for part in message.parts),
    )
