"""What VoiceBench consists of, and where a downloaded copy keeps it.

``CONFIGS`` lists the eleven configurations that have an official evaluator. A copy is a folder with
``<config>/<split>*.parquet`` (the hub's own layout, also below ``data/``) or with data sets written by
``datasets.save_to_disk``, one per configuration; ``find_splits`` says which files hold which split.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final, Literal, NamedTuple

from harness.errors import InputFileError, MissingDataError
from tasks._shared.local import inside, parse_json

Evaluator = Literal["open", "qa", "mcq", "bbh", "ifeval", "harm"]


class Config(NamedTuple):
    """One configuration of the hub data set.

    Attributes:
        evaluator: the official evaluator that scores it.
        splits: split -> number of items, in reporting order; empty if the names are not known.
        field: document field that a pooled task gets the split's name under.
        fields: original fields that a document must have.
    """

    evaluator: Evaluator
    splits: Mapping[str, int]
    field: str | None = None
    fields: tuple[str, ...] = ("prompt",)


ACCENTS: Final = ("aus", "gbr", "ind_n", "ind_s", "irl", "kenya", "nga", "nzl", "phl", "usa", "zaf")
_DOMAINS: Final = {
    "law": 51,
    "engineering": 107,
    "other": 546,
    "biology": 172,
    "business": 236,
    "economics": 280,
    "health": 406,
    "philosophy": 305,
    "psychology": 317,
    "history": 104,
    "chemistry": 167,
    "physics": 383,
}
_REFERENCE: Final = ("prompt", "reference")

CONFIGS: Final[dict[str, Config]] = {
    "alpacaeval_full": Config("open", {"test": 636}),
    "alpacaeval": Config("open", {"test": 199}),
    "alpacaeval_speaker": Config("open", {}, "voice"),
    "commoneval": Config("open", {"test": 200}),
    "wildvoice": Config("open", {"test": 1000}),
    "sd-qa": Config("qa", dict.fromkeys(ACCENTS, 553), None, _REFERENCE),
    "mmsu": Config("mcq", _DOMAINS, "domain", _REFERENCE),
    "openbookqa": Config("mcq", {"test": 455}, None, _REFERENCE),
    "ifeval": Config(
        "ifeval", {"test": 345}, None, ("key", "prompt", "instruction_id_list", "kwargs")
    ),
    "bbh": Config("bbh", {"test": 1000}, None, ("prompt", "reference", "id")),
    "advbench": Config("harm", {"test": 520}),
}

_SHARD: Final = re.compile(r"-\d+(?:-of-\d+)?(?:-[0-9a-f]+)?$")
_SAVED: Final = "state.json"


class Split(NamedTuple):
    """Place of a split: parquet files, or one folder written by ``save_to_disk``."""

    name: str
    parquet: tuple[Path, ...] = ()
    saved: Path | None = None


def split_of(path: Path, known: Mapping[str, int]) -> str:
    """Return the split a parquet file belongs to, by the official split names where there are any.

    Args:
        path: the file, relative to its configuration's folder.
        known: the official split names.

    >>> split_of(Path("ind_n-00000-of-00001.parquet"), {"ind_n": 553, "ind_s": 553})
    'ind_n'
    >>> split_of(Path("history/0000.parquet"), {}), split_of(Path("voice_a-00000-of-00002.parquet"), {})
    ('history', 'voice_a')
    """
    name = path.parts[0] if len(path.parts) > 1 else path.stem
    for split in known:
        if name == split or re.match(rf"{re.escape(split)}[^A-Za-z]", name):
            return split
    return _SHARD.sub("", name)


def find_splits(root: Path, config: str) -> dict[str, Split]:
    """Find the splits that a copy holds of a configuration; official ones first, in reporting order.

    Raises:
        MissingDataError: the folder holds nothing of that configuration.
        InputFileError: a saved data set's description is malformed.
    """
    known = CONFIGS[config].splits
    found: dict[str, Split] = {}
    for folder in (root / config, root / "data" / config):
        if not folder.is_dir():
            continue
        files: dict[str, list[Path]] = {}
        for path in sorted(path for path in folder.rglob("*.parquet") if inside(root, path)):
            files.setdefault(split_of(path.relative_to(folder), known), []).append(path)
        found = {name: Split(name, tuple(paths)) for name, paths in files.items()}
        found = found or {split.name: split for split in _saved(folder)}
        if found:
            break
    else:
        found = {split.name: split for split in _saved(root) if _config_name(split) == config}
    if not found:
        raise MissingDataError(
            f"no {config} configuration: expected {config}/<split>*.parquet or a data set saved"
            f" with save_to_disk in {config}/",
            where=str(root),
            hint="give the folder that holds the configurations: --data voicebench=FOLDER",
        )
    order = [name for name in known if name in found]
    return {name: found[name] for name in [*order, *sorted(set(found) - set(order))]}


def _saved(folder: Path) -> Iterator[Split]:
    """Yield the saved splits of a folder: a saved ``Dataset`` itself, or the members of a ``DatasetDict``."""
    for place in (folder, *sorted(path for path in folder.iterdir() if path.is_dir())):
        if inside(folder, place / _SAVED) is not None:
            stored = _read_json(place / _SAVED).get("_split")
            name = place.name if place != folder else str(stored or "test")
            yield Split(name, (), place)


def _config_name(split: Split) -> str:
    """Return the configuration that a saved split says it belongs to."""
    description = split.saved / "dataset_info.json" if split.saved else None
    if description is None or not description.is_file():
        return ""
    return str(_read_json(description).get("config_name") or "")


def _read_json(path: Path) -> dict[str, object]:
    try:
        content = parse_json(path.read_text(encoding="utf-8"), str(path))
    except (OSError, UnicodeDecodeError) as error:
        raise InputFileError(f"not a readable JSON file: {error}", where=str(path)) from error
    if not isinstance(content, dict):
        raise InputFileError("expected an object", where=str(path))
    return content
