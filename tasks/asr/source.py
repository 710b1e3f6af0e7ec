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

MULTILINGUAL: Final = "hf-audio/open-asr-leaderboard-multilingual-datasets"
COLUMNS: Final = {
    **{f"mcv_{code}": f"asr_common_voice_{code}" for code in ("de", "fr", "it", "es")},
    **{f"mls_{code}": f"asr_mls_{code}" for code in ("fr", "it", "es", "pt")},
}
"""Configuration of the multilingual board's data set -> task."""
OTHERS: Final = {
    "asr_common_voice_15_en": ("lmms-lab-audio/common_voice_15", "en/test*"),
    "asr_common_voice_15_zh": ("lmms-lab-audio/common_voice_15", "zh-CN/test*"),
    "asr_wenetspeech_net": ("lmms-lab-audio/WenetSpeech", "data/test_net*"),
    "asr_wenetspeech_meeting": ("lmms-lab-audio/WenetSpeech", "data/test_meeting*"),
    "asr_aishell1": ("AudioLLMs/aishell_1_zh_test", "data/test-*"),
}
"""Task -> hub data set and files, of sets that are on neither board."""
CALLS: Final = "asr_earnings22_cleaned_aa"


def _tasks(name: str) -> tuple[str, ...]:
    return ("asr_librispeech_*",) if name == "librispeech" else (f"asr_{name}",)


SOURCE: Final = Source(
    benchmark="asr",
    licence="per corpus: LibriSpeech, FLEURS and MLS CC BY 4.0, Common Voice CC0; SPGISpeech, GigaSpeech and WenetSpeech have terms of their own",
    megabytes=None,
    layout=(
        "<set>/<split>-*.parquet             the hub's folders, such as librispeech/test.clean-00000-of-00001.parquet",
        "<language>/test/*.parquet           FLEURS, such as de_de/test/0000.parquet",
        "mcv_<code>, mls_<code>              Common Voice and MLS, such as mcv_de/test-00000-of-00001.parquet",
        "data/<split>-*.parquet              AISHELL-1 (test), WenetSpeech (test_net, test_meeting)",
        "en, zh-CN                           Common Voice 15",
        "calls.jsonl, audio/                 Earnings22-Cleaned-AA: id, transcript, url of a call (audio/NAME.mp3)",
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
        *(
            HubFiles(MULTILINGUAL, patterns=(f"{config}/test*",), tasks=(task,))
            for config, task in COLUMNS.items()
        ),
        *(
            HubFiles(repo, patterns=(files,), tasks=(task,))
            for task, (repo, files) in OTHERS.items()
        ),
        HubFiles(
            "ArtificialAnalysis/Earnings22-Cleaned-AA",
            patterns=("*.json", "*.jsonl", "audio/*"),
            tasks=(CALLS,),
        ),
    ),
    by_hand=(f"{CALLS}: name the list of the six calls calls.jsonl",),
    notes=(
        "-t names the sets that are fetched; FLEURS comes from the hub's own conversion to Parquet.",
    ),
)


def oddities(doc: Document) -> Iterator[Oddity]:
    """Yield the faults of an item."""
    if not transcript_of(doc, rule_of(doc)).strip():
        yield Oddity("gold", "the transcript is blank")
