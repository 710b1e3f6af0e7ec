"""YAML texts to nodes: libyaml's parser, which never calls itself, below the composer in Python, whose depth is bounded.

PyYAML's own C composer calls itself for every level of a text, without a bound. Scanning in Python is ten times slower;
it is done where libyaml is missing, and for what libyaml refuses, since its messages say more (what it accepts nevertheless,
like half a surrogate pair, stays refused).
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml
from yaml.composer import Composer
from yaml.constructor import SafeConstructor
from yaml.resolver import Resolver

from harness.core.task import FunctionRef
from harness.errors import TaskFileError

try:
    from yaml.cyaml import CParser  # type: ignore[attr-defined]
except ImportError:  # PyYAML was built without it
    CParser = None  # type: ignore[assignment,misc]


class _Constructor(SafeConstructor):
    """Builds plain values, and an inert reference from ``!function``."""

    path: Path

    def function(self, node: yaml.Node) -> FunctionRef:
        """Return the reference.

        Raises:
            TaskFileError: it is not of the form ``module.name``.
        """
        where = f"{self.path}:{node.start_mark.line + 1}"
        if not isinstance(node, yaml.ScalarNode):
            raise TaskFileError("!function takes module.name", where=where)
        value = str(self.construct_scalar(node))
        module, _, name = value.rpartition(".")
        if not module or not all(part.isidentifier() for part in value.split(".")):
            raise TaskFileError(f"!function {value!r} is not of the form module.name", where=where)
        return FunctionRef(module, name, self.path)


_Constructor.add_constructor("!function", _Constructor.function)  # type: ignore[type-var]


class _PythonLoader(_Constructor, yaml.SafeLoader):
    """Scans and parses in Python."""


_Loader: type[Any] = _PythonLoader
if CParser is not None:

    class _NativeLoader(Composer, CParser, _Constructor, Resolver):
        """Scans and parses in libyaml, composes and constructs in Python."""

        def __init__(self, text: str) -> None:
            CParser.__init__(self, text)
            Composer.__init__(self)
            _Constructor.__init__(self)
            Resolver.__init__(self)

    _Loader = _NativeLoader


class Document:
    """The one document of a YAML text.

    Args:
        text: the text.
        path: its file, for messages.

    Attributes:
        root: the node of the whole, ``None`` for an empty text.

    Raises:
        yaml.YAMLError: not YAML.
        RecursionError: nested too deeply.
    """

    def __init__(self, text: str, path: Path) -> None:
        try:
            self._compose(_Loader(text), path)
        except yaml.YAMLError:
            if _Loader is _PythonLoader:
                raise
            self._compose(_PythonLoader(text), path)
            raise  # what only one of the two reads is no YAML to rely on

    def _compose(self, loader: Any, path: Path) -> None:
        loader.path = path
        self._loader = loader
        self.root: yaml.Node | None = loader.get_single_node()

    def value(self) -> Any:
        """Return the plain values.

        Raises:
            yaml.YAMLError: a value does not fit its tag.
            TaskFileError: a ``!function`` is not of the form ``module.name``.
        """
        return None if self.root is None else self._loader.construct_document(self.root)
