"""What moves and dated events do to the world, the order of turns, and the race of alternatives."""

from __future__ import annotations

from math import inf, log

import numpy as np

from sim.rules import catalogue as names
from tests.reference.accession import member
from tests.reference.decisions import Alternative, Move, commitment, entrapment_weight
from tests.reference.world import (
    CHOICE,
    CONSENT,
    OPPORTUNITY,
    Changes,
    Floats,
    World,
    luck,
    no_self,
    up,
)


def made(w: World, kind: str, i: int, j: int, to: float) -> Changes:
    """Pacts, acts and trust after a move of i towards j.

    A new or deeper pact earns trust on both sides by the commitment that it adds, and costs that of
    third states who are hostile to one of the two and not to the other (guilt by association); who
    breaks one loses the partner's trust, who sanctions the target's.
    """
    new = w.after(kind, i, j, to)
    good, bad = w["trust_good"].copy(), w["trust_bad"].copy()
    if kind == "sanction":
        harder = max(0.0, to - w["sanctions"][i, j])
        bad[j, i] += w.p("moves.distrust_by_sanction") * harder
    if kind == "pact":
        new = tied(new)
        dg = new["commitment"][i, j] - commitment(w)[i, j]
        if dg < 0.0:
            bad[j, i] += w.p("moves.distrust_by_break") * -dg
        else:
            good[i, j] += w.p("moves.trust_by_pact") * dg
            good[j, i] += w.p("moves.trust_by_pact") * dg
            h, guilt = w["hostility"], w.p("moves.guilt_by_association") * dg
            for m in set(range(w.n)) - {i, j}:
                bad[m, j] += guilt * h[m, i] * (1.0 - h[m, j])
                bad[m, i] += guilt * h[m, j] * (1.0 - h[m, i])
    acts = ("pact_level", "commitment", "entrapment_weight", "sanctions", "aid", "contact",
            "tension", "arms_effort")  # fmt: skip
    return {**{name: new[name] for name in acts}, "trust_good": good, "trust_bad": bad}


def tied(w: World) -> World:
    """The world with commitments and entrapment weights that follow from levels and floors."""
    g, e = no_self(commitment(w)), no_self(entrapment_weight(w))
    return w.changed({"commitment": g, "entrapment_weight": e})


def event(w: World, row: Floats, low: float, high: float) -> World:
    """The world after a row (tick, kind, variable, i, j, operation, number, ended) of events.

    Sets, adds, multiplies, raises to at least, or lowers what has ended and is still held, within
    the bounds. A position takes the position to which the state
    reverts along, trust keeps the weight of its evidence, a pact is concluded or broken as by the
    two, and membership brings its floors.
    """
    kind, variable, i, j, operation = (int(x) for x in row[1:6])
    number = float(row[6])

    def after(old: float) -> float:
        lowered = min(old, number) if abs(old - float(row[7])) < 0.5 else old
        ways = (number, old + number, old * number, max(old, number), lowered)
        value = ways[operation]
        return float(min(max(value, low), high))

    new = w.copy()
    if kind == 0:
        name = _name(names.STATE_FIELDS, variable)
        old = w[name][i]
        new[name][i] = after(old)
        if name == "ideal_point":
            new["ideal_home"][i] += new[name][i] - old
    elif kind == 2:
        row_of = new.collective(_name(names.COLLECTIVE_FIELDS, variable))
        row_of[i] = after(row_of[i])
    elif kind == 3:
        value = after(w.parts[j, i])
        if j in w.of_kind("organisation"):
            return member(w, j, i, value)
        new.parts[j, i] = value
    else:
        name = _name(names.DYAD_FIELDS, variable)
        value = after(w[name][i, j])
        if name == "pact_level":
            changed = value != w[name][i, j]
            return w.changed(made(w, "pact", i, j, value)) if changed else new
        if name == "trust":
            value = min(0.99, max(0.01, value))
            weight = w["trust_good"][i, j] + w["trust_bad"][i, j]
            new["trust_good"][i, j] = weight * value
            new["trust_bad"][i, j] = weight * (1.0 - value)
        new[name][i, j] = value
        if name == "organisation_floor":
            new[name][j, i] = value
            return tied(new)
    return new


