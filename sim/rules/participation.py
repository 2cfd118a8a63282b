"""Who takes part in what: reading the block ``B`` of parts."""

from __future__ import annotations

from sim.compiled.jit import inline
from sim.types import Blocks

FULL = 0.999
"""From this part on a state is a full member of an organisation, or a party of a conflict."""


@inline
def is_member(w: Blocks, k: int, i: int) -> bool:
    """Whether i is a full member of organisation k."""
    full: bool = w.B[k, i] > FULL
    return full


@inline
def side(w: Blocks, k: int, i: int) -> float:
    """1 or -1 for a party of conflict k, 0 for supporters and others."""
    if w.B[k, i] > FULL:
        return 1.0
    return -1.0 if w.B[k, i] < -FULL else 0.0
