"""Running a sweep: batches out to an executor, values in, parts to disk; from the start or on."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from sim.errors import UserError
from sim.rules import outside
from sim.scenario import BASE_ARM
from sim.study.laboratory.code import code_version
from sim.study.laboratory.engine import Laboratory, Lost
from sim.study.laboratory.pool import LOCAL
from sim.study.sweep.design import Axis, Design, check_cells, grid, parse_axis
from sim.study.sweep.evaluator import Evaluator
from sim.study.sweep.plan import Batches, Plan, batch_size
from sim.study.sweep.result import Sweep
from sim.study.sweep.store import Store
from sim.system import capacity
from sim.system.files import alone
from sim.system.progress import Progress


class Stopped(KeyboardInterrupt):
    """Ctrl-C during a sweep; ``sweep`` has what is finished and can be resumed."""

    def __init__(self, sweep: Sweep) -> None:
        super().__init__()
        self.sweep = sweep


class Unfinished(UserError):
    """Workers or the scheduler were lost; ``sweep`` has what is finished and can be resumed."""

    def __init__(self, message: str, sweep: Sweep) -> None:
        super().__init__(message)
        self.sweep = sweep


def sweep(
    scenario: Path | str,
    folder: Path | str,
    *,
    vary: Iterable[str | Axis] = (),
    design: Design | None = None,
    metrics: Sequence[str],
    runs: int | Sequence[int] | None = None,
    seed: int | Sequence[int] | None = None,
    arm: str = BASE_ARM,
    set: Sequence[str] = (),  # noqa: A002  (the word of the command line)
    quarters: int | None = None,
    horizon: str | None = None,
    batch: int | None = None,
    executor: str = LOCAL,
    progress: Progress | None = None,
    command: str = "",
    force: bool = False,
) -> Sweep:
    """Sweep parameters of a scenario, to a folder, and return the result.

    Args:
        scenario: a path, or the name of a shipped scenario.
        folder: where the parts and the manifest go; it must be empty or absent, but for ``force``.
        vary: axes of a grid, such as ``"security.weight=2:9:8"`` or ``"mechanisms.trust=on,off"``.
        design: points to visit, instead of ``vary``.
        metrics: expressions of :mod:`sim.measure.language`.
        runs: how many runs of each point and seed, or their numbers; by default the scenario's.
        seed: one or several; by default the scenario's.
        arm, set, quarters: what is fixed.
        horizon: window of the metrics that have none.
        batch: runs of one part, which is what an interruption loses at most.
        executor: ``local:N`` threads, ``tcp://host:port`` or the file of a Dask scheduler; values
            do not depend on it.
        progress: called with (finished, all) runs.
        command: kept in the manifest.
        force: write to the folder whatever it holds; nothing is deleted then.

    Raises:
        UserError: something in it is wrong; the message says what.
        Unfinished: workers were lost; resume.
        Stopped: Ctrl-C; what is finished is kept.

    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     found = sweep("synthetic", folder + "/found", vary=["security.weight=2,8"], runs=2,
    ...                   metrics=["poles()"], set=["synthetic.states=12"], quarters=4)
    ...     found.table().columns.tolist()
    ['point', 'seed', 'run', 'security.weight', 'poles()']
    """
    axes = [parse_axis(axis) if isinstance(axis, str) else axis for axis in vary]
    if (design is None) != bool(axes):
        raise UserError("say what to vary: axes, or a design")
    design = design or grid(axes)
    evaluator = Evaluator(
        scenario,
        vary=design.factors,
        metrics=metrics,
        arm=arm,
        set=set,
        quarters=quarters,
        horizon=horizon,
    )
    spec = evaluator.spec
    runs = spec.ensemble.runs if runs is None else runs
    seed = spec.ensemble.seed if seed is None else seed
    seeds = (seed,) if isinstance(seed, int) else tuple(seed)
    cells = len(design.points) * len(seeds) * (runs if isinstance(runs, int) else len(runs))
    check_cells(cells)
    columns = len(design.factors) + len(metrics) + 3
    capacity.require(
        f"{cells:,} runs of a sweep",
        runs=cells,
        memory=8 * columns,  # the table of all of them, in the end
        disk=8 * columns,
        folder=Path(folder),
        instead="ask for fewer points or runs",
    )
    numbers = tuple(range(runs)) if isinstance(runs, int) else tuple(runs)
    plan = Plan(
        _lasting(scenario),
        design,
        tuple(metrics),
        seeds,
        numbers,
        arm,
        tuple(set),
        quarters,
        horizon,
        batch or batch_size(cells, len(spec.states), spec.quarters),
    )
    evaluator.check(design.points)
    evaluator.expect(design.points)
    store = Store.create(
        Path(folder),
        plan,
        title=spec.title,
        scenario=evaluator.scenario_hash,
        command=command,
        force=force,
    )
    return _run(store, plan, evaluator, executor, progress)


def resume(
    folder: Path | str,
    *,
    scenario: Path | str | None = None,
    executor: str = LOCAL,
    force: bool = False,
    progress: Progress | None = None,
) -> Sweep:
    """Continue a sweep where it was interrupted; what is finished is not computed again.

    Args:
        folder: of the sweep.
        scenario: where the scenario is now, if its file has been moved or renamed.
        executor, progress: as of :func:`sweep`; they need not be those that it began with.
        force: continue although the code or the scenario has changed since; what was made by the
            old ones is made again.

    Raises:
        UserError: there is no sweep, or code or scenario have changed.
        Unfinished, Stopped: as of :func:`sweep`.
    """
    store, plan, facts = Store.open(folder)
    if scenario is not None:
        plan = replace(plan, scenario=_lasting(scenario))
    elif Path(plan.scenario).is_absolute() and not Path(plan.scenario).is_file():
        raise UserError(
            f"{folder}: its scenario {plan.scenario} is not there any more; say where it is now: "
            f"multipolar sweep FILE --resume {folder}"
        )
    try:
        evaluator = plan.evaluator()
    except UserError as error:
        if missing := outside.missing(facts):
            raise UserError(f"{error}\n{folder}: {missing}") from error
        raise
    changed = [
        what
        for what, now, then in (
            ("the scenario", evaluator.scenario_hash, facts["scenario_hash"]),
            ("the code", code_version(), facts["code"]),
        )
        if now != then
    ]
    if changed and not force:
        raise UserError(
            f"{folder}: {' and '.join(changed)} changed since the sweep began, so that old and new "
            "values would not belong together; --force makes all that is there anew"
            + (f"; {missing}" if (missing := outside.missing(facts)) else "")
        )
    return _run(store, plan, evaluator, executor, progress)


def _lasting(scenario: Path | str) -> str:
    """The scenario by a name that holds in other working folders."""
    file = Path(scenario)
    return str(file.resolve()) if file.is_file() else str(scenario)


def _run(
    store: Store, plan: Plan, evaluator: Evaluator, executor: str, progress: Progress | None
) -> Sweep:
    with alone(store.folder):
        store.forget_unfinished(plan)
        store.note(
            scenario=plan.scenario,
            scenario_hash=evaluator.scenario_hash,
            code=code_version(),
            **{outside.MANIFEST_KEY: outside.facts()},
        )
        try:
            with Laboratory(executor, store.parts, progress) as laboratory:
                for _ in laboratory.run(Batches(plan, evaluator)):
                    pass  # it is on disk
        except KeyboardInterrupt:
            raise Stopped(Sweep.load(store.folder)) from None
        except Lost as lost:
            said = f"{lost.said}; continue with --resume {store.folder}"
            raise Unfinished(said, Sweep.load(store.folder)) from None
        return Sweep.load(store.folder)
