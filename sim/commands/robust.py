"""`multipolar robust`: which answers of a scenario survive null models and other theories."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from sim.commands import (
    check_place,
    command_line,
    keep_figures,
    options,
    print_result,
    program,
    progress_bar,
    say,
    warm,
)


@program.command()
def robust(
    file: options.File,
    runs: options.Runs = None,
    seed: options.Seed = None,
    data: options.Yearly = None,
    claims: Annotated[
        bool, typer.Option(help="Ask about the claims, too: their arms under every null.")
    ] = True,
    folder: Annotated[
        Path | None, options.folder("Folder to write the table and a figure to.")
    ] = None,
    force: options.Force = False,
    fresh: options.Fresh = False,
    jobs: options.Jobs = None,
    quiet: options.Quiet = False,
    as_json: options.AsJson = False,
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
    print_result(found, as_json=as_json)
    if folder is not None:
        found.save(folder, force=force)
        keep_figures(folder, found, ("robust",), force=force)
        say(f"Results: {folder}", quiet=quiet)
