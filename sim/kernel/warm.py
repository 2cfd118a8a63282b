"""Compile every kernel once, on a world of three made-up states, so that the cache holds them."""

from __future__ import annotations

import numpy as np

from sim import kernel
from sim.compiled.jit import entries_only
from sim.rules import catalogue as names
from sim.types import Blocks, Luck, Watch


def compile_all() -> None:
    """Call each entry point of the kernel with the types that real runs use.

    One process does it all: a whole run takes four fifths of the time, and the other entry points,
    made of the same rules, would take as long again in a process of their own. In this process no
    function that they call is to be called from Python afterwards
    (:func:`~sim.compiled.jit.entries_only`).
    """
    with entries_only():
        _call_all()


def _call_all() -> None:
    n, quarters = 3, 2
    entries = kernel.entries()
    v = np.repeat([[field.default] for field in names.STATE_FIELDS.values()], n, axis=1)
    m = np.empty((len(names.DYAD_FIELDS), n, n))
    for field in names.DYAD_FIELDS.values():
        m[field.row] = field.default
    v[names.STATE_FIELDS["capability"].row] = 0.1
    g = np.zeros((len(names.COLLECTIVE_FIELDS), 4))
    g[names.COLLECTIVE_FIELDS["collective_kind"].row] = np.arange(4)
    b = np.zeros((4, n))
    p = np.array([known.default for known in names.PARAMS.values()])
    keys = np.arange(1, n + 1, dtype=np.int64)
    w, luck, space = Blocks(m, v, g, b, p, n), Luck(1, 1, 0, keys), kernel.space(n)
    events, limits = np.zeros((1, 8)), np.zeros((1, 2))
    log = np.zeros((100, kernel.LOG_COLUMNS))
    counts = np.zeros(2, dtype=np.int64)
    rows = np.zeros(1, dtype=np.int64)
    watch = Watch(
        state_rows=rows,
        dyad_rows=rows,
        pairs=np.zeros((1, 2), dtype=np.int64),
        cells=np.zeros((1, 3), dtype=np.int64),
        network_ticks=np.array([0, 2], dtype=np.int64),
        network_rows=rows,
        states=np.zeros((quarters + 1, 1, n)),
        dyads=np.zeros((quarters + 1, 1, 1)),
        parts=np.zeros((quarters + 1, 1)),
        networks=np.zeros((1, 2, n, n)),
    )
    entries.draw_triangles(1, 0, keys, np.ones((n, 3)), np.empty(n))
    entries.simulate(w, luck, quarters, events, limits, space, watch, log, counts)
    entries.begin(w, keys)
    entries.play_event_at(w, events, limits, 0)
    entries.settle(w, luck)
    entries.organise(w, luck, log, 0)
    entries.schedule(w, luck, space.order, space.times)
    entries.turn(w, luck, 0, 0, 0, space.choice, log, 0, counts)
    entries.alternatives(w, luck, 0, 0, space.choice, np.zeros((50, 7)))
    entries.appraise(w, 1.0, np.zeros((n * n, kernel.TERM_COUNT)))
    entries.bodies(w, np.zeros((4 * n, kernel.TERM_COUNT)))
    entries.finish(w)
    entries.term_values(w, 0, np.zeros(kernel.TERM_COUNT))
    from sim.blocs import find_blocs

    find_blocs(np.zeros((2, 3, 3), dtype=np.float32))
