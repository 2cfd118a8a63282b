"""Ideal points of votes in the General Assembly (Bailey, Strezhnev, Voeten), estimates by session.

Read are ``ccode``, ``session`` and ``IdealPointAll``, with or without capitals (releases since
2023); session 1 is of 1946. ``IdealPointFP``, of foreign policy alone, is read where it is there.
"""

from __future__ import annotations

import pandas as pd

UNIT = "states"
CODELESS = True
COLUMNS = ("ccode", "session", "idealpointall")
_FIRST = 1945


def tidy(table: pd.DataFrame) -> pd.DataFrame:
    """Return ``ccode``, ``year``, ``ideal_all`` and ``ideal_fp``."""
    table = table.set_axis(table.columns.str.lower(), axis=1)
    found = table[["ccode"]].assign(year=table["session"] + _FIRST)
    for name, column in (("ideal_all", "idealpointall"), ("ideal_fp", "idealpointfp")):
        if column in table:
            found[name] = pd.to_numeric(table[column], errors="coerce")
    return found[found["ccode"].notna()].groupby(["ccode", "year"], as_index=False).mean()
