"""`multipolar world`: the world of a year as a scenario, from yearly tables."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Annotated, cast

import typer

from sim.commands import options, program, say, words


@program.command()
def world(
    year: Annotated[int, typer.Option(help="Year whose end is the start of the scenario.")],
    data: Annotated[
        Path,
        typer.Option(
            metavar="FOLDER",
            help="Folder with tables of states and of pairs of states by year: every file "
            "[cyan]states*[/cyan] and [cyan]dyads*[/cyan] that ends in .csv or .parquet; or "
            "with files of the field as they are published.",
        ),
    ],
    target: Annotated[
        Path,
        typer.Option(
            "--out", "-o", metavar="FILE", help="Scenario to write; its tables go beside it."
        ),
    ],
    states: Annotated[
        str,
        typer.Option(
            metavar="all|N|LIST",
            help="All states, the N strongest, or a list of codes: [cyan]AAA,BBB,2[/cyan].",
        ),
    ] = "all",
    quarters: Annotated[
        int, typer.Option(min=1, max=400, help="Quarters to simulate from the end of the year.")
    ] = 40,
    codes: Annotated[
        str | None,
        typer.Option(
            metavar="SYSTEM",
            help="Codes of states in the scenario: [cyan]abb[/cyan] (that column of the "
            "tables) or [cyan]iso3[/cyan] (default: abb where the tables have it).",
        ),
    ] = None,
    treaties: Annotated[
        str,
        typer.Option(
            metavar="organisations|pacts",
            help="What becomes of a treaty of four members or more: an organisation, or pacts.",
        ),
    ] = "organisations",
    force: options.Force = False,
    quiet: options.Quiet = False,
) -> None:
    """Write the world of a year as a scenario, from yearly tables and nothing later.

    States have capability, economy, position, regime, arms and reach; pairs distance, rivalry,
    contact and trade; treaties of many members become organisations, the other ties pacts.
    What is missing stays missing or is assumed with a wide range, and its note says so.
    docs/how-to/world.md has every mapping.

    For example: [cyan]multipolar world --year 1975 --data DATA -o world_1975.yaml[/cyan]
    """
    from sim.errors import UserError, shown
    from sim.scenario.history.formats import read_folder
    from sim.scenario.years import make_world, save_world
    from sim.scenario.years.made_world import CODES, TREATIES, Treaties

    began = time.perf_counter()
    for option, value, allowed in (("--codes", codes, CODES), ("--treaties", treaties, TREATIES)):
        if value is not None and value not in allowed:
            said = f"{option}: expected {' or '.join(allowed)}, not {shown(value)}"
            raise UserError(said)
    made = make_world(
        read_folder(data),
        year,
        keep=_kept(states),
        quarters=quarters,
        codes=codes,
        treaties=cast("Treaties", treaties),
    )
    save_world(made, target, force=force)
    if not quiet:
        rows = sum(len(frame) for frame in made.frames.values())
        told = f"{target}: {len(made.codes)} states, {rows} rows in {len(made.frames)} tables"
        say(f"{told} ({time.perf_counter() - began:.1f} s)", fold=True)


def _kept(text: str) -> int | list[int | str] | None:
    """What ``--states`` asks for: None for all, a number, or a list of codes."""
    from sim.system.inputs import whole

    if text.strip() == "all":
        return None
    if (count := whole(text)) is not None:
        return count
    return [*words(text)]
