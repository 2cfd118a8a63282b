"""National Material Capabilities (Correlates of War), versions 5.0 to 7.0: the state-year file.

Read are ``ccode``, ``year``, ``milex``, ``milper``, ``irst``, ``pec``, ``tpop``, ``upop``,
``cinc`` and, where it is there, ``stateabb``; -9 is missing.
"""

from __future__ import annotations

import pandas as pd

from sim.scenario.history.formats.shape import known

UNIT = "states"
COLUMNS = ("ccode", "year", "milex", "cinc")
_FIGURES = "milex milper irst pec tpop upop cinc".split()


def tidy(table: pd.DataFrame) -> pd.DataFrame:
    """Return ``ccode``, ``year``, the figures and ``abb``."""
    found = table[["ccode", "year"]].assign(
        **{name: known(table[name]) for name in _FIGURES if name in table}
    )
    return found.assign(abb=table["stateabb"]) if "stateabb" in table else found
