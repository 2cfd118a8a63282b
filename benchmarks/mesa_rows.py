"""A Mesa model whose states weigh whole rows of partners with numpy, as a good user writes it.

The fairer baseline beside plain Python: the equations are those of :mod:`benchmarks.mesa_weighing`,
written for arrays over partners. Only weighing is written out. Mechanisms, assessment and the moves
that are made (one opportunity in ten leads to one) are the package's compiled ones, so that a whole
model with numpy rows would be slower. It makes the same moves (tests/drivers/test_mesa_rows.py).

    python -m benchmarks.mesa_rows --states 40 --quarters 8 --seed 1
"""

from __future__ import annotations

import argparse
import json
import math
from collections.abc import Iterator
from time import perf_counter
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim import load_scenario
from sim.drivers.model import MultipolarModel, StateAgent
from sim.rules import catalogue as names
from sim.rules.decisions.acts import ARM_STEP
from sim.rules.moves.court import COURT_ANSWER
from sim.rules.moves.provoke import PROVOKE_STEP
from sim.rules.moves.reconcile import RECONCILE_STEP
from sim.rules.streams import CHOICE, keyed, unit

type Row = NDArray[np.float64]


class Side:
    """What one side of all pairs of a state holds: numbers of its own, and of each of the other.

    Of the state that weighs its own numbers are scalars and those of pairs a row; of its partners
    both are a number for each. The equations are the same for either.
    """

    def __init__(self, model: RowModel, own: Any, pairs: tuple[Any, Any]) -> None:
        self.model, self.own, self.pairs = model, own, pairs

    def __getattr__(self, name: str) -> Any:
        if name in names.DYAD_FIELDS:
            value = self.model.M[names.DYAD_FIELDS[name].row][self.pairs]
        else:
            value = self.model.V[names.STATE_FIELDS[name].row][self.own]
        setattr(self, name, value)
        return value

    def weight(self, term: str, *, in_ties: bool = False) -> Any:
        """Weight of a term (logits), for decisions about ties or others."""
        declared, p = names.TERMS[term], self.model.p
        ties = p[f"{term}.ties"] if in_ties and declared.ties is not None else 1.0
        multiplier = self.model.V[declared.multiplier][self.own]
        return declared.sign * p[f"{term}.weight"] * ties * multiplier

    def tie(self, level: Any) -> tuple[Row, Row, Row]:
        """Commitment, entrapment weight and hostility of the tie at a level."""
        model = self.model
        floor = self.organisation_floor
        g = np.maximum(model.commitments[level], floor)
        e = np.maximum(
            model.entrapments[level], np.interp(floor, model.commitments, model.entrapments)
        )
        return g, e, self.hostility_base * (1.0 - model.p["hostility.reassurance"] * g * self.trust)


def log_security_change(me: Side, threat: Any, protection: Any) -> Any:
    """Change of -ln(1 + T/O)."""
    now = 1.0 + np.maximum(0.0, me.threat) / np.maximum(me.protection, 1e-9)
    force = np.maximum(me.protection + protection, 1e-9)
    return np.log(now / (1.0 + np.maximum(0.0, me.threat + threat) / force))


def access_gain(me: Side, markets: Any, arms: Any, shells: Any) -> Any:
    """Change of the weighed logs of access to markets, arms and munitions."""
    p, gain = me.model.p, 0.0
    for share, held, more in (
        (p["access.markets"], me.market_access, markets),
        (p["access.arms"], me.arms_access, arms),
        (p["access.munitions"] * me.need, me.munitions_access, shells),
    ):
        x = 0.05 + np.maximum(0.0, held)
        gain = gain + share * np.log(np.maximum(0.05, x + more) / x)
    return gain


def patron_share(me: Side, g: Any, patronage: Any) -> Any:
    """Share of a patron in the patronage of its client."""
    safe = np.where(patronage > 1e-12, patronage, 1.0)
    return np.where((patronage > 1e-12) & (g > 0.0), g * me.capability_root / safe, 0.0)


