"""Rules of diplomacy as plain equations: what each makes of the world in one quarter."""

from __future__ import annotations

from itertools import permutations

import numpy as np
from scipy.stats import norm

from tests.reference.world import (
    DRIFT,
    Changes,
    Floats,
    World,
    heavier,
    luck,
    no_self,
    over,
    rise,
    share_of_other,
    unit,
    up,
)

# --- alignment_pull ------------------------------------------------------------------------------


def pull(w: World) -> Floats:
    """Softmax over poles of A = (1-H)(1.2 ln(1+6 Y e^{-d/4}) tau + 1.5 V + .3 g) - H min(1, b/C).

    Design notes 1.20 and (19).
    """
    h = w["hostility"]
    market = 1.2 * np.log1p(6.0 * w["economy"] * np.exp(-w["distance"] / 4.0))
    warm = market * w["trust"] + 1.5 * w["vulnerability"] + 0.3 * w["commitment"]
    force = np.minimum(1.0, w["projected"] / w["capability"][:, None])
    net = (1.0 - h) * warm - h * force
    weight = no_self(w["pole"] * np.exp(net / w.p("alignment_pull.temperature")))
    return over(weight, weight.sum(axis=1, keepdims=True))


def start_alignment_pull(w: World) -> Changes:
    return {"pull": pull(w), "pull_start": pull(w), "ideal_home": w["ideal_point"]}


def alignment_pull(w: World, tick: int, seed: int, run: int) -> Changes:
    """x_i += dt kappa (x0_i + s sum_p (w - w0)(x0_p - x0_i) - x_i) + sigma sqrt(dt) normal."""
    now, x, x0 = pull(w), w["ideal_point"], w["ideal_home"]
    drawn = ((now - w["pull_start"]) * (x0[None, :] - x0[:, None])).sum(axis=1)
    free = 1.0 - np.minimum(1.0, w["pole"])  # a pole is not pulled
    goal = x0 + w.p("alignment_pull.strength") * free * drawn
    keys = [int(key) for key in w["stream_key"]]
    u = np.array([luck(DRIFT, tick, seed, run, 0, key, key)[0] for key in keys])
    noise = w.p("alignment_pull.noise") * np.sqrt(0.25) * norm.ppf(u)
    moved = x + 0.25 * w.p("alignment_pull.return") * (goal - x) + noise
    return {"pull": now, "ideal_point": np.clip(moved, -5.0, 5.0)}


# --- estrangement --------------------------------------------------------------------------------


def start_estrangement(w: World) -> Changes:
    kept = ("hostility", "ideal_point", "trust")
    return {f"{name}_start": w[name] for name in kept}


def estrangement(w: World, tick: int, seed: int, run: int) -> Changes:
    """x_i, x0_i += dt speed (size sum_k C_k/(C_i+C_k) rise_ik clip(2 (x_i - x_k)) - e_i).

    rise = H - H0 - H (1 - H) (hx (|dx| - |dx0|) - ht (tau - tau0)).
    """
    c, x, e, h = w["capability"], w["ideal_point"], w["estranged"], w["hostility"]
    x0 = w["ideal_point_start"]
    own = w.p("hostility.ideal_distance") * (np.abs(x[:, None] - x) - np.abs(x0[:, None] - x0))
    own -= w.p("hostility.trust") * (w["trust"] - w["trust_start"])
    rise = h - w["hostility_start"] - h * (1.0 - h) * own
    away = np.clip((x[:, None] - x) / 0.5, -1.0, 1.0)
    push = (c / (c[:, None] + c) * rise * away).sum(axis=1)
    goal = w.p("estrangement.size") * np.clip(push, -1.0, 1.0)
    step = 0.25 * w.p("estrangement.speed") * (goal - e)
    return {
        "parting": step,
        "estranged": e + step,
        "ideal_home": np.clip(w["ideal_home"] + step, -5.0, 5.0),
        "ideal_point": np.clip(x + step, -5.0, 5.0),
    }


# --- ceremony ------------------------------------------------------------------------------------


def start_ceremony(w: World) -> Changes:
    return {"contact_seen": w["contact"]}


def ceremony(w: World, tick: int, seed: int, run: int) -> Changes:
    """a_ji += sign (d_ij - usual)+, b_ji += sign (-d_ij - usual)+, d the change of c_ij."""
    d, usual, sign = w["contact"] - w["contact_seen"], w.p("ceremony.usual"), w.p("ceremony.sign")
    return {
        "trust_good": w["trust_good"] + sign * up(d - usual).T,
        "trust_bad": w["trust_bad"] + sign * up(-d - usual).T,
        "contact_seen": w["contact"],
    }


