"""Ask 1950-1975 what ends bilateral pacts; write the table of docs/validation.md.

    .venv/bin/python -m tools.endings_fit DATA

A row is a pair of states that a treaty of their own binds and no other, and a year. It is asked
whether the end follows what each of the two would gain by it, by the engine's own weights, and the
attention that they have for each other, as offers of pacts do.
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
from sim.rules.pair_variables import ARMS, COMMITMENT, LEVEL
from sim.scenario.history import History, read_history
from sim.study.estimate import Fitted, LogLinear, Weight, fit
from sim.study.estimate.tie_events import next_of, year_of
from sim.study.estimate.worth import world_of
from tools.marked import from_data

PAGE = Path(__file__).resolve().parent.parent / "docs" / "validation.md"
MARK: Final = "endings"
FIRST, LAST = 1950, 1975
TARGET: Final = "any"
WEIGHED: Final = {
    "constant": "",
    "worth": "moves.break_worth",
    "attention": "",
    "commitment": "moves.break_deep",
    "arms": "moves.break_arms",
    "age": "",
}
"""What is weighed, and the engine's parameter of the same thing."""


def rows(history: History) -> Iterator[pd.DataFrame]:
    """A row a pair and year. Worth and attention are summed as rates of the two sides."""
    for year in range(FIRST, LAST):
        now, then = year_of(history, year, TARGET), next_of(history, year, TARGET)
        world, order = world_of(history, year)
        blocks, _ = starts.start(world, 0, 0)
        kernel.entries().begin(blocks, world.keys)
        parts = np.zeros((world.n * world.n, len(names.TERMS)))
        kernel.entries().appraise(blocks, 0.0, parts)
        grid = np.ix_(order, order)
        gain = parts.sum(axis=1).reshape(world.n, world.n)[grid]
        level, bound, arms, share = (
            blocks.M[row][grid] for row in (LEVEL, COMMITMENT, ARMS, RELEVANCE)
        )
        i, j = now.pairs
        alone = then.stays[i] & then.stays[j] & now.tied[i, j] & ~now.shared[i, j]
        alone &= level[i, j] > 0
        i, j = i[alone], j[alone]
        yield pd.DataFrame(
            {
                "constant": 1.0,
                "worth": np.logaddexp(gain[i, j], gain[j, i]),
                "attention": np.logaddexp(share[i, j], share[j, i]),
                "commitment": -bound[i, j],
                "arms": -(arms[i, j] + arms[j, i]),
                "age": np.log1p(now.age_of_tie[i, j]),
                "ended": ~then.tied[i, j],
                "year": year,
            }
        )


def fitted(table: pd.DataFrame) -> Fitted:
    """The fit, errors clustered by year: pacts end in waves."""
    weights = [Weight(name, 0.0, 5.0, scaled=False) for name in WEIGHED]
    rates = LogLinear(table[list(WEIGHED)].to_numpy(np.float64))
    return fit(
        rates, weights, table["ended"].to_numpy(np.float64), table["year"].to_numpy() - FIRST
    )


def lines(table: pd.DataFrame) -> Iterator[str]:
    found = fitted(table)
    yield f"{found.events} of {found.rows:,} pacts and years, expected {found.expected:.0f}."
    yield ""
    yield "| weight | estimate | error | in the engine |"
    yield "|---|--:|--:|---|"
    for (name, key), value, error in zip(WEIGHED.items(), found.value, found.error, strict=True):
        said = f"`{key}` {names.PARAMS[key].default:g}" if key else ""
        yield f"| {name} | {value:.2f} | {error:.2f} | {said} |"


def main() -> None:
    from_data(__doc__, PAGE, MARK, lambda data: lines(pd.concat(rows(read_history(data)))))


if __name__ == "__main__":
    main()
