"""From ``MODEL`` on the command line to an adapter.

``MODEL`` is ``adapter:target``, a checkpoint folder, or a hub id ``organisation/name``; the last two
mean ``hf:``. Our own adapters come from a table in this module, so that start-up reads no package
metadata and a broken plug-in cannot break them; any other name is looked up among the entry points
of group ``harness.model_adapters``. A module is imported only when its adapter is created.
"""

from __future__ import annotations

import importlib
import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib.metadata import EntryPoint, entry_points
from importlib.util import find_spec
from pathlib import Path
from typing import Final, NamedTuple, cast

from harness.core.redaction import redact_text
from harness.errors import AdapterError, UnknownNameError, UsageError
from harness.types import Adapter

GROUP: Final = "harness.model_adapters"
BUILT_IN: Final[Mapping[str, str]] = {
    "baseline": "model_adapters.baseline:BaselineAdapter",
    "cascade": "model_adapters.cascade.adapter:CascadeAdapter",
    "gemini": "model_adapters.gemini.adapter:GeminiAdapter",
    "hf": "model_adapters.hf.adapter:HFAdapter",
    "lm_eval": "model_adapters.lm_eval.adapter:LMEvalAdapter",
    "mock": "model_adapters.mock.adapter:MockAdapter",
    "openai": "model_adapters.openai.adapter:OpenAIAdapter",
    "python": "model_adapters.python.adapter:PythonAdapter",
    "replay": "model_adapters.replay:ReplayAdapter",
    "vllm": "model_adapters.vllm.adapter:VLLMAdapter",
}
_HUB_ID: Final = re.compile(r"[A-Za-z0-9][\w.-]*/[A-Za-z0-9][\w.-]*")
_FORMS: Final = "a model is a checkpoint folder, a hub id organisation/name, or adapter:target"


class Resolved(NamedTuple):
    """Name of an adapter and what it is pointed at."""

    adapter: str
    target: str

    def __str__(self) -> str:
        return f"{self.adapter}:{self.target}"


def adapter_names() -> list[str]:
    """Names of all adapters, ours and plug-ins', sorted.

    >>> {"hf", "replay"} <= set(adapter_names())
    True
    """
    return sorted({*BUILT_IN, *(point.name for point in entry_points(group=GROUP))})


