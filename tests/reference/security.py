"""Rules of security as plain equations: what each makes of the world in one quarter."""

from __future__ import annotations

from math import log, sqrt

import numpy as np

from tests.reference.decisions import hostility_base
from tests.reference.world import (
    ENTRY,
    ESCALATION,
    Changes,
    Floats,
    World,
    heavier,
    logistic,
    luck,
    no_self,
    over,
    rise,
    share_of_other,
    unit,
    up,
)

# --- hostility -----------------------------------------------------------------------------------


def hostility(w: World, tick: int, seed: int, run: int) -> Changes:
    """H_ij = Hb_ij (1 - app g_ij tau_ij)."""
    base = hostility_base(w)
    calm = w.p("hostility.reassurance") * w["commitment"] * w["trust"]
    return {"hostility_base": base, "hostility": base * (1.0 - calm)}


def start_hostility(w: World) -> Changes:
    return hostility(w, 0, 0, 0)


# --- alarm ---------------------------------------------------------------------------------------


def alarm(w: World, tick: int, seed: int, run: int) -> Changes:
    """a_ij = violation_j min(1, sum_k W_jk exp(-|x_i - x_k| / reach)), k not i."""
    x = w["ideal_point"]
    alike = no_self(np.exp(-np.abs(x[:, None] - x) / w.p("alarm.reach")))
    return {"alarm": no_self(w["violation"] * np.minimum(1.0, alike @ w["war"].T))}


def start_alarm(w: World) -> Changes:
    return alarm(w, 0, 0, 0)


# --- tension -------------------------------------------------------------------------------------


def propensity(w: World) -> Floats:
    """pi_ij = r_i H_ij O_i / (O_i + F_ji), F the force behind the threat: T_ij = H_ij F_ji."""
    h, own = w["hostility"], w["protection"][:, None]
    odds = over(own, own + over(w["threat_from"], h))
    return no_self(w["effective_revisionism"][:, None] * h * odds)


def start_tension(w: World) -> Changes:
    return {"propensity": propensity(w), "propensity_start": propensity(w)}


def tension(w: World, tick: int, seed: int, run: int) -> Changes:
    """t_ij += decay (t0 - t) + will (pi - pi0) + answer (t_ji - t0_ji)+ + war (W - t)+."""
    t, t0, will = w["tension"], w["tension_start"], propensity(w)
    change = w.p("tension.decay") * (t0 - t)
    change += w.p("tension.will") * (will - w["propensity_start"])
    change += w.p("tension.answer") * up(t - t0).T
    change += w.p("tension.war") * up(w["war"] - t)
    return {"tension": unit(t + change), "propensity": will}


# --- uncertainty ---------------------------------------------------------------------------------


def start_uncertainty(w: World) -> Changes:
    return {"pact_level_seen": w["pact_level"]}


def uncertainty(w: World, tick: int, seed: int, run: int) -> Changes:
    """u <- u (1 - fade) + (1 - u)(jump [new pact of level >= 2] + veil g (mean (c - c')+))."""
    usual = w["contact_start"] + w.p("contact.pact") * up(w["commitment"] - w["commitment_start"])
    above = up(w["contact"] - usual)
    level = w["pact_level"]
    new = (level >= 2.0) & (level > w["pact_level_seen"])
    news = w.p("uncertainty.jump") * new
    news = news + w.p("uncertainty.veil") * w["commitment"] * (above + above.T) / 2.0
    u = w["uncertainty"]
    u = unit(u * (1.0 - w.p("uncertainty.fade")) + (1.0 - u) * news)
    return {"uncertainty": u, "pact_level_seen": level}


# --- coalition_threat ----------------------------------------------------------------------------


def start_coalition_threat(w: World) -> Changes:
    return {"threat_last": w["threat"]}


