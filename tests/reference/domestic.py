"""Rules of what goes on at home as plain equations: what each makes of the world in one quarter."""

from __future__ import annotations

import numpy as np

from tests.reference.world import (
    Changes,
    Floats,
    World,
    no_self,
    over,
    rise,
    share_of_other,
    unit,
    up,
)

# --- appeal --------------------------------------------------------------------------------------


def start_appeal(w: World) -> Changes:
    return {"identity_start": w["identity"]}


def appeal(w: World, tick: int, seed: int, run: int) -> Changes:
    """kin_ij += turn (kin0 + gain room (1 - kin0) - kin), alpha_ji += trust room.

    room_ij = z_i (1 - q_i)(q_j - q_i)+ (p_j - p0_j)+, the larger of both sides for a tie with a
    pole.
    """
    kin, q = w["identity"].copy(), w["governance"]
    room = w["pole"][:, None] * (1.0 - q)[:, None] * up(q - q[:, None]) * rise(w, "polarisation")
    room = no_self(room)
    usual, both = w["identity_start"], np.maximum(room, room.T)
    goal = usual + w.p("appeal.gain") * both * (1.0 - usual)
    pole = np.maximum.outer(w["pole"], w["pole"]) > 0.0
    kin = np.where(pole, no_self(unit(kin + w.p("appeal.turn") * (goal - kin))), kin)
    return {"identity": kin, "trust_good": w["trust_good"] + w.p("appeal.trust") * room.T}


# --- claims --------------------------------------------------------------------------------------


def start_claims(w: World) -> Changes:
    return {"claim_ground_start": w["passports"] * w["compatriots"], "claim_seen": w["claim"]}


def claims(w: World, tick: int, seed: int, run: int) -> Changes:
    """claim += prepare (pass kin - its start)+ (1 - claim), Q += quarrel (change of claim)."""
    ground = up(w["passports"] * w["compatriots"] - w["claim_ground_start"])
    claim = unit(w["claim"] + w.p("claims.prepare") * ground * (1.0 - w["claim"]))
    more = w.p("claims.quarrel") * (claim - w["claim_seen"])
    q = np.clip(w["rivalry"] + more + more.T, 0.0, 2.0)  # the claims of both make the one quarrel
    return {"claim": claim, "claim_seen": claim, "rivalry": q}


# --- doctrine_shift ------------------------------------------------------------------------------


def fortune(w: World) -> Floats:
    """hard_i (1 - need_i) munitions_i, hard = max(max_j W_ij, 1 - exp(-barred / market))."""
    behind = (rise(w, "sanctions").T * w["economy"]).sum(axis=1)
    hard = np.maximum(w["war"].max(axis=1), 1.0 - np.exp(-behind / w.p("doctrine_shift.market")))
    return hard * up(1.0 - w["need"]) * w["munitions"]


def start_doctrine_shift(w: World) -> Changes:
    nothing = np.zeros(w.n)
    felt = {"felt_threat": nothing, "felt_fortune": nothing, "felt_gap": nothing}
    return {"threat_start": w["threat"], "fortune_start": fortune(w), **felt}


def doctrine_shift(w: World, tick: int, seed: int, run: int) -> Changes:
    """ln B_ki += threat_k df_threat + fortune_k df_fortune + status_k df_status, normalised."""
    calm, learn = w.p("doctrine_shift.calm"), w.p("doctrine_shift.learn")
    schools = w.of_kind("school")
    taught = w.parts[schools].sum(axis=0) > 0.0
    alarm = np.clip(np.log((w["threat"] + calm) / (w["threat_start"] + calm)), -2.0, 2.0)
    news = {
        "felt_threat": alarm,
        "felt_fortune": fortune(w) - w["fortune_start"],
        "felt_gap": w["status_gap"] - w["status_gap_start"],
    }
    step = {name: np.where(taught, learn * (x - w[name]), 0.0) for name, x in news.items()}
    loads = ("threat_loading", "fortune_loading", "status_loading")
    gain = sum(np.outer(w[x][schools], df) for x, df in zip(loads, step.values(), strict=True))
    parts = w.parts.copy()
    grown = parts[schools] * np.exp(gain)
    total = grown.sum(axis=0)
    scale = np.divide(w.parts[schools].sum(axis=0), total, out=np.ones(w.n), where=total > 0.0)
    parts[schools] = np.where(taught, grown * scale, parts[schools])
    return {"parts": parts, **{name: w[name] + df for name, df in step.items()}}


