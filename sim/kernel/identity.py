"""Which rules the kernels are made of, and whether they are compiled already."""

from __future__ import annotations

import hashlib

from sim import kernel
from sim.compiled import kernel_cache
from sim.compiled.fingerprint import meaning
from sim.compiled.jit import Kept
from sim.rules import catalogue as names
from sim.rules import priors


def source_hash() -> str:
    """Hash of the rules: all compiled code, what is assumed of pairs, every declared number.

    It covers the modules that are in use, wherever they lie.
    """
    entries = vars(kernel.entries())
    declared = [
        (name, field.row, field.default, field.bounds)
        for group in (names.STATE_FIELDS, names.DYAD_FIELDS, names.COLLECTIVE_FIELDS, names.PARAMS)
        for name, field in group.items()
    ]
    parts = [meaning(entries[name]) for name in kernel.SIGNATURES] + [meaning(priors.complete)]
    return hashlib.blake2b(f"{parts} {declared}".encode(), digest_size=12).hexdigest()


def is_compiled() -> bool:
    """Whether the kernels, as they stand, have been compiled for this processor before."""
    caches = [getattr(function, "_cache", None) for function in vars(kernel.entries()).values()]
    return all(kernel_cache.holds(cache.name) for cache in caches if isinstance(cache, Kept))
