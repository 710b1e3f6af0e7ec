"""``harness evaluate MODEL -t TASKS -o RUN_DIR``."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated

import typer

from harness.cli import options
from harness.cli.app import app


@app.command()
def evaluate(
    model: Annotated[
        str | None,
        typer.Argument(
            help="Checkpoint folder, hub id, or adapter:target (see: harness models list).",
            show_default=False,
        ),
    ] = None,
    tasks: options.Tasks = None,
    output_path: options.OutputPath = None,
    model_flag: Annotated[str | None, typer.Option("--model", hidden=True)] = None,
    model_args: Annotated[
        list[str] | None,
        typer.Option("-M", "--model-args", metavar="K=V", help="Model arguments; repeatable."),
    ] = None,
    name: options.Name = None,
    limit: Annotated[
        str | None,
        typer.Option("--limit", "-L", metavar="N|0.1|10-20", help="Only some items of every task."),
    ] = None,
    seed: Annotated[int | None, typer.Option("--seed", help="Recorded; default 1234.")] = None,
    batch_size: Annotated[
        int | None, typer.Option("--batch-size", min=1, help="Requests per batch (default 8).")
    ] = None,
    repeats: Annotated[
        int | None,
        typer.Option("--repeats", min=1, help="Ask every item so often, with a temperature."),
    ] = None,
    gen_kwargs: Annotated[
        list[str] | None,
        typer.Option("--gen-kwargs", metavar="K=V", help="Generation arguments, over the task's."),
    ] = None,
    template: Annotated[str | None, typer.Option("--template", help="Prompt template.")] = None,
    system: Annotated[str | None, typer.Option("--system", help="System prompt.")] = None,
    data: options.Data = None,
    revision: options.Revision = None,
    include_path: options.IncludePath = None,
    trust_task_code: options.Trust = None,
    judge: options.Judge = None,
    judge_args: options.JudgeArgs = None,
    judge_budget: options.JudgeBudget = None,
    judge_cache: options.JudgeCache = None,
    judge_prompt: options.JudgePrompt = None,
    config: Annotated[
        Path | None, typer.Option("--config", help="Recipe (YAML) with any of these; flags win.")
    ] = None,
    max_errors: options.MaxErrors = None,
    retry_errors: Annotated[
        bool | None, typer.Option("--retry-errors", help="Ask recorded errors again.")
    ] = None,
    require_complete: Annotated[
        bool | None,
        typer.Option("--require-complete", help="Exit 4 if audio of a local copy is absent."),
    ] = None,
    reference: options.Reference = None,
    skip_unavailable: Annotated[
        bool | None,
        typer.Option(
            "--skip-unavailable", help="Leave out tasks whose data or judge is missing, visibly."
        ),
    ] = None,
    dry_run: Annotated[
        bool,
        typer.Option("--dry-run", help="Show prompt and counts; load no model, write nothing."),
    ] = False,
    plain: options.Plain = False,
    as_json: options.Json = False,
    quiet: options.Quiet = False,
) -> int:
    """Evaluate a model; the same command again goes on where it stopped."""
    from harness import settings as s

    if model_args and model is None and model_flag is not None and ":" not in model_flag:
        model_flag, model_args = _lm_eval_model(model_flag, model_args)
    flags = {
        "model": model or model_flag,
        "tasks": tuple(tasks) if tasks else None,
        "output_path": output_path,
        "model_args": s.parse_pairs(model_args or [], "-M"),
        "name": name,
        "limit": limit,
        "seed": seed,
        "batch_size": batch_size,
        "repeats": repeats,
        "gen_kwargs": s.parse_pairs(gen_kwargs or [], "--gen-kwargs"),
        "template": template,
        "system": system,
        "data": s.parse_folders(data or []),
        "revision": s.parse_pairs(revision or [], "--revision"),
        "include_path": tuple(include_path) if include_path else None,
        "trust_task_code": trust_task_code,
        "judge": judge,
        "judge_args": s.parse_pairs(judge_args or [], "-J"),
        "judge_budget": judge_budget,
        "judge_cache": judge_cache,
        "judge_prompt": judge_prompt,
        "max_errors": max_errors,
        "retry_errors": retry_errors,
        "require_complete": require_complete,
        "skip_unavailable": skip_unavailable,
        "reference": reference,
    }
    if dry_run and output_path is None:
        flags["output_path"] = Path("RUN_DIR")
    merged = s.merge(flags, s.load_recipe(config) if config is not None else {})
    s.parse_max_errors(merged.max_errors, 0)
    if dry_run:
        from harness.errors import EXIT_ENVIRONMENT, EXIT_OK
        from harness.evaluation.dry_run import dry_run as show

        found = show(merged)
        if as_json:
            typer.echo(json.dumps(found.as_json(), ensure_ascii=False))
        elif not quiet:
            typer.echo("\n".join(found.lines()))
        return EXIT_OK if found.complete else EXIT_ENVIRONMENT
    from harness.evaluation.evaluate import evaluate as run
    from harness.run.progress import choose_style

    ended = run(merged, sys.argv, choose_style(plain=plain, quiet=quiet))
    return options.report(ended, merged.output_path, plain=plain, as_json=as_json, quiet=quiet)


def _lm_eval_model(model: str, arguments: list[str]) -> tuple[str, list[str]]:
    """``--model hf --model_args pretrained=PATH,…`` as lm-eval users write it."""
    from harness.settings import parse_pairs

    pairs = parse_pairs(arguments, "--model-args")
    target = pairs.pop("pretrained", pairs.pop("model", None))
    if target is None:
        return model, arguments
    return f"{model}:{target}", [f"{key}={value}" for key, value in pairs.items()]
