"""Cases from questions and templates, by seed; the documents of the closed benchmarks that hold them."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final, NamedTuple

from harness.task_loading.groups import load_task
from harness.task_loading.index import load_index
from harness.task_loading.task import YamlTask
from metrics.commitment.cleaning import CLEANERS
from tasks.llaso_eval.sets import data_sets, task_id
from tests.support.forms.items import QUESTIONS, Question
from tests.support.forms.prose import ProseCase, prose_cases
from tests.support.forms.templates import Template

_WIDE: Final = 0xFEE0
_TEXT_FIELD: Final = re.compile(r"(?<!\{)\{[TXYUOQStxyo]\}")


class Case(NamedTuple):
    """One reply: the question, the template, the option that it commits to (``None`` if to none), the right one."""

    question: Question
    template: Template
    reply: str
    meant: int | None
    gold: int


class Bench(NamedTuple):
    """A closed benchmark: its task, metric, whether options have letters, how a document is made.

    ``clean`` is the cleaning of a prompt template; ``asked`` says that the prompt asks for a letter; ``whole``, that the labels
    are those of all documents of a file.
    """

    task: str
    metric: str
    letters: bool
    document: Callable[[Question, int], dict[str, Any]]
    questions: tuple[Question, ...] = QUESTIONS
    clean: str = "none"
    asked: bool = False
    whole: bool = False
    label: str = ""

    @property
    def name(self) -> str:
        """The task, or what tells two benches of one task apart."""
        return self.label or self.task


def cases(bench: Bench, forms: Sequence[Template], seed: int, count: int) -> Iterator[Case]:
    """Yield cases of a benchmark; the right option is the one that is meant in half of them, as far as chance has it."""
    draw = random.Random(f"{bench.task} {seed}")
    usable = [form for form in forms if bench.letters or not form.letters]
    for _ in range(count):
        form = draw.choice(usable)
        fitting = [q for q in bench.questions if _is_of(q, form) and _fits(form, q)]
        if not fitting:
            continue
        question = draw.choice(fitting)
        meant, *others = draw.sample(range(len(question.options)), len(question.options))
        if bench.asked and _is_another_letter(question, meant):
            continue  # "D" is then the option D
        others += others[:1] * 2
        reply = _fill(form.text, question, meant, others)
        gold = meant if draw.random() < 0.5 else others[0]
        yield Case(question, form, reply, meant if form.commits else None, gold)


def _is_of(question: Question, form: Template) -> bool:
    if question.kind == "letter only":
        return form.letters and not _TEXT_FIELD.search(form.text)
    return question.kind in form.kinds


def _is_another_letter(question: Question, meant: int) -> bool:
    text = question.options[meant]
    return len(text) == 1 and text in "ABCDEFGH"[: len(question.options)].replace(
        chr(65 + meant), ""
    )


def _fits(form: Template, question: Question) -> bool:
    two = "{V}" in form.text or "{Y}" in form.text or "{y}" in form.text or "{v}" in form.text
    inflected = "{O}" in form.text or "{o}" in form.text
    return (not two or len(question.options) > 2) and (not inflected or bool(question.other))


def _fill(text: str, question: Question, meant: int, others: Sequence[int]) -> str:
    options = question.options
    letters = [chr(65 + index) for index in range(len(options))]
    target, wrong, third = (options[index].rstrip(".") for index in (meant, *others[:2]))
    other = question.other[meant] if question.other else ""
    values = {
        "L": letters[meant], "W": letters[others[0]], "V": letters[others[1]], "T": target, "X": wrong, "Y": third,
        "U": target.upper(), "F": chr(ord(letters[meant]) + _WIDE), "O": other, "R": ", ".join(letters[:-1]) + " and " + letters[-1],
        "Q": ", ".join(options), "S": "\n".join(f"{a}. {b}" for a, b in zip(letters, options, strict=True)),
    }  # fmt: skip
    small = {name.lower(): _small(values[name]) for name in ("L", "W", "V", "T", "X", "Y", "O")}
    return text.format(**values, **small)


def _small(text: str) -> str:
    """A text as it stands inside a sentence: the first letter is small, unless it is a name or a sign."""
    return text[:1].lower() + text[1:] if text[1:2].islower() or len(text) == 1 else text


# --- documents ----------------------------------------------------------------------------------


def _mmau(question: Question, gold: int) -> dict[str, Any]:
    return {
        "id": "x", "audio_id": "x.wav", "question": "Which?", "choices": list(question.options), "answer": question.options[gold],
        "dataset": "own", "task": "sound", "split": "test-mini", "category": "c", "sub-category": "s", "difficulty": "easy",
    }  # fmt: skip


def _mmsu(question: Question, gold: int) -> dict[str, Any]:
    padded = [*question.options, *("",) * (4 - len(question.options))]
    named = {f"choice_{'abcd'[index]}": text for index, text in enumerate(padded)}
    return {
        "id": "x", "task_name": "t", "question": "Which?", **named, "answer_gt": question.options[gold], "category": "Perception",
        "sub-category": "s", "sub-sub-category": "ss", "linguistics_sub_discipline": "l",
    }  # fmt: skip


def _lettered(question: Question, style: str) -> str:
    return " ".join(style.format(chr(65 + i), chr(97 + i), text) for i, text in enumerate(question.options))  # fmt: skip


def _voicebench(question: Question, gold: int) -> dict[str, Any]:
    prompt = f"Which one is it? {_lettered(question, '{0}. {2}')}"
    return {"prompt": prompt, "reference": chr(65 + gold), "question_id": 1}


def _sakura(question: Question, gold: int) -> dict[str, Any]:
    lettered = [f"({chr(97 + i)}) {text}" for i, text in enumerate(question.options)]
    asked = "Which one is it? " + " ".join(lettered)
    return {
        "attribute_label": question.options[gold], "single_instruction": asked, "single_answer": lettered[gold], "multi_instruction": asked,
        "multi_answer": lettered[gold], "file": "x.wav", "track": "Language", "hop": "single", "path": "x.wav", "gender": "female",
    }  # fmt: skip


def _quickstart(question: Question, gold: int) -> dict[str, Any]:
    return {"id": "x", "question": "Which?", "options": list(question.options), "answer": question.options[gold], "audio": "x.wav"}  # fmt: skip


def _llaso(question: Question, gold: int) -> dict[str, Any]:
    talk = [
        {"from": "human", "value": "Which one? <audio>"},
        {"from": "gpt", "value": question.options[gold]},
    ]
    return {"voice": ["x.wav"], "metadata": {}, "conversations": talk}


def _bbh(question: Question, gold: int) -> dict[str, Any]:
    if question.kind == "letter only":
        return {"prompt": "x", "reference": f"({chr(65 + gold)})", "id": "hyperbaton_1"}
    return {"prompt": "x", "reference": question.options[gold].lower(), "id": "navigate_1"}


def _labelled(question: Question, gold: int) -> dict[str, Any]:
    return {"file": "x.wav", "instruction": "Which one?", "label": question.options[gold]}


def _labels() -> Iterator[Bench]:
    for file, entry in data_sets().items():
        if entry.labels and len(set(entry.labels)) > 1:
            kind = "number" if all(label.isdigit() for label in entry.labels) else "noun"
            yield Bench(task_id(file), "accuracy", False, _llaso, (Question(kind, tuple(label.rstrip(".") for label in entry.labels)),))  # fmt: skip


_NAMED: Final = tuple(q for q in QUESTIONS if q.kind in ("noun", "word"))
BENCHES: Final = (
    Bench("mmau_test_mini", "accuracy", True, _mmau, clean="desta"),
    Bench("mmau_test_mini", "accuracy", True, _mmau, clean="letter", asked=True, label="mmau, templates with letters"),
    Bench("mmau_test_mini", "accuracy", True, _mmau, label="mmau, template plain"),
    Bench("mmsu", "accuracy", True, _mmsu, tuple(q for q in QUESTIONS if len(q.options) <= 4), asked=True),
    Bench("voicebench_openbookqa", "accuracy", True, _voicebench, tuple(q for q in QUESTIONS if len(q.options) == 4), asked=True),
    Bench("voicebench_bbh", "accuracy", True, _bbh, (Question("letter only", ("", "")),), label="voicebench_bbh, letters"),
    Bench("voicebench_bbh", "accuracy", False, _bbh, (Question("sentence", ("Yes", "No")),), label="voicebench_bbh, yes and no"),
    Bench("sakura_language_single", "letter_or_text", True, _sakura),
    Bench("quickstart_choice", "accuracy", True, _quickstart),
    Bench("quickstart_keyword", "accuracy", False, _quickstart, tuple(q for q in QUESTIONS if q.kind == "noun")),
    Bench("dynamic_superb_accentclassification_accentdbextended", "accuracy", False, _labelled, _NAMED, whole=True),
    Bench("dynamic_superb_audiosegmentretrieval_clotho", "accuracy", False, _labelled, _NAMED, whole=True),
    *_labels(),
)  # fmt: skip


class Outcome(NamedTuple):
    """How one case was read: whether right, and whether a careful reader says so."""

    case: Case | ProseCase
    right: bool
    agrees: bool


def outcomes(bench: Bench, forms: Sequence[Template], seed: int, count: int) -> Iterator[Outcome]:
    """Score the cases of a benchmark by its own task, strictly."""
    entry = load_index().tasks[bench.task]
    task = YamlTask(load_task(entry.path, entry.task))
    for case in cases(bench, forms, seed, count):
        doc = {**bench.document(case.question, case.gold), "_id": "x"}
        size = len(case.question.options) * 2 if bench.whole else 0
        others = [bench.document(case.question, n // 2) for n in range(size)]
        task.annotate([doc, *({**other, "_id": "y"} for other in others)], "file")
        reply = CLEANERS[bench.clean](case.reply, case.question.options)
        scored = task.score(doc, reply, None).metrics[bench.metric]["strict"]
        assert scored.stats is not None, case.reply
        right = bool(scored.stats["correct"])
        yield Outcome(case, right, right == (case.meant == case.gold))


def prose_outcomes(seed: int, count: int) -> Iterator[Outcome]:
    """Score replies to VoiceBench's BBH in words of their own by its task, strictly."""
    entry = load_index().tasks["voicebench_bbh"]
    task = YamlTask(load_task(entry.path, entry.task))
    for case in prose_cases(seed, count):
        doc = {**case.document, "_id": "x"}
        task.annotate([doc], "file")
        scored = task.score(doc, case.reply, None).metrics["accuracy"]["strict"]
        assert scored.stats is not None, case.reply
        right = bool(scored.stats["correct"])
        agrees = right == (case.meant == case.gold) and scored.parsed == (case.meant is not None)
        yield Outcome(case, right, agrees)
