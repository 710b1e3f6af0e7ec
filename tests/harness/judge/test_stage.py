"""The judge stage against a client of our own: what is asked, what is recorded, and when it stops."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from harness.errors import UsageError
from harness.judge.answer import same_model, unusable
from harness.judge.budget import Account, Limit, parse_budget
from harness.judge.cache import JudgeCache
from harness.judge.options import JudgeOptions
from harness.judge.stage import ASKS, BREAKER, JudgeStage
from harness.judge.task_judge import bind
from harness.run.directory import RunDirectory
from harness.task_loading.index import load_index
from harness.task_loading.specs import load_spec
from harness.task_loading.task import YamlTask
from harness.types import ErrorInfo
from model_adapters.services.chat_reply import ChatReply, failed
from model_adapters.services.pacing.patience import ENDED
from tests.support.runs.judged import MODEL, TASK, document, lines

YES = "Explanation: x\nJudgement: correct"
USAGE = {"prompt_tokens": 700, "completion_tokens": 20}


class Judge:
    """A client that answers from a function of (request number, user message)."""

    def __init__(self, answer: Callable[[int, str], ChatReply]) -> None:
        self.answer = answer
        self.bodies: list[Mapping[str, Any]] = []
        self.in_flight = self.most = 0

    async def __aenter__(self) -> Judge:
        return self

    async def __aexit__(self, *error: object) -> None:
        return None

    async def chat(self, build: Callable[[], Any]) -> ChatReply:
        self.bodies.append(build())
        number = len(self.bodies) - 1
        self.in_flight += 1
        self.most = max(self.most, self.in_flight)
        await asyncio.sleep(0.001)
        self.in_flight -= 1
        return self.answer(number, self.bodies[number]["messages"][-1]["content"])


def says(text: str, **fields: Any) -> ChatReply:
    return ChatReply(text, **{"usage": USAGE, "model": MODEL, **fields})


def record(number: int, response: Any, *, same: bool = False, **fields: Any) -> dict[str, Any]:
    return {
        "task": TASK, "id": f"item-{number}", "repeat": 0, "index": number, "item_key": "k",
        "request_key": "r", "outcome": "answered", "response": response, "error": None,
        "doc": document(0 if same else number), "reasoning": None, "messages": [], "audio": [],
        "finish": "stop", "usage": None, "seconds": 0.0, "attempts": 1, "extra": {}, "cluster": None, **fields,
    }  # fmt: skip


def stage(
    run: RunDirectory,
    judge: Judge,
    *,
    limit: str | None = None,
    cache: Path | None = None,
    task: str = TASK,
    model: str | None = None,
    workers: int = 8,
    canaries: bool = False,
) -> JudgeStage:
    found = YamlTask(load_spec(load_index(()).resolve([task])[0]))
    bound = bind(found, JudgeOptions("live", model=model))
    assert bound is not None
    if not canaries:
        bound = replace(bound, canaries=())
    name = bound.spec.model
    return JudgeStage(
        run,
        {task: bound},
        judge,
        Account(parse_budget(limit), None, frozenset({name})),
        workers=workers,
        caches={} if cache is None else {name: JudgeCache(cache, name)},
    )


def work(path: Path, judge: Judge, records: list[dict[str, Any]], **more: Any) -> JudgeStage:
    """Append records, judge them, return the stage."""
    with RunDirectory(path) as run:
        found = stage(run, judge, **more)
        for one in records:
            found.submit((one["task"], one["id"], 0), run.append_response(one))
        found.close()
        asyncio.run(found.run())
        return found


def again(path: Path, judge: Judge, **more: Any) -> JudgeStage:
    """Judge what is in the log, as a second process would."""
    with RunDirectory(path) as run:
        found = stage(run, judge, **more)
        for key, attempt in run.attempts().items():
            found.submit(key, attempt.offset)
        found.close()
        asyncio.run(found.run())
        return found


def test_every_item_is_asked_once_and_recorded_before_it_counts(tmp_path: Path) -> None:
    judge = Judge(lambda number, text: says(YES))
    found = work(tmp_path / "run", judge, [record(n, f"dog {n}") for n in range(20)])
    recorded = lines(tmp_path / "run")
    assert len(judge.bodies) == len(recorded) == 20
    assert judge.most > 1
    body = judge.bodies[0]
    assert body["model"] == MODEL and body["temperature"] == 0.0 and body["top_p"] == 0.9
    first = recorded[0]
    assert first["reply"] == YES and first["usage"] == USAGE and first["source"] == "asked"
    assert first["judge"].startswith(f"{MODEL}@sakura.3#") and first["vote"] == 0
    assert found.note() is None
    assert found.status() == "judged 20/20, 20 calls, $0.04"
    found.submitted = 40
    assert re.search(r"\d\.\d/s, left 0:0\d$", found.status())


def test_what_needs_no_verdict_is_not_asked(tmp_path: Path) -> None:
    judge = Judge(lambda number, text: says(YES))
    error = {"kind": "timeout", "retryable": True, "message": "x"}
    items = [record(0, "  "), record(1, None), record(2, None, outcome="error", error=error)]
    work(tmp_path / "run", judge, items)
    assert judge.bodies == []


def test_equal_requests_are_asked_once_and_every_item_has_its_line(tmp_path: Path) -> None:
    judge = Judge(lambda number, text: says(YES))
    work(tmp_path / "run", judge, [record(n, "a dog", same=True) for n in range(12)])
    recorded = lines(tmp_path / "run")
    assert len(judge.bodies) == 1
    assert len({line["id"] for line in recorded}) == len(recorded) == 12
    assert len({line["key"] for line in recorded}) == 1
    assert sorted(line["source"] for line in recorded) == ["asked", *["run"] * 11]


def test_an_unreadable_reply_is_asked_once_more(tmp_path: Path) -> None:
    judge = Judge(lambda number, text: says("hm" if number == 0 else YES))
    work(tmp_path / "run", judge, [record(0, "a dog")])
    assert judge.bodies[0] == judge.bodies[1]
    assert [(line["vote"], line["reply"]) for line in lines(tmp_path / "run")] == [
        (0, "hm"),
        (1, YES),
    ]
    stubborn = Judge(lambda number, text: says("hm"))
    work(tmp_path / "other", stubborn, [record(0, "a dog")])
    assert len(stubborn.bodies) == 2
    assert again(tmp_path / "other", stubborn).account.calls == 0  # it had its repeat


def test_votes_are_asked_apart_and_only_the_missing_ones_again(tmp_path: Path) -> None:
    doc = {"prompt": "What is warm?"}
    item = {**record(0, "A scarf."), "task": "voicebench_commoneval", "doc": doc}
    more: dict[str, Any] = {"task": "voicebench_commoneval", "limit": "2"}
    model = "gpt-4o-mini"
    judge = Judge(lambda number, text: says(f" {number + 3}\n", model=model))
    found = work(tmp_path / "run", judge, [item], **more)
    assert found.account.exhausted and len(lines(tmp_path / "run")) == 2
    third = Judge(lambda number, text: says("good", model=model))
    again(tmp_path / "run", third, task="voicebench_commoneval")
    recorded = lines(tmp_path / "run")
    assert len(third.bodies) == 2  # the third vote, and its repeat
    assert [(line["vote"], line["reply"]) for line in recorded] == [
        (0, "3"), (1, "4"), (2, "good"), (3, "good"),
    ]  # fmt: skip


def test_a_failure_is_no_verdict_and_is_asked_again_later(tmp_path: Path) -> None:
    def flaky(number: int, text: str) -> ChatReply:
        if "clip 3?" in text:
            return failed("timeout", "no answer", retryable=True)
        return says(YES)

    found = work(tmp_path / "run", Judge(flaky), [record(n, f"dog {n}") for n in range(6)])
    recorded = lines(tmp_path / "run")
    assert {line["id"] for line in recorded} == {f"item-{n}" for n in range(6)} - {"item-3"}
    assert found.note() == "judge failures: timeout 1; the last: timeout: no answer"
    later = Judge(lambda number, text: says(YES))
    again(tmp_path / "run", later)
    assert len(later.bodies) == 1 and len(lines(tmp_path / "run")) == 6


@pytest.mark.parametrize(
    ("reply", "kind"),
    [
        (says(""), "empty"),
        (says(" \n"), "empty"),
        (says("", finish="filter"), "filter"),
        (says("I cannot", finish="refusal"), "refusal"),
        (says(YES, model="other/model"), "model"),
    ],
)
def test_an_unusable_reply_is_asked_for_again_and_never_recorded(
    tmp_path: Path, reply: ChatReply, kind: str
) -> None:
    judge = Judge(lambda number, text: reply)
    found = work(tmp_path / "run", judge, [record(0, "a dog")])
    assert found.failures == {kind: 1} and len(judge.bodies) == (2 if kind == "model" else ASKS)
    assert not (tmp_path / "run" / "judgements.jsonl").exists()
    mended = Judge(lambda number, text: reply if number == 0 else says(YES))
    again(tmp_path / "run", mended)
    assert [line["reply"] for line in lines(tmp_path / "run")] == [YES]


def test_a_reply_that_was_cut_off_is_no_verdict(tmp_path: Path) -> None:
    judge = Judge(lambda number, text: says(YES, finish="length"))
    found = work(tmp_path / "run", judge, [record(0, "a dog")])
    assert found.failures == {"length": 1} and len(judge.bodies) == 1
    assert "max_tokens" in found.last_failure
    assert not (tmp_path / "run" / "judgements.jsonl").exists()


def test_a_judge_that_is_busy_for_too_long_ends_judging_with_the_reason(tmp_path: Path) -> None:
    judge = Judge(lambda number, text: failed(ENDED, "busy for 5 s"))
    found = work(tmp_path / "run", judge, [record(n, f"dog {n}") for n in range(20)], workers=1)
    assert len(judge.bodies) == 1 and found.finished == 20
    assert found.fatal is not None and "--patience" in str(found.fatal)


def test_a_dead_judge_is_left_alone(tmp_path: Path) -> None:
    judge = Judge(lambda number, text: failed("connection", "refused", retryable=True))
    items = [record(n, f"dog {n}") for n in range(200)]
    found = work(tmp_path / "run", judge, items, workers=4)
    assert BREAKER <= len(judge.bodies) <= BREAKER + 4
    assert found.fatal is not None and found.finished == 200
    assert "25 judge requests in a row failed" in found.fatal.message


@pytest.mark.parametrize("kind", ["authentication", "quota"])
def test_a_refused_key_ends_judging_at_once(tmp_path: Path, kind: str) -> None:
    judge = Judge(lambda number, text: ChatReply(None, error=ErrorInfo(kind, "no")))
    found = work(tmp_path / "run", judge, [record(n, f"dog {n}") for n in range(50)], workers=2)
    assert found.fatal is not None and len(judge.bodies) <= 2


def test_failures_between_successes_do_not_end_judging(tmp_path: Path) -> None:
    judge = Judge(
        lambda number, text: failed("server", "500", retryable=True) if number % 2 else says(YES)
    )
    found = work(tmp_path / "run", judge, [record(n, f"dog {n}") for n in range(120)], workers=1)
    assert found.fatal is None and found.failures["server"] == 60


# --- budget --------------------------------------------------------------------------------------


def test_a_budget_of_calls_is_kept_exactly_and_the_next_command_goes_on(tmp_path: Path) -> None:
    judge = Judge(lambda number, text: says(YES))
    items = [record(n, f"dog {n}") for n in range(30)]
    found = work(tmp_path / "run", judge, items, limit="12", workers=16)
    assert len(judge.bodies) == len(lines(tmp_path / "run")) == 12
    assert found.account.exhausted and "budget is spent" in str(found.note())
    again(tmp_path / "run", judge)
    assert len(judge.bodies) == len(lines(tmp_path / "run")) == 30


@pytest.mark.parametrize(("limit", "spent"), [("10000tok", "tokens"), ("$0.02", "dollars")])
def test_tokens_and_dollars_are_not_overshot(tmp_path: Path, limit: str, spent: str) -> None:
    judge = Judge(lambda number, text: says(YES))
    items = [record(n, f"dog {n}") for n in range(60)]
    found = work(tmp_path / "run", judge, items, limit=limit, workers=32)
    amount = parse_budget(limit)
    assert amount is not None and found.account.exhausted
    assert 0.5 * amount.amount < getattr(found.account, spent) <= amount.amount


@pytest.mark.parametrize("limit", ["10000tok", "$0.02"])
@pytest.mark.parametrize("count", [None, "many", 0, -5, True, 10**15, float("nan"), float("inf")])
def test_a_budget_binds_where_token_counts_are_missing_or_absurd(
    tmp_path: Path, limit: str, count: Any
) -> None:
    usage = None if count is None else {"prompt_tokens": count, "completion_tokens": count}
    judge = Judge(lambda number, text: says(YES, usage=usage))
    found = work(tmp_path / "run", judge, [record(n, f"dog {n}") for n in range(80)], limit=limit)
    assert found.account.exhausted and 3 < len(judge.bodies) < 80


@pytest.mark.parametrize("text", ["", "none", "-3", "$", "3 euros", "$5tok", "0", "1e999"])
def test_a_bad_budget_is_refused(text: str) -> None:
    with pytest.raises(UsageError):
        limit = parse_budget(text)
        assert limit != Limit(float("inf"), "calls")


def test_dollars_need_a_price() -> None:
    with pytest.raises(UsageError, match="price of my-model"):
        Account(parse_budget("$1"), None, frozenset({"my-model"}))
    assert Account(parse_budget("$1"), (1.0, 2.0), frozenset({"my-model"})).priced


# --- sharing and resuming ------------------------------------------------------------------------


def test_a_shared_cache_answers_other_runs(tmp_path: Path) -> None:
    judge = Judge(lambda number, text: says(YES))
    items = [record(n, f"dog {n}") for n in range(8)]
    work(tmp_path / "one", judge, items, cache=tmp_path / "cache")
    other = Judge(lambda number, text: says(YES))
    work(tmp_path / "two", other, [*items, record(8, "dog 8")], cache=tmp_path / "cache")
    assert len(judge.bodies) == 8 and len(other.bodies) == 1
    assert [line["source"] for line in lines(tmp_path / "two")].count("cache") == 8
    third = Judge(lambda number, text: says(YES, model="gpt-x"))
    work(tmp_path / "three", third, items, cache=tmp_path / "cache", model="gpt-x")
    assert len(third.bodies) == 8  # another judge shares nothing


def test_replies_about_an_earlier_response_are_not_used(tmp_path: Path) -> None:
    judge = Judge(lambda number, text: says(YES))
    work(tmp_path / "run", judge, [record(0, "a dog")])
    work(tmp_path / "run", judge, [record(0, "a cat")])
    assert len(judge.bodies) == 2


def test_canaries_ride_along_once_per_judge_and_task(tmp_path: Path) -> None:
    judge = Judge(lambda number, text: says(YES))
    items = [record(n, f"dog {n}") for n in range(5)]
    work(tmp_path / "run", judge, items, canaries=True)
    every = lines(tmp_path / "run", canaries=True)
    tested = [line["id"] for line in every if str(line["id"]).startswith("canary:")]
    assert len(tested) == len(set(tested)) == 4 and len(every) == 9
    again(tmp_path / "run", judge, canaries=True)
    assert len(lines(tmp_path / "run", canaries=True)) == len(judge.bodies) == 9


def test_judging_runs_beside_generation_and_ends_with_it(tmp_path: Path) -> None:
    order: list[str] = []
    judge = Judge(lambda number, text: order.append("judged") or says(YES))  # type: ignore[func-returns-value]

    async def generation(run: RunDirectory, found: JudgeStage) -> None:
        for number in range(10):
            await asyncio.sleep(0.005)
            one = record(number, f"dog {number}")
            found.submit((TASK, one["id"], 0), run.append_response(one))
            order.append("generated")

    with RunDirectory(tmp_path / "run") as run:
        found = stage(run, judge)
        asyncio.run(found.alongside(generation(run, found)))
    assert order.count("judged") == 10
    assert "judged" in order[: order.index("generated") + 4]  # long before generation ended


def test_a_dead_model_ends_the_stage_with_its_own_error(tmp_path: Path) -> None:
    async def generation() -> None:
        await asyncio.sleep(0.01)
        raise UsageError("the model died")

    with RunDirectory(tmp_path / "run") as run:
        found = stage(run, Judge(lambda number, text: says(YES)))
        with pytest.raises(UsageError, match="the model died"):
            asyncio.run(found.alongside(generation()))


def test_model_names() -> None:
    assert same_model("gpt-4o-mini", "gpt-4o-mini-2024-07-18")
    assert same_model("org/tiny", "tiny") and same_model("tiny", "tiny@main")
    assert not same_model("gpt-4o", "gpt-4o-mini") and not same_model("org/tiny", "other/tiny@main")
    assert unusable(says(YES), MODEL) == ("", "")


@pytest.mark.parametrize(
    ("asked", "answered"),
    [
        ("Qwen/Qwen3-8B", "qwen/qwen3-8b"), ("azure/gpt-4o", "gpt-4o-2024-11-20"), ("gpt-4o", "openai/gpt-4o"),
        ("qwen/qwen3-8b:free", "qwen/qwen3-8b"), ("qwen3-8b", "/models/Qwen3-8B-Q4_K_M.gguf"),
        ("llama3", "llama3:latest"),
    ],
)  # fmt: skip
def test_a_name_in_another_form_is_the_same_judge(asked: str, answered: str) -> None:
    assert same_model(asked, answered)


def test_another_name_counts_once_the_user_accepts_it() -> None:
    reply = ChatReply(YES, model="gpt-4o-2024-11-20")
    kind, problem = unusable(reply, "prod-judge")
    assert kind == "model" and "-J accept_model=gpt-4o-2024-11-20" in problem
    assert unusable(reply, "prod-judge", ("gpt-4o-2024-11-20",)) == ("", "")
