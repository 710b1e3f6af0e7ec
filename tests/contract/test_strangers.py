"""What somebody who adds to the project must touch: each kind of addition is made in a copy of the tree, and counted.

The counts are those of docs/design.md. What ``make refresh`` writes is not counted as an edit by hand.
"""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest

from tests.support.working_copy import ROOT, Copy, Touched

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("strangers")]


@pytest.fixture
def copy(tmp_path: Path) -> Copy:
    return Copy(tmp_path / "copy")


def counted(kind: str) -> Touched:
    """The row of docs/design.md about a kind of addition, its last three numbers."""
    text = (ROOT / "docs" / "design.md").read_text(encoding="utf-8")
    (row,) = re.findall(rf"^\| {re.escape(kind)} \|.*$", text, re.MULTILINE)
    new, edited, generated = (int(cell) for cell in row.strip("| ").split("|")[-3:])
    return Touched(new, edited, generated)


BIRDS = {
    "tasks/birds/__init__.py": "",
    "tasks/birds/README.md": """\
# Birds

Which bird sings. Two items, shipped.

Official scorer reproduced on: nothing; there is none.
""",
    "tasks/birds/birds.yaml": """\
task: birds
custom_dataset: !function data.load
test_split: test
output_type: generate_until
doc_to_text: "Which bird sings like this: {{song}}"
doc_to_target: "{{bird}}"
description: ""
fewshot_config: {samples: []}
generation_kwargs: {until: [], do_sample: false, max_gen_toks: 32}
process_results: !function scoring.process_results
metric_list:
  - {metric: judged_accuracy, aggregation: !function scoring.aggregate, higher_is_better: true}
metadata:
  lalm:
    benchmark: birds
    title: Which bird sings
    items: 2
    official: [judged_accuracy]
    judged: [judged_accuracy]
    null_response: empty
    scorer: official.1-strict.1
    doc_fields: [song, bird]
    required_fields: [bird]
    licence: our own
    reference: https://example.org/birds
    protocol: A judge says yes or no.
    judge:
      model: some-judge-2026-01-01
      prompt: judge_prompt.md
      sampling: {temperature: 0}
      samples: 1
      parse: birds.1
""",
    "tasks/birds/judge_prompt.md": "# system\n\nSay yes or no.\n\n# user\n\nIs {response} the {bird}?\n",
    "tasks/birds/data.py": '''\
"""Two songs."""

from harness.types import DataInfo, Documents

SONGS = {"ku-ku": "cuckoo", "tu-whit": "owl"}


def load(*, folder=None, revision=None, **metadata):
    """Return all documents."""
    docs = [{"_id": song, "song": song, "bird": bird} for song, bird in SONGS.items()]
    return {"test": Documents(docs, DataInfo("packaged", version="1", total=len(docs)))}
''',
    "tasks/birds/scoring.py": '''\
"""A judge says yes or no."""

from harness.types import ItemScore, Scored
from metrics.vanilla import aggregate, hook

__all__ = ["aggregate", "judge_slots", "process_results", "reference", "score"]


def reference(doc):
    """Return the bird."""
    return doc["bird"]


def judge_slots(doc, response):
    """Return what the judge prompt is filled with."""
    return {"response": str(response), "bird": doc["bird"]}


def score(doc, response, verdicts):
    """Score one reply by the judge's first word."""
    if verdicts is None:
        return ItemScore({"judged_accuracy": {"official": Scored(None), "strict": Scored(None)}})
    said = (verdicts[0] or "").lower() if verdicts else ""
    scored = Scored({"correct": int(said == "yes"), "n": 1}, parsed=said in {"yes", "no"})
    return ItemScore({"judged_accuracy": {"official": scored, "strict": scored}})


process_results = hook(score)
''',
    "leaderboards/boards/birds.py": '''\
"""The board of birds: one number."""

from leaderboards.cells import percent


def native(tasks, samples):
    """Return the share of birds that the judge accepts."""
    value = tasks["birds"].value("judged_accuracy", "official") if "birds" in tasks else None
    return {
        "scores": {"feathers": percent(value, 1)},
        "headline": "feathers",
        "unit": "percent",
        "metric": "judged_accuracy",
        "reading": "official",
        "complete": value is not None and value.complete,
        "notes": [],
    }
''',
    "changelog.d/+birds.added.md": "Birds, a judged benchmark.\n",
}


