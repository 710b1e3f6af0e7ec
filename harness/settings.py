"""Settings of ``harness evaluate``: flags, then the recipe of ``--config``, then defaults.

A recipe is a YAML mapping with the long flag names (``-`` or ``_``). Unknown keys and ill-typed values
are errors with file and line; flags on the command line win.
"""

from __future__ import annotations

import difflib
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

import yaml

from harness.core.redaction import is_secret, redact_text, redact_value
from harness.core.untrusted.regular import check_regular
from harness.errors import InputFileError, UsageError

_YAML_ERRORS = (yaml.YAMLError, ValueError, AttributeError)
"""What the YAML loader raises; the last two come from values such as ``2020-13-45``."""


_LARGEST_RECIPE = 1_000_000
"""Bytes of a recipe that is read."""


@dataclass(frozen=True, slots=True)
class Settings:
    """Settings of one ``evaluate`` run. ``None`` means: not given, take the default."""

    model: str
    tasks: tuple[str, ...]
    output_path: Path | None = None
    model_args: Mapping[str, Any] = field(default_factory=dict)
    name: str | None = None
    limit: str | None = None
    seed: int = 1234
    batch_size: int | None = None
    repeats: int = 1
    subset: int | None = None
    stratify: str | None = None
    shard: str | None = None
    executor: str | None = None
    replicas: int | None = None
    gpus_per_replica: float | None = None
    executor_args: Mapping[str, Any] = field(default_factory=dict)
    control: str | None = None
    controls: str | None = None
    keep_control_audio: bool = False
    permute: str | None = None
    paraphrase: Path | None = None
    gen_kwargs: Mapping[str, Any] = field(default_factory=dict)
    template: str | None = None
    system: str | None = None
    data: Mapping[str, Path] = field(default_factory=dict)
    revision: Mapping[str, str] = field(default_factory=dict)
    include_path: tuple[Path, ...] = ()
    trust_task_code: bool = False
    allow_shadowing: bool = False
    judge: str = "auto"
    judge_args: Mapping[str, Any] = field(default_factory=dict)
    judge_panel: str | None = None
    judge_budget: str | None = None
    judge_cache: Path | None = None
    judge_sample: int | None = None
    judge_prompt: Path | None = None
    rejudge: bool = False
    max_errors: str = "0"
    retry_errors: bool = False
    only_failed: bool = False
    ids: Path | None = None
    patience: str | None = None
    require_complete: bool = False
    skip_unavailable: bool = False
    reference: Path | None = None

    @property
    def run_directory(self) -> Path:
        """The run directory, for what writes or reads one.

        Raises:
            UsageError: none is given.
        """
        if self.output_path is None:
            raise _missing("-o RUN_DIR")
        return self.output_path


def parse_scalar(text: str) -> Any:
    """Read a value of ``k=v`` as YAML would; anything that is not a plain scalar stays text.

    >>> parse_scalar("0.5"), parse_scalar("true"), parse_scalar("cuda:0"), parse_scalar("null")
    (0.5, True, 'cuda:0', None)
    """
    try:
        value = yaml.safe_load(text)
    except _YAML_ERRORS:
        return text
    return value if value is None or isinstance(value, (bool, int, float, str)) else text


def parse_pairs(items: list[str], flag: str) -> dict[str, Any]:
    """Parse ``k=v`` arguments, repeated or separated by commas.

    >>> parse_pairs(["dtype=float32,device=cpu", "batch=4"], "-M")
    {'dtype': 'float32', 'device': 'cpu', 'batch': 4}

    Raises:
        UsageError: an argument without ``=``.
    """
    pairs: dict[str, Any] = {}
    for item in items:
        for part in re.split(r",(?=(?:\d+\.)?[A-Za-z_][\w.]*=)", item):
            key, equals, value = part.partition("=")
            if not equals or not key.strip():
                # what is not a plain word may be a key whose name was forgotten: it is not shown
                shown = repr(part) if re.fullmatch(r"[A-Za-z_]{1,20}", part) else "an argument"
                raise UsageError(f"{shown} is not of the form key=value", where=flag)
            name = key.strip()
            pairs[name] = value if is_secret(name) else parse_scalar(value)
    return pairs


