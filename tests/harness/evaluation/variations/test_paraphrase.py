"""Hazards: a paraphrase that changes nothing, one that is misread, a spread that is not that of the prompts."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from harness.errors import HarnessError, TaskFileError
from harness.evaluation.plan import PlannedTask, plan_tasks
from harness.evaluation.variations.paraphrases import paraphrase_part, read_paraphrases
from harness.settings import Settings
from harness.types import Message, Text
from metrics.statistics.intervals import wilson
from tests.support.command import CommandResult
from tests.support.runs.behaviours import choices
from tests.support.runs.toy import jsonl, results

Cli = Callable[..., CommandResult]
FILE = """\
paraphrases:
  - name: as-it-is
  - name: short
    replace: {"Answer with one option, by its letter or its text.": "Which one?"}
  - name: framed
    before: "Listen.\\n"
    after: " Be brief."
    system: "You answer {{options | length}} options."
  - name: own
    text: "<audio>{{question}} {{options | join(' / ')}}"
"""


def write(tmp_path: Path, text: str = FILE) -> Path:
    path = tmp_path / "prompts.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def planned(path: Path, task: str = "quickstart_choice", **more: Any) -> PlannedTask:
    settings = Settings("mock:hash", (task,), judge="none", paraphrase=path, **more)
    return plan_tasks(settings).tasks[0]


def text_of(messages: tuple[Message, ...]) -> str:
    return "|".join(
        "".join(part.text if isinstance(part, Text) else "<audio>" for part in message.parts)
        for message in messages
    )


def test_each_paraphrase_is_a_prompt(tmp_path: Path) -> None:
    plain = plan_tasks(Settings("mock:hash", ("quickstart_choice",))).tasks[0]
    task = planned(write(tmp_path))
    as_it_is = text_of(plain.first_prompt)
    doc = task.documents[0]
    found = [text_of(task.task.messages(task.document(0, number))) for number in range(4)]
    assert found == [
        as_it_is,
        as_it_is.replace("Answer with one option, by its letter or its text.", "Which one?"),
        f"You answer 4 options.|Listen.\n{as_it_is} Be brief.",
        f"<audio>{doc['question']} {' / '.join(doc['options'])}",
    ]
    assert task.repeats == 4
    assert task.parts["paraphrase"].startswith("4#")
    assert task.parts["prompt"] == plain.parts["prompt"]


def test_orders_and_paraphrases_together_are_all_pairs(tmp_path: Path) -> None:
    task = planned(write(tmp_path), permute="options:3")
    assert task.repeats == 12
    asked = [task.document(0, number) for number in range(12)]
    assert [doc["_paraphrase"] for doc in asked[::3]] == ["as-it-is", "short", "framed", "own"]
    assert [doc["_order"] for doc in asked[:3]] == [doc["_order"] for doc in asked[3:6]]
    assert len({text_of(task.task.messages(doc)) for doc in asked}) == 12


def test_the_part_is_the_content(tmp_path: Path) -> None:
    found = paraphrase_part(read_paraphrases(write(tmp_path)))
    assert found == paraphrase_part(read_paraphrases(write(tmp_path, "# note\n" + FILE)))
    assert found != paraphrase_part(
        read_paraphrases(write(tmp_path, FILE.replace("brief", "short")))
    )


READER = '''
class Reader:
    """Right about 9, 6 and 3 of 12 items: the further from the prompt that it knows, the worse."""
    def load(self): pass
    def generate(self, messages, audio, generation):
        text = str(messages[-1]["content"])
        number = next(n for n, (question, _) in enumerate(ITEMS) if question in text)
        known = 3 if "Listen." in text else 6 if "Which one" in text else 9
        return ITEMS[number][1] if number < known else "I cannot tell."
'''


def test_values_spread_and_share_are_those_of_the_prompts(cli: Cli, tmp_path: Path) -> None:
    """Nine, six and three of twelve items are right; the same ones each time, so the worst is right in all."""
    items = [(doc["question"], doc["answer"]) for doc in choices().documents]
    (tmp_path / "reader.py").write_text(f"ITEMS = {items!r}\n{READER}")
    prompts = write(tmp_path, FILE.partition("  - name: own")[0].replace("    system", "    #"))
    model = (
        "evaluate",
        "python:reader:Reader",
        "-M",
        f"path={tmp_path}",
        "-t",
        "quickstart_choice",
    )
    done = cli(*model, "--paraphrase", prompts, "-o", tmp_path / "run")
    assert done.code == 0, done.err
    task = results(tmp_path / "run")["tasks"]["quickstart_choice"]
    found = task["variations"]
    values = {name: part["accuracy"]["strict"] for name, part in found["paraphrases"].items()}
    assert {name: one["value"] for name, one in values.items()} == {"as-it-is": 0.75, "short": 0.5, "framed": 0.25}  # fmt: skip
    for one, right in zip(values.values(), (9, 6, 3), strict=True):
        assert one["ci95"] == [pytest.approx(bound) for bound in wilson(right, 12)]
    assert task["metrics"]["accuracy"]["strict"]["value"] == pytest.approx(0.5)
    spread = found["spread"]["accuracy"]["strict"]
    assert (spread["worst"], spread["best"], spread["deviation"]) == ("framed", "as-it-is", 0.25)
    assert (spread["range"]["value"], spread["range"]["n"]) == (0.5, 12)
    low, high = spread["range"]["ci95"]
    assert 0.1 < low < 0.5 < high < 0.8
    assert "as-it-is 75.00%, short 50.00%, framed 25.00%; as-it-is minus framed +50.00%" in done.out
    lines = jsonl(tmp_path / "run" / "samples.jsonl")
    assert [line["paraphrase"] for line in lines[:3]] == ["as-it-is", "short", "framed"]
    before = (tmp_path / "run" / "results.json").read_bytes()
    assert cli("score", tmp_path / "run").code == 0
    assert (tmp_path / "run" / "results.json").read_bytes() == before
    changed = write(tmp_path, prompts.read_text().replace("Listen", "Hear"))
    again = cli(*model, "--paraphrase", changed, "-o", tmp_path / "run")
    assert (again.code, "paraphrase" in again.err) == (2, True), again.err


def test_an_error_rate_has_its_best_where_it_is_lowest(cli: Cli, tmp_path: Path) -> None:
    prompts = write(tmp_path, 'paraphrases:\n  - name: one\n  - name: two\n    after: " Please."\n')
    done = cli("evaluate", "mock:echo", "-t", "quickstart_transcription", "--paraphrase", prompts, "-o", tmp_path / "run")  # fmt: skip
    assert done.code == 0, done.err
    found = results(tmp_path / "run")["tasks"]["quickstart_transcription"]["variations"]["spread"]["wer"]["strict"]  # fmt: skip
    assert (found["best"], found["worst"]) == ("one", "two")
    assert found["range"]["value"] < 0


def test_paraphrases_may_be_for_some_tasks(cli: Cli, tmp_path: Path) -> None:
    text = 'paraphrases:\n  - name: one\n    tasks: quickstart_choice\n  - name: two\n    after: " Please."\n'
    path = write(tmp_path, text)
    assert planned(path).repeats == 2
    assert planned(path, "quickstart_number").repeats == 1
    only = write(tmp_path, text.replace('    after: " Please."', "    tasks: [quickstart_number]"))
    with pytest.raises(HarnessError, match="no paraphrase is for quickstart_keyword"):
        planned(only, "quickstart_keyword")


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        ("", 1, "expected a mapping"),
        ("paraphrase: []\n", 1, "unknown key 'paraphrase'"),
        ("paraphrases: []\n", 1, "1 to 100"),
        ("paraphrases:\n  - short\n", 2, "a mapping with a name"),
        ("paraphrases:\n  - name: a\n    txt: x\n", 3, "unknown key 'txt'"),
        ("paraphrases:\n  - name: a b\n", 2, "the name is 'a b'"),
        ("paraphrases:\n  - after: x\n", 2, "the name is None"),
        ("paraphrases:\n  - name: a\n  - name: a\n", 3, "is given twice"),
        ("paraphrases:\n  - name: a\n    after: 7\n", 3, "'after' is 7"),
        ("paraphrases:\n  - name: a\n    name: b\n", 3, "stands here and on line 2"),
        ("paraphrases:\n  - name: no\n", 2, "YAML reads no as false"),
        ("paraphrases:\n  - name: a\n    replace: [x]\n", 3, "'replace' maps"),
        ("paraphrases:\n  - name: a\n    replace: {'': x}\n", 3, "'replace' maps"),
        ("paraphrases:\n  - name: a\n    tasks: [1]\n", 3, "'tasks' is a list"),
        ("paraphrases:\n  - name: a\n   after: x\n", 3, "invalid YAML"),
    ],
)
def test_a_malformed_file_is_refused_with_its_line(
    tmp_path: Path, text: str, line: int, says: str
) -> None:
    with pytest.raises(TaskFileError) as error:
        read_paraphrases(write(tmp_path, text))
    assert says in str(error.value)
    assert f"prompts.yaml:{line}" in str(error.value)


def test_code_in_a_template_needs_trust(tmp_path: Path) -> None:
    text = "paraphrases:\n  - name: a\n    text: \"<audio>{{ ''.__class__ }}\"\n"
    with pytest.raises(HarnessError, match=r"prompts\.yaml:2"):
        planned(write(tmp_path, text))


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ("replace: {nowhere to be found: x}", "give quickstart_choice the same prompt"),
        ('text: "No clip at all: {{question}}"', "marks"),
        ('text: "<audio>{{nothing}}"', "nothing"),
    ],
)
def test_a_paraphrase_that_cannot_be_is_refused(
    cli: Cli, tmp_path: Path, change: str, says: str
) -> None:
    path = write(tmp_path, f"paraphrases:\n  - name: one\n  - name: two\n    {change}\n")
    run = ("evaluate", "mock:hash", "-t", "quickstart_choice", "--paraphrase", path)
    done = cli(*run, "-o", tmp_path / "run")
    if "No clip" in change:  # a prompt without audio is one, as in a task's own template
        assert done.code == 0, done.err
        return
    assert (done.code, says in done.err) == (2, True), done.err
    assert not (tmp_path / "run" / "responses.jsonl").exists()


def test_a_dry_run_prices_all_of_them(cli: Cli, tmp_path: Path) -> None:
    run = ("evaluate", "mock:hash", "-t", "quickstart_choice", "--dry-run")
    done = cli(*run, "--paraphrase", write(tmp_path), "--permute", "options:2")
    assert done.code == 0, done.err
    assert "12 of 12 items, 8 times each" in done.out
    plain, found = (json.loads(cli(*run, *more, "--json").out) for more in ((), ("--permute", "options:4")))  # fmt: skip
    assert found["benchmarks"]["quickstart"]["audio_hours"] == pytest.approx(
        4 * plain["benchmarks"]["quickstart"]["audio_hours"], rel=0.01
    )
