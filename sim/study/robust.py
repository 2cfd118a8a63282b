"""What survives other models: the engine's answers beside nulls and rival theories.

Two kinds of answers. *Pairs*: for every two of the focal states and poles, in which part of the
runs the engine ends with both in one bloc, in which the null models do, whether they were in one at
the start (no change), and how surely each theory of :mod:`sim.theories` puts them together. At
least :data:`SURE` is ``together``, at most 1 less that is ``apart``, between is ``unsure``.
*Findings*: headline metrics and claims, which a null has, too, or has not
(:mod:`sim.study.null`); of these theories speak only where a finding is of one bloc.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Self

from sim.errors import UserError
from sim.record.manifests import Shape, Whole, reading
from sim.record.results import META, RunMeta
from sim.record.table_folders import (
    SavedTables,
    folder_name,
    frame,
    load_tables,
    read_meta,
)
from sim.scenario import find_scenario, load_scenario
from sim.study.comparison import plain
from sim.study.null import Nulls, null
from sim.study.null.models import PERSISTENCE, RANDOM
from sim.study.null.result import FULL, numbered
from sim.system.progress import Progress
from sim.theories import Given, find_theory, theory_names
from sim.words.digits import number

if TYPE_CHECKING:
    import pandas as pd

SURE: Final = 2 / 3
START: Final = "no change"
NULLS: Final = (
    PERSISTENCE,
    RANDOM,
    "no_terms",
    "shuffled_capability",
    "no_pacts",
    "neutral_judged",
)
"""Nulls that are asked; the first is told as :data:`START`."""

MARKS: Final = {"agrees": "+", "disagrees": "-", "unsure": "?", "silent": ""}
_SHAPE: Final[Shape] = {"meta": META, "runs": Whole(1), "silent": {str: str}, "rivals": [str]}


@dataclass(frozen=True, slots=True)
class Pair:
    """What is said of two states.

    Attributes:
        states: their codes.
        engine: share of the runs that end with both in one bloc.
        others: how surely each rival, and the null :data:`START`, puts them together; None if it is
            silent.
    """

    states: tuple[str, str]
    engine: float
    others: Mapping[str, float | None]

    @property
    def what(self) -> str:
        """How it is called in tables and figures."""
        return ", ".join(self.states)

    @property
    def told(self) -> str:
        """The engine's answer, with its size."""
        return f"{self.engine:.0%} {said(self.engine)}"

    def size(self, rival: str) -> str:
        """The size of a rival's answer, empty if it is silent."""
        share = self.others[rival]
        return "" if share is None else f"{share:.0%}"

    def verdict(self, rival: str) -> str:
        """Return ``agrees``, ``disagrees``, ``unsure`` (it or the engine) or ``silent``."""
        share = self.others[rival]
        if share is None:
            return "silent"
        mine, other = said(self.engine), said(share)
        if "unsure" in (mine, other):
            return "unsure"
        return "agrees" if mine == other else "disagrees"


@dataclass(frozen=True, slots=True)
class Conclusion:
    """A headline metric or a claim.

    Attributes:
        what: the metric, or the name of the claim.
        text: the same, or what the claim says.
        engine: its effect in the engine, in units of the metric.
        clear: whether that is told from zero and large enough to matter.
        others: its effect under each null; None of theories, which are silent.
        had: whether a null has it, too.
    """

    what: str
    text: str
    engine: float
    clear: bool
    others: Mapping[str, float | None]
    had: Mapping[str, bool]

    @property
    def told(self) -> str:
        """The engine's answer, with its size."""
        return number(self.engine, signed=True) + ("" if self.clear else " unsure")

    def size(self, rival: str) -> str:
        """The size of a rival's answer, empty if it is silent."""
        effect = self.others[rival]
        return "" if effect is None else number(effect, signed=True)

    def verdict(self, rival: str) -> str:
        """Return ``agrees`` where the null has it, ``unsure`` where the engine has not."""
        if self.others[rival] is None:
            return "silent"
        if not self.clear:
            return "unsure"
        return "agrees" if self.had[rival] else "disagrees"


type Answer = Pair | Conclusion


