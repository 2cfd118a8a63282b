"""One ensemble seen as series of quantities, each worked out once."""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from sim.blocs.indices import bloc_shares, crosscutting
from sim.measure.summary.bloc_report import measured_by
from sim.record.arrays import ARRAYS, EnsembleRecord
from sim.record.reading import labels_by
from sim.rules.catalogue import MOVE_KINDS
from sim.types import Floats, Ints


class Observed:
    """The series of one ensemble as quantities, each worked out once.

    Args:
        record: what the runs left behind.
    """

    def __init__(self, record: EnsembleRecord) -> None:
        self.record = record
        self._counts: dict[tuple[str, str, str | None], Floats] = {}
        self._labels: dict[str, Ints] = {}
        self._measures: dict[tuple[str, str], Floats] = {}

    @cached_property
    def at_rest(self) -> Observed:
        """The same with the start held to the end."""
        return Observed(held(self.record))

    @property
    def shape(self) -> tuple[int, int]:
        """Runs and ticks, (R, T+1)."""
        return self.record.runs, self.record.quarters + 1

    def state(self, name: str, i: str) -> Floats:
        """A variable of one state, ``(R, T+1)``."""
        series: Floats = self.record.state(name)[:, :, self.record.index(i)]
        return series

    def cell(self, variable: str, collective: str, state: str = "") -> Floats:
        """A variable of a collective, or the part of a state in it, ``(R, T+1)``."""
        return self.record.cell(variable, collective, state)

    # --- the network, known at its ticks and held from one to the next ---------------------------
    @cached_property
    def labels(self) -> Ints:
        """Blocs by all ties at the kept ticks, ``(R, L, N)``."""
        return self.labels_by("ties")

    def labels_by(self, definition: str) -> Ints:
        """Blocs by a definition at the kept ticks, ``(R, L, N)``."""
        if definition not in self._labels:
            self._labels[definition] = labels_by(self.record, definition)
        return self._labels[definition]

    def held(self, values: npt.NDArray[np.generic]) -> Floats:
        """Values at the kept ticks ``(R, L)`` as a series ``(R, T+1)``, steady in between."""
        ticks = np.arange(self.shape[1])
        kept = np.searchsorted(self.record.network_ticks, ticks, side="right") - 1
        series: Floats = np.asarray(values, np.float64)[:, np.maximum(kept, 0)]
        return series

    def measure(self, name: str, definition: str = "ties") -> Floats:
        """A measure of the whole system, :data:`sim.blocs.MEASURES`, ``(R, T+1)``."""
        if (name, definition) not in self._measures:
            labels = self.labels_by(definition)
            found = measured_by(self.record, definition, labels, [name])
            self._measures[name, definition] = self.held(found[name])
        return self._measures[name, definition]

    def crosscutting(self, one: str, other: str) -> Floats:
        """How far the blocs by two definitions cut across each other, ``(R, T+1)``."""
        return self.held(crosscutting(self.labels_by(one), self.labels_by(other)))

    @cached_property
    def _shares(self) -> Floats:
        return bloc_shares(self.labels, self.record.kept("capability"))

    def bloc_share(self, i: str) -> Floats:
        """Capability share of the bloc of i, ``(R, T+1)``."""
        mine = self.labels[:, :, [self.record.index(i)]]
        return self.held(np.take_along_axis(self._shares, mine, axis=2)[:, :, 0])

    def bloc_size(self, i: str) -> Floats:
        """Number of members of the bloc of i, ``(R, T+1)``."""
        mine = self.labels[:, :, [self.record.index(i)]]
        return self.held((self.labels == mine).sum(axis=2))

    def same_bloc(self, i: str, j: str, definition: str = "ties") -> Floats:
        """1 where i and j are in one bloc, ``(R, T+1)``."""
        labels = self.labels_by(definition)
        one, other = self.record.index(i), self.record.index(j)
        return self.held(labels[:, :, one] == labels[:, :, other])

    # --- moves -----------------------------------------------------------------------------------
    @cached_property
    def _moves(self) -> dict[str, npt.NDArray[np.generic]]:
        moves = self.record.moves
        columns = ("run", "tick", "mover", "partner", "kind", "before", "after", "accepted")
        return {name: np.ascontiguousarray(moves[name]) for name in columns}

    def count(self, kind: str, i: str, j: str | None) -> Floats:
        """Accepted moves of i towards j (None: anybody) up to each quarter, ``(R, T+1)``."""
        key = (kind, i, j)
        if key not in self._counts:
            moves = self._moves
            wanted = (moves["mover"] == self.record.index(i)) & (moves["accepted"] != 0)
            if j is not None:
                wanted &= moves["partner"] == self.record.index(j)
            if kind in ("pact", "break"):
                rose = moves["after"] > moves["before"]  # type: ignore[operator]
                wanted &= (moves["kind"] == MOVE_KINDS.index("pact")) & (
                    rose if kind == "pact" else ~rose
                )
            else:
                wanted &= moves["kind"] == MOVE_KINDS.index(kind)
            found = np.zeros(self.shape)
            np.add.at(found, (moves["run"][wanted], moves["tick"][wanted]), 1.0)
            self._counts[key] = found.cumsum(axis=1)
        return self._counts[key]


def held(record: EnsembleRecord) -> EnsembleRecord:
    """Return a record in which nothing moves: its start at every tick."""
    still: dict[str, Any] = {
        name: np.broadcast_to(np.asarray(array[:])[:, :1], array.shape)
        for name, array in ((name, getattr(record, name)) for name in ARRAYS)
    }
    return replace(record, **still, moves=record.moves[:0])
