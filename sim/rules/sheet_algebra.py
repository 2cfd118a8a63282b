"""Whole sheets of ordered pairs: transposes and products, shared by mechanisms and assessment.

A sheet lies in memory row by row: ``w.M[X, i, j]`` and ``w.M[X, i, j + 1]`` are neighbours, while
every number of a column, ``w.M[X, j, i]`` over all j, has a line of memory of its own. The layout
has one rule: **the innermost loop goes along rows**. A rule that needs both orders of every pair
goes by strips of :data:`STRIP` partners, in which the lines of the columns of one state are still
near for the next seven:

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

#: partners in a strip: two lines of memory in a row, and few enough lines in all columns
STRIP = 16

SCRATCH = dyad_field("scratch", meaning="working space within a rule")


@njit
def product(w: Blocks, into: int, left: int, right: int) -> None:
    """Sheet ``into`` = sheet ``left`` times sheet ``right``.

    A tile of ``right`` at a time goes through as many rows of ``into`` as stay in the second-level
    cache with it, so that no row is too long. Every number is added up in the same order: by fours,
    the first with the first, then what is left of them one by one.
    """
    for i in range(w.n):
        for j in range(w.n):
            w.M[into, i, j] = 0.0
    fours = w.n - w.n % 4
    for j in range(0, w.n, TILE):
        for i in range(0, w.n, TILE):
            for k in range(0, fours, TILE_ROWS):
                # as plain numbers: for every constant a function is compiled anew
                sheets = np.int64(into), np.int64(left), np.int64(right)
                _through(w, sheets, i, j, k, min(TILE_ROWS, fours - k))
    for i in range(w.n):
        for k in range(fours, w.n):
            for j in range(w.n):
                w.M[into, i, j] += w.M[left, i, k] * w.M[right, k, j]


@njit
def _through(w: Blocks, sheets: Any, top: int, at: int, first: int, rows: int) -> None:
    """Add what ``rows`` rows of ``right`` from ``first`` on, a multiple of four, give to a tile.

    Rows are seen from their first number: in vector lanes, as no index can be negative.
    """
    space = tile()
    into, left, right = sheets
    count = min(TILE, w.n - at)
    eights = rows - rows % 8
    for k in range(rows):
        source = w.M[right, first + k, at : at + count]
        for c in range(count):
            space[k, c] = source[c]
    for i in range(top, min(top + TILE, w.n)):
        total, a = w.M[into, i, at : at + count], w.M[left, i, first : first + rows]
        for k in range(0, eights, 8):
            a0, a1, a2, a3 = a[k], a[k + 1], a[k + 2], a[k + 3]
            a4, a5, a6, a7 = a[k + 4], a[k + 5], a[k + 6], a[k + 7]
            for c in range(count):
                four = (a0 * space[k, c] + a1 * space[k + 1, c]) + (
                    a2 * space[k + 2, c] + a3 * space[k + 3, c]
                )
                next_four = (a4 * space[k + 4, c] + a5 * space[k + 5, c]) + (
                    a6 * space[k + 6, c] + a7 * space[k + 7, c]
                )
                total[c] = (total[c] + four) + next_four
        if eights < rows:
            k = eights
            a0, a1, a2, a3 = a[k], a[k + 1], a[k + 2], a[k + 3]
            for c in range(count):
                total[c] += (a0 * space[k, c] + a1 * space[k + 1, c]) + (
                    a2 * space[k + 2, c] + a3 * space[k + 3, c]
                )


@njit
def square(w: Blocks, into: int, left: int, right: int) -> None:
    """Sheet ``into`` = sheet ``left`` times ``right``, its transpose: half of a :func:`product`."""
    for i in range(w.n):
        for j in range(w.n):
            w.M[into, i, j] = 0.0
    fours = w.n - w.n % 4
    for j in range(0, w.n, TILE):
        for i in range(0, j + 1, TILE):
            for k in range(0, fours, TILE_ROWS):
                # as plain numbers: for every constant a function is compiled anew
                sheets = np.int64(into), np.int64(left), np.int64(right)
                _through(w, sheets, i, j, k, min(TILE_ROWS, fours - k))
    for i in range(w.n):
        for k in range(fours, w.n):
            for j in range(w.n):
                w.M[into, i, j] += w.M[left, i, k] * w.M[right, k, j]
    for first in range(0, w.n, STRIP):
        for i in range(first, w.n):
            for j in range(first, min(first + STRIP, i)):
                w.M[into, i, j] = w.M[into, j, i]


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
