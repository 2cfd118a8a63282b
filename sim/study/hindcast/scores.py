"""How good probabilities are: ranking, precision, error, calibration, with intervals by event.

Outcomes of one treaty come together, so intervals are of bootstraps of whole events. Rows without
an event (pairs that never had a tie) are many and are not redrawn.
"""

from __future__ import annotations

from typing import Any, Final, Literal

import numpy as np

from sim.statistics.logistic import CLIP, fit_logistic, logit
from sim.types import Floats, Ints

DRAWS: Final = 200
LEVEL: Final = 0.9
"""Of the intervals."""
NO_EVENT: Final = -1
EDGES: Final = (0.0, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 0.7, 0.9, 0.97, 0.99, 1.0)
"""Of the bins of a reliability curve: fine where alliances are rare, and where they nearly stay."""
_STEP: Final = 0.01  # of log odds
_WITH_INTERVAL: Final = ("auc", "ap", "brier", "log_score")


def event_weights(event: Ints) -> Floats:
    """Return weights by which all rows of an event share one; 1 for rows without an event."""
    weight = np.ones(len(event))
    some = event != NO_EVENT
    _, at, count = np.unique(event[some], return_inverse=True, return_counts=True)
    weight[some] = 1.0 / count[at]
    return weight


def score(
    y: Floats, p: Floats, weight: Floats, event: Ints, *, draws: int = DRAWS, seed: int = 1
) -> dict[str, float | int | None]:
    """Return the scores of probabilities ``p (M,)`` of outcomes ``y (M,)``, 0 or 1.

    ``n``, ``positives`` and ``events`` (among the positives) count rows whatever their weight;
    ``expected`` and ``actual`` are the weighted sums of p and y. ``auc`` is the area under the ROC
    curve, ``ap`` average precision, ``brier`` the mean squared error, ``log_score`` the mean of
    -log of the probability of what happened, clipped at 1e-6. ``slope`` is the slope of the outcome
    on the log odds (1 where spread is right), ``intercept`` the log odds that are missing on the
    average (0 where the level is right). ``*_low`` and ``*_high`` bound 90% of the bootstraps of
    events. None stands where there is no number: without both outcomes, or where a fit does not
    settle.
    """
    rows = np.array([weight.sum(), (weight * p).sum(), (weight * y).sum()])
    found: dict[str, float | int | None] = {
        "n": len(y),
        "positives": int(y.sum()),
        "events": len(np.unique(event[(y == 1) & (event != NO_EVENT)])),
        "expected": _plain(rows[1]),
        "actual": _plain(rows[2]),
    }
    sampled = _sampled(y, p, weight, event, draws, seed)
    for name in _WITH_INTERVAL:
        values = sampled[name]
        found[name] = _plain(values[0]) if len(values) else None
        drawn = values[1:][np.isfinite(values[1:])]
        tails = np.quantile(drawn, [(1 - LEVEL) / 2, (1 + LEVEL) / 2]) if len(drawn) else [None] * 2
        found[f"{name}_low"], found[f"{name}_high"] = (_plain(x) for x in tails)
    found["slope"], found["intercept"] = calibration(y, p, weight)
    return found


def calibration(y: Floats, p: Floats, weight: Floats) -> tuple[float | None, float | None]:
    """Return the slope and the intercept of :func:`score`."""
    if not len(y) or y.min() == y.max():
        return None, None
    # rows of nearly the same odds are one with their mean outcome: a fit of some hundred rows
    step, at = np.unique(np.round(logit(p) / _STEP).astype(np.int64), return_inverse=True)
    odds: Floats = step.astype(np.float64) * np.float64(_STEP)
    total = np.bincount(at, weight)
    mean, one = np.bincount(at, weight * y) / total, np.ones((len(step), 1))
    level = fit_logistic(one, mean, total, odds)
    both = None
    if len(step) > 1:
        both = fit_logistic(np.column_stack([one, odds]), mean, total, np.zeros(len(step)))
    return (None if both is None else _plain(both[1]), None if level is None else _plain(level[0]))


