"""What a comparison of arms found: plain data, tidy tables, a folder on disk, tables for people."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Self

import numpy as np

from sim.measure.summary import percent, plural
from sim.record.manifests import Shape, Whole, reading
from sim.record.results import META, RunMeta
from sim.record.table_folders import SavedTables, frame, load_tables, read_meta, short_id, stacked
from sim.scenario import BASE_ARM, format_quarter
from sim.statistics.paired import Effect
from sim.types import Floats
from sim.words.digits import number

if TYPE_CHECKING:
    import pandas as pd


ENOUGH: Final = 5.0
"""Pairing is said to pay where unpaired arms would need this many times more runs."""
_SHOWN: Final = 15
_SHAPE: Final[Shape] = {
    "meta": META,
    "reference": str,
    "arms": [{"name": str, "title": str, "examined": Whole(), "moved": Whole()}],
    "runs": Whole(1),
    "start": Whole(),
    "quarters": Whole(0, 100_000),
    "chosen": bool,
    "horizon": str,
    "metrics": [str],
    "lacking?": [str],
}
"""What a manifest has to have."""

_PARTING: Final = (0.1, 0.5, 0.9)

NOTE: Final = (
    "Differences are means over runs that share their draws and their luck, with 95% intervals "
    "(paired bootstrap, BCa); those below 0.01 standard deviations of the runs count as none. They "
    "are effects within the model, given this scenario and its ranges."
)


@dataclass(frozen=True, slots=True)
class MetricEffect:
    """The effect on one metric, and its mean difference and interval in each quarter.

    ``parts`` is the first quarter from which the difference is clear in two quarters running: its
    interval excludes zero and it is not negligible.
    """

    metric: str
    effect: Effect
    difference: tuple[float, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]
    parts: str | None


@dataclass(frozen=True, slots=True)
class Mover:
    """A state that the arms do not name, and its threat or alignment that moved most."""

    state: str
    metric: str
    effect: Effect


@dataclass(frozen=True, slots=True)
class ArmComparison:
    """One arm against the reference.

    Attributes:
        name, title: of the arm.
        metrics: the effect on each metric.
        diverged: share of the runs whose moves have differed by each quarter.
        movers: third states that moved most at the end, each once, by its largest standardised
            change.
        examined, moved: how many values of third states were looked at, and of how many the
            interval excludes zero; one in twenty does by chance.
    """

    name: str
    title: str
    metrics: tuple[MetricEffect, ...]
    diverged: tuple[float, ...]
    movers: tuple[Mover, ...]
    examined: int
    moved: int

    def half_parted(self, share: float = 0.5) -> int | None:
        """The first tick by which this share of the runs have parted, if they do."""
        return next((tick for tick, part in enumerate(self.diverged) if part >= share), None)


@dataclass(frozen=True, eq=False)
class Comparison(SavedTables, kind="comparison"):
    """Arms of a scenario against a reference arm.

    Attributes:
        meta: the reference arm and how it was run.
        reference: name of the reference arm; differences are arm less reference.
        runs: number of paired runs.
        start, quarters: the clock; ``start`` is the quarter of tick 0.
        horizon: window of the metrics that have none of their own.
        chosen: whether the metrics were asked for.
        metrics: the expressions.
        values: of each arm, the reference included, ``(metrics, R)``.
        arms: what each arm changes.
        lacking: names of the arms that take something away from the reference: people are shown
            the reference less these.
    """

    meta: RunMeta
    reference: str
    runs: int
    start: int
    quarters: int
    horizon: str
    chosen: bool
    metrics: tuple[str, ...]
    values: Mapping[str, Floats]
    arms: tuple[ArmComparison, ...]
    lacking: tuple[str, ...] = ()

    @property
    def run_id(self) -> str:
        """Name of the folder: a hash of what was compared, then the scenario."""
        digest = short_id(
            self.meta.spec_hash,
            self.reference,
            *(arm.name for arm in self.arms),
            *self.metrics,
            self.horizon,
            self.meta.seed,
            self.runs,
            self.meta.rules,
        )
        words = re.sub(r"[^a-z0-9]+", "-", f"{self.meta.name} compare".lower()).strip("-")
        return f"{digest}-{words[:60]}"

    @property
    def ticks(self) -> list[str]:
        """The quarters of ticks 0 to T."""
        return [format_quarter(self.start + tick) for tick in range(self.quarters + 1)]

    def effects(self) -> pd.DataFrame:
        """One row an arm and metric: means, difference, interval, shares of runs."""
        rows = [
            {"arm": arm.name, "metric": found.metric, **asdict(found.effect), "parts": found.parts}
            for arm in self.arms
            for found in arm.metrics
        ]
        return _numbers(frame(rows), ("standardised", "efficiency"))

    def series(self) -> pd.DataFrame:
        """One row an arm, metric and quarter: mean difference and interval."""
        ticks = self.ticks
        rows = [
            (arm.name, found.metric, *row)
            for arm in self.arms
            for found in arm.metrics
            for row in zip(ticks, found.difference, found.low, found.high, strict=True)
        ]
        return frame(rows, ["arm", "metric", "quarter", "difference", "low", "high"])

    def by_run(self) -> pd.DataFrame:
        """One row a run, arm and metric: the value."""
        metric, run = (axis.ravel() for axis in np.indices((len(self.metrics), self.runs)))
        names = np.array(self.metrics, object)[metric]
        return stacked(
            {"run": run, "arm": arm, "metric": names, "value": values.ravel()}
            for arm, values in self.values.items()
        )

    def third_states(self) -> pd.DataFrame:
        """One row an arm and third state that moved: its largest standardised change."""
        rows = [
            {"arm": arm.name, "state": mover.state, "metric": mover.metric, **asdict(mover.effect)}
            for arm in self.arms
            for mover in arm.movers
        ]
        columns = ["arm", "state", "metric", *Effect.__dataclass_fields__]
        return _numbers(frame(rows, columns), ("standardised", "efficiency"))

    def partings(self) -> pd.DataFrame:
        """One row an arm and quarter: share of the runs whose moves have differed by then."""
        rows = [
            (arm.name, quarter, share)
            for arm in self.arms
            for quarter, share in zip(self.ticks, arm.diverged, strict=True)
        ]
        return frame(rows, ["arm", "quarter", "diverged"])

    def _tables(self) -> dict[str, pd.DataFrame]:
        return {
            "effects": self.effects(),
            "series": self.series(),
            "runs": self.by_run(),
            "third_states": self.third_states(),
            "partings": self.partings(),
        }

    def _facts(self) -> dict[str, Any]:
        return {
            "meta": asdict(self.meta),
            "reference": self.reference,
            "arms": [
                {key: getattr(arm, key) for key in ("name", "title", "examined", "moved")}
                for arm in self.arms
            ],
            "runs": self.runs,
            "start": self.start,
            "quarters": self.quarters,
            "chosen": self.chosen,
            "horizon": self.horizon,
            "metrics": list(self.metrics),
            "lacking": list(self.lacking),
        }

    @classmethod
    def load(cls, folder: Path | str) -> Self:
        """Read a saved comparison.

        Raises:
            UserError: there is none, or it is incomplete, damaged or of another version.
        """
        names = ("effects", "series", "runs", "third_states", "partings")
        facts, tables = load_tables(folder, "comparison", names, _SHAPE)
        with reading(folder):
            metrics, runs = tuple(facts["metrics"]), int(facts["runs"])
            by_run = tables["runs"]
            return cls(
                meta=read_meta(facts["meta"]),
                values={
                    str(arm): mine["value"].to_numpy(np.float64).reshape(len(metrics), runs)
                    for arm, mine in by_run.groupby("arm", sort=False)
                },
                metrics=metrics,
                arms=tuple(_read_arm(arm, tables) for arm in facts["arms"]),
                lacking=tuple(facts.get("lacking", ())),
                **{
                    key: facts[key]
                    for key in ("reference", "runs", "start", "quarters", "horizon", "chosen")
                },
            )

    def to_dict(self) -> dict[str, Any]:
        """Return the findings in the types of JSON; what is not defined is None."""
        found = {
            "title": self.meta.title,
            "id": self.run_id,
            "reference": self.reference,
            "runs": self.runs,
            "seed": self.meta.seed,
            "start": self.ticks[0],
            "end": self.ticks[-1],
            "horizon": self.horizon,
            "arms": [asdict(arm) for arm in self.arms],
            "lacking": self.lacking,
            "note": NOTE,
        }
        return plain(found)

    def __rich__(self) -> Any:
        from rich.console import Group

        return Group(*_render(self))


def plain(found: Mapping[str, Any]) -> dict[str, Any]:
    """Return a result in JSON's types: tuples as lists, and None for what is no finite number."""
    return {key: plain_value(value) for key, value in found.items()}


