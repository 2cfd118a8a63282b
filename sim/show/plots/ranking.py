"""What findings depend on: factors by their share of the variance, and who is luck in it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

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
    foot,
    headline,
    new_figure,
    quiet,
    text_width,
    write,
)
from sim.study.sensitivity.designs import MATTERS
from sim.study.sensitivity.factors import REST
from sim.study.sensitivity.findings import in_a_line
from sim.study.sensitivity.result import drowned
from sim.words.digits import number

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from sim.study.sensitivity.luck import Parts
    from sim.study.sensitivity.result import Ranked, SensitivityReport

TOTAL, LUCK = PALETTE[0], PALETTE[4]
OUTCOMES: Final = {
    "survives": PALETTE[2],
    "leans": PALETTE[4],
    "open": GREY,
    "reverses": PALETTE[1],
    "": GREY,
}
_SHOWN: Final = 7
_ROW, _BAR, _GAP, _HEAD = 0.19, 0.24, 0.44, 0.5  # heights in inches
_LABELS: Final = 2.35  # width of the names, in inches
_FOOT: Final = 0.35
_ROOM: Final = 20.0  # height in inches on which the head is tried out
_NUMBERS: Final = 0.95  # of the column of numbers


def draw_ranking(report: SensitivityReport, *, page: Page = PAPER) -> Figure:
    """Draw, for each finding, the share of the variance that each factor makes, the largest first.

    Bars are total Sobol' indices with 95% intervals, dots first-order ones; on the right is the
    place in the screening. The strip below is the variance of one run: numbers and luck.

    Raises:
        UserError: there is no finding.
    """
    if not report.findings:
        raise UserError("no finding: nothing to draw")
    subtitle = _subtitle()
    head = _ROOM * (1.0 - headline(new_figure(page.width, _ROOM), _title(report), subtitle, page))
    shown = list(report.findings)
    while page.fixed and len(shown) > 1 and head + _tall(shown, report, page) > page.height:
        shown.pop()
    height = head + _tall(shown, report, page)
    height = max(height, page.height) if page.fixed else height
    figure = new_figure(page.width, height, page)
    headline(figure, _title(report), subtitle, page)
    foot(figure, _foot_text(report, len(report.findings) - len(shown)), (), page)
    at = height - head
    for ranked in shown:
        part = _bars_of(ranked, report)
        at -= _HEAD * page.scale
        _heading(figure, ranked, at, page)
        tall = max(1, len(part)) * _ROW * page.scale
        at -= tall
        if part:
            _bars(figure.add_axes(_box(figure, at, tall)), part, page)
        else:
            said = "Luck drowns the shares of variance: they rank nothing."
            place = _LABELS / page.width, (at + tall / 2) / height
            figure.text(*place, said, size=page.pt(7.5), color=SOFT, va="center", style="italic")
        at -= (0.08 + _BAR) * page.scale
        _strip(figure, ranked.parts, at, page)
        at -= _GAP * page.scale
    return figure


def _bars_of(ranked: Ranked, report: SensitivityReport) -> list[dict[str, Any]]:
    """The bars of a panel; none where luck drowns them."""
    return [] if drowned(ranked, report.lucks) else _rows(ranked)


def _tall(shown: list[Ranked], report: SensitivityReport, page: Page) -> float:
    """The height of the panels of some findings, with the foot, in inches."""
    rows = [max(1, len(_bars_of(ranked, report))) for ranked in shown]
    return (sum(_HEAD + n * _ROW + 0.08 + _BAR + _GAP for n in rows) + _FOOT) * page.scale


def _box(figure: Figure, bottom: float, tall: float) -> tuple[float, float, float, float]:
    width, height = figure.get_size_inches()
    return (_LABELS / width, bottom / height, 1 - (_LABELS + _NUMBERS) / width, tall / height)


def _rows(ranked: Ranked) -> list[dict[str, Any]]:
    """The factors of a panel, the largest first; the rest of all numbers is always among them."""
    table = ranked.indices.table.sort_values("rank")
    rows: list[Any] = table.to_dict("records")
    shown = rows[:_SHOWN]
    shown += [row for row in rows[_SHOWN:] if row["factor"] in REST]
    places = {}
    if ranked.screening is not None:
        places = dict(zip(ranked.screening["factor"], ranked.screening["rank"], strict=True))
    return [{**row, "place": places.get(row["factor"])} for row in shown]


def _heading(figure: Figure, ranked: Ranked, bottom: float, page: Page) -> None:
    """Name, text and outcome of a finding above its panel."""
    width, height = figure.get_size_inches()
    survives = ranked.robustness
    outcome = survives.outcome if survives else ""
    room = width - 0.24
    said = "" if survives is None else f"{survives.text}."
    named = ranked.claim.text
    if ranked.name not in (named, ranked.claim.metric):
        named = f"{ranked.name}: {named}"
    (claim,) = fold(named, page.pt(8.5), room, 1, bold=True)
    measured = in_a_line(ranked.claim) if in_a_line(ranked.claim) != named else ""
    verdict = " ".join(fold(said, page.pt(7.5), room * 0.66, 1, bold=True))
    left = room - text_width(verdict, page.pt(7.5), bold=True) - 0.15
    below = " ".join(fold(measured, page.pt(6.5), left, 1))
    place: dict[str, Any] = {"va": "bottom", "linespacing": 1.2}
    base = bottom / height
    step = page.scale / height
    figure.text(
        0.12 / width,
        base + 0.27 * step,
        claim,
        size=page.pt(8.5),
        weight="bold",
        color=INK,
        **place,
    )
    figure.text(0.12 / width, base + 0.08 * step, below, size=page.pt(6.5), color=SOFT, **place)
    figure.text(
        1.0 - 0.12 / width,
        base + 0.08 * step,
        verdict,
        size=page.pt(7.5),
        weight="bold",
        color=OUTCOMES[outcome],
        ha="right",
        **place,
    )


def _bars(axes: Axes, rows: list[dict[str, Any]], page: Page) -> None:
    """Total indices as bars with whiskers, first-order ones as dots, names and numbers beside."""
    for at, row in enumerate(rows):
        total = min(max(float(row["total"]), 0.0), 1.0)
        low = min(max(float(row["total_low"]), 0.0), 1.0)
        high = min(max(float(row["total_high"]), 0.0), 1.0)
        first = min(max(float(row["first"]), 0.0), 1.0)
        shade = GREY if row["factor"] in REST else TOTAL
        axes.barh(at, total, height=0.62, color=shade, alpha=0.35 if total < MATTERS else 0.85)
        axes.plot([low, high], [at, at], color=INK, linewidth=0.9, solid_capstyle="butt")
        axes.plot([first], [at], "o", color="white", markeredgecolor=INK, markersize=3.4)
        side: dict[str, Any] = {"va": "center", "annotation_clip": False}
        name = _fitted(str(row["factor"]), page.pt(7.0), (_LABELS - 0.25) * page.scale)
        write(axes, name, (0, at), (-5, 0), page.pt(7.0), ha="right", color=INK, **side)
        place = "" if row["place"] is None else f"  no. {row['place']}"
        said = f"{float(row['total']):.2f}{place}"
        write(axes, said, (1, at), (6, 0), page.pt(7.0), ha="left", color=SOFT, **side)
    quiet(axes, page)
    axes.set_xlim(0.0, 1.0)
    axes.set_ylim(len(rows) - 0.45, -0.55)
    axes.set_yticks([])
    axes.set_xticks([0, 0.25, 0.5, 0.75, 1.0], [""] * 5)
    axes.grid(axis="y", visible=False)
    axes.grid(axis="x", color="#EEEEEE", linewidth=0.8)
    axes.tick_params(axis="x", length=0)
    axes.spines["bottom"].set_visible(False)


def _fitted(name: str, size: float, room: float) -> str:
    """A name cut in its middle until it fits: its ends say where it lies and what it is."""
    cut = name
    while text_width(cut, size) > room and len(name) > 8:
        half = len(name) // 2
        name = name[: half - 1] + name[half + 1 :]
        cut = f"{name[: half - 1]}...{name[half - 1 :]}"
    return cut


def _strip(figure: Figure, parts: Parts, bottom: float, page: Page) -> None:
    """The variance of one run as a bar from nothing to all of it."""
    axes = figure.add_axes(_box(figure, bottom, 0.13 * page.scale))
    axes.barh(0, parts.numbers_share, height=1.0, color=TOTAL, alpha=0.85)
    axes.barh(0, parts.luck_share, left=parts.numbers_share, height=1.0, color=LUCK)
    axes.plot([parts.numbers_low, parts.numbers_high], [0, 0], color=INK, linewidth=0.9, zorder=3)
    axes.set_xlim(0, 1)
    axes.set_ylim(-0.5, 0.5)
    axes.set_yticks([])
    axes.set_xticks([0, 0.25, 0.5, 0.75, 1.0], ["0", "", "0.5", "", "1"])
    axes.tick_params(colors=SOFT, labelsize=page.pt(6.5), length=2, pad=1.5)
    for side in axes.spines.values():
        side.set_visible(False)
    size, how = page.pt(7.0), {"va": "center", "color": SOFT}
    said = "one run: numbers, then luck"
    write(axes, said, (0, 0), (-5, 0), size, ha="right", style="italic", **how)
    said = f"{percent(parts.luck_share)} luck" if parts.total > 0 else "no variance"
    write(axes, said, (1, 0), (6, 0), size, ha="left", **how)


def _title(report: SensitivityReport) -> str:
    tested = [ranked for ranked in report.findings if ranked.robustness is not None]
    title = report.meta.title
    if not tested:
        return f"{title}: what {plural(len(report.findings), 'metric')} depend on"
    kept = sum(r.robustness is not None and r.robustness.outcome == "survives" for r in tested)
    survive = "survives" if kept == 1 else "survive"
    return f"{title}: {kept} of {plural(len(tested), 'finding')} {survive} what is not known"


def _subtitle() -> str:
    return (
        "Bars: share of the variance that would go if the factor were known (total Sobol' index) "
        "with 95% interval; dots: what it makes by itself (first order); grey: numbers that the "
        "screening put last. No.: place in the screening. Pale: below "
        f"{number(MATTERS)}. The lowest bar of each parts the variance of one run."
    )


def _foot_text(report: SensitivityReport, hidden: int) -> str:
    kept = [ranked for ranked in report.findings if ranked.indices.convergence.converged]
    screened = f"{report.trajectories} Morris trajectories; " if report.trajectories else ""
    more = f" Not shown: {plural(hidden, 'finding')}." if hidden else ""
    return (
        f"{plural(len(report.factors), 'factor')} of {report.numbers:,} numbers; {screened}Sobol' "
        f"base {report.base} with {plural(report.lucks, 'luck')} a point; {report.draws} draws of "
        f"all numbers with {report.draw_lucks} lucks. Indices converged for {len(kept)} of "
        f"{len(report.findings)}. Seed {report.meta.seed}, result {report.run_id}. Effects within "
        f"the model, not predictions.{more}"
    )
