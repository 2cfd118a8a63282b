"""Hold what a scenario finds against null models."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt

from sim.blocs import co_membership
from sim.errors import UserError
from sim.record.results import RunMeta
from sim.scenario import BASE_ARM, ScenarioSpec, find_scenario, load_arms, load_scenario
from sim.statistics.paired import Effect, intervals
from sim.study.arm_store import Arm, Measure, at_rest
from sim.study.arms import simulate_arms
from sim.study.null.findings import (
    ENDS,
    NETWORKS,
    PACTS,
    Finding,
    find,
    likeness,
    networks,
)
from sim.study.null.models import (
    PERSISTENCE,
    RANDOM,
    SEED,
    STANDARD,
    apply_null,
    check_nulls,
    rule_of,
    rules_on,
)
from sim.study.null.rates import COUNTS, ROUNDS, Counts, compared, count, matched, shifted
from sim.study.null.result import FULL, Nulls, Row
from sim.study.usual import usual
from sim.system.progress import Parts, Progress
from sim.types import Floats


@dataclass(frozen=True)
class _Arms:
    """What is kept of the arms under one null: values by finding and arm, and of the base arm."""

    values: Mapping[str, Mapping[str, Floats]]
    networks: Mapping[str, npt.NDArray[np.int8]]
    together: Floats
    counts: Counts


def null(
    scenario: Path | str,
    *,
    metrics: Sequence[str] = (),
    nulls: Sequence[str] | None = None,
    each: bool = False,
    arms: Sequence[str] | None = None,
    claims: bool | None = None,
    set: Sequence[str] = (),  # noqa: A002  (the word of the command line)
    runs: int | None = None,
    seed: int | None = None,
    quarters: int | None = None,
    jobs: int | None = None,
    progress: Progress | None = None,
    command: str = "",
) -> Nulls:
    """Run a scenario and its nulls and return which of its findings the nulls have, too.

    Runs of equal number of the full model and of a null share their draws and their luck, except
    under the null ``seed``. What changed between pairs of states is correlated with a full model of
    that other seed, so that no null looks alike by its luck alone.

    Args:
        scenario: a path, or the name of a shipped scenario.
        metrics: expressions; by default alignments, threats and hedging of the focal states and
            the number of poles.
        nulls: names (:data:`sim.study.null.models.EVERY`, ``without:RULE``, ``alone:RULE``).
        each: also every mechanism and term alone and off, one by one: long.
        arms: treatment and counterfactual: their difference is what a metric finds. Without them
            it is the change since the start.
        claims: whether the claims of the scenario are findings, too; by default where no metric is
            given.
        set, runs, seed, quarters: override the scenario's own, everywhere.
        jobs: worker threads; results do not depend on it.
        progress: called with (finished, all) runs.
        command: kept with the results.

    Raises:
        ScenarioError: the scenario or a claim is not valid.
        UserError: a null, an arm or a metric is not valid.
    """
    started = dt.datetime.now(dt.UTC)
    path = find_scenario(str(scenario))
    spec = load_scenario(path, overrides=tuple(set), quarters=quarters)
    names = list(check_nulls(STANDARD if nulls is None else nulls, spec))
    if each:
        names += [f"{how}:{rule}" for rule in rules_on(spec) for how in ("without", "alone")]
    names = list(dict.fromkeys(names))
    claims = not metrics if claims is None else claims
    findings = find(spec, path, metrics, _pair(arms), claims=claims)
    needed = dict.fromkeys((BASE_ARM, *(arm for finding in findings for arm in finding.arms)))
    specs = load_arms(path, arms=tuple(needed), overrides=tuple(set), quarters=quarters)
    runs, seed = spec.ensemble.given(runs, seed)
    simulated = [name for name in names if name not in (PERSISTENCE, SEED)]
    whole = runs * (len(specs) * (2 + len(simulated)) + ROUNDS * (RANDOM in names))
    work = _Work(findings, runs, jobs, Parts(progress, whole))

    full, still = work.full(specs, seed, lambda: usual(path, spec, tuple(set), quarters))
    other = work.arms(specs, seed + 1)
    by_null: dict[str, _Arms] = {}
    shift: dict[str, float] = {}
    for name in names:
        if name == PERSISTENCE:
            by_null[name] = still
        elif name == SEED:
            by_null[name] = other
        else:
            changed = {arm: apply_null(one, name, seed=seed) for arm, one in specs.items()}
            if name == RANDOM:
                shift = work.rates(changed[BASE_ARM], full.counts, seed)
                changed = {arm: shifted(one, shift) for arm, one in changed.items()}
            by_null[name] = work.arms(changed, seed)
    rows = [
        *_network_rows(by_null, full, other, seed),
        *_finding_rows(by_null, full, other, findings, seed),
    ]
    random = by_null.get(RANDOM)
    return Nulls(
        meta=RunMeta.of(
            spec, seed=seed, command=command, started=started, finished=dt.datetime.now(dt.UTC)
        ),
        runs=runs,
        arms=None if arms is None else tuple(arms),
        nulls=tuple(names),
        rows=tuple(_with_single(rows)),
        rates=() if random is None else tuple(compared(full.counts, random.counts)),
        states=tuple(spec.states),
        together={FULL: full.together, **{name: x.together for name, x in by_null.items()}},
    )


def _pair(arms: Sequence[str] | None) -> tuple[str, str] | None:
    if arms is None:
        return None
    if len(arms) != 2 or arms[0] == arms[1]:
        raise UserError("--arms: expected two arms, a treatment and what it is held against: A,B")
    return arms[0], arms[1]


@dataclass
class _Work:
    """Simulates ensembles and keeps what the findings need of them; tells how far it is."""

    findings: Sequence[Finding]
    runs: int
    jobs: int | None
    parts: Parts

    def full(
        self, specs: Mapping[str, ScenarioSpec], seed: int, others: Callable[[], Sequence[Measure]]
    ) -> tuple[_Arms, _Arms]:
        """The full model, and the same with its start held to the end."""
        still = {one.name: at_rest(one) for arm in specs for one in self._measures(arm)}

        def both(arm: str) -> list[Measure]:
            measures = self._measures(arm)
            return [*measures, *(still[one.name] for one in measures)]

        found = self._simulate(specs, both, seed, others)
        held = {
            arm: Arm(one.runs, {m.name: one[still[m.name]] for m in self._measures(arm)})
            for arm, one in found.items()
        }
        return self._joined(found), self._joined(held)

    def arms(self, specs: Mapping[str, ScenarioSpec], seed: int) -> _Arms:
        """The arms of a null."""
        return self._joined(self._simulate(specs, self._measures, seed))

    def rates(self, spec: ScenarioSpec, wanted: Counts, seed: int) -> dict[str, float]:
        """Shifts of the costs by which random choice makes as many moves as were counted."""

        def simulate(one: ScenarioSpec) -> Counts:
            found = self._simulate({BASE_ARM: one}, lambda _arm: [COUNTS], seed)
            return count(found[BASE_ARM])

        return matched(spec, wanted, simulate)

    def _measures(self, arm: str) -> list[Measure]:
        mine = [one for f in self.findings if arm in f.arms for one in f.measures]
        return [*mine, *((ENDS, PACTS, COUNTS) if arm == BASE_ARM else ())]

    def _joined(self, arms: Mapping[str, Arm]) -> _Arms:
        """What is kept of the arms of one null."""
        base = arms[BASE_ARM]
        return _Arms(
            {
                f.what: {arm: f.values(one) for arm, one in arms.items() if arm in f.arms}
                for f in self.findings
            },
            networks(base),
            co_membership(base[ENDS][:, -1]),
            count(base),
        )

    def _simulate(
        self,
        specs: Mapping[str, ScenarioSpec],
        wanted: Callable[[str], Sequence[Measure]],
        seed: int,
        others: Callable[[], Sequence[Measure]] | None = None,
    ) -> dict[str, Arm]:
        found = simulate_arms(
            specs,
            {arm: wanted(arm) for arm in specs},
            runs=self.runs,
            seed=seed,
            jobs=self.jobs,
            progress=self.parts.within,
            others=others,
        )
        made = dict(zip(specs, found, strict=True))
        self.parts.done += len(specs) * self.runs
        return made


def _network_rows(by_null: Mapping[str, _Arms], full: _Arms, other: _Arms, seed: int) -> list[Row]:
    rows = []
    for what in NETWORKS:
        reference = other.networks[what]
        ceiling = likeness(full.networks[what], reference, seed=seed)
        for name, arms in by_null.items():
            same = name == SEED
            found = ceiling if same else likeness(arms.networks[what], reference, seed=seed)
            value, low, high = found
            rows.append(Row(name, what, value, ceiling[0], low=low, high=high))
    return rows


def _finding_rows(
    by_null: Mapping[str, _Arms],
    full: _Arms,
    other: _Arms,
    findings: Sequence[Finding],
    seed: int,
) -> list[Row]:
    rows = []
    for finding in findings:
        effect, by_run = finding.effect(full.values[finding.what], seed=seed)
        smallest = finding.smallest(effect)
        clear = _is_clear(effect, smallest)
        again, _ = finding.effect(other.values[finding.what], seed=seed)
        for name, arms in by_null.items():
            there, there_by_run = finding.effect(arms.values[finding.what], seed=seed)
            low, high = (float(x[0]) for x in intervals((by_run - there_by_run)[None], seed=seed))
            gap = effect.difference - there.difference
            single, share = rule_of(name), _share(there.difference, effect.difference, clear=clear)
            rows.append(
                Row(
                    name,
                    finding.what,
                    there.difference,
                    again.difference,
                    full=effect.difference,
                    low=low,
                    high=high,
                    left=share if single and single[0] == "without" else np.nan,
                    alone=share if single and single[0] == "alone" else np.nan,
                    smallest=smallest,
                    text=finding.what if finding.claim is None else finding.claim.text,
                    clear=clear,
                    reproduced=clear and (low <= 0 <= high or abs(gap) < smallest),
                    verdict=finding.verdict(there, there_by_run),
                    full_verdict=finding.verdict(effect, by_run),
                )
            )
    return rows


def _is_clear(effect: Effect, smallest: float) -> bool:
    """Whether there is an effect in the full model: told from zero, and large enough to matter."""
    return bool(effect.low > 0 or effect.high < 0) and abs(effect.difference) >= smallest


def _share(part: float, whole: float, *, clear: bool) -> float:
    return part / whole if clear else np.nan


def _with_single(rows: Sequence[Row]) -> list[Row]:
    """Rows of one rule, each with what is left without it and what it makes alone."""
    known = {(rule_of(row.null), row.what): row for row in rows}

    def beside(row: Row) -> Row:
        if (single := rule_of(row.null)) is None:
            return row
        off = known.get((("without", single[1]), row.what), row)
        only = known.get((("alone", single[1]), row.what), row)
        return replace(row, left=off.left, alone=only.alone)

    return [beside(row) for row in rows]