def plain_value(value: Any) -> Any:
    """Return a value in JSON's types, as :func:`plain` does."""
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, Mapping):
        return plain(value)
    if isinstance(value, tuple | list):
        return [plain_value(item) for item in value]
    return value


def _read_arm(arm: Mapping[str, Any], tables: Mapping[str, pd.DataFrame]) -> ArmComparison:
    """An arm of a saved comparison."""
    mine = {name: table[table["arm"] == arm["name"]] for name, table in tables.items()}
    through_time = {
        str(metric): rows for metric, rows in mine["series"].groupby("metric", sort=False)
    }
    return ArmComparison(
        metrics=tuple(
            MetricEffect(
                metric=row["metric"],
                effect=Effect.of_row(row),
                parts=row["parts"] if isinstance(row["parts"], str) else None,
                **{
                    key: tuple(through_time[row["metric"]][key].tolist())
                    for key in ("difference", "low", "high")
                },
            )
            for row in mine["effects"].to_dict("records")
        ),
        diverged=tuple(mine["partings"]["diverged"].tolist()),
        movers=tuple(
            Mover(row["state"], row["metric"], Effect.of_row(row))
            for row in mine["third_states"].to_dict("records")
        ),
        **arm,
    )


def _numbers(table: pd.DataFrame, columns: Sequence[str]) -> pd.DataFrame:
    """Make columns of numbers and None into columns of numbers."""
    for name in columns:
        table[name] = table[name].astype("float64")
    return table


