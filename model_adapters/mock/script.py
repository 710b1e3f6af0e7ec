"""Scripts of ``mock:script:FILE``: JSON or YAML that maps an item to what happens to it.

A key is ``TASK/ID``, ``ID``, ``audio:SHA256`` for a prompt whose first clip has these bytes, or ``*`` for every other item, and the first of
these that fits counts: a model of known behaviour listens by the third and reads by the second. A value is the reply itself, or a mapping:

``text``       the reply
``reasoning``  reasoning text
``finish``     ``stop``, ``length``, ``filter`` or ``refusal``
``usage``      token counts
``error``      kind of error; then ``message`` and ``retryable`` (true unless said otherwise)
``times``      the error ends after this many attempts, and the reply follows; without it, never
``latency``    seconds before the answer
``hang``       true: the call never returns
``die``        true: the adapter raises, as if its process had died
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, cast

from harness.errors import InputFileError, UnknownNameError, UsageError
from harness.types import Audio, ErrorInfo, Finish, Response

_FIELDS: Final = {
    "text": str,
    "reasoning": str,
    "finish": str,
    "usage": dict,
    "error": str,
    "message": str,
    "retryable": bool,
    "times": int,
    "latency": (int, float),
    "hang": bool,
    "die": bool,
}
_FINISHES: Final = ("stop", "length", "filter", "refusal")


@dataclass(frozen=True)
class Entry:
    """Script of one item. ``times`` is ``None`` for an error that never ends."""

    reply: Response
    error: ErrorInfo | None = None
    times: int | None = None
    latency: float = 0.0
    hang: bool = False
    die: bool = False

    def on_attempt(self, attempt: int) -> Response:
        """Return the outcome of the ``attempt``-th call (from 0)."""
        if self.error is not None and (self.times is None or attempt < self.times):
            return Response(None, error=self.error)
        return self.reply


@dataclass(frozen=True)
class Script:
    """A parsed script file, the sha256 of its bytes, and whether an answer depends on a clip."""

    entries: dict[str, Entry]
    sha256: str
    listens: bool = False

    def entry(self, task: str, item_id: str, clip: Audio | None = None) -> Entry | None:
        """Return the entry of an item: ``TASK/ID``, else ``ID``, else that of its clip, else ``*``."""
        for key in (f"{task}/{item_id}", item_id):
            if key in self.entries:
                return self.entries[key]
        if clip is not None and self.listens and (key := f"audio:{clip.sha256}") in self.entries:
            return self.entries[key]
        return self.entries.get("*")


def read_script(path: str | Path) -> Script:
    """Read a script file.

    Raises:
        UsageError: there is no such file.
        InputFileError: it is malformed.
    """
    path = Path(path).expanduser()
    try:
        data = path.read_bytes()
    except OSError as error:
        raise UsageError(f"cannot read script: {error.strerror}", where=str(path)) from error
    content = _parse(data, path)
    if not isinstance(content, dict):
        raise InputFileError("expected a mapping of ids to replies", where=str(path))
    entries = {str(key): _entry(value, f"{path}, {key}") for key, value in content.items()}
    listens = any(key.startswith("audio:") for key in entries)
    return Script(entries, hashlib.sha256(data).hexdigest(), listens)


def _parse(data: bytes, path: Path) -> Any:
    if path.suffix == ".json":
        try:
            return json.loads(data)
        except json.JSONDecodeError as error:
            raise InputFileError(
                f"invalid JSON: {error.msg}", where=f"{path}:{error.lineno}"
            ) from error
        except UnicodeDecodeError as error:
            raise InputFileError(f"not UTF-8: {error.reason}", where=str(path)) from error
    import yaml

    try:
        return yaml.safe_load(data)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f"{path}:{mark.line + 1}" if mark else str(path)
        raise InputFileError(f"invalid YAML: {error}", where=where) from error


def _entry(value: object, where: str) -> Entry:
    if value is None or isinstance(value, str):
        return Entry(Response(value))
    if isinstance(value, bool | int | float):
        return Entry(Response(str(value)))
    if not isinstance(value, dict):
        raise InputFileError(
            f"expected a reply or a mapping, found {type(value).__name__}", where=where
        )
    for name, content in value.items():
        if name not in _FIELDS:
            raise UnknownNameError(
                "field", str(name), _FIELDS, hint=f"in {where}; fields are: {', '.join(_FIELDS)}"
            )
        if not isinstance(content, _FIELDS[name]):  # type: ignore[arg-type]
            raise InputFileError(f"field {name!r} has the wrong type: {content!r}", where=where)
    finish = value.get("finish", "stop")
    if finish not in _FINISHES:
        raise InputFileError(
            f"finish is {finish!r}, expected one of {', '.join(_FINISHES)}", where=where
        )
    error = None
    if "error" in value:
        kind = value["error"]
        message = value.get("message", f"scripted {kind}")
        error = ErrorInfo(kind, message, retryable=value.get("retryable", True))
    return Entry(
        Response(
            value.get("text"),
            reasoning=value.get("reasoning"),
            finish=cast("Finish", finish),
            usage=value.get("usage"),
        ),
        error=error,
        times=value.get("times"),
        latency=float(value.get("latency", 0.0)),
        hang=value.get("hang", False),
        die=value.get("die", False),
    )
