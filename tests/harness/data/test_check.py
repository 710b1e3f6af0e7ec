"""``harness data check``: every finding it can make, by name, on copies in their documented form."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.support.command import CommandResult
from tests.support.data import llaso_eval as llaso
from tests.support.data import mmau, mmsu, sakura, voicebench

Cli = Callable[..., CommandResult]


@pytest.fixture
def check(cli: Cli) -> Callable[..., tuple[int, dict[str, dict[str, list[dict[str, Any]]]]]]:
    """``check(benchmark, folder, …)`` gives the exit code and task -> kind -> findings."""

    def run(*arguments: str | Path) -> tuple[int, dict[str, dict[str, list[dict[str, Any]]]]]:
        done = cli("data", "check", *arguments, "--json")
        content = json.loads(done.out)
        found: dict[str, dict[str, list[dict[str, Any]]]] = {}
        for task in content["tasks"]:
            kinds = found.setdefault(task["task"], {})
            for finding in task["findings"]:
                kinds.setdefault(finding["kind"], []).append(finding)
        return done.code, found

    return run


Check = Callable[..., tuple[int, dict[str, dict[str, list[dict[str, Any]]]]]]


def messages(findings: list[dict[str, Any]]) -> dict[str, list[str]]:
    return {finding["message"]: finding["ids"] for finding in findings}


def test_packaged_data_is_fine(cli: Cli) -> None:
    done = cli("data", "check", "quickstart", "--deep", "-q")
    assert (done.code, done.out, done.err) == (0, "", "")


def test_a_replaced_clip_and_a_wrong_answer_are_named(check: Check, tmp_path: Path) -> None:
    from tasks.quickstart import data

    for path in data.PACKAGED.joinpath("clips").iterdir():
        copy = tmp_path / "clips" / path.name
        copy.parent.mkdir(exist_ok=True)
        copy.write_bytes(path.read_bytes())
    lines = data.PACKAGED.joinpath("items.jsonl").read_text(encoding="utf-8").split("\n")
    items = [json.loads(line) for line in lines if line]
    choice = next(item for item in items if item["kind"] == "choice")
    choice["answer"] = "something else"
    number = next(item for item in items if item["kind"] == "number")
    (tmp_path / number["clip"]).write_bytes((tmp_path / choice["clip"]).read_bytes())
    (tmp_path / "items.jsonl").write_text("\n".join(map(json.dumps, items)), encoding="utf-8")
    code, found = check("quickstart", tmp_path)
    assert code == 1
    assert messages(found["quickstart_choice"]["gold"]) == {
        "the answer is none of the options": [choice["id"]]
    }
    assert messages(found["quickstart_number"]["gold"]) == {
        "the clip is not the one that the item was written for": [number["id"]]
    }
    assert not found["quickstart_transcription"]


def test_mmau_items_that_are_not_of_the_edition_and_odd_golds(check: Check, tmp_path: Path) -> None:
    mmau.write_json(tmp_path)
    items = [{**mmau.ITEMS[0], "answer": "Child"}, mmau.ITEMS[1], mmau.ITEMS[2], mmau.ITEMS[1]]
    items[0]["task"] = "noise"
    (tmp_path / "mmau-test-mini.json").write_text(json.dumps(items), encoding="utf-8")
    code, found = check("mmau", tmp_path)
    assert code == 1
    assert list(found) == ["mmau_test_mini"]
    kinds = found["mmau_test_mini"]
    assert messages(kinds["count"]) == {"4 items listed, 1000 documented": []}
    assert messages(kinds["missing_audio"]) == {"1 of 4 clips": ["own-gone"]}
    assert messages(kinds["duplicate"]) == {
        "ids used more than once": ["own-six~2"],
        "2 items have the same content": ["own-six", "own-six~2"],
    }
    assert messages(kinds["label"]) == {
        "the task or difficulty is none of the official ones": ["own-mp3"]
    }
    assert messages(kinds["gold"]) == {
        "the answer is none of the choices": ["own-mp3"],
        "not an item of the edition of 2025-08-09": ["own-mp3", "own-six", "own-six~2"],
    }


def test_a_gold_answer_that_differs_from_the_frozen_list_is_named(
    check: Check, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tasks._shared.source import frozen_lines
    from tasks.mmau import source

    frozen = tmp_path / "frozen.txt"
    frozen.write_text("\n".join(frozen_lines(map(source.gold, mmau.ITEMS))), encoding="ascii")
    monkeypatch.setattr(source, "FROZEN", frozen)
    source.frozen.cache_clear()
    mmau.write_json(tmp_path)
    items = [{**mmau.ITEMS[0], "answer": "Man"}, *mmau.ITEMS[1:]]
    (tmp_path / "mmau-test-mini.json").write_text(json.dumps(items), encoding="utf-8")
    try:
        _, found = check("mmau", tmp_path)
    finally:
        source.frozen.cache_clear()
    assert messages(found["mmau_test_mini"]["gold"]) == {
        "choices or answer differ from the edition of 2025-08-09": ["own-mp3"]
    }


def test_the_committed_lists_hold_every_documented_item() -> None:
    from tasks._shared.source import read_frozen
    from tasks.llaso_eval import source as of_llaso
    from tasks.llaso_eval.sets import data_sets
    from tasks.mmau import source as of_mmau
    from tasks.sakura import source as of_sakura

    assert len(read_frozen(of_mmau.FROZEN)) == 1000
    assert len(read_frozen(of_sakura.FROZEN)) == 4000
    lines = of_llaso.FROZEN.read_text(encoding="ascii").split("\n")
    assert len(lines) - 1 == sum(entry.n for entry in data_sets().values())


def test_mmsu_options_and_answers(check: Check, tmp_path: Path) -> None:
    mmsu.write_lines(tmp_path)
    odd = {**mmsu.ITEMS[1], "choice_d": None, "answer_gt": "Four", "category": "Thought"}
    with (tmp_path / "items.jsonl").open("w", encoding="utf-8") as file:
        file.writelines(json.dumps(item) + "\n" for item in (mmsu.ITEMS[0], odd))
    code, found = check("mmsu", "--data", f"mmsu={tmp_path}")
    assert code == 1
    name = [odd["id"]]
    assert messages(found["mmsu"]["options"]) == {"3 choices, expected 2 or 4": name}
    assert messages(found["mmsu"]["gold"]) == {"the answer is none of the choices": name}
    assert messages(found["mmsu"]["label"]) == {"unknown category 'Thought'": name}


def test_sakura_letters_labels_and_options(check: Check, tmp_path: Path) -> None:
    sakura.write_audio(tmp_path / "Emotion" / "audio")
    sakura.write_json(tmp_path / "Emotion")
    path = tmp_path / "Emotion" / "metadata.json"
    content = json.loads(path.read_text(encoding="utf-8"))
    first, second = (content[f"data/Emotion/audio/{name}.wav"] for name in ("happy1", "sad1"))
    first["single_answer"] = "(b) sad"
    first["attribute_label"] = "joy"
    second["multi_instruction"] = "Which? (a) A hug (b) A joke"
    second["single_answer"] = "bored"
    path.write_text(json.dumps(content), encoding="utf-8")
    code, found = check("sakura", tmp_path, "-t", "sakura_emotion_*")
    assert code == 1
    single, multi = found["sakura_emotion_single"], found["sakura_emotion_multi"]
    assert messages(single["gold"]) == {
        "letter and text of the answer are different options": ["Emotion/happy1.wav#single"],
        "the answer is none of the options": ["Emotion/sad1.wav#single"],
        "not an item of the released files": [
            "Emotion/happy1.wav#single",
            "Emotion/sad1.wav#single",
        ],
    }
    assert messages(single["label"]) == {"unknown label 'joy'": ["Emotion/happy1.wav#single"]}
    assert messages(multi["options"]) == {"2 options, expected 4": ["Emotion/sad1.wav#multi"]}


def test_voicebench_references_and_missing_splits(check: Check, tmp_path: Path) -> None:
    import pyarrow.parquet as pq

    voicebench.write_parquet(tmp_path)
    rows = [
        {"prompt": "A. a B. b C. c D. d", "reference": "E"},
        {"prompt": " ", "reference": "A"},
    ]
    table = voicebench.table("mmsu", "law", rows)
    pq.write_table(table, tmp_path / "mmsu" / "law-00000-of-00001.parquet")
    rows = [{"prompt": "Back?", "reference": "(A)", "id": "navigate_4"}]
    table = voicebench.table("bbh", "test", rows)
    pq.write_table(table, tmp_path / "bbh" / "test-00000-of-00001.parquet")
    code, found = check("voicebench", tmp_path, "-t", "voicebench_mmsu,voicebench_bbh")
    assert code == 1
    mmlu, bbh = found["voicebench_mmsu"], found["voicebench_bbh"]
    assert messages(mmlu["gold"]) == {"the reference is none of A, B, C, D": ["law-00000"]}
    assert messages(mmlu["label"]) == {"the prompt is empty": ["law-00001"]}
    assert messages(mmlu["missing_items"]) == {"2919 of 2923 items": []}
    assert messages(bbh["gold"]) == {
        "the reference is none of the sub-task's answers": ["navigate_4"]
    }


def test_llaso_labels_and_released_items(check: Check, tmp_path: Path) -> None:
    llaso.write_copy(tmp_path / "copy")
    code, found = check("llaso_eval", tmp_path / "copy", "-t", "llaso_vctk_gender_classification")
    assert code == 1
    kinds = found["llaso_vctk_gender_classification"]
    assert messages(kinds["label"]) == {
        "the reference is none of the set's labels": [f"{llaso.GENDER}/0001"]
    }
    (new,) = kinds["gold"]
    assert new["message"] == "not an item of the released files"
    assert any("gold labels changed" in finding["message"] for finding in kinds["loader"])


def test_deep_finds_undecodable_and_identical_clips_each_once(
    check: Check, cli: Cli, tmp_path: Path
) -> None:
    sakura.write_audio(tmp_path / "Emotion" / "audio")
    sakura.write_csv(tmp_path / "Emotion")
    (tmp_path / "Emotion" / "audio" / "gone.wav").write_bytes(b"RIFF but no audio")
    same = (tmp_path / "Emotion" / "audio" / "sad1.wav").read_bytes()
    (tmp_path / "Emotion" / "audio" / "happy1.wav").write_bytes(same)
    _, shallow = check("sakura", tmp_path, "-t", "sakura_emotion_single")
    assert not {"undecodable", "identical_audio"} & shallow["sakura_emotion_single"].keys()
    code, found = check("sakura", tmp_path, "-t", "sakura_emotion_*", "--deep")
    assert code == 1
    for hop in ("single", "multi"):
        kinds = found[f"sakura_emotion_{hop}"]
        assert [f["ids"] for f in kinds["undecodable"]] == [[f"Emotion/gone.wav#{hop}"]]
        assert messages(kinds["identical_audio"]) == {
            "2 clips are the same bytes": [f"Emotion/happy1.wav#{hop}", f"Emotion/sad1.wav#{hop}"]
        }
    done = cli("data", "check", "sakura", tmp_path, "-t", "sakura_emotion_single", "--deep")
    assert "sakura_emotion_single …" in done.err
    assert "identical_audio: 2 clips are the same bytes" in done.out


def test_long_lists_are_cut_for_people_only(cli: Cli, tmp_path: Path) -> None:
    items = [{**mmau.ITEMS[0], "id": f"n{number:02d}", "audio_id": ""} for number in range(14)]
    (tmp_path / "mmau-test-mini.json").write_text(json.dumps(items), encoding="utf-8")
    done = cli("data", "check", "mmau", tmp_path)
    assert "n04 and 9 more" in done.out
    assert "n13" not in done.out


def test_missing_data_is_exit_four_and_other_tasks_are_left_out(cli: Cli, tmp_path: Path) -> None:
    assert cli("data", "check", "mmau").code == 4
    assert cli("data", "check", "mmau", tmp_path / "none").code == 4
    done = cli("data", "check", "mmau", tmp_path)
    assert done.code == 4
    assert "missing_data: no mmau-test-mini.json" in done.out
    assert "not in the copy, not asked for: mmau_test" in done.out
    (tmp_path / "mmau-test-mini.json").write_text("{", encoding="utf-8")
    done = cli("data", "check", "mmau", tmp_path)
    assert done.code == 1
    assert "malformed: " in done.out
    assert cli("data", "check", "nonsense", tmp_path).code == 2
