"""`multipolar calibrate`: parameters from base rates and dated facts."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.text import Text

from sim.commands import (
    RESULTS,
    err,
    keep_figures,
    options,
    out,
    print_json,
    print_table,
    program,
    progress_bar,
    say,
    warm,
    where,
)

if TYPE_CHECKING:
    from sim.study.calibrate import Calibration, Recovery, Settings, Targets


@program.command()
def calibrate(
    file: Annotated[
        str,
        typer.Argument(metavar="TARGETS", help="A file of targets, or the name of a shipped one."),
    ] = "base_rates",
    population: Annotated[
        int, typer.Option(min=10, max=100_000, help="Points that each generation keeps.")
    ] = 150,
    generations: Annotated[
        int, typer.Option(min=1, max=100, help="Generations at most, the first a prior sample.")
    ] = 8,
    tolerance: Annotated[
        float,
        typer.Option(
            min=0.0,
            help="Stop when points are this near: 1 is within the uncertainty of the targets.",
        ),
    ] = 0.6,
    seed: Annotated[int, typer.Option(min=0, help="Seed of the proposals.")] = 1,
    minutes: Annotated[
        float | None, typer.Option(min=0.0, help="Stop after so long, to go on another time.")
    ] = None,
    recover: Annotated[
        int,
        typer.Option(
            min=0,
            max=1000,
            metavar="N",
            help="Instead, test whether N known truths, drawn from the priors, are found.",
        ),
    ] = 0,
    folder: Annotated[
        Path | None, options.folder("Folder of the calibration (default: results/).")
    ] = None,
    force: options.Force = False,
    executor: options.Executor = None,
    figures: options.Figures = True,
    quiet: options.Quiet = False,
    as_json: options.AsJson = False,
) -> None:
    """Find the parameters that fit base rates and dated facts, with their uncertainty.

    Targets are a file: what is measured in which scenario, what it should be, how sure that
    is, and which parameters may move. Approximate Bayesian computation (ABC-SMC, by pyabc)
    keeps what comes near. It may be stopped at any time; [bold]the same command goes on[/bold]
    where it stopped and ends as if it had not been. It ends with a file of parameters for
    scenarios to extend: [cyan]extends: [SCENARIO.yaml, parameters.yaml][/cyan].

    Example: [cyan]multipolar calibrate base_rates --minutes 20[/cyan]
    """
    from sim.study.calibrate import Settings, read_targets

    targets = read_targets(file)
    settings = Settings(population, generations, tolerance, seed)
    if not quiet:
        fitted = len(targets.held_in)
        err.print(
            Text(targets.title, style="bold").append(
                f": {len(targets.priors)} parameters, {fitted} targets to fit, "
                f"{len(targets.targets) - fitted} held out",
                style="not bold",
            ),
            highlight=False,
        )
    warm(quiet=quiet)
    place = folder or RESULTS / f"calibration-{_short(targets, settings, recover)}"
    say(f"Folder: {place} (the same command goes on there)", quiet=quiet)
    if recover:
        how = {"force": force, "quiet": quiet, "as_json": as_json}
        _recover(targets, settings, place, recover, minutes, executor, **how)
        return
    calibration = _calibrate(targets, settings, place, minutes, executor, force=force, quiet=quiet)
    if calibration is None:
        return
    path = calibration.save(place)
    if figures:
        keep_figures(place, calibration, ("posterior", "fit"), force=force)
    if as_json:
        print_json({**calibration.to_dict(), "folder": str(place)})
    else:
        _print(calibration)
    say(f"Parameters: {path}", quiet=quiet)


def _short(targets: Targets, settings: Settings, recover: int) -> str:
    from sim.study.calibrate import Evaluator
    from sim.study.calibrate.smc import calibration_id

    digits = calibration_id(targets, settings, Evaluator(targets))
    return f"{digits}-recovery" if recover else digits


def _calibrate(
    targets: Targets,
    settings: Settings,
    place: Path,
    minutes: float | None,
    executor: str | None,
    *,
    force: bool,
    quiet: bool,
) -> Calibration | None:
    """Calibrate and judge; None if time was up before the end."""
    from sim.study.calibrate import calibrate, judge
    from sim.study.laboratory.parts import evaluated_in

    began = time.perf_counter()
    try:
        with progress_bar("Generations", quiet=quiet) as progress:
            posterior = calibrate(
                targets,
                place,
                settings=settings,
                executor=where(executor),
                minutes=minutes,
                progress=progress,
                force=force,
            )
    except KeyboardInterrupt:
        raise KeyboardInterrupt("Stopped; the same command goes on from here.") from None
    say(
        f"{len(posterior.epsilons)} generations, {posterior.evaluations} evaluations, last "
        f"threshold {posterior.epsilons[-1]:.2f} ({time.perf_counter() - began:.0f} s)",
        quiet=quiet,
        fold=True,
    )
    if not posterior.complete:
        err.print("Time is up; the same command goes on from here.")
        return None
    with progress_bar("Judging under fresh seeds", quiet=quiet) as progress:
        return judge(
            targets,
            settings,
            posterior,
            executor=where(executor),
            folder=evaluated_in(place),
            progress=progress,
        )


def _print(calibration: Calibration) -> None:
    columns = ("parameter", "declared", "prior, middle 90 %", "median", "middle 90 %", "width")
    rows = (
        (
            row.name,
            f"{row.default:g}",
            f"{row.prior_low:.3g} to {row.prior_high:.3g}",
            f"{row.median:.3g}",
            f"{row.low:.3g} to {row.high:.3g}",
            f"{row.width:.0%}{'' if row.identified else ', not told'}",
        )
        for row in calibration.estimates
    )
    print_table("Parameters", columns, rows)
    columns = ("target", "should be", "as declared", "calibrated", "posterior", "")
    rows = (
        (
            target.title,
            f"{target.value:.3g} ({target.low:.3g} to {target.high:.3g})",
            f"{fit.before:.3g}{'' if target.inside(fit.before) else ' outside'}",
            f"{fit.after:.3g}{'' if target.inside(fit.after) else ' outside'}",
            f"{fit.low:.3g} to {fit.high:.3g}",
            ("held in" if target.held_in else "held out")
            + (", seen by hand" if target.by_hand else ""),
        )
        for fit in calibration.fits
        for target in [fit.target]
    )
    print_table("Targets", columns, rows)
    gain, error = calibration.gain
    verdict = "better" if calibration.better else "not better beyond noise"
    out.print(
        f"Distance from the targets held in, {len(calibration.before)} fresh seeds: "
        f"{calibration.before.mean():.2f} as declared, {calibration.after.mean():.2f} calibrated: "
        f"{verdict} ({gain:+.2f} ± {2 * error:.2f}). Held out: "
        f"{calibration.apart_before.mean():.2f}, {calibration.apart_after.mean():.2f}.",
        highlight=False,
    )


def _recover(
    targets: Targets,
    settings: Settings,
    place: Path,
    truths: int,
    minutes: float | None,
    executor: str | None,
    *,
    force: bool,
    quiet: bool,
    as_json: bool,
) -> None:
    from sim.study.calibrate import recover

    with progress_bar("Truths", quiet=quiet) as progress:
        found = recover(
            targets,
            place,
            truths=truths,
            settings=settings,
            executor=where(executor),
            minutes=minutes,
            progress=progress,
            force=force,
        )
    if as_json:
        print_json([row.to_dict() for row in found])
    else:
        _print_recovery(found)


def _print_recovery(found: list[Recovery]) -> None:
    columns = ("parameter", "truths in the middle 90 %", "mean width", "truth (interval)")
    table = []
    for at, first in enumerate(found[0].found):
        rows = [recovery.found[at] for recovery in found]
        inside = sum(recovery.inside(first.name) for recovery in found)
        cases = [
            f"{recovery.truth[first.name]:.3g} ({row.low:.3g} to {row.high:.3g})"
            for recovery, row in zip(found, rows, strict=True)
        ]
        width = sum(row.width for row in rows) / len(rows)
        listed = "; ".join(cases[:4]) + (" ..." if len(cases) > 4 else "")
        table.append((first.name, f"{inside} of {len(found)}", f"{width:.0%}", listed))
    print_table("Parameter recovery", columns, table)
