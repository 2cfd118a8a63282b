"""Outlines of today's countries, and how far apart they lie.

Outlines are Natural Earth's, public domain, made once by ``tools/map_outlines.py``; distances are
computed from them once, by ``tools/outline_distances.py``, so that they are the same to the last
kilometre on every machine.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import lru_cache
from importlib.resources import files

import numpy as np

from sim.types import Floats


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


@lru_cache(maxsize=1)
def _table() -> tuple[dict[str, int], Floats]:
    """Places of the countries in the table of distances, and the table, km ``(M, M)``."""
    content = json.loads((files("sim.scenario") / "distances.json").read_text("utf-8"))
    km = np.zeros((len(content["codes"]), len(content["codes"])))
    for place, row in enumerate(content["km"]):
        km[place, :place] = row
    return {code: place for place, code in enumerate(content["codes"])}, km + km.T


def distances(codes: Sequence[str]) -> Floats:
    """Return the distances between the outlines of countries, km ``(N, N)``; NaN: no outline.

    Neighbours share points of their outlines and are 0 apart.

    >>> from sim.scenario.outlines import distances
    >>> km = distances(("FRA", "ESP", "NZL"))
    >>> float(km[0, 1]), bool(16_000 < km[0, 2] < 20_000)
    (0.0, True)
    """
    places, km = _table()
    found = np.full((len(codes), len(codes)), np.nan)
    np.fill_diagonal(found, 0.0)
    known = [k for k, code in enumerate(codes) if code in places]
    at = [places[codes[k]] for k in known]
    found[np.ix_(known, known)] = km[np.ix_(at, at)]
    return found
