"""Further forms of labels, by family: the one place from which the task YAML of closed sets gets its ``aliases``.

Inflections, the form that a prompt offers, and synonyms that a reader takes for the label without a doubt.
What is not listed here names no label. ``scripts/make_llaso_yaml.py`` and ``scripts/make_dynamic_superb_yaml.py``
write them into ``metadata.lalm.aliases``.
"""

from __future__ import annotations

from typing import Final

ELSEWHERE: Final = {
    "male": "男性 男声 男人 男 masculino hombre masculin homme männlich männliche männlicher männlichen mann homem maschio maschile uomo мужской мужчина 남성 남자",
    "female": "女性 女声 女人 女 femenino femenina mujer féminin féminine femme weiblich weibliche weiblicher weiblichen frau feminino feminina mulher femmina femminile donna женский женщина 여성 여자",
    "anger": "愤怒 憤怒 生气 怒り 분노 ira enojo enfado enfadado enfadada enojado enojada colère wut wütend zorn raiva rabbia гнев злость 怒っている 生氣 wütende wütender verärgert arrabbiato arrabbiata zangado zangada fâché fâchée",
    "disgust": "厌恶 厭惡 嫌悪 혐오 asco dégoût ekel nojo отвращение 嫌そう angeekelt angewidert asqueado asqueada dégoûté dégoûtée disgustato disgustata",
    "fear": "恐惧 恐懼 害怕 恐怖 恐れ 공포 두려움 miedo temor peur furcht angst medo paura страх 怖がっている 怯えている 怖そう ängstlich verängstigt asustado asustada effrayé effrayée apeuré apeurée spaventato spaventata assustado assustada",
    "happiness": "快乐 快樂 高兴 高興 开心 喜び 행복 기쁨 felicidad alegría feliz bonheur joie heureux heureuse freude glücklich fröhlich felicidade alegria felicità gioia felice счастье радость 嬉しそう 楽しそう 嬉しい contento contenta joyeux joyeuse fröhliche fröhlicher contente",
    "neutral": "中性 中立 중립 neutro neutra neutre нейтральный нейтральная нейтрально",
    "sadness": "悲伤 悲傷 难过 難過 伤心 悲しみ 悲しい 슬픔 tristeza triste tristesse traurigkeit traurig tristezza грусть печаль 悲しそう 悲しげ traurige trauriger tristes",
    "surprise": "惊讶 驚訝 吃惊 驚き 놀람 sorpresa überraschung überrascht surpresa étonnement удивление 驚いている 驚いた sorprendido sorprendida étonné étonnée surpris sorpreso surpreso",
    "laughter": "笑声 大笑 笑い声 웃음 웃음소리 risa risas rire rires gelächter lachen risada risate смех lacht ríe",
    "sigh": "叹气 叹气声 叹息 叹息声 ため息 한숨 suspiro soupir seufzer seufzen sospiro вздох seufzt soupire suspira sospira",
    "cough": "咳嗽 咳嗽声 咳き込み 기침 기침소리 tos toux husten tosse кашель hustet tousse tose",
    "throat clearing": "清嗓子 清嗓 清嗓声 咳払い 헛기침 räuspern carraspeo räuspert carraspea",
    "sneeze": "喷嚏 打喷嚏 喷嚏声 打喷嚏声 くしゃみ 재채기 재채기소리 estornudo éternuement niesen nieser espirro starnuto чихание niest éternue estornuda starnutisce espirra",
    "sniff": "抽鼻子 吸鼻子 吸鼻声 reniflement schniefen schnieft renifle",
}
"""Label -> its word in other languages, for models that answer in theirs."""


def _elsewhere(label: str) -> list[str]:
    return ELSEWHERE[label].split()


