r"""PEDANT of qa_metrics 0.2.17: is a short answer right, by a logistic model over words.

VoiceBench's ``panda`` is this metric. The model is two files that the project does not ship (`FILES`, MIT): they
are checked by sha256 and read at fixed places, since they are pickles of other people and are never
unpickled. Nothing is random; no threshold on a probability is involved. Other weights are other metrics under the same
name: qa_metrics 0.2.30 and later (with two more models), and 0.2.17 with weights of before 2024-10-30.

The rule: with N the normal form (`normalize`), an answer is right if N(reference) lies in N(reply), else
by the sign of the model on the words of ``[CLS] reply [SEP] reference [SEP] question [SEP]`` (tf-idf, l2 norm)
and on F1, precision and recall of the common words.
"""

from __future__ import annotations

import hashlib
import math
import re
import string
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from metrics.measures.sums import plain_sum
from metrics.text.contractions import ContractionsError, expand, packaged_table

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

VERSION: Final = "0.2.17"
SCORER: Final = "pedant0.2.17@e886c9ba"
"""Part of the scorer id of everything that this model decides."""

SUPERSEDED: Final = (
    "qa_metrics 0.2.30 and later use other weights and two more models: another metric"
)


class ModelFile(NamedTuple):
    """A file of the model: its name, size in bytes and sha256."""

    name: str
    size: int
    sha256: str


FILES: Final = (
    ModelFile(
        "lr_classifier",
        753_600,
        "9c3dd5998745ece1cfb6cb16b953358f794e8716d63a08f3b212d8bc32a59b8b",
    ),
    ModelFile(
        "tf-idf_vectorizer",
        2_966_139,
        "e886c9ba3ddb15a4b693b075dfe19cfad36dc74e7f8f195b8d9e98e989f2ba4f",
    ),
)
TABLE_FILE: Final = ModelFile(
    "contractions_0173.json",
    15_312,
    "2ee89a935ec535f2cd3c995170b11106980062be9a0bcb54e4b3bf888269607f",
)
"""Optional: the contraction table, where the package ``contractions`` is not installed."""

WORDS: Final = 94_053
WEIGHTS_AT: Final = 672
INTERCEPT_AT: Final = 753_184
IDF_AT: Final = 753_392
VOCABULARY_AT: Final = 1_505_966
_END_OF_WORDS: Final = 0x68
"""The first reference to an earlier text: after the vocabulary."""


_TEXT: Final = {0x8C: 1}
_INTEGER: Final = {ord("K"): 1, ord("M"): 2, ord("J"): 4}
_SKIPPED: Final = {0x94: 0, ord("("): 0, ord("u"): 0, ord("}"): 0, 0x95: 8}
"""Opcodes of the stream and the bytes of their arguments: texts, integers, and what says nothing here."""

_NO_PUNCTUATION: Final = str.maketrans("", "", string.punctuation)
_TOKEN: Final = re.compile(r"\b\w\w+\b")


class PedantError(Exception):
    """The model cannot be used: a file is absent or is another one."""


@cache
def _articles() -> Any:
    import regex  # type: ignore[import-untyped]  # its word borders are the metric's: marks and joiners belong to words

    return regex.compile(r"\b(?:a|an|the)\b")


def normalize(text: str) -> str:
    """Return PEDANT's normal form: lower case, no ASCII punctuation, no articles, single spaces.

    >>> normalize("The U.S.,  a union"), normalize("a² b")
    ('us union', '² b')
    """
    bare = " ".join(text.lower().translate(_NO_PUNCTUATION).split())
    return " ".join(_articles().sub(" ", bare).split())


def contains(reference: str, reply: str) -> bool:
    """Return whether the normal reference lies anywhere in the normal reply, so that no model is asked.

    >>> contains("no", "I know."), contains("", "anything")
    (True, True)
    """
    return normalize(reference) in normalize(reply)