def leverage(me: Side, other: Side, aid: Any) -> Any:
    """What one holds over the other."""
    return np.maximum(0.0, other.vulnerability + 0.15 * aid - me.vulnerability)


def portfolio_cost(p: dict[str, float], n: Any, ties: Any) -> Any:
    """Upkeep of pacts."""
    return p["upkeep.linear"] * n + p["upkeep.convex"] * n * n + p["upkeep.tie"] * ties


def pact_gains(me: Side, other: Side, levels: tuple[int, ...]) -> Iterator[Row]:
    """Change of utility by the pact at each of some levels (``Weigher.pact_gains``)."""
    model, p = me.model, me.model.p
    now = me.pact_level.astype(int)
    g0, e0, h0 = me.tie(now)
    w = {term: me.weight(term, in_ties=True) for term in names.TERMS}
    size = np.minimum(1.0, other.capability / 0.3)
    per_g = (
        w["autonomy"] * other.capability / (me.capability + other.capability + 1e-12)
        - w["challenge"] * p["challenge.bonds"] * me.tension
        + w["closure"] * me.closure
        + w["common_enemy"] * np.sqrt(other.capability_root) * np.minimum(1.0, other.shared_enemies)
        + w["misfit"] * np.abs(me.ideal_point - other.ideal_point)
        + w["opposition"] * size * me.opposition_load
        + w["retaliation"] * 0.25 * me.retaliation_load
    )
    per_e = w["entrapment"] * (0.3 + other.effective_revisionism) * me.entrapment_load
    force = me.projected * (0.15 + 0.85 * me.hostility)
    coalition = p["coalition_threat.rho"] * me.enemy_load * force
    common = 1.0 - p["protection.common_enemy"] * (1.0 - np.minimum(1.0, 1.2 * me.shared_enemies))
    helps = me.trust * common * (1.0 - me.threat_share) * me.projected
    barrier = 1.0 - 0.85 * np.maximum(me.sanctions, other.sanctions)
    supply = 1.5 * barrier * me.trust
    hold = leverage(me, other, me.aid) * other.capability_root
    held = patron_share(me, g0, other.patronage)
    upkeep = portfolio_cost(p, me.portfolio, me.ties)
    for level in levels:
        g, e, h = me.tie(level)
        dg, dq = g - g0, g * (1.0 - h) - g0 * (1.0 - h0)
        threat = (h - h0) * me.projected - coalition * dg
        arms, shells = supply * other.arms_supply * dq, supply * other.munitions_supply * dq
        share = patron_share(me, g, other.patronage + dg * me.capability_root)
        n = me.portfolio + model.commitments[level] - model.commitments[now]
        ties = me.ties - (now > 0) + (level > 0)
        yield (
            dg * per_g
            + (e - e0) * per_e
            + w["security"] * log_security_change(me, threat, helps * dq)
            + w["access"] * access_gain(me, barrier * me.market * dg, arms, shells)
            + w["exposure"] * me.vulnerability * (h * (1.0 + g) - h0 * (1.0 + g0))
            + w["influence"] * hold * (share - held)
            + w["upkeep"] * (portfolio_cost(p, n, ties) - upkeep)
        )


