"""The judge block of a task YAML and its prompt files: strict, with file and line."""

from __future__ import annotations

import importlib
import importlib.util
import re
from datetime import date
from pathlib import Path

import pytest

from harness.core.judge_spec import Retirement, fill
from harness.errors import TaskFileError
from harness.judge.options import JudgeOptions
from harness.judge.task_judge import bind
from harness.task_loading.index import load_index
from harness.task_loading.judging.block import parse_judge, read_prompt
from harness.task_loading.schema import parse_task
from harness.task_loading.specs import load_spec
from harness.task_loading.task import YamlTask
from harness.task_loading.yaml_file import load_yaml
from metrics.judge.votes import mean
from tests.support.runs.toy import TOY

PROMPT = "# system\nBe fair.\n\n# user\nQ: {question}\nA: {response}\n"
ENDS = {"date": "2027-01-14", "source": "its page"}
BLOCK = {"model": "m-1", "prompt": "p.md", "parse": "sakura.2"}


def built_in(name: str) -> YamlTask:
    return YamlTask(load_spec(load_index(()).resolve([name])[0]))


def where(*keys: str) -> str:
    return ".".join(("judge", *keys))


@pytest.mark.parametrize(
    ("change", "place", "message"),
    [
        ({"modle": "x"}, "judge.modle", "did you mean 'model'"),
        ({"model": ""}, "judge", "judge.model is missing"),
        ({"model": 4}, "judge.model", "name of a model"),
        ({"samples": 0}, "judge.samples", "expected 1 to 100"),
        ({"samples": True}, "judge.samples", "expected 1 to 100"),
        ({"repeats_if_unparsed": -1}, "judge.repeats_if_unparsed", "expected 0 to 100"),
        ({"sampling": {"temprature": 0}}, "judge.sampling.temprature", "temperature"),
        ({"sampling": {"temperature": "hot"}}, "judge.sampling.temperature", "'hot'"),
        ({"sampling": [1]}, "judge.sampling", "mapping"),
        ({"reducer": "best"}, "judge.reducer", "trimmed_mean"),
        ({"output_schema": ["score"]}, "judge.output_schema", "type: object"),
        ({"strip": "yes"}, "judge.strip", "true or false"),
        ({"parse": "sakura"}, "judge.parse", "NAME.VERSION"),
        ({"retires": "2027-01-14"}, "judge.retires", 'YYYY-MM-DD", source: TEXT}'),
        ({"retires": {"date": "2027-01-14"}}, "judge.retires", 'YYYY-MM-DD", source: TEXT}'),
        ({"retires": {"source": "its page"}}, "judge.retires", 'YYYY-MM-DD", source: TEXT}'),
        ({"retires": {**ENDS, "by": "me"}}, "judge.retires", 'YYYY-MM-DD", source: TEXT}'),
        (
            {"retires": {**ENDS, "date": "14 January 2027"}},
            "judge.retires.date",
            "expected YYYY-MM-DD",
        ),
        ({"retires": {**ENDS, "date": "2027-02-30"}}, "judge.retires.date", "'2027-02-30'"),
        ({"retires": {**ENDS, "date": 2027}}, "judge.retires.date", "the date is 2027"),
        ({"retires": {**ENDS, "date": None}}, "judge.retires.date", "the date is None"),
        ({"retires": {**ENDS, "source": " "}}, "judge.retires.source", "who named the date"),
        ({"retires": {**ENDS, "source": 4}}, "judge.retires.source", "who named the date"),
        ({"prompt": "absent.md"}, "judge.prompt", "does not exist"),
        ({"prompt": "9" * 5000}, "judge.prompt", "does not exist"),
        ({"prompt": {"field": "metric"}}, "judge.prompt", "{field: FIELD"),
    ],
)
def test_a_bad_block_is_refused_with_its_place(
    tmp_path: Path, change: dict[str, object], place: str, message: str
) -> None:
    (tmp_path / "p.md").write_text(PROMPT)
    with pytest.raises(TaskFileError) as caught:
        parse_judge({**BLOCK, **change}, tmp_path, where)
    assert caught.value.where == place
    assert message in str(caught.value)


