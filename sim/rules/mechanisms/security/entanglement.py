"""Allies and helpers are drawn into a war.

Claim: those who have soldiers or trainers in a war, or arm one side, risk a direct clash with the
other, more so the higher the war has climbed; an ally bound by a pledge of defence that it honours
enters a war that has become regional.

Equations (per quarter; for every war of i with e, j helping e)::

    help_je = max(personnel_je, arm B_je)
    clash_ij = 1 - exp(-scale war_ie rung_ie help_je H_ij hold_ij),   hold = 1/2 if both are nuclear
    enter_j  = join war_ie (gE_je tau_je)^2 H_ji        for rung >= regional, j without part so far

rung_ie is that of the conflict in which i and e are parties, over 3 (1/3 where there is none). An
ally that enters becomes a party of the conflict and is at war with the other side. Aid to a state
at war is arms, however long it has been given: nothing stated for the start holds the risk that it
brings. Sources: Leeds 2003 (allies honour about three pledges in four); Corbetta and Dixon 2005
(third parties); register M45, M46.
"""

from __future__ import annotations

from sim.compiled.jit import njit
from sim.compiled.mathx import clip, exp
from sim.rules.declarations import dyad_field, param, state_field
from sim.rules.mechanisms import Mechanism
from sim.rules.pair_variables import AID, ENTRAPMENT_WEIGHT, HOSTILITY, PERSONNEL, TRUST, WAR
from sim.rules.participation import side
from sim.rules.state_variables import (
    COLLECTIVE_KEY,
    COLLECTIVE_KIND,
    CONFLICT,
    CONFLICT_INTENSITY,
    NUCLEAR,
    RUNG,
)
from sim.rules.streams import ENTRY, keyed, unit
from sim.types import Blocks, Luck

SCALE = param(
    "entanglement.scale", 0.1, (0.04, 0.2), bounds=(0.0, 20.0), unit="per quarter",
    meaning="risk of a clash with a helper that has all it can in a global war",
    source="judgement: incidents with advisers on the other side have been rare and deadly",
)  # fmt: skip
ARM = param(
    "entanglement.arms", 0.2, (0.1, 0.4), bounds=(0.0, 1.0),
    meaning="help by arms and money against help by people on the spot",
    source="judgement: convoys and depots are targets less often than camps",
)  # fmt: skip
JOIN = param(
    "entanglement.join", 0.05, (0.02, 0.1), bounds=(0.0, 1.0), unit="per quarter",
    meaning="chance that a wholly bound and trusted ally enters a regional war",
    source="Leeds 2003: most pledges are honoured, within about two years of a long war",
)  # fmt: skip
CLASH = dyad_field(
    "clash_risk", bounds=(0.0, 1.0), unit="per quarter",
    meaning="risk of a direct clash of i with the helper j of its enemy",
    record=True,
)  # fmt: skip
ENTRY_CHANCE = state_field(
    "entry_chance", bounds=(0.0, 1.0), unit="per quarter",
    meaning="chance that the state enters a war of its ally",
    record=True,
)  # fmt: skip


@njit
def rung_of(w: Blocks, i: int, e: int) -> float:
    """Rung over 3 of the highest conflict in which i and e stand against each other."""
    best = 1.0
    for k in range(w.G.shape[1]):
        if w.G[COLLECTIVE_KIND, k] == CONFLICT and side(w, k, i) * side(w, k, e) < 0.0:
            best = max(best, w.G[RUNG, k])
    return best / 3.0


@njit
def update(
    w: Blocks,
    luck: Luck,
) -> None:
    """Risks of clashes, and allies that enter."""
    for i in range(w.n):
        w.V[ENTRY_CHANCE, i] = 0.0
        for j in range(w.n):
            w.M[CLASH, i, j] = 0.0
    for i in range(w.n):
        for e in range(w.n):
            if w.M[WAR, i, e] <= 0.0:
                continue
            rung = rung_of(w, i, e)
            for j in range(w.n):
                if j in (i, e) or w.M[WAR, i, j] > 0.0:
                    continue
                help_ = max(w.M[PERSONNEL, j, e], w.P[ARM] * w.M[AID, j, e])
                if help_ <= 0.0:
                    continue
                hold = 0.5 if w.V[NUCLEAR, i] > 0.5 and w.V[NUCLEAR, j] > 0.5 else 1.0
                heat = w.P[SCALE] * w.M[WAR, i, e] * rung * help_ * w.M[HOSTILITY, i, j] * hold
                w.M[CLASH, i, j] = max(w.M[CLASH, i, j], 1.0 - exp(-heat))
    for k in range(w.G.shape[1]):
        if w.G[COLLECTIVE_KIND, k] != CONFLICT:
            continue
        if w.G[RUNG, k] < 1.5:
            continue
        for j in range(w.n):
            if side(w, k, j) != 0.0:
                continue
            chance = 0.0
            toward = 0.0
            for e in range(w.n):
                mine = side(w, k, e)
                if mine == 0.0 or w.M[ENTRAPMENT_WEIGHT, j, e] <= 0.0:
                    continue
                for i in range(w.n):
                    if side(w, k, i) * mine < 0.0 and w.M[WAR, i, e] > 0.0:
                        bound = w.M[ENTRAPMENT_WEIGHT, j, e] * w.M[TRUST, j, e]
                        likely = w.P[JOIN] * w.M[WAR, i, e] * bound * bound * w.M[HOSTILITY, j, i]
                        if likely > chance:
                            chance = likely
                            toward = mine
            if chance <= 0.0:
                continue
            w.V[ENTRY_CHANCE, j] = max(w.V[ENTRY_CHANCE, j], chance)
            key = int(w.G[COLLECTIVE_KEY, k])
            draw, _, _, _ = keyed(luck, ENTRY, 0, luck.keys[j], key, 0)
            if unit(draw) < chance:
                w.B[k, j] = toward
                for i in range(w.n):
                    if side(w, k, i) * toward < 0.0:
                        level = clip(w.G[CONFLICT_INTENSITY, k], 0.2, 1.0)
                        w.M[WAR, i, j] = max(w.M[WAR, i, j], level)
                        w.M[WAR, j, i] = max(w.M[WAR, j, i], level)


MECHANISM = Mechanism(
    name="entanglement",
    stage="war",
    claim="helpers of a belligerent risk a clash, and bound allies enter a regional war",
    reads=(
        "war",
        "side",
        "rung",
        "conflict_intensity",
        "aid",
        "personnel",
        "hostility",
        "nuclear",
        "entrapment_weight",
        "trust",
    ),
    writes=("clash_risk", "side", "war"),
    after=("rung",),
    update=update,
    source="Leeds 2003; Corbetta and Dixon 2005; register M45, M46",
)
