"""The official submission form of MMAU: the question file with the model's reply in every item.

The official scorer reads replies from ``model_output`` and skips an item without that key; the official
README names another key (``model_prediction``), with which the scorer finds nothing. Only ``model_output``
is written. It holds the reply as it is scored, so after the cleaning that the run's template declares.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from tasks._shared.source import ExportFormat

_ORDER: Final = (
    "id",
    "audio_id",
    "question",
    "choices",
    "answer",
    "dataset",
    "task",
    "split",
    "category",
    "sub-category",
    "difficulty",
)


def submission(samples: Iterable[tuple[Mapping[str, Any], str]]) -> list[dict[str, Any]]:
    """Return the items of the question file, in the order given, each with ``model_output``.

    Args:
        samples: (document, reply) pairs.

    >>> submission([({"question": "Who?", "id": "a", "choices": ["Man", "Woman"]}, "Man")])
    [{'id': 'a', 'question': 'Who?', 'choices': ['Man', 'Woman'], 'model_output': 'Man'}]
    """
    items = []
    for doc, reply in samples:
        ordered = {key: doc[key] for key in _ORDER if key in doc}
        rest = {key: value for key, value in doc.items() if key not in ordered}
        items.append({**ordered, **rest, "model_output": reply})
    return items


FORMATS: Final = {
    "mmau-submission": ExportFormat(
        tasks=("mmau_test", "mmau_test_mini"),
        build=submission,
        about="the official question file with model_output, for the test split's withheld answers",
    )
}
