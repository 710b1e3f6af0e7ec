"""The score table of a run, for a terminal or as plain lines.

Fractions are shown as percentages, WER, CER and PER too; absolute errors and judge scores in their own unit (``unit``
in ``metrics.registry``). Every
value comes with its interval, its denominator and the shares of unparsed, refused and failed items.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TextIO

from harness.core import inert
from harness.core.generation import was_sampled
from harness.judge.correction import correction_lines, read_corrections
from harness.report.speed import speed_lines
from harness.report.varied import variation_lines
from harness.task_loading.availability import by_benchmark
from leaderboards.cards.measured import Compared, compared
from metrics.registry import find

_UNBOUNDED = 10_000


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the score table, as text."""

    task: str
    metric: str
    reading: str
    value: str
    interval: str
    n: str
    notes: str


def format_value(metric: str, value: float | None) -> str:
    """Format a value in the unit people read.

    >>> format_value("accuracy", 0.7057), format_value("mae", 3.5), format_value("wer", None)
    ('70.57%', '3.50', '-')
    """
    if value is None:
        return "-"
    return f"{100 * value:.2f}%" if find(metric).is_percent else f"{value:.2f}"


def format_interval(metric: str, interval: list[float | None] | None) -> str:
    """Format a 95 % interval in the same unit; nothing without an interval."""
    if not interval or None in interval:
        return ""
    low, high = interval
    return f"[{format_value(metric, low).rstrip('%')}, {format_value(metric, high).rstrip('%')}]"


def arrow(higher_is_better: bool) -> str:
    """Return the direction of a metric."""
    return "↑" if higher_is_better else "↓"


def rows(results: Mapping[str, Any]) -> Iterator[Row]:
    """Yield the lines of the table in the order of tasks and metrics, official before strict."""
    for task, entry in results["tasks"].items():
        share = notes_of(entry)
        if not entry["metrics"]:
            left_out = "no reading counts an item"
            yield Row(
                task,
                "-",
                "-",
                "-",
                "",
                f"0/{times(entry)}",
                ", ".join(filter(None, (share, left_out))),
            )
        for metric, readings in entry["metrics"].items():
            direction = arrow(find(metric).higher_is_better)
            for reading, value in readings.items():
                notes = [share] if share else []
                if value["unparsed"]:
                    notes.insert(0, f"unparsed {value['unparsed']}")
                if not value["complete"]:
                    notes.append("incomplete")
                notes += [] if "variations" in entry else repeat_notes(metric, value)
                notes += [value["note"]] if "note" in value else []
                yield Row(
                    task,
                    f"{metric} {direction}",
                    reading,
                    format_value(metric, value["value"]),
                    format_interval(metric, value["ci95"]),
                    f"{value['n']}/{times(entry)}",
                    ", ".join(notes),
                )


def times(entry: Mapping[str, Any]) -> str:
    """Return the number of items of a task, and how often each was asked.

    >>> times({"n": 12}), times({"n": 12, "repeats": 4})
    ('12', '12x4')
    """
    return f"{entry['n']}x{entry['repeats']}" if "repeats" in entry else str(entry["n"])


def repeat_notes(metric: str, value: Mapping[str, Any]) -> list[str]:
    """Describe the repeats: pass@k for the largest k, and the spread within items."""
    found = value.get("repeats")
    if not found:
        return []
    notes = [
        f"pass@{k} {format_value(metric, one['value'])}"
        for k, one in [*found["pass_at"].items()][-1:]
        if int(k) > 1
    ]
    if found["within_item_variance"] is not None:
        notes.append(f"variance within items {found['within_item_variance']:.3g}")
    return notes


def notes_of(entry: Mapping[str, Any]) -> str:
    """Describe outcomes that are not plain answers, and items that did not run, of one task."""
    notes = [
        f"{name} {entry['outcomes'][name]}"
        for name in ("empty", "refused", "truncated", "error")
        if entry["outcomes"][name]
    ]
    if entry["missing"]:
        notes.append(f"not run {entry['missing']}")
    if entry["unjudged"]:
        notes.append(f"not judged {entry['unjudged']}")
    if entry["absent"]:
        notes.append(f"audio absent {entry['absent']}")
    return ", ".join(notes)


def print_results(
    results: Mapping[str, Any],
    manifest: Mapping[str, Any],
    stream: TextIO,
    *,
    plain: bool,
    root: Path | None = None,
) -> None:
    """Print the score table and what it depends on; of a run directory also values that people corrected."""
    table = list(rows(results))
    if not table:
        print("no item has a score yet", file=stream)
    elif plain or not _print_rich(table, manifest, stream):
        _print_plain(table, stream)
    corrected = read_corrections(root, results) if root is not None else []
    speeds = speed_lines(root, manifest) if root is not None else ()
    for line in (*footnotes(results, manifest), *speeds, *correction_lines(corrected)):
        print(inert.line(line), file=stream)