def coalition_threat(w: World, tick: int, seed: int, run: int) -> Changes:
    """a <- min(3, keep a + min(3, gain (T / T_last - 1 - noticed)+))."""
    last = w["threat_last"]
    change = np.where(last > 0.0, over(w["threat"], last) - 1.0, 0.0)
    grown = change - w.p("coalition_threat.noticed")
    alarm = np.clip(w.p("coalition_threat.attention_gain") * grown, 0.0, 3.0)
    attention = w.p("coalition_threat.attention_keep") * w["attention"] + alarm
    return {"attention": np.minimum(3.0, attention), "threat_last": w["threat"]}


# --- emboldenment --------------------------------------------------------------------------------


def support(w: World) -> Floats:
    """1 - prod_j (1 - gE_ij tau_ij C_j / (C_i + C_j))."""
    kept = w["entrapment_weight"] * w["trust"] * share_of_other(w["capability"])
    return 1.0 - np.prod(1.0 - no_self(kept), axis=1)


def start_emboldenment(w: World) -> Changes:
    now = support(w)
    return {"support": now, "support_start": now, "effective_revisionism": w["revisionism"]}


def emboldenment(w: World, tick: int, seed: int, run: int) -> Changes:
    """r_now = r (1 + b (support - support0)), in [0, 2], after Benson 2011."""
    now = support(w)
    bolder = 1.0 + w.p("emboldenment.gain") * (now - w["support_start"])
    return {"support": now, "effective_revisionism": np.clip(w["revisionism"] * bolder, 0.0, 2.0)}


# --- escalation ----------------------------------------------------------------------------------


def stronger(w: World, k: int) -> float:
    """The side with more of capability times revisionism (a little counts without any)."""
    force = w["capability"] * (0.05 + w["effective_revisionism"])
    one, other = (force[w.side(k, of)].sum() for of in (1.0, -1.0))
    return 1.0 if one >= other else -1.0


def loss_feared(w: World, a: int, b: int) -> float:
    """sum_o part_ob floor_o (mean hostility of a towards the other members of o), at most 1."""
    total = 0.0
    for o in w.of_kind("organisation"):
        members = [m for m in w.members(o) if m not in (a, b)]
        if members and w.parts[o, b] > 0.0:
            hostile = np.average(w["hostility"][a, members], weights=w["capability"][members])
            total += w.parts[o, b] * w["organisation_commitment"][o] * hostile
    return min(1.0, total)


def irresolution(w: World, k: int, of: float) -> float:
    """1 - cohesion of the organisations of a side and its backers: by capability, part, floor."""
    lack, weight = 0.0, 0.0
    for i in range(w.n):
        for o in w.of_kind("organisation"):
            backing = max(0.0, of * w.parts[k, i])
            x = backing * w["capability"][i] * w.parts[o, i] * w["organisation_commitment"][o]
            lack += x * (1.0 - w["cohesion"][o])
            weight += x
    return lack / weight if weight > 0.0 else 0.0


def untended(w: World, k: int) -> float:
    """max_i over_i sqrt(C_i / max C) near_i, i no party, near to both sides."""
    one, other = w.side(k, 1.0), w.side(k, -1.0)
    worst = 0.0
    for i in range(w.n):
        if i not in (*one, *other):
            near = [max((w["nearness"][i, j] for j in side), default=0.0) for side in (one, other)]
            root = sqrt(w["capability"][i] / w["capability"].max())
            worst = max(worst, w["overstretch"][i] * root * min(near))
    return worst


def drive(w: World, k: int) -> float:
    """D = tense T + distrust (1 - tau) + ambition r + bid L + ... - deter s + untended, logits."""
    of = stronger(w, k)
    a, b = w.side(k, of), w.side(k, -of)
    if not a or not b:
        return 0.0
    c, r = w["capability"], np.minimum(1.0, w["effective_revisionism"])
    weights = np.outer(c[a], c[b])

    def mean(sheet: Floats) -> float:
        return float(np.average(sheet[np.ix_(a, b)], weights=weights))

    total = w["protection"][b] + w["threat"][b]
    secure = np.where(total > 0.0, over(w["protection"][b], total), 1.0)
    feared = max(r[i] * loss_feared(w, i, j) for i in a for j in b)
    return (
        w.p("escalation.tension") * mean((w["tension"] + w["tension"].T) / 2.0)
        + w.p("escalation.distrust") * (1.0 - mean((w["trust"] + w["trust"].T) / 2.0))
        + w.p("escalation.ambition") * mean(r[:, None] * w["hostility"])
        + w.p("escalation.bid") * feared
        + w.p("escalation.fragile") * (1.0 - w["arms_control"][0])
        + w.p("escalation.doubt") * irresolution(w, k, -of)
        - w.p("escalation.deter") * float(np.average(secure, weights=c[b]))
        + w.p("escalation.untended") * untended(w, k)
    )


