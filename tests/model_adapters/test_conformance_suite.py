"""Hazards of the conformance suite: an adapter that breaks a promise passes, or is not told which."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Sequence
from typing import Any

import pytest

from harness.errors import AudioError, UnknownNameError
from harness.types import AdapterInfo, ErrorInfo, Request, Response
from model_adapters.base import BatchAdapter
from model_adapters.conformance import AdapterConformance, NonconformingError

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
        most = request.generation.limit
        text = " ".join(words[:most])
        for stop in request.generation.stop:
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
    assert list(verdicts) == list(AdapterConformance.CHECKS)
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
