"""Hazards: a paid run whose judge is gone, a key sent elsewhere, stored replies refused with the judge that wrote them."""

from __future__ import annotations

import http.server
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from harness.core.judge_spec import Retirement
from harness.judge import life
from harness.judge.life import RetiredJudgeError, check_life, end_note, end_notes
from harness.judge.options import judge_options
from harness.judge.task_judge import TaskJudge, bind
from harness.settings import Settings
from harness.task_loading.index import load_index
from harness.task_loading.specs import load_spec
from harness.task_loading.task import YamlTask
from tests.support.command import CommandResult
from tests.support.runs.judged import MODEL, TASK, officially_judged
from tests.support.runs.toy import write_tone

Cli = Callable[..., CommandResult]
END = date(2027, 1, 14)
KEY = "sk-life-secret-1234567"


def judges(*, judge: str = "auto", **arguments: Any) -> tuple[dict[str, TaskJudge], Any]:
    settings = Settings("m", (TASK,), Path("r"), judge=judge, judge_args=arguments)
    options = judge_options(settings, has_replies=False)
    task = YamlTask(load_spec(load_index().tasks[TASK]))
    bound = bind(task, options)
    assert bound is not None
    return {TASK: bound}, options


@pytest.fixture(autouse=True)
def own_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    monkeypatch.delenv("OPENAI_BASE_URL", raising=False)


def listing(monkeypatch: pytest.MonkeyPatch, models: dict[str, date | None] | None) -> list[str]:
    """Put a list of models in place of the service's; return the addresses that are asked."""
    asked: list[str] = []

    def answer(url: str, key_variable: str) -> life.Listing:
        asked.append(url)
        return life.Listing(models, "" if models is not None else "connection refused")

    monkeypatch.setattr(life, "list_models", answer)
    return asked


@pytest.mark.parametrize(("days", "warned"), [(91, False), (90, True), (1, True), (0, True), (-9, True)])  # fmt: skip
def test_the_warning_begins_ninety_days_before(days: int, warned: bool) -> None:
    now = date.fromordinal(END.toordinal() - days)
    note = end_note("m", ["t"], Retirement(END, "its page"), now)
    assert (note is not None) == warned
    assert note is None or ("2027-01-14" in note and "its page" in note)


def test_notes_name_a_judge_once() -> None:
    end = Retirement(END, "x")
    found = end_notes([(f"t{n}", "m", end) for n in range(9)] + [("u", "n", None)], END)
    assert len(found) == 1 and "t0, t1, t2 and 6 more" in found[0]


def test_a_judge_far_from_its_end_asks_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = listing(monkeypatch, {})
    assert check_life(*judges(), date(2026, 6, 1)) == [] and not asked


@pytest.mark.parametrize("now", [date(2026, 12, 24), date(2027, 2, 1)])
def test_a_judge_that_is_not_listed_has_ended(monkeypatch: pytest.MonkeyPatch, now: date) -> None:
    listing(monkeypatch, {"gpt-4o-2024-08-06": None})
    with pytest.raises(RetiredJudgeError, match="not among the models") as refused:
        check_life(*judges(), now)
    assert refused.value.exit_code == 4 and "-J bridge=FILE" in str(refused.value.hint)


def test_the_service_knows_better_than_the_yaml(monkeypatch: pytest.MonkeyPatch) -> None:
    listing(monkeypatch, {MODEL: None})
    assert check_life(*judges(), date(2027, 2, 1)) == []
    listing(monkeypatch, {MODEL: date(2027, 3, 1)})
    (note,) = check_life(*judges(), date(2027, 2, 1))
    assert "2027-03-01, in 28 days (as its service says)" in note


def test_without_a_list_the_date_decides(monkeypatch: pytest.MonkeyPatch) -> None:
    listing(monkeypatch, None)
    with pytest.raises(RetiredJudgeError, match="was switched off on 2027-01-14"):
        check_life(*judges(), END)
    notes = check_life(*judges(), date(2027, 1, 13))
    assert "connection refused" in notes[0] and "in 1 day (" in notes[1]


