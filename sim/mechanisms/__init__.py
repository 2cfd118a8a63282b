"""Universal causal rules, one a file, in rooms; dropping a file into a room registers it.

A mechanism file declares its parameters (:func:`sim.registry.param`), the variables that only it
owns, one compiled function ``update`` and, last, a ``MECHANISM = Mechanism(...)`` that says when in
the step it runs and what it reads and writes. ``update`` takes the arrays of the run ``w``
(:class:`sim.types.Blocks`) and, if it draws, ``luck`` (:class:`sim.types.Luck`); ``start`` takes
``w``.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable
from dataclasses import dataclass
from types import ModuleType


@dataclass(frozen=True, slots=True)
class Mechanism:
    """One causal rule for all states or all ordered pairs of states.

    ``order`` places it within the step (small first); ``reads`` and ``writes`` name the variables;
    ``start`` prepares what the rule compares with later (levels at the start), if anything.
    ``neutral`` gives the values that parameters of the rule take where it is switched off, for
    rules whose equation is also evaluated move by move in the decisions.
    """

    name: str
    order: int
    claim: str
    reads: tuple[str, ...]
    writes: tuple[str, ...]
    update: Callable[..., None]
    start: Callable[..., None] | None = None
    source: str = ""
    neutral: tuple[tuple[str, float], ...] = ()


def discover() -> list[tuple[Mechanism, ModuleType]]:
    """All mechanisms of all rooms in the order of the step.

    Raises:
        ValueError: two mechanisms share a name or a place in the order, or a file declares none.
    """
    found: list[tuple[Mechanism, ModuleType]] = []
    for room in sorted(module.name for module in pkgutil.iter_modules(__path__) if module.ispkg):
        package = importlib.import_module(f"{__name__}.{room}")
        for module in sorted(entry.name for entry in pkgutil.iter_modules(package.__path__)):
            loaded = importlib.import_module(f"{__name__}.{room}.{module}")
            rule = getattr(loaded, "MECHANISM", None)
            if not isinstance(rule, Mechanism):
                raise ValueError(f"{loaded.__name__}: a mechanism file ends with MECHANISM = ...")
            found.append((rule, loaded))
    for what in ("name", "order"):
        values = [getattr(rule, what) for rule, _ in found]
        doubled = {value for value in values if values.count(value) > 1}
        if doubled:
            raise ValueError(f"mechanisms share {what} {sorted(doubled)}")
    return sorted(found, key=lambda pair: pair[0].order)
