"""From a scenario to the arrays of the kernel: initial state, parameters, event table, draws.

:class:`World` is built once for a scenario; :meth:`World.initial` then makes the blocks of one run
from the values drawn for it (:mod:`sim.draws`).
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from sim import room
from sim import vocabulary as names
from sim.fields import (
    COLLECTIVE_KIND,
    CONFLICT_INTENSITY,
    FLOOR,
    FROZEN,
    LEVEL,
    MUNITIONS_SUPPLY,
    ORGANISATION_COMMITMENT,
    RUNG,
)
from sim.priors import UNSTATED, complete
from sim.registry import COLLECTIVES, Field, Param
from sim.scenario import Effect, Number, ScenarioSpec
from sim.scenario.synthetic import SyntheticSpec, generate
from sim.streams import state_key
from sim.types import OBLIGATIONS, Collectives, Dyads, Parts, States, Vector

REST = "ROW"
RUNGS = ("none", "local", "regional", "global")
SUPPORT = 0.5
"""Part of a conflict that a supporter of a side has; a party has 1."""
OPERATIONS = {"set": 0.0, "add": 1.0, "multiply": 2.0}


def number_key(name: str) -> int:
    """A 63-bit hash of a number's dotted key."""
    digest = hashlib.blake2b(name.encode(), digest_size=8).digest()
    return int.from_bytes(digest, "little") >> 1


