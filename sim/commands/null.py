"""`multipolar null`: which findings of a scenario are left when their reasons are taken away."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Annotated

import typer

from sim.commands import (
    AsJson,
    File,
    Force,
    Fresh,
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
    warm,
)


def register(app: typer.Typer) -> None:
    """Add the command to the application."""

    @app.command()
    def null(
        file: File,
        metric: Annotated[
            list[str] | None,
            typer.Option(
                metavar="EXPRESSION",
                help="What to measure, such as [cyan]'alignment(AAA, BBB)'[/cyan]; see "
                "[cyan]multipolar metrics[/cyan]. May be repeated. Default: alignments, threats "
                "and hedging of the focal states, poles, and all claims.",
            ),
        ] = None,
        nulls: Annotated[
            str | None,
            typer.Option(
                metavar="NAME,...",
                help="Null models (default: random_utility, no_terms, shuffled_capability, "
                "no_pacts, neutral_judged, persistence, seed), [cyan]without:RULE[/cyan] and "
                "[cyan]alone:RULE[/cyan] for one mechanism or term.",
            ),
        ] = None,
        each: Annotated[
            bool,
            typer.Option(
                "--each", help="Also every mechanism and term off, and alone, one by one: long."
            ),
        ] = False,
        arms: Annotated[
            str | None,
            typer.Option(
                metavar="A,B",
                help="Measure arm A less arm B (default: the change since the start).",
            ),
        ] = None,
        claims: Annotated[
            bool | None,
            typer.Option(help="Test the claims, too (default: where no --metric is given)."),
        ] = None,
        runs: Runs = None,
        seed: Seed = None,
        quarters: Quarters = None,
        set_: Set = None,
        scope: Scope = None,
        folder: Annotated[
            Path | None,
            typer.Option("--out", metavar="FOLDER", help="Folder to write the table to."),
        ] = None,
        force: Force = False,
        fresh: Fresh = False,
        jobs: Jobs = None,
        quiet: Quiet = False,
        as_json: AsJson = False,
    ) -> None:
        """Hold the findings of a scenario against null models: what does random choice find, too?

        Changes of blocs and pacts are correlated over all pairs of states with the full model; each
        metric and claim is measured in the full model and in the null, run by run with the same
        luck. A finding that a null has, too, is printed as such.

        Example: [cyan]multipolar null vietnam_bamboo --runs 40 --no-claims[/cyan]
        """
        from sim.scenario import find_scenario, load_scenario
        from sim.study.arm_store import fresh as anew
        from sim.study.null import null as ask

        began = time.perf_counter()
        check_place(folder, "nulls", force=force, quiet=quiet)
        path = find_scenario(file)
        spec = load_scenario(path, overrides=settings(set_, scope), quarters=quarters)
        announce(
            spec,
            spec.ensemble.runs if runs is None else runs,
            spec.ensemble.seed if seed is None else seed,
            quiet=quiet,
        )
        warm(quiet=quiet)
        with anew(fresh), progress_bar("Running the nulls", quiet=quiet) as progress:
            found = ask(
                path,
                metrics=tuple(metric or ()),
                nulls=_names(nulls),
                each=each,
                arms=_names(arms),
                claims=claims,
                set=settings(set_, scope),
                runs=runs,
                seed=seed,
                quarters=quarters,
                jobs=jobs,
                progress=progress,
                command=command_line(),
            )
        if as_json:
            print_json(found.to_dict())
        else:
            out.print(found)
        if folder is not None:
            found.save(folder, force=force)
        if not quiet:
            where = "" if folder is None else f"Results: {folder} "
            said = f"{where}({time.perf_counter() - began:.1f} s)"
            err.print(said, highlight=False, soft_wrap=True)


def _names(text: str | None) -> list[str] | None:
    return None if text is None else [name.strip() for name in text.split(",") if name.strip()]
