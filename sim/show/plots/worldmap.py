"""The world by bloc: colour says which, saturation how surely, hatching who hedges."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from sim.errors import UserError
from sim.measure.summary import CoalitionReport, percent, plural
from sim.show.plots.projection import NOTE, area, frame, inside, outlines, project, spot_within
from sim.show.plots.style import (
    INK,
    PAPER,
    SOFT,
    Page,
    bloc_colours,
    coalitions,
    framed,
    meet,
    text_width,
)
from sim.types import Floats
from sim.words.of_decisions import listed

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from sim.record.results import Results


_TODAY: Final = 1993
"""First year from which most borders are those that are drawn."""

_LEAST: Final = 0.5
"""Part of the states that must have outlines for a map to make sense."""

_HATCH = "#444444"
_LAND, _NONE = "#F1F1F1", "#CFCFCF"
_CLOSE_X, _CLOSE_Y = (-10.0, 50.0), (35.5, 66.0)
_CROWD: Final = 4
"""States in the crowded part, in degrees east and north, from which it is drawn once more."""

_SIDES: Final = (
    *((0, 0), (0, 1), (0, -1), (0.8, 0), (-0.8, 0)),
    *((0.7, 1), (-0.7, 1), (0.7, -1), (-0.7, -1)),
)
"""Where a name is tried, in its own widths and heights from the middle of the state."""

_DOT: Final = 3e-4  # area on the map, in square radii, below which a state gets a dot
_TALL: Final = 4.75


@dataclass(frozen=True, slots=True)
class _Look:
    """How a state is drawn."""

    bloc: str
    together: float
    face: tuple[float, ...]
    hedges: bool


def draw_map(
    results: Results, report: CoalitionReport | None = None, *, page: Page = PAPER
) -> Figure:
    """Draw the countries in the colours of the blocs that the runs end in.

    The paler a state, the fewer runs end with it in that bloc. States that stand between two
    blocs in most of the runs (:class:`sim.measure.summary.camps.Stance`) are hatched. Today's
    outlines are drawn, whatever the date of the scenario.

    Raises:
        UserError: half of the states or more have no outline: a made-up or a past world.
    """
    report = report or coalitions(results)
    shapes = outlines()
    states = results.record.states
    lacking = [code for code in states if code not in shapes]
    if len(lacking) > (1.0 - _LEAST) * len(states):
        few = f"{', '.join(lacking[:6])}{' and others' if len(lacking) > 6 else ''}"
        raise UserError(
            f"{len(lacking)} of {plural(len(states), 'state')} have no outline on today's "
            f"world map ({few}), as in made-up worlds and those of the past"
        )
    looks = _looks(results, report)
    width, height = page.width, page.tall(_TALL + (0.15 if lacking else 0.0))
    missing = f" Without an outline today: {', '.join(lacking)}." if lacking else ""
    if int(results.quarters[-1][:4]) < _TODAY:
        missing += " Outlines are of today, not of the time."
    said = _finding(report, looks)
    figure, top, bottom = framed((width, height), page, *said, results, note=NOTE + missing)
    legend = page.pt(0.2) * (1 + (len(report.blocs) + 2) // 3) / height
    axes = figure.add_axes((0.01, bottom + legend, 0.98, top - bottom - legend))
    edges = frame(states)
    _show(axes, *edges)
    spots = _draw_lands(axes, shapes, looks)
    spots |= {code: spot_within(code, edges) for code in spots}
    crowded = {code: spot for code, spot in spots.items() if _is_crowded(spot)}
    if len(crowded) >= _CROWD and edges == frame(()):
        _draw_inset(figure, axes, shapes, looks, results, page)
        spots = {code: spot for code, spot in spots.items() if code not in crowded}
    _name_states(axes, results, spots, page)
    _draw_legend(figure, results, report, looks, bottom, page)
    return figure


def _looks(results: Results, report: CoalitionReport) -> dict[str, _Look]:
    from matplotlib.colors import to_rgb

    colours = bloc_colours(results, report)
    hedgers = {stance.state for stance in report.stances if stance.between}
    home = report.homes
    looks = {}
    for code in results.record.states:
        core, together = home.get(code, ("", 1.0))
        full = np.array(to_rgb(colours.get(core, _NONE)))
        # half of the runs or fewer is nearly white, as in the network
        strength = 0.22 + 0.78 * max(0.0, 2.0 * together - 1.0) if core else 1.0
        face = tuple(float(x) for x in 1.0 - strength * (1.0 - full))
        looks[code] = _Look(core, together, face, code in hedgers)
    return looks


def _finding(report: CoalitionReport, looks: dict[str, _Look]) -> tuple[str, str]:
    hedgers = [code for code, look in looks.items() if look.hedges]
    if not report.blocs:
        return (
            f"No bloc is common to the runs in {report.end}",
            "Who stands with whom differs from run to run. Lightest grey: not in the scenario.",
        )
    first, *rest = report.blocs
    title = f"{first.core}'s bloc takes in {plural(len(first.members), 'state')}"
    title += "".join(f", {bloc.core}'s {len(bloc.members)}" for bloc in rest[:3])
    if report.unaligned:
        alone = len(report.unaligned)
        title += f"; {alone} {'stands' if alone == 1 else 'stand'} alone"
    if hedgers and len(hedgers) <= 4:
        title += f"; {listed(hedgers)} {'hedges' if len(hedgers) == 1 else 'hedge'}"
    subtitle = (
        f"Blocs in {report.end}. Paler: fewer runs end with the state in that bloc. Lightest grey: "
        "not in the scenario."
    )
    return title, subtitle


def _is_crowded(spot: Floats) -> bool:
    """Whether a place lies where countries are small and many: it is in the inset."""
    (left, right), (low, high) = _limits(_CLOSE_X, _CLOSE_Y, 50.0)
    return bool(left < spot[0] < right and low < spot[1] < high)


def _limits(
    longitudes: tuple[float, float], latitudes: tuple[float, float], at: float
) -> tuple[Floats, Floats]:
    """Left and right, low and high on the map; left and right as on the latitude ``at``."""
    return project(longitudes, (at, at))[:, 0], project((0.0, 0.0), latitudes)[:, 1]


def _draw_inset(
    figure: Figure,
    axes: Axes,
    shapes: dict[str, tuple[Floats, ...]],
    looks: dict[str, _Look],
    results: Results,
    page: Page,
) -> None:
    """Draw the crowded part once more, larger, in the empty south-west of the map."""
    from matplotlib.patches import Rectangle

    (left, right), (low, high) = _limits(_CLOSE_X, _CLOSE_Y, 50.0)
    frame: dict[str, Any] = {"fill": False, "edgecolor": "#999999", "linewidth": 0.7}
    axes.add_patch(Rectangle((left, low), right - left, high - low, **frame))
    axes.apply_aspect()
    box = axes.get_position()
    width, height = figure.get_size_inches()
    wide = 0.275 * box.width
    tall = wide * width / height * (high - low) / (right - left)
    inset = figure.add_axes((box.x0 + 0.002, box.y0 + 0.01, wide, tall))
    _frame(inset, _CLOSE_X, _CLOSE_Y, 50.0)
    spots = _draw_lands(inset, shapes, looks)
    inset.add_patch(Rectangle((0, 0), 1, 1, transform=inset.transAxes, **frame))
    _name_states(inset, results, {c: s for c, s in spots.items() if _is_crowded(s)}, page, 4.8)


def _frame(
    axes: Axes, longitudes: tuple[float, float], latitudes: tuple[float, float], at: float
) -> None:
    (left, right), (low, high) = _limits(longitudes, latitudes, at)
    _show(axes, left, right, low, high)


def _show(axes: Axes, left: float, right: float, low: float, high: float) -> None:
    axes.set_xlim(left, right)
    axes.set_ylim(low, high)
    axes.set_aspect("equal")
    axes.axis("off")


def _draw_lands(
    axes: Axes, shapes: dict[str, tuple[Floats, ...]], looks: dict[str, _Look]
) -> dict[str, Floats]:
    """Draw all countries, large ones below; return where the names of the scenario's go."""
    from matplotlib.collections import PolyCollection

    lands = [
        (code, project(ring[:, 0], ring[:, 1]), at)
        for code, rings in shapes.items()
        for at, ring in enumerate(rings)
    ]
    lands.sort(key=lambda land: -area(land[1]))
    faces = [looks[code].face if code in looks else _LAND for code, _, _ in lands]
    axes.add_collection(
        PolyCollection(
            [ring for _, ring, _ in lands],
            facecolors=faces,
            edgecolors=["#FFFFFF" if code in looks else "#DDDDDD" for code, _, _ in lands],
            linewidths=0.35,
        )
    )
    hatched = [ring for code, ring, _ in lands if code in looks and looks[code].hedges]
    if hatched:
        axes.add_collection(
            PolyCollection(
                hatched, facecolors="none", edgecolors=_HATCH, linewidths=0.0, hatch="/////"
            )
        )
    spots = {code: inside(ring) for code, ring, at in lands if code in looks and at == 0}
    for code, ring, at in lands:
        if code in looks and at == 0 and area(ring) < _DOT:
            dot: dict[str, Any] = {"color": looks[code].face, "markeredgecolor": INK}
            axes.plot(*spots[code], "o", markersize=4.0, markeredgewidth=0.5, **dot)
    return spots


