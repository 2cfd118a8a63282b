"""Sensitivity of findings: screening, shares of variance, luck, and whether they survive.

Four steps, all with the same lucks. 1: Morris' screening of every factor, so that no number is left
out. 2: Sobol' indices of the factors that matter most to any of the findings; all other numbers are
in a few more blocks, whose own indices say what the screening let through. 3: draws of every
number, each by itself, to part luck from what is not known. 4: from the same draws, how often each
finding has its direction. Values are means over the lucks, except in step 3.
"""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np

from sim.drivers.ensemble import run_cases
from sim.drivers.starts import drawn
from sim.errors import UserError
from sim.measure.summary import plural
from sim.record.results import RunMeta
from sim.scenario import BASE_ARM, Number, ScenarioSpec, find_scenario, load_arms
from sim.scenario.world import World
from sim.study.laboratory.engine import Laboratory
from sim.study.laboratory.parts import EVALUATED
from sim.study.laboratory.parts import Parts as Kept
from sim.study.laboratory.pool import LOCAL
from sim.study.sensitivity.designs import (
    Indices,
    needs_salib,
    screen,
    screening_design,
    variance_design,
    variance_shares,
)
from sim.study.sensitivity.evaluate import Arm, Values, values_at
from sim.study.sensitivity.factors import (
    ALL,
    Factor,
    choose_factors,
    rest_of,
)
from sim.study.sensitivity.findings import Finding, claimed, make_finding
from sim.study.sensitivity.luck import Parts, separate
from sim.study.sensitivity.result import Ranked, SensitivityReport
from sim.study.sensitivity.robustness import Robustness, robustness
from sim.system.progress import Progress
from sim.types import Floats

if TYPE_CHECKING:
    import pandas as pd

type Say = Callable[[str], None]

TRAJECTORIES: Final = 6
BASE: Final = 128
LUCKS: Final = 2
DRAWS: Final = 150
DRAW_LUCKS: Final = 6
KEPT: Final = 2
"""Factors of each finding that go on from the screening to the shares of variance."""
MOST: Final = 10
"""Factors that go on at most, over all findings."""
_OTHERS: Final = 4
"""Blocks that hold the rest of the numbers."""


@dataclass(frozen=True, slots=True)
class Effort:
    """How much is run.

    Attributes:
        trajectories: of Morris' design.
        base: of Sobol's design, a power of two.
        lucks: runs at each point of the two designs, averaged.
        draws: of all numbers, for luck and robustness.
        draw_lucks: runs at each draw.
        kept: factors of each finding that go on to Sobol's design.
    """

    trajectories: int = TRAJECTORIES
    base: int = BASE
    lucks: int = LUCKS
    draws: int = DRAWS
    draw_lucks: int = DRAW_LUCKS
    kept: int = KEPT

    def __post_init__(self) -> None:
        if self.lucks < 1 or self.draws < 10 or self.draw_lucks < 2 or self.kept < 1:
            raise UserError(
                "expected at least 1 luck a point, 10 draws with 2 lucks each, 1 factor kept"
            )


