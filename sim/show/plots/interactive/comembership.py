"""How often two states end in one bloc: a heat map."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from sim.show.plots.interactive.base import (
    MUTED,
    Figure,
    axis,
    escaped,
    layout,
    rounded,
)
from sim.show.plots.style import GREY, core_colours

_CELL, _TIGHT = 14, 10  # pixels of a cell, and where a page is narrow
_CODE, _LETTER = 4, 6  # letters of a code, and how wide one is
_BLUES: Final = ("#f7fbff", "#c6dbef", "#6baed6", "#2171b5", "#08306b")


def order_by_bloc(
    blocs: Sequence[str], together: npt.ArrayLike, cores: Sequence[str] = ()
) -> list[int]:
    """Return the states in the order of the figure: bloc by bloc, the most settled first.

    Args:
        blocs: core of the bloc of each state, empty for none; the unaligned come last.
        together: share of the runs with two states in one bloc, ``(N, N)``.
        cores: the blocs in the order that is wanted; by default that of their first members.
    """
    shares = np.asarray(together, np.float64)
    order: list[int] = []
    for core in dict.fromkeys([*cores, *(core for core in blocs if core)]):
        mine = [i for i, c in enumerate(blocs) if c == core]
        order += sorted(mine, key=lambda i: -float(shares[mine, i].sum()))
    return [*order, *(i for i, core in enumerate(blocs) if not core)]


def comembership(
    codes: Sequence[str],
    *,
    together: npt.ArrayLike,
    blocs: Sequence[str],
    poles: Sequence[str] = (),
    names: Mapping[str, str] | None = None,
    colours: Mapping[str, str] | None = None,
    sides: Sequence[Sequence[tuple[str, float]]] | None = None,
    said: str = "",
) -> Figure:
    """Draw the share of the runs that have two states in one bloc, for every pair.

    Args:
        codes: of the N states, or what stands for several (:mod:`sim.show.plots.regions`).
        together: ``(N, N)`` in [0, 1].
        blocs: core of the bloc of each state, empty for none.
        poles, names, colours: see :func:`~sim.show.plots.interactive.network.network`; the blocs
            are in the order of their colours.
        sides: which part of each is in the bloc of each core; by default all in its own.
        said: what stands for several states.
    """
    names = names or {}
    shades = dict(colours) if colours is not None else core_colours(poles, blocs)
    shares = np.asarray(together, np.float64)
    order = order_by_bloc(blocs, shares, list(shades))
    n = len(order)
    ordered = [codes[i] for i in order]
    known = [escaped(names.get(code, code)) for code in ordered]
    side = max(320, _CELL * n)
    longest = max(map(len, ordered))
    room = 46 if longest <= _CODE else 14 + _LETTER * longest
    ticks: dict[str, Any] = {
        "tickmode": "array",
        "tickvals": list(range(n)),
        "ticktext": ordered,
        "tickfont": {"size": 9 if n > 30 else 11, "color": MUTED},
        "showgrid": False,
        "ticks": "",
    }
    data = [
        {
            "type": "heatmap",
            "z": rounded(shares[np.ix_(order, order)], 3),
            "x": list(range(n)),
            "y": list(range(n)),
            "zmin": 0,
            "zmax": 1,
            "colorscale": [[at / 4, shade] for at, shade in enumerate(_BLUES)],
            "customdata": ordered,
            "text": [[f"{a} and {b}" for a in known] for b in known],
            "hovertemplate": "%{text}<br>together in %{z:.0%} of the runs<extra></extra>",
            "xgap": 1,
            "ygap": 1,
            "colorbar": {
                "title": {"text": "share of runs together", "side": "right", "font": {"size": 11}},
                "tickformat": ".0%",
                "thickness": 12,
                "outlinewidth": 0,
            },
        }
    ]
    homes = [blocs[i] for i in order]
    parts = [((core, 1.0),) for core in homes] if sides is None else [sides[i] for i in order]
    alt = _said(homes, shares[np.ix_(order, order)], said)
    return {
        "data": data,
        "layout": layout(
            alt=alt,
            height=side + room + 24,
            margin={"l": room, "r": 10, "t": room, "b": 10},
            xaxis=axis(**ticks, side="top", tickangle=-90, range=[-1.2, n - 0.5]),
            yaxis=axis(**ticks, range=[n - 0.5, -1.2]),
            shapes=_marks(homes, parts, shades),
        )
        | {"meta": {"alt": alt, "least": _TIGHT * n + room + 94}},
    }


def _marks(
    homes: Sequence[str],
    parts: Sequence[Sequence[tuple[str, float]]],
    shades: Mapping[str, str],
) -> list[dict[str, Any]]:
    """A frame around each bloc, and along two sides strips in the colours of the blocs."""
    strips: list[tuple[str, float, float]] = []
    for at, sides in enumerate(parts):
        begin = at - 0.5
        for core, part in sides:
            same = bool(strips) and strips[-1][0] == core
            start = strips.pop()[1] if same else begin
            begin += part
            strips.append((core, start, begin))
    shapes: list[dict[str, Any]] = [
        {"type": "rect", "x0": x0, "y0": y0, "x1": x1, "y1": y1,
         "fillcolor": shades.get(core, GREY), "line": {"width": 0}}
        for core, low, high in strips
        for x0, y0, x1, y1 in ((low, -1.1, high, -0.65), (-1.1, low, -0.65, high))
    ]  # fmt: skip
    for core in dict.fromkeys(core for core in homes if core):
        mine = [at for at, home in enumerate(homes) if home == core]
        low, high = mine[0] - 0.5, mine[-1] + 0.5
        shapes.append(
            {"type": "rect", "x0": low, "y0": low, "x1": high, "y1": high,
             "line": {"width": 2, "color": shades.get(core, GREY)}}
        )  # fmt: skip
    return shapes


def _said(blocs: Sequence[str], shares: npt.NDArray[np.float64], note: str) -> str:
    parts = []
    for core in dict.fromkeys(core for core in blocs if core):
        mine = [i for i, c in enumerate(blocs) if c == core]
        block = shares[np.ix_(mine, mine)]
        if len(mine) > 1:
            mean = float(block[np.triu_indices(len(mine), 1)].mean())
            parts.append(f"two members of {core}'s bloc are together in {mean:.0%}")
    said = "; ".join(parts) or "there are no blocs"
    many = "" if note else f", for {len(blocs)} states"
    return f"Share of the runs with two states in one bloc{many}: {said}. {note}".rstrip()
