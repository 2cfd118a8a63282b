"""What all reports share: numbers over the runs, their words, tables and plain text."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from sim.metrics import Interval, interval


@dataclass(frozen=True, slots=True)
class Change:
    """A quantity over the runs at the start and at the end."""

    start: Interval
    end: Interval


def change_of(start: npt.ArrayLike, end: npt.ArrayLike) -> Change:
    """Return the medians and 90% intervals of values over the runs at both ends."""
    return Change(interval(start), interval(end))


def plural(number: int, noun: str) -> str:
    """Write a count with its noun.

    >>> plural(1, "run"), plural(200, "run")
    ('1 run', '200 runs')
    """
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def percent(share: float) -> str:
    """Write a share in per cent; never 0% or 100% for what is merely near."""
    if 0 < share < 0.01:
        return "<1%"
    if 0.99 < share < 1:
        return ">99%"
    return f"{share:.0%}"


def number(value: Interval, digits: int = 2) -> str:
    """Write the median and its bounds: ``0.35 (0.20 to 0.41)``; a dash for no number."""
    if np.isnan(value.median):
        return "-"
    low, median, high = (_signless(x, digits) for x in (value.low, value.median, value.high))
    return median if low == high else f"{median} ({low} to {high})"


def _signless(x: float, digits: int) -> str:
    """A number without the sign of a rounded zero."""
    return f"{round(x, digits) + 0.0:.{digits}f}"


def table(title: str | None, columns: Iterable[tuple[str, str]]) -> Any:
    """Return an empty table; ``columns`` are names and sides, left unless ``right``."""
    from rich.box import SIMPLE_HEAD
    from rich.table import Table

    made = Table(title=title, title_justify="left", title_style="bold", box=SIMPLE_HEAD)
    for name, side in columns:
        made.add_column(name, justify="right" if side == "right" else "left", overflow="fold")
    return made


def as_text(report: Any, width: int) -> str:
    """Return what rich can show as plain text of at most ``width`` columns."""
    from rich.console import Console

    console = Console(width=width, force_terminal=False, color_system=None, legacy_windows=False)
    with console.capture() as capture:
        console.print(report)
    return "".join(f"{line.rstrip()}\n" for line in capture.get().splitlines())