# --- for people ----------------------------------------------------------------------------------
def _render(found: Comparison) -> Iterator[Any]:
    from rich.text import Text

    head = Text(f"{found.meta.title}: arms against {found.reference}\n", style="bold")
    head.append(
        f"{plural(found.runs, 'paired run')}, {found.ticks[0]} to {found.ticks[-1]}, metrics at "
        f"{found.horizon} unless they say otherwise",
        style="dim",
    )
    yield head
    for arm in found.arms:
        yield Text()
        yield _effects_table(found, arm)
        yield Text(_parting(found, arm))
        yield Text(_third(found, arm))
    yield Text()
    yield Text(f"{saving(found)} {NOTE}", style="dim")


def _effects_table(found: Comparison, arm: ArmComparison) -> Any:
    from sim.system.terminal import table

    rows = list(arm.metrics)
    hidden = 0
    if not found.chosen:
        clear = [row for row in rows if row.effect.clear]
        clear.sort(key=lambda row: -abs(row.effect.standardised or 0.0))
        hidden, rows = len(rows) - len(clear[:_SHOWN]), clear[:_SHOWN]
    turned = arm.name in found.lacking
    name = "base" if arm.name == BASE_ARM else f"{arm.name}: {arm.title}"
    without, with_it = (found.reference, arm.name)[:: -1 if turned else 1]
    columns = (without, with_it, f"{with_it} less {without} (95%)", "runs +/-", "parts")
    made = table(name, ("metric", *((column, "right") for column in columns)))
    for row in rows:
        effect = row.effect.turned() if turned else row.effect
        made.add_row(
            row.metric,
            number(effect.reference),
            number(effect.treatment),
            with_bounds(effect),
            f"{percent(effect.higher)}/{percent(effect.lower)}" if effect.runs else "",
            row.parts or "",
            style="" if effect.clear else "dim",
        )
    if hidden:
        unclear = sum(not row.effect.clear for row in arm.metrics)
        rest = hidden - unclear
        more = f"{plural(rest, 'smaller one')} and " if rest else ""
        made.caption = f"not shown: {more}{unclear} without a clear difference"
    return made


def _parting(found: Comparison, arm: ArmComparison) -> str:
    if not any(arm.diverged):
        return "In no run does any move differ."
    reached = [
        f"{percent(share)} by {found.ticks[tick]}"
        for share in _PARTING
        if (tick := arm.half_parted(share)) is not None
    ]
    last = percent(arm.diverged[-1])
    return f"Runs whose moves have parted: {', '.join([*reached, f'{last} at the end'])}."


def _third(found: Comparison, arm: ArmComparison) -> str:
    chance = f"{arm.moved} of {arm.examined} values examined, about {arm.examined * 0.05:.0f} of "
    chance += "them expected by chance"
    if not arm.movers:
        return f"No third state's threat or alignment moves clearly against {found.reference}."
    way = -1 if arm.name in found.lacking else 1
    moved = ", ".join(
        f"{mover.metric} {number(way * mover.effect.difference, signed=True)}"
        for mover in arm.movers
    )
    return f"Third states moved most: {moved} ({chance})."


def saving(found: Comparison) -> str:
    """Say how many times fewer runs pairing needs, over the metrics that differ noticeably."""
    ratios = [
        row.effect.efficiency
        for arm in found.arms
        for row in arm.metrics
        if row.effect.efficiency is not None and not row.effect.negligible
    ]
    if not ratios:
        return "No metric differs noticeably."
    enough = float(np.mean([ratio >= ENOUGH for ratio in ratios]))
    return (
        f"For intervals as narrow, unpaired arms would need {float(np.median(ratios)):,.1f} "
        f"times the runs (median), at least {ENOUGH:.0f} times for {percent(enough)} of the "
        "metrics that differ noticeably."
    )


def with_bounds(effect: Effect) -> str:
    """The difference and its interval: ``+0.35 (+0.20 to +0.41)``."""
    if not effect.runs:
        return "not defined"
    difference, low, high = (
        number(x, signed=True) for x in (effect.difference, effect.low, effect.high)
    )
    return difference if low == high else f"{difference} ({low} to {high})"
