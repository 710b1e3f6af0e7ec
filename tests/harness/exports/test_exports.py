"""Hazards: a form that loses an item, a value that changes on the way, a cell that a spreadsheet runs, a claim that nobody checks."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable
from operator import methodcaller
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
import yaml

import harness
from harness.report.exports import forms
from harness.run.jsonl import encode_line
from tests.support.command import CommandResult
from tests.support.runs.toy import jsonl, results

Cli = Callable[..., CommandResult]
HOSTILE = '=HYPERLINK("http://x")\n\u202e<script>\ud800'
TASKS = "quickstart_choice,quickstart_transcription"


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run with right, wrong, unreadable and failed items, and hostile replies."""
    folder = tmp_path_factory.mktemp("exports") / "run"
    harness.evaluate("mock:options", TASKS.split(","), folder, judge="none")
    log = jsonl(folder / "responses.jsonl")
    log[0]["response"] = HOSTILE
    log[1].update(
        outcome="error", error={"kind": "timeout", "retryable": True, "message": "<late>"}
    )
    del log[1]["response"]
    (folder / "responses.jsonl").write_bytes(b"".join(map(encode_line, log)))
    harness.rescore(folder)
    return folder


def export(cli: Cli, run: Path, form: str, output: Path) -> Path:
    done = cli("export", run, "--format", form, "-o", output)
    assert done.code == 0, done.err
    assert (output.stat().st_mode & 0o077 == 0) or form not in ("csv", "parquet", "bundle", "junit")
    return output


def test_every_form_writes_a_file_and_says_what_it_is(cli: Cli, run: Path, tmp_path: Path) -> None:
    for name, form in forms().items():
        if name in ("wandb", "mlflow"):  # a folder, below
            continue
        assert form.ABOUT and form.SUFFIX.startswith(".")
        if name != "eval-results":  # the quickstart suite is on no hub
            assert export(cli, run, name, tmp_path / f"{name}{form.SUFFIX}").stat().st_size > 100
    nothing = cli("export", run, "--format", "eval-results")
    assert (nothing.code, "no task of this run" in nothing.err) == (2, True)
    unknown = cli("export", run, "--format", "xlsx")
    assert (unknown.code, "parquet" in unknown.err) == (2, True)
    assert cli("export", run, "--format", "csv", "--task", "quickstart_choice").code == 2


def test_tables_hold_every_item_with_its_scores(cli: Cli, run: Path, tmp_path: Path) -> None:
    import pandas as pd

    frame = harness.load_run(run).samples()
    records = [*harness.load_run(run).records()]
    assert len(frame) == len(records) == 24
    assert list(frame["id"]) == [str(record["id"]) for record in records]
    for reading in ("accuracy_strict", "wer_strict"):
        metric = reading.removesuffix("_strict")
        wanted = [record["scores"].get(metric, {}).get("strict") for record in records]
        assert [None if value != value else value for value in frame[reading]] == wanted
    one = harness.load_run(run).samples("quickstart_choice")
    assert set(one["task"]) == {"quickstart_choice"}
    assert one["audio"].iloc[0] == [records[0]["audio"][0]["path"]]
    assert "<audio>" in one["prompt"].iloc[0]
    back = pd.read_parquet(export(cli, run, "parquet", tmp_path / "a.parquet"))
    assert list(back.columns) == list(frame.columns)
    assert len(back) == 24
    table = pd.read_csv(
        export(cli, run, "csv", tmp_path / "a.csv"), dtype=str, keep_default_na=False
    )
    assert list(table.columns) == list(frame.columns)
    assert list(table["id"]) == list(frame["id"])
    cell = table["response"].iloc[0]
    assert not cell.startswith(("=", "+", "-", "@"))
    assert "\u202e" not in cell and "\n" not in cell
    with pytest.raises(harness.HarnessError):
        harness.load_run(run).samples("quickstart_choise")


def test_a_notebook_shows_the_table_as_text(run: Path) -> None:
    shown = methodcaller("_repr_html_")(harness.load_run(run))
    assert shown.startswith("<pre>task") and "quickstart_choice" in shown


def test_values_in_the_shape_of_lm_eval(cli: Cli, run: Path, tmp_path: Path) -> None:
    found = json.loads(export(cli, run, "lm-eval", tmp_path / "a.json").read_text())
    ours = results(run)["tasks"]["quickstart_choice"]["metrics"]["accuracy"]["strict"]
    assert found["results"]["quickstart_choice"]["accuracy,strict"] == ours["value"]
    assert found["results"]["quickstart_choice"]["accuracy_stderr,strict"] == ours["stderr"]
    assert found["n-samples"]["quickstart_choice"] == {"original": 12, "effective": 12}
    assert found["higher_is_better"]["quickstart_transcription"] == {"wer": False, "cer": False}


