"""The alignment plane: how near the focal states stand to one pole and to another, through time."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from sim.errors import UserError, hint, shown
from sim.show.plots.style import (
    INK,
    PAPER,
    SOFT,
    Page,
    check_recorded,
    coalitions,
    framed,
    meet,
    named,
    quiet,
    state_colours,
)
from sim.show.plots.trajectories import words
from sim.types import Floats

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from sim.record.results import Results


_TELLING: Final = 0.1
"""Of alignment with two poles: the largest way of all states is named from here on."""

_TALL: Final = 5.6
_SIDES: Final = ((1, 0), (0, 1), (0, -1), (-1, 0), (1, 1), (1, -1), (-1, 1), (-1, -1))
_POINTS: Final = 24  # of a path: one of many quarters would be a tangle
_CLEARLY: Final = 1.5
_SHADES: Final = 200  # runs whose ends are shown


def draw_plane(
    results: Results,
    axes: str | None = None,
    state: str | None = None,
    variable: str = "alignment",
    *,
    page: Page = PAPER,
) -> Figure:
    """Draw the paths of focal states in the plane of their alignment with two poles.

    A path is the median of the runs, from its open start to its full end; faint dots are the ends
    of the runs. A state has the colour of its bloc. On the broken line a state stands as near to
    one pole as to the other.

    Args:
        results: of a run.
        axes: two poles, ``AAA,BBB``: across and up; by default the scenario's first two, or two
            others between which a state moves half as far again.
        state: codes of states, ``CCC,DDD``; by default all focal states that are recorded.
        variable: of pairs.
        page: what it is drawn for.

    Raises:
        UserError: no such pole, state or variable, or no state was recorded with both poles.
    """
    record = results.record
    check_recorded(results, variable)
    wanted = chosen_states(results, state)
    across, up = _poles(results, axes, wanted, variable)
    shown_states = [
        code
        for code in wanted
        if code not in (across, up) and {(code, across), (code, up)} <= set(record.dyads)
    ]
    if not shown_states:
        raise UserError(f"no state was recorded with both {across} and {up}")
    paths = {
        code: np.stack([record.dyad(variable, code, pole) for pole in (across, up)], axis=-1)
        for code in shown_states
    }
    every_so_often = np.unique(np.linspace(0, record.quarters, _POINTS).round().astype(int))
    median = {code: np.median(path, axis=0)[every_so_often] for code, path in paths.items()}
    width, height = page.width, page.tall(_TALL)
    name = words(variable)
    figure, top, bottom = framed(
        (width, height),
        page,
        _finding(median, across, up, results.quarters),
        f"{name.capitalize()} of the focal states with {across} and with {up}: path of the median "
        f"from {results.quarters[0]} (open) to {results.quarters[-1]} (full), dots for the ends "
        "of the runs. Broken line: as near to the one as to the other.",
        results,
    )
    low, left = bottom + page.pt(0.45) / height, page.pt(0.66) / width
    plane = figure.add_axes((left, low, 1.0 - left - 0.15 / width, top - low))
    quiet(plane, page)
    plane.grid(axis="x", color="#EEEEEE", linewidth=0.8)
    ends = np.concatenate([path[:, -1] for path in paths.values()])
    every = np.concatenate([np.quantile(ends, (0.02, 0.98), axis=0), *median.values()])
    _set_limits(plane, every)
    _draw_paths(plane, paths, median, state_colours(results, coalitions(results)), page)
    for side, pole in (("x", across), ("y", up)):
        label = f"{name} with {named(results, pole)}"
        getattr(plane, f"set_{side}label")(label, size=page.pt(8.0), color=SOFT)
    return figure


def _poles(results: Results, text: str | None, states: list[str], variable: str) -> tuple[str, str]:
    record = results.record
    if text is None:
        if len(record.poles) < 2:
            raise UserError("the plane needs two poles; this scenario has fewer")
        pairs = list(combinations(record.poles, 2))
        moved = [_farthest(results, pair, states, variable) for pair in pairs]
        best = int(np.argmax(moved))
        return pairs[best] if moved[best] > _CLEARLY * moved[0] else pairs[0]
    names = [part.strip() for part in text.split(",")]
    partners = {j for _, j in record.dyads}
    for name in names:
        if name not in partners:
            raise UserError(f"{shown(name)} was not recorded as a partner{hint(name, partners)}")
    if len(names) != 2 or names[0] == names[1]:
        raise UserError("axes are two different states, such as AAA,BBB")
    return names[0], names[1]


def _farthest(results: Results, poles: tuple[str, str], states: list[str], variable: str) -> float:
    """How far the median of the state that moves most goes in the plane of two poles."""
    record = results.record
    gone = [0.0]
    for code in states:
        if code not in poles and {(code, pole) for pole in poles} <= set(record.dyads):
            ends = [np.median(record.dyad(variable, code, p)[:, [0, -1]], axis=0) for p in poles]
            gone.append(float(np.hypot(*np.diff(ends, axis=1)[:, 0])))
    return max(gone)


def chosen_states(results: Results, text: str | None) -> list[str]:
    """Return the states of a list such as ``AAA,BBB``, all focal ones without a list.

    Raises:
        UserError: there is no such state.
    """
    record = results.record
    if text is None:
        return list(record.focal)
    names = [part.strip() for part in text.split(",")]
    for name in names:
        if name not in record.states:
            raise UserError(f"{shown(name)} is not a state{hint(name, record.states)}")
    return names


def _set_limits(axes: Axes, points: Floats) -> None:
    low, high = points.min(axis=0), points.max(axis=0)
    margin = 0.1 * np.maximum(high - low, 0.2)
    axes.set_xlim(low[0] - margin[0], high[0] + 1.6 * margin[0])
    axes.set_ylim(low[1] - margin[1], high[1] + margin[1])
    ends = [max(low - margin), min(high + margin)]
    axes.autoscale(False)
    if ends[0] < ends[1]:
        axes.plot([-2, 2], [-2, 2], color="#BBBBBB", linewidth=0.9, linestyle=(0, (5, 4)), zorder=0)


def _draw_paths(
    axes: Axes,
    paths: dict[str, Floats],
    median: dict[str, Floats],
    colours: dict[str, str],
    page: Page,
) -> None:
    for code, path in paths.items():
        shade = colours[code]
        cloud: dict[str, Any] = {"color": shade, "s": page.pt(5.0), "alpha": 0.22, "linewidths": 0}
        axes.scatter(*path[:_SHADES, -1].T, zorder=1, **cloud)
    for code, line in median.items():
        shade = colours[code]
        axes.plot(*line.T, color=shade, linewidth=1.7, zorder=3)
        axes.plot(*line[0], "o", color="white", markeredgecolor=shade, markersize=5, zorder=4)
        axes.plot(*line[-1], "o", color=shade, markersize=6.5, zorder=5)
    _name_ends(axes, median, page)


def _name_ends(axes: Axes, median: dict[str, Floats], page: Page) -> None:
    """Write the codes beside the ends, each on the side where it covers least."""
    from matplotlib.patheffects import withStroke

    to_screen = axes.transData.transform
    dots = {code: to_screen(line[-1]) for code, line in median.items()}
    unit = axes.figure.dpi / 72.0
    wide, tall = page.pt(20.0) * unit, page.pt(9.0) * unit
    reach = 3.0 * unit
    taken = [(x - reach, x + reach, y - reach, y + reach, 10) for x, y in dots.values()]
    for line in median.values():
        taken += [(x - reach, x + reach, y - reach, y + reach, 1) for x, y in to_screen(line)]
    for code, (x, y) in dots.items():
        places = []
        for rank, (right, rise) in enumerate(_SIDES):
            middle = (x + right * (wide / 2 + 5 * unit), y + rise * (tall / 2 + 5 * unit))
            box = (
                *(middle[0] - wide / 2, middle[0] + wide / 2),
                *(middle[1] - tall / 2, middle[1] + tall / 2),
            )
            covered = sum(weight for *other, weight in taken if meet(box, other))
            places.append((covered, rank, middle, box))
        _, _, middle, box = min(places)
        taken.append((*box, 100))
        axes.annotate(
            code,
            tuple(axes.transData.inverted().transform(middle)),
            size=page.pt(8.0),
            weight="bold",
            color=INK,
            ha="center",
            va="center",
            zorder=6,
            path_effects=[withStroke(linewidth=2.0, foreground="white", alpha=0.9)],
        )


def _finding(median: dict[str, Floats], across: str, up: str, quarters: list[str]) -> str:
    """The state whose end is farthest from its start, and which way it went."""
    gone = {code: line[-1] - line[0] for code, line in median.items()}
    code = max(gone, key=lambda state: float(np.hypot(*gone[state])))
    dx, dy = (float(x) for x in gone[code])
    if float(np.hypot(dx, dy)) < _TELLING:
        return f"Where the focal states stand between {across} and {up}"
    parts = [
        f"{'towards' if step > 0 else 'away from'} {pole} ({step:+.2f})"
        for pole, step in ((across, dx), (up, dy))
        if abs(step) >= _TELLING / 2
    ]
    return f"{code} moves most, {' and '.join(parts)}, from {quarters[0]} to {quarters[-1]}"
