"""Tables that people hand in, as cells with their places: whatever a spreadsheet or a paper makes.

Commas, semicolons, tabulators or blanks part the cells; a byte order mark, blank lines, lines that
begin with ``#`` or ``%`` and empty cells at the ends of lines say nothing.
"""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Final

from sim.errors import Problem, ScenarioError, UserError, shown
from sim.system.inputs import named, read_bytes

_MOST_BYTES: Final = 50_000_000
_NUMBER: Final = re.compile(r"[+-]?(\d{1,40}(\.\d{0,40})?|\.\d{1,40})([eE][+-]?\d{1,2})?")
_MINUS: Final = str.maketrans("−–", "--")


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a table: its number in the file, from one, its cells without blanks, its text."""

    number: int
    cells: tuple[str, ...]
    text: str


@dataclass(frozen=True, slots=True)
class Table:
    """The lines of a table that say something, each with at least one cell that does."""

    path: Path
    lines: tuple[Line, ...]

    def fault(self, line: int, column: int, said: str) -> ScenarioError:
        """Return the error that something is wrong in a cell, both counted from one."""
        return ScenarioError([Problem(named(self.path), line, column, "", said)])

    def number(self, line: Line, at: int) -> Fraction:
        """Return the number in a cell of a line.

        Raises:
            UserError: there is none.
        """
        text = line.cells[at] if at < len(line.cells) else ""
        value = number(text)
        if value is None:
            what = f"{shown(text)} is not a number" if text else "a number is missing"
            raise self.fault(line.number, at + 1, what)
        return value


def read_table(path: Path | str) -> Table:
    """Read a table.

    Raises:
        UserError: it cannot be read, or says nothing.
    """
    place = Path(path)
    content = read_bytes(place, _MOST_BYTES)
    if len(content) > _MOST_BYTES:
        raise UserError(f"{named(place)} is larger than {_MOST_BYTES // 10**6} MB")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("latin-1")  # what old spreadsheets write
    texts = [(k, line) for k, line in enumerate(text.splitlines(), 1) if _speaks(line)]
    divider = _divider([line for _, line in texts])
    lines = []
    for k, line in texts:
        if divider is None:
            cells = line.split()
        else:
            cells = next(csv.reader([line], delimiter=divider, skipinitialspace=True))
        cells = [cell.strip() for cell in cells]
        if divider == ";":  # where semicolons part the cells a comma may be the decimal point
            cells = [re.sub(r"^([+-]?\d+),(\d+)$", r"\1.\2", cell) for cell in cells]
        while cells and not cells[-1]:
            cells.pop()
        if cells:
            lines.append(Line(k, tuple(cells), line.strip()))
    if not lines:
        raise UserError(f"{named(place)} has no rows")
    return Table(place, tuple(lines))


def number(text: str) -> Fraction | None:
    """Return a number as it is written, exactly, or None for any other text.

    >>> number("0.5"), number("-3"), number("1e3"), number("x")
    (Fraction(1, 2), Fraction(-3, 1), Fraction(1000, 1), None)
    """
    plain = text.translate(_MINUS).strip()
    return Fraction(plain) if _NUMBER.fullmatch(plain) else None


def _speaks(line: str) -> bool:
    return bool(line.strip(" \t,;")) and not line.lstrip().startswith(("#", "%"))


def _divider(lines: list[str]) -> str | None:
    """What parts the cells: the one of the usual that most lines have, None for blanks."""
    having = {mark: sum(mark in line for line in lines) for mark in (";", "\t", ",")}
    best = max(having, key=lambda mark: having[mark])
    return best if having[best] else None
