"""`multipolar run`: an ensemble of one arm, and which coalitions come out."""

from __future__ import annotations

import sys
import time
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING, Annotated

import typer

from sim.commands import (
    RESULTS,
    announce,
    check_place,
    command_line,
    err,
    formats_of,
    keep_figure,
    options,
    out,
    print_json,
    program,
    progress_bar,
    settings,
    tell_notices,
    took,
    warm,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sim.record.arrays import EnsembleRecord
    from sim.scenario import ScenarioSpec
    from sim.study.answer import Answer, Question
    from sim.study.arm_store import Measure

_BESIDE = 2**29
"""Bytes of pairs that are recorded for other commands, and not saved, at most."""


@program.command()
def run(
    file: options.File,
    runs: options.Runs = None,
    seed: options.Seed = None,
    quarters: options.Quarters = None,
    set_: options.Set = None,
    scope: options.Scope = None,
    arm: options.Arm = "base",
    folder: Annotated[
        Path | None, options.folder("Folder for the results (default: results/).")
    ] = None,
    force: options.Force = False,
    fresh: options.Fresh = False,
    jobs: options.Jobs = None,
    full: Annotated[
        bool, typer.Option("--full", help="Print the tables of the base arm below the answer.")
    ] = False,
    answer: Annotated[
        bool,
        typer.Option(help="Run the arms that answer the question, too, and tell what they change."),
    ] = True,
    figures: options.Figures = True,
    formats: options.Formats = "png",
    quiet: options.Quiet = False,
    as_json: options.AsJson = False,
) -> None:
    """Run a scenario and answer its question: what does the intervention change, how surely?

    Where the scenario has arms, two of them are run with the same luck, and again with states
    that choose at random; the verdict, with its size and 95% interval, comes first. Blocs,
    focal states, pacts and memberships follow with --full, or where there is nothing to
    compare, with 90% intervals over the runs. Tables, manifest and figures are written to a
    folder under results/.
    """
    from sim.scenario import find_scenario, load_scenario

    began = time.perf_counter()
    types = formats_of(formats)
    check_place(folder, "run", force=force, quiet=quiet)
    overrides = settings(set_, scope)
    spec = load_scenario(find_scenario(file), arm=arm, overrides=overrides, quarters=quarters)
    wanted = spec.ensemble.runs if runs is None else runs
    announce(spec, wanted, seed, quiet=quiet)
    tell_notices(spec, file, quiet=quiet)
    asked = _question(file, arm, overrides, quarters) if answer else None
    from sim.drivers.ensemble import recorded_pairs
    from sim.study.run import Stopped
    from sim.study.run import run as run_scenario

    pairs = recorded_pairs(spec, () if asked is None else asked[1].pairs)
    others = [] if asked is None else _others(*asked, overrides, wanted)
    beside = {pair for one in others for pair in one.pairs}
    warm(quiet=quiet)
    from sim.show.plots import load_drawing

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
                extra_pairs={*pairs, *beside},
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
    from sim.measure.summary import summarise
    from sim.record.results import Results, safe_run_folder

    record = results.record
    if beside.difference(pairs):
        results = Results(record.of_pairs(pairs), results.meta)
    found = None
    if asked is not None and not interrupted:
        from sim.study.arm_store import fresh as anew

        with anew(fresh):
            found = _ask(*asked, others, record, results.meta.seed, jobs, quiet=quiet)
        interrupted = found is None
    del record
    report = summarise(results)
    place = results.place(folder or safe_run_folder(RESULTS, results.run_id))
    if as_json:
        said = None if found is None else found.to_dict()
        print_json({**report.to_dict(), "answer": said, "folder": str(place)})
    elif found is None:
        out.print(report)
    else:
        out.print(found)
        out.print(report if full else _further(file, place, found))
    # tables are compressed while figures are drawn
    with ThreadPoolExecutor(max_workers=1) as pool:
        saving = pool.submit(results.save, place, force=force)
        if figures and not interrupted:
            from sim.record.folders import enlist
            from sim.show.plots import draw_figures, save_figures

            drawn = draw_figures(results, report)
            at = saving.result() / "figures"
            enlist(place, save_figures(results, at, drawn=drawn, force=force, formats=types))
        saving.result()
    if found is not None:
        from sim.record.folders import enlist
        from sim.study.answer import save_answer

        enlist(place, [save_answer(found, place)])
        if figures:
            from sim.show.plots.answer import draw_paths, draw_sizes

            for name, draw in (("answer", draw_sizes), ("answer_paths", draw_paths)):
                keep_figure(place, name, partial(draw, found), force=force, formats=types)
    took(f"Results: {place} ", began, quiet=quiet)
    if interrupted:
        sys.exit(130)


def _question(
    file: str, arm: str, overrides: tuple[str, ...], quarters: int | None
) -> tuple[dict[str, ScenarioSpec], Question] | None:
    """The arms and metrics that answer; None for a single arm, or without any."""
    from sim.scenario import BASE_ARM, find_scenario
    from sim.study.answer import find_question

    if arm != BASE_ARM:
        return None
    return find_question(find_scenario(file), set=overrides, quarters=quarters)


def _others(
    specs: Mapping[str, ScenarioSpec], question: Question, overrides: tuple[str, ...], runs: int
) -> list[Measure]:
    """What other commands will ask of the base arm, if recording it takes little memory."""
    from sim.rules.catalogue import DYAD_FIELDS
    from sim.scenario import BASE_ARM
    from sim.study.usual import usual

    base = specs[BASE_ARM]
    found = usual(Path(base.path), base, overrides, base.quarters, question)
    pairs = {pair for one in found for pair in one.pairs}
    recorded = sum(field.record for field in DYAD_FIELDS.values())
    return found if 8 * runs * (base.quarters + 1) * recorded * len(pairs) <= _BESIDE else []


def _ask(
    specs: dict[str, ScenarioSpec],
    question: Question,
    others: list[Measure],
    record: EnsembleRecord,
    seed: int,
    jobs: int | None,
    *,
    quiet: bool,
) -> Answer | None:
    """The answer, given the runs of the base arm; None if it was stopped."""
    from sim.scenario import BASE_ARM
    from sim.study.answer import MOST_RUNS, ask, needed
    from sim.study.arms import measured

    try:
        kept = {}
        if record.runs <= MOST_RUNS:
            wanted = needed(question)
            kept[BASE_ARM] = measured(specs[BASE_ARM], record, seed, wanted, others)
        return ask(
            specs,
            question,
            runs=record.runs,
            seed=seed,
            jobs=jobs,
            kept=kept,
            others=lambda: others,
            watch=lambda what: progress_bar(what, quiet=quiet),
        )
    except KeyboardInterrupt:
        err.print("Stopped before the answer; what follows is of the base arm.")
        return None


def _further(file: str, place: Path, found: Answer) -> str:
    """Where to look further."""
    arms = ",".join(found.arms)
    return (
        "\nFurther: --full prints blocs, focal states, pacts and memberships of the base arm.\n"
        f"  multipolar compare {file} --arms {arms}    all that the two arms change\n"
        f"  multipolar explain {file}    why states did what they did\n"
        f"  multipolar report {place}    one page to hand over"
    )
