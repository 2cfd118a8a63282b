"""Verdicts on claims: paired effects with intervals, their size, and sign-robustness over draws.

The rule. For ``higher`` and ``lower``: supported if the 95% interval of the paired difference lies
on the claimed side of zero and the difference is at least the smallest that matters
(:func:`sim.statistics.paired.smallest_effect`, or the claim's own), negligible if it is there and
smaller, contradicted if it lies on the other side, undetermined if it holds zero or if the
difference is next to none (:data:`sim.statistics.paired.NEGLIGIBLE`). For ``unchanged``: supported
if the interval lies within the margin on either side of zero, contradicted if outside it,
undetermined if it reaches across; ``not_higher`` and ``not_lower`` bind one side only. The margin
is the claim's own or :data:`MARGIN` standard deviations of the metric over the runs. A verdict says
so if the direction holds in less than :data:`ROBUST` of the runs, each of which has its own draw of
every uncertain number.

A claim with a ``size`` is told besides whether the interval of the effect lies inside the band,
outside it or across its edge; the verdict stays that of the direction. A claim ``in: most runs`` is
judged by the share of the runs in which the direction holds: supported if the 95% interval of the
share (Wilson 1927) lies above one half, contradicted if below, negligible if the middle run differs
by less than matters. A row of the register with several parts is supported if every part is, and
contradicted if one is (:func:`of_row`).

A claim that is ``open`` is measured and reported, not scored; a ``pending``
one waits for a mechanism.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any, Final

import numpy as np

from sim.measure.summary import percent, plural
from sim.statistics.paired import (
    LEAST_DIFFERENT,
    LEAST_OF_RANGE,
    LEAST_OF_SPREAD,
    NEGLIGIBLE,
    Effect,
    smallest_effect,
)
from sim.statistics.shares import wilson
from sim.study.claim_specs import SIDED, Claim
from sim.study.comparison import plain
from sim.types import Floats
from sim.words.digits import number

MARGIN: Final = 0.2
"""Standard deviations within which a difference counts as unchanged: a small effect in the sense of
Cohen (1988)."""

ROBUST: Final = 0.8
"""The share of the runs in which the direction of a robust finding holds."""

INSIDE, OUTSIDE, ACROSS = "inside", "outside", "across"
"""Where the interval of an effect lies beside the claimed band of its size."""

MIXED: Final = "mixed"
"""The verdict on a row whose parts came to different ones, none of them contradicted."""

VERDICTS: Final = ("supported", "negligible", "contradicted", "undetermined", "open", "pending")

RULE: Final = (
    "Paired differences with 95% intervals. Supported: the interval lies on the claimed side of "
    f"zero and the difference matters: at least {LEAST_OF_SPREAD} standard deviations or "
    f"{LEAST_OF_RANGE:.0%} of the metric's range, the larger, or the claim's own smallest one "
    f"(unchanged: within {MARGIN} standard deviations of zero, or the claim's margin). Negligible: "
    "on that side, but smaller. Contradicted: on the other side (outside). Undetermined: else, or "
    f"where the difference is under {NEGLIGIBLE} standard deviations. sd: the difference in "
    "standard deviations of the metric over the runs. Draws: share of the runs, each with its own "
    "draw of every number, in which the direction holds. In most runs: the interval of that share "
    "lies above one half. Of a row: supported if every part is, contradicted if one is, else mixed."
)


@dataclass(frozen=True, slots=True)
class Verdict:
    """A claim and what came of it.

    Attributes:
        claim: the claim.
        verdict: one of :data:`VERDICTS`.
        reason: why, in plain words.
        effect: the paired effect; None while pending.
        holds: share of the runs in which the direction holds.
        margin: what counted as unchanged, in units of the metric; None for higher and lower.
        smallest: the smallest difference that matters, in units of the metric; None for others.
        holds_low, holds_high: 95% interval of ``holds``.
        size: where the effect lies beside the claimed band; None without one.
    """

    claim: Claim
    verdict: str
    reason: str
    effect: Effect | None = None
    holds: float | None = None
    margin: float | None = None
    smallest: float | None = None
    holds_low: float | None = None
    holds_high: float | None = None
    size: str | None = None

    def to_dict(self) -> dict[str, Any]:
        """Return the verdict in the types of JSON."""
        return plain(asdict(self))


def judge(claim: Claim, effect: Effect, difference: Floats, span: float | None = None) -> Verdict:
    """Return the verdict on a claim from its paired effect and its differences by run.

    ``span`` is the range of the metric, if it has one.
    """
    sided = claim.direction in SIDED
    margin = None if sided else (claim.margin or MARGIN * effect.spread)
    holds = _holds(claim.direction, difference, effect, margin or 0.0)
    bounds = None if holds is None else wilson(round(holds * effect.runs), effect.runs)
    smallest = size = None
    if effect.runs == 0:
        verdict, reason = "undetermined", "the metric is not defined in any run"
    elif sided:
        smallest = claim.smallest or smallest_effect(effect.spread, span)
        if claim.most and bounds is not None:
            middle = float(np.nanmedian(difference))
            verdict, reason = _in_most(claim.direction, bounds, abs(middle), smallest)
        else:
            verdict, reason = _sided(claim.direction, effect, smallest)
        size = _size(claim, effect)
        if size is not None:
            reason += f"; its size lies {_SAID[size]} {_band(claim)}"
    elif claim.most and bounds is not None:
        verdict, reason = _in_most(claim.direction, bounds)
    else:
        verdict, reason = _bounded(claim.direction, effect, margin or 0.0)
    robust = not claim.most  # which says itself in how many runs
    if robust and verdict in ("supported", "negligible") and holds is not None and holds < ROBUST:
        reason += f"; not robust: so in {percent(holds)} of the runs"
    if claim.open is not None:
        reason = f"{claim.open}; would be {verdict}: {reason}"
        verdict = "open"
    low, high = bounds or (None, None)
    return Verdict(claim, verdict, reason, effect, holds, margin, smallest, low, high, size)


def of_row(parts: Iterable[str]) -> str:
    """Return the verdict on a row of the register, given those on its parts.

    One that all share, contradicted if one part is, else :data:`MIXED`. Open parts are not scored.
    """
    found = list(parts)
    scored = {verdict for verdict in found if verdict != "open"} or set(found)
    if len(scored) == 1:
        return scored.pop()
    return "contradicted" if "contradicted" in scored else MIXED


_SAID: Final = {INSIDE: "inside", OUTSIDE: "outside", ACROSS: "across an edge of"}


def _band(claim: Claim) -> str:
    return f"{claim.size_low:g} to {claim.size_high:g}"


def _size(claim: Claim, effect: Effect) -> str | None:
    if claim.size_low is None or claim.size_high is None:
        return None
    turned = effect if claim.direction == "higher" else effect.turned()
    if claim.size_low <= turned.low and turned.high <= claim.size_high:
        return INSIDE
    apart = turned.high < claim.size_low or turned.low > claim.size_high
    return OUTSIDE if apart else ACROSS


def _in_most(
    direction: str, bounds: tuple[float, float], middle: float = 0.0, smallest: float = 0.0
) -> tuple[str, str]:
    """Whether the direction holds in most runs, and by how much in the middle one."""
    low, high = bounds
    claimed = direction.replace("_", " ")
    between = f"{percent(low)} to {percent(high)}"
    if high < 0.5:
        return "contradicted", f"{claimed} in {between} of the runs, not in most"
    if low <= 0.5:
        return "undetermined", f"{claimed} in {between} of the runs"
    if middle < smallest:
        least = f"the middle one by less than {number(smallest)}, which matters"
        return "negligible", f"{claimed} in {between} of the runs, {least}"
    return "supported", f"{claimed} in {between} of the runs"


def _holds(direction: str, difference: Floats, effect: Effect, margin: float) -> float | None:
    known = difference[~np.isnan(difference)]
    if not known.size:
        return None
    match direction:
        case "higher":
            return effect.higher
        case "lower":
            return effect.lower
        case "not_higher":
            held = known <= margin
        case "not_lower":
            held = known >= -margin
        case _:
            held = np.abs(known) <= margin
    return float(held.mean())


def _sided(direction: str, effect: Effect, smallest: float) -> tuple[str, str]:
    differing = round((effect.higher + effect.lower) * effect.runs)
    if differing == 0:
        return "undetermined", "no run differs"
    if differing < LEAST_DIFFERENT:
        return "undetermined", f"only {plural(differing, 'run')} of {effect.runs} differ"
    if effect.low <= 0 <= effect.high:
        return "undetermined", "the interval holds zero"
    side = "higher" if effect.low > 0 else "lower"
    if effect.negligible:
        size = f"under {NEGLIGIBLE} standard deviations of the runs"
        return "undetermined", f"{side}, but negligibly so: {size}"
    if side == direction and abs(effect.difference) < smallest:
        return "negligible", f"{side}, as claimed, by less than {number(smallest)}, which matters"
    if side == direction:
        return "supported", f"{side}, as claimed"
    return "contradicted", f"{side}, not {direction}"


def _bounded(direction: str, effect: Effect, margin: float) -> tuple[str, str]:
    """Two one-sided questions: is the interval below the upper margin, above the lower one?"""
    low, high = effect.low, effect.high
    bound_above = direction in ("unchanged", "not_higher")
    bound_below = direction in ("unchanged", "not_lower")
    if (bound_above and low > margin) or (bound_below and high < -margin):
        side = "higher" if low > margin else "lower"
        return "contradicted", f"{side} by more than the margin of {number(margin)}"
    if (high <= margin or not bound_above) and (low >= -margin or not bound_below):
        return "supported", f"within the margin of {number(margin)}"
    return "undetermined", f"the interval reaches across the margin of {number(margin)}"
