"""`multipolar robust`: which answers of a scenario survive null models and other theories."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from sim.commands import (
    AsJson,
    File,
    Force,
    Fresh,
    Jobs,
    Quiet,
    Runs,
    Seed,
    check_place,
    command_line,
    err,
    keep_figure,
    out,
    print_json,
    progress_bar,
    warm,
)


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
        claims: Annotated[
            bool, typer.Option(help="Ask about the claims, too: their arms under every null.")
        ] = True,
        folder: Annotated[
            Path | None,
            typer.Option(
                "--out", metavar="FOLDER", help="Folder to write the table and a figure to."
            ),
        ] = None,
        force: Force = False,
        fresh: Fresh = False,
        jobs: Jobs = None,
        quiet: Quiet = False,
        as_json: AsJson = False,
    ) -> None:
        """Set the answers of a scenario beside null models and rival theories.

        Every two of the focal states and poles: in which part of the runs they end in one bloc, in
        the engine, under each null and without any change, and what each theory says from the
        start. Every headline metric and claim: its effect in the engine and under each null.

        Example: [cyan]multipolar robust europe_1872_1914 --runs 50[/cyan]
        """
        from sim.study.arm_store import fresh as anew
        from sim.study.robust import robust as ask

        check_place(folder, "robust", force=force, quiet=quiet)
        warm(quiet=quiet)
        with anew(fresh), progress_bar("Runs", quiet=quiet) as progress:
            found = ask(
                file,
                runs=runs,
                seed=seed,
                jobs=jobs,
                data=data,
                claims=claims,
                progress=progress,
                command=command_line(),
            )
        if as_json:
            print_json(found.to_dict())
        else:
            out.print(found)
        if folder is not None:
            from sim.show.plots.robust import draw_robust

            found.save(folder, force=force)
            keep_figure(folder, "robust", lambda: draw_robust(found), force=force)
            if not quiet:
                err.print(f"Results: {folder}", highlight=False, soft_wrap=True)
