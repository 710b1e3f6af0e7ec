r"""Expanding English contractions as the package ``contractions`` 0.1.73 does, for lower-case text.

PEDANT (`metrics.text.pedant`) expands the question and the words that it compares. The table comes from
the data files of that package (MIT), which are read, never imported: the package's matcher is a compiled
one. Its rule: every occurrence of a key that has no ASCII letter, digit or ``_`` next to it; of those
that overlap the longer one, in the order of their ends.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from importlib import metadata
from itertools import product
from pathlib import Path
from typing import Final

PACKAGE: Final = "contractions"
VERSION: Final = "0.1.73"
_MONTHS: Final = (
    "january february march april june july august september october november december".split()  # noqa: SIM905
)
_KEPT: Final = frozenset(
    ("he's", "he'll", "we'll", "we'd", "it's", "i'd", "we're", "i'll", "who're", "o'")
)
"""Keys that are not also taken without their apostrophe."""

_INNER: Final = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_")


class ContractionsError(Exception):
    """The package is absent, or another version of it is installed."""


@cache
def packaged_table() -> Mapping[str, str]:
    """Return the table of the installed package, keys and values in lower case.

    Raises:
        ContractionsError: it is not installed, or in another version.
    """
    try:
        package = metadata.distribution(PACKAGE)
    except metadata.PackageNotFoundError:
        raise ContractionsError(f"the package {PACKAGE} is not installed") from None
    if package.version != VERSION:
        raise ContractionsError(
            f"{PACKAGE} {package.version} is installed, the metric is defined by {VERSION}"
        )

    def part(name: str) -> dict[str, str]:
        path = Path(str(package.locate_file(f"{PACKAGE}/data/{name}_dict.json")))
        content: dict[str, str] = json.loads(path.read_text(encoding="utf-8"))
        return content

    return build_table(part("contractions"), part("leftovers"), part("slang"))


def build_table(
    contractions: Mapping[str, str], leftovers: Mapping[str, str], slang: Mapping[str, str]
) -> dict[str, str]:
    """Return one table of the package's three: typographic and missing apostrophes are keys as well.

    >>> table = build_table({"don't": "do not", "it's": "it is"}, {}, {"u": "you"})
    >>> [table[key] for key in ("dont", "don’t", "u", "mar.")], "its" in table
    (['do not', 'do not', 'you', 'march'], False)
    """
    basic = dict(contractions) | {f"{month[:3]}.": month for month in _MONTHS}
    basic |= {key.replace("'", "’"): value for key, value in basic.items()}
    rest = dict(leftovers) | {key.replace("'", "’"): value for key, value in leftovers.items()}
    bare = {}
    for key, value in basic.items():
        if "'" not in key or key.lower() in _KEPT:
            continue
        first, *others = key.split("'")
        for marks in product(("", "'"), repeat=len(others)):
            bare[first + "".join(map("".join, zip(marks, others, strict=True)))] = value
    merged = basic | rest | dict(slang) | bare
    return {key.lower(): value.lower() for key, value in merged.items()}


def expand(text: str, table: Mapping[str, str]) -> str:
    """Return lower-case text with its contractions written out.

    >>> expand("whats up, im here", {"whats": "what is", "im": "i am", "up": "upward"})
    'what is upward, i am here'
    >>> expand("time im1", {"im": "i am"})
    'time im1'
    """
    longest = max(map(len, table), default=0)
    firsts = {key[0] for key in table if key}
    hits: list[tuple[int, int]] = []
    for start, char in enumerate(text):
        if char not in firsts or (start and text[start - 1] in _INNER):
            continue
        for end in range(start + 1, min(start + longest, len(text)) + 1):
            if text[start:end] in table and (end == len(text) or text[end] not in _INNER):
                hits.append((start, end))
    kept: list[tuple[int, int]] = []
    for start, end in sorted(hits, key=lambda hit: (hit[1], hit[0])):
        if not kept or start >= kept[-1][1]:
            kept.append((start, end))
        elif end - start > kept[-1][1] - kept[-1][0]:
            kept[-1] = (start, end)
    pieces, done = [], 0
    for start, end in kept:
        pieces += [text[done:start], table[text[start:end]]]
        done = end
    return "".join(pieces) + text[done:]
