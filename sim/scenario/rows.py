"""Rows of CSV and Parquet files beside a scenario as entries of it: the block ``tables``.

The tables of a file become a layer of the tree under it: what the file itself says holds against
its tables, and of two tables with a number for one place the later one holds. Each cell is a node
that knows its row and column, so whatever is wrong with a number is told as it is for a number in
YAML. An empty cell is ``unknown``, never zero. For each kind of rows:

* ``states``: ``states.CODE.VARIABLE``, with ``name``;
* ``pairs``: ``relations.VARIABLE.A-B``, or ``A>B`` where columns ``from`` and ``to`` are named;
* ``flows``: ``channels.CHANNEL``, from the exporter or supplier to the importer or holder;
* ``pacts``: ``pacts.ID``; rows of one id are one pact, rows without an id a pact each;
* ``memberships``: ``organisations.NAME.members``, or its ``partners`` where ``part`` is below 1.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

from sim.errors import hint, shown
from sim.scenario.cells import Cell, Cells, is_missing, number, read_cells, text, unreadable
from sim.scenario.history.codes import converted, known
from sim.scenario.quantity import JUDGEMENT, PROVENANCE, UNKNOWN
from sim.scenario.reader import Layer, Log, Node
from sim.scenario.spec import REST_OF_WORLD
from sim.scenario.tables import AMOUNT, NEEDED, OPTIONAL, OWN, UNITS
from sim.scenario.value_kinds import CODE, IDENTIFIER, matches

if TYPE_CHECKING:
    from sim.scenario.schema import Vocabulary

_LATEST: Final = 9999
"""Codes of tables without a year are those of today."""


def read_table(
    root: Node, name: str, entry: Node, source: Any, file: str, words: Vocabulary, log: Log
) -> None:
    """Put the rows of a table into the layer of tables of a file; what is wrong is noted.

    Args:
        root: of the layer, with what the tables before it have put there.
        name: of the entry.
        entry: its node, well-formed.
        source: the file, or a data frame.
        file: what messages call it.
        words: the names that the model knows.
        log: gets the problems.
    """
    cells = read_cells(source, Layer(file), log)
    if cells is not None:
        _Table(name, entry, cells, words, log).lay(root)


@dataclass(frozen=True, slots=True)
class _Numbers:
    """A column of numbers: its place, its factor, the ends of its ranges, and its provenance."""

    variable: str
    at: int
    factor: float
    ends: tuple[int, int] | None
    own: dict[str, tuple[Node, str]]
    back: int | None = None


class _Table:
    """Lays the rows of one table into the tree."""

    def __init__(self, name: str, entry: Node, cells: Cells, words: Vocabulary, log: Log) -> None:
        self.key = f"tables.{name}"
        self.entry = entry
        self.given: dict[str, Node] = entry.value
        self.rows: str = self.given["rows"].value
        self.words = words
        self.log = log
        year = self.given.get("year")
        self.year = None if year is None else int(year.value)
        self.keys = self._keys(cells)
        if self.year is not None and "year" in self.keys:
            at = self.keys["year"]
            cells = cells.of_year(next(x for x, k in cells.columns.items() if k == at), self.year)
            if not cells.rows:
                log.value(self.given["year"], f"{self.key}.year", f"no row is of {self.year}")
        self.cells = cells
        self.columns = list(self._columns())
        self._known: dict[str, str | None] = {}
        self._seen: dict[str, int] = {}

    def lay(self, root: Node) -> None:
        """Put the rows into the tree, unless a column that they need is missing."""
        if self.key in self.log.dropped:
            return
        for line, row in self.cells.rows:
            getattr(self, f"_{self.rows}")(root, line, row)

    # --- columns ---------------------------------------------------------------------------------
    def _keys(self, cells: Cells) -> dict[str, int]:
        """The places of the columns that say what a row is about."""
        named = self.given["keys"].value if "keys" in self.given else {}
        needed, optional = NEEDED[self.rows], OPTIONAL[self.rows]
        if self.rows == "pairs" and not named.keys().isdisjoint(("from", "to")):
            needed, optional = ("from", "to"), ()
        allowed = (*needed, *optional, "year")
        found = {}
        for name in named:
            if name not in allowed:
                fix = hint(name, allowed) or f"; allowed: {', '.join(allowed)}"
                self.log.key(named[name], f"{self.key}.keys.{name}", f"unknown key{fix}")
        for name in allowed:
            column = named[name].value if name in named else name
            if column in cells.columns:
                found[name] = cells.columns[column]
            elif name in named or name in needed:
                node = named.get(name, self.entry)
                self._lacks(node, f"{self.key}.keys.{name}", column, cells.columns)
        return found

    def _lacks(self, node: Node, key: str, column: str, columns: Iterable[str]) -> None:
        file = self.given["file"].value
        what = f"'{file}'" if isinstance(file, str) else "the table"
        fix = hint(column, columns) or f"; it has {', '.join(list(columns)[:12])}"
        self.log.value(node, key, f"{what} has no column {shown(column)}{fix}")
        self.log.dropped.add(self.key)

    def _columns(self) -> Iterable[_Numbers]:
        named = self.given["columns"].value if "columns" in self.given else {}
        for variable, node in named.items():
            key = f"{self.key}.columns.{variable}"
            allowed = self._variables
            if variable not in allowed:
                few = f"; {self.rows} have none" if not allowed else ""
                message = f"unknown variable of {self.rows}{hint(variable, allowed) or few}"
                self.log.key(node, key, message)
                continue
            own: dict[str, Node] = node.value if isinstance(node.value, dict) else {}
            column = variable if isinstance(node.value, dict) else node.value
            places: dict[str, int] = {}
            for part in ("column", "back", "low", "high"):
                name = own[part].value if part in own else column if part == "column" else None
                if name in self.cells.columns:
                    places[part] = self.cells.columns[name]
                elif name is not None:
                    self._lacks(own.get(part, node), key, name, self.cells.columns)
            if "column" in places:
                yield self._numbers(variable, own, key, places)

    @cached_property
    def _variables(self) -> dict[str, str]:
        """The variables that a row may set, with their units."""
        words = self.words
        match self.rows:
            case "states":
                return {name: x.unit for name, x in words.state_fields.items() if x.initial}
            case "pairs":
                within = words.channels.values()
                return {
                    name: field.unit
                    for name, field in words.dyad_fields.items()
                    if field.initial and name not in within
                }
            case "flows":
                return {name: words.dyad_fields[x].unit for name, x in words.channels.items()}
            case "memberships":
                bodies = {
                    name: field.unit
                    for name, field in words.collective_fields.items()
                    if field.kind == "organisation" and field.initial
                }
                return {"floor": "1", **bodies}
        return {}

    def _numbers(
        self, variable: str, own: dict[str, Node], key: str, places: dict[str, int]
    ) -> _Numbers:
        if "back" in places and (self.rows != "pairs" or self._symmetric(variable)):
            message = "only pairs with two values, one for each direction, have a column back"
            self.log.value(own["back"], f"{key}.back", message)
        factor = 1.0
        if "unit" in own:
            factor = self._factor(own["unit"], f"{key}.unit", variable, places["column"])
        ends = (places["low"], places["high"]) if {"low", "high"} <= places.keys() else None
        for end in ("low", "high") if ends is None else ():
            if end in places:
                self.log.key(own[end], f"{key}.{end}", "needs a column of the other end, too")
        back = places.get("back")
        return _Numbers(variable, places["column"], factor, ends, self._own(own, key), back)

    def _symmetric(self, variable: str) -> bool:
        return self.rows == "pairs" and self.words.dyad_fields[variable].symmetric

    def _factor(self, node: Node, key: str, variable: str, at: int) -> float:
        """What turns figures of a column into the unit of the variable."""
        unit = self._variables[variable]
        if node.value == AMOUNT:
            figures = (number(row[at]) for _, row in self.cells.rows)
            total = sum(x for x in figures if x is not None)
            return 1.0 / total if total > 0.0 else 1.0
        factor, into = UNITS[node.value]
        if into not in ("", unit):
            message = f"{node.value} is no unit of {variable}, which is in {unit}"
            self.log.value(node, key, message)
        return factor

    def _own(self, own: dict[str, Node], key: str) -> dict[str, tuple[Node, str]]:
        """The provenance of a column: its own over that of the table."""
        found = {x: (self.given[x], self.key) for x in PROVENANCE if x in self.given}
        if "source" in own:
            found.pop("note", None)
        found |= {name: (own[name], key) for name in PROVENANCE if name in own}
        judged = "source" in found and found["source"][0].value == JUDGEMENT
        if self.year is not None and "note" not in found and not judged:
            note = Node(f"figure of {self.year}", self.entry.layer, 0, 0)
            found["note"] = (note, self.key)
        return found

    # --- rows ------------------------------------------------------------------------------------
    def _node(self, value: Any, line: int, at: int) -> Node:
        return Node(value, self.cells.layer, line, at + 1)

    def _inner(self, parent: Node, name: str, line: int, at: int) -> Node:
        """The mapping of a name in a mapping, made if there is none."""
        entries: dict[str, Node] = parent.value
        if name not in entries:
            entries[name] = self._node({}, line, at)
        return entries[name]

    def _wrong(self, line: int, at: int, key: str, message: str) -> None:
        self.log.value(self._node(None, line, at), key, message)

    def _word(self, row: Sequence[Cell], name: str) -> str:
        return text(row[self.keys[name]]) if name in self.keys else ""

    def _name(self, row: Sequence[Cell], name: str, line: int, pattern: str) -> str | None:
        """A cell that names a state or an organisation; None, with a message, if it does not."""
        written = self._word(row, name)
        if matches(pattern, written):
            return written
        said = f"expected a name, not {shown(written)}" if written else "is empty"
        self._wrong(line, self.keys[name], self.key, said)
        return None

    def _code(self, row: Sequence[Cell], name: str, line: int) -> str | None:
        system = self.given["codes"].value if "codes" in self.given else OWN
        written = self._word(row, name)
        if system == OWN or written == REST_OF_WORLD:
            return self._name(row, name, line, CODE)
        if written not in self._known:
            year = self.year
            if year is None and "year" in self.keys:
                year = int(number(row[self.keys["year"]]) or 0)
            code = written.upper().lstrip("0") if system in ("cow", "gw") else written.upper()
            self._known[written] = converted(code, system, "iso3", year or _LATEST)
        found = self._known[written]
        if found is None:
            said = f"unknown {system} code {shown(written)}{hint(written, known(system))}"
            self._wrong(line, self.keys[name], self.key, said)
        return found

    def _put(
        self, parent: Node, name: str, column: _Numbers, line: int, row: Sequence[Cell], at: int
    ) -> None:
        """Put the number of a row into a mapping under a name that a table may set once.

        Where an earlier table has a number, an empty cell says nothing.
        """
        cell = row[at]
        value: str | float | None = UNKNOWN if is_missing(cell) else number(cell)
        if isinstance(value, float):
            value *= column.factor
        elif value is None:
            said = f"expected a number, not {shown(text(cell))}"
            self._wrong(line, at, f"{self.key}.columns.{column.variable}", said)
            return
        entries: dict[str, Node] = parent.value
        before = entries.get(name)
        if before is not None and before.layer is self.cells.layer:
            said = f"{name} stands again; it is in row {before.line}, too"
            self._wrong(line, at, f"{self.key}.columns.{column.variable}", said)
            return
        if before is not None and value == UNKNOWN:
            return
        node = entries[name] = self._node(value, line, at)
        node.own = column.own
        if column.ends is not None and value != UNKNOWN:
            ends = [number(row[end]) for end in column.ends]
            if None not in ends:
                nodes = [
                    self._node(x * column.factor, line, k)
                    for x, k in zip(ends, column.ends, strict=True)
                    if x is not None
                ]
                spread = self._node(nodes, line, column.ends[0])
                node.own = {**column.own, "range": (spread, self.key)}

    def _states(self, root: Node, line: int, row: Sequence[Cell]) -> None:
        code = self._code(row, "code", line)
        if code is None:
            return
        at = self.keys["code"]
        states = self._inner(root, "states", line, at)
        if self._seen.setdefault(code, line) != line:
            said = f"{code} stands again; it is in row {self._seen[code]}, too"
            self._wrong(line, at, f"states.{code}", said)
            return
        state = self._inner(states, code, line, at)
        self._title(state, row, line)
        self._dates(state, "exists", row, line)
        for column in self.columns:
            self._put(state, column.variable, column, line, row, column.at)

    def _title(self, entry: Node, row: Sequence[Cell], line: int) -> None:
        said = self._word(row, "name")
        if said and "name" not in entry.value:
            if wrong := unreadable(said):
                self._wrong(line, self.keys["name"], self.key, wrong)
            entry.value["name"] = self._node(said, line, self.keys["name"])

    def _dates(self, entry: Node, block: str | None, row: Sequence[Cell], line: int) -> None:
        """First and last quarter, in the entry or in a block of it; a year is all of it."""
        for part, quarter in (("since", "Q1"), ("until", "Q4")):
            if said := self._word(row, part):
                at = self.keys[part]
                parent = entry if block is None else self._inner(entry, block, line, at)
                said += quarter if said.isdigit() else ""
                parent.value.setdefault(part, self._node(said, line, at))

    def _pairs(self, root: Node, line: int, row: Sequence[Cell]) -> None:
        directed = "code1" not in self.keys
        ends = ("from", "to") if directed else ("code1", "code2")
        one, other = (self._code(row, end, line) for end in ends)
        if one is None or other is None:
            return
        at = self.keys[ends[0]]
        if one == other:
            self._wrong(line, at, "relations", f"a pair of '{one}' with itself")
            return
        relations = self._inner(root, "relations", line, at)
        for column in self.columns:
            block = self._inner(relations, column.variable, line, at)
            if column.back is not None or (directed and not self._symmetric(column.variable)):
                self._put(block, f"{one}>{other}", column, line, row, column.at)
                if column.back is not None:
                    self._put(block, f"{other}>{one}", column, line, row, column.back)
                continue
            turned = f"{other}-{one}"
            self._put(
                block,
                turned if turned in block.value else f"{one}-{other}",
                column,
                line,
                row,
                column.at,
            )

    def _flows(self, root: Node, line: int, row: Sequence[Cell]) -> None:
        giver, taker = self._code(row, "from", line), self._code(row, "to", line)
        if giver is None or taker is None:
            return
        at = self.keys["from"]
        channels = self._inner(root, "channels", line, at)
        for column in self.columns:
            trade = column.variable == "trade"
            holder, partner = (giver, taker) if trade else (taker, giver)
            block = self._inner(channels, column.variable, line, at)
            listed = self._inner(block, "flows" if trade else "shares", line, at)
            self._put(self._inner(listed, holder, line, at), partner, column, line, row, column.at)

    def _entry(self, root: Node, block: str, name: str, line: int, at: int) -> Node:
        """A pact or an organisation, with the source and note of the table."""
        entry = self._inner(self._inner(root, block, line, at), name, line, at)
        for part in ("source", "confidence", "note"):
            if part in self.given and part not in entry.value:
                entry.value[part] = self.given[part]
        return entry

    def _listed(self, entry: Node, codes: Iterable[str], line: int, at: int) -> None:
        """Add states to the members of an entry."""
        if "members" not in entry.value:
            entry.value["members"] = self._node([], line, at)
        listed = entry.value["members"].value
        present = {node.value for node in listed}
        listed += [self._node(code, line, at) for code in codes if code not in present]

    def _pacts(self, root: Node, line: int, row: Sequence[Cell]) -> None:
        codes = [code for end in ("code1", "code2") if (code := self._code(row, end, line))]
        if len(codes) < 2:
            return
        at = self.keys["code1"]
        name: str | None = f"{self.key.partition('.')[2]}-{line}"
        if self._word(row, "id"):
            name = self._name(row, "id", line, IDENTIFIER)
        if name is None:
            return
        entry = self._entry(root, "pacts", name, line, at)
        self._listed(entry, codes, line, at)
        if said := self._word(row, "type"):
            entry.value.setdefault("type", self._node(said, line, self.keys["type"]))
        self._dates(entry, None, row, line)
        if "type" in self.given:
            entry.value.setdefault("type", self.given["type"])

    def _memberships(self, root: Node, line: int, row: Sequence[Cell]) -> None:
        body = self._name(row, "organisation", line, IDENTIFIER)
        code = self._code(row, "code", line)
        if body is None or code is None:
            return
        at = self.keys["code"]
        entry = self._entry(root, "organisations", body, line, at)
        self._title(entry, row, line)
        part = number(row[self.keys["part"]]) if "part" in self.keys else None
        self._listed(entry, (code,) if part is None or part == 1.0 else (), line, at)
        if part is not None and part != 1.0:
            partners = self._inner(entry, "partners", line, at)
            node = partners.value[code] = self._node(part, line, self.keys["part"])
            node.own = self._own({}, self.key)
        for column in self.columns:
            if column.variable not in entry.value:
                self._put(entry, column.variable, column, line, row, column.at)
