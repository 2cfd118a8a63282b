"""What is said and has no effect: events cut at a bound or without change, arms like the base.

Events are played here on the stated start alone, without the rules of the model, so a notice says
what holds as things stand at the start.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.errors import Problem
from sim.rules.pair_variables import FLOOR, LEVEL
from sim.scenario import BASE_ARM, ScenarioSpec
from sim.scenario.dated_changes import COLLECTIVE, DYAD, OPERATIONS, PART
from sim.scenario.world import Start, World
from sim.types import Blocks

Floats = NDArray[np.float64]
_Simulated = tuple[tuple[object, ...], tuple[NDArray[Any], ...]]
_ADD = OPERATIONS["add"]
_SIDES = re.compile("[->]")
_BOTH_ORDERS = (LEVEL, FLOOR)
"""Rows of an event that set both orders of a pair at once."""


def notices(spec: ScenarioSpec, world: World | None = None) -> tuple[Problem, ...]:
    """Return all that is to be told of a scenario or of one arm of it, in the order of place.

    It has :attr:`ScenarioSpec.notices` and what its events change in vain. Its ``world`` is made
    where it is not given.
    """
    found = (*spec.notices, *(_events_in_vain(world or World(spec)) if spec.events else ()))
    return tuple(
        sorted(found, key=lambda x: (x.file != spec.path, x.file, x.line, x.column, x.key))
    )


def arms_without_effect(arms: Mapping[str, ScenarioSpec]) -> tuple[Problem, ...]:
    """Return a notice for each arm that starts, and is shocked, exactly as the base.

    Args:
        arms: the base, under its name, and the arms.
    """
    base = arms[BASE_ARM]
    start = _simulated(base)
    return tuple(
        replace(_place(base, f"arms.{name}"), message="differs from the base in nothing")
        for name, spec in arms.items()
        if name != BASE_ARM and _same(_simulated(spec), start)
    )


def played(world: World) -> frozenset[str]:
    """Return the names of the events that change something within the clock."""
    return frozenset(name for name, _ in world.event_names) & world.spec.events.keys()


def _place(spec: ScenarioSpec, key: str) -> Problem:
    return spec.places.get(key) or Problem(spec.path, 0, 0, key, "")


def _key(spec: ScenarioSpec, key: str) -> str:
    return _place(spec, key).key


def stated(world: World) -> Start:
    """Return the start of a run in which every number is as stated."""
    return world.initial(world.triangles[1][:, 1])


def _simulated(spec: ScenarioSpec) -> _Simulated:
    """Return all that a run depends on, the rules apart: names, and arrays."""
    world = World(spec)
    blocks, events = stated(world)
    names = (world.codes, world.collectives)
    return names, (*blocks[:5], events, world.limits, *world.triangles)


def _same(one: _Simulated, other: _Simulated) -> bool:
    return one[0] == other[0] and all(
        np.array_equal(a, b, equal_nan=True) for a, b in zip(one[1], other[1], strict=True)
    )


@dataclass
class _Change:
    """What becomes of one written change of an event at all places that it names."""

    held: list[str] = field(default_factory=list)
    moved: bool = False
    last: str = ""


def _events_in_vain(world: World) -> Iterator[Problem]:
    spec = world.spec
    written = _written(world)
    x, events = stated(world)
    changes: dict[str, _Change] = {}
    for row, (low, high), (event, _) in zip(events, world.limits, world.event_names, strict=True):
        block, cell, turned = _cell(x, row)
        old, number = float(block[cell]), float(row[6])
        wanted = _changed(old, *row[5:8].tolist())
        new = min(max(wanted, low), high)
        block[cell] = new
        if turned is not None:
            block[turned] = new
        key = written.get((event, *row[1:5].tolist()))
        if key is None:  # a pact, organisation or conflict that begins or ends
            continue
        change = changes.setdefault(key, _Change())
        change.moved |= new != old
        change.last = f"{new:.4g}"
        if wanted != new:
            sign = "plus" if row[5] == _ADD else "times"
            told = f"{old:.4g} {sign} {number:.4g} is {wanted:.4g}"
            change.held.append(f"{told}, beyond {low:.4g} to {high:.4g}: held at {new:.4g}")
    idle: dict[str, list[str]] = {}
    for key, change in changes.items():
        if change.held:
            first, *more = change.held
            others = f", and so at {len(more)} more places" if more else ""
            told = f"as things stand at the start, {first}{others}"
            yield replace(_place(spec, key), message=told)
        elif not change.moved and not _excepted(spec, key, changes):
            idle.setdefault(key.partition(".effects.")[0], []).append(key)
    for event, keys in idle.items():
        short = [key.removeprefix(f"{event}.effects.") for key in keys]
        held = ", ".join(f"{x} is {changes[key].last}" for x, key in zip(short, keys, strict=True))
        message = f"{held} already, by the start or an earlier event; only what the model has moved"
        yield replace(_place(spec, keys[0]), key=_key(spec, event), message=f"{message} changes")


def _excepted(spec: ScenarioSpec, key: str, written: Iterable[str]) -> bool:
    """Whether a line keeps its place as it is against another of the event, for a group of it."""
    variable, _, place = key.rpartition(".")
    for other in written:
        if other != key and other.rpartition(".")[0] == variable:
            sides = zip(_SIDES.split(place), _SIDES.split(other.rpartition(".")[2]), strict=False)
            if all(one == two or one in spec.groups.get(two, ()) for one, two in sides):
                return True
    return False


def _changed(old: float, operation: float, number: float, ended: float) -> float:
    """Return what an operation of the event table makes of a value, before it is cut at a bound."""
    if operation == OPERATIONS["set"]:
        return number
    if operation == _ADD:
        return old + number
    if operation == OPERATIONS["multiply"]:
        return old * number
    if operation == OPERATIONS["raise"]:
        return max(old, number)
    return min(old, number) if abs(old - ended) < 0.5 else old


def _written(world: World) -> dict[tuple[str, float, float, float, float], str]:
    """Return the dotted key of each change of an event, by event, kind, row and place."""
    found = {}
    for event in world.spec.events.values():
        for effect in event.effects:
            kind, variable, i, j = world.place(effect)
            found[event.id, float(kind), float(variable.row), float(i), float(j)] = (
                effect.number.key
            )
    return found


def _cell(x: Blocks, row: Floats) -> tuple[Floats, tuple[int, ...], tuple[int, ...] | None]:
    """Return the block, the cell, and the cell of the other order of a pair, of an event's row."""
    kind, variable, i, j = (int(value) for value in row[1:5])
    if kind == DYAD:
        return x.M, (variable, i, j), ((variable, j, i) if variable in _BOTH_ORDERS else None)
    if kind == PART:
        return x.B, (j, i), None
    return (x.G if kind == COLLECTIVE else x.V), (variable, i), None
