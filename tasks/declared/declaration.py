"""What ``metadata.lalm.rule`` may say, and the checked form of it; the data block is ``tasks.declared.data_block``.

A declared task has no Python of its own: the rule names a way to score that the harness has, with parameters; the data block names
a file. Both are checked strictly: an unknown key or a value of the wrong kind is an error with its place.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

from harness.errors import TaskFileError
from harness.types import AnswerKind
from metrics.text.normalizers import NORMALIZERS
from tasks.declared.checks import (
    Check,
    Where,
    is_field_map,
    is_levels,
    is_text,
    is_texts,
    one_of,
    refuse_unknown,
)

FIELD: Final = "the name of a field"


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter of a rule: its default, what it may be, and that in words.

    A rule does not have an ``absent`` one unless it is given, so its hash stays the same.
    """

    default: Any
    fits: Check
    expected: str
    absent: bool = False


def _field(name: str) -> Parameter:
    return Parameter(name, is_text, FIELD)


MULTILINGUAL: Final = "oasr-ml-2026-03"
SPOKEN: Final = ("de", "fr", "it", "es", "pt")
"""Languages of the multilingual normaliser."""


def _official(*names: str) -> Parameter:
    return Parameter(None, one_of(*names), f"one of {', '.join(names)}", absent=True)


OFFICIAL: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "words": ("accuracy",),
        "oasr-2026-08": ("wer",),
        MULTILINGUAL: ("wer",),
        "whisper-basic": ("wer", "cer"),
        "elm-v3": ("wer", "cer"),
        "elm-v1": ("wer", "cer"),
        "air-bench": ("accuracy",),
        "sacrebleu": ("corpus_bleu", "corpus_chrf"),
    }
)
"""Official rule of a benchmark -> the metrics that it is a reading of (``tasks.declared.official``)."""


@dataclass(frozen=True, slots=True)
class RuleKind:
    """A way to score.

    Attributes:
        metrics: metric -> whether higher is better, in the order of tables.
        answer: form of the answer.
        parameters: name -> parameter.
        prompt: the prompt where the task declares none.
        protocol: what counts, for the task card.
        judged: metrics that need a judge.
    """

    metrics: Mapping[str, bool]
    answer: AnswerKind
    parameters: Mapping[str, Parameter]
    prompt: str
    protocol: str
    judged: tuple[str, ...] = ()


_QUESTION: Final = _field("question")
_OPTIONS: Final = "{% for option in options %}({{ 'ABCDEFGHIJKLMNOPQRSTUVWXYZ'[loop.index0] }}) {{ option }}\n{% endfor %}"

RULES: Final[Mapping[str, RuleKind]] = MappingProxyType(
    {
        "transcript": RuleKind(
            {"wer": False, "cer": False},
            "transcript",
            {
                "reference": Parameter(
                    "text",
                    lambda value: is_text(value) or is_texts(value),
                    "the name of a field, or a list of which the first that is there counts",
                ),
                "normalizer": Parameter(
                    "canonical", one_of(*NORMALIZERS), f"one of {', '.join(NORMALIZERS)}"
                ),
                "official": _official(
                    *("oasr-2026-08", MULTILINGUAL, "whisper-basic", "elm-v3", "elm-v1")
                ),
                "language": Parameter(
                    None, one_of(*SPOKEN), f"one of {', '.join(SPOKEN)}", absent=True
                ),
                "mixed": Parameter(
                    None, lambda value: isinstance(value, bool), "true or false", absent=True
                ),
            },
            "<audio>Transcribe the audio. Reply with the transcript only.",
            "The reply is compared with the reference transcript, word by word and character by character, after normalisation.",
        ),
        "option": RuleKind(
            {"accuracy": True, "abstention_rate": False},
            "option",
            {
                "answer": _field("answer"),
                "options": Parameter(
                    "options",
                    lambda value: is_text(value) or is_texts(value),
                    "the name of a field, or a list of fields with one option each",
                ),
                "answer_is": Parameter(
                    "text",
                    one_of("text", "letter", "index0", "index1"),
                    "text, letter, index0 (the first option is 0) or index1",
                ),
                "separator": Parameter("|", is_text, "a text between options of one cell"),
                "official": _official("words", "air-bench"),
                "known": Parameter(
                    None,
                    is_levels,
                    "a mapping of fields to the values that the official scorer knows",
                    absent=True,
                ),
            },
            f"<audio>{{{{question}}}}\n{_OPTIONS}Answer with one option, by its letter or its text.",
            "A reply is right if it commits to the right option, by letter or by text; one that commits to none or to several is an "
            "abstention, and wrong.",
        ),
        "label": RuleKind(
            {"accuracy": True, "abstention_rate": False, "macro_f1": True},
            "option",
            {
                "answer": _field("answer"),
                "labels": Parameter(
                    None, lambda value: value is None or is_texts(value), "a list of texts"
                ),
            },
            "<audio>{{question}}",
            "A reply is right if it names the right label and no other; one that names none or several is an abstention, and wrong.",
        ),
        "number": RuleKind(
            {"mae": False},
            "number",
            {"answer": _field("answer")},
            "<audio>{{question}} Answer with a number.",
            "The absolute error of the number in the reply, in digits or English words. A reply without one counts the mean absolute "
            "error of the constant median.",
        ),
        "contains": RuleKind(
            {"accuracy": True},
            "text",
            {
                "answers": _field("answer"),
                "match": Parameter("any", one_of("any", "all"), "any or all"),
                "separator": Parameter("|", is_text, "a text between answers of one cell"),
            },
            "<audio>{{question}}",
            "A reply is right if it contains one of the answers (or all of them) as whole words, in the canonical form of texts.",
        ),
        "instruction": RuleKind(
            {"if_rate": True},
            "text",
            {
                "ids": _field("instruction_id_list"),
                "arguments": _field("kwargs"),
            },
            "<audio>{{prompt}}",
            "A reply is right if it keeps every verifiable instruction of its item, by the rules of IFEval.",
        ),
        "translation": RuleKind(
            {"corpus_bleu": True, "corpus_chrf": True},
            "text",
            {
                "reference": Parameter(
                    "translation",
                    lambda value: is_text(value) or is_texts(value),
                    "the name of a field, or a list of which the first that is there counts",
                ),
                "language": Parameter(
                    None, is_text, "the code of the target language, such as de or zh", absent=True
                ),
                "official": _official("sacrebleu"),
            },
            "<audio>Translate the speech. Reply with the translation only.",
            "BLEU and chrF of all replies together, as sacreBLEU has them; a reply that is missing is an empty one.",
        ),
        "summary": RuleKind(
            {"rouge_l": True},
            "text",
            {
                "reference": Parameter(
                    "summary",
                    lambda value: is_text(value) or is_texts(value),
                    "the name of a field, or a list of which the first that is there counts",
                )
            },
            "<audio>Summarise what is said in a few sentences.",
            "The F measure of ROUGE-L between reply and reference, over words of any script, averaged over items.",
        ),
        "judge": RuleKind(
            {},
            "text",
            {
                "grade": Parameter("yes_no", one_of("yes_no", "score"), "yes_no, or score (1 to 5)"),
                "slots": Parameter(
                    {"question": "question", "reference": "answer"},
                    is_field_map,
                    "a mapping of slots of the judge prompt to fields",
                ),
                "reference": _field("answer"),
            },
            "<audio>{{question}}",
            "A judge model compares the reply with the reference. A blank reply is wrong without a call.",
        ),
    }
)  # fmt: skip
GRADES: Final = {"yes_no": "judged_accuracy", "score": "judge_score"}
"""Grade of a judge -> its metric."""


