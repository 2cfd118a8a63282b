"""Trust is a belief in the other's word, earned by acts and slowly forgotten.

Claim: contact and aid build trust, hostile acts and sanctions spend it, and without news a belief
returns to what history taught (the prior).

Equation (Beta belief with forgetting; Kydd 2005)::

    alpha_ij <- f alpha_ij + (1-f) alpha0_ij + dt (kc (c_ji - c0_ji)+ + ka (B_ji - B0_ji)+)
    beta_ij  <- f beta_ij  + (1-f) beta0_ij  + dt (kt (t_ji - t0_ji)+ + ks (S_ji - S0_ji)+)
    tau_ij = alpha_ij / (alpha_ij + beta_ij),   f = memory^(1/4)

with c contact, B aid, t tension, S sanctions, each above its level at the start, which the prior
already contains. Pacts kept and broken write to the same counts (:mod:`sim.rules.moves`).
"""

from __future__ import annotations

from sim.compiled.jit import njit
from sim.compiled.mathx import exp, log
from sim.rules.declarations import baseline, param
from sim.rules.mechanisms import Mechanism
from sim.rules.pair_variables import AID, CONTACT, SANCTIONS, TENSION, TRUST, TRUST_BAD, TRUST_GOOD
from sim.rules.sheet_algebra import STRIP, others
from sim.types import Blocks

CONTACT_START = baseline(
    "contact",
    why="data: trust stated for the start holds the contact of then",
)
SANCTIONS_START = baseline(
    "sanctions",
    why="data: trust stated for the start holds the sanctions of then",
)
MEMORY = param(
    "trust.memory",
    0.95,
    (0.9, 0.99),
    bounds=(0.0, 1.0),
    unit="per year",
    meaning="part of the evidence that is kept for a year",
    source="judgement: half of what is known is forgotten in fourteen years (Kydd 2005)",
)
STRENGTH = param(
    "trust.prior_strength",
    8.0,
    (4.0, 12.0),
    bounds=(0.1, 1000.0),
    unit="pseudo-counts",
    meaning="weight of history against news",
    source="judgement after the Beta(4,2) prior, notes 1.6",
)
BY_CONTACT = param(
    "trust.contact",
    1.0,
    (0.4, 2.0),
    bounds=(0.0, 50.0),
    unit="counts a year",
    meaning="trust earned by contact above the usual",
    source="judgement after Kydd 2005",
)
BY_AID = param(
    "trust.aid",
    0.6,
    (0.2, 1.2),
    bounds=(0.0, 50.0),
    unit="counts a year",
    meaning="trust earned by new aid",
    source="judgement after Kydd 2005",
)
BY_TENSION = param(
    "trust.tension",
    2.0,
    (1.0, 4.0),
    bounds=(0.0, 50.0),
    unit="counts a year",
    meaning="trust lost by hostile acts above the usual",
    source="judgement after Kydd 2005",
)
BY_SANCTIONS = param(
    "trust.sanctions",
    0.8,
    (0.4, 1.6),
    bounds=(0.0, 50.0),
    unit="counts a year",
    meaning="trust lost by new sanctions",
    source="judgement: half of what a broken commitment costs",
)
GOOD_START = baseline(
    "trust_good",
    why="source: Kydd 2005, beliefs with forgetting fall back to the prior",
)
BAD_START = baseline(
    "trust_bad",
    why="source: Kydd 2005, beliefs with forgetting fall back to the prior",
)
TENSION_START = baseline(
    "tension",
    why="data: trust stated for the start holds the acts of then",
)
AID_START = baseline(
    "aid",
    why="data: trust stated for the start holds the aid of then",
)


@njit
def start(w: Blocks) -> None:
    """Turn the initial trust into a Beta belief and remember the levels behind it."""
    for i in range(w.n):
        for j in range(w.n):
            w.M[TRUST_GOOD, i, j] = w.P[STRENGTH] * w.M[TRUST, i, j]
            w.M[TRUST_BAD, i, j] = w.P[STRENGTH] * (1.0 - w.M[TRUST, i, j])


@njit
def update(w: Blocks) -> None:
    """Forget a little, count the news, and form the mean."""
    keep = exp(0.25 * log(w.P[MEMORY]))
    for first in range(0, w.n, STRIP):
        for i in range(w.n):
            for low, high in others(i, first, min(first + STRIP, w.n)):
                for j in range(low, high):
                    good = keep * w.M[TRUST_GOOD, i, j] + (1.0 - keep) * w.M[GOOD_START, i, j]
                    bad = keep * w.M[TRUST_BAD, i, j] + (1.0 - keep) * w.M[BAD_START, i, j]
                    good += 0.25 * (
                        w.P[BY_CONTACT] * max(0.0, w.M[CONTACT, j, i] - w.M[CONTACT_START, j, i])
                        + w.P[BY_AID] * max(0.0, w.M[AID, j, i] - w.M[AID_START, j, i])
                    )
                    bad += 0.25 * (
                        w.P[BY_TENSION] * max(0.0, w.M[TENSION, j, i] - w.M[TENSION_START, j, i])
                        + w.P[BY_SANCTIONS]
                        * max(0.0, w.M[SANCTIONS, j, i] - w.M[SANCTIONS_START, j, i])
                    )
                    w.M[TRUST_GOOD, i, j] = good
                    w.M[TRUST_BAD, i, j] = bad
                    w.M[TRUST, i, j] = good / (good + bad)


MECHANISM = Mechanism(
    name="trust",
    stage="trust",
    claim="contact and aid earn trust, hostile acts and sanctions spend it, history anchors it",
    reads=("contact", "aid", "tension", "sanctions"),
    writes=("trust", "trust_good", "trust_bad"),
    update=update,
    start=start,
    source="Kydd 2005",
)
