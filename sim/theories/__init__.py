"""Rival theories of who sides with whom, to be put beside the engine on the same question.

A theory is a file of this package with a class :data:`THEORY`: made by ``of`` from what is given
(:class:`sim.theories.given.Given`: a scenario, or tables), it answers with ``to_dict`` (numbers,
for JSON) and ``show`` (for a terminal). None of them knows the engine's rules.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Mapping
from typing import Any, ClassVar, Protocol, Self

from sim.errors import UserError, hint, shown
from sim.theories.given import Given, Setting
from sim.types import Floats

__all__ = ["Given", "Setting", "Theory", "find_theory", "theory_names"]


class Theory(Protocol):
    """What every theory has.

    Attributes:
        title: what it is, in a line with its source.
        settings: the numbers that it leaves to whoever asks.
    """

    title: ClassVar[str]
    settings: ClassVar[Mapping[str, Setting]]

    @classmethod
    def of(cls, given: Given) -> Self:
        """Take what is given.

        Raises:
            UserError: it is not what the theory needs.
        """

    def to_dict(self, *, every: bool = False) -> dict[str, Any]:
        """Return what it says, for JSON; all of it if asked for ``every``."""

    def together(self) -> Floats | None:
        """Return how surely each two actors stand together, ``(N, N)``, 0 to 1; None if silent."""

    def show(self) -> Any:
        """Return what it says as something that a terminal can print."""


def theory_names() -> tuple[str, ...]:
    """Return the names of all theories, in alphabetical order."""
    return tuple(sorted(it.name for it in pkgutil.iter_modules(__path__) if not it.ispkg))


def find_theory(name: str) -> type[Theory]:
    """Return a theory by its name.

    Raises:
        UserError: there is none of this name.
    """
    known = theory_names()
    if name not in known:
        raise UserError(
            f"there is no theory {shown(name)}{hint(name, known)}; there are {', '.join(known)}"
        )
    found: type[Theory] = importlib.import_module(f"{__name__}.{name}").THEORY
    return found
