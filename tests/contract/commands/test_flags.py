"""Hazards of flags: one that selects other items, a recipe that is half read, a dry run that does something."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.command import CommandResult, clean
from tests.support.runs.toy import (
    FLAGS,
    evaluate_arguments,
    jsonl,
    results,
    snapshot,
)

pytestmark = pytest.mark.usefixtures("ten_items")
Cli = Callable[..., CommandResult]


# --- flags -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("limit", "count"), [("3", 3), ("0.25", 3), ("2-5", 3), ("1", 1), ("99", 10), ("8-99", 2)]
)
def test_limits_select_items_and_the_table_says_partial(
    cli: Cli, tmp_path: Path, limit: str, count: int
) -> None:
    found = clean(cli(*evaluate_arguments("mock:hash", tmp_path / "run", "-L", limit)))
    assert found.code == 0
    entry = results(tmp_path / "run")["tasks"]["toy"]
    assert entry["n"] == count == len(jsonl(tmp_path / "run" / "samples.jsonl"))
    assert f"|n:{count}/10|" in entry["signature"]
    assert (f"partial: toy ran {count} of 10 items" in found.out) == (count < 10)


def test_a_range_takes_the_items_it_names(cli: Cli, tmp_path: Path) -> None:
    cli(*evaluate_arguments("mock:hash", tmp_path / "run", "--limit", "2-5"))
    ids = [line["id"] for line in jsonl(tmp_path / "run" / "samples.jsonl")]
    assert ids == ["item-00002", "item-00003", "item-00004"]


def test_a_larger_limit_extends_a_run_and_a_smaller_one_shrinks_it(
    cli: Cli, tmp_path: Path
) -> None:
    run, ledger = tmp_path / "run", tmp_path / "ledger"
    for limit, asked in (("4", 4), ("7", 7), ("2", 7)):
        assert (
            cli(*evaluate_arguments("mock:hash", run, "-L", limit, "-M", f"ledger={ledger}")).code
            == 0
        )
        assert len(jsonl(ledger)) == asked
        assert len(jsonl(run / "samples.jsonl")) == int(limit)
        assert results(run)["tasks"]["toy"]["metrics"]["accuracy"]["strict"]["complete"] is True


@pytest.mark.parametrize("limit", ["0", "-3", "x", "1.5", "5-5", "12-20"])
def test_a_limit_that_means_nothing_is_2(cli: Cli, tmp_path: Path, limit: str) -> None:
    found = clean(cli(*evaluate_arguments("mock:hash", tmp_path / "run", f"--limit={limit}")))
    assert found.code == 2 and "--limit" in found.err
    assert not (tmp_path / "run").exists()


def test_flags_with_underscores_and_the_old_model_flags(cli: Cli, tmp_path: Path) -> None:
    found = clean(
        cli(
            "evaluate", "--model", "mock:hash", "--model_args", "seed=3,concurrency=2",
            "--tasks", "toy", "--output_path", tmp_path / "run", "--batch_size", "2",
            "--gen_kwargs", "max_gen_toks=4", "--include_path", FLAGS[1], "--trust_task_code",
        )
    )  # fmt: skip
    assert found.code == 0
    manifest = json.loads((tmp_path / "run" / "manifest.json").read_text())
    assert manifest["model"]["args"] == {"seed": 3, "concurrency": 2}
    assert manifest["tasks"]["toy"]["generation"]["max_new_tokens"] == 4


def test_a_recipe_gives_settings_and_flags_win(cli: Cli, tmp_path: Path) -> None:
    recipe = tmp_path / "eval.yaml"
    recipe.write_text(
        f"model: mock:hash\ntasks: toy\noutput-path: {tmp_path / 'run'}\nlimit: 5\nname: from recipe\n"
        f"include_path: {FLAGS[1]}\ntrust_task_code: true\nmodel_args: {{concurrency: 2}}\n"
    )
    trust = "--trust-task-code"  # a recipe cannot give that
    assert clean(cli("evaluate", "--config", recipe, "--limit", "3", trust)).code == 0
    manifest = json.loads((tmp_path / "run" / "manifest.json").read_text())
    assert manifest["name"] == "from recipe"
    assert manifest["model"]["args"] == {"concurrency": 2}
    assert results(tmp_path / "run")["tasks"]["toy"]["n"] == 3


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("modle: x\n", "eval.yaml:1: unknown key 'modle'"),
        ("model: mock:hash\nlimit: [1\n", "invalid YAML"),
        ("- a\n", "mapping"),
        ("a: \x00\n", "invalid YAML"),
        ("seed: many\n", "eval.yaml:1"),
        ("tasks: 3\n", "eval.yaml:1"),
        ("? [a, b]\n: 3\n", "eval.yaml"),
        ("name: &a x\nmodel: *a\n", "eval.yaml:2: a recipe takes no alias"),
        pytest.param(f"name: {'[' * 600}{']' * 600}\n", "nested too deeply", id="deep"),
        pytest.param(f"name: {'x' * 1_000_001}\n", "more than 1,000,000 bytes", id="long"),
    ],
)
def test_a_bad_recipe_is_2_with_file_and_line(
    cli: Cli, tmp_path: Path, text: str, said: str
) -> None:
    recipe = tmp_path / "eval.yaml"
    recipe.write_text(text)
    found = clean(cli("evaluate", "mock:hash", "-t", "toy", "-o", "run", "--config", recipe))
    assert found.code == 2 and said in found.err


def test_a_recipe_that_is_not_text_or_not_there_is_2(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "binary").write_bytes(b"\xff\xfe\x00")
    for path in (tmp_path / "binary", tmp_path / "absent.yaml", tmp_path):
        assert clean(cli("evaluate", "--config", path)).code == 2


def test_a_name_is_shown_and_enters_no_key(cli: Cli, tmp_path: Path) -> None:
    cli(*evaluate_arguments("mock:hash", tmp_path / "one"))
    cli(*evaluate_arguments("mock:hash", tmp_path / "two", "--name", "A better name"))
    manifest = json.loads((tmp_path / "two" / "manifest.json").read_text())
    assert manifest["name"] == "A better name"
    assert (tmp_path / "one" / "results.json").read_bytes() == (
        tmp_path / "two" / "results.json"
    ).read_bytes()
    assert "A better name" in cli("leaderboard", tmp_path / "one", tmp_path / "two").out


def test_a_dry_run_touches_nothing(cli: Cli, tmp_path: Path) -> None:
    ledger = tmp_path / "ledger"
    before = snapshot(tmp_path)
    found = clean(
        cli(
            *evaluate_arguments(
                "mock:hash", tmp_path / "run", "--dry-run", "-M", f"ledger={ledger}"
            )
        )
    )
    assert found.code == 0
    assert "What is number 0?" in found.out and "10 of 10 items" in found.out
    assert "nothing was run or written" in found.out
    assert snapshot(tmp_path) == before
    assert not (tmp_path / "run").exists()


def test_a_dry_run_opens_no_adapter(cli: Cli, tmp_path: Path) -> None:
    model = f"mock:script:{tmp_path / 'absent.json'}"
    assert cli(*evaluate_arguments(model, tmp_path / "run", "--dry-run")).code == 0
    assert cli(*evaluate_arguments(model, tmp_path / "run")).code == 2


@pytest.mark.parametrize(
    ("flag", "value"), [("--patience", "soon"), ("--shard", "3/2"), ("--max-errors", "many")]
)
def test_a_dry_run_reads_the_flags_that_a_run_reads(
    cli: Cli, tmp_path: Path, flag: str, value: str
) -> None:
    found = clean(cli(*evaluate_arguments("mock:hash", tmp_path / "run", "--dry-run", flag, value)))
    assert found.code == 2 and flag in found.err


def test_a_dry_run_finds_wrong_model_arguments(cli: Cli, tmp_path: Path) -> None:
    found = clean(
        cli(*evaluate_arguments("mock:hash", tmp_path / "run", "--dry-run", "-M", "sead=1"))
    )
    assert found.code == 2 and "seed" in found.err
