"""The scenario format, version 1: what may stand where, declared once.

The same declarations check a file and make the JSON Schema by which editors complete and underline
(:func:`scenario_schema`). Names of fields, parameters, mechanisms and terms are the registry's.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from sim.errors import hint
from sim.rules.declarations import Field, Param
from sim.scenario.asked import ANSWER
from sim.scenario.quantity import DEFAULTS, NOTE, PROVENANCE, OrUnknown, Plain, Quantity
from sim.scenario.reader import Log, Node, describe
from sim.scenario.scope import Scope
from sim.scenario.synthetic import CAPABILITIES, GEOGRAPHIES, MAX_SYNTHETIC, POSITIONS
from sim.scenario.tables import TABLES
from sim.scenario.value_kinds import (
    CODE,
    IDENTIFIER,
    PAIR,
    PART,
    Choice,
    Date,
    Free,
    Kind,
    ListOf,
    Member,
    Named,
    OneOrMany,
    Schema,
    Shared,
    Struct,
    Switch,
    Text,
    Whole,
    members,
)

FORMAT = 1
MAX_STATES = 2_500
MAX_QUARTERS = 400
MAX_RUNS = 1_000_000
PACT_TYPES = ("defence", "consultation", "neutrality", "nonaggression", "arms_cooperation")
RUNGS = ("none", "local", "regional", "global")
MAX_EXTENDS = 12
EXTENDS = OneOrMany(Text(500), MAX_EXTENDS)
SCOPE = Scope()
RULES = ListOf(Text(500), 1, 100)
SOURCE_KINDS = ("dataset", "document", "paper", "news", "statute")
_DERIVED = "follows from the rest of the state and cannot be set"


@dataclass(frozen=True)
class Vocabulary:
    """The names that the model knows."""

    params: Mapping[str, Param]
    state_fields: Mapping[str, Field]
    dyad_fields: Mapping[str, Field]
    collective_fields: Mapping[str, Field]
    parts: Mapping[str, Field]
    channels: Mapping[str, str]
    mechanisms: Collection[str]
    terms: Collection[str]


def vocabulary() -> Vocabulary:
    """Return the vocabulary of the model, importing every mechanism and term."""
    # late: it compiles the model, which a schema may not need
    from sim.rules import catalogue as words

    return Vocabulary(
        words.PARAMS,
        words.STATE_FIELDS,
        words.DYAD_FIELDS,
        words.COLLECTIVE_FIELDS,
        words.PARTS,
        words.CHANNELS,
        words.MECHANISMS,
        words.TERMS,
    )


_NUMBER = Shared("number", Quantity(unknown=True))
_FIGURE = Shared("figure", Quantity())
_CHANGE = Shared("change", Quantity(changes=True))
_TITLE = Text(200)
_DESCRIPTION = Text(20_000)
_TEXTS = {"title": _TITLE, "description": _DESCRIPTION}
_CODE = Text(32, CODE, "the code of a state or group")
_STATES = ListOf(_CODE, 0, MAX_STATES)
_CODE_NAME = "a code of letters, digits and _"
_ID_NAME = "a name of letters, digits, _ and -"
_PART_NAME = "a state or group and what it takes part in, such as 'AAA>UNION'"
_PAIR_NAME = "a pair such as 'AAA>BBB' (of AAA towards BBB) or 'AAA-BBB' (both ways)"


_BY_CODE = Shared("numbers_by_code", Named(_NUMBER, CODE, _CODE_NAME, DEFAULTS))
_PARTS_BY_CODE = Shared("figures_by_code", Named(_FIGURE, CODE, _CODE_NAME, DEFAULTS))
_BY_NAME = Shared("figures_by_name", Named(_FIGURE, IDENTIFIER, _ID_NAME, DEFAULTS))
_BY_PAIR = Shared("numbers_by_pair", Named(_NUMBER, PAIR, _PAIR_NAME, DEFAULTS))
_CHANGES_BY_CODE = Shared("changes_by_code", Named(_CHANGE, CODE, _CODE_NAME, DEFAULTS))
_CHANGES_BY_PAIR = Shared("changes_by_pair", Named(_CHANGE, PAIR, _PAIR_NAME, DEFAULTS))
_CHANGES_BY_NAME = Shared("changes_by_name", Named(_CHANGE, IDENTIFIER, _ID_NAME, DEFAULTS))
_CHANGES_BY_PART = Shared("changes_by_part", Named(_CHANGE, PART, _PART_NAME, DEFAULTS))
_TABLE = Shared("table", Named(OrUnknown(_BY_CODE), CODE, _CODE_NAME, DEFAULTS))
_SHARED = (
    DEFAULTS,
    _NUMBER,
    _FIGURE,
    _CHANGE,
    _BY_CODE,
    _PARTS_BY_CODE,
    _BY_NAME,
    _BY_PAIR,
    _CHANGES_BY_CODE,
    _CHANGES_BY_PAIR,
    _CHANGES_BY_NAME,
    _CHANGES_BY_PART,
    _TABLE,
)


def _block(
    rows: dict[str, Member], noun: str = "field", closed: dict[str, str] | None = None
) -> Struct:
    """Return a mapping with known fields that may hold defaults for its numbers."""
    return Struct({"defaults": Member(DEFAULTS), **rows}, noun, closed)


def _entry(rows: tuple[tuple[str, Kind, str], ...], required: tuple[str, ...] = ()) -> Struct:
    """Return a named entry with its own source, note and defaults."""
    own = {name: PROVENANCE[name] for name in ("source", "confidence", "note")}
    found = {**members(rows), **own, "defaults": Member(DEFAULTS)}
    for name in required:
        found[name] = Member(found[name].kind, found[name].doc, required=True)
    return Struct(found)


def _doc(field: Field) -> str:
    low, high = field.bounds
    return f"{field.meaning} ({field.unit}; {low:g} to {high:g})"


def _states(words: Vocabulary) -> Named:
    rows: dict[str, Member] = {"name": Member(_TITLE, "Name for people.")}
    closed: dict[str, str] = {}
    for name, field in words.state_fields.items():
        if field.initial:
            rows[name] = Member(_NUMBER, _doc(field))
        else:
            closed[name] = _DERIVED
    rows["exists"] = Member(
        Struct(
            members(
                (
                    ("since", Date(), "First quarter; without it, there from before the start."),
                    ("until", Date(), "Last quarter; in the one after it the state is gone."),
                )
            )
        ),
        "When it exists, where that is not always.",
    )
    rows["doctrine"] = Member(_BY_NAME, "Weights of doctrines, which sum to one.")
    return Named(_block(rows, closed=closed), CODE, _CODE_NAME, DEFAULTS)


def _relations(words: Vocabulary) -> Struct:
    by_field = {field: channel for channel, field in words.channels.items()}
    rows: dict[str, Member] = {}
    closed: dict[str, str] = {}
    for name, field in words.dyad_fields.items():
        if name in by_field:
            closed[name] = f"belongs under channels.{by_field[name]}"
        elif field.initial:
            rows[name] = Member(_BY_PAIR, _doc(field))
        else:
            closed[name] = _DERIVED
    return _block(rows, closed=closed)


def _channels(words: Vocabulary) -> Struct:
    rows: dict[str, Member] = {}
    for name in words.channels:
        inner, doc = "shares", "Holder: supplier: share of the holder's needs."
        if name == "trade":
            inner, doc = "flows", "Exporter: importer: million USD a year; ROW is everybody else."
        rows[name] = Member(_block({inner: Member(_TABLE, doc)}))
    return _block(rows, "channel")


def _events(words: Vocabulary) -> Named:
    rows: dict[str, Member] = {}
    for name, field in words.state_fields.items():
        rows[name] = Member(_CHANGES_BY_CODE, _doc(field))
    for name, field in words.dyad_fields.items():
        rows[name] = Member(_CHANGES_BY_PAIR, _doc(field))
    for name, field in words.collective_fields.items():
        if field.shock:
            rows[name] = Member(_CHANGES_BY_NAME, _doc(field))
    for name, field in words.parts.items():
        rows[name] = Member(_CHANGES_BY_PART, _doc(field))
    event = _entry(
        (
            (
                "at",
                Date(),
                "Quarter in which it happens; up to the start, what it sets for good counts.",
            ),
            ("title", _TITLE, "What happens."),
            ("effects", _block(rows), "Variable: state or pair: number, {add: x}, {multiply: x}."),
        ),
        ("at", "effects"),
    )
    return Named(event, IDENTIFIER, _ID_NAME, DEFAULTS)


def _own(words: Vocabulary, kind: str) -> tuple[tuple[str, Kind, str], ...]:
    """Return the variables of a kind of collective that a scenario may set."""
    return tuple(
        (name, _NUMBER, _doc(field))
        for name, field in words.collective_fields.items()
        if field.kind == kind and field.initial
    )


def _parties(words: Vocabulary) -> dict[str, Member]:
    pact = _entry(
        (
            ("members", ListOf(_CODE, 1, MAX_STATES), "At least two states or groups."),
            ("type", Choice(PACT_TYPES), "What the members owe each other."),
            (
                "since",
                Date(),
                "First quarter in force; without it, in force from before the start.",
            ),
            ("until", Date(), "Last quarter in force; the quarter after it the pact is gone."),
            ("conditional", Switch(), "Whether the obligation depends on who began."),
        ),
        ("members", "type"),
    )
    organisation = _entry(
        (
            ("name", _TITLE, "Name for people."),
            ("members", _STATES, "States or groups."),
            ("partners", _PARTS_BY_CODE, "Part of membership, 0 to 1; one of .5 has applied."),
            ("floor", _FIGURE, "Commitment between members, 0 to 1."),
            ("open_to", _STATES, "Who else may enter by its charter; without it, every state."),
            ("since", Date(), "First quarter; without it, there from before the start."),
            *_own(words, "organisation"),
        ),
        ("members", "floor"),
    )
    conflict = _entry(
        (
            ("parties", ListOf(ListOf(_CODE, 1, MAX_STATES), 2, 2), "The two sides."),
            ("supporters", Named(_STATES, CODE, _CODE_NAME), "Party: those who support it."),
            ("intensity", _FIGURE, "0 to 1."),
            ("rung", Choice(RUNGS), "How far it has escalated."),
            ("frozen", Switch(), "Whether the fighting has stopped."),
            ("since", Date(), "First quarter; without it, fought from before the start."),
            *_own(words, "conflict"),
        ),
        ("parties", "intensity", "rung"),
    )
    return {
        "pacts": Member(Named(pact, IDENTIFIER, _ID_NAME, DEFAULTS)),
        "organisations": Member(Named(organisation, IDENTIFIER, _ID_NAME, DEFAULTS)),
        "conflicts": Member(Named(conflict, IDENTIFIER, _ID_NAME, DEFAULTS)),
    }


def _doctrines(words: Vocabulary) -> Named:
    weights = {name: Member(_NUMBER) for name in words.terms}
    pacts = [name for name in PACT_TYPES if f"taboo_{name}" in words.state_fields]
    taboos = {name: Member(_NUMBER) for name in pacts}
    doctrine = _entry(
        (
            ("description", _DESCRIPTION, "What it holds."),
            ("weights", _block(weights, "utility term"), "Multipliers of utility terms."),
            (
                "taboos",
                _block(taboos, "pact type"),
                "Logits against new pacts of a type, 0 to 100.",
            ),
            *_own(words, "school"),
        )
    )
    return Named(doctrine, IDENTIFIER, _ID_NAME, DEFAULTS)


def _parameters(words: Vocabulary) -> Struct:
    rows = {
        name: Member(_NUMBER, f"{param.meaning} ({param.unit}; default {param.default:g})")
        for name, param in words.params.items()
    }
    return _block(rows, "parameter")


def _content(words: Vocabulary) -> dict[str, Member]:
    """Return the blocks that a file and an arm share."""
    source = Struct(
        members(
            (
                ("title", Text(500), "Title of the work."),
                ("author", Text(500), "Who made it."),
                ("year", Whole(1000, 3000), "Year of publication."),
                ("kind", Choice(SOURCE_KINDS), "What it is."),
                ("url", Text(500), "Where it is."),
                ("note", NOTE, "Remark, licence, table."),
            )
        )
    )
    return {
        "title": Member(_TITLE, "A few words."),
        "description": Member(_DESCRIPTION, "What happens, and why it is asked."),
        "groups": Member(Named(_STATES, CODE, _CODE_NAME), "Name: states."),
        "sources": Member(Named(source, IDENTIFIER, _ID_NAME), "Name: the work."),
        "states": Member(_states(words), "Code: attributes."),
        "relations": Member(_relations(words), "Variable: pair: number."),
        "channels": Member(_channels(words), "Who depends on whom, by channel."),
        **_parties(words),
        "order": Member(
            _block({name: Member(kind, doc) for name, kind, doc in _own(words, "order")}),
            "The state of the international order.",
        ),
        "doctrines": Member(_doctrines(words), "Name: what it weighs."),
        "parameters": Member(_parameters(words), "Constants of the model."),
        "mechanisms": Member(
            Struct({name: Member(Switch()) for name in words.mechanisms}, "mechanism")
        ),
        "terms": Member(Struct({name: Member(Switch()) for name in words.terms}, "utility term")),
        "events": Member(
            _events(words), "Name: a dated shock; those of one quarter in the order of the file."
        ),
    }


_WHOLE = (
    "format extends rules tables question answer clock poles focal ensemble record synthetic arms"
    " claims"
)
ARM_CLOSED = dict.fromkeys(_WHOLE.split(), "cannot differ between the arms of a scenario")
"""What an arm may not hold: paired arms share their clock, their runs and what is recorded."""

CHANGEABLE = frozenset(
    (
        "groups",
        "sources",
        "states",
        "relations",
        "channels",
        "pacts",
        "organisations",
        "conflicts",
        "order",
        "doctrines",
        "parameters",
        "mechanisms",
        "terms",
        "events",
    )
)
"""What an arm may change; beside it, an arm has a title and a description of its own."""


@dataclass(frozen=True)
class Arm(Kind):
    """An overlay; its content is checked when it lies over the scenario."""

    allowed: Collection[str]

    def check(self, node: Node, key: str, log: Log) -> bool:
        """Check that it is a mapping of blocks that an arm may change."""
        if not isinstance(node.value, dict):
            log.value(node, key, f"expected a mapping, not {describe(node)}")
            return False
        for name in list(node.value):
            if name in ("title", "description"):
                if not _TEXTS[name].check(node.value[name], name, log):
                    del node.value[name]
            elif name not in self.allowed:
                child = node.value.pop(name)
                reason = ARM_CLOSED.get(name) or f"unknown field{hint(name, self.allowed)}"
                log.key(child, name, reason)
        return True

    def schema(self) -> Schema:
        """Return an object schema of the shared blocks."""
        return {
            "type": "object",
            "properties": {name: {"$ref": f"#/definitions/{name}"} for name in self.allowed},
            "additionalProperties": False,
        }


def document(words: Vocabulary) -> Struct:
    """Return the declaration of a whole scenario, after merging."""
    content = _content(words)
    content["title"] = Member(_TITLE, content["title"].doc, required=True)
    clock = Struct(
        {
            "start": Member(Date(), "Quarter of the initial state.", required=True),
            "quarters": Member(
                Whole(1, MAX_QUARTERS), "How many to play after the start.", required=True
            ),
        }
    )
    ensemble = Struct(
        members(
            (
                ("runs", Whole(1, MAX_RUNS), "Number of runs."),
                ("seed", Whole(0, 2**63 - 1), "Seed of all random streams."),
                ("draws", Switch(), "Draw every number from its range for each run."),
            )
        )
    )
    synthetic = Struct(
        members(
            (
                ("states", Whole(2, MAX_SYNTHETIC), "Number of states."),
                ("capability", Choice(CAPABILITIES), "Distribution of capability."),
                ("spread", Plain(), "Its sigma (lognormal) or exponent (pareto), 0.01 to 10."),
                ("geography", Choice(GEOGRAPHIES), "Lie of the land."),
                ("size", Plain(), "Its extent in 1000 km, 0.1 to 40."),
                ("poles", Whole(0, 50), "How many of the strongest are poles."),
                ("positions", Choice(POSITIONS), "Distribution of ideal points."),
                ("distance", Plain(), "Spread of ideal points in UNGA units, 0 to 3."),
                ("seed", Whole(0, 2**63 - 1), "Seed of the world that is made."),
            )
        )
    )
    pairs = ListOf(Text(65, PAIR, _PAIR_NAME), 0, 10_000)
    record = Struct({"dyads": Member(OrUnknown(pairs, "all"), "Pairs, or `all` of them.")})
    return Struct(
        {
            "format": Member(Whole(FORMAT, FORMAT), "Version of this format."),
            "question": Member(Text(500), "One sentence."),
            "answer": Member(ANSWER, "Which arms and metrics answer it."),
            "extends": Member(
                EXTENDS, "Path of the scenario that this one changes, or paths, the last on top."
            ),
            "wider": Member(Text(500), "Of a base world: the file that has all other states."),
            "scope": Member(SCOPE, "Which states act: `all`, a number, or a list."),
            "rules": Member(
                RULES, "Paths of rules of your own, .py beside this file; they need --trust."
            ),
            "tables": Member(
                TABLES, "Name: a CSV or Parquet file whose rows are entries of this one."
            ),
            "clock": Member(clock, "When it starts and how long it runs.", required=True),
            "poles": Member(_STATES, "States that pull others."),
            "focal": Member(_STATES, "States that the report shows."),
            "synthetic": Member(synthetic, "A made-up world with states S0001, S0002 ..."),
            **content,
            "arms": Member(
                Named(Arm(tuple(content)), IDENTIFIER, _ID_NAME), "Name: a counterfactual overlay."
            ),
            "ensemble": Member(ensemble, "Runs and seed."),
            "record": Member(record, "What to keep beside the focal states."),
            "claims": Member(Named(Free(), IDENTIFIER, _ID_NAME), "Name: a claim to test."),
        }
    )


def scenario_schema() -> dict[str, Any]:
    """Return the JSON Schema (draft 7) of scenario files, for editors.

    It describes a file that may be an overlay, so it requires little; references between entries,
    bounds and sums are checked by ``multipolar validate`` only.
    """
    words = vocabulary()
    root = document(words)
    content = _content(words)
    definitions: Schema = {shared.name: shared.kind.schema() for shared in _SHARED}
    properties: Schema = {}
    for name, member in root.members.items():
        described = {**member.kind.schema(), **({"description": member.doc} if member.doc else {})}
        if name in content:
            definitions[name] = described
            properties[name] = {"$ref": f"#/definitions/{name}"}
        else:
            properties[name] = described
    either = [properties["mechanisms"], properties["rules"]]  # switches, or files of rules
    properties["mechanisms"] = {"anyOf": either}
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": f"multipolar scenario, format {FORMAT}",
        "type": "object",
        "properties": properties,
        "required": ["format"],
        "additionalProperties": False,
        "definitions": definitions,
    }
