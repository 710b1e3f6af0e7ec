"""Which language the common words of a short text speak for: English and six others in Latin letters."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

WORD: Final = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)?")
"""A word, with what follows an apostrophe."""

_COMMON: Final = {
    "en": "the a an and or of to in is are was were be been it this that you your i he she they we with for on at by from as not no yes do"
    " does did have has had can will would my our their his her its there what which who how when if but so because than then also"
    " very all one two more about into out up don't it's i'm can't isn't that's hello thanks please good great sorry here me him them"
    " where why could should may might some any only now just over after before",
    "de": "der die das und ist nicht ein eine einen ich du sie wir mit auf für von zu den dem im ja nein aber auch sind war wie was wo wer es"
    " kann gut danke bitte sehr hallo oder noch nur bei nach aus mein dein kein keine gern heute",
    "es": "el la los las un una unos y es no que de en por para con pero sí si muy más se lo su sus al del como este esta hola gracias qué cómo"
    " está estás soy eres son hay tengo me te mi yo tú bien hoy sé decir buenos días favor nada",
    "fr": "le la les un une des et est ne pas je tu il elle nous vous dans pour sur que qui ce cette au du de en mais avec oui non bonjour merci"
    " bien très plus suis sont mon ma mes ton se sais c'est j'ai aujourd'hui où",
    "it": "il lo la gli le un una uno e è che di non per con sono in ma si no sì del della al come questo questa ciao grazie bene molto più io tu"
    " lui lei mi ti va mille perché cosa oggi ho hai",
    "pt": "o a os as um uma e é não que de em por para com mas sim se do da no na ao como este esta olá obrigado obrigada bem muito mais eu você"
    " ele ela meu minha sou são está tem hoje sei",
    "nl": "de het een en is niet van ik je jij hij zij we wij met op voor zijn maar ook ja nee dat dit die er aan als heb heeft kan goed dank"
    " bedankt heel wat hoe wie waar mijn naar",
}  # fmt: skip
_WORDS: Final = {language: frozenset(words.split()) for language, words in _COMMON.items()}
_SIGNS: Final = {"¿": "es", "¡": "es", "ñ": "es", "ß": "de", "ã": "pt", "õ": "pt"}


def spoken_for(text: str, words: Sequence[str]) -> dict[str, int]:
    """Return for every known language how many of the words are among its common ones, and of the signs its own.

    Args:
        text: a text in canonical form.
        words: its words.

    >>> found = spoken_for("no sé qué decir", ["no", "sé", "qué", "decir"])
    >>> found["es"], found["en"]
    (4, 1)
    """
    found = {language: sum(word in common for word in words) for language, common in _WORDS.items()}
    for sign, language in _SIGNS.items():
        found[language] += sign in text
    return found
