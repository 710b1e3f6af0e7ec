"""Entry point of the ``harness`` command: exit codes, and no traceback for bad input."""

from __future__ import annotations

import errno
import os
import sys
from typing import NoReturn

import typer

from harness.cli.app import app
from harness.core.threads import calls_hang
from harness.errors import EXIT_ENVIRONMENT, EXIT_SIGINT, EXIT_SIGTERM, EXIT_USAGE, HarnessError

_COMMAND_LINE_ERROR: type[typer.BadParameter] = typer.BadParameter.__mro__[2]
"""Root of typer's usage errors: newer releases carry their own copy of click, so it is not imported."""

_DEVICE_ERRORS = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EIO, errno.EFBIG})


def main() -> NoReturn:
    """Entry point: run a verb and exit with its code.

    Bad input gives one clear message; a bug gives its traceback, without locals.
    """
    try:
        from harness.cli import (  # noqa: F401
            data,
            doctor,
            evaluate,
            export,
            gate,
            judge,
            leaderboard,
            models,
            score,
            status,
            tasks,
        )
        from harness.cli.installation import check_packages

        check_packages()
        code = _run()
        sys.stdout.flush()
    except HarnessError as error:
        typer.echo(f"error: {error}", err=True)
        code = error.exit_code
    except KeyboardInterrupt:
        typer.echo("interrupted", err=True)
        code = EXIT_SIGINT
    except BrokenPipeError:
        # the reader of a pipe went away (harness … | head): not an error of ours
        _drop_standard_output()
        code = EXIT_SIGTERM
    except OSError as error:
        if error.filename is None and error.errno in _DEVICE_ERRORS:
            _drop_standard_output()
            typer.echo(f"error: cannot write to standard output: {error.strerror}", err=True)
        elif error.errno == errno.ENAMETOOLONG:
            typer.echo(f"error: {error.strerror}: {str(error.filename)[:80]}…", err=True)
        else:
            raise
        code = EXIT_ENVIRONMENT
    _leave(code)


def _drop_standard_output() -> None:
    """What is still buffered goes nowhere, so that leaving does not fail again."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _run() -> int:
    try:
        result = app(standalone_mode=False, args=normalise_flags(sys.argv[1:]))
    except _COMMAND_LINE_ERROR as error:
        error.show()
        return EXIT_USAGE
    except typer.Abort:
        raise KeyboardInterrupt from None
    return result if isinstance(result, int) else 0


def normalise_flags(arguments: list[str]) -> list[str]:
    """Long flags may be written with ``_`` or ``-``; values are untouched.

    >>> normalise_flags(["--batch_size=4", "--output_path", "a_b"])
    ['--batch-size=4', '--output-path', 'a_b']
    """
    found = []
    for argument in arguments:
        if argument.startswith("--"):
            flag, equals, value = argument.partition("=")
            argument = flag.replace("_", "-") + equals + value
        found.append(argument)
    return found


def _leave(code: int) -> NoReturn:
    """Exit; a model that is still at work in its thread does not keep the process alive.

    Nor is the interpreter taken down around it: a thread that comes back from native code then would abort the process.
    """
    if calls_hang():
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)
    sys.exit(code)
