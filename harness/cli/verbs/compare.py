"""``harness compare A B…`` and ``harness trend RUN…``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from harness.cli import options
from harness.cli.app import app
from harness.errors import UnknownNameError, UsageError
from harness.report.output import say, say_json, say_text

if TYPE_CHECKING:
    from harness.comparison.two_runs.result import Comparison

_COMPARE = ("text", "md", "json", "html")
_TREND = ("text", "md", "csv", "json", "svg")


_Output = Annotated[
    Path | None,
    typer.Option(
        "--output",
        "-o",
        metavar="FILE",
        help="Write here, not to stdout.",
        callback=options.check_output,
    ),
]


@app.command()
def compare(
    runs: Annotated[
        list[Path],
        typer.Argument(
            metavar="A B…", help="Run directories; every further one is compared with A."
        ),
    ],
    tasks: options.Tasks = None,
    alpha: Annotated[
        float, typer.Option(min=0.0001, max=0.5, help="Level of the tests after Holm's adjustment.")
    ] = 0.05,
    control: Annotated[
        bool,
        typer.Option(
            "--control",
            help="B is a run of A's model without audio: what is right without listening.",
        ),
    ] = False,
    items: Annotated[
        int, typer.Option(min=0, help="Lost and gained items shown of each task (text, md).")
    ] = 5,
    output: _Output = None,
    form: Annotated[
        str | None,
        typer.Option("--format", help="text, md, json or html (default: by FILE, else text)."),
    ] = None,
    include_path: options.IncludePath = None,
    trust_task_code: options.Trust = None,
    as_json: options.Json = False,
) -> None:
    """Show what differs between runs. Numbers, signatures, lost and gained items, and whether the engine is the same."""
    import json

    import harness

    if len(runs) < 2:
        raise UsageError("two runs or more are compared", hint="harness compare A B")
    shape = _shape("json" if as_json else form, output, _COMPARE)
    if control:
        _listening(runs, _split(tasks), shape, items, output)
        return
    if shape == "html" and len(runs) > 2:
        raise UsageError("an HTML page holds one comparison", hint="name two runs")
    found = [
        harness.compare(
            runs[0],
            other,
            tasks=_split(tasks),
            alpha=alpha,
            include_path=include_path or (),
            trust_task_code=bool(trust_task_code),
        )
        for other in runs[1:]
    ]
    if shape == "json":
        plain = [one.to_json() for one in found]
        text = json.dumps(plain[0] if len(plain) == 1 else plain, ensure_ascii=False)
    else:
        text = "\n".join(_written(one, shape, items) for one in found)
    _put(text, output)


def _listening(
    runs: list[Path], tasks: list[str] | None, shape: str, items: int, output: Path | None
) -> None:
    """Write what is right without listening."""
    import json

    from harness.report.unheard import listening
    from harness.run.reader import read_run

    if len(runs) != 2 or shape not in ("text", "json"):
        raise UsageError(
            "one run and one without audio are set against each other, as text or JSON",
            where="--control",
            hint="harness compare RUN RUN_WITHOUT_AUDIO --control",
        )
    found = listening(read_run(runs[0]), read_run(runs[1]), tasks)
    plain = json.dumps(found.to_json(), ensure_ascii=False)
    _put(plain if shape == "json" else "\n".join(found.lines(items)), output)


def _written(found: Comparison, shape: str, items: int) -> str:
    if shape == "html":
        return found.to_html()
    return found.to_markdown(items=items) if shape == "md" else found.to_text(items=items)


@app.command()
def trend(
    runs: Annotated[
        list[Path], typer.Argument(metavar="RUN…", help="Run directories, in order of the series.")
    ],
    tasks: options.Tasks = None,
    metric: Annotated[
        list[str] | None, typer.Option("--metric", help="Only these metrics; repeatable.")
    ] = None,
    reading: Annotated[str, typer.Option(help="strict or official.")] = "strict",
    output: _Output = None,
    form: Annotated[
        str | None,
        typer.Option("--format", help="text, md, csv, json or svg (default: by FILE, else text)."),
    ] = None,
    include_path: options.IncludePath = None,
    trust_task_code: options.Trust = None,
    as_json: options.Json = False,
) -> None:
    """Follow metrics over runs, such as checkpoints of a training. Table, intervals, plot."""
    import harness
    from harness.types import READINGS

    shape = _shape("json" if as_json else form, output, _TREND)
    if reading not in READINGS:
        raise UnknownNameError("reading", reading, READINGS, hint=f"known: {', '.join(READINGS)}")
    found = harness.trend(
        runs,
        tasks=_split(tasks),
        metrics=metric or None,
        reading="official" if reading == "official" else "strict",
        include_path=include_path or (),
        trust_task_code=bool(trust_task_code),
    )
    if shape == "json" and output is None:
        say_json(found.to_json())
        return
    if shape == "json":
        import json

        text = json.dumps(found.to_json(), ensure_ascii=False, indent=2)
    else:
        forms = {"text": found.to_text, "md": found.to_markdown, "csv": found.to_csv}
        text = found.to_svg() if shape == "svg" else forms[shape]()
    _put(text, output)


def _split(tasks: list[str] | None) -> list[str] | None:
    return [part for item in tasks or [] for part in item.split(",")] or None


def _shape(form: str | None, output: Path | None, known: tuple[str, ...]) -> str:
    suffix = output.suffix.lstrip(".") if output is not None else ""
    shape = form or {"txt": "text"}.get(suffix, suffix) or known[0]
    if shape not in known:
        raise UnknownNameError("format", shape, known, hint=f"--format: {', '.join(known)}")
    return shape


def _put(text: str, output: Path | None) -> None:
    """Print text, or write it into a file."""
    if output is None:
        say_text(text.rstrip("\n"))
        return
    from harness.run.jsonl import write_atomically

    write_atomically(output, [f"{text.rstrip(chr(10))}\n".encode()])
    say(f"wrote {output}", err=True)
