"""What the names of a scenario mean: states, groups of states, and pairs of either."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from sim.errors import hint, nearest
from sim.rules.declarations import Field
from sim.scenario.entries import items
from sim.scenario.overlay import VALUES
from sim.scenario.reader import Log, Node, Part
from sim.scenario.spec import REST_OF_WORLD

MAX_PAIRS = 2_000_000
_SEPARATOR = re.compile("[->]")

_FEW = 12
_LEAST_NAME = 4

Pair = tuple[str, str]
Report = Callable[[str], None]


def meant(written: str, states: Mapping[str, str], groups: Iterable[str] = ()) -> str:
    """Return ``; did you mean 'CODE'?`` for a state that looks or is called so, or an empty text.

    Args:
        written: what stands for a state.
        states: names for people by code.
        groups: names of groups that could stand there, too.
    """
    if fix := hint(written, [*states, *groups]):
        return fix
    by_name = {name: code for code, name in states.items() if name not in ("", code)}
    if len(written) >= _LEAST_NAME and (name := nearest(written, by_name)) is not None:
        return f"; did you mean '{by_name[name]}'?"
    return ""


def among(written: str, states: Mapping[str, str], groups: Iterable[str] = ()) -> str:
    """Return what was :func:`meant`, or else the states that there are, if they are few."""
    few = f"; the states are {', '.join(sorted(states))}" if 0 < len(states) <= _FEW else ""
    return meant(written, states, groups) or few


class Names:
    """The states, with their names for people, and the groups of a scenario.

    Names of entries that were malformed, and are gone, still count as known.
    """

    def __init__(self, states: Mapping[str, str], log: Log) -> None:
        self.states = states
        self.groups: dict[str, tuple[str, ...]] = {}
        self._stated: dict[str, int] = {}
        self._parts: set[str] = set()
        self.log = log
        self._pairs = 0

    def read_groups(self, block: dict[str, Node]) -> None:
        """Read the block of groups."""
        for name, node in block.items():
            key = f"groups.{name}"
            if name in self.states or name in (REST_OF_WORLD, "defaults"):
                what = "the name of a state" if name in self.states else "reserved"
                self.log.key(node, key, f"'{name}' is {what}; give the group another name")
                continue
            # a scope makes no group more or less specific than it was where it was listed
            listed = node.value
            if isinstance(listed, Part):
                self._parts.add(name)
            self._stated[name] = listed.stated if isinstance(listed, Part) else len(listed)
            self.groups[name] = tuple(
                item.value for item in node.value if self.is_state(item, item.value, key)
            )

    def is_state(self, node: Node, code: str, key: str) -> bool:
        """Return whether a code is a state; if it is not, note it at the value."""
        if code in self.states:
            return True
        if code in self.groups:
            self.log.value(node, key, f"expected a state, not the group '{code}'")
        else:
            self.log.value(node, key, f"unknown state '{code}'{among(code, self.states)}")
        return False

    def expand(self, code: str, report: Report) -> tuple[str, ...]:
        """Return the states that a code or the name of a group means."""
        if code in self.states:
            return (code,)
        if code in self.groups:
            return self.groups[code]
        if f"groups.{code}" not in self.log.dropped:
            fix = among(code, self.states, self.groups)
            report(f"unknown state or group '{code}'{fix}")
        return ()

    def members(self, nodes: list[Node], key: str) -> tuple[str, ...]:
        """Return the states of a list of states and groups, each once."""
        found: dict[str, None] = {}
        for item in nodes:

            def report(message: str, item: Node = item) -> None:
                self.log.value(item, key, message)

            for code in self.expand(item.value, report):
                found[code] = None
        return tuple(found)

    def pair(self, text: str, report: Report, symmetric: bool) -> list[Pair]:
        """Return the ordered pairs that a key means, none of them of a state with itself."""
        directed = ">" in text
        left, right = _SEPARATOR.split(text)
        if directed and symmetric:
            report(f"both orders have one value here; write '{left}-{right}'")
            return []
        if left == right and left in self.states:
            report(f"a pair of '{left}' with itself")
            return []
        sides = self.expand(left, report), self.expand(right, report)
        self._pairs += len(sides[0]) * len(sides[1]) * (1 if directed else 2)
        if self._pairs > MAX_PAIRS:
            report(f"the pairs of the scenario expand to more than {MAX_PAIRS}")
            return []
        found = [(i, j) for i in sides[0] for j in sides[1] if i != j]
        if not directed:
            found += [(j, i) for i, j in found]
        return found

    def pairs_of(self, node: Node, key: str, field: Field) -> list[Line]:
        """Return the entries of a block of pairs in the order written, with their pairs."""
        lines = []
        for text, child in items(node):
            dotted = f"{key}.{text}"
            pairs = self.pair(text, self._reporter(child, dotted), field.symmetric)
            sides = _SEPARATOR.split(text)
            sizes = sorted(map(self._width, sides), reverse=True)
            told = self._parts.isdisjoint(sides)
            lines.append(Line(text, child, dotted, pairs, tuple(sizes), told))
        return lines

    def states_of(self, node: Node | None, key: str) -> list[Line]:
        """Return the entries of a block of states and groups in the order written."""
        lines = []
        for code, child in items(node):
            dotted = f"{key}.{code}"
            found = self.expand(code, self._reporter(child, dotted))
            places = [(state, None) for state in found]
            lines.append(Line(code, child, dotted, places, (self._width(code),)))
        return lines

    def parts_of(self, node: Node, key: str, known: set[str], kind: str) -> list[Line]:
        """Return the entries of a block of parts, ``state>collective``, in the order written."""
        lines = []
        for text, child in items(node):
            dotted = f"{key}.{text}"
            left, _, right = text.partition(">")
            report = self._reporter(child, dotted)
            if right not in known:
                report(f"unknown {kind} '{right}'{hint(right, known)}")
                continue
            places = [(state, right) for state in self.expand(left, report)]
            lines.append(Line(text, child, dotted, places, (self._width(left),)))
        return lines

    def _width(self, code: str) -> int:
        return 1 + self._stated.get(code, 0)

    def _reporter(self, node: Node, key: str) -> Report:
        return lambda message: self.log.key(node, key, message)


Place = tuple[str, str | None]


@dataclass(frozen=True, slots=True)
class Line:
    """An entry that speaks of one place, or by a group of many.

    ``width`` is 1 for a state and grows with the states of a group; of a pair it has that of the
    wider side first. What is narrower is more specific. A line with a group that a scope has
    changed is not ``told`` where it holds nowhere.
    """

    text: str
    node: Node
    key: str
    places: Sequence[Place]
    width: tuple[int, ...]
    told: bool = True


def settle(lines: list[Line], log: Log) -> dict[Place, Line]:
    """Return the line that holds at each place: in a file the narrowest, whatever the order.

    A later file, an arm or an option holds against all that lies below it. Two lines of a file that
    are equally narrow, with different numbers for one place, are a mistake; a line that holds
    nowhere in its own file is told.
    """
    layers: dict[int, list[Line]] = {}
    for line in lines:
        layers.setdefault(id(_written(line.node).layer), []).append(line)
    held: dict[Place, Line] = {}
    for layer in layers.values():
        held |= _settle(layer, log)
    return held


def _settle(lines: list[Line], log: Log) -> dict[Place, Line]:
    held: dict[Place, Line] = {}
    widths: dict[tuple[int, ...], list[Line]] = {}
    for line in lines:
        widths.setdefault(line.width, []).append(line)
    for width in sorted(widths):
        here: dict[Place, Line] = {}
        for line in widths[width]:
            free = set(line.places) - held.keys()
            if line.places and not free and line.told:
                what = "pair" if len(width) > 1 else "state"
                message = f"has no effect: each {what} in it has a number of its own or of a "
                log.notice(line.node, line.key, message + "smaller group")
            for place in sorted(free & here.keys(), key=str):
                _same_place(line, here[place], place, log)
                break
            here |= dict.fromkeys(free, line)
        held |= here
    return held


def _same_place(line: Line, other: Line, place: Place, log: Log) -> None:
    """Note two lines of one file that speak of one place, unless they say the same by groups."""
    if max(line.width) == 1:
        what = "pair" if len(line.width) > 1 else "place"
        log.key(line.node, line.key, f"sets the same {what} as '{other.text}'")
    elif line.node.plain() != other.node.plain():
        name = ">".join(part for part in place if part is not None)
        message = f"says another number for {name} than '{other.text}', which is no more general; "
        log.key(line.node, line.key, message + f"give {name} a line of its own")


def _written(node: Node) -> Node:
    """Return the node that holds the value of a number: a later layer may give the rest of it."""
    while isinstance(node.value, dict) and (inner := VALUES & node.value.keys()):
        node = node.value[min(inner)]
    return node
