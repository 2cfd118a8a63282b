"""A step allocates nothing: a longer run asks for no more memory from the compiled runtime."""

from __future__ import annotations

import numpy as np
from numba.core.runtime import _nrt_python, rtsys

from sim import kernel
from sim.types import Watch
from tests.support_world import Case, random_case


def allocations(case: Case, quarters: int) -> int:
    """Allocations of the compiled runtime during one whole compiled run."""
    n = case.n
    before = rtsys.get_allocation_stats().alloc
    watch = Watch(
        state_rows=np.arange(2),
        dyad_rows=np.arange(2),
        pairs=np.array([[0, 1]]),
        cells=np.array([[0, 1, 0]]),
        network_ticks=np.array([0, quarters]),
        network_rows=np.arange(2),
        states=np.zeros((quarters + 1, 2, n)),
        dyads=np.zeros((quarters + 1, 2, 1)),
        parts=np.zeros((quarters + 1, 1)),
        networks=np.zeros((2, 2, n, n)),
    )
    case.call(
        "simulate",
        luck=case.luck(0),
        quarters=quarters,
        events=np.zeros((0, 8)),
        limits=np.zeros((0, 2)),
        space=kernel.space(n),
        watch=watch,
        log=np.zeros((quarters * n * kernel.MAX_OPPORTUNITIES, kernel.LOG_COLUMNS)),
        counts=np.zeros(2, dtype=np.int64),
    )
    return rtsys.get_allocation_stats().alloc - before


def test_steps_do_not_allocate() -> None:
    case = random_case(6, 1, settled=False)
    case.set_p(moves__create=0.5, moves__court=0.5)
    _nrt_python.memsys_enable_stats()
    try:
        allocations(case.copy(), 1)
        short, long = allocations(case.copy(), 2), allocations(case.copy(), 20)
    finally:
        _nrt_python.memsys_disable_stats()
    # both pay once for handing their arrays over
    assert long == short
