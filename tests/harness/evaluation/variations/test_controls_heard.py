"""Hazard: a control that leaves enough of the clip to hear it, or so much changed that a recogniser cannot be told from chance."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from metrics.statistics.intervals import wilson
from tests.support.budget import SOAK
from tests.support.command import CommandResult
from tests.support.runs.behaviours import choices
from tests.support.runs.toy import results

Cli = Callable[..., CommandResult]
CHANCE = 0.25
CONTROLS = ("noise:0", "silence", *["wrong-clip"] * SOAK)
ITEMS = 12 if SOAK else 6
pytestmark = [pytest.mark.slow, pytest.mark.long]
CLIPS = Path(__file__).resolve().parents[4] / "tasks" / "quickstart" / "clips"


def sakura_like(folder: Path) -> Path:
    """A copy of SAKURA's layout whose questions are the spoken choices of quickstart."""
    (folder / "Animal" / "audio").mkdir(parents=True)
    entries = {}
    for doc in choices().documents:
        name = Path(doc["clip"]).name
        shutil.copy(CLIPS / name, folder / "Animal" / "audio" / name)
        letters = dict(zip("abcd", doc["options"], strict=True))
        listed = " ".join(f"({letter}) {text}" for letter, text in letters.items())
        gold = next(letter for letter, text in letters.items() if text == doc["answer"])
        one = {"instruction": f"{doc['question']} {listed}", "answer": f"({gold}) {doc['answer']}"}
        entries[f"data/Animal/audio/{name}"] = {
            "attribute_label": "dog",
            **{f"{hop}_{key}": text for hop in ("single", "multi") for key, text in one.items()},
        }
    (folder / "Animal" / "metadata.json").write_text(json.dumps(entries), encoding="utf-8")
    return folder


@pytest.mark.parametrize("task", ["quickstart_choice", *["sakura_animal_single"] * SOAK])
def test_a_recogniser_hears_less_and_less(cli: Cli, tmp_path: Path, task: str) -> None:
    pytest.importorskip("pocketsphinx")
    metric = "accuracy"
    more: tuple[str | Path, ...] = ()
    if task.startswith("sakura"):
        metric = "letter_or_text"
        more = ("--data", f"sakura={sakura_like(tmp_path / 'copy')}", "--judge", "none")
    run = tmp_path / "run"
    done = cli("evaluate", "cascade:pocketsphinx", "-t", task, "-L", str(ITEMS), "--controls", ",".join(CONTROLS), "-o", run, *more)  # fmt: skip
    assert done.code == 0, done.err
    runs = {"clean": run, **{one.name: one for one in (run / "controls").iterdir()}}
    found = {
        name: results(one)["tasks"][task]["metrics"][metric]["strict"]["value"]
        for name, one in runs.items()
    }
    assert found["clean"] >= 0.9
    assert found["clean"] > found["noise_0"] >= found["silence"]
    for name in {"silence", "wrong-clip"} & found.keys():
        low, _ = wilson(ITEMS * found[name], ITEMS)
        assert low <= CHANCE < found["clean"]
