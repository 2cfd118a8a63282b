"""Write docs/explanation/sensitivity.md: what the flagships' headline findings depend on.

`make sensitivity` runs both analyses, some ten minutes on two cores, and draws their pictures.
Finished points are kept under results/evaluated, so that what was stopped goes on. With folders of
saved reports, and of a sweep of vietnam_bamboo, the page is made from these.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

from sim.errors import UserError
from sim.measure.summary import percent
from sim.show.plots.phase import draw_phase
from sim.show.plots.ranking import draw_ranking
from sim.show.plots.style import save_figure
from sim.study.comparison import with_bounds
from sim.study.sensitivity import SensitivityReport, sensitivity
from sim.study.sensitivity.analysis import Effort
from sim.study.sensitivity.designs import MATTERS
from sim.study.sensitivity.findings import in_a_line
from sim.study.sensitivity.result import Ranked, drowned, luck_left
from sim.study.sensitivity.scenario_phase import pair_metrics
from sim.study.sensitivity.swept import phase_of, region_of
from sim.study.sweep import Sweep, sweep
from sim.system.files import write_text
from sim.words.digits import number

PLANE: dict[str, Any] = {
    "vary": [
        "events.secondary_sanctions_*.scale=0:1.25:20",
        "events.pressure_at_sea_2023.scale=0:2.5:25",
    ],
    "metrics": [
        "hedging(VNM)",
        "alignment(VNM, CHN)",
        "share(arms, VNM, RUS)",
        *pair_metrics(["CHN", "RUS", "USA", "VNM"]),
    ],
    "runs": 20,
    "arm": "sea_pressure",
}
PLANES = {
    "partition": "partition",
    "china": "alignment(VNM, CHN) > 0",
    "hedging": "hedging(VNM)",
}
OUTCOMES = ("alignment(VNM, CHN) > 0", "same_bloc(RUS, VNM) > 0.5", "share(arms, VNM, RUS) > 0.45")
PAGE = Path("docs/explanation")
DPI = 100

FINDINGS: dict[str, dict[str, Any]] = {
    "russia_dprk_pact": {
        "claims": ["T01", "T02", "T05b"],
        "findings": [
            {
                "name": "Seoul",
                "text": "The treaty makes South Korea feel more threatened.",
                "metric": "threat(KOR)",
                "arms": ("base", "no_pact"),
                "direction": "higher",
                "horizon": "2025Q2..2027Q2",
            },
            {
                "name": "Need",
                "text": "War and sanctions alone make a defence pact of the two more likely.",
                "metric": "intensity(RUS, PRK, defence)",
                "arms": ("no_opening", "no_war"),
                "direction": "higher",
                "horizon": "2022Q1..2027Q2",
            },
        ],
    },
    "vietnam_bamboo": {
        "claims": ["T16a", "T16c", "T17a"],
        "findings": [
            {
                "name": "Sea",
                "text": "Pressure at sea moves Vietnam from Beijing towards Washington.",
                "metric": "alignment(VNM, USA) - alignment(VNM, CHN)",
                "arms": ("sea_pressure", "base"),
                "direction": "higher",
                "horizon": "2024Q1..2026Q4",
            },
        ],
    },
}


def analyse(name: str, **options: Any) -> SensitivityReport:
    """The analysis of a flagship, as the page shows it."""
    # a page is read more often than made: more trajectories than a first look has
    return sensitivity(name, **FINDINGS[name], effort=Effort(trajectories=16, kept=3), **options)


HEAD = """\
# What the findings depend on

