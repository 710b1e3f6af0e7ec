"""The figures of a comparison as Markdown."""

from __future__ import annotations

import statistics
from collections.abc import Mapping, Sequence
from typing import Any

Found = Mapping[str, Any]


def table(report: Found) -> str:
    """Return the table, then the versions and commands.

    Args:
        report: what ``python -m benchmarks.peers --json`` writes.
    """
    latencies: Sequence[float] = report["latencies"]
    heads = [f"efficiency at {1000 * one:.0f} ms (of the bare client)" for one in latencies]
    heads += [f"CPU s of {report['items']} items (of 1)", "peak memory MB", "requests with audio"]
    heads += ["asked again after `kill -9`"]
    rows = [
        f"| system | {' | '.join(heads)} |",
        "|---|" + "---:|" * len(heads),
    ]
    for system in report["systems"]:
        cells = " | ".join(_cells(system, latencies, len(heads)))
        rows.append(f"| {_name(system)} | {cells} |")
    rows += ["", *(_note(system) for system in report["systems"])]
    return "\n".join(rows)


def _name(system: Found) -> str:
    return " ".join(filter(None, (system["name"], system["version"])))


def _cells(system: Found, latencies: Sequence[float], width: int) -> list[str]:
    """Return the cells of one row: figures, or why there are none in the first."""
    runs: Sequence[Found] = system["runs"]
    if not runs:
        return [f"not measured: {_plain(system['trouble'])}", *[""] * (width - 1)]
    cells = []
    for latency in latencies:
        at = [run for run in runs if run["latency"] == latency]
        if not at:
            cells.append("")
            continue
        own = statistics.median(run["efficiency"] for run in at)
        ratio = statistics.median(run["of_bare"] for run in at)
        cells.append(f"{own:.2f} ({ratio:.2f})")
    cpu = statistics.median(run["cpu"] for run in runs)
    cells.append(f"{cpu:.1f} ({system['start_up']['cpu']:.1f})")
    cells.append(f"{max(run['memory'] for run in runs):.0f}")
    asked, audio = (sum(run[name] for run in runs) for name in ("requests", "with_audio"))
    items = sum(run["items"] for run in runs)
    cells.append(("all" if audio == asked else f"**{audio} of {asked}**") + _left_out(runs, items))
    cells.append(_killed(system))
    return cells


def _left_out(runs: Sequence[Found], items: int) -> str:
    answered = sum(run["answered"] for run in runs)
    return "" if answered == items else f"; {items - answered} of {items} items never asked"


def _killed(system: Found) -> str:
    killed = system["killed"]
    if killed is None:
        return f"not measured: {_plain(system['kill_trouble'])}"
    text = f"{killed['asked_again']} of {killed['answered']}"
    return text + (f"; {killed['never']} never" if killed["never"] else "")


def _note(system: Found) -> str:
    trouble = system["trouble"]
    note = f"* {_name(system)}: `{system['command']}`"
    if system["requires"]:
        note += f", installed as `{' '.join(system['requires'])}`"
    if system["runs"] and trouble:
        note += f". With the audio it does not run (`{trouble}`), so it was measured without"
    return note


def _plain(text: str) -> str:
    """Return a text that does not end a cell."""
    return text.replace("|", "/")
