"""What a task YAML says about its judge (``metadata.lalm.judge``), and the judge's prompt files.

The block is checked strictly: an unknown, missing or ill-typed key is an error with file and line. A
prompt file has a ``# system`` and a ``# user`` section with ``{slots}``; braces that are meant
literally are doubled. What the judge is asked depends on nothing but this block, the prompt files and
the item, so every signature holds a short hash of the former two.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path
from typing import Any, Final

from harness.core.judge_spec import (
    RESPONSE_SLOT,
    JudgePrompt,
    JudgeSpec,
    Retirement,
    slot_names,
)
from harness.core.untrusted.regular import is_file
from harness.errors import TaskFileError
from harness.task_loading.judging.sampling import SAMPLING, expected_sampling
from harness.task_loading.yaml_file import read_text
from metrics.judge.votes import REDUCERS

_SECTIONS: Final = ("# system", "# user")
_KEYS: Final = frozenset(
    [
        "model",
        "prompt",
        "sampling",
        "samples",
        "repeats_if_unparsed",
        "output_schema",
        "parse",
        "reducer",
        "retires",
        "strip",
    ]
)
_PARSE: Final = re.compile(r"[a-z][\w.]*\.\d+")

Where = Callable[..., str]
"""Key path below ``metadata.lalm.judge`` -> file and line."""


def read_prompt(path: Path) -> JudgePrompt:
    r"""Read a prompt file.

    Raises:
        TaskFileError: unreadable, no ``# user`` section, text outside sections, or no ``{response}`` slot.
    """
    text = read_text(path)
    sections: dict[str, list[str]] = {}
    current: list[str] | None = None
    for number, line in enumerate(text.replace("\r\n", "\n").split("\n"), start=1):
        if line.rstrip() in _SECTIONS:
            name = line.rstrip()
            if name in sections:
                raise TaskFileError(f"a second section {name!r}", where=f"{path}:{number}")
            current = sections[name] = []
        elif current is not None:
            current.append(line)
        elif line.strip():
            raise TaskFileError(
                "a judge prompt starts with the line '# system' or '# user'",
                where=f"{path}:{number}",
            )
    if "# user" not in sections:
        raise TaskFileError("the section '# user' is missing", where=str(path))
    user = "\n".join(sections["# user"]).strip("\n")
    system = "\n".join(sections["# system"]).strip("\n") if "# system" in sections else None
    if RESPONSE_SLOT not in slot_names(user):
        raise TaskFileError("the '# user' section has no {response} slot", where=str(path))
    if system is not None and RESPONSE_SLOT in slot_names(system):
        raise TaskFileError("model output does not belong into the system message", where=str(path))
    return JudgePrompt(path.stem, system or None, user, path)


def parse_judge(block: Mapping[str, Any], folder: Path, where: Where) -> JudgeSpec:
    """Check a judge block and read its prompt files.

    Args:
        block: the mapping ``metadata.lalm.judge``.
        folder: where the task YAML lies; prompt files are named relative to it.
        where: file and line of a key of the block.

    Raises:
        TaskFileError: an unknown, missing or ill-typed key, or a bad prompt file.
    """
    for key in block:
        if key not in _KEYS:
            near = difflib.get_close_matches(str(key), _KEYS, n=1)
            raise TaskFileError(
                f"unknown key 'metadata.lalm.judge.{key}'",
                where=where(str(key)),
                hint=f"did you mean {near[0]!r}?" if near else f"known: {', '.join(sorted(_KEYS))}",
            )
    for key in ("model", "prompt", "parse"):
        if not block.get(key):
            raise TaskFileError(f"metadata.lalm.judge.{key} is missing", where=where())
    samples = _count(block, "samples", 1, 1, where)
    reducer = block.get("reducer", "first" if samples == 1 else "mean")
    if reducer not in REDUCERS:
        raise TaskFileError(
            f"the reducer is {reducer!r}, expected one of {', '.join(REDUCERS)}",
            where=where("reducer"),
        )
    if not isinstance(block.get("strip", False), bool):
        raise TaskFileError("'strip' is true or false", where=where("strip"))
    if not isinstance(block["model"], str):
        raise TaskFileError("'model' is the name of a model", where=where("model"))
    if not isinstance(block["parse"], str) or not _PARSE.fullmatch(block["parse"]):
        raise TaskFileError(
            f"'parse' is {block['parse']!r}, expected NAME.VERSION such as sakura.2",
            where=where("parse"),
        )
    chooser, prompts = _prompts(block["prompt"], folder, where)
    return JudgeSpec(
        model=block["model"],
        sampling={
            **_sampling(block.get("sampling") or {}, where),
            **_response_format(block.get("output_schema"), where),
        },
        samples=samples,
        repeats=_count(block, "repeats_if_unparsed", 0, 0, where),
        parse=block["parse"],
        reducer=reducer,
        strip=block.get("strip", False),
        chooser=chooser,
        prompts=prompts,
        retires=_retires(block.get("retires"), where),
    )


def _retires(given: Any, where: Where) -> Retirement | None:
    if given is None:
        return None
    if not isinstance(given, dict) or given.keys() != {"date", "source"}:
        raise TaskFileError(
            "'retires' is {date: \"YYYY-MM-DD\", source: TEXT}", where=where("retires")
        )
    day, source = given["date"], given["source"]
    try:
        end = date.fromisoformat(str(day))
    except ValueError:
        raise TaskFileError(
            f"the date is {day!r}, expected YYYY-MM-DD", where=where("retires", "date")
        ) from None
    if not isinstance(source, str) or not source.strip():
        raise TaskFileError("the source says who named the date", where=where("retires", "source"))
    return Retirement(end, source.strip())


def _count(block: Mapping[str, Any], key: str, default: int, least: int, where: Where) -> int:
    value = block.get(key, default)
    if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= 100:
        raise TaskFileError(f"{key!r} is {value!r}, expected {least} to 100", where=where(key))
    return value


def _response_format(schema: Any, where: Where) -> dict[str, Any]:
    """Return the call argument that asks for JSON of a schema; empty without a schema.

    >>> _response_format({"type": "object"}, str)["response_format"]["json_schema"]["name"]
    'verdict'
    """
    if schema is None:
        return {}
    if not isinstance(schema, dict) or schema.get("type") != "object":
        raise TaskFileError(
            "'output_schema' is a JSON schema with 'type: object'", where=where("output_schema")
        )
    wanted = {"name": "verdict", "strict": True, "schema": schema}
    return {"response_format": {"type": "json_schema", "json_schema": wanted}}


def _sampling(given: Any, where: Where) -> dict[str, Any]:
    if not isinstance(given, dict):
        raise TaskFileError("'sampling' is a mapping of call arguments", where=where("sampling"))
    for key, value in given.items():
        if key not in SAMPLING:
            raise TaskFileError(
                f"unknown sampling argument {key!r}",
                where=where("sampling", str(key)),
                hint=f"known: {', '.join(SAMPLING)}",
            )
        if wanted := expected_sampling(key, value):
            raise TaskFileError(
                f"{key!r} is {value!r}, expected {wanted}", where=where("sampling", key)
            )
    return dict(given)


def _prompts(given: Any, folder: Path, where: Where) -> tuple[str | None, dict[str, JudgePrompt]]:
    """Return (choosing field, prompt by its value)."""
    if isinstance(given, str):
        return None, {"": _prompt_file(given, folder, where)}
    if not isinstance(given, dict) or not isinstance(given.get("field"), str) or len(given) < 2:
        raise TaskFileError(
            "'prompt' is a file name, or {field: FIELD, VALUE: FILE, …}", where=where("prompt")
        )
    return given["field"], {
        str(value): _prompt_file(name, folder, where)
        for value, name in given.items()
        if value != "field"
    }


def _prompt_file(name: Any, folder: Path, where: Where) -> JudgePrompt:
    if not isinstance(name, str) or not is_file(folder / name):
        raise TaskFileError(f"the prompt file {name!r} does not exist", where=where("prompt"))
    return read_prompt(folder / name)
