"""From ``MODEL`` on the command line to an adapter.

``MODEL`` is ``adapter:target``, a checkpoint folder, or a hub id ``organisation/name``; the last two
mean ``hf:``. Our own adapters come from a table (``model_adapters.built_in``), so that start-up reads no package
metadata and a broken plug-in cannot break them; any other name is looked up among the entry points
of group ``harness.model_adapters``. A module is imported only when its adapter is created.
"""

from __future__ import annotations

import importlib
import re
from collections.abc import Callable, Mapping
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from typing import Final, NamedTuple, cast

from harness.core.redaction import redact_text
from harness.errors import FOREIGN, AdapterError, UnknownNameError, UsageError
from harness.types import INTERFACE_VERSION, Adapter
from model_adapters.built_in import ADAPTERS, Form

GROUP: Final = "harness.model_adapters"
_HUB_ID: Final = re.compile(r"[A-Za-z0-9][\w.-]*/[A-Za-z0-9][\w.-]*")
_FORMS: Final = "a model is a checkpoint folder, a hub id organisation/name, or adapter:target"


class Resolved(NamedTuple):
    """Name of an adapter and what it is pointed at."""

    adapter: str
    target: str

    def __str__(self) -> str:
        return f"{self.adapter}:{self.target}"


def adapter_names() -> list[str]:
    """Return the names of all adapters, ours and plug-ins', sorted.

    >>> {"hf", "replay"} <= set(adapter_names())
    True
    """
    return sorted({*ADAPTERS, *(point.name for point in entry_points(group=GROUP))})


def resolve(model: str) -> Resolved:
    """Resolve a ``MODEL`` string.

    Raises:
        UnknownNameError: no adapter has that name; carries near matches.
        UsageError: the string is empty, a URL, a file, or a path that does not exist.

    >>> resolve("mock:echo")
    Resolved(adapter='mock', target='echo')
    >>> resolve("Qwen/Qwen2-Audio-7B-Instruct").adapter
    'hf'
    """
    if not model.strip():
        raise UsageError("the model is empty", hint=_FORMS)
    path = Path(model).expanduser()
    if path.is_dir():
        return Resolved("hf", model)
    if re.match(r"[A-Za-z][A-Za-z0-9+.-]*://", model):
        raise UsageError(
            f"{model!r} is a URL, not a model",
            hint="a hub model is given as organisation/name; a service as adapter:MODEL -M base_url=…",
        )
    if path.is_file():
        raise UsageError(
            f"{model!r} is a file; a checkpoint is a folder with config.json and weights",
            hint=f"stored replies are given as replay:{model}",
        )
    if re.match(r"[A-Za-z]:[\\/]", model) or model.startswith(("/", ".", "~")) or "\\" in model:
        raise UsageError(f"no such checkpoint folder: {model}", hint=_FORMS)
    name, colon, target = model.partition(":")
    if colon:
        if name not in ADAPTERS and name not in adapter_names():
            raise UnknownNameError("adapter", name, adapter_names(), hint=_known())
        if not target:
            raise UsageError(f"the model {model!r} has nothing after the colon", hint=_FORMS)
        if "?" in target and redact_text(target) != target:
            raise UsageError(
                f"the model {redact_text(model)!r} seems to hold a key",
                hint="keys are read from the environment, for instance OPENAI_API_KEY",
            )
        return Resolved(name, target)
    if _HUB_ID.fullmatch(model):
        return Resolved("hf", model)
    if model in adapter_names():
        raise UsageError(
            f"{model!r} is an adapter, but not yet a model: it needs a target",
            hint=f"write {model}:TARGET",
        )
    raise UnknownNameError(
        "model", model, adapter_names(), hint=f"there is no folder of that name; {_FORMS}"
    )


def create(
    model: str,
    arguments: Mapping[str, object] | None = None,
    *,
    run_seed: int | None = None,
    patience: float | None = None,
) -> Adapter:
    """Construct the adapter that ``model`` names with ``arguments``, not yet opened.

    An adapter class that draws its answers itself says so by ``takes_run_seed = True``; it gets the
    run's seed unless ``arguments`` has one. One that asks a service says so by ``takes_patience = True``; it gets the
    seconds that a busy service may go without an answer.

    Raises:
        UsageError: ``model`` or an argument is wrong.
        AdapterError: a plug-in cannot be imported, or was written for another interface.

    >>> create("baseline:first").open().fingerprint
    'baseline:first:0-127:8'
    """
    name, target = resolve(model)
    make = factory(name)
    _check_interface(name, make)
    given = dict(arguments or {})
    for reserved in ("self", "target"):  # names of the constructor's own
        if reserved in given:
            raise UnknownNameError(f"argument of {name}:", reserved, ())
    if run_seed is not None and getattr(make, "takes_run_seed", False):
        given.setdefault("seed", run_seed)
    if patience is not None and getattr(make, "takes_patience", False):
        given.setdefault("patience", patience)
    return make(target, **given)


