"""Ask 1950-1990 what of a tie says who will stand on one side, and write it in docs/explanation/blocs.md.

    .venv/bin/python -m tools.tie_fit DATA

Worlds of 1950, 1955, ... 1980 are built from DATA (`multipolar world`); what ties each pair then is
set against two things of ten years on that are not in the tie: in disputes of the ten years, whether
the two had an adversary in common or were at odds with each other; and how far apart they vote in
the General Assembly. Errors are of 200 bootstrap samples of states.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.metrics import roc_auc_score

from sim import kernel
from sim.drivers import starts
from sim.rules.pair_variables import (
    ARMS_STOCK,
    COMMITMENT,
    CONTACT,
    DISTANCE,
    HOSTILITY,
    TRADE,
)
from sim.rules.state_variables import IDEAL_POINT
from sim.scenario.history import read_history
from sim.study.estimate.worth import world_of
from tools.marked import from_data

PAGE = Path(__file__).resolve().parent.parent / "docs" / "explanation" / "blocs.md"
MARK: Final = "tie"
YEARS: Final = range(1950, 1981, 5)
AHEAD: Final = 10
SAMPLES: Final = 200
PARTS: Final = {
    "commitment": "pacts and organisations, 1 for a defence pact",
    "positions": "max(0, 1 - distance of ideal points / 1.5)",
    "arms": "larger share of the two in the other's arms",
    "trade": "larger share of the two in the other's trade",
    "hostility": "mean hostility above .15",
    "adversary": "hostility above .15 of both to the same third state, the most",
}
CONTROLS: Final = ("contact", "log distance", "border")
SUSPICION: Final = 0.15

type Floats = NDArray[np.float64]


def rows(data: Path) -> pd.DataFrame:
    """A row a pair and year: what ties it, and what came of it ten years on."""
    history = read_history(data)
    found = []
    for year in YEARS:
        world, at = world_of(history, year)
        blocks, _ = starts.start(world, 0, 0)
        kernel.entries().begin(blocks, world.keys)
        place = dict(zip(history.codes(year).tolist(), at.tolist(), strict=True))
        later = history.dyads_of(year + AHEAD)
        later = later[later["ccode1"].isin(place) & later["ccode2"].isin(place)]
        i, j = (later[name].map(place).to_numpy() for name in ("ccode1", "ccode2"))

        def mean(sheet: int, i: Floats = i, j: Floats = j, m: Floats = blocks.M) -> Floats:
            return 0.5 * (m[sheet][i, j] + m[sheet][j, i])

        def larger(sheet: int, i: Floats = i, j: Floats = j, m: Floats = blocks.M) -> Floats:
            return np.maximum(m[sheet][i, j], m[sheet][j, i])

        felt = np.maximum(0.0, blocks.M[HOSTILITY] - SUSPICION)
        np.fill_diagonal(felt, 0.0)
        shared = np.zeros(len(i))
        for k in range(world.n):
            both = np.minimum(felt[i, k], felt[j, k])
            shared = np.maximum(shared, np.where((i == k) | (j == k), 0.0, both))
        apart = np.abs(blocks.V[IDEAL_POINT][i] - blocks.V[IDEAL_POINT][j])
        km = blocks.M[DISTANCE][i, j]
        found.append(
            pd.DataFrame(
                {
                    "one": later["ccode1"].to_numpy(),
                    "other": later["ccode2"].to_numpy(),
                    "commitment": blocks.M[COMMITMENT][i, j],
                    "positions": np.maximum(0.0, 1.0 - apart / 1.5),
                    "arms": larger(ARMS_STOCK),
                    "trade": larger(TRADE),
                    "hostility": np.maximum(0.0, mean(HOSTILITY) - SUSPICION),
                    "adversary": shared,
                    "contact": mean(CONTACT),
                    "log distance": np.log1p(km),
                    "border": (km < 0.05).astype(float),
                    "opposed": later["mid10"].to_numpy() > 0,
                    "allied": later["common_enemies"].to_numpy() > 0,
                    "apart": later["ideal_dist"].to_numpy(),
                }
            )
        )
    return pd.concat(found, ignore_index=True)


def sides(table: pd.DataFrame) -> tuple[Floats, float]:
    """Logits of an adversary in common against a dispute, both as frequent; AUC without controls."""
    some = table[table["opposed"] | table["allied"]]
    y = ~some["opposed"].to_numpy()
    weight = np.where(y, 0.5 / y.mean(), 0.5 / (1.0 - y.mean()))
    fits = [
        LogisticRegression(C=1e6, max_iter=2000).fit(x, y, sample_weight=weight)
        for x in (some[[*PARTS, *CONTROLS]], some[list(PARTS)])
    ]
    auc = roc_auc_score(y, fits[1].decision_function(some[list(PARTS)]))
    return fits[0].coef_[0][: len(PARTS)], float(auc)


def votes(table: pd.DataFrame) -> tuple[Floats, float]:
    """Nearness in votes, in points, by what ties two states; share of variance."""
    some = table[table["apart"].notna()]
    fit = LinearRegression().fit(some[[*PARTS, *CONTROLS]], -some["apart"])
    return fit.coef_[: len(PARTS)], float(fit.score(some[[*PARTS, *CONTROLS]], -some["apart"]))


def lines(table: pd.DataFrame) -> list[str]:
    rng = np.random.default_rng(0)
    states = np.unique(table[["one", "other"]].to_numpy())
    told = []
    for ask in (sides, votes):
        value, fit = ask(table)
        drawn = []
        for _ in range(SAMPLES):
            times = np.bincount(rng.integers(len(states), size=len(states)), minlength=len(states))
            at = [np.searchsorted(states, table[name]) for name in ("one", "other")]
            count = times[at[0]] * times[at[1]]
            drawn.append(ask(table.loc[table.index.repeat(count)])[0])
        told.append((value, np.std(drawn, axis=0), fit))
    (one, error, auc), (two, other, r2) = told
    some = table["opposed"] | table["allied"]
    out = [
        f"{len(table):,} pairs and years; {int(some.sum()):,} with a side, "
        f"{int(table['opposed'].sum()):,} of them opposed (AUC of the parts {auc:.2f}); votes: "
        f"share of variance {r2:.2f}. In brackets the error.",
        "",
        "| part of a tie | what it is | sides in disputes, logits | votes, points |",
        "|---|---|--:|--:|",
    ]
    for at, (name, meaning) in enumerate(PARTS.items()):
        out.append(
            f"| {name} | {meaning} | {one[at]:.2f} ({error[at]:.2f}) "
            f"| {two[at]:.2f} ({other[at]:.2f}) |"
        )
    return out


def main() -> None:
    from_data(__doc__, PAGE, MARK, lambda data: lines(rows(data)))


if __name__ == "__main__":
    main()
