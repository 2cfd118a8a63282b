"""What null models left of the findings of a scenario: plain data, a table on disk, words."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import numpy.typing as npt

from sim.measure.summary import percent, plural
from sim.record.results import RunMeta
from sim.record.table_folders import SavedTables, folder_name, frame
from sim.statistics.paired import LEAST_OF_RANGE, LEAST_OF_SPREAD
from sim.study.comparison import plain
from sim.study.null.findings import NETWORKS
from sim.study.null.models import EVERY, RANDOM, rule_of
from sim.words.digits import number

if TYPE_CHECKING:
    import pandas as pd

NOTE: Final = (
    "Correlations are over all pairs of states, of means over the runs, with a full model under "
    "another seed; the ceiling is that of the full model itself. A finding is what the full model "
    "tells from zero; a null reproduces it (=) where the 95% interval of full less null (paired "
    "bootstrap, BCa) holds zero, or the two differ by less than the smallest effect that matters, "
    f"{LEAST_OF_SPREAD} standard deviations of the runs or {LEAST_OF_RANGE:.0%} of the metric's "
    "range, the larger."
)
FULL: Final = "full"
_TELLING: Final = 0.1
_CLOSE: Final[dict[str, Any]] = {"collapse_padding": True, "pad_edge": False}
_HEADS: Final = dict(
    zip(
        NETWORKS,
        ("change of co-membership", "pacts made", "defence pacts made", "pacts ended"),
        strict=True,
    )
)


@dataclass(frozen=True, slots=True)
class Row:
    """One finding, or one network, under one null.

    Attributes:
        null: its name.
        what: a network of :data:`~sim.study.null.findings.NETWORKS`, a metric, or the name of
            a claim.
        value: correlation with the full model; of a finding, its effect in the null.
        ceiling: the same of the full model under another seed.
        full: the effect in the full model; not a number for a network.
        low, high: 95% interval of ``full`` less ``value``; for a network, of ``value``.
        left, alone: the effect with one rule off, and with only that rule on, as a share of the
            full model's; not a number where it was not asked for or there is no effect.
        smallest: the smallest effect that matters, in units of the metric.
        text: the metric, or what the claim says.
        clear: whether the full model has an effect that is told from zero and matters.
        reproduced: whether it has, and the null has it, too.
        verdict, full_verdict: on the claim, in the null and in the full model.
    """

    null: str
    what: str
    value: float
    ceiling: float
    full: float = math.nan
    low: float = math.nan
    high: float = math.nan
    left: float = math.nan
    alone: float = math.nan
    smallest: float = math.nan
    text: str = ""
    clear: bool | None = None
    reproduced: bool | None = None
    verdict: str | None = None
    full_verdict: str | None = None


@dataclass(frozen=True, eq=False)
class Nulls(SavedTables, kind="nulls"):
    """A scenario held against null models.

    Attributes:
        meta: what was run.
        runs: of each null and arm.
        arms: whose difference the metrics find; None for changes since the start.
        nulls: names in their order.
        rows: one a null and finding or network.
        rates: by the parameter that sets it, moves a run (of consent, the share accepted; of
            deepening, levels beyond one) in the full model and under random choice.
        states: codes, in the order of the axes of ``together``.
        together: share of the runs that end with two states in one bloc, ``(N, N)``, by null and,
            under :data:`FULL`, of the full model; not kept on disk.
    """

    meta: RunMeta
    runs: int
    arms: tuple[str, ...] | None
    nulls: tuple[str, ...]
    rows: tuple[Row, ...]
    rates: tuple[tuple[str, float, float], ...] = ()
    states: tuple[str, ...] = ()
    together: Mapping[str, npt.NDArray[np.float64]] = field(default_factory=dict)

    def of(self, null: str, what: str) -> Row:
        """Return the row of a null and a finding.

        Raises:
            KeyError: there is none.
        """
        for row in self.rows:
            if (row.null, row.what) == (null, what):
                return row
        raise KeyError((null, what))

    @property
    def findings(self) -> tuple[str, ...]:
        """Metrics and claims, in their order."""
        return tuple(dict.fromkeys(row.what for row in self.rows if row.what not in NETWORKS))

    def sentence(self) -> str:
        """Say which findings the null of random choice, or else the first null, reproduces."""
        null = RANDOM if RANDOM in self.nulls else self.nulls[0]
        mine = [row for row in self.rows if row.null == null and row.clear is not None]
        clear = [row for row in mine if row.clear]
        had = [row.what for row in clear if row.reproduced]
        who = "Random choice at the same rates of moves" if null == RANDOM else f"The null {null}"
        told = f"{len(mine) - len(clear)} more are not told from zero in the full model"
        rest = f"; {told}" if len(mine) > len(clear) else ""
        if not clear:
            return f"No finding is told from zero in the full model, of {len(mine)} looked at."
        if not had:
            return f"{who} reproduces none of {plural(len(clear), 'finding')}{rest}."
        share = f"{len(had)} of {plural(len(clear), 'finding')}"
        return f"{who} reproduces {share}: {', '.join(had)}{rest}."

    def table(self) -> pd.DataFrame:
        """One row a null and finding or network."""
        return frame([asdict(row) for row in self.rows])

    def _tables(self) -> dict[str, pd.DataFrame]:
        return {"nulls": self.table()}

    def _facts(self) -> dict[str, Any]:
        return {
            "meta": asdict(self.meta),
            "runs": self.runs,
            "arms": None if self.arms is None else list(self.arms),
            "nulls": list(self.nulls),
            "rates": [list(rate) for rate in self.rates],
        }

    @property
    def run_id(self) -> str:
        """Name of the folder: a hash of what was run, then the scenario."""
        meta = self.meta
        parts = meta.spec_hash, meta.seed, self.runs, meta.rules, self.arms, self.nulls
        return folder_name(meta.name, "nulls", *parts)

    def to_dict(self) -> dict[str, Any]:
        """Return everything in the types of JSON; what is not defined is None."""
        return plain(
            {
                "title": self.meta.title,
                "runs": self.runs,
                "seed": self.meta.seed,
                "arms": self.arms,
                "sentence": self.sentence(),
                "nulls": [asdict(row) for row in self.rows],
                "rates": [
                    {"parameter": name, "full": full, "random_utility": there}
                    for name, full, there in self.rates
                ],
                "note": NOTE,
            }
        )

    def __rich__(self) -> Any:
        from rich.console import Group

        return Group(*_render(self))


# --- for people ----------------------------------------------------------------------------------
def _render(found: Nulls) -> Iterator[Any]:
    from rich.text import Text

    from sim.system.terminal import facts

    yield Text(found.sentence(), style="bold")
    yield Text(
        f"{found.meta.title}, {plural(found.runs, 'run')}, seed {found.meta.seed}", style="dim"
    )
    standard = [null for null in found.nulls if rule_of(null) is None]
    if standard:
        heads = zip(numbered(standard), standard, strict=True)
        yield facts("Nulls", [(f"{at} {null}", EVERY[null]) for at, null in heads])
        yield _network_table(found, standard)
        yield _finding_table(found, standard)
    if len(standard) < len(found.nulls):
        yield _rule_table(found)
    if found.rates:
        off = [
            f"{name} {number(there)} for {number(full)}"
            for name, full, there in found.rates
            if abs(there - full) > _TELLING * max(full, there)
        ]
        much = f"apart by more than {_TELLING:.0%}: {', '.join(off)}" if off else "all within 10%"
        yield Text(f"Rates under random choice, as against the full model: {much}.", style="dim")
    yield Text(NOTE, style="dim")


def _network_table(found: Nulls, nulls: Sequence[str]) -> Any:
    from sim.system.terminal import table

    made = table(
        "What changed between pairs of states: correlation with the full model",
        ["null", *((head, "right") for head in _HEADS.values())],
        **_CLOSE,
    )
    for null in nulls:
        made.add_row(null, *(_correlated(found.of(null, what)) for what in NETWORKS))
    return made


def _correlated(row: Row) -> str:
    if math.isnan(row.value):
        return "nothing changes"
    return f"{row.value:.2f} ({row.low:.2f}..{row.high:.2f})"


def _finding_table(found: Nulls, nulls: Sequence[str]) -> Any:
    from sim.system.terminal import table

    kind = "changes since the start" if found.arms is None else " less ".join(found.arms)
    made = table(
        f"Findings ({kind}; claims by their own arms), and the part of each under the nulls above",
        ["finding", *((name, "right") for name in ("full", *numbered(nulls)))],
        **_CLOSE,
    )
    unclear = []
    for what in found.findings:
        rows = [found.of(null, what) for null in nulls]
        if not rows[0].clear:
            unclear.append(what)
            continue
        parts = (f"{row.value / row.full:.2f}{'=' if row.reproduced else ''}" for row in rows)
        made.add_row(what, number(rows[0].full, signed=True), *parts)
    if unclear:
        made.caption = f"not told from zero in the full model: {', '.join(unclear)}"
    return made


def numbered(nulls: Sequence[str]) -> list[str]:
    """Short heads: a table of eight columns has no room for names."""
    return [f"({at})" for at, _ in enumerate(nulls, 1)]


def _rule_table(found: Nulls) -> Any:
    """The rules on which a finding rests: off, or alone, they change it by a tenth or more."""
    from sim.system.terminal import table

    made = table(
        "Rules on which findings rest, as shares of the full effect",
        ["finding", "rule", ("left without it", "right"), ("alone", "right")],
    )
    shown: dict[tuple[str, str], Row] = {}
    for row in found.rows:
        if (single := rule_of(row.null)) and row.clear:
            shown.setdefault((row.what, single[1]), row)
    for (what, rule), row in shown.items():
        # what is not a number was not asked for
        if abs(1.0 - row.left) > _TELLING or abs(row.alone) > _TELLING:
            made.add_row(what, rule, _part(row.left), _part(row.alone))
    if not made.row_count:
        made.add_row("none", "", "", "")
    return made


def _part(share: float) -> str:
    return "-" if math.isnan(share) else f"{share:.0%}" if share < 0 else percent(share)
