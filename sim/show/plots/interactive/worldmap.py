"""The world by bloc, from outlines of our own: plotly's maps ask the network for theirs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from sim.measure.summary.camps import HEDGER
from sim.show.plots.interactive.base import (
    ALONE,
    Figure,
    blank_axis,
    escaped,
    fill_of,
    layout,
    rounded,
    told,
)
from sim.show.plots.projection import NOTE, area, frame, outlines, shapes, spot_within
from sim.show.plots.style import INK, core_colours
from sim.types import Floats

WIDTH: Final = 900

_LAND: Final = "#EFEFEF"
_DIGITS: Final = 3
_LETTERS: Final = (24.0, 11.0)  # width and height of a code in pixels
_TOUCH: Final = 13.0  # diameter of what can be pointed at, in pixels
_NAMED: Final = 24  # states that hedge for whose codes a legend has room
_SMALL: Final = 60.0  # square pixels below which a state gets a dot


def can_map(codes: Sequence[str]) -> bool:
    """Whether at least half of the states have an outline: no made-up world, no past one."""
    known = outlines()
    return 2 * sum(code in known for code in codes) >= len(codes) > 0


def world_map(
    codes: Sequence[str],
    *,
    blocs: Sequence[str],
    poles: Sequence[str] = (),
    names: Mapping[str, str] | None = None,
    colours: Mapping[str, str] | None = None,
    together: npt.ArrayLike | None = None,
    hedging: Mapping[str, float] | None = None,
    chosen: str = "",
) -> Figure:
    """Draw the countries in the colours of their blocs, pale where seldom in them.

    Every state has a place that can be pointed at and clicked; its code stands there if there is
    room. Today's outlines are drawn, whatever the date.

    Args:
        codes: of the N states; those without an outline are left out.
        blocs: core of the bloc of each state, empty for none.
        poles, names, colours, chosen: see :func:`~sim.show.plots.interactive.network.network`.
        together: share of the runs in which each state is with its core, ``(N,)``.
        hedging: share of runs in which a state stands between two blocs; from :data:`HEDGER` on
            it has a ring.
    """
    names = names or {}
    shades = dict(colours) if colours is not None else core_colours(poles, blocs)
    share = np.ones(len(codes)) if together is None else np.asarray(together, np.float64)
    lands: Mapping[str, Sequence[Floats]] = shapes()
    edges = left, right, low, high = frame(codes)
    pixels = WIDTH / (right - left)
    lands = {code: _seen(rings, edges, pixels) for code, rings in lands.items()}
    data = [_land([ring for code, rings in lands.items() if code not in codes for ring in rings])]
    shown = [i for i, code in enumerate(codes) if lands.get(code)]
    for core in [*shades, ""]:
        mine = [i for i in shown if blocs[i] == core]
        for place, i in enumerate(mine):
            fill, _ = fill_of(core, shades, float(share[i]))
            data.append(
                _rings(lands[codes[i]])
                | {
                    "name": f"bloc of {escaped(core)}" if core else ALONE,
                    "fillcolor": fill,
                    "line": {
                        "color": INK if codes[i] == chosen else "white",
                        "width": 2 if codes[i] == chosen else 0.5,
                    },
                    "legendgroup": core or ALONE,
                    "showlegend": place == 0,
                }
            )
    spots = {i: spot_within(codes[i], edges) for i in shown}
    data.append(_places(codes, blocs, names, together, share, lands, spots, shades, pixels))
    hedgers = [i for i in shown if (hedging or {}).get(codes[i], 0.0) >= HEDGER]
    if hedgers:
        data.append(_rings_round(codes, hedgers, spots))
    alt = _said(codes, blocs, shown)
    height = round((high - low) * pixels)
    figure: Figure = {
        "data": data,
        "layout": layout(
            alt=alt,
            height=height + 46,
            margin={"l": 0, "r": 0, "t": 0, "b": 46},
            xaxis=blank_axis(range=[left, right]),
            yaxis=blank_axis(range=[low, high], scaleanchor="x"),
        ),
    }
    figure["layout"]["meta"] = {"alt": f"{alt} {NOTE}", "width": WIDTH, "least": 640}
    return figure


def _seen(
    rings: Sequence[Floats], edges: tuple[float, float, float, float], pixels: float
) -> list[Floats]:
    """The rings of a country that can be seen: within the edges, of a pixel or more, or its first.

    What lies beyond is drawn to just outside the edge, which takes most points of it away.
    """
    left, right, low, high = edges
    out = 0.02 * (right - left)
    found = []
    for at, ring in enumerate(rings):
        near = np.clip(ring, (left - out, low - out), (right + out, high + out))
        new = (near != np.roll(near, 1, axis=0)).any(axis=1)
        size = area(near) * pixels**2
        if new.sum() > 2 and (size >= 1.0 or (at == 0 and size > 0.0)):
            found.append(near[new])
    first = rings[0].mean(axis=0) if rings else np.full(2, np.nan)
    if not found and (np.array((left, low)) < first).all() and (first < (right, high)).all():
        return [rings[0]]  # a line or a point of an island, which has its dot
    return found


def _rings(rings: Sequence[Floats]) -> dict[str, Any]:
    """One filled trace of several rings, which gaps part."""
    gap = np.full((1, 2), np.nan)
    points = np.concatenate([part for ring in rings for part in (ring, ring[:1], gap)])
    return {
        "type": "scatter",
        "mode": "lines",
        "fill": "toself",
        "x": rounded(points[:, 0], _DIGITS),
        "y": rounded(points[:, 1], _DIGITS),
        "hoverinfo": "skip",
    }


def _land(rings: Sequence[Floats]) -> dict[str, Any]:
    """What takes no part."""
    line = {"color": "white", "width": 0.5}
    return _rings(rings) | {"fillcolor": _LAND, "line": line, "showlegend": False}


def _places(
    codes: Sequence[str],
    blocs: Sequence[str],
    names: Mapping[str, str],
    together: npt.ArrayLike | None,
    share: Floats,
    lands: Mapping[str, Sequence[Floats]],
    spots: Mapping[int, Floats],
    shades: dict[str, str],
    pixels: float,
) -> dict[str, Any]:
    """Places to point at, dots for small states, codes where there is room, the largest first."""
    size = {i: area(lands[codes[i]][0]) * pixels**2 for i in spots}
    order = sorted(spots, key=lambda i: -size[i])
    taken: list[Floats] = []
    texts = []
    for i in order:
        spot = spots[i] * pixels
        free = all((np.abs(spot - other) >= _LETTERS).any() for other in taken)
        texts.append(codes[i] if free and size[i] >= 2 * _SMALL else "")
        if texts[-1]:
            taken.append(spot)
    small = [size[i] < _SMALL for i in order]
    fills = [fill_of(blocs[i], shades, float(share[i])) for i in order]
    return {
        "type": "scatter",
        "mode": "markers+text",
        "x": rounded([spots[i][0] for i in order], _DIGITS),
        "y": rounded([spots[i][1] for i in order], _DIGITS),
        "text": texts,
        "textfont": {"size": 9.5, "color": "#000000", "shadow": "0 0 3px #fff, 0 0 3px #fff"},
        "customdata": [codes[i] for i in order],
        "hovertext": [
            told(
                codes[i],
                names.get(codes[i], codes[i]),
                blocs[i],
                None if together is None else float(share[i]),
            )
            for i in order
        ],
        "hoverinfo": "text",
        "marker": {
            "size": [8.0 if dot else _TOUCH for dot in small],
            "color": [
                fill if dot else "rgba(0,0,0,0)"
                for (fill, _), dot in zip(fills, small, strict=True)
            ],
            "line": {
                "width": [1.0 if dot else 0.0 for dot in small],
                "color": [line for _, line in fills],
            },
        },
        "showlegend": False,
    }


def _rings_round(
    codes: Sequence[str], hedgers: Sequence[int], spots: Mapping[int, Floats]
) -> dict[str, Any]:
    """A ring about each state that hedges; of many they are small, and counted, not named."""
    many = len(hedgers) > _NAMED
    who = f"{len(hedgers)} states" if many else ", ".join(codes[i] for i in hedgers)
    return {
        "type": "scatter",
        "mode": "markers",
        "name": f"hedges ({who})",
        "x": rounded([spots[i][0] for i in hedgers], _DIGITS),
        "y": rounded([spots[i][1] for i in hedgers], _DIGITS),
        "marker": {
            "size": [11.0 if many else 26.0] * len(hedgers),
            "symbol": "circle-open",
            "color": "#000000",
            "line": {"width": 1.3 if many else 2},
        },
        "hoverinfo": "skip",
    }


def _said(codes: Sequence[str], blocs: Sequence[str], shown: Sequence[int]) -> str:
    cores = list(dict.fromkeys(blocs[i] for i in shown if blocs[i]))
    parts = [f"bloc of {core}: {', '.join(codes[i] for i in shown if blocs[i] == core)}"
             for core in cores]  # fmt: skip
    alone = ", ".join(codes[i] for i in shown if not blocs[i]) or "none"
    lacking = [code for at, code in enumerate(codes) if at not in shown]
    missing = f" Without an outline today: {', '.join(lacking)}." if lacking else ""
    return f"World map. {'; '.join(parts) or 'No blocs'}; {ALONE}: {alone}.{missing}"
