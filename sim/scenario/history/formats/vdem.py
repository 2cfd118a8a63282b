"""Varieties of Democracy, country-year core or full, versions 9 to 16.

Read are ``COWcode``, ``year`` and ``v2x_polyarchy`` (electoral democracy, 0 to 1); countries
without a code of the Correlates of War are left out.
"""

from __future__ import annotations

import pandas as pd

from sim.scenario.history.formats.shape import known

UNIT = "states"
CODELESS = True
COLUMNS = ("COWcode", "year", "v2x_polyarchy")


def tidy(table: pd.DataFrame) -> pd.DataFrame:
    """Return ``ccode``, ``year`` and ``v2x_polyarchy``."""
    found = table[table["COWcode"].notna()]
    codes = found["COWcode"].astype(int)
    return pd.DataFrame(
        {"ccode": codes, "year": found["year"], "v2x_polyarchy": known(found["v2x_polyarchy"])}
    )
