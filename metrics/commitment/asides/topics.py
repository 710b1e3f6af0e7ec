"""What is talked about in a clip: no label of how a voice or an instrument sounds.

"The speaker talks about a sad film" names no emotion and "the clip mentions an Irish pub" no accent. ``without_topics`` takes such a topic out of a
reply, up to the end of its clause or to what is said of the speaker again ("… and sounds happy", "… with a Scottish accent"). The words are closed
lists; every pattern looks at a bounded stretch. It is for labels of sound alone: where options are topics themselves, a topic is the answer.
"""

from __future__ import annotations

from typing import Final

from metrics.text import late

_CONTENT: Final = (
    r"(?:sentence|clip|audio|recording|text|story|song|lyrics|conversation|speech|dialogue|discussion|content|transcript(?:ion)?|words|passage|poem|"
    r"report|news|article|lecture|phrase|statement|utterance|line|film|movie|book|topic|subject|theme|monologue|interview|podcast)"
)
_TALK: Final = r"(?:talk|speak|chat|sing|read|tell|write|joke|complain|ask|argue|converse|lecture|report|think|learn|hear)(?:s|ing|ed)?|(?:spoke|sang|told|wrote|said|heard|thought)"
_OWN: Final = r"(?! (?:how|being|feeling|that|what (?:he|she|they) (?:feel|is|are)))"
"""Not what the speaker says of himself."""
_SOUNDS: Final = r"(?:is|are|was|were|sounds?|seems?|appears?|has|have|speaks?|does|feels?|uses?|shows?|conveys?|expresses|laughs?|coughs?|sighs?|sneezes?|sniffs?)"
_ENDS: Final = (
    r"(?=\s*(?:[.,;:!?\n(—–]|\Z)|\s+(?:(?:but|while|whereas|although|though|yet|who|which|sounding|using|(?:read|told|narrated|spoken|sung|recorded|voiced) by)\b"
    rf"|and (?:(?:he|she|they|it|the \w+) )?{_SOUNDS}\b"
    r"|(?:in|with) (?:an?|the|his|her|their) (?:[\w-]+ ){0,3}(?:accent|voice|tone|dialect|intonation|way|manner|mood)\b"
    r"|\w+ly\s*(?:[.,;:!?\n]|\Z)))"
)
_STRETCH: Final = rf"[^.,;:!?\n(]{{1,120}}?{_ENDS}"
_RULES: Final = (
    # the one who talks about it is something else
    (late.compile(rf"(?i)\b(?P<who>person|voice|one|speaker|individual|narrator|reader|someone|somebody) (?:(?:who|that) (?:is )?(?:{_TALK})|(?:talk|speak|chat|sing|read|tell)ing)(?: [\w']+){{0,3}}? about (?:(?!\b(?:that|which|who)\b)[^.,;:!?\n(]){{1,60}}?(?= (?:is|was|must|sounds?|seems?|has|appears?|speaks?|can only)\b)"), r"\g<who>"),
    # whoever or whatever talks about it
    (late.compile(rf"(?i)\b(?P<talks>{_TALK})(?P<how>(?: [\w']+){{0,3}}?) about\b{_OWN}{_STRETCH}"), r"\g<talks>\g<how>"),
    (late.compile(rf"(?i)\b(?P<content>{_CONTENT})(?: itself| here)? (?:(?:is|was|seems to be) (?:all )?about|deals with|revolves around|concerns|covers|describes)\b{_STRETCH}"), r"\g<content>"),
    (late.compile(rf"(?i)(?<!\byou )(?<!\byou've )(?<!\bi )(?<!\bwe )\b(?P<talks>mention(?:s|ed|ing)?|discuss(?:es|ing)|quot(?:es|ing))\b(?! (?:being|feeling|that|how)){_STRETCH}"), r"\g<talks>"),
    (late.compile(rf"(?i)\b(?P<content>story|tale|poem|song|article|book|film|movie|report|novel|lecture|text) (?:about|of|on)\b{_OWN}{_STRETCH}"), r"\g<content>"),
    # a word of it
    (late.compile(r"(?i)\b(?P<has>(?:contain|include|use|say|repeat)(?:s|ed|ing)? the (?:word|phrase|term|name))s? [^.,;:!?\n]{1,60}"), r"\g<has>"),
    (late.compile(r"(?i)\bthe (?:word|phrase|term) [\"'“‘]?[\w -]{1,40}[\"'”’]? (?P<comes>occurs|appears|comes up|is (?:used|said|heard|spoken|repeated|mentioned))\b"), r"a word \g<comes>"),
    # what is talked about
    (late.compile(r"(?i)(?:(?<=\A)|(?<=[.,;:!?\n]))[^.,;:!?\n]{1,80} (?P<are>(?:is|are|was|were|gets?) (?:only |also |just |briefly )?(?:mentioned|discussed|talked about|spoken (?:about|of)|brought up))\b"), r" something \g<are>"),
)  # fmt: skip
_HINT: Final = late.compile(
    r"(?i)about|mention|discuss|quot|the (?:word|phrase|term|name)|spoken|brought up"
    r"|(?:deals with|revolves around|concerns|covers|describes) |(?:story|tale|poem|song|article|book|film|movie|report|novel|lecture|text) o[fn]\b"
)


def without_topics(reply: str) -> str:
    """Return a reply without what it says the clip is about.

    >>> without_topics("The speaker talks about a sad film and sounds happy.")
    'The speaker talks and sounds happy.'
    >>> without_topics("The clip mentions an Irish pub.")
    'The clip mentions.'
    """
    if _HINT.search(reply) is None:
        return reply
    for pattern, plain in _RULES:
        reply = pattern.sub(plain, reply)
    return reply
