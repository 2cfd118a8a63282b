"""`multipolar phase`: two parameters against a metric or the blocs, with boundaries."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Annotated

import typer

from sim.commands import (
    Arm,
    AsJson,
    Executor,
    File,
    Force,
    Jobs,
    Quarters,
    Quiet,
    Scope,
    Seed,
    Set,
    check_place,
    err,
    keep_figure,
    keep_result,
    out,
    print_json,
    progress_bar,
    settings,
    warm,
    where,
)


def register(app: typer.Typer) -> None:
    """Add the command to the application."""

    @app.command()
    def phase(
        file: File,
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
        arm: Arm = "base",
        horizon: Annotated[
            str | None,
            typer.Option(metavar="WHEN", help="Of the metric: [cyan]2024Q3..2026Q2[/cyan]."),
        ] = None,
        seed: Seed = None,
        quarters: Quarters = None,
        set_: Set = None,
        scope: Scope = None,
        evaluated: Annotated[
            Path | None,
            typer.Option(
                metavar="FOLDER",
                help="Where finished points are kept (default: evaluated in the folder of --out, "
                "without it results/evaluated).",
            ),
        ] = None,
        folder: Annotated[
            Path | None,
            typer.Option(
                "--out", metavar="FOLDER", help="Folder for the tables (default: results/)."
            ),
        ] = None,
        force: Force = False,
        jobs: Jobs = None,
        executor: Executor = None,
        figures: Annotated[bool, typer.Option(help="Draw the diagram, too.")] = True,
        quiet: Quiet = False,
        as_json: AsJson = False,
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

        def say(text: str) -> None:
            if not quiet:
                err.print(text, highlight=False)

        axes = parse_axis(x), parse_axis(y)
        warm(quiet=quiet)
        with progress_bar("Running points", quiet=quiet, unit="runs") as progress:
            found = phase_diagram(
                file,
                *axes,
                metric=metric,
                states=[name for part in states.split(",") if (name := part.strip())],
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
                say=say,
            )
        place = keep_result(found, folder, force=force)
        if as_json:
            print_json({**found.to_dict(), "folder": str(place)})
        else:
            out.print(found)
        if figures:
            from sim.show.plots.phase import draw_phase

            keep_figure(place, "phase", lambda: draw_phase(found), force=force)
        if not quiet:
            said = f"Results: {place} ({time.perf_counter() - began:.1f} s)"
            err.print(said, highlight=False, soft_wrap=True)
