"""The task files agree with the layout, the judge readers and the registry."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from harness.task_loading.groups import check_group
from harness.task_loading.schema import is_fragment, is_group, parse_task
from harness.task_loading.yaml_file import load_yaml
from harness.types import TaskSpec
from metrics.registry import METRICS
from tasks.voicebench import data, scoring
from tasks.voicebench import judge_reply as judge
from tasks.voicebench.layout import ACCENTS, CONFIGS

FOLDER = Path(data.__file__).parent
FILES = [load_yaml(path) for path in sorted(FOLDER.glob("*.yaml")) if not is_fragment(path)]
SPECS = {spec.task: spec for file in FILES if not is_group(file) for spec in [parse_task(file)]}


def parameters(spec: TaskSpec) -> dict[str, str]:
    return dict(spec.raw["dataset_kwargs"])


def test_every_configuration_and_accent_has_one_task() -> None:
    found = [(p["config"], p.get("split")) for p in map(parameters, SPECS.values())]
    want = [(name, None) for name in CONFIGS if name != "sd-qa"]
    want += [("sd-qa", accent) for accent in ACCENTS]
    assert sorted(found, key=str) == sorted(want, key=str)
    assert len(CONFIGS) == 11 and len(ACCENTS) == 11


@pytest.mark.parametrize("spec", SPECS.values(), ids=list(SPECS))
def test_a_task_file_says_what_the_code_does(spec: TaskSpec) -> None:
    chosen = parameters(spec)
    config = CONFIGS[chosen["config"]]
    stem = chosen["config"].replace("-", "_")
    accent = "" if chosen.get("split", "usa") == "usa" else f"_{chosen['split']}"
    assert spec.task == spec.yaml_path.stem == f"voicebench_{stem}{accent}"
    counts = config.splits
    number = counts[chosen["split"]] if "split" in chosen else sum(counts.values())
    assert spec.items == (number or 11 * 636)
    assert spec.doc_fields == config.fields
    assert set(spec.required_fields) <= set(config.fields)
    assert spec.official_metrics == set(spec.metrics)
    assert set(spec.metrics) <= set(METRICS)
    assert set(spec.anchors) == set(spec.metrics)
    assert (spec.answer == "option") is (config.evaluator in ("mcq", "bbh"))
    assert spec.null_response == "empty"


@pytest.mark.parametrize("spec", SPECS.values(), ids=list(SPECS))
def test_scores_have_exactly_the_declared_metrics(spec: TaskSpec) -> None:
    doc = {
        "prompt": "x",
        "reference": "A",
        "id": "navigate_1",
        "instruction_id_list": ["punctuation:no_comma"],
        "kwargs": [{}],
        "_params": parameters(spec),
    }
    judged = {name for name in spec.metrics if spec.judged_metrics >= {name}}
    without = scoring.score(doc, "A", None)
    assert set(without.metrics) == set(spec.metrics)
    absent = {name for name, r in without.metrics.items() if r["strict"].stats is None}
    assert absent == judged


@pytest.mark.parametrize("spec", SPECS.values(), ids=list(SPECS))
def test_judge_prompts_have_slots_for_fields_the_document_has(spec: TaskSpec) -> None:
    assert (spec.judge is None) is (not spec.judged_metrics)
    if spec.judge is None:
        return
    assert spec.judge.parse == judge.PARSER_ID
    assert spec.judge.samples == scoring.VOTES
    prompt = spec.judge.prompts[""].path.read_text(encoding="utf-8")
    fields = [field for field in CONFIGS[parameters(spec)["config"]].fields if field != "id"]
    assert sorted(re.findall(r"\{(\w+)\}", prompt)) == sorted([*fields, "response"])
    assert prompt.startswith("# system\n") and "\n# user\n" in prompt


def test_groups() -> None:
    groups = dict(check_group(file) for file in FILES if is_group(file))
    assert set(groups) == {"voicebench", "voicebench_accents"}
    assert len(groups["voicebench"]) == 9 and len(groups["voicebench_accents"]) == 11
    assert {name for members in groups.values() for name in members} <= set(SPECS)
