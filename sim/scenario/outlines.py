"""Outlines of today's countries, and how far apart they lie.

Outlines are Natural Earth's, public domain, made once by ``tools/map_outlines.py``. Distances are
computed from them, so that no table of all pairs is needed: between the nearest points of two
outlines along the great circle, parts on the other side of an ocean apart. Of all pairs of 195
states 96 % are within 4 % or 40 km of the minimum distances of CShapes 2.0 (2019); islets are left
out here.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import lru_cache
from importlib.resources import files
from typing import Final

import numpy as np
import numpy.typing as npt

from sim.types import Floats

RADIUS: Final = 6371.0
"""Of the earth, km (mean, IUGG)."""
_STEP: Final = 2.0
"""Degrees between points along an outline at most, for distances to what lies beside an edge."""
_OVERSEAS: Final = 4_000.0
"""km from a country's largest part beyond which another part of it does not count."""


@lru_cache(maxsize=1)
def rings() -> dict[str, tuple[Floats, ...]]:
    """Return the rings of each country, ``(points, 2)`` longitude and latitude in degrees.

    Keys are codes of ISO 3166 (three letters); areas without one are under an empty key.
    """
    content = json.loads((files("sim.scenario") / "outlines.json").read_text("utf-8"))
    return {
        code: tuple(
            np.cumsum(np.reshape(ring, (-1, 2)), axis=0) / content["units"] for ring in parts
        )
        for code, parts in content["countries"].items()
    }


@lru_cache(maxsize=8)
def distances(codes: Sequence[str]) -> Floats:
    """Return the distances between the outlines of countries, km ``(N, N)``; NaN: no outline.

    Neighbours share points of their outlines and are 0 apart.

    >>> from sim.scenario.outlines import distances
    >>> km = distances(("FRA", "ESP", "NZL"))
    >>> float(km[0, 1]), bool(16_000 < km[0, 2] < 20_000)
    (0.0, True)
    """
    known = rings()
    found = np.full((len(codes), len(codes)), np.nan)
    np.fill_diagonal(found, 0.0)
    near = {code: _near(known[code]) for code in codes if code in known}
    if not near:
        return found
    points = [np.concatenate([_vectors(ring) for ring in parts]) for parts in near.values()]
    at = np.array([k for k, code in enumerate(codes) if code in near])
    starts = np.cumsum([0, *(len(part) for part in points)])[:-1]
    every = np.concatenate(points).T
    for k, part in zip(at, points, strict=True):
        # of unit vectors the nearest have the greatest product
        nearest = np.maximum.reduceat((part @ every).max(axis=0), starts)
        found[k, at] = _apart(nearest)
    around = [(code, ring) for code, parts in near.items() for ring in parts]
    low, high = (np.array([end(ring, axis=0) for _, ring in around]) for end in (np.min, np.max))
    for i, (main, *_) in near.items():
        boxes = (main.min(axis=0) > low).all(axis=1) & (main.max(axis=0) < high).all(axis=1)
        for k in np.flatnonzero(boxes):  # of few rings even the box is around it
            j, ring = around[k]
            if i != j and _holds(ring, main):
                found[codes.index(i), codes.index(j)] = 0.0
    found = np.minimum(found, found.T)
    return np.where(found < 1.0, 0.0, np.round(found))


def _apart(product: npt.NDArray[np.float32]) -> Floats:
    """Distances along the sphere, km, from products of unit vectors."""
    chord = np.sqrt(np.maximum(2.0 - 2.0 * product.astype(np.float64), 0.0))
    return 2.0 * RADIUS * np.arcsin(np.minimum(chord / 2.0, 1.0))


def _near(parts: Sequence[Floats]) -> list[Floats]:
    """The largest ring, first, and those that are not overseas of it."""
    sizes = [float(np.prod(np.ptp(ring, axis=0))) for ring in parts]
    ordered = [parts[k] for k in np.argsort(sizes)[::-1]]
    main = _vectors(ordered[0])
    reach = np.cos(_OVERSEAS / RADIUS)
    return [ring for ring in ordered if (_vectors(ring) @ main.T).max() >= reach]


def _holds(ring: Floats, inner: Floats) -> bool:
    """Whether a ring, whose box is around that of another one, lies around it: a country within."""
    x, y = inner[0]
    after = np.roll(ring, -1, axis=0)
    crossed = (
        ring[(ring[:, 1] > y) != (after[:, 1] > y)],
        after[(ring[:, 1] > y) != (after[:, 1] > y)],
    )
    (x0, y0), (x1, y1) = crossed[0].T, crossed[1].T
    return bool((x < x0 + (y - y0) * (x1 - x0) / (y1 - y0)).sum() % 2)


def _vectors(ring: Floats) -> npt.NDArray[np.float32]:
    """Points along a ring, close enough, as vectors of the unit sphere ``(points, 3)``."""
    after = np.roll(ring, -1, axis=0)
    counts = np.maximum(np.ceil(np.abs(after - ring).max(axis=1) / _STEP), 1).astype(int)
    each = np.repeat(counts, counts)
    share = ((np.arange(len(each)) - np.repeat(counts.cumsum() - counts, counts)) / each)[:, None]
    filled = np.repeat(ring, counts, axis=0) + share * np.repeat(after - ring, counts, axis=0)
    east, north = np.radians(filled).T
    level = np.cos(north)
    vectors = np.stack([level * np.cos(east), level * np.sin(east), np.sin(north)], axis=1)
    return vectors.astype(np.float32)
