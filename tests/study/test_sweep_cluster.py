"""Sweeps on a real Dask scheduler with worker processes here, some of which are killed."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from sim.study.sweep import Evaluator, Sweep, Unfinished, executors, resume, sweep
from tests.inline_scenario import TEXT
from tests.rules.test_outside import RULE, call

pytest.importorskip("distributed")

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

    def close(self) -> None:
        for process in (self.scheduler, *self.workers):
            process.kill()
            process.wait()
        self._log.close()


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[Cluster]:
    made = Cluster(tmp_path, 2)
    yield made
    made.close()


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


def test_a_worker_with_other_code_is_refused(six: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    evaluate = Evaluator(six, vary=["security.weight"], metrics=METRICS)
    packed, digest = executors.pack(evaluate)
    cases = (np.array([[3.0]]), np.array([4]), np.array([1]))
    code = executors.code_version()
    values, failures = executors.remote(digest, packed, cases, code)
    np.testing.assert_array_equal(values, evaluate([[3.0]], runs=[1], seed=4)[0])
    assert not failures
    with pytest.raises(RuntimeError, match="another version"):
        executors.remote(digest, packed, cases, "other")


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
