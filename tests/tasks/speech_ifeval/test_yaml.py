"""The task files agree with the layout, the judge reader, the registry and the prompts."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from harness.task_loading.groups import check_group
from harness.task_loading.schema import is_fragment, is_group, parse_task
from harness.task_loading.yaml_file import load_yaml
from harness.types import TaskSpec
from leaderboards.boards.speech_ifeval import COLUMNS, GROUPS
from metrics.instructions import INSTRUCTION_IDS
from metrics.registry import METRICS
from tasks.speech_ifeval import data, scoring
from tasks.speech_ifeval import judge_reply as judge
from tasks.speech_ifeval.layout import PARTS
from tests.support.data.speech_ifeval import DOCUMENTS

FOLDER = Path(data.__file__).parent
FILES = [load_yaml(path) for path in sorted(FOLDER.glob("*.yaml")) if not is_fragment(path)]
SPECS = {spec.task: spec for file in FILES if not is_group(file) for spec in [parse_task(file)]}
SLOTS = {
    "accuracy": ["ground_truth", "question", "response"],
    "cot": ["question", "response"],
    "wer": ["question", "response"],
}


def part(spec: TaskSpec) -> str:
    return str(spec.raw["dataset_kwargs"]["part"])


def test_one_task_per_question_file_and_a_group_without_the_control() -> None:
    assert {part(spec) for spec in SPECS.values()} == set(PARTS)
    (group,) = [check_group(file) for file in FILES if is_group(file)]
    assert group == ("speech_ifeval", tuple(COLUMNS.values()))
    assert set(SPECS) - set(group[1]) == {"speech_ifeval_closed_woprompt"}


@pytest.mark.parametrize("spec", SPECS.values(), ids=list(SPECS))
def test_a_task_file_says_what_the_code_does(spec: TaskSpec) -> None:
    chosen = PARTS[part(spec)]
    assert spec.task == spec.yaml_path.stem == f"speech_ifeval_{part(spec)}"
    assert spec.items == chosen.items
    assert spec.metrics == chosen.metrics
    assert spec.official_metrics == set(spec.metrics) <= set(METRICS)
    for name, up in spec.higher_is_better.items():
        assert METRICS[name].higher_is_better is up
    assert set(spec.anchors) == {"if_rate"} & set(spec.metrics)
    assert spec.templates["default"].system == "Follow the given instructions."
    for doc in DOCUMENTS[part(spec)]:
        assert set(spec.doc_fields) <= set(doc)
        for field in spec.required_fields:
            assert any(name in doc for name in field.split("|"))
    # the transcript is called seed_transcript in released outputs: it is no part of the identity
    assert not {"textual_audio", "seed_transcript", "id"} & set(spec.doc_fields)


@pytest.mark.parametrize("spec", SPECS.values(), ids=list(SPECS))
def test_judged_metrics_are_those_that_are_absent_without_a_judge(spec: TaskSpec) -> None:
    absent = {
        name
        for doc in DOCUMENTS[part(spec)]
        for name, readings in scoring.score(
            {**doc, "_params": {"part": part(spec)}}, "A", ["Result: YES"]
        ).metrics.items()
        if readings["strict"].stats is not None
        and scoring.score({**doc, "_params": {"part": part(spec)}}, "A", None)
        .metrics[name]["strict"]
        .stats
        is None
    }
    assert absent == spec.judged_metrics
    assert (spec.judge is None) is (not spec.judged_metrics)


@pytest.mark.parametrize("spec", SPECS.values(), ids=list(SPECS))
def test_judge_prompts_are_there_for_every_judged_kind_of_document(spec: TaskSpec) -> None:
    if spec.judge is None:
        return
    assert spec.judge.parse == judge.PARSER_ID
    field, prompts = spec.judge.chooser, spec.judge.prompts
    assert {doc[field] for doc in DOCUMENTS[part(spec)]} == set(prompts)
    for kind, prompt in prompts.items():
        text = prompt.path.read_text(encoding="utf-8")
        assert text.startswith("# system\n") and "\n# user\n" in text
        assert sorted(re.findall(r"\{(\w+)\}", text)) == SLOTS[kind]
        assert ("Result: <YES or NO>" in text) is (kind != "wer")


@pytest.mark.parametrize("spec", SPECS.values(), ids=list(SPECS))
def test_prompts_render_for_audio_and_for_text_models(spec: TaskSpec) -> None:
    from jinja2 import Environment, StrictUndefined

    environment = Environment(undefined=StrictUndefined, autoescape=False)
    doc = DOCUMENTS[part(spec)][0]
    default, text = spec.templates["default"], spec.templates["text_reference"]
    assert isinstance(default.doc_to_text, str) and isinstance(text.doc_to_text, str)
    rendered = environment.from_string(default.doc_to_text).render(**doc)
    assert rendered == f"<audio>{doc['instruction']}"
    rendered = environment.from_string(text.doc_to_text).render(**doc)
    assert rendered == f"Speech Input: {doc['textual_audio']}\n\n{doc['instruction']}"
    renamed = {**doc, "seed_transcript": doc["textual_audio"]}
    del renamed["textual_audio"]
    assert environment.from_string(text.doc_to_text).render(**renamed) == rendered
    assert text.system == default.system


def test_groups_are_of_known_instructions() -> None:
    assert set(GROUPS) <= set(INSTRUCTION_IDS)
