"""The engine's processes, fitted to a history, and what they say of later ties."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from statistics import NormalDist
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from sim.errors import UserError
from sim.rules import catalogue as names
from sim.scenario.history import History
from sim.study.estimate.hazards import Fitted, LogLinear, Offers, Rates, Shared, Weight, fit
from sim.study.estimate.tie_events import (
    Year,
    accession_columns,
    dissolution_columns,
    exit_columns,
    next_of,
    offer_columns,
    parting_columns,
    year_of,
)
from sim.study.estimate.worth import TERMS
from sim.types import Bools, Floats, Ints

TIES: Final = "ties"
"""The name of the joint process."""
PARTS: Final = ("offers", "accession", "exit")
"""The processes that it joins."""
_PARAMETERS: Final = tuple(names.PARAMS.values())
_CONSTANT: Final = Weight("constant", -6.0, 10.0, scaled=False)
"""A rate of .0025 a year, and hardly a prior."""
WEIGHTS: Final[Mapping[str, tuple[Weight, ...]]] = {
    "offers": (
        _CONSTANT,
        Weight("attention", 1.0, 0.5, 1, scaled=False),
        Weight("consent", 0.0, 2.0, scaled=False),
        *(Weight(term, sign=1) for term in TERMS),
    ),
    "accession": (
        _CONSTANT,
        Weight("attention", 0.0, 1.0, 1),
        Weight("nearness", 0.0, 1.0, 1),
        Weight("young", 0.0, 1.0, 1),
        Weight("regime", 0.0, 1.0, 1),
        Weight("standing", 0.0, 1.0, 1),
        Weight("age", 0.0, 1.0, -1),
        Weight("looser", 0.0, 1.0, 1),
        *(Weight(f"one.{term}", sign=1) for term in TERMS),
    ),
    "exit": (_CONSTANT, Weight("size", sign=-1), Weight("worth", 1.0, 0.5, 1, scaled=False)),
    "dissolution": (_CONSTANT, Weight("size", 0.0, 3.0, -1), Weight("age", sign=-1)),
    "parting": (
        _CONSTANT,
        Weight("distance"),
        Weight("parity"),
        Weight("hostility", sign=1),
        Weight("attention", sign=-1),
        Weight("age", sign=-1),
    ),
}
"""What each process weighs, the columns of :mod:`sim.study.estimate.tie_events` in their order.

A prior has a standard deviation of 1 on the log of a rate for a column of standard deviation 1;
attention has the mean 1, at which a state spreads its proposals as it spreads its attention. Terms
of utility have the sign of utility: their columns carry the term's own.
"""


_SPREAD: Final = 2 * NormalDist().inv_cdf(0.95)
"""Standard deviations from end to end of a declared range, which is taken as 90 %."""


def _declared(term: str) -> Weight:
    """The weight that scenarios declare for a term, as a prior."""
    row = _PARAMETERS[names.TERMS[term].weight]
    low, high = row.plausible
    return Weight(term, row.default, (high - low) / _SPREAD, 1, scaled=False)


def _named(process: str, *wanted: str) -> tuple[Weight, ...]:
    return tuple(one for one in WEIGHTS[process] if one.name in wanted)


def _without(process: str, name: str, columns: Floats) -> Floats:
    """The columns of a process but for one of its weights."""
    return np.delete(columns, [one.name for one in WEIGHTS[process]].index(name), axis=1)


def _ties(joined: Sequence[str]) -> tuple[Weight, ...]:
    """What the joint process weighs: each part's own columns, then the terms, once."""
    attention = Weight("attention", 1.0, 0.5, 1, scaled=False)
    own = {
        "offers": (_CONSTANT, attention, Weight("consent", -1.0, 1.0, scaled=False)),
        "accession": (
            _CONSTANT,
            attention,
            *_named("accession", "nearness", "young", "regime", "standing", "looser"),
        ),
        "exit": _named("exit", "constant", "size"),
    }
    named = (replace(one, name=f"{part}.{one.name}") for part in joined for one in own[part])
    return (*named, *(_declared(term) for term in TERMS))


