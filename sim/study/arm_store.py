"""What was measured of simulated arms, kept on disk from one command to the next.

An arm is known by what is simulated (:meth:`sim.scenario.ScenarioSpec.meaning`), the seed, the code
that simulates and measures, and the processor. Kept are not its records, hundreds of megabytes, but
what was measured of each run, by name: whoever asks for no other measures has them at once, the
same to the last bit. Files lie on a shelf of :mod:`sim.compiled.kernel_cache`, which writes them
whole, checks them and removes the oldest.
"""

from __future__ import annotations

import hashlib
import json
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from dataclasses import dataclass, replace
from functools import cache, cached_property
from importlib.machinery import SourceFileLoader
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

import sim
from sim.compiled import kernel_cache
from sim.compiled.fingerprint import meaning_of_module
from sim.compiled.jit import platform
from sim.errors import Notice, UserError
from sim.kernel.identity import source_hash
from sim.measure.forms import Pair
from sim.measure.language import BoundMetric
from sim.measure.observed import Observed
from sim.scenario import ScenarioSpec
from sim.types import Floats

type Array = npt.NDArray[Any]

FORMAT: Final = 1
_HEAD: Final = 8  # bytes that say how long the table of contents is
_PART: Final = 4  # no arm takes more than this part of the room for all

BEARING: Final = (
    "sim.blocs.*",
    "sim.rules.participation",
    "sim.record.columns",
    "sim.scenario.dated_changes",
    "sim.drivers.starts",
    "sim.rules.pair_variables",
    "sim.drivers.ensemble",
    "sim.blocs.indices",
    "sim.record.reading",
    "sim.record.arrays",
    "sim.record.results",
    "sim.scenario.synthetic",
    "sim.record.stored",
    "sim.rules.streams",
    "sim.measure.summary.bloc_report",
    "sim.types",
    "sim.scenario.world",
    "sim.study.arm_store",
    "sim.study.arms",
    "sim.measure.binding",
    "sim.measure.bloc_quantities",
    "sim.measure.functions",
    "sim.measure.nodes",
    "sim.measure.forms",
    "sim.measure.language",
    "sim.measure.observed",
    "sim.study.null.*",
    "sim.study.motives",
    "sim.measure.quantities",
    "sim.measure.syntax",
)
"""Modules that make a run or measure it, beside the rules, which have a hash of their own."""


@dataclass(frozen=True, slots=True)
class Measure:
    """Something to be measured of an arm.

    Attributes:
        name: says what it is; two of one name are the same.
        take: gives an array whose first axis is the runs, each worked out by itself.
        pairs: ordered pairs of states that must be recorded for it.
        wide: whether it has a number for each quarter.
        axes: how many axes the array has; of what is wide the quarters are the second.
    """

    name: str
    take: Callable[[Observed], Array]
    pairs: tuple[Pair, ...] = ()
    wide: bool = False
    axes: int = 1

    def fits(self, array: Array, quarters: int) -> bool:
        """Whether an array can be what this gives of an ensemble of so many quarters."""
        right = array.ndim == self.axes and array.dtype.kind in "biuf"
        return right and not (self.wide and array.shape[1] != quarters + 1)


def values_of(metric: BoundMetric) -> Measure:
    """The value of a metric in each run, ``(R,)``."""
    return Measure(f"values {metric.key(series=False)}", metric.values, metric.pairs)


def series_of(metric: BoundMetric) -> Measure:
    """The value of a metric in each run and quarter, ``(R, T+1)``."""
    name = f"series {metric.key(series=True)}"
    return Measure(name, metric.series, metric.pairs, wide=True, axes=2)


def at_rest(measure: Measure) -> Measure:
    """The same measure of the start, held to the end."""
    return replace(
        measure, name=f"{measure.name} at rest", take=lambda seen: measure.take(seen.at_rest)
    )


