"""Hazards of events in a year, fitted by penalised likelihood with errors clustered by event.

An event happens in a year with probability ``1 - exp(-rate)``. Rates are of two forms:

- :class:`LogLinear`, ``exp(z b)`` (a proportional hazard in discrete time; Prentice and Gloeckler
  1978);
- :class:`Offers`, the coordination of two sides: either proposes at a rate of its own, and the
  other consents with a probability of its own (the coordination model of Stadtfeld, Hollway and
  Block 2017, with this engine's utility).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Protocol

import numpy as np
from scipy.optimize import minimize

from sim.statistics.logistic import expit
from sim.types import Floats, Ints

_LEAST: Final = 1e-12  # rates of no event: their logarithm is taken
_MOST: Final = 5.0  # log of the greatest rate a year


@dataclass(frozen=True, slots=True)
class Weight:
    """One coefficient: its prior and sign.

    Attributes:
        name: what it weighs.
        mean: of the prior, in the units of the column.
        sd: of the prior, in standard deviations of the column (``scaled``) or its own units.
        sign: 1 or -1 where theory gives one, 0 where either may be.
        scaled: whether the prior is for a column of standard deviation one.
    """

    name: str
    mean: float = 0.0
    sd: float = 1.0
    sign: int = 0
    scaled: bool = True


class Rates(Protocol):
    """Rates of events in rows, by coefficients."""

    @property
    def scale(self) -> Floats:
        """The spread of each coefficient's column ``(K,)``."""

    def rate(self, b: Floats) -> tuple[Floats, Floats]:
        """Return the rates ``(M,)`` and their derivatives ``(M, K)``."""


@dataclass(frozen=True, eq=False)
class LogLinear:
    """Rates ``exp(z b)``; ``z (M, K)``, the first column of ones."""

    z: Floats

    @property
    def scale(self) -> Floats:
        """Root mean squares of the columns about their means, 1 of a constant one."""
        return _spread(self.z)

    def rate(self, b: Floats) -> tuple[Floats, Floats]:
        """Return the rates and their derivatives."""
        rate = np.exp(np.minimum(self.z @ b, _MOST))
        return rate, rate[:, None] * self.z


@dataclass(frozen=True, eq=False)
class Offers:
    """Rates of a tie of i and j, to which either proposes and the other consents.

    ``exp(c + a x_ij + w u_i) s(k + w u_j)`` and the same the other way round, where s is the
    logistic function, x attention ``(M,)`` and u changes of utility ``(M, T)`` of the two sides.
    Coefficients are ``c, a, k, w``.
    """

    one: Floats
    other: Floats
    to_other: Floats
    to_one: Floats

    @property
    def scale(self) -> Floats:
        """Spreads of changes of utility and of attention; 1 for the two constants."""
        spread = np.sqrt((np.square(self.one) + np.square(self.other)).mean(0) / 2.0)
        scale: Floats = np.r_[1.0, 1.0, 1.0, np.where(spread > 1e-9, spread, 1.0)]
        return scale

    def rate(self, b: Floats) -> tuple[Floats, Floats]:
        """Return the rates and their derivatives."""
        (c, a, k), w = b[:3], b[3:]
        gain, back = self.one @ w, self.other @ w
        yes, agreed = expit(k + back), expit(k + gain)  # the other's consent, the one's
        there = np.exp(np.minimum(c + a * self.to_other + gain, _MOST)) * yes
        here = np.exp(np.minimum(c + a * self.to_one + back, _MOST)) * agreed
        by_one = there + here * (1.0 - agreed)
        by_other = here + there * (1.0 - yes)
        slope = np.empty((len(there), len(b)))
        slope[:, 0] = there + here
        slope[:, 1] = there * self.to_other + here * self.to_one
        slope[:, 2] = there * (1.0 - yes) + here * (1.0 - agreed)
        slope[:, 3:] = by_one[:, None] * self.one + by_other[:, None] * self.other
        return slope[:, 0].copy(), slope


