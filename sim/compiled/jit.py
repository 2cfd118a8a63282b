"""Typed doors to numba: the decorators of compiled functions and the few bit-level intrinsics."""

from __future__ import annotations

import ctypes
import hashlib
import math
import pickle
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any, Final, cast

import llvmlite
import llvmlite.binding as llvm
import numba
import numpy as np
from llvmlite import ir
from numba import _dynfunc, types
from numba.core import cgutils, serialize
from numba.core.caching import NullCache
from numba.core.codegen import get_host_cpu_features
from numba.core.compiler import CompileResult
from numba.core.cpu import CPUContext
from numba.core.registry import cpu_target
from numba.core.targetconfig import ConfigStack
from numba.extending import intrinsic
from numba.np import arrayobj

from sim.compiled import kernel_cache
from sim.compiled.fingerprint import meaning

# A column of a sheet is read with a stride. Unless told not to, LLVM bets that the stride is one,
# loses, and falls back on one partner at a time.
_LLVM: Final = "--enable-mem-access-versioning=false"
llvm.set_option("multipolar", _LLVM)

# On processors with registers for eight numbers LLVM prefers halves of them, lest they slow down
# for a few wide operations; where states weigh one another there is hardly anything else.
if numba.config.CPU_FEATURES is None and "+avx512f" in get_host_cpu_features().split(","):
    numba.config.CPU_FEATURES = f"{get_host_cpu_features()},-prefer-256-bit"

#: what is called where there is no code; it raises, and returns what says so
_NO_CODE: Final = ctypes.cast(ctypes.pythonapi.PyErr_NoMemory, ctypes.c_void_p).value

#: numbers in the widest vector register, and rows and columns of a :func:`tile`
LANES = 8
TILE_ROWS = 16
TILE = 64


def njit[F: Callable[..., Any]](function: F) -> F:
    """Compile without a cache of its own, to be called from compiled code of the kernel.

    Only the generated entry points (:mod:`sim.rules.codegen`) are kept on disk, with all that they
    call.

    Kernel functions allocate nothing, so they are compiled without numba's memory runtime: its
    reference counts of the arrays that are passed from function to function cost almost half of
    the time of a run.
    """
    compiled: F = numba.njit(function, error_model="numpy", _nrt=False)
    return compiled


def wrapping[F: Callable[..., Any]](function: F) -> F:
    """The same function; in plain Python whole numbers wrap in silence, as compiled ones do."""
    if not numba.config.DISABLE_JIT:
        return function

    def silent(*numbers: Any) -> Any:
        with np.errstate(over="ignore"):
            return function(*numbers)

    return cast("F", silent)


def inline[F: Callable[..., Any]](function: F) -> F:
    """Compile like :func:`njit`, merged into every caller.

    For the small functions of a choice: where several alternatives are weighed in a row, the
    compiler then computes once what they have in common.
    """
    compiled: F = numba.njit(function, error_model="numpy", _nrt=False, forceinline=True)
    return compiled


def entry[F: Callable[..., Any]](function: F) -> F:
    """Compile an entry point of the kernel: kept on disk, releases the interpreter lock."""
    compiled: F = numba.njit(function, nogil=True, error_model="numpy", _nrt=False)
    return _kept(compiled)


def search[F: Callable[..., Any]](function: F) -> F:
    """Compile a function that may allocate; kept on disk, releases the interpreter lock."""
    compiled: F = numba.njit(function, nogil=True, error_model="numpy")
    return _kept(compiled)


def _kept[F: Callable[..., Any]](compiled: F) -> F:
    if not numba.config.DISABLE_JIT:
        compiled._cache = Kept(compiled)  # type: ignore[attr-defined]
    return compiled


@contextmanager
def entries_only() -> Iterator[None]:
    """Within, machine code is made of entry points alone, which is what is kept on disk.

    Numba also makes code, and what Python needs to call it, of every function that an entry point
    calls, though these are compiled into it: a third of the time. Such a function, once compiled
    within, can be compiled into others, and called from Python by nobody.
    """
    names = ("get_executable", "create_cpython_wrapper", "create_cfunc_wrapper")
    before = {name: getattr(CPUContext, name) for name in names}

    def is_entry() -> bool:
        flags = ConfigStack.top_or_none()  # none for what comes from the cache
        return flags is None or bool(flags.release_gil)

    def wrapper(name: str) -> Callable[..., None]:
        def create(*given: Any, **named: Any) -> None:
            if is_entry():
                before[name](*given, **named)

        return create

    def get_executable(context: Any, library: Any, fndesc: Any, env: Any) -> Any:
        if is_entry():
            return before["get_executable"](context, library, fndesc, env)
        library._finalize_final_module = lambda: setattr(library, "_finalized", True)
        # callers know the function by this object
        module = fndesc.lookup_module()
        return _dynfunc.make_function(module, fndesc.qualname, "", _NO_CODE, env, (library,))

    CPUContext.get_executable = get_executable
    for name in names[1:]:
        setattr(CPUContext, name, wrapper(name))
    try:
        yield
    finally:
        for name, method in before.items():
            setattr(CPUContext, name, method)


def plain[**P, R](function: Callable[P, R]) -> Callable[P, R]:
    """The Python function under a compiled one, to be called without compiling it by itself."""
    found: Callable[P, R] = getattr(function, "py_func", function)
    return found


