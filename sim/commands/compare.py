"""`multipolar compare`: what the arms of a scenario change, run by run with the same luck."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Group, RenderableType

from sim.commands import (
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
    keep_figure,
    keep_result,
    out,
    print_json,
    progress_bar,
    settings,
    warm,
)

if TYPE_CHECKING:
    from sim.experiments.answer import Answer
    from sim.experiments.comparison import Comparison


def register(app: typer.Typer) -> None:
    """Add the command to the application."""

    @app.command()
    def compare(
        file: File,
        arms: Annotated[
            str | None,
            typer.Option(
                metavar="A,B", help="Arms to compare, by name (default: all of the scenario)."
            ),
        ] = None,
        every: Annotated[
            bool, typer.Option("--all", help="Compare all arms, as without --arms.")
        ] = False,
        against: Annotated[
            str, typer.Option(metavar="NAME", help="The arm that the others are held against.")
        ] = "base",
        metric: Annotated[
            list[str] | None,
            typer.Option(
                metavar="EXPRESSION",
                help="What to measure, such as [cyan]'alignment(AAA, BBB)'[/cyan]; see "
                "[cyan]multipolar metrics[/cyan]. May be repeated. Default: alignments, threats, "
                "hedging and dependence of the focal states, intensities of pacts, poles.",
            ),
        ] = None,
        horizon: Annotated[
            str | None,
            typer.Option(
                metavar="WHEN",
                help="When to measure: a quarter, or [cyan]2024Q3..2026Q2[/cyan] (default: the "
                "end).",
            ),
        ] = None,
        runs: Runs = None,
        seed: Seed = None,
        quarters: Quarters = None,
        set_: Set = None,
        scope: Scope = None,
        folder: Annotated[
            Path | None,
            typer.Option(
                "--out", metavar="FOLDER", help="Folder for the tables (default: results/)."
            ),
        ] = None,
        force: Force = False,
        jobs: Jobs = None,
        full: Annotated[
            bool, typer.Option("--full", help="Print the tables of all arms below the answer.")
        ] = False,
        figures: Annotated[bool, typer.Option(help="Draw the differences through time.")] = True,
        quiet: Quiet = False,
        as_json: AsJson = False,
    ) -> None:
        """Compare the arms of a scenario: what does each change, when, and for whom?

        Run 17 of one arm and run 17 of another share their draws and the luck of every
        decision, so that their difference is the effect of the arm. The verdict on the question
        comes first, or on --arms A,B. With --full, --metric or other arms: paired differences with
        95% intervals, when the paths part and which third states move most. Writes tidy tables and
        a figure.
        """
        from sim.errors import UserError
        from sim.folders import enlist
        from sim.scenario import find_scenario, load_scenario

        began = time.perf_counter()
        if every and arms is not None:
            raise UserError("--all and --arms exclude one another")
        check_place(folder, "comparison", force=force, quiet=quiet)
        names = None if arms is None else [name.strip() for name in arms.split(",")]
        spec = load_scenario(
            find_scenario(file), overrides=settings(set_, scope), quarters=quarters
        )
        announce(
            spec,
            spec.ensemble.runs if runs is None else runs,
            spec.ensemble.seed if seed is None else seed,
            quiet=quiet,
        )
        from sim.experiments.answer import Kept, answered_by, ask, observe, save_answer
        from sim.experiments.compare import compare as compare_arms
        from sim.experiments.observed import Observed

        asked = answered_by(
            find_scenario(file),
            names,
            against,
            set=tuple(set_ or ()),
            quarters=quarters,
        )
        kept: dict[str, Kept] = {}

        def look(name: str, seen: Observed) -> None:
            if asked is not None and name in asked[1].arms:
                kept[name] = observe(asked[1], seen)

        warm(quiet=quiet)
        with progress_bar("Running the arms", quiet=quiet) as progress:
            found = compare_arms(
                find_scenario(file),
                arms=names,
                against=against,
                metrics=tuple(metric or ()),
                horizon=horizon,
                set=settings(set_, scope),
                runs=runs,
                seed=seed,
                quarters=quarters,
                jobs=jobs,
                progress=progress,
                command=command_line(),
                extra_pairs=() if asked is None else asked[1].pairs,
                look=look,
            )
        place = keep_result(found, folder, force=force)
        answer = None
        if asked is not None:
            answer = ask(
                *asked,
                runs=found.runs,
                seed=found.meta.seed,
                jobs=jobs,
                kept=kept,
                watch=lambda what: progress_bar(what, quiet=quiet),
            )
            enlist(place, [save_answer(answer, place)])
        if as_json:
            told = None if answer is None else answer.to_dict()
            print_json({**found.to_dict(), "answer": told, "folder": str(place)})
        else:
            out.print(Group(*_shown(found, answer, full=full or bool(metric))))
        if figures:
            from sim.plots.differences import draw_differences

            keep_figure(
                place, "differences", lambda: draw_differences(found, verdict=answer), force=force
            )
        if not quiet:
            said = f"Results: {place} ({time.perf_counter() - began:.1f} s)"
            err.print(said, highlight=False, soft_wrap=True)


def _shown(found: Comparison, answer: Answer | None, *, full: bool) -> Iterator[RenderableType]:
    """The answer, and the tables where they are asked for or there are more arms than it is of."""
    if answer is not None:
        yield answer
    if answer is None or full or len(found.arms) > 1:
        yield from ("", found)
    else:
        yield "\nFurther: --full prints all that the arms change."