@dataclass(frozen=True)
class Pedant:
    """The model in memory.

    Attributes:
        index: word to its place.
        idf: inverse document frequency by place.
        weights: weight by place, then those of F1, precision and recall.
        intercept: the constant.
        contractions: table of contractions.
    """

    index: Mapping[str, int]
    idf: NDArray[np.float64]
    weights: NDArray[np.float64]
    intercept: float
    contractions: Mapping[str, str]

    def decision(self, reference: str, reply: str, question: str) -> float:
        """Return the sum whose sign decides where the substring does not: right if it is not positive."""
        right, given = normalize(reference), normalize(reply)
        asked = expand(normalize(question), self.contractions)
        text = f"[CLS] {given} [SEP] {right} [SEP] {asked} [SEP]".lower()
        total, square = 0.0, 0.0
        for word, count in Counter(_TOKEN.findall(text)).items():
            place = self.index.get(word)
            if place is not None:
                value = count * float(self.idf[place])
                square += value * value
                total += value * float(self.weights[place])
        total = total / math.sqrt(square) if square else 0.0
        said, wanted = self._words(given), self._words(right)
        common = len(said & wanted)
        precision = common / len(said) if said else 0.0
        recall = common / len(wanted) if wanted else 0.0
        both = precision + recall
        f1 = 2 * precision * recall / both if both else 0.0
        features = (f1, precision, recall)
        total += plain_sum(x * float(w) for x, w in zip(features, self.weights[-3:], strict=True))
        return total + self.intercept

    def is_right(self, reference: str, reply: str, question: str) -> bool:
        """Return the verdict on a reply."""
        return contains(reference, reply) or self.decision(reference, reply, question) <= 0

    def _words(self, normal: str) -> set[str]:
        return set(normalize(expand(normal, self.contractions)).split())


@cache
def load(folder: Path) -> Pedant:
    """Read the model from a folder with its two files; kept in memory (about 15 MB, half a second).

    Raises:
        PedantError: a file is absent, cannot be read or is another one; the contraction table is absent.
    """
    import numpy as np

    contractions = _contractions(folder)
    classifier, vectorizer = (_content(folder, file) for file in FILES)
    weights = np.frombuffer(classifier, "<f8", WORDS + 3, WEIGHTS_AT)
    intercept = float(np.frombuffer(classifier, "<f8", 1, INTERCEPT_AT)[0])
    idf = np.frombuffer(vectorizer, "<f8", WORDS, IDF_AT)
    return Pedant(_vocabulary(vectorizer), idf, weights, intercept, contractions)


def _content(folder: Path, file: ModelFile) -> bytes:
    try:
        content = (folder / file.name).read_bytes()
    except OSError as error:
        raise PedantError(f"{folder / file.name}: {error.strerror or error}") from error
    if hashlib.sha256(content).hexdigest() != file.sha256:
        raise PedantError(
            f"{folder / file.name}: {len(content)} bytes that are not PEDANT {VERSION}'s"
            f" (expected {file.size} bytes with sha256 {file.sha256}); {SUPERSEDED}"
        )
    return content


def _contractions(folder: Path) -> Mapping[str, str]:
    try:
        return packaged_table()
    except ContractionsError as error:
        if not (folder / TABLE_FILE.name).is_file():
            raise PedantError(f"{error}: pip install contractions==0.1.73") from error
    import json

    table: dict[str, str] = json.loads(_content(folder, TABLE_FILE))
    return table


def _vocabulary(content: bytes) -> dict[str, int]:
    """Walk the pairs of words and places; nothing of the stream is executed."""
    words: dict[str, int] = {}
    word: str | None = None
    named = False  # the first text is the attribute's name
    at = VOCABULARY_AT
    while at < len(content):
        code = content[at]
        if code in _TEXT:
            size = int.from_bytes(content[at + 1 : at + 1 + _TEXT[code]], "little")
            at += 1 + _TEXT[code]
            text = content[at : at + size].decode("utf-8")
            at += size
            word, named = (text if named else None), True
        elif code in _INTEGER:
            size = _INTEGER[code]
            if word is not None:
                words[word] = int.from_bytes(content[at + 1 : at + 1 + size], "little")
                word = None
            at += 1 + size
        elif code == _END_OF_WORDS:
            break
        elif code in _SKIPPED:
            at += 1 + _SKIPPED[code]
        else:
            raise PedantError(f"unexpected byte {code:#x} at {at} of the vocabulary")
    if len(words) != WORDS:
        raise PedantError(f"{len(words)} words in the vocabulary, {WORDS} expected")
    return words
