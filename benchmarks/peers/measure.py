"""One system at the endpoint: a run to its end, and a run that is killed and started again."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.peers.endpoint import Endpoint
from benchmarks.peers.systems import Items, System, fill

KILLED_AT = 0.4
"""Share of the items that are answered when a run is killed."""
POLL = 0.05


class RunError(Exception):
    """Why a system could not be measured, in a line."""


@dataclass(frozen=True)
class Setting:
    """What is the same for every system.

    Attributes:
        folder: for everything that is written.
        items: the items, as ``items.write_items`` gives them.
        in_flight: limit of requests in flight.
        timeout: seconds after which a run is ended and counts as one that does not run.
    """

    folder: Path
    items: Items
    in_flight: int
    timeout: float

    @property
    def clips(self) -> Path:
        """The folder of the clips."""
        return Path(self.items[0]["audio"]).parent


class Process:
    """A system at work, in a process group of its own, which ends with the context."""

    def __init__(
        self, command: list[str], environment: dict[str, str], log: Path, where: Path | None
    ) -> None:
        self.log = log
        with log.open("wb") as output:
            self.process = subprocess.Popen(  # noqa: S603
                command,
                env=environment,
                cwd=where,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self.usage: Any = None
        self.status: int | None = None

    def __enter__(self) -> Process:
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()

    def ended(self) -> bool:
        """Whether the process has ended; its use of resources is known then."""
        if self.status is None:
            pid, status, usage = os.wait4(self.process.pid, os.WNOHANG)
            if pid:
                self.usage, self.status = usage, os.waitstatus_to_exitcode(status)
                self.process.returncode = self.status
        return self.status is not None

    def kill(self) -> None:
        """End the whole group with ``SIGKILL``."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        while not self.ended():
            time.sleep(POLL)

    def wait(self, seconds: float) -> None:
        """Wait for the end.

        Raises:
            RunError: no end in time, or an exit code other than 0.
        """
        deadline = time.monotonic() + seconds
        while not self.ended():
            if time.monotonic() > deadline:
                self.kill()
                raise RunError(f"no end after {seconds:.0f} s")
            time.sleep(POLL)
        if self.status != 0:
            raise RunError(last_words(self.log))


def last_words(log: Path) -> str:
    """Return the last line of a log that names an error, else its last line."""
    text = log.read_text(encoding="utf-8", errors="replace")
    lines = [line.strip(" │╰─╯") for line in text.splitlines()]
    lines = [line for line in lines if line]
    errors = [line for line in lines if "Error" in line.partition(" ")[0]]
    return (errors or lines or ["no output"])[-1][:200]


def start(
    system: System, python: Path | None, setting: Setting, url: str, work: Path, *, again: bool
) -> Process:
    """Start a system in ``work``, or once more on what is left there."""
    values: dict[str, object] = {
        "url": url,
        "in_flight": setting.in_flight,
        "items": len(setting.items),
        "clips": setting.clips,
        "data": work / "data",
        "out": work / "out",
    }
    words = system.resume if again and system.resume else system.command
    caches = {name: str(work / "cache") for name in ("HF_HOME", "XDG_CACHE_HOME", "XDG_DATA_HOME")}
    caches["HF_HUB_OFFLINE"] = "1"
    environment = {
        **os.environ,
        **({} if python is None else caches),
        "NO_PROXY": "127.0.0.1",
        "no_proxy": "127.0.0.1",
        **{name: value.format(**values) for name, value in system.environment.items()},
    }
    log = work / f"log{int(again)}.txt"
    where = None if python is None else work  # what is ours runs where it is
    return Process(fill(words, python, **values), environment, log, where)


def prepared(system: System, setting: Setting, name: str, *, audio: bool) -> Path:
    """Return a fresh folder with the items in the system's form."""
    work = setting.folder / f"{system.name.replace(' ', '_')}-{name}"
    (work / "data").mkdir(parents=True)
    (work / "out").mkdir()
    system.write(setting.items, work / "data", audio)
    return work


def whole_run(
    system: System, python: Path | None, setting: Setting, latency: float, name: str, *, audio: bool
) -> dict[str, Any]:
    """Return what a run to its end cost: ``efficiency``, ``cpu`` and ``wall`` seconds, ``memory`` in MB, and counts.

    Efficiency is the ideal time of the questions answered (items x latency / in flight) over the time from the first request to
    the last answer.

    Raises:
        RunError: the system does not run, or asks none of the questions.
    """
    work = prepared(system, setting, name, audio=audio)
    with Endpoint(latency) as server:
        started = time.perf_counter()
        with start(system, python, setting, server.base_url, work, again=False) as process:
            process.wait(setting.timeout)
            wall = time.perf_counter() - started
        seen = server.ledger()
    answered = sum(number != "?" for number in seen["answered"])
    if answered == 0:
        raise RunError(f"ended without asking: {last_words(process.log)}")
    return {
        "latency": latency,
        "efficiency": answered * latency / setting.in_flight / seen["span"],
        "wall": wall,
        "cpu": process.usage.ru_utime + process.usage.ru_stime,
        "memory": process.usage.ru_maxrss / 1024,
        "items": len(setting.items),
        "answered": answered,
        "requests": seen["requests"],
        "with_audio": seen["with_audio"],
        "in_flight_max": seen["in_flight_max"],
    }


def killed_run(
    system: System, python: Path | None, setting: Setting, latency: float, *, audio: bool
) -> dict[str, Any]:
    """Kill a run at ``KILLED_AT`` of its items, start it again; return what was ``answered``, ``asked_again`` and ``never``.

    Raises:
        RunError: the run ended before it was killed, or does not run again.
    """
    work = prepared(system, setting, "killed", audio=audio)
    with Endpoint(latency) as server:
        with start(system, python, setting, server.base_url, work, again=False) as first:
            deadline = time.monotonic() + setting.timeout
            while sum(server.ledger()["answered"].values()) < KILLED_AT * len(setting.items):
                if first.ended():
                    raise RunError("it ended before it could be killed")
                if time.monotonic() > deadline:
                    raise RunError(f"not so far after {setting.timeout:.0f} s")
                time.sleep(POLL)
        time.sleep(2 * latency)  # what was in flight is answered into the void
        before = server.ledger()
        with start(system, python, setting, server.base_url, work, again=True) as second:
            second.wait(setting.timeout)
        after = server.ledger()
    return {"latency": latency} | redone(before, after, [str(i["number"]) for i in setting.items])


def redone(before: dict[str, Any], after: dict[str, Any], numbers: list[str]) -> dict[str, int]:
    """Return how many questions were answered before the kill, how many of these were asked again, and how many of all never answered.

    >>> before = {"asked": {"0": 1, "1": 1}, "answered": {"0": 1}}
    >>> after = {"asked": {"0": 2, "1": 2, "2": 1}, "answered": {"0": 2, "1": 1, "2": 1}}
    >>> redone(before, after, ["0", "1", "2", "3"])
    {'answered': 1, 'asked_again': 1, 'never': 1}
    """
    done = before["answered"]
    return {
        "answered": len(done),
        "asked_again": sum(after["asked"][one] > before["asked"][one] for one in done),
        "never": sum(one not in after["answered"] for one in numbers),
    }
