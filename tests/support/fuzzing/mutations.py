"""Changes to valid inputs: of bytes, of JSON values, of texts."""

from __future__ import annotations

import json
import random
import struct
from typing import Any

from tests.support.runs.damage import VALUES, damaged, places

INTERESTING = (
    0,
    1,
    2,
    0x7F,
    0x80,
    0xFF,
    0x7FFF,
    0x8000,
    0xFFFF,
    0x7FFFFFFF,
    0x80000000,
    0xFFFFFFFF,
)
PIECES = (
    *("", " ", "\n", "\r\n", "\t", "\x00", "\x1b[2K", "\u2028", "\u202e", "\ufeff", "\ud800", "\U0001f469\u200d\U0001f467"),
    *("null", "NaN", "-0", "1e999", "9" * 5000, "true", "[]", "{}", "[", "{", '"', "\\", "'", ",", ":", "#", "---"),
    *("{{ x }}", "{% for x in y %}", "../", "/etc/passwd", "=1+1", "<think>", "</think>", "\\ud800", "%s", "$(x)"),
)  # fmt: skip
ODD = (*VALUES, 10**400, -(10**4000), [[[[]]]], {"": ""}, "x" * 3000, ["\x00"], {"id": {"id": {}}})
"""JSON values of every kind, most of them wrong wherever they stand."""


def bent_bytes(data: bytes, draw: random.Random, *, head: int | None = None) -> bytes:
    """Return bytes with one to four changes; ``head`` keeps most of them in the first bytes."""
    changed = bytearray(data)
    for _ in range(draw.choice((1, 1, 1, 2, 4))):
        end = len(changed)
        reach = min(head, end) if head and draw.random() < 0.85 else end
        at = draw.randrange(max(1, reach))
        match draw.randrange(8):
            case 0 if end:
                changed[at % end] ^= 1 << draw.randrange(8)
            case 1 if end:
                changed[at % end] = draw.choice(INTERESTING) & 0xFF
            case 2:
                form = draw.choice(("<H", ">H", "<I", ">I"))
                value = draw.choice(INTERESTING) & (0xFFFF if form[1] == "H" else 0xFFFFFFFF)
                changed[at : at + struct.calcsize(form)] = struct.pack(form, value)
            case 3:
                del changed[at : at + draw.choice((1, 2, 4, 16, 200))]
            case 4:
                changed[at:at] = draw.choice(PIECES).encode("utf-8", "surrogatepass")
            case 5:
                changed[at:at] = changed[at : at + draw.choice((1, 8, 64))]
            case 6:
                del changed[draw.randrange(end + 1) :]
            case _:
                changed[at : at + 4] = draw.randbytes(4)
    return bytes(changed)


def bent_text(text: str, draw: random.Random, pieces: tuple[str, ...] = PIECES) -> str:
    """Return a text with one to four changes: pieces put in, taken out, doubled or moved."""
    for _ in range(draw.choice((1, 1, 2, 4))):
        at, size = draw.randrange(len(text) + 1), draw.choice((1, 2, 5, 20))
        match draw.randrange(4):
            case 0:
                text = text[:at] + draw.choice(pieces) + text[at:]
            case 1:
                text = text[:at] + text[at + size :]
            case 2:
                text = text[:at] + text[at : at + size] * 2 + text[at + size :]
            case _:
                text = text[:at] + draw.choice(pieces) + text[at + size :]
    return text


def bent_json(value: Any, draw: random.Random, odd: tuple[Any, ...] = ODD) -> Any:
    """Return a JSON value in which one to three places hold something else, are gone, or have another name."""
    for _ in range(draw.choice((1, 1, 1, 2, 3))):
        spots = [*places(value)]
        if not spots:
            return draw.choice(odd)
        spot = draw.choice(spots)
        drop = draw.random() < 0.2
        if not drop and isinstance(spot[-1], str) and draw.random() < 0.1:
            value = _renamed(value, spot, draw)
        else:
            value = damaged(value, spot, draw.choice(odd), drop=drop)
    return value


def _renamed(value: Any, spot: tuple[str | int, ...], draw: random.Random) -> Any:
    copy = json.loads(json.dumps(value))
    inside = copy
    for key in spot[:-1]:
        inside = inside[key]
    name = str(spot[-1])
    inside[draw.choice((name.upper(), f"{name}s", f" {name}", "", "_", name[:-1]))] = inside.pop(
        name
    )
    return copy


def deep(draw: random.Random) -> bytes:
    """Return JSON that is nested too deeply, or holds a number that is too long."""
    return draw.choice(
        (
            b"[" * 100_000,
            b'{"a":' * 50_000,
            b"[" * 5000 + b"]" * 5000,
            b"9" * 10_000,
            b'{"a": ' + b"9" * 6000 + b"}",
        )
    )


def beyond_scale(record: Any, draw: random.Random) -> Any:
    """Return results or a sample line in which one figure is of its type and cannot be; ``None`` where it has no such figure."""
    copy = json.loads(json.dumps(record))
    if "stats" in copy:
        spots = [
            (metric, reading, stats)
            for metric, readings in copy["stats"].items()
            for reading, stats in readings.items()
            if stats
        ]
        if not spots:
            return None
        metric, reading, stats = draw.choice(spots)
        match draw.randrange(3):
            case 0:
                stats[draw.choice([*stats])] = -5
            case 1:
                stats["n"] = -1
            case _:
                copy["scores"][metric][reading] = draw.choice((-3, 7, 1e9))
        return copy
    task = draw.choice([*copy["tasks"].values()])
    values = [one for readings in task["metrics"].values() for one in readings.values()]
    known = [one for one in values if one["value"] is not None]
    match draw.randrange(6):
        case 0 if known:
            one = draw.choice(known)
            one["ci95"] = [one["value"] + 1, one["value"] - 1]
        case 1 if known:
            one = draw.choice(known)
            one["ci95"] = [one["value"] + 1, one["value"] + 2]
        case 2 if known:
            draw.choice(known)["value"] = -1
        case 3 if values:
            draw.choice(values)[draw.choice(("n", "unparsed"))] = draw.choice((-1, 10**6))
        case 4 if values:
            draw.choice(values)["stderr"] = -0.5
        case _:
            task["outcomes"][draw.choice([*task["outcomes"]])] += draw.choice((-1, 1, 99))
    return copy
