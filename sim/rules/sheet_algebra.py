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

A condition on i and j keeps such a loop out of vector lanes: where all but i are meant,
:func:`others` says which partners of a strip these are. A sum over j keeps its order if it is added
up in ``w.V``. Where states weigh one another the kernel sees to it
(:mod:`sim.rules.mirrored_sheets`), and rules are written for one pair.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from sim.compiled.jit import LANES, TILE_ROWS, inline, njit, tile
from sim.compiled.register_tiles import BLOCK, DEEP, ROWS, WIDE, add_fours, panels, turn
from sim.rules.declarations import dyad_field
from sim.types import Blocks

#: partners in a strip: eight lines of memory in a row, and few enough lines in all columns
STRIP = 64

SCRATCH = dyad_field("scratch", meaning="working space within a rule")


@inline
def others(i: int, first: int, end: int) -> tuple[tuple[int, int], tuple[int, int]]:
    """The states from ``first`` up to ``end`` without i, as two ranges."""
    return (first, min(i, end)), (max(first, i + 1), end)


@njit
def product(w: Blocks, into: int, left: int, right: int) -> None:
    """Sheet ``into`` = sheet ``left`` times sheet ``right``.

    A block of ``right`` is packed in panels a few numbers wide, row after row without a gap, and
    stays in the second-level cache while all of ``left`` passes it. Every number is added up in the
    same order (:mod:`sim.compiled.register_tiles`), then what is left of fours one by one.
    """
    _sum_up(w, into, left, right, False)


@njit
def square(w: Blocks, into: int, left: int, right: int) -> None:
    """Sheet ``into`` = sheet ``left`` times ``right``, its transpose: half of a :func:`product`."""
    _sum_up(w, into, left, right, True)
    for i in range(0, w.n, LANES):
        # squares on the diagonal pass what is above it in them, the others all that they hold
        for r in range(i, min(i + LANES, w.n)):
            for j in range(i, r):
                w.M[into, r, j] = w.M[into, j, r]
        for j in range(i + LANES, w.n - w.n % LANES, LANES):
            turn(w.M, np.int64(into), np.int64(into), i, j)
        for j in range(max(i + LANES, w.n - w.n % LANES), w.n):
            for r in range(i, min(i + LANES, w.n)):
                w.M[into, j, r] = w.M[into, r, j]


@njit
def _sum_up(w: Blocks, into: int, left: int, right: int, above: bool) -> None:
    """Fill ``into`` with the product, or only what is ``above`` the diagonal, and the diagonal."""
    packed = panels()
    fours = w.n - w.n % 4
    for i in range(w.n):
        for j in range(w.n):
            w.M[into, i, j] = 0.0
    for k in range(0, fours, DEEP):
        deep = min(DEEP, fours - k)
        for j in range(0, w.n, BLOCK):
            end = min(j + BLOCK, w.n)
            _pack(w, packed, right, k, deep, j, end)
            for i in range(0, end if above else w.n, ROWS):
                for at in range(j, end, WIDE):
                    if not above or i < at + WIDE:
                        # as plain numbers: for every constant a function is compiled anew
                        sheets = np.int64(into), np.int64(left)
                        _through(w, sheets, i, at, k, packed, (at - j) // WIDE, deep)
    for i in range(w.n):
        for k in range(fours, w.n):
            for j in range(w.n):
                w.M[into, i, j] += w.M[left, i, k] * w.M[right, k, j]


@njit
def _pack(w: Blocks, packed: Any, right: int, top: int, deep: int, first: int, end: int) -> None:
    """Copy rows ``top`` and on of ``right``, from ``first`` to ``end``, in panels."""
    for k in range(deep):
        for at in range(first, end, WIDE):
            panel = packed[(at - first) // WIDE, k]
            count = min(WIDE, end - at)
            numbers = w.M[right, top + k, at : at + count]
            for c in range(count):
                panel[c] = numbers[c]
            for c in range(count, WIDE):
                panel[c] = 0.0


@njit
def _through(
    w: Blocks, sheets: Any, top: int, at: int, first: int, packed: Any, panel: int, deep: int
) -> None:
    """Add what a panel gives to the numbers of a few rows of ``into``.

    Rows are seen from their first number: in vector lanes, as no index can be negative.
    """
    space = tile()
    into, left = sheets
    count, rows = min(WIDE, w.n - at), min(ROWS, w.n - top)
    for r in range(rows):
        total = w.M[into, top + r, at : at + count]
        for c in range(count):
            space[r, c] = total[c]
    add_fours(w.M, left, top, first, packed, panel, deep, space)
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
    """Sheet ``into`` = sheet ``source`` transposed, square by square; rows of both go in runs."""
    whole = w.n - w.n % LANES
    for top in range(0, whole, TILE_ROWS):
        for j in range(0, whole, LANES):
            for i in range(top, min(top + TILE_ROWS, whole), LANES):
                # as plain numbers: for every constant a function is compiled anew
                turn(w.M, np.int64(into), np.int64(source), i, j)
    for i in range(w.n):
        for j in range(whole if i < whole else 0, w.n):
            w.M[into, j, i] = w.M[source, i, j]
