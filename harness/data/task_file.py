"""The task file of a proposed task: its text, and where it is written."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from harness.errors import StorageError, UsageError
from tasks.declared.declaration import read_rule

JUDGE_MODEL: Final = "gpt-4o-2024-11-20"
"""Judge of a proposed task; ``--judge openai:MODEL`` names another."""
_ASKED: Final = {
    "yes_no": "Does the reply mean the same as the reference? Answer with yes or no, and nothing else.",
    "score": "How good is the reply, compared with the reference? Answer with a number from 1 (useless) to 5 (perfect), and nothing else.",
}


@dataclass(slots=True)
class Proposal:
    """A proposed task.

    Attributes:
        name: task id.
        rule: rule and its parameters, as for the YAML.
        data: the data block, as for the YAML.
        prompt: ``doc_to_text``.
        target: ``doc_to_target``, for lm-eval.
        reasons: what was found, a line each.
    """

    name: str
    rule: dict[str, Any]
    data: dict[str, Any]
    prompt: str
    target: str
    reasons: list[str] = field(default_factory=list)

    def text(self) -> str:
        """Return the task file; it also runs under plain lm-eval."""
        rule = read_rule(self.rule, lambda *keys: " ".join(("the proposal", *keys)))
        shown = self.rule["name"] if len(self.rule) == 1 else _flow(self.rule)
        metrics = "\n".join(
            f"  - {{metric: {name}, aggregation: !function tasks.declared.aggregate, "
            f"higher_is_better: {str(higher).lower()}}}"
            for name, higher in rule.metrics.items()
        )
        return (
            f"task: {_scalar(self.name)}\n"
            "custom_dataset: !function tasks.declared.load\n"
            "test_split: test\n"
            "output_type: generate_until\n"
            f"doc_to_text: {_scalar(self.prompt)}\n"
            f"doc_to_target: {_scalar(self.target)}\n"
            "doc_to_audio: !function tasks.declared.audio\n"
            "fewshot_config: {samples: []}\n"
            "generation_kwargs: {until: [], do_sample: false, max_gen_toks: 512}\n"
            "process_results: !function tasks.declared.process_results\n"
            f"metric_list:\n{metrics}\n"
            "metadata:\n"
            f"  lalm: {{rule: {shown}, data: {_flow(self.data)}{self._judge()}}}\n"
        )

    def _judge(self) -> str:
        if self.rule["name"] != "judge":
            return ""
        block = {
            "model": JUDGE_MODEL,
            "prompt": prompt_file(self.name),
            "sampling": {"temperature": 0},
            "repeats_if_unparsed": 1,
            "parse": f"declared_{self.rule.get('grade', 'yes_no')}.2",
        }
        return f", judge: {_flow(block)}"


def write(proposal: Proposal, file: Path, source: Path, *, force: bool = False) -> None:
    """Write a proposed task file.

    Args:
        proposal: the task.
        file: where to.
        source: the items; the file lies in their folder, or its ``data.path`` leads there from a folder above it.
        force: replace a file that is there.

    Raises:
        UsageError: there is a file, or the items lie outside the folder of the task file.
        StorageError: it cannot be written.
    """
    if file.exists() and not force:
        raise UsageError(
            "is there already", where=str(file), hint="--force replaces it; -o names another file"
        )
    folder = file.absolute().parent
    try:
        place = source.resolve().relative_to(folder.resolve())
    except ValueError:
        raise UsageError(
            f"the items lie outside the folder of the task file: {source}",
            where=str(file),
            hint="write the task file next to them, or into a folder above",
        ) from None
    proposal.data["path"] = place.as_posix()
    save(proposal, file)


def save(proposal: Proposal, file: Path) -> None:
    """Write the text of a proposed task file; a file that is there is replaced. A judge gets a prompt file unless there is one.

    Raises:
        StorageError: it cannot be written.
    """
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(proposal.text(), encoding="utf-8")
        prompt = file.with_name(prompt_file(proposal.name))
        if proposal.rule["name"] == "judge" and not prompt.exists():
            prompt.write_text(_judge_prompt(proposal.rule), encoding="utf-8")
    except OSError as error:
        raise StorageError(f"cannot write: {error.strerror}", where=str(file)) from error


def prompt_file(name: str) -> str:
    """Return the name of the file with the judge prompt of a proposed task."""
    return f"{name}_judge.md"


def _judge_prompt(rule: Mapping[str, Any]) -> str:
    slots = read_rule(rule, lambda *keys: " ".join(keys)).parameters["slots"]
    shown = "\n\n".join(f"{slot.replace('_', ' ').capitalize()}: {{{slot}}}" for slot in slots)
    asked = _ASKED[rule.get("grade", "yes_no")]
    return f"# system\nYou grade replies.\n\n# user\n{shown}\n\nReply:\n{{response}}\n\n{asked}\n"


def _scalar(text: str) -> str:
    """Return a text as a YAML scalar on one line; JSON texts are YAML."""
    plain = re.fullmatch(r"[A-Za-z_][\w.+/-]*", text) and text.lower() not in (
        "null",
        "true",
        "false",
        "yes",
        "no",
        "on",
        "off",
        "y",
        "n",
    )
    return text if plain else json.dumps(text, ensure_ascii=False)


def _flow(mapping: Mapping[str, Any]) -> str:
    def one(value: Any) -> str:
        if isinstance(value, list):
            return f"[{', '.join(_scalar(str(part)) for part in value)}]"
        if isinstance(value, Mapping):
            return _flow(value)
        return _scalar(value) if isinstance(value, str) else json.dumps(value)

    return f"{{{', '.join(f'{key}: {one(value)}' for key, value in mapping.items())}}}"
