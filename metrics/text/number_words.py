"""A reply that is one number in words of another language than English: "vingt-cinq ans", "Es sind fünf.", "二十五岁".

The whole reply is the number, with a lead-in, an "about" or a unit of years at most, so a word that means something else
elsewhere is never taken out of prose. Words come from ``num2words``, Chinese and Japanese numerals and native Korean
ones are read here. A word with two values in two languages has none, and an English word counts only with its unit.
"""

from __future__ import annotations

from functools import cache
from typing import Final

from metrics.text import late as re

_LANGUAGES: Final = (
    "ar", "cs", "da", "de", "es", "fi", "fr", "he", "hu", "id", "it", "ko", "nl", "no", "pl", "pt", "ro", "ru", "sv",
    "tr", "uk", "vi",
)  # fmt: skip
_MOST: Final = 200
_LONGEST: Final = 80
_ENGLISH: Final = frozenset(
    {"on", "hat", "once", "to", "no", "a", "i", "sex", "sept", "non", "du", "et"}
)
_UNIT: Final = re.compile(
    r"\s*\b(?:ans?|jahre?n?(?: alt)?|años?|anos?|anni|anno|jaar(?: oud)?|lata?|лет|год[а]?|років|роки|рік|yaş(?:ında)?|år(?: gam(?:mel|mal))?"
    r"|vuotta|vuotias|éves|tahun|tuổi|de ani|ani|let|roků|سنة|عاما?|שנים|שנה|살|세|개|명)(?:입니다|이에요|이다|요)?\Z"
)
_LEAD: Final = re.compile(
    r"(?:.*\b(?:ist|sind|gibt|est|sont|y a|es|son|hay|tiene|è|sono|ha|é|são|há|tem|is|zijn|are|jest|är|er|on|a|avrà|tendrá|würde|wäre|beträgt|bedraagt|serait|sería|sarebbe|seria|vaut|vale|равна|равен"
    r"|равно|составляет|liegt bei|wohl|(?:schätze|sage|tippe|würde sagen|dirais|pense|diría|creo|direi|diria)(?: auf| que)?|(?:vélocité|velocidad|velocità|velocidade|velocity) d[eiao]|ему|ей|лет)"
    r"\s(?:(?:d[ei]|bei|auf)\s)?|.*:\s*|.*[—-]\s)",
    re.DOTALL,
)
"""What may stand before the number: up to a verb, "I'd say", a colon or a dash."""
_DENIED: Final = re.compile(
    r"[不没][是为為]|\bn'(?:est|y a|a|avait|était)\s|\b(?:no|non|não|ne|не|nicht)\s(?:es|son|hay|tiene|è|sono|ha|é|são|há|tem|ist|sind|равна)\s|\b(?:ist|sind|est|beträgt|vaut|liegt) (?:nicht|pas)\b"
)
"""A number that is only denied."""
_ABOUT: Final = re.compile(
    r"(?:genau|etwa|ungefähr|circa|ca|environ|à peu près|exactement|unos|unas|cerca de|aproximadamente|alrededor de|circa|около|примерно|"
    r"приблизно|ongeveer|około|ungefär|omkring|em torno de|por volta de|sobre|intorno a|wahrscheinlich|vermutlich|probablement|probablemente|probabilmente|provavelmente|скорее всего,|약)\s+"
)
_OPINION: Final = re.compile(
    r"(?:, (?:je pense|je crois|denke ich|glaube ich|würde ich sagen|eu acho|creo|credo|penso|думаю)|吧|だと思います|(?<=t) sagen)\Z"
)
_AGO: Final = re.compile(
    r"\b(?:il y a|hace|seit|vor|depuis|desde)\s.*\b(?:ans|años|jahre?n?|anos|anni)\b|年前"
)
_HALF: Final = re.compile(
    r"(?:\s+y\s+medi[oa]|\s+et\s+demie?|\s+e\s+mezz[oa]|\s+e\s+mei[oa]|einhalb)\Z"
)
_DIGITS: Final = {
    digit: value for value, digits in enumerate(("〇零", "一壹", "二两兩貳贰", "三叁", "四肆", "五伍", "六陆", "七柒", "八捌", "九玖"))
    for digit in digits
}  # fmt: skip
_SIZES: Final = {"十": 10, "拾": 10, "百": 100, "佰": 100, "千": 1000, "仟": 1000}
_HAN: Final = re.compile(
    r"(?:.{0,12}?(?:是|为|為|は|が|:))?\s*(?:大约|大概|大約|约|約|およそ|一共|共|有)?\s*"
    rf"([{''.join([*_DIGITS, *_SIZES])}]+(?:点[{''.join(_DIGITS)}]+)?)(个?半)?\s*"
    r"(?:岁|歳|歲|才|个|個|只|条|人|匹|年|つ)?(?:左右|上下)?(?:です|だ|くらい|ぐらい)*"
)
_DECADE: Final = re.compile(
    r"(?<![0-9])(?P<tens>[1-9]0|[二三四五六七八九]?十|(?<![가-힣])[이삼사오육칠팔구]?십)[ ]?(?:[多几幾余餘来來][ ]?[岁歲嵗]|[多余餘](?=[。.!]?\Z)|代(?![表码碼替价價])|대(?![가-힣])|대(?=입니다|이에요|예요|이다|로 |의 |초반|중반|후반))"
)
"""Years of a decade in Chinese, Japanese and Korean."""
_KOREAN_TENS: Final = ("", "열", "스물", "서른", "마흔", "쉰", "예순", "일흔", "여든", "아흔")
_KOREAN_ONES: Final = ("", "하나", "둘", "셋", "넷", "다섯", "여섯", "일곱", "여덟", "아홉")
_SINO_KOREAN: Final = "영일이삼사오육칠팔구"
_KOREAN_END: Final = re.compile(
    r"(?:.{0,16}[은는이가]\s)?(?P<number>[^\s]{1,8})(?:입니다|이에요|예요|이다)\Z"
)
_KOREAN_SHORT: Final = {"하나": "한", "둘": "두", "셋": "세", "넷": "네"}


