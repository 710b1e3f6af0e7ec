"""One record of how answers are decoded: every spelling gives it, and what contradicts itself is refused."""

from __future__ import annotations

from typing import Any

import pytest

from harness.core.generation import Level, build_generation, was_sampled
from harness.core.generation_arguments import read_text
from harness.core.keys import request_key
from harness.errors import UsageError
from harness.run.signature import generation_part, signed_by_spelling
from harness.types import Generation

GREEDY = {"until": [], "do_sample": False, "max_gen_toks": 64}


def built(*levels: dict[str, Any], seed: int | None = None) -> Generation:
    """The record of levels named ``level 0``, ``level 1`` …"""
    return build_generation(
        *(
            Level(level, lambda name, number=number: f"level {number} {name}")  # type: ignore[misc]
            for number, level in enumerate(levels)
        ),
        seed=seed,
    )


@pytest.mark.parametrize(
    "name", ["max_new_tokens", "max_gen_toks", "max_tokens", "max_completion_tokens"]
)
def test_a_limit_is_one_thing_whatever_its_name(name: str) -> None:
    assert built(GREEDY, {name: 7}) == built(GREEDY, {"max_gen_toks": 7}) == Generation(7)
    assert built({name: 7}, {"max_tokens": 9}).limit == 9
    assert built({name: 7.0}).limit == 7
    assert generation_part(built(GREEDY, {name: 7})).startswith("greedy,7#")


def test_what_no_level_says() -> None:
    assert built({}) == Generation() == Generation(512)
    assert built({"max_tokens": None, "until": None, "temperature": None}) == Generation()
    assert built({"max_new_tokens": None, "max_gen_toks": 8}) == Generation(8)


@pytest.mark.parametrize(
    ("levels", "wanted"),
    [
        ([{}], Generation()),
        ([{"temperature": 0}], Generation()),
        ([{"temperature": 0.3}], Generation(sampled=True, temperature=0.3)),
        ([{"do_sample": True}], Generation(sampled=True)),
        ([GREEDY, {"temperature": 0.7}], Generation(64, sampled=True, temperature=0.7)),
        ([GREEDY, {"do_sample": True}], Generation(64, sampled=True)),
        ([{"temperature": 0}, {"do_sample": True}], Generation(sampled=True)),
        ([{"temperature": 0.7}, {"do_sample": False}], Generation()),
        ([{"temperature": 0.7}, {"do_sample": True}], Generation(sampled=True, temperature=0.7)),
        ([{"do_sample": True, "temperature": 0.7}, {"temperature": 0}], Generation()),
        (
            [{"do_sample": True, "temperature": 0.7}, {"temperature": None}],
            Generation(sampled=True),
        ),
        ([{"temperature": 0.7}, {"temperature": None}], Generation()),
        ([GREEDY, {"temperature": 0.7}, {"do_sample": False}], Generation(64)),
        ([{"do_sample": True, "top_p": 0.9}, {"do_sample": False}], Generation()),
        ([{"do_sample": False, "top_p": 0.9, "top_k": 5, "min_p": 0.1}], Generation()),
    ],
)
def test_a_later_level_decides_how_tokens_are_chosen(
    levels: list[dict[str, Any]], wanted: Generation
) -> None:
    assert built(*levels) == wanted


@pytest.mark.parametrize(
    ("level", "message"),
    [
        ({"do_sample": False, "temperature": 0.7}, "contradict each other"),
        ({"do_sample": True, "temperature": 0}, "contradict each other"),
        ({"max_tokens": 7, "max_new_tokens": 8}, "max_new_tokens=8 and max_tokens=7"),
        ({"until": ["a"], "stop": ["b"]}, "names of one thing"),
        ({"max_length": 9}, "counts the prompt"),
        ({"max_gen_toks": "1e3"}, "write 1000"),
        ({"max_gen_toks": "64"}, "write 64"),
        ({"max_gen_toks": 0}, "at least 1, found 0"),
        ({"max_gen_toks": True}, "found True"),
        ({"max_gen_toks": 1.5}, "found 1.5"),
        ({"temperature": "0.7"}, r"write 0\.7"),
        ({"temperature": float("nan")}, "found nan"),
        ({"top_p": 1.2}, "from 0 to 1"),
        ({"do_sample": "yes"}, "true or false"),
        ({"seed": 1.5}, "an integer"),
        ({"until": [5]}, "list of texts"),
        ({"num_beams": "4"}, "write 4"),
        ({"repetition_penalty": "1.1"}, r"write 1\.1"),
        ({"thinking": {1, 2}}, "a list or a mapping"),
    ],
)
def test_what_is_refused_names_level_and_argument(level: dict[str, Any], message: str) -> None:
    with pytest.raises(UsageError, match=message) as found:
        built(GREEDY, level)
    assert found.value.where is not None
    assert found.value.where.startswith("level 1 ")
    assert found.value.where.removeprefix("level 1 ") in level


def test_the_same_value_under_two_names_is_no_contradiction() -> None:
    assert built(
        {"max_tokens": 7, "max_new_tokens": 7.0, "until": "a", "stop": ["a", ""]}
    ) == Generation(7, stop=("a",))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"max_tokens": 7}, {"max_gen_toks": 7, "do_sample": False, "until": []}),
        ({"temperature": 1}, {"do_sample": True, "temperature": 1.0}),
        ({"until": ["a", "b"]}, {"stop_strings": ["b", "a", "a"]}),
        ({"top_k": 5.0, "temperature": 0.5}, {"temperature": 0.5, "top_k": 5}),
        ({"watermarking_config": {"bias": 2.0}}, {"watermarking_config": {"bias": 2}}),
        ({"temperature": 0, "top_p": 0.5}, {}),
    ],
)
def test_equal_decoding_spelled_differently_is_equal(
    one: dict[str, Any], other: dict[str, Any]
) -> None:
    left, right = built(one, seed=1), built(other, seed=1)
    assert generation_part(left) == generation_part(right)
    assert request_key("m", (), left, 0) == request_key("m", (), right, 0)


