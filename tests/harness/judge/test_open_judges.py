"""Hazards: a judge in the process that is taken for a service, drops an argument in silence, or gives one vote three times."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from harness.core.adapter import Request
from harness.core.generation import Generation
from harness.core.messages import Message, Text
from harness.errors import UsageError
from harness.judge.asking.adapter_client import judge_generation
from tests.model_adapters.stubs.vllm_stub import installed
from tests.support.command import CommandResult
from tests.support.packages import needs
from tests.support.runs.judged import TASK, lines, officially_judged, responses

Cli = Callable[..., CommandResult]
FIXED = "mock:fixed:Explanation: x\nJudgement: correct"


@pytest.fixture(autouse=True)
def no_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)


def test_any_adapter_judges_without_a_key_or_a_socket(tmp_path: Path, cli: Cli) -> None:
    file, run = responses(tmp_path / "r.jsonl", 12), tmp_path / "run"
    found = cli("score", TASK, file, "-o", run, "--quiet", "--judge", FIXED)
    assert found.code == 0, found.err
    results = json.loads((run / "results.json").read_text())
    assert results["tasks"][TASK]["metrics"]["accuracy"]["official"]["value"] == 1.0
    assert "|judge:mock:fixed:" in results["tasks"][TASK]["signature"]
    entry = json.loads((run / "manifest.json").read_text())["tasks"][TASK]["judge"]
    assert entry["endpoint"] == "in this process"
    assert len(lines(run)) == 12
    assert not results["judge"].startswith("openai:")


def test_a_model_is_judged_while_it_answers(tmp_path: Path, cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:  # fmt: skip
    from tests.support.runs.judged import JUDGED
    from tests.support.runs.toy import write_tone

    monkeypatch.setenv("TOY_AUDIO", str(write_tone(tmp_path / "t.wav", seconds=0.05)))
    monkeypatch.setenv("TOY_ITEMS", "5")
    task = ("--include-path", JUDGED, "--trust-task-code")
    found = cli("evaluate", "mock:hash", "-t", "judged", "-o", tmp_path / "run", "--quiet", *task, "--judge", FIXED)  # fmt: skip
    assert found.code == 0, found.err
    assert len(lines(tmp_path / "run")) == 5


@pytest.mark.parametrize(
    ("flags", "says"),
    [
        (("--judge", "mock:fixed:x", "-J", "base_url=http://127.0.0.1:9/v1"), "is for a judge behind a service"),
        (("--judge", "mock:fixed:x", "-J", "batch=true"), "is for a judge behind a service"),
        (("--judge", "mock:fixed:x", "-J", "reasoning_effort=low"), "does not follow reasoning_effort"),
        (("--judge", "mock:fixed:x", "-J", "colour=red"), "colour"),
        (("--judge", "nothing:x"), "is not available"),
        (("--judge", "replay:x"), "is not available"),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_refused(tmp_path: Path, cli: Cli, flags: tuple[str, ...], says: str) -> None:  # fmt: skip
    file = responses(tmp_path / "r.jsonl", 2)
    found = cli("score", TASK, file, "-o", tmp_path / "run", "--quiet", *flags)
    assert found.code == 2 and says in found.err, found.err


@pytest.mark.long
@pytest.mark.slow
@pytest.mark.xdist_group("hf")
@needs("torch", "transformers", extra="hf")
def test_a_text_only_checkpoint_judges(tmp_path: Path, cli: Cli) -> None:
    from tests.support.models.tiny_models import build_tiny_text_only

    judge = f"hf:{build_tiny_text_only(tmp_path / 'tiny-judge')}"
    file, run = responses(tmp_path / "r.jsonl", 5), tmp_path / "run"
    flags = ("--judge", judge, "-J", "device=cpu", "-J", "max_tokens=6")
    cli("score", TASK, file, "-o", run, "--quiet", *flags)
    entry = json.loads((run / "manifest.json").read_text())["tasks"][TASK]["judge"]
    assert entry["model"] == "hf:tiny-judge" and str(tmp_path) not in entry["id"]
    wrong = cli("score", TASK, file, "-o", tmp_path / "x", "--quiet", *flags, "-J", "colour=red")
    assert wrong.code == 2 and "takes no argument 'colour'" in wrong.err


@pytest.mark.slow
@pytest.mark.xdist_group("hf")
@needs("torch", "transformers", extra="hf")
def test_a_batch_of_a_text_only_checkpoint_is_what_single_requests_are(tmp_path: Path) -> None:
    from model_adapters.checkpoints.text_model import TextModel, is_text_only
    from tests.support.models.tiny_models import build_tiny_text_only

    folder = str(build_tiny_text_only(tmp_path / "tiny-judge"))
    assert is_text_only(folder) and not is_text_only(str(tmp_path / "none"))
    model = TextModel(folder, device="cpu")
    assert model.open().modes == {"text"}
    greedy = Generation(8)
    requests = [
        Request(f"k{n}", (Message("user", (Text("word " * (n + 1)),)),), greedy) for n in range(4)
    ]
    together = [response.text for response in model.generate_batch(requests)]
    assert together == [model.generate_batch([request])[0].text for request in requests]
    drawn = [
        Request(f"k{n}", requests[0].messages, Generation(8, sampled=True, temperature=2.0, seed=1))
        for n in range(2)
    ]
    first, second = model.generate_batch(drawn)
    assert first.text != second.text and model.generate_batch(drawn)[0].text == first.text
    model.close()


def test_a_text_only_checkpoint_judges_in_vllm(tmp_path: Path, cli: Cli) -> None:
    folder = tmp_path / "reader-8b"
    folder.mkdir()
    (folder / "config.json").write_text(json.dumps({"model_type": "reader"}))
    file, run = responses(tmp_path / "r.jsonl", 5), tmp_path / "run"
    flags = ("--judge", f"vllm:{folder}", "-J", "max_model_len=4096")
    with installed(deaf=True, text="Explanation: x\nJudgement: correct", finish="stop") as world:
        found = cli("score", TASK, file, "-o", run, "--quiet", *flags)
        assert found.code == 0, found.err
        (engine,) = world.made
        assert engine.arguments.max_model_len == 4096 and world.alive == 0
        assert sum(world.chats) == len(lines(run, canaries=True))  # no clip was tried
    results = json.loads((run / "results.json").read_text())["tasks"][TASK]
    assert results["metrics"]["accuracy"]["official"]["value"] == 1.0
    assert "|judge:vllm:reader-8b@" in results["signature"]
    with installed():
        refused = cli("evaluate", f"vllm:{folder}", "-t", "quickstart", "-o", tmp_path / "x", "--quiet")  # fmt: skip
    assert refused.code != 0 and "has no audio encoder" in refused.err


def test_sampling_becomes_generation() -> None:
    found = judge_generation({"temperature": 0.5, "top_p": 0.9, "max_completion_tokens": 9, "presence_penalty": 0}, "hf:x")  # fmt: skip
    assert (found.limit, found.sampled, found.temperature, found.top_p) == (9, True, 0.5, 0.9)
    assert not judge_generation({"temperature": 0.0, "max_tokens": 9}, "hf:x").sampled
    with pytest.raises(UsageError, match="presence_penalty"):
        judge_generation({"presence_penalty": 0.5}, "hf:x")
    assert judge_generation({"presence_penalty": 0.5}, "vllm:x").extra == {"presence_penalty": 0.5}


def test_a_judge_is_held_to_a_schema_where_its_engine_can(tmp_path: Path) -> None:
    from harness.task_loading.judging.block import parse_judge
    from model_adapters.vllm.generation import plan_sampling

    schema = {"type": "object", "properties": {"score": {"type": "integer"}}}
    (tmp_path / "p.md").write_text("# user\n{question} {response}\n")
    block = {"model": "m", "prompt": "p.md", "parse": "sakura.2", "output_schema": schema}
    sampling = parse_judge(block, tmp_path, lambda *keys: ".".join(keys)).sampling
    assert plan_sampling(judge_generation(sampling, "vllm:x")).schema == schema
    with pytest.raises(UsageError, match="does not follow response_format"):
        judge_generation(sampling, "hf:x")


@pytest.mark.slow
@needs("torch", "transformers", extra="hf")
def test_a_text_only_judge_writes_what_a_closed_schema_lists(tmp_path: Path) -> None:
    from harness.task_loading.judging.block import parse_judge
    from model_adapters.checkpoints.text_model import TextModel
    from tests.support.models.tiny_models import build_tiny_text_only

    judge = f"hf:{build_tiny_text_only(tmp_path / 'tiny-judge')}"
    (tmp_path / "p.md").write_text("# user\n{question} {response}\n")
    closed = {"verdict": {"enum": ["right", "wrong"]}, "sure": {"type": "boolean"}}

    def sampling(properties: dict[str, object], **more: float) -> dict[str, object]:
        schema = {"type": "object", "properties": properties, "required": [*properties]}
        block = {"model": "m", "prompt": "p.md", "parse": "sakura.2", "output_schema": schema}
        return {**parse_judge(block, tmp_path, lambda *keys: ".".join(keys)).sampling, **more}

    with pytest.raises(UsageError, match="transformers has no grammar"):
        judge_generation(sampling({"reason": {"type": "string"}}), judge)
    model = TextModel(judge.removeprefix("hf:"), device="cpu")
    model.open()
    said = set()
    for more in ({"temperature": 0.0}, {"temperature": 2.0}):
        generation = judge_generation(sampling(closed, max_tokens=64, **more), judge)
        requests = [
            Request(f"k{n}", (Message("user", (Text("word " * (n + 1)),)),), generation)
            for n in range(6)
        ]
        for response in model.generate_batch(requests):
            assert response.finish == "stop" and response.text is not None, response
            found = json.loads(response.text)
            assert found["verdict"] in ("right", "wrong") and isinstance(found["sure"], bool)
            said.add(response.text)
    assert len(said) > 1
    model.close()


def test_judges_of_one_run_are_compared(tmp_path: Path, cli: Cli) -> None:
    file, run = officially_judged(tmp_path / "r.jsonl", "m", 0.5, count=40), tmp_path / "run"
    assert cli("score", TASK, file, "-o", run, "--quiet").code == 0
    alone = cli("judge", "compare", run)
    assert alone.code == 2 and "no reply is graded by two judges" in alone.err
    assert cli("score", run, "--rejudge", "--quiet", "--judge", FIXED).code == 0
    found = cli("judge", "compare", run)
    assert found.code == 0, found.err
    assert f"{TASK} accuracy: mock:fixed:" in found.out and "against replay (columns)" in found.out
    shown = json.loads(cli("judge", "compare", run, "--json").out)
    (pair,) = shown["pairs"]
    assert pair["n"] == 40 and pair["difference"] < 0 and pair["kappa"] == pytest.approx(0.0)
