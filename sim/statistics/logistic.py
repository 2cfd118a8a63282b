"""Logistic regression of a few columns with a penalty."""

from __future__ import annotations

import numpy as np

from sim.types import Floats

CLIP = 1e-6
"""Probabilities are kept so far from 0 and 1 where their logarithm is taken."""
_STEPS, _FAR = 50, 30.0


def logit(p: Floats) -> Floats:
    """Return the log odds of probabilities, clipped at :data:`CLIP`."""
    clipped = np.clip(p, CLIP, 1.0 - CLIP)
    odds: Floats = np.log(clipped / (1.0 - clipped))
    return odds


def expit(x: Floats) -> Floats:
    """Return the probabilities of log odds."""
    p: Floats = 1.0 / (1.0 + np.exp(-np.clip(x, -700.0, 700.0)))
    return p


def fit_logistic(
    x: Floats, y: Floats, weight: Floats, offset: Floats, penalty: float = 0.0
) -> Floats | None:
    """Return the coefficients ``(K,)`` of ``logit P(y) = offset + x b``, or None if there are none.

    The greatest weighted likelihood less ``penalty / 2`` times the sum of squares of b, by Newton's
    steps. None where they do not settle, as with a column that parts the outcomes.
    """
    b = np.zeros(x.shape[1])
    for _ in range(_STEPS):
        p = expit(offset + x @ b)
        slope = x.T @ (weight * (y - p)) - penalty * b
        curve = (x * (weight * p * (1.0 - p))[:, None]).T @ x + penalty * np.eye(len(b))
        try:
            step = np.linalg.solve(curve, slope)
        except np.linalg.LinAlgError:
            return None
        b = b + np.clip(step, -2.0, 2.0)
        if np.abs(b).max() > _FAR:
            return None
        if np.abs(step).max() < 1e-8:
            return b
    return None
