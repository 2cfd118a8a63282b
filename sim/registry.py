"""The vocabulary of the model: parameters and state variables, declared where they are used.

A mechanism or a utility term declares the numbers that it needs with :func:`param` and the state
variables that only it owns with :func:`state_field` or :func:`dyad_field`; each call returns the
row of that number in the parameter vector ``P``, or of that variable in the blocks ``V`` (one row a
variable, one column a state) and ``M`` (one ``(N, N)`` sheet a variable). The kernel reads
``P[ROW]``, ``V[ROW, i]`` and ``M[ROW, i, j]``; scenarios use the names.

Rows are given in the order of import, which :mod:`sim.vocabulary` fixes.
"""

from __future__ import annotations

from dataclasses import dataclass


class DuplicateName(ValueError):
    """A name was declared twice; two mechanisms may share a variable, but only one declares it."""


@dataclass(frozen=True, slots=True)
class Param:
    """A constant of the model: ``bounds`` are what is meaningful, ``plausible`` what is drawn."""

    name: str
    row: int
    default: float
    plausible: tuple[float, float]
    bounds: tuple[float, float]
    unit: str
    meaning: str
    source: str


@dataclass(frozen=True, slots=True)
class Field:
    """A state variable of states (``kind == "state"``) or of ordered pairs of states (``"dyad"``).

    ``initial`` says whether a scenario may set it at the start, ``shock`` whether a dated event
    may; the others follow from the rest of the state.
    ``symmetric`` variables have one value for both orders of a pair.
    """

    name: str
    kind: str
    row: int
    default: float
    bounds: tuple[float, float]
    unit: str
    meaning: str
    initial: bool
    shock: bool
    symmetric: bool


PARAMS: dict[str, Param] = {}
STATE_FIELDS: dict[str, Field] = {}
DYAD_FIELDS: dict[str, Field] = {}

_UNBOUNDED = (-1e12, 1e12)


def param(
    name: str,
    default: float,
    plausible: tuple[float, float],
    *,
    bounds: tuple[float, float] = _UNBOUNDED,
    unit: str = "1",
    meaning: str,
    source: str,
) -> int:
    """Declare a parameter and return its row in ``P``.

    Raises:
        DuplicateName: the name is taken.
        ValueError: default, plausible range and bounds are not nested.
    """
    if name in PARAMS:
        raise DuplicateName(f"parameter {name!r} is declared twice")
    low, high = plausible
    if not bounds[0] <= low <= default <= high <= bounds[1]:
        raise ValueError(f"parameter {name!r}: default, plausible range and bounds must nest")
    row = len(PARAMS)
    PARAMS[name] = Param(name, row, default, plausible, bounds, unit, meaning, source)
    return row


def state_field(
    name: str,
    *,
    default: float = 0.0,
    bounds: tuple[float, float] = _UNBOUNDED,
    unit: str = "1",
    meaning: str,
    initial: bool = False,
    shock: bool = False,
) -> int:
    """Declare a variable of every state and return its row in ``V``.

    Raises:
        DuplicateName: the name is taken.
    """
    if name in STATE_FIELDS:
        raise DuplicateName(f"state variable {name!r} is declared twice")
    row = len(STATE_FIELDS)
    STATE_FIELDS[name] = Field(
        name, "state", row, default, bounds, unit, meaning, initial, initial or shock, False
    )
    return row


def dyad_field(
    name: str,
    *,
    default: float = 0.0,
    bounds: tuple[float, float] = _UNBOUNDED,
    unit: str = "1",
    meaning: str,
    initial: bool = False,
    shock: bool = False,
    symmetric: bool = False,
) -> int:
    """Declare a variable of every ordered pair of states and return its sheet in ``M``.

    Raises:
        DuplicateName: the name is taken.
    """
    if name in DYAD_FIELDS:
        raise DuplicateName(f"dyadic variable {name!r} is declared twice")
    row = len(DYAD_FIELDS)
    DYAD_FIELDS[name] = Field(
        name, "dyad", row, default, bounds, unit, meaning, initial, initial or shock, symmetric
    )
    return row
