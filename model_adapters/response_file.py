"""Reading stored replies: a responses file or a run's ``responses.jsonl``, as records with a place.

A file is a JSON array, or JSONL split on the newline character only (replies contain U+2028 and the like); either may
be gzip-compressed, which is told by content, never by name. Every record comes with the place that
messages name: ``file:line``, or ``file, record n`` in an array. A run's log may end in a torn line;
that line is no reply and is left out. Any other malformed content is an ``InputFileError``.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final, NamedTuple

from harness.errors import InputFileError, UsageError

RUN_LOG: Final = "responses.jsonl"
_GZIP: Final = b"\x1f\x8b"


class Record(NamedTuple):
    """One stored reply and where it stands."""

    where: str
    fields: dict[str, Any]


class ResponseFile(NamedTuple):
    """Content of a responses file.

    Attributes:
        path: the file itself (the log, if a run directory was given).
        sha256: hex digest of the file as it lies on disk.
        records: in file order.
    """

    path: Path
    sha256: str
    records: list[Record]


def read_response_file(target: str | Path) -> ResponseFile:
    """Read stored replies.

    Args:
        target: a responses file, or a run directory (its ``responses.jsonl`` is read).

    Raises:
        UsageError: there is no such file.
        InputFileError: not gzip, not UTF-8, not JSON, or a record that is not an object.
    """
    path = Path(target).expanduser()
    if path.is_dir():
        path = path / RUN_LOG
    try:
        data = path.read_bytes()
    except FileNotFoundError as error:
        raise UsageError(
            f"no such responses file: {path}",
            hint="replay: takes a JSON or JSONL file of replies, or a run directory",
        ) from error
    except OSError as error:
        raise UsageError(
            f"cannot read responses file: {error.strerror}", where=str(path)
        ) from error
    digest = hashlib.sha256(data).hexdigest()
    data = _unzipped(data, path).removeprefix(b"\xef\xbb\xbf")
    found = _array(data, path) if data.lstrip()[:1] == b"[" else _lines(data, path)
    records = list(found)
    if not records:
        raise InputFileError("the file holds no records", where=str(path))
    return ResponseFile(path, digest, records)


def _unzipped(data: bytes, path: Path) -> bytes:
    if not data.startswith(_GZIP):
        return data
    try:
        return gzip.decompress(data)
    except (OSError, EOFError, zlib.error) as error:
        raise InputFileError(f"damaged gzip data: {error}", where=str(path)) from error


def _array(data: bytes, path: Path) -> Iterator[Record]:
    try:
        records = json.loads(data)
    except UnicodeDecodeError as error:
        raise InputFileError(f"not UTF-8: {error.reason}", where=str(path)) from error
    except json.JSONDecodeError as error:
        raise InputFileError(
            f"invalid JSON: {error.msg} (column {error.colno})", where=f"{path}:{error.lineno}"
        ) from error
    for number, fields in enumerate(records, start=1):
        yield _record(fields, f"{path}, record {number}")


def _lines(data: bytes, path: Path) -> Iterator[Record]:
    lines = data.split(b"\n")
    torn = len(lines) if lines[-1].strip() and path.name == RUN_LOG else None
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        where = f"{path}:{number}"
        try:
            fields = json.loads(line)
        except ValueError as error:
            if number == torn:
                return
            if isinstance(error, json.JSONDecodeError):
                message = f"invalid JSON: {error.msg} (column {error.colno})"
            else:
                message = f"not UTF-8: {error}"
            raise InputFileError(
                message, where=where, hint="expected one JSON object a line, or one JSON array"
            ) from error
        yield _record(fields, where)


def _record(fields: object, where: str) -> Record:
    if not isinstance(fields, dict):
        raise InputFileError(
            f"expected a JSON object, found {type(fields).__name__}",
            where=where,
            hint='a record is {"id": …, "doc": {…}, "response": "…"}',
        )
    return Record(where, fields)