def parse_folders(items: list[str]) -> dict[str, Path]:
    """Parse ``--data BENCHMARK=FOLDER`` arguments.

    Raises:
        UsageError: not of that form, or the folder does not exist.
    """
    folders: dict[str, Path] = {}
    for item in items:
        benchmark, equals, folder = item.partition("=")
        if not equals or not benchmark or not folder:
            raise UsageError(f"{item!r} is not of the form BENCHMARK=FOLDER", where="--data")
        folders[benchmark] = Path(folder).expanduser()
        if not folders[benchmark].is_dir():
            shown = redact_text(folder)
            raise UsageError(
                f"the folder {shown} does not exist", where=f"--data {benchmark}={shown}"
            )
    return folders


def parse_max_errors(text: str, total: int) -> int:
    """Parse ``N`` or ``N%`` as a number of items.

    >>> parse_max_errors("2%", 150), parse_max_errors("3", 150)
    (3, 3)
    """
    number, percent, rest = text.strip().partition("%")
    if rest or not re.fullmatch(r"\d+(\.\d+)?", number) or (not percent and "." in number):
        raise UsageError(f"{text!r} is neither a number nor a percentage", where="--max-errors")
    return int(total * float(number) / 100) if percent else int(number)


def parse_limit(text: str | None, total: int) -> list[list[int]]:
    """Parse ``--limit`` (a number of items, a fraction below 1, or a range ``10-20``) as half-open ranges.

    >>> parse_limit(None, 9), parse_limit("4", 9), parse_limit("0.5", 9), parse_limit("2-5", 9)
    ([[0, 9]], [[0, 4]], [[0, 5]], [[2, 5]])

    Raises:
        UsageError: none of these, or nothing would be left.
    """
    if text is None:
        return [[0, total]]
    where = "--limit"
    if found := re.fullmatch(r"(\d+)-(\d+)", text):
        start, stop = int(found[1]), int(found[2])
        if stop <= start:
            raise UsageError(f"the range {text} is empty", where=where)
        if start >= total:
            raise UsageError(
                f"the range {text} starts after the last of {total} items", where=where
            )
        return [[start, min(stop, total)]]
    try:
        number = float(text)
    except ValueError:
        number = 0.0
    if not 0 < number < float("inf") or (number > 1 and number != int(number)):
        raise UsageError(
            f"{text!r} is not a positive number of items, a fraction below 1, or a range like 10-20",
            where=where,
        )
    count = int(number) if number >= 1 else math.ceil(round(total * number, 9))
    return [[0, min(count, total)]]


# --- recipes ---------------------------------------------------------------------------------


def load_recipe(path: Path) -> dict[str, Any]:
    """Load a recipe file; return its mapping, keys as field names of ``Settings``.

    Raises:
        InputFileError: unreadable, not a mapping, or an unknown key (near match named).
    """
    try:
        check_regular(path, pipes=True)
        with path.open("rb") as file:
            content = file.read(_LARGEST_RECIPE + 1)
        if len(content) > _LARGEST_RECIPE:
            raise InputFileError(f"more than {_LARGEST_RECIPE:,} bytes", where=str(path))
        text = content.decode("utf-8-sig")
        _check_aliases(text, path)
        node = yaml.compose(text, Loader=yaml.SafeLoader)
        data = yaml.safe_load(text)
    except UnicodeDecodeError as error:
        raise InputFileError(f"not UTF-8: {error.reason}", where=str(path)) from error
    except OSError as error:
        raise InputFileError(f"cannot read: {error.strerror}", where=str(path)) from error
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        problem = re.sub(r"'[^']*'", "…", str(error.problem))  # it may quote a key
        raise InputFileError(f"invalid YAML: {problem}", where=f"{path}:{line}") from error
    except RecursionError as error:
        raise InputFileError("nested too deeply", where=str(path)) from error
    except (*_YAML_ERRORS, TypeError) as error:  # the last from a list as a key
        raise InputFileError(f"invalid YAML: {error}", where=str(path)) from error
    if not isinstance(data, dict) or not isinstance(node, yaml.MappingNode):
        raise InputFileError("a recipe is a mapping of flag names to values", where=f"{path}:1")
    lines = {str(key.value): key.start_mark.line + 1 for key, _ in node.value}
    known = {item.name for item in fields(Settings)}
    recipe: dict[str, Any] = {}
    for key, value in data.items():
        name = str(key).replace("-", "_")
        where = f"{path}:{lines.get(str(key), 1)}"
        if name not in known:
            near = difflib.get_close_matches(name, known, n=1)
            raise InputFileError(
                f"unknown key {key!r}",
                where=where,
                hint=f"did you mean {near[0]!r}?" if near else None,
            )
        if value is not None:  # null means: not said
            recipe[name] = _recipe_value(name, value, where)
    return recipe


