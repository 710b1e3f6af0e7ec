"""Every adapter keeps the interface's promises; and the suite notices one that does not."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from harness.audio import AudioRef
from harness.errors import AudioError, UnknownNameError
from harness.types import Adapter, AdapterInfo, ErrorInfo, Request, Response
from model_adapters.base import BatchAdapter
from model_adapters.conformance import AdapterConformance, NonconformingError
from model_adapters.gemini.messages import RequestOptions, build_request, config_fields
from model_adapters.openai.messages import BodyOptions, encode_body
from model_adapters.registry import create
from model_adapters.services.generation import generation_fields
from tests.model_adapters.stubs import vllm_stub
from tests.support import clips
from tests.support.servers.chaos_gemini import as_chat
from tests.support.servers.chaos_server import ChaosServer
from tests.support.servers.conformant_server import reply as served_reply

CHECKS = AdapterConformance.CHECKS
CLIPS = Path(__file__).resolve().parents[2] / "tasks" / "quickstart" / "clips"
Suites = Callable[[str], AdapterConformance]

NO_MODEL = {
    "stop_strings": "replies are not generated",
    "max_tokens": "replies are not generated",
}
ITEMS = [
    *(f"order_{i}" for i in range(6)),
    *(f"failures_{i}" for i in range(2)),
    *(f"retained_{i}" for i in range(3)),
    *("unicode", "audio_matters", "several_clips", "audio_only", "system_prompt"),
    *("stop_strings", "max_tokens", "cancellation"),
]


def mock(style: str) -> AdapterConformance:
    def make(target: str = "hash") -> Adapter:
        return create(f"mock:{target}", {"style": style, "decode": True})

    suite = AdapterConformance(
        make,
        exceptions=NO_MODEL,
        empty=lambda: (make("fixed:"), suite.request("nothing")),
    )
    return suite


def baseline() -> AdapterConformance:
    deaf = "a chance baseline neither hears nor reads"
    return AdapterConformance(
        lambda: create("baseline:random"),
        exceptions={
            **NO_MODEL,
            "audio_matters": deaf,
            "system_prompt": deaf,
            "failures_as_values": deaf,
            "empty_reply": "it always has an answer",
        },
    )


def replay(folder: Path) -> AdapterConformance:
    file = folder / "replies.jsonl"
    lines = [{"id": name, "response": f"stored {name} – ß"} for name in ITEMS]
    lines.append({"id": "nothing", "response": ""})
    file.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    stored = "a stored reply belongs to its item, whatever the prompt"
    suite = AdapterConformance(
        lambda: create(f"replay:{file}"),
        exceptions={**NO_MODEL, "audio_matters": stored, "system_prompt": stored},
        expects=lambda request: f"stored {request.item[1]} – ß",
        empty=lambda: (create(f"replay:{file}"), suite.request("nothing")),
    )
    return suite


def pocketsphinx() -> AdapterConformance:
    pytest.importorskip("pocketsphinx", reason="needs the extra demo")
    suite = AdapterConformance(
        lambda: create("cascade:pocketsphinx"),
        exceptions={**NO_MODEL, "system_prompt": "a recogniser reads no prompt"},
        clips=SPEECH,
        empty=lambda: (
            create("cascade:pocketsphinx"),
            suite.request("silence", clips.ref(clips.silence(0.05))),
        ),
    )
    return suite


SPEECH = [AudioRef(CLIPS / f"choice_0{i}.opus") for i in (1, 2, 3)]


def cascade(llm: str, **arguments: Any) -> AdapterConformance:
    """Through a language model, the recogniser reads the prompt and has stop strings."""
    pytest.importorskip("pocketsphinx", reason="needs the extra demo")

    def make(model: str = llm) -> Adapter:
        return create(f"cascade:pocketsphinx+{model}", arguments)

    scripted = llm.startswith("mock:")
    suite = AdapterConformance(
        make,
        exceptions=NO_MODEL if scripted else {},
        clips=SPEECH,
        empty=(lambda: (make("mock:fixed:"), suite.request("nothing"))) if scripted else None,
    )
    return suite


def openai(base_url: str) -> AdapterConformance:
    def expected(request: Request) -> str:
        fields = generation_fields(request.generation)
        body = json.loads(encode_body(request.messages, fields, BodyOptions("m")))
        return str(served_reply(body)["content"])

    return AdapterConformance(
        lambda: create("openai:m", {"base_url": base_url, "backoff": 0.01}), expects=expected
    )


def gemini(base_url: str) -> AdapterConformance:
    pytest.importorskip("google.genai", reason="needs the extra gemini")

    def expected(request: Request) -> str:
        built = build_request(request.messages, config_fields(request.generation), RequestOptions())
        wire: dict[str, Any] = {"mode": "json", "exclude_none": True, "by_alias": True}
        config = built.config.model_dump(**wire)
        body = {
            "contents": [content.model_dump(**wire) for content in built.contents],
            "systemInstruction": config.get("systemInstruction"),
            "generationConfig": config,
        }
        return str(served_reply(as_chat(body, "m"))["content"])

    return AdapterConformance(
        lambda: create("gemini:m", {"base_url": base_url, "backoff": 0.01}), expects=expected
    )


def hf(checkpoint: Path) -> AdapterConformance:
    return AdapterConformance(
        lambda: create(str(checkpoint), {"dtype": "float32", "device": "cpu"})
    )


RECOGNISER = {**NO_MODEL, "system_prompt": "a recogniser reads no prompt"}


def transformers(checkpoint: Path, llm: str = "") -> AdapterConformance:
    def make(model: str = llm) -> Adapter:
        return create(f"cascade:transformers:{checkpoint}{model}", {"device": "cpu"})

    always = {"empty_reply": "with random weights it hears something everywhere"}
    suite = AdapterConformance(
        make,
        exceptions=NO_MODEL if llm else {**RECOGNISER, **always},
        empty=(lambda: (make("+mock:fixed:"), suite.request("nothing"))) if llm else None,
    )
    return suite


def transcription(base_url: str, silent: str) -> AdapterConformance:
    def make(url: str = base_url) -> Adapter:
        return create("cascade:openai:m", {"base_url": url, "backoff": 0.01})

    suite = AdapterConformance(
        make,
        exceptions=RECOGNISER,
        empty=lambda: (make(silent), suite.request("nothing", clips.ref(clips.silence(0.05)))),
    )
    return suite


LM_EVAL = {"max_tokens": "lm-eval does not say why a reply ended"}


def lm_eval(checkpoint: Path, recogniser: str = "") -> AdapterConformance:
    model = {"pretrained": str(checkpoint), "device": "cpu", "dtype": "float32"}
    if not recogniser:
        return AdapterConformance(lambda: create("lm_eval:hf", model), exceptions=LM_EVAL)
    theirs = {f"llm.{name}": value for name, value in model.items()}
    return AdapterConformance(
        lambda: create(f"cascade:{recogniser}+lm_eval:hf", theirs),
        exceptions=LM_EVAL,
        clips=SPEECH,
    )


def vllm(folder: Path, stack: ExitStack) -> AdapterConformance:
    stack.enter_context(vllm_stub.installed())
    (folder / "config.json").write_text(json.dumps({"model_type": "a", "audio_config": {}}))
    return AdapterConformance(lambda: create(f"vllm:{folder}"))


@pytest.fixture(scope="module")
def suites(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Suites]:
    """Suites by name, each made when it is first asked for."""
    made: dict[str, AdapterConformance] = {}
    with ExitStack() as stack:

        def server(reply: str = f"{served_reply.__module__}:reply") -> str:
            return stack.enter_context(ChaosServer("--reply", reply)).base_url

        makers: dict[str, Callable[[], AdapterConformance]] = {
            "mock-async": lambda: mock("async"),
            "mock-batch": lambda: mock("batch"),
            "baseline": baseline,
            "replay": lambda: replay(tmp_path_factory.mktemp("replay")),
            "pocketsphinx": pocketsphinx,
            "openai": lambda: openai(server()),
            "gemini": lambda: gemini(server().removesuffix("/v1")),
            "cascade-mock": lambda: cascade("mock:hash"),
            "cascade-openai": lambda: cascade(
                "openai:m", **{"llm.base_url": server(), "llm.backoff": 0.01}
            ),
            "hf": lambda: hf(request.getfixturevalue("tiny_qwen2_audio")),
            "hf-flamingo": lambda: hf(request.getfixturevalue("tiny_audio_flamingo")),
            "hf-glm": lambda: hf(request.getfixturevalue("tiny_glm_asr")),
            "cascade-transformers": lambda: transformers(
                request.getfixturevalue("tiny_wav2vec2"), "+mock:hash"
            ),
            "transformers": lambda: transformers(request.getfixturevalue("tiny_whisper")),
            "transcription": lambda: transcription(server("hash"), server("fixed:")),
            "lm-eval": lambda: lm_eval(request.getfixturevalue("tiny_text_only")),
            "cascade-lm-eval": lambda: lm_eval(
                request.getfixturevalue("tiny_text_only"), "pocketsphinx"
            ),
            "vllm": lambda: vllm(tmp_path_factory.mktemp("vllm"), stack),
        }

        def get(name: str) -> AdapterConformance:
            if name not in made:
                made[name] = stack.enter_context(makers[name]())
            return made[name]

        yield get


@pytest.mark.parametrize("check", CHECKS)
@pytest.mark.parametrize(
    "adapter",
    [
        "mock-async",
        "mock-batch",
        "baseline",
        "replay",
        "pocketsphinx",
        *(
            pytest.param(
                name, marks=[pytest.mark.network, pytest.mark.xdist_group("conformance-openai")]
            )
            for name in ("openai", "gemini", "cascade-openai", "transcription")
        ),
        *(
            pytest.param(name, marks=pytest.mark.xdist_group("hf"))
            for name in (
                *("hf", "hf-flamingo", "hf-glm", "transformers", "cascade-transformers"),
                *("lm-eval", "cascade-lm-eval"),
            )
        ),
        "cascade-mock",
        pytest.param("vllm", marks=pytest.mark.xdist_group("vllm-stub")),
    ],
)
def test_adapter_conforms(adapter: str, check: str, suites: Suites) -> None:
    suites(adapter).run(check)


# --- the suite itself --------------------------------------------------------------------------


class Honest(BatchAdapter):
    """Words of the question, bounded and cut as asked; broken in one way by each subclass below."""

    kept: list[Any]

    def __init__(self) -> None:
        self.kept = []

    def open(self) -> AdapterInfo:
        return AdapterInfo("honest", sampling_rate=16_000)

    def generate_batch(self, requests: Sequence[Request]) -> list[Response]:
        return [self.reply(request) for request in requests]

    def reply(self, request: Request) -> Response:
        words = []
        for message in request.messages:
            for part in message.parts:
                if hasattr(part, "text"):
                    words += part.text.split()
                    continue
                try:
                    words.append(f"{float(abs(part.decode(16_000)).sum()):.3f}")
                except AudioError as error:
                    return Response(None, error=ErrorInfo("audio", str(error)))
        most = int(request.generation["max_new_tokens"])
        text = " ".join(words[:most])
        for stop in request.generation["until"]:
            text = text.partition(stop)[0]
        return Response(text, finish="length" if most < len(words) else "stop")


class Shuffles(Honest):
    def generate_batch(self, requests: Sequence[Request]) -> list[Response]:
        return super().generate_batch(requests)[::-1]


class Surrogates(Honest):
    def reply(self, request: Request) -> Response:
        return Response("\ud800")


class NullForEmpty(Honest):
    def reply(self, request: Request) -> Response:
        return Response(super().reply(request).text or None)


class Deaf(Honest):
    def reply(self, request: Request) -> Response:
        return Response("I hear nothing")


class OneClip(Honest):
    def reply(self, request: Request) -> Response:
        clips = [part for m in request.messages for part in m.parts if not hasattr(part, "text")]
        if len(clips) > 1:
            return Response(None, error=ErrorInfo("request", "one clip only"))
        return super().reply(request)


class NeedsText(Honest):
    def reply(self, request: Request) -> Response:
        if not any(hasattr(part, "text") for part in request.messages[-1].parts):
            return Response(None, error=ErrorInfo("request", "no text"))
        return super().reply(request)


class Raises(Honest):
    def reply(self, request: Request) -> Response:
        response = super().reply(request)
        if response.error is not None:
            raise ValueError("cannot read it")
        return response


class Hoards(Honest):
    def reply(self, request: Request) -> Response:
        self.kept.append(request)
        return super().reply(request)


class HoardsSamples(Honest):
    def reply(self, request: Request) -> Response:
        (clip,) = [p for m in request.messages for p in m.parts if not hasattr(p, "text")]
        self.kept.append(clip.decode(16_000)[:10])
        return super().reply(request)


class NewName(Honest):
    def open(self) -> AdapterInfo:
        return AdapterInfo(f"honest:{id(self)}")


class ClosesOnce(Honest):
    def close(self) -> None:
        self.kept.pop()


class Uncancellable(Honest):
    """Async; swallows its cancellation."""

    def open(self) -> AdapterInfo:
        return AdapterInfo("stubborn", style="async")

    async def generate(self, request: Request) -> Response:
        try:
            await asyncio.sleep(0.2)
        except asyncio.CancelledError:
            raise ValueError("not now") from None
        return self.reply(request)


@pytest.mark.parametrize(
    ("adapter", "check"),
    [
        (Shuffles, "order"),
        (Deaf, "order"),
        (Surrogates, "unicode"),
        (NullForEmpty, "empty_reply"),
        (Deaf, "audio_matters"),
        (OneClip, "several_clips"),
        (NeedsText, "audio_only"),
        (Deaf, "system_prompt"),
        (Deaf, "stop_strings"),
        (Deaf, "max_tokens"),
        (Raises, "failures_as_values"),
        (Deaf, "failures_as_values"),
        (Uncancellable, "cancellation"),
        (Hoards, "no_audio_retained"),
        (HoardsSamples, "no_audio_retained"),
        (NewName, "fingerprint_stable"),
        (ClosesOnce, "close_twice"),
    ],
)
def test_the_suite_notices(adapter: type[Honest], check: str) -> None:
    with AdapterConformance(Honest) as suite:
        assert suite.run(check).check == check
    with pytest.raises(NonconformingError):
        AdapterConformance(adapter).run(check)


def test_an_exception_is_a_verdict_with_its_reason() -> None:
    suite = AdapterConformance(Deaf, exceptions={"audio_matters": "it is deaf"})
    (check,) = (check for check in suite.checks() if str(check) == "audio_matters")
    assert check().exception == "it is deaf"


def test_an_exception_that_is_not_true_is_found() -> None:
    suite = AdapterConformance(Honest, exceptions={"order": "it shuffles"})
    with pytest.raises(NonconformingError, match=r"order passes, although .* it shuffles"):
        suite.run("order")


def test_what_the_adapter_declares_is_the_reason() -> None:
    verdicts = {check.name: check() for check in AdapterConformance(Honest).checks()}
    assert list(verdicts) == list(CHECKS)
    reasons = {name: verdict.exception for name, verdict in verdicts.items() if verdict.exception}
    assert reasons == {
        "cancellation": "declares style='batch': a batch is not cancelled, its process ends"
    }


def test_a_known_reply_is_compared() -> None:
    suite = AdapterConformance(Honest, expects=lambda request: "something else")
    with pytest.raises(NonconformingError, match="expected 'something else'"):
        suite.run("unicode")


def test_unknown_checks_are_named() -> None:
    with pytest.raises(UnknownNameError, match="stop_strings"):
        AdapterConformance(Honest, exceptions={"stop_string": "…"})
    with pytest.raises(UnknownNameError):
        AdapterConformance(Honest).run("ordre")


def test_importing_the_suite_imports_no_pytest() -> None:
    import subprocess

    code = "import sys, model_adapters.conformance; assert 'pytest' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)