def card_lines(found: Iterable[Compared]) -> Iterator[str]:
    """Yield measured values next to those of the model card that planned the run."""
    named = ""
    for one in found:
        if one.card != named:
            named = one.card
            yield f"card {one.card}: measured next to what is reported of {one.model}"
        measured = format_value(one.metric, one.measured)
        interval = format_interval(one.metric, list(one.ci95) if one.ci95 else None)
        reported = "no value is sourced"
        if one.reported is not None:
            where = {True: ", inside", False: ", outside", None: ""}[one.inside]
            reported = f"reported {format_value(one.metric, one.reported)}{where}"
        yield f"  {one.task} {one.metric} {one.reading}: {f'{measured} {interval}'.strip()}; {reported} ({one.differs})"


def footnotes(results: Mapping[str, Any], manifest: Mapping[str, Any]) -> Iterator[str]:
    """Yield what the reader must know with the numbers: judge, partial runs, native aggregates."""
    absent = [
        f"{name} ({', '.join(entry['judged_metrics'])})"
        for name, entry in manifest["tasks"].items()
        if entry["judged_metrics"]
    ]
    if results["judge"] == "none" and absent:
        yield f"no judge: judged metrics are absent in {', '.join(absent)}"
    alike = [
        name
        for name, entry in manifest["tasks"].items()
        if "repeats" in entry
        and not was_sampled(entry["generation"])
        and not {"permute", "paraphrases"} & entry.keys()
    ]
    if alike and manifest["model"]["adapter"] != "baseline":
        names = ", ".join(alike)
        yield f"greedy: repeats of {names} differ only where the model is not deterministic"
    if any("variations" in entry for entry in results["tasks"].values()):
        yield from variation_lines(results, manifest)
    yield from _judge_lines(results)
    yield from _panel_lines(results.get("judge_panel", {}))
    if (shard := manifest.get("shard")) is not None:
        yield f"shard {shard['index']}/{shard['of']}: a part of a run; what the other shards ask counts as not run"
    if "continued" in manifest:
        others = ", ".join(entry["harness_version"] for entry in manifest["continued"])
        yield f"begun by harness {manifest['harness_version']}, continued by {others}"
    for _, line in by_benchmark(manifest.get("left_out", ())):
        yield f"left out: {line}"
    for name, entry in results["tasks"].items():
        declared = manifest["tasks"][name]
        yield from sample_lines(name, declared["judge"])
        if entry["n"] < declared["items_total"]:
            lost = without_audio(declared["absent"], declared["data"].get("absent", ()))
            yield f"partial: {name} ran {entry['n']} of {declared['items_total']} items{lost}"
        yield from _reasoning_lines(name, entry.get("reasoning"))
        if "lacking" in entry:
            yield f"not complete: {entry['lacking']}"
        for warning in declared["data"]["warnings"]:
            yield f"data: {name}: {warning}"
    yield from card_lines(compared(results, manifest))
    for name, benchmark in results["benchmarks"].items():
        native = benchmark["native"]
        yield from _relative_lines(name, benchmark.get("relative"))
        for prefix in ("", "second_"):
            headline = native.get(f"{prefix}headline")
            value = headline_value(native, headline)
            if value is not None:
                state = "" if native.get(f"{prefix}complete") else " (not complete)"
                metric = native.get(f"{prefix}metric", "")
                yield f"{name}: {headline} {value} {native['unit']}{state}, {metric}"


def without_audio(count: int, ids: Sequence[Any]) -> str:
    """Return which items had no clip, ``ids`` being the first of them; empty where that is not known.

    >>> without_audio(1, ["s3"]), without_audio(9, ["a", "b"]), without_audio(3, [])
    (' (audio absent of s3)', ' (audio absent of a, b and 7 more)', '')
    """
    if not ids:
        return ""
    more = f" and {count - len(ids)} more" if count > len(ids) else ""
    return f" (audio absent of {', '.join(map(str, ids))}{more})"


def headline_value(native: Mapping[str, Any], headline: Any) -> float | None:
    """Return the value of a headline of a benchmark's own aggregate, ``None`` if it has none."""
    found = native["scores"].get(headline) if isinstance(headline, str) else None
    return None if found is None else found["value"]


def _judge_lines(results: Mapping[str, Any]) -> Iterator[str]:
    """Yield which judges graded, and how well they did on items with a known grade."""
    tested: dict[str, list[Mapping[str, Any]]] = {}
    for found in results.get("judge_health", {}).values():
        tested.setdefault(found["judge"], []).append(found)
    for judge, parts in tested.items():
        agreed, count = (sum(part[key] for part in parts) for key in ("agreed", "n"))
        wrong = sorted({item["id"] for part in parts for item in part["wrong"]})
        line = f"judge {judge}: right about {agreed} of {count} items with a known grade"
        yield f"{line} (wrong about {', '.join(wrong)})" if wrong else line


