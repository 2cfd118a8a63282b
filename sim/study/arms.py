"""Arms of a scenario, measured one after the other with common draws and common luck."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Final

import numpy as np
import numpy.typing as npt

from sim.drivers.ensemble import run_ensemble
from sim.measure.observed import Observed
from sim.measure.summary import plural
from sim.record.arrays import EnsembleRecord
from sim.scenario import ScenarioSpec
from sim.statistics.paired import RESAMPLES
from sim.study.arm_store import Arm, Measure, Place, check_new
from sim.system import capacity
from sim.system.progress import Parts, Progress

#: What makes two moves the same, beside their sequence. Changes of utility differ between arms
#: wherever the state of the world differs at all, and places in the queue shift with attention.
_MOVE = ("tick", "mover", "partner", "kind", "before", "after", "accepted")

_AT_ONCE: Final = 256 * 2**20
"""Bytes of the records that are held at one time."""

_FIRST: Final = 16
"""Runs after which it is known how large a record is."""


def _moves(seen: Observed) -> npt.NDArray[np.uint64]:
    moves = seen.record.moves
    found = np.zeros(seen.shape, np.uint64)
    if not len(moves):
        return found
    rows = np.stack([np.asarray(moves[name], np.float64) for name in _MOVE], axis=1) + 0.0
    run, tick = np.asarray(moves["run"]), np.asarray(moves["tick"])
    starts = np.flatnonzero(np.diff(run, prepend=-1) | np.diff(tick, prepend=-1))
    for begin, end in zip(starts, [*starts[1:], len(rows)], strict=True):
        digest = hashlib.blake2b(rows[begin:end].tobytes(), digest_size=8).digest()
        found[run[begin], tick[begin]] = int.from_bytes(digest, "little")
    return found


MOVES: Final = Measure("moves", _moves, wide=True, axes=2)
"""A hash of the moves of each quarter, in their order, ``(R, T+1)``; 0 for none."""


def lacks(one: ScenarioSpec, other: ScenarioSpec) -> bool:
    """Whether an arm takes something away: fewer events, pacts and rules than the other has."""

    def has(spec: ScenarioSpec) -> int:
        off = [*spec.mechanisms.values(), *spec.terms.values()].count(False)
        return len(spec.events) + len(spec.pacts) - off

    return has(one) < has(other)


def parted(one: npt.NDArray[np.uint64], other: npt.NDArray[np.uint64]) -> npt.NDArray[np.int64]:
    """Return the first tick at which :data:`MOVES` of each run differ, ``(R,)``; T + 1 for never.

    >>> moves = np.array([[0, 5, 7], [0, 5, 7]], np.uint64)
    >>> parted(moves, moves + np.array([[0], [1]], np.uint64)).tolist()
    [3, 0]
    """
    different = one != other
    never = np.ones((len(different), 1), np.bool_)
    return np.concatenate((different, never), axis=1).argmax(axis=1).astype(np.int64)


def simulate_arms(
    specs: Mapping[str, ScenarioSpec],
    wanted: Mapping[str, Sequence[Measure]],
    *,
    runs: int,
    seed: int,
    jobs: int | None = None,
    progress: Progress | None = None,
    others: Callable[[], Sequence[Measure]] | None = None,
    kept: bool = True,
) -> Iterator[Arm]:
    """Measure each arm, simulating what is not kept from before; one record is held at a time.

    Args:
        specs: the arms by name.
        wanted: what to measure, by arm.
        runs, seed, jobs: the same for all arms, so that runs are paired.
        progress: called with (finished, all) runs of all arms together.
        others: returns what else is measured where an arm is simulated, for those who will ask;
            what an arm does not have is left out.
        kept: whether what is simulated is kept.

    Raises:
        Lacking: within :func:`sim.study.arm_store.nothing_new`, what is not kept.
        UserError: there is no room for so many runs.
        KeyboardInterrupt: Ctrl-C.
    """
    each = max(_numbers(wanted[name], spec.quarters) for name, spec in specs.items())
    # the resampling of the differences, and what is measured
    capacity.require(
        f"{runs:,} runs of {plural(len(specs), 'arm')}",
        runs=runs,
        memory=16 * RESAMPLES + 8 * len(specs) * each,
        instead="ask for fewer runs or arms",
    )
    more: Sequence[Measure] | None = None
    parts = Parts(progress, len(specs) * runs)
    for name, spec in specs.items():
        place = Place(spec, seed)
        arm = place.find(wanted[name], runs)
        if arm is None or arm.runs < runs:
            check_new(spec)
            if more is None:
                more = others() if others is not None and kept else ()
            arm = _simulated(spec, wanted[name], more, arm, runs, seed, jobs, parts.within)
            if kept:
                place.keep(arm)
        parts.end(runs)
        yield arm.only(wanted[name])


def measured(
    spec: ScenarioSpec,
    record: EnsembleRecord,
    seed: int,
    wanted: Sequence[Measure],
    others: Sequence[Measure],
) -> Arm:
    """Measure an arm that was simulated in another way, and keep it as :func:`simulate_arms` does.

    Args:
        spec, record, seed: the arm, all its runs, and their seed.
        wanted: what to measure.
        others: what else is kept, as far as it was recorded.
    """
    known = {*record.dyads}
    arm = Arm.of(Observed(record), wanted, [one for one in others if known.issuperset(one.pairs)])
    Place(spec, seed).keep(arm)
    return arm


def _numbers(measures: Sequence[Measure], quarters: int) -> int:
    """How many numbers of each run are measured."""
    return sum(quarters + 1 if one.wide else 1 for one in measures)


def _simulated(
    spec: ScenarioSpec,
    wanted: Sequence[Measure],
    more: Sequence[Measure],
    before: Arm | None,
    runs: int,
    seed: int,
    jobs: int | None,
    advance: Callable[[int], None],
) -> Arm:
    """The runs that there are, and those that are lacking, some at a time."""
    more = [one for one in more if all(code in spec.states for pair in one.pairs for code in pair)]
    pairs = {pair for one in (*wanted, *more) for pair in one.pairs}
    parts = [] if before is None else [before]
    done = 0 if before is None else before.runs
    few = _FIRST
    while done < runs:
        record = run_ensemble(
            spec,
            runs=min(few, runs - done),
            seed=seed,
            jobs=jobs,
            progress=lambda now, _all, begun=done: advance(begun + now),  # type: ignore[misc]
            extra_pairs=sorted(pairs),
            after=done,
        )
        parts.append(Arm.of(Observed(record), wanted, more))
        done += record.runs
        few = max(_FIRST, _AT_ONCE // max(1, record.run_bytes))
    return Arm.joined(parts)
