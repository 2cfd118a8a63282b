"""How often two states end in the same bloc, as a heat map ordered by bloc."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np
import numpy.typing as npt

from sim.blocs import co_membership
from sim.measure.summary import CoalitionReport
from sim.show.plots.style import (
    GREY,
    INK,
    PAPER,
    SOFT,
    Page,
    bloc_colours,
    coalitions,
    footer,
    headline,
    names_that_matter,
    new_figure,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from sim.record.results import Results

type Floats = npt.NDArray[np.float64]

_STRIP = 0.11  # width of the coloured margins in inches
_SMALL: Final = 5.5  # points


def draw_comembership(
    results: Results, report: CoalitionReport | None = None, *, page: Page = PAPER
) -> Figure:
    """Draw the share of runs that end with two states in one bloc, for every pair.

    States are ordered by bloc of the consensus partition, the strongest bloc first, and within it
    by their place with the core; unaligned states come last. Where a block of colour frays, the
    runs disagree. Of very many states the few that matter have rows of their own, and the others of
    a bloc share one, in which the cells are means.
    """
    report = report or coalitions(results)
    states = results.record.states
    order, ends = _order(report, states)
    together = co_membership(results.bloc_labels[:, -1])
    told = _finding(report, together[np.ix_(order, order)], ends)
    rows, ends = _rows(order, ends, names_that_matter(results, report))
    together = _means(together, rows)
    names = [states[row[0]] if len(row) == 1 else f"+{len(row)}" for row in rows]
    n = len(rows)
    left = names_above = page.pt(0.75)
    right = page.pt(0.75)
    wide = page.width - left - right
    side = min(wide, max(3.0, 0.155 * n + 1.0))
    width, height = page.width, page.tall(side + 1.9)
    figure = new_figure(width, height, page)
    top = headline(figure, *told, page)
    bottom = footer(figure, results, page)
    side = min(side, (top - bottom) * height - names_above - 0.06)
    # a slide is wider than tall, and so are its cells
    wide = min(wide, 1.8 * side) if page.fixed else side
    left += (width - wide - left - right) / 2.0
    axes = figure.add_axes((left / width, bottom + 0.06 / height, wide / width, side / height))
    shading: dict[str, Any] = {"cmap": "Blues", "vmin": 0.0, "vmax": 1.0, "aspect": "auto"}
    image = axes.imshow(together, interpolation="nearest", **shading)
    _name_states(axes, names, side, wide, page)
    axes.spines[:].set_visible(False)
    strips = (_STRIP * n / wide, _STRIP * n / side)
    _mark_blocs(axes, bloc_colours(results, report), ends, n, strips)
    bar_axes = figure.add_axes(
        ((left + wide + 0.15) / width, bottom + 0.06 / height, 0.14 / width, side / height)
    )
    bar = figure.colorbar(image, cax=bar_axes)
    bar.outline.set_visible(False)
    bar.set_label("share of runs that end with both in one bloc", size=page.pt(8.0), color=INK)
    bar.ax.tick_params(labelsize=page.pt(7.5), colors=SOFT, length=2)
    return figure


def _order(
    report: CoalitionReport, states: tuple[str, ...]
) -> tuple[list[int], list[tuple[int, int]]]:
    """Indices of the states in the order of the figure, and where each bloc begins and ends."""
    index = {code: at for at, code in enumerate(states)}
    order: list[int] = []
    ends = []
    for bloc in report.blocs:
        begin = len(order)
        members = sorted(bloc.members, key=lambda member: -member.together)
        order += [index[member.state] for member in members]
        ends.append((begin, len(order)))
    order += [index[code] for code in report.unaligned]
    return order, ends


def _rows(
    order: list[int], ends: list[tuple[int, int]], alone: npt.NDArray[np.bool_]
) -> tuple[list[list[int]], list[tuple[int, int]]]:
    """The states of each row, in order, and where each bloc then begins and ends."""
    rows: list[list[int]] = []
    found = []
    last = ends[-1][1] if ends else 0
    for begin, end in (*ends, (last, len(order))):
        first = len(rows)
        span = order[begin:end]
        rows += [[i] for i in span if alone[i]]
        if rest := [i for i in span if not alone[i]]:
            rows.append(rest)
        found.append((first, len(rows)))
    return rows, found[: len(ends)]


def _means(together: Floats, rows: list[list[int]]) -> Floats:
    """The mean of the pairs of two rows ``(rows, rows)``; a state with itself counts if alone."""
    inside = np.zeros((len(rows), len(together)))
    for at, row in enumerate(rows):
        inside[at, row] = 1.0
    sizes = inside.sum(axis=1)
    total = inside @ together @ inside.T
    pairs = np.outer(sizes, sizes)
    shared = np.flatnonzero(sizes > 1.0)
    total[shared, shared] -= sizes[shared]
    pairs[shared, shared] -= sizes[shared]
    return np.asarray(total / pairs, np.float64)


def _finding(
    report: CoalitionReport, together: Floats, ends: list[tuple[int, int]]
) -> tuple[str, str]:
    """The title and the line below it: which bloc is settled and which is not."""
    what = f"Share of the {report.runs} runs that end ({report.end}) with two states in one bloc."
    if not report.blocs:
        return f"No bloc is common to the runs in {report.end}", what
    loose = [(m, bloc.core) for bloc in report.blocs for m in bloc.members if m.together < 0.9]
    firm = []
    for (begin, end), bloc in zip(ends, report.blocs, strict=True):
        block = together[begin:end, begin:end]
        pairs = block[np.triu_indices(end - begin, 1)]
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


def _name_states(axes: Axes, names: list[str], side: float, wide: float, page: Page) -> None:
    """Name rows and columns; names that are too many for one line stand in two, by turns."""
    n, pad = len(names), 2.0 * _STRIP * 72.0
    axes.xaxis.tick_top()
    for axis, long in ((axes.xaxis, wide), (axes.yaxis, side)):
        room = long / n * 72.0 * 0.8
        turns = 2 if room < _SMALL else 1
        size = float(np.clip(turns * room, 3.5, page.pt(7.0 if turns == 2 else 8.0)))
        across = {"rotation": 90} if axis is axes.xaxis else {}
        for turn in range(turns):
            at = range(turn, n, turns)
            axis.set_ticks(list(at), [names[i] for i in at], minor=turn == 1, size=size, **across)
            further = pad + turn * (2.6 * size if max(map(len, names)) <= 3 else 4.4 * size)
            axis.set_tick_params(which="minor" if turn else "major", length=0, pad=further)


def _mark_blocs(
    axes: Axes,
    colours: dict[str, str],
    ends: list[tuple[int, int]],
    n: int,
    strips: tuple[float, float],
) -> None:
    """Outline the blocs on the diagonal and colour their margins, so many cells wide and tall."""
    from matplotlib.patches import Rectangle

    spans = [(*span, shade) for span, shade in zip(ends, colours.values(), strict=True)]
    last = ends[-1][1] if ends else 0
    spans += [(last, n, GREY)] if last < n else []
    for begin, end, shade in spans:
        length = end - begin
        for corner, wide, high in (
            ((begin - 0.5, -0.5 - 1.3 * strips[1]), length, strips[1]),
            ((-0.5 - 1.3 * strips[0], begin - 0.5), strips[0], length),
        ):
            axes.add_patch(
                Rectangle(corner, wide, high, facecolor=shade, linewidth=0, clip_on=False)
            )
    for begin, end, shade in spans[: len(ends)]:
        axes.add_patch(
            Rectangle(
                (begin - 0.5, begin - 0.5),
                end - begin,
                end - begin,
                fill=False,
                edgecolor=shade,
                linewidth=1.6,
            )
        )
