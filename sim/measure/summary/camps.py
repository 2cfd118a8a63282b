"""Where each state stands between the blocs that the runs end in, who moved, and why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from sim.blocs import hedges
from sim.measure.summary.members import Bloc
from sim.record.results import Results
from sim.rules import catalogue as names

HEDGER: Final = 0.5
"""Share of runs in which a state must stand between two blocs to be called a hedger."""

MOVED: Final = 0.15
"""Change in the share of runs from which a state is said to have moved to a bloc or from it."""

_STEPS: Final = {"join": "joins", "withdraw": "leaves", "suspend": "is suspended by"}

_TELLING: Final = 0.2
"""By how much more often a move comes in the runs that it is to explain than in the others."""


@dataclass(frozen=True, slots=True)
class Shift:
    """A state that ends in a bloc more often, or less often, than it begins in it.

    ``before`` and ``after`` are shares of runs. ``why`` is the move that sets the runs in which it
    came or went apart from the others, with its shares in both; empty if none does.
    """

    state: str
    core: str
    before: float
    after: float
    why: str


@dataclass(frozen=True, slots=True)
class Stance:
    """How far a state is tied to the blocs, and whether it stands between two of them.

    Attributes:
        state: its code.
        bloc: core of the bloc of the consensus that it is in, None if alone.
        ties: mean tie with the core of each bloc at the end, in units of a defence pact, what is
            hostile taken for none; the highest first.
        hedging: share of runs in which it ends between two blocs: see :func:`sim.blocs.hedges`.
        before: the same share at the start.
    """

    state: str
    bloc: str | None
    ties: dict[str, float]
    hedging: float
    before: float

    @property
    def between(self) -> tuple[str, ...]:
        """The two blocs that a hedger stands between, the nearer first; empty for others."""
        return tuple(self.ties)[:2] if self.hedging >= HEDGER else ()


def stances(results: Results, blocs: tuple[Bloc, ...]) -> tuple[Stance, ...]:
    """Return where every state stands; those that lead a bloc are not asked whether they hedge.

    The blocs are those of the consensus, the same in all runs and at the start.
    """
    record = results.record
    if not blocs:
        return tuple(Stance(code, None, {}, 0.0, 0.0) for code in record.states)
    cores = [record.index(bloc.core) for bloc in blocs]
    ends = [
        np.concatenate([record.tie[runs, at][..., cores] for runs in record.slices()])
        for at in (0, -1)
    ]
    before, after = (hedges(found).mean(axis=0) for found in ends)
    mean = np.maximum(ends[-1], 0.0).mean(axis=0, dtype=np.float64)
    home = {member.state: bloc.core for bloc in blocs for member in bloc.members}
    leads = {bloc.core for bloc in blocs}
    found = []
    for i, code in enumerate(record.states):
        ties = {
            blocs[b].core: float(mean[i, b]) for b in np.argsort(-mean[i], kind="stable").tolist()
        }
        asked = code not in leads
        found.append(
            Stance(code, home.get(code), ties, asked * float(after[i]), asked * float(before[i]))
        )
    return tuple(found)


def shifts(results: Results, blocs: Iterable[Bloc]) -> tuple[Shift, ...]:
    """Return who moved to a bloc or from it, the largest changes first.

    A state is in a bloc where it is together with the bloc's core, at the start and at the end.
    """
    record, labels = results.record, results.bloc_labels
    found = []
    for bloc in blocs:
        core = record.index(bloc.core)
        start, end = (labels[:, at] == labels[:, at, [core]] for at in (0, -1))
        change = end.mean(axis=0) - start.mean(axis=0)
        for i in np.flatnonzero(np.abs(change) >= MOVED).tolist():
            if i != core:
                came = change[i] > 0
                runs = (end[:, i] & ~start[:, i]) if came else (start[:, i] & ~end[:, i])
                found.append(
                    Shift(
                        record.states[i],
                        bloc.core,
                        float(start[:, i].mean()),
                        float(end[:, i].mean()),
                        _why(results, i, core, runs),
                    )
                )
    return tuple(sorted(found, key=lambda it: (-abs(it.after - it.before), it.state)))


def _why(results: Results, i: int, core: int, there: npt.NDArray[np.bool_]) -> str:
    """The move of i, or with it, that comes most in the runs ``there`` against the others.

    Or else what is new between i and the core in most of them: an organisation, a pact.
    """
    record = results.record
    moves = record.moves[:]
    mine = moves[(moves["accepted"] == 1) & ((moves["mover"] == i) | (moves["partner"] == i))]
    kinds = {kind.code: name for name, kind in names.MOVES.items()}
    seen: set[tuple[str, int]] = set()
    for row in mine:
        kind = kinds[int(row["kind"])]
        if kind in _STEPS:
            body = record.collectives[int(row["collective"])]
            if int(row["mover"]) == i:
                seen.add((f"{_STEPS[kind]} {body}", int(row["run"])))
        elif kind == "found":
            seen.add(("founds a treaty", int(row["run"])))
        elif kind == "pact" and row["after"] != row["before"]:
            other = row["partner"] if row["mover"] == i else row["mover"]
            what = "pact with" if row["after"] > row["before"] else "breaks with"
            seen.add((f"{what} {record.states[int(other)]}", int(row["run"])))
    inside, outside = Counter[str](), Counter[str]()
    for what, run in seen:
        (inside if there[run] else outside)[what] += 1
    some, rest = max(1, int(there.sum())), max(1, int((~there).sum()))
    told = {what: (n / some, outside[what] / rest) for what, n in inside.items()}
    best = max(told, key=lambda what: (told[what][0] - told[what][1], what), default="")
    if best and told[best][0] - told[best][1] >= _TELLING:
        return f"{best} in {told[best][0]:.0%} of these runs, {told[best][1]:.0%} of the others"
    for sheet, least, what in (
        (record.floor, 0.1, "common organisation"),
        (record.level, 0.5, "pact"),
    ):
        change = sheet[:, -1, i, core].astype(float) - sheet[:, 0, i, core]
        if abs(change[there].mean()) >= least:
            return f"a new {what}" if change[there].mean() > 0 else f"the end of a {what}"
    return ""