@dataclass(frozen=True, slots=True)
class Rule:
    """The checked rule of a task: its name and every parameter."""

    name: str
    parameters: Mapping[str, Any]

    @property
    def kind(self) -> RuleKind:
        """The entry of the rule in ``RULES``."""
        return RULES[self.name]

    @property
    def metrics(self) -> dict[str, bool]:
        """Metric -> whether higher is better."""
        if self.name == "judge":
            return {GRADES[self.parameters["grade"]]: True}
        mixed = {"mer": False} if self.parameters.get("mixed") else {}
        return {**self.kind.metrics, **mixed}

    @property
    def judged(self) -> tuple[str, ...]:
        """Metrics that need a judge."""
        return tuple(self.metrics) if self.name == "judge" else ()

    @property
    def official(self) -> tuple[str, ...]:
        """Metrics with an official reading."""
        return OFFICIAL.get(str(self.parameters.get("official")), ())

    def fields(self) -> list[str]:
        """Return the fields that scoring reads; a document has them all, of ``a|b`` one."""
        given = self.parameters
        if self.name == "option":
            options = given["options"]
            return [given["answer"], *([options] if isinstance(options, str) else options)]
        if self.name == "judge":
            return list(dict.fromkeys([*given["slots"].values(), given["reference"]]))
        names = {
            "transcript": ["reference"],
            "translation": ["reference"],
            "summary": ["reference"],
            "contains": ["answers"],
            "instruction": ["ids", "arguments"],
        }
        found = [given[name] for name in names.get(self.name, ["answer"])]
        return [one if isinstance(one, str) else "|".join(one) for one in found]

    def as_json(self) -> dict[str, Any]:
        """Return the plain form: what documents carry as ``_params["rule"]``."""
        return {"name": self.name, **self.parameters}


def read_rule(declared: Any, where: Where) -> Rule:
    """Check ``metadata.lalm.rule``: the name of a rule, or a mapping with ``name`` and parameters.

    >>> read_rule("number", lambda *keys: "toy.yaml").as_json()
    {'name': 'number', 'answer': 'answer'}

    Raises:
        TaskFileError: an unknown rule or parameter, or a value of the wrong kind.
    """
    given = {"name": declared} if isinstance(declared, str) else declared
    if not isinstance(given, Mapping) or not isinstance(given.get("name"), str):
        raise TaskFileError(
            f"metadata.lalm.rule is {declared!r}, expected the name of a rule or a mapping with 'name'",
            where=where(),
            hint=f"rules: {', '.join(RULES)}",
        )
    name = given["name"]
    if name not in RULES:
        refuse_unknown("rule", name, RULES, where("name"))
    known = RULES[name].parameters
    for key, value in given.items():
        if key == "name":
            continue
        if key not in known:
            refuse_unknown(f"parameter of the rule {name!r}", key, known, where(str(key)))
        if not known[key].fits(value):
            raise TaskFileError(
                f"metadata.lalm.rule.{key} is {value!r}, expected {known[key].expected}",
                where=where(str(key)),
            )
    if given.get("official") == MULTILINGUAL and "language" not in given:
        raise TaskFileError(
            f"metadata.lalm.rule.language is missing: {MULTILINGUAL} writes numbers out in it",
            where=where("official"),
            hint=f"language: one of {', '.join(SPOKEN)}",
        )
    return Rule(
        name,
        {
            key: given.get(key, one.default)
            for key, one in known.items()
            if key in given or not one.absent
        },
    )
