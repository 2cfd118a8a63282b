"""Landscape theory: which two camps fit the actors' dispositions best.

Every way to part N actors into two camps has an energy, low where those drawn to each other stand
together and those at odds apart::

    E(X) = sum over ordered pairs i, j on opposite sides of s_i s_j p_ij

with s the sizes and p the propensities; in the paper's form all pairs are summed, times d_ij(X),
which is 0 on the same side and 1 on opposite sides. An actor's frustration is the sum over j of
s_j p_ij d_ij(X), so that E is the sum of s_i F_i. From any split the actor moves that lowers the
energy most, until none does.

Source: Axelrod and Bennett (1993), A landscape theory of aggregation, British Journal of Political
Science 23(2).

Splits are numbered 0 to 2^(N-1) - 1: bit k (of value 2^k) is set if actor k + 2 of the list stands
on the other side than the first actor, so that each split has one number, and 0 is all together.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import Any, ClassVar, Final, Self

import numpy as np
import numpy.typing as npt

from sim.errors import UserError
from sim.theories.given import Given, Relations, Setting
from sim.types import Bools

type Numbers = npt.NDArray[Any]
type Value = int | float

EXHAUSTIVE: Final = 26
"""Most actors of which every split is looked at: 2^25 splits, 700 MB."""
STARTS: Final = 20_000
"""Random splits from which a search sets out where there are more actors."""
_EXACT: Final = 2**62
_SHOWN: Final = 12
_NAMED: Final = 16
_OBJECTS: Final = 18  # most actors with numbers beyond 64 bits, which are slow


@dataclass(frozen=True, slots=True)
class Minimum:
    """A split from which no actor's move leads lower.

    Attributes:
        energy: whole if all sizes and propensities are.
        sides: the two camps, the first with the first actor; the second may be empty.
        basin: splits from which steepest descent ends here, itself included; of a search, how many
            of its starts.
        frustration: F_i by actor.
    """

    energy: Value
    sides: tuple[tuple[str, ...], tuple[str, ...]]
    basin: int
    frustration: dict[str, Value]


@dataclass(frozen=True)
class Landscape:
    """The landscape of actors with sizes and propensities.

    Where two moves lower the energy alike, the actor that comes first in the list moves. A split
    whose neighbours are none lower is a minimum even if one is as low.

    Args:
        relations: the actors. Propensities may differ by direction: the sum has both.

    Raises:
        UserError: there are fewer than two actors, or whole numbers too large to be summed exactly.
    """

    title: ClassVar[str] = "which two camps fit best (Axelrod and Bennett 1993)"
    settings: ClassVar[Mapping[str, Setting]] = {}

    relations: Relations

    @classmethod
    def of(cls, given: Given) -> Self:
        """Take sizes and propensities.

        Raises:
            UserError: there are none.
        """
        given.numbers(cls.settings)
        return cls(given.relations())

    def __post_init__(self) -> None:
        if self.n < 2:
            raise UserError(f"a landscape needs at least two actors, not {self.n}")

    @property
    def n(self) -> int:
        """Number of actors."""
        return len(self.relations.names)

    @property
    def exhaustive(self) -> bool:
        """Whether every split is looked at."""
        return self.n <= EXHAUSTIVE

    @cached_property
    def _pairs(self) -> tuple[Numbers, int]:
        """``s_i s_j (p_ij + p_ji)`` as whole numbers ``(N, N)`` of one over a unit, and that unit.

        The unit is 0, and the numbers are floats, if they would not fit into 64 bits and not all
        of what is given is whole.
        """
        s, p = self.relations.sizes, self.relations.propensities
        n = range(self.n)
        exact = [[s[i] * s[j] * (p[i][j] + p[j][i]) * (i != j) for j in n] for i in n]
        unit = math.lcm(*(value.denominator for row in exact for value in row))
        largest = sum(abs(value) for row in exact for value in row) * unit
        if largest < _EXACT:
            return np.array([[int(v * unit) for v in row] for row in exact], np.int64), unit
        whole = all(v.denominator == 1 for row in (s, *p) for v in row)
        if not whole:
            return np.array([[float(v) for v in row] for row in exact]), 0
        if self.n > _OBJECTS:
            raise UserError(
                f"the energies are beyond 64 bits, which more than {_OBJECTS} actors are too many "
                "for; divide sizes or propensities by a common factor"
            )
        return np.array([[int(v) for v in row] for row in exact], object), 1

    @cached_property
    def _energies(self) -> Numbers:
        """Energies of all splits in units, ``(2^(N-1),)``.

        As in a Gray code, each follows from that of a split that differs by one actor; whole blocks
        of them at once: with bit k set, those without it, moved by what actor k + 2 has with all
        less twice what it has with those already on the other side.
        """
        if not self.exhaustive:
            raise UserError(
                f"{self.n} actors have too many splits to list; at most {EXHAUSTIVE} actors"
            )
        w, unit = self._pairs
        total = w.sum(axis=1)
        energy = np.zeros(1 << (self.n - 1), w.dtype)
        other = np.zeros(1 << max(self.n - 2, 0), w.dtype)  # of the block: with the other side
        for k in range(self.n - 1):
            half = 1 << k
            for j in range(k):
                np.add(other[: 1 << j], w[k + 1, j + 1], out=other[1 << j : 2 << j])
            np.subtract(energy[:half], 2 * other[:half], out=energy[half : 2 * half])
            energy[half : 2 * half] += total[k + 1]
        if unit == 0 and (scale := float(np.abs(w).sum())) > 0:  # equal energies stay equal
            step = 2.0 ** (math.frexp(scale)[1] - 44)
            energy = np.round(energy / step) * step
        return energy

    @property
    def energies(self) -> list[Value]:
        """Energies of all splits by their number.

        Raises:
            UserError: there are more than :data:`EXHAUSTIVE` actors.
        """
        values = self._energies.tolist()
        return values if self._pairs[1] < 2 else [self._value(value) for value in values]

    @cached_property
    def minima(self) -> tuple[Minimum, ...]:
        """All minima, lowest first; with more than :data:`EXHAUSTIVE` actors those found."""
        found = self._descend() if self.exhaustive else self._search()
        minima = [self._minimum(other, basin) for other, basin in found]
        return tuple(sorted(minima, key=lambda it: (it.energy, it.sides[1])))

    def energy(self, other_side: set[str] | frozenset[str]) -> Value:
        """Return the energy of the split of these actors from the rest."""
        names, (w, _) = self.relations.names, self._pairs
        there = np.array([name in other_side for name in names])
        return self._value(w[np.ix_(there, ~there)].sum())

    def sides(self, split: int) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Return the two camps of a split by its number."""
        return self._camps(self._other(split))

    def together(self) -> npt.NDArray[np.float64]:
        """Return the share of all basins whose minimum has two actors on one side, ``(N, N)``."""
        side = np.array(
            [[name in it.sides[1] for name in self.relations.names] for it in self.minima]
        )
        basin = np.array([it.basin for it in self.minima]) / sum(it.basin for it in self.minima)
        same = side[:, :, None] == side[:, None, :]
        share: npt.NDArray[np.float64] = np.einsum("m,mij->ij", basin, same.astype(np.float64))
        return share

    def to_dict(self, *, every: bool = False) -> dict[str, Any]:
        """Return what is found, for JSON; with the energies of all splits if asked.

        Of at most 16 actors also ``other_sides``: who stands on the other side in each.
        """
        found: dict[str, Any] = {
            "theory": "landscape",
            "actors": list(self.relations.names),
            "exhaustive": self.exhaustive,
            "minima": [
                {
                    "energy": it.energy,
                    "sides": [list(camp) for camp in it.sides],
                    "basin": it.basin,
                    "frustration": it.frustration,
                }
                for it in self.minima
            ],
            "energies": [],
        }
        if every:
            found["energies"] = self.energies
            if self.n <= _NAMED:
                found["other_sides"] = [list(self.sides(k)[1]) for k in range(1 << self.n - 1)]
        return found

    def show(self) -> Any:
        """Return the minima as a table, the largest actors first."""
        from sim.system.terminal import table

        n, minima = self.n, self.minima
        size = dict(zip(self.relations.names, self.relations.sizes, strict=True))
        splits = 1 << (n - 1) if self.exhaustive else STARTS
        what = "splits" if self.exhaustive else "random starts (there are too many splits for all)"
        made = table(
            f"Landscape: {n} actors, {splits:,} {what}, {len(minima)} minima",
            (("energy", "right"), ("basin", "right"), "one side", "the other", "most frustrated"),
        )
        for it in minima[:_SHOWN]:
            camps = [", ".join(sorted(camp, key=lambda x: -size[x])) or "-" for camp in it.sides]
            worst = max(it.frustration, key=lambda x: it.frustration[x])
            basin = f"{it.basin / splits:.0%}"
            made.add_row(f"{it.energy:,.6g}", basin, *camps, worst)
        if len(minima) > _SHOWN:
            made.caption = f"{len(minima) - _SHOWN} more: --json"
        return made

    # --- descent -------------------------------------------------------------------------------
    def _descend(self) -> list[tuple[Bools, int]]:
        """Who is on the other side in each minimum, and its basin, by steepest descent of all."""
        energy = self._energies
        lowest, mover = energy.copy(), np.zeros(len(energy), np.int8)  # 0: nobody
        # the first actor's move is that of all others: the splits in the opposite order
        _compare(lowest, mover, energy[::-1], 1)
        for k in range(self.n - 1):
            low, by = (x.reshape(-1, 2, 1 << k) for x in (lowest, mover))
            _compare(low, by, energy.reshape(-1, 2, 1 << k)[:, ::-1], k + 2)
        del lowest
        flips = [0, len(energy) - 1, *(1 << k for k in range(self.n - 1))]
        ends = np.arange(len(energy), dtype=np.int32) ^ np.array(flips, np.int32)[mover]
        while True:  # one move, then two at once, then four
            further = ends[ends]
            if np.array_equal(further, ends):
                break
            ends = further
        basins = np.bincount(ends)
        return [(self._other(k), int(basins[k])) for k in np.flatnonzero(basins).tolist()]

    def _search(self) -> list[tuple[Bools, int]]:
        """The same for random starts."""
        w, _ = self._pairs
        rng = np.random.default_rng(0)
        spin = rng.choice(np.array([-1, 1], w.dtype), (STARTS, self.n))
        with_me = spin @ w * spin  # what moves would add to the energy
        going = np.arange(STARTS)
        while len(going):
            best = with_me[going].argmin(axis=1)
            lower = with_me[going, best] < 0
            going, best = going[lower], best[lower]
            moved = spin[going, best]
            spin[going, best] = -moved
            # a neighbour j of the mover i had w_ij sigma_i sigma_j, and has its opposite
            with_me[going] -= 2 * w[best] * (moved[:, None] * spin[going])
            with_me[going, best] = (spin[going] * w[best]).sum(axis=1) * -moved
        other, counts = np.unique(spin != spin[:, :1], axis=0, return_counts=True)
        return list(zip(other, counts.tolist(), strict=True))

    # --- as people read it ---------------------------------------------------------------------
    def _other(self, split: int) -> Bools:
        return np.array([False, *(bool(split >> k & 1) for k in range(self.n - 1))])

    def _camps(self, other: Bools) -> tuple[tuple[str, ...], tuple[str, ...]]:
        names = self.relations.names
        first, second = (
            tuple(x for x, it in zip(names, other, strict=True) if it == b) for b in (False, True)
        )
        return first, second

    def _value(self, energy: Any) -> Value:
        unit = self._pairs[1]
        return float(energy) if unit == 0 else _plain(Fraction(int(energy), unit))

    def _minimum(self, other: Bools, basin: int) -> Minimum:
        s, p = self.relations.sizes, self.relations.propensities
        n = range(self.n)
        apart = [[j for j in n if other[j] != other[i]] for i in n]
        frustration = {
            name: _plain(sum((s[j] * p[i][j] for j in apart[i]), Fraction(0)))
            for i, name in enumerate(self.relations.names)
        }
        camps = self._camps(other)
        return Minimum(self.energy(set(camps[1])), camps, basin, frustration)


def _compare(lowest: Numbers, mover: Numbers, energy: Numbers, by: int) -> None:
    """Take what a move leads to where that is lower than what was found, in place."""
    better = energy < lowest
    np.copyto(lowest, energy, where=better)
    np.copyto(mover, by, where=better)


def _plain(value: Fraction) -> Value:
    return value.numerator if value.denominator == 1 else float(value)


THEORY = Landscape
