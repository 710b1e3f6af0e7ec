"""Entry point of the ``harness`` command: exit codes, and no traceback for bad input."""

from __future__ import annotations

import atexit
import contextlib
import errno
import functools
import gc
import io
import os
import signal
import sys
import traceback
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NoReturn

import typer
from typer.main import get_command

from harness.cli import telemetry
from harness.cli.app import ReaderGoneError, app
from harness.core import inert
from harness.core.redaction import redact_text
from harness.core.threads import calls_hang
from harness.errors import (
    EXIT_ENVIRONMENT,
    EXIT_FAULT,
    EXIT_SIGINT,
    EXIT_SIGTERM,
    EXIT_USAGE,
    HarnessError,
    interrupted,
    page,
)
from harness.run.process.output import exit_message, give_output_away, leave_now, own_exit

_COMMAND_LINE_ERROR: type[typer.BadParameter] = typer.BadParameter.__mro__[2]
"""Root of typer's usage errors: newer releases carry their own copy of click, so it is not imported."""

OPTIONAL_VALUES = {"--embed-audio": "25MB"}
"""Flags that may be given without ``=VALUE``, and the value that they have then."""
_DEVICE_ERRORS = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EIO, errno.EFBIG})
_LIMIT_ERRORS = frozenset({errno.EMFILE, errno.ENFILE, errno.ENOMEM, errno.EAGAIN})


def main(*, own_signals: bool = False) -> NoReturn:
    """Run a verb and exit with its code.

    Bad input gives one clear message. A fault of the harness itself writes a report and exits with 70, so that no CI
    takes it for a regression (1).

    Args:
        own_signals: Ctrl-C has its default action, which is to end the process; it is an exception while a verb is at
            work, and has its default action again when the process ends.
    """
    _open_standard_streams()
    code = EXIT_FAULT
    telemetry.silence()
    try:
        if own_signals:
            signal.signal(signal.SIGINT, signal.default_int_handler)
        from harness.cli.installation import check_packages

        check_packages()  # before the verbs, which import the other packages
        from harness.cli.verbs import register

        register()
        with own_exit():
            code = _run()
        sys.stdout.flush()
    except SystemExit as error:  # of code of others: our verbs return their code
        typer.echo(inert.message(exit_message(f"sys.exit({error.code!r})")), err=True)
        code = EXIT_ENVIRONMENT
    except HarnessError as error:
        typer.echo(inert.message(f"error: {redact_text(str(error))}"), err=True)
        if error.explained is not None:
            typer.echo(f"  more: {page(error.explained)}", err=True)
        code = EXIT_SIGINT if interrupted(error) else error.exit_code
    except KeyboardInterrupt:
        typer.echo("interrupted", err=True)
        code = EXIT_SIGINT
    except (BrokenPipeError, ReaderGoneError):
        # the reader of a pipe went away (harness … | head): not an error of ours
        _drop_standard_output()
        code = EXIT_SIGTERM
    except OSError as error:
        if error.filename is None and error.errno in _DEVICE_ERRORS:
            _drop_standard_output()
            typer.echo(f"error: cannot write to standard output: {error.strerror}", err=True)
            code = EXIT_ENVIRONMENT
        elif error.errno in _LIMIT_ERRORS:
            typer.echo(
                f"error: {error.strerror}: a limit of this process or machine (ulimit -a);"
                " what was finished is kept: the same command goes on",
                err=True,
            )
            code = EXIT_ENVIRONMENT
        elif error.filename is not None:
            name = str(error.filename)
            shown = inert.line(name[:80]) + "…" * (len(name) > 80)
            typer.echo(f"error: {error.strerror}: {shown}", err=True)
            code = EXIT_ENVIRONMENT
        else:
            code = _report_fault(error)
    except MemoryError:
        typer.echo("error: out of memory; what was finished is in the run directory", err=True)
        code = EXIT_ENVIRONMENT
    except RuntimeError as error:
        code = _report_links(error) or _report_fault(error)
    except BaseException as error:  # noqa: BLE001  (the last resort: no crash may look like a verdict)
        code = _report_fault(error)
    if own_signals:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
    _leave(code)


