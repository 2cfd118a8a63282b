"""A member's suspension by the others of its organisation (:mod:`sim.kernel.organise`).

The row of the log is that of the state that is suspended: it is told what the state loses by it.
"""

from __future__ import annotations

from sim.rules.moves import Move, Said

MOVE = Move(
    name="suspend",
    code=15,
    act="be suspended by an organisation",
    said=Said("was suspended by {x}", "be suspended by {x}"),
    towards="organisation",
)
