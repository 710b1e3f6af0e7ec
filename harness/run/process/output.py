"""The process of a command: standard output is its own, and nobody else ends it.

Models, tasks and the libraries below them run in the process of the command. What they print, from Python or from
native code, at any time, goes to standard error: standard output holds a table or one JSON document and nothing else.
Code that ends the process under a command (``os._exit``) gives the documented exit code of a model that died.
"""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterator
from typing import Final, NoReturn, TextIO

from harness.errors import EXIT_ENVIRONMENT

_exit: Final = os._exit
_own: TextIO | None = None


def standard_output() -> TextIO:
    """Return the stream for what a command says; ``sys.stdout`` where nothing is reserved."""
    return sys.stdout if _own is None else _own


@contextlib.contextmanager
def reserved_output() -> Iterator[None]:
    """Keep standard output for ``standard_output()``; what anything else prints goes to standard error.

    Raises:
        OSError: what was said could not be written.
    """
    global _own
    outside = sys.stdout
    outside.flush()
    own = outside
    if _number(outside) == 1 and _number(sys.stderr) == 2:
        own = open(  # noqa: SIM115, PTH123
            os.dup(1),
            "w",
            encoding=outside.encoding,
            errors=outside.errors,
            buffering=1 if outside.isatty() else -1,
        )
        os.dup2(2, 1)
    _own, sys.stdout = own, sys.stderr
    try:
        yield
        own.flush()
    finally:
        _own, sys.stdout = None, outside
        if own is not outside:
            os.dup2(own.fileno(), 1)
            with contextlib.suppress(OSError):  # the reader went away: said already
                own.close()


def give_output_away() -> None:
    """Send to standard error what is printed while the interpreter ends."""
    if _number(sys.stdout) == 1 and _number(sys.stderr) == 2:
        with contextlib.suppress(OSError):
            os.dup2(2, 1)


def _number(stream: TextIO) -> int | None:
    """Return the descriptor of a stream, ``None`` if it has none (a captured one)."""
    try:
        return stream.fileno()
    except (OSError, ValueError, AttributeError):
        return None


def leave_now(code: int) -> NoReturn:
    """End the process at once, without the end of the interpreter."""
    _exit(code)


@contextlib.contextmanager
def own_exit() -> Iterator[None]:
    """Let ``os._exit`` of others end in the documented code, with a message; processes that they forked are theirs."""
    owner = os.getpid()

    def refused(status: int) -> NoReturn:
        if os.getpid() == owner:
            with contextlib.suppress(OSError, ValueError):
                print(exit_message(f"os._exit({status!r})"), file=sys.stderr, flush=True)  # noqa: T201
            status = EXIT_ENVIRONMENT
        _exit(status)

    os._exit = refused
    try:
        yield
    finally:
        os._exit = _exit


def exit_message(how: str) -> str:
    """Return what to say where code of a model or a task ended the command.

    >>> print(exit_message("sys.exit(0)"))
    error: code of the model or of a task ended the process: sys.exit(0)
      what was finished is kept: the same command goes on
    """
    return (
        f"error: code of the model or of a task ended the process: {how}\n"
        "  what was finished is kept: the same command goes on"
    )
