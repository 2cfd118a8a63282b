"""Rules of the order as plain equations: what each makes of the world in one quarter."""

from __future__ import annotations

from itertools import combinations, permutations

import numpy as np

from tests.reference.world import Changes, World, rise, unit

# --- arms_control --------------------------------------------------------------------------------


def start_company(w: World) -> Changes:
    return {"sanctions_known": w["sanctions"]}


def company(w: World, tick: int, seed: int, run: int) -> Changes:
    """K_ij += (1 - exp(-1 / (4 fade))) (S_ij - K_ij)."""
    old = 1.0 - np.exp(-0.25 / w.p("company.fade"))
    known = w["sanctions_known"]
    return {"sanctions_known": known + old * (w["sanctions"] - known)}


def start_arms_control(w: World) -> Changes:
    held = w["arms_control_start"].copy()
    held[0] = w["arms_control"][0]
    return {"arms_control_start": held, "arms_effort_start": w["arms_effort"]}


def arms_control(w: World, tick: int, seed: int, run: int) -> Changes:
    """a += turn (a0 - strain - a); strain a mean over pairs of nuclear powers by C_p C_q.

    Acts, armament and support for the other's enemy in war strain, talks mend; linkage costs
    contact.
    """
    strain, total, c = 0.0, 0.0, w["contact"].copy()
    more, acts, talks = rise(w, "aid"), rise(w, "tension"), rise(w, "contact")
    armed = rise(w, "arms_effort")
    for p, q in combinations(np.flatnonzero(w["nuclear"] > 0.5), 2):
        link = max(
            max(w["war"][a, e] * more[b, e] for e in range(w.n)) for a, b in ((p, q), (q, p))
        )
        load = w.p("arms_control.tension") * (acts[p, q] + acts[q, p]) / 2.0
        load += w.p("arms_control.armament") * (armed[p] + armed[q])
        load += w.p("arms_control.linkage") * link
        load -= w.p("arms_control.talks") * (talks[p, q] + talks[q, p]) / 2.0
        weight = w["capability"][p] * w["capability"][q]
        strain, total = strain + weight * load, total + weight
        for a, b in ((p, q), (q, p)):
            c[a, b] -= w.p("arms_control.refusal") * link * c[a, b]
    a = w["arms_control"].copy()
    if total > 0.0:
        goal = w["arms_control_start"][0] - strain / total
        a[0] = unit(a[0] + w.p("arms_control.turn") * (goal - a[0]))
    return {"arms_control": a, "contact": c}


# --- dissent -------------------------------------------------------------------------------------


def dissent(w: World, tick: int, seed: int, run: int) -> Changes:
    """cohesion_k -= weaken max_j max_m (c_mj - c0_mj)+ shared_j, j outside, m inside."""
    cohesion, talks = w["cohesion"].copy(), rise(w, "contact")
    for k in w.of_kind("organisation"):
        inside = w.members(k)
        worst = 0.0
        for j in range(w.n):
            if inside and j not in inside:
                shared = np.average(w["sanctions"][inside, j], weights=w["capability"][inside])
                worst = max(worst, talks[inside, j].max() * shared)
        cohesion[k] = unit(cohesion[k] - w.p("dissent.weaken") * worst)
    return {"cohesion": cohesion}


# --- organisations -------------------------------------------------------------------------------


def climate(w: World, k: int) -> tuple[float, float]:
    """trusting tau_k - apart d_k and c_k: means over pairs of members by sqrt(C_i C_j)."""
    pairs = list(permutations(w.members(k), 2))
    if not pairs:
        return 0.0, 0.0
    i, j = np.array(pairs).T
    weight = np.sqrt(w["capability"][i] * w["capability"][j])
    apart = abs(w["ideal_point"][i] - w["ideal_point"][j])
    warm = w.p("organisations.trusting") * w["trust"][i, j] - w.p("organisations.apart") * apart
    return np.average(warm, weights=weight), np.average(w["contact"][i, j], weights=weight)


