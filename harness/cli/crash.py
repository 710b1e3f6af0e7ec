"""Crash reports: what a developer needs to find a fault of the harness, without secrets."""

from __future__ import annotations

import os
import platform
import sys
import tempfile
import time
import traceback
from collections.abc import Sequence
from pathlib import Path

from harness.core.redaction import redact_argv, redact_text
from harness.core.version import __version__


def write_report(error: BaseException, argv: Sequence[str]) -> Path | None:
    """Write a report into the folder of temporary files, readable by its owner only.

    It holds versions, the command line (without secrets) and the traceback without values of variables.

    Returns:
        The file, ``None`` if it cannot be written.
    """
    lines = [
        f"harness {__version__}",
        f"python {sys.version.split()[0]} on {platform.platform()}",
        f"command: {' '.join(redact_argv(list(argv)))}",
        "",
        redact_text("".join(traceback.format_exception(error))),
    ]
    try:
        handle, name = tempfile.mkstemp(
            prefix=f"harness-crash-{time.strftime('%Y%m%d-%H%M%S')}-", suffix=".txt"
        )
        with os.fdopen(handle, "w", encoding="utf-8", errors="backslashreplace") as file:
            file.write("\n".join(lines))
    except OSError:
        return None
    return Path(name)
