"""Hazards: a suite of controls whose real run differs from a plain one, that does not go on, or that pays twice for what it shares."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from harness.errors import UsageError
from harness.evaluation.controls.sharing import AskedOnce, asked_once
from harness.evaluation.several.under_controls import STANDARD, control_runs, folder_of
from harness.settings import Settings
from harness.types import AdapterInfo, ErrorInfo, Generation, Message, Request, Response, Text
from tests.support import clips
from tests.support.command import CommandResult
from tests.support.runs import behaviours
from tests.support.runs.toy import jsonl, results, timeless

Cli = Callable[..., CommandResult]
CHOICE = ("-t", "quickstart_choice", "-L", "4")
MODEL = '''
class Model:
    """Notes that it is loaded, and what it is asked."""
    def load(self): self.note("load")
    def note(self, word):
        with open(LOG, "a") as file:
            file.write(word + "\\n")
    def generate(self, messages, audio, generation):
        self.note("heard" if audio else "read")
        return "A"
'''


def accuracy(run: Path) -> float:
    value: float = results(run)["tasks"]["quickstart_choice"]["metrics"]["accuracy"]["strict"][
        "value"
    ]
    return value


def test_every_control_is_a_run_of_its_own_and_the_real_one_is_as_ever(
    cli: Cli, tmp_path: Path
) -> None:
    model = behaviours.models(tmp_path)["listens"]
    run, plain = tmp_path / "run", tmp_path / "plain"
    done = cli("evaluate", model, "-t", "quickstart_choice", "--controls", "standard", "-o", run)
    assert done.code == 0, done.err
    assert cli("evaluate", model, "-t", "quickstart_choice", "-o", plain).code == 0
    assert timeless(run) == timeless(plain)
    before, after = (json.loads((one / "manifest.json").read_text()) for one in (plain, run))
    for manifest in (before, after):
        del manifest["argv"], manifest["created"], manifest["name"]
    assert before == after
    found = {one.name: accuracy(one) for one in (run / "controls").iterdir()}
    assert found == {
        "no-audio": 0.0,
        "silence": 0.0,
        "wrong-clip": 0.0,
        "noise_0": 0.0,
        "options_4": 1.0,
    }
    assert sorted(found) == sorted(map(folder_of, STANDARD))
    assert "gain +100.00 [75.00, 100.00] over no-audio 0.00%, chance 25.00%" in done.out
    assert "as it is 100.00%, no-audio 0.00%" in done.out
    again = cli("report", run)
    assert again.code == 0
    assert "gain +100.00" in (run / "report.html").read_text(encoding="utf-8")
    board = cli("leaderboard", run, run / "controls" / "no-audio", "--rank-by", "gain")
    assert (board.code, "| 1 | run |" in board.out) == (0, True), board.err


def test_a_suite_goes_on_where_it_stopped(cli: Cli, tmp_path: Path) -> None:
    model, ledger, run = behaviours.models(tmp_path)["reads"], tmp_path / "ledger", tmp_path / "run"
    command = ("evaluate", model, *CHOICE, "--controls", "silence,no-audio", "-o", run, "-M", f"ledger={ledger},style=batch")  # fmt: skip
    assert cli(*command, "-M", "die_after=5").code == 4
    assert not (run / "controls" / "no-audio").exists()
    assert cli(*command).code == 0
    asked = Counter(line["request_key"] for line in jsonl(ledger))
    assert len(asked) == 12
    assert sum(asked.values()) <= 14
    assert cli(*command).code == 0
    assert len(jsonl(ledger)) == sum(asked.values())


@pytest.fixture
def one_question(tmp_path: Path) -> Path:
    """Items that are one question without their clips, all with the same right answer."""
    for number in range(4):
        tone = clips.tone(0.1, 300.0 + number, 16_000, level=0.3)
        clips.write(tmp_path / f"{number}.wav", tone, 16_000)
    rows = [{"audio": f"{n}.wav", "question": "Which?", "options": ["x", "y"], "answer": "x"} for n in range(4)]  # fmt: skip
    path = tmp_path / "items.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def test_a_model_is_loaded_once_and_a_question_without_clips_is_asked_once(
    cli: Cli, tmp_path: Path, one_question: Path
) -> None:
    log = tmp_path / "log"
    (tmp_path / "noting.py").write_text(f"LOG = {str(log)!r}\n{MODEL}")
    done = cli(
        "evaluate", "python:noting:Model", "-M", f"path={tmp_path}", "--items", one_question,
        "--controls", "no-audio,silence,wrong-clip", "-o", tmp_path / "run",
    )  # fmt: skip
    assert done.code == 0, done.err
    assert Counter(log.read_text().split()) == {"load": 1, "heard": 8, "read": 1}
    lines = jsonl(tmp_path / "run" / "controls" / "no-audio" / "responses.jsonl")
    assert [line["response"] for line in lines] == ["A"] * 4
    assert sum(bool(line["extra"].get("same_request")) for line in lines) == 3
    assert "control wrong-clip left out: items has no item with another clip" in done.err
    assert not (tmp_path / "run" / "controls" / "wrong-clip").exists()


def test_a_dry_run_prices_every_control(cli: Cli) -> None:
    run = ("evaluate", "mock:hash", "-t", "quickstart_choice,quickstart_number", "--dry-run")
    plain = json.loads(cli(*run, "--json").out)
    done = cli(*run, "--controls", "no-audio,silence,options:4", "--json")
    assert done.code == 0, done.err
    found = json.loads(done.out)
    assert {key: value for key, value in found.items() if key != "controls"} == plain
    hours = {
        name: one["benchmarks"]["quickstart"]["audio_hours"]
        for name, one in found["controls"].items()
    }
    whole = plain["benchmarks"]["quickstart"]["audio_hours"]
    assert hours["no-audio"] == 0
    assert hours["silence"] == pytest.approx(whole)
    assert list(found["controls"]["options:4"]["tasks"]) == ["quickstart_choice"]
    text = cli(*run, "--controls", "no-audio,options:4").out
    assert "control options:4 without quickstart_number" in text
    rows = {line.split()[0]: line.split() for line in text.split("\n") if line.startswith(("all ", "no-audio ", "options"))}  # fmt: skip
    assert (rows["no-audio"][1:4], rows["options:4"][1:3], rows["all"][1:3]) == (
        ["2", "24", "0.00"],
        ["1", "48"],
        ["5", "96"],
    )


def test_the_controls_of_a_task_without_options_leave_orders_out(cli: Cli, tmp_path: Path) -> None:
    done = cli("evaluate", "mock:hash", "-t", "quickstart_number", "-L", "2", "--controls", "options:2,silence", "-o", tmp_path / "run")  # fmt: skip
    assert done.code == 0, done.err
    assert "control options:2 left out" in done.err
    assert [one.name for one in (tmp_path / "run" / "controls").iterdir()] == ["silence"]


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ({"controls": "quiet"}, "is not a control"),
        ({"controls": ""}, "no control is named"),
        ({"controls": "silence,silence"}, "named twice"),
        ({"controls": "standard,no-audio"}, "named twice"),
        ({"controls": "options:0"}, "not options or options:K"),
        ({"controls": "silence", "control": "no-audio"}, "--control is for one run"),
        ({"controls": "silence", "permute": "options"}, "--permute is for one run"),
        ({"controls": "no-audio,wrong-clip", "keep_control_audio": True}, "no control of this run"),
    ],
)
def test_what_cannot_be_planned_is_refused(more: dict[str, Any], says: str) -> None:
    with pytest.raises(UsageError) as error:
        control_runs(Settings("mock:hash", ("quickstart_choice",), **more))
    assert says in str(error.value)


def test_shards_of_a_suite_are_merged_run_by_run(cli: Cli, tmp_path: Path) -> None:
    command = ("evaluate", "mock:hash", *CHOICE, "--controls", "silence,wrong-clip,options:2", "--keep-control-audio")  # fmt: skip
    assert cli(*command, "-o", tmp_path / "whole").code == 0
    for part in ("1", "2"):
        done = cli(*command, "--shard", f"{part}/2", "-o", tmp_path / part)
        assert done.code == 0, done.err
    for below in ("", "controls/silence", "controls/wrong-clip", "controls/options_2"):
        parts = [tmp_path / part / below for part in ("1", "2")]
        assert all(len(jsonl(one / "responses.jsonl")) for one in parts)
        done = cli("merge", *parts, "-o", tmp_path / "all" / below)
        assert done.code == 0, done.err
        assert timeless(tmp_path / "all" / below) == timeless(tmp_path / "whole" / below)
    kept = {one.name for one in tmp_path.glob("whole/**/control_audio")}
    assert kept == {"control_audio"}
    assert (tmp_path / "whole" / "controls" / "silence" / "control_audio").is_dir()


# --- what is shared ------------------------------------------------------------------------------


class Counting:
    """Counts what it is asked; fails about texts that say so."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def open(self) -> AdapterInfo:
        return AdapterInfo("x", None, "batch", 1)

    def close(self) -> None:
        pass

    def prepare_batch(self, requests: Sequence[Request]) -> None:
        raise AssertionError("what is shared is not prepared")

    def answer(self, request: Request) -> Response:
        self.asked.append(request.request_key)
        if request.request_key == "bad":
            return Response(None, error=ErrorInfo("x", "no"))
        return Response(f"reply {len(self.asked)}", usage={"completion_tokens": 3})

    async def generate(self, request: Request) -> Response:
        await asyncio.sleep(0.01)
        return self.answer(request)

    def generate_batch(self, requests: Sequence[Request]) -> list[Response]:
        return [self.answer(request) for request in requests]


