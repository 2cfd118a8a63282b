"""A small ensemble beside the page: in a thread, with progress, and it can be stopped."""

from __future__ import annotations

from threading import Event, Thread

from sim.errors import UserError
from sim.experiments.run import Stopped, run
from sim.machine import cores
from sim.results import Results
from sim.scenario import ScenarioSpec
from sim.summary import CoalitionReport, summarise

MAX_RUNS = 2_000


class Ensemble:
    """An ensemble that is being simulated or has been.

    Attributes:
        spec, runs, seed: what is simulated.
        done: runs finished.
        results, report: what came out, once it has; of the finished runs if it was stopped.
        problem: what went wrong, in words, empty if nothing did.
    """

    def __init__(self, spec: ScenarioSpec, *, runs: int, seed: int) -> None:
        if not 1 <= runs <= MAX_RUNS:
            raise UserError(f"runs: expected 1 to {MAX_RUNS}, not {runs}")
        self.spec = spec
        self.runs = runs
        self.seed = seed
        self.done = 0
        self.results: Results | None = None
        self.report: CoalitionReport | None = None
        self.problem = ""
        self._stop = Event()
        self._thread = Thread(target=self._work, name="ensemble", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """Ask it to stop; the runs that are finished by then are kept."""
        self._stop.set()

    def wait(self, seconds: float | None = None) -> None:
        """Wait until it has ended, at most so long."""
        self._thread.join(seconds)

    @property
    def running(self) -> bool:
        """Whether it is still being simulated."""
        return self._thread.is_alive()

    @property
    def stopped(self) -> bool:
        """Whether it was told to stop."""
        return self._stop.is_set()

    def _work(self) -> None:
        def progress(done: int, _: int) -> None:
            self.done = done
            if self._stop.is_set():
                raise KeyboardInterrupt  # as Ctrl-C does: what is finished is kept

        # one core is left to the page
        jobs = max(1, cores() - 1)
        try:
            results = run(self.spec, runs=self.runs, seed=self.seed, jobs=jobs, progress=progress)
        except Stopped as stopped:
            if stopped.results is None:
                self.problem = "Stopped before a run was finished."
                return
            results = stopped.results
        except UserError as error:
            self.problem = str(error)
            return
        self.report = summarise(results)
        self.results = results
        self.done = results.record.runs
