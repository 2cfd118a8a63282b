"""The whole model as a model: runs of the world of an origin, counted at the horizon."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from sim.drivers import starts
from sim.drivers.ensemble import run_ensemble
from sim.measure.observed import Observed
from sim.record.arrays import EnsembleRecord
from sim.rules import catalogue as names
from sim.rules.participation import FULL
from sim.scenario import ScenarioSpec
from sim.scenario.history import History
from sim.scenario.years.made_world import DEFENCE, NONAGGRESSION
from sim.study.arm_store import Arm
from sim.study.estimate.worth import rows_of, world_of
from sim.study.hindcast.prediction import Prediction
from sim.study.null.models import RANDOM, apply_null
from sim.study.null.rates import COUNTS, Counts, count, matched, shifted
from sim.types import Bools

_SEED: Final = 1
_LEVEL: Final = {"defence": (3.0, DEFENCE), "any": (1.0, NONAGGRESSION)}
"""The least level of a pact, and floor of a treaty, by which a pair is tied."""


@dataclass
class Simulation:
    """Shares of runs in which pairs are tied and states in treaties, by the default parameters.

    Nothing is fitted: what states weigh is what every scenario has. Parameters are not drawn.
    """

    runs: int = 100

    def fit(self, history: History, train_years: tuple[int, int]) -> None:
        """Learn nothing."""

    def model(self, spec: ScenarioSpec) -> ScenarioSpec:
        """Return what is run of a world."""
        return spec

    def predict(self, history: History, origin: int, horizon: int) -> Prediction:
        """Simulate the world of the origin, and count."""
        world, order = world_of(history, origin, 4 * horizon)
        start = starts.start(world, 1, 0)[0].B > FULL
        record = run_ensemble(self.model(world.spec), runs=self.runs, seed=_SEED)
        grid = np.ix_(range(self.runs), order, order)
        level, floor = record.level[:, -1][grid], record.floor[:, -1][grid]
        members = _members(record, start)[:, :, order]
        ties, memberships = {}, {}
        for target in history.targets:
            least, bound = _LEVEL[target]
            ties[target] = ((level >= least) | (floor >= bound - 1e-6)).mean(0)
            _, inside = history.memberships(origin, target)
            rows = rows_of(start[:, order], inside)
            counted = members[:, rows].mean(0)
            memberships[target] = np.where((rows < 0)[:, None], inside, counted)
        return Prediction(ties, memberships)


@dataclass
class RandomChoice(Simulation):
    """The same with choices at random, at the rates of moves of the full model.

    What it ranks as well as :class:`Simulation` does is owed to what is open to states and to how
    often they act, not to what they want.
    """

    matched_runs: int = 20

    def model(self, spec: ScenarioSpec) -> ScenarioSpec:
        """Return the world with utility at random."""

        def counted(one: ScenarioSpec) -> Counts:
            record = run_ensemble(one, runs=self.matched_runs, seed=_SEED)
            return count(Arm.of(Observed(record), [COUNTS]))

        random = apply_null(spec, RANDOM, seed=_SEED)
        return shifted(random, matched(random, counted(spec), counted))


def _members(record: EnsembleRecord, start: Bools) -> Bools:
    """Who is in each collective at the end of each run, ``(R, K, N)``, from the moves made."""
    inside = np.broadcast_to(start, (record.runs, *start.shape)).copy()
    for name, after in (("join", True), ("withdraw", False)):  # the suspended are members
        made = record.moves[(record.moves["kind"] == names.MOVES[name].code)]
        made = made[made["accepted"] > 0]
        inside[made["run"], made["collective"], made["mover"]] = after
    return inside
