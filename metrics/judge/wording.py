r"""How judges word a verdict or a score: keys, lead-ins, signs around them, hedges. Patterns that the readers put together; nothing is read here."""

from __future__ import annotations

import re
from typing import Final

KEYS: Final = (
    r"(?:evaluation|assessment|grading|review)\s+(?:results?|outcomes?|decisions?)|judge?ments?|verdicts?|results?|answers?|conclusions?|decisions?|rulings?|findings?|evaluations?|assessments?|outcomes?"
    r"|determination|scores?|ratings?|grades?|correct(?:ness)?|final"
    r"|judegments?|judgemnts?|judgemnets?|jugde?ments?|judgemets?|judgmeents?|reuslts?|resutls?|resluts?|rseults?|verdcits?|vedricts?"
)
"""Keys; the last line has them with letters swapped or left out, as judges misspell them."""
PLAIN_KEYS: Final = r"outputs?|labels?|class(?:ification)?|quality|match(?:es)?|judge"
"""Keys that stand before a verdict, and before what is judged as well: they count where nothing but a verdict follows."""
WEIGHED: Final = r"(?:weighted|unweighted|combined|aggregated?|composite|arithmetic|rounded|revised|corrected|updated|adjusted)"
"""What a score is called that was worked out from others."""
SUMMED: Final = (
    r"so|hence|thus|therefore|(?:sorry|apologies)\b[^:\n]{0,40}|chosen|selected|(?:for\s+)?this\s+(?:one|answer|reply|response)(?!\s*:\s*[a-z])|in\s+the\s+end|full\s+marks|as\s+it\s+(?:stands|is)|as\s+(?:is|written|given|delivered)|all\s+told|on\s+balance|all\s+things\s+considered|taken\s+together|everything\s+considered"
    r"|(?:taking|considering|weighing)\s+(?:everything|it\s+all)(?:\s+into\s+account)?"
)
"""What stands before the score that sums up: "As it stands: 2"."""
ON_SCALE: Final = re.compile(
    r"^(?:on|in|using|with)\s+(?:an?|the|your|this)\s+(?:scale\s+(?:of|from)\s+1\s*(?:-|to)\s*5|(?:1|one)\s*(?:-|to)\s*(?:5|five)\s+scale)"
    r"(?:(?:\s*[,(]?\s*(?:where|with|in\s+which|and|to)?\s*[15]\s*(?:is|=|means|being|meaning)\s[^.,:()\n]{1,60}?){1,2}\)?\s*[,:)]|\s*[,:]?)\s*(?=\S)"
    r"|^\(?[1-5]\s*(?:=|is|means)\s[^.,;:\d\n]{1,40}(?:[,;]\s*(?:and\s+)?[1-5]\s*(?:=|is|means)\s[^.,;:\d\n]{1,40}){1,4}[.;:)]{1,2}\s*(?=\S)",
    re.IGNORECASE,
)
"""The scale, and what its ends mean, said before the score."""
ASPECTS: Final = re.compile(
    r"\s+(?:for|on|in)\s[^.;\d\n]{1,40}?(?:,|\band|\bbut)\s+(?:(?:and|but|only|just)\s+){0,2}(?:an?\s+)?([1-5]|one|two|three|four|five)\s+(?:for|on|in)\s+(?!\d)"
    r"|(?:,|,?\s+(?:and|but|while))\s+(?:for\s+)?(?:(?:the|its)\s+)?(?:relevance|accuracy|completeness|style|clarity|fluency|tone|facts?|content|form|format|grammar|helpfulness|depth|length|conciseness"
    r"|correctness|language|structure|coherence|usefulness|detail|factuality|consistency|truthfulness|safety|delivery|substance)\s+(?:(?:gets|only|just|deserves|earns)\s+){0,2}an?\s+([1-5]|one|two|three|four|five)\b",
    re.IGNORECASE,
)
"""Behind a score: it is for one aspect, and another aspect has the score of the group."""
QUOTES: Final = re.compile(r"^[ \t]*>.*$|\"[^\"\n]{1,300}\"|“[^”\n]{1,300}”", re.MULTILINE)
"""Lines marked as quoted, and what stands between quotation marks."""
LEAD: Final = (
    r"(?:\(?\d{1,2}[.)]\s+)?(?:(?:so|thus|hence|therefore|finally|overall|(?:in )?(?:conclusion|summary)"
    r"|here(?: is|'s))[,:]?\s+)?(?:(?:the|my|our|your|final|overall|official|judge(?:'s)?|binary)\s+){0,3}"
)
OPEN: Final = r"""[\s"'(\[{<]{0,8}"""
CLOSE: Final = r"""["')\]}>]{0,6}"""
NOTE: Final = r"""(?:\s*[(\[][^()\[\]\n]{0,40}[)\]]|\s+(?:for|of)\s[^:\n]{1,40}?|\s+\(?on\s+(?:a|the)\s+scale\s+(?:of|from)\s+1\s*(?:-|to)\s*5\)?(?:\s*\([^()\n]{0,40}\))?)?"""
BREAK: Final = r"""(?:[.!?;:,)\]}>|{]|\s-)\s*"""
SEPARATOR: Final = r"(?:\s*(?:(?:is|was)\s*)?(?:[:=|]{1,4}>?|-{1,4}>?)[\s:-]{0,6}|(?<=\])\s*)"

