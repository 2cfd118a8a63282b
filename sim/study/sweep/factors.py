"""What a sweep varies: names of the overlay language, and how a value of one is written.

A factor is a number (``security.weight``), a choice among texts (``mechanisms.trust=on,off``,
``arm=base,placebo``), or the strength of an event: ``events.NAME.scale``, where NAME may have
``*``. At strength x an event that adds a adds x a; one that multiplies by m multiplies by
1 + x (m - 1); one that sets a variable to v sets it to s + x (v - s), where s is the value that the
scenario states for the start. So 0 leaves things as they were at the start, 1 is the event as it is
written, and 2 doubles it; values stay within the bounds of the variable.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Final

import numpy as np
import numpy.typing as npt

from sim.errors import UserError, hint, shown
from sim.scenario import Effect
from sim.scenario.world import World

ARM: Final = "arm"
_SCALE = re.compile(r"events\.([^.]+)\.scale\Z")
_NAME = re.compile(r"[^\s=,][^=,]*\Z")


@dataclass(frozen=True, slots=True)
class Factor:
    """One thing that is varied.

    ``levels`` are the texts of a choice, whose value is their position; a number has none.
    """

    name: str
    levels: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not _NAME.match(self.name):
            raise UserError(f"{shown(self.name)} is not a name that can be varied")
        if len(set(self.levels)) != len(self.levels):
            raise UserError(f"{self.name}: a level is repeated")
        if self.name == ARM and not self.levels:
            raise UserError("arm: write the arms to try, such as arm=base,NAME")
        if self.event is not None and self.levels:
            raise UserError(f"{self.name}: expected numbers, not levels")

    @property
    def event(self) -> str | None:
        """The pattern of the events whose strength this is, if it is one."""
        found = _SCALE.match(self.name)
        return None if found is None else found[1]

    def level(self, value: float) -> str:
        """The text of a choice.

        Raises:
            UserError: there is no such position.
        """
        at = int(value)
        if at != value or not 0 <= at < len(self.levels):
            raise UserError(f"{self.name}: {value:g} is not a position 0 to {len(self.levels) - 1}")
        return self.levels[at]

    def show(self, value: float) -> str:
        """A value as it is written: the text of a choice, or the number."""
        return self.level(value) if self.levels else written(value)


def parse_factor(text: str) -> Factor:
    """Return a factor: ``name`` for a number, ``name=a,b`` for a choice.

    Raises:
        UserError: the text is neither.

    >>> parse_factor("mechanisms.trust=on,off")
    Factor(name='mechanisms.trust', levels=('on', 'off'))
    """
    name, equals, levels = text.partition("=")
    if equals and not levels.strip():
        raise UserError(f"{shown(text)}: no levels after '='")
    parts = tuple(level.strip() for level in levels.split(",")) if equals else ()
    return Factor(name.strip(), parts)


def written(value: float) -> str:
    """A number as text that reads back to the same number, whole ones without a point.

    >>> written(8.0), written(0.1)
    ('8', '0.1')
    """
    if value == int(value) and abs(value) < 1e15:
        return str(int(value))
    return repr(float(value))


@dataclass(frozen=True, slots=True)
class Part:
    """One number that a factor moves: ``start`` at 0, ``end`` at 1, within ``low`` and ``high``."""

    key: str
    op: str = "value"
    start: float = 0.0
    end: float = 1.0
    low: float = -np.inf
    high: float = np.inf

    def at(self, x: float) -> float:
        """The number at a value of the factor."""
        moved = (1.0 - x) * self.start + x * self.end  # exact at 0 and 1, and x itself from 0 to 1
        return min(max(moved, self.low), self.high) + 0.0  # no negative zero

    def override(self, x: float) -> str:
        """The ``--set`` text that gives the number this value."""
        number = written(self.at(x))
        return (
            f"{self.key}={number}" if self.op == "value" else f"{self.key}={{{self.op}: {number}}}"
        )


def parts_of(factor: Factor, world: Callable[[], World]) -> tuple[Part, ...]:
    """Return the numbers that a numeric factor moves.

    Args:
        factor: without levels.
        world: gives the world without this and other varied numbers, for the strength of events.

    Raises:
        UserError: there is no such event, or its strength cannot be one number.
    """
    if factor.event is None:
        return (Part(factor.name),)
    base = world()
    events = base.spec.events
    found = [name for name in events if fnmatchcase(name, factor.event)]
    if not found:
        raise UserError(
            f"{factor.name}: no event {shown(factor.event)}{hint(factor.event, events)}"
        )
    stated = base.initial(base.triangles[1][:, 1].copy()).blocks
    blocks = (stated.V, stated.M, stated.G, stated.B)
    parts: dict[str, Part] = {}
    for name in found:
        for effect in events[name].effects:
            part = _part(effect, base, blocks)
            if parts.setdefault(part.key, part) != part:
                raise UserError(
                    f"{factor.name}: {part.key} sets variables that start from different values; "
                    "write them one by one in the event to vary its strength"
                )
    return tuple(parts.values())


def _part(effect: Effect, base: World, blocks: tuple[npt.NDArray[np.float64], ...]) -> Part:
    number = effect.number
    if effect.op == "add":
        return Part(number.key, "add", end=number.value)
    if effect.op == "multiply":
        return Part(number.key, "multiply", 1.0, number.value, low=0.0)
    kind, field, i, j = base.place(effect)
    block = blocks[int(kind)]
    places = ((field.row, i), (field.row, i, j), (field.row, i), (j, i))
    start = float(block[places[int(kind)]])
    return Part(number.key, "value", start, number.value, *field.bounds)