# --- contact -------------------------------------------------------------------------------------


def start_contact(w: World) -> Changes:
    return {"contact_start": w["contact"], "commitment_start": w["commitment"]}


def contact(w: World, tick: int, seed: int, run: int) -> Changes:
    """c_ij += fade (home_ij - c_ij) + answer (c_ji - c0_ji - (c_ij - c0_ij))+.

    home = (c0 + pact (g - g0)) (1 - freeze (max S - max S0)+) (1 - freeze W). The rule's own text
    has no plus on the sanctions: lifting old ones would raise the usual contact there.
    """
    c, c0, freeze = w["contact"], w["contact_start"], w.p("contact.freeze")
    worse = up(heavier(w["sanctions"]) - heavier(w["sanctions_start"]))
    home = c0 + w.p("contact.pact") * (w["commitment"] - w["commitment_start"])
    home = home * (1.0 - freeze * worse) * (1.0 - freeze * w["war"])
    owed = up((c - c0).T - (c - c0))
    return {"contact": unit(c + w.p("contact.fade") * (home - c) + w.p("contact.answer") * owed)}


# --- courtship_competition -----------------------------------------------------------------------


def courtship_competition(w: World, tick: int, seed: int, run: int) -> Changes:
    """c_ji += follow stake_ji (1 - H_ji)(1 - max S)(call_ji - (c_ji - c0_ji))+.

    call_ji = max_k R_jk (1 - g_ki)(c_ki - c0_ki) over rises above .01;
    R_jk = H_jk + (1 - H_jk) rank pole_j pole_k; stake = 1 - (1 - c0_ji)(1 - g_ji)(1 - V_ij).
    """
    c, c0, h, g, n = w["contact"], w["contact_start"], w["hostility"], w["commitment"], w.n
    s, v, out, calls, rivals = heavier(w["sanctions"]), w["vulnerability"], c.copy(), {}, {}
    for j in range(n):
        for k in range(n):
            if j != k:
                rank = w.p("courtship_competition.rank") * w["pole"][j] * w["pole"][k]
                rivals[j, k] = h[j, k] + (1.0 - h[j, k]) * rank
    for i in range(n):
        for j in range(n):
            heard = [
                rivals[j, k] * (1.0 - g[k, i]) * (c[k, i] - c0[k, i])
                for k in range(n)
                if k not in (i, j) and c[k, i] - c0[k, i] > 0.01
            ]
            calls[i, j] = max(heard, default=0.0)
            if i == j:
                continue
            gap = max(0.0, calls[i, j] - (c[j, i] - c0[j, i])) if calls[i, j] > 0.0 else 0.0
            stake = 1.0 - (1.0 - c0[j, i]) * (1.0 - g[j, i]) * (1.0 - v[i, j])
            ready = w.p("courtship_competition.follow") * stake * (1.0 - h[j, i]) * (1.0 - s[i, j])
            out[j, i] = min(1.0, max(0.0, c[j, i] + ready * gap))
    call = np.array([[calls[i, j] for j in range(n)] for i in range(n)])
    competition = np.array([[rivals.get((j, k), 0.0) for j in range(n)] for k in range(n)])
    return {"contact": out, "courtship_call": call, "competition": competition}


# --- expulsion -----------------------------------------------------------------------------------


def expulsion(w: World, tick: int, seed: int, run: int) -> Changes:
    """c_ij -= answer ((c0_ji - c_ji) - (c0_ij - c_ij)+)+ where c_ji < c0_ji."""
    cut = w["contact_start"] - w["contact"]
    answer = np.where(cut.T > 0.0, up(cut.T - up(cut)), 0.0)
    return {"contact": unit(w["contact"] - w.p("expulsion.answer") * answer)}


# --- mediation -----------------------------------------------------------------------------------


def start_mediation(w: World) -> Changes:
    return {"mediation_start": w["mediation"], "violation_start": w["violation"]}


