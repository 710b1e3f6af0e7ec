"""Hazards of ``vllm:``: dropped or cut audio, a request that fails its neighbours, an argument that is ignored.

vLLM itself is a stub (``stubs/vllm_stub.py``), written from release 0.33.0 and compared with it in ``test_vllm_stub``.
"""

from __future__ import annotations

import base64
import io
import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

from harness.audio import AudioRef
from harness.errors import (
    AdapterError,
    AudioDroppedError,
    MissingDependencyError,
    UnknownNameError,
    UsageError,
)
from harness.types import Audio, Generation, Message, Request, Response, Text
from model_adapters.vllm.adapter import VLLMAdapter
from model_adapters.vllm.audio import AudioMeasure, conversation
from tests.model_adapters.stubs.vllm_stub import VLLMValidationError, World, installed
from tests.support import clips

COMMIT = "0123456789abcdef0123456789abcdef01234567"
HUB = "organisation/listener"


@pytest.fixture
def checkpoint(tmp_path: Path) -> Path:
    folder = tmp_path / "checkpoint"
    folder.mkdir()
    config = {"model_type": "listener", "audio_config": {"d_model": 8}}
    (folder / "config.json").write_text(json.dumps(config))
    (folder / "preprocessor_config.json").write_text(json.dumps({"sampling_rate": 16_000}))
    return folder


Opened = Callable[..., VLLMAdapter]


@pytest.fixture
def make(checkpoint: Path) -> Iterator[Opened]:
    """``make(world={…}, argument=…)``: an open adapter in such a world."""
    opened: list[Any] = []

    def build(
        target: str | None = None, world: dict[str, Any] | None = None, **arguments: Any
    ) -> VLLMAdapter:
        stub = installed(**(world or {}))
        stub.__enter__()
        adapter = VLLMAdapter(target or str(checkpoint), **arguments)
        opened.append((adapter, stub))
        adapter.info = adapter.open()  # type: ignore[attr-defined]
        return adapter

    yield build
    for adapter, stub in reversed(opened):
        adapter.close()
        stub.__exit__(None, None, None)


@pytest.fixture
def world() -> World:
    from tests.model_adapters.stubs.vllm_stub import WORLD

    return WORLD


def request(
    *parts: str | Audio, key: str = "", system: str | None = None, **generation: Any
) -> Request:
    content = tuple(Text(part) if isinstance(part, str) else part for part in parts)
    before = [] if system is None else [Message("system", (Text(system),))]
    names = [part if isinstance(part, str) else part.path for part in parts]
    return Request(
        key or repr([names, system, sorted(generation.items())]),
        (*before, Message("user", content)),
        Generation.from_arguments({"max_new_tokens": 12, **generation}),
    )


def clip(seconds: float = 1.0, seed: int = 0, rate: int = 16_000) -> AudioRef:
    samples = clips.noise(seconds, seed, rate)
    return AudioRef(clips.encoded(samples, rate), f"noise_{seconds}_{seed}.wav")


def answer(adapter: VLLMAdapter, one: Request) -> Response:
    (response,) = adapter.generate_batch([one])
    return response


# --- opening -----------------------------------------------------------------------------------


def test_without_vllm_the_pip_command_is_said(
    checkpoint: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "vllm", None)
    adapter = VLLMAdapter(
        str(checkpoint), dtype="float16", no_such_argument=1
    )  # nothing is imported yet
    with pytest.raises(MissingDependencyError, match=r"pip install 'lalm-harness\[vllm\]'"):
        adapter.open()


