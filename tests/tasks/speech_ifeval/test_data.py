"""Speech-IFEval loading: the official layout, a repository clone, the hub, and damaged copies."""

from __future__ import annotations

import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from harness.errors import InputFileError, MissingDataError, UsageError
from tasks.speech_ifeval import data, hub
from tasks.speech_ifeval.layout import PARTS
from tests.support.data.speech_ifeval import (
    CLIP,
    CLOSED,
    DOCUMENTS,
    write_clips,
    write_copy,
    write_questions,
)
from tests.support.servers.hub_server import Hub


def original(doc: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in doc.items() if not key.startswith("_")}


@pytest.mark.parametrize("part", PARTS)
def test_documents_keep_their_fields_and_clips_decode(tmp_path: Path, part: str) -> None:
    docs = data.load(part=part, folder=write_copy(tmp_path), version=1.0)["test"]
    present = [doc for doc in DOCUMENTS[part] if doc["audio_filepath"] == CLIP]
    assert [original(doc) for doc in docs] == present
    for doc in docs:
        assert doc["_params"] == {"part": part}
        assert doc["_cluster"] == CLIP
        (clip,) = data.audio(doc)
        assert clip.path == f"audios/{CLIP}"
        assert clip.decode(8000).size > 0
    assert docs.info.version == "local"
    assert docs.info.total == len(DOCUMENTS[part])
    assert docs.info.warnings == (f"{part}: 2 items listed, {PARTS[part].items} expected",)


def test_ids_follow_the_file_and_chain_of_thought_counts_lines(tmp_path: Path) -> None:
    root = write_copy(tmp_path)
    found = {
        part: [doc["_id"] for doc in data.load(part=part, folder=root)["test"]] for part in PARTS
    }
    assert found == {
        "closed": ["closed/0"],
        "closed_woprompt": ["closed_woprompt/0"],
        "creative": ["creative/934", "creative/935"],
        "cot": ["cot/0", "cot/1"],
    }
    assert data.load(part="closed", folder=root)["test"].info.absent == ("closed/1",)


def test_a_repository_clone_is_a_copy_too(tmp_path: Path) -> None:
    write_questions(tmp_path / "data" / "eval_data")
    write_clips(tmp_path / "data" / "audios")
    assert len(data.load(part="cot", folder=tmp_path)["test"]) == 2


def test_lines_end_at_newline_only(tmp_path: Path) -> None:
    (doc,) = data.load(part="closed", folder=write_copy(tmp_path))["test"]
    assert "\u2028" in doc["textual_audio"]


def test_a_path_that_leads_out_of_the_copy_is_cut(tmp_path: Path) -> None:
    root = write_copy(tmp_path / "copy")
    path = root / "eval_data" / PARTS["cot"].file
    path.write_text(path.read_text("utf-8").replace(CLIP, f"../../{CLIP}"), "utf-8")
    docs = data.load(part="cot", folder=root)["test"]
    assert [doc["_cluster"] for doc in docs] == [CLIP, CLIP]


def test_oddities_are_warnings(tmp_path: Path) -> None:
    root = write_copy(tmp_path)
    path = root / "eval_data" / PARTS["closed"].file
    text = path.read_text("utf-8").replace("change_case:english_capital", "change_case:title")
    path.write_text(text.replace('"dataset": "Gender_recognition"', '"dataset": "New"'), "utf-8")
    docs = data.load(part="closed", folder=root)["test"]
    assert docs.info.warnings[1:] == (
        "closed: unknown instructions change_case:title",
        "closed: unknown data sets New",
    )


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("{", "not valid JSON"),
        ("[1]", "found list, expected an object"),
        ('{"instruction": 3}', "'instruction' is 3, expected text"),
        ('{"instruction": "x"}', "'audio_filepath' is None, expected text"),
    ],
)
def test_a_malformed_line_is_named(tmp_path: Path, line: str, message: str) -> None:
    root = write_copy(tmp_path)
    path = root / "eval_data" / PARTS["cot"].file
    path.write_text(path.read_text("utf-8") + line + "\n", "utf-8")
    with pytest.raises(InputFileError, match=message) as caught:
        data.load(part="cot", folder=root)
    assert caught.value.where == f"{path}:3"


