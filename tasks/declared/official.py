"""Official readings that a declared rule can name: what the scorer of a benchmark says of the same reply, bit-exact.

``rule: {name: option, official: words}`` adds the reading to the strict one. Each rule is described in the README of the benchmark that
it comes from.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, Final, NamedTuple

from harness.types import MISSING, Document, ItemScore, Reading, Scored, Stats
from metrics.text.edits import char_edits, mixed_edits, word_edits
from metrics.text.normalizers import without_script_spaces
from metrics.text.word_set import is_correct, reason, words
from metrics.witness import explain
from tasks.declared.declaration import OFFICIAL
from tasks.declared.fields import transcript_of, wanted_text
from tasks.declared.translation import bleu_lacks, official_tokenizer, translated


class Ruling(NamedTuple):
    """Verdict of an official scorer on one item, under one metric.

    Attributes:
        stats: its statistics, ``None`` if it leaves the item out.
        parsed: whether it could read the reply.
        stops: whether the script would end with an exception here.
    """

    stats: Stats | None
    parsed: bool = True
    stops: bool = False


Rulings = Mapping[str, Ruling]
"""Metric -> ruling."""


def with_official(
    score: ItemScore, doc: Document, rule: Mapping[str, Any], response: Any
) -> ItemScore:
    """Return a score with the official reading of its rule.

    Args:
        score: the strict reading.
        doc: the item.
        rule: its rule, which names an official one.
        response: the reply as it is stored; ``MISSING`` if there is none.
    """
    found = _RULES[rule["official"]](doc, rule, response)
    metrics: dict[str, Mapping[Reading, Scored]] = dict(score.metrics)
    for name, ruling in found.items():
        official = Scored(None if ruling.stops else ruling.stats, parsed=ruling.parsed)
        metrics[name] = {"official": official, **metrics[name]}
    stopped = frozenset(name for name, ruling in found.items() if ruling.stops)
    return replace(score, metrics=metrics, aborted=score.aborted | stopped)


def _texts(doc: Document, declared: str | list[str]) -> list[str]:
    """Return the option texts as they are stored."""
    values = doc.get(declared) if isinstance(declared, str) else [doc.get(one) for one in declared]
    return [one for one in values or () if isinstance(one, str)]


def _word_set(doc: Document, rule: Mapping[str, Any], response: Any) -> Rulings:
    """MMAR, MMAU: every word of the answer, and none that only other options have."""
    if response is MISSING:
        return {"accuracy": Ruling(None, parsed=False)}
    levels: Mapping[str, list[str]] = rule.get("known") or {}
    unknown = any(name in doc and doc[name] not in values for name, values in levels.items())
    if not isinstance(response, str) or unknown:
        return {"accuracy": Ruling(None, parsed=False, stops=True)}
    texts = _texts(doc, rule["options"])
    said = words(response)
    answer = str(doc[rule["answer"]])
    right = is_correct(answer, texts, response)
    explain("accuracy", lambda: reason(answer, texts, response))
    read = right or any(words(text) and words(text) <= said for text in texts)
    return {"accuracy": Ruling({"correct": int(right), "n": 1}, parsed=read)}


# --- transcripts ---------------------------------------------------------------------------------

_IGNORED: Final = "ignore time segment in scoring"
"""A normalised reference that the Open ASR leaderboard leaves out, as it does an empty one."""


class _Compared(NamedTuple):
    """A reference and a reply in the forms that are compared, and their edits."""

    said: str
    heard: str
    words: Stats
    characters: Stats


def _english(said: str, heard: str, language: str | None) -> _Compared:
    del language
    from metrics.transcripts.edits import merged_edits
    from metrics.transcripts.english import open_asr_english

    said, heard = open_asr_english(said), open_asr_english(heard)
    return _Compared(said, heard, merged_edits(said, heard), _characters(said, heard))


def _multilingual(said: str, heard: str, language: str | None) -> _Compared:
    from metrics.transcripts.edits import merged_edits
    from metrics.transcripts.multilingual import aligned, open_asr_multilingual

    assert language is not None
    said, heard = (open_asr_multilingual(text, language) for text in (said, heard))
    pair = aligned(said, heard)
    return _Compared(*pair, merged_edits(*pair), _characters(said, heard))


def _whisper_basic(said: str, heard: str, language: str | None) -> _Compared:
    del language
    from metrics.text.normalizers import whisper_basic
    from metrics.transcripts.multilingual import letters

    said, heard = whisper_basic(said), whisper_basic(heard)
    return _Compared(
        said, heard, word_edits(said, heard), word_edits(letters(said), letters(heard))
    )


def _elm(version: str) -> Callable[[str, str, str | None], _Compared]:
    def compare(said: str, heard: str, language: str | None) -> _Compared:
        del language
        from metrics.transcripts.arabic import FORMS, board_edits

        form = FORMS[version]
        return _Compared(form(said), form(heard), *board_edits(version, said, heard))

    return compare


def _arabic(said: str, heard: str, language: str | None) -> _Compared:
    del language
    from metrics.transcripts.arabic import ar_norm_1

    said, heard = ar_norm_1(said), ar_norm_1(heard)
    return _Compared(said, heard, word_edits(said, heard), char_edits(said, heard))


def _characters(said: str, heard: str) -> Stats:
    return char_edits(without_script_spaces(said), without_script_spaces(heard))


_TRANSCRIPTS: Final[Mapping[str, Callable[[str, str, str | None], _Compared]]] = {
    "oasr-2026-08": _english,
    "oasr-ml-2026-03": _multilingual,
    "whisper-basic": _whisper_basic,
    "elm-v3": _elm("elm-v3"),
    "elm-v1": _elm("elm-v1"),
}
_STRICT: Final = {"elm-v3": _arabic, "elm-v1": _arabic}
"""Scorer -> what the strict reading compares, where that is another form."""


def transcript_metrics(rule: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the metrics of the rule ``transcript``: ``mer`` where its parameter ``mixed`` is true."""
    return ("wer", "cer", "mer") if rule.get("mixed") else ("wer", "cer")


