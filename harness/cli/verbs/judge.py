"""``harness judge show TASK``, ``calibrate LABELS.jsonl``, ``compare RUN…`` and ``bridge RUN…``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from harness.cli import options
from harness.cli.app import judge_app
from harness.errors import EXIT_FOUND, EXIT_OK, UsageError
from harness.report.output import say, say_json, say_lines

Json = Annotated[bool, typer.Option("--json", help="One JSON object on standard output.")]


@judge_app.command("show")
def show(
    task: Annotated[str, typer.Argument(metavar="TASK", help="A judged task.")],
    response: Annotated[
        str | None, typer.Option("--response", metavar="TEXT", help="The reply under judgement.")
    ] = None,
    judge: options.Judge = None,
    judge_args: options.JudgeArgs = None,
    judge_prompt: options.JudgePrompt = None,
    data: options.Data = None,
    revision: options.Revision = None,
    include_path: options.IncludePath = None,
    trust_task_code: options.Trust = None,
    as_json: Json = False,
) -> None:
    """Print what a task's judge is asked. Rendered for a real item; nothing is sent."""
    from harness.judge.show import show as render
    from harness.settings import merge

    flags = {
        "model": "stored",
        "tasks": (task,),
        **options.JudgeFlags(judge, judge_args, judge_prompt=judge_prompt).settings(),
        **options.DataFlags(data, revision, include_path, trust_task_code).settings(),
    }
    shown = render(merge(flags, {}), response)
    if as_json:
        say_json(shown.as_json())
    else:
        say_lines(shown.lines())


@judge_app.command("calibrate")
def calibrate(
    labels: Annotated[
        Path,
        typer.Argument(
            metavar="LABELS.jsonl", help="Records with human labels and judge grades or replies."
        ),
    ],
    task: Annotated[
        str | None, typer.Option("--task", help="Task whose parser reads raw judge replies.")
    ] = None,
    run: Annotated[
        list[Path] | None,
        typer.Option("--run", metavar="RUN_DIR", help="Take grades from this run; repeatable."),
    ] = None,
    human_field: Annotated[str, typer.Option(help="Field of the human label.")] = "human",
    min_kappa: Annotated[
        float | None,
        typer.Option(min=-1.0, max=1.0, help="Exit 1 if a judge's kappa is below this."),
    ] = None,
    correct: Annotated[
        bool,
        typer.Option(
            "--correct",
            help="Correct the judged values of the one --run by the labels, and keep them.",
        ),
    ] = False,
    width: Annotated[
        float | None,
        typer.Option(
            "--width",
            min=0.0001,
            callback=options.finite,
            help="With --correct: count the labels for an interval this wide.",
        ),
    ] = None,
    include_path: options.IncludePath = None,
    trust_task_code: options.Trust = None,
    as_json: Json = False,
) -> int:
    """Compare judges with people and with each other. Kappa, confusion, bias by length."""
    from harness.judge import calibration as c

    if correct:
        if not run or len(run) != 1:
            raise UsageError("one run is corrected", where="--run")
        return _correct(labels, run[0], human_field, width, as_json=as_json)
    if width is not None:
        raise UsageError("is for --correct", where="--width")
    reader = c.labels_task(task, include_path or (), trusted=bool(trust_task_code))
    found = c.calibrate(c.read_labels(labels, reader, run or [], human_field))
    below = found.below(min_kappa) if min_kappa is not None else []
    if as_json:
        say_json({**found.as_json(), "below": below})
    else:
        say_lines(c.lines(found))
    if below:
        say(f"below kappa {min_kappa:g}: {', '.join(below)}", err=True)
        return EXIT_FOUND
    return EXIT_OK


@judge_app.command("compare")
def compare(
    runs: Annotated[
        list[Path], typer.Argument(metavar="RUN_DIR…", help="Runs with the same replies, judged.")
    ],
    as_json: Json = False,
) -> None:
    """Compare judges of the same replies with each other. Kappa and confusion for every pair."""
    from harness.judge.bridge import comparison as c

    found = c.compare(runs)
    if as_json:
        say_json(c.comparison_json(found))
    else:
        say_lines(c.comparison_lines(found))


@judge_app.command("bridge")
def bridge(
    runs: Annotated[
        list[Path],
        typer.Argument(
            metavar="RUN_DIR…", help="Runs with replies of the official judge and of a new one."
        ),
    ],
    output: Annotated[
        Path,
        typer.Option(
            "-o",
            "--output-path",
            metavar="FILE",
            help="The bridge, for -J bridge=FILE.",
            callback=options.check_output,
        ),
    ],
    new: Annotated[
        str | None,
        typer.Option("--new", metavar="MODEL", help="The new judge, where the runs know several."),
    ] = None,
    as_json: Json = False,
) -> int:
    """Fit what a new judge's grades say of the official judge's. Agreement, bias, range of models."""
    from datetime import UTC, datetime

    from harness import __version__
    from harness.judge.bridge import fit as f
    from harness.judge.bridge.tables import write_bridge

    made = datetime.now(UTC).date().isoformat()
    found = f.fit(runs, new, made=made)
    write_bridge(output, found, made=made, version=__version__)
    useless = [
        f"{task} {metric} ({reading})"
        for task, entry in found.items()
        for metric, readings in entry["metrics"].items()
        for reading, table in readings.items()
        if table["useless"] is not None
    ]
    if as_json:
        say_json({"tasks": found, "refused": useless})
    else:
        say_lines(f.lines(found))
        say(f"wrote {output}")
    if useless:
        say(f"no bridge for {', '.join(useless)}", err=True)
        return EXIT_FOUND
    return EXIT_OK


def _correct(labels: Path, run: Path, human: str, width: float | None, *, as_json: bool) -> int:
    from harness.judge import correction as c
    from harness.run.reader import read_run

    view = read_run(run)
    found = c.correct(labels, view, human=human, width=width)
    path = c.write_corrections(view, found)
    if as_json:
        say_json({"corrected": [one.as_json() for one in found]})
        return EXIT_OK
    say_lines(c.correction_lines([one.as_json() for one in found]))
    if width is not None:
        say_lines(
            f"labels for an interval of {width:g}: {one.task} {one.needed or 'more judged items are needed too'}"
            for one in found
        )
    say(f"wrote {path}")
    return EXIT_OK