def test_what_is_missing_is_said(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="expected closed, closed_woprompt, creative, cot"):
        data.load(part="open", folder=tmp_path)
    with pytest.raises(MissingDataError, match=r"no eval_data/chain-of-thought\.jsonl"):
        data.load(part="cot", folder=tmp_path)
    write_questions(tmp_path / "eval_data")
    with pytest.raises(MissingDataError, match="no folder audios") as caught:
        data.load(part="cot", folder=tmp_path)
    assert "audios.tar" in str(caught.value.hint)
    (tmp_path / "audios.tar").write_bytes(b"")
    with pytest.raises(MissingDataError, match="still packed") as caught:
        data.load(part="cot", folder=tmp_path)
    assert str(caught.value.hint).startswith("tar -xf audios.tar")


# --- hub ---------------------------------------------------------------------------------------


@pytest.fixture
def remote(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    from huggingface_hub.utils import _cache_assets

    with Hub().serve() as served:
        served.use(monkeypatch, tmp_path / "cache")
        monkeypatch.setattr(_cache_assets, "HF_ASSETS_CACHE", str(tmp_path / "assets"))
        yield served


def files(tmp_path: Path) -> dict[str, bytes]:
    """The hub data set: question files and the packed clips."""
    folder = tmp_path / "made"
    write_copy(folder)
    with tarfile.open(folder / "audios.tar", "w") as tar:
        tar.add(folder / "audios", "audios")
    questions = {f"eval_data/{path.name}": path for path in (folder / "eval_data").iterdir()}
    found = questions | {"audios.tar": folder / "audios.tar"}
    return {name: path.read_bytes() for name, path in found.items()}


@pytest.mark.network
def test_the_hub_copy_is_unpacked_once_and_its_commit_recorded(remote: Hub, tmp_path: Path) -> None:
    content = files(tmp_path)
    old = remote.commit(hub.REPOSITORY, content)
    docs = data.load(part="closed")["test"]
    assert [original(doc) for doc in docs] == CLOSED[:1]
    assert docs.info.version == old
    clip = data.audio(docs[0])[0]
    assert clip.seconds == pytest.approx(0.3)
    assert len(data.load(part="creative")["test"]) == 2
    assert sum(path.startswith("/lfs/") for path in remote.contents()) == 1
    new = remote.commit(hub.REPOSITORY, {**content, "README.md": b"newer"})
    assert data.load(part="cot")["test"].info.version == new
    assert data.load(part="cot", revision=old)["test"].info.version == old


@pytest.mark.network
def test_what_was_fetched_is_there_without_the_hub(
    remote: Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import huggingface_hub.constants

    commit = remote.commit(hub.REPOSITORY, files(tmp_path))
    data.load(part="closed")
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_OFFLINE", True)
    for revision in (None, commit):
        assert len(data.load(part="closed", revision=revision)["test"]) == 1


@pytest.mark.network
@pytest.mark.parametrize("lost", ["eval_data/chain-of-thought.jsonl", "audios.tar"])
def test_a_hub_without_questions_or_clips_says_what_is_missing(
    remote: Hub, tmp_path: Path, lost: str
) -> None:
    content = files(tmp_path)
    del content[lost]
    remote.commit(hub.REPOSITORY, content)
    with pytest.raises(MissingDataError, match=f"has no {lost.rpartition('/')[2]}"):
        data.load(part="cot")
    assert not any(path.startswith("/lfs/") for path in remote.contents())  # not the archive
    assert not (tmp_path / "assets").exists()


@pytest.mark.network
def test_a_damaged_archive_leaves_no_half_copy(remote: Hub, tmp_path: Path) -> None:
    commit = remote.commit(hub.REPOSITORY, files(tmp_path) | {"audios.tar": b"x" * 100})
    with pytest.raises(InputFileError, match="not a readable archive"):
        data.load(part="cot")
    (place,) = (tmp_path / "assets").rglob(commit)
    assert not list(place.iterdir())


def test_an_archive_of_something_else(tmp_path: Path) -> None:
    (tmp_path / "note.txt").write_text("x")
    with tarfile.open(tmp_path / "a.tar", "w") as tar:
        tar.add(tmp_path / "note.txt", "note.txt")
    with pytest.raises(InputFileError, match="none of the four corpora"):
        hub.unpack(tmp_path / "a.tar", tmp_path / "audios")


@pytest.mark.network
def test_an_unreachable_hub_says_how_to_use_a_copy(remote: Hub, tmp_path: Path) -> None:
    remote.url = "http://127.0.0.1:9"
    with pytest.MonkeyPatch.context() as patch:
        remote.use(patch, tmp_path / "cache")
        with pytest.raises(MissingDataError, match="cannot fetch the hub data set") as caught:
            data.load(part="cot")
    assert "--data speech_ifeval=FOLDER" in str(caught.value.hint)
