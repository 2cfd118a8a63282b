"""Compile every kernel once, on a world of three made-up states, so that the cache holds them."""

from __future__ import annotations

import multiprocessing
from concurrent.futures import ProcessPoolExecutor

import numpy as np

from sim import codegen, kept, kernel, outside
from sim import vocabulary as names
from sim.machine import cores
from sim.types import Blocks, Luck, Watch

WHOLE, PARTS = "simulate", "parts"
"""What two processes compile: a whole run, which has the rules in one function, and the rest."""


def compile_all() -> None:
    """Compile what is not kept yet, in two processes where there are two cores.

    A whole run takes as long as all other entry points together. Two processes may write to the
    folder of kernels (:mod:`sim.kept`); where nothing can be kept, a second one would be of no use.
    """
    if codegen.is_compiled() or cores() < 2 or kept.folder()[0] is None:
        compile_part(WHOLE)
        compile_part(PARTS)
        return
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as second:
        rest = second.submit(
            outside.call, outside.sent(), f"{__name__}:{compile_part.__name__}", PARTS
        )
        compile_part(WHOLE)
        rest.result()


def compile_part(part: str) -> None:
    """Call the entry points of one part with the types that real runs use."""
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
    if part == WHOLE:
        entries.simulate(w, luck, quarters, events, limits, space, watch, log, counts)
        return
    entries.draw_triangles(1, 0, keys, np.ones((n, 3)), np.empty(n))
    entries.begin(w, keys)
    entries.play_event_at(w, events, limits, 0)
    entries.settle(w, luck)
    entries.organise(w, luck, log, 0)
    entries.schedule(w, luck, space.order, space.times)
    entries.turn(w, luck, 0, 0, 0, space.choice, log, 0, counts)
    entries.alternatives(w, luck, 0, 0, space.choice, np.zeros((50, 7)))
    entries.appraise(w, 1.0, np.zeros((n * n, kernel.TERM_COUNT)))
    entries.finish(w)
    entries.term_values(w, 0, np.zeros(kernel.TERM_COUNT))
    from sim.blocs import find_blocs

    find_blocs(np.zeros((2, 3, 3), dtype=np.float32))
