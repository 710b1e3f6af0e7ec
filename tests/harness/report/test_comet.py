"""``harness score … --with comet``: refused without its package, in an interpreter of its own with it, signed by model and version."""

from __future__ import annotations

import json
import shutil
import textwrap
from collections.abc import Callable
from pathlib import Path

import pytest

import harness
from tests.support.command import CommandResult
from tests.support.data.tiny_copies import speech_translation
from tests.support.runs.toy import jsonl

Cli = Callable[..., CommandResult]
TASKS = ("st_fleurs_fr_en", "st_covost2_de_en")

COMET = '''
"""Answers as unbabel-comet 2.2.7 does; the scores follow the three texts."""
import os, types

def download_model(model):
    print("noise on standard output")
    root = os.environ["STAND_IN"]
    return os.path.join(root, "snapshots", 40 * "a", "checkpoints", "model.ckpt")

def load_from_checkpoint(path):
    assert path.endswith("model.ckpt"), path
    return Model()

class Model:
    def predict(self, samples, batch_size=16, gpus=1, progress_bar=True):
        assert gpus == 0
        assert all(set(one) == {"src", "mt", "ref"} for one in samples)
        how = os.environ.get("STAND_IN_FAULT")
        if how == "raise":
            raise RuntimeError("out of memory")
        scores = [sum((one["src"] + one["mt"] + one["ref"]).encode()) % 97 / 97 for one in samples]
        if how == "nan":
            scores[0] = float("nan")
        if how == "short":
            scores.pop()
        return types.SimpleNamespace(scores=scores, system_score=sum(scores) / len(scores))
'''
TORCH = "class cuda:\n    is_available = staticmethod(lambda: False)\n"


def stand_in(source: str, translation: str, reference: str) -> float:
    return sum((source + translation + reference).encode()) % 97 / 97


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("st")
    speech_translation(root)
    return root


