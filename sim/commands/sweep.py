"""`multipolar sweep`: many points of the parameter space, resumable, here or on a cluster."""

from __future__ import annotations

import sys
import time
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sim.commands import (
    RESULTS,
    command_line,
    options,
    print_result,
    program,
    progress_bar,
    say,
    settings,
    took,
    warm,
    where,
)

if TYPE_CHECKING:
    from sim.study.sweep.design_file import Asked

_FAILED = 1


@program.command()
def sweep(
    file: Annotated[
        str | None,
        typer.Argument(
            metavar="[FILE]", help="A scenario file, or the name of a shipped scenario."
        ),
    ] = None,
    vary: Annotated[
        list[str] | None,
        typer.Option(
            metavar="KEY=VALUES",
            help="What to vary: [cyan]security.weight=2:9:8[/cyan] (eight numbers from 2 to "
            "9), [cyan]states.AAA.capability=.01,.02[/cyan], "
            "[cyan]mechanisms.trust=on,off[/cyan], [cyan]arm=base,NAME[/cyan], "
            "[cyan]events.NAME.scale=0:2:5[/cyan] (strength of an event, 1 as written; * in "
            "NAME for several). With [cyan]--sample[/cyan], ranges [cyan]KEY=2:9[/cyan]. May "
            "be repeated; all combinations are run.",
        ),
    ] = None,
    design: Annotated[
        Path | None,
        typer.Option(metavar="FILE.yaml", help="A design file instead of options."),
    ] = None,
    sample: Annotated[
        str | None,
        typer.Option(
            metavar="HOW:N",
            help="Sample the ranges: [cyan]lhs:200[/cyan] (Latin hypercube), "
            "[cyan]sobol:256[/cyan], [cyan]morris:20[/cyan].",
        ),
    ] = None,
    sample_seed: Annotated[
        int, typer.Option(metavar="N", min=0, help="Seed of the sample (not of the runs).")
    ] = 0,
    metric: Annotated[
        list[str] | None,
        options.metrics("alignment(AAA, BBB)"),
    ] = None,
    horizon: options.Horizon = None,
    runs: Annotated[
        str | None,
        typer.Option(
            metavar="N",
            help="Runs of each point, or their numbers as [cyan]100:120[/cyan] (default: the "
            "scenario's). Points share the luck of runs of one number.",
        ),
    ] = None,
    seed: Annotated[
        str | None,
        typer.Option(
            metavar="N", help="Seed of the runs; several as [cyan]1,2,3[/cyan] repeat them."
        ),
    ] = None,
    quarters: options.Quarters = None,
    set_: options.Set = None,
    scope: options.Scope = None,
    arm: options.Arm = "base",
    folder: Annotated[
        Path | None, options.folder("Folder for the sweep (default: in results/).")
    ] = None,
    resume: Annotated[
        Path | None,
        typer.Option(
            metavar="FOLDER",
            help="Continue an interrupted sweep; nothing is done twice. FILE only says where "
            "the scenario is now, if it has been moved or renamed.",
        ),
    ] = None,
    force: Annotated[
        bool,
        typer.Option(
            "--force",
            help="With --resume: although code or scenario changed; makes all values anew. "
            "With --out: whatever is there; nothing is deleted, files in the way are renamed.",
        ),
    ] = False,
    executor: options.Executor = None,
    batch: Annotated[
        int | None,
        typer.Option(min=1, max=100_000, help="Runs written together: what a crash loses at most."),
    ] = None,
    quiet: options.Quiet = False,
    as_json: options.AsJson = False,
) -> None:
    """Sweep parameters: many points, many runs of each, never lost and never done twice.

    Every run is written to disk with its parameters and metrics, in parts, so that a sweep
    that is stopped, or whose machine dies, goes on where it was with --resume. The table is
    the same to the last bit on any number of threads and on any cluster. A run that fails does
    not stop the others; it is reported with its options and the exit code is 1.

    Example: [cyan]multipolar sweep vietnam_bamboo --vary security.weight=2:9:8
    --vary mechanisms.trust=on,off --metric 'hedging(VNM)' --runs 20[/cyan]. Interrupted?
    [cyan]multipolar sweep --resume FOLDER[/cyan]. Many machines? docs/how-to/sweep.md.
    """
    from sim.errors import UserError
    from sim.study.sweep.design_file import read_runs
    from sim.study.sweep.drive import Stopped, Unfinished
    from sim.study.sweep.drive import resume as resume_sweep
    from sim.study.sweep.drive import sweep as run_sweep

    began, chosen = time.perf_counter(), list(settings(set_, scope))
    if resume is not None:
        given = (vary, design, sample, metric, horizon, runs, seed, quarters, chosen)
        if any(given) or folder or batch or arm != "base":
            raise UserError("--resume FOLDER takes the sweep from there; leave out the rest")
        start = partial(resume_sweep, resume, scenario=file, force=force)
    else:
        asked = _asked(file, vary or [], design, sample, sample_seed)
        own = {
            "metrics": metric,
            "horizon": horizon,
            "runs": None if runs is None else read_runs(runs),
            "seed": None if seed is None else _seeds(seed),
            "quarters": quarters,
            "set": chosen,
            "arm": None if arm == "base" else arm,
        }
        wanted = asked.options | {name: given for name, given in own.items() if given}
        if not wanted.get("metrics"):
            raise UserError("say what to measure: --metric, or `metrics` of the design file")
        if asked.scenario is None:
            raise UserError("say which scenario: FILE, or `scenario` of the design file")
        start = partial(
            run_sweep,
            asked.scenario,
            folder or _free_folder(asked.scenario),
            design=asked.design,
            batch=batch,
            command=command_line(),
            force=force,
            **wanted,
        )
    warm(quiet=quiet)
    try:
        with progress_bar("Sweeping", quiet=quiet, unit="runs") as progress:
            found = start(executor=where(executor), progress=progress)
    except Stopped as stopped:
        found = stopped.sweep
        say(
            f"Stopped; {found.finished:,} of {found.plan.cells:,} runs are kept. "
            f"Continue with: multipolar sweep --resume {found.folder}",
        )
        sys.exit(130)
    except Unfinished as unfinished:
        say(str(unfinished))
        sys.exit(_FAILED)
    print_result(found, as_json=as_json)
    took(f"Sweep: {found.folder} ", began, quiet=quiet)
    if found.failures:
        sys.exit(_FAILED)


