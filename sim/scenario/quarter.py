"""Quarters of a year, written ``2021Q4`` and counted as ``4 * year + (quarter - 1)``."""

from __future__ import annotations

import re

Quarter = int
"""A quarter as a number: the difference of two is the number of quarters between them."""

PATTERN = r"^[0-9]{4}Q[1-4]$"
_PATTERN = re.compile(PATTERN)
_QUARTERS = re.compile(
    r"(?P<year>[0-9]{4})[ -/.]?[Qq](?P<number>[1-4])|[Qq](?P<early>[1-4])[ -/.]?(?P<late>[0-9]{4})"
)
_YEAR = re.compile("[0-9]{4}")
_MONTHS = re.compile(r"(?P<year>[0-9]{4})[-/.](?P<month>[0-9]{1,2})(?:[-/.][0-9]{1,2})?")


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


def guess(written: object) -> str | None:
    """Return the quarter that a date in another form means, or None.

    >>> guess("2022-03-24"), guess("Q4 2021"), guess("2021q4"), guess("2022-31-12")
    ('2022Q1', '2021Q4', '2021Q4', None)
    >>> guess(1949)
    'one of 1949Q1 to 1949Q4'
    """
    text = str(written).strip()
    if found := _QUARTERS.fullmatch(text):
        year, number = (found["year"] or found["late"]), int(found["number"] or found["early"])
        return f"{year}Q{number}"
    if (found := _MONTHS.fullmatch(text)) and 1 <= (month := int(found["month"])) <= 12:
        return f"{found['year']}Q{(month + 2) // 3}"
    return f"one of {text}Q1 to {text}Q4" if _YEAR.fullmatch(text) else None


def format_quarter(quarter: Quarter) -> str:
    """Return the text of a quarter.

    >>> format_quarter(8087)
    '2021Q4'
    """
    year, index = divmod(quarter, 4)
    return f"{year:04d}Q{index + 1}"
