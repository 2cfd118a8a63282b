"""What a sensitivity analysis found: plain data, tables, a folder on disk, words for people."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Self

import numpy as np

from sim.measure.summary import percent, plural
from sim.record.manifests import NUMBER, Maybe, Shape, Whole, reading, shape_of
from sim.record.results import META, RunMeta
from sim.record.table_folders import (
    SavedTables,
    defined,
    folder_name,
    frame,
    load_tables,
    read_meta,
    stacked,
)
from sim.statistics.paired import Effect
from sim.study.claim_specs import Claim
from sim.study.comparison import plain, with_bounds
from sim.study.sensitivity.designs import MATTERS, Convergence, Indices
from sim.study.sensitivity.factors import REST, Factor
from sim.study.sensitivity.findings import in_a_line
from sim.study.sensitivity.luck import Parts
from sim.study.sensitivity.robustness import Robustness
from sim.study.verdicts import Verdict
from sim.types import Floats
from sim.words.digits import number

if TYPE_CHECKING:
    import pandas as pd


SHOWN: Final = 8
DROWNED: Final = 0.5
"""Shares of variance rank nothing if more than this part of them is luck."""
_EFFORT: Final = ("trajectories", "base", "lucks", "draws", "draw_lucks", "numbers")
_SHAPE: Final[Shape] = {
    "meta": META,
    "over": [str],
    "findings": [
        {
            "claim": shape_of(Claim, gaps=True),
            "parts": shape_of(Parts, gaps=True),
            "robustness": Maybe(shape_of(Robustness, gaps=True)),
            "convergence": shape_of(Convergence, gaps=True),
            "base": Whole(),
            "variance": Maybe(NUMBER),
        }
    ],
    **dict.fromkeys(_EFFORT, Whole()),
}
"""What a manifest has to have."""

_ENDS: Final = ("low", "value", "high")

NOTE: Final = (
    "Every point is run with the same lucks, and values are means over them. Screening: mean size "
    "of the effect of a factor over its whole range (mu*). Shares: Sobol' indices; total is the "
    "share of the variance that would go if the factor were known, first what it makes by itself. "
    "A block is a draw of all its numbers, each by itself. All within the model and its ranges."
)


@dataclass(frozen=True, eq=False)
class Ranked:
    """What was found of one finding.

    Attributes:
        claim: what was asked: metric, arms, and a direction if there is one.
        screening: of :func:`screen`; None where there were few enough factors without it.
        indices: shares of the variance of the mean over the lucks.
        parts: luck and numbers in the variance of single runs.
        robustness: None for a finding without a direction.
        draws: the finding by draw and luck, ``(P, M)``.
    """

    claim: Claim
    screening: pd.DataFrame | None
    indices: Indices
    parts: Parts
    robustness: Robustness | None
    draws: Floats

    @property
    def name(self) -> str:
        """The id."""
        return self.claim.id


@dataclass(frozen=True, eq=False)
class SensitivityReport(SavedTables, kind="sensitivity"):
    """The sensitivity of one or several findings of a scenario.

    Attributes:
        meta: the scenario and how it was run.
        findings: in the order in which they were asked.
        factors: what was moved.
        over: how it was asked for.
        trajectories, base, lucks, draws, draw_lucks: how much was run; no trajectories without
            screening.
        numbers: how many numbers of the scenario have a range.
    """

    meta: RunMeta
    findings: tuple[Ranked, ...]
    factors: tuple[Factor, ...]
    over: tuple[str, ...]
    trajectories: int
    base: int
    lucks: int
    draws: int
    draw_lucks: int
    numbers: int

    @property
    def run_id(self) -> str:
        """Name of the folder: a hash of what was analysed, then the scenario."""
        return folder_name(
            self.meta.name,
            "sensitivity",
            self.meta.spec_hash,
            self.meta.seed,
            self.meta.rules,
            *self.over,
            self.trajectories,
            self.base,
            self.lucks,
            self.draws,
            self.draw_lucks,
            *(ranked.claim for ranked in self.findings),
        )

    def screening(self) -> pd.DataFrame:
        """One row a finding and factor: its effect in the screening."""
        return self._joined(
            (ranked.name, ranked.screening)
            for ranked in self.findings
            if ranked.screening is not None
        )

    def indices(self) -> pd.DataFrame:
        """One row a finding and factor: its Sobol' indices with intervals."""
        return self._joined((ranked.name, ranked.indices.table) for ranked in self.findings)

    @staticmethod
    def _joined(parts: Iterator[tuple[str, pd.DataFrame]]) -> pd.DataFrame:
        tables = [table.assign(finding=name) for name, table in parts]
        if not tables:
            return frame((), ["finding", "factor"]).astype("float64")
        table = stacked(tables)
        return table[["finding", *(name for name in table.columns if name != "finding")]]

    def verdicts(self) -> pd.DataFrame:
        """One row a finding: effect, share of draws, outcome, parts of the variance."""
        rows = []
        for ranked in self.findings:
            claim, survives = ranked.claim, ranked.robustness
            effect = survives.verdict.effect if survives else None
            rows.append(
                {
                    "finding": claim.id,
                    "text": claim.text,
                    "metric": claim.metric,
                    "arms": ", ".join((*claim.arms, *claim.less)),
                    "direction": claim.direction,
                    "horizon": claim.horizon,
                    "difference": effect.difference if effect else float(np.nanmean(ranked.draws)),
                    "low": effect.low if effect else np.nan,
                    "high": effect.high if effect else np.nan,
                    "verdict": survives.verdict.verdict if survives else "",
                    "share": survives.share if survives else np.nan,
                    "share_low": survives.low if survives else np.nan,
                    "share_high": survives.high if survives else np.nan,
                    "outcome": survives.outcome if survives else "",
                    **asdict(ranked.parts),
                    "converged": ranked.indices.convergence.converged,
                    "convergence": ranked.indices.convergence.text,
                    "luck_left": luck_left(ranked, self.lucks),
                }
            )
        return frame(rows)

    def by_draw(self) -> pd.DataFrame:
        """One row a finding, draw and luck: the value."""
        parts = []
        for ranked in self.findings:
            draw, luck = (axis.ravel() for axis in np.indices(ranked.draws.shape))
            drawn = {"draw": draw, "luck": luck, "value": ranked.draws.ravel()}
            parts.append({"finding": ranked.name, **drawn})
        return stacked(parts)

    def factor_table(self) -> pd.DataFrame:
        """One row a factor: its range, or how many numbers."""
        rows = [(it.name, len(it.keys), it.low, it.value, it.high) for it in self.factors]
        found = frame(rows, ["factor", "numbers", *_ENDS])
        return found.astype(dict.fromkeys(_ENDS, "float64"))

    def _tables(self) -> dict[str, pd.DataFrame]:
        return {
            "screening": self.screening(),
            "indices": self.indices(),
            "verdicts": self.verdicts(),
            "draws": self.by_draw(),
            "factors": self.factor_table(),
        }

    def _facts(self) -> dict[str, Any]:
        return {
            "meta": asdict(self.meta),
            "over": list(self.over),
            "findings": [_facts(ranked) for ranked in self.findings],
            **self._effort(),
        }

    def _effort(self) -> dict[str, int]:
        return {key: getattr(self, key) for key in _EFFORT}

    @classmethod
    def load(cls, folder: Path | str) -> Self:
        """Read a saved report.

        Raises:
            UserError: there is none, or it is incomplete, damaged or of another version.
        """
        names = ("screening", "indices", "draws", "factors")
        facts, tables = load_tables(folder, "sensitivity", names, _SHAPE)
        with reading(folder):
            return cls(
                meta=read_meta(facts["meta"]),
                findings=tuple(_ranked(entry, tables) for entry in facts["findings"]),
                factors=tuple(
                    Factor(
                        str(row["factor"]),
                        ("",) * int(row["numbers"]),
                        *(None if np.isnan(row[k]) else float(row[k]) for k in _ENDS),
                    )
                    for row in tables["factors"].to_dict("records")
                ),
                over=tuple(facts["over"]),
                **{key: int(facts[key]) for key in _EFFORT},
            )

    def to_dict(self) -> dict[str, Any]:
        """Return the report in the types of JSON."""
        return plain(
            {
                "title": self.meta.title,
                "id": self.run_id,
                "seed": self.meta.seed,
                **self._effort(),
                "findings": [
                    {
                        "name": ranked.name,
                        "says": in_a_line(ranked.claim),
                        "outcome": ranked.robustness.to_dict() if ranked.robustness else None,
                        "variance": asdict(ranked.parts),
                        "converged": ranked.indices.convergence.converged,
                        "convergence": ranked.indices.convergence.text,
                        "luck_left": luck_left(ranked, self.lucks),
                        "indices": _records(ranked.indices.table),
                        "screening": _records(ranked.screening),
                    }
                    for ranked in self.findings
                ],
                "note": NOTE,
            }
        )

    def __rich__(self) -> Any:
        from rich.console import Group

        return Group(*_render(self))


