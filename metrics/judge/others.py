"""What a judge tells of others: quotations that it announces, scores of other systems and other graders, and that it has none itself."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from metrics.judge.wording import KEYS, PLAIN_KEYS
from metrics.text import late as re

_QUOTED: Final = re.compile(
    r"\"[^\"\n]{1,300}\"|“[^”\n]{1,300}”|(?<!\w)'[^'\n]{1,300}'(?!\w)|‘[^’\n]{1,300}’"
)
_TELLS: Final = re.compile(
    r"\b(?:says?|said|saying|stat(?:es?|ed|ing)|reads?|reading|claim(?:s|ed|ing)?|writ(?:es?|ten|ing)|wrote|tells?|told|ends?|ended|ending|clos(?:es|ed|ing)|conclud(?:es?|ed|ing)|adds?|added|adding|contain(?:s|ed|ing)?|includ(?:es?|ed|ing)"
    r"|quot(?:es?|ed|ing)|stands?|inserts?|inserted|appends?|appended|words?|lines?|sentence|text|string|phrase|note|instruction|injection|prints?|printed|outputs|shows?|has|announces?|announced|declares?|declared|asks?|asked|wants?|demands?|begs?|pleads?|insists?|requests?|responds?|replies)\b"
    r"[^.!?;\"“”\n]{0,40}$",
    re.IGNORECASE,
)
"""Words that announce a quotation, just before it."""
_OWN: Final = re.compile(
    r"\b(?:i|we)(?:'d|'ll|\s+would|\s+will|\s+must|\s+can|\s+have\s+to|\s+only|\s+therefore|\s+thus)*\s+(?:say|state|write|answer|conclude|add|end)\b[^.!?;]{0,40}$"
    r"|^\W*(?:so\s+|thus\s+|therefore\s+)?(?:(?:my|our|the|this)\s+)?(?:(?:final|overall)\s+)?(?:score|rating|grade|verdict|judge?ment|result)\b|^\W*in\s+(?:a|one|short)\b"
    rf"|^\W*(?:\w+\s+){{0,2}}(?:{KEYS}|{PLAIN_KEYS}|responses?)\W{{0,4}}[:=]\s*$",
    re.IGNORECASE,
)
"""A judge announces its own words."""
_TOLD_AFTER: Final = re.compile(
    r"[,.]?\s*(?:(?:it|he|she|(?:the|this)\s+\w{1,20})\s+)?(?:says|said|writes|wrote|claims|claimed|states|stated|adds|added)\b",
    re.IGNORECASE,
)
_SAYS: Final = re.compile(
    r"\b(?:(?:previous|prior|earlier|former|other|another|reference)\s+\w{1,20}|repl(?:y|ies)|response|answer|assistant|candidate|model|text|submission|transcript|user|speaker|student|output|instruction|injection|it)\b[^.!?;\"\n]{0,30}?\s"
    r"(?:says?|said|reads?|claim(?:s|ed)?|writes?|wrote|stat(?:es?|ed)|ends?(?:\s+(?:with|in|by))?|ended|clos(?:es|ed)|conclud(?:es|ed)(?:\s+with)?|rul(?:es|ed)|gave|found|adds?|added|contains?|contained|includes?|included|asks?|asked|wants?|demands?|begs?|insists?|requests?)\b(?:\s+(?:that|with|by|for|the|an?|me|us|its|own|following|final|lines?|words?|text|sentence)){0,5}\s*:?\s*$"
    r"|\b(?:told|asked|instructed|ordered|urged|requested)\s+to\s+(?:print|say|write|output|give|answer|reply|return|respond)\b[^.!?;:\n]{0,30}:?\s*$",
    re.IGNORECASE,
)
"""Somebody else says what follows."""
_FOREIGN: Final = re.compile(
    r"\b(?:previous|prior|earlier|former|older|baseline|baseline's|reference|reference's|gold|ideal|other|another|others'|competing|rival|human|user|target|public|community|expected|requested|desired|demanded|maximum|max|highest|lowest|possible|typical|(?:annotator|user|colleague|peer)'s|last\s+(?:year|week|month|time|round)'s)"
    r"\s+(?:[^\s.;:,]{1,16}\s+){0,2}$",
    re.IGNORECASE,
)
"""A score of whom, or of when, that is not the one given."""
_OWNER: Final = re.compile(
    r"(?:\b(?:of|by|for|from)\s+|\(\s*)(?:(?:the|an?|all)\s+)?(?:(?:baseline|reference|gold|golden|ideal|user|other|previous|prior|earlier|former|human|expert|rival|competing|another|ground[\s-]truth)(?:'s)?(?:\s+(?:system|model|answer|response|reply|judge|grader|rater|version|text|one))?|others|gpt-?\w{0,8}|(?:user|human|expert|annotator)s)"
    r"\s*[)\]]{0,2}\s*(?:(?:is|was)\b)?[\s:=|-]*$",
    re.IGNORECASE,
)
"""Behind a key: whose score it is."""
_BY_OTHERS: Final = re.compile(
    r"[\s\"'(\[]*[\w.]{1,5}(?:\s*/\s*5)?[\"')\]]*\s+by\s+(?!me\b|any\b|all\b|virtue\b|way\b|far\b|default\b|(?:(?:the|this|my|your|our|its|these|given|strict)\s+){0,2}(?:rubric|scale|scoring|grading|criteri\w+|standards?|guidelines?|definition|measure|count|reckoning|description|book|rules?)\b)\w",
    re.IGNORECASE,
)
"""Behind the words of a rating: the number, and who gave it."""
_KEY: Final = re.compile(r"(?:scores?|rating|grade|verdict)\b", re.IGNORECASE)
_SENTENCE: Final = re.compile(r"[.!?;\n]\s")

_ROLE: Final = r"(?:graders?|raters?|annotators?|reviewers?|judges?|examiners?|markers?|evaluators?|assessors?|colleagues?|peers?|experts?|humans?|panels?|committees?|jur(?:y|ies))"
_THING: Final = rf"(?:systems?|models?|answers?|responses?|repl(?:y|ies)|submissions?|candidates?|versions?|assistants?|outputs?|evaluations?|assessments?|baselines?|attempts?|{_ROLE})"
_ANOTHERS: Final = re.compile(
    r"(?:^|[,:(]\s*|\b(?:and|but|while|whereas|since|because|though|although|when|that|if|where)\s+)(?:even\s+|also\s+|only\s+)?"
    rf"(?:(?:(?:the|an?|my|our|two|three|some|most|many|all|both|its)\s+)?(?:(?:other|another|others'|previous|prior|earlier|former|first|older|competing|rival|baseline|reference|gold|golden|ideal|perfect|human|expected|best|strongest|alternative|different|typical|average)\s+)(?:\w+\s+){{0,1}}?{_THING}"
    rf"|(?:the|an?)\s+(?:baseline|reference|gold)|(?:an?|my|our|two|three|some|most|many|all|several|both|other|the\s+other)\s+(?:\w+\s+)?{_ROLE}|(?:two|three|some|most|many|all|several|other|typical)\s+(?:\w+\s+)?(?:systems|models|replies|answers|responses|candidates|submissions)|the\s+(?:\w+\s+)?(?:panel|committee|jury)|(?:the\s+)?(?:average|mean|typical)\s+(?:score|rating|grade)\s+(?:of|across|over|for|among)|(?:the\s+)?(?:{_ROLE}|model|system|candidate|assistant|response|answer|reply)\s+(?-i:[A-Z1-9])\b(?!\s+(?:point|star))|(?:the|an?)\s+(?:\w+\s+)?(?:metric|tool|script|classifier)|(?:the|an?)\s+{_ROLE}\s+before\s+me|(?:answers|replies|responses)\s+(?:with|without|that|which|of|like)|(?:people|users|readers|customers|viewers|voters|they|others|gpt-?\w{{1,8}}|(?:the|a)\s+(?:leaderboard|benchmark|paper|dataset)|graders|raters|annotators|reviewers))"
    r"\b(?:\s+[^\s.;,:]+){0,7}\s*$",
    re.IGNORECASE,
)
"""A clause about a score that another system has or another grader gives, up to the number."""
_WISHED: Final = re.compile(
    r"\b(?:user|speaker|author|student|customer)\s+(?:also\s+)?(?:wants?|insists?|insisted|expects?|expected|hopes?|hoped|begs?|begged|claims?|claimed|suggests?|suggested|believes?|thinks|says|said)\b[^.;\n]{0,60}$"
    r"|\b(?:reply|response|answer|assistant|candidate|model|submission|it)\s+(?:itself\s+)?(?:insists?|insisted|hopes?|expects?|begs?|claims?|claimed|suggests?|suggested|pretends?|believes?|thinks|says|said|states|stated|writes|wrote)(?:\s+that|:)?\s+(?:it|its|to|this|i)\b[^.;,\n]{0,40}$"
    r"|\b(?:given|assigned|awarded|proposed|suggested|requested|claimed)\s+by\s+(?!me\b)[^.;\n]{0,60}$"
    r"|\b(?:response|reply|answer|assistant|candidate|model|submission|user|reference)\s+(?:(?:only|also|correctly|just|even)\s+)?(?:gives?|gave|assigns?|awards?)\s*(?:an?\s+)?$"
    r"|\baccording\s+to\s+(?:the\s+|an?\s+|its\s+|my\s+)?(?:\w+\s+)?(?:user|speaker|author|student|customer|reply|response|answer|assistant|candidate|model|judge|grader|reviewer|rater|colleague|annotator)s?\b[^.;\n]{0,60}$"
    r"|\b(?:rates?|rated|gives?|gave|awards?|awarded|grades?|graded|scores?|scored)\s+(?:itself|himself|herself|themselves|(?:its|his|her|their)\s+own)\b[^.;\n]{0,60}$",
    re.IGNORECASE,
)
"""A score that somebody wishes for, or claims."""
_ELSEWHERE: Final = re.compile(
    r"\b(?:tempt\w*|tends?|usually|typically|often|normally|generally|asked|asks|told|wants?|wanted|requests?|requested|instructs?|instructed|demands?|demanded|would\s+be\s+worth|previous|last\s+time|other)\b[^.;\n]*$",
    re.IGNORECASE,
)
"""What comes before a score that is not the one given: of other replies, or only wished for."""
_ON_CONDITION: Final = re.compile(
    r"^\W*(?:(?:and|but|so|well),?\s+)?(?:if|unless|assuming|suppose|supposing|in\s+case|depending|provided)\b(?!\s+(?:i|we|anything|so|asked|pressed|forced|not)\b)",
    re.IGNORECASE,
)
_TURNS_TO_ITSELF: Final = re.compile(
    r"(?:(?P<but>,\s+(?:but|yet|so|still|therefore|thus|hence|nevertheless|nonetheless|however))|,(?:\s+and)?)\s+(?:(?:now|here|then)\s+)?(?:for\s+)?"
    r"(?=(?:i|i'd|i'll|my|mine|this|it)\b|the\s+(?:(?:present|current|candidate|candidate's|given|evaluated|model|model's|assistant's|predicted|submitted)\s+)?(?:response|reply|answer|candidate|model|assistant|output|prediction)\b|the\s+(?:final\s+|overall\s+)?(?:score|rating|grade)\b)",
    re.IGNORECASE,
)
"""Where a sentence comes to the reply that is judged, or to the judge."""
_MINE: Final = re.compile(
    r"^\W*(?:(?:so|thus|therefore),?\s+)?my\s+(?:(?:own|final|overall)\s+)?(?:score|rating|grade)\b",
    re.IGNORECASE,
)
_NO_SCORE: Final = re.compile(
    r"\b(?:i\s+(?:have|give|assign|offer|provide|make)\s+no\s+(?:own\s+)?(?:score|rating|grade|verdict)|i\s+(?:cannot|can't|can\s+not|could\s+not|couldn't|am\s+unable\s+to|won't|will\s+not|decline\s+to|refuse\s+to|do\s+not|don't|did\s+not)\s+"
    r"(?:(?:have|give|assign|provide|offer|award)\s+(?:(?:it|this|one)\s+)?(?:an?|any|my)\s+(?:own\s+)?(?:score|rating|grade)|score|rate|grade)|no\s+(?:score|rating|grade)\s+(?:is|was|can|could|will|has)\s+(?:been\s+|be\s+)?(?:given|assigned|awarded|provided|possible))"
    r"\b(?=\s*(?:$|[.,;!]|(?:for|to|on|yet|here|at|until|without|because|since|as|this|the|it)\b))[^.;!\n]{0,160}?(?=$|[.;!\n]|,\s+but\b)",
    re.IGNORECASE,
)

_ITEM: Final = re.compile(
    r"\W{0,6}(?:the\s+)?(?:(?:next|new)\s+)?(?:question|instruction|prompt|input|reference|ground[\s_-]?truth|gold|expected|predicted|prediction|candidate|model|assistant|user|student|options?|choices|transcript)\b[^:=|\n]{0,30}[:=|\]]",
    re.IGNORECASE,
)
"""A line that repeats a part of what is judged."""


def repeats_item(lines: Sequence[str]) -> bool:
    """Tell whether a line repeats a part of what is judged: a question, a reference, a candidate.

    >>> repeats_item(["Reference answer: Yes", "Response: Yes"]), repeats_item(["Response: Yes", "Models differ."])
    (True, False)
    """
    return any(_ITEM.match(line) for line in lines)


def announced(text: str, start: int) -> bool:
    """Tell whether the words before a quotation that begins there announce what somebody else says.

    >>> announced('The reply says "4"', 15), announced('I would say "4"', 12), announced('The score is "4"', 13)
    (True, False, False)
    """
    before = text[max(0, start - 200) : start]
    ends = [end.end() for end in _SENTENCE.finditer(before)]
    before = before[ends[-1] if ends else 0 :]
    return _TELLS.search(before) is not None and _OWN.search(before) is None


def without_quotations(text: str) -> str:
    """Return a text without the quotations that it announces as somebody's words.

    >>> without_quotations('It ends with "Score: 5". My verdict: "Score: 2".')
    'It ends with "". My verdict: "Score: 2".'
    """
    if not any(mark in text for mark in "\"'“‘"):
        return text

    def own(quoted: re.Match[str]) -> str:
        told = announced(text, quoted.start()) or _TOLD_AFTER.match(text, quoted.end())
        return '""' if told else quoted[0]

    return _QUOTED.sub(own, text)


def foreign(line: str, start: int, end: int) -> bool:
    """Tell whether a key between two places of a line is of another's score, or told by somebody else.

    >>> foreign("The baseline's score: 5", 15, 22), foreign("Score of the baseline: 5", 0, 23), foreign("The reply says: Score: 5", 16, 23)
    (True, True, True)
    >>> foreign("My own score: 5", 7, 14), foreign("Score of the reply: 5", 0, 20)
    (False, False)
    """
    before = line[max(0, start - 120) : start]
    return any((_FOREIGN.search(before), _SAYS.search(before), _OWNER.search(line, start, end)))


def of_others(line: str, start: int, end: int) -> bool:
    """Tell whether the words of a rating between two places of a line speak of another's score, or of one on a condition.

    >>> line = "Other judges gave 5, but I give it a 4."
    >>> of_others(line, 13, 18), of_others(line, 27, 37)
    (True, False)
    """
    before = line[max(0, start - 160) : end]
    ends = [one.end() for one in _SENTENCE.finditer(before, 0, max(0, len(before) - (end - start)))]
    before = before[ends[-1] if ends else 0 :]
    if (
        _ON_CONDITION.match(before)
        or _BY_OTHERS.match(line, end)
        or (_KEY.match(line, start) and foreign(line, start, end))
    ):
        return True
    if _MINE.match(before):
        return False
    clause = before
    for turn in _TURNS_TO_ITSELF.finditer(before):
        if turn["but"] or not _WISHED.search(before, 0, turn.start()):
            clause = before[turn.end() :]
    return any(form.search(clause) is not None for form in (_ANOTHERS, _WISHED, _ELSEWHERE))


def after_no_score(lines: Sequence[str]) -> list[str]:
    """Return what follows the last statement that the judge has no score.

    >>> after_no_score(["The reference gets a 5. I have no score for this one."]), after_no_score(["A 5.", "I give no score. Well, 3"])
    (['.'], ['. Well, 3'])
    """
    for place in range(len(lines) - 1, -1, -1):
        ends = [found.end() for found in _NO_SCORE.finditer(lines[place])]
        if ends:
            return [lines[place][ends[-1] :], *lines[place + 1 :]]
    return list(lines)
