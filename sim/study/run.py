"""Run a scenario: an ensemble of one arm."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from pathlib import Path

from sim.drivers.ensemble import Interrupted, run_ensemble
from sim.record.results import IN_MEMORY, Results, RunMeta
from sim.scenario import BASE_ARM, ScenarioSpec, Source, load_scenario
from sim.system.progress import Progress


class Stopped(KeyboardInterrupt):
    """Ctrl-C during a run; ``results`` has the runs finished until then, or is None."""

    def __init__(self, results: Results | None) -> None:
        super().__init__()
        self.results = results


def run(
    scenario: ScenarioSpec | Source,
    *,
    arm: str = BASE_ARM,
    set: Sequence[str] = (),  # noqa: A002  (the word of the command line)
    runs: int | None = None,
    seed: int | None = None,
    quarters: int | None = None,
    jobs: int | None = None,
    progress: Progress | None = None,
    command: str = "",
    extra_pairs: Iterable[tuple[str, str]] = (),
    folder: Path | None = None,
) -> Results:
    """Run a scenario and return its results.

    Args:
        scenario: a loaded scenario, a path, the name of a shipped scenario, the text of one (more
            than one line), or a mapping of what a file would hold.
        arm: the counterfactual to run (not with a loaded scenario).
        set: overrides such as ``"security.weight=8"`` (not with a loaded scenario).
        runs, seed, quarters: override the scenario's own (quarters not with a loaded scenario).
        jobs: worker threads, by default one a core; results do not depend on it.
        progress: called with (finished, all) runs.
        command: kept with the results, to tell how they were made.
        extra_pairs: ordered pairs of states to record beside the scenario's.
        folder: in which the results are to be saved; a large ensemble is made there.

    Raises:
        ScenarioError: the scenario is not valid; the message names file, line and column.
        UserError: there is no room for so many runs, in memory or on disk.
        Stopped: Ctrl-C; the finished runs are in ``results`` and equal a run of that many.

    >>> from sim import run
    >>> results = run("russia_dprk_pact", runs=2, quarters=2, seed=7)
    >>> results.record.runs
    2
    >>> sorted(results.dyads.columns)[:3]
    ['aid', 'alignment', 'arms']
    """
    if isinstance(scenario, ScenarioSpec):
        if arm not in (BASE_ARM, scenario.arm) or set or quarters is not None:
            message = (
                "arm, set and quarters belong to load_scenario when a loaded scenario is given"
            )
            raise ValueError(message)
        spec = scenario
    else:
        spec = load_scenario(scenario, arm=arm, overrides=tuple(set), quarters=quarters)
    started = dt.datetime.now(dt.UTC)

    def meta(asked: int = 0) -> RunMeta:
        ends = {"started": started, "finished": dt.datetime.now(dt.UTC)}
        return RunMeta.of(spec, seed=seed, command=command, asked=asked, **ends)

    try:
        record = run_ensemble(
            spec,
            runs=runs,
            seed=seed,
            jobs=jobs,
            progress=progress,
            extra_pairs=extra_pairs,
            in_memory=IN_MEMORY,
            folder=folder,
        )
    except Interrupted as stopped:
        asked = spec.ensemble.runs if runs is None else runs
        partial = None if stopped.record is None else Results(stopped.record, meta(asked))
        raise Stopped(partial) from None
    return Results(record, meta())
