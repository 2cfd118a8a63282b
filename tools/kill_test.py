"""Kill a sweep, its workers and its scheduler at random moments, and see whether anything is lost.

    .venv/bin/python tools/kill_test.py [--kills 20] [--seed 1] [--runs 60] [--first worker]

A sweep of a made-up world runs as a process of its own, on threads or on a Dask scheduler with two
worker processes. At a random moment `kill -9` hits the sweep, a worker or the scheduler, in turn;
after that `multipolar sweep --resume` goes on until the next kill, and at last to the end. Then the
parts on disk must equal those of a sweep that nothing interrupted, byte for byte, and no part that
was finished may have been written twice. Prints every kill; the exit code is 1 if anything differs.
"""

from __future__ import annotations

import argparse
import os
import random
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
from contextlib import closing
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
MULTIPOLAR = (sys.executable, "-c", "from sim.cli import main; main()", "sweep", "--quiet")
OPTIONS = (
    *("synthetic", "--set", "synthetic.states=30", "--quarters", "12", "--batch", "40"),
    *("--vary", "security.weight=2:9:50", "--vary", "mechanisms.trust=on,off"),
    *("--metric", "poles()", "--metric", "capability(S0001)"),
)
TARGETS = ("sweep", "worker", "scheduler")
type Process = subprocess.Popen[bytes]


def start(*command: str, log: Path) -> Process:
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    with log.open("ab") as stream:
        return subprocess.Popen(command, cwd=ROOT, env=environment, stdout=stream, stderr=stream)


def kill(process: Process) -> None:
    """`kill -9` for a process that this script started, if it still runs."""
    if process.poll() is None:
        process.send_signal(signal.SIGKILL)
    process.wait()


