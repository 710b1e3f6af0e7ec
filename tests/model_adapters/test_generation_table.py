"""Every adapter decodes as the record says, and the words of the signature name it.

One row per adapter: how a request is shown to what is behind it (a stub of vLLM, the body of a service, arguments of
``generate``, a class of one's own …). What comes out is read back into the same six facts.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from harness.core.generation import Level, build_generation
from harness.core.keys import request_key
from harness.run.signature import generation_part
from harness.types import Generation, Message, Request, Text
from model_adapters.cascade.language_model import TEMPLATE, LanguageModel
from model_adapters.contrib._common import read_generation
from model_adapters.gemini.messages import config_fields
from model_adapters.hf.generation import plan_generation
from model_adapters.openai.messages import BodyOptions, encode_body
from model_adapters.registry import create, split_generation
from model_adapters.services.generation import generation_fields
from model_adapters.vllm.adapter import VLLMAdapter
from tests.model_adapters.stubs.vllm_stub import installed

MESSAGES = (Message("user", (Text("Who?"),)),)
SHOWN: list[Mapping[str, Any]] = []
"""What models of one's own were given, newest last."""

OWN_CLASS = """
from tests.model_adapters.test_generation_table import SHOWN

class Shown:
    def generate(self, messages, audio, generation):
        SHOWN.append(generation)
        return "yes"
"""
OWN_LM = """
from lm_eval.api.model import LM
from tests.model_adapters.test_generation_table import SHOWN

class ShownLM(LM):
    def loglikelihood(self, requests): raise NotImplementedError
    def loglikelihood_rolling(self, requests): raise NotImplementedError
    def apply_chat_template(self, chat, add_generation_prompt=True): return str(chat)
    def generate_until(self, requests, disable_tqdm=False):
        SHOWN.extend(one.args[1] for one in requests)
        return ["yes" for _ in requests]
"""


class Decoded(NamedTuple):
    """How an answer is decoded, read back from what a model was told."""

    limit: int
    sampled: bool
    temperature: float | None
    top_p: float | None
    stop: tuple[str, ...]
    penalty: float | None


Row = Callable[[Generation], Decoded]


def read(told: Mapping[str, Any], limit: str, stop: str) -> Decoded:
    """Read arguments, where a temperature of 0 or ``do_sample=False`` is greedy."""
    sampled = told.get("do_sample", told.get("temperature") != 0)
    return Decoded(
        told[limit],
        sampled,
        told.get("temperature") if sampled else None,
        told.get("top_p") if sampled else None,
        tuple(told.get(stop) or ()),
        told.get("repetition_penalty"),
    )


def request(generation: Generation) -> Request:
    return Request("key", MESSAGES, generation, item=("t", "1"), item_key="1")


def asked(adapter: Any, generation: Generation) -> Mapping[str, Any]:
    """What a model of one's own was given."""
    (response,) = adapter.generate_batch([request(generation)])
    assert (response.error, response.text) == (None, "yes")
    return SHOWN[-1]


@pytest.fixture
def rows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, Row]]:
    """Adapters by name, opened."""
    (tmp_path / "own_class.py").write_text(OWN_CLASS)
    (tmp_path / "own_shown_lm.py").write_text(OWN_LM)
    (tmp_path / "config.json").write_text(
        json.dumps({"model_type": "listener", "audio_config": {}})
    )
    monkeypatch.syspath_prepend(str(tmp_path))
    own = create("python:own_class:Shown")
    lm = create("lm_eval:own_shown_lm:ShownLM")
    behind = LanguageModel("python:own_class:Shown", {}, TEMPLATE)
    for one in (own, lm, behind):
        one.open()

    def hf(generation: Generation) -> Decoded:
        plan = plan_generation(generation)
        return read({**plan.arguments, "until": plan.until}, "max_new_tokens", "until")

    def vllm(generation: Generation) -> Decoded:
        adapter.generate_batch([request(generation)])
        told = world.parameters[-1]
        return Decoded(
            told.max_tokens,
            told.temperature != 0,
            told.temperature or None,
            told.top_p if told.temperature and told.top_p != 1 else None,
            tuple(told.stop or ()),
            told.repetition_penalty if told.repetition_penalty != 1 else None,
        )

    def openai(generation: Generation) -> Decoded:
        body = encode_body(MESSAGES, generation_fields(generation), BodyOptions("m"))
        return read(json.loads(body), "max_tokens", "stop")

    def gemini(generation: Generation) -> Decoded:
        return read(config_fields(generation), "max_output_tokens", "stop_sequences")

    def cascade(generation: Generation) -> Decoded:
        behind.answer([request(generation)])
        return read(SHOWN[-1], "max_new_tokens", "until")

    def contrib(generation: Generation) -> Decoded:
        takes = ("temperature", "top_p", "repetition_penalty")
        plan = read_generation(generation.as_mapping(), "M", takes)
        told = {"limit": plan.max_new_tokens, "do_sample": plan.sampled, **plan.values}
        return read({**told, "until": generation.stop}, "limit", "until")

    with installed() as world:
        adapter = VLLMAdapter(str(tmp_path))
        adapter.open()
        yield {
            "hf": hf,
            "vllm": vllm,
            "openai": openai,
            "gemini": gemini,
            "cascade": cascade,
            "python": lambda one: read(asked(own, one), "max_new_tokens", "until"),
            "lm_eval": lambda one: read(asked(lm, one), "max_gen_toks", "until"),
            "contrib": contrib,
        }
        adapter.close()
    for one in (own, lm, behind):
        one.close()
    SHOWN.clear()
    for name in ("own_class", "own_shown_lm"):
        sys.modules.pop(name, None)


