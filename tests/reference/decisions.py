"""The decision model in plain numpy, as the equations say it, beside the compiled kernel.

Written from the equations in the docstrings of the terms and of the mechanisms and from the design
notes, for reading: whole matrices, nothing kept up to date, nothing incremental. Two kinds of
numbers are told apart, as in :mod:`sim.rules.decisions.assessment`: a :class:`World` is what holds
now, an :class:`Assessment` what states saw when the quarter began. Utility is a function of both,
and what a move is worth is the difference of two utilities.

A term of a new file needs a function here: add it to :data:`TERMS`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from enum import IntEnum

import numpy as np

from sim.rules import catalogue as names
from tests.reference.world import Floats, World, no_self

# --- ties ----------------------------------------------------------------------------------------


def pact_scale(w: World, what: str) -> Floats:
    """Commitment or entrapment weight of the pact levels 0 to 3."""
    return np.array([0.0, *(w.p(f"pacts.{what}_{x}") for x in ("consultation", "arms", "defence"))])


def commitment(w: World) -> Floats:
    """g_ij: the larger of the bilateral pact's and the shared organisations'."""
    bilateral = pact_scale(w, "commitment")[w["pact_level"].astype(int)]
    return np.maximum(bilateral, w["organisation_floor"])


def entrapment_weight(w: World) -> Floats:
    """gE_ij likewise; a floor weighs as much as the pact of its commitment, linear in between."""
    g, e = pact_scale(w, "commitment"), pact_scale(w, "entrapment")
    floor = np.interp(w["organisation_floor"], g, e)
    return np.maximum(e[w["pact_level"].astype(int)], floor)


# --- what states see when the quarter begins -----------------------------------------------------


def hostility_base(w: World) -> Floats:
    """Hb_ij = logistic(-h0 + hx |dx| + hr r_j + hq Q + hn t_ji + hw W + ha a + hs S_ji
    - ht (tau - .5)).
    """
    x = w["ideal_point"]
    logit = (
        -w.p("hostility.baseline")
        + w.p("hostility.ideal_distance") * np.abs(x[:, None] - x)
        + w.p("hostility.revisionism") * w["effective_revisionism"]
        + w.p("hostility.rivalry") * w["rivalry"]
        + w.p("hostility.tension") * w["tension"].T
        + w.p("hostility.war") * w["war"]
        + w.p("hostility.alarm") * w["alarm"]
        + w.p("hostility.sanctions") * w["sanctions"].T
        - w.p("hostility.trust") * (w["trust"] - 0.5)
    )
    return no_self(1.0 / (1.0 + np.exp(-logit)))


def reassured(w: World) -> Floats:
    """H_ij = Hb_ij (1 - app g_ij tau_ij), at the commitments that hold now."""
    calm = w.p("hostility.reassurance") * commitment(w) * w["trust"]
    return no_self(w["hostility_base"] * (1.0 - calm))


def projected(w: World) -> Floats:
    """b_ij = C_j E_j exp(-d_ij / reach_j): capability of j that reaches i."""
    force = w["capability"] * w["arms_effort"]
    return no_self(force * np.exp(-w["distance"] / w["reach"]))


def vulnerability(w: World) -> Floats:
    """V_ij = min(1, [m_i (.5 trade + .3 energy + .25 finance) + .35 am_i installed arms] left).

    left = 1 - the part of i's needs that new aid of others than j meets.
    """
    goods = 0.5 * w["trade"] + 0.3 * w["energy"] + 0.25 * w["finance"]
    harm = w["openness"][:, None] * goods
    harm += 0.35 * w["arms_import_need"][:, None] * w["arms_stock"]
    left = 1.0 - (w["aid_relief"][:, None] - w["aid_share"])
    return no_self(np.minimum(1.0, harm * np.maximum(0.0, left)))


def feared(w: World) -> Floats:
    """G_kl = g_kl (1 + gain u_kl): a tie of unknown content weighs more with third states."""
    return commitment(w) * (1.0 + w.p("uncertainty.gain") * w["uncertainty"])


def coalition(w: World, h: Floats, b: Floats) -> Floats:
    """sum_l G_kl b_il (1 - g_il)(.15 + .85 H_il): force that k's partners bring near i."""
    return (b * (1.0 - commitment(w)) * (0.15 + 0.85 * h)) @ feared(w).T


