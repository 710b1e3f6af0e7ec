"""Scripted replies and faults: which request meets a fault never depends on the order of calls."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from harness.audio import AudioRef
from harness.errors import AdapterError, InputFileError, UnknownNameError, UsageError
from harness.types import Generation, Hints, Message, Request, Response, Text
from model_adapters.mock.adapter import MockAdapter
from tests.support import clips

ROOT = Path(__file__).resolve().parents[3]
PROMPT = Hints()


def request(
    item_id: str, *audio: AudioRef, text: str = "Hello.", hints: Hints = PROMPT, repeat: int = 0
) -> Request:
    messages = (Message("system", (Text("Be brief."),)), Message("user", (*audio, Text(text))))
    return Request(
        f"key-{item_id}-{repeat}", messages, Generation(), repeat, hints, ("t", item_id), item_id
    )


def opened(target: str, **arguments: Any) -> MockAdapter:
    adapter = MockAdapter(target, **arguments)
    adapter.open()
    return adapter


def ask(adapter: MockAdapter, one: Request) -> Response:
    return asyncio.run(adapter.generate(one))


def outcome(response: Response) -> Any:
    return response.error.kind if response.error else (response.text, response.finish)


# --- behaviours ------------------------------------------------------------------------------


def test_echo_and_fixed() -> None:
    assert ask(opened("echo"), request("a", text="Say <this>.")).text == "Say <this>."
    assert ask(opened("fixed:B: the dog"), request("a")).text == "B: the dog"
    assert ask(opened("fixed:"), request("a")).text == ""


def test_hash_depends_on_text_audio_and_roles_alone() -> None:
    adapter = opened("hash")
    one, two = clips.ref(clips.tone(0.1, 300)), clips.ref(clips.tone(0.1, 400))
    replies = [
        ask(adapter, request("a", one)).text,
        ask(adapter, request("a", two)).text,
        ask(adapter, request("a", one, two)).text,
        ask(adapter, request("a", two, one)).text,
        ask(adapter, request("a", one, text="Bye.")).text,
    ]
    assert len(set(replies)) == len(replies)
    assert ask(opened("hash"), request("other id", one)).text == replies[0]
    broken = AudioRef(Path("/no/such/clip.wav"))
    assert outcome(ask(adapter, request("a", broken))) == "audio"


@pytest.mark.parametrize(
    ("hints", "expected"),
    [
        (Hints("option", ("cat", "dog")), "cat"),
        (Hints("option"), "A"),
        (Hints("number"), "7"),
        (Hints("transcript"), "the quick brown fox jumps over the lazy dog"),
        (Hints("text"), "This is a reply of the mock model."),
    ],
)
def test_options_have_the_right_form(hints: Hints, expected: str) -> None:
    assert ask(opened("options"), request("a", hints=hints)).text == expected


# --- faults ----------------------------------------------------------------------------------


def test_faults_depend_on_the_request_and_never_on_the_order() -> None:
    rates = {"error_rate": 0.2, "empty_rate": 0.2, "refuse_rate": 0.2, "truncate_rate": 0.2}
    batch = [request(str(i)) for i in range(300)]

    async def gathered(adapter: MockAdapter, requests: list[Request]) -> list[Response]:
        return list(await asyncio.gather(*map(adapter.generate, requests)))

    first = [outcome(r) for r in asyncio.run(gathered(opened("echo", **rates), batch))]
    second = [outcome(r) for r in asyncio.run(gathered(opened("echo", **rates), batch[::-1]))]
    in_batch = opened("echo", style="batch", **rates).generate_batch(batch)
    assert second[::-1] == first
    assert [outcome(r) for r in in_batch] == first
    assert [outcome(r) for r in opened("echo", seed=1, **rates).generate_batch(batch)] != first
    shares = {kind: first.count(kind) / 300 for kind in set(first)}
    assert shares["scripted"] == pytest.approx(0.2, abs=0.08)
    assert shares["", "stop"] == pytest.approx(0.8 * 0.2, abs=0.08)
    assert ("I cannot help with that.", "refusal") in shares
    assert ("Hel", "length") in shares


def test_retryable_fault_ends_after_its_attempts_and_a_lasting_one_never() -> None:
    passing = opened("echo", error_rate=1.0, error_kind="timeout", fault_attempts=2)
    outcomes = [outcome(ask(passing, request("a"))) for _ in range(3)]
    assert outcomes == ["timeout", "timeout", ("Hello.", "stop")]
    assert outcome(ask(passing, request("b"))) == "timeout", "attempts are counted per item"
    lasting = opened("echo", error_rate=1.0, retryable=False)
    responses = [ask(lasting, request("a")) for _ in range(3)]
    assert [outcome(r) for r in responses] == ["scripted"] * 3
    assert not any(r.error.retryable for r in responses if r.error)


def test_faults_of_infrastructure_do_not_change_the_model() -> None:
    def fingerprint(target: str, **arguments: Any) -> str:
        return MockAdapter(target, **arguments).open().fingerprint

    plain = fingerprint("echo")
    assert fingerprint("echo", error_rate=0.5, latency=0.1, die_after=3, seed=5) == plain
    assert fingerprint("echo", empty_rate=0.5) != plain
    assert fingerprint("echo", empty_rate=0.5) != fingerprint("echo", empty_rate=0.5, seed=1)
    assert fingerprint("fixed:a") != fingerprint("fixed:b")


def test_hang_is_cancellable_and_names_one_item() -> None:
    adapter = opened("echo", hang_at="b")

    async def run() -> None:
        assert (await adapter.generate(request("a"))).text == "Hello."
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(adapter.generate(request("b")), 0.05)

    asyncio.run(run())


def test_death_is_an_exception_in_both_styles() -> None:
    adapter = opened("echo", die_after=2)
    for _ in range(2):
        ask(adapter, request("a"))
    with pytest.raises(AdapterError, match="died after 2 calls"):
        ask(adapter, request("a"))
    with pytest.raises(AdapterError, match="died after 0 calls"):
        opened("echo", die_after=0, style="batch").generate_batch([request("a")])


def test_latency_is_slept_and_reported() -> None:
    assert ask(opened("echo", latency=0.05), request("a")).seconds >= 0.05
    (response,) = opened("echo", latency=0.05, style="batch").generate_batch([request("a")])
    assert response.seconds >= 0.05


def test_info_follows_the_arguments() -> None:
    info = MockAdapter("echo", concurrency=3, decode=True).open()
    assert (info.style, info.concurrency, info.sampling_rate) == ("async", 3, 16_000)
    assert info.description == {"concurrency": 3, "decode": True}
    info = MockAdapter("echo", style="batch").open()
    assert (info.style, info.sampling_rate) == ("batch", None)


def test_decode_touches_every_clip() -> None:
    good = clips.ref(clips.tone(0.1))
    broken = AudioRef(b"not audio", "broken.wav")
    assert outcome(ask(opened("echo", decode=True), request("a", good))) == ("Hello.", "stop")
    assert outcome(ask(opened("echo", decode=True), request("a", good, broken))) == "audio"
    assert outcome(ask(opened("echo"), request("a", broken))) == ("Hello.", "stop")


# --- ledger ----------------------------------------------------------------------------------


def test_ledger_has_one_line_per_call(tmp_path: Path) -> None:
    ledger = tmp_path / "ledger.jsonl"
    adapter = opened("echo", ledger=str(ledger), error_rate=1.0)
    ask(adapter, request("a"))
    ask(adapter, request("a"))
    ask(adapter, request("b", repeat=2))
    entries = [json.loads(line) for line in ledger.read_text().split("\n")[:-1]]
    seen = [(e["task"], e["id"], e["repeat"], e["attempt"]) for e in entries]
    assert seen == [("t", "a", 0, 0), ("t", "a", 0, 1), ("t", "b", 2, 0)]
    assert {e["pid"] for e in entries} == {os.getpid()}


def test_ledger_survives_kill_with_whole_lines(tmp_path: Path) -> None:
    ledger = tmp_path / "ledger.jsonl"
    code = (
        "import itertools, sys\n"
        "from harness.types import Request\n"
        "from model_adapters.mock.adapter import MockAdapter\n"
        "adapter = MockAdapter('fixed:x', ledger=sys.argv[1], style='batch')\n"
        "for i in itertools.count():\n"
        "    adapter.generate_batch([Request(f'k{i}', (), item=('t', str(i)))])\n"
    )
    child = subprocess.Popen([sys.executable, "-c", code, str(ledger)], cwd=ROOT)
    try:
        deadline = time.monotonic() + 30
        while not ledger.exists() or ledger.stat().st_size < 5000:
            assert time.monotonic() < deadline
            time.sleep(0.01)
    finally:
        os.kill(child.pid, signal.SIGKILL)
        child.wait()
    content = ledger.read_text()
    assert content.endswith("\n")
    ids = [json.loads(line)["id"] for line in content.split("\n")[:-1]]
    assert ids == [str(i) for i in range(len(ids))]


# --- scripts ---------------------------------------------------------------------------------

SCRIPT = """
a: plain reply
t/b: {text: "B", reasoning: "because", usage: {tokens: 3}}
c: {error: timeout, times: 2, text: "late"}
d: {error: http, retryable: false, message: "403 forbidden"}
e: {finish: filter}
f: {text: "half", finish: length, latency: 0.02}
g: 12
h:
i: {die: true}
j: {hang: true}
"""


def test_script_in_yaml_and_json_mean_the_same(tmp_path: Path) -> None:
    import yaml

    (tmp_path / "s.yaml").write_text(SCRIPT)
    (tmp_path / "s.json").write_text(json.dumps(yaml.safe_load(SCRIPT)))
    for name in ("s.yaml", "s.json"):
        adapter = opened(f"script:{tmp_path / name}")
        assert outcome(ask(adapter, request("a"))) == ("plain reply", "stop")
        full = ask(adapter, request("b"))
        assert (full.text, full.reasoning, full.usage) == ("B", "because", {"tokens": 3})
        tries = [outcome(ask(adapter, request("c"))) for _ in range(3)]
        assert tries == ["timeout", "timeout", ("late", "stop")]
        lasting = [ask(adapter, request("d")).error for _ in range(3)]
        assert [(e.kind, e.message, e.retryable) for e in lasting if e] == [
            ("http", "403 forbidden", False)
        ] * 3
        assert outcome(ask(adapter, request("e"))) == (None, "filter")
        slow = ask(adapter, request("f"))
        assert outcome(slow) == ("half", "length")
        assert slow.seconds >= 0.02
        assert outcome(ask(adapter, request("g"))) == ("12", "stop")
        assert outcome(ask(adapter, request("h"))) == (None, "stop")
        with pytest.raises(AdapterError, match="died at t/i"):
            ask(adapter, request("i"))
        with pytest.raises(TimeoutError):
            asyncio.run(asyncio.wait_for(adapter.generate(request("j")), 0.05))
        missing = ask(adapter, request("zzz")).error
        assert missing is not None
        assert (missing.kind, missing.retryable) == ("missing_response", False)


def test_star_answers_every_other_item(tmp_path: Path) -> None:
    path = tmp_path / "s.yaml"
    path.write_text("'*': other\na: one\n")
    adapter = opened(f"script:{path}")
    assert [ask(adapter, request(i)).text for i in "ab"] == ["one", "other"]
    before = MockAdapter(f"script:{path}").open().fingerprint
    path.write_text("'*': other\na: two\n")
    assert MockAdapter(f"script:{path}").open().fingerprint != before


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("a: {txt: x}", "did you mean: text"),
        ("a: {finish: done}", "finish is 'done'"),
        ("a: {times: many}", "field 'times' has the wrong type"),
        ("a: [1]", "expected a reply or a mapping, found list"),
        ("- a", "expected a mapping of ids to replies"),
        ("a: {", "invalid YAML"),
    ],
)
def test_malformed_script(tmp_path: Path, content: str, message: str) -> None:
    path = tmp_path / "s.yaml"
    path.write_text(content)
    with pytest.raises(UsageError) as caught:
        opened(f"script:{path}")
    assert message in str(caught.value)
    assert str(path) in str(caught.value)


def test_malformed_json_script_names_the_line(tmp_path: Path) -> None:
    path = tmp_path / "s.json"
    path.write_text('{"a": "x",\n oops}')
    with pytest.raises(InputFileError) as caught:
        opened(f"script:{path}")
    assert caught.value.where == f"{path}:2"


def test_wrong_targets_and_values(tmp_path: Path) -> None:
    with pytest.raises(UnknownNameError, match="did you mean: echo"):
        MockAdapter("ecko")
    for target in ("fixed", "script", "echo:x"):
        with pytest.raises(UsageError, match="expected mock:"):
            MockAdapter(target)
    with pytest.raises(UsageError, match="between 0 and 1"):
        MockAdapter("echo", error_rate=1.5)
    with pytest.raises(UsageError, match="at least 1"):
        MockAdapter("echo", concurrency=0)
    with pytest.raises(UsageError, match="cannot read script"):
        opened(f"script:{tmp_path / 'absent.yaml'}")
