"""Prompt templates: Jinja in an immutable sandbox, with bounds on work and output.

A task file is data until its code is trusted. A template that only fills in fields (``SIMPLE`` says what that is) runs
without trust: it can reach neither Python's internals nor functions, its loops share a budget, and what it builds is
bounded. A template that does more is code, and needs ``--trust-task-code``; the sandbox stays around it then.
Templates of the harness itself are trusted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Any, Final

from jinja2 import StrictUndefined, TemplateError, TemplateSyntaxError, nodes, pass_context
from jinja2.exceptions import SecurityError
from jinja2.runtime import Context
from jinja2.sandbox import ImmutableSandboxedEnvironment

from harness.errors import TaskFileError, UsageError

MAX_OUTPUT: Final = 1_000_000
"""Characters of a rendered prompt, and of any text or list that an untrusted template builds on the way."""
MAX_STEPS: Final = 100_000
"""Turns of all loops of an untrusted template together."""
_BUDGET: Final = "_harness_budget"

_SIMPLE_FILTERS: Final = frozenset(
    [
        "capitalize",
        "count",
        "d",
        "default",
        "first",
        "float",
        "int",
        "join",
        "last",
        "length",
        "list",
        "lower",
        "replace",
        "reverse",
        "round",
        "sort",
        "string",
        "title",
        "trim",
        "unique",
        "upper",
    ]
)
_SIMPLE_METHODS: Final = frozenset(
    [
        "capitalize",
        "endswith",
        "get",
        "items",
        "join",
        "keys",
        "lower",
        "lstrip",
        "removeprefix",
        "removesuffix",
        "rstrip",
        "split",
        "startswith",
        "strip",
        "title",
        "upper",
        "values",
    ]
)
_SIMPLE_TESTS: Final = frozenset(
    [
        "boolean",
        "defined",
        "divisibleby",
        "eq",
        "equalto",
        "even",
        "false",
        "float",
        "ge",
        "gt",
        "in",
        "integer",
        "iterable",
        "le",
        "lower",
        "lt",
        "mapping",
        "ne",
        "none",
        "number",
        "odd",
        "sequence",
        "string",
        "true",
        "undefined",
        "upper",
    ]
)
SIMPLE: Final[tuple[type[nodes.Node], ...]] = (
    nodes.Template,
    nodes.Output,
    nodes.TemplateData,
    nodes.Name,
    nodes.Const,
    nodes.Getattr,
    nodes.Getitem,
    nodes.Slice,
    nodes.Filter,
    nodes.Test,
    nodes.If,
    nodes.CondExpr,
    nodes.For,
    nodes.Assign,
    nodes.Compare,
    nodes.Operand,
    nodes.And,
    nodes.Or,
    nodes.Not,
    nodes.Add,
    nodes.Sub,
    nodes.Mul,
    nodes.Div,
    nodes.FloorDiv,
    nodes.Mod,
    nodes.Neg,
    nodes.Pos,
    nodes.Concat,
    nodes.List,
    nodes.Tuple,
    nodes.Dict,
    nodes.Pair,
    nodes.Keyword,
    nodes.Call,
)
"""What an untrusted template may consist of; calls only of the methods, filters and tests listed above."""


class _Budget:
    """Turns that the loops of one rendering have left."""

    def __init__(self) -> None:
        self.left = MAX_STEPS

    def take(self, items: Iterable[Any]) -> Iterator[Any]:
        for item in items:
            self.left -= 1
            if self.left < 0:
                raise SecurityError(f"the template takes more than {MAX_STEPS:,} turns")
            yield item


def _bounded(value: Any) -> Any:
    """Refuse a text or list that grows beyond the bound."""
    if isinstance(value, (str, list, tuple, dict)) and len(value) > MAX_OUTPUT:
        raise SecurityError(f"the template builds a value of more than {MAX_OUTPUT:,} elements")
    return value


@pass_context
def _bounded_items(context: Context, items: Iterable[Any]) -> Iterable[Any]:
    budget: _Budget = context.get(_BUDGET)
    return budget.take(items)


def _replace(text: Any, old: Any, new: Any, count: int | None = None) -> str:
    whole, found = str(text), str(old)
    if whole.count(found) * len(str(new)) > MAX_OUTPUT:
        raise SecurityError(f"the template builds a text of more than {MAX_OUTPUT:,} characters")
    return whole.replace(found, str(new), -1 if count is None else count)


class _Environment(ImmutableSandboxedEnvironment):
    """The sandbox; arithmetic that could build huge values is checked before it is done."""

    intercepted_binops = frozenset(["*", "**", "%"])

    def call_binop(self, context: Context, operator: str, left: Any, right: Any) -> Any:
        if operator == "**":
            if not (isinstance(left, (int, float)) and isinstance(right, (int, float))):
                raise SecurityError("** takes numbers")
            if abs(right) > 64:
                raise SecurityError("the exponent is larger than 64")
        elif operator == "*":
            sized = [len(value) for value in (left, right) if hasattr(value, "__len__")]
            numbers = [value for value in (left, right) if isinstance(value, int)]
            if sized and numbers and sized[0] * max(numbers[0], 0) > MAX_OUTPUT:
                raise SecurityError(f"the template builds more than {MAX_OUTPUT:,} elements")
            if len(numbers) == 2 and sum(abs(value).bit_length() for value in numbers) > 4096:
                raise SecurityError("a number of the template is too large")
        elif isinstance(left, (str, bytes)):
            raise SecurityError("% does not format texts here; use ~ or a filter")
        return super().call_binop(context, operator, left, right)


@lru_cache(maxsize=2)
def _environment(trusted: bool) -> _Environment:
    """Return the sandbox with the settings of lm-eval's own environment, so that both render the same text."""
    environment = _Environment(undefined=StrictUndefined, keep_trailing_newline=True)
    environment.filters["bounded_items"] = _bounded_items
    environment.filters["bounded"] = _bounded
    if trusted:
        import re

        environment.filters["regex_replace"] = lambda text, pattern, new="", count=0: re.sub(
            pattern, new, text, count=count
        )
    else:
        environment.filters["replace"] = _replace
        environment.globals.clear()
    return environment


