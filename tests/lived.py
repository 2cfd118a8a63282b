"""Worlds in the middle of things, for tests of single rules: no two states alike, nothing as usual.

A random world is started, so that every rule has its memory of the start; then about half of
everything is drawn anew, so that rises and falls, new and old, war and peace occur side by side.
In every third world it is a tenth, and little is remembered: there single causes stand alone.
"""

from __future__ import annotations

from functools import cache

import numpy as np

from sim.rules import catalogue as names
from tests import reference
from tests.support_world import (
    Case,
    probes,
    random_case,
    random_pairs,
    random_states,
    symmetric,
)

SEEDS = range(12)
#: Shares of a whole in each row.
SHARES = ("energy", "arms", "arms_stock", "finance", "currency")


@cache
def lived(seed: int) -> Case:
    """A world of five to eight states; copy it before you change it."""
    rng = np.random.default_rng(1000 + seed)
    n = 5 + seed % 4
    case = random_case(n, seed)
    chance = 0.1 if is_calm(seed) else 0.5
    for field in names.DYAD_FIELDS.values():
        if field.initial:
            new = random_pairs(field, n, rng)
            redraw(case.M[field.row], new, rng, chance, symmetric_=field.symmetric)
    for field in names.STATE_FIELDS.values():
        if field.initial:
            redraw(case.V[field.row], random_states(field, n, rng), rng, chance)
    for name in SHARES:
        shares = case.dyads(name)
        shares /= np.maximum(1.0, shares.sum(axis=1, keepdims=True))
    quarrels(case, rng, 0.1 if is_calm(seed) else 0.3)
    bonds(case, rng)
    if not is_calm(seed):
        remembered(case, rng)
    case.dyads("arms")[rng.integers(n)] = 0.0  # one state gets no arms any more
    for block in case.M:
        np.fill_diagonal(block, 0.0)
    probes().assess(case.blocks)
    return case


def is_calm(seed: int) -> bool:
    """Whether little has changed in a world since its start."""
    return seed % 3 == 2


def redraw(
    old: np.ndarray,
    new: np.ndarray,
    rng: np.random.Generator,
    chance: float = 0.5,
    *,
    symmetric_: bool = False,
) -> None:
    """Take over a part of the new values, in place."""
    chosen = rng.random(old.shape) < chance
    if symmetric_:
        chosen = symmetric(chosen.astype(float)) > 0.5
    old[chosen] = new[chosen]


def quarrels(case: Case, rng: np.random.Generator, chance: float) -> None:
    """Wars, parties and supporters of conflicts at all rungs; nuclear arms here and there."""
    n = case.n
    case.dyads("war")[:] = symmetric(
        rng.choice([0.0, 0.3, 1.0], (n, n), p=[1.0 - chance, chance / 2.0, chance / 2.0])
    )
    case.states("nuclear")[:] = rng.choice([0.0, 1.0], n, p=[0.4, 0.6])
    conflicts = case.parts("conflict")
    for k, parts in enumerate(conflicts):
        places = np.array([1.0, -1.0, *rng.choice([0.0, 1.0, -1.0, 0.5, -0.5], n - 2)])
        parts[:] = rng.permutation(places)
        if rng.random() < 0.5:  # at peace, or in an open war
            continue
        one, other = parts > 0.9, parts < -0.9
        level = rng.uniform(0.2, 1.0) * (k + 1) / 2.0
        case.dyads("war")[np.outer(one, other) | np.outer(other, one)] = level
    at = case.collectives("collective_kind") == 2
    case.collectives("rung")[at] = rng.integers(0, 4, at.sum())
    case.collectives("frozen")[at] = rng.choice([0.0, 1.0], at.sum())
    case.collectives("conflict_intensity")[at] = rng.uniform(0.005, 1.0, at.sum())
    if rng.random() < 0.7:  # so that rare things happen
        case.set_p(
            escalation__outbreak=rng.uniform(-1.0, 1.0),
            escalation__climb=rng.uniform(-1.0, 1.0),
            escalation__freeze=rng.uniform(-2.0, 0.0),
            entanglement__join=1.0,
        )


def bonds(case: Case, rng: np.random.Generator) -> None:
    """Pacts, organisations, schools of another day; commitments follow."""
    n = case.n
    redraw(case.dyads("pact_level"), random_case(n, int(rng.integers(99, 999))).dyads("pact_level"),
           rng, symmetric_=True)  # fmt: skip
    redraw(case.parts("organisation"), rng.choice([0.0, 0.4, 1.0], (3, n)), rng)
    for name in ("cohesion", "authority", "market", "exclusivity"):
        at = case.collectives("collective_kind") == 1
        case.collectives(name)[at] = rng.random(at.sum())
    for name in ("arms_control", "non_proliferation", "un_authority"):
        case.collectives(name)[0] = rng.random()
    schools = case.parts("school")
    schools[:] = rng.dirichlet(np.ones(len(schools)), n).T
    schools[:, rng.integers(n)] = 0.0  # one state follows no school
    schools[0, rng.integers(n)] = 0.0
    for name in ("threat", "fortune", "status"):
        at = case.collectives("collective_kind") == 3
        case.collectives(f"{name}_loading")[at] = rng.uniform(-3.0, 3.0, at.sum())
    w = reference.World(case)
    case.dyads("commitment")[:] = reference.commitment(w)
    case.dyads("entrapment_weight")[:] = reference.entrapment_weight(w)


def remembered(case: Case, rng: np.random.Generator) -> None:
    """What rules carry from quarter to quarter without a scenario saying it."""
    n = case.n
    uniform = {
        "trust_good": 6.0, "trust_bad": 6.0, "hostility_base": 1.0, "uncertainty": 0.8,
        "covert": 0.8, "munitions_from": 0.4, "technology": 0.6, "technology_paid": 0.5,
        "goods_paid": 0.5, "campaign": 0.3, "arms_opening": 0.1, "contact_seen": 1.0,
        "pact_level_seen": 3.0, "claim_seen": 1.0, "capture_seen": 1.0, "connectivity_seen": 1.0,
    }  # fmt: skip
    for name, most in uniform.items():
        case.dyads(name)[:] = rng.uniform(0.0, most, (n, n))
    for name in ("uncertainty", "connectivity_seen"):
        case.dyads(name)[:] = symmetric(case.dyads(name))
    case.dyads("pact_level_seen")[:] = symmetric(np.round(case.dyads("pact_level_seen")))
    case.states("munitions_imports")[:] = case.dyads("munitions_from").sum(axis=1)
    for name, low, high in (
        ("effective_revisionism", 0.0, 1.6), ("attention", 0.0, 3.0), ("overstretch", 0.0, 1.0),
        ("felt_threat", -1.0, 1.0), ("felt_fortune", -0.5, 0.5), ("felt_gap", -0.5, 0.5),
        ("aid_relief", 0.0, 0.3), ("status_gap", -0.5, 0.5), ("growth", -0.05, 0.08),
    ):  # fmt: skip
        case.states(name)[:] = rng.uniform(low, high, n)
    case.states("threat_last")[:] = case.states("threat") * rng.uniform(0.7, 1.2, n)
    case.dyads("trade_flow")[:] *= rng.uniform(0.5, 1.5, (n, n))
    case.dyads("trade")[:] *= rng.uniform(0.3, 1.2, (n, n))
    case.dyads("trade")[:] /= np.maximum(1.0, case.dyads("trade").sum(axis=1, keepdims=True))
    case.dyads("aid_share")[:] = rng.uniform(0.0, 0.05, (n, n))
