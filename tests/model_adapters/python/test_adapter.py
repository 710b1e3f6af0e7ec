"""``python:``: the user's class, here and in an environment of its own; noise, hangs and deaths of its process."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from harness.audio import AudioRef
from harness.types import Generation, Message, Request, Text
from model_adapters.conformance import AdapterConformance
from model_adapters.python import worker as python_worker
from model_adapters.registry import create
from tests.support import clips
from tests.support.models.python_classes import ODD, Make, answer, request, text
from tests.support.runs.toy import jsonl

# --- the interface -----------------------------------------------------------------------------


@pytest.fixture(scope="module", params=["here", "child"])
def suite(
    request: pytest.FixtureRequest, folder: Path, environment: Path
) -> Iterator[AdapterConformance]:
    arguments = {"path": str(folder)}
    if request.param == "child":
        arguments["python"] = str(environment)
    with AdapterConformance(lambda: create("python:good_model:Model", arguments)) as suite:
        yield suite


@pytest.mark.parametrize("check", AdapterConformance.CHECKS)
def test_conformance(suite: AdapterConformance, check: str) -> None:
    suite.run(check)


def test_here_and_there_give_the_same(folder: Path, environment: Path) -> None:
    clip = clips.ref(clips.speech_like(0.7), "voice.wav")
    found = []
    for extra in ({}, {"python": str(environment)}, {"python": f"{environment}/bin/python"}):
        adapter = create("python:good_model:Model", {"path": str(folder), "prefix": "p", **extra})
        info = adapter.open()
        found.append(
            (info.fingerprint, info.sampling_rate, info.max_clips, text(adapter, "a", clip))
        )
        adapter.close()
    assert found[0] == found[1] == found[2]
    assert found[0][1:3] == (8000, 3)


def test_the_class_lives_in_its_own_environment(
    folder: Path, environment: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither our packages nor the modules beside the worker are importable there."""
    monkeypatch.delenv("PYTHONPATH", raising=False)
    adapter = create("python:odd_models:Env", {"path": str(folder), "python": str(environment)})
    adapter.open()
    found = json.loads(text(adapter))
    adapter.close()
    assert found == {
        "prefix": str(environment),
        "numpy": True,
        "soundfile": False,
        "harness": False,
        "registry": False,
    }


def test_shapes_of_messages(make: Make) -> None:
    clip = clips.ref(clips.tone(0.1))
    spoken = (Message("user", (Text("A "), clip, Text(" B"))),)
    for name, wanted in (("Marked", "A <|AUDIO|> B"), ("Noisy", "answer A <audio> B")):
        adapter = make(f"odd_models:{name}")
        adapter.open()
        assert adapter.generate_batch([Request("k", spoken)])[0].text == wanted
    adapter = make("odd_models:Parts")
    adapter.open()
    system = (Message("system", (Text("be brief"),)), *spoken)
    assert json.loads(str(adapter.generate_batch([Request("k", system)])[0].text)) == [
        {"role": "system", "content": [{"type": "text", "text": "be brief"}]},
        {
            "role": "user",
            "content": [
                {"type": "text", "text": "A "},
                {"type": "audio"},
                {"type": "text", "text": " B"},
            ],
        },
    ]


def test_samples_arrive_as_they_are(make: Make) -> None:
    samples = clips.noise(0.05, seed=3)
    adapter = make("odd_models:Returns")
    adapter.open()
    asked = (
        "repr([(s.dtype.str, s.shape, s.flags.writeable, s.tobytes().hex(), r) for s, r in audio])"
    )
    found = ast.literal_eval(text(adapter, asked, clips.ref(samples)))
    wanted = AudioRef(clips.encoded(samples)).decode(16_000)
    assert found == [("<f4", wanted.shape, True, wanted.tobytes().hex(), 16_000)]


def test_clips_may_come_at_their_own_rate(make: Make) -> None:
    adapter = make("odd_models:AsStored")
    assert adapter.open().sampling_rate is None
    spoken = [clips.ref(clips.tone(0.5, rate=rate), rate=rate) for rate in (44_100, 8000)]
    assert text(adapter, "?", *spoken) == "[(22050, 44100), (4000, 8000)]"


def test_noise_does_not_reach_the_replies(make: Make) -> None:
    adapter = make("odd_models:Noisy")
    adapter.open()
    assert [text(adapter, f"{i}") for i in range(20)] == [f"answer {i}" for i in range(20)]


