"""Model cards: every one names tasks, templates and metrics that there are, ``-t card:NAME`` plans them, the table puts reported values next to measured ones."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from harness.errors import HarnessError
from harness.task_loading.index import load_index
from harness.task_loading.specs import load_spec
from leaderboards.cards.read import card, names, read
from metrics.registry import find
from tests.support.command import CommandResult
from tests.support.data import tiny_copies


@pytest.mark.parametrize("name", names())
def test_a_card_names_what_there_is(name: str) -> None:
    index = load_index(())
    found = card(name)
    for said in found.tasks.values():
        spec = load_spec(index.tasks[said.task])
        assert said.template is None or said.template in spec.templates, said
        assert said.metric in spec.metrics, said
        assert said.reading in ("official", "strict"), said
        assert said.reading == "strict" or said.metric in spec.official_metrics, said
        assert said.differs, said
        if said.value is not None:
            metric = find(said.metric)
            assert 0 < said.value < (1 if metric.is_percent else 5.01), said
    assert found.source
    assert found.protocol


def test_values_are_those_of_the_sources() -> None:
    assert card("qwen3-omni").tasks["mmsu"].value == pytest.approx(0.69)
    assert card("qwen3-omni").tasks["voicebench_alpacaeval"].value == pytest.approx(4.74)
    assert card("desta2.5-audio").tasks["mmau_test_mini"].value == pytest.approx(0.66)
    assert card("llaso-base").tasks["llaso_asr"].value == pytest.approx(0.0845)
    assert {said.value for said in card("alarm").tasks.values()} == {None}


@pytest.fixture
def data(tmp_path: Path) -> list[object]:
    found: list[object] = []
    for name, write in (("mmau", tiny_copies.mmau), ("mmar", tiny_copies.mmar)):
        write(tmp_path / name)
        found += ["--data", f"{name}={tmp_path / name}"]
    return found


def test_a_card_is_planned_with_its_prompts_and_shown_beside_its_values(
    cli: Callable[..., CommandResult], tmp_path: Path, data: list[object]
) -> None:
    run = tmp_path / "run"
    done = cli("evaluate", "baseline:first", "-t", "card:desta2.5-audio", *data, "-o", run)
    assert done.code == 0, done.err
    tasks = json.loads((run / "manifest.json").read_text())["tasks"]
    assert list(tasks) == ["mmau_test_mini", "mmar"]
    for entry in tasks.values():
        assert (entry["card"], entry["template"]) == ("desta2.5-audio", "desta")
        assert entry["generation"]["max_new_tokens"] == 512
    first = json.loads((run / "responses.jsonl").read_text().split("\n")[0])
    assert "Focus on the audio clips and instructions. Put your answer" in json.dumps(first)
    assert "card desta2.5-audio: measured next to what is reported of DeSTA2.5-Audio" in done.out
    (line,) = [one for one in done.out.split("\n") if "mmau_test_mini accuracy official:" in one]
    assert "reported 66.00%, " in line
    assert "as in the authors' script" in line
    assert "reported 50.80%" in cli("status", run).out
    again = cli("evaluate", "baseline:first", "-t", "card:desta2.5-audio", *data, "-o", run)
    assert again.code == 0, again.err
    other = cli("evaluate", "baseline:first", "-t", "card:desta2.5-audio", *data, "-o", tmp_path / "b", "--gen-kwargs", "max_new_tokens=64", "-L", "1")  # fmt: skip
    assert "max_new_tokens is 64 here, 512 on the card" in other.out
    assert "1 of " in other.out


@pytest.mark.parametrize(
    ("flags", "said"),
    [
        (["-t", "card:desta"], "did you mean: desta2.5-audio"),
        (["-t", "card:alarm,card:qwen3-omni"], "is on the cards alarm and qwen3-omni"),
        (["-t", "card:alarm", "--template", "plain"], "a card has prompts of its own"),
    ],
)
def test_what_a_card_cannot_plan_is_refused(
    cli: Callable[..., CommandResult], tmp_path: Path, flags: list[str], said: str
) -> None:
    done = cli("evaluate", "baseline:first", *flags, "-o", tmp_path / "run")
    assert done.code == 2
    assert said in done.err


@pytest.mark.parametrize(
    ("task", "said"),
    [
        ("metric: accuracy\n    differs: x\n    values: 3", "unknown key 'values'"),
        ("metric: accuracy\n    differs: x\n    value: 3", "a value needs a source"),
        (
            "metric: accuracy\n    differs: x\n    quoted: {benchmark: mmau, title: none, column: avg}",
            "no published row of M fits",
        ),
    ],
)
def test_a_malformed_card_is_refused(tmp_path: Path, task: str, said: str) -> None:
    path = tmp_path / "own.yaml"
    path.write_text(f"title: t\nmodel: M\nsource: s\nprotocol: p\ntasks:\n  mmsu:\n    {task}\n")
    with pytest.raises(HarnessError, match=said):
        read(path)
