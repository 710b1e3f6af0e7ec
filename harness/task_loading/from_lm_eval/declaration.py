"""What a task of lm-eval declares, and why some of them cannot run here.

Adapters generate text, and one reply is scored by itself: a task that compares log-likelihoods, votes over many replies,
shows images, runs code that the model wrote or is a Python class is refused with the reason, before a model loads.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from harness.core.task import FunctionRef
from harness.core.untrusted.regular import is_there
from harness.errors import TaskFileError, UnsupportedTaskError, UsageError
from harness.task_loading.from_lm_eval.names import Place
from harness.task_loading.places import LM_EVAL_PREFIX as PREFIX

_RENDERED: Final = (
    *("description", "doc_to_choice", "doc_to_decontamination_query", "doc_to_target"),
    *("doc_to_text", "gen_prefix"),
)
"""Keys whose text lm-eval renders as Jinja."""
_LOCAL: Final = ("data_files", "data_dir", "cache_dir")
_PLAIN: Final = "plain lm-eval runs it: lm_eval run --tasks"


@dataclass(frozen=True, slots=True)
class Declaration:
    """A task of lm-eval.

    Attributes:
        place: where it is declared.
        config: its keys with includes merged; a function is what the reader of the file makes of it.
    """

    place: Place
    config: Mapping[str, Any]


def refusal(config: Mapping[str, Any], name: str) -> UnsupportedTaskError | None:
    """Return why a task cannot run here, ``None`` if it can."""
    output = config.get("output_type") or "generate_until"
    repeats = config.get("repeats") or 1
    reason = None
    if "class" in config:
        reason = "it is written as a Python class, and only tasks that are YAML are run here"
    elif output != "generate_until":
        reason = f"it compares log-likelihoods (output_type: {output}), and adapters generate text, they give none"
    elif repeats != 1:
        reason = (
            f"it asks every item {repeats} times and votes, and here a reply is scored by itself"
        )
    elif config.get("unsafe_code"):
        reason = "it runs code that the model wrote"
    elif config.get("doc_to_image") or config.get("doc_to_audio"):
        reason = "its prompts have images or audio"
    elif config.get("use_prompt"):
        reason = "its prompts come from promptsource"
    if reason is None:
        return None
    return UnsupportedTaskError(f"{PREFIX}{name} cannot be run: {reason}", hint=f"{_PLAIN} {name}")


def check_outside(place: Place, config: Mapping[str, Any], *, trusted: bool) -> None:
    """Refuse code in a task file that is not part of lm-eval and not trusted, and data outside its folder.

    Raises:
        UsageError: names what it holds.
        TaskFileError: a template is not valid.
    """
    from harness.task_loading.templates import compile_template

    for key, text in rendered_texts(config):
        compile_template(text, where=f"{place.path}: {key}", trusted=trusted)
    if trusted:
        return
    for key, value in _walk(config, ""):
        if isinstance(value, FunctionRef):
            raise UsageError(
                "this task runs code that is not part of lm-eval",
                where=f"{place.path}: {key}: !function {value.module}.{value.name}",
                hint="read it, then pass --trust-task-code",
            )
        if key.endswith(".hf_evaluate") and value:
            raise UsageError(
                "this task runs the code of a metric that the hub has",
                where=f"{place.path}: {key}",
                hint="read it, then pass --trust-task-code",
            )
    _check_data(place, config)


def _check_data(place: Place, config: Mapping[str, Any]) -> None:
    """Refuse local data outside the folder of the task file: what it names is sent to the model."""
    folder = place.path.resolve().parent
    given = beside(place, config).get("dataset_kwargs") or {}
    named = [text for key in _LOCAL for _, text in _walk(given.get(key), key)]
    source = config.get("dataset_path")
    named += [source] if isinstance(source, str) and is_there(Path(source)) else []
    for one in named:
        if not isinstance(one, str) or "://" in one:
            continue
        if not Path(one).resolve().is_relative_to(folder):
            raise UsageError(
                f"this task reads {one}, which is outside the folder of its file",
                where=str(place.path),
                hint="put the data next to the task file, or pass --trust-task-code",
            )


def beside(place: Place, config: Mapping[str, Any]) -> dict[str, Any]:
    """Return a configuration whose ``data_files`` and ``data_dir`` name what lies next to the task file, where it does.

    A name that is not there stays, relative to the working directory, as plain lm-eval reads it.
    """
    given = config.get("dataset_kwargs")
    if not place.outside or not isinstance(given, Mapping):
        return dict(config)
    folder = place.path.resolve().parent
    found = {key: _beside(folder, given[key]) for key in ("data_files", "data_dir") if key in given}
    return {**config, "dataset_kwargs": {**given, **found}}


def _beside(folder: Path, value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _beside(folder, one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_beside(folder, one) for one in value]
    if not isinstance(value, str) or not value or "://" in value or Path(value).is_absolute():
        return value
    return str(folder / value) if any(folder.glob(value)) else value


def rendered_texts(config: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield every text that lm-eval would render, with its key."""
    fewshot = config.get("fewshot_config") or {}
    sources = [(key, config.get(key)) for key in _RENDERED]
    if isinstance(fewshot, Mapping):
        sources += [(f"fewshot_config.{key}", fewshot.get(key)) for key in _RENDERED]
    for key, value in sources:
        if isinstance(value, str):
            yield key, value


def _walk(value: Any, key: str) -> Iterator[tuple[str, Any]]:
    """Yield every value inside a value that is not a mapping or list, with its key."""
    if isinstance(value, Mapping):
        for name, one in value.items():
            yield from _walk(one, f"{key}.{name}" if key else str(name))
    elif isinstance(value, list | tuple):
        for place, one in enumerate(value):
            yield from _walk(one, f"{key}.{place}")
    elif value is not None:
        yield key, value


def read_outside(place: Place) -> Declaration:
    """Read a task file that is not part of lm-eval, with functions as inert references.

    Raises:
        TaskFileError: it is malformed.
    """
    from harness.task_loading.yaml_file import load_yaml

    file = load_yaml(place.path)
    for fault in file.faults:
        raise TaskFileError(fault.message, where=fault.where, hint=fault.hint)
    return Declaration(place, file.data)
