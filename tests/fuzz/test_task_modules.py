"""Modules of tasks, generated: a right one is taken, a wrong one refused in the words of its fault, before a model is asked.

Each piece of code is drawn from right and wrong forms, so it is known which modules must pass: nothing wrong may pass in
silence, and nothing right may be refused.
"""

from __future__ import annotations

import math
import random
import sys
from pathlib import Path
from typing import Any

import pytest

from harness.errors import TaskFileError
from harness.task_loading.groups import load_task
from harness.task_loading.prompts import PromptedTask
from tests.support.fuzzing.driver import fuzz
from tests.support.runs.own_metric import write_task

Form = tuple[str, bool]
"""Python, and whether it is right."""

IMPORTS: tuple[Form, ...] = (
    ("", True), ("import math", True), ("import json as j\nX = j.dumps({})", True), ("raise SystemExit(0)", False),
    ("1 / 0", False), ("import no_such_module", False), ("def broken(:", False),
)  # fmt: skip
DOCUMENTS: tuple[Form, ...] = (
    ('[{"_id": str(n), "number": n, "age": 30} for n in range(4)]', True),
    ('[{"number": n, "age": 30.5, "more": {"a": [1, None]}} for n in range(4)]', True),
    ('tuple({"_id": n, "number": n, "age": 1} for n in range(3))', True),
    ('[{"_id": str(n), "number": n, "age": __import__("numpy").int64(3)} for n in range(4)]', True),
    ('[{"_id": "same", "number": n, "age": 30} for n in range(4)]', False),
    ('[{"_id": str(n), "number": n} for n in range(4)]', False), ('[{"_id": str(n), "age": 3} for n in range(4)]', False),
    ("[5]", False), ("None", False), ("'text'", False), ("[[]]", False), ('[{5: 1, "number": 1, "age": 2}]', False),
    ('[{"_id": None, "number": 1, "age": 2}]', False), ('[{"_id": [1], "number": 1, "age": 2}]', False),
    ('[{"number": 1, "age": {1, 2}}]', False), ('[{"number": 1, "age": object()}]', False), ("(d for d in [{}])", False),
    ('{"number": 1, "age": 3}', False), ("1 / 0", False), ('[{"number": 1, "age": float}]', False), ("exit(0)", False),
    ("raise_(BaseException())", False), ('[{"_id": 10**5000, "number": 1, "age": 2}]', False),
    ('[{"number": 1, "age": 10**5000}]', False), ('[{"number": 1, "age": deep(99)}]', False),
)  # fmt: skip
SPLITS: tuple[Form, ...] = (
    ('{"test": docs}', True), ('{"test": Documents(docs, DataInfo("here", version="1", total=len(docs)))}', True),
    ('{"test": Documents((d for d in docs), DataInfo("here"))}', False), ('{"test": Documents(docs, None)}', False),
    ('{"test": Documents(docs, DataInfo("here", version=1))}', False), ('{"test": Documents(docs, DataInfo("a", total="4"))}', False),
    ("docs", False), ("None", False), ('{"tset": docs}', False), ('{"train": docs, "dev": docs}', False), ("[docs]", False),
)  # fmt: skip
REFERENCES: tuple[Form, ...] = (
    ('doc["age"]', True), ('str(doc["age"])', True), ("None", True), ('{"a": [1, 2.5, None, True]}', True),
    ("(1, 2)", True), ("{1, 2}", False), ("object()", False), ('doc["gold"]', False), ("float('nan')", False),
    ("doc", True), ("b'x'", False), ("1 / 0", False), ("exit(3)", False), ("[float('inf')]", False),
)  # fmt: skip
OPTIONS: tuple[Form, ...] = (
    ("", True), ("def options(doc):\n    return ()", True), ("def options(doc):\n    return ['a', 'b']", True),
    ("def options(doc):\n    yield 'a'", True), ("def options(doc):\n    return None", False),
    ("def options(doc):\n    return 'abc'", False), ("def options(doc):\n    return [1]", False),
    ("def options(doc):\n    return {'a': 1}", False), ("def options():\n    return []", False),
    ("def options(doc):\n    return ['a', 'b', 'a']", False), ("def options(doc):\n    return {'a', 'b'}", False),
    ("def options(doc):\n    while True:\n        yield 'a'", False),
    ("def options(doc):\n    if doc['number'] == 2:\n        raise KeyError('x')\n    return ['a']", False),
    ("def options(doc):\n    raise_(BaseException())", False), ("def options(doc):\n    doc['age'] = 5\n    return ['a']", False),
    ("def options(doc):\n    return 5", False), ("def options(doc):\n    raise SystemExit(0)", False),
)  # fmt: skip
MORE: tuple[Form, ...] = (
    ("", True), ("def facts(docs):\n    return {'n': len(docs)}", True), ("def signature(docs):\n    return {'set': 'a'}", True),
    ("def facts(docs):\n    return 5", False), ("def facts(docs):\n    return {'a': {1}}", False),
    ("def facts(docs):\n    return {'anchors': {'accuracy': {'chance': 'x'}}}", False),
    ("def signature(docs):\n    return {'a|b': 'c'}", False), ("def signature(docs):\n    return {'a': 5}", False),
    ("def annotate(docs, origin):\n    1 / 0", False), ("def annotate(docs, origin):\n    docs[0]['x'] = 1", True),
    ("def facts(docs):\n    raise SystemExit(0)", False), ("def facts(docs):\n    return {'anchors': {'acuracy': {}}}", False),
    ("def facts(docs):\n    return {'anchors': 5}", False), ("def facts(docs):\n    return {'a': deep(200)}", False),
)  # fmt: skip
RETURNS: tuple[Form, ...] = (
    ('ItemScore({"accuracy": {"strict": Scored(STATS)}})', True),
    ('ItemScore({"accuracy": {"strict": Scored(STATS, False)}}, extracted=[1, "x"], details={"a": 1})', True),
    ('ItemScore({"accuracy": {"strict": Scored(None)}})', True), ('ItemScore({"accuracy": {"strict": STATS}})', False),
    ('ItemScore({"acuracy": {"strict": Scored(STATS)}})', False), ('ItemScore({"accuracy": {"official": Scored(STATS)}})', False),
    ('ItemScore({"accuracy": {"strict": Scored(STATS), "official": Scored(STATS)}})', False),
    ('ItemScore({"accuracy": {"strict": Scored(STATS), "loose": Scored(STATS)}})', False),
    ('ItemScore({"accuracy": {"strict": Scored(STATS)}, "wer": {"strict": Scored(STATS)}})', False),
    ('ItemScore({"accuracy": {"strict": Scored(STATS, "yes")}})', False), ("ItemScore({})", False), ("None", False),
    ("STATS", False), ('{"accuracy": STATS}', False), ("ItemScore(5)", False), ("1 / 0", False), ("exit(0)", False),
    ('ItemScore({"accuracy": {"strict": Scored(STATS)}}, extracted=object())', False),
    ('ItemScore({"accuracy": {"strict": Scored(STATS)}}, details=5)', False),
    ('ItemScore({"accuracy": {"strict": Scored(STATS)}}, aborted={"x"})', False),
    ('ItemScore({"accuracy": {"strict": Scored(STATS)}}, aborted=None)', False),
    ('ItemScore({"accuracy": {"strict": Scored(STATS)}}, extracted=deep(95))', False),
    ('ItemScore({"accuracy": {"strict": Scored(STATS)}}, details={"a": deep(5000)})', False), ("raise_(BaseException())", False),
)  # fmt: skip
KEYS = ("correct", "n", "corect", "Correct", "N", "n ", "", "total", 1, None)
NUMBERS = (
    0,
    1,
    1,
    1,
    True,
    False,
    2,
    -1,
    100,
    0.5,
    1.0,
    1e308,
    "float('nan')",
    "float('inf')",
    "'1'",
    "None",
    "[1]",
    10**400,
)


