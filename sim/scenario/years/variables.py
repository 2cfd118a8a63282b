"""What yearly tables say of the states and the pairs of a year, in the model's variables.

Figures of states are the last ones known by the year, those of pairs the year's own; nothing later
is used. Each method says which columns a variable is made of. What tables leave out is not made up
here: NaN stays NaN, and what may stand in its place is apart, in methods named ``assumed_*``.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Final

import numpy as np
import pandas as pd

from sim.scenario.history import History
from sim.types import Bools, Floats

BLEND: Final = {"milex": 0.6, "cinc": 0.2, "pwtrgdp": 0.2}
"""Weights of shares of military spending, CINC and GDP in capability, as in the shipped worlds."""
FARTHEST: Final = 20.0
_POLE: Final = 0.05
_GREAT: Final = 0.15
_MIDDLE: Final = 20
_TAKERS: Final = 0.95
_LEAST_SHARE: Final = 0.01
_REPEATED: Final = 2


class Figures:
    """The states of a year, the strongest first, and what is known of them and their pairs.

    Args:
        history: the tables.
        year: of the world.
        keep: codes of the states to keep, or how many of the strongest; None for all.

    Attributes:
        codes: COW codes ``(N,)``.
        states: last known figures by code, in that order.
        shares: of the states in military spending, CINC and GDP of all, each ``(N,)``.
        capability: weighted geometric mean of :data:`BLEND`, of those shares that are known, made
            to sum to one over all states, ``(N,)``.
    """

    def __init__(self, history: History, year: int, keep: int | list[int] | None = None) -> None:
        self.history = history
        self.year = year
        states = history.states_of(year)
        shares = {name: _share(states, name) for name in BLEND}
        strength = _blend(shares)
        order = np.argsort(-np.nan_to_num(strength, nan=-1.0), kind="stable")
        if isinstance(keep, int):
            order = order[:keep]
        elif keep is not None:
            order = order[np.isin(states.index.to_numpy()[order], keep)]
        self._rows = order
        self.shares = {name: share[order] for name, share in shares.items()}
        self.capability: Floats = strength[order] / np.nansum(strength)
        self.states = states.iloc[order]
        self.codes = self.states.index.to_numpy(np.int64)
        pairs = history.dyads_of(year)
        inside = pairs["ccode1"].isin(self.codes) & pairs["ccode2"].isin(self.codes)
        self.pairs = pairs[inside]
        self.at: Mapping[int, int] = {int(code): k for k, code in enumerate(self.codes)}

    @property
    def n(self) -> int:
        """Number of states."""
        return len(self.codes)

    def known(self, name: str) -> Floats:
        """Return a column of the states ``(N,)``; all NaN where the tables have none."""
        return _column(self.states, name)

    def pair(self, name: str, back: str | None = None, *, missing: float = np.nan) -> Floats:
        """Return a column of the pairs ``(N, N)``; ``missing`` where there is no figure."""
        if name not in self.pairs:
            return np.full((self.n, self.n), missing)
        sheet = self.history.matrix(self.year, name, back)[np.ix_(self._rows, self._rows)]
        return np.where(np.isnan(sheet), missing, sheet)

    # --- states --------------------------------------------------------------------------------
    @property
    def whole(self) -> Bools:
        """Whether all of what capability is made of is known ``(N,)``."""
        return ~np.isnan(np.stack(list(self.shares.values()))).any(axis=0)

    @property
    def economy(self) -> Floats:
        """Shares of GDP (``pwtrgdp``)."""
        return self.shares["pwtrgdp"]

    def assumed_economy(self) -> Floats:
        """Where GDP is missing: the share of CINC, else of military spending."""
        cinc, milex = self.shares["cinc"], self.shares["milex"]
        other = np.where(np.isnan(cinc), milex, cinc)
        return np.where(np.isnan(self.economy), other, np.nan)

    def assumed_ideal_point(self) -> Floats:
        """Where votes are missing: the mean of allies; before there were votes, kind of regime."""
        ideal = self.known("ideal_all")
        if np.isnan(ideal).all():
            return 2.0 * self.known("v2x_polyarchy") - 0.5
        allied = (self.pair("defense", missing=0.0) == 1.0) & ~np.isnan(ideal)[None, :]
        total = np.where(allied, np.nan_to_num(ideal)[None, :], 0.0).sum(axis=1)
        count = allied.sum(axis=1)
        mean = np.divide(total, count, out=np.full(self.n, np.nan), where=count > 0)
        return np.where(np.isnan(ideal), mean, np.nan)

    def assumed_governance(self) -> Floats:
        """Where electoral democracy is missing: ``polity2`` from -10..10 to 0..1."""
        missing = np.isnan(self.known("v2x_polyarchy"))
        return np.where(missing, (self.known("polity2") + 10.0) / 20.0, np.nan)

    @cached_property
    def pole(self) -> Bools:
        """Major powers (``major``) with more than 5% of world capability (CINC)."""
        major = self.known("major")
        great = np.nan_to_num(self.known("cinc")) > _POLE
        return np.asarray(great & ((major == 1.0) | np.isnan(major).all()), np.bool_)

    @property
    def reach(self) -> Floats:
        """In 1000 km: 10 for poles above .15 of capability, 4 for major powers, 2.5 for 20 more."""
        great = self.pole & (np.nan_to_num(self.capability) > _GREAT)
        middle = np.where(np.arange(self.n) < _MIDDLE, 2.5, 1.25)
        major = self.pole | (self.known("major") == 1.0)
        return np.where(great, 10.0, np.where(major, 4.0, middle))

    @property
    def openness(self) -> Floats:
        """Of economic size: .35 (Y / mean) ** -.15, from .05 to .9, as in made-up worlds."""
        size = np.where(np.isnan(self.economy), self.assumed_economy(), self.economy)
        return np.clip(0.35 * (size * self.n) ** -0.15, 0.05, 0.9)

    @cached_property
    def delivered(self) -> Floats:
        """Arms of five years from i to j ``(N, N)`` (``arms5_12``, ``arms5_21``); NaN: unknown."""
        return self.pair("arms5_12", "arms5_21")

    @property
    def arms_supply(self) -> Floats:
        """Share of all deliveries; NaN for all where the tables have none."""
        total = np.nansum(self.delivered)
        sold = np.nansum(self.delivered, axis=1)
        return sold / total if total > 0.0 else np.full(self.n, np.nan)

    def assumed_arms_supply(self) -> Floats:
        """Where no deliveries are known: shares of capability ** 1.5, as in made-up worlds."""
        powered = self.capability**1.5
        shares: Floats = powered / np.nansum(powered)
        return np.where(np.isnan(self.arms_supply), shares, np.nan)

    @property
    def arms_import_need(self) -> Floats:
        """1 - 3 sqrt(supply), from .05 to 1."""
        supply = self.arms_supply
        supply = np.where(np.isnan(supply), self.assumed_arms_supply(), supply)
        return np.clip(1.0 - 3.0 * np.sqrt(supply), 0.05, 1.0)

    @property
    def revisionism(self) -> Floats:
        """.05 + .085 sqrt(x), to .9: x disputed years of ten (``mid10``), in each pair shared out.

        A pair counts that has disputed in two years or more. Its years fall to the two as many
        other states dispute with each: who quarrels with many is taken to press, who quarrels with
        one to be pressed, since the tables do not say which of the two wants a change. NaN without
        disputes in the tables.
        """
        years = self.pair("mid10")
        if np.isnan(years).all():
            return np.full(self.n, np.nan)
        repeated = np.where(years >= _REPEATED, years, 0.0)
        others = (repeated > 0.0).sum(axis=1)
        share = others[:, None] / np.maximum(others[:, None] + others[None, :], 1)
        pressed = 0.05 + 0.085 * np.sqrt((repeated * share).sum(axis=1))
        return np.asarray(np.minimum(pressed, 0.9), np.float64)

    # --- pairs ---------------------------------------------------------------------------------
    @cached_property
    def distance(self) -> Floats:
        """Thousand km between borders (``mindist``), 0 for neighbours by land (``cont`` 1)."""
        km = np.minimum(self.pair("mindist") / 1000.0, FARTHEST)
        return np.where(self.pair("cont") == 1.0, 0.0, km)

    def assumed_distance(self) -> Floats:
        """Where it is missing: the least that any third state's known distances allow.

        Of the farther of the two distances to each third state the smallest.
        """
        known = np.where(np.isnan(self.distance), np.inf, self.distance)
        np.fill_diagonal(known, np.inf)
        best = np.full_like(known, np.inf)
        for k in range(self.n):
            best = np.minimum(best, np.maximum(known[:, [k]], known[[k], :]))
        return np.where(np.isnan(self.distance) & np.isfinite(best), best, np.nan)

    @property
    def rivalry(self) -> Floats:
        """1 + .03 a year of the last ten with a dispute for rivals, .05 a year for others; to 2."""
        disputes = self.pair("mid10", missing=0.0)
        rivals = self.pair("rivalry", missing=0.0) > 0.0
        return np.minimum(np.where(rivals, 1.0 + 0.03 * disputes, 0.05 * disputes), 2.0)

    @property
    def contact(self) -> Floats:
        """.1 + .5 exp(-d / 2), .15 more with poles, to .9, as in made-up worlds; NaN far apart."""
        far = np.where(np.isnan(self.distance), self.assumed_distance(), self.distance)
        near = np.where(np.isnan(far), 0.0, np.exp(-far / 2.0))
        poles = np.maximum(self.pole[:, None], self.pole[None, :])
        return np.minimum(0.1 + 0.5 * near + 0.15 * poles, 0.9)

    @property
    def trade(self) -> Floats:
        """Million USD a year from i to j: half of what the two trade (``trade``)."""
        return self.pair("trade") / 2.0

    @property
    def arms(self) -> Floats:
        """Share of j's deliveries that came from i ``(N, N)``; a twentieth stays unassigned."""
        total = np.nansum(self.delivered, axis=0)
        shares = np.divide(
            _TAKERS * np.nan_to_num(self.delivered),
            total[None, :],
            out=np.zeros_like(self.delivered),
            where=total[None, :] > 0.0,
        )
        return np.where(shares > _LEAST_SHARE, shares, 0.0)


def _column(states: pd.DataFrame, name: str) -> Floats:
    if name not in states:
        return np.full(len(states), np.nan)
    return states[name].to_numpy(np.float64)


def _share(states: pd.DataFrame, name: str) -> Floats:
    """A column over its sum; a zero counts as the least of the others: shares are multiplied."""
    column = _column(states, name)
    positive = column[column > 0.0]
    if not len(positive):
        return np.full(len(states), np.nan)
    raised = np.maximum(column, positive.min())
    return np.asarray(raised / np.nansum(raised), np.float64)


def _blend(shares: Mapping[str, Floats]) -> Floats:
    """The weighted geometric mean of the shares that are known; NaN where none is."""
    values = np.stack([shares[name] for name in BLEND])
    weights = np.array(list(BLEND.values()))[:, None] * ~np.isnan(values)
    total = weights.sum(axis=0)
    logs = (weights * np.log(np.where(np.isnan(values), 1.0, values))).sum(axis=0)
    mean = np.divide(logs, total, out=np.full(len(total), np.nan), where=total > 0.0)
    return np.asarray(np.exp(mean), np.float64)
