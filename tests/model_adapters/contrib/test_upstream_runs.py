"""Upstream's own code, with small stand-ins for what is heavy, does with our calls what its stub does.

Needs ``HARNESS_UPSTREAM`` (see ``test_upstream``) and torch.
"""

from __future__ import annotations

import copy
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest
import soundfile

from model_adapters.contrib.alarm import Recorder, read_answer
from model_adapters.contrib.kimi_audio import KimiAudio
from tests.support import clips
from tests.support.models.upstream import checkout, upstream_function
from tests.support.packages import needs

pytestmark = needs("torch", "transformers", extra="hf")


# --- ALARM -------------------------------------------------------------------------------------

WHOLE = {
    "plain": "thinking</think>\n\nan answer",
    "endless": "on and on " * 50,
    "late": "thinking</think>\n\n" + "an answer that is long " * 20,
    "tagged": "thinking</think>\n\nso <answer> B </answer> it is",
}
"""What the language model says by itself, by prompt; one character is one token."""


class CharacterTokenizer:
    """Characters as tokens, Qwen's marks as text."""

    def __call__(self, text: Any, **_: Any) -> Any:
        one = isinstance(text, str)
        ids = [ord(c) for c in text] if one else [[ord(c) for c in line] for line in text]
        return SimpleNamespace(input_ids=ids)

    def apply_chat_template(self, conversation: Any, **_: Any) -> str:
        (message,) = conversation
        return f"<|im_start|>{message['role']}\n{message['content']}<|im_end|>\n"


class ReadableExtractor:
    """Embeddings are the tokens themselves; the clip is one more."""

    def __init__(self) -> None:
        config = SimpleNamespace(use_explicit_audio_tokens=False)
        self.model = SimpleNamespace(get_config=lambda: config)

    def __call__(self, inputs_system: Any, inputs_start: Any, inputs_main: Any, audio: Any) -> Any:
        import torch

        found = []
        for number, clip in enumerate(audio):
            rows = [inputs_start[number], torch.tensor([clip]), inputs_main[number]]
            rows = ([inputs_system[number]] if inputs_system is not None else []) + rows
            found.append(torch.cat(rows)[:, None])
        return found

    def get_text_embeds(self, input_ids: Any) -> Any:
        return [row[:, None] for row in input_ids]


class ScriptedModel:
    """Says ``WHOLE`` of the prompt that it reads, up to the allowed number of characters."""

    def generate(self, prompts: Any, sampling_params: Any) -> Any:
        found = []
        for prompt in prompts:
            read = "".join(chr(token) for token in prompt["prompt_embeds"][:, 0].tolist())
            (name,) = [name for name in WHOLE if f"ask {name}" in read]
            said = read.rpartition("<|im_end|>\n")[2]
            whole = WHOLE[name]
            rest = whole[len(said) :] if whole.startswith(said) else "after all"
            cut = rest[: sampling_params.max_tokens]
            reason = "stop" if cut == rest else "length"
            output = SimpleNamespace(text=cut, token_ids=list(cut), finish_reason=reason)
            found.append(SimpleNamespace(outputs=[output]))
        return found


@pytest.fixture
def get_response() -> Callable[..., Any]:
    """Upstream's, with its helpers and without vLLM."""
    import torch

    path = checkout("alarm") / "generate_vllm.py"
    names: dict[str, Any] = {"torch": torch, "deepcopy": copy.deepcopy}
    for name in (
        "get_main_prompt",
        "convert_single_text_to_batch_ids",
        "concat_batch_input_ids",
    ):
        names[name] = upstream_function(path, name, torch=torch)
    return upstream_function(path, "get_response", **names)  # type: ignore[no-any-return]


def ask(get_response: Any, prompts: list[str], budget: int, extractors: int = 1) -> Any:
    recorder = Recorder(ScriptedModel())
    many = [ReadableExtractor() for _ in range(extractors)]
    answers = get_response(
        prompts=[f"ask {prompt}" for prompt in prompts],
        audio_list=[7 for _ in prompts],
        llm=recorder,
        feature_extractor=many if extractors > 1 else many[0],
        sample=SimpleNamespace(max_tokens=30),
        tokenizer=CharacterTokenizer(),
        system_prompt="Listen.",
        max_thinking_tokens=budget,
    )
    found = [read_answer(*pair) for pair in zip(answers, recorder.histories(), strict=True)]
    return [(reply["reasoning"], reply["text"], reply["finish"]) for reply in found]


