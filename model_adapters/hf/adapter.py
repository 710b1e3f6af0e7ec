"""``hf:PATH_OR_ID``: any audio-language checkpoint that transformers loads.

Requests are answered in left-padded batches, greedily unless the generation arguments ask for sampling.
A drawn answer is generated alone, with a seed made from the request key, so that it does not depend on
its neighbours. The inputs of the next batch are made while the model generates. A batch that does not fit into memory
is halved, down to single requests, and later batches are formed smaller from the start.

What fails one request is a value: a clip that cannot be read (``audio``), one longer than the model takes
(``audio_too_long``, unless ``long_audio`` says what to do with it), one too short to leave a trace
(``audio_too_short``), one that does not fit into memory even alone (``memory``), one for which the model computes NaN
(``nan``), one that the processor or the model cannot handle (``request``). What fails all is an exception: dropped audio, a lost device.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import threading
import time
from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar, Final, NamedTuple

from harness.core.threads import in_own_thread
from harness.errors import AdapterError, AudioDroppedError, UsageError
from harness.types import AdapterInfo, ErrorInfo, Request, Response
from model_adapters.base import BatchAdapter, request_seed
from model_adapters.checkpoints.backend import import_backend
from model_adapters.checkpoints.source import Source, adapter_base, find_source, identity, trust
from model_adapters.hf.arguments import generation_argument, sort_arguments
from model_adapters.hf.checkpoint import Checkpoint, audio_extractor, load
from model_adapters.hf.clips import ClipPolicy, take_clips
from model_adapters.hf.generate import generate
from model_adapters.hf.generation import GenerationPlan, plan_generation
from model_adapters.hf.inputs import (
    Conversation,
    batch_key,
    conversation,
    lengths,
    measure_window,
    neighbours_matter,
    prepare,
    request_errors,
)
from model_adapters.hf.moving import staged
from model_adapters.hf.peft import find_adapter, switch
from model_adapters.shared.batch_limit import BatchLimit
from model_adapters.shared.fingerprint import folder_fingerprint

_MEMORY: Final = ("out of memory", "can't allocate memory", "not enough memory")
SHORT_CLIP: Final = 0.5
"""Seconds below which a clip without features is itself to blame."""
FRAME: Final = 0.025
"""Seconds of a feature extractor's frame: what cannot be made of a shorter clip is the clip's fault."""
_DEVICE_LOST: Final = ("cuda error", "device-side assert", "hip error", "cublas", "nccl")


class _Job(NamedTuple):
    position: int
    request: Request
    chat: Conversation
    notes: list[dict[str, Any]]


@dataclass
class _Group:
    """Jobs that are generated together."""

    plan: GenerationPlan
    jobs: list[_Job] = field(default_factory=list)
    inputs: Any = None


@dataclass
class _Work:
    """What is to be done for a list of requests, and what needs no doing."""

    groups: list[_Group]
    responses: dict[int, Response]


class HFAdapter(BatchAdapter):
    """A local checkpoint, or one from the hub."""

    device_argument: ClassVar = "device"
    """Model argument that ``devices`` gives several values."""

    @staticmethod
    def generation_argument(target: str, name: str) -> str | None:
        """Return the generation argument that a model argument is (see ``registry.generation_argument``)."""
        del target
        return generation_argument(name)

    def __init__(self, target: str, **model_args: object) -> None:
        self._target = target
        self._arguments = sort_arguments(model_args)
        self._checkpoint: Checkpoint | None = None
        self._policy = ClipPolicy(0)
        self._limit = BatchLimit()
        self._ahead: dict[tuple[int, ...], _Work] = {}
        self._tokenizer_lock = threading.Lock()

    def open(self) -> AdapterInfo:
        """Load the checkpoint and measure how long a clip it takes.

        Raises:
            UsageError: no such folder or hub id; an argument that makes no sense for it.
            AdapterError: the checkpoint cannot be loaded; the message says what is wrong with it.
            MissingDependencyError: torch, transformers or what this family needs is not installed.
        """
        return in_own_thread(self._open)

    def _open(self) -> AdapterInfo:
        arguments, own = self._arguments, self._arguments.own
        source, given = _source(self._target, own.revision, own.peft)
        if own.trust_remote_code:
            source = trust(source, own.code_revision)
        torch, transformers = import_backend()
        peft = None if given is None else find_adapter(given, own.peft_revision)
        checkpoint = load(
            source,
            device=own.device or ("cuda" if torch.cuda.is_available() else "cpu"),
            template=arguments.template,
            peft=peft,
            dtype=own.dtype,
            **arguments.loading,
        )
        family = checkpoint.family
        equal = not own.mixed_lengths and (family.equal_lengths or neighbours_matter(checkpoint))
        checkpoint = replace(checkpoint, family=replace(family, equal_lengths=equal))
        self._checkpoint = checkpoint
        self._policy = ClipPolicy(
            rate=int(audio_extractor(checkpoint.processor).sampling_rate),
            window=own.max_audio_seconds or measure_window(checkpoint),
            maximum=checkpoint.family.max_clips,
            long_audio=own.long_audio,
        )
        fingerprint = identity(source, checkpoint.config)
        if peft is not None:
            fingerprint += f"+{folder_fingerprint(peft)}"
        if own.dtype != "auto":  # other numbers, other replies
            fingerprint += f":{own.dtype}"
        if changes := arguments.changes():
            text = json.dumps(changes, sort_keys=True, default=str)
            fingerprint += f"#{hashlib.sha256(text.encode()).hexdigest()[:8]}"
        return AdapterInfo(
            fingerprint=fingerprint,
            sampling_rate=self._policy.rate,
            max_audio_seconds=self._policy.declared_window,
            max_clips=self._policy.maximum,
            style="batch",
            description={
                "class": type(checkpoint.model).__name__,
                "family": checkpoint.family.name,
                "dtype": str(checkpoint.model.dtype).removeprefix("torch."),
                "device": str(checkpoint.model.device),
                "window_seconds": self._policy.window,
                "equal_lengths": checkpoint.family.equal_lengths,
                "long_audio": own.long_audio,
                **({"peft": given} if given is not None else {}),
                "torch": str(torch.__version__),
                "transformers": str(transformers.__version__),
            },
        )

    def close(self) -> None:
        """Let go of the weights."""
        self._checkpoint = None
        self._ahead.clear()

    # --- batches -----------------------------------------------------------------------------

    def batch_limit(self, seconds: float) -> int | None:
        """Return the largest batch size that fits, as learned from batches that did not."""
        return self._limit.maximum(seconds)

    def prepare_batch(self, requests: Sequence[Request]) -> None:
        """Make the model's inputs ahead of time; what goes wrong is found again by ``generate_batch``.

        Not where the model's own threads are at work on all processors: both would be slower.
        """
        if self.loaded.model.device.type == "cpu" and not spare_processors():
            return
        work = self._plan(requests)
        for group in work.groups:
            with contextlib.suppress(*request_errors(), AudioDroppedError):
                group.inputs = self._inputs(group.jobs)
        self._ahead[_key(requests)] = work

    def generate_batch(self, requests: Sequence[Request]) -> list[Response]:
        """Answer requests: one response per request, in order."""
        work = self._ahead.pop(_key(requests), None) or self._plan(requests)
        for group in work.groups:
            inputs, group.inputs = group.inputs, None
            work.responses.update(self._answer(group.plan, group.jobs, inputs))
        return [work.responses[position] for position in range(len(requests))]

    def _plan(self, requests: Sequence[Request]) -> _Work:
        """Group requests by what may share a batch; those that cannot be asked have their responses."""
        work = _Work([], {})
        groups: dict[Hashable, _Group] = {}
        family = self.loaded.family
        for position, request in enumerate(requests):
            plan = plan_generation(request.generation)
            clips = take_clips(request.messages, self._policy)
            if isinstance(clips, ErrorInfo):
                work.responses[position] = Response(None, error=clips)
                continue
            chat = conversation(request.messages, clips.taken)
            alone = position if plan.sampled else None
            key = (str(plan), alone, batch_key(family, chat))
            group = groups.setdefault(key, _Group(plan))
            group.jobs.append(_Job(position, request, chat, clips.notes))
        work.groups = list(groups.values())
        return work

    def _answer(
        self, plan: GenerationPlan, jobs: list[_Job], inputs: Any = None
    ) -> dict[int, Response]:
        """Return responses by position; a batch that fails is halved to find the cause."""
        start = time.perf_counter()
        problem: ErrorInfo | None = None
        try:
            replies = self._generate(plan, jobs, inputs)
        except AudioDroppedError:
            # A clip of a few milliseconds leaves no features: that is the clip's fault, no processor's.
            if len(jobs) == 1:
                problem = self._too_short(jobs[0])
                if problem is None:
                    raise
        except request_errors() as error:
            problem = _problem(error)
            if problem is None:
                raise AdapterError(
                    f"the device failed: {error}", where=self._target, hint="run again to resume"
                ) from error
            if len(jobs) == 1 and problem.kind == "request":
                problem = self._too_short(jobs[0], FRAME) or problem
        else:
            seconds = time.perf_counter() - start
            found: dict[int, Response] = {}
            for job, reply in zip(jobs, replies, strict=True):
                if "error" in reply and len(jobs) > 1:  # perhaps for the padding of a batch only
                    found.update(self._answer(plan, [job]))
                    continue
                extra = {"long_audio": job.notes} if job.notes else {}
                found[job.position] = Response(seconds=seconds, extra=extra, **reply)
            return found
        # Outside the handler, so that the traceback no longer holds the batch's tensors.
        del inputs
        self._free_memory()
        if len(jobs) == 1:
            seconds = time.perf_counter() - start
            return {jobs[0].position: Response(None, error=problem, seconds=seconds)}
        half = len(jobs) // 2
        if problem is not None and problem.kind == "memory":
            self._limit.exceeded(len(jobs), max(self._seconds(job) for job in jobs))
        return {**self._answer(plan, jobs[:half]), **self._answer(plan, jobs[half:])}

    def _generate(
        self, plan: GenerationPlan, jobs: list[_Job], inputs: Any
    ) -> list[dict[str, Any]]:
        if inputs is None:
            inputs = self._inputs(jobs)
        checkpoint = self.loaded
        if checkpoint.speech is not None:
            switch(checkpoint.model, checkpoint.speech, on=bool(lengths(jobs[0].chat)))
        return generate(
            checkpoint,
            inputs,
            plan,
            seed=request_seed(plan.seed, jobs[0].request.request_key),
            budget=self._arguments.own.thinking_budget,
            lock=self._tokenizer_lock,
            exact=self._arguments.own.dtype == "float32",
        )

    def _inputs(self, jobs: Sequence[_Job]) -> Any:
        # A fast tokenizer cannot be used by two threads at once.
        with self._tokenizer_lock:
            inputs = prepare(self.loaded, [job.chat for job in jobs])
        return staged(inputs, self.loaded.model)

    # --- what went wrong ---------------------------------------------------------------------

    def _too_short(self, job: _Job, least: float = SHORT_CLIP) -> ErrorInfo | None:
        found = lengths(job.chat)
        if not found or (shortest := min(found) / self._policy.rate) >= least:
            return None
        return ErrorInfo("audio_too_short", f"a clip of {shortest:.3f} s leaves no audio features")

    def _seconds(self, job: _Job) -> float:
        return sum(lengths(job.chat)) / self._policy.rate

    @property
    def loaded(self) -> Checkpoint:
        """Return what ``open`` loaded: model, processor, config and family.

        Raises:
            UsageError: the adapter is not open.
        """
        if self._checkpoint is None:
            raise UsageError("the adapter is not open")
        return self._checkpoint

    def _free_memory(self) -> None:
        import torch

        if torch.cuda.is_available():
            torch.cuda.empty_cache()


def _source(target: str, revision: str | None, peft: str | None) -> tuple[Source, str | None]:
    """Return the base model, and the adapter to put on it; a folder of an adapter stands for both."""
    source = find_source(target, revision)
    if source.folder is None or peft is not None:
        return source, peft
    base = adapter_base(source.folder)
    return (source, None) if base is None else (find_source(base), str(source.folder))


def _key(requests: Sequence[Request]) -> tuple[int, ...]:
    return tuple(map(id, requests))


def _problem(error: BaseException) -> ErrorInfo | None:
    """Return the error of a failed batch; ``None`` if the device is lost."""
    message = str(error)
    lower = message.lower()
    if isinstance(error, MemoryError) or any(words in lower for words in _MEMORY):
        return ErrorInfo("memory", f"does not fit into memory: {message[:300]}")
    if isinstance(error, RuntimeError) and any(words in lower for words in _DEVICE_LOST):
        return None
    return ErrorInfo("request", f"{type(error).__name__}: {message[:500]}")


def spare_processors() -> int:
    """Return how many processors torch leaves to others while it computes on the CPU."""
    import torch

    ours = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return max(0, (ours or 1) - int(torch.get_num_threads()))
