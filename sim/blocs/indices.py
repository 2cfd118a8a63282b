"""Measures of polarity, hedging and dependence: pure functions of arrays.

Axes named ``...`` may be anything (runs, ticks); a measure of each run and tick needs no loop.
Where a measure is not defined, for want of any tie or capability, its docstring says what it gives.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from sim.types import Floats

REFERENCE_INTENSITY: Final = 0.25
"""Mean alignment with the poles that counts as full engagement in the hedging index.

A judgement: about what a state has that trades, talks and votes with the poles without a pact. It
separates hedging from isolation and does not move states above it.
"""

DOMAINS: Final = ("commitment", "arms", "trade", "finance", "closeness", "contact")
"""Domains of alignment with a pole, equally weighted (AOCAI weighs its five domains equally)."""

SECURITY_DOMAINS: Final = ("commitment", "arms")
"""Domains that cost something in a crisis; Lim & Cooper (2015) count only these as hedging."""


# --- intervals -----------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Interval:
    """Median over the runs and the bounds between which a part of them lies."""

    low: float
    median: float
    high: float


def interval(values: npt.ArrayLike, level: float = 0.9) -> Interval:
    """Return the median and the central interval that holds ``level`` of the values.

    Values that are not a number are left out; if none is left, all three are not a number.
    """
    array = np.asarray(values, np.float64).ravel()
    array = array[~np.isnan(array)]
    if not array.size:
        return Interval(np.nan, np.nan, np.nan)
    tail = (1.0 - level) / 2.0
    low, median, high = np.quantile(array, [tail, 0.5, 1.0 - tail])
    return Interval(float(low), float(median), float(high))


# --- polarity ------------------------------------------------------------------------------------
def bloc_shares(
    labels: npt.ArrayLike, capability: npt.ArrayLike, *, of: npt.ArrayLike | None = None
) -> Floats:
    """Return the capability share of each bloc, ``(..., N)``: column b for label b, else 0.

    ``labels (..., N)`` are integers in [0, N), ``capability (..., N)`` is not negative. Shares are
    of the total of the N states, or of the total of ``of (..., N)`` if given; an unaligned state is
    a bloc of its own. Without any capability all shares are 0.
    """
    array = np.asarray(labels)
    strength = np.broadcast_to(np.asarray(capability, np.float64), array.shape)
    whole = strength if of is None else np.broadcast_to(np.asarray(of, np.float64), array.shape)
    n = array.shape[-1]
    rows = np.arange(array.size // max(n, 1)).repeat(n)
    total = np.bincount(rows * n + array.ravel(), strength.ravel(), minlength=array.size)
    return _ratio(total.reshape(array.shape), whole.sum(axis=-1, keepdims=True))


def herfindahl(shares: npt.ArrayLike) -> Floats:
    """Return the concentration HHI = sum_k s_k^2 over the last axis (Hirschman 1945).

    Shares are used as they are given: with a rest of the world left out they may sum to less than
    one.
    """
    result: Floats = np.square(np.asarray(shares, np.float64)).sum(axis=-1)
    return result


def effective_poles(labels: npt.ArrayLike, capability: npt.ArrayLike) -> Floats:
    """Return the effective number of poles N2 = 1 / sum_b pi_b^2 (Laakso & Taagepera 1979).

    pi_b is the capability share of bloc b (:func:`bloc_shares`). K equal blocs give K. 0 if there
    is no capability.
    """
    concentration = herfindahl(bloc_shares(labels, capability))
    return _ratio(np.ones_like(concentration), concentration)


def bipolarity(labels: npt.ArrayLike, capability: npt.ArrayLike, tie: npt.ArrayLike) -> Floats:
    """Return how far two blocs of equal strength, without ties between them, make up the world.

    BI = (pi_1 + pi_2) (1 - |pi_1 - pi_2| / (pi_1 + pi_2)) (1 - d): pi_1 and pi_2 are the shares of
    the two strongest blocs, d the part of the pairs between them with a positive tie. It joins the
    concentration and the parity of two camps (Wayman 1984; Mansfield 1993) with the gap between
    them; the product is this project's. 1 for a perfectly bipolar system; 0 with a single bloc.
    ``labels``, ``capability (..., N)``, ``tie (..., N, N)`` give ``(...)``.
    """
    array, weights = np.asarray(labels), np.asarray(tie)
    shares = bloc_shares(array, capability)
    if shares.shape[-1] < 2:
        return np.zeros(shares.shape[:-1])
    two = np.argsort(-shares, axis=-1, kind="stable")[..., :2]
    pi = np.take_along_axis(shares, two, axis=-1)
    both = pi.sum(axis=-1)
    one, other = array == two[..., :1], array == two[..., 1:]
    across = one[..., :, None] & other[..., None, :]
    tied = _ratio((across & (weights > 0)).sum(axis=(-1, -2)), across.sum(axis=(-1, -2)))
    balance = 1.0 - _ratio(np.abs(pi[..., 0] - pi[..., 1]), both)
    return np.where(pi[..., 1] > 0, both * balance * (1.0 - tied), 0.0)


def esteban_ray(
    shares: npt.ArrayLike, distances: npt.ArrayLike, *, alpha: float = 1.3, scale: float = 1.0
) -> Floats:
    """Return the polarisation P = K sum_b sum_c pi_b^(1+alpha) pi_c d_bc (Esteban & Ray 1994).

    ``shares (..., B)`` of the groups, ``distances (..., B, B)`` between them, ``scale`` K. Two
    groups of a half at distance 1 and alpha = 1 give 0.25.

    Raises:
        ValueError: alpha is outside (0, 1.6], where their axioms hold.
    """
    if not 0.0 < alpha <= 1.6:
        raise ValueError(f"alpha: {alpha} is outside (0, 1.6]")
    pi, d = np.asarray(shares, np.float64), np.asarray(distances, np.float64)
    total: Floats = np.einsum("...b,...bc,...c->...", pi ** (1.0 + alpha), d, pi)
    return scale * total


def polarisation(
    labels: npt.ArrayLike,
    capability: npt.ArrayLike,
    positions: npt.ArrayLike,
    spread: float,
    *,
    alpha: float = 1.3,
) -> Floats:
    """Return the Esteban-Ray polarisation of blocs on a line of positions, ``(...)``.

    Groups are the blocs, their shares those of capability, their distances |x_b - x_c| / ``spread``
    between the capability-weighted mean positions. Scaled by 2^(1+alpha), so that two equal blocs
    at the distance ``spread`` give 1 (:func:`esteban_ray`). All arrays are ``(..., N)``; 0 without
    capability.
    """
    array = np.asarray(labels)
    strength = np.broadcast_to(np.asarray(capability, np.float64), array.shape)
    shares = bloc_shares(array, strength)
    moment = bloc_shares(array, strength * np.asarray(positions, np.float64), of=strength)
    x = _ratio(moment, shares)
    apart = np.abs(x[..., :, None] - x[..., None, :]) / spread
    return esteban_ray(shares, apart, alpha=alpha, scale=2.0 ** (1.0 + alpha))


def frustration(tie: npt.ArrayLike, labels: npt.ArrayLike) -> Floats:
    """Return the share of the tie weight that is at odds with a partition, in [0, 1].

    L = (sum of positive ties between blocs + sum of |negative ties| inside them) / sum of |ties|
    over unordered pairs: the line index of Harary (1959) for the given partition (Doreian & Mrvar
    1996), weighted. Its complement in the form of Aref & Wilson (2019) is F = 1 - 2 L. 0 without
    ties. ``tie (..., N, N)``, ``labels (..., N)`` give ``(...)``.
    """
    pairs, together = _pairs(tie, labels)
    bad = np.where(together, np.maximum(-pairs, 0.0), np.maximum(pairs, 0.0))
    return _ratio(bad.sum(axis=-1), np.abs(pairs).sum(axis=-1))


def tightness(tie: npt.ArrayLike, labels: npt.ArrayLike) -> tuple[Floats, Floats]:
    """Return tightness and discreteness of the blocs (Bueno de Mesquita 1975).

    Tightness is the mean tie between members of one bloc, discreteness that mean less the mean tie
    between members of different blocs. A mean over no pair is 0. ``tie (..., N, N)``,
    ``labels (..., N)`` give two ``(...)``.
    """
    pairs, together = _pairs(tie, labels)
    inside = together.sum(axis=-1)
    within = _ratio(np.where(together, pairs, 0.0).sum(axis=-1), inside)
    between = _ratio(np.where(together, 0.0, pairs).sum(axis=-1), together.shape[-1] - inside)
    return within, within - between


def crosscutting(one: npt.ArrayLike, other: npt.ArrayLike) -> Floats:
    """Return how far two divisions of the states cut across each other (Rae & Taylor 1970).

    XC = share of all pairs of states that are together in one division and apart in the other, in
    [0, 1]: 0 where the divisions coincide, high where friends in one thing are rivals in another.
    ``one``, ``other (..., N)`` are labels; 0 with a single state.

    >>> crosscutting([0, 0, 1, 1], [0, 1, 0, 1]).round(3).item()
    0.667
    """
    first, second = np.asarray(one), np.asarray(other)
    i, j = np.triu_indices(first.shape[-1], 1)
    differ = (first[..., i] == first[..., j]) != (second[..., i] == second[..., j])
    return np.asarray(differ.sum(axis=-1) / max(1, len(i)), np.float64)


def s_score(
    portfolios: npt.ArrayLike,
    weights: npt.ArrayLike | None = None,
    *,
    spread: float | None = None,
) -> Floats:
    """Return the similarity of alliance portfolios S, ``(..., N, N)`` (Signorino & Ritter 1999).

    S_ij = 1 - 2 sum_k w_k |p_ik - p_jk| / (d_max sum_k w_k). ``portfolios (..., N, K)`` holds the
    tie of each state with each of K others, d_max is ``spread``, by default the range of the values
    given; ``weights (..., K)`` default to one. 1 for equal and -1 for opposite portfolios; all 1 if
    every tie is the same.
    """
    p = np.asarray(portfolios, np.float64)
    w = np.ones(p.shape[-1]) if weights is None else np.asarray(weights, np.float64)
    most = float(np.ptp(p)) if spread is None else spread
    weighed = w[..., None, None, :]
    distance = (np.abs(p[..., :, None, :] - p[..., None, :, :]) * weighed).sum(axis=-1)
    result: Floats = 1.0 - 2.0 * _ratio(distance, most * weighed.sum(axis=-1))
    return result


# --- hedging -------------------------------------------------------------------------------------
@dataclass(frozen=True, eq=False)
class Hedging:
    """The hedging index and its parts, each ``(...)`` in [0, 1].

    Attributes:
        equidistance: E, 1 if the state stands as near to one pole as to the others.
        intensity: I, mean alignment with the poles.
        mixing: X, 1 if the domains lean opposite ways and cancel.
        index: (E I' X)^(1/3) with I' = min(1, I / reference).
    """

    equidistance: Floats
    intensity: Floats
    mixing: Floats
    index: Floats


def hedging(
    ties: npt.ArrayLike,
    pole_capability: npt.ArrayLike,
    *,
    weights: npt.ArrayLike | None = None,
    reference: float = REFERENCE_INTENSITY,
) -> Hedging:
    """Return how far a state keeps ties with rival poles that offset each other.

    With z_mp in [0, 1] the tie of the state to pole p in domain m, w_m the domain weights (equal,
    sum 1) and a_p = sum_m w_m z_mp its alignment with p:

    - equidistance E = -sum_p pi_p ln pi_p / ln K, pi = a / sum a; for K = 2 poles p and q the
      simpler 1 - |a_p - a_q| / (a_p + a_q);
    - intensity I = sum_p a_p / K, which separates hedging from isolation;
    - cross-domain mixing X_pq = 1 - |sum_m w_m (z_mp - z_mq)| / sum_m w_m |z_mp - z_mq|, 1 where no
      domain leans; X is the mean of the pairs of poles weighted by C_p C_q;
    - HI = (E I' X)^(1/3), I' = min(1, I / reference).

    Hedging as contradictory, mutually counteracting policies: Kuik (2008, 2016); intensity and
    domains after Goh (2005) and Koga (2018). Give security domains alone for the narrow sense of
    Lim & Cooper (2015). Without any alignment all parts but X are 0.

    Args:
        ties: z, ``(..., domains, K)`` with K >= 2.
        pole_capability: C, ``(K,)`` or ``(..., K)``.
        weights: of the domains; equal by default.
        reference: the intensity from which engagement counts as full.

    Raises:
        ValueError: fewer than two poles, or a reference that is not positive.
    """
    z = np.asarray(ties, np.float64)
    domains, poles = z.shape[-2:]
    if poles < 2 or reference <= 0:
        raise ValueError("hedging needs two poles or more and a positive reference intensity")
    w = np.ones(domains) if weights is None else np.asarray(weights, np.float64)
    w = w / w.sum()
    a = (w[:, None] * z).sum(axis=-2)
    total = a.sum(axis=-1)
    if poles == 2:
        equidistance = np.where(total > 0, 1.0 - _ratio(np.abs(a[..., 0] - a[..., 1]), total), 0.0)
    else:
        pi = _ratio(a, total[..., None])
        logs = np.log(np.where(pi > 0, pi, 1.0))
        equidistance = -(pi * logs).sum(axis=-1) / np.log(poles)
    intensity = total / poles
    capability = np.broadcast_to(np.asarray(pole_capability, np.float64), a.shape)
    first, second = np.triu_indices(poles, 1)
    lean = w[:, None] * (z[..., first] - z[..., second])
    gross = np.abs(lean).sum(axis=-2)
    mix = np.where(gross > 0, 1.0 - _ratio(np.abs(lean.sum(axis=-2)), gross), 1.0)
    pair_weight = capability[..., first] * capability[..., second]
    pair_weight = np.where(pair_weight.sum(axis=-1, keepdims=True) > 0, pair_weight, 1.0)
    mixing = (mix * pair_weight).sum(axis=-1) / pair_weight.sum(axis=-1)
    full = np.minimum(1.0, intensity / reference)
    index = np.cbrt(np.clip(equidistance, 0.0, 1.0) * full * np.clip(mixing, 0.0, 1.0))
    return Hedging(equidistance, intensity, mixing, index)


def closeness(own: npt.ArrayLike, others: npt.ArrayLike, spread: npt.ArrayLike) -> Floats:
    """Return 1 - |x_i - x_p| / spread, clipped to [0, 1]: nearness of ideal points.

    ``own (...)`` and ``others (..., K)`` give ``(..., K)``. ``spread`` is the width of the scale
    that counts as fully opposed: one number, or an array that broadcasts to ``(..., K)``.
    """
    apart = np.abs(np.asarray(own, np.float64)[..., None] - np.asarray(others, np.float64))
    return np.clip(1.0 - apart / spread, 0.0, 1.0)


# --- dependence and isolation --------------------------------------------------------------------
def isolation(contact: npt.ArrayLike, capability: npt.ArrayLike) -> Floats:
    """Return 1 - sum_j C_j contact_ij / sum_j C_j over j != i, ``(..., N)``.

    1 for a state that nobody of weight talks to. ``contact (..., N, N)`` in [0, 1], ``capability
    (..., N)``. 1 as well if the others have no capability.
    """
    talk, strength = np.asarray(contact, np.float64), np.asarray(capability, np.float64)
    n = talk.shape[-1]
    weight = strength[..., None, :] * (1.0 - np.eye(n))
    return 1.0 - _ratio((weight * talk).sum(axis=-1), weight.sum(axis=-1))


def asymmetry(vulnerability: npt.ArrayLike) -> Floats:
    """Return the asymmetry of dependence D_ij = V_ij - V_ji in [-1, 1] (Keohane & Nye 1977).

    ``vulnerability (..., N, N)``: harm to i if j cuts every channel. Positive where i depends more.
    """
    v = np.asarray(vulnerability, np.float64)
    result: Floats = v - np.swapaxes(v, -1, -2)
    return result


def leverage(vulnerability: npt.ArrayLike) -> Floats:
    """Return the leverage of j over i, max(0, V_ij - V_ji), ``(..., N, N)`` (Hirschman 1945)."""
    return np.maximum(0.0, asymmetry(vulnerability))


def _ratio(top: npt.NDArray[Any], bottom: npt.NDArray[Any]) -> Floats:
    """Divide, with 0 where the divisor is 0."""
    top, bottom = np.broadcast_arrays(top, bottom)
    out = np.zeros(top.shape)
    np.divide(top, bottom, out=out, where=bottom != 0)
    return out


def _pairs(tie: npt.ArrayLike, labels: npt.ArrayLike) -> tuple[Floats, npt.NDArray[np.bool_]]:
    """Ties of the unordered pairs and whether they are in one bloc, each ``(..., pairs)``."""
    weights, array = np.asarray(tie, np.float64), np.asarray(labels)
    i, j = np.triu_indices(array.shape[-1], 1)
    return weights[..., i, j], array[..., i] == array[..., j]
