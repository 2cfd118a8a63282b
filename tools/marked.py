"""What the tools for generated pages share: blocks between two comments, cells of tables."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterable
from pathlib import Path

from sim.system.files import write_text


def markers(name: str) -> tuple[str, str]:
    """Return the comments before and after the block of this name."""
    return f"<!-- {name} -->", f"<!-- end of {name} -->"


def replaced(page: str, name: str, block: str) -> str:
    """Return the page with the block of this name put in place of the old one.

    >>> replaced("a <!-- x -->old<!-- end of x --> b", "x", "new")
    'a <!-- x -->new<!-- end of x --> b'

    Raises:
        ValueError: the page does not have both comments.
    """
    begin, end = markers(name)
    before, found, rest = page.partition(begin)
    _, closed, after = rest.partition(end)
    if not found or not closed:
        raise ValueError(f"the page lacks {begin} or {end}")
    return f"{before}{begin}{block}{end}{after}"


def cell(text: str) -> str:
    """Return text for a cell of a table: one line, no bar that would end the cell."""
    return " ".join(text.split()).replace("|", "\\|")


def from_data(
    about: str | None, page: Path, name: str, told: Callable[[Path], Iterable[str]]
) -> None:
    """The command of a tool that reads a folder DATA: write what it tells into a page; print it.

    Args:
        about: what ``--help`` says.
        page, name: the page and its block.
        told: gives the lines of the block, of the folder.
    """
    parser = argparse.ArgumentParser(
        description=about, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("data", type=Path)
    text = "\n".join(told(parser.parse_args().data))
    write_text(page, replaced(page.read_text(encoding="utf-8"), name, f"\n{text}\n"))
    sys.stdout.write(text + "\n")
