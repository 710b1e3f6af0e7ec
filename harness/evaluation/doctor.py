"""``harness doctor MODEL``: load it, let it hear three clips, say whether the audio reached it.

A tone and two shipped sentences are asked about with one prompt, greedily, the first sentence twice. The audio
reached the model when there is evidence of it: audio tokens that the provider counted, a transcript that the adapter
recorded, or most words of a sentence in the reply to it. Without such evidence, replies to the two sentences that
differ show it too, provided that the same sentence got the same reply twice; replies that do not are ``unclear``.
"""

from __future__ import annotations

import asyncio
import json
import re
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final, Literal, NamedTuple, TypeVar

from harness.audio import AudioRef
from harness.core.adapter import Adapter, AdapterInfo, Request, Response
from harness.core.generation import Generation, Level, build_generation
from harness.core.generation_arguments import read_text
from harness.core.judge_spec import Retirement
from harness.core.keys import request_key
from harness.core.messages import Audio, Hints, Message, Text
from harness.errors import (
    EXIT_ENVIRONMENT,
    EXIT_FOUND,
    EXIT_OK,
    FOREIGN,
    AdapterError,
    HarnessError,
)
from harness.evaluation.dry_run import prompt_lines
from harness.judge.life import end_notes, today
from harness.task_loading.index import load_index
from model_adapters.conformance.tools import synthetic_clips
from model_adapters.registry import create, resolve, split_generation
from tasks.quickstart.data import spoken_sentences

QUESTION: Final = (
    "What is said in the recording? Answer with its words. If nothing is said, name the sound."
)
LIMIT: Final = 64
"""Most new tokens of a reply."""
ENOUGH_WORDS: Final = 0.5
"""Share of a sentence's words in the reply that counts as heard."""
_UNREACHABLE: Final = frozenset({"connection", "timeout", "server", "rate_limit", "quota"})

_WORD: Final = re.compile(r"[^\W_]+")
T = TypeVar("T")
Verdict = Literal["reached", "not reached", "unclear", "no answer"]


class Clip(NamedTuple):
    """Something to hear; ``said`` is ``None`` for a tone."""

    name: str
    audio: AudioRef
    said: str | None


@dataclass(frozen=True, slots=True)
class Probe:
    """One clip and what came back.

    Attributes:
        clip: what was heard.
        said: its words.
        reply: the answer, ``None`` with an error.
        error: kind and message.
        finish: why the reply ended.
        seconds: wall time.
        evidence: what shows that this clip arrived.
    """

    clip: str
    said: str | None
    reply: str | None
    error: str | None
    error_kind: str | None
    finish: str
    seconds: float
    evidence: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """Findings of the doctor."""

    model: str
    fingerprint: str
    info: Mapping[str, Any]
    seconds_to_load: float
    prompt: tuple[str, ...]
    probes: tuple[Probe, ...]
    verdict: Verdict
    reasons: tuple[str, ...]

    @property
    def exit_code(self) -> int:
        """0 fine, 1 something was found, 4 the service cannot be reached."""
        kinds = {probe.error_kind for probe in self.probes}
        if self.verdict == "no answer" and kinds <= _UNREACHABLE:
            return EXIT_ENVIRONMENT
        failed = any(probe.error or not (probe.reply or "").strip() for probe in self.probes[1:])
        return EXIT_OK if self.verdict == "reached" and not failed else EXIT_FOUND

    def as_json(self) -> dict[str, Any]:
        """Return the report as JSON-able data."""
        return {**asdict(self), "exit_code": self.exit_code}

    def lines(self) -> Iterator[str]:
        """Yield the lines of the report for people."""
        info = self.info
        rate = info["sampling_rate"]
        longest, most = info["max_audio_seconds"], info["max_clips"]
        yield f"model        {self.model}, loaded in {self.seconds_to_load:.1f} s"
        yield f"fingerprint  {self.fingerprint}"
        yield f"asked        {info['style']}" + (
            f", {info['concurrency']} at a time" if info["style"] == "async" else ""
        )
        yield (
            f"clips        {f'at {rate} Hz' if rate else 'as stored'}, "
            f"{f'at most {longest:g} s' if longest else 'of any length'}, "
            f"{f'at most {most} in a request' if most else 'any number in a request'}"
        )
        for name, value in info["description"].items():
            yield f"  {name}: {value}"
        yield from ("", "prompt", *(f"  {line}" for line in self.prompt))
        for probe in self.probes:
            yield ""
            yield f"{probe.clip} ({probe.seconds:.2f} s)"
            if probe.said is not None:
                yield f"  said    {probe.said}"
            if probe.error is not None:
                yield f"  error   {probe.error}"
            else:
                cut = ", cut short" if probe.finish == "length" else ""
                yield f"  reply   {json.dumps(probe.reply, ensure_ascii=False)}{cut}"
            for fact in probe.evidence:
                yield f"  shows   {fact}"
        yield ""
        yield f"audio        {self.verdict}: {'; '.join(self.reasons)}"


