"""What is saved in a folder: its manifest says which kind of result it is, and who reads it."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from typing import Any, Final

from sim.errors import UserError, shown
from sim.record.manifests import read_manifest

KINDS: Final[Mapping[str, str]] = {
    "run": "sim.record.results:Results",
    "comparison": "sim.study.comparison:Comparison",
    "claims": "sim.study.claim_tests:ClaimsReport",
    "calibration": "sim.study.calibrate.posterior:Calibration",
    "sweep": "sim.study.sweep.result:Sweep",
    "sensitivity": "sim.study.sensitivity.result:SensitivityReport",
    "phase": "sim.study.sensitivity.phase_diagram:Phase",
    "robust": "sim.study.robust:Robust",
    "hindcast": "sim.study.hindcast.result:Hindcast",
}
"""The class of each kind of result; it has a class method ``load(folder)``."""


def saved_kind(folder: Path | str) -> str:
    """Return which kind of result a folder holds, one of :data:`KINDS`.

    Raises:
        UserError: it holds none, or one of another version.
    """
    kind = read_manifest(folder)["kind"]
    if kind not in KINDS:
        known = ", ".join(KINDS)
        raise UserError(f"{folder}: {shown(kind)} is no kind that can be read; there are {known}")
    return str(kind)


def load_saved(folder: Path | str) -> Any:
    """Read a saved result of any kind.

    Raises:
        UserError: there is none, it is incomplete or damaged, or of another version.
    """
    return _class(saved_kind(folder)).load(folder)


def kind_of(result: object) -> str:
    """Return which kind of result an object is.

    Raises:
        UserError: it is none.
    """
    for kind, home in KINDS.items():
        module, _, name = home.partition(":")
        if (type(result).__module__, type(result).__name__) == (module, name):
            return kind
    raise UserError(f"{type(result).__name__} is no kind of result; there are {', '.join(KINDS)}")


def _class(kind: str) -> Any:
    module, _, name = KINDS[kind].partition(":")
    return getattr(import_module(module), name)
