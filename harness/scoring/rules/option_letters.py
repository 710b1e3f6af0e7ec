"""``letter``, ``evalscope``, ``vlmevalkit`` and ``kimi``: which option letter a reply names.

Sources: modelscope/evalscope fde259d, ``evalscope/benchmarks/mmau/mmau_adapter.py`` and ``air_bench/air_bench_foundation_adapter.py``;
open-compass/VLMEvalKit e8e78f0, ``vlmeval/utils/matching_util.py`` and ``dataset/utils/multiple_choice.py``, policy ``exact_matching``;
MoonshotAI/Kimi-Audio-Evalkit 4080c49, ``almeval/datasets/ds_mqa.py``, method ``vb-mcq``. ``letter`` is ours, the plain match of many scripts.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import cache
from typing import Final

from harness.core.scoring import Document
from harness.scoring.rules.choices import Choices, keyed, listed, spoken, verdict
from harness.scoring.rules.letters import bare_letter
from harness.scoring.rules.rule import CHOICE_KEYS, Read, Ruling

_FOUR: Final = "ABCD"


# --- letter --------------------------------------------------------------------------------------


@cache
def _standing_alone(letters: str) -> re.Pattern[str]:
    return re.compile(rf"\b[{letters}]\b")


def first_letter(reply: str, letters: str) -> str | None:
    """Return the first of some letters that stands alone as a capital, or a reply that is one letter in any case.

    >>> first_letter("The answer is (B).", "ABCD"), first_letter(" c.", "ABCD"), first_letter("E", "ABCD")
    ('B', 'C', None)
    """
    if found := _standing_alone(letters).search(reply):
        return found[0]
    only = reply.strip(" \t\r\n().:*\"'").upper()
    return only if len(only) == 1 and only in letters else None


def _letter(choices: Choices, reply: str) -> dict[str, Ruling]:
    found = first_letter(reply, "".join(choices.texts))
    return verdict(float(found is not None and choices.texts[found] == choices.answer), found or "")


def letter_listed(doc: Document, reply: str) -> dict[str, Ruling]:
    """Read the letter of a reply to MMAU or MMAR."""
    return _letter(listed(doc), reply)


def letter_keyed(doc: Document, reply: str) -> dict[str, Ruling]:
    """Read the letter of a reply to MMSU or AIR-Bench."""
    return _letter(keyed(doc), reply)


def letter_spoken(doc: Document, reply: str) -> dict[str, Ruling]:
    """Read the letter of a multiple-choice reply to VoiceBench."""
    found = first_letter(reply, "".join(spoken(doc).texts))
    return verdict(float(found == doc["reference"]), found or "")


# --- evalscope -----------------------------------------------------------------------------------

_MARKED: Final = re.compile(r"ANSWER\s*:\s*([A-D])", re.IGNORECASE)
_SAID: Final = re.compile(r"(?i)answer\s*[:\-]?\s*([ABCD])")
_ALONE: Final = re.compile(r"\b([ABCD])\b")


def evalscope_mmau(doc: Document, reply: str) -> dict[str, Ruling]:
    """Read ``ANSWER: X``, else as lmms-eval does, else A. An answer that is not an option counts as A."""
    marked = _MARKED.search(reply)
    letter = marked[1].upper() if marked else bare_letter(reply) or "A"
    answer = str(doc["answer"]).strip().lower()
    texts = [str(one).strip().lower() for one in doc["choices"]]
    index = texts.index(answer) if answer in texts else 0
    if index >= len(_FOUR):
        return verdict(None, letter, stops=True)
    return verdict(float(letter == _FOUR[index]), letter)


def evalscope_air_bench(doc: Document, reply: str) -> dict[str, Ruling]:
    """Read the letter after ``answer``, else the first one that stands alone, else the first character."""
    found = _SAID.search(reply) or _ALONE.search(reply)
    letter = found[1].upper() if found else reply.strip()[:1].upper()
    gold = _air_bench_gold(doc)
    return verdict(float(gold != "" and letter == gold), letter)


def _air_bench_gold(doc: Document) -> str:
    answer = doc.get("answer_gt")
    if not isinstance(answer, str):
        return ""
    answer = answer.strip().rstrip(".").strip()
    if len(answer) == 1 and answer.upper() in _FOUR:
        return answer.upper()
    texts = zip(_FOUR, CHOICE_KEYS, strict=True)
    named = (
        one for one, key in texts if doc.get(key) is not None and str(doc[key]).strip() == answer
    )
    return next(named, "")


# --- VLMEvalKit ----------------------------------------------------------------------------------

_REFUSALS: Final = (
    "Sorry, I can't help with images of people yet.",
    "I can't process this file.",
    "I'm sorry, but without the image provided",
    "Cannot determine the answer",
)
_BLANKED: Final = str.maketrans(dict.fromkeys(".()[],:;!*#{}", " "))
_STATED: Final = re.compile(r"(?i)(?:correct\s+)?answer\s+is\s+\**([ABCD])\**")
_NEAR_THE_END: Final = 5
_NONE: Final = "Z"


def inferred(reply: str, texts: Mapping[str, str]) -> str | None:
    """Return the letter that VLMEvalKit infers without a judge, ``Z`` for a refusal, ``None`` for nothing.

    >>> options = {"A": "a cat", "B": "a dog"}
    >>> inferred("B", options), inferred("I hear a cat", options), inferred("I hear a bird", options)
    ('B', 'A', None)
    """
    return _inferred_letter(reply, texts) or _inferred_text(reply, texts)


def _inferred_letter(reply: str, texts: Mapping[str, str]) -> str | None:
    if "Failed to obtain answer via API" in reply:
        return None
    if any(refusal in reply for refusal in _REFUSALS):
        return _NONE
    words = reply.translate(_BLANKED).split()
    said = [one for one in texts if one in words]
    if len(said) == 1 and words.index(said[0]) > len(words) - _NEAR_THE_END:
        return said[0]
    if not said and _NONE in words:
        return _NONE
    stated = _STATED.search(reply)
    return stated[1].upper() if stated and stated[1].upper() in texts else None


def _inferred_text(reply: str, texts: Mapping[str, str]) -> str | None:
    reply = reply.lower()
    if len(reply) > 2 * sum(map(len, texts.values())):
        return None
    found = [one for one, text in texts.items() if text.lower() in reply]
    return found[0] if len(found) == 1 else None


def _vlmevalkit(options: Callable[[Document], Choices]) -> Read:
    def read(doc: Document, reply: str) -> dict[str, Ruling]:
        choices = options(doc)
        letter = inferred(reply, choices.texts)
        return verdict(float(letter is not None and letter == choices.gold), letter or "")

    return read


vlmevalkit_listed: Final = _vlmevalkit(listed)
"""Read a reply to MMAU or MMAR; what is not inferred is wrong."""
vlmevalkit_keyed: Final = _vlmevalkit(keyed)
"""Read a reply to MMSU or AIR-Bench; what is not inferred is wrong."""


# --- Kimi-Audio-Evalkit --------------------------------------------------------------------------


def kimi_voicebench(doc: Document, reply: str) -> dict[str, Ruling]:
    """Read a reply with the templates of VoiceBench; where they find nothing a letter is drawn."""
    from tasks.voicebench.reply_rules import mcq_letter

    letter = mcq_letter(reply)
    if letter is None:
        return verdict(1 / len(_FOUR) if doc["reference"] in tuple(_FOUR) else 0.0, drawn=True)
    return verdict(float(letter == doc["reference"]), letter)
