"""The step of the model, compiled; both drivers call these functions and nothing else.

A quarter, in order: dated events -> mechanisms -> assessment -> accession to organisations ->
moves of states in random order -> observation. Arrays in, arrays out, no allocation; see
:data:`STEP` for the printable order.

Blocks: ``M (dyad variables, N, N)``, ``V (state variables, N)``, ``G (collective variables, K)``,
``B (K, N)`` parts, ``P (parameters,)``, ``keys (N,)`` stable stream keys, ``events (E, 7)`` rows
(tick, kind of variable, row, i, j, operation, number),
``log (moves, LOG_COLUMNS)``, ``counts (2,)`` opportunities and no-ops. All float64 except ``keys``
and ``counts`` (int64).
"""

from __future__ import annotations

from functools import cache
from types import ModuleType

from sim.codegen import load_entries
from sim.kernel.choice import alternatives
from sim.kernel.layout import (
    LOG_COLUMNS,
    LOG_HEAD,
    MAX_OPPORTUNITIES,
    STEP,
    TABLE_COLUMNS,
    TERM_COUNT,
    choice_cells,
)
from sim.kernel.organise import organise
from sim.kernel.step import (
    begin,
    draw_triangles,
    finish,
    play_event_at,
    schedule,
    settle,
    simulate,
    term_values,
    turn,
)

__all__ = [
    "LOG_COLUMNS",
    "LOG_HEAD",
    "MAX_OPPORTUNITIES",
    "STEP",
    "TABLE_COLUMNS",
    "TERM_COUNT",
    "alternatives",
    "begin",
    "choice_cells",
    "draw_triangles",
    "entries",
    "finish",
    "organise",
    "play_event_at",
    "schedule",
    "settle",
    "simulate",
    "term_values",
    "turn",
]

_CORE = "M, V, P, n"
_WORLD = "M, V, G, B, P, n"
SIGNATURES = {
    "begin": f"{_WORLD}, keys",
    "play_event_at": f"{_WORLD}, events, limits, e",
    "settle": f"{_WORLD}, tick, seed, run",
    "organise": f"{_WORLD}, tick, seed, run, keys, log, logged",
    "schedule": "V, P, n, tick, seed, run, keys, order, times",
    "turn": f"i, k, position, {_CORE}, tick, seed, run, keys, choice, log, logged, counts",
    "alternatives": f"i, k, {_CORE}, tick, seed, run, keys, choice, table",
    "finish": _CORE,
    "simulate": f"{_WORLD}, quarters, seed, run, keys, events, limits, order, times, choice, "
    "state_rows, dyad_rows, pairs, cells, state_series, dyad_series, cell_series, "
    "network_ticks, network_rows, networks, log, counts",
    "term_values": f"{_CORE}, i, out",
    "draw_triangles": "seed, run, keys, shape, out",
}


@cache
def entries() -> ModuleType:
    """The compiled entry points, from the cache where they are there."""
    return load_entries(SIGNATURES)
