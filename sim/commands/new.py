"""`multipolar new`: a scenario to begin with."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from sim.commands import program, say


@program.command()
def new(
    target: Annotated[
        Path, typer.Argument(metavar="NAME", help="File to write, with or without .yaml.")
    ],
    extends: Annotated[
        str,
        typer.Option(
            metavar="FILE", help="Scenario to begin from: a file, or the name of a shipped one."
        ),
    ] = "world/2024",
) -> None:
    """Write a commented scenario to begin with: a pact, arms without it, and what more may be.

    It is valid and runs as it stands. A file that is there is never replaced.

    For example: [cyan]multipolar new my_question --extends world/2024[/cyan]
    """
    from sim.scenario.skeleton import new_scenario

    path = new_scenario(target, extends)
    say(f"{path}: edit it, then multipolar validate {path}", fold=True)
