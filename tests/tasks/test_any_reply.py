"""Every scorer meets any reply: no exception, values in bounds, the same verdict twice.

Thousands of generated replies for every kind of task (null, empty, numbers, emoji, right-to-left text, markup, pieces
of the options), and as many judge replies for judged metrics; once a very long one.
"""

from __future__ import annotations

import math
import random
from collections.abc import Iterator
from typing import Any

import pytest

from harness.task_loading.index import load_index
from harness.task_loading.specs import load_spec
from harness.task_loading.task import YamlTask
from harness.types import MISSING, Document, ItemScore
from metrics.registry import METRICS
from tests.support.budget import SOAK, examples

REPLIES = examples(10_000)
LONG = 1 << 20 if SOAK else 30_000
"""Characters of the long reply: many times what a stack of calls or a pattern that nests would bear."""
PIECES = (
    *(
        "",
        " ",
        "\n",
        "\t",
        ".",
        ",",
        ":",
        "-",
        "(",
        ")",
        "[",
        "]",
        "<",
        ">",
        "*",
        '"',
        "'",
        "’",
        "|",
        "_",
    ),
    *(
        "A",
        "B",
        "C",
        "D",
        "(a)",
        "(b)",
        "[[4]]",
        "<1>",
        "**",
        "***",
        "```",
        "\\n",
        "\u2028",
        "\x00",
    ),
    *(
        "yes",
        "no",
        "Yes.",
        "male",
        "female",
        "none",
        "None",
        "sorry",
        "the answer is",
        "correct",
        "incorrect",
    ),
    *(
        "0",
        "1",
        "5",
        "-7",
        "3.5",
        "1e9",
        "20-30",
        "Score: 4",
        "Result: YES",
        "nan",
        "inf",
        "²",
        "٣",
    ),
    *("accuracy is 7", "prosodic is 8", "fluency is 9", "ə", "ɪ", "ß", "İ", "ﬁ", "K", "ſ"),
    *(
        "🙂",
        "👩‍👩‍👧",
        "שלום",
        "مرحبا",
        "你好",
        "\u202e",
        "e\u0301",
        "\ud800",
        "Explanation: x\nJudgement: correct",
    ),
)
ODD = (None, MISSING, "", " \n", [], ["A"], {"a": 1}, 3, -1.5, True, float("nan"))

CONVERSATIONS = [
    {"from": "human", "value": "Choose from male or female.<audio>"},
    {"from": "gpt", "value": "Female."},
]
DOCS: dict[str, Document] = {
    "mmau_test_mini": {
        "id": "1",
        "question": "Who?",
        "choices": ["a man", "a woman", "no one", "a robot"],
        "answer": "a man",
        "task": "sound",
        "difficulty": "easy",
        "sub-category": "x",
    },
    "mmsu": {
        "id": "1",
        "task_name": "t",
        "question": "Who?",
        "choice_a": "x",
        "choice_b": None,
        "choice_c": "None",
        "choice_d": "y",
        "answer_gt": "y",
    },
    "sakura_gender_multi": {
        "file": "f.wav",
        "attribute_label": "male",
        "single_instruction": "Who? (a) Male (b) Female",
        "single_answer": " (a) Male",
        "multi_instruction": "Which? (a) Bass (b) Alto",
        "multi_answer": "(a) Bass",
    },
    "voicebench_openbookqa": {"prompt": "p", "reference": "B"},
    "voicebench_bbh": {"prompt": "p", "reference": "(B)", "id": "hyperbaton_1"},
    "voicebench_advbench": {"prompt": "p"},
    "voicebench_commoneval": {"prompt": "p"},
    "voicebench_sd_qa": {"prompt": "p", "reference": "no"},
    "voicebench_ifeval": {
        "key": 1,
        "prompt": "p",
        "instruction_id_list": ["punctuation:no_comma", "length_constraints:number_words"],
        "kwargs": [{}, {"num_words": 3, "relation": "at least"}],
    },
    "speech_ifeval_closed": {
        "instruction": "i",
        "metric": "wer",
        "label": "a b c",
        "instruction_id_list": ["detectable_format:title"],
        "kwargs": [{}],
    },
    "speech_ifeval_cot": {"instruction": "i", "metric": "cot"},
    "llaso_vctk_gender_classification": {"voice": ["a/b.wav"], "conversations": CONVERSATIONS},
    "llaso_asr": {"voice": ["a/b.wav"], "conversations": CONVERSATIONS},
    "llaso_phoneme_recognition": {"voice": ["a/b.wav"], "conversations": CONVERSATIONS},
    "llaso_vocalsound_age_prediction": {
        "voice": ["a/b.wav"],
        "conversations": [CONVERSATIONS[0], {"from": "gpt", "value": "25"}],
    },
    "llaso_nsynth_pitch_recognition": {
        "voice": ["a/b.wav"],
        "conversations": [CONVERSATIONS[0], {"from": "gpt", "value": "64"}],
    },
    "llaso_pronunciation_scoring_sentence_level": {
        "voice": ["a/b.wav"],
        "conversations": [
            CONVERSATIONS[0],
            {"from": "gpt", "value": "accuracy is 7, prosodic is 8, fluency is 9"},
        ],
    },
    "llaso_1m_gpt4_end": {"voice": ["a/b.wav"], "conversations": CONVERSATIONS},
}


def replies(seed: int, count: int = REPLIES) -> Iterator[str]:
    """Generated texts: pieces glued with and without spaces."""
    rng = random.Random(seed)
    for _ in range(count):
        glue = rng.choice(("", " ", "\n"))
        yield glue.join(rng.choice(PIECES) for _ in range(rng.randrange(6)))


def load(name: str) -> tuple[YamlTask, Document]:
    task = YamlTask(load_spec(load_index().resolve([name])[0]))
    doc = dict(DOCS[name], _id="1")
    task.annotate([doc], "file")
    return task, doc


def check(task: YamlTask, score: ItemScore) -> None:
    """Strict counts the item (if the metric applies) and stays in bounds."""
    for name in task.spec.metrics:
        strict = score.metrics[name]["strict"]
        if strict.stats is None:
            continue
        value = METRICS[name].value(strict.stats)
        low, high = METRICS[name].bounds
        assert math.isfinite(value), (name, strict)
        assert low is None or value >= low
        assert high is None or value <= high


@pytest.mark.parametrize("name", DOCS)
def test_thousands_of_replies(name: str) -> None:
    task, doc = load(name)
    for number, reply in enumerate(replies(1)):
        score = task.score(doc, reply, None)
        check(task, score)
        if number % 50 == 0:
            assert task.score(doc, reply, None) == score


@pytest.mark.slow
@pytest.mark.parametrize("name", DOCS)
def test_odd_values_and_a_very_long_reply(name: str) -> None:
    task, doc = load(name)
    pieces = ("a man ", "1 ", "🙂", "(a) ")
    for reply in (*ODD, *((piece * LONG)[:LONG] for piece in pieces)):
        check(task, task.score(doc, reply, None))


@pytest.mark.parametrize("name", [name for name in DOCS if load_index().tasks[name].judged])
def test_thousands_of_judge_replies(name: str) -> None:
    task, doc = load(name)
    texts = list(replies(2))
    for number, reply in enumerate(texts):
        votes: list[Any] = [reply, texts[number - 1], None][: 1 + number % 3]
        score = task.score(doc, "a reply", votes)
        check(task, score)
        if number % 50 == 0:
            assert task.score(doc, "a reply", votes) == score
    check(task, task.score(doc, "a reply", ["5" * LONG]))
