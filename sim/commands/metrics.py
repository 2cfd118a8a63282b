"""`multipolar metrics`: what can be measured, and how to write it."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from sim.commands import options, out, print_json, print_table, program


@program.command()
def metrics(
    name: Annotated[
        str | None,
        typer.Argument(metavar="[NAME]", help="Only quantities whose name has this in it."),
    ] = None,
    as_markdown: Annotated[
        bool, typer.Option("--markdown", help="Print the reference page of the language.")
    ] = False,
    as_json: options.AsJson = False,
) -> None:
    """List the quantities that metrics are made of, with units, ranges and meanings.

    Metrics are what [cyan]compare --metric[/cyan] and the claims of scenarios measure:
    [cyan]alignment(AAA, BBB)[/cyan], [cyan]mean(tension(AAA, BBB), tension(AAA, CCC)) @
    2024Q3..2026Q2[/cyan], [cyan]hedging(AAA) @ end - hedging(AAA) @ start[/cyan]. A group of
    states means the mean over its members, unless a function such as [cyan]sum[/cyan] or
    [cyan]correlation[/cyan] works on them; [cyan]lowest[/cyan] and [cyan]time_to[/cyan] look at
    every quarter.
    """
    from sim.errors import UserError, hint
    from sim.measure.quantities import QUANTITIES
    from sim.measure.reference import HEAD, functions_line, markdown, rows

    if as_markdown:
        sys.stdout.write(markdown())
        return
    found = [row for row in rows() if name is None or name in row[0].partition("(")[0]]
    if not found:
        raise UserError(f"{name}: no such quantity{hint(name or '', QUANTITIES)}")
    if as_json:
        print_json([dict(zip(HEAD, row, strict=True)) for row in found])
        return
    print_table("Quantities", HEAD, found)
    out.print(
        f"Functions: {functions_line()}; + - * / and parentheses; '@' with a quarter, "
        "2024Q3..2026Q2, start or end. What each does: docs/reference/metrics.md.\n"
        "* known yearly and held steady in between.",
        style="dim",
        highlight=False,
    )