class Arm:
    """What was measured of an arm.

    Args:
        runs: how many were simulated.
        arrays: by name of the measure, each with the runs as its first axis.
    """

    def __init__(self, runs: int, arrays: Mapping[str, Array]) -> None:
        self.runs = runs
        self.arrays = arrays

    @classmethod
    def of(cls, seen: Observed, measures: Iterable[Measure], others: Iterable[Measure] = ()) -> Arm:
        """Measure an ensemble; of ``others`` what it does not have is left out."""
        taken = {one.name: np.ascontiguousarray(one.take(seen)) for one in measures}
        for one in others:
            if one.name not in taken:
                with suppress(KeyError, ValueError):
                    taken[one.name] = np.ascontiguousarray(one.take(seen))
        return cls(seen.shape[0], taken)

    @classmethod
    def joined(cls, parts: Sequence[Arm]) -> Arm:
        """Runs one after the other, with what was measured of all."""
        if len(parts) == 1:
            return parts[0]
        names = [one for one in parts[0].arrays if all(one in part.arrays for part in parts)]
        arrays = {one: np.concatenate([part.arrays[one] for part in parts]) for one in names}
        return cls(sum(part.runs for part in parts), arrays)

    def __getitem__(self, measure: Measure) -> Array:
        return self.arrays[measure.name]

    def values(self, metrics: Iterable[BoundMetric]) -> Floats:
        """Values of metrics, ``(metrics, R)``."""
        return np.stack([self[values_of(metric)] for metric in metrics])

    def series(self, metrics: Iterable[BoundMetric]) -> Floats:
        """Series of metrics, ``(metrics, R, T+1)``."""
        return np.stack([self[series_of(metric)] for metric in metrics])

    def has(self, measures: Iterable[Measure]) -> bool:
        """Whether all of these were measured."""
        return all(measure.name in self.arrays for measure in measures)

    def first(self, runs: int) -> Arm:
        """The first runs alone: they equal an ensemble of so many."""
        return Arm(runs, {name: array[:runs] for name, array in self.arrays.items()})

    def only(self, measures: Iterable[Measure]) -> Arm:
        """The same runs with these measures alone."""
        return Arm(self.runs, {one.name: self.arrays[one.name] for one in measures})

    def beside(self, other: Arm) -> Arm:
        """As many runs, with what was measured of either."""
        return Arm(self.runs, {**other.arrays, **self.arrays})


# --- on disk -------------------------------------------------------------------------------------
_made: ContextVar[set[str] | None] = ContextVar("made", default=None)


@contextmanager
def fresh(really: bool = True) -> Iterator[None]:
    """Within the block only what is simulated in it is used, whatever was kept before."""
    token = _made.set(set() if really else _made.get())
    try:
        yield
    finally:
        _made.reset(token)


_only: ContextVar[bool] = ContextVar("only", default=False)


class Lacking(UserError):
    """An arm is not kept, and nothing is to be simulated."""


@contextmanager
def nothing_new(really: bool = True) -> Iterator[None]:
    """Within the block nothing is simulated: what is not kept raises :class:`Lacking`."""
    token = _only.set(really)
    try:
        yield
    finally:
        _only.reset(token)


def check_new(spec: ScenarioSpec) -> None:
    """Refuse to simulate within :func:`nothing_new`.

    Raises:
        Lacking: it is within.
    """
    if _only.get():
        raise Lacking(f"{spec.path}: the arm {spec.arm} has not been simulated yet")


