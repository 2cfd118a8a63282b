"""`multipolar robust`: which answers of a scenario survive other theories."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from sim.commands import AsJson, File, Jobs, Quiet, Runs, Seed, out, print_json, progress_bar, warm


def register(app: typer.Typer) -> None:
    """Add the command to the application."""

    @app.command()
    def robust(
        file: File,
        runs: Runs = None,
        seed: Seed = None,
        data: Annotated[
            Path | None,
            typer.Option(
                metavar="FOLDER",
                help="Tables of states and pairs by year, which [cyan]gravity[/cyan] learns from.",
            ),
        ] = None,
        jobs: Jobs = None,
        quiet: Quiet = False,
        as_json: AsJson = False,
    ) -> None:
        """Set who stands with whom beside what rival theories say, and beside no change.

        Every two of the focal states and poles: in which part of the runs they end in one bloc,
        whether they were in one at the start, and what each theory says from the start.

        Example: [cyan]multipolar robust europe_1872_1914 --runs 50[/cyan]
        """
        from sim.experiments.robust import robust as ask

        warm(quiet=quiet)
        with progress_bar("Runs", quiet=quiet) as progress:
            found = ask(file, runs=runs, seed=seed, jobs=jobs, data=data, progress=progress)
        if as_json:
            print_json(found.to_dict())
        else:
            out.print(found)
