"""Rules of the economy as plain equations: what each makes of the world in one quarter."""

from __future__ import annotations

import numpy as np

from tests.reference.world import (
    Changes,
    Floats,
    World,
    barred,
    heavier,
    no_self,
    over,
    rise,
    share_of_other,
    unit,
    up,
)

# --- trade_rerouting -----------------------------------------------------------------------------


def trade_shares(w: World, flow: Floats, rest_out: Floats, rest_in: Floats) -> Floats:
    """Share of each partner in the goods trade of a state, both ways together."""
    both = flow + flow.T
    return over(both, (both.sum(axis=1) + rest_out + rest_in)[:, None])


def start_trade_rerouting(w: World) -> Changes:
    x, out, in_ = w["trade_flow"], w["exports_to_rest"], w["imports_from_rest"]
    shares = trade_shares(w, x, out, in_)
    return {
        "trade_flow_start": x,
        "sanctions_start": w["sanctions"],
        "trust_start": w["trust"],
        "exports": out + x.sum(axis=1),
        "imports": in_ + x.sum(axis=0),
        "exports_to_rest_now": out,
        "imports_from_rest_now": in_,
        "trade": shares,
        "trade_start": shares,
        "energy_start": w["energy"],
        "fuel_value": over(w["energy_exports"] * (out + x.sum(axis=1)), fuel_market(w)),
    }


def fuel_market(w: World) -> Floats:
    """sum_i Y_i m_i e_ij: what each seller's buyers are worth."""
    return (w["economy"] * w["openness"]) @ w["energy"]


def trade_rerouting(w: World, tick: int, seed: int, run: int) -> Changes:
    """X* = a_i b_j ((X0_ij - part) exp(u_ij) + part + fuel_ij), both margins held.

    part is the fuel in X0, fuel_ij what j buys of i's fuel beyond the start, at the value of i's
    exports of fuel then, or what it buys less of that part.

    u = -block (max S - max S0) + taste (mean of both sides' tau - tau0); the margins lose a part of
    what is barred, (X0 - part) (1 - exp(-bar)), and of the fuel no longer bought, of at most all
    that was traded. Design notes 1.7, (17).
    """
    x0, out0, in0 = w["trade_flow_start"], w["exports_to_rest"], w["imports_from_rest"]
    bar = heavier(w["sanctions"]) - heavier(w["sanctions_start"])
    bar = w.p("trade_rerouting.block") * bar
    warm = w["trust"] - w["trust_start"]
    worth = w["fuel_value"][:, None] * (w["economy"] * w["openness"])
    more = (up(w["energy"] + w["energy_due"]) - w["energy_start"]).T
    usual = w["energy_start"].T
    part = np.minimum(worth * usual, x0) * (w.p("energy.turn") > 0.0)  # else fuel is as other goods
    fewer = over(part * up(-more), usual)
    pattern = (x0 - part) * np.exp(w.p("trade_rerouting.taste") * (warm + warm.T) / 2.0 - bar)
    pattern = pattern + part + worth * up(more) - fewer
    cut = (x0 - part) * (1.0 - np.exp(-up(bar))) + fewer
    loss = w.p("trade_rerouting.loss")
    exports = w["exports"] - loss * np.minimum(cut.sum(axis=1), w["exports"])
    imports = w["imports"] - loss * np.minimum(cut.sum(axis=0), w["imports"])
    a, b = np.ones(w.n), np.ones(w.n)
    for sweep in range(400):  # twelve, and more while an exporter's factor turns by a hundredth
        before = a
        a = over(exports, out0 + pattern @ b)
        b = over(imports, in0 + a @ pattern)
        if sweep >= 11 and (np.abs(a - before) <= 0.01 * np.maximum(before, 1e-12)).all():
            break
    step = 1.0 - (1.0 - w.p("trade_rerouting.speed")) ** 0.25

    def approach(name: str, goal: Floats) -> Floats:
        return w[name] + step * (goal - w[name])

    flow = approach("trade_flow", a[:, None] * pattern * b)
    out, in_ = (
        approach("exports_to_rest_now", out0 * a),
        approach("imports_from_rest_now", in0 * b),
    )
    return {
        "trade_flow": flow,
        "exports_to_rest_now": out,
        "imports_from_rest_now": in_,
        "trade": trade_shares(w, flow, out, in_),
    }


# --- connectivity --------------------------------------------------------------------------------


def depth(w: World) -> Floats:
    """max_k market_k authority_k over the organisations of which both are full members."""
    out = np.zeros((w.n, w.n))
    for k in w.of_kind("organisation"):
        inside = np.isin(np.arange(w.n), w.members(k))
        deep = w.collective("market")[k] * w["authority"][k]
        out = np.maximum(out, deep * np.outer(inside, inside))
    return out


