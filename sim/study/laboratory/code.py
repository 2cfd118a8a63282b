"""Which code the numbers of a laboratory depend on."""

from __future__ import annotations

import hashlib
import importlib.metadata
import sys
from functools import cache
from pathlib import Path
from typing import Final

import sim
from sim.kernel.identity import source_hash
from sim.rules import outside

#: Parts of the package that keep and show results and do not make them.
_FACES: Final = (
    *("commands", "show", "system", "words", "cli.py", "__main__.py", "former.py"),
    *("record/folders.py", "record/manifests.py", "record/results.py", "record/saved.py"),
)
#: What an evaluation takes from the studies.
_USED: Final = (
    *("sweep/evaluator.py", "sweep/factors.py", "sweep/variants.py"),
    *("sensitivity/evaluate.py", "sensitivity/factors.py"),
    *("calibrate/evaluator.py", "calibrate/statistics.py"),
)


@cache
def code_version() -> str:
    """A hash of all code that values depend on: sources of the package, numpy, numba, Python.

    Of rules from outside it covers the files and all that their compiled functions call.
    """
    package = Path(sim.__file__).parent
    digest = hashlib.blake2b(digest_size=12)
    for path in sorted(package.rglob("*.py")):
        name = path.relative_to(package)
        if {name.parts[0], name.as_posix()} & {*_FACES, "_scenarios"}:
            continue
        if name.parts[0] == "study" and "/".join(name.parts[1:]) not in _USED:
            continue
        digest.update(name.as_posix().encode())
        digest.update(path.read_bytes())
    versions = [importlib.metadata.version(name) for name in ("numpy", "numba", "scipy")]
    digest.update(f"{versions} {sys.version_info[:2]}".encode())
    if rules := [(rule["name"], rule["sha256"]) for rule in outside.facts()]:
        digest.update(f"{rules} {source_hash()}".encode())
    return digest.hexdigest()
