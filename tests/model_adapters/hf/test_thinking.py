"""Hazards: reasoning that is scored as the answer, that eats the answer's tokens, or never ends."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from harness.errors import UsageError
from model_adapters.hf.adapter import HFAdapter
from model_adapters.hf.generate import read_tokens
from model_adapters.hf.thinking import Thinking
from model_adapters.shared.reply_text import Marks
from tests.support.models.hf_requests import request, voice
from tests.support.packages import needs

pytestmark = [needs("torch", "transformers", extra="hf"), pytest.mark.xdist_group("hf")]

OPEN, CLOSE, END = [1, 2], [3, 4], 9


def run(
    scripts: list[list[int]], *, budget: int, answer: int, inside: list[bool] | None = None
) -> tuple[list[list[int]], Thinking]:
    """Let rows say their scripts, as ``generate`` would; a script that is used up says 7."""
    import torch

    inside = inside or [False] * len(scripts)
    thinking = Thinking(
        *(OPEN, CLOSE),
        budget=budget,
        answer=answer,
        ends=frozenset({END}),
        inside=inside,
        prompt=2,
    )
    rows = [[0, 0] for _ in scripts]
    finished = [False] * len(scripts)
    for step in range(thinking.maximum):
        scores = torch.zeros(len(scripts), 10)
        for number, script in enumerate(scripts):
            scores[number, script[step] if step < len(script) else 7] = 5.0
        scores = thinking.force(torch.tensor(rows), scores)
        for number, row in enumerate(rows):
            row.append(8 if finished[number] else int(scores[number].argmax()))
        done = thinking.done(torch.tensor(rows), scores).tolist()
        finished = [f or d or r[-1] == END for f, d, r in zip(finished, done, rows, strict=True)]
        if all(finished):
            break
    return [row[2:] for row in rows], thinking


def test_the_budget_ends_reasoning_and_the_answer_has_its_own_bound() -> None:
    endless = [1, 2, *[5] * 50]
    (row,), thinking = run([endless], budget=6, answer=3)
    assert row == [1, 2, 5, 5, 5, 5, 3, 4, 5, 5, 5]
    assert thinking.stopped(0) == 11


def test_reasoning_within_its_budget_is_left_alone() -> None:
    (row,), thinking = run([[1, 2, 5, 3, 4, 6, END]], budget=6, answer=3)
    assert row == [1, 2, 5, 3, 4, 6, END]
    assert thinking.stopped(0) is None


def test_a_row_without_reasoning_gets_no_tokens_more() -> None:
    (row,), thinking = run([[6] * 50], budget=20, answer=3)
    assert row == [6, 6, 6]
    assert thinking.stopped(0) == 3


def test_rows_of_a_batch_are_bounded_each_by_itself() -> None:
    scripts = [[1, 2, *[5] * 50], [6] * 50, [5, 5, 3, 4, 6, END]]
    rows, thinking = run(scripts, budget=4, answer=2, inside=[False, False, True])
    assert rows[0][:8] == [1, 2, 5, 5, 3, 4, 5, 5]
    assert rows[1][:2] == [6, 6]
    assert rows[2][:6] == [5, 5, 3, 4, 6, END]
    assert [thinking.stopped(n) for n in range(3)] == [8, 2, None]
    alone, _ = run([scripts[0]], budget=4, answer=2)
    assert alone[0] == rows[0][:8]


def test_no_budget_at_all_is_no_reasoning_at_all() -> None:
    (row,), _ = run([[5] * 9], budget=0, answer=2, inside=[True])
    assert row == [3, 4, 5, 5]


def test_a_row_that_ends_while_it_reasons_is_not_forced() -> None:
    (row,), thinking = run([[1, 2, END]], budget=3, answer=2)
    assert row == [1, 2, END]
    assert thinking.stopped(0) is None


# --- a checkpoint ------------------------------------------------------------------------------


@pytest.fixture
def adapter(tiny_qwen2_audio: Path) -> Iterator[HFAdapter]:
    adapter = HFAdapter(str(tiny_qwen2_audio), dtype="float32", device="cpu", thinking_budget=5)
    adapter.open()
    yield adapter
    adapter.close()


def test_a_template_that_opens_the_reasoning(adapter: HFAdapter) -> None:
    """The tiny model never closes it: the budget does, and what follows is the answer."""
    processor = adapter.loaded.processor
    processor.chat_template += "{% if add_generation_prompt %}<think>\n{% endif %}"
    asked = [request(voice(1), max_new_tokens=7), request(voice(2, 1.0), max_new_tokens=7)]
    replies = adapter.generate_batch(asked)
    closing = len(processor.tokenizer.encode("</think>", add_special_tokens=False))
    for reply in replies:
        assert reply.reasoning
        assert reply.text
        assert "think" not in reply.text + reply.reasoning
        assert reply.finish == "length"
        assert reply.usage == {"completion_tokens": 5 + closing + 7}
    assert [r.text for r in replies] == [adapter.generate_batch([one])[0].text for one in asked]


def test_without_a_budget_open_reasoning_is_no_answer(tiny_qwen2_audio: Path) -> None:
    adapter = HFAdapter(str(tiny_qwen2_audio), dtype="float32")
    adapter.open()
    processor = adapter.loaded.processor
    processor.chat_template += "{% if add_generation_prompt %}<think>\n{% endif %}"
    (reply,) = adapter.generate_batch([request(voice(1))])
    assert reply.text == ""
    assert reply.reasoning
    assert reply.finish == "length"


def test_a_model_that_does_not_reason_answers_as_without_a_budget(
    adapter: HFAdapter, tiny_qwen2_audio: Path
) -> None:
    plain = HFAdapter(str(tiny_qwen2_audio), dtype="float32")
    plain.open()
    asked = [request(voice(1)), request(voice(2, 1.0), max_new_tokens=4)]
    found, wanted = (one.generate_batch(asked) for one in (adapter, plain))
    assert [(r.text, r.finish, r.usage) for r in found] == [
        (r.text, r.finish, r.usage) for r in wanted
    ]
    assert adapter.open().fingerprint != plain.open().fingerprint


def test_a_variable_of_the_template(tiny_qwen2_audio: Path) -> None:
    adapter = HFAdapter(str(tiny_qwen2_audio), dtype="float32", **{"template.loud": True})
    adapter.open()
    processor = adapter.loaded.processor
    processor.chat_template += "{% if loud %}ANSWER LOUDLY{% endif %}"
    (loud,) = adapter.generate_batch([request(voice(1))])
    quiet = HFAdapter(str(tiny_qwen2_audio), dtype="float32")
    quiet.open()
    assert loud.text != quiet.generate_batch([request(voice(1))])[0].text


def test_beams_have_no_budget(adapter: HFAdapter) -> None:
    with pytest.raises(UsageError, match="beam search"):
        adapter.generate_batch([request(voice(1), num_beams=2)])


@pytest.mark.parametrize("budget", [-1, "many"])
def test_a_budget_that_makes_no_sense(tiny_qwen2_audio: Path, budget: Any) -> None:
    with pytest.raises(UsageError, match="thinking_budget"):
        HFAdapter(str(tiny_qwen2_audio), thinking_budget=budget)


# --- marks that are special tokens --------------------------------------------------------------


class Tokenizer:
    """Words for tokens; those in angle brackets are special and vanish."""

    words = ("<unk>", "<|channel>", "<channel|>", "thought", "it barks", "a dog", "<end>")
    all_special_ids = (0, 1, 2, 6)
    unk_token_id = 0

    def convert_tokens_to_ids(self, token: str) -> int:
        return self.words.index(token) if token in self.words else 0

    def decode(self, tokens: list[int], *, skip_special_tokens: bool) -> str:
        kept = [t for t in tokens if not (skip_special_tokens and t in self.all_special_ids)]
        return " ".join(self.words[token] for token in kept)


@pytest.mark.parametrize(
    ("tokens", "opened", "expected"),
    [
        ([1, 3, 4, 2, 5, 6], False, ("it barks", "a dog")),
        ([4, 2, 5], True, ("it barks", "a dog")),
        ([1, 3, 4], False, ("it barks", "")),
        ([4], True, ("it barks", "")),
        ([5, 6], False, (None, "a dog")),
    ],
)
def test_special_marks_are_found_among_the_tokens(
    tokens: list[int], opened: bool, expected: tuple[str | None, str]
) -> None:
    marks = Marks("<|channel>", "<channel|>", "thought")
    assert read_tokens(tokens, Tokenizer(), marks, opened=opened) == expected


def test_plain_marks_are_found_in_the_text() -> None:
    tokenizer = SimpleNamespace(
        convert_tokens_to_ids=lambda token: 0,
        unk_token_id=0,
        all_special_ids=(0,),
        decode=lambda tokens, skip_special_tokens: "<think>\nit barks\n</think>\n\na dog",
    )
    assert read_tokens([1], tokenizer, Marks(), opened=False) == ("it barks", "a dog")
