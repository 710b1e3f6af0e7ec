"""Items of a declared task: JSON lines, a JSON array, CSV, TSV, Parquet, a hub data set, or a folder of clips.

Rows keep the fields of the file. A clip is a path relative to the file, or a cell of a Parquet file; nothing is decoded here.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple

from harness.audio import AudioRef
from harness.errors import InputFileError, MissingDataError
from tasks._shared import hub
from tasks._shared.local import inside, parse_json
from tasks.declared.data_block import DataBlock

CLIPS: Final = frozenset({".wav", ".flac", ".mp3", ".ogg", ".opus", ".aiff", ".aif", ".au", ".w64"})
"""Suffixes of the clips that are looked for in a folder of clips."""
OTHERS: Final = frozenset(
    {".m4a", ".aac", ".mp4", ".m4b", ".wma", ".webm", ".amr", ".3gp", ".caf", ".ape", ".wv", ".mka"}
)
"""Suffixes of recordings that are usually to be converted before they are read."""
_MAX_BYTES: Final = 2_000_000_000
_LARGEST_CELL: Final = 10_000_000
"""Characters of one cell of a table; Python's own bound is 131,072."""
_HEAD: Final = 65_536
"""Characters among which the first line of a table is looked for."""
_SEPARATORS: Final = (",", ";", "\t")
_SAID: Final = re.compile(r"(?i)sep=([,;\t|])")
_QUOTED: Final = re.compile(r'"[^"]*"')
_LISTS: Final = ("data", "items", "examples", "rows")


class Row(NamedTuple):
    """One item: its fields without clips, its clips, where it stands; ``absent`` names a clip that is not there."""

    fields: dict[str, Any]
    clips: list[AudioRef]
    where: str
    absent: str | None = None


def absent_note(rows: Sequence[Row]) -> tuple[str, ...]:
    """Return the note about items whose clips are absent, none if there are none.

    >>> absent_note([Row({}, [], "items.csv:3", "s2.wav")])
    ('1 clip is absent: s2.wav (items.csv:3)',)
    """
    if not rows:
        return ()
    first = f"{rows[0].absent} ({rows[0].where})"
    if len(rows) == 1:
        return (f"1 clip is absent: {first}",)
    return (f"{len(rows)} clips are absent, the first: {first}",)


class Opened(NamedTuple):
    """Items of a source, where they came from, and their version for the signature."""

    rows: Iterator[Row]
    source: str
    version: str


def open_items(
    data: DataBlock, root: Path | None, revision: str | None = None, *, task: str
) -> Opened:
    """Open what a data block names.

    Args:
        data: the block.
        root: folder that holds the data; nothing outside it is read. ``None`` is the hub, or the current folder.
        revision: of a hub data set.
        task: name of the task, for errors.

    Raises:
        MissingDataError: it is not there, or the hub cannot be reached.
        InputFileError: it lies outside ``root``, or is of no known form.
    """
    if data.hub is not None and root is not None:
        folder, files = _copied(root, data.config, data.split or "test")
        if not files:
            raise MissingDataError(
                f"no Parquet files of {data.split or 'test'!r} for {task}",
                where=str(folder),
                hint=f"the copy of --data {task}=FOLDER has a folder {data.config or ''} as on the hub",
            )
        return Opened(_parquet(files, data.audio), str(folder), "local")
    if data.hub is not None:
        found = hub.snapshot(
            data.hub,
            split=data.split or "test",
            revision=revision,
            benchmark=task,
            config=data.config,
        )
        return Opened(_parquet(found.files, data.audio), data.hub, found.revision[:12])
    root = root or Path()
    for path in data.paths:
        folder = root / path
        if folder.is_dir():
            if not folder.resolve().is_relative_to(root.resolve()):
                raise InputFileError(
                    f"{path!r} lies outside the folder of the data", where=str(root)
                )
            files = hub.split_files(folder, data.split)
            rows = _parquet(files, data.audio) if files else _folder(folder)
            return Opened(rows, str(folder), "local")
        file = inside(root, path)
        if file is not None:
            return Opened(_file(file, data, root), str(file), "local")
    raise MissingDataError(
        f"the items of {task} are not there: {' or '.join(data.paths)}",
        where=str(root),
        hint=f"put the file next to the task file, or name its folder: --data {task}=FOLDER",
    )


