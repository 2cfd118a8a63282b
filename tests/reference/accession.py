"""Organisations: what membership binds to, who applies, is admitted, and leaves."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from sim.rules import catalogue as names
from sim.rules.streams import stream
from tests.reference.decisions import (
    Assessment,
    Move,
    commitment,
    contributions,
    entrapment_weight,
    in_ties,
    pact_scale,
)
from tests.reference.world import FULL, ORGANISE, Floats, World, logistic, luck, no_self


def shared_floor(w: World, i: int, j: int) -> float:
    """The highest floor by a shared organisation: full between members, a part with a candidate."""
    floors = [0.0]
    for k in w.of_kind("organisation"):
        one, two = sorted((w.parts[k, i], w.parts[k, j]))
        if two > FULL:
            part = 1.0 if one > FULL else w.p("organisations.candidacy") * one
            floors.append(w["organisation_commitment"][k] * part)
    return max(floors)


def member(w: World, k: int, i: int, part: float) -> World:
    """The world when the part of i in organisation k has become ``part``.

    Floors towards the full members follow; a rise never lowers one that a scenario has set.
    """
    new, before = w.copy(), w.parts[k, i]
    new.parts[k, i] = part
    if part == before:
        return new
    for j in set(w.members(k)) - {i}:
        floor = shared_floor(new, i, j)
        if part > before:
            floor = max(floor, w["organisation_floor"][i, j])
        new["organisation_floor"][i, j] = new["organisation_floor"][j, i] = floor
    g, e = no_self(commitment(new)), no_self(entrapment_weight(new))
    return new.changed({"commitment": g, "entrapment_weight": e})


TOGETHER = ("security", "access")  # counted over all members at once; the rest is shared out


def parts(
    w: World, seen: Assessment, now: Floats, i: int, floors: dict[int, float]
) -> dict[str, float]:
    """Change of each part of i's utility, of ``now``, when its floors with others become these."""
    floor = w["organisation_floor"].copy()
    for j, value in floors.items():
        floor[i, j] = floor[j, i] = value
    then = contributions(w.changed({"organisation_floor": floor}), seen)
    return dict(zip(names.TERMS, (in_ties(w) * (then - now))[:, i], strict=True))


def body(w: World, seen: Assessment, k: int, i: int, floors: dict[int, float]) -> float:
    """What floors with members of k are worth to i: help at once, loads with a say of one in n."""
    others, now = set(w.members(k)) - {i}, contributions(w, seen)
    whole = parts(w, seen, now, i, floors)
    total = sum(whole[name] for name in TOGETHER)
    for j, floor in floors.items():
        one = parts(w, seen, now, i, {j: floor})
        total += sum(value for name, value in one.items() if name not in TOGETHER) / len(others)
    return total


def entering(w: World, seen: Assessment, k: int, i: int) -> float:
    """What full membership of k would be worth to i."""
    floor, g = w["organisation_commitment"][k], commitment(w)
    new = {j: floor for j in set(w.members(k)) - {i} if floor > g[i, j]}
    return body(w, seen, k, i, new)


def leaving(w: World, seen: Assessment, k: int, i: int) -> float:
    """What i loses with the floors of k; other organisations of both keep theirs."""
    floors = {}
    for j in set(w.members(k)) - {i}:
        others = [
            w["organisation_commitment"][o]
            for o in w.of_kind("organisation")
            if o != k and {i, j} <= set(w.members(o))
        ]
        floors[j] = max([0.0, *others])
    return body(w, seen, k, i, floors)


def wishes(w: World, seen: Assessment, k: int, i: int) -> list[float]:
    """What i in k would be worth to each member, as a tie alone; endlessly little to a foe of i."""
    floor, g = w["organisation_commitment"][k], commitment(w)
    now, found = contributions(w, seen), []
    for j in set(w.members(k)) - {i}:
        gain = sum(parts(w, seen, now, j, {i: floor}).values()) if floor > g[j, i] else 0.0
        found.append(-np.inf if w["war"][i, j] > 0.0 else gain)
    return found


def admission(w: World, seen: Assessment, k: int, i: int) -> float:
    """Chance that the members let i in, by their mean worth: 0 while i fights one of them.

    To a member the newcomer is worth what a tie with it alone would be.
    """
    found = wishes(w, seen, k, i)
    return logistic(sum(found) / len(found) + w.p("organisations.admission"))


def market(w: World, k: int, i: int) -> float:
    """Depth of the market times the shares of i's trade with members, trusted and not hostile."""
    friendly = w["trust"][i] * (1.0 - w["hostility"][i]) * w["trade"][i]
    size = sum(friendly[j] for j in w.members(k) if j != i)
    return float(w.p("organisations.market") * w.collective("market")[k] * size)


