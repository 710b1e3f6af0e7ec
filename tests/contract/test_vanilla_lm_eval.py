"""Contract: every task YAML runs under plain lm-eval, with the official values of our own runner.

One copy of ten items per task, one set of replies. Our runner replays them through ``harness evaluate``;
lm-eval's public ``simple_evaluate`` gets them from a model that looks them up. Prompts, clips, generation
arguments and the values of all judge-free metrics must agree. Only names that lm-eval 0.4.12, 0.4.13 and its 0.5 pre-release have in
common are used (``make vanilla``, ``make vanilla-next``).
"""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from harness.task_loading.index import TaskEntry, load_index
from harness.task_loading.places import tasks_root
from harness.task_loading.specs import load_spec
from harness.task_loading.task import YamlTask
from harness.types import MISSING
from tests.support.budget import SOAK, mostly_long
from tests.support.command import CommandResult
from tests.support.data.tiny_copies import WRITERS, gold_or_not
from tests.support.lm_eval_scan import without_own_tasks

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("hf")]

Cli = Callable[..., CommandResult]
INDEX = load_index()
LARGE = 100
"""Tasks of one file: one of Dynamic-SUPERB's has more, all judged alike, so that plain lm-eval gives no value for any."""
MANY = 30
"""Tasks of one file that are left to the long form if a smaller file of the benchmark has all of their metrics."""


def names(benchmark: str) -> list[str]:
    """What lm-eval is asked for: tasks, and for inline tasks their group, which is how it reaches them."""
    found: dict[str, None] = {}
    for entry in tasks_of(benchmark):
        found[entry.task if entry.path.stem == entry.task else entry.path.stem] = None
    return list(found)


def runnable(benchmark: str) -> list[TaskEntry]:
    return [
        entry
        for entry in INDEX.tasks.values()
        if entry.benchmark == benchmark and not entry.unsupported
    ]


def tasks_of(benchmark: str) -> list[TaskEntry]:
    """Every task that can be run; outside the long form without the files that are left to it."""
    found = runnable(benchmark)
    return found if SOAK else [entry for entry in found if entry.path not in left_out(found)]


def left_out(found: list[TaskEntry]) -> set[Path]:
    """The files of a benchmark that only the long form runs."""
    sizes = Counter(entry.path for entry in found)
    metrics: dict[Path, set[str]] = {}
    for entry in found:
        metrics.setdefault(entry.path, set()).update(entry.metrics)
    return {
        path
        for path, size in sizes.items()
        if size >= LARGE
        or (
            size > MANY
            and any(sizes[other] < size and metrics[path] <= metrics[other] for other in sizes)
        )
    }


def test_what_is_left_to_the_long_form() -> None:
    found = {path.name for name in WRITERS for path in left_out(runnable(name))}
    assert found == {
        "dynamic_superb_phase1_speech48.yaml",
        "dynamic_superb_phase2_classification.yaml",
        "st_covost2.yaml",
    }


def test_every_benchmark_has_a_copy() -> None:
    assert {entry.benchmark for entry in INDEX.tasks.values()} == set(WRITERS)


def make_replies(benchmark: str, folder: Path) -> dict[tuple[str, str], str]:
    """(task, item) -> reply: right, wrong and unreadable ones in turn."""
    replies = {}
    for entry in tasks_of(benchmark):
        task = YamlTask(load_spec(entry), folder=None if benchmark == "quickstart" else folder)
        for number, doc in enumerate(task.documents()):
            try:
                gold = task.reference(doc)
            except KeyError:
                gold = MISSING
            reply = gold_or_not(gold, task.hints(doc).options, number)
            replies[entry.task, str(doc["_id"])] = reply
    return replies


def run_lm_eval(benchmark: str, folder: Path, replies: dict[tuple[str, str], str]) -> Any:
    """One run of plain lm-eval; also the requests its model saw."""
    import lm_eval.models  # noqa: F401
    from lm_eval.api.model import LM
    from lm_eval.evaluator import simple_evaluate
    from lm_eval.tasks import TaskManager

    seen: dict[tuple[str, str], Any] = {}

    class Parrot(LM):  # type: ignore[misc]
        MULTIMODAL = True

        def generate_until(self, requests: list[Any]) -> list[str]:
            for request in requests:
                seen[self.key(request)] = request.args
            return [replies[self.key(request)] for request in requests]

        @staticmethod
        def key(request: Any) -> tuple[str, str]:
            return request.task_name.split("::")[-1], str(request.doc["_id"])

        def loglikelihood(self, requests: list[Any]) -> list[tuple[float, bool]]:
            raise NotImplementedError

        def loglikelihood_rolling(self, requests: list[Any]) -> list[float]:
            raise NotImplementedError

    metadata = {} if benchmark == "quickstart" else {"folder": str(folder)}
    found = simple_evaluate(
        model=Parrot(),
        tasks=names(benchmark),
        task_manager=TaskManager(
            include_path=str(tasks_root() / benchmark), include_defaults=False, metadata=metadata
        ),
        bootstrap_iters=0,
    )
    assert found is not None
    results = {name.split("::")[-1]: value for name, value in found["results"].items()}
    return results, seen


