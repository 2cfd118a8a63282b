"""Who comes, and who stays away, is read as a sign of alignment.

Claim: an exceptional visit is taken as good faith by the host and the guest, a refusal as its
opposite; the sign is smaller than the substance of a pact.

Equations (per quarter; d_ij the change of contact of i to j since the quarter before)::

    a_ji += sign (d_ij - usual)+          b_ji += sign (-d_ij - usual)+

with (a, b) the evidence that j has for and against the word of i. Sources: McManus 2018 and
Goldstein 2008 (visits as signals of support); Kinne 2014; register M62.
"""

from __future__ import annotations

from sim.compiled.jit import njit
from sim.rules.declarations import dyad_field, param
from sim.rules.mechanisms import Mechanism
from sim.rules.pair_variables import CONTACT, TRUST_BAD, TRUST_GOOD
from sim.types import Blocks

SIGN = param(
    "ceremony.sign",
    2.0,
    (1.0, 4.0),
    bounds=(0.0, 100.0),
    unit="counts per unit contact",
    meaning="evidence that an exceptional visit or refusal gives",
    source="judgement: a visit of a head of state, .15 of contact, earns a third of a pact's trust",
)
USUAL = param(
    "ceremony.usual",
    0.05,
    (0.03, 0.08),
    bounds=(0.0, 1.0),
    meaning="change of contact within a quarter that nobody remarks on",
    source="judgement: meetings of ministers",
)
CONTACT_SEEN = dyad_field("contact_seen", meaning="contact a quarter before")


@njit
def start(w: Blocks) -> None:
    """Contact of the start is known."""
    for i in range(w.n):
        for j in range(w.n):
            w.M[CONTACT_SEEN, i, j] = w.M[CONTACT, i, j]


@njit
def update(w: Blocks) -> None:
    """Read visits and refusals of the quarter."""
    for i in range(w.n):
        for j in range(w.n):
            change = w.M[CONTACT, i, j] - w.M[CONTACT_SEEN, i, j]
            if change > w.P[USUAL]:
                w.M[TRUST_GOOD, j, i] += w.P[SIGN] * (change - w.P[USUAL])
            elif change < -w.P[USUAL]:
                w.M[TRUST_BAD, j, i] += w.P[SIGN] * (-change - w.P[USUAL])
            w.M[CONTACT_SEEN, i, j] = w.M[CONTACT, i, j]


MECHANISM = Mechanism(
    name="ceremony",
    stage="contact",
    claim="exceptional visits and refusals are read as signs of good or ill faith",
    reads=("contact",),
    writes=("trust_good", "trust_bad"),
    update=update,
    start=start,
    source="McManus 2018; Goldstein 2008; Kinne 2014; register M62",
)