def start_escalation(w: World) -> Changes:
    drives = w["drive_start"].copy()
    for k in w.of_kind("conflict"):
        drives[k] = drive(w, k)
    return {"drive_start": drives}


def escalation(w: World, tick: int, seed: int, run: int) -> Changes:
    """Every conflict stays, breaks out, climbs or freezes, one after the other.

    Nuclear arms on both sides, supporters included, hold a fight where it is: they lower the logit
    of climbing. Exhaustion raises that of freezing, what lifts the conflict lowers it. A fight that
    an event began is no longer frozen, and regional at least.
    """
    w = w.copy()
    rung, frozen, war = w["rung"], w["frozen"], w["war"]
    risk, settle = w["escalation_risk"], w["settlement_chance"]
    for k in w.of_kind("conflict"):
        risk[k] = settle[k] = 0.0
        if rung[k] < 0.5:
            continue
        one, other = w.side(k, 1.0), w.side(k, -1.0)
        lift = drive(w, k) - w["drive_start"][k]
        key = int(w["collective_key"][k])
        climbs, freezes, _, _ = luck(ESCALATION, tick, seed, run, 0, key, key)
        if any(war[i, j] > 0.0 for i in one for j in other):
            if frozen[k] > 0.5:
                frozen[k], rung[k] = 0.0, max(rung[k], 2.0)
            armed = [w.parts[k, i] for i in range(w.n) if w["nuclear"][i] > 0.5]
            fear = w.p("escalation.nuclear") if min(armed, default=0) < 0 < max(armed) else 0.0
            if rung[k] < 2.5:
                risk[k] = logistic(w.p("escalation.climb") + lift - fear)
                rung[k] += climbs < risk[k]
            tired = w.p("escalation.tired") * w["need"][[*one, *other]].mean()
            settle[k] = logistic(w.p("escalation.freeze") + tired - lift)
            if freezes < settle[k]:
                frozen[k] = 1.0
                for i in one:
                    war[i, other] = war[other, i] = 0.0
            continue
        frozen[k] = 1.0
        heat = w.p("escalation.heat") * log(max(0.01, w["conflict_intensity"][k]) / 0.1)
        risk[k] = logistic(w.p("escalation.outbreak") + heat + lift)
        if climbs < risk[k]:
            frozen[k], rung[k] = 0.0, max(rung[k], 2.0)
            level = max(0.2, w["conflict_intensity"][k])
            for i in one:
                war[i, other] = war[other, i] = level
            y = w["violation"]
            for i in w.side(k, stronger(w, k)):
                y[i] += w.p("escalation.blame") * (1.0 - y[i])
    changed = ("rung", "frozen", "war", "violation", "escalation_risk", "settlement_chance")
    return {name: w[name] for name in changed}


# --- entanglement --------------------------------------------------------------------------------


