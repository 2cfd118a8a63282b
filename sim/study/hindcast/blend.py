"""Several models in one: does one add information to another?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from sim.errors import UserError
from sim.scenario.history import TARGETS, History
from sim.statistics.logistic import expit, fit_logistic, logit
from sim.study.hindcast.panel import outcomes
from sim.study.hindcast.prediction import Maker, Prediction, Predictor
from sim.types import Floats

_SPACING: Final = 5
_LEAST_YEARS: Final = 5
"""Years with outcomes that the parts have to learn from before the first fold."""
_PENALTY: Final = 1.0
"""Pull of the weights towards the plain mean of the parts' log odds: few outcomes decide little."""


@dataclass
class Blend:
    """Models stacked by a logit of their log odds, for pairs without a tie and for those with one.

    The weights come from origins before the end of training (every five years): at each, the parts
    have learnt from the years before it alone and say what is then known to have followed. So no
    part is weighed by what it was fitted on, and nothing looks ahead. Then the parts learn from all
    years of training.
    """

    parts: Mapping[str, Maker]
    _fitted: list[Predictor] = field(default_factory=list)
    _folds: dict[int, list[Predictor]] = field(default_factory=dict)
    _weights: dict[tuple[str, int], tuple[Floats, Floats]] = field(default_factory=dict)
    _train: tuple[History, int, int] | None = None

    def fit(self, history: History, train_years: tuple[int, int]) -> None:
        """Let the parts learn; weights are worked out when a horizon is asked for."""
        self._train = (history, *train_years)
        self._folds, self._weights = {}, {}
        self._fitted = _learnt(self.parts, history, train_years)

    def predict(self, history: History, origin: int, horizon: int) -> Prediction:
        """Return the stacked probabilities of ties; memberships and blocs are those of the ties.

        Raises:
            UserError: the years of training are too few for one origin within them.
        """
        said = [model.predict(history, origin, horizon) for model in self._fitted]
        ties = {}
        for target in history.targets:
            if not all(target in one.ties for one in said):
                continue
            odds = np.stack([logit(one.ties[target]) for one in said], axis=-1)
            tied = (history.matrix(origin, TARGETS[target]) == 1).astype(np.int64)
            weights = np.stack(self._weigh(target, horizon))[tied]
            ties[target] = _stacked(odds, weights)
        return Prediction(ties)

    def origins(self, horizon: int) -> list[int]:
        """Return the origins within the years of training from which the weights come."""
        if self._train is None:
            raise ValueError("fit comes before predict")
        history, first, last = self._train
        earliest = max(first, history.years[0]) + horizon + _LEAST_YEARS - 1
        years = range(last - horizon, earliest - 1, -_SPACING)
        return [year for year in years if {year, year + horizon} <= set(history.years)][::-1]

    def _weigh(self, target: str, horizon: int) -> tuple[Floats, Floats]:
        """Weights ``(1 + K,)`` of pairs without and with a tie: a constant, then the parts'."""
        if (target, horizon) not in self._weights:
            if self._train is None:
                raise ValueError("fit comes before predict")
            origins = self.origins(horizon)
            if not origins:
                raise UserError(
                    f"the years {self._train[1]} to {self._train[2]} are too few to weigh models "
                    f"{horizon} years ahead: train on at least {2 * horizon + _LEAST_YEARS} years"
                )
            rows = [self._outcomes(origin, horizon, target) for origin in origins]
            odds, tied, y = (np.concatenate(part) for part in zip(*rows, strict=True))
            self._weights[target, horizon] = (
                _weights(odds[~tied], y[~tied]),
                _weights(odds[tied], y[tied]),
            )
        return self._weights[target, horizon]

    def _outcomes(self, origin: int, horizon: int, target: str) -> tuple[Floats, ...]:
        """Log odds ``(M, K)`` of the parts at an origin, who was tied then, and who later."""
        if self._train is None:
            raise ValueError("fit comes before predict")
        history, first, _ = self._train
        past = history.until(origin)
        if origin not in self._folds:
            self._folds[origin] = _learnt(self.parts, past, (first, origin))
        said = [model.predict(past, origin, horizon) for model in self._folds[origin]]
        odds = np.stack([logit(one.ties[target]) for one in said], axis=-1)
        now, later, there = outcomes(history, origin, horizon, target)
        return odds[there], now[there] == 1, later[there]


def _learnt(
    parts: Mapping[str, Maker], history: History, train_years: tuple[int, int]
) -> list[Predictor]:
    models = [make() for make in parts.values()]
    for model in models:
        model.fit(history, train_years)
    return models


def _weights(odds: Floats, y: Floats) -> Floats:
    """Constant and weights of the parts' log odds; their plain mean where nothing can be learnt.

    No weight is below zero: a part whose warnings come true less often than its assurances, in the
    few events of an inner origin, is left out rather than believed the other way round (Breiman
    1996, stacked regressions).
    """
    count = odds.shape[1]
    even: Floats = np.r_[0.0, np.full(count, 1.0 / count)]
    if not len(y):
        return even
    kept = np.ones(count, bool)
    while kept.any():
        x = np.column_stack([np.ones(len(y)), odds[:, kept]])
        mean = odds[:, kept].mean(axis=1)
        found = fit_logistic(x, y, np.ones(len(y)), mean, _PENALTY)
        if found is None:
            return even
        given = found[1:] + 1.0 / kept.sum()
        if given.min() >= 0.0:
            weights = np.zeros(1 + count)
            weights[0] = found[0]
            weights[1:][kept] = given
            return weights
        kept[np.flatnonzero(kept)[given.argmin()]] = False
    return even


def _stacked(odds: Floats, weights: Floats) -> Floats:
    chance: Floats = expit(weights[..., 0] + (weights[..., 1:] * odds).sum(axis=-1))
    return chance
