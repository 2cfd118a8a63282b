"""What the names of a scenario mean: states, groups of states, and pairs of either."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping

from sim.errors import hint, nearest
from sim.registry import Field
from sim.scenario.reader import Log, Node
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

    def pairs_of(self, node: Node, key: str, field: Field) -> list[tuple[Node, str, list[Pair]]]:
        """Return the entries of a block of pairs in the order written, with their pairs."""
        entries = []
        single: dict[Pair, tuple[str, Node]] = {}
        for text, child in node.value.items():
            if text == "defaults":
                continue
            dotted = f"{key}.{text}"

            def report(message: str, child: Node = child, dotted: str = dotted) -> None:
                self.log.key(child, dotted, message)

            pairs = self.pair(text, report, field.symmetric)
            if pairs and self.states.keys() >= set(_SEPARATOR.split(text)):
                for pair in pairs:
                    earlier = single.get(pair)
                    if earlier is not None and earlier[1].layer is child.layer:
                        report(f"sets the same pair as '{earlier[0]}'")
                        break
                    single[pair] = (text, child)
            entries.append((child, dotted, pairs))
        return entries
