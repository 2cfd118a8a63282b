"""Conflicts stand on a ladder: frozen, fought, wider; hostility lifts them, its costs hold them.

Claim: a frozen conflict breaks out, and a fought one widens, more readily where acts and mistrust
have grown, where the stronger side wants to revise, fears that the other will soon be out of reach
in a hostile alliance, doubts the other's backers, or where arms control fails; protection of the
weaker side and nuclear arms on both sides deter. What all sides fear more than they like stays
frozen, and exhaustion stops the fighting.

Equations (per quarter; sides a, b of conflict k; D the sum of drives, D0 its value at the start)::

    D     = tense T + distrust (1 - tau) + ambition r + bid L + fragile (1 - arms control)
            + doubt (1 - cohesion of b's and its backers' organisations) - deter s_b
            + untended max_i over_i sqrt(C_i / max C) near_i      i no party, near to both sides
    T, tau  means over pairs of opposing parties weighted by C_i C_j, both orders
    r, L    of the stronger side: effective revisionism x hostility; L = r max_b sum_k part_bk
            floor_k (mean hostility towards the members of k)
    s_b   = O_b / (O_b + T_b), security of the weaker side
    outbreak   logit = base_outbreak + heat ln(intensity / .1) + D - D0    if nobody fights
    climb      logit = base_climb + D - D0 - nuclear            if there is fighting
    freeze     logit = base_freeze + tired mean need - (D - D0) if there is fighting

An outbreak sets war between the parties to the conflict's intensity, at least a regional matter if
the conflict was local before; the stronger revisionist side is blamed. Draws are keyed by seed,
quarter and conflict. ``escalation_risk`` is the chance of outbreak or climb.

Sources: Powell 1999, 2006 (commitment problems and preventive war); Fearon 1995; Jervis 1978;
Huth 1988 (extended deterrence); Braithwaite and Lemke 2011 (what makes disputes escalate); register
M03, M36, M41, M42, M44, M53, M54, M55.
"""

from __future__ import annotations

from math import sqrt

from sim.compiled.jit import njit
from sim.compiled.mathx import clip, log, logistic
from sim.rules.declarations import collective_field, param
from sim.rules.mechanisms import Mechanism
from sim.rules.pair_variables import HOSTILITY, NEAR, TENSION, TRUST, WAR
from sim.rules.participation import FULL, side
from sim.rules.state_variables import (
    ARMS_CONTROL,
    CAPABILITY,
    COHESION,
    COLLECTIVE_KEY,
    COLLECTIVE_KIND,
    CONFLICT,
    CONFLICT_INTENSITY,
    ESCALATION_RISK,
    FROZEN,
    NEED,
    NUCLEAR,
    ORGANISATION,
    ORGANISATION_COMMITMENT,
    OVERSTRETCH,
    PROTECTION,
    REVISIONISM_NOW,
    RUNG,
    THREAT_TOTAL,
    VIOLATION,
)
from sim.rules.streams import ESCALATION, keyed, unit
from sim.types import Blocks, Luck

