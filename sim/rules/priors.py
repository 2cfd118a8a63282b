"""What is assumed of a pair where a scenario says nothing.

tau_ij = prior - distance |x_i - x_j| - rivalry Q_ij + identity I_ij, held in
[.05, .95]; tension between rivals at a usual level; the installed arms like recent deliveries;
munitions like arms.
"""

from __future__ import annotations

import numpy as np

from sim.rules.declarations import param
from sim.rules.pair_variables import (
    ARMS,
    ARMS_STOCK,
    CONTACT,
    DISTANCE,
    ENERGY,
    FINANCE,
    IDENTITY,
    RIVALRY,
    TENSION,
    TRUST,
)
from sim.rules.state_variables import ARMS_SUPPLY, IDEAL_POINT, MUNITIONS_SUPPLY
from sim.types import Dyads, States, Vector

TRUST_PRIOR = param(
    "trust.prior",
    0.68,
    (0.6, 0.75),
    bounds=(0.0, 1.0),
    meaning="trust between strangers of the same position",
    source="judgement: strangers keep about two pledges in three (Leeds, Long and Mitchell 2000)",
)
TRUST_DISTANCE = param(
    "trust.prior_distance",
    0.09,
    (0.05, 0.13),
    bounds=(0.0, 1.0),
    unit="per UNGA unit",
    meaning="trust lost by distance of positions",
    source="judgement: a unit of position weighs a third of a rivalry",
)
TRUST_RIVALRY = param(
    "trust.prior_rivalry",
    0.25,
    (0.15, 0.35),
    bounds=(0.0, 1.0),
    meaning="trust lost by rivalry",
    source="judgement: rivals trust one another less than even",
)
TRUST_IDENTITY = param(
    "trust.prior_identity",
    0.1,
    (0.0, 0.2),
    bounds=(0.0, 1.0),
    meaning="trust gained by shared history",
    source="judgement: shared history weighs as much as a unit of position",
)
TENSION_RIVALRY = param(
    "tension.prior_rivalry",
    0.15,
    (0.05, 0.25),
    bounds=(0.0, 1.0),
    meaning="usual tension between rivals where a scenario states none",
    source="judgement: rivals quarrel now and then in a calm year",
)

#: Variables whose default depends on others; NaN marks them until :func:`complete`.
UNSTATED = (TRUST, TENSION, ARMS_STOCK)


def complete(m: Dyads, v: States, p: Vector) -> None:
    """Fill NaN in the unstated variables, hold shares within 1 and clear diagonals, in place."""
    x = v[IDEAL_POINT]
    prior = (
        p[TRUST_PRIOR]
        - p[TRUST_DISTANCE] * np.abs(x[:, None] - x[None, :])
        - p[TRUST_RIVALRY] * m[RIVALRY]
        + p[TRUST_IDENTITY] * m[IDENTITY]
    )
    formulas = {
        TRUST: np.clip(prior, 0.05, 0.95),
        TENSION: p[TENSION_RIVALRY] * np.minimum(1.0, m[RIVALRY]),
        ARMS_STOCK: m[ARMS],
    }
    unstated = np.isnan(v[MUNITIONS_SUPPLY])
    v[MUNITIONS_SUPPLY][unstated] = v[ARMS_SUPPLY][unstated]
    for row in UNSTATED:
        missing = np.isnan(m[row])
        m[row][missing] = formulas[row][missing]
    for row in (ARMS, ARMS_STOCK, ENERGY, FINANCE):
        m[row] /= np.maximum(m[row].sum(axis=1, keepdims=True), 1.0)
    for row in (DISTANCE, CONTACT, TENSION, RIVALRY):
        np.fill_diagonal(m[row], 0.0)
