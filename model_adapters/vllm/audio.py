"""Clips in vLLM's chat messages, and proof that they reached the prompt.

A clip is an ``audio_url`` part with a data URL: a wav file of the decoded samples, 32-bit, so the model hears the
very numbers that ``hf:`` hears. vLLM's other ways are no better: ``input_audio`` becomes the same data URL
(``vllm/renderers/chat_utils/content_parser.py``, 0.33.0), ``audio_embeds`` wants an encoder's output, and raw arrays
go only with a prompt that is rendered already, so every model's audio mark would have to be known here.

A prompt comes back as token ids, the clips' positions included. ``measure`` sends noise of 1, 30 and 31 seconds
through and finds the token that stands for audio (its number grows with the clip, or it is the one that a prompt
without audio lacks), and how long a clip the processor takes whole. ``AudioMeasure.check`` then counts that token in
every prompt: none means that the audio was dropped, fewer than a long clip needs that it was cut.
"""

from __future__ import annotations

import base64
import io
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal

from harness.errors import AdapterError, AudioDroppedError
from harness.types import ErrorInfo, Message, Text
from model_adapters.shared.parts import DEFAULT_WINDOW, joined_parts

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

Conversation = list[dict[str, Any]]
Prompt = list[int] | ErrorInfo
"""Token ids of a prompt, or why vLLM would not take it."""

SHORT_CLIP: Final = 0.5
"""Seconds below which a clip that leaves no trace is itself to blame."""
TOLERANCE: Final = 0.95
SLACK: Final = 2
"""A clip is whole with this share of the tokens that its seconds should make, less so many that rounding costs."""
_SHORT, _WHOLE, _LONGER = 1.0, DEFAULT_WINDOW, DEFAULT_WINDOW + 1.0


def conversation(messages: Sequence[Message], sampling_rate: int) -> Conversation:
    """Return messages for ``LLM.chat``, parts in reading order; clips are decoded at this rate (Hz).

    Raises:
        AudioError: a clip cannot be read.

    >>> conversation([Message("user", (Text("Hel"), Text("lo")))], 16_000)
    [{'role': 'user', 'content': 'Hello'}]
    """
    return [
        {"role": message.role, "content": _content(joined_parts(message), sampling_rate)}
        for message in messages
    ]


def _content(parts: Sequence[Any], rate: int) -> str | list[dict[str, Any]]:
    if all(isinstance(part, Text) for part in parts):
        return "".join(part.text for part in parts)
    return [
        {"type": "text", "text": part.text}
        if isinstance(part, Text)
        else audio_part(part.decode(rate), rate)
        for part in parts
    ]


def audio_part(samples: npt.NDArray[np.float32], sampling_rate: int) -> dict[str, Any]:
    """Write samples as a content part with a data URL (wav, 32-bit float, mono)."""
    import soundfile

    buffer = io.BytesIO()
    soundfile.write(buffer, samples, sampling_rate, "FLOAT", format="WAV")
    data = base64.b64encode(buffer.getvalue()).decode("ascii")
    return {"type": "audio_url", "audio_url": {"url": f"data:audio/wav;base64,{data}"}}


