"""What a scenario says once it is read, merged and checked: frozen records, every number sourced.

States, entries and pairs are in the order of their names, so that neither the layout of a file nor
the order of its keys has a part in a result. Events are the exception: two of one quarter happen in
the order of the file.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields, is_dataclass
from typing import Any, Literal

from sim.errors import Problem
from sim.scenario.quarter import Quarter
from sim.scenario.synthetic import SyntheticSpec

BASE_ARM = "base"
REST_OF_WORLD = "ROW"


@dataclass(frozen=True, slots=True)
class Number:
    """A number with its provenance.

    ``low`` and ``high`` bound the values that are drawn for it; numbers of the same ``key`` (both
    orders of an undirected pair, the members of a group) are one quantity and drawn together.
    """

    value: float
    low: float
    high: float
    source: str
    confidence: str | None
    note: str | None
    at: str | None
    key: str


@dataclass(frozen=True, slots=True)
class StateSpec:
    """A state: the attributes that the scenario gives it and the mix of its doctrines."""

    code: str
    name: str
    values: Mapping[str, Number]
    doctrine: Mapping[str, Number]


@dataclass(frozen=True, slots=True)
class Existence:
    """From when until when a state exists, both included; None for before and after the clock."""

    since: Quarter | None
    until: Quarter | None

    def holds(self, at: Quarter) -> bool:
        """Return whether the state exists in a quarter."""
        begun = self.since is None or self.since <= at
        return begun and (self.until is None or at <= self.until)


@dataclass(frozen=True, slots=True)
class PactSpec:
    """A pact in force between all its members, from ``since`` to ``until``, both included."""

    id: str
    members: tuple[str, ...]
    type: str
    since: Quarter | None
    until: Quarter | None
    source: str
    conditional: bool


@dataclass(frozen=True, slots=True)
class OrganisationSpec:
    """An organisation; ``floor`` is the commitment that membership implies between members.

    ``partners`` have part of a membership; ``values`` are its variables by name; ``open_to`` are
    the states that its charter admits beside members and partners, None for all.
    """

    id: str
    name: str
    members: tuple[str, ...]
    partners: Mapping[str, Number]
    floor: Number
    values: Mapping[str, Number]
    source: str
    since: Quarter | None
    open_to: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class ConflictSpec:
    """A conflict of two sides; ``supporters`` are given by the party that they support."""

    id: str
    parties: tuple[tuple[str, ...], tuple[str, ...]]
    supporters: Mapping[str, tuple[str, ...]]
    intensity: Number
    values: Mapping[str, Number]
    rung: str
    frozen: bool
    since: Quarter | None


@dataclass(frozen=True, slots=True)
class DoctrineSpec:
    """A doctrine: multipliers of utility terms, and logits against new pacts of a type."""

    id: str
    description: str
    weights: Mapping[str, Number]
    taboos: Mapping[str, Number]
    values: Mapping[str, Number]
    source: str


@dataclass(frozen=True, slots=True)
class Effect:
    """One change that an event makes.

    ``j`` is None for a variable of states and of collectives, whose name then is ``i``; for a part
    it is the name of the collective.
    """

    field: str
    i: str
    j: str | None
    op: Literal["set", "add", "multiply"]
    number: Number


@dataclass(frozen=True, slots=True)
class EventSpec:
    """A dated shock.

    Of an event up to the start, what it sets for good is part of the start; the rest of it, and an
    event after the last quarter, is not played.
    """

    id: str
    title: str
    at: Quarter
    effects: tuple[Effect, ...]
    source: str


@dataclass(frozen=True, slots=True)
class ArmSpec:
    """A counterfactual as it is written in the file."""

    name: str
    title: str
    overlay: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class EnsembleSpec:
    """How many runs, from which seed, and whether numbers are drawn anew for each run."""

    runs: int
    seed: int
    draws: bool

    def given(self, runs: int | None, seed: int | None) -> tuple[int, int]:
        """Runs and seed as they are given, and where they are not, the scenario's own."""
        return self.runs if runs is None else runs, self.seed if seed is None else seed


@dataclass(frozen=True, slots=True)
class RecordSpec:
    """Ordered pairs to record beside those of the focal states."""

    dyads: tuple[tuple[str, str], ...]


Pairs = Mapping[tuple[str, str], Number]


