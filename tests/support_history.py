"""Small made-up histories for tests."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import combinations
from pathlib import Path

import numpy as np
import pandas as pd

from sim.scenario.history import History, history_of

type Pairs = Callable[[int], Iterable[tuple[int, int]]]


def states(codes: Iterable[int], years: Iterable[int]) -> pd.DataFrame:
    rows = [{"ccode": code, "year": year, "cinc": 0.1} for code in codes for year in years]
    return pd.DataFrame(rows)


def dyads(codes: Callable[[int], Iterable[int]], years: Iterable[int], tied: Pairs) -> pd.DataFrame:
    """Every pair of the states of each year; ``tied`` says which of them have a defence pact."""
    rows = []
    for year in years:
        now = set(tied(year))
        for one, other in combinations(sorted(codes(year)), 2):
            rows.append((one, other, year, int((one, other) in now)))
    return pd.DataFrame(rows, columns=["ccode1", "ccode2", "year", "defense"])


def world(
    years: Iterable[int],
    tied: Pairs,
    codes: Callable[[int], Iterable[int]] = lambda _: range(1, 9),
) -> History:
    """A history of states with defence pacts alone."""
    years = list(years)
    known = {code for year in years for code in codes(year)}
    return history_of(states(known, years), dyads(codes, years, tied))


def drawn(seed: int = 1, n: int = 30, first: int = 1950, last: int = 1985) -> History:
    """Neighbours ally and part at random; distance tells who will, ideal points tell nothing."""
    rng = np.random.default_rng(seed)
    place = rng.random((n, 2)) * 4000
    codes = np.arange(1, n + 1) * 10
    i, j = np.triu_indices(n, 1)
    km = np.hypot(*(place[i] - place[j]).T)
    tied = rng.random(len(km)) < 0.3 * np.exp(-km / 500)
    parts = []
    age = tied * 1
    for year in range(first, last + 1):
        parts.append(
            pd.DataFrame(
                {
                    "ccode1": codes[i],
                    "ccode2": codes[j],
                    "year": year,
                    "defense": tied * 1,
                    "any_atop": tied * 1,
                    "def_age": age,
                    "any_age": age,
                    "mindist": km,
                    "ideal_dist": np.where(rng.random(len(km)) < 0.1, np.nan, rng.random(len(km))),
                    "common_allies": 0,
                }
            )
        )
        made = ~tied & (rng.random(len(km)) < 0.06 * np.exp(-km / 500))
        lost = tied & (rng.random(len(km)) < 0.03)
        tied = (tied | made) & ~lost
        age = np.where(tied, age + 1, 0)
    return history_of(states(codes.tolist(), range(first, last + 1)), pd.concat(parts))


def write(history: History, folder: Path) -> Path:
    """The tables of a history as CSV files."""
    folder.mkdir(exist_ok=True)
    history.states.to_csv(folder / "states.csv", index=False)
    history.dyads.drop(columns="key").to_csv(folder / "dyads.csv", index=False)
    return folder
