"""``cascade:openai:MODEL``: a transcription service, OpenAI's or any other with ``/v1/audio/transcriptions``.

Clips are sent as they are stored where services take the format, through the ``openai`` client in an event loop of its
own, several at a time. Attempts, waits and concurrency are those of ``attempts``. A failure on one clip is that
clip's; a refused key ends the run.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from concurrent.futures import Future
from typing import TYPE_CHECKING, Final

from harness.errors import AudioError
from harness.types import Audio, ErrorInfo
from model_adapters.cascade.recognisers.base import HearingError, RefusedClipError
from model_adapters.services.attempts import Attempt, AttemptLoop, failure
from model_adapters.services.bodies import bounded_client
from model_adapters.services.chat_client import (
    CONNECT_SECONDS,
    OPENAI_URL,
    ClientOptions,
    error_body,
)
from model_adapters.services.chat_reply import ChatReply, malformed, masked, quoted, reported
from model_adapters.services.credentials import Secret, find_key, split_password
from model_adapters.services.pacing.patience import Waiting
from model_adapters.services.proxies import certificates, proxy_for
from model_adapters.services.responses import check_service, fingerprint
from model_adapters.services.statuses import outcome, read_status
from model_adapters.shared.audio_formats import AudioFormat, encode_clip
from model_adapters.shared.loop_thread import LoopThread

if TYPE_CHECKING:
    from openai import AsyncOpenAI

_MIME: Final = {"wav": "audio/wav", "mp3": "audio/mpeg", "flac": "audio/flac"}


class TranscriptionService:
    """A transcription endpoint.

    Args:
        model: the service's name of the model.
        options: how to reach it.
        language: ISO 639-1 code; by default the service recognises it.
        audio_format: ``as_is``, or the format that every clip is sent in.

    Raises:
        MissingKeyError: the service's key is not in the environment.
        UsageError: the URL is not valid.
    """

    sampling_rate: int | None = None

    def __init__(
        self,
        model: str,
        options: ClientOptions,
        *,
        language: str | None = None,
        audio_format: AudioFormat = "as_is",
    ) -> None:
        self._model = model
        self._options = options
        self._language = language
        self._format: AudioFormat = audio_format
        self._key: Secret | None = None
        self._attempts: AttemptLoop | None = None
        self._client: AsyncOpenAI | None = None
        self._loop: LoopThread | None = None

    def open(self) -> str:
        """Check key and URL; no request is sent."""
        self._key = find_key(self._options.api_key_env, self._options.given_url)
        self._attempts = AttemptLoop(self._options, self._key.hide)
        self._client = open_client(self._key, self._options)
        self._loop = LoopThread("transcription")
        self._loop.start()
        differing = {"language": self._language, "audio_format": self._format}
        neutral = {"language": None, "audio_format": "as_is"}
        return fingerprint(
            f"openai:{self._model}",
            {name: value for name, value in differing.items() if value != neutral[name]},
        )

    def hear(self, clip: Audio) -> str:
        """Transcribe a clip.

        Raises:
            AdapterError: the service refuses the key, or is busy for too long.
            AudioError: the clip cannot be read.
            HearingError: all attempts failed.
        """
        return self.start(clip).result()

    def start(self, clip: Audio) -> Future[str]:
        """Send a clip, as soon as there is a place in flight."""
        assert self._loop is not None, "call open first"
        return self._loop.submit(self._hear(clip))

    def waiting(self) -> Waiting | None:
        """Return for how long the service has been waited for, ``None`` while it need not be."""
        return None if self._attempts is None else self._attempts.patience.waiting

    def close(self) -> None:
        """Cancel what is in flight and close the connections; may be called twice."""
        if self._loop is not None and self._client is not None:
            self._loop.submit(self._client.close()).result()
            self._loop.stop()
        self._loop = self._client = None

    async def _hear(self, clip: Audio) -> str:
        assert self._attempts is not None
        reply = await self._attempts.run(lambda _: self._send(clip))
        if reply.finish == "filter":
            raise RefusedClipError(
                ErrorInfo("filter", f"{self._model} refuses to transcribe the clip")
            )
        if reply.error is None:
            return (reply.text or "").strip()
        check_service(reply, self._options.shown_url, self._options.api_key_env)
        if reply.error.kind == "audio":
            raise AudioError(reply.error.message)
        message = (
            f"transcription by {self._model}: {reply.error.message} ({reply.attempts} attempts)"
        )
        raise HearingError(type(reply.error)(reply.error.kind, message))

    async def _send(self, clip: Audio) -> Attempt:
        import openai

        assert self._client is not None and self._attempts is not None and self._key is not None
        denials = self._attempts.denials
        try:
            content, name = await asyncio.to_thread(encode_clip, clip, self._format)
            async with asyncio.timeout(self._options.timeout):
                answer = await self._client.audio.transcriptions.with_raw_response.create(
                    file=(f"clip.{name}", content, _MIME[name]),
                    model=self._model,
                    response_format="json",
                    language=self._language or openai.omit,
                )
        except openai.APIStatusError as error:
            response = error.response
            said = error_body(response.content, response.reason_phrase)
            return read_status(error.status_code, said, response.headers, denials)
        except Exception as error:  # noqa: BLE001  (whatever a transport raises is this clip's failure)
            return failure(error, self._options.timeout)
        reply = masked(read_transcription(answer.content), self._key.mask)
        if reply.error is None:
            denials.answered()
        return outcome(reply)


def read_transcription(body: bytes) -> ChatReply:
    """Read the answer of ``/audio/transcriptions``; an error is a failure, also one next to a text.

    >>> read_transcription(b'{"text": "hello"}').text
    'hello'
    >>> read_transcription(b'{"error": {"message": "no such voice"}}').error.message
    'status 200 with an error: no such voice'
    """
    try:
        found = json.loads(body.decode("utf-8", "replace").removeprefix("\ufeff"))
    except (ValueError, RecursionError):
        return malformed(f"the body is not JSON: {quoted(body.decode('utf-8', 'replace'))}")
    if not isinstance(found, Mapping):
        return malformed(f"the body is a JSON {type(found).__name__}, not an object")
    if found.get("error"):
        return reported(found["error"])
    text = found.get("text")
    if not isinstance(text, str):
        return malformed(f"no text in the answer: {quoted(found)}")
    return ChatReply(text)


def open_client(key: Secret, options: ClientOptions) -> AsyncOpenAI:
    """Open OpenAI's client without retries of its own; every request has a connection of its own.

    Setting one up costs little compared with what is sent, and none is reused after the server has broken it.
    """
    import openai

    url, authorization = split_password(options.given_url or OPENAI_URL)
    headers: Mapping[str, str] = {"Connection": "close", **options.headers}
    if authorization is not None:  # a gateway in front of the service, which takes no key then
        headers = {"Authorization": authorization, **headers}
    http = bounded_client(
        openai.DefaultAsyncHttpxClient,
        trust_env=False,  # its rules about proxies are others than ours, and it would read passwords from .netrc
        proxy=proxy_for(url),
        verify=certificates(url),
    )
    return openai.AsyncOpenAI(
        api_key=key.reveal(),
        base_url=url,
        max_retries=0,
        timeout=openai.Timeout(None, connect=CONNECT_SECONDS),
        default_headers=headers,
        http_client=http,
    )
