"""Quarters of a year, written ``2021Q4`` and counted as ``4 * year + (quarter - 1)``."""

from __future__ import annotations

import re

Quarter = int
"""A quarter as a number: the difference of two is the number of quarters between them."""

PATTERN = r"^[0-9]{4}Q[1-4]$"
_PATTERN = re.compile(PATTERN)


def parse_quarter(text: str) -> Quarter:
    """Return the number of a quarter.

    >>> parse_quarter("2021Q4")
    8087

    Raises:
        ValueError: the text is not four digits, ``Q`` and 1 to 4.
    """
    if not _PATTERN.fullmatch(text) or text.endswith("\n"):
        raise ValueError(f"expected a quarter such as 2022Q1, not {text!r}")
    return int(text[:4]) * 4 + int(text[5]) - 1


def format_quarter(quarter: Quarter) -> str:
    """Return the text of a quarter.

    >>> format_quarter(8087)
    '2021Q4'
    """
    year, index = divmod(quarter, 4)
    return f"{year:04d}Q{index + 1}"
