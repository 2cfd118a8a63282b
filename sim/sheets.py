"""Whole sheets of ordered pairs: transposes and products, shared by mechanisms and assessment."""

from __future__ import annotations

from sim.jit import njit
from sim.registry import dyad_field
from sim.types import Blocks

SCRATCH = dyad_field("scratch", meaning="working space within a rule")


@njit
def product(w: Blocks, into: int, left: int, right: int) -> None:
    """Sheet ``into`` = sheet ``left`` times sheet ``right``.

    Four rows of ``right`` at a time, in blocks that stay in the first-level cache.
    """
    for i in range(w.n):
        for j in range(w.n):
            w.M[into, i, j] = 0.0
    fours = w.n - w.n % 4
    rows = max(4, 4 * (1024 // w.n))
    for first in range(0, fours, rows):
        for i in range(w.n):
            for k in range(first, min(first + rows, fours), 4):
                a0, a1 = w.M[left, i, k], w.M[left, i, k + 1]
                a2, a3 = w.M[left, i, k + 2], w.M[left, i, k + 3]
                for j in range(w.n):
                    w.M[into, i, j] += (a0 * w.M[right, k, j] + a1 * w.M[right, k + 1, j]) + (
                        a2 * w.M[right, k + 2, j] + a3 * w.M[right, k + 3, j]
                    )
    for i in range(w.n):
        for k in range(fours, w.n):
            for j in range(w.n):
                w.M[into, i, j] += w.M[left, i, k] * w.M[right, k, j]


@njit
def sparse_product(w: Blocks, into: int, left: int, right: int) -> None:
    """Sheet ``into`` = sheet ``left`` times sheet ``right``, skipping the zeros of ``left``."""
    for i in range(w.n):
        for j in range(w.n):
            w.M[into, i, j] = 0.0
        for k in range(w.n):
            a = w.M[left, i, k]
            if a != 0.0:
                for j in range(w.n):
                    w.M[into, i, j] += a * w.M[right, k, j]


@njit
def transpose(w: Blocks, into: int, source: int) -> None:
    """Sheet ``into`` = sheet ``source`` transposed, in blocks that fit the cache lines."""
    for first in range(0, w.n, 8):
        for i in range(w.n):
            for j in range(first, min(first + 8, w.n)):
                w.M[into, i, j] = w.M[source, j, i]