def _asked(
    file: str | None, vary: list[str], design: Path | None, how: str | None, seed: int
) -> Asked:
    """What the options, or the design file, ask for.

    Raises:
        UserError: they contradict one another or are malformed.
    """
    from dataclasses import replace

    from sim.errors import UserError, shown
    from sim.study.sweep.design import grid, parse_axis, sample
    from sim.study.sweep.design_file import Asked, read_design
    from sim.system.inputs import whole

    if design is not None:
        if vary or how:
            raise UserError("--design says what to vary; leave out --vary and --sample")
        asked = read_design(design)
        return asked if file is None else replace(asked, scenario=file)
    if not vary:
        raise UserError("say what to vary: --vary KEY=lo:hi:n, or --design FILE.yaml")
    axes = [parse_axis(text) for text in vary]
    if how is None:
        return Asked(file, grid(axes))
    method, _, count = how.partition(":")
    points = whole(count)
    if points is None:
        raise UserError(f"--sample {shown(how)}: expected a method and a number, such as lhs:200")
    return Asked(file, sample(axes, method, points, seed))


def _seeds(text: str) -> list[int]:
    from sim.errors import UserError, shown
    from sim.system.inputs import whole

    seeds = [seed for part in text.split(",") if (seed := whole(part)) is not None]
    if len(seeds) <= text.count(","):
        raise UserError(f"--seed {shown(text)}: expected a number, or several as 1,2,3")
    return seeds


def _free_folder(scenario: str) -> Path:
    """A folder in results/ that does not exist yet."""
    from sim.record.results import safe_run_folder

    stem = "".join(c if c.isalnum() or c in "_-" else "-" for c in Path(scenario).stem) or "sweep"
    number = 1
    while (folder := safe_run_folder(RESULTS, f"sweep-{stem}-{number}")).exists():
        number += 1
    return folder