def start_organisations(w: World) -> Changes:
    kept = ("cohesion", "authority", "warmth", "meetings")
    new = {name: w[f"{name}_start"].copy() for name in kept}
    for k in w.of_kind("organisation"):
        new["cohesion"][k], new["authority"][k] = w["cohesion"][k], w["authority"][k]
        new["warmth"][k], new["meetings"][k] = climate(w, k)
    return {f"{name}_start": row for name, row in new.items()}


def organisations(w: World, tick: int, seed: int, run: int) -> Changes:
    """Cohesion goes to its start plus the gain in warmth, authority after meetings and cohesion."""
    cohesion, authority, turn = (
        w["cohesion"].copy(),
        w["authority"].copy(),
        w.p("organisations.turn"),
    )
    usual = {name: w[name].copy() for name in ("warmth_start", "meetings_start")}
    for k in w.of_kind("organisation"):
        warm, meet = climate(w, k)
        if usual["meetings_start"][k] <= 0.0:  # nobody met in it before
            usual["warmth_start"][k], usual["meetings_start"][k] = warm, meet
        home = w["cohesion_start"][k] + warm - usual["warmth_start"][k]
        cohesion[k] = unit(cohesion[k] + turn * (home - cohesion[k]))
        home = w["authority_start"][k]
        home += w.p("organisations.meeting") * (meet - usual["meetings_start"][k])
        home += w.p("organisations.together") * (cohesion[k] - w["cohesion_start"][k])
        authority[k] = unit(authority[k] + turn * (home - authority[k]))
    return {"cohesion": cohesion, "authority": authority, **usual}


# --- regimes -------------------------------------------------------------------------------------


def start_regimes(w: World) -> Changes:
    orders = {}
    for name in ("non_proliferation", "un_authority"):
        orders[f"{name}_start"] = w[f"{name}_start"].copy()
        orders[f"{name}_start"][0] = w[name][0]
    return {**orders, "violation_start": w["violation"], "technology_start": w["technology"]}


def regimes(w: World, tick: int, seed: int, run: int) -> Changes:
    """n += turn (n0 - loss spread - n), u += turn (u0 - loss defiance - u)."""
    rank, y = w.p("regimes.veto"), w["violation"]
    spread, defiance = 0.0, 0.0
    know, aid, deed = rise(w, "technology"), rise(w, "aid"), rise(w, "violation")
    for i in range(w.n):
        others = [j for j in range(w.n) if j != i]
        weight = (1.0 + rank * w["veto"][i]) / (1.0 + rank)
        passed = max(know[i, j] * y[j] for j in others)
        broken = max(aid[i, j] * y[j] for j in others)
        spread += weight * passed
        defiance += weight * (passed + deed[i] + broken)
    out = {}
    for name, breach in (("non_proliferation", spread), ("un_authority", defiance)):
        row = w[name].copy()
        goal = w[f"{name}_start"][0] - w.p("regimes.loss") * breach
        row[0] = unit(row[0] + w.p("regimes.turn") * (goal - row[0]))
        out[name] = row
    return out


# --- solidarity ----------------------------------------------------------------------------------


def solidarity(w: World, tick: int, seed: int, run: int) -> Changes:
    """S_mj -= erode (cohesion0 - cohesion)+ shared_kj tau_mj (1 - H_mj) S_mj.

    shared: how much of the capability of the other members sanctions j. One organisation after
    the other.
    """
    s = w["sanctions"].copy()
    for k in w.of_kind("organisation"):
        inside, drop = w.members(k), max(0.0, w["cohesion_start"][k] - w["cohesion"][k])
        before = s.copy()
        for j in range(w.n):
            for m in inside if j not in inside else []:
                others = [x for x in inside if x != m]
                if others:
                    shared = np.average(before[others, j], weights=w["capability"][others])
                    mild = w["trust"][m, j] * (1.0 - w["hostility"][m, j])
                    s[m, j] *= max(0.0, 1.0 - w.p("solidarity.erode") * drop * shared * mild)
    return {"sanctions": s}
