"""Speech-IFEval loading: the official layout, a repository clone, the hub, and damaged copies."""

from __future__ import annotations

import tarfile
import types
from pathlib import Path
from typing import Any

import pytest

from harness.errors import InputFileError, MissingDataError, UsageError
from tasks.speech_ifeval import data, hub
from tasks.speech_ifeval.layout import PARTS
from tests.tasks.speech_ifeval.copies import (
    CLIP,
    CLOSED,
    DOCUMENTS,
    write_clips,
    write_copy,
    write_questions,
)


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
def remote(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A hub data set as a folder; downloads are reads of that folder."""
    import huggingface_hub

    folder = tmp_path / "remote"
    write_questions(folder / "eval_data")
    write_clips(tmp_path / "packed" / "audios")
    with tarfile.open(folder / "audios.tar", "w") as tar:
        tar.add(tmp_path / "packed" / "audios", "audios")

    class Api:
        def dataset_info(self, repo: str, revision: str | None) -> Any:
            assert repo == "kehanlu/Speech-IFEval"
            files = [path for path in folder.rglob("*") if path.is_file()]
            siblings = [
                types.SimpleNamespace(rfilename=str(path.relative_to(folder))) for path in files
            ]
            return types.SimpleNamespace(sha=revision or "abc123", siblings=siblings)

    def download(_repo: str, name: str, **kwargs: Any) -> str:
        assert kwargs["repo_type"] == "dataset"
        return str(folder / name)

    def assets(_library: str, namespace: str, subfolder: str) -> str:
        return str(tmp_path / "assets" / namespace / subfolder)

    monkeypatch.setattr(huggingface_hub, "HfApi", Api)
    monkeypatch.setattr(huggingface_hub, "hf_hub_download", download)
    monkeypatch.setattr(huggingface_hub, "cached_assets_path", assets)
    return folder


def test_the_hub_copy_is_unpacked_once_and_its_commit_recorded(remote: Path) -> None:
    docs = data.load(part="closed")["test"]
    assert [original(doc) for doc in docs] == CLOSED[:1]
    assert docs.info.version == "abc123"
    assert data.load(part="cot", revision="def456")["test"].info.version == "def456"
    (remote / "audios.tar").write_bytes(b"not read again")
    assert len(data.load(part="creative")["test"]) == 2


def test_a_hub_without_questions_downloads_nothing(remote: Path, tmp_path: Path) -> None:
    (remote / "eval_data" / PARTS["cot"].file).unlink()
    with pytest.raises(MissingDataError, match=r"has no chain-of-thought\.jsonl"):
        data.load(part="cot")
    assert not (tmp_path / "assets").exists()


def test_a_damaged_archive_leaves_no_half_copy(remote: Path, tmp_path: Path) -> None:
    (remote / "audios.tar").write_bytes(b"x" * 100)
    with pytest.raises(InputFileError, match="not a readable archive"):
        data.load(part="cot")
    assert not [path for path in (tmp_path / "assets").rglob("*") if path.name == "audios"]
    assert not list((tmp_path / "assets" / "speech_ifeval" / "abc123").iterdir())


def test_an_archive_of_something_else(tmp_path: Path) -> None:
    (tmp_path / "note.txt").write_text("x")
    with tarfile.open(tmp_path / "a.tar", "w") as tar:
        tar.add(tmp_path / "note.txt", "note.txt")
    with pytest.raises(InputFileError, match="none of the four corpora"):
        hub.unpack(tmp_path / "a.tar", tmp_path / "audios")


def test_an_unreachable_hub_says_how_to_use_a_copy(monkeypatch: pytest.MonkeyPatch) -> None:
    import huggingface_hub

    class Api:
        def dataset_info(self, *_: Any, **__: Any) -> Any:
            raise ConnectionError("no route")

    monkeypatch.setattr(huggingface_hub, "HfApi", Api)
    with pytest.raises(MissingDataError, match="ConnectionError: no route") as caught:
        data.load(part="cot")
    assert "--data speech_ifeval=FOLDER" in str(caught.value.hint)