def test_another_vendor_goes_by_its_own_list(monkeypatch: pytest.MonkeyPatch) -> None:
    url = "https://gateway.example/v1"
    asked = listing(monkeypatch, {f"openai/{MODEL}": None})
    assert check_life(*judges(base_url=url), date(2027, 2, 1)) == [] and asked == [url]
    listing(monkeypatch, None)
    assert "connection refused" in check_life(*judges(base_url=url), date(2027, 2, 1))[0]
    listing(monkeypatch, {"other": None})
    with pytest.raises(RetiredJudgeError):
        check_life(*judges(base_url=url), date(2027, 2, 1))


def test_servers_of_this_machine_and_other_judges_have_no_end(monkeypatch: pytest.MonkeyPatch) -> None:  # fmt: skip
    asked = listing(monkeypatch, {})
    assert check_life(*judges(base_url="http://127.0.0.1:9/v1"), date(2027, 2, 1)) == []
    assert check_life(*judges(judge="openai:other"), date(2027, 2, 1)) == []
    assert not asked


@contextmanager
def service(answer: Callable[[http.server.BaseHTTPRequestHandler], None]) -> Iterator[tuple[str, list[str]]]:  # fmt: skip
    """A local server; its address and the keys that it was sent."""
    keys: list[str] = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            keys.append(self.headers["Authorization"])
            answer(self)

        def log_message(self, format: str, *args: Any) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/v1", keys
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def sends(status: int, body: bytes, **headers: str) -> Callable[[http.server.BaseHTTPRequestHandler], None]:  # fmt: skip
    def answer(request: http.server.BaseHTTPRequestHandler) -> None:
        request.send_response(status)
        for name, value in headers.items():
            request.send_header(name, value)
        request.send_header("Content-Length", str(len(body)))
        request.end_headers()
        request.wfile.write(body)

    return answer


@pytest.mark.network
def test_a_list_is_read_with_its_dates() -> None:
    content = {"data": [{"id": "a", "shutdown_date": "2027-01-14"}, {"id": "b"}, {"id": "c", "shutdown_date": "soon"}]}  # fmt: skip
    with service(sends(200, json.dumps(content).encode())) as (url, keys):
        found = life.list_models(url, "OPENAI_API_KEY")
    assert found.models == {"a": END, "b": None, "c": None} and keys == [f"Bearer {KEY}"]


@pytest.mark.network
@pytest.mark.parametrize(
    ("status", "body"),
    [(401, b"bad key sk-life-secret-1234567"), (500, b""), (200, b"<html>"), (200, b"[]"), (200, b'{"data": 3}'), (200, b'{"data": []}')],
)  # fmt: skip
def test_a_list_that_does_not_come_is_a_reason_without_a_key(status: int, body: bytes) -> None:
    with service(sends(status, body)) as (url, _):
        found = life.list_models(url, "OPENAI_API_KEY")
    assert found.models is None and found.problem and KEY not in found.problem


@pytest.mark.network
def test_a_key_does_not_follow_a_redirect() -> None:
    listed = sends(200, b'{"data": [{"id": "a"}]}')
    with (
        service(listed) as (elsewhere, stolen),
        service(sends(307, b"", Location=f"{elsewhere}/models")) as (url, _),
    ):
        assert life.list_models(url, "OPENAI_API_KEY").models is None
    assert not stolen


