"""Which bloc the states are in through time, as flows: how many stay and how many change over."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np
import numpy.typing as npt

from sim.measure.summary import CoalitionReport, percent
from sim.show.plots.style import (
    GREY,
    INK,
    MANY,
    PAPER,
    SOFT,
    Page,
    bloc_colours,
    coalitions,
    fold,
    framed,
    names_that_matter,
)
from sim.types import Floats

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from sim.record.results import Results

type Homes = npt.NDArray[np.int64]

OTHER, ALONE = "other blocs", "unaligned"
_OTHER_SHADE: Final = "#BBBBBB"
_COLUMNS: Final = 8
_BAR: Final = 0.16  # width of a bar, in columns
_TALL: Final = 4.6
_MORE: Final = 1.4  # inches, with very many states: for the names of members
_FAINT: Final = 0.04  # states: flows below this are not drawn
_LEAST: Final = 0.02  # of the states or of capability: below it a bloc is one of the others
_HEAD, _LINE = 10.0, 8.4  # points from a bloc's name to its members, and of a line of those
_NOTED: Final = 0.1  # share of the runs from which a change of side is named


def draw_alluvial(
    results: Results, report: CoalitionReport | None = None, *, page: Page = PAPER
) -> Figure:
    """Draw the mean number of states in each bloc through time, and the flows between blocs.

    A state is in the bloc of a core of the consensus partition when it is together with that core,
    the strongest first where cores share a bloc; in other blocs when with none of the cores; else
    unaligned. Bars are means over the runs, their whiskers hold 90% of the runs, flows are the mean
    number of states that go from one to another between two bars. Blocs keep order and colour.
    """
    report = report or coalitions(results)
    cores = _cores(results, report)
    names = [*cores, OTHER, ALONE]
    homes = homes_of(results, cores)
    kept = np.unique(np.linspace(0, homes.shape[1] - 1, _COLUMNS).round().astype(int))
    homes = homes[:, kept]
    count = (homes[..., None] == np.arange(len(names))).sum(axis=2)  # (R, L, B)
    used = [at for at in range(len(names)) if count[:, :, at].any()]
    width, height = (
        page.width,
        page.tall(_TALL + (_MORE if len(results.record.states) > MANY else 0)),
    )
    changes = np.mean((homes[:, 1:] != homes[:, :-1]).sum(axis=(1, 2))) if len(kept) > 1 else 0.0
    figure, top, bottom = framed(
        (width, height),
        page,
        _finding(results, names, homes, names_that_matter(results, report)),
        f"Mean number of states in each bloc, with flows between; whiskers hold 90% of the runs. "
        f"In a mean run states change over {changes:.1f} times."
        + (" Percentages: shares of capability." if len(results.record.states) > MANY else ""),
        results,
    )
    names_wide = page.pt(1.95)
    low = bottom + page.pt(0.24) / height
    axes = figure.add_axes((0.02, low, 1.0 - 0.02 - names_wide / width, top - low))
    shades = {**bloc_colours(results, report), OTHER: _OTHER_SHADE, ALONE: GREY}
    colours = [shades[name] for name in names]
    base, gap = _stack(count, used)
    _draw_flows(axes, homes, base, used, colours)
    _draw_bars(axes, count, base, used, colours)
    axes.set_xlim(-_BAR, len(kept) - 1 + _BAR)
    axes.set_ylim(float(base.max() + count.mean(axis=0)[:, used[-1]].max()) + gap, -gap * 0.6)
    ticks = [results.quarters[results.record.network_ticks[at]] for at in kept]
    axes.set_xticks(range(len(kept)), ticks)
    axes.tick_params(axis="x", length=0, labelsize=page.pt(7.5), labelcolor=SOFT)
    axes.set_yticks([])
    axes.spines[:].set_visible(False)
    _name_blocs(axes, results, report, names, homes, count, base, used, colours, names_wide, page)
    return figure


def _cores(results: Results, report: CoalitionReport) -> list[str]:
    """The cores of the blocs that have a band of their own: of very many states the large ones."""
    least = _LEAST if len(results.record.states) > MANY else 0.0
    return [
        bloc.core
        for bloc in report.blocs
        if len(bloc.members) >= least * len(results.record.states) or bloc.share.end.median >= least
    ]


def homes_of(results: Results, cores: list[str]) -> Homes:
    """Return which bloc each state is in, ``(R, L, N)``: positions in cores, then other, alone."""
    labels = results.bloc_labels
    together = labels[..., :, None] == labels[..., None, :]
    size = together.sum(axis=-1)
    found = np.where(size > 1, len(cores), len(cores) + 1)
    for at in reversed(range(len(cores))):
        # the core itself is at home even when it stands alone only if somebody is with it
        mine = together[..., results.record.index(cores[at])] & (size > 1)
        found = np.where(mine, at, found)
    return found.astype(np.int64)


def _stack(count: npt.NDArray[np.int64], used: list[int]) -> tuple[Floats, float]:
    """Upper edges of the bars ``(L, B)`` and the room between them, the whiskers' included."""
    mean = count.mean(axis=0)
    over = np.quantile(count, 0.95, axis=0) - mean
    gap = 0.05 * float(mean.sum(axis=1).max())
    base = np.zeros(mean.shape)
    at = 0.0
    for bloc in used:
        base[:, bloc] = at
        at += float(max((mean + np.maximum(over, 0.0))[:, bloc].max(), mean[:, bloc].max())) + gap
    return base, gap


