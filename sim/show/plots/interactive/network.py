"""The network of ties: states as circles, lines for ties and pacts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from sim.show.plots.interactive.base import (
    ALONE,
    Figure,
    blank_axis,
    escaped,
    fill_of,
    layout,
    rounded,
    text_on,
    told,
)
from sim.show.plots.network import _layout
from sim.show.plots.style import INK, core_colours
from sim.types import Floats
from sim.words.of_decisions import listed

WIDTH: Final = 820
HEIGHT: Final = 560
"""Pixels for which circles and letters are sized; narrower pages scale them down."""

_LEAST: Final = 600
"""A page that is narrower lets the figure scroll, so that letters can be read."""

_INCHES: Final = 96.0
_SMALLEST, _LARGEST = 0.155, 0.36  # radii in inches; letters fit into the smallest
_EDGES_PER_STATE: Final = 5
_HOSTILE_PER_STATE: Final = 2
_CLASSES: Final = (
    (0.66, 3.0, 0.55),
    (0.33, 1.8, 0.4),
    (0.0, 0.9, 0.3),
)  # least strength, width, ink
_DEFENCE: Final = 3


def place_states(tie: npt.ArrayLike, blocs: Sequence[str], capability: npt.ArrayLike) -> Floats:
    """Return a place for every state, ``(N, 2)`` in pixels of :data:`WIDTH` by :data:`HEIGHT`.

    As in the static figure: states that attract one another stand together, the unaligned in a row
    below; a state for which there is no room has NaN. A model that is stepped keeps the first
    places, so that circles change colour and do not jump.

    Args:
        tie: symmetric signed weights ``(N, N)``.
        blocs: core of the bloc of each state, empty for none.
        capability: ``(N,)``.
    """
    weights = np.array(tie, np.float64)
    np.fill_diagonal(weights, 0.0)
    rank = {core: at for at, core in enumerate(dict.fromkeys(core for core in blocs if core))}
    labels = np.array([rank.get(core, -1) for core in blocs], np.int64)
    box = (0.1, 0.1, WIDTH / _INCHES - 0.1, HEIGHT / _INCHES - 0.1)
    named = np.ones(len(labels), np.bool_)
    placed: Floats = _layout(weights, labels, _radius(capability), named, box) * _INCHES
    return placed


def network(
    codes: Sequence[str],
    *,
    capability: npt.ArrayLike,
    tie: npt.ArrayLike,
    blocs: Sequence[str],
    poles: Sequence[str] = (),
    names: Mapping[str, str] | None = None,
    colours: Mapping[str, str] | None = None,
    together: npt.ArrayLike | None = None,
    level: npt.ArrayLike | None = None,
    places: npt.ArrayLike | None = None,
    chosen: str = "",
) -> Figure:
    """Draw states as circles: area by capability, colour by bloc, pale where seldom in it.

    Grey lines are each state's strongest positive ties, wider if stronger; hostile ties and defence
    pacts can be shown by a click in the legend.

    Args:
        codes: of the N states.
        capability: ``(N,)``.
        tie: symmetric signed weights ``(N, N)``.
        blocs: core of the bloc of each state, empty for none.
        poles: of the scenario; they have their own colours and bold letters.
        names: of states by code.
        colours: of blocs by core; by default :func:`~sim.show.plots.interactive.base.core_colours`.
        together: share of the runs in which each state is with its core, ``(N,)``.
        level: levels of pacts ``(N, N)``.
        places: ``(N, 2)``; by default :func:`place_states`.
        chosen: code of a state to mark.
    """
    names = names or {}
    shades = dict(colours) if colours is not None else core_colours(poles, blocs)
    place = np.array(place_states(tie, blocs, capability) if places is None else places, np.float64)
    share = np.ones(len(codes)) if together is None else np.asarray(together, np.float64)
    size = 2.0 * _radius(capability) * _INCHES
    ties = np.array(tie, np.float64)
    np.fill_diagonal(ties, 0.0)
    data = [*_ties(ties, place), *_hostile(ties, place)]
    if level is not None:
        data += _pacts(np.asarray(level), place)
    groups = [core for core in shades if core in set(blocs)]
    hidden = int(np.isnan(place[:, 0]).sum())
    alone = f"{ALONE}, {hidden} more not shown" if hidden else ALONE
    for core in [*groups, ""]:
        mine = [i for i, c in enumerate(blocs) if c == core and not np.isnan(place[i, 0])]
        if not mine:
            continue
        fills = [fill_of(core, shades, float(share[i])) for i in mine]
        data.append(
            {
                "type": "scatter",
                "mode": "markers+text",
                "name": f"{escaped(core)} and {len(mine) - 1} more" if core else alone,
                "x": rounded(place[mine, 0], 1),
                "y": rounded(place[mine, 1], 1),
                "text": [f"<b>{codes[i]}</b>" if codes[i] in poles else codes[i] for i in mine],
                "customdata": [codes[i] for i in mine],
                "hovertext": [
                    told(
                        codes[i],
                        names.get(codes[i], codes[i]),
                        core,
                        None if together is None else float(share[i]),
                    )
                    for i in mine
                ],
                "hoverinfo": "text",
                "marker": {
                    "size": rounded(size[mine], 1),
                    "color": [fill for fill, _ in fills],
                    "opacity": 1,
                    "line": {
                        "color": [INK if codes[i] == chosen else line
                                  for i, (_, line) in zip(mine, fills, strict=True)],
                        "width": [4 if codes[i] == chosen else 1.5 for i in mine],
                    },
                },
                "textfont": {"size": 10.5, "color": [text_on(fill) for fill, _ in fills]},
                "cliponaxis": False,
            }
        )  # fmt: skip
    alt = _said(codes, blocs, groups) + (
        f" {hidden} unaligned states are not shown." if hidden else ""
    )
    return {
        "data": data,
        "layout": layout(
            alt=alt,
            height=HEIGHT + 40,
            margin={"l": 0, "r": 0, "t": 0, "b": 40},
            xaxis=blank_axis(range=[0, WIDTH]),
            yaxis=blank_axis(range=[0, HEIGHT]),
        )
        | {"meta": {"alt": alt, "width": WIDTH, "least": _LEAST}},
    }


def _radius(capability: npt.ArrayLike) -> Floats:
    strength = np.asarray(capability, np.float64)
    root = np.sqrt(np.maximum(strength, 0.0) / max(float(strength.max(initial=0.0)), 1e-12))
    clipped: Floats = np.clip(_LARGEST * root, _SMALLEST, _LARGEST)
    return clipped


def _strongest(strength: Floats, most: int) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Pairs that are among the ``most`` strongest positive ones of either state."""
    keep = np.zeros(strength.shape, bool)
    best = np.argsort(-strength, axis=1, kind="stable")[:, :most]
    np.put_along_axis(keep, best, True, axis=1)
    i, j = np.nonzero(np.triu((keep | keep.T) & (strength > 0), 1))
    return i, j