def sensitivity(
    scenario: Path | str,
    *,
    claims: Sequence[str] = (),
    findings: Sequence[Mapping[str, object]] = (),
    over: Sequence[str] = (ALL,),
    effort: Effort | None = None,
    set: Sequence[str] = (),  # noqa: A002  (the word of the command line)
    seed: int | None = None,
    quarters: int | None = None,
    executor: str = LOCAL,
    folder: Path | None = EVALUATED,
    progress: Callable[[str], Progress | None] | None = None,
    say: Say | None = None,
    command: str = "",
) -> SensitivityReport:
    """Return what findings depend on, and whether they survive what is not known.

    Args:
        scenario: a path, or the name of a shipped scenario.
        claims: ids of claims of the scenario.
        findings: more of them, as the arguments of :func:`make_finding` by name: ``metric``, and
            ``arms``, ``direction``, ``horizon``, ``name``, ``text``.
        over: what is moved, see :func:`sim.study.sensitivity.factors.choose_factors`.
        effort: how much is run.
        set, seed, quarters: override the scenario's own, in all arms.
        executor: ``local:N`` threads, ``tcp://host:port`` or the file of a Dask scheduler; results
            do not depend on it.
        folder: where finished points are kept, so that a stopped analysis goes on; None for none.
        progress: given the name of a step, returns what is called with (finished, all) runs.
        say: told what will be done and how long it takes, before it starts.
        command: kept with the results.

    Raises:
        ScenarioError: the scenario is not valid.
        StoppedEarly: Ctrl-C.
        Lost: workers were lost; the same call goes on.
        UserError: a claim, metric, arm or factor is not valid, or SALib is missing.
    """
    needs_salib()
    started = dt.datetime.now(dt.UTC)
    effort = effort or Effort()
    path = find_scenario(str(scenario))
    base = load_arms(path, arms=(BASE_ARM,), overrides=tuple(set), quarters=quarters)[BASE_ARM]
    asked = claimed(base, path, claims)
    asked += [make_finding(base, **found) for found in findings]  # type: ignore[arg-type]
    if not asked:
        raise UserError("nothing to analyse: give a metric, or the id of a claim")
    names = dict.fromkeys(arm for finding in asked for arm in finding.arms)
    specs = load_arms(path, arms=tuple(names), overrides=tuple(set), quarters=quarters)
    used = base.ensemble.seed if seed is None else seed
    with Laboratory(executor, Kept(folder)) as laboratory:
        study = _Study(asked, specs, over, effort, used, laboratory, progress)
        if say is not None:
            say(study.estimate())
        ranked = study.all_steps()
    finished = dt.datetime.now(dt.UTC)
    return SensitivityReport(
        meta=RunMeta.of(base, seed=used, command=command, started=started, finished=finished),
        findings=tuple(ranked),
        factors=tuple(study.factors),
        over=tuple(over),
        trajectories=effort.trajectories if study.screens else 0,
        base=effort.base,
        lucks=effort.lucks,
        draws=effort.draws,
        draw_lucks=effort.draw_lucks,
        numbers=len(study.numbers),
    )


