"""The innermost part of a product of sheets: sums that stay in registers while they are added up.

Compilers keep what a loop adds to in memory once it is more than one number, and choose vectors of
half the width of the widest registers. Written in vectors of :data:`~sim.compiled.jit.LANES`
numbers, which LLVM halves or quarters for narrower processors, a product runs at four fifths of the
arithmetic of the processor. What is added in which order is said here and nowhere else::

    sum = sum + ((a_k b_k + a_k+1 b_k+1) + (a_k+2 b_k+2 + a_k+3 b_k+3))        k = 0, 4, 8, ...
"""

from __future__ import annotations

from typing import Any

import numba
import numpy as np
from llvmlite import ir
from numba import types
from numba.extending import intrinsic
from numba.np import arrayobj

from sim.compiled.jit import LANES, TILE, on_stack

#: rows and columns of the sums that stay in registers
ROWS = 4
WIDE = 2 * LANES

#: rows and columns of the right operand that are packed at once, for the second-level cache
DEEP = 256
BLOCK = 8 * WIDE


@intrinsic  # type: ignore[untyped-decorator]
def panels(_context: Any) -> Any:
    """A part of a right operand ``(BLOCK / WIDE, DEEP, WIDE)`` on the stack, not initialised."""
    return on_stack(BLOCK // WIDE, DEEP, WIDE)


@intrinsic  # type: ignore[untyped-decorator]
def add_fours(
    _context: Any, sheets: Any, _left: Any, _top: Any, _first: Any, packed: Any, _at: Any,
    _last: Any, space: Any,
) -> Any:  # fmt: skip
    """Add the products of :data:`ROWS` rows of a sheet with a panel to a tile.

    Of sheet ``left`` the rows from ``top`` on, in them the numbers from ``first`` on; the panel is
    ``packed[at, 0 : last]``, last a multiple of four. Rows beyond the
    last of the sheet count as the last.
    """

    def codegen(ctx: Any, builder: Any, signed: Any, args: Any) -> Any:
        sheet, panel, sums = (
            arrayobj.make_array(signed.args[k])(ctx, builder, args[k]) for k in (0, 4, 7)
        )
        _, left, top, first, _, at, last, _ = args
        whole, real = ir.IntType(64), ir.DoubleType()
        lanes = ir.VectorType(real, LANES)
        undefined = ir.Constant(lanes, ir.Undefined)
        same = ir.Constant(ir.VectorType(ir.IntType(32), LANES), [0] * LANES)
        columns = range(0, WIDE, LANES)

        def number(x: int) -> Any:
            return ir.Constant(whole, x)

        def place(data: Any, *away: Any) -> Any:
            for step in away:
                data = builder.gep(data, [step], inbounds=True)
            return data

        def vector(data: Any, *away: Any) -> Any:
            return builder.bitcast(place(data, *away), lanes.as_pointer())

        def spread(scalar: Any) -> Any:
            one = builder.insert_element(undefined, scalar, ir.Constant(ir.IntType(32), 0))
            return builder.shuffle_vector(one, undefined, same)

        n = builder.extract_value(sheet.shape, 2)
        end = builder.sub(n, number(1))
        rows = []
        for r in range(ROWS):
            i = builder.add(top, number(r))
            i = builder.select(builder.icmp_signed("<", i, end), i, end)
            line = builder.mul(builder.add(builder.mul(left, n), i), n)
            rows.append(place(sheet.data, line, first))
        panel_data = place(panel.data, builder.mul(at, number(DEEP * WIDE)))
        cells = [(r, c) for r in range(ROWS) for c in columns]
        before = builder.block
        kept = [
            builder.load(vector(sums.data, number(r * TILE + c)), align=8 * LANES) for r, c in cells
        ]
        body, done = (builder.append_basic_block(name) for name in ("fours", "summed"))
        builder.branch(body)
        builder.position_at_end(body)
        k = builder.phi(whole)
        k.add_incoming(number(0), before)
        running = {}
        for cell, start in zip(cells, kept, strict=True):
            running[cell] = builder.phi(lanes)
            running[cell].add_incoming(start, before)
        here = place(panel_data, builder.mul(k, number(WIDE)))
        b = [
            [builder.load(vector(here, number(t * WIDE + c)), align=8 * LANES) for c in columns]
            for t in range(4)
        ]
        result = {}
        for r in range(ROWS):
            a = [spread(builder.load(place(rows[r], k, number(t)))) for t in range(4)]
            for side, c in enumerate(columns):
                x = [builder.fmul(a[t], b[t][side]) for t in range(4)]
                four = builder.fadd(builder.fadd(x[0], x[1]), builder.fadd(x[2], x[3]))
                result[r, c] = builder.fadd(running[r, c], four)
                running[r, c].add_incoming(result[r, c], body)
        following = builder.add(k, number(4))
        k.add_incoming(following, body)
        builder.cbranch(builder.icmp_signed("<", following, last), body, done)
        builder.position_at_end(done)
        for (r, c), total in result.items():
            builder.store(total, vector(sums.data, number(r * TILE + c)), align=8 * LANES)
        return ctx.get_dummy_value()

    index = types.intp
    return types.none(sheets, index, index, index, packed, index, index, space), codegen


@intrinsic  # type: ignore[untyped-decorator]
def turn(_context: Any, sheets: Any, _into: Any, _source: Any, _top: Any, _at: Any) -> Any:
    """Pass a square of :data:`~sim.compiled.jit.LANES` rows and columns on, transposed.

    Of sheet ``source`` the rows from ``top`` on, in them the numbers from ``at`` on. In three steps
    halves, quarters and single numbers of rows change places.
    """

    def codegen(ctx: Any, builder: Any, signed: Any, args: Any) -> Any:
        sheet = arrayobj.make_array(signed.args[0])(ctx, builder, args[0])
        _, into, source, top, at = args
        whole = ir.IntType(64)
        lanes = ir.VectorType(ir.DoubleType(), LANES)
        n = builder.extract_value(sheet.shape, 2)

        def row(which: Any, first: Any, start: Any, away: int) -> Any:
            line = builder.add(builder.mul(which, n), builder.add(first, ir.Constant(whole, away)))
            place = builder.gep(sheet.data, [builder.mul(line, n)], inbounds=True)
            place = builder.gep(place, [start], inbounds=True)
            return builder.bitcast(place, lanes.as_pointer())

        rows = [builder.load(row(source, top, at, r), align=8) for r in range(LANES)]
        step = LANES // 2
        while step:
            for r in range(LANES):
                if not r & step:
                    one, other = rows[r], rows[r + step]
                    for side, place in ((0, r), (step, r + step)):
                        order = [(c & ~step) + side + (LANES if c & step else 0)
                                 for c in range(LANES)]  # fmt: skip
                        mask = ir.Constant(ir.VectorType(ir.IntType(32), LANES), order)
                        rows[place] = builder.shuffle_vector(one, other, mask)
            step //= 2
        for r, numbers in enumerate(rows):
            builder.store(numbers, row(into, at, top, r), align=8)
        return ctx.get_dummy_value()

    index = types.intp
    return types.none(sheets, index, index, index, index), codegen


if numba.config.DISABLE_JIT:  # plain Python, to look into a rule with a debugger

    def panels() -> Any:
        """A part of a right operand ``(BLOCK / WIDE, DEEP, WIDE)`` as working space."""
        return np.empty((BLOCK // WIDE, DEEP, WIDE))

    def add_fours(
        sheets: Any, left: int, top: int, first: int, packed: Any, at: int, last: int, space: Any
    ) -> None:
        """Add the products of :data:`ROWS` rows of a sheet with a panel to a tile."""
        for r in range(ROWS):
            i = min(top + r, sheets.shape[2] - 1)
            for k in range(0, last, 4):
                a0, a1, a2, a3 = (sheets[left, i, first + k + t] for t in range(4))
                x0, x1, x2, x3 = (packed[at, k + t] for t in range(4))
                for c in range(WIDE):
                    four = (a0 * x0[c] + a1 * x1[c]) + (a2 * x2[c] + a3 * x3[c])
                    space[r, c] = four + space[r, c]

    def turn(sheets: Any, into: int, source: int, top: int, at: int) -> None:
        """Pass a square of :data:`~sim.compiled.jit.LANES` rows and columns on, transposed."""
        square = sheets[source, top : top + LANES, at : at + LANES].T.copy()
        sheets[into, at : at + LANES, top : top + LANES] = square
