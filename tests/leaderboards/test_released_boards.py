"""Boards from released outputs, through `harness score` to Markdown and HTML: raw cells, ranks, quoted rows.

A part of LLaSO-Eval's data sets on every run, all 44 in the long form.
"""

from __future__ import annotations

import gzip
import json
import math
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import harness
from harness.board import Board
from leaderboards.tables import Table
from tasks.llaso_eval.sets import task_id
from tests.support.budget import SOAK
from tests.support.command import CommandResult
from tests.support.shared import SHARED, needs_shared

pytestmark = [needs_shared, pytest.mark.slow, pytest.mark.xdist_group("released boards")]
REAL = SHARED / "real"
MODELS = ("LLaSO-Base", "Kimi-Audio", "Qwen2-Audio", "Typhoon-Audio", "Salmonn", "Mini-Omni2")
PART = (
    "vctk_gender_classification_test",
    "accentdb_AI_classification_test",
    "NSynth_pitch_recognition_test",
    "1M_GPT4_end_test",
    "speechcommand_recognition_test",
)


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    root = tmp_path_factory.mktemp("llaso")
    made = {}
    for model in MODELS:
        files: dict[str, list[str]] = defaultdict(list)
        text = gzip.decompress((REAL / "llaso_eval" / f"{model}.jsonl.gz").read_bytes())
        for line in text.decode("utf-8").split("\n"):
            if line:
                files[json.loads(line)["set"]].append(line)
        made[model] = root / model
        for name, lines in files.items():
            if SOAK or name in PART:
                replies = root / "replies.jsonl"
                replies.write_text("\n".join(lines) + "\n", encoding="utf-8")
                harness.score(task_id(name), replies, made[model], name=model)
    return made


@pytest.fixture(scope="module")
def board(runs: dict[str, Path]) -> Board:
    paths = list(runs.values())
    return harness.leaderboard(paths, published=True, suite="lalm-7", common_subset=True)


def tables(board: Board, kind: str, benchmark: str = "llaso_eval") -> list[Table]:
    return [t for t in board.tables if (t.kind, t.benchmark) == (kind, benchmark)]


def official(model: str, file: str, key: str) -> Any:
    content = json.loads((REAL / "llaso_eval" / "expected.json").read_text(encoding="utf-8"))
    return content["models"][model]["sets"][file].get(key)


def test_the_raw_cells_of_six_models_are_the_official_ones(board: Board) -> None:
    seen = 0
    for table in tables(board, "native"):
        for row in table.rows:
            if row.source is not None:
                continue
            for column, file, key, pick in (
                ("PP_mae", PART[2], "mae", lambda found: found["unrounded"]),
                ("SCR_wer", PART[4], "wer", lambda found: found["as_shipped_swapped"]["value"]),
                (
                    "SCR_wer_right_order",
                    PART[4],
                    "wer",
                    lambda found: found["right_order"]["value"],
                ),
                ("SCR_gpt1-5", PART[4], "judge_mean_1_to_5", lambda found: found["value"]),
            ):
                wanted = official(row.run, file, key)
                entry = row.entries.get(column)
                if wanted is None or pick(wanted) is None or entry is None or entry.value is None:
                    continue
                assert math.isclose(entry.value, pick(wanted), abs_tol=0.0051), (row.run, column)
                seen += 1
    assert seen >= 16


def test_two_sets_of_prompts_are_two_tables_and_the_common_subset_has_all_six(board: Board) -> None:
    native = tables(board, "native")
    members = [{row.run for row in table.rows if row.source is None} for table in native]
    assert members == [
        {"LLaSO-Base", "Kimi-Audio"},
        {"Qwen2-Audio", "Typhoon-Audio", "Salmonn", "Mini-Omni2"},
    ]
    (common,) = tables(board, "common")
    assert {row.run for row in common.rows} == set(MODELS)
    assert all(row.rank is not None and row.entries["mean"].ci95 for row in common.rows)
    assert any(
        "llaso_accentdb_ai_classification" in note for note in common.notes if "left out" in note
    )
    places = {row.run: row.ranks for row in common.rows}
    assert places["Mini-Omni2"] == "6"
    assert places["LLaSO-Base"].startswith("1")


def test_the_quoted_072_is_shown_and_nothing_of_ours_claims_it(board: Board) -> None:
    quoted = [
        t for t in tables(board, "quoted") if "overall_normalized" in {c.key for c in t.columns}
    ]
    (row,) = [r for t in quoted for r in t.rows if r.run.startswith("LLaSO-Base")]
    assert row.entries["overall_normalized"].value == 0.72 and row.rank is None
    assert any("no published formula" in note for t in tables(board, "native") for note in t.notes)


def test_the_page_and_the_markdown_hold_the_six(board: Board) -> None:
    for form in ("md", "html"):
        text = board.render(form, title="LLaSO-Eval")
        assert all(model in text for model in MODELS)
    assert (
        max(len(line) for line in board.render("md").split("\n") if line.startswith("| AC")) < 200
    )


def test_mmau_has_the_row_derived_anew_next_to_the_quoted_ones(
    tmp_path: Path, cli: Callable[..., CommandResult]
) -> None:
    replies = REAL / "mmau_test_mini" / "desta25.jsonl.gz"
    name = "DeSTA2.5-Audio, derived anew"
    assert cli("score", "mmau_test_mini", replies, "-o", tmp_path / "run", "--name", name).code == 0
    lines = cli("leaderboard", tmp_path / "run", "--published").out.split("\n")
    (ours,) = [line for line in lines if line.startswith(f"| 1 | {name}") and "66.00 [" in line]
    assert "70.57 [" in ours and "56.29 [" in ours and "71.17 [" in ours
    board, own = [line for line in lines if line.startswith("| - | DeSTA2.5-Audio (8B) §")][:2]
    assert "| 70.27 | 56.29 | 71.47 | 66.00 |" in board
    assert "| 70.57 | 56.29 | 71.17 | 66.0" in own
