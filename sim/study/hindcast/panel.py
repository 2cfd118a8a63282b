"""Pairs of states as rows: what is known of each in a year, and what became of it."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Final

import numpy as np
import pandas as pd

from sim.errors import UserError
from sim.scenario.history import TARGETS, History
from sim.types import Bools, Floats, Ints

LOGIT: Final = ("distance", "near", "cont1", "ideal", "ideal_na", "allies")
FULL: Final = (
    *LOGIT,
    *"enemies rivalry s_score igos trade deg1 deg2 maj1 maj2".split(),
    *"age ever any enemy_of_ally mid".split(),
)
_REACH_KM: Final = 2000.0
_IDEAL_UNKNOWN: Final = 1.1  # about the mean distance of ideal points
_IGOS_UNKNOWN: Final = 19.0  # about the mean number of shared organisations
_OLD: Final = 40.0


def features(pairs: pd.DataFrame) -> pd.DataFrame:
    """Return what the baselines know of each pair, columns :data:`FULL`, without gaps.

    Distances in the logarithm of 1 + km; counts in logarithms. Gaps are filled with a value in the
    middle and, for ideal points, marked: a logit needs numbers. Columns that the tables lack say
    nothing: they are constant.
    """

    def column(name: str, unknown: float = 0.0) -> pd.Series:
        given = pairs.get(name)
        if given is None:
            return pd.Series(unknown, pairs.index)
        return given.fillna(unknown)

    km = column("mindist", np.nan)
    km = km.fillna(0.0 if km.isna().all() else km.median()).where(column("cont") != 1, 0.0)
    ideal = column("ideal_dist", np.nan)
    degrees = column("deg1"), column("deg2")
    major = column("majpact1"), column("majpact2")
    return pd.DataFrame(
        {
            "distance": np.log1p(km),
            "near": np.exp(-km / _REACH_KM),
            "cont1": (column("cont") == 1).astype(np.float64),
            "ideal": ideal.fillna(_IDEAL_UNKNOWN),
            "ideal_na": ideal.isna().astype(np.float64),
            "allies": np.log1p(column("common_allies")),
            "enemies": np.log1p(column("common_rivals") + column("common_enemies")),
            "rivalry": column("rivalry"),
            "s_score": column("s_score"),
            "igos": column("igos", _IGOS_UNKNOWN),
            "trade": np.log1p(column("trade")),
            "deg1": np.minimum(*degrees),
            "deg2": np.maximum(*degrees),
            "maj1": major[0] + major[1],
            "maj2": major[0] * major[1],
            "age": np.minimum(column("def_age"), _OLD),
            "ever": column("def_ever"),
            "any": column("any_atop"),
            "enemy_of_ally": np.log1p(column("enemy_of_ally")),
            "mid": column("mid10"),
        }
    )


def panel(
    history: History, years: Sequence[int], horizon: int, target: str
) -> tuple[pd.DataFrame, Bools, Floats]:
    """Return features of the pairs of some years, who was tied, and who was so many years later.

    Only pairs that are known at both times: ``(M, K)``, ``(M,)``, ``(M,)``.
    """
    dyads, column = history.dyads, TARGETS[target]
    now = dyads["year"].isin(years).to_numpy() & dyads[column].notna().to_numpy()
    pairs = dyads[now]
    later = dyads[["key", "year", column]].assign(year=dyads["year"] - horizon)
    y = pairs[["key", "year"]].merge(later, on=["key", "year"], how="left")[column].to_numpy()
    known = np.isfinite(y)
    pairs = pairs[known]
    return features(pairs), (pairs[column] == 1).to_numpy(), y[known].astype(np.float64)


@lru_cache(maxsize=4)
def training(
    history: History, first: int, last: int, horizon: int, target: str
) -> tuple[pd.DataFrame, Bools, Floats]:
    """Return the :func:`panel` of all years with an outcome from the first year to the last.

    Several models learn from it, so the latest are kept.

    Raises:
        UserError: there are no such years.
    """
    there = set(history.years)
    years = [year for year in there if year >= first and year + horizon in there]
    years = sorted(year for year in years if year + horizon <= last)
    if not years:
        raise UserError(
            f"there is nothing to learn from: no year from {first} to {last} has an outcome "
            f"{horizon} years later by {last}; train on more years"
        )
    return panel(history, years, horizon, target)


def outcomes(
    history: History, origin: int, horizon: int, target: str
) -> tuple[Floats, Floats, tuple[Ints, Ints]]:
    """Return ties at an origin and at its horizon, and the pairs of which both are known.

    Two matrices ``(N, N)`` over the states of the origin, NaN where unknown, and the places
    ``(i, j)``, i < j, of the known ones.
    """
    column = TARGETS[target]
    codes, later_codes = history.codes(origin), history.codes(origin + horizon)
    now = history.matrix(origin, column)
    later = np.full_like(now, np.nan)
    stay, place = np.isin(codes, later_codes), np.searchsorted(later_codes, codes)
    at = np.flatnonzero(stay)
    later[np.ix_(at, at)] = history.matrix(origin + horizon, column)[np.ix_(place[at], place[at])]
    known = np.triu(np.isfinite(now) & np.isfinite(later), 1)
    i, j = np.nonzero(known)
    return now, later, (i, j)
