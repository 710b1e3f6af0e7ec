"""Hazards: a deaf model that passes, a good one that does not, a dead server that looks like a deaf model."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from harness.errors import AdapterError
from harness.evaluation.doctor import (
    Probe,
    assess,
    audio_tokens,
    doctor,
    shipped_clips,
    words_heard,
)
from model_adapters.built_in import ADAPTERS
from model_adapters.registry import forms, resolve
from tests.support.servers.chaos_server import ChaosServer

SAID = [clip.said for clip in shipped_clips()]


def script(tmp_path: Path, replies: dict[str, Any]) -> str:
    path = tmp_path / "script.json"
    path.write_text(json.dumps({f"doctor/{name}": reply for name, reply in replies.items()}))
    return f"mock:script:{path}"


@pytest.mark.parametrize(
    ("tone", "first", "second", "verdict", "code"),
    [
        ("beep", "alpha", "beta", "reached", 0),
        ("same", "same", "same", "not reached", 1),
        ("beep", "same", "same", "not reached", 1),
        ("", "alpha", "beta", "reached", 0),
        ("beep", "alpha", "", "reached", 1),
        ("beep", f"Sure: {SAID[1]}!", "the same", "reached", 0),
        ("beep", {"error": "request"}, f"{SAID[2]}", "reached", 1),
        ("beep", {"error": "request"}, "beta", "unclear", 1),
        ({"error": "memory"}, {"error": "memory"}, {"error": "memory"}, "no answer", 1),
        (*[{"error": "connection", "retryable": False}] * 3, "no answer", 4),
        ({"error": "memory"}, {"error": "memory"}, {"error": "timeout"}, "no answer", 1),
        ({"error": "request"}, "alpha", "beta", "reached", 0),
    ],
)
def test_verdicts(
    tone: Any, first: Any, second: Any, verdict: str, code: int, tmp_path: Path
) -> None:
    replies = {"tone": tone, "sentence 1": first, "sentence 2": second}
    found = doctor(script(tmp_path, replies), {})
    assert (found.verdict, found.exit_code) == (verdict, code)


def probe(reply: str) -> Probe:
    return Probe("clip", "words", reply, None, None, "stop", 0.0, ())


def test_a_model_that_draws_its_replies_is_unclear() -> None:
    """Different replies prove nothing if the same clip gets different ones."""
    assert assess([probe("x"), probe("a"), probe("b"), probe("c")])[0] == "unclear"
    assert assess([probe("x"), probe("a"), probe("b"), probe("a")])[0] == "reached"


@pytest.mark.parametrize("style", ["async", "batch"])
@pytest.mark.parametrize(
    ("model", "code"),
    [("mock:hash", 0), ("mock:echo", 1), ("baseline:first", 1), ("baseline:random", 1)],
)
def test_models_that_hear_and_models_that_do_not(model: str, code: int, style: str) -> None:
    arguments = {"style": style, "decode": True} if model.startswith("mock") else {}
    assert doctor(model, arguments).exit_code == code


@pytest.mark.slow
def test_a_recogniser_is_shown_to_hear(cli: Any) -> None:
    pytest.importorskip("pocketsphinx", reason="needs the extra demo")
    found = cli("doctor", "cascade:pocketsphinx")
    assert found.code == 0
    assert SAID[1] is not None and SAID[1] in found.out
    assert "of the words are in the transcript" in found.out
    assert "audio        reached: shown by sentence 1 and sentence 2" in found.out
    assert "<audio quickstart/clips/" in found.out  # the prompt


@pytest.mark.slow
@pytest.mark.xdist_group("hf")
def test_a_checkpoint(tmp_path: Path) -> None:
    pytest.importorskip("transformers", reason="needs the extra hf")
    from tests.support.models.tiny_models import build_tiny_qwen2_audio

    found = doctor(str(build_tiny_qwen2_audio(tmp_path / "tiny")), {"device": "cpu"})
    assert (found.verdict, found.exit_code) == ("reached", 0)
    assert found.info["sampling_rate"] == 16_000


@pytest.mark.network
def test_a_service(cli: Any) -> None:
    with ChaosServer() as server:
        found = cli("doctor", "openai:m", "-M", f"base_url={server.base_url}", "--json")
        ledger = server.ledger()
    assert found.code == 0
    report = json.loads(found.out)
    assert report["verdict"] == "reached" and report["model"] == "openai:m"
    assert ledger["requests"] == 4 and ledger["probes"] == 0
    with ChaosServer("--reply", "fixed:I hear nothing") as server:
        deaf = cli("doctor", "openai:m", "-M", f"base_url={server.base_url}")
    assert deaf.code == 1 and "not reached: both sentences got the same reply" in deaf.out
    gone = cli("doctor", "openai:m", "-M", f"base_url={server.base_url},max_retries=0")
    assert gone.code == 4 and "connection" in gone.out


def test_audio_tokens_are_evidence() -> None:
    usage = {"prompt_tokens": 9, "prompt_tokens_details": {"audio_tokens": 5, "text_tokens": 4}}
    assert audio_tokens(usage) == 5
    assert audio_tokens({"prompt_tokens_details": None, "audio_tokens": None}) == 0
    assert audio_tokens({"completion_tokens_details": {"audio_tokens": 7}}) == 0


def test_words_heard() -> None:
    assert words_heard("he put the keys", "HE put, the keys!") == 1.0
    assert words_heard("he put the keys", "nothing") == 0.0


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (("mokc:x",), 2, "mock"),
        (("mock:hash", "-M", "sed=1"), 2, "seed"),
        (("/no/such/folder",), 2, "no such checkpoint folder"),
        (("python:no_such_module_at_all:Model",), 4, "cannot be loaded"),
        (("mock:hash", "-M", "die_after=1"), 4, "died after 1 calls"),
    ],
)
def test_models_that_cannot_be_examined(
    arguments: tuple[str, ...], code: int, message: str, cli: Any
) -> None:
    found = cli("doctor", *arguments)
    assert found.code == code
    assert message in found.err and "Traceback" not in found.err


def test_an_exception_in_an_answer_is_a_dead_model(monkeypatch: pytest.MonkeyPatch) -> None:
    from model_adapters.mock.adapter import MockAdapter

    closed = []
    monkeypatch.setattr(MockAdapter, "generate_batch", lambda *_: 1 / 0)
    monkeypatch.setattr(MockAdapter, "close", lambda self: closed.append(self))
    with pytest.raises(AdapterError, match="cannot answer: ZeroDivisionError"):
        doctor("mock:hash", {"style": "batch"})
    assert len(closed) == 1


# --- models list -------------------------------------------------------------------------------


def test_every_adapter_is_listed() -> None:
    for row in ADAPTERS.values():
        assert row.forms
        for form in row.forms:
            assert resolve(form.model).adapter == form.adapter == row.name


def test_a_missing_package_is_named_with_its_extra(
    cli: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    import sys

    monkeypatch.setitem(sys.modules, "pocketsphinx", None)
    monkeypatch.setenv("OPENAI_API_KEY", "sk-not-shown")
    found = cli("models", "list")
    assert found.code == 0
    rows = {line.split("  ")[0]: line for line in found.out.split("\n")}
    assert "pip install 'lalm-harness[demo]'" in rows["cascade:pocketsphinx[+LLM]"]
    assert "  no  " in rows["cascade:pocketsphinx[+LLM]"]
    assert "OPENAI_API_KEY (set;" in rows["openai:MODEL"] and "sk-not-shown" not in found.out
    listed = {row["model"]: row for row in json.loads(cli("models", "list", "--json").out)}
    assert listed["cascade:pocketsphinx[+LLM]"]["missing"] == ["pocketsphinx"]
    assert listed["mock:BEHAVIOUR"]["installed"] is True


def test_extras_exist_and_bring_the_packages() -> None:
    import tomllib

    root = Path(__file__).resolve().parents[3]
    project = tomllib.loads((root / "pyproject.toml").read_text())["project"]
    everything = project["dependencies"]
    for form in (form for row in ADAPTERS.values() for form in row.forms):
        brought = everything + (project["optional-dependencies"][form.extra] if form.extra else [])
        for package in form.packages:
            wheel = package.replace("_", "-").replace(".", "-")
            assert any(line.startswith(wheel) for line in brought), package


def test_plug_ins_are_listed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    import sys

    metadata = tmp_path / "shout_adapter-0.1.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: shout-adapter\nVersion: 0.1\n")
    (metadata / "entry_points.txt").write_text(
        "[harness.model_adapters]\nshout = shout_adapter:Adapter\n"
    )
    monkeypatch.setattr(sys, "path", [str(tmp_path), *sys.path])
    (shout,) = [form for form in forms() if form.adapter == "shout"]
    assert shout.what == "plug-in of shout-adapter" and shout.missing() == ["shout_adapter"]
