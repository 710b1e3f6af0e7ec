"""A ``vllm`` package without a model: the calls that the adapter makes, written from release 0.33.0.

Signatures (vllm-project/vllm, the wheel of 0.33.0): ``LLM.__init__`` vllm/entrypoints/llm.py:177, ``LLM.chat`` :616,
``LLM.get_default_sampling_params`` :410; ``EngineArgs`` vllm/engine/arg_utils.py:489 (some of its fields);
``SamplingParams`` vllm/sampling_params.py:271 (some), ``StructuredOutputsParams`` of the same module (one field); ``CompletionOutput`` vllm/outputs.py:59, ``RequestOutput`` :137;
``LoRARequest`` vllm/lora/request.py:8; ``VLLMValidationError`` vllm/exceptions.py:28, which is no ``ValueError``;
``EngineDeadError`` vllm/v1/engine/exceptions.py:12; ``LLMEngine.has_unfinished_requests``
vllm/v1/engine/llm_engine.py:203, ``EngineCoreClient.shutdown`` vllm/v1/engine/core_client.py:176.
``test_vllm_stub.py`` compares them with an upstream source that is at hand.

Behaviour after the same release. A chat becomes token ids in which one id, repeated, stands for a clip. A batch is
rendered and added one by one (entrypoints/common/offline.py:496), and a prompt that is refused aborts those that were
added and raises. A prompt as long as ``max_model_len`` is refused (v1/engine/input_processor.py:569), one clip too
many as well (multimodal/processing/context.py:608). ``SamplingParams`` are changed by the call (offline.py:534). The
reply is words made of a digest of prompt, samples, adapter and seed, so neighbours cannot matter.

``World`` says what goes wrong.
"""

from __future__ import annotations

import base64
import hashlib
import io
import sys
import types
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib.machinery import ModuleSpec
from typing import Any, Literal

import numpy as np
import pydantic
import soundfile

AUDIO, AUDIO_BEGIN, AUDIO_END, BOS = 7, 5, 6, 1
WORDS = 40
"""Length of a reply that nothing ends earlier."""


@dataclass
class World:
    """How the stub's model and engine are.

    Attributes:
        per_second: audio tokens for a second; 0 for ``fixed`` tokens whatever the length.
        cut: seconds that the processor takes of a clip, ``None`` for all.
        deaf: the template has no place for audio.
        single_clip: the model takes one clip per prompt.
        text: a reply instead of the words.
        finish: a finish reason instead of the true one.
        own: sampling values of the checkpoint's ``generation_config.json``.
        commit: of a hub model.
        die_after: answers after which the engine is dead.
        broken: exception that a prompt with this word raises, and whether the engine then still holds requests.
        made: engines that were built; ``alive`` those that were not ended.
        chats: sizes of the batches that were asked for.
    """

    per_second: int = 25
    fixed: int = 188
    cut: float | None = None
    deaf: bool = False
    single_clip: bool = False
    text: str | None = None
    finish: str | None = None
    own: dict[str, Any] = field(default_factory=dict)
    commit: str | None = "c" * 40
    die_after: int | None = None
    broken: dict[str, tuple[Exception, bool]] = field(default_factory=dict)
    made: list[LLM] = field(default_factory=list)
    alive: int = 0
    chats: list[int] = field(default_factory=list)
    parameters: list[SamplingParams] = field(default_factory=list)


WORLD = World()


class MisuseError(BaseException):
    """The adapter does what it should not; no ``Exception``, so it is never taken for an error of vLLM."""


class VLLMError(Exception):
    pass


class VLLMClientError(VLLMError):
    pass


class VLLMServerError(VLLMError):
    pass


class VLLMValidationError(VLLMClientError):
    def __init__(self, message: str, *, parameter: str | None = None, value: Any = None) -> None:
        super().__init__(message)
        self.parameter = parameter
        self.value = value


class EngineDeadError(VLLMServerError):
    def __init__(self, *args: Any, suppress_context: bool = False, **kwargs: Any) -> None:
        super().__init__("EngineCore encountered an issue.", *args, **kwargs)


@dataclass
class StructuredOutputsParams:
    json: str | dict[str, Any] | None = None