# --- fragility -----------------------------------------------------------------------------------


def strife(w: World) -> Floats:
    """max_j W_ij near_ij C_j / (C_i + C_j)."""
    return (w["war"] * w["nearness"] * share_of_other(w["capability"])).max(axis=1)


def start_fragility(w: World) -> Changes:
    near = no_self(np.exp(-w["distance"] / w.p("fragility.near")))
    usual = {"nearness": near, "instability_start": w["instability"]}
    return {**usual, "strife_start": strife(w.changed({"nearness": near}))}


def fragility(w: World, tick: int, seed: int, run: int) -> Changes:
    """inst += turn (inst0 (1 - mend relief) + war (w - w0)+ (1 - inst0) - inst), and links.

    The links of a pair grow by what each has regained, one after the other.
    """
    helped = w.p("fragility.aid") * rise(w, "aid") + w.p("fragility.talk") * rise(w, "contact")
    relief = 1.0 - np.exp(-no_self(helped).sum(axis=0))
    usual, now = w["instability_start"], w["instability"]
    home = usual * (1.0 - w.p("fragility.mend") * relief)
    home = home + w.p("fragility.war") * up(strife(w) - w["strife_start"]) * (1.0 - usual)
    inst = unit(now + w.p("fragility.turn") * (home - now))
    regained = up(usual - inst)
    talk = (w["contact"] + w["contact"].T) / 2.0
    one = 1.0 - w.p("fragility.build") * regained[:, None] * talk
    apart = (1.0 - w["connectivity"]) * one * one.T
    return {"instability": inst, "connectivity": unit(1.0 - apart)}


# --- governance ----------------------------------------------------------------------------------


def lure(w: World, q: Floats) -> Floats:
    """e_ji (1 - q_i)(1 - q_j): what deals of i can reach in j."""
    return w["energy"].T * (1.0 - q)[:, None] * (1.0 - q)


def start_governance(w: World) -> Changes:
    return {
        "lure_start": lure(w, w["governance"]),
        "governance_start": w["governance"],
        "capture_start": w["capture"],
        "capture_seen": w["capture"],
    }


def governance(w: World, tick: int, seed: int, run: int) -> Changes:
    """capture += deal (lure - lure0)+ (1 - capture), q_j -= rot q_j (new capture), trust follows.

    What has spoiled a host shows in its lure a quarter later.
    """
    q, held, good = w["governance"].copy(), w["capture"].copy(), w["trust_good"].copy()
    seen, reach = w["capture_seen"].copy(), lure(w, q)
    for j in range(w.n):
        more = 0.0
        for i in range(w.n):
            if i == j:
                continue
            new = max(0.0, reach[i, j] - w["lure_start"][i, j])
            held[i, j] = unit(held[i, j] + w.p("governance.deal") * new * (1.0 - held[i, j]))
            more += held[i, j] - seen[i, j]
            seen[i, j] = held[i, j]
            good[j, i] += w.p("governance.favour") * max(0.0, held[i, j] - w["capture_start"][i, j])
        q[j] = unit(q[j] - w.p("governance.rot") * q[j] * more)
    return {"capture": held, "capture_seen": seen, "governance": q, "trust_good": good}


# --- legitimacy ----------------------------------------------------------------------------------


def far_war(w: World) -> Floats:
    """sum_j r_i / (r_i + r_j) W_ij (1 - near_ij)."""
    mine = share_of_other(w["effective_revisionism"]).T
    return (mine * w["war"] * (1.0 - w["nearness"])).sum(axis=1)


