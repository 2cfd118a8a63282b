"""On whom the focal states depend, as a matrix: how much at the end, and how that has changed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from sim.errors import UserError
from sim.show.plots.alignment_plane import chosen_states
from sim.show.plots.style import (
    INK,
    PAPER,
    SOFT,
    Page,
    coalitions,
    fitted_name,
    framed,
    state_colours,
)
from sim.types import Floats

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from sim.record.results import Results


_FIELD: Final = "vulnerability"
_ROW: Final = 0.34
_MOVED: Final = 0.02
"""Changes of the median below this are not marked."""


def draw_dependence(results: Results, state: str | None = None, *, page: Page = PAPER) -> Figure:
    """Draw the dependence of focal states (rows) on their recorded partners (columns) at the end.

    Dependence is the harm to the row if the column cuts every channel, 0 to 1: the median of the
    runs, with an arrow where it has risen or fallen by 0.02 since the start. Empty cells were not
    recorded. Names have the colours of the blocs.

    Raises:
        UserError: dependence was not recorded or is nowhere, or there is no such state.
    """
    record = results.record
    if _FIELD not in record.dyad_fields:
        raise UserError("dependence was not recorded")
    rows = chosen_states(results, state)
    rows = [code for code in rows if any(i == code for i, _ in record.dyads)]
    if not rows:
        raise UserError("no pair of a focal state was recorded")
    partners = {j for i, j in record.dyads if i in rows}
    order = dict.fromkeys((*record.poles, *record.focal, *record.states))
    columns = [code for code in order if code in partners]
    start, end = np.full((2, len(rows), len(columns)), np.nan)
    for i, row in enumerate(rows):
        for j, column in enumerate(columns):
            if (row, column) in record.dyads:
                series = np.median(record.dyad(_FIELD, row, column), axis=0)
                start[i, j], end[i, j] = series[0], series[-1]
    if not np.nanmax(np.maximum(start, end)) > 0.0:
        raise UserError("no focal state depends on another: this scenario has no such channels")
    width = page.width
    height = page.tall(page.pt(_ROW) * len(rows) + 2.0)
    figure, top, bottom = framed(
        (width, height),
        page,
        _finding(results, rows, columns, end),
        f"Median harm to the state on the left, 0 to 1, if the state above cuts every channel, in "
        f"{results.quarters[-1]}. Arrows: up or down by {_MOVED} or more since "
        f"{results.quarters[0]}. Dash: not recorded.",
        results,
    )
    names = [fitted_name(results, code, page.pt(7.5), page.pt(1.65)) for code in rows]
    left, above = page.pt(1.75) / width, page.pt(0.3) / height
    low = bottom + 0.05 / height
    tall = min(top - low - above, page.pt(0.42) * len(rows) / height)
    wide = min(1.0 - left - 0.15 / width, page.pt(0.9) * len(columns) / width)
    axes = figure.add_axes((left, top - above - tall, wide, tall))
    most = max(0.05, float(np.nanmax(end)))
    axes.imshow(end, cmap="Purples", vmin=0.0, vmax=1.25 * most, aspect="auto")
    colours = state_colours(results, coalitions(results))
    axes.set_xticks(range(len(columns)), columns, size=page.pt(7.5), weight="bold")
    axes.set_yticks(range(len(rows)), names, size=page.pt(7.5))
    axes.xaxis.tick_top()
    for ticks, codes in ((axes.get_xticklabels(), columns), (axes.get_yticklabels(), rows)):
        for tick, code in zip(ticks, codes, strict=True):
            tick.set_color(colours[code])
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)
    axes.set_xticks(np.arange(len(columns) - 1) + 0.5, minor=True)
    axes.set_yticks(np.arange(len(rows) - 1) + 0.5, minor=True)
    axes.grid(which="minor", color="white", linewidth=1.5)
    axes.tick_params(which="minor", length=0)
    room = wide * width / len(columns)
    size = min(page.pt(7.5), room * 72.0 / 3.6)
    for i, j in np.argwhere(~np.isnan(end)):
        change = end[i, j] - start[i, j]
        arrow = "" if abs(change) < _MOVED else " \u2191" if change > 0 else " \u2193"
        shade = "white" if end[i, j] > 0.8 * most and most > 0.1 else INK
        axes.text(
            j, i, f"{_number(end[i, j])}{arrow}", size=size, color=shade, ha="center", va="center"
        )
    for i, j in np.argwhere(np.isnan(end)):
        axes.text(j, i, "\u2013", size=size, color=SOFT, ha="center", va="center", alpha=0.4)
    return figure


def _number(share: float) -> str:
    """Two decimals, and no zero for what is merely small."""
    return f"{share:.2f}" if share >= 0.005 or share == 0.0 else "<.01"


def _finding(results: Results, rows: list[str], columns: list[str], end: Floats) -> str:
    """The strongest dependence, with its interval over the runs and the other way round."""
    i, j = np.unravel_index(int(np.nanargmax(end)), end.shape)
    row, column = rows[int(i)], columns[int(j)]
    last = results.record.dyad(_FIELD, row, column)[:, -1]
    low, high = np.quantile(last, (0.05, 0.95))
    title = (
        f"{row}'s dependence on {column} is the strongest: {end[i, j]:.2f} "
        f"(90% of the runs: {low:.2f} to {high:.2f})"
    )
    if (column, row) in results.record.dyads:
        back = float(np.median(results.record.dyad(_FIELD, column, row)[:, -1]))
        title += f"; {column}'s on {row} is {_number(back)}"
    return title
