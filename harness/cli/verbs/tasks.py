"""``harness tasks list``, ``show TASK``, ``new NAME --from FILE`` and ``validate PATH…``."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from harness.cli import options
from harness.cli.app import tasks_app
from harness.report.output import flow, say, say_json

if TYPE_CHECKING:
    from harness.core.task import TaskSpec
    from harness.task_loading.index import TaskEntry, TaskIndex


@tasks_app.command("list")
def list_tasks(
    pattern: Annotated[
        str | None, typer.Argument(help="Task, group or pattern; default: everything.")
    ] = None,
    groups: Annotated[bool, typer.Option("--groups", help="Groups only.")] = False,
    include_path: options.IncludePath = None,
    as_json: options.Json = False,
) -> None:
    """List benchmarks and tasks. Items, metrics, judge needed, licence, cost."""
    from harness.task_loading.index import load_index

    index = load_index(tuple(include_path or ()))
    if groups:
        if as_json:
            members = {name: index.members(name) for name in sorted(index.groups)}
            say_json(members)
            return
        for name in sorted(index.groups):
            say(f"{name}  {len(index.members(name))} tasks")
        return
    entries = index.resolve([pattern]) if pattern else list(index.tasks.values())
    if as_json:
        say_json([entry.as_json() for entry in entries])
        return
    for line in _table(entries, index):
        say(line)


def _table(entries: list[TaskEntry], index: TaskIndex) -> Iterator[str]:
    header = ("task", "benchmark", "items", "metrics (* judged)", "licence", "cost", "what")
    rows = [header]
    for entry in entries:
        metrics = " ".join(name + "*" * (name in entry.judged) for name in entry.metrics)
        if entry.unsupported:
            metrics = "unsupported"
        rows.append(
            (
                entry.task,
                entry.benchmark,
                "?" if entry.items is None else str(entry.items),
                metrics,
                entry.licence,
                _cost(entry),
                f"{entry.title}: {entry.unsupported}" if entry.unsupported else entry.title,
            )
        )
    widths = [max(len(row[column]) for row in rows) for column in range(len(header) - 1)]
    for row in rows:
        cells = [cell.ljust(width) for cell, width in zip(row[:-1], widths, strict=True)]
        yield "  ".join([*cells, row[-1]]).rstrip()
    names = {entry.task for entry in entries}
    shown = [name for name in sorted(index.groups) if names & set(index.members(name))]
    if shown:
        yield f"groups: {', '.join(shown)}"


def _cost(entry: TaskEntry) -> str:
    parts = []
    if "audio_hours" in entry.cost:
        parts.append(f"{entry.cost['audio_hours']} h audio")
    if entry.cost.get("judge_calls_per_item") and entry.items:
        parts.append(f"{int(entry.cost['judge_calls_per_item']) * entry.items} judge calls")
    return ", ".join(parts)


@tasks_app.command("show")
def show_task(
    task: Annotated[str, typer.Argument(help="Task id.")],
    data: options.Data = None,
    include_path: options.IncludePath = None,
    trust_task_code: options.Trust = None,
) -> None:
    """Show a task: the prompt of a real item, and its protocol. Templates, deviations, references."""
    from harness.errors import UsageError
    from harness.settings import parse_folders
    from harness.task_loading.index import load_index
    from harness.task_loading.specs import load_spec, scoring_task

    folders = parse_folders(data or [])
    entries = load_index(tuple(include_path or ())).resolve([task])
    if len(entries) > 1:
        raise UsageError(
            f"{task!r} names {len(entries)} tasks", hint=", ".join(entry.task for entry in entries)
        )
    spec = load_spec(entries[0], trusted=bool(trust_task_code))
    if trust_task_code:
        scoring_task(spec, trusted=True).check()
    for line in _description(spec):
        say(line)
    say("", "prompt of a real item:")
    for line in _example(spec, folders, bool(trust_task_code)):
        say(f"  {line}")


def _description(spec: TaskSpec) -> Iterator[str]:
    from harness.judge.life import end_notes, today
    from metrics.registry import METRICS

    yield f"{spec.task}: {spec.description}"
    if spec.unsupported:
        yield f"unsupported {spec.unsupported}"
    yield f"benchmark   {spec.benchmark}"
    yield f"items       {'unknown' if spec.items is None else spec.items}"
    for name in spec.metrics:
        readings = "official and strict" if name in spec.official_metrics else "strict only"
        judged = ", needs a judge" if name in spec.judged_metrics else ""
        own = "" if name in METRICS else ", not in the registry: the task's code must register it"
        direction = "higher" if spec.higher_is_better[name] else "lower"
        yield f"metric      {name} ({readings}, {direction} is better{judged}{own})"
    if spec.judge is not None:
        end = spec.judge.retires
        dated = "" if end is None else f", switched off on {end.date} ({end.source})"
        yield f"judge       {spec.judge.model}{dated}"
        yield from end_notes([(spec.task, spec.judge.model, end)], today())
    for template in spec.templates.values():
        default = " (default)" if template.id == spec.default_template else ""
        system = {} if template.system is None else {"system": template.system}
        yield f"template    {template.id}{default}: {flow({'clean': template.clean, **system})}"
    yield f"generation  {flow(dict(spec.generation))}"
    if spec.required_fields:
        fields = ", ".join(field.replace("|", " or ") for field in spec.required_fields)
        yield f"fields      {fields} (a stored reply needs them where the data is not at hand)"
    yield f"scorer      {spec.scorer}"
    yield f"sub-scores  {', '.join(spec.group_fields) or 'none'}"
    yield f"licence     {spec.licence}"
    yield f"reference   {spec.reference_url}"
    yield f"protocol    {spec.protocol.strip()}"
    for deviation in spec.deviations:
        yield f"deviation   {deviation}"


def _example(spec: TaskSpec, folders: dict[str, Path], trusted: bool) -> Iterator[str]:
    from harness.errors import HarnessError
    from harness.evaluation.dry_run import prompt_lines
    from harness.task_loading.specs import data_folder, prompted_task

    task = prompted_task(spec, folder=data_folder(spec.benchmark, folders), trusted=trusted)
    try:
        documents = task.documents()
        messages = task.messages(documents[0])
    except HarnessError as error:
        yield f"(no item to show: {error.message})"
        return
    yield f"item {documents[0]['_id']}"
    yield from prompt_lines(messages)
    yield f"reference: {flow(task.reference(documents[0]))}"


@tasks_app.command("new")
def new_task(
    name: Annotated[str, typer.Argument(help="Task id.")],
    source: Annotated[
        Path,
        typer.Option(
            "--from",
            metavar="FILE",
            help="Items (.jsonl, .json, .csv, .tsv, .parquet), or a folder of clips.",
        ),
    ],
    rule: Annotated[
        str | None,
        typer.Option(
            "--rule",
            metavar="RULE",
            help="transcript, option, label, number, contains, instruction, translation, summary or judge; default: guessed.",
        ),
    ] = None,
    given: Annotated[
        list[str] | None,
        typer.Option(
            "--set",
            metavar="WHAT=FIELD",
            help="Field of audio, id, question, or a parameter of the rule.",
        ),
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output", "-o", metavar="FILE", help="Task file (default: next to the items)."
        ),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace a task file.")] = False,
) -> None:
    """Write a task file for items of your own. Without Python; fields are guessed, and shown."""
    from harness.data.propose import propose
    from harness.data.task_file import write
    from harness.settings import parse_pairs

    fields = {key: str(value) for key, value in parse_pairs(given or [], "--set").items()}
    proposal = propose(name, source, rule=rule, given=fields, ask=_asker())
    file = output or source.parent / f"{name}.yaml"
    write(proposal, file, source, force=force)
    for reason in proposal.reasons:
        say(f"  {reason}", err=True)
    say(f"wrote {file}")
    say(f"next: harness tasks validate {file}", err=True)


def _asker() -> Callable[[str, Sequence[str]], str] | None:
    """Return what asks the person at the terminal, ``None`` if there is none."""
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        return None

    def ask(question: str, answers: Sequence[str]) -> str:
        answer: str = typer.prompt(f"{question}? ({', '.join(answers)})", err=True)
        return answer

    return ask


@tasks_app.command("validate")
def validate_tasks(
    paths: Annotated[list[Path], typer.Argument(metavar="PATH...", help="Task files or folders.")],
    data: options.Data = None,
    trust_task_code: options.Trust = None,
) -> int:
    """Check task files, their data and three rendered prompts. Exit 0, or 2 with file, line and cure."""
    from harness.data.validate import validate
    from harness.errors import EXIT_OK, EXIT_USAGE
    from harness.evaluation.dry_run import prompt_lines
    from harness.settings import parse_folders

    code = EXIT_OK
    folders = parse_folders(data or [])
    for found in validate(paths, data=folders, trusted=bool(trust_task_code)):
        if found.error is not None:
            code = EXIT_USAGE
            say(f"{found.task}: error: {found.error}")
            continue
        absent = f", {found.absent} without their clip" if found.absent else ""
        say(f"{found.task}: fine, {found.items} items{absent}")
        for example in found.examples:
            say(f"  item {example.id}, {example.seconds:.1f} s of audio")
            for line in prompt_lines(example.messages):
                say(f"    {line}")
            say(f"    reference: {flow(example.reference)}")
    return code
