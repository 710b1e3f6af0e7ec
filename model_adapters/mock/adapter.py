"""``mock:BEHAVIOUR``: scripted replies and faults, for our tests and for users'.

Behaviours: ``echo`` (text of the last user message) · ``fixed:TEXT`` · ``hash`` (text that depends on
every message and on the audio's bytes) · ``options`` (an answer of the right form: first option, ``7``,
a sentence) · ``script:FILE`` (see ``mock_script``).

Faults come by arguments. Which request they meet is decided by hashing (seed, request key), never by
the order of calls, so a run, a resumed run and a sharded run meet the same faults. A retryable fault
ends after ``fault_attempts`` attempts at an item; attempts are counted within one process. ``hang_at``
names an item id whose call never returns; ``die_after=N`` lets the adapter die at the call after the
N-th, and is the one fault that counts calls. ``ledger=FILE`` gets one line per call, written by a single
append before anything else happens, so that "nothing was asked twice" can be checked across ``kill -9``.

``error_rate``, ``latency``, ``hang_at``, ``die_after`` and ``ledger`` describe infrastructure and are not part
of the fingerprint: the same model without them resumes the run. ``empty_rate``, ``refuse_rate`` and
``truncate_rate`` change replies, and are. ``decode=true`` reads every clip at 16 kHz as a local checkpoint
would, and ``sampling_rate`` is then declared.
"""

from __future__ import annotations

import asyncio
import dataclasses
import hashlib
import json
import os
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

from harness.errors import AdapterError, AudioError, UnknownNameError, UsageError
from harness.types import AdapterInfo, Audio, ErrorInfo, Request, Response, Text
from model_adapters.arguments import check_rate, read_arguments
from model_adapters.base import draw, prompt_text
from model_adapters.mock.script import Entry, Script, read_script

BEHAVIOURS: Final = ("echo", "fixed", "hash", "options", "script")
SAMPLING_RATE: Final = 16_000
_BY_HINT: Final = {
    "number": "7",
    "transcript": "the quick brown fox jumps over the lazy dog",
    "text": "This is a reply of the mock model.",
    "option": "A",
}


@dataclass(frozen=True)
class Arguments:
    """``-M`` arguments of ``mock``."""

    seed: int = 0
    error_rate: float = 0.0
    error_kind: str = "scripted"
    retryable: bool = True
    fault_attempts: int = 1
    empty_rate: float = 0.0
    refuse_rate: float = 0.0
    truncate_rate: float = 0.0
    latency: float = 0.0
    hang_at: str | None = None
    die_after: int | None = None
    decode: bool = False
    ledger: str | None = None
    style: Literal["async", "batch"] = "async"
    concurrency: int = 8