def _facts(ranked: Ranked) -> dict[str, Any]:
    """What the tables do not have of a finding, for the manifest."""
    convergence = ranked.indices.convergence
    return plain(
        {
            "claim": asdict(ranked.claim),
            "parts": asdict(ranked.parts),
            "robustness": ranked.robustness.to_dict() if ranked.robustness else None,
            "convergence": asdict(convergence),
            "base": ranked.indices.base,
            "variance": ranked.indices.variance,
        }
    )


def _ranked(facts: Mapping[str, Any], tables: Mapping[str, pd.DataFrame]) -> Ranked:
    """A finding of a saved report."""
    claim = _claim(facts["claim"])
    mine = {
        name: tables[name][tables[name]["finding"] == claim.id].drop(columns="finding")
        for name in ("screening", "indices", "draws")
    }
    drawn = mine["draws"]
    shape = (int(drawn["draw"].max()) + 1, int(drawn["luck"].max()) + 1)
    screened = mine["screening"].reset_index(drop=True)
    return Ranked(
        claim=claim,
        screening=None if screened.empty else screened,
        indices=Indices(
            mine["indices"].reset_index(drop=True),
            Convergence(**defined(facts["convergence"])),
            int(facts["base"]),
            defined(facts)["variance"],
        ),
        parts=Parts(**defined(facts["parts"])),
        robustness=None if facts["robustness"] is None else _survival(facts["robustness"], claim),
        draws=drawn["value"].to_numpy(np.float64).reshape(shape),
    )


