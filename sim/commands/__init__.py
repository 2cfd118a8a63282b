"""Commands of the command line, one a file, and what they share: options and the terminal.

A command file has ``register(app)``, which puts its command on a typer application. Slow libraries
are imported by the commands that use them.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Protocol

import typer
from rich.text import Text

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

File = Annotated[
    str,
    typer.Argument(metavar="FILE", help="A scenario file, or the name of a shipped scenario."),
]
Runs = Annotated[int | None, typer.Option(min=1, max=1_000_000, help="Number of runs.")]
Quarters = Annotated[
    int | None, typer.Option(min=1, max=400, help="Quarters to simulate from the start date.")
]
Seed = Annotated[int | None, typer.Option(min=0, max=2**62, help="Seed of all random streams.")]
Set = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        metavar="KEY=VALUE",
        help="Set any number or switch of the scenario: [cyan]security.weight=8[/cyan], "
        "[cyan]states.AAA.capability=.02[/cyan], [cyan]relations.trust.AAA>BBB=.5[/cyan], "
        "[cyan]mechanisms.trust=off[/cyan], [cyan]events.NAME=off[/cyan]. May be repeated.",
    ),
]
Scope = Annotated[
    str | None,
    typer.Option(
        metavar="all|N|LIST",
        help="Which states act beside the scenario's own: [cyan]all[/cyan], so many of the "
        "strongest, or states and groups such as [cyan]AAA,BBB,GROUP[/cyan].",
    ),
]
Arm = Annotated[str, typer.Option(metavar="NAME", help="A counterfactual arm of the scenario.")]
Jobs = Annotated[
    int | None,
    typer.Option(min=1, max=1024, help="Worker threads (default: one a core); never matters."),
]
Executor = Annotated[
    str | None,
    typer.Option(
        metavar="WHERE",
        help="[cyan]local:N[/cyan] threads (default: one a core), or a Dask cluster by "
        "[cyan]tcp://host:port[/cyan] or its scheduler file [cyan]scheduler.json[/cyan]; never "
        "matters.",
    ),
]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Print the result only.")]
Force = Annotated[
    bool,
    typer.Option(
        "--force",
        help="Write to --out whatever is there. Nothing is deleted: files in the way are renamed.",
    ),
]
Fresh = Annotated[
    bool,
    typer.Option(
        "--fresh",
        help="Simulate every arm again, whatever is kept of earlier commands (default: what was "
        "simulated once is used again, up to 1 GB of it; see MULTIPOLAR_ARMS_MB).",
    ),
]
Formats = Annotated[
    str,
    typer.Option(
        "--format", metavar="A,B", help="Of figures: [cyan]png[/cyan], [cyan]svg[/cyan], or both."
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print the result as JSON.")]


With = Annotated[
    list[Path] | None,
    typer.Option(
        "--with",
        metavar="RULE.py",
        help="Rules of your own beside those of the package. May be repeated.",
    ),
]
Trust = Annotated[
    bool, typer.Option("--trust", help="Run the files of rules that the scenario names, too.")
]


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


def print_json(data: Any) -> None:
    """Print data as JSON to standard output."""
    text = json.dumps(data, indent=1, ensure_ascii=not holds_unicode(), allow_nan=False)
    sys.stdout.write(text + "\n")


def announce(spec: ScenarioSpec, runs: int, seed: int, *, quiet: bool) -> None:
    """Say at once what is being run."""
    if not quiet:
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
        err.print(line, highlight=False, soft_wrap=True)


def command_line() -> str:
    """The command as it was typed, to be kept with the results."""
    import shlex

    return shlex.join(["multipolar", *sys.argv[1:]])


# --- where results go ----------------------------------------------------------------------------
class Savable(Protocol):
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
        err.print(says, highlight=False, soft_wrap=True)


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
    names = [name for part in text.split(",") if (name := part.strip())]
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
        err.print(f"No figure: {error}", highlight=False, soft_wrap=True)
    else:
        at = place / "figures" / name
        enlist(place, save_figure(figure, at, formats=formats, force=force))
