"""Diplomatic contact is answered in kind, feeds on commitment, and fades without care.

Claim: a visit is answered by a visit; sanctions and war freeze contact; a pact carries a standing
level of meetings; attention that is not renewed falls back to its usual level.

Equation (per quarter, contact c_ij of i to j, usual level c0_ij from the start)::

    home_ij = (c0_ij + pact (g_ij - g0_ij)) (1 - freeze (max S - max S0)) (1 - freeze war_ij)
    c_ij += fade (home_ij - c_ij) + answer * max(0, c_ji - c0_ji - (c_ij - c0_ij))

Range 0..1. Sources: reciprocity of visits, Kinne 2014; recognition as status, Renshon 2017.
"""

from __future__ import annotations

from sim.compiled.jit import njit
from sim.compiled.mathx import clip
from sim.rules.declarations import baseline, param
from sim.rules.mechanisms import Mechanism
from sim.rules.pair_variables import COMMITMENT, CONTACT, SANCTIONS, WAR
from sim.rules.sheet_algebra import STRIP
from sim.rules.state_variables import CONTACT_BY_PACT
from sim.types import Blocks

SANCTIONS_START = baseline(
    "sanctions",
    why="open: bodies and alliances measure contact; what old sanctions took of it is not known",
)
FADE = param(
    "contact.fade",
    0.15,
    (0.08, 0.3),
    bounds=(0.0, 1.0),
    unit="per quarter",
    meaning="return to the usual level",
    source="judgement: an exceptional visit echoes for a year",
)
ANSWER = param(
    "contact.answer",
    0.2,
    (0.1, 0.4),
    bounds=(0.0, 1.0),
    unit="per quarter",
    meaning="reciprocity",
    source="judgement after Kinne 2014",
)
FREEZE = param(
    "contact.freeze",
    0.6,
    (0.3, 0.9),
    bounds=(0.0, 1.0),
    meaning="part of contact that full sanctions or war remove",
    source="judgement: expulsions and closed consulates after 2022 (register, document 001)",
)
CONTACT_START = baseline(
    "contact",
    why="data: shared bodies and alliances give the usual contact, to which visits fall back",
)
COMMITMENT_START = baseline(
    "commitment",
    why="data: the contact of the start counts allies and their meetings",
)


@njit
def update(w: Blocks) -> None:
    """Advance contact by a quarter, both orders of a pair from the same past."""
    for first in range(0, w.n, STRIP):
        for i in range(w.n):
            for j in range(max(first, i + 1), min(first + STRIP, w.n)):
                new = max(w.M[SANCTIONS, i, j], w.M[SANCTIONS, j, i])
                old = max(w.M[SANCTIONS_START, i, j], w.M[SANCTIONS_START, j, i])
                open_part = (1.0 - w.P[FREEZE] * max(0.0, new - old)) * (
                    1.0 - w.P[FREEZE] * w.M[WAR, i, j]
                )
                bond = w.P[CONTACT_BY_PACT] * (w.M[COMMITMENT, i, j] - w.M[COMMITMENT_START, i, j])
                above_i = w.M[CONTACT, i, j] - w.M[CONTACT_START, i, j]
                above_j = w.M[CONTACT, j, i] - w.M[CONTACT_START, j, i]
                home_i = (w.M[CONTACT_START, i, j] + bond) * open_part
                home_j = (w.M[CONTACT_START, j, i] + bond) * open_part
                c_i = w.M[CONTACT, i, j]
                c_j = w.M[CONTACT, j, i]
                c_i += w.P[FADE] * (home_i - c_i) + w.P[ANSWER] * max(0.0, above_j - above_i)
                c_j += w.P[FADE] * (home_j - c_j) + w.P[ANSWER] * max(0.0, above_i - above_j)
                w.M[CONTACT, i, j] = clip(c_i, 0.0, 1.0)
                w.M[CONTACT, j, i] = clip(c_j, 0.0, 1.0)


MECHANISM = Mechanism(
    name="contact",
    stage="contact",
    claim="contact is answered, grows with pacts, freezes under sanctions and fades",
    reads=("contact", "sanctions", "war", "commitment"),
    writes=("contact",),
    update=update,
    source="Kinne 2014",
)
