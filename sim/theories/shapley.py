"""Coalitions by bilateral Shapley values: two merge if both gain, and halve what they gain.

What a coalition C is worth is what its members are to each other, less what it costs::

    v(C) = sum over pairs i < j in C of s_i s_j (p_ij + p_ji) - c (|C| - 1)

with s the sizes as shares of their sum, p the propensities and c the cost of each further member;
one alone is worth 0. Two coalitions that merge each get half of their worth apart and half of what
the other cannot do without them, the bilateral Shapley value 1/2 v(A) + 1/2 (v(A + B) - v(B)): what
they gain is halved. What a coalition gets is divided among the two that founded it in the same way,
down to single actors, so that coalitions have a hierarchy.

All begin alone. Each round, pairs of coalitions that are each other's best partner merge, if they
gain; then actors leave, one at a time, the one with the most to gain first, for being alone or for
another coalition; then the two founders of a coalition part if what is left of them loses by being
one. Each step is taken only if all are worth more together after it, so that it ends.

Sources: Shapley (1953), A value for n-person games; Ketchpel (1994), Forming coalitions in the face
of uncertain rewards; Klusch and Shehory (1996), Coalition formation among rational information
agents. The worth is that of a game on a graph: Deng and Papadimitriou (1994), On the complexity of
cooperative solution concepts, in which the Shapley value is half of an actor's ties.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar, Final, Self

import numpy as np

from sim.errors import UserError
from sim.theories.given import Given, Setting
from sim.types import Floats

type Tree = int | tuple[Tree, Tree]
"""An actor, or the two that founded a coalition."""

_GAIN: Final = 1e-12  # less is a rounding error


@dataclass(frozen=True, eq=False)
class Shapley:
    """Coalitions of actors by bilateral Shapley values.

    Args:
        names: N actors.
        sizes: ``(N,)``, taken as shares of their sum.
        propensities: ``(N, N)``.
        cost: of each further member of a coalition.

    Raises:
        UserError: the sizes do not sum to more than 0.
    """

    title: ClassVar[str] = "who joins whom for half of the gain (Ketchpel 1994; Shapley 1953)"
    settings: ClassVar[Mapping[str, Setting]] = {
        "cost": Setting(0.0, 0.0, 1e6, "cost of each further member of a coalition"),
    }

    names: tuple[str, ...]
    sizes: Floats
    propensities: Floats
    cost: float = 0.0

    @classmethod
    def of(cls, given: Given) -> Self:
        """Take sizes and propensities.

        Raises:
            UserError: there are none.
        """
        cost = given.numbers(cls.settings)["cost"]
        found = given.relations()
        sizes = np.array(found.sizes, np.float64)
        return cls(found.names, sizes, np.array(found.propensities, np.float64), cost)

    def __post_init__(self) -> None:
        if self.sizes.sum() <= 0:
            raise UserError("the sizes sum to nothing; at least one must be above 0")

    @cached_property
    def _ties(self) -> Floats:
        """``s_i s_j (p_ij + p_ji)``, ``(N, N)``, 0 on the diagonal."""
        s = self.sizes / self.sizes.sum()
        ties: Floats = np.outer(s, s) * (self.propensities + self.propensities.T)
        np.fill_diagonal(ties, 0.0)
        return ties

    def worth(self, members: Iterable[int]) -> float:
        """Return v of a coalition of actors by their places."""
        at = np.fromiter(members, int)
        return float(self._ties[np.ix_(at, at)].sum()) / 2 - self.cost * max(len(at) - 1, 0)

    def values(self, members: Iterable[int]) -> dict[int, float]:
        """Return the Shapley values of the members of a coalition, all orders of joining alike.

        Half of each actor's ties in it, less an even part of what it costs.
        """
        at = np.fromiter(members, int)
        shares = self._ties[np.ix_(at, at)].sum(axis=1) / 2
        shares -= self.cost * max(len(at) - 1, 0) / max(len(at), 1)
        return dict(zip(at.tolist(), shares.tolist(), strict=True))

    def bilateral(self, tree: Tree) -> dict[int, float]:
        """Return what each member gets as shares are handed down a coalition's hierarchy."""

        def hand(tree: Tree, share: float) -> dict[int, float]:
            if isinstance(tree, int):
                return {tree: share}
            one, other = (self.worth(leaves(part)) for part in tree)
            gain = share - one - other
            return hand(tree[0], one + gain / 2) | hand(tree[1], other + gain / 2)

        return hand(tree, self.worth(leaves(tree)))

    @cached_property
    def coalitions(self) -> tuple[Tree, ...]:
        """The coalitions that form, each with its hierarchy, by their first members."""
        trees: list[Tree] = list(range(len(self.names)))
        while True:
            moved = self._part(self._leave(self._merge(trees)))
            if moved == trees:
                return tuple(sorted(trees, key=lambda tree: min(leaves(tree))))
            trees = moved

    def _merge(self, trees: list[Tree]) -> list[Tree]:
        """Merge the coalitions that are each other's best partners."""
        count, belongs = len(trees), self._belongs(trees)
        gain = belongs @ self._ties @ belongs.T - self.cost
        gain = (gain + gain.T) / 2  # alike to the last digit, so that best partners are mutual
        np.fill_diagonal(gain, -np.inf)
        best = gain.argmax(axis=1) if count > 1 else np.zeros(count, int)
        done: set[int] = set()
        result: list[Tree] = []
        for k, tree in enumerate(trees):
            other = int(best[k])
            if k in done:
                continue
            if gain[k, other] > _GAIN and int(best[other]) == k:
                result.append((tree, trees[other]))
                done.add(other)
            else:
                result.append(tree)
        return result

    def _leave(self, trees: list[Tree]) -> list[Tree]:
        """Let actors leave for where they are worth more, one at a time."""
        trees = list(trees)
        n = len(self.names)
        while True:
            belongs = self._belongs(trees)
            home = belongs.argmax(axis=0)
            worth = np.column_stack([self._ties @ belongs.T - self.cost, np.zeros(n)])  # last alone
            gain = worth - worth[np.arange(n), home][:, None]
            gain[np.arange(n), home] = -np.inf
            gain[belongs.sum(axis=1)[home] == 1] = -np.inf  # one alone may merge, not leave
            actor, to = np.unravel_index(int(gain.argmax()), gain.shape)
            if gain[actor, to] <= _GAIN:
                return trees
            rest = without(trees[home[actor]], int(actor))
            assert rest is not None  # noqa: S101 -- one alone has nobody to leave
            trees[home[actor]] = rest
            if to < len(trees):
                trees[to] = (trees[to], int(actor))
            else:
                trees.append(int(actor))

    def _belongs(self, trees: list[Tree]) -> Floats:
        """1 for members of each coalition, ``(K, N)``."""
        belongs = np.zeros((len(trees), len(self.names)))
        for k, tree in enumerate(trees):
            belongs[k, list(leaves(tree))] = 1.0
        return belongs

    def _part(self, trees: list[Tree]) -> list[Tree]:
        """Let founders part who lose by being one."""
        result: list[Tree] = []
        for tree in trees:
            parts = (tree,) if isinstance(tree, int) else tree
            apart = sum(self.worth(leaves(part)) for part in parts)
            result += parts if self.worth(leaves(tree)) < apart - _GAIN else [tree]
        return result

    def together(self) -> Floats:
        """Return 1 for two members of one coalition, 0 for others, ``(N, N)``."""
        belongs = self._belongs(list(self.coalitions))
        return belongs.T @ belongs

    def to_dict(self, *, every: bool = False) -> dict[str, Any]:
        """Return coalitions with their hierarchies, for JSON; also what each gets if asked."""
        found: dict[str, Any] = {
            "theory": "shapley",
            "actors": list(self.names),
            "cost": self.cost,
            "coalitions": [],
        }
        for tree in self.coalitions:
            members = list(leaves(tree))
            row: dict[str, Any] = {
                "members": [self.names[k] for k in members],
                "worth": self.worth(members),
                "hierarchy": self._named(tree),
            }
            if every:
                row["shapley"] = {self.names[k]: x for k, x in self.values(members).items()}
                row["bilateral"] = {self.names[k]: x for k, x in self.bilateral(tree).items()}
            found["coalitions"].append(row)
        return found

    def show(self) -> Any:
        """Return coalitions as a table, their founders in brackets."""
        from sim.system.terminal import table

        made = table(
            f"Coalitions of {len(self.names)} actors, cost {self.cost:g}",
            ("who joined whom", ("worth", "right")),
        )
        for tree in sorted(self.coalitions, key=lambda tree: -self.worth(leaves(tree))):
            made.add_row(self._text(tree), f"{self.worth(leaves(tree)):.4g}")
        return made

    def _named(self, tree: Tree) -> Any:
        if isinstance(tree, int):
            return self.names[tree]
        return [self._named(part) for part in tree]

    def _text(self, tree: Tree) -> str:
        if isinstance(tree, int):
            return self.names[tree]
        parts = (self._text(part) for part in tree)
        return " + ".join(
            f"({text})" if isinstance(part, tuple) and k else text
            for k, (part, text) in enumerate(zip(tree, parts, strict=True))
        )


def leaves(tree: Tree) -> tuple[int, ...]:
    """Return the members of a coalition.

    >>> leaves(((0, 3), 1))
    (0, 3, 1)
    """
    return (tree,) if isinstance(tree, int) else (*leaves(tree[0]), *leaves(tree[1]))


def without(tree: Tree, actor: int) -> Tree | None:
    """Return a coalition that a member has left, None if nobody is left.

    >>> without(((0, 3), 1), 3)
    (0, 1)
    """
    if isinstance(tree, int):
        return None if tree == actor else tree
    one, other = (without(part, actor) for part in tree)
    if one is None or other is None:
        return other if one is None else one
    return one, other


THEORY = Shapley
