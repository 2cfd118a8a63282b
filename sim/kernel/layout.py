"""The numbers that the parts of the kernel share: codes of moves, cells of the choice, the log."""

from __future__ import annotations

import numpy as np

from sim.rules import catalogue as names
from sim.rules.codegen import load_rules
from sim.rules.decisions.race import KIND, PARTNER, ROWS, SUM, TABLE_COLUMNS, TO, WEIGHTS
from sim.types import Space

__all__ = [
    "APPLY",
    "FOUND",
    "JOIN",
    "KIND",
    "LOG_COLUMNS",
    "LOG_HEAD",
    "MAX_OPPORTUNITIES",
    "NONE",
    "PACT",
    "PARTNER",
    "ROWS",
    "STEP",
    "SUM",
    "SUSPEND",
    "TABLE_COLUMNS",
    "TERM_COUNT",
    "TO",
    "WEIGHTS",
    "WITHDRAW",
    "choice_cells",
    "rules",
    "space",
]

rules = load_rules()

STEP = ("events", *names.MECHANISMS, "assessment", "accession", "moves", "observation")

#: Rows of what a state that is not there has none of
OF_STATES = np.array([names.STATE_FIELDS[name].row for name in names.VANISHING])
OF_TIES = np.array([names.DYAD_FIELDS[name].row for name in names.SEVERED])

TERM_COUNT = len(names.TERMS)
#: tick, order, mover, partner, kind, before, after, accepted, du, du partner; then the terms of
#: both, three third states with their du, and the collective in question
LOG_HEAD = 10
LOG_COLUMNS = LOG_HEAD + 2 * TERM_COUNT + 7
MAX_OPPORTUNITIES = 16
NONE = 0
PACT, APPLY, JOIN, WITHDRAW, FOUND, SUSPEND = (
    names.MOVES[name].code for name in ("pact", "apply", "join", "withdraw", "found", "suspend")
)


def choice_cells(n: int) -> int:
    """Cells of the working space that the choice of one of ``n`` states needs."""
    return WEIGHTS + n


def space(n: int) -> Space:
    """Working space for a run of ``n`` states."""
    room = n * MAX_OPPORTUNITIES
    order = np.empty((room, 2), dtype=np.int64)
    return Space(order, np.empty(room), np.zeros(choice_cells(n)))