def mediation(w: World, tick: int, seed: int, run: int) -> Changes:
    """m_ij -= quit ((y_j - y0_j)+ + (tau0_ij - tau_ij)+) m_ij; regret; the calm goes with it.

    T_jk and T_kj rise by calm (m0_ij - m_ij) tau0_ik T0, summed over bridges.
    """
    m, tau0, t, t0 = w["mediation"], w["trust_start"], w["tension"].copy(), w["tension_start"]
    breach = up(w["violation"] - w["violation_start"])[None, :] + up(tau0 - w["trust"])
    fall = no_self(np.minimum(m, w.p("mediation.quit") * breach * m))
    left = m - fall
    for i, j, k in permutations(range(w.n), 3):
        heat = w.p("mediation.calm") * (w["mediation_start"] - left)[i, j] * tau0[i, k]
        for a, b in ((j, k), (k, j)):
            t[a, b] += heat * t0[a, b]
    trust_bad = w["trust_bad"] + w.p("mediation.regret") * fall
    return {"mediation": left, "trust_bad": trust_bad, "tension": unit(t)}


# --- patronage -----------------------------------------------------------------------------------


def influence_share(w: World) -> Floats:
    """x_ij / sum_k x_kj, x the hold of i over j through goods, aid and pledges, as it is heard."""
    larger, stronger = share_of_other(w["economy"]).T, share_of_other(w["capability"]).T
    x = w["vulnerability"].T + w.p("patronage.aid") * w["aid"] * larger
    x = x + w.p("patronage.guard") * w["commitment"] * w["trust"].T * stronger
    unheard = w.p("patronage.unheard")
    x = no_self(x * (unheard + (1.0 - unheard) * w["contact"]))
    return over(x, x.sum(axis=0))


def start_patronage(w: World) -> Changes:
    return {"influence_share": influence_share(w)}


def patronage(w: World, tick: int, seed: int, run: int) -> Changes:
    """R_jk = meets (B_kj - B0_kj)+ Y_k / (Y_k + Y_j): what new aid of k saves j from buying."""
    met = no_self(w.p("patronage.meets") * rise(w, "aid").T * share_of_other(w["economy"]))
    return {"aid_share": met, "aid_relief": met.sum(axis=1), "influence_share": influence_share(w)}


# --- second_partners -----------------------------------------------------------------------------


def lean(w: World) -> tuple[Floats, Floats]:
    """max_j (V_ij - V_ji)+ / sum_j V_ij, and the largest V_ij."""
    v = no_self(w["vulnerability"])
    return over(up(v - v.T).max(axis=1), v.sum(axis=1)), v.max(axis=1)


def start_second_partners(w: World) -> Changes:
    one, largest = lean(w)
    return {"lean": one, "lean_start": one, "largest_dependence": largest}


def second_partners(w: World, tick: int, seed: int, run: int) -> Changes:
    """c_ik += push_ik (1 - H)(1 - max S)(1 + history I_ik + outcast x_k) c_ik (1 - c_ik).

    push_ik = dependence (lean - lean0)+ (1 - V_ik / max V) + isolation sum_j (S_ji - S0_ji)+ X0_ij.
    """
    now, largest = lean(w)
    c, y, n, out = w["contact"], w["economy"], w.n, w["contact"].copy()
    outlawed = np.zeros(n)
    for k in range(n):
        others = [m for m in range(n) if m != k]
        weight = sum(y[m] for m in others)
        if weight > 0.0:
            outlawed[k] = sum(w["sanctions"][m, k] * y[m] for m in others) / weight
    cut = (rise(w, "sanctions").T * w["trade_start"]).sum(axis=1)
    for i in range(n):
        leaning = max(0.0, now[i] - w["lean_start"][i])
        for k in range(n):
            if k == i:
                continue
            apart = 1.0 - w["vulnerability"][i, k] / largest[i] if largest[i] > 0.0 else 1.0
            push = w.p("second_partners.dependence") * leaning * apart
            push += w.p("second_partners.isolation") * cut[i]
            push *= 1.0 - w["hostility"][i, k]
            push *= 1.0 - max(w["sanctions"][i, k], w["sanctions"][k, i])
            known = w.p("second_partners.history") * w["identity"][i, k]
            push *= 1.0 + known + w.p("second_partners.outcast") * outlawed[k]
            out[i, k] = c[i, k] + push * c[i, k] * (1.0 - c[i, k])
    changes = {"lean": now, "largest_dependence": largest, "outlawed": outlawed}
    return {"contact": unit(out), **changes}


# --- security_help -------------------------------------------------------------------------------


def start_security_help(w: World) -> Changes:
    return {"personnel_start": w["personnel"]}


def security_help(w: World, tick: int, seed: int, run: int) -> Changes:
    """a_ji += thanks h_ij z_j h_ij / sum_k h_kj, home_j += turn h_ij z_j (x_i - x_j)."""
    h = no_self(np.maximum(rise(w, "aid"), rise(w, "personnel")))
    z, x = w["instability"], w["ideal_point"]
    thanks = w.p("security_help.thanks") * h * z * over(h, h.sum(axis=0))
    shift = w.p("security_help.turn") * h * z * (x[:, None] - x)
    return {
        "trust_good": w["trust_good"] + thanks.T,
        "ideal_home": np.clip(w["ideal_home"] + shift.sum(axis=0), -5.0, 5.0),
    }