@dataclass(frozen=True)
class Robust(SavedTables, kind="robust"):
    """The answers of all.

    Attributes:
        meta: what was run.
        runs: of the engine and each null.
        pairs: of the focal states and poles.
        conclusions: headline metrics and claims.
        silent: rivals that could not be asked, and why.
    """

    meta: RunMeta
    runs: int
    pairs: tuple[Pair, ...]
    conclusions: tuple[Conclusion, ...]
    silent: Mapping[str, str]

    @property
    def title(self) -> str:
        """Of the scenario."""
        return self.meta.title

    @property
    def rivals(self) -> tuple[str, ...]:
        """The nulls and the theories, in the order of columns."""
        return tuple(self.pairs[0].others)

    @property
    def answers(self) -> tuple[Answer, ...]:
        """Pairs, then conclusions."""
        return (*self.pairs, *self.conclusions)

    @property
    def run_id(self) -> str:
        """Name of the folder: a hash of what was asked, then the scenario."""
        meta = self.meta
        what = [answer.what for answer in self.answers]
        parts = meta.spec_hash, meta.seed, self.runs, meta.rules, self.rivals, *what
        return folder_name(meta.name, "robust", *parts)

    def count(self, rival: str, answers: Sequence[Answer] | None = None) -> dict[str, int]:
        """Return of how many pairs (or other answers) a rival says what."""
        found = [x.verdict(rival) for x in (self.pairs if answers is None else answers)]
        return {word: found.count(word) for word in MARKS}

    def sentence(self) -> str:
        """Say how much of it no null has."""
        clear = [x for x in self.answers if (x.clear if isinstance(x, Conclusion) else _sure(x))]
        own = [x for x in clear if x.verdict(RANDOM) != "agrees"]
        what = f"; not {'; '.join(x.what for x in own)}" if own else ""
        return f"Random choice has {len(clear) - len(own)} of {len(clear)} sure answers, too{what}."

    def table(self) -> pd.DataFrame:
        """One row an answer and rival."""
        rows = [
            {
                "kind": "pair" if isinstance(x, Pair) else "conclusion",
                "what": x.what,
                "text": x.what if isinstance(x, Pair) else x.text,
                "engine": x.engine,
                "clear": _sure(x) if isinstance(x, Pair) else x.clear,
                "rival": rival,
                "value": x.others[rival],
                "verdict": x.verdict(rival),
            }
            for x in self.answers
            for rival in self.rivals
        ]
        return frame(rows).astype({"value": "float64"})

    def _tables(self) -> dict[str, pd.DataFrame]:
        return {"answers": self.table()}

    def _facts(self) -> dict[str, Any]:
        return {
            "meta": asdict(self.meta),
            "runs": self.runs,
            "silent": dict(self.silent),
            "rivals": list(self.rivals),
        }

    @classmethod
    def load(cls, folder: Path | str) -> Self:
        """Read saved answers.

        Raises:
            UserError: there are none, or they are incomplete, damaged or of another version.
        """
        facts, tables = load_tables(folder, "robust", ("answers",), _SHAPE)
        with reading(folder):
            groups = tables["answers"].groupby(["kind", "what"], sort=False)
            read = [_answer(str(kind), str(what), rows) for (kind, what), rows in groups]
            return cls(
                meta=read_meta(facts["meta"]),
                runs=int(facts["runs"]),
                pairs=tuple(x for x in read if isinstance(x, Pair)),
                conclusions=tuple(x for x in read if isinstance(x, Conclusion)),
                silent=dict(facts["silent"]),
            )

    def to_dict(self) -> dict[str, Any]:
        """Return the answers for JSON."""
        verdicts = {
            x.what: {rival: x.verdict(rival) for rival in self.rivals} for x in self.answers
        }
        return plain(
            {
                "title": self.title,
                "runs": self.runs,
                "sentence": self.sentence(),
                "counts": {rival: self.count(rival) for rival in self.rivals},
                "silent": self.silent,
                "pairs": [{**asdict(x), "verdicts": verdicts[x.what]} for x in self.pairs],
                "conclusions": [
                    {**asdict(x), "verdicts": verdicts[x.what]} for x in self.conclusions
                ],
            }
        )

    def __rich__(self) -> Any:
        from rich.console import Group

        return Group(*_render(self))


def said(share: float) -> str:
    """Return what a share says.

    >>> said(0.9), said(0.5), said(0.1)
    ('together', 'unsure', 'apart')
    """
    return "together" if share >= SURE else "apart" if share <= 1 - SURE else "unsure"


def _sure(pair: Pair) -> bool:
    return said(pair.engine) != "unsure"


