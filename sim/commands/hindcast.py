"""`multipolar hindcast`: models scored on alliances of years that they do not know."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Annotated

import typer

from sim.commands import (
    check_place,
    keep_figure,
    options,
    print_result,
    program,
    progress_bar,
    say,
    took,
    words,
)


@program.command()
def hindcast(
    data: Annotated[
        Path,
        typer.Option(
            metavar="FOLDER",
            help="Folder with tables of states and of pairs of states by year: every file "
            "[cyan]states*[/cyan] and [cyan]dyads*[/cyan] that ends in .csv or .parquet.",
        ),
    ],
    origin: Annotated[
        str,
        typer.Option(
            metavar="YEARS", help="Years to look ahead from, such as [cyan]1975,1980[/cyan]."
        ),
    ],
    horizon: Annotated[
        str,
        typer.Option(
            metavar="YEARS",
            help="How many years to look ahead: [cyan]5[/cyan], [cyan]5,10[/cyan].",
        ),
    ] = "5,10",
    train: Annotated[
        str | None,
        typer.Option(
            metavar="FIRST:LAST",
            help="Years that models learn from, outcomes included (default: all until the "
            "first origin).",
        ),
    ] = None,
    models: Annotated[
        str | None,
        typer.Option(
            metavar="A,B",
            help="Models (default: all). [cyan]A+B[/cyan] is the blend of two: "
            "[cyan]logit+boosting[/cyan].",
        ),
    ] = None,
    draws: Annotated[
        int, typer.Option(min=0, max=100_000, help="Bootstraps for the intervals.")
    ] = 200,
    folder: Annotated[
        Path | None, options.folder("Folder for tables and figures (default: none).")
    ] = None,
    force: options.Force = False,
    figures: Annotated[bool, typer.Option(help="With --out: draw the figures, too.")] = True,
    quiet: options.Quiet = False,
    as_json: options.AsJson = False,
) -> None:
    """Score models on alliances of years that they do not know.

    Each model learns from the years of training. From every origin it then says, of every pair
    of states and with nothing later in sight, how likely a defence pact and an alliance of any
    kind are so many years on. What it said is held against what happened: all pairs, onsets
    (pairs without a tie at the origin) and endings (pairs with one), counted by pair and by
    treaty event, joining and leaving of treaties of four members or more, and the blocs that
    the ties make.

    Models are persistence (all stays), base_rate, distance, enemies (common ones), logit
    (distance, contiguity, ideal points, common allies) and boosting (all that is known of a
    pair), each with one part for pairs without a tie and one for pairs with one; the engine,
    whose terms of utility are weighed by what happened in the years of training
    ([cyan]multipolar estimate[/cyan]); and the blend of engine and logit. Only where named:
    simulation, shares of 100 runs of the whole model by its default parameters, and
    random_choice, the same with states that choose at random as often. Tables need
    the columns ccode, year and ccode1, ccode2, year, defense; docs/how-to/hindcast.md has the
    others.

    For example: [cyan]multipolar hindcast --data DATA --origin 1975,1980,1985 --horizon 5,10
    --train 1950:1975 --out results/hindcast[/cyan]
    """
    from sim.scenario.history.formats import read_folder
    from sim.study.hindcast import find_models, model_names
    from sim.study.hindcast import hindcast as look_back

    began = time.perf_counter()
    names = model_names() if models is None else tuple(dict.fromkeys(words(models)))
    makers = find_models(names)
    origins, horizons = _years(origin, "--origin"), _years(horizon, "--horizon")
    span = None if train is None else read_span(train)

    check_place(folder, "hindcast", force=force, quiet=quiet)
    history = read_folder(data)
    with progress_bar("Looking ahead", quiet=quiet) as progress:
        found = look_back(
            history,
            origins,
            horizons,
            train=span,
            models=makers,
            draws=draws,
            say=say,
            progress=progress,
        )
    if folder is not None:
        found.save(folder, force=force)
        if figures:
            from sim.show.plots.hindcast import draw_auc, draw_reliability

            keep_figure(folder, "auc", lambda: draw_auc(found), force=force)
            keep_figure(folder, "reliability", lambda: draw_reliability(found), force=force)
    print_result(found, as_json=as_json)
    took("" if folder is None else f"Results: {folder} ", began, quiet=quiet)


def _years(text: str, option: str) -> list[int]:
    """The numbers of an option, each greater than zero."""
    from sim.errors import UserError, shown
    from sim.system.inputs import whole

    found = []
    for word in words(text):
        if not (number := whole(word)):
            said = f"{shown(word)} is not a whole number of years above zero"
            raise UserError(f"{option}: {said}; write them as 5,10 or 1975,1980")
        found.append(number)
    if not found:
        raise UserError(f"{option}: name at least one number of years")
    return found


def read_span(text: str) -> tuple[int, int]:
    """First and last year of ``--train``."""
    from sim.errors import UserError, shown
    from sim.system.inputs import whole

    first, _, last = text.partition(":")
    low, high = whole(first), whole(last)
    if low is None or high is None:
        raise UserError(f"--train: {shown(text)} is not a span of years; write it as 1950:1975")
    if low > high:
        raise UserError(f"--train: the span ends before it begins; write {high}:{low}")
    return low, high
