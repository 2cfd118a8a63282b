"""`multipolar theory`: what a rival theory says of a scenario, or of tables."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from sim.commands import options, out, print_json, program


@program.command()
def theory(
    name: Annotated[
        str | None,
        typer.Argument(metavar="NAME", help="A theory; without one they are listed."),
    ] = None,
    file: Annotated[
        str | None,
        typer.Argument(
            metavar="FILE",
            help="A scenario, by file or name: its start is taken; or a table (.csv, .net) of "
            "propensities, for [cyan]bargaining[/cyan] of actors.",
        ),
    ] = None,
    sizes: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="A table of sizes: [cyan]name,size[/cyan]."),
    ] = None,
    propensities: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Who is drawn to whom: a signed matrix, a triangle of one or a list "
            "[cyan]a,b,value[/cyan] in CSV, or a network in Pajek's format.",
        ),
    ] = None,
    actors: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="A table of actors: influence, then position and salience of each issue.",
        ),
    ] = None,
    data: options.Yearly = None,
    set_: Annotated[
        list[str] | None,
        typer.Option(
            "--set", metavar="KEY=VALUE", help="Set a number of the theory. May be repeated."
        ),
    ] = None,
    every: Annotated[
        bool,
        typer.Option(
            "--all", help="With --json: everything, of a landscape the energy of each split."
        ),
    ] = False,
    as_json: options.AsJson = False,
) -> None:
    """Ask a rival theory who sides with whom, or where a bargain ends.

    It takes the start of a scenario, or tables of one's own. What each assumes and where it
    and the engine part: docs/explanation/theories.md.

    Example: [cyan]multipolar theory landscape europe_1936[/cyan]
    """
    from sim.errors import UserError, shown
    from sim.theories import Given, find_theory, theory_names

    if name is None:
        for known in theory_names():
            out.print(f"{known}: {find_theory(known).title}", highlight=False, soft_wrap=True)
        return
    settings = {}
    for text in set_ or ():
        key, equals, value = text.partition("=")
        if not equals:
            raise UserError(f"--set {shown(text)}: expected KEY=VALUE")
        settings[key.strip()] = value.strip()
    found = find_theory(name).of(Given(file, sizes, propensities, actors, data, settings))
    if as_json:
        print_json(found.to_dict(every=every))
    else:
        out.print(found.show())
