"""From a scenario to the arrays of the kernel: initial state, parameters, event table, draws.

:class:`World` is built once for a scenario; :meth:`World.initial` then makes the blocks of one run
from the values drawn for it (:mod:`sim.drivers.starts`).
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from itertools import combinations
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.rules import catalogue as names
from sim.rules.decisions.weight_correlations import CORRELATIONS
from sim.rules.declarations import COLLECTIVES, Param
from sim.rules.pair_variables import FLOOR, LEVEL
from sim.rules.priors import UNSTATED, complete
from sim.rules.state_variables import (
    ADMITTED,
    CHARTER,
    COLLECTIVE_KEY,
    COLLECTIVE_KIND,
    CONFLICT_INTENSITY,
    FROZEN,
    MUNITIONS_SUPPLY,
    ORGANISATION_COMMITMENT,
    PRESENT,
    VACANT,
)
from sim.rules.streams import state_key
from sim.scenario import Effect, Number, ScenarioSpec
from sim.scenario.dated_changes import (
    COLLECTIVE,
    DYAD,
    EXISTENCE,
    OPERATIONS,
    PART,
    STATE,
    Cell,
    Change,
    Dated,
)
from sim.scenario.synthetic import SyntheticSpec, generate
from sim.system import capacity
from sim.types import Blocks

REST = "ROW"
SUPPORT = 0.5
"""Part of a conflict that a supporter of a side has; a party has 1."""


def number_key(name: str) -> int:
    """A 63-bit hash of a number's dotted key."""
    digest = hashlib.blake2b(name.encode(), digest_size=8).digest()
    return int.from_bytes(digest, "little") >> 1


class Start(NamedTuple):
    """The arrays that one run begins with, and its table of events ``(E, 7)``."""

    blocks: Blocks
    events: NDArray[np.float64]


