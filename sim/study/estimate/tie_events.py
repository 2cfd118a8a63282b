"""What happened to ties and treaties in a year, in rows with what the states saw before it.

Five processes: *offers* (a pair gets a tie, other than by joining a standing treaty), *accession*
(a state joins a standing treaty), *exit* (a member leaves), *dissolution* (a treaty ends), and
*parting* (a pair that shares no treaty ends its tie). Rows are of one year; their outcome is that
of the next.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np

from sim.scenario.history import TARGETS, History
from sim.study.estimate.worth import (
    TERMS,
    Parts,
    parts_of,
    rows_of,
)
from sim.types import Bools, Floats, Ints

_YOUNG: Final = 5
"""Years for which a state is young: it looks for the treaties of its region when it begins."""
_UNKNOWN_KM: Final = 8000.0


@dataclass(frozen=True, eq=False)
class Year:
    """A year as the processes see it: states ``(N,)`` in order, treaties ``(T, N)``.

    ``tied (N, N)``, ``inside (T, N)`` who is in which treaty, ``shared (N, N)`` whether a pair has
    a treaty in common, ``km (N, N)`` log of 1 + km, ``young (N,)``.
    """

    codes: Ints
    parts: Parts
    change: Floats
    tied: Bools
    ids: Ints
    inside: Bools
    shared: Bools
    km: Floats
    young: Bools

    @property
    def pairs(self) -> tuple[Ints, Ints]:
        """The places ``(i, j)``, i < j, of all pairs."""
        return np.triu_indices(len(self.codes), 1)


def year_of(history: History, year: int, target: str) -> Year:
    """Return a year with nothing in it that came later; kept.

    Raises:
        UserError: nothing is known of the year.
    """
    return _year_of(history.whole, year, target)


@lru_cache(maxsize=256)
def _year_of(history: History, year: int, target: str) -> Year:
    codes, parts = history.codes(year), parts_of(history, year)
    tied = history.matrix(year, TARGETS[target]) == 1
    ids, inside = history.memberships(year, target)
    shared = (inside.T.astype(np.int64) @ inside.astype(np.int64)) > 0
    np.fill_diagonal(shared, val=False)
    km = np.full(tied.shape, np.nan)
    if "mindist" in history.dyads:
        km = history.matrix(year, "mindist")
    if "cont" in history.dyads:
        km = np.where(history.matrix(year, "cont") == 1, 0.0, km)
    first = history.states.groupby("ccode")["year"].min()
    began = first.reindex(codes).to_numpy()
    return Year(
        codes,
        parts,
        parts.change[target],
        tied,
        ids,
        inside,
        shared,
        np.log1p(np.where(np.isnan(km), _UNKNOWN_KM, km)),
        (began > int(first.min())) & (year - began <= _YOUNG),
    )


# --- what is weighed ------------------------------------------------------------------------------
def offer_columns(year: Year, i: Ints, j: Ints) -> tuple[Floats, Floats, Floats, Floats]:
    """What :class:`~sim.study.estimate.hazards.Offers` weighs, of pairs."""
    attention = year.parts.attention
    return year.change[i, j], year.change[j, i], attention[i, j], attention[j, i]


ACCESSION: Final = (
    "constant",
    "attention",
    "nearness",
    "young",
    "regime",
    "standing",
    *(f"one.{term}" for term in TERMS),
)
"""Constant; mean log attention between state and members; mean closeness, -log(1 + km); whether the
state is young; minus the distance of its government from the members' mean; minus 1 for a great
power; what entering is worth to it, term by term, over all members at once."""


def accession_columns(year: Year, treaty: int) -> Floats:
    """What accession of each state to a treaty weighs, ``(N, K)``; own membership is left out."""
    members = year.inside[treaty]
    others = np.broadcast_to(members, year.tied.shape) & ~np.eye(len(members), dtype=bool)
    count = np.maximum(others.sum(1), 1)

    def mean(values: Floats) -> Floats:
        result: Floats = np.where(others, values, 0.0).sum(1) / count
        return result

    attention = np.clip(year.parts.attention, -30.0, None)
    return np.column_stack(
        (
            np.ones(len(members)),
            mean(np.logaddexp(attention, attention.T)),
            -mean(year.km),
            year.young,
            -np.abs(year.parts.governance - mean(year.parts.governance)),
            -year.parts.pole,
            *_of_body(year, treaty, year.parts.bodies).T,
        )
    )


EXIT: Final = ("constant", "size", "worth")
"""Constant; log of how many others are in; what leaving is worth by the engine's weights. After
these stands what leaving changes, term by term."""


def exit_columns(year: Year, treaty: int) -> Floats:
    """What exit of each state from a treaty weighs, ``(N, K + T)``."""
    members = year.inside[treaty]
    others = np.broadcast_to(members, year.tied.shape) & ~np.eye(len(members), dtype=bool)
    count = np.maximum(others.sum(1), 1)
    worth = _of_body(year, treaty, year.parts.worth)
    parts = _of_body(year, treaty, year.parts.bodies)
    return np.column_stack((np.ones(len(members)), np.log(count), worth, parts))


def _of_body(year: Year, treaty: int, values: Floats) -> Floats:
    """The values of a treaty's body; 0 where its members are tied by another one anyway."""
    (row,) = rows_of(year.parts.inside, year.inside[[treaty]])
    return np.zeros_like(values[0]) if row < 0 else values[row]


