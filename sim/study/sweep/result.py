"""A sweep as a result: its table, what its parameters and metrics are, and a face for notebooks."""

from __future__ import annotations

import html
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from sim.errors import UserError
from sim.record.exports import needs_xarray
from sim.record.manifests import reading
from sim.study.comparison import plain
from sim.study.laboratory.parts import Part
from sim.study.sweep.factors import Factor
from sim.study.sweep.plan import Plan
from sim.study.sweep.store import Store

if TYPE_CHECKING:
    import pandas as pd

_SHOWN = 12


@dataclass(frozen=True, slots=True)
class Spread:
    """How a metric spreads over a sweep.

    Attributes:
        metric: its text.
        low, mean, high: of the means of the points.
        between: standard deviation of the means of the points, so of the parameters.
        within: standard deviation within points, so of luck and of the numbers that are drawn.
    """

    metric: str
    low: float
    mean: float
    high: float
    between: float
    within: float


class Sweep:
    """A sweep on disk, finished or not.

    Attributes:
        folder: where it is.
        plan: what is swept.
        facts: of its manifest.
    """

    def __init__(self, folder: Path, plan: Plan, facts: dict[str, Any]) -> None:
        self.folder = folder
        self.plan = plan
        self.facts = facts
        self._store = Store(folder)

    @classmethod
    def load(cls, folder: Path | str) -> Self:
        """Read a saved sweep.

        Raises:
            UserError: there is none, or it is damaged.
        """
        store, plan, facts = Store.open(folder)
        return cls(store.folder, plan, facts)

    @property
    def title(self) -> str:
        """Title of the scenario."""
        return str(self.facts["title"])

    @property
    def parameters(self) -> tuple[str, ...]:
        """Names of the parameters: columns of the table."""
        return tuple(factor.name for factor in self.factors)

    @property
    def factors(self) -> tuple[Factor, ...]:
        """What was varied."""
        return self.plan.design.factors

    @property
    def metrics(self) -> tuple[str, ...]:
        """Texts of the metrics: columns of the table."""
        return self.plan.metrics

    @cached_property
    def finished(self) -> int:
        """Number of runs on disk, the failed ones included."""
        return sum(len(self.plan.cells_of(number)) for number in self._parts)

    @cached_property
    def failures(self) -> list[dict[str, Any]]:
        """The runs that failed: point, seed, run, overlay and message of each."""
        found = []
        for number, part in self._parts.items():
            point, seed, run = self.plan.cases(self.plan.cells_of(number))
            for at, told, message in part.failures:
                cell = {"point": int(point[at]), "seed": int(seed[at]), "run": int(run[at])}
                found.append({**cell, "overlay": told, "message": message})
        return found

    @cached_property
    def _parts(self) -> dict[int, Part]:
        return self._store.finished(self.plan)

    def arrow(self) -> Any:
        """The runs as a ``pyarrow.Table``, as :meth:`table` has them.

        Raises:
            UserError: nothing is finished yet, or a part is damaged.
        """
        import pyarrow as pa

        if not self._parts:
            raise UserError(f"{self.folder}: no part is finished yet")
        expected = ["point", "seed", "run", *self.parameters, *self.metrics]
        with reading(self.folder):
            tables = [part.table for part in self._parts.values()]
            for table in tables:
                if table.column_names != expected:
                    raise ValueError(f"a part has other columns than {', '.join(expected)}")
            return pa.concat_tables(tables).unify_dictionaries()

    def table(self) -> pd.DataFrame:
        """One row a run in the order of the points: point, seed, run, parameters, metrics.

        A parameter that a point leaves as the scenario has it is missing there. Runs that failed
        have no row; see :attr:`failures`.

        Raises:
            UserError: nothing is finished yet, or a part is damaged.
        """
        found: pd.DataFrame = self.arrow().to_pandas()
        return found

    def to_xarray(self) -> Any:
        """The metrics as an ``xarray.Dataset``.

        Of a grid the dimensions are the parameters, the seed and the run; of other designs the
        point, with the parameters as coordinates along it.

        Raises:
            UserError: xarray is not installed, or nothing is finished.
        """
        xr = needs_xarray()
        table = self.table()
        if self.plan.design.kind == "grid":
            return xr.Dataset.from_dataframe(
                table.drop(columns="point").set_index([*self.parameters, "seed", "run"])
            )
        rows = table.set_index(["point", "seed", "run"])
        found = xr.Dataset.from_dataframe(rows[list(self.metrics)])
        points = table.drop_duplicates("point").set_index("point")[list(self.parameters)]
        return found.assign_coords({name: ("point", points[name]) for name in points})

    @cached_property
    def spreads(self) -> tuple[Spread, ...]:
        """How each metric spreads between the points and within them."""
        if not self._parts:
            return ()
        table = self.table()
        groups = table.groupby("point", sort=False)
        found = []
        for metric in self.metrics:
            means = groups[metric].mean()
            within = float(np.sqrt(groups[metric].var().mean()))
            found.append(
                Spread(
                    metric,
                    float(means.min()),
                    float(means.mean()),
                    float(means.max()),
                    float(means.std()),
                    within,
                )
            )
        return tuple(found)

    # --- faces -----------------------------------------------------------------------------------
    def to_dict(self) -> dict[str, Any]:
        """The facts and the spread of the metrics, in the types of JSON."""
        return {
            "folder": str(self.folder),
            "finished": self.finished,
            "cells": self.plan.cells,
            "parameters": [
                {"name": factor.name, "levels": list(factor.levels)} for factor in self.factors
            ],
            "metrics": [plain(asdict(spread)) for spread in self.spreads],
            "failures": self.failures,
        }

    def _lines(self) -> list[tuple[str, str]]:
        plan = self.plan
        arm = "" if plan.arm == "base" else f" (arm: {plan.arm})"
        lines = [
            ("scenario", self.title + arm),
            ("design", f"{plan.design.kind}, {len(plan.design.points):,} points"),
        ]
        for k, factor in enumerate(self.factors[:_SHOWN]):
            column = plan.design.points[:, k]
            if factor.levels:
                said = ", ".join(factor.levels)
            else:
                said = f"{np.nanmin(column):.4g} to {np.nanmax(column):.4g}"
                said += f", {len(np.unique(column[~np.isnan(column)])):,} values"
            lines.append((factor.name, said))
        if len(self.factors) > _SHOWN:
            lines.append(("...", f"{len(self.factors) - _SHOWN} more parameters"))
        several = len(plan.seeds) > 1
        seeds = f"{len(plan.seeds)} seeds" if several else f"seed {plan.seeds[0]}"
        lines.append(("runs", f"{len(plan.runs):,} of each point, {seeds}"))
        state = f"{self.finished:,} of {plan.cells:,} runs"
        if self.failures:
            state += f", of which {len(self.failures):,} failed"
        lines.append(("finished", state))
        return lines

    def __str__(self) -> str:
        lines = self._lines()
        width = max(len(name) for name, _ in lines)
        return "\n".join(f"{name:<{width}}  {value}" for name, value in lines)

    def __repr__(self) -> str:
        return f"<Sweep {self.folder.name}: {self.finished} of {self.plan.cells} runs>"

    def __rich__(self) -> Any:
        from rich.console import Group
        from rich.text import Text

        from sim.system.terminal import facts, table

        parts: list[Any] = [facts("Sweep", self._lines())]
        if self.spreads:
            grid = table(
                "Metrics over the points",
                box=None,
                padding=(0, 1),
                caption="low, mean, high: of the points' means; sd between points is of the "
                "parameters, sd within points of luck and of the numbers that are drawn",
            )
            grid.add_column("metric", overflow="fold", max_width=44)
            for name in _HEADS:
                grid.add_column(name, justify="right")
            for spread in self.spreads:
                grid.add_row(spread.metric, *_cells(spread))
            parts += ["", grid]
        for failure in self.failures[:_SHOWN]:
            said = f"point {failure['point']}, seed {failure['seed']}, run {failure['run']}"
            said += f" failed: {failure['message']}\n  {failure['overlay']}"
            parts.append(Text(said))
        if len(self.failures) > _SHOWN:
            parts.append(f"... and {len(self.failures) - _SHOWN:,} more failures")
        return Group(*parts)

    def _repr_html_(self) -> str:
        facts = "".join(
            f"<tr><th style='text-align:left'>{html.escape(name)}</th>"
            f"<td style='text-align:left'>{html.escape(value)}</td></tr>"
            for name, value in self._lines()
        )
        heads = "".join(f"<th>{name}</th>" for name in ("metric", *_HEADS))
        rows = "".join(
            f"<tr><td style='text-align:left'>{html.escape(spread.metric)}</td>"
            + "".join(f"<td>{cell}</td>" for cell in _cells(spread))
            + "</tr>"
            for spread in self.spreads
        )
        metrics = f"<table><tr>{heads}</tr>{rows}</table>" if rows else ""
        return f"<table>{facts}</table>{metrics}"


_HEADS = ("low", "mean", "high", "sd between", "sd within")


def _cells(spread: Spread) -> list[str]:
    numbers = (spread.low, spread.mean, spread.high, spread.between, spread.within)
    return ["-" if np.isnan(number) else f"{number:.3g}" for number in numbers]
