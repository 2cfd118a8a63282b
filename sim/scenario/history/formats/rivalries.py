"""Strategic rivalries: Thompson, Sakuwa and Suhas (2021), or Thompson and Dreyer (2012).

Read are ``ccode1``, ``ccode2`` and the years ``start`` and ``end`` (of the older list ``styear``
and ``endyear``). Pairs that are not listed are no rivals.
"""

from __future__ import annotations

import pandas as pd

from sim.scenario.history.formats.shape import largest, paired, yearly

UNIT = "dyads"
COLUMNS = ("ccode1", "ccode2", "start", "end")
ALIASES = {"styear": "start", "endyear": "end"}
ABSENT = 0.0


def tidy(table: pd.DataFrame) -> pd.DataFrame:
    """Return ``rivalry`` of pairs."""
    found = yearly(paired(table, "ccode1", "ccode2").assign(rivalry=1.0), "start", "end")
    return largest(found, ["rivalry"])
