"""Hazards: JSON that can only just be read and ends a run wherever it is used; numbers that count nothing; fields of a wrong kind."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from harness.core.stored_replies import Fields, read_records
from harness.core.untrusted.bounded_json import MAX_DEPTH, load_json
from harness.errors import InputFileError
from harness.run.jsonl import encode_line, parse_line
from model_adapters.gemini.reply import read_reply
from model_adapters.services.chat_client import error_body
from model_adapters.services.chat_reply import read_completion
from model_adapters.services.responses import Prices, as_response
from tests.support.command import CommandResult
from tests.support.data.tiny_copies import mmau

Cli = Callable[..., CommandResult]


def nested(depth: int) -> str:
    return '{"a": ' * depth + "1" + "}" * depth


@pytest.mark.parametrize(
    "text", [nested(MAX_DEPTH), "[" * MAX_DEPTH + "]" * MAX_DEPTH, json.dumps(["[" * 500])]
)
def test_what_is_nested_within_reason_is_read(text: str) -> None:
    assert load_json(text) == load_json(text.encode()) == json.loads(text)


@pytest.mark.parametrize("depth", [MAX_DEPTH + 1, 500, 950, 5000, 100_000])
@pytest.mark.parametrize("encode", [str, str.encode])
def test_what_is_deeper_is_no_value(depth: int, encode: Callable[[str], Any]) -> None:
    for text in (nested(depth), "[" * depth + "]" * depth):
        with pytest.raises(ValueError, match="nested too deeply"):
            load_json(encode(text))


@pytest.mark.parametrize("depth", [200, 900, 100_000])
def test_no_reader_of_strangers_takes_it(tmp_path: Path, depth: int) -> None:
    deep = nested(depth)
    choice = '{"message": {"content": "x"}, "finish_reason": "stop"}'
    for reply in (
        read_completion(f'{{"choices": [{choice}], "usage": {deep}}}'),
        read_completion(f'data: {{"choices": [{choice}], "usage": {deep}}}\n\ndata: [DONE]\n\n'),
        read_reply(
            f'{{"candidates": [{{"content": {{"parts": [{{"text": "x"}}]}}}}], "more": {deep}}}'
        ),
    ):
        assert reply.error is not None and reply.error.kind == "malformed" and reply.error.retryable
    assert error_body(f'{{"error": {{"code": "x", "message": {deep}}}}}'.encode()).code is None
    with pytest.raises(InputFileError, match="nested too deeply"):
        parse_line(f'{{"usage": {deep}}}'.encode(), "log:1")
    file = tmp_path / "r.jsonl"
    file.write_text(f'{{"id": "1", "response": "x", "doc": {deep}}}\n')
    with pytest.raises(InputFileError, match="nested too deeply"):
        read_records(file, Fields())


@pytest.mark.parametrize("number", ["9" * 400, "1e999", "NaN", "-Infinity", "1e300"])
def test_a_count_that_counts_nothing_is_left_out(number: str) -> None:
    choice = '{"message": {"content": "x"}, "finish_reason": "stop"}'
    usage = (
        f'{{"prompt_tokens": {number}, "completion_tokens": 2, "details": {{"audio": {number}}}}}'
    )
    reply = read_completion(f'{{"choices": [{choice}], "usage": {usage}}}')
    response = as_response(reply, asked="m", prices=Prices(1.0, 1.0))
    assert response.usage == {"completion_tokens": 2, "details": {}, "cost": 2e-06}
    assert json.loads(encode_line(response.usage), parse_constant=pytest.fail)
    body = f'{{"candidates": [{{"content": {{"parts": [{{"text": "x"}}]}}}}], "usageMetadata": {{"promptTokenCount": {number}}}}}'
    usage_of = read_reply(body).usage
    assert usage_of is not None and usage_of["prompt_tokens"] == 0


@pytest.mark.parametrize(
    ("field", "value"),
    [("answer", {"a": 1}), ("answer", 5), ("choices", ["a", 1]), ("choices", "abc")],
)
def test_fields_of_a_copy_are_refused_before_a_model_answers(
    cli: Cli, tmp_path: Path, field: str, value: object
) -> None:
    mmau(tmp_path / "copy")
    file = tmp_path / "copy" / "mmau-test-mini.json"
    rows = json.loads(file.read_text())
    rows[-1][field] = value
    file.write_text(json.dumps(rows))
    flags = ("--data", f"mmau={tmp_path / 'copy'}", "-o", tmp_path / "run")
    found = cli("evaluate", "mock:echo", "-t", "mmau_test_mini", *flags)
    assert found.code == 2 and field in found.err
    assert not (tmp_path / "run" / "responses.jsonl").exists()
