"""The score table on the terminal."""

from __future__ import annotations

import io

import pytest

from harness.report.table import print_results


@pytest.mark.parametrize("plain", [True, False])
def test_run_without_a_score_says_so_and_prints_no_header(plain: bool) -> None:
    stream = io.StringIO()
    manifest = {"name": "run", "model": {"spec": "mock:echo", "adapter": "mock"}, "tasks": {}}
    print_results({"judge": "none", "tasks": {}, "benchmarks": {}}, manifest, stream, plain=plain)
    assert stream.getvalue() == "no item has a score yet\n"
