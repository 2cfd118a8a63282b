"""What all figures share: pages, colours, type sizes, the lines above and below, and saving."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from weakref import WeakKeyDictionary

import numpy as np
import numpy.typing as npt

from sim.errors import UserError, hint, shown
from sim.measure.summary import CoalitionReport, plural, summarise
from sim.system.files import check_file, written
from sim.words.of_decisions import listed

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from sim.record.results import Results, RunMeta

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
    "#DDCC77",
    "#661100",
    "#AA4499",
    "#117733",
)
"""Colours that colour-blind readers can tell apart: Okabe & Ito (2008), then Tol's."""

GREY: Final = "#8A8A8A"
INK: Final = "#222222"
SOFT: Final = "#555555"
"""Of type that explains: subtitles, ticks, names of axes."""

BESIDE: Final = ("axes fraction", "data")
"""Where :func:`write` writes: a share of the width, a value of the vertical axis."""

_TITLE, _SUBTITLE, _FOOT = 11.0, 8.0, 6.5
_LEADING: Final = 1.28  # distance of lines, in sizes of the type
_GRID: Final = 0.4  # points by which letters of one size run wider on a grid of dots
MANY: Final = 80
"""States from which on a figure names only the few that matter most."""
FEW: Final = 60
_EDGE: Final = 0.12  # inches that stay free at the left and at the right


@dataclass(frozen=True, slots=True)
class Page:
    """What a figure is drawn for.

    Attributes:
        name: as ``--style`` calls it.
        width, height: in inches; the height is the greatest that a figure may take.
        fixed: whether every figure takes the whole height.
        scale: of the type, against that of paper.
        dpi: dots an inch of the PNG.
        managed: whether pyplot keeps the figure, so that a notebook shows it.
    """

    name: str
    width: float
    height: float
    fixed: bool
    scale: float
    dpi: int
    managed: bool = False

    def pt(self, size: float) -> float:
        """Return a size of type of paper, in points, as it is on this page."""
        return size * self.scale

    def tall(self, wanted: float) -> float:
        """Return the height of a figure that would like to be so tall, in inches."""
        return self.height if self.fixed else min(self.height, wanted)


PAPER: Final = Page("paper", 7.2, 9.4, fixed=False, scale=1.0, dpi=200)
"""White, with the small type of print: as wide as a page's text, as tall as needed."""
SLIDES: Final = Page("slides", 10.0, 5.625, fixed=True, scale=1.2, dpi=192)
"""16:9 for a screen: 1920 by 1080 dots; shown 13.3 inches wide, type is 1.6 times as large."""
PAGES: Final = {page.name: page for page in (PAPER, SLIDES)}


def find_page(name: str) -> Page:
    """Return the page of this name.

    Raises:
        UserError: there is none.
    """
    if name not in PAGES:
        known = f"there are {listed(list(PAGES))}"
        raise UserError(f"{shown(name)} is not a style{hint(name, PAGES)}; {known}")
    return PAGES[name]


def new_figure(width: float, height: float, page: Page = PAPER) -> Figure:
    """Return an empty white figure of this size in inches, for files or for a notebook."""
    if page.managed:
        import matplotlib.pyplot as plt

        return plt.figure(figsize=(width, height), facecolor="white")
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width, height), facecolor="white")
    FigureCanvasAgg(figure)
    return figure


# --- one bloc, one colour ------------------------------------------------------------------------
_reports: WeakKeyDictionary[Results, CoalitionReport] = WeakKeyDictionary()


def coalitions(results: Results) -> CoalitionReport:
    """Return the coalition report of results, drawn up once for all their figures."""
    if results not in _reports:
        _reports[results] = summarise(results)
    return _reports[results]


def core_colours(poles: Sequence[str], cores: Iterable[str]) -> dict[str, str]:
    """Return the colour of each bloc by its core: a pole's own, then the colours that are left.

    Given the cores in the order of a coalition report, a pole and the bloc around it have one
    colour in every figure of a result.

    >>> list(core_colours(["AAA", "BBB"], ["BBB", "CCC"]))
    ['BBB', 'CCC']
    """
    found = list(dict.fromkeys(core for core in cores if core))
    ranked = list(dict.fromkeys((*poles, *found)))
    return {core: colour(ranked.index(core)) for core in found}


def bloc_colours(results: Results, report: CoalitionReport) -> dict[str, str]:
    """Return the colour of each bloc of a result by its core, see :func:`core_colours`."""
    return core_colours(results.record.poles, (bloc.core for bloc in report.blocs))


def state_colours(results: Results, report: CoalitionReport) -> dict[str, str]:
    """Return for each state the colour of its bloc, grey for the unaligned."""
    colours = bloc_colours(results, report)
    home = report.cores
    return {code: colours.get(home.get(code, ""), GREY) for code in results.record.states}


