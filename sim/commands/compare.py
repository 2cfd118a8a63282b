"""`multipolar compare`: what the arms of a scenario change, run by run with the same luck."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Group, RenderableType

from sim.commands import (
    announce,
    check_place,
    command_line,
    formats_of,
    keep_figure,
    keep_result,
    options,
    out,
    print_json,
    program,
    progress_bar,
    say,
    settings,
    took,
    warm,
)

if TYPE_CHECKING:
    from sim.scenario import ScenarioSpec
    from sim.study.answer import Answer, Question
    from sim.study.comparison import Comparison

_ALL = "all"


@program.command()
def compare(
    file: options.File,
    arms: Annotated[
        str | None,
        typer.Option(
            metavar="A,B|all",
            help="Arms to compare, by name, or [cyan]all[/cyan] (default: those that the "
            "question names).",
        ),
    ] = None,
    every: Annotated[bool, typer.Option("--all", help="Compare all arms, as --arms all.")] = False,
    against: Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            help="The arm that the others are held against (default: base, or the one that "
            "the question names).",
        ),
    ] = None,
    metric: Annotated[
        list[str] | None,
        options.metrics(
            "alignment(AAA, BBB)",
            " Default: alignments, threats, hedging and dependence of the focal states, "
            "intensities of pacts, poles.",
        ),
    ] = None,
    horizon: options.Horizon = None,
    runs: options.Runs = None,
    seed: options.Seed = None,
    quarters: options.Quarters = None,
    set_: options.Set = None,
    scope: options.Scope = None,
    folder: options.Tables = None,
    force: options.Force = False,
    fresh: options.Fresh = False,
    jobs: options.Jobs = None,
    full: Annotated[
        bool, typer.Option("--full", help="Print the tables of all arms below the answer.")
    ] = False,
    figures: Annotated[bool, typer.Option(help="Draw the differences through time.")] = True,
    formats: options.Formats = "png",
    quiet: options.Quiet = False,
    as_json: options.AsJson = False,
) -> None:
    """Compare the arms of a scenario: what does each change, when, and for whom?

    Run 17 of one arm and run 17 of another share their draws and the luck of every
    decision, so that their difference is the effect of the arm. The verdict on the question
    comes first, or on --arms A,B. With --full, --metric or other arms: paired differences with
    95% intervals, when the paths part and which third states move most. Writes tidy tables and
    a figure. Arms that an earlier command has simulated are not simulated again.
    """
    from sim.errors import UserError
    from sim.record.folders import enlist
    from sim.scenario import find_scenario, load_scenario

    began = time.perf_counter()
    if every and arms is not None:
        raise UserError("--all and --arms exclude one another")
    types = formats_of(formats)
    check_place(folder, "comparison", force=force, quiet=quiet)
    path, overrides = find_scenario(file), settings(set_, scope)
    spec = load_scenario(path, overrides=overrides, quarters=quarters)
    announce(spec, runs, seed, quiet=quiet)
    from sim.study.answer import answered_by, ask, find_question, save_answer
    from sim.study.arm_store import fresh as anew
    from sim.study.compare import compare as compare_arms
    from sim.study.usual import usual

    named = _ALL if every else arms
    own = None if named else find_question(path, set=overrides, quarters=quarters)
    names, against = _chosen(spec, named, own, against)
    if named is None and names is not None:
        say(
            f"Compared: {', '.join(names)} against {against}, as the question names them; "
            f"--arms all for all {len(spec.arms)} arms",
            quiet=quiet,
        )
    warm(quiet=quiet)
    with anew(fresh):
        with progress_bar("Running the arms", quiet=quiet) as progress:
            found = compare_arms(
                path,
                arms=names,
                against=against,
                metrics=tuple(metric or ()),
                horizon=horizon,
                set=overrides,
                runs=runs,
                seed=seed,
                quarters=quarters,
                jobs=jobs,
                progress=progress,
                command=command_line(),
            )
        place = keep_result(found, folder, force=force)
        answer = None
        asked = own or answered_by(path, names, against, set=overrides, quarters=quarters)
        if asked is not None:
            answer = ask(
                *asked,
                runs=found.runs,
                seed=found.meta.seed,
                jobs=jobs,
                others=lambda: usual(path, spec, overrides, quarters, asked[1]),
                watch=lambda what: progress_bar(what, quiet=quiet),
            )
            enlist(place, [save_answer(answer, place)])
    if as_json:
        told = None if answer is None else answer.to_dict()
        print_json({**found.to_dict(), "answer": told, "folder": str(place)})
    else:
        out.print(Group(*_shown(found, answer, full=full or bool(metric))))
    if figures:
        from sim.show.plots.differences import draw_differences

        keep_figure(
            place,
            "differences",
            lambda: draw_differences(found, verdict=answer),
            force=force,
            formats=types,
        )
    took(f"Results: {place} ", began, quiet=quiet)


def _chosen(
    spec: ScenarioSpec,
    arms: str | None,
    own: tuple[object, Question] | None,
    against: str | None,
) -> tuple[list[str] | None, str]:
    """The arms to compare, None for all, and what they are held against."""
    from sim.scenario import BASE_ARM

    if arms is not None:
        whole = arms == _ALL and _ALL not in spec.arms
        return None if whole else [name.strip() for name in arms.split(",")], against or BASE_ARM
    if own is None:
        return None, against or BASE_ARM
    pair = own[1].arms
    against = against or (BASE_ARM if BASE_ARM in pair else pair[1])
    return [name for name in pair if name != against], against


def _shown(found: Comparison, answer: Answer | None, *, full: bool) -> Iterator[RenderableType]:
    """The answer, and the tables where they are asked for or there are more arms than it is of."""
    if answer is not None:
        yield answer
    if answer is None or full or len(found.arms) > 1:
        yield from ("", found)
    else:
        yield "\nFurther: --full prints all that the arms change."
