"""Hazards: a prompt, a reply or a value of a task of lm-eval that is not the one that plain lm-eval has."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.support.budget import mostly_long
from tests.support.command import CommandResult
from tests.support.data.lm_eval_tasks import (
    hub_is,
    plain_lm_eval,
    write_echo,
    write_stand_ins,
    write_sums,
)
from tests.support.packages import needs
from tests.support.runs.toy import jsonl, results

pytestmark = [
    needs("transformers", extra="hf"),
    pytest.mark.xdist_group("hf"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
]
Cli = Callable[..., CommandResult]


@pytest.fixture(scope="module")
def checkpoint(tmp_path_factory: pytest.TempPathFactory) -> Path:
    from tests.support.models.tiny_models import build_tiny_text_only

    return build_tiny_text_only(tmp_path_factory.mktemp("text"))


@pytest.fixture
def no_sentence_data(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """IFEval's module looks for data of NLTK when it is imported; none of the instructions here needs them."""
    nltk = pytest.importorskip("nltk")
    pytest.importorskip("immutabledict")
    monkeypatch.setattr(nltk.data, "find", lambda *_args, **_kwargs: "present")
    yield


def ours(cli: Cli, run: Path, model: str, tasks: str, *flags: str | Path) -> dict[str, Any]:
    """Run the harness; the tasks of its results."""
    done = cli("evaluate", model, "-t", tasks, "-o", run, "--quiet", *flags)
    assert done.code == 0, done.err
    tasks_found: dict[str, Any] = results(run)["tasks"]
    return tasks_found


def by_task(run: Path) -> dict[str, list[dict[str, Any]]]:
    """Sample lines of a run by lm-eval's name of their task."""
    found: dict[str, list[dict[str, Any]]] = {}
    for line in jsonl(run / "samples.jsonl"):
        found.setdefault(line["task"].removeprefix("lm_eval:"), []).append(line)
    return found


def compare(run: Path, found: dict[str, Any], plain: dict[str, Any]) -> int:
    """Compare values, prompts, replies and the values of every item; return how many values there were."""
    count = 0
    prompts = {
        (line["task"], line["id"]): line["messages"][-1]["content"][0]["text"]
        for line in jsonl(run / "responses.jsonl")
    }
    for name, samples in plain["samples"].items():
        lines = by_task(run)[name]
        filters = {sample["filter"] for sample in samples}
        for sample in samples:
            line = lines[sample["doc_id"]]
            assert prompts[f"lm_eval:{name}", line["id"]] == sample["arguments"][0][0]
            assert line["response"] == sample["resps"][0][0]
            read = line["extracted"]
            assert (read if filters == {"none"} else read[sample["filter"]]) == (
                sample["filtered_resps"][0]
            )
            for metric in sample["metrics"]:
                stats = line["stats"][ident(metric, sample["filter"])]["official"]
                value = sample[metric]
                values = value if isinstance(value, list) else [value]
                assert stats == {"correct": sum(values), "n": len(values)}
        for key, value in plain["results"][name].items():
            metric, _, which = key.partition(",")
            if metric in ("alias", "sample_len", "name") or "stderr" in metric:
                continue
            for reading in ("official", "strict"):
                own = found[f"lm_eval:{name}"]["metrics"][ident(metric, which)][reading]
                assert own["value"] == pytest.approx(value, abs=1e-12)
                assert own["complete"]
            count += 1
    return count


def ident(metric: str, which: str) -> str:
    """The id here."""
    return metric if which == "none" else f"{metric}_{which}".replace("-", "_")


def test_mock_equals_plain_lm_eval(cli: Cli, tmp_path: Path) -> None:
    """Examples are drawn in lm-eval's order, whatever part of the items is asked."""
    from model_adapters.lm_eval.model import HarnessLM

    folder = write_sums(tmp_path)
    plain = plain_lm_eval(HarnessLM("mock:echo"), ["sums"], folder)
    found = ours(cli, tmp_path / "run", "mock:echo", "lm_eval:sums", "--include-path", folder)
    assert compare(tmp_path / "run", found, plain) == 2
    scores = [line["scores"] for line in by_task(tmp_path / "run")["sums"]]
    assert {score["exact_match_flexible_extract"]["official"] for score in scores} == {0.0, 1.0}
    part = tmp_path / "part"
    ours(cli, part, "mock:echo", "lm_eval:sums", "--include-path", folder, "--limit", "7-9")
    whole = {line["id"]: line["messages"] for line in jsonl(tmp_path / "run" / "responses.jsonl")}
    for line in jsonl(part / "responses.jsonl"):
        assert line["messages"] == whole[line["id"]]


TAKE = {"function": "take_first"}
VARIANTS: dict[str, dict[str, Any]] = {
    "four filters": {
        "filter_list": [
            {"name": "a", "filter": [{"function": "regex", "regex_pattern": "([0-9]+)"}, TAKE]},
            {"name": "b", "filter": [{"function": "lowercase"}, TAKE]},
            {"name": "c", "filter": [{"function": "remove_whitespace"}, TAKE]},
            {"name": "d-e", "filter": [{"function": "map", "mapping_dict": {"1": "one"}, "default_value": "x"}, TAKE]},
        ]
    },
    "no filter": {"filter_list": None},
    "the first of one": {"filter_list": [{"name": "k", "filter": [{"function": "take_first_k", "k": 1}, {"function": "majority_vote"}, TAKE]}]},
    "first examples": {"fewshot_config": {"sampler": "first_n"}},
    "examples of its own": {"num_fewshot": 2, "fewshot_config": {"sampler": "first_n", "samples": [{"question": f"{n}+{n}?", "answer": f"#### {2 * n}"} for n in range(2)]}},
    "examples of the same split": {"fewshot_split": "test"},
    "no examples": {"num_fewshot": 0},
    "delimiters": {"fewshot_delimiter": "\n===\n", "target_delimiter": " -> "},
    "a beginning of the reply": {"gen_prefix": "The answer is"},
    "a field in the description": {"description": "Add {{question}} now. "},
    "default decoding": {"generation_kwargs": None},
    "one stop as text": {"generation_kwargs": {"until": "Q"}},
    "several targets": {"doc_to_target": "{{ [answer, 'x'] }}"},
    "a choice by number": {"doc_to_choice": ["0", "1", "2"], "doc_to_target": 1},
    "asked once": {"repeats": 1},
    "the validation split": {"test_split": None, "validation_split": "test"},
}  # fmt: skip


