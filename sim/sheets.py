"""Whole sheets of ordered pairs: transposes and products, shared by mechanisms and assessment."""

from __future__ import annotations

from sim.jit import njit
from sim.registry import dyad_field
from sim.types import Dyads

SCRATCH = dyad_field("scratch", meaning="working space within a rule")


@njit
def product(M: Dyads, into: int, left: int, right: int, n: int) -> None:
    """Sheet ``into`` = sheet ``left`` times sheet ``right``.

    Four rows of ``right`` at a time, in blocks that stay in the first-level cache.
    """
    for i in range(n):
        for j in range(n):
            M[into, i, j] = 0.0
    fours = n - n % 4
    rows = max(4, 4 * (1024 // n))
    for first in range(0, fours, rows):
        for i in range(n):
            for k in range(first, min(first + rows, fours), 4):
                a0, a1 = M[left, i, k], M[left, i, k + 1]
                a2, a3 = M[left, i, k + 2], M[left, i, k + 3]
                for j in range(n):
                    M[into, i, j] += (a0 * M[right, k, j] + a1 * M[right, k + 1, j]) + (
                        a2 * M[right, k + 2, j] + a3 * M[right, k + 3, j]
                    )
    for i in range(n):
        for k in range(fours, n):
            for j in range(n):
                M[into, i, j] += M[left, i, k] * M[right, k, j]


@njit
def sparse_product(M: Dyads, into: int, left: int, right: int, n: int) -> None:
    """Sheet ``into`` = sheet ``left`` times sheet ``right``, skipping the zeros of ``left``."""
    for i in range(n):
        for j in range(n):
            M[into, i, j] = 0.0
        for k in range(n):
            a = M[left, i, k]
            if a != 0.0:
                for j in range(n):
                    M[into, i, j] += a * M[right, k, j]


@njit
def transpose(M: Dyads, into: int, source: int, n: int) -> None:
    """Sheet ``into`` = sheet ``source`` transposed, in blocks that fit the cache lines."""
    for first in range(0, n, 8):
        for i in range(n):
            for j in range(first, min(first + 8, n)):
                M[into, i, j] = M[source, j, i]
