"""Models to be beaten: persistence, base rates, logits of few covariates, gradient boosting."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Final

import numpy as np
import pandas as pd

from sim.errors import needed
from sim.scenario.history import TARGETS, History
from sim.study.hindcast.panel import FULL, LOGIT, features, training
from sim.study.hindcast.prediction import Maker, Prediction
from sim.types import Floats

EXTRA: Final = "pip install 'multipolar[discovery]'"
_THREADS: Final = 1  # of boosting: its sums, and so its trees, depend on their number


class Persistence:
    """Every pair stays as it is: probabilities of 0 and 1."""

    def fit(self, history: History, train_years: tuple[int, int]) -> None:
        """There is nothing to learn."""

    def predict(self, history: History, origin: int, horizon: int) -> Prediction:  # noqa: ARG002
        """Return ties and memberships of the origin; a pair of which none is known has none."""
        ties, memberships = {}, {}
        for target in history.targets:
            ties[target] = np.nan_to_num(history.matrix(origin, TARGETS[target]))
            memberships[target] = history.memberships(origin, target)[1].astype(np.float64)
        return Prediction(ties, memberships)


@dataclass
class TwoState:
    """One model for pairs that are not tied, and one for those that are, for each horizon.

    Attributes:
        kind: ``logit`` or ``boosting``.
        columns: of :func:`~sim.study.hindcast.panel.features`; without any it is base rates.
    """

    kind: str
    columns: tuple[str, ...]
    _models: dict[tuple[str, int], tuple[Any, Any]] = field(default_factory=dict)
    _train: tuple[History, int, int] | None = None

    def fit(self, history: History, train_years: tuple[int, int]) -> None:
        """Keep what there is to learn from; the models are fitted when a horizon is asked for."""
        self._train = (history, *train_years)
        self._models = {}

    def predict(self, history: History, origin: int, horizon: int) -> Prediction:
        """Return the probability that each pair is tied at the horizon.

        Raises:
            UserError: the years of training are fewer than the horizon.
        """
        pairs = history.dyads_of(origin)
        known = features(pairs)[list(self.columns)]
        codes = history.codes(origin)
        i, j = (np.searchsorted(codes, pairs[name]) for name in ("ccode1", "ccode2"))
        ties = {}
        for target in history.targets:
            models = self._fitted(target, horizon)
            tied = (pairs[TARGETS[target]] == 1).to_numpy()
            chance = np.zeros(len(pairs))
            for state, model in enumerate(models):
                rows = tied == bool(state)
                if rows.any():
                    chance[rows] = _chance(model, known[rows])
            matrix = np.zeros((len(codes), len(codes)))
            matrix[i, j] = matrix[j, i] = chance
            ties[target] = matrix
        return Prediction(ties)

    def _fitted(self, target: str, horizon: int) -> tuple[Any, Any]:
        if (target, horizon) not in self._models:
            if self._train is None:
                raise ValueError("fit comes before predict")
            rows, tied, y = training(*self._train, horizon, target)
            known = rows[list(self.columns)]
            self._models[target, horizon] = (
                self._model(known[~tied], y[~tied], 0.0),
                self._model(known[tied], y[tied], 1.0),
            )
        return self._models[target, horizon]

    def _model(self, known: pd.DataFrame, y: Floats, otherwise: float) -> Any:
        """A fitted model, or one chance for all where there is nothing to tell pairs apart by."""
        if not len(y):
            return otherwise
        if not self.columns or y.min() == y.max():
            return float(y.mean())
        model = _boosting() if self.kind == "boosting" else _logit()
        with _few_threads():
            return model.fit(known, y)


def _chance(model: Any, known: pd.DataFrame) -> Floats:
    if isinstance(model, float):
        return np.full(len(known), model)
    with _few_threads():
        chance: Floats = model.predict_proba(known)[:, 1]
    return chance


def _logit() -> Any:
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    return make_pipeline(StandardScaler(), LogisticRegression(C=10, max_iter=400))


def _boosting() -> Any:
    from sklearn.ensemble import HistGradientBoostingClassifier

    return HistGradientBoostingClassifier(
        max_iter=120,
        learning_rate=0.05,
        max_leaf_nodes=15,
        min_samples_leaf=200,
        l2_regularization=1.0,
        random_state=1,
    )


def _few_threads() -> Any:
    from threadpoolctl import threadpool_limits

    return threadpool_limits(_THREADS)


def require_sklearn() -> None:
    """Check that scikit-learn is there.

    Raises:
        UserError: it is not; the message says how to install it.
    """
    with needed(f"hindcasts need scikit-learn: {EXTRA}"):
        import sklearn  # noqa: F401


BASELINES: Final[Mapping[str, Maker]] = MappingProxyType(
    {
        "persistence": Persistence,
        "base_rate": lambda: TwoState("logit", ()),
        "distance": lambda: TwoState("logit", ("distance",)),
        "enemies": lambda: TwoState("logit", ("enemies",)),
        "logit": lambda: TwoState("logit", LOGIT),
        "boosting": lambda: TwoState("boosting", FULL),
    }
)
"""The baselines by name."""