def _copied(root: Path, config: str | None, split: str) -> tuple[Path, tuple[Path, ...]]:
    """Return the folder of a configuration in a copy, and its Parquet files.

    A copy of one configuration alone may have them in its root; the folder of another configuration is never taken for it.
    """
    if config and (root / config).is_dir():
        return root / config, hub.split_files(root / config, split)
    files = hub.split_files(root, split) if root.is_dir() else ()
    if not config:
        return root, files
    own = (root, root / split, root / "data", root / "data" / split)
    return root, tuple(file for file in files if file.parent in own)


def _file(file: Path, data: DataBlock, root: Path) -> Iterator[Row]:
    suffix = file.suffix.lower()
    if suffix == ".parquet":
        return _parquet((file,), data.audio)
    if suffix not in _READERS:
        raise InputFileError(
            f"items of the form {suffix or 'without a suffix'!r} cannot be read",
            where=str(file),
            hint=f"known: {', '.join([*_READERS, '.parquet'])}, or a folder of clips",
        )
    return (
        _with_clips(fields, where, data, (file.parent, root))
        for fields, where in _READERS[suffix](file)
    )


def _with_clips(
    fields: dict[str, Any], where: str, data: DataBlock, folders: tuple[Path, Path]
) -> Row:
    clips: list[AudioRef] = []
    for name in data.audio:
        if name not in fields:
            raise InputFileError(
                f"the field {name!r} of the clip is missing; there are {', '.join(fields)}",
                where=where,
                hint="name it in metadata.lalm.data: audio",
            )
        value = fields.pop(name)
        for one in value if isinstance(value, list) else [value]:
            if not isinstance(one, str) or not one.strip():
                raise InputFileError(f"field {name!r} is {one!r}, expected a path", where=where)
            one = one.removeprefix(data.clips).lstrip("/") if data.clips else one
            clip = _clip(one, folders, where)
            if clip is None:
                return Row(fields, [], where, absent=one)
            clips.append(AudioRef(clip, one))
    return Row(fields, clips, where)


def _spellings(name: str) -> tuple[str, ...]:
    """Return a name, and the forms that other systems give it: slashes of Windows, letters that macOS takes apart."""
    if name.isascii() and "\\" not in name:
        return (name,)
    plain = name.replace("\\", "/")
    forms = (name, plain, *(unicodedata.normalize(form, plain) for form in ("NFC", "NFD")))
    return tuple(dict.fromkeys(forms))


def _clip(name: str, folders: tuple[Path, Path], where: str) -> Path | None:
    beside, root = folders
    try:
        found = (inside(root, beside / one) or inside(root, one) for one in _spellings(name))
        return next((one for one in found if one is not None), None)
    except InputFileError as error:
        raise InputFileError(
            error.message,
            where=where,
            hint="name a folder that holds items and clips: --data NAME=FOLDER",
        ) from error


def _text(file: Path) -> str:
    try:
        if file.stat().st_size > _MAX_BYTES:
            raise InputFileError("larger than 2 GB; use Parquet", where=str(file))
        content = file.read_bytes()
    except OSError as error:
        raise InputFileError(f"cannot read: {error.strerror}", where=str(file)) from error
    wide = content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    try:
        return content.decode("utf-16" if wide else "utf-8-sig")
    except UnicodeDecodeError as error:
        line = 1 + content.count(b"\n", 0, error.start)
        raise InputFileError(
            f"not UTF-8: {error.reason} at byte {error.start}",
            where=str(file) if wide else f"{file}:{line}",
            hint="save it as UTF-8 (in Excel: CSV UTF-8)",
        ) from error


def _json_lines(file: Path) -> Iterator[tuple[dict[str, Any], str]]:
    for number, line in enumerate(_text(file).split("\n"), start=1):
        if line.strip():
            where = f"{file}:{number}"
            yield _object(parse_json(line, where), where), where


def _json_array(file: Path) -> Iterator[tuple[dict[str, Any], str]]:
    text = _text(file)
    if _is_lines(text):  # some lists of JSON lines are named so
        yield from _json_lines(file)
        return
    found = parse_json(text, str(file))
    if isinstance(found, dict):
        one = [found] if "\n" not in text.strip() else found  # JSON lines with a single line
        found = next((found[key] for key in _LISTS if isinstance(found.get(key), list)), one)
    if not isinstance(found, list):
        raise InputFileError("expected a JSON array of objects", where=str(file))
    for number, item in enumerate(found):
        where = f"{file}, item {number}"
        yield _object(item, where), where


def _is_lines(text: str) -> bool:
    """Return whether the first of several lines is an object of its own."""
    first, _, rest = text.lstrip().partition("\n")
    if not first.startswith("{") or not rest.strip():
        return False
    try:
        return isinstance(parse_json(first, ""), dict)
    except InputFileError:
        return False


