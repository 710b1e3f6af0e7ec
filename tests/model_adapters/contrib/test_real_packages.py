"""DeSTA2.5-Audio and LLaSO with their real packages, on the CPU, over tiny checkpoints with random weights.

``HARNESS_CONTRIB_VENVS`` names a folder with virtual environments ``desta25`` and ``llaso``, made as ``docs/adapters.md``
says; ``desta25`` also has ``silero-vad``, so that nothing is fetched.
"""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import model_adapters.contrib
from model_adapters.conformance import AdapterConformance
from model_adapters.python import worker as python_worker
from model_adapters.registry import create
from tests.support import clips
from tests.support.models.stubbed import TARGETS, answer, request, text

REAL = Path(__file__).with_name("real")
ARGUMENTS = {
    "desta25": {"checkpoint": "checkpoint", "device": "cpu"},
    "llaso": {"checkpoint": "checkpoint", "audio_tower": "whisper", "device": "cpu"},
}
VOICE, OTHER = (clips.ref(clips.speech_like(1.5, seed), f"{seed}.wav") for seed in (1, 2))

pytestmark = pytest.mark.slow


def interpreter(name: str) -> Path:
    folder = os.environ.get("HARNESS_CONTRIB_VENVS")
    if not folder or not (Path(folder) / name).is_dir():
        pytest.skip("the model's environment is absent (set HARNESS_CONTRIB_VENVS)")
    return Path(folder) / name / "bin" / "python"


@pytest.fixture(scope="module", params=ARGUMENTS)
def tiny(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A tiny checkpoint in the current folder; the model's name."""
    name = request.param
    python = interpreter(name)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", str(REAL))
        patch.setenv("HF_HUB_OFFLINE", "1")
        patch.setenv("CUDA_VISIBLE_DEVICES", "")
        patch.chdir(tmp_path_factory.mktemp(f"{name}-tiny"))
        subprocess.run([python, REAL / f"tiny_{name}.py"], check=True)
        yield name


def make(name: str) -> Any:
    return create(f"python:{TARGETS[name]}", {"python": str(interpreter(name)), **ARGUMENTS[name]})


@pytest.fixture(scope="module")
def suite(tiny: str) -> Iterator[AdapterConformance]:
    with AdapterConformance(lambda: make(tiny)) as suite:
        yield suite


@pytest.mark.parametrize("check", AdapterConformance.CHECKS)
def test_conformance(suite: AdapterConformance, check: str, tiny: str) -> None:
    if (tiny, check) == ("desta25", "order"):
        pytest.skip(
            "bfloat16 is fixed, and random weights have near ties: a padded batch may turn one"
        )
    suite.run(check)


def test_answers(tiny: str) -> None:
    """The same again, greedy against the checkpoint's own config, drawn by the seed alone."""
    adapter = make(tiny)
    adapter.open()
    asked = [
        request(VOICE, "\nWhat?", max_new_tokens=12),
        request("One: ", OTHER, " two: ", VOICE, system="Be brief.", max_new_tokens=12),
        request(OTHER, max_new_tokens=12),
    ]
    found = [[adapter.generate_batch([one])[0].text for one in asked] for _ in range(2)]
    assert found[0] == found[1]
    assert None not in found[0] and len(set(found[0])) == 3
    assert None not in [response.text for response in adapter.generate_batch(asked)]
    drawn = {"do_sample": True, "temperature": 0.7, "max_new_tokens": 12}
    texts = [text(adapter, VOICE, "What?", **drawn, seed=seed) for seed in (5, 6, 5)]
    assert texts[0] == texts[2] != texts[1]
    assert answer(adapter, VOICE, "x", max_new_tokens=2).finish == "length"
    adapter.close()


def test_a_conversation_without_clips_does_not_depend_on_its_neighbours(tiny: str) -> None:
    if tiny != "desta25":
        pytest.skip("takes requests with a clip only")
    adapter = make(tiny)
    adapter.open()
    asked = [request("What is it?", max_new_tokens=12), request(VOICE, max_new_tokens=12)]
    together = [response.text for response in adapter.generate_batch(asked)]
    assert together == [adapter.generate_batch([one])[0].text for one in asked]
    adapter.close()


def test_inputs_of_llaso_are_those_of_its_evaluation_script(tiny: str) -> None:
    if tiny != "llaso":
        pytest.skip("another model")
    folder = Path(model_adapters.contrib.__file__).parent
    command = [interpreter(tiny), REAL / "compare_llaso.py", python_worker.__file__, folder]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    assert json.loads(done.stdout.strip().split("\n")[-1]) == {"checked": 20, "different": []}
