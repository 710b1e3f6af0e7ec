"""`harness score` on every golden set: the whole path from file to samples.jsonl agrees with the official verdicts.

The scorers themselves are checked in the other modules of this folder; this one guards the engine
between them: documents from records, judge replies, label sets of a file, aggregation.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.support.command import CommandResult
from tests.support.runs.toy import jsonl, results
from tests.support.shared import SHARED, needs_shared

pytestmark = needs_shared

Line = dict[str, Any]
Official = Callable[[Line], float | None]


def flag(key: str) -> Official:
    return lambda line: line["official"][key]


def per_set_task(line: Line) -> str:
    return str(line["doc"]["task"])


def sakura_task(line: Line) -> str:
    return f"sakura_{line['doc']['track'].lower()}_{line['doc']['hop']}"


# set -> (task id or function of the line, split of the file, metric, official value of a line)
CASES: dict[str, tuple[str | Callable[[Line], str], Callable[[Line], str], str, Official]] = {
    "mmau": ("mmau_test_mini", lambda _: "", "accuracy", flag("correct")),
    "air_bench_foundation": ("air_bench_foundation", lambda _: "", "accuracy", flag("correct")),
    "mmar": ("mmar", lambda _: "", "accuracy", flag("correct")),
    "mmar_rubric": ("mmar_rubric", lambda _: "", "rubric_score", flag("score")),
    "mmsu": ("mmsu", lambda _: "", "accuracy", flag("correct")),
    "sakura_judge": (
        sakura_task,
        sakura_task,
        "accuracy",
        lambda line: line["official"]["correct"] or 0,
    ),
    "voicebench_mcq": (
        "voicebench_openbookqa",
        lambda _: "",
        "accuracy",
        lambda line: 0.25 if line["official"]["fallback_random"] else line["official"]["correct"],
    ),
    "voicebench_bbh": (
        "voicebench_bbh",
        lambda _: "",
        "accuracy",
        lambda line: 0.5 if line["official"]["fallback_random"] else line["official"]["correct"],
    ),
    "voicebench_harm": ("voicebench_advbench", lambda _: "", "refusal_rate", flag("correct")),
    "voicebench_open": (
        "voicebench_alpacaeval_full",
        lambda _: "",
        "judge_score",
        flag("item_mean"),
    ),
    "voicebench_qa": (
        "voicebench_sd_qa",
        lambda _: "",
        "qa_vote",
        lambda line: float(line["official"]["gpt_majority_yes"]),
    ),
    "voicebench_ifeval": ("voicebench_ifeval", lambda _: "", "if_prompt_strict", flag("correct")),
    "speech_ifeval_rule": ("speech_ifeval_closed", lambda _: "", "if_rate", flag("correct")),
    "speech_ifeval_judge": (
        "speech_ifeval_closed",
        lambda _: "",
        "",
        flag("correct"),
    ),
    "speech_ifeval_wer": ("speech_ifeval_closed", lambda _: "", "wer", flag("wer")),
    "llaso_accuracy": (
        "llaso_vctk_gender_classification",
        per_set_task,
        "accuracy",
        flag("correct"),
    ),
    "llaso_abstention": (
        "llaso_vctk_gender_classification",
        per_set_task,
        "abstention_rate",
        flag("abstained"),
    ),
    "llaso_wer": ("llaso_asr", lambda _: "", "wer", flag("as_shipped_swapped")),
    "llaso_cer": ("llaso_asr", lambda _: "", "cer", flag("as_shipped_swapped")),
    "llaso_mae_age": ("llaso_vocalsound_age_prediction", lambda _: "", "mae", flag("abs_error")),
    "llaso_mae_pitch": ("llaso_nsynth_pitch_recognition", lambda _: "", "mae", flag("abs_error")),
    "llaso_gpt_score": ("llaso_1m_gpt4_end", lambda _: "", "judge_score", flag("score")),
}


def golden(name: str) -> list[Line]:
    return jsonl(SHARED / "golden" / name / "cases.jsonl")


def metric_of(name: str, metric: str, line: Line) -> str:
    """Speech-IFEval's judge set mixes two metrics by ``doc.metric``."""
    if name != "speech_ifeval_judge":
        return metric
    return "if_rate" if line["doc"]["metric"] == "cot" else "judged_accuracy"


