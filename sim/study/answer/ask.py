"""Ask a scenario its question: paired arms, then the same arms when states choose at random."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from pathlib import Path
from typing import Final

import numpy as np

from sim.scenario import BASE_ARM, ScenarioSpec, format_quarter
from sim.statistics.paired import LEVEL, Effect, effects, intervals
from sim.study.answer.question import Asked, Question
from sim.study.answer.result import OPEN, PUT_IN, RANDOM, SAME, SMALL, TOLD, Answer, Row
from sim.study.arm_store import Arm, Measure, series_of, values_of
from sim.study.arms import simulate_arms
from sim.study.null.models import RANDOM as RANDOM_CHOICE
from sim.study.null.models import apply_null
from sim.study.null.rates import COUNTS, ROUNDS, Counts, count, matched, shifted
from sim.system.progress import Parts, Progress
from sim.types import Floats

type Watch = Callable[[str], AbstractContextManager[Progress | None]]
"""Called with what is being run; gives what is told how far it is."""

MOST_RUNS: Final = 2_000
"""More paired runs than this make no answer any surer that is worth its time and memory."""
_RANDOM_RUNS: Final = 100
_RATE_RUNS: Final = 40
_OTHERS: Final = 2
_ROWS: Final = 5


def ask(
    specs: Mapping[str, ScenarioSpec],
    question: Question,
    *,
    runs: int,
    seed: int,
    jobs: int | None = None,
    kept: Mapping[str, Arm] | None = None,
    others: Callable[[], Sequence[Measure]] | None = None,
    random: bool = True,
    watch: Watch | None = None,
) -> Answer:
    """Return what the question's intervention changes.

    Args:
        specs: the arms by name, the base and the two of the question.
        question: what answers.
        runs, seed, jobs: of each arm; runs of equal number share their draws and their luck.
        kept: arms that have been simulated with as many runs and this seed, of which
            :func:`needed` was measured.
        others: what else is measured of arms that are simulated, see :func:`simulate_arms`.
        random: whether the arms are run under random choice, too: without that nothing tells what
            states decide from what would come anyway, and all effects count as told.
        watch: told what is being run.

    Raises:
        UserError: there is no room for so many runs.
        KeyboardInterrupt: Ctrl-C.
    """
    watch = watch or (lambda _what: nullcontext())
    runs = min(runs, MOST_RUNS)
    metrics = [*question.asked, *question.thirds]
    measures = needed(question)

    def simulate(
        chosen: Mapping[str, ScenarioSpec],
        number: int,
        progress: Progress | None,
        others: Callable[[], Sequence[Measure]] | None = None,
    ) -> list[Arm]:
        found = simulate_arms(
            chosen,
            dict.fromkeys(chosen, measures),
            runs=number,
            seed=seed,
            jobs=jobs,
            progress=progress,
            others=others,
        )
        return list(found)

    arms = {}
    for name in question.arms:
        if kept and name in kept and kept[name].runs == runs:
            arms[name] = kept[name]
        else:
            with watch(f"Running the arm {name}") as progress:
                (arms[name],) = simulate({name: specs[name]}, runs, progress, others)
    full = [arms[name] for name in question.arms]
    null: list[Arm] = []
    if random:
        with watch("Running both arms under random choice") as progress:
            few = min(runs, _RANDOM_RUNS)
            null = _random(specs, question, full, few, seed, simulate, progress)
    base = specs[BASE_ARM]
    return Answer(
        scenario=Path(base.path).stem,
        title=base.title,
        spec_hash=base.hash(),
        question=question.text,
        subject=question.subject,
        arms=question.arms,
        titles=question.titles,
        runs=runs,
        seed=seed,
        random_runs=null[0].runs if null else 0,
        start=format_quarter(base.start),
        end=format_quarter(base.start + base.quarters),
        begins=format_quarter(base.start + question.since),
        rows=tuple(_chosen(question, _rows(question, metrics, full, null, seed))),
        examined=len(question.thirds),
        derived=question.derived,
    )


def needed(question: Question) -> list[Measure]:
    """Return what the answer needs of an arm."""
    metrics = [asked.bound for asked in (*question.asked, *question.thirds)]
    return [*map(values_of, metrics), *map(series_of, metrics), COUNTS]


def _through(arm: Arm, metrics: Sequence[Asked]) -> Floats:
    """Mean, 5% and 95% of each metric by quarter, ``(metrics, 3, T+1)``."""
    with np.errstate(invalid="ignore"):
        return np.stack([_band(arm[series_of(asked.bound)]) for asked in metrics])


def _band(series: Floats) -> Floats:
    """Mean, 5% and 95% of a series over the runs, ``(3, T+1)``."""
    return np.stack((np.nanmean(series, axis=0), *np.nanquantile(series, (0.05, 0.95), axis=0)))


def _random(
    specs: Mapping[str, ScenarioSpec],
    question: Question,
    full: Sequence[Arm],
    runs: int,
    seed: int,
    simulate: Callable[[Mapping[str, ScenarioSpec], int, Progress | None], list[Arm]],
    progress: Progress | None,
) -> list[Arm]:
    """The two arms under random choice, with as many moves of each kind as in the first."""
    chance = {name: apply_null(specs[name], RANDOM_CHOICE, seed=seed) for name in question.arms}
    first = question.arms[0]
    few = min(runs, _RATE_RUNS)
    parts = Parts(progress, ROUNDS * few + 2 * runs)

    def counted(spec: ScenarioSpec) -> Counts:
        (found,) = simulate({first: spec}, few, parts.within)
        parts.done += few
        return count(found)

    shift = matched(chance[first], _scaled(count(full[0]), few), counted)
    chosen = {name: shifted(spec, shift) for name, spec in chance.items()}
    return simulate(chosen, runs, parts.within)


def _scaled(counts: Counts, runs: int) -> Counts:
    """Counts of as many runs, in proportion."""
    part = runs / counts.runs
    return replace(
        counts,
        runs=runs,
        moves={name: round(part * n) for name, n in counts.moves.items()},
        offers=round(part * counts.offers),
        accepted=round(part * counts.accepted),
        deeper=part * counts.deeper,
    )


def _rows(
    question: Question,
    metrics: Sequence[Asked],
    full: Sequence[Arm],
    null: Sequence[Arm],
    seed: int,
) -> list[Row]:
    bound = [asked.bound for asked in metrics]
    treatment, reference = (arm.values(bound) for arm in full)
    through = [_through(arm, metrics) for arm in full]
    measured = effects(treatment, reference, seed=seed)
    many = len(question.thirds)
    if many:  # the largest of many: each interval as sure as all together (Bonferroni)
        first = len(question.asked)
        level = 1.0 - (1.0 - LEVEL) / many
        low, high = intervals((treatment - reference)[first:], seed=seed, level=level)
        measured[first:] = [
            replace(effect, low=float(a), high=float(b))
            for effect, a, b in zip(measured[first:], low, high, strict=True)
        ]
    change = through[0][:, 0] - through[1][:, 0]
    random = np.full((len(metrics), 5), np.nan)
    if null:
        by_run = null[0].values(bound) - null[1].values(bound)
        gap = (treatment - reference)[:, : by_run.shape[1]] - by_run
        with np.errstate(invalid="ignore"):
            mean = np.nanmean(by_run, axis=1)
        random = np.stack((mean, *intervals(by_run, seed=seed), *intervals(gap, seed=seed)), axis=1)
    rows = []
    for at, asked in enumerate(metrics):
        effect = measured[at]
        there, lowest, highest, *apart = (float(x) for x in random[at])
        smallest = asked.least(effect.spread)
        third = at >= len(question.asked)
        rows.append(
            Row(
                metric=asked.bound.metric.text,
                name=asked.name,
                said=asked.higher if effect.difference > 0 else asked.lower,
                effect=effect,
                smallest=smallest,
                why=asked.why,
                status=_status(asked, effect, smallest, there, apart),
                at_once=_at_once(change[at], question.since),
                random=there,
                random_low=lowest,
                random_high=highest,
                many=many if third else 1,
                paths=tuple(tuple(tuple(line.tolist()) for line in arm[at]) for arm in through),
            )
        )
    return rows


def _status(
    asked: Asked, effect: Effect, smallest: float, random: float, apart: Sequence[float]
) -> str:
    """Judge an effect; ``apart`` is the interval of what it is beyond that of random choice."""
    if asked.put_in:
        return PUT_IN
    if not effect.runs:
        return OPEN
    if -smallest < effect.low and effect.high < smallest:
        return SAME
    if not effect.clear:
        return OPEN
    if abs(effect.difference) < smallest:
        return SMALL
    if np.isnan(random):
        return TOLD
    # of an effect that random choice has as well, only what goes beyond it is a finding
    beyond = apart[0] > 0 if effect.difference > 0 else apart[1] < 0
    return TOLD if beyond and abs(effect.difference - random) >= smallest else RANDOM


def _at_once(change: Floats, since: int) -> float:
    """The effect in the first quarter in which what is put in can show."""
    if np.ptp(change) == 0:
        return np.nan
    for tick in range(since, min(since + 2, len(change))):
        if change[tick] != 0:
            return float(change[tick])
    return 0.0


def _chosen(question: Question, rows: Sequence[Row]) -> list[Row]:
    """What was named, then of the others those that move most."""
    first = len(question.asked)
    others = sorted(rows[first:], key=lambda row: -abs(row.effect.standardised or 0.0))
    told = [row for row in others if row.status in (TOLD, RANDOM)]
    return [*rows[:first], *(told or others)[: max(_OTHERS, _ROWS - first)]]