@pytest.fixture(scope="module")
def once(copy: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("once") / "run"
    harness.evaluate("mock:hash", TASKS, path, data={"speech_translation": copy})
    return path


@pytest.fixture
def run(once: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(once, tmp_path / "run"))


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Put a stand-in for the package where a child process finds it."""
    site = tmp_path / "site"
    for name, text in (("comet", COMET), ("torch", TORCH)):
        (site / name).mkdir(parents=True)
        (site / name / "__init__.py").write_text(textwrap.dedent(text), encoding="utf-8")
    about = site / "unbabel_comet-2.2.7.dist-info"
    about.mkdir()
    (about / "METADATA").write_text(
        "Metadata-Version: 2.1\nName: unbabel-comet\nVersion: 2.2.7\n", encoding="utf-8"
    )
    monkeypatch.setenv("PYTHONPATH", str(site))
    monkeypatch.setenv("STAND_IN", str(tmp_path))


def test_without_the_package_it_is_refused_with_the_command(cli: Cli, run: Path) -> None:
    before = (run / "results.json").stat().st_mtime_ns
    done = cli("score", run, "--with", "comet")
    assert done.code == 4
    assert "comet/bin/pip install unbabel-comet==2.2.7" in done.err
    assert not (run / "comet_scores.json").exists()
    assert (run / "results.json").stat().st_mtime_ns == before, "refused before anything is scored"


def test_values_are_the_models_and_say_whose(cli: Cli, run: Path, installed: None) -> None:
    results = (run / "results.json").read_bytes()
    done = cli("score", run, "--with", "comet", "--json")
    assert done.code == 0, done.err
    found = json.loads(done.out)
    assert found == json.loads((run / "comet_scores.json").read_text(encoding="utf-8"))
    assert (run / "results.json").read_bytes() == results, "the score stage stays pure"
    assert [row["task"] for row in found["tasks"]] == list(TASKS)
    samples = jsonl(run / "samples.jsonl")
    assert [(one["task"], one["id"]) for one in found["items"]] == [
        (one["task"], one["id"]) for one in samples
    ]
    for one, sample in zip(found["items"], samples, strict=True):
        doc = sample["doc"]
        source = doc.get("raw_transcription") or doc["sentence"]
        assert one["score"] == stand_in(source, sample["response"], doc["translation"])
    assert len({one["score"] for one in found["items"]}) > 10, "an exchange of items would show"
    for row in found["tasks"]:
        own = [one["score"] for one in found["items"] if one["task"] == row["task"]]
        assert row["value"] == pytest.approx(sum(own) / len(own))
        assert row["signature"].startswith(f"{row['task']}|")
        assert row["signature"].endswith(
            "|comet:Unbabel/wmt22-comet-da|checkpoint:aaaaaaaaaaaa|unbabel-comet:2.2.7|reading:strict"
        )


def test_a_checkpoint_file_is_known_by_its_content(
    cli: Cli, run: Path, installed: None, tmp_path: Path
) -> None:
    (tmp_path / "my-model.ckpt").write_bytes(b"weights")
    done = cli("score", run, "--with", f"comet:{tmp_path / 'my-model.ckpt'}")
    assert done.code == 0, done.err
    assert "st_fleurs_fr_en  comet 0." in done.out
    assert "checkpoint:sha256-" in done.out


def test_a_reply_that_is_no_text_is_an_empty_translation(
    cli: Cli, copy: Path, tmp_path: Path, installed: None
) -> None:
    lines = [
        {"id": str(number), "response": reply, "doc": {"sentence": "Guten Tag.", "translation": "Hello."}}
        for number, reply in enumerate(("Hello.", None, "Bye."))
    ]  # fmt: skip
    file = tmp_path / "replies.jsonl"
    file.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    out = tmp_path / "stored"
    done = cli("score", "st_covost2_de_en", file, "-o", out, "--with", "comet", "--json")
    assert done.code == 3, "null is a failed request of this task"
    found = json.loads(done.out)
    (row,) = found["tasks"]
    expected = [stand_in("Guten Tag.", reply, "Hello.") for reply in ("Hello.", "", "Bye.")]
    assert [one["score"] for one in found["items"]] == expected
    assert row["value"] == pytest.approx(sum(expected) / 3)
    assert (row["n"], row["unparsed"], row["failed"]) == (3, 1, 0)


def test_failed_requests_are_left_out_and_said(
    cli: Cli, copy: Path, tmp_path: Path, installed: None
) -> None:
    out = tmp_path / "flaky"
    done = cli(
        "evaluate", "mock:hash", "-t", "st_covost2_de_en", "-o", out, "--quiet",
        "-M", "error_rate=0.5,retryable=false", "--data", f"speech_translation={copy}",
    )  # fmt: skip
    failed = sum(one["outcome"] == "error" for one in jsonl(out / "samples.jsonl"))
    assert failed, done.err
    done = cli("score", out, "--with", "comet")
    assert done.code == 3
    assert f"incomplete: {failed} failed" in done.out


@pytest.mark.parametrize(
    ("fault", "said"),
    [("raise", "out of memory"), ("nan", "gave 19 scores for 20"), ("short", "gave 19 scores for 20")],
)  # fmt: skip
def test_a_model_that_fails_gives_no_value(
    fault: str, said: str, cli: Cli, run: Path, installed: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STAND_IN_FAULT", fault)
    done = cli("score", run, "--with", "comet")
    assert done.code == 4
    assert said in done.err
    assert not (run / "comet_scores.json").exists()


@pytest.mark.parametrize(
    ("flags", "said"),
    [
        (("--with", "bleurt"), "known: comet, comet:MODEL"),
        (("--with", "comet", "--with-python", "/nowhere/venv"), "no such interpreter"),
        (("--with-python", "python3"), "--with is missing"),
        (("--with", "comet", "--as", "letter"), "two questions"),
    ],
)
def test_what_cannot_be_asked_is_refused(
    flags: tuple[str, ...], said: str, cli: Cli, tmp_path: Path
) -> None:
    done = cli("score", tmp_path, *flags)
    assert done.code == 2
    assert said in done.err


def test_other_tasks_have_no_source_text(cli: Cli, installed: None, tmp_path: Path) -> None:
    out = tmp_path / "toy"
    assert cli("evaluate", "mock:options", "-t", "quickstart", "-o", out, "--quiet").code == 0
    done = cli("score", out, "--with", "comet")
    assert done.code == 2
    assert "comet scores tasks such as st_fleurs_en_de" in done.err
