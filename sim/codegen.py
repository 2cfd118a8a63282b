"""From the mechanisms and terms found on disk to two small generated modules.

``rules`` calls every mechanism in the order of the step and adds up every utility term; it is what
makes "drop a file in" work without a list to keep. ``entries`` holds the compiled entry points and
is the only module that numba caches. Both are written to a folder named by a hash of all sources of
the package that compiled code depends on, so a changed rule can never meet a stale cache, which
numba by itself does not notice across files.
"""

from __future__ import annotations

import hashlib
import importlib.metadata
import importlib.util
import inspect
import os
import sys
import tempfile
from collections.abc import Callable
from functools import cache
from pathlib import Path
from types import ModuleType

from sim import vocabulary as names
from sim.decisions.terms import CHANGES
from sim.registry import BASELINES

_HEAD = '"""Generated from the mechanisms and terms of the package; do not edit."""\n\n'
_PACKAGE = Path(__file__).parent


def source_hash() -> str:
    """Hash of every source file that compiled code may depend on, and of numba's version."""
    digest = hashlib.blake2b(digest_size=12)
    folders = ("mechanisms", "decisions", "kernel")
    files = [path for folder in folders for path in (_PACKAGE / folder).rglob("*.py")]
    files += [
        _PACKAGE / f"{name}.py"
        for name in (
            "codegen",
            "collectives",
            "dyads",
            "fields",
            "jit",
            "mathx",
            "priors",
            "registry",
            "sheets",
            "streams",
            "vocabulary",
        )
    ]
    for path in sorted(files):
        digest.update(path.relative_to(_PACKAGE).as_posix().encode())
        digest.update(path.read_bytes())
    numba_version = importlib.metadata.version("numba")
    digest.update(f"{numba_version} {sys.version_info[:2]}".encode())
    return digest.hexdigest()


def cache_folder() -> Path:
    """Where generated modules and compiled kernels live.

    ``$MULTIPOLAR_CACHE`` if set, else ``$XDG_CACHE_HOME/multipolar`` or ``~/.cache/multipolar``,
    else, where that cannot be written, a folder for this user under the system's temporary files.
    """
    chosen = os.environ.get("MULTIPOLAR_CACHE")
    base = (
        Path(chosen)
        if chosen
        else Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "multipolar"
    )
    folder = base / source_hash()
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError:
        folder = Path(tempfile.gettempdir()) / f"multipolar-{os.getuid()}" / source_hash()
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return folder


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
    plain = getattr(function, "py_func", function)
    return ", ".join(inspect.signature(plain).parameters)


def remembered() -> list[str]:
    """Lines that keep the values at the start (:func:`sim.registry.baseline`)."""
    states, pairs, collectives = (BASELINES[block].items() for block in "VMG")
    return [
        "    for i in range(w.n):\n",
        *(f"        w.V[{kept}, i] = w.V[{row}, i]\n" for row, kept in states),
        "        for j in range(w.n):\n",
        *(f"            w.M[{kept}, i, j] = w.M[{row}, i, j]\n" for row, kept in pairs),
        "    for k in range(w.G.shape[1]):\n",
        *(f"        w.G[{kept}, k] = w.G[{row}, k]\n" for row, kept in collectives),
    ]


def rules_source() -> str:
    """Text of the module ``rules``."""
    lines = [_HEAD, "from sim.fields import COLLECTIVE_KIND, SCHOOL\n"]
    lines.append("from sim.jit import inline, njit\n")
    for k, module in enumerate(names.MECHANISM_MODULES.values()):
        lines.append(f"import {module.__name__} as m{k}\n")
    for k, module in enumerate(names.TERM_MODULES.values()):
        lines.append(f"import {module.__name__} as t{k}\n")
    lines.append("\n\n@njit\ndef start(w):\n")
    for k, rule in enumerate(names.MECHANISMS.values()):
        if rule.start is not None:
            lines.append(f"    m{k}.start({arguments_of(rule.start)})\n")
    lines.extend(remembered())
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
    for change in (*slopes, *CHANGES):
        arguments = "w, i, j" if change in slopes else "w, i, j, a, b"
        feeling = [
            (k, f"{term.sign} * w.P[{term.weight}] * w.V[{term.multiplier}, i]")
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
        f"    total += {term.sign} * w.P[{term.weight}] * w.V[{term.multiplier}, i]"
        f" * t{k}.value(w, i)\n"
        for k, term in enumerate(names.TERMS.values())
    )
    lines.append("    return total\n")
    lines.append("\n\n@njit\ndef values(w, i, out):\n    pass\n")
    lines.extend(
        f"    out[{k}] = {term.sign} * w.P[{term.weight}] * w.V[{term.multiplier}, i]"
        f" * t{k}.value(w, i)\n"
        for k, term in enumerate(names.TERMS.values())
    )
    return "".join(lines)


def entries_source(signatures: dict[str, str]) -> str:
    """Text of the module ``entries``: one cached wrapper for each function of the kernel."""
    lines = [_HEAD, "from sim import kernel\nfrom sim.jit import entry\n"]
    for name, arguments in signatures.items():
        lines.append(f"\n\n@entry\ndef {name}({arguments}):\n")
        lines.append(f"    return kernel.{name}({arguments})\n")
    return "".join(lines)


def _load(name: str, text: str) -> ModuleType:
    path = cache_folder() / f"{name}.py"
    if not path.exists():
        handle, temporary = tempfile.mkstemp(dir=path.parent, suffix=".tmp")
        with os.fdopen(handle, "w") as stream:
            stream.write(text)
        Path(temporary).replace(path)
    spec = importlib.util.spec_from_file_location(f"_multipolar_{name}", path)
    if spec is None or spec.loader is None:
        raise ImportError(f"cannot load {path}")
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


@cache
def load_rules() -> ModuleType:
    """The generated module ``rules``."""
    return _load("rules", rules_source())


def load_entries(signatures: dict[str, str]) -> ModuleType:
    """The generated module ``entries``."""
    return _load("entries", entries_source(signatures))


def is_compiled() -> bool:
    """Whether the kernels of these sources have been compiled on this machine before."""
    return (cache_folder() / "compiled").exists()


def mark_compiled() -> None:
    """Note that every entry point is in the cache."""
    (cache_folder() / "compiled").touch()
