"""What judges write in other languages, in the English words that the readers know: keys, verdicts, numbers, scales.

The lists are closed and nothing else is translated. A word changes only where it can be meant so: a key at the beginning of a line and before a
colon or "is", a verdict word alone, after a key or between marks of punctuation, a number word after a key or alone. ``Note`` and ``Nota``
are keys only if nothing but a number follows.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Final

from metrics.text import late

_KEYS: Final = {
    "score": (
        "评分|评分结果|得分|分数|打分|给分|总分|綜合評分|評分|分數|總分|スコア|点数|得点|採点|評点|점수|총점|평점|punktzahl|punkte|punktwert|bewertung|gesamtbewertung|gesamtpunktzahl|gesamtwertung"
        "|endnote|gesamtnote|puntuación|puntuacion|puntaje|calificación|calificacion|pontuação|pontuacao|punteggio|voto|оценка|балл|баллы|الدرجة|درجة|التقييم|تقييم|स्कोर|अंक|điểm|điểm số|puan|ocena|punktacja"
        "|beoordeling|cijfer|nilai|skor|คะแนน|betyg|poäng|note finale|note globale|nota final|nota finale"
    ),
    "rating": "评价|評價|评估|評估|評価|평가|wertung|évaluation|evaluation|evaluación|valoración|avaliação|valutazione|değerlendirme|đánh giá",
    "judgement": (
        "判断|判断结果|判斷|判定|判定结果|判定結果|判决|裁决|评判|評判|最終判斷|判決|판단|판정|판결|urteil|beurteilung|endurteil|jugement|juicio|dictamen|giudizio|julgamento|juízo|суждение|решение"
        "|oordeel|orzeczenie|الحكم|निर्णय|karar|phán quyết|phán đoán|putusan|คำตัดสิน"
    ),
    "verdict": "veredicto|veredito|verdetto|вердикт|verdikt|werdykt",
    "result": "结果|結果|결과|ergebnis|resultat|résultat|resultado|risultato|результат|итог|النتيجة|परिणाम|sonuç|kết quả|resultaat|wynik|hasil|ผลลัพธ์",
    "answer": "答|答案|回答|答え|답|답변|antwort|réponse|respuesta|resposta|risposta|ответ|الإجابة|الجواب|उत्तर|cevap|yanıt|câu trả lời|antwoord|odpowiedź|jawaban|คำตอบ|svar",
    "output": "输出|输出结果|輸出|出力|출력|ausgabe|sortie|salida|saída|вывод модели|çıktı",
    "label": "标签|標籤|ラベル|라벨|etikett|étiquette|etiqueta|etichetta|метка",
    "conclusion": "结论|結論|결론|fazit|schlussfolgerung|conclusión|conclusão|conclusione|вывод|заключение|conclusie|wniosek|kesimpulan",
}
"""English key -> what it is called elsewhere."""

_VERDICTS: Final = {
    "yes": "是|是的|对的是|はい|ええ|예|네|그렇다|그렇습니다|ja|jawohl|oui|sí|si|sì|sim|да|نعم|हाँ|हां|evet|có|vâng|tak|ya|ใช่|jo|ναι",
    "no": "否|不是|不|いいえ|いえ|아니요|아니오|아니다|아닙니다|nein|non|não|нет|لا|नहीं|hayır|không|nie|nee|nej|tidak|ไม่|ไม่ใช่|όχι",
    "correct": (
        "正确|正确的|正確|正確的|对|对的|對|正解|正解です|正しい|正しいです|正答|정답|정답입니다|맞음|맞다|맞습니다|옳음|stimmt|richtig|korrekt|zutreffend|correcte|vrai|vraie|juste|exact|exacte|correcto|correcta|verdadero"
        "|acertado|corretto|corretta|giusto|giusta|vero|correto|correta|certo|certa|верно|правильно|верный|правильный|صحيح|صحيحة|सही|doğru|đúng|juist|poprawne|poprawna|prawidłowo|prawidłowa|benar|ถูกต้อง|ถูก|rätt|korrekte"
    ),
    "incorrect": (
        "不正确|不正确的|不正確|错误|错误的|錯誤|錯誤的|错|错的|錯|不对|不對|不正解|不正解です|正しくない|正しくありません|間違い|間違いです|誤り|誤りです|誤答|오답|오답입니다|틀림|틀렸다|틀렸습니다|맞지 않음|falsch|stimmt nicht|nicht richtig|nicht korrekt"
        "|inkorrekt|unrichtig|unzutreffend|incorrecte|faux|fausse|inexact|inexacte|pas correct|pas correcte|incorrecto|incorrecta|erróneo|errónea|falso|falsa|equivocado|no correcto|no es correcto|no es correcta|sbagliato|sbagliata|errato|errata|scorretto"
        "|non corretto|non corretta|incorreto|incorreta|errado|errada|não correto|não está correto|неверно|неправильно|не верно|неверный|неправильный|ошибочно|خطأ|خاطئ|خاطئة|غير صحيح|غير صحيحة|गलत|सही नहीं|yanlış|doğru değil|sai"
        "|không đúng|onjuist|niet correct|niepoprawne|niepoprawna|nieprawidłowo|błędne|błędna|salah|ไม่ถูกต้อง|ผิด|fel|felaktigt"
    ),
}
"""English verdict -> what it is called elsewhere."""

_NUMBERS: Final = {
    "1": "一|壱|하나|일|eins|uno|один|واحد|एक|bir|jeden|één",
    "2": "二|两|兩|둘|이|zwei|deux|dos|dois|due|два|اثنان|दो|iki|hai|dwa|twee",
    "3": "三|셋|삼|drei|trois|tres|três|tre|три|ثلاثة|तीन|üç|ba|trzy|drie",
    "4": "四|넷|사|vier|quatre|cuatro|quatro|quattro|четыре|أربعة|चार|dört|bốn|cztery",
    "5": "五|다섯|오|fünf|cinq|cinco|cinque|пять|خمسة|पाँच|पांच|beş|năm|pięć|vijf",
}
_UNITS: Final = "分|点|點|점|星|颗星|顆星|つ星|punkten?|points?|puntos?|pontos?|punti|балл(?:а|ов)?|sterne?n?|étoiles?|estrellas?|estrelas?|stelle|звезд[аы]?|звёзд"
_LEADS: Final = (
    r"(?:(?:综上|総じて|因此|所以|候选|该|模型|学生|最终|最終|最后|最後|我的|总体|總體|综合|整体|本次|最終的な|総合|최종|전체|종합|내|제)的?の?[\s,]*"
    r"|(?:de[rn]|die|das|meine?|mein|finale[rs]?|endgültige[rs]?|la|le|ma|mon|mi|el|tu|a|o|minha|meu|il|mia|mio|итоговая|итоговый|моя|мой|финальная|общая|окончательный|окончательная|hasil|số|genel|nihai)\s+"
    r"|(?:l|d)'){0,2}"
)
_AFTER: Final = r"(?:\s*(?:final|finale|total|totale?|globale?|général|general|geral|definitiva|definitivo|complessivo|akhir|结果|結果))?"
_COPULA: Final = r"(?:\s*(?:是|为|為|は|이|가|은|는)\s*(?::\s*)?|\s+(?:ist|lautet|beträgt|es|está|est|è|é|adalah|là|is)\s+(?:de\s+)?(?:eine?\s+|une?\s+|una?\s+|um\s+)?)"
_NEGATED: Final = r"\s+(?:n'est pas|no es|no está|não é|não está|non è|не является)\s+"
_PARTLY: Final = late.compile(
    r"teilweise|partiell|nicht ganz|jein|partielle|en partie|pas tout à fait|parcial|en parte|no del todo|em parte|parzial|in parte|частично|отчасти|не совсем|不完全|不完整|基本|部分|一部|大致|大体|一半|부분|일부"
    r"|جزئي|आंशिक|kısmen|một phần|gedeeltelijk|deels|częściowo|sebagian|delvis|jednak nie|только",
    re.IGNORECASE,
)
"""What makes a verdict partial, anywhere in the line."""
_GIVES: Final = late.compile(
    r"(?:(?<=^)|(?<=[.,;:!?]\s))(?:(?:für diese antwort |insgesamt |somit |daher )?(?:vergebe|gebe) ich(?: eine?)?|(?:diese|die) antwort (?:verdient|bekommt|erhält) eine?|(?:cette|la) réponse mérite une?|(?:esta|la) respuesta merece una?|(?:esta|essa|a) resposta merece uma?|(?:questa|la) risposta merita una?|этот ответ заслуживает|ich (?:gebe|vergebe|bewerte(?:[^.\n\d]{0,40}? mit)?)(?: (?:der|dieser|die|diese) antwort)?(?: eine?)?(?: note von)?|(?:je|j)[ '](?:lui )?(?:donne|attribue|mets)(?: à (?:cette|la) réponse)?(?: une?)?(?: note de)?"
    r"|(?:le |a esta respuesta le )?(?:doy|otorgo|pongo)(?: a (?:esta|la) respuesta)?(?: una?)?(?: nota de| puntuación de)?|(?:eu )?(?:dou|atribuo)(?: a (?:esta|essa) resposta)?(?: um[ao]?)?(?: nota)?"
    r"|(?:gli|le) (?:do|assegno)(?: un)?(?: voto di| punteggio di)?|ich würde (?:(?:der antwort|ihr|dem) )?(?:eine )?(?=[0-9])|je dirais(?: que)?|(?:yo )?dir[íi]a(?: que)?|direi|я бы поставила? (?:бы )?(?:оценку )?|(?:我认为|我觉得)?(?:这个|该)?(?:回答|回复|答案)?(?:应该|应当|可以)(?:给|打|得)(?=[0-9])|я (?:ставлю|даю|оцениваю(?: (?:этот )?ответ)?(?: на| в)?)(?: (?:этому )?ответу)?(?: оценку)?|ik (?:geef|gaf|ken)(?: (?:dit|het|deze|die)(?: antwoord| reactie)?)?(?: een)?(?: score van| cijfer)?|saya (?:beri|memberi(?:kan)?)(?: jawaban ini)?(?: nilai| skor)?|tôi (?:cho|chấm)(?: câu trả lời này)?(?: điểm)?|daję(?: (?:tej|temu) \w{1,15})?(?: ocenę)?|我(?:会)?给(?:这个|该|此|出)?(?:回答|回复|答案|模型|候选答案)?(?:的)?(?:打|评|的?评分是|评分)?|我?(?:打|给)(?=[0-9])|(?:该|这个|此)(?:回答|回复|答案)(?:得|获得|值)(?=[0-9]))\s*(?=\W{0,3}\w)",
    re.IGNORECASE | re.MULTILINE,
)
_OUT_OF: Final = (
    (late.compile(r"([0-9]{1,3})\s*(?:점 만점에|点満点(?:中|で)?|点中|分满分[,中]?|分制[,中]?)\s*,?\s*([0-9](?:\.[0-9])?)\s*(?:(?:점|点|分)(?:을\s*(?:주겠습니다|줍니다|드립니다|부여합니다))?)?"), r"\2/\1"),
    (late.compile(rf"([0-9](?:\.[0-9])?)\s*(?:{_UNITS})?\s*[(,]?\s*(?:满分|滿分|满分为|总分)\s*([0-9]{{1,3}})\s*(?:{_UNITS})?\s*\)?", re.IGNORECASE), r"\1/\2"),
    (late.compile(r"(?<![\w.,])([0-9](?:[.,][0-9])?)\s*(?:von|sur|sobre|de|su|из|af|av|van|na|trên|üzerinden|من|dari)\s+(?:maximal\s+|un\s+total\s+de\s+)?([0-9]{1,3})(?![\w.,]?[0-9])", re.IGNORECASE), r"\1/\2"),
    (late.compile(rf"(?<![0-9a-zA-Z.,])([0-9](?:\.[0-9])?(?:/[0-9]+)?)\s*(?:{_UNITS})(?:です|입니다|이다|でした|(?:を|を?与え|とし)(?:つけ|付け)?ます|을\s*(?:주겠습니다|줍니다|드립니다|부여합니다))?(?!\w)", re.IGNORECASE), r"\1 points"),
    (late.compile(rf"(?<![0-9])([0-9](?:\.[0-9])?)(?: points|\s*(?:{_UNITS}))?\s*(?:到|至|或者?|还是|または|から|에서|또는|bis|oder|ou|o|a|à|или|до|tot|lub)\s*(?=[0-9])", re.IGNORECASE), r"\1 or "),
    (late.compile(r"(?<![\w.,])([0-9]),([0-9])(?=\s*/\s*[0-9])"), r"\1.\2"),
    (late.compile(r"(?:(?<=^)|(?<=[.!?]\s))(?:이 |해당 |위 )?(?:답변|응답|대답|답)(?:에는|에게|에|은|는)\s*(?=[0-9](?:/[0-9]| points))", re.MULTILINE), "I give it a "),
    (late.compile(r"(?<=[0-9])\s(?:geben|vergeben)\b"), ""),
    (late.compile(r"(?<=[0-9])\s?(?:です|でした|입니다|이다)(?!\w)"), ""),
    (late.compile(r"(?<![\w.,])([0-9]),0(?![\w,.]?[0-9])"), r"\1.0"),
)  # fmt: skip
_WAIT: Final = late.compile(
    r"(?:(?<=[.,;:…\n-])|(?<=[0-9]))\s*(?:(?:ach|oh|ah|ay|enfin|ой|哦|あ|아)[, ]+)?"
    r"(?:(?:nein|non|não|no|нет|hayır|nie|nee|nej)[, ]+(?:warte|moment|attends|attendez|attendre|espera|espere|aspetta|подождите|подожди|погоди|bekle|czekaj|wacht|vänta)"
    r"|(?:nein|non|não|нет|لا|नहीं|hayır|不|不对|不對|哦不|不是|いや|いえ|いいえ|違う|違います|아니|아니요|아니야)(?=\s*[,.:;!]\s*\S|\s+-\s)(?![,.]? (?:die|das|la|le|der|el|a resposta|答案|回答)\b)"
    r"|(?:等等|等一下|稍等|待って|ちょっと待って|잠깐|quatsch|warte|moment|entschuldigung|korrektur|attends|attendez|pardon|espera|perdón|mejor dicho|corrección|perdão|quer dizer|ou melhor|aliás|correção|aspetta|anzi|scusa|scusate|correzione"
    r"|исправление|точнее|вернее|погоди|更正|修正|修改|訂正|정정|تصحيح|düzeltme|đính chính|correctie|korekta)(?=[\s,.:;!-]|(?=[0-9])))"
    r"\s*[,.:;!-]?\s*(?:(?:应该|應該)?(?:是|为|為)|改为|改成|应为|sollte|es ist|c'est|es un|è un|é um|das ist|debe ser|это)?\s*",
    re.IGNORECASE,
)
_MORE: Final = "note nota von sur sobre su gebe vergebe verdient merece merita bewerte donne attribue mets doy otorgo pongo dou dirais diria direi würde atribuo assegno stimmt anzi warte moment attends attendez espera espere aspetta scusa scusate pardon korrektur quatsch entschuldigung mejor quer ou geef saya beri memberi"
"""ASCII words that begin no entry of the lists."""
_NEXT_KEY: Final = late.compile(r"(?<=[.!?;])\s*(?=[\u3040-\u9fff\uac00-\ud7af]{2,8}\s*:\s*[0-9])")
"""A sentence's end in front of a key of a script without spaces and a number."""
_ASCII: Final = late.compile(r"[a-z]+")
_SO: Final = ("所以", "因此", "故", "因而", "所以是", "因此是", "故为", "因而是")
_PLACE: Final = r"""(?P<before>(?:^|[,.]\s*(?:所以|因此|故|因而)(?:是|为)?|[:.!?;,]\s+|[:.!?;,](?=[^\x00-\x7f])|\b(?:is(?:\s+not)?|wait,)\s+)[\s"'(\[{<|]{0,8})"""