def test_a_bad_block_is_found_when_the_task_is_read(tmp_path: Path) -> None:
    text = (TOY / "toy.yaml").read_text(encoding="utf-8")
    assert "metadata:\n  lalm:\n" in text.replace("  version: 1.0\n", "")
    file = tmp_path / "toy.yaml"
    file.write_text(text.rstrip("\n") + "\n    judge: {model: m, prompt: no.md, parse: x.1}\n")
    with pytest.raises(TaskFileError) as caught:
        parse_task(load_yaml(file))
    line = (
        file.read_text().split("\n").index("    judge: {model: m, prompt: no.md, parse: x.1}") + 1
    )
    assert caught.value.where == f"{file}:{line}"


@pytest.mark.parametrize(
    ("retires", "at", "message"),
    [
        ("soon", 0, "'retires' is {date"),
        ("[next year]", 0, "'retires' is {date"),
        ("\n        date: soon\n        source: its page", 1, "'soon', expected YYYY-MM-DD"),
        ("\n        date: '2027-01-14'\n        source: ''", 2, "who named the date"),
        ("\n        date: '2027-01-14'", 0, "'retires' is {date"),
        ("\n        date: 2027-01-14\n        source: its page", 1, "write it in quotes"),
    ],
)
def test_a_bad_end_of_a_judge_is_found_at_its_line(tmp_path: Path, retires: str, at: int, message: str) -> None:  # fmt: skip
    file = tmp_path / "toy.yaml"
    (tmp_path / "p.md").write_text(PROMPT)
    block = f"    judge:\n      model: m\n      prompt: p.md\n      parse: x.1\n      retires: {retires}\n"
    file.write_text((TOY / "toy.yaml").read_text(encoding="utf-8").rstrip("\n") + "\n" + block)
    with pytest.raises(TaskFileError, match=re.escape(message)) as caught:
        parse_task(load_yaml(file))
    first = next(n for n, row in enumerate(file.read_text().split("\n"), 1) if "retires:" in row)
    assert caught.value.where == f"{file}:{first + at}"


