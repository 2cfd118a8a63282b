"""Less effort for arms, by a step."""

from __future__ import annotations

from sim.compiled.jit import inline
from sim.rules.decisions.acts import ARM_COST, ARM_STEP, ARMAMENT, bounded
from sim.rules.moves import Act, Said
from sim.types import Blocks


@inline
def target(w: Blocks, i: int, j: int, now: float) -> float:
    """A step down, within the bounds of effort."""
    return bounded(now * (1.0 / (1.0 + ARM_STEP)))


@inline
def is_open(w: Blocks, i: int, j: int, now: float) -> bool:
    """Where the bound is not reached."""
    return target(w, i, j, now) != now


MOVE = Act(
    name="disarm",
    code=7,
    act="disarm",
    said=Said("cut its arms effort by {change}", "cut its arms effort by {change}"),
    towards="self",
    change=ARMAMENT,
    cost=ARM_COST,
    is_open=is_open,
    target=target,
)
