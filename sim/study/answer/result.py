"""The answer as plain data: one sentence, a few rows, a file beside the results, words."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from sim.errors import UserError
from sim.statistics.paired import LEAST_OF_RANGE, LEAST_OF_SPREAD, Effect
from sim.study.comparison import plain
from sim.system.files import write_text
from sim.words.of_decisions import folded, listed
from sim.words.of_metrics import short

TOLD: Final = "told"
RANDOM: Final = "random"
PUT_IN: Final = "put_in"
SMALL: Final = "small"
SAME: Final = "same"
OPEN: Final = "open"

NAME: Final = "answer.json"
_SHOWN: Final = 5
_NAMED: Final = 3
_HALF: Final = 0.5
_NEARLY_ALL: Final = 0.95

NOTE: Final = (
    "Sizes are means of paired runs, with what is asked about less without, and their 95% "
    "intervals. Told is what is no smaller than matters (unless said otherwise "
    f"{LEAST_OF_SPREAD} standard deviations of the runs or {LEAST_OF_RANGE:.0%} of the metric's "
    "range, the larger), is not itself put in, and is not there when states choose at random as "
    "often. Effects are within the model, given its numbers and their ranges."
)


@dataclass(frozen=True, slots=True)
class Row:
    """What became of one metric.

    Attributes:
        metric, name: as it is written, and what it is called.
        said: what a sentence says of it: a verb and its object.
        effect: with less without.
        smallest, why: the smallest effect that matters, and the reason if it has one of its own.
        status: ``told``; ``random``: random choice has it, too; ``put_in``; ``small``: clear, but
            too small to matter; ``same``: the interval lies within what matters; ``open``: neither.
        at_once: mean effect in the quarter in which the arms first differ; not a number where the
            metric has no such moment.
        random, random_low, random_high: the effect under random choice, and its interval; not
            numbers where it was not asked for.
        many: of how many metrics it is the one that moves most; the interval is that much wider.
        paths: with and without it, each the mean, 5% and 95% of the runs by quarter.
    """

    metric: str
    name: str
    said: str
    effect: Effect
    smallest: float
    why: str
    status: str
    at_once: float = math.nan
    random: float = math.nan
    random_low: float = math.nan
    random_high: float = math.nan
    many: int = 1
    paths: tuple[tuple[tuple[float, ...], ...], ...] = ()

    @property
    def size(self) -> str:
        """The size without its sign, and its interval: ``0.38 (0.25 to 0.50)``."""
        effect = self.effect
        low, high = sorted((abs(effect.low), abs(effect.high)))
        middle, low_, high_ = (self.number(x) for x in (abs(effect.difference), low, high))
        return f"{middle} ({low_} to {high_})"

    @property
    def change(self) -> str:
        """The change with its sign, and its interval: ``+0.380 (+0.250 to +0.500)``."""
        effect = self.effect
        bounds = (effect.difference, effect.low, effect.high)
        middle, low, high = (self.number(x, finer=1, sign="+") for x in bounds)
        return f"{middle} ({low} to {high})"

    def number(self, x: float, *, finer: int = 0, sign: str = "") -> str:
        """Write a value with the digits of the smallest effect that matters, or finer."""
        if not math.isfinite(x):
            return "-"
        digits = max(0, finer - math.floor(math.log10(self.smallest))) if self.smallest > 0 else 3
        rounded = round(x, digits) + 0.0
        return f"{rounded:{sign if rounded else ''},.{digits}f}"

    @property
    def sudden(self) -> bool:
        """Whether at least half of it is there as soon as the arms differ."""
        whole = self.effect.difference
        return bool(whole and self.at_once / whole >= _HALF)

    def judgement(self) -> str:
        """Say what became of it, in a few words."""
        random = (
            "the same under random choice"
            if self.random_low > 0 or self.random_high < 0
            else "not told from random choice"
        )
        least = short(self.smallest)
        said = {
            TOLD: "told",
            RANDOM: random,
            PUT_IN: "is what is put in",
            SMALL: f"told, but under {least}: too small",
            SAME: f"no change of {least} or more",
            OPEN: "cannot be told",
        }[self.status]
        if self.status in (TOLD, RANDOM) and self.sudden:
            all_of_it = abs(self.at_once / self.effect.difference) > _NEARLY_ALL
            said += f"; {'all' if all_of_it else self.number(abs(self.at_once))} of it at once"
        return said


@dataclass(frozen=True)
class Answer:
    """What an intervention changes.

    Attributes:
        scenario, title, spec_hash: what was run; the hash is that of the base.
        question: of the scenario.
        subject: what is asked about, as the subject of a sentence.
        arms, titles: the arm with it and the arm without it.
        runs, seed: paired runs.
        random_runs: paired runs under random choice; 0 if that was not asked.
        start, end, begins: first and last quarter, and the quarter in which the arms first differ.
        rows: what became of each metric.
        examined: how many metrics of other states were looked at.
        derived: whether the metrics follow from what differs between the arms.
    """

    scenario: str
    title: str
    spec_hash: str
    question: str
    subject: str
    arms: tuple[str, str]
    titles: tuple[str, str]
    runs: int
    seed: int
    random_runs: int
    start: str
    end: str
    begins: str
    rows: tuple[Row, ...]
    examined: int
    derived: bool

    def of(self, *status: str) -> tuple[Row, ...]:
        """Return the rows with one of these verdicts."""
        return tuple(row for row in self.rows if row.status in status)

    @property
    def shown(self) -> tuple[Row, ...]:
        """The rows to show, at most five."""
        return self.rows[:_SHOWN]

    @property
    def finding(self) -> Row | None:
        """The first row that is a finding about what states decide, if there is one."""
        return next(iter(self.of(TOLD)), None)

    def sentence(self) -> str:
        """Say the verdict in one sentence, with sizes and intervals."""
        clauses = []
        if told := self.of(TOLD)[:_NAMED]:
            clauses.append(_effects(told))
        if (random := self.of(RANDOM)[:_NAMED]) and len(told) < _NAMED:
            same = all("same" in row.judgement() for row in random)
            after = "the same as" if same else "not told from what comes"
            clauses.append(f"{_effects(random)}, {after} under random choice")
        if not clauses and (given := self.of(PUT_IN)[:_NAMED]):
            clauses.append(f"{_effects(given)}, which is what it puts in")
        if still := self.of(SMALL, SAME)[:_SHOWN]:
            names = folded([row.name for row in still])
            clauses.append(f"changes nothing that matters about {names}")
        if unknown := self.of(OPEN)[:_SHOWN]:
            names = folded([row.name for row in unknown])
            clauses.append(f"changes nothing that can be told about {names}")
        if not clauses:
            return f"{self.subject} changes nothing that was asked about."
        joined = "; it ".join(clauses) if len(clauses) > 2 else ", and ".join(clauses)
        return f"{self.subject} {joined}."

    def title_line(self, metric: str) -> str | None:
        """Return the finding about a metric, for the title of its figure; None if there is none."""
        for row in self.of(TOLD):
            if row.metric == metric:
                return f"{self.subject} {row.said} by {row.size}"
        return None

    def surety(self) -> str:
        """Say in a few words how sure it is."""
        said = f"{self.runs:,} paired runs, {self.start} to {self.end}, seed {self.seed}"
        if self.random_runs:
            said += f"; {self.random_runs} of them again under random choice"
        if self.examined:
            said += (
                f"; of {self.examined} metrics of others those that move most are shown, with "
                "intervals widened for the choice"
            )
        return f"{said}."

    def to_dict(self) -> dict[str, Any]:
        """Return everything in the types of JSON, the sentence first; undefined is None."""
        found = plain({"sentence": self.sentence(), **asdict(self)})
        for row, kept in zip(found["rows"], self.rows, strict=True):
            row["judgement"] = kept.judgement()
        return found

    def __rich__(self) -> Any:
        from rich.console import Group

        return Group(*_render(self))


def _effects(rows: Sequence[Row]) -> str:
    return listed([f"{row.said} by {row.size}" for row in rows])


# --- on disk -------------------------------------------------------------------------------------
def save_answer(answer: Answer, folder: Path) -> Path:
    """Write the answer into the folder of a result; return the file."""
    text = json.dumps(answer.to_dict(), indent=1, allow_nan=False)
    return write_text(folder / NAME, f"{text}\n")


def read_answer(folder: Path) -> Answer | None:
    """Return the answer that is kept in the folder of a result; None if there is none.

    Raises:
        UserError: it is damaged.
    """
    path = folder / NAME
    if not path.is_file():
        return None
    try:
        said = json.loads(path.read_text("utf-8"))
        rows = tuple(_row(row) for row in said.pop("rows"))
        facts = {name: said[name] for name in Answer.__dataclass_fields__ if name != "rows"}
        facts |= {name: tuple(facts[name]) for name in ("arms", "titles")}
        return Answer(**facts, rows=rows)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise UserError(f"{path}: damaged; run the scenario again") from error


def _row(said: dict[str, Any]) -> Row:
    kept = {name: said[name] for name in Row.__dataclass_fields__ if name != "effect"}
    numbers: dict[str, Any] = {name: math.nan if x is None else x for name, x in kept.items()}
    numbers["paths"] = tuple(
        tuple(tuple(math.nan if x is None else x for x in line) for line in arm)
        for arm in said["paths"]
    )
    none = {"standardised": None, "efficiency": None}
    nan = {name: math.nan for name, x in said["effect"].items() if x is None and name not in none}
    return Row(**numbers, effect=Effect(**{**said["effect"], **nan}))


# --- for people ----------------------------------------------------------------------------------
def _render(found: Answer) -> Iterator[Any]:
    from rich.text import Text

    from sim.system.terminal import table

    yield Text(found.sentence(), style="bold")
    yield Text()
    with_it, without = found.arms
    made = table(
        None,
        [
            f"at {found.end}",
            (f"without ({without})", "right"),
            (f"with ({with_it})", "right"),
            ("changes by (95%)", "right"),
            "verdict",
        ],
    )
    for row in found.shown:
        ends = (row.number(x, finer=1) for x in (row.effect.reference, row.effect.treatment))
        made.add_row(
            row.name, *ends, row.change, row.judgement(), style="" if row.status == TOLD else "dim"
        )
    yield made
    yield Text(f"{found.surety()} {NOTE}", style="dim")
