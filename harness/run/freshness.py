"""Tell whether the derived files of a run directory belong to its logs.

Times of files say nothing once a folder was copied, so content is compared: the last reply of every selected item
in ``responses.jsonl`` with its line in ``samples.jsonl``, and the judge replies that count with those that the
sample names. The lines are compared as they were written, without parsing them, which costs about two
microseconds each; a log that another tool rewrote is parsed.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final, NamedTuple

from harness.run.files import (
    JUDGEMENTS,
    RESPONSES,
    RESULTS,
    SAMPLES,
    Manifest,
    ManifestEntry,
    Results,
)
from harness.run.jsonl import encode_line, parse_line
from harness.run.judgements import counting_judges
from harness.run.signature import signature

_TEXT: Final = rb'"[^"\\]*(?:\\.[^"\\]*)*"'
_ITEM: Final = rb'("task": (%b), "id": (?:%b|-?\d+), "repeat": (\d+), )' % (_TEXT, _TEXT)
_RESPONSE: Final = re.compile(rb'\{%b"index": (\d+), ' % _ITEM)
_SAMPLE: Final = re.compile(rb"\{%b" % _ITEM)
_JUDGEMENT: Final = re.compile(
    rb'\{"key": (%b), %b"vote": (\d+), "judge": (%b), ' % (_TEXT, _ITEM, _TEXT)
)
_REPLY_ENDS: Final = b', "messages": ['
_KEYS_START: Final = b', "judgements": ['
_IDENTITY_KEYS: Final = ("task", "id", "repeat")
_REPLY_KEYS: Final = (
    "item_key",
    "request_key",
    "outcome",
    "response",
    "raw_response",
    "reasoning",
    "messages",
)

_BLOCK: Final = 1 << 20
_LOOKED_AT: Final = 3
"""Items and judge replies at the end of the logs that are looked up where not every line is compared."""

_Item = bytes
"""Task, id and repeat as they are written, ``"task": "toy", "id": "a", "repeat": 0, ``."""


class _Samples(NamedTuple):
    """By item: hash of what it keeps of the response line; judge replies that it names."""

    replies: dict[_Item, int]
    judgements: dict[_Item, bytes]


def staleness(
    root: Path, manifest: Manifest, results: Results, *, thorough: bool = True
) -> str | None:
    """Say in what the derived files differ from the logs; ``None`` if they belong together.

    Nothing is said about a copy without its logs. Damaged lines are left to whoever reads them.

    Args:
        root: the run directory.
        manifest: its manifest.
        results: its results.
        thorough: compare every line. Else only the ends of the logs are looked at first: what is newer than the
            derived files stands there.
    """
    changed = [name for name, entry in manifest["tasks"].items() if _resigned(name, entry, results)]
    if changed:
        return f"{RESULTS} has no values of these settings for {_named(changed)}"
    if not (root / RESPONSES).is_file() or not (root / SAMPLES).is_file():
        return None
    entries = {
        json.dumps(name, ensure_ascii=False).encode("utf-8", "replace"): entry
        for name, entry in manifest["tasks"].items()
    }
    if not thorough and _ends_agree(root, entries):
        return None
    samples = _samples(root, with_judgements=(root / JUDGEMENTS).is_file())
    replies = dict(_replies(_lines(root / RESPONSES), entries))
    newer = sum(samples.replies.get(item) != content for item, content in replies.items())
    if newer:
        return f"{_count(newer, RESPONSES)} not in {RESULTS}"
    lost = len(samples.replies) - len(replies)
    if lost:
        return f"{_count(lost, SAMPLES)} not, or no longer, in {RESPONSES}"
    judged = dict(_counting(_lines(root / JUDGEMENTS), entries))
    unseen = sum(
        item in samples.judgements and key not in samples.judgements[item]
        for (item, _), key in judged.items()
    )
    return f"{_count(unseen, JUDGEMENTS)} not in {RESULTS}" if unseen else None


def _count(replies: int, file: str) -> str:
    return f"1 reply in {file} is" if replies == 1 else f"{replies} replies in {file} are"


def _ends_agree(root: Path, entries: Mapping[bytes, ManifestEntry]) -> bool:
    """Return True if the last lines of the logs that count are in ``samples.jsonl``."""
    replies = [*_replies(_last_lines(root / RESPONSES), entries)]
    last = dict(replies)
    for item in dict.fromkeys(item for item, _ in reversed(replies[-_LOOKED_AT:])):
        line = _find_last(root / SAMPLES, b"{" + item)
        match = _SAMPLE.match(line)
        if match is None or hash(line[match.end() : line.find(_REPLY_ENDS)]) != last[item]:
            return False
    judged = [*_counting(_last_lines(root / JUDGEMENTS), entries)]
    return all(_find_last(root / SAMPLES, key) for _, key in judged[-_LOOKED_AT:])


def _last_lines(path: Path) -> Iterator[tuple[bytes, int, int]]:
    """Yield (block, start, stop) of the complete lines in the last block of a log."""
    if not path.is_file():
        return
    with path.open("rb") as file:
        begin = max(0, path.stat().st_size - _BLOCK)
        file.seek(begin)
        block = file.read()
    start = 0 if begin == 0 else block.find(b"\n") + 1
    while (stop := block.find(b"\n", start)) >= 0:
        yield block, start, stop
        start = stop + 1


def _find_last(path: Path, wanted: bytes) -> bytes:
    """Return what follows the last occurrence of some bytes up to the end of the line, with them; nothing if none."""
    with path.open("rb") as file:
        stop = path.stat().st_size
        after = b""
        while stop > 0:
            start = max(0, stop - _BLOCK)
            file.seek(start)
            block = file.read(stop - start) + after
            place = block.rfind(wanted)
            if place >= 0:
                file.seek(start + place)
                return file.readline()
            after, stop = block[: len(wanted)], start
    return b""


def warning(root: Path, problem: str) -> str:
    """Return the warning about a run whose derived files are out of date, with the command that renews them."""
    return f"{root}: {problem}; renew them with: harness score {root}"


def _resigned(name: str, entry: ManifestEntry, results: Results) -> bool:
    found = results["tasks"].get(name)
    return found is None or found["signature"] != signature(name, entry["signature_parts"])


def _named(names: list[str]) -> str:
    more = f" and {len(names) - 3} more" if len(names) > 3 else ""
    return ", ".join(names[:3]) + more


def _samples(root: Path, *, with_judgements: bool) -> _Samples:
    found = _Samples({}, {})
    for block, start, stop in _lines(root / SAMPLES):
        match = _SAMPLE.match(block, start, stop)
        if match is None:
            block = _rewritten(block[start:stop])
            start, stop = 0, len(block)
            match = _SAMPLE.match(block)
            if match is None:
                continue
        item, end = match[1], match.end()
        found.replies[item] = hash(block[end : block.find(_REPLY_ENDS, end, stop)])
        if with_judgements:
            found.judgements[item] = block[block.rfind(_KEYS_START, end, stop) : stop]
    return found


def _replies(
    lines: Iterable[tuple[bytes, int, int]], entries: Mapping[bytes, ManifestEntry]
) -> Iterator[tuple[_Item, int]]:
    """Yield (item, hash of its reply) of every line of the response log whose item is selected."""
    known = {name: (entry.get("repeats", 1), entry["selection"]) for name, entry in entries.items()}
    for block, start, stop in lines:
        match = _RESPONSE.match(block, start, stop)
        if match is None:
            block = _rewritten(block[start:stop])
            start, stop = 0, len(block)
            match = _RESPONSE.match(block)
            if match is None:
                continue
        item, task, repeat, index = match.groups()
        repeats, ranges = known.get(task, (0, []))
        if int(repeat) < repeats:
            position, end = int(index), match.end()
            for first, last in ranges:
                if first <= position < last:
                    yield item, hash(block[end : block.find(_REPLY_ENDS, end, stop)])
                    break


def _counting(
    lines: Iterable[tuple[bytes, int, int]], entries: Mapping[bytes, ManifestEntry]
) -> Iterator[tuple[tuple[_Item, bytes], bytes]]:
    """Yield ((item, vote), key) of every judge reply that counts."""
    judges = {
        name: (
            {json.dumps(one, ensure_ascii=False).encode() for one in counting_judges(entry)},
            entry["judge"]["samples"] if entry["judge"] is not None else None,
        )
        for name, entry in entries.items()
    }
    for block, start, stop in lines:
        match = _JUDGEMENT.match(block, start, stop)
        if match is None:
            continue
        key, item, task, _, vote, judge = match.groups()
        parts, samples = judges.get(task, (frozenset(), None))
        canary = b'"id": "canary:' in item
        if judge in parts and not canary and (samples is None or int(vote) < samples):
            yield (item, judge + vote), key


def _lines(path: Path) -> Iterator[tuple[bytes, int, int]]:
    """Yield (block, start, stop) of the complete lines of a log, without copying them; nothing if there is none."""
    if not path.is_file():
        return
    with path.open("rb") as file:
        rest = b""
        while block := file.read(_BLOCK):
            block, start = rest + block, 0
            while (stop := block.find(b"\n", start)) >= 0:
                yield block, start, stop
                start = stop + 1
            rest = block[start:]


def _rewritten(line: bytes) -> bytes:
    """Return a line of a file that another tool wrote in the form of ours, as far as it is compared here."""
    try:
        record: dict[str, Any] = parse_line(line, "")
    except ValueError:
        return b""
    keys = (*_IDENTITY_KEYS, *(("index",) if "index" in record else ()), *_REPLY_KEYS, "judgements")
    return encode_line({key: record[key] for key in keys if key in record})