def resolve(model: str) -> Resolved:
    """What a ``MODEL`` string means.

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
        if name not in BUILT_IN and name not in adapter_names():
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
    model: str, arguments: Mapping[str, object] | None = None, *, run_seed: int | None = None
) -> Adapter:
    """The adapter that ``model`` names, constructed with ``arguments`` and not yet opened.

    An adapter class that draws its answers itself says so by ``takes_run_seed = True``; it gets the
    run's seed unless ``arguments`` has one.

    Raises:
        UsageError: ``model`` or an argument is wrong.
        AdapterError: a plug-in cannot be imported.

    >>> create("baseline:first").open().fingerprint
    'baseline:first:0-127:8'
    """
    name, target = resolve(model)
    make = factory(name)
    given = dict(arguments or {})
    for reserved in ("self", "target"):  # names of the constructor's own
        if reserved in given:
            raise UnknownNameError(f"argument of {name}:", reserved, ())
    if run_seed is not None and getattr(make, "takes_run_seed", False):
        given.setdefault("seed", run_seed)
    return make(target, **given)


def split_generation(
    model: str, arguments: Mapping[str, object]
) -> tuple[dict[str, object], dict[str, object]]:
    """Model arguments that are the adapter's, and those that are generation arguments.

    An adapter class names the latter in ``generation_arguments``. They belong to what a task declares about
    generation, so that they stand in its signature.

    >>> split_generation("hf:some/model", {"dtype": "float32", "num_beams": 4})
    ({'dtype': 'float32'}, {'num_beams': 4})
    >>> split_generation("mock:echo", {"seed": 4})
    ({'seed': 4}, {})

    Raises:
        UsageError: ``model`` is wrong.
        AdapterError: a plug-in cannot be imported.
    """
    names: frozenset[str] = getattr(
        factory(resolve(model).adapter), "generation_arguments", frozenset()
    )
    own = {name: value for name, value in arguments.items() if name not in names}
    return own, {name: value for name, value in arguments.items() if name in names}


def factory(name: str) -> Callable[..., Adapter]:
    """The constructor behind an adapter's name.

    Raises:
        UnknownNameError: no adapter has that name.
        AdapterError: the plug-in that offers it cannot be imported.
    """
    if name in BUILT_IN:
        module, _, attribute = BUILT_IN[name].partition(":")
        return cast("Callable[..., Adapter]", getattr(importlib.import_module(module), attribute))
    points = entry_points(group=GROUP, name=name)
    if not points:
        raise UnknownNameError("adapter", name, adapter_names(), hint=_known())
    return _load_plug_in(next(iter(points)))


def _load_plug_in(point: EntryPoint) -> Callable[..., Adapter]:
    try:
        return cast("Callable[..., Adapter]", point.load())
    except Exception as error:
        source = point.dist.name if point.dist else point.value
        raise AdapterError(
            f"the plug-in adapter {point.name!r} cannot be imported: {error}",
            where=point.value,
            hint=f"mend or uninstall {source}; our own adapters are not affected",
        ) from error


def _known() -> str:
    return f"known adapters: {', '.join(adapter_names())}"


# --- what `harness models list` shows --------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Form:
    """One form of model.

    Attributes:
        model: how it is written.
        what: one line.
        packages: import names of what it needs beyond the harness itself.
        extra: our extra that brings them.
        key: environment variable with a key, if a service may ask for one; several as ``A or B``.
        elsewhere: what an environment of its own must have; it is not looked for.
    """

    model: str
    what: str
    packages: tuple[str, ...] = ()
    extra: str | None = None
    key: str | None = None
    elsewhere: str | None = None

    @property
    def adapter(self) -> str:
        """Name of the adapter."""
        return self.model.partition(":")[0]

    def missing(self) -> list[str]:
        """Packages that are not installed.

        >>> Form("x:Y", "", ("json", "no_such_package", "no_parent.package")).missing()
        ['no_such_package', 'no_parent.package']
        """
        return [name for name in self.packages if not _is_installed(name)]

    def needs(self) -> str:
        """What it needs, for people."""
        parts = [*self.packages]
        if self.key is not None:
            found = any(os.environ.get(name) for name in self.key.split(" or "))
            state = "set" if found else "not set"
            parts.append(f"{self.key} ({state}; a server of your own needs none)")
        if self.elsewhere is not None:
            parts.append(f"-M python=VENV with {self.elsewhere}")
        return ", ".join(parts) or "nothing"


FORMS: Final = (
    Form(
        "hf:PATH_OR_ID",
        "a checkpoint that transformers loads; also a bare folder or hub id",
        ("torch", "transformers"),
        "hf",
    ),
    Form(
        "vllm:PATH_OR_ID",
        "a checkpoint in vLLM's offline engine, on a GPU",
        ("vllm",),
        "vllm",
    ),
    Form(
        "openai:MODEL",
        "a chat service: OpenAI, vLLM, SGLang, transformers serve",
        ("aiohttp",),
        key="OPENAI_API_KEY",
    ),
    Form(
        "gemini:MODEL",
        "a Gemini model, through Google's Gemini API",
        ("google.genai",),
        "gemini",
        key="GEMINI_API_KEY or GOOGLE_API_KEY",
    ),
    Form(
        "cascade:pocketsphinx[+LLM]",
        "an English recogniser, and any text model behind it",
        ("pocketsphinx",),
        "demo",
    ),
    Form(
        "cascade:faster-whisper:PATH_OR_NAME[+LLM]",
        "a Whisper model, and any text model behind it",
        ("faster_whisper",),
        "whisper",
    ),
    Form(
        "cascade:transformers:PATH_OR_ID[+LLM]",
        "any speech recogniser of transformers, and any text model behind it",
        ("torch", "transformers"),
        "hf",
    ),
    Form(
        "cascade:openai:MODEL[+LLM]",
        "a transcription service, and any text model behind it",
        ("openai",),
        key="OPENAI_API_KEY",
    ),
    Form("python:MODULE:CLASS", "a class of your own, also in another environment"),
    Form("python:contrib.desta25:DeSTA25", "DeSTA2.5-Audio", elsewhere="desta"),
    Form("python:contrib.llaso:LLaSO", "LLaSO-Base", elsewhere="llaso"),
    Form("python:contrib.alarm:ALARM", "ALARM", elsewhere="generate_vllm"),
    Form("python:contrib.kimi_audio:KimiAudio", "Kimi-Audio", elsewhere="kimia_infer"),
    Form(
        "lm_eval:NAME",
        "a model of lm-evaluation-harness; text only, unless behind a recogniser",
        ("lm_eval",),
    ),
    Form("replay:FILE_OR_RUN_DIR", "stored replies"),
    Form("baseline:random|first", "chance rows of a leaderboard"),
    Form("mock:BEHAVIOUR", "scripted replies and faults, for tests"),
)


def _is_installed(name: str) -> bool:
    try:
        return find_spec(name) is not None
    except ModuleNotFoundError:  # the parent of a dotted name is not there
        return False


def forms() -> list[Form]:
    """Our forms, then those of plug-ins.

    >>> {form.adapter for form in forms()} >= set(BUILT_IN)
    True
    """
    plug_ins = []
    for point in sorted(entry_points(group=GROUP)):
        if point.name not in BUILT_IN:
            source = f"plug-in of {point.dist.name}" if point.dist else "plug-in"
            module = point.value.partition(":")[0].partition(".")[0]
            plug_ins.append(Form(f"{point.name}:TARGET", source, (module,)))
    return [*FORMS, *plug_ins]
