"""The same rule as a Mesa model in plain Python: what the compiled kernel is measured against.

States are agents that weigh every move towards every partner, one after the other, with Python's
own floats in nested lists; nothing is compiled. The kernel's equations of a choice are written out
here a second time, for reading and for the test that both make the same moves from the same seed.
The utility terms, mechanisms and bookkeeping of the package are called as the Python functions that
they are, which needs an interpreter started with NUMBA_DISABLE_JIT=1:

    NUMBA_DISABLE_JIT=1 python -m benchmarks.mesa_model --states 20 --quarters 8

The algorithm is the kernel's (changes of utility in O(1), sums kept up to date), so that a ratio of
times says what compiling and vector lanes bring, and no slow algorithm flatters it.
"""

from __future__ import annotations

import argparse
import json
import math
import time
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

import mesa
import numba
import numpy as np

from sim import draws, kernel
from sim import vocabulary as names
from sim.decisions import assessment, moves
from sim.decisions.commitment import level_commitment
from sim.decisions.observe import INTENSITY_1, INTENSITY_2, INTENSITY_3
from sim.decisions.terms import Tie
from sim.ensemble import STATE_SERIES
from sim.fields import AID, ARMS, CONTACT, COOLDOWN, EFFORT, FLOOR, LEVEL, SANCTIONS, TENSION, WAR
from sim.kernel import step as quarter
from sim.kernel.layout import rules
from sim.kernel.organise import organise
from sim.scenario import load_scenario
from sim.streams import CHOICE, CONSENT, block, unit
from sim.types import Move
from sim.world import World

INTENSITIES = {1: INTENSITY_1, 2: INTENSITY_2, 3: INTENSITY_3}


class Sheets:
    """Nested lists that answer to ``M[variable, i, j]``: twice as fast here as an array."""

    def __init__(self, array: np.ndarray) -> None:
        self.shape = array.shape
        self.rows: list[Any] = array.tolist()

    def __getitem__(self, key: tuple[int, ...]) -> float:
        if len(key) == 2:
            return self.rows[key[0]][key[1]]
        return self.rows[key[0]][key[1]][key[2]]

    def __setitem__(self, key: tuple[int, ...], value: float) -> None:
        if len(key) == 2:
            self.rows[key[0]][key[1]] = value
        else:
            self.rows[key[0]][key[1]][key[2]] = value


@dataclass(slots=True)
class Option:
    """A move that is open: what it changes to, its gain and cost (logits), chance of consent."""

    kind: Move
    to: float
    gain: float
    cost: float
    accept: float = 1.0

    @property
    def weight(self) -> float:
        return math.exp(self.gain - self.cost)


def clock(bits: int, rate: float) -> float:
    """When an exponential clock of this rate rings first."""
    return -math.log(unit(bits)) / rate if rate > 0.0 else math.inf


def logistic(x: float) -> float:
    return 1.0 / (1.0 + math.exp(-x))


