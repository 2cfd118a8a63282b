"""All names of the model, filled by importing every mechanism, move and utility term.

Rules from outside the package (:mod:`sim.rules.outside`) are declared after its own.

Import this module before reading :mod:`sim.rules.declarations`: it fixes the order in which
parameters and variables are declared, hence their rows.
"""

from __future__ import annotations

from types import ModuleType

from sim.rules import mechanisms as _mechanisms
from sim.rules import pair_variables as _dyads  # noqa: F401  (declares the shared variables first)
from sim.rules import priors as _priors  # declares what is assumed where nothing is said

# isort: split
from sim.rules.admission import admitted as _admitted

# isort: split
from sim.rules.decisions import membership as _membership  # noqa: F401  (those of accession)

# isort: split
from sim.rules import moves as _moves
from sim.rules import observation as _observe  # noqa: F401  (declares what is observed)
from sim.rules import terms as _terms
from sim.rules.declarations import (
    COLLECTIVE_FIELDS,
    DYAD_FIELDS,
    PARAMS,
    PARTS,
    STATE_FIELDS,
    collective_field,
    param,
)
from sim.rules.mechanisms import Mechanism
from sim.rules.moves import Move
from sim.rules.pair_variables import DISTANCE
from sim.rules.state_variables import IDEAL_POINT, MUNITIONS_SUPPLY
from sim.rules.terms import Term

_found_mechanisms, _found_moves, _found_terms = _admitted(
    _mechanisms.discover(), _moves.discover(), _terms.discover()
)

MECHANISMS: dict[str, Mechanism] = {rule.name: rule for rule, _ in _found_mechanisms}
MECHANISM_MODULES: dict[str, ModuleType] = {rule.name: module for rule, module in _found_mechanisms}
#: All moves, by their codes.
MOVES: dict[str, Move] = {move.name: move for move, _ in _found_moves}
MOVE_MODULES: dict[str, ModuleType] = {move.name: module for move, module in _found_moves}
TERMS: dict[str, Term] = {term.name: term for term, _ in _found_terms}
TERM_MODULES: dict[str, ModuleType] = {term.name: module for term, module in _found_terms}

#: Row in ``G`` of what each school says of a multiplier of a term's weight or of a taboo, by the
#: state variable that holds the mix.
SCHOOL_ROWS: dict[str, int] = {
    name: collective_field(
        f"school_{name}",
        "school",
        default=field.default,
        bounds=field.bounds,
        unit=field.unit,
        meaning=f"{field.meaning}, as the school has it",
    )
    for name, field in STATE_FIELDS.items()
    if name.startswith(("weight_", "taboo_"))
}

#: Names of the kinds of moves; the position is the code that a log keeps, 0 for none.
MOVE_KINDS: tuple[str, ...] = tuple(
    {0: "none", **{move.code: name for name, move in MOVES.items()}}.get(code, f"none_{code}")
    for code in range(1 + max(move.code for move in MOVES.values()))
)

#: Kinds of changes that moves make, by the names of the functions by which terms feel them.
CHANGES: tuple[str, ...] = tuple(
    dict.fromkeys(move.change.name for move in MOVES.values() if move.change is not None)
)

#: Variable of each channel of dependence, by the channel's name in a scenario.
CHANNELS: dict[str, str] = {
    field.channel: name for name, field in DYAD_FIELDS.items() if field.channel
}

#: Variables at nothing while a state is not there: its own, and those of pairs with it. Trust,
#: tension and stocks of arms say nothing without a state, and stay as they were.
VANISHING: tuple[str, ...] = tuple(
    name
    for name, field in STATE_FIELDS.items()
    if field.initial and field.default == 0.0 and field.row not in (IDEAL_POINT, MUNITIONS_SUPPLY)
)
SEVERED: tuple[str, ...] = tuple(
    name
    for name, field in DYAD_FIELDS.items()
    if field.initial and field.row not in (*_priors.UNSTATED, DISTANCE)
)

#: Row in ``P`` of the on/off switch of each mechanism.
SWITCHES: dict[str, int] = {
    name: param(
        f"switch.{name}",
        1.0,
        (1.0, 1.0),
        bounds=(0.0, 1.0),
        unit="0 or 1",
        meaning=f"whether the mechanism {name} runs",
        source="set by `mechanisms` of a scenario",
    )
    for name in MECHANISMS
}

__all__ = [
    "CHANGES",
    "CHANNELS",
    "COLLECTIVE_FIELDS",
    "DYAD_FIELDS",
    "MECHANISMS",
    "MECHANISM_MODULES",
    "MOVES",
    "MOVE_KINDS",
    "MOVE_MODULES",
    "PARAMS",
    "PARTS",
    "SCHOOL_ROWS",
    "SEVERED",
    "STATE_FIELDS",
    "SWITCHES",
    "TERMS",
    "TERM_MODULES",
    "VANISHING",
]
