"""All benchmarks, side by side in one session: `make bench`, some forty minutes on two cores.

Writes the figures to results/reference/benchmarks.json, and from them docs/performance.md and its
picture. What is measured, and against what, is said there.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from benchmarks import mechanisms
from benchmarks.floor import floor
from benchmarks.many import many
from sim import kernel, load_scenario
from sim.compiled import kernel_cache
from sim.drivers import ensemble
from sim.drivers import starts as draws
from sim.drivers.model import MultipolarModel
from sim.scenario.world import World
from sim.study.run import run as scenario_run
from sim.system.machine import cores
from sim.types import Luck

ROOT = Path(__file__).parents[1]
JSON = ROOT / "results" / "reference" / "benchmarks.json"
SIZES = (20, 40, 80, 160, 320)
QUARTERS = 80
#: quarters that the plain model is timed for, and scaled to 80
PLAIN = {20: 8, 40: 4, 80: 2, 160: 1, 320: 1}
#: quarters of kernel and Mesa driver, scaled to 80
PLAYED = {20: 80, 40: 80, 80: 80, 160: 40, 320: 16}
ENSEMBLES = (1, 10, 100, 1000, 10_000)
FLAGSHIPS = ("russia_dprk_pact", "vietnam_bamboo")
PLAIN_RUNS = 2
CLI = str(Path(sys.executable).with_name("multipolar"))
#: a driver of its own process: an ensemble in batches, its records dropped
BATCHES = """
import sys
from sim import load_scenario
from sim.drivers.ensemble import run_ensemble
name, runs = sys.argv[1], int(sys.argv[2])
overrides = ["synthetic.states=40", "clock.quarters=80"] if name == "synthetic" else []
spec = load_scenario(name, overrides=overrides)
for first in range(0, runs, 500):
    run_ensemble(spec, runs=min(500, runs - first), seed=1 + first)
"""
#: starts a command from a small process, as the system counts what a process was forked from as
#: its own peak; writes seconds and megabytes to a file
WATCH = """
import json, os, sys, time
report, *command = sys.argv[1:]
clock = time.perf_counter()
child = os.posix_spawn(command[0], command, os.environ)
_, status, used = os.wait4(child, 0)
seconds = time.perf_counter() - clock
unit = 2**20 if sys.platform == "darwin" else 2**10
with open(report, "w") as file:
    busy = used.ru_utime + used.ru_stime
    json.dump({"seconds": seconds, "processor_s": busy, "peak_mb": used.ru_maxrss / unit}, file)
sys.exit(os.waitstatus_to_exitcode(status))
"""
PLAIN_BATCH = """
import sys
import mesa
from benchmarks.mesa_model import ReferenceModel
if __name__ == "__main__":
    found = mesa.batch_run(
        ReferenceModel, parameters={"states": 40, "quarters": 80}, number_processes=2,
        iterations=int(sys.argv[1]), max_steps=80, display_progress=False,
    )
    print(len({row["RunId"] for row in found}))
"""

#: quarters of a flagship in the plain model: organisations, conflicts and schools are in play
PLAIN_FLAGSHIP = """
import sys, time
from benchmarks.mesa_model import ReferenceModel
from sim import load_scenario
model = ReferenceModel(seed=2, spec=load_scenario(sys.argv[1], quarters=3))
clock = time.perf_counter()
for _ in range(3):
    model.step()
