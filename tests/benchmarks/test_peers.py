"""The comparison with other harnesses: what it counts, what it says of a system that does not do what it should."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

import pytest

from benchmarks.peers import environments
from benchmarks.peers.__main__ import chosen, main, measured
from benchmarks.peers.environments import InstallError, ready
from benchmarks.peers.items import write_items
from benchmarks.peers.measure import RunError, Setting, killed_run, whole_run
from benchmarks.peers.systems import BARE, SYSTEMS, Items, System, fill, lm_eval_items
from benchmarks.peers.table import table

PLANNED = ("torch", "nvidia-a", "triton", "cuda-b", "numpy")
STAND_IN = """
import base64, json, sys, urllib.request
from pathlib import Path

url, data, done, form = sys.argv[1:]
if form == "broken":
    sys.exit("ValueError: no such model")
done = Path(done)
finished = done.read_text().split() if done.exists() and form != "forgets" else []
for line in Path(data).read_text().splitlines():
    item = json.loads(line)
    if str(item["number"]) in finished:
        continue
    if form == "text" and item["audio"]:
        raise KeyError("visual")
    content = [{"type": "text", "text": item["question"]}]
    if item["audio"]:
        clip = base64.b64encode(Path(item["audio"]).read_bytes()).decode()
        content.append({"type": "input_audio", "input_audio": {"data": clip, "format": "wav"}})
    body = {"model": "m", "messages": [{"role": "user", "content": content}]}
    request = urllib.request.Request(url + "/chat/completions", json.dumps(body).encode())
    json.loads(urllib.request.urlopen(request).read())
    with done.open("a") as file:
        file.write(str(item["number"]) + " ")
