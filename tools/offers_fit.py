"""Ask 1950-1990 what makes pacts, those of defence and lesser ones; write the table of docs/validation.md.

    .venv/bin/python -m tools.offers_fit DATA

A row is a pair of states without a pact, and a year; the event is a pact of their own, other than by
joining a standing treaty. It is asked how much the pact's worth by the engine's own weights counts
in offer and consent, and how much the attention that the two have for each other.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd

from sim import kernel
from sim.drivers import starts
from sim.rules import catalogue as names
from sim.rules.decisions.assessment import RELEVANCE
from sim.rules.pair_variables import LEVEL
from sim.scenario.history import History, read_history
from sim.study.estimate import Fitted, Weight, fit
from sim.study.estimate.hazards import Offers
from sim.study.estimate.tie_events import Next, Year, next_of, year_of
from sim.study.estimate.worth import LEVELS, world_of
from sim.types import Bools
from tools.marked import from_data

PAGE = Path(__file__).resolve().parent.parent / "docs" / "validation.md"
MARK: Final = "offers"
ERAS: Final = ((1950, 1975), (1975, 1990), (1950, 1990))
KINDS: Final = {"defence": "of defence", "any": "of consultation, neutrality or non-aggression"}
WEIGHED: Final = ("constant", "attention", "consent", "worth")


def joined(now: Year, then: Next) -> Bools:
    """Pairs that were tied by one joining the other's standing treaty, ``(N, N)``."""
    new = then.inside & ~now.inside
    found = np.einsum("ti,tj->ij", new.astype(int), now.inside.astype(int)) > 0
    return found | found.T


def rows(history: History) -> Iterator[pd.DataFrame]:
    """A row a pair and year: worth and attention of the two sides, what was made by the next."""
    for year in range(*ERAS[-1]):
        now, then = ({t: ask(history, year, t) for t in KINDS} for ask in (year_of, next_of))
        world, order = world_of(history, year)
        blocks, _ = starts.start(world, 0, 0)
        kernel.entries().begin(blocks, world.keys)
        grid = np.ix_(order, order)
        level, share = blocks.M[LEVEL][grid], blocks.M[RELEVANCE][grid]
        i, j = now["any"].pairs
        free = then["any"].stays[i] & then["any"].stays[j]
        free &= (level[i, j] == 0) & ~now["any"].tied[i, j]
        for target in KINDS:
            free &= ~joined(now[target], then[target])[i, j]
        i, j = i[free], j[free]
        columns = {"year": year, "to_other": share[i, j], "to_one": share[j, i]}
        for target in KINDS:
            parts = np.zeros((world.n * world.n, len(names.TERMS)))
            kernel.entries().appraise(blocks, LEVELS[target], parts)
            gain = parts.sum(axis=1).reshape(world.n, world.n)[grid]
            columns |= {f"{target}_one": gain[i, j], f"{target}_other": gain[j, i]}
            columns[target] = then[target].tied[i, j]
        columns["any"] &= ~columns["defence"]
        yield pd.DataFrame(columns)


def fitted(table: pd.DataFrame, target: str) -> Fitted:
    """The fit of one kind of pact, errors clustered by year."""
    rates = Offers(
        table[[f"{target}_one"]].to_numpy(),
        table[[f"{target}_other"]].to_numpy(),
        table["to_other"].to_numpy(),
        table["to_one"].to_numpy(),
    )
    weights = [
        Weight("constant", -5.0, 50.0, scaled=False),
        Weight("attention", 1.0, 50.0, scaled=False),
        Weight("consent", 0.0, 3.0, scaled=False),
        Weight("worth", 1.0, 50.0, scaled=False),
    ]
    years = table["year"].to_numpy()
    return fit(rates, weights, table[target].to_numpy(np.float64), years - years.min())


def lines(history: History) -> Iterator[str]:
    yield "| pacts | years | made | attention | error | worth | error |"
    yield "|---|---|--:|--:|--:|--:|--:|"
    whole = pd.concat(rows(history))
    for first, last in ERAS:
        table = whole[(whole["year"] >= first) & (whole["year"] < last)]
        for target, what in KINDS.items():
            found = fitted(table, target)
            told = dict(zip(WEIGHED, zip(found.value, found.error, strict=True), strict=True))
            cells = (f"{x:.2f}" for name in ("attention", "worth") for x in told[name])
            yield f"| {what} | {first}-{last} | {found.events} | {' | '.join(cells)} |"


def main() -> None:
    from_data(__doc__, PAGE, MARK, lambda data: lines(read_history(data)))


if __name__ == "__main__":
    main()
