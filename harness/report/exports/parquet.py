"""Scored items as Parquet, a row per item and repeat, for pandas, DuckDB or ``datasets``."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, Final

from harness.core.keys import canonical_json
from harness.errors import StorageError
from harness.report.frame import sample_frame
from harness.run.reader import RunView

ABOUT: Final = "scored items, a row each, for pandas, DuckDB or datasets"
SUFFIX: Final = ".parquet"
_ANY: Final = ("reference", "response", "extracted")


def write(view: RunView, path: Path) -> None:
    """Write the items of a run. A reference, response or extracted answer that is not text is JSON.

    Raises:
        StorageError: the file cannot be written.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    frame = sample_frame(view)
    for name in _ANY:
        frame[name] = frame[name].map(_text)
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        pq.write_table(pa.Table.from_pandas(frame, preserve_index=False), temporary)
        temporary.chmod(0o600)
        temporary.replace(path)
    except OSError as error:
        raise StorageError(f"cannot write: {error.strerror or error}", where=str(path)) from error
    finally:
        temporary.unlink(missing_ok=True)


def _text(value: Any) -> Any:
    return value if value is None or isinstance(value, str) else canonical_json(value)