def statistics(draw: random.Random) -> Form:
    """Statistics of an accuracy, and whether they are of its form: a share of a positive number, or nothing of nothing."""
    if draw.random() < 0.6:
        keys: list[Any] = ["correct", "n"]
    else:
        keys = [draw.choice(KEYS) for _ in range(draw.choice((0, 1, 2, 2, 3)))]
    found = {key: draw.choice(NUMBERS) for key in keys}
    text = "{" + ", ".join(f"{key!r}: {value}" for key, value in found.items()) + "}"
    if set(found) != {"correct", "n"}:
        return text, False
    correct, n = found["correct"], found["n"]
    if isinstance(correct, str) or isinstance(n, str) or max(abs(correct), abs(n)) >= 2**53:
        return text, False
    if n == 0:
        return text, correct == 0  # an item without weight
    return text, correct >= 0 and n > 0 and math.isfinite(correct / n) and correct / n <= 1


def pick(draw: random.Random, forms: tuple[Form, ...], right: float = 0.88) -> Form:
    if draw.random() < right:
        return draw.choice([form for form in forms if form[1]])
    return draw.choice(forms)


def test_no_module_ends_in_a_traceback_and_no_wrong_one_passes(
    tmp_path: Path, record_property: Any
) -> None:
    folder = write_task(tmp_path / "tasks", metric="accuracy")
    spec = load_task(folder / "ages.yaml", "ages")

    def one(draw: random.Random) -> str:
        parts = {
            "IMPORT": pick(draw, IMPORTS, 0.95), "DOCS": pick(draw, DOCUMENTS), "SPLITS": pick(draw, SPLITS, 0.95),
            "REFERENCE": pick(draw, REFERENCES), "OPTIONS": pick(draw, OPTIONS), "MORE": pick(draw, MORE),
            "RETURN": pick(draw, RETURNS), "STATS": statistics(draw),
        }  # fmt: skip
        used = {
            name: part
            for name, part in parts.items()
            if name != "STATS" or "STATS" in parts["RETURN"][0]
        }
        data, scoring = (text.replace("<HELPERS>", HELPERS) for text in (DATA, SCORING))
        for name, (text, _) in parts.items():
            data, scoring = data.replace(f"<{name}>", text), scoring.replace(f"<{name}>", text)
        scoring = scoring.replace("STATS", parts["STATS"][0])
        (folder / "ages_data.py").write_text(data)
        (folder / "ages_scoring.py").write_text(scoring)
        for name in [name for name in sys.modules if name.startswith("_harness_task_code.")]:
            del sys.modules[name]
        right = all(is_right for _, is_right in used.values())
        try:
            planned(PromptedTask(spec, trusted=True))
        except TaskFileError as error:
            assert error.message and not right, (error, parts)
            return "refused"
        assert right, {name: text for name, (text, is_right) in used.items() if not is_right}
        return "taken"

    found = fuzz("task modules", one, quick=200, record=record_property)
    assert found["taken"] and found["refused"]


