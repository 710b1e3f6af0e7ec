"""Agreement of raters: kappa as scikit-learn has it, intervals, bias by length."""

from __future__ import annotations

import random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metrics.statistics.agreement import agreement, as_value, kappas, length_bias
from tests.support.budget import examples

SCALE = ("1", "2", "3", "4", "5")


def test_kappa_of_a_textbook_table() -> None:
    first = ["yes"] * 25 + ["no"] * 25
    second = ["yes"] * 20 + ["no"] * 5 + ["yes"] * 10 + ["no"] * 15
    found = agreement(first, second)
    assert found.kappa == pytest.approx(0.4)
    assert found.observed == 0.7
    assert found.labels == ("no", "yes") and found.confusion == ((15, 10), (5, 20))
    assert found.ci95 is not None and found.ci95[0] < 0.4 < found.ci95[1]


def test_quadratic_weights_forgive_near_misses() -> None:
    people = ["1", "2", "3", "4", "5"] * 8
    near = ["2", "3", "4", "5", "4"] * 8
    far = ["5", "5", "1", "1", "1"] * 8
    close, distant = agreement(people, near), agreement(people, far)
    assert close.weights == distant.weights == "quadratic"
    assert close.observed == distant.observed == 0
    assert close.kappa is not None and distant.kappa is not None
    assert close.kappa > 0.5 > 0 > distant.kappa


def test_a_scale_counts_labels_that_nobody_used() -> None:
    first, second = ["1", "5", "5", "1"], ["1", "5", "1", "5"]
    assert agreement(first, second).weights is None  # two labels, no scale
    found = agreement(first, second, scale=SCALE)
    assert found.weights == "quadratic" and len(found.confusion) == 5


def test_one_label_only_has_no_kappa() -> None:
    found = agreement(["yes"] * 5, ["yes"] * 5)
    assert found.kappa is None and found.ci95 is None and found.observed == 1


@pytest.mark.parametrize(("first", "second"), [([], []), (["a"], ["a", "b"]), (["6"], ["1"])])
def test_what_cannot_be_compared_is_refused(first: list[str], second: list[str]) -> None:
    with pytest.raises(ValueError, match=r"needed|not on the scale"):
        agreement(first, second, scale=SCALE)


@given(st.lists(st.tuples(st.sampled_from(SCALE), st.sampled_from(SCALE)), min_size=2, max_size=40))
@settings(deadline=None, max_examples=examples(50))
def test_the_bootstrap_uses_the_same_kappa(pairs: list[tuple[str, str]]) -> None:
    first, second = [a for a, _ in pairs], [b for _, b in pairs]
    found = agreement(first, second, scale=SCALE, resamples=20)
    own = kappas(np.array([found.confusion]), "quadratic")[0]
    if found.kappa is None:
        assert not np.isfinite(own)
    else:
        assert own == pytest.approx(found.kappa)


def test_the_interval_covers_and_narrows() -> None:
    draw = random.Random(4)

    def sample(count: int) -> tuple[list[str], list[str]]:
        people = [draw.choice(["yes", "no"]) for _ in range(count)]
        return people, [
            one if draw.random() < 0.85 else ("no" if one == "yes" else "yes") for one in people
        ]

    covered, widths = 0, []
    for _ in range(100):
        interval = agreement(*sample(100), resamples=300).ci95
        assert interval is not None
        covered += interval[0] <= 0.7 <= interval[1]
        widths.append(interval[1] - interval[0])
    assert covered >= 85
    large = agreement(*sample(1600), resamples=300).ci95
    assert large is not None and large[1] - large[0] < 0.4 * float(np.mean(widths))


@pytest.mark.parametrize("scale", [None, SCALE])
def test_agreement_about_every_item_is_not_certain(scale: tuple[str, ...] | None) -> None:
    lows = []
    for n in (20, 60, 600):
        labels = ["1" if number % 2 else "5" for number in range(n)]
        found = agreement(labels, labels, scale=scale)
        assert found.kappa == 1 and found.ci95 is not None and found.ci95[1] == 1
        lows.append(found.ci95[0])
    assert lows == pytest.approx([1 - 6 / 20, 1 - 6 / 60, 1 - 6 / 600])


def test_a_handful_or_a_constant_rater_has_no_interval() -> None:
    few = agreement(["yes", "no"] * 4, ["yes", "yes"] * 2 + ["no", "no"] * 2)
    assert few.kappa is not None and few.ci95 is None
    constant = agreement(["yes", "no"] * 30, ["yes"] * 60)
    assert constant.kappa == 0 and constant.ci95 is None


def test_a_judge_that_likes_long_replies_is_found() -> None:
    draw = random.Random(2)
    lengths = [draw.randrange(5, 2000) for _ in range(300)]
    people = [draw.choice(SCALE[1:4]) for _ in lengths]
    kind = [str(int(one) + (length > 800)) for one, length in zip(people, lengths, strict=True)]
    bias = length_bias(people, kind, lengths)
    assert bias is not None and bias.ci95 is not None
    assert bias.thirds[0][2] == 0 and bias.thirds[2][2] == 1
    assert bias.ci95[0] > 0.3
    none = length_bias(people, people, lengths)
    assert none is not None and none.correlation is None


def test_labels_without_order_have_no_bias() -> None:
    assert length_bias(["cat"] * 9, ["dog"] * 9, list(range(9))) is None
    assert length_bias(["yes"] * 3, ["no"] * 3, [1, 2, 3]) is None
    assert as_value(" YES ") == 1 and as_value("incorrect") == 0 and as_value("3.5") == 3.5