@dataclass(frozen=True, slots=True)
class AudioMeasure:
    """Results of the probes of a model.

    Attributes:
        token: id that stands for audio in a prompt; ``None`` if no single one does.
        per_second: such tokens for a second of audio; ``None`` if their number is fixed or unknown.
        window: longest clip in seconds that is taken whole; ``None`` if no limit shows.
        source: where ``window`` comes from. ``assumed``: the prompt has the same length for every clip, so
            nothing shows how much of it is used.
    """

    token: int | None = None
    per_second: float | None = None
    window: float | None = None
    source: Literal["measured", "assumed", "no limit found"] = "no limit found"

    def count(self, prompt: Sequence[int]) -> int | None:
        """Count the audio tokens of a prompt, ``None`` if they cannot be told.

        >>> AudioMeasure(token=7).count([1, 7, 7, 2])
        2
        """
        return None if self.token is None else list(prompt).count(self.token)

    def check(
        self, prompt: Sequence[int], seconds: Sequence[float], where: str
    ) -> ErrorInfo | None:
        """Check that the clips of a request are in its prompt.

        Args:
            prompt: token ids that the model was given.
            seconds: durations of the clips.
            where: the checkpoint, for messages.

        Returns:
            Why this request has no answer (a clip was cut, or left no trace), ``None`` if all is well.

        Raises:
            AudioDroppedError: fewer audio tokens than clips.

        >>> AudioMeasure(token=7, per_second=10.0).check([7] * 100, [60.0], "m").kind
        'audio_too_long'
        """
        found = self.count(prompt)
        if found is None or not seconds:
            return None
        if found < len(seconds):
            if min(seconds) < SHORT_CLIP:
                message = f"a clip of {min(seconds):.3f} s leaves no audio in the prompt"
                return ErrorInfo("audio_too_short", message)
            raise AudioDroppedError(
                f"a request has {len(seconds)} clips, its prompt has {found} audio tokens",
                where=where,
                hint="its chat template may have no place for audio (-M chat_template=FILE)",
            )
        if self.per_second is None or sum(seconds) <= _LONGER:
            return None
        expected = TOLERANCE * self.per_second * sum(seconds) - SLACK * len(seconds)
        if found >= expected:
            return None
        return ErrorInfo(
            "audio_too_long",
            f"vLLM's processor cut the audio: {sum(seconds):.1f} s should make more than {expected:.0f} tokens, "
            f"the prompt has {found}",
        )


def measure(
    ask: Callable[[Sequence[Conversation]], Sequence[Prompt]], sampling_rate: int, where: str
) -> AudioMeasure:
    """Send synthetic clips through and see what becomes of them.

    Args:
        ask: prompts that conversations become.
        sampling_rate: of the clips, in Hz.
        where: the checkpoint, for messages.

    Raises:
        AudioDroppedError: the prompt with a clip has nothing that the one without it lacks.
        AdapterError: no prompt with a clip can be built.
    """
    probes = [_probe(seconds, sampling_rate) for seconds in (None, _SHORT, _WHOLE, _LONGER)]
    text, short, whole, longer = (_counted(prompt) for prompt in ask(probes))
    if isinstance(short, ErrorInfo):
        raise AdapterError(
            f"no prompt with audio can be built: {short.message}",
            where=where,
            hint="the checkpoint must be one whose audio vLLM supports, with a chat template that has a place for it "
            "(-M chat_template=FILE)",
        )
    longest = next((found for found in (longer, whole) if isinstance(found, Counter)), short)
    if grown := longest - short:
        return _grown(max(grown, key=lambda token: grown[token]), short, whole, longer)
    if isinstance(text, ErrorInfo):  # a model that takes no text alone: nothing to compare with
        return AudioMeasure()
    added = short - text
    if not added:
        raise AudioDroppedError(
            "the prompt is the same with a clip and without",
            where=where,
            hint="its chat template may have no place for audio (-M chat_template=FILE)",
        )
    token = max(added, key=lambda token: added[token])
    if isinstance(longer, ErrorInfo):
        return AudioMeasure(token)
    return AudioMeasure(token, None, DEFAULT_WINDOW, "assumed")


def _grown(
    token: int,
    short: Counter[int],
    whole: Counter[int] | ErrorInfo,
    longer: Counter[int] | ErrorInfo,
) -> AudioMeasure:
    if isinstance(whole, ErrorInfo):
        return AudioMeasure(token)
    per_second = whole[token] / _WHOLE
    # More from 1 to 30 seconds and no more after that: the processor cuts, as Whisper's does.
    if not isinstance(longer, ErrorInfo) and longer[token] == whole[token] > short[token]:
        return AudioMeasure(token, per_second, _WHOLE, "measured")
    return AudioMeasure(token, per_second)


def _probe(seconds: float | None, rate: int) -> Conversation:
    question = Text("What is it?")
    if seconds is None:
        return [{"role": "user", "content": question.text}]
    import numpy as np

    samples = np.random.default_rng(0).standard_normal(round(seconds * rate)).astype(np.float32)
    content = [audio_part(samples * np.float32(0.1), rate), {"type": "text", "text": question.text}]
    return [{"role": "user", "content": content}]


def _counted(prompt: Prompt) -> Counter[int] | ErrorInfo:
    return prompt if isinstance(prompt, ErrorInfo) else Counter(prompt)
