"""From the mechanisms, moves and terms found on disk to two small generated modules.

``rules`` calls every mechanism in the order of the step, adds up every utility term, and weighs,
notes and makes every move; it is what makes "drop a file in" work without a list to keep.
``entries`` holds the compiled entry points and is the only module whose compiled code is kept on
disk (:mod:`sim.compiled.kernel_cache`). Both live in memory: their text is made anew at every
start, and no file is run as a module.
"""

from __future__ import annotations

import ast
import inspect
import linecache
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from itertools import groupby
from types import ModuleType

from sim.compiled.jit import plain
from sim.errors import UserError
from sim.rules import catalogue as names
from sim.rules.declarations import BASELINES, MIRRORS
from sim.rules.moves import Act
from sim.rules.terms import Term

_HEAD = '"""Generated from the mechanisms, moves and terms of the package; do not edit."""\n\n'


MIX = """

@njit
def taught(w, i):
    for k in range(w.G.shape[1]):
        if w.G[COLLECTIVE_KIND, k] == SCHOOL and w.B[k, i] > 0.0:
            return True
    return False


@njit
def mix(w):
    for i in range(w.n):
        if not taught(w, i):
            continue
"""


def arguments_of(function: Callable[..., None]) -> str:
    """The names of the blocks and keys that a rule asks for, as its call is written."""
    return ", ".join(inspect.signature(plain(function)).parameters)


def remembered() -> list[str]:
    """Lines that keep the values at the start (:func:`sim.rules.declarations.baseline`)."""
    states, pairs, collectives = (BASELINES[block].items() for block in "VMG")
    return [
        "    for i in range(w.n):\n",
        *(f"        w.V[{kept}, i] = w.V[{row}, i]\n" for row, kept in states),
        "        for j in range(w.n):\n",
        *(f"            w.M[{kept}, i, j] = w.M[{row}, i, j]\n" for row, kept in pairs),
        "    for k in range(w.G.shape[1]):\n",
        *(f"        w.G[{kept}, k] = w.G[{row}, k]\n" for row, kept in collectives),
    ]


def mirrored() -> str:
    """Text that keeps mirrors in step (:mod:`sim.rules.mirrored_sheets`): whole, and for a pair."""
    sheets = [(row, mirror) for row, mirror in MIRRORS.items() if row != mirror]
    return (
        f"\n\nMIRRORED = array({sheets})\n"
        "\n\n@njit\ndef mirror(w):\n"
        "    for s in range(MIRRORED.shape[0]):\n"
        "        transpose(w, MIRRORED[s, 1], MIRRORED[s, 0])\n"
        "\n\n@njit\ndef mirror_pair(w, i, j):\n"
        "    for s in range(MIRRORED.shape[0]):\n"
        "        row, mirror = MIRRORED[s, 0], MIRRORED[s, 1]\n"
        "        w.M[mirror, j, i] = w.M[row, i, j]\n"
        "        w.M[mirror, i, j] = w.M[row, j, i]\n"
    )


def added(parts: Sequence[str]) -> str:
    """A sum as it is written: of two halves, the first as long as a power of two."""
    if len(parts) < 2:
        return "".join(parts) or "0.0"
    half = 1 << (len(parts) - 1).bit_length() - 1
    return f"({added(parts[:half])} + {added(parts[half:])})"


