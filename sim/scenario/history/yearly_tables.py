"""Tables of states and of pairs of states by year, read from a folder and checked cell by cell."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd

from sim.errors import Problem, ScenarioError, UserError, hint, shown
from sim.system.inputs import Unreadable, named, numbers, table_of

_SHARE: Final = (0.0, 1.0)
_CODE: Final = (1.0, 999.0)
_COUNT: Final = (0.0, np.inf)
_ANY: Final = (-np.inf, np.inf)
_CLOSE: Final = 1e-4
"""Relative difference up to which two files give one figure: they may round it differently."""
_ROUND: Final = 1e-6
"""By which a figure may lie beyond its bounds: shares and scores carry the error of rounding."""
OBLIGATIONS: Final = ("defense", "offense", "neutral", "nonagg", "consul")
_FLAGS: Final = (*OBLIGATIONS, *"any_atop def_12 def_21 def_ever rivalry pol_relevant".split())


@dataclass(frozen=True, slots=True)
class Kind:
    """What files of a kind hold.

    Attributes:
        prefix: with which their names start.
        keys: whole numbers that every row has, once.
        needed: further columns that every file has; all others may be missing.
        bounds: least and greatest value of the columns that are known.
        flags: those of them that are 0 or 1.
        aliases: other names of columns.
        precision: of the figures.
    """

    prefix: str
    keys: tuple[str, ...]
    needed: tuple[str, ...]
    bounds: Mapping[str, tuple[float, float]]
    flags: tuple[str, ...]
    aliases: Mapping[str, str] = field(default_factory=dict)
    precision: type[np.floating] = np.float64


STATES: Final = Kind(
    "states",
    ("ccode", "year"),
    (),
    {
        **dict.fromkeys("cinc major v2x_polyarchy".split(), _SHARE),
        **dict.fromkeys("milex milper irst pec tpop upop pwtrgdp pwtpop mrgdppc".split(), _COUNT),
        **dict.fromkeys("ideal_all ideal_fp euds aeuds".split(), _ANY),
        "polity2": (-10.0, 10.0),
    },
    ("major",),
)
DYADS: Final = Kind(
    "dyads",
    ("ccode1", "ccode2", "year"),
    ("defense",),
    {
        **dict.fromkeys(_FLAGS, _SHARE),
        **dict.fromkeys(
            "def_age any_age mindist cont mid10 common_allies common_enemies common_rivals "
            "enemy_of_ally deg1 deg2 majpact1 majpact2 trade igos arms5_12 arms5_21 "
            "ideal_dist".split(),
            _COUNT,
        ),
        "s_score": (-1.0, 1.0),
    },
    _FLAGS,
    {"any": "any_atop", "contiguity": "cont", "mindist_km": "mindist", "mid_years_10": "mid10"},
    np.float32,  # rows are many, and no figure of a pair has more digits
)


def read_tables(folder: Path | str, kind: Kind) -> pd.DataFrame:
    """Return the rows of all files of a kind in a folder, each key once, sorted by the keys.

    Files are ``<prefix>*.parquet`` and ``<prefix>*.csv``. What is missing is NaN. Rows of one key
    are joined into one: where one lacks a figure the other's stands.

    Raises:
        UserError: there is no such folder or file, or something in them is wrong: every mistake
            with its file, its row (in a CSV file its line) and the place of its column.
    """
    place = Path(folder)
    if not place.is_dir():
        raise UserError(f"{place} is not a folder; name one with files states*.csv and dyads*.csv")
    files = sorted(
        path
        for path in place.iterdir()
        if path.name.startswith(kind.prefix) and path.suffix in {".csv", ".parquet"}
    )
    if not files:
        raise UserError(
            f"{place} holds no file whose name starts with '{kind.prefix}' and ends in .csv or "
            ".parquet"
        )
    problems: list[Problem] = []
    parts = [part for path in files if (part := _read(path, kind, problems)) is not None]
    if problems:
        raise ScenarioError(problems)
    table = _joined(parts, kind, problems)
    if problems:
        raise ScenarioError(problems)
    return table


def checked(table: pd.DataFrame, kind: Kind) -> pd.DataFrame:
    """Return the rows of a data frame as :func:`read_tables` returns those of files.

    Raises:
        ScenarioError: something in it is wrong: every mistake with its row, counted from one.
    """
    problems: list[Problem] = []
    part = _checked(kind.prefix, table, 1, kind, problems)
    found = table if part is None else _joined([part], kind, problems)
    if problems:
        raise ScenarioError(problems)
    return found


def _read(path: Path, kind: Kind, problems: list[Problem]) -> pd.DataFrame | None:
    """One file with its place in columns ``_file`` and ``_line``, or None if it cannot be used."""
    try:
        table = table_of(path, skip_blank_lines=False, low_memory=False)
    except Unreadable as error:
        problems.append(Problem(named(path), error.line, 1, "", f"cannot be read: {error}"))
        return None
    return _checked(named(path), table, 2 if path.suffix == ".csv" else 1, kind, problems)


def _checked(
    path: str, table: pd.DataFrame, first_line: int, kind: Kind, problems: list[Problem]
) -> pd.DataFrame | None:
    """The rows of a table with their place, or None if they cannot be used."""
    before = len(problems)
    table = table.rename(columns={k: v for k, v in kind.aliases.items() if v not in table})
    for name in (*kind.keys, *kind.needed):
        if name not in table:
            said = f"this column is missing{hint(name, map(str, table.columns))}"
            problems.append(Problem(path, first_line - 1, 1, name, said))
    if len(problems) > before:
        return None
    table["_line"] = np.arange(len(table)) + first_line
    table = table[table.drop(columns="_line").notna().any(axis=1)].reset_index(drop=True)
    if not len(table):
        problems.append(Problem(path, 0, 0, "", "has no rows"))
        return None
    for name in kind.keys:
        problems += _keys(path, table, name, _COUNT if name == "year" else _CODE)
    for name in kind.bounds.keys() & set(table.columns):
        problems += _cells(path, table, name, kind.bounds[name], flag=name in kind.flags)
        table[name] = table[name].astype(kind.precision)
    if len(problems) > before:
        problems[before:] = sorted(problems[before:], key=lambda it: (it.line, it.column))
        return None
    table = table.astype(dict.fromkeys(kind.keys, np.int64))
    if kind is DYADS:
        wrong = np.flatnonzero(table["ccode1"] >= table["ccode2"])
        said = "must be less than ccode2; each pair stands once in a year"
        problems += [_problem(path, table, "ccode1", at, said) for at in wrong]
    table["_file"] = path
    return table


def _cells(
    path: str,
    table: pd.DataFrame,
    name: str,
    bounds: tuple[float, float],
    *,
    flag: bool = False,
) -> Iterator[Problem]:
    """Make a column numbers, and tell each cell that is none or is not what the column holds."""
    given = table[name]
    table[name] = numbers(given)
    value = table[name].to_numpy()
    low, high = bounds
    for at in np.flatnonzero(given.notna().to_numpy() & np.isnan(value)):
        yield _problem(path, table, name, at, f"{shown(str(given.iloc[at]))} is not a number")
    if flag:
        for at in np.flatnonzero((value != 0) & (value != 1) & ~np.isnan(value)):
            yield _problem(path, table, name, at, f"{value[at]:g} is neither 0 nor 1")
        return
    for at in np.flatnonzero((value < low - _ROUND) | (value > high + _ROUND) | np.isinf(value)):
        span = f"at least {low:g}" if np.isinf(high) else f"from {low:g} to {high:g}"
        said = f"{value[at]:g} is out of range: expected {'finite' if np.isinf(low) else span}"
        if value[at] < 0:
            said += "; leave the cell empty where the figure is not known"
        yield _problem(path, table, name, at, said)


def _keys(
    path: str, table: pd.DataFrame, name: str, bounds: tuple[float, float]
) -> Iterator[Problem]:
    """Make a key numbers, and tell each cell that is empty or no whole number."""
    empty = np.flatnonzero(table[name].isna())
    yield from _cells(path, table, name, bounds)
    value = table[name].to_numpy()
    for at in empty:
        yield _problem(path, table, name, at, "is empty; every row needs it")
    for at in np.flatnonzero((value != np.floor(value)) & np.isfinite(value)):
        yield _problem(path, table, name, at, f"{value[at]:g} is not a whole number")


def _problem(path: str, table: pd.DataFrame, name: str, at: int | np.intp, said: str) -> Problem:
    column = list(table.columns).index(name) + 1
    return Problem(path, int(table["_line"].iloc[int(at)]), column, name, said)


def _joined(parts: list[pd.DataFrame], kind: Kind, problems: list[Problem]) -> pd.DataFrame:
    """The rows of all files, each key once; rows of one key that differ are problems."""
    keys = list(kind.keys)
    order = {part["_file"].iloc[0]: list(part.columns) for part in parts}
    table = pd.concat(parts, ignore_index=True) if len(parts) > 1 else parts[0]
    again = table.duplicated(keys, keep=False).to_numpy()
    if again.any():
        twice = table[again]
        groups = twice.groupby(keys, sort=False)
        first_file, first_line = (groups[name].transform("first") for name in ("_file", "_line"))
        # names may be spelt in several ways: only figures must agree
        figures = twice.drop(columns=[*keys, "_line"]).select_dtypes("number")
        for name in map(str, figures):
            stands = groups[name].transform("first")
            given, first = (one.to_numpy(np.float64) for one in (twice[name], stands))
            equal = np.isclose(given, first, rtol=_CLOSE, atol=1e-9)
            for at in np.flatnonzero(np.isfinite(given) & ~equal):
                other = f"{first_file.iloc[at]}:{first_line.iloc[at]}"
                said = (
                    f"{twice[name].iloc[at]} differs from {stands.iloc[at]} for the same "
                    f"{', '.join(keys)} in {other}"
                )
                path, line = twice["_file"].iloc[at], int(twice["_line"].iloc[at])
                problems.append(Problem(path, line, order[path].index(name) + 1, name, said))
        table = pd.concat([table[~again], groups.first().reset_index()], ignore_index=True)
    return table.drop(columns=["_file", "_line"]).sort_values(keys, ignore_index=True)
