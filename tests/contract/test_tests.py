"""Hazards of the tests themselves: a helper that hides in a test module, a test that holds a private name in place."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterable, Iterator
from functools import cache
from itertools import groupby

import pytest

from tests.support.budget import mostly_long
from tests.support.pages import ROOT
from tests.support.scheduling import dearest_first, unit

TESTS = ROOT / "tests"
PRODUCT = ("harness", "leaderboards", "metrics", "model_adapters", "tasks")
HOUSES = ("tests.support", "tests.bench", "tests.model_adapters.stubs")
"""Where code lies that other modules of the tests may import."""

FOREIGN = {
    "_datawritten": "wave: a header that is not patched on close",
    "_extra_content": "transformers: classes registered for auto classes",
    "_model_mapping": "transformers: classes that an auto class knows",
    "_replace": "namedtuple: public, in spite of its name",
    "_set_model_specific_special_tokens": "transformers: tokens that a tokenizer names",
    "_tokenizer": "transformers: the fast tokenizer inside",
}
"""Names of others that begin with an underscore, and what they are; ours have a public name instead."""

PATCHES = ("setattr", "delattr", "getattr", "patch", "object")
REDUCED = {
    "tests/harness/evaluation/replicas/test_ray.py": "tests/harness/evaluation/replicas/test_pool.py",
    "tests/harness/evaluation/variations/test_controls_heard.py": "tests/harness/evaluation/test_controls.py",
    "tests/model_adapters/openai/test_serve.py": "tests/model_adapters/openai/test_adapter.py",
    "tests/reliability/test_judge_server.py": "tests/reliability/test_judge_chaos.py",
}
"""Modules that `make test` leaves out, and the one that guards the same with a stand-in for what takes long to start."""

MODULES_IN_A_FOLDER = 16
LINES = 400


@cache
def modules() -> dict[str, ast.Module]:
    """Path below the repository -> syntax tree of every module of the tests."""
    return {
        path.relative_to(ROOT).as_posix(): ast.parse(path.read_text(encoding="utf-8"))
        for path in sorted(TESTS.rglob("*.py"))
    }


@cache
def nodes() -> dict[str, list[ast.AST]]:
    """The nodes of every module: a walk takes as long as parsing."""
    return {path: list(ast.walk(tree)) for path, tree in modules().items()}


@pytest.fixture(scope="module", autouse=True)
def _forget() -> Iterator[None]:
    """Half a million nodes are no load for the tests of other modules."""
    yield
    nodes.cache_clear()
    modules.cache_clear()


def imports(found: Iterable[ast.AST]) -> Iterator[tuple[str, str]]:
    """(Module, name) of every import; the name is empty where a module is imported whole."""
    for node in found:
        if isinstance(node, ast.Import):
            yield from ((alias.name, "") for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from ((node.module, alias.name) for alias in node.names)


def is_private(name: str) -> bool:
    return name.startswith("_") and not name.startswith("__")


def private_accesses(found: Iterable[ast.AST]) -> Iterator[str]:
    """Private names that are imported, read from another object, or patched by their text."""
    for module, name in imports(found):
        if module.split(".")[0] in PRODUCT and is_private(name) and name != "_shared":
            yield f"import of {module}.{name}"
    for node in found:
        if isinstance(node, ast.Attribute) and is_private(node.attr):
            own = isinstance(node.value, ast.Name) and node.value.id in ("self", "cls")
            if not own and node.attr not in FOREIGN:
                yield ast.unparse(node)
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute | ast.Name):
            called = node.func.attr if isinstance(node.func, ast.Attribute) else node.func.id
            texts = [a.value for a in node.args if isinstance(a, ast.Constant)]
            for text in texts if called in PATCHES else ():
                if isinstance(text, str) and any(map(is_private, text.split("."))):
                    yield f"{called} of {text!r}"


def test_no_module_imports_a_helper_from_a_test_module() -> None:
    found = [
        f"{path} imports {module}.{name}"
        for path, inside in nodes().items()
        for module, name in imports(inside)
        if module.split(".")[0] == "tests" and not f"{module}.{name}".startswith(HOUSES)
    ]
    assert not found, "helpers of several modules live in tests/support"


def test_no_test_uses_a_private_name_of_the_product() -> None:
    found = {path: list(private_accesses(inside)) for path, inside in nodes().items()}
    assert {path: names for path, names in found.items() if names} == {}


@pytest.mark.parametrize(
    "code",
    [
        "from harness.audio import _decode",
        "adapter._loaded()",
        "monkeypatch.setattr(adapter, '_loaded', 1)",
        "monkeypatch.setattr('harness.audio._decode', 1)",
        "getattr(adapter, '_loaded')",
    ],
)
def test_every_kind_of_private_access_is_seen(code: str) -> None:
    assert len(list(private_accesses([*ast.walk(ast.parse(code))]))) == 1


def test_a_folder_has_few_modules() -> None:
    counts: dict[str, int] = {}
    for path in modules():
        folder = path.rpartition("/")[0]
        counts[folder] = counts.get(folder, 0) + (not path.endswith("__init__.py"))
    assert {folder: n for folder, n in counts.items() if n > MODULES_IN_A_FOLDER} == {}


def test_a_module_is_short() -> None:
    lengths = {
        path: (ROOT / path).read_text(encoding="utf-8").count("\n")
        for path in modules()
        if "/stubs/" not in path  # a stub is one module, as what it stands for is one
    }
    assert {path: lines for path, lines in lengths.items() if lines > LINES} == {}


def test_rooms_and_modules_of_the_product_are_as_small() -> None:
    paths = [
        path for package in (*PRODUCT, "benchmarks") for path in (ROOT / package).rglob("*.py")
    ]
    assert len(paths) > 400
    rooms = Counter(path.parent for path in paths if path.name != "__init__.py")
    assert [room for room, count in rooms.items() if count > MODULES_IN_A_FOLDER] == []
    assert [path for path in paths if path.read_text(encoding="utf-8").count("\n") > LINES] == []


def test_every_function_of_the_tests_is_typed() -> None:
    found = [
        f"{path}:{node.lineno} {node.name}"
        for path, inside in nodes().items()
        for node in inside
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
        if node.returns is None or not all(a.annotation for a in node.args.args if a.arg != "self")
    ]
    assert not found


def test_what_is_long_has_a_part_that_is_not() -> None:
    """``make test`` guards every hazard: a test marked long is a further case of one beside it."""
    found = []
    for path, inside in nodes().items():
        marks = [
            node
            for node in inside
            if isinstance(node, ast.Attribute)
            and node.attr == "long"
            and ast.unparse(node) == "pytest.mark.long"
        ]
        if not marks:
            continue
        tests = [
            node
            for node in inside
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
        ]
        decorators = [one for test in tests for one in test.decorator_list if one in marks]
        if path in REDUCED:
            assert len(marks) == 1 and not decorators
        elif path != "tests/support/budget.py" and len(decorators) != len(marks):
            found.append(f"{path}: long is the mark of a test or of parameters of `mostly_long`")
        elif len(decorators) == len(tests) > 0:
            found.append(f"{path}: nothing is left for `make test`")
    assert not found
    assert {*REDUCED, *REDUCED.values()} <= {*modules()}


def test_collecting_imports_no_package_of_an_extra() -> None:
    """Torch in every worker costs seconds; ``needs`` of ``tests.support.packages`` looks without an import."""
    found = [
        f"{path}:{statement.lineno}"
        for path, tree in modules().items()
        for statement in tree.body
        if isinstance(statement, ast.Expr | ast.Assign) and isinstance(statement.value, ast.Call)
        if ast.unparse(statement.value.func) == "pytest.importorskip"
    ]
    assert not found


def test_workers_get_groups_and_modules_whole(request: pytest.FixtureRequest) -> None:
    assert (
        unit("tests/test_a.py::test_b[x@y]")
        == unit("tests/test_a.py::C::test")
        == "tests/test_a.py"
    )
    assert unit("tests/test_a.py::test_b[1]@hf") == unit("tests/test_c.py::test_d@hf") == "hf"
    ordered = dearest_first(request.session.items)
    assert {*ordered} == {*request.session.items}
    units = [unit(item.nodeid) for item in ordered]
    assert len([*groupby(units)]) == len({*units})


def test_parameters_that_are_mostly_long_name_those_that_are_not() -> None:
    kept, left = mostly_long(["a", ("b", 1)], ["a"])
    assert kept == "a" and left.values == ("b", 1)
    assert [mark.name for mark in left.marks] == ["long"]
    for always in ([], ["c"]):
        with pytest.raises(ValueError, match="must name some of"):
            mostly_long(["a", "b"], always)
