"""A conciliatory act towards a state under pressure."""

from __future__ import annotations

from sim.compiled.jit import inline
from sim.rules.decisions.acts import PRESSURE
from sim.rules.declarations import param
from sim.rules.moves import Act, Said
from sim.types import Blocks

COST = param(
    "moves.reconcile",
    4.5,
    (3.9, 5.1),
    bounds=(0.0, 50.0),
    unit="logits",
    meaning="cost of a conciliatory act",
    source="judgement: as rare as the lifting of sanctions",
)
RECONCILE_STEP = 0.4


@inline
def is_open(w: Blocks, i: int, j: int, now: float) -> bool:
    """Where there is pressure to take back."""
    return now > 0.1


@inline
def target(w: Blocks, i: int, j: int, now: float) -> float:
    """A part of the pressure is taken back."""
    return now * (1.0 - RECONCILE_STEP)


MOVE = Act(
    name="reconcile",
    code=10,
    act="conciliate",
    said=Said("made a conciliatory gesture to {x}", "make a conciliatory gesture to {x}"),
    change=PRESSURE,
    cost=COST,
    is_open=is_open,
    target=target,
)