@dataclass(frozen=True)
class Blocks:
    """The arrays of one run, see :mod:`sim.kernel`."""

    M: Dyads
    V: States
    G: Collectives
    B: Parts
    P: Vector
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
        room.require(f"{n:,} states", memory=sheets, instead="ask for a smaller world")
        self._base_v = np.zeros((len(names.STATE_FIELDS), n))
        self._base_m = np.zeros((len(names.DYAD_FIELDS), n, n))
        self.collectives = (
            ("order", "order"),
            *(("organisation", name) for name in spec.organisations),
            *(("conflict", name) for name in spec.conflicts),
            *(("school", name) for name in spec.doctrines),
        )
        self._column = {name: k for k, name in enumerate(self.collectives)}
        self._base_g = np.zeros((len(names.COLLECTIVE_FIELDS), len(self.collectives)))
        self._base_b = np.zeros((len(self.collectives), n))
        self._base_p = np.array([p.default for p in names.PARAMS.values()])
        self._cells: dict[str, list[tuple[int, int]]] = {
            block: [] for block in ("V", "M", "G", "B", "P")
        }
        self._fill_defaults()
        if spec.synthetic is not None:
            self._fill_synthetic(spec.synthetic)
        self._fill_states()
        self._fill_relations()
        self._fill_channels()
        self._fill_ties()
        self._fill_parameters()
        self._fill_collectives()
        self._event_rows, self.limits, self.event_names = self._events()
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

    def _set_v(self, row: int, i: int, number: Number) -> None:
        self._base_v[row, i] = number.value
        self._cells["V"].append((row * self.n + i, self._use(number)))

    def _set_m(self, row: int, i: int, j: int, number: Number) -> None:
        self._base_m[row, i, j] = number.value
        self._cells["M"].append(((row * self.n + i) * self.n + j, self._use(number)))

    def _set_g(self, row: int, k: int, number: Number) -> None:
        self._base_g[row, k] = number.value
        self._cells["G"].append((row * len(self.collectives) + k, self._use(number)))

    def _set_b(self, k: int, i: int, number: Number) -> None:
        self._base_b[k, i] = number.value
        self._cells["B"].append((k * self.n + i, self._use(number)))

    def _fill_defaults(self) -> None:
        for field in names.STATE_FIELDS.values():
            self._base_v[field.row] = field.default
        for field in names.DYAD_FIELDS.values():
            self._base_m[field.row] = field.default
        # stated values replace these marks; the rest follows from the priors, after the draws
        self._base_v[MUNITIONS_SUPPLY] = np.nan
        for row in UNSTATED:
            self._base_m[row] = np.nan

    def _fill_synthetic(self, how: SyntheticSpec) -> None:
        made = generate(how)
        at = [self._at[code] for code in how.codes]
        for name, row in made.states.items():
            self._base_v[names.STATE_FIELDS[name].row, at] = row
        for name, sheet in made.pairs.items():
            self._base_m[names.DYAD_FIELDS[name].row][np.ix_(at, at)] = sheet

    def _fill_states(self) -> None:
        for code, state in self.spec.states.items():
            for name, number in state.values.items():
                self._set_v(names.STATE_FIELDS[name].row, self._at[code], number)

    def _fill_relations(self) -> None:
        for name, pairs in self.spec.relations.items():
            row = names.DYAD_FIELDS[name].row
            for (a, b), number in pairs.items():
                self._set_m(row, self._at[a], self._at[b], number)

    def _fill_channels(self) -> None:
        exports = names.STATE_FIELDS["exports_to_rest"].row
        imports = names.STATE_FIELDS["imports_from_rest"].row
        for name, pairs in self.spec.channels.items():
            row = names.DYAD_FIELDS[name].row
            for (a, b), number in pairs.items():
                if REST in (a, b):
                    if name == "trade_flow" and a != REST:
                        self._set_v(exports, self._at[a], number)
                    elif name == "trade_flow" and b != REST:
                        self._set_v(imports, self._at[b], number)
                elif a != b:
                    self._set_m(row, self._at[a], self._at[b], number)

    def _fill_ties(self) -> None:
        start = self.spec.start
        for pact in self.spec.pacts.values():
            if (pact.since or start) > start or (pact.until is not None and pact.until <= start):
                continue
            level = float(OBLIGATIONS[pact.type])
            for a, b in _pairs(pact.members):
                i, j = self._at[a], self._at[b]
                held = max(self._base_m[LEVEL, i, j], level)
                self._base_m[LEVEL, i, j] = self._base_m[LEVEL, j, i] = held
        for organisation in self.spec.organisations.values():
            if (organisation.since or start) > start:
                continue
            for a, b in _pairs(organisation.members):
                i, j = self._at[a], self._at[b]
                if organisation.floor.value > self._base_m[FLOOR, i, j]:
                    self._set_m(FLOOR, i, j, organisation.floor)
                    self._set_m(FLOOR, j, i, organisation.floor)
        for conflict in self.spec.conflicts.values():
            if conflict.frozen or (conflict.since or start) > start:
                continue
            war = names.DYAD_FIELDS["war"].row
            for a in conflict.parties[0]:
                for b in conflict.parties[1]:
                    self._set_m(war, self._at[a], self._at[b], conflict.intensity)
                    self._set_m(war, self._at[b], self._at[a], conflict.intensity)
            aid = names.DYAD_FIELDS["aid"].row
            for party, supporters in conflict.supporters.items():
                for supporter in supporters:
                    self._base_m[aid, self._at[supporter], self._at[party]] = 1.0

    def _fill_parameters(self) -> None:
        for name, known in names.PARAMS.items():
            number = self.spec.parameters.get(name) or _default_number(known)
            self._base_p[known.row] = number.value
            if number.low < number.high or number.key in self._varied:
                self._cells["P"].append((known.row, self._use(number)))

    def _fill_collectives(self) -> None:
        spec, fields = self.spec, names.COLLECTIVE_FIELDS
        for k, (kind, name) in enumerate(self.collectives):
            self._base_g[COLLECTIVE_KIND, k] = COLLECTIVES.index(kind)
            for field in fields.values():
                if field.kind == kind and field.row != COLLECTIVE_KIND:
                    self._base_g[field.row, k] = field.default
            for variable, number in self._own_values(kind, name).items():
                self._set_g(fields[variable].row, k, number)
        for name, body in spec.organisations.items():
            k = self.collective("organisation", name)
            self._set_g(ORGANISATION_COMMITMENT, k, body.floor)
            if (body.since or spec.start) > spec.start:
                continue
            for code in body.members:
                self._base_b[k, self._at[code]] = 1.0
            for code, number in body.partners.items():
                self._set_b(k, self._at[code], number)
        self._fill_conflicts()
        self._fill_schools()

    def _fill_conflicts(self) -> None:
        spec = self.spec
        for name, conflict in spec.conflicts.items():
            k = self.collective("conflict", name)
            self._set_g(CONFLICT_INTENSITY, k, conflict.intensity)
            self._base_g[FROZEN, k] = float(conflict.frozen)
            if (conflict.since or spec.start) <= spec.start:
                self._base_g[RUNG, k] = RUNGS.index(conflict.rung)
            for side, parties in zip((1.0, -1.0), conflict.parties, strict=True):
                for party in parties:
                    for supporter in conflict.supporters.get(party, ()):
                        self._base_b[k, self._at[supporter]] = SUPPORT * side
            for side, parties in zip((1.0, -1.0), conflict.parties, strict=True):
                for party in parties:
                    self._base_b[k, self._at[party]] = side

    def _fill_schools(self) -> None:
        spec = self.spec
        for name, doctrine in spec.doctrines.items():
            k = self.collective("school", name)
            for term, number in doctrine.weights.items():
                self._set_g(names.SCHOOL_ROWS[_WEIGHTS[term]], k, number)
            for pact, number in doctrine.taboos.items():
                self._set_g(names.SCHOOL_ROWS[f"taboo_{pact}"], k, number)
        for code, state in spec.states.items():
            for doctrine_name, share in state.doctrine.items():
                self._set_b(self.collective("school", doctrine_name), self._at[code], share)

    def _own_values(self, kind: str, name: str) -> Mapping[str, Number]:
        """The variables that a scenario sets of a collective."""
        match kind:
            case "order":
                return self.spec.order
            case "organisation":
                return self.spec.organisations[name].values
            case "conflict":
                return self.spec.conflicts[name].values
            case _:
                return self.spec.doctrines[name].values

    def _events(
        self,
    ) -> tuple[list[tuple[list[float], int]], NDArray[np.float64], list[tuple[str, int]]]:
        rows: list[tuple[list[float], int]] = []
        limits: list[tuple[float, float]] = []
        played: list[tuple[str, int]] = []
        scheduled = [
            (event.at - self.spec.start, name, event)
            for name, event in self.spec.events.items()
            if 0 < event.at - self.spec.start <= self.spec.quarters
        ]
        for tick, name, event in sorted(scheduled, key=lambda item: item[:2]):
            tied: set[tuple[str, int, int]] = set()
            for effect in event.effects:
                block, field, i, j = self.place(effect)
                if effect.field in ("pact_level", "organisation_floor"):
                    # the kernel sets both orders of a tie at once: the first one written
                    if (effect.field, j, i) in tied:
                        continue
                    tied.add((effect.field, i, j))
                row = [
                    float(tick),
                    block,
                    float(field.row),
                    float(i),
                    float(j),
                    OPERATIONS[effect.op],
                    effect.number.value,
                ]
                rows.append((row, self._use(effect.number)))
                limits.append(field.bounds)
                played.append((name, tick))
        for tick, row_values, bounds, name in self._dated_ties():
            rows.append(([float(tick), *row_values], -1))
            limits.append(bounds)
            played.append((name, tick))
        order = sorted(range(len(rows)), key=lambda k: (played[k][1], played[k][0]))
        return (
            [rows[k] for k in order],
            np.array([limits[k] for k in order], dtype=np.float64).reshape(len(order), 2),
            [played[k] for k in order],
        )

    def place(self, effect: Effect) -> tuple[float, Field, int, int]:
        """Kind of variable, variable and place that an effect changes, as the kernel has them."""
        if effect.field in names.PARTS:
            part = names.PARTS[effect.field]
            column = self.collective(COLLECTIVES[part.row], effect.j or "")
            return _PART, part, self._at[effect.i], column
        if effect.field in names.COLLECTIVE_FIELDS:
            field = names.COLLECTIVE_FIELDS[effect.field]
            return _COLLECTIVE, field, self.collective(field.kind, effect.i), 0
        if effect.j is None:
            return _STATE, names.STATE_FIELDS[effect.field], self._at[effect.i], 0
        field = names.DYAD_FIELDS[effect.field]
        return _DYAD, field, self._at[effect.i], self._at[effect.j]

    def _dated_ties(self) -> Iterable[tuple[int, list[float], tuple[float, float], str]]:
        """Pacts and organisations that begin or end, and conflicts that begin, within the clock."""
        start, quarters = self.spec.start, self.spec.quarters
        level = names.DYAD_FIELDS["pact_level"]
        for pact in self.spec.pacts.values():
            for date, value in ((pact.since, float(OBLIGATIONS[pact.type])), (pact.until, 0.0)):
                if date is not None and 0 < date - start <= quarters:
                    for a, b in _pairs(pact.members):
                        row = self._setting(_DYAD, level, self._at[a], self._at[b], value)
                        yield date - start, row, level.bounds, pact.id
        member = names.PARTS["member"]
        for body in self.spec.organisations.values():
            if body.since is not None and 0 < body.since - start <= quarters:
                k = self.collective("organisation", body.id)
                parts = dict.fromkeys(body.members, 1.0)
                parts |= {code: number.value for code, number in body.partners.items()}
                for code, value in parts.items():
                    row = self._setting(_PART, member, self._at[code], k, value)
                    yield body.since - start, row, member.bounds, body.id
        war, aid = names.DYAD_FIELDS["war"], names.DYAD_FIELDS["aid"]
        rung = names.COLLECTIVE_FIELDS["rung"]
        for conflict in self.spec.conflicts.values():
            if conflict.since is None or not 0 < conflict.since - start <= quarters:
                continue
            tick = conflict.since - start
            height = float(RUNGS.index(conflict.rung))
            k = self.collective("conflict", conflict.id)
            yield tick, self._setting(_COLLECTIVE, rung, k, 0, height), rung.bounds, conflict.id
            if conflict.frozen:
                continue
            for a in conflict.parties[0]:
                for b in conflict.parties[1]:
                    for x, y in ((a, b), (b, a)):
                        value = conflict.intensity.value
                        row = self._setting(_DYAD, war, self._at[x], self._at[y], value)
                        yield tick, row, war.bounds, conflict.id
            for party, supporters in conflict.supporters.items():
                for supporter in supporters:
                    row = self._setting(_DYAD, aid, self._at[supporter], self._at[party], 1.0)
                    yield tick, row, aid.bounds, conflict.id

    @staticmethod
    def _setting(block: float, field: Field, i: int, j: int, value: float) -> list[float]:
        return [block, float(field.row), float(i), float(j), OPERATIONS["set"], value]

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
    def _scatter(self) -> dict[str, tuple[NDArray[np.int64], NDArray[np.int64]]]:
        out = {}
        for block, cells in self._cells.items():
            pairs = np.array(cells, dtype=np.int64).reshape(-1, 2)
            out[block] = (pairs[:, 0], pairs[:, 1])
        return out

    def initial(self, values: NDArray[np.float64]) -> Blocks:
        """The blocks of one run, from values of the :attr:`uncertain` numbers.

        :func:`sim.kernel.begin` completes them.
        """
        v, m, p = self._base_v.copy(), self._base_m.copy(), self._base_p.copy()
        g, b = self._base_g.copy(), self._base_b.copy()
        for name, block in (("V", v), ("M", m), ("G", g), ("B", b), ("P", p)):
            cells, numbers = self._scatter[name]
            block.reshape(-1)[cells] = values[numbers]
        for row, value in self._forced:
            p[row] = value
        schools = g[COLLECTIVE_KIND] == COLLECTIVES.index("school")
        b[schools] = np.maximum(b[schools], 0.0)
        b[schools] /= np.maximum(b[schools].sum(axis=0), 1e-12)
        complete(m, v, p)
        events = np.zeros((len(self._event_rows), 7))
        for k, (row_values, number) in enumerate(self._event_rows):
            events[k] = row_values
            if number >= 0:
                events[k, 6] = values[number]
        return Blocks(m, v, g, b, p, events)


#: Kinds of variable in the event table.
_STATE, _DYAD, _COLLECTIVE, _PART = 0.0, 1.0, 2.0, 3.0
_ROW_NAMES = {field.row: name for name, field in names.STATE_FIELDS.items()}
_WEIGHTS = {name: _ROW_NAMES[term.multiplier] for name, term in names.TERMS.items()}


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


def _pairs(members: Iterable[str]) -> Iterable[tuple[str, str]]:
    listed = list(members)
    for a in range(len(listed)):
        for b in range(a + 1, len(listed)):
            yield listed[a], listed[b]
