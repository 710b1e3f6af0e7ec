"""Fingerprints of checkpoint folders: what counts, what does not, and a cache that cannot hurt."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from model_adapters.shared import fingerprint as module
from model_adapters.shared.fingerprint import folder_fingerprint


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "checkpoint"
    folder.mkdir()
    for name in ("config.json", "tokenizer.json", "processor_config.json", "chat_template.jinja"):
        (folder / name).write_text(name)
    (folder / "model.safetensors").write_bytes(b"weights")
    return folder


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    return tmp_path / "cache" / "sha.json"


def rewrite(path: Path, content: bytes) -> None:
    """Same size perhaps, but a new modification time."""
    stat = path.stat()
    path.write_bytes(content)
    os.utime(path, ns=(stat.st_atime_ns, stat.st_mtime_ns + 1_000_000))


@pytest.mark.parametrize(
    "name",
    [
        "config.json",
        "tokenizer.json",
        "processor_config.json",
        "chat_template.jinja",
        "model.safetensors",
    ],
)
def test_every_file_that_decides_the_answer_counts(folder: Path, cache: Path, name: str) -> None:
    before = folder_fingerprint(folder, cache)
    rewrite(folder / name, (folder / name).read_bytes()[::-1])
    assert folder_fingerprint(folder, cache) != before


def test_by_products_and_the_place_do_not_count(folder: Path, cache: Path) -> None:
    before = folder_fingerprint(folder, cache)
    for name in (
        "README.md",
        "trainer_state.json",
        "optimizer.pt",
        "training_args.bin",
        ".hidden.json",
    ):
        (folder / name).write_text("x")
    (folder / "checkpoint-5").mkdir()
    (folder / "checkpoint-5" / "config.json").write_text("x")
    moved = folder.rename(folder.with_name("moved"))
    assert folder_fingerprint(moved, cache) == before


def test_renaming_a_file_counts(folder: Path, cache: Path) -> None:
    before = folder_fingerprint(folder, cache)
    (folder / "model.safetensors").rename(folder / "other.safetensors")
    assert folder_fingerprint(folder, cache) != before


def test_unchanged_files_are_not_read_again(
    folder: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = folder_fingerprint(folder, cache)
    read: list[str] = []
    sha256 = module.file_digest
    monkeypatch.setattr(module, "file_digest", lambda path: read.append(path.name) or sha256(path))
    assert folder_fingerprint(folder, cache) == before
    assert read == []
    rewrite(folder / "config.json", b"new")
    assert folder_fingerprint(folder, cache) != before
    assert read == ["config.json"]


@pytest.mark.parametrize("content", ["", "[]", "{", '{"x": 1}', '{"x": [1, 2, 3]}'])
def test_damaged_cache_is_ignored_and_replaced(folder: Path, cache: Path, content: str) -> None:
    before = folder_fingerprint(folder, cache)
    cache.write_text(content)
    assert folder_fingerprint(folder, cache) == before
    assert len(json.loads(cache.read_text())) == 5


def test_cache_that_cannot_be_written_is_no_error(folder: Path, tmp_path: Path) -> None:
    """Holds for root too: the cache's parent is a file."""
    blocker = tmp_path / "file"
    blocker.write_text("")
    cache = blocker / "cache.json"
    assert folder_fingerprint(folder, cache) == folder_fingerprint(folder, tmp_path / "ok.json")
    assert folder_fingerprint(folder, Path("/dev/full/x")) == folder_fingerprint(folder, cache)


def test_default_cache_is_the_users(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "xdg"))
    folder_fingerprint(folder)
    assert (tmp_path / "xdg" / "lalm-harness" / "checkpoint_sha256.json").is_file()
    monkeypatch.delenv("XDG_CACHE_HOME")
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    folder_fingerprint(folder)
    assert (tmp_path / "home" / ".cache" / "lalm-harness" / "checkpoint_sha256.json").is_file()