def strength_of(together: float) -> float:
    """Return how strong the colour of a state is: nearly white in half of the runs or fewer."""
    return 0.15 + 0.85 * max(0.0, 2.0 * together - 1.0)


def meet(box: Sequence[float], other: Sequence[float]) -> bool:
    """Whether two boxes, each left, right, low and high, have a place in common."""
    return box[0] < other[1] and other[0] < box[1] and box[2] < other[3] and other[2] < box[3]


def colour(rank: int) -> str:
    """Return the colour of the bloc or line of this rank; grey when they run out."""
    return PALETTE[rank] if rank < len(PALETTE) else GREY


def check_recorded(results: Results, variable: str) -> None:
    """Refuse a variable of pairs that a result does not have.

    Raises:
        UserError: it does not have it.
    """
    known = results.record.dyad_fields
    if variable not in known:
        near = hint(variable, known)
        raise UserError(f"{variable} is not a recorded variable of pairs{near}")


# --- text ----------------------------------------------------------------------------------------
def fold(text: str, size: float, room: float, lines: int, *, bold: bool = False) -> list[str]:
    """Break a text into at most so many lines that fit into ``room`` inches at a size in points.

    Words are measured, not counted; what is left over is cut, with three dots in its place.
    """
    space = _measure(" ", size, bold)
    folded: list[list[str]] = []
    used = 0.0
    words = text.split()
    for at, word in enumerate(words):
        wide = _measure(word, size, bold)
        if folded and used + space + wide <= room:
            folded[-1].append(word)
            used += space + wide
        elif len(folded) < lines:
            folded.append([word])
            used = wide
        else:
            return [*(" ".join(line) for line in folded[:-1]), _cut(words[:at], folded, size, room)]
    return [" ".join(line) for line in folded]


def _cut(words: list[str], folded: list[list[str]], size: float, room: float) -> str:
    """The last line, shortened until three dots have room behind it."""
    last = folded[-1] if words else []
    while last and _measure(" ".join(last) + " ...", size, True) > room:
        last = last[:-1]
    return " ".join([*last, "..."])


@lru_cache(maxsize=4096)
def _measure(text: str, size: float, bold: bool) -> float:
    """The width of a text in inches."""
    from matplotlib.font_manager import FontProperties
    from matplotlib.textpath import text_to_path

    font = FontProperties(size=size, weight="bold" if bold else "normal")
    return (
        float(text_to_path.get_text_width_height_descent(text, font, False)[0])
        / 72.0
        * (1.0 + _GRID / size)
    )


def text_width(text: str, size: float, *, bold: bool = False) -> float:
    """Return the width of a line of text in inches at a size in points."""
    return _measure(text, size, bold)


def headline(figure: Figure, title: str, subtitle: str, page: Page = PAPER) -> float:
    """Write the finding and what is shown above the figure; return the height left, 0 to 1."""
    width, height = figure.get_size_inches()
    room = width - 2.0 * _EDGE
    at = height - 0.1
    for text, size, bold, shade in (
        (title, page.pt(_TITLE), True, INK),
        (subtitle, page.pt(_SUBTITLE), False, SOFT),
    ):
        lines = fold(text, size, room, 3, bold=bold)
        figure.text(
            _EDGE / width,
            at / height,
            "\n".join(lines),
            size=size,
            weight="bold" if bold else "normal",
            color=shade,
            va="top",
            linespacing=_LEADING,
        )
        at -= _LEADING * 1.08 * size / 72.0 * len(lines) + 0.03
    return float((at - 0.04) / height)


def framed(
    size: tuple[float, float],
    page: Page,
    title: str,
    subtitle: str,
    about: Results | str,
    *,
    sources: Collection[str] = (),
    note: str = "",
) -> tuple[Figure, float, float]:
    """Return an empty figure with texts above and below, and the ends of the room between them.

    Args:
        size: width and height in inches.
        page: what it is drawn for.
        title, subtitle: the finding and what is shown.
        about: what was run, as a result or in words.
        sources: to be named below words.
        note: to be told below a result.

    Returns:
        The figure, and where its room ends above and below, 0 to 1.
    """
    figure = new_figure(*size, page)
    top = headline(figure, title, subtitle, page)
    if isinstance(about, str):
        return figure, top, foot(figure, about, sources, page)
    return figure, top, footer(figure, about, page, note=note)


def footer(
    figure: Figure,
    results: Results,
    page: Page = PAPER,
    *,
    sources: bool = True,
    note: str = "",
) -> float:
    """Write run and, if wanted, sources at the foot; return the height that it takes, 0 to 1."""
    meta = results.meta
    text = (
        f"{_named(meta)} {plural(results.record.runs, 'run')} from seed {meta.seed}, result "
        f"{results.run_id}. Frequencies within the model, not predictions."
    )
    return foot(figure, f"{text} {note}".rstrip(), meta.sources if sources else (), page)


