"""What is moved: single numbers of a scenario, and blocks of numbers, until none is left out.

A scenario has thousands of numbers with a range. A factor is one of them or a block of them, and
has one coordinate u from 0 to 1. For a single number u is the quantile of its triangular
distribution, so that 0 and 1 are the ends of its range and a uniform u is what an ensemble draws.
For a block, u stands for a draw of all its numbers, each by itself, by the very function that an
ensemble uses: another u is another draw. A block whose numbers all went up together would show a
world that no run ever sees, and opposite effects in it would cancel; this one shows what not
knowing these numbers does.

Quantiles and draws belong to dotted keys, so arms share them, also where an arm has other ranges.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from sim import kernel
from sim.drivers.starts import triangular
from sim.errors import UserError, hint, shown
from sim.scenario import Number
from sim.scenario.world import World
from sim.types import Floats

PARAMETERS: Final = "parameters"
ALL: Final = "all"
OTHERS: Final = {
    "parameters": "other parameters",
    "relations": "other ties and flows",
    "channels": "other ties and flows",
    "events": "other events",
}
"""Blocks of all numbers that no other factor has, by the block of the scenario."""
OTHERWISE: Final = "other states and bodies"
REST: Final = frozenset((*OTHERS.values(), OTHERWISE))

_DRAWS: Final = 2**40
"""Draws of a block that its coordinate tells apart."""


@dataclass(frozen=True, slots=True)
class Factor:
    """A number, or a block of numbers that are drawn together but each by itself.

    ``low``, ``value`` and ``high`` are the range and the stated value of a single number.
    """

    name: str
    keys: tuple[str, ...]
    low: float | None = None
    value: float | None = None
    high: float | None = None

    @property
    def single(self) -> bool:
        """Whether this is one number."""
        return self.low is not None

    def describe(self) -> str:
        """The range, or how many numbers."""
        if self.single:
            return f"{self.low:g} to {self.high:g}"
        return f"{len(self.keys)} numbers"


def choose_factors(numbers: Sequence[Number], over: Sequence[str] = (ALL,)) -> list[Factor]:
    """Return the factors that ``over`` asks for; no number is in two of them.

    Args:
        numbers: the uncertain numbers of a scenario.
        over: any of ``all`` (each model parameter by itself, all other numbers in blocks),
            ``parameters``, a number (``trust.prior``, ``relations.trust.AAA>BBB``), a block
            (``relations.trust``: its numbers drawn together) and a block followed by ``.*`` (each
            number in it by itself). What is named earlier takes its numbers first.

    Raises:
        UserError: a name means no number that has a range.
    """
    ranged = {number.key: number for number in numbers if number.low < number.high}
    taken: set[str] = set()
    found: list[Factor] = []
    for text in over:
        factors = _named(text, ranged)
        for name, keys in factors.items():
            left = tuple(key for key in keys if key not in taken)
            taken.update(left)
            if left:
                found.append(_factor(name, left, ranged))
    return found


def rest_of(numbers: Sequence[Number], factors: Sequence[Factor]) -> list[Factor]:
    """Return a few blocks of all numbers that no factor has, so that nothing is left out."""
    taken = {key for factor in factors for key in factor.keys}
    blocks: dict[str, list[str]] = {}
    for number in numbers:
        if number.low < number.high and number.key not in taken:
            name = OTHERS.get(number.key.partition(".")[0], OTHERWISE)
            blocks.setdefault(name, []).append(number.key)
    return [Factor(name, tuple(keys)) for name, keys in sorted(blocks.items())]


def _factor(name: str, keys: tuple[str, ...], ranged: Mapping[str, Number]) -> Factor:
    if len(keys) > 1:
        return Factor(name, keys)
    number = ranged[keys[0]]
    return Factor(_short(keys[0]), keys, number.low, number.value, number.high)


def _short(key: str) -> str:
    return key.removeprefix("parameters.")


def _named(text: str, ranged: Mapping[str, Number]) -> dict[str, tuple[str, ...]]:
    """The factors that one word of ``over`` asks for, by name."""
    if text == PARAMETERS:
        return {_short(key): (key,) for key in ranged if key.startswith("parameters.")}
    if text == ALL:
        blocks: dict[str, list[str]] = {}
        for key in ranged:
            blocks.setdefault(_block(key), []).append(key)
        ordered = sorted(blocks, key=lambda name: (not name.startswith("parameters."), name))
        return {_short(name): tuple(blocks[name]) for name in ordered}
    for key in (text, f"parameters.{text}"):
        if key in ranged:
            return {_short(key): (key,)}
    stem = text.removesuffix(".*")
    keys = tuple(key for key in ranged if _within(key, stem))
    if not keys:
        known = [*ranged, *map(_short, ranged), *dict.fromkeys(map(_block, ranged))]
        message = f"over: no number with a range is called {shown(text)}{hint(text, known)}"
        raise UserError(message)
    return {_short(key): (key,) for key in keys} if text.endswith(".*") else {stem: keys}


def _within(key: str, stem: str) -> bool:
    """Whether a key lies under a stem, in which ``states.*.`` may stand for any state."""
    parts, wanted = key.split("."), stem.split(".")
    if len(parts) < len(wanted) or (len(parts) == len(wanted) and "*" not in wanted):
        return False
    return all(want in ("*", part) for part, want in zip(parts, wanted, strict=False))


def _block(key: str) -> str:
    """The block that a number belongs to when all numbers are moved."""
    parts = key.split(".")
    match parts[0]:
        case "parameters":
            return key
        case "states":
            return f"states.*.{parts[2]}"
        case "relations" | "channels" | "events":
            return ".".join(parts[:2])
        case _:
            return parts[0]


class Space:
    """Points in the unit cube of some factors, and the numbers of a world that they mean.

    Args:
        world: one arm of the scenario.
        factors: what the coordinates mean, in their order.
        seed: of the draws of blocks.

    Numbers outside all factors keep their stated values.
    """

    def __init__(self, world: World, factors: Sequence[Factor], *, seed: int) -> None:
        self._seed = seed
        self._keys, self._shape = world.triangles
        at = {number.key: k for k, number in enumerate(world.uncertain)}
        # a number that this arm does not have, or has without a range, is simply not moved
        self._places = [
            np.array([at[key] for key in factor.keys if key in at], np.int64) for factor in factors
        ]
        self._single = [factor.single for factor in factors]

    def values(self, point: Floats) -> Floats:
        """Return the values of all uncertain numbers at a point, ``(K,)``."""
        found: Floats = self._shape[:, 1].copy()
        for place, single, u in zip(self._places, self._single, point, strict=True):
            if single:
                found[place] = triangular(self._shape[place], float(u))
            elif place.size:
                out = np.empty(place.size)
                draw = int(u * _DRAWS)
                kernel.entries().draw_triangles(
                    self._seed, draw, self._keys[place], self._shape[place], out
                )
                found[place] = out
        return found