@dataclass(frozen=True, eq=False)
class Estimates:
    """The fitted processes of one target by name; one without an event to learn from is missing.

    ``ties``, where it was asked for, is the joint fit by which scenarios decide about pacts and
    bodies: offers, accessions and exits with one weight a term, its declared range as its prior. It
    leaves out the age of a treaty, which scenarios do not state.
    """

    target: str
    years: tuple[int, int]
    processes: Mapping[str, Fitted]

    @staticmethod
    def by_hand(name: str) -> str:
        """The weight that the parameters of the engine give to a term, empty of other things."""
        term = names.TERMS.get(name.removeprefix("one."))
        return "" if term is None else f"{_PARAMETERS[term.weight].default:g}"

    @property
    def parameters(self) -> dict[str, tuple[float, float, float]]:
        """What the joint fit says of ``<term>.ties``: value and 90 % range, none below zero.

        Empty without it. Terms that have no such parameter are left out.
        """
        if (found := self.processes.get(TIES)) is None:
            return {}
        said = {}
        for weight, value, error in zip(found.weights, found.value, found.error, strict=True):
            term = names.TERMS.get(weight.name)
            if term is not None and term.ties is not None:
                part, about = value / weight.mean, _SPREAD / 2 * error / weight.mean
                said[f"{weight.name}.ties"] = (part, max(0.0, part - about), part + about)
        return said

    def to_dict(self) -> dict[str, Any]:
        """Everything as plain data."""
        parameters = {
            name: {"value": value, "range": [low, high]}
            for name, (value, low, high) in self.parameters.items()
        }
        return {
            "target": self.target,
            **({"parameters": parameters} if parameters else {}),
            "processes": {
                name: {
                    "rows": one.rows,
                    "events": one.events,
                    "expected": one.expected,
                    "weights": [
                        {"name": weight.name, "value": value, "error": error}
                        for weight, value, error in zip(
                            one.weights, one.value.tolist(), one.error.tolist(), strict=True
                        )
                    ],
                    "covariance": one.covariance.tolist(),
                }
                for name, one in self.processes.items()
            },
        }


class _Rows:
    """Rows of one process, gathered year by year."""

    def __init__(self) -> None:
        self.columns: list[tuple[Floats, ...]] = []
        self.y: list[Floats] = []
        self.cluster: list[Floats] = []

    def add(self, columns: tuple[Floats, ...], y: Bools, cluster: npt.ArrayLike) -> None:
        self.columns.append(columns)
        self.y.append(np.asarray(y, np.float64))
        self.cluster.append(np.asarray(cluster, np.float64))

    def known(self) -> bool:
        """Whether anything happened."""
        return any(y.any() for y in self.y)

    def gathered(self) -> tuple[list[Floats], Floats, Ints]:
        """Columns, outcomes, and the numbers of clusters from 0 on."""
        columns = [np.concatenate(parts) for parts in zip(*self.columns, strict=True)]
        cluster = np.unique(np.concatenate(self.cluster), return_inverse=True)[1]
        return columns, np.concatenate(self.y), cluster


def _fitted(name: str, rows: _Rows) -> Fitted:
    columns, y, cluster = rows.gathered()
    rates: Rates = Offers(*columns) if name == "offers" else LogLinear(columns[0])
    if name == "exit":
        rates = LogLinear(columns[0][:, : len(WEIGHTS["exit"])])
    return fit(rates, WEIGHTS[name], y, cluster)


def _jointly(rows: Mapping[str, _Rows]) -> Fitted:
    """One fit of those of :data:`PARTS` that happened, whose weights of terms are the same."""
    parts: list[Rates] = []
    outcomes, clusters, first = [], [], 0
    joined = [name for name in PARTS if rows[name].known()]
    for name in joined:
        columns, y, cluster = rows[name].gathered()
        if name == "offers":
            parts.append(Offers(*columns))
        elif name == "accession":
            parts.append(LogLinear(_without(name, "age", columns[0])))
        else:
            parts.append(LogLinear(_without(name, "worth", columns[0])))
        outcomes.append(y)
        clusters.append(first + cluster)
        first += int(cluster.max()) + 1
    return fit(
        Shared(tuple(parts), len(TERMS)),
        _ties(joined),
        np.concatenate(outcomes),
        np.concatenate(clusters),
    )


def estimate(
    history: History,
    first: int,
    last: int,
    target: str,
    step: Callable[[], None] = lambda: None,
    *,
    jointly: bool = False,
) -> Estimates:
    """Fit the processes of a target to what happened from one year to another.

    Args:
        history: what happened.
        first: the first year whose events count from its end on.
        last: the last year of an outcome.
        target: a name of :data:`sim.scenario.history.TARGETS`.
        step: is called after each year.
        jointly: also fit :data:`TIES`, which takes a minute or two.

    Raises:
        UserError: there are no two years in a row in this span.
    """
    there = set(history.years)
    years = [year for year in range(first, last) if {year, year + 1} <= there]
    if not years:
        raise UserError(
            f"there is nothing to learn from: no two years in a row from {first} to {last}"
        )
    rows = {name: _Rows() for name in WEIGHTS}
    for year in years:
        _gather(rows, history, year, target)
        step()
    processes = {name: _fitted(name, some) for name, some in rows.items() if some.known()}
    if jointly and any(name in processes for name in PARTS):
        processes[TIES] = _jointly(rows)
    return Estimates(target, (first, last), processes)