def size(c: Floats) -> Floats:
    """c = min(1, C / .3)."""
    return np.minimum(1.0, c / 0.3)


class Move(IntEnum):
    """Codes of the moves in the log and in the keys of luck."""

    NONE = 0
    PACT = 1
    SANCTION = 2
    LIFT = 3
    AID = 4
    END_AID = 5
    ARM = 6
    DISARM = 7
    COURT = 8
    PROVOKE = 9
    RECONCILE = 10
    APPLY = 11
    JOIN = 12
    WITHDRAW = 13
    FOUND = 14
    SUSPEND = 15


@dataclass(frozen=True)
class Assessment:
    """What the quarter's start fixes: H, b, V, T_ik, its shares w_ik, sums over third states."""

    H: Floats
    b: Floats
    V: Floats
    T: Floats
    share: Floats
    g: Floats
    shared: Floats
    ahead: Floats
    fought: Floats
    odds: Floats
    attention: Floats


def assess(w: World) -> Assessment:
    """Hostility, threat, expected help and the attention shares, from the present state."""
    h, b, v, g = reassured(w), projected(w), vulnerability(w), commitment(w)
    threat = no_self(h * (b + w.p("coalition_threat.rho") * coalition(w, h, b)))
    total = threat.sum(axis=1, keepdims=True)
    share = np.divide(threat, total, out=np.zeros_like(threat), where=total > 0.0)
    shared = share @ h.T  # sum_k w_ik H_jk
    news = w["sanctions"] - w["sanctions_known"]
    gap = np.maximum(0.0, news[None, :, :] - np.maximum(0.0, news)[:, None, :])
    heard = g * np.maximum(0.0, 2.0 * w["trust"] - 1.0)
    ahead = 1.0 - np.exp(-np.einsum("im,imj->ij", heard, gap))
    for k in w.of_kind("organisation"):
        inside = np.isin(np.arange(w.n), w.members(k))
        ahead = np.where(np.outer(inside, inside), ahead * (1.0 - w.collective("market")[k]), ahead)
    fought = np.minimum(1.0, h @ w["war"])  # sum_k H_ik W_kj
    none = np.zeros_like(h)
    seen = Assessment(h, b, v, threat, share, g, shared, ahead, fought, none, none)
    own = protection(w, seen)[:, None]
    force = np.divide(threat, h, out=np.zeros_like(h), where=h > 0.0)
    near = (b + b.T) / (w["capability"][:, None] + w["capability"])
    attention = no_self(
        0.2 * near
        + w["trade"]
        + 0.5 * w["arms"]
        + 0.3 * w["contact"] ** 2
        + 0.2 * g
        + 0.2 * share
        + 1e-4
    )
    attention /= attention.sum(axis=1, keepdims=True)
    return replace(seen, odds=own / (own + force), attention=attention)


# --- running sums --------------------------------------------------------------------------------


def threat_total(w: World, seen: Assessment) -> Floats:
    """T_i = sum_k h_ik b_ik + rho H_ik sum_l G_kl b_il (1 - g_il)(.15 + .85 H_il), h, g of now."""
    through_partners = seen.H * coalition(w, seen.H, seen.b)
    return (reassured(w) * seen.b + w.p("coalition_threat.rho") * through_partners).sum(axis=1)


def protection(w: World, seen: Assessment) -> Floats:
    """O_i = C_i E_i + home + sum_j q_ij b_ij."""
    lam = w.p("protection.common_enemy")
    common = 1.0 - lam + lam * np.minimum(1.0, 1.2 * seen.shared)
    q = commitment(w) * w["trust"] * common * (1.0 - seen.share) * (1.0 - reassured(w))
    own = w["capability"] * w["arms_effort"] + w.p("protection.home")
    return own + no_self(q * seen.b).sum(axis=1)


