"""Approximate Bayesian computation by sequential Monte Carlo (Toni et al. 2009), by pyabc.

Generation 0 is a sample of the prior; each further one keeps the points whose distance from the
targets is below the median of the generation before. A calibration is a folder: pyabc's history,
the evaluations of all points, and what it is a calibration of. The random numbers of a generation
follow from the seed and its number alone, so one that was interrupted proposes the same points
again, finds them evaluated, and ends as if nothing had happened. For the same reason points can be
proposed ahead, without their figures, and evaluated together: what comes out is that of one after
the other.
"""

from __future__ import annotations

import logging
import math
import sqlite3
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from sim import __version__
from sim.errors import UserError, needed
from sim.kernel.identity import source_hash
from sim.record.folders import EVALUATED, look
from sim.record.manifests import MANIFEST, PROGRAM, check, manifest_text, read_json, reading
from sim.record.table_folders import short_id
from sim.study.calibrate.evaluator import Evaluator
from sim.study.calibrate.targets import Prior, Targets
from sim.study.laboratory.cases import Block
from sim.study.laboratory.engine import Laboratory
from sim.study.laboratory.parts import Parts
from sim.study.laboratory.pool import LOCAL
from sim.system.files import alone, set_aside, write_text, writing
from sim.system.progress import Progress
from sim.types import Floats

if TYPE_CHECKING:
    import pyabc

KIND = "calibration"
FACTS = "calibration.json"
PARAMETERS = "parameters.yaml"
HISTORY = "history.sqlite"
FORMER = "evaluations.sqlite"
"""Where earlier versions kept evaluations."""
_AHEAD = 4
"""Points proposed ahead for each worker."""
_ANY_DISTANCE = 1e12
#: How much wider than the points themselves proposals are spread. With 1, the few points near the
#: corners of the priors come to hold all the weight: 3 of 150 points counted after eight
#: generations on nine parameters, and 75 with 2.
_SPREAD = 2.0
#: A distance for figures that are not defined: finite, for SQLite keeps no infinity.
_FAR_OFF = 1e6


@dataclass(frozen=True, slots=True)
class Settings:
    """How a calibration is made.

    Attributes:
        population: points that each generation keeps.
        generations: how many there are at most.
        tolerance: distance at which no further generation is asked for.
        seed: of the proposals; that of the runs stands in the targets.
    """

    population: int = 100
    generations: int = 8
    tolerance: float = 0.5
    seed: int = 1


@dataclass(frozen=True, eq=False)
class Posterior:
    """The last generation of a calibration.

    Attributes:
        parameters: names of the K parameters.
        points: ``(S, K)``.
        weights: importance weights, ``(S,)``, summing to 1.
        figures: what each point gives for each target, by name, ``(S,)``.
        distances: of the points, ``(S,)``.
        epsilons: threshold of each generation, infinite for the first.
        evaluations: points that were tried in all generations together.
        complete: whether no generation is missing.
    """

    parameters: tuple[str, ...]
    points: Floats
    weights: Floats
    figures: Mapping[str, Floats]
    distances: Floats
    epsilons: tuple[float, ...]
    evaluations: int
    complete: bool

    def quantile(self, values: Floats, q: float) -> float:
        """A weighted quantile of values at the points."""
        from pyabc.weighted_statistics import weighted_quantile

        return float(weighted_quantile(np.asarray(values), self.weights, alpha=q))

    def interval(self, name: str) -> tuple[float, float, float]:
        """The 5 %, 50 % and 95 % quantiles of a parameter."""
        values = self.points[:, self.parameters.index(name)]
        low, median, high = (self.quantile(values, q) for q in (0.05, 0.5, 0.95))
        return low, median, high

    @property
    def effective(self) -> float:
        """Effective number of points, 1 over the sum of squared weights."""
        return float(1.0 / (self.weights**2).sum())


def calibration_id(targets: Targets, settings: Settings, evaluator: Evaluator) -> str:
    """Eight digits that stand for targets, settings, runs and the code of the rules."""
    return short_id(facts_of(targets, settings, evaluator))


