"""Why: the decisions that states took most, those that go with another ending, and one run told."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import numpy.typing as npt

from sim.blocs import agreement
from sim.drivers.replay import Alternative, Decision, Part
from sim.rules.catalogue import MOVE_KINDS, MOVES, TERMS
from sim.rules.moves import ANEW
from sim.show.report.content import Choice, Fork, Why
from sim.study.explain import explain
from sim.words.of_decisions import UNIT, Prose, capital, term_words

if TYPE_CHECKING:
    from sim.measure.summary import CoalitionReport
    from sim.record.arrays import EnsembleRecord
    from sim.record.results import Results
    from sim.scenario import ScenarioSpec

type Mask = npt.NDArray[np.bool_]

CHOICES: Final = 3
"""Decisions shown of each focal state."""
FORKS: Final = 8
TOLD: Final = 4
_PARTS: Final = 3
_LEAST_PART: Final = 0.05
_LEAST_RUNS: Final = 0.1  # a fork is looked for among what happens in 10% to 90% of the runs
_CHANCE: Final = 0.05
_SELDOM: Final = 0.05  # of the runs: rarer decisions are not shown among the weightiest
_LITTLE: Final = 0.1  # logits that a decision gains at least: others come by chance


@dataclass(frozen=True)
class _Group:
    """Like decisions of one state towards another: what is said of them, and rows of the log."""

    mover: str
    partner: str
    text: str
    asked: bool
    rows: npt.NDArray[np.void]


def find_why(results: Results, report: CoalitionReport, spec: ScenarioSpec | None) -> Why:
    """Return the decisions that mattered; without the scenario no run is told."""
    prose = Prose(results.meta.state_names)
    bodies = {} if spec is None else {it.id: it.name for it in spec.organisations.values()}
    groups = list(_groups(results.record, prose, bodies))
    forks, examined = _forks(results, report, groups)
    run: int | None = None
    story: tuple[str, ...] = ()
    teller = ""
    if spec is not None:
        run = typical_run(results)
        teller = leading_state(results.record)
        story = _story(spec, run, teller, results)
    choices, idle = _choices(results, groups)
    return Why(
        choices=choices,
        forks=forks,
        examined=examined,
        idle=idle,
        run=run,
        story=story,
        teller=prose.name(teller) if teller else "",
        unit=UNIT,
    )


def leading_state(record: EnsembleRecord) -> str:
    """Return the state that the question is about: the first focal one that is no pole."""
    others = [code for code in record.focal if code not in record.poles]
    return (*others, *record.focal, record.states[0])[0]


def typical_run(results: Results) -> int:
    """Return the run whose ending agrees best with the others, and then in alignments."""
    from sim.blocs import consensus

    record = results.record
    found = consensus(results.bloc_labels[:, -1])
    alike = np.array(
        [agreement(labels, found.labels) for labels in results.bloc_labels[:, -1]], np.float64
    )
    best = np.flatnonzero(alike >= alike.max() - 1e-12)
    if "alignment" not in record.dyad_fields or not record.dyads:
        return int(best[0])
    row = record.dyad_fields.index("alignment")
    ends = record.dyad_series[:, -1, row, :]
    spread = np.maximum(ends.std(axis=0), 1e-9)
    away = (np.abs(ends - np.median(ends, axis=0)) / spread).mean(axis=1)
    return int(best[away[best].argmin()])


# --- groups of like decisions --------------------------------------------------------------------
def _groups(record: EnsembleRecord, prose: Prose, bodies: Mapping[str, str]) -> Iterator[_Group]:
    """Put together what one state did to another in the same words."""
    moves = record.moves[(record.moves["accepted"] != 0) & (record.moves["partner"] >= 0)]
    moves = moves[moves["mover"] != moves["partner"]]  # armament is told by its effort through time
    if not len(moves):
        return
    pact = moves["kind"] == MOVES["pact"].code
    more = np.isin(moves["kind"], [it.code for it in MOVES.values() if it.more]) & (
        moves["before"] > ANEW
    )
    before = np.where(pact, np.rint(moves["before"]), more)
    after = np.where(pact, np.rint(moves["after"]), 0)
    names = ("mover", "partner", "kind", "collective")
    keys = np.stack([*(moves[name].astype(np.int64) for name in names), before, after], axis=1)
    _, inverse, counts = np.unique(keys, axis=0, return_inverse=True, return_counts=True)
    order = np.argsort(inverse.ravel(), kind="stable")
    ends = np.cumsum(counts)
    for begin, end in zip(ends - counts, ends, strict=True):
        rows = moves[order[begin:end]]
        first = rows[0]
        mover, partner = record.states[first["mover"]], record.states[first["partner"]]
        kind = MOVE_KINDS[first["kind"]]
        if MOVES[kind].towards == "organisation":
            body = record.collectives[first["collective"]]
            name = bodies.get(body, body)
            text = MOVES[kind].said.did.format(x=f"the {name}" if " " in name else name)
        else:
            step = float(first["before"]), float(first["after"])
            text = prose.did(Alternative(mover, partner, kind, *step))
        asked = kind == "pact" and bool(first["after"] > first["before"])
        yield _Group(mover, partner, f"{capital(prose.name(mover))} {text}", asked, rows)


def _choices(results: Results, groups: list[_Group]) -> tuple[tuple[Choice, ...], int]:
    """The decisions from which each focal state gained most over the runs: how often, how much.

    With them how many it took as often and gained next to nothing from.
    """
    record = results.record

    def gain(group: _Group) -> float:
        return float(group.rows["du"].mean())

    def weight(group: _Group) -> tuple[float, str]:
        return -len(np.unique(group.rows["run"])) * gain(group), group.text

    often = max(2.0, _SELDOM * record.runs)
    found: list[Choice] = []
    idle = 0
    for code in record.focal:
        known = [group for group in groups if group.mover == code]
        mine = [group for group in known if len(np.unique(group.rows["run"])) >= often]
        for_reason = sorted((group for group in mine if gain(group) >= _LITTLE), key=weight)
        idle += len(mine) - len(for_reason)
        found += [_choice(results, group) for group in for_reason[:CHOICES]]
    return tuple(found), idle


def _choice(results: Results, group: _Group) -> Choice:
    record, rows = results.record, group.rows
    runs, first = np.unique(rows["run"], return_index=True)
    means = rows["terms"].mean(axis=0)
    size = float(np.abs(means).sum())
    ranked = np.argsort(-np.abs(means), kind="stable")[:_PARTS]
    return Choice(
        state=group.mover,
        text=group.text,
        runs=len(runs) / record.runs,
        times=len(rows) / len(runs),
        first=results.quarters[int(np.median(rows["tick"][first]))],
        gain=float(rows["du"].mean()),
        parts=tuple(
            (_words(record.term_names[t], float(means[t])), float(means[t]))
            for t in ranked
            if abs(means[t]) >= _LEAST_PART * size and abs(means[t]) > 0
        ),
        partner_gain=float(rows["du_partner"].mean()) if group.asked else None,
    )


def _words(term: str, change: float) -> str:
    """A term in words; by its name where this version does not know it any more."""
    return term_words(Part(term, change)) if term in TERMS else term


# --- forks ---------------------------------------------------------------------------------------
def _forks(
    results: Results, report: CoalitionReport, groups: list[_Group]
) -> tuple[tuple[Fork, ...], int]:
    """Decisions whose runs end otherwise, of the states whose bloc is not settled.

    For each such state the decisions that it took or was met with are held against its place at
    the end by Fisher's exact test, and all that were looked at count (Bonferroni).
    """
    from scipy.stats import fisher_exact

    record = results.record
    ending = results.bloc_labels[:, -1]
    found = []
    for state, core in _unsettled(report):
        inside = ending[:, record.index(state)] == ending[:, record.index(core)]
        for group in groups:
            if state not in (group.mover, group.partner):
                continue
            took: Mask = np.zeros(record.runs, bool)
            took[group.rows["run"]] = True
            share = float(took.mean())
            if not _LEAST_RUNS <= share <= 1.0 - _LEAST_RUNS:
                continue
            table = [
                [int((took & inside).sum()), int((took & ~inside).sum())],
                [int((~took & inside).sum()), int((~took & ~inside).sum())],
            ]
            p = float(fisher_exact(table)[1])
            with_it, without = float(inside[took].mean()), float(inside[~took].mean())
            found.append(Fork(state, core, group.text, share, with_it, without, p))
    clear = [
        Fork(it.state, it.core, it.text, it.runs, it.with_it, it.without, it.p * len(found))
        for it in found
        if it.p * len(found) < _CHANCE
    ]
    clear.sort(key=lambda it: (it.p, it.text))
    return tuple(clear[:FORKS]), len(found)


def _unsettled(report: CoalitionReport) -> Iterator[tuple[str, str]]:
    """States that end in the bloc of a core in some runs and not in others."""
    for bloc in report.blocs:
        for member in (*bloc.members, *bloc.contested):
            if _LEAST_RUNS <= member.together <= 1.0 - _LEAST_RUNS:
                yield member.state, bloc.core


# --- one run told --------------------------------------------------------------------------------
def _story(spec: ScenarioSpec, run: int, state: str, results: Results) -> tuple[str, ...]:
    """The weightiest decisions of a state in a run, or what it weighed if it took none."""
    runs, seed = results.record.runs, results.meta.seed
    told = explain(spec, state=state, run=run, runs=runs, seed=seed)
    if not told.decisions:
        return tuple(told.sentences())

    def weight(it: Decision) -> tuple[bool, bool, float]:
        of_two = MOVES[it.move.kind].towards != "self"
        return of_two, it.accepted, it.mover.gain

    chosen = sorted(told.decisions, key=weight, reverse=True)[:TOLD]
    events = [
        (it.quarter, -1, f"{it.quarter}: {it.title} (given by the scenario).") for it in told.given
    ]
    decided = [(it.quarter, it.order, told.prose.decision(it)) for it in chosen]
    return tuple(text for *_, text in sorted([*events, *decided]))
