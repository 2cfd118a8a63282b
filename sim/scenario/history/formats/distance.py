"""Minimum distances between states by year, as made of CShapes 2.0.

Read are ``ccode1``, ``ccode2`` (or ``gwcode1``, ``gwcode2``), ``year`` and ``mindist``, in km.
"""

from __future__ import annotations

import pandas as pd

from sim.scenario.history.codes import converted
from sim.scenario.history.formats.shape import known, largest, paired

UNIT = "dyads"
COLUMNS = ("year", "mindist")


def tidy(table: pd.DataFrame) -> pd.DataFrame:
    """Return ``mindist`` of pairs."""
    if "ccode1" not in table:
        for end in "12":
            given = zip(table[f"gwcode{end}"].astype(int), table["year"].astype(int), strict=True)
            codes = [converted(str(code), "gw", "cow", year) for code, year in given]
            table = table.assign(**{f"ccode{end}": pd.Series(codes, table.index)})
    found = paired(table, "ccode1", "ccode2")
    return largest(found.assign(mindist=known(found["mindist"])), ["mindist"])
