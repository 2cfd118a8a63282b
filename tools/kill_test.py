"""Kill runs, calibrations and sweeps at random moments, and see whether anything is lost.

    .venv/bin/python tools/kill_test.py [--run 20] [--calibrate 20] [--sweep 20] [--seed 1]
                                        [--points 60] [--first worker]

A run is saved over the result of another, beside a file of the user, and `kill -9` hits it mostly
while it saves. After that the folder has to hold all of the old result or all of the new, as
uninterrupted runs make them, and the file of the user.

A calibration is killed and begun again until it is at its end. No evaluation may be lost, what says
that it is finished has to be whole, and the end has to be that of an uninterrupted one.

A sweep of a made-up world runs as a process of its own, on threads or on a Dask scheduler with two
worker processes. At a random moment `kill -9` hits the sweep, a worker or the scheduler, in turn;
after that `multipolar sweep --resume` goes on until the next kill, and at last to the end. Then the
parts on disk must equal those of a sweep that nothing interrupted, byte for byte, and no part that
was finished may have been written twice. Prints every kill; the exit code is 1 if anything differs.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from sim.errors import UserError
from sim.record.manifests import read_manifest
from sim.record.results import Results
from sim.study.calibrate import Calibration
from sim.study.laboratory.parts import read_part
from sim.system.files import SCRATCH

ROOT = Path(__file__).resolve().parent.parent
MULTIPOLAR = (sys.executable, "-c", "from sim.cli import main; main()")
WORLD = ("synthetic", "--set", "synthetic.states=30", "--quarters", "12")
RUNS = 60
SMALL = """
format: 1
title: a small world
clock: {start: 2000Q1, quarters: 4}
synthetic: {states: 20, capability: lognormal, spread: 1.5, geography: plane, size: 16, poles: 2,
            positions: normal, distance: 1, seed: 3}
ensemble: {runs: 4, seed: 1, draws: on}
"""
TARGETS_FILE = """
format: 1
title: a rate
ensemble: {runs: 4, seed: 1}
parameters:
  moves.create: {}
targets:
  new_pacts:
    {title: New pacts, scenario: world.yaml, statistic: new_pacts, value: 0.01,
     interval: [0.008, 0.0125], scale: log, source: made up}
