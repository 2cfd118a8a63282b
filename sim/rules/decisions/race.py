"""Alternatives as a state weighs them, and the race of clocks by which one of them is chosen.

See :mod:`sim.kernel.choice` for the logit that these draw. The cells of a choice and the columns of
a table of alternatives are numbered here.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from sim.compiled.jit import inline, njit
from sim.compiled.mathx import exp
from sim.rules.streams import exponential
from sim.types import Vector

#: first cells of the choice: what is done, towards whom, to which level, 1 + sum of all weights,
#: number of alternatives; then the weight of all moves towards each partner (own moves: oneself)
KIND, PARTNER, TO, SUM, ROWS, WEIGHTS = range(6)
#: columns of a table of alternatives: kind, partner, target, gain, cost, consent, weight
TABLE_COLUMNS = 7


class Option(NamedTuple):
    """An alternative: whether it is open, its target, gain and cost (logits), chance of consent."""

    is_open: bool
    to: float
    gain: float
    cost: float
    accept: float


@inline
def weight(option: Option) -> float:
    """exp(value) of an alternative; 0 if it is not open."""
    e = exp(option.gain - option.cost)
    return e if option.is_open else 0.0


@njit
def clock(bits: np.uint64, rate: float) -> float:
    """When a clock of this rate first rings: an exponential time; infinite at rate 0."""
    return exponential(bits) / rate if rate > 0.0 else np.inf


@njit
def race(choice: Vector, best: float, bits: np.uint64, kind: float, option: Option) -> float:
    """Enter an alternative into the race; returns the earliest time so far."""
    time = clock(bits, weight(option))
    if time < best:
        choice[KIND] = kind
        choice[TO] = option.to
        return time
    return best


@njit
def note(choice: Vector, table: np.ndarray, kind: float, partner: int, option: Option) -> None:
    """Write an open alternative into the table."""
    row = int(choice[ROWS])
    if not option.is_open or row >= table.shape[0]:
        return
    table[row, 0] = kind
    table[row, 1] = partner
    table[row, 2] = option.to
    table[row, 3] = option.gain
    table[row, 4] = option.cost
    table[row, 5] = option.accept
    table[row, 6] = weight(option)
    choice[ROWS] += 1.0