def _answer(kind: str, what: str, rows: pd.DataFrame) -> Answer:
    """An answer from its rows of a saved table, where what is not said is NaN."""
    records = rows.to_dict("records")
    others = {x["rival"]: None if x["value"] != x["value"] else x["value"] for x in records}
    first = records[0]
    if kind == "pair":
        one, other = what.split(", ")
        return Pair((one, other), first["engine"], others)
    had = {x["rival"]: x["verdict"] == "agrees" for x in records if others[x["rival"]] is not None}
    return Conclusion(what, first["text"], first["engine"], bool(first["clear"]), others, had)


def robust(
    file: str,
    *,
    runs: int | None = None,
    seed: int | None = None,
    jobs: int | None = None,
    data: Any = None,
    claims: bool = True,
    progress: Progress | None = None,
    command: str = "",
) -> Robust:
    """Run a scenario and its nulls, ask every theory, and set their answers beside each other.

    Args:
        file: the scenario.
        runs, seed: override the scenario's own.
        jobs: worker threads; results do not depend on it.
        data: tables of the past for the theories that learn from them.
        claims: whether its claims are conclusions, too, which needs their arms under every null.
        progress: called with (finished, all) runs.
        command: kept with the results.

    Raises:
        UserError: there is no such scenario, or it has fewer than two focal states and poles.
    """
    spec = load_scenario(find_scenario(file))
    wanted = tuple(dict.fromkeys((*spec.poles, *spec.focal)))
    if len(wanted) < 2:
        raise UserError(f"{file} has fewer than two focal states and poles; name them in `focal`")
    found = null(
        file,
        nulls=NULLS,
        claims=claims,
        runs=runs,
        seed=seed,
        jobs=jobs,
        progress=progress,
        command=command,
    )
    names = {START if name == PERSISTENCE else name: name for name in NULLS}
    others: dict[str, Any] = {told: found.together[name] for told, name in names.items()}
    silent = {}
    for name in theory_names():
        try:
            answer = find_theory(name).of(Given(file, data=data)).together()
        except UserError as error:
            silent[name] = str(error)
            continue
        if answer is None:
            silent[name] = "it speaks of positions, not of sides"
        else:
            others[name] = answer
    at = {code: place for place, code in enumerate(found.states)}
    engine = found.together[FULL]
    pairs = tuple(
        Pair(
            (one, other),
            float(engine[at[one], at[other]]),
            {name: float(share[at[one], at[other]]) for name, share in others.items()},
        )
        for one, other in itertools.combinations(wanted, 2)
    )
    conclusions = tuple(_conclusions(found, names, tuple(others)))
    return Robust(found.meta, found.runs, pairs, conclusions, silent)


def _conclusions(
    found: Nulls, names: Mapping[str, str], rivals: tuple[str, ...]
) -> Iterator[Conclusion]:
    for what in found.findings:
        rows = {told: found.of(name, what) for told, name in names.items()}
        first = rows[START]
        values = {rival: rows[rival].value if rival in rows else None for rival in rivals}
        had = {rival: bool(row.reproduced) for rival, row in rows.items()}
        yield Conclusion(what, first.text, first.full, bool(first.clear), values, had)


# --- for people ----------------------------------------------------------------------------------
def _render(found: Robust) -> Iterator[Any]:
    from rich.text import Text

    from sim.system.terminal import facts, table

    heads = numbered(found.rivals)
    yield Text(found.sentence(), style="bold")
    yield facts("Beside the engine", list(zip(heads, found.rivals, strict=True)))
    sections: tuple[tuple[str, Sequence[Answer]], ...] = (
        (f"{found.title}: who stands with whom at the end, {found.runs} runs", found.pairs),
        ("Headline metrics and claims: effects", found.conclusions),
    )
    for title, answers in sections:
        if not answers:
            continue
        columns: list[str | tuple[str, str]] = ["", ("engine", "right")]
        columns += [(head, "right") for head in heads]
        made = table(title, columns, collapse_padding=True, pad_edge=False)
        for x in answers:
            sizes = (f"{x.size(r)}{MARKS[x.verdict(r)]}" for r in found.rivals)
            made.add_row(x.what, x.told, *sizes)
        counts = (found.count(rival, answers) for rival in found.rivals)
        made.add_section()
        made.add_row("of all", "", *(f"{n['agrees']}+ {n['disagrees']}-" for n in counts))
        yield made
    for name, why in found.silent.items():
        yield Text(f"{name} is silent: {why}")
    yield Text(
        "+ agrees with the engine (of effects: has it, too), - disagrees, ? one of them is unsure; "
        "theories of sides are silent on effects",
        style="dim",
    )