@dataclass
class SamplingParams:
    presence_penalty: float = 0.0
    frequency_penalty: float = 0.0
    repetition_penalty: float = 1.0
    temperature: float = 1.0
    top_p: float = 1.0
    top_k: int = 0
    min_p: float = 0.0
    seed: int | None = None
    stop: str | list[str] | None = None
    max_tokens: int | None = 16
    skip_special_tokens: bool = True
    output_kind: int = 0
    structured_outputs: StructuredOutputsParams | None = None

    def __post_init__(self) -> None:
        if not 0.0 <= self.temperature <= 2.0:
            raise VLLMValidationError(f"temperature must be in [0, 2], got {self.temperature}.")
        if not 0.0 < self.top_p <= 1.0:
            raise VLLMValidationError(f"top_p must be in (0, 1], got {self.top_p}.")
        if not -2.0 <= self.presence_penalty <= 2.0:
            raise VLLMValidationError(
                f"presence_penalty must be in [-2, 2], got {self.presence_penalty}."
            )
        if any(not stop for stop in self.stop or []):
            raise VLLMValidationError("stop cannot contain an empty string.")


class LoRARequest:
    def __init__(
        self,
        lora_name: str,
        lora_int_id: int,
        lora_path: str = "",
        base_model_name: str | None = None,
        load_inplace: bool = False,
        is_3d_lora_weight: bool = False,
    ) -> None:
        self.lora_name, self.lora_int_id, self.lora_path = lora_name, lora_int_id, lora_path
        if lora_int_id < 1:
            raise ValueError(f"id must be > 0, got {lora_int_id}")
        assert lora_path, "lora_path cannot be empty"


@dataclass
class CompletionOutput:
    index: int
    text: str
    token_ids: Sequence[int]
    cumulative_logprob: float | None
    logprobs: Any
    routed_experts: Any = None
    finish_reason: str | None = None
    stop_reason: int | str | None = None
    lora_request: LoRARequest | None = None
    sampling_mask: Any = None
    spec_decode_metrics: Any = None
    weight_versions: Any = None


class RequestOutput:
    def __init__(
        self,
        request_id: str,
        prompt: str | None,
        prompt_token_ids: list[int] | None,
        prompt_logprobs: Any,
        outputs: list[CompletionOutput],
        finished: bool,
        metrics: Any = None,
        lora_request: LoRARequest | None = None,
        encoder_prompt: str | None = None,
        encoder_prompt_token_ids: list[int] | None = None,
        num_cached_tokens: int | None = None,
        num_cache_creation_tokens: int | None = None,
        *,
        prompt_token_id_logprobs: Any = None,
        kv_transfer_params: dict[str, Any] | None = None,
        ec_transfer_params: dict[str, Any] | None = None,
        **kwargs: Any,
    ) -> None:
        self.request_id = request_id
        self.prompt_token_ids = prompt_token_ids
        self.outputs = outputs


@dataclass
class EngineArgs:
    model: str = "Qwen/Qwen3-0.6B"
    tokenizer: str | None = None
    hf_config_path: str | None = None
    tokenizer_mode: str = "auto"
    trust_remote_code: bool = False
    dtype: str = "auto"
    seed: int = 0
    max_model_len: int = 4096
    tensor_parallel_size: int = 1
    _api_process_count: int = 1
    gpu_memory_utilization: float = 0.92
    revision: str | None = None
    code_revision: str | None = None
    tokenizer_revision: str | None = None
    quantization: str | None = None
    enforce_eager: bool = False
    limit_mm_per_prompt: dict[str, int] = field(default_factory=dict)
    interleave_mm_strings: bool = False
    mm_processor_kwargs: dict[str, Any] | None = None
    enable_lora: bool = False
    max_lora_rank: int = 16
    disable_log_stats: bool = False

    def __post_init__(self) -> None:
        _ModelConfig(dtype=self.dtype, max_model_len=self.max_model_len)


class _ModelConfig(pydantic.BaseModel):
    """vLLM's configurations are pydantic data classes, so a wrong value is a ``ValidationError``."""

    dtype: Literal["auto", "half", "float16", "bfloat16", "float", "float32"]
    max_model_len: int


class EngineCore:
    def __init__(self) -> None:
        self.running = True

    def shutdown(self, timeout: float | None = None) -> None:
        WORLD.alive -= self.running
        self.running = False


class LLMEngine:
    def __init__(self, arguments: EngineArgs) -> None:
        self.engine_core = EngineCore()
        self.unfinished = 0
        commit = None if arguments.model.startswith("/") else WORLD.commit
        self.model_config = types.SimpleNamespace(
            hf_config=types.SimpleNamespace(architectures=["StubModel"], _commit_hash=commit),
            dtype="torch.bfloat16",
            max_model_len=arguments.max_model_len,
        )

    def has_unfinished_requests(self) -> bool:
        return self.unfinished > 0


