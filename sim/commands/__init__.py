"""Commands of the command line, one a file, and what they share: options and the terminal.

A command file puts its command on the application, ``@program.command()``, and takes the options
that others have, too, from :mod:`sim.commands.options`. Slow libraries are imported by the commands
that use them.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import typer
from rich.text import Text
from typer.core import TyperGroup

from sim.system.encoding import holds_unicode
from sim.system.terminal import Terminal

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from sim.scenario import ScenarioSpec

RESULTS = Path("results")
"""Where results go without --out."""

_NOTICES = 8
out = Terminal()
err = Terminal(stderr=True)


class Commands(TyperGroup):
    """The commands; Ctrl-C ends each with a line and exit code 130."""

    def invoke(self, ctx: Any) -> Any:
        """Run a command."""
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt as stopped:
            err.print(str(stopped) or "Stopped.", highlight=False, soft_wrap=True)
            raise typer.Exit(130) from None


program = typer.Typer(
    cls=Commands,
    no_args_is_help=True,
    rich_markup_mode="rich",
    add_completion=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    pretty_exceptions_enable=False,
    help="Simulate alignment, pacts and blocs in a multipolar world, from sourced scenario files.",
    epilog="Start with: [bold]multipolar list[/bold], then [bold]multipolar run NAME[/bold].",
)


def settings(given: list[str] | None, scope: str | None) -> tuple[str, ...]:
    """The overrides of a scenario that ``--set`` and ``--scope`` ask for."""
    return (*(given or ()), *(() if scope is None else (f"scope={scope}",)))


@contextmanager
def progress_bar(
    label: str, *, quiet: bool, unit: str = ""
) -> Iterator[Callable[[int, int], None] | None]:
    """A progress bar on a terminal; nothing where output is quiet or not read by a person.

    With a ``unit`` it says how many are done in a second, too.
    """
    if quiet or not err.is_terminal:
        yield None
        return
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        ProgressColumn,
        TextColumn,
        TimeRemainingColumn,
    )

    columns: list[ProgressColumn] = [
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
    ]
    if unit:
        columns.insert(3, TextColumn("{task.fields[rate]}"))
    with Progress(*columns, console=err, transient=True) as bar:
        task = bar.add_task(label, total=None, rate="")
        first: list[tuple[float, int]] = []

        def advance(done: int, total: int) -> None:
            # what a resumed sweep finds done says nothing of the speed
            if not first:
                first.append((time.monotonic(), done))
            passed, made = time.monotonic() - first[0][0], done - first[0][1]
            rate = f"{made / passed:,.0f} {unit}/s" if unit and made and passed > 0 else ""
            bar.update(task, completed=done, total=total, rate=rate)

        yield advance


def where(executor: str | None, jobs: int | None = None) -> str:
    """Return where a study computes, by --executor or by --jobs.

    Raises:
        UserError: both are given.
    """
    from sim.errors import UserError, shown
    from sim.study.laboratory.pool import local

    if executor is not None and jobs is not None:
        raise UserError(
            f"--jobs {jobs} and --executor {shown(executor)} both say where it runs: give one of "
            "them (--jobs N is --executor local:N)"
        )
    return local(jobs) if executor is None else executor


def warm(*, quiet: bool) -> None:
    """Say that there will be a wait if the kernels are not in the cache."""
    from sim.kernel.identity import is_compiled

    if not is_compiled() and not quiet:
        err.print("Compiling the kernels: some minutes, once after every change of the rules.")


def say(text: str, *, quiet: bool = False, fold: bool = False) -> None:
    """Say a line beside the result, as it is; folded by the width of the terminal if wanted."""
    if not quiet:
        err.print(text, highlight=False, soft_wrap=not fold)


def took(text: str, began: float, *, quiet: bool) -> None:
    """Say a last line, and how long the command took."""
    say(f"{text}({time.perf_counter() - began:.1f} s)", quiet=quiet)


def print_json(data: Any) -> None:
    """Print data as JSON to standard output."""
    text = json.dumps(data, indent=1, ensure_ascii=not holds_unicode(), allow_nan=False)
    sys.stdout.write(text + "\n")


def print_result(found: Told, *, as_json: bool, **more: Any) -> None:
    """Print a result, or its JSON with what else is to be in that."""
    if as_json:
        print_json({**found.to_dict(), **more})
    else:
        out.print(found)


def print_table(title: str, columns: Iterable[str], rows: Iterable[Iterable[str]]) -> None:
    """Print rows as a table."""
    from sim.system.terminal import table

    made = table(title, columns)
    for row in rows:
        made.add_row(*row)
    out.print(made)


def words(text: str) -> list[str]:
    """The words of a list with commas."""
    return [word for part in text.split(",") if (word := part.strip())]


def announce(spec: ScenarioSpec, runs: int | None, seed: int | None, *, quiet: bool) -> None:
    """Say at once what is being run; None for the scenario's own runs and seed."""
    if not quiet:
        runs, seed = spec.ensemble.given(runs, seed)
        arm = "" if spec.arm == "base" else f", arm {spec.arm}"
        err.print(Text(spec.title, style="bold").append(f"{arm}: {spec.question}", "not bold"))
        err.print(
            f"{len(spec.states)} states, {spec.quarters} quarters, {runs} runs, seed {seed}",
            highlight=False,
        )


