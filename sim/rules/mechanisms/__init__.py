"""Universal causal rules, one a file, in rooms; dropping a file into a room registers it.

A mechanism file declares its parameters (:func:`sim.rules.declarations.param`), the variables that
only it owns, one compiled function ``update`` and, last, a ``MECHANISM = Mechanism(...)`` that says
in which of :data:`STAGES` of the step it runs and what it reads and writes. ``update`` takes the
arrays of the run ``w`` (:class:`sim.types.Blocks`) and, if it draws, ``luck``
(:class:`sim.types.Luck`, with a :func:`sim.rules.streams.stream` of its name); ``start`` takes
``w``.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from types import ModuleType
from typing import Final

from sim.rules.declarations import discovered, shared

STAGES: Final[dict[str, str]] = {
    "routes": "corridors, and the ways that trade takes",
    "supplies": "arms, hidden deliveries and munitions",
    "payments": "what is paid in kind, and fuels",
    "output": "currencies and growth",
    "courting": "who seeks whom, and who answers that",
    "contact": "visits, expulsions and what drives partners apart",
    "trust": "help, and what is believed of others",
    "alignment": "positions and the hold of patrons",
    "rivalry": "how far states want to go, and pressure",
    "hostility": "what is felt towards others, and what is known of them",
    "war": "threats, conflicts, and who is drawn into them",
    "home": "government, its credit, and the public",
    "claims": "what is claimed from others, and in whose name",
    "appeal": "what example a state gives, and how much it can do",
    "doctrine": "schools of foreign policy",
    "regimes": "treaties and norms of the international order",
    "organisations": "cohesion and authority of organisations",
}
"""The stages of the mechanisms within a step, in their order."""


@dataclass(frozen=True, slots=True)
class Mechanism:
    """One causal rule for all states or all ordered pairs of states.

    ``reads`` and ``writes`` name the variables. ``stage``, one of :data:`STAGES`, places it within
    the step; in a stage rules run by name, save that one runs after all those of its stage that
    write the variables in ``after`` (unless they are to run after those, too). ``start`` prepares
    what the rule compares with later (levels at the start), if anything. ``neutral`` gives the
    values that parameters of the rule take where it is switched off, for rules whose equation is
    also evaluated move by move in the decisions.
    """

    name: str
    stage: str
    claim: str
    reads: tuple[str, ...]
    writes: tuple[str, ...]
    update: Callable[..., None]
    start: Callable[..., None] | None = None
    source: str = ""
    neutral: tuple[tuple[str, float], ...] = ()
    after: tuple[str, ...] = ()


type Found = list[tuple[Mechanism, ModuleType]]


def discover() -> Found:
    """All mechanisms of all rooms in the order of the step.

    Raises:
        ValueError: a file declares no mechanism, or :func:`in_order` finds no order.
    """
    found: Found = []
    for room in sorted(module.name for module in pkgutil.iter_modules(__path__) if module.ispkg):
        package = importlib.import_module(f"{__name__}.{room}")
        found += discovered(package.__name__, package.__path__, "MECHANISM", Mechanism)
    return in_order(found)


def in_order(found: Found) -> Found:
    """Mechanisms in the order of the step: by stage, then by what they run after, then by name.

    Raises:
        ValueError: two share a name, there is no such stage, or some wait for one another or
            for what they neither read nor write.
    """
    shared("mechanisms", "name", [rule.name for rule, _ in found])
    by_name = {rule.name: (rule, module) for rule, module in found}
    for rule, module in found:
        if rule.stage not in STAGES:
            raise ValueError(
                f"{module.__name__}: no stage {rule.stage!r}; there are {', '.join(STAGES)}"
            )
        if not {*rule.after} <= {*rule.reads, *rule.writes}:
            raise ValueError(f"{module.__name__}: `after` names what is neither read nor written")
    return [
        by_name[name]
        for stage in STAGES
        for name in _sorted([rule for rule, _ in found if rule.stage == stage])
    ]


def _sorted(rules: Sequence[Mechanism]) -> list[str]:
    """Names of the rules of a stage in their order: those that may run now, by name, and so on."""
    waits = TopologicalSorter(
        {
            rule.name: [
                other.name
                for other in rules
                for variable in rule.after
                if other is not rule and variable in other.writes and variable not in other.after
            ]
            for rule in rules
        }
    )
    try:
        waits.prepare()
    except CycleError as error:
        chain = " after ".join(reversed(error.args[1]))
        raise ValueError(f"mechanisms wait for one another: {chain}") from None
    names: list[str] = []
    while waits.is_active():
        ready = sorted(waits.get_ready())
        names += ready
        waits.done(*ready)
    return names
