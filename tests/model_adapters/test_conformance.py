"""Every adapter keeps the interface's promises; and the suite notices one that does not."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from harness.audio import AudioRef
from harness.types import Adapter, Request
from model_adapters.built_in import ADAPTERS, Trial
from model_adapters.conformance import AdapterConformance
from model_adapters.gemini.messages import RequestOptions, build_request, config_fields
from model_adapters.openai.messages import BodyOptions, encode_body
from model_adapters.registry import create
from model_adapters.services.generation import generation_fields
from tests.model_adapters.stubs import vllm_stub
from tests.support import clips
from tests.support.budget import long_unless
from tests.support.servers.chaos_gemini import as_chat
from tests.support.servers.chaos_server import ChaosServer
from tests.support.servers.conformant_server import reply as served_reply

CHECKS = AdapterConformance.CHECKS
CLIPS = Path(__file__).resolve().parents[2] / "tasks" / "quickstart" / "clips"
Suites = Callable[[str], AdapterConformance]

SPEECH = [AudioRef(CLIPS / f"choice_0{i}.opus") for i in (1, 2, 3)]
TRIALS = {trial.name: trial for row in ADAPTERS.values() for trial in row.trials}
ITEMS = [
    *(f"order_{i}" for i in range(6)),
    *(f"failures_{i}" for i in range(2)),
    *(f"retained_{i}" for i in range(3)),
    *("unicode", "audio_matters", "several_clips", "audio_only", "system_prompt"),
    *("stop_strings", "max_tokens", "cancellation"),
]
FURTHER = ["hf-flamingo", "hf-glm", "transformers", "pocketsphinx"]
FURTHER += ["cascade-openai", "cascade-lm-eval", "cascade-transformers"]
"""Trials of an adapter of which `make test` has another."""
PLACE = re.compile(r"\{(\w+)\}")


def openai_reply(request: Request) -> str:
    fields = generation_fields(request.generation)
    body = json.loads(encode_body(request.messages, fields, BodyOptions("m")))
    return str(served_reply(body)["content"])


def gemini_reply(request: Request) -> str:
    built = build_request(request.messages, config_fields(request.generation), RequestOptions())
    wire: dict[str, Any] = {"mode": "json", "exclude_none": True, "by_alias": True}
    config = built.config.model_dump(**wire)
    body = {
        "contents": [content.model_dump(**wire) for content in built.contents],
        "systemInstruction": config.get("systemInstruction"),
        "generationConfig": config,
    }
    return str(served_reply(as_chat(body, "m"))["content"])


KNOWN_REPLIES: dict[str, Callable[[Request], str]] = {
    "openai": openai_reply,
    "gemini": gemini_reply,
    "replay": lambda request: f"stored {request.item[1]} – ß",
}
"""What the reply must be, where that can be said besides all checks."""


class Places:
    """What stands in the places of a trial; each is made when it is first asked for."""

    def __init__(
        self, request: pytest.FixtureRequest, folders: pytest.TempPathFactory, stack: ExitStack
    ) -> None:
        self._request, self._folders, self._stack = request, folders, stack
        self._made: dict[str, str] = {}

    def fill(self, value: object) -> Any:
        """A text with its places filled; anything else as it is."""
        return PLACE.sub(lambda place: self[place[1]], value) if isinstance(value, str) else value

    def __getitem__(self, name: str) -> str:
        if name not in self._made:
            make = getattr(self, name, None)
            self._made[name] = str(make() if make else self._request.getfixturevalue(name))
        return self._made[name]

    def server(self, reply: str = f"{served_reply.__module__}:reply") -> str:
        return self._stack.enter_context(ChaosServer("--reply", reply)).base_url

    def gemini_server(self) -> str:
        return self.server().removesuffix("/v1")

    def transcriber(self) -> str:
        return self.server("hash")

    def deaf_transcriber(self) -> str:
        return self.server("fixed:")

    def replies(self) -> Path:
        lines = [{"id": name, "response": f"stored {name} – ß"} for name in ITEMS]
        lines.append({"id": "nothing", "response": ""})
        file = self._folders.mktemp("replay") / "replies.jsonl"
        file.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
        return file

    def stubbed_vllm(self) -> Path:
        self._stack.enter_context(vllm_stub.installed())
        folder = self._folders.mktemp("vllm")
        (folder / "config.json").write_text(json.dumps({"model_type": "a", "audio_config": {}}))
        return folder


def suite_of(trial: Trial, places: Places) -> AdapterConformance:
    for package in trial.packages:
        pytest.importorskip(package, reason=f"{trial.name} needs {package}")

    def make(model: str, arguments: Mapping[str, object]) -> Adapter:
        filled = {name: places.fill(value) for name, value in arguments.items()}
        return create(places.fill(model), filled)

    def empty() -> tuple[Adapter, Request]:
        assert trial.empty is not None
        given = trial.arguments if trial.empty_arguments is None else trial.empty_arguments
        silence = [clips.ref(clips.silence(0.05))] if trial.silent else []
        return make(trial.empty, given), suite.request("nothing", *silence)

    suite = AdapterConformance(
        lambda: make(trial.model, trial.arguments),
        exceptions=trial.exceptions,
        clips=SPEECH if trial.speech else None,
        expects=KNOWN_REPLIES.get(trial.name),
        empty=empty if trial.empty is not None else None,
    )
    return suite


@pytest.fixture(scope="module")
def suites(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Suites]:
    """Suites by name, each made when it is first asked for."""
    made: dict[str, AdapterConformance] = {}
    with ExitStack() as stack:
        places = Places(request, tmp_path_factory, stack)

        def get(name: str) -> AdapterConformance:
            if name not in made:
                made[name] = stack.enter_context(suite_of(TRIALS[name], places))
            return made[name]

        yield get


def marked(trial: Trial) -> Any:
    """A trial with the marks that its places ask for."""
    texts = [trial.model, *map(str, trial.arguments.values())]
    named = {place for text in texts for place in PLACE.findall(text)}
    marks = long_unless(trial.name not in FURTHER)
    if any("server" in place or "transcriber" in place for place in named):
        marks += [pytest.mark.network, pytest.mark.xdist_group("conformance-services")]
    if any(place.startswith("tiny_") for place in named):
        marks.append(pytest.mark.xdist_group("hf"))
    if "stubbed_vllm" in named:
        marks.append(pytest.mark.xdist_group("vllm-stub"))
    return pytest.param(trial.name, marks=marks)


def test_every_adapter_has_a_trial_that_is_not_long() -> None:
    always = {
        row.name for row in ADAPTERS.values() for trial in row.trials if trial.name not in FURTHER
    }
    assert always == {row.name for row in ADAPTERS.values() if row.trials}
    assert {*FURTHER} <= {*TRIALS}


def test_every_adapter_has_a_trial() -> None:
    without = {row.name for row in ADAPTERS.values() if not row.trials}
    assert without == {"python"}  # examined with its processes in tests/model_adapters/python


@pytest.mark.parametrize("check", CHECKS)
@pytest.mark.parametrize("adapter", [marked(trial) for trial in TRIALS.values()])
def test_adapter_conforms(adapter: str, check: str, suites: Suites) -> None:
    suites(adapter).run(check)