OUTBREAK = param(
    "escalation.outbreak",
    -5.0,
    (-5.8, -4.3),
    bounds=(-30.0, 10.0),
    unit="logits per quarter",
    meaning="usual hazard that a frozen conflict breaks out",
    source="about one in forty contested frozen conflicts and years turned to war 1992-2021: "
    "twelve such conflicts and some eight relapses (judgement from public chronologies)",
)
CLIMB = param(
    "escalation.climb",
    -5.0,
    (-6.0, -4.2),
    bounds=(-30.0, 10.0),
    unit="logits per quarter",
    meaning="usual hazard that fighting climbs a rung",
    source="about one interstate war in twelve draws in further states (Correlates of War)",
)
FREEZE = param(
    "escalation.freeze",
    -4.5,
    (-5.3, -3.7),
    bounds=(-30.0, 10.0),
    unit="logits per quarter",
    meaning="usual hazard that fighting freezes",
    source="long interstate wars end at some 5 to 10 per cent a year after the first year "
    "(judgement after durations in the Correlates of War)",
)
TENSE = param(
    "escalation.tension", 3.0, (1.5, 4.5), bounds=(0.0, 50.0), unit="logits",
    meaning="effect of full tension between the sides",
    source="judgement: full tension raises the yearly hazard from 3 to 40 per cent",
)  # fmt: skip
DISTRUST = param(
    "escalation.distrust", 1.5, (0.5, 2.5), bounds=(0.0, 50.0), unit="logits",
    meaning="effect of the loss of all trust",
    source="judgement: diplomacy settles less where words are not believed (register M44)",
)  # fmt: skip
HEAT = param(
    "escalation.heat", 1.0, (0.5, 1.5), bounds=(0.0, 10.0),
    meaning="elasticity of the hazard of an outbreak to the intensity of the conflict",
    source="judgement: relapse follows incidents; the usual hazard is that of intensity .1",
)  # fmt: skip
AMBITION = param(
    "escalation.ambition", 3.0, (1.5, 4.5), bounds=(0.0, 50.0), unit="logits",
    meaning="effect of full revisionism of the stronger side against a hostile other",
    source="judgement: revisionists begin most wars (Huth 1988; Braithwaite and Lemke 2011)",
)  # fmt: skip
BID = param(
    "escalation.bid", 6.0, (3.0, 9.0), bounds=(0.0, 50.0), unit="logits",
    meaning="effect of a full accession of the weaker side to a hostile defence organisation, in "
    "the eyes of a full revisionist",
    source="judgement: a shift of power that cannot be undone is the strongest motive of "
    "preventive war (Powell 2006)",
)  # fmt: skip
FRAGILE = param(
    "escalation.fragile", 1.0, (0.4, 1.8), bounds=(0.0, 50.0), unit="logits",
    meaning="effect of the end of all arms control",
    source="judgement: moderate, since arms control bears on the great powers (register M42)",
)  # fmt: skip
DOUBT = param(
    "escalation.doubt", 1.5, (0.5, 2.5), bounds=(0.0, 50.0), unit="logits",
    meaning="effect of the loss of all cohesion among the other side and its backers",
    source="judgement: deterrence rests on resolve (Huth 1988; register M55)",
)  # fmt: skip
DETER = param(
    "escalation.deter", 3.0, (1.5, 4.5), bounds=(0.0, 50.0), unit="logits",
    meaning="effect of full security of the weaker side",
    source="judgement: costs of war high for both keep conflicts frozen (register M53)",
)  # fmt: skip
UNTENDED = param(
    "escalation.untended", 1.5, (0.5, 2.5), bounds=(0.0, 50.0), unit="logits",
    meaning="effect of an overstretched great power next door that kept the peace",
    source="judgement: a keeper that looks elsewhere (register M54)",
)  # fmt: skip
NUCLEAR_FEAR = param(
    "escalation.nuclear", 1.5, (0.5, 2.5), bounds=(0.0, 50.0), unit="logits",
    meaning="how much nuclear arms on both sides hold a fight where it is",
    source="no nuclear powers have fought a large war (Rauchhaus 2009)",
)  # fmt: skip
TIRED = param(
    "escalation.tired", 2.0, (1.0, 3.0), bounds=(0.0, 50.0), unit="logits",
    meaning="how much full need of both sides makes fighting stop",
    source="judgement: exhaustion (Zartman 1989, hurting stalemate)",
)  # fmt: skip
BLAME = param(
    "escalation.blame", 0.4, (0.2, 0.6), bounds=(0.0, 1.0),
    meaning="violation that a side that goes to war takes on",
    source="judgement: half of that of an invasion of the first order",
)  # fmt: skip
FREEZE_CHANCE = collective_field(
    "settlement_chance",
    "conflict",
    bounds=(0.0, 1.0),
    unit="per quarter",
    meaning="chance that the fighting freezes in the quarter",
)
DRIVE_START = collective_field("drive_start", "conflict", meaning="drives at the start")
"""open: the base chance is of a conflict at its usual drives; no source has them by level"""


@njit
def fought(w: Blocks, k: int) -> bool:
    """Whether opposing parties of k are at war."""
    for i in range(w.n):
        if side(w, k, i) > 0.0:
            for j in range(w.n):
                if side(w, k, j) < 0.0 and w.M[WAR, i, j] > 0.0:
                    return True
    return False


@njit
def stronger(w: Blocks, k: int) -> float:
    """The side whose revisionism, times capability, is larger: 1 or -1."""
    total = 0.0
    for i in range(w.n):
        total += side(w, k, i) * w.V[CAPABILITY, i] * (0.05 + w.V[REVISIONISM_NOW, i])
    return 1.0 if total >= 0.0 else -1.0


