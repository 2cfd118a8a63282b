"""Names, groups and dates of a metric looked up in a scenario: a tree becomes nodes.

A group of states means the mean over its members; for two groups, over all ordered pairs of
different members. Inside a function over members its members stand side by side instead: the
groups of its quantities say which, and a group that two quantities name is the same member in both.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import product
from typing import Final, Self

from sim.errors import hint
from sim.measure.forms import PLACES, Arguments, Form, Frame, Pair
from sim.measure.functions import FUNCTIONS, LEAST_CORRELATED, MEMBERS, QUARTERS
from sim.measure.nodes import Applied, Constant, Measured, Node, Ticks, bounds
from sim.measure.quantities import QUANTITIES
from sim.measure.syntax import (
    Call,
    Expression,
    MetricError,
    Moment,
    Negation,
    Number,
    Operation,
    Source,
    Spot,
    Timed,
    Value,
    Window,
    Word,
    complain,
)
from sim.scenario import ScenarioSpec, format_quarter
from sim.scenario.names import among

MAX_PAIRS: Final = 1_000
"""Ordered pairs that one metric may ask to be recorded: each takes a few kilobytes a run."""

_STATES: Final = ("i", "j")
_CORRELATIONS: Final = ("correlation", "rank_correlation")
#: What people may look for, and where to find it.
_ELSEWHERE: Final = {
    "bloc_of": "a bloc is no number; use same_bloc(i, j), bloc_share(i) or bloc_size(i)",
}


@dataclass(frozen=True, slots=True)
class Scope:
    """The names that a metric may use, and the clock.

    ``collectives`` has the names of organisations, conflicts and schools by kind.
    ``groups`` has the scenario's groups and ALL, POLES and FOCAL, unless it has groups of its own
    by these names. ``start`` is the quarter of tick 0; ``names`` are the states' names for people.
    """

    states: tuple[str, ...]
    poles: tuple[str, ...]
    groups: Mapping[str, tuple[str, ...]]
    start: int
    quarters: int
    collectives: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, spec: ScenarioSpec) -> Self:
        """The scope of a scenario."""
        states = tuple(spec.states)
        groups = {"ALL": states, "POLES": spec.poles, "FOCAL": spec.focal, **spec.groups}
        collectives = {
            "organisation": tuple(spec.organisations),
            "conflict": tuple(spec.conflicts),
            "school": tuple(spec.doctrines),
        }
        names = {code: state.name for code, state in spec.states.items()}
        return cls(states, spec.poles, groups, spec.start, spec.quarters, collectives, names)


def form_of(value: Value, source: Source) -> Form:
    """Return the way in which a quantity is written.

    Raises:
        MetricError: its name, the number of its arguments or a word is wrong.
    """
    known = QUANTITIES.get(value.name)
    if known is None:
        fix = hint(value.name, [*QUANTITIES, *FUNCTIONS])
        message = _ELSEWHERE.get(value.name, f"unknown quantity{fix}")
        raise complain(source, value.spot, value.name, message)
    form = known.form(len(value.words))
    if form is None:
        message = f"write {' or '.join(known.signatures())}"
        raise complain(source, value.spot, value.name, message)
    for parameter, word in zip(form.parameters, value.words, strict=True):
        if parameter in form.words and word.text not in form.words[parameter]:
            message = f"unknown {parameter}{hint(word.text, form.words[parameter])}"
            if "; " not in message:
                message += f"; expected {', '.join(form.words[parameter])}"
            raise complain(source, word.spot, word.text, message)
    return form


@dataclass(frozen=True, slots=True)
class _Members:
    """What a function over members works on: its groups, in order, and its members or pairs."""

    groups: tuple[str, ...]
    cases: tuple[Arguments, ...]

    def places(self, groups: Sequence[str]) -> list[int] | None:
        """Where the groups of a quantity stand among these; None if one does not."""
        left = list(enumerate(self.groups))
        found = []
        for group in groups:
            place = next((place for place in left if place[1] == group), None)
            if place is None:
                return None
            left.remove(place)
            found.append(place[0])
        return found


@dataclass(frozen=True, slots=True)
class _Within:
    """What holds where a part of a metric stands.

    Attributes:
        ticks: the window of quantities that have none of their own; None: none was given.
        over: the window of functions over quarters.
        since: the tick from which counts run up.
        members: those of the function over members that it stands in.
    """

    ticks: Ticks | None
    over: Ticks
    since: int = 0
    members: _Members | None = None


@dataclass(frozen=True, slots=True)
class Bound:
    """A metric as nodes: its value, its series, and the pairs that both need."""

    value: Node
    series: Node
    pairs: tuple[Pair, ...]


def bind(tree: Expression, scope: Scope, source: Source, horizon: Window | None) -> Bound:
    """Look up states, groups and dates of a metric.

    Raises:
        MetricError: a name is unknown, a date is outside the clock, a group is missing where
            a function needs one, or there are too many pairs.
    """
    binder = _Binder(scope, source)
    ticks = None if horizon is None else binder.ticks(horizon)
    value = binder.expression(tree, _Within(ticks, ticks or (0, scope.quarters)))
    # for a series, the outermost window is the horizon: it says when, not what
    inner = tree
    if isinstance(tree, Timed):
        inner, ticks = tree.inner, binder.ticks(tree.window)
    series = binder.expression(inner, _Within(None, ticks or (0, scope.quarters)))
    return Bound(value, series, tuple(sorted(binder.pairs)))


class _Binder:
    """Turns a tree into nodes whose states and ticks are known; gathers the pairs they need."""

    def __init__(self, scope: Scope, source: Source) -> None:
        self._scope = scope
        self._source = source
        self._frame = Frame(scope.states, scope.poles)
        self._called = {code: scope.names.get(code, "") for code in scope.states}
        self.pairs: set[Pair] = set()

    def expression(self, tree: Expression, within: _Within) -> Node:
        """Bind a tree."""
        match tree:
            case Number():
                return Constant(tree.value)
            case Value():
                return self._value(tree, within)
            case Timed():
                ticks = self.ticks(tree.window)
                return self.expression(tree.inner, replace(within, ticks=ticks, over=ticks))
            case Negation():
                return Applied("negative", (self.expression(tree.operand, within),))
            case Call():
                return self._call(tree, within)
            case Operation():
                sides = self.expression(tree.left, within), self.expression(tree.right, within)
                return Applied(tree.operator, sides)

    def _call(self, call: Call, within: _Within) -> Node:
        over, members = FUNCTIONS[call.function].over, 1
        ticks = within.over
        if over == QUARTERS:
            within = replace(within, ticks=None, since=ticks[0])
        elif over == MEMBERS:
            spread = self._spread(call)
            members = len(spread.cases)
            within = replace(within, members=spread)
        inner = tuple(self.expression(argument, within) for argument in call.arguments)
        if call.function == "weighted" and bounds(inner[1])[0] < 0.0:
            message = "a weight must not be below 0, which this one can be; max(0, ...) cuts it off"
            raise complain(self._source, _spot(call.arguments[1]), call.function, message)
        if call.function in _CORRELATIONS and members < LEAST_CORRELATED:
            message = f"needs {LEAST_CORRELATED} members or more, not {members}"
            raise complain(self._source, call.spot, call.function, message)
        return Applied(call.function, inner, members, ticks if over == QUARTERS else (0, 0))

    def ticks(self, window: Window) -> Ticks:
        """The first and the last tick of a window."""
        first, last = self._tick(window.first), self._tick(window.last)
        if first > last:
            message = f"the window {window} ends before it begins"
            raise complain(self._source, window.first.spot, "", message)
        return first, last

    def _tick(self, moment: Moment) -> int:
        scope = self._scope
        if moment.quarter is None:
            return 0 if moment.text == "start" else scope.quarters
        tick = moment.quarter - scope.start
        if not 0 <= tick <= scope.quarters:
            side = "before the start" if tick < 0 else "after the end"
            edge = format_quarter(scope.start + (0 if tick < 0 else scope.quarters))
            raise complain(self._source, moment.spot, moment.text, f"{side} of the clock, {edge}")
        return tick

    # --- states and groups -----------------------------------------------------------------------
    def _value(self, value: Value, within: _Within) -> Node:
        form = form_of(value, self._source)
        cases = self._cases(value, form, within.members)
        if not cases:
            raise self._with_itself(value)
        if form.poles:
            for case in cases:
                others = [pole for pole in self._scope.poles if pole not in case]
                if len(others) < form.poles:
                    message = f"needs {form.poles} poles beside the state; the scenario has "
                    message += f"{', '.join(self._scope.poles) or 'none'}"
                    raise complain(self._source, value.spot, value.name, message)
        for case in dict.fromkeys(cases):
            self.pairs.update(form.pairs(case, self._frame))
            if len(self.pairs) > MAX_PAIRS:
                raise self._too_many(value.spot, value.name)
        each = within.members is not None
        return Measured(value.name, form, tuple(cases), within.ticks, each, within.since)

    def _spread(self, call: Call) -> _Members:
        """The members or pairs that a function works on: those that its quantities name."""
        found = [value for argument in call.arguments for value in _free_values(argument)]
        known = [(value, form_of(value, self._source)) for value in found]
        named = [
            (value, form, tuple(word.text for word in self._group_words(value, form)))
            for value, form in known
        ]
        widest = max(named, key=lambda one: len(one[2]), default=None)
        if widest is None or not widest[2]:
            message = "needs a group of states in a quantity, as in sum(capability(POLES))"
            raise complain(self._source, call.spot, call.function, message)
        listed = [self._members(word) for word in self._group_words(*widest[:2])]
        if math.prod(len(members) for members in listed) > 2 * MAX_PAIRS:
            raise self._too_many(call.spot, call.function)
        members = _Members(widest[2], tuple(product(*listed)))
        for value, form, _ in named:  # who would be paired with itself is left out of all
            mine = zip(members.cases, self._cases(value, form, members), strict=True)
            kept = tuple(case for case, words in mine if not _with_itself(words, form))
            if not kept:
                raise self._with_itself(value)
            members = _Members(members.groups, kept)
        return members

    def _cases(self, value: Value, form: Form, members: _Members | None) -> list[Arguments]:
        """The words of a quantity for each of its states or pairs, or for each of the members."""
        choices = [
            self._choice(parameter, word)
            for parameter, word in zip(form.parameters, value.words, strict=True)
        ]
        if members is None:
            if math.prod(len(choice) for choice in choices) > 2 * MAX_PAIRS:
                raise self._too_many(value.spot, value.name)
            return [case for case in product(*choices) if not _with_itself(case, form)]
        words = self._group_words(value, form)
        places = members.places([word.text for word in words])
        if places is None:
            whose = " and ".join(members.groups)
            message = f"is of other states: what stands with it is of each member of {whose}"
            raise complain(self._source, words[0].spot, value.name, message)
        at = dict(zip(words, places, strict=True))
        pairs = list(zip(value.words, choices, strict=True))
        return [
            tuple(case[at[word]] if word in at else choice[0] for word, choice in pairs)
            for case in members.cases
        ]

    def _group_words(self, value: Value, form: Form) -> list[Word]:
        """The words of a quantity that are groups."""
        return [
            word
            for parameter, word in zip(form.parameters, value.words, strict=True)
            if parameter in _STATES and word.text not in self._called
        ]

    def _with_itself(self, value: Value) -> MetricError:
        form = form_of(value, self._source)
        word = value.words[max(_sides(form))]
        return complain(self._source, word.spot, word.text, "a pair of a state with itself")

    def _too_many(self, spot: Spot, key: str) -> MetricError:
        return complain(self._source, spot, key, f"needs more than {MAX_PAIRS} pairs of states")

    def _choice(self, parameter: str, word: Word) -> Arguments:
        if parameter in _STATES:
            return self._members(word)
        known = self._scope.collectives.get(parameter, ())
        if parameter in PLACES and word.text not in known:
            message = f"unknown {parameter}{hint(word.text, known)}"
            raise complain(self._source, word.spot, word.text, message)
        return (word.text,)

    def _members(self, word: Word) -> Arguments:
        if word.text in self._called:
            return (word.text,)
        members = self._scope.groups.get(word.text)
        if members is None:
            fix = among(word.text, self._called, self._scope.groups)
            raise complain(self._source, word.spot, word.text, f"unknown state or group{fix}")
        if not members:
            raise complain(self._source, word.spot, word.text, "the group is empty")
        return members


def _sides(form: Form) -> list[int]:
    """The places of the states among the words of a quantity."""
    return [at for at, parameter in enumerate(form.parameters) if parameter in _STATES]


def _with_itself(case: Arguments, form: Form) -> bool:
    """Whether this is a pair of a state with itself."""
    sides = _sides(form)
    return len({case[at] for at in sides}) < len(sides)


def _parts(tree: Expression) -> tuple[Expression, ...]:
    match tree:
        case Call():
            return tree.arguments
        case Timed():
            return (tree.inner,)
        case Negation():
            return (tree.operand,)
        case Operation():
            return tree.left, tree.right
    return ()


def values_in(tree: Expression) -> Iterator[Value]:
    """Every quantity of a tree."""
    if isinstance(tree, Value):
        yield tree
    for part in _parts(tree):
        yield from values_in(part)


def _free_values(tree: Expression) -> Iterator[Value]:
    """The quantities of a tree, without those of a function over members within it."""
    if isinstance(tree, Value):
        yield tree
    elif not (isinstance(tree, Call) and FUNCTIONS[tree.function].over == MEMBERS):
        for part in _parts(tree):
            yield from _free_values(part)


def _spot(tree: Expression) -> Spot:
    """Where a tree begins."""
    return _spot(tree.left) if isinstance(tree, Operation) else tree.spot
