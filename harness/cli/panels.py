"""Panels of a verb's ``--help``: options by what they are about, and the text of a bare ``harness``."""

from __future__ import annotations

from typing import Any, Final

PANELS: Final[dict[str, tuple[str, ...]]] = {
    "What to run": (
        "--tasks", "--items", "--model-args", "--limit", "--subset", "--stratify", "--ids", "--shard", "--repeats",
        "--batch-size", "--seed", "--config", "--dry-run",
    ),
    "Where it runs": ("--executor", "--replicas", "--gpus-per-replica", "--executor-args"),
    "Where it goes": ("--output-path", "--name", "--reference"),
    "Data and tasks": (
        "--data", "--revision", "--include-path", "--trust-task-code", "--allow-shadowing", "--skip-unavailable",
        "--require-complete",
    ),
    "Stored responses": ("--response-field", "--doc-field", "--id-field", "--judge-field", "--clean", "--as", "--with", "--with-python"),
    "Prompts and decoding": ("--template", "--system", "--gen-kwargs", "--control", "--controls", "--keep-control-audio", "--permute", "--paraphrase"),
    "Judge": ("--judge", "--judge-args", "--judge-panel", "--judge-budget", "--judge-cache", "--judge-sample", "--judge-prompt", "--rejudge"),
    "Failures": ("--max-errors", "--retry-errors", "--only-failed", "--patience"),
    "Output": ("--report", "--plain", "--json", "--quiet", "--help"),
}  # fmt: skip
"""Heading of a panel -> long flags, in the order of the help."""
PANELLED: Final = ("evaluate", "score")
"""Verbs with so many options that they are shown in panels; every option of theirs has one."""

WELCOME: Final = """\
See it work:      harness evaluate cascade:pocketsphinx -t quickstart -o runs/first
Your model:       harness doctor MODEL, then harness evaluate MODEL -t quickstart -o runs/mine
Stored replies:   harness score TASK FILE -o runs/scored
What there is:    harness tasks list, harness models list, harness --help
How it counts:    {site}
"""


def format_options(verb: Any, context: Any, formatter: Any) -> None:
    """Write the arguments and options of a verb, in panels where it has many.

    An option without a panel is listed under ``Options``, before the panels.
    """
    arguments: list[tuple[str, str]] = []
    panels: dict[str, dict[str, tuple[str, str]]] = {"Options": {}}
    panels.update({panel: {} for panel in PANELS})
    of_flag = {flag: panel for panel, flags in PANELS.items() for flag in flags}
    for parameter in verb.get_params(context):
        record = parameter.get_help_record(context)
        if record is None:
            continue
        if parameter.param_type_name == "argument":
            arguments.append(record)
            continue
        long = next((name for name in parameter.opts if name.startswith("--")), parameter.opts[0])
        panel = of_flag.get(long, "Options") if verb.name in PANELLED else "Options"
        panels[panel][long] = record
    for heading, found in (
        ("Arguments", arguments),
        *((name, _ordered(name, of)) for name, of in panels.items()),
    ):
        if found:
            with formatter.section(heading):
                formatter.write_dl(found)


def _ordered(panel: str, found: dict[str, tuple[str, str]]) -> list[tuple[str, str]]:
    return [found[flag] for flag in PANELS.get(panel, found) if flag in found]
