"""The Mesa driver: the same compiled step as the ensemble, state by state, open to look into."""

from __future__ import annotations

import os
from collections.abc import Sequence
from functools import partial
from typing import Any

import mesa
import numpy as np
from numpy.typing import NDArray

from sim import kernel
from sim.drivers import starts
from sim.drivers.ensemble import DYAD_SERIES, STATE_SERIES, move_rows, recorded_pairs
from sim.errors import UserError
from sim.rules import catalogue as names
from sim.scenario import ScenarioSpec, format_quarter, load_scenario
from sim.scenario.spec import BASE_ARM
from sim.scenario.world import World
from sim.types import Luck


class StateAgent(mesa.Agent["MultipolarModel"]):
    """One state of the model.

    Attributes:
        code: ISO 3166 alpha-3 code or another name that the scenario gives.
        name: its name for people.
        index: its position on the state axes.
    """

    def __init__(self, model: MultipolarModel, code: str, name: str, index: int) -> None:
        super().__init__(model)
        self.code = code
        self.name = name
        self.index = index

    def __repr__(self) -> str:
        return f"StateAgent({self.code})"

    def get(self, variable: str) -> float:
        """Present value of a variable of states.

        Raises:
            KeyError: no such variable; ``multipolar variables`` lists them.
        """
        return float(self.model.V[names.STATE_FIELDS[variable].row, self.index])

    def towards(self, other: StateAgent | str, variable: str) -> float:
        """Present value of a dyadic variable of this state towards another.

        Raises:
            KeyError: no such variable or state.
        """
        partner = other.index if isinstance(other, StateAgent) else self.model.world.index(other)
        return float(self.model.M[names.DYAD_FIELDS[variable].row, self.index, partner])

    @property
    def capability(self) -> float:
        """Material capability, share of the world."""
        return self.get("capability")

    @property
    def ideal_point(self) -> float:
        """Foreign-policy position on the UNGA scale."""
        return self.get("ideal_point")

    @property
    def threat(self) -> float:
        """Total threat perceived, in capability shares."""
        return self.get("threat")

    @property
    def partners(self) -> dict[str, int]:
        """Bilateral pacts in force: partner's code to level."""
        levels = self.model.M[names.DYAD_FIELDS["pact_level"].row, self.index]
        return {
            code: int(levels[j])
            for j, code in enumerate(self.model.world.codes)
            if levels[j] > 0.5 and j != self.index
        }

    def step(self, opportunity: int = 0, position: int = 0) -> None:
        """Take one opportunity to move; the model calls it in the order of the quarter's clock."""
        self.model.take_turn(self.index, opportunity, position)


