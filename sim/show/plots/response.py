"""Response curves: what comes out over one parameter, with its band, a line for each arm."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from sim.errors import UserError
from sim.measure.summary import plural
from sim.show.plots.style import INK, PAPER, Page, colour, fold, framed, quiet
from sim.statistics.paired import smallest_effect
from sim.study.sensitivity.swept import metric_of
from sim.types import Floats
from sim.words.digits import number

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from sim.study.sweep import Sweep


_PANELS: Final = 4
_LINES: Final = 8
_TALL: Final = 2.6
_DASHES: Final = ("-", "--", ":", "-.")
_CERTAIN: Final = 1.96


def draw_response(result: Sweep, *, page: Page = PAPER, variable: str | None = None) -> Figure:
    """Draw metrics over the one number that a sweep varies; each choice, such as an arm, is a line.

    Dark bands are 95% intervals of the mean over the runs, pale ones hold 90% of the runs.

    Args:
        result: a finished sweep of one number, and any choices.
        page: what it is drawn for.
        variable: one metric; by default the first four.

    Raises:
        UserError: the sweep varies no number or several, or has no such metric.
    """
    numbers = [factor.name for factor in result.factors if not factor.levels]
    if len(numbers) != 1:
        raise UserError(
            "a response curve needs a sweep of one number, beside choices; this one varies "
            f"{', '.join(numbers) or 'no number'}"
        )
    (x,) = numbers
    choices = [factor for factor in result.factors if factor.levels]
    chosen = [metric_of(variable, result.metrics)] if variable else list(result.metrics[:_PANELS])
    table = result.table()
    lines = list(product(*(factor.levels for factor in choices)))[:_LINES]
    parts: dict[str, pd.DataFrame] = {}
    for levels in lines:
        held = np.ones(len(table), bool)
        for factor, level in zip(choices, levels, strict=True):
            held &= table[factor.name].astype(str).to_numpy() == level
        name = ", ".join(f"{f.name} {level}" for f, level in zip(choices, levels, strict=True))
        if held.any():
            parts[name] = table[held]
    columns = min(2, len(chosen))
    rows = -(-len(chosen) // columns)
    height = page.tall(page.pt(_TALL) * rows + 1.3)
    title, first = _finding(parts, x, chosen)
    figure, top, bottom = framed(
        (page.width, height),
        page,
        title,
        "Mean of the runs. Dark band: its 95% interval; pale band: 90% of the runs. The same lucks "
        "at every point.",
        _foot_text(result, table),
    )
    room = page.pt(0.55) / page.width
    low = bottom + page.pt(0.42 if len(parts) < 2 else 0.62) / height
    grid = figure.add_gridspec(
        rows, columns, left=room, right=0.98, bottom=low, top=top - page.pt(0.25) / height,
        wspace=0.2, hspace=0.5,
    )  # fmt: skip
    for at, metric in enumerate(chosen):
        axes = figure.add_subplot(grid[at // columns, at % columns])
        for rank, (name, part) in enumerate(parts.items()):
            _curve(axes, part, x, metric, rank, name)
        quiet(axes, page)
        axes.set_xlim(table[x].min(), table[x].max())
        wide = page.width * (0.93 / columns - room)
        axes.set_title(
            "\n".join(fold(metric, page.pt(8), wide, 2, bold=metric == first)),
            size=page.pt(8), loc="left", weight="bold", color=INK,
        )  # fmt: skip
        if at >= len(chosen) - columns:
            axes.set_xlabel(x, size=page.pt(7.5), color=INK)
    if len(parts) > 1:
        figure.legend(
            *figure.axes[0].get_legend_handles_labels(),
            loc="lower left",
            bbox_to_anchor=(room, bottom),
            ncols=3,
            frameon=False,
            fontsize=page.pt(7.5),
        )
    return figure


def _by_point(part: pd.DataFrame, x: str, metric: str) -> tuple[Floats, list[Floats]]:
    """The places along the parameter, and the defined outcomes of the runs at each."""
    known = part[[x, metric]].dropna()
    groups = known.groupby(x, sort=True)[metric]
    return (
        np.array([at for at, _ in groups], np.float64),
        [values.to_numpy(np.float64) for _, values in groups],
    )


def _curve(axes: Axes, part: pd.DataFrame, x: str, metric: str, rank: int, name: str) -> None:
    at, found = _by_point(part, x, metric)
    if not len(at):
        return
    mean = np.array([values.mean() for values in found])
    error = np.array(
        [values.std(ddof=1) / np.sqrt(values.size) if values.size > 1 else 0.0 for values in found]
    )
    low, high = np.array([np.quantile(values, (0.05, 0.95)) for values in found]).T
    shade = colour(rank)
    axes.fill_between(at, low, high, color=shade, alpha=0.10, linewidth=0)
    axes.fill_between(
        at, mean - _CERTAIN * error, mean + _CERTAIN * error, color=shade, alpha=0.3, linewidth=0
    )
    line: dict[str, Any] = {
        "color": shade,
        "linestyle": _DASHES[rank % len(_DASHES)],
        "linewidth": 1.8,
    }
    axes.plot(at, mean, marker="o", markersize=3, label=name or "runs", **line)


def _finding(parts: dict[str, pd.DataFrame], x: str, chosen: list[str]) -> tuple[str, str]:
    """The metric that the parameter moves most, if it moves one by what matters, in words."""
    best, said = 0.0, ""
    first = ""
    for metric in chosen:
        for name, part in parts.items():
            at, found = _by_point(part, x, metric)
            if len(at) < 2:
                continue
            ends = found[0], found[-1]
            change = float(ends[1].mean() - ends[0].mean())
            spread = float(np.sqrt(np.mean([values.var() for values in found])))
            error = np.sqrt(sum(values.var() / max(1, values.size) for values in ends))
            size = abs(change) / spread if spread else np.inf * abs(change)
            if abs(change) < max(smallest_effect(spread, None), _CERTAIN * error) or not change:
                continue
            if size > best:
                where = f" ({name})" if name else ""
                way = "rises" if change > 0 else "falls"
                start, end = (number(float(values.mean())) for values in ends)
                best, first = size, metric
                said = f"{metric} {way} from {start} to {end} over {x}{where}"
    return said or f"Nothing here moves by what can be told over {x}", first


def _foot_text(result: Sweep, table: pd.DataFrame) -> str:
    arm = "" if result.plan.arm == "base" else f"; arm {result.plan.arm}"
    return (
        f"{result.title}{arm}; {plural(len(table), 'run')}, sweep {result.folder.name}. "
        "Effects within the model, not predictions."
    )
