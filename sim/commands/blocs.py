"""`multipolar blocs`: the blocs of a saved result, how surely, and by which definition."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from sim.commands import options, print_result, program


@program.command()
def blocs(
    folder: Annotated[
        Path,
        typer.Argument(
            metavar="RESULTS", help="The folder of a result, as run printed it at its end."
        ),
    ],
    definition: Annotated[
        str,
        typer.Option(
            "--definition",
            metavar="NAME",
            help="What ties states together: [cyan]ties[/cyan] (all ties of the model), "
            "[cyan]defence[/cyan] (defence pacts only) or [cyan]alignment[/cyan] (positions "
            "only).",
        ),
    ] = "ties",
    networks: Annotated[
        int, typer.Option(min=0, help="Most final networks to prove or bound, a run each.")
    ] = 20,
    as_json: options.AsJson = False,
) -> None:
    """Show which blocs the runs of a result end in, and how much hangs on the definition.

    Blocs are the partition of the states that keeps the most signed tie weight inside its
    parts. Shown are the blocs that stand for all runs, whether they are proven best, the pairs
    of states that are in doubt, splits and mergers with their dates, how polarised the system
    is, where the focal states stand, and what the other definitions would say.

    Example: [cyan]multipolar run vietnam_bamboo --runs 50[/cyan], then [cyan]multipolar blocs
    results/ID-vietnam-bamboo-base --definition defence[/cyan].
    """
    from sim.errors import UserError
    from sim.measure.summary import describe_blocs
    from sim.record.results import Results
    from sim.record.saved import saved_kind

    if (kind := saved_kind(folder)) != "run":
        raise UserError(f"{folder} is a saved {kind}; blocs are those of what run saves")
    report = describe_blocs(Results.load(folder), definition, networks=networks)
    print_result(report, as_json=as_json)
