"""The second step into an organisation: full membership (:mod:`sim.kernel.organise`)."""

from __future__ import annotations

from sim.rules.moves import Move, Said

MOVE = Move(
    name="join",
    code=12,
    act="join an organisation",
    said=Said("joined {x}", "join {x}"),
    towards="organisation",
)