RECORDS = {
    "default": Generation(),
    "limit": Generation(7),
    "stops": Generation(64, stop=("a", "b")),
    "drawn": Generation(64, sampled=True, temperature=0.7, top_p=0.9, seed=3),
    "penalty": Generation(64, extra={"repetition_penalty": 1.2}),
}


@pytest.mark.parametrize("name", RECORDS)
def test_every_adapter_decodes_what_the_record_and_the_signature_say(
    rows: dict[str, Row], name: str
) -> None:
    record = RECORDS[name]
    penalty = record.extra.get("repetition_penalty")
    wanted = Decoded(
        record.limit, record.sampled, record.temperature, record.top_p, record.stop, penalty
    )
    words = generation_part(record).partition("#")[0].split(",")
    for adapter, decode in rows.items():
        if adapter == "gemini" and penalty is not None:
            continue  # refused there, as its own tests show
        found = decode(record)
        assert found == wanted, adapter
        mode = f"t{found.temperature:g}" if found.sampled else "greedy"
        assert words[:2] == [mode, str(found.limit)], adapter
        named = {"top_p": found.top_p, "repetition_penalty": found.penalty}
        assert words[2:] == [f"{k}={v:g}" for k, v in named.items() if v is not None], adapter


@pytest.mark.parametrize(
    "spellings",
    [
        [{"max_gen_toks": 7}, {"max_new_tokens": 7}, {"max_tokens": 7.0}, {"max_completion_tokens": 7}],
        [{"temperature": 0}, {"do_sample": False}, {"top_p": 0.5}, {}],
        [{"temperature": 0.5}, {"temperature": 0.5, "do_sample": True}],
        [{"until": ["a"]}, {"stop": "a"}, {"stop_strings": ["", "a"]}],
    ],
)  # fmt: skip
def test_every_spelling_decodes_alike_everywhere(
    rows: dict[str, Row], spellings: list[dict[str, Any]]
) -> None:
    task = Level({"until": [], "do_sample": False, "max_gen_toks": 64}, str)
    records = [build_generation(task, Level(one, str), seed=1) for one in spellings]
    assert len({generation_part(one) for one in records}) == 1
    assert len({request_key("m", MESSAGES, one, 0) for one in records}) == 1
    for adapter, decode in rows.items():
        assert len({decode(one) for one in records}) == 1, adapter


@pytest.mark.parametrize("model", ["mock:hash", "baseline:first"])
def test_scripted_replies_do_not_depend_on_decoding_and_their_keys_do(model: str) -> None:
    adapter = create(model)
    info = adapter.open()
    replies = {adapter.generate_batch([request(one)])[0].text for one in RECORDS.values()}
    keys = {request_key(info.fingerprint, MESSAGES, one, 0) for one in RECORDS.values()}
    assert (len(replies), len(keys)) == (1, len(RECORDS))


def test_stored_replies_do_not_depend_on_decoding(tmp_path: Path) -> None:
    file = tmp_path / "replies.jsonl"
    file.write_text('{"id": "1", "response": "a b"}\n')
    adapter = create(f"replay:{file}")
    adapter.open()
    texts = [adapter.generate_batch([request(one)])[0].text for one in RECORDS.values()]
    assert texts == ["a b"] * len(RECORDS)


def test_generation_arguments_among_model_arguments_join_the_record() -> None:
    assert split_generation("hf:a/b", {"num_beams": 2, "generate.top_k": 5, "dtype": "auto"}) == (
        {"dtype": "auto"},
        {"num_beams": 2, "top_k": 5},
    )
    given = {"llm.max_new_tokens": 7, "llm.dtype": "auto", "language": "en"}
    assert split_generation("cascade:pocketsphinx+hf:a/b", given) == (
        {"llm.dtype": "auto", "language": "en"},
        {"max_new_tokens": 7},
    )
    assert split_generation("cascade:pocketsphinx+mock:echo", {"llm.seed": 1})[1] == {}
