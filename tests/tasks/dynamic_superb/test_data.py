"""Dynamic-SUPERB loading: several clips in order, ids, odd columns, sets without audio, the hub."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from harness.errors import InputFileError, MissingDataError, UnsupportedTaskError
from harness.types import Documents
from tasks.dynamic_superb import data
from tasks.dynamic_superb.instances import instances
from tests.support.command import CommandResult
from tests.support.data import dynamic_superb as copies
from tests.support.servers.chaos_server import ChaosServer
from tests.support.servers.hub_server import CARD, Hub

Cli = Callable[..., CommandResult]


def load(root: Path, instance: str, rule: str = "exact", **params: Any) -> Documents:
    return data.load(folder=root, data_set=f"DynamicSuperb/{instance}", rule=rule, **params)["test"]


def samples(doc: dict[str, Any]) -> list[bytes]:
    return [bytes(clip.decode(16_000).tobytes()) for clip in data.audio(doc)]


@pytest.mark.parametrize("suffix", ["_pair{}", "_pair"])
def test_clips_of_a_pair_come_in_order(tmp_path: Path, suffix: str) -> None:
    copies.write_metadata(tmp_path, copies.SPEAKERS, suffix=suffix)
    docs = load(tmp_path, copies.SPEAKERS)
    first, second = data.audio(docs[1])
    assert first.path == f"{copies.SPEAKERS}_1.wav"
    assert second.path == f"{copies.SPEAKERS}_1{suffix.format(2)}.wav"
    assert data.prompt(docs[1]) == "<audio><audio>Same speaker? Yes or no."
    assert [doc["_id"] for doc in docs] == ["pair-0.wav", "pair-1.wav", "pair-2.wav"]
    assert docs.info.warnings == ()


def test_the_three_forms_of_a_copy_hold_the_same_items(tmp_path: Path) -> None:
    content = copies.table(copies.SPEAKERS)
    assert content.column_names[0] == "audio2", "the order of columns must not be that of clips"
    copies.write_metadata(tmp_path / "json", copies.SPEAKERS)
    copies.write_parquet(tmp_path / "parquet" / copies.SPEAKERS / "data", content)
    copies.write_saved(tmp_path / "saved" / copies.SPEAKERS, content)
    found = [load(tmp_path / form, copies.SPEAKERS) for form in ("json", "parquet", "saved")]
    for docs in found[1:]:
        assert len(docs) == 3
        for doc, other in zip(docs, found[0], strict=True):
            assert {k: v for k, v in doc.items() if k != "_audio"} == {
                k: v for k, v in other.items() if k != "_audio"
            }
            assert samples(doc) == samples(other)
            assert samples(doc)[0] != samples(doc)[1]


def test_columns_that_are_not_called_audio(tmp_path: Path) -> None:
    content = copies.table(copies.SPEAKERS, ("enrollment", "testing"))
    assert content.column_names[0] == "testing"
    folder = tmp_path / copies.VERIFICATION
    copies.write_parquet(folder, content)
    docs = load(tmp_path, copies.VERIFICATION, "judged")
    copies.write_metadata(tmp_path, copies.SPEAKERS)
    assert [samples(doc) for doc in docs] == [
        samples(doc) for doc in load(tmp_path, copies.SPEAKERS)
    ]
    assert set(docs[0]) == {"file", "instruction", "label", "_id", "_audio", "_params", "_split"}


def test_an_empty_cell_is_no_clip(tmp_path: Path) -> None:
    import pyarrow as pa

    rows = copies.table(copies.SPEAKERS).to_pylist()
    rows[1]["audio2"] = None
    content = pa.Table.from_pylist(rows)
    copies.write_parquet(tmp_path / "p" / copies.SPEAKERS, content)
    copies.write_saved(tmp_path / "s" / copies.SPEAKERS, content)
    for form in ("p", "s"):
        docs = load(tmp_path / form, copies.SPEAKERS)
        assert [len(data.audio(doc)) for doc in docs] == [2, 1, 2]
        assert docs.info.warnings == (
            "items differ in their number of clips: 1 items have 1, 2 items have 2",
        )


def test_a_missing_clip_is_counted_and_its_label_still_known(tmp_path: Path) -> None:
    copies.write_metadata(tmp_path, copies.SPEAKERS, skip=1)
    docs = load(tmp_path, copies.SPEAKERS)
    assert docs.info.absent == ("pair-1.wav",)
    assert docs.info.total == 3
    assert docs[0]["_split"]["labels"] == ["No", "Yes"]


def test_a_set_without_audio_and_a_text_column(tmp_path: Path) -> None:
    copies.write_metadata(tmp_path, copies.NBEST)
    copies.write_metadata(tmp_path, copies.MATCHING)
    docs = load(tmp_path, copies.NBEST, "judged", has_audio=False)
    assert len(docs) == 2
    assert data.prompt(docs[0]) == "1. a cat 2. a cap. Which?"
    docs = load(tmp_path, copies.MATCHING)
    assert [doc["_id"] for doc in docs] == ["0", "1"]
    assert data.prompt(docs[0]).endswith("yes or no.\n\nPrinting, in the only sense.")


def test_names_that_leave_the_folder_are_not_followed(tmp_path: Path) -> None:
    folder = copies.write_metadata(tmp_path, copies.SPEECH)
    (tmp_path / "secret.wav").write_bytes(copies.clip(1))
    content = {"../secret.wav": copies.ENTRIES[copies.SPEECH][0]}
    (folder / "metadata.json").write_text(json.dumps(content))
    docs = load(tmp_path, copies.SPEECH, "wer")
    assert (len(docs), docs.info.absent) == (0, ("a.wav",))


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("[", "not valid JSON"),
        ("[]", "expected an object"),
        ('{"a.wav": 1}', "'a.wav' is not an object"),
        ('{"a.wav": {"label": "x"}}', "item 0 has no text in 'instruction'"),
        ('{"a.wav": {"instruction": "x"}}', "the label is None"),
    ],
)
def test_malformed_metadata(tmp_path: Path, content: str, message: str) -> None:
    folder = copies.write_metadata(tmp_path, copies.SPEECH)
    (folder / "metadata.json").write_text(content)
    with pytest.raises(InputFileError, match=message):
        load(tmp_path, copies.SPEECH, "wer")


def test_data_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(MissingDataError, match=r"no folder SuperbASR(.|\n)*--data dynamic_superb="):
        load(tmp_path, copies.SPEECH, "wer")
    (tmp_path / copies.SPEECH).mkdir()
    with pytest.raises(MissingDataError, match=r"no metadata\.json, parquet file or saved"):
        load(tmp_path, copies.SPEECH, "wer")
    with pytest.raises(UnsupportedTaskError):
        load(tmp_path, copies.SPEECH, "none")


def test_the_folder_of_one_set_is_a_copy_too(tmp_path: Path) -> None:
    folder = copies.write_metadata(tmp_path, copies.SPEECH)
    assert len(load(folder, copies.SPEECH, "wer")) == 2


@pytest.mark.parametrize("form", ["json", "parquet", "saved"])
def test_the_first_option_is_scored_through_to_results(cli: Cli, tmp_path: Path, form: str) -> None:
    """Strict reading and chance level come from the whole split, also under --limit and re-scoring."""
    copy, run = tmp_path / "copy", tmp_path / "run"
    if form == "json":
        copies.write_metadata(copy, copies.COMMANDS)
    else:
        write = copies.write_parquet if form == "parquet" else copies.write_saved
        write(copy / copies.COMMANDS, copies.table(copies.COMMANDS))
    task = "dynamic_superb_speechcommandrecognition_googlespeechcommandsv1"
    data_flag = ("--data", f"dynamic_superb={copy}")
    found = cli("evaluate", "baseline:first", "-t", task, *data_flag, "-o", run, "-L", "3")
    assert found.code == 0, found.err
    entry = json.loads((run / "results.json").read_text())["tasks"][task]
    assert entry["n"] == 3
    for reading in ("official", "strict"):
        assert entry["metrics"]["accuracy"][reading]["value"] == pytest.approx(1 / 3)
    declared = json.loads((run / "manifest.json").read_text())["tasks"][task]
    assert declared["facts"]["labels"] == ["left", "no", "right", "yes"]
    assert declared["anchors"] == {"accuracy": {"chance": 0.25}}
    assert declared["signature_parts"]["labels"].startswith("4#")
    before = (run / "results.json").read_bytes(), (run / "samples.jsonl").read_bytes()
    assert cli("score", run).code == 0
    assert ((run / "results.json").read_bytes(), (run / "samples.jsonl").read_bytes()) == before


def test_every_kind_of_task_runs_through_to_results(cli: Cli, tmp_path: Path) -> None:
    copy, run = copies.write_copy(tmp_path / "copy"), tmp_path / "run"
    tasks = (
        "dynamic_superb_speakerverification_vctk",
        "dynamic_superb_phase2_speakerverification_vctk",
        "dynamic_superb_sentimentanalysis_slue_voxceleb",
        "dynamic_superb_hearsoundeventdetection_dcase2016task2",
        "dynamic_superb_nbestcorrection_librispeech_testother",
        "dynamic_superb_superbasr_librispeech_testclean",
        "dynamic_superb_superboodasrzh_commonvoice7_test",
        "dynamic_superb_superbpr_librispeech_testclean",
        "dynamic_superb_superbsf_audiosnips_test",
        "dynamic_superb_superbst_covost2_test",
        "dynamic_superb_audiodurationprediction_ntuml2021",
    )
    found = cli(
        "evaluate", "mock:hash", "-t", ",".join(tasks), "--data", f"dynamic_superb={copy}", "-o", run
    )  # fmt: skip
    assert found.code == 0, found.err
    results = json.loads((run / "results.json").read_text())
    metrics = {task: list(results["tasks"][task]["metrics"]) for task in tasks}
    assert metrics[tasks[8]] == ["slot_f1", "slot_cer"]
    assert metrics[tasks[10]] == ["mae", "abstention_rate"]
    assert set(results["tasks"][tasks[10]]["metrics"]["mae"]) == {"strict"}
    native = results["benchmarks"]["dynamic_superb"]["native"]
    assert native["instances"]["phase1"] == "1/55"
    assert not native["complete"]
    assert set(native["regression"]) == {tasks[10]}
    lines = [json.loads(x) for x in (run / "samples.jsonl").read_text().split("\n") if x]
    references = {line["task"]: line["reference"] for line in lines}
    assert references[tasks[2]] == "question_check,statement_open"
    assert references[tasks[3]] == "[cough, laughter]"


@pytest.fixture
def hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    with Hub().serve() as served:
        served.use(monkeypatch, tmp_path / "cache")
        yield served


@pytest.mark.network
def test_the_hub_is_asked_for_the_listed_commit(hub: Hub, tmp_path: Path) -> None:
    copies.write_parquet(tmp_path / "made", copies.table(copies.SPEAKERS))
    content = {
        f"data/{path.name}": path.read_bytes() for path in (tmp_path / "made").glob("*.parquet")
    }
    name = f"DynamicSuperb/{copies.SPEAKERS}"
    listed = hub.commit(name, {"README.md": CARD, **content})
    newest = hub.commit(name, {"README.md": CARD, "moved": b"on", **content})
    asked: list[tuple[dict[str, Any], str]] = [
        ({"commit": listed}, listed),
        ({}, newest),
        ({"commit": listed, "revision": newest}, newest),
    ]
    for given, want in asked:
        docs = data.load(data_set=name, rule="exact", **given)["test"]
        assert (docs.info.version, docs.info.source) == (want, name)
        assert len(docs) == 3
        assert [len(data.audio(doc)) for doc in docs] == [2, 2, 2]
        assert samples(docs[0])[0] != samples(docs[0])[1]
    assert not any("train-" in path for path in hub.contents())
    with pytest.raises(MissingDataError, match=f"{copies.SPEECH} at revision {'1' * 40}"):
        data.load(data_set=f"DynamicSuperb/{copies.SPEECH}", rule="wer", commit="1" * 40)


@pytest.mark.network
def test_a_download_takes_the_listed_commit(
    hub: Hub, cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from harness.data.get import resolve
    from tasks.dynamic_superb.source import SOURCE

    copies.write_parquet(tmp_path / "made", copies.table(copies.SPEAKERS))
    content = (tmp_path / "made" / "test-00000-of-00001.parquet").read_bytes()
    (files,) = [part for part in SOURCE.hub if part.folder == copies.SPEAKERS]
    assert files.revision is None
    listed = hub.commit(files.repo, {"data/test-00000-of-00001.parquet": content})
    hub.commit(files.repo, {"README.md": CARD})
    part = resolve(replace(files, revision=listed), None, "dynamic_superb")
    assert (part.commit, len(part.files)) == (listed, 1)
    assert {part.revision for part in SOURCE.hub if part.revision} == {
        entry.commit for entry in instances() if entry.commit and not entry.unsupported
    }


def test_a_copy_is_checked(cli: Cli, tmp_path: Path) -> None:
    copies.write_metadata(tmp_path, copies.SPEAKERS, skip=1)
    found = cli(
        "data", "check", "dynamic_superb", tmp_path,
        "-t", "dynamic_superb_speakerverification_vctk,dynamic_superb_songseparation_singset",
    )  # fmt: skip
    assert found.code == 1
    assert "1 of 3 clips" in found.out
    assert "songseparation" not in found.err


@pytest.mark.network
def test_a_live_judge_through_to_results(cli: Cli, tmp_path: Path) -> None:
    """The judge gets the label as the protocol forms it; the first option is right once in four."""
    copies.write_metadata(tmp_path, copies.COMMANDS)
    copies.write_metadata(tmp_path, copies.DIALOGUE)
    tasks = (
        "dynamic_superb_phase2_speechcommandrecognition_googlespeechcommandsv1",
        "dynamic_superb_sentimentanalysis_slue_voxceleb",
    )
    run = tmp_path / "run"
    with ChaosServer("--reply", "tests.support.data.dynamic_superb:judge") as server:
        found = cli(
            "evaluate", "baseline:first", "-t", ",".join(tasks), "-o", run, "--quiet",
            "--data", f"dynamic_superb={tmp_path}",
            "--judge", "openai:gpt-4o", "-J", f"base_url={server.base_url}",
        )  # fmt: skip
    assert found.code == 0, found.err
    results = json.loads((run / "results.json").read_text())["tasks"]
    for reading in ("official", "strict"):
        value = results[tasks[0]]["metrics"]["judged_accuracy"][reading]
        assert (value["value"], value["n"], value["unparsed"]) == (0.2, 10, 0)
    lines = [json.loads(x) for x in (run / "samples.jsonl").read_text().split("\n") if x]
    (dialogue,) = [line for line in lines if line["task"] == tasks[1]]
    assert dialogue["reference"] == "question_check,statement_open"
