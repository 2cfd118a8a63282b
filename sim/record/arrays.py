"""What an ensemble of runs leaves behind: plain arrays, the input of everything downstream.

Shapes: R runs, T quarters (so T + 1 ticks, tick 0 being the initial state), N states, D recorded
ordered pairs, L ticks at which the whole network is kept. :mod:`sim.record.columns` writes the
arrays as tidy columns.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from sim.types import Floats, Pact

type Floats32 = npt.NDArray[np.float32]
type Levels = npt.NDArray[np.int8]
type Ints = npt.NDArray[np.integer[Any]]
type Moves = npt.NDArray[np.void]

PACT_LEVELS: Final = tuple(pact.name.lower().replace("_", " ") for pact in Pact)
"""Names of the bilateral pact levels 0 to 3."""

THIRD_PARTIES: Final = 3
"""How many third states, the most moved ones, each logged move keeps."""


ARRAYS: Final = ("state_series", "dyad_series", "cell_series", "tie", "level", "floor")
"""The large arrays of a record, with the runs as their first axis."""

COUNTS: Final = ("opportunities", "noops", "seeds")
"""The numbers that it has of each run."""

AXES: Final = (
    "states",
    "start",
    "quarters",
    "poles",
    "focal",
    "dyads",
    "state_fields",
    "dyad_fields",
    "collectives",
    "cells",
    "network_ticks",
    "term_names",
)
"""What the arrays mean: what a record has beside them and the moves."""

BATCH: Final = 64 * 2**20
"""Bytes of the arrays that are worked on together where not all of them need be in memory."""


def move_dtype(n_terms: int) -> np.dtype[np.void]:
    """Return the row type of the move log for a utility of ``n_terms`` terms.

    ``run`` is the position of the run in the ensemble, ``tick`` the quarter since the start,
    ``order`` the sequence within its tick, which moves made together share. ``mover``, ``partner``
    and ``third`` are indices of states, -1 for nobody. ``kind`` indexes
    :data:`sim.rules.catalogue.MOVE_KINDS`; ``before`` and ``after`` are the value that the move
    changes (for a pact its level).
    ``accepted`` is 0 if the partner refused. ``du`` and ``du_partner`` are changes of utility in
    logits and ``terms`` and ``terms_partner`` their parts; ``third_du`` are the changes for the
    third states.
    ``collective`` is the organisation that a move is about, 0 (the order) for none.
    """
    return np.dtype(
        [
            ("run", np.int32),
            ("tick", np.int32),
            ("order", np.int32),
            ("mover", np.int16),
            ("partner", np.int16),
            ("kind", np.int8),
            ("before", np.float32),
            ("after", np.float32),
            ("accepted", np.int8),
            ("du", np.float64),
            ("du_partner", np.float64),
            ("terms", np.float64, (n_terms,)),
            ("terms_partner", np.float64, (n_terms,)),
            ("third", np.int16, (THIRD_PARTIES,)),
            ("third_du", np.float64, (THIRD_PARTIES,)),
            ("collective", np.int16),
        ]
    )


@dataclass(frozen=True, eq=False)
class EnsembleRecord:
    """The record of R runs of one scenario arm.

    The arrays are in memory, or in tables on disk (:mod:`sim.record.stored`): then they are indexed
    the same way, which reads what is asked for, run by run along the first axis. Ask for one
    variable of all runs, or for :meth:`slices` of the runs, and memory does not grow with their
    number.

    Attributes:
        states: codes of the N states, in the order of every state axis.
        start: quarter of tick 0, as year * 4 + (0 to 3).
        quarters: number T of simulated quarters.
        poles, focal: codes of the poles and of the states that a report shows.
        dyads: the D recorded ordered pairs of codes.
        state_fields, state_series: names of the variables and float64 ``(R, T+1, fields, N)``.
        dyad_fields, dyad_series: names of the variables and float64 ``(R, T+1, fields, D)``.
        collectives: names of the collectives, by the index that moves use.
        cells: the C watched cells of collectives, (variable, collective, state or "").
        cell_series: float64 ``(R, T+1, C)``.
        network_ticks: the L ticks, ascending, at which the network is kept.
        tie: float32 ``(R, L, N, N)``, symmetric signed weight for finding blocs.
        level: int8 ``(R, L, N, N)``, symmetric bilateral pact level. The diagonals mean nothing.
        floor: float32 ``(R, L, N, N)``, symmetric commitment in [0, 1] by shared organisations.
        term_names: names of the utility terms, in the order of ``moves["terms"]``.
        moves: rows of :func:`move_dtype`, one for each executed or refused move.
        opportunities, noops, seeds: integers ``(R,)``: chances to move, how many of them were
            left unused, and the seed of each run.
        folder: where the tables are from which the arrays are read; None in memory.

    Raises:
        ValueError: an array has another shape or type, or a code is unknown or repeated.
    """

    states: tuple[str, ...]
    start: int
    quarters: int
    poles: tuple[str, ...]
    focal: tuple[str, ...]
    dyads: tuple[tuple[str, str], ...]
    state_fields: tuple[str, ...]
    state_series: Floats
    dyad_fields: tuple[str, ...]
    dyad_series: Floats
    collectives: tuple[str, ...]
    cells: tuple[tuple[str, str, str], ...]
    cell_series: Floats
    network_ticks: tuple[int, ...]
    tie: Floats32
    level: Levels
    floor: Floats32
    term_names: tuple[str, ...]
    moves: Moves
    opportunities: Ints
    noops: Ints
    seeds: Ints
    folder: Path | None = None

    def __post_init__(self) -> None:
        n, ticks, kept = len(self.states), self.quarters + 1, len(self.network_ticks)
        runs = self.runs
        self._check("state_series", (runs, ticks, len(self.state_fields), n), np.float64)
        pairs = (runs, ticks, len(self.dyad_fields), len(self.dyads))
        self._check("dyad_series", pairs, np.float64)
        self._check("cell_series", (runs, ticks, len(self.cells)), np.float64)
        self._check("tie", (runs, kept, n, n), np.float32)
        self._check("level", (runs, kept, n, n), np.int8)
        self._check("floor", (runs, kept, n, n), np.float32)
        for name in COUNTS:
            array = getattr(self, name)
            if array.shape != (runs,) or not np.issubdtype(array.dtype, np.integer):
                raise ValueError(f"{name}: expected integers ({runs},), got {array.shape}")
        if self.moves.ndim != 1 or self.moves.dtype != move_dtype(len(self.term_names)):
            raise ValueError("moves: expected one row a move, of the type move_dtype(len(terms))")
        for name in ("states", "dyads", "cells", "state_fields", "dyad_fields", "term_names"):
            values = getattr(self, name)
            if len(set(values)) != len(values):
                raise ValueError(f"{name}: an entry is repeated")
        named = [*self.poles, *self.focal, *(code for pair in self.dyads for code in pair)]
        unknown = sorted(set(named) - set(self.states))
        if unknown:
            raise ValueError(f"states without a row: {', '.join(unknown)}")
        if not kept or list(self.network_ticks) != sorted(set(self.network_ticks)):
            raise ValueError("network_ticks: expected at least one tick, ascending")
        if self.network_ticks[0] < 0 or self.network_ticks[-1] > self.quarters:
            raise ValueError("network_ticks: outside the simulated quarters")

    def _check(self, name: str, shape: tuple[int, ...], dtype: type[np.generic]) -> None:
        array = getattr(self, name)
        if array.shape != shape or array.dtype != dtype:
            raise ValueError(
                f"{name}: expected {np.dtype(dtype)} {shape}, got {array.dtype} {array.shape}"
            )

    @property
    def runs(self) -> int:
        """Number R of runs."""
        return int(self.state_series.shape[0])

    @property
    def run_bytes(self) -> int:
        """Bytes of the arrays of one run; the moves, far fewer, are left out."""
        arrays = (getattr(self, name) for name in ARRAYS)
        return sum(array.dtype.itemsize * int(np.prod(array.shape[1:])) for array in arrays)

    def slices(self) -> Iterator[slice]:
        """Consecutive runs, as many at a time as :data:`BATCH` bytes hold."""
        few = max(1, BATCH // max(1, self.run_bytes))
        for begin in range(0, self.runs, few):
            yield slice(begin, min(begin + few, self.runs))

    def part(self, runs: slice) -> EnsembleRecord:
        """Return the record of consecutive runs alone, in memory."""
        begin, end, _ = runs.indices(self.runs)
        low, high = np.searchsorted(self.moves["run"], (begin, end))
        moves = self.moves[low:high].copy()
        moves["run"] -= begin
        arrays: dict[str, Any] = {
            name: getattr(self, name)[begin:end] for name in (*ARRAYS, *COUNTS)
        }
        return replace(self, **arrays, moves=moves, folder=None)

    def of_pairs(self, pairs: tuple[tuple[str, str], ...]) -> EnsembleRecord:
        """Return the same with some of the recorded pairs only, whose series are in memory.

        Tables on disk have all pairs: they are not those of what is returned.
        """
        columns = [self.dyads.index(pair) for pair in pairs]
        series = self.dyad_series[:, :, :, columns]
        return replace(self, dyads=pairs, dyad_series=series, folder=None)

    def index(self, code: str) -> int:
        """Return the position of a state on the state axes.

        Raises:
            ValueError: no such state.
        """
        return self.states.index(code)

    def state(self, field: str) -> Floats:
        """Return a variable of states, ``(R, T+1, N)``.

        Raises:
            KeyError: the variable was not recorded.
        """
        if field not in self.state_fields:
            raise KeyError(f"state variable {field!r} was not recorded")
        series: Floats = self.state_series[:, :, self.state_fields.index(field), :]
        return series

    def poles_of(self, code: str) -> list[str]:
        """Return the poles with whom the pair of a state was recorded."""
        return [pole for pole in self.poles if (code, pole) in self.dyads]

    def by_pole(self, field: str, code: str) -> dict[str, Floats]:
        """Return a variable of a state with each of :meth:`poles_of`; none if not recorded."""
        poles = self.poles_of(code) if field in self.dyad_fields else ()
        return {pole: self.dyad(field, code, pole) for pole in poles}

    def kept(self, field: str, runs: slice = slice(None)) -> Floats:
        """Return a variable of states at the kept ticks, ``(R, L, N)``."""
        return self.state(field)[runs, list(self.network_ticks)]

    def dyad(self, field: str, i: str, j: str) -> Floats:
        """Return a variable of the ordered pair (i, j), ``(R, T+1)``.

        Raises:
            KeyError: the variable or the pair was not recorded.
        """
        if field not in self.dyad_fields:
            raise KeyError(f"dyadic variable {field!r} was not recorded")
        if (i, j) not in self.dyads:
            raise KeyError(f"the pair {i}>{j} was not recorded")
        row, column = self.dyad_fields.index(field), self.dyads.index((i, j))
        series: Floats = self.dyad_series[:, :, row, column]
        return series

    def cell(self, variable: str, collective: str, state: str = "") -> Floats:
        """Return a variable of a collective, or the part of a state in it, ``(R, T+1)``.

        Raises:
            KeyError: it was not recorded.
        """
        if (variable, collective, state) not in self.cells:
            of = f" of {state}" if state else ""
            raise KeyError(f"{variable!r}{of} in {collective!r} was not recorded")
        series: Floats = self.cell_series[:, :, self.cells.index((variable, collective, state))]
        return series