def request(key: str, *, sampled: bool = False) -> Request:
    generation = Generation(8, sampled=sampled, temperature=0.5 if sampled else None)
    return Request(key, (Message("user", (Text(key),)),), generation)


@pytest.mark.parametrize("style", ["async", "batch"])
def test_equal_requests_are_asked_once_and_failures_again(style: str) -> None:
    model = Counting()
    shared = AskedOnce(model)
    keys = ["a", "b", "a", "bad", "a", "bad"]

    async def together() -> list[Response]:
        return await asyncio.gather(*(shared.generate(request(key)) for key in keys))

    if style == "async":
        found = asyncio.run(together())
    else:
        found = shared.generate_batch([request(key) for key in keys])
    assert [found[place].text for place in (0, 2, 4)] == [found[0].text] * 3
    assert found[1].text != found[0].text
    assert Counter(model.asked)["a"] == 1
    assert [one.error is not None for one in found] == [key == "bad" for key in keys]
    assert sum(one.usage is not None for one in found) == 2
    assert shared.generate_batch([request("b"), request("c")])[0].text == found[1].text
    drawn = shared.generate_batch([request("a", sampled=True)] * 2)
    assert drawn[0].text != drawn[1].text
    assert not hasattr(shared, "prepare_batch")


def test_an_adapter_that_answers_by_item_is_not_shared() -> None:
    from model_adapters.registry import create

    for name in ("mock:hash", "baseline:random"):
        adapter = create(name, {})
        assert asked_once(adapter) is adapter
