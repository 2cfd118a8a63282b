"""A tie whose content outsiders do not know weighs more in the threat that they see.

Claim: a new pact of arms cooperation or more leaves those outside guessing how far it goes, and so
do meetings of pact partners above the usual; what cannot be known is taken for more than it says.
As conduct shows what was agreed, the guessing ends.

Equations (u_ij symmetric, 0..1, per quarter; c contact, c' its usual level with the pact)::

    u_ij <- u_ij (1 - fade) + (1 - u_ij)(jump [new pact of level >= 2]
            + veil g_ij (mean of both sides' (c - c')+))
    G_kl = g_kl (1 + gain u_kl)   in place of g_kl in the threat of k's coalition

The second line is evaluated move by move in the decisions and is what is switched off. Sources:
Jervis 1976 and Fearon 1995 (private information as a cause of fear and war); register M18, M13.
"""

from __future__ import annotations

from sim.compiled.jit import njit
from sim.compiled.mathx import clip
from sim.rules.declarations import baseline, dyad_field, param
from sim.rules.mechanisms import Mechanism
from sim.rules.pair_variables import COMMITMENT, CONTACT, LEVEL, UNCERTAINTY
from sim.rules.sheet_algebra import STRIP
from sim.rules.state_variables import CONTACT_BY_PACT
from sim.types import Blocks

COMMITMENT_START = baseline(
    "commitment",
    why="source: Fearon 1995, what was agreed shows by conduct: old pacts are known",
)
CONTACT_START = baseline(
    "contact",
    why="source: Fearon 1995, what was agreed shows by conduct: old meetings are known",
)
JUMP = param(
    "uncertainty.jump",
    0.5,
    (0.2, 0.8),
    bounds=(0.0, 1.0),
    meaning="part of what is open about a tie that a new pact of level 2 or 3 leaves unknown",
    source="judgement: texts are mostly published, annexes and practice are not (register M18)",
)
VEIL = param(
    "uncertainty.veil",
    0.1,
    (0.03, 0.2),
    bounds=(0.0, 1.0),
    unit="per quarter",
    meaning="uncertainty raised by full contact above the usual between pact partners",
    source="judgement: a tenth of what a pact does in a year of constant summits",
)
FADE = param(
    "uncertainty.fade",
    0.15,
    (0.08, 0.3),
    bounds=(0.0, 1.0),
    unit="per quarter",
    meaning="speed at which conduct tells what was agreed",
    source="judgement: half of it within a year",
)
SEEN = dyad_field("pact_level_seen", unit="level 0-3", meaning="pact level a quarter before")


@njit
def start(w: Blocks) -> None:
    """Pacts of the start are known."""
    for i in range(w.n):
        for j in range(w.n):
            w.M[SEEN, i, j] = w.M[LEVEL, i, j]


@njit
def update(w: Blocks) -> None:
    """Advance what is unknown of every tie by a quarter."""
    for first in range(0, w.n, STRIP):
        for i in range(w.n):
            for j in range(max(first, i + 1), min(first + STRIP, w.n)):
                bond = w.P[CONTACT_BY_PACT] * max(
                    0.0, w.M[COMMITMENT, i, j] - w.M[COMMITMENT_START, i, j]
                )
                above = 0.5 * (
                    max(0.0, w.M[CONTACT, i, j] - w.M[CONTACT_START, i, j] - bond)
                    + max(0.0, w.M[CONTACT, j, i] - w.M[CONTACT_START, j, i] - bond)
                )
                news = w.P[VEIL] * w.M[COMMITMENT, i, j] * above
                if w.M[LEVEL, i, j] > 1.5 and w.M[LEVEL, i, j] > w.M[SEEN, i, j]:
                    news += w.P[JUMP]
                u = w.M[UNCERTAINTY, i, j]
                u = clip(u * (1.0 - w.P[FADE]) + (1.0 - u) * news, 0.0, 1.0)
                w.M[UNCERTAINTY, i, j] = u
                w.M[UNCERTAINTY, j, i] = u
                w.M[SEEN, i, j] = w.M[LEVEL, i, j]
                w.M[SEEN, j, i] = w.M[LEVEL, i, j]


MECHANISM = Mechanism(
    name="uncertainty",
    stage="hostility",
    claim="what outsiders do not know of a new or closer tie adds to the threat that they see",
    reads=("pact_level", "commitment", "contact"),
    writes=("uncertainty",),
    update=update,
    start=start,
    source="Jervis 1976; Fearon 1995; register M18",
    neutral=(("uncertainty.gain", 0.0),),
)
