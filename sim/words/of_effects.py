"""Effects and intervals in words."""

from __future__ import annotations

from sim.blocs.indices import Interval
from sim.statistics.paired import Effect
from sim.words.of_decisions import capital
from sim.words.of_metrics import short
from sim.words.of_numbers import bounded


def bounds(value: Interval, *, share: bool = False) -> str:
    """Write a median with its bounds: ``0.35 (0.20 to 0.41)``, or in per cent."""
    return bounded(value, "{:.0%}".format if share else lambda x: f"{round(x, 2) + 0.0:.2f}")


def change_words(effect: Effect) -> str:
    """Say by how much a metric is higher or lower: ``0.35 lower (95% interval 0.31 to 0.38)``."""
    way = "higher" if effect.difference > 0 else "lower"
    low, high = sorted((abs(effect.low), abs(effect.high)))
    return f"{short(effect.difference)} {way} (95% interval {short(low)} to {short(high)})"


def sentence(text: str) -> str:
    """Begin with a capital and end with a stop."""
    said = capital(text.strip())
    return said if said.endswith((".", "?", "!")) else f"{said}."
