"""What a pact level is worth: commitment g and entrapment weight gE.

A consultation pact carries little help and no casus foederis, a defence pact both; organisations
set a floor under the commitment of their members. After Snyder 1984.
"""

from __future__ import annotations

from sim.compiled.jit import inline, njit
from sim.rules.declarations import param
from sim.rules.pair_variables import COMMITMENT, ENTRAPMENT_WEIGHT, FLOOR, LEVEL
from sim.types import Blocks

G1 = param(
    "pacts.commitment_consultation",
    0.12,
    (0.08, 0.2),
    bounds=(0.0, 1.0),
    meaning="commitment of a consultation, neutrality or non-aggression pact",
    source="judgement: a promise to consult binds about an eighth as much as one to fight",
)
G2 = param(
    "pacts.commitment_arms",
    0.40,
    (0.3, 0.5),
    bounds=(0.0, 1.0),
    meaning="commitment of arms and defence cooperation",
    source="judgement: deliveries and exercises bind less than half as much",
)
G3 = param(
    "pacts.commitment_defence",
    1.0,
    (0.9, 1.0),
    bounds=(0.0, 1.0),
    meaning="commitment of a defence pact",
    source="judgement: unit of the scale",
)
E1 = param(
    "pacts.entrapment_consultation",
    0.02,
    (0.0, 0.05),
    bounds=(0.0, 1.0),
    meaning="entrapment weight of a consultation pact",
    source="judgement: consultation carries no duty to fight (Snyder 1984)",
)
E2 = param(
    "pacts.entrapment_arms",
    0.20,
    (0.1, 0.3),
    bounds=(0.0, 1.0),
    meaning="entrapment weight of arms cooperation",
    source="judgement: arms and advisers draw in, without a duty (Snyder 1984)",
)
E3 = param(
    "pacts.entrapment_defence",
    1.0,
    (0.9, 1.0),
    bounds=(0.0, 1.0),
    meaning="entrapment weight of a defence pact",
    source="judgement: unit of the scale",
)


@inline
def by_level(level: float, one: float, two: float, three: float) -> float:
    """What belongs to a pact level.

    All three are read before: a number that is read on a condition keeps a loop over partners out
    of the vector lanes of processors without masks.
    """
    if level >= 2.5:
        return three
    if level >= 1.5:
        return two
    return one if level >= 0.5 else 0.0


@inline
def level_commitment(w: Blocks, level: float) -> float:
    """Commitment of a bilateral pact level, ignoring organisations."""
    return by_level(level, w.P[G1], w.P[G2], w.P[G3])


@inline
def level_entrapment(w: Blocks, level: float) -> float:
    """Entrapment weight of a bilateral pact level."""
    return by_level(level, w.P[E1], w.P[E2], w.P[E3])


@inline
def by_commitment(w: Blocks, g: float, one: float, two: float, three: float) -> float:
    """What belongs to a commitment: linear between those of the pact levels."""
    g1, g2, g3 = w.P[G1], w.P[G2], w.P[G3]
    if g <= g1:
        return one * g / g1 if g1 > 0.0 else 0.0
    if g <= g2:
        return one + (two - one) * (g - g1) / (g2 - g1)
    if g3 <= g2:
        return three
    return two + (three - two) * min(1.0, (g - g2) / (g3 - g2))


@inline
def floor_entrapment(w: Blocks, g: float) -> float:
    """Entrapment weight of an organisation's floor: linear between the pact levels."""
    return by_commitment(w, g, w.P[E1], w.P[E2], w.P[E3])


@inline
def tie_commitment(w: Blocks, i: int, j: int, level: float) -> float:
    """Commitment g of the pair at a bilateral level, with the organisations' floor."""
    return max(level_commitment(w, level), w.M[FLOOR, i, j])


@inline
def tie_entrapment(w: Blocks, i: int, j: int, level: float) -> float:
    """Entrapment weight gE of the pair at a bilateral level, with the organisations' floor."""
    return max(level_entrapment(w, level), floor_entrapment(w, w.M[FLOOR, i, j]))


@njit
def refresh(w: Blocks) -> None:
    """Commitments of all pairs from levels and floors, after a scenario has set them."""
    for i in range(w.n):
        for j in range(w.n):
            if i != j:
                w.M[COMMITMENT, i, j] = tie_commitment(w, i, j, w.M[LEVEL, i, j])
                w.M[ENTRAPMENT_WEIGHT, i, j] = tie_entrapment(w, i, j, w.M[LEVEL, i, j])
