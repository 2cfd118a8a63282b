"""Which points a sweep visits: grids, lists, samples, and designs for analyses of sensitivity.

An axis is a factor with its range or its values: ``security.weight=2:9:8`` are eight numbers from 2
to 9, ``security.weight=2:9`` a range to sample, ``security.weight=2,4,8`` a list and
``mechanisms.trust=on,off`` a choice. A design makes points ``(P, K)`` of axes; not a number in a
point leaves its factor as the scenario has it.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from importlib import import_module
from itertools import product
from typing import Any, Final

import numpy as np

from sim.errors import UserError, hint, needed, shown
from sim.study.sweep.factors import ARM, Factor
from sim.types import Floats

MAX_POINTS: Final = 10_000_000
MAX_CELLS: Final = 100_000_000
SAMPLED: Final = {
    "lhs": "Latin hypercube of N points: every factor is spread evenly",
    "sobol": "N Sobol points (a power of two), the sequence for Sobol indices of Saltelli's design",
    "morris": "N Morris trajectories, each changing one factor at a time",
}
"""Ways to sample ranges, by their names."""
_MORRIS_LEVELS = 4


@dataclass(frozen=True, slots=True)
class Axis:
    """A factor and where it goes: values in a list, or a range ``low`` to ``high`` to sample."""

    factor: Factor
    values: tuple[float, ...] = ()
    low: float = math.nan
    high: float = math.nan

    def at(self, u: Floats) -> Floats:
        """Values of the factor, given numbers in [0, 1]; those of a list in equal parts."""
        if not self.values:
            scaled: Floats = self.low + (self.high - self.low) * u
            return scaled
        place = np.minimum((u * len(self.values)).astype(np.int64), len(self.values) - 1)
        return np.array(self.values)[place]


@dataclass(frozen=True)
class Design:
    """Points to visit.

    Attributes:
        kind: ``grid``, ``list`` or a name of :data:`SAMPLED`.
        factors: one a column of ``points``.
        points: ``(P, K)``.
        facts: how the points were made, in the types of JSON.
    """

    kind: str
    factors: tuple[Factor, ...]
    points: Floats
    facts: Mapping[str, Any] = field(default_factory=dict)


def parse_axis(text: str) -> Axis:
    """Return an axis, given ``name=lo:hi:n``, ``name=lo:hi`` or ``name=a,b,c``.

    Raises:
        UserError: the text is none of these.

    >>> parse_axis("security.weight=2:8:3").values
    (2.0, 5.0, 8.0)
    >>> parse_axis("mechanisms.trust=on,off").factor
    Factor(name='mechanisms.trust', levels=('on', 'off'))
    """
    name, equals, written = text.partition("=")
    name, written = name.strip(), written.strip()
    if not equals or not written:
        raise UserError(f"{shown(text)}: expected NAME=lo:hi:n, NAME=lo:hi or NAME=a,b,c")
    return read_axis(name, written)


def read_axis(name: str, written: str | Sequence[float | str]) -> Axis:
    """Return an axis, given its name and its range or values as text or as a list.

    Raises:
        UserError: they are malformed.
    """
    if not isinstance(written, str):
        parts: list[str] = [str(part) for part in written]
    elif ":" in written:
        return _range(name, written)
    else:
        parts = [part.strip() for part in written.split(",")]
    if not parts or not all(parts):
        raise UserError(f"{name}: an empty value in {shown(str(written))}")
    numbers = [_number(part) for part in parts]
    if name != ARM and all(number is not None for number in numbers):
        found = tuple(number for number in numbers if number is not None)
        if len(set(found)) != len(found):
            raise UserError(f"{name}: a value is repeated")
        return Axis(Factor(name), found)
    factor = Factor(name, tuple(parts))
    return Axis(factor, tuple(float(at) for at in range(len(parts))))


def _range(name: str, text: str) -> Axis:
    parts = [_number(part) for part in text.split(":")]
    if len(parts) not in (2, 3) or any(part is None for part in parts):
        raise UserError(f"{name}: expected lo:hi:n or lo:hi, not {shown(text)}")
    low, high, count = (*(part for part in parts if part is not None), math.nan)[:3]
    if not low < high:
        raise UserError(f"{name}: the range {shown(text)} ends before it begins")
    factor = Factor(name)
    if len(parts) == 2:
        return Axis(factor, (), low, high)
    if count != int(count) or not 2 <= count <= MAX_POINTS:
        raise UserError(f"{name}: {count:,.12g} is not a number of values, 2 to {MAX_POINTS:,}")
    return Axis(factor, tuple(np.linspace(low, high, int(count)).tolist()), low, high)


def _number(text: str) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return value if math.isfinite(value) else None


def check_cells(count: int) -> None:
    """Make sure that a sweep is of no more than :data:`MAX_CELLS` runs.

    Raises:
        UserError: it is of more.
    """
    if count > MAX_CELLS:
        raise UserError(f"{count:,} runs are more than {MAX_CELLS:,}; sweep in pieces")


# --- designs -------------------------------------------------------------------------------------
def grid(axes: Sequence[Axis]) -> Design:
    """All combinations of the axes' values, the last axis fastest.

    Raises:
        UserError: an axis is a range without values, or there are too many points.
    """
    for axis in axes:
        if not axis.values:
            name = axis.factor.name
            said = f"a grid needs values: write {name}=lo:hi:n, or --sample to sample the range"
            raise UserError(f"{name}: {said}")
    if math.prod(len(axis.values) for axis in axes) > MAX_POINTS:
        raise UserError(f"the grid has more than {MAX_POINTS:,} points")
    points = np.array(list(product(*(axis.values for axis in axes))), dtype=np.float64)
    return Design("grid", _factors(axes), points.reshape(-1, len(axes)))


def combinations(rows: Sequence[Sequence[Axis]]) -> Design:
    """The points of several small grids, each over axes of its own; what is repeated comes once.

    A factor that a row does not have stays there as the scenario has it, so that a row may be a
    condition: this parameter matters under that arm only. Choices of one name share their levels.

    Raises:
        UserError: a grid is malformed, or a factor is a number in one row and a choice in another.
    """
    levels: dict[str, dict[str, None]] = {}
    kinds: dict[str, bool] = {}
    for row in rows:
        for axis in row:
            name = axis.factor.name
            if kinds.setdefault(name, bool(axis.factor.levels)) != bool(axis.factor.levels):
                raise UserError(f"{name}: numbers in one combination, texts in another")
            levels.setdefault(name, {}).update(dict.fromkeys(axis.factor.levels))
    factors = tuple(Factor(name, tuple(texts)) for name, texts in levels.items())
    column = {factor.name: at for at, factor in enumerate(factors)}
    points: dict[tuple[float, ...], None] = {}
    for row in rows:
        small = grid(row)
        for values in small.points.tolist():
            point = [math.nan] * len(factors)
            for axis, value in zip(row, values, strict=True):
                at = column[axis.factor.name]
                shared = factors[at].levels
                point[at] = float(shared.index(axis.factor.levels[int(value)])) if shared else value
            # a shared NaN, so that equal points are equal
            points[tuple(math.nan if math.isnan(x) else x for x in point)] = None
    return Design("list", factors, np.array(list(points)).reshape(-1, len(factors)))


def sample(axes: Sequence[Axis], method: str, count: int, seed: int) -> Design:
    """Points that fill the ranges of the axes.

    Args:
        axes: ranges, or lists, whose values are taken in equal parts.
        method: a name of :data:`SAMPLED`.
        count: points of a Latin hypercube; base samples of a Sobol design, which has
            ``count (K + 2)`` points; trajectories of a Morris design, with ``count (K + 1)``.
        seed: of the sample.

    Raises:
        UserError: there is no such method, or the count does not fit it.
    """
    if method not in SAMPLED:
        known = ", ".join(SAMPLED)
        raise UserError(f"{shown(method)} is no way to sample{hint(method, SAMPLED)}; use {known}")
    if count < 1 or count * (len(axes) + 2) > MAX_POINTS:
        raise UserError(f"{method}: {count} is not a number of points")
    if method == "sobol" and count & (count - 1):
        raise UserError(f"sobol: {count} is not a power of two, which the sequence needs")
    unit = _SAMPLERS[method](len(axes), count, seed)
    points = np.column_stack([axis.at(unit[:, k]) for k, axis in enumerate(axes)])
    facts: dict[str, Any] = {"samples": count, "seed": seed}
    facts["ranges"] = {axis.factor.name: [axis.low, axis.high] for axis in axes if not axis.values}
    if method == "morris":
        facts["levels"] = _MORRIS_LEVELS
    return Design(method, _factors(axes), points, facts)


def _factors(axes: Sequence[Axis]) -> tuple[Factor, ...]:
    return tuple(axis.factor for axis in axes)


def _hypercube(width: int, count: int, seed: int) -> Floats:
    from scipy.stats import qmc

    found: Floats = qmc.LatinHypercube(width, rng=np.random.default_rng(seed)).random(count)
    return found


def unit_problem(names: Sequence[str]) -> dict[str, Any]:
    """Return factors that go from 0 to 1, as SALib wants to be told of them."""
    return {"num_vars": len(names), "names": list(names), "bounds": [[0.0, 1.0]] * len(names)}


def _salib(name: str, options: Mapping[str, Any], width: int, count: int, seed: int) -> Floats:
    """A sample by one of SALib's methods."""
    with needed(f"a {name.title()} design needs SALib: pip install 'multipolar[discovery]'"):
        method = import_module(f"SALib.sample.{name}")
    problem = unit_problem([f"x{k}" for k in range(width)])
    return np.asarray(method.sample(problem, count, seed=seed, **options), np.float64)


_SAMPLERS: Final[dict[str, Callable[[int, int, int], Floats]]] = {
    "lhs": _hypercube,
    "sobol": partial(_salib, "sobol", {"calc_second_order": False}),
    "morris": partial(_salib, "morris", {"num_levels": _MORRIS_LEVELS}),
}
