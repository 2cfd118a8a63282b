"""Claims put to the test: the arms that they need are run in pairs, and judged.

The rule is that of :mod:`sim.study.verdicts`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Self

import numpy as np

from sim.errors import UserError
from sim.kernel.identity import source_hash
from sim.measure.language import BoundMetric
from sim.measure.summary import percent, plural
from sim.record.manifests import Shape, Whole, reading
from sim.record.table_folders import SavedTables, folder_name, frame, load_tables, stacked
from sim.scenario import BASE_ARM, ScenarioSpec, find_scenario, load_arms, load_scenario
from sim.statistics.paired import Effect, combined
from sim.study.arm_store import Measure, values_of
from sim.study.arms import simulate_arms
from sim.study.claim_specs import Claim, read_claims
from sim.study.comparison import with_bounds
from sim.study.usual import usual
from sim.study.verdicts import MIXED, RULE, VERDICTS, Verdict, judge, of_row
from sim.system.progress import Parts, Progress
from sim.types import Floats

if TYPE_CHECKING:
    import pandas as pd

type Tested = list[tuple[Claim, BoundMetric | None]]

_SHAPE: Final[Shape] = {
    "scenarios": {str: {"spec_hash": str, "runs": Whole(1), "seed": Whole()}},
    "overrides": [str],
    "command": str,
    "rules": str,
}
"""What a manifest has to have."""


@dataclass(frozen=True, slots=True)
class RowVerdict:
    """A row of the register and the verdict over its ``parts``, the claims that belong to it."""

    row: str
    scenario: str
    verdict: str
    parts: tuple[str, ...]

    def to_dict(self) -> dict[str, Any]:
        """Return the row in the types of JSON."""
        return {**asdict(self), "parts": list(self.parts)}


@dataclass(frozen=True, eq=False)
class ClaimsReport(SavedTables, kind="claims"):
    """The claims of one or several scenarios, tested.

    Attributes:
        verdicts: in the order of the scenarios and their claims.
        differences: paired differences by run of each claim tested, by (scenario, claim).
        runs, seeds, hashes: of each scenario, by its name.
        overrides, command, rules: how it was made; ``rules`` is a hash of their code.
    """

    verdicts: tuple[Verdict, ...]
    differences: Mapping[tuple[str, str], Floats]
    runs: Mapping[str, int]
    seeds: Mapping[str, int]
    hashes: Mapping[str, str]
    overrides: tuple[str, ...] = ()
    command: str = ""
    rules: str = ""

    def count(self, verdict: str) -> int:
        """How many claims came to this verdict."""
        return sum(found.verdict == verdict for found in self.verdicts)

    def summary(self) -> str:
        """Say in a line how many claims came to which verdict."""
        return ", ".join(f"{n} {name}" for name in VERDICTS if (n := self.count(name))) or "none"

    def rows(self) -> list[RowVerdict]:
        """The verdicts on the rows of the register, over all their parts, in order."""
        parts: dict[tuple[str, str], list[Verdict]] = {}
        for found in self.verdicts:
            parts.setdefault((found.claim.scenario, found.claim.of), []).append(found)
        return [
            RowVerdict(
                row, scenario, of_row(found.verdict for found in of), tuple(x.claim.id for x in of)
            )
            for (scenario, row), of in parts.items()
        ]

    @property
    def run_id(self) -> str:
        """Name of the folder: a hash of what was tested, then the scenario if there is one."""
        name = next(iter(self.runs)) if len(self.runs) == 1 else "several"
        of = (f"{key} {self.hashes[key]} {self.seeds[key]} {n}" for key, n in self.runs.items())
        return folder_name(name, "claims", *of, *(it.claim for it in self.verdicts), self.rules)

    def table(self) -> pd.DataFrame:
        """One row a claim: claim, verdict, effect."""
        rows = []
        empty = dict.fromkeys(Effect.__dataclass_fields__)
        for found in self.verdicts:
            claim = asdict(found.claim)
            claim |= {key: ", ".join(claim[key]) for key in ("arms", "less", "at")}
            effect = empty if found.effect is None else asdict(found.effect)
            rows.append(
                {
                    **claim,
                    "verdict": found.verdict,
                    "reason": found.reason,
                    "holds": found.holds,
                    "tolerance": found.margin,
                    "least": found.smallest,
                    "holds_low": found.holds_low,
                    "holds_high": found.holds_high,
                    "size": found.size,
                    **effect,
                }
            )
        numbers = ("holds", "tolerance", "least", "holds_low", "holds_high")
        said = ("verdict", "reason", *numbers, "size")
        table = frame(rows, [*Claim.__dataclass_fields__, *said, *empty])
        floats = ("margin", "smallest", "size_low", "size_high", *numbers, *empty)
        return table.astype(dict.fromkeys(floats, "float64"))

    def by_run(self) -> pd.DataFrame:
        """One row a claim and run: the paired difference."""
        columns = ["scenario", "claim", "run", "difference"]
        parts = [
            dict(zip(columns, (*name, np.arange(len(values)), values), strict=True))
            for name, values in self.differences.items()
        ]
        return stacked(parts) if parts else frame((), columns)

    def _tables(self) -> dict[str, pd.DataFrame]:
        return {"claims": self.table(), "runs": self.by_run()}

    def _facts(self) -> dict[str, Any]:
        return {
            "scenarios": {
                name: {"spec_hash": self.hashes[name], "runs": n, "seed": self.seeds[name]}
                for name, n in self.runs.items()
            },
            "overrides": list(self.overrides),
            "command": self.command,
            "rules": self.rules,
        }

    @classmethod
    def load(cls, folder: Path | str) -> Self:
        """Read saved claims.

        Raises:
            UserError: there are none, or they are incomplete, damaged or of another version.
        """
        facts, tables = load_tables(folder, "claims", ("claims", "runs"), _SHAPE)
        with reading(folder):
            scenarios = facts["scenarios"]
            return cls(
                verdicts=tuple(_verdict(row) for row in tables["claims"].to_dict("records")),
                differences={
                    (str(scenario), str(claim)): mine["difference"].to_numpy(np.float64)
                    for (scenario, claim), mine in tables["runs"].groupby(
                        ["scenario", "claim"], sort=False
                    )
                },
                runs={name: int(entry["runs"]) for name, entry in scenarios.items()},
                seeds={name: int(entry["seed"]) for name, entry in scenarios.items()},
                hashes={name: str(entry["spec_hash"]) for name, entry in scenarios.items()},
                overrides=tuple(facts["overrides"]),
                command=facts["command"],
                rules=facts["rules"],
            )

    def to_dict(self) -> dict[str, Any]:
        """Return the report in the types of JSON."""
        return {
            "runs": dict(self.runs),
            "seeds": dict(self.seeds),
            "counts": {name: self.count(name) for name in VERDICTS},
            "claims": [found.to_dict() for found in self.verdicts],
            "rows": [row.to_dict() for row in self.rows()],
            "rule": RULE,
        }

    def __rich__(self) -> Any:
        return _render(self)


def _verdict(row: Mapping[Any, Any]) -> Verdict:
    """A verdict from its row of a saved table, where what is not there is NaN."""
    cells: dict[Any, Any] = {key: None if value != value else value for key, value in row.items()}  # noqa: PLR0124
    claim = {key: cells[key] for key in Claim.__dataclass_fields__}
    claim |= {key: tuple((claim[key] or "").split(", ")) for key in ("arms", "less", "at")}
    claim |= {key: () for key in ("arms", "less", "at") if claim[key] == ("",)}
    tested = cells["runs"] is not None
    return Verdict(
        claim=Claim(**claim),
        verdict=cells["verdict"],
        reason=cells["reason"],
        effect=Effect.of_row(row) if tested else None,
        holds=cells["holds"],
        margin=cells["tolerance"],
        smallest=cells["least"],
        holds_low=cells["holds_low"],
        holds_high=cells["holds_high"],
        size=cells["size"],
    )


def evaluate_claims(
    scenarios: Sequence[Path | str],
    *,
    set: Sequence[str] = (),  # noqa: A002  (the word of the command line)
    runs: int | None = None,
    seed: int | None = None,
    jobs: int | None = None,
    progress: Progress | None = None,
    command: str = "",
) -> ClaimsReport:
    """Run the arms that the claims of scenarios need, once each, and judge the claims.

    Args:
        scenarios: paths, or names of shipped scenarios.
        set, runs, seed: override the scenarios' own, in all arms.
        jobs: worker threads; results do not depend on it.
        progress: called with (finished, all) runs of all arms of all scenarios.
        command: kept with the results.

    Raises:
        ScenarioError: a scenario or a claim is not valid.
        UserError: there is no such scenario.
    """
    read = [_read(find_scenario(str(name)), tuple(set)) for name in scenarios]
    if not any(claims for _, claims, _ in read):
        named = ", ".join(spec.path for spec, _, _ in read)
        raise UserError(f"{named}: there are no claims; write them under `claims:`")
    counts = [runs if runs is not None else spec.ensemble.runs for spec, _, _ in read]
    parts = Parts(
        progress, sum(n * len(arms) for n, (_, _, arms) in zip(counts, read, strict=True))
    )
    verdicts: list[Verdict] = []
    differences: dict[tuple[str, str], Floats] = {}
    for n, (spec, claims, arms) in zip(counts, read, strict=True):
        used = spec.ensemble.seed if seed is None else seed
        values = _values(spec, claims, arms, runs=n, seed=used, jobs=jobs, progress=parts.within)
        parts.done += n * len(arms)
        for claim, metric in claims:
            if metric is None:
                verdicts.append(Verdict(claim, "pending", claim.pending or "has no metric"))
                continue
            listed = [values[arm, claim.id] for arm in (*claim.arms, *claim.less)]
            effect, difference = combined(listed, seed=used)
            verdicts.append(judge(claim, effect, difference, metric.span))
            differences[claim.scenario, claim.id] = difference
    names = [Path(spec.path).stem for spec, _, _ in read]
    return ClaimsReport(
        verdicts=tuple(verdicts),
        differences=differences,
        runs=dict(zip(names, counts, strict=True)),
        seeds={
            name: spec.ensemble.seed if seed is None else seed
            for name, (spec, _, _) in zip(names, read, strict=True)
        },
        hashes={name: spec.hash() for name, (spec, _, _) in zip(names, read, strict=True)},
        overrides=tuple(set),
        command=command,
        rules=source_hash(),
    )


def _read(
    path: Path, overrides: tuple[str, ...]
) -> tuple[ScenarioSpec, Tested, dict[str, ScenarioSpec]]:
    """A scenario, its claims, and the arms that they need."""
    spec = load_scenario(path, overrides=overrides)
    claims = read_claims(spec, path)
    needed = {
        arm: None
        for claim, metric in claims
        if metric is not None
        for arm in (*claim.arms, *claim.less)
    }
    listed = [arm for arm in (BASE_ARM, *spec.arms) if arm in needed]
    arms = load_arms(path, arms=listed, overrides=overrides) if listed else {}
    return spec, claims, arms


def _values(
    spec: ScenarioSpec,
    claims: Tested,
    arms: Mapping[str, ScenarioSpec],
    *,
    runs: int,
    seed: int,
    jobs: int | None,
    progress: Progress,
) -> dict[tuple[str, str], Floats]:
    """The metric of each claim in each arm that it needs, ``(R,)``, by (arm, claim)."""
    if not arms:  # of a scenario whose claims all wait for something
        return {}
    tested: dict[str, dict[str, Measure]] = {arm: {} for arm in arms}
    for claim, metric in claims:
        if metric is not None:
            for arm in (*claim.arms, *claim.less):
                tested[arm][claim.id] = values_of(metric)
    measured = simulate_arms(
        arms,
        {arm: [*of.values()] for arm, of in tested.items()},
        runs=runs,
        seed=seed,
        jobs=jobs,
        progress=progress,
        others=lambda: usual(Path(spec.path), spec, spec.overrides, None),
    )
    return {
        (arm, name): found[measure]
        for (arm, of), found in zip(tested.items(), measured, strict=True)
        for name, measure in of.items()
    }


# --- for people ----------------------------------------------------------------------------------
_STYLES: Final = {
    "supported": "green",
    "negligible": "yellow",
    "contradicted": "red",
    "undetermined": "yellow",
    "open": "cyan",
    "pending": "dim",
}


def _render(report: ClaimsReport) -> Any:
    from rich.box import SIMPLE
    from rich.console import Group
    from rich.text import Text

    from sim.system.terminal import table

    parts: list[Any] = []
    for scenario, runs in report.runs.items():
        mine = [found for found in report.verdicts if found.claim.scenario == scenario]
        title = f"{scenario}: {plural(runs, 'paired run')}, seed {report.seeds[scenario]}"
        made = table(title, box=SIMPLE, show_header=False)
        made.add_column(no_wrap=True)
        made.add_column(no_wrap=True)
        made.add_column(overflow="fold", ratio=1)
        for found in mine:
            verdict = Text(found.verdict, style=_STYLES[found.verdict])
            told = Text(f"{found.claim.text}\n")
            told.append("\n".join(_told(found)), style="dim")
            made.add_row(found.claim.id, verdict, told)
        parts.append(made if mine else Text(f"{scenario}: no claims."))
    parts.append(Text(f"Claims: {report.summary()}.", style="bold"))
    rows = report.rows()
    if len(rows) < len(report.verdicts):
        said = [(name, [row for row in rows if row.verdict == name]) for name in (*VERDICTS, MIXED)]
        counted = ", ".join(f"{len(of)} {name}" for name, of in said if of)
        parts.append(Text(f"Rows, over all their parts: {counted}.", style="bold"))
    parts.append(Text(RULE, style="dim"))
    return Group(*parts)


def _told(found: Verdict) -> list[str]:
    """What was expected and found, and why that is not support."""
    lines = []
    effect = found.effect
    if effect is not None:
        expected = found.claim.direction.replace("_", " ")
        sizes = "" if effect.standardised is None else f", {effect.standardised:+.2f} sd"
        holds = "" if found.holds is None else f", {percent(found.holds)} of draws"
        lines.append(f"{expected}? {with_bounds(effect)}{sizes}{holds}")
    if found.verdict != "supported" or found.size is not None or found.claim.most:
        lines.append(f"{found.reason}.")
    return lines
