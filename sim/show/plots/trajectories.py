"""How a variable of pairs runs through time, with the spread over the runs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from sim.errors import UserError
from sim.show.plots.style import (
    INK,
    PAPER,
    Page,
    check_recorded,
    colour,
    fitted_name,
    framed,
    quiet,
    write,
)
from sim.types import Floats

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from sim.record.results import Results


_BANDS: Final = (0.05, 0.25, 0.5, 0.75, 0.95)
_PANEL: Final = 1.95  # height in inches
_ABREAST: Final = 3
_YEAR: Final = 0.46  # room for a year below an axis, in inches
_NAMES: Final = 0.4  # room for the names of the lines, in inches


def draw_trajectories(
    results: Results, variable: str = "alignment", *, page: Page = PAPER
) -> Figure:
    """Draw a dyadic variable of each focal state towards each pole, a panel a state.

    The line is the median over the runs, the bands hold 50% and 90% of them. A pole has the same
    colour in every panel.

    Raises:
        UserError: the variable was not recorded, or there is no focal state with a pole.
    """
    record = results.record
    check_recorded(results, variable)
    panels = focal_poles(results)
    if not panels:
        raise UserError("no pair of a focal state and a pole was recorded")
    bands = quantiles(results, variable, panels)
    columns = min(_ABREAST, len(panels)) if len(panels) != 4 else 2
    rows = -(-len(panels) // columns)
    width, height = page.width, page.tall(rows * _PANEL + 1.2)
    name = words(variable)
    figure, top, bottom = framed(
        (width, height),
        page,
        _finding(bands, name, results.quarters),
        f"{name.capitalize()} of each focal state with each pole: median of the runs, bands of 50% "
        "and 90%.",
        results,
    )
    span = span_of(bands)
    rank = {pole: at for at, pole in enumerate(record.poles)}
    for at, (code, poles) in enumerate(panels.items()):
        row, column = divmod(at, columns)
        tall, wide = (top - bottom) / rows, 1.0 / columns
        left, right = page.pt(0.42) / width, (page.pt(_NAMES) + 0.08) / width
        axes = figure.add_axes(
            (
                column * wide + left,
                top - (row + 1) * tall + page.pt(0.26) / height,
                wide - left - right,
                tall - page.pt(0.52) / height,
            )
        )
        draw_panel(axes, results, {pole: bands[code, pole] for pole in poles}, rank, span, page)
        room = width * (wide - left - right) + page.pt(_NAMES)
        title = fitted_name(results, code, page.pt(8.5), room, bold=True)
        axes.set_title(title, size=page.pt(8.5), loc="left", weight="bold", color=INK)
    return figure


def quantiles(
    results: Results, variable: str, panels: dict[str, list[str]]
) -> dict[tuple[str, str], Floats]:
    """Median and bounds of the bands of each state with each of its poles, ``(5, T + 1)``."""
    return {
        (code, pole): np.quantile(results.record.dyad(variable, code, pole), _BANDS, axis=0)
        for code, poles in panels.items()
        for pole in poles
    }


def focal_poles(results: Results) -> dict[str, list[str]]:
    """Return the focal states that were recorded with poles, and these, in the scenario's order."""
    record = results.record
    return {code: poles for code in record.focal if (poles := record.poles_of(code))}


def draw_panel(
    axes: Axes,
    results: Results,
    bands: dict[str, Floats],
    rank: dict[str, int],
    span: tuple[float, float],
    page: Page = PAPER,
) -> None:
    """Draw medians and bands of one state into axes, a line a pole, named at its right end."""
    ticks = np.arange(results.record.quarters + 1)
    quiet(axes, page)
    for pole, band in bands.items():
        draw_bands(axes, ticks, band, colour(rank[pole]))
    name_years(axes, results)
    axes.set_ylim(*span)
    axes.locator_params(axis="y", nbins=5)
    ends = {pole: float(band[2, -1]) for pole, band in bands.items()}
    name_at_end(axes, ends, {pole: colour(rank[pole]) for pole in ends}, span, page)


