"""Golden runs: one readable run of each shipped scenario, pinned to six digits.

``python -m tests.golden [SCENARIO...]`` writes them anew, all of them or those named. Read the
difference before you commit it: every changed line is a changed result.
"""

from __future__ import annotations

import itertools
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from sim.blocs import bonds, find_blocs, leadership, name_blocs, network
from sim.drivers.ensemble import recorded_pairs
from sim.drivers.model import MultipolarModel
from sim.rules import catalogue as names
from sim.rules.catalogue import MOVE_KINDS
from sim.scenario import format_quarter, load_scenario

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "tests" / "golden"
COMMAND = "python -m tests.golden"
#: Quarters of a golden run, at most.
QUARTERS = 8
STATES = ("ideal_point", "threat", "protection", "need", "arms_effort", "ties")
PAIRS = ("alignment", "trust", "tension", "hostility", "pact_level", "trade", "arms")
#: What is told of the recorded pairs at the end, and of the collectives.
CHANNELS = (
    "trade", "energy", "arms", "arms_stock", "finance", "currency", "connectivity", "technology",
    "aid", "sanctions", "contact", "commitment",
)  # fmt: skip
CONFLICTS = ("rung", "frozen", "conflict_intensity", "escalation_risk")
ORGANISATIONS = ("cohesion", "authority", "organisation_commitment")
WIDTH = 110


def shipped() -> list[str]:
    """Names of the scenarios, without the base worlds that they extend."""
    return sorted(file.stem for file in (ROOT / "scenarios").glob("*.yaml"))


def path(name: str) -> Path:
    """The file of a shipped scenario."""
    return ROOT / "scenarios" / f"{name}.yaml"


def text(scenario: Path) -> str:
    """Run 0 of a scenario with its own seed, quarter by quarter."""
    spec = load_scenario(scenario)
    spec = load_scenario(scenario, quarters=min(spec.quarters, QUARTERS))
    model = MultipolarModel(spec)
    lines = [
        (
            f"{spec.title}: {len(spec.states)} states, seed {model.seed}, run 0, "
            f"{format_quarter(spec.start)} + {spec.quarters} quarters"
        ),
        f"pairs of states: {', '.join(PAIRS)}",
    ]
    told = 0
    while True:
        lines += ["", model.quarter]
        lines += [move(model, row) for row in model.moves[told:]]
        told = len(model.moves)
        lines += tables(model)
        if not model.running:
            break
        model.step()
    lines += ["", f"opportunities {model.counts[0]}, unused {model.counts[1]}"]
    lines += [f"sum of all {what} {number(total)}" for what, total in sums(model)]
    lines += ["", "at the end", *blocs(model), *ties(model), *collectives(model), *channels(model)]
    return "\n".join(lines) + "\n"


def move(model: MultipolarModel, row: np.void) -> str:
    """A move in words, with what it was worth to both."""
    codes = model.world.codes
    who = codes[row["mover"]]
    if row["partner"] >= 0 and row["partner"] != row["mover"]:
        who += f" > {codes[row['partner']]}"
    line = f"  {who}: {MOVE_KINDS[row['kind']]} {row['before']:.6g} -> {row['after']:.6g}"
    line += f", worth {number(row['du'])}"
    if MOVE_KINDS[row["kind"]] == "pact":
        line += f" and {number(row['du_partner'])}" + ("" if row["accepted"] else ", refused")
    return line


def tables(model: MultipolarModel) -> list[str]:
    """Key variables of the focal states and the poles, and of the pairs among them."""
    spec = model.spec
    shown = list(dict.fromkeys((*spec.focal, *spec.poles)))
    lines = []
    for code in shown:
        state = model.state(code)
        values = " ".join(f"{name} {number(state.get(name))}" for name in STATES)
        lines.append(f"  {code}: {values}")
    for a, b in itertools.product(spec.focal, shown):
        if a != b:
            state = model.state(a)
            values = " ".join(number(state.towards(b, name)) for name in PAIRS)
            lines.append(f"  {a} > {b}: {values}")
    return lines


