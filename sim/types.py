"""Array aliases with their shapes, and the enumerations that scenarios and results share."""

from __future__ import annotations

from enum import IntEnum
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

#: Arrays of any shape, by what they hold.
type Floats = NDArray[np.float64]
type Ints = NDArray[np.int64]
type Bools = NDArray[np.bool_]

#: ``(variables, N, N)`` float64: every dyadic variable, row i the holder.
Dyads = NDArray[np.float64]
#: ``(variables, N)`` float64: every variable of states.
States = NDArray[np.float64]
#: ``(variables, K)`` float64: every variable of collectives.
Collectives = NDArray[np.float64]
#: ``(K, N)`` float64: the part of each state in each collective.
Parts = NDArray[np.float64]
#: ``(parameters,)`` float64.
Vector = NDArray[np.float64]


class Blocks(NamedTuple):
    """The arrays of one run, as every rule gets them.

    ``M (dyad variables, N, N)``, ``V (state variables, N)``, ``G (collective variables, K)``,
    ``B (K, N)`` parts of states in collectives, ``P (parameters,)``, all float64; ``n`` states.
    """

    M: Dyads
    V: States
    G: Collectives
    B: Parts
    P: Vector
    n: int


class Luck(NamedTuple):
    """What random draws are keyed by: the quarter, the seed, the run, and the states' keys.

    ``keys (N,)`` int64 are stable: a state's luck does not depend on who else is in the world.
    """

    tick: int
    seed: int
    run: int
    keys: NDArray[np.int64]


class Space(NamedTuple):
    """Working space of a run, made once: see :func:`sim.kernel.step.schedule` and ``choose``.

    ``order (n * MAX_OPPORTUNITIES, 2)`` int64, ``times`` as long, ``choice`` of
    :func:`sim.kernel.layout.choice_cells` cells.
    """

    order: NDArray[np.int64]
    times: NDArray[np.float64]
    choice: NDArray[np.float64]


class Watch(NamedTuple):
    """What a run records and where: rows and places that are watched, and the series of a run.

    ``states (T + 1, rows, N)``, ``dyads (T + 1, rows, pairs)``, ``parts (T + 1, cells)`` are filled
    every quarter, ``networks (rows, ticks, N, N)`` at the ``network_ticks``.
    """

    state_rows: NDArray[np.int64]
    dyad_rows: NDArray[np.int64]
    pairs: NDArray[np.int64]
    cells: NDArray[np.int64]
    network_ticks: NDArray[np.int64]
    network_rows: NDArray[np.int64]
    states: NDArray[np.float64]
    dyads: NDArray[np.float64]
    parts: NDArray[np.float64]
    networks: NDArray[np.float64]


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
