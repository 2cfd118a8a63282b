"""A folder of published files as one history."""

from __future__ import annotations

import csv
from functools import reduce
from itertools import islice
from pathlib import Path
from types import ModuleType
from typing import Final

import numpy as np
import pandas as pd

from sim.errors import UserError
from sim.scenario.history.formats import (
    arms_transfers,
    atop_dyads,
    atop_members,
    contiguity,
    disputes,
    distance,
    ideal_points,
    nmc,
    rivalries,
    trade,
    vdem,
)
from sim.scenario.history.known import History, history_of, read_history
from sim.scenario.history.yearly_tables import DYADS, STATES, checked

FORMATS: Final[tuple[ModuleType, ...]] = (
    nmc,
    vdem,
    ideal_points,
    atop_members,
    atop_dyads,
    disputes,
    contiguity,
    trade,
    distance,
    rivalries,
    arms_transfers,
)
_REMARKS: Final = 20
_KEYS: Final = ["ccode1", "ccode2", "year"]


def format_of(columns: list[str]) -> ModuleType | None:
    """Return the module that reads a file with these columns, or None."""
    here = {name.casefold() for name in columns}
    for module in FORMATS:
        aliases = {new: old for old, new in getattr(module, "ALIASES", {}).items()}
        if all({x.casefold(), aliases.get(x, x)} & here for x in module.COLUMNS):
            return module
    return None


def read_published(folder: Path | str) -> History:
    """Read all files of a folder that are in one of :data:`FORMATS`, whatever their names.

    There is a row for every pair of states that have capabilities in a year of the alliance data.
    Pairs that a file leaves out have none of what it lists (alliances, rivalry, disputes, borders,
    arms) in the years that it covers; trade and distance of such pairs are not known.

    Raises:
        UserError: no file is known, or there are no capabilities or no alliances.
    """
    states: list[pd.DataFrame] = []
    dyads: list[tuple[pd.DataFrame, ModuleType]] = []
    for path in sorted(Path(folder).glob("*.csv")):
        module, above = _headed(path)
        if module is None:
            continue
        table = pd.read_csv(path, low_memory=False, encoding_errors="replace", skiprows=above)
        aliases = getattr(module, "ALIASES", {})
        names = [aliases.get(name, name) for name in table.columns]
        found = module.tidy(table.set_axis(names, axis=1))
        if module.UNIT == "states":
            states.append(found.astype({"ccode": np.int64, "year": np.int64}))
        else:
            dyads.append((found, module))
    if not any("cinc" in table for table in states):
        raise UserError(f"{folder} has no file of capabilities (ccode, year, cinc)")
    if not any("defense" in table for table, _ in dyads):
        raise UserError(f"{folder} has no file of alliances with obligations (atopally, defense)")
    figures = reduce(lambda a, b: a.merge(b, on=["ccode", "year"], how="outer"), states)
    pairs = _universe(figures[figures["cinc"].notna()], dyads)
    for table, module in dyads:
        pairs = _joined(pairs, table, getattr(module, "ABSENT", None))
    return history_of(checked(figures, STATES), checked(pairs, DYADS))


def read_folder(folder: Path | str) -> History:
    """Read a folder of tidy tables, ``states*`` and ``dyads*``, or else of published files.

    Raises:
        UserError: as :func:`sim.scenario.history.read_history` and :func:`read_published`.
    """
    place = Path(folder)
    tidy = any(place.glob("states*")) or any(place.glob("dyads*"))
    published = not tidy and any(_headed(path)[0] for path in place.glob("*.csv"))
    return read_published(place) if published else read_history(place)


def _headed(path: Path) -> tuple[ModuleType | None, int]:
    """The module that reads a file, and how many lines of remarks are above its header."""
    with path.open(encoding="utf-8-sig", errors="replace", newline="") as file:
        for above, line in enumerate(islice(file, _REMARKS)):
            module = format_of(next(csv.reader([line]), []))
            if module is not None:
                return module, above
    return None, 0


def _universe(states: pd.DataFrame, dyads: list[tuple[pd.DataFrame, ModuleType]]) -> pd.DataFrame:
    """Every pair of the states of each year of which alliances are known."""
    known = {year for table, _ in dyads if "defense" in table for year in table["year"].unique()}
    rows = states.loc[states["year"].isin(known), ["ccode", "year"]]
    both = rows.merge(rows, on="year", suffixes=("1", "2"))
    return both.loc[both["ccode1"] < both["ccode2"], _KEYS].reset_index(drop=True)


def _joined(pairs: pd.DataFrame, table: pd.DataFrame, absent: float | None) -> pd.DataFrame:
    """The pairs with the figures of a table; earlier ones stand where both have them."""
    figures = [name for name in table if name not in _KEYS]
    found = pairs.merge(table, on=_KEYS, how="left", suffixes=("", " of this"))
    covered = found["year"].between(table["year"].min(), table["year"].max())
    for name in figures:
        column = f"{name} of this" if f"{name} of this" in found else name
        if absent is not None:
            found.loc[covered & found[column].isna(), column] = absent
        if column != name:
            found[name] = found[name].fillna(found.pop(str(column)))
    return found
