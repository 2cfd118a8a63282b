"""The full rule of a quarter as a Mesa model in plain Python: a reference to read and a baseline.

Written as one writes a Mesa model without a compiler: a state is an agent that weighs every move
towards every other state (:mod:`benchmarks.mesa_weighing`), chooses and acts here. Moves are
independent of the kernel. Events, mechanisms, assessment, accession and observation are the
package's own functions, called as the Python that they are, so numba must be switched off; the
tests put plain equations in their place (``tests/reference/quarter.py``).

    NUMBA_DISABLE_JIT=1 python -m benchmarks.mesa_model --states 20 --quarters 8 --seed 1

The random streams are those of the package, keyed by who decides what and when: the moves are the
same as those of :class:`sim.drivers.model.MultipolarModel`, and numbers agree to rounding.
"""

from __future__ import annotations

import argparse
import json
import sys
from functools import partial
from math import exp, inf, log
from time import perf_counter
from typing import Any

import mesa
import numba
import numpy as np

from benchmarks.mesa_weighing import Alternative, Move, Weigher, size
from sim import kernel
from sim.drivers import starts
from sim.drivers.ensemble import STATE_SERIES
from sim.rules import catalogue as names
from sim.rules.moves.court import COURT_ANSWER, COURT_STEP
from sim.rules.participation import FULL
from sim.rules.state_variables import COLLECTIVE_KIND, MARKET, ORGANISATION
from sim.rules.streams import CHOICE, CONSENT, JOINT, OPPORTUNITY, block, unit
from sim.scenario import ScenarioSpec, format_quarter, load_scenario
from sim.scenario.world import World
from sim.types import Luck


def clock(bits: int, rate: float) -> float:
    """When a clock of this rate first rings: an exponential time -ln(u) / rate."""
    return -log(unit(bits)) / rate if rate > 0.0 else inf


