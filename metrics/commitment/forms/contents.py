"""The content words of options, by which an option of several words is named in other words of the reply's own."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Final


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_FUNCTION_WORDS: Final = _words("a an the of and is are was were to in on at by with for it its")
_PRONOUNS: Final = _words("he she it they him her them someone somebody")
_NEGATIVE: Final = _words("no not none never neither nor without t cannot non")


def content_words(keys: Sequence[str], weak: Collection[str]) -> list[frozenset[str]]:
    """Return the content words of each option, if it has several; the verb of "it rises" if all options are such.

    Args:
        keys: the options in the form that is compared.
        weak: ordinary words that do not name an option by themselves.

    >>> [sorted(words) for words in content_words(["the bell of a door", "dog"], ())]
    [['bell', 'door'], []]
    >>> [sorted(words) for words in content_words(["it rises", "it falls"], ())]
    [['rises'], ['falls']]
    """
    if all(key.partition(" ")[0] in _PRONOUNS for key in keys):
        deeds = [frozenset(key.split()) - _FUNCTION_WORDS - _PRONOUNS for key in keys]
        if all(map(_is_plain, deeds)) and not any(deed <= frozenset(weak) for deed in deeds):
            return deeds
    several = (frozenset(key.split()) - _FUNCTION_WORDS for key in keys)
    return [words if len(words) > 1 and _is_plain(words) else frozenset[str]() for words in several]


def _is_plain(words: frozenset[str]) -> bool:
    return all(word.isalpha() for word in words) and not words & _NEGATIVE