def start_connectivity(w: World) -> Changes:
    k = w["connectivity"]
    return {"connectivity_start": k, "connectivity_seen": k, "depth_start": depth(w)}


def connectivity(w: World, tick: int, seed: int, run: int) -> Changes:
    """What is built of what is missing, then what is cut of what is there; trade and trust follow.

    grown = (l - l0)+ + (mean aid of both - its start)+, harm = max(W, (max S - max S0)+).
    """
    given = w["aid"] - w["aid_start"]
    grown = up(depth(w) - w["depth_start"]) + up((given + given.T) / 2.0)
    k = w["connectivity"] + w.p("connectivity.build") * grown * (1.0 - w["connectivity"])
    k = unit(k - w.p("connectivity.cut") * np.maximum(w["war"], barred(w)) * k)
    change = w.p("connectivity.flow") * (k - w["connectivity_seen"])
    earned = w.p("connectivity.meet") * up(k - w["connectivity_start"])
    return {
        "connectivity": k,
        "connectivity_seen": k,
        "trade_flow_start": w["trade_flow_start"] * np.exp(change),
        "trust_good": w["trust_good"] + earned,
    }


# --- arms_flow -----------------------------------------------------------------------------------


def start_arms_flow(w: World) -> Changes:
    return {
        "arms_start": w["arms"],
        "secondary_sanctions_start": w["secondary_sanctions"],
        "need_start": w["need"],
        "aid_start": w["aid"],
        "war_start": w["war"],
    }


def threatened(w: World) -> Floats:
    """sum_k trade_ik (SS_kj - SS0_kj)+."""
    return w["trade"] @ up(w["secondary_sanctions"] - w["secondary_sanctions_start"])


def arms_flow(w: World, tick: int, seed: int, run: int) -> Changes:
    """Deliveries move to what is installed and not deterred, installed arms to deliveries.

    Rates a year act for a quarter: 1 - exp(-rate / 4). What is given comes on top.
    """
    lock = w.p("arms_flow.lock")
    base = (1.0 - lock) * w["arms_start"] + lock * w["arms_stock"] + w["arms_opening"]
    risk = w.p("arms_flow.fear") * threatened(w) + w.p("arms_flow.block") * barred(w)
    felt = risk * (1.0 - w.p("arms_flow.covert") * w["covert"])
    warm = ((w["trust"] + 0.1) / (w["trust_start"] + 0.1)) ** w.p("arms_flow.taste")
    wish = np.where(base > 0.0, warm * np.exp(-felt), 1.0)
    able = np.exp(-w.p("arms_flow.divert") * rise(w, "need"))
    lost = (base * up(1.0 - wish)).sum(axis=1, keepdims=True)
    friendly = (1.0 - np.minimum(1.0, heavier(w["sanctions"]))) * w["trust"] * np.exp(-felt)
    pull = no_self(w["arms_supply"] * able * friendly)
    weight = base * wish * able + w.p("arms_flow.entry") * lost * over(
        pull, pull.sum(axis=1)[:, None]
    )
    rest = up(1.0 - base.sum(axis=1))
    target = over(weight, (weight.sum(axis=1) + rest)[:, None])
    rate = w.p("arms_flow.inertia") + w.p("arms_flow.snap") * up(1.0 - wish)
    arms = w["arms"] + (1.0 - np.exp(-rate / 4.0)) * (target - w["arms"])
    at_war, before = (w[name].max(axis=1)[:, None] for name in ("war", "war_start"))
    given = (
        w.p("arms_flow.gift")
        * w["arms_supply"]
        * up(at_war * w["aid"].T - before * w["aid_start"].T)
    )
    all_given = given.sum(axis=1)
    new = all_given / (w["economy"] + 1e-9)
    step = 1.0 - np.exp(-new / (1.0 + new) / 4.0)[:, None]
    arms = arms + step * (over(given, all_given[:, None]) - arms)
    arms = arms / np.maximum(1.0, arms.sum(axis=1))[:, None]
    renewed = 1.0 - np.exp(-w.p("arms_flow.renewal") * (1.0 + 0.25 * new) / 4.0)[:, None]
    stock = w["arms_stock"] + renewed * (arms - w["arms_stock"])
    return {
        "arms": arms,
        "arms_stock": stock,
        "arms_risk": risk,
        "arms_weight": weight,
        "arms_wish": wish,
        "arms_able": able,
    }


# --- covert --------------------------------------------------------------------------------------


