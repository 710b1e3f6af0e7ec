"""Translations in the form that COMET takes: source, translation and reference of every item.

COMET is a model of 2 GB that scores with the package ``unbabel-comet``; scoring of the harness loads no model, so the
file is made for COMET's own ``predict`` (README.md).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from tasks._shared.source import ExportFormat
from tasks.speech_translation.source import FLEURS, PAIRS, covost_task


def comet_items(samples: Iterable[tuple[Mapping[str, Any], str]]) -> list[dict[str, str]]:
    """Return what ``predict`` of a COMET model takes, in the order given.

    Args:
        samples: (document, reply) pairs. The source of FLEURS is the raw transcription, that of CoVoST 2 the sentence.

    >>> comet_items([({"sentence": "Guten Tag.", "translation": "Good day."}, "Hello.")])
    [{'src': 'Guten Tag.', 'mt': 'Hello.', 'ref': 'Good day.'}]
    """
    return [
        {
            "src": str(doc.get("raw_transcription") or doc["sentence"]),
            "mt": reply,
            "ref": str(doc["translation"]),
        }
        for doc, reply in samples
    ]


FORMATS: Final = {
    "comet": ExportFormat(
        tasks=(
            *(f"st_fleurs_en_{code}" for code in FLEURS),
            *(f"st_fleurs_{code}_en" for code in FLEURS),
            *map(covost_task, PAIRS),
        ),
        build=comet_items,
        about="source, translation and reference, for COMET's predict",
    )
}
