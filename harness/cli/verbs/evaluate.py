"""``harness evaluate MODEL -t TASKS -o RUN_DIR``."""

from __future__ import annotations

import contextlib
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from harness.cli import options
from harness.cli.app import app
from harness.report.output import say, say_json, say_lines

if TYPE_CHECKING:
    from harness.settings import Settings


@dataclass(frozen=True, slots=True)
class RequestFlags:
    """Flags for the model and its requests."""

    model: Annotated[
        str | None,
        typer.Argument(
            help="Checkpoint folder, hub id, or adapter:target (see: harness models list).",
            show_default=False,
        ),
    ] = None
    tasks: options.Tasks = None
    items: Annotated[
        Path | None,
        typer.Option(
            "--items",
            metavar="FILE",
            help="Items of your own in place of -t; the task is guessed, and written into RUN_DIR.",
        ),
    ] = None
    output_path: options.OutputPath = None
    model_flag: Annotated[str | None, typer.Option("--model", hidden=True)] = None
    model_args: options.ModelArgs = None
    name: options.Name = None
    limit: Annotated[
        str | None,
        typer.Option("--limit", "-L", metavar="N|0.1|10-20", help="Only some items of every task."),
    ] = None
    seed: Annotated[int | None, typer.Option("--seed", help="Recorded; default 1234.")] = None
    batch_size: Annotated[
        int | None, typer.Option("--batch-size", min=1, help="Requests per batch (default 8).")
    ] = None
    repeats: Annotated[
        int | None,
        typer.Option(
            "--repeats",
            min=1,
            max=10_000,
            help="Ask each item this many times; needs a temperature.",
        ),
    ] = None
    subset: Annotated[
        int | None,
        typer.Option("--subset", min=1, metavar="N", help="A seeded sample of every task's items."),
    ] = None
    stratify: Annotated[
        str | None,
        typer.Option(
            "--stratify", metavar="FIELD", help="With --subset: keep the shares of this field."
        ),
    ] = None
    shard: Annotated[
        str | None,
        typer.Option(
            "--shard", metavar="I/N", help="Only part I of N; put them together with harness merge."
        ),
    ] = None
    executor: Annotated[
        str | None,
        typer.Option(
            "--executor",
            metavar="local|ray",
            help="ray: several copies of the model, see --replicas.",
        ),
    ] = None
    replicas: Annotated[
        int | None,
        typer.Option("--replicas", min=1, metavar="N", help="Copies; default one per GPU."),
    ] = None
    gpus_per_replica: Annotated[
        float | None,
        typer.Option(
            "--gpus-per-replica",
            callback=options.finite,
            metavar="G",
            help="GPUs of each copy; default 1 where there are any.",
        ),
    ] = None
    executor_args: Annotated[
        list[str] | None,
        typer.Option("--executor-args", "-X", metavar="K=V", help="Arguments of the executor."),
    ] = None
    control: Annotated[
        str | None,
        typer.Option(
            "--control",
            metavar="NAME[:VALUE]",
            help="Change the audio: no-audio, silence, noise:DB, wrong-clip, transcript, speed:F, codec:NAME, reverb:S.",
        ),
    ] = None
    controls: Annotated[
        str | None,
        typer.Option(
            "--controls",
            metavar="standard|A,B…",
            help="After the run the same under each of these, in RUN_DIR/controls.",
        ),
    ] = None
    keep_control_audio: Annotated[
        bool | None,
        typer.Option("--keep-control-audio", help="Store the clips that a control makes."),
    ] = None
    permute: Annotated[
        str | None,
        typer.Option(
            "--permute",
            metavar="options[:K]",
            help="Ask every item with its options in K drawn orders (default 1).",
        ),
    ] = None
    paraphrase: Annotated[
        Path | None,
        typer.Option(
            "--paraphrase",
            metavar="FILE",
            help="Ask every item in each of the prompts of FILE (YAML).",
        ),
    ] = None
    gen_kwargs: Annotated[
        list[str] | None,
        typer.Option("--gen-kwargs", metavar="K=V", help="Generation arguments, over the task's."),
    ] = None
    template: Annotated[str | None, typer.Option("--template", help="Prompt template.")] = None
    system: Annotated[str | None, typer.Option("--system", help="System prompt.")] = None

    def settings(self) -> dict[str, Any]:
        """Return values by field of ``Settings``; ``None`` means: not given."""
        from harness.settings import parse_pairs

        model, model_args = self.model or self.model_flag, self.model_args or []
        if model_args and self.model is None and model is not None and ":" not in model:
            model, model_args = _lm_eval_model(model, model_args)
        return {
            "model": model,
            "tasks": tuple(self.tasks) if self.tasks else None,
            "output_path": self.output_path,
            "model_args": parse_pairs(model_args, "-M"),
            "name": self.name,
            "limit": self.limit,
            "seed": self.seed,
            "batch_size": self.batch_size,
            "repeats": self.repeats,
            "subset": self.subset,
            "stratify": self.stratify,
            "shard": self.shard,
            "executor": self.executor,
            "replicas": self.replicas,
            "gpus_per_replica": self.gpus_per_replica,
            "executor_args": parse_pairs(self.executor_args or [], "-X"),
            "control": self.control,
            "controls": self.controls,
            "keep_control_audio": self.keep_control_audio,
            "permute": self.permute,
            "paraphrase": self.paraphrase,
            "gen_kwargs": parse_pairs(self.gen_kwargs or [], "--gen-kwargs"),
            "template": self.template,
            "system": self.system,
        }


