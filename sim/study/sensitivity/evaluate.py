"""Points of a scenario, run in its arms with common luck, and kept on disk as they are finished.

All points, and all arms at a point, are run with the same run numbers, which key every chance event
(common random numbers): the difference of two points or arms is what the numbers or the arm make,
and not what other luck makes.

Finished points are kept (:mod:`sim.study.sensitivity.finished_points`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

from sim import kernel
from sim.drivers.ensemble import Progress, run_cases
from sim.measure.language import BoundMetric, Observed, required_pairs
from sim.scenario import ScenarioSpec
from sim.scenario.world import World
from sim.study.sensitivity.finished_points import EVALUATED, PartStore, context
from sim.system.machine import cores

type Floats = npt.NDArray[np.float64]
type Values = dict[tuple[str, str], Floats]
type Maker = Callable[[World, Floats], Floats]
"""From an arm's world and a point to the values of its uncertain numbers, ``(K,)``."""

_BLOCK: Final = 16
"""Points of a part."""


class StoppedEarly(KeyboardInterrupt):
    """Ctrl-C; what was finished is kept."""

    def __init__(self, done: int, total: int, folder: Path | None) -> None:
        kept = f"; kept in {folder}, the same command goes on" if folder is not None else ""
        super().__init__(f"Stopped: {done:,} of {total:,} runs of this step are finished{kept}.")
        self.done, self.total, self.folder = done, total, folder


@dataclass(frozen=True, eq=False)
class Batch:
    """Points to run.

    Attributes:
        label: what tells them from points of another meaning with the same coordinates.
        points: ``(P, F)``.
        make: what they mean.
        lucks: run numbers that key the luck, the same for all points and arms.
    """

    label: str
    points: Floats
    make: Maker
    lucks: tuple[int, ...]


class Laboratory:
    """Runs points in the arms of a scenario.

    Args:
        specs: the arms by name.
        metrics: of each arm, by a text that says what is measured and when.
        seed: of all streams.
        folder: where finished points are kept; None keeps none.
        jobs: worker threads, by default one a core; results do not depend on it.
        progress: called with (finished, all) runs of the batch, those found on disk included.
    """

    def __init__(
        self,
        specs: Mapping[str, ScenarioSpec],
        metrics: Mapping[str, Mapping[str, BoundMetric]],
        *,
        seed: int,
        folder: Path | None = EVALUATED,
        jobs: int | None = None,
        progress: Progress | None = None,
    ) -> None:
        self.worlds = {name: World(spec) for name, spec in specs.items()}
        self.metrics = metrics
        self.seed = seed
        self._store = PartStore(folder)
        self.jobs = jobs or cores()
        self._progress = progress
        self._pairs = {arm: required_pairs(found.values()) for arm, found in metrics.items()}
        self._about = {
            arm: context(spec.hash(), seed, *metrics[arm]) for arm, spec in specs.items()
        }

    def run(self, batch: Batch) -> Values:
        """Return the values of every metric in every arm at the points, ``(P, M)``.

        Raises:
            StoppedEarly: Ctrl-C; what was finished is kept.
            UserError: a part cannot be written.
        """
        kernel.entries()
        points = len(batch.points)
        found: Values = {
            (arm, name): np.full((points, len(batch.lucks)), np.nan)
            for arm, metrics in self.metrics.items()
            for name in metrics
        }
        total = points * len(batch.lucks) * len(self.worlds)
        done = 0

        def take(arm: str, begin: int, part: Mapping[str, Floats]) -> None:
            nonlocal done
            for name, values in part.items():
                found[arm, name][begin : begin + len(values)] = values
                size = values.size
            done += size
            if self._progress is not None:
                self._progress(done, total)

        missing = []
        for arm, begin in self._blocks(points):
            block = batch.points[begin : begin + _BLOCK]
            path = self._store.path(self._about[arm], batch.label, batch.lucks, block)
            shape = (len(block), len(batch.lucks))
            part = self._store.read(path, tuple(self.metrics[arm]), shape)
            if part is None:
                missing.append((arm, begin, block, path))
            else:
                take(arm, begin, part)
        pool = ThreadPoolExecutor(max_workers=self.jobs)
        waiting: dict[Future[dict[str, Floats]], tuple[str, int]] = {}
        todo = iter(missing)
        try:
            while True:
                while len(waiting) < 2 * self.jobs and (task := next(todo, None)) is not None:
                    arm, begin, block, path = task
                    future = pool.submit(self._simulate, batch, arm, block, path)
                    waiting[future] = (arm, begin)
                if not waiting:
                    return found
                for future in wait(waiting, return_when=FIRST_COMPLETED).done:
                    take(*waiting.pop(future), future.result())
        except KeyboardInterrupt:
            raise StoppedEarly(done, total, self._store.folder) from None
        finally:
            pool.shutdown(wait=True, cancel_futures=True)

    def _blocks(self, points: int) -> Iterator[tuple[str, int]]:
        """The blocks of all arms, arm by arm within a block, so that a stop leaves whole points."""
        for begin in range(0, points, _BLOCK):
            for arm in self.worlds:
                yield arm, begin

    def _simulate(
        self, batch: Batch, arm: str, block: Floats, path: Path | None
    ) -> dict[str, Floats]:
        world = self.worlds[arm]
        values = [batch.make(world, point) for point in block]
        cases = [(luck, row) for row in values for luck in batch.lucks]
        record = run_cases(world, cases, seed=self.seed, pairs=self._pairs[arm])
        seen = Observed(record)
        shape = (len(block), len(batch.lucks))
        part = {name: m.values(seen).reshape(shape) for name, m in self.metrics[arm].items()}
        self._store.write(path, part, batch.lucks)
        return part