def in_english(text: str) -> str:
    r"""Return the plain text of a judge reply with keys, verdicts and scales in English.

    >>> in_english("评分: 4分"), in_english("Urteil: nicht richtig"), in_english("Note : 4/5")
    ('score: 4 points', 'judgement: incorrect', 'score: 4/5')
    >>> in_english("Note: 4 of them are right."), in_english("They say oui to it.")
    ('Note: 4 of them are right.', 'They say oui to it.')
    """
    if text.isascii() and _ascii_words().isdisjoint(_ASCII.findall(text.lower())):
        return text
    text = _key_pattern().sub(_key, _NEXT_KEY.sub("\n", text))
    text = _GIVES.sub("I give it a ", text)
    text = _number_pattern().sub(_number, text)
    for pattern, form in _OUT_OF:
        text = pattern.sub(form, text)
    text = _WAIT.sub(" no wait, ", text)
    text = _note_pattern().sub("score: ", text)
    return _verdict_pattern().sub(_verdict, text)


def english_key(name: str) -> str:
    """Return the name of a JSON field in English, if it is a key of the lists.

    >>> english_key("评分"), english_key("score"), english_key("Note")
    ('score', 'score', 'score')
    """
    return _key_words().get(name.lower(), "score" if name.lower() in ("note", "nota") else name)


