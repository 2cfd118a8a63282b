"""Numbers written short."""

from __future__ import annotations

import math


def number(x: float, *, signed: bool = False) -> str:
    """Write a number short: three decimals, or two digits where it is small.

    >>> number(0.12345), number(-0.0012345), number(0.0000123, signed=True), number(-0.0)
    ('0.123', '-0.0012', '+1.2e-05', '0')
    """
    if not math.isfinite(x):
        return "-"
    if x == 0:
        return "0"
    form = ",.0f" if abs(x) >= 100 else ".3f" if abs(x) >= 0.1 else ".2g"
    return f"{x:{'+' if signed else ''}{form}}"
