"""MMAU against the official scorer: golden replies, edge cases, and a model's released answers."""

from __future__ import annotations

import gzip
import json
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from harness.types import MISSING
from metrics.commitment.cleaning import CLEANERS
from metrics.registry import METRICS
from metrics.text.word_set import is_correct
from tasks.mmau import data, scoring
from tests.support.shared import SHARED, needs_shared

pytestmark = needs_shared
GOLDEN = SHARED / "golden" / "mmau"
REAL = SHARED / "real" / "mmau_test_mini"
SPEC_FIELDS = ("task", "difficulty", "sub-category")


def lines(path: Path) -> list[dict[str, Any]]:
    content = path.read_bytes()
    text = (gzip.decompress(content) if path.suffix == ".gz" else content).decode("utf-8")
    return [json.loads(line) for line in text.split("\n") if line]


def aggregates(pairs: Iterable[tuple[dict[str, Any], Any]]) -> dict[str, Any]:
    """The official figures: per cent with two decimals, and counts."""
    cells: dict[tuple[str, str], list[Any]] = defaultdict(list)
    for doc, response in pairs:
        stats = scoring.score(doc, response, None).metrics["accuracy"]["official"].stats
        assert stats is not None
        cells["total", ""].append(stats)
        for field in SPEC_FIELDS:
            cells[field, doc[field]].append(stats)
    figures: dict[str, Any] = {field: {} for field in SPEC_FIELDS}
    for (field, value), items in cells.items():
        entry = {"accuracy": round(100 * METRICS["accuracy"].aggregate(items), 2), "n": len(items)}
        if field == "total":
            figures["total"] = entry
        else:
            figures[field][value] = entry
    return figures


def published(figures: dict[str, Any]) -> dict[str, Any]:
    return {key: figures[key] for key in (*SPEC_FIELDS, "total")}


def test_every_golden_verdict_equals_the_official_one() -> None:
    for line in lines(GOLDEN / "cases.jsonl"):
        result = scoring.score(line["doc"], line["response"], None)
        want = {"correct": line["official"]["correct"], "n": 1}
        assert result.metrics["accuracy"]["official"].stats == want, line["id"]


def test_golden_aggregates_equal_the_printed_figures() -> None:
    pairs = [(line["doc"], line["response"]) for line in lines(GOLDEN / "cases.jsonl")]
    expected = json.loads((GOLDEN / "expected.json").read_text(encoding="utf-8"))["official"]
    assert aggregates(pairs) == published(expected["aggregate"])


def test_edge_cases_stop_skip_or_count_as_upstream() -> None:
    for line in lines(GOLDEN / "edge_cases.jsonl"):
        response = line["response"] if line["response_key"] == "model_output" else MISSING
        result = scoring.score(line["doc"], response, None)
        stats, want = result.metrics["accuracy"]["official"].stats, line["official"]
        assert bool(result.aborted) is (want["returncode"] != 0), line["case"]
        assert (stats is not None) is bool(want["counted"]), line["case"]
        if want["correct"] is not None:
            assert stats == {"correct": want["correct"], "n": 1}, line["case"]
        assert result.metrics["accuracy"]["strict"].stats is not None


@pytest.mark.parametrize(
    ("key", "figures"), [("response", "on_model_prediction"), ("raw_output", "on_raw_model_output")]
)
def test_released_answers_give_the_published_scores(key: str, figures: str) -> None:
    replies = lines(REAL / "desta25.jsonl.gz")
    expected = json.loads((REAL / "expected.json").read_text(encoding="utf-8"))
    assert aggregates((line["doc"], line[key]) for line in replies) == published(expected[figures])
    if key == "response":
        for line in replies:
            stats = (
                scoring.score(line["doc"], line[key], None).metrics["accuracy"]["official"].stats
            )
            assert stats == {"correct": line["official"]["correct"], "n": 1}, line["id"]


def test_the_declared_cleaning_makes_the_scored_form_of_the_raw_replies() -> None:
    for line in lines(REAL / "desta25.jsonl.gz"):
        assert CLEANERS["desta"](line["raw_output"], ()) == line["response"], line["id"]


def questions() -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = json.loads(
        gzip.decompress((REAL / "questions.json.gz").read_bytes())
    )
    return items


def test_both_published_forms_load_alike_and_score_alike(tmp_path: Path) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    items = questions()
    from_json, from_parquet = tmp_path / "json", tmp_path / "parquet"
    (from_json / "test-mini-audios").mkdir(parents=True)
    from_parquet.mkdir()
    (from_json / "mmau-test-mini.json").write_text(json.dumps(items), encoding="utf-8")
    for item in items:
        (from_json / item["audio_id"]).write_bytes(b"")
    kept = ("id", "dataset", "task", "split", "category", "sub-category", "difficulty")
    records = []
    for item in items:
        lettered = [f"({chr(65 + index)}) {text}" for index, text in enumerate(item["choices"])]
        records.append(
            {
                "context": {"bytes": b"", "path": None},
                "instruction": item["question"],
                "choices": lettered,
                "answer": lettered[item["choices"].index(item["answer"])],
                "other_attributes": json.dumps({name: item[name] for name in kept}),
            }
        )
    table = pa.Table.from_pylist(records)
    pq.write_table(table, from_parquet / "test-00000-of-00001.parquet", row_group_size=100)

    json_docs = data.load(folder=from_json, split="test-mini")["test"]
    parquet_docs = data.load(folder=from_parquet, split="test-mini")["test"]
    assert json_docs.info.version == parquet_docs.info.version == data.CURRENT
    assert json_docs.info.warnings == parquet_docs.info.warnings == ()
    replies = {line["doc"]["id"]: line["response"] for line in lines(REAL / "desta25.jsonl.gz")}
    expected = json.loads((REAL / "expected.json").read_text(encoding="utf-8"))
    key = next(key for key in expected if key.startswith("on_model_prediction_with_current"))
    for docs in (json_docs, parquet_docs):
        pairs = [(doc, replies[doc["id"]]) for doc in docs]
        assert aggregates(pairs) == published(expected[key])


def test_the_edition_of_the_released_answers_is_known_by_content() -> None:
    docs = [line["doc"] for line in lines(REAL / "desta25.jsonl.gz")]
    assert data.EDITIONS[data.digest(docs)] != data.CURRENT
    assert data.EDITIONS[data.digest(questions())] == data.CURRENT


def test_chance_equals_the_declared_anchor() -> None:
    items = questions()
    chance = sum(1 / len(scoring.options(item)) for item in items) / len(items)
    assert round(chance, 6) == 0.255425


def test_the_first_choice_as_a_control_row() -> None:
    items = questions()
    right = sum(is_correct(item["answer"], item["choices"], item["choices"][0]) for item in items)
    assert right / len(items) == pytest.approx(0.395, abs=0.01)
    assert sum(item["answer"] == item["choices"][0] for item in items) == 395
