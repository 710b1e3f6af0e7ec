"""The hub path against a loopback hub: real client, real HTTP, parquet on a branch of its own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from harness.errors import MissingDataError
from tasks._shared.hub import CONVERTED, rows, snapshot, split_files
from tests.support.servers.hub_server import CARD, Hub


def parquet(tmp_path: Path, clip: bytes = b"clip") -> bytes:
    import pyarrow as pa
    import pyarrow.parquet as pq

    file = tmp_path / "made.parquet"
    pq.write_table(
        pa.table({"id": ["x"], "audio": [{"bytes": clip, "path": "x.wav"}]}),
        file,
        compression="none",
        use_dictionary=False,
    )
    return file.read_bytes()


@pytest.fixture
def hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    with Hub().serve() as served:
        served.use(monkeypatch, tmp_path / "cache")
        yield served


@pytest.mark.network
def test_parquet_of_the_split_comes_down_with_its_commit(hub: Hub, tmp_path: Path) -> None:
    content = parquet(tmp_path)
    commit = hub.commit(
        "own/data",
        {
            "README.md": CARD,
            "data/test-00000-of-00001.parquet": content,
            "data/train-00000-of-00001.parquet": b"never fetched",
        },
    )
    found = snapshot("own/data", split="test", benchmark="sakura")
    assert found.revision == commit
    assert [path.name for path in found.files] == ["test-00000-of-00001.parquet"]
    assert not any("train" in path for path in hub.contents())
    assert [(row.values, row.audio_name) for row in rows(found.files)] == [({"id": "x"}, "x.wav")]


@pytest.mark.network
def test_files_that_tell_no_split_are_all_taken(hub: Hub, tmp_path: Path) -> None:
    hub.commit("own/data", {"a/0000.parquet": parquet(tmp_path), "b/0000.parquet": b""})
    found = snapshot("own/data", split="test", benchmark="sakura", config="a")
    assert [path.parent.name for path in found.files] == ["a"]
    with pytest.raises(MissingDataError, match="no parquet file of split 'test'"):
        snapshot("own/data", split="test", benchmark="sakura", config="c")


@pytest.mark.network
def test_a_pinned_commit_stays_when_the_branch_moves(hub: Hub, tmp_path: Path) -> None:
    name = "data/test-00000-of-00001.parquet"
    old = hub.commit("own/data", {name: parquet(tmp_path, b"old")})
    new = hub.commit("own/data", {name: parquet(tmp_path, b"new")})
    for revision, commit, clip in ((old, old, b"old"), (None, new, b"new"), ("main", new, b"new")):
        found = snapshot("own/data", split="test", revision=revision, benchmark="sakura")
        assert found.revision == commit
        (row,) = rows(found.files)
        assert row.cell.read_bytes() == clip


@pytest.mark.network
def test_a_data_set_without_parquet_is_taken_from_the_converted_branch(
    hub: Hub, tmp_path: Path
) -> None:
    hub.commit("own/data", {"x.wav": b"clip"})
    commit = hub.commit("own/data", {"default/test/0000.parquet": parquet(tmp_path)}, CONVERTED)
    found = snapshot("own/data", split="test", benchmark="sakura")
    assert found.revision == commit
    assert len(found.files) == 1


@pytest.mark.network
def test_a_download_that_breaks_off_goes_on_from_its_last_byte(
    hub: Hub, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    clip = bytes(range(256)) * 60_000  # the client writes blocks of 10 MiB
    hub.commit("own/data", {"data/test-00000-of-00001.parquet": parquet(tmp_path, clip)})
    hub.cut = 12_000_000
    found = snapshot("own/data", split="test", benchmark="sakura")
    assert hub.ranges() == ["bytes=10485760-"]
    (row,) = rows(found.files)
    assert row.cell.read_bytes() == clip


@pytest.mark.network
@pytest.mark.parametrize("revision", [None, "no-such-branch"])
def test_an_unknown_data_set_or_revision_names_the_copy_as_the_cure(
    hub: Hub, revision: str | None
) -> None:
    if revision:
        hub.commit("own/other", {"README.md": CARD})
    with pytest.raises(
        MissingDataError, match=r"cannot fetch the hub data set own/other"
    ) as caught:
        snapshot("own/other", split="test", revision=revision, benchmark="mmau")
    assert "--data mmau=FOLDER" in str(caught.value)


def touch(root: Path, *names: str) -> Path:
    for name in names:
        (root / name).parent.mkdir(exist_ok=True, parents=True)
        (root / name).touch()
    return root


def test_files_of_a_split_by_name_or_folder(tmp_path: Path) -> None:
    root = touch(
        tmp_path, "test-0.parquet", "b/test/0.parquet", "train-0.parquet", "c/test.parquet"
    )
    found = [str(path.relative_to(root)) for path in split_files(root, "test")]
    assert found == ["b/test/0.parquet", "c/test.parquet", "test-0.parquet"]
    assert split_files(root, "validation") == ()
    assert len(split_files(root, None)) == 4


@pytest.mark.parametrize(
    ("name", "taken"),
    [
        ("0000.parquet", True),
        ("data/data-00000-of-00001.parquet", True),
        ("default/train/0000.parquet", False),
        ("train.parquet", False),
        ("data/usa-00000-of-00001.parquet", False),
        ("data/usa-00000-of-00001-0123456789abcdef.parquet", False),
    ],
)
def test_a_split_that_is_absent_is_never_replaced_by_another(
    tmp_path: Path, name: str, taken: bool
) -> None:
    assert bool(split_files(touch(tmp_path, name), "test")) is taken