def test_a_judged_benchmark_is_its_folder_and_its_board(copy: Copy) -> None:
    copy.write(BIRDS)
    assert copy.touched() == counted("judged benchmark with a headline")
    assert "birds" in copy.harness("tasks", "list", "birds")
    for page in ("README.md", "docs/benchmarks.md"):
        assert "tasks/birds/README.md" in (copy.root / page).read_text(encoding="utf-8")
    replies = [
        {"id": "ku-ku", "response": "a cuckoo", "judge_reply": "yes"},
        {"id": "tu-whit", "response": "a hen", "judge_reply": "no"},
    ]
    file = copy.root / "replies.json"
    file.write_text(json.dumps(replies), encoding="utf-8")
    copy.harness("score", "birds", str(file), "-o", "run")
    board = copy.harness("leaderboard", "run")
    assert "Feathers (%)" in board and "50.0" in board


MMAR = ("tasks/mmar", "leaderboards/boards/mmar.py")
READERS = {  # what others say of MMAR: their rules, model cards and printed results; none of it is needed to add it
    *("harness/scoring/rules/known.py", "harness/scoring/rules/letters.py"),
    *("leaderboards/cards/alarm.yaml", "leaderboards/cards/desta2.5-audio.yaml"),
    "leaderboards/published/mmar.yaml",
}
GENERATED = {"harness/task_loading/task_index.json", "pyproject.toml"}


def test_nothing_else_of_the_product_names_mmar() -> None:
    rooms = ("harness", "tasks", "metrics", "model_adapters", "leaderboards")
    files = [path for room in rooms for path in (ROOT / room).rglob("*") if path.suffix in (".py", ".yaml", ".json")]  # fmt: skip
    found = {
        name
        for path in [*files, ROOT / "pyproject.toml"]
        if re.search(rb"^[^#\n]*\bmmar\b(?!\.yaml)", path.read_bytes(), re.MULTILINE)
        and not (name := path.relative_to(ROOT).as_posix()).startswith(MMAR)
    }
    words = {"metrics/text/word_set.py", "metrics/commitment/cleaning.py"}  # docstrings: whose rule
    assert found == READERS | GENERATED | words


@pytest.mark.long
def test_mmar_is_its_folder_and_its_board(copy: Copy) -> None:
    """The tree works without it; with it back, what is generated alone differs, and all is as it was, byte for byte."""
    count = copy.without(*MMAR)
    assert "MMAR" not in copy.harness("tasks", "list")
    assert "mmau_pro" in copy.harness("tasks", "list", "lalm-12")
    copy.run("-c", "import harness, harness.scoring.rules.known, leaderboards.boards, tasks.mmau")
    copy.harness("evaluate", "baseline:first", "-t", "quickstart_choice", "-o", "run")
    copy.harness("leaderboard", "run")
    shutil.rmtree(copy.root / "run")
    copy.bring(*MMAR)
    assert copy.touched() == Touched(count, 0, 4)
    assert copy.harness("tasks", "list", "mmar").count("mmar") >= 2
    for name in (*GENERATED, "README.md", "docs/benchmarks.md"):
        assert (copy.root / name).read_bytes() == (ROOT / name).read_bytes(), name


ECHO = {
    "model_adapters/parrot/__init__.py": '"""Repeats the question."""\n',
    "model_adapters/parrot/README.md": """\
# parrot

`parrot:WORD` says WORD and the question. It has no arguments.
""",
    "model_adapters/parrot/adapter.py": '''\
"""Says a word and the question."""

from collections.abc import Sequence

from harness.types import AdapterInfo, Request, Response, Text
from model_adapters.base import BatchAdapter


class ParrotAdapter(BatchAdapter):
    """Says a word and the question."""

    def __init__(self, target: str) -> None:
        self.word = target

    def open(self) -> AdapterInfo:
        """Return what it is."""
        return AdapterInfo(f"parrot:{self.word}")

    def generate_batch(self, requests: Sequence[Request]) -> list[Response]:
        """Return one reply a request."""
        return [
            Response(" ".join([self.word, *(p.text for m in r.messages for p in m.parts if isinstance(p, Text))]))
            for r in requests
        ]
''',
    "changelog.d/+parrot.added.md": "`parrot:WORD`.\n",
}
ROW = """\
        BuiltIn(
            "parrot",
            "model_adapters.parrot.adapter:ParrotAdapter",
            (Form("parrot:WORD", "says a word and the question"),),
            (
                Trial(
                    "parrot",
                    "parrot:hello",
                    exceptions={
                        **_FIXED,
                        "audio_matters": _DEAF,
                        "failures_as_values": _DEAF,
                        "empty_reply": "it always says its word",
                    },
                ),
            ),
        ),
"""