ADVERBS: Final = (
    r"(?:(?:clearly|indeed|definitely|certainly|factually|absolutely|completely|fully|entirely|therefore"
    r"|thus|totally|simply|a|an|also|judged|considered|deemed|rated|marked|as|100%)\s+){0,3}"
)
SUBJECT: Final = (
    r"(?:(?:the|this|that|its|it|both)\s+)?(?:(?:given|final|provided|predicted|generated|(?:model|ai|machine|system)-generated|selected|chosen|evaluated|submitted|candidate|candidate's|student's"
    r"|assistant's|model|model's|system's|ai's)\s+){0,3}"
    r"(?:(?:response|answer|reply|output|prediction|candidate|model|statement|claim|choice|selection|option)(?:\s+(?:(?:generated|given|provided|produced|made|returned|submitted|chosen|selected)\s+)?(?:by|of|from)\s+(?:the|this)\s+(?:\w{1,20}\s+)?(?:model|assistant|candidate|system|ai|student))?|this|that|it)"
)
NAMED: Final = (
    r"(?:the\s+)?(?:(?:(?:model|model's|candidate's|assistant's|generated|model-generated|student's)\s+){1,3}(?:response|answer|reply|output|prediction|choice|selection)|response|reply|output|prediction)"
    r",?\s+[\"']?\([a-h]\)[^.;:,\n]{0,40},?"
)
"""The reply with the option that it names: "the response, (a) pig,"."""
OWNED: Final = (
    "response|answer|reply|output|prediction|choice|statement|claim|label|description|transcription"
)
"""What a model has: "the model's answer" is no "the model is"."""
OUTCOME: Final = (
    r"(?:(?:the|my|our)\s+)?(?:(?:final|overall)\s+)?"
    r"(?:answer|verdict|judge?ment|result|conclusion|decision|evaluation|assessment)"
)
HEDGE: Final = re.compile(
    r"[\s,;:(-]*(?:but|though|although|however|yet)?[\s,]*(?:only|just|it is|is)?\s*"
    r"(?:partial|partly|mostly|somewhat|in part|to some|almost|nearly|incomplete"
    r"|not\s+(?:entire|full|complete|whol|quite|exact|total))",
    re.IGNORECASE,
)
CLAUSE: Final = re.compile(
    r"\s*(?:$|[.,;:!\"')\]}>(|-]|(?:because|since|as|for|given|based|due|the|this|that|it|its|it's|i|there|though"
    r"|although|but|and|in|on|with|when|according|per|they|he|she|we|you|all)\b)",
    re.IGNORECASE,
)
NOUN: Final = re.compile(
    r"\s+(answer|response|reply|choice|option|prediction|one|judge?ment|verdict|match)\s*(?:$|[.!,;(]|(?:to|for)\s+(?:the|this)\s+(?:(?:given|original|user's|asked|above)\s+)?(?:question|prompt|query|request|instruction|task)(?:\s+(?:asked|posed|given|at\s+hand))?\s*(?:$|[.!;](?:\s|$)))",
    re.IGNORECASE,
)
CLAUSE_LENGTH: Final = 300
SENTENCE: Final = re.compile(r"(?:^|(?<=[.!?;:])\s+)")
CLAUSE_START: Final = re.compile(
    r",\s+(?:(?:and\s+)?(?:so|but|thus|therefore|hence)\s+)?(?=(?:the|this|it|its|that)\b)",
    re.IGNORECASE,
)
CONDITION: Final = re.compile(
    r"\b(?:if|whether|unless|when|once|assuming|suppose|supposing|provided|were|had)\b[^.!?;]*$|(?:^|[.!?]\s)should\b[^.!?;]*$",
    re.IGNORECASE,
)
LEAD_WORD: Final = re.compile(r"\W*(?:yes|no|correct|incorrect),\s+", re.IGNORECASE)
MARK: Final = re.compile(r"[\s.!\"')\]]*([✔✘])")
TO_BE_TAKEN: Final = re.compile(
    r"(?:\b(?:(?:should|must|can|will|ought\s+to|has\s+to|needs\s+to|is\s+to)\s*(?:therefore\s+|thus\s+)?(?P<not>not\s)?\s*)be\s+"
    r"(?:judged|considered|deemed|rated|marked|counted|graded|classified|regarded|evaluated|assessed|scored|labell?ed|treated)\s+(?:as\s+)?|counts\s+as\s+)(?=(?:in)?correct\b|wrong\b|right\b|false\b|true\b)",
    re.IGNORECASE,
)
"""What says of a reply how it is to be judged: "should be judged as correct", "counts as correct"."""
CONTRACTED: Final = re.compile(r"\b(is|was)n't\b", re.IGNORECASE)

