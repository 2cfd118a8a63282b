"""Array aliases with their shapes, and the enumerations that scenarios and results share."""

from __future__ import annotations

from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

#: ``(variables, N, N padded)`` float64: every dyadic variable, row i the holder.
Dyads = NDArray[np.float64]
#: ``(variables, N)`` float64: every variable of states.
States = NDArray[np.float64]
#: ``(variables, K)`` float64: every variable of collectives.
Collectives = NDArray[np.float64]
#: ``(K, N)`` float64: the part of each state in each collective.
Parts = NDArray[np.float64]
#: ``(parameters,)`` float64.
Vector = NDArray[np.float64]


class Pact(IntEnum):
    """Levels of a bilateral pact by its strongest obligation (ATOP categories)."""

    NONE = 0
    CONSULTATION = 1
    ARMS_COOPERATION = 2
    DEFENCE = 3


#: Obligation types that a scenario may name, and the level that each implies.
OBLIGATIONS: dict[str, Pact] = {
    "consultation": Pact.CONSULTATION,
    "neutrality": Pact.CONSULTATION,
    "nonaggression": Pact.CONSULTATION,
    "arms_cooperation": Pact.ARMS_COOPERATION,
    "defence": Pact.DEFENCE,
}


class Move(IntEnum):
    """What a state can do: to one other state, (arms) to itself, or with an organisation."""

    NONE = 0
    PACT = 1
    SANCTION = 2
    LIFT = 3
    AID = 4
    END_AID = 5
    ARM = 6
    DISARM = 7
    COURT = 8
    PROVOKE = 9
    RECONCILE = 10
    APPLY = 11
    JOIN = 12
    WITHDRAW = 13
