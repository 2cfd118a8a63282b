"""Direct contiguity (Correlates of War), version 3.2: the yearly file.

Read are ``state1no``, ``state2no``, ``year`` and ``conttype``: 1 by land, 2 to 5 by water of up to
12, 24, 150 and 400 miles. Pairs that are not listed are 0.
"""

from __future__ import annotations

import pandas as pd

from sim.scenario.history.formats.shape import known, largest, paired

UNIT = "dyads"
COLUMNS = ("state1no", "state2no", "year", "conttype")
ABSENT = 0.0


def tidy(table: pd.DataFrame) -> pd.DataFrame:
    """Return ``cont`` of pairs."""
    found = paired(table, "state1no", "state2no")
    return largest(found.assign(cont=known(found["conttype"])), ["cont"])