@dataclass(frozen=True, slots=True)
class ScenarioSpec:
    """A scenario, or one arm of it, ready to be made into a world.

    ``relations`` has every relation by the name of its field and the ordered pair ``(i, j)``;
    ``synthetic`` says how the states of a made-up world come about, if it is one.
    ``channels`` likewise, where either side may be the rest of the world, ``ROW``. ``arm`` is
    the arm applied, ``base`` for none. ``notices`` are to be told to whoever runs it: what is said
    and has no effect, what is lacking and what is taken instead. ``unknown`` has the dotted keys of
    the numbers that are said to be unknown, with their notes; ``places`` has a problem without a
    message for each arm and each change of an event, by its dotted key, to tell where it stands.
    ``exists`` has the states that do not exist all the time. ``answer`` says which arms and metrics
    answer the question; it is read by :mod:`sim.study.answer`.
    """

    path: str
    title: str
    question: str
    description: str
    start: Quarter
    quarters: int
    poles: tuple[str, ...]
    focal: tuple[str, ...]
    groups: Mapping[str, tuple[str, ...]]
    sources: Mapping[str, Mapping[str, Any]]
    states: Mapping[str, StateSpec]
    relations: Mapping[str, Pairs]
    channels: Mapping[str, Pairs]
    pacts: Mapping[str, PactSpec]
    organisations: Mapping[str, OrganisationSpec]
    conflicts: Mapping[str, ConflictSpec]
    order: Mapping[str, Number]
    doctrines: Mapping[str, DoctrineSpec]
    parameters: Mapping[str, Number]
    mechanisms: Mapping[str, bool]
    terms: Mapping[str, bool]
    events: Mapping[str, EventSpec]
    arms: Mapping[str, ArmSpec]
    ensemble: EnsembleSpec
    record: RecordSpec
    claims: Mapping[str, Mapping[str, Any]]
    synthetic: SyntheticSpec | None
    arm: str
    overrides: tuple[str, ...]
    notices: tuple[Problem, ...] = ()
    unknown: Mapping[str, str | None] = field(default_factory=dict)
    places: Mapping[str, Problem] = field(default_factory=dict)
    rules: Mapping[str, str] = field(default_factory=dict)
    exists: Mapping[str, Existence] = field(default_factory=dict)
    answer: Mapping[str, Any] = field(default_factory=dict)

    def hash(self) -> str:
        """Return the SHA-256 of what is simulated, as 64 hexadecimal digits.

        It covers the resolved content: numbers with their ranges and provenance, events, clock,
        ensemble. It leaves out where the file is, how it is laid out, the names of the arm and of
        the options that led here, the other arms, what answers the question, and the claims about
        the outcome.
        """
        content = {
            field.name: _canonical(getattr(self, field.name))
            for field in fields(self)
            if field.name not in _NOT_HASHED
        }
        if not self.rules:
            del content["rules"]  # so that hashes of scenarios without any stay as they were
        content["order of events"] = list(self.events)
        if not self.exists:
            del content["exists"]  # scenarios without it keep the hash that they had
        text = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
        return hashlib.sha256(text.encode("ascii")).hexdigest()

    def meaning(self) -> str:
        """Return the SHA-256 of what bears on a run, as 64 hexadecimal digits.

        It leaves out what :meth:`hash` leaves out, and the size and seed of the ensemble, titles,
        names, descriptions, sources and notes: whatever changes only these has the same runs. The
        order of states, collectives and events has a part in it.
        """
        content = {
            field.name: _canonical(getattr(self, field.name), words=False)
            for field in fields(self)
            if field.name not in _NOT_HASHED | _WORDS | {"ensemble"}
        }
        text = json.dumps([content, self.ensemble.draws], separators=(",", ":"))
        return hashlib.sha256(text.encode("ascii")).hexdigest()


_WORDS = frozenset(("title", "question", "description", "name", "source", "sources"))
"""Fields that only people read."""

_NOT_HASHED = frozenset(
    ("path", "arms", "answer", "claims", "arm", "overrides", "notices", "unknown", "places")
)


def _canonical(value: Any, *, words: bool = True) -> Any:
    """Return the value in JSON's types, the same for the same content, with or without words."""
    if isinstance(value, Number):
        if not words:
            return [value.value, value.low, value.high, value.key]
        # by hand, because there are thousands of them
        return [
            value.value,
            value.low,
            value.high,
            value.source,
            value.confidence,
            value.note,
            value.at,
            value.key,
        ]
    if is_dataclass(value):
        return {
            field.name: _canonical(getattr(value, field.name), words=words)
            for field in fields(value)
            if words or field.name not in _WORDS
        }
    if isinstance(value, Mapping):
        return {_name(key): _canonical(item, words=words) for key, item in value.items()}
    if isinstance(value, tuple | list):
        return [_canonical(item, words=words) for item in value]
    return value


def _name(key: str | tuple[str, str]) -> str:
    return key if isinstance(key, str) else ">".join(key)


def explain_sources(spec: ScenarioSpec) -> list[tuple[str, Number]]:
    """Return every number of the scenario once, by its dotted key, in the order of the keys."""
    return sorted({number.key: number for number in _numbers(spec)}.items())


def _numbers(spec: ScenarioSpec) -> Iterator[Number]:
    for state in spec.states.values():
        yield from state.values.values()
        yield from state.doctrine.values()
    for pairs in (*spec.relations.values(), *spec.channels.values()):
        yield from pairs.values()
    for organisation in spec.organisations.values():
        yield organisation.floor
        yield from organisation.partners.values()
        yield from organisation.values.values()
    for conflict in spec.conflicts.values():
        yield conflict.intensity
        yield from conflict.values.values()
    yield from spec.order.values()
    for doctrine in spec.doctrines.values():
        yield from doctrine.weights.values()
        yield from doctrine.taboos.values()
        yield from doctrine.values.values()
    yield from spec.parameters.values()
    for event in spec.events.values():
        for effect in event.effects:
            yield effect.number
