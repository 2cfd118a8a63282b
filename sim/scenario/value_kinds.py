"""The kinds of values of a scenario: each checks a node and describes itself as JSON Schema.

A check notes every problem in the log and takes the malformed entry out of the tree, so that the
checks that follow (:mod:`sim.scenario.build`) meet well-formed values only.
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sim.errors import foreign, hint, shown
from sim.scenario import quarter
from sim.scenario.reader import MAX_TEXT, Log, Node, describe

CODE = r"^[A-Za-z][A-Za-z0-9_]{0,31}$"
IDENTIFIER = r"^[A-Za-z][A-Za-z0-9_-]{0,63}$"
PAIR = r"^[A-Za-z][A-Za-z0-9_]{0,31}[->][A-Za-z][A-Za-z0-9_]{0,31}$"
PART = r"^[A-Za-z][A-Za-z0-9_]{0,31}>[A-Za-z][A-Za-z0-9_-]{0,63}$"
PERCENT = r"^(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+) ?%$"
ABSOLUTE = r"^(?:±|\+-) ?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][-+]?[0-9]+)?$"
RANGE_HINT = "expected [low, high], a percentage such as 15%, or a margin such as ±0.1"

Schema = dict[str, Any]
_SHORT_LIST = 12


class Kind(ABC):
    """A kind of value."""

    @abstractmethod
    def check(self, node: Node, key: str, log: Log) -> bool:
        """Return whether the node is of this kind; otherwise the problem is in the log."""

    @abstractmethod
    def schema(self) -> Schema:
        """Return the JSON Schema of this kind."""


def _wrong(node: Node, key: str, log: Log, expected: str) -> bool:
    log.value(node, key, f"expected {expected}, not {describe(node)}")
    return False


def is_number(value: object) -> bool:
    """Return whether a scalar is a number (``on`` is not)."""
    return isinstance(value, int | float) and not isinstance(value, bool)


@dataclass(frozen=True)
class Text(Kind):
    """A text of at most ``limit`` characters; with a ``pattern``, a text of that form."""

    limit: int = MAX_TEXT
    pattern: str | None = None
    expected: str = "text"

    def check(self, node: Node, key: str, log: Log) -> bool:
        """Check type, length and form."""
        value = node.value
        if not isinstance(value, str):
            fix = "; put quotes around it" if isinstance(value, bool | int | float) else ""
            log.value(node, key, f"expected {self.expected}, not {describe(node)}{fix}")
            return False
        if len(value) > self.limit:
            log.value(node, key, f"longer than {self.limit} characters")
            return False
        if self.pattern is not None and not matches(self.pattern, value):
            wrong = f"expected {self.expected}, not {describe(node)}{foreign(value)}"
            log.value(node, key, wrong)
            return False
        return True

    def schema(self) -> Schema:
        """Return a string schema."""
        form = {} if self.pattern is None else {"pattern": self.pattern}
        return {"type": "string", "maxLength": self.limit, **form}


@dataclass(frozen=True)
class Date(Kind):
    """A quarter, ``2021Q4``."""

    def check(self, node: Node, key: str, log: Log) -> bool:
        """Check that the quarter can be read."""
        value = node.value
        if isinstance(value, str) and matches(quarter.PATTERN, value):
            return True
        meant = quarter.guess(value)
        fix = "" if meant is None else f"; write {meant}"
        log.value(node, key, f"expected a quarter such as 2022Q1, not {describe(node)}{fix}")
        return False

    def schema(self) -> Schema:
        """Return a string schema."""
        return {"type": "string", "pattern": quarter.PATTERN}


@dataclass(frozen=True)
class Switch(Kind):
    """``on`` or ``off``."""

    def check(self, node: Node, key: str, log: Log) -> bool:
        """Check for a boolean."""
        return isinstance(node.value, bool) or _wrong(node, key, log, "on or off")

    def schema(self) -> Schema:
        """Return an enumeration: editors read ``on`` as a text."""
        return {"enum": [True, False, "on", "off", "On", "Off", "ON", "OFF"]}


@dataclass(frozen=True)
class Whole(Kind):
    """A whole number from ``low`` to ``high``."""

    low: int
    high: int

    def check(self, node: Node, key: str, log: Log) -> bool:
        """Check type and bounds."""
        value = node.value
        if not isinstance(value, int) or isinstance(value, bool):
            return _wrong(node, key, log, "a whole number")
        if not self.low <= value <= self.high:
            log.value(node, key, f"{value} is outside {self.low} to {self.high}")
            return False
        return True

    def schema(self) -> Schema:
        """Return an integer schema."""
        return {"type": "integer", "minimum": self.low, "maximum": self.high}


@dataclass(frozen=True)
class Choice(Kind):
    """One of a few words."""

    options: tuple[str, ...]

    def check(self, node: Node, key: str, log: Log) -> bool:
        """Check that the word is one of them."""
        value = node.value
        if isinstance(value, str) and value in self.options:
            return True
        fix = hint(value, self.options) if isinstance(value, str) else ""
        words = ", ".join(self.options)
        log.value(node, key, f"expected one of {words}, not {describe(node)}{fix}")
        return False

    def schema(self) -> Schema:
        """Return an enumeration."""
        return {"enum": list(self.options)}


@dataclass(frozen=True)
class Range(Kind):
    """A range: two numbers, a percentage of the value, or a margin around it."""

    def check(self, node: Node, key: str, log: Log) -> bool:
        """Check the form, and that the low end is not above the high end."""
        value = node.value
        if isinstance(value, str) and (matches(PERCENT, value) or matches(ABSOLUTE, value)):
            return True
        if isinstance(value, list) and len(value) == 2 and all(is_number(x.value) for x in value):
            low, high = (x.value for x in value)
            if low <= high:
                return True
            log.value(node, key, f"the low end {low:g} is above the high end {high:g}")
            return False
        log.value(node, key, f"{RANGE_HINT}, not {describe(node)}")
        return False

    def schema(self) -> Schema:
        """Return the three forms."""
        pair = {"type": "array", "items": {"type": "number"}, "minItems": 2, "maxItems": 2}
        return {"anyOf": [pair, {"type": "string", "pattern": f"{PERCENT}|{ABSOLUTE}"}]}


@dataclass(frozen=True)
class ListOf(Kind):
    """A list of ``low`` to ``high`` values of one kind."""

    item: Kind
    low: int = 0
    high: int = 2_500

    def check(self, node: Node, key: str, log: Log) -> bool:
        """Check the length and every item; malformed items are taken out, if enough remain."""
        if not isinstance(node.value, list):
            return _wrong(node, key, log, "a list")
        count = len(node.value)
        if not self.low <= count <= self.high:
            bounds = f"{self.low}" if self.low == self.high else f"{self.low} to {self.high}"
            log.value(node, key, f"expected {bounds} items, not {count}")
            return False
        node.value[:] = [item for item in node.value if self.item.check(item, key, log)]
        return len(node.value) >= self.low

    def schema(self) -> Schema:
        """Return an array schema."""
        bounds = {"minItems": self.low, "maxItems": self.high}
        return {"type": "array", "items": self.item.schema(), **bounds}


@dataclass(frozen=True)
class OneOrMany(Kind):
    """A value of a kind, or a list of 1 to ``high`` of them."""

    item: Kind
    high: int

    def check(self, node: Node, key: str, log: Log) -> bool:
        """Check the value, or the length and every item."""
        if isinstance(node.value, list):
            return self._many().check(node, key, log)
        return self.item.check(node, key, log)

    def schema(self) -> Schema:
        """Return both forms."""
        return {"anyOf": [self.item.schema(), self._many().schema()]}

    def _many(self) -> ListOf:
        return ListOf(self.item, 1, self.high)


@dataclass(frozen=True)
class Free(Kind):
    """A mapping that is carried along as it is."""

    def check(self, node: Node, key: str, log: Log) -> bool:
        """Check for a mapping."""
        return isinstance(node.value, dict) or _wrong(node, key, log, "a mapping")

    def schema(self) -> Schema:
        """Return an object schema."""
        return {"type": "object"}


@dataclass(frozen=True)
class Shared(Kind):
    """A kind that the JSON Schema writes once, under ``definitions``."""

    name: str
    kind: Kind

    def check(self, node: Node, key: str, log: Log) -> bool:
        """Check as the kind itself does."""
        return self.kind.check(node, key, log)

    def schema(self) -> Schema:
        """Return a reference."""
        return {"$ref": f"#/definitions/{self.name}"}


@dataclass(frozen=True)
class Member:
    """A field of a :class:`Struct`."""

    kind: Kind
    doc: str = ""
    required: bool = False


@dataclass(frozen=True)
class Struct(Kind):
    """A mapping with known fields.

    ``closed`` explains names that exist but may not be used here. ``noun`` is what a field is
    called in messages.
    """

    members: Mapping[str, Member]
    noun: str = "field"
    closed: Mapping[str, str] | None = None

    def check(self, node: Node, key: str, log: Log) -> bool:
        """Check the names, what is required, and every value; malformed entries are taken out."""
        entries = node.value
        if not isinstance(entries, dict):
            return _wrong(node, key, log, "a mapping")
        for name in list(entries):
            child = entries[name]
            dotted = f"{key}.{name}" if key else name
            member = self.members.get(name)
            if member is None:
                log.key(child, dotted, self._unknown(name, key))
                del entries[name]
            elif child.sound:
                continue
            elif not member.kind.check(child, dotted, log):
                log.dropped.add(dotted)
                del entries[name]
            else:
                child.sound = True
        for name, member in self.members.items():
            if member.required and name not in entries:
                dotted = f"{key}.{name}" if key else name
                if dotted not in log.dropped:
                    log.key(node, key, f"missing required field '{name}'")
        return True

    def _unknown(self, name: str, key: str) -> str:
        if self.closed and name in self.closed:
            return self.closed[name]
        if "defaults" in self.members and name in _fields(self.members["defaults"].kind):
            return _of_defaults(name, key)
        fix = hint(name, self.members)
        if not fix and len(self.members) <= _SHORT_LIST:
            fix = f"; allowed: {', '.join(self.members)}"
        return f"unknown {self.noun}{fix}"

    def schema(self) -> Schema:
        """Return an object schema; nothing is required, for the mapping may be an overlay."""
        properties = {}
        for name, member in self.members.items():
            described = {"description": member.doc} if member.doc else {}
            properties[name] = {**member.kind.schema(), **described}
        return {"type": "object", "properties": properties, "additionalProperties": False}


def _fields(kind: Kind) -> Collection[str]:
    """Return the names of the fields of a struct, be it shared."""
    inner = kind.kind if isinstance(kind, Shared) else kind
    return inner.members if isinstance(inner, Struct) else ()


def _of_defaults(name: str, key: str) -> str:
    place = f"{key}.defaults" if key else "defaults"
    return f"belongs to a number, or to all of them under {place}: write {place}.{name}"


@dataclass(frozen=True)
class Named(Kind):
    """A mapping of names of a pattern to values of one kind, and perhaps ``defaults``."""

    item: Kind
    pattern: str
    expected: str
    defaults: Kind | None = None
    limit: int = 100_000

    def check(self, node: Node, key: str, log: Log) -> bool:
        """Check the names and every value; malformed entries are taken out."""
        entries = node.value
        if not isinstance(entries, dict):
            return _wrong(node, key, log, "a mapping")
        if len(entries) > self.limit:
            log.value(node, key, f"more than {self.limit} entries")
            return False
        for name in list(entries):
            child = entries[name]
            if child.sound:
                continue
            dotted = f"{key}.{name}"
            if name == "defaults" and self.defaults is not None:
                if not self.defaults.check(child, dotted, log):
                    del entries[name]
            elif self._of_defaults(name, child):
                log.key(child, dotted, _of_defaults(name, key))
                del entries[name]
            elif not matches(self.pattern, name):
                wrong = f"expected {self.expected}, not {shown(name)}{foreign(name)}"
                log.key(child, dotted, wrong)
                del entries[name]
            elif child.value is None or isinstance(child.value, bool):
                others = [other for other in entries if other not in (name, "defaults")]
                fix = hint(name, others)
                what = "keep" if child.value else "remove"
                log.key(child, dotted, f"nothing of this name is inherited to {what}{fix}")
                del entries[name]
            elif not self.item.check(child, dotted, log):
                log.dropped.add(dotted)
                del entries[name]
            else:
                child.sound = True
        return True

    def _of_defaults(self, name: str, child: Node) -> bool:
        """Return whether an entry is none, but a source, range or note for all of them."""
        entry = isinstance(child.value, dict) or is_number(child.value)
        return self.defaults is not None and not entry and name in _fields(self.defaults)

    def schema(self) -> Schema:
        """Return an object schema, in which ``off`` and ``on`` may stand for any entry."""
        item = {"anyOf": [self.item.schema(), {"enum": [None, False, True, "off", "on"]}]}
        properties = {} if self.defaults is None else {"defaults": self.defaults.schema()}
        return {
            "type": "object",
            "properties": properties,
            "patternProperties": {f"^(?!defaults$){self.pattern[1:]}": item},
            "additionalProperties": False,
        }


_COMPILED: dict[str, re.Pattern[str]] = {}


def matches(pattern: str, text: str) -> bool:
    """Return whether the whole text is of the pattern (``$`` would let a last newline pass)."""
    compiled = _COMPILED.get(pattern)
    if compiled is None:
        compiled = _COMPILED[pattern] = re.compile(pattern)
    return compiled.match(text) is not None and not text.endswith("\n")


def members(kinds: Iterable[tuple[str, Kind, str]]) -> dict[str, Member]:
    """Return optional members from rows of name, kind and description."""
    return {name: Member(kind, doc) for name, kind, doc in kinds}
