"""Hazards: a key in a manifest, a log or a message; code that runs because a YAML names it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.command import CommandResult
from tests.support.runs.toy import FLAGS, TOY, evaluate_arguments, snapshot, write_tone
from tests.support.servers.chaos_server import ChaosServer

Cli = Callable[..., CommandResult]
KEY = "sk-4f9A,b0/c1+d2=="
URL_PASSWORD = "hunter2pass"


@pytest.fixture(autouse=True)
def toy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOY_AUDIO", str(write_tone(tmp_path / "tone.wav")))
    monkeypatch.setenv("TOY_ITEMS", "4")
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def keyed(monkeypatch: pytest.MonkeyPatch) -> None:
    """A mock model that takes a key and a URL, as a service does."""
    from model_adapters.mock import adapter as mock

    class Keyed(mock.MockAdapter):
        def __init__(self, target: str, **model_args: object) -> None:
            for name in ("api_key", "base_url", "hf_token", "auth_header"):
                model_args.pop(name, None)
            super().__init__(target, **model_args)

    monkeypatch.setattr(mock, "MockAdapter", Keyed)


SECRET_FLAGS = (
    ("-M", f"api_key={KEY}"),
    ("-M", f"concurrency=2,api_key={KEY},seed=1"),
    ("-M", f"hf_token={KEY}"),
    (f"--model-args=auth_header=Bearer {KEY}",),
    (f"--model_args=api_key={KEY},seed=1",),
    ("-M", f"base_url=https://user:{URL_PASSWORD}@host.example/v1"),
)


def assert_clean(text: str) -> None:
    for secret in (KEY, KEY.split(",")[0], "b0/c1", URL_PASSWORD):
        assert secret not in text


@pytest.mark.parametrize("flags", SECRET_FLAGS)
def test_no_file_and_no_output_holds_a_key(
    cli: Cli, tmp_path: Path, keyed: None, flags: tuple[str, ...]
) -> None:
    run = tmp_path / "run"
    outputs = [cli(*evaluate_arguments("mock:hash", run, *flags))]
    assert outputs[0].code == 0, outputs[0].err
    outputs += [cli("status", run), cli("status", run, "--json"), cli("leaderboard", run)]
    outputs += [cli("leaderboard", run, "--format", "json")]
    outputs += [cli(*evaluate_arguments("mock:hash", tmp_path / "dry", *flags, "--dry-run"))]
    for found in outputs:
        assert_clean(found.out + found.err)
    for data in snapshot(run).values():
        assert_clean(data.decode())
    manifest = json.loads((run / "manifest.json").read_text())
    assert "***" in json.dumps([manifest["model"]["args"], manifest["argv"]])


def test_a_key_in_a_recipe_stays_there(cli: Cli, tmp_path: Path, keyed: None) -> None:
    recipe, run = tmp_path / "eval.yaml", tmp_path / "run"
    recipe.write_text(f"model_args: {{api_key: '{KEY}'}}\n")
    found = cli(*evaluate_arguments("mock:hash", run, "--config", recipe))
    assert found.code == 0
    assert_clean(found.out + found.err + "".join(d.decode() for d in snapshot(run).values()))


@pytest.mark.network
@pytest.mark.parametrize(
    ("model", "variable", "path", "header"),
    [
        ("openai:m", "OPENAI_API_KEY", "/v1", "authorization"),
        ("gemini:m", "GEMINI_API_KEY", "", "x-goog-api-key"),
        ("gemini:m", "GOOGLE_API_KEY", "", "x-goog-api-key"),
    ],
)
def test_a_key_of_the_environment_reaches_the_service_and_nothing_else(
    cli: Cli,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    model: str,
    variable: str,
    path: str,
    header: str,
) -> None:
    if model.startswith("gemini"):
        pytest.importorskip("google.genai", reason="needs the extra gemini")
    for name in ("OPENAI_API_KEY", "GEMINI_API_KEY", "GOOGLE_API_KEY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv(variable, KEY)
    run = tmp_path / "run"
    script = tmp_path / "script.json"  # one item fails with a message that repeats the key
    failing = {"status": 400, "content": f"not with the key {KEY}"}
    script.write_text(json.dumps({"What is number 1?": failing, "*": "answer 0"}))
    with ChaosServer("--reply", str(script)) as server:
        url = server.base_url.removesuffix("/v1") + path
        flags = ("-M", f"base_url={url}", "--max-errors", "1")
        outputs = [cli(*evaluate_arguments(model, run, *flags))]
        sent = server.ledger()["last"]["headers"][header]
    assert outputs[0].code == 0, outputs[0].err
    assert sent.removeprefix("Bearer ") == KEY
    outputs += [cli("status", run, "--json"), cli("leaderboard", run), cli("models", "list")]
    outputs += [cli(*evaluate_arguments(model, tmp_path / "dry", *flags, "--dry-run"))]
    outputs += [cli(*evaluate_arguments(model, tmp_path / "arg", "-M", f"api_key={KEY}"))]
    assert outputs[-1].code == 2
    for found in outputs:
        assert_clean(found.out + found.err)
    files = snapshot(run)
    for data in files.values():
        assert_clean(data.decode())
    assert b"not with the key ***" in files["responses.jsonl"]


@pytest.mark.parametrize(
    "arguments",
    [
        ("-M", f"api_key={KEY}"),  # an argument that this model does not have
        ("-M", KEY.replace("=", "").replace(",", "")),  # the name was forgotten
        ("-M", f"api_key={KEY}", "--limit", "no"),
        ("-M", f"api_key={KEY}", "--no-such-flag"),
        ("--config", "recipe.yaml"),
    ],
)
def test_no_refusal_shows_a_key(cli: Cli, tmp_path: Path, arguments: tuple[str, ...]) -> None:
    (tmp_path / "recipe.yaml").write_text(f"model_args: 'api_key={KEY}'\n")
    found = cli(*evaluate_arguments("mock:hash", tmp_path / "run", *arguments))
    assert found.code == 2
    assert_clean(found.out + found.err)
    assert KEY[:14].replace(",", "") not in found.err


def test_a_key_that_looks_like_a_number_is_kept_as_text() -> None:
    from harness.settings import parse_pairs

    assert parse_pairs(["api_key=0123", "seed=0123"], "-M")["api_key"] == "0123"


def test_what_only_sounds_like_a_secret_is_recorded() -> None:
    from harness.core.redaction import redact, redact_argv

    arguments = {"max_new_tokens": 5, "tokenizer": "a/b", "base_url": "https://host.example/v1"}
    assert redact(arguments) == arguments
    assert redact_argv(["-M", "max_tokens=5,tokenizer=a/b"]) == ["-M", "max_tokens=5,tokenizer=a/b"]


# --- code that a task file names -------------------------------------------------------------


@pytest.fixture
def hostile(tmp_path: Path) -> Path:
    """A task whose Python leaves a mark when it is imported."""
    folder = tmp_path / "hostile"
    folder.mkdir()
    mark = f"from pathlib import Path\nPath({str(tmp_path / 'mark')!r}).touch()\n"
    for name in ("toy_data.py", "toy_scoring.py"):
        (folder / name).write_text(mark + (TOY / name).read_text().partition("annotations\n")[2])
    (folder / "toy.yaml").write_text((TOY / "toy.yaml").read_text())
    return folder


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("tasks", "list"), 0),
        (("tasks", "list", "toy", "--json"), 0),
        (("tasks", "show", "toy"), 0),
        (("evaluate", "mock:hash", "-t", "toy", "-o", "run", "--dry-run"), 2),
        (("evaluate", "mock:hash", "-t", "toy", "-o", "run"), 2),
        (("score", "toy", "replies.jsonl", "-o", "run"), 2),
    ],
)
def test_task_code_does_not_run_unless_it_is_trusted(
    cli: Cli, tmp_path: Path, hostile: Path, arguments: tuple[str, ...], code: int
) -> None:
    (tmp_path / "replies.jsonl").write_text(
        '{"id": "1", "doc": {"answer": "x"}, "response": "x"}\n'
    )
    found = cli(*arguments, "--include-path", hostile)
    assert found.code == code, found.err
    assert not (tmp_path / "mark").exists()
    assert not (tmp_path / "run").exists()
    if code == 2:
        assert "--trust-task-code" in found.err and str(hostile) in found.err
    assert cli("evaluate", "mock:hash", "-t", "toy", "-o", "run", "--include-path", hostile,
               "--trust-task-code").code == 0  # fmt: skip
    assert (tmp_path / "mark").exists()


def test_rescoring_asks_for_trust_again(cli: Cli, tmp_path: Path, hostile: Path) -> None:
    flags = ("--include-path", hostile)
    cli("evaluate", "mock:hash", "-t", "toy", "-o", "run", *flags, "--trust-task-code")
    before = snapshot(tmp_path / "run")
    (tmp_path / "mark").unlink()
    found = cli("score", tmp_path / "run")
    assert found.code == 2 and "--trust-task-code" in found.err
    assert snapshot(tmp_path / "run") == before


@pytest.mark.parametrize(
    "line",
    [
        "x: !!python/object/apply:os.system ['touch mark']",
        "x: !!python/name:os.system",
        "x: !!python/module:os",
        "x: !python/object:os.system {}",
        "x: !function [a, b]",
        "x: !function nodots",
        "x: !include /etc/passwd",
        "&a [*a]",
    ],
)
def test_python_tags_are_refused(cli: Cli, tmp_path: Path, line: str) -> None:
    folder = tmp_path / "tasks"
    folder.mkdir()
    (folder / "bad.yaml").write_text(f"task: bad\n{line}\n")
    listed = cli("tasks", "list", "--include-path", folder)  # the other tasks are listed
    assert listed.code == 0 and "bad.yaml" in listed.err and "Traceback" not in listed.err
    asked = ("evaluate", "mock:hash", "-t", "bad", "-o", "run", "--include-path", folder, FLAGS[2])
    found = cli(*asked)
    assert found.code == 2 and "bad.yaml" in found.err
    assert "Traceback" not in found.err
    assert not (tmp_path / "mark").exists()
    recipe = tmp_path / "eval.yaml"
    recipe.write_text(f"model: mock:hash\n{line}\n")
    found = cli("evaluate", "--config", recipe)
    assert found.code == 2 and "eval.yaml" in found.err and "Traceback" not in found.err
    assert not (tmp_path / "mark").exists()


@pytest.mark.parametrize("module", ["..toy_data.load", "/etc/x.load", "os.system", "a..b.c"])
def test_a_function_reference_stays_beside_its_file(cli: Cli, tmp_path: Path, module: str) -> None:
    folder = tmp_path / "outer" / "inner"
    folder.mkdir(parents=True)
    (folder.parent / "toy_data.py").write_text(f"open({str(tmp_path / 'mark')!r}, 'w').close()\n")
    text = (TOY / "toy.yaml").read_text().replace("toy_data.load", module)
    (folder / "toy.yaml").write_text(text)
    found = cli(
        "evaluate", "mock:hash", "-t", "toy", "-o", "run", "--include-path", folder,
        "--trust-task-code",
    )  # fmt: skip
    assert found.code == 2 and "Traceback" not in found.err
    assert not (tmp_path / "mark").exists()


def test_a_prompt_template_is_no_program(cli: Cli, tmp_path: Path) -> None:
    folder = tmp_path / "tasks"
    folder.mkdir()
    for name in ("toy_data.py", "toy_scoring.py"):
        (folder / name).write_text((TOY / name).read_text())
    attack = "<audio>{{ cycler.__init__.__globals__.os.system('touch mark') }}"
    text = (TOY / "toy.yaml").read_text().replace("<audio>{{question}}", attack)
    (folder / "toy.yaml").write_text(text)
    found = cli(
        "evaluate", "mock:hash", "-t", "toy", "-o", "run", "--include-path", folder,
        "--trust-task-code",
    )  # fmt: skip
    assert "Traceback" not in found.err
    assert found.code in (0, 2)
