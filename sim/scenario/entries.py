"""Small readers of the entries of a checked tree."""

from __future__ import annotations

from typing import Any

from sim.scenario.quarter import parse_quarter
from sim.scenario.reader import Node

Entries = dict[str, Node]


def items(node: Node | None) -> list[tuple[str, Node]]:
    """Return the named entries of a mapping, if there is one, without its defaults."""
    if node is None:
        return []
    return [(name, child) for name, child in node.value.items() if name != "defaults"]


def value_of(entries: Entries, name: str, default: Any) -> Any:
    """Return the value of an entry, or a default."""
    node = entries.get(name)
    return default if node is None else node.value


def date(entries: Entries, name: str) -> int | None:
    """Return the quarter that an entry gives, if it is there."""
    node = entries.get(name)
    return None if node is None else parse_quarter(node.value)
