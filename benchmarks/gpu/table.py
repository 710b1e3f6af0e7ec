"""What the check of a GPU found, as Markdown."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

LEAST_RATIO: Final = 0.95
"""Seconds of the bare loop over those of ``hf:``; the aim is 1."""


def table(report: Mapping[str, Any]) -> str:
    """Return the device, a table of what was found, and what is not as it should be."""
    parts = report["parts"]
    lines = [_device(parts), "", "| part | checkpoint | found | took |", "|---|---|---|---:|"]
    for part in parts:
        if part["name"] in _WORDS:
            what, words = _WORDS[part["name"]]
            found = part["missed"][0] if len(part) == FAILED else words(part, parts)
            lines.append(
                f"| {what} | {part['family']} {part['size']} | {found} | {part['took']:.0f} s |"
            )
    ends = report["missed"]
    said = f"Not as it should be ({len(ends)}):" if ends else "All is as it should be."
    return "\n".join([*lines, "", said, *(["", *(f"* {one}" for one in ends)] if ends else [])])


def missed(parts: Sequence[Mapping[str, Any]], quick: bool) -> list[str]:
    """Name what is not as it should be; the ratio to the bare loop too, unless few and tiny items were quick."""
    found = [
        f"{' '.join(filter(None, (part['name'], part['family'], part['size'])))}: {reason}"
        for part in parts
        for reason in part["missed"]
    ]
    slow = {} if quick else {name: one for name, one in ratios(parts).items() if one < LEAST_RATIO}
    return found + [
        f"hf: {family}: bare over ours {ratio:.2f}, bar {LEAST_RATIO}"
        for family, ratio in slow.items()
    ]


def ratios(parts: Sequence[Mapping[str, Any]]) -> dict[str, float]:
    """Return the seconds of the bare loop over those of ``hf:``, by family."""
    seconds = {(one["name"], one["family"]): one["seconds"] for one in parts if "peak_mb" in one}
    return {
        family: seconds["bare", family] / ours
        for (name, family), ours in seconds.items()
        if name == "ours" and ("bare", family) in seconds
    }


def _device(parts: Sequence[Mapping[str, Any]]) -> str:
    found = next((one for one in parts if one["name"] == "environment" and "torch" in one), None)
    if found is None:
        return "The device was not described."
    cuda = (
        f" ({found['memory_gb']} GB, capability {found['capability']}, CUDA {found['cuda']})"
        if "cuda" in found
        else ""
    )
    return (
        f"{found['device']}{cuda}, {found['processors']} processors, "
        f"torch {found['torch']}, transformers {found['transformers']}"
    )


def _texts(part: Mapping[str, Any], _: Sequence[Mapping[str, Any]]) -> str:
    return f"{part['same']} of {part['items']} the same; {part['distinct']} different texts"


def _batches(part: Mapping[str, Any], _: Sequence[Mapping[str, Any]]) -> str:
    same = part["same_text_as_in_the_first"]
    return ", ".join(
        f"batches of {size}: {rate} items/s, {same[size]} of {part['items']} as in the first"
        for size, rate in part["items_per_second"].items()
    )


def _ours(part: Mapping[str, Any], parts: Sequence[Mapping[str, Any]]) -> str:
    bare = next(
        (
            one
            for one in parts
            if (one["name"], one["family"]) == ("bare", part["family"]) and "peak_mb" in one
        ),
        None,
    )
    own = f"{part['seconds']:.2f} s, at most {part['peak_mb']} MB"
    if bare is None:
        return f"{own}; the bare loop was not measured"
    ratio = ratios(parts)[part["family"]]
    return (
        f"bare over ours {ratio:.2f} (bar {LEAST_RATIO}); {own}; "
        f"bare {bare['seconds']:.2f} s, at most {bare['peak_mb']} MB"
    )


def _replicas(part: Mapping[str, Any], _: Sequence[Mapping[str, Any]]) -> str:
    took = ", ".join(f"{way} {seconds} s" for way, seconds in part["seconds"].items())
    return f"{part['items']} items, {'other results' if part['differing'] else 'the same bytes'}; {took}, starts included"


_WORDS: Final[Mapping[str, tuple[str, Callable[..., str]]]] = {
    "texts": ("greedy text as on the CPU, float32", _texts),
    "ours": ("`hf:` against the bare loop", _ours),
    "replicas": ("two replicas on one card", _replicas),
    "batches": ("batches in bfloat16", _batches),
}
FAILED: Final = 6
"""Entries of a part that did not end: its plan, its time and the reason."""