def test_stop_strings_and_reasoning(make: Make) -> None:
    adapter = make("odd_models:Thinks")
    adapter.open()
    response = answer(adapter, until=["END", "never"])
    assert (response.text, response.reasoning, response.finish) == ("dog. ", "a bark", "stop")
    assert answer(adapter, until="dog").text == ""


def test_batches(make: Make) -> None:
    """One call for requests with the same generation arguments; after an exception, one by one."""
    adapter = make("odd_models:Batched")
    adapter.open()
    requests = [
        request(name, temperature=0.5, top_k=k) for name, k in (("a", 1), ("b", 2), ("c", 1))
    ]
    replies = [response.text for response in adapter.generate_batch(requests)]
    assert replies == ["[2] a 1", "[2, 1] b 2", "[2] c 1"]
    poisoned = [request(name, temperature=0.5, top_k=1) for name in ("a", "poison", "c")]
    first, bad, last = adapter.generate_batch(poisoned)
    assert bad.error is not None and "ValueError: poisoned" in bad.error.message
    assert str(first.text).endswith("a 1") and str(last.text).endswith("c 1")


def test_a_seed_is_moved_by_the_repeat(make: Make) -> None:
    adapter = make("odd_models:Seeded")
    adapter.open()
    messages = (Message("user", (Text("x"),)),)
    asked = [Request("k", messages, Generation(seed=5), repeat=repeat) for repeat in (0, 2)]
    replies = adapter.generate_batch([*asked, Request("k", messages, repeat=2)])
    assert [response.text for response in replies] == ["5", "7", "None"]


def test_a_batch_that_loses_a_reply_is_asked_again(make: Make) -> None:
    adapter = make("odd_models:Short")
    adapter.open()
    replies = adapter.generate_batch([request("a"), request("b")])
    assert [response.text for response in replies] == ["alone", "alone"]


# --- identity ----------------------------------------------------------------------------------


def test_the_fingerprint_is_source_arguments_and_weights(folder: Path, tmp_path: Path) -> None:
    def fingerprint(target: str = "odd_models:Named", **arguments: Any) -> str:
        path = arguments.pop("path", folder)
        adapter = create(
            f"python:{target}", {"path": str(path), "python": sys.executable, **arguments}
        )
        try:
            return adapter.open().fingerprint
        finally:
            adapter.close()

    weights = tmp_path / "weights"
    weights.mkdir()
    (weights / "config.json").write_text("1")
    first = fingerprint(weights=str(weights))
    copy = tmp_path / "copy"
    copy.mkdir()
    (copy / "odd_models.py").write_text(ODD)
    weights.rename(tmp_path / "moved")
    assert fingerprint(weights=str(tmp_path / "moved"), path=copy) == first
    (tmp_path / "moved" / "config.json").write_text("22")
    changed = fingerprint(weights=str(tmp_path / "moved"))
    (copy / "odd_models.py").write_text(ODD + "\n# edited\n")
    others = [fingerprint(), fingerprint(path=copy), fingerprint(fingerprint="v2"), changed]
    assert len({first, *others}) == 5


def test_the_worker_is_written_for_python_3_8() -> None:
    source = Path(python_worker.__file__).read_text(encoding="utf-8")
    tree = ast.parse(source, feature_version=(3, 8))
    imported = {
        name.partition(".")[0]
        for node in ast.walk(tree)
        if isinstance(node, ast.Import | ast.ImportFrom)
        for name in (
            [node.module or ""]
            if isinstance(node, ast.ImportFrom)
            else [alias.name for alias in node.names]
        )
    }
    assert imported <= {*sys.stdlib_module_names, "numpy"}


def test_an_evaluation_with_the_second_environment(
    folder: Path, environment: Path, tmp_path: Path, cli: Any
) -> None:
    arguments = f"path={folder},python={environment}"
    command = ("evaluate", "python:good_model:Model", "-M", arguments, "-t", "quickstart_choice")
    found = cli(*command, "-L", "3", "-o", tmp_path / "run", "-q")
    assert found.code == 0, found.err
    samples = jsonl(tmp_path / "run" / "samples.jsonl")
    assert len(samples) == 3 and len({sample["response"] for sample in samples}) == 3
    manifest = json.loads((tmp_path / "run" / "manifest.json").read_text())
    assert manifest["model"]["fingerprint"].startswith("python:good_model:Model:")


def test_the_process_starts_without_our_packages(folder: Path) -> None:
    code = "import sys, runpy; sys.modules['numpy'] = None; runpy.run_path(sys.argv[1])"
    subprocess.run([sys.executable, "-I", "-c", code, python_worker.__file__], check=True)
