"""The sheets as the two states of a pair read them: both ways along rows.

A state that weighs a partner asks what it holds of the partner, ``w.M[X, i, j]``, and what the
partner holds of it, ``w.M[X, j, i]``: over all partners a row and a column, and in a column every
number has a line of memory of its own. So what is read the other way around is kept twice while
states move, the second time transposed: fields that are declared ``mirrored``
(:data:`sim.rules.declarations.MIRRORS`). Mirrors are made when a quarter's mechanisms and
assessment are done, and follow each move; until then they are of the quarter before, and mechanisms
do without.

Rules do not know. They are written for one pair, and called with a :data:`Mover` and a
:data:`Partner` they find, through :func:`seen`, ``w.M[X, j, i]`` in row i of the mirror. A sheet
without a mirror is read where it is, only slower; tests hold mirrors and sheets together.
"""

from __future__ import annotations

import operator
from typing import Any, Final

import numba
import numpy as np
from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.core.imputils import lower_builtin
from numba.core.typing.templates import AbstractTemplate, infer_global, signature
from numba.extending import intrinsic, models, register_model

from sim.compiled.blocks import Block, cell, place, told_apart
from sim.compiled.jit import inline
from sim.rules.declarations import MIRRORS
from sim.types import Blocks

#: types of the indices of the state that weighs, and of the state that is weighed: by these the two
#: orders of a pair are told apart (an unsigned one need not be asked whether it is negative)
Mover: Final[Any] = np.int32
Partner: Final[Any] = np.uint64


_SHEETS: Final = Block("M")


class Sides(types.Type):  # type: ignore[misc]
    """Numba's type of sheets that are read along rows both ways."""

    def __init__(self) -> None:
        super().__init__("Sides")


@register_model(Sides)
class _Model(models.StructModel):  # type: ignore[misc]
    def __init__(self, manager: Any, kind: Sides) -> None:
        super().__init__(manager, kind, [("sheets", _SHEETS)])


@infer_global(operator.getitem)
class _Typed(AbstractTemplate):  # type: ignore[misc]
    def generic(self, args: Any, _named: Any) -> Any:
        return signature(types.float64, *args) if isinstance(args[0], Sides) else None


@lower_builtin(operator.getitem, Sides, types.BaseTuple)  # type: ignore[untyped-decorator]
def _read(context: Any, builder: Any, signed: Any, args: Any) -> Any:
    """``sheets[x, a, b]``; from the mirror of x, if it has one, where a is the partner."""
    proxy = cgutils.create_struct_proxy(signed.args[0])(context, builder, args[0])
    kinds = signed.args[1]
    found = cell(context, builder, _SHEETS, kinds, proxy.sheets, args[1])
    if found is None:
        raise TypeError("sheets that are read both ways are read number by number")
    array, (x, a, b) = found
    if list(kinds)[1:] == [numba.from_dtype(np.dtype(kind)) for kind in (Partner, Mover)]:
        mirror = MIRRORS.get(x.constant) if isinstance(x, ir.Constant) else None
        if mirror is not None:
            x, a, b = ir.Constant(x.type, mirror), b, a
    return told_apart(builder.load(place(builder, array, [x, a, b])), "M", x)


def _sides(_context: Any, sheets: Any) -> Any:
    """Typing and code of :data:`sides`."""
    _ = MIRRORS, _read  # compiled code is another where these are others

    def codegen(context: Any, builder: Any, signed: Any, args: Any) -> Any:
        proxy = cgutils.create_struct_proxy(signed.return_type)(context, builder)
        proxy.sheets = args[0]
        return proxy._getvalue()

    return Sides()(sheets), codegen


def _as_they_are(sheets: Any) -> Any:
    return sheets


#: The sheets, to be read by pairs of a mover and a partner; as they are where nothing is compiled.
sides: Any = _as_they_are if numba.config.DISABLE_JIT else intrinsic(_sides)


@inline
def seen(w: Blocks) -> Blocks:
    """The arrays of a run for rules that are called with a mover and a partner."""
    return Blocks(sides(w.M), w.V, w.G, w.B, w.P, w.n)