Written by `make sensitivity`. Every number of a scenario that has a range is moved; how, and what the words mean, is told in
[ask what a finding depends on](../how-to/sensitivity.md). A finding *survives* if it is supported over draws of all numbers, each
averaged over its lucks, and at least 90 % of the draws have its direction. All of it is within the model: that a finding
survives says that few draws of the numbers within their ranges turn it, not that it is large or true of the world.
sd: the effect in standard deviations of the metric over the draws; below 0.01 it would count as none.
"""


def section(name: str, report: SensitivityReport) -> str:
    """The part of the page on one flagship."""
    kept = [r for r in report.findings if r.robustness and r.robustness.outcome == "survives"]
    lines = [
        f"## {report.meta.title}",
        "",
        f"{len(kept)} of {len(report.findings)} findings survive. {len(report.factors)} factors of "
        f"{report.numbers:,} numbers; {report.trajectories} Morris trajectories; Sobol' base "
        f"{report.base} with {report.lucks} lucks a point; {report.draws} draws with "
        f"{report.draw_lucks} lucks; seed {report.meta.seed}.",
        "",
        f"![What the findings of {name} depend on](sensitivity_{name}.png)",
        "",
        "| finding | effect (95 %) | draws with the direction (95 %) | outcome | variance of a run "
        "from numbers (95 %), from luck |",
        "|---|---|---|---|---|",
        *map(verdict_row, report.findings),
        "",
        "| finding | drivers: total share of the variance (95 %), place in the screening | "
        "converged |",
        "|---|---|---|",
        *(driver_row(ranked, report) for ranked in report.findings),
        "",
    ]
    return "\n".join(lines)


def verdict_row(ranked: Ranked) -> str:
    """Whether a finding survives, as a row."""
    found, parts = ranked.robustness, ranked.parts
    if found is None or found.verdict.effect is None:
        raise ValueError(f"{ranked.name} has no direction")
    sd = found.verdict.effect.standardised
    sizes = "" if sd is None else f", {sd:+.2f} sd"
    cells = (
        f"**{ranked.name}** {ranked.claim.text} `{in_a_line(ranked.claim)}`",
        with_bounds(found.verdict.effect) + sizes,
        f"{percent(found.share)} ({percent(found.low)} to {percent(found.high)})",
        found.outcome,
        f"{percent(parts.numbers_share)} ({percent(parts.numbers_low)} to "
        f"{percent(parts.numbers_high)}), {percent(parts.luck_share)}",
    )
    return f"| {' | '.join(cells)} |"


def driver_row(ranked: Ranked, report: SensitivityReport) -> str:
    """What a finding depends on, as a row."""
    left = percent(luck_left(ranked, report.lucks))
    if drowned(ranked, report.lucks):
        said = f"no ranking: {left} of what the indices share out is luck"
        return f"| **{ranked.name}** | {said} | |"
    places = {}
    if ranked.screening is not None:
        places = dict(zip(ranked.screening["factor"], ranked.screening["rank"], strict=True))
    told = []
    for row in ranked.indices.table.sort_values("rank").to_dict("records"):
        if row["total"] >= MATTERS:
            place = places.get(row["factor"])
            bounds = f"{max(0.0, row['total_low']):.2f} to {row['total_high']:.2f}"
            at = f", no. {place}" if place else ""
            told.append(f"`{row['factor']}` {row['total']:.2f} ({bounds}{at})")
    converged = "yes" if ranked.indices.convergence.converged else "no"
    facts = ranked.indices.convergence
    width = f"{converged} (half-widths to {number(facts.width)}, moved {number(facts.moved)})"
    return f"| **{ranked.name}** | {', '.join(told)}; {left} luck | {width} |"


def planes(swept: Sweep) -> str:
    """The part of the page on the plane of sanction pressure and pressure at sea."""
    lines = [
        "## Vietnam between sanction pressure and pressure at sea",
        "",
        f"A sweep of {swept.finished:,} runs over a grid of {len(swept.plan.design.points)} points: "
        "strength of the threats against buyers of Russian arms (0 none, 1 as they were) by "
        "strength of pressure at sea (0 none, 1 as in the arm `sea_pressure`).",
        "",
    ]
    for label, variable in PLANES.items():
        lines += [f"![Phases: {variable}](phase_{label}.png)", ""]
        lines += [f"- {line}" for line in phase_of(swept, variable).says()]
        lines.append("")
    lines += ["Regions, with what points held out say of them:", ""]
    for outcome in OUTCOMES:
        found = region_of(swept.folder, outcome)
        lines.append(f"- {found.words()} {found.check()}")
    return "\n".join([*lines, ""])


def main() -> None:
    """Analyse, draw and write."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument(
        "--saved", nargs=2, type=Path, help="Reports: of russia_dprk_pact, vietnam_bamboo."
    )
    options.add_argument("--notes", type=Path, default=Path("tools/sensitivity_notes.txt"))
    options.add_argument("--sweep", type=Path, help="A sweep of vietnam_bamboo, to be drawn.")
    options.add_argument(
        "--run-sweep", type=Path, help="Make this sweep first, unless it is there."
    )
    given = options.parse_args()
    if given.run_sweep:
        given.sweep = given.run_sweep
        if not given.sweep.exists():
            sweep("vietnam_bamboo", given.sweep, **PLANE)
    parts = [HEAD]
    for at, name in enumerate(FINDINGS):
        if given.saved:
            report = SensitivityReport.load(given.saved[at])
        else:
            report = analyse(name, say=lambda text: print(text, file=sys.stderr))
            report.save_in("results")
        save_figure(draw_ranking(report), PAGE / f"sensitivity_{name}", dpi=DPI, formats=("png",))
        parts.append(section(name, report))
    if given.sweep:
        swept = Sweep.load(given.sweep)
        for label, variable in PLANES.items():
            figure = draw_phase(swept, variable=variable)
            save_figure(figure, PAGE / f"phase_{label}", dpi=DPI, formats=("png",))
        parts.append(planes(swept))
    if given.notes.is_file():
        parts.append(given.notes.read_text("utf-8"))
    write_text(PAGE / "sensitivity.md", "\n".join(parts))


if __name__ == "__main__":
    try:
        main()
    except UserError as error:
        sys.exit(str(error))