GENDER: Final = {
    "male": ["man", "men", "masculine", "boy", "guy", "gentleman", *_elsewhere("male")],
    "female": ["woman", "women", "feminine", "girl", "lady", *_elsewhere("female")],
}
_ANGER: Final = [
    "anger",
    "angry",
    "angered",
    "angrily",
    "furious",
    "enraged",
    "rage",
    "irate",
    "mad",
    *_elsewhere("anger"),
]
_JOY: Final = [
    "joy",
    "joyful",
    "joyous",
    "happy",
    "happiness",
    "happily",
    "cheerful",
    "delighted",
    "glad",
    *_elsewhere("happiness"),
]
EMOTION: Final = {
    "anger": _ANGER[1:],
    "disgust": ["disgusted", "disgusting", "revulsion", "revolted", *_elsewhere("disgust")],
    "fear": ["fearful", "afraid", "scared", "frightened", "terrified", *_elsewhere("fear")],
    "happiness": [form for form in _JOY if form != "happiness"],
    "joy": _JOY[1:],
    "neutrality": [
        "neutral",
        "neutrally",
        "emotionless",
        "unemotional",
        "no emotion",
        *_elsewhere("neutral"),
    ],
    "neutral": [
        "neutrality",
        "neutrally",
        "emotionless",
        "unemotional",
        "no emotion",
        *_elsewhere("neutral"),
    ],
    "sadness": [
        "sad",
        "sadly",
        "saddened",
        "sorrow",
        "sorrowful",
        "unhappy",
        *_elsewhere("sadness"),
    ],
    "surprise": [
        "surprised",
        "surprising",
        "astonished",
        "astonishment",
        "amazed",
        "amazement",
        *_elsewhere("surprise"),
    ],
}
INTENSITY: Final = {
    "low": ["weak", "mild"],
    "medium": ["moderate", "mid"],
    "high": ["strong", "intense"],
    "unspecified": ["not specified"],
}
POLARITY: Final = {
    "negative": ["negativity", "negatively"],
    "neutral": ["neutrality", "neutrally"],
    "positive": ["positivity", "positively"],
}
_US: Final = ["american", "america", "usa", "us", "u.s.", "u.s.a.", "us accent", "us english", "united states", "american english"]  # fmt: skip
_UK: Final = ["britain", "great britain", "uk", "u.k.", "united kingdom", "england"]
PLACES: Final = {
    "american": _US[1:],
    "united states english": [*_US, "english (united states)"],
    "british": _UK,
    "england english": ["england", "english (england)"],
    "scottish": ["scotland", "scots"],
    "scottish english": ["scottish", "scotland", "scots"],
    "irish": ["ireland"],
    "irish english": ["irish", "ireland"],
    "northern irish": ["northern ireland", "north irish"],
    "welsh": ["wales"],
    "welsh english": ["welsh", "wales"],
    "indian": ["india"],
    "indian english": ["indian", "india"],
    "canadian": ["canada"],
    "canadian english": ["canadian", "canada"],
    "south africa": ["south african"],
    "south african accent": ["south african", "south africa", "south african english"],
    "australian": ["australia", "aussie"],
    "australian english": ["australian", "australia", "aussie"],
    "new zealand": ["new zealander", "nz", "kiwi"],
    "new zealand english": ["new zealand", "new zealander", "nz", "kiwi"],
    "german english": ["german", "germany"],
    "filipino": ["philippines", "philippine", "filipino english"],
    "hong kong english": ["hong kong"],
    "malaysian english": ["malaysian", "malaysia"],
    "singaporean english": ["singaporean", "singapore", "singlish"],
    "malayalam": ["malayali", "malayalee"],
    "bangla": ["bengali", "bangladeshi"],
    "odiya": ["odia", "oriya"],
}
_DECADES: Final = ("twenties", "thirties", "fourties", "fifties", "sixties", "seventies", "eighties", "nineties")  # fmt: skip
_LEARNED: Final = ("", "", "quadragenarian", "quinquagenarian", "sexagenarian", "septuagenarian", "octogenarian", "nonagenarian")  # fmt: skip
_GERMAN_AGED: Final = ("zwanzig", "dreißig", "vierzig", "fünfzig", "sechzig", "siebzig", "achtzig", "neunzig")  # fmt: skip
_ROMANCE_AGED: Final = (
    "la vingtaine|une vingtaine d'années|veinteañero|veinteañera|en sus veinte|la veintena|ventenne|vent'anni|sulla ventina",
    "la trentaine|une trentaine d'années|treintañero|treintañera|en sus treinta|la treintena|trentenne|trent'anni|sulla trentina",
    "la quarantaine|une quarantaine d'années|cuarentón|cuarentona|en sus cuarenta|la cuarentena|quarantenne|quarant'anni|sulla quarantina",
    "la cinquantaine|une cinquantaine d'années|cincuentón|cincuentona|en sus cincuenta|la cincuentena|cinquantenne|cinquant'anni|sulla cinquantina",
    "la soixantaine|une soixantaine d'années|sesentón|sesentona|en sus sesenta|la sesentena|sessantenne|sessant'anni|sulla sessantina",
    "setentón|setentona|en sus setenta|settantenne|settant'anni|sulla settantina",
    "ochentón|ochentona|en sus ochenta|ottantenne|ottant'anni|sull'ottantina",
    "novantenne|novant'anni|en sus noventa|sulla novantina",
)
_ELSEWHERE_AGED: Final = tuple(
    "|".join(
        [f"in {whose} {german}ern" for whose in ("den", "seinen", "ihren")]
        + [f"{when} {form}" for when in ("anfang", "mitte", "ende") for form in (german, f"der {german}er")]
        + [romance]
    )
    for german, romance in zip(_GERMAN_AGED, _ROMANCE_AGED, strict=True)
)  # fmt: skip
"""The age of each decade in German, French, Spanish and Italian."""
_HAN: Final = "二三四五六七八九"
AGE: Final = {
    "teens": [
        "teen",
        "teenager",
        "teenage",
        "teenaged",
        "adolescent",
        *(f"{age}{more}" for age in range(13, 20) for more in ("", " years old")),
    ],
    **{
        decade: [f"{tens}0s", f"{tens}0's", f"{tens}0-{tens}9", f"{tens}0 to {tens}9"]
        + [
            f"mid-{tens}0s",
            f"mid-{decade}",
            f"mid {decade}",
            f"between {tens}0 and {tens}9",
            f"from {tens}0 to {tens}9",
        ]
        + [f"{tens}{ones}" for ones in range(10)]
        + [
            f"{ten}{more}"
            for ten in (f"{tens}0", f"{_HAN[tens - 2]}十")
            for more in ("多岁", "几岁", "多歲", "幾歲", "代", "대")
        ]
        + [word for word in [_LEARNED[tens - 2]] if word]
        + _ELSEWHERE_AGED[tens - 2].split("|")
        + (["forties", "mid-forties"] if decade == "fourties" else [])
        for tens, decade in enumerate(_DECADES, start=2)
    },
}
AGE_GROUP: Final = {
    **{
        f"{low}-{high}": [f"{low} to {high}", f"between {low} and {high}", f"from {low} to {high}"]
        for low, high in ((15, 19), (20, 24), (25, 29))
    },
    "30+": ["30 plus", "30 or older", "30 or above", "30 or over", "30 and above", "30 and older", "30 and over", "over 30", "above 30", "older than 30"],
}  # fmt: skip
INSTRUMENT: Final = {
    "bass": ["bass guitar", "electric bass", "double bass", "basses"],
    "brass": ["brass instrument", "trumpet", "trombone"],
    "flute": ["flutes"],
    "guitar": ["guitars", "acoustic guitar", "electric guitar"],
    "keyboard": ["keyboards", "piano", "piano keyboard", "electric piano"],
    "mallet": [
        "mallets",
        "mallet percussion",
        "marimba",
        "xylophone",
        "vibraphone",
        "glockenspiel",
    ],
    "organ": ["organs", "pipe organ", "church organ"],
    "reed": ["reeds", "reed instrument", "clarinet", "saxophone", "oboe", "bassoon"],
    "string": ["strings", "string instrument", "stringed instrument", "violin", "viola", "cello"],
    "synth lead": ["lead synth", "synthesizer lead", "lead synthesizer", "synth", "synthesizer"],
    "vocal": ["vocals", "voice", "human voice", "singing"],
}
SOURCE: Final = {
    "acoustic": ["acoustical", "acoustically"],
    "electronic": ["electronically", "electric"],
    "synthetic": ["synthetically", "synthesized", "synthesised", "synthesizer", "synth"],
}
SPOOF: Final = {
    "fake": [
        "synthetic", "synthesized", "synthesised", "synthetically generated", "deepfake", "deep fake", "ai", "ai generated", "generated by ai",
        "generated by an ai", "computer generated", "machine generated", "artificial", "artificially generated", "artificial intelligence",
        "spoof", "spoofed", "forged", "text to speech", "faked", "fakes", "a forgery", "counterfeit",
    ],
    "real": [
        "genuine", "authentic", "bona fide", "bonafide", "human", "human speech", "human voice", "human generated", "real human", "natural human",
        "authentic human speech", "genuine human speech",
    ],
}  # fmt: skip
VOCAL_SOUND: Final = {
    "laughter": ["laugh", "laughs", "laughing", "laughed", "giggle", "giggling", "chuckle", "chuckling", *_elsewhere("laughter")],
    "sigh": ["sighs", "sighing", "sighed", *_elsewhere("sigh")],
    "cough": ["coughs", "coughing", "coughed", *_elsewhere("cough")],
    "throat clearing": [
        "throat clear", "clearing throat", "clearing the throat", "clearing a throat", "clearing his throat", "clearing her throat",
        "clearing their throat", "clear throat", "clears throat", "clears his throat", "clears her throat", "clears their throat",
        "clearing of the throat", "clearing one's throat", "cleared his throat", "cleared her throat",
        *_elsewhere("throat clearing"),
    ],
    "sneeze": ["sneezes", "sneezing", "sneezed", *_elsewhere("sneeze")],
    "sniff": ["sniffs", "sniffing", "sniffed", "sniffle", "sniffles", "sniffling", *_elsewhere("sniff")],
}  # fmt: skip
VELOCITY: Final = {
    level: [f"{level} out of 127", f"{level} of 127", f"{level}/127"]
    for level in ("25", "50", "75", "100", "127")
}
FAMILIES: Final = {
    "accent": PLACES,
    "age": AGE,
    "age_group": AGE_GROUP,
    "emotion": EMOTION,
    "gender": GENDER,
    "instrument": INSTRUMENT,
    "intensity": INTENSITY,
    "polarity": POLARITY,
    "source": SOURCE,
    "spoof": SPOOF,
    "velocity": VELOCITY,
    "vocal_sound": VOCAL_SOUND,
}