def calibrate(
    targets: Targets,
    folder: Path,
    *,
    settings: Settings | None = None,
    evaluator: Evaluator | None = None,
    evaluations: Path | None = None,
    executor: str = LOCAL,
    minutes: float | None = None,
    progress: Progress | None = None,
    force: bool = False,
) -> Posterior:
    """Calibrate, or go on where an interrupted calibration of the same folder stopped.

    Args:
        targets: what should come out.
        folder: where the calibration is kept.
        settings: how it is made.
        evaluator: what gives the figures of a point, by default the model itself.
        evaluations: where evaluated points are kept, by default in the folder; calibrations that
            measure the same share them.
        executor: ``local:N`` threads, ``tcp://host:port`` or the file of a Dask scheduler; what is
            found does not depend on it.
        minutes: stop after so long, to go on another time.
        progress: called with (generations finished, all) now and then.
        force: begin anew where the folder holds something else; what is there is renamed.

    Returns:
        The last finished generation.

    Raises:
        UserError: pyabc is not installed, the folder holds something else, is in use, damaged or
            cannot be written, or time was up before the first generation was finished.
    """
    settings = settings or Settings()
    evaluator = evaluator or Evaluator(targets)
    library = _pyabc()
    facts = facts_of(targets, settings, evaluator)
    until = math.inf if minutes is None else time.monotonic() + 60.0 * minutes
    parts = Parts(evaluations or folder / EVALUATED)
    with (
        claimed(folder, facts, force=force),
        _databases(folder),
        Laboratory(executor, parts) as laboratory,
    ):
        _take_in(parts, evaluator, targets)
        points = _Points(laboratory, evaluator, until)
        history = _run(library, targets, settings, folder, points, progress)
        return _posterior(history, targets, settings, points)


@contextmanager
def _databases(folder: Path) -> Iterator[None]:
    """Say what is wrong with the databases of a calibration.

    Raises:
        UserError: one is damaged or cannot be written.
    """
    from sqlalchemy.exc import SQLAlchemyError

    try:
        yield
    except (sqlite3.Error, SQLAlchemyError) as error:
        why = str(getattr(error, "orig", None) or error).splitlines()[0]
        raise UserError(
            f"{folder}: {HISTORY} or {FORMER} is damaged or cannot be written ({why})"
        ) from error


class _TimeUp(Exception):
    """The time given is over; what has been evaluated is on disk."""


class _Seen(Exception):
    """A point was proposed, and is not to be evaluated now."""


class _Points:
    """The model as pyabc calls it, with points proposed ahead so that they are evaluated together.

    Args:
        laboratory: where.
        evaluator: what gives the figures of a point.
        until: when time is up, by the monotonic clock.
    """

    def __init__(self, laboratory: Laboratory, evaluator: Evaluator, until: float) -> None:
        self._laboratory, self._evaluator, self._until = laboratory, evaluator, until
        self._proposed: list[dict[str, float]] | None = None
        self._known: dict[tuple[float, ...], dict[str, float]] = {}

    def __call__(self, point: Mapping[str, float]) -> dict[str, float]:
        """Return the figures at a point, as soon as they are there."""
        given = {name: float(value) for name, value in point.items()}
        if self._proposed is not None:
            self._proposed.append(given)
            raise _Seen
        key = tuple(given.values())
        return self._known[key] if key in self._known else self.at([given])[0]

    def at(self, points: Sequence[Mapping[str, float]]) -> list[dict[str, float]]:
        """Return the figures at points, those that are kept from there."""
        evaluator = self._evaluator
        ((values, _),) = self._laboratory.measure([(evaluator, evaluator.cases(points))], 1)
        return [dict(zip(evaluator.columns, row, strict=True)) for row in values.tolist()]

    def ahead(self, simulate: Callable[[], Any]) -> int:
        """Evaluate the points that are proposed next; return how many.

        Raises:
            _TimeUp: time is up.
        """
        if time.monotonic() > self._until:
            raise _TimeUp
        many = _AHEAD * max(self._laboratory.pool.workers(), 1)
        proposed = self._proposed = []
        before = np.random.get_state()  # noqa: NPY002
        try:
            for _ in range(many):
                with suppress(_Seen):
                    simulate()
        finally:
            np.random.set_state(before)  # noqa: NPY002
            self._proposed = None
        self._known = {
            tuple(point.values()): figures
            for point, figures in zip(proposed, self.at(proposed), strict=True)
        }
        return many

    @property
    def kept(self) -> int:
        """How many points are kept."""
        folder = self._laboratory.parts.folder
        return 0 if folder is None else sum(1 for _ in folder.glob("*/*.parquet"))


