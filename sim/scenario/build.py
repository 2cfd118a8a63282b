"""Cross-checks of a merged scenario, and the specification that comes out of it.

The tree has been checked for its form (:mod:`sim.scenario.schema`): what is left in it is
well-formed, and what was malformed is in the log and gone. Here every name must mean something,
every number must have a source and a range, and mixes and shares must add up.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from itertools import permutations
from typing import Any

from sim.errors import hint
from sim.rules.outside import loaded as loaded_rules
from sim.scenario.asked import read_answer
from sim.scenario.entries import Entries, date, items, value_of
from sim.scenario.events import Events
from sim.scenario.missing import complete
from sim.scenario.names import Line, Names, Pair, among, settle
from sim.scenario.numbers import Bounds, Cache, Numbers
from sim.scenario.quantity import JUDGEMENT, is_unknown
from sim.scenario.reader import Log, Node
from sim.scenario.schema import MAX_STATES, Vocabulary
from sim.scenario.spec import (
    BASE_ARM,
    REST_OF_WORLD,
    ArmSpec,
    ConflictSpec,
    DoctrineSpec,
    EnsembleSpec,
    Existence,
    Number,
    OrganisationSpec,
    PactSpec,
    RecordSpec,
    ScenarioSpec,
    StateSpec,
)
from sim.scenario.synthetic import read_synthetic

UNIT = (0.0, 1.0)
_WEIGHT = (0.0, 100.0)
_TABOO = (0.0, 100.0)
_TOLERANCE = 1e-6
_DEFAULT_RUNS = 200
_DEFAULT_SEED = 1


def build(
    root: Node,
    words: Vocabulary,
    log: Log,
    *,
    path: str,
    arm: str,
    overrides: tuple[str, ...],
    cache: Cache,
) -> ScenarioSpec:
    """Return the specification; it means something only if nothing is in the log."""
    builder = _Builder(root, words, log, cache)
    spec = builder.spec(path, arm, overrides)
    if log.problems or log.dropped:
        return spec
    return complete(spec, root, words, log, builder.numbers.unknown)


class _Builder:
    """Reads the blocks of one merged tree in order; names first, then what refers to them."""

    def __init__(self, root: Node, words: Vocabulary, log: Log, cache: Cache) -> None:
        self.root = root
        self.words = words
        self.log = log
        self.cache = cache
        self.synthetic = read_synthetic(self.root.value.get("synthetic"), log)
        made = self.synthetic.codes if self.synthetic is not None else ()
        called = {code: node.value.get("name") for code, node in self._block("states").items()}
        self.states = dict.fromkeys((*made, *self._names("states")), "")
        self.states |= {code: node.value for code, node in called.items() if node is not None}
        self.doctrines = self._names("doctrines")
        sources = self._names("sources") | {JUDGEMENT}
        self.numbers = Numbers(log, sources, cache)
        self.names = Names(self.states, log)

    def _block(self, name: str) -> Entries:
        node = self.root.value.get(name)
        if node is None:
            return {}
        return {key: node.value[key] for key in sorted(node.value) if key != "defaults"}

    def _names(self, block: str) -> set[str]:
        prefix = f"{block}."
        dropped = {key[len(prefix) :] for key in self.log.dropped if key.startswith(prefix)}
        return set(self._block(block)) | {name for name in dropped if "." not in name}

    def spec(self, path: str, arm: str, overrides: tuple[str, ...]) -> ScenarioSpec:
        """Return the specification; it is of use only if nothing was logged."""
        top: Entries = self.root.value
        clock: Entries = top["clock"].value if "clock" in top else {}
        ensemble: Entries = top["ensemble"].value if "ensemble" in top else {}
        self.names.read_groups(self._block("groups"))
        states = self._states()
        events = Events(self.words, self.names, self.numbers, self._names, self.log)
        spec = ScenarioSpec(
            path=path,
            title=value_of(top, "title", ""),
            question=value_of(top, "question", ""),
            description=value_of(top, "description", ""),
            start=date(clock, "start") or 0,
            quarters=value_of(clock, "quarters", 1),
            poles=self._listed("poles") or self._strongest("poles"),
            focal=self._listed("focal") or self._strongest("focal"),
            groups=self.names.groups,
            sources=self._sources(overrides),
            states=states,
            relations=self._relations(),
            channels=self._channels(),
            pacts=self._pacts(),
            organisations=self._organisations(),
            conflicts=self._conflicts(),
            order=self._variables(top["order"], "order", "order") if "order" in top else {},
            doctrines=self._doctrines(),
            parameters=self._parameters(),
            mechanisms={key: node.value for key, node in self._block("mechanisms").items()},
            terms={key: node.value for key, node in self._block("terms").items()},
            events=events.read(top.get("events")),
            arms=self._arms(),
            ensemble=EnsembleSpec(
                value_of(ensemble, "runs", _DEFAULT_RUNS),
                value_of(ensemble, "seed", _DEFAULT_SEED),
                value_of(ensemble, "draws", True),
            ),
            record=self._record(),
            claims=self._claims(),
            synthetic=self.synthetic,
            arm=arm,
            overrides=overrides,
            rules={rule.source.name: rule.source.sha256 for rule in loaded_rules() if rule.acts},
            exists=self._existence(),
            answer=read_answer(top.get("answer"), {BASE_ARM, *self._names("arms")}, self.log),
        )
        events.tell_unplayed(spec, top)
        return replace(spec, notices=tuple(self.log.notices))

    def _strongest(self, block: str) -> tuple[str, ...]:
        """The poles of a made-up world, or those that a report shows, where none are listed."""
        if self.synthetic is None:
            return ()
        count = self.synthetic.poles if block == "poles" else min(6, self.synthetic.states)
        return self.synthetic.codes[:count]

    def _listed(self, block: str) -> tuple[str, ...]:
        node = self.root.value.get(block)
        found: list[str] = []
        for item in node.value if node is not None else ():
            if item.value in found:
                self.log.value(item, block, f"'{item.value}' is listed twice")
            elif self.names.is_state(item, item.value, block):
                found.append(item.value)
        return tuple(found)

    def _sources(self, overrides: tuple[str, ...]) -> dict[str, Mapping[str, Any]]:
        found: dict[str, Mapping[str, Any]] = {
            name: node.plain() for name, node in self._block("sources").items()
        }
        if JUDGEMENT in found:
            node = self.root.value["sources"].value[JUDGEMENT]
            message = "is predeclared; say why in the `note` of each number"
            self.log.key(node, f"sources.{JUDGEMENT}", message)
        found[JUDGEMENT] = {"title": "Judgement of the scenario's author, reason in the note"}
        if overrides:
            found[self.numbers.COMMAND_LINE] = {"title": "Set on the command line"}
        return found

    # --- blocks ----------------------------------------------------------------------------------

    def _states(self) -> dict[str, StateSpec]:
        block = self._block("states")
        root = self.root
        if len(block) > MAX_STATES:
            node = root.value["states"]
            self.log.key(node, "states", f"{len(block)} states; at most {MAX_STATES}")
        elif not self.states and "states" not in self.log.dropped:
            self.log.key(root.value.get("states", root), "states", "a scenario needs states")
        found = {}
        for code, node in block.items():
            if code == REST_OF_WORLD:
                self.log.key(node, f"states.{code}", f"'{code}' is the rest of the world")
            values = {}
            for name, child in node.value.items():
                field = self.words.state_fields.get(name)
                if field is None:
                    continue
                number = self.numbers.read(child, f"states.{code}.{name}", field.bounds)
                if number is not None:
                    values[name] = number
            mix = self._mix(node.value.get("doctrine"), f"states.{code}.doctrine")
            found[code] = StateSpec(code, value_of(node.value, "name", code), values, mix)
        made = self.synthetic.codes if self.synthetic is not None else ()
        return {code: found.get(code, StateSpec(code, code, {}, {})) for code in made} | found

    def _existence(self) -> dict[str, Existence]:
        found = {}
        for code, node in self._block("states").items():
            entry: Entries = node.value["exists"].value if "exists" in node.value else {}
            since, until = date(entry, "since"), date(entry, "until")
            if since is not None and until is not None and until < since:
                self.log.value(entry["until"], f"states.{code}.exists.until", "is before 'since'")
            if entry:
                found[code] = Existence(since, until)
        return found

    def _mix(self, node: Node | None, key: str) -> dict[str, Number]:
        found: dict[str, Number] = {}
        whole = True
        for name, child in items(node):
            if name not in self.doctrines:
                fix = hint(name, self.doctrines)
                self.log.key(child, f"{key}.{name}", f"unknown doctrine{fix}")
                whole = False
            number = self.numbers.read(child, f"{key}.{name}", UNIT)
            if number is None:
                whole = False
            else:
                found[name] = number
        total = sum(number.value for number in found.values())
        if node is not None and whole and found and abs(total - 1.0) > _TOLERANCE:
            self.log.key(node, key, f"the weights sum to {total:.6g}; they must sum to 1")
        return found

    def _held(self, lines: list[Line], bounds: Bounds) -> dict[Any, Number]:
        """Return the number that holds at each place."""
        read = {line.key: self.numbers.read(line.node, line.key, bounds) for line in lines}
        held = settle(lines, self.log).items()
        return {place: number for place, line in held if (number := read[line.key]) is not None}

    def _relations(self) -> dict[str, dict[Pair, Number]]:
        return {name: self._relation(name, node) for name, node in self._block("relations").items()}

    def _relation(self, name: str, node: Node) -> dict[Pair, Number]:
        """Read a block of pairs, or take what another arm read of it: few arms change one."""
        groups = self.root.value.get("groups")
        place = id(node), id(groups)  # their nodes are kept, so an id stays theirs
        known = (node, groups, set(self.states), self.numbers.sources)
        before = self.cache.blocks.get(place)
        if before is not None and before[0] == known:
            return dict(before[1])
        told = self._told()
        field = self.words.dyad_fields[name]
        lines = self.names.pairs_of(node, f"relations.{name}", field)
        found = dict(sorted(self._held(lines, field.bounds).items()))
        if self._told() == told:  # each load tells its own
            self.cache.blocks[place] = known, found
        return dict(found)

    def _told(self) -> tuple[int, ...]:
        """How much has been noted so far."""
        log = self.log
        return len(log.problems), len(log.notices), len(self.numbers.unknown)

    def _channels(self) -> dict[str, dict[Pair, Number]]:
        found: dict[str, dict[Pair, Number]] = {}
        for channel, node in self._block("channels").items():
            field = self.words.dyad_fields[self.words.channels[channel]]
            inner = "flows" if channel == "trade" else "shares"
            values: dict[Pair, Number] = {}
            for holder, row in items(node.value.get(inner)):
                key = f"channels.{channel}.{inner}.{holder}"
                if not self._is_partner(row, holder, key):
                    continue
                if holder == REST_OF_WORLD and inner == "shares":
                    self.log.key(row, key, f"'{holder}' may supply, not hold")
                    continue
                if is_unknown(row):
                    self.numbers.unknown[key] = None
                    continue
                total = 0.0
                for partner, child in items(row):
                    dotted = f"{key}.{partner}"
                    number = self.numbers.read(child, dotted, field.bounds)
                    if partner == holder:
                        self.log.key(child, dotted, f"a pair of '{holder}' with itself")
                    elif self._is_partner(child, partner, dotted) and number is not None:
                        total += number.value
                        values[holder, partner] = number
                if inner == "shares" and total > 1.0 + _TOLERANCE:
                    self.log.key(row, key, f"the shares sum to {total:.6g}, more than 1")
            found[field.name] = dict(sorted(values.items()))
        return found

    def _is_partner(self, node: Node, code: str, key: str) -> bool:
        if code in self.states or code == REST_OF_WORLD:
            return True
        self.log.key(node, key, f"unknown state '{code}'{among(code, self.states)}")
        return False

    def _pacts(self) -> dict[str, PactSpec]:
        found = {}
        for name, node in self._block("pacts").items():
            key, entry = f"pacts.{name}", node.value
            members = self._parties(node, key, 2)
            since, until = date(entry, "since"), date(entry, "until")
            if since is not None and until is not None and until < since:
                self.log.value(entry["until"], f"{key}.until", "is before 'since'")
            source = self.numbers.source(node, key)
            conditional = value_of(entry, "conditional", False)
            kind = value_of(entry, "type", "")
            found[name] = PactSpec(name, members, kind, since, until, source, conditional)
        return found

    def _parties(self, node: Node, key: str, least: int) -> tuple[str, ...]:
        listed = node.value.get("members")
        if listed is None:
            return ()
        before = len(self.log.problems)
        members = self.names.members(listed.value, f"{key}.members")
        if len(members) < least and len(self.log.problems) == before:
            self.log.value(listed, f"{key}.members", f"needs at least {least} different states")
        return members

    def _organisations(self) -> dict[str, OrganisationSpec]:
        found = {}
        for name, node in self._block("organisations").items():
            key, entry = f"organisations.{name}", node.value
            members = self._parties(node, key, 1)
            floor = self._inner(node, key, "floor", UNIT)
            source = self.numbers.source(node, key)
            partners = self._partners(entry.get("partners"), f"{key}.partners", members)
            values = self._variables(node, key, "organisation")
            if floor is not None:
                title = value_of(entry, "name", name)
                since = date(entry, "since")
                listed = entry.get("open_to")
                open_to = listed and self.names.members(listed.value, f"{key}.open_to")
                found[name] = OrganisationSpec(
                    name, title, members, partners, floor, values, source, since, open_to
                )
        return found

    def _partners(self, node: Node | None, key: str, members: tuple[str, ...]) -> dict[str, Number]:
        lines = self.names.states_of(node, key)
        for line in lines:
            for state, _ in line.places:
                if state in members:
                    self.log.key(line.node, line.key, f"'{state}' is a member already")
        return {state: number for (state, _), number in self._held(lines, UNIT).items()}

    def _variables(self, node: Node, key: str, kind: str) -> dict[str, Number]:
        """Return the variables of a collective that an entry sets."""
        found = {}
        for name, child in items(node):
            field = self.words.collective_fields.get(name)
            if field is not None and field.kind == kind and field.initial:
                number = self.numbers.read(child, f"{key}.{name}", field.bounds)
                if number is not None:
                    found[name] = number
        return found

    def _inner(self, node: Node, key: str, name: str, bounds: Bounds) -> Number | None:
        child = node.value.get(name)
        if child is None:
            return None
        return self.numbers.read(child, f"{key}.{name}", bounds)

    def _conflicts(self) -> dict[str, ConflictSpec]:
        found = {}
        for name, node in self._block("conflicts").items():
            key, entry = f"conflicts.{name}", node.value
            sides: list[tuple[str, ...]] = []
            if "parties" in entry:
                listed = entry["parties"].value
                sides = [self.names.members(side.value, f"{key}.parties") for side in listed]
            if len(sides) == 2 and (both := sorted(set(sides[0]) & set(sides[1]))):
                self.log.value(entry["parties"], f"{key}.parties", f"'{both[0]}' is on both sides")
            parties = {code for side in sides for code in side}
            supporters: dict[str, tuple[str, ...]] = {}
            for party, listed_node in items(entry.get("supporters")):
                dotted = f"{key}.supporters.{party}"
                if sides and party not in parties:
                    self.log.key(
                        listed_node, dotted, f"is not a party of the conflict{hint(party, parties)}"
                    )
                supporters[party] = self.names.members(listed_node.value, dotted)
            intensity = self._inner(node, key, "intensity", UNIT)
            if intensity is not None and len(sides) == 2:
                found[name] = ConflictSpec(
                    name,
                    (sides[0], sides[1]),
                    supporters,
                    intensity,
                    self._variables(node, key, "conflict"),
                    value_of(entry, "rung", ""),
                    value_of(entry, "frozen", False),
                    date(entry, "since"),
                )
        return found

    def _doctrines(self) -> dict[str, DoctrineSpec]:
        found = {}
        for name, node in self._block("doctrines").items():
            key = f"doctrines.{name}"
            tables: list[dict[str, Number]] = []
            for part, bounds in (("weights", _WEIGHT), ("taboos", _TABOO)):
                table = {}
                for term, child in items(node.value.get(part)):
                    number = self.numbers.read(child, f"{key}.{part}.{term}", bounds)
                    if number is not None:
                        table[term] = number
                tables.append(dict(sorted(table.items())))
            description = value_of(node.value, "description", "")
            source = self.numbers.source(node, key)
            values = self._variables(node, key, "school")
            found[name] = DoctrineSpec(name, description, tables[0], tables[1], values, source)
        return found

    def _parameters(self) -> dict[str, Number]:
        found = {}
        for name, node in self._block("parameters").items():
            bounds = self.words.params[name].bounds
            number = self.numbers.read(node, f"parameters.{name}", bounds)
            if number is not None:
                found[name] = number
        return found

    def _arms(self) -> dict[str, ArmSpec]:
        found = {}
        for name, node in self._block("arms").items():
            if name == BASE_ARM:
                self.log.key(
                    node, f"arms.{name}", f"'{BASE_ARM}' means the scenario without an arm"
                )
            title = node.value.get("title")
            text = title.value if title is not None and isinstance(title.value, str) else name
            found[name] = ArmSpec(name, text, node.plain())
        return found

    def _record(self) -> RecordSpec:
        node = self.root.value.get("record")
        found: dict[Pair, None] = {}
        listed = None if node is None else node.value.get("dyads")
        if listed is not None and listed.value == "all":
            return RecordSpec(tuple(permutations(sorted(self.states), 2)))
        for item in listed.value if listed is not None else ():

            def report(message: str, item: Node = item) -> None:
                self.log.value(item, "record.dyads", message)

            found |= dict.fromkeys(self.names.pair(item.value, report, False))
        return RecordSpec(tuple(found))

    def _claims(self) -> dict[str, Mapping[str, Any]]:
        arms = {BASE_ARM, *self._names("arms")}
        found = {}
        for name, node in self._block("claims").items():
            listed = node.value.get("arms")
            for item in listed.value if listed and isinstance(listed.value, list) else ():
                if isinstance(item.value, str) and item.value not in arms:
                    message = f"unknown arm '{item.value}'{hint(item.value, arms)}"
                    self.log.value(item, f"claims.{name}.arms", message)
            found[name] = node.plain()
        return found
