"""Alliance Treaty Obligations and Provisions 5.1, dyad-year or directed dyad-year.

Read are ``mem1`` and ``mem2`` (directed: ``stateA``, ``stateB``), ``year``, ``defense``,
``offense``, ``neutral``, ``nonagg``, ``consul`` and ``atopally``. Pairs that are not listed in a
year of the file have no alliance.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from sim.scenario.history.formats.shape import known, largest, paired

UNIT = "dyads"
COLUMNS = ("year", "atopally", "defense", "offense", "neutral", "nonagg", "consul")
ABSENT = 0.0
_OBLIGATIONS = "defense offense neutral nonagg consul".split()


def tidy(table: pd.DataFrame) -> pd.DataFrame:
    """Return the obligations, ``any_atop`` and, of a directed file, ``def_12`` and ``def_21``."""
    directed = "mem1" not in table
    ends = ("stateA", "stateB") if directed else ("mem1", "mem2")
    found = paired(table, *ends)
    for name in _OBLIGATIONS:
        found[name] = known(found[name]).fillna(0.0)
    found["any_atop"] = known(found["atopally"])
    columns = [*_OBLIGATIONS, "any_atop"]
    if directed:  # the first of a directed pair owes the second
        found["def_12"] = np.where(found["turned"], 0.0, found["defense"])
        found["def_21"] = np.where(found["turned"], found["defense"], 0.0)
        columns += ["def_12", "def_21"]
    return largest(found, columns)