def test_a_case_per_item_for_ci(cli: Cli, run: Path, tmp_path: Path) -> None:
    root = ElementTree.parse(export(cli, run, "junit", tmp_path / "a.xml")).getroot()
    assert (root.get("tests"), root.get("errors")) == ("24", "1")
    cases = [*root.iter("testcase")]
    assert len(cases) == 24
    wrong = [case for case in cases if case.find("failure") is not None]
    scores = harness.load_run(run).samples()
    right = (scores["accuracy_strict"] == 1).sum() + (scores["wer_strict"] == 0).sum()
    assert len(wrong) == 24 - 1 - right
    (error,) = [case.find("error") for case in cases if case.find("error") is not None]
    assert error is not None and error.get("message") == "<late>"


def test_the_block_of_a_model_card(cli: Cli, run: Path, tmp_path: Path) -> None:
    card = yaml.safe_load(export(cli, run, "model-index", tmp_path / "a.yaml").read_text())
    (model,) = card["model-index"]
    metrics = {one["dataset"]["name"]: one["metrics"] for one in model["results"]}
    accuracy = next(one for one in metrics["quickstart"] if one["type"] in ("accuracy", "wer"))
    assert 0 <= accuracy["value"] <= 200


# --- bundles ---------------------------------------------------------------------------------


def test_a_bundle_is_derived_anew(cli: Cli, run: Path, tmp_path: Path) -> None:
    bundle = export(cli, run, "bundle", tmp_path / "a.zip")
    done = cli("verify", bundle)
    assert (done.code, "AS CLAIMED" in done.out) == (0, True), done.out
    assert bundle.read_bytes() == export(cli, run, "bundle", tmp_path / "b.zip").read_bytes()
    found = json.loads(cli("verify", bundle, "--json").out)
    assert (found["as_claimed"], found["differences"]) == (True, [])
    assert harness.verify(bundle).exit_code == 0
    assert harness.export(run, "bundle", tmp_path / "c.zip").read_bytes() == bundle.read_bytes()


def changed(bundle: Path, target: Path, **members: Any) -> Path:
    """The bundle with other members: bytes, or a function of the old bytes; ``None`` leaves one out."""
    with zipfile.ZipFile(bundle) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            change = members.pop(name.replace(".", "_"), lambda content: content)
            if change is not None:
                new.writestr(name, change(old.read(name)))
        for name, content in members.items():
            new.writestr(name, content)
    return target


def index(**changes: Any) -> Callable[[bytes], bytes]:
    return lambda content: json.dumps({**json.loads(content), **changes}).encode()


def with_repeats(count: int) -> Callable[[bytes], bytes]:
    """Say that every item was asked so often."""

    def change(content: bytes) -> bytes:
        manifest = json.loads(content)
        for entry in manifest["tasks"].values():
            entry["repeats"] = count
        return json.dumps(manifest).encode()

    return change


def better(content: bytes) -> bytes:
    """Claim more than the replies give."""
    found = json.loads(content)
    found["claims"]["quickstart_choice"]["accuracy"]["strict"]["value"] = 0.99
    return json.dumps(found).encode()


@pytest.mark.parametrize(
    ("members", "says"),
    [
        ({"bundle_json": better}, "accuracy strict: claimed 0.99"),
        ({"responses_jsonl": lambda text: text.replace(b'"answered"', b'"empty"', 1)}, "responses.jsonl: claimed"),
        ({"results_json": lambda text: text.replace(b"0", b"1", 1)}, "results.json: claimed"),
        ({"bundle_json": index(signatures={})}, "signature: claimed absent"),
        ({"bundle_json": index(claims={})}, "claimed absent"),
    ],
)  # fmt: skip
def test_what_is_not_as_claimed_is_exit_1(
    cli: Cli, run: Path, tmp_path: Path, members: dict[str, Any], says: str
) -> None:
    bundle = export(cli, run, "bundle", tmp_path / "a.zip")
    done = cli("verify", changed(bundle, tmp_path / "b.zip", **members))
    assert (done.code, says in done.out) == (1, True), done.out + done.err
    assert "NOT AS CLAIMED" in done.out


