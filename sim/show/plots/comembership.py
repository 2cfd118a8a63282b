"""How often two states end in the same bloc, as a heat map ordered by bloc."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from sim.blocs import co_membership
from sim.measure.summary import CoalitionReport
from sim.show.plots.regions import ROWS, Rows, rows_of
from sim.show.plots.style import (
    GREY,
    INK,
    PAPER,
    SOFT,
    Page,
    bloc_colours,
    coalitions,
    framed,
    text_width,
)
from sim.types import Floats

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from sim.record.results import Results


_STRIP = 0.11  # width of the coloured margins in inches
_SMALL: Final = 5.5  # points
_ROWS_OF_SLIDE: Final = 32


def draw_comembership(
    results: Results, report: CoalitionReport | None = None, *, page: Page = PAPER
) -> Figure:
    """Draw the share of runs that end with two states in one bloc, for every pair.

    States are ordered by bloc of the consensus partition, the strongest bloc first, and within it
    by their place with the core; unaligned states come last. Where a block of colour frays, the
    runs disagree. Of very many states most fold into the regions of the world, below the others:
    see :func:`~sim.show.plots.regions.rows_of`.
    """
    report = report or coalitions(results)
    every = co_membership(results.bloc_labels[:, -1])
    rows = rows_of(results, report, most=_ROWS_OF_SLIDE if page.fixed else ROWS)
    title, what = _finding(report, every, results.record.states)
    together = rows.means(every)
    n = len(rows.names)
    size = page.pt(7.0)
    longest = max(text_width(name, size) for name in rows.names) if rows.said else 0.0
    left = names_above = max(page.pt(0.75), longest + 2.5 * _STRIP)
    right = page.pt(0.75)
    wide = page.width - left - right
    side = min(wide, max(3.0, 0.155 * n + 1.0))
    width, height = page.width, page.tall(side + 1.9 + names_above - page.pt(0.75))
    said = f"{what} {rows.said}".rstrip()
    figure, top, bottom = framed((width, height), page, title, said, results)
    side = min(side, (top - bottom) * height - names_above - 0.06)
    # a slide is wider than tall, and so are its cells
    wide = min(wide, 1.8 * side) if page.fixed else side
    left += (width - wide - left - right) / 2.0
    axes = figure.add_axes((left / width, bottom + 0.06 / height, wide / width, side / height))
    shading: dict[str, Any] = {"cmap": "Blues", "vmin": 0.0, "vmax": 1.0, "aspect": "auto"}
    image = axes.imshow(together, interpolation="nearest", **shading)
    _name_states(axes, rows, side, wide, page)
    axes.spines[:].set_visible(False)
    strips = (_STRIP * n / wide, _STRIP * n / side)
    _mark_blocs(axes, bloc_colours(results, report), rows, strips)
    bar_axes = figure.add_axes(
        ((left + wide + 0.15) / width, bottom + 0.06 / height, 0.14 / width, side / height)
    )
    bar = figure.colorbar(image, cax=bar_axes)
    bar.outline.set_visible(False)
    whole, short = "share of runs that end with both in one bloc", "share of runs together"
    said = whole if text_width(whole, page.pt(8.0)) <= side else short
    bar.set_label(said, size=page.pt(8.0), color=INK)
    bar.ax.tick_params(labelsize=page.pt(7.5), colors=SOFT, length=2)
    return figure


def _finding(report: CoalitionReport, together: Floats, states: tuple[str, ...]) -> tuple[str, str]:
    """The title and the line below it: which bloc is settled and which is not."""
    what = f"Share of the {report.runs} runs that end ({report.end}) with two states in one bloc."
    if not report.blocs:
        return f"No bloc is common to the runs in {report.end}", what
    loose = [(m, bloc.core) for bloc in report.blocs for m in bloc.members if m.together < 0.9]
    # of a pair nobody would say "two of its members"
    large = [bloc for bloc in report.blocs if len(bloc.members) > 2]
    firm = []
    for bloc in large or report.blocs:
        mine = [states.index(member.state) for member in bloc.members]
        pairs = together[np.ix_(mine, mine)][np.triu_indices(len(mine), 1)]
        firm.append((float(pairs.mean()), bloc.core))
    most, least = max(firm), min(firm)
    if not loose:
        title = "The blocs are settled: in at least 90% of the runs each member is with its core"
    elif len(loose) == 1:
        member, core = loose[0]
        title = (
            f"The blocs are settled but for {member.state}, which ends with {core} in "
            f"{member.together:.0%} of the runs"
        )
    elif len(firm) == 1:
        title = f"Two members of {most[1]}'s bloc end together in {most[0]:.0%} of the runs"
    else:
        title = (
            f"{least[1]}'s bloc is the least settled: two of its members end together in "
            f"{least[0]:.0%} of the runs, {most[1]}'s in {most[0]:.0%}"
        )
    return title, what


def _name_states(axes: Axes, rows: Rows, side: float, wide: float, page: Page) -> None:
    """Name rows and columns; names that are too many for one line stand in two, by turns."""
    n, pad = len(rows.names), 2.0 * _STRIP * 72.0
    axes.xaxis.tick_top()
    for axis, long in ((axes.xaxis, wide), (axes.yaxis, side)):
        room = long / n * 72.0 * (0.92 if rows.said else 0.8)
        turns = 2 if room < _SMALL and not rows.said else 1
        most = page.pt(7.0 if turns == 2 or rows.said else 8.0)
        size = float(np.clip(turns * room, 3.5, most))
        across = {"rotation": 90} if axis is axes.xaxis else {}
        for turn in range(turns):
            at = range(turn, n, turns)
            names = [rows.names[i] for i in at]
            axis.set_ticks(list(at), names, minor=turn == 1, size=size, **across)
            further = pad + turn * (2.6 * size if max(map(len, rows.names)) <= 3 else 4.4 * size)
            axis.set_tick_params(which="minor" if turn else "major", length=0, pad=further)


def _mark_blocs(
    axes: Axes, colours: dict[str, str], rows: Rows, strips: tuple[float, float]
) -> None:
    """Outline the blocs on the diagonal and colour the margins, so many cells wide and tall.

    The margin of a folded row is parted as its states are among the blocs.
    """
    from matplotlib.patches import Rectangle

    for at, sides in enumerate(rows.sides):
        begin = at - 0.5
        for core, part in sides:
            shade: dict[str, Any] = {"facecolor": colours.get(core, GREY), "linewidth": 0}
            for corner, wide, high in (
                ((begin, -0.5 - 1.3 * strips[1]), part, strips[1]),
                ((-0.5 - 1.3 * strips[0], begin), strips[0], part),
            ):
                axes.add_patch(Rectangle(corner, wide, high, clip_on=False, **shade))
            begin += part
    for core, shade_of in colours.items():
        mine = [at for at, bloc in enumerate(rows.blocs) if bloc == core]
        if mine:
            corner, length = (mine[0] - 0.5, mine[0] - 0.5), float(len(mine))
            frame: dict[str, Any] = {"fill": False, "edgecolor": shade_of, "linewidth": 1.6}
            axes.add_patch(Rectangle(corner, length, length, **frame))
