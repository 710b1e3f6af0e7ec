"""The ``lm_eval`` command without its scan of its own tasks, fourteen thousand files that no task of ours needs."""

from __future__ import annotations

import functools

import pytest

from tests.support.budget import SOAK


def without_own_tasks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let lm-eval look only into ``--include_path``; the long form lets it scan everything."""
    if SOAK:
        return
    from lm_eval.tasks import TaskManager

    init = functools.partialmethod(TaskManager.__init__, include_defaults=False)
    monkeypatch.setattr(TaskManager, "__init__", init)