def test_another_scorer_is_not_a_verdict(cli: Cli, run: Path, tmp_path: Path) -> None:
    bundle = export(cli, run, "bundle", tmp_path / "a.zip")

    def older(content: bytes) -> bytes:
        return content.replace(b'"scorer": "strict.', b'"scorer": "strict.9')

    def index_older(content: bytes) -> bytes:
        return content.replace(b"scorer:strict.", b"scorer:strict.9")

    told = changed(bundle, tmp_path / "b.zip", manifest_json=older, bundle_json=index_older)
    found = json.loads(cli("verify", told, "--json").out)
    assert set(found["unknown"]) == set(TASKS.split(","))
    assert {one["what"] for one in found["differences"]} == {"manifest.json"}  # its digest


@pytest.mark.parametrize(
    ("members", "says"),
    [
        ({"bundle_json": None}, "it has no bundle.json"),
        ({"bundle_json": lambda _: b"[]"}, "bundle_version"),
        ({"bundle_json": lambda _: b"{"}, "is not JSON"),
        ({"bundle_json": lambda _: b"[" * 100_000}, "is not JSON"),
        ({"bundle_json": index(bundle_version=2)}, "bundle_version"),
        ({"bundle_json": index(files=[])}, "files is missing or of another type"),
        ({"bundle_json": index(claims={"a": {"b": {"c": 1}}})}, "claims are not of the known form"),
        ({"bundle_json": index(claims={"a": 3})}, "claims are not of the known form"),
        (
            {"bundle_json": index(claims={"a": {"b": {"strict": {"value": 10**400, "ci95": None, "n": 1, "complete": True}}}})},
            "claims are not of the known form",
        ),
        ({"manifest_json": None}, "is named and not there"),
        ({"../evil.txt": b"x"}, "it has the member"),
        ({"/etc/x": b"x"}, "it has the member"),
        ({"manifest_json": lambda _: b"{}"}, "schema_version"),
        ({"responses_jsonl": lambda _: b"{}\n"}, "responses.jsonl"),
        ({"manifest_json": with_repeats(10**9)}, "at most 10000"),
    ],
)  # fmt: skip
def test_what_is_not_a_bundle_is_exit_2(
    cli: Cli, run: Path, tmp_path: Path, members: dict[str, Any], says: str
) -> None:
    bundle = export(cli, run, "bundle", tmp_path / "a.zip")
    done = cli("verify", changed(bundle, tmp_path / "b.zip", **members))
    assert (done.code, says in done.err) == (2, True), done.out + done.err


def test_files_that_are_no_zip_and_bombs(cli: Cli, run: Path, tmp_path: Path) -> None:
    text = tmp_path / "a.txt"
    text.write_text("hello")
    assert cli("verify", text).code == 2
    assert cli("verify", tmp_path / "nothing").code == 2
    assert cli("verify", tmp_path).code == 2
    bundle = export(cli, run, "bundle", tmp_path / "a.zip")
    bomb = changed(bundle, tmp_path / "b.zip", responses_jsonl=lambda _: b"0" * 60_000_000)
    done = cli("verify", bomb)
    assert (done.code, "packed 200 times" in done.err) == (2, True), done.err
    for method in (zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA):
        with zipfile.ZipFile(bundle) as good, zipfile.ZipFile(bomb, "w", method) as other:
            for name in good.namelist():
                other.writestr(name, good.read(name))
        done = cli("verify", bomb)
        assert (done.code, "a form that bundles do not use" in done.err) == (2, True), done.err
    cut = tmp_path / "c.zip"
    cut.write_bytes(bundle.read_bytes()[:-200])
    assert cli("verify", cut).code == 2


def test_a_task_of_a_stranger_is_not_looked_for_where_he_says(cli: Cli, tmp_path: Path) -> None:
    """The path of the task file in the manifest is the stranger's: the verifier names the folder."""
    mine = tmp_path / "mine"
    mine.mkdir()
    rows = [{"id": str(n), "audio": "a.wav", "text": "one"} for n in range(3)]
    (mine / "items.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    from tests.support import clips

    clips.write(mine / "a.wav", clips.tone(0.1, 440.0, 8000, level=0.3), 8000)
    assert cli("tasks", "new", "said", "--from", mine / "items.jsonl").code == 0
    done = cli(
        "evaluate", "mock:echo", "-t", "said", "--include-path", mine, "-o", tmp_path / "run"
    )
    assert done.code == 0, done.err
    bundle = export(cli, tmp_path / "run", "bundle", tmp_path / "a.zip")
    unknown = cli("verify", bundle)
    assert (unknown.code, "--include-path" in unknown.err) == (2, True)
    assert cli("verify", bundle, "--include-path", mine).code == 0
