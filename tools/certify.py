"""Certify the blocs of every shipped scenario, and recover planted ones; write the page of it.

    python tools/certify.py [--runs 10] [--out docs/explanation/blocs.md]

Every final network of the first runs of each scenario is bounded from above (``sim.blocs.certify``).
The planted networks have known blocs: ties of 1 within and -1 between, with normal noise.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

import numpy as np

from sim.blocs import DEFINITIONS, agreement, canonical, certify, find_blocs
from sim.measure.summary import bloc_labels_by
from sim.record.reading import network_of
from sim.record.results import Results
from sim.scenario import find_scenario, shipped_scenarios
from sim.study.run import run
from sim.system.files import write_text

ROOT = Path(__file__).resolve().parent.parent
SIZES = (20, 50, 100, 200)
NOISES = (0.5, 1.0, 1.5)
REPEATS = 10
PARTS = 4
SECONDS = 4.0  # for the bound of a planted network
MARK = "<!-- certified: written by tools/certify.py -->"


def scenario_row(name: str, runs: int) -> str:
    results = run(str(find_scenario(name)), runs=runs)
    began = time.perf_counter()
    ties = network_of(results.record, "ties", slice(None))[:, -1]
    labels = results.bloc_labels[:, -1]
    found = [certify(tie, z) for tie, z in zip(ties, labels, strict=True)]
    seconds = time.perf_counter() - began
    proven = sum(it.proven for it in found)
    exact = sum(it.exact for it in found)
    better = sum((it.labels != z).any() for it, z in zip(found, labels, strict=True))
    gap = max(it.gap for it in found)
    shares = [f"{value:.2f}" for value in sensitivity(results)]
    cells = [
        f"`{name}`", str(len(results.record.states)), f"{proven} of {runs}", str(exact), str(better),
        "0" if gap < 1e-7 else f"{gap:.2%}", f"{seconds / runs:.2f}", *shares,
    ]  # fmt: skip
    line = f"| {' | '.join(cells)} |"
    print(line, flush=True)
    return line


def sensitivity(results: Results) -> list[float]:
    """Mean agreement of the final blocs by the other definitions with those of all ties."""
    ours = results.bloc_labels[:, -1]
    others = (bloc_labels_by(results, name)[:, -1] for name in list(DEFINITIONS)[1:])
    return [float(agreement(ours, labels).mean()) for labels in others]


def planted_row(n: int, noise: float) -> str:
    found, gained, seconds = [], [], 0.0
    for seed in range(REPEATS):
        rng = np.random.default_rng([n, round(10 * noise), seed])
        planted = canonical(rng.permutation(np.arange(n) % PARTS))
        upper = np.triu(rng.normal(size=(n, n)) * noise, 1)
        tie = np.where(planted[:, None] == planted[None, :], 1.0, -1.0) + upper + upper.T
        np.fill_diagonal(tie, 0.0)
        began = time.perf_counter()
        labels = find_blocs(tie)
        seconds += time.perf_counter() - began
        together = labels[:, None] == labels[None, :]
        truth = planted[:, None] == planted[None, :]
        gained.append(np.where(together, tie, 0).sum() >= np.where(truth, tie, 0).sum() - 1e-9)
        found.append(float(agreement(planted, labels)))
        if seed == 0:
            known = certify(tie, labels, seconds=SECONDS)
    line = (
        f"| {n} | {noise} | {np.mean(found):.3f} | {min(found):.3f} | "
        f"{sum(x == 1.0 for x in found)} of {REPEATS} | {sum(gained)} of {REPEATS} | "
        f"{1000 * seconds / REPEATS:.0f} ms | {'proven' if known.proven else f'{known.gap:.1%}'} |"
    )
    print(line, flush=True)
    return line


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=10)
    parser.add_argument("--out", type=Path, default=ROOT / "docs/explanation/blocs.md")
    options = parser.parse_args()
    find_blocs(np.zeros((1, 3, 3)))
    planted = [planted_row(n, noise) for n in SIZES for noise in NOISES]
    rows = [scenario_row(name, options.runs) for name in shipped_scenarios()]
    write(options.out, options.runs, rows, planted)


def write(out: Path, runs: int, rows: list[str], planted: list[str]) -> None:
    text = out.read_text("utf-8") if out.is_file() else f"# Blocs\n\n{MARK}\n"
    head = text.split(MARK)[0]
    table = "\n".join(
        [
            MARK,
            "",
            "## Every shipped scenario",
            "",
            f"The final networks of {runs} runs each: how many partitions are proven best, "
            "for how many branch and bound was needed, for how many it found a better partition than "
            "the search, the largest gap to the bound, seconds a network; then the mean "
            "adjusted Rand index of the blocs by each other definition with those of all ties.",
            "",
            "| scenario | states | proven | branched | better | largest gap | s | "
            + " | ".join([*DEFINITIONS][1:])
            + " |",
            "|---|" + "--:|" * (5 + len(DEFINITIONS)),
            *rows,
            "",
            "## Planted blocs",
            "",
            f"Four blocs, ties of 1 within and -1 between them plus normal noise; {REPEATS} "
            "networks each, compared by the adjusted Rand index (ARI). 'scores as planted' counts how "
            "often what was found scores at least as much as what was planted: where noise is strong, "
            "the best partition is another one. The last column is the proof, or the gap to the bound "
            f"after {SECONDS:.0f} s, of the first network.",
            "",
            "| states | noise | mean ARI | least ARI | exact | scores as planted | search | bound |",
            "|--:|--:|--:|--:|--:|--:|--:|--:|",
            *planted,
            "",
        ]
    )
    write_text(out, head + table)


if __name__ == "__main__":
    main()
