"""Every benchmark that the hub holds in a known form, evaluated from a loopback hub to ``results.json``."""

from __future__ import annotations

import json
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.command import CommandResult, run_process
from tests.support.data import llaso_eval as llaso
from tests.support.data import mmau, mmsu, sakura, speech_ifeval, voicebench
from tests.support.servers.hub_server import CARD, Hub, files

TASKS = {
    "sakura_emotion_single": 3,
    "mmau_test_mini": 3,
    "mmsu": 2,
    "voicebench_sd_qa": 1,
    "voicebench_alpacaeval_speaker": 2,
    "voicebench_bbh": 2,
    "llaso_vctk_gender_classification": 4,
    "speech_ifeval_creative": 2,
}


def repositories(folder: Path) -> dict[str, tuple[str, dict[str, bytes]]]:
    """Benchmark -> (data set, files in the hub's layout)."""
    sakura.write_parquet(folder / "sakura" / "data")
    mmau.write_parquet(folder / "mmau" / "data")
    mmsu.write_parquet(folder / "mmsu")
    voicebench.write_parquet(folder / "voicebench")
    llaso.write_copy(folder / "llaso_eval")
    speech_ifeval.write_copy(folder / "whole")
    speech_ifeval.write_questions(folder / "speech_ifeval" / "eval_data")
    with tarfile.open(folder / "speech_ifeval" / "audios.tar", "w") as archive:
        archive.add(folder / "whole" / "audios", "audios")
    names = {
        "sakura": "SLLM-multi-hop/EmotionQA",
        "mmau": "gamma-lab-umd/MMAU-test-mini",
        "mmsu": "ddwang2000/MMSU",
        "voicebench": "hlt-lab/voicebench",
        "llaso_eval": "YirongSun/LLaSO-Eval",
        "speech_ifeval": "kehanlu/Speech-IFEval",
    }
    return {
        benchmark: (name, {"README.md": CARD, **files(folder / benchmark)})
        for benchmark, name in names.items()
    }


@pytest.fixture
def hub() -> Iterator[Hub]:
    with Hub().serve() as served:
        yield served


def read(path: Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return content


@pytest.mark.network
@pytest.mark.slow
def test_evaluate_from_the_hub_with_pinned_revisions(hub: Hub, tmp_path: Path) -> None:
    pinned: dict[str, str] = {}
    for benchmark, (repo, content) in repositories(tmp_path / "made").items():
        pinned[benchmark] = hub.commit(repo, content)
        hub.commit(repo, {"README.md": b"moved on"})  # the branch; a pinned commit stays
    options = [
        part for name, commit in pinned.items() for part in ("--revision", f"{name}={commit}")
    ]
    environment = hub.environment(tmp_path / "cache")

    def evaluate(run: str, tasks: list[str], **changes: str) -> CommandResult:
        return run_process(
            "evaluate", "baseline:first", "-t", ",".join(tasks), "-o", tmp_path / run, "--plain",
            *options, **(environment | changes),
        )  # fmt: skip

    done = evaluate("run", list(TASKS))
    assert done.code == 0, done.err
    results, manifest = (read(tmp_path / "run" / f"{n}.json") for n in ("results", "manifest"))
    for task, n in TASKS.items():
        entry = manifest["tasks"][task]
        assert results["tasks"][task]["n"] == n, task
        assert results["tasks"][task]["outcomes"]["error"] == 0, task
        assert entry["data"]["version"] == pinned[entry["benchmark"]], task
        assert results["tasks"][task]["signature"], task
    assert f"data:{pinned['mmsu']}#" in json.dumps(results["tasks"]["mmsu"]["signature"])
    assert not any("ind_n" in path for path in hub.contents())  # other accents stay where they are
    assert not any("train-" in path for path in hub.contents() if "EmotionQA" in path)

    fetched = len(hub.contents())
    again = evaluate("again", list(TASKS), HF_HUB_OFFLINE="1")
    assert again.code == 0, again.err
    assert len(hub.contents()) == fetched
    assert read(tmp_path / "again" / "results.json") == results


@pytest.mark.long
@pytest.mark.network
@pytest.mark.slow
def test_without_a_pin_the_branch_is_resolved_and_recorded(hub: Hub, tmp_path: Path) -> None:
    repo, content = repositories(tmp_path / "made")["mmsu"]
    commit = hub.commit(repo, content)
    run = tmp_path / "run"
    done = run_process(
        "evaluate", "baseline:first", "-t", "mmsu", "-o", run, "--plain",
        **hub.environment(tmp_path / "cache"),
    )  # fmt: skip
    assert done.code == 0, done.err
    assert read(run / "manifest.json")["tasks"]["mmsu"]["data"]["version"] == commit
    missing = run_process(
        "evaluate", "baseline:first", "-t", "mmsu", "-o", tmp_path / "no", "--revision",
        "mmsu=no-such-branch", **hub.environment(tmp_path / "cache"),
    )  # fmt: skip
    assert missing.code == 4
    assert "no-such-branch" in missing.err and "Traceback" not in missing.err
