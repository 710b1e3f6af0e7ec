"""Hazards: a text model that answers about audio it never heard, and a failed request that becomes an answer."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from harness.errors import AdapterError, UnknownNameError, UsageError
from harness.types import Generation, Message, Request, Response, Text
from model_adapters.registry import create
from tests.support.budget import mostly_long
from tests.support.command import CommandResult
from tests.support.lm_eval_scan import without_own_tasks
from tests.support.models.hf_requests import voice
from tests.support.packages import needs
from tests.support.runs.toy import evaluate_arguments, jsonl, results, write_tone
from tests.support.servers.chaos_server import ChaosServer

pytestmark = [needs("transformers", extra="hf"), pytest.mark.xdist_group("hf")]
Cli = Callable[..., CommandResult]

MODULE = '''
from lm_eval.api.model import LM


class Listening(LM):
    """A model of somebody's own that hears: how long, how loud, and what it is asked."""

    MULTIMODAL = True

    def __init__(self, prefix="heard"):
        super().__init__()
        self.prefix = prefix
        self.sizes = []

    def generate_until(self, requests, disable_tqdm=False):
        self.sizes.append(len(requests))
        if any("BAD" in request.args[0] for request in requests):
            raise ValueError("a bad prompt")
        found = []
        for request in requests:
            context, options, *more = request.args
            clips = more[0]["audio"] if more else []
            heard = [f"{len(c['array'])}@{c['sampling_rate']}" for c in clips]
            found.append(f"{self.prefix} {heard} {context} {sorted(options)}")
        return found

    def loglikelihood(self, requests):
        raise NotImplementedError

    loglikelihood_rolling = loglikelihood

    def apply_chat_template(self, chat_history, add_generation_prompt=True):
        return "|".join(f"{turn['role']}:{turn['content']}" for turn in chat_history)