@dataclass(frozen=True, eq=False)
class Shared:
    """Several kinds of rows whose last ``last`` coefficients are the same ones.

    Coefficients are those of each part but its last ones, part by part, then the last ones once.
    """

    parts: tuple[Rates, ...]
    last: int

    @property
    def _own(self) -> list[int]:
        return [len(part.scale) - self.last for part in self.parts]

    @property
    def scale(self) -> Floats:
        """Spreads of each part's own columns; of the shared ones that of the first part."""
        own = [part.scale[:k] for part, k in zip(self.parts, self._own, strict=True)]
        return np.concatenate([*own, self.parts[0].scale[-self.last :]])

    def rate(self, b: Floats) -> tuple[Floats, Floats]:
        """Return the rates and their derivatives, part after part."""
        rates, slopes, at = [], [], 0
        for part, own in zip(self.parts, self._own, strict=True):
            rate, slope = part.rate(np.r_[b[at : at + own], b[-self.last :]])
            wide = np.zeros((len(rate), len(b)))
            wide[:, at : at + own], wide[:, -self.last :] = slope[:, :own], slope[:, own:]
            rates.append(rate)
            slopes.append(wide)
            at += own
        return np.concatenate(rates), np.concatenate(slopes)


def _spread(z: Floats) -> Floats:
    spread = z.std(0)
    result: Floats = np.where(spread > 1e-9, spread, 1.0)
    return result


@dataclass(frozen=True, eq=False)
class Fitted:
    """Coefficients of a hazard.

    Attributes:
        weights: what they weigh, with priors.
        value: ``(K,)`` the most likely, priors included.
        covariance: ``(K, K)``, clustered; rows of coefficients at the bound of their sign are 0.
        rows, events, expected: how many there were, and what the fit gives for the same rows.
    """

    weights: tuple[Weight, ...]
    value: Floats
    covariance: Floats
    rows: int
    events: int
    expected: float

    @property
    def error(self) -> Floats:
        """Standard errors ``(K,)``, clustered by event."""
        result: Floats = np.sqrt(np.maximum(np.diag(self.covariance), 0.0))
        return result


def fit(rates: Rates, weights: Sequence[Weight], y: Floats, cluster: Ints) -> Fitted:
    """Return the coefficients that make what happened most likely, priors included.

    Args:
        rates: of the rows.
        weights: of the coefficients.
        y: ``(M,)`` 1 where it happened in the year, else 0.
        cluster: ``(M,)`` the event that a row belongs to, by which errors are clustered.

    The covariance is the sandwich of the expected information with the scores summed by cluster,
    for the coefficients that are not at the bound of their sign.
    """
    scale = rates.scale
    unit = np.where([weight.scaled for weight in weights], scale, 1.0)
    mean = np.array([weight.mean for weight in weights])
    precision = np.square(unit / np.array([weight.sd for weight in weights]))
    happened = y > 0

    def scores(b: Floats) -> tuple[float, Floats, Floats, Floats]:
        rate, slope = rates.rate(b)
        rate = np.maximum(rate, _LEAST)
        none = np.exp(-rate)
        log = float(np.where(happened, np.log1p(-none), -rate).sum())
        return log, np.where(happened, none / (1.0 - none), -1.0), slope, rate

    def loss(scaled: Floats) -> tuple[float, Floats]:
        b = scaled / scale
        log, by_rate, slope, _ = scores(b)
        gap = b - mean
        return (
            -log + 0.5 * float(precision @ np.square(gap)),
            (-(by_rate @ slope) + precision * gap) / scale,
        )

    start = mean.copy()
    start[0] = np.log(max(float(y.mean()), _LEAST))
    bounds = [(0.0 if one.sign > 0 else None, 0.0 if one.sign < 0 else None) for one in weights]
    options = {"maxiter": 2000, "ftol": 1e-12, "gtol": 1e-7}
    found = minimize(
        loss, start * scale, jac=True, method="L-BFGS-B", bounds=bounds, options=options
    )
    b = np.asarray(found.x / scale, np.float64)
    _, by_rate, slope, rate = scores(b)
    free = np.array([one.sign == 0 or abs(v) > 1e-9 for one, v in zip(weights, b, strict=True)])
    each = (by_rate[:, None] * slope)[:, free]
    sums = np.zeros((int(cluster.max()) + 1, each.shape[1]))
    np.add.at(sums, cluster, each)
    odds = np.exp(-rate) / -np.expm1(-rate)
    information = (slope[:, free] * odds[:, None]).T @ slope[:, free] + np.diag(precision[free])
    bread = np.linalg.pinv(information)
    meat = sums.T @ sums + np.diag(precision[free])  # a prior counts as one more observation
    covariance = np.zeros((len(b), len(b)))
    covariance[np.ix_(free, free)] = bread @ meat @ bread
    expected = float(-np.expm1(-rate).sum())
    return Fitted(tuple(weights), b, covariance, len(y), int(y.sum()), expected)
