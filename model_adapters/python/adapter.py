"""``python:MODULE:CLASS``: a model behind a small class of the user's own.

The class has ``generate(messages, audio)`` and, if it needs anything, ``load(**arguments)``; ``docs/adapters.md``
shows one. ``-M path=FOLDER`` is where its module lies. With ``-M python=VENV`` it lives in a child process with that
environment's interpreter, since model repositories pin versions that conflict with each other and with ours; without
it, in this process. All other ``-M`` arguments are those of ``load``.

``python:contrib.MODULE:CLASS``, without ``path``, is one of the modules of ``model_adapters/contrib``. A child gets
that folder alone, as the package ``model_adapters.contrib`` with empty parents: it needs no harness, and none of our
modules, some of which are named like other packages (``openai``), can be imported there.

Replies are cut at stop strings here. An exception in ``generate`` is the error of one request; one in ``load``, or
the death of the child, ends the run. The fingerprint is made of the class's source, the arguments (a folder counts by
the checkpoint files in it) and its attribute ``fingerprint`` if there is one, never of the interpreter.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import re
import sys
import time
import traceback
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Protocol, cast

from harness.errors import AdapterError, AudioError, UnknownNameError, UsageError
from harness.types import AdapterInfo, ErrorInfo, Finish, Message, Request, Response, Text
from model_adapters.arguments import read_arguments
from model_adapters.base import BatchAdapter
from model_adapters.python.process import WorkerProcess, interpreter
from model_adapters.python.worker import Served, failure
from model_adapters.shared.fingerprint import checkpoint_files, folder_fingerprint
from model_adapters.shared.reply_text import cut_at, split_reasoning

_TARGET: Final = re.compile(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)*:[A-Za-z_]\w*")
_FINISHES: Final = ("stop", "length", "filter", "refusal")
_OWN: Final = ("python", "path")
_CONTRIB: Final = Path(__file__).resolve().parents[1] / "contrib"
_CONTRIB_PACKAGE: Final = "model_adapters.contrib"


@dataclass(frozen=True)
class Arguments:
    """``-M`` arguments of ``python`` itself; all others go to ``load``."""

    python: str | None = None
    path: str = "."


class _Backend(Protocol):
    """Where the class lives."""

    def open(self) -> Mapping[str, Any]: ...

    def answer(self, requests: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]: ...

    def close(self) -> None: ...


class PythonAdapter(BatchAdapter):
    """A class of the user's own, here or in another environment."""

    def __init__(self, target: str, **model_args: object) -> None:
        if not _TARGET.fullmatch(target):
            raise UsageError(
                f"found python:{target}, expected python:MODULE:CLASS",
                hint="the module as it is imported, without .py; -M path=FOLDER says where it lies",
            )
        own = {name: value for name, value in model_args.items() if name in _OWN}
        arguments = read_arguments(Arguments, own, adapter="python")
        module, _, name = target.partition(":")
        shipped = None if "path" in own else _contrib_module(module)
        folder = Path(arguments.path).expanduser() if shipped is None else _CONTRIB
        if not folder.is_dir():
            raise UsageError("no such folder", where=f"-M path={arguments.path}")
        self._target = target if shipped is None else f"contrib.{shipped}:{name}"
        self._given = {key: value for key, value in model_args.items() if key not in _OWN}
        self._hello = {
            "module": module if shipped is None else f"{_CONTRIB_PACKAGE}.{shipped}",
            "class": name,
            "path": str(folder.absolute()),
            "package": None if shipped is None else _CONTRIB_PACKAGE,
            "arguments": self._given,
        }
        self._python = None if arguments.python is None else interpreter(arguments.python)
        self._backend: _Backend | None = None
        self._rate: int | None = None

    def open(self) -> AdapterInfo:
        """Import the class and load the model.

        Raises:
            AdapterError: the module cannot be imported, ``load`` raised, or the child died.
        """
        self.close()
        name = f"python:{self._target}"
        if self._python is None:
            backend: _Backend = _InProcess(self._hello, name)
        else:
            backend = _InChild(self._python, self._hello, name)
        self._backend = backend
        info = backend.open()
        self._rate = info["sampling_rate"]
        return AdapterInfo(
            fingerprint=self._fingerprint(info),
            sampling_rate=self._rate,
            max_audio_seconds=info["max_audio_seconds"],
            max_clips=info["max_clips"],
            style="batch",
            description={
                "class": self._target,
                "source": info["source"],
                "interpreter": self._python or sys.executable,
                "python": info["python"],
                "batch": info["batch"],
                "generation": "passed on" if info["generation"] else "not taken by the class",
            },
        )

    def generate_batch(self, requests: Sequence[Request]) -> list[Response]:
        """Answer requests: one response per request, in order."""
        if self._backend is None:
            raise UsageError("the adapter is not open")
        start = time.perf_counter()
        plain = [self._plain(request) for request in requests]
        asked = [item for item in plain if not isinstance(item, ErrorInfo)]
        replies = iter(self._backend.answer(asked) if asked else [])
        seconds = time.perf_counter() - start
        return [
            Response(None, error=item, seconds=seconds)
            if isinstance(item, ErrorInfo)
            else _response(next(replies), request, seconds)
            for item, request in zip(plain, requests, strict=True)
        ]

    def close(self) -> None:
        """Let go of the model, and end its process."""
        if self._backend is not None:
            self._backend.close()
            self._backend = None

    def _fingerprint(self, info: Mapping[str, Any]) -> str:
        arguments = {key: _content(value) for key, value in self._given.items()}
        identity = [self._target, info["source"], info["fingerprint"], arguments]
        digest = hashlib.sha256(json.dumps(identity, sort_keys=True).encode()).hexdigest()
        return f"python:{self._target}:{digest[:16]}"

    def _plain(self, request: Request) -> dict[str, Any] | ErrorInfo:
        try:
            audio = [
                (part.decode(self._rate), self._rate or part.sampling_rate)
                for message in request.messages
                for part in message.parts
                if not isinstance(part, Text)
            ]
        except AudioError as error:
            return ErrorInfo("audio", str(error))
        return {
            "messages": [_plain_message(message) for message in request.messages],
            "generation": request.generation.as_mapping(repeat=request.repeat),
            "audio": audio,
        }


