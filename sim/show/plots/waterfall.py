"""One decision as a waterfall: term by term from nothing to the change of utility, side by side."""

from __future__ import annotations

import math
from itertools import accumulate
from textwrap import wrap
from typing import TYPE_CHECKING, Final

from sim.show.plots.style import GREY, INK, PALETTE, headline, new_figure, quiet, write
from sim.words.of_decisions import amount, capital, chance, is_asked, possessive, signed, term_words

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.text import Text

    from sim.drivers.replay import Decision, Part, Side
    from sim.study.explain import Story

GAIN, LOSS = PALETTE[0], PALETTE[1]

_PANEL, _LABELS = 5.4, 2.3  # widths of a panel and of the names of its terms, in inches
_ROW, _TITLE, _FOOT = 0.32, 0.35, 0.75  # heights in inches
_ROOM: Final = 20.0  # height in inches on which any title is tried out
_UNLIKE: Final = 8.0  # ratio of the two sides from which each gets its own scale
_SMALL: Final = 0.03  # of the longest bar: smaller parts are put together
_LEAST: Final = 0.005
_LINE: Final = 24  # characters
_SMALLEST: Final = 8.0  # size of type in points
_NOTE: Final = "Utility in logits: a move worth 1 more is chosen 2.7 times as often."


def draw_waterfall(story: Story, decision: Decision) -> Figure:
    """Draw what each term of utility adds to a decision or takes away, for both sides.

    Bars run from the sum of the terms above; the last bar is the whole change. Terms too small to
    see are put together, so that the bars always add up. Both panels have one scale, unless one
    side would then be too small to read.
    """
    sides = [decision.mover]
    if decision.partner is not None and decision.partner.parts:
        sides.append(decision.partner)
    rows = [_rows(side) for side in sides]
    sizes = [high - low for low, high in map(_reach, rows)]
    common = max(sizes) <= _UNLIKE * min(sizes)
    spans = [_span(rows)] * len(rows) if common else [_span([parts]) for parts in rows]
    title = f"{decision.quarter}: {story.prose.headline(decision)}"
    subtitle = _subtitle(story, decision, common=common)

    width = _PANEL * max(len(sides), 1.35)
    head = _ROOM * (1.0 - headline(new_figure(width, _ROOM), title, subtitle))
    height = head + _TITLE + (max(len(parts) for parts in rows) + 1) * _ROW + _FOOT
    figure = new_figure(width, height)
    headline(figure, title, subtitle)
    _fit(figure, figure.texts[0])
    wide = (width - 0.25) / len(sides)
    for at, (side, parts) in enumerate(zip(sides, rows, strict=True)):
        tall = (len(parts) + 1) * _ROW
        left, bottom = at * wide + _LABELS, height - head - _TITLE - tall
        axes = figure.add_axes(
            (left / width, bottom / height, (wide - _LABELS) / width, tall / height)
        )
        _draw_side(axes, side, parts)
        axes.set_xlim(*spans[at])
        axes.set_title(
            _what_it_does(story, side, accepted=decision.accepted),
            loc="left",
            size=10,
            weight="bold",
            color=INK,
        )
    _foot(figure, story)
    return figure


def _what_it_does(story: Story, side: Side, *, accepted: bool) -> str:
    """The title of a panel: ``Highland gains 5.7``."""
    name = capital(story.prose.name(side.state))
    if abs(side.gain) < _LEAST:
        return f"{name} {'gains' if accepted else 'would gain'} nothing on balance"
    verb = "gain" if side.gain > 0 else "lose"
    return f"{name} {f'{verb}s' if accepted else f'would {verb}'} {amount(side.gain)}"


def _fit(figure: Figure, text: Text) -> None:
    """Make a text smaller if it runs over the edge: wrapping goes by the average letter."""
    room = figure.bbox.x1 - 2.0 * figure.bbox.x1 * text.get_position()[0]
    size = float(text.get_fontsize())
    while text.get_window_extent().width > room and size > _SMALLEST:
        size -= 0.25
        text.set_fontsize(size)


