"""``harness data get`` against a loopback hub: sizes first, resumable, verified, then examined."""

from __future__ import annotations

import json
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.support.command import CommandResult, run_process, start
from tests.support.data import llaso_eval as llaso
from tests.support.data import mmau, sakura
from tests.support.servers.hub_server import CARD, Hub, files

Cli = Callable[..., CommandResult]
EMOTION = "SLLM-multi-hop/EmotionQA"
ONLY = ("-t", "sakura_emotion_*")
SHARD = "data/test-00000-of-00001.parquet"


@pytest.fixture
def hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    with Hub().serve() as served:
        served.use(monkeypatch, tmp_path / "cache")
        yield served


def put_sakura(hub: Hub, folder: Path) -> str:
    sakura.write_parquet(folder / "data")
    return hub.commit(EMOTION, {"README.md": CARD, **files(folder)})


@pytest.mark.network
def test_size_and_licence_come_first_then_the_files_then_what_is_wrong(
    hub: Hub, cli: Cli, tmp_path: Path
) -> None:
    commit, folder = put_sakura(hub, tmp_path / "made"), tmp_path / "copy"
    done = cli("data", "get", "sakura", "--to", folder, *ONLY)
    assert done.code == 1, done.err  # 3 of 500 clips: the check has findings
    lines = done.out.split("\n")
    assert lines[0] == "sakura: complete download 304 MB"
    assert lines[1].startswith("licence: none given")
    assert lines[2].startswith(f"{EMOTION} at {commit}: 2 files, ")
    assert f"--data sakura={folder}" in done.out
    assert "count: 3 items listed, 500 documented" in done.out
    assert f"[1/2] {EMOTION}: {SHARD}" in done.err
    assert (folder / "EmotionQA" / SHARD).read_bytes() == (tmp_path / "made" / SHARD).read_bytes()
    record = json.loads((folder / "lalm-source.json").read_text(encoding="utf-8"))
    assert record == {"benchmark": "sakura", "commits": {EMOTION: commit}}
    assert not list(folder.rglob("*.partial"))
    run = cli(
        "evaluate", "baseline:first", "-t", "sakura_emotion_multi", "--data", f"sakura={folder}",
        "-o", tmp_path / "run",
    )  # fmt: skip
    assert run.code == 0, run.err


@pytest.mark.network
def test_nothing_is_fetched_twice_and_a_changed_file_is_fetched_again(
    hub: Hub, cli: Cli, tmp_path: Path
) -> None:
    commit, folder = put_sakura(hub, tmp_path / "made"), tmp_path / "copy"
    get = ("data", "get", "sakura", "--to", folder, *ONLY)
    cli(*get)
    before = len(hub.contents())
    assert f"{SHARD} is there" in cli(*get).err
    assert len(hub.contents()) == before
    place = folder / "EmotionQA" / SHARD
    place.write_bytes(place.read_bytes()[:-1] + b"?")  # same size, other content
    cli(*get)
    assert place.read_bytes() == (tmp_path / "made" / SHARD).read_bytes()
    hub.commit(EMOTION, {SHARD: b"newer"})
    cli(*get, "--revision", commit)
    assert place.read_bytes() == (tmp_path / "made" / SHARD).read_bytes()
    done = cli(*get)
    assert place.read_bytes() == b"newer"
    assert done.code == 1
    assert "malformed" in done.out


@pytest.mark.network
def test_json_has_commits_bytes_and_findings(hub: Hub, cli: Cli, tmp_path: Path) -> None:
    commit = put_sakura(hub, tmp_path / "made")
    done = cli("data", "get", "sakura", "--to", tmp_path / "copy", "--json", *ONLY)
    content = json.loads(done.out)
    (source,) = content["sources"]
    assert (source["repo"], source["revision"], source["files"]) == (EMOTION, commit, 2)
    assert source["bytes"] > 0
    assert {task["task"] for task in content["tasks"]} == {
        "sakura_emotion_single",
        "sakura_emotion_multi",
    }


