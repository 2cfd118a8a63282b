"""`multipolar dictionary`: every column of the tables and every JSON, with its meaning."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from sim.commands import options, print_json, print_table, program


@program.command()
def dictionary(
    name: Annotated[
        str | None,
        typer.Argument(metavar="[TABLE]", help="Only columns of this table."),
    ] = None,
    as_markdown: Annotated[
        bool, typer.Option("--markdown", help="Print the reference page.")
    ] = False,
    as_json: options.AsJson = False,
) -> None:
    """Print what every column of a saved table means; with --json the forms of all JSON, too.

    Metrics are listed by [cyan]multipolar metrics[/cyan], the names of scenarios by
    [cyan]multipolar names[/cyan]; [cyan]multipolar schema --of run[/cyan] is the JSON Schema of
    what a command prints.
    """
    from sim.errors import UserError, hint, shown
    from sim.show.dictionary import VERSION, columns, markdown, output_names, output_schema

    if as_markdown:
        sys.stdout.write(markdown())
        return
    known = list(dict.fromkeys(column.table for column in columns()))
    if name is not None and name not in known:
        said = f"{shown(name)} is no table; known are {', '.join(known)}{hint(name, known)}"
        raise UserError(said)
    found = [column for column in columns() if name in (None, column.table)]
    if as_json:
        schemas = {command: output_schema(command) for command in output_names()}
        listed = [column._asdict() for column in found]
        print_json({"version": VERSION, "columns": listed, "outputs": schemas})
        return
    print_table(
        f"Columns, version {VERSION}", ("table", "column", "kind", "unit", "meaning"), found
    )
