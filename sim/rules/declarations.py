"""The vocabulary of the model: parameters and state variables, declared where they are used.

A mechanism or a utility term declares the numbers that it needs with :func:`param` and the state
variables that only it owns with :func:`state_field`, :func:`dyad_field` or
:func:`collective_field`; each call returns the row of that number in the parameter vector ``P``, or
of that variable in the blocks ``V`` (one row a variable, one column a state), ``M`` (one ``(N, N)``
sheet a variable) and ``G`` (one row a variable, one column a collective). The kernel reads
``w.P[ROW]``, ``w.V[ROW, i]``, ``w.M[ROW, i, j]`` and ``w.G[ROW, k]``; scenarios use the names.

A collective is what several states take part in together: the international order (always the
first), organisations, conflicts, and schools of foreign policy. The block ``B (K, N)`` holds the
part that each state has in each: see :data:`PARTS`.

Rows are given in the order of import, which :mod:`sim.rules.catalogue` fixes.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from types import ModuleType


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
    """A variable of states (``kind == "state"``), ordered pairs (``"dyad"``) or collectives.

    For collectives ``kind`` is one of :data:`COLLECTIVES`, and ``"part"`` for the part that a state
    has in one.

    ``initial`` says whether a scenario may set it at the start, ``shock`` whether a dated event
    may; the others follow from the rest of the state.
    ``symmetric`` variables have one value for both orders of a pair. ``fades`` says that the model
    carries the variable back by itself to what follows from the rest of the state: what an event
    set it to is a passing shock. Everywhere else a value that is set holds until something changes
    it. ``record`` says whether a run leaves its values behind quarter by quarter, ``channel`` under
    which name of `channels` a scenario states it, if it is a channel of dependence.
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
    fades: bool = False
    record: bool = False
    channel: str = ""

    def __post_init__(self) -> None:
        low, high = self.bounds
        if not low <= high:
            raise ValueError(f"variable {self.name!r}: bounds are a low and a high number")

    @property
    def lasts(self) -> bool:
        """Whether what an event sets the variable to holds until something changes it."""
        return self.shock and not self.fades


PARAMS: dict[str, Param] = {}
STATE_FIELDS: dict[str, Field] = {}
DYAD_FIELDS: dict[str, Field] = {}
COLLECTIVE_FIELDS: dict[str, Field] = {}

#: Kinds of collectives in the order of their columns in ``G``; the kernel's codes are the indices.
COLLECTIVES = ("order", "organisation", "conflict", "school")

_UNBOUNDED = (-1e12, 1e12)


#: What may speak for counting from the start. Data of the start that already hold what the level
#: does: counted again a world at rest would drift. A source that gives the level to fall back to. A
#: weight or pattern that has to be that of before. Open: a level would act, by a number that no
#: source gives.
GROUNDS = ("data", "source", "weight", "open")

#: Rows of variables and of their values at the start, by the block that holds both.
BASELINES: dict[str, dict[int, int]] = {"V": {}, "M": {}, "G": {}}


#: The sheet that has ``x(j, i)`` in row i, by that of x: a symmetric sheet is its own mirror.
MIRRORS: dict[int, int] = {}


def _part(name: str, kind: str, bounds: tuple[float, float], meaning: str) -> Field:
    row = COLLECTIVES.index(kind)
    return Field(name, "part", row, 0.0, bounds, "1", meaning, False, True, False)


#: What the rows of ``B`` mean, by kind of collective; ``row`` is the code of the kind.
PARTS: dict[str, Field] = {
    "member": _part(
        "member",
        "organisation",
        (0.0, 1.0),
        "membership of i: 1 a member, in between a candidate or partner",
    ),
    "side": _part(
        "side",
        "conflict",
        (-1.0, 1.0),
        "side of i: 1 or -1 a party, in between a supporter of that side",
    ),
    "school": _part(
        "school", "school", (0.0, 1.0), "weight of the school in the foreign policy of i"
    ),
}


def discovered[K](
    package: str, folders: Iterable[str], constant: str, kind: type[K]
) -> list[tuple[K, ModuleType]]:
    """Return what the files of a package declare, each in a constant, by the files' names.

    Raises:
        ValueError: a file declares nothing of this kind.
    """
    found = []
    for name in sorted(entry.name for entry in pkgutil.iter_modules(folders)):
        module = importlib.import_module(f"{package}.{name}")
        declared = getattr(module, constant, None)
        if not isinstance(declared, kind):
            what = f"{constant} = {kind.__name__}(...)"
            raise ValueError(f"{module.__name__}: a file of {package} ends with {what}")
        found.append((declared, module))
    return found


