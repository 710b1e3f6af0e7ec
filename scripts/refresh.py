"""Write everything that follows from declarations: the task index, tables in the documentation, lists in pyproject.toml.

``make refresh`` after a benchmark, a metric or an adapter was added or changed. What lies between the marks
``generated: NAME`` and ``end of NAME`` is written here and nowhere else; ``--check`` only names the files that are
out of date (exit 1), which is what the tests run.
"""

from __future__ import annotations

import argparse
import functools
import json
import re
import sys
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from harness.comparison.gating.report import SCHEMA_FILE, json_schema
from harness.core import inert
from harness.task_loading.index import INDEX_FILE, TaskEntry, TaskIndex, render_index, scan
from harness.task_loading.places import tasks_root
from harness.task_loading.sources import source_module
from leaderboards.published.lint import by_kind, lint
from leaderboards.published.rows import shipped_tables
from leaderboards.renderers import FORMATS
from metrics.registry import METRICS, Measure
from model_adapters.built_in import ADAPTERS

ROOT = Path(__file__).resolve().parents[1]
REPRODUCED = "Official scorer reproduced on: "
"""How the line of a benchmark's README begins that the table of docs/benchmarks.md shows."""


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """Return a Markdown table."""
    rule = f"|{'---|' * len(head)}"
    first, *others = (f"| {' | '.join(row)} |".replace("|  |", "| |") for row in [head, *rows])
    return [first, rule, *others]


def code(names: Iterable[str]) -> str:
    """Return names as a list of code words."""
    return ", ".join(f"`{name}`" for name in names)


# --- benchmarks ----------------------------------------------------------------------------------


def members(index: TaskIndex) -> dict[str, list[TaskEntry]]:
    """Return the tasks of every benchmark: the shipped one first, then by size."""
    found: dict[str, list[TaskEntry]] = {}
    for entry in index.tasks.values():
        found.setdefault(entry.benchmark, []).append(entry)
    return dict(
        sorted(found.items(), key=lambda item: (not packaged(item[0]), len(item[1]), item[0]))
    )


def packaged(benchmark: str) -> bool:
    """Return whether the data ships with the harness."""
    module = source_module(benchmark)
    return module is not None and module.SOURCE.packaged


def benchmark_rows(index: TaskIndex) -> list[str]:
    """Return the table of benchmarks of docs/benchmarks.md."""
    rows = []
    for benchmark, entries in members(index).items():
        tasks = {entry.task for entry in entries}
        groups = [
            name
            for name in sorted(index.groups)
            if name != benchmark and set(index.members(name)) <= tasks
        ]
        also = f"; parts: {code(groups)}" if groups else ""
        unsupported = sum(entry.unsupported is not None for entry in entries)
        items = [entry.items for entry in entries if entry.items is not None]
        judged = {name for entry in entries for name in entry.judged}
        metrics = dict.fromkeys(name for entry in entries for name in entry.metrics)
        licences = {entry.licence for entry in entries}
        rows.append(
            [
                f"[`{benchmark}`](../tasks/{benchmark}/README.md){also}",
                str(len(entries))
                + (f" ({unsupported} listed as unsupported)" if unsupported else ""),
                f"{sum(items):,}" if items else "not published",
                ", ".join(f"`{name}`" + r"\*" * (name in judged) for name in metrics),
                "none, shipped" if packaged(benchmark) else "copy or hub",
                "; ".join(sorted(licences)),
            ]
        )
    return table(("group", "tasks", "items", "metrics", "data needed", "licence of the data"), rows)


def short_rows(index: TaskIndex) -> list[str]:
    """Return the table of benchmarks of README.md."""
    rows = []
    for benchmark, entries in members(index).items():
        items = sum(entry.items for entry in entries if entry.items is not None)
        judged = sum(bool(entry.judged) for entry in entries)
        rows.append(
            [
                f"[`{benchmark}`](tasks/{benchmark}/README.md)",
                str(len(entries)),
                f"{items:,}" if items else "not published",
                f"for {judged} of {len(entries)} tasks" if judged else "no",
                "shipped" if packaged(benchmark) else "copy or hub",
            ]
        )
    return table(("benchmark", "tasks", "items", "needs a judge", "data"), rows)


