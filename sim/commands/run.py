"""`multipolar run`: an ensemble of one arm, and which coalitions come out."""

from __future__ import annotations

import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Thread
from typing import Annotated

import typer

from sim.commands import (
    RESULTS,
    Arm,
    AsJson,
    File,
    Force,
    Jobs,
    Quarters,
    Quiet,
    Runs,
    Scope,
    Seed,
    Set,
    announce,
    check_place,
    command_line,
    err,
    out,
    print_json,
    progress_bar,
    settings,
    tell_notices,
    warm,
)


def register(app: typer.Typer) -> None:
    """Add the command to the application."""

    @app.command()
    def run(
        file: File,
        runs: Runs = None,
        seed: Seed = None,
        quarters: Quarters = None,
        set_: Set = None,
        scope: Scope = None,
        arm: Arm = "base",
        folder: Annotated[
            Path | None,
            typer.Option(
                "--out", metavar="FOLDER", help="Folder for the results (default: results/)."
            ),
        ] = None,
        force: Force = False,
        jobs: Jobs = None,
        figures: Annotated[bool, typer.Option(help="Draw the figures, too.")] = True,
        quiet: Quiet = False,
        as_json: AsJson = False,
    ) -> None:
        """Run a scenario and say which coalitions come out, how surely.

        Prints the blocs with their co-membership probabilities, the position of each focal state,
        and the pacts made and broken, all with 90 % intervals over the runs; writes tables,
        manifest and figures to a folder under results/.
        """
        from sim.scenario import find_scenario, load_scenario

        began = time.perf_counter()
        check_place(folder, "run", force=force, quiet=quiet)
        spec = load_scenario(
            find_scenario(file), arm=arm, overrides=settings(set_, scope), quarters=quarters
        )
        wanted = spec.ensemble.runs if runs is None else runs
        announce(spec, wanted, spec.ensemble.seed if seed is None else seed, quiet=quiet)
        tell_notices(spec, file, quiet=quiet)
        from sim.experiments.run import Stopped
        from sim.experiments.run import run as run_scenario

        warm(quiet=quiet)
        from sim.plots import load_drawing

        if figures:
            Thread(target=load_drawing, daemon=True).start()
        interrupted = False
        try:
            with progress_bar("Running", quiet=quiet) as progress:
                results = run_scenario(
                    spec,
                    runs=wanted,
                    seed=seed,
                    jobs=jobs,
                    progress=progress,
                    command=command_line(),
                    folder=RESULTS if folder is None else folder.parent,
                )
        except Stopped as stopped:
            if stopped.results is None:
                raise
            results, interrupted = stopped.results, True
            err.print(
                f"Stopped after {results.record.runs} of {wanted} runs; "
                "what follows is of these, the same as of --runs "
                f"{results.record.runs}."
            )
        from sim.results import safe_run_folder
        from sim.summary import summarise

        report = summarise(results)
        place = results.place(folder or safe_run_folder(RESULTS, results.run_id))
        if as_json:
            print_json({**report.to_dict(), "folder": str(place)})
        else:
            out.print(report)
        # tables are compressed while figures are drawn
        with ThreadPoolExecutor(max_workers=1) as pool:
            saving = pool.submit(results.save, place, force=force)
            if figures and not interrupted:
                from sim.folders import enlist
                from sim.plots import draw_figures, save_figures

                drawn = draw_figures(results, report)
                at = saving.result() / "figures"
                enlist(place, save_figures(results, at, drawn=drawn, force=force))
            saving.result()
        if not quiet:
            err.print(
                f"Results: {place} ({time.perf_counter() - began:.1f} s)",
                highlight=False,
                soft_wrap=True,
            )
        if interrupted:
            sys.exit(130)
