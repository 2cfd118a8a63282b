"""Tables beside a scenario as cells that know their row: CSV and Parquet files, data frames."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sim.errors import is_plain, shown
from sim.scenario.reader import Layer, Log, decode
from sim.system.inputs import Unreadable, read_bytes, table_of

SUFFIXES = (".csv", ".parquet")
MAX_TABLE = 64 * 1024 * 1024
MAX_ROWS = 1_000_000
_MISSING = frozenset(("", "na", "nan", "n/a", "null", "."))
_NUMBER = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?\Z")

type Cell = str | float | bool | None


@dataclass(frozen=True, slots=True)
class Cells:
    """A table: the names of its columns with their places, and its rows with their lines.

    Lines are those of a CSV file; rows of other tables are counted from one.
    """

    layer: Layer
    columns: dict[str, int]
    rows: Sequence[tuple[int, Sequence[Cell]]]

    def of_year(self, column: str, year: int) -> Cells:
        """Return the rows whose figure in a column is the year."""
        at = self.columns[column]
        return Cells(self.layer, self.columns, [x for x in self.rows if number(x[1][at]) == year])


def read_cells(source: Any, layer: Layer, log: Log) -> Cells | None:
    """Return the cells of a file or a data frame; None, with the problem noted, if unreadable."""
    if isinstance(source, Path):
        if source.suffix == ".csv":
            return _csv(source, layer, log)
        try:
            source = table_of(source)
        except Unreadable as error:
            log.at(layer, 0, 0, "", f"cannot be read: {error}")
            return None
    if len(source) > MAX_ROWS:
        log.at(layer, 0, 0, "", f"more than {MAX_ROWS} rows")
        return None
    columns = {str(name): at for at, name in enumerate(source.columns)}
    cells = [_plain(source.iloc[:, at]) for at in columns.values()]
    return Cells(layer, columns, list(enumerate(zip(*cells, strict=True), start=1)))


def _plain(series: Any) -> Iterator[Cell]:
    """The cells of a column of a data frame as Python's own types."""
    gone = series.isna().tolist()
    return (None if out else value for value, out in zip(series.tolist(), gone, strict=True))


def _csv(path: Path, layer: Layer, log: Log) -> Cells | None:
    text = decode(read_bytes(path, MAX_TABLE), layer, log, MAX_TABLE)
    if text is None:
        return None
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    rows: list[tuple[int, Sequence[Cell]]] = []
    columns: dict[str, int] = {}
    width = 0
    try:
        for row in reader:
            if not columns:
                width = len(row)
                for at, name in enumerate(row):
                    if columns.setdefault(name.strip(), at) != at:
                        said = f"a second column {shown(name.strip())}"
                        log.at(layer, reader.line_num, at + 1, "", said)
            elif len(row) != width and row:
                said = f"{len(row)} cells in a table of {width} columns"
                log.at(layer, reader.line_num, 1, "", said)
            elif any(row):
                rows.append((reader.line_num, row))
    except csv.Error as error:
        log.at(layer, reader.line_num, 1, "", f"not valid CSV: {error}")
        return None
    if not columns:
        log.at(layer, 1, 1, "", "has no columns")
        return None
    return Cells(layer, columns, rows)


def is_missing(cell: Cell) -> bool:
    """Return whether a cell that should hold a number holds none."""
    return cell is None or (isinstance(cell, str) and cell.strip().casefold() in _MISSING)


def number(cell: Cell) -> float | None:
    """Return the finite number in a cell, or None for anything else.

    >>> number(" 1e3 "), number("1,000"), number("NA"), number(2)
    (1000.0, None, None, 2.0)
    """
    if isinstance(cell, str):
        return float(cell) if _NUMBER.match(cell := cell.strip()) else None
    if cell is None or isinstance(cell, bool) or not isinstance(cell, int | float):
        return None
    return float(cell) if abs(cell) < float("inf") else None


def text(cell: Cell) -> str:
    """Return a cell that names something, whole numbers without a point; empty if it is none."""
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    return "" if cell is None else str(cell).strip()


def unreadable(said: str) -> str:
    """Return what is wrong with the characters of a text, or an empty text."""
    hidden = next((c for c in said if not is_plain(c)), None)
    return "" if hidden is None else f"a text with the character {shown(hidden)}"
