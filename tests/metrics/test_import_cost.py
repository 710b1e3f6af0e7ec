"""`harness tasks list` and `--help` import the registry: it must stay light."""

from __future__ import annotations

import subprocess
import sys

HEAVY = ("sklearn", "scipy", "pandas", "jiwer", "rapidfuzz", "torch", "datasets", "lm_eval")


def test_importing_the_metrics_loads_no_heavy_library() -> None:
    modules = (
        "registry vanilla commitment.grammar commitment.closed commitment.cleaning text.normalizers text.numbers text.edits "
        "statistics.intervals statistics.resampling statistics.paired_tests statistics.power"
    )
    code = (
        "import importlib, sys\n"
        f"for name in {modules.split()!r}: importlib.import_module('metrics.' + name)\n"
        f"print([name for name in {HEAVY!r} if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