def shared(things: str, what: str, values: Sequence[object]) -> None:
    """Raise a ValueError if two ``things`` have the same name, number or other ``what``."""
    doubled = {value for value in values if values.count(value) > 1}
    if doubled:
        raise ValueError(f"{things} share {what} {sorted(map(str, doubled))}")


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
        raise DuplicateName(f"parameter {name!r} is declared twice; choose another name")
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
    fades: bool = False,
    record: bool = False,
) -> int:
    """Declare a variable of every state and return its row in ``V``.

    Raises:
        DuplicateName: the name is taken.
    """
    if name in STATE_FIELDS:
        raise DuplicateName(f"state variable {name!r} is declared twice; choose another name")
    row = len(STATE_FIELDS)
    STATE_FIELDS[name] = Field(
        name,
        "state",
        row,
        default,
        bounds,
        unit,
        meaning,
        initial,
        initial or shock,
        False,
        fades,
        record,
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
    fades: bool = False,
    record: bool = False,
    channel: str = "",
    mirrored: bool = False,
) -> int:
    """Declare a variable of every ordered pair of states and return its sheet in ``M``.

    What states read of their partners' view when they weigh moves is ``mirrored``: kept transposed,
    too, in a sheet of its own (:mod:`sim.rules.mirrored_sheets`).

    Raises:
        DuplicateName: the name is taken.
    """
    if name in DYAD_FIELDS:
        raise DuplicateName(f"dyadic variable {name!r} is declared twice; choose another name")
    row = len(DYAD_FIELDS)
    DYAD_FIELDS[name] = Field(
        name,
        "dyad",
        row,
        default,
        bounds,
        unit,
        meaning,
        initial,
        initial or shock,
        symmetric,
        fades,
        record,
        channel,
    )
    if symmetric:
        MIRRORS[row] = row
    elif mirrored:
        MIRRORS[row] = dyad_field(f"{name}_mirrored", unit=unit, meaning=f"{name} of j and i")
    return row


def collective_field(
    name: str,
    kind: str,
    *,
    default: float = 0.0,
    bounds: tuple[float, float] = _UNBOUNDED,
    unit: str = "1",
    meaning: str,
    initial: bool = False,
    shock: bool = False,
    fades: bool = False,
) -> int:
    """Declare a variable of every collective of a kind and return its row in ``G``.

    Raises:
        DuplicateName: the name is taken.
        ValueError: there is no such kind.
    """
    if name in COLLECTIVE_FIELDS:
        raise DuplicateName(
            f"variable {name!r} of collectives is declared twice; choose another name"
        )
    if kind not in COLLECTIVES:
        raise ValueError(f"no kind of collective {kind!r}")
    row = len(COLLECTIVE_FIELDS)
    COLLECTIVE_FIELDS[name] = Field(
        name, kind, row, default, bounds, unit, meaning, initial, initial or shock, False, fades
    )
    return row


def baseline(name: str, *, why: str) -> int:
    """Return the row that keeps the value of a variable at the start of a run.

    The kernel fills it once, when the initial state is complete. Any number of rules may ask for
    the same; it is called ``<name>_start``. ``why`` says why the rule counts from the start, and
    not from the level: one of :data:`GROUNDS`, a colon and a line.

    Raises:
        KeyError: no such variable has been declared yet; one that several rules read belongs into
            :mod:`sim.rules.state_variables`.
        ValueError: no reason is given.
    """
    ground, _, reason = why.partition(": ")
    if ground not in GROUNDS or not reason.strip():
        raise ValueError(f"baseline {name!r}: why starts with one of {', '.join(GROUNDS)}: ...")
    if name in STATE_FIELDS:
        block, field = "V", STATE_FIELDS[name]
    elif name in DYAD_FIELDS:
        block, field = "M", DYAD_FIELDS[name]
    else:
        block, field = "G", COLLECTIVE_FIELDS[name]
    kept = BASELINES[block]
    if field.row not in kept:
        start, meaning = f"{name}_start", f"{field.meaning}; at the start"
        if block == "V":
            row = state_field(start, unit=field.unit, meaning=meaning)
        elif block == "M":
            row = dyad_field(start, unit=field.unit, meaning=meaning, symmetric=field.symmetric)
        else:
            row = collective_field(start, field.kind, unit=field.unit, meaning=meaning)
        kept[field.row] = row
    return kept[field.row]