def _key(match: re.Match[str]) -> str:
    key = _key_words()[match["key"].lower()]
    if match["copula"] or match["negated"]:
        return f"{match['open']}The {key} is {'not ' if match['negated'] else ''}"
    return f"{match['open']}{key}: " if match["sep"].strip() else f"{match['open']}{key}:"


def _verdict(match: re.Match[str]) -> str:
    verdict = _verdict_words()[" ".join(match["word"].lower().split())]
    rest = match.string[match.end() :].partition("\n")[0].partition("no wait")[0].lower()
    doubtful = verdict in ("yes", "correct") and _no_words().search(rest)
    if doubtful or _PARTLY.search(rest):
        return match[0]
    return (". So " if match["before"].strip(" ,.") in _SO else match["before"]) + verdict


def _number(match: re.Match[str]) -> str:
    return match["before"] + _number_words()[match["word"].lower()]


def _table(table: dict[str, str]) -> dict[str, str]:
    return {word: english for english, words in table.items() for word in words.split("|")}


@cache
def _key_words() -> dict[str, str]:
    return _table(_KEYS)


@cache
def _verdict_words() -> dict[str, str]:
    return _table(_VERDICTS)


@cache
def _no_words() -> re.Pattern[str]:
    words = dict.fromkeys(_VERDICTS["incorrect"].split("|"), "")
    return re.compile(rf"(?<![a-z])(?:{_any_of(words)})(?![a-z])")


