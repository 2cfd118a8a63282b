"""Where single states stand at the start of the base worlds, by which ties; write it in docs/explanation/standing.md.

    .venv/bin/python -m tools.standing_page [--runs 200]

For the worlds of 2021 and 2024 the start is drawn RUNS times. Told are, for each state of the page, the
share of draws in which it is in a bloc with a great power or alone, whether it stands between two of
them, and its closest ties with what each is made of. What the literature says is kept by hand.
"""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from sim import kernel
from sim.blocs import find_blocs, hedges, network
from sim.drivers import starts
from sim.rules import catalogue as names
from sim.rules import observation
from sim.rules.pair_variables import (
    ARMS_STOCK,
    COMMITMENT,
    ENERGY,
    FINANCE,
    HOSTILITY,
    TRADE,
    TRUST,
)
from sim.rules.state_variables import CAPABILITY, IDEAL_POINT
from sim.scenario import load_scenario
from sim.scenario.world import World
from sim.system.files import write_text
from sim.types import Blocks
from tools.marked import markers, replaced

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "explanation" / "standing.md"
WORLDS: Final = (2021, 2024)
POWERS: Final = ("USA", "CHN", "RUS")
RUNS: Final = 200
CLOSEST: Final = 5

type Floats = NDArray[np.float64]


def parts_of(w: Blocks) -> dict[str, Floats]:
    """What each part gives to every tie ``(N, N)``: they add up to it where it is not below zero."""
    x = w.V[IDEAL_POINT]

    def larger(sheet: int) -> Floats:
        return np.maximum(w.M[sheet], w.M[sheet].T)

    def mean(sheet: int) -> Floats:
        return 0.5 * (w.M[sheet] + w.M[sheet].T)

    p = w.P
    close = np.maximum(0.0, 1.0 - np.abs(x[:, None] - x) / 1.5)
    divides = np.maximum(0.0, mean(HOSTILITY) - p[observation.SUSPICION])
    return {
        "pacts": w.M[COMMITMENT],
        "positions": p[observation.TIE_POSITION] * close,
        "trust": p[observation.TIE_TRUST] * (mean(TRUST) - 0.5),
        "arms": p[observation.TIE_ARMS] * larger(ARMS_STOCK),
        "fuel and finance": p[observation.TIE_SUPPLY] * (larger(ENERGY) + larger(FINANCE)),
        "trade": p[observation.TIE_TRADE] * larger(TRADE),
        "hostility": -p[observation.TIE_HOSTILITY] * divides,
    }


class Standing:
    """The start of a world, drawn many times."""

    def __init__(self, year: int, runs: int) -> None:
        spec = load_scenario(ROOT / "scenarios" / "world" / f"{year}.yaml")
        world = World(spec)
        self.codes = list(world.codes)
        tie_row = names.DYAD_FIELDS["tie"].row
        found: dict[str, Floats] = {}
        labels, between = [], []
        ties = np.zeros((world.n, world.n))
        powers = [self.codes.index(code) for code in POWERS]
        for run in range(runs):
            blocks, _ = starts.start(world, spec.ensemble.seed, run)
            kernel.entries().begin(blocks, world.keys)
            tie = blocks.M[tie_row].copy()
            labels.append(find_blocs(network(tie, blocks.V[CAPABILITY])))
            between.append(hedges(tie[:, powers]))
            ties += tie / runs
            for name, part in parts_of(blocks).items():
                found[name] = found.get(name, 0.0) + part / runs
        self.labels, self.between = np.array(labels), np.array(between)
        self.ties, self.parts = ties, found

    def with_power(self, i: int) -> Iterator[tuple[str, float]]:
        """Share of draws in which i is in a bloc with each power, and alone."""
        for code in POWERS:
            yield code, float((self.labels[:, i] == self.labels[:, self.codes.index(code)]).mean())
        size = (self.labels == self.labels[:, [i]]).sum(axis=1)
        yield "alone", float((size == 1).mean())

    def lines(self, code: str) -> Iterator[str]:
        i = self.codes.index(code)
        told = [
            f"alone in {share:.0%}" if who == "alone" else f"with {who} in {share:.0%}"
            for who, share in self.with_power(i)
            if share >= 0.05
        ]
        text = ", ".join(told) or "in blocs without a great power"
        yield f"{text} of the draws; between two powers in {self.between[:, i].mean():.0%}."
        yield ""
        yield "| tie with | weight | " + " | ".join(self.parts) + " |"
        yield "|---|--:|" + "--:|" * len(self.parts)
        others = [j for j in np.argsort(-self.ties[i]) if j != i][:CLOSEST]
        powers = [self.codes.index(power) for power in POWERS if power != code]
        for j in dict.fromkeys([*others, *powers]):
            cells = " | ".join(f"{part[i, j]:.2f}" for part in self.parts.values())
            yield f"| {self.codes[j]} | {self.ties[i, j]:.2f} | {cells} |"


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--runs", type=int, default=RUNS)
    args = parser.parse_args()
    page = PAGE.read_text(encoding="utf-8")
    standings = {year: Standing(year, args.runs) for year in WORLDS}
    for mark in re.findall(r"<!-- ([A-Z]{3}) -->", page):
        assert markers(mark)[1] in page
        block = []
        for year, standing in standings.items():
            first, *rest = standing.lines(mark)
            block += [f"**{year}**: {first}", *rest, ""]
        page = replaced(page, mark, "\n" + "\n".join(block))
    write_text(PAGE, page)


if __name__ == "__main__":
    main()