def _sampler(library: Any, points: _Points) -> Any:
    """One point after the other, as pyabc samples them, but evaluated ahead."""

    class Ahead(library.sampler.SingleCoreSampler):  # type: ignore[misc]
        def sample_until_n_accepted(
            self, n: int, simulate_one: Callable[[], Any], t: int, **rest: Any
        ) -> Any:
            left = 0

            def simulate() -> Any:
                nonlocal left
                left = (left or points.ahead(simulate_one)) - 1
                return simulate_one()

            return super().sample_until_n_accepted(n, simulate, t, **rest)

    return Ahead()


def _take_in(parts: Parts, evaluator: Evaluator, targets: Targets) -> None:
    """Keep the evaluations of a calibration that an earlier version began as this one does."""
    if parts.folder is None or not (path := parts.folder.parent / FORMER).is_file():
        return
    with closing(sqlite3.connect(path)) as base:
        rows = base.execute("SELECT point, figures FROM evaluations").fetchall()
    names = [prior.name for prior in targets.priors]
    for point, figures in rows:
        held = dict(zip(names, np.frombuffer(point).tolist(), strict=True))
        block = Block(evaluator, evaluator.cases([held]))
        parts.keep(block, (np.frombuffer(figures)[None], []))
    set_aside(path)


def _run(
    library: Any,
    targets: Targets,
    settings: Settings,
    folder: Path,
    points: _Points,
    progress: Progress | None,
) -> pyabc.History:
    """Add generations until there are enough of them, they are near enough, or time is up."""

    def distance(found: Mapping[str, Any], _: Mapping[str, Any]) -> float:
        return min(targets.distance({k: float(v) for k, v in found.items()}), _FAR_OFF)

    address = f"sqlite:///{folder / HISTORY}"
    prior = library.Distribution(**{p.name: _variable(library, p) for p in targets.priors})
    while True:
        begun = (folder / HISTORY).is_file() and library.History(address).all_runs()
        first = not begun or library.History(address).max_t < 0
        smc = library.ABCSMC(
            points,
            prior,
            distance,
            population_size=settings.population,
            transitions=library.MultivariateNormalTransition(scaling=_SPREAD),
            eps=library.MedianEpsilon("from_sample" if not first else _ANY_DISTANCE),
            sampler=_sampler(library, points),
        )
        if begun:
            history = smc.load(address, 1)
        else:
            history = smc.new(address, {t.name: t.value for t in targets.targets})
        done = int(history.max_t) + 1
        if progress is not None:
            progress(done, settings.generations)
        if _finished(history, settings):
            return history
        with _seeded(settings.seed, done):
            try:
                smc.run(max_nr_populations=1)
            except _TimeUp:
                return history


def _finished(history: pyabc.History, settings: Settings) -> bool:
    done = int(history.max_t) + 1
    if done == 0:
        return False
    return done >= settings.generations or _epsilons(history)[-1] <= settings.tolerance


def _epsilons(history: pyabc.History) -> list[float]:
    table = history.get_all_populations()
    kept = table[table["t"] >= 0].sort_values("t")["epsilon"]
    return [math.inf if value >= _ANY_DISTANCE else float(value) for value in kept]


