"""The answer drawn: sizes with their intervals beside random choice, and paths with and without."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

import numpy as np

from sim.errors import UserError
from sim.show.plots.style import GREY, INK, PAPER, SOFT, Page, colour, fold, framed, quiet
from sim.study.answer.result import RANDOM, TOLD
from sim.words.of_decisions import capital

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from sim.study.answer import Answer, Row

NARROW: Final = Page("narrow", 4.6, 9.4, fixed=False, scale=1.0, dpi=200)
"""Half of a page's text, or a telephone."""

_ROW: Final = 0.52  # inches
_PANEL: Final = 1.75
_PANELS: Final = 2
_YEAR: Final = 4


def draw_sizes(answer: Answer, *, page: Page = PAPER) -> Figure:
    """Draw each effect with its interval, in smallest effects that matter, beside random choice.

    The title is the finding, if there is one; else it says what is shown.

    Raises:
        UserError: no metric is defined.
    """
    rows = [row for row in answer.shown if row.effect.runs and row.smallest > 0]
    if not rows:
        raise UserError("no metric is defined: nothing to draw")
    height = page.tall(_ROW * len(rows) + 1.75)
    finding = answer.finding
    figure, top, bottom = framed(
        (page.width, height),
        page,
        f"{answer.subject} {finding.said} by {finding.size}"
        if finding is not None
        else f"How much changes: {answer.subject.rstrip(',')}",
        "Dots: with it less without it, in smallest effects that matter (the grey band), with 95% "
        "intervals. Hollow: the same when states choose at random.",
        _about(answer),
    )
    left = page.pt(1.75 if page.width < PAPER.width else 2.3) / page.width
    low = bottom + page.pt(0.36) / height
    axes = figure.add_axes((left, low, 0.97 - left, top - low))
    axes.axvspan(-1.0, 1.0, color="#EEEEEE", linewidth=0)
    axes.axvline(0.0, color=GREY, linewidth=0.8)
    room = left * page.width - 0.2
    for at, row in enumerate(reversed(rows)):
        shade = colour(0) if row.status == TOLD else SOFT
        effect = row.effect
        _mark(
            axes, at + 0.12, (effect.difference, effect.low, effect.high), row, shade, hollow=False
        )
        if not math.isnan(row.random):
            null = (row.random, row.random_low, row.random_high)
            _mark(axes, at - 0.16, null, row, GREY, hollow=True)
        words = "\n".join(fold(capital(row.name), page.pt(7.5), room, 3))
        axes.text(
            -0.02, at, words, size=page.pt(7.5), ha="right", va="center", color=INK,
            transform=axes.get_yaxis_transform(), linespacing=1.1,
        )  # fmt: skip
    axes.set_ylim(-0.6, len(rows) - 0.4)
    axes.set_yticks([])
    quiet(axes, page)
    axes.spines["left"].set_visible(False)
    axes.grid(visible=False)
    axes.set_xlabel("smallest effects that matter", size=page.pt(7.5), color=SOFT)
    return figure


def _mark(
    axes: Axes, at: float, bounds: tuple[float, float, float], row: Row, shade: str, *, hollow: bool
) -> None:
    middle, low, high = (x / row.smallest for x in bounds)
    axes.plot((low, high), (at, at), color=shade, linewidth=1.4, solid_capstyle="butt")
    face = "white" if hollow else shade
    axes.plot(middle, at, "o", color=shade, markerfacecolor=face, markersize=4.5)


def draw_paths(answer: Answer, *, page: Page = PAPER) -> Figure:
    """Draw the first findings through time, with what is asked about and without it.

    Raises:
        UserError: no metric has a path.
    """
    ranked = sorted(answer.shown, key=lambda row: (row.status != TOLD, row.status != RANDOM))
    rows = [row for row in ranked if row.paths and np.ptp(row.paths[0][0]) > 0][:_PANELS]
    if not rows:
        raise UserError("no metric varies through time: nothing to draw")
    height = page.tall(_PANEL * len(rows) + 1.5)
    told = rows[0].status == TOLD
    figure, top, bottom = framed(
        (page.width, height),
        page,
        f"{answer.subject} {rows[0].said}, from {answer.begins} on"
        if told
        else f"{capital(rows[0].name)} with and without it, through time",
        "Mean of the runs, band of 90% of them. Upright: when the arms first differ.",
        _about(answer),
    )
    tall = (top - bottom) / len(rows)
    start = _quarter(answer.start)
    for at, row in enumerate(rows):
        axes = figure.add_axes(
            (
                page.pt(0.5) / page.width,
                top - (at + 1) * tall + page.pt(0.24) / height,
                0.97 - page.pt(0.5) / page.width,
                tall - page.pt(0.5) / height,
            )
        )
        _draw_path(axes, answer, row, start, page, legend=at == 0)
    return figure


def _draw_path(
    axes: Axes, answer: Answer, row: Row, start: int, page: Page, *, legend: bool
) -> None:
    when = start + np.arange(len(row.paths[0][0]))
    for arm, label, shade in zip(
        row.paths, ("with it", "without it"), (colour(0), GREY), strict=True
    ):
        mean, low, high = (np.array(line) for line in arm)
        axes.fill_between(when, low, high, color=shade, alpha=0.18, linewidth=0)
        axes.plot(when, mean, color=shade, linewidth=1.8, label=label)
    axes.axvline(_quarter(answer.begins), color=SOFT, linewidth=0.8, linestyle=":")
    axes.set_title(capital(row.name), size=page.pt(8.0), loc="left", color=INK)
    years = [int(x) for x in when if x % _YEAR == 0]
    step = max(1, -(-len(years) // 8))
    axes.set_xticks(years[::step], [str(x // _YEAR) for x in years[::step]])
    axes.set_xlim(when[0], when[-1])
    quiet(axes, page)
    if legend:
        axes.legend(frameon=False, fontsize=page.pt(7.5), loc="best", labelcolor=INK)


def _quarter(text: str) -> int:
    year, _, part = text.partition("Q")
    return int(year) * _YEAR + int(part) - 1


def _about(answer: Answer) -> str:
    return f"{answer.title}. {answer.surety()}"