@dataclass(frozen=True, slots=True)
class RunFlags:
    """Flags for leaving out, refusing or repeating items."""

    config: Annotated[
        Path | None, typer.Option("--config", help="Recipe (YAML) with any of these; flags win.")
    ] = None
    max_errors: options.MaxErrors = None
    retry_errors: Annotated[
        bool | None, typer.Option("--retry-errors", help="Ask recorded errors again.")
    ] = None
    only_failed: Annotated[
        bool | None,
        typer.Option("--only-failed", help="Ask only items that failed before, again."),
    ] = None
    ids: Annotated[
        Path | None,
        typer.Option(
            "--ids", metavar="FILE", help="Ask only items whose id is a line of FILE, again."
        ),
    ] = None
    patience: options.Patience = None
    require_complete: Annotated[
        bool | None,
        typer.Option("--require-complete", help="Exit 4 if audio of a local copy is absent."),
    ] = None
    reference: options.Reference = None
    skip_unavailable: Annotated[
        bool | None,
        typer.Option(
            "--skip-unavailable", help="Leave out tasks whose data or judge is missing, visibly."
        ),
    ] = None
    dry_run: Annotated[
        bool,
        typer.Option("--dry-run", help="Show prompt and counts; load no model, write nothing."),
    ] = False

    def settings(self) -> dict[str, Any]:
        """Return values by field of ``Settings``; ``None`` means: not given."""
        return {
            "max_errors": self.max_errors,
            "retry_errors": self.retry_errors,
            "only_failed": self.only_failed,
            "ids": self.ids,
            "patience": self.patience,
            "require_complete": self.require_complete,
            "skip_unavailable": self.skip_unavailable,
            "reference": self.reference,
        }


@app.command()
@options.grouped
def evaluate(
    request: RequestFlags,
    data: options.DataFlags,
    judge: options.JudgeFlags,
    run: RunFlags,
    output: options.OutputFlags,
    page: options.ReportFlags,
) -> int:
    """Run a model on tasks and score it. The same command again goes on where it stopped."""
    from harness.settings import check_recipe_trust, load_recipe

    flags = {**request.settings(), **data.settings(), **judge.settings(), **run.settings()}
    recipe = {} if run.config is None else load_recipe(run.config)
    if run.config is not None:
        check_recipe_trust(recipe, flags, run.config)
    if request.items is None:
        return _evaluate(flags, recipe, run, output, page)
    with contextlib.ExitStack() as stack:
        if (target := flags["output_path"] or recipe.get("output_path")) and not run.dry_run:
            folder = Path(target) / "task"
        else:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        flags = _with_items(request.items, flags, recipe, folder)
        return _evaluate(flags, recipe, run, output, page)


def _evaluate(
    flags: dict[str, Any],
    recipe: dict[str, Any],
    run: RunFlags,
    output: options.OutputFlags,
    page: options.ReportFlags,
) -> int:
    from harness.settings import merge, parse_max_errors

    settings = merge(flags, recipe)
    parse_max_errors(settings.max_errors, 0)
    if run.dry_run:
        return _dry_run(settings, output)
    from harness.run.progress import choose_style
    from harness.starting import start

    style = choose_style(plain=output.plain, quiet=output.quiet)
    ended = start(settings, sys.argv, style)
    code = options.report(ended, output)
    page.write(ended, settings, output)
    return code


def _with_items(
    items: Path, flags: dict[str, Any], recipe: dict[str, Any], folder: Path
) -> dict[str, Any]:
    """Return the flags with the task of a file of items, whose task file is written once and may be edited."""
    from harness.data.propose import task_of_items
    from harness.errors import UsageError

    if flags["tasks"] or recipe.get("tasks"):
        raise UsageError("--items and -t exclude each other", where="--items")
    task = task_of_items(items, folder)
    for line in task.notes:
        say(line, err=True)
    return {
        **flags,
        "tasks": (task.name,),
        "include_path": (*(flags["include_path"] or ()), *recipe.get("include_path", ()), folder),
        "data": {task.name: items.absolute().parent, **flags["data"]},
    }


def _dry_run(settings: Settings, output: options.OutputFlags) -> int:
    from harness.errors import EXIT_ENVIRONMENT, EXIT_OK
    from harness.evaluation.dry_run import dry_run
    from harness.evaluation.several.under_controls import dry_run_all

    report = dry_run(settings) if settings.controls is None else dry_run_all(settings)
    if output.as_json:
        say_json(report.as_json())
    elif not output.quiet:
        say_lines(report.lines())
    return EXIT_OK if report.complete else EXIT_ENVIRONMENT


def _lm_eval_model(model: str, arguments: list[str]) -> tuple[str, list[str]]:
    """Read ``--model hf --model_args pretrained=PATH,…`` as lm-eval users write it."""
    from harness.settings import parse_pairs

    pairs = parse_pairs(arguments, "--model-args")
    target = pairs.pop("pretrained", pairs.pop("model", None))
    if target is None:
        return model, arguments
    return f"{model}:{target}", [f"{key}={value}" for key, value in pairs.items()]