def _name_states(
    axes: Axes,
    results: Results,
    spots: dict[str, Floats],
    page: Page,
    type_size: float = 5.5,
) -> None:
    """Write the codes where they have room, the focal states' and the strongest's first."""
    from matplotlib.patheffects import withStroke

    record = results.record
    capability = results.capability[:, -1].mean(axis=0)
    first = {code: at for at, code in enumerate(dict.fromkeys((*record.focal, *record.poles)))}
    order = sorted(
        spots, key=lambda code: (first.get(code, len(first)), -capability[record.index(code)])
    )
    figure = axes.figure
    size = page.pt(type_size)
    axes.apply_aspect()
    inch = np.ptp(axes.get_xlim()) / (axes.get_window_extent().width / figure.dpi)
    tall = 0.95 * size / 72.0 * inch
    edge, (low, high) = axes.get_xlim(), axes.get_ylim()
    taken: list[tuple[float, float, float, float]] = []
    for code in order:
        wide = text_width(code, size, bold=code in first) * inch
        for right, up in _SIDES:
            x = float(
                np.clip(spots[code][0] + right * wide, edge[0] + wide / 2, edge[1] - wide / 2)
            )
            y = float(np.clip(spots[code][1] + up * tall, low + tall / 2, high - tall / 2))
            box = (x - wide / 2, x + wide / 2, y - tall / 2, y + tall / 2)
            if not any(meet(box, other) for other in taken):
                break
        else:
            continue
        taken.append(box)
        axes.text(
            x,
            y,
            code,
            size=size,
            weight="bold" if code in first else "normal",
            color=INK,
            ha="center",
            va="center",
            path_effects=[withStroke(linewidth=1.4, foreground="white", alpha=0.8)],
        )