def barrier(w: World) -> Floats:
    """1 - .85 of the heavier of the two sides' sanctions."""
    return 1.0 - 0.85 * np.maximum(w["sanctions"], w["sanctions"].T)


def market_access(w: World) -> Floats:
    """X1_i = sum_j (1 - .85 S)(.25 + g) Y_j exp(-d/6)."""
    reach = w["economy"] * np.exp(-w["distance"] / 6.0)
    return no_self(barrier(w) * (0.25 + commitment(w)) * reach).sum(axis=1)


def arms_access(w: World, goods: str = "arms_supply") -> Floats:
    """X2_i = sum_j (1 - .85 S) 1.5 g tau (1 - H) A_j; X3 with munitions for arms."""
    willing = 1.5 * commitment(w) * w["trust"] * (1.0 - reassured(w))
    return no_self(barrier(w) * willing * w[goods]).sum(axis=1)


def aid_received(w: World) -> Floats:
    """Donors' economies over the own one."""
    return no_self(w["aid"].T * w["economy"]).sum(axis=1) / (w["economy"] + 1e-4)


def bilateral(w: World) -> Floats:
    """Commitments of bilateral pacts alone."""
    return no_self(pact_scale(w, "commitment")[w["pact_level"].astype(int)])


def patronage(w: World) -> Floats:
    """sum_l g_il sqrt(C_l)."""
    return no_self(commitment(w) * np.sqrt(w["capability"])).sum(axis=1)


# --- utility terms, all states at once -----------------------------------------------------------


def security(w: World, seen: Assessment) -> Floats:
    """ln S_i = -ln(1 + T_i / O_i)."""
    return -np.log1p(threat_total(w, seen) / protection(w, seen))


def access(w: World, seen: Assessment) -> Floats:
    """markets ln(.05 + X1) + arms ln(.05 + X2) + munitions need ln(.05 + X3) + aid ln(1 + aid)."""
    shells = arms_access(w, "munitions_supply")
    return (
        w.p("access.markets") * np.log(0.05 + market_access(w))
        + w.p("access.arms") * np.log(0.05 + arms_access(w))
        + w.p("access.munitions") * w["need"] * np.log(0.05 + shells)
        + w.p("access.aid") * np.log1p(aid_received(w))
    )


def autonomy(w: World, seen: Assessment) -> Floats:
    """sum_j g_ij C_j/(C_i + C_j) + .5 (HHI arms + m_i HHI trade)."""
    c = w["capability"]
    given = no_self(commitment(w) * c / (c[:, None] + c)).sum(axis=1)
    hhi_arms = no_self(w["arms"] ** 2).sum(axis=1)
    hhi_trade = no_self(w["trade"] ** 2).sum(axis=1)
    return given + 0.5 * (hhi_arms + w["openness"] * hhi_trade)


def misfit(w: World, seen: Assessment) -> Floats:
    """sum_j g_ij |x_i - x_j|."""
    x = w["ideal_point"]
    return (commitment(w) * np.abs(x[:, None] - x)).sum(axis=1)


def entrapment(w: World, seen: Assessment) -> Floats:
    """sum_j gE_ij (.3 + r_j) sum_k H_jk (1 - H_ik) min(1, b_ik / C_i)."""
    reach = np.minimum(1.0, seen.b / w["capability"][:, None])
    quarrels = ((1.0 - seen.H) * reach) @ seen.H.T
    weight = entrapment_weight(w) * (0.3 + w["effective_revisionism"])
    return no_self(weight * quarrels).sum(axis=1)


