"""Checkpoints that are built once for all tests of a worker."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def tiny_qwen2_audio(tmp_path_factory: pytest.TempPathFactory) -> Path:
    pytest.importorskip("transformers", reason="needs the extra hf")
    from tests.tiny_models import build_tiny_qwen2_audio

    return build_tiny_qwen2_audio(tmp_path_factory.mktemp("checkpoints") / "tiny-qwen2-audio")


@pytest.fixture(scope="session")
def tiny_audio_flamingo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    pytest.importorskip("transformers", reason="needs the extra hf")
    from tests.tiny_models import build_tiny_audio_flamingo

    return build_tiny_audio_flamingo(tmp_path_factory.mktemp("checkpoints") / "tiny-flamingo")


@pytest.fixture(scope="session")
def tiny_glm_asr(tmp_path_factory: pytest.TempPathFactory) -> Path:
    pytest.importorskip("transformers", reason="needs the extra hf")
    from tests.tiny_models import build_tiny_glm_asr

    return build_tiny_glm_asr(tmp_path_factory.mktemp("checkpoints") / "tiny-glm-asr")


@pytest.fixture(scope="session")
def tiny_whisper(tmp_path_factory: pytest.TempPathFactory) -> Path:
    pytest.importorskip("transformers", reason="needs the extra hf")
    from tests.tiny_models import build_tiny_whisper

    return build_tiny_whisper(tmp_path_factory.mktemp("checkpoints") / "tiny-whisper")


@pytest.fixture(scope="session")
def tiny_wav2vec2(tmp_path_factory: pytest.TempPathFactory) -> Path:
    pytest.importorskip("transformers", reason="needs the extra hf")
    from tests.tiny_models import build_tiny_wav2vec2

    return build_tiny_wav2vec2(tmp_path_factory.mktemp("checkpoints") / "tiny-wav2vec2")


@pytest.fixture(scope="session")
def tiny_text_only(tmp_path_factory: pytest.TempPathFactory) -> Path:
    pytest.importorskip("transformers", reason="needs the extra hf")
    from tests.tiny_models import build_tiny_text_only

    return build_tiny_text_only(tmp_path_factory.mktemp("checkpoints") / "tiny-llama")


@pytest.fixture
def checkpoint_copy(tiny_qwen2_audio: Path, tmp_path: Path) -> Path:
    """A copy of the checkpoint that a test may damage."""
    return Path(shutil.copytree(tiny_qwen2_audio, tmp_path / "checkpoint"))


@pytest.fixture(autouse=True)
def own_cache(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep the user's digest cache out of the tests."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))
