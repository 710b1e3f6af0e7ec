"""Slots in the forms that models write: the form decides nothing, what is not there is not read."""

from __future__ import annotations

import time
from itertools import permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tasks.dynamic_superb.rules import Item, slots
from tasks.dynamic_superb.slot_strings import read
from tests.support.budget import examples

TYPES = frozenset({"city", "day"})
TWO = {"city": ["rome"], "day": ["may 1"]}
FORMS = [
    "city: Rome, day: May 1", "city: Rome; day: May 1", "city: Rome\nday: May 1", "- city: Rome\n- day: May 1", "• **City**: Rome\n• **Day**: May 1",
    "1. city: Rome\n2. day: May 1", "> city: Rome\n> day: May 1", "city:Rome,day:May 1", "city = Rome | day = May 1", "city=Rome day=May 1",
    "city -> Rome, day → May 1", "city => Rome, day ⇒ May 1", "city：Rome，day：May 1", "city: Rome、day: May 1。", "city: Rome. day: May 1.",
    "city: Rome and day: May 1", "city: Rome / day: May 1", "(city: Rome) (day: May 1)", "[city: Rome], [day: May 1]", "city: 'Rome', day: “May 1”",
    "The slots are: city: Rome, day: May 1", "The slots are city: Rome, day: May 1.", "Answer: city: Rome, day: May 1", "**Slots:**\n\n- **city:** Rome\n- **day:** May 1",
    '{"city": "Rome", "day": "May 1"}', '```json\n{"city": "Rome", "day": "May 1"}\n```', "{'city': 'Rome', 'day': 'May 1'}", '{"slots": {"city": "Rome", "day": "May 1"}}',
    '{"intent": "Travel", "slots": [{"type": "city", "value": "Rome"}, {"type": "day", "value": "May 1"}]}', '[["city", "Rome"], ["day", "May 1"]]',
    '[{"slot": "city", "value": "Rome"}, {"slot": "day", "value": "May 1"}]', '[{"city": "Rome"}, {"day": "May 1"}]', 'Sure! Here it is:\n```json\n{"city": "Rome", "day": "May 1"}\n```',
    'Here is the JSON: {"city": "Rome", "day": "May 1"}', '{"city": "Rome", "day": "May 1", "artist": null}',
    "| city | day |\n|---|---|\n| Rome | May 1 |", "city: ~~Oslo~~ Rome, day: May 1", "city: <del>Oslo</del> Rome, day: May 1", "city: Oslo, no wait, Rome; day: May 1",
    "city: Oslo → Rome, day: May 1", "city: Oslo, I mean Rome\nday: May 1", "city: Rome (not Oslo), day: May 1", "city: Oslo, scratch that, Rome; day: May 1",
    "| slot | value |\n|---|---|\n| city | Rome |\n| day | May 1 |", "| city | Rome |\n| day | May 1 |", "<city>Rome</city> <day>May 1</day>",
    "city - Rome, day – May 1", "city (Rome), day (May 1)", "slot type: city, slot value: Rome, slot type: day, slot value: May 1", "Slot: city, Value: Rome\nSlot: day, Value: May 1",
    "<think>artist: x</think>city: Rome, day: May 1", "city: Rome, day: May 1, artist: none", "city: Rome, day: May 1, artist: not mentioned", "Transcript: go to Rome\ncity: Rome\nday: May 1\n\nNote: nothing else was said.",
]  # fmt: skip


@pytest.mark.parametrize("text", FORMS)
def test_two_slots_in_any_form(text: str) -> None:
    assert read(text, TYPES) == TWO


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("artist: Salt, Pepper & Co, playlist: gym", {"artist": ["salt pepper co"], "playlist": ["gym"]}),
        ("time: 10: 30, city: Rome, Italy", {"time": ["10 30"], "city": ["rome italy"]}),
        ("day: Monday, May 1: noon", {"day": ["monday may 1 noon"]}),
        ("capital city: Oslo, city: Rome", {"capitalcity": ["oslo"], "city": ["rome"]}),
        ("playlist: mix: volume 2", {"playlist": ["mix volume 2"]}),
        ("url: http://a.b/c", {"url": ["http a b c"]}),
        ("city: Rome, city: Oslo", {"city": ["rome", "oslo"]}),
        ('{"city": ["Rome", "Oslo"], "n": 4}', {"city": ["rome", "oslo"], "n": ["4"]}),
        ("party_size: 4, Party size: 5", {"partysize": ["4", "5"]}),
    ],
)  # fmt: skip
def test_values_keep_what_is_theirs(text: str, found: dict[str, list[str]]) -> None:
    assert read(text, TYPES) == found


@pytest.mark.parametrize(
    "text",
    [
        "none", "None.", "No slots.", "There are no slots in this utterance.", "no entities found", "{}", "[]", "N/A", "empty", "slots: none", '{"slots": {}}',
        "city: none", "None of the slots are present.", "I found no entities.",
    ],
)  # fmt: skip
def test_nothing_is_said(text: str) -> None:
    assert read(text, TYPES) == {}


@pytest.mark.parametrize(
    "text",
    ["", " ", "ok", "I cannot tell.", "-", "city:", "The city is Rome and the day is May 1.", "I can hear nothing.", "no idea", "city Rome, day May 1"],
)  # fmt: skip
def test_no_slot_is_read_from_prose(text: str) -> None:
    assert read(text, TYPES) is None
    part = slots(Item("city: Rome", text, {}))
    assert part.metrics["slot_f1"]["strict"].stats == {"score": 0.0, "n": 1}
    assert not part.metrics["slot_f1"]["strict"].parsed


def test_a_reference_keeps_values_that_a_reply_may_not_have() -> None:
    assert read("city: none, day: May 1") == {"city": ["none"], "day": ["may 1"]}
    assert read("artist: law and order: svu") == {"artist": ["law and order svu"]}


@settings(max_examples=examples(120), deadline=None)
@given(
    st.dictionaries(
        st.sampled_from(["city", "party size", "artist", "time_range"]),
        st.text("abcé 1", min_size=1).filter(str.strip),
        min_size=1,
    ),
    st.sampled_from([", ", "; ", "\n", ",\n", " | ", "\n- "]),
    st.sampled_from([": ", " = ", " -> ", "："]),
)
def test_separators_and_order_change_nothing(
    pairs: dict[str, str], separator: str, link: str
) -> None:
    gold = ", ".join(f"{kind}: {value}" for kind, value in pairs.items())
    for order in list(permutations(pairs))[:3]:
        reply = separator.join(f"{kind}{link}{pairs[kind]}" for kind in order)
        part = slots(Item(gold, reply, {}))
        assert part.metrics["slot_f1"]["strict"].stats == {"score": 1.0, "n": 1}
        edits = part.metrics["slot_cer"]["strict"].stats
        assert edits is not None
        assert edits["edits"] == 0


@pytest.mark.parametrize(
    "unit", ["[", "{", "(", "```", "<a>", "city: ", " and", " ", "|", "a=", "city(", "none "]
)
def test_a_long_reply_is_read_in_linear_time(unit: str) -> None:
    start = time.process_time()
    read(unit * (100_000 // len(unit)), TYPES)
    assert time.process_time() - start < 2
