"""What is measured of a whole system of blocs, by name: the numbers of a report and of metrics.

Formulas and sources stand with the functions in :mod:`sim.blocs.indices`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from sim.blocs.indices import bipolarity, effective_poles, frustration, polarisation, tightness
from sim.blocs.search import Labels
from sim.types import Floats


@dataclass(frozen=True, eq=False)
class System:
    """Blocs at some times and what they are made of.

    Attributes:
        labels: ``(..., N)``.
        tie: signed weights ``(..., N, N)``.
        capability, ideal_point: ``(..., N)``.
        spread: distance of two ideal points that counts as fully opposed.
    """

    labels: Labels
    tie: npt.NDArray[np.floating]
    capability: Floats
    ideal_point: Floats
    spread: float


@dataclass(frozen=True, slots=True)
class Measure:
    """A number of a system of blocs: its unit, its bounds (None for none), what it says."""

    unit: str
    low: float | None
    high: float | None
    meaning: str
    of: Callable[[System], Floats]


def _sizes(labels: Labels) -> Labels:
    """Number of members of the bloc of each state, ``(..., N)``."""
    size: Labels = (labels[..., :, None] == labels[..., None, :]).sum(axis=-1)
    return size


def _blocs(system: System) -> Floats:
    size = _sizes(system.labels)
    return np.where(size > 1, 1.0 / size, 0.0).sum(axis=-1).round()


MEASURES: Final = {
    "poles": Measure(
        "poles",
        1.0,
        None,
        "effective number of poles: 1 / sum of squared capability shares of the blocs",
        lambda it: effective_poles(it.labels, it.capability),
    ),
    "blocs": Measure("blocs", 0.0, None, "number of blocs of two states or more", _blocs),
    "unaligned": Measure(
        "states",
        0.0,
        None,
        "number of states that stand alone",
        lambda it: (_sizes(it.labels) == 1).sum(axis=-1).astype(np.float64),
    ),
    "bipolarity": Measure(
        "1",
        0.0,
        1.0,
        "how far two equally strong blocs without ties between them make up the world",
        lambda it: bipolarity(it.labels, it.capability, it.tie),
    ),
    "esteban_ray": Measure(
        "1",
        0.0,
        None,
        "polarisation (Esteban & Ray) of the blocs' mean ideal points: 1 for two equal blocs as "
        "far apart as any two states were at the start",
        lambda it: polarisation(it.labels, it.capability, it.ideal_point, it.spread),
    ),
    "frustration": Measure(
        "share",
        0.0,
        1.0,
        "share of the tie weight at odds with the blocs: friends apart or rivals together",
        lambda it: frustration(it.tie, it.labels),
    ),
    "tightness": Measure(
        "tie",
        None,
        None,
        "mean tie between members of one bloc",
        lambda it: tightness(it.tie, it.labels)[0],
    ),
    "discreteness": Measure(
        "tie",
        None,
        None,
        "mean tie within blocs less the mean tie between them",
        lambda it: tightness(it.tie, it.labels)[1],
    ),
}
"""Every measure by its name."""


def measured(name: str, system: System) -> Floats:
    """Return a measure for each run and time, ``(R, L)``, a run at a time to spare memory.

    Raises:
        KeyError: there is no such measure.
    """
    of = MEASURES[name].of
    runs = [
        System(*run, system.spread)
        for run in zip(
            system.labels, system.tie, system.capability, system.ideal_point, strict=True
        )
    ]
    return np.stack([of(run) for run in runs])
