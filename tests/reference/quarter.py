"""Whole quarters by the plain equations: the plain Mesa model without the package's own rules.

Moves are those of ``benchmarks/mesa_model.py``; the start, events, mechanisms, assessment,
accession and observation are the equations of this package, in whole matrices.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from benchmarks.mesa_model import ReferenceModel
from sim.rules import catalogue as names
from tests.reference import RULES, accession, moves, observation
from tests.reference.assessed import assessed, begun, running
from tests.reference.decisions import Assessment, Move
from tests.reference.world import Changes, World
from tests.support_world import Case


class EquationModel(ReferenceModel):
    """The plain Mesa model, with the equations for all that its agents do not do themselves."""

    seen: Assessment

    def read_world(self) -> World:
        """The blocks of the run by names."""
        return World(Case(self.M, self.V, self.G, self.B, self.P, self.world.keys))

    def put(self, changes: Changes) -> None:
        """Write new values into the blocks."""
        for name, value in changes.items():
            if name == "parts":
                self.B[:] = value
                continue
            for fields, block in (
                (names.DYAD_FIELDS, self.M),
                (names.STATE_FIELDS, self.V),
                (names.COLLECTIVE_FIELDS, self.G),
            ):
                if name in fields and block[0].shape == value.shape:
                    block[fields[name].row] = value

    def put_world(self, w: World) -> None:
        """Write all that a world holds into the blocks."""
        self.put({name: w[name] for name in (*names.DYAD_FIELDS, *names.STATE_FIELDS)})
        self.put({name: w.collective(name) for name in names.COLLECTIVE_FIELDS})
        self.B[:] = w.parts

    def change_ties(self, w: World, then: Callable[[], World]) -> World:
        """What running sums become when ties change: by the difference, as states count it."""
        before, new = running(w, self.seen), then()
        after = running(new, self.seen)
        return new.changed({name: w[name] + after[name] - before[name] for name in after})

    def assess(self) -> None:
        """Take in everything anew."""
        changes, self.seen = assessed(self.read_world())
        self.put(changes)

    def begin(self) -> None:
        """Complete the initial state; then observe it."""
        w, self.seen = begun(self.read_world())
        self.put_world(w)
        self.observe()

    def play_event(self, row: int) -> None:
        """Apply a row of the event table."""
        w, event, (low, high) = self.read_world(), self.events[row], self.world.limits[row]
        ties = event[1] == 3 or (event[1], event[2]) == (1, names.DYAD_FIELDS["pact_level"].row)

        def then() -> World:
            return moves.event(w, event, low, high)

        self.put_world(self.change_ties(w, then) if ties else then())

    def settle(self) -> None:
        """Mechanisms in their order, schools, assessment."""
        nothing = np.zeros((self.world.n, self.world.n))
        self.put({f"intensity_{level}": nothing for level in (1, 2, 3)})
        self.put({"cooldown": moves.silence(self.read_world())})
        for name in names.MECHANISMS:
            if self.P[names.SWITCHES[name]] > 0.5:
                w = self.read_world()
                self.put(RULES[name](w, self.tick, self.seed, self.run))
        self.put(moves.taught(self.read_world()))
        self.assess()

    def accede(self) -> None:
        """States apply to, join and leave organisations, one after the other."""
        before = w = self.read_world()
        steps = accession.considered(w, self.seen, self.tick, self.seed, self.run)
        for step, choice, consent, after in steps:
            if choice < accession.logistic(step.value):
                was = w.parts[step.organisation, step.state]
                accepted = step.kind is not Move.JOIN or consent < step.admitted
                row = (self.tick, -1, step.state, step.head, step.kind, was, step.to, accepted)
                self.log.append(tuple(float(x) for x in row))
            w = after
        for one in accession.conferences(w, self.seen, self.tick, self.seed, self.run):
            w = one.after
            if len(one.signed) >= accession.LEAST:
                for state, other in one.pairs(w):
                    row = (self.tick, -1, state, other, Move.FOUND, 0.0, 1.0, True)
                    self.log.append(tuple(float(x) for x in row))
        self.put_world(self.change_ties(before, lambda: w))

    def observe(self) -> None:
        """Alignment, ties, expected pacts, utility."""
        self.put(observation.observe(self.read_world(), self.seen))
