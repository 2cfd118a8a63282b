"""`multipolar claims`: what the documents assert, put to the test."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Annotated

import typer

from sim.commands import (
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
    from collections.abc import Sequence

    from sim.study.register import Row


@program.command()
def claims(
    files: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[FILE]...",
            help="Scenario files, or names of shipped ones. Without one: list the register.",
        ),
    ] = None,
    every: Annotated[
        bool, typer.Option("--all", help="Test the claims of all shipped scenarios.")
    ] = False,
    runs: options.Runs = None,
    seed: options.Seed = None,
    set_: options.Set = None,
    scope: options.Scope = None,
    folder: options.Tables = None,
    force: options.Force = False,
    fresh: options.Fresh = False,
    jobs: options.Jobs = None,
    figures: Annotated[bool, typer.Option(help="Draw the forest plot, too.")] = True,
    formats: options.Formats = "png",
    quiet: options.Quiet = False,
    as_json: options.AsJson = False,
) -> None:
    """Test what the documents claim: supported, contradicted or undetermined?

    Each claim is data in its scenario: two arms, a metric, the expected direction and the
    horizon. It is judged by the paired difference of the arms with its 95% interval, and by the
    share of draws in which the direction holds. Without FILE, all claims of the register are
    listed, with the scenario that each has or still lacks.
    """
    from sim.errors import UserError
    from sim.study.register import MISSING, read_register, scenarios_with_claims

    began = time.perf_counter()
    if every and files:
        raise UserError("--all tests every shipped scenario; leave out the files")
    if not files and not every:
        rows = read_register()
        if as_json:
            print_json([row.to_dict() for row in rows])
        else:
            _print_rows(rows)
        return
    types = formats_of(formats)
    check_place(folder, "claims", force=force, quiet=quiet)
    names = list(dict.fromkeys(files or scenarios_with_claims()))
    counted = "all shipped scenarios" if every else ", ".join(names)
    say(f"Testing the claims of {counted}.", quiet=quiet, fold=True)
    from sim.study.arm_store import fresh as anew
    from sim.study.claim_tests import evaluate_claims

    warm(quiet=quiet)
    with anew(fresh), progress_bar("Running the arms", quiet=quiet) as progress:
        report = evaluate_claims(
            names,
            set=settings(set_, scope),
            runs=runs,
            seed=seed,
            jobs=jobs,
            progress=progress,
            command=command_line(),
        )
    place = keep_result(report, folder, force=force)
    missing = [row for row in read_register() if row.state == MISSING] if every else []
    if as_json:
        lacking = {"without_scenario": [row.to_dict() for row in missing]} if every else {}
        print_json({**report.to_dict(), **lacking, "folder": str(place)})
    else:
        out.print(report)
        if missing:
            listed = ", ".join(row.id for row in missing)
            said = f"Without a scenario yet: {len(missing)} claims of the register ({listed})."
            out.print(said, highlight=False)
    if figures:
        from sim.show.plots.forest import draw_forest

        keep_figure(place, "claims", lambda: draw_forest(report), force=force, formats=types)
    took(f"Results: {place} ", began, quiet=quiet)


def _print_rows(rows: Sequence[Row]) -> None:
    """The register as a table, with what has become of each row."""
    from sim.study.register import STATES
    from sim.system.terminal import table

    made = table("Claims of the register")
    made.add_column("row", no_wrap=True)
    made.add_column("claim", overflow="fold", ratio=1)
    made.add_column("scenario", overflow="fold")
    made.add_column("state", overflow="fold")
    for row in rows:
        tested = f" ({', '.join(row.claims)})" if row.claims and row.claims != (row.id,) else ""
        made.add_row(row.id, row.text, row.scenario, f"{row.state}{tested}")
    out.print(made)
    counts = ", ".join(f"{sum(row.state == state for row in rows)} {state}" for state in STATES)
    out.print(
        f"{len(rows)} claims: {counts}. Test them with: multipolar claims FILE, or --all",
        highlight=False,
    )