def _panel_lines(panels: Mapping[str, Any]) -> Iterator[str]:
    """Yield how far the judges of panels are of one mind, and how each agrees with its panel.

    >>> judge = {"n": 4, "equal": 0.75, "kappa": 0.5, "ci95": None, "difference": 0.25}
    >>> found = {"rule": "majority", "n": 4, "split": 1, "judges": {"a@sakura.2#12": judge}}
    >>> for line in _panel_lines({"t": {"metrics": {"accuracy": found}}}):
    ...     print(line)
    panel: t: accuracy by majority: judges differ about 1 of 4 replies (25.0 %)
    panel: t: accuracy: a is of the panel's mind about 75.0 % (kappa 0.50), mean +0.250
    """
    for name, panel in panels.items():
        for metric, found in panel["metrics"].items():
            share = 100 * found["split"] / found["n"]
            about = f"judges differ about {found['split']} of {found['n']} replies ({share:.1f} %)"
            yield f"panel: {name}: {metric} by {found['rule']}: {about}"
            for judge, one in found["judges"].items():
                kappa = "not defined" if one["kappa"] is None else f"{one['kappa']:.2f}"
                yield (
                    f"panel: {name}: {metric}: {judge.partition('@')[0]} is of the panel's mind about "
                    f"{100 * one['equal']:.1f} % (kappa {kappa}), mean {one['difference']:+.3f}"
                )


def sample_lines(name: str, judge: Mapping[str, Any] | None) -> Iterator[str]:
    """Yield how much wider intervals are for a sample of judged items.

    >>> list(sample_lines("t", {"sample": {"n": 100, "of": 400, "seed": 1, "last": "f"}}))
    ['judged: t: a sample of 100 of 400 items; intervals of judged values are about 2.0 times as wide as with all']
    """
    sample = (judge or {}).get("sample")
    if sample is not None:
        wider = (sample["of"] / sample["n"]) ** 0.5
        yield (
            f"judged: {name}: a sample of {sample['n']} of {sample['of']} items; "
            f"intervals of judged values are about {wider:.1f} times as wide as with all"
        )


def _reasoning_lines(name: str, found: Mapping[str, int] | None) -> Iterator[str]:
    """Yield how often reasoning changed what is scored.

    >>> list(_reasoning_lines("t", {"alone": 2, "marked": 0}))
    ['reasoning: t: 2 replies are reasoning without an answer, scored as empty; a higher --gen-kwargs max_gen_toks may help']
    """
    alone, marked = (found["alone"], found["marked"]) if found else (0, 0)
    if alone:
        are = "reply is" if alone == 1 else "replies are"
        yield (
            f"reasoning: {name}: {alone} {are} reasoning without an answer, scored as empty; "
            "a higher --gen-kwargs max_gen_toks may help"
        )
    if marked:
        hold = "reply holds" if marked == 1 else "replies hold"
        yield f"reasoning: {name}: {marked} {hold} marks of reasoning, scored as part of the answer"


def _relative_lines(name: str, relative: Mapping[str, Any] | None) -> Iterator[str]:
    for key in ("forgetting_rate", "gain"):
        value = (relative or {}).get(key)
        if relative is not None and value is not None:
            yield f"{name}: {key} {value:+.2f} % against {relative['reference']}"


def _print_plain(table: list[Row], stream: TextIO) -> None:
    header = Row("task", "metric", "reading", "value", "95% interval", "n", "notes")
    lines = [header, *table]
    names = ("task", "metric", "reading", "value", "interval", "n", "notes")
    widths = {name: max(len(getattr(row, name)) for row in lines) for name in names}
    for row in lines:
        cells = [getattr(row, name).ljust(widths[name]) for name in names]
        print(inert.line("  ".join(cells).rstrip()), file=stream)


def _print_rich(table: list[Row], manifest: Mapping[str, Any], stream: TextIO) -> bool:
    """Print the table if the terminal is wide enough and return whether it was; a table that cuts numbers is not printed."""
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    shown = Table(
        title=escape(inert.line(f"{manifest['name']} · {manifest['model']['spec']}")),
        title_justify="left",
    )
    for name, justify in (
        ("task", "left"),
        ("metric", "left"),
        ("reading", "left"),
        ("value", "right"),
        ("95% interval", "right"),
        ("n", "right"),
        ("notes", "left"),
    ):
        shown.add_column(name, justify=justify)  # type: ignore[arg-type]
    last = None
    for row in table:
        if last is not None and row.task != last:
            shown.add_section()
        task = "" if row.task == last else row.task
        shown.add_row(
            escape(inert.line(task)),
            escape(inert.line(row.metric)),
            row.reading,
            f"[bold]{row.value}[/bold]",
            escape(row.interval),
            row.n,
            escape(inert.line(row.notes)),
        )
        last = row.task
    console = Console(file=stream)
    wide = console.options.update(max_width=_UNBOUNDED)
    if console.measure(shown, options=wide).maximum > console.width:
        return False
    console.print(shown)
    return True
