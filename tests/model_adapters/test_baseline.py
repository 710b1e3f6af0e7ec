"""Chance rows: uniform, seeded, and independent of the order of items."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from harness.errors import UnknownNameError, UsageError
from harness.types import Hints, Request
from model_adapters.baseline import BaselineAdapter

OPTIONS = ("cat", "dog", "cow", "pig")


def requests(n: int, hints: Hints, repeat: int = 0) -> list[Request]:
    return [
        Request(f"key{i}", (), repeat=repeat, hints=hints, item=("t", str(i)), item_key=f"item{i}")
        for i in range(n)
    ]


def answers(target: str, batch: list[Request], **arguments: Any) -> list[str | None]:
    adapter = BaselineAdapter(target, **arguments)
    adapter.open()
    return [response.text for response in adapter.generate_batch(batch)]


def test_random_options_are_equally_likely() -> None:
    counts = Counter(answers("random", requests(4000, Hints("option", OPTIONS))))
    assert set(counts) == set(OPTIONS)
    assert all(abs(count - 1000) < 120 for count in counts.values()), counts


def test_random_depends_on_seed_item_and_repeat_only() -> None:
    batch = requests(50, Hints("option", OPTIONS))
    first = answers("random", batch)
    assert answers("random", batch[::-1])[::-1] == first
    assert [answers("random", [one])[0] for one in batch] == first
    assert answers("random", batch, seed=1234) == first
    assert answers("random", batch, seed=1) != first
    assert answers("random", requests(50, Hints("option", OPTIONS), repeat=1)) != first


def test_first_takes_the_first() -> None:
    assert set(answers("first", requests(9, Hints("option", OPTIONS)))) == {"cat"}


def test_numbers_cover_the_range_ends() -> None:
    drawn = {int(str(text)) for text in answers("random", requests(3000, Hints("number")))}
    assert (min(drawn), max(drawn)) == (0, 127)
    few = answers("random", requests(200, Hints("number")), low=3, high=4)
    assert set(few) == {"3", "4"}
    assert set(answers("random", requests(200, Hints("number", ("10", "20"))))) == {"10", "20"}
    assert answers("first", requests(1, Hints("number"))) == ["0"]


@pytest.mark.parametrize("answer", ["text", "transcript"])
def test_free_answers_are_words_and_never_empty(answer: Any) -> None:
    drawn = answers("random", requests(100, Hints(answer)))
    assert {len(str(text).split()) for text in drawn} == {8}
    assert len(set(drawn)) > 90
    assert answers("first", requests(1, Hints(answer)), words=2) == ["the the"]


def test_option_task_without_options_is_an_error_and_not_a_zero() -> None:
    (response,) = BaselineAdapter("random").generate_batch(requests(1, Hints("option")))
    assert response.text is None
    assert response.error is not None
    assert (response.error.kind, response.error.retryable) == ("no_options", False)


def test_fingerprint_tells_seeds_apart_where_they_matter() -> None:
    def fingerprint(target: str, **arguments: Any) -> str:
        return BaselineAdapter(target, **arguments).open().fingerprint

    assert fingerprint("random") != fingerprint("random", seed=1)
    assert fingerprint("first") == fingerprint("first", seed=1)
    assert fingerprint("random") != fingerprint("random", high=10)


def test_wrong_names_and_values() -> None:
    with pytest.raises(UnknownNameError, match="did you mean: random"):
        BaselineAdapter("randm")
    with pytest.raises(UnknownNameError, match="did you mean: seed"):
        BaselineAdapter("random", sed=1)
    with pytest.raises(UsageError, match="low=5 is above high=1"):
        BaselineAdapter("random", low=5, high=1)
    with pytest.raises(UsageError, match="at least 1"):
        BaselineAdapter("random", words=0)
