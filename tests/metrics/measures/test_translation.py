"""BLEU, chrF and ROUGE-L against the packages that define them; sums, scripts without spaces, Arabic."""

from __future__ import annotations

import random

import pytest
import sacrebleu

from metrics.measures.corpus_bleu import bleu_item
from metrics.measures.corpus_chrf import chrf_item
from metrics.measures.rouge_l import rouge_l, words
from metrics.registry import METRICS
from metrics.statistics.intervals import estimate
from tests.support.budget import examples

LETTERS = "abcde  éß你好 كتاب,."


def corpora(count: int) -> list[tuple[list[str], list[str]]]:
    """References and replies: some equal, some blank, none related in any other way."""
    rng = random.Random(7)

    def text() -> str:
        return "".join(rng.choice(LETTERS) for _ in range(rng.randint(0, 14)))

    found = []
    for _ in range(count):
        references = [text() for _ in range(rng.randint(1, 8))]
        found.append((references, [r if rng.random() < 0.3 else text() for r in references]))
    return found


def test_chrf_equals_sacrebleu() -> None:
    for references, replies in corpora(examples(600)):
        items = [chrf_item(r, h) for r, h in zip(references, replies, strict=True)]
        theirs = sacrebleu.corpus_chrf(replies, [references]).score / 100
        assert METRICS["corpus_chrf"].aggregate(items) == pytest.approx(theirs, abs=1e-12)


@pytest.mark.parametrize("tokenizer", ["13a", "zh", "char"])
def test_bleu_equals_sacrebleu(tokenizer: str) -> None:
    for references, replies in corpora(examples(300)):
        items = [bleu_item(r, h, tokenizer) for r, h in zip(references, replies, strict=True)]
        theirs = sacrebleu.corpus_bleu(replies, [references], tokenize=tokenizer).score / 100
        assert METRICS["corpus_bleu"].aggregate(items) == pytest.approx(theirs, abs=1e-12)


def test_a_corpus_has_an_interval_of_resampled_items() -> None:
    rng = random.Random(3)
    pool = ["the cat sat on the mat today", "a dog ran in the park", "we went home by train"]
    pairs = [(rng.choice(pool), rng.choice(pool)) for _ in range(60)]
    found = estimate(METRICS["corpus_chrf"], [chrf_item(*pair) for pair in pairs])
    assert found.ci95 is not None
    assert found.ci95[0] < found.value < found.ci95[1]


def test_rouge_l_equals_rouge_score_on_english() -> None:
    from rouge_score.rouge_scorer import RougeScorer

    theirs = RougeScorer(["rougeL"])
    rng = random.Random(5)
    for _ in range(examples(120)):
        one, two = (
            " ".join(
                rng.choice(("cat", "mat", "the", "sat", "2nd")) for _ in range(rng.randint(0, 9))
            )
            for _ in range(2)
        )
        assert rouge_l(one, two) == theirs.score(one, two)["rougeL"].fmeasure


def test_arabic_has_words() -> None:
    """The package's own tokenizer finds none, and every summary would score 0."""
    said, wanted = "وصل القطار إلى المدينة", "وَصَلَ القِطارُ إلى المَدينَةِ متأخرًا"
    assert words(said) == said.split()
    assert words(wanted)[:2] == ["وصل", "القطار"]
    assert rouge_l(wanted, said) == pytest.approx(2 * 1 * 0.8 / 1.8)
    assert rouge_l("كـــتاب", "كتاب") == 1.0
    assert rouge_l(said, "") == 0.0
