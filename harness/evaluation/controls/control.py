"""``--control``: what it may say, and what it does to the prompt of an item."""

from __future__ import annotations

import hashlib
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Final

from harness.audio import AudioRef
from harness.core import keys
from harness.core.messages import Audio, Message, Text
from harness.core.scoring import Document
from harness.core.task import Documents
from harness.errors import AudioError, UnsupportedTaskError, UsageError
from harness.evaluation.controls import sounds
from harness.task_loading.prompts import PromptedTask, Rewrite

WITHOUT_CLIPS: Final = ("no-audio", "transcript")
_VALUES: Final = {
    "noise": ("a ratio in dB", -60.0, 100.0),
    "speed": ("a factor", 0.25, 4.0),
    "reverb": ("a decay time in seconds", 0.05, 10.0),
}
_FORMS: Final = (
    "no-audio", "silence", "noise:DB", "wrong-clip", "transcript[:FIELD]", "speed:FACTOR", "codec:NAME",
    "reverb:SECONDS",
)  # fmt: skip
_TRANSCRIPTS: Final = ("transcript", "transcription", "text", "sentence")


@dataclass(frozen=True, slots=True)
class Control:
    """One control.

    Attributes:
        name: what is done.
        argument: ratio, factor, time, codec or field; empty where there is none.

    >>> str(parse_control("noise:5.0"))
    'noise:5'
    """

    name: str
    argument: str = ""

    def __str__(self) -> str:
        return f"{self.name}:{self.argument}" if self.argument else self.name

    @property
    def keeps_clips(self) -> bool:
        """True if prompts still hold audio."""
        return self.name not in WITHOUT_CLIPS

    @property
    def makes_clips(self) -> bool:
        """True if the model gets clips that are files nowhere."""
        return self.keeps_clips and self.name != "wrong-clip"

    def rewrite(self, task: PromptedTask, documents: Documents) -> Rewrite:
        """Return what changes the prompts of a task.

        Args:
            task: the task.
            documents: all its documents.

        Raises:
            UnsupportedTaskError: the prompt has no audio, no other clip fits an item (``wrong-clip``), or documents have no transcript.
        """
        if not any(
            isinstance(part, Audio)
            for message in task.messages(documents[0])
            for part in message.parts
        ):
            raise UnsupportedTaskError(
                f"the prompt of {task.spec.task} has no audio, so a control changes nothing",
                where=f"--control {self}",
            )
        if self.name == "wrong-clip":
            donors = _donors(task, documents)
            return lambda doc, found: _with_clips(found, donors[str(doc["_id"])])
        if self.name == "transcript":
            field = _transcript_field(task, documents, self.argument)
            return lambda doc, found: _in_place(found, f'"{doc[field]}"')
        if self.name == "no-audio":
            return lambda _doc, found: _in_place(found, "")

        def changed(doc: Document, found: tuple[Message, ...]) -> tuple[Message, ...]:
            clips = [part for message in found for part in message.parts if isinstance(part, Audio)]
            own = doc.get("_original", doc)  # its options may be in another order
            item = keys.digest([task.spec.task, keys.identity(own, task.spec.doc_fields)])
            return _with_clips(
                found,
                [
                    AudioRef(Controlled(clip, self, _seed(item, place)), f"{clip.path} ({self})")
                    for place, clip in enumerate(clips)
                ],
            )

        return changed


@dataclass(frozen=True)
class Controlled:
    """The bytes of a clip under a control, made when they are first read.

    Attributes:
        clip: the clip as it is.
        control: what is done to it.
        seed: for what is drawn.
    """

    clip: Audio
    control: Control
    seed: int

    def __str__(self) -> str:
        return f"{self.clip.path} ({self.control})"

    def read_bytes(self) -> bytes:
        """Return the changed clip as a WAV file.

        Raises:
            AudioError: the clip itself cannot be read.
        """
        return self._bytes

    @cached_property
    def _bytes(self) -> bytes:
        samples, rate = self.clip.decode(), self.clip.sampling_rate
        if self.control.name == "codec":
            changed = sounds.through_codec(samples, rate, self.control.argument)
        else:
            value = float(self.control.argument or 0)
            changed = sounds.SOUNDS[self.control.name](samples, rate, value, self.seed)
        return sounds.wav(changed, rate)


def parse_control(text: str | None) -> Control | None:
    """Parse ``--control``; ``None`` is the task as it is.

    >>> parse_control("speed:1.10"), parse_control("silence").keeps_clips
    (Control(name='speed', argument='1.1'), True)

    Raises:
        UsageError: an unknown control, or an argument that it does not take.
    """
    if text is None:
        return None
    name, colon, argument = text.strip().partition(":")
    known = {form.partition("[")[0].partition(":")[0] for form in _FORMS}
    if name not in known or (colon and not argument):
        raise _wrong(text)
    if name in _VALUES:
        return Control(name, _number(text, name, argument))
    if name == "codec":
        if argument not in sounds.CODECS:
            raise UsageError(
                f"there is no codec {argument!r}",
                where=f"--control {text}",
                hint=f"codecs: {', '.join(sounds.CODECS)}",
            )
        return Control(name, argument)
    if argument and (name != "transcript" or not re.fullmatch(r"[\w.-]+", argument)):
        raise _wrong(text)
    return Control(name, argument)


