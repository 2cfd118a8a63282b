"""Many runs of the same kernel on all cores, without Mesa objects.

Runs are independent and keyed by (seed, run), and the compiled step releases the interpreter lock,
so threads share one process and one copy of the code; results do not depend on their number.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from pathlib import Path
from tempfile import gettempdir
from typing import Final

import numpy as np
from numpy.typing import NDArray

from sim import kernel
from sim.drivers import starts
from sim.record.arrays import BATCH, EnsembleRecord, move_dtype
from sim.record.stored import Spool
from sim.rules import catalogue as names
from sim.rules.declarations import COLLECTIVES
from sim.scenario import ScenarioSpec
from sim.scenario.quarter import format_quarter
from sim.scenario.world import World
from sim.system import capacity as room
from sim.system.machine import cores
from sim.system.progress import Progress
from sim.types import Luck, Watch

#: Variables of states and of recorded pairs that a run leaves behind, quarter by quarter.
STATE_SERIES = tuple(name for name, field in names.STATE_FIELDS.items() if field.record)
DYAD_SERIES = tuple(name for name, field in names.DYAD_FIELDS.items() if field.record)
NETWORKS = ("tie", "pact_level", "organisation_floor")
_HEAD = kernel.LOG_HEAD
_TERMS = kernel.TERM_COUNT

IN_MEMORY: Final = 2**30
"""Bytes of a record from which it is made on disk, unless a caller asks for less."""

_PACKED: Final = 0.6
"""Bytes on disk of a byte of a record, at most: .4 of the shipped scenarios."""


class Interrupted(KeyboardInterrupt):
    """The user stopped an ensemble; ``record`` holds the runs finished until then, if any."""

    def __init__(self, record: EnsembleRecord | None) -> None:
        super().__init__()
        self.record = record


def recorded_pairs(
    spec: ScenarioSpec, extra: Iterable[tuple[str, str]] = ()
) -> tuple[tuple[str, str], ...]:
    """Return the ordered pairs whose variables are recorded.

    These are focal states with focal states and poles, and the pairs that the scenario asks for,
    each in both orders, and the ``extra`` ones as they are.
    """
    pairs: dict[tuple[str, str], None] = dict.fromkeys(extra)
    for a in spec.focal:
        for b in (*spec.focal, *spec.poles):
            if a != b:
                pairs[a, b] = None
                pairs[b, a] = None
    for a, b in spec.record.dyads:
        pairs[a, b] = None
        pairs[b, a] = None
    return tuple(sorted(pairs))


def watched_cells(
    world: World, pairs: tuple[tuple[str, str], ...]
) -> tuple[tuple[tuple[str, str, str], ...], NDArray[np.int64]]:
    """Return what is recorded of collectives, by names and as cells of ``G`` and ``B``.

    These are all variables of the order, of organisations and of conflicts, and the parts that
    focal states, poles and the states of recorded ``pairs`` have in every collective. Of treaties
    that may yet be founded the moves tell.
    """
    spec = world.spec
    states = sorted({*spec.focal, *spec.poles, *(code for pair in pairs for code in pair)})
    parts = {COLLECTIVES[part.row]: name for name, part in names.PARTS.items()}
    found: list[tuple[tuple[str, str, str], tuple[int, int, int]]] = []
    for k, (kind, collective) in enumerate(world.collectives):
        if kind == "organisation" and collective in world.vacancies:
            continue
        for name, field in names.COLLECTIVE_FIELDS.items():
            if field.kind == kind != "school" and not name.startswith("collective_"):
                found.append(((name, collective, ""), (0, field.row, k)))
        if kind in parts:
            found.extend(
                ((parts[kind], collective, code), (1, k, world.index(code))) for code in states
            )
    cells = np.array([cell for _, cell in found], dtype=np.int64).reshape(len(found), 3)
    return tuple(name for name, _ in found), cells


def network_ticks(quarters: int) -> tuple[int, ...]:
    """Ticks at which the whole network is kept: the start, each year, the end."""
    return tuple(sorted({0, quarters, *range(0, quarters + 1, 4)}))


@dataclass(frozen=True)
class _Plan:
    """What is recorded and where, shared by all runs."""

    quarters: int
    state_rows: NDArray[np.int64]
    dyad_rows: NDArray[np.int64]
    pairs: NDArray[np.int64]
    cell_names: tuple[tuple[str, str, str], ...]
    cells: NDArray[np.int64]
    ticks: NDArray[np.int64]
    network_rows: NDArray[np.int64]


def _plan(world: World, pairs: tuple[tuple[str, str], ...]) -> _Plan:
    return _Plan(
        world.spec.quarters,
        np.array([names.STATE_FIELDS[name].row for name in STATE_SERIES], dtype=np.int64),
        np.array([names.DYAD_FIELDS[name].row for name in DYAD_SERIES], dtype=np.int64),
        np.array([(world.index(a), world.index(b)) for a, b in pairs], dtype=np.int64).reshape(
            len(pairs), 2
        ),
        *watched_cells(world, pairs),
        np.array(network_ticks(world.spec.quarters), dtype=np.int64),
        np.array([names.DYAD_FIELDS[name].row for name in NETWORKS], dtype=np.int64),
    )


class _Store:
    """Room for what all runs leave behind: each writes its own slice, nothing is kept twice."""

    def __init__(self, plan: _Plan, n: int, runs: int) -> None:
        ticks = plan.quarters + 1
        self.states = np.empty((runs, ticks, plan.state_rows.size, n))
        self.dyads = np.empty((runs, ticks, plan.dyad_rows.size, plan.pairs.shape[0]))
        self.cells = np.empty((runs, ticks, plan.cells.shape[0]))
        self.tie = np.empty((runs, plan.ticks.size, n, n), dtype=np.float32)
        self.level = np.empty((runs, plan.ticks.size, n, n), dtype=np.int8)
        self.floor = np.empty((runs, plan.ticks.size, n, n), dtype=np.float32)
        self.moves = [np.empty(0, dtype=move_dtype(_TERMS))] * runs
        self.counts = np.zeros((runs, 2), dtype=np.int64)

    @property
    def nbytes(self) -> int:
        """Bytes of all arrays; the moves, far fewer, are left out."""
        return sum(array.nbytes for array in vars(self).values() if isinstance(array, np.ndarray))


def _simulate(
    world: World,
    plan: _Plan,
    store: _Store,
    seed: int,
    run: int,
    *,
    row: int,
    values: NDArray[np.float64] | None = None,
) -> None:
    """Simulate one run into a row of the store, from ``values`` instead of its draws if given."""
    n = world.n
    networks = np.empty((plan.network_rows.size, plan.ticks.size, n, n))
    watch = Watch(
        plan.state_rows,
        plan.dyad_rows,
        plan.pairs,
        plan.cells,
        plan.ticks,
        plan.network_rows,
        store.states[row],
        store.dyads[row],
        store.cells[row],
        networks,
    )
    log = simulated(world, watch, store.counts[row], seed=seed, run=run, values=values)
    store.tie[row] = networks[0]
    store.level[row] = networks[1]
    store.floor[row] = networks[2]
    store.moves[row] = move_rows(row, log)


def simulated(
    world: World,
    watch: Watch,
    counts: NDArray[np.int64],
    *,
    seed: int,
    run: int,
    values: NDArray[np.float64] | None = None,
) -> NDArray[np.float64]:
    """Simulate one run and return its log, one row a move.

    Args:
        world: of the run.
        watch: what is watched, and the arrays that it is written to.
        counts: filled with the opportunities and those that were not used, ``(2,)``.
        seed, run: key the draws and the luck.
        values: of the uncertain numbers instead of the run's draws, ``(K,)``.
    """
    luck = Luck(0, seed, run, world.keys)
    quarters, capacity = world.spec.quarters, 4 * world.n * world.spec.quarters
    while True:
        blocks, events = starts.start(world, seed, run) if values is None else world.initial(values)
        log = np.empty((capacity, kernel.LOG_COLUMNS))
        counts[:] = 0
        logged = kernel.entries().simulate(
            blocks,
            luck,
            quarters,
            events,
            world.limits,
            kernel.space(world.n),
            watch,
            log,
            counts,
        )
        if logged <= capacity:
            return log[:logged]
        capacity = int(logged)


def move_rows(run: int, log: NDArray[np.float64]) -> NDArray[np.void]:
    """Rows of the kernel's log as the records' move type."""
    rows = np.zeros(len(log), dtype=move_dtype(_TERMS))
    rows["run"] = run
    heads = (
        "tick",
        "order",
        "mover",
        "partner",
        "kind",
        "before",
        "after",
        "accepted",
        "du",
        "du_partner",
    )
    for column, name in enumerate(heads):
        rows[name] = log[:, column]
    rows["terms"] = log[:, _HEAD : _HEAD + _TERMS]
    rows["terms_partner"] = log[:, _HEAD + _TERMS : _HEAD + 2 * _TERMS]
    rows["third"] = log[:, _HEAD + 2 * _TERMS : _HEAD + 2 * _TERMS + 3]
    rows["third_du"] = log[:, _HEAD + 2 * _TERMS + 3 : _HEAD + 2 * _TERMS + 6]
    rows["collective"] = log[:, -1]
    return rows


def run_ensemble(
    spec: ScenarioSpec,
    *,
    runs: int | None = None,
    seed: int | None = None,
    jobs: int | None = None,
    progress: Progress | None = None,
    extra_pairs: Iterable[tuple[str, str]] = (),
    in_memory: int = IN_MEMORY,
    folder: Path | None = None,
    after: int = 0,
) -> EnsembleRecord:
    """Simulate an ensemble of a scenario.

    Args:
        spec: the scenario, with its arm and overrides applied.
        runs, seed: override the scenario's own.
        jobs: worker threads, by default the cores that this process may use.
        progress: called with (finished, all) from the calling thread.
        extra_pairs: ordered pairs of states to record beside :func:`recorded_pairs`.
        in_memory: bytes of a record that is kept in memory at most; a larger one is written by
            batches of runs and read from disk, the same to the last bit.
        folder: where a larger one is made, and where the record is to be saved; by default the
            system's folder for temporary files, and nowhere.
        after: number of the first run; those before it are left out.

    Raises:
        KeyError: a state of ``extra_pairs`` is unknown.
        UserError: there is no room for so many runs, in memory or on disk.
        Interrupted: Ctrl-C; carries the runs 0..k-1 that were finished, which equal an ensemble
            of k runs.
    """
    runs, seed = spec.ensemble.given(runs, seed)
    jobs = jobs or cores()
    world = World(spec)
    pairs = recorded_pairs(spec, extra_pairs)
    plan = _plan(world, pairs)
    size = _Store(plan, world.n, 1).nbytes
    batch = runs if size * runs <= in_memory else min(runs, max(1, BATCH // size))
    root = folder or (Path(gettempdir()) if batch < runs else None)
    _require_room(world, plan, size, runs, batch, jobs, root)
    kernel.entries()
    finished: set[int] = set()
    stop = threading.Event()

    def simulate(store: _Store, first: int, row: int) -> int | None:
        if stop.is_set():
            return None
        _simulate(world, plan, store, seed, after + first + row, row=row)
        return first + row

    def fill(store: _Store, first: int) -> None:
        """Simulate the runs of a store, those after the ``first``."""
        waiting: set[Future[int | None]] = set()
        rows = iter(range(len(store.counts)))
        while True:
            while len(waiting) < 4 * jobs and (row := next(rows, None)) is not None:
                waiting.add(pool.submit(simulate, store, first, row))
            if not waiting:
                return
            done, waiting = wait(waiting, return_when=FIRST_COMPLETED)
            finished.update(run for future in done if (run := future.result()) is not None)
            if progress is not None:
                progress(len(finished), runs)

    quarters = [format_quarter(spec.start + tick) for tick in range(plan.quarters + 1)]
    pool, writer = ThreadPoolExecutor(jobs), ThreadPoolExecutor(1)
    first, store = 0, _Store(plan, world.n, 0)
    spool = Spool(root, quarters) if root is not None and batch < runs else None
    written: Future[None] | None = None
    try:
        for first in range(0, runs, batch):
            store = _Store(plan, world.n, min(batch, runs - first))
            fill(store, first)
            if spool is not None:  # beside the next batch, and never more than one
                if written is not None:
                    written.result()
                part = _record(world, plan, pairs, store, slice(None), seed)
                written = writer.submit(spool.add, part)
        if written is not None:
            written.result()
    except KeyboardInterrupt:
        stop.set()
        pool.shutdown(wait=True, cancel_futures=True)
        writer.shutdown(wait=True)
        complete = next(run for run in range(runs + 1) if run not in finished)
        if written is not None:
            written.result()
        if not complete:
            raise Interrupted(None) from None
        kept = 0 if spool is None else spool.runs
        record = _record(world, plan, pairs, store, slice(kept - first, complete - first), seed)
        if spool is not None:
            if complete > kept:
                spool.add(record)
            record = spool.record()
        raise Interrupted(record) from None
    finally:
        pool.shutdown(wait=True, cancel_futures=True)
        writer.shutdown(wait=True)
    if spool is not None:
        return spool.record()
    return _record(world, plan, pairs, store, slice(None), seed)


def _require_room(
    world: World, plan: _Plan, size: int, runs: int, batch: int, jobs: int, root: Path | None
) -> None:
    """Make sure that the runs, of ``size`` bytes each, and what is made of them have room.

    Raises:
        UserError: there is less.
    """
    n, ticks, kept = world.n, plan.quarters + 1, plan.ticks.size
    log = 4 * n * plan.quarters * kernel.LOG_COLUMNS
    thread = 8 * ((len(names.DYAD_FIELDS) + 3 * kept) * n * n + log)
    # afterwards: a variable of all runs, thrice, or blocs and what is made of them and the end
    series, blocs = 24 * ticks * max(n, len(plan.pairs)), 64 * kept * n + 12 * n * n
    whole = batch >= runs
    room.require(
        f"{runs:,} runs of {n} states and {plan.quarters} quarters",
        runs=runs,
        fixed=min(jobs, runs) * thread + (0 if whole else 4 * max(BATCH, size)),
        memory=max(series, blocs) + (size if whole else 0),
        disk=_PACKED * size,
        folder=root,
        instead="ask for fewer runs, fewer quarters or a smaller world",
    )


def run_cases(
    world: World,
    cases: Sequence[tuple[int, NDArray[np.float64]]],
    *,
    seed: int,
    pairs: tuple[tuple[str, str], ...],
) -> EnsembleRecord:
    """Simulate chosen runs from given values, in this thread.

    Args:
        world: the world of all of them.
        cases: for each, the number of the run, which keys its luck, and the values of
            :attr:`World.uncertain`, ``(K,)``; the record has the cases in this order.
        seed: of all of them.
        pairs: the ordered pairs of states to record, no others.

    Raises:
        KeyError: a state of ``pairs`` is unknown.
        UserError: there is no memory for so many.
    """
    plan = _plan(world, pairs)
    size = _Store(plan, world.n, 1).nbytes
    _require_room(world, plan, size, len(cases), len(cases), 1, None)
    store = _Store(plan, world.n, len(cases))
    for row, (run, values) in enumerate(cases):
        _simulate(world, plan, store, seed, run, row=row, values=values)
    return _record(world, plan, pairs, store, slice(None), seed)


def _record(
    world: World,
    plan: _Plan,
    pairs: tuple[tuple[str, str], ...],
    store: _Store,
    rows: slice,
    seed: int,
) -> EnsembleRecord:
    """The record of these rows of a store."""
    spec = world.spec
    moves = np.concatenate([np.empty(0, move_dtype(_TERMS)), *store.moves[rows]])
    moves["run"] -= rows.start or 0
    return EnsembleRecord(
        states=world.codes,
        start=spec.start,
        quarters=plan.quarters,
        poles=spec.poles,
        focal=spec.focal,
        dyads=pairs,
        state_fields=STATE_SERIES,
        state_series=store.states[rows],
        dyad_fields=DYAD_SERIES,
        dyad_series=store.dyads[rows],
        collectives=tuple(name for _, name in world.collectives),
        cells=plan.cell_names,
        cell_series=store.cells[rows],
        network_ticks=tuple(int(tick) for tick in plan.ticks),
        tie=store.tie[rows],
        level=store.level[rows],
        floor=store.floor[rows],
        term_names=tuple(names.TERMS),
        moves=moves,
        opportunities=store.counts[rows, 0].copy(),
        noops=store.counts[rows, 1].copy(),
        seeds=np.full(len(store.counts[rows]), seed, dtype=np.int64),
    )
