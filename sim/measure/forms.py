"""Ways to write a quantity: its arguments, what must be recorded for it, how it is worked out."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from sim.measure.observed import Observed
from sim.types import Floats

type Pair = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Frame:
    """What the meaning of a name depends on: the states and poles of a scenario."""

    states: tuple[str, ...]
    poles: tuple[str, ...]


PLACES: Final = ("organisation", "conflict", "school")
"""Arguments that stand for a collective of the scenario."""

type Arguments = tuple[str, ...]
type Series = Callable[[Observed, Arguments], Floats]
type Needs = Callable[[Arguments, Frame], Sequence[Pair]]


def own_pair(words: Arguments, _frame: Frame) -> Sequence[Pair]:
    """The ordered pair itself: the last two arguments."""
    return [(words[-2], words[-1])]


def both_orders(words: Arguments, _frame: Frame) -> Sequence[Pair]:
    """The pair in both orders."""
    i, j = words[-2:]
    return [(i, j), (j, i)]


def with_poles(words: Arguments, frame: Frame) -> Sequence[Pair]:
    """The state with every pole."""
    return [(words[-1], pole) for pole in frame.poles if pole != words[-1]]


def from_all(words: Arguments, frame: Frame) -> Sequence[Pair]:
    """Every other state with the state."""
    return [(j, words[-1]) for j in frame.states if j != words[-1]]


def own_state(words: Arguments, frame: Frame) -> Sequence[Pair]:
    """Any pair of the state: what takes part in collectives is recorded for states of pairs."""
    return [next((words[0], other) for other in frame.states if other != words[0])]


def nothing(_words: Arguments, _frame: Frame) -> Sequence[Pair]:
    """No pair: what is recorded anyway is enough."""
    return []


@dataclass(frozen=True, slots=True)
class Form:
    """One way to write a quantity.

    Attributes:
        parameters: ``i`` and ``j`` for states or groups; a kind of :data:`PLACES` for the name of
            such a collective; other names are keys of ``words``.
        unit, low, high: of its values; a bound is None where there is none.
        meaning: what it says, for people.
        series: gives ``(R, T+1)`` for states and words.
        pairs: the ordered pairs that must have been recorded.
        words: the words that an argument may be.
        total: the series counts up, and a window takes the difference of its ends, not the mean.
        poles: how many poles other than i it needs.
    """

    parameters: tuple[str, ...]
    unit: str
    low: float | None
    high: float | None
    meaning: str
    series: Series
    pairs: Needs = nothing
    words: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    total: bool = False
    poles: int = 0


@dataclass(frozen=True, slots=True)
class Quantity:
    """A name and the ways to write it, which differ in the number of their arguments."""

    name: str
    forms: tuple[Form, ...]

    def form(self, count: int) -> Form | None:
        """The form with this many arguments, if there is one."""
        return next((form for form in self.forms if len(form.parameters) == count), None)

    def signatures(self) -> tuple[str, ...]:
        """How it is written: ``('threat(i)', 'threat(i, j)')``."""
        return tuple(f"{self.name}({', '.join(form.parameters)})" for form in self.forms)
