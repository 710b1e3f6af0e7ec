"""Requests and answers between the process of a run and its replicas.

A clip travels as the name of its file (or of its cell in a file) with its digest; a replica that does not find these very
bytes under that name says so, and gets the bytes themselves, once per clip and node.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

from harness.audio import AudioRef
from harness.core.adapter import Request, Response
from harness.core.messages import Audio, Message, Role, Text
from harness.errors import AudioError, HarnessError, UsageError


class Clip(NamedTuple):
    """A clip on its way.

    Attributes:
        name: what records call it.
        sha256: digest of its encoded bytes.
        source: where the bytes are, ``None`` if they go along.
    """

    name: str
    sha256: str
    source: Any


class Sent(NamedTuple):
    """A request on its way: without its messages, and these with clips in place of audio."""

    request: Request
    messages: tuple[tuple[Role, tuple[Text | Clip, ...]], ...]

    def clips(self) -> list[Clip]:
        """Return its clips in reading order."""
        return [part for _, parts in self.messages for part in parts if isinstance(part, Clip)]


class Raised(NamedTuple):
    """An error on its way back."""

    kind: type[HarnessError]
    message: str
    where: str | None
    hint: str | None

    @classmethod
    def of(cls, error: HarnessError) -> Raised:
        """Return what is sent of an error; one whose constructor takes other things becomes a ``UsageError``."""
        kind = type(error)
        plain = kind.__init__ is HarnessError.__init__
        return cls(kind if plain else UsageError, error.message, error.where, error.hint)

    def error(self) -> HarnessError:
        """Return the error again."""
        return self.kind(self.message, where=self.where, hint=self.hint)


class Died(NamedTuple):
    """A model that raised something that is not of the harness."""

    message: str


class Lacking(NamedTuple):
    """Clips that a replica does not find as they were named."""

    digests: frozenset[str]


class Answers(NamedTuple):
    """Answers of a replica.

    Attributes:
        responses: one for each request, in order.
        limit: most requests of a batch that the replica believes to fit, ``None`` if it knows of no limit.
    """

    responses: list[Response]
    limit: int | None = None


def pack(request: Request, *, with_bytes: bool) -> Sent:
    """Return a request as it is sent.

    Args:
        request: what is asked; its clips are ``AudioRef``.
        with_bytes: the encoded clips go along.

    Raises:
        AudioError: a clip cannot be read.
    """
    return Sent(
        replace(request, messages=()),
        tuple(
            (
                message.role,
                tuple(
                    part if isinstance(part, Text) else _packed(part, with_bytes=with_bytes)
                    for part in message.parts
                ),
            )
            for message in request.messages
        ),
    )


def _packed(clip: Any, *, with_bytes: bool) -> Clip:
    assert isinstance(clip, AudioRef)
    source = clip.source
    if isinstance(source, str | Path):
        source = str(Path(source).absolute())
    return Clip(clip.path, clip.sha256, None if with_bytes or isinstance(source, bytes) else source)


def lacking(sent: Sequence[Sent], data: Mapping[str, bytes]) -> frozenset[str]:
    """Return the digests of clips that are not where they are said to be.

    Args:
        sent: requests as they came.
        data: encoded clips that came along, by digest.
    """
    return frozenset(
        clip.sha256
        for one in sent
        for clip in one.clips()
        if clip.sha256 not in data and not _is_there(clip)
    )


def _is_there(clip: Clip) -> bool:
    if clip.source is None:
        return False
    try:
        return AudioRef(clip.source).sha256 == clip.sha256
    except AudioError:
        return False


def unpack(sent: Sent, data: Mapping[str, bytes]) -> Request:
    """Return the request again."""
    return replace(
        sent.request,
        messages=tuple(
            Message(
                role,
                tuple(
                    part
                    if isinstance(part, Text)
                    else AudioRef(data.get(part.sha256, part.source), part.name)
                    for part in parts
                ),
            )
            for role, parts in sent.messages
        ),
    )


def longest_audio(requests: Sequence[Request]) -> float:
    """Return the seconds of audio of the request that has most of it."""
    return max(
        sum(
            part.seconds
            for message in request.messages
            for part in message.parts
            if isinstance(part, Audio)
        )
        for request in requests
    )