def in_the_way(w: World, k: int, i: int) -> float:
    """What other exclusive organisations of i hold against k."""
    mine, total = set(w.members(k)), 0.0
    for o in set(w.of_kind("organisation")) - {k}:
        other = set(w.members(o))
        shared = len(mine & other) / max(1, min(len(mine), len(other)))
        total += w["exclusivity"][o] * w.parts[o, i] * (1.0 - shared)
    return float(w.p("organisations.exclusivity") * w["exclusivity"][k] * total)


def unwanted(w: World, seen: Assessment, k: int, i: int) -> float:
    """How much the others want i suspended: the mean gain by ties undone, misfit, less the cost."""
    members, now, total = set(w.members(k)) - {i}, contributions(w, seen), 0.0
    for j in members:
        shared = [
            w["organisation_commitment"][o]
            for o in w.of_kind("organisation")
            if o != k and {i, j} <= set(w.members(o))
        ]
        total += sum(parts(w, seen, now, j, {i: max([0.0, *shared])}).values())
    return float(total / len(members) + misfit(w, members, i) - w.p("organisations.suspend"))


def misfit(w: World, members: set[int], i: int) -> float:
    """Distance of i's government from the mean of those of the members."""
    distance = abs(w["governance"][i] - w["governance"][sorted(members)].mean())
    return float(w.p("organisations.regime") * distance)


@dataclass(frozen=True)
class Step:
    """A step with an organisation: its value against staying (logits), chance of entry."""

    state: int
    organisation: int
    kind: Move
    to: float
    value: float
    gain: float
    admitted: float
    head: int
    unwanted: float = -np.inf  # log odds at which the others suspend a member first


def step(w: World, seen: Assessment, k: int, i: int) -> Step | None:
    """The next step of i with k; none without another member."""
    others = [j for j in w.members(k) if j != i]
    if not others:
        return None
    head = max(others, key=lambda j: w["economy"][j])
    if i in w.members(k):
        loss = leaving(w, seen, k, i)
        size = w.p("organisations.leave_size") * np.log(len(others))
        value = loss - w.p("organisations.leave") - size - market(w, k, i)
        out = unwanted(w, seen, k, i) if len(others) > 1 else -np.inf
        return Step(i, k, Move.WITHDRAW, 0.0, value, loss, 1.0, head, out)
    gain, likely = entering(w, seen, k, i), admission(w, seen, k, i)
    if w.parts[k, i] >= 0.5:  # a body of defence would be bound to the candidate's worst war
        likely *= 1.0 - w["organisation_commitment"][k] * float(w["war"][i].max())
    value = gain * likely if gain > 0.0 else gain
    value += likely * market(w, k, i) - in_the_way(w, k, i)
    value -= taboo(w, i, w["organisation_commitment"][k])
    if w.parts[k, i] < 0.5 < w["closed"][k]:
        return None
    if w.parts[k, i] < 0.5 and not admits(w, k, i):
        return None
    if w.parts[k, i] >= 0.5:
        value -= (
            w.p("organisations.join") + w.p("organisations.reforms") * w.collective("market")[k]
        )
        return Step(i, k, Move.JOIN, 1.0, value, gain, likely, head)
    value += outlook(w, seen, others, i) - w.p("organisations.apply")
    value += w.p("organisations.bound") * bound(w, k, others, i)
    return Step(i, k, Move.APPLY, 0.5, value, 0.0, 1.0, head)


def admits(w: World, k: int, i: int) -> bool:
    """Whether the charter of k has a place for i: bit by bit, the first for charter 1."""
    number = int(w["charter"][k])
    return number == 0 or format(int(w["admitted"][i]), "b").zfill(number)[-number] == "1"


def taboo(w: World, i: int, floor: float) -> float:
    """What the doctrine of i has against a pact that binds so much, linear between the levels."""
    kinds = ("consultation", "arms_cooperation", "defence")
    against = [0.0, *(float(w[f"taboo_{kind}"][i]) for kind in kinds)]
    return float(np.interp(floor, pact_scale(w, "commitment"), against))


def bound(w: World, k: int, members: list[int], i: int) -> float:
    """Share of members with whom i has a tie between consultation and what k asks of members."""
    least, most = w.p("pacts.commitment_consultation"), w["organisation_commitment"][k]
    ties = commitment(w)[i, members]
    return float(((least <= ties) & (ties < most)).mean())


def outlook(w: World, seen: Assessment, members: list[int], i: int) -> float:
    """Mean log of mutual attention and log of size, less distance of governments and standing."""
    mutual = np.log(seen.attention[i, members] + seen.attention[members, i])
    fit = misfit(w, set(members), i) + w.p("organisations.standing") * w["pole"][i]
    size = w.p("organisations.apply_size") * np.log(len(members))
    return float(w.p("organisations.attention") * mutual.mean() + size - fit)


