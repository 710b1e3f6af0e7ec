"""How many threads prepare items."""

import os

import pytest

from harness.evaluation.batches import prefetch_threads


@pytest.mark.parametrize(
    ("processors", "threads"), [(1, 2), (2, 2), (6, 6), (16, 16), (192, 16)], ids=str
)
def test_clips_are_decoded_on_every_processor_of_this_process(
    monkeypatch: pytest.MonkeyPatch, processors: int, threads: int
) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(processors)), raising=False)
    assert prefetch_threads(decodes=True) == threads
    assert prefetch_threads(decodes=False) == 2


@pytest.mark.parametrize(("known", "threads"), [(8, 8), (None, 2)], ids=str)
def test_where_a_process_is_not_bound_the_machine_is_counted(
    monkeypatch: pytest.MonkeyPatch, known: int | None, threads: int
) -> None:
    monkeypatch.delattr(os, "sched_getaffinity", raising=False)
    monkeypatch.setattr(os, "cpu_count", lambda: known)
    assert prefetch_threads(decodes=True) == threads
