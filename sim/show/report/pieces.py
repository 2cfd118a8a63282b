"""Pieces of the page: everything that is text goes through :func:`text`."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

if TYPE_CHECKING:
    from sim.show.report.content import Picture

_STACKED: Final = 3  # columns; with more a table is wider than a telephone
_ID: Final = re.compile(r"[^A-Za-z0-9-]+")


def text(value: object) -> str:
    """Return a value as text that cannot be taken for markup.

    >>> text("<b> & 'x'")
    '&lt;b&gt; &amp; &#x27;x&#x27;'
    """
    return html.escape(str(value), quote=True)


def anchor(value: str) -> str:
    """Return a name that may stand in an ``id``.

    >>> anchor("alignment-<AAA>")
    'alignment--AAA-'
    """
    return _ID.sub("-", value)


def tag(name: str, inside: str, **attributes: str) -> str:
    """Put markup into an element; underscores in the names of attributes become hyphens.

    >>> tag("p", text("a < b"), class_="note")
    '<p class="note">a &lt; b</p>'
    """
    said = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{text(value)}"' for key, value in attributes.items()
    )
    return f"<{name}{said}>{inside}</{name}>"


def paragraph(value: str, **attributes: str) -> str:
    """Return a paragraph of text."""
    return tag("p", text(value), **attributes)


def items(values: Iterable[str], name: str = "ul", **attributes: str) -> str:
    """Return a list of pieces of markup."""
    return tag(name, "".join(tag("li", value) for value in values), **attributes)


def facts(pairs: Iterable[tuple[str, str]], **attributes: str) -> str:
    """Return names and their values."""
    rows = "".join(
        tag("div", tag("dt", text(name)) + tag("dd", text(value))) for name, value in pairs
    )
    return tag("dl", rows, **attributes)


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table; ``number`` stands to the right, ``wide`` gets room."""

    name: str
    number: bool = False
    wide: bool = False


def table(
    caption: str,
    columns: Sequence[Column],
    rows: Iterable[Sequence[str]],
    *,
    hidden_caption: bool = False,
    searched: bool = False,
) -> str:
    """Return a table whose first cells name their rows; cells are markup.

    A wide table scrolls by itself, also by keyboard, so that the page does not.
    """
    classes = [
        " ".join(k for k, on in (("number", c.number), ("wide", c.wide)) if on) for c in columns
    ]
    marks = [f' class="{words}"' if words else "" for words in classes]
    # on a narrow page the cells of a row stand below one another, each after its column's name
    stacked = len(columns) > _STACKED and not searched
    labels = [
        f'{mark} data-label="{text(column.name)}"' if stacked else mark
        for column, mark in zip(columns, marks, strict=True)
    ]
    # thousands of rows are styled by their column's place, without the tags that HTML can do
    # without, to keep the page small
    inner = [""] * len(columns) if searched else [marks[0], *labels[1:]]
    head = "".join(
        f'<th scope="col"{mark}>{text(column.name)}</th>'
        for column, mark in zip(columns, marks, strict=True)
    )
    body = []
    end = ("", "", "") if searched else ("</th>", "</td>", "</tr>")
    for row in rows:
        first, *others = row
        cells = "".join(
            f"<td{label}>{cell}{end[1]}" for cell, label in zip(others, inner[1:], strict=True)
        )
        body.append(f'<tr><th scope="row"{inner[0]}>{first}{end[0]}{cells}{end[2]}')
    shown = ' class="unseen"' if hidden_caption else ""
    kind = " data-searched" if searched else " data-stacked" if stacked else ""
    made = (
        f"<table{kind}><caption{shown}>{text(caption)}</caption>"
        f"<thead><tr>{head}</tr></thead><tbody>{''.join(body)}</tbody></table>"
    )
    return tag("div", made, class_="scroll", tabindex="0", role="region", aria_label=caption)


def section(name: str, title: str, inside: str) -> str:
    """Return a section with its heading."""
    heading = tag("h2", text(title), id=f"{name}-heading")
    return tag("section", heading + inside, id=name, aria_labelledby=f"{name}-heading")