def parity_rows(index: TaskIndex) -> list[str]:
    """Return the table of docs/benchmarks.md: what each benchmark's README says of its official scorer."""
    rows = []
    for benchmark in members(index):
        text = (tasks_root() / benchmark / "README.md").read_text(encoding="utf-8")
        title = text.partition("\n")[0].removeprefix("# ")
        (said,) = re.findall(rf"^{REPRODUCED}(.+)$", text, re.MULTILINE) or ["not compared"]
        rows.append([f"[{title}](../tasks/{benchmark}/README.md)", said.rstrip(".")])
    return table(("benchmark", "official scorer reproduced on"), rows)


def judge_rows(entries: Iterable[TaskEntry], *, by_benchmark: bool) -> list[str]:
    """Return the table of judges: of a benchmark's README with its tasks, of docs/benchmarks.md with benchmarks."""
    grouped: dict[tuple[str, str, str], dict[str, int]] = {}
    for entry in entries:
        if entry.judge is not None:
            end = entry.judge.get("retires", "not known")
            found = grouped.setdefault(
                (entry.judge["model"], end, entry.judge.get("source", "")), {}
            )
            found[entry.benchmark] = found.get(entry.benchmark, 0) + 1
    rows = []
    for (model, end, source), counts in sorted(grouped.items()):
        where = (
            ", ".join(f"[{name}](../tasks/{name}/README.md)" for name in counts)
            if by_benchmark
            else f"{sum(counts.values())}"
        )
        rows.append([f"`{model}`", where, end, source])
    head = ("judge", "benchmarks" if by_benchmark else "tasks", "switched off on", "who says so")
    return table(head, rows)


def cards(index: TaskIndex) -> dict[str, list[TaskEntry]]:
    """Return the README of every benchmark that has a judge whose end is known, with its tasks."""
    return {
        f"tasks/{benchmark}/README.md": entries
        for benchmark, entries in members(index).items()
        if any("retires" in (entry.judge or {}) for entry in entries)
    }


# --- metrics, adapters, formats --------------------------------------------------------------------


def metric_rows() -> list[str]:
    """Return the table of metrics of docs/statistics.md."""
    return table(
        ("metric", "family", "shown as", "bounds", "better", "score 0 to 1", "role"),
        ([f"`{name}`", *facts(metric)] for name, metric in METRICS.items()),
    )


def facts(metric: Measure) -> list[str]:
    """Return a metric's facts as cells."""
    low, high = ("" if bound is None else f"{bound:g}" for bound in metric.bounds)
    scale = metric.scale
    return [
        metric.family,
        "percent" if metric.is_percent else "its own unit",
        f"{low} … {high}".strip(),
        "higher" if metric.higher_is_better else "lower",
        f"{scale.floor:g} to {scale.ceil:g}" if scale else "as the task declares",
        metric.role + (f" of `{metric.stands_for}`" if metric.stands_for else ""),
    ]


def model_rows() -> list[str]:
    """Return the table of model forms of docs/adapters.md."""
    return table(
        ("model", "what", "extra", "key"),
        (
            [
                f"`{form.model}`".replace("|", r"\|"),
                form.what,
                f"`{form.extra}`" if form.extra else "",
                " or ".join(f"`{name}`" for name in form.key.split(" or ")) if form.key else "",
            ]
            for row in ADAPTERS.values()
            for form in row.forms
        ),
    )


def format_rows() -> list[str]:
    """Return the list of output formats of docs/cli.md."""
    return [f"* `{row.name}`: {row.what}" for row in FORMATS.values()]