def compile_template(
    source: str, *, where: str, trusted: bool
) -> Callable[[Mapping[str, Any]], str]:
    """Compile a template into a function from a document to text.

    Args:
        source: the template.
        where: file and key, for messages.
        trusted: it belongs to the harness, or the user trusts the code of tasks.

    Raises:
        TaskFileError: the template is not valid Jinja.
        UsageError: it does more than fill in fields, and is not trusted.
    """
    environment = _environment(trusted)
    try:
        tree = environment.parse(source)
        if not trusted:
            _check_simple(tree, where)
            _put_bounds(tree)
        code = environment.compile(tree, filename="<template>")
    except TemplateSyntaxError as error:
        raise TaskFileError(
            f"invalid template: {error.message}", where=f"{where}, line {error.lineno}"
        ) from error
    except (TemplateError, RecursionError) as error:
        raise TaskFileError(
            f"invalid template: {type(error).__name__}: {error}", where=where
        ) from error
    template = environment.template_class.from_code(
        environment, code, environment.make_globals(None), None
    )

    def render(doc: Mapping[str, Any]) -> str:
        pieces, size = [], 0
        for piece in template.generate({**doc, _BUDGET: _Budget()}):
            size += len(piece)
            if size > MAX_OUTPUT:
                raise SecurityError(f"the prompt is longer than {MAX_OUTPUT:,} characters")
            pieces.append(piece)
        return "".join(pieces)

    return render


def _check_simple(tree: nodes.Template, where: str) -> None:
    """Refuse a template that is more than fields, conditions, loops and plain text functions.

    Raises:
        UsageError: names the first construct that is more.
    """
    for node in _walk(tree):
        found = _beyond(node)
        if found is not None:
            raise UsageError(
                f"this template runs code ({found}), and its file is not part of the harness",
                where=f"{where}, line {getattr(node, 'lineno', 1)}",
                hint="read it, then pass --trust-task-code; or fill in fields only: {{ field }}, {% for %}, {% if %}",
            )


def _walk(node: nodes.Node) -> Iterator[nodes.Node]:
    waiting = [node]
    while waiting:
        node = waiting.pop()
        yield node
        waiting.extend(node.iter_child_nodes())


def _beyond(node: nodes.Node) -> str | None:
    """Return why a node is more than simple, ``None`` if it is simple."""
    if not isinstance(node, SIMPLE):
        return f"{type(node).__name__}"
    if isinstance(node, nodes.Getattr) and node.attr.startswith("_"):
        return f".{node.attr}"
    if isinstance(node, nodes.Getitem) and isinstance(node.arg, nodes.Const):
        name = node.arg.value
        return f"[{name!r}]" if isinstance(name, str) and name.startswith("_") else None
    if isinstance(node, nodes.Filter) and node.name not in _SIMPLE_FILTERS:
        return f"filter {node.name}"
    if isinstance(node, nodes.Test) and node.name not in _SIMPLE_TESTS:
        return f"test {node.name}"
    if isinstance(node, nodes.For) and node.recursive:
        return "a recursive loop"
    if isinstance(node, nodes.Assign) and not isinstance(node.target, nodes.Name):
        return "an assignment to several names"
    return _call(node) if isinstance(node, nodes.Call) else None


def _call(node: nodes.Call) -> str | None:
    """Name what is called, ``None`` if it is a plain method of a text or mapping."""
    called = node.node
    if isinstance(called, nodes.Getattr):
        return None if called.attr in _SIMPLE_METHODS else f"a call of {called.attr}"
    return f"a call of {getattr(called, 'name', 'a function')}"


def _put_bounds(tree: nodes.Template) -> None:
    """Let every loop draw on the budget, and check every assigned value."""
    for loop in [*tree.find_all(nodes.For)]:
        loop.iter = nodes.Filter(loop.iter, "bounded_items", [], [], None, None)
    for assignment in [*tree.find_all(nodes.Assign)]:
        assignment.node = nodes.Filter(assignment.node, "bounded", [], [], None, None)
