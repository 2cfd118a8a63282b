"""Pacts through time: in what part of the runs a pair has one, and of which level."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

import numpy as np

from sim.errors import UserError
from sim.measure.summary import percent, plural
from sim.record.arrays import PACT_LEVELS
from sim.show.plots.alignment_plane import chosen_states
from sim.show.plots.style import INK, PAPER, SOFT, Page, framed, quiet, write
from sim.show.plots.trajectories import name_years
from sim.types import Floats

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from sim.record.results import Results

type Held = dict[tuple[str, str], Floats]

_SHADES: Final = ("#C6DBEF", "#6BAED6", "#08519C")
"""Of the levels from the lowest: one hue, for they are ordered; no bloc is meant."""

_ROW: Final = 0.21
_MOVED: Final = 0.1
"""Change of the share of runs from which any two states' pact is shown."""

_LEAST: Final = 0.02
"""Share of the runs below which a pact, or its change, is not worth a word."""


def draw_pacts(results: Results, state: str | None = None, *, page: Page = PAPER) -> Figure:
    """Draw for each pair of states the share of runs with a pact, by level, through time.

    The height of a row is all runs. Shown are the pairs of focal states and poles, and any two
    states whose share changes by a tenth or more, those that change most on top. Recorded pairs
    have a value each quarter, the others one at each tick at which the network is kept.

    Raises:
        UserError: no pair has a pact in any run, or no such state.
    """
    wanted = None if state is None else set(chosen_states(results, state))
    held = _held(results, wanted)
    if not held:
        raise UserError("no pair has a bilateral pact in any run")
    rows = _ordered(results, held)
    rows = [pair for pair in rows if held[pair][0].max() > _MOVED] or rows
    width = page.width
    most = int((page.height - 1.9) / page.pt(_ROW))
    rows = rows[:most]
    hidden = len(held) - len(rows)
    height = page.tall(page.pt(_ROW) * len(rows) + 1.75)
    more = (
        f" Not shown: {plural(hidden, 'pair')} whose pacts are rare or change less."
        if hidden
        else ""
    )
    figure, top, bottom = framed(
        (width, height),
        page,
        _finding(results, held, rows),
        f"Share of the runs in which two states have a bilateral pact: a full row is all runs, "
        f"shades are levels.{more}",
        results,
    )
    low, high = bottom + page.pt(0.27) / height, top - page.pt(0.24) / height
    left, right = page.pt(0.8) / width, page.pt(0.95) / width
    axes = figure.add_axes((left, low, 1.0 - left - right, high - low))
    quiet(axes, page)
    axes.grid(axis="y", visible=False)
    axes.grid(axis="x", color="#EEEEEE", linewidth=0.8)
    for at, pair in enumerate(rows):
        _draw_row(axes, at, held[pair], page)
    axes.set_ylim(len(rows) - 0.4, -0.6)
    axes.set_yticks(range(len(rows)), [f"{a} \u2013 {b}" for a, b in rows])
    axes.tick_params(axis="y", length=0, labelsize=page.pt(7.0), labelcolor=INK)
    axes.spines["left"].set_visible(False)
    name_years(axes, results)
    how = {"xycoords": "axes fraction", "color": SOFT}
    write(axes, "start to end", (1.0, 1.0), (4, 2), page.pt(6.5), **how)
    _draw_legend(figure, left, high, page)
    return figure


def _held(results: Results, wanted: set[str] | None) -> Held:
    """Share of runs with each level or a higher one, ``(3, T + 1)``, of pairs that have any."""
    record = results.record
    recorded = {(a, b) for a, b in record.dyads if "pact_level" in record.dyad_fields}
    levels = record.level[:]
    ever = (levels > 0).any(axis=(0, 1))
    place = np.searchsorted(record.network_ticks, np.arange(record.quarters + 1), side="right") - 1
    found: Held = {}
    for i, a in enumerate(record.states):
        for j, b in enumerate(record.states[i + 1 :], start=i + 1):
            if wanted is not None and not {a, b} & wanted:
                continue
            if (a, b) in recorded:
                level = record.dyad("pact_level", a, b)
            elif ever[i, j]:
                level = levels[:, place, i, j].astype(np.float64)
            else:
                continue
            if (level > 0.5).mean(axis=0).max() >= _LEAST:
                found[a, b] = np.stack([(level > at + 0.5).mean(axis=0) for at in range(3)])
    return found