@pytest.mark.parametrize("extractors", [1, 2])
def test_answers_of_alarm_are_read_from_its_two_rounds(get_response: Any, extractors: int) -> None:
    found = ask(get_response, ["plain", "endless", "late", "tagged"], 60, extractors)
    late = WHOLE["late"].partition("\n\n")[2]
    said = 60 + 30 - len("thinking</think>\n\n")
    assert found == [
        ("thinking", "an answer", "stop"),
        (WHOLE["endless"][:60].strip(), "after all", "stop"),
        ("thinking", late[:said].strip(), "length"),
        ("thinking", "B", "stop"),
    ]
    for number, prompt in enumerate(WHOLE):
        assert ask(get_response, [prompt], 60, extractors) == [found[number]]


def test_one_round_of_alarm(get_response: Any) -> None:
    """Without a budget: a reasoning that was cut is no answer."""
    assert ask(get_response, ["endless", "plain"], -1) == [
        (WHOLE["endless"][:30].strip(), "", "length"),
        ("thinking", "an answer", "stop"),
    ]


# --- Kimi-Audio ----------------------------------------------------------------------------------

BLANK, EOS, OFFSET = 1, 2, 1000


class CountingModel:
    """Text tokens 10, 11, 12 … and the end after five of them; audio tokens that mean nothing."""

    config = SimpleNamespace(kimia_token_offset=OFFSET)

    def __init__(self) -> None:
        self.step = 0

    def to(self, device: Any) -> Any:
        return self

    def forward(self, **_: Any) -> Any:
        import torch

        logits = torch.full((1, 1, 64), -10.0)
        logits[0, 0, EOS if self.step % 6 == 5 else 10 + self.step % 6] = 10.0
        self.step += 1
        return logits, logits.clone(), None


class Prompts:
    """Reads every clip, as the real one does."""

    def __init__(self, model_path: str, kimia_token_offset: int) -> None:
        self.extra_tokens = SimpleNamespace(
            kimia_text_blank=BLANK, kimia_text_eos=EOS, msg_end=3, media_end=4
        )
        self.text_tokenizer = SimpleNamespace(
            decode=lambda tokens: " ".join(str(token) for token in tokens)
        )
        self.read: list[Any] = []

    def get_prompt(self, messages: Any, output_type: str) -> Any:
        import torch

        for message in messages:
            if message["message_type"] == "audio":
                self.read.append(soundfile.read(message["content"], dtype="float32"))
        ids = torch.zeros((1, 3), dtype=torch.long)
        return SimpleNamespace(
            to_tensor=lambda: (ids, ids, ids.bool()), continuous_feature=[torch.zeros(1)]
        )


@pytest.fixture
def kimi(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[KimiAudio]:
    """The module over upstream's ``kimia.py`` on the CPU, with the classes above for its parts."""
    import torch
    import transformers

    root = checkout("kimi_audio")
    before = set(sys.modules)
    fakes: dict[str, dict[str, Any]] = {
        "loguru": {"logger": SimpleNamespace(info=lambda text: None)},
        "kimia_infer.models.detokenizer": {"get_audio_detokenizer": None},
        "kimia_infer.api.prompt_manager": {"KimiAPromptManager": Prompts},
    }
    for name, content in fakes.items():
        module = ModuleType(name)
        vars(module).update(content)
        monkeypatch.setitem(sys.modules, name, module)
    monkeypatch.syspath_prepend(str(root))
    load = SimpleNamespace(from_pretrained=lambda *args, **kwargs: CountingModel())
    monkeypatch.setattr(transformers, "AutoModelForCausalLM", load)
    monkeypatch.setattr(torch.cuda, "current_device", lambda: "cpu")
    found = KimiAudio()
    found.load(checkpoint=str(tmp_path))
    yield found
    for name in set(sys.modules) - before:
        if name.startswith("kimia_infer"):
            del sys.modules[name]


def test_upstream_takes_what_kimi_audio_gives(kimi: KimiAudio) -> None:
    samples = clips.noise(0.3)
    content = [{"type": "text", "text": "What?"}, {"type": "audio"}]
    messages = [{"role": "user", "content": content}]
    for most, wanted in (
        (9, {"text": "10 11 12 13 14", "finish": "stop", "usage": {"completion_tokens": 5}}),
        (5, {"text": "10 11 12 13 14", "finish": "length", "usage": {"completion_tokens": 5}}),
        (3, {"text": "10 11 12", "finish": "length", "usage": {"completion_tokens": 3}}),
    ):
        kimi.model.alm.step = 0
        assert (
            kimi.generate(
                messages, [(samples, 16_000)], {"max_new_tokens": most, "do_sample": False}
            )
            == wanted
        )
    kimi.model.alm.step = 0
    drawn = {
        "do_sample": True,
        "temperature": 0.5,
        "top_k": 1,
        "seed": 0,
        "repetition_penalty": 1.1,
    }
    reply = kimi.generate(messages, [(samples, 16_000)], {"max_new_tokens": 9, **drawn})
    assert reply["text"] == "10 11 12 13 14"
    heard, rate = kimi.model.prompt_manager.read[0]
    assert rate == 16_000 and (heard == samples).all()