ANSWERED: Final = re.compile(
    r"\b(?:answer(?:s|ed)|respond(?:s|ed)|repli(?:es|ed))\s+((?:in)?correct)ly\b", re.IGNORECASE
)
DENIED: Final = re.compile(
    r"(?:\b(?:not|never|cannot|hardly|unable|refuse|decline|without)\b|n't\b)(?:(?!,\s*(?:it|its|this|that|the|i|he|she|they|but|so|and)\b)[^.;\n])*$",
    re.IGNORECASE,
)
FORMER: Final = re.compile(
    r"\b(?:from|was|previous|previously|initial|initially|not|than|old|former|max|maximum)\b[^.;\n]{0,20}$",
    re.IGNORECASE,
)
TAIL: Final = re.compile(
    r"\s*(?:$|[-:,;(=]|\.\s*$|\.\s+\D|points?\b|pts\b|stars?\b|it\s+is\b|instead\b|rather\b|not\b|because\b|since\b|(?:is|seems|feels|would\s+be)\s+(?:more\s+|a\s+)?(?:appropriate|fair(?:er)?|right|justified|warranted|better|accurate)\b)",
    re.IGNORECASE,
)
RATED: Final = re.compile(
    r"[\"')\]}>*]{0,4}\s*(?:$|[.,;:!?)(]|-\s|(?:points?|pts|stars?|of\s+the\s+(?:rubric|scale)|(?:is|seems|feels|would\s+be)\s+(?:more\s+|most\s+)?(?:appropriate|fair|right|justified|warranted|deserved|suitable|reasonable)(?:\s+here)?(?=\s*(?:$|[.,;!]))|by|under|because|since|as|for|due|given|and|but|on|overall|from\s+me|in\s+my\s+(?:view|opinion|judge?ment|eyes)|here|rating|score|at|when|not|rather|instead)\b)",
    re.IGNORECASE,
)
TOLD: Final = re.compile(
    r"\b(?:sa(?:y|ys|id|ying)|stat(?:e[sd]?|ing)|reads?|claim\w*|writ\w+|wrote|tells?|told|asks?|asked|conclud\w+|ends?|ended|ending|adds?|added|continu\w+|quot\w+|contain\w*|follow\w*|goes|went|repl(?:y|ies|ied)|respon[ds]\w*"
    r"|instruct\w*|inject\w*|attempt\w*|ignor\w*|words?|lines?|sentence|text|excerpt|transcript\w*|output\w*|submission|candidate|assistant|user|system|model|speaker|according|below|thus)\b",
    re.IGNORECASE,
)
"""Words that announce what somebody else says."""
