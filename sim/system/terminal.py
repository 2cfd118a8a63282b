"""Words on a terminal: what comes from a file is shown as it is written.

Rich reads square brackets as markup, and a terminal obeys control characters. Titles, names, paths
and options may have either, so nothing here is markup: what is bold or dim is a
:class:`rich.text.Text` with a style.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from rich.box import SIMPLE_HEAD, Box
from rich.console import Console, ConsoleOptions, RenderableType
from rich.segment import Segment
from rich.table import Table
from rich.text import Text

from sim.errors import is_plain, printable


class Terminal(Console):
    """A console without markup and emoji codes, on which unprintable characters are escaped."""

    def __init__(self, **options: Any) -> None:
        super().__init__(markup=False, emoji=False, **options)

    def render(
        self, renderable: RenderableType, options: ConsoleOptions | None = None
    ) -> Iterable[Segment]:
        """Render with unprintable characters as escapes; the console's own control is kept."""
        for segment in super().render(renderable, options):
            if segment.control is None and not segment.text.isprintable():
                yield segment._replace(text=printable(segment.text, is_plain))
            else:
                yield segment


class Grid(Table):
    """A table whose texts are no markup, on any console."""

    def add_row(self, *cells: RenderableType | None, **options: Any) -> None:
        """Add a row; texts are shown as they are."""
        super().add_row(*(Text(x) if isinstance(x, str) else x for x in cells), **options)

    def add_rest(self, hidden: int, word: str) -> None:
        """Add a row that says how many more there are, if any are."""
        if hidden > 0:
            self.add_row(Text(f"and {hidden} {word}", style="dim"))


def table(
    title: str | None,
    columns: Iterable[str | tuple[str, str]] = (),
    *,
    box: Box | None = SIMPLE_HEAD,
    **options: Any,
) -> Grid:
    """Return an empty table.

    Args:
        title: above it, None for none.
        columns: their names, or names and sides, left unless ``right``; long words are folded.
        box: its rules.
        options: of rich's ``Table``.
    """
    head = None if title is None else Text(title, style="bold")
    made = Grid(title=head, title_justify="left", caption_justify="left", box=box, **options)
    for column in columns:
        name, side = (column, "") if isinstance(column, str) else column
        made.add_column(Text(name), justify="right" if side == "right" else "left", overflow="fold")
    return made


def facts(title: str, rows: Iterable[tuple[str, str]]) -> Grid:
    """Return names and what holds of them as a table without rules, the names dim."""
    made = Grid(title=Text(title), title_justify="left", box=None, show_header=False)
    for name, value in rows:
        made.add_row(Text(name, style="dim"), value)
    return made


def as_text(report: Any, width: int) -> str:
    """Return what rich can show as plain text of at most ``width`` columns."""
    console = Terminal(width=width, force_terminal=False, color_system=None, legacy_windows=False)
    with console.capture() as capture:
        console.print(report)
    return "".join(f"{line.rstrip()}\n" for line in capture.get().splitlines())
