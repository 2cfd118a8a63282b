"""The terms of utility that most often decide each kind of act, over many runs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from sim.drivers.replay import Asked
from sim.record.arrays import EnsembleRecord
from sim.rules import catalogue as names
from sim.scenario import ScenarioSpec, format_quarter
from sim.study.arm_store import Measure
from sim.study.arms import simulate_arms
from sim.study.explain import ask
from sim.system.progress import Progress

type Mask = npt.NDArray[np.bool_]
type Counted = npt.NDArray[np.int32]

NO_TERM: Final = "chance"
"""Stands for the deciding term where no term speaks for the move: the choice has a random part."""

_PACTS: Final = (
    "offer a pact",
    "offer to raise a pact",
    "agree to a pact offered",
    "lower or leave a pact",
)


@dataclass(frozen=True, slots=True)
class Motive:
    """A term and the share of the acts that it decided: the largest contribution in favour."""

    term: str
    share: float


@dataclass(frozen=True, slots=True)
class Act:
    """A kind of act over the runs.

    ``done`` and ``refused`` count acts in all runs (refused: by the partner, or by the state itself
    where the act is to agree); ``per_run`` is the mean number done in a run, ``low`` and ``high``
    bound the middle 90% of the runs, ``runs`` is the share of runs with any.
    """

    act: str
    done: int
    refused: int
    per_run: float
    low: float
    high: float
    runs: float
    motives: tuple[Motive, ...]


@dataclass(frozen=True)
class Motives:
    """Acts of a state or of a pair in an ensemble, and what most often decided them.

    Attributes:
        title, arm, seed, runs: the ensemble.
        state, pair: what was asked about; the pair is empty if a state alone was.
        start, end: first and last quarter asked about.
        acts: the most frequent first; those that never happened are left out.
    """

    title: str
    arm: str
    seed: int
    runs: int
    state: str | None
    pair: tuple[str, ...]
    start: str
    end: str
    acts: tuple[Act, ...]

    def to_dict(self) -> dict[str, Any]:
        """The table as data for JSON."""
        return asdict(self)


def motives(
    spec: ScenarioSpec,
    *,
    state: str | None = None,
    dyad: str | None = None,
    when: str | None = None,
    runs: int | None = None,
    seed: int | None = None,
    jobs: int | None = None,
    progress: Progress | None = None,
) -> Motives:
    """Say which terms most often decide the acts of a state or a pair, over many runs.

    Arguments as of :func:`sim.study.explain.explain` and :func:`sim.drivers.ensemble.run_ensemble`.

    Raises:
        UserError: the question does not fit the scenario.
        Interrupted: Ctrl-C.
    """
    asked = ask(spec, state=state, dyad=dyad, when=when)
    runs, seed = spec.ensemble.given(runs, seed)
    measure = Measure(
        f"acts {asked.state} {asked.pair} {asked.first} {asked.last}",
        lambda seen: _counted(seen.record, asked),
        axes=3,
    )
    (arm,) = simulate_arms(
        {spec.arm: spec}, {spec.arm: [measure]}, runs=runs, seed=seed, jobs=jobs, progress=progress
    )
    return Motives(
        title=spec.title,
        arm=spec.arm,
        seed=seed,
        runs=runs,
        state=asked.state,
        pair=asked.pair or (),
        start=format_quarter(spec.start + asked.first),
        end=format_quarter(spec.start + asked.last),
        acts=_acts(arm[measure]),
    )


def _counted(record: EnsembleRecord, asked: Asked) -> Counted:
    """Of each run and kind of act: done, refused, decided by each term and by none, ``(R, A, .)``.

    The terms are those of :data:`sim.rules.catalogue.TERMS`, in their order.
    """
    kinds = list(_kinds(record, asked))
    terms = len(record.term_names)
    found = np.zeros((record.runs, len(kinds), 2 + terms + 1), np.int32)
    for at, (_, chosen, agrees) in enumerate(kinds):
        rows = record.moves[chosen]
        accepted = rows["accepted"] == 1
        np.add.at(found[:, at], (rows["run"], np.where(accepted, 0, 1)), 1)
        parts = rows["terms_partner" if agrees else "terms"][accepted]
        best = parts.argmax(axis=1)
        best[np.take_along_axis(parts, best[:, None], axis=1)[:, 0] <= 0] = terms
        np.add.at(found[:, at], (rows["run"][accepted], 2 + best), 1)
    return found


def _acts(counted: Counted) -> tuple[Act, ...]:
    """The acts that were done or refused, the most frequent first."""
    names_ = (*_PACTS, *(move.act for move in names.MOVES.values() if move.name != "pact"))
    acts = [
        _act(name, counted[:, at]) for at, name in enumerate(names_) if counted[:, at, :2].any()
    ]
    return tuple(sorted(acts, key=lambda act: (-act.done, -act.refused, act.act)))


def _kinds(record: EnsembleRecord, asked: Asked) -> Iterator[tuple[str, Mask, bool]]:
    """Name of each kind of act, its rows in the log, and whether it is the partner's consent."""
    moves = record.moves
    within = (moves["tick"] >= asked.first) & (moves["tick"] <= asked.last)
    if asked.pair is not None:
        pair = [record.index(code) for code in asked.pair]
        within &= np.isin(moves["mover"], pair) & np.isin(moves["partner"], pair)
        within &= moves["mover"] != moves["partner"]
    mine = [record.index(code) for code in asked.chooses]
    by, to = np.isin(moves["mover"], mine), np.isin(moves["partner"], mine)
    pact = moves["kind"] == names.MOVES["pact"].code
    more = moves["after"] > moves["before"]
    new = pact & more & (moves["before"] < 0.5)
    offer, higher, agree, lower = _PACTS
    yield offer, within & by & new, False
    yield higher, within & by & pact & more & ~new, False
    yield agree, within & to & pact & more, True
    yield lower, within & by & pact & ~more, False
    for move in names.MOVES.values():
        if move.name != "pact":
            yield move.act, within & by & (moves["kind"] == move.code), False


def _act(name: str, counted: Counted) -> Act:
    """An act, given what was counted of it in each run, ``(R, .)``."""
    count, refused = counted[:, 0], int(counted[:, 1].sum())
    done = int(count.sum())
    low, high = np.quantile(count, [0.05, 0.95])
    terms = (*names.TERMS, NO_TERM)
    decided = {t: int(n) for t, n in zip(terms, counted[:, 2:].sum(axis=0), strict=True) if n}
    ranked = sorted(decided.items(), key=lambda item: (-item[1], item[0]))
    return Act(
        act=name,
        done=done,
        refused=refused,
        per_run=float(count.mean()),
        low=float(low),
        high=float(high),
        runs=float((count > 0).mean()),
        motives=tuple(Motive(term, number / done) for term, number in ranked),
    )
