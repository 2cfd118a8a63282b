"""Outlines of countries for the map, made once from Natural Earth.

Natural Earth (public domain) is read in the topological form of the package world-atlas 2:

    npm pack world-atlas@2 && tar xzf world-atlas-2.*.tgz
    python tools/map_outlines.py package/countries-50m.json

writes sim/scenario/outlines.json. The finer 1:50m outlines have the small states that 1:110m lacks.
Arcs are simplified before they are joined into rings, so that neighbours keep one common border;
rings that cross the antimeridian are made whole and put to the side where they belong; islets are
left out, but never a country's largest part. Antarctica is left out. Kosovo has the code that is in
use for it, XKX, and Tuvalu, which is not in the outlines, a dot. What else has no code of ISO 3166
(Northern Cyprus, Somaliland and some islands) is kept without a name, under "".
"""

from __future__ import annotations

import json
import sys
from itertools import pairwise
from pathlib import Path

import numpy as np
import pycountry

from sim.system.files import write_text

TARGET = Path(__file__).resolve().parent.parent / "sim" / "scenario" / "outlines.json"
UNITS = 40  # of a degree, in the file
TOLERANCE = 0.07  # degrees that an outline may move
ISLET = 0.12  # square degrees (as on the equator) below which a part is left out
CUT = -169.0  # the map's edge, in the Bering Strait: no country lies across it
ANTARCTICA = "010"
UNLISTED = {"Kosovo": "XKX"}
DOTS = {"TUV": (179.2, -8.5)}  # longitude and latitude of what is too small for the outlines


def main(path: str) -> None:
    topology = json.loads(Path(path).read_text("utf-8"))
    scale, shift = (np.array(topology["transform"][key]) for key in ("scale", "translate"))
    arcs = [
        simplified(np.cumsum(np.array(arc), axis=0) * scale + shift) for arc in topology["arcs"]
    ]
    countries: dict[str, list[list[int]]] = {}
    for geometry in topology["objects"]["countries"]["geometries"]:
        if geometry.get("id") == ANTARCTICA:
            continue
        found = pycountry.countries.get(numeric=geometry.get("id", ""))
        polygons = geometry["arcs"] if geometry["type"] == "MultiPolygon" else [geometry["arcs"]]
        rings = [whole([arcs[at] if at >= 0 else arcs[~at][::-1] for at in p[0]]) for p in polygons]
        sizes = [area(ring) for ring in rings]
        kept = [
            ring for ring, size in zip(rings, sizes, strict=True) if size >= min(ISLET, max(sizes))
        ]
        code = found.alpha_3 if found else UNLISTED.get(geometry["properties"]["name"], "")
        if not code:
            print("without a code:", geometry["properties"]["name"])
        countries.setdefault(code, []).extend(packed(ring) for ring in kept)
    dot = np.array([(0, 0), (2, 0), (2, -2), (0, -2)]) / UNITS
    countries |= {code: [packed(place + dot)] for code, place in DOTS.items()}
    content = {
        "source": "Natural Earth 1:50m, public domain, by way of world-atlas 2",
        "units": UNITS,
        "countries": dict(sorted(countries.items())),
    }
    write_text(TARGET, json.dumps(content, separators=(",", ":")) + "\n")
    points = sum(len(ring) // 2 for rings in countries.values() for ring in rings)
    print(f"{TARGET}: {len(countries)} countries, {points} points, {TARGET.stat().st_size} bytes")


def simplified(line: np.ndarray) -> np.ndarray:
    """Leave out points as long as the line moves by less than the tolerance (Douglas & Peucker)."""
    narrow = np.array([np.cos(np.radians(line[:, 1].mean())), 1.0])
    flat = line * narrow
    keep = np.zeros(len(line), bool)
    keep[[0, -1]] = True
    if np.allclose(line[0], line[-1]):  # a ring: its farthest point stays, too
        keep[np.hypot(*(flat - flat[0]).T).argmax()] = True
    corners = np.flatnonzero(keep)
    parts = list(pairwise(corners))
    while parts:
        a, b = parts.pop()
        if b - a < 2:
            continue
        along = flat[b] - flat[a]
        off = flat[a + 1 : b] - flat[a]
        long = np.hypot(*along)
        away = (
            np.abs(off[:, 0] * along[1] - off[:, 1] * along[0]) / long if long else np.hypot(*off.T)
        )
        most = int(away.argmax())
        if away[most] > TOLERANCE:
            middle = a + 1 + most
            keep[middle] = True
            parts += [(a, middle), (middle, b)]
    return line[keep]


def whole(arcs: list[np.ndarray]) -> np.ndarray:
    """Join arcs into a ring that does not jump at the antimeridian, right of the map's edge."""
    ring = np.concatenate([arcs[0], *(arc[1:] for arc in arcs[1:])])
    jumps = np.diff(ring[:, 0], prepend=ring[0, 0])
    ring = np.column_stack([ring[:, 0] - 360.0 * np.cumsum(np.round(jumps / 360.0)), ring[:, 1]])
    middle = (ring[:, 0].min() + ring[:, 0].max()) / 2.0
    ring[:, 0] -= 360.0 * np.floor((middle - CUT) / 360.0)
    return ring


def area(ring: np.ndarray) -> float:
    x, y = ring[:, 0] * np.cos(np.radians(ring[:, 1].mean())), ring[:, 1]
    return abs(float(x @ np.roll(y, 1) - y @ np.roll(x, 1))) / 2.0


def packed(ring: np.ndarray) -> list[int]:
    """First point, then steps, in units of the file; the last point is the first."""
    points = np.round(ring * UNITS).astype(int)
    steps = np.diff(points, axis=0, prepend=np.zeros((1, 2), int))
    moved = steps.any(axis=1)
    moved[0] = True
    return steps[moved].ravel().tolist()


if __name__ == "__main__":
    main(*sys.argv[1:])