# --- shared_threat -------------------------------------------------------------------------------


def shared_fear(w: World) -> tuple[Floats, Floats]:
    """F_ij = sum_k sqrt(y_ik y_jk), y_ik = T_ik / (O_i + T_i) (1 + acts t_ki); roots of y."""
    insecurity = over(up(w["threat_from"]), (w["protection"] + w["threat"])[:, None])
    y = no_self(insecurity * (1.0 + w.p("shared_threat.acts") * w["tension"].T))
    return no_self(np.sqrt(y) @ np.sqrt(y).T), np.sqrt(y)


def start_shared_threat(w: World) -> Changes:
    both, fear = shared_fear(w)
    return {"shared_fear": both, "shared_fear_start": both, "fear": fear}


def shared_threat(w: World, tick: int, seed: int, run: int) -> Changes:
    """c_ij += draw (F - F0)(1 - H_ij)(1 - max S)[1 - c_ij; where F falls: c_ij]."""
    both, fear = shared_fear(w)
    change, c = both - w["shared_fear_start"], w["contact"]
    open_ = (1.0 - w["hostility"]) * (1.0 - heavier(w["sanctions"]))
    step = w.p("shared_threat.draw") * change * open_ * np.where(change > 0.0, 1.0 - c, c)
    return {"contact": unit(c + no_self(step)), "shared_fear": both, "fear": fear}


# --- trust ---------------------------------------------------------------------------------------


def start_trust(w: World) -> Changes:
    """A Beta belief of a given weight around the stated trust."""
    weight, tau = w.p("trust.prior_strength"), w["trust"]
    good, bad = weight * tau, weight * (1.0 - tau)
    return {
        "trust_good": good,
        "trust_bad": bad,
        "trust_good_start": good,
        "trust_bad_start": bad,
        "tension_start": w["tension"],
        "aid_start": w["aid"],
    }


def trust(w: World, tick: int, seed: int, run: int) -> Changes:
    """Belief of i in j: forgets, and counts what j did: visits and aid, acts and sanctions."""
    keep = w.p("trust.memory") ** 0.25
    good = keep * w["trust_good"] + (1.0 - keep) * w["trust_good_start"]
    bad = keep * w["trust_bad"] + (1.0 - keep) * w["trust_bad_start"]
    kind = w.p("trust.contact") * rise(w, "contact") + w.p("trust.aid") * rise(w, "aid")
    harsh = w.p("trust.tension") * rise(w, "tension")
    harsh = harsh + w.p("trust.sanctions") * rise(w, "sanctions")
    good, bad = good + 0.25 * kind.T, bad + 0.25 * harsh.T
    with np.errstate(invalid="ignore"):
        return {"trust_good": good, "trust_bad": bad, "trust": good / (good + bad)}


# --- wedge ---------------------------------------------------------------------------------------


def start_wedge(w: World) -> Changes:
    return {"threat_from_start": w["threat_from"]}


def wedge(w: World, tick: int, seed: int, run: int) -> Changes:
    """c_im += court pressed_ir g_rm (1 - H_im) tau_im (1 - c_im), b_mr += doubt of the most of it.

    pressed_ir = (1 - g_ir) (f_ir - f0_ir)+ / f_i, and less than a thousandth goes unnoticed.
    Rivals are answered one after the other.
    """
    c, doubt = w["contact"].copy(), w["trust_bad"].copy()
    for r in range(w.n):
        new = np.maximum(w["threat_from"][:, r] - w["threat_from_start"][:, r], 0.0)
        pressed = (1.0 - w["commitment"][:, r]) * new / (w["threat"] + 1e-9)
        pressed[(new <= 1e-9) | (pressed < 1e-3)] = 0.0
        pressed[r] = 0.0
        for m in range(w.n):
            if m != r:
                won = (1.0 - w["hostility"][:, m]) * w["trust"][:, m]
                ready = pressed * w["commitment"][r, m] * won
                ready[m] = 0.0
                c[:, m] = np.minimum(1.0, c[:, m] + w.p("wedge.court") * ready * (1.0 - c[:, m]))
                doubt[m, r] += w.p("wedge.doubt") * ready.max()
    return {"contact": c, "trust_bad": doubt}