"""


def written(items: Items, folder: Path, audio: bool) -> None:
    lines = [json.dumps(dict(item, audio=item["audio"] if audio else "")) for item in items]
    (folder / "items.jsonl").write_text("\n".join(lines), encoding="utf-8")


def stand_in(tmp_path: Path, form: str, **more: Any) -> System:
    """A peer that asks one at a time; ``form`` is ``keeps``, ``forgets``, ``text`` (fails with audio) or ``broken``."""
    script = tmp_path / "stand_in.py"
    script.write_text(STAND_IN, encoding="utf-8")
    words = ("{python}", str(script), "{url}", "{data}/items.jsonl", "{out}/done", form)
    return System("stand-in", None, words, write=written, **more)


@pytest.fixture
def setting(tmp_path: Path) -> Setting:
    return Setting(tmp_path / "work", write_items(tmp_path, 20), 1, 60.0)


@pytest.mark.network
def test_audio_is_counted_where_it_is_sent(tmp_path: Path, setting: Setting) -> None:
    peer = stand_in(tmp_path, "keeps")
    found = whole_run(peer, None, setting, 0.01, "with", audio=True)
    assert (found["answered"], found["requests"], found["with_audio"]) == (20, 20, 20)
    assert found["in_flight_max"] == 1
    assert 0 < found["efficiency"] <= 1
    assert found["cpu"] > 0
    assert found["memory"] > 1
    found = whole_run(peer, None, setting, 0.01, "without", audio=False)
    assert (found["requests"], found["with_audio"]) == (20, 0)


@pytest.mark.network
def test_the_bare_client_asks_the_same(setting: Setting) -> None:
    found = whole_run(BARE, None, setting, 0.01, "bare", audio=True)
    assert (found["answered"], found["requests"], found["with_audio"]) == (20, 20, 20)


@pytest.mark.network
@pytest.mark.parametrize(("form", "again"), [("keeps", False), ("forgets", True)])
def test_what_is_asked_again_after_a_kill(
    tmp_path: Path, setting: Setting, form: str, again: bool
) -> None:
    found = killed_run(stand_in(tmp_path, form), None, setting, 0.05, audio=True)
    assert 8 <= found["answered"] < 20
    assert found["never"] == 0
    if again:
        assert found["asked_again"] == found["answered"]
    else:
        assert found["asked_again"] <= 1  # the one that was answered and not yet written down


@pytest.mark.network
def test_a_peer_that_does_not_run_says_why(tmp_path: Path, setting: Setting) -> None:
    found = measured(stand_in(tmp_path, "broken"), setting, [0.01], 1, tmp_path)
    assert found["trouble"] == "ValueError: no such model"
    assert "not measured: ValueError: no such model" in table(shown(found))


@pytest.mark.network
def test_a_peer_that_cannot_send_audio_is_shown_so(tmp_path: Path, setting: Setting) -> None:
    found = measured(stand_in(tmp_path, "text", text_form=True), setting, [0.01], 1, tmp_path)
    assert found["runs"][0]["with_audio"] == 0
    text = table(shown(found))
    assert "**0 of 20**" in text
    assert "With the audio it does not run (`KeyError: 'visual'`)" in text


@pytest.mark.network
def test_a_run_without_end_is_ended(tmp_path: Path, setting: Setting) -> None:
    waits = System("waits", None, ("{python}", "-c", "import time; time.sleep(60)"))
    brief = Setting(setting.folder, setting.items, 1, 0.5)
    with pytest.raises(RunError, match="no end after"):
        whole_run(waits, None, brief, 0.01, "x", audio=True)


def shown(*systems: dict[str, Any]) -> dict[str, Any]:
    return {"items": 20, "latencies": [0.01], "systems": list(systems)}


def test_the_table_has_every_figure() -> None:
    run = {"latency": 0.05, "efficiency": 0.5, "of_bare": 0.8, "cpu": 3.0, "memory": 99.6}
    run |= {"items": 500, "answered": 498, "requests": 510, "with_audio": 510}
    system = {"name": "a", "version": "1", "command": "a --b", "requires": ["a==1"]}
    system |= {"trouble": None, "start_up": {"cpu": 1.0}, "runs": [run], "kill_trouble": None}
    system |= {"killed": {"answered": 200, "asked_again": 16, "never": 3}}
    ended = system | {"killed": None, "kill_trouble": "it ended | early"}
    text = table({"items": 500, "latencies": [0.05], "systems": [system, ended]})
    cells = "0.50 (0.80) | 3.0 (1.0) | 100 | all; 2 of 500 items never asked"
    assert f"| a 1 | {cells} | 16 of 200; 3 never |" in text
    assert f"| a 1 | {cells} | not measured: it ended / early |" in text
    assert "* a 1: `a --b`, installed as `a==1`" in text


def test_the_table_of_a_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "figures.json"
    path.write_text(json.dumps(shown()), encoding="utf-8")
    main(["--show", str(path)])
    assert capsys.readouterr().out.startswith("| system | efficiency at 10 ms")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--systems", "lm-eval,mine"], "unknown system: mine; expected bare, lalm-harness"),
        (["--latencies", "50,fast"], "2"),
        (["--items", "0"], "2"),
    ],
)
def test_wrong_arguments_end(arguments: list[str], message: str) -> None:
    with pytest.raises(SystemExit, match=message):
        main(arguments)


def test_all_systems_are_chosen_by_default() -> None:
    assert chosen("") == list(SYSTEMS)


def test_a_plan_with_cuda_packages_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ran: list[list[str]] = []

    def run(command: list[str]) -> str:
        ran.append(command)
        if "--report" in command:
            plan = {"install": [{"metadata": {"name": name}} for name in PLANNED]}
            path = Path(command[command.index("--report") + 1])
            path.parent.mkdir(parents=True)
            path.write_text(json.dumps(plan), encoding="utf-8")
        return ""

    monkeypatch.setattr(environments, "run", run)
    with pytest.raises(InstallError, match=r"CUDA packages \(nvidia-a, triton and 1 more\)"):
        ready(tmp_path / "peer", ("peer==1",))
    assert "--dry-run" in ran[-1]


def test_what_was_planned_is_installed_and_planned_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ran: list[list[str]] = []

    def run(command: list[str]) -> str:
        ran.append(command)
        if "--report" in command:
            plan = {
                "install": [{"metadata": {"name": name, "version": "2"}} for name in ("a", "b")]
            }
            path = Path(command[command.index("--report") + 1])
            path.parent.mkdir(parents=True)
            path.write_text(json.dumps(plan), encoding="utf-8")
        return ""

    monkeypatch.setattr(environments, "run", run)
    ready(tmp_path / "peer", ("a==2",))
    assert ran[-1][-3:] == ["--no-deps", "a==2", "b==2"]
    assert len(ran) == 3


def test_an_environment_is_made_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(environments, "run", lambda command: pytest.fail(f"ran {command}"))
    (tmp_path / "requires.json").write_text('["peer==1"]', encoding="utf-8")
    assert ready(tmp_path, ("peer==1",)) == tmp_path / "bin" / "python"


def test_what_fails_names_its_error() -> None:
    code = "import sys; sys.exit('Looking\\nERROR: No matching distribution\\nhint')"
    with pytest.raises(InstallError, match=r"^ERROR: No matching distribution$"):
        environments.run([sys.executable, "-c", code])


def test_every_command_can_be_filled_in(tmp_path: Path) -> None:
    values = {"url": "http://h/v1", "in_flight": 4, "items": 9, "clips": "c", "data": "d"}
    for system in SYSTEMS:
        for words in (system.command, system.resume or ()):
            filled = fill(words, Path("/e/bin/python"), out=tmp_path, **values)
            assert not any("{url}" in word or "{out}" in word for word in filled)
        assert str(Path.cwd()) not in system.shown()


def test_the_newest_log_is_the_one_that_is_retried(tmp_path: Path) -> None:
    for name in ("b.eval", "a.eval"):
        (tmp_path / name).touch()
    os.utime(tmp_path / "b.eval", (1, 1))
    assert fill(["{out}/*.eval"], None, out=tmp_path) == [str(tmp_path / "a.eval")]


def test_lm_eval_is_given_the_clip_unless_told_otherwise(tmp_path: Path) -> None:
    items = [{"number": 0, "question": "q", "answer": "a", "audio": "0.wav"}]
    lm_eval_items(items, tmp_path, True)
    assert json.loads((tmp_path / "peers.yaml").read_text())["doc_to_audio"] == "audio"
    lm_eval_items(items, tmp_path, False)
    assert "doc_to_audio" not in json.loads((tmp_path / "peers.yaml").read_text())