def considered(
    w: World, seen: Assessment, tick: int, seed: int, run: int
) -> Iterator[tuple[Step, float, float, World]]:
    """State after state, body after body: the step, the luck of doing it and of being let in, and
    the world after. What the others decide of a member has the luck of being let in.

    A quarter of the rate a year is the chance to consider each organisation.
    """
    for i, key in enumerate(int(key) for key in w.keys):
        for k in w.of_kind("organisation"):
            name = int(w["collective_key"][k])
            chance, choice, consent, _ = luck(ORGANISE, tick, seed, run, 0, key, name)
            one = step(w, seen, k, i) if chance < 0.25 * w.p("organisations.rate") else None
            if one is None:
                continue
            if consent < logistic(one.unwanted):
                one, choice = replace(one, kind=Move.SUSPEND, to=0.5, value=one.unwanted), consent
            if choice < logistic(one.value) and consent < one.admitted:
                w = member(w, one.organisation, i, one.to)
            yield one, choice, consent, w


LEAST = 3  # two make a pact


@dataclass(frozen=True)
class Guest:
    """A state at the table of a conference: what it comes by (logits), its gain, if it is let in.

    ``sure`` is the luck of coming, ``liked`` that of being let in.
    """

    state: int
    value: float
    gain: float
    admitted: float
    sure: float
    liked: float

    @property
    def signs(self) -> bool:
        return self.sure < logistic(self.value) and self.liked < self.admitted


@dataclass(frozen=True)
class Conference:
    """A conference that ``host`` calls to found body ``organisation``: who was asked, who signs."""

    host: int
    organisation: int
    asked: list[Guest]
    signed: list[int]
    gain: float
    after: World

    def pairs(self, w: World) -> list[tuple[int, int]]:
        """Who signs, as the log has it: the host with the largest of the guests, they with it."""
        guests = [j for j in self.signed if j != self.host]
        return [
            (self.host, max(sorted(guests), key=lambda j: w["economy"][j])),
            *((j, self.host) for j in guests),
        ]


def peace(w: World, i: int) -> float:
    """What is left of the chance of i while it is at war, by how far a new treaty would bind."""
    return float(1.0 - w.p("founding.commitment") * w["war"][i].max())


def unanimity(w: World, seen: Assessment, k: int, i: int) -> float:
    """Chance that each of those at the table agrees to i: 0 while i fights one of them."""
    ready = w.p("organisations.admission")
    return float(np.prod([logistic(wish + ready) for wish in wishes(w, seen, k, i)]))


def gathered(
    w: World, seen: Assessment, k: int, i: int, tick: int, seed: int, run: int
) -> Conference:
    """Ask all others, those first with whom i has most to do; the table is who is there by then."""
    table = w.copy()
    table.parts[k, i] = 1.0
    table["organisation_commitment"][k] = w.p("founding.commitment")
    signed, asked = [i], []
    there = [j for j in range(w.n) if j != i and w["present"][j] > 0.5]
    for j in sorted(there, key=lambda j: -(seen.attention[i, j] + seen.attention[j, i])):
        floor, g = table["organisation_commitment"][k], commitment(table)
        if np.mean(g[j, signed] < floor) < 0.5:
            continue
        gain = entering(table, seen, k, j)
        likely = unanimity(table, seen, k, j) * peace(w, j)
        value = gain * likely if gain > 0.0 else gain
        value += outlook(table, seen, sorted(signed), j) - w.p("founding.cost")
        value -= taboo(w, j, w.p("founding.commitment"))
        keys = int(w.keys[i]), int(w.keys[j])
        sure, liked, _, _ = luck(stream("founding"), tick, seed, run, 1, *keys)
        guest = Guest(j, value, gain, likely, sure, liked)
        asked.append(guest)
        if guest.signs:
            signed.append(j)
            table.parts[k, j] = 1.0
    gain = entering(table, seen, k, i)
    after = w
    if len(signed) >= LEAST:
        after = w.copy()
        after.collective("vacant")[k] = 0.0
        after["organisation_commitment"][k] = w.p("founding.commitment")
        for j in sorted(signed):
            after = member(after, k, j, 1.0)
    return Conference(i, k, asked, signed, gain, after)


def conferences(w: World, seen: Assessment, tick: int, seed: int, run: int) -> Iterator[Conference]:
    """State after state: a quarter of the rate a year, at peace, is the chance to call the rest."""
    for i, key in enumerate(int(key) for key in w.keys):
        places = [k for k in w.of_kind("organisation") if w.collective("vacant")[k] > 0.5]
        if not places:
            return
        k = places[0]
        chance = luck(stream("founding"), tick, seed, run, 0, key, key)[0]
        rate = 0.25 * w.p("founding.rate") * peace(w, i)
        rate *= np.exp(-taboo(w, i, w.p("founding.commitment")))
        if w["present"][i] > 0.5 and chance < rate:
            one = gathered(w, seen, k, i, tick, seed, run)
            yield one
            w = one.after
