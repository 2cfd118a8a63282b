"""Hold the founding of treaties against history: how many, how large; print a table.

    .venv/bin/python -m tools.founding DATA [--runs 300]

Founded in history are treaties of defence among three states or more, as cliques of the pairs that are
tied show them (:mod:`sim.scenario.history.treaties`); founded in the model are those of the year after each
origin, with the default parameters. Two parameters, ``founding.rate`` and ``founding.cost``, are set so that
the last rows agree. Takes a minute.
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Sequence
from unittest import mock

import numpy as np

from sim.drivers.ensemble import run_ensemble
from sim.rules import catalogue as names
from sim.scenario.history import History, read_history, treaties
from sim.study.estimate.worth import world_of

ORIGINS = (1950, 1960, 1970, 1980)
LEAST = 3
QUARTERS = 4


def founded(history: History) -> tuple[list[int], int]:
    """Sizes of the treaties of defence that were founded after the first year, and years of states."""
    sizes, known, years = [], set(), 0
    for year in history.years:
        present = history.treaties(year, "defence")
        if year != history.years[0]:
            sizes += [len(treaty.members) for treaty in present if treaty.id not in known]
            years += len(history.codes(year))
        known |= {treaty.id for treaty in present}
    return sizes, years


def simulated(history: History, origin: int, runs: int) -> tuple[list[int], int]:
    """Sizes of those that runs found in the year after an origin, and years of states."""
    record = run_ensemble(world_of(history, origin, QUARTERS)[0].spec, runs=runs, seed=origin)
    made = record.moves[record.moves["kind"] == names.MOVES["found"].code]
    sizes = Counter(zip(made["run"].tolist(), made["collective"].tolist(), strict=True))
    return list(sizes.values()), runs * len(record.states)


def row(label: str, sizes: Sequence[int], years: int) -> str:
    """A row of the table."""
    spread = f"{np.mean(sizes):.1f} | {min(sizes)} to {max(sizes)}" if sizes else "- | -"
    return f"| {label} | {len(sizes)} | {years:,} | {len(sizes) / years:.2e} | {spread} |"


def main() -> None:
    """Count both and print them."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("data", help="folder of states and dyads by year")
    parser.add_argument("--runs", type=int, default=300, help="runs of each origin (300)")
    asked = parser.parse_args()
    with mock.patch.object(treaties, "LEAST", LEAST):
        history = read_history(asked.data)
        true = founded(history)
    model = [
        (origin, *simulated(read_history(asked.data), origin, asked.runs)) for origin in ORIGINS
    ]
    print(
        "| treaties of defence of three or more | founded | years of states | a year and state | members | from, to |"
    )
    print("|---|--:|--:|--:|--:|---|")
    for origin, sizes, years in model:
        print(row(f"the year after {origin}, model", sizes, years))
    print(
        row(
            "all these, model",
            [x for _, sizes, _ in model for x in sizes],
            sum(y for *_, y in model),
        )
    )
    print(row(f"{history.years[0] + 1} to {history.years[-1]}, history", *true))


if __name__ == "__main__":
    main()