def start_legitimacy(w: World) -> Changes:
    return {
        "legitimacy_start": w["legitimacy"],
        "regime_security_start": w["regime_security"],
        "far_war_start": far_war(w),
    }


def legitimacy(w: World, tick: int, seed: int, run: int) -> Changes:
    """Credit by rule, need, far wars and the enemy abroad; the rulers' hold; stoked quarrels."""
    q, t, turn = no_self(w["rivalry"]), w["tension"], w.p("legitimacy.turn")
    usual = over(q, q.sum(axis=1, keepdims=True))
    closed, l0 = 1.0 - w["governance"], w["legitimacy_start"]
    rally = closed * (usual * rise(w, "tension")).sum(axis=1)
    home = l0 + w.p("legitimacy.ruling") * (w["governance"] - w["governance_start"])
    overreach = 1.0 - np.exp(-up(far_war(w) - w["far_war_start"]))
    home = home - w.p("legitimacy.overreach") * overreach
    home = home - w.p("legitimacy.hardship") * up(w["need"] - w["need_start"])
    home = home + w.p("legitimacy.rallying") * rally * (1.0 - l0)
    credit = unit(w["legitimacy"] + turn * (home - w["legitimacy"]))
    s, s0 = w["regime_security"], w["regime_security_start"]
    hold = unit(s + turn * (s0 + w.p("legitimacy.hold") * (credit - l0) - s))
    danger = np.maximum(0.0, np.maximum(l0 - credit, s0 - hold))
    push = w.p("legitimacy.stoke") * (closed * danger)[:, None] * usual
    return {"legitimacy": credit, "regime_security": hold, "tension": unit(t + push * (1.0 - t))}


# --- normative_contest ---------------------------------------------------------------------------


def normative_contest(w: World, tick: int, seed: int, run: int) -> Changes:
    """Q += harden gap sqrt(press_ij press_ji) (2 - Q)."""
    q, x = w["governance"], w["ideal_point"]
    gap = abs(q[:, None] - q) / w.p("normative_contest.ruled")
    gap = gap + abs(x[:, None] - x) / w.p("normative_contest.apart")
    press = np.minimum(1.0, rise(w, "tension") + rise(w, "subversion"))
    both = np.minimum(1.0, gap / 2.0) * np.sqrt(press * press.T)
    grown = w["rivalry"] + w.p("normative_contest.harden") * both * (2.0 - w["rivalry"])
    return {"rivalry": np.clip(grown, 0.0, 2.0)}


# --- overstretch ---------------------------------------------------------------------------------


def far_load(w: World) -> Floats:
    """sum_j (1 - near_ij)[(B + troops + W) / root_i + (c - c0 - .1)+] / 4."""
    root = np.sqrt(w["capability"] / w["capability"].max())[:, None]
    deeds = (w["aid"] + w["personnel"] + w["war"]) / root
    visits = up(w["contact"] - w["contact_start"] - 0.1)
    return no_self((1.0 - w["nearness"]) * (deeds + visits) / 4.0).sum(axis=1)


def start_overstretch(w: World) -> Changes:
    return {"far_load_start": far_load(w)}


def overstretch(w: World, tick: int, seed: int, run: int) -> Changes:
    """over = 1 - exp(-(load - load0)+ / carry), c_ij -= neglect over_i near_ij c_ij."""
    over = 1.0 - np.exp(-up(far_load(w) - w["far_load_start"]) / w.p("overstretch.carry"))
    missed = w.p("overstretch.neglect") * over[:, None] * no_self(w["nearness"])
    return {"overstretch": over, "contact": w["contact"] * (1.0 - missed)}


# --- polarisation --------------------------------------------------------------------------------


def start_polarisation(w: World) -> Changes:
    return {"polarisation_start": w["polarisation"]}