def test_a_release_without_tokenization_kwargs_is_too_old(
    checkpoint: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with installed():
        monkeypatch.setattr(sys.modules["vllm"].LLM, "chat", lambda self, messages: None)
        with pytest.raises(MissingDependencyError, match="too old"):
            VLLMAdapter(str(checkpoint)).open()


def test_names_are_those_of_the_installed_vllm(make: Opened, world: World) -> None:
    with pytest.raises(UnknownNameError, match="did you mean: tensor_parallel_size") as caught:
        make(tensor_paralel_size=2)
    assert "max_audio_seconds" in str(caught.value) and "vLLM 0.33.0" in str(caught.value)
    with pytest.raises(UnknownNameError, match="did you mean: enable_thinking"):
        make(enable_thinkng=True)
    for hidden in ("_api_process_count", "kwargs", "model"):
        with pytest.raises(UnknownNameError):
            make(**{hidden: 1})
    assert not world.made
    make(tensor_parallel_size=2, max_model_len=2048, gpu_memory_utilization=0.5)
    made = world.made[0].arguments
    assert (made.tensor_parallel_size, made.max_model_len, made.gpu_memory_utilization) == (
        2,
        2048,
        0.5,
    )


def test_own_arguments_are_checked_before_anything_is_loaded(checkpoint: Path) -> None:
    for wrong in (
        {"max_clips": "two"},
        {"enable_thinking": 1},
        {"reasoning_marks": "<think>"},
        {"chat_template": "no/such/file"},
        {"chat_template_kwargs": "[1]"},
        {"chat_template_kwargs": "{"},
    ):
        with pytest.raises(UsageError):
            VLLMAdapter(str(checkpoint), **wrong)


def test_json_arguments(make: Opened, world: World) -> None:
    make(limit_mm_per_prompt='{"image": 0}', max_clips=2, mm_processor_kwargs='{"window": 30}')
    made = world.made[0].arguments
    assert made.limit_mm_per_prompt == {"image": 0, "audio": 2}
    assert made.mm_processor_kwargs == {"window": 30}
    with pytest.raises(UsageError, match="not JSON"):
        make(mm_processor_kwargs="{window: 30}")
    with pytest.raises(UsageError, match="max_clips"):
        make(limit_mm_per_prompt='{"audio": 3}', max_clips=2)


def test_a_value_that_vllm_refuses_is_the_users_fault(make: Opened) -> None:
    with pytest.raises(UsageError, match="-M dtype: vLLM refuses the value 'float64'"):
        make(dtype="float64")


def test_a_checkpoint_that_cannot_be_loaded(make: Opened, checkpoint: Path) -> None:
    with pytest.raises(AdapterError, match="cannot load the checkpoint: OSError"):
        make("organisation/no-such")
    with pytest.raises(UsageError, match="no such checkpoint folder"):
        make("./no/such/folder")
    (checkpoint / "config.json").write_text(json.dumps({"model_type": "llama", "hidden_size": 8}))
    with pytest.raises(AdapterError, match="no audio encoder"):
        make()
    (checkpoint / "config.json").unlink()
    with pytest.raises(AdapterError, match=r"no config\.json"):
        make()
    (checkpoint / "params.json").write_text("{}")  # Mistral's own form
    make()


def test_clips_stay_between_their_texts(make: Opened, world: World) -> None:
    make()
    assert world.made[0].arguments.interleave_mm_strings is True


def test_log_goes_to_stderr_unless_the_user_says_otherwise(
    make: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    """``--json`` writes to stdout, where vLLM logs by default."""
    import os

    monkeypatch.setenv("VLLM_LOGGING_LEVEL", "DEBUG")
    monkeypatch.delenv("VLLM_LOGGING_STREAM", raising=False)
    make()
    assert os.environ["VLLM_LOGGING_STREAM"] == "ext://sys.stderr"
    assert os.environ["VLLM_LOGGING_LEVEL"] == "DEBUG"


@pytest.mark.parametrize(
    ("files", "rate"),
    [
        ({"preprocessor_config.json": {"sampling_rate": 24_000}}, 24_000),
        ({"preprocessor_config.json": {}, "processor_config.json": {"audio": {"sampling_rate": 8000}}}, 8000),
        ({"preprocessor_config.json": {"sampling_rate": "fast"}}, 16_000),
    ],
)  # fmt: skip
def test_clips_have_the_rate_that_the_processor_names(
    make: Opened, checkpoint: Path, files: dict[str, Any], rate: int
) -> None:
    for name, content in files.items():
        (checkpoint / name).write_text(json.dumps(content))
    assert make().info.sampling_rate == rate  # type: ignore[attr-defined]
    assert make(sampling_rate=11_025).info.sampling_rate == 11_025  # type: ignore[attr-defined]


# --- code of a checkpoint ----------------------------------------------------------------------


def test_code_of_a_hub_model_needs_its_commit(
    make: Opened, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, world: World
) -> None:
    fetched = []

    def download(repo: str, name: str, revision: str) -> str:
        from huggingface_hub.errors import EntryNotFoundError

        fetched.append((repo, name, revision))
        if name != "config.json":
            raise EntryNotFoundError("none")
        return str(tmp_path / "fetched.json")

    monkeypatch.setattr("huggingface_hub.hf_hub_download", download)
    (tmp_path / "fetched.json").write_text(json.dumps({"auto_map": {"AutoConfig": "code.Config"}}))
    for revision in (None, "main", COMMIT[:12], COMMIT.upper()):
        given = {} if revision is None else {"revision": revision}
        with pytest.raises(UsageError, match="pinned commit"):
            make(HUB, trust_remote_code=True, **given)
    assert not fetched and not world.made
    make(HUB, trust_remote_code=True, revision=COMMIT)
    assert {(repo, revision) for repo, _, revision in fetched} == {(HUB, COMMIT)}
    made = world.made[0].arguments
    assert (made.trust_remote_code, made.revision, made.code_revision) == (True, COMMIT, COMMIT)
    for other in ("tokenizer", "code_revision", "tokenizer_revision", "hf_config_path"):
        with pytest.raises(UsageError, match=f"not together with {other}"):
            make(HUB, trust_remote_code=True, revision=COMMIT, **{other: "organisation/other"})
    elsewhere = {"auto_map": {"AutoTokenizer": ["organisation/other--code.Tokenizer", None]}}
    (tmp_path / "fetched.json").write_text(json.dumps(elsewhere))
    with pytest.raises(UsageError, match="another repository"):
        make(HUB, trust_remote_code=True, revision=COMMIT)


def test_code_in_a_folder(make: Opened, checkpoint: Path) -> None:
    plain = make().info.fingerprint  # type: ignore[attr-defined]
    (checkpoint / "code.py").write_text("A = 1")
    first = make(trust_remote_code=True).info.fingerprint  # type: ignore[attr-defined]
    (checkpoint / "code.py").write_text("A = 2")
    second = make(trust_remote_code=True).info.fingerprint  # type: ignore[attr-defined]
    assert len({plain, first, second}) == 3
    nested = {"processor": {"auto_map": {"AutoProcessor": "organisation/other--code.Processor"}}}
    (checkpoint / "processor_config.json").write_text(json.dumps(nested))
    with pytest.raises(UsageError, match=r"lies in another repository, organisation/other"):
        make(trust_remote_code=True)
    make()  # not looked at


# --- LoRA --------------------------------------------------------------------------------------


def test_lora(make: Opened, tmp_path: Path, world: World) -> None:
    folder = tmp_path / "lora"
    with pytest.raises(UsageError, match="no folder with a LoRA adapter"):
        make(lora=str(folder))
    folder.mkdir()
    config = {"r": 9, "rank_pattern": {"layer": 40}}
    (folder / "adapter_config.json").write_text(json.dumps(config))
    (folder / "adapter_model.safetensors").write_bytes(b"1")
    base = make()
    tuned = make(lora=str(folder))
    made = world.made[-1].arguments
    assert made.enable_lora and made.max_lora_rank == 64
    one = request(clip(), "What is it?")
    assert answer(tuned, one).text != answer(base, one).text
    fingerprint = tuned.info.fingerprint  # type: ignore[attr-defined]
    assert fingerprint != base.info.fingerprint  # type: ignore[attr-defined]
    (folder / "adapter_model.safetensors").write_bytes(b"22")
    assert make(lora=str(folder)).info.fingerprint != fingerprint  # type: ignore[attr-defined]
    (folder / "adapter_config.json").write_text(json.dumps({"r": 1024}))
    with pytest.raises(UsageError, match="ranks up to 512"):
        make(lora=str(folder))


# --- what is asked -----------------------------------------------------------------------------


def decoded(part: dict[str, Any]) -> tuple[Any, int]:
    data = part["audio_url"]["url"].partition(",")[2]
    return soundfile.read(io.BytesIO(base64.b64decode(data)), dtype="float32")  # type: ignore[no-any-return]


def test_parts_in_reading_order_and_samples_unchanged() -> None:
    first, second = clip(0.5, 1), clip(0.25, 2, rate=22_050)  # resampled: not 16-bit any more
    (system, user) = conversation(
        request("A: ", first, " B: ", "then ", second, system="Be short.").messages, 16_000
    )
    assert system == {"role": "system", "content": "Be short."}
    kinds = [part["type"] for part in user["content"]]
    assert kinds == ["text", "audio_url", "text", "audio_url"]
    assert [part["text"] for part in user["content"][::2]] == ["A: ", " B: then "]
    for part, ref in zip(user["content"][1::2], (first, second), strict=True):
        samples, rate = decoded(part)
        assert rate == 16_000
        np.testing.assert_array_equal(samples, ref.decode(16_000))


def test_a_clip_alone_is_a_message() -> None:
    (message,) = conversation(request(clip()).messages, 8000)
    assert [part["type"] for part in message["content"]] == ["audio_url"]
    samples, rate = decoded(message["content"][0])
    assert (len(samples), rate) == (8000, 8000)


def test_what_the_template_gets(make: Opened, tmp_path: Path) -> None:
    template = tmp_path / "template.jinja"
    template.write_text("{{ messages }}")
    one = request(clip(), "What is it?")
    adapters = [
        make(),
        make(enable_thinking=False),
        make(chat_template_kwargs='{"language": "en"}'),
        make(chat_template_kwargs='{"language": "en"}', enable_thinking=True),
        make(chat_template=str(template)),
    ]
    assert len({answer(adapter, one).text for adapter in adapters}) == len(adapters)
    assert len({adapter.info.fingerprint for adapter in adapters}) == len(adapters)  # type: ignore[attr-defined]


def test_greedy_by_default_and_own_values_of_the_checkpoint(make: Opened, world: World) -> None:
    adapter = make(world={"own": {"temperature": 0.6, "top_k": 20, "repetition_penalty": 1.1}})
    answer(adapter, request(clip(), "a"))
    greedy = world.parameters[-1]
    assert (greedy.temperature, greedy.top_k, greedy.seed) == (0.0, 0, None)
    assert (greedy.repetition_penalty, greedy.max_tokens) == (1.1, 12)
    answer(adapter, request(clip(), "a", do_sample=True, repetition_penalty=1.2, top_p=0.5))
    drawn = world.parameters[-1]
    assert (drawn.temperature, drawn.top_k, drawn.top_p) == (0.6, 20, 0.5)
    assert drawn.repetition_penalty == 1.2 and drawn.seed is not None


@pytest.mark.parametrize(
    ("generation", "message"),
    [
        ({"num_beams": 4}, "vLLM's sampler has no num_beams"),
        ({"no_repeat_ngram_size": 3}, "no no_repeat_ngram_size"),
        ({"temprature": 1}, "did you mean: temperature"),
        ({"max_new_tokens": 0}, "an integer of at least 1"),
        ({"temperature": 3.0}, "vLLM refuses the generation arguments: VLLMValidationError: temperature"),
    ],
)  # fmt: skip
def test_generation_arguments_that_cannot_be(
    make: Opened, generation: dict[str, Any], message: str
) -> None:
    with pytest.raises(UsageError, match=message):
        answer(make(), request(clip(), "a", **generation))


def test_neutral_generation_arguments_mean_nothing(make: Opened) -> None:
    adapter = make()
    plain = answer(adapter, request(clip(), "a"))
    neutral = {"num_beams": 1, "no_repeat_ngram_size": 0, "length_penalty": 1.0, "top_p": None}
    assert answer(adapter, request(clip(), "a", **neutral)).text == plain.text


def test_a_drawn_answer_depends_on_its_request_alone(make: Opened, world: World) -> None:
    adapter = make()
    requests = [
        request(clip(), "Again.", key=f"key {i}", temperature=0.8, seed=3) for i in range(4)
    ]
    together = [response.text for response in adapter.generate_batch(requests)]
    assert len(set(together)) == 4  # repeats differ
    assert [answer(adapter, one).text for one in requests[::-1]] == together[::-1]
    other = request(clip(), "Again.", key="key 0", temperature=0.8, seed=4)
    assert answer(adapter, other).text != together[0]
    assert len({id(one) for one in world.parameters}) == len(world.parameters)  # never shared


# --- what comes back ---------------------------------------------------------------------------


def test_finish_usage_and_stop_strings(make: Opened, world: World) -> None:
    adapter = make()
    cut = answer(adapter, request(clip(2.0), "a", max_new_tokens=3))
    assert (cut.finish, cut.error) == ("length", None)
    assert cut.usage == {
        "prompt_tokens": 55,
        "completion_tokens": 3,
        "prompt_tokens_details": {"audio_tokens": 50},
    }
    whole = answer(adapter, request(clip(), "a", max_new_tokens=100))
    assert whole.finish == "stop" and whole.text
    stop = whole.text[10:12]
    stopped = answer(adapter, request(clip(), "a", max_new_tokens=100, until=[stop, ""]))
    assert (stopped.text, stopped.finish) == (whole.text[: whole.text.find(stop)], "stop")
    assert world.parameters[-1].stop == [stop]
    text = answer(adapter, request("No clip."))
    assert text.text and "prompt_tokens_details" not in (text.usage or {})


@pytest.mark.parametrize("finish", ["abort", "error", "repetition"])
def test_an_aborted_answer_is_no_answer(make: Opened, finish: str) -> None:
    response = answer(make(world={"finish": finish}), request(clip(), "a"))
    assert response.text is None
    assert (
        response.error is not None and response.error.kind == "aborted" and response.error.retryable
    )


def test_reasoning_is_cut_and_kept(make: Opened, world: World) -> None:
    adapter = make(world={"text": "<think>It barks.\nSo</think> a dog\nbarks"})
    response = answer(adapter, request(clip(), "a", until=["\n"]))
    # Not said that it reasons: vLLM stops at the first stop string, inside the reasoning.
    assert (response.text, response.reasoning) == ("", "It barks.")
    adapter = make(
        world={"text": "<think>It barks.\nSo</think> a dog\nbarks"}, enable_thinking=True
    )
    response = answer(adapter, request(clip(), "a", until=["\n"]))
    assert (response.text, response.reasoning, response.finish) == (
        "a dog",
        "It barks.\nSo",
        "stop",
    )
    assert world.parameters[-1].stop is None and world.parameters[-1].skip_special_tokens


def test_marks_of_reasoning_may_be_special_tokens(make: Opened, world: World) -> None:
    adapter = make(
        world={"text": "[THINK]It barks.[/THINK]dog"}, reasoning_marks="[THINK] [/THINK]"
    )
    response = answer(adapter, request(clip(), "a"))
    assert (response.text, response.reasoning) == ("dog", "It barks.")
    assert world.parameters[-1].skip_special_tokens is False


# --- failures ----------------------------------------------------------------------------------


def test_a_prompt_that_is_too_long_fails_alone(make: Opened, world: World) -> None:
    adapter = make(max_model_len=1000)
    good = [request(clip(0.5, seed), f"Question {seed}") for seed in range(7)]
    alone = [answer(adapter, one).text for one in good]
    world.chats.clear()
    responses = adapter.generate_batch([*good[:3], request(clip(), "so " * 1000), *good[3:]])
    assert [response.text for i, response in enumerate(responses) if i != 3] == alone
    error = responses[3].error
    assert error is not None and error.kind == "request" and "maximum model length" in error.message
    assert not error.retryable
    assert sorted(world.chats) == [1, 1, 2, 2, 4, 4, 8]  # halved, not asked one by one


def test_errors_of_older_releases_are_values_too(
    make: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Up to 0.26 there is no ``VLLMClientError``, and a refused prompt is a ``ValueError``."""
    adapter = make(world={"broken": {"poison": (ValueError("too long"), False)}})
    monkeypatch.delattr(sys.modules["vllm.exceptions"], "VLLMClientError")
    good, bad = adapter.generate_batch([request(clip(), "a"), request(clip(), "poison")])
    assert good.error is None and bad.error is not None


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (VLLMValidationError("Maximum file size exceeded"), "audio_too_long"),
        (ValueError("Audio exceeds … Set VLLM_MAX_AUDIO_DECODE_DURATION_S to"), "audio_too_long"),
        (RuntimeError("Kernel size can't be greater than actual input size"), "request"),
        (KeyError("audio"), "request"),
    ],
)
def test_what_the_processor_cannot_take(make: Opened, error: Exception, kind: str) -> None:
    adapter = make(world={"broken": {"poison": (error, False)}})
    good, bad = adapter.generate_batch([request(clip(), "a"), request(clip(), "poison")])
    assert good.error is None
    assert bad.error is not None and bad.error.kind == kind


def test_a_template_that_refuses_a_prompt(make: Opened) -> None:
    from jinja2 import TemplateError

    error = TemplateError("roles must alternate")
    adapter = make(world={"broken": {"poison": (error, False)}})
    response = answer(adapter, request(clip(), "poison"))
    assert response.error is not None and "roles must alternate" in response.error.message


def test_too_many_clips(make: Opened) -> None:
    adapter = make(world={"single_clip": True})
    response = answer(adapter, request(clip(), clip(1.0, 1), "a"))
    assert response.error is not None and response.error.kind == "too_many_clips"
    assert make(max_clips=3).info.max_clips == 3  # type: ignore[attr-defined]


def test_a_clip_that_cannot_be_read(make: Opened) -> None:
    bad = AudioRef(b"this is not audio", "broken.wav")
    good, broken = make().generate_batch([request(clip(), "a"), request(bad, "a")])
    assert good.error is None
    assert broken.error is not None and broken.error.kind == "audio"


def test_a_dead_engine_ends_the_run(make: Opened) -> None:
    adapter = make(world={"die_after": 6})  # four of them are the probes
    assert answer(adapter, request(clip(), "a")).error is None
    with pytest.raises(AdapterError, match="engine died: EngineDeadError") as caught:
        adapter.generate_batch([request(clip(), word) for word in "abc"])
    assert caught.value.exit_code == 4


@pytest.mark.parametrize(
    ("error", "holds"),
    [
        (RuntimeError("CUDA error: device-side assert triggered"), False),
        (RuntimeError("CUDA out of memory"), False),
        (ValueError("in the middle of a step"), True),
        (TimeoutError("no answer"), False),
    ],
)
def test_a_broken_engine_is_no_error_of_a_request(
    make: Opened, error: Exception, holds: bool
) -> None:
    """An engine that still holds requests would give their answers to the next ones."""
    adapter = make(world={"broken": {"poison": (error, holds)}})
    with pytest.raises(AdapterError):
        adapter.generate_batch([request(clip(), "a"), request(clip(), "poison")])


def test_outputs_that_are_not_those_of_the_requests(
    make: Opened, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    adapter = make()
    chat = type(world.made[0]).chat
    monkeypatch.setattr(
        type(world.made[0]), "chat", lambda self, *a, **k: [*chat(self, *a, **k), None]
    )
    with pytest.raises(AdapterError, match="2 outputs for 1 requests"):
        answer(adapter, request(clip(), "a"))


def test_missing_audio_packages_are_not_errors_of_requests(make: Opened) -> None:
    adapter = make(world={"broken": {"poison": (ImportError("install vllm[audio]"), False)}})
    with pytest.raises(MissingDependencyError, match=r"lalm-harness\[vllm\]"):
        answer(adapter, request(clip(), "poison"))


# --- audio must arrive -------------------------------------------------------------------------


def test_a_deaf_template_is_found_at_start_up(make: Opened, world: World) -> None:
    with pytest.raises(AudioDroppedError, match="same with a clip and without"):
        make(world={"deaf": True})
    assert world.alive == 0 and len(world.made) == 1  # the engine was ended


def test_audio_that_is_dropped_later_ends_the_run(make: Opened, world: World) -> None:
    adapter = make()
    world.deaf = True
    with pytest.raises(AudioDroppedError, match="1 clips, its prompt has 0 audio tokens"):
        adapter.generate_batch([request("No clip."), request(clip(), "a")])
    assert answer(adapter, request("No clip.")).error is None


def test_a_model_that_takes_no_audio(make: Opened) -> None:
    error = ValueError("At most 0 audio(s) may be provided in one prompt.")
    with pytest.raises(AdapterError, match=r"no prompt with audio can be built: .*At most 0 audio"):
        make(world={"broken": {"What": (error, False)}})


def test_the_window_is_measured(make: Opened) -> None:
    adapter = make(world={"cut": 30.0})
    info = adapter.info  # type: ignore[attr-defined]
    assert info.max_audio_seconds == 30.0 and info.description["audio_window"] == "measured"
    response = answer(adapter, request(clip(30.5), "a"))
    assert response.error is not None and response.error.kind == "audio_too_long"
    assert answer(adapter, request(clip(30.0), "a")).error is None


def test_audio_that_is_cut_later_is_an_error(make: Opened) -> None:
    adapter = make(world={"cut": 60.0})
    info = adapter.info  # type: ignore[attr-defined]
    assert info.max_audio_seconds is None and info.description["audio_window"] == "no limit found"
    whole, cut, several = adapter.generate_batch(
        [
            request(clip(59.0), "a"),
            request(clip(70.0), "a"),
            request(*(clip(20.0, seed) for seed in range(4)), "a"),
        ]
    )
    assert whole.error is None and several.error is None
    assert cut.error is not None and cut.error.kind == "audio_too_long"


def test_a_window_that_the_user_stretches_too_far(make: Opened) -> None:
    adapter = make(world={"cut": 30.0}, max_audio_seconds=60)
    assert adapter.info.max_audio_seconds == 60  # type: ignore[attr-defined]
    response = answer(adapter, request(clip(50.0), "a"))
    assert response.error is not None and "processor cut the audio" in response.error.message


def test_a_model_with_a_fixed_number_of_tokens(make: Opened, world: World) -> None:
    """Its prompt is as long for every clip, so nothing shows what is cut: the usual window is assumed."""
    adapter = make(world={"per_second": 0})
    info = adapter.info  # type: ignore[attr-defined]
    assert info.max_audio_seconds == 30.0 and info.description["audio_window"] == "assumed"
    response = answer(adapter, request(clip(), "a"))
    assert response.usage is not None
    assert response.usage["prompt_tokens_details"] == {"audio_tokens": 188}
    world.deaf = True
    with pytest.raises(AudioDroppedError):
        answer(adapter, request(clip(), "a"))


def test_a_context_too_short_for_the_probes_does_not_matter(make: Opened) -> None:
    adapter = make(max_model_len=200)
    assert adapter.info.max_audio_seconds is None  # type: ignore[attr-defined]
    assert answer(adapter, request(clip(2.0), "a")).error is None


def test_a_clip_too_short_to_leave_a_trace() -> None:
    measure = AudioMeasure(token=7)
    error = measure.check([1, 2], [0.01], "m")
    assert error is not None and error.kind == "audio_too_short"
    with pytest.raises(AudioDroppedError):
        measure.check([1, 2], [0.6], "m")
    with pytest.raises(AudioDroppedError):
        measure.check([1, 7], [1.0, 1.0], "m")


# --- identity and end --------------------------------------------------------------------------


def test_what_changes_the_fingerprint(make: Opened, checkpoint: Path) -> None:
    def fingerprint(**arguments: Any) -> str:
        return str(make(**arguments).info.fingerprint)  # type: ignore[attr-defined]

    plain = fingerprint()
    assert plain.startswith("vllm:") and fingerprint() == plain
    same: list[dict[str, Any]] = [
        {"tensor_parallel_size": 2, "gpu_memory_utilization": 0.5, "enforce_eager": True},
        {"max_clips": 4},
        {"max_audio_seconds": 20.0},
        {"seed": 3},
    ]
    assert {fingerprint(**one) for one in same} == {plain}
    changed: list[dict[str, Any]] = [
        {"dtype": "float16"},
        {"quantization": "fp8"},
        {"max_model_len": 2048},
        {"mm_processor_kwargs": '{"a": 1}'},
        {"sampling_rate": 8000},
        {"reasoning_marks": "[A] [B]"},
        {"reasoning_marks": "<think> </think>"},  # stop strings count in the answer only
    ]
    assert len({plain, *(fingerprint(**one) for one in changed)}) == len(changed) + 1
    (checkpoint / "model.safetensors").write_bytes(b"1")
    assert fingerprint() != plain


def test_the_fingerprint_of_a_hub_model_is_its_commit(
    make: Opened, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    adapter = make(HUB, world={"commit": COMMIT})
    assert adapter.info.fingerprint == f"vllm:{HUB}@{COMMIT}"  # type: ignore[attr-defined]
    # Mistral's own configuration has no commit; the folder of the hub's cache has.
    stored = tmp_path / "snapshots" / COMMIT / "params.json"
    monkeypatch.setattr(
        "huggingface_hub.try_to_load_from_cache",
        lambda repo, name, revision: str(stored) if name == "params.json" else None,
    )
    adapter = make(HUB, world={"commit": None})
    assert adapter.info.fingerprint == f"vllm:{HUB}@{COMMIT}"  # type: ignore[attr-defined]


def test_close_ends_the_engine(make: Opened, world: World) -> None:
    adapter = make()
    assert world.alive == 1
    adapter.close()
    assert world.alive == 0
    adapter.close()
    with pytest.raises(UsageError, match="not open"):
        answer(adapter, request(clip(), "a"))


# --- the command -------------------------------------------------------------------------------


def test_evaluate(cli: Any, checkpoint: Path, tmp_path: Path) -> None:
    with installed():
        run = ("evaluate", f"vllm:{checkpoint}", "-t", "quickstart_choice", "-L", "3")
        found = cli(*run, "-M", "dtype=float16", "--batch-size", "64", "-o", tmp_path / "run")
        assert found.code == 0, found.err
        lines = (tmp_path / "run" / "responses.jsonl").read_text(encoding="utf-8").split("\n")[:-1]
        assert len(lines) == 3
        assert all(json.loads(line)["usage"]["prompt_tokens_details"] for line in lines)
        found = cli(*run, "-M", "dtpe=float16", "-o", tmp_path / "typo")
        assert (found.code, "did you mean: dtype" in found.err) == (2, True)
    with installed(deaf=True):
        found = cli(*run, "-o", tmp_path / "deaf")
        assert found.code == 4 and "Traceback" not in found.err
    with installed(die_after=5):
        found = cli(*run, "-o", tmp_path / "dead")
        assert found.code == 4 and "engine died" in found.err
