"""``harness leaderboard RUN…``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from harness.cli import options
from harness.cli.app import app
from harness.errors import EXIT_FOUND, EXIT_OK, UnknownNameError, UsageError
from harness.report.output import say, say_json, say_lines
from harness.run.process.output import standard_output
from leaderboards.renderers import DEFAULT, names, renderer

_FORMATS = names()  # annotations are evaluated anew by every command


@app.command()
def leaderboard(
    runs: Annotated[
        list[Path] | None,
        typer.Argument(metavar="RUN…", help="Run directories; none for published results alone."),
    ] = None,
    published: Annotated[
        bool, typer.Option("--published", help="Show published results, quoted and unranked.")
    ] = False,
    rows: Annotated[
        list[Path] | None,
        typer.Option(
            "--rows", metavar="PATH", help="Published results of your own (YAML); repeatable."
        ),
    ] = None,
    suite: Annotated[
        str | None,
        typer.Option("--suite", metavar="NAME", help="Overall page of a suite: lalm-7."),
    ] = None,
    common_subset: Annotated[
        bool,
        typer.Option("--common-subset", help="Compare incomplete runs on what all of them have."),
    ] = False,
    rank_by: Annotated[
        str,
        typer.Option(
            "--rank-by",
            metavar="score|gain",
            help="gain: rank by what audio is worth, against runs of --control no-audio.",
        ),
    ] = "score",
    output: Annotated[
        Path | None,
        typer.Option(
            "--output",
            "-o",
            metavar="FILE",
            help="Write here, not to stdout.",
            callback=options.check_output,
        ),
    ] = None,
    update: Annotated[
        Path | None,
        typer.Option(
            "--update", metavar="FILE", help="Renew the Markdown between the marks of FILE."
        ),
    ] = None,
    form: Annotated[
        str | None,
        typer.Option(
            "--format", help=f"{_FORMATS} (default: by the suffix of FILE, else {DEFAULT})."
        ),
    ] = None,
    title: Annotated[str, typer.Option(help="Heading of the page.")] = "Leaderboard",
    lint: Annotated[
        bool,
        typer.Option("--lint", help="Examine published results instead; exit 1 with findings."),
    ] = False,
    include_path: options.IncludePath = None,
    trust_task_code: options.Trust = None,
    as_json: options.Json = False,
) -> int:
    """Print tables of several runs. Ranks, intervals, coverage, signatures, and published results next to them."""
    if lint:
        return _lint(rows or [], as_json=as_json)
    import harness

    quoted = published or bool(rows)
    if not runs and not quoted:
        raise UsageError(
            "no run is given", hint="harness leaderboard RUN…, or --published for published results"
        )
    if update is not None and (output is not None or as_json or form not in (None, "md")):
        raise UsageError("--update writes Markdown into FILE: it takes no -o, --json or --format")
    if rank_by not in ("score", "gain"):
        raise UnknownNameError(
            "rank", rank_by, ("score", "gain"), hint="--rank-by score or --rank-by gain"
        )
    suffix = output.suffix.lstrip(".") if output else ""
    render = renderer("json" if as_json else form or suffix or DEFAULT)
    opened = [harness.load_run(path) for path in runs or []]
    for run in opened:
        if (warning := run.view.stale(thorough=False)) is not None:
            say(f"warning: {warning}", err=True)
    board = harness.leaderboard(
        opened,
        published=published,
        rows=rows or (),
        suite=suite,
        common_subset=common_subset,
        rank_by="gain" if rank_by == "gain" else "score",
        include_path=include_path or (),
        trust_task_code=bool(trust_task_code),
    )
    text = render(board, title=title)
    if update is not None:
        from harness.report.marked import update as renew

        body = text.partition("\n")[2]  # the page that FILE is has a heading of its own
        changed = renew(update, "leaderboard", body)
        say(f"updated {update}" if changed else f"{update} is up to date", err=True)
    elif output is None:
        typer.echo(text.rstrip("\n"), standard_output())  # the renderers clean what they write
    else:
        from harness.run.jsonl import write_atomically

        write_atomically(output, [text.encode("utf-8")])
        say(f"wrote {output}", err=True)
    return EXIT_OK


def _lint(rows: list[Path], *, as_json: bool) -> int:
    """Print what cannot be right about published results."""
    from dataclasses import asdict

    from leaderboards.published.lint import by_kind
    from leaderboards.published.lint import lint as examine
    from leaderboards.published.rows import read_tables, shipped_tables

    tables = read_tables(rows) if rows else shipped_tables()
    found = examine(tables)
    count = sum(len(table.rows) for table in tables)
    if as_json:
        say_json({"rows": count, "findings": [asdict(finding) for finding in found]})
    else:
        kinds = ", ".join(f"{kind} {number}" for kind, number in by_kind(found).items())
        tail = f": {kinds}" if kinds else ""
        say_lines(
            [*(finding.line() for finding in found), f"{count} rows, {len(found)} findings{tail}"]
        )
    return EXIT_FOUND if found else EXIT_OK
