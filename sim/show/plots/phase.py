"""Phase diagrams: what comes out over two parameters, where it turns, and how surely."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np
import numpy.typing as npt
from scipy.special import stdtrit

from sim.measure.summary import percent, plural
from sim.show.plots.style import INK, PAPER, SOFT, Page, colour, fold, framed, quiet
from sim.statistics.paired import smallest_effect
from sim.study.sensitivity.phase_diagram import Node, Phase
from sim.study.sensitivity.swept import phase_of
from sim.types import Floats
from sim.words.digits import number

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from sim.study.sweep import Sweep


_PANEL: Final = 4.3  # inches
_KEY: Final = 2.1
_LEAST_RUNS: Final = 3
_TINT: Final = 0.72
"""How far the colour of a phase is mixed with white where it holds barely more than the next."""


def draw_phase(result: Phase | Sweep, *, page: Page = PAPER, variable: str | None = None) -> Figure:
    """Draw the plane of two parameters; of a sweep, see :func:`swept.phase_of`.

    With phases, each has a colour, paler where fewer runs agree; lines are boundaries, hatching is
    where a test of signs cannot tell which phase leads. A metric without a level is shown by its
    mean, with contours. Small dots are the points that were run.

    Args:
        result: a phase diagram, or a finished sweep of two numbers over a grid.
        page: what it is drawn for.
        variable: of a sweep, what to look at.

    Raises:
        UserError: the sweep is no such grid, or has no such metric.
    """
    phase = result if isinstance(result, Phase) else phase_of(result, variable)
    tall = min(_PANEL * page.scale, page.height - 1.9 * page.scale)
    height = tall + 1.9 * page.scale
    size, said = (page.width, height), (_title(phase), _subtitle(phase), _foot_text(phase))
    figure, top, bottom = framed(size, page, *said)
    left, low = 0.75 * page.scale, bottom * height + 0.5 * page.scale
    wide = min(page.width - left - _KEY * page.scale, tall * 1.15)
    room = top * height - low - 0.1
    box = (left / page.width, low / height, wide / page.width, room / height)
    axes = figure.add_axes(box)
    edge = (left + wide + 0.15 * page.scale) / page.width
    if phase.phases:
        _phases(figure, axes, phase, edge, page)
    else:
        _surface(figure, axes, phase, edge, box, page)
    nodes = np.array([phase.at(node) for node in phase.values])
    axes.plot(nodes[:, 0], nodes[:, 1], ".", color=INK, markersize=1.3, alpha=0.55, zorder=4)
    quiet(axes, page)
    axes.grid(visible=False)
    x, y = _grid(phase)
    axes.set_xlim(x[0], x[-1])  # nothing was run beyond the nodes at the edge
    axes.set_ylim(y[0], y[-1])
    axes.set_xlabel(phase.x.name, size=page.pt(8), color=INK)
    axes.set_ylabel(phase.y.name, size=page.pt(8), color=INK)
    return figure


def _grid(phase: Phase) -> tuple[Floats, Floats]:
    columns, rows = phase.size
    return (
        np.linspace(phase.x.low, phase.x.high, columns),
        np.linspace(phase.y.low, phase.y.high, rows),
    )


def _half(places: Floats) -> float:
    return float(places[1] - places[0]) / 2.0


def _phases(figure: Figure, axes: Axes, phase: Phase, edge: float, page: Page) -> None:
    from matplotlib.colors import to_rgb

    x, y = _grid(phase)
    shares = phase.shares()
    order = np.sort(np.nan_to_num(shares), axis=0)
    lead = order[-1] - (order[-2] if len(order) > 1 else 0.0)
    largest = np.nan_to_num(shares).argmax(axis=0)
    colours = np.array([to_rgb(colour(k)) for k in range(len(phase.phases))])
    pale = (_TINT * (1.0 - np.clip(lead, 0.0, 1.0)))[..., None]
    axes.pcolormesh(x, y, colours[largest] * (1.0 - pale) + pale, shading="nearest", zorder=1)
    _boundaries(axes, x, y, largest)
    certain = phase.lattice(lambda node: float(phase.dominant(node)[2]))
    if (certain < 0.5).any() and min(certain.shape) > 1:
        axes.contourf(x, y, certain, levels=[-0.5, 0.5], colors="none", hatches=["////"], zorder=3)
    areas = phase.areas()
    shown = [k for k in range(len(phase.phases)) if areas[phase.phases[k]] > 0]
    rows = [(colour(k), phase.phases[k], percent(areas[phase.phases[k]])) for k in shown]
    _key(figure, rows, edge, page)


def _boundaries(axes: Axes, x: Floats, y: Floats, largest: npt.NDArray[np.intp]) -> None:
    """Lines between neighbouring nodes of different phases."""
    from matplotlib.collections import LineCollection

    dx, dy = _half(x), _half(y)
    lines = []
    rows, columns = np.nonzero(largest[:, 1:] != largest[:, :-1])
    for j, i in zip(rows, columns, strict=True):
        lines.append([(x[i] + dx, y[j] - dy), (x[i] + dx, y[j] + dy)])
    rows, columns = np.nonzero(largest[1:] != largest[:-1])
    for j, i in zip(rows, columns, strict=True):
        lines.append([(x[i] - dx, y[j] + dy), (x[i] + dx, y[j] + dy)])
    axes.add_collection(LineCollection(lines, colors=INK, linewidths=1.1, zorder=3))


def _key(figure: Figure, rows: list[tuple[str, str, str]], edge: float, page: Page) -> None:
    """The phases with their colours and their share of the plane, beside it."""
    width, height = figure.get_size_inches()
    room = width * (1.0 - edge) - 0.12 - 0.22 * page.scale
    size = page.pt(7.5)
    at = figure.axes[0].get_position().y1 * height
    for shade, name, share in [*rows, ("hatch", "not certain at 5% which leads", "")]:
        lines = fold(f"{name} ({share})" if share else name, size, room, 5)
        tall = 1.35 * size / 72.0 * len(lines)
        swatch: dict[str, Any] = {"facecolor": "white", "hatch": "////", "edgecolor": INK}
        if shade != "hatch":
            swatch = {"facecolor": shade, "edgecolor": "none"}
        figure.patches.append(
            _rectangle(figure, edge, (at - 0.13 * page.scale) / height, page, swatch)
        )
        figure.text(
            edge + 0.22 * page.scale / width,
            at / height,
            "\n".join(lines),
            size=size,
            color=INK,
            va="top",
            linespacing=1.2,
        )
        at -= tall + 0.1 * page.scale


def _rectangle(figure: Figure, left: float, bottom: float, page: Page, how: dict[str, Any]) -> Any:
    from matplotlib.patches import Rectangle

    width, height = figure.get_size_inches()
    side = 0.13 * page.scale
    return Rectangle(
        (left, bottom),
        side / width,
        side / height,
        transform=figure.transFigure,
        linewidth=0.5,
        **how,
    )


def _surface(
    figure: Figure,
    axes: Axes,
    phase: Phase,
    edge: float,
    box: tuple[float, float, float, float],
    page: Page,
) -> None:
    x, y = _grid(phase)
    mean = phase.lattice(lambda node: _mean(phase.values[node]))
    low, high = _range(phase, mean)
    drawn = axes.pcolormesh(
        x, y, mean, cmap="cividis", shading="nearest", zorder=1, vmin=low, vmax=high
    )
    apart = phase.lattice(lambda node: float(_stands_out(phase, node)))
    if (apart < 0.5).any() and min(apart.shape) > 1:
        axes.contourf(x, y, apart, levels=[-0.5, 0.5], colors="none", hatches=["////"], zorder=3)
    if (apart >= 0.5).any() and np.nanmax(mean) > np.nanmin(mean):
        lines = axes.contour(x, y, mean, levels=6, colors="white", linewidths=0.7, zorder=3)
        axes.clabel(lines, fontsize=page.pt(6.5))
    bar = figure.colorbar(drawn, cax=figure.add_axes((edge, box[1], 0.018, box[3])))
    bar.ax.tick_params(colors=SOFT, labelsize=page.pt(7), length=2)
    bar.outline.set_visible(False)


def _range(phase: Phase, mean: Floats) -> tuple[float, float]:
    """Ends of the colours: those of the means, but no narrower than what could matter.

    Four times the smallest effect that matters: means that differ by less have hardly two colours.
    """
    within = [float(np.nanvar(values)) for values in phase.values.values()]
    least = 4.0 * smallest_effect(float(np.sqrt(np.nanmean(within))), None)
    low, high = float(np.nanmin(mean)), float(np.nanmax(mean))
    more = max(0.0, least - (high - low)) / 2.0
    return low - more, high + more


def _stands_out(phase: Phase, node: Node) -> bool:
    """Whether the runs of a node differ from the mean of the plane, at 5% (t of the differences).

    The same lucks are run at every node, so a run is held against its own mean over the nodes.
    """
    known = np.stack([values for values in phase.values.values() if len(values) == _runs(phase)])
    here = phase.values[node]
    if len(here) != _runs(phase) or len(here) < _LEAST_RUNS:
        return False
    apart = here - np.nanmean(known, axis=0)
    apart = apart[~np.isnan(apart)]
    if apart.size < _LEAST_RUNS:
        return False
    error = float(apart.std(ddof=1)) / np.sqrt(apart.size)
    return bool(abs(apart.mean()) > stdtrit(apart.size - 1, 0.975) * error + 1e-12)


def _runs(phase: Phase) -> int:
    return max(len(values) for values in phase.values.values())


def _mean(values: npt.NDArray[Any]) -> float:
    known = values[~np.isnan(values)]
    return float(known.mean()) if known.size else float("nan")


def _title(phase: Phase) -> str:
    if not phase.phases:
        means = phase.table()["mean"]
        low, high = number(float(means.min())), number(float(means.max()))
        return f"{phase.metric}: {low} to {high} over {phase.x.name} and {phase.y.name}"
    areas = phase.areas()
    held = {name: area for name, area in areas.items() if area > 0}
    if len(held) == 1:
        return f"One phase over the whole plane: {next(iter(held))}"
    name = max(held, key=lambda phase_name: held[phase_name])
    return f"{len(held)} phases; '{name}' leads over {percent(held[name])} of the plane"


def _subtitle(phase: Phase) -> str:
    if not phase.phases:
        return (
            "Mean over the runs of each point, with contours. Hatched: not told from the mean of "
            "the plane at 5%. Dots: points that were run."
        )
    return (
        "Colour: the outcome that most runs of a point end in, paler where fewer agree. Lines: "
        "where it changes. Hatched: a test of signs cannot tell the first from the second at 5%. "
        "Dots: points that were run."
    )


def _foot_text(phase: Phase) -> str:
    runs = sum(len(values) for values in phase.values.values())
    made = "; ".join(
        f"{key} {value}" for key, value in phase.facts.items() if value and key != "spec_hash"
    )
    return (
        f"{plural(len(phase.values), 'point')}, {plural(runs, 'run')}; the same lucks at every "
        f"point{'; ' if made else ''}{made}. Frequencies within the model, not predictions."
    )
