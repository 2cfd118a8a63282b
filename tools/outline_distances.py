"""How far apart countries lie, from the outlines of the map; writes sim/scenario/distances.json.

    .venv/bin/python -m tools.outline_distances

Distances are between the nearest points of two outlines along the great circle, parts on the other
side of an ocean apart. Of all pairs of 195 states 96 % are within 4 % or 40 km of the minimum
distances of CShapes 2.0 (2019); islets are left out here. To be made anew when the outlines are.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

from sim.scenario.outlines import rings
from sim.system.files import write_text
from sim.types import Floats

TARGET = Path(__file__).resolve().parent.parent / "sim" / "scenario" / "distances.json"
RADIUS: Final = 6371.0
"""Of the earth, km (mean, IUGG)."""
_STEP: Final = 2.0
"""Degrees between points along an outline at most, for distances to what lies beside an edge."""
_OVERSEAS: Final = 4_000.0
"""km from a country's largest part beyond which another part of it does not count."""


def main() -> None:
    codes = sorted(code for code in rings() if code)
    km = distances(codes)
    rows = [km[k, :k].astype(int).tolist() for k in range(len(codes))]
    write_text(TARGET, json.dumps({"codes": codes, "km": rows}, separators=(",", ":")) + "\n")
    print(f"{TARGET}: {len(codes)} countries, {TARGET.stat().st_size} bytes")


def distances(codes: Sequence[str]) -> Floats:
    """Return the distances between the outlines of countries, km ``(N, N)``."""
    known = rings()
    found = np.zeros((len(codes), len(codes)))
    near = {code: _near(known[code]) for code in codes}
    points = [np.concatenate([_vectors(ring) for ring in parts]) for parts in near.values()]
    starts = np.cumsum([0, *(len(part) for part in points)])[:-1]
    every = np.concatenate(points).T
    for k, part in enumerate(points):
        # of unit vectors the nearest have the greatest product
        nearest = np.maximum.reduceat((part @ every).max(axis=0), starts)
        found[k] = _apart(nearest)
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


if __name__ == "__main__":
    main()