class World:
    """The initial world of a scenario and the uncertainty around it.

    Args:
        spec: the scenario.
        varied: dotted keys of parameters that :attr:`uncertain` has although they are exact.

    Attributes:
        spec: the scenario.
        codes: state codes in the order of all state axes.
        collectives: (kind, name) of the columns of ``G``: the order, then organisations, conflicts
            and schools.
        vacancies: names of the organisations that have no member yet: places of treaties that
            states may found, one in two years and one more.
        keys: stable stream keys, int64 ``(N,)``.
        limits: bounds of the variable that each event row changes, float64 ``(E, 2)``.
        event_names: names and ticks of the events in the order of the table.
    """

    def __init__(self, spec: ScenarioSpec, *, varied: Collection[str] = ()) -> None:
        self.spec = spec
        self._varied = frozenset(varied)
        self.codes = tuple(spec.states)
        self._at = {code: index for index, code in enumerate(self.codes)}
        self.keys = np.array([state_key(code) for code in self.codes], dtype=np.int64)
        if len(set(self.keys.tolist())) != len(self.keys):
            raise ValueError("two state codes share a stream key; rename one of them")
        self._numbers: dict[str, Number] = {}
        self._order: dict[str, int] = {}
        n = len(self.codes)
        # the start, the state of a run, and what it is worked out with
        sheets = 3 * 8 * len(names.DYAD_FIELDS) * n * n
        capacity.require(f"{n:,} states", memory=sheets, instead="ask for a smaller world")
        places = (f"new treaty {number}" for number in range(1, 2 + spec.quarters // 8))
        self.vacancies = tuple(name for name in places if name not in spec.organisations)
        self.collectives = (
            ("order", "order"),
            *(("organisation", name) for name in (*spec.organisations, *self.vacancies)),
            *(("conflict", name) for name in spec.conflicts),
            *(("school", name) for name in spec.doctrines),
        )
        self._column = {name: k for k, name in enumerate(self.collectives)}
        n, k = len(self.codes), len(self.collectives)
        self._base = {
            "V": np.zeros((len(names.STATE_FIELDS), n)),
            "M": np.zeros((len(names.DYAD_FIELDS), n, n)),
            "G": np.zeros((len(names.COLLECTIVE_FIELDS), k)),
            "B": np.zeros((k, n)),
            "P": np.array([p.default for p in names.PARAMS.values()]),
        }
        # of each block, the numbers that speak for a cell: the largest of them and the base holds
        self._cells: dict[str, dict[int, list[int]]] = {block: {} for block in "VMGBP"}
        self._fill_defaults()
        if spec.synthetic is not None:
            self._fill_synthetic(spec.synthetic)
        self._fill_states()
        self._fill_relations()
        self._fill_channels()
        self._fill_parameters()
        self._fill_collectives()
        past, coming = Dated(spec, self.place, self.collective).changes()
        self._fill_past(past)
        for code, span in spec.exists.items():
            self._base["V"][PRESENT, self._at[code]] = float(span.holds(spec.start))
        self._fill_events([x for change in coming for x in (change, *self._brought(change))])
        self._switch_off()

    @property
    def n(self) -> int:
        """Number of states."""
        return len(self.codes)

    def index(self, code: str) -> int:
        """Position of a state on the state axes.

        Raises:
            KeyError: no such state.
        """
        return self._at[code]

    def collective(self, kind: str, name: str) -> int:
        """Column of a collective in ``G`` and its row in ``B``.

        Raises:
            KeyError: there is none of this kind and name.
        """
        return self._column[kind, name]

    # --- filling -----------------------------------------------------------------------------

    def _use(self, number: Number) -> int:
        """Position of a number among those that are drawn."""
        if number.key not in self._order:
            self._order[number.key] = len(self._order)
            self._numbers[number.key] = number
        return self._order[number.key]

    def _set(self, block: str, place: tuple[int, ...], number: Number | float) -> None:
        """A cell has the number, or the value, and nothing that was said of it before counts."""
        base = self._base[block]
        cell = _flat(place, base.shape)
        drawn = isinstance(number, Number)
        base[place] = -np.inf if drawn else number
        self._cells[block].pop(cell, None)
        if isinstance(number, Number):
            self._cells[block][cell] = [self._use(number)]

    def _raise(self, block: str, place: tuple[int, ...], number: Number | float) -> None:
        """A cell has at least the number, or the value."""
        base = self._base[block]
        if isinstance(number, Number):
            cell = _flat(place, base.shape)
            self._cells[block].setdefault(cell, []).append(self._use(number))
        else:
            base[place] = max(base[place], number)

    def _stated(self, block: str, place: tuple[int, ...]) -> float:
        """What is stated of a cell, before any draw."""
        base = self._base[block]
        found = self._cells[block].get(_flat(place, base.shape), ())
        numbers = list(self._numbers.values())
        return max([float(base[place]), *(numbers[number].value for number in found)])

    def _fill_defaults(self) -> None:
        for field in names.STATE_FIELDS.values():
            self._base["V"][field.row] = field.default
        for field in names.DYAD_FIELDS.values():
            self._base["M"][field.row] = field.default
        # stated values replace these marks; the rest follows from the priors, after the draws
        self._base["V"][MUNITIONS_SUPPLY] = np.nan
        for row in UNSTATED:
            self._base["M"][row] = np.nan

    def _fill_synthetic(self, how: SyntheticSpec) -> None:
        made = generate(how)
        at = [self._at[code] for code in how.codes]
        for name, row in made.states.items():
            self._base["V"][names.STATE_FIELDS[name].row, at] = row
        for name, sheet in made.pairs.items():
            self._base["M"][names.DYAD_FIELDS[name].row][np.ix_(at, at)] = sheet

    def _fill_states(self) -> None:
        for code, state in self.spec.states.items():
            for name, number in state.values.items():
                self._set("V", (names.STATE_FIELDS[name].row, self._at[code]), number)

    def _fill_relations(self) -> None:
        for name, pairs in self.spec.relations.items():
            row = names.DYAD_FIELDS[name].row
            for (a, b), number in pairs.items():
                self._set("M", (row, self._at[a], self._at[b]), number)

    def _fill_channels(self) -> None:
        exports = names.STATE_FIELDS["exports_to_rest"].row
        imports = names.STATE_FIELDS["imports_from_rest"].row
        for name, pairs in self.spec.channels.items():
            row = names.DYAD_FIELDS[name].row
            for (a, b), number in pairs.items():
                if REST in (a, b):
                    if name == "trade_flow" and a != REST:
                        self._set("V", (exports, self._at[a]), number)
                    elif name == "trade_flow" and b != REST:
                        self._set("V", (imports, self._at[b]), number)
                elif a != b:
                    self._set("M", (row, self._at[a], self._at[b]), number)

    def _fill_past(self, past: Iterable[Change]) -> None:
        """What pacts, organisations, conflicts and events have made of the world by the start."""
        for change in past:
            kind, field, i, j = change.cell
            block = "VMGB"[kind]
            places = ((field.row, i), (field.row, i, j), (field.row, i), (j, i))
            value = change.value if change.number is None else change.number
            twice = kind == DYAD and field.row in (LEVEL, FLOOR)
            for place in (places[kind], (field.row, j, i)) if twice else (places[kind],):
                if change.operation == "raise":
                    self._raise(block, place, value)
                elif change.operation == "set" or self._stated(block, place) == change.ended:
                    self._set(block, place, value)

    def _fill_parameters(self) -> None:
        for name, known in names.PARAMS.items():
            number = stated(self.spec, name)
            uncertain = number.low < number.high or number.key in self._varied
            self._set("P", (known.row,), number if uncertain else number.value)

    def _fill_collectives(self) -> None:
        spec, fields = self.spec, names.COLLECTIVE_FIELDS
        for k, (kind, name) in enumerate(self.collectives):
            self._base["G"][COLLECTIVE_KIND, k] = COLLECTIVES.index(kind)
            self._base["G"][COLLECTIVE_KEY, k] = state_key(name)
            for field in fields.values():
                if field.kind == kind and field.row not in (COLLECTIVE_KIND, COLLECTIVE_KEY):
                    self._base["G"][field.row, k] = field.default
            for variable, number in self._own_values(kind, name).items():
                self._set("G", (fields[variable].row, k), number)
            if kind == "organisation":
                self._base["G"][VACANT, k] = float(name in self.vacancies)
        for name, body in spec.organisations.items():
            k = self.collective("organisation", name)
            self._set("G", (ORGANISATION_COMMITMENT, k), body.floor)
        self._fill_charters()
        self._fill_conflicts()
        self._fill_schools()

    def _fill_charters(self) -> None:
        """Number the charters that admit some states alone, and mark whom each admits."""
        bodies = [body for body in self.spec.organisations.values() if body.open_to is not None]
        for number, body in enumerate(bodies):
            self._base["G"][CHARTER, self.collective("organisation", body.id)] = number + 1.0
            for code in {*(body.open_to or ()), *body.members, *body.partners}:
                self._base["V"][ADMITTED, self._at[code]] += 2.0**number

    def _fill_conflicts(self) -> None:
        spec = self.spec
        for name, conflict in spec.conflicts.items():
            k = self.collective("conflict", name)
            self._set("G", (CONFLICT_INTENSITY, k), conflict.intensity)
            self._base["G"][FROZEN, k] = float(conflict.frozen)
            for side, parties in zip((1.0, -1.0), conflict.parties, strict=True):
                for party in parties:
                    for supporter in conflict.supporters.get(party, ()):
                        self._base["B"][k, self._at[supporter]] = SUPPORT * side
            for side, parties in zip((1.0, -1.0), conflict.parties, strict=True):
                for party in parties:
                    self._base["B"][k, self._at[party]] = side

    def _fill_schools(self) -> None:
        spec = self.spec
        for name, doctrine in spec.doctrines.items():
            k = self.collective("school", name)
            for term, number in doctrine.weights.items():
                self._set("G", (names.SCHOOL_ROWS[_WEIGHTS[term]], k), number)
            for pact, number in doctrine.taboos.items():
                self._set("G", (names.SCHOOL_ROWS[f"taboo_{pact}"], k), number)
        for code, state in spec.states.items():
            for doctrine_name, share in state.doctrine.items():
                self._set("B", (self.collective("school", doctrine_name), self._at[code]), share)

    def _own_values(self, kind: str, name: str) -> Mapping[str, Number]:
        """The variables that a scenario sets of a collective."""
        match kind:
            case "order":
                return self.spec.order
            case "organisation":
                return {} if name in self.vacancies else self.spec.organisations[name].values
            case "conflict":
                return self.spec.conflicts[name].values
            case _:
                return self.spec.doctrines[name].values

    def _brought(self, change: Change) -> Iterator[Change]:
        """What a state that enters has: the numbers that are stated of it and of its pairs."""
        kind, _, i, _ = change.cell
        if kind != EXISTENCE or not change.value:
            return
        cells: list[tuple[Cell, str, tuple[int, ...]]] = []
        for name in names.VANISHING:
            field = names.STATE_FIELDS[name]
            cells.append(((STATE, field, i, 0), "V", (field.row, i)))
        for name in names.SEVERED:
            field = names.DYAD_FIELDS[name]
            others = (j for j in range(self.n) if j != i)
            pairs = [pair for j in others for pair in ((i, j), (j, i))]
            cells += [((DYAD, field, *pair), "M", (field.row, *pair)) for pair in pairs]
        side = names.PARTS["side"]
        sides = (k for (what, _), k in self._column.items() if what == "conflict")
        cells += [((PART, side, i, k), "B", (k, i)) for k in sides]
        numbers = list(self._numbers.values())
        for cell, block, place in cells:
            drawn = self._cells[block].get(_flat(place, self._base[block].shape))
            number = numbers[drawn[-1]] if drawn else None
            value = float(self._base[block][place]) if number is None else number.value
            if value:
                yield replace(change, cell=cell, value=value, number=number)

    def _fill_events(self, coming: Sequence[Change]) -> None:
        self._table = np.zeros((len(coming), 8))
        self._drawn = np.full(len(coming), -1)
        for row, change in enumerate(coming):
            kind, field, i, j = change.cell
            tick, operation = change.at - self.spec.start, OPERATIONS[change.operation]
            self._table[row] = tick, kind, field.row, i, j, operation, change.value, change.ended
            if change.number is not None:
                self._drawn[row] = self._use(change.number)
        limits = [change.cell[1].bounds for change in coming]
        self.limits = np.array(limits, dtype=np.float64).reshape(len(coming), 2)
        self.event_names = [(change.name, change.at - self.spec.start) for change in coming]

    def place(self, effect: Effect) -> Cell:
        """Kind of variable, variable and place that an effect changes, as the kernel has them."""
        if effect.field in names.PARTS:
            part = names.PARTS[effect.field]
            column = self.collective(COLLECTIVES[part.row], effect.j or "")
            return PART, part, self._at[effect.i], column
        if effect.field in names.COLLECTIVE_FIELDS:
            field = names.COLLECTIVE_FIELDS[effect.field]
            return COLLECTIVE, field, self.collective(field.kind, effect.i), 0
        if effect.j is None:
            return STATE, names.STATE_FIELDS[effect.field], self._at[effect.i], 0
        field = names.DYAD_FIELDS[effect.field]
        return DYAD, field, self._at[effect.i], self._at[effect.j]

    def _switch_off(self) -> None:
        off = [name for name, on in self.spec.mechanisms.items() if not on]
        self._forced: list[tuple[int, float]] = []
        for name in off:
            self._forced.append((names.SWITCHES[name], 0.0))
            for parameter, value in names.MECHANISMS[name].neutral:
                self._forced.append((names.PARAMS[parameter].row, value))
        for name, on in self.spec.terms.items():
            if not on:
                self._forced.append((names.TERMS[name].weight, 0.0))

    # --- one run -----------------------------------------------------------------------------

    @cached_property
    def uncertain(self) -> tuple[Number, ...]:
        """The numbers of the scenario in the order in which they are drawn."""
        return tuple(self._numbers.values())

    @cached_property
    def triangles(self) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """Stream keys ``(K,)`` and (low, stated, high) ``(K, 3)`` of the uncertain numbers."""
        keys = np.array([number_key(x.key) for x in self.uncertain], dtype=np.int64)
        shape = np.array([(x.low, x.value, x.high) for x in self.uncertain]).reshape(-1, 3)
        return keys, shape

    @cached_property
    def joint(self) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """Which of :attr:`uncertain` are drawn together ``(G,)``, and how ``(G, G)``.

        The symmetric root of their correlations
        (:data:`sim.rules.decisions.weight_correlations.CORRELATIONS`), with which normal deviates
        of their own become correlated ones.
        """
        place = {x.key: at for at, x in enumerate(self.uncertain) if x.low < x.high}
        known = {
            tuple(place.get(f"parameters.{term}.ties", -1) for term in pair): value
            for pair, value in CORRELATIONS.items()
        }
        at = np.unique([k for pair in known if -1 not in pair for k in pair]).astype(np.int64)
        matrix = np.eye(at.size)
        for a, b in combinations(range(at.size), 2):
            one, other = int(at[a]), int(at[b])
            value = known.get((one, other), known.get((other, one), 0.0))
            matrix[a, b] = matrix[b, a] = value
        values, vectors = np.linalg.eigh(matrix)
        root = (vectors * np.sqrt(np.maximum(values, 0.0))) @ vectors.T
        root /= np.sqrt(np.square(root).sum(1, keepdims=True))
        return at, root

    @cached_property
    def _scatter(self) -> dict[str, tuple[NDArray[np.int64], NDArray[np.int64]]]:
        out = {}
        for block, cells in self._cells.items():
            listed = [(cell, number) for cell, found in cells.items() for number in found]
            pairs = np.array(listed, dtype=np.int64).reshape(-1, 2)
            out[block] = (pairs[:, 0], pairs[:, 1])
        return out

    def initial(self, values: NDArray[np.float64]) -> Start:
        """The start of one run, from values of the :attr:`uncertain` numbers.

        :func:`sim.kernel.begin` completes them.
        """
        blocks = {name: base.copy() for name, base in self._base.items()}
        for name, block in blocks.items():
            cells, numbers = self._scatter[name]
            np.maximum.at(block.reshape(-1), cells, values[numbers])
        v, m, g, b, p = (blocks[name] for name in "VMGBP")
        for row, value in self._forced:
            p[row] = value
        schools = g[COLLECTIVE_KIND] == COLLECTIVES.index("school")
        b[schools] = np.maximum(b[schools], 0.0)
        b[schools] /= np.maximum(b[schools].sum(axis=0), 1e-12)
        complete(m, v, p)
        events = self._table.copy()
        drawn = self._drawn >= 0
        events[drawn, 6] = values[self._drawn[drawn]]
        return Start(Blocks(m, v, g, b, p, self.n), events)


_ROW_NAMES = {field.row: name for name, field in names.STATE_FIELDS.items()}
_WEIGHTS = {name: _ROW_NAMES[term.multiplier] for name, term in names.TERMS.items()}


def stated(spec: ScenarioSpec, parameter: str) -> Number:
    """Return a parameter as the scenario states it, or else its default with its range."""
    return spec.parameters.get(parameter) or _default_number(names.PARAMS[parameter])


def _default_number(known: Param) -> Number:
    low, high = known.plausible
    return Number(
        known.default,
        low,
        high,
        known.source,
        None,
        known.meaning,
        None,
        f"parameters.{known.name}",
    )


def _flat(place: tuple[int, ...], shape: tuple[int, ...]) -> int:
    """Position of a cell in a block that is one row of numbers."""
    at = 0
    for index, size in zip(place, shape, strict=True):
        at = at * size + index
    return at
