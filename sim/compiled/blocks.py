"""The arrays of a run as compiled code sees them: told apart, sheet by sheet.

A rule reads some sheets and writes others, all of one array. A compiler that must reckon with
``w.M[X, i, j]`` and ``w.M[Y, i, j]`` being one and the same cell reads everything anew after each
number that is written, and takes no such loop into vector lanes. They never are: which block a cell
belongs to, and in which row of it, is said with every read and write (LLVM's type-based alias
analysis), where the row is a constant; a row that is computed may be any of its block.

Rules do not know; they are called with ``w`` as ever, which the entry points make of the arrays by
:func:`apart`. No index is negative here: none is looked at for counting from the end.
"""

from __future__ import annotations

import operator
from typing import Any, Final

import numba
from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.core.imputils import lower_builtin
from numba.extending import intrinsic, models, register_model
from numba.np import arrayobj

from sim.compiled.jit import inline
from sim.types import Blocks

_AXES: Final = {"M": 3, "V": 2, "G": 2, "B": 2, "P": 1}


class Block(types.Array):  # type: ignore[misc]
    """Numba's type of one of the arrays of a run, by its letter."""

    def __init__(self, letter: str) -> None:
        self.letter = letter
        super().__init__(types.float64, _AXES[letter], "C", name=f"Block{letter}")

    @property
    def key(self) -> Any:
        """What makes it another type."""
        return (*super().key, self.letter)

    @property
    def mangling_args(self) -> Any:
        """What the names of compiled functions say of it."""
        return type(self).__name__, [self.letter]


register_model(Block)(models.ArrayModel)


def cell(
    context: Any, builder: Any, block: Block, index: Any, array: Any, given: Any
) -> tuple[Any, list[Any]] | None:
    """The array and the indices of a single cell, the row as a constant where it is one.

    ``index`` is the type of the indices that are ``given``; None where these are of more cells.
    """
    kinds = [index] if isinstance(index, types.Integer) else list(index)
    if len(kinds) != block.ndim or not all(isinstance(kind, types.Integer) for kind in kinds):
        return None
    if isinstance(index, types.Integer):
        parts = [given]
    else:
        parts = cgutils.unpack_tuple(builder, given, len(kinds))
        first = given
        while isinstance(first, ir.instructions.InsertValue) and first.indices != [0]:
            first = first.operands[0]
        if isinstance(first, ir.instructions.InsertValue):
            parts[0] = first.operands[1]
    parts = [
        context.cast(builder, part, kind, types.intp)
        for part, kind in zip(parts, kinds, strict=True)
    ]
    return arrayobj.make_array(block)(context, builder, array), parts


def place(builder: Any, array: Any, parts: list[Any]) -> Any:
    """Where a cell is in memory."""
    at = parts[0]
    for axis, part in enumerate(parts[1:], 1):
        extent = builder.extract_value(array.shape, axis)
        at = builder.add(builder.mul(at, extent, flags=["nsw"]), part, flags=["nsw"])
    return builder.gep(array.data, [at], inbounds=True)


def told_apart(access: Any, letter: str, row: Any) -> Any:
    """The same read or write of a cell, with the block and the row that it belongs to."""
    module, none = access.module, ir.Constant(ir.IntType(64), 0)
    kind = module.add_metadata(["multipolar"])
    names = [letter] + ([f"{letter}{row.constant}"] if isinstance(row, ir.Constant) else [])
    for name in names:
        kind = module.add_metadata([name, kind, none])
    access.set_metadata("tbaa", module.add_metadata([kind, kind, none]))
    return access


@lower_builtin(operator.getitem, Block, types.Integer)  # type: ignore[untyped-decorator]
@lower_builtin(operator.getitem, Block, types.BaseTuple)  # type: ignore[untyped-decorator]
def _read(context: Any, builder: Any, signed: Any, args: Any) -> Any:
    found = cell(context, builder, *signed.args[:2], *args[:2])
    if found is None:
        if isinstance(signed.args[1], types.Integer):
            return arrayobj.getitem_arraynd_intp(context, builder, signed, args)
        return arrayobj.getitem_array_tuple(context, builder, signed, args)
    array, parts = found
    return told_apart(builder.load(place(builder, array, parts)), signed.args[0].letter, parts[0])


@lower_builtin(operator.setitem, Block, types.Integer, types.Any)  # type: ignore[untyped-decorator]
@lower_builtin(operator.setitem, Block, types.BaseTuple, types.Any)  # type: ignore[untyped-decorator]
def _write(context: Any, builder: Any, signed: Any, args: Any) -> Any:
    found = cell(context, builder, *signed.args[:2], *args[:2])
    if found is None:
        return arrayobj.setitem_array(context, builder, signed, args)
    array, parts = found
    value = context.cast(builder, args[2], signed.args[2], types.float64)
    told_apart(builder.store(value, place(builder, array, parts)), signed.args[0].letter, parts[0])
    return context.get_dummy_value()


def _block(letter: str) -> Any:
    """An intrinsic: an array of a run as a block of this letter."""

    def typed(_context: Any, array: Any) -> Any:
        _ = _read, _write  # compiled code is another where these are others
        return Block(letter)(array), lambda _ctx, _builder, _signed, args: args[0]

    return intrinsic(typed)


if numba.config.DISABLE_JIT:  # plain Python, to look into a rule with a debugger

    def apart(w: Blocks) -> Blocks:
        """The arrays of a run, told apart."""
        return w

else:
    _M, _V, _G, _B, _P = (_block(letter) for letter in _AXES)

    @inline
    def apart(w: Blocks) -> Blocks:
        """The arrays of a run, told apart."""
        return Blocks(_M(w.M), _V(w.V), _G(w.G), _B(w.B), _P(w.P), w.n)
