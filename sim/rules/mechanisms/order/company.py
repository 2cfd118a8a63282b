"""Company: new sanctions are news for about a year.

Claim: states are drawn along by what their partners have just done, not by what has stood for years
(in the sanctions of 2014-2021 those of earlier years pull by .3, error .6, where those of the same
year pull by 6).

Equation (per quarter; known at the start)::

    K_ij += (1 - exp(-1 / (4 fade))) (S_ij - K_ij)

S sanctions, K those that are no news any more; what partners are ahead by in news pulls
(:mod:`sim.rules.terms.sanctioning`). Switched off, all sanctions are news for good. Sources:
Martin 1992; Cranmer, Heinrich and Desmarais 2014.
"""

from __future__ import annotations

from sim.compiled.jit import njit
from sim.compiled.mathx import exp
from sim.rules.declarations import param
from sim.rules.mechanisms import Mechanism
from sim.rules.pair_variables import SANCTIONS, SANCTIONS_KNOWN
from sim.types import Blocks

FADE = param(
    "company.fade",
    1.0,
    (0.5, 2.0),
    bounds=(0.05, 50.0),
    unit="years",
    meaning="time after which 1/e of new sanctions is still news",
    source="judgement: following is estimated on sanctions of the same calendar year",
)


@njit
def start(w: Blocks) -> None:
    """Sanctions of the start are known."""
    for i in range(w.n):
        for j in range(w.n):
            w.M[SANCTIONS_KNOWN, i, j] = w.M[SANCTIONS, i, j]


@njit
def update(w: Blocks) -> None:
    """News grows old by a quarter."""
    old = 1.0 - exp(-0.25 / w.P[FADE])
    for i in range(w.n):
        for j in range(w.n):
            gap = w.M[SANCTIONS, i, j] - w.M[SANCTIONS_KNOWN, i, j]
            w.M[SANCTIONS_KNOWN, i, j] += old * gap


MECHANISM = Mechanism(
    name="company",
    stage="organisations",
    claim="partners' new sanctions draw a state along while they are news",
    reads=("sanctions",),
    writes=("sanctions_known",),
    update=update,
    start=start,
    source="Martin 1992; Cranmer, Heinrich and Desmarais 2014",
)
