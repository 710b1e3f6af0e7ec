"""``harness data get pedant`` and ``data check pedant``: pinned, checked, said clearly when it fails."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from metrics.text.pedant import ModelFile
from tasks._shared import scoring_models
from tests.support.command import CommandResult

Cli = Callable[..., CommandResult]
CONTENT = {"lr_classifier": b"weights", "tf-idf_vectorizer": b"words"}


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture
def served(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder served on loopback in the place of the pinned address."""
    folder = tmp_path / "served"
    folder.mkdir()
    for name, content in CONTENT.items():
        (folder / name).write_bytes(content)
    files = tuple(
        ModelFile(name, len(content), hashlib.sha256(content).hexdigest())
        for name, content in CONTENT.items()
    )
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=str(folder))) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        address = f"http://127.0.0.1:{server.server_port}/"
        model = replace(scoring_models.MODELS["pedant"], files=files, address=address)
        monkeypatch.setitem(scoring_models.MODELS, "pedant", model)
        for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
            monkeypatch.delenv(name, raising=False)
        monkeypatch.setenv("no_proxy", "127.0.0.1")
        yield folder
        server.shutdown()
        thread.join()


@pytest.mark.network
def test_the_files_are_fetched_once_checked_and_found(
    served: Path, cli: Cli, tmp_path: Path
) -> None:
    copy = tmp_path / "copy"
    done = cli("data", "get", "pedant", "--to", copy)
    assert done.code == 0, done.err
    assert "licence: MIT" in done.out and f"--data pedant={copy}" in done.out
    assert {path.name: path.read_bytes() for path in copy.iterdir()} == CONTENT
    (served / "lr_classifier").unlink()  # what is right is not fetched again
    again = cli("data", "get", "pedant", "--to", copy, "--json")
    assert again.code == 0 and json.loads(again.out)["folder"] == str(copy)
    assert "already here" in again.err
    assert cli("data", "check", "pedant", copy).code == 0


@pytest.mark.network
def test_other_content_is_refused_and_not_kept(served: Path, cli: Cli, tmp_path: Path) -> None:
    (served / "tf-idf_vectorizer").write_bytes(b"other")
    copy = tmp_path / "copy"
    done = cli("data", "get", "pedant", "--to", copy)
    assert done.code == 4 and "whose sha256 is not" in done.err and "by hand" in done.err
    assert [path.name for path in copy.iterdir()] == ["lr_classifier"]


@pytest.mark.network
def test_an_address_that_does_not_answer_is_said(served: Path, cli: Cli, tmp_path: Path) -> None:
    (served / "lr_classifier").unlink()
    done = cli("data", "get", "pedant", "--to", tmp_path / "copy")
    assert done.code == 4 and "cannot be fetched" in done.err and "404" in done.err


def test_a_folder_without_the_model_is_a_clear_error(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "lr_classifier").write_bytes(b"something")
    done = cli("data", "check", "pedant", tmp_path)
    assert done.code == 4 and "another sha256" in done.err and "harness data get pedant" in done.err
    none = cli("data", "check", "pedant")
    assert none.code == 4 and "no copy of pedant is given" in none.err
    assert cli("data", "get", "pedant", "--revision", "main").code == 2


def test_a_wrong_folder_is_found_before_anything_is_scored(cli: Cli, tmp_path: Path) -> None:
    replies = tmp_path / "r.jsonl"
    replies.write_text('{"doc": {"prompt": "who", "reference": "x"}, "response": "y"}\n')
    run = ("score", "voicebench_sd_qa", replies, "-o", tmp_path / "run", "--judge", "none")
    done = cli(*run, "--data", f"pedant={tmp_path}")
    assert done.code == 4 and "--data pedant" in done.err
    assert not (tmp_path / "run" / "results.json").exists()


def test_without_the_model_the_results_say_what_mends_them(
    cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("HARNESS_DATA", raising=False)
    replies = tmp_path / "r.jsonl"
    lines = [
        {"id": str(n), "doc": {"prompt": "who", "reference": "Nile"}, "response": reply, "judge_reply": ["Yes"] * 3}
        for n, reply in enumerate(["the Nile", "the Rhine"])
    ]  # fmt: skip
    replies.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    done = cli("score", "voicebench_sd_qa", replies, "-o", tmp_path / "run", "--judge", "replay")
    assert done.code == 0, done.err
    assert "not complete: VoiceBench's panda and sdqa need the model pedant" in done.out
    assert "harness data get pedant" in done.out
    results = json.loads((tmp_path / "run" / "results.json").read_text(encoding="utf-8"))
    entry = results["tasks"]["voicebench_sd_qa"]
    assert not entry["metrics"]["panda"]["official"]["complete"]
    assert entry["lacking"].startswith("VoiceBench's panda")