print((time.perf_counter() - clock) / 3)
"""


def say(text: str) -> None:
    print(f"{time.strftime('%H:%M:%S')}  {text}", file=sys.stderr, flush=True)


def spread(values: Iterable[float]) -> dict[str, float]:
    """Median, least and largest, and their number."""
    tries = sorted(values)
    return {
        "median": statistics.median(tries), "low": tries[0], "high": tries[-1], "n": len(tries),
    }  # fmt: skip


def timed(run: Callable[[], object], repeat: int) -> list[float]:
    """Seconds of each of some calls."""
    found = []
    for _ in range(repeat):
        clock = time.perf_counter()
        run()
        found.append(time.perf_counter() - clock)
    return found


class Ran(NamedTuple):
    """A whole process: wall and processor seconds, its own peak of memory, what it printed."""

    seconds: float
    processor_s: float
    peak_mb: float
    text: str


def process(*command: str, plain: bool = False, **more: str) -> Ran:
    """Run a whole process of Python."""
    environment = os.environ | more | ({"NUMBA_DISABLE_JIT": "1"} if plain else {})
    with tempfile.NamedTemporaryFile("r") as report:
        done = subprocess.run(
            [sys.executable, "-S", "-c", WATCH, report.name, sys.executable, *command],
            cwd=ROOT, env=environment, capture_output=True, text=True, check=False,
        )  # fmt: skip
        if done.returncode != 0:
            raise RuntimeError(f"{command}: {done.stderr[-2000:]}")
        return Ran(**json.load(report), text=done.stdout)


def synthetic(states: int, quarters: int) -> Any:
    """A generated world."""
    overrides = [f"synthetic.states={states}", f"clock.quarters={quarters}"]
    return load_scenario("synthetic", overrides=overrides)


def one_size(states: int) -> dict[str, Any]:
    """A run of 80 quarters on one core: kernel, Mesa driver, plain Mesa."""
    say(f"  {states} states")
    quarters = PLAYED[states]
    spec = synthetic(states, quarters)
    world = World(spec)
    plan = ensemble._plan(world, ensemble.recorded_pairs(spec))
    store = ensemble._Store(plan, world.n, 1)
    scale = QUARTERS / quarters
    ensemble._simulate(world, plan, store, 1, 0, row=0)
    repeat = 7 if states <= 80 else 3
    compiled = timed(lambda: ensemble._simulate(world, plan, store, 1, 0, row=0), repeat)

    def drive() -> None:
        model = MultipolarModel(spec, seed=1)
        for _ in range(quarters):
            model.step()

    drive()
    driven = timed(drive, 3)
    found: dict[str, Any] = {
        "states": states,
        "kernel_s": spread(scale * x for x in compiled),
        "driver_s": spread(scale * x for x in driven),
        "plain_s": None,
    }
    if states in PLAIN:
        tries = []
        for seed in (1, 2):
            arguments = ["--states", str(states), "--quarters", str(PLAIN[states])]
            told = json.loads(process(
                "-m", "benchmarks.mesa_model", *arguments, "--seed", str(seed), plain=True
            ).text)  # fmt: skip
            tries.append(told["construction"] + told["stepping"] * QUARTERS / PLAIN[states])
        found["plain_s"] = spread(tries)
    return found


def ensembles() -> dict[str, Any]:
    """Whole processes, start to end: R runs of 40 states and 80 quarters on all cores."""
    found: dict[str, Any] = {"runs": [], "flagships": {}}
    for runs in ENSEMBLES:
        done = [
            process("-c", BATCHES, "synthetic", str(runs)) for _ in range(3 if runs <= 100 else 1)
        ]
        wall, peak = spread(it.seconds for it in done), max(it.peak_mb for it in done)
        found["runs"].append({"runs": runs, "wall_s": wall, "peak_mb": peak})
        say(f"  {runs} runs: {wall['median']:.1f} s")
    with tempfile.TemporaryDirectory() as folder:
        script = Path(folder) / "batch.py"
        script.write_text(PLAIN_BATCH)
        path = {"PYTHONPATH": str(ROOT)}
        plain = process(str(script), str(PLAIN_RUNS), plain=True, **path)
        found["batch_run"] = {
            "runs": PLAIN_RUNS, "found": int(plain.text), "wall_s": plain.seconds
        }  # fmt: skip
    for name in FLAGSHIPS:
        bare = process("-c", BATCHES, name, "1000")
        with tempfile.TemporaryDirectory() as folder:
            command = [CLI, "run", name, "--runs", "1000", "--quiet"]
            whole = process(*command, "--out", f"{folder}/out")
        found["flagships"][name] = {
            "runs": 1000, "wall_s": bare.seconds, "peak_mb": bare.peak_mb,
            "command_s": whole.seconds, "command_mb": whole.peak_mb,
        }  # fmt: skip
    return found


def starts() -> dict[str, Any]:
    """Cold and warm starts of the command."""
    found: dict[str, Any] = {}
    with tempfile.TemporaryDirectory() as cache:
        found["cold_compile_s"] = process(CLI, "compile", MULTIPOLAR_CACHE=cache).seconds
    found["help_s"] = spread(process(CLI, "--help").seconds for _ in range(5))
    first, whole = [], []
    for _ in range(5):
        with tempfile.TemporaryDirectory() as folder:
            command = [sys.executable, CLI, "run", FLAGSHIPS[0], "--runs", "1"]
            clock = time.perf_counter()
            with subprocess.Popen(
                [*command, "--out", f"{folder}/out"], cwd=ROOT, text=True,
                stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            ) as running:  # fmt: skip
                assert running.stdout is not None
                running.stdout.readline()
                first.append(time.perf_counter() - clock)
                running.stdout.read()
            whole.append(time.perf_counter() - clock)
    found["first_line_s"], found["one_run_s"] = spread(first), spread(whole)
    bare = []
    for _ in range(3):
        with tempfile.TemporaryDirectory() as folder:
            command = [CLI, "run", FLAGSHIPS[0], "--runs", "1", "--no-figures", "--quiet"]
            bare.append(process(*command, "--out", f"{folder}/out").seconds)
    found["one_run_without_figures_s"] = spread(bare)
    return found


def commands() -> list[dict[str, Any]]:
    """Wall and processor seconds of what users call, and once more with the arms that it kept."""
    found = []
    kernels, _ = kernel_cache.folder()
    name = FLAGSHIPS[0]
    for title, command in (
        ("list", ["list"]),
        ("run, 1 run, without figures", ["run", name, "--runs", "1", "--no-figures"]),
        ("run, 1 run", ["run", name, "--runs", "1"]),
        ("run, 200 runs", ["run", name, "--runs", "200"]),
        ("compare, 100 runs", ["compare", name, "--runs", "100"]),
        ("claims, 100 runs", ["claims", name, "--runs", "100"]),
    ):
        row: dict[str, Any] = {"command": title}
        with tempfile.TemporaryDirectory() as folder:
            if kernels:
                shutil.copytree(kernels, f"{folder}/kernels")
            for key in ("first", "again"):
                place = ["--out", f"{folder}/{key}"] if command[0] in ("run", "null") else []
                ran = process(CLI, *command, *place, MULTIPOLAR_CACHE=folder)
                row[key] = {"wall_s": ran.seconds, "processor_s": ran.processor_s}
        found.append(row)
        say(f"  {row}")
    return found


def scopes() -> list[dict[str, Any]]:
    """Seconds of 200 runs of a flagship on all cores: the states that it asks about, and all."""
    found = []
    for overrides in ([], ["scope=all"]):
        spec = load_scenario(FLAGSHIPS[0], overrides=overrides)
        ensemble.run_ensemble(spec, runs=2, seed=1)
        seconds = timed(lambda s=spec: ensemble.run_ensemble(s, runs=200, seed=1), 1)[0]
        found.append(
            {"states": len(spec.states), "quarters": spec.quarters, "runs": 200, "wall_s": seconds}
        )
        say(f"  {found[-1]}")
    return found


def workers() -> dict[str, Any]:
    """Wall seconds of one sweep on two threads, and on a Dask cluster of two worker processes."""
    from distributed import LocalCluster

    found: dict[str, Any] = {"points": 6, "runs": 100}
    command = ["sweep", FLAGSHIPS[1], "--vary", f"security.weight=2:9:{found['points']}",
               "--metric", "hedging(VNM)", "--runs", str(found["runs"]), "--quiet"]  # fmt: skip
    with (
        tempfile.TemporaryDirectory() as folder,
        LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster,
    ):
        for key, executor in (
            ("threads_s", "local:2"), ("first_s", cluster.scheduler_address),
            ("again_s", cluster.scheduler_address),
        ):  # fmt: skip
            place = ["--executor", executor, "--out", f"{folder}/{key}"]
            found[key] = process(CLI, *command, *place).seconds
    say(f"  {found}")
    return found


def recording() -> list[dict[str, Any]]:
    """Time of a run with the default record and with none, and of what follows a run."""
    found = []
    for name in FLAGSHIPS:
        spec = load_scenario(name)
        world = World(spec)
        full = ensemble._plan(world, ensemble.recorded_pairs(spec))
        none = ensemble._Plan(
            full.quarters, full.state_rows[:0], full.dyad_rows[:0], full.pairs[:0], (),
            full.cells[:0], full.ticks[:1], full.network_rows,
        )  # fmt: skip
        tries: dict[str, list[float]] = {"full": [], "none": []}
        for plan in (full, none):
            ensemble._simulate(world, plan, ensemble._Store(plan, world.n, 1), 1, 0, row=0)
        for _ in range(15):
            for key, plan in (("full", full), ("none", none)):
                store = ensemble._Store(plan, world.n, 1)
                tries[key] += timed(lambda w=world, s=store, p=plan: _one(w, p, s), 1)
        a, b = min(tries["full"]), min(tries["none"])
        clock = time.perf_counter()
        results = scenario_run(spec, runs=200)
        simulated = time.perf_counter() - clock
        results.bloc_labels  # noqa: B018  (an analysis, not part of the record)
        with tempfile.TemporaryDirectory() as folder:
            saved = timed(lambda r=results, f=folder: r.save(f"{f}/out"), 1)[0]
        found.append(
            {
                "scenario": name, "full_s": a, "none_s": b, "share_in_run": max(0.0, 1.0 - b / a),
                "runs": 200, "simulated_s": simulated, "saved_s": saved,
                "share_with_files": (max(0.0, 1.0 - b / a) * simulated + saved)
                / (simulated + saved),
            }
        )  # fmt: skip
    return found


def _one(world: World, plan: Any, store: Any) -> None:
    ensemble._simulate(world, plan, store, 1, 0, row=0)


def phases(states: int) -> dict[str, float]:
    """Microseconds of each part of a quarter, called one by one from Python."""
    spec = synthetic(states, 40)
    world, entries = World(spec), kernel.entries()
    n, spent = world.n, dict.fromkeys(("settle", "organise", "schedule", "turns", "finish"), 0.0)
    w = draws.start(world, 1, 0).blocks
    order, times, cells = kernel.space(n)
    log, counts = np.zeros((8 * n, kernel.LOG_COLUMNS)), np.zeros(2, dtype=np.int64)
    entries.begin(w, world.keys)
    quarters = 12 if states > 100 else 40
    for tick in range(quarters + 1):  # the first loads the compiled code
        if tick == 1:
            spent = dict.fromkeys(spent, 0.0)
        marks = [time.perf_counter()]
        luck = Luck(tick, 1, 0, world.keys)
        entries.settle(w, luck)
        marks.append(time.perf_counter())
        logged = entries.organise(w, luck, log, 0)
        marks.append(time.perf_counter())
        count = entries.schedule(w, luck, order, times)
        marks.append(time.perf_counter())
        for position, (i, k) in enumerate(order[:count].tolist()):
            logged = entries.turn(w, luck, i, k, position, cells, log, logged, counts)
        marks.append(time.perf_counter())
        entries.finish(w)
        marks.append(time.perf_counter())
        for part, start, end in zip(spent, marks[:-1], marks[1:], strict=True):
            spent[part] += end - start
    return {part: 1e6 * seconds / quarters for part, seconds in spent.items()}


def rules() -> dict[str, list[float]]:
    """Microseconds of each mechanism a quarter, at 40, 160 and 320 states."""
    worlds = [mechanisms.state(size, 8) for size in (40, 160, 320)]
    found = {}
    for name, rule in mechanisms.names.MECHANISMS.items():
        loop = mechanisms.loop_of(rule.update)
        found[name] = [mechanisms.cost(loop, world, 3) for world in worlds]
    return found


def flagship() -> dict[str, Any]:
    """Seconds a quarter of a flagship: kernel (whole runs), Mesa driver, plain Mesa."""
    name = FLAGSHIPS[0]
    spec = load_scenario(name)
    world = World(spec)
    plan = ensemble._plan(world, ensemble.recorded_pairs(spec))
    store = ensemble._Store(plan, world.n, 1)
    _one(world, plan, store)
    compiled = timed(lambda: _one(world, plan, store), 9)
    model = MultipolarModel(spec)
    model.step()
    driven = timed(model.step, spec.quarters - 1)
    text = process("-c", PLAIN_FLAGSHIP, name, plain=True).text
    return {
        "scenario": name,
        "states": world.n,
        "kernel_s": statistics.median(compiled) / spec.quarters,
        "driver_s": statistics.median(driven),
        "plain_s": float(text),
    }


def threads() -> dict[str, Any]:
    """Seconds of 100 runs with one thread and with two, and whether they are the same bits."""
    spec = synthetic(40, QUARTERS)
    found: dict[str, Any] = {}
    records = []
    for jobs in (1, 2):
        clock = time.perf_counter()
        records.append(ensemble.run_ensemble(spec, runs=100, seed=1, jobs=jobs))
        found[f"jobs_{jobs}_s"] = time.perf_counter() - clock
    a, b = records
    found["equal"] = bool(
        np.array_equal(a.state_series, b.state_series)
        and np.array_equal(a.dyad_series, b.dyad_series)
        and a.moves.tobytes() == b.moves.tobytes()
    )
    return found


def machine() -> dict[str, Any]:
    """What this was measured on."""
    model = platform.processor()
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
        model = next(x.split(":")[1].strip() for x in lines if x.startswith("model name"))
        flags = next(x for x in lines if x.startswith("flags")).split()
        model += ", AVX-512" if "avx512f" in flags else ", AVX2" if "avx2" in flags else ""
    except (OSError, StopIteration):
        pass
    import mesa
    import numba

    return {
        "processor": model,
        "cores": cores(),
        "python": platform.python_version(),
        "numba": numba.__version__,
        "mesa": mesa.__version__,
        "date": time.strftime("%Y-%m-%d"),
    }


def exponent(sizes: list[dict[str, Any]], first: int, last: int) -> float:
    """e of cost ~ N^e between two sizes, of the kernel."""
    cost = {row["states"]: row["kernel_s"]["median"] for row in sizes}
    return math.log(cost[last] / cost[first]) / math.log(last / first)


def main() -> None:
    """Measure everything, or only draw the page anew."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--page", action="store_true", help="only write the page from the figures")
    parser.add_argument("--only", nargs="+", metavar="PART", help="measure these parts anew")
    options = parser.parse_args()
    if not options.page:
        found: dict[str, Any] = json.loads(JSON.read_text()) if options.only else {}
        here = machine()
        process(CLI, "compile")
        for name, measure in (
            ("sizes", lambda: [one_size(states) for states in SIZES]),
            ("floor", lambda: [floor(40), floor(160)]),
            ("phases", lambda: {str(n): phases(n) for n in (40, 160, 320)}),
            ("rules", rules), ("flagship", flagship),
            ("threads", threads), ("recording", recording),
            ("starts", starts), ("ensembles", ensembles), ("commands", commands),
            ("scopes", scopes), ("workers", workers),
            ("many_states", lambda: many(say)),
        ):  # fmt: skip
            if not options.only or name in options.only:
                say(name)
                found[name] = measure()
                found.setdefault("machines", {})[name] = here
                JSON.parent.mkdir(parents=True, exist_ok=True)
                JSON.write_text(json.dumps(found, indent=1) + "\n")
    from benchmarks.page import write

    write(json.loads(JSON.read_text()), ROOT / "docs")


if __name__ == "__main__":
    main()
