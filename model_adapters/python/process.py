"""The child process of ``python:``: started, asked, watched, ended.

The child has its own interpreter and its own session, so Ctrl-C reaches us and not it. It ends when its pipe ends:
also when we are killed. Everything that it prints, on either stream, is drained and its tail kept, to be shown when
it dies. ``close`` may come from another thread while a request hangs: the child is then killed.
"""

from __future__ import annotations

import contextlib
import io
import os
import select
import shutil
import signal
import subprocess
import threading
import time
from collections import deque
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO, Any, Final

from harness.errors import AdapterError, UsageError
from model_adapters.python import worker as python_worker
from model_adapters.python.worker import read_frame, write_frame

TAIL_LINES: Final = 20
GRACE_SECONDS: Final = 2.0
START: Final = (
    "import runpy, sys; del sys.path[0]; runpy.run_path(sys.argv[1], run_name='__main__')"
)
"""What runs the file of a worker, not the file itself: its folder would be on the path, with modules of ours named like other packages."""


def interpreter(given: str, option: str = "-M python=") -> str:
    """Return the interpreter that an option names: a virtual environment, a file, or a command.

    Args:
        given: what the user gave.
        option: what an error calls it.

    Raises:
        UsageError: there is none.

    >>> interpreter("/nowhere/venv")
    Traceback (most recent call last):
        ...
    harness.errors.UsageError: -M python=/nowhere/venv: no such interpreter
      give a virtual environment, its bin/python, or the name of a command
    """
    path = Path(given).expanduser()
    if path.is_dir():
        path = path / "bin" / "python"
    if path.is_file() and os.access(path, os.X_OK):
        return str(path.absolute())  # not resolved: a link is what makes the environment
    if os.sep not in given and (found := shutil.which(given)):
        return found
    raise UsageError(
        "no such interpreter",
        where=f"{option}{given}",
        hint="give a virtual environment, its bin/python, or the name of a command",
    )


class _Pipe(io.RawIOBase):
    """The replies' end: ends when the child has ended, even if a process that it left holds the pipe."""

    def __init__(self, descriptor: int, process: subprocess.Popen[bytes]) -> None:
        self._descriptor = descriptor
        self._process = process

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        ready = select.poll()
        ready.register(self._descriptor, select.POLLIN)
        ended = False
        while not ready.poll(0 if ended else 250):
            if ended:
                return 0
            ended = self._process.poll() is not None
        return os.readv(self._descriptor, [buffer])

    def close(self) -> None:
        if not self.closed:
            os.close(self._descriptor)
        super().close()


class WorkerProcess:
    """One child that serves one class.

    Args:
        python: the interpreter.
        name: what messages call the model.
    """

    def __init__(self, python: str, name: str) -> None:
        self._name = name
        self._lock = threading.Lock()
        self._tail: deque[str] = deque(maxlen=TAIL_LINES)
        theirs_in, ours_out = os.pipe()
        ours_in, theirs_out = os.pipe()
        command = [python, "-c", START, python_worker.__file__, str(theirs_in), str(theirs_out)]
        try:
            self._process = subprocess.Popen(  # noqa: S603  (the user names the interpreter)
                command,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                pass_fds=(theirs_in, theirs_out),
                start_new_session=True,
                env={**os.environ, "PYTHONUNBUFFERED": "1"},
            )
        except OSError as error:
            os.close(ours_in)
            os.close(ours_out)
            raise AdapterError(f"{python} cannot be started: {error.strerror}") from error
        finally:
            os.close(theirs_in)
            os.close(theirs_out)
        self._requests = os.fdopen(ours_out, "wb")
        self._replies = _Pipe(ours_in, self._process)
        assert self._process.stdout is not None
        self._drain = threading.Thread(
            target=self._keep_tail, args=(self._process.stdout,), name="output", daemon=True
        )
        self._drain.start()

    def ask(
        self, document: Mapping[str, Any], blobs: Sequence[memoryview] = ()
    ) -> Mapping[str, Any]:
        """Send a document, return the one that comes back.

        Raises:
            AdapterError: the child has died; carries the end of what it printed.
        """
        with self._lock:
            try:
                write_frame(self._requests, document, blobs)
                return dict(read_frame(self._replies)[0])
            except (EOFError, OSError, ValueError) as error:
                raise self._death() from error

    def close(self) -> None:
        """End the child, kill it if it does not end by itself; may be called twice."""
        busy = not self._lock.acquire(blocking=False)
        if not busy:
            with contextlib.suppress(OSError):  # what was not written has no reader any more
                self._requests.close()
            self._lock.release()
        if not busy:
            self._wait_unreaped(GRACE_SECONDS)
        if self._process.returncode is None:
            # The whole session, since a model may have processes of its own; the child is not reaped yet, so
            # its number is still its own.
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
        with self._lock:
            with contextlib.suppress(OSError):
                self._requests.close()
            self._replies.close()
        self._drain.join(GRACE_SECONDS)
        if not self._drain.is_alive() and self._process.stdout is not None:
            self._process.stdout.close()

    def _wait_unreaped(self, seconds: float) -> None:
        options = os.WEXITED | os.WNOHANG | os.WNOWAIT
        end = time.monotonic() + seconds
        while self._process.returncode is None and time.monotonic() < end:
            if os.waitid(os.P_PID, self._process.pid, options) is not None:
                return
            time.sleep(0.005)

    def _keep_tail(self, stream: IO[bytes]) -> None:
        with contextlib.suppress(ValueError):  # closed while reading
            for line in iter(lambda: stream.readline(4096), b""):
                self._tail.append(line.decode("utf-8", "replace").rstrip())

    def _death(self) -> AdapterError:
        try:
            code = self._process.wait(GRACE_SECONDS)
        except subprocess.TimeoutExpired:
            how = "stopped answering"
        else:
            how = f"ended with {signal.Signals(-code).name if code < 0 else f'exit code {code}'}"
        self._drain.join(GRACE_SECONDS)
        printed = "\n  ".join(self._tail) or "(nothing)"
        return AdapterError(
            f"its process {how}", where=self._name, hint=f"it printed:\n  {printed}"
        )
