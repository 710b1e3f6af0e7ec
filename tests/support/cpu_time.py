"""``pytest --cpu=ROWS``: what each test module costs in processor time.

Wall time of a shared machine says little; seconds of processor time hardly change with what else runs. Those of a test are user and system
time of its process and of the processes that it started and waited for. A session fixture counts with the first test that uses it.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Generator
from pathlib import PurePath
from typing import Any

import pytest

BUDGET = 560.0
"""Seconds of processor time for ``make test``: less than six minutes of two cores, with what they wait."""
SLOW = 5.0
"""Seconds of processor time above which a test is marked ``slow``."""


def spent() -> float:
    """Return the seconds of processor time of this process and of its children that have ended."""
    return sum(os.times()[:4])


class CpuTime:
    """Counts in the process that runs the tests, adds up in the one that reports.

    Attributes:
        rows: how many modules the table shows.
        seconds: processor time by test.
        marked: tests that are marked ``slow``.
        around: what starting and collecting cost, all processes together.
    """

    def __init__(self, rows: int) -> None:
        self.rows = rows
        self.seconds: Counter[str] = Counter()
        self.marked: set[str] = set()
        self.around = 0.0
        self._last = 0.0
        self._inside = 0.0

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_protocol(self) -> Generator[None, object, object]:
        """Begin to count."""
        self._last = begun = spent()
        result = yield
        self._inside += spent() - begun
        return result

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        """Note what the phase cost, in the report that travels to the process that adds up."""
        report = yield
        now = spent()
        report.cpu_seconds, self._last = now - self._last, now  # type: ignore[attr-defined]
        report.marked_slow = item.get_closest_marker("slow") is not None  # type: ignore[attr-defined]
        return report

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Add a phase to its test."""
        self.seconds[report.nodeid] += getattr(report, "cpu_seconds", 0.0)
        if getattr(report, "marked_slow", False):
            self.marked.add(report.nodeid)

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Hand over what was spent outside tests."""
        if (output := getattr(session.config, "workeroutput", None)) is not None:
            output["cpu_around"] = spent() - self._inside
        elif session.config.pluginmanager.hasplugin("dsession"):
            self.around += sum(os.times()[:2])
        else:
            self.around += spent() - self._inside

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:
        """Add what a worker spent outside tests."""
        self.around += getattr(node, "workeroutput", {}).get("cpu_around", 0.0)

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Write the tables."""
        write = terminalreporter.write_line
        modules, folders = Counter[str](), Counter[str]()
        cases = Counter[str]()
        for test, seconds in self.seconds.items():
            module = test.partition("::")[0]
            folder = str(PurePath(*PurePath(module).parent.parts[:3]))
            modules[module] += seconds  # type: ignore[assignment]
            folders[folder] += seconds  # type: ignore[assignment]
            cases[module] += 1
            cases[folder] += 1
        terminalreporter.section("processor time")
        total = sum(self.seconds.values())
        write(f"{total:8.1f} s in {len(self.seconds)} tests, {self.around:.1f} s around them")
        write(f"{BUDGET:8.1f} s is the budget of `make test`")
        for title, table, rows in (
            ("folder", folders, None),
            ("module", modules, self.rows),
            ("test", self.seconds, self.rows),
        ):
            write(f"\n seconds  cases  {title}")
            for name, seconds in table.most_common(rows):
                write(f"{seconds:8.1f} {cases.get(name, 1):6}  {name}")
        for test in sorted(set(self.seconds) - self.marked):
            if self.seconds[test] > SLOW:
                write(f"not marked slow: {test} ({self.seconds[test]:.1f} s)")
