"""The bloc report: blocs, how surely they are the best partition, and what becomes of them.

Everything is said of one definition of what ties states together; the last part says how far the
answer hangs on that choice.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from sim.blocs import (
    DEFINITIONS,
    MEASURES,
    Certificate,
    Consensus,
    System,
    agreement,
    certify,
    consensus,
    measured,
    persistence,
    turnover,
)
from sim.blocs.indices import Interval, crosscutting, effective_poles, interval
from sim.errors import UserError, hint
from sim.measure.summary.bloc_tables import render
from sim.measure.summary.camps import Shift, Stance, shifts, stances
from sim.measure.summary.coalition_report import NOTE
from sim.measure.summary.members import Bloc, alone_in, consensus_blocs
from sim.measure.summary.states import Position, ideal_point_spread, position
from sim.record.arrays import EnsembleRecord
from sim.record.reading import labels_by, network_of, ties_of
from sim.record.results import Results
from sim.system.terminal import as_text
from sim.types import Floats
from sim.words.of_numbers import Change, change_of

type Labels = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Standing:
    """How a bloc of the consensus holds.

    Attributes:
        core: its strongest member, by which it is named.
        exact: share of runs that end with exactly these members in one bloc.
        persistence: of whatever bloc the core is in, from one kept quarter to the next, 0 to 1.
    """

    core: str
    exact: float
    persistence: Interval


@dataclass(frozen=True, slots=True)
class Alone:
    """An unaligned state of the consensus and the share of runs that end with it alone."""

    state: str
    alone: float


@dataclass(frozen=True, slots=True)
class Certified:
    """How far the partitions at the end can be from the best ones.

    Attributes:
        networks: final networks looked at, those of the first runs.
        proven: of them, those whose partition is proven best.
        branched: of them, those where branch and bound was needed.
        largest_gap: by which share of the bound the worst partition may fall short of the best.
        consensus: the same gap of the consensus, where it is the partition of greatest agreement;
            None where it is the most frequent one.
    """

    networks: int
    proven: int
    branched: int
    largest_gap: float
    consensus: float | None


@dataclass(frozen=True, slots=True)
class BlocEvent:
    """A split or merger, over the runs in which it happens.

    ``kind`` is ``split`` or ``merger``, ``cores`` are the strongest members of the two parts,
    ``runs`` is the share of runs. The quarters are those of the first time, median and 90% range,
    each the kept quarter at which it is seen.
    """

    kind: str
    cores: tuple[str, str]
    runs: float
    median: str
    low: str
    high: str


@dataclass(frozen=True, slots=True)
class Rival:
    """The answer by one definition of blocs, beside the one that was asked for.

    Attributes:
        definition, meaning: see :data:`sim.blocs.DEFINITIONS`.
        blocs: members of each consensus bloc at the end, strongest bloc and member first.
        unaligned: number of states alone.
        partitions: number of different outcomes.
        poles: effective number of poles at the end.
        agreement: adjusted Rand index with the asked one, run by run at the end.
        consensus_agreement: the same of the two consensus partitions.
        crosscutting: share of pairs that one definition puts together and the other apart.
        companions: for each focal state and pole the core of its bloc, None if alone.
    """

    definition: str
    meaning: str
    blocs: tuple[tuple[str, ...], ...]
    unaligned: int
    partitions: int
    poles: Interval
    agreement: Interval
    consensus_agreement: float
    crosscutting: Interval
    companions: dict[str, str | None]


@dataclass(frozen=True, slots=True)
class BlocReport:
    """The blocs that the runs end in, by one definition.

    Attributes:
        title, arm, run_id, runs: what was run.
        start, end: the first and the last kept quarter.
        kept: all kept quarters; what happens between two of them is seen at the second.
        definition, meaning: see :data:`sim.blocs.DEFINITIONS`.
        blocs: of the consensus, the strongest first; ``standing`` has one entry for each.
        unaligned: states in no bloc.
        frequency, modal, partitions: share of runs with exactly the consensus; whether it is the
            most frequent outcome or that of greatest agreement; number of different outcomes.
        certified: how far from the best.
        states, together: co-membership probabilities ``(N, N)`` at the end, in the order of
            ``states``: by bloc, then the unaligned.
        persistence: mean over the states, 0 to 1.
        events: splits and mergers, the most frequent first.
        measures: by their names in :data:`sim.blocs.MEASURES`.
        positions: of the focal states, whatever the definition.
        rivals: every definition, the asked one first.
        stances: where every state stands between the blocs.
        shifts: who moved to a bloc or from it, by all ties alone.
    """

    title: str
    arm: str
    run_id: str
    runs: int
    start: str
    end: str
    kept: tuple[str, ...]
    definition: str
    meaning: str
    blocs: tuple[Bloc, ...]
    standing: tuple[Standing, ...]
    unaligned: tuple[Alone, ...]
    frequency: float
    modal: bool
    partitions: int
    certified: Certified
    states: tuple[str, ...]
    together: tuple[tuple[float, ...], ...]
    persistence: Interval
    events: tuple[BlocEvent, ...]
    measures: dict[str, Change]
    positions: tuple[Position, ...]
    rivals: tuple[Rival, ...]
    stances: tuple[Stance, ...] = ()
    shifts: tuple[Shift, ...] = ()
    note: str = NOTE

    def to_dict(self) -> dict[str, Any]:
        """Return the report in the types of JSON."""
        tree: dict[str, Any] = _without_nan(asdict(self))
        return tree

    def __rich__(self) -> Any:
        return render(self)

    def text(self, width: int = 90) -> str:
        """Return the report as plain text of at most ``width`` columns."""
        return as_text(self, width)


def describe_blocs(
    results: Results, definition: str = "ties", *, networks: int = 20, seconds: float = 20.0
) -> BlocReport:
    """Draw up the bloc report; start and end are the first and the last kept quarter.

    Args:
        results: an ensemble.
        definition: what ties states together, one of :data:`sim.blocs.DEFINITIONS`.
        networks: most final networks to certify, those of the first runs.
        seconds: after which no further one is begun; bounds found until then hold.

    Raises:
        UserError: there is no such definition.
    """
    if definition not in DEFINITIONS:
        raise UserError(
            f"{definition}: not a definition of blocs, which are {', '.join(DEFINITIONS)}"
            f"{hint(definition, DEFINITIONS)}"
        )
    record = results.record
    labels = bloc_labels_by(results, definition)
    ties = network_of(record, definition, slice(networks))[:, -1]
    found = consensus(labels[:, -1])
    quarters = [results.quarters[tick] for tick in record.network_ticks]
    blocs = consensus_blocs(results, labels, found)
    alone = alone_in(found.labels)
    order = [record.index(member.state) for bloc in blocs for member in bloc.members] + alone
    apart = (labels[:, -1, :, None] == labels[:, -1, None, :]).sum(axis=2) == 1
    steady = np.concatenate([persistence(labels[runs]) for runs in record.slices()])
    return BlocReport(
        title=results.meta.title,
        arm=results.meta.arm,
        run_id=results.run_id,
        runs=record.runs,
        start=quarters[0],
        end=quarters[-1],
        kept=tuple(quarters),
        definition=definition,
        meaning=DEFINITIONS[definition],
        blocs=blocs,
        standing=tuple(_standing(results, labels, steady, bloc) for bloc in blocs),
        unaligned=tuple(Alone(record.states[i], float(apart[:, i].mean())) for i in alone),
        frequency=found.frequency,
        modal=found.modal,
        partitions=found.distinct,
        certified=_certified(ties, labels[:networks, -1], found, seconds),
        states=tuple(record.states[i] for i in order),
        together=tuple(map(tuple, found.together[np.ix_(order, order)].tolist())),
        persistence=interval(steady.mean(axis=1)),
        events=_events(results, labels, quarters),
        measures=_measures(record, definition, labels),
        positions=tuple(position(record, state) for state in record.focal),
        rivals=_rivals(results, definition, labels, found),
        stances=stances(results, blocs),
        shifts=shifts(results, blocs) if definition == "ties" else (),
    )


def bloc_labels_by(results: Results, definition: str) -> Labels:
    """Return the blocs of every run and kept tick by a definition, ``(R, L, N)``."""
    return results.bloc_labels if definition == "ties" else labels_by(results.record, definition)


def measured_by(
    record: EnsembleRecord,
    definition: str,
    labels: Labels,
    names: Iterable[str] = MEASURES,
    at: Sequence[int] | None = None,
) -> dict[str, Floats]:
    """Return measures of the blocs of all runs by a definition, each ``(R, L)``.

    ``labels (R, L, N)`` are the blocs; ``at`` are the positions of the kept ticks to measure, by
    default all.
    """
    chosen = list(range(len(record.network_ticks))) if at is None else list(at)
    kept = [record.network_ticks[position] for position in chosen]
    spread = ideal_point_spread(record)
    found: dict[str, list[Floats]] = {name: [] for name in names}
    for runs in record.slices():
        system = System(
            labels=labels[runs, chosen],
            tie=ties_of(record, definition, runs)[:, chosen],
            capability=record.state("capability")[runs, kept],
            ideal_point=record.state("ideal_point")[runs, kept],
            spread=spread,
        )
        for name, parts in found.items():
            parts.append(measured(name, system))
    return {name: np.concatenate(parts) for name, parts in found.items()}


def _standing(results: Results, labels: Labels, steady: Floats, bloc: Bloc) -> Standing:
    record = results.record
    core = record.index(bloc.core)
    inside = np.isin(record.states, [member.state for member in bloc.members])
    with_core = labels[:, -1] == labels[:, -1, [core]]
    exact = (with_core == inside).all(axis=1).mean()
    return Standing(bloc.core, float(exact), interval(steady[:, core]))


def _certified(
    ties: npt.NDArray[np.floating], labels: Labels, found: Consensus, seconds: float
) -> Certified:
    from time import monotonic

    stop = monotonic() + seconds
    known: list[Certificate] = []
    for tie, partition in zip(ties, labels, strict=True):
        left = stop - monotonic()
        if left <= 0:
            break
        known.append(certify(tie, partition, seconds=left))
    gap = None
    if not found.modal:
        left = max(1.0, stop - monotonic())
        gap = certify(found.together - 0.5, found.labels, seconds=left).gap
    return Certified(
        networks=len(known),
        proven=sum(it.proven for it in known),
        branched=sum(it.exact for it in known),
        largest_gap=max((it.gap for it in known), default=0.0),
        consensus=gap,
    )


def _events(results: Results, labels: Labels, quarters: list[str]) -> tuple[BlocEvent, ...]:
    states = results.record.states
    events = []
    for event in turnover(labels, results.leading):
        low, median, high = np.quantile(
            event.ticks, [0.05, 0.5, 0.95], method="inverted_cdf"
        ).astype(int)
        one, other = event.cores
        events.append(
            BlocEvent(
                kind=event.kind,
                cores=(states[one], states[other]),
                runs=event.runs,
                median=quarters[median],
                low=quarters[low],
                high=quarters[high],
            )
        )
    return tuple(events)


def _measures(record: EnsembleRecord, definition: str, labels: Labels) -> dict[str, Change]:
    found = measured_by(record, definition, labels, at=[0, -1])
    return {name: change_of(values[:, 0], values[:, 1]) for name, values in found.items()}


def _rivals(results: Results, asked: str, labels: Labels, found: Consensus) -> tuple[Rival, ...]:
    record = results.record
    shown = dict.fromkeys((*record.focal, *record.poles))
    rivals = []
    for name in sorted(DEFINITIONS, key=lambda name: name != asked):
        every = labels if name == asked else bloc_labels_by(results, name)
        last = every[:, -1]
        mine = found if name == asked else consensus(last)
        blocs = consensus_blocs(results, every, mine)
        core = {member.state: bloc.core for bloc in blocs for member in bloc.members}
        rivals.append(
            Rival(
                definition=name,
                meaning=DEFINITIONS[name],
                blocs=tuple(tuple(member.state for member in bloc.members) for bloc in blocs),
                unaligned=len(alone_in(mine.labels)),
                partitions=mine.distinct,
                poles=interval(effective_poles(last, results.capability[:, -1])),
                agreement=interval(agreement(labels[:, -1], last)),
                consensus_agreement=float(agreement(found.labels, mine.labels)),
                crosscutting=interval(crosscutting(labels[:, -1], last)),
                companions={state: core.get(state) for state in shown},
            )
        )
    return tuple(rivals)


def _without_nan(tree: Any) -> Any:
    """Replace what is not a number by None, which JSON has."""
    if isinstance(tree, dict):
        return {key: _without_nan(value) for key, value in tree.items()}
    if isinstance(tree, (list, tuple)):
        return [_without_nan(value) for value in tree]
    return None if isinstance(tree, float) and np.isnan(tree) else tree
