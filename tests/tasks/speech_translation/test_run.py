"""Speech translation from copies as the hub has them: joined languages, tokenizers, missing replies, the board."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import sacrebleu

from harness.errors import MissingDataError
from harness.task_loading.index import load_index
from harness.task_loading.specs import load_spec
from harness.task_loading.task import YamlTask
from harness.types import MISSING
from leaderboards.boards.speech_translation import GROUPS
from tasks.declared import translation
from tasks.speech_translation.export import FORMATS
from tasks.speech_translation.source import ENGLISH, FLEURS, PAIRS
from tests.support.command import CommandResult
from tests.support.data.tiny_copies import speech_translation
from tests.support.runs.toy import jsonl

Cli = Callable[..., CommandResult]


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("st")
    speech_translation(root)
    return root


def task(name: str, folder: Path | None = None) -> YamlTask:
    return YamlTask(load_spec(load_index().tasks[name]), folder=folder)


def test_the_source_names_what_the_tasks_read() -> None:
    entries = [e for e in load_index().tasks.values() if e.benchmark == "speech_translation"]
    blocks = [load_spec(entry).raw for entry in entries]
    data = {block["metadata"]["lalm"]["data"]["config"] for block in blocks}
    assert data == {ENGLISH, *FLEURS.values(), *(f"{one}_{two}" for one, two in PAIRS)}
    targets = {block["dataset_kwargs"]["target"] for block in blocks if "dataset_kwargs" in block}
    assert targets == {ENGLISH, *FLEURS.values()}
    means = [task for tasks in GROUPS.values() for task in tasks]
    assert sorted(means) == sorted(entry.task for entry in entries)
    assert set(FORMATS["comet"].tasks) == set(means)


def test_languages_are_joined_by_the_number_of_the_sentence(copy: Path) -> None:
    found = task("st_fleurs_fr_en", copy).documents()
    assert [(doc["_id"], doc["raw_transcription"], doc["translation"]) for doc in found][:3] == [
        ("0.wav", "fr_fr: 0 mal.", "en_us: 0 mal."),
        ("1.wav", "fr_fr: 0 mal.", "en_us: 0 mal."),
        ("2.wav", "fr_fr: 1 mal.", "en_us: 1 mal."),
    ]
    short = task("st_fleurs_en_de", copy).documents()
    assert short.info.absent == ("8.wav", "9.wav")
    assert "2 clips have no sentence in de_de" in short.info.warnings


def test_a_missing_language_is_named(copy: Path, tmp_path: Path) -> None:
    shutil.copytree(copy / "fr_fr", tmp_path / "fr_fr")
    with pytest.raises(MissingDataError, match="no Parquet files"):
        task("st_fleurs_fr_en", tmp_path).documents()


@pytest.mark.parametrize(
    ("reply", "official", "strict", "stops"),
    [
        ("The cat sat on the mat.", True, True, False),
        ("", True, True, False),
        (None, False, True, True),
        (MISSING, False, True, True),
        (["x"], False, True, True),
    ],
)
def test_both_readings(reply: Any, official: bool, strict: bool, stops: bool) -> None:
    one = task("st_covost2_de_en")
    doc = {"translation": "The cat sat on a mat.", "sentence": "x"}
    one.annotate([doc], "file")
    found = one.score(doc, reply, None)
    for metric in ("corpus_bleu", "corpus_chrf"):
        readings = found.metrics[metric]
        assert (readings["official"].stats is not None) is official
        assert (readings["strict"].stats is not None) is strict
    assert bool(found.aborted) is stops


def test_values_are_those_of_sacrebleu(cli: Cli, copy: Path, tmp_path: Path) -> None:
    """Of the whole corpus, with the tokenizer of the target language; the signature has sacreBLEU's."""
    run = tmp_path / "run"
    names = ["st_fleurs_fr_en", "st_fleurs_en_zh", "st_covost2_en_zh"]
    done = cli(
        "evaluate", "mock:echo", "-t", ",".join(names), "-o", run, "--quiet",
        "--data", f"speech_translation={copy}",
    )  # fmt: skip
    assert done.code == 0, done.err
    tasks = json.loads((run / "results.json").read_text())["tasks"]
    for name in names:
        lines = [line for line in jsonl(run / "samples.jsonl") if line["task"] == name]
        replies = [line["response"] for line in lines]
        wanted = [line["reference"] for line in lines]
        zh = name.endswith("zh")
        bleu = {"official": "zh" if zh else "13a", "strict": "char" if zh else "13a"}
        for reading, tokenizer in bleu.items():
            values = {metric: tasks[name]["metrics"][metric][reading]["value"]
                      for metric in ("corpus_bleu", "corpus_chrf")}  # fmt: skip
            theirs = sacrebleu.corpus_bleu(replies, [wanted], tokenize=tokenizer)
            assert values["corpus_bleu"] == pytest.approx(theirs.score / 100, abs=1e-12)
            theirs = sacrebleu.corpus_chrf(replies, [wanted])
            assert values["corpus_chrf"] == pytest.approx(theirs.score / 100, abs=1e-12)
        assert f"tok:{bleu['official']}" in tasks[name]["signature"]


