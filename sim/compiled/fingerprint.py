"""What compiled code is made of, as a text that changes if and only if the code can.

Numba's own cache looks at one file and does not notice that a function called from another has
changed. Here a function is followed through everything that it names, wherever that lies: the
bytecode of what it calls, the numbers that compilation freezes (rows of variables, constants), the
options of the decorators. Comments, layout, docstrings, annotations and texts beside the code leave
no trace in these.
"""

from __future__ import annotations

import dis
import enum
import hashlib
import sys
from collections.abc import Callable, Iterator
from functools import cache
from types import BuiltinFunctionType, CodeType, FunctionType, ModuleType
from typing import Any, NamedTuple

import numpy as np

#: packages that are told by their versions
_OUTSIDE = sys.stdlib_module_names | {"llvmlite", "numba", "numpy"}
_CONSTANT = frozenset(dis.hasconst)
_CACHE = dis.opmap["CACHE"]
_NO_STEP = bytes([_CACHE])
_JUMPS = frozenset(dis.hasjrel)
_BACK = {op for op in dis.hasjrel if "BACKWARD" in dis.opname[op]}
#: two instructions in one, by the two that they stand for
_PAIRS = {
    dis.opmap[f"{first}_{second}"]: (dis.opmap[first], dis.opmap[second])
    for second in ("LOAD_FAST", "STORE_FAST", "LOAD_FAST_BORROW")
    for first in ("LOAD_FAST", "STORE_FAST", "LOAD_FAST_BORROW")
    if f"{first}_{second}" in dis.opmap
}
_NOTHING = object()
_DEEP = 3  # modules within modules that a dotted name goes through
#: all that are not taken as they stand; an extension adds to the number of the next
_SPECIAL = {dis.opmap["NOP"], dis.EXTENDED_ARG, *_CONSTANT, *_JUMPS, *_PAIRS}


class _Part(NamedTuple):
    """One function: a hash of what it does itself, and the functions that it names."""

    itself: str
    calls: tuple[Callable[..., Any], ...]


def meaning(function: Callable[..., Any], *beside: object) -> str:
    """A hash of a function, of everything that it reaches, and of what is said beside."""
    digest = hashlib.blake2b(repr(beside).encode(), digest_size=12)
    places = {_plain(function): 0}
    waiting = [function]
    for one in waiting:  # grows on the way
        part = _part(one)
        new = [called for called in part.calls if _plain(called) not in places]
        for called in new:
            if _plain(called) not in places:
                places[_plain(called)] = len(places)
                waiting.append(called)
        numbers = [places[_plain(called)] for called in part.calls]
        digest.update(f"{part.itself} {numbers}\n".encode())
    return digest.hexdigest()


def meaning_of_module(code: CodeType) -> str:
    """A hash of the code of a module; comments and layout leave no trace in it."""
    digest = hashlib.blake2b(digest_size=12)
    for part in _codes(code):
        constants = [_constant(value) for value in part.co_consts]
        names = (part.co_name, part.co_names, part.co_varnames, part.co_freevars, part.co_cellvars)
        digest.update(part.co_code + f"{constants} {names} {part.co_argcount}".encode())
    return digest.hexdigest()


def _plain(function: Any) -> FunctionType:
    """The Python function under a compiled one or an intrinsic."""
    found: FunctionType = getattr(function, "py_func", None) or getattr(function, "_defn", function)
    return found


@cache
def _part(function: Callable[..., Any]) -> _Part:
    plain = _plain(function)
    words = [
        f"{plain.__module__}.{plain.__qualname__} {plain.__defaults__} {plain.__kwdefaults__}",
        repr(sorted(getattr(function, "targetoptions", {}).items())),
    ]
    calls: list[Callable[..., Any]] = []
    cells = zip(plain.__code__.co_freevars, plain.__closure__ or (), strict=True)
    held = {name: cell.cell_contents for name, cell in cells}
    for code in _codes(plain.__code__):
        words.append(_steps(code))
        for name in (*code.co_names, *code.co_freevars):
            value = held.get(name, plain.__globals__.get(name, _NOTHING))
            if value is not _NOTHING:
                words.append(f"{name}={_value(value, code.co_names, calls)}")
    text = "\n".join(words).encode()
    return _Part(hashlib.blake2b(text, digest_size=12).hexdigest(), tuple(calls))


def _codes(code: CodeType) -> Iterator[CodeType]:
    """A function's code and that of the functions within it."""
    yield code
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _codes(constant)


def _steps(code: CodeType) -> str:
    """The instructions of a function as they follow one another, with the constants they use.

    Where a line is broken shows in the bytecode: two loads of one line are one instruction, and a
    line that leaves none has a ``NOP``. These are undone, and jumps told by the number of the step
    that they lead to. A docstring is a constant that no instruction uses.
    """
    raw = code.co_code
    steps: list[int] = []  # operation and number in one
    used: list[str] = []
    numbers = [0] * (len(raw) // 2 + 1)
    jumps: list[tuple[int, int]] = []
    high = 0
    for at, (op, low) in enumerate(zip(raw[::2], raw[1::2], strict=True)):
        numbers[at] = len(steps)
        if op == _CACHE:
            continue
        number = low | high
        high = number << 8 if op == dis.EXTENDED_ARG else 0
        if op not in _SPECIAL:
            steps.append(op | number << 8)
        elif op in _CONSTANT:
            steps.append(op)
            used.append(_constant(code.co_consts[number]))
        elif op in _PAIRS:
            first, second = _PAIRS[op]
            steps += (first | number >> 4 << 8, second | (number & 15) << 8)
        elif op in _JUMPS:
            after = at + 1
            while raw[2 * after : 2 * after + 1] == _NO_STEP:
                after += 1
            jumps.append((len(steps), after - number if op in _BACK else after + number))
            steps.append(op)
    for step, target in jumps:
        steps[step] |= numbers[target] << 8
    shape = (code.co_argcount, code.co_kwonlyargcount, code.co_varnames, code.co_names)
    return f"{steps} {used} {code.co_exceptiontable.hex()} {shape}"


def _constant(constant: object) -> str:
    if isinstance(constant, frozenset):
        return repr(sorted(map(repr, constant)))
    return constant.co_name if isinstance(constant, CodeType) else repr(constant)


def _value(
    value: Any, names: tuple[str, ...], calls: list[Callable[..., Any]], depth: int = 0
) -> str:
    """What compiled code can make of a value that it names."""
    if isinstance(value, ModuleType):
        if value.__name__.partition(".")[0] in _OUTSIDE or depth == _DEEP:
            return value.__name__
        inside = vars(value)
        found = [
            f"{name}={_value(inside[name], names, calls, depth + 1)}"
            for name in names
            if name in inside
        ]
        return repr(found)
    if isinstance(value, FunctionType) or hasattr(value, "py_func") or hasattr(value, "_defn"):
        if (_plain(value).__module__ or "").partition(".")[0] in _OUTSIDE:
            return f"{_plain(value).__module__}.{_plain(value).__qualname__}"
        calls.append(value)
        return "called"
    if isinstance(value, type):
        members = list(value) if issubclass(value, enum.Enum) else getattr(value, "_fields", ())
        return f"{value.__module__}.{value.__qualname__} {members}"
    if isinstance(value, BuiltinFunctionType):
        return f"{value.__module__}.{value.__qualname__}"
    if isinstance(value, np.ndarray):
        return f"{value.dtype} {value.shape} {value.tobytes().hex()}"
    return repr(value)
