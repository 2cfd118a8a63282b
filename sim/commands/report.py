"""`multipolar report`: a saved result as one page to hand over."""

from __future__ import annotations

import time
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sim.commands import options, program, progress_bar, say, warm
from sim.errors import UserError
from sim.system.files import check_file, write_bytes

if TYPE_CHECKING:
    from sim.record.results import Results
    from sim.show.report.origin import Origin
    from sim.study.answer import Answer
    from sim.study.claim_tests import ClaimsReport
    from sim.study.comparison import Comparison
    from sim.study.robust import Robust

RUNS = 40
"""Paired runs of each arm that is simulated, where none are given."""

_NONE = "none"
_ALL = "all"
_MEGABYTE = 1e6


@program.command()
def report(
    folder: Annotated[
        Path, typer.Argument(metavar="RESULTS", help="The folder of a saved result.")
    ],
    out: Annotated[
        Path | None,
        typer.Option("--out", metavar="FILE", help="The page (default: report.html in RESULTS)."),
    ] = None,
    compare: Annotated[
        Path | None,
        typer.Option(
            metavar="FOLDER", help="A comparison saved by [cyan]multipolar compare[/cyan]."
        ),
    ] = None,
    claims: Annotated[
        Path | None,
        typer.Option(
            metavar="FOLDER", help="Claims tested and saved by [cyan]multipolar claims[/cyan]."
        ),
    ] = None,
    sensitivity: Annotated[
        Path | None,
        typer.Option(
            metavar="FOLDER",
            help="An analysis saved by [cyan]multipolar sensitivity[/cyan] (default: rank "
            "correlations of what the runs drew).",
        ),
    ] = None,
    robust: Annotated[
        Path | None,
        typer.Option(
            metavar="FOLDER",
            help="Answers beside nulls and theories, saved by [cyan]multipolar robust[/cyan], "
            "for the annex.",
        ),
    ] = None,
    scenario: Annotated[
        str | None,
        typer.Option(
            metavar="FILE", help="The scenario, where it is not found by the result's name."
        ),
    ] = None,
    arms: Annotated[
        str | None,
        typer.Option(
            metavar="A,B",
            help="Arms to hold against the result where no comparison is saved, and test the "
            "claims (default: those that have been simulated; [cyan]none[/cyan] for none, "
            "[cyan]all[/cyan] for all).",
        ),
    ] = None,
    runs: Annotated[
        int | None,
        typer.Option(
            min=2,
            max=100_000,
            help="Simulate so many paired runs of each arm that is lacking (40 with --arms).",
        ),
    ] = None,
    force: Annotated[
        bool, typer.Option("--force", help="Replace a FILE that is no report of this program.")
    ] = False,
    jobs: options.Jobs = None,
    quiet: options.Quiet = False,
) -> None:
    """Make a report of a saved result: one HTML file that opens without a network.

    On its first page the question, the verdict, three figures, how sure it is and what would
    change it; folded below, coalitions, figures, the decisions that mattered, what arms change,
    claims, sensitivity, every number with its source and range, and how to get the same again.
    Saved comparisons and claims of the same scenario beside the result are used, and arms that
    earlier commands have simulated; with --arms or --runs what is lacking is simulated.

    Example: [cyan]multipolar run vietnam_bamboo --out results/vnm[/cyan], then
    [cyan]multipolar report results/vnm[/cyan].
    """
    began = time.perf_counter()
    from sim.record.manifests import read_manifest
    from sim.record.results import Results
    from sim.show.report.gather import gather
    from sim.show.report.html_page import render
    from sim.show.report.origin import find_origin
    from sim.show.report.sensitivity_section import read_sensitivity

    results = Results.load(folder)
    place = out if out is not None else folder / "report.html"
    check_file(place, force=force)
    origin = find_origin(results, scenario)
    if scenario is not None and origin.spec is None:
        raise UserError(f"{scenario} does not fit {folder}: {origin.reason}")
    say(f"Report of {results.run_id}", quiet=quiet, fold=True)
    wanted = _Wanted(folder, arms, runs, jobs, quiet)
    analysis = None if sensitivity is None else read_sensitivity(sensitivity, results)
    beside = None if robust is None else _robust(robust, results)
    comparison, compared = wanted.comparison(results, origin, compare)
    tested, how = wanted.claims(results, origin, claims)
    verdict = wanted.verdict(results, origin)
    with progress_bar("Drawing up", quiet=quiet) as progress:
        content = gather(
            results,
            origin,
            comparison=comparison,
            comparison_origin=compared,
            claims=tested,
            claims_origin=how,
            sensitivity=analysis,
            robust=beside,
            verdict=verdict,
            versions=read_manifest(folder).get("versions", {}),
            left_out=tuple(wanted.left_out),
            progress=progress,
        )
    page = render(content).encode()
    write_bytes(place, page)
    if not quiet:
        spent = time.perf_counter() - began
        said = f"Report: {place} ({len(page) / _MEGABYTE:.1f} MB, {spent:.1f} s)"
        say(said)


