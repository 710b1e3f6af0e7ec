"""What a task YAML says about its judge (``metadata.lalm.judge``), and the judge's prompt files.

The block is checked strictly: an unknown, missing or ill-typed key is an error with file and line. A
prompt file has a ``# system`` and a ``# user`` section with ``{slots}``; braces that are meant
literally are doubled. What the judge is asked depends on nothing but this block, the prompt files and
the item, so a short hash of the former two stands in every signature.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from harness.core.keys import short_hash
from harness.core.task import TaskSpec
from harness.errors import TaskFileError
from metrics.judge.votes import REDUCERS

RESPONSE_SLOT: Final = "response"
"""The slot that holds model output; every other slot holds the benchmark's own text."""

_SECTIONS: Final = ("# system", "# user")
_SLOT: Final = re.compile(r"\{\{|\}\}|\{([A-Za-z_]\w*)\}")
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
        "strip",
    ]
)
_SAMPLING: Final = frozenset(
    [
        "temperature",
        "top_p",
        "max_tokens",
        "max_completion_tokens",
        "frequency_penalty",
        "presence_penalty",
        "seed",
        "reasoning_effort",
    ]
)
_PARSE: Final = re.compile(r"[a-z][\w.]*\.\d+")

Where = Callable[..., str]
"""Key path below ``metadata.lalm.judge`` -> file and line."""


@dataclass(frozen=True, slots=True)
class JudgePrompt:
    """A prompt file.

    Attributes:
        id: file name without suffix.
        system: system message, ``None`` if the file has none.
        user: user message with its slots.
        path: the file.
    """

    id: str
    system: str | None
    user: str
    path: Path

    @property
    def hash(self) -> str:
        """Short hash of the texts."""
        return short_hash([self.system, self.user])

    @property
    def slots(self) -> frozenset[str]:
        """Names of the slots of both messages."""
        return slot_names(self.system or "") | slot_names(self.user)


@dataclass(frozen=True, slots=True)
class JudgeSpec:
    """The judge of one task.

    Attributes:
        model: model snapshot.
        sampling: arguments of the call, sent as they are, with the output schema if there is one.
        samples: votes per item.
        repeats: identical repeats per unreadable vote; only the strict reading uses them.
        parse: id and version of the reply parser.
        reducer: how the scorer turns votes into one verdict (declared; the scorer does it).
        strip: replies are stripped before they are recorded.
        chooser: document field that chooses the prompt, ``None`` if there is one prompt.
        prompts: prompt by the field's value; under ``""`` if there is one prompt.
    """

    model: str
    sampling: Mapping[str, Any]
    samples: int
    repeats: int
    parse: str
    reducer: str
    strip: bool
    chooser: str | None
    prompts: Mapping[str, JudgePrompt] = field(default_factory=dict)

    def prompt(self, doc: Mapping[str, Any]) -> JudgePrompt | None:
        """The prompt of a document, ``None`` if the judge has nothing to say about it."""
        return self.prompts.get("" if self.chooser is None else str(doc.get(self.chooser)))


def slot_names(text: str) -> frozenset[str]:
    """Slots of a template.

    >>> sorted(slot_names("{question} {{json}} {response} {question}"))
    ['question', 'response']
    """
    return frozenset(match[1] for match in _SLOT.finditer(text) if match[1])


def fill(template: str, slots: Mapping[str, str]) -> str:
    """Fill all slots in one pass: a value that looks like a slot stays what it is.

    >>> fill("Q: {question} A: {response} {{x}}", {"question": "{response}", "response": "{question}"})
    'Q: {response} A: {question} {x}'

    Raises:
        KeyError: a slot has no value.
    """
    return _SLOT.sub(
        lambda match: slots[match[1]] if match[1] else match[0][0],
        template,
    )


def read_prompt(path: Path) -> JudgePrompt:
    r"""Read a prompt file.

    Raises:
        TaskFileError: unreadable, no ``# user`` section, text outside sections, or no ``{response}`` slot.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise TaskFileError(f"cannot read: {error.strerror}", where=str(path)) from error
    except UnicodeDecodeError as error:
        raise TaskFileError(f"not UTF-8: {error.reason}", where=str(path)) from error
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
            f"'parse' is {block['parse']!r}, expected NAME.VERSION such as sakura.1",
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
    )


def task_judge(spec: TaskSpec) -> JudgeSpec | None:
    """The judge of a task, ``None`` if it has none."""
    if spec.judge is None:
        return None

    def where(*keys: str) -> str:
        from harness.task_loading.yaml_file import load_yaml

        return load_yaml(spec.yaml_path).where("metadata", "lalm", "judge", *keys)

    return parse_judge(spec.judge, spec.yaml_path.parent, where)


def _count(block: Mapping[str, Any], key: str, default: int, least: int, where: Where) -> int:
    value = block.get(key, default)
    if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= 100:
        raise TaskFileError(f"{key!r} is {value!r}, expected {least} to 100", where=where(key))
    return value


def _response_format(schema: Any, where: Where) -> dict[str, Any]:
    """The call argument that asks for JSON of a schema; nothing without one.

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
        if key not in _SAMPLING:
            raise TaskFileError(
                f"unknown sampling argument {key!r}",
                where=where("sampling", str(key)),
                hint=f"known: {', '.join(sorted(_SAMPLING))}",
            )
        wanted = str if key == "reasoning_effort" else (int, float)
        if not isinstance(value, wanted) or isinstance(value, bool):
            raise TaskFileError(f"{key!r} is {value!r}", where=where("sampling", key))
    return dict(given)


def _prompts(given: Any, folder: Path, where: Where) -> tuple[str | None, dict[str, JudgePrompt]]:
    """(choosing field, prompt by its value)."""
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
    if not isinstance(name, str) or not (folder / name).is_file():
        raise TaskFileError(f"the prompt file {name!r} does not exist", where=where("prompt"))
    return read_prompt(folder / name)
