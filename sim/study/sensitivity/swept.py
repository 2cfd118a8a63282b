"""A finished sweep as a phase diagram, and as a search for the region of an outcome."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np
import numpy.typing as npt

from sim.errors import UserError, hint, shown
from sim.study.sensitivity.discovery import Discovery, discover
from sim.study.sensitivity.phase_diagram import Phase, from_table
from sim.study.sensitivity.scenario_phase import partition_column
from sim.study.sweep import Sweep

if TYPE_CHECKING:
    import pandas as pd

_CONDITION: Final = re.compile(r"(.+?)\s*(<=|>=|<|>)\s*([-+0-9.eE]+)\s*\Z", re.DOTALL)
PARTITION: Final = "partition"


def phase_of(sweep: Sweep, variable: str | None = None) -> Phase:
    """Return the phase diagram of a sweep of two parameters over a full grid.

    Args:
        sweep: finished.
        variable: a metric of the sweep, a metric with a level (``hedging(AAA) > 0.5``), or
            ``partition``; by default the partition if the sweep has ``same_bloc`` of every pair of
            some states, or else its first metric.

    Raises:
        UserError: there are not two parameters, or no full grid, or no such metric.
    """
    if len(sweep.parameters) != 2 or any(factor.levels for factor in sweep.factors):
        raise UserError(
            "a phase diagram needs a sweep of two numbers; this one varies "
            f"{', '.join(sweep.parameters)}"
        )
    table = sweep.table()
    level = None
    pairs = [name for name in sweep.metrics if name.startswith("same_bloc(")]
    if variable is None:
        variable = PARTITION if pairs else sweep.metrics[0]
    if variable == PARTITION:
        table, column = partition_column(table)
    elif (found := _CONDITION.match(variable)) is not None and "<" not in found[2]:
        column, level = metric_of(found[1], sweep.metrics), _number(found[3], variable)
    else:
        column = metric_of(variable, sweep.metrics)
    facts = {
        "scenario": sweep.title,
        "arm": "" if sweep.plan.arm == "base" else sweep.plan.arm,
        "seed": ", ".join(str(seed) for seed in sweep.plan.seeds),
        "sweep": sweep.folder.name,
    }
    return from_table(table, *sweep.parameters, column, level=level, facts=facts)


def region_of(
    folder: Path | str, outcome: str, *, method: str = "prim", seed: int = 1
) -> Discovery:
    """Return the region of a sweep's parameter space that gives an outcome.

    Args:
        folder: of the sweep.
        outcome: a condition on a metric, ``hedging(AAA) > 0.5``, or several joined by ``and``.
        method: ``prim`` or ``cart``.
        seed: of the folds.

    Raises:
        UserError: there is no such sweep or metric, or nothing to find.
    """
    sweep = Sweep.load(folder)
    table = sweep.table()
    wanted = np.ones(len(table), bool)
    known = np.ones(len(table), bool)
    for text in re.split(r"\s+and\s+", outcome.strip()):
        held, defined = _condition(text, table, sweep.metrics)
        wanted &= held
        known &= defined
    inputs = _numbers(sweep, table)
    facts = {
        "scenario": sweep.title,
        "arm": sweep.plan.arm,
        "sweep": str(sweep.folder.name),
        "code": str(sweep.facts.get("code", "")),
    }
    return discover(
        inputs[known], wanted[known], says=outcome.strip(), method=method, seed=seed, facts=facts
    )


def _condition(
    text: str, table: pd.DataFrame, metrics: Sequence[str]
) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.bool_]]:
    """Whether each run meets a condition, and whether its metric is defined."""
    found = _CONDITION.match(text.strip())
    if found is None:
        raise UserError(f"{shown(text)}: expected a condition, such as 'hedging(AAA) > 0.5'")
    values = table[metric_of(found[1], metrics)].to_numpy(np.float64)
    limit = _number(found[3], text)
    held = {
        "<": values < limit,
        ">": values > limit,
        "<=": values <= limit,
        ">=": values >= limit,
    }[found[2]]
    return held, ~np.isnan(values)


def _number(text: str, whole: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise UserError(f"{shown(whole)}: {shown(text)} is not a number") from None


def metric_of(text: str, metrics: Sequence[str]) -> str:
    """Return the metric of a sweep that is written so, give or take spaces.

    Raises:
        UserError: there is none.
    """
    tight = {re.sub(r"\s+", "", name): name for name in metrics}
    found = tight.get(re.sub(r"\s+", "", text))
    if found is None:
        exist = f"; the sweep has {', '.join(metrics)}"
        raise UserError(f"no metric {shown(text.strip())}{hint(text.strip(), metrics)}{exist}")
    return found


def _numbers(sweep: Sweep, table: pd.DataFrame) -> pd.DataFrame:
    """The parameters as columns of numbers: of a choice, one of 0 and 1 for each level."""
    import pandas as pd

    columns: dict[str, npt.NDArray[np.float64]] = {}
    for factor in sweep.factors:
        column = table[factor.name]
        if factor.levels:
            for level in factor.levels:
                columns[f"{factor.name}={level}"] = np.asarray(
                    column.astype(str) == level, np.float64
                )
        elif column.isna().any():
            message = "is not set at every point; such designs have no region"
            raise UserError(f"{factor.name} {message}")
        else:
            columns[factor.name] = column.to_numpy(np.float64)
    return pd.DataFrame(columns)