def _report_links(error: RuntimeError) -> int | None:
    """Say that links lead in a circle, which ``Path.resolve`` raises as a bare ``RuntimeError``; ``None`` for any other."""
    if not str(error).startswith("Symlink loop from "):
        return None
    name = str(error).removeprefix("Symlink loop from ")
    typer.echo(f"error: Too many levels of symbolic links: {inert.line(name)}", err=True)
    return EXIT_ENVIRONMENT


def _report_fault(error: BaseException) -> int:
    """Write a crash report, say where it is, and return the exit code of a fault of our own.

    Ctrl-C is not a fault, whatever code of others made of it.
    """
    if interrupted(error):
        typer.echo("interrupted", err=True)
        return EXIT_SIGINT
    from harness.cli.crash import write_report

    last = traceback.extract_tb(error.__traceback__)[-1:]
    place = f" at {last[0].filename}:{last[0].lineno}" if last else ""
    typer.echo(f"error: a fault of the harness itself: {type(error).__name__}{place}", err=True)
    report = write_report(error, sys.argv)
    if report is not None:
        typer.echo(
            f"  the report is {report}; please file it with the command that you ran", err=True
        )
    typer.echo("  what was finished is kept: the same command goes on", err=True)
    return EXIT_FAULT


def _open_standard_streams() -> None:
    """Put the null device where a standard stream is closed.

    Otherwise the next file that is opened gets the stream's number, and what a library prints goes into that file. A
    character that the stream's encoding lacks is written as an escape.
    """
    for number, name, mode in ((0, "stdin", "r"), (1, "stdout", "w"), (2, "stderr", "w")):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # gets the lowest free number, which is this one
        if getattr(sys, name) is None:
            setattr(sys, name, open(number, mode, encoding="utf-8", closefd=False))  # noqa: SIM115
    if isinstance(sys.stdout, io.TextIOWrapper) and sys.stdout.errors in {
        "strict",
        "surrogateescape",
    }:
        sys.stdout.reconfigure(errors="backslashreplace")


def _drop_standard_output() -> None:
    """Send what is still buffered nowhere, so that leaving does not fail again."""
    with contextlib.suppress(OSError, ValueError, AttributeError):  # there may be none
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


@functools.cache
def _command() -> Callable[..., Any]:
    """Return the tree of the registered verbs; building it takes longer than a short command."""
    return get_command(app)


def _run() -> int:
    if _completing(sys.argv[1:], os.environ):
        try:
            _command()(args=sys.argv[1:])
        except SystemExit as error:  # typer leaves so, and no verb has begun
            return error.code if isinstance(error.code, int) else 0
    try:
        result = _command()(standalone_mode=False, args=normalise_flags(sys.argv[1:]))
    except _COMMAND_LINE_ERROR as error:
        error.show()
        return EXIT_USAGE
    except typer.Abort:
        raise KeyboardInterrupt from None
    return result if isinstance(result, int) else 0


def _completing(arguments: Sequence[str], environment: Mapping[str, str]) -> bool:
    """Return whether a shell asks what a word may become, or for its script."""
    asked = {"--show-completion", "--install-completion"}
    return "_HARNESS_COMPLETE" in environment or bool(asked & {*arguments[:1]})


def normalise_flags(arguments: list[str]) -> list[str]:
    """Write long flags with ``-`` where they came with ``_``, and a value that may be left out; leave values untouched.

    >>> normalise_flags(["--batch_size=4", "--output_path", "a_b"])
    ['--batch-size=4', '--output-path', 'a_b']
    >>> normalise_flags(["--embed_audio", "run"])
    ['--embed-audio=25MB', 'run']
    """
    found = []
    for argument in arguments:
        if argument.startswith("--"):
            flag, equals, value = argument.partition("=")
            flag = flag.replace("_", "-")
            if not equals and flag in OPTIONAL_VALUES:
                equals, value = "=", OPTIONAL_VALUES[flag]
            argument = flag + equals + value
        found.append(argument)
    return found


def _leave(code: int) -> NoReturn:
    """Exit; a model that is still at work in its thread does not keep the process alive.

    Nor is the interpreter taken down around it: a thread that comes back from native code then would abort the process.
    """
    if calls_hang():
        sys.stdout.flush()
        sys.stderr.flush()
        leave_now(code)
    give_output_away()
    atexit.register(gc.freeze)  # or a tenth of a second goes into cycles among all that is left
    sys.exit(code)
