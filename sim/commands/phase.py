"""`multipolar phase`: two parameters against a metric or the blocs, with boundaries."""

from __future__ import annotations

import time
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from sim.commands import (
    check_place,
    deliver,
    options,
    program,
    progress_bar,
    say,
    settings,
    warm,
    where,
    words,
)


@program.command()
def phase(
    file: options.File,
    x: Annotated[
        str,
        typer.Option(
            metavar="KEY=LOW:HIGH",
            help="The parameter to the right: a number, or the strength of events "
            "([cyan]'events.NAME.scale=0:2'[/cyan]).",
        ),
    ],
    y: Annotated[str, typer.Option(metavar="KEY=LOW:HIGH", help="The parameter upwards.")],
    metric: Annotated[
        str | None,
        typer.Option(
            metavar="EXPRESSION",
            help="What to measure (default: the partition of the states into blocs).",
        ),
    ] = None,
    level: Annotated[
        float | None,
        typer.Option(metavar="NUMBER", help="Divides the metric into two phases."),
    ] = None,
    states: Annotated[
        str,
        typer.Option(metavar="A,B,C", help="Whose partition (default: the focal states)."),
    ] = "",
    points: Annotated[
        int, typer.Option(min=2, max=200, help="Points of the first lattice along each axis.")
    ] = 7,
    refine: Annotated[
        int, typer.Option(min=0, max=6, help="How often cells at a boundary are cut in four.")
    ] = 2,
    runs: Annotated[int, typer.Option(min=1, max=10_000, help="Runs at each point.")] = 20,
    arm: options.Arm = "base",
    horizon: Annotated[
        str | None,
        typer.Option(metavar="WHEN", help="Of the metric: [cyan]2024Q3..2026Q2[/cyan]."),
    ] = None,
    seed: options.Seed = None,
    quarters: options.Quarters = None,
    set_: options.Set = None,
    scope: options.Scope = None,
    evaluated: Annotated[Path | None, options.evaluated()] = None,
    folder: options.Tables = None,
    force: options.Force = False,
    jobs: options.Jobs = None,
    executor: options.Executor = None,
    figures: Annotated[bool, typer.Option(help="Draw the diagram, too.")] = True,
    quiet: options.Quiet = False,
    as_json: options.AsJson = False,
) -> None:
    """Draw what comes out over two parameters, where it turns, and how surely.

    Runs a coarse lattice and cuts the cells at boundaries finer, with the same lucks at every
    point. Finished points are kept: the same command goes on where it was stopped. A finished
    sweep over two parameters is drawn by [cyan]multipolar plot SWEEP --kind phase[/cyan].

    For example: [cyan]multipolar phase FILE --x security.weight=2:8 --y trust.prior=0.6:0.75
    --metric 'hedging(AAA)' --level 0.4[/cyan]
    """
    from sim.study.laboratory.parts import evaluated_in
    from sim.study.sensitivity.scenario_phase import parse_axis, phase_diagram

    began, place_of_work = time.perf_counter(), where(executor, jobs)
    check_place(folder, "phase", force=force, quiet=quiet)

    axes = parse_axis(x), parse_axis(y)
    warm(quiet=quiet)
    with progress_bar("Running points", quiet=quiet, unit="runs") as progress:
        found = phase_diagram(
            file,
            *axes,
            metric=metric,
            states=words(states),
            level=level,
            coarse=points,
            refine=refine,
            runs=runs,
            arm=arm,
            set=settings(set_, scope),
            horizon=horizon,
            seed=seed,
            quarters=quarters,
            executor=place_of_work,
            folder=evaluated or evaluated_in(folder),
            progress=progress,
            say=partial(say, quiet=quiet, fold=True),
        )
    drawn = ("phase",) if figures else ()
    deliver(found, folder, began, figures=drawn, force=force, quiet=quiet, as_json=as_json)
