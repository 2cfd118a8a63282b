"""Approximate Bayesian computation by sequential Monte Carlo (Toni et al. 2009), by pyabc.

Generation 0 is a sample of the prior; each further one keeps the points whose distance from the
targets is below the median of the generation before. A calibration is a folder: pyabc's history,
the evaluations of all points, and what it is a calibration of. The random numbers of a generation
follow from the seed and its number alone, so one that was interrupted proposes the same points
again, finds them evaluated, and ends as if nothing had happened.
"""

from __future__ import annotations

import json
import logging
import math
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from sim import __version__
from sim.codegen import source_hash
from sim.errors import UserError
from sim.experiments.calibrate.evaluator import Evaluator
from sim.experiments.calibrate.memory import Memory
from sim.experiments.calibrate.targets import Prior, Targets
from sim.experiments.store import short_id

if TYPE_CHECKING:
    import pyabc

type Floats = npt.NDArray[np.float64]
type Progress = Callable[[int, int], None]

FACTS = "calibration.json"
HISTORY = "history.sqlite"
EVALUATIONS = "evaluations.sqlite"
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
    return short_id(_facts(targets, settings, evaluator))


def calibrate(
    targets: Targets,
    folder: Path,
    *,
    settings: Settings | None = None,
    evaluator: Evaluator | None = None,
    evaluations: Path | None = None,
    minutes: float | None = None,
    progress: Progress | None = None,
) -> Posterior:
    """Calibrate, or go on where an interrupted calibration of the same folder stopped.

    Args:
        targets: what should come out.
        folder: where the calibration is kept.
        settings: how it is made.
        evaluator: what gives the figures of a point, by default the model itself.
        evaluations: a file of evaluations to share with other calibrations of the same evaluator,
            by default one in the folder.
        minutes: stop after so long, to go on another time.
        progress: called with (generations finished, all) now and then.

    Returns:
        The last finished generation.

    Raises:
        UserError: pyabc is not installed, the folder holds another calibration, or time was up
            before the first generation was finished.
    """
    settings = settings or Settings()
    evaluator = evaluator or Evaluator(targets)
    library = _pyabc()
    facts = _facts(targets, settings, evaluator)
    _claim(folder, facts)
    names = tuple(prior.name for prior in targets.priors)
    figures = tuple(target.name for target in targets.targets)
    until = math.inf if minutes is None else time.monotonic() + 60.0 * minutes
    with Memory(evaluations or folder / EVALUATIONS, evaluator, names, figures) as memory:
        history = _run(library, targets, settings, folder, memory, until, progress)
        return _posterior(history, targets, settings, memory)


class _TimeUp(Exception):
    """The time given is over; what has been evaluated is on disk."""


def _run(
    library: Any,
    targets: Targets,
    settings: Settings,
    folder: Path,
    memory: Memory,
    until: float,
    progress: Progress | None,
) -> pyabc.History:
    """Add generations until there are enough of them, they are near enough, or time is up."""

    def model(point: Mapping[str, float]) -> dict[str, float]:
        if time.monotonic() > until:
            raise _TimeUp
        return memory({prior.name: float(point[prior.name]) for prior in targets.priors})

    def distance(found: Mapping[str, Any], _: Mapping[str, Any]) -> float:
        return min(targets.distance({k: float(v) for k, v in found.items()}), _FAR_OFF)

    address = f"sqlite:///{folder / HISTORY}"
    prior = library.Distribution(**{p.name: _variable(library, p) for p in targets.priors})
    while True:
        begun = (folder / HISTORY).is_file() and library.History(address).all_runs()
        first = not begun or library.History(address).max_t < 0
        smc = library.ABCSMC(
            model,
            prior,
            distance,
            population_size=settings.population,
            transitions=library.MultivariateNormalTransition(scaling=_SPREAD),
            eps=library.MedianEpsilon("from_sample" if not first else _ANY_DISTANCE),
            sampler=library.sampler.SingleCoreSampler(),
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
    history: pyabc.History, targets: Targets, settings: Settings, memory: Memory
) -> Posterior:
    if history.max_t < 0:
        raise UserError(
            f"time was up before the first of the generations was finished ({len(memory)} points "
            "are kept); the same command goes on from here"
        )
    names = tuple(prior.name for prior in targets.priors)
    table, weights = history.get_distribution(0, history.max_t)
    points = table[list(names)].to_numpy()
    found = [memory(dict(zip(names, map(float, row), strict=True))) for row in points]
    return Posterior(
        parameters=names,
        points=points,
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
    try:
        import pyabc
    except ImportError:
        message = "calibration needs pyabc: pip install 'multipolar[calibration]'"
        raise UserError(message) from None
    logging.getLogger("ABC").setLevel(logging.ERROR)
    return pyabc


def _facts(targets: Targets, settings: Settings, evaluator: Evaluator) -> dict[str, Any]:
    """What a calibration is one of: everything that its result depends on."""
    return {
        "targets": targets.digest,
        "settings": asdict(settings),
        "scale": evaluator.scale,
        "seed": evaluator.seed,
        "version": __version__,
        "rules": source_hash(),
    }


def _claim(folder: Path, facts: Mapping[str, Any]) -> None:
    """Write down what the folder is for, or check that it is for the same.

    Raises:
        UserError: the folder holds something else, or cannot be written.
    """
    path = folder / FACTS
    text = json.dumps(facts, indent=1) + "\n"
    try:
        if path.is_file():
            if json.loads(path.read_text("utf-8")) != json.loads(text):
                raise UserError(
                    f"{folder} holds a calibration of other targets, settings or rules; "
                    "choose another folder"
                )
            return
        if folder.exists() and any(folder.iterdir()):
            raise UserError(f"{folder} exists and is no calibration; choose another folder")
        folder.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    except (OSError, ValueError) as error:
        raise UserError(f"cannot use {folder}: {error}") from error
