"""Names of the files of a run directory, and the version of their form.

They stand on the ground because adapters and readers of stored replies know them too; ``harness.run.files`` has
the records that the files hold.
"""

from __future__ import annotations

from typing import Final

SCHEMA_VERSION: Final = 1
MANIFEST: Final = "manifest.json"
RESPONSES: Final = "responses.jsonl"
JUDGEMENTS: Final = "judgements.jsonl"
SAMPLES: Final = "samples.jsonl"
RESULTS: Final = "results.json"
LOCK: Final = ".lock"
