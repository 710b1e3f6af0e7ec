"""Libraries that tell their makers about a run are told not to, unless the user's own environment says otherwise."""

from __future__ import annotations

import os
from typing import Final

VARIABLES: Final = {
    "DO_NOT_TRACK": "1",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "HF_UPDATE_DOWNLOAD_COUNTS": "0",  # datasets: a request to a counter for every data set that is loaded
}


def silence() -> None:
    """Set the variables for this process and those that it starts; libraries read them when they are imported."""
    for name, value in VARIABLES.items():
        os.environ.setdefault(name, value)
