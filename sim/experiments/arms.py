"""Arms of a scenario, simulated one after the other with common draws and common luck."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from sim import room
from sim.ensemble import Progress, run_ensemble
from sim.experiments.forms import Pair
from sim.experiments.observed import Observed
from sim.experiments.paired import RESAMPLES
from sim.scenario import ScenarioSpec

#: What makes two moves the same, beside their sequence. Changes of utility differ between arms
#: wherever the state of the world differs at all, and places in the queue shift with attention.
_MOVE = ("tick", "mover", "partner", "kind", "before", "after", "accepted")


@dataclass(frozen=True, slots=True)
class MoveLog:
    """The moves of an ensemble as plain columns, ``(moves, columns)``, with the run of each."""

    run: npt.NDArray[np.int64]
    columns: npt.NDArray[np.float64]

    @classmethod
    def of(cls, seen: Observed) -> MoveLog:
        """Copy the moves out of a record."""
        moves = seen.record.moves
        columns = np.stack([moves[name].astype(np.float64) for name in _MOVE], axis=1)
        return cls(moves["run"].astype(np.int64), columns)

    def of_run(self, run: int) -> npt.NDArray[np.float64]:
        """The moves of one run."""
        begin, end = np.searchsorted(self.run, (run, run + 1))
        return self.columns[begin:end]


def lacks(one: ScenarioSpec, other: ScenarioSpec) -> bool:
    """Whether an arm takes something away: fewer events, pacts and rules than the other has."""

    def has(spec: ScenarioSpec) -> int:
        off = [*spec.mechanisms.values(), *spec.terms.values()].count(False)
        return len(spec.events) + len(spec.pacts) - off

    return has(one) < has(other)


def parted(one: MoveLog, other: MoveLog, runs: int, quarters: int) -> npt.NDArray[np.int64]:
    """Return the first tick at which the moves of each run differ, ``(R,)``; T + 1 for never."""
    first = np.full(runs, quarters + 1, np.int64)
    for run in range(runs):
        a, b = one.of_run(run), other.of_run(run)
        both = min(len(a), len(b))
        different = np.flatnonzero((a[:both] != b[:both]).any(axis=1))
        ticks = [int(log[at, 0]) for log in (a, b) for at in different[:1]]
        if not ticks:
            ticks = [int(log[both, 0]) for log in (a, b) if len(log) > both]
        if ticks:
            first[run] = min(ticks)
    return first


def simulate_arms[T](
    specs: Mapping[str, ScenarioSpec],
    reduce: Callable[[str, Observed], T],
    *,
    pairs: Mapping[str, tuple[Pair, ...]],
    runs: int,
    seed: int,
    jobs: int | None = None,
    progress: Progress | None = None,
    kept: int = 0,
) -> Iterator[T]:
    """Simulate each arm and yield what ``reduce`` keeps of it; only one record is held at a time.

    Args:
        specs: the arms by name.
        reduce: called with the name of the arm and its record.
        pairs: ordered pairs of states to record, by arm.
        runs, seed, jobs: the same for all arms, so that runs are paired.
        progress: called with (finished, all) runs of all arms together.
        kept: numbers that ``reduce`` keeps of each run of an arm, moves apart.

    Raises:
        UserError: there is no room for so many runs.
        KeyboardInterrupt: Ctrl-C.
    """
    # the resampling of the differences, and what is kept: the moves are some hundred a run
    each = 16 * RESAMPLES + len(specs) * 8 * (kept + len(_MOVE) * 200)
    room.require(
        f"{runs:,} runs of {len(specs)} arms",
        runs=runs,
        memory=each,
        instead="ask for fewer runs or arms",
    )
    for at, (name, spec) in enumerate(specs.items()):

        def advance(done: int, total: int, before: int = at) -> None:
            if progress is not None:
                progress(before * total + done, len(specs) * total)

        record = run_ensemble(
            spec,
            runs=runs,
            seed=seed,
            jobs=jobs,
            progress=advance,
            extra_pairs=pairs.get(name, ()),
        )
        yield reduce(name, Observed(record))
