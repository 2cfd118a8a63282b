"""What a metric can ask for: every quantity with its arguments, unit, range and meaning.

Recorded variables come in by their names in the registry; beside them stand quantities that are
made of several. A quantity of states is given for one state, a quantity of pairs for one ordered
pair; groups are expanded by :mod:`sim.measure.language`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import numpy as np

from sim.blocs.indices import SECURITY_DOMAINS, Hedging
from sim.drivers.ensemble import DYAD_SERIES, STATE_SERIES
from sim.errors import UserError, shown
from sim.measure.bloc_quantities import BLOC_FORMS
from sim.measure.forms import (
    Arguments,
    Form,
    Frame,
    Needs,
    Pair,
    Quantity,
    Series,
    both_orders,
    from_all,
    nothing,
    own_pair,
    own_state,
    with_poles,
)
from sim.measure.functions import FUNCTIONS
from sim.measure.observed import Observed
from sim.measure.summary.states import hedging_parts, isolation_of
from sim.rules import catalogue as names
from sim.rules import outside
from sim.rules.declarations import COLLECTIVES, Field
from sim.types import OBLIGATIONS, Floats

__all__ = ["CHANNELS", "KINDS", "LEVELS", "QUANTITIES", "Pair"]

CHANNELS: Final = tuple(names.CHANNELS)
LEVELS: Final = ("consultation", "arms_cooperation", "defence")
SUPPLIES: Final = ("arms", "trade")
#: What a supplier sells, with the size of a buyer that its shares are shares of.
SALES: Final = {"arms": "capability", "energy": "economy", "trade": "economy"}
HEDGING_PARTS: Final = ("equidistance", "intensity", "mixing")
KINDS: Final = (*names.MOVES, "break")


def _form(
    known: Field, parameters: tuple[str, ...], series: Series, pairs: Needs = nothing
) -> Form:
    """A variable as a quantity."""
    low, high = known.bounds
    span = None if low <= -1e11 else low, None if high >= 1e11 else high
    return Form(parameters, known.unit, *span, known.meaning, series, pairs)


def _of_state(name: str) -> Form:
    known = names.STATE_FIELDS[name]
    return _form(known, ("i",), lambda seen, words: seen.state(name, words[0]))


def _of_pair(name: str) -> Form:
    known = names.DYAD_FIELDS[name]
    return _form(known, ("i", "j"), lambda seen, words: seen.record.dyad(name, *words), own_pair)


def _of_collective(name: str) -> Form:
    known = names.COLLECTIVE_FIELDS[name]
    parameters = () if known.kind == "order" else (known.kind,)
    return _form(known, parameters, lambda seen, words: seen.cell(name, *words or ("order",)))


def _of_part(name: str) -> Form:
    known = names.PARTS[name]
    words = ("i", COLLECTIVES[known.row])
    return _form(known, words, lambda seen, words: seen.cell(name, words[1], words[0]), own_state)


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


def _buyers(seen: Observed, words: Arguments) -> Floats:
    supply, supplier = words
    total, squares = np.zeros(seen.shape), np.zeros(seen.shape)
    for buyer in seen.record.states:
        if buyer != supplier:
            bought = seen.record.dyad(supply, buyer, supplier) * seen.state(SALES[supply], buyer)
            total += bought
            squares += bought**2
    return np.divide(squares, total**2, out=np.full_like(total, np.nan), where=total > 0.0)


def _security(seen: Observed, words: Arguments) -> Floats:
    own, threat = seen.state("protection", words[0]), seen.state("threat", words[0])
    total = own + threat
    odds: Floats = np.divide(own, total, out=np.ones_like(own), where=total > 0)
    return odds


def _hedging(seen: Observed, words: Arguments) -> Floats:
    parts: Hedging | None = hedging_parts(seen.record, words[-1])
    return getattr(_known(parts), "index" if len(words) == 1 else words[0])  # type: ignore[no-any-return]


def _security_hedging(seen: Observed, words: Arguments) -> Floats:
    return _known(hedging_parts(seen.record, words[0], SECURITY_DOMAINS)).index


def _known(parts: Hedging | None) -> Hedging:
    if parts is None:  # the pairs were asked for and the poles counted, so this is a defect
        raise KeyError("hedging: pairs with the poles were not recorded")
    return parts


_I, _IJ = ("i",), ("i", "j")
_MADE: Final[dict[str, tuple[Form, ...]]] = {
    "threat": (_of_state("threat"), replace(_of_pair("threat_from"), low=0.0)),
    "security": (
        Form(_I, "1", 0.0, 1.0, "odds to hold against all threats: O / (O + T)", _security),
    ),
    "revisionism": (_of_state("effective_revisionism"),),
    "share": (
        Form(
            ("channel", "i", "j"),
            "share",
            0.0,
            1.0,
            "share of i's needs in a channel that j meets",
            _share,
            own_pair,
            {"channel": CHANNELS},
        ),
    ),
    "dependence": (_of_pair("vulnerability"),),
    "asymmetry": (
        Form(
            _IJ,
            "1",
            -1.0,
            1.0,
            "dependence of i on j less that of j on i: positive where i depends more",
            _asymmetry,
            both_orders,
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
            both_orders,
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
    "buyers": (
        Form(
            ("supply", "i"),
            "1",
            0.0,
            1.0,
            "Herfindahl index of i's buyers: 1 with a single one. What j buys is i's share in j's "
            "arms times j's capability, in j's fuel imports or j's trade times j's economy; not "
            "defined without buyers",
            _buyers,
            from_all,
            {"supply": tuple(SALES)},
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
            with_poles,
            poles=2,
        ),
        Form(
            ("part", "i"),
            "1",
            0.0,
            1.0,
            "a part of it: as near to one pole as to the others, engaged with them, domains that "
            "lean opposite ways",
            _hedging,
            with_poles,
            {"part": HEDGING_PARTS},
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
            with_poles,
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
            from_all,
        ),
    ),
}
#: Recorded variables that are written as a word of a quantity.
_HIDDEN = {"intensity_1", "intensity_2", "intensity_3", "collective_kind", "collective_key"}


def _from_outside(metric: outside.Metric) -> Form:
    def series(seen: Observed, words: Arguments) -> Floats:
        values = np.asarray(metric.series(seen, words), np.float64)
        if values.shape != seen.shape:
            said = (
                f"its series has shape {values.shape}, not that of runs and quarters, {seen.shape}"
            )
            raise UserError(f"metric {metric.name}: {said}")
        return values

    pairs = (nothing, own_state, both_orders)[len(metric.arguments)]
    return Form(
        metric.arguments, metric.unit, metric.low, metric.high, metric.meaning, series, pairs
    )


def _catalogue() -> dict[str, Quantity]:
    found = _MADE | BLOC_FORMS
    found |= {name: (_of_state(name),) for name in STATE_SERIES if name not in found}
    found |= {name: (_of_pair(name),) for name in DYAD_SERIES if name not in found}
    found |= {name: (_of_part(name),) for name in names.PARTS}
    found |= {
        name: (_of_collective(name),)
        for name, known in names.COLLECTIVE_FIELDS.items()
        if known.kind != "school" and name not in _HIDDEN
    }
    for rule in outside.loaded():
        if (metric := rule.declared("METRIC")) is not None:
            if metric.name in found or metric.name in FUNCTIONS:
                raise rule.error(
                    "METRIC", f"the name {shown(metric.name)} is taken; call it otherwise"
                )
            found[metric.name] = (_from_outside(metric),)
    return {name: Quantity(name, found[name]) for name in sorted(found) if name not in _HIDDEN}


QUANTITIES: Final[dict[str, Quantity]] = _catalogue()
"""Every quantity by its name."""
