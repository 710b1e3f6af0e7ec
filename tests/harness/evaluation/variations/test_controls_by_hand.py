"""Hazards: a run of variations that a kill changes, a gain or bias that another computation does not find, a control taken for the task by the gate."""

from __future__ import annotations

import json
import math
import time
from collections.abc import Callable
from pathlib import Path
from statistics import NormalDist, fmean

import pytest

from harness.types import Audio
from tests.support.command import CommandResult, start
from tests.support.runs import behaviours
from tests.support.runs.toy import jsonl, results, timeless

Cli = Callable[..., CommandResult]
TASK = "quickstart_choice"
PROMPTS = """paraphrases:
  - name: as-it-is
  - name: polite
    after: " Please."
"""


@pytest.mark.long
@pytest.mark.slow
def test_a_killed_run_of_variations_ends_as_one_that_was_not(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "prompts.yaml").write_text(PROMPTS)
    command: tuple[str | Path, ...] = (
        "evaluate", "mock:hash", "-t", TASK, "--control", "noise:0", "--permute", "options:2",
        "--paraphrase", tmp_path / "prompts.yaml", "--quiet",
    )  # fmt: skip
    run, log = tmp_path / "run", tmp_path / "run" / "responses.jsonl"
    process = start(*command, "-o", run, "-M", "latency=0.2,concurrency=2")
    end = time.monotonic() + 90
    while time.monotonic() < end and not (log.is_file() and log.read_bytes().count(b"\n") >= 6):
        time.sleep(0.01)
    process.kill()
    process.communicate(timeout=60)
    assert 6 <= len(jsonl(log)) < 48
    again = cli(*command, "-o", run)
    assert again.code == 0, again.err
    assert len({line["request_key"] for line in jsonl(log)}) == len(jsonl(log)) == 48
    assert cli(*command, "-o", tmp_path / "whole").code == 0
    assert timeless(run) == timeless(tmp_path / "whole")


@pytest.fixture(name="model")
def half_listening(tmp_path: Path) -> str:
    """A model that listens to five clips, is led away by one whose answer is A, and else says A."""
    script = {"*": "A"}
    task = behaviours.choices()
    misled = next(doc for doc in task.documents if doc["answer"] == doc["options"][0])
    others = [doc for doc in task.documents if doc["answer"] != doc["options"][0]][:5]
    for doc in (misled, *others):
        parts = [part for message in task.task.messages(doc) for part in message.parts]
        (clip,) = [part for part in parts if isinstance(part, Audio)]
        script[f"audio:{clip.sha256}"] = doc["options"][1] if doc is misled else doc["answer"]
    (tmp_path / "script.json").write_text(json.dumps(script))
    return f"mock:script:{tmp_path / 'script.json'}"


def test_a_gain_is_what_the_samples_say(cli: Cli, tmp_path: Path, model: str) -> None:
    heard, bare = tmp_path / "heard", tmp_path / "bare"
    assert cli("evaluate", model, "-t", TASK, "-o", heard, "--quiet").code == 0
    assert cli("evaluate", model, "-t", TASK, "--control", "no-audio", "-o", bare, "--quiet").code == 0  # fmt: skip
    done = cli("compare", heard, bare, "--control", "--json")
    assert done.code == 0, done.err
    (found,) = json.loads(done.out)["tasks"]
    right = [{line["id"]: line["response"] in (line["reference"], "A" if line["doc"]["options"][0] == line["reference"] else "") for line in jsonl(one / "samples.jsonl")} for one in (heard, bare)]  # fmt: skip
    gained = sum(right[0][name] and not right[1][name] for name in right[0])
    lost = sum(right[1][name] and not right[0][name] for name in right[0])
    assert (gained, lost) == (5, 1) == (found["heard"], found["misled"])
    assert found["gain"] == pytest.approx((gained - lost) / 12)
    up, down = (gained + 1) / 14, (lost + 1) / 14
    half = NormalDist().inv_cdf(0.975) * math.sqrt((up + down - (up - down) ** 2) / 14)
    assert found["ci95"] == pytest.approx([up - down - half, up - down + half])
    gate = cli("gate", bare, "--baseline", heard)
    assert gate.code == 2
    assert f"{TASK}: control differs: baseline -, candidate no-audio" in gate.out


def test_bias_of_places_is_what_the_samples_say(cli: Cli, tmp_path: Path, model: str) -> None:
    from scipy.stats import ttest_1samp

    run = tmp_path / "run"
    done = cli("evaluate", model, "-t", TASK, "--permute", "options:4", "-o", run, "--quiet")
    assert done.code == 0, done.err
    found = results(run)["tasks"][TASK]["variations"]["orders"]
    replies: dict[str, list[tuple[int, int]]] = {}
    for line in jsonl(run / "samples.jsonl"):
        options = line["doc"]["options"]
        chosen = 0 if line["response"] == "A" else options.index(line["response"])
        replies.setdefault(line["id"], []).append((chosen, options.index(line["reference"])))
    assert sorted(map(len, replies.values())) == [4] * 12
    for place, shown in enumerate(found["positions"]):
        surplus = [fmean((c == place) - (g == place) for c, g in four) for four in replies.values()]
        assert shown["bias"]["value"] == pytest.approx(fmean(surplus))
        ends = ttest_1samp(surplus, 0.0).confidence_interval(0.95)
        assert shown["bias"]["ci95"] == pytest.approx([ends.low, ends.high])
        there = [c == g for four in replies.values() for c, g in four if g == place]
        assert shown["gold"]["value"] == pytest.approx(fmean(there))
    whole = [all(c == g for c, g in four) for four in replies.values()]
    assert found["all_right"]["value"] == pytest.approx(fmean(whole)) == pytest.approx(5 / 12)