class Cluster:
    """A scheduler and two workers, each a process of its own; what has died is begun again."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.address = ""
        self.scheduler: Process | None = None
        self.workers: list[Process] = []

    def mend(self) -> None:
        """Start whatever does not run."""
        if self.scheduler is None or self.scheduler.poll() is not None:
            self.close()
            with socket.socket() as probe:
                probe.bind(("127.0.0.1", 0))
                port = str(probe.getsockname()[1])
            self.address = f"tcp://127.0.0.1:{port}"
            where = ("--host", "127.0.0.1", "--port", port, "--no-dashboard")
            module = (sys.executable, "-m", "distributed.cli.dask_scheduler")
            self.scheduler = start(*module, *where, log=self._folder / "cluster.log")
            time.sleep(2.0)
        alive = [worker for worker in self.workers if worker.poll() is None]
        self.workers = alive + [self._worker() for _ in range(2 - len(alive))]

    def _worker(self) -> Process:
        module = (sys.executable, "-m", "distributed.cli.dask_worker", self.address)
        plain = ("--nthreads", "1", "--no-nanny", "--no-dashboard")
        place = ("--local-directory", str(self._folder / "workers"))
        return start(*module, *plain, *place, log=self._folder / "cluster.log")

    def close(self) -> None:
        """Kill all of it."""
        for process in (self.scheduler, *self.workers):
            if process is not None:
                kill(process)
        self.workers = []


def parts(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in (folder / "parts").iterdir()}


def finished(folder: Path) -> dict[str, int]:
    """Parts that the manifest has, and when they were written."""
    with closing(sqlite3.connect(folder / "manifest.sqlite", timeout=60)) as base:
        names = [name for (name,) in base.execute("SELECT file FROM parts")]
    return {name: (folder / "parts" / name).stat().st_mtime_ns for name in names}


class Campaign:
    """One sweep after the other, killed again and again."""

    def __init__(self, place: Path, runs: int, first: str, luck: random.Random) -> None:
        self._place, self._luck = place, luck
        self._first = TARGETS.index(first)
        self._options = (*OPTIONS, "--runs", str(runs))
        self._cluster = Cluster(place)
        self._folder = place / "killed-0"
        self._known: dict[str, int] = {}
        self.faults: list[str] = []
        began = time.monotonic()
        self._start(place / "whole", "local:2").wait()
        self._whole = parts(place / "whole")
        said = f"{len(self._whole)} parts in {time.monotonic() - began:.1f} s"
        print(f"uninterrupted: {said}", flush=True)

    def _start(self, folder: Path, where: str) -> Process:
        old = (folder / "manifest.json").is_file()
        words = ("--resume", str(folder)) if old else (*self._options, "--out", str(folder))
        return start(*MULTIPOLAR, *words, "--executor", where, log=self._place / "sweep.log")

    def kill_once(self, number: int) -> bool:
        """Go on until a random moment, and kill; False if the sweep came to its end before."""
        target = TARGETS[(self._first + number) % 3]
        threads = target == "sweep" and self._luck.random() < 0.5
        if not threads:
            self._cluster.mend()
        sweep = self._start(self._folder, "local:2" if threads else self._cluster.address)
        began = time.monotonic()
        if self._luck.random() < 0.75:  # else perhaps while it starts
            self._await_part(sweep)
        try:
            sweep.wait(self._luck.uniform(0.0, 4.0))
        except subprocess.TimeoutExpired:
            moment = time.monotonic() - began
        else:
            self._judge()
            return False
        if target == "sweep":
            kill(sweep)
        elif target == "worker":
            kill(self._luck.choice(self._cluster.workers))
            try:
                sweep.wait(self._luck.uniform(1.0, 4.0))  # it goes on with the other worker
            except subprocess.TimeoutExpired:
                kill(sweep)
        else:
            kill(self._cluster.scheduler)
            sweep.wait()
        self._judge()
        on = "threads" if threads else "cluster"
        said = f"{target:9} on {on} after {moment:3.1f} s, {len(self._known)} parts finished"
        print(f"kill {number + 1:2}: {said}", flush=True)
        return True

    def _await_part(self, sweep: Process) -> None:
        """Wait until the sweep has written a part since it was started, or is at its end."""
        folder, before = self._folder / "parts", len(self._known)
        while sweep.poll() is None:
            if folder.is_dir() and len(list(folder.glob("*.parquet"))) > before:
                return
            time.sleep(0.02)

    def _judge(self) -> None:
        """See that what was finished before still is, and was not written again."""
        if not (self._folder / "manifest.json").is_file():
            if self._folder.is_dir():  # killed before there was anything to resume
                self._next()
            return
        now = finished(self._folder)
        for name, stamp in self._known.items():
            if now.get(name) != stamp:
                self.faults.append(f"{name}: {'written twice' if name in now else 'lost'}")
        self._known = now
        if len(now) == len(self._whole):
            if parts(self._folder) != self._whole:
                self.faults.append(f"{self._folder.name}: the parts differ")
            print(f"{self._folder.name}: whole and {'DIFFERENT' if self.faults else 'equal'}")
            self._next()

    def _next(self) -> None:
        number = int(self._folder.name.rpartition("-")[2]) + 1
        self._folder, self._known = self._place / f"killed-{number}", {}

    def end(self) -> None:
        """Let the last sweep come to its end, and clear up."""
        if self._folder.is_dir():
            self._start(self._folder, "local:2").wait()
            self._judge()
        self._cluster.close()


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--kills", type=int, default=20)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--runs", type=int, default=60, help="of each of 100 points")
    options.add_argument("--first", choices=TARGETS, default="sweep", help="killed first")
    asked = options.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        campaign = Campaign(Path(scratch), asked.runs, asked.first, random.Random(asked.seed))
        done = 0
        while done < asked.kills:
            done += campaign.kill_once(done)
        campaign.end()
        print(f"{done} kills, {len(campaign.faults)} faults", *campaign.faults, sep="\n")
        if campaign.faults:
            print((Path(scratch) / "sweep.log").read_text("utf-8")[-3000:])
    return 1 if campaign.faults else 0


if __name__ == "__main__":
    raise SystemExit(main())