def _claim(facts: Mapping[str, Any]) -> Claim:
    lists = {key: tuple(facts[key]) for key in ("arms", "less", "at")}
    return Claim(**{**facts, **lists})


def _survival(facts: Mapping[str, Any], claim: Claim) -> Robustness:
    found = dict(facts["verdict"])
    effect = None if found["effect"] is None else Effect(**found["effect"])
    return Robustness(
        **{**facts, "verdict": Verdict(**{**found, "claim": claim, "effect": effect})}
    )


def _records(table: pd.DataFrame | None) -> list[dict[str, Any]]:
    if table is None:
        return []
    found: list[Any] = table.sort_values("rank").to_dict("records")
    return found


# --- for people ----------------------------------------------------------------------------------
_COLOURS: Final = {"survives": "green", "leans": "yellow", "open": "yellow", "reverses": "red"}


def _render(report: SensitivityReport) -> Iterator[Any]:
    from rich.text import Text

    head = Text(f"{report.meta.title}: what the findings depend on\n", style="bold")
    screened = f"{report.trajectories} Morris trajectories, " if report.trajectories else ""
    head.append(
        f"{plural(len(report.factors), 'factor')} of {report.numbers:,} numbers, {screened}Sobol "
        f"base {report.base} with {report.lucks} lucks a point, {report.draws} draws with "
        f"{report.draw_lucks}, seed {report.meta.seed}",
        style="dim",
    )
    yield head
    for ranked in report.findings:
        yield Text()
        yield Text(f"{ranked.name}: {ranked.claim.text}", style="bold")
        yield Text(in_a_line(ranked.claim), style="dim")
        survives = ranked.robustness
        if survives is not None and survives.verdict.effect is not None:
            line = Text(survives.text, style=_COLOURS[survives.outcome])
            line.append(
                f" (95%: {percent(survives.low)} to {percent(survives.high)}); effect "
                f"{with_bounds(survives.verdict.effect)}.",
                style="default",
            )
            yield line
        yield Text(split(ranked.parts))
        yield _shares_table(ranked)
        yield Text(f"Indices {ranked.indices.convergence.text}.")
        yield Text(f"{left_out(ranked)} {said_of_luck(ranked, report.lucks)}")
    yield Text()
    yield Text(NOTE, style="dim")


