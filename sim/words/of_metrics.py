"""Metrics in words, with the names that a scenario gives its states."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from sim.words.digits import number
from sim.words.of_decisions import possessive, state_words

_CALL: Final = re.compile(r"([a-z_]+)\(([A-Za-z0-9_, ]*)\)( @ start\.\.end)?")
_PHRASES: Final = {
    ("alignment", 2): "{is_} alignment with {b}",
    ("tension", 2): "tension of {a} with {b}",
    ("trust", 2): "{is_} trust in {b}",
    ("threat", 1): "the threat that {a} sees",
    ("threat", 2): "the threat that {a} sees in {b}",
    ("hedging", 1): "{is_} hedging",
    ("isolation", 1): "{is_} isolation",
    ("dependence", 2): "{is_} dependence on {b}",
    ("asymmetry", 2): "{is_} one-sided dependence on {b}",
    ("contact", 2): "contact of {a} with {b}",
    ("aid", 2): "aid of {a} to {b}",
    ("munitions", 1): "munitions of {a}",
    ("poles", 0): "the effective number of poles",
}
_INTENSITY: Final = "{level} pacts of {a} and {b} to be expected a quarter"
_LEVELS: Final = {
    "consultation": "consultation",
    "arms_cooperation": "arms-cooperation",
    "defence": "defence",
}
_TENTH: Final = 0.095


def metric_words(metric: str, names: Mapping[str, str]) -> str:
    """Put a metric into words; one that is made of several stays as it is written.

    >>> metric_words("alignment(AAA, BBB)", {"AAA": "Highland", "BBB": "Lowlands"})
    "Highland's alignment with the Lowlands"
    >>> metric_words("threat(AAA) - threat(BBB)", {})
    'threat(AAA) - threat(BBB)'
    """
    found = _CALL.fullmatch(metric.strip())
    if found is None:
        return metric
    name, inside, _ = found.groups()
    words = [word.strip() for word in inside.split(",") if word.strip()]
    states = [state_words(word, names) for word in words]
    if name == "intensity" and len(words) == 3 and words[2] in _LEVELS:
        return _INTENSITY.format(level=_LEVELS[words[2]], a=states[0], b=states[1])
    phrase = _PHRASES.get((name, len(words)))
    if phrase is None:
        return metric
    a, b = (*states, "", "")[:2]
    return phrase.format(a=a, b=b, is_=possessive(a) if a else "")


def short(x: float) -> str:
    """Write a size without its sign: two decimals, or two digits where it is small.

    >>> short(-0.38), short(0.0072)
    ('0.38', '0.0072')
    """
    return f"{abs(x):.2f}" if abs(x) >= _TENTH else number(abs(x))
