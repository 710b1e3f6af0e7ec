"""``python -m benchmarks.peers``: this harness, a bare client and other harnesses on the same clips and endpoint.

Every system gets the same clips of 5 s, one question each, the same local OpenAI-compatible endpoint and the same limit in flight. One after
the other: a run of one item (what a start costs, and whether it runs at all), a run at every latency, and a run that is killed with
``SIGKILL`` at 40 % and started again. A run of the bare client goes right before each run, so that a ratio compares neighbours. A peer that
cannot be installed or does not run stays in the table with the reason.

    python -m benchmarks.peers [--items 1000] [--in-flight 32] [--latencies 50,200,500] [--rounds 1] [--systems lm-eval,inspect_ai]
        [--environments .venv/peers] [--json FILE] [--show FILE]

``--show`` prints the table of a file that ``--json`` wrote, and measures nothing.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import os
import platform
import signal
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from benchmarks.peers.environments import InstallError, ready, version
from benchmarks.peers.items import write_items
from benchmarks.peers.measure import RunError, Setting, killed_run, whole_run
from benchmarks.peers.systems import BARE, SYSTEMS, System
from benchmarks.peers.table import table

KILL_LATENCY = 0.2


def compare(
    systems: Sequence[System],
    setting: Setting,
    latencies: Sequence[float],
    rounds: int,
    environments: Path,
) -> Iterator[dict[str, Any]]:
    """Measure systems one after the other; yield after each what ``table`` reads of those so far."""
    found: list[dict[str, Any]] = []
    for system in systems:
        print(f"{system.name} …", file=sys.stderr, flush=True)
        found.append(measured(system, setting, latencies, rounds, environments))
        yield report_of(setting, latencies, rounds, found)


def report_of(
    setting: Setting, latencies: Sequence[float], rounds: int, found: list[dict[str, Any]]
) -> dict[str, Any]:
    """Return the figures with what is the same for all systems."""
    return {
        "items": len(setting.items),
        "in_flight": setting.in_flight,
        "latencies": list(latencies),
        "rounds": rounds,
        "machine": {
            "processors": os.cpu_count(),
            "load": os.getloadavg()[1],
            "python": platform.python_version(),
        },
        "systems": found,
    }


def measured(
    system: System,
    setting: Setting,
    latencies: Sequence[float],
    rounds: int,
    environments: Path,
) -> dict[str, Any]:
    """Return everything about one system; trouble is part of it."""
    found: dict[str, Any] = {
        "name": system.name,
        "version": "".join(system.requires[:1]).partition("==")[2] or None,
        "command": system.shown(),
        "requires": list(system.requires),
        "trouble": None,
        "start_up": None,
        "runs": [],
        "killed": None,
        "kill_trouble": None,
    }
    try:
        python = ready(environments / system.name, system.requires) if system.requires else None
        if system.distribution:
            found["version"] = version(python, system.distribution)
        one = dataclasses.replace(setting, items=setting.items[:1])
        audio = True
        try:
            found["start_up"] = whole_run(system, python, one, latencies[0], "one", audio=True)
        except RunError as trouble:
            found["trouble"] = str(trouble)
            if not system.text_form:
                return found
            audio = False
            found["start_up"] = whole_run(system, python, one, latencies[0], "text", audio=False)
        for number in range(rounds):
            for latency in latencies:
                name = f"{latency}-{number}"
                bare = whole_run(BARE, None, setting, latency, f"{name}-{system.name}", audio=True)
                run = whole_run(system, python, setting, latency, name, audio=audio)
                run["of_bare"] = run["efficiency"] / bare["efficiency"]
                found["runs"].append(run)
    except (InstallError, RunError) as trouble:
        found["trouble"] = found["trouble"] or str(trouble)
        return found
    if not system.keeps:
        found["kill_trouble"] = "keeps nothing"
        return found
    try:
        found["killed"] = killed_run(system, python, setting, KILL_LATENCY, audio=audio)
    except RunError as trouble:
        found["kill_trouble"] = str(trouble)
    return found


def chosen(names: str) -> list[System]:
    """Return the systems of a list of names with commas; all for an empty one."""
    known = {system.name.partition(" ")[0]: system for system in SYSTEMS}
    wanted = [name for name in names.split(",") if name] or list(known)
    unknown = [name for name in wanted if name not in known]
    if unknown:
        raise SystemExit(f"unknown system: {', '.join(unknown)}; expected {', '.join(known)}")
    return [known[name] for name in wanted]


def main(arguments: list[str]) -> None:
    """Measure and print the table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.peers")
    parser.add_argument("--items", type=int, default=1000)
    parser.add_argument("--in-flight", type=int, default=32)
    parser.add_argument("--latencies", default="50,200,500", help="milliseconds, with commas")
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--systems", default="", help="names with commas; all by default")
    parser.add_argument("--environments", type=Path, default=Path(".venv/peers"))
    parser.add_argument("--timeout", type=float, default=900.0, help="seconds of one run")
    parser.add_argument("--json", type=Path, help="where the figures are written")
    parser.add_argument("--show", type=Path, help="print the table of such a file")
    given = parser.parse_args(arguments)
    if given.show:
        print(table(json.loads(given.show.read_text(encoding="utf-8"))))
        return
    systems = chosen(given.systems)
    try:
        latencies = [float(word) / 1000 for word in given.latencies.split(",")]
    except ValueError:
        parser.error(f"--latencies: expected numbers with commas, found {given.latencies!r}")
    if min(given.items, given.in_flight, given.rounds, *latencies) <= 0:
        parser.error("expected numbers above 0")
    signal.signal(
        signal.SIGTERM, lambda *_: sys.exit(143)
    )  # so that no system outlives this process
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        items = write_items(folder, given.items)
        setting = Setting(folder, items, given.in_flight, given.timeout)
        environments = given.environments.absolute()
        for report in compare(systems, setting, latencies, given.rounds, environments):
            if given.json:
                given.json.write_text(json.dumps(report, indent=1) + "\n", encoding="utf-8")
    print(table(report))


if __name__ == "__main__":
    main(sys.argv[1:])
