"""What moves are worth to a state: the changes of its utility, in plain Python.

A :class:`Weigher` holds the variables of a state as attributes, by the names that ``multipolar
variables`` lists: numbers of its own, and lists over partners for what it holds of, owes to or gets
from each, so that ``self.trust[j]`` is its trust in j.

Symbols: g commitment and gE entrapment weight of a tie, H hostility, tau trust, b projected force,
V vulnerability, C capability, Y economy, T threat, O protection, S sanctions, w_x the weight of
term x times the multiplier of the state's doctrine.
"""

from __future__ import annotations

from enum import IntEnum
from math import exp, log, sqrt
from typing import TYPE_CHECKING, NamedTuple

import mesa

from sim.rules import catalogue as names
from sim.rules.decisions.acts import ARM_STEP
from sim.rules.decisions.commitment import floor_entrapment
from sim.rules.moves.court import COURT_ANSWER
from sim.rules.moves.provoke import PROVOKE_STEP
from sim.rules.moves.reconcile import RECONCILE_STEP

if TYPE_CHECKING:
    from benchmarks.mesa_model import ReferenceModel

#: What a state reads of itself before the moves, and what of it moves change.
OWN = """capability economy governance arms_supply munitions_supply openness ideal_point need
    violation effective_revisionism recognition_scale capability_root patronage taboo_consultation
    taboo_arms_cooperation taboo_defence""".split()
OWN_CHANGED = """arms_effort threat protection recognition market_access arms_access
    munitions_access portfolio ties patronage aid_received""".split()
#: The same of a state towards each partner.
PAIR = """trust war trade arms organisation_floor hostility_base hostility vulnerability projected
    threat_share shared_enemies entrapment_load retaliation_load closure market odds relevance
    uncertainty partners_ahead fought""".split()
PAIR_CHANGED = """trust_good trust_bad tension contact sanctions aid pact_level commitment
    entrapment_weight cooldown enemy_load coalition_weight opposition_load intensity_1 intensity_2
    intensity_3""".split()


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


class Tie(NamedTuple):
    """A tie as one side sees it: commitment g, entrapment weight gE, hostility of the other."""

    g: float
    e: float
    h: float


class Alternative(NamedTuple):
    """An open move: its place in the order of kinds, what it sets, its weight exp(gain - cost)."""

    place: int
    kind: Move
    to: float
    weight: float
    consent: float = 1.0


def logistic(x: float) -> float:
    """1 / (1 + exp(-x)), range (0, 1)."""
    return 1.0 / (1.0 + exp(-x))


def size(capability: float) -> float:
    """Weight c of a partner: min(1, C / .3)."""
    return min(1.0, capability / 0.3)


