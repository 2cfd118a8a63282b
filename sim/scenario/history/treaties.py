"""Treaties of many members, read off the pairs that they tie: cliques, followed through the years.

Tables of pairs do not say which treaty ties a pair. A treaty that binds all its members to one
another leaves a clique, so the cliques that cover the ties of the first year are its treaties
(greedily, the largest first). After that a treaty is followed: members that are no longer tied
with all others have left, and a state acceded if it is tied with all members and at least half of
these ties are new. New cliques among the ties that are left over are new treaties.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

import networkx as nx

LEAST: Final = 4
"""Members that a treaty has at least: three states tied in pairs may have three pacts."""

type Ties = dict[int, set[int]]


@dataclass(frozen=True, slots=True)
class Treaty:
    """A treaty in one year: an id that it keeps from year to year, and its members' codes."""

    id: int
    members: tuple[int, ...]


def neighbours(pairs: Iterable[tuple[int, int]], codes: Iterable[int]) -> Ties:
    """Return the partners of each state, from the pairs that are tied."""
    ties: Ties = {code: set() for code in codes}
    for one, other in pairs:
        ties[one].add(other)
        ties[other].add(one)
    return ties


def found(ties: Ties, known: Sequence[Treaty], first_id: int) -> list[Treaty]:
    """Return new treaties: cliques that cover the ties that no known treaty covers."""
    graph = nx.Graph()
    graph.add_edges_from(
        (one, other) for one, all_ in ties.items() for other in all_ if one < other
    )
    for treaty in known:
        graph.remove_edges_from(_pairs(treaty.members))
    new: list[Treaty] = []
    while graph.number_of_edges():
        members = tuple(sorted(nx.max_weight_clique(graph, weight=None)[0]))
        if len(members) < LEAST:
            break
        new.append(Treaty(first_id + len(new), members))
        graph.remove_edges_from(_pairs(members))
    return new


def follow(before: Sequence[Treaty], old: Ties, ties: Ties) -> list[Treaty]:
    """Return what became of the treaties of a year by the next; ended ones are left out.

    A treaty ends where fewer than half of its members, or fewer than :data:`LEAST`, are tied with
    one another. Members that are states no more neither stay nor leave.
    """
    after = []
    for treaty in before:
        alive = [member for member in treaty.members if member in ties]
        members = _clique(alive, ties)
        if len(members) < LEAST or 2 * len(members) < len(alive):
            continue
        for state in sorted(set.intersection(*(ties[member] for member in members))):
            fresh = sum(state not in old.get(member, ()) for member in members)
            if 2 * fresh >= len(members) and ties[state].issuperset(members):
                members.append(state)
        after.append(Treaty(treaty.id, tuple(sorted(members))))
    return after


def _clique(members: Sequence[int], ties: Ties) -> list[int]:
    """The members that are left when those who lack most ties have gone, one by one."""
    left = list(members)
    while left:
        lacking = [len(left) - 1 - len(ties[member].intersection(left)) for member in left]
        if not any(lacking):
            break
        left.pop(max(range(len(left)), key=lambda at: (lacking[at], left[at])))
    return left


def _pairs(members: Sequence[int]) -> list[tuple[int, int]]:
    return [(a, b) for at, a in enumerate(members) for b in members[at + 1 :]]
