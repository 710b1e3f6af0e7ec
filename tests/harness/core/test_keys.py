"""Hazards: a key that depends on order, on audio bytes, or on our own fields; equal documents."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from harness.audio import AudioRef
from harness.core.keys import canonical_json, data_hash, item_keys, request_key
from harness.types import Generation, Message, Text

DOC = {"_id": "1", "question": "q", "answer": "a", "extra": [1, None]}
FIELDS = ("question", "answer")


def test_item_keys_depend_on_task_and_declared_fields_only() -> None:
    same = {"_id": "2", "_audio": [AudioRef(b"x")], "answer": "a", "question": "q", "other": 5}
    assert item_keys("t", [DOC], FIELDS) == item_keys("t", [same], FIELDS)
    assert item_keys("t", [DOC], FIELDS) != item_keys("u", [DOC], FIELDS)
    assert item_keys("t", [DOC], FIELDS) != item_keys("t", [{**DOC, "answer": "b"}], FIELDS)


def test_equal_documents_are_told_apart_by_occurrence() -> None:
    keys = item_keys("t", [DOC, DOC, DOC], FIELDS)
    assert len(set(keys)) == 3
    assert keys[0] == item_keys("t", [DOC], FIELDS)[0]


def test_the_data_hash_is_independent_of_order() -> None:
    other = {**DOC, "_id": "2", "answer": "b"}
    assert data_hash([DOC, other], FIELDS) == data_hash([other, DOC], FIELDS)
    assert data_hash([DOC], FIELDS) != data_hash([other], FIELDS)


def test_request_keys_depend_on_content_not_on_names(tmp_path: Path) -> None:
    one, two = tmp_path / "a.wav", tmp_path / "b.wav"
    one.write_bytes(b"same")
    two.write_bytes(b"same")

    def key(clip: AudioRef, text: str = "t", repeat: int = 0, **generation: Any) -> str:
        return request_key(
            "model", [Message("user", (clip, Text(text)))], Generation(**generation), repeat
        )

    base = key(AudioRef(one))
    assert base == key(AudioRef(two))
    two.write_bytes(b"other")
    assert base != key(AudioRef(two))
    assert (
        len(
            {
                base,
                key(AudioRef(one), "u"),
                key(AudioRef(one), repeat=1),
                key(AudioRef(one), limit=1),
            }
        )
        == 4
    )


def test_a_missing_clip_still_has_a_key(tmp_path: Path) -> None:
    messages = [Message("user", (AudioRef(tmp_path / "absent.wav"), Text("t")))]
    assert len(request_key("model", messages, Generation(), 0)) == 64


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)


@given(st.dictionaries(st.text(), json_values))
def test_canonical_json_ignores_the_order_of_keys(value: dict[str, object]) -> None:
    backwards = dict(reversed(value.items()))
    assert canonical_json(value) == canonical_json(backwards)
