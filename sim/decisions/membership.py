"""Membership of organisations: who is in, and the commitment between members that follows.

A full member (part 1) shares the organisation's floor with every other full member; a candidate or
partner (between 0 and 1) does not. Where two states share several organisations the highest floor
holds. Cohesion and authority do not lower the floor: the text of a treaty stays.
"""

from __future__ import annotations

from sim.decisions.assessment import tie_changed
from sim.decisions.commitment import tie_commitment, tie_entrapment
from sim.fields import (
    COLLECTIVE_KIND,
    FLOOR,
    LEVEL,
    ORGANISATION,
    ORGANISATION_COMMITMENT,
)
from sim.jit import inline, njit
from sim.types import Collectives, Dyads, Parts, States, Vector

FULL = 0.999


@inline
def is_member(B: Parts, k: int, i: int) -> bool:
    """Whether i is a full member of k."""
    return B[k, i] > FULL


@njit
def shared_floor(G: Collectives, B: Parts, i: int, j: int) -> float:
    """The highest floor of the organisations of which both are full members."""
    floor = 0.0
    for k in range(G.shape[1]):
        if G[COLLECTIVE_KIND, k] == ORGANISATION and is_member(B, k, i) and is_member(B, k, j):
            floor = max(floor, G[ORGANISATION_COMMITMENT, k])
    return floor


@njit
def set_membership(
    M: Dyads,
    V: States,
    G: Collectives,
    B: Parts,
    P: Vector,
    n: int,
    k: int,
    i: int,
    part: float,
) -> None:
    """The part of i in organisation k becomes ``part``; floors and commitments follow."""
    before = is_member(B, k, i)
    B[k, i] = part
    after = is_member(B, k, i)
    if before == after:
        return
    for j in range(n):
        if j == i or not is_member(B, k, j):
            continue
        floor = shared_floor(G, B, i, j)
        if after:
            floor = max(floor, M[FLOOR, i, j])
        M[FLOOR, i, j] = floor
        M[FLOOR, j, i] = floor
        level = M[LEVEL, i, j]
        g = tie_commitment(M, P, i, j, level)
        tie_changed(M, V, P, n, i, j, level, g, tie_entrapment(M, P, i, j, level))