class MockAdapter:
    """Scripted replies and faults."""

    answers_by_item = True
    """A script names items; equal requests may have different replies."""

    def __init__(self, target: str, **model_args: object) -> None:
        self._behaviour, colon, self._detail = target.partition(":")
        if self._behaviour not in BEHAVIOURS:
            raise UnknownNameError(
                "mock", target, BEHAVIOURS, hint=f"known mocks: {', '.join(BEHAVIOURS)}"
            )
        needs_detail = self._behaviour in ("fixed", "script")
        if needs_detail != bool(colon):
            form = {"fixed": "mock:fixed:TEXT", "script": "mock:script:FILE"}
            wanted = form.get(self._behaviour, f"mock:{self._behaviour}")
            raise UsageError(f"found mock:{target}, expected {wanted}")
        self._arguments = arguments = read_arguments(Arguments, model_args, adapter="mock")
        for name in ("error_rate", "empty_rate", "refuse_rate", "truncate_rate"):
            check_rate(getattr(arguments, name), name)
        if arguments.concurrency < 1:
            raise UsageError("expected at least 1", where="-M concurrency")
        self._script: Script | None = None
        self._attempts: Counter[tuple[str, str, str]] = Counter()
        # a million items asked once are nothing to remember
        self._counts = bool(
            self._behaviour == "script" or arguments.error_rate or arguments.ledger is not None
        )
        self._calls = 0

    def open(self) -> AdapterInfo:
        """Read the script, if there is one."""
        arguments = self._arguments
        detail = self._detail
        if self._behaviour == "script":
            self._script = read_script(detail)
            detail = self._script.sha256
        rates = {
            name: getattr(arguments, name)
            for name in ("empty_rate", "refuse_rate", "truncate_rate")
            if getattr(arguments, name)
        }
        identity = [detail, {**rates, "seed": arguments.seed} if rates else {}]
        digest = hashlib.sha256(json.dumps(identity, sort_keys=True).encode()).hexdigest()
        return AdapterInfo(
            fingerprint=f"mock:{self._behaviour}:{digest[:16]}",
            sampling_rate=SAMPLING_RATE if arguments.decode else None,
            style=arguments.style,
            concurrency=arguments.concurrency,
            description={
                field.name: getattr(arguments, field.name)
                for field in dataclasses.fields(arguments)
                if getattr(arguments, field.name) != field.default
            },
        )

    async def generate(self, request: Request) -> Response:
        """Answer, fail, hang or exit, as the script says."""
        start = time.perf_counter()
        attempt = self._begin(request)
        entry = self._entry(request)
        delay = self._arguments.latency + (entry.latency if entry else 0.0)
        if delay:
            await asyncio.sleep(delay)
        if self._hangs(request, entry):
            await asyncio.Event().wait()
        response = self._respond(request, entry, attempt)
        return dataclasses.replace(response, seconds=time.perf_counter() - start)

    def generate_batch(self, requests: Sequence[Request]) -> list[Response]:
        """Answer like ``generate``, one request after the other; latency is paid once per batch."""
        start = time.perf_counter()
        attempts = [self._begin(request) for request in requests]
        entries = [self._entry(request) for request in requests]
        delay = self._arguments.latency + sum(entry.latency for entry in entries if entry)
        if delay:
            time.sleep(delay)
        while any(map(self._hangs, requests, entries)):
            time.sleep(60)
        responses = list(map(self._respond, requests, entries, attempts))
        seconds = time.perf_counter() - start
        return [dataclasses.replace(response, seconds=seconds) for response in responses]

    def close(self) -> None:
        """Do nothing: no resource is held."""

    def _begin(self, request: Request) -> int:
        """Book the call; returns how often this item was asked before, 0 where that says nothing."""
        attempt = self._count(request) if self._counts else 0
        if self._arguments.ledger is not None:
            task, item_id = request.item
            line = {
                "request_key": request.request_key,
                "task": task,
                "id": item_id,
                "repeat": request.repeat,
                "attempt": attempt,
                "pid": os.getpid(),
            }
            _append(self._arguments.ledger, json.dumps(line) + "\n")
        self._calls += 1
        limit = self._arguments.die_after
        if limit is not None and self._calls > limit:
            raise AdapterError(f"the mock model died after {limit} calls (-M die_after={limit})")
        return attempt

    def _count(self, request: Request) -> int:
        key = (request.request_key, *request.item)
        self._attempts[key] += 1
        return self._attempts[key] - 1

    def _entry(self, request: Request) -> Entry | None:
        if self._script is None:
            return None
        parts = (part for message in request.messages for part in message.parts)
        clip = next((part for part in parts if isinstance(part, Audio)), None)
        return self._script.entry(*request.item, clip)

    def _hangs(self, request: Request, entry: Entry | None) -> bool:
        return self._arguments.hang_at == request.item[1] or bool(entry and entry.hang)

    def _respond(self, request: Request, entry: Entry | None, attempt: int) -> Response:
        arguments = self._arguments
        if arguments.decode:
            problem = _decode(request)
            if problem is not None:
                return problem
        ends = arguments.retryable and attempt >= arguments.fault_attempts
        if self._meets("error", arguments.error_rate, request) and not ends:
            message = f"scripted fault, attempt {attempt + 1} (-M error_rate)"
            info = ErrorInfo(arguments.error_kind, message, retryable=arguments.retryable)
            return Response(None, error=info)
        if self._meets("empty", arguments.empty_rate, request):
            return Response("")
        if self._meets("refuse", arguments.refuse_rate, request):
            return Response("I cannot help with that.", finish="refusal")
        response = self._reply(request, entry, attempt)
        if response.text and self._meets("truncate", arguments.truncate_rate, request):
            half = response.text[: (len(response.text) + 1) // 2]
            return dataclasses.replace(response, text=half, finish="length")
        return response

    def _meets(self, fault: str, rate: float, request: Request) -> bool:
        return rate > 0.0 and draw(fault, self._arguments.seed, request.request_key) < rate

    def _reply(self, request: Request, entry: Entry | None, attempt: int) -> Response:
        if self._behaviour == "script":
            task, item_id = request.item
            if entry is None:
                message = f"the script has no entry for {task}/{item_id} and none for '*'"
                return Response(None, error=ErrorInfo("missing_response", message))
            if entry.die:
                raise AdapterError(f"the mock model died at {task}/{item_id} (scripted)")
            return entry.on_attempt(attempt)
        if self._behaviour == "fixed":
            return Response(self._detail)
        if self._behaviour == "options":
            return Response(_right_form(request))
        if self._behaviour == "hash":
            return _hashed(request)
        return Response(prompt_text(request.messages))


def _right_form(request: Request) -> str:
    hints = request.hints
    if hints.answer == "option" and hints.options:
        return hints.options[0]
    return _BY_HINT[hints.answer]


def _hashed(request: Request) -> Response:
    digest = hashlib.sha256()
    for message in request.messages:
        digest.update(f"\x1e{message.role}".encode())
        for part in message.parts:
            if isinstance(part, Text):
                digest.update(b"\x1f" + part.text.encode("utf-8", "surrogatepass"))
                continue
            try:
                digest.update(b"\x1d" + part.sha256.encode())
            except AudioError as error:
                return Response(None, error=ErrorInfo("audio", str(error)))
    return Response(f"reply {digest.hexdigest()[:16]}")


def _decode(request: Request) -> Response | None:
    """Decode every clip; the error response if one cannot be."""
    for message in request.messages:
        for part in message.parts:
            if isinstance(part, Text):
                continue
            try:
                part.decode(SAMPLING_RATE)
            except AudioError as error:
                return Response(None, error=ErrorInfo("audio", str(error)))
    return None


def _append(path: str, line: str) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
    try:
        os.write(descriptor, line.encode())
    finally:
        os.close(descriptor)
