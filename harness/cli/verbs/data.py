"""``harness data get BENCHMARK`` and ``harness data check BENCHMARK``."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from harness.cli import options
from harness.cli.app import data_app
from harness.report import output
from harness.report.output import say_json

if TYPE_CHECKING:
    from harness.data.check import Report
    from harness.data.get import Part
    from tasks._shared.source import Source

Benchmark = Annotated[str, typer.Argument(metavar="BENCHMARK", help="Name of a benchmark.")]
Json = Annotated[bool, typer.Option("--json", help="One JSON object on standard output.")]


@data_app.command("get")
def get(
    benchmark: Benchmark,
    to: Annotated[
        Path | None,
        typer.Option(
            "--to", metavar="FOLDER", help="Default: HARNESS_DATA/BENCHMARK, else data/BENCHMARK."
        ),
    ] = None,
    tasks: options.Tasks = None,
    revision: Annotated[
        str | None,
        typer.Option("--revision", metavar="COMMIT", help="Branch, tag or commit of the hub."),
    ] = None,
    plain: options.Plain = False,
    as_json: Json = False,
    quiet: options.Quiet = False,
) -> int:
    """Fetch a benchmark's data, resumably, and examine it."""
    from harness.data import get as data_get
    from harness.data.check import check_copy, report_lines
    from harness.errors import EXIT_OK, UsageError
    from harness.task_loading.sources import benchmark_tasks, source_module
    from tasks._shared.scoring_models import MODELS

    if benchmark in MODELS:
        return _get_model(benchmark, to, revision or tasks, as_json=as_json, quiet=quiet)
    wanted, _ = benchmark_tasks(benchmark, tasks or [])
    module = source_module(benchmark)
    if module is None:
        raise UsageError(
            f"{benchmark} does not declare where its data comes from",
            hint=f"see tasks/{benchmark}/README.md",
        )
    source: Source = module.SOURCE
    say = _speaker(quiet=quiet, to_error=as_json)
    size = (
        "not documented" if source.megabytes is None else data_get.megabytes(source.megabytes * 1e6)
    )
    say(f"{benchmark}: complete download {size}")
    say(f"licence: {source.licence}")
    if source.packaged:
        say("the data is part of the harness; there is nothing to fetch")
        if as_json:
            say_json({"benchmark": benchmark, "packaged": True})
        return EXIT_OK
    folder = to or _default_folder(benchmark)
    parts = [
        data_get.resolve(files, revision, benchmark)
        for files in data_get.needed(source, [entry.task for entry in wanted])
    ]
    for part in parts:
        say(
            f"{part.repo} at {part.commit}: {len(part.files)} files,"
            f" {data_get.megabytes(part.size)} to {folder / part.folder}"
        )
    bars = not (options.use_plain(plain) or quiet or as_json) and sys.stderr.isatty()
    tell = _speaker(quiet=quiet, to_error=True)
    data_get.fetch(parts, folder, benchmark, tell, bars=bars)
    for number, step in enumerate(source.by_hand, start=1):
        say(f"still to do by hand, {number}: {step}")
    for note in source.notes:
        say(f"note: {note}")
    say(f"use it: harness evaluate MODEL -t {wanted[0].task} --data {benchmark}={folder}")
    report = check_copy(benchmark, folder, wanted)
    if as_json:
        say_json(_fetched(folder, parts, report))
    else:
        for line in report_lines(report):
            say(line)
    return report.exit_code