def test_stored_replies_of_an_ended_judge_are_scored(tmp_path: Path, cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:  # fmt: skip
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1802000000")  # 2027-02-07
    asked = listing(monkeypatch, None)
    file, run = officially_judged(tmp_path / "r.jsonl", "m", 0.5, count=12), tmp_path / "run"
    assert cli("score", TASK, file, "-o", run, "--quiet").code == 0
    assert cli("score", run, "--quiet").code == 0 and not asked
    bare = officially_judged(tmp_path / "b.jsonl", "m", 0.5, count=12, known=0)
    found = cli("score", TASK, bare, "-o", tmp_path / "live", "--quiet")
    assert found.code == 4 and "was switched off on 2027-01-14" in found.err
    assert not (tmp_path / "live").exists()


def test_what_is_shown_says_when_a_judge_ends(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    far = cli("tasks", "show", TASK)
    assert f"judge       {MODEL}, switched off on 2027-01-14" in far.out and " in 46 days" not in far.out  # fmt: skip
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1795910400")  # 2026-11-29
    assert f"judge {MODEL} ({TASK}) is switched off on 2027-01-14, in 46 days" in cli("tasks", "show", TASK).out  # fmt: skip


def test_a_dry_run_says_what_a_run_would_do_about_a_judge_that_ends(
    cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without the data too: the judge is the task's, wherever its clips are."""
    plan = ("evaluate", "mock:options", "-t", TASK, "--dry-run")
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1795910400")  # 2026-11-29
    soon = cli(*plan)
    assert soon.code == 0 and f"judge {MODEL} ({TASK}) is switched off on 2027-01-14" in soon.out
    assert "switched off" not in cli(*plan, "--judge", "none").out
    assert "switched off" not in cli(*plan, "--judge", "openai:other").out


@pytest.mark.parametrize(("models", "code"), [(None, 4), ({"other": None}, 4), ({MODEL: None}, 0)])
def test_a_dry_run_refuses_as_a_run_would(
    cli: Cli,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    models: dict[str, date | None] | None,
    code: int,
) -> None:
    audio = tmp_path / "Animal" / "audio"
    audio.mkdir(parents=True)
    write_tone(audio / "a.wav", seconds=0.1)
    entry = {"attribute_label": "dog"} | {
        f"{hop}_{key}": text
        for hop in ("single", "multi")
        for key, text in (("instruction", "Which? (a) cat (b) dog"), ("answer", "(b) dog"))
    }
    metadata = tmp_path / "Animal" / "metadata.json"
    metadata.write_text(json.dumps({"data/Animal/audio/a.wav": entry}))
    listing(monkeypatch, models)
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1802000000")  # 2027-02-07
    plan = ("evaluate", "mock:options", "-t", TASK, "--data", f"sakura={tmp_path}", "--dry-run")
    found = cli(*plan)
    assert found.code == code, found.err
    assert ("refused: the judge" in found.out and "--judge replay" in found.out) == (code == 4)
    assert (json.loads(cli(*plan, "--json").out).get("refused") is not None) == (code == 4)
    if code == 4:  # and a run: before its model is loaded, and with nothing written
        opened: list[str] = []
        monkeypatch.setattr("model_adapters.mock.adapter.MockAdapter.open", opened.append)
        run = cli(*plan[:-1], "-o", tmp_path / "run")
        assert run.code == 4 and "--judge replay" in run.err and not opened
        assert not (tmp_path / "run").exists()


def test_judging_anew_with_an_ended_judge_is_refused_and_changes_nothing(tmp_path: Path, cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:  # fmt: skip
    run = tmp_path / "run"
    bare = officially_judged(tmp_path / "b.jsonl", "m", 0.5, count=12, known=0)
    assert cli("score", TASK, bare, "-o", run, "--quiet", "--judge", "none").code == 0
    before = {file.name: file.read_bytes() for file in run.iterdir() if file.is_file()}
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1802000000")  # 2027-02-07
    listing(monkeypatch, None)
    found = cli("score", run, "--rejudge", "--quiet")
    assert found.code == 4 and "was switched off on 2027-01-14" in found.err, found.err
    assert {file.name: file.read_bytes() for file in run.iterdir() if file.is_file()} == before
