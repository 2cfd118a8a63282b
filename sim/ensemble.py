"""Many runs of the same kernel on all cores, without Mesa objects.

Runs are independent and keyed by (seed, run), and the compiled step releases the interpreter lock,
so threads share one process and one copy of the code; results do not depend on their number.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim import draws, kernel
from sim import vocabulary as names
from sim.errors import UserError
from sim.records import EnsembleRecord, move_dtype
from sim.registry import COLLECTIVES
from sim.scenario import ScenarioSpec
from sim.world import World

#: Variables of states and of recorded pairs that a run leaves behind, quarter by quarter.
STATE_SERIES = (
    "capability",
    "economy",
    "ideal_point",
    "arms_effort",
    "utility",
    "threat",
    "protection",
    "need",
    "munitions",
    "munitions_imports",
    "support",
    "attention",
    "effective_revisionism",
    "recognition",
    "legitimacy",
    "regime_security",
    "governance",
    "polarisation",
    "instability",
    "standing",
    "status_gap",
    "overstretch",
    "energy_exports",
    "technology_access",
    "entry_chance",
    "hhi_arms",
    "hhi_trade",
    "portfolio",
    "ties",
)
DYAD_SERIES = (
    "alignment",
    "trust",
    "tension",
    "hostility",
    "threat_from",
    "pact_level",
    "commitment",
    "trade",
    "energy",
    "arms",
    "arms_stock",
    "finance",
    "vulnerability",
    "contact",
    "sanctions",
    "aid",
    "munitions_from",
    "technology",
    "rivalry",
    "identity",
    "claim",
    "capture",
    "subversion",
    "mediation",
    "personnel",
    "clash_risk",
    "connectivity",
    "currency",
    "war",
    "covert",
    "uncertainty",
    "influence_share",
    "shared_fear",
    "intensity_1",
    "intensity_2",
    "intensity_3",
)
NETWORKS = ("tie", "pact_level", "organisation_floor")
_HEAD = kernel.LOG_HEAD
_TERMS = kernel.TERM_COUNT

Progress = Callable[[int, int], None]


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
    focal states, poles and the states of recorded ``pairs`` have in every collective.
    """
    spec = world.spec
    states = sorted({*spec.focal, *spec.poles, *(code for pair in pairs for code in pair)})
    parts = {COLLECTIVES[part.row]: name for name, part in names.PARTS.items()}
    found: list[tuple[tuple[str, str, str], tuple[int, int, int]]] = []
    for k, (kind, collective) in enumerate(world.collectives):
        for name, field in names.COLLECTIVE_FIELDS.items():
            if field.kind == kind != "school" and name != "collective_kind":
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
    n, quarters = world.n, plan.quarters
    capacity = 4 * n * quarters
    networks = np.empty((plan.network_rows.size, plan.ticks.size, n, n))
    while True:
        blocks = draws.start(world, seed, run) if values is None else world.initial(values)
        log = np.empty((capacity, kernel.LOG_COLUMNS))
        store.counts[row] = 0
        logged = kernel.entries().simulate(
            blocks.M,
            blocks.V,
            blocks.G,
            blocks.B,
            blocks.P,
            n,
            quarters,
            seed,
            run,
            world.keys,
            blocks.events,
            world.limits,
            np.empty((n * kernel.MAX_OPPORTUNITIES, 2), dtype=np.int64),
            np.empty(n * kernel.MAX_OPPORTUNITIES),
            np.zeros(kernel.choice_cells(n)),
            plan.state_rows,
            plan.dyad_rows,
            plan.pairs,
            plan.cells,
            store.states[row],
            store.dyads[row],
            store.cells[row],
            plan.ticks,
            plan.network_rows,
            networks,
            log,
            store.counts[row],
        )
        if logged <= capacity:
            break
        capacity = logged
    store.tie[row] = networks[0]
    store.level[row] = networks[1]
    store.floor[row] = networks[2]
    store.moves[row] = move_rows(row, log[:logged])


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
) -> EnsembleRecord:
    """Simulate an ensemble of a scenario.

    Args:
        spec: the scenario, with its arm and overrides applied.
        runs, seed: override the scenario's own.
        jobs: worker threads, by default the cores that this process may use.
        progress: called with (finished, all) from the calling thread.
        extra_pairs: ordered pairs of states to record beside :func:`recorded_pairs`.

    Raises:
        KeyError: a state of ``extra_pairs`` is unknown.
        UserError: the record of so many runs does not fit into memory.
        Interrupted: Ctrl-C; carries the runs 0..k-1 that were finished, which equal an ensemble
            of k runs.
    """
    runs = spec.ensemble.runs if runs is None else runs
    seed = spec.ensemble.seed if seed is None else seed
    jobs = jobs or len(os.sched_getaffinity(0))
    world = World(spec)
    pairs = recorded_pairs(spec, extra_pairs)
    plan = _plan(world, pairs)
    kernel.entries()
    try:
        store = _Store(plan, world.n, runs)
    except MemoryError as error:
        raise UserError(f"{runs} runs: no memory for their record; ask for fewer") from error
    finished: set[int] = set()
    stop = threading.Event()

    def work(run: int) -> int | None:
        if stop.is_set():
            return None
        _simulate(world, plan, store, seed, run, row=run)
        return run

    pool = ThreadPoolExecutor(max_workers=jobs)
    try:
        waiting: set[Future[int | None]] = set()
        following = 0
        while waiting or following < runs:
            while following < runs and len(waiting) < 4 * jobs:
                waiting.add(pool.submit(work, following))
                following += 1
            done, waiting = wait(waiting, return_when=FIRST_COMPLETED)
            for future in done:
                run = future.result()
                if run is not None:
                    finished.add(run)
            if progress is not None:
                progress(len(finished), runs)
    except KeyboardInterrupt:
        stop.set()
        pool.shutdown(wait=True, cancel_futures=True)
        complete = 0
        while complete in finished:
            complete += 1
        record = _record(world, plan, pairs, store, complete, seed) if complete else None
        raise Interrupted(record) from None
    finally:
        pool.shutdown(wait=True, cancel_futures=True)
    return _record(world, plan, pairs, store, runs, seed)


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
    """
    plan = _plan(world, pairs)
    store = _Store(plan, world.n, len(cases))
    for row, (run, values) in enumerate(cases):
        _simulate(world, plan, store, seed, run, row=row, values=values)
    return _record(world, plan, pairs, store, len(cases), seed)


def _record(
    world: World,
    plan: _Plan,
    pairs: tuple[tuple[str, str], ...],
    store: _Store,
    runs: int,
    seed: int,
) -> EnsembleRecord:
    spec = world.spec
    return EnsembleRecord(
        states=world.codes,
        start=spec.start,
        quarters=plan.quarters,
        poles=spec.poles,
        focal=spec.focal,
        dyads=pairs,
        state_fields=STATE_SERIES,
        state_series=store.states[:runs],
        dyad_fields=DYAD_SERIES,
        dyad_series=store.dyads[:runs],
        collectives=tuple(name for _, name in world.collectives),
        cells=plan.cell_names,
        cell_series=store.cells[:runs],
        network_ticks=tuple(int(tick) for tick in plan.ticks),
        tie=store.tie[:runs],
        level=store.level[:runs],
        floor=store.floor[:runs],
        term_names=tuple(names.TERMS),
        moves=np.concatenate(store.moves[:runs]),
        opportunities=store.counts[:runs, 0].copy(),
        noops=store.counts[:runs, 1].copy(),
        seeds=np.full(runs, seed, dtype=np.int64),
    )
