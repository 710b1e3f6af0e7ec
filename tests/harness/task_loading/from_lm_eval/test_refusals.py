"""Hazards: a task of lm-eval that runs and means something else; code of a stranger's task file; a scan of 14,000 files."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from harness.errors import UnknownNameError, UnsupportedTaskError, UsageError
from harness.task_loading.from_lm_eval.loading import specs
from harness.task_loading.from_lm_eval.names import expand
from tests.support.budget import SOAK
from tests.support.command import CommandResult
from tests.support.data.lm_eval_tasks import write_rows, write_sums

Cli = Callable[..., CommandResult]


def changed(folder: Path, **keys: Any) -> Path:
    """The task sums with other keys; its folder."""
    file = write_sums(folder) / "sums.yaml"
    content = {**yaml.safe_load(file.read_text()), **keys}
    file.write_text(yaml.safe_dump(content).replace("'!f ", "!function ").replace("!!'", ""))
    return folder


@pytest.mark.parametrize(
    ("keys", "reason"),
    [
        (
            {"output_type": "multiple_choice"},
            "compares log-likelihoods (output_type: multiple_choice)",
        ),
        ({"output_type": "loglikelihood"}, "compares log-likelihoods"),
        ({"output_type": "loglikelihood_rolling"}, "compares log-likelihoods"),
        ({"repeats": 8}, "asks every item 8 times and votes"),
        ({"unsafe_code": True}, "runs code that the model wrote"),
        ({"doc_to_image": "image"}, "prompts have images or audio"),
        ({"class": "Anything"}, "written as a Python class"),
        ({"use_prompt": "promptsource:x"}, "promptsource"),
        (
            {"metric_list": [{"metric": "bleu", "aggregation": "bleu", "higher_is_better": True}]},
            "aggregated by bleu, which is not a mean over items",
        ),
    ],
)
def test_what_cannot_run_is_refused_before_a_model_loads(
    cli: Cli, tmp_path: Path, keys: dict[str, Any], reason: str
) -> None:
    folder = changed(tmp_path, **keys)
    run = tmp_path / "run"
    done = cli(
        "evaluate", "hf:/no/such/model", "-t", "lm_eval:sums", "--include-path", folder, "-o", run
    )
    assert done.code == 2
    assert reason in done.err
    assert "lm_eval run --tasks sums" in done.err
    assert not run.exists()


def test_the_others_run_without_it(cli: Cli, tmp_path: Path) -> None:
    write_sums(tmp_path)
    write_sums(changed(tmp_path / "other", task="pick", output_type="multiple_choice"))
    (tmp_path / "other" / "sums.yaml").unlink()
    changed(tmp_path / "third", task="pick", output_type="multiple_choice")
    done = cli(
        "evaluate", "mock:hash", "-t", "lm_eval:sums,lm_eval:pick", "--skip-unavailable",
        "--include-path", tmp_path, "-o", tmp_path / "run", "--quiet", "-L", "2",
    )  # fmt: skip
    assert done.code == 0, done.err
    assert "pick" not in (tmp_path / "run" / "responses.jsonl").read_text()


@pytest.mark.parametrize("name", ["hellaswag", "arc_easy"])
def test_installed_log_likelihood_tasks_are_refused(name: str) -> None:
    with pytest.raises(UnsupportedTaskError, match="compares log-likelihoods"):
        specs(f"lm_eval:{name}", (), trusted=False)


@pytest.mark.parametrize(
    ("keys", "found"),
    [
        ({"doc_to_text": "{{ question.__class__.__mro__ }}"}, "__"),
        ({"description": "{% for x in range(9) %}{{ x }}{% endfor %}"}, "a call of range"),
        ({"doc_to_target": "{{ answer|attr('x') }}"}, "filter attr"),
        ({"fewshot_config": {"doc_to_text": "{{ lipsum() }}"}}, "a call of lipsum"),
        ({"process_docs": "!f code.process!!"}, "runs code that is not part of lm-eval"),
        ({"dataset_kwargs": {"data_files": {"test": "/etc/passwd"}}}, "outside the folder"),
        (
            {"metric_list": [{"metric": "bleu", "hf_evaluate": True, "aggregation": "mean"}]},
            "metric that the hub has",
        ),
    ],
)
def test_a_strangers_file_is_data_until_it_is_trusted(
    cli: Cli, tmp_path: Path, keys: dict[str, Any], found: str
) -> None:
    folder = changed(tmp_path, **keys)
    (folder / "code.py").write_text(
        f"open({str(tmp_path / 'ran')!r}, 'w')\ndef process(x): return x\n"
    )
    with pytest.raises(UsageError) as caught:
        specs("lm_eval:sums", (folder,), trusted=False)
    assert found in str(caught.value)
    assert "--trust-task-code" in str(caught.value)
    assert not (tmp_path / "ran").exists()


def test_trusted_functions_run_and_are_in_the_signature(cli: Cli, tmp_path: Path) -> None:
    folder = changed(tmp_path, process_results="!f code.score!!", filter_list=None)
    code = folder / "code.py"
    code.write_text(
        "def score(doc, results):\n    return {'exact_match': float('1' in results[0])}\n"
    )
    flags = ("--include-path", folder, "--trust-task-code", "--quiet")
    run = tmp_path / "run"
    done = cli("evaluate", "mock:echo", "-t", "lm_eval:sums", "-o", run, *flags)
    assert done.code == 0, done.err
    code.write_text(code.read_text().replace("'1'", "'2'"))
    done = cli("evaluate", "mock:echo", "-t", "lm_eval:sums", "-o", run, *flags)
    assert done.code == 2
    assert "code:" in done.err


def test_endless_templates_end(cli: Cli, tmp_path: Path) -> None:
    """Bounds of the sandbox hold while lm-eval renders."""
    loop = "{% for a in question %}{% for b in question %}{% for c in question %}x{% endfor %}{% endfor %}{% endfor %}"
    folder = changed(tmp_path, doc_to_text=loop, num_fewshot=0)
    write_rows(folder / "test.jsonl", [{"question": "q" * 500, "answer": "1"}])
    done = cli(
        "evaluate",
        "mock:hash",
        "-t",
        "lm_eval:sums",
        "--include-path",
        folder,
        "-o",
        tmp_path / "r",
    )
    assert done.code == 2
    assert "turns" in done.err


def test_a_file_that_is_meant_is_not_said_to_be_passed_over(cli: Cli, tmp_path: Path) -> None:
    folder = changed(tmp_path, task="sums_meant")
    (folder / "broken.yaml").write_text("task: broken\ncustom_dataset: [\n")
    flags = ("--include-path", folder, "--dry-run")
    meant = cli("evaluate", "mock:echo", "-t", "quickstart_choice,lm_eval:sums_meant", *flags)
    assert meant.code == 0 and "sums_meant is passed over" not in meant.err
    assert "broken is passed over" in meant.err
    other = cli("evaluate", "mock:echo", "-t", "quickstart_choice", *flags)
    assert "sums_meant is passed over" in other.err


def test_names() -> None:
    found = [place.name for place in expand("lm_eval:mmlu_pro", ())]
    assert len(found) == 14
    assert found[0] == "mmlu_pro_biology"
    (gsm8k,) = expand("gsm8k", ())
    assert gsm8k.path.name == "gsm8k.yaml"
    assert not gsm8k.outside


@pytest.mark.slow
@pytest.mark.skipif(not SOAK, reason="reads every task file of lm-eval: HARNESS_SOAK=1")
def test_an_unknown_name_has_a_near_one_and_a_tag_its_tasks() -> None:
    with pytest.raises(UnknownNameError, match=r"did you mean: .*gsm8k"):
        expand("gms8k", ())
    assert "gsm8k" in [place.name for place in expand("math_word_problems", ())]


def test_groups(tmp_path: Path) -> None:
    write_sums(tmp_path)
    (tmp_path / "both.yaml").write_text("group: both\ntask: [sums, inner]\n")
    (tmp_path / "inner.yaml").write_text("group: inner\ntask:\n  - task: sums\n  - gsm8k\n")
    found = expand("both", (tmp_path,))
    assert [(place.name, place.outside) for place in found] == [("sums", True), ("gsm8k", False)]
    (tmp_path / "few.yaml").write_text("group: few\ntask: [{task: sums, num_fewshot: 0}]\n")
    with pytest.raises(UsageError, match="changes its members"):
        expand("few", (tmp_path,))
    (tmp_path / "round.yaml").write_text("group: round\ntask: [round]\n")
    with pytest.raises(UsageError, match="contains itself"):
        expand("round", (tmp_path,))


@pytest.mark.parametrize("name", ["lm_eval:", "lm_eval:*", "lm_eval:arc_[ab]"])
def test_a_pattern_or_nothing_is_no_name(tmp_path: Path, cli: Cli, name: str) -> None:
    found = cli("evaluate", "mock:hash", "-t", name, "-o", tmp_path / "run")
    assert found.code == 2 and "a name is written in full" in found.err


def test_a_name_in_no_file_is_unknown_without_the_index_of_lm_eval(tmp_path: Path, cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:  # fmt: skip
    monkeypatch.setitem(sys.modules, "lm_eval.tasks", None)
    found = cli("evaluate", "mock:hash", "-t", "lm_eval:arc_eazy", "-o", tmp_path / "run")
    assert found.code == 2 and "did you mean: arc_easy" in found.err
