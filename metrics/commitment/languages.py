"""The turns of answers in other languages, in the English words that the grammar reads.

``translate`` is applied to a folded reply in which the texts of options are placeholders already, so that it never changes an option. A table
holds, for each language, phrases and what they become: quantifiers and exceptions, what is called right or wrong, contrasts,
corrections, ordinals, yes and no. Words that are also English ones are left out. What a language puts behind the
mention (``▢ではなく``, ``▢ नहीं``, ``▢ değil``) is in ``metrics.commitment.turns``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from typing import Any, Final

from metrics.commitment.choices import LATIN, WORD
from metrics.commitment.frames import lower, prepare
from metrics.text import late

_TABLE: Final = {
    "de": "weiß nicht, ob=do not know whether|weiß nicht ob=do not know whether|nicht sicher, ob=not sure whether|ob=whether|trifft zu=is correct|treffen zu=are correct|trifft nicht zu=is wrong|am plausibelsten=the most plausible|am wahrscheinlichsten=the most likely|am passendsten=the most fitting|die beste wahl=the best choice|die beste antwort=the best answer|die richtige wahl=the right choice|müsste=must be|dürfte=should be|muss=must be|ich tippe auf=i choose|ich entscheide mich für=i choose|meiner meinung nach=in my opinion|meines erachtens=in my opinion|glaube nicht, dass=do not think that|denke nicht, dass=do not think that|nicht=not|nicht nur=not only|alles=everything|alle=all|jede=every|jedes=every|jeder=every|keine option=no option|keine der optionen=none of the options|keine antwort=no answer"
    "|keine andere=no other|keine anderen=no other|nichts=nothing|nichts anderes als=nothing other than|außer=except|bis auf=except|mit ausnahme von=except"
    "|nur=only|ausschließlich=only|einzig=only|falsch=wrong|richtig=correct|korrekt=correct|zutreffend=correct|ausgeschlossen=excluded|ist=is|sind=are|wäre=would be"
    "|passt=fits|passen=fits|passt am besten=fits best|passt nicht=does not fit|passen nicht=do not fit|stimmt=is correct|stimmt nicht=is not right|ergibt sinn=makes sense"
    "|scheidet aus=is ruled out|scheiden aus=are ruled out|kommt nicht in frage=is out of the question|und nicht=and not|und nicht etwa=and not|aber nicht=but not"
    "|statt=instead of|anstatt=instead of|anstelle von=instead of|oder=or|entweder=either|wahrscheinlicher als=more likely than|besser als=better than"
    "|eher als=rather than|weniger wahrscheinlich als=less likely than|schlechter als=less good than|auf keinen fall=not|keinesfalls=not|keineswegs=not"
    "|ich schließe=i exclude|es bleibt=that leaves|bleibt nur=leaves only|bleibt=remains|vermutlich=probably|wahrscheinlich=probably|vielleicht=maybe"
    "|die antwort ist=the answer is|die richtige antwort ist=the answer is|die antwort lautet=the answer is|option nummer=option number|nummer=number",
    "fr": "la plus probable=the most likely|le plus probable=the most likely|la plus plausible=the most plausible|la plus adaptée=the most suitable|la plus appropriée=the most appropriate|la bonne réponse=the right answer|la bonne option=the right answer|le bon choix=the right choice|la réponse correcte=the right answer|me paraît=seems|me semble=seems|je penche pour=i choose|j'opte pour=i choose|je ne sais pas si=do not know whether|tout=everything|tous=all|toutes=all|toutes les options=all options|toutes les réponses=all options|chaque option=every option|aucune=none|aucun=none"
    "|aucune option=no option|aucune autre=no other|aucune autre option=no other option|aucune réponse=no answer|rien=nothing|rien d'autre que=nothing other than"
    "|sauf=except|excepté=except|hormis=except|à part=except|à l'exception de=except|seul=only|seule=only|seule l'option=only option|seulement=only|uniquement=only"
    "|faux=wrong|fausse=wrong|fausses=wrong|incorrecte=wrong|incorrectes=wrong|erronée=wrong|erroné=wrong|juste=correct|correcte=correct|correctes=correct|exacte=correct|est=is|sont=are"
    "|convient=fits|ne convient=fits|ne convient pas=does not fit|ne correspond pas=does not fit|n'est pas=is not|ne sont pas=are not|correspond=fits"
    "|et non=and not|et non pas=and not|et pas=and not|mais pas=but not|mais non=but not|au lieu de=instead of|à la place de=instead of|plutôt que=rather than"
    "|plus probable que=more likely than|moins probable que=less likely than|mieux que=better than|meilleure que=better than|surtout pas=not"
    "|il reste=that leaves|reste=remains|exclus=excluded|exclues=excluded|éliminé=excluded|éliminée=excluded|peut-être=maybe|probablement=probably|sans doute=probably"
    "|la réponse est=the answer is|la bonne réponse est=the answer is|numéro=number|l'option=option",
    "es": "la más adecuada=the most suitable|el más adecuado=the most suitable|la más apropiada=the most appropriate|la más probable=the most likely|el más probable=the most likely|la mejor opción=the best option|la mejor respuesta=the best answer|la respuesta correcta=the right answer|me decanto por=i choose|me quedo con=i choose|no sé si=do not know whether|todo menos=everything except|todas menos=all except|todos menos=all except|todo=everything|todos=all|todas=all|todas las opciones=all options|cualquiera=any|ninguna=none|ninguno=none|ninguna opción=no option|nada más que=nothing other than"
    "|nada=nothing|excepto=except|salvo=except|a excepción de=except|aparte de=except|sólo=only|solo la=only|solamente=only|únicamente=only|incorrecto=wrong|incorrecta=wrong"
    "|incorrectos=wrong|incorrectas=wrong|falsa=wrong|falsas=wrong|falsos=wrong|errónea=wrong|equivocada=wrong|equivocadas=wrong|correcta=correct|correctas=correct|correcto=correct|correctos=correct"
    "|encaja=fits|no encaja=does not fit|encajan=fits|tiene sentido=makes sense|no tiene sentido=does not fit|y no=and not|pero no=but not|no es=is not|no son=are not|en vez de=instead of"
    "|en lugar de=instead of|antes que=rather than|más probable que=more likely than|menos probable que=less likely than|mejor que=better than|peor que=less good than"
    "|más que=rather than|queda=leaves|quedan=leaves|nos queda=leaves|descarto=i exclude|tal vez=maybe|quizás=maybe|quizá=maybe|probablemente=probably"
    "|la respuesta es=the answer is|la respuesta correcta es=the answer is|opción número=option number|número=number|sí=yes",
    "pt": "tudo=everything|todas as opções=all options|nenhuma=none|nenhum=none|nenhuma opção=no option|exceto=except|só=only|apenas=only|somente=only"
    "|errada=wrong|erradas=wrong|errado=wrong|errados=wrong|incorreta=wrong|incorretas=wrong|incorreto=wrong|certa=correct|certas=correct|certo=correct|correta=correct|corretas=correct|correto=correct"
    "|faz sentido=makes sense|encaixa=fits|e não=and not|mas não=but not|não é=is not|não está=is not|não são=are not|não=not|em vez de=instead of|ao invés de=instead of|em lugar de=instead of"
    "|mais provável que=more likely than|mais provável do que=more likely than|melhor que=better than|melhor do que=better than|sobra=leaves|excluo=i exclude|talvez=maybe|provavelmente=probably"
    "|a resposta é=the answer is|a resposta certa é=the answer is|a resposta correta é=the answer is|opção número=option number",
    "it": "né=nor|tutto=everything|tutti=all|tutte=all|tutte le opzioni=all options|nessuna=none|nessuno=none|nessuna opzione=no option|niente=nothing|tranne=except|eccetto=except"
    "|a parte=except|ad eccezione di=except|soltanto=only|solamente=only|solo la=only|sbagliata=wrong|sbagliate=wrong|sbagliato=wrong|sbagliati=wrong|errata=wrong|errate=wrong"
    "|giusta=correct|giuste=correct|giusto=correct|giusti=correct|corretta=correct|corrette=correct|corretto=correct|ha senso=makes sense|e non=and not|ma non=but not|non è=is not"
    "|non sono=are not|invece di=instead of|al posto di=instead of|anziché=instead of|piuttosto che=rather than|più probabile di=more likely than|meglio di=better than"
    "|rimane=remains|resta=remains|escludo=i exclude|forse=maybe|probabilmente=probably|la risposta è=the answer is|la risposta corretta è=the answer is"
    "|la risposta giusta è=the answer is|sì=yes",
    "ru": "все=all|всё=everything|ничего=everything|ничто=everything|ни один=everything|ни одна=everything|кроме=except|за исключением=except|только=only|лишь=only|неверно=wrong|неверны=wrong"
    "|неверный=wrong|неверна=wrong|неправильно=wrong|неправильны=wrong|неправильный=wrong|неправильный ответ=wrong|ошибочны=wrong|ошибочен=wrong|верно=correct|верны=correct|верен=correct|верна=correct"
    "|правильно=correct|правильны=correct|подходит=fits|подходят=fits|не подходит=does not fit|не подходят=do not fit|а не=and not|вместо=instead of|чем=than|или=or|либо=or"
    "|остаётся=leaves|остается=leaves|исключаем=are ruled out|исключаю=are ruled out|исключены=are ruled out|возможно=maybe|наверное=probably|вероятно=probably|правильный ответ=the correct answer",
    "ar": "كل=all|جميع=all|كلها=all|كل الخيارات=all options|جميع الخيارات=all options|ما عدا=except|إلا=except|باستثناء=except|سوى=except|فقط=only|خاطئة=wrong|خاطئ=wrong|خطأ=wrong"
    "|غير صحيح=wrong|غير صحيحة=wrong|صحيح=correct|صحيحة=correct|وليس=and not|وليست=and not|بدلا من=instead of|بدلاً من=instead of|أو=or|إما=either|ربما=maybe|نعم=yes|ليس=not|ليست=not",
    "hi": "केवल=only|सिर्फ=only|गलत=wrong|सही=correct|सही नहीं=wrong|है=is|हैं=are|या=or|शायद=maybe|सब=all|सभी=all|हाँ=yes",
    "tr": "sadece=only|yalnızca=only|yanlış=wrong|doğru=correct|doğru değil=wrong|hepsi=all|tümü=all|veya=or|ya da=or|muhtemelen=probably|belki=maybe|evet=yes|cevap=answer|yanıt=answer"
    "|seçeneği=|seçeneğidir=|şıkkı=|şıkkıdır=|doğru cevap=the correct answer is|doğru yanıt=the correct answer is",
    "vi": "không phải=not|không phải là=not|chứ không phải=and not|chứ không phải là=and not|thay vì=instead of|trừ=except|ngoại trừ=except|tất cả=all|mọi đáp án=all|chỉ có=only|chỉ=only"
    "|sai=wrong|đều sai=are wrong|đúng=correct|đều đúng=are correct|không đúng=is wrong|là đúng=is correct|là sai=is wrong|hoặc=or|có lẽ=maybe|phương án=option|đáp án=the answer|mà là=but"
    "|đáp án số=option number|phương án số=option number",
    "zh": "要么=either|是的=yes",
    "ja": "はい=yes",
    "ko": "또는=or|혹은=or",
}
"""Language -> phrases and what they become; the longest phrase that fits counts."""

_ORDINALS: Final = (
    "erste ersten erster erstes premier première primera primero primeira primeiro prima primo первый первая الأول الأولى पहला पहली birinci",
    "zweite zweiten zweiter zweites deuxième segunda segundo seconda secondo второй вторая الثاني الثانية दूसरा दूसरी ikinci",
    "dritte dritten dritter drittes troisième tercera tercero terceira terceiro terza terzo третий третья الثالث الثالثة तीसरा तीसरी üçüncü",
    "vierte vierten vierter viertes quatrième cuarta cuarto quarta quarto четвёртый четвертый четвертая четвёртая الرابع الرابعة चौथा चौथी dördüncü",
    "fünfte fünften fünfter fünftes cinquième quinta quinto пятый пятая الخامس पाँचवाँ beşinci",
)
_PLACES: Final = ("first", "second", "third", "fourth", "fifth")
_NOUNS: Final = "option|antwort|möglichkeit|auswahl|choix|réponse|opción|respuesta|alternativa|opção|resposta|opzione|risposta|scelta|вариант|ответ|seçenek|cevap|विकल्प|उत्तर"

_CORRECTED: Final = late.compile(
    r"(?<=[,.;—…،、，\n-])\s*(?:(?:ach|oh|ah|ay|à|mais|enfin|mejor|ai|ой)\s+)?"
    r"(?:(?:nein|non|não|нет|لا|नहीं|hayır|yok|không|不|不对|不對|哦不|いや|いえ|いいえ|違う|違います|아니|아니요|아니야)(?:\s*[,،、，]?\s*(?:warte|moment|attendez|attends|espera|espere|aspetta"
    r"|подождите|подожди|погоди|انتظر|रुको|रुकिए|bekle|đợi đã|等等|待って|잠깐만?))?(?=\s*[,،、，.:;—…!])"
    r"|(?:quatsch|moment|pardon|perdón|mejor dicho|perdão|quer dizer|ou melhor|aliás|anzi|scusa|scusate|точнее|вернее|عفوا|عفواً|entschuldigung|korrektur|attendez|attends|espera|aspetta)"
    r"(?=[\s,،、，.:;—…!]))\s*[,،、，]?"
    rf"(?=[^.\n]{{0,24}}?(?:[\ue000-\uf000]|(?<![{LATIN}])[a-z](?![{LATIN}])))"
)
"""A correction between two clauses."""
_WHOLE_YES: Final = late.compile(
    r"(?:\A|(?<=[\n。.!：])|(?<=: )|(?<= is )|(?<=答案是)|(?<=答えは)|(?<=답은 ))\s*(?:yep|yeah|yup|yea|affirmative|ja|oui|sí|sì|sim|да|نعم|हाँ|evet|vâng|có|đúng vậy|是|对|對|はい|네|예)(?=\s*(?:[,.!。，！،।]|\Z|\n))"
)
_WHOLE_NO: Final = late.compile(
    r"(?:\A|(?<=[\n。.!：])|(?<=: )|(?<= is )|(?<=答案是)|(?<=答えは)|(?<=답은 ))\s*(?:nope|nah|nay|negative|nein|non|não|нет|لا|नहीं|hayır|không|不是|不|否|いいえ|아니요|아니오)(?:的)?(?=\s*(?:[,.!。，！،।]|\Z|\n))"
)


_FOREIGN: Final = late.compile("[^\x00-\x7f\ue000-\uf000…—✔✘]")
_WORDS: Final = late.compile(r"[a-z]+")
_ASCII_REPLIES: Final = "yep yeah yup yea affirmative nope nah nay negative nein non yok quatsch moment pardon mejor quer ou anzi scusa scusate entschuldigung korrektur attendez attends espera aspetta ja oui sim evet"
"""Words of ``_CORRECTED``, ``_WHOLE_YES`` and ``_WHOLE_NO`` without accents."""
_COPULA: Final = late.compile(
    r"(?<!\w)(?:es|son|está|están|é|são|estão|è|sono|sería|seria|sarebbe|là|đều)(?= (?:wrong|correct)\b)"
)
_NUMERALS: Final = {
    **dict(zip("一二三四五", "12345", strict=True)),
    **dict(zip(("첫", "두", "세", "네", "다섯"), "12345", strict=True)),
    **dict(zip(("nhất", "hai", "ba", "tư", "năm"), "12345", strict=True)),
}
_NUMBERED: Final = late.compile(
    r"第\s*([一二三四五1-5])\s*(?:个|個|项|項|种|種)?(?:选项|選項|选择|答案)?(?=\s*(?:[。，,.!！]|\Z|是?(?:对|正确|不对|不正确|错)|才))"
    r"|(?:选项|選項|选|选择|選択肢)\s*([一二三四五1-5])(?!\d)|(?<!\d)([1-5])番目?(?:の(?:選択肢|もの|答え|方))?(?=\s*(?:です|だ|が|[。、.]|\Z))"
    r"|(?<!\d)([1-5])번(?:째)?(?:\s*(?:선택지|보기))?(?=\s*(?:입니다|이|[.。]|\Z))|(첫|두|세|네|다섯)\s*번째(?:\s*(?:선택지|보기))?(?=\s*(?:입니다|이|가|[.。]|\Z))"
    r"|विकल्प ([1-5])(?!\d)|(?<!\w)seçenek ([1-5])(?!\d)|(?<!\d)([1-5])\. seçenek|(?<!\w)вариант(?: номер)? ([1-5])(?!\d)"
    r"|phương án (?:thứ |số )?(nhất|hai|ba|tư|năm|[1-5])(?!\w)"
)
"""An option by its number, as other languages say it."""


def translate(text: str, low: str) -> tuple[str, str]:
    """Return a reply, with case and folded, with the turns of other languages in English.

    >>> translate("A und nicht B", "a und nicht b")
    ('A and not B', 'a and not b')
    """
    if not _FOREIGN.search(low) and _ascii_words().isdisjoint(_WORDS.findall(low)):
        return text, low
    for pattern, english in (
        (_CORRECTED, lambda _: " no wait, "),
        (_ordinal(), lambda m: f"the {_places()[m['ordinal']]} option"),
        (_NUMBERED, _numbered),
        (_phrases(), lambda m: _dictionary()[m[0]]),
        (_WHOLE_YES, lambda _: "yes"),
        (_WHOLE_NO, lambda _: "no"),
        (_COPULA, lambda _: "is"),
    ):
        spans = [(m.start(), m.end(), english(m)) for m in pattern.finditer(low)]
        if spans:
            text, low = put(text, spans), put(low, spans)
    return text, low


@cache
def _ascii_words() -> frozenset[str]:
    """Return a word of every turn without accents, the longest one."""
    phrases = (*_dictionary(), *_places(), *_ASCII_REPLIES.split())
    return frozenset(max(_WORDS.findall(phrase), key=len) for phrase in phrases if phrase.isascii())


def put(text: str, spans: Iterable[tuple[int, int, str]]) -> str:
    """Return a text with other words in some places, from left to right.

    >>> put("a und b", [(2, 5, "and")])
    'a and b'
    """
    parts, end = [], 0
    for start, stop, words in spans:
        parts += [text[end:start], words]
        end = stop
    return "".join([*parts, text[end:]])


def _key(phrase: str) -> str:
    return lower(prepare(phrase))


def _numbered(match: re.Match[str]) -> str:
    place = next(group for group in match.groups() if group)
    return f" option {_NUMERALS.get(place, place)} "


@cache
def _dictionary() -> dict[str, str]:
    found: dict[str, str] = {}
    for phrases in _TABLE.values():
        for pair in phrases.split("|"):
            phrase, _, meaning = pair.partition("=")
            found.setdefault(_key(phrase), meaning)
    return found


@cache
def _phrases() -> re.Pattern[str]:
    return re.compile(rf"(?<!{WORD})(?:{_any_of(_dictionary())})(?!{WORD})")


@cache
def _places() -> dict[str, str]:
    return {
        _key(word): place
        for words, place in zip(_ORDINALS, _PLACES, strict=True)
        for word in words.split()
    }


@cache
def _ordinal() -> re.Pattern[str]:
    """Return the pattern of an ordinal next to a word for "option", or alone behind an article."""
    words, nouns = _any_of(_places()), "|".join(map(_key, _NOUNS.split("|")))
    return re.compile(
        rf"(?<!{WORD})(?:(?:der|die|das|den|dem|la|le|el|a|o|il) )?(?:(?:{nouns}|الخيار|الإجابة) )?"
        rf"(?P<ordinal>{words})(?:(?: (?:{nouns}))(?!{WORD})|(?=\s*(?:[.,;!]|\Z|(?:ist|est|es|è|é)(?!{WORD}))))"
    )


def _any_of(phrases: Iterable[str]) -> str:
    """Return a pattern for many phrases, the longest first, in which a common beginning is tried once."""
    root: dict[str, Any] = {}
    for phrase in phrases:
        node = root
        for character in phrase:
            node = node.setdefault(character, {})
        node[""] = {}
    return _branch(root)


def _branch(node: dict[str, Any]) -> str:
    further = [
        re.escape(character) + _branch(rest) for character, rest in node.items() if character
    ]
    body = further[0] if len(further) == 1 else f"(?:{'|'.join(further)})" if further else ""
    return f"(?:{body})?" if "" in node and further else body
