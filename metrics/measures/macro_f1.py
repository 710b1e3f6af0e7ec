"""Macro-F1 from additive confusion counts.

One item adds 1 to the key of its (reference, prediction) cell. A key is ``confusion:`` followed by
the JSON array ``[reference, prediction]``, so that a label may hold any character; the prediction is
``null`` for an answer that names no label: it lowers the recall of its reference and is not a class
of its own. The classes are all labels that occur as reference or prediction in the sum, as in
scikit-learn, which computes the value; a class without any hit has F1 = 0.
"""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from harness.types import Stats
from metrics.measures.measure import Matrix, Measure
from metrics.measures.sums import as_float, total

PREFIX: Final = "confusion:"
_HITS: Final = "hits:"
_SUPPORT: Final = "support:"
FEW_REFERENCES: Final = 10
"""References of a class under which its F1 says little."""


def confusion_key(reference: str, prediction: str | None) -> str:
    """Return the key of one cell of the confusion matrix.

    >>> confusion_key("happy", "sad|angry")
    'confusion:["happy", "sad|angry"]'
    """
    return PREFIX + json.dumps([reference, prediction])


def confusion_item(reference: str, prediction: str | None) -> dict[str, float]:
    """Return the statistics of one item; ``prediction`` is ``None`` for an unparsed answer.

    >>> confusion_item("happy", None)
    {'confusion:["happy", null]': 1}
    """
    return {confusion_key(reference, prediction): 1}


def read_key(key: str) -> tuple[str, str | None]:
    """Return the (reference, prediction) of a key.

    >>> read_key(confusion_key("a|b", '"'))
    ('a|b', '"')
    """
    reference, prediction = json.loads(key.removeprefix(PREFIX))
    return reference, prediction


@dataclass(frozen=True)
class MacroF1(Measure):
    """Unweighted mean of the classes' F1.

    >>> f1 = MacroF1("macro_f1", "f1", (0.0, 1.0))
    >>> f1.aggregate([confusion_item("a", "a"), confusion_item("b", "a")])
    0.3333333333333333
    """

    def value(self, total: Stats) -> float:
        """Return the Macro-F1 of a sum of confusion counts, by scikit-learn."""
        cells = sorted(key for key in total if key.startswith(PREFIX) and total[key])
        if not cells:
            return math.nan
        pairs = [read_key(key) for key in cells]
        weights = [as_float(total[key]) for key in cells]
        classes = sorted({label for pair in pairs for label in pair if label is not None})
        code = {label: number for number, label in enumerate(classes)}
        from sklearn.metrics import f1_score

        return float(
            f1_score(
                [code[reference] for reference, _ in pairs],
                [-1 if prediction is None else code[prediction] for _, prediction in pairs],
                labels=range(len(classes)),
                average="macro",
                sample_weight=weights,
                zero_division=0.0,
            )
        )

    def examples(self) -> tuple[Stats, Stats]:
        """Return a confusion and a hit."""
        return confusion_item("a", "b"), confusion_item("a", "a")

    def caveat(self, items: Sequence[Stats]) -> str | None:
        """Name the classes with so few references that Macro-F1 is biased down and its interval misses too often.

        >>> MacroF1("macro_f1", "f1", (0.0, 1.0)).caveat([confusion_item("a", "a")] * 12 + [confusion_item("b", "a")])
        '1 class has fewer than 10 references: biased down'
        """
        references: dict[str, float] = {}
        for key, count in total(items).items():
            if key.startswith(PREFIX):
                reference, prediction = read_key(key)
                for label in (reference, prediction):
                    if label is not None:
                        references.setdefault(label, 0)
                references[reference] += count
        rare = sum(count < FEW_REFERENCES for count in references.values())
        if not rare:
            return None
        which = f"{rare} classes have" if rare > 1 else "1 class has"
        return f"{which} fewer than {FEW_REFERENCES} references: biased down"

    def reduce(self, item: Stats) -> Stats:
        """Reduce the sums to hits and marginals of the classes: two statistics a class instead of one a cell."""
        reduced: dict[str, float] = {}
        for key, count in item.items():
            if not key.startswith(PREFIX):
                continue
            reference, prediction = read_key(key)
            for label in (reference, prediction):
                if label is not None:
                    reduced[_SUPPORT + label] = reduced.get(_SUPPORT + label, 0) + count
            if prediction == reference:
                reduced[_HITS + reference] = reduced.get(_HITS + reference, 0) + count
        return reduced

    def values(self, totals: Matrix, keys: Sequence[str]) -> Matrix:
        """Return the Macro-F1 of every row; a class that is absent from a row is not part of its mean.

        The columns are confusion counts or what ``reduce`` makes of them.
        """
        import numpy as np

        parts = [self.reduce({key: 1}) if key.startswith(PREFIX) else {key: 1} for key in keys]
        names = {key for part in parts for key in part if key.startswith(_SUPPORT)}
        classes = sorted(name.removeprefix(_SUPPORT) for name in names)
        hits, support = (
            totals
            @ np.array(
                [[float(part.get(kind + label, 0)) for label in classes] for part in parts]
            ).reshape(len(keys), len(classes))
            for kind in (_HITS, _SUPPORT)
        )
        scores = np.divide(2.0 * hits, support, out=np.zeros_like(support), where=support > 0)
        present = (support > 0).sum(axis=1)
        result = np.full(len(totals), np.nan)
        np.divide(scores.sum(axis=1), present, out=result, where=present > 0)
        return result
