"""What a model that takes part in a hindcast is, and what it says."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np

from sim.scenario.history import TARGETS, History
from sim.types import Floats, Ints


@dataclass(frozen=True, eq=False)
class Prediction:
    """What a model says of the ties some years after an origin.

    States are those of :meth:`sim.scenario.history.History.codes` of the origin, in that order;
    targets are the names of :data:`sim.scenario.history.TARGETS`, ``defence`` and ``any``.

    Attributes:
        ties: by target, the probability ``(N, N)`` that a pair is tied at the horizon; symmetric;
            the diagonal is not read. A model is not scored on a target that it leaves out.
        memberships: by target, the probability ``(T, N)`` that a state is then in each treaty of
            :meth:`sim.scenario.history.History.memberships` of the origin. Where a target is left
            out they are worked out from the ties.
        blocs: by target, the bloc of each state ``(N,)`` at the horizon, as any integers. Where a
            target is left out they are the communities of the ties that are more likely than not.
    """

    ties: Mapping[str, Floats]
    memberships: Mapping[str, Floats] = field(default_factory=dict)
    blocs: Mapping[str, Ints] = field(default_factory=dict)

    def check(self, states: int, treaties: Mapping[str, int]) -> None:
        """Check shapes and values; ``treaties`` says how many there are, by target.

        Raises:
            ValueError: a shape is wrong, or a value is no probability.
        """
        off = ~np.eye(states, dtype=bool)
        for target in self.ties.keys() | self.memberships.keys() | self.blocs.keys():
            if target not in TARGETS:
                raise ValueError(f"{target!r} is no target; there are {', '.join(TARGETS)}")
        for name, values, shape in (
            *((f"ties.{k}", v, (states, states)) for k, v in self.ties.items()),
            *((f"memberships.{k}", v, (treaties[k], states)) for k, v in self.memberships.items()),
            *((f"blocs.{k}", v, (states,)) for k, v in self.blocs.items()),
        ):
            if values.shape != shape:
                raise ValueError(f"{name}: expected the shape {shape}, got {values.shape}")
            read = values[off] if name.startswith("ties") else values
            if not name.startswith("blocs") and not ((read >= 0) & (read <= 1)).all():
                raise ValueError(f"{name}: a value is not a probability from 0 to 1")
            if name.startswith("ties") and not np.allclose(read, values.T[off]):
                raise ValueError(f"{name}: not symmetric")


class Predictor(Protocol):
    """A model that learns from years and predicts later ones.

    What it is given ends with what may be known: the history of :meth:`fit` with the last year of
    training, that of :meth:`predict` with the origin.
    """

    def fit(self, history: History, train_years: tuple[int, int]) -> None:
        """Learn from the years from the first to the last; nothing after the last is an outcome."""

    def predict(self, history: History, origin: int, horizon: int) -> Prediction:
        """Say what the ties will be ``horizon`` years after the origin, for all states of it."""


type Maker = Callable[[], Predictor]
"""Makes a model that has learnt nothing yet."""
