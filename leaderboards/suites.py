"""Suites: named lists of benchmarks that one overall page stands for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from harness.errors import UnknownNameError


@dataclass(frozen=True, slots=True)
class Suite:
    """A suite.

    Attributes:
        name: its name on the command line.
        title: what it is, in a few words.
        benchmarks: group names, in the order of the page.
    """

    name: str
    title: str
    benchmarks: tuple[str, ...]


SUITES: Final[Mapping[str, Suite]] = {
    suite.name: suite
    for suite in (
        Suite(
            "lalm-7",
            "seven benchmarks of audio-language models",
            (
                "dynamic_superb",
                "llaso_eval",
                "mmau",
                "mmsu",
                "sakura",
                "speech_ifeval",
                "voicebench",
            ),
        ),
    )
}
"""Name -> suite. A mean over one needs every benchmark of it, whatever the runs at hand are."""


def suite(name: str) -> Suite:
    """Return a suite.

    Raises:
        UnknownNameError: there is none of this name.

    >>> len(suite("lalm-7").benchmarks)
    7
    """
    if name not in SUITES:
        raise UnknownNameError("suite", name, SUITES, hint=f"--suite: {', '.join(SUITES)}")
    return SUITES[name]