def polarisation(w: World, tick: int, seed: int, run: int) -> Changes:
    """Publics divide; the cohesion of organisations suffers where those of members have.

    The rule's own text has no plus on the mean rise: calmer publics than at the start would mend.
    """
    p0, p, cohesion = w["polarisation_start"], w["polarisation"], w["cohesion"].copy()
    stir = 1.0 - np.exp(-rise(w, "subversion").sum(axis=0))
    arrive = 1.0 - np.exp(-(w["nearness"].T @ rise(w, "instability")))
    grievance = (p + 1.0 - w["legitimacy"]) / 2.0
    load = w.p("polarisation.stirring") * stir * grievance + w.p("polarisation.migrants") * arrive
    load = load + w.p("polarisation.discredit") * up(w["legitimacy_start"] - w["legitimacy"])
    p = unit(p + w.p("polarisation.turn") * (p0 + (1.0 - p0) * load - p))
    for k in w.of_kind("organisation"):
        if inside := w.members(k):
            split = np.average((p - p0)[inside], weights=w["capability"][inside])
            cohesion[k] -= w.p("polarisation.split") * cohesion[k] * max(0.0, split)
    return {"polarisation": p, "cohesion": unit(cohesion)}


# --- status --------------------------------------------------------------------------------------


def standing(w: World) -> tuple[Floats, Floats]:
    """(1 - heard) rank + heard rec / most, and the rank by capability, arms and seats."""
    means = np.sqrt(w["capability"] / w["capability"].max())
    assets = w.p("status.assets") * (w["nuclear"] + w["veto"]) / 2.0
    rank, heard = 1.0 - (1.0 - means) * (1.0 - assets), w.p("status.heard")
    heed = unit(over(w["recognition"], w["recognition_scale"]))
    return (1.0 - heard) * rank + heard * heed, rank


def start_status(w: World) -> Changes:
    granted, _ = standing(w)
    gap = w["status_claim"] - granted
    return {"standing": granted, "status_gap": gap, "status_gap_start": gap}


def status(w: World, tick: int, seed: int, run: int) -> Changes:
    """r_now += seek a rise, t_ij += press a rise rank_j H_ij (1 - c_ji)(1 - t), rise of the gap."""
    granted, rank = standing(w)
    gap = w["status_claim"] - granted
    denied = w["status_claim"] * up(gap - w["status_gap_start"])
    bold = np.clip(w["effective_revisionism"] + w.p("status.seek") * denied, 0.0, 2.0)
    push = w.p("status.press") * denied[:, None] * rank * w["hostility"] * (1.0 - w["contact"].T)
    t = w["tension"] + no_self(push) * (1.0 - w["tension"])
    changes = {"standing": granted, "status_gap": gap}
    return {**changes, "effective_revisionism": bold, "tension": unit(t)}


# --- subversion ----------------------------------------------------------------------------------


def example(w: World) -> Floats:
    """m_i (1 - s_i)(q_j - q_i)+ [1 - (1 - near_ij)(1 - min(1, |x_i - x_j| / apart))]."""
    q, x = w["governance"], w["ideal_point"]
    opposed = np.minimum(1.0, abs(x[:, None] - x) / w.p("subversion.apart"))
    seen = 1.0 - (1.0 - w["nearness"]) * (1.0 - opposed)
    unsure = w["openness"] * (1.0 - w["regime_security"])
    return no_self(unsure[:, None] * up(q - q[:, None]) * seen)


def start_subversion(w: World) -> Changes:
    nothing = np.zeros((w.n, w.n))
    usual = {"example_start": example(w), "subversion_start": w["subversion"]}
    return {**usual, "campaign": nothing}


def subversion(w: World, tick: int, seed: int, run: int) -> Changes:
    """e += turn (answer D - e), u += change of e, t += press D (1 - t); D = (example - start)+."""
    doubt, old = up(example(w) - w["example_start"]), w["campaign"]
    new = old + w.p("subversion.turn") * (w.p("subversion.answer") * doubt - old)
    new = np.where(new < 1e-9, 0.0, new)
    t = w["tension"]
    return {
        "campaign": new,
        "subversion": unit(w["subversion"] + new - old),
        "tension": unit(t + w.p("subversion.press") * doubt * (1.0 - t)),
    }
