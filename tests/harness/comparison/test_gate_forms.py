"""Hazards: a policy that protects nothing, a baseline file that lies, nights that spend too much, a report that can be forged."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import jsonschema
import pytest

import harness
from harness.comparison.gating.forms import FORMS, to_github, to_gitlab, to_junit, to_markdown
from harness.comparison.gating.policy import read_policy
from harness.comparison.gating.report import SCHEMA_FILE
from harness.comparison.gating.several import p_of_further_run
from harness.errors import InputFileError, UsageError
from tests.support.command import CommandResult
from tests.support.runs.board_runs import FakeTask, Item, binary, write_run
from tests.support.runs.toy import jsonl

Cli = Callable[..., CommandResult]
HOSTILE = "x\n::error::PASS | <b>\u202e%0A`|` [a](http://b) @all"


def run(path: Path, values: str | list[Item], task: str = "own_choice", **more: Any) -> Path:
    items = binary(values) if isinstance(values, str) else values
    return write_run(path, {task: FakeTask(items, benchmark="own", **more)}, benchmarks=False)


def policy(folder: Path, text: str) -> Path:
    path = folder / "gate.yaml"
    path.write_text("version: 1\n" + text, encoding="utf-8")
    return path


# --- policies --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        ("alfa: 0.05", 2, "did you mean 'alpha'"),
        ("alpha: 2", 2, "a number from 0.0001 to 0.5"),
        ("alpha: true", 2, "a number from"),
        ("missing: ignore", 2, "refuse or lost"),
        ("horizon: 0", 2, "whole number of nights"),
        ("rules: 3", 2, "a list of rules"),
        ("rules:\n  - {metrics: [wer], max_drop: 0.1}", 3, "a rule needs 'tasks'"),
        ("rules:\n  - {tasks: [a]}", 3, "does nothing"),
        ("rules:\n  - {tasks: [a], metrics: [wor], skip: true}", 3, "did you mean 'wer'"),
        ("rules:\n  - {tasks: [a], maxdrop: 0.1}", 3, "did you mean 'max_drop'"),
        ("rules:\n  - {tasks: [a], robust: median}", 3, "none, cap or trim"),
        ("rules:\n  - {tasks: [], floor: 1}", 3, "a text or a list of texts"),
        ("guards: {unparsd: {rise: 0.1}}", 2, "did you mean 'unparsed'"),
        ("guards: {unparsed: 0.1}", 2, "a mapping"),
        ("guards: {unparsed: {rise: -1}}", 2, "a number from 0"),
        ("alpha: 0.05\nalpha: 0.1", 3, "alpha"),
    ],
)
def test_a_wrong_policy_is_refused_with_its_line(
    tmp_path: Path, text: str, line: int, says: str
) -> None:
    with pytest.raises(InputFileError) as error:
        read_policy(policy(tmp_path, text))
    assert says in str(error.value)
    assert f"gate.yaml:{line}" in str(error.value)


def test_a_policy_of_another_version_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "gate.yaml"
    path.write_text("alpha: 0.05\n")
    with pytest.raises(InputFileError, match="version is None, expected 1"):
        read_policy(path)


def test_limits_of_a_policy(tmp_path: Path) -> None:
    base, worse = run(tmp_path / "a", "1" * 200), run(tmp_path / "b", "0" * 30 + "1" * 170)
    assert harness.gate(worse, base).exit_code == 1
    lenient = policy(tmp_path, "rules:\n  - {tasks: [own], min_effect: 0.2}\n")
    report = harness.gate(worse, base, policy=lenient)
    assert not report.rows[0].failed
    assert report.rows[0].note == "below --min-effect"
    assert "(below --min-effect)" in report.to_text()
    skipped = policy(tmp_path, "rules:\n  - {tasks: ['own_*'], skip: true}\n")
    assert harness.gate(worse, base, policy=skipped).exit_code == 3
    later = policy(
        tmp_path, "rules:\n  - {tasks: [own], skip: true}\n  - {tasks: [own_choice], skip: false}\n"
    )
    assert harness.gate(worse, base, policy=later).exit_code == 1
    misspelt = policy(tmp_path, "rules:\n  - {tasks: [onw_choice], skip: true}\n")
    assert any(
        "'onw_choice' fits no task" in note
        for note in harness.gate(worse, base, policy=misspelt).notes
    )


@pytest.mark.parametrize(
    ("limit", "values", "code"),
    [
        ("floor: 0.9", "1" * 150 + "0" * 50, 1),
        ("floor: 0.76", "1" * 150 + "0" * 50, 0),  # below, within chance
        ("ceiling: 0.5", "1" * 150 + "0" * 50, 1),
        ("ceiling: 0.8", "1" * 150 + "0" * 50, 0),
    ],
)
def test_absolute_limits_hold_beyond_chance(
    tmp_path: Path, limit: str, values: str, code: int
) -> None:
    base, same = run(tmp_path / "a", values), run(tmp_path / "b", values)
    file = policy(tmp_path, f"rules:\n  - {{tasks: ['*'], {limit}}}\n")
    report = harness.gate(same, base, policy=file)
    assert report.exit_code == code
    assert (limit.replace(": ", " ") in report.to_text()) is bool(code)


def test_a_few_runaway_transcripts_do_not_fail_a_capped_rate(tmp_path: Path) -> None:
    def items(runaways: int) -> list[Item]:
        return [Item(f"i{n}", (400 if n < runaways else 1, 10)) for n in range(100)]

    base = run(tmp_path / "a", items(0), "own_asr", metric="wer")
    worse = run(tmp_path / "b", items(6), "own_asr", metric="wer")
    assert harness.gate(worse, base).exit_code == 1
    capped = policy(tmp_path, "rules:\n  - {tasks: ['*'], robust: cap, min_effect: 0.1}\n")
    report = harness.gate(worse, base, policy=capped)
    assert (report.exit_code, round(report.rows[0].drop, 3)) == (0, 0.054)
    trimmed = policy(
        tmp_path, "rules:\n  - {tasks: ['*'], robust: trim}\nguards: {runaway: {ceiling: 0.02}}\n"
    )
    report = harness.gate(worse, base, policy=trimmed)
    assert report.rows[0].drop == 0
    assert [(row.guard, row.failed) for row in report.guards] == [("runaway", True)]


def test_flags_stand_over_a_policy_and_init_writes_one(cli: Cli, tmp_path: Path) -> None:
    base, worse = run(tmp_path / "a", "1" * 200), run(tmp_path / "b", "0" * 30 + "1" * 170)
    file = policy(tmp_path, "min_effect: 0.5\n")
    assert cli("gate", worse, "--baseline", base, "--policy", file).code == 0
    assert cli("gate", worse, "--baseline", base, "--policy", file, "--min-effect", "0").code == 1
    made = tmp_path / "new.yaml"
    assert cli("gate", "init", base, "-o", made).code == 0
    assert read_policy(made).rules
    assert cli("gate", worse, "--baseline", base, "--policy", made).code == 1
    again = cli("gate", "init", base, "-o", made)
    assert (again.code, "is there already" in again.err) == (2, True)
    assert cli("gate", "init").code == 2


# --- baselines -------------------------------------------------------------------------------


def test_a_saved_baseline_judges_like_its_run(cli: Cli, tmp_path: Path) -> None:
    items = [Item(f"i{n}", int(n % 3 > 0), cluster=f"c{n // 4}") for n in range(400)]
    worse = [Item(f"i{n}", int(n % 3 > 0 and n > 60), cluster=f"c{n // 4}") for n in range(400)]
    base, other = run(tmp_path / "a", items), run(tmp_path / "b", worse)
    file = tmp_path / "baseline.json"
    assert cli("gate", base, "--save-baseline", file).code == 0
    assert file.stat().st_size < 200_000 * 400 / 1000
    assert "question" not in file.read_text()
    for candidate in (base, other):
        one = harness.gate(candidate, base).to_json()
        two = harness.gate(candidate, file).to_json()
        assert one["rows"] == two["rows"] and one["suite"] == two["suite"]
        assert one["guards"] == two["guards"] and one["verdict"] == two["verdict"]


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda text: text.replace('"correct"', '"corect"'), "edited or cut"),
        (lambda text: text[:-50], "is not JSON"),
        (lambda text: "[]", "no baseline_version"),
        (
            lambda text: text.replace('"baseline_version": 1', '"baseline_version": 9'),
            "this version reads 1",
        ),
        (lambda text: text.replace('"outcome":"000', '"outcome":"00'), "differ in length"),
        (lambda text: text.replace('"items":', '"itens":'), "no items"),
    ],
)
def test_a_damaged_baseline_is_refused(
    tmp_path: Path, change: Callable[[str], str], says: str
) -> None:
    from harness.comparison.gating.saved import save_baseline

    base = run(tmp_path / "a", "1" * 30)
    file = tmp_path / "baseline.json"
    save_baseline(harness.load_run(base).view, file)
    file.write_text(change(file.read_text()))
    with pytest.raises(harness.HarnessError, match=says):
        harness.gate(base, file)


def test_runs_of_one_checkpoint_bring_their_own_spread(tmp_path: Path) -> None:
    """Paired tests alone see a drop; the runs of the baseline differ by as much."""
    runs = [
        run(tmp_path / str(n), "0" * lost + "1" * (300 - lost))
        for n, lost in enumerate((20, 60, 40))
    ]
    candidate = run(tmp_path / "new", "0" * 62 + "1" * 238)
    assert harness.gate(candidate, runs[0]).exit_code == 1
    report = harness.gate(candidate, runs)
    assert report.exit_code == 0
    assert "between_runs=3" in report.rows[0].method
    steady = [
        run(tmp_path / f"s{n}", "0" * lost + "1" * (300 - lost))
        for n, lost in enumerate((20, 21, 19))
    ]
    assert harness.gate(candidate, steady).exit_code == 1
    assert p_of_further_run([0.5, 0.5], 0.4, higher=True) == 0
    assert p_of_further_run([0.5], 0.4, higher=True) is None


def test_baselines_of_two_kinds_are_refused(tmp_path: Path) -> None:
    base, other = (
        run(tmp_path / "a", "1" * 30),
        run(tmp_path / "b", "1" * 30, parts={"prompt": "x"}),
    )
    with pytest.raises(UsageError, match="differ in prompt"):
        harness.gate(base, [base, other])
    with pytest.raises(UsageError, match="different tasks"):
        harness.gate(base, [base, run(tmp_path / "c", "1" * 30, "own_other")])


# --- nights ----------------------------------------------------------------------------------


def test_nights_share_alpha_and_end(tmp_path: Path) -> None:
    base = run(tmp_path / "base", "1" * 200)
    file = policy(tmp_path, "horizon: 3\n")
    ledger = tmp_path / "base.gate-ledger.jsonl"
    nights = [run(tmp_path / str(n), "0" * n + "1" * (200 - n)) for n in (0, 1, 2, 3)]
    for number, night in enumerate(nights[:3], start=1):
        report = harness.gate(night, base, policy=file)
        assert report.spent is not None
        assert (report.spent.nights, report.spent.alpha) == (number, pytest.approx(0.05 / 3))
        assert report.alpha == pytest.approx(0.05 / 3)
    assert [entry["night"] for entry in jsonl(ledger)] == [1, 2, 3]
    again = harness.gate(nights[1], base, policy=file)
    assert again.spent is not None and again.spent.nights == 2
    assert len(jsonl(ledger)) == 3
    with pytest.raises(UsageError, match="all 3 nights"):
        harness.gate(nights[3], base, policy=file)
    with pytest.raises(UsageError, match="another baseline"):
        harness.gate(nights[3], run(tmp_path / "new", "1" * 199 + "0"), policy=file, ledger=ledger)
    with pytest.raises(UsageError, match="needs a policy with a horizon"):
        harness.gate(nights[3], base, ledger=ledger)
    ledger.write_text('{"baseline": 3}\n')
    with pytest.raises(InputFileError, match="no baseline of the right type"):
        harness.gate(nights[3], base, policy=file)


# --- forms -----------------------------------------------------------------------------------


@pytest.fixture
def report(tmp_path: Path) -> Any:
    """A failed gate whose runs, tasks and replies are hostile."""
    base, worse = run(tmp_path / "a", "1" * 40), run(tmp_path / "b", "0" * 40)
    for path in (base, worse):
        manifest = json.loads((path / "manifest.json").read_text())
        manifest["name"] = HOSTILE
        (path / "manifest.json").write_text(json.dumps(manifest))
        lines = jsonl(path / "samples.jsonl")
        for line in lines:
            line["response"] = HOSTILE
            line["reference"] = HOSTILE
        (path / "samples.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    found = harness.gate(worse, base)
    assert found.verdict == "fail"
    jsonschema.validate(found.to_json(), json.loads(SCHEMA_FILE.read_text()))
    return found


def test_nothing_that_a_run_says_forges_a_report(report: Any) -> None:
    text = report.to_text()
    assert not any(line.startswith("::error") for line in text.split("\n"))
    assert text.rstrip().split("\n")[-1].startswith("FAIL")
    github = to_github(report)
    lines = github.rstrip("\n").split("\n")
    assert all(line.startswith(("::error title=", "::warning title=")) for line in lines)
    assert not any("::error::PASS" in line.partition("::")[0] for line in lines)
    assert "\u202e" not in github and "%0A" not in github.replace("%250A", "")
    markdown = to_markdown(report)
    assert "<b>" not in markdown and "\u202e" not in markdown and "\\[a]" in markdown
    table = [line for line in markdown.split("\n") if line.startswith("| own_choice")]
    assert {line.count(" | ") for line in table} <= {9, 4, 5}
    root = ElementTree.fromstring(to_junit(report))
    assert (root.get("failures"), root.get("tests")) == ("1", "1")
    (issue,) = json.loads(to_gitlab(report))
    assert issue["severity"] == "major" and "\n" not in issue["description"]


def test_forms_of_every_verdict(tmp_path: Path) -> None:
    schema = json.loads(SCHEMA_FILE.read_text())
    jsonschema.Draft202012Validator.check_schema(schema)
    base = run(tmp_path / "a", "1" * 40)
    for name, candidate in (
        ("pass", base),
        ("not comparable", run(tmp_path / "b", "1" * 40, parts={"prompt": "x"})),
        ("incomplete", run(tmp_path / "c", "1" * 20)),
        ("inconclusive", run(tmp_path / "d", "0" + "1" * 39)),
    ):
        found = harness.gate(candidate, base)
        assert found.verdict == name
        for form in FORMS.values():
            assert form(found).endswith("\n")
        content = json.loads(FORMS["json"](found))
        jsonschema.validate(content, schema)
        assert content["verdict"] == name and set(content) == set(schema["required"])
        kinds = [case[0].tag for case in ElementTree.fromstring(to_junit(found)) if len(case)]
        assert ("error" in kinds) is (found.exit_code in (2, 3))


def test_files_get_their_form_by_suffix(cli: Cli, tmp_path: Path) -> None:
    base, worse = run(tmp_path / "a", "1" * 40), run(tmp_path / "b", "0" * 40)
    files = [tmp_path / name for name in ("g.md", "g.xml", "g.json", "g.codequality.json")]
    flags = [word for file in files for word in ("-o", str(file))]
    done = cli("gate", worse, "--baseline", base, "--format", "github", *flags)
    assert done.code == 1
    assert done.out.startswith("::error title=Gate%3A FAIL::")
    assert files[0].read_text().startswith("## ")
    assert ElementTree.parse(files[1]).getroot().tag == "testsuite"
    assert json.loads(files[2].read_text())["exit_code"] == 1
    assert json.loads(files[3].read_text())[0]["severity"] == "major"
    wrong = cli("gate", worse, "--baseline", base, "-o", tmp_path / "g.pdf")
    assert (wrong.code, "says no form" in wrong.err) == (2, True)
    assert cli("gate", worse, "--baseline", base, "--format", "pdf").code == 2
    assert cli("gate", worse).code == 2
