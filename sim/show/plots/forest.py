"""Claims as a forest plot: effects in standard deviations, turned so that right is as claimed."""

from __future__ import annotations

from textwrap import shorten
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import numpy.typing as npt

from sim.errors import UserError
from sim.measure.summary import percent, plural
from sim.show.plots.style import (
    GREY,
    INK,
    PALETTE,
    PAPER,
    SOFT,
    Page,
    fold,
    framed,
    text_width,
    write,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from sim.study.claim_tests import ClaimsReport
    from sim.study.verdicts import Verdict

COLOURS: Final = {
    "supported": PALETTE[0],
    "negligible": PALETTE[2],
    "contradicted": PALETTE[1],
    "undetermined": GREY,
    "open": PALETTE[3],
}
_GROUPS: Final = ("contradicted", "supported", "negligible", "undetermined", "open")
_LEFT, _RIGHT = 0.52, 0.62  # room for claims, of the width; for draws, in inches
_ROW: Final = 0.31
_TICKS: Final = (0.1, 0.5, 1.0, 2.0, 4.0, 8.0)
_FARTHEST: Final = 8.0


def draw_forest(report: ClaimsReport, *, page: Page = PAPER) -> Figure:
    """Draw the paired effect of every claim that was tested, grouped by verdict.

    Effects and intervals are in standard deviations of the metric over the runs. Claims of a fall
    are turned round, so that right of zero is as claimed; for ``unchanged`` a bracket is the margin
    and sides are those of the metric. Beyond eight deviations an arrow stands at the edge. On
    paper the figure is as tall as it has claims; on a slide the last ones may be left out.

    Raises:
        UserError: no claim was tested.
    """
    groups = {
        name: [found for found in report.verdicts if found.verdict == name and _can_draw(found)]
        for name in _GROUPS
    }
    groups = {name: found for name, found in groups.items() if found}
    if not groups:
        raise UserError("no claim was tested: nothing to draw")
    row = page.pt(_ROW)
    groups, hidden = _cut(groups, int((page.height - 1.7) / row)) if page.fixed else (groups, 0)
    rows = sum(len(found) + 1 for found in groups.values())
    width = page.width
    height = page.height if page.fixed else rows * row + 1.6
    figure, top, bottom = framed(
        (width, height),
        page,
        _title(report),
        "Paired effect of each claim in standard deviations of its metric over the runs, with 95% "
        "interval. Right of zero is as claimed; for 'unchanged' the bracket is the margin.",
        _foot_text(report, hidden),
    )
    low = bottom + page.pt(0.36) / height
    axes = figure.add_axes((_LEFT, low, 1.0 - _LEFT - page.pt(_RIGHT) / width, top - low))
    _frame(axes, rows, groups, page)
    at = 0
    ids = [found.claim.id for members in groups.values() for found in members]
    clashing = {name for name in ids if ids.count(name) > 1}
    for name, found in groups.items():
        _write(axes, at, f"{name} ({len(found)})", 8.5, page, color=COLOURS[name], weight="bold")
        for place, verdict in enumerate(found, start=at + 1):
            _draw_row(axes, place, verdict, COLOURS[name], clashing, page)
        at += len(found) + 1
    return figure


def _cut(groups: dict[str, list[Verdict]], room: int) -> tuple[dict[str, list[Verdict]], int]:
    """The claims that fit into so many rows with their headings, and how many are left out."""
    kept: dict[str, list[Verdict]] = {}
    for name, found in groups.items():
        if room >= 2:
            kept[name] = found[: room - 1]
            room -= len(kept[name]) + 1
    total = sum(map(len, groups.values()))
    return kept, total - sum(map(len, kept.values()))


def _write(axes: Axes, at: float, text: str, size: float, page: Page, **more: Any) -> None:
    """Write at the left edge of the figure, beside a row."""
    left = -_LEFT * page.width + 0.12 + more.pop("indent", 0.0)
    write(axes, text, (0.0, at), (left * 72.0, 0), page.pt(size), va="center", **more)


def _can_draw(found: Verdict) -> bool:
    return found.effect is not None and found.effect.runs > 0


def _scaled(found: Verdict) -> tuple[float, float, float]:
    """Difference, low and high in standard deviations, turned so that right is as claimed."""
    effect = found.effect
    if effect is None:
        return 0.0, 0.0, 0.0
    spread = effect.spread or abs(effect.difference) or 1.0
    values = [effect.difference / spread, effect.low / spread, effect.high / spread]
    if found.claim.direction in ("lower", "not_higher"):
        values = [-values[0], -values[2], -values[1]]
    return values[0], values[1], values[2]


def _frame(axes: Axes, rows: int, groups: dict[str, list[Verdict]], page: Page) -> None:
    """Axes whose scale is the square root of the effect: small and large ones can both be read."""

    def forward(x: npt.NDArray[Any]) -> npt.NDArray[Any]:
        root: npt.NDArray[Any] = np.sign(x) * np.sqrt(np.abs(x))
        return root

    def inverse(x: npt.NDArray[Any]) -> npt.NDArray[Any]:
        square: npt.NDArray[Any] = np.sign(x) * np.square(x)
        return square

    ends = [abs(x) for found in groups.values() for verdict in found for x in _scaled(verdict)]
    edge = min(_FARTHEST, max(0.5, *ends)) * 1.15
    axes.set_xscale("function", functions=(forward, inverse))
    shown = [x for x in _TICKS if x <= edge and (x > 0.1 or edge < 4.0)]
    ticks = [-x for x in reversed(shown)] + [0.0, *shown]
    axes.set_xticks(ticks, [f"{x:g}" for x in ticks])
    axes.set_xlim(-edge, edge)
    axes.set_ylim(rows - 0.3, -0.7)
    axes.set_yticks([])
    for side in ("top", "right", "left"):
        axes.spines[side].set_visible(False)
    axes.spines["bottom"].set_color("#BBBBBB")
    axes.tick_params(colors=SOFT, labelsize=page.pt(7.0), length=3)
    axes.grid(axis="x", color="#EEEEEE", linewidth=0.8)
    axes.set_axisbelow(True)
    axes.axvline(0.0, color=INK, linewidth=0.8)
    axes.set_xlabel(
        "against  <  standard deviations (square-root scale)  >  as claimed",
        size=page.pt(7.0),
        color=SOFT,
    )
    write(axes, "draws", (1.0, -0.0), (8, 0), page.pt(7.0), color=SOFT, va="center")


def _draw_row(
    axes: Axes, at: int, found: Verdict, shade: str, clashing: set[str], page: Page
) -> None:
    middle, low, high = _scaled(found)
    edge = float(axes.get_xlim()[1])
    if abs(middle) > edge:
        axes.plot([np.sign(middle) * edge * 0.985], [at], ">" if middle > 0 else "<", color=shade)
    else:
        axes.plot([max(low, -edge), min(high, edge)], [at, at], color=shade, linewidth=1.8)
        axes.plot([middle], [at], "o", color=shade, markersize=5)
    effect = found.effect
    if found.margin is not None and effect is not None and effect.spread > 0:
        margin = found.margin / effect.spread
        axes.plot([-margin, margin], [at, at], "|", color=INK, markersize=8, markeredgewidth=0.9)
    name = found.claim.id
    if name in clashing:
        name += f" ({shorten(found.claim.scenario, 20, placeholder='..')})"
    indent = max(page.pt(0.34), text_width(name, page.pt(7.0), bold=True) + 0.08)
    text = f"{found.claim.text} ({found.claim.direction.replace('_', ' ')})"
    lines = fold(text, page.pt(7.0), _LEFT * page.width - indent - 0.2, 2)
    _write(axes, at, name, 7.0, page, weight="bold", color=INK)
    _write(axes, at, "\n".join(lines), 7.0, page, color=INK, indent=indent, linespacing=1.1)
    if found.holds is not None:
        said = percent(found.holds)
        write(axes, said, (1.0, at), (8, 0), page.pt(7.0), va="center", color=INK)


def _title(report: ClaimsReport) -> str:
    tested = [found for found in report.verdicts if found.verdict in _GROUPS[:4]]
    supported = report.count("supported")
    contradicted = report.count("contradicted")
    return (
        f"{supported} of {plural(len(tested), 'claim')} supported, {report.count('negligible')} "
        f"negligible, {contradicted} contradicted, {report.count('undetermined')} undetermined"
    )


def _foot_text(report: ClaimsReport, hidden: int) -> str:
    runs = "; ".join(
        f"{name}: {plural(n, 'paired run')} from seed {report.seeds[name]}"
        for name, n in report.runs.items()
    )
    pending = report.count("pending")
    waiting = f" {plural(pending, 'claim')} pending, not shown." if pending else ""
    waiting += f" {plural(hidden, 'more claim')} not shown." if hidden else ""
    return (
        f"{runs}. Result {report.run_id}.{waiting} Draws: share of the runs in which the direction "
        "holds. Effects within the model, not predictions."
    )
