"""What a metric can ask for: every quantity with its arguments, unit, range and meaning.

Recorded variables come in by their names in the registry; beside them stand quantities that are
made of several. A quantity of states is given for one state, a quantity of pairs for one ordered
pair; groups are expanded by :mod:`sim.experiments.language`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np
import numpy.typing as npt

from sim import vocabulary as names
from sim.ensemble import DYAD_SERIES, STATE_SERIES
from sim.experiments.observed import Observed
from sim.metrics import SECURITY_DOMAINS
from sim.records import MOVE_KINDS
from sim.registry import COLLECTIVES, Field
from sim.summary.states import (
    hedging_series,
    isolation_of,
)
from sim.types import OBLIGATIONS

type Floats = npt.NDArray[np.float64]
type Pair = tuple[str, str]

CHANNELS: Final = ("trade", "energy", "arms", "arms_stock", "finance")
LEVELS: Final = ("consultation", "arms_cooperation", "defence")
SUPPLIES: Final = ("arms", "trade")
KINDS: Final = (*(kind for kind in MOVE_KINDS if kind != "none"), "break")


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


def _own_pair(words: Arguments, _frame: Frame) -> Sequence[Pair]:
    return [(words[-2], words[-1])]


def _both_orders(words: Arguments, _frame: Frame) -> Sequence[Pair]:
    i, j = words[-2:]
    return [(i, j), (j, i)]


def _with_poles(words: Arguments, frame: Frame) -> Sequence[Pair]:
    return [(words[-1], pole) for pole in frame.poles if pole != words[-1]]


def _from_all(words: Arguments, frame: Frame) -> Sequence[Pair]:
    return [(j, words[-1]) for j in frame.states if j != words[-1]]


def _own_state(words: Arguments, frame: Frame) -> Sequence[Pair]:
    # what takes part in collectives is recorded for the states of recorded pairs
    return [next((words[0], other) for other in frame.states if other != words[0])]


def _nothing(_words: Arguments, _frame: Frame) -> Sequence[Pair]:
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
    pairs: Needs = _nothing
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


def _bounds(known: Field) -> tuple[float | None, float | None]:
    low, high = known.bounds
    return (None if low <= -1e11 else low, None if high >= 1e11 else high)


def _of_state(name: str) -> Form:
    known = names.STATE_FIELDS[name]
    low, high = _bounds(known)

    def series(seen: Observed, words: Arguments) -> Floats:
        return seen.state(name, words[0])

    return Form(("i",), known.unit, low, high, known.meaning, series)


def _of_pair(name: str) -> Form:
    known = names.DYAD_FIELDS[name]
    low, high = _bounds(known)

    def series(seen: Observed, words: Arguments) -> Floats:
        return seen.record.dyad(name, *words)

    return Form(("i", "j"), known.unit, low, high, known.meaning, series, _own_pair)


def _of_collective(name: str) -> Form:
    known = names.COLLECTIVE_FIELDS[name]
    low, high = _bounds(known)
    parameters = () if known.kind == "order" else (known.kind,)

    def series(seen: Observed, words: Arguments) -> Floats:
        return seen.cell(name, words[0] if words else "order")

    return Form(parameters, known.unit, low, high, known.meaning, series)


def _of_part(name: str) -> Form:
    known = names.PARTS[name]
    low, high = _bounds(known)

    def series(seen: Observed, words: Arguments) -> Floats:
        return seen.cell(name, words[1], words[0])

    kind = COLLECTIVES[known.row]
    return Form(("i", kind), known.unit, low, high, known.meaning, series, _own_state)


def _share(seen: Observed, words: Arguments) -> Floats:
    return seen.record.dyad(*words)


def _pact(seen: Observed, words: Arguments) -> Floats:
    i, j, level = words
    held: Floats = (seen.record.dyad("pact_level", i, j) >= OBLIGATIONS[level] - 0.5).astype(float)
    return held


def _intensity(seen: Observed, words: Arguments) -> Floats:
    i, j, level = words
    return seen.record.dyad(f"intensity_{int(OBLIGATIONS[level])}", i, j)


def _first_pair(words: Arguments, _frame: Frame) -> Sequence[Pair]:
    return [(words[0], words[1])]


def _asymmetry(seen: Observed, words: Arguments) -> Floats:
    i, j = words
    return seen.record.dyad("vulnerability", i, j) - seen.record.dyad("vulnerability", j, i)


def _influence(seen: Observed, words: Arguments) -> Floats:
    return np.maximum(0.0, -_asymmetry(seen, words))


def _security(seen: Observed, words: Arguments) -> Floats:
    own, threat = seen.state("protection", words[0]), seen.state("threat", words[0])
    total = own + threat
    odds: Floats = np.divide(own, total, out=np.ones_like(own), where=total > 0)
    return odds


def _hedging(seen: Observed, words: Arguments) -> Floats:
    return _known(hedging_series(seen.record, words[0]))


def _security_hedging(seen: Observed, words: Arguments) -> Floats:
    return _known(hedging_series(seen.record, words[0], SECURITY_DOMAINS))


def _known(series: Floats | None) -> Floats:
    if series is None:  # the pairs were asked for and the poles counted, so this is a defect
        raise KeyError("hedging: pairs with the poles were not recorded")
    return series


_I, _IJ = ("i",), ("i", "j")
_MADE: Final[dict[str, tuple[Form, ...]]] = {
    "threat": (
        _of_state("threat"),
        Form(
            _IJ,
            names.DYAD_FIELDS["threat_from"].unit,
            0.0,
            None,
            names.DYAD_FIELDS["threat_from"].meaning,
            lambda seen, words: seen.record.dyad("threat_from", *words),
            _own_pair,
        ),
    ),
    "security": (
        Form(_I, "1", 0.0, 1.0, "odds to hold against all threats: O / (O + T)", _security),
    ),
    "revisionism": (
        Form(
            _I,
            "1",
            *_bounds(names.STATE_FIELDS["effective_revisionism"]),
            names.STATE_FIELDS["effective_revisionism"].meaning,
            lambda seen, words: seen.state("effective_revisionism", words[0]),
        ),
    ),
    "share": (
        Form(
            ("channel", "i", "j"),
            "share",
            0.0,
            1.0,
            "share of i's needs in a channel that j meets",
            _share,
            _own_pair,
            {"channel": CHANNELS},
        ),
    ),
    "dependence": (
        Form(
            _IJ,
            "1",
            0.0,
            1.0,
            "harm to i if j cuts every channel",
            lambda seen, words: seen.record.dyad("vulnerability", *words),
            _own_pair,
        ),
    ),
    "asymmetry": (
        Form(
            _IJ,
            "1",
            -1.0,
            1.0,
            "dependence of i on j less that of j on i: positive where i depends more",
            _asymmetry,
            _both_orders,
        ),
    ),
    "influence": (
        Form(
            _IJ,
            "1",
            0.0,
            1.0,
            "leverage of i over j by trade, energy, arms and finance: the part of j's dependence "
            "on i that i's on j does not balance",
            _influence,
            _both_orders,
        ),
    ),
    "concentration": (
        Form(
            ("supply", "i"),
            "1",
            0.0,
            1.0,
            "Herfindahl index of i's suppliers of arms or partners in trade",
            lambda seen, words: seen.state(f"hhi_{words[0]}", words[1]),
            words={"supply": SUPPLIES},
        ),
    ),
    "pact": (
        Form(
            ("i", "j", "level"),
            "0 or 1",
            0.0,
            1.0,
            "1 while i and j have a bilateral pact of at least this level; over a window the share "
            "of the quarters",
            _pact,
            _first_pair,
            {"level": LEVELS},
        ),
    ),
    "intensity": (
        Form(
            ("i", "j", "level"),
            "pacts a quarter",
            0.0,
            None,
            "expected pacts of this level that i and j conclude, by offers of either; tells arms "
            "apart that differ in hardly any realised pact",
            _intensity,
            _first_pair,
            {"level": LEVELS},
        ),
    ),
    "moves": (
        Form(
            ("kind", "i"),
            "moves",
            0.0,
            None,
            "accepted moves of i towards anybody in the window, or since the start without one",
            lambda seen, words: seen.count(words[0], words[1], None),
            words={"kind": KINDS},
            total=True,
        ),
        Form(
            ("kind", "i", "j"),
            "moves",
            0.0,
            None,
            "accepted moves of i towards j in the window, or since the start without one; 'pact' "
            "is made or raised, 'break' ended or lowered",
            lambda seen, words: seen.count(words[0], words[1], words[2]),
            words={"kind": KINDS},
            total=True,
        ),
    ),
    "hedging": (
        Form(
            _I,
            "1",
            0.0,
            1.0,
            "hedging index between the other poles: equidistance, engagement and mixed domains",
            _hedging,
            _with_poles,
            poles=2,
        ),
    ),
    "security_hedging": (
        Form(
            _I,
            "1",
            0.0,
            1.0,
            "the same over commitments and arms alone",
            _security_hedging,
            _with_poles,
            poles=2,
        ),
    ),
    "isolation": (
        Form(
            _I,
            "1",
            0.0,
            1.0,
            "1 less the contact that i receives from all others, weighted by their capability",
            lambda seen, words: isolation_of(seen.record, words[0]),
            _from_all,
        ),
    ),
    "poles": (
        Form(
            (),
            "poles",
            1.0,
            None,
            "effective number of poles: 1 / sum of squared capability shares of the blocs *",
            lambda seen, _words: seen.poles,
        ),
    ),
    "same_bloc": (
        Form(
            _IJ,
            "0 or 1",
            0.0,
            1.0,
            "1 while i and j are in one bloc *",
            lambda seen, words: seen.same_bloc(*words),
        ),
    ),
    "bloc_share": (
        Form(
            _I,
            "share of the world",
            0.0,
            1.0,
            "capability share of the bloc that i is in *",
            lambda seen, words: seen.bloc_share(words[0]),
        ),
    ),
    "bloc_size": (
        Form(
            _I,
            "states",
            1.0,
            None,
            "number of states in the bloc that i is in, itself included *",
            lambda seen, words: seen.bloc_size(words[0]),
        ),
    ),
}
#: Recorded variables that are written as a word of a quantity.
_HIDDEN = {"intensity_1", "intensity_2", "intensity_3", "collective_kind"}


def _catalogue() -> dict[str, Quantity]:
    found = dict(_MADE)
    found |= {name: (_of_state(name),) for name in STATE_SERIES if name not in found}
    found |= {name: (_of_pair(name),) for name in DYAD_SERIES if name not in found}
    found |= {name: (_of_part(name),) for name in names.PARTS}
    found |= {
        name: (_of_collective(name),)
        for name, known in names.COLLECTIVE_FIELDS.items()
        if known.kind != "school" and name not in _HIDDEN
    }
    return {name: Quantity(name, found[name]) for name in sorted(found) if name not in _HIDDEN}


QUANTITIES: Final[dict[str, Quantity]] = _catalogue()
"""Every quantity by its name."""
