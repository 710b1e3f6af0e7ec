"""``harness score TASK FILE -o RUN_DIR`` and ``harness score RUN_DIR``."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from harness.cli import options
from harness.cli.app import app
from harness.errors import UsageError


@app.command()
def score(
    target: Annotated[
        str, typer.Argument(metavar="TASK|RUN_DIR", help="A task, or a run directory.")
    ],
    file: Annotated[
        Path | None,
        typer.Argument(metavar="FILE", help="Stored responses: JSON array or JSONL, plain or .gz."),
    ] = None,
    output_path: options.OutputPath = None,
    response_field: Annotated[str, typer.Option(help="Field of the response.")] = "response",
    doc_field: Annotated[str, typer.Option(help="Field of the document.")] = "doc",
    id_field: Annotated[str, typer.Option(help="Field of the id.")] = "id",
    judge_field: Annotated[
        str, typer.Option(help="Field of stored judge replies: text or a list of votes.")
    ] = "judge_reply",
    clean: Annotated[str, typer.Option(help="Declared cleaning of the responses.")] = "none",
    name: options.Name = None,
    data: options.Data = None,
    revision: options.Revision = None,
    include_path: options.IncludePath = None,
    trust_task_code: options.Trust = None,
    judge: options.Judge = None,
    judge_args: options.JudgeArgs = None,
    judge_budget: options.JudgeBudget = None,
    judge_cache: options.JudgeCache = None,
    judge_prompt: options.JudgePrompt = None,
    rejudge: Annotated[
        bool, typer.Option("--rejudge", help="Let another judge look at a run directory.")
    ] = False,
    max_errors: options.MaxErrors = None,
    reference: options.Reference = None,
    plain: options.Plain = False,
    as_json: options.Json = False,
    quiet: options.Quiet = False,
) -> int:
    """Score stored responses without a model, or re-score a run directory."""
    from harness import settings as s
    from harness.core.stored_replies import Fields
    from harness.evaluation.stored import score_directory, score_file
    from harness.run.progress import choose_style

    if file is None and not Path(target).is_dir():
        raise UsageError(
            f"{target!r} is not a run directory",
            hint="harness score TASK FILE -o RUN_DIR scores stored responses",
        )
    if file is not None and output_path is None:
        raise UsageError("-o RUN_DIR is missing", hint=f"harness score {target} {file} -o RUN_DIR")
    if file is None and output_path is not None and output_path != Path(target):
        raise UsageError("a run directory is re-scored in place", where="-o", hint="leave -o out")
    settings = s.merge(
        options.given(
            model="stored",
            tasks=(target,),
            output_path=output_path if file is not None else Path(target),
            name=name,
            data=s.parse_folders(data or []),
            revision=s.parse_pairs(revision or [], "--revision"),
            include_path=tuple(include_path) if include_path else None,
            trust_task_code=trust_task_code,
            judge=judge,
            judge_args=s.parse_pairs(judge_args or [], "-J"),
            judge_budget=judge_budget,
            judge_cache=judge_cache,
            judge_prompt=judge_prompt,
            rejudge=rejudge or None,
            max_errors=max_errors,
            reference=reference,
        ),
        {},
    )
    s.parse_max_errors(settings.max_errors, 0)
    style = choose_style(plain=plain, quiet=quiet)
    if file is None:
        ended = score_directory(settings, style)
    else:
        fields = Fields(response_field, doc_field, id_field, judge_field)
        ended = score_file(settings, file, fields, clean, sys.argv, style)
    return options.report(ended, settings.output_path, plain=plain, as_json=as_json, quiet=quiet)