def number_in_words(text: str) -> float | None:
    """Return the number that a reply in another language consists of, ``None`` if it is anything else.

    Args:
        text: a reply in canonical form.

    >>> [number_in_words(text) for text in ("vingt-cinq ans.", "es sind fünf", "二十五岁", "dos y medio", "on")]
    [25.0, 5.0, 25.0, 2.5, None]
    """
    text = text.strip(" \n\t.!。\"'*_`()")
    if not text or len(text) > _LONGEST or any(map(str.isdigit, text)):
        return None
    if _DENIED.search(text) or _AGO.search(text):
        return None
    text = _OPINION.sub("", text)
    han = _HAN.fullmatch(text)
    if han is not None:
        value = _han(han[1])
        return None if value is None else value + 0.5 * bool(han[2])
    korean = _KOREAN_END.match(text)
    if korean is not None and (value := _words().get(korean["number"])) is not None:
        return value
    lead = _LEAD.match(text)
    for part in (text, text[lead.end() :] if lead is not None else ""):
        part = _ABOUT.sub("", part.strip(), count=1)
        bare = _UNIT.sub("", part)
        half = _HALF.search(bare)
        key = _letters(bare if half is None else bare[: half.start()])
        value = _words().get(key)
        if value is not None and (bare != part or key not in _ENGLISH):
            return value + 0.5 * (half is not None)
    return None


def decades_in_english(text: str) -> str:
    """Return a text with the decades of Chinese, Japanese and Korean ages in the English form.

    >>> decades_in_english("二十多岁"), decades_in_english("30代の女性"), decades_in_english("三十多个词")
    ('20s ', '30s の女性', '三十多个词')
    """
    return text if text.isascii() else _DECADE.sub(_decade, text)


def _decade(match: re.Match[str]) -> str:
    tens = match["tens"]
    if tens[-1] == "십":
        return f"{(_SINO_KOREAN.index(tens[0]) if len(tens) > 1 else 1) * 10}s "
    return f"{int(tens) if tens.isdigit() else int(_han(tens) or 0)}s "


def _letters(text: str) -> str:
    return "".join(filter(str.isalpha, text)).replace("ß", "ss")


@cache
def _words() -> dict[str, float]:
    from num2words import num2words

    from metrics.text.canonical import canonical

    values: dict[str, set[int]] = {}
    for number in range(_MOST):
        for language in _LANGUAGES:
            values.setdefault(_letters(canonical(num2words(number, lang=language))), set()).add(
                number
            )
    for number in range(1, 100):
        tens, ones = _KOREAN_TENS[number // 10], _KOREAN_ONES[number % 10]
        for one in {ones, _KOREAN_SHORT.get(ones, ones)}:
            values.setdefault(tens + one, set()).add(number)
    values.setdefault("스무", set()).add(20)
    for number in range(100, _MOST):
        known = _letters(canonical(num2words(number, lang="de")))
        values.setdefault(known.removeprefix("ein"), set()).add(number)  # "hundertfünf"
    return {word: float(min(known)) for word, known in values.items() if word and len(known) == 1}


def _han(numeral: str) -> float | None:
    """Read a Chinese numeral below 10,000; digits alone are read in a row."""
    whole, _, places = numeral.partition("点")
    tail = "".join(str(_DIGITS[digit]) for digit in places)
    if all(digit in _DIGITS for digit in whole):
        return float("".join(str(_DIGITS[digit]) for digit in whole) + "." + (tail or "0"))
    total, digit, last = 0, None, 10_000
    for sign in whole:
        if sign in _DIGITS:
            if digit:
                return None
            digit = _DIGITS[sign]
            continue
        size = _SIZES[sign]
        if size >= last:
            return None
        total += size * (1 if digit is None else digit)
        digit, last = None, size
    return float(f"{total + (digit or 0)}.{tail or '0'}")
