"""The inventory of a scenario: every part of it by name, and what it lacks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.errors import Problem
from sim.rules import catalogue as names
from sim.rules.priors import UNSTATED
from sim.scenario import EventSpec, Number, ScenarioSpec, format_quarter
from sim.scenario.inventory.effects import arms_without_effect, notices, played, stated
from sim.scenario.missing import PRIOR
from sim.scenario.world import World

_OPERATIONS = frozenset(("value", "add", "multiply"))
_PROVENANCE = frozenset(("defaults", "sources", "title", "description"))
_DATES = frozenset(("since", "until", "at", "start", "end"))


@dataclass(frozen=True, slots=True)
class StateEntry:
    """A state: the numbers that it has, and what is taken of those that it lacks.

    ``stated`` and ``doctrine`` are given by the scenario; ``prior`` is taken from the other states
    (:mod:`sim.scenario.missing`); ``taken`` has the start of all other variables that a scenario
    may set: the model's default, or what follows from the rest. ``unknown`` names those that the
    scenario says there is no figure of.
    """

    code: str
    name: str
    stated: Mapping[str, Number]
    doctrine: Mapping[str, Number]
    prior: Mapping[str, Number]
    taken: Mapping[str, float]
    unknown: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PairsEntry:
    """A variable of pairs: how many ordered pairs have a number, of how many; the others' value.

    ``default`` is None where it follows from the rest of the scenario.
    """

    name: str
    stated: int
    pairs: int
    default: float | None


@dataclass(frozen=True, slots=True)
class EventEntry:
    """An event with its changes as written, and whether it falls within the clock."""

    event: EventSpec
    changes: tuple[str, ...]
    played: bool


@dataclass(frozen=True, slots=True)
class ArmEntry:
    """An arm with what it changes, ``key = value``; ``differs`` is None where it was not loaded."""

    name: str
    title: str
    changes: tuple[str, ...]
    differs: bool | None


@dataclass(frozen=True, slots=True)
class Inventory:
    """All that a scenario, or one arm of it, holds, and what is to be told of it.

    ``made`` counts the made-up states without numbers of their own, which ``states`` leaves out.
    ``off`` names the mechanisms and terms that are switched off.
    """

    spec: ScenarioSpec
    states: tuple[StateEntry, ...]
    made: int
    pairs: tuple[PairsEntry, ...]
    events: tuple[EventEntry, ...]
    arms: tuple[ArmEntry, ...]
    off: tuple[str, ...]
    notices: tuple[Problem, ...]

    @property
    def end(self) -> int:
        """The last quarter."""
        return self.spec.start + self.spec.quarters

    def counts(self) -> str:
        """Return how many of each there are, in one line."""
        spec = self.spec
        counted = [
            _count(len(spec.states), "state"),
            _count(len(spec.pacts), "pact"),
            _count(len(spec.organisations), "organisation"),
            _count(len(spec.conflicts), "conflict"),
            _count(len(spec.events), "event"),
            _count(len(spec.groups), "group"),
            _count(len(spec.arms), "arm"),
            _count(len(spec.parameters), "parameter"),
            _count(len(spec.claims), "claim"),
        ]
        idle = sum(not entry.played for entry in self.events)
        if idle:
            counted[4] += f" ({idle} not played)"
        if self.off:
            counted.append(f"{len(self.off)} switched off")
        return ", ".join(counted)

    def to_dict(self) -> dict[str, Any]:
        """Return the inventory in the types of JSON; quarters as texts such as 2022Q1."""
        spec = self.spec
        parts = {
            "title": spec.title,
            "question": spec.question,
            "description": spec.description,
            "file": spec.path,
            "arm": spec.arm,
            "overrides": spec.overrides,
            "clock": {"start": spec.start, "end": self.end, "quarters": spec.quarters},
            "ensemble": asdict(spec.ensemble),
            "poles": spec.poles,
            "focal": spec.focal,
            "groups": spec.groups,
            "states": [asdict(entry) for entry in self.states],
            "made_up_states": self.made,
            "synthetic": None if spec.synthetic is None else asdict(spec.synthetic),
            "record": [list(pair) for pair in spec.record.dyads],
            "pairs": [asdict(entry) for entry in self.pairs],
            "pacts": [asdict(pact) for pact in spec.pacts.values()],
            "organisations": [asdict(body) for body in spec.organisations.values()],
            "conflicts": [asdict(conflict) for conflict in spec.conflicts.values()],
            "order": {name: asdict(number) for name, number in spec.order.items()},
            "doctrines": [asdict(doctrine) for doctrine in spec.doctrines.values()],
            "events": [
                {**asdict(entry.event), "changes": entry.changes, "played": entry.played}
                for entry in self.events
            ],
            "arms": [asdict(entry) for entry in self.arms],
            "parameters": {name: asdict(number) for name, number in spec.parameters.items()},
            "off": self.off,
            "claims": spec.claims,
            "unknown": spec.unknown,
            "sources": spec.sources,
            "notices": [asdict(problem) for problem in self.notices],
        }
        return {name: _plain(value) for name, value in parts.items()}


def inventory(spec: ScenarioSpec, arms: Mapping[str, ScenarioSpec] | None = None) -> Inventory:
    """Return the inventory of a scenario or of one arm of it.

    Args:
        spec: the scenario.
        arms: the base and its arms by name, to find those that differ from it in nothing.
    """
    alike = () if arms is None else arms_without_effect(arms)
    same = {problem.key.removeprefix("arms.") for problem in alike}
    world = World(spec)
    here = played(world)
    start = dict(zip(world.codes, stated(world).blocks.V.T, strict=True))
    made = frozenset(spec.synthetic.codes if spec.synthetic is not None else ())
    listed = [state for state in spec.states.values() if state.code not in made or state.values]
    off = [name for name, on in (*spec.mechanisms.items(), *spec.terms.items()) if not on]
    return Inventory(
        spec=spec,
        states=tuple(_state(spec, state.code, start[state.code]) for state in listed),
        made=len(spec.states) - len(listed),
        pairs=tuple(_pairs(spec)),
        events=tuple(
            EventEntry(event, tuple(_changes(event)), event.id in here)
            for event in spec.events.values()
        ),
        arms=tuple(
            ArmEntry(
                name,
                arm.title,
                tuple(_lines(arm.overlay)),
                None if arms is None or name not in arms else name not in same,
            )
            for name, arm in spec.arms.items()
        ),
        off=tuple(off),
        notices=(*notices(spec, world), *alike),
    )


def _count(number: int, word: str) -> str:
    return f"{number} {word}{'' if number == 1 else 's'}"


def _state(spec: ScenarioSpec, code: str, start: NDArray[np.float64]) -> StateEntry:
    """Return the entry of a state whose variables are ``start``, ``(fields,)``."""
    state = spec.states[code]
    settable = [field for field in names.STATE_FIELDS.values() if field.initial]
    prefix = f"states.{code}."
    return StateEntry(
        code,
        state.name,
        {name: x for name, x in state.values.items() if x.source != PRIOR},
        state.doctrine,
        {name: x for name, x in state.values.items() if x.source == PRIOR},
        {x.name: float(start[x.row]) for x in settable if x.name not in state.values},
        tuple(key.removeprefix(prefix) for key in spec.unknown if key.startswith(prefix)),
    )


def _pairs(spec: ScenarioSpec) -> Iterator[PairsEntry]:
    n = len(spec.states)
    for name, numbers in (*spec.relations.items(), *spec.channels.items()):
        field = names.DYAD_FIELDS[name]
        default = None if field.row in UNSTATED else field.default
        stated = sum(pair[0] in spec.states and pair[1] in spec.states for pair in numbers)
        yield PairsEntry(name, stated, n * (n - 1), default)


def _changes(event: EventSpec) -> Iterator[str]:
    """Yield each change of an event once, as it is written."""
    prefix = f"events.{event.id}.effects."
    signs = {"set": "=", "add": "+", "multiply": "x"}
    seen = set()
    for effect in event.effects:
        number = effect.number
        if number.key not in seen:
            seen.add(number.key)
            field, _, place = number.key.removeprefix(prefix).partition(".")
            yield f"{field} {place} {signs[effect.op]} {with_range(number)}"


def with_range(number: Number) -> str:
    """Return a number with the range from which it is drawn, if it has one."""
    text = f"{number.value:.4g}"
    if number.low < number.high:
        text += f" [{number.low:.4g}, {number.high:.4g}]"
    return text


def _lines(overlay: Mapping[str, Any], prefix: str = "") -> Iterator[str]:
    """Yield ``key = value`` for each thing that an overlay sets; what was off is ``off``."""
    for name, value in overlay.items():
        key = f"{prefix}{name}"
        if name in _PROVENANCE:
            continue
        if isinstance(value, Mapping) and not _OPERATIONS.isdisjoint(value):
            given = [f"{op} {value[op]}" for op in ("value", "add", "multiply") if op in value]
            drawn = f" (range {value['range']})" if "range" in value else ""
            yield f"{key} = {', '.join(given).removeprefix('value ')}{drawn}"
        elif isinstance(value, Mapping):
            yield from _lines(value, f"{key}.")
        else:
            text = "off" if value is None or value is False else "on" if value is True else value
            yield f"{key} = {text}"


def _plain(value: Any, name: str = "") -> Any:
    """Return the value in the types of JSON, quarters as texts."""
    if isinstance(value, Mapping):
        return {key: _plain(item, key) for key, item in value.items()}
    if isinstance(value, tuple | list | frozenset):
        return [_plain(item) for item in value]
    if name in _DATES and isinstance(value, int):
        return format_quarter(value)
    return value
