"""What a scenario dates: pacts, organisations, conflicts and events, as changes of single cells.

A statement (a pact, a membership, a fight) holds from its first quarter to its last; what holds at
a place is the strongest of the statements in force there. So a statement that begins raises a level
to at least its own, and one that ends lowers it to what the others still say, and only if the level
is still the one that ended: what a run has made or broken in the meantime is its own. An event
sets, adds or multiplies after the statements of its quarter; a level that it sets holds against all
that was said before it. In a quarter states come and go first, then comes what ends, then what
begins, then the events in the order of the file.

A state that does not exist has no part in anything: what is stated of it begins when it does, and
what happens to it before or after does not happen.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import combinations

from sim.rules import catalogue as names
from sim.rules.declarations import Field
from sim.rules.participation import FULL
from sim.scenario import Effect, Number, PactSpec, ScenarioSpec
from sim.scenario.schema import RUNGS
from sim.types import OBLIGATIONS

#: Kinds of variable in the event table: of a state, a pair, a collective, a state's part in one,
#: and whether a state exists.
STATE, DYAD, COLLECTIVE, PART, EXISTENCE = range(5)
OPERATIONS = {"set": 0.0, "add": 1.0, "multiply": 2.0, "raise": 3.0, "lower": 4.0}
ALWAYS = -(10**6)
"""The quarter from which a statement without a first quarter holds."""

_EXISTS, _ENDS, _BEGINS, _HAPPENS = range(4)

Cell = tuple[int, Field, int, int]
"""Kind of variable, variable, and the two indices of its place."""


@dataclass(frozen=True, slots=True)
class Change:
    """What happens to one cell in one quarter.

    Attributes:
        at: the quarter.
        turn: when in the quarter: who comes and goes, what ends, what begins, events.
        cell: where.
        operation: one of :data:`OPERATIONS`.
        value: to what, or by what.
        number: where ``value`` is from, if it is drawn.
        ended: for ``lower``: the level that ends.
        name: of the event or the entry.
    """

    at: int
    turn: int
    cell: Cell
    operation: str
    value: float
    number: Number | None
    ended: float
    name: str

    @property
    def lasts(self) -> bool:
        """Whether a change before the start is still there at the start."""
        return self.turn != _HAPPENS or (self.operation == "set" and self.cell[1].lasts)


def begins(since: int | None, cell: Cell, level: float | Number, name: str) -> Change:
    """Return the change by which a statement takes effect."""
    at = ALWAYS if since is None else since
    if isinstance(level, Number):
        return Change(at, _BEGINS, cell, "raise", level.value, level, 0.0, name)
    return Change(at, _BEGINS, cell, "raise", level, None, 0.0, name)


def in_order(changes: Iterable[Change]) -> list[Change]:
    """Return changes as they happen; those of one turn in the order given."""
    return sorted(changes, key=lambda change: (change.at, change.turn))


class Dated:
    """The changes of a scenario in the order in which they happen.

    Args:
        spec: the scenario.
        place: gives the cell of an effect.
        collective: gives the column of a kind and name.
    """

    def __init__(
        self,
        spec: ScenarioSpec,
        place: Callable[[Effect], Cell],
        collective: Callable[[str, str], int],
    ) -> None:
        self._spec = spec
        self._at = {code: index for index, code in enumerate(spec.states)}
        self._place = place
        self._collective = collective

    def changes(self) -> tuple[list[Change], list[Change]]:
        """Return the changes that are part of the start, and those of the run, as they happen."""
        first, last = self._spec.start, self._spec.start + self._spec.quarters
        events = list(self._events())
        found = [*self._pacts(events), *self._organisations(), *self._conflicts(), *events]
        if self._spec.exists:
            found = [*self._existence(), *self._in_time(found)]
        past = [x for x in found if x.at <= first and x.lasts and x.turn != _EXISTS]
        past += self._floors(in_order(past))
        return in_order(past), in_order(x for x in found if first < x.at <= last)

    # --- states that come and go -----------------------------------------------------------------

    def _existence(self) -> Iterator[Change]:
        field = names.STATE_FIELDS["present"]
        for code, span in self._spec.exists.items():
            cell = (EXISTENCE, field, self._at[code], 0)
            if span.since is not None:
                yield Change(span.since, _EXISTS, cell, "set", 1.0, None, 0.0, f"{code} enters")
            if span.until is not None:
                left = f"{code} leaves"
                yield Change(span.until + 1, _EXISTS, cell, "set", 0.0, None, 0.0, left)

    def _in_time(self, changes: Iterable[Change]) -> Iterator[Change]:
        """Changes when all states in them exist: what is stated waits, what happens does not."""
        spans = {self._at[code]: span for code, span in self._spec.exists.items()}
        for change in changes:
            kind, _, i, j = change.cell
            inside = {STATE: (i,), DYAD: (i, j), PART: (i,)}.get(kind, ())
            held = [spans[state] for state in inside if state in spans]
            at = change.at
            if change.turn == _BEGINS:
                at = max([at, *(span.since for span in held if span.since is not None)])
            if all(span.holds(at) for span in held):
                yield replace(change, at=at)

    def _there(self, codes: Iterable[str], until: int | None) -> bool:
        """Whether all of the states exist before a statement ends."""
        spans = (self._spec.exists.get(code) for code in codes)
        first = max((span.since for span in spans if span and span.since is not None), default=None)
        return until is None or first is None or first <= until

    def _begun(self, since: int | None) -> bool:
        return since is None or since <= self._spec.start

    def _pair(self, name: str, a: str, b: str) -> Cell:
        return DYAD, names.DYAD_FIELDS[name], self._at[a], self._at[b]

    # --- pacts -----------------------------------------------------------------------------------

    def _pacts(self, events: list[Change]) -> Iterator[Change]:
        by_pair: dict[frozenset[str], list[PactSpec]] = {}
        for pact in self._spec.pacts.values():
            for both in combinations(pact.members, 2):
                by_pair.setdefault(frozenset(both), []).append(pact)
        for pair, pacts in by_pair.items():
            a, b = (code for code in pacts[0].members if code in pair)
            cell = self._pair("pact_level", a, b)
            for pact in (pact for pact in pacts if self._there(pair, pact.until)):
                yield begins(pact.since, cell, float(OBLIGATIONS[pact.type]), pact.id)
            yield from self._expiries(cell, pacts, events)

    def _expiries(
        self, cell: Cell, pacts: list[PactSpec], events: list[Change]
    ) -> Iterator[Change]:
        ends = {pact.until + 1: pact.id for pact in pacts if pact.until is not None}
        if not ends:
            return
        pair = {cell[2], cell[3]}
        both = [e for e in events if e.cell[1] is cell[1] and {e.cell[2], e.cell[3]} == pair]
        for end, name in ends.items():
            before, after = self._stated(end - 1, pacts, both), self._stated(end, pacts, both)
            if after < before:
                yield Change(end, _ENDS, cell, "lower", after, None, before, name)

    def _stated(self, at: int, pacts: list[PactSpec], events: list[Change]) -> float:
        """Return the level that pacts and events imply for a pair in a quarter."""
        level, since = 0.0, ALWAYS - 1

        def strongest(quarter: int) -> float:
            levels = (
                float(OBLIGATIONS[pact.type])
                for pact in pacts
                if since < (ALWAYS if pact.since is None else pact.since) <= quarter
                and (pact.until is None or quarter <= pact.until)
            )
            return max(levels, default=0.0)

        for event in events:
            if event.at <= at and (event.lasts or event.at > self._spec.start):
                old = max(level, strongest(event.at))
                new = {"set": event.value, "add": old + event.value, "multiply": old * event.value}
                level, since = min(max(new[event.operation], 0.0), 3.0), event.at
        return max(level, strongest(at))

    # --- organisations, conflicts ----------------------------------------------------------------

    def _organisations(self) -> Iterator[Change]:
        for body in self._spec.organisations.values():
            k = self._collective("organisation", body.id)
            parts: dict[str, float | Number] = {**dict.fromkeys(body.members, 1.0), **body.partners}
            for code, part in parts.items():
                cell = (PART, names.PARTS["member"], self._at[code], k)
                yield begins(body.since, cell, part, body.id)

    def _floors(self, past: list[Change]) -> Iterator[Change]:
        """Yield the floors between those who are members at the start, since both are in."""
        joined: dict[int, dict[int, int]] = {}
        for change in past:
            kind, field, i, k = change.cell
            if kind == PART and field.name == "member":
                joined.setdefault(k, {})
                if change.value <= FULL:
                    joined[k].pop(i, None)
                else:
                    joined[k].setdefault(i, change.at)
        for body in self._spec.organisations.values():
            members = joined.get(self._collective("organisation", body.id), {})
            for i, j in combinations(sorted(members), 2):
                cell = (DYAD, names.DYAD_FIELDS["organisation_floor"], i, j)
                yield begins(max(members[i], members[j]), cell, body.floor, body.id)

    def _conflicts(self) -> Iterator[Change]:
        for conflict in self._spec.conflicts.values():
            since, name = conflict.since, conflict.id
            k = self._collective("conflict", name)
            cell = (COLLECTIVE, names.COLLECTIVE_FIELDS["rung"], k, 0)
            yield begins(since, cell, float(RUNGS.index(conflict.rung)), name)
            if conflict.frozen:
                continue
            for a in conflict.parties[0]:
                for b in conflict.parties[1]:
                    for x, y in ((a, b), (b, a)):
                        yield begins(since, self._pair("war", x, y), conflict.intensity, name)
            stated = self._spec.relations.get("aid", {}) if self._begun(since) else {}
            for party, supporters in conflict.supporters.items():
                for supporter in supporters:
                    if (supporter, party) not in stated:  # a number of the pair says how much
                        yield begins(since, self._pair("aid", supporter, party), 1.0, name)

    # --- events ----------------------------------------------------------------------------------

    def _events(self) -> Iterator[Change]:
        for event in self._spec.events.values():
            tied: set[tuple[str, int, int]] = set()
            for effect in event.effects:
                cell = self._place(effect)
                if effect.field in ("pact_level", "organisation_floor"):
                    # the kernel sets both orders of a tie at once: the first one written
                    if (effect.field, cell[3], cell[2]) in tied:
                        continue
                    tied.add((effect.field, cell[2], cell[3]))
                number = effect.number
                yield Change(
                    event.at, _HAPPENS, cell, effect.op, number.value, number, 0.0, event.id
                )
