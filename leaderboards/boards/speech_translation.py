"""Board of speech translation: BLEU per pair, and the means of FLEURS and CoVoST 2 into and out of English.

Points of BLEU with one decimal, of the official reading. A mean is there if all of its pairs are, and is that of unrounded values.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from leaderboards.cells import percent
from leaderboards.results import SampleIndex, TaskResult, Value
from metrics.measures.sums import plain_sum

_FLEURS: Final = ["ar", "de", "es", "fr", "hi", "it", "ja", "ko", "pt", "ru", "tr", "vi", "zh"]
_FROM_ENGLISH: Final = [
    "ar",
    "ca",
    "cy",
    "de",
    "et",
    "fa",
    "id",
    "ja",
    "lv",
    "mn",
    "sl",
    "sv",
    "ta",
    "tr",
    "zh",
]
_INTO_ENGLISH: Final = [
    "ar",
    "ca",
    "cy",
    "de",
    "es",
    "et",
    "fa",
    "fr",
    "id",
    "it",
    "ja",
    "lv",
    "mn",
    "nl",
    "pt",
    "ru",
    "sl",
    "sv",
    "ta",
    "tr",
    "zh",
]
GROUPS: Final[Mapping[str, tuple[str, ...]]] = {
    "fleurs_en_xx": tuple(f"st_fleurs_en_{code}" for code in _FLEURS),
    "fleurs_xx_en": tuple(f"st_fleurs_{code}_en" for code in _FLEURS),
    "covost2_en_xx": tuple(f"st_covost2_en_{code}" for code in _FROM_ENGLISH),
    "covost2_xx_en": tuple(f"st_covost2_{code}_en" for code in _INTO_ENGLISH),
}
"""Column -> the pairs that it is the mean of."""
AVERAGED: Final = (*GROUPS["fleurs_en_xx"], *GROUPS["fleurs_xx_en"])


def path(task: str) -> tuple[str, ...]:
    """Return the direction of a pair.

    >>> path("st_fleurs_de_en"), path("st_covost2_en_ja")
    (('fleurs_xx_en',), ('covost2_en_xx',))
    """
    return next(((name,) for name, tasks in GROUPS.items() if task in tasks), ())


def native(tasks: Mapping[str, TaskResult], samples: SampleIndex) -> dict[str, Any]:
    """Return the board: a column per pair that was run, and a mean per corpus and direction."""
    del samples
    values = {task: result.value("corpus_bleu", "official") for task, result in tasks.items()}
    scores = {task.removeprefix("st_"): percent(value, 1) for task, value in sorted(values.items())}
    whole = {}
    for name, members in GROUPS.items():
        found = [values.get(task) for task in members]
        known = [one.value for one in found if one is not None and one.value is not None]
        whole[name] = len(known) == len(members) and all(one.complete for one in found if one)
        mean = Value(plain_sum(known) / len(known)) if len(known) == len(members) else None
        scores[name] = {**percent(mean, 1), "n": None}
    return {
        "scores": scores,
        "headline": "fleurs_xx_en",
        "unit": "percent",
        "metric": "corpus_bleu",
        "reading": "official",
        "complete": whole["fleurs_xx_en"],
        "notes": ["means are those of pairs, unweighted"],
    }
