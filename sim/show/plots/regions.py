"""Rows of a heat map of pairs: a state each, or of very many a region for those that fold."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Final

import numpy as np
import numpy.typing as npt

from sim.measure.summary import CoalitionReport, plural
from sim.scenario import SHIPPED
from sim.show.plots.style import MANY, states_asked_about
from sim.types import Floats

if TYPE_CHECKING:
    from sim.record.results import Results


ROWS: Final = 48
"""Rows of a heat map some of whose states are folded: so many names are read with ease."""


@cache
def regions() -> dict[str, str]:
    """Return the region of each state of the wider world, by code, as its tables say."""
    found = {}
    for path in sorted((SHIPPED / "world" / "wide").glob("states_*.csv")):
        with path.open(encoding="utf-8", newline="") as lines:
            for row in csv.DictReader(lines):
                found[row["code"]] = row["region"].replace("_", " ").title()
    return found


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows of a heat map: first states bloc by bloc, then the unaligned, then what is folded.

    Attributes:
        names: code of a state, or of what is folded the region and how many of its states.
        members: positions of the states of each row.
        blocs: core of the bloc of a row's only state; empty for the unaligned and for folded rows.
        sides: which part of a row's states is in the bloc of each core, empty for the unaligned.
        said: how many states are folded, and what a cell then is; empty where none is.
    """

    names: tuple[str, ...]
    members: tuple[tuple[int, ...], ...]
    blocs: tuple[str, ...]
    sides: tuple[tuple[tuple[str, float], ...], ...]
    said: str = ""

    def means(self, together: Floats) -> Floats:
        """Return the mean over the pairs of two rows ``(rows, rows)`` of a matrix of pairs.

        A state with itself is a pair only in its own row.
        """
        inside = np.zeros((len(self.members), len(together)))
        for at, row in enumerate(self.members):
            inside[at, list(row)] = 1.0
        sizes = inside.sum(axis=1)
        total = inside @ together @ inside.T
        pairs = np.outer(sizes, sizes)
        shared = np.flatnonzero(sizes > 1.0)
        total[shared, shared] -= inside[shared] @ together.diagonal()
        pairs[shared, shared] -= sizes[shared]
        return np.asarray(total / pairs, np.float64)


def rows_of(results: Results, report: CoalitionReport, *, most: int = ROWS) -> Rows:
    """Return the rows of a heat map of pairs.

    Of more than :data:`~sim.show.plots.style.MANY` states those that the question is about, the
    cores and the least settled member of the blocs keep their rows, and so do the strongest of the
    others while there are fewer than ``most`` rows. The rest folds into the regions of the world;
    into its blocs where no region is known, as in made-up worlds.
    """
    states = results.record.states
    index = {code: at for at, code in enumerate(states)}
    home = report.cores
    rank = {core: at for at, core in enumerate([*(bloc.core for bloc in report.blocs), ""])}
    order = [
        index[m.state]
        for bloc in report.blocs
        for m in sorted(bloc.members, key=lambda member: -member.together)
    ]
    order += [index[code] for code in report.unaligned]
    alone, folded = _folded(results, report, home, most)
    own = [i for i in order if alone[i]]

    def sides(row: Sequence[int]) -> tuple[tuple[str, float], ...]:
        count = Counter(home.get(states[i], "") for i in row)
        return tuple((core, count[core] / len(row)) for core in rank if core in count)

    # regions that side with the same bloc stand together
    mixed = {place: dict(sides(row)) for place, row in folded.items()}
    main = {place: max(mix, key=lambda core: mix[core]) for place, mix in mixed.items()}
    last = sorted(folded, key=lambda place: (rank[main[place]], -mixed[place][main[place]], place))
    rows = [*([i] for i in own), *(folded[place] for place in last)]
    known = any(states[i] in regions() for row in folded.values() for i in row)
    said = (
        f"{len(own)} of the {len(states)} states have a row each; the other "
        f"{len(states) - len(own)} are in the last {plural(len(last), 'row')}, by "
        f"{'region' if known else 'bloc'}, where a cell is the mean over the pairs."
    )
    return Rows(
        names=(*(states[i] for i in own), *(f"{place}: {len(folded[place])}" for place in last)),
        members=tuple(map(tuple, rows)),
        blocs=(*(home.get(states[i], "") for i in own), *("" for _ in last)),
        sides=tuple(map(sides, rows)),
        said=said if last else "",
    )


def _folded(
    results: Results, report: CoalitionReport, home: Mapping[str, str], most: int
) -> tuple[npt.NDArray[np.bool_], dict[str, list[int]]]:
    """Which states keep a row of their own ``(N,)``, and those of each place that do not."""
    states = results.record.states
    if len(states) <= MANY:
        return np.ones(len(states), np.bool_), {}
    members = [member for bloc in report.blocs for member in bloc.members]
    loose = [member.state for member in sorted(members, key=lambda member: member.together)[:1]]
    alone = np.isin(states, [*states_asked_about(results, report), *loose])
    folded: dict[str, list[int]] = {}
    for i in np.flatnonzero(~alone).tolist():
        folded.setdefault(_place(states[i], home), []).append(i)
    strength = results.capability[:, -1].mean(axis=0)
    for i in np.argsort(-strength, kind="stable").tolist():
        row = folded.get(_place(states[i], home), [])
        # the last of a place has a row anyhow, and then by its own name
        if not alone[i] and (alone.sum() + len(folded) < most or len(row) == 1):
            alone[i] = True
            row.remove(i)
    return alone, {place: row for place, row in folded.items() if row}


def _place(code: str, home: Mapping[str, str]) -> str:
    """Where a state folds: its region, or its bloc if it has none."""
    if region := regions().get(code):
        return region
    return f"{home[code]}'s bloc" if code in home else "unaligned"
