"""Whole quarters by the plain equations: the plain Mesa model without the package's own rules.

Moves are those of ``benchmarks/mesa_model.py``; the start, events, mechanisms, assessment,
accession and observation are the equations of this package, in whole matrices.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from benchmarks.mesa_model import ReferenceModel
from sim import vocabulary as names
from sim.types import Move
from tests.reference import RULES, STARTS, accession, moves, observation
from tests.reference.decisions import (
    Assessment,
    aid_received,
    arms_access,
    assess,
    bilateral,
    commitment,
    feared,
    market_access,
    patronage,
    protection,
    size,
    threat_total,
)
from tests.reference.world import Changes, World, no_self
from tests.support_world import Case


def running(w: World, seen: Assessment) -> Changes:
    """What follows every pact at once: portfolios, and how third states see the tie."""
    mutual = (seen.H + seen.H.T) / 2.0
    return {
        "threat": threat_total(w, seen),
        "protection": protection(w, seen),
        "market_access": market_access(w),
        "arms_access": arms_access(w),
        "munitions_access": arms_access(w, "munitions_supply"),
        "portfolio": bilateral(w).sum(axis=1),
        "ties": no_self((w["pact_level"] > 0.5).astype(float)).sum(axis=1),
        "patronage": patronage(w),
        "coalition_weight": feared(w),
        "enemy_load": seen.H @ feared(w).T,
        "opposition_load": (commitment(w) * size(w["capability"])) @ mutual,
    }


def assessed(w: World) -> tuple[Changes, Assessment]:
    """Everything that states know when a quarter begins."""
    seen, n = assess(w), w.n
    reach = np.minimum(1.0, seen.b / w["capability"][:, None])
    exposed = (seen.V + 0.25 * reach) * (1.0 - seen.g) * size(w["capability"])
    root = np.sqrt(w["capability"])
    attention = np.where(np.eye(n, dtype=bool), 1.0, seen.attention)
    changes = {
        "hostility": seen.H,
        "projected": seen.b,
        "vulnerability": seen.V,
        "market": no_self(w["economy"] * np.exp(-w["distance"] / 6.0)),
        "threat_from": seen.T,
        "threat_share": seen.share,
        "shared_enemies": seen.shared,
        "entrapment_load": ((1.0 - seen.H) * reach) @ seen.H.T,
        "retaliation_load": exposed @ np.maximum(seen.H, seen.H.T),
        "closure": 1.0 - np.exp(-0.7 * seen.g @ seen.g),
        "relevance": np.log(attention),
        "odds": seen.odds,
        "capability_root": root,
        "hhi_arms": no_self(w["arms"] ** 2).sum(axis=1),
        "hhi_trade": no_self(w["trade"] ** 2).sum(axis=1),
        "recognition": no_self(w["contact"].T * root * (1.0 - seen.H)).sum(axis=1),
        "recognition_scale": np.full(n, root.sum()),
        "aid_received": aid_received(w),
    }
    return {**changes, **running(w, seen)}, seen


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
        """Commitments, levels at the start and assessments, twice over; then observation."""
        self.put({"stream_key": self.world.keys.astype(float)})
        self.put(moves.taught(self.read_world()))
        w = moves.tied(self.read_world())
        self.put({name: w[name] for name in ("commitment", "entrapment_weight")})
        for _ in range(2):
            for name in names.MECHANISMS:
                if name in STARTS:
                    self.put(STARTS[name](self.read_world()))
            self.assess()
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
        self.put_world(self.change_ties(before, lambda: w))

    def observe(self) -> None:
        """Alignment, ties, expected pacts, utility."""
        self.put(observation.observe(self.read_world(), self.seen))
