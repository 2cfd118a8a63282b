"""What theories are given of a scenario: its start, as stated, before any quarter.

Sizes and influence are capabilities, in millionths. The propensity of i towards j is::

    p_ij = max(level_ij / 3, floor_ij)
           - max(min(1, rivalry_ij), tension_ij, sanctions_ij, war_ij)
           + trust_ij - mean of all trust

in thousandths: what binds the two (the level of their pact, or the commitment of the organisations
that they share), less what sets them apart, and how much more than usual they trust. Where a
scenario says nothing of trust or tension, what the model assumes is taken
(:mod:`sim.rules.priors`). The formula is ours; the weights of its three parts are equal and were
not fitted.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Final, NamedTuple

import numpy as np

from sim.blocs.definitions import DEFENCE_FLOOR
from sim.rules.pair_variables import DISTANCE, FLOOR, LEVEL, RIVALRY, SANCTIONS, TENSION, TRUST, WAR
from sim.rules.state_variables import CAPABILITY, IDEAL_POINT
from sim.scenario import load_scenario
from sim.scenario.world import World
from sim.theories.given.matrices import Relations
from sim.theories.given.positions import Positions
from sim.types import Blocks, Bools, Floats, Pact

_SIZES: Final = 10**6
_PROPENSITIES: Final = 10**3


def relations_of(file: str) -> Relations:
    """Return capabilities and propensities of the states at the start of a scenario.

    Raises:
        UserError: it cannot be read.
    """
    codes, blocks = _start(file)
    m, n = blocks.M, len(codes)
    apart = [np.minimum(1.0, m[RIVALRY]), m[TENSION], m[SANCTIONS], m[WAR]]
    trust = m[TRUST] - m[TRUST][~np.eye(n, dtype=bool)].mean()
    p = np.maximum(m[LEVEL] / 3, m[FLOOR]) - np.maximum.reduce(apart) + trust
    np.fill_diagonal(p, 0.0)
    rows = np.rint(p * _PROPENSITIES).astype(int).tolist()
    return Relations(
        codes,
        tuple(Fraction(round(x * _SIZES), _SIZES) for x in blocks.V[CAPABILITY].tolist()),
        tuple(tuple(Fraction(x, _PROPENSITIES) for x in row) for row in rows),
    )


def positions_of(file: str) -> Positions:
    """Return the states on one issue, their ideal points stretched to 0 to 100, all as salient.

    Raises:
        UserError: it cannot be read.
    """
    codes, blocks = _start(file)
    x = blocks.V[IDEAL_POINT]
    span = float(np.ptp(x)) or 1.0
    place = 100.0 * (x - x.min()) / span
    influence = np.maximum(blocks.V[CAPABILITY], 1 / _SIZES)
    return Positions(
        codes, ("ideal point",), influence, place[:, None], np.full((len(codes), 1), 100.0)
    )


class Pairs(NamedTuple):
    """States and pairs of them.

    Attributes:
        names: N states.
        sizes: ``(N,)``.
        distance: ``(N, N)``, km between borders.
        rivals: ``(N, N)``, whether the two are rivals.
        tied: ``(N, N)``, whether they are bound to defend each other.
    """

    names: tuple[str, ...]
    sizes: Floats
    distance: Floats
    rivals: Bools
    tied: Bools


def pairs_of(file: str) -> Pairs:
    """Return sizes, distances, rivalries and defence pacts at the start of a scenario.

    A defence pact is one of two states, or commitment by an organisation that counts as one
    (:data:`sim.blocs.definitions.DEFENCE_FLOOR`).

    Raises:
        UserError: it cannot be read.
    """
    codes, blocks = _start(file)
    m = blocks.M
    return Pairs(
        codes,
        blocks.V[CAPABILITY].copy(),
        m[DISTANCE] * 1000.0,
        (m[RIVALRY] > 0) | (m[RIVALRY].T > 0),
        (m[LEVEL] >= Pact.DEFENCE) | (m[FLOOR] >= DEFENCE_FLOOR),
    )


def _start(file: str) -> tuple[tuple[str, ...], Blocks]:
    world = World(load_scenario(file))
    return world.codes, world.initial(world.triangles[1][:, 1].copy()).blocks
