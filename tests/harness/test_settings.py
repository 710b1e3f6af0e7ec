"""Hazards: ambiguous numbers, secrets in the manifest, flags against a recipe."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.core.redaction import redact, redact_argv
from harness.errors import InputFileError, UsageError
from harness.settings import (
    load_recipe,
    merge,
    parse_folders,
    parse_limit,
    parse_max_errors,
    parse_pairs,
)


@pytest.mark.parametrize(
    ("text", "ranges"),
    [
        (None, [[0, 40]]),
        ("1", [[0, 1]]),
        ("40", [[0, 40]]),
        ("1000", [[0, 40]]),
        ("0.1", [[0, 4]]),
        ("0.01", [[0, 1]]),
        ("10-20", [[10, 20]]),
        ("30-99", [[30, 40]]),
    ],
)
def test_limit(text: str | None, ranges: list[list[int]]) -> None:
    assert parse_limit(text, 40) == ranges


@pytest.mark.parametrize("text", ["0", "-1", "1.5", "x", "5-5", "7-3", "40-50", "nan", "inf", ""])
def test_a_limit_that_says_nothing_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="--limit"):
        parse_limit(text, 40)


@pytest.mark.parametrize(
    ("text", "count"), [("0", 0), ("3", 3), ("10%", 5), ("2.5%", 1), ("100%", 50)]
)
def test_max_errors(text: str, count: int) -> None:
    assert parse_max_errors(text, 50) == count


@pytest.mark.parametrize("text", ["", "-1", "1.5", "ten", "5%%", "%"])
def test_max_errors_refuses_what_it_cannot_read(text: str) -> None:
    with pytest.raises(UsageError, match="--max-errors"):
        parse_max_errors(text, 50)


def test_pairs_keep_commas_inside_values() -> None:
    assert parse_pairs(["text=a, b,n=3"], "-M") == {"text": "a, b", "n": 3}
    assert parse_pairs(["n=3,llm.seed=4"], "-M") == {"n": 3, "llm.seed": 4}
    with pytest.raises(UsageError, match="key=value"):
        parse_pairs(["dtype"], "-M")


def test_secrets_are_redacted() -> None:
    assert redact({"api_key": "sk-1", "dtype": "fp16"}) == {"api_key": "***", "dtype": "fp16"}
    argv = redact_argv(
        ["harness", "-M", "base_url=http://x,api_key=sk-1", "--gen-kwargs", "auth_token=t"]
    )
    assert "sk-1" not in " ".join(argv)
    assert "=t" not in " ".join(argv).split("auth_token")[1]
    argv = redact_argv(["-M", "llm.api_key=sk-1,llm.seed=2"])
    assert argv == ["-M", "llm.api_key=***,llm.seed=2"]


def test_flags_win_over_the_recipe(tmp_path: Path) -> None:
    recipe = tmp_path / "eval.yaml"
    recipe.write_text(
        "model: mock:hash\ntasks: [a, b]\noutput-path: x\nlimit: 5\nmodel_args: {seed: 1, a: 2}\n"
    )
    settings = merge({"limit": "7", "model_args": {"seed": 3}}, load_recipe(recipe))
    assert settings.limit == "7"
    assert settings.model_args == {"seed": 3, "a": 2}
    assert settings.tasks == ("a", "b")
    assert settings.output_path == Path("x")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("modle: x\n", "did you mean 'model'"),
        ("model: x\nlimt: 5\n", r"eval\.yaml:2"),
        ("- a\n", "mapping"),
        ("model: [\n", "invalid YAML"),
        ("seed: one\n", "'seed' has the value 'one'"),
        ("tasks: {a: b}\n", "'tasks' has the value"),
    ],
)
def test_a_wrong_recipe_names_file_and_line(tmp_path: Path, content: str, message: str) -> None:
    recipe = tmp_path / "eval.yaml"
    recipe.write_text(content)
    with pytest.raises(InputFileError, match=message):
        load_recipe(recipe)


def test_a_folder_that_does_not_exist(tmp_path: Path) -> None:
    assert parse_folders([f"sakura={tmp_path}"]) == {"sakura": tmp_path}
    with pytest.raises(UsageError, match="does not exist"):
        parse_folders([f"sakura={tmp_path}/absent"])
    with pytest.raises(UsageError, match="BENCHMARK=FOLDER"):
        parse_folders(["sakura"])
