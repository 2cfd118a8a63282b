"""Sanctions in full, or what is missing to them."""

from __future__ import annotations

from sim.decisions.acts import SANCTION
from sim.decisions.moves import Act, Said
from sim.jit import inline
from sim.registry import param
from sim.types import Blocks

COST = param(
    "moves.sanction",
    7.0,
    (6.2, 7.8),
    bounds=(0.0, 50.0),
    unit="logits",
    meaning="cost of imposing sanctions",
    source="judgement: with less, sanctions spread from state to state by themselves",
)


@inline
def is_open(w: Blocks, i: int, j: int, now: float) -> bool:
    """While they are not all but complete."""
    return now < 0.9


@inline
def target(w: Blocks, i: int, j: int, now: float) -> float:
    """All of them at once."""
    return 1.0


MOVE = Act(
    name="sanction",
    code=2,
    act="impose sanctions",
    said=Said("imposed sanctions on {x}", "impose sanctions on {x}"),
    more=Said("tightened its sanctions on {x}", "tighten its sanctions on {x}"),
    change=SANCTION,
    cost=COST,
    is_open=is_open,
    target=target,
)