def run_lm_eval_command(
    benchmark: str,
    folder: Path,
    replies: dict[tuple[str, str], str],
    output: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> dict[str, Any]:
    """The public ``lm_eval`` command, with a model that is registered by a name; its results file."""
    import lm_eval.models  # noqa: F401
    from lm_eval.__main__ import cli_evaluate
    from lm_eval.api.model import LM
    from lm_eval.api.registry import register_model

    @register_model(f"parrot-{benchmark}")
    class CommandParrot(LM):  # type: ignore[misc]
        MULTIMODAL = True

        def __init__(self, **_: Any) -> None:
            super().__init__()

        def generate_until(self, requests: list[Any]) -> list[str]:
            return [
                replies[request.task_name.split("::")[-1], str(request.doc["_id"])]
                for request in requests
            ]

        def loglikelihood(self, requests: list[Any]) -> list[tuple[float, bool]]:
            raise NotImplementedError

        def loglikelihood_rolling(self, requests: list[Any]) -> list[float]:
            raise NotImplementedError

    assert CommandParrot is not None
    arguments = ["--model", f"parrot-{benchmark}", "--tasks", ",".join(names(benchmark))]
    arguments += ["--include_path", str(tasks_root() / benchmark), "--output_path", str(output)]
    if benchmark != "quickstart":
        arguments += ["--metadata", json.dumps({"folder": str(folder)})]
    monkeypatch.setattr("sys.argv", ["lm_eval", "run", *arguments])
    cli_evaluate()
    (file,) = output.rglob("results_*.json")
    found = json.loads(file.read_text(encoding="utf-8"))["results"]
    return {name.split("::")[-1]: value for name, value in found.items()}


def run_ours(
    cli: Cli, benchmark: str, folder: Path, run: Path, replies: dict[tuple[str, str], str]
) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """``harness evaluate replay:FILE``: results and response records."""
    file = run.with_suffix(".jsonl")
    lines = [
        {"task": task, "id": item, "response": reply} for (task, item), reply in replies.items()
    ]
    file.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    given = () if benchmark == "quickstart" else ("--data", f"{benchmark}={folder}")
    done = cli(
        "evaluate", f"replay:{file}", "-t", ",".join(e.task for e in tasks_of(benchmark)),
        *given, "-o", run, "--judge", "none", "--quiet",
    )  # fmt: skip
    assert done.code == 0, done.err
    records = (run / "responses.jsonl").read_text(encoding="utf-8").split("\n")
    return json.loads((run / "results.json").read_text(encoding="utf-8"))["tasks"], [
        json.loads(record) for record in records if record
    ]


def flat(messages: list[dict[str, Any]]) -> str:
    """The user's message with its audio marks, as lm-eval writes it."""
    parts = messages[-1]["content"]
    return "".join(part["text"] if part["type"] == "text" else "<audio>" for part in parts)


def only_judged(benchmark: str) -> bool:
    """Whether plain lm-eval, which has no judge, has no value for any metric of a benchmark."""
    return all(set(entry.metrics) <= set(entry.judged) for entry in tasks_of(benchmark))


# the shipped one, one in a single file, one of many files and metrics
@pytest.mark.parametrize(
    "benchmark", mostly_long(sorted(WRITERS), ["mmsu", "quickstart", "voicebench"])
)
def test_plain_lm_eval_and_our_runner_agree(benchmark: str, cli: Cli, tmp_path: Path) -> None:
    folder = tmp_path / "copy"
    folder.mkdir()
    WRITERS[benchmark](folder)
    replies = make_replies(benchmark, folder)
    ours, records = run_ours(cli, benchmark, folder, tmp_path / "run", replies)
    theirs, seen = run_lm_eval(benchmark, folder, replies)

    assert len(records) == len(replies) == len(seen)
    for record in records:
        prompt, generation, extra = seen[record["task"], str(record["id"])]
        assert prompt.endswith(flat(record["messages"])), "lm-eval puts the system prompt in front"
        assert [clip.sha256 for clip in extra.get("audio") or []] == [
            clip["sha256"] for clip in record["audio"]
        ]
        assert (generation["until"], generation["do_sample"]) == ([], False)
    values = []
    for entry in tasks_of(benchmark):
        for metric, readings in ours[entry.task]["metrics"].items():
            reading = "official" if "official" in readings else "strict"
            found = readings[reading]["value"]
            value = theirs[entry.task][f"{metric},none"]
            if metric in entry.judged:
                assert math.isnan(value) and found is None
                continue
            if found is None:
                assert math.isnan(value)
                continue
            assert value == found, f"{entry.task} {metric}"
            values.append(value)
        assert set(theirs[entry.task]) >= {f"{metric},none" for metric in entry.metrics}
    if not only_judged(benchmark):
        assert values, "nothing was compared"
        assert any(value > 0 for value in values), "the replies must not all be worthless"
    clip = next((a for _, _, extra in seen.values() for a in extra.get("audio") or []), None)
    assert clip is not None
    assert clip["array"].ndim == 1


# quickstart under the command: tests/model_adapters/lm_eval
COMMANDS = sorted(WRITERS) if SOAK else ["voicebench"]


@pytest.mark.long
@pytest.mark.filterwarnings("ignore")  # in the long form lm-eval scans all of its own tasks here
@pytest.mark.parametrize("benchmark", COMMANDS)
def test_the_lm_eval_command_gives_the_same_values(
    benchmark: str, cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    without_own_tasks(monkeypatch)
    folder = tmp_path / "copy"
    folder.mkdir()
    WRITERS[benchmark](folder)
    replies = make_replies(benchmark, folder)
    ours, _ = run_ours(cli, benchmark, folder, tmp_path / "run", replies)
    theirs = run_lm_eval_command(benchmark, folder, replies, tmp_path / "theirs", monkeypatch)
    compared = 0
    for entry in tasks_of(benchmark):
        for metric, readings in ours[entry.task]["metrics"].items():
            found = readings["official" if "official" in readings else "strict"]["value"]
            if metric in entry.judged or found is None:
                continue
            assert theirs[entry.task][f"{metric},none"] == found, f"{entry.task} {metric}"
            compared += 1
    assert compared or only_judged(benchmark)