def opposition(w: World, seen: Assessment) -> Floats:
    """1/2 sum_jl g_ij g_il Hs_jl c_j c_l."""
    tie = commitment(w) * size(w["capability"])
    mutual = 0.5 * (seen.H + seen.H.T)
    return 0.5 * np.einsum("ij,jl,il->i", tie, mutual, tie)


def retaliation(w: World, seen: Assessment) -> Floats:
    """1/4 sum_j g_ij sum_k max(H_jk, H_kj)[V_ik + .25 min(1, b_ik/C_i)](1 - g_ik) c_k."""
    reach = np.minimum(1.0, seen.b / w["capability"][:, None])
    exposed = (seen.V + 0.25 * reach) * (1.0 - seen.g) * size(w["capability"])
    load = exposed @ np.maximum(seen.H, seen.H.T)
    return 0.25 * no_self(commitment(w) * load).sum(axis=1)


def common_enemy(w: World, seen: Assessment) -> Floats:
    """sum_j g_ij C_j^(1/4) min(1, sum_k w_jk H_ik)."""
    worth = w["capability"] ** 0.25 * np.minimum(1.0, seen.shared.T)
    return no_self(commitment(w) * worth).sum(axis=1)


def closure(w: World, seen: Assessment) -> Floats:
    """sum_j g_ij (1 - exp(-.7 sum_l g_il g_lj)), common partners of the quarter's start."""
    common = 1.0 - np.exp(-0.7 * seen.g @ seen.g)
    return no_self(commitment(w) * common).sum(axis=1)


def influence(w: World, seen: Assessment) -> Floats:
    """sum_j max(0, V_ji + .15 B_ij - V_ij) sqrt(C_j) g_ij sqrt(C_i) / sum_l g_jl sqrt(C_l)."""
    leverage = np.maximum(0.0, seen.V.T + 0.15 * w["aid"] - seen.V)
    root = np.sqrt(w["capability"])
    held = commitment(w) * root[:, None]
    all_patrons = np.broadcast_to(patronage(w), held.shape)
    exclusive = np.divide(held, all_patrons, out=np.zeros_like(held), where=held > 0.0)
    return no_self(leverage * root * exclusive).sum(axis=1)


def exposure(w: World, seen: Assessment) -> Floats:
    """sum_j V_ij H_ij (1 + g_ij)."""
    return (seen.V * reassured(w) * (1.0 + commitment(w))).sum(axis=1)


def recognition(w: World, seen: Assessment) -> Floats:
    """ln(.1 + sum_j c_ji sqrt(C_j)(1 - H_ij) / sum_j sqrt(C_j))."""
    root = np.sqrt(w["capability"])
    received = no_self(w["contact"].T * root * (1.0 - seen.H)).sum(axis=1)
    return np.log(0.1 + received / root.sum())


def sanctioning(w: World, seen: Assessment) -> Floats:
    """sum_j S_ij (expression H violation_j + denial H + following ahead - cost trade_ij m_i)."""
    gain = (
        w.p("sanctioning.expression") * seen.H * w["violation"]
        + w.p("sanctioning.denial") * seen.H
        + w.p("sanctioning.following") * seen.ahead
        - w.p("sanctioning.cost") * w["trade"] * w["openness"][:, None]
    )
    return no_self(w["sanctions"] * gain).sum(axis=1)


def support(w: World, seen: Assessment) -> Floats:
    """sum_j B_ij min(1, sum_k W_jk H_ik)(1 - H_ij)."""
    return no_self(w["aid"] * seen.fought * (1.0 - seen.H)).sum(axis=1)


def challenge(w: World, seen: Assessment) -> Floats:
    """sum_j t_ij [gain r_i H odds - risk H (1 - odds) - norm (1 - H) - bonds (g + tau V)]."""
    will = w["effective_revisionism"][:, None]
    net = (
        w.p("challenge.gain") * will * seen.H * seen.odds
        - w.p("challenge.risk") * seen.H * (1.0 - seen.odds)
        - w.p("challenge.norm") * (1.0 - seen.H)
        - w.p("challenge.bonds") * (commitment(w) + w["trust"] * seen.V)
    )
    return no_self(w["tension"] * net).sum(axis=1)