@data_app.command("check")
def check(
    benchmark: Benchmark,
    folder: Annotated[
        Path | None, typer.Argument(metavar="FOLDER", help="The copy; or use --data.")
    ] = None,
    data: options.Data = None,
    tasks: options.Tasks = None,
    deep: Annotated[
        bool, typer.Option("--deep", help="Decode every clip and compare the bytes of all clips.")
    ] = False,
    include_path: options.IncludePath = None,
    trust_task_code: options.Trust = None,
    as_json: Json = False,
    quiet: options.Quiet = False,
) -> int:
    """Examine a copy of a benchmark's data. Counts, duplicates, missing audio, gold answers; exit 0 fine, 1 findings, 4 data missing."""
    from harness.data.check import check_copy, report_lines
    from harness.errors import MissingDataError
    from harness.settings import parse_folders
    from harness.task_loading.sources import benchmark_tasks, source_module
    from harness.task_loading.specs import data_folder
    from tasks._shared.scoring_models import MODELS

    if benchmark in MODELS:
        return _check_model(benchmark, folder, parse_folders(data or []), as_json=as_json)
    wanted, others = benchmark_tasks(benchmark, tasks or [], tuple(include_path or ()))
    place = folder or data_folder(benchmark, parse_folders(data or []))
    module = source_module(benchmark)
    packaged = module is not None and module.SOURCE.packaged
    if place is None and not packaged:
        raise MissingDataError(
            f"no copy of {benchmark} is given",
            hint=f"harness data check {benchmark} FOLDER; to fetch one: harness data get {benchmark}",
        )
    if place is not None and not place.is_dir():
        raise MissingDataError("is not a folder", where=str(place))
    tell = _speaker(quiet=quiet or not deep, to_error=True)
    report = check_copy(
        benchmark,
        place,
        wanted,
        others,
        deep=deep,
        trusted=bool(trust_task_code),
        progress=lambda task: tell(f"{task} …"),
    )
    if as_json:
        say_json(report.as_json())
    elif not quiet:
        for line in report_lines(report):
            output.say(line)
    return report.exit_code


def _get_model(name: str, to: Path | None, given: object, *, as_json: bool, quiet: bool) -> int:
    """Fetch the files of a scoring model; their commit is pinned."""
    from harness.data.get import megabytes
    from harness.data.model import fetch_model
    from harness.errors import EXIT_OK, UsageError
    from tasks._shared.scoring_models import MODELS

    model = MODELS[name]
    if given:
        raise UsageError(
            f"{name} is a model at a pinned commit", hint="leave --revision and --tasks out"
        )
    folder = to or _default_folder(name)
    say = _speaker(quiet=quiet, to_error=as_json)
    say(f"{name}: {model.title}")
    say(f"licence: {model.licence}")
    say(f"{len(model.files)} files, {megabytes(model.size)}, from {model.address}")
    fetch_model(model, folder, _speaker(quiet=quiet, to_error=True))
    say(f"use it: harness score RUN_DIR --data {name}={folder}")
    if as_json:
        say_json({"model": name, "folder": str(folder), "source": model.address})
    return EXIT_OK


def _check_model(name: str, folder: Path | None, given: dict[str, Path], *, as_json: bool) -> int:
    """Say whether a folder holds the files of a scoring model."""
    from harness.errors import EXIT_OK, MissingDataError
    from harness.task_loading.specs import data_folder
    from tasks._shared.scoring_models import MODELS, wrong_file

    place = folder or data_folder(name, given)
    hint = f"harness data get {name} --to FOLDER"
    if place is None:
        raise MissingDataError(f"no copy of {name} is given", hint=hint)
    if problem := wrong_file(MODELS[name], place):
        raise MissingDataError(problem, hint=hint)
    line = f"{name}: {len(MODELS[name].files)} files, sha256 is right"
    output.say(json.dumps({"model": name, "folder": str(place), "ok": True}) if as_json else line)
    return EXIT_OK


def _speaker(*, quiet: bool, to_error: bool) -> Callable[[str], None]:
    def say(line: str) -> None:
        if not quiet:
            output.say(line, err=to_error)

    return say


def _default_folder(benchmark: str) -> Path:
    from tasks._shared.scoring_models import DATA_ROOT_VARIABLE

    return Path(os.environ.get(DATA_ROOT_VARIABLE) or "data") / benchmark


def _fetched(folder: Path, parts: list[Part], report: Report) -> dict[str, object]:
    sources = [
        {"repo": part.repo, "revision": part.commit, "files": len(part.files), "bytes": part.size}
        for part in parts
    ]
    return {**report.as_json(), "folder": str(folder), "sources": sources}
