"""Whole sheets of ordered pairs: transposes and products, shared by mechanisms and assessment.

A sheet lies in memory row by row: ``w.M[X, i, j]`` and ``w.M[X, i, j + 1]`` are neighbours, while
every number of a column, ``w.M[X, j, i]`` over all j, has a line of memory of its own. The layout
has one rule: **the innermost loop goes along rows**. A rule that needs both orders of every pair
goes by strips of :data:`STRIP` partners, in which the lines of the columns of one state are still
near for the next seven, and rows are read in runs long enough to be fetched ahead:

    for first in range(0, w.n, STRIP):
        for i in range(w.n):
            for j in range(first, min(first + STRIP, w.n)):
                ... w.M[X, i, j] ... w.M[X, j, i] ...

A sum over j keeps its order if it is added up in ``w.V``. Where states weigh one another the kernel
sees to it (:mod:`sim.rules.mirrored_sheets`), and rules are written for one pair.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from sim.compiled.jit import TILE, TILE_ROWS, njit, tile
from sim.rules.declarations import dyad_field
from sim.types import Blocks

#: partners in a strip: eight lines of memory in a row, and few enough lines in all columns
STRIP = 64

#: rows of the right operand of a product that go through a tile in one piece
DEEP = 256

SCRATCH = dyad_field("scratch", meaning="working space within a rule")


@njit
def product(w: Blocks, into: int, left: int, right: int) -> None:
    """Sheet ``into`` = sheet ``left`` times sheet ``right``.

    A tile of ``into`` is added up on the stack over :data:`DEEP` rows of ``right``, which stay in
    the second-level cache from one tile to the next below it. Every number is added up in the same
    order: by fours, the first with the first, then what is left of them one by one.
    """
    fours = _empty(w, into)
    for k in range(0, fours, DEEP):
        for j in range(0, w.n, TILE):
            for i in range(0, w.n, TILE_ROWS):
                # as plain numbers: for every constant a function is compiled anew
                sheets = np.int64(into), np.int64(left), np.int64(right)
                _through(w, sheets, i, j, k, min(k + DEEP, fours))
    _rest(w, into, left, right, fours)


@njit
def square(w: Blocks, into: int, left: int, right: int) -> None:
    """Sheet ``into`` = sheet ``left`` times ``right``, its transpose: half of a :func:`product`."""
    fours = _empty(w, into)
    for k in range(0, fours, DEEP):
        for j in range(0, w.n, TILE):
            for i in range(0, min(j + TILE, w.n), TILE_ROWS):
                # as plain numbers: for every constant a function is compiled anew
                sheets = np.int64(into), np.int64(left), np.int64(right)
                _through(w, sheets, i, j, k, min(k + DEEP, fours))
    _rest(w, into, left, right, fours)
    for first in range(0, w.n, STRIP):
        for i in range(first, w.n):
            for j in range(first, min(first + STRIP, i)):
                w.M[into, i, j] = w.M[into, j, i]


@njit
def _empty(w: Blocks, into: int) -> int:
    """Fill a sheet with zeros; how many of its rows make fours."""
    for i in range(w.n):
        for j in range(w.n):
            w.M[into, i, j] = 0.0
    return w.n - w.n % 4


@njit
def _rest(w: Blocks, into: int, left: int, right: int, fours: int) -> None:
    """Add what the rows of ``right`` give that are left of fours."""
    for i in range(w.n):
        for k in range(fours, w.n):
            for j in range(w.n):
                w.M[into, i, j] += w.M[left, i, k] * w.M[right, k, j]


@njit
def _through(w: Blocks, sheets: Any, top: int, at: int, first: int, last: int) -> None:
    """Add what rows ``first`` to ``last`` of ``right``, a multiple of four, give to a tile.

    Two rows of the tile share the numbers of eight rows of ``right``, so that two multiplications
    and two additions go with every number that is fetched. Rows are seen from their first number:
    in vector lanes, as no index can be negative.
    """
    space = tile()
    into, left, right = sheets
    count, rows = min(TILE, w.n - at), min(TILE_ROWS, w.n - top)
    for r in range(rows):
        total = w.M[into, top + r, at : at + count]
        for c in range(count):
            space[r, c] = total[c]
    eights = last - (last - first) % 8
    for k in range(first, eights, 8):
        x0, x1 = w.M[right, k, at : at + count], w.M[right, k + 1, at : at + count]
        x2, x3 = w.M[right, k + 2, at : at + count], w.M[right, k + 3, at : at + count]
        x4, x5 = w.M[right, k + 4, at : at + count], w.M[right, k + 5, at : at + count]
        x6, x7 = w.M[right, k + 6, at : at + count], w.M[right, k + 7, at : at + count]
        for r in range(0, rows, 2):
            # an odd last row goes with itself; what the row below it then holds, nobody reads
            below = min(r + 1, rows - 1)
            a, b = w.M[left, top + r, k : k + 8], w.M[left, top + below, k : k + 8]
            a0, a1, a2, a3, a4, a5, a6, a7 = a[0], a[1], a[2], a[3], a[4], a[5], a[6], a[7]
            b0, b1, b2, b3, b4, b5, b6, b7 = b[0], b[1], b[2], b[3], b[4], b[5], b[6], b[7]
            for c in range(count):
                four = (a0 * x0[c] + a1 * x1[c]) + (a2 * x2[c] + a3 * x3[c])
                next_four = (a4 * x4[c] + a5 * x5[c]) + (a6 * x6[c] + a7 * x7[c])
                space[r, c] = (space[r, c] + four) + next_four
                four = (b0 * x0[c] + b1 * x1[c]) + (b2 * x2[c] + b3 * x3[c])
                next_four = (b4 * x4[c] + b5 * x5[c]) + (b6 * x6[c] + b7 * x7[c])
                space[r + 1, c] = (space[r + 1, c] + four) + next_four
    if eights < last:
        k = eights
        x0, x1 = w.M[right, k, at : at + count], w.M[right, k + 1, at : at + count]
        x2, x3 = w.M[right, k + 2, at : at + count], w.M[right, k + 3, at : at + count]
        for r in range(rows):
            a = w.M[left, top + r, k : k + 4]
            a0, a1, a2, a3 = a[0], a[1], a[2], a[3]
            for c in range(count):
                space[r, c] += (a0 * x0[c] + a1 * x1[c]) + (a2 * x2[c] + a3 * x3[c])
    for r in range(rows):
        total = w.M[into, top + r, at : at + count]
        for c in range(count):
            total[c] = space[r, c]


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
