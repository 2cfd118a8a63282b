"""Positions drift towards the poles whose net pull grows.

Claim: markets, trust, dependence and commitment draw a smaller state's position towards a pole,
hostility and nearby force repel it; shares of pull count, not sums, so that a far pole does not
win merely by being far.

Equations (UNGA units; x0 the position at the start, which already contains the pulls of then,
and follows hostility: rule estrangement)::

    A_ip = (1 - H)(1.2 ln(1 + 6 Y_p e^{-d/4}) tau + 1.5 v + .3 g) - H min(1, b_ip / C_i)
    w_ip = pole_p exp(A_ip / theta) / sum_q pole_q exp(A_iq / theta)
    x_i += dt kappa (x0_i + s sum_p (w_ip - w0_ip)(x0_p - x0_i) - x_i) + sigma sqrt(dt) normal

A pole is not pulled by others. Anchors: UNGA panels 1990-2019, AR(1) .972 a year and sigma .115
(UNGA).
"""

from __future__ import annotations

import numpy as np

from sim.compiled.jit import njit
from sim.compiled.mathx import clip, exp, log, normal_quantile
from sim.rules.declarations import baseline, dyad_field, param
from sim.rules.mechanisms import Mechanism
from sim.rules.pair_variables import (
    COMMITMENT,
    DISTANCE,
    HOSTILITY,
    PROJECTED,
    TRUST,
    VULNERABILITY,
)
from sim.rules.state_variables import CAPABILITY, ECONOMY, IDEAL_HOME, IDEAL_POINT, KEY, POLE
from sim.rules.streams import DRIFT, keyed, unit
from sim.types import Blocks, Luck

KAPPA = param(
    "alignment_pull.return",
    0.028,
    (0.015, 0.045),
    bounds=(0.0, 2.0),
    unit="per year",
    meaning="speed of adjustment of positions",
    source="UNGA ideal points 1990-2019: .972 of a position is left after a year",
)
STRENGTH = param(
    "alignment_pull.strength",
    1.5,
    (0.5, 3.0),
    bounds=(0.0, 20.0),
    meaning="share of the distance to a pole that its full pull covers",
    source="judgement: size of drift after association agreements",
)
THETA = param(
    "alignment_pull.temperature",
    0.5,
    (0.3, 0.8),
    bounds=(0.05, 10.0),
    meaning="evenness of attention to poles",
    source="judgement: the stronger pull weighs most, the other is felt",
)
SIGMA = param(
    "alignment_pull.noise",
    0.115,
    (0.08, 0.15),
    bounds=(0.0, 2.0),
    unit="UNGA units per sqrt(year)",
    meaning="unexplained drift",
    source="UNGA ideal points 1990-2019: spread of differences over several years",
)
PULL = dyad_field("pull", meaning="share of pole j in the net pull on i")
PULL_START = baseline(
    "pull",
    why="data: the votes of the start (ideal points) hold the pulls of then",
)


@njit
def pulls(w: Blocks) -> None:
    """Softmax of net pulls over poles."""
    for i in range(w.n):
        total = 0.0
        for p in range(w.n):
            w.M[PULL, i, p] = 0.0
            if w.V[POLE, p] <= 0.0 or p == i:
                continue
            h = w.M[HOSTILITY, i, p]
            market = 1.2 * log(1.0 + 6.0 * w.V[ECONOMY, p] * exp(-0.25 * w.M[DISTANCE, i, p]))
            net = (1.0 - h) * (
                market * w.M[TRUST, i, p]
                + 1.5 * w.M[VULNERABILITY, i, p]
                + 0.3 * w.M[COMMITMENT, i, p]
            ) - h * min(1.0, w.M[PROJECTED, i, p] / (w.V[CAPABILITY, i] + 1e-9))
            w.M[PULL, i, p] = w.V[POLE, p] * exp(net / w.P[THETA])
            total += w.M[PULL, i, p]
        if total > 0.0:
            for p in range(w.n):
                w.M[PULL, i, p] /= total


@njit
def start(w: Blocks) -> None:
    """Pulls that the position at the start already expresses."""
    pulls(w)
    for i in range(w.n):
        w.V[IDEAL_HOME, i] = w.V[IDEAL_POINT, i]


@njit
def update(w: Blocks, luck: Luck) -> None:
    """Drift by a quarter, with noise keyed by state and quarter."""
    pulls(w)
    for i in range(w.n):
        shift = 0.0
        for p in range(w.n):
            shift += (w.M[PULL, i, p] - w.M[PULL_START, i, p]) * (
                w.V[IDEAL_HOME, p] - w.V[IDEAL_HOME, i]
            )
        home = w.V[IDEAL_HOME, i] + w.P[STRENGTH] * (1.0 - min(1.0, w.V[POLE, i])) * shift
        key = int(w.V[KEY, i])
        bits, _, _, _ = keyed(luck, DRIFT, 0, key, key, 0)
        noise = w.P[SIGMA] * 0.5 * normal_quantile(unit(np.uint64(bits)))
        step = 0.25 * w.P[KAPPA] * (home - w.V[IDEAL_POINT, i])
        w.V[IDEAL_POINT, i] = clip(w.V[IDEAL_POINT, i] + step + noise, -5.0, 5.0)


MECHANISM = Mechanism(
    name="alignment_pull",
    stage="alignment",
    claim="positions drift towards poles whose net pull grows",
    reads=(
        "stream_key",
        "pole",
        "capability",
        "economy",
        "distance",
        "trust",
        "vulnerability",
        "commitment",
        "hostility",
        "projected",
        "ideal_point",
    ),
    writes=("ideal_point", "ideal_home", "pull"),
    update=update,
    start=start,
    source="UNGA ideal points 1990-2019; judgement of the pulls; Hirschman 1945",
)
