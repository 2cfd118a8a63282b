"""Phase diagrams: what comes out over two parameters, where it turns, and how surely.

Every node of a lattice is run with the same lucks. A phase is a category of outcomes: above or not
above a level of a metric, or the partition of the states into blocs. A node has the phase that most
of its runs end in; it is certain where an exact test of signs tells that phase from the next one at
5%. Where the corners of a cell differ, the cell is cut into four and its new corners are run, so
that most of the work goes to the boundaries. What lies wholly inside a cell whose corners agree is
not seen; a finer first lattice sees it. A metric without a level has no phases: cells over which
its mean changes most are refined.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Self

import numpy as np
import numpy.typing as npt

from sim.errors import UserError
from sim.measure.summary import percent, plural
from sim.record.manifests import NUMBER, Maybe, Shape, Whole, reading
from sim.record.table_folders import SavedTables, frame, load_tables, short_id, stacked
from sim.statistics.shares import wilson
from sim.study.comparison import plain
from sim.types import Floats
from sim.words.digits import number

if TYPE_CHECKING:
    import pandas as pd

type Values = npt.NDArray[Any]
type Node = tuple[int, int]
type Cell = tuple[int, int, int]

STEEPEST: Final = 0.25
"""Part of the cells that is refined where there are no phases: those that change most."""
MAX_PHASES: Final = 8
OTHER: Final = "any other"
"""Partitions are many; beyond the most frequent ones they are one phase."""


_AXIS: Final = (str, NUMBER, NUMBER)
_SHAPE: Final[Shape] = {
    "x": _AXIS,
    "y": _AXIS,
    "size": (Whole(2, 10_000), Whole(2, 10_000)),
    "metric": str,
    "level": Maybe(NUMBER),
    "facts": {str: str | int},
}
"""What a manifest has to have."""


@dataclass(frozen=True, slots=True)
class Axis:
    """A parameter from ``low`` to ``high``."""

    name: str
    low: float
    high: float

    def place(self, part: float) -> float:
        """The value at a part of the way, 0 to 1."""
        return self.low + (self.high - self.low) * part


@dataclass(frozen=True, eq=False)
class Phase(SavedTables, kind="phase"):
    """A phase diagram.

    Attributes:
        x, y: the parameters.
        size: nodes of the finest lattice along either side, ``(columns, rows)``.
        cells: the cells as they are in the end: (column, row, width in nodes).
        values: outcomes of the runs at each node that was run, ``(R,)``: numbers or categories.
        metric: what was measured.
        level: what divides the phases of a metric, if anything.
        facts: how it was made, for the manifest.
    """

    x: Axis
    y: Axis
    size: tuple[int, int]
    cells: tuple[Cell, ...]
    values: Mapping[Node, Values]
    metric: str
    level: float | None
    facts: Mapping[str, Any]

    @cached_property
    def phases(self) -> tuple[str, ...]:
        """Names of the phases, the one of most runs first; empty without phases."""
        counts = Counter(phase for found in self._named.values() for phase in found)
        return tuple(phase for phase, _ in counts.most_common())

    @cached_property
    def _named(self) -> dict[Node, list[str]]:
        """The phase of each run at each node."""
        if self.level is not None:
            above, below = f"{self.metric} > {self.level:g}", f"{self.metric} <= {self.level:g}"
            return {
                at: [above if v > self.level else below for v in found if v == v]  # noqa: PLR0124
                for at, found in self.values.items()
            }
        if not self.categorical:
            return {}
        counts = Counter(str(phase) for found in self.values.values() for phase in found)
        shown = {phase for phase, _ in counts.most_common(MAX_PHASES)}
        return {
            at: [str(phase) if str(phase) in shown else OTHER for phase in found]
            for at, found in self.values.items()
        }

    @property
    def categorical(self) -> bool:
        """Whether outcomes are categories and not numbers."""
        return next(iter(self.values.values())).dtype.kind not in "fiu"

    def at(self, node: Node) -> tuple[float, float]:
        """The values of the parameters at a node."""
        columns, rows = self.size
        return self.x.place(node[0] / (columns - 1)), self.y.place(node[1] / (rows - 1))

    def dominant(self, node: Node) -> tuple[str, float, bool]:
        """The phase of a node, the share of its runs, and whether that is certain."""
        counts = Counter(self._named[node]).most_common(2)
        if not counts:
            return "not defined", 0.0, False
        runs = len(self._named[node])
        first, second = counts[0][1], counts[1][1] if len(counts) > 1 else 0
        return counts[0][0], first / runs, _told_apart(first, second)

    def table(self) -> pd.DataFrame:
        """One row a node that was run: place, mean and interval, phase, its share, certainty."""
        rows = []
        for node in sorted(self.values):
            x, y = self.at(node)
            row: dict[str, Any] = {"x": x, "y": y, "column": node[0], "row": node[1]}
            found = self.values[node]
            row["runs"] = len(found)
            if not self.categorical:
                known = found[~np.isnan(found)]
                row["mean"] = float(known.mean()) if known.size else np.nan
                error = known.std(ddof=1) / np.sqrt(known.size) if known.size > 1 else np.nan
                row["low"], row["high"] = row["mean"] - 1.96 * error, row["mean"] + 1.96 * error
            if self.phases:
                phase, share, certain = self.dominant(node)
                low, high = wilson(round(share * len(found)), len(found))
                row |= {"phase": phase, "share": share, "share_low": low, "share_high": high}
                row["certain"] = certain
            rows.append(row)
        return frame(rows)

    def by_run(self) -> pd.DataFrame:
        """One row a node and run: the outcome."""
        return stacked(
            {
                "x": self.at(node)[0],
                "y": self.at(node)[1],
                "column": node[0],
                "row": node[1],
                "run": np.arange(len(found)),
                "value": found if not self.categorical else found.astype(str),
            }
            for node, found in sorted(self.values.items())
        )

    def lattice(self, of: Callable[[Node], float]) -> Floats:
        """Return a number of nodes over the whole finest lattice, ``(rows, columns)``.

        Between the corners of a cell it is bilinear.
        """
        columns, rows = self.size
        found = np.full((rows, columns), np.nan)
        for i, j, width in sorted(self.cells, key=lambda cell: -cell[2]):
            t = np.arange(width + 1) / width
            a, b = of((i, j)), of((i + width, j))
            c, d = of((i, j + width)), of((i + width, j + width))
            found[j : j + width + 1, i : i + width + 1] = np.outer(
                1 - t, (1 - t) * a + t * b
            ) + np.outer(t, (1 - t) * c + t * d)
        for i, j in self.values:
            found[j, i] = of((i, j))
        return found

    def share_of(self, phase: str, node: Node) -> float:
        """Share of the runs of a node that end in a phase."""
        named = self._named[node]
        return named.count(phase) / len(named) if named else float("nan")

    def shares(self) -> Floats:
        """Share of the runs in each phase over the finest lattice, ``(phases, rows, columns)``."""
        return np.stack([self.lattice(partial(self.share_of, phase)) for phase in self.phases])

    def areas(self) -> dict[str, float]:
        """Share of the plane that each phase holds, by the nodes of the finest lattice."""
        columns, rows = self.size
        weight = np.ones((rows, columns))  # a node at an edge stands for half a cell
        weight[[0, -1], :] *= 0.5
        weight[:, [0, -1]] *= 0.5
        weight /= weight.sum()
        largest = self.shares().argmax(axis=0)
        return {phase: float(weight[largest == k].sum()) for k, phase in enumerate(self.phases)}

    def uncertain_area(self) -> float:
        """Share of the nodes of the finest lattice whose phase is not certain."""
        return float((self.lattice(lambda node: float(self.dominant(node)[2])) < 0.5).mean())

    @property
    def run_id(self) -> str:
        """Name of the folder: a hash of what was asked, then what it is."""
        return f"{short_id(self.x, self.y, self.metric, self.level, *self.facts.items())}-phase"

    def _tables(self) -> dict[str, pd.DataFrame]:
        cells = frame(self.cells, ["column", "row", "width"])
        return {"nodes": self.table(), "runs": self.by_run(), "cells": cells}

    def _facts(self) -> dict[str, Any]:
        facts = {
            "x": [self.x.name, self.x.low, self.x.high],
            "y": [self.y.name, self.y.low, self.y.high],
            "size": list(self.size),
            "metric": self.metric,
            "level": self.level,
            "facts": dict(self.facts),
        }
        return plain(facts)

    @classmethod
    def load(cls, folder: Path | str) -> Self:
        """Read a saved diagram.

        Raises:
            UserError: there is none, or it is incomplete, damaged or of another version.
        """
        facts, tables = load_tables(folder, "phase", ("nodes", "runs", "cells"), _SHAPE)
        with reading(folder):
            outcomes = tables["runs"]
            nodes = zip(outcomes["column"], outcomes["row"], strict=True)
            place: dict[Node, list[int]] = {}
            for at, (column, row) in enumerate(nodes):
                place.setdefault((int(column), int(row)), []).append(at)
            values = outcomes["value"].to_numpy()
            values = values if values.dtype.kind in "fiu" else values.astype(str)
            if facts["level"] is not None and values.dtype.kind == "U":
                raise ValueError("runs has texts where a level needs numbers")
            cells = tuple((int(i), int(j), int(w)) for i, j, w in tables["cells"].to_numpy())
            corners = {(i + a, j + b) for i, j, w in cells for a in (0, w) for b in (0, w)}
            if lacking := corners - place.keys():
                raise ValueError(f"runs has none of the node {min(lacking)}, a corner of a cell")
            return cls(
                Axis(*facts["x"]),
                Axis(*facts["y"]),
                (int(facts["size"][0]), int(facts["size"][1])),
                cells,
                {node: values[at] for node, at in place.items()},
                str(facts["metric"]),
                facts["level"],
                facts["facts"],
            )

    def to_dict(self) -> dict[str, Any]:
        """Return the diagram in the types of JSON."""
        return plain(
            {
                "id": self.run_id,
                "x": self.x.name,
                "y": self.y.name,
                "metric": self.metric,
                "level": self.level,
                "areas": self.areas() if self.phases else {},
                "uncertain": self.uncertain_area() if self.phases else None,
                "nodes": self.table().to_dict("records"),
                **self.facts,
            }
        )

    def says(self) -> list[str]:
        """What the diagram says, in sentences."""
        table = self.table()
        lines = []
        if self.phases:
            held = [f"{name}: {percent(area)}" for name, area in self.areas().items() if area > 0]
            lines.append(f"Of the plane, by phase: {'; '.join(held)}.")
            lines.append(
                f"Not certain at 5% which phase leads: {percent(self.uncertain_area())} of it."
            )
        if not self.categorical:
            ranked = table.dropna(subset="mean").sort_values("mean")
            low, high = ranked.iloc[0], ranked.iloc[-1]
            for word, row in (("Lowest", low), ("Highest", high)):
                lines.append(
                    f"{word}: {number(float(row['mean']))} at {self.x.name} = {row['x']:.3g}, "
                    f"{self.y.name} = {row['y']:.3g}."
                )
        return lines

    def __rich__(self) -> Any:
        from rich.text import Text

        head = Text(f"{self.metric} over {self.x.name} and {self.y.name}\n", style="bold")
        runs = sum(len(found) for found in self.values.values())
        many = f"{plural(len(self.values), 'point')}, {plural(runs, 'run')}"
        whole = self.size[0] * self.size[1]
        if len(self.values) < whole:
            many += f"; a full lattice as fine would need {whole} points"
        head.append(f"{many}\n", style="dim")
        return head.append("\n".join(self.says()))


def explore(
    evaluate: Callable[[Floats], Values],
    x: Axis,
    y: Axis,
    *,
    metric: str,
    level: float | None = None,
    coarse: int = 7,
    refine: int = 2,
    facts: Mapping[str, Any] | None = None,
) -> Phase:
    """Run a coarse lattice, then refine it near the boundaries.

    Args:
        evaluate: from points ``(P, 2)`` to the outcomes of the runs ``(P, R)``, numbers or
            categories (text).
        x, y: the parameters.
        metric: what is measured, in words or as an expression.
        level: divides a metric into two phases.
        coarse: nodes of the first lattice along either side, at least 2.
        refine: how often cells are cut.
        facts: kept with the diagram.
    """
    if coarse < 2 or refine < 0:
        raise UserError("a phase diagram needs at least two points along each axis")
    step = 2**refine
    size = (coarse - 1) * step + 1
    cells: list[Cell] = [
        (i * step, j * step, step) for i in range(coarse - 1) for j in range(coarse - 1)
    ]
    values: dict[Node, Values] = {}

    def diagram() -> Phase:
        return Phase(x, y, (size, size), tuple(cells), values, metric, level, facts or {})

    for depth in range(refine + 1):
        wanted = sorted({corner for cell in cells for corner in _corners(cell)} - set(values))
        if wanted:
            here = diagram()
            points = np.array([here.at(node) for node in wanted])
            values |= dict(zip(wanted, evaluate(points), strict=True))
        if depth == refine:
            break
        width = step >> depth
        now = diagram()
        open_cells = [cell for cell in cells if cell[2] == width]
        cut = set(_at_boundaries(now, open_cells))
        half = width // 2
        cells = [cell for cell in cells if cell not in cut] + [
            (i + di, j + dj, half) for i, j, _ in cut for di in (0, half) for dj in (0, half)
        ]
        if not cut:
            break
    return diagram()


def from_table(
    table: pd.DataFrame,
    x: str,
    y: str,
    outcome: str,
    *,
    level: float | None = None,
    facts: Mapping[str, Any] | None = None,
) -> Phase:
    """Return the phase diagram of runs that lie on a full lattice of two columns.

    Args:
        table: one row a run.
        x, y, outcome: its columns.
        level: divides a metric into two phases.
        facts: kept with the diagram.

    Raises:
        UserError: a column is missing, or the points are no full, even lattice.
    """
    for name in (x, y, outcome):
        if name not in table.columns:
            raise UserError(f"no column {name!r}; there are {', '.join(map(str, table.columns))}")
    xs, ys = np.unique(table[x]), np.unique(table[y])
    if min(len(xs), len(ys)) < 2:
        raise UserError(f"{x} and {y} need at least two values each")
    for name, places in ((x, xs), (y, ys)):
        if np.ptp(np.diff(places)) > 1e-6 * np.ptp(places):
            raise UserError(f"the values of {name} are not evenly spaced: no lattice")
    column, row = np.searchsorted(xs, table[x]), np.searchsorted(ys, table[y])
    outcomes = table[outcome].to_numpy()
    if outcomes.dtype.kind not in "fiu":
        outcomes = outcomes.astype(str)
    order = np.lexsort((row, column))
    place = column[order] * len(ys) + row[order]
    nodes, starts = np.unique(place, return_index=True)
    if len(nodes) < len(xs) * len(ys):
        missing = len(xs) * len(ys) - len(nodes)
        raise UserError(f"{missing} of {len(xs)} x {len(ys)} points of {x} and {y} were not run")
    parts = np.split(outcomes[order], starts[1:])
    values = {
        (int(node) // len(ys), int(node) % len(ys)): part
        for node, part in zip(nodes, parts, strict=True)
    }
    cells = tuple((i, j, 1) for i in range(len(xs) - 1) for j in range(len(ys) - 1))
    axes = Axis(x, float(xs[0]), float(xs[-1])), Axis(y, float(ys[0]), float(ys[-1]))
    return Phase(*axes, (len(xs), len(ys)), cells, values, outcome, level, facts or {})


def _corners(cell: Cell) -> list[Node]:
    i, j, width = cell
    return [(i, j), (i + width, j), (i, j + width), (i + width, j + width)]


def _at_boundaries(phase: Phase, cells: Sequence[Cell]) -> list[Cell]:
    """The cells to refine: those whose corners differ, or, without phases, that change most."""
    if phase.phases:
        return [
            cell for cell in cells if len({phase.dominant(node)[0] for node in _corners(cell)}) > 1
        ]
    means = {
        node: float(np.nanmean(found)) if not np.isnan(found).all() else 0.0
        for node, found in phase.values.items()
    }
    change = [float(np.ptp([means[node] for node in _corners(cell)])) for cell in cells]
    many = max(1, round(STEEPEST * len(cells)))
    ranked = sorted(range(len(cells)), key=lambda k: -change[k])[:many]
    return [cells[k] for k in ranked if change[k] > 0]


def _told_apart(first: int, second: int) -> bool:
    """Whether an exact two-sided test of signs tells two counts apart at 5%."""
    from scipy.stats import binomtest

    return first > 0 and float(binomtest(first, first + second).pvalue) < 0.05
