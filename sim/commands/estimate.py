"""`multipolar estimate`: how much each term of utility weighs, learnt from alliances."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sim.commands import options, out, print_json, program, progress_bar, took
from sim.commands.hindcast import read_span

if TYPE_CHECKING:
    from sim.study.estimate import Estimates


@program.command()
def estimate(
    data: Annotated[
        Path,
        typer.Option(
            metavar="FOLDER",
            help="Folder with tables of states and of pairs of states by year, as "
            "[cyan]hindcast[/cyan] reads them.",
        ),
    ],
    train: Annotated[
        str | None,
        typer.Option(
            metavar="FIRST:LAST", help="Years to learn from (default: all of the tables)."
        ),
    ] = None,
    target: Annotated[
        Path | None,
        typer.Option(
            "--out", metavar="FILE", help="Write estimates and covariances to a JSON file."
        ),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace a FILE that is there.")] = False,
    jointly: Annotated[
        bool,
        typer.Option(
            "--jointly",
            help="Also fit offers, accessions and exits together, with one weight a term and "
            "the declared ranges as priors: what [cyan]<term>.ties[/cyan] of scenarios comes "
            "from. Minutes longer.",
        ),
    ] = False,
    quiet: options.Quiet = False,
    as_json: options.AsJson = False,
) -> None:
    """Estimate how much each term of utility weighs, from who allied with whom.

    A world of each year is built from the tables. In it the engine says, term by term, what a
    pact with each other state would be worth to either side; how likely each weight makes what
    happened in the next year is its likelihood. Five processes: offers (pairs that ally, one
    proposing and the other consenting), accession to treaties, exit, the end of treaties, and
    partings of pairs. Errors are clustered by treaty event.

    For example: [cyan]multipolar estimate --data DATA --train 1950:1975 --out w.json[/cyan]
    """
    from sim.errors import UserError
    from sim.scenario.history.formats import read_folder
    from sim.study.estimate import estimate as learn
    from sim.system.files import check_file, write_text
    from sim.system.progress import Parts

    began = time.perf_counter()
    span = None if train is None else read_span(train)
    if target is not None:
        check_file(target, force=force)
    history = read_folder(data)
    first, last = span or (history.years[0], history.years[-1])
    known = history.until(last)
    years = [year for year in known.years if first <= year < last]
    if not years:
        raise UserError(f"there are no pairs from {first} to {last} in the tables of {data}")
    with progress_bar("Learning", quiet=quiet) as progress:
        step = Parts(progress, len(years) * len(known.targets)).end
        found = [learn(known, first, last, name, step, jointly=jointly) for name in known.targets]
    said = {"format": 1, "train": [first, last], "targets": [one.to_dict() for one in found]}
    if target is not None:
        import json

        write_text(target, json.dumps(said, indent=1) + "\n")
    if as_json:
        print_json(said)
    else:
        for one in found:
            _print(one)
    took("" if target is None else f"Estimates: {target} ", began, quiet=quiet)


def _print(found: Estimates) -> None:
    from sim.measure.summary import plural
    from sim.study.hindcast.result import TARGET_NAMES
    from sim.system.terminal import table

    first, last = found.years
    out.print(f"{TARGET_NAMES[found.target]}, learnt from {first} to {last}", style="bold")
    sides: list[tuple[str, Any]] = [(name, "right") for name in ("weight", "error", "by hand")]
    for name, one in found.processes.items():
        title = f"{name}: {plural(one.events, 'event')} in {one.rows:,} rows"
        grid = table(title, ("", *sides, ""))
        for weight, value, error in zip(one.weights, one.value, one.error, strict=True):
            held = weight.sign != 0 and abs(value) < HELD
            grid.add_row(
                weight.name,
                "0" if held else f"{value:.3g}",
                "" if held else f"{error:.2g}",
                found.by_hand(weight.name),
                "of the wrong sign, or nothing to tell: left out" if held else told(value, error),
            )
        out.print(grid)


HELD = 1e-9
"""A weight as small as this is at the bound of its sign."""


def told(value: float, error: float) -> str:
    """Whether a weight is told apart from zero at 5 %."""
    return "" if abs(value) > 1.96 * error else "not told from 0"
