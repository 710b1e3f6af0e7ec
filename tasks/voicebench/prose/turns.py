"""Replies to BBH that say both, and replies that change an answer which they gave under a key."""

from __future__ import annotations

from typing import Final

from metrics.text import late as re

_REST: Final = r"(?:(?!\b(?:so|therefore|thus|hence|overall|but|however|yet|in the end|on balance|strictly)\b)[^.;!?\n]){0,160}"
"""A clause, up to what is concluded."""
_WAY: Final = r"(?:sense|way|respect|regard|point of view|perspective|view|viewpoint|angle|reading|interpretation|light|level|aspect|hand)s?"
_IN: Final = r"(?:in|from|by|on|under|at|with)"
_THEN: Final = r"(?:[,;.] ?|\s)(?:(?:and|but|while|yet|though|whereas) )?"
_MINE: Final = r"(?:parts?|half|halves|side)"
_OPTION: Final = r"(?:(?:option|sentence|phrase|answer) )?\(?[ab]\)?(?!\w)"
_BOTH_WAYS: Final = re.compile(
    rf"\b{_IN} (?:one|a|some|certain|the one) {_WAY}\b[^.;!?\n]{{1,120}}?{_THEN}{_IN} (?:the )?(?:an)?other(?: {_WAY})?\b{_REST}"
    rf"|[^.;!?\n]{{0,120}}\b{_IN} one {_WAY} (?:and|but) [^.;!?\n]{{1,80}}?\b{_IN} another\b{_REST}"
    rf"|\b(?:(?:one|a|some) )?{_MINE} of me\b[^.;!?\n]{{1,120}}?{_THEN}(?:(?:a|one|the other|the|another|some other) )?(?:(?:other )?{_MINE}(?: of me)?|another|the other) (?:\w+s|does(?:n't| not))\b{_REST}"
    r"|\b(?P<word>yes|no) and (?!(?P=word)\b)(?:yes|no)\b(?! (?:the|you|it|they|he|she)\b)"
    r"|\b(?P<some>partly|partially|in part|sometimes|maybe|perhaps|possibly|both|half|kind of|sort of) (?:yes|no),? (?:and |but |or )?(?:(?P=some) )?(?:yes|no)\b"
    rf"|\b(?:could|might|may|can)(?: \w+){{0,4}} be {_OPTION}[^.!?\n]{{1,20}}?\b(?:could|might|may|can)(?: \w+){{0,5}} be {_OPTION}"
    rf"|(?<!\w){_OPTION} (?:could|might|may|can) (?:\w+ ){{0,3}}?be (?:right|correct)[^.!?\n]{{1,20}}?{_OPTION} (?:could|might|may|can)\b{_REST}"
    r"|\b(?:could|can|might) go either way\b|\bi(?:'m| am) (?:torn|undecided|on the fence)\b|\bi (?:can't|cannot|can not|couldn't|could not) (?:choose|decide|make up my mind)\b",
    re.IGNORECASE,
)
"""A reply's words for the one and for the other, or that it has not chosen."""
_KEYED: Final = re.compile(
    r"(?:\A|(?<=[.!?:;\n*]))[ *_>]*(?:(?:so|therefore|thus|hence),? )?(?:(?:my|the|final|correct|new|corrected) ){0,2}answer[*_]{0,2}(?:\s*:|\s+(?:is|should be|must be))[\s*_\"'(]{0,6}(?:yes|no|true|false|(?:option )?\(?[ab](?!\w)\)?)[)*_\"']{0,6}(?=\s*(?:[.!,;\n]|\Z))",
    re.IGNORECASE,
)
_AGAIN: Final = r"(?:hmm+|wait|hold on|hang on|on second thoughts?|(?:no|but),? wait|let(?: me|'s) (?:[\w-]+ ){0,2}?(?:(?:re-?|double[- ]?)?(?:check|count|think|read|do|try|trace|verify|work)|recount|reconsider|redo|go over|start over|correct)|actually|correction|scratch that|oops|i (?:missed|forgot|miscounted|made an? \w+))\b"
_RECONSIDERED: Final = re.compile(rf"\b{_AGAIN}", re.IGNORECASE)
_BROKEN_OFF: Final = re.compile(
    rf"[\s*_.,;!)]*(?:{_AGAIN}[^.!?\n]{{0,40}}[\s.:,…-]*){{1,3}}\Z", re.IGNORECASE
)


def decided(reply: str) -> str:
    """Return what a reply says after it has said both, the whole reply if it never does.

    >>> decided("In one sense yes, in another sense no."), decided("Part of me says yes, part of me says no, but it is no.")
    ('.', 'but it is no.')
    >>> decided("On the one hand he is fast, so it is plausible.")
    'On the one hand he is fast, so it is plausible.'
    """
    end = max((found.end() for found in _BOTH_WAYS.finditer(reply)), default=0)
    return reply[end:]


def changed(reply: str) -> str:
    """Return a reply from its last answer under a key, if it thought again since an earlier one; nothing if that is where it ends.

    >>> changed("Answer: no. Wait, let me recount: 5 - 5 = 0. Answer: yes."), changed("Answer: no. Answer: yes.")
    (' Answer: yes.', 'Answer: no. Answer: yes.')
    >>> changed("Answer: no. Hmm, let me recount.")
    ''
    """
    keyed = list(_KEYED.finditer(reply))
    if not keyed:
        return reply
    if _BROKEN_OFF.match(reply, keyed[-1].end()):
        return ""
    if len(keyed) > 1 and _RECONSIDERED.search(reply, keyed[-2].end(), keyed[-1].start()):
        return reply[keyed[-1].start() :]
    return reply
