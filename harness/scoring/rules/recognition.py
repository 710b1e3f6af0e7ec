"""Word error rates of transcripts as other harnesses count them.

Sources: openai/whisper's English normaliser, as QwenLM/Qwen2-Audio 595360e (``eval_audio/whisper_normalizer``) and the others carry it;
QwenLM/Qwen2-Audio 595360e, ``eval_audio/evaluate_asr.py``; EvolvingLMMs-Lab/lmms-eval 75571cf, ``lmms_eval/tasks/asr_wer_utils.py``;
MoonshotAI/Kimi-Audio-Evalkit 4080c49, ``almeval/metrics/wer.py``; modelscope/evalscope fde259d, ``evalscope/metrics/utils/text_normalizer``;
AudioLLMs/AudioBench e991641, ``src/dataset_src/text_normalizer/preprocess_text.py``; XiaomiMiMo/MiMo-Audio-Eval d64df78,
``slm_eval/evaluator/asr_evaluator.py``. Where the original takes the mean of the rates of items, the statistics of an item are its rate over a
length of 1.
"""

from __future__ import annotations

import re
import string
import unicodedata
from typing import Final

from harness.core.scoring import Document, Stats
from harness.scoring.rules.rule import REFERENCE, Ruling
from metrics.text.edits import word_edits
from metrics.text.normalizers import whisper_basic
from metrics.transcripts.english import whisper_english

_BEFORE_MARK: Final = re.compile(r" ?([!,.?;:])")
_SPAN: Final = "</span>"
"""Whisper's spelling table writes ``archeology</span>`` for archaeology."""


def _ruling(stats: Stats | None, heard: str, *, stops: bool = False) -> dict[str, Ruling]:
    return {"wer": Ruling(stats, heard, stops=stops)}


def _said(doc: Document) -> str:
    return str(doc[REFERENCE])


def _counted(said: str, heard: str) -> dict[str, Ruling]:
    """Return edits of a pair for the rate of the whole set."""
    return _ruling(word_edits(" ".join(said.split()), " ".join(heard.split())), heard)


def _rated(stats: Stats, heard: str) -> dict[str, Ruling]:
    """Return the rate of a pair for the mean over items; without words in the reference the original ends with an exception."""
    if not stats["length"]:
        return _ruling(None, heard, stops=True)
    return _ruling({"edits": stats["edits"] / stats["length"], "length": 1}, heard)


def jiwer(doc: Document, reply: str) -> dict[str, Ruling]:
    """Count words of the texts as they stand: case and punctuation are errors."""
    return _ruling(word_edits(_said(doc), reply), reply)


def whisper(doc: Document, reply: str) -> dict[str, Ruling]:
    """Count words of both texts in Whisper's English form."""
    return _counted(whisper_english(_said(doc)), whisper_english(reply))


def _without_control(text: str) -> str:
    """Delete tokens such as ``<|en|>`` and spaces before punctuation."""
    text = re.sub(r"\s+", " ", "\n".join(map(_without_tokens, text.split("\n"))))
    return _BEFORE_MARK.sub(r"\1", text).lstrip(" ")


def _without_tokens(line: str) -> str:
    kept: list[str] = []
    position = 0
    while (start := line.find("<|", position)) >= 0 and (end := line.find("|>", start + 2)) >= 0:
        kept.append(line[position:start])
        position = end + 2
    return " ".join([*kept, line[position:]])


def _twice(text: str) -> str:
    return whisper_basic(whisper_english(_without_control(text)))


def qwen2_audio(doc: Document, reply: str) -> dict[str, Ruling]:
    """Count words in Whisper's English form, then its basic one: signs of currency and per cent are lost, 5.5 is two words."""
    return _counted(_twice(_said(doc)), _twice(reply))


def kimi(doc: Document, reply: str) -> dict[str, Ruling]:
    """Count as ``qwen2-audio``, Chinese characters one by one; a reply of ``null`` is left out."""
    if reply == "null":
        return _ruling(None, reply)
    return _counted(_spaced_han(_twice(_said(doc))), _spaced_han(_twice(reply)))


def _spaced_han(text: str) -> str:
    if text.isascii():
        return text
    from sacrebleu.tokenizers.tokenizer_zh import TokenizerZh

    return str(TokenizerZh()(text)).lower()  # type: ignore[no-untyped-call]


def evalscope(doc: Document, reply: str) -> dict[str, Ruling]:
    """Rate an item by words in Whisper's English form, of which words of punctuation alone are dropped."""
    texts = (_said(doc), reply)
    said, heard = (_without_marks(_form(_without_control(text))) for text in texts)
    return _rated(word_edits(said, heard), heard)


def _form(text: str) -> str:
    return whisper_english(text).replace(_SPAN, "")


def _without_marks(text: str) -> str:
    words = (one for one in text.split(" ") if not all(map(_is_mark, one)))
    return " ".join(" ".join(words).split()).lower()


def _is_mark(character: str) -> bool:
    return unicodedata.category(character)[0] == "P"


_DIGITS: Final = {
    **dict(
        zip(
            "0123456789",
            ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"],
            strict=True,
        )
    ),
    **dict(
        zip(
            map(str, range(10, 20)),
            [
                "ten",
                "eleven",
                "twelve",
                "thirteen",
                "fourteen",
                "fifteen",
                "sixteen",
                "seventeen",
                "eighteen",
                "nineteen",
            ],
            strict=True,
        )
    ),
    **dict(
        zip(
            map(str, range(20, 100, 10)),
            ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"],
            strict=True,
        )
    ),
}
_SMALL: Final = re.compile(r"\b\d{1,2}\b")
_HESITATION: Final = re.compile(r"\b(uh|umm|um|er|ah)\b")


def audiobench(doc: Document, reply: str) -> dict[str, Ruling]:
    """Count words in Whisper's English form, small numbers written out again, without punctuation and five hesitations; nothing is ``empty``."""
    said, heard = (_audiobench_form(text) or "empty" for text in (_said(doc), reply))
    return _ruling(word_edits(said, heard), heard)


def _audiobench_form(text: str) -> str:
    text = _SMALL.sub(lambda match: _DIGITS.get(match[0], match[0]), _form(text.lower()))
    text = "".join(one for one in text if not _is_mark(one))
    return _HESITATION.sub("", text).strip()


_HAN_MARKS: Final = "＂＃＄％＆＇（）＊＋，－／：；＜＝＞＠［＼］＾＿｀｛｜｝～｟｠｢｣､\u3000、〃〈〉《》「」『』【】〔〕〖〗〘〙〚〛〜〝〞〟〰〾〿–—‘’‛“”„‟…‧﹏﹑﹔·！？｡。"
_MIMO_MARKS: Final = str.maketrans(
    dict.fromkeys(_HAN_MARKS + string.punctuation.replace("'", ""), "")
)


def _mimo_pair(doc: Document, reply: str) -> tuple[str, str]:
    texts = (_said(doc), reply.split("(", 1)[0])
    said, heard = (one.translate(_MIMO_MARKS).replace("  ", " ") for one in texts)
    return said, heard


def mimo(doc: Document, reply: str) -> dict[str, Ruling]:
    """Rate an item by words without punctuation and case; the reply ends at its first round bracket."""
    said, heard = (one.lower() for one in _mimo_pair(doc, reply))
    return _rated(word_edits(said, heard), heard)


def mimo_chinese(doc: Document, reply: str) -> dict[str, Ruling]:
    """Rate an item by characters without punctuation and spaces; the reply ends at its first round bracket."""
    said, heard = (" ".join(one) for one in _mimo_pair(doc, reply))
    return _rated(word_edits(said, heard), heard)
