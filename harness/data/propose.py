"""A task file from a file of items: which field is what is guessed from names and values, and every guess is shown.

What cannot be told apart is not guessed: it is a question, with the flag that answers it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import Any, Final, NamedTuple

from harness.data.task_file import Proposal, save
from harness.errors import InputFileError, UsageError
from harness.task_loading.index import load_index
from tasks.declared import scoring
from tasks.declared.data_block import DataBlock
from tasks.declared.declaration import FIELD, RULES, read_rule
from tasks.declared.files import CLIPS, OTHERS, open_items

_LOOKED_AT: Final = 200
"""Items that are looked at."""
_AUDIO: Final = (
    "audio", "clip", "wav", "audio_path", "audio_file", "audio_filepath", "file_name", "filename", "path", "file", "sound",
)  # fmt: skip
_IDS: Final = ("id", "uid", "item_id", "question_id", "utt_id", "key", "index")
_TRANSCRIPTS: Final = (
    "text",
    "transcript",
    "transcription",
    "sentence",
    "reference",
    "ref",
    "normalized_text",
)
_QUESTIONS: Final = ("question", "prompt", "instruction", "query", "input")
_OPTIONS: Final = ("options", "choices", "candidates", "option_list")
_ANSWERS: Final = (
    "answer",
    "answers",
    "gold",
    "label",
    "target",
    "correct",
    "correct_answer",
    "ground_truth",
    "answer_gt",
    "solution",
    "output",
)
_OPTION_COLUMN: Final = re.compile(
    r"(?:options?|choices?|opt)?[_ .-]?([a-j]|\d{1,2})", re.IGNORECASE
)
_MOST_LABELS: Final = 20

Ask = Callable[[str, Sequence[str]], str]
"""(question, possible answers) -> one of them."""


def task_name(file: Path) -> str:
    """Return a task id made of a file's name.

    >>> task_name(Path("my items (v2).jsonl"))
    'my_items_v2'
    """
    return re.sub(r"[^\w.+-]+", "_", file.stem, flags=re.ASCII).strip("_.") or "items"


def propose(
    name: str,
    source: Path,
    *,
    rule: str | None = None,
    given: Mapping[str, str] | None = None,
    ask: Ask | None = None,
) -> Proposal:
    """Look at a file of items and propose a task.

    Args:
        name: task id.
        source: file of items, or folder of clips.
        rule: the rule, if it is not to be guessed.
        given: field by what it is: ``audio``, ``id``, ``question``, or a parameter of the rule.
        ask: asks a person; without it an open question is an error.

    Raises:
        InputFileError: the file cannot be read, or has no items.
        UsageError: something cannot be told, or a given name is not a field.
    """
    look = _Look(name, source, dict(given or {}), ask or _cannot_ask)
    return look.proposal(rule)


class TaskOfItems(NamedTuple):
    """The task of a file of items: its id, its file, and what to tell the user."""

    name: str
    file: Path
    notes: list[str]


def task_of_items(items: Path, folder: Path) -> TaskOfItems:
    """Write the proposed task of a file of items into a folder; a task file that is there stays as it is.

    Args:
        items: the file, or a folder of clips.
        folder: where the task file goes; its ``data.path`` is the name of the items, whose folder is given as data.

    Raises:
        UsageError: something cannot be told; the hint says how to write the task file oneself.
        InputFileError: the items cannot be read.
    """
    name = task_name(items)
    index = load_index()
    if name in index.tasks or name in index.groups:
        name = f"{name}_items"
    file = folder / f"{name}.yaml"
    if file.is_file():
        return TaskOfItems(name, file, [])
    try:
        proposal = propose(name, items)
    except InputFileError:
        raise
    except UsageError as error:
        command = f"harness tasks new {name} --from {items} --rule RULE --set WHAT=FIELD"
        raise UsageError(
            error.message, where=error.where, hint=f"write the task file first: {command}"
        ) from error
    save(proposal, file)
    notes = [f"task {name}: {file}", *(f"  {reason}" for reason in proposal.reasons)]
    return TaskOfItems(name, file, notes)


def _cannot_ask(question: str, answers: Sequence[str]) -> str:
    raise UsageError(
        f"{question}: {', '.join(answers)}", hint="say it with a flag (see the question)"
    )


class _Found(NamedTuple):
    """Fields by what they are."""

    options: str | list[str] | None
    question: str | None
    answer: str | None
    text: str | None


def _flag(name: str) -> Callable[..., str]:
    return lambda *keys: " ".join((name, *keys))


class _Look:
    """What the first items of a file say."""

    def __init__(self, name: str, source: Path, given: dict[str, str], ask: Ask) -> None:
        self.name, self.source, self.given, self.ask = name, source, given, ask
        self.reasons: list[str] = []
        self.rows = self._rows()
        self.fields = list(dict.fromkeys(key for row in self.rows for key in row))
        for what, value in given.items():
            for one in value.split(","):
                if (
                    what not in ("labels", "normalizer", "match", "answer_is", "separator", "grade")
                    and one not in self.fields
                ):
                    raise UsageError(
                        f"there is no field {one!r}",
                        where=f"--set {what}={value}",
                        hint=f"fields: {', '.join(self.fields)}",
                    )

    def _rows(self) -> list[dict[str, Any]]:
        root, path = self.source.parent, self.source.name
        if not self.source.exists():
            raise InputFileError("does not exist", where=str(self.source))
        if self.source.is_dir():
            self.audio: str | None = "audio"
        else:
            self.audio = self.given.get("audio") or self._audio_field()
            if self.audio is None:
                raise UsageError(
                    "no field looks like a clip",
                    where=str(self.source),
                    hint="name it: --set audio=FIELD",
                )
        block = DataBlock(paths=(path,), audio=(self.audio,))
        rows = [
            row.fields for row in islice(open_items(block, root, task=self.name).rows, _LOOKED_AT)
        ]
        if not rows:
            raise InputFileError("has no items", where=str(self.source))
        return rows

    def _audio_field(self) -> str | None:
        if self.source.suffix.lower() == ".parquet":
            return _parquet_audio(self.source)
        block = DataBlock(paths=(self.source.name,), audio=())
        first = next(iter(open_items(block, self.source.parent, task=self.name).rows), None)
        if first is None:
            raise InputFileError("has no items", where=str(self.source))
        clips = [
            name
            for name, value in first.fields.items()
            if isinstance(value, str) and Path(value.strip()).suffix.lower() in CLIPS | OTHERS
        ]
        named = [name for name in _AUDIO if name in clips]
        if len(clips) > 1 and not named:
            return self.ask("--set audio=FIELD: which field holds the clip", clips)
        return (named or clips or [None])[0]

    def column(self, name: str) -> list[Any]:
        return [row.get(name) for row in self.rows]

    def pick(self, what: str, names: Sequence[str]) -> str | None:
        """Return the field that is something: as given, else by its name."""
        if what in self.given:
            self.reasons.append(f"{what}: {self.given[what]} (given)")
            return self.given[what]
        lower = {one.lower(): one for one in self.fields}
        for name in names:
            if name in lower:
                self.reasons.append(f"{what}: {lower[name]} (by its name)")
                return lower[name]
        return None

    def proposal(self, wanted: str | None) -> Proposal:
        found = _Found(
            self._options(),
            self.pick("question", _QUESTIONS),
            self.pick("answer", _ANSWERS),
            self.pick("reference", _TRANSCRIPTS),
        )
        rule = self._parameters(wanted or self._rule(found), found)
        self.reasons.insert(0, f"audio: {self.audio}")
        self.reasons.append(f"rule: {rule['name']}{' (given)' if wanted else ''}")
        data: dict[str, Any] = {"path": self.source.name}
        if self.audio != "audio":
            data["audio"] = self.audio
        identifier = self.pick("id", _IDS)
        if identifier not in (None, "id") and self._is_unique(str(identifier)):
            data["id"] = identifier
        target = rule.get("answer") or rule.get("reference") or found.answer or found.text
        return Proposal(
            self.name,
            rule,
            data,
            self._prompt(rule["name"], found),
            f"{{{{{target}}}}}" if target else "",
            self.reasons,
        )

    def _parameters(self, rule: str, found: _Found) -> dict[str, Any]:
        """Return the rule with the parameters that differ from their defaults."""
        if rule not in RULES:
            read_rule(rule, _flag("--rule"))
        declared: dict[str, Any] = {"name": rule}
        guessed = {
            "answer": found.answer,
            "answers": found.answer,
            "reference": found.text if rule == "transcript" else found.answer,
            "options": found.options,
        }
        for key, parameter in RULES[rule].parameters.items():
            value: Any = self.given.get(key, guessed.get(key))
            if key in ("labels", "options") and isinstance(value, str) and "," in value:
                value = value.split(",")
            if key == "answer_is" and value is None:
                value = self._answer_is(found)
            is_field = parameter.expected == FIELD
            if value is None and is_field and parameter.default not in self.fields:
                question = f"--set {key}=FIELD: which field is the {key} of the rule {rule}"
                value = self.ask(question, self.fields)
            if value is not None and value != parameter.default:
                declared[key] = value
        read_rule(declared, _flag("--set"))
        return declared

    def _is_unique(self, name: str) -> bool:
        values = [str(value) for value in self.column(name)]
        return len(set(values)) == len(values) and all(values)

    def _options(self) -> str | list[str] | None:
        named = self.pick("options", _OPTIONS)
        if named is not None:
            return named.split(",") if "," in named else named
        columns = [name for name in self.fields if _OPTION_COLUMN.fullmatch(name)]
        if len(columns) > 1:
            self.reasons.append(f"options: {', '.join(columns)} (one column each)")
            return columns
        return None

    def _rule(self, found: _Found) -> str:
        if {"instruction_id_list", "kwargs"} <= set(self.fields):
            return "instruction"
        if found.options is not None:
            return "option"
        if found.answer is None and found.text is not None:
            return "transcript"
        if found.answer is None:
            return self.ask("--rule RULE: how is a reply scored", [*RULES])
        values = self.column(found.answer)
        if all(_is_number(value) for value in values):
            return "number"
        texts = {str(value) for value in values}
        if len(texts) <= min(_MOST_LABELS, max(2, len(values) // 2)) and len(values) > len(texts):
            return "label"
        if found.question is None:
            return self.ask("--rule RULE: how is a reply scored", [*RULES])
        return "contains"

    def _answer_is(self, found: _Found) -> str | None:
        """Return the form of right answers that fits every item; text if that fits."""
        if found.options is None or found.answer is None:
            return None

        def fits(how: str) -> bool:
            rule = {
                "name": "option",
                "answer": found.answer,
                "options": found.options,
                "answer_is": how,
                "separator": self.given.get("separator", "|"),
            }
            try:
                for number, row in enumerate(self.rows):
                    scoring.reference({**row, "_id": str(number), "_params": {"rule": rule}})
            except InputFileError:
                return False
            return True

        fitting = [how for how in ("text", "letter", "index0", "index1") if fits(how)]
        if "text" in fitting:
            return "text"
        if not fitting:
            return None
        if len(fitting) == 1:
            self.reasons.append(f"answer_is: {fitting[0]} (fits every item)")
            return fitting[0]
        return self.ask("--set answer_is=…: what is a right answer", fitting)

    def _prompt(self, rule: str, found: _Found) -> str:
        prompt, question, options = RULES[rule].prompt, found.question, found.options
        if isinstance(options, str) and options != "options":
            prompt = prompt.replace(" in options ", f" in {options} ")
        elif isinstance(options, list):
            listed = "".join(
                f"({chr(65 + place)}) {{{{{name}}}}}\n" for place, name in enumerate(options)
            )
            prompt = re.sub(r"\{% for.*endfor %\}", lambda _: listed, prompt, flags=re.DOTALL)
        for name in ("question", "prompt"):
            if f"{{{{{name}}}}}" in prompt and question is not None and question != name:
                prompt = prompt.replace(f"{{{{{name}}}}}", f"{{{{{question}}}}}")
            elif f"{{{{{name}}}}}" in prompt and question is None:
                prompt = self._asked(rule, prompt, name)
        return prompt

    def _asked(self, rule: str, prompt: str, name: str) -> str:
        """Put a question into the prompt of items that have none."""
        if rule == "label":
            self.reasons.append("question: none in the items; the prompt asks for a label")
            return "<audio>Name the label of the audio, and nothing else."
        words = "Answer the question in the audio."
        self.reasons.append(f"question: none in the items; the prompt says {words!r}")
        return prompt.replace(f"{{{{{name}}}}}", words)


def _is_number(value: Any) -> bool:
    if isinstance(value, bool):
        return False
    return isinstance(value, (int, float)) or (
        isinstance(value, str) and re.fullmatch(r"\s*-?\d+(\.\d+)?\s*", value) is not None
    )


def _parquet_audio(file: Path) -> str | None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        schema = pq.read_schema(file)
    except (OSError, pa.ArrowException) as error:
        raise InputFileError(f"not a readable parquet file: {error}", where=str(file)) from error
    for name in schema.names:
        kind = schema.field(name).type
        if pa.types.is_binary(kind) or pa.types.is_large_binary(kind):
            return str(name)
        if pa.types.is_struct(kind) and kind.get_field_index("bytes") >= 0:
            return str(name)
    return None