class LLM:
    def __init__(
        self,
        model: str,
        *,
        runner: str = "auto",
        convert: str = "auto",
        tokenizer: str | None = None,
        tokenizer_mode: str = "auto",
        skip_tokenizer_init: bool = False,
        trust_remote_code: bool = False,
        allowed_local_media_path: str = "",
        allowed_media_domains: list[str] | None = None,
        tensor_parallel_size: int = 1,
        dtype: str = "auto",
        quantization: str | None = None,
        revision: str | None = None,
        tokenizer_revision: str | None = None,
        chat_template: str | None = None,
        seed: int = 0,
        gpu_memory_utilization: float = 0.92,
        cpu_offload_gb: float = 0,
        offload_group_size: int = 0,
        offload_num_in_group: int = 1,
        offload_prefetch_step: int = 1,
        offload_params: set[str] | None = None,
        enforce_eager: bool = False,
        enable_return_routed_experts: bool = False,
        return_sampling_mask: bool = False,
        disable_custom_all_reduce: bool = False,
        hf_token: bool | str | None = None,
        hf_overrides: Any = None,
        mm_processor_kwargs: dict[str, Any] | None = None,
        pooler_config: Any = None,
        structured_outputs_config: Any = None,
        profiler_config: Any = None,
        attention_config: Any = None,
        kv_cache_memory_bytes: int | None = None,
        compilation_config: Any = None,
        quantization_config: Any = None,
        logits_processors: list[Any] | None = None,
        spec_method: str | None = None,
        spec_model: str | None = None,
        spec_tokens: int | None = None,
        **kwargs: Any,
    ) -> None:
        self.arguments = EngineArgs(
            model,
            tokenizer=tokenizer,
            trust_remote_code=trust_remote_code,
            tensor_parallel_size=tensor_parallel_size,
            dtype=dtype,
            quantization=quantization,
            revision=revision,
            tokenizer_revision=tokenizer_revision,
            seed=seed,
            enforce_eager=enforce_eager,
            mm_processor_kwargs=mm_processor_kwargs,
            gpu_memory_utilization=gpu_memory_utilization,
            **kwargs,
        )
        if "no-such" in model:
            raise OSError(f"{model} is not a valid model identifier")
        self.llm_engine = LLMEngine(self.arguments)
        self._answers = 0
        WORLD.made.append(self)
        WORLD.alive += 1

    def get_default_sampling_params(self) -> SamplingParams:
        return SamplingParams(**WORLD.own)

    def chat(
        self,
        messages: list[dict[str, Any]] | Sequence[list[dict[str, Any]]],
        sampling_params: SamplingParams | Sequence[SamplingParams] | None = None,
        use_tqdm: bool | Callable[..., Any] = True,
        lora_request: Sequence[LoRARequest] | LoRARequest | None = None,
        priority: int | Sequence[int] | None = None,
        chat_template: str | None = None,
        chat_template_content_format: str = "auto",
        add_generation_prompt: bool = True,
        continue_final_message: bool = False,
        tools: list[dict[str, Any]] | None = None,
        chat_template_kwargs: dict[str, Any] | None = None,
        tokenization_kwargs: dict[str, Any] | None = None,
        mm_processor_kwargs: dict[str, Any] | None = None,
    ) -> list[RequestOutput]:
        if use_tqdm or not isinstance(sampling_params, list):
            raise MisuseError("a progress bar, or one set of parameters for all")
        if tokenization_kwargs != {"add_special_tokens": False}:
            raise MisuseError("a prompt would begin twice in releases up to 0.26")
        if not self.llm_engine.engine_core.running:
            raise EngineDeadError()
        if lora_request is not None and not self.arguments.enable_lora:
            raise VLLMValidationError("Got lora_request but LoRA is not enabled!")
        WORLD.chats.append(len(messages))
        seen = hashlib.sha256(repr([chat_template, chat_template_kwargs]).encode())
        if isinstance(lora_request, LoRARequest):
            seen.update(lora_request.lora_path.encode())
        prompts = []
        for chat, parameters in zip(messages, sampling_params, strict=True):
            if parameters.output_kind:
                raise MisuseError("parameters that an earlier call has changed")
            parameters.output_kind = 2
            try:
                prompts.append(self._render(chat, seen.copy()))
            except VLLMValidationError:
                raise  # those added before are aborted
            except Exception:
                self.llm_engine.unfinished += self._holds
                raise
        WORLD.parameters += sampling_params
        return [
            self._answer(ids, digest, parameters)
            for (ids, digest), parameters in zip(prompts, sampling_params, strict=True)
        ]

    _holds = 0

    def _render(self, chat: list[dict[str, Any]], digest: Any) -> tuple[list[int], Any]:
        ids, clips = [BOS], 0
        for message in chat:
            ids.append(_token(message["role"]))
            content = message["content"]
            for part in (
                [{"type": "text", "text": content}] if isinstance(content, str) else content
            ):
                if part["type"] == "text":
                    self._check_words(part["text"])
                    ids += [_token(word) for word in part["text"].split()]
                elif part["type"] == "audio_url":
                    clips += 1
                    ids += _hear(part["audio_url"]["url"], digest)
                else:
                    raise VLLMValidationError(
                        f"Unsupported chat content part type: {part['type']!r}."
                    )
        limit = self.arguments.limit_mm_per_prompt.get("audio", 999)
        if clips > (limit := min(limit, 1) if WORLD.single_clip else limit):
            raise VLLMValidationError(f"At most {limit} audio(s) may be provided in one prompt.")
        if len(ids) >= self.arguments.max_model_len:
            raise VLLMValidationError(
                f"The decoder prompt (length {len(ids)}) is longer than the maximum model length of "
                f"{self.arguments.max_model_len}."
            )
        digest.update(repr(ids).encode())
        return ids, digest

    def _check_words(self, text: str) -> None:
        for word, (error, holds) in WORLD.broken.items():
            if word in text:
                self._holds = int(holds)
                raise error

    def _answer(self, ids: list[int], digest: Any, parameters: SamplingParams) -> RequestOutput:
        self._answers += 1
        if WORLD.die_after is not None and self._answers > WORLD.die_after:
            self.llm_engine.engine_core.running = False
            raise EngineDeadError()
        if parameters.temperature > 0:
            digest.update(str(parameters.seed).encode())
        words = (WORLD.text or _words(digest.hexdigest())).split(" ")
        most = parameters.max_tokens or WORDS
        text, finish = " ".join(words[:most]), "length" if len(words) > most else "stop"
        found = [at for stop in parameters.stop or [] if (at := text.find(stop)) >= 0]
        if found:
            text, finish = text[: min(found)], "stop"
        output = CompletionOutput(
            0,
            text,
            list(range(len(text.split()))),
            None,
            None,
            finish_reason=WORLD.finish or finish,
        )
        return RequestOutput("0", None, ids, None, [output], True)