def _posterior(
    history: pyabc.History, targets: Targets, settings: Settings, points: _Points
) -> Posterior:
    if history.max_t < 0:
        raise UserError(
            f"time was up before the first of the generations was finished ({points.kept} points "
            "are kept); the same command goes on from here"
        )
    names = tuple(prior.name for prior in targets.priors)
    table, weights = history.get_distribution(0, history.max_t)
    kept = table[list(names)].to_numpy()
    found = points.at([dict(zip(names, row, strict=True)) for row in kept.tolist()])
    return Posterior(
        parameters=names,
        points=kept,
        weights=np.asarray(weights, dtype=np.float64),
        figures={
            target.name: np.array([figures[target.name] for figures in found])
            for target in targets.targets
        },
        distances=np.array([targets.distance(figures) for figures in found]),
        epsilons=tuple(_epsilons(history)),
        evaluations=int(history.total_nr_simulations),
        complete=_finished(history, settings),
    )


@contextmanager
def _seeded(seed: int, generation: int) -> Iterator[None]:
    """Seed numpy's global generator, from which pyabc draws, and put it back afterwards."""
    before = np.random.get_state()  # noqa: NPY002
    words = np.random.SeedSequence((seed, generation)).generate_state(4)
    np.random.seed(words)  # noqa: NPY002
    try:
        yield
    finally:
        np.random.set_state(before)  # noqa: NPY002


def _variable(library: Any, prior: Prior) -> Any:
    width = prior.high - prior.low
    if prior.kind == "uniform":
        return library.RV("uniform", prior.low, width)
    return library.RV("triang", (prior.mode - prior.low) / width, prior.low, width)


def _pyabc() -> Any:
    """The library, which is an extra and says much on its log.

    Raises:
        UserError: it is not installed.
    """
    with needed("calibration needs pyabc: pip install 'multipolar[calibration]'"):
        import pyabc
    logging.getLogger("ABC").setLevel(logging.ERROR)
    return pyabc


def facts_of(targets: Targets, settings: Settings, evaluator: Evaluator) -> dict[str, Any]:
    """Return what a calibration is one of: everything that its result depends on."""
    return {
        "targets": targets.digest,
        "settings": asdict(settings),
        "scale": evaluator.scale,
        "seed": evaluator.seed,
        "version": __version__,
        "rules": source_hash(),
    }


@contextmanager
def claimed(folder: Path, facts: Mapping[str, Any], *, force: bool = False) -> Iterator[None]:
    """Hold a folder, which says what it is for; one that is for something else is refused.

    Args:
        folder: made if it is not there.
        facts: what it is for.
        force: take it all the same; what is there is renamed.

    Raises:
        UserError: the folder holds something else, is in use, or cannot be written.
    """
    begun = is_begun(folder)
    if not begun:
        look(folder, KIND, force=force, over=False)
    with writing(folder):
        folder.mkdir(parents=True, exist_ok=True)
    with alone(folder):
        text = manifest_text(KIND, facts)
        if not begun or not _is_for(folder, text, force):
            with writing(folder):
                for name in (FACTS, HISTORY, FORMER, MANIFEST, PARAMETERS):
                    for path in sorted(folder.glob(f"{name}*")):
                        if ".before" not in path.name:
                            set_aside(path)
            write_text(folder / FACTS, text)
        yield


def is_begun(folder: Path) -> bool:
    """Whether a calibration has been begun in a folder."""
    path = folder / FACTS
    if not path.is_file():
        return False
    try:
        known = read_json(path)
    except (OSError, ValueError, RecursionError):
        return True  # damaged, as an earlier version left it on a full disk
    return isinstance(known, dict) and known.get("program") == PROGRAM


def _is_for(folder: Path, text: str, force: bool) -> bool:
    """Whether the folder is for a calibration of these facts."""
    path = folder / FACTS
    try:
        with reading(path):
            known = read_json(path)
            check(known, {})
    except UserError as error:
        # it is written before all else: without a history nothing is lost
        if force or not (folder / HISTORY).exists():
            return False
        raise UserError(f"{error}; choose another folder, or begin anew with --force") from error
    if path.read_text("utf-8") == text:
        return True
    if force:
        return False
    raise UserError(
        f"{folder} holds a calibration of other targets, settings or rules; choose another "
        "folder, or begin anew with --force, which keeps what is there under other names"
    )
