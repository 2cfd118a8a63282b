"""Outlines of countries and the projection of the world map.

Outlines are Natural Earth's, public domain (:mod:`sim.scenario.outlines`).
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import Final

import numpy as np
import numpy.typing as npt

from sim.scenario.outlines import rings
from sim.types import Floats

NOTE: Final = (
    "Outlines: Natural Earth, public domain; borders as there, no statement on their status."
)
"""What stands below every map."""

MIDDLE: Final = 11.0
"""Longitude of the middle: the edge then lies in the Bering Strait and cuts no country."""

SOUTH: Final = -56.5
NORTH: Final = 83.7

_WEST, _EAST = -187.0, 185.0
_LARGE: Final = 0.08
"""Area on the map, in square radii, from which a state is as large as a continent."""
_MARGIN: Final = 0.06
_REGION: Final = 0.62
"""Part of the width of the world from which a map is of the world."""
_FLAT, _NARROW = 0.42, 1.1  # height by width at least, and at most

_A: Final = (1.340264, -0.081106, 0.000893, 0.003796)


@lru_cache(maxsize=1)
def outlines() -> dict[str, tuple[Floats, ...]]:
    """Return the rings of each country, ``(points, 2)`` longitude and latitude, the largest first.

    Keys are codes of ISO 3166 (three letters); areas without one are under an empty key.
    """
    return {
        code: tuple(sorted(parts, key=_extent, reverse=True)) for code, parts in rings().items()
    }


def project(longitude: npt.ArrayLike, latitude: npt.ArrayLike) -> Floats:
    """Return places on the map, ``(..., 2)``: Equal Earth (Savric, Patterson & Jenny 2018).

    Longitude and latitude in degrees. Areas keep their proportions.

    >>> project(11.0, 0.0).tolist()
    [0.0, 0.0]
    """
    east = np.radians(np.asarray(longitude, np.float64) - MIDDLE)
    root = np.sqrt(3.0)
    t = np.arcsin(root / 2.0 * np.sin(np.radians(np.asarray(latitude, np.float64))))
    a1, a2, a3, a4 = _A
    slope = 9.0 * a4 * t**8 + 7.0 * a3 * t**6 + 3.0 * a2 * t**2 + a1
    x = 2.0 * root * east * np.cos(t) / (3.0 * slope)
    y = a4 * t**9 + a3 * t**7 + a2 * t**3 + a1 * t
    return np.stack([x, y], axis=-1)


@lru_cache(maxsize=1)
def shapes() -> dict[str, list[Floats]]:
    """Return the rings of each country on the map, ``(points, 2)``, by code as :func:`outlines`."""
    return {code: [project(*ring.T) for ring in rings] for code, rings in outlines().items()}


@lru_cache(maxsize=512)
def spot(code: str) -> Floats:
    """Return a place well inside a country on the map, ``(2,)``.

    Raises:
        KeyError: it has no outline.
    """
    return inside(shapes()[code][0])


def frame(codes: Iterable[str]) -> tuple[float, float, float, float]:
    """Return the edges of a map of some states: left, right, below, above.

    It is the world, unless they lie in a part of it: then their outlines with a margin. Of states
    as large as continents only what lies there counts, or a place in them if nothing does.
    """
    lands = shapes()
    world = (
        float(project(_WEST, 0.0)[0]),
        float(project(_EAST, 0.0)[0]),
        float(project(0.0, SOUTH)[1]),
        float(project(0.0, NORTH)[1]),
    )
    known = [code for code in codes if code in lands]
    small = [code for code in known if area(lands[code][0]) < _LARGE]
    if not small:
        return world
    points = np.concatenate([lands[code][0] for code in small])
    for code in known:
        ring = lands[code][0]
        low, high = points.min(axis=0), points.max(axis=0)
        if not ((ring > low) & (ring < high)).all(axis=1).any():
            points = np.concatenate((points, spot(code)[None]))
    low, high = points.min(axis=0), points.max(axis=0)
    margin = _MARGIN * (high - low).max()
    left, below = np.maximum(low - margin, (world[0], world[2]))
    right, above = np.minimum(high + margin, (world[1], world[3]))
    if right - left > _REGION * (world[1] - world[0]):
        return world
    wide, tall = right - left, above - below
    short = max(0.0, _FLAT * wide - tall) / 2.0
    narrow = max(0.0, tall / _NARROW - wide) / 2.0
    return float(left - narrow), float(right + narrow), float(below - short), float(above + short)


@lru_cache(maxsize=4096)
def spot_within(code: str, edges: tuple[float, float, float, float]) -> Floats:
    """Return a place inside what is seen of a country on a map with these edges, ``(2,)``.

    Raises:
        KeyError: it has no outline.
    """
    left, right, below, above = edges
    place = spot(code)
    if left < place[0] < right and below < place[1] < above:
        return place
    return inside(np.clip(shapes()[code][0], (left, below), (right, above)))


def area(ring: Floats) -> float:
    """Return the area of a ring of points in the plane, ``(points, 2)``."""
    x, y = ring.T
    return abs(float(x @ np.roll(y, 1) - y @ np.roll(x, 1))) / 2.0


def inside(ring: Floats) -> Floats:
    """Return a place well inside a ring, for a name: of a grid the one farthest from the edge."""
    low, high = ring.min(axis=0), ring.max(axis=0)
    steps = (np.arange(24) + 0.5) / 24.0
    grid = np.stack(np.meshgrid(*(low + (high - low) * steps[:, None]).T), axis=-1).reshape(-1, 2)
    after = np.roll(ring, -1, axis=0)
    rising = (ring[:, 1] > grid[:, 1:]) != (after[:, 1] > grid[:, 1:])
    with np.errstate(divide="ignore", invalid="ignore"):
        slope = (after[:, 0] - ring[:, 0]) / (after[:, 1] - ring[:, 1])
        beyond = grid[:, :1] < ring[:, 0] + (grid[:, 1:] - ring[:, 1]) * slope
    within = (rising & beyond).sum(axis=1) % 2 == 1
    if not within.any():
        middle: Floats = (low + high) / 2.0
        return middle
    # names are wider than tall, so nearness counts for less from the side
    gap = (grid[within][:, None, :] - ring[None, :, :]) * np.array([0.6, 1.0])
    best: Floats = grid[within][np.hypot(gap[..., 0], gap[..., 1]).min(axis=1).argmax()]
    return best


def _extent(ring: Floats) -> float:
    return area(project(ring[:, 0], ring[:, 1]))
