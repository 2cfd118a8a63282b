"""Organisations: what membership binds to, who applies, is admitted, and leaves."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from tests.reference.decisions import Assessment, Move, commitment, entrapment_weight, utility
from tests.reference.world import FULL, ORGANISE, World, logistic, luck, no_self


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


def worth(w: World, seen: Assessment, of: int, with_: int, floor: float) -> float:
    """Change of utility of a state when its floor with another one becomes this."""
    return float((utility(w.after("floor", of, with_, floor), seen) - utility(w, seen))[of])


def entering(w: World, seen: Assessment, k: int, i: int) -> dict[int, tuple[float, float]]:
    """What the floor with each full member is worth to i, and to the member."""
    floor, g, out = w["organisation_commitment"][k], commitment(w), {}
    for j in set(w.members(k)) - {i}:
        binds = floor > g[i, j]
        out[j] = (
            worth(w, seen, i, j, floor) if binds else 0.0,
            worth(w, seen, j, i, floor) if binds else 0.0,
        )
    return out


def leaving(w: World, seen: Assessment, k: int, i: int) -> float:
    """What i loses with the floors of k, tie by tie; other organisations of both keep theirs."""
    total = 0.0
    for j in set(w.members(k)) - {i}:
        others = [
            w["organisation_commitment"][o]
            for o in w.of_kind("organisation")
            if o != k and {i, j} <= set(w.members(o))
        ]
        total += worth(w, seen, i, j, max([0.0, *others]))
    return total


def admission(w: World, k: int, i: int, gains: dict[int, tuple[float, float]]) -> float:
    """Chance that the member that likes it least lets i in: 0 while i fights one of them."""
    if any(w["war"][i, j] > 0.0 for j in gains):
        return 0.0
    least = min(theirs for _, theirs in gains.values())
    return logistic(min(50.0, least) + w.p("organisations.admission"))


def market(w: World, k: int, i: int) -> float:
    """Depth of the market times the economies of members as far as trusted and not hostile.

    The text of the module calls them attention-weighted; the pull of poles in the design notes
    (1.20) has trust and hostility.
    """
    friendly = w["trust"][i] * (1.0 - w["hostility"][i]) * w["economy"]
    size = sum(friendly[j] for j in w.members(k) if j != i)
    return float(w.p("organisations.market") * w.collective("market")[k] * size)


def in_the_way(w: World, k: int, i: int) -> float:
    """What other exclusive organisations of i hold against k."""
    total = sum(w["exclusivity"][o] * w.parts[o, i] for o in w.of_kind("organisation") if o != k)
    return float(w.p("organisations.exclusivity") * w["exclusivity"][k] * total)


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


def step(w: World, seen: Assessment, k: int, i: int) -> Step | None:
    """The next step of i with k; none without another member."""
    others = [j for j in w.members(k) if j != i]
    if not others:
        return None
    head = max(others, key=lambda j: w["economy"][j])
    if i in w.members(k):
        loss = leaving(w, seen, k, i)
        value = loss - w.p("organisations.leave") - market(w, k, i)
        return Step(i, k, Move.WITHDRAW, 0.0, value, loss, 1.0, head)
    gains = entering(w, seen, k, i)
    gain, likely = sum(mine for mine, _ in gains.values()), admission(w, k, i, gains)
    value = gain * likely if gain > 0.0 else gain
    value += likely * market(w, k, i) - in_the_way(w, k, i) + np.log(seen.attention[i, head])
    if w.parts[k, i] >= 0.5:
        value -= w.p("organisations.join")
        return Step(i, k, Move.JOIN, 1.0, value, gain, likely, head)
    return Step(i, k, Move.APPLY, 0.5, value - w.p("organisations.apply"), 0.0, 1.0, head)


def considered(
    w: World, seen: Assessment, tick: int, seed: int, run: int
) -> Iterator[tuple[Step, float, float, World]]:
    """State after state: its step, the luck of doing it and of being let in, the world after.

    A quarter of the rate a year is the chance to consider one organisation, each as likely.
    """
    kinds = w.of_kind("organisation")
    if not kinds:
        return
    for i, key in enumerate(int(key) for key in w.keys):
        chance, which, _, _ = luck(ORGANISE, tick, seed, run, 0, key, key)
        if chance >= 0.25 * w.p("organisations.rate"):
            continue
        one = step(w, seen, kinds[int(which * len(kinds))], i)
        if one is None:
            continue
        choice, consent, _, _ = luck(ORGANISE, tick, seed, run, 1, key, key)
        if choice < logistic(one.value) and consent < one.admitted:
            w = member(w, one.organisation, i, one.to)
        yield one, choice, consent, w