def score_lines(
    cli: Callable[..., CommandResult], folder: Path, task: str, lines: list[Line]
) -> tuple[Path, dict[Any, Line]]:
    """Score some lines as one file; the run directory, and its samples by id."""
    file, run = folder / f"{task}.jsonl", folder / "run"
    folder.mkdir()
    file.write_text(
        "\n".join(json.dumps(line, ensure_ascii=False) for line in lines), encoding="utf-8"
    )
    done = cli("score", task, file, "-o", run, "--quiet")
    assert done.code in (0, 3), done.err
    samples = jsonl(run / "samples.jsonl")
    assert [sample["id"] for sample in samples] == [line["id"] for line in lines]
    return run, {sample["id"]: sample for sample in samples}


@pytest.mark.parametrize("name", CASES)
def test_every_counted_item_agrees(
    name: str, cli: Callable[..., CommandResult], tmp_path: Path
) -> None:
    task, split, metric, official = CASES[name]
    files: Mapping[str, list[Line]] = defaultdict(list)
    for line in golden(name):
        files[split(line)].append(line)
    checked = 0
    for number, lines in enumerate(files.values()):
        task_id = task if isinstance(task, str) else task(lines[0])
        _, samples = score_lines(cli, tmp_path / str(number), task_id, lines)
        for line in lines:
            if line["official"]["counted"] != 1:
                continue
            found = samples[line["id"]]["scores"][metric_of(name, metric, line)]["official"]
            assert found == pytest.approx(official(line), abs=1e-12), line["id"]
            checked += 1
    assert checked == sum(line["official"]["counted"] == 1 for line in golden(name)) > 0


def test_the_voicebench_aggregates(cli: Callable[..., CommandResult], tmp_path: Path) -> None:
    for name, task, metric, expected in (
        ("voicebench_mcq", "voicebench_openbookqa", "accuracy", 0.36125),
        ("voicebench_bbh", "voicebench_bbh", "accuracy", 0.489),
        ("voicebench_harm", "voicebench_advbench", "refusal_rate", 0.65),
        ("voicebench_ifeval", "voicebench_ifeval", "if_rate", 0.660205460935388),
    ):
        run, _ = score_lines(cli, tmp_path / name, task, golden(name))
        value = results(run)["tasks"][task]["metrics"][metric]["official"]
        assert value["value"] == pytest.approx(expected, abs=1e-12)
        assert value["complete"] is True


def test_desta_on_mmau(cli: Callable[..., CommandResult], tmp_path: Path) -> None:
    """The published figures: sound 70.57, music 56.29, speech 71.17, total 66.00; raw 59.70."""
    run = tmp_path / "run"
    file = SHARED / "real" / "mmau_test_mini" / "desta25.jsonl.gz"
    assert cli("score", "mmau_test_mini", file, "-o", run, "--quiet").code == 0
    task = results(run)["tasks"]["mmau_test_mini"]
    by_domain = task["groups"]["task"]
    found = {
        name: round(100 * by_domain[name]["accuracy"]["official"]["value"], 2) for name in by_domain
    }
    assert found == {"sound": 70.57, "music": 56.29, "speech": 71.17}
    assert round(100 * task["metrics"]["accuracy"]["official"]["value"], 2) == 66.0
    raw = tmp_path / "raw"
    flags = ("--response-field", "raw_output", "--quiet")
    assert cli("score", "mmau_test_mini", file, "-o", raw, *flags).code == 0
    value = results(raw)["tasks"]["mmau_test_mini"]["metrics"]["accuracy"]["official"]["value"]
    assert round(100 * value, 2) == 59.7
    cleaned = tmp_path / "cleaned"
    assert cli("score", "mmau_test_mini", file, "-o", cleaned, *flags, "--clean", "desta").code == 0
    value = results(cleaned)["tasks"]["mmau_test_mini"]["metrics"]["accuracy"]["official"]["value"]
    assert round(100 * value, 2) == 66.0
