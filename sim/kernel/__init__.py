"""The step of the model, compiled; both drivers call these functions and nothing else.

A quarter, in order: dated events -> mechanisms -> assessment -> accession to organisations ->
moves of states in random order -> observation. Arrays in, arrays out, no allocation; see
:data:`STEP` for the printable order.

``w`` are the arrays of a run (:class:`sim.types.Blocks`), ``luck`` what draws are keyed by
(:class:`sim.types.Luck`), ``space`` and ``watch`` working space and the record
(:class:`sim.types.Space`, :class:`sim.types.Watch`); ``keys (N,)`` int64 stable stream keys,
``events (E, 7)`` rows (tick, kind of variable, row, i, j, operation, number),
``log (moves, LOG_COLUMNS)``, ``counts (2,)`` int64 opportunities and no-ops.
"""

from __future__ import annotations

from functools import cache
from types import ModuleType

from sim.kernel.choice import alternatives
from sim.kernel.execution import appraise
from sim.kernel.layout import (
    LOG_COLUMNS,
    LOG_HEAD,
    MAX_OPPORTUNITIES,
    STEP,
    TABLE_COLUMNS,
    TERM_COUNT,
    choice_cells,
    space,
)
from sim.kernel.organise import bodies
from sim.kernel.step import (
    begin,
    draw_triangles,
    finish,
    organise,
    play_event_at,
    schedule,
    settle,
    simulate,
    term_values,
    turn,
)
from sim.rules.codegen import load_entries

__all__ = [
    "LOG_COLUMNS",
    "LOG_HEAD",
    "MAX_OPPORTUNITIES",
    "STEP",
    "TABLE_COLUMNS",
    "TERM_COUNT",
    "alternatives",
    "appraise",
    "begin",
    "bodies",
    "choice_cells",
    "draw_triangles",
    "entries",
    "finish",
    "organise",
    "play_event_at",
    "schedule",
    "settle",
    "simulate",
    "space",
    "term_values",
    "turn",
]

SIGNATURES = {
    "begin": "w, keys",
    "play_event_at": "w, events, limits, e",
    "settle": "w, luck",
    "organise": "w, luck, log, logged",
    "schedule": "w, luck, order, times",
    "turn": "w, luck, i, k, position, choice, log, logged, counts",
    "alternatives": "w, luck, i, k, choice, table",
    "appraise": "w, level, out",
    "bodies": "w, out",
    "finish": "w",
    "simulate": "w, luck, quarters, events, limits, space, watch, log, counts",
    "term_values": "w, i, out",
    "draw_triangles": "seed, run, keys, shape, out",
}


@cache
def entries() -> ModuleType:
    """The compiled entry points, from the cache where they are there."""
    return load_entries(SIGNATURES)
