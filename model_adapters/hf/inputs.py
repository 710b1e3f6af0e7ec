"""From messages to model inputs, and proof that the audio is among them.

Some processors silently drop audio: a template that has no place for it, a processor that ignores an
argument, a feature extractor that cuts a clip at its window. The first two end the run
(``AudioDroppedError``), before any item is paid for: ``measure_window`` sends a synthetic clip through at
start-up, and ``check_audio_features`` looks at every batch, request by request. The third is measured the
same way, by sending a clip longer than the window and comparing what comes out, and not looked up by
class name, since some processors take longer clips in several windows.
"""

from __future__ import annotations

import base64
import io
from collections.abc import Hashable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from harness.errors import AdapterError, AudioDroppedError
from harness.types import Message, Text
from model_adapters.hf.checkpoint import Checkpoint, audio_extractor
from model_adapters.hf.families import Family
from model_adapters.shared.parts import DEFAULT_WINDOW

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt


_UNEVEN: Final = (1.0003, 1.7)
"""Seconds of two clips, the first no whole number of frames of any extractor."""
_NOTICEABLE: Final = 1e-3

_TAIL: Final = 16
"""Last tokens of a prompt that are looked at for a mark."""

Conversation = list[dict[str, Any]]


class PromptError(ValueError):
    """A processor refuses a conversation."""


def request_errors() -> tuple[type[Exception], ...]:
    """Return the errors that a processor or a model raises about a request that it cannot handle."""
    from jinja2 import TemplateError

    return (
        *(RuntimeError, ValueError, TypeError, IndexError, KeyError, MemoryError),
        TemplateError,
    )


def conversation(
    messages: Sequence[Message], clips: Sequence[Sequence[npt.NDArray[np.float32]]]
) -> Conversation:
    """Return a prompt as a chat for ``apply_chat_template``.

    Args:
        messages: the prompt.
        clips: for every audio part, in order, the samples to put in its place, in one piece or several.
    """
    taken = iter(clips)
    chat = []
    for message in messages:
        content: list[dict[str, Any]] = []
        for part in message.parts:
            if isinstance(part, Text):
                content.append({"type": "text", "text": part.text})
            else:
                content += [{"type": "audio", "audio": samples} for samples in next(taken)]
        chat.append({"role": message.role, "content": content})
    return chat


def lengths(chat: Conversation) -> list[int]:
    """Return the number of samples of every clip of a chat, in order."""
    return [
        len(part["audio"]) for message in chat for part in message["content"] if "audio" in part
    ]


def batch_key(family: Family, chat: Conversation) -> Hashable:
    """Return a key of a chat: chats with equal keys may share a batch, others would change each other's answers."""
    found = lengths(chat)
    if family.equal_lengths:
        return tuple(found)
    return bool(found) if family.all_or_none or family.speech_lora else None


def prepare(checkpoint: Checkpoint, conversations: Sequence[Conversation]) -> Any:
    """Prepare the model inputs of a batch, padded on the left and checked for audio.

    Raises:
        AudioDroppedError: a conversation has audio and its inputs do not.
        PromptError: the processor refuses it in a way of its own; see also ``request_errors``.
    """
    chats = list(conversations)
    if checkpoint.family.clip_form == "base64":
        rate = int(audio_extractor(checkpoint.processor).sampling_rate)
        chats = [_with_base64(chat, rate) for chat in chats]
    try:
        inputs = checkpoint.processor.apply_chat_template(
            chats,
            tokenize=True,
            return_dict=True,
            add_generation_prompt=True,
            # Only text is padded to the longest: audio keeps the processor's own rule (often a fixed window).
            processor_kwargs={"text_kwargs": {"padding": True}, "return_tensors": "pt"},
            **checkpoint.template,
        )
    except request_errors():
        raise
    except Exception as error:  # a tokenizer may have kinds of its own
        raise PromptError(f"{type(error).__name__}: {error}") from error
    clips = [len(lengths(chat)) for chat in conversations]
    check_audio_features(inputs, clips, audio_token_id(checkpoint), checkpoint.source.name)
    return inputs


def _with_base64(chat: Conversation, rate: int) -> Conversation:
    """Return the same chat with encoded clips, for templates that take no samples.

    In the form of OpenAI's API: another one is read as a URL, and Python remembers the last 128 of those whole.
    """
    return [
        {
            **message,
            "content": [
                _input_audio(part["audio"], rate) if "audio" in part else part
                for part in message["content"]
            ],
        }
        for message in chat
    ]


def _input_audio(samples: npt.NDArray[np.float32], rate: int) -> dict[str, Any]:
    return {"type": "input_audio", "input_audio": {"data": _wav(samples, rate), "format": "wav"}}


def _wav(samples: npt.NDArray[np.float32], rate: int) -> str:
    import soundfile

    buffer = io.BytesIO()
    soundfile.write(buffer, samples, rate, format="WAV", subtype="FLOAT")
    return base64.b64encode(buffer.getvalue()).decode()


def reasoning_begun(inputs: Mapping[str, Any], checkpoint: Checkpoint) -> list[bool]:
    """Return for every row whether its prompt ends with the mark that begins reasoning."""
    marks, tokenizer = checkpoint.family.marks, checkpoint.processor.tokenizer
    ends = tokenizer.batch_decode(inputs["input_ids"][:, -_TAIL:], skip_special_tokens=False)
    return [end.rstrip().removesuffix(marks.label).rstrip().endswith(marks.opening) for end in ends]


