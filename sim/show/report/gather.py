"""Drawing up a report: everything that the page will say, computed before it is made."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from sim.measure.summary import describe_blocs, plural, summarise
from sim.scenario import BASE_ARM
from sim.show.plots.style import bloc_colours
from sim.show.report.answer_text import answer
from sim.show.report.content import Picture, Recipe, ReportContent
from sim.show.report.decisions import find_why
from sim.show.report.figures import (
    answer_pictures,
    bloc_pictures,
    claim_pictures,
    difference_pictures,
    robust_pictures,
    time_pictures,
)
from sim.show.report.ranges import LEAST_RUNS, find_influence
from sim.show.report.sourced_numbers import list_inputs
from sim.show.report.whatif import read_comparison
from sim.system.progress import Parts, Progress

if TYPE_CHECKING:
    from sim.record.results import Results
    from sim.show.report.content import Sensitivity, WhatIf
    from sim.show.report.origin import Origin
    from sim.study.answer import Answer
    from sim.study.claim_tests import ClaimsReport
    from sim.study.comparison import Comparison
    from sim.study.robust import Robust

STEPS: Final = (
    "coalitions",
    "proofs of the blocs",
    "decisions",
    "inputs",
    "figures",
)
"""What :func:`gather` works through, in order."""

_NETWORKS: Final = 20
_SECONDS: Final = 10.0


def gather(
    results: Results,
    origin: Origin,
    *,
    comparison: Comparison | None = None,
    comparison_origin: str = "",
    claims: ClaimsReport | None = None,
    claims_origin: str = "",
    sensitivity: Sensitivity | None = None,
    robust: Robust | None = None,
    verdict: Answer | None = None,
    versions: Mapping[str, str] | None = None,
    left_out: tuple[str, ...] = (),
    progress: Progress | None = None,
) -> ReportContent:
    """Return what a report of a result says.

    Args:
        results: the result.
        origin: its scenario, or why there is none.
        comparison: arms against the arm of the result, if there is one.
        comparison_origin: how it was made, in words.
        claims: the claims of the scenario, judged, if they were.
        claims_origin: how they were tested, in words.
        sensitivity: of a saved analysis; by default rank correlations of the draws of the runs.
        robust: the answers beside null models and rival theories, if they were asked.
        verdict: what the question's intervention changes, if that was asked.
        versions: of the program and its libraries when the runs were made.
        left_out: what else the report lacks, and why.
        progress: called with (steps done, all).
    """
    step = Parts(progress, len(STEPS)).end
    spec = origin.spec
    report = summarise(results)
    colours = bloc_colours(results, report)
    names = results.meta.state_names
    whatif = None
    if comparison is not None and comparison.arms:
        whatif = read_comparison(comparison, results, spec, comparison_origin)
    step()
    stability = describe_blocs(results, networks=_NETWORKS, seconds=_SECONDS)
    step()
    why = find_why(results, report, spec)
    step()
    assumptions = None if spec is None else list_inputs(spec)
    if sensitivity is None and spec is not None:
        sensitivity = find_influence(results, spec)
    step()
    pictures: dict[str, tuple[Picture, ...]] = {
        "answer": () if verdict is None else tuple(answer_pictures(verdict)),
        "blocs": tuple(bloc_pictures(results, report, colours)),
        "time": tuple(time_pictures(results, report, spec, colours)),
        "whatif": () if whatif is None else tuple(difference_pictures(results, whatif)),
        "claims": () if claims is None else tuple(claim_pictures(claims)),
        "robust": () if robust is None else tuple(robust_pictures(robust)),
    }
    step()
    meta = results.meta
    return ReportContent(
        title=meta.title,
        question="" if spec is None else spec.question,
        description="" if spec is None else spec.description,
        arm=_arm(results, origin),
        facts=_facts(results),
        notices=tuple(_notices(results, origin, sensitivity, left_out)),
        answer=answer(results, report, stability, whatif, claims, assumptions),
        coalition=report,
        stability=stability,
        names=names,
        pictures=pictures,
        why=why,
        recipe=_recipe(results, origin, whatif, claims, versions or {}),
        whatif=whatif,
        claims=claims,
        claims_origin=claims_origin,
        sensitivity=sensitivity,
        assumptions=assumptions,
        robust=robust,
        colours=colours,
        verdict=verdict,
    )


def _arm(results: Results, origin: Origin) -> str:
    name = results.meta.arm
    if name == BASE_ARM:
        return ""
    arm = None if origin.spec is None else origin.spec.arms.get(name)
    return name if arm is None or arm.title in ("", name) else f"{name}: {arm.title}"


def _facts(results: Results) -> tuple[tuple[str, str], ...]:
    record, meta = results.record, results.meta
    return (
        ("Runs", f"{record.runs:,} from seed {meta.seed}"),
        ("Clock", f"{results.quarters[0]} to {results.quarters[-1]}"),
        ("States", f"{len(record.states)}, poles {', '.join(record.poles) or 'none'}"),
        ("Result", results.run_id),
    )


def _notices(
    results: Results, origin: Origin, sensitivity: Sensitivity | None, left_out: tuple[str, ...]
) -> list[str]:
    """What the report lacks, and why."""
    found = list(left_out)
    if origin.spec is None:
        found.append(
            f"{origin.reason[:1].upper()}{origin.reason[1:]}: the question, what arms change, the "
            "claims, the numbers that went in and a run told are left out."
        )
    elif sensitivity is None and results.record.runs < LEAST_RUNS:
        found.append(
            f"With {plural(results.record.runs, 'run')} nothing is said of sensitivity; that takes "
            f"at least {LEAST_RUNS}."
        )
    return found


def _recipe(
    results: Results,
    origin: Origin,
    whatif: WhatIf | None,
    claims: ClaimsReport | None,
    versions: Mapping[str, str],
) -> Recipe:
    meta = results.meta
    commands = []
    options = [part for text in meta.overrides for part in ("--set", text)]
    if origin.path is not None and origin.spec is not None:
        shipped = origin.path.stem == meta.name and ".yaml" not in meta.command
        file = meta.name if shipped else str(origin.path)
        run = ["multipolar", "run", file, "--runs", str(results.record.runs)]
        run += ["--seed", str(meta.seed)]
        run += ["--arm", meta.arm] if meta.arm != BASE_ARM else []
        run += ["--quarters", str(results.record.quarters)] if "--quarters" in meta.command else []
        commands.append(("The runs", shlex.join([*run, *options])))
        if whatif is not None:
            arms = [arm.name for arm in whatif.comparison.arms]
            words = ["multipolar", "compare", file]
            every = {BASE_ARM, *origin.spec.arms} - {meta.arm}
            words += [] if every == set(arms) else ["--arms", ",".join(arms)]
            words += ["--against", meta.arm] if meta.arm != BASE_ARM else []
            words += ["--runs", str(whatif.comparison.runs), "--seed"]
            commands.append(
                (
                    "What arms change",
                    shlex.join([*words, str(whatif.comparison.meta.seed), *options]),
                )
            )
        if claims is not None:
            for name, runs in claims.runs.items():
                words = ["multipolar", "claims", file, "--runs", str(runs)]
                words += ["--seed", str(claims.seeds[name])]
                commands.append(("The claims", shlex.join([*words, *options])))
    elif meta.command:
        commands.append(("The runs, as they were made", meta.command))
    commands.append(("This page", f"multipolar report results/{results.run_id}"))
    facts = [
        ("Result", results.run_id),
        ("Scenario", meta.name),
        ("Arm", meta.arm),
        ("Seed", str(meta.seed)),
        ("Runs", str(results.record.runs)),
        ("Hash of the specification (SHA-256)", meta.spec_hash),
        ("Made by", meta.command),
        ("Begun", meta.started),
        ("Finished", meta.finished),
    ]
    facts += [(f"Version of {name}", number) for name, number in versions.items()]
    return Recipe(tuple(commands), tuple((name, value) for name, value in facts if value))
