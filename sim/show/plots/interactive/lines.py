"""Lines through the quarters with bands of the runs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from sim.show.plots.interactive.base import Figure, axis, escaped, layout, rounded, see_through
from sim.show.plots.style import INK, colour
from sim.types import Floats

_QUANTILES: Final = (0.05, 0.25, 0.5, 0.75, 0.95)
_DASHES: Final = ("solid", "dash", "dot", "dashdot")
_MARKED: Final = 6
_HEIGHT: Final = 300  # pixels


@dataclass(frozen=True, eq=False)
class Band:
    """A line with nested bands.

    Attributes:
        middle: ``(T + 1,)``.
        outer, inner: (low, high) of the wide and the narrow band, each ``(T + 1,)``; None for none.
    """

    middle: Floats
    outer: tuple[Floats, Floats] | None = None
    inner: tuple[Floats, Floats] | None = None


def lines(
    quarters: Sequence[str],
    series: Mapping[str, npt.ArrayLike],
    *,
    unit: str = "",
    colours: Mapping[str, str] | None = None,
    span: tuple[float, float] | None = None,
    events: Mapping[str, Sequence[str]] | None = None,
    ticks: Sequence[int] | None = None,
) -> Figure:
    """Draw the median over the runs of each series with the bands of 50% and 90% of the runs.

    Args:
        quarters: of ticks 0 to T, such as ``2024Q2``.
        series: values by name, ``(R, T' + 1)``; fewer ticks than quarters in a model on its way,
            and ``(T' + 1,)`` for one run.
        unit: name of the vertical axis.
        colours: by name; by default the palette in order.
        span: limits of the vertical axis.
        events: titles of dated events by quarter, drawn as thin lines.
        ticks: positions of the columns among the quarters, by default 0, 1, 2 ...
    """
    found: dict[str, Band] = {}
    for name, values in series.items():
        array = np.atleast_2d(np.asarray(values, np.float64))
        if len(array) == 1:
            found[name] = Band(array[0])
            continue
        low, below, middle, above, high = np.nanquantile(array, _QUANTILES, axis=0)
        found[name] = Band(middle, (low, high), (below, above))
    return bands(
        quarters,
        found,
        unit=unit,
        colours=colours,
        span=span,
        events=events,
        ticks=ticks,
    )


def bands(
    quarters: Sequence[str],
    found: Mapping[str, Band],
    *,
    unit: str = "",
    colours: Mapping[str, str] | None = None,
    span: tuple[float, float] | None = None,
    events: Mapping[str, Sequence[str]] | None = None,
    ticks: Sequence[int] | None = None,
    zero: bool = False,
) -> Figure:
    """Draw lines whose bands are known; ``zero`` draws a line at nothing. See :func:`lines`."""
    data: list[dict[str, Any]] = []
    for rank, (name, band) in enumerate(found.items()):
        shade = (colours or {}).get(name) or colour(rank)
        known = list(range(len(band.middle))) if ticks is None else list(ticks)
        data += _band(quarters, known, name, band, shade, _DASHES[rank % len(_DASHES)])
    shapes, notes = _events(quarters, events or {})
    if zero:
        shapes.append(
            {"type": "line", "xref": "paper", "x0": 0, "x1": 1, "y0": 0, "y1": 0,
             "line": {"width": 1, "color": INK}}
        )  # fmt: skip
    marked = [at for at, quarter in enumerate(quarters) if quarter.endswith("Q1")]
    if len(marked) < 2:
        marked = sorted({0, len(quarters) - 1})
        words = [quarters[at] for at in marked]
    else:
        marked = marked[:: -(-len(marked) // _MARKED)]
        words = [quarters[at][:4] for at in marked]
    vertical = axis(unit, range=list(span)) if span else axis(unit)
    alt = _said(quarters, ticks, found)
    return {
        "data": data,
        "layout": layout(
            alt=alt,
            height=_HEIGHT,
            margin={"l": 48, "r": 16, "t": 12, "b": 30},
            hovermode="x unified",
            xaxis=axis(
                tickmode="array",
                tickvals=marked,
                ticktext=words,
                range=[0, max(1, len(quarters) - 1)],
                showgrid=False,
            ),
            yaxis=vertical,
            shapes=shapes,
            annotations=notes,
            legend={"orientation": "h", "x": 0, "y": -0.14, "yanchor": "top"},
        ),
    }


def _band(
    quarters: Sequence[str], ticks: list[int], name: str, band: Band, shade: str, dash: str
) -> list[dict[str, Any]]:
    """The two bands as closed outlines, then the line on top of them."""
    around = [*ticks, *reversed(ticks)]
    traces: list[dict[str, Any]] = []
    for edge, alpha in ((band.outer, 0.14), (band.inner, 0.24)):
        if edge is not None:
            traces.append(
                {
                    "type": "scatter",
                    "mode": "lines",
                    "x": around,
                    "y": rounded(np.concatenate([edge[1], edge[0][::-1]])),
                    "fill": "toself",
                    "fillcolor": see_through(shade, alpha),
                    "line": {"width": 0},
                    "hoverinfo": "skip",
                    "showlegend": False,
                    "legendgroup": escaped(name),
                }
            )
    spread = [""] * len(ticks)
    if band.outer is not None:
        spread = [f" ({low:.3g} to {high:.3g})" for low, high in zip(*band.outer, strict=True)]
    traces.append(
        {
            "type": "scatter",
            "mode": "lines",
            "name": escaped(name),
            "x": ticks,
            "y": rounded(band.middle),
            "text": [f"{quarters[at]}{said}" for at, said in zip(ticks, spread, strict=True)],
            "hovertemplate": "%{y:.3g}, %{text}",
            "line": {"width": 2.2, "color": shade, "dash": dash},
            "legendgroup": escaped(name),
        }
    )
    return traces


def _events(
    quarters: Sequence[str], events: Mapping[str, Sequence[str]]
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Thin upright lines at the dates of events, whose titles are under the pointer."""
    place = {quarter: at for at, quarter in enumerate(quarters)}
    shapes, notes = [], []
    for quarter, titles in events.items():
        if quarter in place:
            at = place[quarter]
            shapes.append(
                {"type": "line", "x0": at, "x1": at, "yref": "paper", "y0": 0, "y1": 1,
                 "layer": "below", "line": {"width": 1, "color": "#BBBBBB", "dash": "dot"}}
            )  # fmt: skip
            notes.append(
                {"x": at, "y": 1, "yref": "paper", "yanchor": "bottom", "showarrow": False,
                 "text": "▾", "font": {"size": 11, "color": "#666666"},
                 "hovertext": f"{quarter}: " + "<br>".join(map(escaped, titles))}
            )  # fmt: skip
    return shapes, notes


def _said(quarters: Sequence[str], ticks: Sequence[int] | None, found: Mapping[str, Band]) -> str:
    parts = [
        f"{name} {band.middle[0]:.2g} in {quarters[0]} and {band.middle[-1]:.2g} in "
        f"{quarters[-1 if ticks is not None else len(band.middle) - 1]}"
        for name, band in found.items()
        if len(band.middle)
    ]
    return f"Through time: {'; '.join(parts)}."