'''


def text(prompt: str, *, repeat: int = 0, key: str = "k", **generation: Any) -> Request:
    messages = (Message("system", (Text("Be brief."),)), Message("user", (Text(prompt),)))
    return Request(
        key, messages, Generation.from_arguments(generation), repeat, item=("task", prompt)
    )


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ModuleType]:
    (tmp_path / "own_lm.py").write_text(MODULE)
    monkeypatch.syspath_prepend(str(tmp_path))
    import own_lm  # type: ignore[import-not-found]

    yield own_lm
    del sys.modules["own_lm"]


@pytest.fixture(scope="module")
def text_model(tiny_text_only: Path) -> dict[str, Any]:
    return {"pretrained": str(tiny_text_only), "device": "cpu", "dtype": "float32"}


# --- models of lm-eval ---------------------------------------------------------------------------


def test_a_real_model_of_lm_eval_answers_text(text_model: dict[str, Any]) -> None:
    adapter = create("lm_eval:hf", text_model)
    info = adapter.open()
    assert info.modes == {"text"}
    assert info.description["class"] == "lm_eval.models.huggingface.HFLM"
    asked = [text(f"What is number {n}?", max_gen_toks=8, until=[]) for n in range(4)]
    together = [response.text for response in adapter.generate_batch(asked)]
    assert together == [adapter.generate_batch([one])[0].text for one in asked]
    assert len(set(together)) > 1
    (longer,) = adapter.generate_batch([text("What is number 0?", max_gen_toks=16, until=[])])
    assert longer.text is not None
    assert longer.text.startswith(together[0] or "-")
    adapter.close()


def test_without_a_gpu_the_processor_is_used(
    tiny_text_only: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("torch.cuda.is_available", lambda: False)
    adapter = create("lm_eval:hf", {"pretrained": str(tiny_text_only)})
    adapter.open()
    assert adapter.loaded.device.type == "cpu"  # type: ignore[attr-defined]
    adapter.close()


def test_a_drawn_answer_depends_on_its_request_alone(text_model: dict[str, Any]) -> None:
    adapter = create("lm_eval:hf", text_model)
    adapter.open()
    drawn = {"max_gen_toks": 8, "do_sample": True, "temperature": 1.5, "seed": 3, "until": []}
    asked = [text("a", key="a", **drawn), text("b", key="b", **drawn)]
    together = [response.text for response in adapter.generate_batch(asked)]
    assert together == [adapter.generate_batch([one])[0].text for one in asked]
    other = adapter.generate_batch([text("a", key="another repeat", repeat=1, **drawn)])[0].text
    assert other != together[0]


def test_audio_tasks_refuse_a_text_model(
    cli: Cli, tiny_text_only: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TOY_AUDIO", str(write_tone(tmp_path / "tone.wav")))
    run = tmp_path / "run"
    model = ("-M", f"pretrained={tiny_text_only},device=cpu")
    done = cli(*evaluate_arguments("lm_eval:hf", run, *model))
    assert done.code == 2
    assert "takes text only, and toy has audio" in done.err
    assert "cascade:pocketsphinx+lm_eval:hf" in done.err
    assert not (run / "responses.jsonl").exists()


@pytest.mark.slow
def test_behind_a_recogniser_it_answers(cli: Cli, tiny_text_only: Path, tmp_path: Path) -> None:
    pytest.importorskip("pocketsphinx", reason="needs the extra demo")
    run = tmp_path / "run"
    done = cli(
        *("evaluate", "cascade:pocketsphinx+lm_eval:hf", "-t", "quickstart_choice", "-L", "3"),
        *("-o", run, "-M", f"llm.pretrained={tiny_text_only},llm.device=cpu", "--quiet"),
    )
    assert done.code == 0, done.err
    lines = jsonl(run / "samples.jsonl")
    assert len(lines) == 3
    assert all(line["extra"]["transcript"] for line in lines)
    assert len({line["response"] for line in lines}) > 1


def test_unknown_names(text_model: dict[str, Any]) -> None:
    with pytest.raises(UnknownNameError, match=r"did you mean: .*huggingface"):
        create("lm_eval:hugingface").open()
    with pytest.raises(UsageError, match="has no 'Nothing'"):
        create("lm_eval:json:Nothing").open()
    with pytest.raises(UnknownNameError, match="argument of lm_eval"):
        create("lm_eval:hf", {"target": "x"})


def test_a_model_that_cannot_be_loaded(tmp_path: Path) -> None:
    with pytest.raises(AdapterError, match="cannot be loaded"):
        create("lm_eval:hf", {"pretrained": str(tmp_path), "device": "cpu"}).open()


def test_the_fingerprint_follows_the_weights(text_model: dict[str, Any], tmp_path: Path) -> None:
    import shutil

    copy = shutil.copytree(text_model["pretrained"], tmp_path / "copy")
    one = create("lm_eval:hf", text_model).open().fingerprint
    two = create("lm_eval:hf", {**text_model, "pretrained": str(copy)}).open().fingerprint
    assert one == two
    plain = create("lm_eval:hf", {**text_model, "apply_chat_template": False}).open().fingerprint
    assert plain != one


# --- a class of one's own ------------------------------------------------------------------------


def test_a_class_that_hears_gets_clips_at_its_rate(own: ModuleType) -> None:
    adapter = create("lm_eval:own_lm:Listening", {"prefix": "I hear"})
    info = adapter.open()
    assert info.sampling_rate == 16_000
    clip = voice(1, 1.0).prefetched(16_000)
    request = Request(
        "k", (Message("user", (Text("Listen: "), clip)),), Generation(4, stop=("@@",))
    )
    (found,) = adapter.generate_batch([request])
    assert (
        found.text
        == "I hear ['16000@16000'] user:Listen: <audio> ['do_sample', 'max_gen_toks', 'temperature', 'until']"
    )


def test_one_bad_request_is_a_value_and_the_others_are_answered(own: ModuleType) -> None:
    adapter = create("lm_eval:own_lm:Listening")
    adapter.open()
    asked = [text(name) for name in ("one", "two", "BAD", "four")]
    found = adapter.generate_batch(asked)
    assert [response.error is None for response in found] == [True, True, False, True]
    assert found[2].error is not None
    assert found[2].error.kind == "request"
    assert found[2].error.message == "ValueError: a bad prompt"


def test_arguments_are_checked_where_the_constructor_says_what_it_takes(own: ModuleType) -> None:
    with pytest.raises(UnknownNameError, match="did you mean: prefix"):
        create("lm_eval:own_lm:Listening", {"prefx": "x"}).open()


# --- a service behind lm-eval's client -------------------------------------------------------------


@pytest.mark.long
@pytest.mark.network
@pytest.mark.slow
def test_chaos_loses_nothing_and_doubles_nothing(
    cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """lm-eval's own client sends again what failed; what it gives up is asked again by the same command."""
    pytest.importorskip("pocketsphinx", reason="needs the extra demo")
    monkeypatch.setenv("OPENAI_API_KEY", "none")

    def run(name: str, *flags: str) -> tuple[list[dict[str, Any]], dict[str, Any]]:
        with ChaosServer("--reply", "hash", *flags) as server:
            url = f"{server.base_url}/chat/completions"
            arguments = (
                *("evaluate", "cascade:pocketsphinx+lm_eval:local-chat-completions"),
                *("-t", "quickstart_choice", "-L", "6", "-o", tmp_path / name, "--quiet", "-M"),
                f"llm.model=m,llm.base_url={url},llm.max_retries=2,llm.timeout=5,llm.num_concurrent=1",
            )
            done = cli(*arguments, "--max-errors", "100%")
            assert done.code == 0, done.err
            again = cli(*arguments, "--retry-errors", "--max-errors", "100%")
            assert again.code == 0, again.err
            return jsonl(tmp_path / name / "samples.jsonl"), server.ledger()

    calm, _ = run("calm")
    faults = ("--fault-rate", "0.5", "--faults", "500,malformed,truncated,reset")
    rough, ledger = run("rough", *faults)
    assert sum(ledger["faults"].values()) >= 3
    assert [line["id"] for line in rough] == [line["id"] for line in calm]
    assert [line["response"] for line in rough] == [line["response"] for line in calm]
    assert all(line["outcome"] == "answered" for line in rough)
    asked = {row["text"]: row["answered"] for row in ledger["by_content"].values()}
    assert len(asked) == 6
    assert set(asked.values()) == {1}


# --- ours from lm-eval ---------------------------------------------------------------------------


def run_lm_eval(monkeypatch: pytest.MonkeyPatch, output: Path, *arguments: str) -> dict[str, Any]:
    from model_adapters.lm_eval.model import main

    command = ["lm_eval", "run", "--model", "harness", *arguments, "--output_path", str(output)]
    monkeypatch.setattr("sys.argv", command)
    main()
    (file,) = output.rglob("results_*.json")
    found: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))["results"]
    return found


TASKS = (
    "--include_path",
    "tasks/quickstart",
    "--tasks",
    "quickstart_choice,quickstart_transcription",
)


@pytest.mark.slow
@pytest.mark.parametrize("style", mostly_long(["async", "batch"], ["batch"]))
def test_our_adapters_give_the_same_values_under_the_lm_eval_command(
    cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, style: str
) -> None:
    monkeypatch.chdir(Path(__file__).resolve().parents[3])
    if style == "batch":  # once, lm-eval scans all of its own tasks
        without_own_tasks(monkeypatch)
    model = f"model=mock:fixed:(B),style={style},decode=true"
    theirs = run_lm_eval(monkeypatch, tmp_path / "out", *TASKS, "--model_args", model)
    tasks = "quickstart_choice,quickstart_transcription"
    run = tmp_path / "run"
    assert cli("evaluate", "mock:fixed:(B)", "-t", tasks, "-o", run, "--quiet").code == 0
    ours = results(run)["tasks"]
    accuracy = ours["quickstart_choice"]["metrics"]["accuracy"]["strict"]["value"]
    wer = ours["quickstart_transcription"]["metrics"]["wer"]["strict"]["value"]
    assert theirs["quickstart_choice"]["accuracy,none"] == pytest.approx(accuracy)
    assert theirs["quickstart_transcription"]["wer,none"] == pytest.approx(wer)


def test_a_chat_template_arrives_as_messages(monkeypatch: pytest.MonkeyPatch) -> None:
    from types import SimpleNamespace

    from model_adapters.lm_eval.model import HarnessLM

    model = HarnessLM("mock:echo")
    chat = [{"role": "system", "content": "S"}, {"role": "user", "content": "<audio>What?"}]
    context = model.apply_chat_template(chat)
    seen: list[Request] = []
    generate = model.adapter.generate

    async def watching(request: Request) -> Response:
        seen.append(request)
        return await generate(request)

    monkeypatch.setattr(model.adapter, "generate", watching)
    clip = {"array": voice(1, 0.5).decode(16_000), "sampling_rate": 16_000}
    one = SimpleNamespace(args=(context, {"until": []}, {"audio": [clip]}))
    assert model.generate_until([one]) == ["What?"]
    assert [message.role for message in seen[0].messages] == ["system", "user"]
    assert seen[0].messages[1].parts[0].seconds == 0.5  # type: ignore[union-attr]
    two = SimpleNamespace(args=(context, {"until": []}, {"audio": [clip, clip]}))
    with pytest.raises(UsageError, match="fewer <audio> marks"):
        model.generate_until([two])


def test_a_request_that_fails_ends_lm_eval_s_run() -> None:
    from types import SimpleNamespace

    from model_adapters.lm_eval.model import HarnessLM

    model = HarnessLM("mock:echo", error_rate=1.0, fault_attempts=9, retryable=True)
    with pytest.raises(AdapterError, match="request 0 failed: scripted"):
        model.generate_until([SimpleNamespace(args=("hello", {}))])
    passing = HarnessLM("mock:echo", error_rate=1.0, fault_attempts=1)
    assert passing.generate_until([SimpleNamespace(args=("hello", {}))]) == ["hello"]
    with pytest.raises(NotImplementedError):
        model.loglikelihood([])


@pytest.mark.parametrize(
    "arguments",
    [
        {"pretrained": "evil/m"}, {"pretrained": "evil/m", "revision": "main"},
        {"pretrained": "evil/m", "revision": "a" * 40, "code_revision": "main"},
        {"pretrained": "evil/m", "revision": "a" * 40, "tokenizer": "evil/other"},
    ],
)  # fmt: skip
@pytest.mark.parametrize("trusted", [True, "true", 1])
def test_code_of_a_checkpoint_that_is_not_pinned_is_refused(
    arguments: dict[str, str], trusted: object
) -> None:
    """The rule of ``hf:``: before anything is fetched, and for every checkpoint that is named."""
    with pytest.raises(UsageError, match="commit"):
        create("lm_eval:hf", {**arguments, "trust_remote_code": trusted})


def test_trusted_code_of_a_folder_is_part_of_the_fingerprint(tmp_path: Path) -> None:
    from model_adapters.lm_eval.adapter import argument_content

    (tmp_path / "config.json").write_text("{}", encoding="utf-8")
    (tmp_path / "model.safetensors").write_bytes(b"weights")
    (tmp_path / "modeling.py").write_text("a = 1", encoding="utf-8")
    before = argument_content(str(tmp_path), code=True), argument_content(str(tmp_path))
    (tmp_path / "modeling.py").write_text("a = 2", encoding="utf-8")
    after = argument_content(str(tmp_path), code=True), argument_content(str(tmp_path))
    assert before[0] != after[0] and before[1] == after[1]


def test_no_class_runs_code_by_default() -> None:
    from model_adapters.lm_eval.code import untrusted

    class Trusting:
        def __init__(self, pretrained: str, trust_remote_code: bool = True) -> None: ...

    assert untrusted(Trusting) == {"trust_remote_code": False}