"""
CALIBRATE = ("--population", "15", "--generations", "3", "--no-figures", "--quiet")
OPTIONS = (
    *(*WORLD, "--batch", "40"),
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
    """Parts that are whole, and when they were written."""
    paths = [path for path in (folder / "parts").glob("part-*.parquet") if read_part(path)]
    return {path.name: path.stat().st_mtime_ns for path in paths}


class Runs:
    """One run after the other saved over the one before, each killed."""

    def __init__(self, place: Path, luck: random.Random) -> None:
        self._place, self._luck = place, luck
        self._folder, self._log = place / "run", place / "run.log"
        self._seed = 0
        self.faults: list[str] = []
        self._start(0).wait()
        (self._folder / "notes.txt").write_text("mine")
        self._whole = {0: self._tables(self._folder)}

    def _start(self, seed: int, folder: Path | None = None) -> Process:
        words = ("--runs", str(RUNS), "--seed", str(seed), "--no-figures", "--quiet")
        place = ("--out", str(folder or self._folder))
        return start(*MULTIPOLAR, "run", *WORLD, *words, *place, log=self._log)

    def _tables(self, folder: Path) -> dict[str, Any]:
        """The checksums of the tables of a result, which are checked as it is read."""
        Results.load(folder)
        return dict(read_manifest(folder, "run")["files"])

    def kill_once(self, number: int) -> bool:
        """Kill a run; False if it came to its end before."""
        self._seed += 1
        run = self._start(self._seed)
        scratch = self._folder / SCRATCH
        if self._luck.random() < 0.8:  # else perhaps before it saves
            while run.poll() is None and not scratch.is_dir():
                time.sleep(0.002)
        try:
            run.wait(self._luck.choice((0.3, 3.0)) * self._luck.random())
        except subprocess.TimeoutExpired:
            kill(run)
        else:
            self._judge()
            return False
        left = sorted(path.name for path in self._folder.glob(".multipolar-*"))
        seed = self._judge()
        said = f"old result (seed {seed})" if seed != self._seed else "new result"
        print(f"kill {number + 1:2}: run, {said}, left behind: {', '.join(left) or 'nothing'}")
        return True

    def _judge(self) -> int:
        """See that the folder holds a whole result and the notes; return the seed of it."""
        try:
            seed = Results.load(self._folder).meta.seed
            found = self._tables(self._folder)
            if (self._folder / "notes.txt").read_text() != "mine":
                self.faults.append("the notes are lost")
        except (UserError, OSError) as error:
            self.faults.append(f"seed {self._seed}: {error}")
            return -1
        if seed not in self._whole:
            other = self._place / f"whole-{seed}"
            self._start(seed, other).wait()
            self._whole[seed] = self._tables(other)
        if found != self._whole[seed]:
            self.faults.append(f"seed {seed}: the tables differ")
        return seed

    def end(self) -> None:
        """Let a last run come to its end: nothing is left behind."""
        self._seed += 1
        self._start(self._seed).wait()
        self._judge()
        known = {"manifest.json", "notes.txt", *self._whole[0]}
        if extra := {path.name for path in self._folder.iterdir()} - known:
            self.faults.append(f"left behind: {extra}")


class Calibrations:
    """One calibration after the other, killed again and again."""

    def __init__(self, place: Path, luck: random.Random) -> None:
        self._place, self._luck = place, luck
        (place / "world.yaml").write_text(SMALL, "utf-8")
        (place / "targets.yaml").write_text(TARGETS_FILE, "utf-8")
        self._number, self._known = 0, 0
        self.faults: list[str] = []
        began = time.monotonic()
        self._start(place / "cal-whole").wait()
        self._takes = time.monotonic() - began
        self._whole = self._facts(place / "cal-whole")

    @property
    def _folder(self) -> Path:
        return self._place / f"cal-{self._number}"

    def _start(self, folder: Path) -> Process:
        words = (str(self._place / "targets.yaml"), *CALIBRATE, "--out", str(folder))
        return start(*MULTIPOLAR, "calibrate", *words, log=self._place / "calibrate.log")

    @staticmethod
    def _facts(folder: Path) -> dict[str, Any]:
        manifest = read_manifest(folder, "calibration")
        return {key: manifest[key] for key in manifest if key != "date"}

    def kill_once(self, number: int) -> bool:
        """Kill a calibration; False if it came to its end before."""
        calibration = self._start(self._folder)
        if self._luck.random() < 0.8:  # else perhaps while it starts
            while calibration.poll() is None and self._evaluated() <= self._known:
                time.sleep(0.02)
        try:
            calibration.wait(self._luck.uniform(0.0, self._takes / 4))
        except subprocess.TimeoutExpired:
            kill(calibration)
        else:
            self._judge(at_end=True)
            return False
        self._judge()
        print(f"kill {number + 1:2}: calibration, {self._known} evaluations kept", flush=True)
        return True

    def _evaluated(self) -> int:
        paths = (self._folder / "evaluated").glob("*/*.parquet")
        return sum(1 for path in paths if read_part(path))

    def _judge(self, *, at_end: bool = False) -> None:
        try:
            if (self._folder / "calibration.json").is_file():
                json.loads((self._folder / "calibration.json").read_text("utf-8"))
            if (now := self._evaluated()) < self._known:
                self.faults.append(f"{self._known - now} evaluations lost")
            self._known = now
            whole = (self._folder / "manifest.json").is_file()
            if whole:
                Calibration.load(self._folder)
            if at_end and (not whole or self._facts(self._folder) != self._whole):
                self.faults.append(f"{self._folder.name}: it ends differently")
        except (UserError, ValueError) as error:
            self.faults.append(f"{self._folder.name}: {error}")
        if at_end:
            print(f"{self._folder.name}: whole and {'DIFFERENT' if self.faults else 'equal'}")
            self._number, self._known = self._number + 1, 0

    def end(self) -> None:
        """Let the last calibration come to its end."""
        if self._folder.is_dir():
            self._start(self._folder).wait()
            self._judge(at_end=True)


class Sweeps:
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
        return start(
            *MULTIPOLAR,
            "sweep",
            "--quiet",
            *words,
            "--executor",
            where,
            log=self._place / "sweep.log",
        )

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
        if not (self._folder / "manifest.json").is_file():  # it is begun there again
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
    for what in ("run", "calibrate", "sweep"):
        options.add_argument(f"--{what}", type=int, default=20, help=f"kills of {what}")
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--points", type=int, default=60, help="runs of each of 100 points")
    options.add_argument("--first", choices=TARGETS, default="sweep", help="killed first")
    asked = options.parse_args()
    faults = 0
    with tempfile.TemporaryDirectory() as scratch:
        place, luck = Path(scratch), random.Random(asked.seed)
        campaigns = {
            "run": lambda: Runs(place, luck),
            "calibrate": lambda: Calibrations(place, luck),
            "sweep": lambda: Sweeps(place, asked.points, asked.first, luck),
        }
        for what, begin in campaigns.items():
            kills = getattr(asked, what)
            if not kills:
                continue
            campaign, done = begin(), 0
            while done < kills:
                done += campaign.kill_once(done)
            campaign.end()
            print(
                f"{what}: {done} kills, {len(campaign.faults)} faults", *campaign.faults, sep="\n"
            )
            if campaign.faults:
                print((place / f"{what}.log").read_text()[-3000:])
            faults += len(campaign.faults)
    return 1 if faults else 0


if __name__ == "__main__":
    raise SystemExit(main())
