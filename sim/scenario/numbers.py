"""Numbers of a scenario: value, range and provenance, from the entry and the defaults over it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from sim.errors import hint
from sim.scenario.quantity import JUDGEMENT, is_unknown
from sim.scenario.reader import Log, Node
from sim.scenario.spec import Number
from sim.scenario.value_kinds import ABSOLUTE, PERCENT, is_number, matches

_NO_SOURCE = (
    "no source; write `source` here or in the `defaults` "
    f"(`source: {JUDGEMENT}` with a `note` that says why, if there is none)"
)
_NO_RANGE = "no range; write `range` here or in the `defaults` (`range: 0%` for an exact number)"
Bounds = tuple[float, float]


@dataclass
class Cache:
    """What was read before, for the arms of a scenario; the nodes are kept, so an id stays theirs.

    ``numbers`` are by node and dotted key, ``blocks`` of pairs by their node and that of the
    groups, with all that they depend on.
    """

    numbers: dict[tuple[int, str], tuple[Node, Number]] = field(default_factory=dict)
    blocks: dict[tuple[int, int], tuple[tuple[Any, ...], dict[Any, Number]]] = field(
        default_factory=dict
    )


class Numbers:
    """Reads numbers, checking bounds, ranges and sources."""

    COMMAND_LINE = "command_line"

    def __init__(self, log: Log, sources: set[str], cache: Cache) -> None:
        self._log = log
        self.sources = sources | {self.COMMAND_LINE}
        self._cache = cache.numbers
        self.unknown: dict[str, str | None] = {}
        """Notes of the numbers that are said to be unknown, by their dotted keys."""

    def read(self, node: Node, key: str, bounds: Bounds) -> Number | None:
        """Return the number of a well-formed node; None if it is unknown or something is wrong.

        Args:
            node: a number, or a mapping of ``value`` (``add``, ``multiply``) and its provenance.
            key: dotted key of the number.
            bounds: what is meaningful; ranges are clipped to it.
        """
        if is_unknown(node):
            own = node.value if isinstance(node.value, dict) else {}
            self.unknown[key] = str(own["note"].value) if "note" in own else None
            return None
        place = (id(node), key)
        cached = self._cache.get(place)
        if cached is not None and cached[1].source in self.sources:
            return cached[1]
        noticed = len(self._log.notices)
        number = self._read(node, key, bounds)
        if number is not None and len(self._log.notices) == noticed:  # each load tells its own
            self._cache[place] = (node, number)
        return number

    def _read(self, node: Node, key: str, bounds: Bounds) -> Number | None:
        own: dict[str, Node] = node.value if isinstance(node.value, dict) else {}
        holder = node
        for name in ("value", "add", "multiply"):
            holder = own.get(name, holder)
        value = float(holder.value)
        if not bounds[0] <= value <= bounds[1]:
            self._log.value(
                holder, key, f"{value:g} is outside the bounds {bounds[0]:g} to {bounds[1]:g}"
            )
            return None
        source = self.source(node, key)
        ends = self._range(node, own, holder, key, value)
        if ends is None:
            return None
        low, high = max(ends[0], bounds[0]), min(ends[1], bounds[1])
        if (low, high) != ends and isinstance(own["range"].value if "range" in own else None, list):
            self._log.notice(
                own["range"],
                f"{key}.range",
                f"{ends[0]:g} to {ends[1]:g} reaches beyond what the number can be; "
                f"{low:g} to {high:g} is drawn from",
            )
        confidence, note = self._detail(node, own, "confidence"), self._detail(node, own, "note")
        at = own["at"].value if "at" in own else None
        return Number(value, low, high, source, confidence, note, at, key)

    def source(self, node: Node, key: str) -> str:
        """Return the source of a number or entry, checking that it is declared."""
        own: dict[str, Node] = node.value if isinstance(node.value, dict) else {}
        if "source" in own:
            named, place = own["source"], key
        elif "source" in node.defaults:
            named, place = node.defaults["source"]
        else:
            if f"{key}.source" not in self._log.dropped:
                self._log.key(node, key, _NO_SOURCE)
            return ""
        if not isinstance(named.value, str):
            return ""  # malformed defaults, noted where they stand
        source: str = named.value
        if source not in self.sources:
            fix = hint(source, self.sources - {self.COMMAND_LINE})
            self._log.value(named, f"{place}.source", f"unknown source '{source}'{fix}")
        elif source == self.COMMAND_LINE and named.layer.option is None:
            self._log.value(named, f"{place}.source", f"'{source}' is reserved")
        elif source == JUDGEMENT and self._detail(node, own, "note") is None:
            message = f"source '{JUDGEMENT}' needs a `note` that says why"
            self._log.value(named, f"{place}.source", message)
        return source

    @staticmethod
    def _detail(node: Node, own: dict[str, Node], name: str) -> str | None:
        """Return the note or confidence, which of the defaults go with the defaults' source."""
        if name in own:
            return str(own[name].value)
        given = node.defaults.get(name)
        if given is None:
            return None
        theirs = node.defaults.get("source")
        if "source" in own and theirs is not None and own["source"].value != theirs[0].value:
            return None
        return str(given[0].value)

    def _range(
        self, node: Node, own: dict[str, Node], holder: Node, key: str, value: float
    ) -> Bounds | None:
        named = own.get("range")
        if named is None and "range" in node.defaults:
            named = node.defaults["range"][0]
        if named is None:
            if f"{key}.range" not in self._log.dropped:
                self._log.key(node, key, _NO_RANGE)
            return None
        ends = read_range(named, value)
        if ends is not None and not ends[0] <= value <= ends[1]:
            place = named if "range" in own else holder
            message = f"{value:g} is outside its range {ends[0]:g} to {ends[1]:g}"
            self._log.value(place, key, message)
            return None
        return ends


def read_range(node: Node, value: float) -> Bounds | None:
    """Return the ends of a range of a value, or None if it is malformed (noted elsewhere)."""
    text = node.value
    if isinstance(text, str):
        if matches(PERCENT, text):
            width = abs(value) * float(text[:-1]) / 100.0
        elif matches(ABSOLUTE, text):
            width = float(text.removeprefix("±").removeprefix("+-"))
        else:
            return None
        return value - width, value + width
    if isinstance(text, list) and len(text) == 2 and all(is_number(end.value) for end in text):
        low, high = float(text[0].value), float(text[1].value)
        return (low, high) if low <= high else None
    return None