@cache
def _number_words() -> dict[str, str]:
    return _table(_NUMBERS)


@cache
def _ascii_words() -> frozenset[str]:
    words = (*_key_words(), *_verdict_words(), *_number_words(), *_MORE.split())
    return frozenset(max(_ASCII.findall(word), key=len) for word in words if word.isascii())


def _any_of(words: dict[str, str]) -> str:
    return "|".join(map(re.escape, sorted(words, key=len, reverse=True)))


@cache
def _key_pattern() -> re.Pattern[str]:
    return re.compile(
        rf"""^(?P<open>[\s"'(\[{{<]{{0,8}})(?:\d{{1,2}}[.)]\s+)?{_LEADS}(?P<key>{_any_of(_key_words())}){_AFTER}(?:\s*[(\[][^()\[\]\n]{{0,24}}[)\]])?"""
        rf"""(?P<sep>["')}}]{{0,4}}\s*[:=|]{{1,3}}\s*|["')\]}}]{{1,4}}\s*:?\s*|(?P<negated>{_NEGATED})|(?P<copula>{_COPULA}|\s+(?=(?:{_any_of(_verdict_words())})\W*$))|\s+-+\s+|\s*$)""",
        re.IGNORECASE | re.MULTILINE,
    )


@cache
def _note_pattern() -> re.Pattern[str]:
    return re.compile(
        r"^(?:(?:la|ma|a|minha|die|meine)\s+)?(?:note|nota)(?:\s+(?:final|finale|globale|total))?\s*(?:[:=]\s*|\s(?:est|é|è|ist|es)\s(?:de\s+)?)(?=[1-5](?:[.,][0-9])?\s*(?:(?:/\s*[0-9]+|points?|\([^()]{1,20}\)|no wait\b.{0,20})?\W*$|/\s*[0-9]+[.,;]\s))",
        re.IGNORECASE | re.MULTILINE,
    )


@cache
def _verdict_pattern() -> re.Pattern[str]:
    return re.compile(
        rf"""{_PLACE}(?P<word>{_any_of(_verdict_words()).replace(chr(92) + " ", r" {1,3}")})(?=["')\]}}>|]{{0,6}}\s*(?:$|[.,!;:…✔✘(]|-\s|no wait\b))""",
        re.IGNORECASE | re.MULTILINE,
    )


@cache
def _number_pattern() -> re.Pattern[str]:
    return re.compile(
        rf"""(?P<before>(?:^(?=[^\n]{{1,24}}$)|[:.,;]\s*|\ba\s+|\b(?:sur|von|de|su|из|na)\s+)[\s"'(\[{{<]{{0,8}})(?P<word>{_any_of(_number_words())})(?=["')\]}}>]{{0,6}}\s*(?:$|[.,!;(/]|(?:{_UNITS})(?!\w)|(?:sur|von|de|su|из|na)\s))""",
        re.IGNORECASE | re.MULTILINE,
    )
