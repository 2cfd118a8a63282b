"""The start of a run: values of all uncertain numbers, and the blocks made of them.

Where a scenario asks for draws, every number follows a triangular distribution over its declared
range with the stated value as mode, keyed by (seed, run, dotted key of the number): arms of a
scenario share the draws of the numbers that they share. Weights that were learnt together are drawn
together: their ranks are correlated as the fit has them, each number keeps its own distribution.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri

from sim import kernel
from sim.scenario.world import Start, World


def draw(world: World, seed: int, run: int) -> NDArray[np.float64]:
    """Values of :attr:`World.uncertain` for one run, ``(K,)``; the stated ones without draws."""
    return drawn(world, seed, run) if world.spec.ensemble.draws else world.triangles[1][:, 1].copy()


def drawn(world: World, seed: int, run: int) -> NDArray[np.float64]:
    """Values of :attr:`World.uncertain`, ``(K,)``, drawn whatever the scenario asks for."""
    keys, shape = world.triangles
    out = np.empty(len(keys))
    kernel.entries().draw_triangles(seed, run, keys, shape, out)
    at, root = world.joint
    if at.size:
        out[at] = triangular(shape[at], ndtr(root @ ndtri(_share(out[at], shape[at]))))
    return out


def _share(x: NDArray[np.float64], shape: NDArray[np.float64]) -> NDArray[np.float64]:
    """The part of triangular distributions (low, mode, high) ``(K, 3)`` below x ``(K,)``."""
    low, mode, high = shape.T
    rising = np.square(x - low) / ((high - low) * np.maximum(mode - low, 1e-300))
    falling = np.square(high - x) / ((high - low) * np.maximum(high - mode, 1e-300))
    result: NDArray[np.float64] = np.clip(
        np.where(x < mode, rising, 1.0 - falling), 1e-12, 1.0 - 1e-12
    )
    return result


def triangular(shape: NDArray[np.float64], u: float | NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the quantiles u, one or ``(n,)``, of triangular distributions ``(n, 3)``, ``(n,)``.

    Rows of ``shape`` are low, mode, high.

    >>> triangular(np.array([[0.0, 1.0, 2.0], [3.0, 3.0, 3.0]]), 0.5).tolist()
    [1.0, 3.0]
    """
    low, mode, high = shape[:, 0], shape[:, 1], shape[:, 2]
    width = high - low
    split = np.divide(mode - low, width, out=np.zeros_like(width), where=width > 0)
    left = low + np.sqrt(np.maximum(u * width * (mode - low), 0.0))
    right = high - np.sqrt(np.maximum((1.0 - u) * width * (high - mode), 0.0))
    found: NDArray[np.float64] = np.where(width > 0, np.where(u < split, left, right), mode)
    return found


def start(world: World, seed: int, run: int) -> Start:
    """The start of one run before :func:`sim.kernel.begin`."""
    return world.initial(draw(world, seed, run))
