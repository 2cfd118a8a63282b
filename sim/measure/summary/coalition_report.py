"""The coalition report: what an ensemble says about blocs, poles, pacts and the focal states.

Every share of runs is a frequency within the model under one scenario, not a probability that
something will happen in the world.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from sim.blocs import consensus
from sim.blocs.indices import SECURITY_DOMAINS, Interval, interval
from sim.measure.summary.camps import Shift, Stance, shifts, stances
from sim.measure.summary.coalition_tables import render
from sim.measure.summary.members import Bloc, alone_in, consensus_blocs
from sim.measure.summary.states import hedging_series
from sim.record.arrays import PACT_LEVELS, EnsembleRecord
from sim.record.results import Results
from sim.rules import catalogue as names
from sim.system.terminal import as_text
from sim.types import Floats
from sim.words.of_numbers import Change, change_of

NEW_TREATY: Final = "a new treaty"
NOTE: Final = (
    "Medians over the runs, with the bounds of the middle 90%. Shares of runs are frequencies "
    "within the model, given this scenario and its ranges: they are not predictions."
)


@dataclass(frozen=True, slots=True)
class Dependence:
    """The largest recorded partner of a state in a channel at one time.

    ``share`` is the part of the needs that it meets, ``first`` the share of runs where it is first.
    """

    partner: str
    share: Interval
    first: float


@dataclass(frozen=True, slots=True)
class PactHeld:
    """Pacts with a partner: share of runs with any, and the usual level among those."""

    partner: str
    start: float
    start_level: str
    end: float
    end_level: str


@dataclass(frozen=True, slots=True)
class FocalState:
    """What becomes of one state; ``alignment`` is by pole, ``dependence`` (start, end) by channel.

    Hedging is None with fewer than two other poles or if nothing that it needs was recorded.
    """

    state: str
    alignment: dict[str, Change]
    hedging: Change | None
    security_hedging: Change | None
    dependence: dict[str, tuple[Dependence, Dependence]]
    pact_count: Change
    pacts: tuple[PactHeld, ...]


@dataclass(frozen=True, slots=True)
class MembershipMove:
    """A state that joined, founded or left an organisation, or that one suspended, in some runs.

    ``runs`` is the share of the runs in which that happens at least once and ``median`` the median
    quarter of the first time.
    """

    state: str
    organisation: str
    runs: float
    median: str


@dataclass(frozen=True, slots=True)
class PactMove:
    """Pacts of one pair that were made (or raised) or broken (or lowered) in some runs.

    ``level`` is the usual level made or given up, ``median`` the median quarter of the first move.
    """

    states: tuple[str, str]
    level: str
    runs: float
    median: str


@dataclass(frozen=True, slots=True)
class CoalitionReport:
    """The coalition structure that the runs end in, and how they got there.

    ``frequency`` is the share of runs with exactly this partition; ``modal`` says whether it was
    chosen as the clearly most frequent one or as the one of greatest agreement; ``partitions`` is
    how many different ones there are.
    """

    title: str
    arm: str
    run_id: str
    runs: int
    start: str
    end: str
    blocs: tuple[Bloc, ...]
    unaligned: tuple[str, ...]
    frequency: float
    modal: bool
    partitions: int
    poles: Change
    focal: tuple[FocalState, ...]
    formed: tuple[PactMove, ...]
    broken: tuple[PactMove, ...]
    joined: tuple[MembershipMove, ...] = ()
    left: tuple[MembershipMove, ...] = ()
    suspended: tuple[MembershipMove, ...] = ()
    stances: tuple[Stance, ...] = ()
    shifts: tuple[Shift, ...] = ()
    note: str = NOTE

    @property
    def homes(self) -> dict[str, tuple[str, float]]:
        """The core of the bloc of each state in one, and how often the state is with it."""
        return {m.state: (bloc.core, m.together) for bloc in self.blocs for m in bloc.members}

    @property
    def cores(self) -> dict[str, str]:
        """The core of the bloc of each state that is in one."""
        return {code: core for code, (core, _) in self.homes.items()}

    def to_dict(self) -> dict[str, Any]:
        """Return the report in the types of JSON."""
        return asdict(self)

    def __rich__(self) -> Any:
        return render(self)

    def text(self, width: int = 90) -> str:
        """Return the report as plain text of at most ``width`` columns."""
        return as_text(self, width)


def summarise(results: Results) -> CoalitionReport:
    """Draw up the coalition report; start and end are the first and the last kept tick."""
    record = results.record
    found = consensus(results.bloc_labels[:, -1])
    blocs = consensus_blocs(results, results.bloc_labels, found)
    poles = results.effective_poles
    first, last = record.network_ticks[0], record.network_ticks[-1]
    return CoalitionReport(
        title=results.meta.title,
        arm=results.meta.arm,
        run_id=results.run_id,
        runs=record.runs,
        start=results.quarters[first],
        end=results.quarters[last],
        blocs=blocs,
        unaligned=tuple(record.states[i] for i in alone_in(found.labels)),
        frequency=found.frequency,
        modal=found.modal,
        partitions=found.distinct,
        poles=change_of(poles[:, 0], poles[:, -1]),
        focal=tuple(_focal(record, code) for code in record.focal),
        formed=_pact_moves(results, made=True),
        broken=_pact_moves(results, made=False),
        joined=_membership_moves(results, "join", "found"),
        left=_membership_moves(results, "withdraw"),
        suspended=_membership_moves(results, "suspend"),
        stances=stances(results, blocs),
        shifts=shifts(results, blocs),
    )


def _focal(record: EnsembleRecord, code: str) -> FocalState:
    first, last = record.network_ticks[0], record.network_ticks[-1]

    def change(series: Floats | None) -> Change | None:
        return None if series is None else change_of(series[:, first], series[:, last])

    alignment = {
        pole: change_of(series[:, first], series[:, last])
        for pole, series in record.by_pole("alignment", code).items()
    }
    dependence: dict[str, tuple[Dependence, Dependence]] = {}
    partners = [j for i, j in record.dyads if i == code]
    for channel in names.CHANNELS:
        if partners and channel in record.dyad_fields and not channel.endswith("_stock"):
            shares = np.stack([record.dyad(channel, code, j) for j in partners], axis=-1)
            dependence[channel] = (
                _largest(shares[:, first], partners),
                _largest(shares[:, last], partners),
            )
    row = record.level[:, :, record.index(code), :]
    others = np.arange(len(record.states)) != record.index(code)
    count = ((row > 0) & others).sum(axis=2)
    return FocalState(
        state=code,
        alignment=alignment,
        hedging=change(hedging_series(record, code)),
        security_hedging=change(hedging_series(record, code, SECURITY_DOMAINS)),
        dependence=dependence,
        pact_count=change_of(count[:, 0], count[:, -1]),
        pacts=_pacts(record, row, others),
    )


def _largest(shares: Floats, partners: Sequence[str]) -> Dependence:
    """The partner with the largest mean share; ``shares (R, partners)``."""
    best = int(shares.mean(axis=0).argmax())
    first = float((shares.argmax(axis=1) == best).mean())
    return Dependence(partners[best], interval(shares[:, best]), first)


def _pacts(
    record: EnsembleRecord, row: npt.NDArray[np.int8], others: npt.NDArray[np.bool_]
) -> tuple[PactHeld, ...]:
    held = [
        PactHeld(
            partner=record.states[j],
            start=float((row[:, 0, j] > 0).mean()),
            start_level=_usual_level(row[:, 0, j]),
            end=float((row[:, -1, j] > 0).mean()),
            end_level=_usual_level(row[:, -1, j]),
        )
        for j in np.flatnonzero(others & (row[:, [0, -1]] > 0).any(axis=(0, 1)))
    ]
    return tuple(sorted(held, key=lambda pact: (-pact.end, -pact.start, pact.partner)))


def _usual_level(levels: npt.NDArray[Any]) -> str:
    """The most frequent level of those above none."""
    counts = np.bincount(levels[levels > 0].astype(np.int64), minlength=1)
    return PACT_LEVELS[int(counts.argmax())] if counts.sum() else PACT_LEVELS[0]


def _membership_moves(results: Results, *kinds: str) -> tuple[MembershipMove, ...]:
    """Who joins or leaves which organisation, or is suspended; what events put in is no move.

    Treaties that states found have no name of their own: in each run they are others.
    """
    record = results.record
    moves = record.moves
    codes = [names.MOVES[kind].code for kind in kinds]
    rows = moves[np.isin(moves["kind"], codes) & (moves["accepted"] != 0)]
    founded = rows["kind"] == names.MOVES["found"].code
    bodies = np.where(founded, -1, rows["collective"]).astype(int)
    found = []
    for state, body in sorted(set(zip(rows["mover"].tolist(), bodies.tolist(), strict=True))):
        share, median = _first_times(results, rows[(rows["mover"] == state) & (bodies == body)])
        name = NEW_TREATY if body < 0 else record.collectives[body]
        found.append(MembershipMove(record.states[state], name, share, median))
    return tuple(sorted(found, key=lambda move: (-move.runs, move.state, move.organisation)))


def _first_times(results: Results, rows: npt.NDArray[Any]) -> tuple[float, str]:
    """The share of the runs in which moves occur, and the median quarter of their first."""
    runs = np.unique(rows["run"])
    firsts = [int(rows["tick"][rows["run"] == run].min()) for run in runs]
    return len(runs) / results.record.runs, results.quarters[int(np.median(firsts))]


def _pact_moves(results: Results, *, made: bool) -> tuple[PactMove, ...]:
    record = results.record
    moves = record.moves
    rose = moves["after"] > moves["before"] if made else moves["after"] < moves["before"]
    rows = moves[(moves["kind"] == names.MOVES["pact"].code) & (moves["accepted"] != 0) & rose]
    i = np.minimum(rows["mover"], rows["partner"]).astype(np.int64)
    j = np.maximum(rows["mover"], rows["partner"]).astype(np.int64)
    pair = i * len(record.states) + j
    found = []
    for key in np.unique(pair):
        mine = rows[pair == key]
        share, median = _first_times(results, mine)
        low, high = divmod(int(key), len(record.states))
        found.append(
            PactMove(
                states=(record.states[low], record.states[high]),
                level=_usual_level(mine["after" if made else "before"]),
                runs=share,
                median=median,
            )
        )
    return tuple(sorted(found, key=lambda move: (-move.runs, move.states)))