def clash(w: World) -> Floats:
    """1 - exp(-scale W_ie rung_ie help_je H_ij hold_ij), the largest over the wars of i."""
    n, out = w.n, np.zeros((w.n, w.n))
    helped = np.maximum(w["personnel"], w.p("entanglement.arms") * w["aid"])
    for i in range(n):
        for e in range(n):
            rungs = [
                w["rung"][k]
                for k in w.of_kind("conflict")
                if any(i in w.side(k, s) and e in w.side(k, -s) for s in (1.0, -1.0))
            ]
            rung = max([1.0, *rungs]) / 3.0
            for j in range(n):
                if w["war"][i, e] > 0.0 and w["war"][i, j] <= 0.0 and j not in (i, e):
                    hold = 0.5 if min(w["nuclear"][i], w["nuclear"][j]) > 0.5 else 1.0
                    heat = w["war"][i, e] * rung * helped[j, e] * w["hostility"][i, j] * hold
                    out[i, j] = max(out[i, j], 1.0 - np.exp(-w.p("entanglement.scale") * heat))
    return out


def entanglement(w: World, tick: int, seed: int, run: int) -> Changes:
    """Risks of clashes; allies enter with chance join W_ie (gE_je tau_je)^2 H_ji, rung >= 2.

    One after the other: who has entered is a party to those that come after it. The draw is keyed
    by the state and the conflict.
    """
    w, risks = w.copy(), clash(w)
    war, entry = w["war"], np.zeros(w.n)
    for k in w.of_kind("conflict"):
        key = int(w["collective_key"][k])
        if w["rung"][k] < 1.5:
            continue
        for j in range(w.n):
            sides = {of: w.side(k, of) for of in (1.0, -1.0)}
            if any(j in parties for parties in sides.values()):
                continue
            chance, toward = 0.0, 0.0
            for e in range(w.n):
                for of in (1.0, -1.0):
                    for i in sides[-of] if e in sides[of] else []:
                        bound = w["entrapment_weight"][j, e] * w["trust"][j, e]
                        likely = w.p("entanglement.join") * war[i, e] * bound**2
                        likely *= w["hostility"][j, i]
                        if likely > chance:
                            chance, toward = likely, of
            entry[j] = max(entry[j], chance)
            if luck(ENTRY, tick, seed, run, 0, int(w.keys[j]), key)[0] < chance:
                w.parts[k, j] = toward
                level = min(1.0, max(0.2, w["conflict_intensity"][k]))
                for i in sides[-toward]:
                    war[i, j] = war[j, i] = max(war[i, j], level)
    return {"clash_risk": risks, "entry_chance": entry, "war": war, "parts": w.parts}


# --- munitions -----------------------------------------------------------------------------------


def delivered(w: World) -> Floats:
    """gain U_j tau_ij (g_ij + trickle)(1 - H_ij)(1 - S) times the war of i."""
    war = w["war"].max(axis=1)[:, None]
    willing = w["trust"] * (w["commitment"] + w.p("munitions.trickle")) * (1.0 - w["hostility"])
    free = 1.0 - heavier(w["sanctions"])
    gain = w.p("munitions.import_gain")
    return no_self(gain * war * w["munitions_supply"] * willing * free)


def start_munitions(w: World) -> Changes:
    sent = delivered(w)
    return {
        "munitions_from": sent,
        "munitions_imports": sent.sum(axis=1),
        "need_start": w["need"],
    }


def munitions(w: World, tick: int, seed: int, run: int) -> Changes:
    """m += dt (output A / (A + half)(1 + ramp (1 - m)) + imports - use W), m in [0, 1]."""
    sent, war, m = delivered(w), w["war"].max(axis=1), w["munitions"]
    imports = sent.sum(axis=1)
    maker = w["arms_supply"] / (w["arms_supply"] + w.p("munitions.half"))
    own = w.p("munitions.output") * maker * (1.0 + w.p("munitions.ramp") * (1.0 - m))
    stock = unit(m + 0.25 * (own + imports - w.p("munitions.use") * war))
    cut = (rise(w, "sanctions").T * w["trade_start"]).sum(axis=1)
    target = np.maximum(war * (1.0 - stock), np.minimum(1.0, w.p("munitions.squeeze") * cut))
    target = np.maximum(target, w["need_start"])
    need = w["need"] + w.p("munitions.adjust") * (target - w["need"])
    return {
        "munitions": stock,
        "munitions_from": sent,
        "munitions_imports": imports,
        "need": need,
    }
