"""What all interactive figures share: the empty layout, colours of blocs, numbers made short."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import numpy.typing as npt

from sim.measure.summary import percent
from sim.show.plots.style import GREY, INK, strength_of

type Figure = dict[str, Any]
"""A figure in plotly's schema: ``data``, a list of traces, and ``layout``."""

FONT: Final = "system-ui, -apple-system, 'Segoe UI', 'DejaVu Sans', sans-serif"
MUTED: Final = "#555555"
RULE: Final = "#E6E6E6"
PALE: Final = "#C8C8C8"
"""Fill of a state that is in no bloc."""

ALONE: Final = "unaligned"


def layout(*, alt: str, height: int, **changes: Any) -> dict[str, Any]:
    """Return an empty white layout; ``alt`` describes the figure in words."""
    return {
        "meta": {"alt": alt},
        "height": height,
        "font": {"family": FONT, "size": 12, "color": INK},
        "paper_bgcolor": "white",
        "plot_bgcolor": "white",
        "margin": {"l": 48, "r": 16, "t": 12, "b": 40},
        "hovermode": "closest",
        "dragmode": False,
        "hoverlabel": {"bgcolor": "white", "font": {"family": FONT, "color": INK}, "align": "left"},
        "legend": {
            "orientation": "h",
            "x": 0,
            "y": -0.02,
            "yanchor": "top",
            "itemsizing": "constant",
        },
        **changes,
    }


def axis(title: str = "", **changes: Any) -> dict[str, Any]:
    """Return an axis with thin rules."""
    return {
        "title": {"text": title, "font": {"size": 12, "color": MUTED}, "standoff": 8},
        "tickfont": {"size": 11, "color": MUTED},
        "gridcolor": RULE,
        "linecolor": "#BBBBBB",
        "zeroline": False,
        "fixedrange": True,
        "automargin": True,
        **changes,
    }


def blank_axis(**changes: Any) -> dict[str, Any]:
    """Return an axis that is not seen."""
    return {"visible": False, "fixedrange": True, **changes}


def rounded(values: npt.ArrayLike, digits: int = 4) -> list[Any]:
    """Return numbers in JSON's types, None for what is not finite, no longer than needed."""
    array = np.round(np.asarray(values, np.float64), digits) + 0.0
    out = array.astype(object)
    out[~np.isfinite(array)] = None
    listed: list[Any] = out.tolist()
    return listed


def tinted(shade: str, strength: float) -> str:
    """Mix a colour ``#rrggbb`` with white.

    >>> tinted("#000000", 0.5), tinted("#0072B2", 1.0)
    ('#808080', '#0072b2')
    """
    parts = [round(255 - strength * (255 - part)) for part in _rgb(shade)]
    return "#{:02x}{:02x}{:02x}".format(*parts)


def see_through(shade: str, alpha: float) -> str:
    """Return a colour with transparency.

    >>> see_through("#0072B2", 0.2)
    'rgba(0,114,178,0.2)'
    """
    return "rgba({},{},{},{:g})".format(*_rgb(shade), alpha)


def contrast(one: str, other: str) -> float:
    """Return the contrast of two colours, 1 to 21 (relative luminance of WCAG 2.2).

    >>> round(contrast("#000000", "#ffffff"), 1)
    21.0
    """
    low, high = sorted((_luminance(one), _luminance(other)))
    return (high + 0.05) / (low + 0.05)


def text_on(shade: str) -> str:
    """Return black or white, whichever reads better on a colour."""
    return "#000000" if contrast("#000000", shade) >= contrast("#ffffff", shade) else "#ffffff"


def fill_of(core: str, colours: dict[str, str], together: float) -> tuple[str, str]:
    """Fill and outline of a state: the bloc's colour, the paler the less settled it is.

    Args:
        core: strongest member of its bloc, empty for none.
        colours: of blocs by core.
        together: share of the runs in which the state is with the core.
    """
    if not core:
        return PALE, GREY
    shade = colours.get(core, GREY)
    return tinted(shade, strength_of(together)), shade


def told(code: str, name: str, core: str, together: float | None) -> str:
    """What is said of a state under the pointer: name, bloc and how surely."""
    label = escaped(code if name == code else f"{name} ({code})")
    if not core:
        return f"<b>{label}</b><br>in no bloc"
    sure = "" if together is None else f", in {percent(together)} of the runs"
    if core == code:
        return f"<b>{label}</b><br>core of its bloc"
    return f"<b>{label}</b><br>with {escaped(core)}{sure}"


def escaped(text: str) -> str:
    """Make a name safe where plotly reads a few HTML tags.

    >>> escaped("<b>A & B</b>")
    '&lt;b&gt;A &amp; B&lt;/b&gt;'
    """
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _rgb(shade: str) -> tuple[int, int, int]:
    return int(shade[1:3], 16), int(shade[3:5], 16), int(shade[5:7], 16)


def _luminance(shade: str) -> float:
    parts = [part / 255 for part in _rgb(shade)]
    linear = [x / 12.92 if x <= 0.04045 else ((x + 0.055) / 1.055) ** 2.4 for x in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
