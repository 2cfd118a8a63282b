"""An act of pressure on a state."""

from __future__ import annotations

from sim.compiled.jit import inline
from sim.rules.decisions.acts import PRESSURE
from sim.rules.declarations import param
from sim.rules.moves import Act, Said
from sim.types import Blocks

COST = param(
    "moves.provoke",
    2.84,
    (2.13, 3.63),
    bounds=(0.0, 50.0),
    unit="logits",
    meaning="cost of an act of pressure",
    source="calibrated (docs/calibration.md) on the onset of militarised disputes (MID)",
)
PROVOKE_STEP = 0.25


@inline
def is_open(w: Blocks, i: int, j: int, now: float) -> bool:
    """While pressure is not all but complete."""
    return now < 0.9


@inline
def target(w: Blocks, i: int, j: int, now: float) -> float:
    """A part of what is missing to full pressure."""
    return now + PROVOKE_STEP * (1.0 - now)


MOVE = Act(
    name="provoke",
    code=9,
    act="put pressure on",
    said=Said("put pressure on {x}", "put pressure on {x}"),
    change=PRESSURE,
    cost=COST,
    is_open=is_open,
    target=target,
)