def strict_transcript(doc: Document, rule: Mapping[str, Any], reply: str) -> ItemScore:
    """Return the strict reading next to an official one: its normaliser and edits, every item with a reference."""
    nothing = ItemScore({name: {"strict": Scored(None)} for name in transcript_metrics(rule)})
    if not transcript_of(doc, rule).strip():
        return nothing
    compare = _STRICT.get(rule["official"], _TRANSCRIPTS[rule["official"]])
    found = compare(transcript_of(doc, rule), reply, rule.get("language"))
    if compare is _arabic and not found.said:  # marks alone: nothing that could be heard
        return nothing
    parsed = bool(found.heard.strip())
    scores = {"wer": Scored(found.words, parsed), "cer": Scored(found.characters, parsed)}
    if rule.get("mixed"):
        scores["mer"] = Scored(mixed_edits(found.said, found.heard), parsed)
    plain = word_edits(found.said, found.heard)["edits"]
    return ItemScore(
        {name: {"strict": one} for name, one in scores.items()},
        found.heard.strip() or None,
        {"edits_without_merging": plain},
    )


def _transcript(doc: Document, rule: Mapping[str, Any], response: Any) -> Rulings:
    """Boards of speech recognition: items without a reference are left out; only a text as reply does not stop the script."""
    names = OFFICIAL[rule["official"]]
    if response is MISSING or not isinstance(response, str):
        return dict.fromkeys(names, Ruling(None, parsed=False, stops=True))
    name = rule["official"]
    found = _TRANSCRIPTS[name](transcript_of(doc, rule), response, rule.get("language"))
    if name not in _STRICT and found.said.strip() in ("", _IGNORED):
        return dict.fromkeys(names, Ruling(None))
    edits = {"wer": found.words, "cer": found.characters}
    parsed = bool(found.heard.strip())
    return {name: Ruling(edits[name], parsed) for name in names}


# --- letters -------------------------------------------------------------------------------------


def _air_bench(doc: Document, rule: Mapping[str, Any], response: Any) -> Rulings:
    """AIR-Bench: the first character, else the last but one, is the letter; letters are compared."""
    fields = rule["options"]
    if doc.get("task_name", "") is None:
        return {"accuracy": Ruling(None, parsed=False)}
    named = "dataset_name" not in doc or isinstance(doc["dataset_name"], str)
    if not isinstance(response, str) or not named or any(one not in doc for one in fields[:2]):
        return {"accuracy": Ruling(None, parsed=False, stops=True)}
    text = response.strip().replace("\n", "")
    places = [*text[:1], *(text[-2:-1] if len(text) > 1 else "")]
    letter = next((one for one in places if one in "ABCD"), None)
    if letter is None or text == "None":
        explain(
            "accuracy",
            lambda: (
                "neither the first character nor the last but one is a letter from A to D: left out"
            ),
        )
        return {"accuracy": Ruling(None, parsed=False)}
    gold = next((n for n, one in enumerate(fields) if doc.get(one) == doc[rule["answer"]]), None)
    right = gold is not None and letter == "ABCD"[gold]
    place = "first" if text[0] == letter else "last but one"
    explain("accuracy", lambda: f"the {place} character is {letter}")
    return {"accuracy": Ruling({"correct": int(right), "n": 1}, stops=gold is None)}


# --- translations --------------------------------------------------------------------------------


def _sacrebleu(doc: Document, rule: Mapping[str, Any], response: Any) -> Rulings:
    """SacreBLEU over the replies as they stand; it reads one line per reference, so a missing one stops it."""
    if not isinstance(response, str):
        return dict.fromkeys(OFFICIAL["sacrebleu"], Ruling(None, parsed=False, stops=True))
    for name in OFFICIAL["sacrebleu"]:
        explain(name, lambda: "sacreBLEU of the texts as they stand; its value is one of all items")
    language, said = rule.get("language"), wanted_text(doc, rule)
    lacks = bleu_lacks(language) is not None
    found = translated(said, response, None if lacks else official_tokenizer(language))
    return {name: Ruling(stats, stops=stats is None) for name, stats in found.items()}


_RULES: Final[Mapping[str, Callable[[Document, Mapping[str, Any], Any], Rulings]]] = {
    "words": _word_set,
    "air-bench": _air_bench,
    "sacrebleu": _sacrebleu,
    **dict.fromkeys(_TRANSCRIPTS, _transcript),
}
