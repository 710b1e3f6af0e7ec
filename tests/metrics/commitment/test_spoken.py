"""Amounts, times, metres and places as they are spoken, irregular plurals, yes and no of further languages."""

from __future__ import annotations

import pytest

from metrics.commitment.grammar import committed

TIMES = ("8:15", "8:45", "9:15", "12:30")
PRICES = ("$3.20", "$13.20", "$30.02", "$12.00")
METRES = ("2/4", "3/4", "9/8", "12/8")
TEMPI = ("70 BPM", "80 BPM", "130 BPM", "200 BPM")
PLACES = ("In a station", "In a school", "At an airport")
CELLS = ("the nucleus", "the bacterium", "a criterion")


@pytest.mark.parametrize(
    ("reply", "options", "option"),
    [
        ("It starts at a quarter past nine.", TIMES, 2),
        ("A quarter to nine.", TIMES, 1),
        ("Half past twelve.", TIMES, 3),
        ("They meet at eight fifteen.", TIMES, 0),
        ("Thirteen dollars and twenty cents.", PRICES, 1),
        ("It costs three dollars twenty.", PRICES, 0),
        ("The bill comes to twelve dollars.", PRICES, 3),
        ("It is in nine-eight time.", METRES, 2),
        ("Two-four, a march.", METRES, 0),
        ("Roughly eighty beats per minute.", TEMPI, 1),
        ("One hundred and thirty beats per minute.", TEMPI, 2),
        ("About 200 beats per minute.", TEMPI, 3),
        ("They are at the station.", PLACES, 0),
        ("She is waiting in the airport.", PLACES, 2),
        ("They talk about the school bus, and are at the station.", PLACES, 0),
        ("Bacteria do this.", CELLS, 1),
        ("Nuclei.", CELLS, 0),
    ],
)
def test_what_is_spoken_names_the_option(reply: str, options: tuple[str, ...], option: int) -> None:
    assert committed(reply, options) == option


@pytest.mark.parametrize(
    ("reply", "option"),
    [
        ("Có.", 0),
        ("Không.", 1),
        ("لا، لم يحدث ذلك.", 1),
        ("نعم، حدث ذلك.", 0),
        ("नहीं। वह नहीं आया।", 1),
    ],
)
def test_yes_and_no_of_further_languages(reply: str, option: int) -> None:
    assert committed(reply, ("yes", "no"), letters=False) == option
