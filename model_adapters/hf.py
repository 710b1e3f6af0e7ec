"""``hf:PATH_OR_ID``: any audio-language checkpoint that transformers loads.

Requests are answered in left-padded batches, greedily unless the generation arguments ask for sampling.
A drawn answer is generated alone, with a seed made from the request key, so that it does not depend on
its neighbours. A batch that does not fit into memory is halved, down to single requests.

What fails one request is a value: a clip that cannot be read (``audio``), one longer than the model takes
(``audio_too_long``; nothing is cut silently), one too short to leave a trace (``audio_too_short``), one that
does not fit into memory even alone (``memory``), one that the processor or the model cannot handle
(``request``). What fails all is an exception: dropped
audio, a lost device.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal, NamedTuple

from harness.errors import AdapterError, AudioDroppedError, AudioError, UsageError
from harness.types import AdapterInfo, ErrorInfo, Request, Response, Text
from model_adapters.arguments import read_arguments
from model_adapters.base import BatchAdapter, request_seed
from model_adapters.fingerprint import folder_fingerprint
from model_adapters.hf_generation import (
    GenerationPlan,
    count_tokens,
    cut_at,
    plan_generation,
    split_reasoning,
)
from model_adapters.hf_loading import Checkpoint, audio_extractor, find_source, import_backend, load
from model_adapters.hf_processing import Conversation, conversation, measure_window, prepare

_MEMORY: Final = ("out of memory", "can't allocate memory", "not enough memory")
SHORT_CLIP: Final = 0.5
"""Seconds below which a clip without features is itself to blame."""
_DEVICE_LOST: Final = ("cuda error", "device-side assert", "hip error", "cublas", "nccl")


@dataclass(frozen=True)
class Arguments:
    """``-M`` arguments of ``hf``."""

    dtype: Literal["auto", "float32", "bfloat16", "float16"] = "auto"
    device: str | None = None
    device_map: str | None = None
    attn_implementation: str | None = None
    revision: str | None = None
    max_audio_seconds: float | None = None


class _Job(NamedTuple):
    position: int
    request: Request
    chat: Conversation


class HFAdapter(BatchAdapter):
    """A local checkpoint, or one from the hub."""

    def __init__(self, target: str, **model_args: object) -> None:
        self._target = target
        self._arguments = read_arguments(Arguments, model_args, adapter="hf")
        self._checkpoint: Checkpoint | None = None
        self._window: float | None = None
        self._rate = 0

    def open(self) -> AdapterInfo:
        """Load the checkpoint and measure how long a clip it takes.

        Raises:
            UsageError: no such folder or hub id.
            AdapterError: the checkpoint cannot be loaded; the message says what is wrong with it.
            MissingDependencyError: torch or transformers is not installed.
        """
        arguments = self._arguments
        source = find_source(self._target, arguments.revision)
        torch, transformers = import_backend()
        options: dict[str, Any] = {"dtype": arguments.dtype}
        if arguments.attn_implementation is not None:
            options["attn_implementation"] = arguments.attn_implementation
        checkpoint = load(
            source,
            device=arguments.device or ("cuda" if torch.cuda.is_available() else "cpu"),
            device_map=arguments.device_map,
            **options,
        )
        self._checkpoint = checkpoint
        self._rate = int(audio_extractor(checkpoint.processor).sampling_rate)
        self._window = arguments.max_audio_seconds or measure_window(checkpoint)
        if source.folder is not None:
            fingerprint = folder_fingerprint(source.folder)
        else:
            commit = getattr(checkpoint.config, "_commit_hash", None)
            fingerprint = f"{source.name}@{commit or arguments.revision or 'unknown'}"
        if arguments.dtype != "auto":  # other numbers, other replies
            fingerprint += f":{arguments.dtype}"
        return AdapterInfo(
            fingerprint=fingerprint,
            sampling_rate=self._rate,
            max_audio_seconds=self._window,
            style="batch",
            description={
                "class": type(checkpoint.model).__name__,
                "dtype": str(checkpoint.model.dtype).removeprefix("torch."),
                "device": str(checkpoint.model.device),
                "torch": str(torch.__version__),
                "transformers": str(transformers.__version__),
            },
        )

    def close(self) -> None:
        """Let go of the weights."""
        self._checkpoint = None

    def generate_batch(self, requests: Sequence[Request]) -> list[Response]:
        """One response per request, in order."""
        responses: dict[int, Response] = {}
        groups: dict[str, tuple[GenerationPlan, list[_Job]]] = {}
        for position, request in enumerate(requests):
            plan = plan_generation(request.generation)
            chat = self._chat(request)
            if isinstance(chat, ErrorInfo):
                responses[position] = Response(None, error=chat)
                continue
            alone = f"#{position}" if plan.sampled else ""
            _, jobs = groups.setdefault(f"{plan}{alone}", (plan, []))
            jobs.append(_Job(position, request, chat))
        for plan, jobs in groups.values():
            responses.update(self._answer(plan, jobs))
        return [responses[position] for position in range(len(requests))]

    def _chat(self, request: Request) -> Conversation | ErrorInfo:
        clips = []
        for message in request.messages:
            for part in message.parts:
                if isinstance(part, Text):
                    continue
                try:
                    seconds = part.seconds
                    if self._window is not None and seconds > self._window:
                        return ErrorInfo(
                            "audio_too_long",
                            f"{part.path} lasts {seconds:.1f} s, the model takes at most "
                            f"{self._window:g} s",
                        )
                    clips.append(part.decode(self._rate))
                except AudioError as error:
                    return ErrorInfo("audio", str(error))
        return conversation(request, clips)

    def _answer(self, plan: GenerationPlan, jobs: list[_Job]) -> dict[int, Response]:
        """Responses by position; what fails a batch is found by halving it."""
        from jinja2 import TemplateError

        start = time.perf_counter()
        problem: ErrorInfo | None = None
        try:
            texts = self._generate(plan, jobs)
        except AudioDroppedError:
            # A clip of a few milliseconds leaves no features: that is the clip's fault, no processor's.
            if len(jobs) == 1:
                problem = self._too_short(jobs[0])
                if problem is None:
                    raise
        except (
            *(RuntimeError, ValueError, TypeError, IndexError, KeyError, MemoryError),
            TemplateError,
        ) as error:
            problem = _problem(error)
            if problem is None:
                raise AdapterError(
                    f"the device failed: {error}", where=self._target, hint="run again to resume"
                ) from error
        else:
            seconds = time.perf_counter() - start
            return {
                job.position: Response(seconds=seconds, **fields)
                for job, fields in zip(jobs, texts, strict=True)
            }
        # Outside the handler, so that the traceback no longer holds the batch's tensors.
        self._free_memory()
        if len(jobs) == 1:
            seconds = time.perf_counter() - start
            return {jobs[0].position: Response(None, error=problem, seconds=seconds)}
        half = len(jobs) // 2
        return {**self._answer(plan, jobs[:half]), **self._answer(plan, jobs[half:])}

    def _generate(self, plan: GenerationPlan, jobs: list[_Job]) -> list[dict[str, Any]]:
        import torch

        checkpoint = self._loaded()
        model, tokenizer = checkpoint.model, checkpoint.processor.tokenizer
        inputs = prepare(checkpoint, [job.chat for job in jobs])
        inputs = inputs.to(model.device, dtype=model.dtype)
        if plan.sampled:
            torch.manual_seed(request_seed(plan.seed, jobs[0].request.request_key))
        eos = _end_tokens(model, tokenizer)
        # Said outright: a part of an omni model may have no end token in its own configuration.
        ends = {"pad_token_id": tokenizer.pad_token_id, "eos_token_id": sorted(eos) or None}
        with torch.inference_mode():
            output = model.generate(**inputs, **plan.arguments, **ends)
        prompt = inputs["input_ids"].shape[1]
        return [_reply(row[prompt:].tolist(), plan, eos, tokenizer) for row in output]

    def _too_short(self, job: _Job) -> ErrorInfo | None:
        parts = [part for message in job.chat for part in message["content"]]
        lengths = [len(part["audio"]) / self._rate for part in parts if part["type"] == "audio"]
        if min(lengths) >= SHORT_CLIP:
            return None
        message = f"a clip of {min(lengths):.3f} s leaves no audio features"
        return ErrorInfo("audio_too_short", message)

    def _loaded(self) -> Checkpoint:
        if self._checkpoint is None:
            raise UsageError("the adapter is not open")
        return self._checkpoint

    def _free_memory(self) -> None:
        import torch

        if torch.cuda.is_available():
            torch.cuda.empty_cache()


def _reply(
    tokens: list[int], plan: GenerationPlan, eos: frozenset[int], tokenizer: Any
) -> dict[str, Any]:
    """Fields of a response, from the tokens of one row."""
    length, ended = count_tokens(tokens, eos)
    raw = tokenizer.decode(tokens[:length], skip_special_tokens=True)
    reasoning, answer = split_reasoning(raw)
    text, stopped = cut_at(answer, plan.until)
    full = not ended and not stopped and length >= plan.max_new_tokens
    return {
        "text": text,
        "reasoning": reasoning,
        "finish": "length" if full else "stop",
        "usage": {"completion_tokens": length},
    }


def _end_tokens(model: Any, tokenizer: Any) -> frozenset[int]:
    declared = model.generation_config.eos_token_id
    if declared is None:
        declared = tokenizer.eos_token_id
    if declared is None:
        return frozenset()
    return frozenset([declared] if isinstance(declared, int) else declared)


def _problem(error: BaseException) -> ErrorInfo | None:
    """What went wrong with a batch; ``None`` if the device is lost."""
    message = str(error)
    lower = message.lower()
    if isinstance(error, MemoryError) or any(words in lower for words in _MEMORY):
        return ErrorInfo("memory", f"does not fit into memory: {message[:300]}")
    if isinstance(error, RuntimeError) and any(words in lower for words in _DEVICE_LOST):
        return None
    return ErrorInfo("request", f"{type(error).__name__}: {message[:500]}")
