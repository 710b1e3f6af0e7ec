"""Strict reading of VoiceBench's BBH replies: yes or no, in words or in the terms of the sub-task.

A reply that commits to the word (or, for hyperbaton, to the letter or the phrase of an option) is read as every closed answer is. Else
the last sentence that states the sub-task's own fact counts: a sentence is plausible or not, one ends at the starting point or not, the
person who is asked about tells the truth or lies. A negation turns it; statements of both kinds at the same place are unread, and so is
a yes or no whose own sentence states the opposite.
"""

from __future__ import annotations

from functools import lru_cache
from itertools import pairwise
from typing import Final

from metrics.commitment.closed import choose, lettered_options
from metrics.commitment.frames import answer_part, lower, prepare
from metrics.text import late as re
from tasks.voicebench import facts, liars
from tasks.voicebench.prose.languages import in_english
from tasks.voicebench.prose.others import without_others
from tasks.voicebench.prose.turns import changed, decided

YES_NO: Final = ("yes", "no")
_ALIASES: Final = {"yes": ("true", "yeah", "yep", "correct"), "no": ("false", "nope", "incorrect")}
_WORDS: Final = {"yes": ("yeah", "yep"), "no": ("nope",)}
"""Without the words that are said of statements inside a chain of reasoning."""
_LEAD: Final = r"(?:(?:so|well|then|therefore|thus|hence|sure|okay|ok|finally|overall|after (?:thinking|checking|some thought|all)|in (?:conclusion|the end|short))\b[,:]? )*"
_JUDGED: Final = re.compile(
    rf"(?:.*[.!\n])?\s*{_LEAD}(?:(?:the |my |final )*(?:answer|conclusion)(?: is|:)?|(?:it|that|this)(?:'s| is))?\W*(?:(true|correct)|false|incorrect)"
    r"(?: indeed)?(?:,? (?:because|since|as|for)\b[^\n]{1,160})?\W*",
    re.DOTALL,
)
_CONCEDED: Final = re.compile(
    r"(?i)(?<=[a-z]), (?:yes|no|sure|granted|true), (?=(?:but|yet|though|however)\b)"
)
"""A yes in the middle of a sentence, which grants something and then turns."""
_NO_SUBJECT: Final = re.compile(
    rf"(?i)(?P<lead>(?:\A|(?<=[.!?\n]))\s*{_LEAD})(?=(?:(?:is|was|must be|has to be|does|doesn't|always|never|surely|clearly) )?(?:not )?(?:always )?"
    r"(?:tell(?:s|ing)? (?:the |a )?(?:truth|lies?)\b|l(?:ies|ying)\b|truthful\b|honest\b|dishonest\b|a liar\b))"
)
"""A statement that names nobody, and so is about the person who is asked about."""
_ANSWER: Final = re.compile(
    r"\b(?:yes|yeah|yep|no(?! (?:doubt|question|liar|one|way|longer)\b)|nope)\b"
)
_ROW: Final = re.compile(r"^[ \t]*\|[^\n]*\|[ \t]*$", re.MULTILINE)
"""A row of a table: of persons, with ticks and crosses that judge no answer."""
_BOTH: Final = re.compile(
    r"(?i)\b(?P<word>yes|no),? (?:only )?(?:if|when)\b[^.;\n]{1,80}?[,;]? (?:and |but |otherwise,? |else,? )?(?!(?P=word)\b)(?:yes|no),? (?:if|when|otherwise)\b|\b(?P<one>yes|no),? (?:only )?if\b[^.;\n]{1,80}?[,;] ?(?:otherwise|else),? (?!(?P=one)\b)(?:yes|no)\b"
)
"""A yes on one condition and a no on the other one."""
_RIGHT_SENTENCE: Final = re.compile(
    r"(?i)\bthe (?:correct|right|proper) sentence (?=(?:is|would be)\b)"
)
_PLACED: Final = re.compile(
    r"(?i)\b(?:the )?(?:(?P<first>first|former)|second|latter|last)(?: (?:sentence|phrase|version|one|option|choice|phrasing|wording|alternative|ordering|order|example|variant|statement)(?!s)\b)"
    r"|\b(?:the )(?:(?P<alone>first|former)|second|latter|last)(?= (?:is|has|sounds?|reads|seems|looks|follows|uses|puts|does)\b|[.!]?\s*\Z)"
    r"|\A\W*(?:(?P<whole>first|former)|second|latter|last)(?=\W*\Z)"
    r"|\b(?:sentence|phrase|version|option|number) (?:(?P<one>one|1)|two|2)\b"
)
_CHOSEN: Final = re.compile(
    r"(?i)\b(?P<verb>for|with|picks?|choose|prefer|is|be|it's|not|say|select) the (?:(?P<first>first|former)|second|latter)(?=\s*[,;.!]|\s*\Z| because\b| since\b| as\b| not\b)"
)
_ONE_SAYS: Final = re.compile(
    r"(?i)\b(?:you|one|we)(?: would|'d| should| usually| normally)? says?\b"
)
_WRONG_ORDER: Final = re.compile(
    r"(?i)\b(?:has|puts|uses|is in|are in|gives|lists) (?:(?:the|its|all) )?(?:(?:adjectives|words|order) )?(?:in )?(?:the |an? )?(?:wrong|incorrect|unusual|unnatural|odd) (?:adjective )?(?:order|one|sequence)\b|\b(?:breaks|violates|ignores|(?:doesn't|does not) follow)(?: the| this| that| our)? (?:\w+ ){0,3}?(?:order|rule|sequence)\b"
    r"|\b(?:sounds?|seems?|reads?|looks?|feels?|is)(?: \w+ly| a bit| very| quite| rather)? (?:unnatural(?:ly)?|odd(?:ly)?|wrong|weird|strange|awkward(?:ly)?|clumsy)\b(?! than)"
)
_RIGHT_ORDER: Final = re.compile(
    r"(?i)\b(?:(?:has|is in) the (?:right|correct|proper) one|has (?:(?:the|its|all)(?: the| its)? )?(?:adjectives|words) in (?:the|their) (?:right|correct|proper) order)\b"
)
_BETTER: Final = re.compile(
    r"(?i)\b(?:sounds?|seems?|is|reads?|feels?|looks?|flows?|works?)(?: \w+ly| much| far| a bit)? (?:better|nicer|more \w+) than\b"
)
_IN_OPTION: Final = r"\bin (?:option |sentence |phrase |choice |version )?\(?([AB])\)?,? "
_IN_PLACE: Final = re.compile(
    rf"(?i){_IN_OPTION}(?P<not>not )?(?:everything|(?:every|each) \w+|all(?: of)?(?: the| its)? \w+|the (?:\w+ )?(?:order|adjectives|words|sequence)) (?:is|are|comes?|stands?|appears?|goes|sits?) (?:all )?"
    r"(?:in (?:its|their|the)(?: (?:right|proper|correct|usual|natural|expected))? (?:places?|order|positions?|spots?|sequence)|where (?:it|they) (?:belongs?|should be)|(?:just |exactly )?as (?:it|they) should be|correct(?:ly placed)?|right|fine)\b"
)
_IN_WRONG: Final = re.compile(
    rf"(?i){_IN_OPTION}[^.;,\n]{{3,120}}?, (?:which|and that|and this|but that)(?:'s| is|(?P<not> isn't|'s not| is not)) (?:(?P<wrong>wrong|incorrect|a mistake|backwards|the wrong (?:way|order))|right|correct|proper|the (?:right|correct|usual|proper) (?:way|order))\b"
)
_IN_TURN: Final = re.compile(
    rf"(?i){_IN_OPTION}(?:the )?[\w-]+ (?:comes|precedes|follows|stands|is placed|goes)(?: (?:before|after|first|last))?(?: (?:the )?[\w-]+)?\s*(?=[.;\n]|\Z)"
)
"""The place of a word in an option, which does not say that the option is right."""
_READS: Final = re.compile(
    r"(?i)(?:(?P<not>\b(?:does not|doesn't) )(?:read|flow|work)|\b(?:reads|flows|works)) (?:correctly|properly|naturally|right|well|smoothly)\b(?! than)"
)
_MARKER: Final = re.compile(
    r"(?i)\b(?:option|sentence|choice|phrase|answer)?\s*[(\"']?\b([AB])\b[)\"']?\s*[.:,)]?\s*(?:is\b|says\b|reads\b)?[\s:,\"']*"
)
_PHRASE: Final = re.compile(r"[^\W\d_]+(?:['-][^\W\d_]+)*")
_TAIL: Final = 200
_LONGEST: Final = 100_000
_TURN_TAG: Final = re.compile(r"^\s*<[123]>|<\|[^|>]*\|>")