def covert(w: World, tick: int, seed: int, run: int) -> Changes:
    """kappa += turn ((1 - exp(-risk)) want tau (1 - max S) - kappa); hiding brings contact.

    want = 1 - (1 - a_i stock_ij)(1 - need_i). What one order of the pair adds to contact comes on
    top of what the other has added.
    """
    risk = w.p("arms_flow.fear") * threatened(w)
    locked = w["arms_import_need"][:, None] * w["arms_stock"]
    want = 1.0 - (1.0 - locked) * (1.0 - w["need"][:, None])
    goal = (1.0 - np.exp(-risk)) * want * w["trust"] * (1.0 - heavier(w["sanctions"]))
    kappa = no_self(unit(w["covert"] + w.p("covert.turn") * (goal - w["covert"])))
    bond = w.p("covert.bond") * kappa
    apart = (1.0 - w["contact"]) * (1.0 - bond) * (1.0 - bond.T)
    return {"covert": kappa, "contact": 1.0 - apart}


# --- barter --------------------------------------------------------------------------------------


def ordinary(w: World) -> Floats:
    """trade_ji Y_i / (Y_i + Y_j) (1 - max S): know-how that goes from i to j with trade."""
    return w["trade"].T * share_of_other(w["economy"]).T * (1.0 - heavier(w["sanctions"]))


def start_barter(w: World) -> Changes:
    return {"munitions_from_start": w["munitions_from"], "technology": ordinary(w)}


def barter(w: World, tick: int, seed: int, run: int) -> Changes:
    """Munitions are paid in goods and know-how; arms for an enemy unlock both.

    grudge_id = max_e W_ie (B_de - B0_de)+ min(1, C_d / .3),
    unlock_ij = 1 - exp(-sum_d grudge_id H_jd).
    """
    n, tau, friendly = w.n, w["trust"], 1.0 - w["hostility"]
    size, more = np.minimum(1.0, w["capability"] / 0.3), rise(w, "aid")
    grudge = np.zeros((n, n))
    for i in range(n):
        for d in range(n):
            given = [w["war"][i, e] * more[d, e] for e in range(n) if e != i]
            grudge[i, d] = max(given, default=0.0) * size[d] if d != i else 0.0
    unlock = 1.0 - np.exp(-grudge @ w["hostility"].T)
    larger = share_of_other(w["economy"]).T
    received, imports = w["munitions_from"], w["munitions_imports"][:, None]
    due = w.p("barter.price") * up(received - w["munitions_from_start"]) * larger
    sole = over(received, imports)
    cap = tau + (1.0 - tau) * w.p("barter.press") * w["need"][:, None] * sole
    maker = (w["arms_supply"] / (w["arms_supply"] + w.p("munitions.half")))[:, None]
    owed = due + w.p("barter.link") * unlock * friendly
    adjust = w.p("barter.adjust")
    paid = w["technology_paid"] + adjust * (
        cap * maker * (1.0 - np.exp(-owed)) - w["technology_paid"]
    )
    goods = np.minimum(w["goods_paid"], w["aid"])
    aid = unit(w["aid"] + adjust * (1.0 - np.exp(-due) - goods))
    opening = w.p("barter.arms") * unlock * tau * friendly * maker
    return {
        "grudge": grudge,
        "technology_paid": paid,
        "technology": unit(ordinary(w) + paid),
        "goods_paid": unit(goods + aid - w["aid"]),
        "aid": aid,
        "arms_opening": opening.T,
    }


# --- energy --------------------------------------------------------------------------------------


def start_energy(w: World) -> Changes:
    return {
        "energy_start": w["energy"],
        "energy_exports_start": w["energy_exports"],
        "fuel_market": fuel_market(w),
    }


def fuel_cover(w: World, level: Floats) -> Floats:
    """(S - first) / (whole - first), from 0 to 1."""
    first, whole = w.p("energy.first"), w.p("energy.whole")
    return np.where(level >= whole, 1.0, unit((level - first) / (whole - first)))


