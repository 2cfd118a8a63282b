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

    ``tied (N, N)``, ``looser (N, N)`` who are to consult but are not tied, ``inside (T, N)`` who is
    in which treaty, ``shared (N, N)`` whether a pair has a treaty in common, ``km (N, N)`` log of
    1 + km. Ages in years, of states ``(N,)`` (infinite for those of the first year known), of ties
    ``(N, N)`` and of treaties ``(T,)`` (the median of their ties).
    """

    codes: Ints
    parts: Parts
    change: Floats
    tied: Bools
    looser: Bools
    ids: Ints
    inside: Bools
    shared: Bools
    km: Floats
    age: Floats
    age_of_tie: Floats
    age_of_treaty: Floats

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
    looser = np.zeros_like(tied)
    if "consul" in history.dyads:
        looser = (history.matrix(year, "consul") == 1) & ~tied
    ids, inside = history.memberships(year, target)
    shared = (inside.T.astype(np.int64) @ inside.astype(np.int64)) > 0
    np.fill_diagonal(shared, val=False)
    km = np.full(tied.shape, np.nan)
    if "mindist" in history.dyads:
        km = history.matrix(year, "mindist")
    if "cont" in history.dyads:
        km = np.where(history.matrix(year, "cont") == 1, 0.0, km)
    first = history.states.groupby("ccode")["year"].min()
    began = first.reindex(codes).to_numpy(np.float64)
    ties = history.ties(year, target)
    age = np.zeros(tied.shape)
    i, j = (np.searchsorted(codes, ties[name]) for name in ("ccode1", "ccode2"))
    age[i, j] = age[j, i] = year - ties["signed"]
    of_treaties = [
        np.median(age[np.ix_(some, some)][np.triu_indices(some.sum(), 1)]) for some in inside
    ]
    return Year(
        codes,
        parts,
        parts.change[target],
        tied,
        looser,
        ids,
        inside,
        shared,
        np.log1p(np.where(np.isnan(km), _UNKNOWN_KM, km)),
        np.where(began > first.min(), year - began, np.inf),
        age,
        np.array(of_treaties, np.float64),
    )


# --- what is weighed ------------------------------------------------------------------------------
def offer_columns(year: Year, i: Ints, j: Ints) -> tuple[Floats, Floats, Floats, Floats]:
    """What :class:`~sim.study.estimate.hazards.Offers` weighs, of pairs."""
    attention = year.parts.attention
    return year.change[i, j], year.change[j, i], attention[i, j], attention[j, i]


def accession_columns(year: Year, treaty: int, later: int = 0) -> Floats:
    """What accession of each state to a treaty weighs, ``(N, K)``; own membership is left out.

    Constant; mean log attention between state and members; mean closeness, -log(1 + km); whether
    the state is young; minus the distance of its government from the members' mean; minus 1 for a
    great power; log of 1 + the age of the treaty; share of the members with whom it is to consult;
    what entering is worth to it, term by term, over all members at once. Ages are those ``later``
    years on, all else is as it was.
    """
    members = year.inside[treaty]
    others = np.broadcast_to(members, year.tied.shape) & ~np.eye(len(members), dtype=bool)
    count = np.maximum(others.sum(1), 1)

    def mean(values: Floats | Bools) -> Floats:
        result: Floats = np.where(others, values, 0.0).sum(1) / count
        return result

    attention = np.clip(year.parts.attention, -30.0, None)
    return np.column_stack(
        (
            np.ones(len(members)),
            mean(np.logaddexp(attention, attention.T)),
            -mean(year.km),
            (year.age + later <= _YOUNG).astype(np.float64),
            -np.abs(year.parts.governance - mean(year.parts.governance)),
            -year.parts.pole,
            np.full(len(members), np.log1p(year.age_of_treaty[treaty] + later)),
            mean(year.looser),
            *_of_body(year, treaty, year.parts.bodies).T,
        )
    )


def exit_columns(year: Year, treaty: int) -> Floats:
    """What exit of each state from a treaty weighs, ``(N, K + T)``.

    Constant; log of how many others are in; what leaving is worth by the engine's weights; and what
    leaving changes, term by term.
    """
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


def dissolution_columns(year: Year, later: int = 0) -> Floats:
    """What the end of each treaty weighs, ``(T, K)``, with its age ``later`` years on.

    A constant, and the logs of its size and of 1 + its age.
    """
    size = np.maximum(year.inside.sum(1), 1)
    ages = year.age_of_treaty + later
    return np.column_stack((np.ones(len(size)), np.log(size), np.log1p(ages)))


def parting_columns(year: Year, i: Ints, j: Ints, later: int = 0) -> Floats:
    """What the end of a bilateral tie weighs, ``(M, K)``, with its age ``later`` years on.

    Constant; log(1 + km); minus the log of the ratio of capabilities; hostility and attention of
    both; log of 1 + the age of the tie.
    """
    size = np.log(year.parts.capability)
    hostile, attention = year.parts.hostility, year.parts.attention
    return np.column_stack(
        (
            np.ones(len(i)),
            year.km[i, j],
            -np.abs(size[i] - size[j]),
            hostile[i, j] + hostile[j, i],
            np.logaddexp(attention[i, j], attention[j, i]),
            np.log1p(year.age_of_tie[i, j] + later),
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
