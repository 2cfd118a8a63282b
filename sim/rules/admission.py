"""What a rule from outside has to be to stand beside the package's own.

Such rules come by :mod:`sim.rules.outside`.

The package's own files are held to the same by tests; whoever reads these messages has no tests.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable
from dataclasses import fields
from types import ModuleType, NoneType
from typing import Any, Final

import numba

from sim.errors import UserError, hint, shown
from sim.rules import declarations
from sim.rules.mechanisms import STAGES, Mechanism, in_order
from sim.rules.moves import Act, Move
from sim.rules.outside import Metric, Rule, load
from sim.rules.terms import Term

type Mechanisms = list[tuple[Mechanism, ModuleType]]
type Moves = list[tuple[Move, ModuleType]]
type Terms = list[tuple[Term, ModuleType]]

_TABLES: Final[tuple[dict[Any, Any], ...]] = (
    declarations.PARAMS,
    declarations.STATE_FIELDS,
    declarations.DYAD_FIELDS,
    declarations.COLLECTIVE_FIELDS,
    *declarations.BASELINES.values(),
)
_CODES: Final = 100  # of moves: their names by code are a list
_OF_MOVES: Final = 4
#: What a part of a declaration has to be, by how its type is written.
_KINDS: Final[dict[str, tuple[type, ...]]] = {
    "str": (str,),
    "int": (int,),
    "float": (int, float),
    "float | None": (int, float, NoneType),
    "int | None": (int, NoneType),
    "tuple[str, ...]": (tuple,),
}
_NAME: Final = re.compile(r"[a-z][a-z0-9_]*")
#: Arguments of the functions of a term, beside those of the changes, which take five; what it does
#: not feel is left out.
_CALLS: Final = {"value": 2, "per_commitment": 3, "per_entrapment": 3, "third": 7, "pact": 5}


def admitted(mechanisms: Mechanisms, moves: Moves, terms: Terms) -> tuple[Mechanisms, Moves, Terms]:
    """The mechanisms, moves and terms of the package with those from outside.

    Raises:
        UserError: a file cannot be run, or what it declares is not what it has to be; the message
            says where and what to write. Nothing from outside is kept then.
    """
    rules, acts, feelings = list(mechanisms), list(moves), list(terms)
    sizes = [len(table) for table in _TABLES]

    def admit(rule: Rule) -> None:
        if (mechanism := rule.declared("MECHANISM")) is not None:
            _check_mechanism(rule, mechanism, [known for known, _ in rules])
            rules.append((mechanism, rule.module))
            try:
                in_order(rules)
            except ValueError as error:
                raise rule.error("MECHANISM", str(error)) from None
        if (move := rule.declared("MOVE")) is not None:
            _check_move(rule, move, [known for known, _ in acts])
            acts.append((move, rule.module))
        if (term := rule.declared("TERM")) is not None:
            changes = [known.change.name for known, _ in acts if known.change is not None]
            _check_term(rule, term, [known.name for known, _ in feelings], changes)
            feelings.append((term, rule.module))
        if (metric := rule.declared("METRIC")) is not None:
            _check_metric(rule, metric)

    try:
        load(admit)
    except UserError:
        for table, size in zip(_TABLES, sizes, strict=True):
            for name in list(table)[size:]:
                del table[name]
        raise
    return in_order(rules), sorted(acts, key=lambda pair: pair[0].code), feelings


def _check_mechanism(rule: Rule, found: Any, known: list[Mechanism]) -> None:
    what = "MECHANISM"
    if not isinstance(found, Mechanism):
        raise rule.error(what, "write MECHANISM = Mechanism(...), of sim.rules.mechanisms")
    _check_kinds(rule, what, found)
    _check_name(rule, what, found.name, [other.name for other in known])
    if found.stage not in STAGES:
        stages = ", ".join(STAGES)
        stage = str(found.stage)
        raise rule.error(what, f"no stage {shown(stage)}{hint(stage, STAGES)}; there are {stages}")
    fields = declarations.STATE_FIELDS | declarations.DYAD_FIELDS | declarations.COLLECTIVE_FIELDS
    for name in (*found.reads, *found.writes):
        if name not in fields and name not in declarations.PARTS:
            said = f"reads or writes {shown(str(name))}, which is no variable"
            raise rule.error(what, f"{said}{hint(str(name), fields)}; multipolar names pairs")
    for name, _ in found.neutral:
        if name not in declarations.PARAMS:
            raise rule.error(
                what, f"neutral: no parameter {shown(str(name))}{hint(name, declarations.PARAMS)}"
            )
    for function in (found.update, found.start):
        if function is None:
            continue
        names = _parameters(rule, function)
        allowed = (["w"], ["w", "luck"]) if function is found.update else (["w"],)
        if names not in allowed:
            forms = " or ".join(f"({', '.join(form)})" for form in allowed)
            raise rule.error(
                _called(function), f"takes {forms}, by these names, not ({', '.join(names)})"
            )


def _check_move(rule: Rule, found: Any, known: list[Move]) -> None:
    if not isinstance(found, Act):
        raise rule.error("MOVE", "write MOVE = Act(...), of sim.rules.moves")
    _check_kinds(rule, "MOVE", found)
    _check_name(rule, "MOVE", found.name, [other.name for other in known])
    codes = {other.code: other.name for other in known}
    code: Any = found.code
    if not isinstance(code, int) or not 0 < code < _CODES:
        raise rule.error("MOVE", f"code {found.code!r} is no whole number from 1 to {_CODES - 1}")
    if found.code in codes:
        free = next(n for n in range(1, _CODES) if n not in codes)
        raise rule.error(
            "MOVE", f"code {found.code} is that of {codes[found.code]}; {free} is free"
        )
    for name in ("is_open", "target"):
        if len(names := _parameters(rule, getattr(found, name))) != _OF_MOVES:
            raise rule.error(name, f"takes (w, i, j, now), not ({', '.join(names)})")


def _check_term(rule: Rule, found: Any, known: list[str], changes: list[str]) -> None:
    if not isinstance(found, Term):
        raise rule.error("TERM", "write TERM = term(...), of sim.rules.terms")
    _check_kinds(rule, "TERM", found)
    _check_name(rule, "TERM", found.name, known)
    for name, wanted in (_CALLS | dict.fromkeys(changes, 5)).items():
        function = getattr(rule.module, name, None)
        if function is None and name == "value":
            raise rule.error("TERM", "the file has no function value(w, i)")
        if function is not None and len(names := _parameters(rule, function)) != wanted:
            raise rule.error(
                name, f"takes {wanted} arguments, not {len(names)}; see sim/rules/terms"
            )


def _check_metric(rule: Rule, found: Any) -> None:
    if not isinstance(found, Metric):
        raise rule.error("METRIC", "write METRIC = Metric(...), of sim.rules.outside")
    _check_kinds(rule, "METRIC", found)
    _check_name(rule, "METRIC", found.name, [])
    if found.arguments not in ((), ("i",), ("i", "j")):
        raise rule.error("METRIC", 'arguments are (), ("i",) or ("i", "j")')
    series: Any = found.series
    if not callable(series) or len(inspect.signature(series).parameters) != 2:
        raise rule.error("METRIC", "series takes two arguments: what was observed, and the words")


def _check_kinds(rule: Rule, what: str, found: Any) -> None:
    """Hold the plain parts of a declaration to the types that it is written with."""
    for part in fields(found):
        kinds = _KINDS.get(str(part.type))
        value = getattr(found, part.name)
        if kinds is not None and not isinstance(value, kinds):
            said = f"{part.name}: expected {part.type}, not {type(value).__name__}"
            raise rule.error(what, said)


def _check_name(rule: Rule, what: str, name: Any, taken: list[str]) -> None:
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        raise rule.error(what, f"name {shown(str(name))}: use small letters, digits and _")
    if name in taken:
        raise rule.error(what, f"the name {shown(name)} is taken; call it otherwise")


def _parameters(rule: Rule, function: Callable[..., Any]) -> list[str]:
    """The names of the arguments of a compiled function."""
    if not callable(function):
        raise rule.error("MECHANISM", f"{_called(function)} is no function")
    plain = getattr(function, "py_func", None)
    if plain is None and not numba.config.DISABLE_JIT:
        raise rule.error(
            _called(function), "is not compiled; put @njit, of sim.compiled.jit, above it"
        )
    try:
        return list(inspect.signature(plain or function).parameters)
    except ValueError:  # some of Python's own say nothing of their arguments
        raise rule.error("MECHANISM", f"{_called(function)} is no function of a rule") from None


def _called(function: Any) -> str:
    return str(getattr(function, "__name__", function))
