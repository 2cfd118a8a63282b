"""The alignment plane: every state between two poles, with the way that it went."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from sim.show.plots.interactive.base import (
    ALONE,
    Figure,
    axis,
    escaped,
    fill_of,
    layout,
    rounded,
    told,
)
from sim.show.plots.style import GREY, INK, core_colours
from sim.types import Floats

_HEIGHT = 460  # pixels


def plane(
    codes: Sequence[str],
    *,
    x: npt.ArrayLike,
    y: npt.ArrayLike,
    axes: tuple[str, str],
    quarters: Sequence[str],
    blocs: Sequence[str] | None = None,
    poles: Sequence[str] = (),
    names: Mapping[str, str] | None = None,
    colours: Mapping[str, str] | None = None,
    cloud: tuple[npt.ArrayLike, npt.ArrayLike] | None = None,
    chosen: str = "",
) -> Figure:
    """Draw alignment with pole A to the right and with pole B upwards; a line leads to each state.

    On the diagonal a state keeps equal distance to the two.

    Args:
        codes: of the n states shown.
        x, y: alignment with the two poles, ``(n, T' + 1)``: medians of runs, or one run so far.
        axes: names of the two axes: what stands right and what stands above.
        quarters: of ticks 0 to T, at least as many as there are columns.
        blocs: core of the bloc of each state, empty for none.
        poles, names, colours, chosen: see :func:`~sim.show.plots.interactive.network.network`.
        cloud: the ends of all runs, two of ``(R, n)``; shown by a click in the legend.
    """
    names = names or {}
    cores = list(blocs) if blocs is not None else [""] * len(codes)
    shades = dict(colours) if colours is not None else core_colours(poles, cores)
    right, up = np.atleast_2d(np.asarray(x, np.float64)), np.atleast_2d(np.asarray(y, np.float64))
    low = float(np.nanmin([right.min(), up.min()])) - 0.06
    high = float(np.nanmax([right.max(), up.max()])) + 0.08
    data: list[dict[str, Any]] = [
        {"type": "scatter", "mode": "lines", "x": [low, high], "y": [low, high],
         "line": {"width": 1, "dash": "dot", "color": "#999999"}, "hoverinfo": "skip",
         "name": "equal distance"}
    ]  # fmt: skip
    if cloud is not None:
        data.append(_cloud(codes, cores, shades, cloud))
    for at, code in enumerate(codes):
        data.append(_path(right[at], up[at], shades.get(cores[at], GREY), code == chosen))
    last = right.shape[1] - 1
    for core in [*shades, ""]:
        mine = [i for i, c in enumerate(cores) if c == core]
        if not mine:
            continue
        data.append(
            {
                "type": "scatter",
                "mode": "markers+text",
                "name": f"bloc of {escaped(core)}" if core else ALONE,
                "x": rounded(right[mine, last]),
                "y": rounded(up[mine, last]),
                "text": [codes[i] for i in mine],
                "textposition": "top center",
                "textfont": {"size": 11, "color": INK},
                "customdata": [codes[i] for i in mine],
                "hovertext": [
                    f"{told(codes[i], names.get(codes[i], codes[i]), core, None)}"
                    f"<br>{escaped(axes[0])}: {right[i, 0]:.2f} to {right[i, last]:.2f}"
                    f"<br>{escaped(axes[1])}: {up[i, 0]:.2f} to {up[i, last]:.2f}"
                    f"<br>{quarters[0]} to {quarters[last]}"
                    for i in mine
                ],
                "hoverinfo": "text",
                "marker": {
                    "size": [15 if codes[i] == chosen else 10 for i in mine],
                    "color": fill_of(core, shades, 1.0)[0],
                    "line": {"width": 1.5, "color": fill_of(core, shades, 1.0)[1]},
                },
                "cliponaxis": False,
            }
        )
    ends = "; ".join(
        f"{code} {right[i, last]:.2f} and {up[i, last]:.2f}" for i, code in enumerate(codes)
    )
    alt = f"{axes[0]} (right) and {axes[1]} (up) in {quarters[last]}: {ends}."
    return {
        "data": data,
        "layout": layout(
            alt=alt,
            height=_HEIGHT,
            margin={"l": 56, "r": 24, "t": 16, "b": 48},
            xaxis=axis(escaped(axes[0]), range=[low, high]),
            yaxis=axis(escaped(axes[1]), range=[low, high]),
            legend={"orientation": "h", "x": 0, "y": -0.14, "yanchor": "top"},
        ),
    }


def _path(right: Floats, up: Floats, shade: str, chosen: bool) -> dict[str, Any]:
    return {
        "type": "scatter",
        "mode": "lines",
        "x": rounded(right),
        "y": rounded(up),
        "line": {"width": 3 if chosen else 1.5, "color": shade},
        "opacity": 1 if chosen else 0.6,
        "hoverinfo": "skip",
        "showlegend": False,
    }


def _cloud(
    codes: Sequence[str],
    cores: Sequence[str],
    shades: Mapping[str, str],
    cloud: tuple[npt.ArrayLike, npt.ArrayLike],
) -> dict[str, Any]:
    """One dot for each run and state."""
    right, up = (np.asarray(side, np.float64) for side in cloud)
    return {
        "type": "scatter",
        "mode": "markers",
        "name": "every run",
        "x": rounded(right.T.ravel(), 3),
        "y": rounded(up.T.ravel(), 3),
        "marker": {
            "size": 4,
            "opacity": 0.3,
            "color": [shades.get(core, GREY) for core in cores for _ in range(len(right))],
        },
        "text": [code for code in codes for _ in range(len(right))],
        "hoverinfo": "text",
        "visible": "legendonly",
    }
