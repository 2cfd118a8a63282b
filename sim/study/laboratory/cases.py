"""What a laboratory is asked, and what it gives: instruments, cases, numbers."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Protocol

import numpy as np

from sim.study.laboratory.code import code_version
from sim.types import Floats, Ints

type Cases = tuple[Floats, Ints, Ints]
"""Points ``(C, K)``, seeds and run numbers ``(C,)``; plain arrays, for they go to workers."""
type Measured = tuple[Floats, list[tuple[int, str]]]
"""Numbers ``(C, M)``, not a number where a case failed; place and message of those that did."""


class Instrument(Protocol):
    """What turns cases into numbers; it is sent to workers, pickled.

    Attributes:
        columns: names of the M numbers.
        slice: cases measured together: memory, and the time until a stop is noticed.
    """

    columns: tuple[str, ...]
    slice: int

    def __hash__(self) -> int:
        """By identity: one instrument is sent once."""

    @property
    def about(self) -> str:
        """All that the numbers depend on beside the cases and the code."""

    def measure(self, cases: Cases) -> Measured:
        """Measure cases in this thread; a case gives the same whatever it is measured with."""

    def told(self, point: Floats) -> str:
        """A point for people."""


def cases_of(points: Floats, runs: Sequence[int], seed: int) -> Cases:
    """Return the cases of all runs at all points ``(P, K)``, point by point."""
    numbers = np.asarray(runs, dtype=np.int64)
    every = np.repeat(points, len(numbers), axis=0)
    return every, np.full(len(every), seed, dtype=np.int64), np.tile(numbers, len(points))


def cut(cases: Cases, begin: int, end: int) -> Cases:
    """Return some of the cases."""
    points, seeds, runs = cases
    return points[begin:end], seeds[begin:end], runs[begin:end]


@dataclass(frozen=True, eq=False)
class Block:
    """Cases that are computed, kept and found again together.

    Attributes:
        instrument: what measures them.
        cases: which.
        name: of the part; by default its key, so that whoever asks the same finds it.
        labels: the first columns of the part by name, each ``(C,)``; by default the cases.
    """

    instrument: Instrument
    cases: Cases
    name: str = ""
    labels: Mapping[str, Any] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.cases[0])

    @cached_property
    def key(self) -> str:
        """A hash of all that the numbers depend on."""
        said = (code_version(), self.instrument.about, self.instrument.columns)
        digest = hashlib.blake2b(repr(said).encode(), digest_size=16)
        for array in self.cases:
            digest.update(np.ascontiguousarray(array).tobytes())
        return digest.hexdigest()

    @property
    def place(self) -> str:
        """Path of the part within the folder."""
        return self.name or f"{self.key[:2]}/{self.key}.parquet"

    def columns(self) -> dict[str, Any]:
        """The labels, or the cases as columns."""
        points, seeds, runs = self.cases
        numbers = {f"x{k + 1}": column for k, column in enumerate(points.T)}
        return dict(self.labels) or {"seed": seeds, "run": runs, **numbers}