class Place:
    """Where an arm is kept.

    Args:
        spec: what is simulated.
        seed: of its runs.
    """

    def __init__(self, spec: ScenarioSpec, seed: int) -> None:
        self._spec, self._seed = spec, seed

    @cached_property
    def _key(self) -> str:  # not worked out where nothing is kept
        what = (FORMAT, self._spec.meaning(), self._seed, source_hash(), _code(), platform())
        return hashlib.blake2b(repr(what).encode(), digest_size=16).hexdigest()

    @property
    def _usable(self) -> bool:
        """Whether what is kept is to be used."""
        made = _made.get()
        return bool(kernel_cache.limit()) and (made is None or self._key in made)

    def find(self, measures: Sequence[Measure], runs: int) -> Arm | None:
        """The runs that are kept with these measures, as many as are asked for or the most."""
        if not self._usable:
            return None
        most = None
        for name in sorted(kernel_cache.names(f"{self._key}-", kernel_cache.ARMS), key=_runs):
            data = kernel_cache.read(name, kernel_cache.ARMS)
            found = None if data is None else _unpacked(data)
            if found is None or not found.has(measures):
                continue
            if not all(one.fits(found[one], self._spec.quarters) for one in measures):
                where, _ = kernel_cache.folder(kernel_cache.ARMS)
                said = f"{where}/{name}{kernel_cache.ARMS.suffix} is damaged and is made anew"
                warnings.warn(said, Notice, stacklevel=2)
            elif found.runs >= runs:
                return found.first(runs)
            else:
                most = found
        return most

    def keep(self, arm: Arm) -> None:
        """Keep an arm, with what was kept of as many runs before."""
        if not kernel_cache.limit():
            return
        name = f"{self._key}-{arm.runs}"
        data = kernel_cache.read(name, kernel_cache.ARMS) if self._usable else None
        before = None if data is None else _unpacked(data)
        packed = _packed(arm if before is None else arm.beside(before))
        if len(packed) <= kernel_cache.limit() // _PART:
            kernel_cache.write(name, packed, kernel_cache.ARMS)
            if (made := _made.get()) is not None:
                made.add(self._key)


def _runs(name: str) -> int:
    """How many runs a file has, by its name."""
    number = name.rpartition("-")[2]
    return int(number) if number.isdecimal() else 0


@cache
def _code() -> str:
    """A hash of the code of :data:`BEARING`."""
    digest = hashlib.blake2b(sim.__version__.encode(), digest_size=12)
    for name, path in bearing():
        code = SourceFileLoader(name, str(path)).get_code(name)
        if code is not None:
            digest.update(f"{name} {meaning_of_module(code)}".encode())
    return digest.hexdigest()


def bearing() -> list[tuple[str, Path]]:
    """Name and file of each module of :data:`BEARING`, in order."""
    root = Path(sim.__file__).parents[1]
    paths = [*(path for name in BEARING for path in root.glob(f"{name.replace('.', '/')}.py"))]
    return sorted((".".join(path.relative_to(root).with_suffix("").parts), path) for path in paths)


def _packed(arm: Arm) -> bytes:
    """A table of contents in JSON, and the arrays one after the other."""
    contents, parts, at = {}, [], 0
    for name, array in arm.arrays.items():
        contents[name] = (array.dtype.str, array.shape, at)
        parts.append(array.tobytes() + bytes(-array.nbytes % _HEAD))
        at += len(parts[-1])
    head = json.dumps({"runs": arm.runs, "arrays": contents}).encode()
    head += b" " * (-len(head) % _HEAD)
    return b"".join((len(head).to_bytes(_HEAD, "little"), head, *parts))


def _unpacked(data: bytes) -> Arm | None:
    """What :func:`_packed` wrote, or None if it is something else."""
    begin = _HEAD + int.from_bytes(data[:_HEAD], "little")
    try:
        head = json.loads(data[_HEAD:begin])
        runs = int(head["runs"])
        arrays: dict[str, Array] = {}
        for name, (kind, shape, at) in head["arrays"].items():
            count = int(np.prod(shape))
            array = np.frombuffer(data, np.dtype(kind), count, begin + at)
            arrays[name] = array.reshape(shape)
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError):
        return None
    if runs < 1 or any(array.shape[:1] != (runs,) for array in arrays.values()):
        return None
    return Arm(runs, arrays)
