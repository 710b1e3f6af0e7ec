"""LLaSO-Eval's board: its columns follow the data file, its means the authors' aggregation."""

from __future__ import annotations

from leaderboards.boards import averaged_tasks, node_path
from leaderboards.boards.llaso_eval import ABSTENTION, columns, metrics_of, native
from leaderboards.results import TaskResult, Value
from tasks.llaso_eval.sets import data_sets, task_id


def result(task: str, **values: Value) -> TaskResult:
    return TaskResult(
        task,
        "llaso_eval",
        tuple(values),
        {metric: {"official": value, "strict": Value(0.0)} for metric, value in values.items()},
    )


def test_tree_and_metrics_agree_with_the_data_file() -> None:
    ids = {task_id(file): entry for file, entry in data_sets().items()}
    assert set(averaged_tasks("llaso_eval", ())) == set(ids)
    for task, entry in ids.items():
        assert node_path("llaso_eval", task) == (entry.category, entry.task)
        assert metrics_of(task) == tuple(m for m in entry.metrics if m != "abstention_rate"), task
        if entry.task == "AQA":
            (column,) = [name for name, (_, members) in columns().items() if task in members]
            assert (
                column
                == {
                    "pure audio": "AQA_pure_audio_gpt1-5",
                    "text instruction + audio": "AQA_text_instr_audio_input_gpt1-5",
                    "audio instruction + text": "AQA_audio_instr_text_input_gpt1-5",
                }[entry.modality]
            )


def test_a_task_is_the_unweighted_mean_of_its_sets_by_metric() -> None:
    members = [
        result("llaso_vctk_age_classification", accuracy=Value(0.7, stderr=0.03, n=100)),
        result("llaso_common_voice_age_classification", accuracy=Value(0.5, stderr=0.04, n=100)),
        result("llaso_vocalsound_age_prediction", mae=Value(10.315, (9.5, 11.25), n=200)),
    ]
    board = native({member.task: member for member in members}, {})
    assert board["scores"]["AR_acc"] == {"value": 0.6, "ci95": [0.55024, 0.64778], "n": 200}
    assert board["scores"]["AR_mae"]["ci95"] == [9.5, 11.25]
    assert set(board["scores"]) == {"AR_acc", "AR_mae"}
    assert board["headline"] is None
    assert board["complete"] is False
    assert not any("AR_acc" in note for note in board["notes"])


def test_a_missing_set_is_named_and_abstention_needs_all_sets() -> None:
    half = result("llaso_meld_er_classification", accuracy=Value(0.5), abstention_rate=Value(0.1))
    board = native({half.task: half}, {})
    assert board["scores"]["ER_acc"]["value"] == 0.5
    assert "ER_acc is over 1 of 2 data sets" in board["notes"]
    assert ABSTENTION not in board["scores"]
    closed = [
        task for task in averaged_tasks("llaso_eval", ()) if metrics_of(task) == ("accuracy",)
    ]
    every = {task: result(task, abstention_rate=Value(0.05, n=100)) for task in closed}
    assert len(every) == 19
    assert native(every, {})["scores"][ABSTENTION]["value"] == 5.0


def test_complete_only_with_every_set_official_complete() -> None:
    full = {
        task: result(task, **{metric: Value(2.0, n=10) for metric in metrics_of(task)})
        for task in averaged_tasks("llaso_eval", ())
    }
    assert native(full, {})["complete"] is True
    full["llaso_asr"] = result("llaso_asr", wer=Value(0.1, complete=False), cer=Value(0.1))
    assert native(full, {})["complete"] is False


def test_the_right_order_stands_beside_swapped_rates() -> None:
    task = "llaso_phoneme_recognition"
    lines = [{"details": {"right_order": {"per": rate}}} for rate in (0.5, 0.25)]
    board = native({task: result(task, per=Value(0.3, n=2))}, {task: [*lines, {"details": {}}]})
    assert board["scores"]["PR_per"]["value"] == 0.3
    assert board["scores"]["PR_per_right_order"] == {"value": 0.375, "ci95": None, "n": 2}
    assert set(native({task: result(task, per=Value(0.3))}, {})["scores"]) == {"PR_per"}