def _wrong(text: str) -> UsageError:
    return UsageError(
        f"{text!r} is not a control", where="--control", hint=f"controls: {', '.join(_FORMS)}"
    )


def _number(text: str, name: str, argument: str) -> str:
    what, low, high = _VALUES[name]
    try:
        value = float(argument)
    except ValueError:
        value = math.nan
    if not low <= value <= high:
        raise UsageError(
            f"{argument!r} is not {what} from {low:g} to {high:g}", where=f"--control {text}"
        )
    return f"{value:g}"


# --- prompts ---------------------------------------------------------------------------------


def _with_clips(found: tuple[Message, ...], clips: list[AudioRef]) -> tuple[Message, ...]:
    """Put clips into the places of those that a prompt has, in order; the first ones again if there are too few."""
    given = _endless(clips)
    return tuple(
        replace(
            message,
            parts=tuple(next(given) if isinstance(part, Audio) else part for part in message.parts),
        )
        for message in found
    )


def _endless(clips: list[AudioRef]) -> Iterator[AudioRef]:
    while True:
        yield from clips


def _in_place(found: tuple[Message, ...], text: str) -> tuple[Message, ...]:
    """Put a text into the place of every clip."""
    return tuple(
        replace(
            message,
            parts=_joined(
                part if isinstance(part, Text) else Text(f"{text}\n" if text else "")
                for part in message.parts
            ),
        )
        for message in found
    )


def _joined(parts: Iterator[Text]) -> tuple[Text, ...]:
    whole = "".join(part.text for part in parts)
    return (Text(whole),) if whole else (Text(" "),)


def _transcript_field(task: PromptedTask, documents: Documents, given: str) -> str:
    fields = [given] if given else [name for name in _TRANSCRIPTS if name in documents[0]]
    for name in fields:
        if all(isinstance(doc.get(name), str) for doc in documents):
            return name
    raise UnsupportedTaskError(
        f"the documents of {task.spec.task} have no transcript"
        + (f" in the field {given!r}" if given else ""),
        where="--control transcript",
        hint="name the field: --control transcript:FIELD; a recogniser's transcript is: cascade:RECOGNISER+MODEL",
    )


# --- wrong clips -----------------------------------------------------------------------------


def _donors(task: PromptedTask, documents: Documents) -> dict[str, list[AudioRef]]:
    """Return the clips of another item for every item: never its own ones or copies of them, nor of an item with the same answer.

    Items are put in an order by a hash of their content; an item gets the clips of the next one in it that fits. Among
    those, one with as many clips comes first.

    Raises:
        UnsupportedTaskError: an item for which there is none.
    """
    rows = [
        (str(doc["_id"]), list(doc.get("_audio") or ()), _answer(task, doc)) for doc in documents
    ]
    place = [
        hashlib.sha256(
            keys.digest([task.spec.task, keys.identity(doc, task.spec.doc_fields)]).encode()
        ).digest()
        for doc in documents
    ]
    order = sorted(range(len(rows)), key=place.__getitem__)
    found: dict[str, list[AudioRef]] = {}
    for rank, number in enumerate(order):
        name, clips, answer = rows[number]
        fitting = (
            rows[other][1]
            for step in range(1, len(order))
            if (other := order[(rank + step) % len(order)]) is not None
            and rows[other][2] != answer
            and rows[other][1]
        )
        donor = next(
            (
                one
                for one in fitting
                if len(one) == len(clips)
                and not any(_is_same(clip, own) for clip in one for own in clips)
            ),
            None,
        )
        if donor is None:
            raise UnsupportedTaskError(
                f"{task.spec.task} has no item with another clip and another answer than {name}",
                where="--control wrong-clip",
                hint="use --control silence or no-audio for this task",
            )
        found[name] = donor
    return found


def _is_same(one: AudioRef, other: AudioRef) -> bool:
    """Return whether two clips sound alike: one file, or copies of it. Contents are read only where headers agree."""
    if one == other:
        return True
    try:
        return one.info == other.info and one.sha256 == other.sha256
    except AudioError:
        return False


def _answer(task: PromptedTask, doc: Document) -> str:
    return keys.canonical_json(task.reference(doc))


def _seed(item: str, place: int) -> int:
    return int.from_bytes(hashlib.sha256(f"{item}:{place}".encode()).digest()[:4], "big")