DISSOLUTION: Final = ("constant", "size")


def dissolution_columns(year: Year) -> Floats:
    """What the end of each treaty weighs, ``(T, K)``: a constant, the log of its size."""
    return np.column_stack((np.ones(len(year.ids)), np.log(np.maximum(year.inside.sum(1), 1))))


PARTING: Final = ("constant", "distance", "parity", "hostility", "attention")
"""Constant; log(1 + km); minus the log of the ratio of capabilities; hostility and attention of
both."""


def parting_columns(year: Year, i: Ints, j: Ints) -> Floats:
    """What the end of a bilateral tie weighs, ``(M, K)``."""
    size = np.log(year.parts.capability)
    hostile, attention = year.parts.hostility, year.parts.attention
    return np.column_stack(
        (
            np.ones(len(i)),
            year.km[i, j],
            -np.abs(size[i] - size[j]),
            hostile[i, j] + hostile[j, i],
            np.logaddexp(attention[i, j], attention[j, i]),
        )
    )


# --- what happened --------------------------------------------------------------------------------
@dataclass(frozen=True, eq=False)
class Next:
    """What became of the states, ties and treaties of a year by the next, in its order.

    ``stays (N,)`` which states are still there; ``tied (N, N)``; ``inside (T, N)``; ``lasts (T,)``.
    """

    stays: Bools
    tied: Bools
    inside: Bools
    lasts: Bools


def next_of(history: History, year: int, target: str) -> Next:
    """Return what became of a year."""
    now, later = history.codes(year), history.codes(year + 1)
    stays = np.isin(now, later)
    place = np.searchsorted(later, now[stays])
    grid = np.ix_(np.flatnonzero(stays), np.flatnonzero(stays))
    tied = np.zeros((len(now), len(now)), bool)
    tied[grid] = (history.matrix(year + 1, TARGETS[target]) == 1)[np.ix_(place, place)]
    ids, _ = history.memberships(year, target)
    new_ids, members = history.memberships(year + 1, target)
    inside = np.zeros((len(ids), len(now)), bool)
    lasts = np.isin(ids, new_ids)
    row = {int(one): at for at, one in enumerate(new_ids)}
    for at in np.flatnonzero(lasts):
        inside[at, stays] = members[row[int(ids[at])], place]
    return Next(stays, tied, inside, lasts)
