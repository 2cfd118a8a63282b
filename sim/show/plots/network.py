"""The network of ties that the runs end in, with its blocs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np
import numpy.typing as npt

from sim.blocs import bonds
from sim.measure.summary import CoalitionReport, percent
from sim.show.plots.style import (
    INK,
    PAPER,
    SOFT,
    Page,
    bloc_colours,
    coalitions,
    framed,
    names_that_matter,
    strength_of,
)
from sim.types import Floats
from sim.words.of_decisions import listed

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from sim.record.results import Results


_HEIGHT: Final = 6.6
_LEAST_HEIGHT: Final = 4.0
_LABEL_REACH = 0.19  # inches from the centre of a label that no neighbour may enter
_SMALLEST, _LARGEST = 0.075, 0.36  # radii of nodes in inches
_EDGES_PER_STATE = 5
_ROWS_ALONE, _ALONE = 3, 0.5  # rows of the unaligned, or part of the picture, at most
_FEW_BLOCS: Final = 6  # whose legend leaves room on a slide


def draw_network(
    results: Results, report: CoalitionReport | None = None, *, page: Page = PAPER
) -> Figure:
    """Draw the states at the end of the runs: area by capability, colour by consensus bloc.

    States that attract one another stand together (ForceAtlas2 of Jacomy et al. 2014 on the mean
    positive ties); the paler a state, the fewer runs end with it in that bloc. Unaligned states
    stand in a row below. The strongest positive mean ties are drawn, wider if stronger.
    """
    report = report or coalitions(results)
    tall = min(_HEIGHT, _LEAST_HEIGHT + 0.06 * len(results.record.states))
    width, height = page.width, page.tall(tall)
    caption = _caption(report)
    if not names_that_matter(results, report).all():
        caption += " Names: the strongest."
    figure, top, bottom = framed((width, height), page, finding(report), caption, results)
    top, bottom = top * height, bottom * height
    axes = figure.add_axes((0.0, 0.0, 1.0, 1.0))
    axes.set_xlim(0.0, width)
    axes.set_ylim(0.0, height)
    axes.axis("off")
    columns = 3 if page.fixed and len(report.blocs) > _FEW_BLOCS else 2
    legend = draw_legend(axes, results, report, (0.2, bottom, width / columns), columns, page)
    draw_states(axes, results, report, (0.15, bottom + legend, width - 0.15, top), page)
    return figure


def draw_states(
    axes: Axes,
    results: Results,
    report: CoalitionReport,
    box: tuple[float, ...],
    page: Page = PAPER,
) -> None:
    """Draw states and ties at the end into ``box`` (left, bottom, right, top) of axes in inches."""
    record = results.record
    tie = np.asarray(bonds(record.tie[:, -1]).mean(axis=0), np.float64)
    np.fill_diagonal(tie, 0.0)
    capability = results.capability[:, -1].mean(axis=0)
    radius = np.sqrt(capability / max(capability.max(), 1e-12))
    radius = np.clip(_LARGEST * radius, _SMALLEST, _LARGEST)
    home = {m.state: at for at, bloc in enumerate(report.blocs) for m in bloc.members}
    blocs = np.array([home.get(code, -1) for code in record.states])
    aligned = blocs >= 0
    named = names_that_matter(results, report)
    place = _layout(tie, blocs, np.where(named, radius, 0.7 * radius), named, box, page)
    _draw_ties(axes, tie, place, aligned)
    _draw_states(axes, results, report, place, np.where(named, radius, 0.7 * radius), named, page)
    if (~aligned).any():
        height = float(np.nanmax(place[~aligned][:, 1]))
        said: dict[str, Any] = {"size": page.pt(8.0), "color": SOFT, "va": "center"}
        axes.text(box[0] + 0.03, height, "unaligned", **said)
        hidden = int(np.isnan(place[:, 0]).sum())
        if hidden:
            low = float(np.nanmin(place[~aligned][:, 1]))
            axes.text(box[0] + 0.03, low, f"and {hidden}\nmore", **said)


def finding(report: CoalitionReport) -> str:
    """Say in one line which blocs the runs end in."""
    cores = [bloc.core for bloc in report.blocs]
    if not cores:
        return f"No bloc is common to the runs in {report.end}"
    held = sum(bloc.share.end.median for bloc in report.blocs)
    kind = "One bloc" if len(cores) == 1 else f"{_count(len(cores))} blocs"
    verb = "holds" if len(cores) == 1 else "hold"
    shown = listed(cores) if len(cores) <= 5 else f"{', '.join(cores[:4])} and others"
    return f"{kind} around {shown} {verb} {min(held, 1.0):.0%} of capability in {report.end}"


def _count(number: int) -> str:
    words = ("No", "One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine", "Ten")
    return words[number] if number < len(words) else str(number)


def _caption(report: CoalitionReport) -> str:
    if not report.blocs:
        return "Area: capability."
    loose = sorted(
        (member.together, member.state, bloc.core)
        for bloc in report.blocs
        for member in bloc.members
        if member.together < 0.9
    )
    settled = "all in at least 90% of the runs"
    if loose:
        share, state, core = loose[0]
        more = f" and {len(loose) - 1} more" if len(loose) > 1 else ""
        settled = f"least settled: {state} (with {core} in {share:.0%}){more}"
    return f"Area: capability. Lines: strongest mean ties. Pale: seldom in this bloc; {settled}."


def _layout(
    tie: Floats,
    blocs: npt.NDArray[np.int64],
    radius: Floats,
    named: npt.NDArray[np.bool_],
    box: tuple[float, ...],
    page: Page = PAPER,
) -> Floats:
    """Place the states in inches inside ``box`` (left, bottom, right, top), without overlaps."""
    left, bottom, right, top = box
    place = np.zeros((len(tie), 2))
    reach = np.where(named, np.maximum(radius, page.pt(_LABEL_REACH)), radius)
    alone = np.flatnonzero(blocs < 0)
    if alone.size:
        some = bool((blocs >= 0).any())
        rows, gaps = _rows_alone(
            alone, radius, named, reach, box, _ROWS_ALONE if some else None, page
        )
        place[np.setdiff1d(alone, [i for row in rows for i in row])] = np.nan
        at = bottom + sum(gaps) if some else (bottom + top + sum(gaps)) / 2.0
        for row, gap in zip(rows, gaps, strict=True):
            at -= gap
            for column, i in enumerate(row):
                place[i] = (left + page.pt(0.7) + (column + 0.5) * gap, at + gap / 2)
        bottom += sum(gaps) + 0.1
    inside = np.flatnonzero(blocs >= 0)
    if inside.size:
        spots = _place_blocs(tie[np.ix_(inside, inside)], blocs[inside], reach[inside])
        frame = np.array([[left, bottom], [right, top]])
        place[inside] = _fit(spots, reach[inside], frame)
    return place


def _rows_alone(
    alone: npt.NDArray[np.int64],
    radius: Floats,
    named: npt.NDArray[np.bool_],
    reach: Floats,
    box: tuple[float, ...],
    most: int | None,
    page: Page,
) -> tuple[list[list[int]], list[float]]:
    """The rows of the unaligned from above, and how tall each is: names first, dots without below.

    Of states with names and of those without there are at most so many rows each, or what the box
    holds, with the strongest; the rest is counted and has no place.
    """
    left, bottom, right, top = box
    rows: list[list[int]] = []
    gaps: list[float] = []
    for group in (alone[named[alone]], alone[~named[alone]]):
        if not group.size:
            continue
        gap = 2.0 * float(reach[group].max()) + 0.08
        per_row = max(1, int((right - left - page.pt(0.7)) / gap))
        fit = int((top - bottom - sum(gaps)) / gap)
        if most is not None:  # blocs keep the greater part of the box
            fit = max(most, int(_ALONE * (top - bottom) / gap))
        kept = np.sort(group[np.argsort(-radius[group], kind="stable")][: fit * per_row]).tolist()
        rows += [kept[at : at + per_row] for at in range(0, len(kept), per_row)]
        gaps += [gap] * (len(rows) - len(gaps))
    return rows, gaps


def _place_blocs(tie: Floats, blocs: npt.NDArray[np.int64], reach: Floats) -> Floats:
    """Lay out each bloc by itself, then the blocs as discs: near where ties join them."""
    count = int(blocs.max()) + 1
    spots = np.zeros((len(tie), 2))
    size = np.zeros(count)
    for label in range(count):
        mine = np.flatnonzero(blocs == label)
        local = _attract(tie[np.ix_(mine, mine)])
        local *= 0.9 * np.sqrt((reach[mine] ** 2).sum()) / max(float(np.abs(local).max()), 1e-9)
        local = _push_apart(local, reach[mine])
        middle = (local.min(axis=0) + local.max(axis=0)) / 2.0
        spots[mine] = local - middle
        size[label] = (np.hypot(*spots[mine].T) + reach[mine]).max()
    between = np.zeros((count, count))
    np.add.at(between, (blocs[:, None], blocs[None, :]), np.maximum(tie, 0.0))
    np.fill_diagonal(between, 0.0)
    between /= max(float(between.max()), 1e-12)
    turn = 2.0 * np.pi * np.arange(count) / count + 0.5
    centre = 2.0 * size.max() * np.stack([np.cos(turn), np.sin(turn)], axis=1)
    for _ in range(150):
        centre *= np.array([0.985, 0.97])  # the figure is wider than tall
        pull = between[..., None] * (centre[None, :, :] - centre[:, None, :])
        centre = _push_apart(centre + 0.02 * pull.sum(axis=1), size + 0.12, turns=20)
    moved: Floats = spots + centre[blocs]
    return moved


def _attract(tie: Floats) -> Floats:
    """Place states by attraction along positive ties (ForceAtlas2)."""
    import networkx as nx

    graph: Any = nx.Graph()
    graph.add_nodes_from(range(len(tie)))
    strength = np.maximum(tie, 0.0) / max(float(tie.max()), 1e-12)
    i, j = np.nonzero(np.triu(strength, 1))
    edges = zip(i.tolist(), j.tolist(), strength[i, j].tolist(), strict=True)
    graph.add_weighted_edges_from(edges)
    spots = nx.forceatlas2_layout(graph, max_iter=100, weight="weight", scaling_ratio=8.0, seed=1)
    placed = np.array([spots[at] for at in range(len(tie))])
    middle: Floats = placed - placed.mean(axis=0)
    return middle


def _fit(spots: Floats, reach: Floats, frame: Floats) -> Floats:
    """Stretch the picture over the frame, and part what overlaps if it had to shrink."""
    low, high = (spots - reach[:, None]).min(axis=0), (spots + reach[:, None]).max(axis=0)
    scale = (frame[1] - frame[0]) / np.maximum(high - low, 1e-9)
    scale = np.minimum(np.minimum(scale, 1.35 * scale.min()), 2.0)
    middle = frame.mean(axis=0) + (spots - (low + high) / 2.0) * scale
    return _push_apart(middle, reach, frame)


def _push_apart(
    spots: Floats, reach: Floats, frame: Floats | None = None, turns: int = 400
) -> Floats:
    """Move overlapping discs of radius ``reach`` apart, inside the frame if there is one."""
    wanted = reach[:, None] + reach[None, :] + 0.03
    turn = np.arange(len(spots)) * 2.399963  # golden angle: parts discs on one spot
    spots = spots + 1e-3 * np.stack([np.cos(turn), np.sin(turn)], axis=1)
    for _ in range(turns):
        if frame is not None:
            spots = np.clip(spots, frame[0] + reach[:, None], frame[1] - reach[:, None])
        gap = spots[:, None, :] - spots[None, :, :]
        distance = np.hypot(gap[..., 0], gap[..., 1])
        np.fill_diagonal(distance, np.inf)
        overlap = np.maximum(wanted - distance, 0.0)
        if not overlap.any():
            break
        push = 0.4 * overlap / np.maximum(distance, 1e-6)
        spots = spots + (push[..., None] * gap).sum(axis=1)
    return spots


def _draw_ties(axes: Axes, tie: Floats, place: Floats, aligned: npt.NDArray[np.bool_]) -> None:
    from matplotlib.collections import LineCollection

    keep = np.zeros(tie.shape, bool)
    positive = np.where(aligned[:, None] & aligned[None, :], np.maximum(tie, 0.0), 0.0)
    strongest = np.argsort(-positive, axis=1, kind="stable")[:, :_EDGES_PER_STATE]
    np.put_along_axis(keep, strongest, True, axis=1)
    i, j = np.nonzero(np.triu((keep | keep.T) & (positive > 0), 1))
    if not i.size:
        return
    strength = positive[i, j] / positive[i, j].max()
    axes.add_collection(
        LineCollection(
            np.stack([place[i], place[j]], axis=1).tolist(),
            linewidths=(0.3 + 1.9 * strength**2).tolist(),
            colors=[(0.45, 0.45, 0.45, 0.15 + 0.35 * s) for s in strength],
            zorder=1,
        )
    )


def _draw_states(
    axes: Axes,
    results: Results,
    report: CoalitionReport,
    place: Floats,
    radius: Floats,
    named: npt.NDArray[np.bool_],
    page: Page,
) -> None:
    from matplotlib.colors import to_rgb
    from matplotlib.patches import Circle
    from matplotlib.patheffects import withStroke

    colours = bloc_colours(results, report)
    home = report.homes
    poles = set(results.record.poles)
    for at, code in enumerate(results.record.states):
        if np.isnan(place[at, 0]):
            continue
        core, together = home.get(code, ("", 1.0))
        full = np.array(to_rgb(colours.get(core, "#C8C8C8")))
        face = 1.0 - strength_of(together) * (1.0 - full)
        axes.add_patch(
            Circle(
                (place[at, 0], place[at, 1]),
                radius[at],
                facecolor=tuple(face),
                edgecolor=tuple(full * 0.8),
                linewidth=1.1,
                zorder=2,
            )
        )
        if not named[at]:
            continue
        axes.text(
            place[at, 0],
            place[at, 1],
            code,
            size=page.pt(8.0 if code in poles else 7.0),
            weight="bold" if code in poles else "normal",
            color=INK,
            ha="center",
            va="center",
            zorder=3,
            path_effects=[withStroke(linewidth=2.0, foreground="white", alpha=0.85)],
        )


def draw_legend(
    axes: Axes,
    results: Results,
    report: CoalitionReport,
    place: tuple[float, float, float],
    columns: int = 1,
    page: Page = PAPER,
) -> float:
    """Name the blocs by their colours; return the height that it takes.

    ``place`` is left, bottom and the width of a column, of axes in inches.
    """
    from matplotlib.patches import Circle

    left, bottom, wide = place
    colours = bloc_colours(results, report)
    line = page.pt(0.22)
    rows = -(-len(report.blocs) // columns)
    size = 8.0 if columns < 3 else 7.0
    for at, bloc in enumerate(report.blocs):
        column, row = divmod(at, rows)
        x, y = left + column * wide, bottom + line * (rows - row) - 0.12
        axes.add_patch(
            Circle((x, y), page.pt(0.06), facecolor=colours[bloc.core], edgecolor="none")
        )
        share = bloc.share.end
        low, middle, high = (percent(part) for part in (share.low, share.median, share.high))
        spread = "" if low == high else f" ({low} to {high})"
        text = f"{bloc.core}: {len(bloc.members)} states, {middle} of capability{spread}"
        axes.text(x + page.pt(0.12), y, text, size=page.pt(size), color=INK, va="center")
    return line * max(1, rows)
