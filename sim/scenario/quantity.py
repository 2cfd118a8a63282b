"""A number of a scenario: a bare one or a mapping with its source, range and note."""

from __future__ import annotations

from dataclasses import dataclass

from sim.scenario.kinds import (
    IDENTIFIER,
    Choice,
    Kind,
    Member,
    Range,
    Schema,
    Shared,
    Struct,
    Text,
    is_number,
    members,
)
from sim.scenario.reader import Log, Node, describe

CONFIDENCE = ("low", "medium", "high")
JUDGEMENT = "judgement"

_SOURCE = Text(64, IDENTIFIER, "the name of a source")
NOTE = Text(2_000)
PROVENANCE = members(
    (
        ("source", _SOURCE, f"A name of `sources`, or `{JUDGEMENT}` with a note that says why."),
        ("range", Range(), "Plausible values: [low, high], 15% or ±0.1."),
        ("confidence", Choice(CONFIDENCE), "How sure the source is."),
        ("note", NOTE, "Reason or remark."),
    )
)
DEFAULTS = Shared("defaults", Struct(PROVENANCE))


@dataclass(frozen=True)
class Quantity(Kind):
    """A number, bare or as a mapping with its provenance; ``changes`` also adds or multiplies."""

    changes: bool = False

    def _operations(self) -> tuple[str, ...]:
        return ("value", "add", "multiply") if self.changes else ("value",)

    def check(self, node: Node, key: str, log: Log) -> bool:
        """Check that there is one finite number and that its provenance is well-formed."""
        if is_number(node.value):
            return True
        if not isinstance(node.value, dict):
            log.value(node, key, f"expected a number, not {describe(node)}")
            return False
        given = [name for name in self._operations() if name in node.value]
        before = len(log.problems)
        _DETAILS[self.changes].check(node, key, log)
        if len(given) == 1:
            return given[0] in node.value
        wanted = " or ".join(f"'{name}'" for name in self._operations())
        if given:
            log.key(node, key, f"expected {wanted}, not several of them")
        elif len(log.problems) == before:  # otherwise it is misspelt, and that has been said
            log.key(node, key, f"missing {wanted}")
        return False

    def schema(self) -> Schema:
        """Return the two forms."""
        return {"anyOf": [{"type": "number"}, _DETAILS[self.changes].schema()]}


@dataclass(frozen=True)
class Plain(Kind):
    """A bare number."""

    def check(self, node: Node, key: str, log: Log) -> bool:
        """Check for a number."""
        if is_number(node.value):
            return True
        log.value(node, key, f"expected a number, not {describe(node)}")
        return False

    def schema(self) -> Schema:
        """Return a number schema."""
        return {"type": "number"}


def _details(operations: tuple[str, ...]) -> Struct:
    return Struct(
        {
            **{name: Member(Plain()) for name in operations},
            **PROVENANCE,
            "at": Member(Text(200), "Place in the source, such as a page."),
        }
    )


_DETAILS = {False: _details(("value",)), True: _details(("value", "add", "multiply"))}