def _hear(url: str, digest: Any) -> list[int]:
    """Tokens of a clip; its samples go into the digest."""
    head, _, data = url.partition(",")
    if head != "data:audio/wav;base64":
        raise VLLMValidationError(f"not wav: {head}")
    samples, rate = soundfile.read(
        io.BytesIO(base64.b64decode(data, validate=True)), dtype="float32"
    )
    if samples.ndim != 1:
        raise VLLMValidationError("not mono")
    if WORLD.deaf:
        return []
    if WORLD.cut is not None:
        samples = samples[: round(WORLD.cut * rate)]
    digest.update(np.ascontiguousarray(samples).tobytes())
    count = round(len(samples) / rate * WORLD.per_second) if WORLD.per_second else WORLD.fixed
    return [AUDIO_BEGIN, *[AUDIO] * count, AUDIO_END]


def _token(word: str) -> int:
    return 1000 + int(hashlib.sha256(word.encode()).hexdigest()[:6], 16)


def _words(seed: str) -> str:
    syllables = ("ba", "do", "fi", "gu", "ke", "la", "mo", "nu", "pi", "ré")
    digits = "".join(hashlib.sha256(f"{seed}{i}".encode()).hexdigest() for i in range(4))
    picked = [syllables[int(digit, 16) % 10] for digit in digits]
    return " ".join("".join(picked[i : i + 3]) for i in range(0, 3 * WORDS, 3))


@contextmanager
def installed(**world: Any) -> Iterator[World]:
    """Make ``import vllm`` find the stub, in a world like this."""
    WORLD.__init__(**world)  # type: ignore[misc]
    contents: dict[str, dict[str, Any]] = {
        "vllm": {
            **{"LLM": LLM, "EngineArgs": EngineArgs, "SamplingParams": SamplingParams},
            "__version__": "0.33.0",
        },
        "vllm.exceptions": {"VLLMClientError": VLLMClientError},
        "vllm.sampling_params": {"StructuredOutputsParams": StructuredOutputsParams},
        "vllm.lora": {},
        "vllm.lora.request": {"LoRARequest": LoRARequest},
    }
    modules: dict[str, types.ModuleType] = {}
    for name, members in contents.items():
        modules[name] = module = types.ModuleType(name)
        module.__spec__ = ModuleSpec(name, None)
        module.__dict__.update(members)
    before = {name: sys.modules.get(name) for name in modules}
    sys.modules |= modules
    try:
        yield WORLD
    finally:
        for name, module in before.items():
            sys.modules.pop(name)
            if module is not None:
                sys.modules[name] = module
