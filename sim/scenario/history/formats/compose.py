"""A folder of published files as one history."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from functools import reduce
from itertools import islice
from pathlib import Path
from types import ModuleType
from typing import Any, Final

import numpy as np
import pandas as pd

from sim.errors import Problem, ScenarioError, UserError, printable, shown
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
from sim.system.inputs import Unreadable, named, numbers, table_of

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
_YEARS: Final = frozenset("year session start end yrent yrexit".split())
_WHOLE: Final = _YEARS | frozenset(
    "atopid ccode ccode1 ccode2 cowcode gwcode1 gwcode2 mem1 mem2 member statea stateb state1no "
    "state2no".split()
)
"""Columns of codes and years, in small letters."""
_LAST_YEAR: Final = 3000
_LAST_CODE: Final = 10**6
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
        UserError: no file is known, or there are no capabilities or no alliances; a file cannot be
            read, or a code or a year in it is none, each with its line and column.
    """
    states: list[pd.DataFrame] = []
    dyads: list[tuple[pd.DataFrame, ModuleType]] = []
    problems: list[Problem] = []
    for path in sorted(Path(folder).glob("*.csv")):
        module, above = _headed(path)
        if module is None or (found := _tidied(path, module, above, problems)) is None:
            continue
        if module.UNIT == "states":
            states.append(found.astype({"ccode": np.int64, "year": np.int64}))
        else:
            dyads.append((found, module))
    if problems:
        raise ScenarioError(problems)
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


def _tidied(
    path: Path, module: ModuleType, above: int, problems: list[Problem]
) -> pd.DataFrame | None:
    """The rows of a file as its module makes them, or None where something is wrong with it."""
    options: dict[str, Any] = {"skiprows": above, "skip_blank_lines": False, "low_memory": False}
    before = len(problems)
    try:
        table = table_of(path, encoding_errors="replace", **options).dropna(how="all")
        aliases = getattr(module, "ALIASES", {})
        table = table.set_axis([aliases.get(name, name) for name in table.columns], axis=1)
        for at, name in enumerate(map(str, table.columns)):
            if name.casefold() in _WHOLE:
                wrong = _wrong(table[name], module, year=name.casefold() in _YEARS)
                problems += (Problem(named(path), row + above + 2, at + 1, name, said)
                             for row, said in wrong)  # fmt: skip
        if len(problems) > before:
            return None
        found: pd.DataFrame = module.tidy(table)
    except (KeyError, OverflowError, TypeError, ValueError) as error:
        line = error.line if isinstance(error, Unreadable) else above + 1
        said = " ".join(printable(str(error)).split())
        problems.append(Problem(named(path), line, 1, "", f"cannot be read: {said}"))
        return None
    return found


def _wrong(given: pd.Series, module: ModuleType, *, year: bool) -> Iterator[tuple[int, str]]:
    """Rows of a column of codes or years whose cell is none, and what is wrong with it.

    Rows of pairs without a code are left out, and of states where files have others than states.
    """
    value = numbers(given).to_numpy()
    most = _LAST_YEAR if year else _LAST_CODE
    may_lack = not year and getattr(module, "CODELESS", module.UNIT == "dyads")
    fine = (value >= -9) & (value <= most) & (value == np.floor(value))
    lacks = given.isna().to_numpy()
    for at in np.flatnonzero(~fine & ~(lacks & may_lack)):
        cell = "an empty cell" if lacks[at] else shown(str(given.iloc[at]))
        yield int(given.index.to_numpy()[at]), f"expected a whole number up to {most}, not {cell}"


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
