"""What is known of states and their alliances, year by year, and never later than asked for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd

from sim.errors import UserError
from sim.scenario.history.treaties import Treaty, follow, found, neighbours
from sim.scenario.history.yearly_tables import DYADS, OBLIGATIONS, STATES, read_tables
from sim.types import Bools, Floats, Ints

TARGETS: Final[Mapping[str, str]] = {"defence": "defense", "any": "any_atop"}
"""The ties that are followed, and their columns: a defence pact, an alliance of any kind."""
AGES: Final[Mapping[str, str]] = {"defence": "def_age", "any": "any_age"}
_CODES: Final = 1000  # codes of states are below


@dataclass(frozen=True, eq=False)
class History:
    """States and pairs of states by year.

    Attributes:
        states: one row a state and year (``ccode``, ``year``), sorted; missing figures are NaN.
        dyads: one row a pair and year (``ccode1`` < ``ccode2``, ``year``) with ``key``, the number
            ``1000 ccode1 + ccode2``; sorted by year and key; missing figures are NaN.
    """

    states: pd.DataFrame
    dyads: pd.DataFrame
    _whole: History | None = None  # the history that this is the beginning of
    _treaties: dict[tuple[str, int], tuple[tuple[Treaty, ...], int]] = field(default_factory=dict)

    @cached_property
    def years(self) -> tuple[int, ...]:
        """The years of which pairs are known, in order."""
        return tuple(int(year) for year in np.unique(self.dyads["year"]))

    @property
    def targets(self) -> tuple[str, ...]:
        """The names of :data:`TARGETS` of which there are figures."""
        return tuple(name for name, column in TARGETS.items() if column in self.dyads)

    @property
    def whole(self) -> History:
        """The history that this is the beginning of, or itself; what is known of a year is one."""
        return self._whole or self

    def until(self, year: int) -> History:
        """Return the history that was known in a year: the same without what came later."""
        if self.states["year"].max() <= year and self.dyads["year"].max() <= year:
            return self
        # what was signed and what treaties were by a year depends on nothing later: it is shared
        return History(
            self.states[self.states["year"] <= year],
            self.dyads.iloc[: self._span(year).stop],
            self.whole,
            self._treaties,
        )

    def _span(self, year: int) -> slice:
        """The rows of a year in ``dyads``."""
        first, last = np.searchsorted(self.dyads["year"].to_numpy(), [year, year + 1])
        return slice(int(first), int(last))

    def dyads_of(self, year: int) -> pd.DataFrame:
        """Return the pairs of a year, sorted by ``key``; none if nothing is known of it."""
        return self.dyads.iloc[self._span(year)]

    def codes(self, year: int) -> Ints:
        """Return the codes of the states of a year, ``(N,)``, ascending.

        They are those of its pairs, or of the table of states if no pairs of it are known.
        """
        pairs = self.dyads_of(year)
        if len(pairs):
            return np.unique(pairs[["ccode1", "ccode2"]].to_numpy(np.int64))
        return np.unique(self.states.loc[self.states["year"] == year, "ccode"].to_numpy(np.int64))

    def states_of(self, year: int) -> pd.DataFrame:
        """Return the figures of the states of a year, indexed by ``ccode``, as :meth:`codes`.

        Each is the last one known by that year, never a later one; NaN where none was. ``abb`` and
        ``name`` are always there: the code as text where the tables have no other.
        """
        past = self.states[self.states["year"] <= year]
        figures = past.groupby("ccode").last().reindex(self.codes(year)).drop(columns="year")
        other = pd.Series(figures.index.astype(str), index=figures.index)
        for name in ("abb", "name"):
            given = figures.get(name, pd.Series(None, figures.index, dtype=object))
            figures[name] = other = given.fillna(other)
        return figures

    def matrix(self, year: int, column: str, back: str | None = None) -> Floats:
        """Return a column of the pairs of a year as a matrix, ``(N, N)`` in order of :meth:`codes`.

        NaN where the figure is missing, 0 on the diagonal. Symmetric, unless ``back`` names the
        column of the other direction: of ``arms5_12`` it is ``arms5_21``.

        Raises:
            KeyError: there is no such column.
        """
        pairs, codes = self.dyads_of(year), self.codes(year)
        values = np.full((len(codes), len(codes)), np.nan)
        np.fill_diagonal(values, 0.0)
        i, j = (np.searchsorted(codes, pairs[name]) for name in ("ccode1", "ccode2"))
        values[i, j] = pairs[column].to_numpy(np.float64)
        values[j, i] = pairs[back or column].to_numpy(np.float64)
        return values

    # --- treaty events ---------------------------------------------------------------------------
    @cached_property
    def _signed(self) -> Mapping[str, Floats]:
        """The year in which the tie of each row was signed; NaN for rows without one."""
        if self._whole is not None:
            return {name: all_[: len(self.dyads)] for name, all_ in self._whole._signed.items()}
        order = np.argsort(self.dyads["key"].to_numpy(), kind="stable")  # by pair, then by year
        dyads = self.dyads.iloc[order]
        year, key = dyads["year"].to_numpy(np.float64), dyads["key"].to_numpy()
        signed = {}
        for target in self.targets:
            tied = (dyads[TARGETS[target]] == 1).to_numpy()
            before = np.r_[False, tied[:-1] & (key[1:] == key[:-1])]
            begun = pd.Series(np.where(tied & ~before, year, np.nan)).ffill().to_numpy()
            if AGES[target] in dyads:
                age = dyads[AGES[target]].to_numpy(np.float64)
                begun = np.where(age > 0, year - age + 1.0, begun)  # the first year has age 1
            signed[target] = np.full(len(dyads), np.nan)
            signed[target][order] = np.where(tied, begun, np.nan)
        return signed

    def ties(self, year: int, target: str) -> pd.DataFrame:
        """Return the tied pairs of a year: ``key``, ``ccode1``, ``ccode2``, ``signed``, ``event``.

        Pairs that were tied in one year and hang together share a treaty event; its number is made
        of the year and the least code in it, so that it is the same in all years.
        """
        signed = self._signed[target][self._span(year)]
        pairs = self.dyads_of(year)[["key", "ccode1", "ccode2"]].assign(signed=signed)
        pairs = pairs[np.isfinite(signed)].astype(np.int64)
        return pairs.assign(event=_events(pairs))

    def onsets(self, first: int, last: int, target: str) -> pd.DataFrame:
        """Return the ties of the year ``last`` of pairs that were not tied in ``first``.

        Only of pairs that are known in both years; columns as :meth:`ties`.
        """
        now = self.ties(last, target)
        return now[now["key"].isin(self._keys(first, target, 0))]

    def endings(self, first: int, last: int, target: str) -> pd.DataFrame:
        """Return the ties of the year ``first`` of pairs that are not tied in ``last``."""
        then = self.ties(first, target)
        return then[then["key"].isin(self._keys(last, target, 0))]

    def _keys(self, year: int, target: str, value: int) -> pd.Series:
        pairs = self.dyads_of(year)
        return pairs.loc[pairs[TARGETS[target]] == value, "key"]

    # --- treaties of many members ----------------------------------------------------------------
    def treaties(self, year: int, target: str = "defence") -> tuple[Treaty, ...]:
        """Return the treaties of a year; one keeps its id as long as most members stay.

        See :mod:`sim.scenario.history.treaties` for how they are found.

        Raises:
            UserError: nothing is known of the year.
        """
        if year not in self.years:
            raise UserError(f"there are no pairs of {year} in the tables")
        if (target, year) not in self._treaties:
            self._follow(target, year)
        return self._treaties[target, year][0]

    def _follow(self, target: str, last: int) -> None:
        """Find the treaties of all years up to one, each from those of the year before."""
        known: tuple[Treaty, ...] = ()
        fresh, old = 1, neighbours([], [])
        for year in (year for year in self.years if year <= last):
            ties = neighbours(self._pairs_of(year, target), self.codes(year).tolist())
            if (target, year) not in self._treaties:
                followed = follow(known, old, ties)
                new = found(ties, followed, fresh)
                self._treaties[target, year] = (*followed, *new), fresh + len(new)
            known, fresh = self._treaties[target, year]
            old = ties

    def _pairs_of(self, year: int, target: str) -> list[tuple[int, int]]:
        """The tied pairs of a year."""
        pairs = self.dyads_of(year)
        tied = pairs[pairs[TARGETS[target]] == 1]
        return list(zip(tied["ccode1"].tolist(), tied["ccode2"].tolist(), strict=True))

    def memberships(self, year: int, target: str = "defence") -> tuple[Ints, Bools]:
        """Return the ids of the treaties of a year ``(T,)`` and who is in them ``(T, N)``."""
        treaties, codes = self.treaties(year, target), self.codes(year)
        members = np.zeros((len(treaties), len(codes)), bool)
        for row, treaty in enumerate(treaties):
            members[row, np.searchsorted(codes, treaty.members)] = True
        return np.array([treaty.id for treaty in treaties], np.int64), members


def _events(pairs: pd.DataFrame) -> Ints:
    """The treaty event of each pair: ``1000 signed + least code`` of a connected group."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    signed = pairs["signed"].to_numpy(np.int64) * _CODES
    ends = np.stack([signed + pairs[name].to_numpy(np.int64) for name in ("ccode1", "ccode2")])
    nodes, at = np.unique(ends, return_inverse=True)  # a state once for every year it signed in
    one, other = at.reshape(ends.shape)
    size = len(nodes)
    graph = coo_array((np.ones(len(pairs)), (one, other)), (size, size))
    group = connected_components(graph, directed=False)[1]
    least = nodes[np.unique(group, return_index=True)[1]] if size else nodes
    events: Ints = least[group[one]] if size else np.empty(0, np.int64)
    return events