class Weigher(mesa.Agent):
    """A state as far as it weighs moves; what it does about it is left to a subclass.

    Attributes:
        code: the state's code in the scenario.
        index: its position on the axes of states.
        key: its stable key in the random streams.
    """

    def __init__(self, model: ReferenceModel, code: str, index: int) -> None:
        super().__init__(model)
        self.code = code
        self.index = index
        self.key = int(model.world.keys[index])
        self.read()

    def read(self) -> None:
        """Take over what mechanisms and assessment have left in the blocks of the model."""
        model, i = self.model, self.index
        for name in OWN + OWN_CHANGED:
            setattr(self, name, float(model.V[names.STATE_FIELDS[name].row, i]))
        for name in PAIR + PAIR_CHANGED:
            setattr(self, name, model.M[names.DYAD_FIELDS[name].row, i].tolist())
        self.floor_entrapment = [
            float(floor_entrapment(model.blocks, g)) if g > 0.0 else 0.0
            for g in self.organisation_floor
        ]
        self.taboo = (
            0.0,
            self.taboo_consultation,
            self.taboo_arms_cooperation,
            self.taboo_defence,
        )
        self.weight = {
            name: term.sign * model.p[f"{name}.weight"] * float(model.V[term.multiplier, i])
            for name, term in names.TERMS.items()
        }
        # what counts in decisions about ties
        self.in_ties = {
            name: self.weight[name] * (1.0 if term.ties is None else model.p[f"{name}.ties"])
            for name, term in names.TERMS.items()
        }

    def write(self) -> None:
        """Hand what moves have changed back to the blocks of the model."""
        model, i = self.model, self.index
        for name in OWN_CHANGED:
            model.V[names.STATE_FIELDS[name].row, i] = getattr(self, name)
        for name in PAIR_CHANGED:
            model.M[names.DYAD_FIELDS[name].row, i] = getattr(self, name)

    # --- what holds towards a partner --------------------------------------------------------

    def tie(self, j: int, level: float) -> Tie:
        """The tie with j at a pact level.

        g = max(g of the level, floor g of shared organisations), gE likewise;
        H = Hb (1 - reassurance g tau).
        """
        model, rank = self.model, round(level)
        g = max(model.commitments[rank], self.organisation_floor[j])
        e = max(model.entrapments[rank], self.floor_entrapment[j])
        return Tie(g, e, self.reassured(j, g))

    def reassured(self, j: int, g: float) -> float:
        """Hostility of j at commitment g: Hb (1 - reassurance g tau)."""
        calm = self.model.p["hostility.reassurance"] * g * self.trust[j]
        return self.hostility_base[j] * (1.0 - calm)

    def barrier(self, other: Weigher, sanctions: float) -> float:
        """1 - .85 S: what is left of exchange under the heavier of the two sides' sanctions."""
        return 1.0 - 0.85 * max(sanctions, other.sanctions[self.index])

    def help_per_trust(self, j: int) -> float:
        """Part of b_ij that helps, per unit g (1 - H).

        tau [(1 - lambda) + lambda min(1, 1.2 shared enemies)] (1 - share of j in the threat).
        """
        common = self.model.p["protection.common_enemy"]
        common = 1.0 - common + common * min(1.0, 1.2 * self.shared_enemies[j])
        return self.trust[j] * common * (1.0 - self.threat_share[j])

    def decoupling(self, j: int) -> float:
        """b_ij (.15 + .85 H_ij): force of j that a foe's tie with j adds."""
        return self.projected[j] * (0.15 + 0.85 * self.hostility[j])

    # --- changes of utility ------------------------------------------------------------------

    def security_gain(self, threat: float, protection: float) -> float:
        """Change of ln S = -ln(1 + T/O) when T and O change by the given amounts."""
        now = 1.0 + max(0.0, self.threat) / max(self.protection, 1e-9)
        then = 1.0 + max(0.0, self.threat + threat) / max(self.protection + protection, 1e-9)
        return log(now / then)

    def access_gain(self, markets: float, arms: float, munitions: float) -> float:
        """Change of E = sum_x weight_x ln(.05 + X_x) when the three sums X change.

        Markets and arms have fixed weights, that of munitions grows with the state's need.
        """
        p = self.model.p
        x1 = 0.05 + max(0.0, self.market_access)
        x2 = 0.05 + max(0.0, self.arms_access)
        gain = p["access.markets"] * log(max(0.05, x1 + markets) / x1)
        gain += p["access.arms"] * log(max(0.05, x2 + arms) / x2)
        if self.need > 0.0:
            x3 = 0.05 + max(0.0, self.munitions_access)
            gain += p["access.munitions"] * self.need * log(max(0.05, x3 + munitions) / x3)
        return gain

    def leverage(self, other: Weigher, aid: float) -> float:
        """What the state holds over another, less what that holds over it: V_ji + .15 B - V_ij."""
        i, j = self.index, other.index
        return max(0.0, other.vulnerability[i] + 0.15 * aid - self.vulnerability[j])

    def patron_share(self, g: float, patronage: float) -> float:
        """Share of the state in the patronage sum_l g_jl sqrt(C_l) of a client."""
        return g * self.capability_root / patronage if patronage > 1e-12 and g > 0.0 else 0.0

    def portfolio_cost(self, portfolio: float, ties: float) -> float:
        """Upkeep of pacts: c0 n + c1 n^2 + fixed cost x number of ties."""
        p = self.model.p
        per_n, per_n2 = p["upkeep.linear"], p["upkeep.convex"]
        return per_n * portfolio + per_n2 * portfolio * portfolio + p["upkeep.tie"] * ties

    def armament_cost(self, effort: float) -> float:
        """3 e + 8 e |e|, e the log of the effort relative to peacetime."""
        p, e = self.model.p, log(effort)
        return p["upkeep.arms_linear"] * e + p["upkeep.arms_convex"] * e * abs(e)

    def slopes(self, other: Weigher) -> tuple[float, float]:
        """What a tie is worth per unit commitment and per unit entrapment weight, logits.

        dU/dg = - w_autonomy C_j / (C_i + C_j) - w_challenge bonds t_ij + w_closure closure_ij
                + w_common C_j^1/4 min(1, enemies of j that are i's) - w_misfit |x_i - x_j|
                - w_opposition c_j opposition_ij - w_retaliation retaliation_ij / 4
        dU/dgE = - w_entrapment (.3 + r_j) entrapment_ij
        """
        w, i, j = self.in_ties, self.index, other.index
        per_g = (
            w["autonomy"] * other.capability / (self.capability + other.capability + 1e-12)
            - w["challenge"] * self.model.p["challenge.bonds"] * self.tension[j]
            + w["closure"] * self.closure[j]
            + w["common_enemy"] * sqrt(other.capability_root) * min(1.0, other.shared_enemies[i])
            + w["misfit"] * abs(self.ideal_point - other.ideal_point)
            + w["opposition"] * size(other.capability) * self.opposition_load[j]
            + w["retaliation"] * 0.25 * self.retaliation_load[j]
        )
        per_e = w["entrapment"] * (0.3 + other.effective_revisionism) * self.entrapment_load[j]
        return per_g, per_e

    def pact_gains(self, other: Weigher, levels: list[int]) -> list[float]:
        """Change of utility (logits) if the pact with another state went to each of the levels.

        Beside what is linear in g and gE (:meth:`slopes`), of q = g (1 - H) and from a to b:

        dT = (H_b - H_a) b_ij + rho enemies_ij b_ij (.15 + .85 H_ij) (g_a - g_b)
        dO = tau common (1 - w_ij) (q_b - q_a) b_ij
        dX1 = barrier Y_j (g_b - g_a), dX2 = 1.5 barrier tau A_j (q_b - q_a), X3 with munitions
        exposure V_ij (H_b (1 + g_b) - H_a (1 + g_a)); influence leverage sqrt(C_j) d(patron share)
        """
        model, w, j = self.model, self.in_ties, other.index
        now = self.pact_level[j]
        a = self.tie(j, now)
        q_a, a_bilateral = a.g * (1.0 - a.h), model.commitments[round(now)]
        per_g, per_e = self.slopes(other)
        coalition = model.p["coalition_threat.rho"] * self.enemy_load[j] * self.decoupling(j)
        helps = self.help_per_trust(j) * self.projected[j]
        barrier = self.barrier(other, self.sanctions[j])
        goods = barrier * self.market[j]
        supply = 1.5 * barrier * self.trust[j]
        hold = self.leverage(other, self.aid[j]) * other.capability_root
        held = self.patron_share(a.g, other.patronage)
        upkeep = self.portfolio_cost(self.portfolio, self.ties)
        others_ties = self.ties - (now > 0.5)
        gains = []
        for level in levels:
            b = self.tie(j, level)
            dg, dq = b.g - a.g, b.g * (1.0 - b.h) - q_a
            threat = (b.h - a.h) * self.projected[j] - coalition * dg
            arms, munitions = supply * other.arms_supply, supply * other.munitions_supply
            patronage = other.patronage + dg * self.capability_root
            portfolio = self.portfolio + model.commitments[level] - a_bilateral
            gains.append(
                dg * per_g
                + (b.e - a.e) * per_e
                + w["security"] * self.security_gain(threat, helps * dq)
                + w["access"] * self.access_gain(goods * dg, arms * dq, munitions * dq)
                + w["exposure"] * self.vulnerability[j] * (b.h * (1.0 + b.g) - a.h * (1.0 + a.g))
                + w["influence"] * hold * (self.patron_share(b.g, patronage) - held)
                + w["upkeep"] * (self.portfolio_cost(portfolio, others_ties + (level > 0)) - upkeep)
            )
        return gains

    def sanction_gain(self, other: Weigher, to: float) -> float:
        """Sanctions of level ``to``, and lost access.

        dS (5 H violation_j + .8 H + 6 partners ahead - 6 trade m_i).
        """
        p, j = self.model.p, other.index
        hostility = self.hostility[j]
        reproach = (
            p["sanctioning.expression"] * hostility * other.violation
            + p["sanctioning.denial"] * hostility
            + p["sanctioning.following"] * self.partners_ahead[j]
            - p["sanctioning.cost"] * self.trade[j] * self.openness
        )
        change = to - self.sanctions[j]
        access = self.access_gain(*self.exchange(other, self.opening(other, to)))
        return self.weight["sanctioning"] * change * reproach + self.weight["access"] * access

    def opening(self, other: Weigher, to: float) -> float:
        """Change of the barrier between the two when own sanctions go to a level."""
        return self.barrier(other, to) - self.barrier(other, self.sanctions[other.index])

    def exchange(self, other: Weigher, opening: float) -> tuple[float, float, float]:
        """Changes of access to markets, arms and munitions when the barrier changes.

        dX1 = opening (.25 + g) Y_j, dX2 = 1.5 opening g tau (1 - H) A_j, X3 with munitions.
        """
        j = other.index
        g = self.commitment[j]
        supply = 1.5 * opening * g * self.trust[j] * (1.0 - self.reassured(j, g))
        markets = opening * (0.25 + g) * self.market[j]
        return markets, supply * other.arms_supply, supply * other.munitions_supply

    def aid_gain(self, other: Weigher, to: float) -> float:
        """Aid buys leverage over a client, helps against adversaries, costs by the economies."""
        j, now = other.index, self.aid[other.index]
        share = self.patron_share(self.commitment[j], other.patronage) * other.capability_root
        leverage = self.leverage(other, to) - self.leverage(other, now)
        burden = other.economy / (self.economy + other.economy + 1e-12)
        cost = self.model.p["upkeep.aid"] * (to - now) * (0.2 + burden)
        helped = (to - now) * self.fought[j] * (1.0 - self.hostility[j])
        gain = self.weight["influence"] * leverage * share + self.weight["upkeep"] * cost
        return gain + self.weight["support"] * helped

    def court_gain(self, other: Weigher, to: float) -> float:
        """Recognition ln(.1 + received / possible) if the other's contact rises to ``to``."""
        j, scale = other.index, self.recognition_scale
        more = (to - other.contact[self.index]) * other.capability_root
        more *= 1.0 - self.hostility[j]
        now = 0.1 + max(0.0, self.recognition) / scale
        then = 0.1 + max(0.0, self.recognition + more) / scale
        return self.weight["recognition"] * log(then / now)

    def tension_gain(self, other: Weigher, to: float) -> float:
        """Pressure: dt [gain r H odds - risk H (1 - odds) - norm (1 - H) - bonds (g + tau V)].

        Half the change is expected to be answered: dT = dt/2 hn H (1 - H) b.
        """
        p, j = self.model.p, other.index
        h, odds = self.hostility[j], self.odds[j]
        net = (
            p["challenge.gain"] * self.effective_revisionism * h * odds
            - p["challenge.risk"] * h * (1.0 - odds)
            - p["challenge.norm"] * (1.0 - h)
            - p["challenge.bonds"] * (self.commitment[j] + self.trust[j] * self.vulnerability[j])
        )
        change = to - self.tension[j]
        answer = 0.5 * change * p["hostility.tension"] * h * (1.0 - h) * self.projected[j]
        calm = self.security_gain(answer, 0.0)
        return self.weight["challenge"] * change * net + self.weight["security"] * calm

    def arms_gain(self, to: float) -> float:
        """More effort is more own force, dO = C dE, and its cost."""
        security = self.security_gain(0.0, self.capability * (to - self.arms_effort))
        cost = self.armament_cost(to) - self.armament_cost(self.arms_effort)
        return self.weight["security"] * security + self.weight["upkeep"] * cost

    # --- weighing ----------------------------------------------------------------------------

    def own_alternatives(self) -> list[Alternative]:
        """To arm or to disarm by a step, within the bounds .5 and 3."""
        effort, cost = self.arms_effort, self.model.p["moves.arm"]
        up = min(effort * (1.0 + ARM_STEP), 3.0)
        down = max(effort / (1.0 + ARM_STEP), 0.5)
        return [
            Alternative(place, kind, to, exp(self.arms_gain(to) - cost))
            for place, kind, to in ((0, Move.ARM, up), (1, Move.DISARM, down))
            if to != effort
        ]

    def alternatives(self, other: Weigher) -> list[Alternative]:
        """All open moves towards another state, in the order of their places."""
        return self.pact_alternatives(other) + self.acts(other)

    def pact_alternatives(self, other: Weigher) -> list[Alternative]:
        """Every pact level but the present one: exits at will, offers with the other's consent.

        value of an exit = worth dU - break - deep (g_a - g_b) - arms share
        value of an offer = d - create - deepen (levels skipped) + ln(attention share), with
        d = dU - taboo, times the chance of consent where it is a gain;
        consent = logistic(dU of the other - its taboo + offset).
        No offer in war, during silence after a refusal, or that an organisation has given; no exit
        from what an organisation gives.
        """
        model, p, j = self.model, self.model.p, other.index
        now, share, floor = self.pact_level[j], self.relevance[j], self.organisation_floor[j]
        given = 0.7 * model.commitments[int(now)] <= floor
        exits = [level for level in range(4) if level < now and not given]
        offers: list[int] = []
        if self.cooldown[j] <= 0.0 and self.war[j] <= 0.0 and 0.7 * model.commitments[3] > floor:
            offers = [x for x in range(1, 4) if x > now and 0.7 * model.commitments[x] > floor]
        levels = exits + offers
        if not levels:
            return []
        gains = dict(zip(levels, self.pact_gains(other, levels), strict=True))
        found = []
        for level in exits:
            broken = self.tie(j, now).g - self.tie(j, level).g
            cost = p["moves.break"] + p["moves.break_arms"] * self.arms[j]
            cost += p["moves.break_deep"] * broken + (1.0 - p["moves.break_worth"]) * gains[level]
            found.append(Alternative(level, Move.PACT, level, exp(gains[level] - cost)))
        answers = other.pact_gains(self, offers) if offers else []
        for level, answer in zip(offers, answers, strict=True):
            consent = logistic(answer - other.taboo[level] + p["consent.offset"])
            gain = gains[level] - self.taboo[level]
            cost = p["moves.create"] + p["moves.deepen"] * (level - now - 1.0) - share
            weight = exp((gain * consent if gain > 0.0 else gain) - cost)
            found.append(Alternative(level, Move.PACT, level, weight, consent))
        return found

    def acts(self, other: Weigher) -> list[Alternative]:
        """Moves that need no consent; each value is gain - cost + ln(attention share)."""
        p, j = self.model.p, other.index
        share = self.relevance[j]
        sanctions, tension, contact = self.sanctions[j], self.tension[j], other.contact[self.index]
        found = []

        def add(
            place: int, kind: Move, to: float, gain: float, cost: str, ease: float = 0.0
        ) -> None:
            found.append(Alternative(place, kind, to, exp(gain - p[cost] + share + ease)))

        if sanctions < 0.9:
            ready = p["moves.sanction_regime"] * self.governance
            stronger = other.capability / (self.capability + other.capability + 1e-9)
            ready -= p["moves.sanction_strength"] * stronger
            ready -= p["moves.sanction_trust"] * self.trust[j]
            ready -= (1.0 - p["moves.sanction_attention"]) * share
            add(4, Move.SANCTION, 1.0, self.sanction_gain(other, 1.0), "moves.sanction", ready)
        if sanctions > 0.2:
            add(5, Move.LIFT, 0.0, self.sanction_gain(other, 0.0), "moves.lift")
        if self.aid[j] < 0.5:
            drawn = -(1.0 - p["moves.aid_attention"]) * self.fought[j] * share
            add(6, Move.AID, 1.0, self.aid_gain(other, 1.0), "moves.aid", drawn)
        else:
            add(7, Move.END_AID, 0.0, self.aid_gain(other, 0.0), "moves.end_aid")
        if self.war[j] <= 0.0:
            to = contact + COURT_ANSWER * (1.0 - contact)
            add(8, Move.COURT, to, self.court_gain(other, to), "moves.court")
        if tension < 0.9:
            to = tension + PROVOKE_STEP * (1.0 - tension)
            add(9, Move.PROVOKE, to, self.tension_gain(other, to), "moves.provoke")
        if tension > 0.1:
            to = tension * (1.0 - RECONCILE_STEP)
            add(10, Move.RECONCILE, to, self.tension_gain(other, to), "moves.reconcile")
        return found
