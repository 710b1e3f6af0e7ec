"""lm-eval's own IFEval checkers, imported without its package initialisers and without downloads.

Sentence splitting needs NLTK data that is not installed, so it is replaced by ours (compared with
NLTK's own algorithm in ``test_sentences.py``).
"""

from __future__ import annotations

import contextlib
import importlib
import importlib.util
import sys
import types
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from metrics.instructions.sentences import sentences
from metrics.instructions.words import words


@contextlib.contextmanager
def lm_eval_ifeval() -> Iterator[types.SimpleNamespace]:
    """Modules ``instructions``, ``registry`` and ``utils``; ``sys.modules`` is restored afterwards."""
    import nltk
    from langdetect import DetectorFactory

    found = importlib.util.find_spec("lm_eval")
    assert found is not None and found.submodule_search_locations is not None
    root = Path(found.submodule_search_locations[0])
    patch = pytest.MonkeyPatch()
    saved = {name: module for name, module in sys.modules.items() if name.startswith("lm_eval")}
    for name in saved:
        del sys.modules[name]
    for name, folder in (
        ("lm_eval", root),
        ("lm_eval.tasks", root / "tasks"),
        ("lm_eval.tasks.ifeval", root / "tasks" / "ifeval"),
    ):
        package: Any = types.ModuleType(name)
        package.__path__ = [str(folder)]
        sys.modules[name] = package
    if importlib.util.find_spec("immutabledict") is None:
        stub: Any = types.ModuleType("immutabledict")
        stub.immutabledict = dict
        patch.setitem(sys.modules, "immutabledict", stub)
    patch.setattr(nltk.data, "find", lambda *_args, **_kwargs: "present")
    patch.setattr(nltk, "word_tokenize", words)
    patch.setattr(DetectorFactory, "seed", 0)
    try:
        base = "lm_eval.tasks.ifeval."
        util = importlib.import_module(base + "instructions_util")
        patch.setattr(util, "count_sentences", lambda text: len(sentences(text)))
        yield types.SimpleNamespace(
            instructions=importlib.import_module(base + "instructions"),
            registry=importlib.import_module(base + "instructions_registry"),
            utils=importlib.import_module(base + "utils"),
            util=util,
        )
    finally:
        patch.undo()
        for name in [name for name in sys.modules if name.startswith("lm_eval")]:
            del sys.modules[name]
        sys.modules.update(saved)
