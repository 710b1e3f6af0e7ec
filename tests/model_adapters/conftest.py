"""Checkpoints that are built once for all tests of a worker, and a server that the tests of a module share."""

from __future__ import annotations

import itertools
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.servers.chaos_server import ChaosServer
from tests.support.servers.service_adapters import SERVICES

NUMBERS = itertools.count()


def _built(name: str) -> Any:
    """A fixture of the checkpoint that ``build_NAME`` of ``tests.support.models.tiny_models`` writes."""

    @pytest.fixture(scope="session", name=name)
    def checkpoint(tmp_path_factory: pytest.TempPathFactory) -> Path:
        pytest.importorskip("transformers", reason="needs the extra hf")
        from tests.support.models import tiny_models

        build: Callable[[Path], Path] = getattr(tiny_models, f"build_{name}")
        return build(tmp_path_factory.mktemp("checkpoints") / name.replace("_", "-"))

    return checkpoint


tiny_qwen2_audio = _built("tiny_qwen2_audio")
tiny_audio_flamingo = _built("tiny_audio_flamingo")
tiny_glm_asr = _built("tiny_glm_asr")
tiny_whisper = _built("tiny_whisper")
tiny_wav2vec2 = _built("tiny_wav2vec2")
tiny_text_only = _built("tiny_text_only")


@pytest.fixture
def checkpoint_copy(tiny_qwen2_audio: Path, tmp_path: Path) -> Path:
    """A copy of the checkpoint that a test may damage."""
    return Path(shutil.copytree(tiny_qwen2_audio, tmp_path / "checkpoint"))


@pytest.fixture(autouse=True)
def own_cache(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep the user's digest cache out of the tests, and every test's out of the others."""
    folder = tmp_path_factory.getbasetemp() / "caches" / str(next(NUMBERS))
    monkeypatch.setenv("XDG_CACHE_HOME", str(folder))


@pytest.fixture(scope="module")
def echo() -> Iterator[ChaosServer]:
    """A server that repeats the text of the last user message."""
    with ChaosServer("--reply", "echo") as server:
        yield server


@pytest.fixture
def no_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take away what the user's environment says about services."""
    for one in SERVICES.values():
        for name in one.environment:
            monkeypatch.delenv(name, raising=False)