def planned(task: PromptedTask) -> None:
    """Do what a plan does with the code of a task, and score one item."""
    task.check()
    documents = task.documents()
    facts = task.facts(documents)
    task.probe(documents, facts)
    task.signature_parts(documents)
    for doc in documents:
        task.messages(doc)
    task.score(documents[0], "30", None)


HELPERS = """\

def raise_(error):
    raise error


def deep(levels):
    found = []
    for _ in range(levels):
        found = [found]
    return found


"""
DATA = """\
from harness.types import DataInfo, Documents
<IMPORT>
<HELPERS>
def load(*, folder=None, revision=None, **metadata):
    docs = <DOCS>
    return <SPLITS>
"""
SCORING = """\
from harness.types import ItemScore, Scored
from metrics.vanilla import aggregate, hook
<HELPERS>

def reference(doc):
    return <REFERENCE>

<OPTIONS>

def score(doc, response, verdicts):
    return <RETURN>

<MORE>
process_results = hook(score)
"""


@pytest.fixture(autouse=True)
def _forget_modules() -> Any:
    before = sys.dont_write_bytecode
    sys.dont_write_bytecode = True  # a module of the same second and size is another one
    yield
    sys.dont_write_bytecode = before
    for name in [name for name in sys.modules if name.startswith("_harness_task_code.")]:
        del sys.modules[name]