def _draw_flows(
    axes: Axes, homes: Homes, base: Floats, used: list[int], colours: list[str]
) -> None:
    from matplotlib.patches import PathPatch
    from matplotlib.path import Path

    runs, columns = homes.shape[:2]
    blocs = base.shape[1]
    for left in range(columns - 1):
        pair = homes[:, left] * blocs + homes[:, left + 1]
        flow = np.bincount(pair.ravel(), minlength=blocs**2).reshape(blocs, blocs) / runs
        out, into = base[left].copy(), base[left + 1].copy()
        for one in used:
            for other in used:
                size = float(flow[one, other])
                x0, x1 = left + _BAR / 2, left + 1 - _BAR / 2
                middle = (x0 + x1) / 2
                a, b = float(out[one]), float(into[other])
                out[one] += size
                into[other] += size
                if size < _FAINT:
                    continue
                points = [
                    *((x0, a), (middle, a), (middle, b), (x1, b)),
                    *((x1, b + size), (middle, b + size), (middle, a + size), (x0, a + size)),
                ]
                codes = [Path.MOVETO, *[Path.CURVE4] * 3, Path.LINETO, *[Path.CURVE4] * 3]
                moved = one != other
                axes.add_patch(
                    PathPatch(
                        Path([*points, (x0, a)], [*codes, Path.CLOSEPOLY]),
                        facecolor=colours[one],
                        alpha=0.75 if moved else 0.25,
                        linewidth=0,
                        zorder=2 if moved else 1,
                    )
                )


def _draw_bars(
    axes: Axes,
    count: npt.NDArray[np.int64],
    base: Floats,
    used: list[int],
    colours: list[str],
) -> None:
    mean = count.mean(axis=0)
    low, high = np.quantile(count, (0.05, 0.95), axis=0)
    at = np.arange(mean.shape[0])
    for bloc in used:
        axes.bar(at, mean[:, bloc], _BAR, bottom=base[:, bloc], color=colours[bloc], zorder=3)
        axes.vlines(
            at,
            base[:, bloc] + low[:, bloc],
            base[:, bloc] + high[:, bloc],
            color=INK,
            linewidth=1.1,
            zorder=4,
        )


