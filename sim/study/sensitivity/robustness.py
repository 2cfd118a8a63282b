"""Does a finding survive what is not known? The sign of a paired difference over many draws.

Each draw takes every number of the scenario anew, by itself, and is run with the same lucks in both
arms; the difference of the draw is the mean over its lucks. The share of the draws in which it has
the stated direction is an estimate of a probability, with the interval of Wilson (1927).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

import numpy as np

from sim.measure.summary import percent
from sim.statistics.paired import combined
from sim.statistics.shares import wilson
from sim.study.claim_specs import Claim
from sim.study.comparison import plain
from sim.study.verdicts import Verdict, judge
from sim.types import Floats

ROBUST: Final = 0.9
"""A supported finding survives if at least this share of the draws has its direction."""


@dataclass(frozen=True, slots=True)
class Robustness:
    """What became of a finding over the draws.

    Attributes:
        verdict: of the rule for claims, from the means of the draws.
        draws, lucks: how many draws, with how many lucks each.
        share, low, high: of the draws that have the stated direction, with 95% interval.
        outcome: ``survives``, ``leans``, ``open`` or ``reverses``.
        text: the outcome in a sentence.
    """

    verdict: Verdict
    draws: int
    lucks: int
    share: float
    low: float
    high: float
    outcome: str
    text: str

    def to_dict(self) -> dict[str, Any]:
        """Return it in the types of JSON."""
        return plain(asdict(self))


def robustness(claim: Claim, arms: Sequence[Floats], *, seed: int) -> Robustness:
    """Return whether a finding survives.

    Args:
        claim: direction, arms and margin; its arms and those that are taken off, in their order,
            are what ``arms`` has.
        arms: the metric in each arm, draws by lucks, ``(P, M)``.
        seed: of the resampling.
    """
    means = [np.asarray(values.mean(axis=1)) for values in arms]
    effect, difference = combined(means, seed=seed)
    verdict = judge(claim, effect, difference)
    draws, lucks = arms[0].shape
    holds = verdict.holds or 0.0
    low, high = wilson(round(holds * effect.runs), effect.runs)
    outcome = _outcome(verdict, holds, low)
    said = f"{percent(holds)} of {effect.runs} draws have the direction"
    text = {
        "survives": f"survives: {said}",
        "leans": f"leans that way, not robust: {said}",
        "open": f"open ({verdict.reason}): {said}",
        "reverses": f"does not survive ({verdict.reason}): {said}",
    }[outcome]
    return Robustness(verdict, draws, lucks, holds, low, high, outcome, text)


def _outcome(verdict: Verdict, holds: float, low: float) -> str:
    found = verdict.verdict
    if verdict.claim.open is not None:  # contested: judged all the same
        found = verdict.reason.partition("would be ")[2].partition(":")[0]
    if found == "contradicted":
        return "reverses"
    if found not in ("supported", "negligible"):
        return "open"
    if holds >= ROBUST:
        return "survives"
    return "leans" if low > 0.5 else "open"
