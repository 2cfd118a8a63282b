"""What tests of figures share."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import combinations
from typing import Any

from matplotlib.figure import Figure
from matplotlib.text import Text

from sim.record.results import Results
from sim.show.plots.projection import outlines
from tests.support import synthetic_meta

LONG = "The Very Long Name of a United Kingdom of Lands and Seas"


def on_the_globe(results: Results, among: Sequence[str] = ()) -> Results:
    """The same world with codes that have outlines, in alphabetical order."""
    real = sorted(among or (code for code in outlines() if code))
    record = results.record
    names = dict(zip(record.states, real[:: len(real) // len(record.states)], strict=False))
    renamed = replace(
        record,
        states=tuple(names.values()),
        poles=tuple(names[code] for code in record.poles),
        focal=tuple(names[code] for code in record.focal),
        dyads=tuple((names[a], names[b]) for a, b in record.dyads),
        cells=tuple((field, k, names.get(code, "")) for field, k, code in record.cells),
    )
    return Results(renamed, synthetic_meta(state_names={names[record.states[0]]: LONG}))


def texts(figure: Figure) -> list[Text]:
    """The texts that are seen: a tick outside the limits has one that is not drawn."""
    figure.draw_without_rendering()  # where all stands, without its pixels
    hidden = set()
    for axes in figure.axes:
        for axis in (axes.xaxis, axes.yaxis):
            low, high = sorted(axis.get_view_interval())
            for tick in axis.get_major_ticks():
                if not low - 1e-9 <= tick.get_loc() <= high + 1e-9:
                    hidden |= {tick.label1, tick.label2}
    found: list[Any] = figure.findobj(Text)
    return [
        text
        for text in found
        if text.get_text().strip() and text.get_visible() and text not in hidden
    ]


def assert_readable(figure: Figure) -> None:
    """No text is cut by the edge of the figure, and no two overlap."""
    page = figure.bbox
    boxes = [(text.get_text(), text.get_window_extent()) for text in texts(figure)]
    for name, box in boxes:
        assert box.x0 >= page.x0 - 1, f"{name!r} is cut"
        assert box.x1 <= page.x1 + 1, f"{name!r} is cut"
        assert box.y0 >= page.y0 - 1, f"{name!r} is cut"
        assert box.y1 <= page.y1 + 1, f"{name!r} is cut"
    shrunk = [(name, box.padded(-1.0)) for name, box in boxes]
    clashes = [(a, b) for (a, x), (b, y) in combinations(shrunk, 2) if x.overlaps(y)]
    assert not clashes
