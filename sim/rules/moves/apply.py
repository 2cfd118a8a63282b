"""The first step into an organisation: an application (:mod:`sim.kernel.organise`)."""

from __future__ import annotations

from sim.rules.moves import Move, Said

MOVE = Move(
    name="apply",
    code=11,
    act="apply to an organisation",
    said=Said("applied to {x}", "apply to {x}"),
    towards="organisation",
)
