"""What a pact with each state, and a place in each body, is worth to each state in one year."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Final

import numpy as np

from sim import kernel
from sim.drivers import starts
from sim.rules import catalogue as names
from sim.rules.decisions.assessment import RELEVANCE
from sim.rules.pair_variables import HOSTILITY
from sim.rules.participation import FULL
from sim.rules.state_variables import CAPABILITY, GOVERNANCE, POLE
from sim.scenario.history import History
from sim.scenario.world import World
from sim.scenario.years import make_world
from sim.types import Bools, Floats, Ints

TERMS: Final[tuple[str, ...]] = tuple(names.TERMS)
LEVELS: Final = {"defence": 3.0, "any": 1.0}
"""The level of a pact that stands for a target: a defence pact, a consultation pact."""


@dataclass(frozen=True, eq=False)
class Parts:
    """A world of one year as the states see it, in the order of ``History.codes(year)``.

    Attributes:
        change: by target, ``(N, N, T)``: what raising the tie of i with j to the target's level
            would change of each term of i's utility, at a weight of one, with its sign.
        inside: ``(B, N)`` who is in each body.
        bodies: ``(B, N, T)``: what entering the body would change, of a member leaving it.
        worth: ``(B, N)``: the same in logits, by the weights that decisions about ties have.
        attention: ``(N, N)`` log of the share of i's attention that j has.
        hostility: ``(N, N)`` how hostile i finds j.
        capability, governance, pole: ``(N,)`` shares; how liberal; whether a great power.
    """

    change: dict[str, Floats]
    inside: Bools
    bodies: Floats
    worth: Floats
    attention: Floats
    hostility: Floats
    capability: Floats
    governance: Floats
    pole: Floats


def world_of(history: History, year: int, quarters: int = 4) -> tuple[World, Ints]:
    """Return the world of a year, its numbers as stated, and where ``History.codes`` are in it.

    Raises:
        UserError: nothing is known of the year.
    """
    made = make_world(history, year, quarters=quarters)
    spec = made.spec()
    world = World(replace(spec, ensemble=replace(spec.ensemble, draws=False)))
    order = [world.index(made.codes[code]) for code in history.codes(year).tolist()]
    return world, np.array(order)


def rows_of(inside: Bools, treaties: Bools) -> Ints:
    """Return the row in ``inside (B, N)`` of the body that each of ``treaties (T, N)`` is, or -1.

    A treaty of consultation with the members of one of defence is that one.
    """
    same = (treaties[:, None, :] == inside[None, :, :]).all(2)
    return np.where(same.any(1), same.argmax(1), -1)


def parts_of(history: History, year: int) -> Parts:
    """Return the parts of a year; kept, since several years are asked for again and again.

    They depend on nothing later, so those of a history are those of its beginning.

    Raises:
        UserError: nothing is known of the year.
    """
    return _parts_of(history.whole, year)


@lru_cache(maxsize=256)
def _parts_of(history: History, year: int) -> Parts:
    world, order = world_of(history, year)
    blocks, _ = starts.start(world, 0, 0)
    kernel.entries().begin(blocks, world.keys)
    grid = np.ix_(order, order)
    bodies = np.zeros((2, len(blocks.B), world.n, len(TERMS)))
    kernel.entries().bodies(blocks, bodies[0].reshape(-1, len(TERMS)))
    for term in names.TERMS.values():
        blocks.P[term.weight] = 1.0
        if term.ties is not None:
            blocks.P[term.ties] = 1.0
    kernel.entries().bodies(blocks, bodies[1].reshape(-1, len(TERMS)))
    change = {}
    for target, level in LEVELS.items():
        out = np.zeros((world.n * world.n, len(TERMS)))
        kernel.entries().appraise(blocks, level, out)
        change[target] = out.reshape(world.n, world.n, -1)[grid]
    return Parts(
        change,
        blocks.B[:, order] > FULL,
        bodies[1][:, order],
        bodies[0][:, order].sum(-1),
        blocks.M[RELEVANCE][grid].copy(),
        blocks.M[HOSTILITY][grid].copy(),
        *(blocks.V[row][order].copy() for row in (CAPABILITY, GOVERNANCE, POLE)),
    )