def pacts(me: Side, other: Side) -> tuple[Row, list[Row]]:
    """Sum of the weights of all levels of a pact, and weight x consent of the offers."""
    model, p = me.model, me.model.p
    now, share = me.pact_level, me.relevance
    g0 = me.tie(now.astype(int))[0]
    closed = (me.cooldown > 0.0) | (me.war > 0.0)
    closed |= 0.7 * model.commitments[3] <= me.organisation_floor
    given = 0.7 * np.array(model.commitments)[now.astype(int)] <= me.organisation_floor
    answers = dict(zip((1, 2, 3), pact_gains(other, me, (1, 2, 3)), strict=True))
    total, offers = np.zeros(len(now)), []
    for level, gain in enumerate(pact_gains(me, other, (0, 1, 2, 3))):
        left = p["moves.break"] + p["moves.break_arms"] * me.arms
        left = left + p["moves.break_deep"] * (g0 - me.tie(level)[0])
        counted = np.minimum(p["moves.break_worth"] * gain - left, 700.0)
        total += np.where((level < now) & ~given, np.exp(counted), 0.0)
        if level:
            is_open = (
                (level > now) & ~closed & (0.7 * model.commitments[level] > me.organisation_floor)
            )
            taboo = f"taboo_{('consultation', 'arms_cooperation', 'defence')[level - 1]}"
            answer = answers[level] - getattr(other, taboo) + p["consent.offset"]
            consent = 1.0 / (1.0 + np.exp(-answer))
            wish = gain - getattr(me, taboo)
            cost = p["moves.create"] + p["moves.deepen"] * (level - now - 1.0) - share
            e = np.exp(np.where(wish > 0.0, wish * consent, wish) - cost)
            e = np.where(is_open, e, 0.0)
            total += e
            offers.append(e * consent)
    return total, offers


def acts(me: Side, other: Side) -> Row:
    """Sum of the weights of the moves that need no consent."""
    p, share = me.model.p, me.relevance
    total = np.zeros(len(share))
    h, g = me.hostility, me.commitment

    def add(is_open: Any, gain: Any, cost: str, ease: Any = 0.0) -> None:
        total[:] += np.where(is_open, np.exp(gain - p[cost] + share + ease), 0.0)

    reproach = (
        p["sanctioning.expression"] * h * other.violation
        + p["sanctioning.denial"] * h
        + p["sanctioning.following"] * me.partners_ahead
        - p["sanctioning.cost"] * me.trade * me.openness
    )
    warm = me.hostility_base * (1.0 - p["hostility.reassurance"] * g * me.trust)
    before = np.maximum(me.sanctions, other.sanctions)

    def sanctioned(to: float) -> Any:
        opening = 0.85 * (before - np.maximum(to, other.sanctions))
        supply = 1.5 * opening * g * me.trust * (1.0 - warm)
        markets = opening * (0.25 + g) * me.market
        access = access_gain(
            me, markets, supply * other.arms_supply, supply * other.munitions_supply
        )
        change = me.weight("sanctioning") * (to - me.sanctions) * reproach
        return change + me.weight("access") * access

    ready = p["moves.sanction_regime"] * me.governance
    stronger = other.capability / (me.capability + other.capability + 1e-9)
    ready = ready - p["moves.sanction_strength"] * stronger
    ready = ready - p["moves.sanction_trust"] * me.trust
    ready = ready - (1.0 - p["moves.sanction_attention"]) * share
    add(me.sanctions < 0.9, sanctioned(1.0), "moves.sanction", ready)
    add(me.sanctions > 0.2, sanctioned(0.0), "moves.lift")

    hold = patron_share(me, g, other.patronage) * other.capability_root * me.weight("influence")
    burden = p["upkeep.aid"] * (0.2 + other.economy / (me.economy + other.economy + 1e-12))
    helped = me.weight("upkeep") * burden + me.weight("support") * me.fought * (1.0 - h)

    def aided(to: float) -> Any:
        more = leverage(me, other, to) - leverage(me, other, me.aid)
        return more * hold + (to - me.aid) * helped

    drawn = -(1.0 - p["moves.aid_attention"]) * me.fought * share
    add(me.aid < 0.5, aided(1.0), "moves.aid", drawn)
    add(me.aid >= 0.5, aided(0.0), "moves.end_aid")

    rise = COURT_ANSWER * (1.0 - other.contact) * other.capability_root * (1.0 - h)
    now = 0.1 + max(0.0, me.recognition) / me.recognition_scale
    then = 0.1 + np.maximum(0.0, me.recognition + rise) / me.recognition_scale
    add(me.war <= 0.0, me.weight("recognition") * np.log(then / now), "moves.court")

    net = (
        p["challenge.gain"] * me.effective_revisionism * h * me.odds
        - p["challenge.risk"] * h * (1.0 - me.odds)
        - p["challenge.norm"] * (1.0 - h)
        - p["challenge.bonds"] * (g + me.trust * me.vulnerability)
    )
    for is_open, change, cost in (
        (me.tension < 0.9, PROVOKE_STEP * (1.0 - me.tension), "moves.provoke"),
        (me.tension > 0.1, -RECONCILE_STEP * me.tension, "moves.reconcile"),
    ):
        answer = 0.5 * change * p["hostility.tension"] * h * (1.0 - h) * me.projected
        calm = me.weight("security") * log_security_change(me, answer, 0.0)
        add(is_open, me.weight("challenge") * change * net + calm, cost)
    return total


