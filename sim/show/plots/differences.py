"""What arms change, through time: paired differences with the bands of their intervals."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from sim.errors import UserError
from sim.measure.summary import plural
from sim.show.plots.style import INK, PAPER, Page, colour, fold, framed, quiet, text_width

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from sim.study.answer import Answer
    from sim.study.comparison import Comparison, MetricEffect

_PANELS: Final = 6
_ABREAST: Final = 2
_ARMS: Final = 8
_TALL: Final = 1.9  # a panel, in inches
_LEGEND: Final = 0.17  # a row of the legend, in inches


def draw_differences(
    comparison: Comparison, *, verdict: Answer | None = None, page: Page = PAPER
) -> Figure:
    """Draw the paired difference of the arms from the reference, a panel a metric.

    Lines are means over the paired runs, bands their 95% intervals. Without metrics of one's own,
    the six that differ most at the horizon are shown; of many arms the first eight. The title is a
    finding of ``verdict``, if it has one about what is shown.

    Raises:
        UserError: no metric varies through time.
    """
    arms = comparison.arms[:_ARMS]
    panels = _panels(comparison)
    if not panels:
        raise UserError("no metric varies through time: nothing to draw")
    columns = min(_ABREAST, len(panels))
    rows = -(-len(panels) // columns)
    width = page.width
    height = page.tall(rows * _TALL + 1.25 + _LEGEND * len(arms))
    figure, top, bottom = framed(
        (width, height),
        page,
        _title(comparison, panels, verdict),
        f"Difference of each arm from {comparison.reference}, run by run with the same draws and "
        "luck: mean and 95% interval.",
        f"{comparison.meta.title}. {plural(comparison.runs, 'paired run')} from seed "
        f"{comparison.meta.seed}, result {comparison.run_id}. Effects within the model, not "
        "predictions.",
        sources=comparison.meta.sources,
    )
    top -= _draw_legend(figure, comparison, top, page)
    tall = (top - bottom) / rows
    for at, metric in enumerate(panels):
        row, column = divmod(at, columns)
        axes = figure.add_axes(
            (
                column / columns + page.pt(0.5) / width,
                top - (row + 1) * tall + page.pt(0.25) / height,
                1.0 / columns - (page.pt(0.5) + 0.22) / width,
                tall - page.pt(0.52) / height,
            )
        )
        _draw_panel(axes, comparison, metric, page)
    return figure


def _panels(comparison: Comparison) -> list[str]:
    """The metrics to show: those that vary through time, the clearest first unless chosen."""
    strength: dict[str, float] = {}
    for arm in comparison.arms[:_ARMS]:
        for found in arm.metrics:
            if len(set(found.difference)) > 1:
                size = abs(found.effect.standardised or 0.0) if found.effect.clear else 0.0
                strength[found.metric] = max(size, strength.get(found.metric, 0.0))
    order = list(strength)
    if not comparison.chosen:
        order.sort(key=lambda metric: -strength[metric])
    return order[:_PANELS]


def _found(comparison: Comparison, metric: str) -> list[tuple[int, str, MetricEffect]]:
    """The effect of each arm that is shown on a metric, with the arm's rank and name."""
    return [
        (rank, arm.name, found)
        for rank, arm in enumerate(comparison.arms[:_ARMS])
        for found in arm.metrics
        if found.metric == metric
    ]


def _draw_panel(axes: Axes, comparison: Comparison, metric: str, page: Page) -> None:
    quiet(axes, page)
    quarters = comparison.ticks
    ticks = np.arange(len(quarters))
    axes.axhline(0.0, color=INK, linewidth=0.8)
    for rank, _, found in _found(comparison, metric):
        axes.fill_between(ticks, found.low, found.high, color=colour(rank), alpha=0.2, linewidth=0)
        axes.plot(ticks, found.difference, color=colour(rank), linewidth=1.6)
    years = [at for at, quarter in enumerate(quarters) if quarter.endswith("Q1")]
    if len(years) < 2:
        axes.set_xticks([0, int(ticks[-1])], [quarters[0], quarters[-1]])
    else:
        step = -(-len(years) // 6)
        axes.set_xticks(years[::step], [quarters[at][:4] for at in years[::step]])
    axes.set_xlim(0, max(1, int(ticks[-1])))
    axes.locator_params(axis="y", nbins=5)
    axes.ticklabel_format(axis="y", style="sci", scilimits=(-3, 4), useMathText=True)
    axes.yaxis.get_offset_text().set_fontsize(page.pt(7.0))
    room = axes.get_window_extent().width / axes.figure.dpi - page.pt(0.3)
    title = fold(metric, page.pt(8.5), room, 1, bold=True)[0]
    axes.set_title(title, size=page.pt(8.5), loc="right", weight="bold", color=INK)


def _draw_legend(figure: Figure, comparison: Comparison, top: float, page: Page) -> float:
    """Name the arms with their titles below the headline; return the height it takes, 0 to 1."""
    from matplotlib.lines import Line2D

    width, height = figure.get_size_inches()
    size = page.pt(7.5)
    hidden = len(comparison.arms) - _ARMS
    labels = []
    for rank, arm in enumerate(comparison.arms[:_ARMS]):
        label = arm.name if arm.title in ("", arm.name) else f"{arm.name}: {arm.title}"
        more = f" (and {hidden} more arms)" if hidden > 0 and rank == _ARMS - 1 else ""
        room = width - 0.7 - text_width(more, size)
        labels.append(fold(label, size, room, 1)[0] + more)
    columns = 2 if max(text_width(label, size) for label in labels) < width / 2 - 0.6 else 1
    figure.legend(
        [Line2D([], [], color=colour(rank), linewidth=2) for rank in range(len(labels))],
        labels,
        loc="upper left",
        bbox_to_anchor=(0.06 / width, top + 0.03 / height),
        ncols=columns,
        frameon=False,
        fontsize=size,
        borderaxespad=0.2,
        labelspacing=0.3,
        columnspacing=1.5,
    )
    return float((page.pt(_LEGEND) * -(-len(labels) // columns) + 0.06) / height)


def _title(comparison: Comparison, panels: list[str], verdict: Answer | None) -> str:
    """The finding that the verdict tells of a panel, if there is one; else what is shown."""
    if verdict is not None:
        for metric in panels:
            if (told := verdict.title_line(metric)) is not None:
                return told
    arms = plural(len(comparison.arms[:_ARMS]), "arm")
    return (
        f"What {arms} change{'s' if arms.startswith('1 ') else ''} against {comparison.reference}"
    )
