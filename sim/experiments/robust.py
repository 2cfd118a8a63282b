"""Who stands with whom: the engine's answer beside those of rival theories and of no change.

For every two of the focal states and poles: in which part of the runs the engine ends with both in
one bloc, whether they were in one at its start (the null of no change), and how surely each theory
of :mod:`sim.theories` puts them together from the start of the scenario. At least :data:`SURE` is
``together``, at most 1 less that is ``apart``, between is ``unsure``.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from sim.blocs import co_membership, find_blocs
from sim.ensemble import Progress, run_ensemble
from sim.errors import UserError
from sim.scenario import find_scenario, load_scenario
from sim.theories import Given, find_theory, theory_names

SURE: Final = 2 / 3
START: Final = "no change"
_WORDS: Final = {"agrees": "+", "disagrees": "-", "unsure": "?", "silent": ""}


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

    def verdict(self, rival: str) -> str:
        """Return ``agrees``, ``disagrees``, ``unsure`` (it or the engine) or ``silent``."""
        share = self.others[rival]
        if share is None:
            return "silent"
        mine, other = said(self.engine), said(share)
        if "unsure" in (mine, other):
            return "unsure"
        return "agrees" if mine == other else "disagrees"


@dataclass(frozen=True)
class Robust:
    """The answers of all.

    Attributes:
        title: of the scenario.
        runs: of the engine.
        pairs: of the focal states and poles.
        silent: rivals that could not be asked, and why.
    """

    title: str
    runs: int
    pairs: tuple[Pair, ...]
    silent: Mapping[str, str]

    @property
    def rivals(self) -> tuple[str, ...]:
        """The null and the theories, in the order of columns."""
        return tuple(self.pairs[0].others)

    def count(self, rival: str) -> dict[str, int]:
        """Return of how many pairs a rival says what."""
        found = [pair.verdict(rival) for pair in self.pairs]
        return {word: found.count(word) for word in _WORDS}

    def to_dict(self) -> dict[str, Any]:
        """Return the answers for JSON."""
        return {
            "title": self.title,
            "runs": self.runs,
            "counts": {rival: self.count(rival) for rival in self.rivals},
            "silent": dict(self.silent),
            "pairs": [
                {
                    "states": list(pair.states),
                    "engine": pair.engine,
                    "others": dict(pair.others),
                    "verdicts": {rival: pair.verdict(rival) for rival in self.rivals},
                }
                for pair in self.pairs
            ],
        }

    def __rich__(self) -> Any:
        from rich.console import Group
        from rich.text import Text

        from sim.terminal import table

        columns: list[str | tuple[str, str]] = ["pair", ("engine", "right")]
        made = table(
            f"{self.title}: who stands with whom at the end, {self.runs} runs",
            [*columns, *((rival, "right") for rival in self.rivals)],
        )
        for pair in self.pairs:
            cells = (
                "" if share is None else f"{share:.0%} {_WORDS[pair.verdict(rival)]}"
                for rival, share in pair.others.items()
            )
            made.add_row(", ".join(pair.states), f"{pair.engine:.0%} {said(pair.engine)}", *cells)
        counts = (self.count(rival) for rival in self.rivals)
        agreed = (f"{n['agrees']} +, {n['disagrees']} -" for n in counts)
        made.add_section()
        made.add_row("of all", "", *agreed)
        told = [Text(f"{name} is silent: {why}") for name, why in self.silent.items()]
        return Group(made, Text("+ agrees with the engine, - disagrees, ? one is unsure"), *told)


def said(share: float) -> str:
    """Return what a share says.

    >>> said(0.9), said(0.5), said(0.1)
    ('together', 'unsure', 'apart')
    """
    return "together" if share >= SURE else "apart" if share <= 1 - SURE else "unsure"


def robust(
    file: str,
    *,
    runs: int | None = None,
    seed: int | None = None,
    jobs: int | None = None,
    data: Any = None,
    progress: Progress | None = None,
) -> Robust:
    """Run a scenario, ask every theory, and set their answers beside each other.

    Args:
        file: the scenario.
        runs, seed: override the scenario's own.
        jobs: worker threads; results do not depend on it.
        data: tables of the past for the theories that learn from them.
        progress: called with (finished, all) runs.

    Raises:
        UserError: there is no such scenario, or it has fewer than two focal states and poles.
    """
    spec = load_scenario(find_scenario(file))
    wanted = tuple(dict.fromkeys((*spec.poles, *spec.focal)))
    if len(wanted) < 2:
        raise UserError(f"{file} has fewer than two focal states and poles; name them in `focal`")
    record = run_ensemble(spec, runs=runs, seed=seed, jobs=jobs, progress=progress)
    engine = co_membership(find_blocs(record.tie[:, -1]))
    others = {START: co_membership(find_blocs(record.tie[:, 0]))}
    silent = {}
    for name in theory_names():
        try:
            found = find_theory(name).of(Given(file, data=data)).together()
        except UserError as error:
            silent[name] = str(error)
            continue
        if found is None:
            silent[name] = "it speaks of positions, not of sides"
        else:
            others[name] = found
    at = {code: place for place, code in enumerate(record.states)}
    pairs = tuple(
        Pair(
            (one, other),
            float(engine[at[one], at[other]]),
            {name: float(share[at[one], at[other]]) for name, share in others.items()},
        )
        for one, other in itertools.combinations(wanted, 2)
    )
    return Robust(spec.title, record.runs, pairs, silent)