def entry_points() -> list[str]:
    """Return the entry points of pyproject.toml."""
    return [f'{name} = "{ADAPTERS[name].target}"' for name in sorted(ADAPTERS)]


def adapter_modules() -> list[str]:
    """Return the adapters of the import contract."""
    return [f'  "model_adapters.{name}",' for name in sorted(ADAPTERS)]


def benchmark_modules(index: TaskIndex) -> list[str]:
    """Return the benchmarks of the import contract."""
    return [f'  "tasks.{name}",' for name in sorted(members(index))]


def finding_rows() -> list[str]:
    """Return what the examination finds in the published results that are shipped, by kind."""
    tables = shipped_tables()
    found = lint(tables)
    lines = [f"{sum(len(table.rows) for table in tables)} rows, {len(found)} findings."]
    for kind in by_kind(found):
        rows = [
            [
                f"`{one.place}`",
                *(inert.markdown(text) for text in (one.model or "-", one.message)),
            ]
            for one in found
            if one.kind == kind
        ]
        title = f"<summary><code>{kind}</code>: {len(rows)}</summary>"
        lines += [
            "",
            f"<details>{title}",
            "",
            *table(["place", "model", "finding"], rows),
            "",
            "</details>",
        ]
    return lines


# --- files -----------------------------------------------------------------------------------------


def gate_schema() -> str:
    """Return the JSON Schema of what ``harness gate`` reports."""
    return json.dumps(json_schema(), indent=1) + "\n"


def between(text: str, name: str, lines: Sequence[str]) -> str:
    """Return a text with new lines between the marks of a name."""
    pattern = rf"(^[^\n]*generated: {name}\b[^\n]*\n).*?(^[^\n]*end of {name}\b)"
    new, count = re.subn(
        pattern, lambda m: f"{m[1]}{chr(10).join(lines)}\n{m[2]}", text, flags=re.M | re.S
    )
    if count != 1:
        raise SystemExit(f"{count} places marked 'generated: {name}', expected 1")
    return new


def contents() -> dict[Path, str]:
    """Return what every file with generated parts should hold."""
    index = scan(tasks_root(), tasks_root())
    parts: dict[str, dict[str, Callable[[], list[str]]]] = {
        "README.md": {"benchmarks in short": lambda: short_rows(index)},
        "docs/benchmarks.md": {
            "official scorers": lambda: parity_rows(index),
            "benchmarks": lambda: benchmark_rows(index),
            "judges": lambda: judge_rows(index.tasks.values(), by_benchmark=True),
        },
        "docs/statistics.md": {"metrics": metric_rows},
        "docs/adapters.md": {"models": model_rows},
        "docs/cli.md": {"formats": format_rows},
        "docs/leaderboards.md": {"findings": finding_rows},
        "pyproject.toml": {
            "entry points": entry_points,
            "adapters": adapter_modules,
            "tasks": lambda: benchmark_modules(index),
        },
    }
    for name, entries in cards(index).items():
        parts[name] = {"judges": functools.partial(judge_rows, entries, by_benchmark=False)}
    found = {INDEX_FILE: render_index(index), SCHEMA_FILE: gate_schema()}
    for name, made in parts.items():
        text = (ROOT / name).read_text(encoding="utf-8")
        for part, lines in made.items():
            text = between(text, part, lines())
        found[ROOT / name] = text
    return found


def main() -> int:
    """Write the files, or name those that are out of date."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--check", action="store_true", help="write nothing, exit 1 if out of date")
    check = parser.parse_args().check
    made = contents()
    stale = [path for path, text in made.items() if path.read_text(encoding="utf-8") != text]
    for path in stale:
        name = path.relative_to(ROOT).as_posix()
        print(f"{name} is out of date: run make refresh" if check else f"wrote {name}")
        if not check:
            path.write_text(made[path], encoding="utf-8")
    return int(check and bool(stale))


if __name__ == "__main__":
    sys.exit(main())
