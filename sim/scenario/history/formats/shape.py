"""Small tools that readers of published files share."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from sim.system.inputs import numbers

_CODES = ("ccode1", "ccode2")


def known(figures: pd.Series) -> pd.Series:
    """Return numbers with NaN for what is missing: empty, or below zero (-9, -8, -7)."""
    found: pd.Series = numbers(figures)
    return found.mask(found < 0)


def paired(table: pd.DataFrame, one: str, other: str) -> pd.DataFrame:
    """Return rows with the codes of two columns as ``ccode1`` < ``ccode2``; others are dropped.

    ``turned`` says whether the two changed places.
    """
    codes = table[[one, other]].apply(numbers).to_numpy(np.float64)
    whole = np.isfinite(codes).all(axis=1) & (codes[:, 0] != codes[:, 1])
    found: pd.DataFrame = table[whole].copy()
    codes = codes[whole].astype(np.int64)
    found["turned"] = codes[:, 0] > codes[:, 1]
    for name, values in zip(_CODES, (codes.min(axis=1), codes.max(axis=1)), strict=True):
        found[name] = values
    return found


def yearly(spells: pd.DataFrame, first: str, last: str) -> pd.DataFrame:
    """Return a row for each year of each spell, both ends included, with its ``year``."""
    begins, ends = (spells[name].to_numpy(np.int64) for name in (first, last))
    lengths = np.maximum(ends - begins + 1, 0)
    rows = spells.iloc[np.repeat(np.arange(len(spells)), lengths)].reset_index(drop=True)
    within = np.arange(lengths.sum()) - np.repeat(np.cumsum(lengths) - lengths, lengths)
    return rows.assign(year=np.repeat(begins, lengths) + within)


def largest(table: pd.DataFrame, columns: Sequence[str]) -> pd.DataFrame:
    """Return a row a pair and year with the largest of each column."""
    found: pd.DataFrame = table.groupby([*_CODES, "year"], as_index=False)[list(columns)].max()
    return found
