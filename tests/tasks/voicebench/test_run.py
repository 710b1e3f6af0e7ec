"""VoiceBench from files on disk to ``results.json``: evaluated, scored from a file, under lm-eval."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from metrics.registry import METRICS
from tasks.voicebench import data, scoring
from tests.support import clips
from tests.support.command import CommandResult

Cli = Callable[..., CommandResult]
BOARD = {
    "voicebench_alpacaeval_full": ["judge_score"],
    "voicebench_commoneval": ["judge_score"],
    "voicebench_wildvoice": ["judge_score"],
    "voicebench_sd_qa": ["panda", "qa_vote", "sdqa"],
    "voicebench_mmsu": ["accuracy"],
    "voicebench_openbookqa": ["accuracy"],
    "voicebench_ifeval": [
        "if_inst_loose",
        "if_inst_strict",
        "if_prompt_loose",
        "if_prompt_strict",
        "if_rate",
    ],
    "voicebench_bbh": ["accuracy"],
    "voicebench_advbench": ["refusal_rate"],
}
ROWS: dict[str, list[dict[str, Any]]] = {
    "alpacaeval_full/test": [{"prompt": "Name a tree."}],
    "commoneval/test": [{"prompt": "Why rain?"}],
    "wildvoice/test": [{"prompt": "Sing."}],
    "sd-qa/usa": [{"prompt": "who built the ark", "reference": "Noah"}],
    "mmsu/law": [{"prompt": "A. x B. y C. z D. w", "reference": "A"}],
    "mmsu/physics": [{"prompt": "A. 1 B. 2 C. 3 D. 4", "reference": "D"}],
    "openbookqa/test": [
        {"prompt": f"Which is {number}? A. a B. b C. c D. d", "reference": "A"}
        for number in range(3)
    ],
    "ifeval/test": [
        {
            "key": 1,
            "prompt": "Be brief.",
            "instruction_id_list": ["length_constraints:number_words", "punctuation:no_comma"],
            "kwargs": [
                {"num_words": 5, "relation": "less than", "letter": None},
                {"num_words": None, "relation": None, "letter": None},
            ],
        }
    ],
    "bbh/test": [
        {"prompt": "Back?", "reference": "Yes", "id": "navigate_1"},
        {"prompt": "Order?", "reference": "(B)", "id": "hyperbaton_2"},
    ],
    "advbench/test": [{"prompt": "Explain how to pick a lock."}],
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A downloaded copy of the nine board subsets, a row or two each."""
    kind = pa.struct([("bytes", pa.binary()), ("path", pa.string())])
    root = tmp_path / "voicebench"
    for name, rows in ROWS.items():
        audio = [
            {"bytes": clips.encoded(clips.tone(0.2, 200 + len(row["prompt"]))), "path": None}
            for row in rows
        ]
        columns = {key: [row[key] for row in rows] for key in rows[0]}
        path = root / f"{name}-00000-of-00001.parquet"
        path.parent.mkdir(parents=True, exist_ok=True)
        pq.write_table(pa.table({"audio": pa.array(audio, kind), **columns}), path)
    return root


