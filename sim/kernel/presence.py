"""States that are not there: before they are independent, after they are gone.

They stay in the arrays, with neither capability nor ties, and are cleared each quarter of what
mechanisms give them; they do not move and nobody moves towards them.
"""

from __future__ import annotations

from sim.compiled.jit import njit
from sim.kernel.layout import OF_STATES, OF_TIES
from sim.rules.decisions.assessment import tie_changed
from sim.rules.decisions.membership import set_membership
from sim.rules.moves import pact
from sim.rules.pair_variables import FLOOR
from sim.rules.state_variables import (
    CAPABILITY,
    COLLECTIVE_KIND,
    CONFLICT,
    ECONOMY,
    ORGANISATION,
    PRESENT,
)
from sim.types import Blocks

NOTHING = 1e-12
"""Capability and economy of a state that is not there: others' are divided by sums with it."""


@njit
def clear(w: Blocks) -> bool:
    """Take from states that are not there what a state has; returns whether there are any."""
    found = False
    for i in range(w.n):
        if w.V[PRESENT, i] > 0.5:
            continue
        found = True
        for row in OF_STATES:
            w.V[row, i] = 0.0
        w.V[CAPABILITY, i] = NOTHING
        w.V[ECONOMY, i] = NOTHING
        for k in range(w.G.shape[1]):
            if w.G[COLLECTIVE_KIND, k] == CONFLICT:
                w.B[k, i] = 0.0
            elif w.G[COLLECTIVE_KIND, k] == ORGANISATION:
                set_membership(w, k, i, 0.0)
        for j in range(w.n):
            if j == i:
                continue
            for row in OF_TIES:
                w.M[row, i, j] = 0.0
                w.M[row, j, i] = 0.0
            w.M[FLOOR, i, j] = 0.0
            w.M[FLOOR, j, i] = 0.0
            none = pact.tie_at(w, i, j, 0.0)
            tie_changed(w, i, j, none.level, none.g, none.e)
    return found
