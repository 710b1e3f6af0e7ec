"""What one process of the harness costs."""

from __future__ import annotations

import json
import os
import subprocess
import sys

HARNESS = [sys.executable, "-m", "harness"]
# what is measured is forked from a process of a few megabytes: its highest memory counts the process it comes from
_LAUNCHER = """
import json, os, subprocess, sys, time
started = time.perf_counter()
process = subprocess.Popen(sys.argv[1:], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
_, status, usage = os.wait4(process.pid, 0)
wall = time.perf_counter() - started
print(json.dumps([os.waitstatus_to_exitcode(status), wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024]))
"""


def timed(
    arguments: list[str], environment: dict[str, str] | None = None
) -> tuple[float, float, float]:
    """(wall seconds, CPU seconds, peak RSS in MB) of one process."""
    found = subprocess.run(
        [sys.executable, "-S", "-c", _LAUNCHER, *HARNESS, *arguments],
        env={**os.environ, **(environment or {})},
        capture_output=True,
        text=True,
        check=True,
    )
    code, wall, cpu, memory = json.loads(found.stdout)
    if code != 0:
        raise SystemExit(f"harness {' '.join(arguments)} exited with {code}")
    return wall, cpu, memory