def audio_token_id(checkpoint: Checkpoint) -> int | None:
    """Return the id of the token that stands for audio in ``input_ids``, where the model has one."""
    for holder in (checkpoint.processor, checkpoint.config, checkpoint.model.config):
        for name in ("audio_token_id", "audio_token_index"):
            value = getattr(holder, name, None)
            if isinstance(value, int):
                return value
    return None


def check_audio_features(
    inputs: Mapping[str, Any], clips: Sequence[int], token_id: int | None, where: str
) -> None:
    """Refuse inputs in which the audio of some request is missing.

    Args:
        inputs: what the processor returned for a batch.
        clips: number of clips of each request.
        token_id: id of the audio token, if known; then each row is checked by itself.
        where: name of the checkpoint, for the message.

    Raises:
        AudioDroppedError: no audio features, fewer than requests with audio, or a row without audio.
    """
    with_audio = sum(count > 0 for count in clips)
    if not with_audio:
        return
    features = [
        value
        for value in inputs.values()
        if hasattr(value, "is_floating_point") and value.is_floating_point() and value.dim() > 1
    ]
    if not any(value.numel() for value in features):
        raise _dropped(f"its output holds only {', '.join(inputs)}, no audio features", where)
    rows = max(value.shape[0] for value in features)
    if rows < with_audio:
        raise _dropped(f"{with_audio} requests had audio, features came for {rows}", where)
    if token_id is None:
        return
    for position, count in enumerate(clips):
        found = int((inputs["input_ids"][position] == token_id).sum())
        if found < count:
            raise _dropped(
                f"request {position + 1} of the batch has {count} clips, its prompt has room for {found}",
                where,
            )


def _dropped(message: str, where: str) -> AudioDroppedError:
    return AudioDroppedError(
        f"the processor dropped the audio: {message}",
        where=where,
        hint="its chat template may have no place for audio, or the processor is not the model's own",
    )


def measure_window(checkpoint: Checkpoint) -> float | None:
    """Measure the longest clip (seconds) that the processor takes whole; ``None`` if no limit shows.

    Raises:
        AudioDroppedError: the processor drops audio.
        AdapterError: it cannot build a prompt at all.
    """
    extractor = audio_extractor(checkpoint.processor)
    window = _declared_window(extractor)
    rate = int(extractor.sampling_rate)
    whole, longer = (_extent(checkpoint, seconds, rate) for seconds in (window, window + 1.0))
    if whole == longer:
        return window
    declared = getattr(checkpoint.processor, "max_audio_len", None)
    return float(declared) if isinstance(declared, int | float) else None


def _declared_window(extractor: Any) -> float:
    seconds = getattr(extractor, "chunk_length", None)
    return float(seconds) if isinstance(seconds, int | float) and seconds > 0 else DEFAULT_WINDOW


def neighbours_matter(checkpoint: Checkpoint) -> bool:
    """Return whether the processor treats a clip differently when a longer one is in the batch.

    Padding to the longest may do so in spite of a mask: an extractor that mirrors the end of what it is given sees
    other samples there, and one that rounds down to whole frames counts one more of them.
    """
    rate = int(audio_extractor(checkpoint.processor).sampling_rate)
    short, long = (_noise(seconds, rate) for seconds in _UNEVEN)
    alone = _built(checkpoint, [short])
    try:
        together = _built(checkpoint, [short, long])
    except AdapterError:  # it takes no such batch; what else it takes, a run finds out
        return True
    return any(
        _differs(value[0], together[name][0], ids=name == "input_ids")
        for name, value in alone.items()
        if getattr(value, "ndim", 0) and name in together
    )


def _differs(alone: Any, padded: Any, *, ids: bool) -> bool:
    """Return whether a row of a batch is not the same row with padding: on the left for ``ids``, else on the right."""
    if any(one > other for one, other in zip(alone.shape, padded.shape, strict=True)):
        return True
    if ids:
        return bool(padded[-len(alone) :].ne(alone).any())
    if not alone.is_floating_point():
        return bool(alone.sum() != padded.sum())
    same = padded[tuple(slice(size) for size in alone.shape)]
    return bool((alone - same).abs().max() > _NOTICEABLE)


def _extent(
    checkpoint: Checkpoint, seconds: float, rate: int
) -> list[tuple[str, tuple[int, ...], float]]:
    """Return the shapes of the inputs made from noise of this length, and how much of them counts."""
    return [
        (name, tuple(value.shape), 0.0 if value.is_floating_point() else float(value.ne(0).sum()))
        for name, value in sorted(_built(checkpoint, [_noise(seconds, rate)]).items())
        if hasattr(value, "shape")
    ]


def _noise(seconds: float, rate: int) -> Conversation:
    """Make a question about noise."""
    import numpy as np

    samples = np.random.default_rng(0).standard_normal(round(seconds * rate)).astype(np.float32)
    clip = {"type": "audio", "audio": samples * np.float32(0.1)}
    return [{"role": "user", "content": [clip, {"type": "text", "text": "What is it?"}]}]


def _built(checkpoint: Checkpoint, chats: Sequence[Conversation]) -> Any:
    """Return the inputs of chats that any processor must be able to take."""
    try:
        return prepare(checkpoint, chats)
    except request_errors() as error:
        raise AdapterError(
            f"the processor cannot build a prompt with audio: {type(error).__name__}: {error}",
            where=checkpoint.source.name,
            hint="a chat checkpoint has a chat template (chat_template.jinja) with a place for audio",
        ) from error