def doctor(model: str, arguments: Mapping[str, Any]) -> Diagnosis:
    """Examine a model.

    Raises:
        UsageError: no such model or argument.
        SetupError: it cannot be loaded, or died.
    """
    own, given = split_generation(model, arguments)
    generation = build_generation(
        Level({"max_new_tokens": LIMIT}, str),
        Level({k: read_text(k, v, "-M") for k, v in given.items()}, lambda name: f"-M {name}"),
    )
    adapter = create(model, own)
    clips = shipped_clips()
    started = time.perf_counter()
    try:
        info = _alive(model, "be loaded", adapter.open)
        loaded = time.perf_counter() - started
        asked = [clips[0], clips[1], clips[2], clips[1]]
        requests = [_request(info, clip, generation) for clip in asked]
        responses = _alive(model, "answer", lambda: _ask(adapter, info, requests))
    finally:
        adapter.close()
    probes = tuple(map(_probe, asked, responses))
    verdict, reasons = assess(probes)
    return Diagnosis(
        model=str(resolve(model)),
        fingerprint=info.fingerprint,
        info={
            **{name: getattr(info, name) for name in ("style", "concurrency", "sampling_rate")},
            "max_audio_seconds": info.max_audio_seconds,
            "max_clips": info.max_clips,
            "modes": sorted(info.modes),
            "description": dict(info.description),
        },
        seconds_to_load=round(loaded, 3),
        prompt=tuple(prompt_lines(requests[1].messages)),
        probes=probes[:3],
        verdict=verdict,
        reasons=reasons,
    )


def judge_notes(benchmark: str | None = None) -> list[str]:
    """Return the warnings about judges of built-in tasks that end soon or have ended, of one benchmark or of all."""
    judges = []
    for entry in load_index().tasks.values():
        if entry.judge is not None and benchmark in (None, entry.benchmark):
            judges.append(
                (entry.benchmark, str(entry.judge["model"]), Retirement.listed(entry.judge))
            )
    return end_notes(judges, today())


def assess(probes: Sequence[Probe]) -> tuple[Verdict, tuple[str, ...]]:
    """Decide whether the audio reached the model, with the evidence.

    Args:
        probes: tone, first sentence, second sentence, first sentence again.
    """
    _, first, second, again = probes
    answered = [probe for probe in (first, second) if probe.error is None]
    if not answered:
        return "no answer", ("no sentence was answered",)
    if shown := [probe.clip for probe in answered if probe.evidence]:
        return "reached", (f"shown by {' and '.join(shown)}",)
    if len(answered) < 2 or again.error is not None:
        return "unclear", ("a sentence was not answered",)
    if first.reply == second.reply:
        return "not reached", ("both sentences got the same reply",)
    if first.reply != again.reply:
        return "unclear", ("replies differ between clips, but also when one clip is asked twice",)
    return "reached", ("replies differ between clips, and one clip got the same reply twice",)