class MultipolarModel(mesa.Model[StateAgent, Any]):
    """One run of a scenario in Mesa.

    Dated events sit on Mesa's event scheduler, half a quarter before the step that they affect.
    Within a step the mechanisms run, then every state takes its opportunities
    (:meth:`StateAgent.step`) in random order. The trajectory equals run ``run`` of the ensemble
    with the same seed to the last bit.

    Args:
        scenario: a scenario that has been loaded, or a file or shipped name to load, with ``arm``,
            ``overrides`` and ``quarters`` as :func:`sim.load_scenario` takes them.
        seed: of all random streams, by default the scenario's; ``rng`` is Mesa's word for it.
        run: which run of the ensemble.
        agent: the class of the agents; one whose ``step`` is overridden decides in Python, see
            :meth:`StateAgent.step`.

    Attributes:
        spec: the scenario (Mesa keeps the name ``scenario`` for its own).
        world: the initial world and its uncertainty.
        blocks: the arrays of the run (:class:`sim.types.Blocks`), also as ``M, V, G, B, P``.
        datacollector: Mesa's; agent records of the variables of states, model records of the
            quarter and the number of moves.

    Raises:
        UserError: the scenario is not there or malformed, or it is loaded already and still to be
            changed, or ``seed`` and ``rng`` are both given.

    >>> from sim import load_scenario
    >>> model = MultipolarModel(load_scenario("russia_dprk_pact"), seed=1)
    >>> model.step()
    >>> model.quarter
    '2022Q1'
    """

    def __init__(
        self,
        scenario: ScenarioSpec | str | os.PathLike[str],
        *,
        arm: str = BASE_ARM,
        overrides: str | Sequence[str] = (),
        quarters: int | None = None,
        seed: int | None = None,
        rng: int | None = None,
        run: int = 0,
        agent: type[StateAgent] = StateAgent,
    ) -> None:
        if seed is not None and rng is not None:
            raise UserError("seed and rng are one thing: give one of them")
        changes = (overrides,) if isinstance(overrides, str) else tuple(overrides)
        if not isinstance(scenario, ScenarioSpec):
            spec = load_scenario(scenario, arm=arm, overrides=changes, quarters=quarters)
        elif changes or quarters is not None or arm != BASE_ARM:
            raise UserError("arm, overrides and quarters go with a file or a name to load")
        else:
            spec = scenario
        given = rng if seed is None else seed
        self.seed = spec.ensemble.seed if given is None else int(given)
        super().__init__(rng=self.seed)
        self.spec = spec
        self.world = World(spec)
        self.run = run
        n = self.world.n
        self.blocks, self._events = starts.start(self.world, self.seed, run)
        self.M, self.V, self.G, self.B, self.P, _ = self.blocks
        self._log = np.zeros((256, kernel.LOG_COLUMNS))
        self._logged = 0
        self._choice = np.zeros(kernel.choice_cells(n))
        self.counts = np.zeros(2, dtype=np.int64)
        self._order = np.zeros((n * kernel.MAX_OPPORTUNITIES, 2), dtype=np.int64)
        self._times = np.zeros(n * kernel.MAX_OPPORTUNITIES)
        self.states = [
            agent(self, code, spec.states[code].name, index)
            for index, code in enumerate(self.world.codes)
        ]
        # Mesa's scheduler keeps weak references only
        self._plays = [partial(self._play, row) for row in range(len(self.world.event_names))]
        for play, (_, tick) in zip(self._plays, self.world.event_names, strict=True):
            self.schedule_event(play, at=tick - 0.5)
        kernel.entries().begin(self.blocks, self.world.keys)
        self.datacollector = mesa.DataCollector(
            model_reporters={"quarter": "quarter", "moves": _moves_made},
            agent_reporters={name: partial(_read, variable=name) for name in STATE_SERIES},
        )
        self.datacollector.collect(self)

    @property
    def tick(self) -> int:
        """Quarters since the start."""
        return int(self.steps)

    @property
    def quarter(self) -> str:
        """The present quarter, such as ``2024Q2``."""
        return str(format_quarter(self.spec.start + self.tick))

    def state(self, code: str) -> StateAgent:
        """The agent of a state.

        Raises:
            KeyError: no such state.
        """
        return self.states[self.world.index(code)]

    def _play(self, row: int) -> None:
        kernel.entries().play_event_at(self.blocks, self._events, self.world.limits, row)

    def step(self) -> None:
        """Advance by one quarter; ``running`` becomes false at the end of the scenario's clock."""
        luck = self.luck()
        kernel.entries().settle(self.blocks, luck)
        while len(self._log) < self._logged + self.world.n * self.G.shape[1]:
            self._log = np.concatenate([self._log, np.zeros_like(self._log)])
        self._logged = kernel.entries().organise(self.blocks, luck, self._log, self._logged)
        count = kernel.entries().schedule(self.blocks, luck, self._order, self._times)
        for position in range(count):
            i, k = self._order[position]
            self.states[i].step(int(k), position)
        kernel.entries().finish(self.blocks)
        self.datacollector.collect(self)
        if self.tick >= self.spec.quarters:
            self.running = False

    def take_turn(self, i: int, k: int, position: int) -> None:
        """Opportunity ``k`` of state ``i``, the ``position``-th of the quarter."""
        while len(self._log) < self._logged + self.world.n:
            self._log = np.concatenate([self._log, np.zeros_like(self._log)])
        self._logged = kernel.entries().turn(
            self.blocks,
            self.luck(),
            i,
            k,
            position,
            self._choice,
            self._log,
            self._logged,
            self.counts,
        )

    def luck(self) -> Luck:
        """What the draws of the present quarter are keyed by."""
        return Luck(self.tick, self.seed, self.run, self.world.keys)

    @property
    def moves(self) -> NDArray[np.void]:
        """The moves so far, rows of :func:`sim.record.arrays.move_dtype`."""
        return move_rows(self.run, self._log[: self._logged])

    def observed(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """What the ensemble would record now: ``(fields, N)`` and ``(fields, pairs)``."""
        at = self.world.index
        pairs = [(at(a), at(b)) for a, b in recorded_pairs(self.spec)]
        dyads = np.array(
            [[self.M[names.DYAD_FIELDS[name].row, a, b] for a, b in pairs] for name in DYAD_SERIES]
        ).reshape(len(DYAD_SERIES), len(pairs))
        states = np.array([self.V[names.STATE_FIELDS[name].row] for name in STATE_SERIES])
        return states, dyads


def _moves_made(model: MultipolarModel) -> int:
    return model._logged


def _read(agent: StateAgent, *, variable: str) -> float:
    return agent.get(variable)
