"""Alliance Treaty Obligations and Provisions 5.1, members of alliances.

Read are ``atopid``, ``member``, ``yrent``, ``yrexit`` (0: in force at the end of the data) and the
obligations ``defense``, ``offense``, ``neutral``, ``nonagg``, ``consul``. Two members of one
alliance in a year are tied by what both owe; ``def_12`` and ``def_21`` say who owes defence.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from sim.scenario.history.formats.shape import known, largest, paired, yearly

UNIT = "dyads"
COLUMNS = ("atopid", "member", "yrent", "yrexit", "defense")
ABSENT = 0.0
_LAST = 2018
_OBLIGATIONS = "defense offense neutral nonagg consul".split()


def tidy(table: pd.DataFrame) -> pd.DataFrame:
    """Return the obligations, ``any_atop``, ``def_12`` and ``def_21`` of pairs."""
    there = [name for name in _OBLIGATIONS if name in table]
    found = table.assign(**{name: known(table[name]).fillna(0.0) for name in there})
    found["last"] = np.where(found["yrexit"] > 0, found["yrexit"], _LAST)
    years = yearly(found, "yrent", "last")[["atopid", "member", "year", *there]]
    both = paired(years.merge(years, on=["atopid", "year"]), "member_x", "member_y")
    both = both[~both["turned"]].assign(any_atop=1.0)
    for name in there:
        both[name] = np.maximum(both[f"{name}_x"], both[f"{name}_y"])
    both["def_12"], both["def_21"] = both["defense_x"], both["defense_y"]
    return largest(both, [*there, "any_atop", "def_12", "def_21"])
