"""The log of batches next to a run: files that were uploaded, batches made of them and gone since, requests whose answer was handed out.

It is only appended to. A line that cannot be read, torn by a process that was killed or changed by hand, is passed over.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from harness.core.untrusted.bounded_json import load_json
from harness.errors import StorageError

_APPEND: Final = (
    os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK
)
"""Nothing is written through a link, and no reader of a pipe is waited for."""


@dataclass(slots=True)
class BatchLog:
    """The log of one service's batches.

    Every method that writes raises ``StorageError`` where it cannot.

    Attributes:
        path: file of the log.
        url: of the service; lines of others are left alone.
    """

    path: Path
    url: str

    def read(self) -> tuple[dict[str, set[str]], dict[str, list[str]]]:
        """Return the batches with their requests that nobody has the answer of, and the files of which no batch is named."""
        batches: dict[str, set[str]] = {}
        files: dict[str, list[str]] = {}
        for line in self.path.read_bytes().split(b"\n") if self.path.is_file() else ():
            try:
                record = load_json(line)
            except ValueError:
                continue
            if not isinstance(record, dict):
                continue
            file, made, done, gone = (record.get(key) for key in ("file", "batch", "done", "gone"))
            if isinstance(done, str):
                for names in batches.values():
                    names.discard(done)
            elif isinstance(gone, str):
                batches.pop(gone, None)
            elif record.get("url") != self.url or not _are_names(record.get("requests")):
                continue
            elif isinstance(made, str):
                if isinstance(file, str):
                    files.pop(file, None)
                batches[made] = set(record["requests"])
            elif isinstance(file, str):
                files[file] = record["requests"]
        return batches, files

    def uploaded(self, file: str, requests: list[str]) -> None:
        """Note that a file of requests was uploaded."""
        self._append({"file": file, "url": self.url, "requests": requests})

    def made(self, batch: str, file: str, requests: list[str]) -> None:
        """Note that a batch was made of a file."""
        self._append({"batch": batch, "file": file, "url": self.url, "requests": requests})

    def done(self, request: str) -> None:
        """Note a request whose answer was handed out, or that its batch ended without one."""
        self._append({"done": request})

    def gone(self, batch: str) -> None:
        """Note that the service no longer has a batch: nobody asks for it again."""
        self._append({"gone": batch})

    def _append(self, record: Mapping[str, Any]) -> None:
        try:
            with os.fdopen(os.open(self.path, _APPEND, 0o600), "ab") as file:
                file.write(json.dumps(record).encode() + b"\n")
        except OSError as error:
            raise StorageError(f"cannot write: {error.strerror}", where=str(self.path)) from error


def _are_names(found: object) -> bool:
    """Tell whether a line names requests: each a digest and a number."""
    return isinstance(found, list) and all(
        isinstance(name, str) and name.rpartition("-")[2].isdecimal() for name in found
    )