def own(me: Side) -> float:
    """Sum of the weights of arming and disarming by a step."""
    p, effort, total = me.model.p, float(me.arms_effort), 0.0
    for to in (min(effort * (1.0 + ARM_STEP), 3.0), max(effort / (1.0 + ARM_STEP), 0.5)):
        if to != effort:
            cost = 0.0
            for sign, e in ((1.0, math.log(to)), (-1.0, math.log(effort))):
                cost += sign * (p["upkeep.arms_linear"] * e + p["upkeep.arms_convex"] * e * abs(e))
            force = log_security_change(me, 0.0, me.capability * (to - effort))
            gain = me.weight("security") * force + me.weight("upkeep") * cost
            total += math.exp(gain - p["moves.arm"])
    return total


class RowAgent(StateAgent):
    """A state that weighs all partners at once."""

    model: RowModel

    def weights(self) -> tuple[Row, list[Row]]:
        """Weights of all moves by partner (its own moves: itself), and of its consented offers."""
        i, model = self.index, self.model
        me = Side(model, i, (i, slice(None)))
        other = Side(model, slice(None), (slice(None), i))
        with np.errstate(all="ignore"):  # alternatives that are not open are worked out, too
            total, offers = pacts(me, other)
            total += acts(me, other)
        there = other.present >= 0.5
        total[~there] = 0.0
        total[i] = own(me)
        for offer in offers:
            offer[~there] = 0.0
            offer[i] = 0.0
        return total, offers

    def step(self, opportunity: int = 0, position: int = 0) -> None:
        """Do nothing, or leave the move to the kernel."""
        total, offers = self.weights()
        rate = float(total.sum())
        model, key = self.model, self.model.world.keys[self.index]
        idle, active, _, _ = keyed(model.luck(), CHOICE, opportunity, key, key, 0)
        waits = [-math.log(unit(np.uint64(bits))) for bits in (idle, active)]
        if waits[0] > waits[1] / rate:
            super().step(opportunity, position)
            return
        model.counts += 1
        for level, offer in enumerate(offers, start=1):
            row = names.DYAD_FIELDS[f"intensity_{level}"].row
            model.M[row, self.index] += offer / (1.0 + rate)


class RowModel(MultipolarModel):
    """One run of a scenario whose states weigh with numpy."""

    def __init__(self, scenario: Any, **options: Any) -> None:
        super().__init__(scenario, agent=RowAgent, **options)
        self.p = {param.name: float(self.P[param.row]) for param in names.PARAMS.values()}
        levels = ("consultation", "arms", "defence")
        self.commitments, self.entrapments = (
            np.array([0.0, *(self.p[f"pacts.{what}_{level}"] for level in levels)])
            for what in ("commitment", "entrapment")
        )


def main() -> None:
    """Print the seconds of some quarters as JSON."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--states", type=int, default=40)
    parser.add_argument("--quarters", type=int, default=8)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    overrides = [f"synthetic.states={options.states}", f"clock.quarters={options.quarters + 1}"]
    model = RowModel(load_scenario("synthetic", overrides=overrides), seed=options.seed)
    model.step()
    clock = perf_counter()
    for _ in range(options.quarters):
        model.step()
    print(json.dumps({"stepping": perf_counter() - clock, "moves": len(model.moves)}))


if __name__ == "__main__":
    main()