def weighed(verb: str, acts: list[Act], share: str) -> Iterator[str]:
    """Lines that weigh, race and note moves, all towards a partner or all with oneself.

    Weights are added up by kind of change first; each move has its own word of luck. Only the sum
    of weights towards a partner, which is worked out most, has the alternatives merged into it:
    each copy of them costs seconds of compilation. Codes are floats, as the cells that they go to:
    for every whole number as a constant a function would be compiled anew.
    """
    changes: dict[str, list[int]] = {}
    for at, act in enumerate(acts):
        changes.setdefault(act.change.name, []).append(at)
    yield f"\n\n@inline\ndef {verb}(w, i, j):\n    share = {share}\n"
    yield from (f"    now_{change} = {change}_now(w, i, j)\n" for change in changes)
    for act in acts:
        yield f"    to_{act.code} = target_{act.code}(w, i, j, now_{act.change.name})\n"
    yield "    return (\n"
    for act in acts:
        now, to = f"now_{act.change.name}", f"to_{act.code}"
        yield f"        Option(open_{act.code}(w, i, j, {now}), {to},\n"
        gain = f"{act.change.name}(w, i, j, {now}, {to})"
        ease = f" - ease_{act.code}(w, i, j)" if act.ease else ""
        yield f"            {gain}, w.P[{act.cost}] - share{ease}, 1.0),\n"
    listed = f"    a = listed_{verb}(w, i, j)\n"
    yield f"    )\n\n\n@njit\ndef listed_{verb}(w, i, j):\n    return {verb}(w, i, j)\n"
    yield f"\n\n@inline\ndef {verb}_weight(w, i, j):\n"
    yield f"    a = {verb}(w, i, j)\n" if verb == "acts" else listed
    sums = [added([f"weight(a[{at}])" for at in among]) for among in changes.values()]
    yield f"    return {added(sums)}\n"
    yield f"\n\n@njit\ndef race_{verb}(w, luck, i, j, k, choice, best):\n{listed}"
    for block, within in groupby(enumerate(acts), lambda pair: pair[1].luck[0]):
        yield f"    bits = keyed(luck, CHOICE, k, luck.keys[i], luck.keys[j], {block})\n"
        for at, act in within:
            yield f"    best = race(choice, best, bits[{act.luck[1]}], {act.code}.0, a[{at}])\n"
    yield "    return best\n"
    yield f"\n\n@njit\ndef note_{verb}(w, i, j, choice, table):\n{listed}"
    for at, act in enumerate(acts):
        yield f"    note(choice, table, {act.code}.0, j, a[{at}])\n"


def joint(acts: list[Act]) -> Iterator[str]:
    """Lines that say which moves bodies decide on for their members, and what one weighs."""
    among = [(at, act) for at, act in enumerate(acts) if act.jointly is not None]
    yield "\n\n@njit\ndef jointly(kind):\n"
    yield from (f"    if kind == {act.code}:\n        return {act.jointly}\n" for _, act in among)
    yield "    return -1\n\n\n@njit\ndef joint_weight(w, i, j, kind):\n"
    yield "    a = listed_acts(w, i, j)\n"
    for at, act in among:
        yield f"    if kind == {act.code}:\n        return weight(a[{at}])\n"
    yield "    return 0.0\n"


def made(acts: list[Act]) -> Iterator[str]:
    """Lines that make a move and log what was there before, and what the change was worth."""
    yield "\n\n@njit\ndef make(w, i, j, kind, to, rows, row, at):\n    before = 0.0\n"
    for act in {act.change.name: act for act in acts}.values():
        change = act.change.name
        codes = [f"kind == {other.code}" for other in acts if other.change.name == change]
        yield f"    if {' or '.join(codes)}:\n"
        yield f"        before = {change}_now(w, i, j)\n"
        yield f"        {change}_parts(w, i, j, before, to, rows, row, at)\n"
        yield f"        rows[row, 8] = {change}(w, i, j, before, to)\n"
        yield f"        {change}_make(w, i, j, to)\n"
        if not act.change.make.__module__.startswith("sim."):
            yield "        mirror(w)\n"  # a move from outside may change more than the pair
    yield "    return before\n"


def contribution(term: Term, *, in_ties: bool) -> str:
    """Factor of a change of a term, to logits of i, in a decision about ties or not."""
    part = "" if term.ties is None or not in_ties else f" * w.P[{term.ties}]"
    return f"{term.sign} * w.P[{term.weight}]{part} * w.V[{term.multiplier}, i]"


