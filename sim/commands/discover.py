"""`multipolar discover`: which region of a sweep's parameter space gives an outcome."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Annotated

import typer

from sim.commands import check_place, deliver, options, program


@program.command()
def discover(
    folder: Annotated[Path, typer.Argument(metavar="SWEEP", help="Folder of a finished sweep.")],
    outcome: Annotated[
        str,
        typer.Option(
            metavar="CONDITION",
            help="Of a metric of the sweep: [cyan]'hedging(AAA) > 0.5'[/cyan]; several are "
            "joined by [cyan]and[/cyan].",
        ),
    ],
    method: Annotated[
        str,
        typer.Option(
            metavar="NAME", help="[cyan]prim[/cyan] peels a box, [cyan]cart[/cyan] cuts a tree."
        ),
    ] = "prim",
    seed: Annotated[int, typer.Option(min=0, max=2**31, help="Seed of the folds.")] = 1,
    place: options.Tables = None,
    force: options.Force = False,
    quiet: options.Quiet = False,
    as_json: options.AsJson = False,
) -> None:
    """Find the region of a sweep's parameters that gives an outcome, as words and as a box.

    Tells how much of the outcome lies inside (coverage) and how much of the inside has it
    (density), and tries boxes on points that they were not made from, so that a chance find is
    told as one.

    For example: [cyan]multipolar discover results/SWEEP --outcome 'poles() > 3'[/cyan]
    """
    from sim.study.sensitivity.swept import region_of

    began = time.perf_counter()
    check_place(place, "discovery", force=force, quiet=quiet)
    found = region_of(folder, outcome, method=method, seed=seed)
    deliver(found, place, began, figures=(), force=force, quiet=quiet, as_json=as_json)
