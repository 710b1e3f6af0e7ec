"""Stop strings and reasoning in a reply."""

from __future__ import annotations

from model_adapters.shared.reply_text import cut_at, split_reasoning


def test_the_first_stop_string_in_the_text_cuts() -> None:
    assert cut_at("one two three", ["three", "two"]) == ("one ", True)


def test_reasoning_whose_opening_the_template_wrote() -> None:
    assert split_reasoning("It barks.</think>\ndog") == ("It barks.", "dog")
    assert split_reasoning(" I <think> so ") == (None, " I <think> so ")
