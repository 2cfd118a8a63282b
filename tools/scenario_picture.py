"""A scenario in one picture: the blocs at the end, and how the focal states got there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from textwrap import wrap
from typing import TYPE_CHECKING, Final

import numpy as np

from sim.measure.summary import CoalitionReport
from sim.show.plots.network import draw_legend, draw_states, finding
from sim.show.plots.style import (
    INK,
    coalitions,
    fitted_name,
    footer,
    headline,
    new_figure,
    quiet,
    write,
)
from sim.show.plots.trajectories import draw_panel, focal_poles, name_years, quantiles, span_of
from sim.types import Floats

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from sim.measure.summary import Bloc
    from sim.record.results import Results


WIDTH: Final = 13.2
HEIGHT: Final = 6.4
NETWORK: Final = 6.9
"""Width of the network on the left, in inches."""
_COLUMNS: Final = 2
_ROWS: Final = 3
_BANDS: Final = (0.05, 0.25, 0.5, 0.75, 0.95)
_STYLES: Final = ((INK, "solid", "\u2014"), ("#882255", "dashed", "- -"))
_LINE: Final = 40


@dataclass(frozen=True, slots=True)
class Trace:
    """A metric through time in one arm or two; ``lines`` are ``(R, T + 1)`` by name of the arm."""

    name: str
    metric: str
    lines: Mapping[str, Floats]


def draw_overview(
    results: Results, traces: Sequence[Trace] = (), report: CoalitionReport | None = None
) -> Figure:
    """Draw the network of the end and, beside it, what the focal states and some metrics do.

    Alignment with the poles is drawn for the first focal state and for those that are no poles and
    whose medians move most, in all panels that ``traces`` (four at most) leave free. A pole and the
    bloc around it have one colour; the arms of traces are black and, dashed, purple.
    """
    report = report or coalitions(results)
    traces = traces[: _COLUMNS * (_ROWS - 1)]
    figure = new_figure(WIDTH, HEIGHT)
    top = headline(figure, finding(report), _caption(report, traces))
    bottom = footer(figure, results, sources=False)
    axes = figure.add_axes((0.0, 0.0, 1.0, 1.0))
    axes.set_xlim(0.0, WIDTH)
    axes.set_ylim(0.0, HEIGHT)
    axes.axis("off")
    low, high = bottom * HEIGHT, top * HEIGHT
    legend = draw_legend(axes, results, report, (0.25, low, NETWORK))
    draw_states(axes, results, report, (0.15, low + legend + 0.05, NETWORK, high - 0.05))
    panels = chosen_states(results, _COLUMNS * _ROWS - len(traces))
    bands = quantiles(results, "alignment", panels)
    rank = {pole: at for at, pole in enumerate(results.record.poles)}
    places = [_place(at, low, high) for at in range(_COLUMNS * _ROWS)]
    for place, (code, poles) in zip(places, panels.items(), strict=False):
        panel = figure.add_axes(place)
        draw_panel(panel, results, {p: bands[code, p] for p in poles}, rank, span_of(bands))
        room = (WIDTH - NETWORK - 0.35) / _COLUMNS - 0.4
        title = fitted_name(results, code, 9, room - 0.9, bold=True)
        panel.set_title(f"Alignment of {title}", size=9, loc="left", weight="bold", color=INK)
    for place, trace in zip(places[len(panels) :], traces, strict=False):
        _draw_trace(figure.add_axes(place), results, trace)
    return figure


def _place(at: int, low: float, high: float) -> tuple[float, float, float, float]:
    """The axes of a panel on the right, between heights in inches."""
    row, column = divmod(at, _COLUMNS)
    wide, tall = (WIDTH - NETWORK - 0.35) / _COLUMNS, (high - low) / _ROWS
    return (
        (NETWORK + 0.62 + column * wide) / WIDTH,
        (high - (row + 1) * tall + 0.28) / HEIGHT,
        (wide - 0.85) / WIDTH,
        (tall - 0.78) / HEIGHT,
    )


def chosen_states(results: Results, most: int) -> dict[str, list[str]]:
    """Return the focal states to show with their recorded poles, in the scenario's order."""
    record = results.record
    found = focal_poles(results)
    bands = quantiles(results, "alignment", found)

    def moved(code: str) -> float:
        # alignment is at most 2 apart, and moves by less than 1
        before = 2.0 if code == next(iter(found)) else 1.0 if code not in record.poles else 0.0
        return before + max(float(np.ptp(bands[code, pole][2])) for pole in found[code])

    best = sorted(found, key=moved, reverse=True)[:most]
    return {code: poles for code, poles in found.items() if code in best}


def _draw_trace(axes: Axes, results: Results, trace: Trace) -> None:
    """Draw a metric in one arm or two, with its name and those of the arms above."""
    ticks = np.arange(results.record.quarters + 1)
    quiet(axes)
    for (shade, dash, _), values in zip(_STYLES, trace.lines.values(), strict=False):
        band = np.nanquantile(values, _BANDS, axis=0)
        axes.fill_between(ticks, band[0], band[4], color=shade, alpha=0.10, linewidth=0)
        axes.fill_between(ticks, band[1], band[3], color=shade, alpha=0.18, linewidth=0)
        axes.plot(ticks, band[2], color=shade, linewidth=1.6, linestyle=dash)
    name_years(axes, results)
    axes.margins(y=0.08)
    metric = "\n".join(wrap(f"{trace.name}: {trace.metric}", _LINE, max_lines=2, placeholder=" .."))
    axes.set_title(metric, size=7.5, loc="left", weight="bold", color=INK, pad=13)
    across = 0.0
    for (shade, _, mark), arm in zip(_STYLES, trace.lines, strict=False):
        said = f"{mark} {arm}"
        write(axes, said, (0.0, 1.0), (across, 4), 7.5, xycoords="axes fraction", color=shade)
        across += 4.0 * len(said) + 8


def _caption(report: CoalitionReport, traces: Sequence[Trace]) -> str:
    colours = "colour by bloc" if report.blocs else "no blocs"
    tested = ", and the tested metrics that arms move most" if traces else ""
    return (
        f"Left, the states in {report.end}: area by capability, {colours}, pale where a state is "
        f"seldom in it, lines for the strongest ties. Right, alignment with the poles{tested}: "
        "medians of the runs, bands of 50% and 90%."
    )


def describe(results: Results, traces: Sequence[Trace], report: CoalitionReport) -> str:
    """Return the picture in words, for readers who cannot see it."""
    blocs = "; ".join(_bloc(bloc) for bloc in report.blocs) or "none"
    alone = len(results.record.states) - sum(len(bloc.members) for bloc in report.blocs)
    most = _COLUMNS * _ROWS - min(len(traces), _COLUMNS * (_ROWS - 1))
    shown = ", ".join(chosen_states(results, most))
    tested = ", ".join(f"{trace.name} ({' and '.join(trace.lines)})" for trace in traces)
    return (
        f"{finding(report)}. Blocs: {blocs}. Unaligned: {alone} states. Beside it the alignment "
        f"of {shown} with the poles {', '.join(results.record.poles)}, "
        f"{results.quarters[0]} to {results.quarters[-1]}"
        + (f", and the metrics of {tested}." if tested else ".")
    )


def _bloc(bloc: Bloc) -> str:
    others = [member.state for member in bloc.members if member.state != bloc.core]
    shown = ", ".join(others[:5]) + (f" and {len(others) - 5} more" if len(others) > 5 else "")
    return f"{bloc.core}" + (f" with {shown}" if others else " alone")
