"""The start of a run: values of all uncertain numbers, and the blocks made of them.

Where a scenario asks for draws, every number follows a triangular distribution over its declared
range with the stated value as mode, keyed by (seed, run, dotted key of the number): arms of a
scenario share the draws of the numbers that they share.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim import kernel
from sim.world import Start, World


def draw(world: World, seed: int, run: int) -> NDArray[np.float64]:
    """Values of :attr:`World.uncertain` for one run, ``(K,)``; the stated ones without draws."""
    keys, shape = world.triangles
    if not world.spec.ensemble.draws:
        return shape[:, 1].copy()
    out = np.empty(len(keys))
    kernel.entries().draw_triangles(seed, run, keys, shape, out)
    return out


def start(world: World, seed: int, run: int) -> Start:
    """The start of one run before :func:`sim.kernel.begin`."""
    return world.initial(draw(world, seed, run))