@njit
def loss_feared(w: Blocks, a: int, b: int) -> float:
    """What a fears of b's part in organisations whose members a finds hostile, 0 to 1."""
    total = 0.0
    for o in range(w.G.shape[1]):
        if w.G[COLLECTIVE_KIND, o] != ORGANISATION or w.B[o, b] <= 0.0:
            continue
        weight = 0.0
        hostile = 0.0
        for m in range(w.n):
            if m != a and m != b and w.B[o, m] > FULL:
                weight += w.V[CAPABILITY, m]
                hostile += w.V[CAPABILITY, m] * w.M[HOSTILITY, a, m]
        if weight > 0.0:
            total += w.B[o, b] * w.G[ORGANISATION_COMMITMENT, o] * hostile / weight
    return min(1.0, total)


@njit
def irresolution(w: Blocks, k: int, of: float) -> float:
    """Lack of cohesion of the organisations of a side and its backers, 0 to 1."""
    total = 0.0
    weight = 0.0
    for i in range(w.n):
        if w.B[k, i] * of <= 0.0:
            continue
        share = abs(w.B[k, i]) * w.V[CAPABILITY, i]
        for o in range(w.G.shape[1]):
            if w.G[COLLECTIVE_KIND, o] == ORGANISATION and w.B[o, i] > 0.0:
                part = share * w.B[o, i] * w.G[ORGANISATION_COMMITMENT, o]
                weight += part
                total += part * (1.0 - w.G[COHESION, o])
    return total / weight if weight > 0.0 else 0.0


@njit
def untended(w: Blocks, k: int) -> float:
    """How far the strongest neighbour of both sides that is no party is taken up elsewhere."""
    largest = 0.0
    for i in range(w.n):
        largest = max(largest, w.V[CAPABILITY, i])
    worst = 0.0
    for i in range(w.n):
        if side(w, k, i) != 0.0 or w.V[OVERSTRETCH, i] <= 0.0:
            continue
        near_one = 0.0
        near_other = 0.0
        for j in range(w.n):
            if side(w, k, j) > 0.0:
                near_one = max(near_one, w.M[NEAR, i, j])
            elif side(w, k, j) < 0.0:
                near_other = max(near_other, w.M[NEAR, i, j])
        weight = w.V[OVERSTRETCH, i] * sqrt(w.V[CAPABILITY, i] / largest)
        worst = max(worst, weight * min(near_one, near_other))
    return worst


@njit
def drive(w: Blocks, k: int) -> float:
    """Sum of what lifts conflict k, less what holds it (logits)."""
    strong = stronger(w, k)
    weight = 0.0
    tense = 0.0
    distrust = 0.0
    ambition = 0.0
    bid = 0.0
    security = 0.0
    defended = 0.0
    for i in range(w.n):
        if side(w, k, i) != strong:
            continue
        for j in range(w.n):
            if side(w, k, j) != -strong:
                continue
            both = w.V[CAPABILITY, i] * w.V[CAPABILITY, j]
            weight += both
            tense += 0.5 * both * (w.M[TENSION, i, j] + w.M[TENSION, j, i])
            distrust += both * (1.0 - 0.5 * (w.M[TRUST, i, j] + w.M[TRUST, j, i]))
            want = min(1.0, w.V[REVISIONISM_NOW, i]) * w.M[HOSTILITY, i, j]
            ambition += both * want
            bid = max(bid, min(1.0, w.V[REVISIONISM_NOW, i]) * loss_feared(w, i, j))
    if weight <= 0.0:
        return 0.0
    for j in range(w.n):
        if side(w, k, j) == -strong:
            total = w.V[PROTECTION, j] + w.V[THREAT_TOTAL, j]
            defended += w.V[CAPABILITY, j]
            security += w.V[CAPABILITY, j] * (w.V[PROTECTION, j] / total if total > 0.0 else 1.0)
    return (
        w.P[TENSE] * tense / weight
        + w.P[DISTRUST] * distrust / weight
        + w.P[AMBITION] * ambition / weight
        + w.P[BID] * bid
        + w.P[FRAGILE] * (1.0 - w.G[ARMS_CONTROL, 0])
        + w.P[DOUBT] * irresolution(w, k, -strong)
        - w.P[DETER] * security / defended
        + w.P[UNTENDED] * untended(w, k)
    )