def _named(meta: RunMeta) -> str:
    """Title and arm, as the first sentence of a line."""
    return f"{meta.title}{'' if meta.arm == 'base' else f', arm {meta.arm}'}."


def foot(figure: Figure, text: str, sources: Collection[str] = (), page: Page = PAPER) -> float:
    """Write lines at the foot, with the sources below them; return the height, 0 to 1."""
    width, height = figure.get_size_inches()
    size, room = page.pt(_FOOT), width - 2.0 * _EDGE
    lines = fold(text, size, room, 3)
    if sources:
        lines += fold(f"Sources ({len(sources)}): {'; '.join(sources)}", size, room, 2)
    figure.text(
        _EDGE / width,
        0.07 / height,
        "\n".join(lines),
        size=size,
        color="#777777",
        va="bottom",
        linespacing=_LEADING,
    )
    return float((_LEADING * 1.08 * size / 72.0 * len(lines) + 0.15) / height)


def write(
    axes: Axes, text: str, at: Any, shift: tuple[float, float], size: float, **how: Any
) -> None:
    """Write beside a place in an axes, ``shift`` points to the right of it and above.

    The place is a share of the width and a value of the vertical axis unless ``xycoords`` says
    otherwise.
    """
    told = {"xycoords": BESIDE, "textcoords": "offset points"} | how
    axes.annotate(text, at, xytext=shift, size=size, **told)


def quiet(axes: Axes, page: Page = PAPER) -> None:
    """Take away what is not data: the frame above and to the right, strong ticks."""
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    for side in ("left", "bottom"):
        axes.spines[side].set_color("#BBBBBB")
    axes.tick_params(colors=SOFT, labelsize=page.pt(7.5), length=3)
    axes.grid(axis="y", color="#EEEEEE", linewidth=0.8)
    axes.set_axisbelow(True)


def named(results: Results, code: str) -> str:
    """Return a state's name with its code, or its code where it has no other name."""
    full = results.meta.state_names.get(code, code)
    return code if full == code else f"{full} ({code})"


def names_that_matter(results: Results, report: CoalitionReport) -> npt.NDArray[np.bool_]:
    """Return which states have their names in a figure ``(N,)``: all, or of very many the few.

    Of more than :data:`MANY` the poles, the focal states, the cores of blocs and, of the others,
    the strongest at the end, :data:`FEW` in all at least.
    """
    record = results.record
    if len(record.states) <= MANY:
        return np.ones(len(record.states), np.bool_)
    found = np.isin(record.states, list(states_asked_about(results, report)))
    strength = results.capability[:, -1].mean(axis=0)
    found[np.argsort(-strength, kind="stable")[:FEW]] = True
    return found


def states_asked_about(results: Results, report: CoalitionReport) -> set[str]:
    """Return the states that no figure may leave unnamed: poles, focal states, cores of blocs."""
    record = results.record
    return {*record.poles, *record.focal, *(bloc.core for bloc in report.blocs)}


def fitted_name(
    results: Results, code: str, size: float, room: float, *, bold: bool = False
) -> str:
    """Return a state's name with its code, the name cut if it is wider than ``room`` inches."""
    whole = named(results, code)
    if text_width(whole, size, bold=bold) <= room:
        return whole
    tail = f"({code})"
    rest = room - text_width(f" {tail}", size, bold=bold)
    head = fold(results.meta.state_names[code], size, rest, 1, bold=bold)[0]
    return code if head == "..." else f"{head} {tail}"


# --- files ---------------------------------------------------------------------------------------
FORMATS: Final = ("png", "svg")


def save_figure(
    figure: Figure,
    path: Path | str,
    *,
    dpi: int = PAPER.dpi,
    formats: Iterable[str] = FORMATS,
    force: bool = False,
) -> tuple[Path, ...]:
    """Write a figure as ``<path>.png`` and ``<path>.svg``, or one of them; return the files.

    The same figure gives the same bytes. A figure that this program has drawn is replaced, any
    other file only with ``force``.

    Raises:
        UserError: the files cannot be written, or another file is there.
    """
    from matplotlib import rc_context

    base = Path(path)
    # by these a file is known as one of this program, see sim.system.files.check_file
    fixed = {"png": {"Software": "multipolar"}, "svg": {"Date": None, "Creator": "multipolar"}}
    files = [base.with_name(f"{base.name}.{name}") for name in formats]
    for file in files:
        check_file(file, force=force)
    for file in files:
        name = file.suffix.removeprefix(".")
        with written(file) as scratch, rc_context({"svg.hashsalt": base.name}):
            figure.savefig(scratch, format=name, dpi=dpi, metadata=fixed[name])
    return tuple(files)
