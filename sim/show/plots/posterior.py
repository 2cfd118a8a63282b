"""A calibration: what the targets say of each parameter, and how near the model comes to them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from sim.measure.summary import plural
from sim.show.plots.style import GREY, INK, PALETTE, PAPER, SOFT, Page, fold, framed, quiet, write
from sim.study.calibrate.posterior import IDENTIFIED

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from sim.study.calibrate import Calibration, Estimate, Fit

PRIOR, FOUND, DECLARED = "#DDDDDD", PALETTE[0], PALETTE[1]
_COLUMNS: Final = 3
_BINS: Final = 14
_LIMIT: Final = 4.5


def draw_posterior(calibration: Calibration, *, page: Page = PAPER) -> Figure:
    """Draw prior and posterior of each parameter, with the declared default.

    Bars are the weighted points of the last generation, the grey outline the prior; the thick line
    below is the middle 90 % of the posterior with its median.
    """
    rows = -(-len(calibration.estimates) // _COLUMNS)
    width, height = page.width, page.tall(1.3 * rows + 1.15)
    told = [row for row in calibration.estimates if row.identified]
    figure, top, bottom = framed(
        (width, height),
        page,
        f"The targets narrow {len(told)} of {plural(len(calibration.estimates), 'parameter')}",
        "Posterior (bars) against prior (grey area), and the declared default (orange). The line "
        "below is the middle 90 % with its median, the number its width relative to the prior's. "
        f"Grey: hardly narrower than the prior (above {IDENTIFIED:.0%}).",
        _foot(calibration),
    )
    grid = figure.add_gridspec(
        rows,
        _COLUMNS,
        left=0.04,
        right=0.98,
        bottom=bottom + page.pt(0.28) / height,
        top=top - page.pt(0.26) / height,
        hspace=0.6,
        wspace=0.14,
    )
    for at, row in enumerate(calibration.estimates):
        _parameter(figure.add_subplot(grid[divmod(at, _COLUMNS)]), calibration, row, page)
    return figure


def _parameter(axes: Axes, calibration: Calibration, row: Estimate, page: Page) -> None:
    (prior,) = (prior for prior in calibration.targets.priors if prior.name == row.name)
    posterior = calibration.posterior
    values = posterior.points[:, posterior.parameters.index(row.name)]
    shade = FOUND if row.identified else GREY
    quiet(axes, page)
    axes.grid(visible=False)
    edges = np.linspace(prior.low, prior.high, _BINS + 1)
    heights, _ = np.histogram(values, edges, weights=posterior.weights, density=True)
    axes.fill_between(*_density(calibration, row.name), color=PRIOR, linewidth=0, zorder=1)
    axes.bar(edges[:-1], heights, np.diff(edges), align="edge", color=shade, alpha=0.75, zorder=2)
    peak = max(heights.max(), 1.0 / (prior.high - prior.low))
    axes.axvline(row.default, color=DECLARED, linewidth=1.4, zorder=3)
    axes.plot([row.low, row.high], [-0.13 * peak] * 2, color=shade, linewidth=3, zorder=3)
    axes.plot([row.median], [-0.13 * peak], "o", color="white", mec=shade, ms=4.5, zorder=4)
    axes.set_ylim(-0.25 * peak, 1.1 * peak)
    axes.set_xlim(prior.low, prior.high)
    axes.set_yticks([])
    axes.spines["left"].set_visible(False)
    axes.locator_params(axis="x", nbins=5)
    axes.tick_params(labelsize=page.pt(6.5))
    ink = INK if row.identified else GREY
    axes.set_title(row.name, loc="left", size=page.pt(7.5), color=ink, weight="bold", pad=4)
    axes.set_title(f"{row.width:.0%}", loc="right", size=page.pt(7), color=ink, pad=4)


def _density(calibration: Calibration, name: str) -> tuple[tuple[float, ...], tuple[float, ...]]:
    (prior,) = (prior for prior in calibration.targets.priors if prior.name == name)
    width = prior.high - prior.low
    if prior.kind == "uniform":
        return (prior.low, prior.high), (1.0 / width, 1.0 / width)
    return (prior.low, prior.mode, prior.high), (0.0, 2.0 / width, 0.0)


def draw_fit(calibration: Calibration, *, page: Page = PAPER) -> Figure:
    """Draw how far the model lies from each target, before and after, in units of its uncertainty.

    The band is the interval of the targets, 90 % of what is thought possible; beyond the edge an
    arrow says that a figure lies further off.
    """
    fits = sorted(calibration.fits, key=lambda fit: not fit.target.held_in)
    held_in = sum(fit.target.held_in for fit in fits)
    lines = len(fits) + (2 if held_in < len(fits) else 1)
    width, height = page.width, page.tall(0.3 * lines + 1.45)
    gain, error = calibration.gain
    verdict = "better" if calibration.better else "no better beyond the noise of the seeds"
    figure, top, bottom = framed(
        (width, height),
        page,
        f"Calibrated, the model fits {verdict}: distance {calibration.before.mean():.2f} as "
        f"declared, {calibration.after.mean():.2f} calibrated",
        "Deviation from each target in units of its uncertainty; in the band it is met. Means "
        f"over {plural(len(calibration.before), 'fresh seed')}; the distance falls by {gain:.2f} "
        f"(± {2 * error:.2f}).",
        f"{_foot(calibration)} * a default was once set by hand with this target in view.",
    )
    low = bottom + page.pt(0.4) / height
    left = 0.5
    axes = figure.add_axes((left, low, 0.97 - left, top - low - page.pt(0.2) / height))
    quiet(axes, page)
    axes.grid(visible=False)
    axes.axvspan(-1.645, 1.645, color="#EEF3F7", linewidth=0, zorder=0)
    axes.axvline(0.0, color="#BBBBBB", linewidth=0.8, zorder=1)
    at = 0
    for name, wanted in (("held in: fitted", True), ("held out: not seen by the fit", False)):
        members = [fit for fit in fits if fit.target.held_in == wanted]
        if not members:
            continue
        _label(axes, at, name, page, weight="bold", color=SOFT)
        for fit in members:
            at += 1
            _target(axes, at, fit, page)
        at += 1
    axes.set_ylim(at - 0.4, -0.7)
    axes.set_xlim(-_LIMIT, _LIMIT)
    axes.set_yticks([])
    axes.spines["left"].set_visible(False)
    axes.tick_params(labelsize=page.pt(6.5))
    axes.set_xlabel("standard deviations of the target", size=page.pt(7.5), color=SOFT, labelpad=2)
    _legend(axes, page)
    return figure


def _target(axes: Axes, at: int, fit: Fit, page: Page) -> None:
    text = fit.target.title + (" *" if fit.target.by_hand else "")
    _label(axes, at, text, page, color=INK)
    before, after = (fit.target.deviation(value) for value in (fit.before, fit.after))
    ends = [fit.target.deviation(value) for value in (fit.low, fit.high)]
    axes.plot(np.clip(ends, -_LIMIT, _LIMIT), [at, at], color=FOUND, alpha=0.3, linewidth=5)
    axes.annotate(
        "",
        (np.clip(after, -_LIMIT, _LIMIT), at),
        (np.clip(before, -_LIMIT, _LIMIT), at),
        arrowprops={"arrowstyle": "-", "color": GREY, "linewidth": 0.8},
    )
    for value, shade, form in ((before, DECLARED, "D"), (after, FOUND, "o")):
        if abs(value) <= _LIMIT:
            axes.plot([value], [at], form, color=shade, ms=5, zorder=4)
            continue
        side = np.sign(value)
        axes.plot([side * 0.97 * _LIMIT], [at], ">" if side > 0 else "<", color=shade, ms=5.5)
        how = {"xycoords": "data", "ha": "right" if side > 0 else "left", "va": "bottom"}
        place = (side * 0.94 * _LIMIT, at)
        write(axes, f"{value:+.1f}", place, (-2 * side, 2), page.pt(6.5), color=shade, **how)


def _label(axes: Axes, at: float, text: str, page: Page, **more: Any) -> None:
    lines = fold(text, page.pt(7.5), 0.49 * page.width, 1)
    left = -(0.5 * page.width - 0.12) * 72.0
    write(axes, lines[0], (0.0, at), (left, 0), page.pt(7.5), va="center", **more)


def _legend(axes: Axes, page: Page) -> None:
    from matplotlib.lines import Line2D

    entries = (
        Line2D([], [], marker="D", color=DECLARED, ls="", ms=5, label="as declared"),
        Line2D([], [], marker="o", color=FOUND, ls="", ms=5, label="calibrated"),
        Line2D([], [], color=FOUND, alpha=0.3, lw=5, label="points of the posterior, 90 %"),
    )
    axes.legend(
        handles=entries,
        loc="lower right",
        bbox_to_anchor=(1.0, 1.0),
        ncols=3,
        frameon=False,
        fontsize=page.pt(7),
        handletextpad=0.6,
        columnspacing=1.2,
        borderaxespad=0.1,
    )


def _foot(calibration: Calibration) -> str:
    posterior = calibration.posterior
    return (
        f"{calibration.targets.title}. {plural(len(posterior.points), 'point')} (worth "
        f"{posterior.effective:.0f}) of {posterior.evaluations} evaluations, last threshold "
        f"{posterior.epsilons[-1]:.2f}."
    )
