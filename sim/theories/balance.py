"""Structural balance: the friend of a friend is a friend, and who disagrees in a triad moves.

Two dynamics of signed relations among N actors.

*Continuous* (Marvel, Kleinberg, Kleinberg and Strogatz 2011, Continuous-time model of structural
balance): each relation moves by what third parties make of it, dX/dt = X^2, with the closed form
X(t) = X(0) (1 - X(0) t)^-1 for a symmetric X(0). If its greatest eigenvalue l is above 0, relations
grow without bound as t nears 1 / l, and their signs there are those of the products of the leading
eigenvector's: two factions, of those with one sign and of those with the other, or a single one.

*Discrete* (Antal, Krapivsky and Redner 2005, Dynamics of social balance on networks): everybody is
linked, as friend or enemy. A triad is drawn; if the product of its signs is negative, one of its
links turns: in a triad with one enmity that becomes friendship with probability p, and one of the
two friendships becomes enmity with 1 - p; in a triad of three enmities any becomes friendship. In a
large society the share of friendships settles at 1 / (sqrt(3 (1 - 2 p)) + 1) for p below 1/2, and
at 1 from 1/2 on: all are friends. A small one ends balanced in any case, if late.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar, Final, NamedTuple, Self

import numpy as np
import numpy.typing as npt

from sim.errors import UserError
from sim.theories.given import Given, Setting
from sim.types import Floats

type Signs = npt.NDArray[np.int8]

_FEWEST: Final = 3
_BATCH: Final = 4096
_SHOWN: Final = 6


class Triads(NamedTuple):
    """What triads make of a society.

    Attributes:
        times: in turns of triads per link.
        friendly: share of friendships at these times.
        balanced: share of balanced triads.
        signs: of all links at the end ``(N, N)``, 0 on the diagonal.
    """

    times: Floats
    friendly: Floats
    balanced: Floats
    signs: Signs


@dataclass(frozen=True, eq=False)
class Balance:
    """Structural balance among actors.

    Args:
        names: N actors.
        relations: ``(N, N)``, positive between friends; the mean of both directions is taken.
        p: probability that the one enmity of a triad ends.
        times: how long triads turn, in triads per link.
        seed: of draws, also of the signs of relations that are 0.

    Raises:
        UserError: there are fewer than three actors.
    """

    title: ClassVar[str] = (
        "which factions triads make (Marvel and others 2011; Antal, Krapivsky and Redner 2005)"
    )
    settings: ClassVar[Mapping[str, Setting]] = {
        "p": Setting(1 / 3, 0, 1, "probability that the one enmity of a triad ends"),
        "times": Setting(20, 0, 10_000, "how long triads turn, in triads per link"),
        "seed": Setting(1, 0, 2**31, "seed of the draws"),
    }

    names: tuple[str, ...]
    relations: Floats
    p: float = 1 / 3
    times: float = 20.0
    seed: int = 1

    @classmethod
    def of(cls, given: Given) -> Self:
        """Take propensities; sizes play no part.

        Raises:
            UserError: there are none.
        """
        numbers = given.numbers(cls.settings)
        found = given.relations()
        rows = np.array(found.propensities, np.float64)
        return cls(found.names, rows, numbers["p"], numbers["times"], int(numbers["seed"]))

    def __post_init__(self) -> None:
        if len(self.names) < _FEWEST:
            raise UserError(f"triads need at least three actors, not {len(self.names)}")

    # --- continuous ----------------------------------------------------------------------------
    @cached_property
    def start(self) -> Floats:
        """X(0): relations of both directions in the mean, ``(N, N)``, 0 on the diagonal."""
        x: Floats = (self.relations + self.relations.T) / 2
        np.fill_diagonal(x, 0.0)
        return x

    @cached_property
    def _leading(self) -> tuple[float, Floats]:
        values, vectors = np.linalg.eigh(self.start)
        return float(values[-1]), vectors[:, -1]

    @property
    def escape(self) -> float:
        """The time at which relations grow without bound; infinite if they die out."""
        value = self._leading[0]
        return 1 / value if value > 0 else np.inf

    def at(self, time: float) -> Floats:
        """Return X at a time before :attr:`escape`, ``(N, N)``.

        Raises:
            ValueError: it is not before.
        """
        if not 0 <= time < self.escape:
            raise ValueError(f"time {time:g} is not from 0 to before {self.escape:g}")
        # X(0) and its resolvent commute, so this is X(0) (1 - X(0) t)^-1, too
        x: Floats = np.linalg.solve(np.eye(len(self.names)) - time * self.start, self.start)
        return x

    @property
    def factions(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """The two factions at the escape, the first with the first actor; one may be empty.

        An actor without any part in the leading eigenvector counts with the first.
        """
        vector = self._leading[1]
        other = vector * (np.sign(vector[0]) or 1.0) < -1e-12
        sides = (
            tuple(name for name, it in zip(self.names, other, strict=True) if it == b)
            for b in (False, True)
        )
        first, second = sides
        return first, second

    # --- discrete ------------------------------------------------------------------------------
    @cached_property
    def triads(self) -> Triads:
        """What drawn triads make of the signs of the relations."""
        rng = np.random.default_rng(self.seed)
        n = len(self.names)
        signs = np.sign(self.start).astype(np.int8)
        drawn = np.triu(rng.choice(np.array([-1, 1], np.int8), (n, n)), 1)
        signs = np.where(signs == 0, drawn + drawn.T, signs)
        np.fill_diagonal(signs, 0)
        return turn_triads(signs, self.p, self.times, rng)

    def together(self) -> Floats:
        """Return 1 for two actors of one faction, 0 for others, ``(N, N)``."""
        other = np.isin(self.names, self.factions[1])
        same: Floats = (other[:, None] == other).astype(np.float64)
        return same

    def to_dict(self, *, every: bool = False) -> dict[str, Any]:
        """Return factions and what becomes of triads, for JSON; with all relations if asked."""
        value, vector = self._leading
        triads = self.triads
        found: dict[str, Any] = {
            "theory": "balance",
            "actors": list(self.names),
            "factions": [list(side) for side in self.factions],
            "eigenvalue": value,
            "escape": self.escape if value > 0 else None,
            "eigenvector": vector.tolist(),
            "p": self.p,
            "settled": friendly_share(self.p),
            "times": triads.times.tolist(),
            "friendly": triads.friendly.tolist(),
            "balanced": triads.balanced.tolist(),
        }
        if every:
            found["signs"] = triads.signs.tolist()
        return found

    def show(self) -> Any:
        """Return factions and triads as tables."""
        from rich.console import Group

        from sim.system.terminal import facts, table

        triads, at = self.triads, np.linspace(0, len(self.triads.times) - 1, _SHOWN).astype(int)
        rows = [("faction", ", ".join(side) or "-") for side in self.factions]
        rows.append(("escape", f"{self.escape:.4g} (greatest eigenvalue {self._leading[0]:.4g})"))
        made = table(
            f"Triads, p = {self.p:.3g}; in a large society {friendly_share(self.p):.1%} friendly",
            (("triads per link", "right"), ("friendly", "right"), ("balanced", "right")),
        )
        for k in dict.fromkeys(at.tolist()):
            cells = triads.friendly[k], triads.balanced[k]
            made.add_row(f"{triads.times[k]:g}", *(f"{x:.1%}" for x in cells))
        return Group(facts("Factions by the leading eigenvector", rows), made)


def friendly_share(p: float) -> float:
    """Return the share of friendships that a large society settles at.

    >>> friendly_share(0.5), round(friendly_share(0), 4)
    (1.0, 0.366)
    """
    return 1.0 if p >= 0.5 else float(1 / (np.sqrt(3 * (1 - 2 * p)) + 1))


def balanced_share(signs: Signs) -> float:
    """Return the share of balanced triads among links ``(N, N)`` of -1 and 1, 0 on the diagonal."""
    n, s = len(signs), signs.astype(np.float64)
    triads = n * (n - 1) * (n - 2)
    return float((1 + np.einsum("ij,jk,ki->", s, s, s, optimize=True) / triads) / 2)


def turn_triads(
    signs: Signs, p: float, times: float, rng: np.random.Generator, *, points: int = 101
) -> Triads:
    """Draw triads and turn links of those that are not balanced (local triad dynamics).

    Args:
        signs: of all links ``(N, N)``.
        p: probability that the one enmity of a triad ends.
        times: how long, in triads drawn per link.
        rng: for draws.
        points: how many times the shares are taken at.
    """
    link = signs.tolist()
    n = len(link)
    links = n * (n - 1) // 2
    at = np.unique(np.linspace(0, round(times * links), points).astype(np.int64))
    friendly, balanced = [], []
    step = 0
    for until in at.tolist():
        while step < until:
            count = min(_BATCH, until - step)
            # three of n: where two are one, the triad is no triad and is drawn in vain
            drawn = rng.integers(n, size=(count, 3)).tolist()
            chances = rng.random(count).tolist()
            which = rng.integers(3, size=count).tolist()
            for (i, j, k), chance, start in zip(drawn, chances, which, strict=True):
                if j == i or k in (i, j):
                    continue
                step += 1
                if link[i][j] * link[j][k] * link[k][i] > 0:
                    continue
                pairs = ((i, j), (j, k), (k, i))
                enmities = link[i][j] + link[j][k] + link[k][i] == -3
                sign = -1 if enmities or chance < p else 1  # of the link that turns
                pair = next(
                    pairs[(start + m) % 3]
                    for m in range(3)
                    if link[pairs[(start + m) % 3][0]][pairs[(start + m) % 3][1]] == sign
                )
                a, b = pair
                link[a][b] = link[b][a] = -sign
        now = np.array(link, np.int8)
        friendly.append(float((now > 0).sum()) / (2 * links))
        balanced.append(balanced_share(now))
    return Triads(at / links, np.array(friendly), np.array(balanced), np.array(link, np.int8))


THEORY = Balance
