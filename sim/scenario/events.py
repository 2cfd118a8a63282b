"""Dated events: what they change, in which order, and what of them the clock leaves out.

Events keep the order of the file, those of the file that is extended first: two of one quarter
happen one after the other, and the second finds what the first has left.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Literal

from sim.errors import hint
from sim.rules.declarations import COLLECTIVES, Field
from sim.scenario.entries import Entries, date, items, value_of
from sim.scenario.names import Line, Names, Place, settle
from sim.scenario.numbers import Numbers
from sim.scenario.quarter import format_quarter
from sim.scenario.reader import Log, Node
from sim.scenario.schema import Vocabulary
from sim.scenario.spec import Effect, EventSpec, Number, ScenarioSpec

Op = Literal["set", "add", "multiply"]
Change = tuple[str, str, Op, Line, Number]
"""Event, variable, what is done, where it is written, by how much."""

_CHANGE = (-1e12, 1e12)
_FACTOR = (0.0, 1e6)
#: Block of a scenario that names the collectives of a kind.
_BLOCKS = {"organisation": "organisations", "conflict": "conflicts", "school": "doctrines"}


class Events:
    """Reads the block of events.

    Args:
        words: the names that the model knows.
        names: the states and groups of the scenario.
        numbers: reads the numbers.
        known: gives the names of a block.
        log: gets problems, and what is told.
    """

    def __init__(
        self,
        words: Vocabulary,
        names: Names,
        numbers: Numbers,
        known: Callable[[str], set[str]],
        log: Log,
    ) -> None:
        self._words = words
        self._names = names
        self._numbers = numbers
        self._known = known
        self._log = log

    def read(self, block: Node | None) -> dict[str, EventSpec]:
        """Return the events by date, those of one quarter in the order of the file."""
        found: list[EventSpec] = []
        changes: dict[tuple[int, str, Place], Change] = {}
        for name, node in items(block):
            key = f"events.{name}"
            when = date(node.value, "at") or 0
            effects: list[Effect] = []
            for variable, entries in items(node.value.get("effects")):
                field, lines = self._lines(variable, entries, f"{key}.effects.{variable}")
                places = settle(lines, self._log)
                read = {line.key: self._change(line, field) for line in lines}
                told: set[str] = set()  # the events before it, once for each variable
                for place in sorted(places, key=str):
                    line = places[place]
                    change = read[line.key]
                    if change is None:
                        continue
                    op, number = change
                    effects.append(Effect(variable, *place, op, number))
                    at = when, variable, place
                    if (before := changes.get(at)) is not None and before[0] not in told:
                        told.add(before[0])
                        self._tell_order(before, op, line, number, place)
                    changes[at] = name, variable, op, line, number
            effects.sort(key=lambda effect: (effect.field, effect.i, effect.j or ""))
            title = value_of(node.value, "title", name)
            source = self._numbers.source(node, key)
            found.append(EventSpec(name, title, when, tuple(effects), source))
        return {event.id: event for event in sorted(found, key=lambda event: event.at)}

    def _lines(self, name: str, node: Node, key: str) -> tuple[Field, list[Line]]:
        """Return the variable that a block of effects changes, and its entries."""
        words = self._words
        if name in words.state_fields:
            return words.state_fields[name], self._names.states_of(node, key)
        if name in words.parts:
            part = words.parts[name]
            kind = COLLECTIVES[part.row]
            return part, self._names.parts_of(node, key, self._known(_BLOCKS[kind]), kind)
        if name in words.collective_fields:
            field = words.collective_fields[name]
            return field, list(self._collectives(node, key, field.kind))
        field = words.dyad_fields[name]
        return field, self._names.pairs_of(node, key, field)

    def _collectives(self, node: Node, key: str, kind: str) -> Iterator[Line]:
        block = _BLOCKS.get(kind)
        known = {"order"} if block is None else self._known(block)
        for text, child in items(node):
            if text in known:
                yield Line(text, child, f"{key}.{text}", [(text, None)], (1,))
            else:
                message = f"unknown {kind} '{text}'{hint(text, known)}"
                self._log.key(child, f"{key}.{text}", message)

    def _change(self, line: Line, field: Field) -> tuple[Op, Number] | None:
        op: Op = "set"
        if isinstance(line.node.value, dict):
            given = line.node.value
            op = "add" if "add" in given else "multiply" if "multiply" in given else "set"
        bounds = {"set": field.bounds, "add": _CHANGE, "multiply": _FACTOR}[op]
        number = self._numbers.read(line.node, line.key, bounds)
        return None if number is None else (op, number)

    def _tell_order(self, before: Change, op: Op, line: Line, number: Number, place: Place) -> None:
        """Tell of two events of one quarter whose order changes what comes out."""
        other, variable, other_op, _, other_number = before
        same = other_number.value == number.value
        if op == other_op and (op != "set" or same):
            return
        name = ">".join(part for part in place if part is not None)
        message = (
            f"event '{other}' of the same quarter changes {variable} of {name} too, and the order "
            f"counts: they happen in the order of the file, '{other}' first"
        )
        self._log.notice(line.node, line.key, message)

    def tell_unplayed(self, spec: ScenarioSpec, top: Entries) -> None:
        """Tell of what the clock leaves out, whole or in part.

        What an event up to the start has set for good is part of the start; what it has moved, and
        what fades by itself, has passed.

        Args:
            spec: what has been read.
            top: where its blocks stand.
        """
        first, last = spec.start, spec.start + spec.quarters
        begun, over = (
            f"the start {format_quarter(first)}",
            f"the last quarter {format_quarter(last)}",
        )
        late = f"dated after {over}, so it has no effect"
        self._tell("events", [e.id for e in spec.events.values() if e.at > last], late, top)
        begin: dict[str, list[tuple[str, int | None]]] = {
            "pacts": [(x.id, x.since) for x in spec.pacts.values()],
            "organisations": [(x.id, x.since) for x in spec.organisations.values()],
            "conflicts": [(x.id, x.since) for x in spec.conflicts.values()],
        }
        for block, dates in begin.items():
            names = [name for name, since in dates if since is not None and since > last]
            self._tell(block, names, f"begins after {over}, so it is never in force", top)
        ended = [p.id for p in spec.pacts.values() if p.until is not None and p.until < first]
        self._tell("pacts", ended, f"ended before {begun}, so it is never in force", top)
        for event in spec.events.values():
            passed = sorted({effect.field for effect in event.effects if not self._lasts(effect)})
            if passed and event.at <= first:
                kept = {effect.field for effect in event.effects if self._lasts(effect)}
                rest = "; what it sets for good is part of the start" if kept else ""
                when = f"at {begun}" if event.at == first else f"before {begun}"
                message = f"dated {when}, so its passing effects are not played: "
                message += ", ".join(passed) + rest
                self._log.notice(top["events"].value[event.id], f"events.{event.id}", message)

    def _tell(self, block: str, names: list[str], message: str, top: Entries) -> None:
        """Tell once of all entries of a block that are dated outside the clock."""
        if names:
            first, *others = names
            more = f"; likewise {', '.join(others)}" if others else ""
            self._log.notice(top[block].value[first], f"{block}.{first}", message + more)

    def _lasts(self, effect: Effect) -> bool:
        """Return whether what an event before the start does is still there at the start."""
        words = self._words
        tables = (words.state_fields, words.dyad_fields, words.collective_fields, words.parts)
        return effect.op == "set" and any(
            effect.field in table and table[effect.field].lasts for table in tables
        )
