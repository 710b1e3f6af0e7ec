"""The command's tree: the application and its sub-commands, which the verbs register with."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Iterator
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from harness import __version__
from harness.cli.panels import WELCOME, format_options
from harness.errors import SITE
from harness.run.process.output import reserved_output


class _Verbs(TyperGroup):
    """The verbs: standard output is theirs alone while one is at work.

    Ctrl-C in a verb is an ``Abort`` in every release of typer; the newer ones would end without a word.
    """

    def __init__(self, **given: Any) -> None:
        super().__init__(**given)
        for command in _leaves(self.commands.values()):
            if command.callback is not None:
                command.callback = _reserving(command.callback)
            command.format_options = functools.partial(format_options, command)

    def invoke(self, ctx: typer.Context) -> Any:  # type: ignore[override]
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt:
            raise typer.Abort from None


class ReaderGoneError(Exception):
    """The reader of standard output went away."""


def _leaves(commands: Iterable[Any]) -> Iterator[Any]:
    """Return the commands, without the groups."""
    for command in commands:
        below = getattr(command, "commands", None)
        if below is None:
            yield command
        else:
            yield from _leaves(below.values())


def _reserving(verb: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(verb)
    def reserving(*given: Any, **named: Any) -> Any:
        try:
            with reserved_output():
                return verb(*given, **named)
        except BrokenPipeError as error:
            raise ReaderGoneError from error  # of a broken pipe click makes exit 1

    return reserving


app = typer.Typer(
    name="harness",
    cls=_Verbs,
    help="Evaluate large audio-language models: official scores item by item, error bars on every number.",
    invoke_without_command=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
tasks_app = typer.Typer(
    no_args_is_help=True, help="List and show what can be evaluated.", rich_markup_mode=None
)
app.add_typer(tasks_app, name="tasks")
models_app = typer.Typer(
    no_args_is_help=True, help="List the forms of models.", rich_markup_mode=None
)
app.add_typer(models_app, name="models")
data_app = typer.Typer(
    no_args_is_help=True, help="Fetch and examine benchmark data.", rich_markup_mode=None
)
app.add_typer(data_app, name="data")
judge_app = typer.Typer(
    no_args_is_help=True,
    help="Show what judges are asked, and compare them with people.",
    rich_markup_mode=None,
)
app.add_typer(judge_app, name="judge")
rules_app = typer.Typer(
    no_args_is_help=True,
    help="List the rules that stored replies can be read by.",
    rich_markup_mode=None,
)
app.add_typer(rules_app, name="rules")


def _version(value: bool) -> None:
    if value:
        typer.echo(f"harness {__version__}")
        raise typer.Exit


@app.callback()
def _root(
    context: typer.Context,
    version: Annotated[  # noqa: ARG001  (its callback acts)
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Evaluate large audio-language models: official scores item by item, error bars on every number."""
    if context.invoked_subcommand is None:
        typer.echo(WELCOME.format(site=SITE), nl=False)
