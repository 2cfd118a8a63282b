"""Hold the model against dated facts; write the table of docs/calibration.md.

    .venv/bin/python -m tools.facts [--runs 100]

A fact is inside where it lies in the middle 90 % of the runs. What was set with a fact in view is
marked: it is fitted, not found. Some facts were looked up and written down before the model was run
on them, and nothing was set on them: they are marked, too.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from sim.drivers.ensemble import run_ensemble
from sim.measure.language import Observed, Scope, parse_metric, required_pairs
from sim.scenario import find_scenario, load_scenario
from sim.system.files import write_text

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "calibration.md"
BEGIN, END = "<!-- facts -->", "<!-- end of facts -->"


@dataclass(frozen=True)
class Fact:
    """A dated figure and the metric that should show it."""

    text: str
    scenario: str
    metric: str
    data: float
    source: str
    fitted: bool = False
    looked_up: bool = False
    """Written down before the model was asked, and nothing set on it afterwards."""


HISTORY = "scenarios/world/history_2022_2024.yaml"
FACTS = (
    Fact("Russia in the arms deliveries of Vietnam, 2020-24", HISTORY,
         "share(arms, VNM, RUS) @ 2024Q4", 0.34, "SIPRI", True),
    Fact("Russia in the arms deliveries of India, 2020-24", HISTORY,
         "share(arms, IND, RUS) @ 2024Q4", 0.36, "SIPRI", True),
    Fact("Russia in the arms deliveries of Armenia, 2020-24", HISTORY,
         "share(arms, ARM, RUS) @ 2024Q4", 0.32, "SIPRI"),
    Fact("Russia in the arms deliveries of Serbia, 2020-24", HISTORY,
         "share(arms, SRB, RUS) @ 2024Q4", 0.20, "SIPRI"),
    Fact("Russia in the arms deliveries of Kazakhstan, 2020-24", HISTORY,
         "share(arms, KAZ, RUS) @ 2024Q4", 0.88, "SIPRI", True),
    Fact("Russia in the arms deliveries of Belarus, 2020-24", HISTORY,
         "share(arms, BLR, RUS) @ 2024Q4", 1.0, "SIPRI"),
    Fact("China in Russian goods trade, 2023", HISTORY,
         "share(trade, RUS, CHN) @ 2023Q4", 0.335, "customs", True),
    Fact("Russia in Chinese goods trade, 2023", HISTORY,
         "share(trade, CHN, RUS) @ 2023Q4", 0.040, "customs", True),
    Fact("India in Russian goods trade, 2023", HISTORY,
         "share(trade, RUS, IND) @ 2023Q4", 0.09, "customs, about 65 of 710 bn USD"),
    Fact("Germany in Russian goods trade, 2023", HISTORY,
         "share(trade, RUS, DEU) @ 2023Q4", 0.017, "customs, about 12 of 710 bn USD", True),
    Fact("China in North Korean recorded trade, 2022", HISTORY,
         "share(trade, PRK, CHN) @ 2022Q4", 0.967, "KOTRA"),
    Fact("Yuan in Russian settlement, early 2024", "scenarios/dedollarisation.yaml",
         "currency(RUS, CHN) @ 2024Q1", 0.345, "Bank of Russia", True),
    Fact("Dollar in Russian settlement, early 2024", "scenarios/dedollarisation.yaml",
         "currency(RUS, USA) @ 2024Q1", 0.10, "Bank of Russia, about half of what is unfriendly", True),
    Fact("Russia in the fuel imports of Germany, 2024", HISTORY,
         "share(energy, DEU, RUS) @ 2024Q4", 0.01, "Eurostat", True),
    Fact("Russia in the fuel imports of India, 2024", HISTORY,
         "share(energy, IND, RUS) @ 2024Q4", 0.30, "customs, by value, rounded", True),
    # figures of the tables whose start in the scenario is of the same source
    Fact("Russia in the fuel imports of China, 2024", HISTORY,
         "share(energy, CHN, RUS) @ 2024Q4", 0.212, "BACI", looked_up=True),
    Fact("Russia in the fuel imports of Italy, 2024", HISTORY,
         "share(energy, ITA, RUS) @ 2024Q4", 0.035, "BACI", looked_up=True),
    Fact("Russia in the fuel imports of Japan, 2024", HISTORY,
         "share(energy, JPN, RUS) @ 2024Q4", 0.027, "BACI", looked_up=True),
    Fact("Russia in the fuel imports of Hungary, 2024", HISTORY,
         "share(energy, HUN, RUS) @ 2024Q4", 0.797, "BACI", looked_up=True),
    Fact("Russia in the fuel imports of Serbia, 2024", HISTORY,
         "share(energy, SRB, RUS) @ 2024Q4", 0.334, "BACI", looked_up=True),
    Fact("Turkey in Russian goods trade, 2023", HISTORY,
         "share(trade, RUS, TUR) @ 2023Q4", 0.068, "World Factbook: .08 out, .05 in",
         looked_up=True),
    Fact("Kazakhstan in Russian goods trade, 2023", HISTORY,
         "share(trade, RUS, KAZ) @ 2023Q4", 0.044, "World Factbook: .04 out, .05 in",
         looked_up=True),
    Fact("Russia in Armenian goods trade, 2023", HISTORY,
         "share(trade, ARM, RUS) @ 2023Q4", 0.32, "World Factbook: .37 out, .29 in",
         looked_up=True),
    Fact("India in the arms deliveries of Armenia, 2020-24", HISTORY,
         "share(arms, ARM, IND) @ 2024Q4", 0.63, "SIPRI", looked_up=True),
    Fact("China in the arms deliveries of Serbia, 2020-24", HISTORY,
         "share(arms, SRB, CHN) @ 2024Q4", 0.57, "SIPRI", looked_up=True),
)  # fmt: skip


def rows(runs: int) -> list[str]:
    """The table, one row a fact."""
    lines = [
        "| fact | data | source | model: median (middle 90 %) | |",
        "|---|---|---|---|---|",
    ]
    for scenario in dict.fromkeys(fact.scenario for fact in FACTS):
        spec = load_scenario(find_scenario(str(ROOT / scenario)))
        scope = Scope.of(spec)
        mine = [fact for fact in FACTS if fact.scenario == scenario]
        bound = [parse_metric(fact.metric).bind(scope) for fact in mine]
        record = run_ensemble(spec, runs=runs, extra_pairs=required_pairs(bound))
        seen = Observed(record)
        for fact, metric in zip(mine, bound, strict=True):
            low, middle, high = np.quantile(metric.values(seen), [0.05, 0.5, 0.95])
            verdict = "inside" if low <= fact.data <= high else "**outside**"
            mark = ", fitted" if fact.fitted else ", looked up" if fact.looked_up else ""
            lines.append(
                f"| {fact.text} | {fact.data:g} | {fact.source} "
                f"| {middle:.3f} ({low:.3f} to {high:.3f}) | {verdict}{mark} |"
            )
    return lines


def main() -> None:
    """Write the table between its marks."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=100)
    runs = parser.parse_args().runs
    before, rest = PAGE.read_text("utf-8").split(BEGIN)
    after = rest.split(END)[1]
    write_text(PAGE, before + "\n".join([BEGIN, "", *rows(runs), "", END]) + after)


if __name__ == "__main__":
    main()
