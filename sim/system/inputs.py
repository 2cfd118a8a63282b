"""What people hand in: files of bounded size, and whole numbers in digits."""

from __future__ import annotations

import os
import re
import stat
from pathlib import Path
from typing import Any

from sim.errors import UserError, printable, shown

_MOST_DIGITS = 18
_SHOWN_PATH = 200


def read_bytes(path: Path, limit: int) -> bytes:
    """Return the content of a file, of a longer one its first ``limit + 1`` bytes.

    A device or a pipe may never end, so only files are read.

    Raises:
        UserError: it is no file, or cannot be read.
    """
    try:
        mode = path.stat().st_mode
        if not stat.S_ISREG(mode):
            what = "a folder" if stat.S_ISDIR(mode) else "a device or a pipe"
            raise UserError(f"cannot read {named(path)}: it is {what}, not a file")
        with path.open("rb") as file:
            return file.read(limit + 1)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise UserError(f"cannot read {named(path)}: {reason}") from None


class Unreadable(ValueError):
    """A table in a file cannot be read; ``line`` is where, from one, 0 if it has no lines."""

    def __init__(self, said: str, line: int = 0) -> None:
        super().__init__(said)
        self.line = line


def numbers(cells: Any) -> Any:
    """Return a column of a table as float64, NaN where a cell is no number of that size."""
    import pandas as pd  # late: it is slow to import, and few commands need it

    try:
        found = pd.to_numeric(cells, errors="coerce")
    except OverflowError:  # of whole numbers beyond float64, which pandas does not take for missing
        most = 10**300
        small = [None if isinstance(x, int) and abs(x) > most else x for x in cells]
        found = pd.to_numeric(pd.Series(small, cells.index, dtype=object), errors="coerce")
    return found.astype("float64")


def table_of(path: Path, **options: Any) -> Any:
    """Return a file of CSV, or of Parquet by its name, as a data frame.

    Args:
        path: the file.
        options: of ``pandas.read_csv``.

    Raises:
        Unreadable: it cannot be read, for whatever reason.
    """
    import pandas as pd  # late: it is slow to import, and few commands need it

    try:
        if path.suffix == ".parquet":
            return pd.read_parquet(path)
        table = pd.read_csv(path, **options)
    except OSError as error:
        raise Unreadable(error.strerror or printable(str(error))) from error
    except Exception as error:  # errors of pyarrow have no common base
        said = " ".join(printable(str(error)).split())
        line = re.search(r"\b(?:line|row) (\d+)", said)
        if path.suffix == ".parquet":
            raise Unreadable(said) from error
        if isinstance(error, UnicodeDecodeError):
            raise Unreadable("it is not UTF-8 text", _not_text(path)) from error
        raise Unreadable(said, int(line[1]) if line else 1) from error
    if not isinstance(table.index, pd.RangeIndex):  # pandas takes the first cells for labels
        header = 1 + options.get("skiprows", 0)
        raise Unreadable("a row has more cells than there are columns", header + 1)
    return table


def _not_text(path: Path) -> int:
    """The line of a file that is not UTF-8; pandas tells the place within some part of it."""
    content = path.read_bytes()
    try:
        content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        return content.count(b"\n", 0, error.start) + 1
    return 1


def named(path: Path | str) -> str:
    """Return a path for a message: a very long one cut short, control characters escaped."""
    text = os.fspath(path)
    return printable(text) if len(text) <= _SHOWN_PATH else shown(text)


def whole(text: str) -> int | None:
    """Return a whole number of ASCII digits, None for any other text.

    >>> whole(" 12 "), whole("1²"), whole("-3"), whole("9" * 30)
    (12, None, None, None)
    """
    digits = text.strip()
    plain = digits.isascii() and digits.isdigit() and len(digits) <= _MOST_DIGITS
    return int(digits) if plain else None
