"""How much memory one command takes, measured in a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

_PROGRAM = """
import json, re, sys
sys.argv[0] = "harness"
from harness.cli import main
try:
    main()
except SystemExit as ended:
    code = ended.code
# VmHWM, since ru_maxrss would also count the process that this one was forked from
peak = 1024 * int(re.search(r"VmHWM:\\s+(\\d+) kB", open("/proc/self/status").read())[1])
print("PEAK", json.dumps([code, peak]), file=sys.stderr)
"""


def peak_bytes(command: Sequence[str | Path], **environment: str) -> int:
    """Return the peak resident memory of ``harness COMMAND``.

    Raises:
        RuntimeError: the command failed, or ended without a figure; the message holds its stderr.
    """
    found = subprocess.run(
        [sys.executable, "-c", _PROGRAM, *map(str, command)],
        capture_output=True, text=True, check=False, env={**os.environ, **environment},
    )  # fmt: skip
    line = next((line for line in found.stderr.split("\n") if line.startswith("PEAK ")), None)
    if line is None:
        raise RuntimeError(f"the command ended without a figure: {found.stderr}")
    code, peak = json.loads(line.removeprefix("PEAK "))
    if code != 0:
        raise RuntimeError(f"the command ended with {code}: {found.stderr}")
    return int(peak)
