"""RTFx of recognition runs: seconds of audio for each second of calls, from the times that ``responses.jsonl`` records.

As the Open ASR leaderboard defines it: the sum over items, only where every item has both times. Replies of one batch record the time of the
whole batch, so replies that follow each other in the log with one time count it once. Requests that run at the same time each count
theirs. It is a property of the machine and the run, not of the model, and enters no value.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from harness.run.files import RESPONSES
from harness.run.reader import read_responses

BENCHMARKS: Final = frozenset({"asr"})


def speed_lines(root: Path, manifest: Mapping[str, Any]) -> Iterator[str]:
    """Yield a line for every recognition task of a run whose items all have both times.

    Args:
        root: the run directory.
        manifest: its manifest.

    Raises:
        InputFileError: the log is damaged.
    """
    tasks = [name for name, entry in manifest["tasks"].items() if entry["benchmark"] in BENCHMARKS]
    if not (root / RESPONSES).is_file():
        return
    for name in tasks:
        heard, spent = _times(root, name, manifest["tasks"])
        if heard and spent:
            yield f"{name}: RTFx {heard / spent:.1f} ({heard:.0f} s of audio in {spent:.1f} s of calls)"


def _times(root: Path, task: str, among: Collection[str]) -> tuple[float, float]:
    """Return seconds of audio and of calls; zeros where an answered item lacks one of them."""
    heard, spent, last = 0.0, 0.0, -1.0
    for _, record in read_responses(root, task, among):
        if record["error"] is not None:
            continue
        clips = [clip["seconds"] for clip in record["audio"]]
        took = record["seconds"]
        if not clips or None in clips or not took:
            return 0.0, 0.0
        heard += sum(one for one in clips if one is not None)
        spent += took if took != last else 0.0
        last = took
    return heard, spent
