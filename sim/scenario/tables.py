"""The block ``tables``: which files lie beside a scenario, and what their columns mean.

What a table becomes is in :mod:`sim.scenario.rows`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from sim.scenario.history.codes import SYSTEMS
from sim.scenario.quantity import PROVENANCE
from sim.scenario.reader import Log, Node
from sim.scenario.value_kinds import (
    IDENTIFIER,
    Choice,
    Kind,
    Member,
    Named,
    Schema,
    Struct,
    Text,
    Whole,
    members,
)
from sim.types import OBLIGATIONS

ROWS: Final = ("states", "pairs", "flows", "pacts", "memberships")
#: Columns that say what a row is about: those that a kind of rows needs, and those that it may have
NEEDED: Final = {
    "states": ("code",),
    "pairs": ("code1", "code2"),
    "flows": ("from", "to"),
    "pacts": ("code1", "code2"),
    "memberships": ("organisation", "code"),
}
OPTIONAL: Final = {
    "states": ("name", "since", "until"),
    "pairs": ("from", "to"),
    "flows": (),
    "pacts": ("id", "type", "since", "until"),
    "memberships": ("name", "part"),
}
#: Factors to the unit of the variable, and the units that they lead to.
UNITS: Final = {
    "percent": (0.01, ""),
    "km": (0.001, "1000 km"),
    "USD": (1e-6, "million USD a year"),
    "thousand USD": (1e-3, "million USD a year"),
    "million USD": (1.0, "million USD a year"),
    "billion USD": (1e3, "million USD a year"),
}
AMOUNT: Final = "amount"
"""Unit of what becomes a share of the world: the figure is divided by the sum of the column."""
OWN: Final = "own"

_COLUMN = Text(200, expected="the name of a column")


class _Source(Text):
    """The path of a file, or a data frame where the scenario is a mapping."""

    def check(self, node: Node, key: str, log: Log) -> bool:
        """Check a path; whether there is such a file is seen when it is read."""
        return hasattr(node.value, "columns") or super().check(node, key, log)


@dataclass(frozen=True)
class _Column(Kind):
    """The name of a column, or a mapping of it with the unit, range and source of its numbers."""

    details: Struct

    def check(self, node: Node, key: str, log: Log) -> bool:
        """Check either form."""
        return (self.details if isinstance(node.value, dict) else _COLUMN).check(node, key, log)

    def schema(self) -> Schema:
        """Return both forms."""
        return {"anyOf": [_COLUMN.schema(), self.details.schema()]}


_DETAILS = Struct(
    {
        **members(
            (
                ("column", _COLUMN, "Name of the column; without it, that of the variable."),
                ("back", _COLUMN, "Of pairs: the column of code2 towards code1."),
                ("unit", Choice((*UNITS, AMOUNT)), "Of the column, where it is another one."),
                ("low", _COLUMN, "Column of the low ends of ranges."),
                ("high", _COLUMN, "Column of the high ends of ranges."),
            )
        ),
        **PROVENANCE,
    }
)
_TABLE = Struct(
    {
        "rows": Member(Choice(ROWS), "What a row is.", required=True),
        "file": Member(
            _Source(500), "A .csv or .parquet file, relative to this one.", required=True
        ),
        **members(
            (
                ("codes", Choice((OWN, *SYSTEMS)), "Codes of states; others become ISO 3166."),
                ("year", Whole(1, 3000), "Year of the figures; picks rows by the column year."),
                (
                    "keys",
                    Named(_COLUMN, IDENTIFIER, "what a row is about, such as 'code'"),
                    "What a row is about: column, where the file calls it otherwise.",
                ),
                (
                    "columns",
                    Named(_Column(_DETAILS), IDENTIFIER, "the name of a variable"),
                    "Variable or channel: column.",
                ),
                (
                    "type",
                    Choice(tuple(OBLIGATIONS)),
                    "Of pacts: the type of all that have none of their own.",
                ),
            )
        ),
        **PROVENANCE,
    }
)
TABLES: Final = Named(_TABLE, IDENTIFIER, "a name of letters, digits, _ and -", limit=100)