def read_history(folder: Path | str) -> History:
    """Read the tables of a folder: all files ``states*`` and ``dyads*`` (``.parquet``, ``.csv``).

    Columns are those of :data:`sim.scenario.history.yearly_tables.STATES` and ``DYADS``; needed are
    ``ccode`` and ``year``, and ``ccode1``, ``ccode2``, ``year`` and ``defense``. Where ``any_atop``
    is missing it is made of the kinds of obligations, if there are any.

    Raises:
        UserError: there are no such files, or something in them is wrong: all mistakes at once.
    """
    states, dyads = read_tables(folder, STATES), read_tables(folder, DYADS)
    return history_of(states, dyads)


def history_of(states: pd.DataFrame, dyads: pd.DataFrame) -> History:
    """Return the history of two tables that are in order, as :func:`read_history` has them."""
    kinds = [name for name in OBLIGATIONS if name in dyads]
    if "any_atop" not in dyads and len(kinds) > 1:
        dyads = dyads.assign(any_atop=dyads[kinds].max(axis=1))
    dyads = dyads.assign(key=dyads["ccode1"] * _CODES + dyads["ccode2"])
    return History(
        states.sort_values(["ccode", "year"], ignore_index=True),
        dyads.sort_values(["year", "key"], ignore_index=True),
    )
