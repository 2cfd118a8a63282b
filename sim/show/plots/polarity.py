"""How many poles there are through time, and what part of capability the blocs hold."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from sim.measure.summary import Bloc, CoalitionReport
from sim.show.plots.style import INK, PAPER, Page, bloc_colours, coalitions, framed, quiet
from sim.show.plots.trajectories import draw_bands, name_at_end, name_years
from sim.types import Floats

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from sim.record.results import Results


_BANDS: Final = (0.05, 0.25, 0.5, 0.75, 0.95)
_TALL: Final = 3.6
_MOST: Final = 0.5
_TELLING: Final = 0.25
"""Part of the spread of the runs below which a change of the median is no finding."""


def draw_polarity(
    results: Results, report: CoalitionReport | None = None, *, page: Page = PAPER
) -> Figure:
    """Draw the effective number of poles, and beside it the share of each bloc, through time.

    The number of poles is Laakso & Taagepera's of the capability shares of the blocs. The line of
    a bloc is of its members at the end, in at least half of the runs: what part of capability those
    hold that are with its core, run by run, so that a core that joins another bloc in some runs
    does not bring all of that bloc. Medians with bands of 50% and 90% of the runs, at the
    ticks at which the network is kept.
    """
    report = report or coalitions(results)
    width, height = page.width, page.tall(_TALL)
    poles = np.quantile(results.effective_poles, _BANDS, axis=0)
    figure, top, bottom = framed(
        (width, height),
        page,
        _finding(report, poles),
        "Median of the runs, bands of 50% and 90%. Of a bloc: its members at the end in most runs, "
        "as far as they are with its core.",
        results,
    )
    low, high = bottom + page.pt(0.27) / height, top - page.pt(0.27) / height
    left, names = page.pt(0.42) / width, page.pt(0.45) / width
    wide = 0.5 - 1.2 * left if report.blocs else 1.0 - left - names
    number = figure.add_axes((left, low, wide, high - low))
    _draw_bands(number, results, poles, INK)
    number.set_ylim(1.0, max(2.0, 1.1 * float(poles.max())))  # one pole is the least there can be
    _name(number, "Effective number of poles", page)
    quiet(number, page)
    name_years(number, results)
    if not report.blocs:
        return figure
    shares = figure.add_axes((0.5 + left, low, 0.5 - left - names, high - low))
    ends = {}
    colours = bloc_colours(results, report)
    for bloc in report.blocs:
        held = _held(results, bloc)
        band = np.quantile(held, _BANDS, axis=0)
        _draw_bands(shares, results, band, colours[bloc.core])
        ends[bloc.core] = float(band[2, -1])
    shares.set_ylim(0.0, 1.0)
    _name(shares, "Share of capability, by bloc", page)
    quiet(shares, page)
    name_years(shares, results)
    name_at_end(shares, ends, colours, (0.0, 1.0), page)
    return figure


def _held(results: Results, bloc: Bloc) -> Floats:
    """Share of capability of the members of a bloc that are with its core, ``(R, K)``."""
    index = results.record.index
    members = [index(member.state) for member in bloc.members if member.together >= _MOST]
    labels = results.bloc_labels
    inside = labels[:, :, members] == labels[:, :, [index(bloc.core)]]
    capability = results.capability
    shares: Floats = capability[:, :, members] / capability.sum(axis=2, keepdims=True)
    held: Floats = (shares * inside).sum(axis=2)
    return held


def _draw_bands(axes: Axes, results: Results, band: Floats, shade: str) -> None:
    dots = {"marker": "o", "markersize": 2.5, "clip_on": False}
    draw_bands(axes, results.record.network_ticks, band, shade, **dots)


def _name(axes: Axes, text: str, page: Page) -> None:
    axes.set_title(text, size=page.pt(8.5), loc="left", weight="bold", color=INK)


def _finding(report: CoalitionReport, poles: Floats) -> str:
    """How the median moves, held against the spread of the runs at the end."""
    start, end = float(poles[2, 0]), float(poles[2, -1])
    low, high = float(poles[0, -1]), float(poles[4, -1])
    spread = f"90% of the runs: {low:.1f} to {high:.1f}"
    if f"{start:.1f}" == f"{end:.1f}":
        return f"The effective number of poles stays at {end:.1f} ({spread})"
    if abs(end - start) < _TELLING * (high - low):  # far less than the runs differ
        return f"The effective number of poles stays near {end:.1f} ({spread})"
    verb = "rises" if end > start else "falls"
    return (
        f"The effective number of poles {verb} from {start:.1f} in {report.start} to {end:.1f} in "
        f"{report.end} ({spread})"
    )