_ONES: Final = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
_TENS: Final = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_TEENS: Final = ("thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen")
_NO_EMOTION: Final = (
    "no particular emotion|no strong emotion|no clear emotion|no specific emotion|no discernible emotion|no noticeable emotion|no obvious emotion|without any emotion|without particular emotion"
    "|without emotion|no particular emotions|no emotions|lack of emotion|absence of emotion|not emotional|unemotionally|matter of fact|deadpan|impassive|dispassionate"
)
_AMERICAN: Final = "us american|usa english|north american english|general american|yankee|americans|the states|texan|texas|californian|california|new york|new yorker|midwest|midwestern|boston|chicago|los angeles"
_SCOTTISH: Final = "scot|scotsman|scotswoman|glasgow|glaswegian|edinburgh|aberdeen|highlands"
_IRISH: Final = "irishman|irishwoman|dublin|dubliner|cork|galway|republic of ireland"
_WELSH: Final = "welshman|welshwoman|cardiff|swansea"
_INDIAN: Final = "indians|mumbai|delhi|new delhi|bangalore|chennai|kolkata"
_CANADIAN: Final = "canadians|toronto|vancouver|montreal|ottawa"
_SOUTH_AFRICAN: Final = "south africans|johannesburg|cape town|durban|pretoria"
_AUSTRALIAN: Final = "australians|sydney|melbourne|brisbane|perth"
_JOYFUL: Final = "joyfully|cheerfully|delight|overjoyed|elated|elation|jubilant|jubilation|gleeful|glee|ecstatic|euphoric|merry|thrilled|exuberant|rejoicing|happier|happiest"
_FURTHER: Final = {
    "gender": {
        "male": "males|boys|guys|gentlemen|gent|bloke|fellow|lad|dude|schoolboy",
        "female": "females|girls|ladies|lass|gal|schoolgirl",
    },
    "emotion": {
        "anger": "fury|annoyed|annoyance|irritated|irritation|livid|outrage|outraged|infuriated|incensed|wrath|wrathful|raging|indignant|indignation|angrier",
        "disgust": "repulsed|repulsion|grossed out|loathing|disgustedly|repelled",
        "fear": "terror|dread|fright|panic|panicked|panicking|panicky|petrified|horror|horrified|fearfully|frightening|scare",
        "happiness": _JOYFUL,
        "joy": _JOYFUL,
        "neutral": _NO_EMOTION,
        "neutrality": _NO_EMOTION,
        "sadness": "grief|grieving|melancholy|melancholic|mournful|mourning|heartbroken|dejected|dejection|despondent|miserable|misery|tearful|gloomy|gloom|downcast|sadder|sorrowfully|unhappiness|unhappily|depressed",
        "surprise": "startled|shocked|shock|stunned|astounded|flabbergasted|dumbfounded|taken aback|surprises|surprisedly",
    },
    "accent": {
        "american": _AMERICAN,
        "united states english": _AMERICAN,
        "british": "british english|brit|brits|briton|englishman|englishwoman|received pronunciation|cockney|scouse|geordie|london|londoner|manchester|liverpool|birmingham|yorkshire",
        "scottish": f"{_SCOTTISH}|scottish english",
        "scottish english": _SCOTTISH,
        "irish": f"{_IRISH}|irish english",
        "irish english": _IRISH,
        "northern irish": "belfast|ulster|northern irishman|northern irish english",
        "welsh": f"{_WELSH}|welsh english",
        "welsh english": _WELSH,
        "indian": f"{_INDIAN}|indian english",
        "indian english": _INDIAN,
        "canadian": f"{_CANADIAN}|canadian english",
        "canadian english": _CANADIAN,
        "south africa": f"{_SOUTH_AFRICAN}|south african english",
        "south african accent": _SOUTH_AFRICAN,
        "australian": f"{_AUSTRALIAN}|australian english",
        "australian english": _AUSTRALIAN,
        "new zealand": "new zealanders|auckland|christchurch|new zealand english",
        "new zealand english": "new zealanders|auckland|christchurch",
    },
    "age": {
        "teens": "|".join(
            [
                f"{age}{form}"
                for age in (*range(13, 20), *_TEENS)
                for form in (" year old", " years old")
            ]
            + [f"aged {age}" for age in range(13, 20)]
            + list(_TEENS)
        ),
        **{
            decade: "|".join([ten, *(f"{ten} {one}" for one in _ONES)])
            + f"|{ten} something|{ten}ish|{tens}0 something|{tens}0ish"
            for tens, (decade, ten) in enumerate(zip(_DECADES, _TENS, strict=True), start=2)
        },
    },
    "instrument": {
        "brass": "tuba|french horn|cornet|bugle|flugelhorn|euphonium|brass section|trumpets|trombones",
        "flute": "flutist|flautist|piccolo|pan flute",
        "guitar": "classical guitar|nylon string guitar|steel string guitar|guitarist",
        "keyboard": "grand piano|upright piano|harpsichord|clavichord|clavinet|pianist|pianos",
        "organ": "hammond organ|hammond|electric organ|organist",
        "reed": "sax|saxophones|clarinets|alto saxophone|tenor saxophone|alto sax|tenor sax|bass clarinet|english horn",
        "string": "violins|cellos|fiddle|bowed string|string section|string ensemble|violinist|cellist",
        "vocal": "singer|sings|sung|choir|vocalist|a cappella",
    },
    "spoof": {
        "fake": "tts|tts system|tts engine|speech synthesizer|speech synthesiser|voice synthesizer|voice generator|robot voice|robotic voice|computer voice|machine voice|by a machine|by a computer|by a robot|cloned|cloned voice|voice clone|ai voice|ai speech|ai synthesized|computer synthesized|machine made|artificially produced|artificially created|digitally generated|generated speech"
        "|synthetic speech|computer generated voice|speech synthesis|phony|bogus|inauthentic",
        "real": "natural|natural speech|natural voice|real person|real voice|real speech|real human voice|real human being|human being|actual human|actual person|human speaker|human recording|legitimate",
    },
    "vocal_sound": {
        "laughter": "giggles|giggled|chuckles|chuckled|cackle|cackling|guffaw|snicker|haha",
        "cough": "coughing fit",
        "throat clearing": "ahem",
        "sneeze": "achoo|atchoo|a choo",
    },
    "velocity": {
        "100": "one hundred|a hundred|hundred",
        "127": "one hundred twenty seven|one hundred and twenty seven|a hundred and twenty seven",
    },
}
"""Family -> label -> still further forms, with bars between them: synonyms, people and cities of a country, numbers in words."""


def aliases_of(labels: list[str]) -> dict[str, list[str]]:
    """Return the aliases of a label list, from the family that knows most of its labels.

    Args:
        labels: labels as the data spells them; case and full stops do not count.

    >>> aliases_of(["Male.", "Female."])["Female."][0]
    'woman'
    """
    keys = {label: " ".join(label.lower().replace(".", "").split()) for label in labels}

    def known(name: str) -> int:
        return sum(key in FAMILIES[name] for key in keys.values())

    name = max(FAMILIES, key=known)
    if 2 * known(name) < len(keys):
        return {}
    best, further = FAMILIES[name], _FURTHER.get(name, {})
    return {
        label: list(dict.fromkeys([*best[key], *filter(None, further.get(key, "").split("|"))]))
        for label, key in keys.items()
        if key in best
    }