def test_the_end_of_a_judge_is_a_day_and_who_named_it(tmp_path: Path) -> None:
    (tmp_path / "p.md").write_text(PROMPT)
    found = parse_judge({**BLOCK, "retires": ENDS}, tmp_path, where).retires
    assert found == Retirement(date(2027, 1, 14), "its page")
    assert parse_judge(BLOCK, tmp_path, where).retires is None


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("Judge this.\n# user\n{response}", "starts with the line"),
        ("# system\nBe fair.", "'# user' is missing"),
        ("# user\nNothing to see.", "no {response} slot"),
        ("# system\n{response}\n# user\n{response}", "does not belong into the system"),
        ("# user\n{response}\n# user\n{response}", "a second section"),
    ],
)
def test_a_bad_prompt_file_is_refused(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "p.md"
    path.write_text(text)
    with pytest.raises(TaskFileError, match=message) as caught:
        read_prompt(path)
    assert str(caught.value.where).startswith(str(path))


def test_a_prompt_that_is_no_text_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "p.md"
    path.write_bytes(b"# user\n{response}\xff")
    with pytest.raises(TaskFileError, match="not UTF-8"):
        read_prompt(path)
    with pytest.raises(TaskFileError, match="cannot read"):
        read_prompt(tmp_path / "absent.md")


def test_slots_are_filled_in_one_pass_and_doubled_braces_are_literal() -> None:
    values = {"question": "{response} [GROUND_TRUTH_ANSWER]", "response": "{question}{{x}}"}
    text = fill('Q {question} A {response} {{"score": 1}}', values)
    assert text == 'Q {response} [GROUND_TRUTH_ANSWER] A {question}{{x}} {"score": 1}'


def test_every_built_in_judge_is_readable_and_votes_as_its_scorer_reduces() -> None:
    judged = [load_spec(entry) for entry in load_index(()).tasks.values() if entry.judged]
    assert len(judged) > 30
    for spec in judged:
        judge = spec.judge
        assert judge is not None, spec.task
        if importlib.util.find_spec(f"tasks.{spec.benchmark}.judge_reply") is None:
            assert judge.parse in ("declared_yes_no.2", "declared_score.2", "five_points.2"), (
                spec.task
            )
            continue
        reader = importlib.import_module(f"tasks.{spec.benchmark}.judge_reply")
        assert judge.parse == reader.PARSER_ID, spec.task
        assert (judge.samples > 1) == (judge.reducer != "first"), spec.task


def test_voicebench_reduces_as_its_judge_block_declares() -> None:
    for name, votes, expected in (
        ("voicebench_commoneval", ["1", "5", "5"], mean([1, 5, 5])),
        ("voicebench_sd_qa", ["Yes", "no", "YES"], 1.0),
    ):
        task = built_in(name)
        judge = task.spec.judge
        assert judge is not None and judge.samples == 3
        doc = {"prompt": "p", "reference": "r", "_params": dict(task.parameters)}
        metric = "judge_score" if judge.reducer == "mean" else "qa_vote"
        for reading in ("official", "strict"):
            stats = task.score(doc, "a reply", votes).metrics[metric][reading].stats
            assert stats is not None
            assert next(iter(stats.values())) == pytest.approx(expected), (name, reading)


def test_the_identity_of_a_judge_follows_everything_that_changes_its_requests(
    tmp_path: Path,
) -> None:
    task = built_in("sakura_animal_single")
    own = tmp_path / "official.md"
    own.write_text(PROMPT)
    variants = [
        JudgeOptions("live"),
        JudgeOptions("live", model="other"),
        JudgeOptions("live", sampling={"temperature": 1.0}),
        JudgeOptions("live", prompt=own),
        JudgeOptions("live", fenced=False),
        JudgeOptions("live", prompt=own, fenced=False),
    ]
    found = [bind(task, options) for options in variants]
    names = [judge.id for judge in found if judge is not None]
    assert len(set(names)) == len(variants)
    assert names[0].startswith("gpt-4o-2024-11-20@sakura.3#")
    same = bind(task, JudgeOptions("live", base_url="http://127.0.0.1:1/v1", concurrency=3))
    assert same is not None and same.id == names[0]  # where it is reached is no part of it
    assert same.manifest_entry()["endpoint"] == "http://127.0.0.1:1/v1"


def test_tasks_of_a_benchmark_share_a_judge_and_unjudged_ones_have_none() -> None:
    options = JudgeOptions("live")
    single, multi = (
        bind(built_in(name), options) for name in ("sakura_animal_single", "sakura_gender_multi")
    )
    assert single is not None and multi is not None and single.id == multi.id
    assert bind(built_in("mmsu"), options) is None
    assert options.part(None) == "none" and JudgeOptions("replay").part(None) == "replay"


def test_a_foreign_prompt_for_a_task_with_several_keeps_what_is_judged(tmp_path: Path) -> None:
    own = tmp_path / "mine.md"
    own.write_text("# user\n{question} {response}")
    judge = bind(built_in("speech_ifeval_cot"), JudgeOptions("live", prompt=own))
    assert judge is not None
    found = judge.spec.prompt({"metric": "cot"})
    assert found is not None and found.id == "mine"
    assert judge.spec.prompt({"metric": "open"}) is None


def test_an_output_schema_is_sent_and_changes_the_judge(tmp_path: Path) -> None:
    (tmp_path / "p.md").write_text(PROMPT)
    schema = {"type": "object", "properties": {"score": {"type": "integer"}}, "required": ["score"]}
    plain = parse_judge(BLOCK, tmp_path, where)
    asked = parse_judge({**BLOCK, "output_schema": schema}, tmp_path, where)
    assert "response_format" not in plain.sampling
    sent = asked.sampling["response_format"]
    assert sent["type"] == "json_schema"
    assert sent["json_schema"]["schema"] == schema
    assert dict(plain.sampling) != dict(asked.sampling)