def _check_interface(name: str, make: Callable[..., Adapter]) -> None:
    version = getattr(make, "interface_version", INTERFACE_VERSION)
    if version != INTERFACE_VERSION:
        raise AdapterError(
            f"it was written for version {version} of the adapter interface, this harness has {INTERFACE_VERSION}",
            where=f"adapter {name}",
            hint="update the plug-in; docs/adapters.md says what changed",
        )


def split_generation(
    model: str, arguments: Mapping[str, object]
) -> tuple[dict[str, object], dict[str, object]]:
    """Return the model arguments that are the adapter's, and those that are generation arguments.

    The latter belong to what a task declares about generation, so that its signature holds them.

    >>> split_generation("hf:some/model", {"dtype": "float32", "num_beams": 4, "generate.top_k": 5})
    ({'dtype': 'float32'}, {'num_beams': 4, 'top_k': 5})
    >>> split_generation("mock:echo", {"seed": 4})
    ({'seed': 4}, {})

    Raises:
        UsageError: ``model`` is wrong, or a generation argument is given twice.
        AdapterError: a plug-in cannot be imported.
    """
    own: dict[str, object] = {}
    generation: dict[str, object] = {}
    for name, value in arguments.items():
        meant = generation_argument(model, name)
        if meant is None:
            own[name] = value
        elif generation.setdefault(meant, value) != value:
            raise UsageError(
                f"{meant} is given twice, as {generation[meant]!r} and as {value!r}",
                where=f"-M {name}",
                hint="give it once",
            )
    return own, generation


def generation_argument(model: str, name: str) -> str | None:
    """Return the generation argument that a model argument is, ``None`` if it is the adapter's own.

    An adapter class that takes generation arguments with ``-M`` says which by a static method of this name, called
    with its target and the argument's name.

    >>> generation_argument("hf:some/model", "generate.top_k"), generation_argument("hf:some/model", "dtype")
    ('top_k', None)
    """
    adapter, target = resolve(model)
    asked = getattr(factory(adapter), "generation_argument", None)
    return None if asked is None else asked(target, name)


def factory(name: str) -> Callable[..., Adapter]:
    """Return the constructor behind an adapter's name.

    Raises:
        UnknownNameError: no adapter has that name.
        AdapterError: the plug-in that offers it cannot be imported.
    """
    if name in ADAPTERS:
        module, _, attribute = ADAPTERS[name].target.partition(":")
        return cast("Callable[..., Adapter]", getattr(importlib.import_module(module), attribute))
    points = entry_points(group=GROUP, name=name)
    if not points:
        raise UnknownNameError("adapter", name, adapter_names(), hint=_known())
    return _load_plug_in(next(iter(points)))


def _load_plug_in(point: EntryPoint) -> Callable[..., Adapter]:
    try:
        return cast("Callable[..., Adapter]", point.load())
    except FOREIGN as error:
        source = point.dist.name if point.dist else point.value
        raise AdapterError(
            f"the plug-in adapter {point.name!r} cannot be imported: {error}",
            where=point.value,
            hint=f"mend or uninstall {source}; our own adapters are not affected",
        ) from error


def _known() -> str:
    return f"known adapters: {', '.join(adapter_names())}"


# --- what `harness models list` shows --------------------------------------------------------


def forms() -> list[Form]:
    """Return our forms, then those of plug-ins.

    >>> {form.adapter for form in forms()} >= set(ADAPTERS)
    True
    """
    plug_ins = []
    for point in sorted(entry_points(group=GROUP)):
        if point.name not in ADAPTERS:
            source = f"plug-in of {point.dist.name}" if point.dist else "plug-in"
            module = point.value.partition(":")[0].partition(".")[0]
            plug_ins.append(Form(f"{point.name}:TARGET", source, (module,)))
    return [*(form for row in ADAPTERS.values() for form in row.forms), *plug_ins]
