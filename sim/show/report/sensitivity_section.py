"""A saved sensitivity analysis as the report shows it."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Final

from sim.errors import UserError
from sim.record.manifests import Shape, reading
from sim.record.table_folders import load_tables
from sim.show.report.content import Sensitivity

if TYPE_CHECKING:
    from pathlib import Path

    from sim.record.results import Results

SHOWN: Final = 8
"""Factors shown of each finding."""
_HEAD: Final = ("Factor", "Finding", "Total share", "95% interval", "First-order share")


def read_sensitivity(folder: Path, results: Results) -> Sensitivity:
    """Return the Sobol' indices of a saved analysis, the largest of each finding first.

    Raises:
        UserError: there is none, it is damaged, or it is of another scenario.
    """
    shape: Shape = {"meta": {"spec_hash": str}, "id?": str}
    facts, tables = load_tables(folder, "sensitivity", ("indices",), shape)
    with reading(folder):
        if facts["meta"]["spec_hash"] != results.meta.spec_hash:
            raise UserError(f"{folder} is of another scenario or version than the result")
        rows: list[tuple[str, ...]] = []
        for finding, mine in tables["indices"].groupby("finding", sort=False):
            best = mine.sort_values("total", ascending=False).head(SHOWN)
            records: list[dict[Any, Any]] = best.to_dict("records")
            rows += [_row(str(finding), record) for record in records]
    return Sensitivity(
        table=(_HEAD, *rows),
        note=f"Sobol' indices of the saved analysis {facts.get('id', folder.name)}: the total is "
        "the share of the variance of a finding that would go if the factor were known, first "
        f"order what it makes by itself. At most {SHOWN} factors a finding are shown.",
    )


def _row(finding: str, row: dict[Any, Any]) -> tuple[str, ...]:
    low, high = _short(row.get("total_low")), _short(row.get("total_high"))
    bounds = f"{low} to {high}" if low and high else ""
    return str(row["factor"]), finding, _short(row["total"]), bounds, _short(row.get("first"))


def _short(value: Any) -> str:
    known = value is not None and math.isfinite(float(value))
    return f"{float(value):.2f}" if known else ""