def upkeep(w: World, seen: Assessment) -> Floats:
    """c0 n + c1 n^2 + fixed #ties + aid given (.2 + Y_j/(Y_i + Y_j)) + a ln E + b ln E |ln E|."""
    n, y, effort = bilateral(w).sum(axis=1), w["economy"], np.log(w["arms_effort"])
    ties = no_self((w["pact_level"] > 0.5).astype(float)).sum(axis=1)
    aid = (w["aid"] * (0.2 + y / (y[:, None] + y))).sum(axis=1)
    return (
        w.p("upkeep.linear") * n
        + w.p("upkeep.convex") * n**2
        + w.p("upkeep.tie") * ties
        + w.p("upkeep.aid") * aid
        + w.p("upkeep.arms_linear") * effort
        + w.p("upkeep.arms_convex") * effort * np.abs(effort)
    )


TERMS: dict[str, Callable[[World, Assessment], Floats]] = {
    function.__name__: function
    for function in (
        access,
        autonomy,
        challenge,
        closure,
        common_enemy,
        entrapment,
        exposure,
        influence,
        misfit,
        opposition,
        recognition,
        retaliation,
        sanctioning,
        security,
        support,
        upkeep,
    )
}


def contributions(w: World, seen: Assessment) -> Floats:
    """``(terms, N)``: sign x weight x doctrine's multiplier x value of each term, in logits."""
    rows = []
    for name, term in names.TERMS.items():
        weight = term.sign * w.p(f"{name}.weight") * w[f"weight_{name}"]
        rows.append(weight * TERMS[name](w, seen))
    return np.array(rows)


def utility(w: World, seen: Assessment) -> Floats:
    """U_i, logits."""
    return contributions(w, seen).sum(axis=0)


def in_ties(w: World) -> Floats:
    """``(terms, 1)``: the part of each weight that counts in decisions about pacts and bodies."""
    rows = (1.0 if term.ties is None else w.p(f"{name}.ties") for name, term in names.TERMS.items())
    return np.array(list(rows))[:, None]


def of_ties(w: World, seen: Assessment) -> Floats:
    """U_i as far as it counts in decisions about ties, logits."""
    return (in_ties(w) * contributions(w, seen)).sum(axis=0)


# --- choice --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Alternative:
    """A move open to a state: change of its utility, cost of making it, chance of consent."""

    kind: Move
    partner: int
    to: float
    gain: float
    cost: float
    accept: float = 1.0

    @property
    def value(self) -> float:
        """What enters the logit."""
        return self.gain - self.cost


