"""Hazards: a copy of a benchmark reads files outside its folder, or ends a run by its JSON."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from harness.errors import InputFileError
from tasks._shared.arrow import saved_files
from tasks._shared.hub import split_files
from tasks._shared.local import inside, parse_json
from tasks.quickstart.data import PACKAGED
from tests.support.budget import mostly_long
from tests.support.command import CommandResult
from tests.support.data.tiny_copies import WRITERS

Cli = Callable[..., CommandResult]


def test_names_and_links_that_leave_are_refused(tmp_path: Path) -> None:
    root, outside = tmp_path / "copy", tmp_path / "outside.wav"
    (root / "clips").mkdir(parents=True)
    outside.write_bytes(b"x")
    (root / "clips" / "own.wav").write_bytes(b"x")
    (root / "link.wav").symlink_to(outside)
    (root / "folder").symlink_to(tmp_path)
    (root / "near.wav").symlink_to("clips/own.wav")
    os.mkfifo(root / "pipe.wav")
    (root / "zero.wav").symlink_to("/dev/zero")
    (root / "loop.wav").symlink_to("loop.wav")
    assert inside(root, "clips/own.wav") == root / "clips" / "own.wav"
    assert inside(root, "near.wav") == root / "near.wav"
    for absent in ("none.wav", "clips", "loop.wav"):
        assert inside(root, absent) is None
    for name in ("../outside.wav", str(outside), "link.wav", "folder/outside.wav", "zero.wav"):
        with pytest.raises(InputFileError, match="outside the folder"):
            inside(root, name)
    with pytest.raises(InputFileError, match="not a regular file"):
        inside(root, "pipe.wav")
    for name in ("a\0b", "x" * 5000):
        with pytest.raises(InputFileError, match="can have the name"):
            inside(root, name)


def test_files_of_a_hub_snapshot_belong_to_it(tmp_path: Path) -> None:
    repo = tmp_path / "datasets--a--b"
    root = repo / "snapshots" / "0123"
    (repo / "blobs").mkdir(parents=True)
    (root / "data").mkdir(parents=True)
    (repo / "blobs" / "abc").write_bytes(b"x")
    (root / "data" / "test.parquet").symlink_to("../../../blobs/abc")
    assert inside(root, "data/test.parquet") is not None
    assert split_files(root / "data", "test") == (root / "data" / "test.parquet",)
    with pytest.raises(InputFileError):
        inside(root, "../../../other")


def test_shards_of_a_saved_set_stay_inside(tmp_path: Path) -> None:
    root = tmp_path / "copy"
    root.mkdir()
    for name in ("../x.arrow", "/etc/hostname"):
        (root / "state.json").write_text(json.dumps({"_data_files": [{"filename": name}]}))
        with pytest.raises(InputFileError, match="outside the folder"):
            saved_files(root)


@pytest.mark.parametrize(
    ("text", "said"),
    [("[" * 100_000, "nested too deeply"), ("9" * 6000, "digits"), ('{"a": ', "not valid JSON")],
)
def test_json_that_cannot_be_read_is_named(text: str, said: str) -> None:
    with pytest.raises(InputFileError, match=said) as caught:
        parse_json(text, "items.json")
    assert caught.value.where == "items.json"


@pytest.mark.parametrize(
    ("benchmark", "task"),
    [
        ("mmau", "mmau_test_mini"), ("sakura", "sakura_animal_single"), ("mmsu", "mmsu"),
        ("llaso_eval", "llaso_vctk_age_classification"), ("speech_ifeval", "speech_ifeval_closed"),
        ("quickstart", "quickstart_choice"), ("voicebench", "voicebench_commoneval"),
    ],
)  # fmt: skip
def test_every_loader_refuses_a_link_that_leaves_the_copy(
    cli: Cli, tmp_path: Path, benchmark: str, task: str
) -> None:
    """All files of a copy are links to another folder: nothing of it is read."""
    WRITERS[benchmark](tmp_path / "real")
    if benchmark == "quickstart":
        shutil.copytree(PACKAGED / "clips", tmp_path / "real" / "clips")
        shutil.copy(PACKAGED / "items.jsonl", tmp_path / "real")
    root = tmp_path / "copy"
    for path in sorted((tmp_path / "real").rglob("*")):
        place = root / path.relative_to(tmp_path / "real")
        place.parent.mkdir(parents=True, exist_ok=True)
        if path.is_dir():
            place.mkdir(exist_ok=True)
        elif path.suffix in (".wav", ".opus", ".flac", ".parquet", ".mp3", ".arrow"):
            place.symlink_to(path)
        else:
            shutil.copy(path, place)
    command = ("evaluate", "baseline:first", "-t", task, "--data", f"{benchmark}={root}", "-q")
    found = cli(*command, "--judge", "none", "-o", tmp_path / "run")
    assert found.code == 2, found.err
    assert "outside the folder" in found.err and "Traceback" not in found.err


@pytest.mark.parametrize(
    "benchmark",
    mostly_long(
        sorted(set(WRITERS) - {"quickstart"}), {*WRITERS} - {"quickstart", "dynamic_superb"}
    ),
)
def test_a_copy_may_be_named_by_a_relative_path(
    cli: Cli,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    benchmark: str,
) -> None:
    """A path that a search gives begins with the folder, and must not be joined to it once more."""
    (tmp_path / "copy").mkdir()
    WRITERS[benchmark](tmp_path / "copy")
    monkeypatch.chdir(tmp_path)
    found = cli(
        "evaluate", "mock:echo", "-t", benchmark, "--data", f"{benchmark}=copy", "-L", "1",
        "-o", "run", "--judge", "none", "--quiet",
    )  # fmt: skip
    assert found.code == 0, found.err
