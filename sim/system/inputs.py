"""What people hand in: files of bounded size, and whole numbers in digits."""

from __future__ import annotations

import os
import stat
from pathlib import Path

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