def alternatives(w: World, seen: Assessment, i: int) -> Iterator[Alternative]:
    """Every move open to state i, in no particular order; doing nothing (value 0) is not listed."""
    now, tied = utility(w, seen), of_ties(w, seen)

    def worth(kind: str, j: int, to: float) -> float:
        return float(utility(w.after(kind, i, j, to), seen)[i] - now[i])

    effort = w["arms_effort"][i]
    for kind, to in (
        (Move.ARM, min(1.05 * effort, 3.0)),
        (Move.DISARM, max(effort / 1.05, 0.5)),
    ):
        if to != effort:
            yield Alternative(kind, i, to, worth("arm", i, to), w.p("moves.arm"))
    for j in range(w.n):
        if j == i:
            continue
        inattention = -float(np.log(seen.attention[i, j]))
        yield from pacts(w, seen, i, j, inattention, tied)
        s, t = w["sanctions"][i, j], w["tension"][i, j]
        acts = [
            (Move.SANCTION, "sanction", 1.0, "moves.sanction", s < 0.9),
            (Move.LIFT, "sanction", 0.0, "moves.lift", s > 0.2),
            (Move.AID, "aid", 1.0, "moves.aid", w["aid"][i, j] < 0.5),
            (Move.END_AID, "aid", 0.0, "moves.end_aid", w["aid"][i, j] >= 0.5),
            (Move.PROVOKE, "tension", t + 0.25 * (1.0 - t), "moves.provoke", t < 0.9),
            (Move.RECONCILE, "tension", 0.6 * t, "moves.reconcile", t > 0.1),
        ]
        for kind, word, to, cost, is_open in acts:
            if is_open:
                gain = worth(word, j, to)
                if word == "tension":
                    gain += calm(w, seen, i, j, to)
                toll = w.p(cost) + inattention
                if kind == Move.SANCTION:
                    toll = w.p(cost) + w.p("moves.sanction_attention") * inattention
                    toll -= w.p("moves.sanction_regime") * w["governance"][i]
                    both = w["capability"][i] + w["capability"][j] + 1e-9
                    stronger = w["capability"][j] / both
                    toll += w.p("moves.sanction_strength") * stronger
                    toll += w.p("moves.sanction_trust") * w["trust"][i, j]
                if kind == Move.AID:
                    drawn = (1.0 - w.p("moves.aid_attention")) * seen.fought[i, j]
                    toll -= drawn * inattention
                yield Alternative(kind, j, to, gain, toll)
        if w["war"][i, j] <= 0.0:
            answered = w["contact"][j, i] + 0.15 * (1.0 - w["contact"][j, i])
            gain = worth("court", j, answered)
            yield Alternative(Move.COURT, j, answered, gain, w.p("moves.court") + inattention)


def pacts(
    w: World, seen: Assessment, i: int, j: int, inattention: float, now: Floats
) -> Iterator[Alternative]:
    """Offers of every higher level, with the partner's consent, and exits to every lower one."""
    level = int(w["pact_level"][i, j])
    scale = pact_scale(w, "commitment")
    taboo = [0.0, *(f"taboo_{x}" for x in ("consultation", "arms_cooperation", "defence"))]
    given = 0.7 * scale[level] <= w["organisation_floor"][i, j]
    for to in range(4):
        change = of_ties(w.after("pact", i, j, float(to)), seen) - now
        if to < level and not given:
            g = np.maximum(scale[[level, to]], w["organisation_floor"][i, j])
            cost = (
                w.p("moves.break")
                + w.p("moves.break_deep") * (g[0] - g[1])
                + w.p("moves.break_arms") * w["arms"][i, j]
                + (1.0 - w.p("moves.break_worth")) * float(change[i])
            )
            yield Alternative(Move.PACT, j, to, float(change[i]), cost)
        if to <= level or 0.7 * scale[to] <= w["organisation_floor"][i, j]:
            continue
        if w["cooldown"][i, j] > 0.0 or w["war"][i, j] > 0.0:
            continue
        gain = float(change[i] - w[taboo[to]][i])
        wish = change[j] - w[taboo[to]][j] + w.p("consent.offset")
        accept = float(1.0 / (1.0 + np.exp(-wish)))
        cost = w.p("moves.create") + w.p("moves.deepen") * (to - level - 1) + inattention
        yield Alternative(Move.PACT, j, to, gain * accept if gain > 0.0 else gain, cost, accept)


def calm(w: World, seen: Assessment, i: int, j: int, to: float) -> float:
    """What i expects of j's answer: half the change, to first order in hostility and threat."""
    h = seen.H[i, j]
    answer = 0.5 * (to - w["tension"][i, j])
    threat = threat_total(w, seen)[i]
    more = w.p("hostility.tension") * answer * h * (1.0 - h) * seen.b[i, j]
    own = protection(w, seen)[i]
    change = np.log1p(threat / own) - np.log1p(max(0.0, threat + more) / own)
    return float(w.p("security.weight") * w["weight_security"][i] * change)


def probabilities(options: list[Alternative]) -> Floats:
    """Chances of the options and, last, of doing nothing: a multinomial logit."""
    weights = np.exp([*(option.value for option in options), 0.0])
    return weights / weights.sum()
