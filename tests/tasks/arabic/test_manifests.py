"""Arabic manifests: labels read in Arabic, macro-F1 over declared labels, summaries, two recognisers on the same clips."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from harness.errors import InputFileError, MissingDataError
from harness.task_loading.index import load_index
from harness.task_loading.specs import load_spec
from harness.task_loading.task import YamlTask
from metrics.registry import METRICS
from tasks.arabic import scoring, summary_scoring
from tasks.arabic.labels import forms_of, read_label
from tests.support.command import CommandResult
from tests.support.data.tiny_copies import arabic
from tests.support.runs.toy import results

Cli = Callable[..., CommandResult]
LABELS = ["مصرية", "خليجية", "شامية", "لهجة شامية شمالية"]
ALIASES = {"مصرية": ["المصرية", "Egyptian"], "خليجية": ["Gulf"]}


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("arabic")
    arabic(root)
    return root


def task(name: str, folder: Path | None = None) -> YamlTask:
    return YamlTask(load_spec(load_index().tasks[name]), folder=folder)


@pytest.mark.parametrize(
    ("reply", "named"),
    [
        ("مصرية", "مصرية"),
        ("المِصريّة.", "مصرية"),
        ("مصريه", "مصرية"),
        ("يتحدث باللهجة المصرية", "مصرية"),
        ("The dialect is Egyptian!", "مصرية"),
        ("لهجة شامية شمالية", "لهجة شامية شمالية"),
        ("هي لهجة شامية شمالية فعلا", "لهجة شامية شمالية"),
        ("شامية", "شامية"),
        ("مصرية أو خليجية", None),
        ("مصرية، أي Egyptian", "مصرية"),
        ("مصريتان", None),
        ("بالمصرية", None),
        ("", None),
        ("؟!", None),
    ],
)
def test_a_reply_names_one_label_or_none(reply: str, named: str | None) -> None:
    assert read_label(reply, LABELS, ALIASES) == named


def test_labels_of_one_form_are_refused() -> None:
    with pytest.raises(ValueError, match="their form is one"):
        forms_of(["مصرية", "مصريه"], {})
    with pytest.raises(ValueError, match="has no letters"):
        forms_of(["...", "x"], {})


def test_the_worked_example() -> None:
    """Labels A, B, C; gold A A A B B C; predictions A A B B, one unparsed, A: macro-F1 7/18, accuracy 1/2."""
    gold, said = "AAABBC", ["A", "A", "B", "B", "?", "A"]
    docs = [{"reference": one, "labels": list("ABC"), "aliases": {}} for one in gold]
    facts = scoring.facts(docs)
    found = [
        scoring.score({**doc, "_facts": facts}, reply, None).metrics
        for doc, reply in zip(docs, said, strict=True)
    ]

    def value(metric: str) -> float:
        return METRICS[metric].aggregate([one[metric]["strict"].stats or {} for one in found])

    assert value("macro_f1") == pytest.approx((2 / 3 + 1 / 2 + 0) / 3)
    assert value("accuracy") == 1 / 2
    assert value("abstention_rate") == 1 / 6
    assert facts["anchors"]["macro_f1"]["floor"] == pytest.approx(2 * 0.5 / 1.5 / 3, abs=1e-6)


def test_a_label_without_items_is_no_class_of_the_mean() -> None:
    docs = [{"reference": one, "labels": list("ABC"), "aliases": {}} for one in "AABB"]
    facts = scoring.facts(docs)
    stats = [
        scoring.score({**doc, "_facts": facts}, reply, None).metrics["macro_f1"]["strict"].stats
        for doc, reply in zip(docs, "ACBB", strict=True)
    ]
    assert METRICS["macro_f1"].aggregate([one or {} for one in stats]) == pytest.approx(
        (2 / 3 + 1) / 2
    )


def test_a_summary_counts_its_best_reference_and_a_grade() -> None:
    doc = {"reference": ["وصل القطار متأخرا", "تأخّر القطارُ"]}
    right = summary_scoring.score(doc, "تأخر القطار", ["4", "Score: 5"])
    assert right.metrics["rouge_l"]["strict"].stats == {"score": 1.0, "n": 1}
    assert right.metrics["judge_score"]["strict"].stats == {"score": 4.5, "n": 1}
    blank = summary_scoring.score(doc, " ", [])
    assert blank.metrics["rouge_l"]["strict"].stats == {"score": 0.0, "n": 1}
    assert blank.metrics["judge_score"]["strict"].stats == {"score": 1.0, "n": 1}
    unread = summary_scoring.score(doc, "x", ["no idea"])
    assert unread.metrics["judge_score"]["strict"].stats == {"score": 1.0, "n": 1}
    assert not unread.metrics["judge_score"]["strict"].parsed
    assert summary_scoring.judge_slots(doc, " ") is None


@pytest.mark.parametrize(
    ("change", "found"),
    [
        ({"reference": "تونسية"}, "field 'reference' is 'تونسية', expected one of"),
        ({"labels": ["مصرية"]}, "field 'labels'"),
        ({"labels": ["مصرية", "مصريه"]}, "their form is one"),
        ({"aliases": {"x": ["y"]}}, "field 'aliases'"),
        ({"id": ""}, "field 'id'"),
        ({"task": "emotion"}, "field 'task' is 'emotion', expected 'dialect_id'"),
    ],
)
def test_a_wrong_line_is_named(tmp_path: Path, change: dict[str, Any], found: str) -> None:
    arabic(tmp_path)
    file = tmp_path / "dialect_id" / "manifest.jsonl"
    lines = file.read_text(encoding="utf-8").splitlines()
    lines[3] = json.dumps({**json.loads(lines[3]), **change}, ensure_ascii=False)
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    with pytest.raises(InputFileError, match=found) as caught:
        task("arabic_dialect", tmp_path).documents()
    assert str(caught.value.where).endswith("manifest.jsonl:4")


def test_without_a_manifest_the_layout_is_said(tmp_path: Path) -> None:
    with pytest.raises(MissingDataError, match="manifest of yours"):
        task("arabic_emotion").documents()
    with pytest.raises(MissingDataError):
        task("arabic_emotion", tmp_path).documents()


def test_two_recognisers_of_the_same_clips(cli: Cli, copy: Path, tmp_path: Path) -> None:
    """Stored outputs of two systems, one that writes marks and detached words, one that gets words wrong."""
    said = [
        json.loads(line)
        for line in (copy / "commonvoice_test.json").read_text().split("\n")
        if line
    ]
    labels = [
        json.loads(line)
        for line in (copy / "dialect_id" / "manifest.jsonl").read_text().split("\n")
        if line
    ]
    systems = {
        "marked": (lambda text: text.replace("قلم", "قَلَمٌ"), lambda item: f"هي {item['reference']}"),
        "wrong": (lambda text: text.replace("قلم", "علم"), lambda item: "مصرية"),
    }
    for name, (transcribe, classify) in systems.items():
        run = tmp_path / name
        for one, replies in (
            (
                "arabic_asr_commonvoice",
                [
                    {"id": str(n), "response": transcribe(item["text"])}
                    for n, item in enumerate(said)
                ],
            ),
            ("arabic_dialect", [{"id": item["id"], "response": classify(item)} for item in labels]),
        ):
            file = tmp_path / f"{name}-{one}.jsonl"
            file.write_text("".join(json.dumps(line) + "\n" for line in replies), encoding="utf-8")
            done = cli("score", one, file, "-o", run, "--data", f"arabic={copy}", "--quiet")
            assert done.code == 0, done.err
    one, two = (results(tmp_path / name)["tasks"] for name in systems)

    def value(tasks: dict[str, Any], name: str, metric: str, reading: str = "strict") -> float:
        found: float = tasks[name]["metrics"][metric][reading]["value"]
        return found

    assert value(one, "arabic_asr_commonvoice", "wer", "official") == 0.0
    assert value(one, "arabic_asr_commonvoice", "wer") == 0.0
    # official: the waw is joined, so three words of which one is wrong; strict: four
    assert value(two, "arabic_asr_commonvoice", "wer", "official") == pytest.approx(1 / 3)
    assert value(two, "arabic_asr_commonvoice", "wer") == pytest.approx(1 / 4)
    assert value(one, "arabic_dialect", "macro_f1") == 1.0
    assert value(two, "arabic_dialect", "accuracy") == 0.4
    assert value(two, "arabic_dialect", "macro_f1") == pytest.approx(2 * 0.4 / 1.4 / 3)
    compared = cli(
        "compare", tmp_path / "marked", tmp_path / "wrong", "-t", "arabic_dialect", "--json"
    )
    assert compared.code == 0, compared.err
    rows = {row["metric"]: row for row in json.loads(compared.out)["metrics"]}
    assert rows["accuracy"]["difference"] == pytest.approx(-0.6)


@pytest.mark.parametrize("form", ["csv", "tsv"])
def test_a_table_is_a_manifest_too(copy: Path, tmp_path: Path, form: str) -> None:
    lines = [json.loads(line) for line in (copy / "dialect_id" / "manifest.jsonl").read_text(encoding="utf-8").split("\n") if line]  # fmt: skip
    mark = {"csv": ";", "tsv": "\t"}[form]
    rows = [mark.join([line["id"], line["audio"], line["reference"], " | ".join(line["labels"])]) for line in lines]  # fmt: skip
    table = "\r\n".join([mark.join(("id", "audio", "reference", "labels")), *rows])
    shutil.copytree(copy / "dialect_id", tmp_path / "dialect_id")
    (tmp_path / "dialect_id" / "manifest.jsonl").unlink()
    (tmp_path / "dialect_id" / f"manifest.{form}").write_text(table, encoding="utf-8-sig")
    found = task("arabic_dialect", tmp_path).documents()
    assert [(doc["_id"], doc["labels"]) for doc in found] == [(one["id"], one["labels"]) for one in lines]  # fmt: skip


def test_a_list_of_one_clip_is_read(copy: Path, tmp_path: Path) -> None:
    (clip,) = list(copy.glob("*.wav"))[:1]
    (tmp_path / clip.name).write_bytes(clip.read_bytes())
    item = {"audio_filepath": f"{{data_folder}}/{clip.name}", "text": "مرحبا"}
    (tmp_path / "commonvoice_test.json").write_text(json.dumps(item) + "\n")
    assert len(task("arabic_asr_commonvoice", tmp_path).documents()) == 1