class _Study:
    """The steps of one analysis and what they share."""

    def __init__(
        self,
        findings: Sequence[Finding],
        specs: Mapping[str, ScenarioSpec],
        over: Sequence[str],
        effort: Effort,
        seed: int,
        laboratory: Laboratory,
        progress: Callable[[str], Progress | None] | None,
    ) -> None:
        self.findings = findings
        self.effort = effort
        self.seed = seed
        self._laboratory = laboratory
        self._progress = progress
        self.arms = {
            name: Arm(spec, {one.measured: one.metric for one in findings if name in one.arms})
            for name, spec in specs.items()
        }
        self.numbers = _numbers(arm.world for arm in self.arms.values())
        self.factors = choose_factors(self.numbers, over)
        if len(self.factors) < 2:
            raise UserError("at least two factors are needed to tell which matters more")
        most = min(MOST, effort.kept * len(findings))
        self.screens = len(self.factors) > most
        self._most = most

    def estimate(self) -> str:
        """What will be run, and how long it takes on this machine."""
        arms, effort, pool = len(self.arms), self.effort, self._laboratory.pool
        screened = (len(self.factors) + 1) * effort.trajectories if self.screens else 0
        kept = self._most if self.screens else len(self.factors)
        shares = effort.base * (kept + _OTHERS + 2)
        runs = ((screened + shares) * effort.lucks + effort.draws * effort.draw_lucks) * arms
        seconds = runs * self._seconds_a_run() / max(pool.workers(), 1)
        return (
            f"{len(self.factors)} factors of {len(self.numbers):,} numbers, "
            f"{plural(arms, 'arm')}: screening {screened:,} points x {effort.lucks} lucks, shares "
            f"of variance {shares:,} x {effort.lucks}, draws {effort.draws:,} x "
            f"{effort.draw_lucks}: at most {runs:,} runs, about {_duration(seconds)} on "
            f"{pool.where}. Finished points are kept: stopped, it goes on."
        )

    def _seconds_a_run(self) -> float:
        world = next(iter(self.arms.values())).world
        values = drawn(world, self.seed, 0)
        run_cases(world, [(0, values)], seed=self.seed, pairs=())  # loads the kernel
        began = time.perf_counter()
        run_cases(world, [(run, values) for run in range(3)], seed=self.seed, pairs=())
        return (time.perf_counter() - began) / 3

    def all_steps(self) -> list[Ranked]:
        """Screen, share out the variance, draw; return what was found of each finding."""
        screenings: dict[str, pd.DataFrame | None] = dict.fromkeys(f.name for f in self.findings)
        kept = list(self.factors)
        if self.screens:
            found = self._screen()
            screenings |= found
            kept = self._best(found)
        shares = self._shares(kept)
        drawn = self._draws()
        return [
            Ranked(
                claim=finding.claim,
                screening=screenings[finding.name],
                indices=shares[finding.name],
                parts=drawn[finding.name][0],
                robustness=drawn[finding.name][1],
                draws=drawn[finding.name][2],
            )
            for finding in self.findings
        ]

    def _screen(self) -> dict[str, pd.DataFrame]:
        design = screening_design(
            [factor.name for factor in self.factors],
            trajectories=self.effort.trajectories,
            seed=self.seed,
            blocks=[not factor.single for factor in self.factors],
        )
        values = self._run("screening", self.factors, design.points, self.effort.lucks)
        return {
            finding.name: screen(design, self._mean(finding, values), seed=self.seed)
            for finding in self.findings
        }

    def _best(self, found: Mapping[str, pd.DataFrame]) -> list[Factor]:
        """The factors that go on: by turns the next one of each finding."""
        chosen: dict[str, None] = {}
        for place in range(1, self.effort.kept + 1):
            for table in found.values():
                row = table[table["rank"] == place].iloc[0]
                if row["mu_star"] > 0 and len(chosen) < self._most:
                    chosen[str(row["factor"])] = None
        by_name = {factor.name: factor for factor in self.factors}
        if not chosen:
            chosen = dict.fromkeys(list(by_name)[:1])
        return [by_name[name] for name in chosen]

    def _shares(self, kept: Sequence[Factor]) -> dict[str, Indices]:
        factors = [*kept, *rest_of(self.numbers, kept)]
        names = [factor.name for factor in factors]
        points = variance_design(names, base=self.effort.base, seed=self.seed)
        values = self._run("shares of variance", factors, points, self.effort.lucks)
        return {
            finding.name: variance_shares(names, self._mean(finding, values), seed=self.seed)
            for finding in self.findings
        }

    def _draws(self) -> dict[str, tuple[Parts, Robustness | None, Floats]]:
        numbers = np.arange(self.effort.draws, dtype=np.float64)[:, None]
        values = self._run("draws", None, numbers, self.effort.draw_lucks)
        found = {}
        for finding in self.findings:
            arms = [values[arm, finding.measured] for arm in finding.arms]
            difference = finding.difference(arms)
            survives = (
                robustness(finding.claim, arms, seed=self.seed) if finding.claim.direction else None
            )
            found[finding.name] = (separate(difference, seed=self.seed), survives, difference)
        return found

    def _run(
        self, step: str, factors: Sequence[Factor] | None, points: Floats, lucks: int
    ) -> Values:
        self._laboratory.progress = self._progress(step) if self._progress else None
        return values_at(self._laboratory, self.arms, factors, points, lucks, self.seed)

    @staticmethod
    def _mean(finding: Finding, values: Values) -> Floats:
        """The finding at each point, ``(P,)``: mean over the lucks; gaps have the overall mean."""
        found = finding.difference([values[arm, finding.measured] for arm in finding.arms])
        known = ~np.isnan(found)
        if not known.any():
            raise UserError(f"{finding.name}: not defined in any run")
        total = np.where(known, found, 0.0).sum(axis=1)
        count = known.sum(axis=1)
        whole = float(found[known].mean())
        mean: Floats = np.divide(total, count, out=np.full(len(total), whole), where=count > 0)
        return mean


def _numbers(worlds: Iterable[World]) -> list[Number]:
    """The uncertain numbers of all arms, each once."""
    found: dict[str, Number] = {}
    for world in worlds:
        for number in world.uncertain:
            held = found.get(number.key)
            if held is None or held.low == held.high:
                found[number.key] = number
    return [number for number in found.values() if number.low < number.high]


def _duration(seconds: float) -> str:
    """Say how long something takes.

    >>> _duration(40), _duration(600)
    ('40 s', '10 min')
    """
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"
