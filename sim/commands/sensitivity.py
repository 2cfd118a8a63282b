"""`multipolar sensitivity`: what findings depend on, and whether they survive what is not known."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from sim.commands import (
    check_place,
    command_line,
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
def sensitivity(
    file: options.File,
    claim: Annotated[
        list[str] | None,
        typer.Option(metavar="ID", help="A claim of the scenario. May be repeated."),
    ] = None,
    metric: Annotated[
        list[str] | None,
        options.metrics("hedging(AAA)"),
    ] = None,
    arms: Annotated[
        str,
        typer.Option(
            metavar="A,B",
            help="Of the metrics: one arm, or two for the paired difference A less B.",
        ),
    ] = "base",
    direction: Annotated[
        str,
        typer.Option(
            metavar="WORD",
            help="What A should be against B: [cyan]higher[/cyan], [cyan]lower[/cyan], "
            "[cyan]unchanged[/cyan], [cyan]not_higher[/cyan] or [cyan]not_lower[/cyan].",
        ),
    ] = "",
    horizon: Annotated[
        str | None,
        typer.Option(metavar="WHEN", help="Of the metrics: [cyan]2024Q3..2026Q2[/cyan]."),
    ] = None,
    over: Annotated[
        list[str] | None,
        typer.Option(
            metavar="WHAT",
            help="[cyan]all[/cyan] numbers with a range (default: parameters one by one, the "
            "rest in blocks), [cyan]parameters[/cyan], a number ([cyan]trust.prior[/cyan]), a "
            "block ([cyan]relations.trust[/cyan]), or each number of a block "
            "([cyan]'relations.trust.*'[/cyan]). May be repeated.",
        ),
    ] = None,
    trajectories: Annotated[
        int, typer.Option(min=2, max=1000, help="Trajectories of the screening (Morris).")
    ] = 6,
    base: Annotated[
        int,
        typer.Option(min=4, max=65536, help="Base of Sobol's design, a power of two."),
    ] = 128,
    lucks: Annotated[
        int, typer.Option(min=1, max=1000, help="Runs at each point of the designs, averaged.")
    ] = 2,
    draws: Annotated[
        int,
        typer.Option(min=10, max=100_000, help="Draws of all numbers, for luck and robustness."),
    ] = 150,
    draw_lucks: Annotated[int, typer.Option(min=2, max=1000, help="Runs at each draw.")] = 6,
    keep: Annotated[
        int,
        typer.Option(min=1, max=30, help="Factors of each finding that survive the screening."),
    ] = 2,
    seed: options.Seed = None,
    quarters: options.Quarters = None,
    set_: options.Set = None,
    scope: options.Scope = None,
    evaluated: Annotated[
        Path | None, options.evaluated(", so that a stopped analysis goes on")
    ] = None,
    folder: options.Tables = None,
    force: options.Force = False,
    jobs: options.Jobs = None,
    executor: options.Executor = None,
    figures: Annotated[bool, typer.Option(help="Draw the ranking, too.")] = True,
    quiet: options.Quiet = False,
    as_json: options.AsJson = False,
) -> None:
    """Rank what findings depend on, and say whether they survive what is not known.

    Screens every number that has a range (Morris), shares out the variance among those that
    matter (Sobol', with intervals and a verdict on convergence), parts luck from numbers, and
    counts in how many draws of all numbers each finding has its direction. What was run is
    kept: the same command goes on where it was stopped.

    For example: [cyan]multipolar sensitivity vietnam_bamboo --claim T17a --claim T16a[/cyan]
    """
    from sim.study.laboratory.parts import evaluated_in
    from sim.study.sensitivity import Effort, SensitivityReport
    from sim.study.sensitivity import sensitivity as analyse

    began, place_of_work = time.perf_counter(), where(executor, jobs)
    check_place(folder, "sensitivity", force=force, quiet=quiet)
    asked = [
        {"metric": text, "arms": words(arms), "direction": direction, "horizon": horizon}
        for text in metric or ()
    ]
    warm(quiet=quiet)
    with ExitStack() as stack:

        def progress(step: str) -> Callable[[int, int], None] | None:
            stack.close()
            return stack.enter_context(progress_bar(step.capitalize(), quiet=quiet, unit="runs"))

        found: SensitivityReport = analyse(
            file,
            claims=tuple(claim or ()),
            findings=asked,
            over=tuple(over or ("all",)),
            effort=Effort(trajectories, base, lucks, draws, draw_lucks, keep),
            set=settings(set_, scope),
            seed=seed,
            quarters=quarters,
            executor=place_of_work,
            folder=evaluated or evaluated_in(folder),
            progress=progress,
            say=partial(say, quiet=quiet, fold=True),
            command=command_line(),
        )
    drawn = ("ranking",) if figures else ()
    deliver(found, folder, began, figures=drawn, force=force, quiet=quiet, as_json=as_json)
