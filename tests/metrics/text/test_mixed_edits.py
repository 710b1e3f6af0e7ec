"""Mixed error rate: its units, its equality with the character and the word error rate, its sums, the tasks that have it."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.task_loading.index import load_index
from harness.task_loading.specs import load_spec
from harness.task_loading.task import YamlTask
from harness.types import MISSING
from metrics.registry import METRICS
from metrics.text.edits import char_edits, mixed_edits, word_edits
from metrics.text.normalizers import (
    canonical_words,
    spaced_units,
    whisper_basic,
    without_script_spaces,
)
from metrics.transcripts.multilingual import letters
from tests.support.budget import examples

MIXED = (
    *("asr_fleurs_zh", "asr_fleurs_ja", "asr_fleurs_ko", "asr_fleurs_th"),
    *("asr_aishell1", "asr_wenetspeech_net", "asr_wenetspeech_meeting", "asr_common_voice_15_zh"),
)
few = settings(max_examples=examples(60), deadline=None, derandomize=True)
chinese = st.text("今天我想喝奶茶カナあー々ไทย ", max_size=12)
korean = st.text("실험결과향상 ", max_size=12)
latin = st.text("aé3ñю ", max_size=16)
anything = st.text(max_size=12)


@pytest.mark.parametrize(
    ("reference", "hypothesis", "edits", "length"),
    [
        ("我想喝latte", "我想喝辣椒", 2, 4),
        ("我想喝latte", "我 想 喝 latte", 0, 4),
        ("我用iphone15拍", "我用iphone14拍", 1, 4),
        ("3g网络", "3g 网络", 0, 3),
        ("カフェでwi fi", "カフェでwifi", 2, 6),
        ("ราคา ok", "ราคาok", 0, 5),
        ("𠮷野家", "吉野家", 1, 3),
        ("", "今天ok", 3, 0),
        ("今天ok", "", 3, 3),
        ("", "", 0, 0),
        # HiKE's own example (src/metrics/mer.py, cf5ad29): 14 edits, 34 units
        (
            "실험 결과 제안한 algorithm 은 기존 방법 대비 accuracy 가 향상되었으며 computational efficiency 또한 크게 개선되었다",
            "실험 결과 제한화 algorithm 은 기존 방법 대비 r curacy 가 향상되었으며 환비테이션을 이펙션 시 또한 크게 개선되었다",
            *(14, 34),
        ),
    ],
)
def test_units(reference: str, hypothesis: str, edits: int, length: int) -> None:
    assert mixed_edits(reference, hypothesis) == {"edits": edits, "length": length}


@few
@given(chinese, chinese)
def test_it_is_the_character_rate_where_no_script_has_spaces(first: str, second: str) -> None:
    for form in (canonical_words, whisper_basic):
        said, heard = form(first), form(second)
        bare = without_script_spaces(said), without_script_spaces(heard)
        assert mixed_edits(said, heard) == char_edits(*bare)


@few
@given(korean, korean)
def test_it_is_the_character_rate_without_spaces_in_korean(first: str, second: str) -> None:
    said, heard = whisper_basic(first), whisper_basic(second)
    assert mixed_edits(said, heard) == word_edits(letters(said), letters(heard))


@few
@given(latin, latin)
def test_it_is_the_word_rate_in_other_scripts(first: str, second: str) -> None:
    said, heard = canonical_words(first), canonical_words(second)
    assert mixed_edits(said, heard) == word_edits(said, heard)


@few
@given(anything, anything)
def test_any_text_has_between_its_words_and_its_characters(first: str, second: str) -> None:
    said = canonical_words(first)
    length = mixed_edits(said, canonical_words(second))["length"]
    assert word_edits(said, "")["length"] <= length <= len(said.replace(" ", ""))
    assert spaced_units(spaced_units(said)) == spaced_units(said)


def test_a_corpus_rate_is_a_sum_and_not_a_mean() -> None:
    pairs = [("我想喝latte", "我想喝latte"), ("好", "不好"), ("", "ok")]
    found = METRICS["mer"].aggregate([mixed_edits(*pair) for pair in pairs])
    assert found == 2 / 5


def test_the_tasks_of_chinese_japanese_korean_and_thai_have_it_and_no_others() -> None:
    assert {name for name, entry in load_index().tasks.items() if "mer" in entry.metrics} == {*MIXED}  # fmt: skip


@pytest.mark.parametrize(
    ("reply", "edits", "parsed"),
    [("我想喝辣椒。", 2, True), ("(笑)我想喝Latte", 0, True), ("", 4, False), (None, 4, False), (MISSING, 4, False)],
)  # fmt: skip
def test_the_strict_reading_of_a_task(reply: object, edits: int, parsed: bool) -> None:
    one = YamlTask(load_spec(load_index().tasks["asr_wenetspeech_net"]))
    doc = {"text": "我想喝latte"}
    one.annotate([doc], "file")
    readings = one.score(doc, reply, None).metrics["mer"]
    assert set(readings) == {"strict"}
    assert readings["strict"].stats == {"edits": edits, "length": 4}
    assert readings["strict"].parsed is parsed


def test_a_blank_reference_counts_nowhere() -> None:
    one = YamlTask(load_spec(load_index().tasks["asr_fleurs_ko"]))
    doc = {"text": " "}
    one.annotate([doc], "file")
    assert one.score(doc, "말", None).metrics["mer"]["strict"].stats is None
