"""Calls of task code, and the errors about it."""

from __future__ import annotations

import sys
import sysconfig
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, NoReturn, TypeVar

from harness.core.task import TaskSpec
from harness.errors import HarnessError, TaskCodeError, interrupted

T = TypeVar("T")
PASSED_ON: Final = (HarnessError, MemoryError, KeyboardInterrupt)
"""What code of a task may raise without a fault; whatever else it raises is one, also ``asyncio.CancelledError``."""


def call(spec: TaskSpec, what: str, function: Callable[..., T], *args: Any, **named: Any) -> T:
    """Call code of a task.

    Args:
        spec: the task.
        what: the call as a message names it, such as ``score() of item 'c1'``.
        function: the code.
        *args: its arguments.
        **named: its arguments by name.

    Raises:
        TaskCodeError: the code raised something; the message says where.
        HarnessError: what the code raises on purpose.
        KeyboardInterrupt: Ctrl-C came meanwhile, whatever the code made of it.
    """
    try:
        return function(*args, **named)
    except PASSED_ON:
        raise
    except BaseException as error:
        if interrupted(error):
            raise KeyboardInterrupt from error
        raise TaskCodeError(
            f"{spec.task}: {what} raised {describe(error)}",
            where=place_of(error) or _file_of(function),
            hint="this is code of the task: mend it there",
        ) from error


def describe(error: BaseException) -> str:
    """Return type and message of an exception in one short line."""
    text = " ".join(str(error).split())
    return f"{type(error).__name__}: {text[:200]}" if text else type(error).__name__


def place_of(error: BaseException) -> str | None:
    """Return file and line where an exception was raised, in installed packages only if nothing else called them."""
    frames = [
        frame for frame in traceback.extract_tb(error.__traceback__) if frame.filename != __file__
    ]
    own = [frame for frame in frames if not _is_installed(frame.filename)]
    last = (own or frames)[-1:]
    return f"{last[0].filename}:{last[0].lineno}" if last else None


def _is_installed(file: str) -> bool:
    """Tell whether a file is part of Python or of a package, so that its author did not write the task."""
    if file.startswith("<"):
        return True
    folders = (sysconfig.get_path("stdlib"), *(one for one in sys.path if "site-packages" in one))
    return any(Path(file).is_relative_to(folder) for folder in folders)


def refuse(spec: TaskSpec, message: str, *, key: str, hint: str | None = None) -> NoReturn:
    """Raise the error about a function of the task that a YAML key names."""
    ref = spec.functions.get(key)
    where = spec.where(key)
    if ref is not None:
        where = f"{where} (!function {ref.module}.{ref.name})"
    raise TaskCodeError(f"{spec.task}: {message}", where=where, hint=hint)


def _file_of(function: Callable[..., Any]) -> str | None:
    code = getattr(getattr(function, "func", function), "__code__", None)
    return None if code is None else f"{code.co_filename}:{code.co_firstlineno}"
