"""`multipolar export` and `import`: worlds and results in the tables of other programs."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from sim.commands import options, program, say

_FORMATS = ("csv", "matrix", "pajek", "stata", "graphml", "gexf")
_ENDINGS = {"graphml": "graphml", "gexf": "gexf", "pajek": "net"}

Replace = Annotated[bool, typer.Option("--force", help="Replace files that are there.")]


@program.command()
def export(
    file: Annotated[
        str,
        typer.Argument(metavar="FILE|RESULTS", help="A scenario, or the folder of a saved run."),
    ],
    folder: Annotated[
        Path, typer.Option("--out", "-o", metavar="FOLDER", help="Folder for the files.")
    ],
    form: Annotated[
        str,
        typer.Option(
            "--format",
            metavar="NAME",
            help="Of a scenario [cyan]csv[/cyan] (lists), [cyan]matrix[/cyan] or "
            "[cyan]pajek[/cyan]; of a run [cyan]csv[/cyan] or [cyan]stata[/cyan] (all tables), "
            "[cyan]graphml[/cyan], [cyan]gexf[/cyan] or [cyan]pajek[/cyan] (the network).",
        ),
    ] = "csv",
    arm: options.Arm = "base",
    quarter: Annotated[
        str | None, typer.Option(metavar="QUARTER", help="Of a network: default the last.")
    ] = None,
    run: Annotated[
        int | None, typer.Option(min=0, help="Of a network: one run; default the mean of all.")
    ] = None,
    pacts: Annotated[
        bool,
        typer.Option("--pacts", help="Of a network: pacts, and organisations with their members."),
    ] = False,
    force: Replace = False,
    quiet: options.Quiet = False,
) -> None:
    """Write a scenario's world, or the tables or network of a saved run, for other programs.

    A world is one file for the states, the pacts, the memberships, each relation and each channel;
    what tables cannot hold (doctrines, conflicts, events) stays behind. [cyan]multipolar
    import[/cyan] reads them back.

    For example: [cyan]multipolar export world/2024 --format matrix --out tables[/cyan]
    """
    from sim.errors import UserError, hint, shown

    if form not in _FORMATS:
        raise UserError(
            f"--format {shown(form)}: known are {', '.join(_FORMATS)}{hint(form, _FORMATS)}"
        )
    if Path(file).is_dir():
        files = _of_run(file, folder, form, quarter, run, pacts=pacts, force=force)
    else:
        from sim.record.world_tables import FORMS, export_world
        from sim.scenario import load_scenario

        if form not in FORMS:
            raise UserError(f"--format {form} is of saved runs; of a scenario: {', '.join(FORMS)}")
        files = export_world(load_scenario(file, arm=arm), folder, form=form, force=force)
    say(f"{folder}: {', '.join(path.name for path in files)}", quiet=quiet, fold=True)


def _of_run(
    place: str,
    folder: Path,
    form: str,
    quarter: str | None,
    run: int | None,
    *,
    pacts: bool,
    force: bool,
) -> list[Path]:
    from sim.errors import UserError
    from sim.record.exports import write_graph
    from sim.record.results import Results

    if form == "matrix":
        raise UserError("--format matrix is of scenarios; the table network.csv has the pairs")
    results = Results.load(place)
    if form in ("csv", "stata"):
        return results.to_csv(folder, stata=form == "stata", force=force)
    graph = results.to_networkx(
        -1 if quarter is None else quarter, "mean" if run is None else run, pacts=pacts
    )
    name = f"{'pacts' if pacts else 'network'}_{graph.graph['quarter']}.{_ENDINGS[form]}"
    return [write_graph(graph, folder / name, force=force)]


@program.command(name="import")
def import_(
    files: Annotated[
        list[str],
        typer.Argument(
            metavar="FILE...",
            help="Tables, or folders of them, called by what they hold: states.csv, pacts.csv, "
            "memberships.csv, distance.csv, trade.net; or [cyan]NAME=FILE[/cyan].",
        ),
    ],
    target: Annotated[
        Path,
        typer.Option("--out", "-o", metavar="FILE", help="Scenario to write, with its tables."),
    ],
    source: Annotated[str, typer.Option(metavar="TITLE", help="The work the numbers are from.")],
    start: Annotated[str, typer.Option(metavar="QUARTER", help="Start, such as 2024Q4.")],
    quarters: Annotated[int, typer.Option(min=1, max=400, help="Quarters to simulate.")] = 12,
    extends: Annotated[
        str | None,
        typer.Option(metavar="FILE", help="Scenario that these tables lie over: world/YEAR.yaml."),
    ] = None,
    spread: Annotated[
        str,
        typer.Option(
            "--range", metavar="PERCENT", help="Range of numbers without ends of their own."
        ),
    ] = "20%",
    force: Replace = False,
    quiet: options.Quiet = False,
) -> None:
    """Make tables a scenario: lists, matrices and networks in Pajek's format.

    The scenario is checked and says where its numbers are from. docs/how-to/tables.md tells what
    else its block [cyan]tables[/cyan] can do.

    For example: [cyan]multipolar import tables --out mine.yaml --source "My data" --start
    2024Q4[/cyan]
    """
    from sim.record.world_tables import import_world

    spec = import_world(
        files,
        target,
        source=source,
        start=start,
        quarters=quarters,
        extends=extends,
        spread=spread,
        force=force,
    )
    if not quiet:
        told = f"{len(spec.states)} states, {len(spec.pacts)} pacts"
        say(f"{target}: {told}; next: multipolar describe {target}", fold=True)
