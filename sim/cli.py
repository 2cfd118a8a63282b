"""The command line: parse, call, print. Commands import slow libraries when they run."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console

from sim import __version__
from sim.errors import UserError

if TYPE_CHECKING:
    from sim.ensemble import Progress
    from sim.scenario import ScenarioSpec

app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode="rich",
    add_completion=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    pretty_exceptions_enable=False,
    help="Simulate alignment, pacts and blocs in a multipolar world, from sourced scenario files.",
    epilog="Start with: [bold]multipolar list[/bold], then [bold]multipolar run NAME[/bold].",
)
out = Console()
err = Console(stderr=True)

RESULTS = Path("results")

File = Annotated[
    str,
    typer.Argument(metavar="FILE", help="A scenario file, or the name of a shipped scenario."),
]
Runs = Annotated[int | None, typer.Option(min=1, max=1_000_000, help="Number of runs.")]
Seed = Annotated[int | None, typer.Option(min=0, max=2**62, help="Seed of all random streams.")]
Quarters = Annotated[
    int | None, typer.Option(min=1, max=400, help="Quarters to simulate from the start date.")
]
Set = Annotated[
    list[str] | None,
    typer.Option(
        metavar="KEY=VALUE",
        help="Set any number or switch of the scenario: [cyan]security.weight=8[/cyan], "
        "[cyan]states.AAA.capability=.02[/cyan], [cyan]relations.trust.AAA>BBB=.5[/cyan], "
        "[cyan]mechanisms.trust=off[/cyan], [cyan]events.NAME=off[/cyan]. May be repeated.",
    ),
]
Arm = Annotated[str, typer.Option(metavar="NAME", help="A counterfactual arm of the scenario.")]
Jobs = Annotated[
    int | None,
    typer.Option(min=1, max=1024, help="Worker threads (default: one a core); never matters."),
]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Print the result only.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print the result as JSON.")]


@contextmanager
def progress_bar(label: str, *, quiet: bool) -> Iterator[Progress | None]:
    """A progress bar on a terminal; nothing where output is quiet or not read by a person."""
    if quiet or not err.is_terminal:
        yield None
        return
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
    )

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=err, transient=True) as bar:
        task = bar.add_task(label, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


def announce(spec: ScenarioSpec, runs: int, seed: int, *, quiet: bool) -> None:
    """Say at once what is being run."""
    if not quiet:
        arm = "" if spec.arm == "base" else f", arm {spec.arm}"
        err.print(f"[bold]{spec.title}[/bold]{arm}: {spec.question}", highlight=False)
        err.print(
            f"{len(spec.states)} states, {spec.quarters} quarters, {runs} runs, seed {seed}",
            highlight=False,
        )


def warm(*, quiet: bool) -> None:
    """Compile the kernels if they are not in the cache, with a word on the wait."""
    from sim.codegen import is_compiled

    if not is_compiled() and not quiet:
        err.print("Compiling the kernels: about a minute, once after every change of the rules.")


@app.command()
def run(
    file: File,
    runs: Runs = None,
    seed: Seed = None,
    quarters: Quarters = None,
    set_: Set = None,
    arm: Arm = "base",
    folder: Annotated[
        Path | None,
        typer.Option("--out", metavar="FOLDER", help="Folder for the results (default: results/)."),
    ] = None,
    jobs: Jobs = None,
    figures: Annotated[bool, typer.Option(help="Draw the figures, too.")] = True,
    quiet: Quiet = False,
    as_json: AsJson = False,
) -> None:
    """Run a scenario and say which coalitions come out, how surely.

    Prints the blocs with their co-membership probabilities, the position of each focal state, and
    the pacts made and broken, all with 90 % intervals over the runs; writes tables, manifest and
    figures to a folder under results/.
    """
    from sim.scenario import find_scenario, load_scenario

    began = time.perf_counter()
    spec = load_scenario(
        find_scenario(file), arm=arm, overrides=tuple(set_ or ()), quarters=quarters
    )
    wanted = spec.ensemble.runs if runs is None else runs
    announce(spec, wanted, spec.ensemble.seed if seed is None else seed, quiet=quiet)
    from sim.experiments.run import Stopped
    from sim.experiments.run import run as run_scenario

    warm(quiet=quiet)
    interrupted = False
    try:
        with progress_bar("Running", quiet=quiet) as progress:
            results = run_scenario(
                spec, runs=wanted, seed=seed, jobs=jobs, progress=progress, command=command_line()
            )
    except Stopped as stopped:
        if stopped.results is None:
            raise
        results, interrupted = stopped.results, True
        err.print(
            f"Stopped after {results.record.runs} of {wanted} runs; "
            "what follows is of these, the same as of --runs "
            f"{results.record.runs}."
        )
    from sim.summary import summarise

    report = summarise(results)
    place = results.save(folder) if folder is not None else results.save_in(RESULTS)
    if as_json:
        print_json({**report.to_dict(), "folder": str(place)})
    else:
        out.print(report)
    if figures and not interrupted:
        from sim.plots import save_figures

        save_figures(results, place / "figures", report)
    if not quiet:
        err.print(
            f"Results: {place} ({time.perf_counter() - began:.1f} s)",
            highlight=False,
            soft_wrap=True,
        )
    if interrupted:
        sys.exit(130)


@app.command()
def validate(
    files: Annotated[
        list[str],
        typer.Argument(metavar="FILE...", help="Scenario files, or names of shipped ones."),
    ],
) -> None:
    """Check scenario files, with all their arms, and print every error with its place."""
    from sim.scenario import find_scenario, validate_scenario

    failed = False
    for file in files:
        try:
            validate_scenario(find_scenario(file))
        except UserError as error:
            failed = True
            err.print(str(error), highlight=False, markup=False, soft_wrap=True)
        else:
            out.print(f"{file}: valid", highlight=False, markup=False, soft_wrap=True)
    if failed:
        sys.exit(2)


@app.command(name="list")
def list_scenarios() -> None:
    """List the shipped scenarios with their questions and arms."""
    from rich.table import Table

    from sim.scenario import load_scenario, shipped_scenarios

    table = Table("Scenario", "Question", "Arms", title="Shipped scenarios")
    for path in shipped_scenarios():
        spec = load_scenario(path)
        table.add_row(Path(path).stem, spec.question, ", ".join(("base", *spec.arms)))
    out.print(table)


@app.command()
def schema(
    target: Annotated[
        Path | None, typer.Option("--out", metavar="FILE", help="Write to a file.")
    ] = None,
) -> None:
    """Print the JSON Schema of scenario files, for editors."""
    from sim.scenario import scenario_schema

    text = json.dumps(scenario_schema(), indent=1) + "\n"
    if target is None:
        sys.stdout.write(text)
    else:
        target.write_text(text)


@app.command()
def step() -> None:
    """Print the order of a step: events, mechanisms, assessment, moves, observation."""
    from sim import vocabulary as names
    from sim.kernel import STEP

    for name in STEP:
        rule = names.MECHANISMS.get(name)
        out.print(f"{name:20s} {rule.claim if rule else ''}", highlight=False, soft_wrap=True)


@app.command(name="compile")
def compile_kernels() -> None:
    """Compile the kernels and keep them, so that later commands start at once."""
    began = time.perf_counter()
    warm(quiet=False)
    from sim.codegen import cache_folder
    from sim.experiments.warm import compile_all

    compile_all()
    out.print(
        f"Kernels ready in {cache_folder()} ({time.perf_counter() - began:.0f} s)",
        highlight=False,
        soft_wrap=True,
    )


def command_line() -> str:
    """The command as it was typed, to be kept with the results."""
    import shlex

    return shlex.join(["multipolar", *sys.argv[1:]])


def print_json(data: Any) -> None:
    """Print data as JSON to standard output."""
    sys.stdout.write(json.dumps(data, indent=1, ensure_ascii=False, allow_nan=False) + "\n")


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


def main() -> None:
    """Entry point: errors are for people, with exit code 2; Ctrl-C is 130."""
    import click

    try:
        code = app(standalone_mode=False)
    except UserError as error:
        err.print(str(error), highlight=False, markup=False, soft_wrap=True)
        code = 2
    except click.ClickException as error:
        error.show()
        code = error.exit_code
    except (click.Abort, KeyboardInterrupt):
        err.print("Stopped.")
        code = 130
    sys.exit(code if isinstance(code, int) else 0)