def _rows(side: Side) -> list[tuple[str, float]]:
    """Label and change of each bar, the largest first, what is too small to see in one."""
    size = max((abs(part.change) for part in side.parts), default=0.0)
    large = [part for part in side.parts if abs(part.change) >= max(_SMALL * size, 1e-6)]
    small = side.parts[len(large) :]
    rows = [(_label(part), part.change) for part in large]
    if len(small) == 1:
        rows.append((_label(small[0]), small[0].change))
    elif small:
        rows.append((f"{len(small)} smaller terms", sum(part.change for part in small)))
    return rows


def _label(part: Part) -> str:
    """The term's words, in two lines of like length if they are long."""
    words = term_words(part)
    return words if len(words) <= _LINE else "\n".join(wrap(words, max(_LINE, len(words) // 2 + 5)))


def _reach(rows: list[tuple[str, float]]) -> tuple[float, float]:
    """The least and the greatest value that the bars of a panel reach."""
    reached = [0.0, *accumulate(change for _, change in rows)]
    return min(reached), max(reached)


def _span(panels: list[list[tuple[str, float]]]) -> tuple[float, float]:
    """Limits that hold some panels, with room for the numbers at the ends of the bars."""
    reached = [end for rows in panels for end in _reach(rows)]
    low, high = min(reached), max(reached)
    long = high - low or 1.0
    changes = [change for rows in panels for _, change in rows]
    left, right = min(changes, default=0.0) < 0, max(changes, default=0.0) >= 0
    return low - (0.2 if left else 0.04) * long, high + (0.2 if right else 0.04) * long


def _draw_side(axes: Axes, side: Side, rows: list[tuple[str, float]]) -> None:
    total = 0.0
    for at, (_, change) in enumerate(rows):
        _bar(axes, at, total, change, GAIN if change > 0 else LOSS)
        total += change
        axes.plot([total, total], [at + 0.32, at + 0.68], color=GREY, linewidth=0.8)
    _bar(axes, len(rows), 0.0, side.gain, INK)
    axes.axvline(0.0, color="#777777", linewidth=0.8, zorder=0)
    axes.set_yticks(range(len(rows) + 1), [*(label for label, _ in rows), "change of utility"])
    axes.set_ylim(len(rows) + 0.6, -0.6)
    quiet(axes)
    axes.grid(axis="y", visible=False)
    axes.grid(axis="x", color="#EEEEEE", linewidth=0.8)
    axes.spines["left"].set_visible(False)
    axes.tick_params(axis="y", length=0, labelsize=8.5, labelcolor=INK)
    axes.locator_params(axis="x", nbins=5)
    axes.get_yticklabels()[-1].set_fontweight("bold")


def _bar(axes: Axes, at: int, start: float, change: float, shade: str) -> None:
    """A bar with its number beyond its end, so that colour is not needed to read the sign."""
    axes.barh(at, change, left=start, height=0.64, color=shade, zorder=2)
    how = {"xycoords": "data", "ha": "left" if change >= 0 else "right", "va": "center"}
    shift = (math.copysign(3.0, change), 0)
    write(axes, signed(change), (start + change, at), shift, 8, color=INK, **how)


def _subtitle(story: Story, decision: Decision, *, common: bool) -> str:
    move = decision.move
    odds, nothing = chance(move.chance), chance(decision.nothing)
    text = f"Chance at that opportunity {odds} (doing nothing {nothing})"
    if move.cost > _LEAST:
        text += f", after {amount(move.cost)} for the cost of the move and for scarce attention"
    if is_asked(move):
        text += f"; chance of consent {chance(move.consent)}"
    held = [
        f"{possessive(story.prose.name(side.state))} doctrine held {amount(side.reluctance)} "
        "against it"
        for side in (decision.mover, decision.partner)
        if side is not None and side.reluctance >= _LEAST
    ]
    scales = "" if common else " The two scales differ."
    return "; ".join([text, *held]) + f".{scales}"


def _foot(figure: Figure, story: Story) -> None:
    """The run at the foot, and what the numbers are."""
    width, height = figure.get_size_inches()
    arm = "" if story.arm == "base" else f", arm {story.arm}"
    text = (
        f"{_NOTE} {story.title}{arm}, run {story.run} of seed {story.seed}; one course of events "
        "within the model, not a prediction."
    )
    lines = wrap(text, int(width * 17))[:2]
    figure.text(
        0.15 / width, 0.08 / height, "\n".join(lines), size=7.0, color="#777777", va="bottom"
    )
