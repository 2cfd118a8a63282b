"""The engine as a model: its processes, fitted to the years of training."""

from __future__ import annotations

from dataclasses import dataclass, field

from sim.scenario.history import History
from sim.study.estimate import Estimates, estimate, outlook
from sim.study.hindcast.prediction import Prediction


@dataclass
class Engine:
    """What states of a year gain by pacts, term by term, weighed as history says."""

    _found: dict[str, Estimates] = field(default_factory=dict)

    def fit(self, history: History, train_years: tuple[int, int]) -> None:
        """Fit the processes of every target to the years of training."""
        self._found = {name: estimate(history, *train_years, name) for name in history.targets}

    def predict(self, history: History, origin: int, horizon: int) -> Prediction:
        """Return the probabilities of ties and memberships."""
        said = {name: outlook(one, history, origin, horizon) for name, one in self._found.items()}
        return Prediction(
            {name: one.ties for name, one in said.items()},
            {name: one.memberships for name, one in said.items()},
        )