def read_bbh(reply: str, subtask: str, prompt: str = "") -> int | None:
    """Return 1 for yes or (B), 0 for no or (A), ``None`` if the reply commits to neither.

    Args:
        reply: the reply.
        subtask: one of VoiceBench's four.
        prompt: the question; it names the person that is asked about and the phrases of the options.

    >>> read_bbh("**Yes**", "navigate"), read_bbh("Bob must be lying.", "web_of_lies")
    (1, 0)
    >>> read_bbh("Sentence B has the correct order.", "hyperbaton"), read_bbh("He went to the casino", "navigate")
    (1, None)
    """
    said = decided(changed(_TURN_TAG.sub("", reply[-_LONGEST:])))
    if subtask == "hyperbaton":
        return _order(said, prompt)
    said = in_english(said, subtask)
    if subtask == "web_of_lies":
        return _truthful(said, prompt)
    if subtask == "sports_understanding":
        said = without_others(said, facts.names(prompt))
    said = _CONCEDED.sub(", ", said)
    if _BOTH.search(said):
        return None
    option = choose(facts.without_idioms(said), YES_NO, None, _ALIASES, letters=False).option
    low = lower(answer_part(prepare(said)))
    if option is None:
        return facts.stated(low, subtask, prompt)
    return None if facts.contradicts(low, subtask, 1 - option) else 1 - option


