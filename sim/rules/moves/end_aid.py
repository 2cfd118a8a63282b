"""The end of all aid to a state."""

from __future__ import annotations

from sim.compiled.jit import inline
from sim.rules.decisions.acts import AID_GIVEN
from sim.rules.declarations import param
from sim.rules.moves import Act, Said
from sim.types import Blocks

COST = param(
    "moves.end_aid",
    4.0,
    (3.4, 4.6),
    bounds=(0.0, 50.0),
    unit="logits",
    meaning="cost of ending aid",
    source="judgement: programmes lapse more easily than they begin",
)


@inline
def is_open(w: Blocks, i: int, j: int, now: float) -> bool:
    """Where half of it or more is given."""
    return now >= 0.5


@inline
def target(w: Blocks, i: int, j: int, now: float) -> float:
    """None is left."""
    return 0.0


MOVE = Act(
    name="end_aid",
    code=5,
    act="end aid",
    said=Said("ended its aid to {x}", "end its aid to {x}"),
    change=AID_GIVEN,
    cost=COST,
    is_open=is_open,
    target=target,
)
