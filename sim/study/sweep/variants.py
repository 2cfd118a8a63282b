"""Variants of a scenario, made without reading it again where only numbers differ.

Loading a scenario takes as long as several of its runs, and holds the interpreter's lock. But a
number enters a run in one way only, as an entry of the vector that
:meth:`sim.scenario.world.World.initial` takes. So one world serves all points that differ in such
numbers, and a point costs the change of a few entries. Whether numbers are of this kind is not
assumed but tried: the world of one corner of the points, given the numbers of the opposite corner,
must start exactly as the world that is loaded there. Numbers that fail (those that decide which
states there are, or which of two floors holds) and all switches and arms are loaded, once for each
combination.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from sim.drivers import starts
from sim.errors import UserError
from sim.measure.language import BoundMetric, Metric, Scope, required_pairs
from sim.measure.quantities import Pair
from sim.scenario import Loader, ScenarioSpec, explain_sources
from sim.scenario.world import World
from sim.study.sweep.factors import ARM, Factor, Part, parts_of
from sim.types import Floats


@dataclass(frozen=True, slots=True)
class Overlay:
    """A point as the command line has it: an arm and the texts of ``--set``."""

    arm: str
    set: tuple[str, ...]

    def __str__(self) -> str:
        arm = () if self.arm == "base" else (f"--arm {self.arm}",)
        return " ".join((*arm, *(f"--set {_quoted(text)}" for text in self.set)))


def _quoted(text: str) -> str:
    import shlex

    return shlex.quote(text)


@dataclass(frozen=True)
class Base:
    """What all points share: the file, the fixed arm and overrides, the clock."""

    loader: Loader
    arm: str
    set: tuple[str, ...]
    quarters: int | None

    def load(self, choices: Mapping[Factor, str], numbers: Sequence[str] = ()) -> ScenarioSpec:
        """The scenario with the texts of choices, and with numbers as ``--set`` texts."""
        over = self.overlay(choices, numbers)
        return self.loader.load(over.arm, over.set, self.quarters)

    def overlay(self, choices: Mapping[Factor, str], numbers: Sequence[str]) -> Overlay:
        """The same as an overlay."""
        arm = next((text for factor, text in choices.items() if factor.name == ARM), self.arm)
        chosen = [f"{factor.name}={text}" for factor, text in choices.items() if factor.name != ARM]
        return Overlay(arm, (*self.set, *chosen, *numbers))


@dataclass(frozen=True)
class Variant:
    """A world, and where the numbers of each free factor stand in its vector."""

    world: World
    entries: tuple[tuple[int, Factor, Part], ...]
    metrics: tuple[BoundMetric, ...]
    pairs: tuple[Pair, ...]

    def values(self, point: Mapping[Factor, float], seed: int, run: int) -> Floats:
        """The vector of uncertain numbers of a run at a point, ``(K,)``."""
        drawn = starts.draw(self.world, seed, run)
        for at, factor, part in self.entries:
            drawn[at] = part.at(point[factor])
        return drawn


class Parts:
    """The numbers that each factor moves, given the choices made."""

    def __init__(self, base: Base, choices: Mapping[Factor, str]) -> None:
        self._base = base
        self._choices = choices
        self._world: World | None = None
        self._found: dict[Factor, tuple[Part, ...]] = {}

    def of(self, factor: Factor) -> tuple[Part, ...]:
        """The parts of a numeric factor.

        Raises:
            UserError: see :func:`sim.study.sweep.factors.parts_of`.
        """
        if factor not in self._found:
            self._found[factor] = parts_of(factor, self._plain)
        return self._found[factor]

    def texts(self, point: Mapping[Factor, float]) -> list[str]:
        """The ``--set`` texts of the numbers at a point."""
        return [part.override(x) for factor, x in point.items() for part in self.of(factor)]

    def _plain(self) -> World:
        if self._world is None:
            self._world = World(self._base.load(self._choices))
        return self._world


def make_variant(
    base: Base,
    choices: Mapping[Factor, str],
    numbers: Mapping[Factor, float],
    free: Sequence[Factor],
    metrics: Sequence[Metric],
    horizon: str | None,
) -> Variant:
    """Load a variant in which the entries of ``free`` factors can be changed.

    Args:
        base: what is shared.
        choices: the text of every choice.
        numbers: a value of every number.
        free: the numbers that will be changed in the vector.
        metrics: to look up in its scenario.
        horizon: of the metrics.

    Raises:
        UserError: the point is not a valid scenario, or a metric does not fit it.
    """
    parts = Parts(base, choices)
    moved = [part.key for factor in numbers for part in parts.of(factor)]
    if twice := sorted({key for key in moved if moved.count(key) > 1}):
        raise UserError(f"{twice[0]} is varied in two ways at once")
    spec = base.load(choices, parts.texts(numbers))
    wanted = {
        f"--set {part.override(numbers[factor])}": (factor, part)
        for factor in free
        for part in parts.of(factor)
    }
    # an override leaves its own text as the note of its number
    named = {n.key: wanted[n.note] for _, n in explain_sources(spec) if n.note in wanted}
    world = World(spec, varied=frozenset(named))
    found = [
        (at, *named[number.key]) for at, number in enumerate(world.uncertain) if number.key in named
    ]
    scope = Scope.of(spec)
    bound = tuple(metric.bind(scope, horizon) for metric in metrics)
    return Variant(world, tuple(found), bound, required_pairs(bound))


def agree(one: Variant, other: Variant, point: Mapping[Factor, float]) -> bool:
    """Whether ``one`` with the numbers of ``point`` starts as ``other``, which was loaded there."""
    spec, loaded = one.world.spec, other.world.spec
    if any(getattr(spec, name) != getattr(loaded, name) for name in _SHARED):
        return False
    a, b = one.world, other.world
    if a.codes != b.codes or a.collectives != b.collectives or a.event_names != b.event_names:
        return False
    if not np.array_equal(a.limits, b.limits):
        return False
    if [number.key for number in a.uncertain] != [number.key for number in b.uncertain]:
        return False
    shapes = a.triangles[1].copy()
    for at, factor, part in one.entries:
        shapes[at] = part.at(point[factor])
    if not np.array_equal(shapes, b.triangles[1]):
        return False
    # values within the ranges, none of which coincide
    spread = np.modf(np.arange(1, len(shapes) + 1) * 0.6180339887498949)[0]
    values = shapes[:, 0] + spread * (shapes[:, 2] - shapes[:, 0])
    first, second = a.initial(values), b.initial(values)
    return np.array_equal(first.events, second.events) and all(
        np.array_equal(one, other, equal_nan=True)
        for one, other in zip(first.blocks[:5], second.blocks[:5], strict=True)
    )


#: What a scenario says beside its numbers and is not in the blocks of a run.
_SHARED = ("start", "quarters", "poles", "focal", "groups", "ensemble", "record")