@njit
def both_nuclear(w: Blocks, k: int) -> bool:
    """Whether there are nuclear powers on both sides, supporters included."""
    one = False
    other = False
    for i in range(w.n):
        if w.V[NUCLEAR, i] > 0.5:
            one = one or w.B[k, i] > 0.0
            other = other or w.B[k, i] < 0.0
    return one and other


@njit
def set_war(w: Blocks, k: int, intensity: float) -> None:
    """War of all opposing parties of k at an intensity."""
    for i in range(w.n):
        for j in range(w.n):
            if side(w, k, i) * side(w, k, j) < 0.0:
                w.M[WAR, i, j] = intensity


@njit
def start(w: Blocks) -> None:
    """Drives that the usual hazards already express."""
    for k in range(w.G.shape[1]):
        if w.G[COLLECTIVE_KIND, k] == CONFLICT:
            w.G[DRIVE_START, k] = drive(w, k)


@njit
def update(w: Blocks, luck: Luck) -> None:
    """Let every conflict break out, climb, freeze or stay."""
    for k in range(w.G.shape[1]):
        if w.G[COLLECTIVE_KIND, k] != CONFLICT:
            continue
        w.G[ESCALATION_RISK, k] = 0.0
        w.G[FREEZE_CHANCE, k] = 0.0
        if w.G[RUNG, k] < 0.5:
            continue
        lift = drive(w, k) - w.G[DRIVE_START, k]
        key = int(w.G[COLLECTIVE_KEY, k])
        up, down, _, _ = keyed(luck, ESCALATION, 0, key, key, 0)
        if fought(w, k):
            if w.G[FROZEN, k] > 0.5:  # fighting that an event began
                w.G[FROZEN, k] = 0.0
                w.G[RUNG, k] = max(w.G[RUNG, k], 2.0)
            fear = w.P[NUCLEAR_FEAR] if both_nuclear(w, k) else 0.0
            if w.G[RUNG, k] < 2.5:
                w.G[ESCALATION_RISK, k] = logistic(w.P[CLIMB] + lift - fear)
                if unit(up) < w.G[ESCALATION_RISK, k]:
                    w.G[RUNG, k] += 1.0
            need = 0.0
            parties = 0.0
            for i in range(w.n):
                if side(w, k, i) != 0.0:
                    need += w.V[NEED, i]
                    parties += 1.0
            w.G[FREEZE_CHANCE, k] = logistic(w.P[FREEZE] + w.P[TIRED] * need / parties - lift)
            if unit(down) < w.G[FREEZE_CHANCE, k]:
                set_war(w, k, 0.0)
                w.G[FROZEN, k] = 1.0
            continue
        w.G[FROZEN, k] = 1.0
        heat = w.P[HEAT] * log(max(0.01, w.G[CONFLICT_INTENSITY, k]) / 0.1)
        w.G[ESCALATION_RISK, k] = logistic(w.P[OUTBREAK] + heat + lift)
        if unit(up) < w.G[ESCALATION_RISK, k]:
            strong = stronger(w, k)
            set_war(w, k, max(0.2, w.G[CONFLICT_INTENSITY, k]))
            w.G[FROZEN, k] = 0.0
            w.G[RUNG, k] = max(w.G[RUNG, k], 2.0)
            for i in range(w.n):
                if side(w, k, i) == strong:
                    w.V[VIOLATION, i] = clip(
                        w.V[VIOLATION, i] + w.P[BLAME] * (1.0 - w.V[VIOLATION, i]), 0.0, 1.0
                    )


MECHANISM = Mechanism(
    name="escalation",
    stage="war",
    claim="conflicts break out, widen and freeze with tension, mistrust, ambition, fear of loss "
    "and what deters",
    reads=(
        "side",
        "member",
        "war",
        "rung",
        "frozen",
        "conflict_intensity",
        "organisation_commitment",
        "cohesion",
        "arms_control",
        "capability",
        "effective_revisionism",
        "tension",
        "trust",
        "hostility",
        "protection",
        "threat",
        "nuclear",
        "need",
        "violation",
        "overstretch",
        "nearness",
    ),
    writes=("escalation_risk", "rung", "frozen", "war", "violation"),
    update=update,
    start=start,
    source="Powell 1999, 2006; Fearon 1995; Huth 1988; Zartman 1989; register M03, M41, M53, M55",
)