class StateAgent(Weigher):
    """One state: at an opportunity it weighs every move to every other state and makes at most one.

    The choice is a multinomial logit over weights e = exp(value), doing nothing having weight 1,
    drawn as nested races of exponential clocks: whether, towards whom, what.
    """

    def luck(self, stream: int, k: int, other: StateAgent, number: int) -> tuple[int, ...]:
        """Four random words for opportunity k of this quarter, keyed by both states."""
        model = self.model
        return block(model.seed, model.run, stream, model.tick, k, self.key, other.key, number)

    def opportunities(self) -> list[tuple[float, int, int]]:
        """(time, index, k) of the chances to move: floor(rate / 4 (1 + attention) + u) of them."""
        attention = float(self.model.V[names.STATE_FIELDS["attention"].row, self.index])
        rate = 0.25 * self.model.p["moves.rate"] * (1.0 + attention)
        chances = int(rate + unit(self.luck(OPPORTUNITY, 0, self, 0)[0]))
        return [
            (unit(self.luck(OPPORTUNITY, k + 1, self, 0)[0]), self.index, k)
            for k in range(min(chances, kernel.MAX_OPPORTUNITIES))
        ]

    def step(self, k: int = 0, position: int = 0) -> None:
        """Take opportunity k, the ``position``-th of the quarter."""
        model = self.model
        model.opportunities += 1
        groups = [(self, self.own_alternatives())]
        groups += [(other, self.alternatives(other)) for other in model.states if other is not self]
        rated = [(other, open_, sum(a.weight for a in open_)) for other, open_ in groups]
        total = sum(rate for _, _, rate in rated)
        self.note_offers(groups, 1.0 / (1.0 + total))
        chosen = self.choose(k, rated, total)
        if chosen is None:
            model.idle += 1
            return
        other, move = chosen
        movers = self.together(k, other, move)
        model.idle += not movers
        for mover in movers:
            before, accepted = mover.act(k, other, move)
            row = (mover.index, other.index, int(move.kind), before, move.to, accepted)
            model.log.append((model.tick, position, *row))

    def together(self, k: int, other: StateAgent, move: Alternative) -> list[StateAgent]:
        """Who makes the move: the state, or all or none of those whose trade policy it shares.

        The body with most of a policy, clip(2 depth - 1, 0, 1), imposes or lifts sanctions on an
        outsider with chance exp(body) (prod e)^(1/n) / sum e, e the weights of its members.
        """
        model, i, j = self.model, self.index, other.index
        if move.kind not in (Move.SANCTION, Move.LIFT):
            return [self]
        depth, full = model.G[MARKET], model.B > FULL
        policy = np.clip(2.0 * depth - 1.0, 0.0, 1.0) * (model.G[COLLECTIVE_KIND] == ORGANISATION)
        policy = np.where(full[:, i] & ~full[:, j], policy, 0.0)
        body = int(policy.argmax()) if policy.size else -1
        matter, agreed, _, _ = self.luck(JOINT, k, other, int(move.kind))
        if body < 0 or unit(matter) >= policy[body]:
            return [self]
        members = [state for state in model.states if full[body, state.index]]
        weights = {
            state: option.weight
            for state in members
            for option in state.acts(other)
            if option.kind is move.kind
        }
        mean = sum(log(weight) for weight in weights.values()) / len(weights)
        adopted = unit(agreed) * sum(weights.values()) < exp(model.p["moves.sanction_body"] + mean)
        return list(weights) if adopted else []

    def note_offers(
        self, groups: list[tuple[StateAgent, list[Alternative]]], chance: float
    ) -> None:
        """Expected pacts by level and partner: sum of weight x consent / (1 + S) of the offers."""
        intensity = (None, self.intensity_1, self.intensity_2, self.intensity_3)
        for other, open_ in groups[1:]:
            j = other.index
            for move in open_:
                if move.kind is Move.PACT and move.to > self.pact_level[j]:
                    intensity[int(move.to)][j] += chance * move.weight * move.consent

    def choose(
        self, k: int, rated: list[tuple[StateAgent, list[Alternative], float]], total: float
    ) -> tuple[StateAgent, Alternative] | None:
        """The first clock to ring: nothing (rate 1) or anything, then the partner, then the move.

        The first of a group of clocks is a clock whose rate is the sum of theirs, so each race is
        run among sums, and only the winning group is looked into.
        """
        idle, active, own, _ = self.luck(CHOICE, k, self, 0)
        if clock(idle, 1.0) <= clock(active, total):
            return None
        first, other, among = inf, self, []
        for partner, open_, rate in rated:
            if rate > 0.0:
                bits = own if partner is self else self.luck(CHOICE, k, partner, 0)[0]
                time = clock(bits, rate)
                if time < first:
                    first, other, among = time, partner, open_
        words = [word for number in (1, 2, 3) for word in self.luck(CHOICE, k, other, number)]
        return other, min(among, key=lambda move: clock(words[move.place], move.weight))

    # --- execution ---------------------------------------------------------------------------

    def act(self, k: int, other: StateAgent, move: Alternative) -> tuple[float, bool]:
        """Make a move, after consent where it needs it; the value before, whether it is made."""
        j, to = other.index, move.to
        match move.kind:
            case Move.PACT:
                before = self.pact_level[j]
                if to > before:
                    luck = unit(self.luck(CONSENT, k, other, int(to))[0])
                    if luck >= move.consent:
                        self.cooldown[j] = self.model.p["consent.cooldown"]
                        return before, False
                self.conclude(other, int(to))
            case Move.SANCTION | Move.LIFT:
                before = self.sanctions[j]
                self.set_sanctions(other, to)
            case Move.AID | Move.END_AID:
                before = self.aid[j]
                other.aid_received += (to - before) * self.economy / (other.economy + 1e-4)
                self.aid[j] = to
            case Move.ARM | Move.DISARM:
                before = self.arms_effort
                self.protection += self.capability * (to - before)
                self.arms_effort = to
            case Move.COURT:
                before = other.contact[self.index]
                self.visit(other, COURT_STEP)
                other.visit(self, COURT_ANSWER)
            case _:
                before = self.tension[j]
                self.tension[j] = to
        return before, True

    def visit(self, other: StateAgent, step: float) -> None:
        """Contact rises by a part of what is left of it; the other is the better recognised."""
        rise = step * (1.0 - self.contact[other.index])
        self.contact[other.index] += rise
        other.recognition += rise * self.capability_root * (1.0 - other.hostility[self.index])

    def set_sanctions(self, other: StateAgent, to: float) -> None:
        """Sanctions close access to both sides; new ones cost the sender trust."""
        before, opening = self.sanctions[other.index], self.opening(other, to)
        for one, two in ((self, other), (other, self)):
            markets, arms, munitions = one.exchange(two, opening)
            one.market_access += markets
            one.arms_access += arms
            one.munitions_access += munitions
        if to > before:
            distrust = self.model.p["moves.distrust_by_sanction"]
            other.trust_bad[self.index] += distrust * (to - before)
        self.sanctions[other.index] = to

    def conclude(self, other: StateAgent, level: int) -> None:
        """The pact goes to a level: portfolios, threats of third states and trust follow.

        dT_m = rho dG (H_mi f_mj + H_mj f_mi), f_mj = b_mj (.15 + .85 H_mj)(1 - g_mj), for the
        others m, with G = g (1 + gain u) the commitment as they fear it. A new pact earns
        trust .8 dg on both sides and costs that of those hostile to one and not to the other;
        a broken one costs 1.5 dg with the partner.
        """
        model, p, i, j = self.model, self.model.p, self.index, other.index
        before = self.tie(j, self.pact_level[j]).g
        now, after = self.commitment[j], self.tie(j, level)
        change = after.g - now
        unknown = 1.0 + p["uncertainty.gain"] * self.uncertainty[j]
        thirds = [m for m in model.states if m is not self and m is not other]
        for m in thirds:
            through_j = m.hostility[i] * m.decoupling(j) * (1.0 - m.commitment[j])
            through_i = m.hostility[j] * m.decoupling(i) * (1.0 - m.commitment[i])
            m.threat += p["coalition_threat.rho"] * change * unknown * (through_j + through_i)
        for one, two in ((self, other), (other, self)):
            one.take_on(two, level)
        for m in model.states:
            m.enemy_load[j] += m.hostility[i] * change * unknown
            m.enemy_load[i] += m.hostility[j] * change * unknown
        for one, two in ((self, j), (other, i)):
            one.commitment[two] = after.g
            one.coalition_weight[two] = after.g * unknown
            one.entrapment_weight[two] = after.e
            one.pact_level[two] = float(level)
        change = after.g - before
        if change < 0.0:
            other.trust_bad[i] -= p["moves.distrust_by_break"] * change
            return
        self.trust_good[j] += p["moves.trust_by_pact"] * change
        other.trust_good[i] += p["moves.trust_by_pact"] * change
        guilt = p["moves.guilt_by_association"] * change
        for m in thirds:
            m.trust_bad[j] += guilt * m.hostility[i] * (1.0 - m.hostility[j])
            m.trust_bad[i] += guilt * m.hostility[j] * (1.0 - m.hostility[i])

    def take_on(self, other: StateAgent, level: int) -> None:
        """Running sums of a state's own portfolio when its pact with another goes to a level."""
        model, j = self.model, other.index
        was = self.pact_level[j]
        g, h, b = self.commitment[j], self.reassured(j, self.commitment[j]), self.tie(j, level)
        dg, dq = b.g - g, b.g * (1.0 - b.h) - g * (1.0 - h)
        coalition = model.p["coalition_threat.rho"] * self.enemy_load[j] * self.decoupling(j)
        barrier = self.barrier(other, self.sanctions[j])
        supply = 1.5 * barrier * self.trust[j] * dq
        self.threat += (b.h - h) * self.projected[j] - coalition * dg
        self.protection += self.help_per_trust(j) * dq * self.projected[j]
        self.market_access += barrier * dg * self.market[j]
        self.arms_access += supply * other.arms_supply
        self.munitions_access += supply * other.munitions_supply
        self.portfolio += model.commitments[level] - model.commitments[round(was)]
        self.ties += (level > 0) - (was > 0.5)
        self.patronage += dg * other.capability_root
        weight = 0.5 * dg * size(other.capability)
        for m in model.states:
            strain = m.hostility[j] + other.hostility[m.index]
            self.opposition_load[m.index] += weight * strain