def _object(item: Any, where: str) -> dict[str, Any]:
    if not isinstance(item, dict):
        raise InputFileError(f"expected an object, found {type(item).__name__}", where=where)
    return {key: value for key, value in item.items() if not key.startswith("_")}


def _separator(text: str, usual: str) -> tuple[str, str]:
    """Return the separator of a table, and the table from its header on.

    A line ``sep=;`` says it; a header without the usual one has the only other one in its place, as spreadsheets of many
    languages write semicolons.
    """
    head = text[:_HEAD]
    said = _SAID.fullmatch(head.partition("\n")[0].strip("\r"))
    if said:
        return said[1], text.partition("\n")[2]
    header = re.split(r"[\r\n]", _QUOTED.sub("", head.lstrip("\r\n")), maxsplit=1)[0]
    others = [one for one in _SEPARATORS if one in header]
    return (usual if usual in others or len(others) != 1 else others[0]), text


def _table(file: Path, usual: str) -> Iterator[tuple[dict[str, Any], str]]:
    whole = _text(file)
    delimiter, text = _separator(whole, usual)
    above = int(text is not whole)
    csv.field_size_limit(max(csv.field_size_limit(), _LARGEST_CELL))  # of the whole process
    reader = csv.DictReader(
        io.StringIO(text, newline=""),
        delimiter=delimiter,
        strict=True,
        skipinitialspace=delimiter == ",",
    )
    try:
        while (found := reader.fieldnames) is not None and not any(found):
            reader.fieldnames = None  # a blank line above the header
        names = found or []
        if len(names) == 1 and (other := next((one for one in ";\t,|" if one in names[0]), None)):
            raise InputFileError(
                f"the first line is one cell with {other!r} in it",
                where=f"{file}:{above + 1}",
                hint="cells of .csv are separated by commas, those of .tsv by tabs: save it in one of these forms",
            )
        if len(set(names)) < len(names) or not all(names):
            raise InputFileError(
                "the first line has a name twice, or an empty one",
                where=f"{file}:{above + reader.line_num}",
            )
        for row in reader:
            where = f"{file}:{above + reader.line_num}"
            cells = [*row.values()]
            if None in row or None in cells:
                raise InputFileError(
                    f"the line has {'more' if None in row else 'fewer'} than the {len(names)} cells of the first line",
                    where=where,
                    hint="put a cell that holds the separator in quotes",
                )
            yield {name: value for name, value in row.items() if not name.startswith("_")}, where
    except csv.Error as error:
        raise InputFileError(
            f"not a table: {error}",
            where=f"{file}:{above + reader.reader.line_num}",  # its own is that of the last row
        ) from error


def _parquet(files: tuple[Path, ...], audio: Sequence[str]) -> Iterator[Row]:
    if len(audio) != 1:
        raise InputFileError("a Parquet file has one audio column", where=str(files[0]))
    for number, row in enumerate(hub.rows(files, (audio[0],))):
        clip = AudioRef(row.cell, row.audio_name)
        fields = {key: value for key, value in row.values.items() if not key.startswith("_")}
        yield Row(fields, [clip], f"{files[0].parent}, row {number}")


def _folder(folder: Path) -> Iterator[Row]:
    """Yield an item per clip; a text file of the same name is its transcript."""
    found = sorted(
        path
        for path in folder.rglob("*")
        if path.suffix.lower() in CLIPS and not path.name.startswith(".")
    )
    if not found:
        other = next((path for path in folder.rglob("*") if path.suffix.lower() in OTHERS), None)
        raise MissingDataError(
            "no clips and no Parquet files",
            where=str(folder),
            hint=f"recordings such as {other.name} are not read: convert them, e.g. with ffmpeg -i FILE FILE.wav"
            if other
            else None,
        )
    for path in found:
        if inside(folder, path) is None:
            continue
        name = path.relative_to(folder).as_posix()
        fields: dict[str, Any] = {"id": name}
        text = path.with_suffix(".txt")
        if inside(folder, text) is not None:
            fields["text"] = _text(text).strip()
        yield Row(fields, [AudioRef(path, name)], str(path))


Reader = Callable[[Path], Iterator[tuple[dict[str, Any], str]]]
_READERS: Final[Mapping[str, Reader]] = {
    ".jsonl": _json_lines,
    ".ndjson": _json_lines,
    ".json": _json_array,
    ".csv": lambda file: _table(file, ","),
    ".tsv": lambda file: _table(file, "\t"),
}
