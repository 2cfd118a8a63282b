"""The causal rows of the register, each as a small experiment: raise the antecedent, see the rest.

A module here holds ``ROWS``, a list of :class:`Row`; ``test_register_rows`` plays them all. A row
that has several consequents, or several mechanisms, appears several times.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable
from dataclasses import dataclass

from tests.rules.mechanisms.quiet import Change, Measure, quiet_world
from tests.support_world import Case


@dataclass(frozen=True)
class Row:
    """One arrow of the register.

    Attributes:
        id: the row, ``M01`` to ``M67``.
        what: antecedent and consequent in a few words.
        change: raises the antecedent in a started world.
        measure: the consequent.
        sign: 1 if it rises, -1 if it falls.
        off: mechanisms (or utility terms) without which it does not move.
        world: makes the world before its start; a quiet one by default.
        quarters: how long to wait.
        least: how far it must move at least.
        left: part of the effect that may remain without the mechanisms (other ways lead there).
    """

    id: str
    what: str
    change: Change
    measure: Measure
    sign: int
    off: tuple[str, ...]
    world: Callable[[], Case] = quiet_world
    quarters: int = 8
    least: float = 1e-3
    left: float = 0.0


def all_rows() -> list[Row]:
    """The rows of all modules of this folder."""
    found: list[Row] = []
    for name in sorted(module.name for module in pkgutil.iter_modules(__path__)):
        found += importlib.import_module(f"{__name__}.{name}").ROWS
    return found
