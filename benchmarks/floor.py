"""How fast a quarter could be: its arithmetic and its traffic, counted, at this machine's rates.

The kernel's own functions run once in plain Python on numbers that count what is done with them.
Counted are additions, multiplications and divisions of float64 (the polynomials of exp and log
included) and every read and write of a sheet of pairs. Comparisons, integer arithmetic and random
draws are left out, which makes the floor lower; what the compiler computes once for several uses is
counted as often as it is written, which makes it higher. The rates are those of vector loops over
data in the first-level cache (arithmetic), and of a stream over a block as large as the world's
(traffic). The floor is the larger of the two times.

    python -m benchmarks.floor --states 40
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from typing import Any

import numpy as np

COUNTS: Counter[str] = Counter()


class Counted(float):
    """A float that counts the arithmetic done with it."""

    __slots__ = ()


def _counting(kind: str, operation: Callable[[float, float], float]) -> Callable[..., Counted]:
    def method(self: Counted, other: float) -> Counted:
        COUNTS[kind] += 1
        return Counted(operation(self, other))

    return method


for _name, _kind in (
    ("__add__", "add"), ("__radd__", "add"), ("__sub__", "add"), ("__rsub__", "add"),
    ("__mul__", "multiply"), ("__rmul__", "multiply"),
    ("__truediv__", "divide"), ("__rtruediv__", "divide"),
):  # fmt: skip
    setattr(Counted, _name, _counting(_kind, getattr(float, _name)))


class CountedSheets:
    """Nested lists of counted numbers that count reads and writes."""

    def __init__(self, array: np.ndarray, kind: str) -> None:
        self.shape = array.shape
        self.rows = np.frompyfunc(Counted, 1, 1)(array).tolist()
        self.kind = kind

    def __getitem__(self, key: tuple[int, ...]) -> Counted:
        COUNTS[self.kind] += 1
        found = self.rows
        for k in key:
            found = found[k]
        return found

    def __setitem__(self, key: tuple[int, ...], value: float) -> None:
        COUNTS[self.kind] += 1
        found = self.rows
        for k in key[:-1]:
            found = found[k]
        found[key[-1]] = value if type(value) is Counted else Counted(value)


def count(states: int) -> dict[str, int]:
    """Operations of the second quarter of a synthetic world; needs NUMBA_DISABLE_JIT=1."""
    from sim import kernel
    from sim.compiled import mathx
    from sim.compiled.jit import LANES, TILE, TILE_ROWS
    from sim.drivers import starts
    from sim.kernel import choice, step
    from sim.rules import sheet_algebra
    from sim.scenario import load_scenario
    from sim.scenario.world import World
    from sim.types import Blocks, Luck

    bits_float = mathx.bits_float
    mathx.bits_float = lambda bits: Counted(bits_float(bits))
    space = CountedSheets(np.zeros((TILE_ROWS, TILE)), "stack")
    choice.tile = lambda: space

    def turn(sheets: CountedSheets, into: int, source: int, top: int, at: int) -> None:
        for r in range(LANES):
            for c in range(LANES):
                sheets[into, at + c, top + r] = sheets[source, top + r, at + c]

    sheet_algebra.turn = turn
    world = World(load_scenario("synthetic", overrides=[f"synthetic.states={states}"]))
    n = world.n
    b = starts.start(world, 1, 0).blocks
    M, V = CountedSheets(b.M, "sheets"), CountedSheets(b.V, "rows")
    G, B = CountedSheets(b.G, "rows"), CountedSheets(b.B, "rows")
    keys = [int(key) for key in world.keys]
    w, luck = Blocks(M, V, G, B, b.P.tolist(), n), Luck(1, 1, 0, keys)
    step.begin(w, keys)
    room = n * kernel.MAX_OPPORTUNITIES
    order, times = np.zeros((room, 2), dtype=np.int64), np.zeros(room)
    log = np.zeros((4 * n, kernel.LOG_COLUMNS))
    cells: list[float] = [0.0] * kernel.choice_cells(n)
    COUNTS.clear()
    step.settle(w, luck)
    logged = step.organise(w, luck, log, 0)
    turns = step.schedule(w, luck, order, times)
    opportunities = [0, 0]
    for position, (i, k) in enumerate(order[:turns].tolist()):
        logged = step.turn(w, luck, i, k, position, cells, log, logged, opportunities)
    step.finish(w)
    return dict(COUNTS) | {"turns": turns}


def rates(states: int) -> dict[str, float]:
    """Seconds an operation: add, multiply, divide in vector loops, a byte of a stream."""
    import numba

    from sim.rules.declarations import DYAD_FIELDS

    def loop(text: str) -> Callable[..., None]:
        scope: dict[str, Any] = {}
        exec(
            "def loop(a, b, c, d, times):\n"
            "    for _ in range(times):\n"
            f"        for k in range(a.size):\n            {text}\n",
            scope,
        )
        compiled: Callable[..., None] = numba.njit(scope["loop"], error_model="numpy")
        return compiled

    def best(run: Callable[..., None], size: int, times: int) -> float:
        rng = np.random.default_rng(0)
        a, b, c, d = (rng.uniform(0.5, 1.5, size) for _ in range(4))
        run(a, b, c, d, 1)
        tries = []
        for _ in range(7):
            clock = time.perf_counter()
            run(a, b, c, d, times)
            tries.append((time.perf_counter() - clock) / times / size)
        return min(tries)

    # eight operations on three loads and a store, so that the loads do not set the pace
    adds = "x = b[k] + c[k]; y = c[k] + d[k]; z = b[k] + d[k]; "
    adds += "a[k] = (x + y) + (y + z) + ((x + z) + x)"
    products = adds.replace("+", "*")
    size = len(DYAD_FIELDS) * states * states
    stream = best(loop("a[k] = b[k]"), max(1024, size // 4), max(1, 200_000 // size))
    return {
        "add": best(loop(adds), 512, 4000) / 8.0,
        "multiply": best(loop(products), 512, 4000) / 8.0,
        "divide": best(loop("a[k] = b[k] / c[k]"), 512, 4000),
        "byte": stream / 16.0,
    }


def floor(states: int) -> dict[str, Any]:
    """Counts, rates and the floor of a quarter, seconds."""
    command = [sys.executable, "-m", "benchmarks.floor", "--count", "--states", str(states)]
    done = subprocess.run(
        command, env=os.environ | {"NUMBA_DISABLE_JIT": "1"}, capture_output=True, text=True,
        check=True,
    )  # fmt: skip
    counts: dict[str, int] = json.loads(done.stdout)
    rate = rates(states)
    arithmetic = sum(counts[kind] * rate[kind] for kind in ("add", "multiply", "divide"))
    traffic = 8.0 * counts["sheets"] * rate["byte"]
    return {
        "states": states,
        "counts": counts,
        "rates": rate,
        "arithmetic_s": arithmetic,
        "traffic_s": traffic,
        "floor_s": max(arithmetic, traffic),
    }


def main() -> None:
    """Print the floor of a quarter as JSON."""
    parser = argparse.ArgumentParser(description="Count a quarter's work and price it.")
    parser.add_argument("--states", type=int, default=40)
    parser.add_argument("--count", action="store_true", help="only count (NUMBA_DISABLE_JIT=1)")
    options = parser.parse_args()
    print(json.dumps(count(options.states) if options.count else floor(options.states)))


if __name__ == "__main__":
    main()
