"""Hazards: one odd line of a batch's files that hangs the command, crashes every rerun, or costs the answers next to it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from model_adapters.services.batch_client import BatchClient, BatchOptions
from model_adapters.services.chat_client import ClientOptions
from model_adapters.services.chat_reply import ChatReply
from tests.support.servers.batch_server import BatchServer

pytestmark = pytest.mark.network
Odd = Callable[[dict[str, Any]], bytes]
SECRET = "sk-batch-secret-123456"


def changed(**more: Any) -> Odd:
    return lambda line: json.dumps({**line, **more}).encode()


def with_body(**more: Any) -> Odd:
    def odd(line: dict[str, Any]) -> bytes:
        response = line["response"]
        return json.dumps({**line, "response": {**response, "body": {**response["body"], **more}}}).encode()  # fmt: skip

    return odd


UNREAD: dict[str, Odd] = {
    "null": lambda _: b"null",
    "list": lambda _: b"[1,2]",
    "text": lambda _: b'"a"',
    "number": lambda _: b"5",
    "bytes": lambda _: b"\xff\xfe\x00{",
    "cut": lambda line: json.dumps(line).encode()[:40],
    "deep": lambda _: b"[" * 100_000,
    "deep, closed": changed(response=json.loads("[" * 150 + "]" * 150)),
    "a huge number": lambda line: json.dumps(line).replace("200", "2" * 5000).encode(),
    "NaN": changed(response=float("nan")),
    "response a number": changed(response=7),
    "response a list": changed(response=[1]),
    "no response": changed(response=None),
    "status null": changed(response={"status_code": None, "body": {}}),
    "status a text": changed(response={"status_code": "200", "body": {}}),
    "status true": changed(response={"status_code": True, "body": {}}),
    "custom_id a list": changed(custom_id=[1]),
    "custom_id a number": changed(custom_id=0),
}
FAILED: dict[str, tuple[Odd, str]] = {
    "choices a number": (with_body(choices=5), "malformed"),
    "choices a mapping": (with_body(choices={"0": 1}), "malformed"),
    "no body": (changed(response={"status_code": 200, "body": None}), "malformed"),
    "an error": (changed(response=None, error={"message": f"no {SECRET}"}), "batch"),
    "an odd error": (changed(response=None, error=[1]), "batch"),
    "status 500": (changed(response={"status_code": 500, "body": [f"{SECRET}"]}), "server"),
}
ANSWERED: dict[str, Odd] = {
    "a byte order mark": lambda line: b"\xef\xbb\xbf" + json.dumps(line).encode(),
    "blank lines": lambda line: b"\r\n \n" + json.dumps(line).encode() + b"\r\n\n",
    "a strange usage": with_body(usage={"prompt_tokens": "many", "completion_tokens": [-5]}),
    "usage a list": with_body(usage=[1]),
    "usage not finite": with_body(usage={"prompt_tokens": float("inf")}),
    "a long line": lambda line: b" " * 2_000_000 + json.dumps(line).encode(),
}
Answers = dict[str, ChatReply]


@pytest.fixture(autouse=True)
def own_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", SECRET)


def ask(
    server: BatchServer,
    log: Path,
    told: list[str],
    *,
    patience: float = 60.0,
    tell: Callable[[str], None] | None = None,
    until: Callable[[], bool] | None = None,
) -> Answers:
    """Ask three things in one batch, or stop when something is true; fails where an answer takes a minute."""

    async def stop(asking: asyncio.Future[list[ChatReply]]) -> None:
        while until is not None:
            await asyncio.sleep(0.01)
            if until():
                asking.cancel()

    async def work() -> Answers:
        options = ClientOptions(base_url=server.base_url, patience=patience)
        batches = BatchOptions(log, gather=0.01, poll=0.01, tell=tell or told.append)
        async with BatchClient(options, batches) as client, asyncio.timeout(60):
            asked: list[Awaitable[ChatReply]] = []
            for word in "abc":
                body = {"model": "m", "messages": [{"role": "user", "content": word}]}
                asked.append(client.chat(lambda body=body: body))  # type: ignore[misc]
            asking = asyncio.gather(*asked)
            stopping = asyncio.create_task(stop(asking))
            try:
                return dict(zip("abc", await asking, strict=True))
            finally:
                stopping.cancel()

    return asyncio.run(work())


def with_odd_line(odd: Odd, *, errors: bool = False) -> BatchServer:
    """A server that makes the line of the request ``b`` odd, in the output file or in that of errors."""
    server = BatchServer(lambda body: str(body["messages"][0]["content"]).upper(), looks=0)

    def spoil(lines: list[dict[str, Any]]) -> tuple[bytes, bytes]:
        asked = {line["custom_id"]: line["body"]["messages"][0]["content"] for line in server.uploads[-1]}  # fmt: skip
        plain = [json.dumps(line).encode() for line in lines if asked[line["custom_id"]] != "b"]
        strange = next(odd(line) for line in lines if asked[line["custom_id"]] == "b")
        output = [*plain] if errors else [strange, *plain]
        return b"\n".join(output), strange if errors else b""

    server.packed = spoil
    return server


@pytest.mark.parametrize("errors", [False, True], ids=["output", "errors"])
@pytest.mark.parametrize("name", UNREAD)
def test_a_line_that_cannot_be_read_costs_its_own_request(tmp_path: Path, name: str, errors: bool) -> None:  # fmt: skip
    told: list[str] = []
    with with_odd_line(UNREAD[name], errors=errors) as server:
        found = ask(server, tmp_path / "log", told)
        assert (found["a"].text, found["c"].text) == ("A", "C")
        assert found["b"].error is not None and "without an answer" in found["b"].error.message
        assert len(told) == 1 and "1 line of its files cannot be read" in told[0]
        server.packed = None
        again = ask(server, tmp_path / "log", told)
    assert [again[word].text for word in "abc"] == ["A", "B", "C"] and len(told) == 1


def test_what_an_interrupted_command_left_is_read_alike(tmp_path: Path) -> None:
    log = tmp_path / "log"
    told: list[str] = []
    with with_odd_line(UNREAD["custom_id a list"]) as server:
        server.looks = 10**9
        with pytest.raises(asyncio.CancelledError):
            ask(server, log, told, until=lambda: log.is_file() and b'"batch"' in log.read_bytes())
        server.looks = 0
        found = ask(server, log, told)
        assert len(server.batches) == 1
    assert (found["a"].text, found["c"].text, len(told)) == ("A", "C", 1)
    assert found["b"].error is not None


@pytest.mark.parametrize("resumed", [False, True])
def test_a_fault_of_ours_ends_everything_at_once(tmp_path: Path, resumed: bool) -> None:
    log = tmp_path / "log"

    def broken(_: str) -> None:
        raise ZeroDivisionError

    with with_odd_line(UNREAD["null"]) as server:
        if resumed:
            server.looks = 10**9
            with pytest.raises(asyncio.CancelledError):
                ask(server, log, [], until=lambda: log.is_file() and b'"batch"' in log.read_bytes())  # fmt: skip
            server.looks = 0
        with pytest.raises(ZeroDivisionError):
            ask(server, log, [], tell=broken)


def test_answers_outlive_a_file_that_cannot_be_downloaded(tmp_path: Path) -> None:
    told: list[str] = []
    with with_odd_line(FAILED["an error"][0], errors=True) as server:
        server.gone = {"error_file_id"}
        found = ask(server, tmp_path / "log", told, patience=0.03)
        assert (found["a"].text, found["c"].text) == ("A", "C")
        error = found["b"].error
        assert error is not None and "503" in error.message
        server.gone = set()
        again = ask(server, tmp_path / "log", told)
        assert len(server.batches) == 2  # the first still had what it says of b
    error = again["b"].error
    assert error is not None and error.message == "no ***"


def test_a_log_that_was_changed_by_hand_is_read_as_far_as_it_goes(tmp_path: Path) -> None:
    log = tmp_path / "log"
    with BatchServer(lambda body: "yes", looks=0) as server:
        url = server.base_url
        odd: list[Any] = [
            {"batch": [1], "url": url, "requests": ["a-0"]},
            {"batch": "b", "url": url, "requests": ["no number"]},
            {"batch": "b", "url": url, "requests": 5},
            {"file": ["f"], "url": url, "requests": ["a-0"]},
            {"done": [1]},
            [1],
        ]
        log.write_bytes(b"\xff\n" + b"[" * 100_000 + b"\n" + "\n".join(map(json.dumps, odd)).encode() + b"\n")  # fmt: skip
        assert [one.text for one in ask(server, log, []).values()] == ["yes"] * 3


@pytest.mark.parametrize("name", FAILED)
def test_an_answer_of_another_shape_is_an_error_of_its_request(tmp_path: Path, name: str) -> None:
    odd, kind = FAILED[name]
    told: list[str] = []
    with with_odd_line(odd) as server:
        found = ask(server, tmp_path / "log", told)
    error = found["b"].error
    assert error is not None and error.kind == kind and SECRET not in error.message
    assert (found["a"].text, found["c"].text, told) == ("A", "C", [])


@pytest.mark.parametrize("name", ANSWERED)
def test_a_readable_line_counts(tmp_path: Path, name: str) -> None:
    told: list[str] = []
    with with_odd_line(ANSWERED[name]) as server:
        found = ask(server, tmp_path / "log", told)
    assert [found[word].text for word in "abc"] == ["A", "B", "C"] and told == []