@dataclass
class _Wanted:
    """Comparison and claims: as given, as saved beside the result, or run."""

    folder: Path
    arms: str | None
    runs: int | None
    jobs: int | None
    quiet: bool
    left_out: list[str] = field(default_factory=list)

    @property
    def running(self) -> bool:
        """Whether what is lacking is to be simulated."""
        return self.arms is not None or self.runs is not None

    def paired(self, results: Results) -> int:
        """How many runs of each arm."""
        from sim.study.answer import MOST_RUNS

        return (self.runs or RUNS) if self.running else min(results.record.runs, MOST_RUNS)

    def verdict(self, results: Results, origin: Origin) -> Answer | None:
        """The answer: as saved with the result, or asked with few runs."""
        from sim.scenario import BASE_ARM
        from sim.study.answer import ask, find_question, read_answer

        meta = results.meta
        saved = read_answer(self.folder)
        if saved is not None and saved.spec_hash == meta.spec_hash:
            return saved
        if origin.path is None or meta.arm != BASE_ARM or self.arms == _NONE:
            return None
        quarters = results.record.quarters
        asked = find_question(origin.path, set=meta.overrides, quarters=quarters)
        if asked is None:
            return None
        from sim.study.arm_store import Lacking, nothing_new

        with suppress(Lacking), nothing_new(not self.running):
            return ask(
                *asked,
                runs=self.paired(results),
                seed=meta.seed,
                jobs=self.jobs,
                watch=lambda what: progress_bar(what, quiet=self.quiet),
            )
        return None

    def comparison(
        self, results: Results, origin: Origin, given: Path | None
    ) -> tuple[Comparison | None, str]:
        """The comparison, and where it comes from."""
        from sim.show.report.origin import saved_beside
        from sim.study.comparison import Comparison

        place = given
        if place is None and self.arms is None:
            place = saved_beside(self.folder, results, "comparison")
        if place is not None:
            found = Comparison.load(place)
            same = found.meta.spec_hash == results.meta.spec_hash
            if not same or found.reference != results.meta.arm:
                raise UserError(
                    f"{place} is not a comparison with the scenario and arm of the result"
                )
            return found, f"from the saved comparison {found.run_id}"
        spec, path = origin.spec, origin.path
        if spec is None or path is None or self.arms == _NONE:
            if spec is not None:
                self.left_out.append("What arms change: left out as asked (--arms none).")
            return None, ""
        if not spec.arms:
            return None, ""
        from sim.study.answer import find_question
        from sim.study.arm_store import Lacking, nothing_new
        from sim.study.compare import compare

        warm(quiet=self.quiet)
        meta = results.meta
        quarters = results.record.quarters
        choices: list[list[str] | None] = [None]
        if self.arms is not None and self.arms != _ALL:
            choices = [[name.strip() for name in self.arms.split(",")]]
        asked = None if self.running else find_question(path, set=meta.overrides, quarters=quarters)
        if asked is not None and meta.arm in asked[1].arms:  # where not all are there
            choices.append([name for name in asked[1].arms if name != meta.arm])
        for names in choices:
            with (
                suppress(Lacking),
                nothing_new(not self.running),
                progress_bar("Running the arms", quiet=self.quiet) as progress,
            ):
                found = compare(
                    path,
                    arms=names,
                    against=meta.arm,
                    set=meta.overrides,
                    runs=self.paired(results),
                    seed=meta.seed,
                    quarters=quarters,
                    jobs=self.jobs,
                    progress=progress,
                )
                return found, "made for this report"
        self.left_out.append(
            f"What arms change: not simulated yet; multipolar compare {meta.name} does, or --runs."
        )
        return None, ""

    def claims(
        self, results: Results, origin: Origin, given: Path | None
    ) -> tuple[ClaimsReport | None, str]:
        """The claims, judged, and how they were tested."""
        from sim.measure.summary import plural
        from sim.scenario import BASE_ARM
        from sim.show.report.origin import saved_beside
        from sim.study.claim_tests import ClaimsReport

        meta = results.meta
        place = given
        if place is None and self.arms is None and meta.arm == BASE_ARM:
            place = saved_beside(self.folder, results, "claims")
        if place is not None:
            found = ClaimsReport.load(place)
            if meta.spec_hash not in found.hashes.values():
                raise UserError(f"{place} does not hold the claims of the result's scenario")
            mine = tuple(it for it in found.verdicts if it.claim.scenario == meta.name)
            runs = found.runs.get(meta.name, 0)
            found = replace(found, verdicts=mine)
            return found, f"with {plural(runs, 'paired run')}, saved as {found.run_id}"
        if origin.spec is None or origin.path is None or not origin.spec.claims:
            return None, ""
        why = ""
        if meta.arm != BASE_ARM:
            why = "they are about the base of the scenario, and this is one of its arms"
        elif self.arms == _NONE:
            why = "left out as asked (--arms none)"
        elif results.record.quarters != _quarters(origin.path):
            why = "the clock of this result is not the one that they are about"
        if why:
            self.left_out.append(f"Claims of the documents: {why}.")
            return None, ""
        from sim.study.arm_store import Lacking, nothing_new
        from sim.study.claim_tests import evaluate_claims

        runs = self.paired(results)
        with (
            suppress(Lacking),
            nothing_new(not self.running),
            progress_bar("Testing the claims", quiet=self.quiet) as progress,
        ):
            found = evaluate_claims(
                [origin.path],
                set=meta.overrides,
                runs=runs,
                seed=meta.seed,
                jobs=self.jobs,
                progress=progress,
            )
            return found, f"with {plural(runs, 'paired run')}, made for this report"
        self.left_out.append(
            f"Claims of the documents: not tested yet; multipolar claims {meta.name} does, or "
            "--runs."
        )
        return None, ""


def _robust(folder: Path, results: Results) -> Robust:
    """Saved answers of the scenario of the result.

    Raises:
        UserError: there are none, or they are of another scenario.
    """
    from sim.study.robust import Robust

    found = Robust.load(folder)
    if found.meta.spec_hash != results.meta.spec_hash:
        raise UserError(f"{folder} is of another scenario or version than the result")
    return found


def _quarters(path: Path) -> int:
    from sim.scenario import load_scenario

    return load_scenario(path).quarters