def fold(summary: str, inside: str, *, opened: bool = False) -> str:
    """Return something that can be folded away; the summary is text."""
    return (
        f"<details{' open' if opened else ''}><summary>{text(summary)}</summary>{inside}</details>"
    )


def code(value: str) -> str:
    """Return text in the type of code."""
    return tag("code", text(value))


def bar(value: float, *, largest: float = 1.0) -> str:
    """Return a bar for a number from -largest to largest; the number itself stands beside it."""
    width = min(1.0, abs(value) / largest) * 50.0 if largest > 0 else 0.0
    left = 50.0 if value >= 0 else 50.0 - width
    side = "gain" if value >= 0 else "loss"
    inner = f'<i class="{side}" style="left:{left:.1f}%;width:{width:.1f}%"></i>'
    return f'<span class="bar" aria-hidden="true">{inner}</span>'


def share_bar(share: float) -> str:
    """Return a bar for a share, 0 to 1."""
    inner = f'<i class="share" style="left:0;width:{min(1.0, share) * 100:.1f}%"></i>'
    return f'<span class="bar" aria-hidden="true">{inner}</span>'


def swatch(shade: str) -> str:
    """Return a dot of a colour."""
    return f'<span class="swatch" style="background:{text(shade)}" aria-hidden="true"></span>'


# --- figures -------------------------------------------------------------------------------------
def pictures(shown: Sequence[Picture], numbers: Iterable[int]) -> str:
    """Return figures in their order; small ones that follow one another stand side by side."""
    out: list[str] = []
    row: list[str] = []
    for picture, number in zip(shown, numbers, strict=False):
        made = _picture(picture, number)
        if picture.small:
            row.append(made)
            continue
        if row:
            out.append(tag("div", "".join(row), class_="panels"))
            row = []
        out.append(made)
    if row:
        out.append(tag("div", "".join(row), class_="panels"))
    return "".join(out)


def _picture(picture: Picture, number: int) -> str:
    said = tag("strong", f"Figure {number}.") + " " + text(picture.title)
    if picture.caption:
        said += tag("span", text(picture.caption), class_="how")
    name = anchor(picture.id)
    if picture.figure is None:
        # a quarter shorter than in base64; quotes, angles and & are not safe here
        data = quote(picture.svg, safe=" ='/:;,()+!*@?[]{}|~$")
        drawn = f'<img src="data:image/svg+xml,{text(data)}" alt="{text(picture.alt)}">'
        return tag("figure", tag("figcaption", said) + drawn, id=f"figure-{name}")
    figure = picture.figure
    meta = figure["layout"]["meta"]
    alt = picture.alt or meta["alt"]
    plot = tag(
        "div",
        "",
        id=f"plot-{name}",
        class_="plot",
        role="img",
        aria_label=alt,
        style=f"height:{int(figure['layout']['height'])}px",
    )
    if "least" in meta:
        plot = tag(
            "div",
            plot.replace('style="', f'style="min-width:{int(meta["least"])}px;', 1),
            class_="scroll",
            tabindex="0",
            role="region",
            aria_label=picture.title or alt,
        )
    toggles = "".join(
        tag(
            "button",
            text(f"show {trace['name']}"),
            type="button",
            data_plot=f"plot-{name}",
            data_trace=str(at),
            aria_pressed="false",
        )
        for at, trace in enumerate(figure["data"])
        if trace.get("visible") == "legendonly"
    )
    if toggles:
        plot = tag("div", toggles, class_="toggles") + plot
    hidden = tag("p", text(alt), class_="nojs")
    return tag(
        "figure",
        tag("figcaption", said) + plot + hidden + embedded(figure, f"plot-{name}"),
        id=f"figure-{name}",
        class_="small" if picture.small else "large",
    )


def embedded(figure: dict[str, Any], plot: str) -> str:
    """Return a figure as data inside the page; no text in it can end the element."""
    data = json.dumps(figure, separators=(",", ":"), allow_nan=False)
    for letter in "<>&\u2028\u2029":
        data = data.replace(letter, f"\\u{ord(letter):04x}")
    return f'<script type="application/json" data-plot="{text(plot)}">{data}</script>'
