"""Arms transfers (SIPRI), the register of trades as a CSV file.

Read are ``Supplier``, ``Recipient``, ``Year(s) of delivery`` (several, with ``;``) and ``SIPRI TIV
of delivered weapons``, in millions, which is spread evenly over the years. Names are those of
``codes.csv``; suppliers and recipients that it does not have (rebels, organisations) are left out.
Pairs that are not listed delivered nothing.
"""

from __future__ import annotations

import re
import warnings

import numpy as np
import pandas as pd

from sim.errors import Notice, shown
from sim.scenario.history.codes import named
from sim.scenario.history.formats.shape import known, largest, paired, yearly

UNIT = "dyads"
COLUMNS = ("Supplier", "Recipient", "Year(s) of delivery", "SIPRI TIV of delivered weapons")
ABSENT = 0.0
_YEARS = 5


def tidy(table: pd.DataFrame) -> pd.DataFrame:
    """Return deliveries of the last five years both ways, ``arms5_12`` and ``arms5_21``."""
    dates = [re.findall(r"\d{4}", str(text)) for text in table[COLUMNS[2]]]
    tiv = known(table[COLUMNS[3]]).to_numpy()
    found = table[list(COLUMNS[:2])].assign(
        year=pd.Series(dates, table.index), tiv=tiv / np.maximum([len(x) for x in dates], 1)
    )
    found = found.explode("year").dropna(subset=["year", "tiv"])
    found["year"] = found["year"].astype(int)
    for name in COLUMNS[:2]:
        pairs = zip(found[name], found["year"], strict=True)
        found[f"{name} code"] = [named(str(text), year) for text, year in pairs]
    lacking = sorted(
        {x for name in COLUMNS[:2] for x in found.loc[found[f"{name} code"].isna(), name].map(str)}
    )
    if lacking:
        few = ", ".join(shown(name) for name in lacking[:5])
        rest = f" and {len(lacking) - 5} others" if len(lacking) > 5 else ""
        said = f"no state is called {few}{rest}; their arms deliveries are left out"
        warnings.warn(Notice(said), stacklevel=2)
    found = paired(found, "Supplier code", "Recipient code")
    spells = found.assign(end=(found["year"] + _YEARS - 1).clip(upper=found["year"].max()))
    years = yearly(spells, "year", "end")
    years["arms5_12"] = np.where(years["turned"], 0.0, years["tiv"])
    years["arms5_21"] = np.where(years["turned"], years["tiv"], 0.0)
    sums = ["arms5_12", "arms5_21"]
    added = years.groupby(["ccode1", "ccode2", "year"], as_index=False)[sums].sum()
    return largest(added, sums)
