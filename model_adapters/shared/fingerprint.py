"""Fingerprint of a checkpoint folder: sha256 over the files that decide what the model says.

Config, tokenizer, processor, chat template and weight files count; optimiser states, logs, READMEs and
other by-products of training do not, nor do names of the folder or times. Hashing tens of gigabytes takes
minutes, so digests are cached by path, size and modification time in the user's cache folder
(``XDG_CACHE_HOME``). A cache that cannot be read or written is not an error: the files are hashed again.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import tempfile
from pathlib import Path
from typing import Final

_SUFFIXES: Final = {".json", ".jinja", ".safetensors", ".bin", ".model", ".txt", ".tiktoken"}
_BY_PRODUCTS: Final = {
    "all_results.json",
    "eval_results.json",
    "requirements.txt",
    "scheduler.bin",
    "optimizer.bin",
    "train_results.json",
    "trainer_state.json",
    "training_args.bin",
    "training_args.json",
    "trainer_log.jsonl",
}


def checkpoint_files(folder: Path, *, code: bool = False) -> list[Path]:
    """Return the files of a checkpoint that enter its fingerprint, sorted by their path inside the folder.

    One level of sub-folders counts too (additional chat templates), except other checkpoints. With ``code``, Python
    files count as well.
    """
    suffixes = _SUFFIXES | {".py"} if code else _SUFFIXES
    found = [
        path for pattern in ("*", "additional_chat_templates/*") for path in folder.glob(pattern)
    ]
    return sorted(
        path
        for path in found
        if path.is_file()
        and path.suffix in suffixes
        and path.name not in _BY_PRODUCTS
        and not path.name.startswith((".", "README", "LICENSE"))
    )


def folder_fingerprint(folder: str | Path, cache: Path | None = None, *, code: bool = False) -> str:
    """Return a hex digest over names and contents of the checkpoint's files.

    Args:
        folder: the checkpoint.
        cache: the cache file; default is in the user's cache folder.
        code: Python files count as well, since they are run.
    """
    folder = Path(folder).resolve()
    cache = cache or _default_cache()
    known = _read_cache(cache)
    digest = hashlib.sha256()
    fresh: dict[str, list[object]] = {}
    for path in checkpoint_files(folder, code=code):
        stat = path.stat()
        key, mark = str(path), [stat.st_size, stat.st_mtime_ns]
        entry = known.get(key)
        if entry is None or entry[:2] != mark:
            entry = fresh[key] = [*mark, file_digest(path)]
        digest.update(f"{path.relative_to(folder).as_posix()}\0{entry[2]}\n".encode())
    if fresh:
        _write_cache(cache, {**known, **fresh})
    return digest.hexdigest()


def file_digest(path: Path) -> str:
    """Return the SHA-256 of a file's bytes, as hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _default_cache() -> Path:
    root = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    return Path(root) / "lalm-harness" / "checkpoint_sha256.json"


def _read_cache(cache: Path) -> dict[str, list[object]]:
    try:
        content = json.loads(cache.read_bytes())
    except (OSError, ValueError):
        return {}
    if not isinstance(content, dict):
        return {}
    return {
        key: entry
        for key, entry in content.items()
        if isinstance(entry, list) and len(entry) == 3 and isinstance(entry[2], str)
    }


def _write_cache(cache: Path, content: dict[str, list[object]]) -> None:
    """Replace the cache file in one step, so that parallel runs never read half of it."""
    with contextlib.suppress(OSError):
        cache.parent.mkdir(parents=True, exist_ok=True)
        descriptor, name = tempfile.mkstemp(dir=cache.parent, suffix=".tmp")
        try:
            with os.fdopen(descriptor, "w", encoding="utf-8") as file:
                json.dump(content, file)
            Path(name).replace(cache)
        except OSError:
            Path(name).unlink(missing_ok=True)
