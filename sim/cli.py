"""The command line: one application, its commands in :mod:`sim.commands`, errors for people."""

from __future__ import annotations

import atexit
import functools
import gc
import importlib
import inspect
import pkgutil
import sys
from collections.abc import Callable
from contextlib import suppress
from typing import Annotated, Any

import typer
from typer.models import CommandInfo

from sim import __version__, commands
from sim.commands import out, program, say
from sim.commands.options import Trust, With
from sim.errors import UserError
from sim.rules import outside
from sim.system import encoding
from sim.system.inputs import named

app = program

#: The order of the help; a command file that is not named here comes last.
ORDER = (
    "run",
    "blocs",
    "plot",
    "app",
    "compare",
    "explain",
    "claims",
    "sweep",
    "sensitivity",
    "phase",
    "discover",
    "calibrate",
    "hindcast",
    "estimate",
    "world",
    "report",
    "theory",
    "robust",
    "null",
    "new",
    "exchange",
    "describe",
    "scenarios",
    "names",
    "metrics",
    "dictionary",
    "kernels",
)


def version(value: bool) -> None:
    """Print the version and leave."""
    if value:
        out.print(f"multipolar {__version__}", highlight=False)
        raise typer.Exit


@app.callback()
def options(
    _version: Annotated[
        bool,
        typer.Option("--version", callback=version, is_eager=True, help="Print the version."),
    ] = False,
) -> None:
    """Options of all commands."""


def register_all() -> None:
    """Put every command file of :mod:`sim.commands` on the application."""
    for module in pkgutil.iter_modules(commands.__path__):
        importlib.import_module(f"{commands.__name__}.{module.name}")
    app.registered_commands.sort(key=_place)
    for command in app.registered_commands:
        if command.callback is not None:
            command.help = command.help or _paragraphs(inspect.getdoc(command.callback) or "")
            command.callback = with_rules(command.callback)


def _place(command: CommandInfo) -> tuple[int, str]:
    """Where a command stands in the help."""
    file = command.callback.__module__.rpartition(".")[2] if command.callback else ""
    return (ORDER.index(file) if file in ORDER else len(ORDER)), file


def with_rules(callback: Callable[..., None]) -> Callable[..., None]:
    """Give a command the options for rules from outside, which are to be known before the model."""

    @functools.wraps(callback)
    def called(*args: Any, with_: With = None, trust: Trust = False, **options: Any) -> None:
        outside.use_rules(*(with_ or ()), trust=trust)
        if trust:
            _take_rules(options.get("file"), *(options.get("files") or ()))
        callback(*args, **options)

    added = [
        inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=form)
        for name, default, form in (("with_", None, With), ("trust", False, Trust))
    ]
    known = inspect.signature(callback, eval_str=True)
    signature = known.replace(parameters=[*known.parameters.values(), *added])
    called.__signature__ = signature  # type: ignore[attr-defined]
    # evaluated already: left as text, each call of a command would read all of them again
    called.__annotations__ = {name: one.annotation for name, one in signature.parameters.items()}
    return called


def _take_rules(*files: str | None) -> None:
    """Take the rules that scenarios name, before the command uses the model."""
    from sim.scenario.finding import take_rules

    for file in files:
        with suppress(UserError):  # the command itself tells what is wrong
            take_rules(file or "")


def _paragraphs(text: str) -> str:
    """Join the lines of each paragraph, which the terminal folds by its own width."""
    return "\n\n".join(" ".join(part.split()) for part in text.split("\n\n"))


register_all()


def main() -> None:
    """Entry point: errors are for people, with exit code 2; Ctrl-C is 130.

    What the system refuses (a file, a folder, room on a disk) is for people, too.
    """
    encoding.prepare()
    atexit.register(gc.freeze)  # what lives to the end need not be searched for garbage
    try:
        app()
    except UserError as error:
        say(str(error))
    except OSError as error:
        # matplotlib says in its own words that it found no folder
        if error.strerror is None and "MPLCONFIGDIR" not in str(error):
            raise
        place = "" if error.filename is None else f"{named(error.filename)}: "
        say(f"{place}{error.strerror or error}")
    except Exception as error:
        if (said := outside.explained(error)) is None:
            raise
        say(said)
    else:
        return
    sys.exit(2)
