"""How well alliances were foreseen: who ranks best, and do probabilities mean what they say?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from sim.measure.summary import plural
from sim.show.plots.style import (
    GREY,
    INK,
    PALETTE,
    PAPER,
    SOFT,
    Page,
    colour,
    foot,
    headline,
    new_figure,
    quiet,
    text_width,
)
from sim.study.hindcast.cases import POOLED
from sim.study.hindcast.result import TARGET_NAMES
from sim.words.of_decisions import listed

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from sim.study.hindcast.result import Hindcast, Row

_SERIES: Final = (("onset", "pair"), ("onset", "event"), ("ending", "pair"))
_NAMES: Final = ("onsets", "onsets, each treaty event as one", "endings")
_ABREAST: Final = 2
_LEAST: Final = 5e-4  # the edge of the logit axes, where rarer is drawn


def draw_auc(found: Hindcast, *, page: Page = PAPER) -> Figure:
    """Draw how well each model ranks onsets and endings, all origins pooled, with 90% intervals."""
    cases = found.cases()
    horizon, target = cases[0]
    best = _best(found, horizon, target)
    title = (
        f"{best} ranks onsets best: {TARGET_NAMES[target].lower()} after {plural(horizon, 'year')}"
        if best
        else "No onset to rank"
    )
    tall = 0.62 + 0.26 * len(found.models)
    figure, panels, bottom = _sheet(
        found,
        title,
        "Area under the ROC curve: how often a pair with the event has the greater probability "
        "than one without; 0.5 is chance. Lines: 90% of bootstraps of treaty events.",
        tall,
        page,
        names=True,
    )
    for axes, case in zip(panels, cases, strict=True):
        place = {"origin": POOLED, "horizon": case[0], "target": case[1]}
        for at, (part, weight) in enumerate(_SERIES):
            rows = found.find("scores", **place, part=part, weight=weight)
            _dots(axes, found, rows, at, page)
        axes.axvline(0.5, color=GREY, linewidth=0.8, linestyle=":")
        axes.set_xlim(0.0, 1.0)
        axes.set_ylim(len(found.models) - 0.5, -0.5)
        axes.set_yticks(range(len(found.models)), found.models)
        axes.grid(visible=False)
        _name(axes, case, page)
    _legend(figure, list(zip(_NAMES, PALETTE, strict=False)), bottom, page)
    return figure


def draw_reliability(found: Hindcast, *, page: Page = PAPER) -> Figure:
    """Draw how often pairs were tied against the probability that each model gave, origins pooled.

    Both axes in log odds, as alliances are rare and mostly stay. Only bins with at least ten pairs.
    """
    cases = found.cases()
    models = [name for name in found.models if name != "persistence"]
    figure, panels, bottom = _sheet(
        found,
        "Do probabilities mean what they say?",
        "Share of the pairs that are tied at the horizon, by the probability that the model gave. "
        "On the dotted line they agree; below it the model says too much.",
        2.5,
        page,
        names=False,
    )
    ticks = [0.001, 0.01, 0.1, 0.5, 0.9, 0.99, 0.999]
    for axes, case in zip(panels, cases, strict=True):
        place = {"origin": POOLED, "horizon": case[0], "target": case[1], "part": "all"}
        for at, model in enumerate(models):
            rows = found.find("reliability", **place, weight="pair", model=model)
            points = np.array(
                [(row["predicted"], row["actual"]) for row in rows if row["n"] >= 10], float
            ).reshape(-1, 2)
            x, y = np.clip(points, _LEAST, 1 - _LEAST).T
            axes.plot(x, y, "o-", color=colour(at), markersize=3, linewidth=1.0, clip_on=False)
        axes.plot([_LEAST, 1 - _LEAST], [_LEAST, 1 - _LEAST], ":", color=GREY, linewidth=0.8)
        for axis, set_scale in ((axes.xaxis, axes.set_xscale), (axes.yaxis, axes.set_yscale)):
            set_scale("logit")
            axis.set_minor_locator(_nothing())
            axis.set_ticks(ticks, [f"{tick:g}" for tick in ticks])
        axes.set_xlim(_LEAST, 1 - _LEAST)
        axes.set_ylim(_LEAST, 1 - _LEAST)
        _name(axes, case, page)
    _legend(figure, [(name, colour(at)) for at, name in enumerate(models)], bottom, page)
    return figure


def _best(found: Hindcast, horizon: int, target: str) -> str | None:
    """The model that ranks onsets of pairs best."""
    place = {"origin": POOLED, "horizon": horizon, "target": target, "part": "onset"}
    rows = [row for row in found.find("scores", **place, weight="pair") if row["auc"] is not None]
    return max(rows, key=lambda row: row["auc"])["model"] if rows else None


def _dots(axes: Axes, found: Hindcast, rows: list[Row], at: int, page: Page) -> None:
    for row in rows:
        if row["auc"] is None:
            continue
        y = found.models.index(row["model"]) + 0.22 * (at - 1)
        if row["auc_low"] is not None:
            axes.plot([row["auc_low"], row["auc_high"]], [y, y], color=PALETTE[at], linewidth=1.2)
        axes.plot([row["auc"]], [y], "o", color=PALETTE[at], markersize=page.pt(3.2))


def _sheet(
    found: Hindcast, title: str, subtitle: str, tall: float, page: Page, *, names: bool
) -> tuple[Figure, list[Axes], float]:
    """A figure with a panel for each horizon and target, and where its foot ends."""
    cases = found.cases()
    columns = min(_ABREAST, len(cases))
    rows = -(-len(cases) // columns)
    width, height = page.width, page.tall(rows * tall + 1.35)
    figure = new_figure(width, height, page)
    top = headline(figure, title, subtitle, page)
    origins = listed(
        [str(year) for year in sorted({y for h, _ in cases for y in found.origins(h)})]
    )
    first, last = found.train
    text = f"Origins {origins}, pooled; learnt from {first} to {last}. Result {found.run_id}."
    bottom = foot(figure, text, (), page)
    base = bottom + page.pt(0.3) / height  # the legend stands between
    left = page.pt(0.5)
    if names:
        left = max(text_width(name, page.pt(7.5)) for name in found.models) + 0.2
    panels = []
    for at in range(len(cases)):
        row, column = divmod(at, columns)
        high = (top - base) / rows
        panels.append(
            figure.add_axes(
                (
                    column / columns + left / width,
                    top - (row + 1) * high + page.pt(0.25) / height,
                    1.0 / columns - (left + 0.2) / width,
                    high - page.pt(0.55) / height,
                )
            )
        )
        quiet(panels[-1], page)
    return figure, panels, bottom


def _name(axes: Axes, case: tuple[int, str], page: Page) -> None:
    title = f"{TARGET_NAMES[case[1]]}, {plural(case[0], 'year')}"
    axes.set_title(title, loc="left", size=page.pt(8), color=INK, weight="bold", pad=4)


def _legend(figure: Figure, names: list[tuple[str, str]], bottom: float, page: Page) -> None:
    width, height = figure.get_size_inches()
    at, y = 0.12, bottom + page.pt(0.12) / height
    for name, shade in names:
        figure.text(at / width, y, "●", size=page.pt(6), color=shade, va="center")
        figure.text((at + page.pt(0.12)) / width, y, name, size=page.pt(7), color=SOFT, va="center")
        at += page.pt(0.12) + text_width(name, page.pt(7)) + 0.16


def _nothing() -> Any:
    from matplotlib.ticker import NullLocator

    return NullLocator()
