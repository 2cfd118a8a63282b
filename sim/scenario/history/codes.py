"""Codes of states, and a crosswalk between them by year.

The table ``codes.csv`` has a row for each state, and several where a code passed from one state to
another: ``since`` and ``until`` are the years of the row, at their ends, empty where it has none;
``also`` are other names, with ``;`` between them.
Sources: ISO 3166-1 and, for states that are gone, 3166-3; the Correlates of War list of states;
Gleditsch and Ward's list of independent states. States that no ISO list holds have the three
letters of the Correlates of War, which no ISO code shares.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Final

SYSTEMS: Final = ("iso3", "iso2", "cow", "gw")
"""ISO 3166 in three and in two letters, Correlates of War, Gleditsch and Ward."""

_FILE: Final = Path(__file__).with_name("codes.csv")
_FIRST, _LAST = 0, 9999


@cache
def _rows(system: str) -> Mapping[str, tuple[Mapping[str, str], ...]]:
    """The rows of each code of a system."""
    found: dict[str, tuple[Mapping[str, str], ...]] = {}
    with _FILE.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if row[system]:
                found[row[system]] = (*found.get(row[system], ()), row)
    return found


def known(system: str) -> tuple[str, ...]:
    """Return all codes of a system."""
    return tuple(_rows(system))


def converted(code: str, system: str, into: str, year: int) -> str | None:
    """Return a code in another system, or None if there is none.

    Args:
        code: letters, or a number in digits.
        system, into: of :data:`SYSTEMS`.
        year: in which the code is meant; where no state had it then, the nearest in time is taken.

    >>> converted("255", "cow", "iso3", 1938), converted("260", "cow", "iso3", 1975)
    ('DEU', 'DEU')
    >>> [converted("345", "cow", "iso3", year) for year in (1914, 1975, 2004, 2020)]
    ['SRB', 'YUG', 'SCG', 'SRB']
    """
    rows = _rows(system).get(code)
    return min(rows, key=lambda row: _apart(row, year))[into] or None if rows else None


def named(name: str, year: int) -> int | None:
    """Return the COW code of a state by its name in ``codes.csv``, in a year; None if it has none.

    >>> named("Canada", 1975), named("NATO", 1975)
    (20, None)
    """
    rows = _names().get(name.strip().casefold(), ())
    found = min(rows, key=lambda row: _apart(row, year), default=None)
    return None if found is None else int(found["cow"])


@cache
def _names() -> Mapping[str, list[Mapping[str, str]]]:
    """The rows of each name, ``also`` ones included."""
    found: dict[str, list[Mapping[str, str]]] = {}
    for rows in _rows("cow").values():
        for row in rows:
            for name in filter(None, (row["name"], *row["also"].split(";"))):
                found.setdefault(name.casefold(), []).append(row)
    return found


def _apart(row: Mapping[str, str], year: int) -> int:
    """Years between a row and a year; 0 within it."""
    since, until = int(row["since"] or _FIRST), int(row["until"] or _LAST)
    return max(since - year, year - until, 0)