def valued_bodies() -> Iterator[str]:
    """Lines that value a body: what it gives together, and the load of a tie with one member."""
    terms = [
        (k, module, contribution(term, in_ties=True))
        for k, (term, module) in enumerate(
            zip(names.TERMS.values(), names.TERM_MODULES.values(), strict=True)
        )
    ]
    slopes = {"per_commitment": "(b.g - a.g)", "per_entrapment": "(b.e - a.e)"}
    given = [(k, f"{w} * t{k}.together(w, i, s)") for k, m, w in terms if hasattr(m, "together")]
    laid = [
        (k, f"{w} * {call}")
        for k, module, w in terms
        if not hasattr(module, "together")
        for call in (
            *([f"t{k}.pact(w, i, j, a, b)"] if hasattr(module, "pact") else []),
            *(f"{times} * t{k}.{s}(w, i, j)" for s, times in slopes.items() if hasattr(module, s)),
        )
    ]
    for verb, takes, parts, share in (
        ("together", "w, i, s", given, ""),
        ("load", "w, i, j, a, b", laid, ", share"),
    ):
        yield f"\n\n@njit\ndef {verb}({takes}):\n    total = 0.0\n"
        yield from (f"    total += {part}\n" for _, part in parts)
        yield "    return total\n"
        yield f"\n\n@njit\ndef {verb}_parts({takes}{share}, out, row, at):\n    pass\n"
        times = share.replace(", ", " * ")
        yield from (f"    out[row, at + {k}] += {part}{times}\n" for k, part in parts)


def rules_source() -> str:
    """Text of the module ``rules``."""
    acts = [move for move in names.MOVES.values() if isinstance(move, Act)]
    lines = [
        _HEAD,
        "from numpy import array\n",
        "from sim.rules.state_variables import COLLECTIVE_KIND, SCHOOL\n",
    ]
    lines.append("from sim.rules.decisions.assessment import RELEVANCE\n")
    lines.append("from sim.rules.decisions.race import Option, note, race, weight\n")
    lines.append("from sim.compiled.jit import inline, njit\n")
    lines.append("from sim.rules.sheet_algebra import transpose\n")
    lines.append("from sim.rules.streams import CHOICE, keyed\n")
    for k, module in enumerate(names.MECHANISM_MODULES.values()):
        lines.append(f"import {module.__name__} as m{k}\n")
    for k, module in enumerate(names.TERM_MODULES.values()):
        lines.append(f"import {module.__name__} as t{k}\n")
    for act in acts:
        change = act.change.name
        lines.append(f"from {names.MOVE_MODULES[act.name].__name__} import MOVE\n")
        lines.append(f"target_{act.code}, open_{act.code} = MOVE.target, MOVE.is_open\n")
        lines.append(f"ease_{act.code} = MOVE.ease\n" if act.ease else "")
        lines.append(f"{change}_now, {change}_make = MOVE.change.now, MOVE.change.make\n")
    lines.append("\n\n@njit\ndef start(w):\n")
    for k, rule in enumerate(names.MECHANISMS.values()):
        if rule.start is not None:
            lines.append(f"    m{k}.start({arguments_of(rule.start)})\n")
    lines.extend(remembered())
    lines.append(mirrored())
    lines.append("\n\n@njit\ndef mechanisms(w, luck):\n    pass\n")
    for k, rule in enumerate(names.MECHANISMS.values()):
        lines.append(f"    if w.P[{names.SWITCHES[rule.name]}] > 0.5:\n")
        lines.append(f"        m{k}.update({arguments_of(rule.update)})\n")
    lines.append(MIX)
    mixed = [
        (field.row, names.SCHOOL_ROWS[name], field.default)
        for name, field in names.STATE_FIELDS.items()
        if name in names.SCHOOL_ROWS
    ]
    lines.extend(f"        w.V[{field}, i] = {neutral}\n" for field, _, neutral in mixed)
    lines.append("        for k in range(w.G.shape[1]):\n")
    lines.append("            share = w.B[k, i]\n")
    lines.append("            if w.G[COLLECTIVE_KIND, k] == SCHOOL and share > 0.0:\n")
    lines.extend(
        f"                w.V[{field}, i] += share * (w.G[{row}, k] - {neutral})\n"
        for field, row, neutral in mixed
    )
    slopes = ("per_commitment", "per_entrapment")
    for change in (*slopes, *names.CHANGES):
        arguments = "w, i, j" if change in slopes else "w, i, j, a, b"
        feeling = [
            (k, contribution(term, in_ties=change in (*slopes, "pact")))
            for k, (term, module) in enumerate(
                zip(names.TERMS.values(), names.TERM_MODULES.values(), strict=True)
            )
            if hasattr(module, change)
        ]
        lines.append(f"\n\n@inline\ndef {change}({arguments}):\n    total = 0.0\n")
        lines.extend(f"    total += {w} * t{k}.{change}({arguments})\n" for k, w in feeling)
        lines.append("    return total\n")
        times = {"per_commitment": ", dg", "per_entrapment": ", de"}.get(change, "")
        factor = times.replace(", ", " * ")
        lines.append(
            f"\n\n@njit\ndef {change}_parts({arguments}{times}, out, row, at):\n    pass\n"
        )
        lines.extend(
            f"    out[row, at + {k}] += {w} * t{k}.{change}({arguments}){factor}\n"
            for k, w in feeling
        )
    lines += valued_bodies()
    third = "w, m, i, j, threat, patron_i, patron_j"
    lines.append(f"\n\n@njit\ndef third({third}):\n    total = 0.0\n")
    lines.extend(
        f"    total += {term.sign} * w.P[{term.weight}] * w.V[{term.multiplier}, m]"
        f" * t{k}.third({third})\n"
        for k, (term, module) in enumerate(
            zip(names.TERMS.values(), names.TERM_MODULES.values(), strict=True)
        )
        if hasattr(module, "third")
    )
    lines.append("    return total\n")
    lines.append("\n\n@njit\ndef utility(w, i):\n    total = 0.0\n")
    lines.extend(
        f"    total += {contribution(term, in_ties=False)} * t{k}.value(w, i)\n"
        for k, term in enumerate(names.TERMS.values())
    )
    lines.append("    return total\n")
    lines.append("\n\n@njit\ndef values(w, i, out):\n    pass\n")
    lines.extend(
        f"    out[{k}] = {contribution(term, in_ties=False)} * t{k}.value(w, i)\n"
        for k, term in enumerate(names.TERMS.values())
    )
    towards = [act for act in acts if act.towards != "self"]
    lines += weighed("acts", towards, "w.M[RELEVANCE, i, j]")
    lines += joint(towards)
    lines += weighed("own", [a for a in acts if a.towards == "self"], "0.0")
    lines += made(acts)
    return "".join(lines)