def shipped_clips() -> list[Clip]:
    """Return a tone and two shipped sentences.

    Raises:
        MissingDataError: the installation lacks its clips.
    """
    sentences = spoken_sentences(2)
    return [
        Clip("tone", synthetic_clips()[0], None),
        *(Clip(f"sentence {number}", *pair) for number, pair in enumerate(sentences, 1)),
    ]


def _alive(model: str, what: str, call: Callable[[], T]) -> T:
    """Call the adapter; any exception means that it is dead."""
    try:
        return call()
    except HarnessError:
        raise
    except FOREIGN as error:
        raise AdapterError(
            f"the model cannot {what}: {type(error).__name__}: {error}", where=model
        ) from error


def _request(info: AdapterInfo, clip: Clip, generation: Generation) -> Request:
    audio: Audio = clip.audio
    if info.sampling_rate is not None:
        audio = audio.prefetched(info.sampling_rate)
    parts = (audio, Text(QUESTION))
    if "audio+text" not in info.modes and "text+audio" in info.modes:
        parts = (Text(QUESTION), audio)  # type: ignore[assignment]
    messages = (Message("user", parts),)
    return Request(
        request_key(info.fingerprint, messages, generation, 0),
        messages,
        generation,
        hints=Hints("transcript"),
        item=("doctor", clip.name),
        item_key="doctor",  # one for all clips, so that a chance baseline gives itself away
    )


def _ask(
    adapter: Adapter, info: AdapterInfo, requests: Sequence[Request]
) -> list[tuple[Response, float]]:
    """Ask for responses one after another; return each with its wall time in seconds."""
    found = []
    if info.style == "batch":
        for request in requests:
            started = time.perf_counter()
            (response,) = adapter.generate_batch([request])
            found.append((response, time.perf_counter() - started))
        return found

    async def one_by_one() -> list[tuple[Response, float]]:
        for request in requests:
            started = time.perf_counter()
            response = await adapter.generate(request)
            found.append((response, time.perf_counter() - started))
        return found

    return asyncio.run(one_by_one())


def _probe(clip: Clip, answered: tuple[Response, float]) -> Probe:
    response, seconds = answered
    error = response.error
    return Probe(
        clip=clip.name,
        said=clip.said,
        reply=response.text,
        error=None if error is None else f"{error.kind}: {error.message}",
        error_kind=None if error is None else error.kind,
        finish=response.finish,
        seconds=round(seconds, 3),
        evidence=() if error is not None else tuple(_evidence(clip, response)),
    )


def _evidence(clip: Clip, response: Response) -> Iterator[str]:
    """Yield the signs that a clip arrived, from the response alone."""
    if tokens := audio_tokens(response.usage or {}):
        yield f"{tokens} audio tokens were counted"
    transcript = response.extra.get("transcript")
    for name, text in (("transcript", transcript), ("reply", response.text)):
        if clip.said is None or not isinstance(text, str):
            continue
        share = words_heard(clip.said, text)
        if share >= ENOUGH_WORDS:
            yield f"{share:.0%} of the words are in the {name}"


def words_heard(said: str, text: str) -> float:
    """Return the share of the distinct words of a sentence that occur in a text.

    >>> words_heard("he put the keys on the table", "The keys? On the TABLE.")
    0.6666666666666666
    """
    wanted = set(_WORD.findall(said.lower()))
    return len(wanted & set(_WORD.findall(text.lower()))) / len(wanted)


def audio_tokens(usage: Mapping[str, Any]) -> int:
    """Return the audio tokens of the prompt, wherever the provider's usage has them.

    >>> audio_tokens({"prompt_tokens": 90, "prompt_tokens_details": {"audio_tokens": 75}})
    75
    """
    total = 0
    for name, value in usage.items():
        if name in ("prompt_tokens_details", "input_tokens_details") and isinstance(value, Mapping):
            total += audio_tokens(value)
        elif name == "audio_tokens" and isinstance(value, int):
            total += value
    return total
