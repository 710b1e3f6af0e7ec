"""Polite words of a model about itself, which do not name a label.

``without_courtesies`` takes them off a prepared reply before options are looked for, so that "I'm happy to help, but there is
no audio" does not name the emotion "Happy", nor "I cannot fulfil this request" the speech act "Request". What a model says of the clip
("The speaker is happy to help") stays. Every pattern looks at a bounded stretch.
"""

from __future__ import annotations

from re import IGNORECASE
from typing import Final

from metrics.text import late as re

_FEELING: Final = (
    r"(?:happy|glad|delighted|pleased|sad|sorry|afraid|mad|angry|upset|thrilled|excited|eager|grateful|thankful|proud|ashamed|disappointed|frustrated"
    r"|surprised|confused|scared|worried|fearful|unhappy|content|curious|honou?red|joyful|amused|annoyed)"
)
_VERY: Final = r"(?:(?:so|very|really|more than|always|truly|just|quite|only|a bit|a little|also|most|terribly|deeply|too|extremely|still|genuinely|not) ){0,3}"
_HELP: Final = (
    r"(?: to (?:help|assist|be of (?:help|service|assistance)|oblige|support)(?: you| out)?)"
)
_GOES_ON: Final = rf"(?:{_HELP}|(?=,? (?:to|that|at myself|about (?:that|this|it|the)|for (?:you|the|any)|but|if|i|we|you|because|though|however)\b)|(?=, (?:i|there|this|we|no)\b))"
_ADVERBS: Final = (
    r"(?:sadly|happily|hopefully|unfortunately|regrettably|luckily|fortunately|thankfully|unhappily|surprisingly|tristemente|felizmente|lamentablemente|desgraciadamente|infelizmente"
    r"|malheureusement|heureusement|tristement|leider|traurigerweise|glücklicherweise|purtroppo|sfortunatamente|fortunatamente|к сожалению|к счастью|悲しいことに|残念ながら|残念なことに"
    r"|幸いなことに|幸い|슬프게도|안타깝게도|불행히도|유감스럽게도|다행히|遗憾的是|不幸的是|幸运的是|令人难过的是|很遗憾|很抱歉|很难过)"
)
_COURTESY: Final = re.compile(
    rf"\b(?:i(?:'m| am|'d be| would be|'ll be| will be| feel)|we(?:'re| are|'d be| would be)) {_VERY}{_FEELING}{_GOES_ON}"
    rf"|(?:\A|(?<=[.!?\n]))\s*{_VERY}(?:happy|glad|pleased|delighted|sorry|sad|afraid)(?:{_HELP}|(?= to (?:answer|say|inform|report|tell)\b|,? (?:but )?(?:i|we) (?:can't|cannot|am|are|do|don't|could)\b))"
    r"|\b(?:please accept )?(?:my|our|sincere|many) (?:sincere |sincerest |deepest )?(?:apolog(?:y|ies)|regrets?)\b(?=\s*(?:[,.!]|\Z|but\b|for\b|that\b))"
    r"|(?:\A|(?<=[.!?\n]))\s*apologies(?=,? (?:but|for|i|we)\b|,)"
    r"|\bi (?:must |do |sincerely |want to |would like to )?apologi[sz]e\b(?=\s*(?:[,.!]|\Z|but\b|for\b|that\b))"
    r"|\b(?:fulfil|fulfill|complete|process|comply with|assist with|handle|help with|answer|understand|honou?r|accommodate|proceed with|perform|meet|carry out|grant|satisfy|respond to|thank you for|thanks for) (?:this|your|that|the) (?:particular )?(?:requests?|questions?|greetings?|complaints?)\b"
    rf"|(?:\A|(?<=[.!?;,\n。]))\s*{_ADVERBS}(?=\s*(?:,|、| i (?:can|am|do|have|could|cannot)))"
    # es, fr, de, pt, it, ru
    r"|\b(?:(?:estoy|estaré|estaría|me siento|me siento) )?(?:(?:muy|tan) )?(?:feliz|contento|contenta|encantado|encantada|triste|alegre) (?:de|por|en) (?=(?:pode[rs]|ayud|asist|respond|decir|servir|informar))"
    r"|\bje (?:suis|serais|serai) (?:très |vraiment |bien )?(?:heureux|heureuse|ravie?|contente?|triste|désolée?|navrée?|fâchée?)(?=(?:,)? (?:de|d'|que|mais|je)\b| d')"
    r"|\b(?:ich bin|bin ich|ich wäre|wäre ich|ich werde) (?:sehr |gern |leider )?(?:glücklich|froh|traurig|erfreut|wütend|verärgert|ängstlich|neugierig)(?=,? (?:zu|dass|aber|ihnen|dir|helfen|weil)\b)"
    r"|\b(?:estou|fico|ficarei|ficaria|sinto-me) (?:muito |bem )?(?:feliz|contente|triste|grato|grata|alegre)(?=,? (?:em|de|por|que|mas)\b)"
    r"|\b(?:sono|sarei|sarò) (?:molto |davvero )?(?:felice|lieto|lieta|contento|contenta|triste|dispiaciuto|dispiaciuta|arrabbiato)(?=,? (?:di|che|ma|per)\b)"
    r"|(?:\A|(?<=[.!?\n])|\bя )\s*(?:очень )?(?:рада?|счастлива?|счастливый)(?= (?:вам |тебе )?(?:помочь|ответить|сообщить|быть полез))"
    # zh, ja, ko
    r"|(?:\A|(?<=[.!?,\n。!,]))\s*我?(?:很|非常|十分|特别|真|感到)?(?:高兴|开心|快乐|乐意|荣幸)(?:能|可以|能够)?(?:为|帮|给|协助|认识|见到|回答)(?:[您你]|助)?(?:服务|提供帮助|解答|忙)?"
    r"|(?:\A|(?<=[.!?,\n。!,]))\s*我?(?:很|非常|十分|感到)?(?:抱歉|遗憾|难过|伤心|悲伤|生气)(?=[,，]?(?:我|地?(?:告诉|通知)|但|无法|不能|没有(?:音频|听到)))"
    r"|お(?:役に立|手伝い|答え|会い|力に)[^。.\n]{0,12}?(?:嬉し|うれし|幸せ|光栄)(?:い|く)?(?:です|思います)?"
    r"|도와[^.\n]{0,14}?(?:기쁩니다|기뻐요|기쁘|행복합니다|행복해요|영광입니다)",
    IGNORECASE,
)
_HINT: Final = re.compile(
    r"\b(?:i|i'm|i'd|i'll|we|we're|we'd|happy|glad|pleased|delighted|sorry|sad|sadly|afraid|apolog\w+|request|thanks?)\b|ly,|[^\x00-\x7f]|e[rn]te,|\b(?:estoy|je|ich|sono|leider|purtroppo|feliz|fico|estou|complaints?|greetings?)\b|ment,|ll?ly i ",
    IGNORECASE,
)
"""A word of one of the courtesies, found in less time than they are."""


def without_courtesies(text: str) -> str:
    """Return a prepared reply without the polite words of the one who answers; unchanged if they are all it says.

    >>> without_courtesies("I'm happy to help! The mood is sad.")
    '! The mood is sad.'
    >>> without_courtesies("The speaker is happy to help.")
    'The speaker is happy to help.'
    """
    return _COURTESY.sub("", text) if _HINT.search(text) else text