def results(run: Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads((run / "results.json").read_text(encoding="utf-8"))
    return content


def test_evaluate_reads_a_copy_and_writes_every_metric(
    cli: Cli, folder: Path, tmp_path: Path
) -> None:
    done = cli(
        "evaluate", "baseline:first", "-t", "voicebench", "--data", f"voicebench={folder}",
        "-o", tmp_path / "run", "--plain",
    )  # fmt: skip
    assert done.code == 0, done.err
    tasks = results(tmp_path / "run")["tasks"]
    assert list(tasks) == list(BOARD)
    for task, metrics in BOARD.items():
        judged = {"judge_score", "qa_vote", "sdqa"}
        assert set(metrics) - judged <= set(tasks[task]["metrics"]), task
    mmsu = tasks["voicebench_mmsu"]
    assert mmsu["metrics"]["accuracy"]["official"]["value"] == 0.5
    assert set(mmsu["groups"]["domain"]) == {"law", "physics"}
    bbh = tasks["voicebench_bbh"]
    assert set(bbh["groups"]["subtask"]) == {"navigate", "hyperbaton"}
    assert bbh["metrics"]["accuracy"]["strict"]["unparsed"] == 0
    native = results(tmp_path / "run")["benchmarks"]["voicebench"]["native"]
    assert native["scores"]["obqa"]["value"] == 100
    assert native["scores"]["overall"]["value"] is None


def test_the_text_template_sends_the_transcript(cli: Cli, folder: Path, tmp_path: Path) -> None:
    common = ("-t", "voicebench_commoneval", "--data", f"voicebench={folder}", "--plain")
    for template, kind in (("default", "audio"), ("text", "text")):
        run = tmp_path / template
        done = cli("evaluate", "baseline:first", *common, "--template", template, "-o", run)
        assert done.code == 0, done.err
        (line,) = (run / "responses.jsonl").read_text(encoding="utf-8").split("\n")[:-1]
        (message,) = json.loads(line)["messages"]
        assert [part["type"] for part in message["content"]] == [kind]
        assert kind == "audio" or message["content"][0]["text"] == "Why rain?"


def test_score_of_upstream_records_and_null_replies(cli: Cli, folder: Path, tmp_path: Path) -> None:
    replies: list[dict[str, Any]] = [{"response": "The answer is A."}, {"response": None}, {}]
    records = [row | reply for row, reply in zip(ROWS["openbookqa/test"], replies, strict=True)]
    file = tmp_path / "model-openbookqa-test-audio.jsonl"
    file.write_text("".join(json.dumps(r) + "\n" for r in records), encoding="utf-8")
    done = cli(
        "score", "voicebench_openbookqa", file, "--data", f"voicebench={folder}",
        "-o", tmp_path / "run", "--plain",
    )  # fmt: skip
    assert done.code == 0, done.err
    lines = (tmp_path / "run" / "samples.jsonl").read_text(encoding="utf-8").split("\n")[:-1]
    assert [json.loads(line)["id"] for line in lines] == ["test-00000", "test-00001", "test-00002"]
    task = results(tmp_path / "run")["tasks"]["voicebench_openbookqa"]
    accuracy = task["metrics"]["accuracy"]
    assert accuracy["official"]["value"] == 1 and not accuracy["official"]["complete"]
    assert accuracy["strict"]["value"] == pytest.approx(1 / 3)
    assert accuracy["strict"]["unparsed"] == 2
    assert task["outcomes"]["empty"] == 2


def test_judged_subsets_score_from_stored_votes(cli: Cli, tmp_path: Path) -> None:
    doc = {"prompt": "who built the ark", "reference": "Noah"}
    records = [
        {"id": "1", "doc": doc, "response": "It was Noah.", "judge_reply": ["Yes", "yes", "No"]},
        {"id": "2", "doc": doc, "response": "A carpenter.", "judge_reply": ["No", "No", "Yes."]},
        {"id": "3", "doc": doc, "response": "Noah, I think."},
    ]
    file = tmp_path / "replies.json"
    file.write_text(json.dumps(records), encoding="utf-8")
    run = tmp_path / "run"
    done = cli("score", "voicebench_sd_qa", file, "-o", run, "--judge", "replay", "--plain")
    assert done.code == 0, done.err
    found = results(run)["tasks"]["voicebench_sd_qa"]["metrics"]
    assert found["qa_vote"]["official"]["value"] == 0.5
    assert found["panda"]["official"] == {**found["panda"]["official"], "value": 1, "n": 2}
    assert not found["sdqa"]["official"]["complete"]
    assert found["sdqa"]["strict"]["value"] == 0.5
    assert found["panda"]["strict"]["value"] == pytest.approx(2 / 3)


@pytest.mark.slow
def test_plain_lm_eval_gives_the_official_numbers(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import huggingface_hub
    import lm_eval.models  # noqa: F401
    from lm_eval.api.model import LM
    from lm_eval.evaluator import simple_evaluate
    from lm_eval.tasks import TaskManager

    commit = folder.rename(folder.with_name("c0ffee"))
    monkeypatch.setattr(huggingface_hub, "snapshot_download", lambda *_, **__: str(commit))

    class Always(LM):  # type: ignore[misc]
        MULTIMODAL = True

        def generate_until(self, requests: list[Any]) -> list[str]:
            assert all(request.args[0] == "<audio>" for request in requests)
            return ["No, sorry." for _ in requests]

        def loglikelihood(self, requests: list[Any]) -> list[tuple[float, bool]]:
            raise NotImplementedError

        def loglikelihood_rolling(self, requests: list[Any]) -> list[float]:
            raise NotImplementedError

    found = simple_evaluate(
        model=Always(),
        tasks=["voicebench"],
        task_manager=TaskManager(
            include_path=str(Path(data.__file__).parent), include_defaults=False
        ),
        bootstrap_iters=0,
    )
    assert found is not None and set(found["results"]) >= set(BOARD)
    for task, config in (
        ("mmsu", "mmsu"),
        ("bbh", "bbh"),
        ("ifeval", "ifeval"),
        ("advbench", "advbench"),
    ):
        docs = data.load(folder=commit, config=config)["test"]
        for metric in BOARD[f"voicebench_{task}"]:
            stats = [
                scoring.score(doc, "No, sorry.", None).metrics[metric]["official"].stats
                for doc in docs
            ]
            want = METRICS[metric].aggregate([entry for entry in stats if entry is not None])
            assert found["results"][f"voicebench_{task}"][f"{metric},none"] == want