def energy(w: World, tick: int, seed: int, run: int) -> Changes:
    """Barred fuel is placed elsewhere; buyers fill up from the rest; exports diversify.

    Nothing moves until a supplier has lost a market or its exports are not as usual.
    """
    e0, market = w["energy_start"], w["fuel_market"]
    new, old = heavier(w["sanctions"]), heavier(w["sanctions_start"])
    usual = 1.0 - fuel_cover(w, old)
    left = np.where((new > old) & (usual > 0.0), over(1.0 - fuel_cover(w, new), usual), 1.0)
    bar = 1.0 - left * (1.0 - w["war"])
    volume = w["economy"] * w["openness"]
    barred_markets = (volume[:, None] * e0 * bar).sum(axis=0)
    lost = unit(over(barred_markets, market))
    unusual = (lost > 0.0) | (w["energy_exports"] != w["energy_exports_start"])
    turned = np.where(unusual, 1.0, w["energy_turned"])
    offered = w.p("energy.push") * np.minimum(barred_markets, market)
    changes: Changes = {
        "energy_barred": bar,
        "energy_lost": lost,
        "energy_turned": turned,
        "fuel_offered": offered,
    }
    if not turned.any():
        return changes
    large = volume ** (1.0 + w.p("energy.scale"))
    pull = large[:, None] * w["trust"] * (1.0 - np.minimum(1.0, new)) * (1.0 - bar)
    pull = pull * up(1.0 - e0 / w.p("energy.most")) * (1.0 + w["connectivity"])
    pull = no_self(np.where(offered > 0.0, pull, 0.0))
    gain = over(over(offered * pull, pull.sum(axis=0)), volume[:, None])
    taken = gain.sum(axis=1, keepdims=True)
    most = np.minimum(taken, 0.9)
    weight = no_self(e0 * (1.0 - bar)) + over(gain * most, taken * (1.0 - most))
    total = weight.sum(axis=1, keepdims=True) + up(1.0 - e0.sum(axis=1, keepdims=True))
    goal = over(weight, total)
    turn, e, f = w.p("energy.turn"), w["energy"], w["energy_exports"]
    fewer = w["energy_exports_start"] * (1.0 - w.p("energy.diversify") * lost)
    now = unit(np.where(total > 0.0, e + turn * (goal - e), e))
    return changes | {
        "energy_gain": gain,
        "fuel_pulled": pull.sum(axis=0),
        "energy": now,
        "energy_due": no_self(np.where(total > 0.0, goal - now, 0.0)),
        "energy_exports": unit(f + turn * (fewer - f)),
    }


# --- currency ------------------------------------------------------------------------------------


def start_currency(w: World) -> Changes:
    return {
        "currency_start": w["currency"],
        "finance_start": w["finance"],
        "secondary_sanctions_start": w["secondary_sanctions"],
    }


def currency(w: World, tick: int, seed: int, run: int) -> Changes:
    """q* = q0 - lost + take lost_i weight_ij / (sum_k weight_ik + own), finance moves along."""
    q, q0 = w["currency"], w["currency_start"]
    pressure = rise(w, "sanctions") + w.p("currency.third") * rise(w, "secondary_sanctions")
    left = np.exp(-w.p("currency.flee") * pressure.T)
    kept = q0 * left
    lost = (q0 - kept).sum(axis=1)
    weight = w["trade"] * np.sqrt(w["economy"]) * w["trust"] * (1.0 - heavier(w["sanctions"]))
    weight = no_self(weight)
    taken = weight / (weight.sum(axis=1) + w["economy"])[:, None]
    step = w.p("currency.turn") * (kept + w.p("currency.take") * lost[:, None] * taken - q)
    barred = (1.0 - left) * w["finance"]
    moved = (lost > 0.0) | (barred > 0.0).any(axis=1) | (q != q0).any(axis=1)
    step = no_self(np.where(moved[:, None], step, 0.0))
    finance = unit(w["finance"] + w.p("currency.carry") * step)
    fallen = w["finance"] - w.p("currency.turn") * up(w["finance"] - w["finance_start"] * left)
    finance = np.where((left < 1.0) & moved[:, None], np.minimum(finance, fallen), finance)
    owed = finance.sum(axis=1)
    over = moved & (owed > 1.0)
    finance = finance / np.where(over, owed, 1.0)[:, None]
    known = np.where(moved[:, None], weight, w["currency_weight"])
    return {"currency": unit(q + step), "finance": finance, "currency_weight": known}


# --- growth --------------------------------------------------------------------------------------


def knowhow(w: World) -> Floats:
    """sum_j trade0_ij Y_j / (Y_i + Y_j) (1 - max S)."""
    free = 1.0 - heavier(w["sanctions"])
    return no_self(w["trade_start"] * share_of_other(w["economy"]) * free).sum(axis=1)


def start_growth(w: World) -> Changes:
    return {"knowhow_start": knowhow(w), "technology_access": np.ones(w.n)}


def growth(w: World, tick: int, seed: int, run: int) -> Changes:
    """Y *= exp(rate / 4), C *= exp(follow rate / 4), rate = g - g_mean - slow (1 - know)+."""
    before, known = w["knowhow_start"], w["technology_access"]
    know = np.where(before > 0.0, np.clip(over(knowhow(w), before), 0.0, 2.0), known)
    if not w["growth"].any() and (know > 1.0 - 1e-6).all():
        return {"technology_access": know}
    y, c = w["economy"], w["capability"]
    rate = w["growth"] - np.average(w["growth"], weights=y)
    rate = rate - w.p("growth.slow") * up(1.0 - know)
    larger, stronger = y * np.exp(rate / 4.0), c * np.exp(w.p("growth.follow") * rate / 4.0)
    return {
        "technology_access": know,
        "economy": unit(larger * y.sum() / larger.sum()),
        "capability": unit(stronger * c.sum() / stronger.sum()),
    }
