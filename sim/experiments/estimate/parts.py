"""What a pact with each other state would be worth to each state, term by term, in one year."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np

from sim import draws, kernel
from sim import vocabulary as names
from sim.decisions.assessment import RELEVANCE
from sim.dyads import HOSTILITY
from sim.experiments.estimate.tables import Floats
from sim.experiments.estimate.worlds import world_text
from sim.fields import CAPABILITY
from sim.history import History
from sim.scenario import load_scenario
from sim.world import World

TERMS: Final[tuple[str, ...]] = tuple(names.TERMS)
LEVELS: Final = {"defence": 3.0, "any": 1.0}
"""The level of a pact that stands for a target: a defence pact, a consultation pact."""


@dataclass(frozen=True, eq=False)
class Parts:
    """A world of one year as the states see it, in the order of ``History.codes(year)``.

    Attributes:
        change: by target, ``(N, N, T)``: what raising the tie of i with j to the target's level
            would change of each term of i's utility, at a weight of one, with its sign.
        attention: ``(N, N)`` log of the share of i's attention that j has.
        hostility: ``(N, N)`` how hostile i finds j.
        capability: ``(N,)`` shares.
    """

    change: dict[str, Floats]
    attention: Floats
    hostility: Floats
    capability: Floats


def parts_of(history: History, year: int) -> Parts:
    """Return the parts of a year; kept, since several years are asked for again and again.

    They depend on nothing later, so those of a history are those of its beginning.

    Raises:
        UserError: nothing is known of the year.
    """
    return _parts_of(history.whole, year)


@lru_cache(maxsize=256)
def _parts_of(history: History, year: int) -> Parts:
    world = World(load_scenario(world_text(history, year)))
    blocks, _ = draws.start(world, 0, 0)
    kernel.entries().begin(blocks, world.keys)
    order = [world.index(f"S{code}") for code in history.codes(year)]
    grid = np.ix_(order, order)
    for term in TERMS:
        blocks.P[names.TERMS[term].weight] = 1.0
    change = {}
    for target, level in LEVELS.items():
        out = np.zeros((world.n * world.n, len(TERMS)))
        kernel.entries().appraise(blocks, level, out)
        change[target] = out.reshape(world.n, world.n, -1)[grid]
    return Parts(
        change,
        blocks.M[RELEVANCE][grid].copy(),
        blocks.M[HOSTILITY][grid].copy(),
        blocks.V[CAPABILITY][order].copy(),
    )