def _gather(rows: Mapping[str, _Rows], history: History, year: int, target: str) -> None:
    """Add the rows of a year to each process."""
    now, then = year_of(history, year, target), next_of(history, year, target)
    joined = then.inside & ~now.inside & then.stays
    i, j = now.pairs
    both = then.stays[i] & then.stays[j]
    # who acceded has its new partners by that
    by_joining = (joined.T.astype(np.int64) @ then.inside.astype(np.int64)) > 0
    by_joining |= by_joining.T
    signed = history.ties(year + 1, target)
    event = dict(zip(signed["key"].tolist(), signed["event"].tolist(), strict=True))
    keys = 1000 * now.codes[i] + now.codes[j]

    free = both & ~now.tied[i, j] & ~by_joining[i, j]
    a, b = i[free], j[free]
    y = then.tied[a, b]
    # each pair without an event is a cluster of its own
    cluster = [
        event[key] + 0.5 if new else key * 10_000 + year
        for key, new in zip(keys[free].tolist(), y.tolist(), strict=True)
    ]
    rows["offers"].add(offer_columns(now, a, b), y, np.array(cluster))
    alone = both & now.tied[i, j] & ~now.shared[i, j]
    a, b = i[alone], j[alone]
    rows["parting"].add(
        (parting_columns(now, a, b),), ~then.tied[a, b], keys[alone] * 10_000 + year
    )
    rows["dissolution"].add((dissolution_columns(now),), ~then.lasts, now.ids)
    for treaty in np.flatnonzero(then.lasts).tolist():
        out = then.stays & ~now.inside[treaty]
        place = np.full(len(now.codes), now.ids[treaty] * 10_000.0 + year)
        rows["accession"].add(
            (accession_columns(now, treaty)[out],), joined[treaty, out], place[out]
        )
        member = then.stays & now.inside[treaty]
        left = now.inside[treaty] & ~then.inside[treaty]
        rows["exit"].add((exit_columns(now, treaty)[member],), left[member], place[member])


def _chance(fitted: Fitted | None, columns: Callable[[int], Floats], years: int) -> Floats:
    """The probability that an event comes within some years, of rows of a log-linear process.

    ``columns`` are those so many years on.
    """
    if fitted is None:
        return np.zeros(len(columns(0)))
    rates = [LogLinear(columns(later)).rate(fitted.value)[0] for later in range(years)]
    result: Floats = -np.expm1(-np.sum(rates, axis=0))
    return result


def _leaving(now: Year, treaty: int, _later: int) -> Floats:
    return exit_columns(now, treaty)[:, : len(WEIGHTS["exit"])]


@dataclass(frozen=True, eq=False)
class Outlook:
    """What the processes say of a year.

    ``ties (N, N)`` the probability of each tie, ``memberships (T, N)``, at the horizon, and the
    ``expected`` numbers of onsets, endings, accessions and exits by name.
    """

    ties: Floats
    memberships: Floats
    expected: Mapping[str, float]


def outlook(found: Estimates, history: History, origin: int, horizon: int) -> Outlook:
    """Return what the processes say of the ties and treaties some years on.

    States, ties and treaties grow older; else rates are those of the origin throughout: what states
    see changes little in a few years, and ties that come and go within the horizon are rare.
    """
    now, of = year_of(history, origin, found.target), found.processes
    size = len(now.codes)
    i, j = now.pairs
    rate = np.zeros((size, size))
    if "offers" in of:
        rate[i, j] = rate[j, i] = Offers(*offer_columns(now, i, j)).rate(of["offers"].value)[0]
    hold = np.zeros((size, size))  # log of the probability that no treaty holds a pair
    inside = now.inside.astype(np.float64)
    ends = _chance(of.get("dissolution"), partial(dissolution_columns, now), horizon)
    joins = leaves = 0.0
    for treaty, members in enumerate(now.inside):
        come = _chance(of.get("accession"), partial(accession_columns, now, treaty), horizon)
        come = np.where(members, 0.0, come)
        go = _chance(of.get("exit"), partial(_leaving, now, treaty), horizon)
        go = np.where(members, go, 0.0)
        joins, leaves = joins + come.sum(), leaves + go.sum()
        stay = np.where(members, 1.0 - go, 0.0)
        rate += -np.log1p(-np.outer(come, stay)) / horizon
        rate += -np.log1p(-np.outer(stay, come)) / horizon
        kept = np.outer(stay, stay) * (1.0 - ends[treaty])
        hold += np.log1p(-np.minimum(kept, 1.0 - 1e-12))
        inside[treaty] = np.where(members, stay, come) * (1.0 - ends[treaty])
    ties = -np.expm1(-horizon * rate)
    single = np.zeros((size, size))
    single[i, j] = single[j, i] = 1.0 - _chance(
        of.get("parting"), partial(parting_columns, now, i, j), horizon
    )
    stays = np.where(now.shared, -np.expm1(hold), single)
    ties = np.where(now.tied, stays, ties)
    np.fill_diagonal(ties, 0.0)
    pair = np.triu(np.ones((size, size), bool), 1)
    expected = {
        "onsets": float(ties[pair & ~now.tied].sum()),
        "endings": float((1.0 - ties)[pair & now.tied].sum()),
        "accessions": float(joins),
        "exits": float(leaves),
    }
    return Outlook(ties, inside, expected)
