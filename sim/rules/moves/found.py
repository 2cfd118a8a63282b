"""The foundation of a treaty of at least three, at one table (:mod:`sim.kernel.founding`)."""

from __future__ import annotations

from sim.rules.moves import Move, Said

MOVE = Move(
    name="found",
    code=14,
    act="found a treaty",
    said=Said("founded {x}", "found {x}"),
    towards="organisation",
)
