"""Bilateral trade (Correlates of War), version 4.0: the dyadic file.

Read are ``ccode1``, ``ccode2``, ``year`` and ``smoothtotrade``, what the two trade in million USD;
-9 is missing, and pairs that are not listed are not known.
"""

from __future__ import annotations

import pandas as pd

from sim.scenario.history.formats.shape import known, largest, paired

UNIT = "dyads"
COLUMNS = ("ccode1", "ccode2", "year", "smoothtotrade")


def tidy(table: pd.DataFrame) -> pd.DataFrame:
    """Return ``trade`` of pairs."""
    found = paired(table, "ccode1", "ccode2")
    return largest(found.assign(trade=known(found["smoothtotrade"])), ["trade"])