def tell_notices(spec: ScenarioSpec, file: str, *, quiet: bool) -> None:
    """Say what the scenario lacks and what has no effect in it, the first few of many."""
    if quiet:
        return
    from sim.scenario.inventory import notices

    found = notices(spec)
    lines = [f"Note: {problem}" for problem in found[:_NOTICES]]
    if len(found) > _NOTICES:
        lines.append(f"{len(found) - _NOTICES} more: multipolar describe {file}")
    for line in lines:
        say(line)


def command_line() -> str:
    """The command as it was typed, to be kept with the results."""
    import shlex

    return shlex.join(["multipolar", *sys.argv[1:]])


# --- where results go ----------------------------------------------------------------------------
class Told(Protocol):
    """A result that can be printed."""

    def to_dict(self) -> dict[str, Any]:
        """Return it in the types of JSON."""


class Savable(Told, Protocol):
    """A result that can be saved."""

    def save(self, folder: Path | str, *, force: bool = False) -> Path:
        """Write it to a folder; return that."""

    def save_in(self, root: Path | str) -> Path:
        """Write it to a folder of its own under ``root``; return that."""


def check_place(folder: Path | None, kind: str, *, force: bool, quiet: bool) -> None:
    """Before anything is run: say what stands at --out and will be replaced.

    Raises:
        UserError: it is not to be replaced.
    """
    from sim.record.folders import look

    if folder is not None and (says := look(folder, kind, force=force).says) and not quiet:
        say(says)


def keep_result(found: Savable, folder: Path | None, *, force: bool) -> Path:
    """Save a result to --out, or to its own folder in results/; return the folder.

    Raises:
        UserError: it cannot be written, or something else is there.
    """
    return found.save(folder, force=force) if folder is not None else found.save_in(RESULTS)


def formats_of(text: str) -> list[str]:
    """The formats of figures that an option names.

    Raises:
        UserError: one is none.
    """
    from sim.errors import UserError, hint, shown

    known = ("png", "svg")
    names = words(text)
    for name in names:
        if name not in known:
            raise UserError(f"{shown(name)} is not a format{hint(name, known)}; use png, svg")
    return names


def keep_figure(
    place: Path,
    name: str,
    draw: Callable[[], Figure],
    *,
    force: bool,
    formats: Iterable[str] = ("png",),
) -> None:
    """Draw a figure of a saved result into its folder, or say why there is none.

    Raises:
        UserError: it cannot be written.
    """
    from sim.errors import UserError
    from sim.record.folders import enlist
    from sim.show.plots.style import save_figure

    try:
        figure = draw()
    except UserError as error:
        say(f"No figure: {error}")
    else:
        at = place / "figures" / name
        enlist(place, save_figure(figure, at, formats=formats, force=force))


def keep_figures(place: Path, found: Any, kinds: Iterable[str], *, force: bool) -> None:
    """Draw kinds of figures of a saved result, as :func:`keep_figure` does, by their own names."""
    from sim.show.plots.kinds import KINDS

    for kind in kinds:
        keep_figure(place, kind, partial(KINDS[kind].draw, found), force=force)


def deliver(
    found: Savable,
    folder: Path | None,
    began: float,
    *,
    figures: Iterable[str],
    force: bool,
    quiet: bool,
    as_json: bool,
) -> None:
    """Save a result, print it, draw its figures and say where all that is.

    Args:
        found: the result.
        folder: of --out; None for its own folder in results/.
        began: when the command began.
        figures: kinds of figures, of :data:`sim.show.plots.kinds.KINDS`.
        force, quiet, as_json: the options.

    Raises:
        UserError: it cannot be written, or something else is there.
    """
    place = keep_result(found, folder, force=force)
    print_result(found, as_json=as_json, folder=str(place))
    keep_figures(place, found, figures, force=force)
    took(f"Results: {place} ", began, quiet=quiet)