def _name(fields: dict[str, names.Field], row: int) -> str:
    return next(name for name, field in fields.items() if field.row == row)


def schedule(w: World, tick: int, seed: int, run: int, most: int) -> list[tuple[int, int]]:
    """(state, opportunity) in order of time: floor(rate / 4 (1 + attention) + u) of each state."""
    turns = []
    for i, key in enumerate(int(key) for key in w.keys):
        rate = 0.25 * w.p("moves.rate") * (1.0 + w["attention"][i])
        count = int(rate + luck(OPPORTUNITY, tick, seed, run, 0, key, key)[0])
        turns += [
            (luck(OPPORTUNITY, tick, seed, run, k + 1, key, key)[0], i, k)
            for k in range(min(count, most))
        ]
    return [(i, k) for _, i, k in sorted(turns)]


#: Words of luck of the moves towards a partner: number of the block, place in it.
WORDS = {
    Move.SANCTION: (2, 0), Move.LIFT: (2, 1), Move.AID: (2, 2), Move.END_AID: (2, 3),
    Move.COURT: (3, 0), Move.PROVOKE: (3, 1), Move.RECONCILE: (3, 2),
    Move.ARM: (1, 0), Move.DISARM: (1, 1),
}  # fmt: skip


def chosen(
    w: World, options: list[Alternative], i: int, k: int, tick: int, seed: int, run: int
) -> Alternative | None:
    """What i does with opportunity k: three races of exponential clocks, -ln u / rate.

    Whether anything (idle runs at rate 1), towards whom (rate: the sum of the weights), then what.
    """
    weights = [float(np.exp(option.value)) for option in options]
    keys = [int(key) for key in w.keys]

    def bits(j: int, number: int) -> Floats:
        return luck(CHOICE, tick, seed, run, k, keys[i], keys[j], number)

    def rings(u: float, rate: float) -> float:
        return -log(u) / rate if rate > 0.0 else inf

    idle, active, own, _ = bits(i, 0)
    if rings(idle, 1.0) <= rings(active, sum(weights)):
        return None
    rates = [0.0] * w.n
    for option, weight in zip(options, weights, strict=True):
        rates[option.partner] += weight
    draws = [own if j == i else bits(j, 0)[0] for j in range(w.n)]
    j = min(range(w.n), key=lambda j: rings(draws[j], rates[j]))

    def when(at: int) -> float:
        option = options[at]
        number, place = WORDS.get(option.kind, (1, int(option.to)))
        return rings(bits(j, number)[place], weights[at])

    among = [at for at, option in enumerate(options) if option.partner == j]
    return options[min(among, key=when)]


def consents(w: World, option: Alternative, i: int, k: int, tick: int, seed: int, run: int) -> bool:
    """Whether the partner accepts an offer: u < chance of consent, keyed by the level offered."""
    one, two = int(w.keys[i]), int(w.keys[option.partner])
    drawn = luck(CONSENT, tick, seed, run, k, one, two, int(option.to))[0]
    return bool(drawn < option.accept)


def offered(w: World, options: list[Alternative], i: int) -> dict[int, Floats]:
    """Expected pacts that one opportunity of i brings: chance of each offer times consent."""
    weights = np.exp([option.value for option in options])
    out = {level: np.zeros(w.n) for level in (1, 2, 3)}
    for option, weight in zip(options, weights, strict=True):
        j = option.partner
        if option.kind is Move.PACT and option.to > w["pact_level"][i, j]:
            out[int(option.to)][j] += weight / (1.0 + weights.sum()) * option.accept
    return out


def taught(w: World) -> Changes:
    """Multipliers of weights (usually 1) and taboos (usually 0): means over a state's schools."""
    out: Changes = {}
    schools = w.of_kind("school")
    follows = w.parts[schools].sum(axis=0) > 0.0
    for name, field in names.STATE_FIELDS.items():
        if f"school_{name}" in names.COLLECTIVE_FIELDS:
            says = w[f"school_{name}"][schools] - field.default
            out[name] = np.where(follows, field.default + says @ w.parts[schools], w[name])
    return out


def silence(w: World) -> Floats:
    """Quarters until i may ask j again, a quarter later."""
    return up(w["cooldown"] - 1.0)
