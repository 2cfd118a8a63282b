"""What a pact level is worth: commitment g and entrapment weight gE.

A consultation pact carries little help and no casus foederis, a defence pact both; organisations
set a floor under the commitment of their members. Source: design notes 1.5 and 7.1.
"""

from __future__ import annotations

from sim.fields import COMMITMENT, ENTRAPMENT_WEIGHT, FLOOR, LEVEL
from sim.jit import inline, njit
from sim.registry import param
from sim.types import Dyads, Vector

G1 = param(
    "pacts.commitment_consultation",
    0.12,
    (0.08, 0.2),
    bounds=(0.0, 1.0),
    meaning="commitment of a consultation, neutrality or non-aggression pact",
    source="design notes 7.1",
)
G2 = param(
    "pacts.commitment_arms",
    0.40,
    (0.3, 0.5),
    bounds=(0.0, 1.0),
    meaning="commitment of arms and defence cooperation",
    source="design notes 7.1",
)
G3 = param(
    "pacts.commitment_defence",
    1.0,
    (0.9, 1.0),
    bounds=(0.0, 1.0),
    meaning="commitment of a defence pact",
    source="design notes 7.1 (unit of the scale)",
)
E1 = param(
    "pacts.entrapment_consultation",
    0.02,
    (0.0, 0.05),
    bounds=(0.0, 1.0),
    meaning="entrapment weight of a consultation pact",
    source="design notes 7.1",
)
E2 = param(
    "pacts.entrapment_arms",
    0.20,
    (0.1, 0.3),
    bounds=(0.0, 1.0),
    meaning="entrapment weight of arms cooperation",
    source="design notes 7.1",
)
E3 = param(
    "pacts.entrapment_defence",
    1.0,
    (0.9, 1.0),
    bounds=(0.0, 1.0),
    meaning="entrapment weight of a defence pact",
    source="design notes 7.1 (unit of the scale)",
)


@inline
def level_commitment(P: Vector, level: float) -> float:
    """Commitment of a bilateral pact level, ignoring organisations."""
    if level >= 2.5:
        return P[G3]
    if level >= 1.5:
        return P[G2]
    return P[G1] if level >= 0.5 else 0.0


@inline
def level_entrapment(P: Vector, level: float) -> float:
    """Entrapment weight of a bilateral pact level."""
    if level >= 2.5:
        return P[E3]
    if level >= 1.5:
        return P[E2]
    return P[E1] if level >= 0.5 else 0.0


@inline
def floor_entrapment(P: Vector, g: float) -> float:
    """Entrapment weight of an organisation's floor: linear between the pact levels."""
    if g <= P[G1]:
        return P[E1] * g / P[G1] if P[G1] > 0.0 else 0.0
    if g <= P[G2]:
        return P[E1] + (P[E2] - P[E1]) * (g - P[G1]) / (P[G2] - P[G1])
    if P[G3] <= P[G2]:
        return P[E3]
    return P[E2] + (P[E3] - P[E2]) * min(1.0, (g - P[G2]) / (P[G3] - P[G2]))


@inline
def tie_commitment(M: Dyads, P: Vector, i: int, j: int, level: float) -> float:
    """Commitment g of the pair at a bilateral level, with the organisations' floor."""
    return max(level_commitment(P, level), M[FLOOR, i, j])


@inline
def tie_entrapment(M: Dyads, P: Vector, i: int, j: int, level: float) -> float:
    """Entrapment weight gE of the pair at a bilateral level, with the organisations' floor."""
    return max(level_entrapment(P, level), floor_entrapment(P, M[FLOOR, i, j]))


@njit
def refresh(M: Dyads, P: Vector, n: int) -> None:
    """Commitments of all pairs from levels and floors, after a scenario has set them."""
    for i in range(n):
        for j in range(n):
            if i != j:
                M[COMMITMENT, i, j] = tie_commitment(M, P, i, j, M[LEVEL, i, j])
                M[ENTRAPMENT_WEIGHT, i, j] = tie_entrapment(M, P, i, j, M[LEVEL, i, j])
