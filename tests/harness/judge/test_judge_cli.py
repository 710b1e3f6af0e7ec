"""The judge flags and verbs: what is resolved, refused, shown, and never written."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from harness.judge.options import judge_options, resolve_judge
from harness.judge.task_judge import judges_named
from harness.settings import Settings
from model_adapters.services.credentials import MissingKeyError
from tests.support.command import CommandResult
from tests.support.runs.judged import (
    JUDGED,
    MODEL,
    TASK,
    arguments,
    derived,
    evaluate_arguments,
    lines,
    responses,
)
from tests.support.runs.toy import jsonl, script, write_tone
from tests.support.servers.chaos_server import ChaosServer

Cli = Callable[..., CommandResult]
KEY = "sk-super-secret-value-1234"
SERVER = ("--reply", "tests.support.runs.judged:sakura_judge")
TOY_SERVER = ("--reply", "tests.support.runs.judged:toy_judge")


@pytest.fixture(autouse=True)
def no_key(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    monkeypatch.delenv("OPENAI_BASE_URL", raising=False)
    monkeypatch.setenv("TOY_AUDIO", str(write_tone(tmp_path / "tone.wav", seconds=0.05)))
    monkeypatch.setenv("TOY_ITEMS", "12")


def options(judge: str = "auto", *, replies: bool = False, **args: Any) -> Any:
    settings = Settings("m", ("t",), Path("r"), judge=judge, judge_args=args)
    return judge_options(settings, has_replies=replies)


# --- resolution ----------------------------------------------------------------------------------


def test_auto_prefers_stored_replies_then_a_judge_that_can_be_asked(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert options().choice == "none"
    assert options(base_url="http://127.0.0.1:9/v1").choice == "live"
    assert options(base_url="http://127.0.0.1:9/v1", replies=True).choice == "replay"
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    assert options().choice == "live" and options().model is None
    assert options(replies=True).choice == "replay"
    assert options("none").choice == "none" and options("openai:x").model == "x"
    assert KEY not in repr(options())


def test_a_judge_without_its_key_is_refused_before_anything_loads() -> None:
    with pytest.raises(MissingKeyError, match="OPENAI_API_KEY"):
        options("openai:gpt-4o")
    with pytest.raises(MissingKeyError, match="MY_KEY"):
        options("openai:gpt-4o", api_key_env="MY_KEY", base_url="https://judge.example.com/v1")


@pytest.mark.parametrize(
    ("judge", "args", "message"),
    [
        ("gpt-4o", {}, "not available"),
        ("openai:", {}, "not available"),
        ("auto", {"api_key": "x"}, "api_key_env=NAME"),
        ("auto", {"concurency": 3}, "did you mean 'concurrency'"),
        ("auto", {"concurrency": 0}, "expected a number from 1"),
        ("auto", {"timeout": "soon"}, "expected a number"),
        ("auto", {"fenced": "no"}, "expected true or false"),
        ("auto", {"base_url": "ftp://x"}, "not an http"),
        ("auto", {"api_key_env": "sk-123"}, "name of an environment variable"),
    ],
)
def test_bad_judge_flags_are_refused(judge: str, args: dict[str, Any], message: str) -> None:
    with pytest.raises(Exception, match=message) as caught:
        options(judge, **args)
    assert getattr(caught.value, "exit_code", None) == 2


def test_names() -> None:
    assert resolve_judge("replay", has_replies=False) == "replay"
    none = {"a": {"signature_parts": {"judge": "none"}, "judge": None}}
    assert judges_named(none) == "none"


# --- runs ----------------------------------------------------------------------------------------


@pytest.mark.network
def test_stored_responses_are_judged_and_the_same_command_asks_nothing_again(
    tmp_path: Path, cli: Cli
) -> None:
    file = responses(tmp_path / "r.jsonl", 12, i4="", i5="a cow")
    with ChaosServer(*SERVER) as server:
        command = arguments(file, tmp_path / "run", server.base_url)
        assert cli(*command).code == 0
        asked = server.ledger()["requests"]
        first = derived(tmp_path / "run")
        assert cli(*command).code == 0
        assert server.ledger()["requests"] == asked
    assert derived(tmp_path / "run") == first
    results = first["results"]
    assert results["judge"] == f"openai:{MODEL}"
    assert results["judge_health"][TASK]["n"] == 4
    entry = results["tasks"][TASK]
    assert entry["unjudged"] == 0 and f"|judge:{MODEL}@sakura.3#" in entry["signature"]
    for reading in entry["metrics"]["accuracy"].values():
        assert reading["n"] == 12 and reading["complete"]
    samples = {line["id"]: line for line in jsonl(tmp_path / "run" / "samples.jsonl")}
    keys = {line["key"] for line in lines(tmp_path / "run")}
    assert set(samples["item-5"]["judgements"]) <= keys
    assert samples["item-4"]["judgements"] == []
    assert samples["item-4"]["scores"]["accuracy"] == {"official": 0, "strict": 0}


@pytest.mark.network
def test_a_run_never_mixes_judges_and_rejudging_keeps_both(tmp_path: Path, cli: Cli) -> None:
    file, run = responses(tmp_path / "r.jsonl", 8), tmp_path / "run"
    with ChaosServer(*SERVER) as server:
        url = ("-J", f"base_url={server.base_url}", "-J", "timeout=5")
        assert cli("score", TASK, file, "-o", run, "--judge", "none").code == 0
        assert cli(*arguments(file, run, server.base_url)).code == 0  # a judge may join later
        first = derived(run)
        refused = cli("score", TASK, file, "-o", run, "--judge", "openai:other", *url)
        assert refused.code == 2 and "--rejudge" in refused.err and "judge:" in refused.err
        absent = cli("score", TASK, file, "-o", run, "--judge", "none")
        assert absent.code == 2 and "OPENAI_API_KEY" in absent.err
        assert cli("score", run).code == 0 and derived(run) == first  # re-scoring asks nobody
        plain = cli("score", run, "--judge", "openai:other", *url)
        assert plain.code == 2 and "--rejudge" in plain.err
        assert cli("score", run, "--rejudge", "--judge", "openai:other", *url).code == 0
        other = derived(run)["results"]
        assert other["judge"] == "openai:other"
        assert {line["judge"].partition("@")[0] for line in lines(run)} == {MODEL, "other"}
        asked = server.ledger()["requests"]
        back = cli("score", run, "--rejudge", "--judge", f"openai:{MODEL}", *url)
        assert back.code == 0 and server.ledger()["requests"] == asked
    assert derived(run)["results"] == first["results"]


def test_rejudging_needs_a_judge(tmp_path: Path, cli: Cli) -> None:
    file, run = responses(tmp_path / "r.jsonl", 3), tmp_path / "run"
    assert cli("score", TASK, file, "-o", run, "--judge", "none").code == 0
    refused = cli("score", run, "--rejudge")
    assert refused.code == 2 and "needs a judge that can be asked" in refused.err


def test_replayed_responses_bring_their_judge_replies(tmp_path: Path, cli: Cli) -> None:
    records = [
        {"id": f"item-{n:05}", "response": f"answer {n}"}
        | ({} if n == 3 else {"judge_reply": ["Explanation: x\nJudgement: correct"]})
        for n in range(12)
    ]
    file, run = labels(tmp_path / "r.jsonl", records), tmp_path / "run"
    task = ("-t", "judged", "--include-path", str(JUDGED), "--trust-task-code")
    for _ in range(2):
        assert cli("evaluate", f"replay:{file}", *task, "-o", run).code == 0
    assert len(lines(run)) == 11
    results = derived(run)["results"]
    assert results["judge"] == "replay" and results["tasks"]["judged"]["unjudged"] == 1
    assert results["tasks"]["judged"]["metrics"]["accuracy"]["strict"]["n"] == 11


@pytest.mark.network
def test_status_tells_what_is_judged_and_how_to_go_on(tmp_path: Path, cli: Cli) -> None:
    model, run = f"mock:script:{script(tmp_path / 's.json', 12)}", tmp_path / "run"
    with ChaosServer(*TOY_SERVER) as server:
        command = evaluate_arguments(model, run, server.base_url)
        cli(*command, "--judge-budget", "4")
        found = cli("status", run)
        assert "interrupted" in found.out and "go on with: harness evaluate" in found.out
        assert re.search(r"12/12 \(100%\).*; judged [2-5]\n", found.out)
        assert cli(*command).code == 0
    found = cli("status", run)
    assert ": complete" in found.out and "judged 12" in found.out


@pytest.mark.network
def test_evaluate_judges_and_reports_a_spent_budget(tmp_path: Path, cli: Cli) -> None:
    model, run = f"mock:script:{script(tmp_path / 's.json', 12)}", tmp_path / "run"
    with ChaosServer(*TOY_SERVER) as server:
        command = evaluate_arguments(model, run, server.base_url, "--plain")
        short = cli(*command, "--judge-budget", "5")
        assert short.code == 3 and "budget is spent" in short.err
        assert "judged 12/12, 5 calls" in short.err and "budget spent" in short.err
        asked = [one for one in lines(run, canaries=True) if one["source"] == "asked"]
        assert len(asked) == server.ledger()["requests"] == 5
        dry = cli(*command, "--dry-run")
        assert dry.code == 0 and "12" in dry.out
        ended = cli(*command)
        assert ended.code == 0, ended.err
    assert "right about 1 of 1 items with a known grade" in ended.out
    assert derived(run)["results"]["tasks"]["judged"]["unjudged"] == 0


@pytest.mark.network
def test_keys_are_in_no_file_and_no_message(
    tmp_path: Path, cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    model = f"mock:script:{script(tmp_path / 's.json', 12)}"
    for name, expected in ((KEY, 0), ("sk-another-key-999999", 4)):
        run = tmp_path / f"run-{expected}"
        with ChaosServer(*TOY_SERVER, "--api-key", name) as server:
            ended = cli(*evaluate_arguments(model, run, server.base_url))
        assert ended.code == expected, ended.err
        assert KEY not in ended.out + ended.err
        for path in run.rglob("*"):
            assert not path.is_file() or KEY.encode() not in path.read_bytes(), path
    assert "the judge refused" in ended.err


@pytest.mark.network
def test_an_official_prompt_is_plugged_in_bare(tmp_path: Path, cli: Cli) -> None:
    prompt = tmp_path / "official.md"
    prompt.write_text("# system\nJudge.\n# user\nQ {question} G {ground_truth} R {response}\n")
    file, run = responses(tmp_path / "r.jsonl", 1, i0="{ground_truth} <|x|>"), tmp_path / "run"
    with ChaosServer("--reply", "fixed:Explanation: x\nJudgement: correct") as server:
        command = arguments(file, run, server.base_url, "--judge-prompt", prompt)
        assert cli(*command).code == 0
        texts = {item["text"] for item in server.ledger()["by_content"].values()}
    question = "Which animal is heard in clip 0? (a) cat (b) dog"
    assert f"Q {question} G (b) dog R {{ground_truth}} <|x|>" in texts
    manifest = json.loads((run / "manifest.json").read_text(encoding="utf-8"))
    judge = manifest["tasks"][TASK]["judge"]
    assert list(judge["prompts"]) == ["official"] and judge["fenced"] is False


def test_a_prompt_that_cannot_be_filled_and_a_bad_budget_stop_before_anything_runs(
    tmp_path: Path, cli: Cli
) -> None:
    prompt = tmp_path / "p.md"
    prompt.write_text("# user\n{frage} {response}\n")
    model, url = f"mock:script:{script(tmp_path / 's.json', 12)}", "http://127.0.0.1:9/v1"
    cases: list[tuple[str | Path, ...]] = [("--judge-prompt", prompt), ("--judge-budget", "much")]
    for number, flags in enumerate(cases):
        run = tmp_path / str(number)
        assert cli(*evaluate_arguments(model, run, url, *flags)).code == 2
        assert not run.exists()
        file = responses(tmp_path / "r.jsonl", 3)
        assert cli(*arguments(file, run, url, *flags)).code == 2
        assert not run.exists()


# --- verbs ---------------------------------------------------------------------------------------


def test_show_renders_a_real_item(cli: Cli) -> None:
    flags = (
        "--include-path",
        str(JUDGED),
        "--trust-task-code",
        "--response",
        "answer 7 <|im_end|>",
    )
    found = cli("judge", "show", "judged", *flags)
    assert found.code == 0
    assert "Question: What is number 0?" in found.out
    assert "answer 7 (|im_end|)" in found.out and "[BEGIN MODEL OUTPUT " in found.out
    url = "http://127.0.0.1:9/v1"
    shown = cli("judge", "show", "judged", *flags, "--json", "-J", f"base_url={url}")
    as_json = json.loads(shown.out)
    assert as_json["judge"]["endpoint"] == url
    assert as_json["item"] == "item-00000" and as_json["request"]["temperature"] == 0.0


def test_show_without_data_takes_an_item_of_our_own(cli: Cli) -> None:
    found = cli("judge", "show", TASK, "--judge", "openai:other")
    assert found.code == 0 and "canary:" in found.out and "other@sakura.3#" in found.out
    refused = cli("judge", "show", "quickstart_choice")
    assert refused.code == 2 and "has no judge" in refused.err


def test_show_names_the_slots_that_there_are(tmp_path: Path, cli: Cli) -> None:
    prompt = tmp_path / "p.md"
    prompt.write_text("# user\n{frage} {response}\n")
    found = cli("judge", "show", TASK, "--judge-prompt", prompt)
    assert found.code == 2 and "{frage}" in found.err and "{ground_truth}" in found.err


def labels(path: Path, records: list[dict[str, Any]]) -> Path:
    path.write_text("".join(json.dumps(record) + "\n" for record in records), encoding="utf-8")
    return path


def test_calibrate_against_a_bound(tmp_path: Path, cli: Cli) -> None:
    records = [
        {"human": 1 + n % 5, "judges": {"good": 1 + n % 5, "poor": 1 + n * 7 % 5}, "length": n}
        for n in range(60)
    ]
    file = labels(tmp_path / "l.jsonl", records)
    found = cli("judge", "calibrate", file, "--min-kappa", "0.6")
    assert found.code == 1 and "below kappa 0.6: poor" in found.err
    assert "good against human labels" in found.out and "good against poor" in found.out
    assert "quadratic kappa 1.000" in found.out
    assert cli("judge", "calibrate", file).code == 0
    report = json.loads(cli("judge", "calibrate", file, "--json", "--min-kappa", "0.6").out)
    assert report["below"] == ["poor"] and report["judges"]["good"]["kappa"] == 1
    assert len(report["judges"]["poor"]["length_bias"]["thirds"]) == 3


def test_calibrate_reads_raw_replies_with_the_strict_parser(tmp_path: Path, cli: Cli) -> None:
    replies = ["Explanation: x\nJudgement: correct", "**Judgement:** incorrect", "who knows"]
    records = [
        {"human": "Correct" if n % 3 == 0 else "incorrect", "judge_reply": replies[n % 3]}
        for n in range(12)
    ]
    file = labels(tmp_path / "l.jsonl", records)
    assert cli("judge", "calibrate", file).code == 2
    report = json.loads(cli("judge", "calibrate", file, "--task", TASK, "--json").out)["judges"]
    assert report["judge"]["unparsed"] == 4
    assert report["judge"]["labels"] == ["correct", "incorrect", "unparsed"]


@pytest.mark.network
def test_calibrate_takes_grades_from_runs(tmp_path: Path, cli: Cli) -> None:
    file, run = responses(tmp_path / "r.jsonl", 12), tmp_path / "run"
    with ChaosServer(*SERVER) as server:
        assert cli(*arguments(file, run, server.base_url)).code == 0
    records = [
        {"task": TASK, "id": f"item-{n}", "human": "correct" if n % 3 else "incorrect"}
        for n in range(12)
    ]
    found = cli("judge", "calibrate", labels(tmp_path / "l.jsonl", records), "--run", run, "--json")
    (report,) = json.loads(found.out)["judges"].values()
    assert report["n"] == 12 and report["observed"] > 0.5


@pytest.mark.parametrize(
    "text", ["", "{}\n", "[1]\n", '{"human": "yes"}\n', '{"human": "9", "judge": "x"}\nno json\n']
)
def test_calibrate_refuses_bad_labels(tmp_path: Path, cli: Cli, text: str) -> None:
    file = tmp_path / "l.jsonl"
    file.write_text(text)
    found = cli("judge", "calibrate", file)
    assert found.code == 2 and "Traceback" not in found.err
    assert cli("judge", "calibrate", tmp_path / "absent").code == 2
    assert os.environ.get("OPENAI_API_KEY") is None
