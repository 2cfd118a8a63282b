"""A small ensemble beside the page: in a thread, with progress, and it can be stopped."""

from __future__ import annotations

from sim.errors import UserError
from sim.measure.summary import CoalitionReport, summarise
from sim.record.results import Results
from sim.scenario import ScenarioSpec
from sim.show.app.work import Work
from sim.study.run import Stopped, run

MAX_RUNS = 2_000


class Ensemble(Work):
    """An ensemble that is being simulated or has been.

    Attributes:
        spec, runs, seed: what is simulated.
        done: runs finished.
        results, report: what came out, once it has; of the finished runs if it was stopped.
    """

    def __init__(self, spec: ScenarioSpec, *, runs: int, seed: int) -> None:
        if not 1 <= runs <= MAX_RUNS:
            raise UserError(f"runs: expected 1 to {MAX_RUNS}, not {runs}")
        super().__init__(runs)
        self.spec = spec
        self.runs = runs
        self.seed = seed
        self.results: Results | None = None
        self.report: CoalitionReport | None = None

    def _simulate(self) -> None:
        try:
            results = run(
                self.spec,
                runs=self.runs,
                seed=self.seed,
                jobs=self.jobs,
                progress=self._advance,
            )
        except Stopped as stopped:
            if stopped.results is None:
                self.problem = "Stopped before a run was finished."
                return
            results = stopped.results
        self.report = summarise(results)
        self.results = results
        self.done = results.record.runs
