"""The shipped items: clips that are what the list says, and questions that the clip alone answers."""

from __future__ import annotations

import hashlib
import importlib.util
import re
import shutil
import statistics
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from harness.task_loading.schema import parse_task
from harness.task_loading.yaml_file import load_yaml
from metrics.commitment.grammar import committed
from metrics.text.numbers import spoken_number
from tasks.quickstart import data
from tasks.quickstart.instructions import RULES, keeps

REPOSITORY = Path(__file__).resolve().parents[3]
ITEMS = data.read_items(data.PACKAGED / "items.jsonl")
WITH_OPTIONS = [item for item in ITEMS if item["kind"] in ("choice", "keyword")]
FUNCTION_WORDS = frozenset(
    ["a", "an", "the", "of", "in", "on", "at", "by", "for", "to", "from", "near", "and", "with"]
)


def of_kind(kind: str) -> list[dict[str, Any]]:
    return [item for item in ITEMS if item["kind"] == kind]


def words(text: str) -> set[str]:
    return set(re.findall(r"\w+", text.lower())) - FUNCTION_WORDS


def test_twelve_items_of_each_kind_with_unique_ids_and_clips() -> None:
    assert Counter(item["kind"] for item in ITEMS) == dict.fromkeys(data.FIELDS, 12)
    assert len({item["id"] for item in ITEMS}) == len(ITEMS)
    assert len({item["sha256"] for item in ITEMS}) == len(ITEMS)
    assert len({item["text"] for item in ITEMS}) == len(ITEMS)


def test_the_folder_holds_exactly_the_listed_clips_and_stays_small() -> None:
    clips = sorted(path for path in (data.PACKAGED / "clips").iterdir())
    assert [f"clips/{path.name}" for path in clips] == sorted(item["clip"] for item in ITEMS)
    assert sum(path.stat().st_size for path in clips) < 800_000


@pytest.mark.parametrize("item", ITEMS, ids=lambda item: item["id"])
def test_clip(item: dict[str, Any]) -> None:
    import soundfile

    path = data.PACKAGED / item["clip"]
    assert hashlib.sha256(path.read_bytes()).hexdigest() == item["sha256"]
    samples, rate = soundfile.read(path, dtype="float32")
    assert (rate, samples.ndim) == (16000, 1)
    assert soundfile.info(path).subtype == "OPUS"
    assert 1.0 < len(samples) / rate < 8.0
    assert item["seconds"] == pytest.approx(len(samples) / rate, abs=0.001)
    assert 0.05 < abs(samples).max() < 1.0  # neither silent nor clipped


@pytest.mark.parametrize("item", WITH_OPTIONS, ids=lambda item: item["id"])
def test_the_right_option_is_said_word_for_word_and_no_distractor_is(item: dict[str, Any]) -> None:
    assert len(item["options"]) == len(set(item["options"])) == 4
    said = committed(item["text"], item["options"], letters=False)
    assert said is not None
    assert item["options"][said] == item["answer"]
    for option in set(item["options"]) - {item["answer"]}:
        assert not words(option) & words(item["text"]), "a distractor shares a word with the clip"


@pytest.mark.parametrize("item", of_kind("choice"), ids=lambda item: item["id"])
def test_the_question_does_not_give_the_answer_away(item: dict[str, Any]) -> None:
    for option in item["options"]:
        assert not words(option) & words(item["question"])


@pytest.mark.parametrize("kind", ["choice", "keyword"])
def test_always_the_same_position_is_at_chance(kind: str) -> None:
    positions = Counter(item["options"].index(item["answer"]) for item in of_kind(kind))
    assert positions == {0: 3, 1: 3, 2: 3, 3: 3}


def test_always_the_same_keyword_is_at_chance_and_no_word_has_a_fixed_place() -> None:
    items = of_kind("keyword")
    assert set(Counter(item["answer"] for item in items).values()) == {3}
    places = {(item["answer"], item["options"].index(item["answer"])) for item in items}
    assert len(places) == len(items)


def test_sentences_have_seven_to_eleven_words() -> None:
    lengths = {len(item["text"].split()) for item in of_kind("transcription")}
    assert lengths <= set(range(7, 12))
    assert {7, 11} <= lengths


@pytest.mark.parametrize("item", of_kind("number"), ids=lambda item: item["id"])
def test_the_number_is_said_once_before_a_noun(item: dict[str, Any]) -> None:
    assert spoken_number(item["text"]) == item["answer"]
    assert spoken_number(item["question"]) is None
    assert spoken_number(item["text"].split()[-1]) is None


def test_mae_ref_is_the_error_of_the_constant_median() -> None:
    spec = parse_task(load_yaml(data.PACKAGED / "quickstart_number.yaml"))
    numbers = [item["answer"] for item in of_kind("number")]
    median = statistics.median(numbers)
    error = statistics.fmean(abs(number - median) for number in numbers)
    assert spec.anchors["mae"]["mae_ref"] == error
    assert spec.raw["dataset_kwargs"]["mae_ref"] == error


def test_instructions_use_every_rule_twice_and_can_be_kept() -> None:
    items = of_kind("instruction")
    assert Counter(item["instruction_id"] for item in items) == dict.fromkeys(RULES, 2)
    kept = {
        "upper_case": lambda **_: "FINE",
        "lower_case": lambda **_: "fine",
        "start_word": lambda word: f"{word}, fine.",
        "end_phrase": lambda phrase: f"Fine. {phrase}",
        "word_count": lambda words: "fine " * words,
        "quotation": lambda **_: '"Fine."',
    }
    for item in items:
        reply = kept[item["instruction_id"]](**item["kwargs"])
        assert keeps(reply, item["instruction_id"], item["kwargs"])
        for value in item["kwargs"].values():  # the instruction says what the rule checks
            spelled = {5: "five", 3: "three"}.get(value, value)
            assert str(spelled) in item["instruction"]


def _generator() -> Any:
    path = REPOSITORY / "scripts" / "make_quickstart.py"
    spec = importlib.util.spec_from_file_location("make_quickstart", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_list_is_what_the_generator_says() -> None:
    made = list(_generator().items())
    facts = ("clip", "sha256", "seconds")
    committed = [{k: v for k, v in item.items() if k not in facts} for item in ITEMS]
    assert made == committed


@pytest.mark.skipif(
    not (shutil.which("flite") and shutil.which("opusenc")),
    reason="flite and opusenc are not installed (apt-get install flite opus-tools)",
)
def test_generation_is_deterministic(tmp_path: Path) -> None:
    speak = _generator().speak
    clips = [tmp_path / "a.opus", tmp_path / "b.opus"]
    for clip in clips:
        speak("please say the word again", clip, serial=7)
    assert clips[0].read_bytes() == clips[1].read_bytes()
    assert list(tmp_path.glob("*.wav")) == []
