"""A number of a scenario: a bare one or a mapping with its source, range and note."""

from __future__ import annotations

from dataclasses import dataclass

from sim.scenario.reader import Log, Node, describe
from sim.scenario.value_kinds import (
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

CONFIDENCE = ("low", "medium", "high")
JUDGEMENT = "judgement"
UNKNOWN = "unknown"
"""Word in place of a number of which there is no figure: what is assumed without one is taken."""

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
    """A number, bare or as a mapping with its provenance.

    ``changes`` also adds or multiplies; ``unknown`` also says that there is no figure, for numbers
    that a scenario may leave out.
    """

    changes: bool = False
    unknown: bool = False

    def _operations(self) -> tuple[str, ...]:
        return ("value", "add", "multiply") if self.changes else ("value",)

    def check(self, node: Node, key: str, log: Log) -> bool:
        """Check that there is one finite number and that its provenance is well-formed."""
        if not isinstance(node.value, dict):
            return Plain(self.unknown).check(node, key, log)
        given = [name for name in self._operations() if name in node.value]
        before = len(log.problems)
        _DETAILS[self.changes, self.unknown].check(node, key, log)
        if len(given) == 1:
            return given[0] in node.value and self._bare(node, key, log)
        wanted = " or ".join(f"'{name}'" for name in self._operations())
        if given:
            log.key(node, key, f"expected {wanted}, not several of them")
        elif len(log.problems) == before:  # otherwise it is misspelt, and that has been said
            log.key(node, key, f"missing {wanted}")
        return False

    @staticmethod
    def _bare(node: Node, key: str, log: Log) -> bool:
        """Check that what is unknown has a note at most."""
        extra = [name for name in node.value if name not in ("value", "note")]
        if not is_unknown(node) or not extra:
            return True
        log.key(node.value[extra[0]], key, f"what is `{UNKNOWN}` has a `note` at most")
        return False

    def schema(self) -> Schema:
        """Return the two forms."""
        return {
            "anyOf": [Plain(self.unknown).schema(), _DETAILS[self.changes, self.unknown].schema()]
        }


@dataclass(frozen=True)
class Plain(Kind):
    """A bare number, or ``unknown`` where that is meant to be possible."""

    unknown: bool = False

    def check(self, node: Node, key: str, log: Log) -> bool:
        """Check for a number."""
        if is_number(node.value) or (self.unknown and node.value == UNKNOWN):
            return True
        fix = ""
        if node.value == UNKNOWN:
            fix = "; nothing is assumed in its place, so it needs a figure"
        elif self.unknown and _means_unknown(node.value):
            fix = f"; write `{UNKNOWN}` where there is no figure"
        log.value(node, key, f"expected a number, not {describe(node)}{fix}")
        return False

    def schema(self) -> Schema:
        """Return a number schema."""
        return {"type": "number"} if not self.unknown else _NUMBER_OR_UNKNOWN


_NO_FIGURE = frozenset(("?", "-", "n/a", "na", "nan", "missing", "none", "unkown", "unknwon"))


def _means_unknown(value: object) -> bool:
    return value is None or (isinstance(value, str) and value.casefold() in _NO_FIGURE | {UNKNOWN})


_NUMBER_OR_UNKNOWN: Schema = {"anyOf": [{"type": "number"}, {"enum": [UNKNOWN]}]}


@dataclass(frozen=True)
class OrUnknown(Kind):
    """A block of numbers, or ``unknown`` for all of them; likewise any other kind and word."""

    kind: Kind
    word: str = UNKNOWN

    def check(self, node: Node, key: str, log: Log) -> bool:
        """Check as the block does, unless it is the word."""
        return node.value == self.word or self.kind.check(node, key, log)

    def schema(self) -> Schema:
        """Return both forms."""
        return {"anyOf": [self.kind.schema(), {"enum": [self.word]}]}


def is_unknown(node: Node) -> bool:
    """Return whether a number, bare or with a note, is said to be unknown."""
    value = node.value.get("value", node) if isinstance(node.value, dict) else node
    return bool(value.value == UNKNOWN)


def _details(operations: tuple[str, ...], *, unknown: bool = False) -> Struct:
    return Struct(
        {
            **{name: Member(Plain(unknown)) for name in operations},
            **PROVENANCE,
            "at": Member(Text(200), "Place in the source, such as a page."),
        }
    )


_DETAILS = {
    (False, False): _details(("value",)),
    (False, True): _details(("value",), unknown=True),
    (True, False): _details(("value", "add", "multiply")),
}