def sums(model: MultipolarModel) -> list[tuple[str, float]]:
    """One number for each watched variable of all states and pairs at the end."""
    out = [(name, float(model.V[names.STATE_FIELDS[name].row].sum())) for name in STATES]
    return out + [(name, float(model.M[names.DYAD_FIELDS[name].row].sum())) for name in PAIRS]


def wrapped(head: str, words: list[str]) -> list[str]:
    """A head and words, in as many lines as it takes."""
    return textwrap.wrap(
        f"{head}: {' '.join(words) or 'none'}", WIDTH,
        initial_indent="  ", subsequent_indent="      ", break_on_hyphens=False,
    )  # fmt: skip


def blocs(model: MultipolarModel) -> Iterator[str]:
    """The blocs of the present ties, by their strongest member; who is in none."""
    codes = model.world.codes
    tie = model.M[names.DYAD_FIELDS["tie"].row]
    strength = model.V[names.STATE_FIELDS["capability"].row]
    labels = find_blocs(network(tie, strength))
    leaders = name_blocs(labels, leadership(labels, bonds(tie), strength))
    alone = []
    for leader in np.unique(leaders):
        members = [codes[i] for i in np.flatnonzero(leaders == leader)]
        if len(members) > 1:
            yield from wrapped(f"bloc of {codes[leader]}", members)
        else:
            alone += members
    yield from wrapped("in no bloc", alone)


def ties(model: MultipolarModel) -> Iterator[str]:
    """Ties among focal states and poles, from which blocs are read."""
    shown = list(dict.fromkeys((*model.spec.focal, *model.spec.poles)))
    for at, a in enumerate(shown[:-1]):
        state = model.state(a)
        words = [f"{b} {number(state.towards(b, 'tie'))}" for b in shown[at + 1 :]]
        yield from wrapped(f"ties of {a}", words)


def collectives(model: MultipolarModel) -> Iterator[str]:
    """Organisations and conflicts: how they stand, and who has which part in them."""
    told = {"organisation": ORGANISATIONS, "conflict": CONFLICTS}
    for k, (kind, name) in enumerate(model.world.collectives):
        if kind in told:
            words = [
                f"{x} {number(model.G[names.COLLECTIVE_FIELDS[x].row, k])}" for x in told[kind]
            ]
            yield from wrapped(f"{kind} {name}", words)
            parts = model.B[k]
            for part in np.unique(parts[parts != 0.0])[::-1]:
                members = [model.world.codes[i] for i in np.flatnonzero(parts == part)]
                yield from wrapped(f"  part {number(part)}", members)


def channels(model: MultipolarModel) -> Iterator[str]:
    """Dependence and dealings of the pairs that a run records."""
    yield from wrapped("channels", list(CHANNELS))
    for a, b in recorded_pairs(model.spec):
        values = " ".join(number(model.state(a).towards(b, name)) for name in CHANNELS)
        yield f"  {a} > {b}: {values}"


def number(x: float) -> str:
    """Six digits, and no minus before a zero."""
    return f"{float(x) + 0.0:.6g}"


def first_difference(old: str, new: str) -> str:
    """The first line in which two golden runs differ, in words."""
    pairs = itertools.zip_longest(old.splitlines(), new.splitlines(), fillvalue="(the end)")
    for at, (a, b) in enumerate(pairs, 1):
        if a != b:
            return f"line {at} was {a!r}, is {b!r}"
    return "nothing"


def main(chosen: list[str]) -> None:
    """Write golden runs, and drop those of scenarios that are gone."""
    known = shipped()
    unknown = set(chosen) - set(known)
    if unknown:
        sys.exit(f"no such scenario: {', '.join(sorted(unknown))}; there are {', '.join(known)}")
    FOLDER.mkdir(exist_ok=True)
    for name in chosen or known:
        (FOLDER / f"{name}.txt").write_text(text(path(name)), "utf-8")
        sys.stdout.write(f"tests/golden/{name}.txt\n")
    for file in FOLDER.glob("*.txt"):
        if file.stem not in known:
            file.unlink()


if __name__ == "__main__":
    main(sys.argv[1:])
