"""What a task declares about its judge: model, prompts, sampling, votes, and items with a known grade.

``harness.task_loading.judging.block`` reads it from the task YAML, once, with the texts of the prompt files.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any, Final

from harness.core.keys import short_hash
from harness.core.scoring import Document

RESPONSE_SLOT: Final = "response"
"""The slot that holds model output; every other slot holds the benchmark's own text."""
CANARY: Final = "canary:"
"""Ids of canaries in ``judgements.jsonl`` start with this."""

_SLOT: Final = re.compile(r"\{\{|\}\}|\{([A-Za-z_]\w*)\}")


@dataclass(frozen=True)
class JudgePrompt:
    """A prompt file.

    Attributes:
        id: file name without suffix.
        system: system message, ``None`` if the file has none.
        user: user message with its slots.
        path: the file.
    """

    id: str
    system: str | None
    user: str
    path: Path

    @cached_property
    def hash(self) -> str:
        """Short hash of the texts."""
        return short_hash([self.system, self.user])

    @cached_property
    def slots(self) -> frozenset[str]:
        """Names of the slots of both messages."""
        return slot_names(self.system or "") | slot_names(self.user)


@dataclass(frozen=True, slots=True)
class Retirement:
    """The day from which a judge's model is switched off, and who says so."""

    date: date
    source: str

    @classmethod
    def listed(cls, judge: Mapping[str, Any]) -> Retirement | None:
        """Return the end that the task index names with a judge (``retires``, ``source``), ``None`` if it names none."""
        day = judge.get("retires")
        return None if day is None else cls(date.fromisoformat(day), judge["source"])


@dataclass(frozen=True, slots=True)
class JudgeSpec:
    """The judge of one task.

    Attributes:
        model: model snapshot.
        sampling: arguments of the call, sent as they are, with the output schema if there is one.
        samples: votes per item.
        repeats: identical repeats per unreadable vote; only the strict reading uses them.
        parse: id and version of the reply parser.
        reducer: how the scorer turns votes into one verdict (declared; the scorer does it).
        strip: replies are stripped before they are recorded.
        chooser: document field that chooses the prompt, ``None`` if there is one prompt.
        prompts: prompt by the field's value; under ``""`` if there is one prompt.
        retires: end of its model, ``None`` if nobody has named one.
    """

    model: str
    sampling: Mapping[str, Any]
    samples: int
    repeats: int
    parse: str
    reducer: str
    strip: bool
    chooser: str | None
    prompts: Mapping[str, JudgePrompt] = field(default_factory=dict)
    retires: Retirement | None = None

    def prompt(self, doc: Mapping[str, Any]) -> JudgePrompt | None:
        """Return the prompt of a document, ``None`` if the judge has nothing to say about it."""
        return self.prompts.get("" if self.chooser is None else str(doc.get(self.chooser)))


@dataclass(frozen=True, slots=True)
class Canary:
    """An item with a known grade, which tests the judge.

    Attributes:
        id: its name.
        doc: its document.
        response: the reply under judgement.
        expect: verdicts that a sound judge gives, as ``judge_grade`` writes them.
    """

    id: str
    doc: Document
    response: str
    expect: tuple[str, ...]


def slot_names(text: str) -> frozenset[str]:
    """Return the slots of a template.

    >>> sorted(slot_names("{question} {{json}} {response} {question}"))
    ['question', 'response']
    """
    return frozenset(match[1] for match in _SLOT.finditer(text) if match[1])


def fill(template: str, slots: Mapping[str, str]) -> str:
    """Fill all slots in one pass: a value that looks like a slot stays what it is.

    >>> fill("Q: {question} A: {response} {{x}}", {"question": "{response}", "response": "{question}"})
    'Q: {response} A: {question} {x}'

    Raises:
        KeyError: a slot has no value.
    """
    return _SLOT.sub(
        lambda match: slots[match[1]] if match[1] else match[0][0],
        template,
    )
