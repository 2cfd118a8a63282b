"""What each mechanism costs: microseconds a quarter, its share, and how it grows with the world.

    .venv/bin/python benchmarks/mechanisms.py [--states 40 160] [--quarters 8] [--repeat 5]

Every mechanism is compiled alone and called in a loop on a synthetic world as it stands after some
quarters of play; best of ``--repeat`` tries. The last column is the exponent e of cost ~ N^e from
the smallest to the largest world.
"""

from __future__ import annotations

import argparse
import math
import time
from collections.abc import Callable

import numba
import numpy as np

from sim import load_scenario
from sim.drivers.model import MultipolarModel
from sim.rules import catalogue as names
from sim.rules.codegen import arguments_of
from sim.types import Blocks, Luck

#: time that one measurement should take, s
LONG = 0.02


def state(states: int, quarters: int) -> tuple[Blocks, Luck]:
    """A synthetic world after some quarters of play."""
    overrides = [f"synthetic.states={states}", f"clock.quarters={quarters}"]
    model = MultipolarModel(load_scenario("synthetic", overrides=overrides))
    for _ in range(quarters):
        model.step()
    return model.blocks, Luck(quarters + 1, 1, 0, model.world.keys)


def loop_of(update: Callable[..., None]) -> Callable[..., None]:
    """Compiled: call a mechanism ``times`` times."""
    text = (
        "def loop(times, w, luck):\n"
        "    for _ in range(times):\n"
        f"        update({arguments_of(update)})\n"
    )
    scope = {"update": update}
    exec(text, scope)
    compiled: Callable[..., None] = numba.njit(scope["loop"], error_model="numpy", _nrt=False)
    return compiled


def cost(loop: Callable[..., None], at: tuple[Blocks, Luck], repeat: int) -> float:
    """Microseconds of one call, the best of some tries; the state is left as it was."""
    start, luck = at
    w = start._replace(M=start.M.copy(), V=start.V.copy(), G=start.G.copy(), B=start.B.copy())
    loop(1, w, luck)
    clock = time.perf_counter()
    loop(1, w, luck)
    times = max(1, math.ceil(LONG / (time.perf_counter() - clock + 1e-7)))
    best = math.inf
    for _ in range(repeat):
        for mine, before in zip(w[:4], start[:4], strict=True):
            np.copyto(mine, before)
        clock = time.perf_counter()
        loop(times, w, luck)
        best = min(best, (time.perf_counter() - clock) / times)
    return 1e6 * best


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--states", type=int, nargs="+", default=[40, 160])
    parser.add_argument("--quarters", type=int, default=8, help="played before measuring")
    parser.add_argument("--repeat", type=int, default=5)
    options = parser.parse_args()
    sizes = sorted(options.states)
    worlds = [state(size, options.quarters) for size in sizes]
    table = []
    for rule in names.MECHANISMS.values():
        loop = loop_of(rule.update)
        table.append((rule.name, [cost(loop, world, options.repeat) for world in worlds]))
    table.append(("all", [sum(row[1][k] for row in table) for k in range(len(sizes))]))
    whole = table[-1][1]
    print(f"{'mechanism':22}" + "".join(f"{f'N={size}, us':>13}{'share':>7}" for size in sizes))
    for name, costs in sorted(table, key=lambda row: -row[1][-1]):
        line = "".join(f"{c:13.2f}{c / w:7.1%}" for c, w in zip(costs, whole, strict=True))
        if len(sizes) > 1:
            line += f"{math.log(costs[-1] / costs[0]) / math.log(sizes[-1] / sizes[0]):7.2f}"
        print(f"{name:22}{line}")


if __name__ == "__main__":
    main()
