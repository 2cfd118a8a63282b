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
    core_colours,
    escaped,
    layout,
    rounded,
)
from sim.show.plots.style import GREY

_CELL: Final = 14  # pixels
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
) -> Figure:
    """Draw the share of the runs that have two states in one bloc, for every pair.

    Args:
        codes: of the N states.
        together: ``(N, N)`` in [0, 1].
        blocs: core of the bloc of each state, empty for none.
        poles, names, colours: see :func:`~sim.show.plots.interactive.network.network`; the blocs
            are in the order of their colours.
    """
    names = names or {}
    shades = dict(colours) if colours is not None else core_colours(poles, blocs)
    shares = np.asarray(together, np.float64)
    order = order_by_bloc(blocs, shares, list(shades))
    n = len(order)
    ordered = [codes[i] for i in order]
    known = [escaped(names.get(code, code)) for code in ordered]
    side = max(320, _CELL * n)
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
    alt = _said([codes[i] for i in order], [blocs[i] for i in order], shares[np.ix_(order, order)])
    return {
        "data": data,
        "layout": layout(
            alt=alt,
            height=side + 70,
            margin={"l": 46, "r": 10, "t": 46, "b": 10},
            xaxis=axis(**ticks, side="top", tickangle=-90, range=[-1.2, n - 0.5]),
            yaxis=axis(**ticks, range=[n - 0.5, -1.2]),
            shapes=_marks([blocs[i] for i in order], shades),
        )
        | {"meta": {"alt": alt, "least": side + 140}},
    }


def _marks(blocs: Sequence[str], shades: Mapping[str, str]) -> list[dict[str, Any]]:
    """A frame around each bloc and a strip of its colour along the two sides."""
    shapes: list[dict[str, Any]] = []
    begin = 0
    while begin < len(blocs):
        end = begin + 1
        while end < len(blocs) and blocs[end] == blocs[begin]:
            end += 1
        shade = shades.get(blocs[begin], GREY)
        low, high = begin - 0.5, end - 0.5
        for x0, y0, x1, y1 in ((low, -1.1, high, -0.65), (-1.1, low, -0.65, high)):
            shapes.append(
                {"type": "rect", "x0": x0, "y0": y0, "x1": x1, "y1": y1, "fillcolor": shade,
                 "line": {"width": 0}}
            )  # fmt: skip
        if blocs[begin]:
            shapes.append(
                {"type": "rect", "x0": low, "y0": low, "x1": high, "y1": high,
                 "line": {"width": 2, "color": shade}}
            )  # fmt: skip
        begin = end
    return shapes


def _said(codes: Sequence[str], blocs: Sequence[str], shares: npt.NDArray[np.float64]) -> str:
    parts = []
    for core in dict.fromkeys(core for core in blocs if core):
        mine = [i for i, c in enumerate(blocs) if c == core]
        block = shares[np.ix_(mine, mine)]
        if len(mine) > 1:
            mean = float(block[np.triu_indices(len(mine), 1)].mean())
            parts.append(f"two members of {core}'s bloc are together in {mean:.0%}")
    said = "; ".join(parts) or "there are no blocs"
    return f"Share of the runs with two states in one bloc, for {len(codes)} states: {said}."