def test_different_decoding_is_different() -> None:
    records = [
        Generation(),
        Generation(7),
        Generation(stop=("a",)),
        Generation(sampled=True),
        Generation(sampled=True, temperature=0.5),
        Generation(sampled=True, temperature=0.5, top_p=0.5),
        Generation(sampled=True, temperature=0.5, seed=1),
        Generation(extra={"num_beams": 2}),
        Generation(extra={"thinking": [1]}),
    ]
    assert len({generation_part(one) for one in records}) == len(records)
    assert len({request_key("m", (), one, 0) for one in records}) == len(records)


@pytest.mark.parametrize(
    ("record", "words"),
    [
        (Generation(64), "greedy,64"),
        (Generation(64, sampled=True), "sampled,64"),
        (Generation(64, sampled=True, temperature=0.7, top_p=0.9), "t0.7,64,top_p=0.9"),
        (Generation(64, extra={"num_beams": 4}), "beams,64,num_beams=4"),
        (Generation(64, extra={"early_stopping": True}), "greedy,64,early_stopping=true"),
    ],
)
def test_words_of_the_signature(record: Generation, words: str) -> None:
    assert generation_part(record).partition("#")[0] == words


def test_the_run_s_seed_is_that_of_drawn_answers_without_one() -> None:
    assert built({"temperature": 0.5}, seed=1234).seed == 1234
    assert built({"temperature": 0.5, "seed": 3}, seed=1234).seed == 3
    assert built({"seed": 3}, {"seed": None, "temperature": 0.5}, seed=1234).seed == 1234
    assert built(GREEDY, seed=1234).seed is None


@pytest.mark.parametrize(
    "record",
    [
        Generation(7, stop=("a", "b")),
        Generation(7, sampled=True, temperature=0.5, top_p=0.9, seed=3, extra={"top_k": 5}),
        Generation(extra={"bad_words_ids": [[1], [2, 3]], "nested": {"a": [1]}}),
    ],
)
def test_the_mapping_makes_the_record_again(record: Generation) -> None:
    assert Generation.from_arguments(record.as_mapping()) == record
    assert record.as_mapping(repeat=2).get("seed") == (None if record.seed is None else 5)


def test_a_record_cannot_be_changed_or_made_wrong() -> None:
    inner = {"a": [1]}
    record = Generation(extra={"nested": inner})
    inner["a"].append(2)
    record.as_mapping()["nested"]["a"].append(3)
    assert record.as_mapping()["nested"] == {"a": [1]}
    with pytest.raises(TypeError):
        record.extra["nested"]["b"] = 1
    assert len({record, Generation(extra={"nested": {"a": [1]}})}) == 1
    for wrong in (
        {"limit": 0}, {"temperature": 0.5}, {"top_p": 0.5}, {"sampled": True, "temperature": 0},
        {"stop": "a"}, {"extra": {"max_tokens": 4}},
    ):  # fmt: skip
        with pytest.raises(ValueError):
            Generation(**wrong)  # type: ignore[arg-type]


def test_lists_on_the_command_line_are_json() -> None:
    assert read_text("until", '["a","b"]', "x") == ["a", "b"]
    assert read_text("until", "a,b", "x") == "a,b"
    assert read_text("thinking", '{"budget": 5}', "x") == {"budget": 5}
    assert read_text("max_tokens", 5, "x") == 5
    with pytest.raises(UsageError, match=r"\[INST\]"):
        read_text("until", "[INST]", "x")


@pytest.mark.parametrize(
    ("recorded", "sampled"),
    [
        ({"do_sample": False, "max_gen_toks": 64, "until": []}, False),
        ({"do_sample": False, "temperature": 0.7}, False),
        ({"do_sample": True, "temperature": 0}, False),
        ({"temperature": 0.7}, True),
        ({}, False),
        (Generation(sampled=True).as_mapping(), True),
        (Generation().as_mapping(), False),
    ],
)
def test_manifests_of_any_version_say_whether_answers_were_drawn(
    recorded: dict[str, Any], sampled: bool
) -> None:
    assert was_sampled(recorded) is sampled


def test_a_task_signed_by_its_record_is_not_taken_for_an_older_one() -> None:
    record = Generation(7, sampled=True, temperature=0.5, seed=1)
    entry = {"generation": record.as_mapping(), "signature_parts": {"gen": generation_part(record)}}
    assert not signed_by_spelling(entry)
    contradicting = {
        "generation": {"do_sample": True, "temperature": 0},
        "signature_parts": {"gen": "t0#1"},
    }
    assert signed_by_spelling(contradicting)


@pytest.mark.parametrize("name", ["temprature", "max_gen_tok", "repetition_penality"])
def test_a_name_that_is_a_known_one_but_for_a_letter_is_refused(name: str) -> None:
    with pytest.raises(UsageError, match="did you mean"):
        built({name: 1})
    assert built({"min_new_tokens": 1, "top_a": 1}).extra == {"min_new_tokens": 1, "top_a": 1}
