"""Where the translation sets come from, and what may be wrong with an item of a copy."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from harness.types import Document
from tasks._shared.source import HubFiles, Oddity, Source

ENGLISH: Final = "en_us"
FLEURS: Final = {
    **{"de": "de_de", "fr": "fr_fr", "it": "it_it", "es": "es_419", "pt": "pt_br"},
    **{"zh": "cmn_hans_cn", "ja": "ja_jp", "ko": "ko_kr", "hi": "hi_in", "ar": "ar_eg"},
    **{"ru": "ru_ru", "tr": "tr_tr", "vi": "vi_vn"},
}
FROM_ENGLISH: Final = (
    *("ar", "ca", "cy", "de", "et", "fa", "id", "ja", "lv", "mn", "sl", "sv-SE", "ta", "tr"),
    "zh-CN",
)
INTO_ENGLISH: Final = (
    *("fr", "de", "es", "ca", "it", "ru", "zh-CN", "pt", "fa", "et", "mn", "nl", "tr", "ar"),
    *("sv-SE", "lv", "sl", "ta", "ja", "id", "cy"),
)
PAIRS: Final = (
    *(("en", code) for code in FROM_ENGLISH),
    *((code, "en") for code in INTO_ENGLISH),
)
"""Pairs of CoVoST 2, in its own codes."""


def covost_task(pair: tuple[str, str]) -> str:
    """Return the task of a pair of CoVoST 2.

    >>> covost_task(("en", "zh-CN"))
    'st_covost2_en_zh'
    """
    source, target = (code.partition("-")[0] for code in pair)
    return f"st_covost2_{source}_{target}"


SOURCE: Final = Source(
    benchmark="speech_translation",
    licence="FLEURS CC BY 4.0; CoVoST 2 and Common Voice CC0",
    megabytes=None,
    layout=(
        "<language>/test/*.parquet           FLEURS, such as de_de/test/0000.parquet; a pair reads two of them",
        "<source>_<target>/test-*.parquet    CoVoST 2, such as en_de/test-00000-of-00001.parquet",
    ),
    hub=(
        HubFiles("google/fleurs", patterns=(f"{ENGLISH}/test/*.parquet",), tasks=("st_fleurs_*",)),
        *(
            HubFiles(
                "google/fleurs",
                patterns=(f"{folder}/test/*.parquet",),
                tasks=(f"st_fleurs_en_{code}", f"st_fleurs_{code}_en"),
            )
            for code, folder in FLEURS.items()
        ),
        *(
            HubFiles(
                "fixie-ai/covost2",
                patterns=(f"{source}_{target}/test*",),
                tasks=(covost_task((source, target)),),
            )
            for source, target in PAIRS
        ),
    ),
    notes=(
        "-t names the pairs that are fetched; FLEURS comes from the hub's own conversion to Parquet.",
    ),
)


def oddities(doc: Document) -> Iterator[Oddity]:
    """Yield the faults of an item."""
    source = doc.get("sentence" if "client_id" in doc else "raw_transcription")
    if isinstance(source, str) and source.strip() == str(doc["translation"]).strip():
        yield Oddity("gold", "the translation is the spoken sentence itself")