@cache
def platform() -> tuple[object, ...]:
    """What compiled code depends on beside the sources: processor, versions, settings."""
    settings = ("OPT", "LOOP_VECTORIZE", "SLP_VECTORIZE", "BOUNDSCHECK", "DEBUGINFO_DEFAULT")
    return (
        cpu_target.target_context.codegen().magic_tuple(),
        [module.__version__ for module in (numba, llvmlite, np)],
        sys.implementation.cache_tag,
        [getattr(numba.config, name, None) for name in settings],
        _LLVM,
    )


class Kept(NullCache):  # type: ignore[misc]
    """A function's compiled forms in :mod:`~sim.compiled.kernel_cache`, as numba asks for them."""

    def __init__(self, compiled: Callable[..., Any]) -> None:
        self._compiled = compiled

    @property
    def name(self) -> str:
        """The first part of the names of all files of this function as it stands now."""
        function = self._compiled.py_func  # type: ignore[attr-defined]
        module = function.__module__.rpartition(".")[2]
        return f"{module}.{function.__name__}-{meaning(self._compiled, platform())}"

    def load_overload(self, sig: Any, target_context: Any) -> Any:
        """The function compiled for these types of arguments, or None if that is not kept."""
        target_context.refresh()
        data = kernel_cache.read(self._file(sig))
        if data is not None:
            return CompileResult._rebuild(target_context, *pickle.loads(data))  # noqa: S301
        kernel_cache.announce()
        return None

    def save_overload(self, sig: Any, data: Any) -> None:
        """Keep what was compiled for these types of arguments."""
        kernel_cache.write(self._file(sig), serialize.dumps(data._reduce()))

    def _file(self, sig: Any) -> str:
        return f"{self.name}-{hashlib.blake2b(repr(sig).encode(), digest_size=6).hexdigest()}"


@intrinsic  # type: ignore[untyped-decorator]
def float_bits(_context: Any, _x: Any) -> Any:
    """The bits of a float64 as int64."""

    def codegen(_ctx: Any, builder: Any, _signature: Any, args: Any) -> Any:
        return builder.bitcast(args[0], ir.IntType(64))

    return types.int64(types.float64), codegen


@intrinsic  # type: ignore[untyped-decorator]
def bits_float(_context: Any, _x: Any) -> Any:
    """The float64 with the bits of an int64."""

    def codegen(_ctx: Any, builder: Any, _signature: Any, args: Any) -> Any:
        return builder.bitcast(args[0], ir.DoubleType())

    return types.float64(types.int64), codegen


@intrinsic  # type: ignore[untyped-decorator]
def multiply_high(_context: Any, _a: Any, _b: Any) -> Any:
    """Upper 64 bits of the 128-bit product of two uint64."""

    def codegen(_ctx: Any, builder: Any, _signature: Any, args: Any) -> Any:
        wide = ir.IntType(128)
        product = builder.mul(builder.zext(args[0], wide), builder.zext(args[1], wide))
        return builder.trunc(builder.lshr(product, ir.Constant(wide, 64)), ir.IntType(64))

    return types.uint64(types.uint64, types.uint64), codegen


def on_stack(*shape: int) -> Any:
    """Signature and code of an intrinsic: an array on the stack of the calling function."""
    kind = types.Array(types.float64, len(shape), "C")
    strides = [8 * math.prod(shape[axis + 1 :]) for axis in range(len(shape))]

    def codegen(ctx: Any, builder: Any, _signature: Any, _args: Any) -> Any:
        with builder.goto_entry_block():
            room = builder.alloca(ir.ArrayType(ir.DoubleType(), math.prod(shape)))
            room.align = 64
        size = ctx.get_value_type(types.intp)
        array = arrayobj.make_array(kind)(ctx, builder)
        arrayobj.populate_array(
            array,
            data=builder.bitcast(room, ir.DoubleType().as_pointer()),
            shape=[ir.Constant(size, extent) for extent in shape],
            strides=[ir.Constant(size, stride) for stride in strides],
            itemsize=ir.Constant(size, 8),
            meminfo=cgutils.get_null_value(cgutils.voidptr_t),
        )
        return array._getvalue()

    return kind(), codegen


@intrinsic  # type: ignore[untyped-decorator]
def tile(_context: Any) -> Any:
    """An array ``(TILE_ROWS, TILE)`` on the stack of the calling function, not initialised.

    What a loop over partners stores here can overlap no argument, so that the compiler puts the
    loop into vector lanes without any check. It must not outlive the function that asks for it.
    """
    return on_stack(TILE_ROWS, TILE)


if numba.config.DISABLE_JIT:  # plain Python, to look into a rule with a debugger
    np.seterr(over="ignore")

    def float_bits(x: float) -> Any:
        """The bits of a float64 as int64."""
        return np.float64(x).view(np.int64)

    def bits_float(x: int) -> Any:
        """The float64 with the bits of an int64."""
        return np.int64(x).view(np.float64)

    def multiply_high(a: int, b: int) -> Any:
        """Upper 64 bits of the 128-bit product of two uint64."""
        return np.uint64((int(a) * int(b)) >> 64)

    def tile() -> Any:
        """An array ``(TILE_ROWS, TILE)`` as working space."""
        return np.empty((TILE_ROWS, TILE))
