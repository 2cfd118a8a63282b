"""Studies on a real Dask scheduler with worker processes here, some of which are killed."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from sim.errors import UserError
from sim.study.laboratory import pool
from sim.study.laboratory.cases import cases_of
from sim.study.laboratory.engine import Laboratory
from sim.study.laboratory.parts import Parts
from sim.study.sweep import Evaluator, Sweep, Unfinished, resume, sweep
from tests.inline_scenario import TEXT
from tests.rules.test_outside import RULE, call

pytest.importorskip("distributed")

TARGETS = """
format: 1
title: two rates
ensemble: {runs: 2, seed: 1}
parameters:
  moves.create: {}
  moves.court: {}
targets:
  new_pacts:
    {title: New pacts, scenario: six.yaml, quarters: 3, statistic: new_pacts, value: 0.5,
     interval: [0.0001, 0.9], source: made up}
  poles:
    {title: Poles, scenario: six.yaml, quarters: 3, metric: poles(), value: 2, interval: [1, 3],
     source: made up}
"""
PLACES = ("local", "tcp")
METRICS = ("alignment(CCC, AAA)", "hedging(CCC)", "poles()")


class Cluster:
    """A scheduler and its workers, each a process."""

    def __init__(self, folder: Path, workers: int) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = str(probe.getsockname()[1])
        self.file = folder / "scheduler.json"
        self.address = f"tcp://127.0.0.1:{port}"
        self._log = (folder / "cluster.log").open("ab")
        where = ("--host", "127.0.0.1", "--port", port, "--scheduler-file", str(self.file))
        self.scheduler = self._start("dask_scheduler", *where)
        place = ("--local-directory", str(folder), "--nthreads", "1", "--no-nanny")
        self.workers = [self._start("dask_worker", self.address, *place) for _ in range(workers)]

    def _start(self, module: str, *words: str) -> subprocess.Popen[bytes]:
        root = str(Path(__file__).resolve().parent.parent.parent)
        return subprocess.Popen(
            [sys.executable, "-m", f"distributed.cli.{module}", "--no-dashboard", *words],
            env={**os.environ, "PYTHONPATH": root},
            stdout=self._log,
            stderr=self._log,
        )

    def await_scheduler(self) -> None:
        """Wait until the scheduler answers, which takes long on a busy machine."""
        end = time.monotonic() + 120.0
        while not self.file.exists() and time.monotonic() < end:
            time.sleep(0.1)

    def serves(self, workers: int) -> bool:
        """Whether the scheduler and so many workers are alive."""
        alive = [process.poll() is None for process in (self.scheduler, *self.workers)]
        return alive[0] and sum(alive) > workers

    def close(self) -> None:
        for process in (self.scheduler, *self.workers):
            process.kill()
            process.wait()
        self._log.close()


@pytest.fixture(scope="module")
def clusters() -> Iterator[list[Cluster]]:
    """All that were started: a worker takes seconds to start, and longer to load the kernel."""
    started: list[Cluster] = []
    yield started
    for one in started:
        one.close()


@pytest.fixture(params=[2])
def cluster(
    request: pytest.FixtureRequest,
    clusters: list[Cluster],
    tmp_path_factory: pytest.TempPathFactory,
) -> Cluster:
    """A cluster with so many workers: one of an earlier test, if it was left that many alive."""
    for one in clusters:
        if one.serves(request.param):
            return one
    clusters.append(Cluster(tmp_path_factory.mktemp("cluster"), request.param))
    clusters[-1].await_scheduler()
    return clusters[-1]


one_worker = pytest.mark.parametrize("cluster", [1], indirect=True)


@pytest.fixture(scope="module")
def six(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("cluster") / "six.yaml"
    path.write_text(TEXT, encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def here(six: Path, tmp_path_factory: pytest.TempPathFactory) -> Sweep:
    return small(six, tmp_path_factory.mktemp("here") / "sweep", "local:1")


def small(six: Path, folder: Path, executor: str, progress: object = None) -> Sweep:
    return sweep(
        six,
        folder,
        vary=["security.weight=2:9:8", "mechanisms.trust=on,off"],
        metrics=METRICS,
        runs=10,
        batch=8,
        executor=executor,
        progress=progress,  # type: ignore[arg-type]
    )


def parts(found: Sweep) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in (found.folder / "parts").iterdir()}


def test_a_worker_with_other_code_is_refused(six: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    evaluate = Evaluator(six, vary=["security.weight"], metrics=METRICS)
    digest, packed = pool.pack(evaluate)
    cases = (np.array([[3.0]]), np.array([4]), np.array([1]))
    code = pool.code_version()
    values, failures = pool.remote(digest, packed, cases, code)
    np.testing.assert_array_equal(values, evaluate([[3.0]], runs=[1], seed=4)[0])
    assert not failures
    with pytest.raises(RuntimeError, match="another version"):
        pool.remote(digest, packed, cases, "other")


def test_workers_are_sent_the_rules_from_outside(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NUMBA_DISABLE_JIT", "1")
    (tmp_path / "weariness.py").write_text(RULE)
    axes = ("--vary", "mechanisms.weariness=on,off", "--metric", "strain()", "--runs", "1")
    words = ("--quarters", "1", "--set", "synthetic.states=4", "--with", "weariness.py")
    cluster = Cluster(tmp_path, 1)
    try:
        for place in ("local:1", cluster.address):
            out = ("--out", place.partition(":")[0], "--executor", place)
            told = call(tmp_path, "sweep", "synthetic", *axes, *words, *out)
            assert told.returncode == 0, told.stderr
    finally:
        cluster.close()
    here, there = (parts(Sweep.load(tmp_path / name)) for name in ("local", "tcp"))
    assert here == there


# --- studies on two workers -----------------------------------------------------------------------
def test_a_sensitivity_on_two_workers_equals_that_on_threads(
    six: Path, cluster: Cluster, tmp_path: Path
) -> None:
    pytest.importorskip("SALib")
    from sim.study.sensitivity import Effort, sensitivity

    told: list[str] = []
    here, there = (
        sensitivity(
            six,
            findings=[{"metric": "hedging(CCC)", "arms": ["base", "calm"], "direction": "higher"}],
            over=["trust.prior", "security.weight", "states.*.capability"],
            effort=Effort(trajectories=2, base=4, lucks=2, draws=20, draw_lucks=2, kept=1),
            quarters=4,
            executor=where,
            folder=tmp_path / where.partition(":")[0],
            say=told.append,
        )
        for where in ("local:2", cluster.address)
    )
    assert there.to_dict() == here.to_dict()
    assert there.by_draw().equals(here.by_draw())
    assert f"on the Dask cluster at {cluster.address}" in told[1]
    kept = [{p.name: p.read_bytes() for p in (tmp_path / x).rglob("*.parquet")} for x in PLACES]
    assert kept[0] == kept[1]


def test_a_phase_diagram_on_two_workers_equals_that_on_threads(
    six: Path, cluster: Cluster, tmp_path: Path
) -> None:
    from sim.study.sensitivity.scenario_phase import parse_axis, phase_diagram

    axes = parse_axis("security.weight=2:8"), parse_axis("trust.prior=0.6:0.75")
    here, there = (
        phase_diagram(six, *axes, coarse=2, refine=1, runs=3, executor=where, folder=None)
        for where in ("local:2", cluster.address)
    )
    assert there.to_dict() == here.to_dict()


def test_a_calibration_on_two_workers_equals_that_on_threads(
    six: Path, cluster: Cluster, tmp_path: Path
) -> None:
    pytest.importorskip("pyabc")
    from sim.study.calibrate import Settings, calibrate, judge, read_targets

    six = Path(shutil.copy(six, tmp_path))
    (six.parent / "targets.yaml").write_text(TARGETS)
    targets, settings = read_targets(six.parent / "targets.yaml"), Settings(10, 2, 0.01, 3)
    found = []
    for place, where in zip(PLACES, ("local:2", cluster.address), strict=True):
        if where == cluster.address:  # a cluster goes on where threads have stopped, and so back
            with pytest.raises(UserError, match="the same command goes on"):
                calibrate(targets, tmp_path / place, settings=settings, minutes=0.0)
        posterior = calibrate(targets, tmp_path / place, settings=settings, executor=where)
        judged = judge(targets, settings, posterior, seeds=(8, 9), executor=where)
        found.append((posterior, judged.to_dict()))
    (here, judged_here), (there, judged_there) = found
    np.testing.assert_array_equal(there.points, here.points)
    np.testing.assert_array_equal(there.weights, here.weights)
    np.testing.assert_array_equal(there.distances, here.distances)
    assert (there.epsilons, there.evaluations) == (here.epsilons, here.evaluations)
    assert repr(judged_there) == repr(judged_here)  # held out there is nothing: not a number


# --- what is killed: each takes what the one before has left --------------------------------------
def test_a_cluster_gives_the_same_though_a_worker_is_killed(
    six: Path, here: Sweep, cluster: Cluster, tmp_path: Path
) -> None:
    seen: list[int] = []

    def progress(done: int, _total: int) -> None:
        seen.append(done)
        if done >= 24 and cluster.workers[0].poll() is None:
            cluster.workers[0].kill()
            cluster.workers[0].wait()

    found = small(six, tmp_path / "s", cluster.address, progress)
    assert cluster.workers[0].poll() is not None
    assert max(seen) == 160 > 24
    assert parts(found) == parts(here)


@one_worker
def test_a_killed_scheduler_loses_nothing_that_is_finished(
    six: Path, here: Sweep, cluster: Cluster, tmp_path: Path
) -> None:
    def progress(done: int, _total: int) -> None:
        if done >= 40:
            cluster.scheduler.kill()
            cluster.scheduler.wait()

    with pytest.raises(Unfinished, match="continue with --resume") as lost:
        small(six, tmp_path / "s", str(cluster.file), progress)
    kept = lost.value.sweep.finished
    assert 40 <= kept < 160
    again = resume(tmp_path / "s", executor="local:2")
    assert parts(again) == parts(here)


@one_worker
def test_a_lost_scheduler_is_told_and_what_was_finished_is_kept(
    six: Path, cluster: Cluster, tmp_path: Path
) -> None:
    def progress(done: int, _total: int) -> None:
        if done >= 6:
            cluster.scheduler.kill()
            cluster.scheduler.wait()

    evaluate = Evaluator(six, vary=["security.weight"], metrics=METRICS)
    cases = cases_of(np.linspace(2, 9, 12)[:, None], range(2), 1)
    with (
        pytest.raises(UserError, match=r"batches were lost .*the same command goes on"),
        Laboratory(cluster.address, Parts(tmp_path / "kept"), progress) as laboratory,
    ):
        laboratory.measure([(evaluate, cases)], 2)
    assert len(list((tmp_path / "kept").rglob("*.parquet"))) >= 3
    made: list[int] = []
    with Laboratory("local:1", Parts(tmp_path / "kept"), lambda n, _: made.append(n)) as laboratory:
        ((values, _),) = laboratory.measure([(evaluate, cases)], 2)
    assert made[0] >= 6
    np.testing.assert_array_equal(values, evaluate(cases[0][::2], range(2), 1).reshape(24, -1))