def _truthful(reply: str, prompt: str) -> int | None:
    """Return whether a person tells the truth: by yes or no, or by the last statement on the person."""
    person = liars.asked_person(prompt)
    if person is not None:
        reply = _NO_SUBJECT.sub(lambda match: f"{match['lead']}{person} ", reply)
    said = facts.without_idioms(liars.asked_itself(reply, prompt))
    text = answer_part(prepare(said))
    low = lower(text)
    option = choose(_ROW.sub("", said), YES_NO, None, _WORDS, letters=False).option
    judged = _JUDGED.fullmatch(low[-_TAIL:]) if option is None else None
    if judged is not None:
        return int(judged[1] is not None)
    stated = liars.stated(text, low, prompt)
    if option is None or stated.value is None or stated.value == 1 - option:
        return stated.value if option is None else 1 - option
    answers = [match.start() for match in _ANSWER.finditer(low)]
    return 1 - option if answers and answers[-1] > stated.end else None


def _order(reply: str, prompt: str) -> int | None:
    """Return which of two phrases has its adjectives in order: by letter, by place or by the phrase itself."""
    said = _IN_WRONG.sub(_judged, _IN_PLACE.sub(_placed, reply))
    said = _READS.sub(lambda m: "is wrong" if m["not"] else "is correct", _IN_TURN.sub(" ", said))
    said = _RIGHT_ORDER.sub("is correct", _WRONG_ORDER.sub("is wrong", said))
    said = _BETTER.sub("rather than", said)
    options = phrases(prompt)
    if options:
        said = _described(options).sub(" ", said)
    said = _ONE_SAYS.sub("the answer is", _RIGHT_SENTENCE.sub("the answer ", said))
    said = _CHOSEN.sub(lambda m: f"{m['verb']} ({'A' if m['first'] else 'B'})", said)
    pair = bool(options) and all(text.lower() in reply.lower() for text in options)
    said = _PLACED.sub(lambda m: _letter(m, pair=pair), said)
    return choose(said, options or ("", ""), None, asked=True).option


def _placed(place: re.Match[str]) -> str:
    return f"({place[1]}) is {'wrong' if place['not'] else 'correct'}"


def _judged(place: re.Match[str]) -> str:
    """Return what is said of an option in which a word stands where it should or should not."""
    right = (place["wrong"] is None) ^ (place["not"] is not None)
    return f"({place[1]}) is {'correct' if right else 'wrong'}"


def _letter(place: re.Match[str], *, pair: bool) -> str:
    """Return the letter of a place; "the former" of a pair that the reply itself names is left as it is."""
    if pair and re.search(r"(?i)former|latter", place[0]):
        return place[0]
    return f"({'A' if place['first'] or place['alone'] or place['whole'] or place['one'] else 'B'})"


@lru_cache(maxsize=64)
def _described(options: tuple[str, ...]) -> re.Pattern[str]:
    """Return what says no more than which phrase stands where: "the first one is 'red small car'"."""
    texts = "|".join(r"\W{1,3}".join(map(re.escape, _PHRASE.findall(text))) for text in options)
    return re.compile(
        rf"(?i)\b(?:the )?(?:first|second|former|latter)(?: \w+)? (?:is|was|says|reads|goes|has)[:,]? [\"'(]?(?:{texts})\b[\"')]?"
    )


def phrases(prompt: str) -> tuple[str, ...]:
    """Return the two phrases of a question for the order of adjectives: the same words in two orders; else empty.

    >>> phrases("Which sentence has the correct adjective order? Option A: red small car. Option B: small red car. Please answer.")
    ('red small car', 'small red car')
    """
    listed = lettered_options(prompt)
    if len(listed) == 2 and _words(listed[0]) == _words(listed[1]):
        return listed if listed[0].lower() != listed[1].lower() else ()
    for first, second in pairwise(_MARKER.finditer(prompt)):
        if (first[1].upper(), second[1].upper()) != ("A", "B"):
            continue
        one = [m[0] for m in _PHRASE.finditer(prompt, first.end(), second.start())]
        two = [m[0] for m in _PHRASE.finditer(prompt, second.end())][: len(one)]
        if len(one) > 1 and one != two and _words(" ".join(one)) == _words(" ".join(two)):
            return " ".join(one), " ".join(two)
    return ()


def _words(text: str) -> list[str]:
    return sorted(word.lower() for word in _PHRASE.findall(text))