def _ties(tie: Floats, place: Floats) -> list[dict[str, Any]]:
    i, j = _strongest(np.maximum(tie, 0.0), _EDGES_PER_STATE)
    if not i.size:
        return []
    strength = tie[i, j] / tie[i, j].max()
    drawn = []
    above = np.inf
    for least, width, ink in _CLASSES:
        mine = (strength > least) & (strength <= above)
        above = least
        line = {"width": width, "color": f"rgba(90,90,90,{ink})"}
        drawn.append(_segments("strong ties", place, i[mine], j[mine], line))
    for at, trace in enumerate(drawn):
        trace |= {"legendgroup": "ties", "showlegend": at == 0}
    return drawn


def _hostile(tie: Floats, place: Floats) -> list[dict[str, Any]]:
    i, j = _strongest(np.maximum(-tie, 0.0), _HOSTILE_PER_STATE)
    line = {"width": 1.4, "color": "rgba(170,30,30,0.7)", "dash": "dot"}
    trace = _segments("hostile ties", place, i, j, line)
    return [trace | {"visible": "legendonly"}] if i.size else []


def _pacts(level: npt.NDArray[Any], place: Floats) -> list[dict[str, Any]]:
    i, j = np.nonzero(np.triu(level >= _DEFENCE - 0.5, 1))
    line = {"width": 1.6, "color": INK}
    trace = _segments("defence pacts", place, i, j, line)
    return [trace | {"visible": "legendonly"}] if i.size else []


def _segments(
    name: str,
    place: Floats,
    i: npt.NDArray[np.int64],
    j: npt.NDArray[np.int64],
    line: dict[str, Any],
) -> dict[str, Any]:
    """Lines between pairs of places in one trace, which gaps part."""
    ends = np.full((len(i), 3, 2), np.nan)
    ends[:, 0], ends[:, 1] = place[i], place[j]
    return {
        "type": "scatter",
        "mode": "lines",
        "name": name,
        "x": rounded(ends[:, :, 0].ravel(), 1),
        "y": rounded(ends[:, :, 1].ravel(), 1),
        "line": line,
        "hoverinfo": "skip",
    }


def _said(codes: Sequence[str], blocs: Sequence[str], groups: Sequence[str]) -> str:
    parts = []
    for core in groups:
        members = [code for code, c in zip(codes, blocs, strict=True) if c == core and code != core]
        parts.append(f"{core} with {listed(members)}" if members else f"{core} alone")
    alone = [code for code, core in zip(codes, blocs, strict=True) if not core]
    blocs_said = "; ".join(parts) or "none"
    return f"Network of ties. Blocs: {blocs_said}. Unaligned: {listed(alone) or 'none'}."