def _name_blocs(
    axes: Axes,
    results: Results,
    report: CoalitionReport,
    names: list[str],
    homes: Homes,
    count: npt.NDArray[np.int64],
    base: Floats,
    used: list[int],
    colours: list[str],
    room: float,
    page: Page,
) -> None:
    """Write each bloc's name, size and usual members beside its last bar."""
    states = results.record.states
    mean = count.mean(axis=0)[-1]
    low, high = np.quantile(count[:, -1], (0.05, 0.95), axis=0)
    held = {bloc.core: bloc.share.end for bloc in report.blocs}
    inch = abs(axes.get_ylim()[1] - axes.get_ylim()[0]) / (
        axes.get_window_extent().height / axes.figure.dpi
    )
    bottom = float(axes.get_ylim()[0])
    order = np.argsort(-results.capability[:, -1].mean(axis=0), kind="stable")
    for rank, bloc in enumerate(used):
        share = (homes[:, -1] == bloc).mean(axis=0)
        usual = [states[i] for i in order if share[i] >= 0.5]
        following = float(base[-1, used[rank + 1]]) if rank + 1 < len(used) else bottom
        space = (following - float(base[-1, bloc])) / inch * 72.0
        lines = max(0, int((space - page.pt(_HEAD)) / page.pt(_LINE)))
        spread = "" if low[bloc] == high[bloc] else f" ({low[bloc]:.0f} to {high[bloc]:.0f})"
        head = f"{names[bloc]}: {mean[bloc]:.1f}{spread}"
        if len(states) > MANY and names[bloc] in held:
            head += f", {percent(held[names[bloc]].median)}"
        place: dict[str, Any] = {
            "xycoords": ("axes fraction", "data"),
            "textcoords": "offset points",
        }
        axes.annotate(
            head,
            (1.0, base[-1, bloc]),
            xytext=(4, 0),
            size=page.pt(7.5),
            weight="bold",
            color=colours[bloc] if names[bloc] != OTHER else SOFT,
            va="top",
            **place,
        )
        if usual and lines:
            told = fold(", ".join(usual), page.pt(6.0), room - 0.18, lines)
            axes.annotate(
                "\n".join(told),
                (1.0, base[-1, bloc]),
                xytext=(4, -page.pt(_HEAD)),
                size=page.pt(6.0),
                color=SOFT,
                va="top",
                linespacing=1.15,
                **place,
            )


def _finding(results: Results, names: list[str], homes: Homes, named: npt.NDArray[np.bool_]) -> str:
    """The state that most often ends in another bloc than it begins in, of those that matter."""
    first, last = homes[:, 0], homes[:, -1]
    other = names.index(OTHER)
    founders = {code: at for at, code in enumerate(names)}
    best = (0.0, "", 0, 0)
    for i in np.flatnonzero(named).tolist():
        code = results.record.states[i]
        pair = first[:, i] * len(names) + last[:, i]
        for key in np.unique(pair[(first[:, i] != last[:, i]) & (last[:, i] != other)]):
            before, after = divmod(int(key), len(names))
            if after == founders.get(code):  # a bloc comes to its core, not the core to it
                continue
            best = max(best, (float((pair == key).mean()), code, before, after))
    share, code, before, after = best
    moved = float((first != last)[:, named].mean())
    if share < _NOTED <= moved:
        which = f"{percent(moved)} of the states change over"
        return f"{which}, but no change is common to {percent(_NOTED)} of the runs"
    if share < _NOTED:
        which = "no state" if named.all() else "none of the larger states"
        return f"Blocs keep their members: {which} changes over in {percent(_NOTED)} of the runs"

    def told(at: int) -> str:
        return {ALONE: "standing alone", OTHER: "another bloc"}.get(
            names[at], f"{names[at]}'s bloc"
        )

    went = f"from {told(before)} to {told(after)}"
    which = code if named.all() else f"Of the larger states {code}"
    return f"{which} changes over most often: {went} in {percent(share)} of the runs"
