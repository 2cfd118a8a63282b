"""Statistics of a whole world over many runs: base rates and who makes pacts with whom.

They are sums over all pairs of states and all runs, so that rare things can be measured with few
runs; where the model knows the chance of an event (pacts), the chance is summed instead of the
event. :func:`watch` records what they need and nothing else.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from sim.drivers.ensemble import move_rows, simulated
from sim.rules import catalogue as names
from sim.scenario import ScenarioSpec
from sim.scenario.world import World
from sim.system import capacity as room
from sim.types import Floats, Watch

_ROWS = ("pact_level", "intensity_1", "intensity_2", "intensity_3", "rivalry", "distance")
_RIVALS = 0.5
_NEIGHBOURS = 0.01
_FAR = 6.0


@dataclass(frozen=True, eq=False)
class Watched:
    """What R runs of T quarters leave behind for all D unordered pairs of N states.

    Attributes:
        n: number of states.
        pairs: indices of the states of each pair, ``(D, 2)``.
        level: pact levels 0 to 3, ``(R, T+1, D)``.
        intensity: expected pacts of level 1, 2, 3 that a pair concludes in a quarter,
            ``(R, T+1, 3, D)``.
        rivalry, distance: at the start, ``(R, D)``; distance in 1000 km.
        moves: the log of all runs, see :func:`sim.record.arrays.move_dtype`.
        opportunities, unused: counts over all runs.
    """

    n: int
    pairs: npt.NDArray[np.int64]
    level: Floats
    intensity: Floats
    rivalry: Floats
    distance: Floats
    moves: npt.NDArray[np.void]
    opportunities: int
    unused: int

    @property
    def years(self) -> float:
        """Years simulated, all runs together."""
        runs, ticks = self.level.shape[:2]
        return float(runs * (ticks - 1) / 4.0)

    @property
    def pair_years(self) -> float:
        """Pairs times years."""
        return self.years * len(self.pairs)


def watch(spec: ScenarioSpec, runs: int, seed: int) -> Watched:
    """Simulate a scenario and keep what the statistics need.

    Args:
        spec: the scenario.
        runs, seed: how many runs, and the seed of all random streams.

    Raises:
        UserError: there is no memory for so many runs.
    """
    world = World(spec)
    pairs = np.stack(np.triu_indices(world.n, 1), axis=1).astype(np.int64, order="C")
    room.require(
        f"{runs:,} runs of all pairs of {world.n} states",
        runs=runs,
        memory=8 * (spec.quarters + 1) * len(_ROWS) * len(pairs),
        instead="ask for fewer runs, fewer quarters or a smaller world",
    )
    dyads = np.empty((runs, spec.quarters + 1, len(_ROWS), len(pairs)))
    counts = np.zeros((runs, 2), dtype=np.int64)
    moves = [_simulate(world, pairs, seed, run, dyads[run], counts[run]) for run in range(runs)]
    return Watched(
        n=world.n,
        pairs=pairs,
        level=dyads[:, :, 0],
        intensity=dyads[:, :, 1:4],
        rivalry=dyads[:, 0, 4],
        distance=dyads[:, 0, 5],
        moves=np.concatenate(moves),
        opportunities=int(counts[:, 0].sum()),
        unused=int(counts[:, 1].sum()),
    )


def _simulate(
    world: World,
    pairs: npt.NDArray[np.int64],
    seed: int,
    run: int,
    dyads: Floats,
    counts: npt.NDArray[np.int64],
) -> npt.NDArray[np.void]:
    """Fill the dyads and counts of one run; return its moves."""
    n, quarters = world.n, world.spec.quarters
    nothing = np.zeros(0, dtype=np.int64)
    watch = Watch(
        state_rows=nothing,
        dyad_rows=np.array([names.DYAD_FIELDS[name].row for name in _ROWS], dtype=np.int64),
        pairs=pairs,
        cells=np.zeros((0, 3), dtype=np.int64),
        network_ticks=np.array([quarters + 1], dtype=np.int64),
        network_rows=nothing,
        states=np.empty((quarters + 1, 0, n)),
        dyads=dyads,
        parts=np.empty((quarters + 1, 0)),
        networks=np.empty((0, 1, n, n)),
    )
    return move_rows(run, simulated(world, watch, counts, seed=seed, run=run))


def _new_pacts(seen: Watched) -> float:
    """Expected pacts between pairs that have none, a pair and year."""
    free = seen.level[:, :-1] == 0
    concluded = seen.intensity[:, 1:].sum(axis=2)
    return float(concluded[free].sum() / seen.pair_years)


def _new_defence(seen: Watched) -> float:
    """Expected defence pacts between pairs that have none, a pair and year."""
    free = seen.level[:, :-1] < 3
    return float(seen.intensity[:, 1:, 2][free].sum() / seen.pair_years)


def _ending(level: int) -> Callable[[Watched], float]:
    def hazard(seen: Watched) -> float:
        held = seen.level[:, :-1] == level
        lost = held & (seen.level[:, 1:] < level)
        years = held.sum() / 4.0
        return float(lost.sum() / years) if years else float("nan")

    return hazard


def _unused(seen: Watched) -> float:
    return seen.unused / seen.opportunities if seen.opportunities else float("nan")


def _provocations(seen: Watched) -> float:
    made = (seen.moves["kind"] == names.MOVES["provoke"].code) & (seen.moves["accepted"] != 0)
    return float(made.sum() / seen.pair_years)


def _concluded(seen: Watched) -> Floats:
    """Expected pacts of every pair over the clock, ``(R, D)``."""
    total: Floats = seen.intensity[:, 1:].sum(axis=(1, 2))
    return total


def _ratio(concluded: Floats, first: npt.NDArray[np.bool_], second: npt.NDArray[np.bool_]) -> float:
    if not first.any() or not second.any():
        return float("nan")
    below = concluded[second].mean()
    return float(concluded[first].mean() / below) if below > 0 else float("nan")


def _shared_rival(seen: Watched) -> float:
    """Expected pacts of pairs with a rival in common over those of pairs without one."""
    one, other = seen.pairs.T
    common = np.zeros(seen.rivalry.shape, dtype=bool)
    for run, rivalry in enumerate(seen.rivalry >= _RIVALS):
        rivals = np.zeros((seen.n, seen.n))
        rivals[one, other] = rivals[other, one] = rivalry
        common[run] = (rivals @ rivals > 0)[one, other]
    return _ratio(_concluded(seen), common, ~common)


def _near_far(seen: Watched) -> float:
    """Expected pacts of neighbours over those of pairs more than 6000 km apart."""
    near, far = seen.distance <= _NEIGHBOURS, seen.distance > _FAR
    return _ratio(_concluded(seen), near, far)


def _growth(seen: Watched) -> float:
    """Pacts at the end over pacts at the start."""
    held = (seen.level > 0).sum(axis=(0, 2))
    return float(held[-1] / held[0]) if held[0] else float("nan")


def _busiest(seen: Watched) -> float:
    """Pacts of the state with most of them at the end, mean over runs."""
    counts = np.zeros((len(seen.level), seen.n))
    held = (seen.level[:, -1] > 0).astype(float)
    for side in seen.pairs.T:
        for run, row in enumerate(held):
            counts[run] += np.bincount(side, weights=row, minlength=seen.n)
    return float(counts.max(axis=1).mean())


@dataclass(frozen=True, slots=True)
class Statistic:
    """A statistic with what it means and its unit."""

    meaning: str
    unit: str
    of: Callable[[Watched], float]


STATISTICS: dict[str, Statistic] = {
    "new_pacts": Statistic("expected pacts of pairs without one", "a pair and year", _new_pacts),
    "new_defence": Statistic("expected defence pacts", "a pair and year", _new_defence),
    "ending_consultation": Statistic(
        "consultation pacts lowered or ended", "a pact and year", _ending(1)
    ),
    "ending_arms": Statistic(
        "arms-cooperation pacts lowered or ended", "a pact and year", _ending(2)
    ),
    "ending_defence": Statistic("defence pacts lowered or ended", "a pact and year", _ending(3)),
    "unused": Statistic("share of opportunities that are not used", "1", _unused),
    "provocations": Statistic("acts of pressure", "a pair and year", _provocations),
    "shared_rival": Statistic(
        "expected pacts of pairs that share a rival over those of others", "1", _shared_rival
    ),
    "near_far": Statistic(
        "expected pacts of neighbours over those of pairs beyond 6000 km", "1", _near_far
    ),
    "growth": Statistic("pacts at the end over pacts at the start", "1", _growth),
    "busiest": Statistic("pacts of the busiest state at the end", "pacts", _busiest),
}
"""What a target may name as its ``statistic``."""
