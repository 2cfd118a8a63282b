"""What survives other models: every answer of the engine beside each null and theory."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sim.measure.summary import plural
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
)

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from sim.study.robust import Robust

_ROW: Final = 0.17  # inches
_AROUND: Final = 1.3  # title and foot
_GAP: Final = 0.12
_LEFT: Final = 0.36  # of the width, for what is asked and the engine's answer
_SIZE: Final = 6.5
_SHADES: Final = {"agrees": PALETTE[0], "disagrees": PALETTE[1], "unsure": GREY}
_SIGNS: Final = {"agrees": "o", "disagrees": "X", "unsure": "."}


def draw_robust(found: Robust, *, page: Page = PAPER) -> Figure:
    """Draw a row for every answer and a column for every null and theory.

    A disc agrees, a cross disagrees, a dot is unsure, and where nothing stands it is silent. On
    paper the figure is as tall as it has answers; on a slide the last ones may be left out.
    """
    size = page.pt(_SIZE)
    names = [rival.replace("_", " ") for rival in found.rivals]
    head = max(text_width(name, size) for name in names) + page.pt(_GAP)
    row_tall, around = _ROW * page.scale, head + _AROUND * page.scale
    width, height = page.width, page.tall(row_tall * len(found.answers) + around)
    fits = int((height - around + 1e-6) / row_tall)
    answers = found.answers[: max(1, fits)]
    left_out = len(found.answers) - len(answers)
    cut = f" Not shown: {left_out} more." if left_out else ""
    figure, top, bottom = framed(
        (width, height),
        page,
        found.sentence(),
        "Disc: it agrees with the engine, or has the effect, too; cross: it does not; dot: it or "
        "the engine is unsure; nothing: it is silent.",
        f"{found.title}. {plural(found.runs, 'run')} from seed {found.meta.seed}, result "
        f"{found.run_id}.{cut} Answers within the models, not predictions.",
        sources=found.meta.sources,
    )
    axes = figure.add_axes((0.0, bottom, 1.0, top - bottom))
    axes.set_axis_off()
    axes.set_xlim(0.0, 1.0)
    tall = (height * (top - bottom) - head) / len(answers)  # of a row
    axes.set_ylim(len(answers) - 0.5, -0.5 - head / tall)
    step = (1.0 - _LEFT - 0.06) / len(found.rivals)
    places = [_LEFT + 0.02 + step * at for at in range(len(found.rivals))]
    for place, name in zip(places, names, strict=True):
        axes.text(
            place,
            -0.6,
            name,
            size=size,
            rotation=90,
            ha="center",
            va="bottom",
            color=INK,
        )
    for row, answer in enumerate(answers):
        (what,) = fold(answer.what, size, (_LEFT - 0.13) * width, 1)
        axes.text(0.012, row, what, size=size, color=INK, va="center")
        axes.text(_LEFT - 0.015, row, answer.told, size=size, color=SOFT, va="center", ha="right")
        for place, rival in zip(places, found.rivals, strict=True):
            verdict = answer.verdict(rival)
            if verdict in _SIGNS:
                axes.plot(
                    [place],
                    [row],
                    _SIGNS[verdict],
                    color=_SHADES[verdict],
                    markersize=page.pt(4.0),
                    markeredgewidth=0.0,
                )
    return figure