def split(parts: Parts) -> str:
    """Say what makes runs differ."""
    if parts.total == 0:
        return "No run differs from another."
    return (
        f"Of the variance of a run {percent(parts.numbers_share)} "
        f"({percent(parts.numbers_low)} to {percent(parts.numbers_high)}) comes from the numbers, "
        f"{percent(parts.luck_share)} from luck."
    )


def luck_left(ranked: Ranked, lucks: int) -> float:
    """Return the share of what the indices share out that is luck, falling anew at each point."""
    left = ranked.parts.both / lucks
    return left / (ranked.parts.numbers + left) if left > 0 else 0.0


def drowned(ranked: Ranked, lucks: int) -> bool:
    """Whether luck drowns the shares of variance, so that they rank nothing."""
    return luck_left(ranked, lucks) > DROWNED


def said_of_luck(ranked: Ranked, lucks: int) -> str:
    """Say how much luck there is in the indices."""
    share = percent(luck_left(ranked, lucks))
    said = f"About {share} of what they share out is luck that falls anew at each point"
    if drowned(ranked, lucks):
        return f"{said}: it drowns them, and they rank nothing; more lucks a point would help."
    return f"{said}."


def left_out(ranked: Ranked) -> str:
    """Say what the numbers make that the screening put last."""
    rows = [row for row in _records(ranked.indices.table) if row["factor"] in REST]
    if not rows:
        return "No number is left out."
    told = ", ".join(f"{row['factor'].removeprefix('other ')} {row['total']:.2f}" for row in rows)
    return f"Of the variance, numbers that the screening put last: {told}."


def _shares_table(ranked: Ranked) -> Any:
    from sim.system.terminal import table

    sides = [(name, "right") for name in ("total", "95%", "first", "95%", "screening mu*")]
    made = table(None, ("factor", *sides))
    sizes = {}
    if ranked.screening is not None:
        sizes = {
            row["factor"]: f"{number(row['mu_star'])} (no. {row['rank']})"
            for row in _records(ranked.screening)
        }
    rows: list[Any] = ranked.indices.table.sort_values("rank").head(SHOWN).to_dict("records")
    for row in rows:
        made.add_row(
            str(row["factor"]),
            f"{row['total']:.2f}",
            _bounds(row, "total"),
            f"{row['first']:.2f}",
            _bounds(row, "first"),
            sizes.get(row["factor"], ""),
            style="" if row["total"] >= MATTERS else "dim",
        )
    return made


def _bounds(row: dict[str, Any], name: str) -> str:
    return f"{max(0.0, row[f'{name}_low']):.2f} to {row[f'{name}_high']:.2f}"
