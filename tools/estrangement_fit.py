"""Ask 1950-1990 how far positions move away from those that become hostile; write docs/validation.md.

    .venv/bin/python -m tools.estrangement_fit DATA

The regression of the change of a state's ideal point, over one to five years, on the sum by which
hostility rose in the first of them, away from each other state by its size (the push of
:mod:`sim.rules.mechanisms.diplomacy.estrangement`), with the position before and years. Hostility is
that of the model's equation for the rivalry and the disputes of the two; positions are held and trust
left out, for both follow votes. A dispute with force that begins is one act of pressure, .25 of
tension. Errors are clustered by state. DATA holds dyads_1950_1990.parquet and
states_1816_2024.parquet; nothing after 1995 is read, and no dispute after 1990.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim.rules.catalogue import PARAMS
from sim.rules.mechanisms.diplomacy.estrangement import APART
from tools.marked import from_data

PAGE = Path(__file__).resolve().parent.parent / "docs" / "validation.md"
MARK: Final = "estrangement"
AHEAD: Final = (1, 2, 3, 5)
LAST: Final = 1990
ACT: Final = 0.25
"""Tension of one act of pressure between two that had none (move ``provoke``)."""

LARGE: Final = 0.2
"""Pushes that are few and might carry all."""

type Floats = NDArray[np.float64]


def _weight(name: str) -> float:
    return PARAMS[name].default


def hostility(pairs: pd.DataFrame, apart: pd.Series) -> pd.Series:
    """Hostility of a pair by its rivalry and disputes, at a distance of positions."""
    disputes = pairs["mid10"].fillna(0.0)
    rivalry = np.where(pairs["rivalry"] > 0, 1.0 + 0.03 * disputes, 0.05 * disputes)
    rivalry = np.minimum(rivalry, 2.0)
    usual = _weight("tension.prior_rivalry") * np.minimum(1.0, rivalry)
    odds = (
        _weight("hostility.ideal_distance") * apart
        + _weight("hostility.rivalry") * rivalry
        + _weight("hostility.tension") * (usual + ACT * pairs["force"])
        - _weight("hostility.baseline")
    )
    return 1.0 / (1.0 + np.exp(-odds))


def rows(data: Path) -> pd.DataFrame:
    """A row a state and year: how much it was pushed, where it stood before and after."""
    pairs = pd.read_parquet(data / "dyads_1950_1990.parquet")
    pairs = pairs[["ccode1", "ccode2", "year", "mid10", "mid10_force", "rivalry"]]
    pairs = pairs.sort_values(["ccode1", "ccode2", "year"])
    of = pairs.groupby(["ccode1", "ccode2"])
    pairs["force"] = (of["mid10_force"].diff() > 0).astype(float)
    then = of[["mid10", "rivalry", "force"]].shift()
    follows = of["year"].diff() == 1
    states = pd.read_parquet(data / "states_1816_2024.parquet")
    states = states[states["year"] <= LAST + AHEAD[-1]]
    votes, power = (
        states.pivot_table(index="year", columns="ccode", values=name).stack()
        for name in ("ideal_all", "cinc")
    )

    def of_year(values: pd.Series, state: pd.Series, years: pd.Series) -> Floats:
        return values.reindex(pd.MultiIndex.from_arrays([years, state])).to_numpy()

    pushed = []
    for one, other in (("ccode1", "ccode2"), ("ccode2", "ccode1")):
        x, y = (of_year(votes, pairs[name], pairs["year"] - 1) for name in (one, other))
        c, d = (of_year(power, pairs[name], pairs["year"]) for name in (one, other))
        apart = pd.Series(np.abs(x - y), pairs.index)
        rise = hostility(pairs, apart) - hostility(then, apart)
        push = d / (c + d) * rise * np.clip((x - y) / APART, -1.0, 1.0)
        pushed.append(
            pd.DataFrame({"state": pairs[one], "year": pairs["year"], "push": push})[follows]
        )
    table = pd.concat(pushed).dropna().groupby(["state", "year"], as_index=False)["push"].sum()
    table["before"] = of_year(votes, table["state"], table["year"] - 1)
    for ahead in AHEAD:
        table[f"after {ahead}"] = of_year(votes, table["state"], table["year"] + ahead - 1)
    return table


def lines(table: pd.DataFrame) -> Iterator[str]:
    """The table of the page."""
    push = table["push"]
    yield f"{len(table):,} states and years; the push has a spread of {push.std():.3f}, at most "
    yield f"{push.abs().max():.2f}."
    yield ""
    whole = table.dropna()
    small = whole[whole["push"].abs() <= LARGE]
    yield (
        f"| years on | UNGA units by unit of push, {len(whole):,} states and years | error "
        f"| without the {len(whole) - len(small)} pushes above {LARGE} | error |"
    )
    yield "|--:|--:|--:|--:|--:|"
    for ahead in AHEAD:
        cells = []
        for known in (whole, small):
            years = pd.get_dummies(known["year"], dtype=float)
            x = pd.concat([known[["push", "before"]], years], axis=1).to_numpy()
            moved = (known[f"after {ahead}"] - known["before"]).to_numpy()
            cells += [f"{x:.2f}" for x in first(x, moved, known["state"].to_numpy())]
        yield f"| {ahead} | {' | '.join(cells)} |"


def first(x: Floats, y: Floats, cluster: NDArray[np.int64]) -> tuple[float, float]:
    """Return the least-squares weight of the first column and its error, clustered."""
    bread = np.linalg.pinv(x.T @ x)
    value = bread @ (x.T @ y)
    scores = pd.DataFrame(x * (y - x @ value)[:, None]).groupby(cluster).sum().to_numpy()
    return float(value[0]), float(np.sqrt((bread @ scores.T @ scores @ bread)[0, 0]))


def main() -> None:
    from_data(__doc__, PAGE, MARK, lambda data: lines(rows(data)))


if __name__ == "__main__":
    main()