def reliability(y: Floats, p: Floats, weight: Floats) -> list[dict[str, Any]]:
    """Return mean prediction and frequency in bins of :data:`EDGES`; empty bins are left out."""
    at = np.clip(np.digitize(p, EDGES) - 1, 0, len(EDGES) - 2)
    rows = []
    for bin_ in np.unique(at):
        inside = at == bin_
        total = weight[inside].sum()
        rows.append(
            {
                "low": EDGES[bin_],
                "high": EDGES[bin_ + 1],
                "n": int(inside.sum()),
                "predicted": float((weight * p)[inside].sum() / total),
                "actual": float((weight * y)[inside].sum() / total),
            }
        )
    return rows


def _plain(value: float | None) -> float | None:
    return float(value) if value is not None and np.isfinite(value) else None


def _sampled(
    y: Floats, p: Floats, weight: Floats, event: Ints, draws: int, seed: int
) -> dict[str, Floats]:
    """The scores of the rows themselves, then of each bootstrap: ``(1 + draws,)`` a name.

    The rows that are redrawn are few, those that are not enter as sums: of their errors, and of
    their weight above and below each of the others.
    """
    moves = (event != NO_EVENT) | (y == 1)
    base = weight[moves]
    drawn = base * _counts(event[moves], draws, seed)  # (1 + draws, K)
    fixed = weight[~moves]
    with np.errstate(divide="ignore", invalid="ignore"):
        total = drawn.sum(axis=1) + fixed.sum()
        found = {}
        error = np.column_stack([(y - p) ** 2, _surprise(y, p)])
        means = (drawn @ error[moves] + fixed @ error[~moves]) / total[:, None]
        found["brier"], found["log_score"] = means.T
        found["auc"], found["ap"] = _ranked(y[moves], p[moves], drawn, p[~moves], fixed)
    return found


def _surprise(y: Floats, p: Floats) -> Floats:
    surprise: Floats = -np.log(np.maximum(np.where(y == 1, p, 1.0 - p), CLIP))
    return surprise


def _counts(event: Ints, draws: int, seed: int) -> Floats:
    """How often each row stands in each sample: once in the first, then as its event is drawn."""
    own = np.where(event == NO_EVENT, -2 - np.arange(len(event)), event)  # each an event by itself
    _, at = np.unique(own, return_inverse=True)
    clusters = int(at.max(initial=-1)) + 1
    once = np.ones((1, len(event)))
    if clusters < 2:  # every sample would be the same
        return once
    rng = np.random.default_rng([seed, clusters])
    often = rng.multinomial(clusters, np.full(clusters, 1.0 / clusters), size=draws)
    return np.vstack([once, often[:, at].astype(np.float64)])


def _ranked(
    y: Floats, p: Floats, drawn: Floats, p_fixed: Floats, fixed: Floats
) -> tuple[Floats, Floats]:
    """Area under the ROC curve and average precision of each sample, ``(1 + draws,)``.

    ``p_fixed`` and ``fixed`` are of the negatives that are not redrawn. Equal probabilities count
    half in the area, and are one step of precision.
    """
    order = np.argsort(-p, kind="stable")
    y, p, drawn = y[order], p[order], drawn[:, order]
    by_p = np.argsort(-p_fixed, kind="stable")
    p_fixed, summed = p_fixed[by_p], np.r_[0.0, np.cumsum(fixed[by_p])]
    hit = y == 1
    hits, at = drawn[:, hit], p[hit]
    all_negative = drawn[:, ~hit].sum(axis=1) + summed[-1]
    # weight of the negatives before each hit, and of those up to its equals
    before, upto = (
        _summed(drawn[:, ~hit])[:, np.searchsorted(-p[~hit], -at, side=side)]
        + summed[np.searchsorted(-p_fixed, -at, side=side)]
        for side in _SIDES
    )
    positive = _summed(hits)
    beaten = all_negative[:, None] - 0.5 * (before + upto)
    area = (hits * beaten).sum(axis=1) / (positive[:, -1] * all_negative)
    right = positive[:, np.searchsorted(-at, -at, side="right")]
    average = (hits * right / np.maximum(right + upto, 1e-300)).sum(axis=1) / positive[:, -1]
    average[~np.isfinite(area)] = np.nan
    return area, average


_SIDES: Final[tuple[Literal["left"], Literal["right"]]] = ("left", "right")


def _summed(weight: Floats) -> Floats:
    """Running sums along the rows, from 0."""
    return np.hstack([np.zeros((len(weight), 1)), np.cumsum(weight, axis=1)])