def test_without_a_segmenter_official_bleu_has_no_value(
    cli: Cli, copy: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    translation.bleu_lacks.cache_clear()
    monkeypatch.setattr(translation, "find_spec", lambda _: None)
    run = tmp_path / "run"
    done = cli(
        "evaluate", "mock:echo", "-t", "st_fleurs_en_ja", "-o", run, "--plain",
        "--data", f"speech_translation={copy}",
    )  # fmt: skip
    translation.bleu_lacks.cache_clear()
    assert done.code == 0, done.err
    assert "pip install 'sacrebleu[ja]'" in done.out + done.err
    metrics = json.loads((run / "results.json").read_text())["tasks"]["st_fleurs_en_ja"]["metrics"]
    assert metrics["corpus_bleu"]["official"]["value"] is None
    assert not metrics["corpus_bleu"]["official"]["complete"]
    assert metrics["corpus_bleu"]["strict"]["n"] == 10
    assert metrics["corpus_chrf"]["official"]["complete"]


def test_comet_gets_source_translation_and_reference(cli: Cli, copy: Path, tmp_path: Path) -> None:
    run = tmp_path / "run"
    names = ("st_fleurs_fr_en", "st_covost2_de_en")
    done = cli(
        "evaluate", "mock:hash", "-t", ",".join(names), "-o", run, "--quiet",
        "--data", f"speech_translation={copy}",
    )  # fmt: skip
    assert done.code == 0, done.err
    lines = {line["task"]: line for line in reversed(jsonl(run / "samples.jsonl"))}
    for name, source, reference in (
        (names[0], "fr_fr: 0 mal.", "en_us: 0 mal."),
        (names[1], "de: the word 0.", "en: das Wort 0."),
    ):
        file = tmp_path / f"{name}.json"
        assert cli("export", run, "--format", "comet", "--task", name, "-o", file).code == 0
        items = json.loads(file.read_text())
        assert len(items) == 10
        assert items[0] == {"src": source, "mt": lines[name]["response"], "ref": reference}


def test_a_direction_that_is_whole_has_a_mean(cli: Cli, copy: Path, tmp_path: Path) -> None:
    run = tmp_path / "run"
    names = [f"st_fleurs_{code}_en" for code in FLEURS]
    done = cli(
        "evaluate", "mock:echo", "-t", ",".join(names), "-o", run, "--quiet",
        "--data", f"speech_translation={copy}",
    )  # fmt: skip
    assert done.code == 0, done.err
    found = json.loads((run / "results.json").read_text())
    board = found["benchmarks"]["speech_translation"]["native"]
    values = [found["tasks"][n]["metrics"]["corpus_bleu"]["official"]["value"] for n in names]
    assert board["scores"]["fleurs_xx_en"]["value"] == round(100 * sum(values) / len(values), 1)
    assert board["scores"]["fleurs_en_xx"]["value"] is None