class State(mesa.Agent):
    """A state that looks at all it could do, and does at most one thing at a time."""

    def __init__(self, model: ReferenceModel, code: str, index: int) -> None:
        super().__init__(model)
        self.code = code
        self.index = index

    def read(self, variable: str) -> float:
        return self.model.V[names.STATE_FIELDS[variable].row, self.index]

    def step(self, k: int, position: int) -> None:
        """Opportunity k: whether to act, towards whom, what; each a race of clocks."""
        model, i = self.model, self.index
        own = self.arming()
        others = {j: self.towards(j) for j in range(model.n) if j != i}
        by_partner = {j: sum(o.weight for o in found if o) for j, found in others.items()}
        by_partner[i] = sum(o.weight for o in own if o)
        weight = sum(by_partner.values())
        self.note_offers(others, 1.0 + weight)
        idle, act, first, _ = self.luck(CHOICE, k, i, 0)
        if clock(idle, 1.0) <= clock(act, weight):
            return
        partner, best = i, clock(first, by_partner[i])
        for j in others:
            rings = clock(self.luck(CHOICE, k, j, 0)[0], by_partner[j])
            if rings < best:
                partner, best = j, rings
        options = own if partner == i else others[partner]
        chosen, best = None, math.inf
        for a, option in enumerate(options):
            if option is not None:
                rings = clock(self.luck(CHOICE, k, partner, 1 + a // 4)[a % 4], option.weight)
                if rings < best:
                    chosen, best = option, rings
        self.carry_out(chosen, partner, k, position)

    def luck(self, stream: int, k: int, partner: int, number: int) -> tuple[int, int, int, int]:
        """Four random words that belong to this state, partner, quarter and opportunity."""
        model = self.model
        mine, theirs = model.keys[self.index], model.keys[partner]
        return block(model.seed, model.run, stream, model.tick, k, mine, theirs, number)

    def note_offers(self, others: dict[int, list[Option | None]], total: float) -> None:
        """Expected pacts: chance of every offer times the chance that it is accepted."""
        M, i = self.model.M, self.index
        for j, options in others.items():
            for level, sheet in INTENSITIES.items():
                offer = options[level]
                if offer is not None and level > M[LEVEL, i, j]:
                    M[sheet, i, j] += offer.weight * offer.accept / total

    def arming(self) -> list[Option | None]:
        """More and less effort, within half and three times that of peacetime."""
        M, V, P, i = self.model.M, self.model.V, self.model.P, self.index
        effort = V[EFFORT, i]
        found: list[Option | None] = []
        for kind, step in (
            (Move.ARM, 1.0 + moves.ARM_STEP),
            (Move.DISARM, 1 / (1 + moves.ARM_STEP)),
        ):
            to = min(max(effort * step, 0.5), 3.0)
            gain = rules.arm(M, V, P, i, i, effort, to)
            found.append(Option(kind, to, gain, P[moves.ARM_COST]) if to != effort else None)
        return found

    def towards(self, j: int) -> list[Option | None]:
        """All moves towards j in a fixed order; None for one that is not open."""
        return [*self.pacts(j), *self.acts(j)]

    def tie_change(self, i: int, j: int, a: Tie, b: Tie) -> float:
        """Change of i's utility when its tie with j goes from a to b."""
        M, V, P = self.model.M, self.model.V, self.model.P
        gain = rules.pact(M, V, P, i, j, a, b)
        gain += (b.g - a.g) * rules.per_commitment(M, V, P, i, j)
        return gain + (b.e - a.e) * rules.per_entrapment(M, V, P, i, j)

    def pacts(self, j: int) -> Iterator[Option | None]:
        """The four levels of a pact: exits at will, offers worth their gain times consent."""
        M, V, P, i = self.model.M, self.model.V, self.model.P, self.index
        level, floor, share = M[LEVEL, i, j], M[FLOOR, i, j], M[assessment.RELEVANCE, i, j]
        mine, theirs = moves.tie_at(M, P, i, j, level), moves.tie_at(M, P, j, i, level)
        silent = M[COOLDOWN, i, j] > 0.0 or M[WAR, i, j] > 0.0
        silent = silent or level_commitment(P, 3.0) <= floor
        for to in (0.0, 1.0, 2.0, 3.0):
            if to == level or (to > level and (silent or level_commitment(P, to) <= floor)):
                yield None
                continue
            tie = moves.tie_at(M, P, i, j, to)
            gain = self.tie_change(i, j, mine, tie)
            if to < level:
                cost = P[moves.BREAK] + P[moves.BREAK_ARMS] * M[ARMS, i, j]
                cost += P[moves.BREAK_DEEP] * (mine.g - tie.g)
                yield Option(Move.PACT, to, gain, cost - share)
                continue
            felt = self.tie_change(j, i, theirs, moves.tie_at(M, P, j, i, to))
            accept = logistic(felt - moves.taboo(V, j, to) + P[moves.CONSENT])
            gain -= moves.taboo(V, i, to)
            cost = P[moves.CREATE] + P[moves.DEEPEN] * (to - level - 1.0) - share
            yield Option(Move.PACT, to, gain * accept if gain > 0.0 else gain, cost, accept)

    def acts(self, j: int) -> Iterator[Option | None]:
        """Moves that need nobody's consent."""
        M, V, P, i = self.model.M, self.model.V, self.model.P, self.index
        share = M[assessment.RELEVANCE, i, j]
        barred, given, visits, tension = (
            M[SANCTIONS, i, j], M[AID, i, j], M[CONTACT, j, i], M[TENSION, i, j],
        )  # fmt: skip
        warmer = visits + moves.COURT_ANSWER * (1.0 - visits)
        harder = tension + moves.PROVOKE_STEP * (1.0 - tension)
        softer = tension * (1.0 - moves.RECONCILE_STEP)
        for is_open, kind, change, now, to, cost in (
            (barred < 0.9, Move.SANCTION, rules.sanction, barred, 1.0, moves.IMPOSE),
            (barred > 0.2, Move.LIFT, rules.sanction, barred, 0.0, moves.LIFT),
            (given < 0.5, Move.AID, rules.aid, given, 1.0, moves.GRANT),
            (given >= 0.5, Move.END_AID, rules.aid, given, 0.0, moves.STOP_AID),
            (M[WAR, i, j] <= 0.0, Move.COURT, rules.court, visits, warmer, moves.COURT_COST),
            (tension < 0.9, Move.PROVOKE, rules.tension, tension, harder, moves.PROVOKE_COST),
            (tension > 0.1, Move.RECONCILE, rules.tension, tension, softer, moves.RECONCILE_COST),
        ):
            gain = change(M, V, P, i, j, now, to) if is_open else 0.0
            yield Option(kind, to, gain, P[cost] - share) if is_open else None

    def carry_out(self, move: Option, j: int, k: int, position: int) -> None:
        """Make the move, if the partner agrees where it must."""
        model, i = self.model, self.index
        M, V, P, n = model.M, model.V, model.P, model.n
        accepted, before = True, 0.0
        match move.kind:
            case Move.PACT:
                before = M[LEVEL, i, j]
                if move.to > before:
                    accepted = unit(self.luck(CONSENT, k, j, int(move.to))[0]) < move.accept
                if accepted:
                    a, b = (moves.tie_at(M, P, i, j, level) for level in (before, move.to))
                    moves.conclude(M, V, P, n, i, j, a, b)
                else:
                    M[COOLDOWN, i, j] = P[moves.COOL]
            case Move.SANCTION | Move.LIFT:
                before = M[SANCTIONS, i, j]
                moves.set_sanctions(M, V, P, i, j, move.to)
            case Move.AID | Move.END_AID:
                before = M[AID, i, j]
                moves.set_aid(M, V, i, j, move.to)
            case Move.ARM | Move.DISARM:
                before = V[EFFORT, i]
                moves.set_effort(V, i, move.to)
            case Move.COURT:
                before = M[CONTACT, j, i]
                moves.court(M, V, i, j)
            case _:
                before = M[TENSION, i, j]
                moves.set_tension(M, i, j, move.to)
        made = (model.tick, position, i, j, int(move.kind), before, move.to, accepted)
        model.made.append(made)


class ReferenceModel(mesa.Model):
    """A whole run: events, mechanisms, assessment, accession, moves in random order, observation.

    Attributes:
        made: (tick, order, mover, partner, kind, before, after, accepted) of every move.
        records: the data collector, with the variables that the package's model collects.
    """

    def __init__(
        self,
        states: int = 40,
        quarters: int = 80,
        scenario: str = "synthetic",
        run: int = 0,
        rng: int | None = None,
        seed: int | None = None,
    ) -> None:
        if not numba.config.DISABLE_JIT:
            raise RuntimeError("start the interpreter with NUMBA_DISABLE_JIT=1")
        self.seed = int(rng if rng is not None else (seed or 1))
        super().__init__(rng=self.seed)
        overrides = [f"synthetic.states={states}"] if scenario == "synthetic" else []
        spec = load_scenario(scenario, overrides=overrides)
        world = World(spec)
        blocks = draws.start(world, self.seed, run)
        self.M, self.V, self.G, self.B = map(Sheets, (blocks.M, blocks.V, blocks.G, blocks.B))
        self.P = blocks.P.tolist()
        self.n, self.run, self.last = world.n, run, quarters
        self.keys = [int(key) for key in world.keys]
        self.made: list[tuple[Any, ...]] = []
        self.states = [State(self, code, index) for index, code in enumerate(world.codes)]
        self.plays = [
            partial(
                quarter.play_event_at,
                self.M, self.V, self.G, self.B, self.P, self.n, blocks.events, world.limits, row,
            )
            for row in range(len(world.event_names))
        ]  # fmt: skip
        for play, (_, tick) in zip(self.plays, world.event_names, strict=True):
            self.schedule_event(play, at=tick - 0.5)
        quarter.begin(self.M, self.V, self.G, self.B, self.P, self.n, self.keys)
        self.records = mesa.DataCollector(
            model_reporters={"moves": lambda model: len(model.made)},
            agent_reporters={name: partial(State.read, variable=name) for name in STATE_SERIES},
        )
        self.datacollector = self.records
        self.records.collect(self)

    @property
    def tick(self) -> int:
        return int(self.steps)

    def step(self) -> None:
        """One quarter."""
        M, V, G, B, P, n, tick = self.M, self.V, self.G, self.B, self.P, self.n, self.tick
        quarter.settle(M, V, G, B, P, n, tick, self.seed, self.run)
        log = np.zeros((n + 1, kernel.LOG_COLUMNS))
        joined = organise(M, V, G, B, P, n, tick, self.seed, self.run, self.keys, log, 0)
        for row in log[:joined]:
            self.made.append((*(int(x) for x in row[:5]), row[5], row[6], bool(row[7])))
        room = n * kernel.MAX_OPPORTUNITIES
        order, times = np.zeros((room, 2), dtype=np.int64), np.zeros(room)
        count = quarter.schedule(V, P, n, tick, self.seed, self.run, self.keys, order, times)
        for position, (i, k) in enumerate(order[:count].tolist()):
            self.states[i].step(k, position)
        quarter.finish(M, V, P, n)
        self.records.collect(self)
        if tick >= self.last:
            self.running = False


def main() -> None:
    """Time one run and print it as JSON."""
    parser = argparse.ArgumentParser(description="Run the plain Mesa model and time it.")
    parser.add_argument("--states", type=int, default=20)
    parser.add_argument("--quarters", type=int, default=8)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--scenario", default="synthetic")
    parser.add_argument("--moves", action="store_true", help="print moves and variables of states")
    options = parser.parse_args()
    first = time.process_time()
    model = ReferenceModel(options.states, options.quarters, options.scenario, seed=options.seed)
    ready = time.process_time()
    for _ in range(options.quarters):
        model.step()
    found: dict[str, Any] = {
        "states": model.n,
        "quarters": options.quarters,
        "setup_s": ready - first,
        "steps_s": time.process_time() - ready,
        "moves": len(model.made),
    }
    if options.moves:
        found["made"] = model.made
        found["end"] = {name: [state.read(name) for state in model.states] for name in STATE_SERIES}
    print(json.dumps(found))


if __name__ == "__main__":
    main()