def _check_aliases(text: str, path: Path) -> None:
    """Refuse aliases: a few of them can stand for millions of values."""
    for event in yaml.parse(text, Loader=yaml.SafeLoader):
        if isinstance(event, yaml.AliasEvent) and event.start_mark is not None:
            where = f"{path}:{event.start_mark.line + 1}"
            raise InputFileError("a recipe takes no alias (*name): write it out", where=where)


def check_recipe_trust(recipe: Mapping[str, Any], flags: Mapping[str, Any], path: Path) -> None:
    """Refuse a recipe that lets code run which the command line does not name: who wrote it is not who runs it.

    Args:
        recipe: what ``load_recipe`` gave.
        flags: what the command line gave, by field of ``Settings``.
        path: the recipe, for the message.

    Raises:
        UsageError: it trusts the code of tasks or checkpoints, or names a model that is code, and no flag says the same.
    """
    asked: list[tuple[str, str]] = []
    if recipe.get("trust_task_code") and not flags.get("trust_task_code"):
        asked.append(("trusts the code of tasks (trust_task_code)", "--trust-task-code"))
    given = flags.get("model_args") or {}
    for name, value in (recipe.get("model_args") or {}).items():
        if name.rpartition(".")[2] == "trust_remote_code" and value and name not in given:
            asked.append((f"trusts the code of a checkpoint ({name})", f"-M {name}=true"))
    model = str(recipe.get("model") or "")
    if "python:" in model and not flags.get("model"):
        asked.append((f"names code as the model ({model})", model))
    if asked:
        raise UsageError(
            f"this recipe {' and '.join(what for what, _ in asked)}: that code would run with your rights",
            where=str(path),
            hint=f"if you trust it, say so on the command line too: {' '.join(flag for _, flag in asked)}",
        )


def _recipe_value(name: str, value: Any, where: str) -> Any:
    wrong = InputFileError(f"{name!r} has the value {redact_value(value)!r}", where=where)
    if name in ("tasks", "include_path"):
        values = [value] if isinstance(value, str) else value
        if not isinstance(values, list) or not all(isinstance(item, str) for item in values):
            raise wrong
        return tuple(Path(item) if name == "include_path" else item for item in values)
    if name in ("model_args", "judge_args", "gen_kwargs", "executor_args", "data", "revision"):
        if not isinstance(value, dict):  # never shown: it may hold a key
            found = f"{name!r} must be a mapping, found {type(value).__name__}"
            raise InputFileError(found, where=where)
        if name == "data":
            return parse_folders([f"{key}={folder}" for key, folder in value.items()])
        return {str(key): item for key, item in value.items()}
    if name in (
        "trust_task_code",
        "allow_shadowing",
        "retry_errors",
        "keep_control_audio",
        "only_failed",
        "require_complete",
        "skip_unavailable",
        "rejudge",
    ):
        if not isinstance(value, bool):
            raise wrong
        return value
    if name == "gpus_per_replica":
        if not isinstance(value, int | float) or isinstance(value, bool):
            raise wrong
        return float(value)
    if name in ("seed", "batch_size", "repeats", "subset", "judge_sample", "replicas"):
        if not isinstance(value, int) or isinstance(value, bool):
            raise wrong
        if name != "seed" and value < 1:
            raise wrong
        return value
    if isinstance(value, (dict, list)):
        raise wrong
    if name in ("output_path", "judge_cache", "judge_prompt", "reference", "ids", "paraphrase"):
        return Path(str(value)).expanduser()
    return str(value)


def merge(flags: Mapping[str, Any], recipe: Mapping[str, Any]) -> Settings:
    """Put flags (``None`` = not given) over a recipe over defaults.

    Raises:
        UsageError: model or tasks are given nowhere.
    """
    given = {
        key: value for key, value in flags.items() if value is not None and value not in ((), {})
    }
    values = {**recipe, **given}
    for key in ("model_args", "judge_args", "gen_kwargs", "executor_args", "data", "revision"):
        if key in recipe and key in given:
            values[key] = {**recipe[key], **given[key]}
    for key, flag in (("model", "MODEL"), ("tasks", "-t TASKS")):
        if not values.get(key):
            raise _missing(flag)
    return Settings(**values)


def _missing(flag: str) -> UsageError:
    return UsageError(
        f"{flag} is missing", hint="harness evaluate MODEL -t TASKS -o RUN_DIR   (see --help)"
    )
