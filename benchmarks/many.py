"""Worlds of many states, this version beside an older one: seconds of processor time a quarter.

The older version is taken from the history of the repository, its kernels compiled into a folder of
their own. A quarter is the difference of a longer and a shorter run over the difference of their
lengths, so that the start of a run counts for nothing; both versions take turns.
"""

from __future__ import annotations

import json
import math
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Any, Final

ROOT: Final = Path(__file__).parents[1]
OLD: Final = "78c7c4a"
QUARTERS: Final = {40: 81, 80: 41, 160: 21, 190: 17, 320: 11, 640: 5, 1000: 4, 2000: 3}
"""Quarters of the longer run, by the number of states; the shorter has one."""
NUMPY: Final = {40: 8, 160: 4, 320: 2, 640: 1}
"""Quarters that Mesa with numpy rows is timed for."""
REPEATS: Final = 3

#: run in a process of either version; prints processor seconds of runs of the given lengths
TIME: Final = """
import json, sys, time
from sim import load_scenario
try:
    from sim.drivers import ensemble
    from sim.scenario.world import World
except ImportError:
    from sim import ensemble
    from sim.world import World
states, *lengths = map(int, sys.argv[1:])
found = []
for quarters in (1, *lengths):  # the first loads the compiled code
    overrides = [f"synthetic.states={states}", f"clock.quarters={quarters}"]
    spec = load_scenario("synthetic", overrides=overrides)
    world = World(spec)
    plan = ensemble._plan(world, ensemble.recorded_pairs(spec))
    store = ensemble._Store(plan, world.n, 1)
    clock = time.process_time()
    ensemble._simulate(world, plan, store, 1, 0, row=0)
    found.append(time.process_time() - clock)
print(json.dumps(found[1:]))
"""


def _run(root: Path, cache: str | None, *command: str) -> str:
    environment = os.environ | {"PYTHONPATH": str(root), "OMP_NUM_THREADS": "1"}
    if cache:
        environment["MULTIPOLAR_CACHE"] = cache
    done = subprocess.run(
        [sys.executable, *command],
        cwd=root,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise RuntimeError(f"{command[:1]}: {done.stderr[-2000:]}")
    return done.stdout


def quarter(root: Path, cache: str | None, states: int) -> float:
    """Processor seconds of a quarter in one version."""
    long = QUARTERS[states]
    short, whole = json.loads(_run(root, cache, "-c", TIME, str(states), "1", str(long)))
    return float(whole - short) / (long - 1)


@contextmanager
def older() -> Iterator[tuple[Path, str] | None]:
    """The older version and a place for its kernels; None where the history does not hold it."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder) / "old"
        place.mkdir()
        packed = subprocess.run(
            ["git", "archive", OLD], cwd=ROOT, capture_output=True, check=False
        ).stdout
        if not packed:
            yield None
            return
        subprocess.run(["tar", "-x", "-C", str(place)], input=packed, check=True)
        cache = str(Path(folder) / "cache")
        yield place, cache


def numpy_rows(states: int) -> float:
    """Processor seconds of a quarter of Mesa with numpy rows."""
    quarters = NUMPY[states]
    arguments = ["--states", str(states), "--quarters", str(quarters)]
    text = _run(ROOT, None, "-m", "benchmarks.mesa_rows", *arguments)
    return float(json.loads(text)["stepping"]) / quarters


def many(say: Callable[[str], None]) -> dict[str, Any]:
    """Milliseconds a quarter by the number of states, and the exponents of both versions."""
    rows = []
    with older() as old:
        for states in QUARTERS:
            tries: dict[str, list[float]] = {"now": [], "base": []}
            for _ in range(REPEATS if states < 1000 else 1):
                tries["now"].append(quarter(ROOT, None, states))
                if old:
                    tries["base"].append(quarter(*old, states))
            row = {key: 1e3 * median(found) for key, found in tries.items() if found}
            if states in NUMPY:
                row["numpy"] = 1e3 * numpy_rows(states)
            rows.append({"states": states, **row})
            say(f"  {rows[-1]}")
    return {"rows": rows, "exponents": exponents(rows)}


def exponents(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """e of cost ~ N^e from 40 states to 640 and to 2,000."""
    found = []
    for last in (640, 2000):
        row: dict[str, Any] = {"first": 40, "last": last}
        for key in ("base", "now"):
            cost = {it["states"]: it[key] for it in rows if key in it}
            if cost:
                row[key] = math.log(cost[last] / cost[40]) / math.log(last / 40)
        found.append(row)
    return found
