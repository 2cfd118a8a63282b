"""The end of membership of an organisation (:mod:`sim.kernel.organise`)."""

from __future__ import annotations

from sim.rules.moves import Move, Said

MOVE = Move(
    name="withdraw",
    code=13,
    act="leave an organisation",
    said=Said("left {x}", "leave {x}"),
    towards="organisation",
)
