"""A folder that looks like a checkpoint, and adapters over the stub of vLLM."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from model_adapters.vllm.adapter import VLLMAdapter
from tests.model_adapters.stubs.vllm_stub import World, installed
from tests.support.models.vllm_requests import Opened


@pytest.fixture
def checkpoint(tmp_path: Path) -> Path:
    folder = tmp_path / "checkpoint"
    folder.mkdir()
    config = {"model_type": "listener", "audio_config": {"d_model": 8}}
    (folder / "config.json").write_text(json.dumps(config))
    (folder / "preprocessor_config.json").write_text(json.dumps({"sampling_rate": 16_000}))
    return folder


@pytest.fixture
def make(checkpoint: Path) -> Iterator[Opened]:
    """``make(world={…}, argument=…)``: an open adapter in such a world."""
    opened: list[Any] = []

    def build(
        target: str | None = None, world: dict[str, Any] | None = None, **arguments: Any
    ) -> VLLMAdapter:
        stub = installed(**(world or {}))
        stub.__enter__()
        adapter = VLLMAdapter(target or str(checkpoint), **arguments)
        opened.append((adapter, stub))
        adapter.info = adapter.open()  # type: ignore[attr-defined]
        return adapter

    yield build
    for adapter, stub in reversed(opened):
        adapter.close()
        stub.__exit__(None, None, None)


@pytest.fixture
def world() -> World:
    from tests.model_adapters.stubs.vllm_stub import WORLD

    return WORLD
