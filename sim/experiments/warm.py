"""Compile every kernel once, on a world of three made-up states, so that the cache holds them."""

from __future__ import annotations

import numpy as np

from sim import kernel
from sim import vocabulary as names


def compile_all() -> None:
    """Call each entry point of the kernel with the types that real runs use."""
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
    events, limits = np.zeros((1, 7)), np.zeros((1, 2))
    order = np.zeros((n * kernel.MAX_OPPORTUNITIES, 2), dtype=np.int64)
    times = np.zeros(len(order))
    log = np.zeros((100, kernel.LOG_COLUMNS))
    counts = np.zeros(2, dtype=np.int64)
    choice = np.zeros(kernel.choice_cells(n))
    rows = np.zeros(1, dtype=np.int64)
    entries.draw_triangles(1, 0, keys, np.ones((n, 3)), np.empty(n))
    entries.simulate(
        m,
        v,
        g,
        b,
        p,
        n,
        quarters,
        1,
        0,
        keys,
        events,
        limits,
        order,
        times,
        choice,
        rows,
        rows,
        np.zeros((1, 2), dtype=np.int64),
        np.zeros((1, 3), dtype=np.int64),
        np.zeros((quarters + 1, 1, n)),
        np.zeros((quarters + 1, 1, 1)),
        np.zeros((quarters + 1, 1)),
        np.array([0, 2], dtype=np.int64),
        rows,
        np.zeros((1, 2, n, n)),
        log,
        counts,
    )
    entries.begin(m, v, g, b, p, n, keys)
    entries.play_event_at(m, v, g, b, p, n, events, limits, 0)
    entries.settle(m, v, g, b, p, n, 1, 1, 0)
    entries.organise(m, v, g, b, p, n, 1, 1, 0, keys, log, 0)
    entries.schedule(v, p, n, 1, 1, 0, keys, order, times)
    entries.turn(0, 0, 0, m, v, p, n, 1, 1, 0, keys, choice, log, 0, counts)
    entries.alternatives(0, 0, m, v, p, n, 1, 1, 0, keys, choice, np.zeros((50, 7)))
    entries.finish(m, v, p, n)
    entries.term_values(m, v, p, n, 0, np.zeros(kernel.TERM_COUNT))
    from sim.blocs import find_blocs

    find_blocs(np.zeros((2, 3, 3), dtype=np.float32))