def draw_bands(axes: Axes, ticks: Any, band: Floats, shade: str, **line: Any) -> None:
    """Draw a median with its bands ``(5, T)`` at ticks; the rest is said of the line."""
    axes.fill_between(ticks, band[0], band[4], color=shade, alpha=0.14, linewidth=0)
    axes.fill_between(ticks, band[1], band[3], color=shade, alpha=0.25, linewidth=0)
    axes.plot(ticks, band[2], color=shade, linewidth=1.8, **line)


def name_years(axes: Axes, results: Results) -> None:
    """Give the horizontal axis the clock of the results, with a few years named."""
    years = [at for at, quarter in enumerate(results.quarters) if quarter.endswith("Q1")]
    if len(years) < 2:
        years = [0, results.record.quarters]
        axes.set_xticks(years, [results.quarters[at] for at in years])
    else:
        wide = axes.get_window_extent().width / axes.figure.dpi
        step = -(-len(years) // int(np.clip(wide / _YEAR, 2, 6)))
        axes.set_xticks(years[::step], [results.quarters[at][:4] for at in years[::step]])
    axes.set_xlim(0, max(1, results.record.quarters))


def name_at_end(
    axes: Axes,
    ends: Mapping[str, float],
    shades: Mapping[str, str],
    span: tuple[float, float],
    page: Page,
) -> None:
    """Name the lines at their right ends, moved apart where the names would overlap."""
    tall = float(axes.get_window_extent().height) / float(axes.figure.dpi) * 72.0
    apart = page.pt(10.0) * (span[1] - span[0]) / tall  # of the size of the type, in data units
    order = sorted(ends, key=lambda name: ends[name])
    wanted = np.array([ends[name] for name in order])
    place = wanted.copy()
    for _ in range(100):
        short = apart - np.diff(place)
        if not (short > 1e-9).any():
            break
        push = np.maximum(short, 0.0) / 2.0
        place[:-1] -= push
        place[1:] += push
    for name, height in zip(order, place, strict=True):
        how = {"color": shades[name], "weight": "bold", "va": "center", "annotation_clip": False}
        write(axes, name, (1.0, float(height)), (5, 0), page.pt(8.0), **how)


def span_of(bands: dict[tuple[str, str], Floats]) -> tuple[float, float]:
    """Return limits of the vertical axis, common to the panels."""
    low = min(float(band.min()) for band in bands.values())
    high = max(float(band.max()) for band in bands.values())
    margin = 0.06 * (high - low) or 0.05
    return (0.0 if 0.0 <= low < 0.3 * high else low - margin), high + margin


def _finding(bands: dict[tuple[str, str], Floats], name: str, quarters: list[str]) -> str:
    """The pair whose median moved most, if its start lies outside the middle half at the end."""
    (code, pole), band = max(bands.items(), key=lambda item: abs(item[1][2, -1] - item[1][2, 0]))
    start, end = float(band[2, 0]), float(band[2, -1])
    digits = 2 if max(abs(start), abs(end)) >= 0.1 else 4
    if f"{start:.{digits}f}" == f"{end:.{digits}f}":
        return f"No focal state's {name} with a pole moves between {quarters[0]} and {quarters[-1]}"
    if band[1, -1] <= start <= band[3, -1]:
        return f"Each focal state's {name} with the poles, {quarters[0]} to {quarters[-1]}"
    verb = "rises" if end > start else "falls"
    return (
        f"{code}'s {name} with {pole} {verb} most: {start:.{digits}f} in {quarters[0]} to "
        f"{end:.{digits}f} in {quarters[-1]}"
    )


def words(variable: str) -> str:
    """The name of a variable as words.

    >>> words("pact_level")
    'pact level'
    """
    if variable.startswith("intensity_"):
        return f"intensity of pacts of level {variable.removeprefix('intensity_')}"
    return variable.replace("_", " ")
