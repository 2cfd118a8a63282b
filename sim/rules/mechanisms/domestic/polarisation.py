"""Publics divide where subversion meets grievance, migrants arrive, or rule has lost credit.

Claim: subversion from abroad divides a public the more it is already divided and distrusts its
rulers; state collapse nearby sends migrants, who are the subject of quarrels; divided members make
organisations lose cohesion.

Equations (per quarter, polarisation p 0..1; u subversion, l legitimacy, rises over the start)::

    stir_j    = 1 - exp(-sum_i (u_ij - u0_ij)+)
    arrive_j  = 1 - exp(-sum_i near_ij (inst_i - inst0_i)+)
    home_j    = p0_j + (1 - p0_j)(stirring stir_j (p_j + 1 - l_j) / 2 + migrants arrive_j
                + discredit (l0_j - l_j)+)
    p_j      += turn (home_j - p_j)
    cohesion -= split cohesion_k sum_j C_j (p_j - p0_j) / sum_j C_j        over members j of k

Sources: Levendusky 2009 and Boxell, Gentzkow and Shapiro 2022 (polarisation mostly home-grown);
Hangartner et al. 2019 (exposure to refugees); Bail et al. 2020 (small effect of campaigns alone);
register M33, M34, M56.
"""

from __future__ import annotations

from sim.compiled.jit import njit
from sim.compiled.mathx import clip, exp
from sim.rules.declarations import baseline, param
from sim.rules.mechanisms import Mechanism
from sim.rules.pair_variables import NEAR, SUBVERSION
from sim.rules.participation import is_member
from sim.rules.sheet_algebra import SCRATCH
from sim.rules.state_variables import (
    CAPABILITY,
    COHESION,
    COLLECTIVE_KIND,
    INSTABILITY,
    LEGITIMACY,
    ORGANISATION,
    POLARISATION,
)
from sim.types import Blocks

INSTABILITY_START = baseline(
    "instability",
    why="data: polarisation stated for the start holds the migrants of then",
)
LEGITIMACY_START = baseline(
    "legitimacy",
    why="data: polarisation stated for the start holds the discredit of then",
)
SUBVERSION_START = baseline(
    "subversion",
    why="data: polarisation stated for the start holds the campaigns of then",
)
STIRRING = param(
    "polarisation.stirring",
    0.4,
    (0.1, 0.7),
    bounds=(0.0, 5.0),
    meaning="polarisation by full subversion of a wholly vulnerable public",
    source="judgement: campaigns alone move little (Bail et al. 2020), with grievance more (M33)",
)
MIGRANTS = param(
    "polarisation.migrants",
    0.3,
    (0.1, 0.5),
    bounds=(0.0, 5.0),
    meaning="polarisation by the arrival of those who flee a wholly collapsed neighbour",
    source="judgement after Hangartner et al. 2019",
)
DISCREDIT = param(
    "polarisation.discredit",
    0.5,
    (0.2, 0.8),
    bounds=(0.0, 5.0),
    meaning="polarisation by the loss of all legitimacy",
    source="judgement: half of those who lose faith turn to the other camp (register M34)",
)
TURN = param(
    "polarisation.turn",
    0.12,
    (0.06, 0.25),
    bounds=(0.0, 1.0),
    unit="per quarter",
    meaning="speed at which publics divide and calm down",
    source="judgement: half of it within an electoral cycle",
)
SPLIT = param(
    "polarisation.split",
    0.05,
    (0.02, 0.1),
    bounds=(0.0, 1.0),
    unit="per quarter",
    meaning="part of cohesion lost each quarter with wholly divided publics",
    source="judgement: with the speed of the rule organisations, half of it in the end",
)
POLARISATION_START = baseline(
    "polarisation",
    why="data: stated for the start; home-grown for the most part, says the evidence",
)


@njit
def update(w: Blocks) -> None:
    """Advance polarisation and the cohesion of organisations by a quarter."""
    for j in range(w.n):
        w.M[SCRATCH, 0, j] = 0.0
    for i in range(w.n):
        for j in range(w.n):
            rise = w.M[SUBVERSION, i, j] - w.M[SUBVERSION_START, i, j]
            w.M[SCRATCH, 0, j] += max(0.0, rise)
    for j in range(w.n):
        stir = w.M[SCRATCH, 0, j]
        arrive = 0.0
        for i in range(w.n):
            arrive += w.M[NEAR, j, i] * max(0.0, w.V[INSTABILITY, i] - w.V[INSTABILITY_START, i])
        usual = w.V[POLARISATION_START, j]
        now = w.V[POLARISATION, j]
        load = w.P[DISCREDIT] * max(0.0, w.V[LEGITIMACY_START, j] - w.V[LEGITIMACY, j])
        if stir > 0.0:
            vulnerable = 0.5 * (now + 1.0 - w.V[LEGITIMACY, j])
            load += w.P[STIRRING] * (1.0 - exp(-stir)) * vulnerable
        if arrive > 0.0:
            load += w.P[MIGRANTS] * (1.0 - exp(-arrive))
        home = usual + (1.0 - usual) * load
        w.V[POLARISATION, j] = clip(now + w.P[TURN] * (home - now), 0.0, 1.0)
    for k in range(w.G.shape[1]):
        if w.G[COLLECTIVE_KIND, k] != ORGANISATION:
            continue
        rise = 0.0
        total = 0.0
        for j in range(w.n):
            if is_member(w, k, j):
                rise += w.V[CAPABILITY, j] * (w.V[POLARISATION, j] - w.V[POLARISATION_START, j])
                total += w.V[CAPABILITY, j]
        if rise > 0.0 and total > 0.0:
            w.G[COHESION, k] = clip(w.G[COHESION, k] * (1.0 - w.P[SPLIT] * rise / total), 0.0, 1.0)


MECHANISM = Mechanism(
    name="polarisation",
    stage="home",
    claim="subversion that meets grievance, migrants and lost credit divide publics",
    reads=(
        "subversion",
        "nearness",
        "instability",
        "legitimacy",
        "member",
        "capability",
    ),
    writes=("polarisation", "cohesion"),
    after=("legitimacy",),
    update=update,
    source="Bail et al. 2020; Hangartner et al. 2019; register M33, M34, M56",
)
