"""``audiobench`` and ``mimo``: the word-set rule of MMAU as two other harnesses have it, and MMSU as MiMo-Audio-Eval reads it.

Sources: AudioLLMs/AudioBench e991641, ``src/dataset_src/eval_methods/string_match.py``; XiaomiMiMo/MiMo-Audio-Eval d64df78,
``slm_eval/evaluator/mmau_evaluator.py``, ``mmar_evaluator.py`` and ``mmsu_evaluator.py``, with ``thinking``, which reads a reply without
``</think>`` as its other mode does.
"""

from __future__ import annotations

import re
from typing import Final

from harness.core.scoring import Document
from harness.scoring.rules.choices import verdict
from harness.scoring.rules.rule import CHOICE_KEYS, Ruling
from metrics.text.word_set import is_correct

_THOUGHT: Final = "</think>"
_STATED: Final = re.compile(
    r"(?m)^[^\S\r\n]*(?:the\s+)?correct\s+(?:choice|answer)\s+is\s*[:\-]?\s*(.*)$", re.IGNORECASE
)
_LABELLED: Final = re.compile(r"(?m)^[^\S\r\n]*answer\s*[:\-]\s*(.*)$", re.IGNORECASE)
_BOLD: Final = re.compile(r"\*\*(.+?)\*\*")
_WRAPPED: Final = (
    (re.compile(r"^\*{1,2}(.+?)\*{1,2}$"), r"\1"),
    (re.compile(r"^`(.+?)`$"), r"\1"),
    (re.compile(r"^['\"](.+?)['\"]$"), r"\1"),
)


def audiobench(doc: Document, reply: str) -> dict[str, Ruling]:
    """Read a reply to MMAU: every word of the answer, none that only other options have; every reply counts."""
    texts = [str(one) for one in doc["choices"]]
    return verdict(float(is_correct(str(doc["answer"]), texts, reply)))


def mimo(doc: Document, reply: str) -> dict[str, Ruling]:
    """Read a reply to MMAU or MMAR: the word-set rule on the answer that is cut out of it."""
    said = stated_answer(_thought_out(reply).lstrip())
    texts = [str(one) for one in doc["choices"]]
    return verdict(float(is_correct(str(doc["answer"]), texts, said)), said)


def mimo_mmsu(doc: Document, reply: str) -> dict[str, Ruling]:
    """Read a reply to MMSU: its first character, else its last but one; every item counts.

    An empty reply takes the letter of the reply before it, or ends the original: it is left out here.
    """
    text = _thought_out(reply).strip().replace("\n", "")
    if text in ("", "None"):
        return verdict(None, stops=True)
    letter = next((one for one in (text[0], text[-2:-1]) if one and one in "ABCD"), "")
    if not letter:
        return verdict(0.0)
    said = str(doc.get(CHOICE_KEYS["ABCD".index(letter)], ""))
    return verdict(float(said == str(doc.get("answer_gt", ""))), letter)


def _thought_out(reply: str) -> str:
    return reply.split(_THOUGHT, 1)[-1]


def stated_answer(text: str) -> str:
    r"""Return the last answer that is announced, else the last in bold, else the first line that is not blank.

    >>> stated_answer("I think.\nThe correct answer is: **a dog**"), stated_answer("**x** or **y**"), stated_answer("\n a cat.\n b")
    ('a dog', 'y', 'a cat')
    """
    for marker in (_LABELLED, _STATED):
        for match in reversed([*marker.finditer(text)]):
            if said := _plain(match[1]) or _following(text, match.end()):
                return said
    bold = [one for match in _BOLD.finditer(text) if (one := _plain(match[1]))]
    return bold[-1] if bold else _first_line(text)


def _following(text: str, start: int) -> str:
    bold = _BOLD.search(text, start)
    return (_plain(bold[1]) if bold else "") or _first_line(text[start:])


def _first_line(text: str) -> str:
    return next((one for line in text.splitlines() if (one := _plain(line))), "")


def _plain(text: str) -> str:
    text = text.strip()
    if not text:
        return ""
    text = text.splitlines()[0].strip().replace('\\"', '"').replace("\\'", "'")
    for pattern, kept in _WRAPPED:
        text = pattern.sub(kept, text)
    return re.sub(r"\s+", " ", text.strip(" \t\r\n.:;!?,"))
