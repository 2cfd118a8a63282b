"""Dyadic militarised interstate disputes (Correlates of War), version 4.0x: a row a pair and year.

Read are ``statea``, ``stateb``, ``year`` and ``disno``. ``mid10`` counts the years with a dispute
among the last ten, the year itself included; pairs that are not listed have none.
"""

from __future__ import annotations

import pandas as pd

from sim.scenario.history.formats.shape import paired, yearly

UNIT = "dyads"
COLUMNS = ("disno", "statea", "stateb", "year")
ABSENT = 0.0
_YEARS = 10


def tidy(table: pd.DataFrame) -> pd.DataFrame:
    """Return ``mid10`` of pairs."""
    pairs = paired(table, "statea", "stateb")[["ccode1", "ccode2", "year"]].drop_duplicates()
    last = pairs["year"].max()
    spells = pairs.assign(end=(pairs["year"] + _YEARS - 1).clip(upper=last))
    years = yearly(spells, "year", "end")
    return years.groupby(["ccode1", "ccode2", "year"]).size().reset_index(name="mid10")
