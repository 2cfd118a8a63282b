"""From the mechanisms and terms found on disk to two small generated modules.

``rules`` calls every mechanism in the order of the step and adds up every utility term; it is what
makes "drop a file in" work without a list to keep. ``entries`` holds the compiled entry points and
is the only module whose compiled code is kept on disk (:mod:`sim.kept`). Both live in memory: their
text is made anew at every start, and no file is run as a module.
"""

from __future__ import annotations

import hashlib
import inspect
import linecache
import sys
from collections.abc import Callable
from functools import cache
from types import ModuleType

from sim import kept, priors
from sim import vocabulary as names
from sim.decisions.terms import CHANGES
from sim.jit import Kept
from sim.meaning import meaning

_HEAD = '"""Generated from the mechanisms and terms of the package; do not edit."""\n\n'


def source_hash() -> str:
    """Hash of the rules: all compiled code, what is assumed of pairs, every declared number.

    It covers the modules that are in use, wherever they lie.
    """
    from sim import kernel

    entries = vars(kernel.entries())
    declared = [
        (name, field.row, field.default, field.bounds)
        for group in (names.STATE_FIELDS, names.DYAD_FIELDS, names.COLLECTIVE_FIELDS, names.PARAMS)
        for name, field in group.items()
    ]
    parts = [meaning(entries[name]) for name in kernel.SIGNATURES] + [meaning(priors.complete)]
    return hashlib.blake2b(f"{parts} {declared}".encode(), digest_size=12).hexdigest()


MIX = """

@njit
def taught(G, B, i):
    for k in range(G.shape[1]):
        if G[COLLECTIVE_KIND, k] == SCHOOL and B[k, i] > 0.0:
            return True
    return False


@njit
def mix(V, G, B, n):
    for i in range(n):
        if not taught(G, B, i):
            continue
"""


def arguments_of(function: Callable[..., None]) -> str:
    """The names of the blocks and keys that a rule asks for, as its call is written."""
    plain = getattr(function, "py_func", function)
    return ", ".join(inspect.signature(plain).parameters)


def rules_source() -> str:
    """Text of the module ``rules``."""
    lines = [_HEAD, "from sim.fields import COLLECTIVE_KIND, SCHOOL\n"]
    lines.append("from sim.jit import inline, njit\n")
    for k, module in enumerate(names.MECHANISM_MODULES.values()):
        lines.append(f"import {module.__name__} as m{k}\n")
    for k, module in enumerate(names.TERM_MODULES.values()):
        lines.append(f"import {module.__name__} as t{k}\n")
    lines.append("\n\n@njit\ndef start(M, V, G, B, P, n):\n    pass\n")
    for k, rule in enumerate(names.MECHANISMS.values()):
        if rule.start is not None:
            lines.append(f"    m{k}.start({arguments_of(rule.start)})\n")
    lines.append("\n\n@njit\ndef mechanisms(M, V, G, B, P, n, tick, seed, run):\n    pass\n")
    for k, rule in enumerate(names.MECHANISMS.values()):
        lines.append(f"    if P[{names.SWITCHES[rule.name]}] > 0.5:\n")
        lines.append(f"        m{k}.update({arguments_of(rule.update)})\n")
    lines.append(MIX)
    mixed = [
        (field.row, names.SCHOOL_ROWS[name], field.default)
        for name, field in names.STATE_FIELDS.items()
        if name in names.SCHOOL_ROWS
    ]
    lines.extend(f"        V[{field}, i] = {neutral}\n" for field, _, neutral in mixed)
    lines.append("        for k in range(G.shape[1]):\n")
    lines.append("            share = B[k, i]\n")
    lines.append("            if G[COLLECTIVE_KIND, k] == SCHOOL and share > 0.0:\n")
    lines.extend(
        f"                V[{field}, i] += share * (G[{row}, k] - {neutral})\n"
        for field, row, neutral in mixed
    )
    slopes = ("per_commitment", "per_entrapment")
    for change in (*slopes, *CHANGES):
        arguments = "M, V, P, i, j" if change in slopes else "M, V, P, i, j, a, b"
        feeling = [
            (k, f"{term.sign} * P[{term.weight}] * V[{term.multiplier}, i]")
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
    security = list(names.TERMS).index("security")
    influence = list(names.TERMS).index("influence")
    fear, hold = names.TERMS["security"], names.TERMS["influence"]
    lines.append(
        "\n\n@njit\ndef third(M, V, P, m, i, j, threat, patron_i, patron_j):\n"
        f"    w = P[{fear.weight}] * V[{fear.multiplier}, m]\n"
        f"    x = P[{hold.weight}] * V[{hold.multiplier}, m]\n"
        f"    return w * t{security}.third(M, V, P, m, threat) + x * (\n"
        f"        t{influence}.third(M, V, P, m, i, patron_i)\n"
        f"        + t{influence}.third(M, V, P, m, j, patron_j))\n"
    )
    lines.append("\n\n@njit\ndef utility(M, V, P, n, i):\n    total = 0.0\n")
    lines.extend(
        f"    total += {term.sign} * P[{term.weight}] * V[{term.multiplier}, i]"
        f" * t{k}.value(M, V, P, n, i)\n"
        for k, term in enumerate(names.TERMS.values())
    )
    lines.append("    return total\n")
    lines.append("\n\n@njit\ndef values(M, V, P, n, i, out):\n    pass\n")
    lines.extend(
        f"    out[{k}] = {term.sign} * P[{term.weight}] * V[{term.multiplier}, i]"
        f" * t{k}.value(M, V, P, n, i)\n"
        for k, term in enumerate(names.TERMS.values())
    )
    return "".join(lines)


def entries_source(signatures: dict[str, str]) -> str:
    """Text of the module ``entries``: one kept wrapper for each function of the kernel."""
    lines = [_HEAD, "from sim import kernel\nfrom sim.jit import entry\n"]
    for name, arguments in signatures.items():
        lines.append(f"\n\n@entry\ndef {name}({arguments}):\n")
        lines.append(f"    return kernel.{name}({arguments})\n")
    return "".join(lines)


def _load(name: str, text: str) -> ModuleType:
    """A module from its text; tracebacks and debuggers find the text under ``<multipolar ...>``."""
    module = ModuleType(f"_multipolar_{name}")
    file = f"<multipolar {name}>"
    linecache.cache[file] = (len(text), None, text.splitlines(keepends=True), file)
    sys.modules[module.__name__] = module
    exec(compile(text, file, "exec"), vars(module))  # noqa: S102
    return module


@cache
def load_rules() -> ModuleType:
    """The generated module ``rules``."""
    return _load("rules", rules_source())


def load_entries(signatures: dict[str, str]) -> ModuleType:
    """The generated module ``entries``."""
    return _load("entries", entries_source(signatures))


def is_compiled() -> bool:
    """Whether the kernels, as they stand, have been compiled for this processor before."""
    from sim import kernel

    caches = [getattr(function, "_cache", None) for function in vars(kernel.entries()).values()]
    return all(kept.holds(cache.name) for cache in caches if isinstance(cache, Kept))
