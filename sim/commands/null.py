"""`multipolar null`: which findings of a scenario are left when their reasons are taken away."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Annotated

import typer

from sim.commands import (
    announce,
    check_place,
    command_line,
    options,
    print_result,
    program,
    progress_bar,
    settings,
    took,
    warm,
    words,
)


@program.command()
def null(
    file: options.File,
    metric: Annotated[
        list[str] | None,
        options.metrics(
            "alignment(AAA, BBB)",
            " Default: alignments, threats and hedging of the focal states, poles, and all claims.",
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
    runs: options.Runs = None,
    seed: options.Seed = None,
    quarters: options.Quarters = None,
    set_: options.Set = None,
    scope: options.Scope = None,
    folder: Annotated[Path | None, options.folder("Folder to write the table to.")] = None,
    force: options.Force = False,
    fresh: options.Fresh = False,
    jobs: options.Jobs = None,
    quiet: options.Quiet = False,
    as_json: options.AsJson = False,
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
    announce(spec, runs, seed, quiet=quiet)
    warm(quiet=quiet)
    with anew(fresh), progress_bar("Running the nulls", quiet=quiet) as progress:
        found = ask(
            path,
            metrics=tuple(metric or ()),
            nulls=None if nulls is None else words(nulls),
            each=each,
            arms=None if arms is None else words(arms),
            claims=claims,
            set=settings(set_, scope),
            runs=runs,
            seed=seed,
            quarters=quarters,
            jobs=jobs,
            progress=progress,
            command=command_line(),
        )
    print_result(found, as_json=as_json)
    if folder is not None:
        found.save(folder, force=force)
    took("" if folder is None else f"Results: {folder} ", began, quiet=quiet)
