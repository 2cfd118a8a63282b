"""What all figures share: colours, type sizes, the lines above and below, and saving."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from textwrap import shorten, wrap
from typing import TYPE_CHECKING, Final

from sim.errors import UserError
from sim.summary import plural

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from sim.results import Results
    from sim.summary import CoalitionReport

PALETTE: Final = (
    "#0072B2",
    "#D55E00",
    "#009E73",
    "#CC79A7",
    "#E69F00",
    "#56B4E9",
    "#882255",
    "#999933",
    "#332288",
    "#44AA99",
)
"""Colours that colour-blind readers can tell apart: Okabe & Ito (2008), then Tol's muted scheme."""

GREY: Final = "#8A8A8A"
INK: Final = "#222222"

_TITLE, _SUBTITLE, _FOOT = 13.0, 9.5, 7.0
_INCH_OF_TITLE = 0.25
_CHARACTERS_PER_INCH = 9.0  # of the title, in its type size


def new_figure(width: float, height: float) -> Figure:
    """Return an empty white figure of this size in inches, for files only."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width, height), facecolor="white")
    FigureCanvasAgg(figure)
    return figure


def bloc_colours(results: Results, report: CoalitionReport) -> dict[str, str]:
    """Return the colour of each bloc by its core: a pole's own, then the colours that are left.

    So a pole and the bloc around it have one colour in every figure of a result.
    """
    poles = results.record.poles
    rank = {pole: at for at, pole in enumerate(poles)}
    others = [bloc.core for bloc in report.blocs if bloc.core not in rank]
    rank |= {core: len(poles) + at for at, core in enumerate(others)}
    return {bloc.core: colour(rank[bloc.core]) for bloc in report.blocs}


def colour(rank: int) -> str:
    """Return the colour of the bloc or line of this rank; grey when they run out."""
    return PALETTE[rank] if rank < len(PALETTE) else GREY


def headline(figure: Figure, title: str, subtitle: str) -> float:
    """Write the finding and what is shown above the figure; return the height left, 0 to 1."""
    width, height = figure.get_size_inches()
    lines = wrap(title, max(20, int(width * _CHARACTERS_PER_INCH)))[:3]
    below = wrap(subtitle, max(30, int(width * _CHARACTERS_PER_INCH * 1.45)))[:3]
    left, top = 0.15 / width, 1.0 - 0.12 / height
    figure.text(
        left, top, "\n".join(lines), size=_TITLE, weight="bold", color=INK, va="top", ha="left"
    )
    top -= (_INCH_OF_TITLE * len(lines) + 0.02) / height
    figure.text(left, top, "\n".join(below), size=_SUBTITLE, color="#555555", va="top", ha="left")
    return float(top - (0.18 * len(below) + 0.05) / height)


def footer(figure: Figure, results: Results, *, sources: bool = True) -> float:
    """Write run and, if wanted, sources at the foot; return the height that it takes, 0 to 1."""
    width, height = figure.get_size_inches()
    meta = results.meta
    arm = "" if meta.arm == "base" else f", arm {meta.arm}"
    text = (
        f"{meta.title}{arm}. {plural(results.record.runs, 'run')} from seed {meta.seed}, result "
        f"{results.run_id}. Frequencies within the model, not predictions."
    )
    columns = int(width * 17)
    lines = wrap(text, columns)[:2]
    if sources and meta.sources:
        lines.append(shorten(f"Sources: {'; '.join(meta.sources)}", columns, placeholder=" ..."))
    figure.text(
        0.15 / width, 0.08 / height, "\n".join(lines), size=_FOOT, color="#777777", va="bottom"
    )
    return float((0.13 * len(lines) + 0.16) / height)


def quiet(axes: Axes) -> None:
    """Take away what is not data: the frame above and to the right, strong ticks."""
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    for side in ("left", "bottom"):
        axes.spines[side].set_color("#BBBBBB")
    axes.tick_params(colors="#555555", labelsize=8, length=3)
    axes.grid(axis="y", color="#EEEEEE", linewidth=0.8)
    axes.set_axisbelow(True)


def listed(names: Sequence[str]) -> str:
    """Join names for a sentence.

    >>> listed(["AAA", "BBB", "CCC"])
    'AAA, BBB and CCC'
    """
    return " and ".join(part for part in (", ".join(names[:-1]), *names[-1:]) if part)


def save_figure(figure: Figure, path: Path | str, *, dpi: int = 150) -> tuple[Path, Path]:
    """Write a figure as ``<path>.png`` and ``<path>.svg``; return both.

    The same figure gives the same bytes.

    Raises:
        UserError: the files cannot be written.
    """
    from matplotlib import rc_context

    base = Path(path)
    png, svg = base.with_name(f"{base.name}.png"), base.with_name(f"{base.name}.svg")
    try:
        base.parent.mkdir(parents=True, exist_ok=True)
        figure.savefig(png, dpi=dpi, metadata={"Software": None})
        with rc_context({"svg.hashsalt": base.name}):
            figure.savefig(svg, metadata={"Date": None, "Creator": None})
    except OSError as error:
        raise UserError(f"cannot write {base}: {error.strerror or error}") from error
    return png, svg