def entries_source(signatures: dict[str, str]) -> str:
    """Text of the module ``entries``: one kept wrapper for each function of the kernel."""
    lines = [
        _HEAD,
        "from sim import kernel\n",
        "from sim.compiled.blocks import apart\n",
        "from sim.compiled.jit import entry\n",
    ]
    for name, arguments in signatures.items():
        given = ", ".join("apart(w)" if one == "w" else one for one in arguments.split(", "))
        lines.append(f"\n\n@entry\ndef {name}({arguments}):\n    return kernel.{name}({given})\n")
    return "".join(lines)


def _load(name: str, text: str) -> ModuleType:
    """A module from its text; tracebacks and debuggers find the text under ``<multipolar ...>``."""
    module = ModuleType(f"_multipolar_{name}")
    file = f"<multipolar {name}>"
    linecache.cache[file] = (len(text), None, text.splitlines(keepends=True), file)
    sys.modules[module.__name__] = module
    exec(compile(text, file, "exec"), vars(module))  # noqa: S102
    return module


def check_names(text: str) -> None:
    """Refuse generated text in which one name stands for two things.

    Functions are named by the changes that moves make: one that has the name of another function
    would take its place without a word.

    Raises:
        UserError: a name is defined twice.
    """
    body = ast.parse(text).body
    functions = Counter(node.name for node in body if isinstance(node, ast.FunctionDef))
    given = {
        name.asname or name.name
        for node in body
        if isinstance(node, ast.Import | ast.ImportFrom)
        for name in node.names
    }
    for name, count in functions.items():
        if count > 1 or name in given:
            raise UserError(
                f"a move changes {name!r}, which is the name of a function that all rules share; "
                "give its Change another name"
            )


@cache
def load_rules() -> ModuleType:
    """The generated module ``rules``.

    Raises:
        UserError: a rule has a name that another one needs.
    """
    text = rules_source()
    check_names(text)
    return _load("rules", text)


def load_entries(signatures: dict[str, str]) -> ModuleType:
    """The generated module ``entries``."""
    return _load("entries", entries_source(signatures))
