"""The 44 data sets of LLaSO-Eval as the committed ``sets.yaml`` lists them.

Facts only: size, metrics, modality, frozen labels, anchors. The frozen labels are the references of the
released files, exactly as stored; a closed set is one that has labels. ``get`` is what scoring and
loading use, ``task_id`` is the naming law of the task files.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

from harness.errors import UnknownNameError

FILE = Path(__file__).with_name("sets.yaml")


@dataclass(frozen=True, slots=True)
class DataSet:
    """One data set.

    Attributes:
        file: name of the official file without its ending.
        n: items in the released files.
        task: the benchmark's abbreviation, such as ``SGC``; ``AQA`` for audio question answering.
        category: ``linguistic``, ``semantic`` or ``paralinguistic``.
        modality: ``pure audio``, ``text instruction + audio`` or ``audio instruction + text``.
        metrics: metric ids, the headline first.
        labels: frozen labels (raw references) with their counts; empty unless the set is closed.
        chance: 1 / number of labels.
        number: what the answer counts, for sets scored by absolute error.
        mae_ref: error of always answering the median reference.
    """

    file: str
    n: int
    task: str
    category: str
    modality: str
    metrics: tuple[str, ...]
    labels: dict[str, int] = field(default_factory=dict)
    chance: float | None = None
    number: Literal["age", "pitch"] | None = None
    mae_ref: float | None = None

    @property
    def judged(self) -> bool:
        """True if a judge scores the set."""
        return "judge_score" in self.metrics


@lru_cache(maxsize=1)
def data_sets() -> dict[str, DataSet]:
    """Return the data sets by file stem, in the order of ``sets.yaml``."""
    import yaml

    raw: dict[str, dict[str, Any]] = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    return {
        file: DataSet(file=file, **{**facts, "metrics": tuple(facts["metrics"])})
        for file, facts in raw.items()
    }


def get(file: str) -> DataSet:
    """Return the data set of a file stem.

    Raises:
        UnknownNameError: there is no such data set.

    >>> get("vctk_gender_classification_test").labels
    {'Female.': 56, 'Male.': 44}
    """
    try:
        return data_sets()[file]
    except KeyError:
        raise UnknownNameError("LLaSO-Eval data set", file, data_sets()) from None


def task_id(file: str) -> str:
    """Return the task id of a file stem.

    >>> task_id("3.5M_GPT3.5_end_test")
    'llaso_3_5m_gpt3_5_end'
    """
    return "llaso_" + re.sub(r"[^a-z0-9]+", "_", file.lower().removesuffix("_test"))