class _InProcess:
    """The class in this process. Its folder comes last on the path: our modules win."""

    def __init__(self, hello: Mapping[str, Any], name: str) -> None:
        self._hello = hello
        self._name = name
        self._served: Served | None = None

    def open(self) -> Mapping[str, Any]:
        if self._hello["package"] is None:
            sys.path.append(self._hello["path"])
        try:
            self._served = Served(
                self._hello["module"], self._hello["class"], self._hello["arguments"]
            )
        except Exception as error:
            found = failure(error)
            raise _not_loaded(self._name, found["error"], traceback.format_exc()) from error
        return self._served.info()

    def answer(self, requests: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
        assert self._served is not None
        own = [
            {**request, "audio": [(samples.copy(), rate) for samples, rate in request["audio"]]}
            for request in requests
        ]
        return self._served.answer(own)

    def close(self) -> None:
        self._served = None
        with contextlib.suppress(ValueError):
            sys.path.remove(self._hello["path"])


class _InChild:
    """The class in a process with another interpreter."""

    def __init__(self, python: str, hello: Mapping[str, Any], name: str) -> None:
        self._hello = hello
        self._name = name
        self._process = WorkerProcess(python, name)

    def open(self) -> Mapping[str, Any]:
        info = self._process.ask(self._hello)
        if "error" in info:
            self._process.close()
            raise _not_loaded(self._name, info["error"], info["traceback"])
        return info

    def answer(self, requests: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
        clips = [clip for request in requests for clip in request["audio"]]
        document = [
            {
                "messages": request["messages"],
                "generation": request["generation"],
                "rates": [rate for _, rate in request["audio"]],
            }
            for request in requests
        ]
        blobs = [memoryview(samples.astype("<f4", copy=False)).cast("B") for samples, _ in clips]
        return list(self._process.ask({"requests": document}, blobs)["replies"])

    def close(self) -> None:
        self._process.close()


def _contrib_module(module: str) -> str | None:
    """Return the name of a module that comes with the harness; ``None`` if ``module`` does not mean one.

    Raises:
        UnknownNameError: there is no such module.
    """
    package, _, name = module.removeprefix("model_adapters.").partition(".")
    if package != "contrib" or not name:
        return None
    known = contrib_modules()
    if name not in known:
        raise UnknownNameError(
            "module of contrib:",
            name,
            known,
            hint=f"known: {', '.join(known)}; a package contrib of your own needs -M path=FOLDER",
        )
    return name


def contrib_modules() -> list[str]:
    """Return the modules of ``model_adapters/contrib`` that hold a model, sorted.

    >>> "desta25" in contrib_modules()
    True
    """
    return sorted(path.stem for path in _CONTRIB.glob("*.py") if not path.name.startswith("_"))


def _plain_message(message: Message) -> dict[str, Any]:
    parts = [part.text if isinstance(part, Text) else None for part in message.parts]
    return {"role": message.role, "parts": parts}


def _response(reply: Mapping[str, Any], request: Request, seconds: float) -> Response:
    if "error" in reply:
        return Response(None, error=ErrorInfo(reply["kind"], reply["error"]), seconds=seconds)
    text, reasoning = reply["text"], reply.get("reasoning")
    if reasoning is None:
        reasoning, text = split_reasoning(text)
    text, stopped = cut_at(text, request.generation.stop)
    finish = reply.get("finish", "stop")
    if finish not in _FINISHES:
        message = f"generate returned finish {finish!r}, expected one of {', '.join(_FINISHES)}"
        return Response(None, error=ErrorInfo("request", message), seconds=seconds)
    if stopped and finish == "length":
        finish = "stop"
    extra = reply.get("extra") or {}
    return Response(
        text, reasoning, cast("Finish", finish), reply.get("usage"), seconds, None, extra
    )


def _content(value: object) -> object:
    """Return an argument as the fingerprint sees it: a checkpoint folder by its files."""
    if isinstance(value, str) and value and (folder := Path(value).expanduser()).is_dir():
        return folder_fingerprint(folder) if checkpoint_files(folder) else value
    return value


def _not_loaded(name: str, error: str, trace: str) -> AdapterError:
    hint = "\n  ".join(trace.strip().split("\n")[-12:])
    if error.startswith("ModuleNotFoundError"):
        hint = f"-M path=FOLDER says where the module lies, -M python=VENV who runs it\n  {hint}"
    return AdapterError(f"the model cannot be loaded: {error}", where=name, hint=hint)