class ReferenceModel(mesa.Model):
    """One run of a scenario, a made-up world of the given size unless a scenario is given.

    Usable with ``mesa.batch_run(ReferenceModel, parameters={"states": [8, 16]}, iterations=2,
    number_processes=2, max_steps=8)``; without a seed every iteration draws its own.

    Attributes:
        M, V, G, B, P: the arrays of the run, see :mod:`sim.kernel`; ``p`` parameters by name.
        log: moves so far: (tick, position, mover, partner, kind, before, after, accepted).
        seconds: time spent in the package's rules and in the moves of states.
    """

    def __init__(
        self,
        states: int = 8,
        quarters: int = 8,
        seed: int | None = None,
        run: int = 0,
        spec: ScenarioSpec | None = None,
    ) -> None:
        if not numba.config.DISABLE_JIT:
            raise RuntimeError("the reference runs in plain Python: set NUMBA_DISABLE_JIT=1")
        super().__init__(rng=seed)
        self.spec = spec or load_scenario(
            "synthetic", quarters=quarters, overrides=[f"synthetic.states={states}"]
        )
        self.seed = self.random.getrandbits(31) if seed is None else seed
        self.run = run
        self.world = World(self.spec)
        self.blocks, self.events = starts.start(self.world, self.seed, run)
        self.M, self.V, self.G, self.B, self.P, _ = self.blocks
        self.p = {param.name: float(self.P[param.row]) for param in names.PARAMS.values()}
        self.commitments, self.entrapments = (
            (0.0, *(self.p[f"pacts.{what}_{x}"] for x in ("consultation", "arms", "defence")))
            for what in ("commitment", "entrapment")
        )
        self.begin()
        self.states = [StateAgent(self, code, i) for i, code in enumerate(self.world.codes)]
        self.log: list[tuple[Any, ...]] = []
        self.opportunities = self.idle = 0
        self.seconds = {"rules": 0.0, "moves": 0.0}
        # Mesa's scheduler keeps weak references only
        self.plays = [partial(self.play_event, row) for row in range(len(self.world.event_names))]
        for play, (_, tick) in zip(self.plays, self.world.event_names, strict=True):
            self.schedule_event(play, at=tick - 0.5)
        self.datacollector = mesa.DataCollector(
            model_reporters={"quarter": "quarter", "moves": lambda model: len(model.log)},
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

    def begin(self) -> None:
        """Complete the initial state."""
        kernel.begin(self.blocks, self.world.keys)

    def play_event(self, row: int) -> None:
        """Apply a row of the event table."""
        kernel.play_event_at(self.blocks, self.events, self.world.limits, row)

    def step(self) -> None:
        """A quarter: mechanisms, assessment, accession, moves in random order, observation.

        Mesa has played the events of the quarter before.
        """
        started = perf_counter()
        self.settle()
        self.accede()
        moving = perf_counter()
        self.agents.do("read")
        turns = sorted(turn for state in self.states for turn in state.opportunities())
        for position, (_, index, k) in enumerate(turns):
            self.states[index].step(k, position)
        self.agents.do("write")
        moved = perf_counter()
        self.observe()
        self.seconds["moves"] += moved - moving
        self.seconds["rules"] += moving - started + perf_counter() - moved
        self.datacollector.collect(self)
        if self.tick >= self.spec.quarters:
            self.running = False

    def luck(self) -> Luck:
        """What the draws of this quarter are keyed by."""
        return Luck(self.tick, self.seed, self.run, self.world.keys)

    def settle(self) -> None:
        """Mechanisms and assessment of a quarter."""
        kernel.settle(self.blocks, self.luck())

    def observe(self) -> None:
        """What a quarter looks like from outside."""
        kernel.finish(self.blocks)

    def accede(self) -> None:
        """States apply to, join and leave organisations."""
        rows = np.zeros((self.world.n, kernel.LOG_COLUMNS))
        logged = kernel.organise(self.blocks, self.luck(), rows, 0)
        self.log += [tuple(row) for row in rows[:logged, :8].tolist()]


def _read(agent: StateAgent, *, variable: str) -> float:
    return float(agent.model.V[names.STATE_FIELDS[variable].row, agent.index])


def run_once(states: int, quarters: int, seed: int) -> dict[str, float]:
    """Run a made-up world; seconds of construction, of stepping and of its two parts, and counts.

    ``rules`` are mechanisms, assessment, accession and observation: the kernel's loops over numpy's
    cells, as Python runs them, slower than matrix products of numpy would be. ``moves`` is what is
    written for Python here, and the fairer number to hold against the kernel.
    """
    begun = perf_counter()
    model = ReferenceModel(states, quarters, seed)
    built = perf_counter()
    while model.running:
        model.step()
    return {
        "states": states,
        "quarters": quarters,
        "seed": seed,
        "construction": built - begun,
        "stepping": perf_counter() - built,
        **model.seconds,
        "opportunities": model.opportunities,
        "log": len(model.log),
    }


def main() -> None:
    """Time one run and print what :func:`run_once` says as JSON."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    for option, default in (("states", 20), ("quarters", 8), ("seed", 1)):
        parser.add_argument(f"--{option}", type=int, default=default)
    sys.stdout.write(json.dumps(run_once(**vars(parser.parse_args()))) + "\n")


if __name__ == "__main__":
    main()