@pytest.mark.parametrize("name", mostly_long(VARIANTS, ["four filters"]))
def test_variants_of_a_task_equal_plain_lm_eval(cli: Cli, tmp_path: Path, name: str) -> None:
    from model_adapters.lm_eval.model import HarnessLM

    file = write_sums(tmp_path) / "sums.yaml"
    keys = {**yaml.safe_load(file.read_text()), **VARIANTS[name]}
    file.write_text(yaml.safe_dump({key: one for key, one in keys.items() if one is not None}))
    plain = plain_lm_eval(HarnessLM("mock:echo"), ["sums"], tmp_path)
    found = ours(cli, tmp_path / "run", "mock:echo", "lm_eval:sums", "--include-path", tmp_path)
    filters = keys["filter_list"] or [None]
    assert compare(tmp_path / "run", found, plain) == len(filters)


@pytest.mark.long
@pytest.mark.slow
def test_a_tiny_text_model_equals_plain_lm_eval(cli: Cli, checkpoint: Path, tmp_path: Path) -> None:
    arguments = {"pretrained": str(checkpoint), "device": "cpu", "dtype": "float32"}
    folder = write_sums(tmp_path)
    prompts = [f"Say number {n}:" for n in range(6)]
    write_echo(folder, dict.fromkeys(prompts, "?"))
    first = plain_lm_eval("hf", ["said"], folder, model_args=arguments)
    said = [sample["resps"][0][0] for sample in first["samples"]["said"]]
    assert len(set(said)) > 1
    right = dict(zip(prompts, said, strict=True)) | {prompts[1]: "no", prompts[4]: "no"}
    write_echo(folder, right)
    plain = plain_lm_eval("hf", ["sums", "said"], folder, model_args=arguments)
    flags = ("-M", f"pretrained={checkpoint},device=cpu,dtype=float32,apply_chat_template=false")
    found = ours(
        cli, tmp_path / "run", "lm_eval:hf", "lm_eval:sums,lm_eval:said",
        "--include-path", folder, *flags,
    )  # fmt: skip
    assert compare(tmp_path / "run", found, plain) == 3
    assert found["lm_eval:said"]["metrics"]["exact_match"]["official"]["value"] == 4 / 6

    # messages: what lm-eval gives to the chat template of the model
    for template, multiturn in (("chat", False), ("multiturn", True)):
        plain = plain_lm_eval(
            "hf", ["sums"], folder, model_args=arguments,
            apply_chat_template=True, fewshot_as_multiturn=multiturn,
        )  # fmt: skip
        run = tmp_path / template
        ours(
            cli, run, "lm_eval:hf", "lm_eval:sums", "--include-path", folder,
            "--template", template, "-M", flags[1].replace("=false", "=true"),
        )  # fmt: skip
        theirs = [sample["resps"][0][0] for sample in plain["samples"]["sums"][:12]]
        assert [line["response"] for line in by_task(run)["sums"]] == theirs
        turns = jsonl(run / "responses.jsonl")[0]["messages"]
        assert [turn["role"] for turn in turns][:2] == ["system", "user"]
        assert len(turns) == (8 if multiturn else 2)


@pytest.mark.long
@pytest.mark.slow
def test_the_own_tasks_of_lm_eval_equal_plain_lm_eval(
    cli: Cli, tmp_path: Path, no_sentence_data: None
) -> None:
    """The suite text_retention: IFEval, GSM8K and MMLU-Pro of the installed version, over local stand-ins."""
    import lm_eval.tasks

    from model_adapters.lm_eval.model import HarnessLM

    copy = write_stand_ins(tmp_path / "copy")
    names = ["ifeval", "gsm8k", "mmlu_pro_biology", "mmlu_pro_law"]
    theirs = Path(lm_eval.tasks.__file__).parent
    plain: dict[str, Any] = {"samples": {}, "results": {}}
    with hub_is(copy):
        for name in names:
            folder = theirs / name.removesuffix("_biology").removesuffix("_law")
            found = plain_lm_eval(HarnessLM("mock:echo"), [name], folder)
            plain["samples"] |= found["samples"]
            plain["results"] |= found["results"]
    run = tmp_path / "run"
    asked = ",".join(f"lm_eval:{name}" for name in names)
    own = ours(cli, run, "mock:echo", asked, "--data", f"lm_eval={copy}")
    assert compare(run, own, plain) == 8
    shares = own["lm_eval:ifeval"]["metrics"]
    assert 0 < shares["inst_level_strict_acc"]["official"]["value"] < 1
    assert shares["inst_level_strict_acc"]["official"]["n"] == 9
    assert own["lm_eval:gsm8k"]["metrics"]["exact_match_flexible_extract"]["strict"]["n"] == 8
