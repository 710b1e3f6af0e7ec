"""Every error the harness raises on purpose, and the exit code that the command line gives it.

    HarnessError                     root; carries message, where, hint and exit code
    ├── UsageError            2      wrong argument, task, field or file content
    │   ├── UnknownNameError  2      unknown task, model or adapter, with near matches
    │   ├── InputFileError    2      a file the user gave is malformed (file, line, field)
    │   ├── TaskFileError     2      a task YAML is malformed (file, line)
    │   │   └── TaskCodeError 2      code of a task raised, or returned what it may not
    │   ├── UnsupportedTaskError 2   a task that is listed and cannot be run, with the reason
    │   └── ComparabilityError 2     two runs that may not be compared
    ├── SetupError    4      missing dependency, data, key, or a locked run directory
    │   ├── MissingDependencyError 4
    │   ├── MissingKeyError   4      no key in the environment (``model_adapters.services.credentials``)
    │   ├── MissingDataError  4
    │   ├── RunLockedError    4
    │   └── StorageError      4      disk full, read-only or vanished
    │       └── LogLostError  3      a log was removed, moved or emptied while it was written
    ├── AdapterError          4      the model cannot be loaded, or its process died
    │   └── AudioDroppedError 4      the processor silently dropped the audio
    └── AudioError                   one clip cannot be read: an `error` item, never the end of a run

A message says what was found and what was expected; ``where`` names the file and line or the field;
``hint`` is the command or the change that mends it.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable

EXIT_OK = 0
EXIT_FOUND = 1
EXIT_USAGE = 2
EXIT_INCOMPLETE = 3
EXIT_ENVIRONMENT = 4
EXIT_INCONCLUSIVE = 5
EXIT_FAULT = 70
EXIT_SIGINT = 130
EXIT_SIGTERM = 143

FOREIGN = (Exception, SystemExit)
"""What code of models, tasks and plug-ins may raise: ``sys.exit`` in it is a failure like any other."""


SITE = "https://lalm-harness.github.io/lalm-harness/"
"""Address of the documentation; ``site_url`` of ``mkdocs.yml``."""


def page(name: str) -> str:
    """Return the address of a page that explains a message.

    Args:
        name: its file under ``docs/``; a benchmark's is ``benchmarks/NAME.md``. No anchor: redaction hides what follows
            a ``#`` in an address.

    >>> page("gate.md")
    'https://lalm-harness.github.io/lalm-harness/gate.html'
    """
    return SITE + name.removesuffix(".md") + ".html"


class HarnessError(Exception):
    """Root of all errors raised on purpose.

    Args:
        message: what was found and what was expected.
        where: file and line, field or argument, if there is one.
        hint: the command or the change that mends it.
    """

    exit_code = EXIT_USAGE
    explained: str | None = None
    """Page under ``docs/`` that explains errors of this class, if one does; the command line names its address."""

    def __init__(self, message: str, *, where: str | None = None, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.where = where
        self.hint = hint

    def __str__(self) -> str:
        text = f"{self.where}: {self.message}" if self.where else self.message
        return f"{text}\n  {self.hint}" if self.hint else text


class UsageError(HarnessError):
    """A wrong argument, task, field or file content (exit 2)."""


class UnknownNameError(UsageError):
    r"""An unknown task, model or adapter.

    >>> str(UnknownNameError("task", "sakura_anmal_single", ["sakura_animal_single", "mmsu"]))
    "unknown task 'sakura_anmal_single'\n  did you mean: sakura_animal_single?"
    """

    def __init__(
        self, what: str, name: str, known: Iterable[str], *, hint: str | None = None
    ) -> None:
        near = difflib.get_close_matches(name, dict.fromkeys(known), n=3, cutoff=0.5)
        suggestion = f"did you mean: {', '.join(near)}?" if near else None
        super().__init__(
            f"unknown {what} {name!r}",
            hint="\n  ".join(part for part in (suggestion, hint) if part) or None,
        )
        self.near = near


class InputFileError(UsageError):
    """A file that the user gave is malformed."""


class TaskFileError(UsageError):
    """A task YAML is malformed."""

    explained = "task_yaml.md"


class TaskCodeError(TaskFileError):
    """The code of a task raised an exception, or returned something of the wrong kind."""


class UnsupportedTaskError(UsageError):
    """A task is listed for completeness, and the message says why nothing can run or score it."""

    explained = "benchmarks.md"


class ComparabilityError(UsageError):
    """Two runs may not be compared, and the message says in what they differ."""

    explained = "readings.md"


class SetupError(HarnessError):
    """Something outside the command is missing: dependency, data, key, lock (exit 4)."""

    exit_code = EXIT_ENVIRONMENT


class MissingDependencyError(SetupError):
    """An optional package is not installed; the hint is the pip command."""

    explained = "recipes.md"


class MissingDataError(SetupError):
    """The benchmark's data is not available."""

    explained = "benchmarks.md"


class RunLockedError(SetupError):
    """Another process writes this run directory."""

    explained = "run_directory.md"


class StorageError(SetupError):
    """The run directory cannot be written: disk full, read-only, vanished."""

    explained = "reliability.md"


class LogLostError(StorageError):
    """A log was removed, moved or emptied while the run was under way: the run is incomplete (exit 3)."""

    exit_code = EXIT_INCOMPLETE


class AdapterError(SetupError):
    """The model cannot be loaded, or its process died."""

    explained = "adapters.md"


class AudioDroppedError(AdapterError):
    """The processor's output holds no audio features although the prompt has audio."""


class AudioError(HarnessError):
    """One clip cannot be read. The runner records an ``error`` item; it never ends a run."""


def first_error(errors: BaseExceptionGroup[BaseException]) -> BaseException:
    """Return the first real error inside nested task groups.

    >>> first_error(BaseExceptionGroup("", [ExceptionGroup("", [ValueError("x")])]))
    ValueError('x')
    """
    error: BaseException = errors
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error


def interrupted(error: BaseException | None) -> bool:
    """Return whether an exception came of Ctrl-C.

    ``KeyboardInterrupt`` may come out of an import as a ``RuntimeError`` (of ``__set_name__``, in Python 3.11) or as
    part of a group, and then only what the exception was raised from says so.

    >>> interrupted(RuntimeError())
    False
    >>> interrupted(ExceptionGroup("", [ValueError()]))
    False
    >>> interrupted(BaseExceptionGroup("", [ValueError(), KeyboardInterrupt()]))
    True
    """
    waiting, seen = [error], set[int]()
    while waiting:
        found = waiting.pop()
        if isinstance(found, KeyboardInterrupt):
            return True
        if found is not None and id(found) not in seen:
            seen.add(id(found))
            waiting += [found.__cause__, found.__context__]
            if isinstance(found, BaseExceptionGroup):
                waiting += found.exceptions
    return False
