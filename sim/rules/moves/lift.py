"""The end of all sanctions on a state."""

from __future__ import annotations

from sim.compiled.jit import inline
from sim.rules.decisions.acts import SANCTION
from sim.rules.declarations import param
from sim.rules.moves import Act, Said
from sim.rules.moves.sanction import BODY
from sim.types import Blocks

COST = param(
    "moves.lift",
    4.6,
    (4.0, 5.4),
    bounds=(0.0, 50.0),
    unit="logits",
    meaning="cost of lifting sanctions",
    source="judgement: easier than to impose them, harder than to end aid",
)


@inline
def is_open(w: Blocks, i: int, j: int, now: float) -> bool:
    """Where they amount to something."""
    return now > 0.2


@inline
def target(w: Blocks, i: int, j: int, now: float) -> float:
    """None is left."""
    return 0.0


MOVE = Act(
    name="lift",
    code=3,
    act="lift sanctions",
    said=Said("lifted its sanctions on {x}", "lift its sanctions on {x}"),
    change=SANCTION,
    cost=COST,
    is_open=is_open,
    target=target,
    jointly=BODY,
)
