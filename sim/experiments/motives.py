"""The terms of utility that most often decide each kind of act, over many runs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from sim import vocabulary as names
from sim.ensemble import Progress, run_ensemble
from sim.experiments.explain import ask
from sim.experiments.replay import Asked
from sim.records import EnsembleRecord
from sim.scenario import ScenarioSpec, format_quarter

type Mask = npt.NDArray[np.bool_]

NO_TERM: Final = "chance"
"""Stands for the deciding term where no term speaks for the move: the choice has a random part."""


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
    """Simulate an ensemble and say which terms most often decide the acts of a state or a pair.

    Arguments as of :func:`sim.experiments.explain.explain` and :func:`sim.ensemble.run_ensemble`.

    Raises:
        UserError: the question does not fit the scenario.
        Interrupted: Ctrl-C.
    """
    asked = ask(spec, state=state, dyad=dyad, when=when)
    record = run_ensemble(spec, runs=runs, seed=seed, jobs=jobs, progress=progress)
    return Motives(
        title=spec.title,
        arm=spec.arm,
        seed=spec.ensemble.seed if seed is None else seed,
        runs=record.runs,
        state=asked.state,
        pair=asked.pair or (),
        start=format_quarter(spec.start + asked.first),
        end=format_quarter(spec.start + asked.last),
        acts=count_acts(record, asked),
    )


def count_acts(record: EnsembleRecord, asked: Asked) -> tuple[Act, ...]:
    """Count the acts that are asked about in a record, the most frequent first."""
    acts = [
        _act(record, name, chosen, "terms_partner" if agrees else "terms")
        for name, chosen, agrees in _kinds(record, asked)
        if chosen.any()
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
    yield "offer a pact", within & by & new, False
    yield "offer to raise a pact", within & by & pact & more & ~new, False
    yield "agree to a pact offered", within & to & pact & more, True
    yield "lower or leave a pact", within & by & pact & ~more, False
    for move in names.MOVES.values():
        if move.name != "pact":
            yield move.act, within & by & (moves["kind"] == move.code), False


def _act(record: EnsembleRecord, name: str, chosen: Mask, terms: str) -> Act:
    rows = record.moves[chosen]
    done = rows[rows["accepted"] == 1]
    count = np.bincount(done["run"], minlength=record.runs)
    low, high = np.quantile(count, [0.05, 0.95])
    decided = Counter(_deciding(record, parts) for parts in done[terms])
    ranked = sorted(decided.items(), key=lambda item: (-item[1], item[0]))
    return Act(
        act=name,
        done=len(done),
        refused=len(rows) - len(done),
        per_run=float(count.mean()),
        low=float(low),
        high=float(high),
        runs=float((count > 0).mean()),
        motives=tuple(Motive(term, number / len(done)) for term, number in ranked),
    )


def _deciding(record: EnsembleRecord, parts: npt.NDArray[np.float64]) -> str:
    best = int(parts.argmax())
    return record.term_names[best] if parts[best] > 0 else NO_TERM