@pytest.mark.network
def test_the_default_folder_is_where_evaluate_looks(
    hub: Hub, cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put_sakura(hub, tmp_path / "made")
    monkeypatch.setenv("HARNESS_DATA", str(tmp_path / "root"))
    cli("data", "get", "sakura", *ONLY)
    assert cli("data", "check", "sakura", *ONLY).code == 1
    run = ("evaluate", "baseline:first", *ONLY, "-o", tmp_path / "run")
    assert cli(*run).code == 0


@pytest.mark.network
@pytest.mark.slow
def test_a_killed_download_goes_on_from_its_last_byte(hub: Hub, tmp_path: Path) -> None:
    content = bytes(range(256)) * 60_000  # the client writes blocks of 10 MiB
    hub.commit(EMOTION, {SHARD: content})
    hub.hold = 12_000_000
    folder = tmp_path / "copy"
    get = ("data", "get", "sakura", "--to", folder, *ONLY)
    process = start(*get, **hub.environment(tmp_path / "cache"))
    deadline = time.monotonic() + 60
    while not any(path.stat().st_size for path in folder.rglob("*.partial")):
        assert time.monotonic() < deadline and process.poll() is None
        time.sleep(0.05)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    (partial,) = folder.rglob("*.partial")
    have = partial.stat().st_size
    hub.hold = None
    hub.release.set()
    done = run_process(*get, **hub.environment(tmp_path / "cache"))
    assert hub.ranges() == [f"bytes={have}-"]
    assert (folder / "EmotionQA" / SHARD).read_bytes() == content
    assert not list(folder.rglob("*.partial"))
    assert done.code == 1  # it is not parquet, and the check says so
    assert "malformed" in done.out


@pytest.mark.network
def test_content_that_arrives_wrong_is_thrown_away(hub: Hub, cli: Cli, tmp_path: Path) -> None:
    put_sakura(hub, tmp_path / "made")
    for digest, content in hub.blobs.items():
        hub.blobs[digest] = content[:-1] + b"?"
    done = cli("data", "get", "sakura", "--to", tmp_path / "copy", *ONLY)
    assert done.code == 4
    assert "another content than the hub lists" in done.err
    left = [path.name for path in (tmp_path / "copy").rglob("*") if path.is_file()]
    assert set(left) <= {"README.md", ".lalm-source.lock"}


@pytest.mark.network
def test_two_processes_never_fetch_into_one_folder(hub: Hub, cli: Cli, tmp_path: Path) -> None:
    from filelock import FileLock

    put_sakura(hub, tmp_path / "made")
    (tmp_path / "copy").mkdir()
    with FileLock(tmp_path / "copy" / ".lalm-source.lock"):
        done = cli("data", "get", "sakura", "--to", tmp_path / "copy", *ONLY)
    assert done.code == 4
    assert "another process is fetching" in done.err


@pytest.mark.network
def test_a_file_outside_the_folder_is_refused(hub: Hub, cli: Cli, tmp_path: Path) -> None:
    hub.commit(EMOTION, {"../../evil.parquet": b"x"})
    done = cli("data", "get", "sakura", "--to", tmp_path / "a" / "copy", *ONLY)
    assert done.code == 4
    assert "outside its folder" in done.err
    assert not list(tmp_path.rglob("evil*"))


@pytest.mark.network
def test_a_full_disk_is_said_before_the_first_byte(
    hub: Hub, cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import shutil

    put_sakura(hub, tmp_path / "made")
    usage = shutil.disk_usage(tmp_path)._replace(free=10)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage)
    done = cli("data", "get", "sakura", "--to", tmp_path / "copy", *ONLY)
    assert done.code == 4
    assert "are to be fetched, 1e-05 MB are free" in done.err
    assert hub.contents() == []


@pytest.mark.network
def test_a_hub_that_lacks_something_is_no_traceback(hub: Hub, cli: Cli, tmp_path: Path) -> None:
    get = ("data", "get", "sakura", "--to", tmp_path / "copy", *ONLY)
    assert "cannot list the hub data set" in cli(*get).err
    hub.commit(EMOTION, {"README.md": CARD})
    done = cli(*get)
    assert done.code == 4
    assert "has no file like *.parquet" in done.err
    assert "no-such" in cli(*get, "--revision", "no-such").err
    hub.url = "http://127.0.0.1:9"
    with pytest.MonkeyPatch.context() as patch:
        hub.use(patch, tmp_path / "cache")
        done = cli(*get)
    assert done.code == 4
    assert "Traceback" not in done.err


@pytest.mark.network
def test_the_converted_branch_serves_where_the_default_one_has_no_parquet(
    hub: Hub, cli: Cli, tmp_path: Path
) -> None:
    sakura.write_parquet(tmp_path / "made")
    (content,) = [c for p, c in files(tmp_path / "made").items() if p.startswith("test")]
    hub.commit(EMOTION, {"clips/a.wav": b"x"})
    hub.commit(EMOTION, {"default/test/0000.parquet": content}, "refs/convert/parquet")
    done = cli("data", "get", "sakura", "--to", tmp_path / "copy", *ONLY)
    assert done.code == 1, done.err
    assert "listed     3" in done.out


@pytest.mark.network
def test_files_of_llaso_and_of_the_asked_split_of_mmau(hub: Hub, cli: Cli, tmp_path: Path) -> None:
    llaso.write_copy(tmp_path / "llaso")
    hub.commit("YirongSun/LLaSO-Eval", files(tmp_path / "llaso"))
    done = cli(
        "data",
        "get",
        "llaso_eval",
        "--to",
        tmp_path / "a",
        "-t",
        "llaso_vctk_gender_classification",
    )
    assert done.code == 1, done.err
    assert "missing_audio: 2 of 6 clips" in done.out
    mmau.write_parquet(tmp_path / "mmau" / "data")
    hub.commit("gamma-lab-umd/MMAU-test-mini", files(tmp_path / "mmau"))
    done = cli("data", "get", "mmau", "--to", tmp_path / "b")
    assert done.code == 1, done.err
    assert "not documented" in done.out
    assert "audio archive that its README links" in done.out
    assert not any("MMAU-test/" in path for _, path, _ in hub.asked)


@pytest.mark.network
def test_what_has_to_be_done_by_hand_is_said(hub: Hub, cli: Cli, tmp_path: Path) -> None:
    hub.commit("kehanlu/Speech-IFEval", {"audios.tar": b"tar", "README.md": CARD})
    done = cli("data", "get", "speech_ifeval", "--to", tmp_path)
    assert done.code == 4
    assert "still to do by hand, 1: put closed_ended_questions.jsonl" in done.out
    assert "tar -xf audios.tar" in done.out
    assert (tmp_path / "audios.tar").read_bytes() == b"tar"


def test_packaged_data_needs_no_hub(cli: Cli) -> None:
    done = cli("data", "get", "quickstart")
    assert done.code == 0
    assert "nothing to fetch" in done.out
    assert json.loads(cli("data", "get", "quickstart", "--json").out)["packaged"] is True


def test_unknown_benchmarks_and_tasks_of_others_are_usage_errors(cli: Cli, tmp_path: Path) -> None:
    done = cli("data", "get", "sacura", "--to", tmp_path)
    assert done.code == 2
    assert "did you mean: sakura" in done.err
    done = cli("data", "get", "sakura", "-t", "mmsu", "--to", tmp_path)
    assert done.code == 2
    assert "mmsu is a task of mmsu, not of sakura" in done.err
