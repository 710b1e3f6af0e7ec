"""``vllm:PATH_OR_ID``: a checkpoint in vLLM's offline engine, a batch of chats at a time.

``LLM.chat`` takes the whole batch and decides by itself how much of it runs at once, so a large ``--batch-size`` costs
no memory on the device. It refuses a batch for the sake of one request (a prompt that is too long, a clip that its
processor cannot take), having ended what it had begun; the batch is then halved until that request is alone, and its
error is a value. An engine that died ends the run. Greedy unless the generation arguments say otherwise; a drawn
answer has a seed of its own, made from the request key.

Clips go as data URLs of decoded samples (``vllm_audio`` says why). At start-up synthetic clips show which token stands
for audio and how long a clip is taken whole; every prompt is then looked at. Audio that is dropped ends the run
(``AudioDroppedError``), audio that is cut is an error of its request.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, ClassVar, Final, NamedTuple

from harness.errors import AdapterError, AudioError, MissingDependencyError, UsageError
from harness.types import AdapterInfo, ErrorInfo, Request, Response, Text
from model_adapters.arguments import read_arguments
from model_adapters.base import BatchAdapter, request_seed
from model_adapters.checkpoints.source import find_source
from model_adapters.shared.reply_text import Marks, cut_at, split_reasoning
from model_adapters.vllm import engine
from model_adapters.vllm.audio import AudioMeasure, Conversation, Prompt, conversation, measure
from model_adapters.vllm.generation import FROM_CHECKPOINT, SamplingPlan, plan_sampling

DEFAULT_RATE: Final = 16_000
"""Sampling rate (Hz) of clips for a checkpoint that names none; vLLM resamples what its processor wants otherwise."""
DEFAULT_MARKS: Final = ("<think>", "</think>")
_FINISH: Final = {"stop": "stop", "length": "length"}
_DEVICE_LOST: Final = ("cuda error", "device-side assert", "hip error", "nccl", "out of memory")


@dataclass(frozen=True)
class Arguments:
    """``-M`` arguments of ``vllm``; any other is one of vLLM's engine.

    ``chat_template`` is a file, ``chat_template_kwargs`` a JSON object, ``reasoning_marks`` the opening and the closing
    mark with a blank between, ``lora`` a folder.
    """

    max_audio_seconds: float | None = None
    max_clips: int | None = None
    sampling_rate: int | None = None
    chat_template: str | None = None
    chat_template_kwargs: str | None = None
    enable_thinking: bool | None = None
    reasoning_marks: str | None = None
    lora: str | None = None
    revision: str | None = None
    trust_remote_code: bool = False


_OWN: Final = tuple(Arguments.__dataclass_fields__)


class _Job(NamedTuple):
    position: int
    chat: Conversation
    seconds: tuple[float, ...]
    sampling: dict[str, Any]
    until: tuple[str, ...] = ()


class VLLMAdapter(BatchAdapter):
    """A checkpoint in vLLM's offline engine.

    Args:
        target: folder or hub id.
        model_args: ``Arguments``, and arguments of vLLM's engine.

    Raises:
        UsageError: an argument of ours with a wrong value.
    """

    hears: ClassVar[bool] = True
    """Whether clips are given; a text-only checkpoint is neither tested with them nor refused for want of an encoder."""

    def __init__(self, target: str, **model_args: object) -> None:
        self._target = target
        own = {name: value for name, value in model_args.items() if name in _OWN}
        self._arguments = read_arguments(Arguments, own, adapter="vllm")
        self._others = {name: value for name, value in model_args.items() if name not in _OWN}
        self._marks = _marks(self._arguments.reasoning_marks)
        self._chat = _chat_arguments(self._arguments)
        self._vllm: Any = None
        self._llm: Any = None
        self._lora: Any = None
        self._own_sampling: dict[str, Any] = {}
        self._measure = AudioMeasure()
        self._window: float | None = None
        self._rate = DEFAULT_RATE

    def open(self) -> AdapterInfo:
        """Build the engine, then let it hear synthetic clips.

        Raises:
            UsageError: no such folder or hub id, an argument that vLLM lacks or refuses, code that is not pinned.
            MissingDependencyError: vLLM, or what it needs to read audio, is not installed.
            AudioDroppedError: clips leave no trace in the prompt.
            AdapterError: the checkpoint cannot be loaded.
        """
        arguments = self._arguments
        source = find_source(self._target, arguments.revision)
        self._vllm = vllm = engine.import_vllm()
        given = engine.engine_arguments(vllm, self._others, _OWN)
        extra = self._extra_arguments(given)
        if arguments.trust_remote_code:
            extra |= {
                "trust_remote_code": True,
                **engine.check_remote_code(source, given),
            }
        if source.folder is not None and self.hears:
            engine.check_folder(source.folder)
        self._llm = engine.build(vllm, source, {**extra, **given})
        try:
            return self._examine(source, given)
        except BaseException:
            self.close()
            raise

    def _extra_arguments(self, given: dict[str, Any]) -> dict[str, Any]:
        """Return engine arguments that follow from ours; ``given`` ones win, a limit of clips is merged into them."""
        arguments = self._arguments
        # clips stay between their texts
        extra: dict[str, Any] = {"interleave_mm_strings": True} if self.hears else {}
        if arguments.revision is not None:
            extra["revision"] = arguments.revision
        if arguments.max_clips is not None:
            limits = given.pop("limit_mm_per_prompt", {})
            if not isinstance(limits, dict) or "audio" in limits:
                raise UsageError(
                    f"not together with limit_mm_per_prompt={limits!r}",
                    where="-M max_clips",
                    hint='give the other limits as a JSON object, such as {"image": 0}',
                )
            extra["limit_mm_per_prompt"] = {**limits, "audio": arguments.max_clips}
        if arguments.lora is not None:
            extra |= engine.lora_arguments(arguments.lora)
        return extra

    def _examine(self, source: Any, given: dict[str, Any]) -> AdapterInfo:
        arguments, vllm, llm = self._arguments, self._vllm, self._llm
        if arguments.lora is not None:
            from vllm.lora.request import LoRARequest

            self._lora = LoRARequest("lora", 1, str(Path(arguments.lora).expanduser()))
        defaults = llm.get_default_sampling_params()
        self._own_sampling = {name: getattr(defaults, name) for name in FROM_CHECKPOINT}
        self._rate = arguments.sampling_rate or engine.checkpoint_rate(source) or DEFAULT_RATE
        if self.hears:
            self._measure = measure(self._prompts, self._rate, self._target)
        self._window = arguments.max_audio_seconds or self._measure.window
        ours = {
            **self._chat,
            **({"marks": self._marks} if arguments.reasoning_marks is not None else {}),
            **({"sampling_rate": self._rate} if arguments.sampling_rate else {}),
        }
        code = {"trust_remote_code": True} if arguments.trust_remote_code else {}
        model = llm.llm_engine.model_config
        return AdapterInfo(
            fingerprint=engine.fingerprint(llm, source, {**given, **code}, ours, arguments.lora),
            sampling_rate=self._rate,
            max_audio_seconds=self._window,
            max_clips=arguments.max_clips,
            style="batch",
            description={
                "vllm": str(vllm.__version__),
                "architectures": list(getattr(model.hf_config, "architectures", None) or []),
                "dtype": str(model.dtype).removeprefix("torch."),
                "max_model_len": int(model.max_model_len),
                "audio_window": "given" if arguments.max_audio_seconds else self._measure.source,
            },
        )

    def close(self) -> None:
        """End the engine and give its memory back."""
        llm, self._llm = self._llm, None
        self._lora = None
        if llm is not None:
            engine.shut_down(llm)

    def generate_batch(self, requests: Sequence[Request]) -> list[Response]:
        """Answer requests: one response per request, in order.

        Raises:
            AudioDroppedError: the prompt of a request holds no audio.
            AdapterError: the engine died.
            UsageError: a generation argument that vLLM does not have or refuses.
        """
        if self._llm is None:
            raise UsageError("the adapter is not open")
        start = time.perf_counter()
        responses: dict[int, Response] = {}
        jobs = []
        for position, request in enumerate(requests):
            job = self._job(position, request)
            if isinstance(job, ErrorInfo):
                responses[position] = Response(None, error=job)
            else:
                jobs.append(job)
        outputs = self._ask(jobs)
        seconds = time.perf_counter() - start
        for job, output in zip(jobs, outputs, strict=True):
            responses[job.position] = self._response(job, output, seconds)
        return [responses[position] for position in range(len(requests))]

    def _job(self, position: int, request: Request) -> _Job | ErrorInfo:
        plan = plan_sampling(request.generation, self._own_sampling)
        clips = [part for m in request.messages for part in m.parts if not isinstance(part, Text)]
        try:
            seconds = tuple(clip.seconds for clip in clips)
            for clip, length in zip(clips, seconds, strict=True):
                if self._window is not None and length > self._window:
                    return ErrorInfo(
                        "audio_too_long",
                        f"{clip.path} lasts {length:.1f} s, the model takes at most {self._window:g} s",
                    )
            chat = conversation(request.messages, self._rate)
        except AudioError as error:
            return ErrorInfo("audio", str(error))
        return _Job(position, chat, seconds, self._sampling(plan, request.request_key), plan.until)

    def _sampling(self, plan: SamplingPlan, key: str) -> dict[str, Any]:
        """Return the arguments of ``SamplingParams`` for one request."""
        values = dict(plan.arguments)
        if plan.seed is not None:
            values["seed"] = request_seed(plan.seed, key)
        if plan.schema is not None:
            values["structured_outputs"] = plan.schema
        if self._reasons:  # its marks may be special tokens, and a stop string within is not one
            values["skip_special_tokens"] = self._arguments.reasoning_marks is None
        elif plan.until:
            values["stop"] = list(plan.until)
        return values

    def _parameters(self, values: dict[str, Any]) -> Any:
        """Return ``SamplingParams``, made anew for every call since vLLM changes them."""
        try:
            return self._vllm.SamplingParams(**engine.with_schema(values))
        except engine.request_errors() as error:
            raise UsageError(
                f"vLLM refuses the generation arguments: {engine.first_line(error)}",
                where="--gen-kwargs",
            ) from error

    @property
    def _reasons(self) -> bool:
        """Whether the user says that the model thinks before it answers."""
        arguments = self._arguments
        return arguments.enable_thinking is True or arguments.reasoning_marks is not None

    def _prompts(self, chats: Sequence[Conversation]) -> list[Prompt]:
        """Return the prompts of conversations; one token is generated for each."""
        sampling = {"max_tokens": 1, "temperature": 0.0}
        jobs = [_Job(position, chat, (), sampling) for position, chat in enumerate(chats)]
        outputs = [output for job in jobs for output in self._ask([job])]
        return [
            output if isinstance(output, ErrorInfo) else list(output.prompt_token_ids or [])
            for output in outputs
        ]

    def _ask(self, jobs: Sequence[_Job]) -> list[Any]:
        """Return a ``RequestOutput`` or an error for each request; a batch that fails is halved to find the cause."""
        if not jobs:
            return []
        parameters = [self._parameters(job.sampling) for job in jobs]
        try:
            outputs = self._llm.chat(
                [job.chat for job in jobs],
                parameters,
                use_tqdm=False,
                lora_request=self._lora,
                tokenization_kwargs={"add_special_tokens": False},  # a template writes them itself
                **self._chat,
            )
        except ImportError as error:
            raise MissingDependencyError(
                f"vLLM needs another package for audio: {error}", hint=engine.INSTALL
            ) from error
        except engine.request_errors() as error:
            problem = self._problem(error)
        except Exception as error:
            raise AdapterError(
                f"vLLM's engine died: {engine.first_line(error)}",
                where=self._target,
                hint="its own log above says why; run again to resume",
            ) from error
        else:
            if len(outputs) != len(jobs):
                raise AdapterError(f"vLLM gave {len(outputs)} outputs for {len(jobs)} requests")
            return list(outputs)
        if len(jobs) == 1:
            return [problem]
        half = len(jobs) // 2
        return [*self._ask(jobs[:half]), *self._ask(jobs[half:])]

    def _problem(self, error: Exception) -> ErrorInfo:
        """Return the error of one of the requests.

        Raises:
            AdapterError: it is the engine that is broken: a lost device, or requests that it still holds, which would
                come back among the next ones.
        """
        message = engine.first_line(error)
        lost = isinstance(error, RuntimeError) and any(w in message.lower() for w in _DEVICE_LOST)
        if lost or self._llm.llm_engine.has_unfinished_requests():
            raise AdapterError(
                f"vLLM's engine failed: {message}", where=self._target, hint="run again to resume"
            ) from error
        if "audio(s) may be provided" in message:
            return ErrorInfo("too_many_clips", message)
        if "Maximum file size exceeded" in message or "VLLM_MAX_AUDIO_DECODE" in message:
            variables = "VLLM_MAX_AUDIO_CLIP_FILESIZE_MB, VLLM_MAX_AUDIO_DECODE_DURATION_S"
            return ErrorInfo("audio_too_long", f"{message} (environment: {variables})")
        return ErrorInfo("request", message)

    def _response(self, job: _Job, output: Any, seconds: float) -> Response:
        problem = output
        if not isinstance(output, ErrorInfo):
            problem = self._measure.check(output.prompt_token_ids, job.seconds, self._target)
        if problem is not None:
            return Response(None, error=problem, seconds=seconds)
        completion = output.outputs[0]
        finish = _FINISH.get(completion.finish_reason or "")
        if finish is None:
            message = f"the answer ended with {completion.finish_reason!r}"
            error = ErrorInfo("aborted", message, retryable=True)
            return Response(None, error=error, seconds=seconds)
        reasoning, answer = split_reasoning(completion.text, Marks(*self._marks))
        text, stopped = cut_at(answer, job.until)
        usage: dict[str, Any] = {
            "prompt_tokens": len(output.prompt_token_ids),
            "completion_tokens": len(completion.token_ids),
        }
        if job.seconds and (count := self._measure.count(output.prompt_token_ids)) is not None:
            usage["prompt_tokens_details"] = {"audio_tokens": count}
        return Response(
            text, reasoning, "stop" if stopped or finish == "stop" else "length", usage, seconds
        )


class TextVLLMAdapter(VLLMAdapter):
    """A checkpoint in vLLM's offline engine that is asked with text alone, such as a judge."""

    hears = False

    def open(self) -> AdapterInfo:
        """Build the engine; raises what ``VLLMAdapter.open`` raises, apart from what is about audio."""
        return replace(super().open(), modes=frozenset({"text"}))


def _marks(text: str | None) -> tuple[str, str]:
    if text is None:
        return DEFAULT_MARKS
    marks = text.split()
    if len(marks) != 2:
        raise UsageError(
            f"expected an opening and a closing mark, found {text!r}",
            where="-M reasoning_marks",
            hint="-M 'reasoning_marks=[THINK] [/THINK]'",
        )
    return marks[0], marks[1]


def _chat_arguments(arguments: Arguments) -> dict[str, Any]:
    """Return the arguments of ``LLM.chat`` that are the same for all requests."""
    chat: dict[str, Any] = {}
    if arguments.chat_template is not None:
        path = Path(arguments.chat_template).expanduser()
        try:
            chat["chat_template"] = path.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise UsageError(
                f"the chat template cannot be read: {error}", where="-M chat_template"
            ) from error
    values = engine.read_json(arguments.chat_template_kwargs or "{}", "chat_template_kwargs")
    if not isinstance(values, dict):
        raise UsageError("expected a JSON object", where="-M chat_template_kwargs")
    if arguments.enable_thinking is not None:
        values["enable_thinking"] = arguments.enable_thinking
    if values:
        chat["chat_template_kwargs"] = values
    return chat
