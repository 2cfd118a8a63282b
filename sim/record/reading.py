"""Blocs as they are read from the record of an ensemble: networks, partitions, leaders, camps."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from sim.blocs import READINGS, bonds, find_blocs, leadership, network, ties_by
from sim.record.arrays import EnsembleRecord
from sim.types import Floats

type Labels = npt.NDArray[np.int64]


def ties_of(record: EnsembleRecord, definition: str, runs: slice) -> npt.NDArray[np.floating]:
    """Return what ties and divides states at the kept ticks by a definition, ``(R, L, N, N)``."""
    return ties_by(
        definition,
        tie=record.tie[runs],
        level=record.level[runs],
        floor=record.floor[runs],
        ideal_point=record.kept("ideal_point", runs),
    )


def network_of(record: EnsembleRecord, definition: str, runs: slice) -> npt.NDArray[np.floating]:
    """Return the networks whose best partitions are the blocs of a definition, as `ties_of`."""
    if definition in READINGS:
        return network(record.tie[runs], record.kept("capability", runs), definition)
    return ties_of(record, definition, runs)


def labels_by(record: EnsembleRecord, definition: str = "ties") -> Labels:
    """Find the blocs of every run and kept tick by a definition, ``(R, L, N)``."""
    return np.concatenate(
        [find_blocs(network_of(record, definition, runs)) for runs in record.slices()]
    )


def leaders_of(record: EnsembleRecord, labels: Labels) -> Floats:
    """Return how much each state leads its bloc at the kept ticks; both ``(R, L, N)``."""
    return np.concatenate(
        [
            leadership(labels[runs], bonds(record.tie[runs]), record.kept("capability", runs))
            for runs in record.slices()
        ]
    )
