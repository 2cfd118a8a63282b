"""The numbers that the parts of the kernel share: codes of moves, cells of the choice, the log."""

from __future__ import annotations

import numpy as np

from sim import vocabulary as names
from sim.codegen import load_rules
from sim.types import Space

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
#: first cells of the choice: what is done, towards whom, to which level, 1 + sum of all weights,
#: number of alternatives; then the weight of all moves towards each partner (own moves: oneself)
KIND, PARTNER, TO, SUM, ROWS, WEIGHTS = range(6)
#: columns of a table of alternatives: kind, partner, target, gain, cost, consent, weight
TABLE_COLUMNS = 7
# the codes of sim.types.Move, as plain numbers for compiled code
NONE, PACT, SANCTION, LIFT, GRANT, STOP, ARM, DISARM, COURT, PROVOKE, RECONCILE = range(11)
APPLY, JOIN, WITHDRAW = range(11, 14)


def choice_cells(n: int) -> int:
    """Cells of the working space that the choice of one of ``n`` states needs."""
    return WEIGHTS + n


def space(n: int) -> Space:
    """Working space for a run of ``n`` states."""
    room = n * MAX_OPPORTUNITIES
    order = np.empty((room, 2), dtype=np.int64)
    return Space(order, np.empty(room), np.zeros(choice_cells(n)))