@pytest.mark.long
def test_an_adapter_is_its_folder_and_one_row(copy: Copy) -> None:
    copy.write(ECHO)
    first = '        BuiltIn(\n            "mock",\n'
    copy.edit("model_adapters/built_in.py", first, ROW + first)
    assert copy.touched() == counted("built-in adapter")
    assert "says a word" in copy.harness("models", "list")
    run = ("evaluate", "parrot:hello", "-t", "quickstart_choice", "-L", "2", "-o", "run")
    assert "quickstart_choice" in copy.harness(*run)
    lists = (copy.root / "pyproject.toml").read_text(encoding="utf-8")
    assert lists.count("model_adapters.parrot") == 2  # entry point and import contract
    examined = copy.run("-c", CONFORM)
    assert "order passed" in examined and "audio_matters: a chance baseline" in examined


CONFORM = """
from model_adapters.built_in import ADAPTERS
from model_adapters.conformance import AdapterConformance
from model_adapters.registry import create

for trial in ADAPTERS["parrot"].trials:
    suite = AdapterConformance(lambda: create(trial.model), exceptions=trial.exceptions)
    with suite:
        for check in suite.checks():
            verdict = check()
            print(f"{verdict.check}: {verdict.exception}" if verdict.exception else f"{verdict.check} passed")
"""

SQUARES = {
    "metrics/measures/squares.py": '''\
"""Root of the mean squared error."""

from dataclasses import dataclass

import numpy as np

from metrics.measures.measure import Quotient


@dataclass(frozen=True)
class RootMeanSquare(Quotient):
    """Root of a quotient of sums."""

    def value(self, total):
        """Return the root."""
        return float(np.sqrt(super().value(total)))

    def values(self, totals, keys):
        """Return the roots."""
        return np.sqrt(super().values(totals, keys))

    def ratio_keys(self, keys):
        """Return nothing: the value is no quotient."""
''',
    "changelog.d/+rmse.added.md": "`rmse`.\n",
}
ENTRY = """\
        RootMeanSquare("rmse", "error", RATE, "squares", "n", higher_is_better=False, unit="own"),
"""


@pytest.mark.long
def test_a_metric_is_a_formula_and_one_entry(copy: Copy) -> None:
    copy.write(SQUARES)
    copy.edit(
        "metrics/registry.py",
        "from metrics.measures.sums import",
        "from metrics.measures.squares import RootMeanSquare\nfrom metrics.measures.sums import",
    )
    last = '        CorpusBleu("corpus_bleu"'
    copy.edit("metrics/registry.py", last, ENTRY + last)
    assert copy.touched() == counted("metric of the harness")
    said = copy.run(
        "-c",
        "from harness.report.table import format_value; from metrics.registry import find;"
        "m = find('rmse'); print(format_value('rmse', m.value({'squares': 8, 'n': 2})), m.examples())",
    )
    assert said.startswith("2.00 ({'squares'")
    assert "| `rmse` | error |" in (copy.root / "docs/statistics.md").read_text(encoding="utf-8")


LINES = {
    "leaderboards/renderers/lines.py": '''\
"""One line a run: for terminals."""


def render_lines(board, *, title):
    """Return every run's name once."""
    runs = dict.fromkeys(row.run for table in board.tables for row in table.rows)
    return "".join(f"{title}: {run}\\n" for run in runs)
''',
    "changelog.d/+lines.added.md": "`--format lines`.\n",
}


@pytest.mark.long
def test_a_report_format_is_a_renderer_and_one_row(copy: Copy) -> None:
    copy.write(LINES)
    first = '        Format(\n            "json"'
    row = (
        '        Format("lines", "one line a run", "leaderboards.renderers.lines:render_lines"),\n'
    )
    copy.edit("leaderboards/renderers/__init__.py", first, row + first)
    assert copy.touched() == counted("report format")
    copy.harness("evaluate", "baseline:first", "-t", "quickstart_choice", "-o", "chance")
    assert (
        copy.harness("leaderboard", "chance", "--format", "lines", "--title", "T") == "T: chance\n"
    )
    assert "md, html, csv, lines or json" in " ".join(copy.harness("leaderboard", "--help").split())
