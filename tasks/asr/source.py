"""Where the speech recognition sets come from, and what may be wrong with an item of a copy."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from harness.types import Document
from tasks._shared.source import HubFiles, Oddity, Source
from tasks.declared.fields import rule_of, transcript_of

ENGLISH: Final = "hf-audio/open-asr-leaderboard"
SETS: Final = (
    *("librispeech", "ami_cleaned", "gigaspeech_cleaned", "spgispeech", "voxpopuli_cleaned_aa"),
    *("ami", "earnings22", "gigaspeech", "voxpopuli"),
)
FLEURS: Final = {
    **{"de": "de_de", "fr": "fr_fr", "it": "it_it", "es": "es_419", "pt": "pt_br"},
    **{"zh": "cmn_hans_cn", "ja": "ja_jp", "ko": "ko_kr", "th": "th_th", "hi": "hi_in"},
    **{"ar": "ar_eg", "ru": "ru_ru", "tr": "tr_tr", "vi": "vi_vn"},
}


def _tasks(name: str) -> tuple[str, ...]:
    return ("asr_librispeech_*",) if name == "librispeech" else (f"asr_{name}",)


SOURCE: Final = Source(
    benchmark="asr",
    licence="per corpus: LibriSpeech and FLEURS CC BY 4.0; SPGISpeech and GigaSpeech have terms of their own",
    megabytes=None,
    layout=(
        "<set>/<split>-*.parquet             the hub's folders, such as librispeech/test.clean-00000-of-00001.parquet",
        "<language>/test/*.parquet           FLEURS, such as de_de/test/0000.parquet",
    ),
    hub=(
        *(HubFiles(ENGLISH, patterns=(f"{name}/test*",), tasks=_tasks(name)) for name in SETS),
        *(
            HubFiles(
                "google/fleurs",
                patterns=(f"{folder}/test/*.parquet",),
                tasks=(f"asr_fleurs_{code}",),
            )
            for code, folder in FLEURS.items()
        ),
    ),
    notes=(
        "-t names the sets that are fetched; FLEURS comes from the hub's own conversion to Parquet.",
    ),
)


def oddities(doc: Document) -> Iterator[Oddity]:
    """Yield the faults of an item."""
    if not transcript_of(doc, rule_of(doc)).strip():
        yield Oddity("gold", "the transcript is blank")
