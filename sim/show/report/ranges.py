"""Which ranges the outcomes hang on, read off the runs that there are.

Every run drew every uncertain number anew, and the draws follow from seed, run and name of the
number. Spearman's rank correlation of each with an outcome costs nothing beyond that. It sees
monotone effects of single numbers; with thousands of numbers and hundreds of runs, only strong ones
stand out from chance.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from sim.drivers.starts import draw
from sim.scenario.world import World
from sim.show.report.content import Influence, Sensitivity
from sim.show.report.decisions import leading_state
from sim.types import Floats
from sim.words.of_decisions import possessive, state_words

if TYPE_CHECKING:
    from sim.record.results import Results
    from sim.scenario import ScenarioSpec


LEAST_RUNS: Final = 30
SHUFFLES: Final = 400
SHOWN: Final = 8
"""Numbers shown of each outcome."""
_CHANCE: Final = 0.95
POLES: Final = "the effective number of poles"


def outcomes_of(results: Results) -> dict[str, Floats]:
    """Return the outcomes that are looked at, ``(R,)``: the leading state's ties, and poles."""
    record = results.record
    code = leading_state(record)
    name = state_words(code, results.meta.state_names)
    found = {}
    for pole, series in record.by_pole("alignment", code).items():
        other = state_words(pole, results.meta.state_names)
        found[f"{possessive(name)} alignment with {other}"] = series[:, -1]
    found[POLES] = results.effective_poles[:, -1]
    return {words: values for words, values in found.items() if np.ptp(values) > 0}


def find_influence(results: Results, spec: ScenarioSpec) -> Sensitivity | None:
    """Return the numbers whose draws go with the outcomes; None without draws or with few runs.

    The bar is what the largest correlation over all numbers and outcomes exceeds in 5% of cases
    where nothing hangs together, found by shuffling the outcomes over the runs.
    """
    runs = results.record.runs
    outcomes = outcomes_of(results)
    if not spec.ensemble.draws or runs < LEAST_RUNS or not outcomes:
        return None
    world = World(spec)
    drawn = np.stack([draw(world, results.meta.seed, run) for run in range(runs)])
    varied = np.flatnonzero(np.ptp(drawn, axis=0) > 0)
    if not varied.size:
        return None
    inputs = _ranks(drawn[:, varied])
    keys = [world.uncertain[at].key for at in varied]
    rng = np.random.default_rng(0)
    found: list[Influence] = []
    largest = []
    ranked = _ranks(np.stack(list(outcomes.values()), axis=1)).T
    shuffled = (rng.permutation(ranked, axis=1) for _ in range(SHUFFLES))
    bar = float(np.quantile([np.abs(it @ inputs).max() for it in shuffled], _CHANCE))
    for words, rho in zip(outcomes, ranked @ inputs, strict=True):
        best = np.argsort(-np.abs(rho), kind="stable")
        clear = [at for at in best[:SHOWN] if abs(rho[at]) > bar]
        found += [Influence(words, keys[at], float(rho[at])) for at in clear]
        largest.append(float(np.abs(rho).max()))
    return Sensitivity(
        found=tuple(found),
        outcomes=tuple(outcomes),
        bar=bar,
        largest=tuple(largest),
        numbers=len(varied),
        runs=runs,
    )


def _ranks(values: Floats) -> Floats:
    """Ranks down each column, centred and of unit length: a product of two is a correlation."""
    from scipy.stats import rankdata

    ranks = rankdata(values, axis=0)
    ranks -= ranks.mean(axis=0)
    length = np.sqrt((ranks**2).sum(axis=0))
    scaled: Floats = ranks / np.where(length > 0, length, 1.0)
    return scaled
