"""The side of ``python:`` that holds the user's class: imports it, loads it, asks it. Runs in any interpreter.

This file is also started as a script, in an environment of its own: it works with Python 3.8 and numpy, and imports
nothing of ours. Requests and replies travel on two pipes made for them, whose numbers are the arguments, so what the
model prints cannot get between them. A frame is the length of a JSON document (8 bytes, big-endian), the document,
and the raw float32 samples whose lengths the document lists. A thread reads requests all the time: when the other
end is gone, for whatever reason, it ends this process, even in the middle of a reply.

An exception of one request is a reply with ``error``; in batch mode the requests of the batch are then asked alone.
"""

from __future__ import annotations

import hashlib
import importlib
import inspect
import json
import os
import queue
import signal
import struct
import sys
import threading
import traceback
import types
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_HEADER = struct.Struct(">Q")
FIELDS = ("text", "reasoning", "finish", "usage", "extra")
DEFAULT_RATE = 16000
DEFAULT_MARK = "<audio>"


class Served:
    """A loaded instance of the user's class.

    Args:
        module: name of the module.
        name: name of the class in it.
        arguments: keyword arguments of ``load``.
    """

    def __init__(self, module: str, name: str, arguments: dict[str, Any]) -> None:
        imported = importlib.import_module(module)
        self.model = getattr(imported, name)()
        self.digest = _source_digest(imported, type(self.model))
        generate = self.model.generate
        if hasattr(self.model, "load"):
            self.model.load(**arguments)
        elif arguments:
            raise TypeError(
                "the class has no load(), so it takes no arguments: " + ", ".join(sorted(arguments))
            )
        parameters = inspect.signature(generate).parameters.values()
        self.takes_generation = any(
            p.name == "generation" or p.kind is p.VAR_KEYWORD for p in parameters
        )
        self.mark = getattr(self.model, "audio_mark", DEFAULT_MARK)
        self.batch = bool(getattr(self.model, "batch", False))

    def info(self) -> dict[str, Any]:
        """Return the class's declarations, as JSON-able values."""
        rate = getattr(self.model, "sampling_rate", DEFAULT_RATE)
        return {
            "sampling_rate": None if rate is None else int(rate),
            "max_audio_seconds": getattr(self.model, "max_audio_seconds", None),
            "max_clips": getattr(self.model, "max_clips", None),
            "batch": self.batch,
            "generation": self.takes_generation,
            "source": self.digest,
            "fingerprint": str(getattr(self.model, "fingerprint", "")),
            "python": sys.version.split()[0],
        }

    def answer(self, requests: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
        """Answer requests ``{"messages", "generation", "audio"}``, in order.

        A message is ``{"role", "parts"}``, a part a text or ``None`` for the next clip.
        """
        if not self.batch:
            return [self._alone(request) for request in requests]
        groups: dict[str, list[int]] = {}
        for position, request in enumerate(requests):
            key = json.dumps(request["generation"], sort_keys=True)
            groups.setdefault(key, []).append(position)
        replies: list[dict[str, Any]] = [{} for _ in requests]
        for positions in groups.values():
            found = self._together([requests[position] for position in positions])
            for index, position in enumerate(positions):
                replies[position] = found[index]
        return replies

    def _alone(self, request: Mapping[str, Any]) -> dict[str, Any]:
        try:
            messages = self._messages(request["messages"])
            given = self._options(request)
            if self.batch:
                (reply,) = self.model.generate([messages], [request["audio"]], **given)
            else:
                reply = self.model.generate(messages, request["audio"], **given)
            return checked(reply)
        except Exception as error:  # noqa: BLE001  (it becomes the error of this request)
            return failure(error)

    def _together(self, requests: list[Mapping[str, Any]]) -> list[dict[str, Any]]:
        try:
            replies = list(
                self.model.generate(
                    [self._messages(request["messages"]) for request in requests],
                    [request["audio"] for request in requests],
                    **self._options(requests[0]),
                )
            )
            if len(replies) != len(requests):
                raise ValueError(f"{len(replies)} replies to {len(requests)} requests")
            return [checked(reply) for reply in replies]
        except Exception as error:  # noqa: BLE001  (asked alone, each request gets its own error)
            if len(requests) == 1:
                return [failure(error)]
        return [self._alone(request) for request in requests]

    def _options(self, request: Mapping[str, Any]) -> dict[str, Any]:
        return {"generation": dict(request["generation"])} if self.takes_generation else {}

    def _messages(self, messages: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
        """Return the messages in the class's form: one text with marks, or parts if its mark is ``None``."""
        found = []
        for message in messages:
            parts = message["parts"]
            content: Any
            if self.mark is None:
                content = [
                    {"type": "audio"} if part is None else {"type": "text", "text": part}
                    for part in parts
                ]
            else:
                content = "".join(self.mark if part is None else part for part in parts)
            found.append({"role": message["role"], "content": content})
        return found


def checked(reply: Any) -> dict[str, Any]:
    """Return a reply of the class as a mapping with known keys.

    >>> checked("a dog")
    {'text': 'a dog'}

    Raises:
        TypeError: neither text nor a mapping with a text.
    """
    if isinstance(reply, str):
        return {"text": reply}
    if not isinstance(reply, dict):
        raise TypeError(f"generate returned {type(reply).__name__}, expected text or a mapping")
    unknown = sorted(str(key) for key in reply if key not in FIELDS)
    if unknown or not isinstance(reply.get("text"), str):
        wrong = "unknown keys " + ", ".join(unknown) if unknown else "no text"
        raise TypeError(f"generate returned a mapping with {wrong}; known: " + ", ".join(FIELDS))
    json.dumps(reply)
    return reply


def failure(error: BaseException) -> dict[str, Any]:
    """Turn an exception into the error of a request: the last line of its traceback, and where it was raised.

    >>> failure(ValueError("too loud"))
    {'error': 'ValueError: too loud', 'kind': 'request'}
    """
    last = traceback.format_exception_only(type(error), error)[-1].strip()
    frames = traceback.extract_tb(error.__traceback__)
    if frames and frames[-1].filename != __file__:
        last += f" ({Path(frames[-1].filename).name}:{frames[-1].lineno})"
    memory = isinstance(error, MemoryError) or "out of memory" in last.lower()
    return {"error": last[:1000], "kind": "memory" if memory else "request"}


def _source_digest(module: Any, cls: type) -> str:
    """Return the sha256 of the file that was named, and of the one that defines the class."""
    files = [getattr(module, "__file__", None), inspect.getsourcefile(cls)]
    digests = [hashlib.sha256(Path(name).read_bytes()).hexdigest() for name in files if name]
    return hashlib.sha256(" ".join(digests).encode()).hexdigest()


# --- frames ----------------------------------------------------------------------------------


def write_frame(stream: Any, document: Mapping[str, Any], blobs: Sequence[Any] = ()) -> None:
    """Write one frame; ``blobs`` are bytes-like, and their lengths enter the document."""
    document = dict(document, blobs=[memoryview(blob).nbytes for blob in blobs])
    content = json.dumps(document).encode()
    stream.write(_HEADER.pack(len(content)) + content)
    for blob in blobs:
        stream.write(blob)
    stream.flush()


def read_frame(stream: Any) -> tuple[dict[str, Any], list[bytearray]]:
    """Read one frame: the document and its blobs as bytearrays.

    Raises:
        EOFError: the other end is gone.
    """
    (length,) = _HEADER.unpack(bytes(_read(stream, _HEADER.size)))
    document = json.loads(_read(stream, length).decode())
    return document, [_read(stream, size) for size in document["blobs"]]


def _read(stream: Any, size: int) -> bytearray:
    content = bytearray(size)
    view, done = memoryview(content), 0
    while done < size:
        count = stream.readinto(view[done:])
        if not count:
            raise EOFError
        done += count
    return content


def stand_alone(package: str, folder: str) -> None:
    """Make the files of ``folder`` importable as modules of ``package``; its parents are empty.

    So a module of a package can be used where the package is not installed, and nothing that lies next to the folder
    comes with it.
    """
    parts = package.split(".")
    for end in range(1, len(parts) + 1):
        module = types.ModuleType(".".join(parts[:end]))
        module.__path__ = [folder] if end == len(parts) else []
        sys.modules[module.__name__] = module


# --- the process -----------------------------------------------------------------------------


def main(requests_fd: int, replies_fd: int) -> None:
    """Serve one class until the requests end."""
    for descriptor in (requests_fd, replies_fd):
        os.set_inheritable(descriptor, False)  # noqa: FBT003
    replies = os.fdopen(replies_fd, "wb")
    waiting: queue.Queue[Any] = queue.Queue()
    threading.Thread(target=_listen, args=(requests_fd, waiting), daemon=True).start()
    hello, _ = waiting.get()
    try:
        import numpy  # noqa: F401  (a missing one is said now)

        if hello["package"] is None:
            sys.path.insert(0, hello["path"])
        else:
            stand_alone(hello["package"], hello["path"])
        served = Served(hello["module"], hello["class"], hello["arguments"])
        write_frame(replies, served.info())
    except Exception as error:  # noqa: BLE001  (reported to the other end, which ends the run)
        write_frame(replies, dict(failure(error), traceback=traceback.format_exc()))
        return
    while True:
        write_frame(replies, {"replies": served.answer(_requests(*waiting.get()))})


def _requests(document: Mapping[str, Any], blobs: list[bytearray]) -> list[dict[str, Any]]:
    """Return the requests of a frame, each with its clips as arrays that may be written to."""
    import numpy

    clips = iter(blobs)
    return [
        dict(
            request,
            audio=[(numpy.frombuffer(next(clips), dtype="<f4"), rate) for rate in request["rates"]],
        )
        for request in document["requests"]
    ]


def _listen(descriptor: int, waiting: queue.Queue[Any]) -> None:
    """Queue frames; end the process when there are no more."""
    with os.fdopen(descriptor, "rb") as stream:
        try:
            while True:
                waiting.put(read_frame(stream))
        except (EOFError, OSError):
            sys.stdout.flush()
            sys.stderr.flush()
            if os.getpgrp() == os.getpid():  # processes that the model started end as well
                os.killpg(os.getpid(), signal.SIGKILL)
            os._exit(0)


if __name__ == "__main__":
    main(int(sys.argv[2]), int(sys.argv[3]))