def _change(shares: Floats) -> float:
    """How far the share of any level moves through time."""
    return float(np.ptp(shares, axis=1).max())


def _ordered(results: Results, held: Held) -> list[tuple[str, str]]:
    shown = {*results.record.focal, *results.record.poles}
    rows = [pair for pair in held if _change(held[pair]) >= _MOVED or set(pair) <= shown]
    return sorted(rows or held, key=lambda pair: (-_change(held[pair]), pair))


def _draw_row(axes: Axes, at: int, shares: Floats, page: Page) -> None:
    ticks = np.arange(shares.shape[1])
    floor = at + 0.4
    axes.plot([0, ticks[-1]], [floor, floor], color="#DDDDDD", linewidth=0.5, zorder=1)
    for share, shade in zip(shares, _SHADES, strict=True):
        # a level and all above it; the higher ones are drawn over it
        axes.fill_between(
            ticks, floor, floor - 0.8 * share, step="post", color=shade, linewidth=0, zorder=2
        )
    any_level = shares[0]
    said = f"{percent(float(any_level[0]))} to {percent(float(any_level[-1]))}"
    write(axes, said, (1.0, at), (4, 0), page.pt(6.5), color=SOFT, va="center")


def _draw_legend(figure: Figure, left: float, high: float, page: Page) -> None:
    from matplotlib.patches import Patch

    figure.legend(
        handles=[
            Patch(facecolor=shade, label=name)
            for shade, name in zip(_SHADES, PACT_LEVELS[1:], strict=True)
        ],
        loc="lower left",
        bbox_to_anchor=(left, high),
        ncols=3,
        frameon=False,
        fontsize=page.pt(7.0),
        labelcolor=SOFT,
        handlelength=1.2,
        borderaxespad=0.1,
    )


def _finding(results: Results, held: Held, rows: Sequence[tuple[str, str]]) -> str:
    """The pair whose pacts change in most runs, one of a focal state or pole if that changes."""
    shown = {*results.record.focal, *results.record.poles}
    ours = [pair for pair in rows if shown & set(pair) and _change(held[pair]) >= _MOVED]
    pair = max(ours or rows, key=lambda key: _change(held[key]))  # of equals the uppermost
    shares = held[pair]
    if _change(shares) < _LEAST:
        return f"Pacts stay as they are: {plural(len(held), 'pair')} of states have one throughout"
    exactly = shares - np.append(shares[1:], np.zeros((1, shares.shape[1])), axis=0)
    usual = [np.append(1.0 - shares[0, at], exactly[:, at]) for at in (0, -1)]
    if usual[0].argmax() != usual[1].argmax():
        before, after = (
            f"{'none' if not mix.argmax() else PACT_LEVELS[mix.argmax()]} in "
            f"{percent(float(mix.max()))} of the runs"
            for mix in usual
        )
        return (
            f"The pacts of {pair[0]} and {pair[1]} change most: {before} in {results.quarters[0]}, "
            f"{after} in {results.quarters[-1]}"
        )
    changed = np.abs(exactly[:, -1] - exactly[:, 0])
    # of levels that change about as much, the highest: what is made says more than what it replaces
    level = int(np.flatnonzero(changed >= changed.max() - _MOVED)[-1])
    return (
        f"The pacts of {pair[0]} and {pair[1]} change most: {PACT_LEVELS[level + 1]} in "
        f"{percent(float(exactly[level, 0]))} of the runs in {results.quarters[0]}, "
        f"{percent(float(exactly[level, -1]))} in {results.quarters[-1]}"
    )