def _draw_legend(
    figure: Figure,
    results: Results,
    report: CoalitionReport,
    looks: dict[str, _Look],
    bottom: float,
    page: Page,
) -> None:
    from matplotlib.patches import Patch

    colours = bloc_colours(results, report)
    height = figure.get_size_inches()[1]
    handles = []
    for bloc in report.blocs:
        loose = min(bloc.members, key=lambda member: member.together)
        surely = (
            ""
            if loose.together == 1
            else f", {loose.state} least surely ({percent(loose.together)})"
        )
        handles.append(Patch(facecolor=colours[bloc.core], label=f"{bloc.core}'s bloc{surely}"))
    if report.unaligned:
        handles.append(Patch(facecolor=_NONE, label="unaligned"))
    if any(look.hedges for look in looks.values()):
        said = "hedges: between two blocs in most of the runs"
        handles.append(
            Patch(facecolor="white", edgecolor=_HATCH, hatch="/////", linewidth=0, label=said)
        )
    figure.legend(
        handles=handles,
        loc="lower left",
        bbox_to_anchor=(0.01, bottom - 0.02 / height),
        ncols=3 if page.fixed else 2,
        frameon=False,
        fontsize=page.pt(7.0),
        labelcolor=SOFT,
        handlelength=1.4,
        columnspacing=1.2,
        labelspacing=0.3,
    )
